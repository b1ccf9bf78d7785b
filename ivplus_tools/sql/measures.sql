-- What stands, a row per subject. Written by `make refresh` from the records; do not edit.

CREATE OR REPLACE TEMP MACRO security_measures() AS TABLE
  SELECT
    subject AS "id", body->>'name' AS "name", answer(body->'systems') AS "systems",
    answer(body->'activities') AS "activities", answer(body->'security_aims') AS "security_aims",
    answer(body->'prevents') AS "prevents", answer(body->'handled_by') AS "handled_by",
    body->>'owner' AS "owner", as_day(body->'tested') AS "tested",
    body->>'test_result' AS "test_result", body->>'test_document' AS "test_document",
    body->>'document_hash' AS "document_hash", as_day(body->'next_test') AS "next_test",
    body->>'remarks' AS "remarks", valid_from, entry
  FROM standing() WHERE kind = 'security_measure' ORDER BY id;

CREATE OR REPLACE TEMP MACRO trainings() AS TABLE
  SELECT
    subject AS "id", body->>'course' AS "course", body->>'audience' AS "audience",
    as_day(body->'held_on') AS "held_on", body->>'content_version' AS "content_version",
    body->>'invited' AS "invited", body->>'attended' AS "attended", body->>'passed' AS "passed",
    body->>'document_hash' AS "document_hash", body->>'remarks' AS "remarks", valid_from, entry
  FROM standing() WHERE kind = 'training' ORDER BY id;

CREATE OR REPLACE TEMP MACRO access_reviews() AS TABLE
  SELECT
    subject AS "id", body->>'system' AS "system", as_day(body->'reviewed') AS "reviewed",
    body->>'reviewer' AS "reviewer", body->>'accounts_seen' AS "accounts_seen",
    body->>'leavers_open' AS "leavers_open", body->>'orphans' AS "orphans",
    body->>'service_accounts' AS "service_accounts",
    body->>'unreadable_accounts' AS "unreadable_accounts", body->>'removed' AS "removed",
    body->>'accounts_list' AS "accounts_list", body->>'employees_list' AS "employees_list",
    as_day(body->'listed') AS "listed", answer(body->'not_evaluable') AS "not_evaluable",
    body->>'remarks' AS "remarks", valid_from, entry
  FROM standing() WHERE kind = 'access_review' ORDER BY id;

CREATE OR REPLACE TEMP MACRO log_reviews() AS TABLE
  SELECT
    subject AS "id", body->>'system' AS "system", as_day(body->'reviewed') AS "reviewed",
    body->>'reviewer' AS "reviewer", as_day(body->'log_from') AS "log_from",
    as_day(body->'log_until') AS "log_until", body->>'log_sampled' AS "log_sampled",
    body->>'deviations' AS "deviations", body->>'follow_up' AS "follow_up", valid_from, entry
  FROM standing() WHERE kind = 'log_review' ORDER BY id;

CREATE OR REPLACE TEMP MACRO restore_tests() AS TABLE
  SELECT
    subject AS "id", body->>'system' AS "system", body->>'restored_backup' AS "restored_backup",
    as_day(body->'tested') AS "tested", body->>'restore_time' AS "restore_time",
    body->>'data_complete' AS "data_complete", body->>'test_document' AS "test_document",
    body->>'document_hash' AS "document_hash", valid_from, entry
  FROM standing() WHERE kind = 'restore_test' ORDER BY id;

CREATE OR REPLACE TEMP MACRO undertakings() AS TABLE
  SELECT
    subject AS "id", body->>'position' AS "position", body->>'needed_count' AS "needed_count",
    body->>'signed_count' AS "signed_count", as_day(body->'counted') AS "counted",
    body->>'document_hash' AS "document_hash", valid_from, entry
  FROM standing() WHERE kind = 'undertaking' ORDER BY id;

CREATE OR REPLACE TEMP MACRO security_policies() AS TABLE
  SELECT
    subject AS "id", parts(body->'intervals', '$[*].security_check') AS "intervals",
    body->>'owner' AS "owner", body->>'remarks' AS "remarks", valid_from, entry
  FROM standing() WHERE kind = 'security_policy' ORDER BY id;
