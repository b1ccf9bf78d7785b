"""`ivplus doctor`: each check says ok, note or bad of what it was made for, in three languages, and changes nothing."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from house import NOW, ROOT

import ivplus_tools as ivp
from ivplus_tools import _words, cli
from ivplus_tools.cli import doctor as checks

POSIX = pytest.mark.skipif(os.name != "posix", reason="modes and locks of POSIX")


@pytest.fixture
def journal(tmp_path, monkeypatch):
    """The sample company as a journal of this folder, on 2 March 2026."""
    monkeypatch.setenv("IVPLUS_NOW", NOW)
    monkeypatch.delenv("IVPLUS_DESK", raising=False)
    monkeypatch.setenv("IVPLUS_LAB_HOME", str(tmp_path / "lab"))
    monkeypatch.chdir(tmp_path)
    return ivp.sample(tmp_path / "ivplus.duckdb", now=NOW).standpoint.path


def ground(path, lang="en", named=False, home=ROOT, settings=Path("nowhere")):
    """What the checks look at."""
    return checks.Ground(Path(path), named, lang, home, settings)


def look(check, *args, **kwargs):
    """The rows of one check by what they are about."""
    return {row.what: row for row in check(ground(*args, **kwargs))}


def test_a_sound_installation_and_journal_end_with_0(journal):
    """Nothing is bad; the table comes as text, JSON and CSV, with the same codes."""
    done = CliRunner().invoke(cli.main, ["doctor", "--format", "json"])
    assert done.exit_code == 0, done.output
    rows = json.loads(done.output)
    assert {row["what"] for row in rows} == set(_words.values("doctor_what")) - ({"mode"} if os.name != "posix" else set())
    assert {row["state"] for row in rows} <= {"ok", "note"}
    table = list(csv.DictReader(io.StringIO(CliRunner().invoke(cli.main, ["doctor", "--format", "csv"]).output)))
    assert [row["what"] for row in table] == [row["what"] for row in rows]
    text = CliRunner().invoke(cli.main, ["doctor", "--lang", "sv"]).output.splitlines()
    assert len(text) == len(rows)
    assert all(line.startswith(("i ordning", "obs")) for line in text)


def test_it_changes_nothing(journal):
    """Not the journal, not its folder."""
    before = {path.name: path.read_bytes() for path in journal.parent.iterdir() if path.suffix == ".duckdb"}
    names = sorted(path.name for path in journal.parent.iterdir())
    CliRunner().invoke(cli.main, ["doctor"])
    assert {path.name: path.read_bytes() for path in journal.parent.iterdir() if path.suffix == ".duckdb"} == before
    assert sorted(path.name for path in journal.parent.iterdir()) == names


@pytest.mark.parametrize("lang", _words.LANGS)
def test_every_detail_is_said_in_every_language(lang, tmp_path):
    """Each sentence of the doctor is asked for by the code, with what it needs."""
    source = Path(checks.__file__).read_text(encoding="utf-8")
    for key, entry in _words.read("labels")["doctor"].items():
        assert f"doctor.{key}" in source
        assert entry[lang]


@POSIX
def test_a_journal_that_others_can_read_is_bad(journal):
    """And the exit code is 1."""
    journal.chmod(0o644)
    row = look(checks._journal, journal)["mode"]
    assert row.state == "bad"
    assert "0644" in row.detail
    done = CliRunner().invoke(cli.main, ["doctor", "--lang", "en"])
    assert done.exit_code == 1
    assert "chmod 600" in done.output


def test_a_missing_journal_is_bad_only_where_it_was_named(journal, tmp_path):
    """A new officer has none yet; a job that names the wrong file must not seem well."""
    assert look(checks._journal, tmp_path / "x.duckdb")["journal"].state == "note"
    assert CliRunner().invoke(cli.main, ["doctor", "--desk", "x.duckdb"]).exit_code == 1
    journal.unlink()
    assert CliRunner().invoke(cli.main, ["doctor"]).exit_code == 0
    assert CliRunner().invoke(cli.main, ["doctor"], env={"IVPLUS_DESK": "ivplus.duckdb"}).exit_code == 1


def test_broken_seals_and_other_formats_are_told(journal):
    """An edit is found; a newer format is bad, an older one is noted and is not migrated by looking at it."""
    import duckdb

    def change(statement):
        with duckdb.connect(str(journal)) as con:
            con.execute(statement)

    change("UPDATE meta SET value = '99' WHERE key = 'format'")
    row = look(checks._journal, journal)["format"]
    assert row.state == "bad"
    assert "99" in row.detail
    change(f"UPDATE meta SET value = '{checks._store.FORMAT}' WHERE key = 'format'")
    change("DROP TRIGGER journal_keeps_values ON journal")
    change("UPDATE journal SET why = 'x' WHERE entry = 5")
    row = look(checks._journal, journal)["seals"]
    assert row.state == "bad"
    assert "5" in row.detail


def test_an_older_format_is_noted_and_left_as_it_is(journal, monkeypatch):
    """The next opening migrates it, with a backup; the doctor only says so."""
    monkeypatch.setattr(checks._store, "FORMAT", checks._store.FORMAT + 1)
    before = journal.read_bytes()
    rows = look(checks._journal, journal)
    assert rows["format"].state == "note"
    assert "seals" not in rows
    assert journal.read_bytes() == before


def test_a_file_that_is_no_journal_is_bad(tmp_path):
    """In the words of the refusal, and the other checks go on."""
    (tmp_path / "x.duckdb").write_bytes(b"nothing of the kind")
    rows = {row.what: row for row in checks.examine(ground(tmp_path / "x.duckdb"))}
    assert rows["journal"].state == "bad"
    assert rows["journal"].detail.startswith(f"{tmp_path / 'x.duckdb'} is no journal")
    assert rows["browser"].state in ("ok", "note")


def test_a_check_that_breaks_is_a_row(monkeypatch, tmp_path):
    """Whatever fails is what was to be found."""
    monkeypatch.setattr(checks, "CHECKS", (("space", lambda _: 1 / 0),))
    assert checks.examine(ground(tmp_path / "x")) == [checks.Row("space", "bad", "ZeroDivisionError: division by zero")]


@POSIX
def test_a_held_lock_is_noted_with_its_process(journal):
    """Another process that uses the journal at this moment is named."""
    hold = """
import sys, filelock
lock = filelock.FileLock(sys.argv[1])
lock.acquire()
open(sys.argv[1], "w").write("4711 1")
print(flush=True)
input()
"""
    with subprocess.Popen(
        [sys.executable, "-c", hold, f"{journal}.lock"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        other.stdout.readline()
        row = look(checks._lock, journal)["lock"]
        other.communicate("\n")
    assert row.state == "note"
    assert "4711" in row.detail
    assert look(checks._lock, journal)["lock"].state == "ok"


def test_left_over_files_beside_the_journal_are_noted(journal):
    """Halves of files that a kill left, and old files that somebody has not confirmed."""
    assert look(checks._folder, journal)["left_over"].state == "ok"
    for name in ("out.xlsx.part", "customers.csv.1.ivplus-new", "customers.csv.1.ivplus-old", "ivplus.duckdb.new"):
        (journal.parent / name).touch()
    row = look(checks._folder, journal)["left_over"]
    assert row.state == "note"
    assert row.detail.count(",") == 3


def test_a_folder_that_is_missing_full_shared_or_closed_is_bad(journal, monkeypatch, tmp_path):
    """Each by its own row."""
    assert look(checks._folder, tmp_path / "no" / "x.duckdb")["folder"].state == "bad"
    rows = look(checks._folder, journal)
    assert [rows[name].state for name in ("folder", "drive", "space")] == ["ok", "ok", "ok"]
    monkeypatch.setattr(checks.os, "access", lambda *_: False)
    monkeypatch.setattr(checks._store, "network_of", lambda _: "nfs4")
    monkeypatch.setattr(checks.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 5 * 1024**2}))
    rows = look(checks._folder, journal)
    assert [rows[name].state for name in ("folder", "drive", "space")] == ["bad", "bad", "bad"]
    assert "nfs4" in rows["drive"].detail
    assert "5 MB" in rows["space"].detail


@pytest.mark.parametrize(
    ("now", "states"),
    [(NOW, ["note"]), ("1970-01-01T00:00", ["note", "bad"]), ("2099-01-01T00:00", ["note", "note"]), (None, ["ok"])],
)
def test_a_clock_that_cannot_be_right_is_told(now, states, monkeypatch, tmp_path):
    """Pinned, before the facts were read, long after them."""
    monkeypatch.setattr(
        checks._dates,
        "datetime",
        type("Clock", (checks._dates.datetime,), {"now": classmethod(lambda cls, zone: cls(2026, 9, 1, tzinfo=zone))}),
    )
    monkeypatch.setenv("IVPLUS_NOW", now) if now else monkeypatch.delenv("IVPLUS_NOW", raising=False)
    assert [row.state for row in checks._clock(ground(tmp_path / "x"))] == states


def test_a_clock_that_is_no_moment_is_bad(journal, monkeypatch):
    """Every command would be refused; here it is one row of many."""
    monkeypatch.setenv("IVPLUS_NOW", "soon")
    done = CliRunner().invoke(cli.main, ["doctor", "--lang", "en"])
    assert done.exit_code == 1
    assert "'soon' is no instant" in done.output


def test_an_entry_of_the_future_is_bad(journal, monkeypatch):
    """No new entry would be taken; five minutes are smoothed."""
    assert look(checks._last_entry, journal)["last_entry"].state == "ok"
    monkeypatch.setenv("IVPLUS_NOW", "2026-03-02T08:17")
    assert look(checks._last_entry, journal)["last_entry"].state == "ok"
    monkeypatch.setenv("IVPLUS_NOW", "2026-03-02T08:10")
    assert look(checks._last_entry, journal)["last_entry"].state == "bad"


def test_an_empty_or_missing_journal_has_no_last_entry(tmp_path):
    """Nothing is said of it."""
    assert look(checks._last_entry, tmp_path / "x.duckdb") == {}
    ivp.Desk(tmp_path / "x.duckdb", by="tt", now=NOW).keep_person("dpo", "N. N.")
    assert look(checks._last_entry, tmp_path / "x.duckdb") == {}


def test_without_time_zone_data_the_doctor_still_answers():
    """No module that knows the time loads then; it is one line, and exit code 1."""
    code = "import sys; sys.modules['tzdata'] = None\nfrom ivplus_tools.cli import main\nmain(['doctor'])"
    done = subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONTZPATH": ""}, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stdout.startswith("bad  ")
    assert "Europe/Helsinki" in done.stdout
    assert "Traceback" not in done.stderr


def test_wrong_time_zone_data_are_bad(monkeypatch, tmp_path):
    """A zone without summer time would miscount every hour of it."""
    assert look(checks._zone, tmp_path)["zone"].state == "ok"
    monkeypatch.setattr(checks._dates, "HELSINKI", ZoneInfo("Africa/Johannesburg"))
    assert look(checks._zone, tmp_path)["zone"].state == "bad"


def test_versions_are_compared_with_the_lock_file(tmp_path):
    """Those that differ are named; several versions of one package are those of several Pythons; without the file nothing is said."""
    from importlib.metadata import version

    assert look(checks._locked, tmp_path / "x", home=tmp_path) == {}
    lock = tmp_path / "requirements.lock"
    lock.write_text(f"click=={version('click')} \\\n    --hash=sha256:0\nclick==0.1 ; python_version < '3'\nnot-here==1\n")
    assert look(checks._locked, tmp_path / "x", home=tmp_path)["lock_file"].detail == "1 packages, all as in the lock file"
    lock.write_text("click==0.1 \\\n")
    row = look(checks._locked, tmp_path / "x", home=tmp_path)["lock_file"]
    assert row.state == "note"
    assert f"click {version('click')} (0.1)" in row.detail


def test_a_package_that_does_not_load_is_bad_and_an_extra_is_noted(monkeypatch, tmp_path):
    """By name; all else works without an extra."""
    assert look(checks._packages, tmp_path)["packages"].state == "ok"
    monkeypatch.setitem(sys.modules, "bs4", None)
    row = look(checks._packages, tmp_path)["packages"]
    assert row.state == "bad"
    assert "beautifulsoup4" in row.detail
    monkeypatch.setattr(checks, "_version", lambda _: None)
    assert {row.state for row in checks._extras(ground(tmp_path))} == {"note"}
    assert [row.state for row in checks._fonts(ground(tmp_path))] == ["ok", "note"]


def test_fonts_browser_and_facts(monkeypatch, tmp_path):
    """A missing font of the charts is bad, a missing browser is noted, and so are facts to be read."""
    monkeypatch.setenv("IVPLUS_NOW", NOW)
    monkeypatch.setattr(checks, "FONT", Path("no.ttf"))
    assert next(iter(checks._fonts(ground(tmp_path)))).state == "bad"
    monkeypatch.setattr(checks, "BROWSERS", ())
    monkeypatch.delenv("IVPLUS_CHROMIUM", raising=False)
    assert look(checks._browser, tmp_path)["browser"].state == "note"
    rows = look(checks._facts, tmp_path / "x")
    assert [rows["facts"].state, rows["reread"].state] == ["note", "ok"]
    monkeypatch.setenv("IVPLUS_NOW", "2027-08-02T09:00")
    assert "gdpr" in look(checks._facts, tmp_path / "x")["reread"].detail


def test_settings_of_jupyterlab_are_those_of_ivplus_lab(tmp_path):
    """Not yet written, as written, and changed by somebody."""
    from ivplus_tools.cli.house import LAB_SETTINGS

    assert "ivplus lab" in look(checks._jupyter, tmp_path, settings=tmp_path)["jupyter"].detail
    for plugin, content in LAB_SETTINGS.items():
        (tmp_path / plugin).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / plugin).write_text("// mine\n" + json.dumps(content))
    assert look(checks._jupyter, tmp_path, settings=tmp_path)["jupyter"].state == "ok"
    for plugin, content in LAB_SETTINGS.items():
        (tmp_path / plugin).write_text(json.dumps(dict.fromkeys(content, "other")))
        assert look(checks._jupyter, tmp_path, settings=tmp_path)["jupyter"].state == "note", plugin
        (tmp_path / plugin).write_text(json.dumps(content))


def test_no_check_asks_the_network(journal, monkeypatch):
    """A socket that is opened fails the test."""

    def refuse(*_):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr("socket.socket.connect", refuse)
    monkeypatch.setattr("socket.getaddrinfo", refuse)
    assert "AssertionError" not in CliRunner().invoke(cli.main, ["doctor"]).output
