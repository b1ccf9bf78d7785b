"""A journal's file with something in it that we did not make: no answer is made from it, and `verify` never calls it whole."""

import hashlib
import shutil

import duckdb
import pytest
from house import NOW

import ivplus_tools as ivp
from ivplus_tools import _store

PLAIN = (
    "entry BIGINT PRIMARY KEY, room TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, valid_from DATE NOT NULL,"
    " recorded_at TIMESTAMPTZ NOT NULL, recorded_by TEXT NOT NULL, why TEXT NOT NULL, body JSON, seal TEXT NOT NULL"
)
DROPPED = "DROP TRIGGER journal_keeps_rows ON journal; DROP TRIGGER journal_keeps_values ON journal;"
TRIGGERS = [one.split(";")[0] + ";" for one in (_store.file.SQL / "journal.sql").read_text().split("CREATE TRIGGER")[1:]]
AGAIN = "".join(f"CREATE TRIGGER{one}" for one in TRIGGERS)


def rebuilt(columns, inserted="*"):
    """The journal's table made anew with other columns, the rows and the triggers put back."""
    return (
        f"CREATE TEMP TABLE kept AS FROM journal; {DROPPED} DROP TABLE journal; CREATE TABLE journal ({columns});"
        f" INSERT INTO journal SELECT {inserted} FROM kept; {AGAIN}"
    )


STORED = "* EXCLUDE (why), why"
ANSWERING = (  # tells the verifying query the text that was sealed, and whoever else asks another
    "CASE WHEN current_query() LIKE '%lag(seal%' THEN told ELSE 'forged' END"
)
PLANTED = {
    "a generated column": rebuilt(
        PLAIN.replace("why TEXT NOT NULL", f"told TEXT, why TEXT GENERATED ALWAYS AS ({ANSWERING}) VIRTUAL"),
        "* EXCLUDE (why, body, seal), why, body, seal",
    ),
    "a collation": rebuilt(PLAIN.replace("subject TEXT", "subject TEXT COLLATE NOCASE")),
    "another type": rebuilt(PLAIN.replace("room TEXT", "room JSON"), "* REPLACE (to_json(room) AS room)"),
    "a default": rebuilt(PLAIN.replace("why TEXT NOT NULL", "why TEXT NOT NULL DEFAULT 'x'")),
    "a check": rebuilt(PLAIN + ", CHECK (subject <> 'z')"),
    "no key": rebuilt(PLAIN.replace(" PRIMARY KEY", "")),
    "a trigger that empties persons": "CREATE TRIGGER t AFTER INSERT ON journal FOR EACH STATEMENT DELETE FROM person",
    "a trigger that reads a file": "CREATE TABLE loot (a TEXT); CREATE TRIGGER t AFTER INSERT ON head FOR EACH STATEMENT"
    " INSERT INTO loot SELECT content FROM read_text('/etc/hostname')",
    "a trigger on persons": "CREATE TRIGGER t AFTER DELETE ON person FOR EACH STATEMENT INSERT INTO refusal VALUES ('x')",
    "our trigger with another body": "DROP TRIGGER journal_keeps_rows ON journal;"
    " CREATE TRIGGER journal_keeps_rows AFTER DELETE ON journal FOR EACH STATEMENT INSERT INTO refusal VALUES ('x')",
    "a view": "CREATE VIEW v AS SELECT 1",
    "a schema": "CREATE SCHEMA s; CREATE VIEW s.journal AS SELECT 1",
    "a view in the place of the journal": f"CREATE TABLE kept AS FROM journal; {DROPPED} DROP TABLE journal;"
    " CREATE VIEW journal AS SELECT rowid, * FROM kept",
    "a view in the place of the format": "ALTER TABLE meta RENAME TO was; CREATE VIEW meta AS FROM was",
    "a table": "CREATE TABLE more (a INT)",
    "a column": "ALTER TABLE person ADD COLUMN note TEXT",
    "an index": "CREATE INDEX i ON journal (room)",
    "a sequence": "CREATE SEQUENCE s",
    "a type": "CREATE TYPE JSON AS VARCHAR",
    "no persons": "DROP TABLE person",
    "macro arg_max": "CREATE MACRO arg_max(a, b) AS min(a)",
    "macro getvariable": "CREATE MACRO getvariable(a) AS DATE '2000-01-01'",
    "macro sha256": "CREATE MACRO sha256(a) AS 'x'",
    "macro to_json": "CREATE MACRO to_json(a) AS 'x'",
    "macro =": 'CREATE MACRO "="(a, b) AS true',
    "macro standing": "CREATE MACRO standing() AS TABLE SELECT 1",
    "macro duckdb_tables": "CREATE MACRO duckdb_tables() AS TABLE SELECT 'file' AS database_name",
    "macro duckdb_functions": "CREATE MACRO duckdb_functions() AS TABLE SELECT 'x' AS database_name",
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A journal with a person; copied, never changed."""
    desk = ivp.Desk(tmp_path_factory.mktemp("whole") / "j.duckdb", by="tt", lang="en", now=NOW)
    for ident in "abc":
        desk.register.record(ivp.Activity(ident), valid_from="2026-01-01", why="w")
    desk.keep_person("p", "Eino Esimerkki")
    return desk


def planted(whole, folder, statements):
    """A Desk over a copy of a journal, changed by another client."""
    path = folder / "j.duckdb"
    shutil.copy(whole.standpoint.path, path)
    with duckdb.connect(str(path)) as con:
        con.execute(statements)
    return ivp.Desk(path, by="tt", lang="en", now=NOW)


@pytest.mark.parametrize("name", PLANTED)
def test_a_file_that_holds_something_else_is_read_by_nobody(whole, tmp_path, name):
    """Reading, asking, verifying, backing up and every way of writing refuse it in one line, and leave its bytes."""
    desk = planted(whole, tmp_path, PLANTED[name])
    before = hashlib.sha256(desk.standpoint.path.read_bytes()).hexdigest()
    acts = [
        desk.verify, desk.findings, desk.register.activities, desk.persons, lambda: desk.sql("FROM journal"),
        lambda: desk.register.record(ivp.Activity("d"), valid_from="2026-01-01", why="w"), lambda: desk.keep_person("q", "x"),
        lambda: desk.forget_person("p"), lambda: desk.backup(tmp_path / "b"), lambda: desk.verify(head=whole.verify().head),
    ]  # fmt: skip
    for act in acts:
        with pytest.raises(ivp.Refusal, match="no journal") as refusal:
            act()
        assert "\n" not in str(refusal.value)
    assert hashlib.sha256(desk.standpoint.path.read_bytes()).hexdigest() == before


def test_what_was_planted_after_an_answer_is_seen_at_the_next(whole, tmp_path):
    """That a file was looked at once is no reason not to look again: it has changed."""
    desk = planted(whole, tmp_path, "SELECT 1")
    assert len(desk.register.activities()) == 3
    assert desk.verify().ok
    with duckdb.connect(str(desk.standpoint.path)) as con:
        con.execute("CREATE MACRO arg_max(a, b) AS min(a)")
    with pytest.raises(ivp.Refusal, match="macro arg_max"):
        desk.register.activities()


def test_a_journal_without_its_triggers_is_read_but_never_called_whole(whole, tmp_path):
    """They change no answer, so reading goes on; `verify` tells what is gone, and a backup makes a whole journal again."""
    desk = planted(whole, tmp_path, DROPPED)
    assert len(desk.register.activities()) == 3
    verdict = desk.verify()
    assert not verdict.ok
    assert "journal_keeps_rows" in repr(verdict)
    assert "intact" not in repr(verdict)
    assert ivp.restore(desk.backup(tmp_path / "b"), tmp_path / "r.duckdb").ok


def test_an_untouched_journal_is_whole_after_every_kind_of_act(whole, tmp_path):
    """The positive control: what we make ourselves is never taken for something planted."""
    desk = planted(whole, tmp_path, "SELECT 1")
    desk.register.record(ivp.Activity("d"), valid_from="2026-01-01", why="w")
    desk.forget_person("p")
    desk.keep_person("q", "x")
    assert desk.verify().ok
    assert ivp.restore(desk.backup(tmp_path / "b"), tmp_path / "r.duckdb").ok


def test_a_seal_is_checked_over_the_row_that_answers_are_made_of(whole, tmp_path):
    """A row is read once: where its text does not match, the same text is spelt anew, and no other query is asked."""
    desk = planted(whole, tmp_path, f"{DROPPED} UPDATE journal SET why = 'tab\t' WHERE entry = 2; {AGAIN}")
    assert desk.verify().broken == 2


def test_a_journal_of_before_is_read_as_it_is_and_brought_on_at_the_first_write(whole, tmp_path):
    """Reading leaves every byte; writing keeps a backup beside it and says so; from then on an older version is refused."""
    desk = planted(whole, tmp_path, "UPDATE meta SET value = '1' WHERE key = 'format'")
    before = desk.standpoint.path.read_bytes()
    assert len(desk.register.activities()) == 3
    assert desk.verify().ok
    assert len(desk.sql("FROM journal")) == 3
    assert desk.standpoint.path.read_bytes() == before
    with pytest.warns(UserWarning, match="format 1 to 2"):
        desk.register.record(ivp.Activity("d"), valid_from="2026-01-01", why="w")
    assert (tmp_path / "j.duckdb.format-1" / "manifest.json").exists()
    assert _store.format_found(desk.standpoint.path) == 2
    assert desk.verify().entries == 4
