-- The file of record. INSERT only: triggers refuse the rest, seals find what triggers could not stop.
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE journal (
  entry       BIGINT PRIMARY KEY,        -- 1, 2, 3, ... without gaps
  room        TEXT NOT NULL,             -- who keeps it: register, review, ...
  kind        TEXT NOT NULL,             -- what it is: activity, organisation, ...
  subject     TEXT NOT NULL,             -- its identifier within the kind
  valid_from  DATE NOT NULL,             -- since when it is true
  recorded_at TIMESTAMPTZ NOT NULL,      -- when it was written down
  recorded_by TEXT NOT NULL,
  why         TEXT NOT NULL,
  body        JSON,                      -- NULL: the subject ended on valid_from
  seal        TEXT NOT NULL              -- sha256 of the previous seal and this entry
);
CREATE TABLE head (entry BIGINT NOT NULL, seal TEXT NOT NULL);   -- the last entry, so that a cut tail is missed
CREATE TABLE person (ref TEXT PRIMARY KEY, name TEXT, email TEXT, phone TEXT);   -- outside the seals: may be deleted
CREATE TABLE refusal (said TEXT);                                -- never filled: what the triggers write to
CREATE TRIGGER journal_keeps_rows AFTER DELETE ON journal FOR EACH STATEMENT
  INSERT INTO refusal SELECT error('the journal is append-only: record a correction with record(...) or end(...)');
CREATE TRIGGER journal_keeps_values AFTER UPDATE ON journal FOR EACH STATEMENT
  INSERT INTO refusal SELECT error('the journal is append-only: record a correction with record(...) or end(...)');
