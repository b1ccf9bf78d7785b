"""Notebooks: every exploring one runs from top to bottom, the regression bites, refreshing twice gives the same bytes."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from house import ROOT

from ivplus_tools import _notebooks

EXPLORING = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", EXPLORING, ids=lambda path: path.name)
def test_an_exploring_notebook_runs_from_top_to_bottom(path):
    """Restart and run all, in a real kernel."""
    notebook = nbformat.read(path, as_version=4)
    _notebooks.run(notebook, path.parent)
    assert all(cell.execution_count for cell in notebook.cells if cell.cell_type == "code")
    text = json.dumps(notebook)
    assert "ename" not in text
    assert '"name": "stderr"' not in text


def copied(tmp_path):
    """A copy of what the checks need: package, notebooks, samples."""
    for name in ("ivplus_tools", "notebooks", "data_samples"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints"))
    return tmp_path


def check(folder, name):
    """Run one strict regression over a copy; the exit code, and what was printed."""
    environment = dict(os.environ, PYTHONPATH=str(folder), PYTHONDONTWRITEBYTECODE="1")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--nbval",
        "--nbval-current-env",
        "-q",
        "-p",
        "no:cacheprovider",
        str(folder / "notebooks" / "checks" / f"{name}.ipynb"),
    ]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    return done.returncode, done.stdout


@pytest.mark.parametrize(
    ("check_of", "name", "was", "becomes"),
    [
        ("register", "ivplus_tools/_dates.py", "+ timedelta(hours=1)", "+ timedelta(hours=2)"),
        ("register", "ivplus_tools/register/findings.py", "activity.review_by < register.on", "activity.review_by > register.on"),
        ("review", "ivplus_tools/facts/adequacy.toml", "until = 2031-12-27", "until = 2031-12-26"),
        ("breach", "ivplus_tools/facts/gdpr.toml", 'period = "PT72H"', 'period = "PT73H"'),
        (
            "breach",
            "ivplus_tools/facts/breach.toml",
            'limited = ["none", "risk", "risk", "high"]',
            'limited = ["none", "none", "risk", "high"]',
        ),
        ("review", "ivplus_tools/facts/adequacy.toml", "until = 2020-07-15", "until = 2020-07-16"),
        ("retention", "ivplus_tools/retention/clock.py", "(date.fromordinal(middle)) < on", "(date.fromordinal(middle)) <= on"),
        ("retention", "ivplus_tools/_sources/sql.py", 'HELD = "{key} IN', 'HELD = "{key} NOT IN'),
    ],
)
def test_one_changed_figure_in_the_package_fails_the_regression(tmp_path, check_of, name, was, becomes):
    """The check notebook compares answers, not appearances."""
    folder = copied(tmp_path)
    text = (folder / name).read_text(encoding="utf-8")
    assert text.count(was) == 1
    (folder / name).write_text(text.replace(was, becomes), encoding="utf-8")
    code, printed = check(folder, check_of)
    assert code == 1
    assert "failed" in printed


def test_a_check_that_was_never_run_fails(tmp_path):
    """Clearing outputs, which nbval alone would pass, is caught."""
    folder = copied(tmp_path)
    path = folder / "notebooks" / "checks" / "register.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    nbformat.write(notebook, path)
    code, printed = check(folder, "register")
    assert code == 1
    assert "never run" in printed


def test_refreshing_gives_the_committed_bytes(tmp_path):
    """The checks in the repository are what `make refresh` writes, and twice gives the same."""
    folder = copied(tmp_path)
    before = {path.name: path.read_bytes() for path in (folder / "notebooks").rglob("*.ipynb")}
    assert len(list(_notebooks.refresh(folder / "notebooks"))) == len(before)
    after = {path.name: path.read_bytes() for path in (folder / "notebooks").rglob("*.ipynb")}
    assert after == before
    assert Path(folder, "notebooks", "checks").is_dir()
