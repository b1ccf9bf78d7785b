"""A query of the user's: one SELECT over a copy in memory. Whatever it says, the journal keeps its bytes."""

import hashlib
import subprocess
import sys
import threading
import time

import duckdb
import pytest
from house import NOW

import ivplus_tools as ivp
from ivplus_tools._store import asking

REFUSED = [  # no single SELECT, in the words of DuckDB's own parser: nothing of it is run
    "COPY (SELECT 'gone') TO '{path}' (USE_TMP_FILE false)",
    "COPY (SELECT 'gone') TO '{path}.wal'",
    "COPY journal TO '{folder}/leak.csv'",
    "COPY journal TO '{folder}/leak.parquet' (FORMAT parquet)",
    "COPY journal FROM '{folder}/leak.csv'",
    "COPY FROM DATABASE file TO memory",
    "DETACH file; ATTACH '{path}' AS w; DROP TABLE w.journal",
    "ATTACH '{path}' AS w",
    "ATTACH '{folder}/other.duckdb' AS w",
    "ATTACH '{path}' AS w (READ_ONLY)",
    "DETACH file",
    "USE memory",
    "UPDATE w.person SET name = 'x'",
    "UPDATE person SET name = 'x'",
    "UPDATE journal SET why = 'x'",
    "DELETE FROM journal",
    "DELETE FROM person RETURNING *",
    "TRUNCATE person",
    "INSERT INTO head VALUES (9, 'x')",
    "INSERT INTO head VALUES (9, 'x') RETURNING seal",
    "MERGE INTO head USING (SELECT 1 AS entry) n ON head.entry = n.entry WHEN MATCHED THEN DELETE",
    "DROP TRIGGER journal_keeps_rows ON journal",
    "DROP TABLE journal",
    "DROP TABLE IF EXISTS nowhere",
    "ALTER TABLE person ADD COLUMN x TEXT",
    "ALTER TABLE journal RENAME TO gone",
    "CREATE TABLE x (a INT)",
    "CREATE OR REPLACE TABLE journal AS SELECT 1",
    "CREATE TEMP TABLE x AS SELECT 1",
    "CREATE VIEW v AS SELECT 1",
    "CREATE MACRO m() AS 1",
    "CREATE INDEX i ON journal (room)",
    "CREATE SEQUENCE s",
    "CREATE TYPE t AS ENUM ('a')",
    "CREATE SCHEMA s",
    "CREATE SECRET s (TYPE s3)",
    "CREATE TRIGGER t AFTER INSERT ON journal FOR EACH STATEMENT DELETE FROM person",
    "COMMENT ON TABLE journal IS 'x'",
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "ABORT",
    "CHECKPOINT",
    "FORCE CHECKPOINT file",
    "VACUUM",
    "ANALYZE",
    "EXPLAIN SELECT 1",
    "EXPLAIN ANALYZE DELETE FROM journal",
    "EXPLAIN ANALYZE SELECT 1",
    "PREPARE p AS DELETE FROM journal",
    "EXECUTE p",
    "DEALLOCATE p",
    "CALL pragma_version()",
    "CALL enable_logging()",
    "CALL force_checkpoint('file')",
    "PRAGMA version",
    "PRAGMA enable_profiling",
    "PRAGMA database_list",
    "SET enable_external_access = true",
    "SET memory_limit = '100GB'",
    "SET VARIABLE valid_on = DATE '1990-01-01'",
    "RESET memory_limit",
    "INSTALL httpfs",
    "LOAD httpfs",
    "UPDATE EXTENSIONS",
    "EXPORT DATABASE '{folder}/out'",
    "IMPORT DATABASE '{folder}/out'",
    "SELECT 1; DROP TABLE journal",
    "SELECT 1; SELECT 2",
    "SELECT 1 /* ; */; -- and\nDELETE FROM journal",
    "/* SELECT 1 */ DROP TABLE journal",
    "-- SELECT 1\nDROP TABLE journal",
    "PIVOT journal ON room USING count(*)",
    "SELECT * FROM (PIVOT journal ON room USING count(*))",
    "SELECT",
    "",
    ";",
    "-- nothing",
    "SELECT 1 WHERE",
    "\0",
    "SELECT 1 INTO x",
    "LOCK TABLE journal",
    "GRANT ALL ON journal TO x",
]
FAILING = [  # a SELECT that asks for what is not there, or would write
    "WITH gone AS (DELETE FROM journal RETURNING *) FROM gone",
    "WITH more AS (INSERT INTO head VALUES (9, 'x') RETURNING *) FROM more",
    "WITH other AS (UPDATE person SET name = 'x' RETURNING *) FROM other",
    "FROM read_text('{path}')",
    "FROM read_blob('{path}')",
    "FROM read_csv('/etc/passwd')",
    "FROM '{folder}/leak.csv'",
    "FROM '{path}'",
    "FROM glob('{folder}/*')",
    "FROM sniff_csv('{path}')",
    "FROM parquet_metadata('{path}')",
    "FROM 'https://example.fi/x.csv'",
    "FROM file.journal",
    "FROM force_checkpoint('file')",
    "FROM query('DELETE FROM journal')",
    "FROM query('SELECT 1; DELETE FROM journal')",
    "FROM enable_logging(storage = 'file', storage_path = '{folder}/log')",
    "FROM import_database('{folder}')",
    "SELECT nextval('s')",
    "SELECT getenv('HOME')",
    "SELECT error('no')",
    "FROM REFUSED",
    "FROM nowhere",
]
ANSWERED = [  # and what is asked of the journal is answered
    "SELECT count(*) FROM journal",
    "FROM activities() SELECT id ORDER BY id",
    "-- a comment\nSELECT /* and another */ 1;",
    ";;SELECT 1;",
    "VALUES (1), (2)",
    "TABLE head",
    "DESCRIBE journal",
    "SUMMARIZE journal",
    "SHOW TABLES",
    "PIVOT journal ON room IN ('register', 'review') USING count(*)",
    "UNPIVOT (SELECT entry, subject FROM journal) ON subject",
    "WITH RECURSIVE r AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM r WHERE x < 9) FROM r",
    "FROM query('SELECT 1')",
    "FROM person",
    "SELECT getvariable('valid_on')",
    "SELECT 1 AS a, 2 AS a",
]


def told(query, path):
    """A statement with the places of a journal in it."""
    return query.replace("{path}", str(path)).replace("{folder}", str(path.parent))


def lies(path):
    """Every file in the folder of a journal, with its content."""
    return {one.name: hashlib.sha256(one.read_bytes()).hexdigest() for one in path.parent.rglob("*") if one.suffix != ".lock"}


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """The sample with a person, read only by these tests."""
    desk = ivp.sample(tmp_path_factory.mktemp("asked") / "j.duckdb", now=NOW, lang="en")
    desk.keep_person("p", "Eino Esimerkki")
    return desk


def test_the_corpus_is_large_and_names_every_type_of_statement():
    """At least sixty, and each type that DuckDB's parser tells apart but for those that no text makes."""
    found = set()
    for query in REFUSED + FAILING + ANSWERED:
        try:
            found |= {asking._kind(one) for one in duckdb.extract_statements(query)}
        except duckdb.Error:
            continue
    no_text = {"INVALID", "EXTENSION", "LOGICAL_PLAN", "RELATION", "MULTI", "COPY_DATABASE", "CREATE_FUNC", "UPDATE_EXTENSIONS"}
    assert len(REFUSED + FAILING + ANSWERED) >= 60
    assert set(duckdb.StatementType.__members__) - found <= no_text | {"VARIABLE_SET", "ANALYZE", "EXPORT", "CHECKPOINT"}


@pytest.mark.parametrize("query", REFUSED)
def test_what_is_not_one_select_is_refused_and_leaves_every_byte(asked, query):
    """By the parser's own word, before anything is opened."""
    path = asked.standpoint.path
    before = lies(path)
    with pytest.raises(ivp.Refusal, match="could not be run") as refusal:
        asked.sql(told(query, path))
    assert "\n" not in str(refusal.value)
    assert lies(path) == before


@pytest.mark.parametrize("query", FAILING)
def test_a_select_that_would_write_or_reach_a_file_fails_and_leaves_every_byte(asked, query):
    """A SELECT may hold a DELETE, and functions that write or read files: there is none within its reach."""
    path = asked.standpoint.path
    before = lies(path)
    with pytest.raises(ivp.Refusal, match="could not be run") as refusal:
        asked.sql(told(query, path))
    assert "\n" not in str(refusal.value)
    assert lies(path) == before


@pytest.mark.parametrize("query", ANSWERED)
def test_a_question_is_answered_and_leaves_every_byte(asked, query):
    """The positive control: the same journal, a question that only reads."""
    path = asked.standpoint.path
    before = lies(path)
    assert len(asked.sql(query))
    assert lies(path) == before


def test_a_query_over_no_journal_yet_answers_and_makes_none(tmp_path):
    """An empty journal has no rows, and no file."""
    desk = ivp.Desk(tmp_path / "none.duckdb", by="tt", now=NOW)
    assert desk.sql("SELECT count(*) AS n FROM journal")["n"][0] == 0
    with pytest.raises(ivp.Refusal):
        desk.sql("CREATE TABLE x (a INT)")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "query",
    [
        "SELECT count(*) FROM range(1000000) a, range(1000000) b",
        "WITH RECURSIVE r AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM r) FROM r",
    ],
)
def test_a_query_that_takes_too_long_is_stopped(asked, query):
    """After the seconds that it was given, in one line that tells how to give it more."""
    begin = time.monotonic()
    with pytest.raises(ivp.Refusal, match="seconds=600"):
        asked.sql(query, seconds=0.5)
    assert time.monotonic() - begin < 10


def test_an_answer_too_large_is_refused(asked):
    """A million rows are no answer for a reader; the row too many is what is refused."""
    assert len(asked.sql(f"FROM range({asking.ROWS})")) == asking.ROWS
    with pytest.raises(ivp.Refusal, match="more than"):
        asked.sql(f"FROM range({asking.ROWS + 1})")
    with pytest.raises(ivp.Refusal, match="Out of Memory"):
        asked.sql("SELECT count(DISTINCT md5(a.range::TEXT || b.range)) FROM range(30000) a, range(3000) b")


def test_a_slow_query_holds_nobody_up(tmp_path):
    """While it runs, another writes: the lock was held while the journal was copied, and no longer."""
    desk = ivp.sample(tmp_path / "j.duckdb", now=NOW, lang="en")
    slow = "SELECT count(*) FROM range(1000000) a, range(1000000) b"
    refused = []

    def ask():
        try:
            desk.sql(slow, seconds=4)
        except ivp.Refusal as refusal:
            refused.append(refusal)

    code = "import sys, ivplus_tools as ivp; d = ivp.Desk(sys.argv[1], by='tt'); d.register.activities(); print('ready', flush=True)\n"
    code += "input(); d.breach.open('x', aware='2026-03-02T09:00'); print('opened', flush=True)"
    asking_thread = threading.Thread(target=ask)
    with subprocess.Popen(
        [sys.executable, "-c", code, desk.standpoint.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "ready\n"  # what a process needs to begin is no waiting
        asking_thread.start()
        time.sleep(0.5)
        begin = time.monotonic()
        other.stdin.write("\n")
        other.stdin.flush()
        assert other.stdout.readline() == "opened\n"
        took = time.monotonic() - begin
    still = asking_thread.is_alive()
    asking_thread.join()
    assert still or took < 4
    assert len(refused) == 1


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf"), 1e30, "60", None, True])
def test_a_query_without_a_sound_bound_is_not_run(desk, seconds):
    """No time, endless time and what is no time: one line instead of a query that nobody stops."""
    with pytest.raises(ivp.Refusal, match="seconds"):
        desk.sql("SELECT 1", seconds=seconds)
    assert len(desk.sql("SELECT 1", seconds=5)) == 1
