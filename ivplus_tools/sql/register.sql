-- What stands, a row per subject. Written by `make refresh` from the records; do not edit.

CREATE OR REPLACE TEMP MACRO activities() AS TABLE
  SELECT
    subject AS "id", body->>'name' AS "name", coalesce(body->>'role', 'controller') AS "role",
    body->>'controller' AS "controller", answer(body->'joint_controllers') AS "joint_controllers",
    body->>'joint_arrangement' AS "joint_arrangement",
    answer(body->'representative') AS "representative", answer(body->'dpo') AS "dpo",
    answer(body->'on_behalf_of') AS "on_behalf_of",
    answer(body->'processing_categories') AS "processing_categories",
    parts(body->'purposes', '$[*].purpose') AS "purposes",
    parts(body->'purposes', '$[*].legal_basis') AS "legal_basis",
    parts(body->'purposes', '$[*].legitimate_interest') AS "legitimate_interest",
    parts(body->'purposes', '$[*].balancing_test') AS "balancing_test",
    parts(body->'purposes', '$[*].statute') AS "statute",
    parts(body->'purposes', '$[*].consent_record') AS "consent_record",
    answer(body->'data_subjects') AS "data_subjects", body->>'people_count' AS "people_count",
    answer(body->'data_categories') AS "data_categories",
    answer(body->'special_categories') AS "special_categories",
    answer(body->'special_condition') AS "special_condition",
    answer(body->'criminal_data') AS "criminal_data", answer(body->'national_id') AS "national_id",
    body->>'identified_by_code' AS "identified_by_code", answer(body->'sources') AS "sources",
    answer(body->'required_data') AS "required_data",
    parts(body->'recipients', '$[*].recipient') AS "recipients",
    answer(body->'processors') AS "processors", answer(body->'transfers') AS "transfers",
    answer(body->'systems') AS "systems", parts(body->'retention', '$[*].period') AS "retention",
    parts(body->'retention', '$[*].data_category') AS "retained_categories",
    answer(body->'security_measures') AS "security_measures",
    answer(body->'automated_decisions') AS "automated_decisions", body->>'dpia' AS "dpia",
    answer(body->'dpia_triggers') AS "dpia_triggers", body->>'dpia_reference' AS "dpia_reference",
    answer(body->'notice') AS "notice", body->>'owner' AS "owner",
    as_day(body->'reviewed') AS "reviewed", as_day(body->'review_by') AS "review_by",
    body->>'remarks' AS "remarks", CAST(body->'imported' AS VARCHAR) AS "imported", valid_from,
    entry
  FROM standing() WHERE kind = 'activity' ORDER BY id;

CREATE OR REPLACE TEMP MACRO organisations() AS TABLE
  SELECT
    subject AS "id", body->>'name' AS "name", answer(body->'aliases') AS "aliases",
    answer(body->'relation') AS "relation", body->>'business_id' AS "business_id",
    body->>'contact' AS "contact", body->>'country' AS "country", answer(body->'dpo') AS "dpo",
    answer(body->'representative') AS "representative",
    body->>'financial_year_end' AS "financial_year_end",
    body->>'longest_acceptance' AS "longest_acceptance", body->>'remarks' AS "remarks",
    CAST(body->'imported' AS VARCHAR) AS "imported", valid_from, entry
  FROM standing() WHERE kind = 'organisation' ORDER BY id;

CREATE OR REPLACE TEMP MACRO systems() AS TABLE
  SELECT
    subject AS "id", body->>'name' AS "name", answer(body->'supplier') AS "supplier",
    answer(body->'location') AS "location", body->>'owner' AS "owner", body->>'remarks' AS "remarks",
    CAST(body->'imported' AS VARCHAR) AS "imported", valid_from, entry
  FROM standing() WHERE kind = 'system' ORDER BY id;
