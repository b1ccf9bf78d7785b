"""The shell: exit codes, tables for machines, one line for mistakes."""

import csv
import io
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from house import NOW, ROOT

import ivplus_tools as ivp

IVPLUS = [sys.executable, "-m", "ivplus_tools"]


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run `ivplus ...` in an empty folder, on 2 March 2026."""
    monkeypatch.setenv("IVPLUS_NOW", NOW)
    monkeypatch.setenv("IVPLUS_BY", "tt")
    monkeypatch.delenv("IVPLUS_DESK", raising=False)
    monkeypatch.chdir(tmp_path)

    def call(*words, code=0):
        done = subprocess.run([*IVPLUS, *map(str, words)], capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL)
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done

    return call


@pytest.fixture
def journal(tmp_path):
    """The sample company as a journal of this folder."""
    return ivp.sample(tmp_path / "ivplus.duckdb", now=NOW).standpoint.path


def test_import_check_export_and_import_again_lose_nothing(run, tmp_path):
    """The Finnish register from the shell: preview, record, findings, export, record again."""
    shutil.copy(ROOT / "data_samples" / "vanha_seloste.csv", "seloste.csv")
    preview = run("import", "seloste.csv").stdout
    assert "30  tulkittuja rivejä" in preview
    assert not Path("ivplus.duckdb").exists()
    assert "1–30" in run("import", "seloste.csv", "--why", "vanha seloste").stdout
    assert "REG-030" in run("check", code=1).stdout
    run("export", "out.xlsx")
    run("import", "out.xlsx", "--why", "uudelleen", "--desk", "second.duckdb")
    run("export", "one.json")
    run("export", "two.json", "--desk", "second.duckdb")
    one, two = (json.loads(Path(name).read_text(encoding="utf-8"))["records"] for name in ("one.json", "two.json"))
    assert one == two
    assert len(one) == 30


@pytest.mark.parametrize(("level", "code"), [("error", 1), ("warning", 1), ("info", 1), ("never", 0)])
def test_check_fails_on_the_level_asked(run, journal, level, code):
    """0 clean, 1 findings at or above the level."""
    run("check", "--fail-on", level, code=code)


def test_check_of_a_clean_register_is_clean(run, tmp_path):
    """Only what is at or above the level counts: the facts to verify are for information."""
    ivp.Desk(tmp_path / "ivplus.duckdb", by="tt", now=NOW).register.record(
        ivp.Organisation("me", relation="own"), valid_from="2026-01-01", why="w"
    )
    run("check", "--fail-on", "warning")
    run("check", "--fail-on", "info", code=1)


def test_findings_come_as_json_and_csv(run, journal):
    """The same rows as the frame, days in ISO."""
    rows = json.loads(run("check", "--format", "json", "--fail-on", "never").stdout)
    table = list(csv.DictReader(io.StringIO(run("check", "--format", "csv", "--fail-on", "never").stdout)))
    expected = ivp.Desk(journal, now=NOW).findings()
    assert len(rows) == len(table) == len(expected)
    assert [row["code"] for row in rows] == [row["code"] for row in table] == expected["code"].tolist()
    assert rows[0]["since"] == table[0]["since"] == str(expected["since"][0].date())


def test_at_asks_as_of_another_day(run, journal):
    """As of that day, and with --known as it was known then; a day without anything says so."""
    assert "mitään ei ollut voimassa" in run("check", "--at", "2010-01-01", "--fail-on", "never").stderr
    assert "koko päiväkirjaa" in run("verify", "--at", "2023-10-01").stderr
    then = json.loads(run("check", "--at", "2023-03-10", "--format", "json", "--fail-on", "never").stdout)
    now = json.loads(run("check", "--format", "json", "--fail-on", "never").stdout)
    assert len(then) < len(now)
    run("export", "then.json", "--at", "2023-10-01", "--known", "2023-10-01")
    records = json.loads(Path("then.json").read_text(encoding="utf-8"))["records"]
    assert next(one for one in records if one["id"] == "uutiskirje")["purposes"][0]["legal_basis"] == "6(1)(f)"


def test_verify_backup_and_restore(run, journal):
    """The head seal is the same after a restore, and an edit is found with exit code 1."""
    intact = run("verify").stdout
    run("backup", "copy")
    assert run("restore", "copy", "--desk", "restored.duckdb").stdout == intact
    assert run("verify", "--desk", "restored.duckdb", "--head", intact.split()[-1]).stdout == intact
    import duckdb

    with duckdb.connect("restored.duckdb") as con:
        con.execute("DROP TRIGGER journal_keeps_values ON journal")
        con.execute("UPDATE journal SET why = 'x' WHERE entry = 5")
    assert "5" in run("verify", "--desk", "restored.duckdb", code=1).stdout


def test_several_files_of_any_shape_are_imported_each_whole_or_not_at_all(run, tmp_path):
    """A refused file is told and does not stop the others; machines get everything as JSON; exit 2 says that one was refused."""
    tilt = {
        "meta": {},
        "controller": {"name": "Shop"},
        "thirdCountryTransfers": [],
        "dataDisclosed": [{"_id": "a", "category": "c", "odd": "x"}],
    }
    (tmp_path / "a.json").write_text(json.dumps(tilt), encoding="utf-8")
    (tmp_path / "b.txt").write_text("no register", encoding="utf-8")
    (tmp_path / "c.csv").write_text("Activity;Purpose\nSales;billing\n;\n", encoding="utf-8")
    done = run("import", "a.json", "b.txt", "c.csv", "--why", "taken over", "--format", "json", "--by", "tt", "--lang", "en", code=2)
    told = json.loads(done.stdout)
    assert [one["file"] for one in told] == ["a.json", "c.csv"]
    assert told[0]["counts"]["rows"] == 2
    assert told[0]["unmapped"] == [{"subject": "a", "heading": "odd", "content": "x"}]
    assert [one["entries"] for one in told] == [[1, 2], [3]]
    assert "ivplus: The file b.txt" in done.stderr
    text = run("import", "c.csv", "--lang", "en").stdout
    assert "rows understood" in text
    (tmp_path / "e.csv").write_text("Activity;Purpose\n", encoding="utf-8")
    assert "unfilled" in run("import", "e.csv", "--lang", "en", code=1).stdout
    done = run("import", "e.csv", "--why", "w", "--by", "tt", "--lang", "en", code=2)
    assert "unfilled" in done.stdout
    assert "e.csv" in done.stderr


def test_rows_set_apart_are_exit_code_1(run, tmp_path):
    """The others are recorded; a script notices that something was not."""
    (tmp_path / "c.csv").write_text("Activity;Purpose\nSales;billing\nSales;again\n", encoding="utf-8")
    run("import", "c.csv", "--why", "w", "--by", "tt", code=1)


@pytest.mark.parametrize("suffix", [".xlsx", ".json", ".csv", ".docx", ".html", ".md", ".pdf"])
def test_every_format_is_exported_at_the_shell(run, journal, suffix):
    """The whole, and one activity; as JSON with the hash of what was written."""
    import hashlib

    assert run("export", f"all{suffix}").stdout.strip() == f"all{suffix}"
    told = json.loads(run("export", f"one{suffix}", "--id", "uutiskirje", "--format", "json").stdout)
    content = Path(f"one{suffix}").read_bytes()
    assert told["sha256"] == hashlib.sha256(content).hexdigest()
    assert told["bytes"] == len(content)
    assert "--force" in run("export", f"one{suffix}", code=2).stderr
    run("export", f"one{suffix}", "--force")


@pytest.mark.parametrize(
    "words",
    [
        ["check"], ["verify"], ["export", "x.xlsx"], ["backup", "b"], ["restore", "nothing"], ["import", "nothing.xlsx"],
        ["check", "--at", "31.2.2026", "--desk", "ivplus.duckdb"], ["export", "x.pages"], ["check", "--desk", "/proc/version"],
    ],
)  # fmt: skip
def test_a_mistake_is_one_line_and_exit_code_2(run, words):
    """No journal, no file, no day, no format: never a traceback."""
    done = run(*words, code=2)
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stderr.startswith("ivplus: ")


def test_the_language_of_findings_and_mistakes(run, journal):
    """`--lang sv`, or the environment."""
    assert "Den personuppgiftsansvarige har inte angetts." in run("check", "--lang", "sv", "--fail-on", "never").stdout


def test_every_command_tells_what_it_does(run):
    """`--help` of the group and of each command."""
    listing = run("--help").stdout
    for name in ("lab", "check", "import", "export", "verify", "backup", "restore", "refresh-notebooks"):
        assert name in listing
        assert len(run(name, "--help").stdout.splitlines()) > 3


def test_lab_starts_on_this_machine_only_with_a_token(tmp_path, monkeypatch):
    """The arguments that `ivplus lab` gives to JupyterLab, and settings that keep it quiet."""
    from click.testing import CliRunner

    from ivplus_tools import cli

    called = []
    monkeypatch.setenv("IVPLUS_LAB_HOME", str(tmp_path))
    monkeypatch.setattr("os.execv", lambda _, arguments: called.extend(arguments))
    monkeypatch.setattr("subprocess.call", lambda arguments: called.extend(arguments) or 0)
    CliRunner().invoke(cli.main, ["lab", "--no-browser"])
    text = " ".join(called)
    assert "--ServerApp.ip=127.0.0.1" in text
    assert "00_start.ipynb" in text
    assert "token=" not in text
    assert "NeverCheckForUpdate" in text
    assert "extension_manager=readonly" in text
    assert '"fetchNews": "false"' in next(tmp_path.rglob("notification.jupyterlab-settings")).read_text()
