"""What a file says before anybody understands it: tables of text cells and trees of text leaves, recognised by content."""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ivplus_tools import _words
from ivplus_tools.errors import Refusal
from ivplus_tools.exchange import old_workbooks, outline, spreadsheets, texts, trees, word
from ivplus_tools.exchange.guard import without_guard
from ivplus_tools.exchange.headings import HEADING_ROWS, known_headings
from ivplus_tools.exchange.limits import LARGEST_FILE, LARGEST_UNPACKED, LONGEST_TEXT, MEGABYTE, MOST_MEMBERS, Meter
from ivplus_tools.exchange.shapes import vocabulary
from ivplus_tools.exchange.spreadsheets import Table
from ivplus_tools.exchange.trees import Tree

SEPARATORS = (";", ",", "\t", "|")
ODD_SEPARATORS = "^~¦§!#*:@%$=<>\x01\x02\x1c\x1d\x1e\x1f"
"""Taken for separators only where they give known headings, several of them."""


@dataclass
class Content:
    """What a file, or a member of an archive, holds: tables or trees, or why it could not be read."""

    name: str = ""
    tables: list[Table] = field(default_factory=list)
    trees: list[Tree] = field(default_factory=list)
    refused: Refusal | None = None
    told: list[tuple[str, str]] = field(default_factory=list)
    """What was left out, or read in a way that the officer must know: a key of the preview's words, and the text."""


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
        raise _words.refusal("unknown_shape", path=path.name, reason=_words.system_reason(error)) from None


def parse(content: bytes, name: str, inside: bool = False) -> list[Content]:
    """Tables or trees of some bytes, which may stand `inside` an archive; `name` only words the refusal."""
    meter = Meter(name)
    if not content.strip():
        raise _words.refusal("empty_file", path=name)
    texts.named(content, name)
    if content.startswith(texts.OLE):
        return [_old_workbook(content, name, meter)]
    if content.startswith(texts.ZIP):
        return _parse_zip(content, name, meter, inside)
    return [_parse_text(texts.decoded(content, name), meter)]


def _old_workbook(content: bytes, name: str, meter: Meter) -> Content:
    texts.named_ole(content, name)
    return Content(tables=list(old_workbooks.xls(content, meter)), told=[("xls_unseen", "")])


def _parse_zip(content: bytes, name: str, meter: Meter, inside: bool) -> list[Content]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            members = packed.infolist()
            unpacked = sum(one.file_size for one in members)
            if unpacked > LARGEST_UNPACKED or len(members) > MOST_MEMBERS:
                raise _words.refusal("too_large", path=name, size=unpacked // MEGABYTE, limit=LARGEST_UNPACKED // MEGABYTE)
            names = {one.filename for one in members}
            kind = texts.packed_kind(names, _begin(packed, "mimetype") if "mimetype" in names else b"")
            if kind:
                raise _words.refusal("unread_format", path=name, format=kind)
            if word.MAIN in names:
                return [_document(word.docx(packed, meter))]
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


def _begin(packed: zipfile.ZipFile, name: str) -> bytes:
    with packed.open(name) as opened:
        return opened.read(80)


def _document(read: outline.Document) -> Content:
    """A document's tables; what stands beside them is told."""
    made = outline.outline(read.parts)
    told = [(key, " | ".join(text for one, text in read.told if one == key)) for key in dict.fromkeys(key for key, _ in read.told)]
    return Content(tables=made.tables, told=[*told, *(("beside", text) for text in made.beside)])


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
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
            found.append(Content(label, refused=_words.refusal("unknown_shape", path=label, reason=_short(error))))
            continue
        tables = [replace(one, name=f"{label} {one.name}".strip()) for one in part.tables]
        found.append(Content(label, tables, [Tree(label, one.root) for one in part.trees], told=part.told))
    if not any(one.refused is None for one in found):
        raise next((one.refused for one in found if one.refused), _words.refusal("unknown_shape", path=name, reason="ZIP"))
    return found


def _parse_text(text: str, meter: Meter) -> Content:
    begin = text[:4096].lstrip()
    if begin[:1] in ("{", "["):
        return Content(trees=[Tree("", trees.json_tree(text, meter))])
    rdf = trees.rdf_format(begin)
    if rdf:
        return Content(trees=[Tree("", trees.rdf_tree(text, rdf, meter, vocabulary().namespaces))])
    if trees.looks_like_yaml(begin):
        return Content(trees=[Tree("", trees.yaml_tree(text, meter))])
    page = _page(text, begin, meter)
    return page or Content(tables=[_csv(text, meter)])


def _page(text: str, begin: str, meter: Meter) -> Content | None:
    """A page or a Markdown text; markup of another kind is refused by its name."""
    from ivplus_tools.exchange import pages  # it reads files through this module

    if pages.is_html(text) or pages.has_markdown(text):
        try:
            return _document(pages.document(text, meter))
        except RecursionError:
            raise _words.refusal("page_too_deep", path=meter.name) from None
    root = re.match(r"(?:<\?.*?\?>|<!.*?>|\s)*<([\w:.-]+)", begin, re.DOTALL)
    if root:
        raise _words.refusal("unread_format", path=meter.name, format=f"XML <{root[1][:40]}>")
    if re.match(r"(?:[\w-]+:.*\r?\n(?:[ \t].*\r?\n)*)*MIME-Version:", begin, re.IGNORECASE):
        raise _words.refusal("unread_format", path=meter.name, format="MIME (.eml, .mht)")
    return None


def _csv(text: str, meter: Meter) -> Table:
    """A table of text, by the separator that it names, else by the one that its first rows have."""
    csv.field_size_limit(LONGEST_TEXT)
    said = re.match(r"sep=(.)\r?\n", text)
    best = said[1] if said else _separator(text, meter)
    rows: list[list[str]] = []
    broken: tuple[int, int] | None = None
    for row in _csv_rows(io.StringIO(text[said.end() :] if said else text, newline=""), best, meter):
        meter.cells(len(row))
        if broken is None and any("\n" in cell for cell in row):
            broken = (len(rows), next(place for place, cell in enumerate(row) if "\n" in cell))
        rows.append([without_guard(cell) for cell in row])
    notes = {broken: "unclosed"} if broken and text.count('"') % 2 else {}
    return Table("", rows, notes)


def _separator(text: str, meter: Meter) -> str:
    """The separator that gives the first rows most known headings, else most columns; an odd one must give two headings more."""
    scores = {one: _first_rows(text, one, meter) for one in SEPARATORS}
    best = max(SEPARATORS, key=lambda one: scores[one])
    odd = {one: _first_rows(text, one, meter) for one in ODD_SEPARATORS if one in text[:4096]}
    found = max(odd, key=lambda one: odd[one], default=best)
    return found if found in odd and odd[found][0] >= scores[best][0] + 2 else best


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
