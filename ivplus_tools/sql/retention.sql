-- What stands, a row per subject. Written by `make refresh` from the records; do not edit.

CREATE OR REPLACE TEMP MACRO sources() AS TABLE
  SELECT
    subject AS "id", body->>'location' AS "location", body->>'system' AS "system",
    body->>'password_from' AS "password_from", answer(body->'date_format') AS "date_format",
    answer(body->'no_start_days') AS "no_start_days", body->>'backup_kept' AS "backup_kept",
    body->>'remarks' AS "remarks", valid_from, entry
  FROM standing() WHERE kind = 'source' ORDER BY id;

CREATE OR REPLACE TEMP MACRO retention_rules() AS TABLE
  SELECT
    subject AS "id", body->>'activity' AS "activity", body->>'data_category' AS "data_category",
    body->>'source' AS "source", body->>'table' AS "table",
    parts(body->'where', '$[*].column') AS "where", body->>'subject_key' AS "subject_key",
    body->>'start_column' AS "start_column", body->>'start_table' AS "start_table",
    body->>'start_key' AS "start_key", answer(body->'date_format') AS "date_format",
    body->>'start_event' AS "start_event", body->>'empty_start' AS "empty_start",
    body->>'period' AS "period", body->>'period_text' AS "period_text", body->>'grace' AS "grace",
    coalesce(body->>'action', 'erase') AS "action", parts(body->'recipe', '$[*].column') AS "recipe",
    body->>'statute' AS "statute", body->>'longer_ground' AS "longer_ground",
    body->>'reason' AS "reason", body->>'remarks' AS "remarks", valid_from, entry
  FROM standing() WHERE kind = 'retention_rule' ORDER BY id;

CREATE OR REPLACE TEMP MACRO holds() AS TABLE
  SELECT
    subject AS "id", answer(body->'subjects') AS "subjects", body->>'source' AS "source",
    body->>'held_table' AS "held_table", body->>'held_column' AS "held_column",
    CAST(body->'held_where' AS VARCHAR) AS "held_where", answer(body->'rules') AS "rules",
    body->>'activity' AS "activity", body->>'data_category' AS "data_category",
    body->>'case_number' AS "case_number", as_day(body->'held_from') AS "held_from",
    as_day(body->'held_until') AS "held_until", body->>'reason' AS "reason",
    body->>'ordered_by' AS "ordered_by", as_day(body->'review_by') AS "review_by", valid_from, entry
  FROM standing() WHERE kind = 'hold' ORDER BY id;

CREATE OR REPLACE TEMP MACRO erasure_plans() AS TABLE
  SELECT
    subject AS "id", body->>'rule' AS "rule", body->>'source' AS "source", body->>'table' AS "table",
    body->>'location' AS "location", coalesce(body->>'action', 'erase') AS "action",
    CAST(body->>'rows_count' AS BIGINT) AS "rows", CAST(body->>'held' AS BIGINT) AS "held",
    CAST(body->>'no_start' AS BIGINT) AS "no_start",
    CAST(body->>'unreadable' AS BIGINT) AS "unreadable",
    CAST(body->>'sentinel' AS BIGINT) AS "sentinel", CAST(body->>'no_key' AS BIGINT) AS "no_key",
    CAST(body->>'doubtful' AS BIGINT) AS "doubtful", CAST(body->>'unseen' AS BIGINT) AS "unseen",
    CAST(body->>'outside' AS BIGINT) AS "outside", answer(body->'acting') AS "acting",
    body->>'keys_hash' AS "keys_hash", body->>'rests_on' AS "rests_on",
    CAST(body->>'k_anonymity' AS BIGINT) AS "k_anonymity", body->>'planned_by' AS "planned_by",
    body->>'approved_by' AS "approved_by", body->>'approved_how' AS "approved_how",
    body->>'single_officer' AS "single_officer", CAST(body->>'total' AS BIGINT) AS "total",
    as_day(body->'as_of') AS "as_of", as_day(body->'cutoff') AS "cutoff",
    body->>'predicate' AS "predicate", body->>'reading' AS "reading",
    body->>'place_hash' AS "place_hash", answer(body->'swaps') AS "swaps",
    body->>'rule_seal' AS "rule_seal", body->>'head' AS "head", body->>'approved' AS "approved",
    body->>'plan_state' AS "plan_state", valid_from, entry
  FROM standing() WHERE kind = 'erasure_plan' ORDER BY id;

CREATE OR REPLACE TEMP MACRO certificates() AS TABLE
  SELECT
    subject AS "id", body->>'rule' AS "rule", body->>'source' AS "source", body->>'table' AS "table",
    body->>'location' AS "location", coalesce(body->>'action', 'erase') AS "action",
    CAST(body->>'rows_count' AS BIGINT) AS "rows", CAST(body->>'held' AS BIGINT) AS "held",
    CAST(body->>'no_start' AS BIGINT) AS "no_start",
    CAST(body->>'unreadable' AS BIGINT) AS "unreadable",
    CAST(body->>'sentinel' AS BIGINT) AS "sentinel", CAST(body->>'no_key' AS BIGINT) AS "no_key",
    CAST(body->>'doubtful' AS BIGINT) AS "doubtful", CAST(body->>'unseen' AS BIGINT) AS "unseen",
    CAST(body->>'outside' AS BIGINT) AS "outside", answer(body->'acting') AS "acting",
    body->>'keys_hash' AS "keys_hash", body->>'rests_on' AS "rests_on",
    CAST(body->>'k_anonymity' AS BIGINT) AS "k_anonymity", body->>'planned_by' AS "planned_by",
    body->>'approved_by' AS "approved_by", body->>'approved_how' AS "approved_how",
    body->>'single_officer' AS "single_officer", body->>'plan' AS "plan",
    CAST(body->>'total_before' AS BIGINT) AS "total_before",
    CAST(body->>'total_after' AS BIGINT) AS "total_after",
    CAST(body->>'remaining' AS BIGINT) AS "remaining", answer(body->'touched') AS "touched",
    body->>'ledger' AS "ledger", as_day(body->'ledger_until') AS "ledger_until",
    body->>'linked' AS "linked", body->>'executed_by' AS "executed_by",
    body->>'executed' AS "executed", body->>'kept_copy' AS "kept_copy",
    body->>'how_known' AS "how_known", valid_from, entry
  FROM standing() WHERE kind = 'certificate' ORDER BY id;
