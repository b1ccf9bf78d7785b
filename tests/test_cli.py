"""The shell: exit codes, tables for machines, one line for mistakes."""

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import click
import hostile
import pytest
from click.testing import CliRunner
from house import NOW, ROOT

import ivplus_tools as ivp
from ivplus_tools import _law, _store, _words, cli
from ivplus_tools.cli import base, house, looking, sarif
from ivplus_tools.rooms import ROOMS, AllRooms

IVPLUS = [sys.executable, "-m", "ivplus_tools"]


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run `ivplus ...` in an empty folder, on 2 March 2026."""
    monkeypatch.setenv("IVPLUS_NOW", NOW)
    monkeypatch.setenv("IVPLUS_BY", "tt")
    monkeypatch.delenv("IVPLUS_DESK", raising=False)
    monkeypatch.chdir(tmp_path)

    def call(*words, code=0):
        done = CliRunner().invoke(cli.main, [*map(str, words)], prog_name="ivplus")  # in this process: a start costs a second
        assert code is None or done.exit_code == code, (done.output, done.exception)
        assert "Traceback" not in done.stderr
        assert isinstance(done.exception, SystemExit | None)
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
    assert "tulkittuja rivejä: 30" in preview
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
    desk = ivp.Desk(tmp_path / "ivplus.duckdb", by="tt", now=NOW)
    desk.register.record(ivp.Organisation("me", relation="own"), valid_from="2026-01-01", why="w")
    run("check", "--fail-on", "warning", code=1)  # a register without an activity is none
    desk.audit.accept("REG-067", "me", "begun today", until="2026-03-31")
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
def test_a_mistake_is_one_line_and_exit_code_2(run, words, monkeypatch):
    """No journal, no file, no day, no format: never a traceback."""
    monkeypatch.setattr(_store.file, "WAIT_SECONDS", 0.2)  # for a lock that no file in /proc can be
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


def test_jupyterlab_itself_speaks_the_language_that_was_asked_for(tmp_path, monkeypatch):
    """Finnish has a language pack; a language without one is English, also after Finnish."""
    monkeypatch.setenv("IVPLUS_LAB_HOME", str(tmp_path))
    monkeypatch.setenv("IVPLUS_LANG", "fi")
    monkeypatch.setattr("os.execv", lambda *_: None)
    monkeypatch.setattr("subprocess.call", lambda *_: 0)
    for lang, locale in (("fi", "fi_FI"), ("sv", "default"), ("fi", "fi_FI"), ("en", "default")):
        CliRunner().invoke(cli.main, ["lab", "--no-browser", "--lang", lang])
        assert json.loads(next(tmp_path.rglob("plugin.jupyterlab-settings")).read_text())["locale"] == locale


def test_the_invented_company_is_practised_on_in_a_journal_of_its_own(tmp_path, monkeypatch):
    """`--desk sample` with a language opens the work notebooks over the sample, never over a journal beside them."""
    monkeypatch.setenv("IVPLUS_LAB_HOME", str(tmp_path))
    monkeypatch.setenv("IVPLUS_DESK", "")
    monkeypatch.setenv("IVPLUS_LANG", "fi")
    called = []
    monkeypatch.setattr("os.execv", lambda _, arguments: called.extend(arguments))
    monkeypatch.setattr("subprocess.call", lambda arguments: called.extend(arguments) or 0)
    CliRunner().invoke(cli.main, ["lab", "--no-browser", "--lang", "fi", "--desk", "sample"])
    assert "work/fi/" in " ".join(called)
    assert ivp.Desk(os.environ["IVPLUS_DESK"]).breach.case("2026-001")


def test_a_room_without_a_record_is_not_clean(tmp_path, run):
    """Nothing is found there because nothing is recorded there, and the summary says so."""
    ivp.Desk(tmp_path / "j.duckdb", by="tt").register.record(ivp.Activity("a"), valid_from="2026-01-01", why="w")
    told = run("check", "--desk", str(tmp_path / "j.duckdb"), "--room", "breach", "--lang", "en")
    assert "nothing is recorded, so nothing can be told of: breach" in told.stderr
    told = run("check", "--desk", str(tmp_path / "j.duckdb"), "--room", "register", "--lang", "en", code=1)
    assert "nothing is recorded" not in told.stderr


# --- check, as linters do


LINE = re.compile(rf"({'|'.join(ROOMS)})/\S+: [A-Z]{{3}}-\d{{3}} .+ \[\S+\]( \(.+\))?")


def test_every_line_of_check_has_one_form_and_the_summary_is_apart(run, journal):
    """What scripts parse is on stdout, worst first; what it comes to is on stderr, and `--quiet` leaves it out."""
    done = run("check", "--lang", "en", code=1)
    lines, found = done.stdout.splitlines(), ivp.Desk(journal, now=NOW, lang="en").findings()
    assert all(LINE.fullmatch(line) for line in lines)
    assert lines[0].startswith("register/ajoneuvot: REG-039 An impact assessment")
    assert lines[0].endswith(" [gdpr:35(1)]")
    assert [line.split()[1] for line in lines] == found["code"].tolist()
    counts = found.query("code != 'LAW-001'")["severity"].value_counts()
    assert f"errors {counts['error']} · warnings {counts['warning']} · for information {counts['info']}" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert run("check", "--quiet", code=1).stderr == ""


def test_facts_that_nobody_has_compared_are_a_line_per_instrument_and_whole_in_their_own_list(run, journal):
    """In every format one finding per instrument; `ivplus law` says of each what to look up and where, also of one instrument."""
    unread = _law.unverified()
    instruments = {one.instrument["key"] for one in unread}
    lines = [line for line in run("check", "--fail-on", "never").stdout.splitlines() if "LAW-001" in line]
    assert {line.partition(":")[0] for line in lines if line.count("/") == 1} <= {f"law/{key}" for key in instruments}
    assert len(lines) == len(instruments)
    run("check", "--room", "law", "--fail-on", "info", code=1)
    assert sum(row["code"] == "LAW-001" for row in json.loads(run("check", "--format", "json", code=1).stdout)) == len(instruments)
    rows = json.loads(run("law", "--lang", "en", "--format", "json").stdout)
    assert {row["rule"]: row["note"] for row in rows} == {one.rule: one.note["en"] for one in unread}
    assert len(run("law", "scc").stdout.splitlines()) == sum(one.instrument["key"] == "scc" for one in unread)
    assert run("law", "other").stdout == ""
    run("law", "sccx", code=2)


def test_a_room_narrows_the_findings_and_the_exit_code(run, journal):
    """Several rooms may be named; an unknown one is a misuse."""
    rows = json.loads(run("check", "--room", "review", "--room", "breach", "--format", "json", code=1).stdout)
    assert {row["room"] for row in rows} == {"review", "breach"}
    run("check", "--room", "law", code=0)
    assert "'retention'" in run("check", "--room", "retencion", code=2).stderr
    [room] = [one for one in looking.check.params if one.name == "rooms"]
    assert [one.value for one in room.shell_complete(None, "")] == list(ROOMS)


def test_since_shows_only_what_that_day_did_not_have(run, journal):
    """Compared with what was found on that day as it was known then; a day to come is refused, since it would find nothing."""
    desk = ivp.Desk(journal, now=NOW)
    same = ["room", "subject", "code", "finding"]
    old = set(desk.at(valid="2026-01-01", known="2026-01-01").findings()[same].itertuples(index=False, name=None))
    expected = [one for one in desk.findings()[same].itertuples(index=False, name=None) if one not in old]
    rows = json.loads(run("check", "--since", "2026-01-01", "--format", "json", code=1).stdout)
    assert [tuple(row[name] for name in same) for row in rows] == expected
    assert 0 < len(rows) < len(desk.findings())
    assert run("check", "--since", "2026-03-02").stdout == ""
    assert "2.3.2026" in run("check", "--since", "2026-03-03", code=2).stderr
    assert "1.6.2025" in run("check", "--at", "2025-06-01", "--since", "1.7.2025", code=2).stderr


def test_a_finding_of_two_lines_is_one_line():
    """A purpose may hold a line break; a script reads a line as a finding."""
    one = SimpleNamespace(room="register", subject="a", code="REG-020", finding="first\n second\u2028third", rule="gdpr:6(1)", state="open")
    assert looking.line_of(one, "en") == "register/a: REG-020 first second third [gdpr:6(1)]"


# --- SARIF


def test_sarif_has_what_its_schema_requires(run, journal):
    """One run; each result names a rule of the driver, a level, a text and a place."""
    log = json.loads(run("check", "--format", "sarif", "--lang", "sv", code=1).stdout)
    assert log["version"] == "2.1.0"
    [made] = log["runs"]
    assert set(made) <= {"tool", "language", "results"}
    driver = made["tool"]["driver"]
    assert driver["name"] == "ivplus"
    assert driver["version"]
    codes = [one["id"] for one in driver["rules"]]
    assert codes == list(_words.read("findings"))
    for one in driver["rules"]:
        assert one["shortDescription"]["text"]
        assert "{" not in one["shortDescription"]["text"]
        assert one["defaultConfiguration"]["level"] in ("error", "warning", "note")
        assert one.get("helpUri", "https://").startswith(("http://", "https://"))
    found = ivp.Desk(journal, now=NOW, lang="sv").findings()
    assert len(made["results"]) == len(found)
    for result, row in zip(made["results"], found.itertuples(), strict=True):
        assert codes[result["ruleIndex"]] == result["ruleId"] == row.code
        assert result["level"] == {"info": "note"}.get(row.severity, row.severity)
        assert result["message"] == {"text": row.finding}
        [place] = result["locations"]
        assert place["logicalLocations"][0]["fullyQualifiedName"] == f"{row.room}/{row.subject}"
        assert place["physicalLocation"]["artifactLocation"]["uri"] == "ivplus.duckdb"
        assert result["properties"]["since"] == str(row.since.date())
        assert result["properties"]["rule"] == row.rule
    by_id = {one["id"]: one for one in driver["rules"]}
    assert by_id["REG-020"]["helpUri"] == "http://data.europa.eu/eli/reg/2016/679/oj"
    assert by_id["REG-020"]["defaultConfiguration"]["level"] == "error"


def test_fingerprints_are_the_same_from_run_to_run_and_tell_findings_apart(run, journal):
    """The sentence's own is different for each finding of the sample, the subject's the same in every language."""
    runs = [
        json.loads(run("check", "--format", "sarif", "--lang", lang, code=1).stdout)["runs"][0]["results"] for lang in ("fi", "fi", "sv")
    ]
    first, again, swedish = ([one["partialFingerprints"] for one in results] for results in runs)
    assert first == again
    assert len({one["sentence/v1"] for one in first}) == len(first)
    assert sorted(one["subject/v1"] for one in first) == sorted(one["subject/v1"] for one in swedish)


def test_two_findings_of_one_subject_and_code_have_fingerprints_of_their_own(desk):
    """Two purposes without a legal basis are two findings."""
    bare = [ivp.Purpose(name) for name in ("billing", "statistics")]
    desk.register.record(ivp.Activity("sales", purposes=bare), valid_from="2026-01-01", why="w")
    found = [one for one in AllRooms(desk.standpoint).statuses() if one.code == "REG-020"]
    one, other = (one["partialFingerprints"] for one in sarif.log_of(found, desk.standpoint)["runs"][0]["results"])
    assert one["subject/v1"] == other["subject/v1"]
    assert one["sentence/v1"] != other["sentence/v1"]


# --- rule


def test_a_code_is_explained_in_any_case_and_language(run):
    """Sentence, severity, room and the rule behind it; the same in Python."""
    told = run("rule", "reg-020", "--lang", "en").stdout
    for text in (
        "REG-020",
        "The purpose ‘…’ has no legal basis.",
        "error",
        "record of processing activities",
        "gdpr:6(1) · ",
        "http://data.europa.eu",
    ):
        assert text in told
    assert repr(ivp.cite("REG-020", lang="en")) == told.rstrip("\n")
    assert "REG-020" in ivp.cite("REG-020")._repr_html_()
    assert "gdpr:30(2)(c)" in run("rule", "REG-009").stdout
    assert run("rule", "GDPR:30(1)(F)", "--lang", "sv").stdout == run("rule", "gdpr:30(1)(f)", "--lang", "sv").stdout
    assert "allvar" not in run("rule", "gdpr:30(1)(f)", "--lang", "sv").stdout


@pytest.mark.parametrize(("got", "near"), [("REG-999", "REG-"), ("gdpr:30(1)(x)", "gdpr:30(1)"), ("", "REG-001")])
def test_an_unknown_code_is_refused_with_the_nearest(run, got, near):
    """One line, exit code 2."""
    done = run("rule", got, "--lang", "en", code=2)
    assert near in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_every_code_has_a_room_a_severity_and_a_rule():
    """What `cite` and SARIF say of a code is what the rooms report."""
    severities = {"error", "warning", "info"}
    for code, (severity, facts) in _law.findings().items():
        assert severity in severities
        assert facts, code
        assert repr(ivp.cite(code, lang="en")).count(facts[0].rule)
    names = [one.casefold() for one in (*_law.findings(), *_law.facts())]
    assert len(names) == len(set(names))


def test_the_room_of_a_code_is_the_room_that_reports_it(sample):
    """By what the code begins with, for every finding of the sample."""
    for row in sample.findings().itertuples():
        assert _words.room_of(row.code) == row.room
    assert list(dict.fromkeys(_words.rooms().values())) == list(ROOMS)


# --- completion, help, failures


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["rule", "reg-02"], "REG-020"), (["check", "--room", "ret"], "retention"), (["check", "--format", "s"], "sarif"),
        (["doctor", "--lang", ""], "sv"), (["import", "x"], "file,x"), (["backup", "c"], "dir,c"), (["comp"], "completion"),
        (["completion", ""], "fish"), (["check", "--desk", "i"], "file,i"),
    ],
)  # fmt: skip
def test_a_shell_is_offered_what_fits(words, offered, tmp_path):
    """Click's own protocol, as bash speaks it."""
    asked = {**os.environ, "_IVPLUS_COMPLETE": "bash_complete", "COMP_WORDS": " ".join(["ivplus", *words]), "COMP_CWORD": str(len(words))}
    done = subprocess.run(IVPLUS, env=asked, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert offered in done.stdout.replace("plain,", "").split()


@pytest.mark.parametrize("shell", house.SHELLS)
def test_the_completion_script_is_for_the_shell_named(run, shell):
    """It calls `ivplus` with the variable that click knows; a shell without one is a misuse."""
    script = run("completion", shell).stdout
    assert f"_IVPLUS_COMPLETE={shell}_complete" in script
    assert f"ivplus completion {shell}" in run("completion", "--help").stdout
    run("completion", "cmd", code=2)


def test_the_completion_script_is_sound_bash(run):
    """Bash itself reads it."""
    if not shutil.which("bash"):
        pytest.skip("no bash")
    script = run("completion", "bash").stdout
    subprocess.run(["bash", "-n"], input=script, text=True, check=True)
    subprocess.run(["bash", "-c", f"{script}\ncomplete -p ivplus"], check=True, capture_output=True)


@pytest.mark.parametrize("name", list(cli.main.commands))
def test_help_is_a_manual_page(name):
    """A summary of one line, a paragraph, exit codes and examples; every command stands in a section of the group's help."""
    command = cli.main.commands[name]
    text = command.get_help(click.Context(command, info_name=f"ivplus {name}", max_content_width=100))
    summary, _, rest = command.help.partition("\n\n")
    assert len(summary.splitlines()) == 1, name
    assert len(summary) <= 100
    assert len(rest) > 100, name
    for section in ("Exit codes:", "Examples:", f"  ivplus {name}"):
        assert section in text
    assert all(option.help for option in command.params if isinstance(option, click.Option)), name
    assert any(name in names for names in base.SECTIONS.values())


def test_the_sections_name_commands_that_exist():
    """And the help of the group lists each of them once."""
    listing = CliRunner().invoke(cli.main, ["--help"]).output
    for name in (one for names in base.SECTIONS.values() for one in names):
        assert len(re.findall(rf"^  {name} ", listing, re.MULTILINE)) == 1, name


def test_a_command_that_no_section_names_comes_last():
    """One that is added later is not lost."""
    group = base.Commands("g", commands={name: click.Command(name, help=f"{name}.") for name in ("zz", "check")})
    assert group.list_commands(None) == ["check", "zz"]
    listing = CliRunner().invoke(group, ["--help"]).output
    assert listing.index("check") < listing.index("Other:") < listing.index("zz")


def test_a_failure_of_the_program_is_not_taken_for_a_finding(monkeypatch):
    """Exit code 1 means findings; whatever breaks is 2, with its traceback."""
    monkeypatch.setattr("ivplus_tools._law.cite", lambda *_: 1 / 0)
    done = CliRunner().invoke(cli.main, ["rule", "REG-020"])
    assert done.exit_code == 2
    assert "ZeroDivisionError" in done.output


def test_starting_loads_nothing_heavy():
    """`ivplus --help` and completion come at once."""
    heavy = ("duckdb", "pandas", "pydantic", "babel", "ivplus_tools.desk", "ivplus_tools._dates", "click.shell_completion")
    code = f"import sys, ivplus_tools.cli; print([m for m in {heavy} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_each_planted_fault_is_printed_exactly_once_and_nothing_else(run, journal):
    """The table of data_samples/README.md, line by line; the facts to verify are apart; an accepted finding says until when."""
    readme = (ROOT / "data_samples" / "README.md").read_text(encoding="utf-8")
    planted = set()
    for line in readme.splitlines():
        if line.startswith("| ") and (codes := re.findall(r"\b[A-Z]{3}-\d{3}\b", line.split("|")[1])):
            planted |= {(code, subject) for code in codes for subject in re.findall(r"`([^`]+)`", line.split("|")[2])}
    lines = run("check", "--fail-on", "never").stdout.splitlines()
    printed = [
        (match[2], match[1]) for line in lines if (match := re.match(r"\w+/(.+?): ([A-Z]{3}-\d{3}) ", line)) and match[2] != "LAW-001"
    ]
    assert len(printed) == sum("LAW-001" not in line for line in lines)
    assert set(printed) == planted
    twice = {code for code, _ in printed if code[:3] != "NOT"} & {one[0] for one in printed if printed.count(one) > 1}
    assert not twice  # a notice has a finding for each item of the law
    [verkko] = [line for line in lines if "REG-062" in line]
    assert verkko.endswith("(hyväksytty 30.6.2026 saakka: palveluntarjoaja vaihtuu kesällä)")


def test_an_accepted_finding_says_for_how_long_and_does_not_count_until_then(run, tmp_path):
    """In text, JSON and SARIF; the day after, it counts again."""
    desk = ivp.Desk(tmp_path / "ivplus.duckdb", by="tt", now=NOW)
    desk.register.record(ivp.Organisation("me", relation="own"), valid_from="2026-01-01", why="w")
    desk.register.record(ivp.System("x"), valid_from="2026-01-01", why="w")
    run("check", "--fail-on", "warning", code=1)
    for row in desk.audit.status().query("severity != 'info'").itertuples():
        desk.audit.accept(row.code, row.subject, reason="being asked", until="2026-03-31")
    done = run("check", "--fail-on", "warning", "--lang", "en")
    assert "(accepted until 31 Mar 2026: being asked)" in done.stdout
    assert "accepted" in done.stderr
    run("check", "--fail-on", "warning", "--at", "2026-04-01", code=1)
    results = json.loads(run("check", "--format", "sarif", "--room", "register").stdout)["runs"][0]["results"]
    assert [one["suppressions"][0]["justification"] for one in results] == ["being asked"] * len(results)


def test_no_verb_of_the_shell_prints_what_acts_on_the_terminal(run, tmp_path, monkeypatch):
    """Over a journal whose texts turn the writing direction, and with escapes in every word of the command line."""
    turning, evil = "a\u202egnp\u202c b", "a\x1b]0;owned\x07\x1b[2J\u202egnp\u202c\x9b31m"
    desk = ivp.Desk(tmp_path / "ivplus.duckdb", by=turning, now=NOW)
    for name in ROOMS:
        getattr(desk, name).seal_act([one for one in hostile.things("x", turning) if one.room == name], hostile.SINCE, turning)
    monkeypatch.setenv("IVPLUS_BY", turning)
    (tmp_path / "r.csv").write_text(f"Tunnus;Nimi;Tarkoitus\nx;{evil};{evil}\n", encoding="utf-8")
    bare = ("check", "due", "law", "scan", "verify", "doctor", "anchor")
    words = [(one,) for one in bare] + [("check", "--format", one) for one in ("json", "sarif")] + [("import", "r.csv")]
    words += [(one, evil) for one in ("rule", "scan", "verify", "restore", "backup", "completion", "export", "law")]
    words += [("check", one, evil) for one in ("--at", "--room", "--lang", "--desk")] + [
        ("audit", "--as-of", evil),
        ("import", "r.csv", "--why", evil),
    ]
    for one in words:
        done = run(*one, code=None)
        assert not set(done.stdout + done.stderr) & set("\x1b\x07\x9b\u202e\u202c"), one


def test_what_must_be_done_this_month_is_one_command(run, journal):
    """By the end of March, what is late first and with a mark, breaches before all; the same rows as the Desk's."""
    done = run("due", "--lang", "en", code=1)
    lines, found = done.stdout.splitlines(), ivp.Desk(journal, now=NOW, lang="en").due(by="2026-03-31")
    assert len(lines) == len(found) > 10
    assert "2026-03-04 at 22:40 breach/2026-002: end of the time to notify the breach [gdpr:33(1)]" in lines
    assert sorted(line.split()[0] for line in lines) == [str(day.date()) for day in found["due"]]
    late = [line.endswith("(overdue)") for line in lines]
    assert late == sorted(late, reverse=True)
    assert " breach/" in lines[0]
    assert "not all of which have a due date" in done.stderr
    assert sum(line.endswith("(overdue)") for line in lines) == (found["due"] < "2026-03-02").sum() > 0
    assert json.loads(run("due", "--by", "2026-03-04", "--format", "json", code=1).stdout)[-1]["due"] <= "2026-03-04"
    assert run("due", "--at", "2018-01-01").stdout == ""


@pytest.mark.parametrize(("lang", "day"), [("fi", "4.3.2026 klo\u00a022.40 breach/"), ("sv", "4.3.2026 kl.\u00a022.40 breach/")])
def test_a_day_is_written_as_the_language_does(run, journal, lang, day):
    """For a reader; a table for machines keeps the days that sort."""
    told = run("due", "--lang", lang, code=1).stdout
    assert day.replace("\u00a0", " ") in told.replace("\u00a0", " ")
    assert not re.search(r"(?m)^\d{4}-", told)
    assert all(
        re.match(r"\d{4}-\d\d-\d\d", one["due"]) for one in json.loads(run("due", "--lang", lang, "--format", "json", code=1).stdout)
    )
    rows = list(csv.DictReader(io.StringIO(run("due", "--lang", lang, "--format", "csv", code=1).stdout)))
    assert re.match(r"\d{4}-\d\d-\d\d", rows[0]["due"])


def test_a_clock_that_runs_over_the_end_of_the_month_is_seen(run, tmp_path):
    """On the second last day of a month the 72 hours end in the next one."""
    path = tmp_path / "m.duckdb"
    desk = ivp.Desk(path, by="tt", lang="en", now="2026-02-27T09:00")
    desk.breach.open("x", id="x", aware="2026-02-27T08:00", nature="confidentiality")
    assert "2.3.2026" in run("due", "--desk", str(path), "--at", "2026-02-27", code=1).stdout


def test_the_quarter_is_proved_in_one_command(run, tmp_path):
    """The sample company: a pack, exit 1 on findings, verified by the shell; the second time the same bytes; nonsense is exit 2."""
    day = ("audit", "--desk", "sample", "--as-of", "2026-03-02", "--since", "2026-02-15")
    done = run(*day, code=1)
    assert "audit-2026-03-02.zip" in done.stdout
    first = (tmp_path / "audits" / "audit-2026-03-02.zip").read_bytes()
    told = json.loads(run(*day, "--fail-on", "never", "--format", "json").stdout)
    assert (told["new"], told["findings"]["error"]) == (False, 132)
    pack = "audits/audit-2026-03-02.zip"
    alone = run("verify", pack, code=3).stdout
    assert "ehjä" not in alone
    assert "TARKISTAMATTA" in alone
    assert "ehjä" in run("verify", pack, "--expect", alone.splitlines()[0].split()[-1]).stdout
    assert "ehjä" not in run("verify", pack, "--expect", "0" * 64, code=1).stdout
    (tmp_path / "spoilt.zip").write_bytes(first[:5000] + bytes([first[5000] ^ 1]) + first[5001:])
    assert "spoilt.zip: " in run("verify", "audits/audit-2026-03-02.zip", "spoilt.zip", code=1).stdout
    assert "ivplus: " in run("audit", "--desk", "sample", "--as-of", "yesterday", code=2).stderr
    assert "ivplus: " in run("audit", code=2).stderr
    assert "ivplus: " in run("verify", "none.zip", code=2).stderr


def test_nothing_that_is_printed_acts_on_the_terminal(run, tmp_path):
    """Names of files, of what is in an archive and of sheets, in tables and refusals: what cannot be printed stands as an escape."""
    evil = "a\x1b]0;owned\x07\x1b[2J\u202egnp\u202c\x9b31m"
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr(f"{evil}.csv", "tunnus;nimi\nx;y\n")
        archive.writestr("other.csv", "foo\n1\n")
    shown = [run("import", "x.zip", "--why", "w", code=None), run("import", f"{evil}.csv", "--why", "w", code=None)]
    shown += [run("check", "--desk", f"{evil}.duckdb", code=None), run("verify", f"{evil}.zip", code=None)]
    for one in shown:
        assert not set(one.stdout + one.stderr) & set("\x1b\x07\x9b\u202e\u202c")
    assert any("\\u001b" in one.stdout + one.stderr for one in shown)


# --- one journal


def test_without_a_path_the_desk_the_shell_and_the_lab_mean_one_journal(tmp_path, monkeypatch):
    """`ivplus.duckdb` of the working folder, or what IVPLUS_DESK names; the lab tells it, and a notebook's own folder changes nothing."""
    monkeypatch.chdir(tmp_path)
    for name in ("IVPLUS_DESK", "IVPLUS_BY", "IVPLUS_LANG"):
        monkeypatch.delenv(name, raising=False)
    assert ivp.Desk().standpoint.path == tmp_path / "ivplus.duckdb"
    assert (ivp.Desk().standpoint.lang, ivp.Desk().standpoint.by) == ("fi", None)
    ivp.Desk(by="tt").register.record(ivp.Activity("a"), valid_from="2026-01-01", why="w")
    shell = CliRunner().invoke(cli.main, ["check", "--lang", "en"])
    assert "register/a" in shell.stdout
    monkeypatch.setattr(house.os, "execv", lambda *_: None)
    monkeypatch.setattr(subprocess, "call", lambda *_: 0)
    monkeypatch.setenv("IVPLUS_LAB_HOME", str(tmp_path / "lab"))
    monkeypatch.setenv("JUPYTERLAB_SETTINGS_DIR", "")
    told = CliRunner().invoke(cli.main, ["lab", "--no-browser"], standalone_mode=False)
    assert str(tmp_path / "ivplus.duckdb") in told.stdout
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    monkeypatch.setenv("IVPLUS_BY", "aino")
    monkeypatch.setenv("IVPLUS_LANG", "sv")
    at = ivp.Desk().standpoint
    assert (at.path, at.by, at.lang) == (tmp_path / "ivplus.duckdb", "aino", "sv")
    assert ivp.Desk("other.duckdb", by="tt", lang="en").standpoint.by == "tt"
