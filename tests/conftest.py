"""What tests share: the sample desk, an empty desk, and cases from TOML."""

import os
import tomllib
from pathlib import Path

import pytest

os.environ["TZ"] = "Europe/Helsinki"
os.environ.pop("IVPLUS_NOW", None)
os.environ.pop("IVPLUS_LANG", None)

import ivplus_tools as ivp

ROOT = Path(__file__).parent.parent
NOW = "2026-03-02T09:00"
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


def cases(name: str) -> list:
    """The cases of `tests/cases/<name>.toml` as pytest parameters, named by their sentence."""
    found = tomllib.loads((ROOT / "tests" / "cases" / f"{name}.toml").read_text(encoding="utf-8"))["case"]
    return [pytest.param(one, id=one["name"]) for one in found]


@pytest.fixture
def sample(tmp_path):
    """The sample company, on 2 March 2026."""
    return ivp.sample(tmp_path / "sample.duckdb", now=NOW)


@pytest.fixture
def desk(tmp_path):
    """An empty journal in English, on 2 March 2026."""
    return ivp.Desk(tmp_path / "desk.duckdb", by="tt", lang="en", now=NOW)


@pytest.fixture(scope="session")
def shared():
    """The folder of real inputs; tests that need it skip where it is absent."""
    folder = ROOT.parent / "shared" / "real"
    if not folder.is_dir():
        pytest.skip("the real inputs are not beside the project")
    return folder
