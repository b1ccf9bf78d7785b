"""The regression bites: each fault of `cases/regression_bites.toml` is caught by the case or the check notebook that it names."""

import re
import tomllib

import pytest
from house import FULL, ROOT, cases, check, copied

CATCHERS = {one["caught_by"] for one in tomllib.loads((ROOT / "tests/cases/regression_bites.toml").read_text(encoding="utf-8"))["case"]}
NOTEBOOKS = sorted(one for one in CATCHERS if one.startswith("checks/"))
ANOTHER_ANSWER = r"Cell outputs differ|^E +(assert |AssertionError|Failed: DID NOT RAISE)"
BREAKDOWN = r"Cell execution caused an exception|\d+ errors?\b"


def told_to_run():
    """All of them in `make faults`; else one of each file, caught by a test where there is one: a check notebook takes thrice as long."""
    seen = set()
    for one in sorted(cases("regression_bites"), key=lambda one: one.values[0]["caught_by"] in NOTEBOOKS):
        bite = one.values[0]
        if FULL or bite["file"] not in seen:
            seen.add(bite["file"])
            yield one


@pytest.mark.parametrize("bite", list(told_to_run()))
def test_one_changed_thing_is_caught(tmp_path, bite):
    """The catcher fails because the answer is another one, not because the package breaks down."""
    path = copied(tmp_path) / bite["file"]
    text = path.read_text(encoding="utf-8")
    assert text.count(bite["was"]) == 1
    path.write_text(text.replace(bite["was"], bite["becomes"]), encoding="utf-8")
    code, printed = check(tmp_path, bite["caught_by"])
    assert code == 1, printed
    assert "1 failed" in printed
    assert re.search(ANOTHER_ANSWER, printed, re.MULTILINE), printed
    assert not re.search(BREAKDOWN, printed), printed


@pytest.mark.skipif(not FULL, reason="`make test` runs every catcher untouched where it stands; `make faults` in a copy too")
@pytest.mark.parametrize("selected", [sorted(CATCHERS - {*NOTEBOOKS}), NOTEBOOKS[:1]], ids=["tests", "a notebook"])
def test_the_catchers_pass_on_an_untouched_copy(tmp_path, selected):
    """Else a catcher that always fails would prove nothing."""
    code, printed = check(copied(tmp_path), *selected)
    assert code == 0, printed


def test_there_are_enough_of_both_kinds():
    """Twenty or more faults over the house, six or more caught by a check notebook, each notebook among them."""
    bites = [one.values[0] for one in cases("regression_bites")]
    assert len({(one["file"], one["was"]) for one in bites}) == len(bites) >= 50
    assert len(list(told_to_run())) >= 25
    assert len({one["name"] for one in bites}) == len(bites)
    assert sum(one["caught_by"] in NOTEBOOKS for one in bites) >= 6
    assert sorted(f"checks/{path.stem}" for path in (ROOT / "notebooks" / "checks").glob("*.ipynb")) == NOTEBOOKS
