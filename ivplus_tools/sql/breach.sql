-- What stands, a row per subject. Written by `make refresh` from the records; do not edit.

CREATE OR REPLACE TEMP MACRO breaches() AS TABLE
  SELECT
    subject AS "id", body->>'title' AS "title",
    coalesce(body->>'breach_role', 'controller') AS "breach_role",
    body->>'personal_data' AS "personal_data", body->>'is_breach' AS "is_breach",
    body->>'no_breach_reason' AS "no_breach_reason", body->>'occurred_from' AS "occurred_from",
    body->>'occurred_until' AS "occurred_until", body->>'detected' AS "detected",
    body->>'discovered_how' AS "discovered_how", body->>'processor_notice' AS "processor_notice",
    body->>'aware' AS "aware", body->>'aware_reason' AS "aware_reason",
    body->>'description' AS "description", answer(body->'nature') AS "nature",
    body->>'cause' AS "cause", body->>'malicious' AS "malicious",
    answer(body->'data_kinds') AS "data_kinds",
    answer(body->'special_categories') AS "special_categories",
    answer(body->'data_subjects') AS "data_subjects", body->>'people_count' AS "people_count",
    at_least(body->'people_count') AS "people_min", at_most(body->'people_count') AS "people_max",
    body->>'records_count' AS "records_count", body->>'already_public' AS "already_public",
    body->>'children' AS "children", body->>'vulnerable' AS "vulnerable",
    answer(body->'people_countries') AS "people_countries",
    answer(body->'activities') AS "activities", answer(body->'systems') AS "systems",
    answer(body->'processors') AS "processors", body->>'encrypted' AS "encrypted",
    body->>'key_safe' AS "key_safe", body->>'hashing' AS "hashing", body->>'backup' AS "backup",
    body->>'restored' AS "restored", body->>'unavailable_for' AS "unavailable_for",
    body->>'given_again' AS "given_again", body->>'exfiltrated' AS "exfiltrated",
    body->>'misuse_signs' AS "misuse_signs", body->>'breach_recipient' AS "breach_recipient",
    body->>'recipients_count' AS "recipients_count",
    body->>'recipient_confirmed' AS "recipient_confirmed", body->>'confirmed_how' AS "confirmed_how",
    answer(body->'consequences') AS "consequences", body->>'effects' AS "effects",
    body->>'harm' AS "harm", body->>'harm_reason' AS "harm_reason",
    body->>'high_risk_removed' AS "high_risk_removed",
    body->>'risk_materialised' AS "risk_materialised",
    body->>'disproportionate_effort' AS "disproportionate_effort",
    answer(body->'measures_before') AS "measures_before",
    answer(body->'measures_taken') AS "measures_taken",
    parts(body->'measures_proposed', '$[*].measure') AS "measures_proposed",
    parts(body->'data_contexts', '$[*].data_context') AS "data_contexts",
    parts(body->'score_changes', '$[*].score_part') AS "score_changes",
    body->>'breach_decision' AS "breach_decision", body->>'decision_reason' AS "decision_reason",
    body->>'decided' AS "decided", body->>'delay_reason' AS "delay_reason",
    body->>'cross_border' AS "cross_border",
    answer(body->'other_authorities') AS "other_authorities", body->>'reached' AS "reached",
    body->>'not_reached' AS "not_reached", body->>'contact_person' AS "contact_person",
    answer(body->'notes') AS "notes", answer(body->'written_in') AS "written_in",
    as_day(body->'closed') AS "closed", valid_from, entry
  FROM standing() WHERE kind = 'breach' ORDER BY id;

CREATE OR REPLACE TEMP MACRO breach_notices() AS TABLE
  SELECT
    subject AS "id", body->>'case' AS "case", body->>'breach_draft' AS "breach_draft",
    body->>'breach_phase' AS "breach_phase", body->>'sent' AS "sent", body->>'sent_to' AS "sent_to",
    body->>'sent_by' AS "sent_by", body->>'case_number' AS "case_number",
    body->>'language' AS "language", body->>'hash' AS "hash", answer(body->'blanks') AS "blanks",
    CAST(body->'content' AS VARCHAR) AS "content", body->>'text' AS "text", valid_from, entry
  FROM standing() WHERE kind = 'breach_notice' ORDER BY id;
