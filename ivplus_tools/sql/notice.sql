-- What stands, a row per subject. Written by `make refresh` from the records; do not edit.

CREATE OR REPLACE TEMP MACRO privacy_notices() AS TABLE
  SELECT
    subject AS "id", body->>'notice_title' AS "notice_title",
    body->>'notice_language' AS "notice_language", body->>'notice_address' AS "notice_address",
    as_day(body->'published') AS "published", body->>'notice_file' AS "notice_file",
    body->>'notice_hash' AS "notice_hash", answer(body->'notice_unread') AS "notice_unread",
    body->>'notice_text' AS "notice_text", valid_from, entry
  FROM standing() WHERE kind = 'privacy_notice' ORDER BY id;

CREATE OR REPLACE TEMP MACRO notice_matches() AS TABLE
  SELECT
    subject AS "id", body->>'of_notice' AS "of_notice", body->>'register_term' AS "register_term",
    body->>'notice_says' AS "notice_says", body->>'is_said' AS "is_said", valid_from, entry
  FROM standing() WHERE kind = 'notice_match' ORDER BY id;

CREATE OR REPLACE TEMP MACRO notice_checks() AS TABLE
  SELECT
    subject AS "id", body->>'of_notice' AS "of_notice", as_day(body->'checked') AS "checked",
    body->>'notice_hash' AS "notice_hash", body->>'is_same' AS "is_same",
    CAST(body->>'lines_changed' AS BIGINT) AS "lines_changed", valid_from, entry
  FROM standing() WHERE kind = 'notice_check' ORDER BY id;
