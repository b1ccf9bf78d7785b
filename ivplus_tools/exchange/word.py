"""Word documents in: paragraphs, headings and tables as they read with every tracked change accepted; what is not read is told."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ivplus_tools import _words
from ivplus_tools.exchange.limits import LARGEST_TREE, Meter
from ivplus_tools.exchange.outline import DEEPEST_HEADING, Document, Grid, Part, line_of, paragraph

MAIN = "word/document.xml"
_OTHERS = {"footnotes": "doc_notes", "endnotes": "doc_notes", "comments": "doc_notes", "header": "doc_margins", "footer": "doc_margins"}
_PROPERTIES = ("pPr", "rPr", "tblPr", "trPr", "tcPr", "sdtPr", "sectPr", "tblGrid")
_LEFT_OUT = {"txbxContent": "doc_box", "del": "doc_deleted", "moveFrom": "doc_deleted"}
_SIGNS = {"tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def docx(packed: zipfile.ZipFile, meter: Meter) -> Document:
    """The text of a Word document: insertions are in, deletions out; boxes, notes, margins, struck and hidden text are told, not read."""
    reader = _Reader(_styles(packed, meter), meter)
    root = _root(packed, MAIN, meter)
    for body in _children(root, "body"):
        reader.document.parts += reader.parts(body)
    for name in packed.namelist():
        found = re.fullmatch(r"word/([a-z]+)\d*\.xml", name)
        if found and found[1] in _OTHERS:
            reader.document.tell(_OTHERS[found[1]], " ".join(_plain(_root(packed, name, meter)).split()))
    return reader.document


def _root(packed: zipfile.ZipFile, name: str, meter: Meter) -> Any:
    """A part of the document as XML; one that no document reaches is refused before it is read."""
    from xml.etree import ElementTree

    if name not in packed.namelist():
        raise _words.refusal("unknown_shape", path=meter.name, reason=f"Word, {name}")
    meter.length(packed.getinfo(name).file_size, LARGEST_TREE)
    try:
        with packed.open(name) as opened:
            return ElementTree.parse(opened).getroot()  # noqa: S314  expat bounds entities itself
    except ElementTree.ParseError as error:
        raise _words.refusal("unknown_shape", path=meter.name, reason=f"Word, {name}: {error}") from None


def _tag(node: Any) -> str:
    """The local name: the two namespaces of Word's format have the same names."""
    return str(node.tag).rpartition("}")[2]


def _children(node: Any, *names: str) -> Iterator[Any]:
    return (one for one in node if _tag(one) in names)


def _value(node: Any, *way: str) -> str | None:
    """The value of a property below a node; an empty text where it is there without one."""
    for name in way:
        node = next(_children(node, name), None)
        if node is None:
            return None
    return next((text for key, text in node.attrib.items() if key.rpartition("}")[2] == "val"), "")


def _is_on(node: Any, *way: str) -> bool | None:
    """Whether a property is on; None where it is not given."""
    said = _value(node, *way)
    return None if said is None else said not in ("0", "false", "off", "none")


def _plain(node: Any) -> str:
    return " ".join(one.text for one in node.iter() if _tag(one) in ("t", "delText") and one.text)


@dataclass(frozen=True)
class _Style:
    level: int | None = None
    bold: bool = False


def _styles(packed: zipfile.ZipFile, meter: Meter) -> dict[str, _Style]:
    """Heading level and weight of each style, also where it only rests on another."""
    if "word/styles.xml" not in packed.namelist():
        return {}
    said = {_attribute(one, "styleId"): one for one in _children(_root(packed, "word/styles.xml", meter), "style")}
    return {name: _style(name, said) for name in said}


def _attribute(node: Any, name: str) -> str:
    return next((text for key, text in node.attrib.items() if key.rpartition("}")[2] == name), "")


def _style(name: str, said: dict[str, Any]) -> _Style:
    level: int | None = None
    bold: bool | None = None
    for _ in range(20):  # styles rest on one another, in a ring where a file is odd
        one = said.get(name)
        if one is None:
            break
        level = _level(one) if level is None else level
        bold = _is_on(one, "rPr", "b") if bold is None else bold
        name = _value(one, "basedOn") or ""
    return _Style(level, bool(bold))


def _level(node: Any) -> int | None:
    """The heading level that a style or a paragraph gives."""
    given = _value(node, "pPr", "outlineLvl")
    if given is not None and given.isdecimal():
        return int(given) + 1 if int(given) < DEEPEST_HEADING else None
    named = (_value(node, "name") or "").casefold()
    found = re.fullmatch(r"heading (\d)", named)
    return int(found[1]) if found else 0 if named == "title" else None


class _Reader:
    """Reads a document's body; tells what it leaves out."""

    def __init__(self, styles: dict[str, _Style], meter: Meter) -> None:
        self._styles, self._meter = styles, meter
        self.document = Document()

    def parts(self, node: Any) -> Iterator[Part]:
        """Paragraphs and tables in order, also those within content controls and tracked insertions."""
        for one in node:
            name = _tag(one)
            if name == "p":
                yield from self._paragraph(one)
            elif name == "tbl":
                yield Grid(self._merged(self._table(one)))
            elif name in _LEFT_OUT:
                self.document.tell(_LEFT_OUT[name], _plain(one))
            elif name == "altChunk":
                self.document.tell("doc_object", "altChunk")
            elif name not in _PROPERTIES:
                yield from self.parts(one)

    def _paragraph(self, node: Any) -> Iterator[Part]:
        runs: list[tuple[str, bool]] = []
        style = self._styles.get(_value(node, "pPr", "pStyle") or "", _Style())
        self._runs(node, style.bold, runs)
        self._meter.cells(1)
        given = _level(node)
        yield from paragraph(runs, style.level if given is None else given)

    def _runs(self, node: Any, bold: bool, runs: list[tuple[str, bool]]) -> None:
        """The text of a paragraph, each piece with whether it is bold."""
        for one in node:
            name = _tag(one)
            if name in _LEFT_OUT:
                self.document.tell(_LEFT_OUT[name], _plain(one))
            elif name == "ins":
                self.document.tell("doc_inserted", _plain(one))
                self._runs(one, bold, runs)
            elif name == "r":
                self._run(one, bold, runs)
            elif name == "sdt" and _value(one, "sdtPr", "showingPlcHdr") is not None:
                self.document.tell("doc_placeholder", _plain(one))
            elif name == "t" and one.text:
                runs.append((one.text, bold))
            elif name in _SIGNS:
                runs.append((_SIGNS[name], bold))
            elif name in ("object", "pict", "drawing") and not any(_tag(inner) == "txbxContent" for inner in one.iter()):
                self.document.tell("doc_object", name)
            elif name not in _PROPERTIES:
                self._runs(one, bold, runs)

    def _run(self, node: Any, bold: bool, runs: list[tuple[str, bool]]) -> None:
        said = _is_on(node, "rPr", "b")
        for key, names in (("doc_struck", ("strike", "dstrike")), ("doc_hidden", ("vanish",))):
            if any(_is_on(node, "rPr", name) for name in names):
                self.document.tell(key, _plain(node))
                return
        self._runs(node, bold if said is None else said, runs)

    def _table(self, node: Any) -> list[list[tuple[str, str]]]:
        """Rows of cells: what each says, and whether it begins or goes on with a vertical merge."""
        rows = []
        for row in _rows(node, "tr"):
            if _value(row, "trPr", "del") is not None:
                self.document.tell("doc_deleted", _plain(row))
                continue
            cells: list[tuple[str, str]] = [("", "")] * _number(_value(row, "trPr", "gridBefore"))
            for cell in _rows(row, "tc"):
                merge = _value(cell, "tcPr", "vMerge")
                going = "" if merge is None else "begins" if merge == "restart" else "goes on"
                cells += [(self._cell(cell), going), *[("", going)] * (_number(_value(cell, "tcPr", "gridSpan"), 1) - 1)]
            self._meter.cells(len(cells))
            rows.append(cells)
        return rows

    def _merged(self, rows: list[list[tuple[str, str]]]) -> list[list[str]]:
        """A cell that is merged downwards stands in each of its rows; rows that a merged first cell joins are one."""
        made: list[list[str]] = []
        above: list[str] = []
        for row in rows:
            going = [how == "goes on" for _, how in row]
            filled = [
                above[place] if on and place < len(above) else said for place, ((said, _), on) in enumerate(zip(row, going, strict=True))
            ]
            if made and going and going[0]:
                self.document.tell("doc_joined", filled[0])
                made[-1] = _joined(made[-1], ["" if on else said for said, on in zip(filled, going, strict=True)])
            else:
                made.append(filled)
            above = filled
        return made

    def _cell(self, node: Any) -> str:
        lines = []
        for part in self.parts(node):
            rows = part.rows if isinstance(part, Grid) else [[part.text]]
            lines += map(line_of, rows)
        return "\n".join(filter(None, lines))


def _rows(node: Any, name: str) -> Iterator[Any]:
    """Rows of a table or cells of a row, also those within content controls and tracked changes."""
    for one in node:
        if _tag(one) == name:
            yield one
        elif _tag(one) not in (*_PROPERTIES, "tbl", "p"):
            yield from _rows(one, name)


def _number(text: str | None, least: int = 0) -> int:
    return min(max(int(text), least), 100) if text and text.isdecimal() and len(text) < 9 else least


def _joined(before: list[str], texts: list[str]) -> list[str]:
    """Two rows of one record: what each column says, line by line."""
    width = max(len(before), len(texts))
    pairs = zip(before + [""] * (width - len(before)), texts + [""] * (width - len(texts)), strict=True)
    return ["\n".join(filter(None, pair)) for pair in pairs]
