-- What stands, a row per subject. Written by `make refresh` from the records; do not edit.

CREATE OR REPLACE TEMP MACRO data_tables() AS TABLE
  SELECT
    subject AS "id", body->>'source' AS "source", body->>'table' AS "table",
    answer(body->'activities') AS "activities", body->>'subject_key' AS "subject_key",
    parts(body->'identifying', '$[*].column') AS "identifying",
    parts(body->'links', '$[*].column') AS "links", body->>'no_personal_data' AS "no_personal_data",
    body->>'reason' AS "reason", body->>'reviewed_by' AS "reviewed_by", valid_from, entry
  FROM standing() WHERE kind = 'data_table' ORDER BY id;

CREATE OR REPLACE TEMP MACRO data_scans() AS TABLE
  SELECT
    subject AS "id", as_day(body->'scanned') AS "scanned",
    CAST(body->>'sampled' AS BIGINT) AS "sampled",
    parts(body->'scanned_tables', '$[*].table') AS "scanned_tables",
    parts(body->'found_columns', '$[*].table') AS "found_columns", body->>'failure' AS "failure",
    valid_from, entry
  FROM standing() WHERE kind = 'data_scan' ORDER BY id;

CREATE OR REPLACE TEMP MACRO page_checks() AS TABLE
  SELECT
    subject AS "id", as_day(body->'page_read') AS "page_read", body->>'page_file' AS "page_file",
    body->>'page_hash' AS "page_hash",
    parts(body->'seen_cookies', '$[*].cookie_name') AS "seen_cookies",
    parts(body->'seen_hosts', '$[*].host_name') AS "seen_hosts",
    answer(body->'not_told') AS "not_told", body->>'consent_platform' AS "consent_platform",
    valid_from, entry
  FROM standing() WHERE kind = 'page_check' ORDER BY id;
