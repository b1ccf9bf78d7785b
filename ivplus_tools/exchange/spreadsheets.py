"""XLSX by openpyxl, and ODS: rows of text cells, what is odd about a cell, and nothing beyond the bounds."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ivplus_tools import _words
from ivplus_tools._sources import sheets
from ivplus_tools.exchange import marks
from ivplus_tools.exchange.limits import LONGEST_TEXT, MEGABYTE, Meter
from ivplus_tools.exchange.marks import Marks

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"


WIDE = 64
"""So many empty cells count as one: a cell far to the right is given with all that are before it."""
PLAIN = Marks()


@dataclass(frozen=True)
class Table:
    """A sheet as read: its name and its rows, every cell as text."""

    name: str
    rows: list[list[str]]
    notes: Mapping[tuple[int, int], str] = field(default_factory=dict)
    """What is odd about a cell (row and column, from 0): a key of the preview's words, such as `formula` or `unclosed`."""
    marks: Marks = PLAIN


def xlsx(content: bytes, packed: zipfile.ZipFile, meter: Meter) -> Iterator[Table]:
    """The sheets of a workbook; where a formula has no stored value, the formula stands in its place and is noted."""
    sheets.demand_bounded(packed, len(content), meter.name)
    values = _opened(content, shown=True)
    formulas = _opened(content, shown=False) if _has_formulas(packed) else values
    shown = marks.of_workbook(packed)
    for sheet in values.worksheets:
        yield _sheet(sheet, formulas[sheet.title], meter, shown.get(sheet.title, Marks()))


def _opened(content: bytes, shown: bool) -> Any:
    """A workbook whose texts stand as in the file: openpyxl drops some escapes of odd characters, `cell_text` reads all of them."""
    from openpyxl.cell.text import Text
    from openpyxl.reader.excel import ExcelReader
    from openpyxl.xml.constants import SHARED_STRINGS
    from openpyxl.xml.functions import iterparse

    class Reader(ExcelReader):
        def read_strings(self) -> None:
            package: Any = self.package
            text_of: Any = Text.from_tree
            part = package.find(SHARED_STRINGS)
            if part is not None:
                with self.archive.open(part.PartName[1:]) as source:
                    for _, node in iterparse(source):
                        if node.tag.endswith("}si"):
                            self.shared_strings.append(text_of(node).content)
                            node.clear()

    reader = Reader(io.BytesIO(content), read_only=True, data_only=shown)
    reader.read()
    return reader.wb


def _has_formulas(packed: zipfile.ZipFile) -> bool:
    """Whether any sheet has a formula, looked for piece by piece."""
    for name in packed.namelist():
        if name.startswith("xl/worksheets/") and name.endswith(".xml"):
            with packed.open(name) as opened:
                tail = b""
                while piece := opened.read(1 << 16):
                    if re.search(rb"<f[ >/]", tail + piece):
                        return True
                    tail = piece[-3:]
    return False


def _sheet(values: Any, formulas: Any, meter: Meter, shown: Marks) -> Table:
    rows: list[list[str]] = []
    notes: dict[tuple[int, int], str] = {}
    both = (
        ((row, row) for row in _rows(values, meter))
        if formulas is values
        else zip(_rows(values, meter), _rows(formulas, meter), strict=False)
    )
    for number, (row, said) in enumerate(both):
        rows.append([cell_text(cell if cell is not None else other) for cell, other in zip(row, said, strict=False)])
        notes |= {(number, place): "formula" for place, cell in enumerate(row) if cell is None and said[place] is not None}
    return Table(values.title, rows, notes, shown)


def _rows(sheet: Any, meter: Meter) -> Iterator[tuple[object, ...]]:
    """Rows without the empty cells at their end; a run of empty rows that only formatting left is not counted."""
    sheet.reset_dimensions()
    for row in sheet.iter_rows(values_only=True):
        meter.cells(1 + len(row) // WIDE + sum(cell is not None for cell in row))
        if any(isinstance(cell, str) and len(cell) > LONGEST_TEXT for cell in row):
            raise _words.refusal("text_too_long", path=meter.name, limit=LONGEST_TEXT // MEGABYTE)
        yield row


def cell_text(value: object) -> str:
    """What a cell says, as text: days in ISO form, whole numbers without a decimal point."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), str(value))  # as the format writes odd characters


def ods(packed: zipfile.ZipFile, meter: Meter) -> Iterator[Table]:
    """The sheets of an OpenDocument spreadsheet. A repeated cell or row is repeated only where it says something."""
    from xml.etree import ElementTree

    try:
        with packed.open("content.xml") as opened:
            sheet: _OdsSheet | None = None
            for event, element in ElementTree.iterparse(opened, events=("start", "end")):  # noqa: S314  expat bounds entities itself
                if element.tag == f"{_TABLE}table":
                    if event == "start":
                        sheet = _OdsSheet(element.get(f"{_TABLE}name", ""))
                    elif sheet:
                        yield sheet.table()
                elif event == "end" and sheet and element.tag in (f"{_TABLE}table-row", f"{_TABLE}table-column"):
                    sheet.take(element, meter)
                    element.clear()
    except ElementTree.ParseError as error:
        manifest = "META-INF/manifest.xml"
        locked = manifest in packed.namelist() and b"encryption-data" in packed.read(manifest)
        raise _words.refusal("locked_file" if locked else "unknown_shape", path=meter.name, reason=error) from None


@dataclass
class _OdsSheet:
    """A sheet while it is read: its rows, and which rows and columns are hidden or filtered away."""

    name: str
    rows: list[list[str]] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    columns: int = 0

    def take(self, element: Any, meter: Meter) -> None:
        """Read a row; or the description of columns, which stands above the rows."""
        unseen = element.get(f"{_TABLE}visibility", "visible") != "visible"
        if element.tag == f"{_TABLE}table-column":
            before, self.columns = self.columns, min(self.columns + _times(element, "columns"), marks.MOST_COLUMNS)
            self.hidden_columns |= set(range(before, self.columns)) if unseen else set()
        else:
            before = len(self.rows)
            _ods_row(element, self.rows, meter)
            self.hidden |= set(range(before, len(self.rows))) if unseen else set()

    def table(self) -> Table:
        """The sheet as read, without empty rows at its end."""
        shown = Marks(frozenset(self.hidden), frozenset(self.hidden_columns))
        return _without_tail(Table(self.name, self.rows, marks=shown))


def _ods_row(element: Any, rows: list[list[str]], meter: Meter) -> None:
    cells: list[str] = []
    for cell in element:
        if cell.tag not in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            continue
        text = _ods_text(cell)
        times = _times(cell, "columns")
        meter.cells(times if text else 1)
        cells += [text] * (times if text else min(times, 256))
    while cells and not cells[-1]:
        cells.pop()
    times = _times(element, "rows")
    meter.cells(times * len(cells) if cells else 1)
    rows.extend([cells] * (times if cells else min(times, 25)))


def _times(element: Any, what: str) -> int:
    found = element.get(f"{_TABLE}number-{what}-repeated", "1")
    return max(1, int(found)) if found.isdecimal() and len(found) < 8 else 1


def _ods_text(cell: Any) -> str:
    """Paragraphs as lines; a day and a whole number in the form that other cells have."""
    day = cell.get(f"{_OFFICE}date-value")
    if day:
        return str(day).removesuffix("T00:00:00").replace("T", " ")
    number = cell.get(f"{_OFFICE}value")
    if number and cell.get(f"{_OFFICE}value-type") == "float":
        return str(number).removesuffix(".0")
    return "\n".join(_paragraph(one) for one in cell if one.tag in (f"{_TEXT}p", f"{_TEXT}h"))


def _paragraph(element: Any) -> str:
    text = element.text or ""
    for inner in element:
        if inner.tag == f"{_TEXT}s":
            text += " " * min(_spaces(inner), 1000)
        elif inner.tag in (f"{_TEXT}line-break", f"{_TEXT}tab"):
            text += "\n" if inner.tag.endswith("line-break") else "\t"
        else:
            text += _paragraph(inner)
        text += inner.tail or ""
    return text


def _spaces(element: Any) -> int:
    found = element.get(f"{_TEXT}c", "1")
    return int(found) if found.isdecimal() and len(found) < 5 else 1


def _without_tail(table: Table) -> Table:
    while table.rows and not any(table.rows[-1]):
        table.rows.pop()
    return table
