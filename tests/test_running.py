"""Every `ivplus ...` line of README, docs and help is one that the shell takes; those that only look are run."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from house import NOW, ROOT

import ivplus_tools as ivp
from ivplus_tools import cli

SAFE = {"check", "rule", "doctor", "completion", "verify", "backup", "export", "scan"}
IVPLUS = re.compile(r"(?:^|[\s=/\\])ivplus\s+([a-z][a-z-]*(?:\s.*)?)$")
VARIABLES = {"$day": "2026-03-02", "%DAY%": "2026-03-02"}
FILES = [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md"))]


def words_of(line):
    """The arguments of `ivplus` in a line of a script: no redirection, no comment, nothing of the next command."""
    found = IVPLUS.search(line.strip())
    if not found or line.lstrip().startswith(("#", "::")):
        return None
    text = re.sub(r"\$\([^)]*\)", "2026-03-01", found[1])
    for name, value in VARIABLES.items():
        text = text.replace(name, value)
    text = re.split(r"\s(?:\d?>{1,2}|\||\|\||&&|;)(?:\s|$)|\s#", text, maxsplit=1)[0]
    return shlex.split(text.replace("\\", "/"))


def fenced(path):
    """The lines of the fenced blocks of a file."""
    for block in re.findall(r"```\w*\n(.*?)```", path.read_text(encoding="utf-8"), re.S):
        yield from block.splitlines()


LINES = [(path.name, words) for path in FILES for line in fenced(path) if (words := words_of(line))]
LINES += [(f"{name} --help", words_of(line)) for name, command in cli.main.commands.items() for line in command.examples]
DOCUMENTED = [pytest.param(words, id=f"{name}: {' '.join(words)}") for name, words in LINES]


@pytest.fixture(scope="module")
def journal(tmp_path_factory):
    """The sample company, made once."""
    return ivp.sample(tmp_path_factory.mktemp("sample") / "ivplus.duckdb", now=NOW).standpoint.path


@pytest.fixture
def here(journal, tmp_path, monkeypatch):
    """A folder with the sample journal, as the recipes have it."""
    shutil.copy(journal, tmp_path / "ivplus.duckdb")
    (tmp_path / "ivplus.duckdb").chmod(0o600)
    monkeypatch.chdir(tmp_path)
    for name, value in {"IVPLUS_NOW": NOW, "IVPLUS_DESK": "ivplus.duckdb", "IVPLUS_BY": "quarterly", "IVPLUS_LANG": "en"}.items():
        monkeypatch.setenv(name, value)
    return tmp_path


def test_lines_are_found_in_every_kind_of_block():
    """Shell, crontab, batch file and pipeline; what is no command line is left alone."""
    found = {name: [words for other, words in LINES if other == name] for name, _ in LINES}
    assert len(found["README.md"]) >= 4
    assert len(found["running.md"]) >= 18
    assert words_of('30 6 * * * cd /srv && A=b .venv/bin/ivplus check --since "$(date +\\%F)" -q') == [
        "check",
        "--since",
        "2026-03-01",
        "-q",
    ]
    assert words_of("ivplus doctor > reports\\%DAY%.txt 2>> x") == ["doctor"]
    assert words_of("    - ivplus backup copies/new") == ["backup", "copies/new"]
    assert words_of('schtasks /Create /TN "ivplus quarterly" /RU ivplus /RP *') is None
    assert words_of("# ivplus check") is None


@pytest.mark.parametrize("words", DOCUMENTED)
def test_a_documented_line_is_one_that_the_shell_takes(words):
    """The command exists, and so do its options and their values."""
    name, *rest = words
    assert name in cli.main.commands
    cli.main.commands[name].make_context(name, rest)


def test_a_line_with_an_option_that_does_not_exist_is_noticed():
    """The check above can fail."""
    with pytest.raises(click.UsageError):
        cli.main.commands["check"].make_context("check", ["--sinse", "2026-01-01"])


@pytest.mark.parametrize("words", [one for one in DOCUMENTED if one.values[0][0] in SAFE and ".zip" not in one.id])
def test_a_documented_line_that_only_looks_runs(words, here):
    """Against the sample journal: done, with or without findings, and never refused."""
    words = ["." + one if one.startswith("/mnt") else one for one in words]
    if "--id" in words:
        words[words.index("--id") + 1] = "uutiskirje"
    if "--head" in words:
        words[words.index("--head") + 1] = ivp.Desk("ivplus.duckdb").verify().head[:16]
    done = CliRunner().invoke(cli.main, words)
    assert done.exit_code in (0, 1), done.output
    assert "Traceback" not in done.output
    if words[0] not in ("check", "scan"):
        assert done.exit_code == 0, done.output


@pytest.mark.skipif(not shutil.which("sh"), reason="no POSIX shell")
def test_the_quarterly_script_runs_to_its_end(here):
    """Every step leaves its file for its owner alone, and findings end it with 1."""
    [script] = [
        block
        for block in re.findall(r"```sh\n(.*?)```", (ROOT / "docs/running.md").read_text(encoding="utf-8"), re.S)
        if "#!/bin/sh" in block
    ]
    binary = here / "bin"
    binary.mkdir()
    (binary / "ivplus").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m ivplus_tools "$@"\n')
    (binary / "ivplus").chmod(0o755)
    script = script.replace("/srv/ivplus/ivplus_tools/.venv/bin", str(binary)).replace("/srv/ivplus", str(here))
    script = script.replace("$(date +%F)", "2026-03-02")  # the day of the pinned clock
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert done.returncode == 1, done.stdout + done.stderr
    assert "errors " in done.stderr
    made = {path.name[11:]: path for path in Path("reports").iterdir()}
    assert set(made) == {"doctor.txt", "seals.txt", "overdue.csv", "findings.csv", "findings.txt"}
    assert all(path.stat().st_size for path in made.values())
    assert "register/verkkosivut: REG-020 " in made["findings.txt"].read_text(encoding="utf-8")
    if os.name == "posix":
        assert {path.stat().st_mode & 0o777 for path in made.values()} == {0o600}
    assert [path.name for path in Path("audits").iterdir()] == ["audit-2026-03-02-en.zip"]
    [copy] = Path("copies").iterdir()
    assert (copy / "manifest.json").is_file()
