"""Notebooks: every exploring one runs from top to bottom, a check never run fails, refreshing twice gives the same bytes."""

import json
import os
import shutil

import nbformat
import pytest
from house import ROOT, check, copied

import ivplus_tools as ivp
from ivplus_tools import _notebooks

EXPLORING = sorted((ROOT / "notebooks").glob("*.ipynb"))


IN_A_BROWSER = any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))) or os.environ.get("IVPLUS_CHROMIUM")


@pytest.mark.skipif(bool(IN_A_BROWSER), reason="tests/ui runs the same notebooks in a real JupyterLab")
@pytest.mark.parametrize("path", EXPLORING, ids=lambda path: path.name)
def test_an_exploring_notebook_runs_from_top_to_bottom(path):
    """Restart and run all, in a real kernel."""
    notebook = nbformat.read(path, as_version=4)
    _notebooks.run(notebook, path.parent)
    assert all(cell.execution_count for cell in notebook.cells if cell.cell_type == "code")
    text = json.dumps(notebook)
    assert "ename" not in text
    assert '"name": "stderr"' not in text


def test_a_check_that_was_never_run_fails(tmp_path):
    """Clearing outputs, which nbval alone would pass, is caught."""
    folder = copied(tmp_path)
    path = folder / "notebooks" / "checks" / "register.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    nbformat.write(notebook, path)
    code, printed = check(folder, "checks/register")
    assert code == 1
    assert "never run" in printed


def test_refreshing_gives_the_committed_bytes(tmp_path):
    """What is committed is one run of `make refresh`, and this is the next: the same bytes, and nothing left beside them.

    So a second run in a row begins where this one began. It would say less: two runs may agree and differ from what is committed.
    One check notebook stands for all: nbval runs each of them, and compares what it shows.
    """
    folder = copied(tmp_path) / "notebooks"
    for path in (folder / "checks").glob("*.ipynb"):
        if path.stem != "register":
            path.unlink()
    before = {path: path.is_file() and path.read_bytes() for path in folder.rglob("*")}
    refreshed = list(_notebooks.refresh(folder))
    assert sorted(refreshed) == sorted(path for path in before if path.suffix == ".ipynb")
    assert {path: path.is_file() and path.read_bytes() for path in folder.rglob("*")} == before


def run_all(name, desk, monkeypatch):
    """Every code cell of a tour notebook over a Desk, as Run All does; how many refused because it is not the sample."""
    monkeypatch.chdir(ROOT / "notebooks")
    space, refused = {"own": desk}, 0
    for cell in json.loads((ROOT / "notebooks" / name).read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"]).replace('ivp.sample(now="2026-03-02T09:00")', "own")
        if cell["cell_type"] != "code" or "ivp.evidence" in source:
            continue
        try:
            exec(source, space)
        except ivp.Refusal as refusal:
            refused += "not the sample" in str(refusal)
        except NameError:  # what a cell that refused would have made
            continue
    return refused


@pytest.mark.parametrize("name", ["10_register.ipynb", "30_breach.ipynb", "40_retention.ipynb", "50_audit.ipynb"])
def test_run_all_of_the_tour_writes_into_no_journal_of_the_officers(tmp_path, monkeypatch, name):
    """Line 2 changed to a journal of one's own: every cell that writes refuses before it does; over the sample the same cells write."""
    journal = ivp.sample(tmp_path / "own.duckdb", now="2026-03-02T09:00").standpoint.path
    desk = ivp.Desk(journal, by="tt", now="2026-03-02T09:00")
    before = desk.verify()
    cells = (ROOT / "notebooks" / name).read_text(encoding="utf-8").count("desk.demand_sample()")
    assert run_all(name, desk, monkeypatch) == cells
    assert (desk.verify().entries, desk.verify().head) == (before.entries, before.head)
    sample = ivp.sample(tmp_path / "s.duckdb", now="2026-03-02T09:00")
    assert run_all(name, sample, monkeypatch) == 0
    assert sample.verify().entries > before.entries
