"""What tests share: where things are, the pinned moment, hostile texts, cases from TOML, and a copy of the project to spoil."""

import csv
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
NOW = "2026-03-02T09:00"
FULL = os.environ.get("IVPLUS_FAULTS") == "full"
SAMPLES = [path for path in (ROOT / "data_samples").glob("*.csv") if path.name != "vanha_seloste.csv"]
COUNTS = {path.stem: len(list(csv.DictReader(path.open(encoding="utf-8", newline="")))) for path in SAMPLES}
ENTRIES = sum(COUNTS.values())
REGISTER_ENTRIES = sum(COUNTS[kind] for kind in ("activity", "organisation", "system"))
HOSTILE = [
    "'; DROP TABLE journal; --",
    '"quoted" and \\ back\\slash; with | bars',
    "<script>window.__xss = 1</script>",
    "<img src=x onerror=\"window.__xss='img'\">",
    "=cmd()|' /C calc'!A0",
    "+1+1",
    "@SUM(A1)",
    "\u202eright to left\u202c",
    "emoji 🦆 and ﷽",
    "{braces} {0} {name!r} %s $x",
    "ends with a backslash\\",
    "line one\nline two",
    "_x000A_ and _x0041_",
    "'=apostrophe",
]


def rounds(full: Any, few: Any) -> Any:
    """How often a fault is caused or a case made up: `full` in `make faults` (IVPLUS_FAULTS=full), else `few`."""
    return full if FULL else few


def seen(text: str) -> str:
    """A text without the marks of direction that no identifier may have."""
    return text.translate({0x202E: None, 0x202C: None})


def cases(name: str) -> list:
    """The cases of `tests/cases/<name>.toml` as pytest parameters, named by their sentence."""
    found = tomllib.loads((ROOT / "tests" / "cases" / f"{name}.toml").read_text(encoding="utf-8"))["case"]
    return [pytest.param(one, id=one["name"]) for one in found]


def copied(folder: Path) -> Path:
    """A copy of what the tests and the check notebooks need, to be spoilt; what is compiled comes along, and is renewed where changed."""
    for name in ("ivplus_tools", "notebooks", "data_samples", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints", "*.pyc.*"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def check(folder: Path, *selected: str) -> tuple[int, str]:
    """Run tests, or strict regressions named `checks/breach`, over a copy until the first failure; the exit code, and what was printed."""
    notebooks = [f"notebooks/{one}.ipynb" for one in selected if one.startswith("checks/")]
    tests = [one.encode("unicode_escape").decode() for one in selected if not one.startswith("checks/")]  # as pytest writes names
    options = ["-x", "--tb=short", "-p", "no:cacheprovider", f"--basetemp={folder / 'tmp'}"]
    options += ["-p", "nbval.plugin", "--nbval", "--nbval-current-env"] if notebooks else []
    told = {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # plugins cost a second each
    command = [sys.executable, "-m", "pytest", *options, *notebooks, *tests]
    done = subprocess.run(command, cwd=folder, env=os.environ | told, capture_output=True, text=True)
    return done.returncode, done.stdout
