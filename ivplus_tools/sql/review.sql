-- The review (Art. 28 and 44 to 49) as it stood: one row per subject, every field as text, dates as dates.
CREATE OR REPLACE TEMP MACRO processors() AS TABLE
  SELECT
    subject AS id, body->>'organisation' AS organisation, coalesce(body->>'processor_role', 'processor') AS processor_role,
    answer(body->'services') AS services, answer(body->'activities') AS activities, answer(body->'systems') AS systems,
    answer(body->'storage_countries') AS storage_countries, answer(body->'access_countries') AS access_countries,
    answer(body->'guarantees') AS guarantees, body->>'contact' AS contact, body->>'remarks' AS remarks, valid_from, entry
  FROM standing() WHERE kind = 'processor' ORDER BY id;

-- `in_force_until` is NULL where it is not known, and `until` then tells 'none' (until further notice) apart.
CREATE OR REPLACE TEMP MACRO agreements() AS TABLE
  SELECT
    subject AS id, body->>'processor' AS processor, body->>'agreement_form' AS agreement_form,
    CAST(body->>'signed' AS DATE) AS signed, CAST(body->>'in_force_from' AS DATE) AS in_force_from,
    TRY_CAST(answer(body->'in_force_until') AS DATE) AS in_force_until, answer(body->'in_force_until') AS until,
    body->>'subprocessor_authorisation' AS subprocessor_authorisation, body->>'objection_period' AS objection_period,
    body->>'breach_notice' AS breach_notice, of_verdict(body->'clauses', 'met') AS met, of_verdict(body->'clauses', 'not_met') AS not_met,
    of_verdict(body->'clauses', 'unclear') AS unclear, of_verdict(body->'clauses', 'not_applicable') AS not_applicable,
    CAST(body->>'reviewed' AS DATE) AS reviewed, CAST(body->>'review_by' AS DATE) AS review_by,
    body->>'reference' AS reference, body->>'remarks' AS remarks, valid_from, entry
  FROM standing() WHERE kind = 'agreement' ORDER BY id;

-- One row per agreement and clause that has been judged.
CREATE OR REPLACE TEMP MACRO clauses() AS TABLE
  SELECT
    subject AS id, body->>'processor' AS processor, one->>'clause' AS clause, one->>'verdict' AS verdict, one->>'quote' AS quote,
    one->>'page' AS page, one->>'reason' AS reason, one->>'judged_by' AS judged_by, CAST(one->>'judged_on' AS DATE) AS judged_on
  FROM (SELECT subject, body, unnest(CAST(body->'clauses' AS JSON[])) AS one FROM standing() WHERE kind = 'agreement')
  ORDER BY id, clause;

CREATE OR REPLACE TEMP MACRO subprocessors() AS TABLE
  SELECT
    subject AS id, body->>'processor' AS processor, body->>'organisation' AS organisation, body->>'purpose' AS purpose,
    answer(body->'countries') AS countries, CAST(body->>'announced' AS DATE) AS announced, CAST(body->>'used_from' AS DATE) AS used_from,
    body->>'authorised' AS authorised, body->>'list_reference' AS list_reference, body->>'remarks' AS remarks, valid_from, entry
  FROM standing() WHERE kind = 'subprocessor' ORDER BY id;

-- Transfers as recorded; `desk.review.transfers()` adds how they are judged.
CREATE OR REPLACE TEMP MACRO transfers() AS TABLE
  SELECT
    subject AS id, body->>'exporter' AS exporter, body->>'importer' AS importer, body->>'country' AS country,
    answer(body->'activities') AS activities, answer(body->'data_subjects') AS data_subjects,
    answer(body->'data_categories') AS data_categories, body->>'hr_data' AS hr_data, body->>'mechanism' AS mechanism,
    body->>'decision' AS decision, body->>'in_scope' AS in_scope, body->>'dpf_status' AS dpf_status,
    CAST(body->>'dpf_checked' AS DATE) AS dpf_checked, body->>'dpf_hr' AS dpf_hr, body->>'scc_set' AS scc_set,
    body->>'scc_module' AS scc_module, CAST(body->>'scc_signed' AS DATE) AS scc_signed, body->>'document' AS document,
    body->>'authorisation' AS authorisation, body->>'occasional' AS occasional, CAST(body->>'begins' AS DATE) AS begins,
    TRY_CAST(answer(body->'ends') AS DATE) AS ends, body->>'remarks' AS remarks, body->>'authority_informed' AS authority_informed, body->>'subjects_informed' AS subjects_informed,
    valid_from, entry
  FROM standing() WHERE kind = 'transfer' ORDER BY id;

CREATE OR REPLACE TEMP MACRO assessments() AS TABLE
  SELECT
    subject AS id, body->>'transfer' AS transfer, body->>'tia_result' AS tia_result, CAST(body->>'tia_reviewed' AS DATE) AS tia_reviewed,
    body->>'law_and_practice' AS law_and_practice, body->>'risk' AS risk,
    answer(body->'supplementary_measures') AS supplementary_measures, body->>'assessed_by' AS assessed_by,
    body->>'reference' AS reference, body->>'remarks' AS remarks, valid_from, entry
  FROM standing() WHERE kind = 'assessment' ORDER BY id;

CREATE OR REPLACE TEMP MACRO disclosures() AS TABLE
  SELECT
    subject AS id, body->>'organisation' AS organisation, body->>'purpose' AS purpose, body->>'legal_basis' AS legal_basis,
    answer(body->'activities') AS activities, answer(body->'data_categories') AS data_categories, body->>'country' AS country,
    body->>'regular' AS regular, body->>'marketing' AS marketing, body->>'consent_record' AS consent_record,
    body->>'remarks' AS remarks, valid_from, entry
  FROM standing() WHERE kind = 'disclosure' ORDER BY id;
