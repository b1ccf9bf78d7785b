-- What stands, a row per subject. Written by `make refresh` from the records; do not edit.

CREATE OR REPLACE TEMP MACRO marketing_purposes() AS TABLE
  SELECT
    subject AS "id", body->>'activity' AS "activity",
    answer(body->'product_groups') AS "product_groups", body->>'own_products' AS "own_products",
    body->>'refusal_in_messages' AS "refusal_in_messages", body->>'by_job_duties' AS "by_job_duties",
    body->>'mobile_subscriptions' AS "mobile_subscriptions",
    body->>'consent_lasts' AS "consent_lasts", body->>'checked_within' AS "checked_within",
    valid_from, entry
  FROM standing() WHERE kind = 'marketing_purpose' ORDER BY id;

CREATE OR REPLACE TEMP MACRO marketing_tables() AS TABLE
  SELECT
    subject AS "id", body->>'source' AS "source", body->>'table' AS "table",
    body->>'table_role' AS "table_role",
    parts(body->'marketing_columns', '$[*].column') AS "marketing_columns",
    body->>'marketing_channel' AS "marketing_channel",
    body->>'marketing_purpose' AS "marketing_purpose", body->>'consent_text' AS "consent_text",
    body->>'marketing_recipient' AS "marketing_recipient", body->>'collected_how' AS "collected_how",
    body->>'at_sale' AS "at_sale", body->>'same_seller' AS "same_seller",
    body->>'refusal_offered' AS "refusal_offered", body->>'product_group' AS "product_group",
    answer(body->'date_format') AS "date_format", body->>'addresses' AS "addresses", valid_from,
    entry
  FROM standing() WHERE kind = 'marketing_table' ORDER BY id;

CREATE OR REPLACE TEMP MACRO consent_texts() AS TABLE
  SELECT
    subject AS "id", answer(body->'consent_purposes') AS "consent_purposes",
    answer(body->'consent_channels') AS "consent_channels", body->>'version' AS "version",
    body->>'text_language' AS "text_language", as_day(body->'text_from') AS "text_from",
    as_day(body->'text_until') AS "text_until", body->>'separate' AS "separate",
    body->>'consent_words' AS "consent_words", body->>'hash' AS "hash", valid_from, entry
  FROM standing() WHERE kind = 'consent_text' ORDER BY id;

CREATE OR REPLACE TEMP MACRO marketing_checks() AS TABLE
  SELECT
    subject AS "id", body->>'list_name' AS "list_name", body->>'list_hash' AS "list_hash",
    body->>'marketing_channel' AS "marketing_channel",
    body->>'marketing_purpose' AS "marketing_purpose", as_day(body->'checked_on') AS "checked_on",
    as_day(body->'as_of') AS "as_of", CAST(body->>'may_be_sent' AS BIGINT) AS "may_be_sent",
    CAST(body->>'blocked' AS BIGINT) AS "blocked",
    CAST(body->>'undetermined' AS BIGINT) AS "undetermined",
    parts(body->'reason_counts', '$[*].marketing_reason') AS "reason_counts",
    answer(body->'not_judged') AS "not_judged",
    CAST(body->>'bans_without_address' AS BIGINT) AS "bans_without_address",
    body->>'written_hash' AS "written_hash", valid_from, entry
  FROM standing() WHERE kind = 'marketing_check' ORDER BY id;

CREATE OR REPLACE TEMP MACRO suppressions() AS TABLE
  SELECT
    subject AS "id", body->>'marketing_channel' AS "marketing_channel", body->>'mark' AS "mark",
    body->>'secret_name' AS "secret_name", as_day(body->'lifted') AS "lifted", valid_from, entry
  FROM standing() WHERE kind = 'suppression' ORDER BY id;
