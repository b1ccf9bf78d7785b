-- What stands, a row per subject. Written by `make refresh` from the records; do not edit.

CREATE OR REPLACE TEMP MACRO data_subject_requests() AS TABLE
  SELECT
    subject AS "id", answer(body->'rights') AS "rights", as_day(body->'received') AS "received",
    body->>'channel' AS "channel", body->>'person' AS "person", body->>'on_behalf' AS "on_behalf",
    body->>'authority_shown' AS "authority_shown", answer(body->'activities') AS "activities",
    body->>'claim' AS "claim", body->>'against_marketing' AS "against_marketing",
    body->>'identified_how' AS "identified_how", body->>'identified_reason' AS "identified_reason",
    as_day(body->'identified_on') AS "identified_on",
    as_day(body->'extension_told') AS "extension_told",
    body->>'extension_reason' AS "extension_reason", parts(body->'pauses', '$[*].asked') AS "pauses",
    parts(body->'right_answers', '$[*].right') AS "right_answers",
    as_day(body->'answered') AS "answered", answer(body->'recipients_told') AS "recipients_told",
    as_day(body->'copy_made') AS "copy_made", as_day(body->'copy_removed') AS "copy_removed",
    body->>'remarks' AS "remarks", valid_from, entry
  FROM standing() WHERE kind = 'data_subject_request' ORDER BY id;

CREATE OR REPLACE TEMP MACRO person_searches() AS TABLE
  SELECT
    subject AS "id", body->>'request' AS "request", body->>'searched' AS "searched",
    answer(body->'searched_kinds') AS "searched_kinds",
    parts(body->'searched_tables', '$[*].table') AS "searched_tables", valid_from, entry
  FROM standing() WHERE kind = 'person_search' ORDER BY id;

CREATE OR REPLACE TEMP MACRO subject_plans() AS TABLE
  SELECT
    subject AS "id", body->>'request' AS "request", body->>'source' AS "source",
    body->>'table' AS "table", body->>'subject_act' AS "subject_act",
    answer(body->'changed_columns') AS "changed_columns",
    CAST(body->>'rows_count' AS BIGINT) AS "rows_count", body->>'keys_hash' AS "keys_hash",
    body->>'plan_state' AS "plan_state", body->>'planned_by' AS "planned_by",
    body->>'approved_by' AS "approved_by", body->>'single_officer' AS "single_officer",
    CAST(body->>'total_before' AS BIGINT) AS "total_before",
    CAST(body->>'total_after' AS BIGINT) AS "total_after", body->>'executed_by' AS "executed_by",
    body->>'executed' AS "executed", answer(body->'swaps') AS "swaps",
    body->>'kept_copy' AS "kept_copy", body->>'ledger' AS "ledger",
    as_day(body->'ledger_until') AS "ledger_until", valid_from, entry
  FROM standing() WHERE kind = 'subject_plan' ORDER BY id;

CREATE OR REPLACE TEMP MACRO rights_letters() AS TABLE
  SELECT
    subject AS "id", body->>'request' AS "request", body->>'rights_letter' AS "rights_letter",
    body->>'sent' AS "sent", body->>'sent_by' AS "sent_by", body->>'language' AS "language",
    body->>'hash' AS "hash", answer(body->'blanks') AS "blanks", valid_from, entry
  FROM standing() WHERE kind = 'rights_letter' ORDER BY id;
