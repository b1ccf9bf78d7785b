"""What tests share: where things are, the pinned moment, hostile texts, and cases from TOML."""

import csv
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
NOW = "2026-03-02T09:00"
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


def cases(name: str) -> list:
    """The cases of `tests/cases/<name>.toml` as pytest parameters, named by their sentence."""
    found = tomllib.loads((ROOT / "tests" / "cases" / f"{name}.toml").read_text(encoding="utf-8"))["case"]
    return [pytest.param(one, id=one["name"]) for one in found]
