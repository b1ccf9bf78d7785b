"""What a file says before anybody understands it: tables of text cells and trees of text leaves, recognised by content."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ivplus_tools import _words
from ivplus_tools.errors import Refusal
from ivplus_tools.exchange import spreadsheets, trees
from ivplus_tools.exchange.guard import without_guard
from ivplus_tools.exchange.headings import HEADING_ROWS, known_headings
from ivplus_tools.exchange.limits import LARGEST_FILE, LARGEST_UNPACKED, LONGEST_TEXT, MEGABYTE, MOST_MEMBERS, Meter
from ivplus_tools.exchange.shapes import vocabulary
from ivplus_tools.exchange.spreadsheets import Table
from ivplus_tools.exchange.trees import Tree

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
PDF = b"%PDF-"
BOMS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}


@dataclass
class Content:
    """What a file, or a member of an archive, holds: tables or trees, or why it could not be read."""

    name: str = ""
    tables: list[Table] = field(default_factory=list)
    trees: list[Tree] = field(default_factory=list)
    refused: Refusal | None = None


def open_file(path: Path) -> list[Content]:
    """The contents of a file, several of an archive; a missing, too large or unreadable one is refused in one line."""
    return parse(read_bytes(path), path.name)


def read_bytes(path: Path) -> bytes:
    """The bytes of a file within the bounds."""
    try:
        if not path.is_file():
            raise _words.refusal("no_file", path=path)
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise _words.refusal("too_large", path=path.name, size=size // MEGABYTE, limit=LARGEST_FILE // MEGABYTE)
        return path.read_bytes()
    except OSError as error:
        raise _words.refusal("unknown_shape", path=path.name, reason=error.strerror or error) from None


def parse(content: bytes, name: str, inside: bool = False) -> list[Content]:
    """Tables or trees of some bytes, which may stand `inside` an archive; `name` only words the refusal."""
    meter = Meter(name)
    if content.startswith(OLE):
        raise _words.refusal("locked_file", path=name)
    if content.startswith(PDF):
        raise _words.refusal("unknown_shape", path=name, reason="PDF")
    if content.startswith(ZIP):
        return _parse_zip(content, name, meter, inside)
    return [_parse_text(content, name, meter)]


def _parse_zip(content: bytes, name: str, meter: Meter, inside: bool) -> list[Content]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            members = packed.infolist()
            unpacked = sum(one.file_size for one in members)
            if unpacked > LARGEST_UNPACKED or len(members) > MOST_MEMBERS:
                raise _words.refusal("too_large", path=name, size=unpacked // MEGABYTE, limit=LARGEST_UNPACKED // MEGABYTE)
            names = {one.filename for one in members}
            if "content.xml" in names:
                return [Content(tables=list(spreadsheets.ods(packed, meter)))]
            if any(one.startswith("xl/") for one in names):
                return [Content(tables=list(spreadsheets.xlsx(content, packed, meter)))]
            if inside:
                raise _words.refusal("nested_archive", path=name)
            return _parse_members(packed, name)
    except Refusal:
        raise
    except (MemoryError, KeyboardInterrupt):
        raise
    except Exception as error:  # what a broken archive or workbook raises inside its library has no common class
        raise _words.refusal("unknown_shape", path=name, reason=_short(error)) from None


def _parse_members(packed: zipfile.ZipFile, name: str) -> list[Content]:
    """Each file of an archive by its own content; nothing is unpacked to a folder, an archive of files within it is not opened."""
    found = []
    for member in packed.infolist():
        if member.is_dir() or not member.file_size:
            continue
        label = "".join(char if char.isprintable() else "\ufffd" for char in member.filename)
        try:
            if member.flag_bits & 1:
                raise _words.refusal("locked_file", path=label)
            [part] = parse(packed.read(member), label, inside=True)
        except Refusal as refusal:
            found.append(Content(label, refused=refusal))
            continue
        tables = [replace(one, name=f"{label} {one.name}".strip()) for one in part.tables]
        found.append(Content(label, tables, [Tree(label, one.root) for one in part.trees]))
    if not any(one.refused is None for one in found):
        raise next((one.refused for one in found if one.refused), _words.refusal("unknown_shape", path=name, reason="ZIP"))
    return found


def _parse_text(content: bytes, name: str, meter: Meter) -> Content:
    text = decoded(content, name)
    begin = text[:4096].lstrip()
    if begin[:1] in ("{", "["):
        return Content(trees=[Tree("", trees.json_tree(text, meter))])
    if trees.looks_like_turtle(begin):
        return Content(trees=[Tree("", trees.turtle_tree(text, meter, vocabulary().namespaces))])
    if trees.looks_like_yaml(begin):
        return Content(trees=[Tree("", trees.yaml_tree(text, meter))])
    return Content(tables=[_csv(text, meter)])


def decoded(content: bytes, name: str) -> str:
    """The text of some bytes, in the encoding that they begin with or that reads them."""
    begun = next((encoding for mark, encoding in BOMS.items() if content.startswith(mark)), None)
    if b"\x00" in content and begun != "utf-16":
        raise _words.refusal("unknown_shape", path=name, reason="NUL")
    for encoding in (begun,) if begun else ("utf-8", "cp1252", "latin-1"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _words.refusal("unknown_shape", path=name, reason="encoding")


def _csv(text: str, meter: Meter) -> Table:
    """A CSV whose delimiter is the one that gives its first rows most known headings, else most columns."""
    csv.field_size_limit(LONGEST_TEXT)
    best = max((";", ",", "\t"), key=lambda delimiter: _first_rows(text, delimiter, meter))
    rows: list[list[str]] = []
    broken: tuple[int, int] | None = None
    for row in _csv_rows(io.StringIO(text, newline=""), best, meter):
        meter.cells(len(row))
        if broken is None and any("\n" in cell for cell in row):
            broken = (len(rows), next(place for place, cell in enumerate(row) if "\n" in cell))
        rows.append([without_guard(cell) for cell in row])
    notes = {broken: "unclosed"} if broken and text.count('"') % 2 else {}
    return Table("", rows, notes)


def _first_rows(text: str, delimiter: str, meter: Meter) -> tuple[int, int]:
    """How many known headings, and how many columns, the first rows have under a delimiter."""
    begin = io.StringIO("".join(text[: 256 * 1024].splitlines(keepends=True)[: 4 * HEADING_ROWS]), newline="")
    rows = [row for _, row in zip(range(HEADING_ROWS), _csv_rows(begin, delimiter, meter), strict=False)]
    return known_headings(rows), max(map(len, rows), default=0)


def _csv_rows(lines: io.StringIO, delimiter: str, meter: Meter) -> Iterator[Sequence[str]]:
    try:
        yield from csv.reader(lines, delimiter=delimiter)
    except csv.Error as error:
        if "field limit" in str(error):
            raise _words.refusal("text_too_long", path=meter.name, limit=LONGEST_TEXT // MEGABYTE) from None
        raise _words.refusal("unknown_shape", path=meter.name, reason=_short(error)) from None


def _short(error: Exception) -> str:
    return re.sub(r"\s+", " ", str(error))[:120] or type(error).__name__
