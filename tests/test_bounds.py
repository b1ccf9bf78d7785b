"""A file crafted to be small and to unpack to much is refused in one line, and takes little memory before."""

import subprocess
import sys
import zipfile

import pytest
import xlsxwriter

READING = """
import re, resource, sys
from pathlib import Path
import ivplus_tools as ivp
from ivplus_tools import _sources
try:
    if sys.argv[1] == "source":
        with _sources.opened(_sources.Place("s", sys.argv[2], None, Path("/"))) as engine:
            print(engine.tables(), engine.columns(engine.tables()[0]))
    else:
        ivp.Desk(sys.argv[3], by="tt", lang="en").register.read(sys.argv[2])
except ivp.Refusal as refusal:
    print("refused:", refusal.text("en"))
status = Path("/proc/self/status")  # what getrusage tells on Linux begins with the memory of the process that began this one
peak = re.search(r"VmHWM:\\s+(\\d+) kB", status.read_text()) if status.exists() else None
print(int(peak[1]) >> 10 if peak else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 20)
"""
CRAFTED = {  # part, where it goes in, what is repeated, how many million octets
    "shared texts": ("xl/sharedStrings.xml", "</sst>", "<si/>", 50),
    "formats of cells": ("xl/styles.xml", "</cellXfs>", "<xf/>", 50),
    "names": ("xl/workbook.xml", "</sheets>", "<sheet/>", 50),
    "merged cells": ("xl/worksheets/sheet1.xml", "</sheetData>", "<mergeCell ref='A1:B2'/>", 50),
    "zeros": ("xl/worksheets/sheet1.xml", "</sheetData>", "<c/>" * 1000, 150),
}


def crafted(path, name, times=None):
    """A workbook of one small table, one of whose parts holds a text very often."""
    plain = path.with_suffix(".plain")
    with xlsxwriter.Workbook(plain) as book:
        sheet = book.add_worksheet("S")
        sheet.write_row(0, 0, ["id", "d"])
        sheet.write_row(1, 0, ["1", "2020-01-01"])
    place, mark, unit, size = CRAFTED[name]
    many = times if times is not None else size * 1_000_000 // len(unit)
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
        for one in old.namelist():
            content = old.read(one).decode()
            assert one != place or mark in content
            new.writestr(one, content.replace(mark, unit * many + mark, 1) if one == place else content)
    return path


def read(way, path):
    """What a process of its own says of a file, and the most memory that it took, in MB."""
    done = subprocess.run(
        [sys.executable, "-c", READING, way, path, path.with_suffix(".duckdb")], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    *said, most = done.stdout.splitlines()
    return "\n".join(said), int(most)


@pytest.mark.parametrize(("name", "way"), [*((name, "source") for name in CRAFTED), ("formats of cells", "register")])
def test_a_small_workbook_that_unpacks_to_much_is_refused_in_one_line(tmp_path, name, way):
    """As a source and as a register: at most 500 MB, whatever part of it is large (before: 5.7 GB)."""
    path = crafted(tmp_path / "t.xlsx", name)
    assert path.stat().st_size < 2_400_000
    said, most = read(way, path)
    assert said.startswith("refused:")
    assert "t.xlsx" in said
    assert "\n" not in said
    assert most < 500


def test_the_same_workbook_with_little_in_it_is_read(tmp_path):
    """The control: the very parts, with one such element or none."""
    for name in ("shared texts", "formats of cells", "merged cells"):
        said, _ = read("source", crafted(tmp_path / "t.xlsx", name, 1))
        assert "'id'" in said, name
