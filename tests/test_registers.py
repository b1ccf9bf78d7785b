"""Thirty registers as small companies keep them: right, explained, and none misfiled. `python tests/test_registers.py [name]` prints."""

import copy
import sys
import tempfile
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from house import NOW, cases
from registers import compare, make_registers

import ivplus_tools as ivp

SPECS = {one["name"]: one for one in tomllib.loads((make_registers.HERE / "registers.toml").read_text(encoding="utf-8"))["file"]}
FEWEST_RIGHT, MOST_EXPLAINED = 27, 3
WRITERS = {".xlsx": make_registers.write_xlsx, ".docx": make_registers.write_docx, ".csv": make_registers.write_csv}


def judged(desk, spec, folder):
    """The file built, read into a preview, and compared."""
    path = folder / spec["name"]
    WRITERS[path.suffix](spec, path)
    return compare.judge(desk, spec, path)


def opened(folder):
    """An empty journal, which is only read."""
    return ivp.Desk(folder / "desk.duckdb", by="tt", lang="en", now=NOW)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the registers are built."""
    return tmp_path_factory.mktemp("registers")


@pytest.fixture(scope="module")
def empty(folder):
    """An empty journal, shared."""
    return opened(folder)


@pytest.fixture(scope="module")
def verdicts(empty, folder):
    """Every register, built and read once."""
    return {name: judged(empty, spec, folder) for name, spec in SPECS.items()}


@pytest.mark.parametrize("name", SPECS)
def test_no_register_is_misfiled(verdicts, name):
    """No value stands where it must not, no word of a sample, a total or a legend is content, and nothing is lost."""
    assert not verdicts[name].is_misfiled, f"\n{verdicts[name]}"


def test_nearly_all_registers_are_read_right_and_the_others_explain_themselves(verdicts):
    """At least 27 of 30 are right; what the others leave open is kept and told."""
    found = Counter(one.word for one in verdicts.values())
    rest = "\n".join(str(one) for one in verdicts.values() if one.word != "right")
    assert sum(found.values()) == 30
    assert found["right"] >= FEWEST_RIGHT, rest
    assert found["explained"] <= MOST_EXPLAINED, rest


@pytest.mark.parametrize("case", cases("registers_spoilt"))
def test_a_planted_fault_is_seen(empty, verdicts, tmp_path, case):
    """Each kind of misfiling is seen where the file, not the reading, is spoilt: as a difference that was not there before."""
    before, after = case["given"]
    spec = copy.deepcopy(SPECS[case["file"]])
    home, key = (spec["sheet"][0], "rows") if "sheet" in spec else (spec, "csv")
    assert before in home[key]
    home[key] = home[key].replace(before, after)
    found = judged(empty, spec, tmp_path)
    assert found.word == case["expect"]
    assert compare.WRONG in {one.weight for one in {*found.differences} - {*verdicts[case["file"]].differences}}, str(found)


def test_a_value_that_waits_unread_is_explained_and_a_lost_one_is_not():
    """The weights of the comparison: open where a value was expected is explained only while it is kept or told."""
    waiting = compare.Difference(compare.OPEN, "Alpha", "recipients", "'Beta' waits")
    lost = compare.Difference(compare.WRONG, "Alpha", "recipients", "'Beta' is lost")
    assert compare.Verdict("a").word == "right"
    assert compare.Verdict("a", [waiting]).word == compare.Verdict("a", refused="locked").word == "explained"
    assert compare.Verdict("a", refused="two tables", hard=True).word == "right"
    assert compare.Verdict("a", [waiting, lost]).word == "misfiled"


def main(names):
    """Print how each register, or those whose names begin so, comes out."""
    with tempfile.TemporaryDirectory() as made:
        desk = opened(Path(made))
        found = [judged(desk, spec, Path(made)) for name, spec in SPECS.items() if name.startswith(tuple(names) or ("",))]
    count = Counter(one.word for one in found)
    sys.stdout.write("\n".join([*map(str, found), *(f"{number:3} {word}" for word, number in count.items()), ""]))


if __name__ == "__main__":
    main(sys.argv[1:])
