"""What a workbook shows of its rows and cells beside their text: hidden, struck through, bold, merged."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace

Place = tuple[int, int]
"""Row and column, from 0."""
_TAG = rb"<(?:\w+:)?%s\b([^>]*?)/?>"
_LINES = re.compile(_TAG % rb"(row|col|mergeCell)")
MOST_COLUMNS = 16384
_FONTS = re.compile(rb"<(?:\w+:)?font\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?font>)", re.DOTALL)
_FORMATS = re.compile(rb"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs>", re.DOTALL)


@dataclass(frozen=True)
class Marks:
    """How a sheet shows its rows and cells. `merged`: first and last cell of each merged area."""

    hidden: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    struck: frozenset[Place] = frozenset()
    bold: frozenset[Place] = frozenset()
    merged: tuple[tuple[Place, Place], ...] = ()
    hidden_sheet: bool = False

    def below(self, rows: int) -> Marks:
        """The merged areas where so many rows stand above them."""
        return replace(self, merged=tuple(((top + rows, left), (low + rows, right)) for (top, left), (low, right) in self.merged))


def of_workbook(packed: zipfile.ZipFile) -> dict[str, Marks]:
    """The marks of each sheet of an XLSX file, by the sheet's name."""
    struck, bold = _styles(packed)
    found = {}
    for name, state, path in _sheets(packed):
        content = packed.read(path) if path in packed.namelist() else b""
        found[name] = _marks(content, struck, bold, state in ("hidden", "veryHidden"))
    return found


def _attributes(text: bytes) -> dict[str, str]:
    from html import unescape

    pairs = re.findall(r'([\w:]+)\s*=\s*"([^"]*)"', text.decode("utf-8", "replace"))
    return {name.rpartition(":")[2]: unescape(value) for name, value in pairs}


def _sheets(packed: zipfile.ZipFile) -> Iterator[tuple[str, str, str]]:
    """Name, state and place of each sheet."""
    names = packed.namelist()
    if "xl/workbook.xml" not in names or "xl/_rels/workbook.xml.rels" not in names:
        return
    links = [_attributes(one) for one in re.findall(_TAG % b"Relationship", packed.read("xl/_rels/workbook.xml.rels"))]
    places = {one.get("Id", ""): one.get("Target", "") for one in links}
    for found in re.findall(_TAG % b"sheet", packed.read("xl/workbook.xml")):
        one = _attributes(found)
        target = places.get(one.get("id", ""), "")
        path = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
        yield one.get("name", ""), one.get("state", ""), path


def _styles(packed: zipfile.ZipFile) -> tuple[set[str], set[str]]:
    """The numbers of the cell formats that are struck through, and of those that are bold."""
    if "xl/styles.xml" not in packed.namelist():
        return set(), set()
    content = packed.read("xl/styles.xml")
    begin = content.partition(b"</fonts>")[0] if b"</fonts>" in content else content
    fonts = [found[1] or b"" for found in _FONTS.finditer(begin)]
    formats = _FORMATS.search(content)
    used = [_attributes(one).get("fontId", "0") for one in re.findall(_TAG % b"xf", formats[0])] if formats else []

    def having(tag: bytes) -> set[str]:
        on = re.compile(rb"<(?:\w+:)?%s\s*(?:/>|>|val=\"(?:1|true)\")" % tag)
        fitting = {str(number) for number, font in enumerate(fonts) if on.search(font)}
        return {str(number) for number, font in enumerate(used) if font in fitting}

    return having(b"strike"), having(b"b")


def _marks(content: bytes, struck: set[str], bold: set[str], hidden_sheet: bool) -> Marks:
    hidden: set[int] = set()
    columns: set[int] = set()
    merged = []
    row = -1
    for found in _LINES.finditer(content):
        one = _attributes(found[2])
        if found[1] == b"row":
            row = int(one.get("r", row + 2)) - 1
            if one.get("hidden") in ("1", "true"):
                hidden.add(row)
        elif found[1] == b"col":
            columns |= _hidden_columns(one)
        else:
            first, _, last = one.get("ref", "A1").partition(":")
            merged.append((place_of(first), place_of(last or first)))
    return Marks(
        frozenset(hidden), frozenset(columns), _cells(content, struck), _cells(content, bold), tuple(merged), hidden_sheet
    )  # fmt: skip


def _cells(content: bytes, styles: set[str]) -> frozenset[Place]:
    """The cells of some styles; the others, which are nearly all, are not looked into."""
    if not styles:
        return frozenset()
    numbers = "|".join(map(re.escape, sorted(styles))).encode()
    found = re.finditer(rb"<(?:\w+:)?c(?=\s)(?=[^>]*\ss\s*=\s*\"(?:%s)\")([^>]*)>" % numbers, content)
    named = (_attributes(one[1]) for one in found)
    return frozenset(place_of(one["r"]) for one in named if "r" in one)


def _hidden_columns(one: dict[str, str]) -> set[int]:
    """The columns, from 0, that an element of the sheet's columns hides."""
    first, last = one.get("min", ""), one.get("max", "")
    if one.get("hidden") not in ("1", "true") or not (first.isdecimal() and last.isdecimal()):
        return set()
    return set(range(int(first) - 1, min(int(last), MOST_COLUMNS)))


def place_of(name: str) -> Place:
    """Row and column of a cell's name such as `B12`."""
    match = re.fullmatch(r"([A-Z]{1,3})(\d{1,7})", name.replace("$", ""))
    if not match:
        return (0, 0)
    column = 0
    for sign in match[1]:
        column = 26 * column + ord(sign) - 64
    return int(match[2]) - 1, column - 1
