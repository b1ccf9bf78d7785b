-- What stands, a row per subject. Written by `make refresh` from the records; do not edit.

CREATE OR REPLACE TEMP MACRO processors() AS TABLE
  SELECT
    subject AS "id", body->>'organisation' AS "organisation",
    coalesce(body->>'processor_role', 'processor') AS "processor_role",
    answer(body->'services') AS "services", answer(body->'activities') AS "activities",
    answer(body->'systems') AS "systems", answer(body->'storage_countries') AS "storage_countries",
    answer(body->'access_countries') AS "access_countries",
    answer(body->'guarantees') AS "guarantees", body->>'contact' AS "contact",
    body->>'remarks' AS "remarks", valid_from, entry
  FROM standing() WHERE kind = 'processor' ORDER BY id;

CREATE OR REPLACE TEMP MACRO agreements() AS TABLE
  SELECT
    subject AS "id", body->>'processor' AS "processor", body->>'agreement_form' AS "agreement_form",
    as_day(body->'signed') AS "signed", as_day(body->'in_force_from') AS "in_force_from",
    as_day(body->'in_force_until') AS "in_force_until", answer(body->'in_force_until') AS "until",
    body->>'reference' AS "reference", of_verdict(body->'clauses', 'met') AS "met",
    of_verdict(body->'clauses', 'not_met') AS "not_met",
    of_verdict(body->'clauses', 'unclear') AS "unclear",
    of_verdict(body->'clauses', 'not_applicable') AS "not_applicable",
    body->>'subprocessor_authorisation' AS "subprocessor_authorisation",
    body->>'objection_period' AS "objection_period", body->>'breach_notice' AS "breach_notice",
    as_day(body->'reviewed') AS "reviewed", as_day(body->'review_by') AS "review_by",
    body->>'remarks' AS "remarks", valid_from, entry
  FROM standing() WHERE kind = 'agreement' ORDER BY id;

CREATE OR REPLACE TEMP MACRO subprocessors() AS TABLE
  SELECT
    subject AS "id", body->>'processor' AS "processor", body->>'organisation' AS "organisation",
    body->>'purpose' AS "purpose", answer(body->'countries') AS "countries",
    as_day(body->'announced') AS "announced", as_day(body->'used_from') AS "used_from",
    body->>'authorised' AS "authorised", body->>'list_reference' AS "list_reference",
    body->>'remarks' AS "remarks", valid_from, entry
  FROM standing() WHERE kind = 'subprocessor' ORDER BY id;

CREATE OR REPLACE TEMP MACRO transfers() AS TABLE
  SELECT
    subject AS "id", body->>'exporter' AS "exporter", body->>'importer' AS "importer",
    body->>'country' AS "country", answer(body->'activities') AS "activities",
    answer(body->'data_subjects') AS "data_subjects",
    answer(body->'data_categories') AS "data_categories", body->>'hr_data' AS "hr_data",
    body->>'mechanism' AS "mechanism", body->>'decision' AS "decision",
    body->>'in_scope' AS "in_scope", body->>'dpf_status' AS "dpf_status",
    as_day(body->'dpf_checked') AS "dpf_checked", body->>'dpf_hr' AS "dpf_hr",
    body->>'scc_set' AS "scc_set", body->>'scc_module' AS "scc_module",
    as_day(body->'scc_signed') AS "scc_signed", body->>'document' AS "document",
    body->>'authorisation' AS "authorisation", body->>'occasional' AS "occasional",
    body->>'authority_informed' AS "authority_informed",
    body->>'subjects_informed' AS "subjects_informed", as_day(body->'begins') AS "begins",
    as_day(body->'ends') AS "ends", body->>'remarks' AS "remarks", valid_from, entry
  FROM standing() WHERE kind = 'transfer' ORDER BY id;

CREATE OR REPLACE TEMP MACRO assessments() AS TABLE
  SELECT
    subject AS "id", body->>'transfer' AS "transfer",
    body->>'law_and_practice' AS "law_and_practice", body->>'risk' AS "risk",
    answer(body->'supplementary_measures') AS "supplementary_measures",
    body->>'tia_result' AS "tia_result", as_day(body->'tia_reviewed') AS "tia_reviewed",
    body->>'assessed_by' AS "assessed_by", body->>'reference' AS "reference",
    body->>'remarks' AS "remarks", valid_from, entry
  FROM standing() WHERE kind = 'assessment' ORDER BY id;

CREATE OR REPLACE TEMP MACRO disclosures() AS TABLE
  SELECT
    subject AS "id", body->>'organisation' AS "organisation", body->>'purpose' AS "purpose",
    body->>'legal_basis' AS "legal_basis", answer(body->'activities') AS "activities",
    answer(body->'data_categories') AS "data_categories", body->>'country' AS "country",
    body->>'regular' AS "regular", body->>'marketing' AS "marketing",
    body->>'consent_record' AS "consent_record", body->>'remarks' AS "remarks", valid_from, entry
  FROM standing() WHERE kind = 'disclosure' ORDER BY id;
