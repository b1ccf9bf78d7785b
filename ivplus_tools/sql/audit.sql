-- What stands, a row per subject. Written by `make refresh` from the records; do not edit.

CREATE OR REPLACE TEMP MACRO responses() AS TABLE
  SELECT
    subject AS "id", body->>'finding_code' AS "finding_code",
    body->>'finding_subject' AS "finding_subject", body->>'finding_facts' AS "finding_facts",
    body->>'response' AS "response", body->>'response_reason' AS "response_reason",
    as_day(body->'accepted_until') AS "accepted_until", body->>'owner' AS "owner",
    as_day(body->'due') AS "due", recorded_by AS "recorded_by", valid_from, entry
  FROM standing() WHERE kind = 'response' ORDER BY id;

CREATE OR REPLACE TEMP MACRO signoffs() AS TABLE
  SELECT
    subject AS "id", as_day(body->'audit_day') AS "audit_day",
    as_day(body->'audit_since') AS "audit_since", body->>'pack' AS "pack",
    body->>'pack_hash' AS "pack_hash", CAST(body->>'journal_entries' AS BIGINT) AS "journal_entries",
    body->>'journal_head' AS "journal_head", CAST(body->>'error_count' AS BIGINT) AS "error_count",
    CAST(body->>'warning_count' AS BIGINT) AS "warning_count",
    CAST(body->>'info_count' AS BIGINT) AS "info_count", body->>'signed_by' AS "signed_by",
    body->>'remarks' AS "remarks", valid_from, entry
  FROM standing() WHERE kind = 'signoff' ORDER BY id;

CREATE OR REPLACE TEMP MACRO anchors() AS TABLE
  SELECT
    subject AS "id", CAST(body->>'journal_entries' AS BIGINT) AS "journal_entries",
    body->>'journal_head' AS "journal_head", body->>'stamped' AS "stamped",
    body->>'stamped_by' AS "stamped_by", body->>'stamp_root' AS "stamp_root",
    body->>'stamp' AS "stamp", body->>'certificates' AS "certificates", valid_from, entry
  FROM standing() WHERE kind = 'anchor' ORDER BY id;
