-- What stands, a row per subject. Written by `make refresh` from the records; do not edit.

CREATE OR REPLACE TEMP MACRO balancing_tests() AS TABLE
  SELECT
    subject AS "id", body->>'activity' AS "activity", body->>'purpose' AS "purpose",
    body->>'legitimate_interest' AS "legitimate_interest", body->>'interest_of' AS "interest_of",
    body->>'interest_lawful' AS "interest_lawful", body->>'interest_real' AS "interest_real",
    body->>'is_necessary' AS "is_necessary", answer(body->'alternatives') AS "alternatives",
    body->>'minimised' AS "minimised", body->>'people_relation' AS "people_relation",
    body->>'is_expected' AS "is_expected", body->>'expectations' AS "expectations",
    body->>'people_impact' AS "people_impact", body->>'impact_level' AS "impact_level",
    body->>'has_vulnerable' AS "has_vulnerable",
    answer(body->'test_safeguards') AS "test_safeguards",
    answer(body->'objection_handling') AS "objection_handling",
    body->>'interest_prevails' AS "interest_prevails",
    body->>'conclusion_reason' AS "conclusion_reason", body->>'reviewed_by' AS "reviewed_by",
    as_day(body->'reviewed') AS "reviewed", as_day(body->'review_by') AS "review_by",
    body->>'remarks' AS "remarks", valid_from, entry
  FROM standing() WHERE kind = 'balancing_test' ORDER BY id;

CREATE OR REPLACE TEMP MACRO screenings() AS TABLE
  SELECT
    subject AS "id", body->>'activity' AS "activity",
    parts(body->'criteria', '$[*].criterion') AS "criteria", body->>'rest_reason' AS "rest_reason",
    body->>'dpia_needed' AS "dpia_needed", body->>'conclusion_reason' AS "conclusion_reason",
    body->>'dpo_advice' AS "dpo_advice", body->>'reviewed_by' AS "reviewed_by",
    as_day(body->'reviewed') AS "reviewed", valid_from, entry
  FROM standing() WHERE kind = 'screening' ORDER BY id;

CREATE OR REPLACE TEMP MACRO impact_assessments() AS TABLE
  SELECT
    subject AS "id", body->>'activity' AS "activity",
    body->>'dpia_description' AS "dpia_description",
    answer(body->'dpia_purposes') AS "dpia_purposes", answer(body->'dpia_data') AS "dpia_data",
    answer(body->'dpia_people') AS "dpia_people",
    answer(body->'dpia_recipients') AS "dpia_recipients",
    answer(body->'dpia_transfers') AS "dpia_transfers",
    answer(body->'dpia_retention') AS "dpia_retention",
    answer(body->'dpia_systems') AS "dpia_systems", body->>'dpia_necessity' AS "dpia_necessity",
    body->>'proportionality' AS "proportionality", body->>'rights_realised' AS "rights_realised",
    parts(body->'assessed_risks', '$[*].assessed_risk') AS "assessed_risks",
    answer(body->'dpia_measures') AS "dpia_measures", body->>'dpo_advice' AS "dpo_advice",
    answer(body->'people_views') AS "people_views", body->>'residual_risk' AS "residual_risk",
    as_day(body->'consulted') AS "consulted", body->>'authority_answer' AS "authority_answer",
    body->>'conclusion_reason' AS "conclusion_reason", body->>'reviewed_by' AS "reviewed_by",
    as_day(body->'reviewed') AS "reviewed", as_day(body->'review_by') AS "review_by",
    body->>'remarks' AS "remarks", valid_from, entry
  FROM standing() WHERE kind = 'impact_assessment' ORDER BY id;
