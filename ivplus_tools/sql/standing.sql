-- Macros over the journal, made anew on every opening. The standpoint is in two variables: valid_on and known_at.

-- The entries that were taken back as mistakes, as known at a moment, each with the entry that says so.
CREATE OR REPLACE TEMP MACRO withdrawals() AS TABLE
  SELECT TRY_CAST(body->>'entry' AS BIGINT) AS withdrawn, entry, recorded_at, recorded_by, why FROM journal
  WHERE kind = 'withdrawal' AND recorded_at <= getvariable('known_at') AND TRY_CAST(body->>'entry' AS BIGINT) IS NOT NULL;

-- What stood on a day as known at a moment: per subject the entry with the latest valid_from, then the latest entry.
CREATE OR REPLACE TEMP MACRO decided() AS TABLE
  SELECT entry, room, kind, subject, valid_from, recorded_at, recorded_by, why, body, seal FROM journal
  WHERE entry IN (
    SELECT arg_max(entry, (valid_from, entry)) FROM journal
    WHERE valid_from <= getvariable('valid_on') AND recorded_at <= getvariable('known_at')
      AND kind <> 'withdrawal' AND entry NOT IN (SELECT withdrawn FROM withdrawals())
    GROUP BY kind, subject)
  ORDER BY kind, subject;

-- The same without what has ended.
CREATE OR REPLACE TEMP MACRO standing() AS TABLE
  FROM decided() WHERE body IS NOT NULL ORDER BY kind, subject;

-- Every entry known at the moment, oldest first.
CREATE OR REPLACE TEMP MACRO entries() AS TABLE
  SELECT entry, room, kind, subject, valid_from, recorded_at, recorded_by, why, body, seal FROM journal WHERE recorded_at <= getvariable('known_at') ORDER BY entry;

-- A field's answer as one text: a list is joined, the other answers stay apart (unknown is NULL).
CREATE OR REPLACE TEMP MACRO answer(field) AS
  CASE json_type(field)
    WHEN 'ARRAY' THEN array_to_string(json_extract_string(field, '$[*]'), '; ')
    WHEN 'OBJECT' THEN CASE field->>'state' WHEN 'none' THEN 'none' ELSE 'not applicable: ' || (field->>'because') END
    ELSE field->>'$'
  END;

-- One key of each part of a list, distinct and joined: `each(body->'purposes', '$[*].legal_basis')`.
CREATE OR REPLACE TEMP MACRO each(field, path) AS
  nullif(array_to_string(list_sort(list_distinct(json_extract_string(field, path))), '; '), '');

-- The parts of a list by one key, joined; another answer (none, not applicable) as it is.
CREATE OR REPLACE TEMP MACRO parts(field, path) AS
  CASE json_type(field) WHEN 'OBJECT' THEN answer(field) ELSE each(field, path) END;

-- A day; NULL where another answer stands, or none.
CREATE OR REPLACE TEMP MACRO as_day(field) AS TRY_CAST(field->>'$' AS DATE);

-- The lowest and the highest number that a count such as 100-200 or >=50 allows; NULL where it is open.
CREATE OR REPLACE TEMP MACRO at_least(field) AS
  TRY_CAST(regexp_extract(field->>'$', '^(>=)?([0-9]+)(-[0-9]+)?$', 2) AS BIGINT);

CREATE OR REPLACE TEMP MACRO at_most(field) AS
  TRY_CAST(regexp_extract(field->>'$', '^(<=)?([0-9]+-)?([0-9]+)$', 3) AS BIGINT);

-- The clauses of one verdict, joined: `of_verdict(body->'clauses', 'not_met')`.
CREATE OR REPLACE TEMP MACRO of_verdict(field, sought) AS
  nullif(array_to_string([one->>'clause' FOR one IN CAST(field AS JSON[]) IF one->>'verdict' = sought], '; '), '');
