"""Notebooks: every exploring one runs from top to bottom, a check never run fails, refreshing twice gives the same bytes."""

import json
import os
import shutil

import nbformat
import pytest
from house import ROOT, check, copied

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
    """
    folder = copied(tmp_path) / "notebooks"
    before = {path: path.is_file() and path.read_bytes() for path in folder.rglob("*")}
    refreshed = list(_notebooks.refresh(folder))
    assert sorted(refreshed) == sorted(path for path in before if path.suffix == ".ipynb")
    assert {path: path.is_file() and path.read_bytes() for path in folder.rglob("*")} == before
