-- One row per agreement and clause that has been judged.
CREATE OR REPLACE TEMP MACRO clauses() AS TABLE
  SELECT
    subject AS id, body->>'processor' AS processor, one->>'clause' AS clause, one->>'verdict' AS verdict, one->>'quote' AS quote,
    one->>'page' AS page, one->>'reason' AS reason, one->>'judged_by' AS judged_by, CAST(one->>'judged_on' AS DATE) AS judged_on
  FROM (SELECT subject, body, unnest(CAST(body->'clauses' AS JSON[])) AS one FROM standing() WHERE kind = 'agreement')
  ORDER BY id, clause;
