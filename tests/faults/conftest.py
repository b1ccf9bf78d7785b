"""A journal to be copied, and the figures of a full run, a line per test."""

import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from house import FULL
from trouble import Place

import ivplus_tools as ivp

FIGURES = []


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """A folder with the journal of the sample company and a person, its backup, and a register to import; copied, never written."""
    folder = tmp_path_factory.mktemp("made")
    desk = ivp.sample(folder / "j.duckdb", lang="en")
    exported = desk.register.write(folder / "x.json").read_text(encoding="utf-8")
    (folder / "x.json").write_text(exported.replace('"name": "', '"name": "Tuotu '), encoding="utf-8")
    desk.keep_person("p", "Eino Esimerkki")
    desk.backup(folder / "b")
    return folder


@pytest.fixture
def place(made):
    """A function that lays a copy of that journal into a folder."""

    def lay(folder):
        folder.mkdir(exist_ok=True)
        (folder / "j.duckdb").write_bytes((made / "j.duckdb").read_bytes())
        return Place(ivp.Desk(folder / "j.duckdb", by="t", lang="en"), folder, made)

    return lay


@pytest.fixture
def tally(request):
    """Keep what a test counted for the summary: `tally(rounds=200, ...)`."""
    begin = time.monotonic()

    def keep(**counts):
        told = ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in counts.items())
        FIGURES.append(f"{request.node.name}: {told}; {time.monotonic() - begin:.0f} s")

    return keep


def pytest_terminal_summary(terminalreporter):
    """In the full size, print the figures for docs/reliability.md."""
    if FULL:
        terminalreporter.section("figures")
        for line in FIGURES:
            terminalreporter.line(line)
