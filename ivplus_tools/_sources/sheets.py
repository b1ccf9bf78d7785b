"""Workbooks as tables of texts: what a formula shows, never the formula."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from ivplus_tools import _words
from ivplus_tools._sources import text
from ivplus_tools._sources.sql import compose, quoted
from ivplus_tools.errors import Refusal

if TYPE_CHECKING:
    import duckdb

CELLS = 100_000
"""Cells that are handed over at a time."""
MEGABYTE = 1024 * 1024
MOST_TEXTS = 200 * MEGABYTE
"""Memory that the shared texts of a workbook may take: all of them are kept while it is read."""
OF_A_TEXT = 80
MOST_ELEMENTS = 100_000
"""Styles, names, merged cells and the like: what is no cell is kept whole while a workbook is read."""
TAG, LONGEST_TAG = re.compile(rb"<(?:\w+:)?(\w+)"), 64
CELLS_ONLY = frozenset((b"c", b"v", b"f", b"t", b"is", b"r", b"row"))
TEXTS = frozenset(
    b"si t r rPr b i u sz color rFont family scheme charset vertAlign strike phoneticPr rPh".split(),
)
"""What is let go of as it is read, within a sheet and within the shared texts."""
ALWAYS, RATIO = 64 * MEGABYTE, 60
"""A workbook that unpacks to so much, and to so many times its size, is a bomb and no table."""


def names(path: Path) -> list[str]:
    """The sheets of a workbook that hold anything, in order; the first one always."""
    book = _opened(path, False)
    try:
        found = []
        for place, sheet in enumerate(book.worksheets):
            sheet.reset_dimensions()
            if place == 0 or any(cell is not None for row in sheet.values for cell in row):
                found.append(sheet.title)
        return found
    finally:
        book.close()


def _opened(path: Path, shown: bool) -> Any:
    """A workbook, read as it goes; one that is none, is locked or cut is refused."""
    import openpyxl

    try:
        with zipfile.ZipFile(path) as packed:
            demand_bounded(packed, path.stat().st_size, path.name)
        return openpyxl.load_workbook(path, read_only=True, data_only=shown)
    except Refusal:
        raise
    except Exception:
        raise _words.refusal("bad_workbook", path=path.name) from None


def demand_bounded(packed: zipfile.ZipFile, size: int, name: str) -> None:
    """Refuse a workbook that would take the machine's memory or time, before any of it is kept."""
    unpacked = sum(one.file_size for one in packed.infolist())
    if unpacked > max(ALWAYS, RATIO * size):
        raise _words.refusal("too_large", path=name, size=unpacked // MEGABYTE, limit=ALWAYS // MEGABYTE)
    kept = taken = 0
    for one in packed.infolist():
        place = one.filename.casefold()
        is_texts = place.rpartition("/")[2] == "sharedstrings.xml"
        if place.endswith((".xml", ".rels")):
            plain = TEXTS if is_texts else CELLS_ONLY if place.startswith("xl/worksheets/") else frozenset()
            taken += one.file_size if is_texts else 0
            with packed.open(one) as opened:
                for tags in _tags(opened):
                    kept += sum(tag not in plain for tag in tags)
                    taken += OF_A_TEXT * tags.count(b"si") if is_texts else 0
                    _demand_few(kept, taken, name)


def _demand_few(kept: int, taken: int, name: str) -> None:
    if kept > MOST_ELEMENTS:
        raise _words.refusal("too_many_values", path=name, limit=MOST_ELEMENTS)
    if taken > MOST_TEXTS:
        raise _words.refusal("too_large", path=name, size=taken // MEGABYTE, limit=MOST_TEXTS // MEGABYTE)


def _tags(opened: IO[bytes]) -> Iterator[list[bytes]]:
    """The names of the elements of a part, piece by piece: nothing of it is kept."""
    rest = b""
    while piece := opened.read(MEGABYTE):
        piece = rest + piece.replace(b"\0", b"")  # in UTF-16 every other octet
        cut = max(piece.rfind(b"<"), len(piece) - LONGEST_TAG)
        yield TAG.findall(piece[:cut])
        rest = piece[cut:]
    yield TAG.findall(rest)


def load(con: duckdb.DuckDBPyConnection, table: str, path: Path, name: str) -> None:
    """A sheet as a temporary table; its first row that holds anything is the heading."""
    book = _opened(path, True)
    try:
        sheet = book[name]
        sheet.reset_dimensions()  # what a file says of its size is not believed
        numbered = ((number, row) for number, row in enumerate(sheet.values, 1) if any(cell is not None for cell in row))
        first, heads = next(numbered, (0, ()))
        places = [place for place, head in enumerate(heads) if head is not None]
        if not places:
            raise _words.refusal("no_heading", path=path.name)
        if len(places) > text.WIDEST:
            raise _words.refusal("too_many_values", path=path.name, limit=text.WIDEST)
        columns = list(text.unique([str(heads[place]) for place in places]))
        rows = _data(numbered, [str(heads[place]) for place in places], f"{path.name}!{name}", first)
        made = ", ".join(f"{quoted(column)} VARCHAR" for column in columns)
        con.execute(compose("CREATE TEMP TABLE {name} ({columns})", name=quoted(table), columns=made))
        marks = ", ".join("unnest(?::VARCHAR[])" for _ in columns)
        insert = compose("INSERT INTO {name} SELECT {marks}", name=quoted(table), marks=marks)
        batch: list[list[str | None]] = []
        for row in rows:
            batch.append([_shown(row[place]) if place < len(row) else None for place in places])
            if len(batch) * len(places) >= CELLS:
                con.execute(insert, [list(cells) for cells in zip(*batch, strict=True)])
                batch.clear()
        if batch:
            con.execute(insert, [list(cells) for cells in zip(*batch, strict=True)])
    finally:
        book.close()


def _data(numbered: Iterator[tuple[int, Any]], heads: list[str], sheet: str, first: int) -> Iterator[Any]:
    """The rows below the heading; a title in its place, or a second heading, is refused with its row."""
    names = {head.strip().casefold() for head in heads}
    for place, (number, row) in enumerate(numbered):
        told = [str(cell) for cell in row if cell is not None]
        if place == 0 and len(heads) == 1 and len(told) > 1:
            raise _words.refusal("title_line", path=sheet, line=first + 1)
        if text.is_heading(told, names):
            raise _words.refusal("two_headings", path=sheet, line=number)
        yield row


def _shown(cell: object) -> str | None:
    """A cell as text: a day as ISO, a whole number without a fraction."""
    if cell is None:
        return None
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).removesuffix(" 00:00:00")  # a day is a moment at midnight in a workbook
