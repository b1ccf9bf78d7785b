"""Pages in: the tables and lists of HTML and Markdown as text, each with the sentence or heading above it. Nothing on a page is run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ivplus_tools import _words
from ivplus_tools.exchange import sources
from ivplus_tools.exchange.limits import LARGEST_PAGE, Meter

_UNSEEN = ("script", "style", "template", "noscript", "nav", "header", "footer", "form", "iframe", "object", "svg", "head")
_BLOCKS = ("h1", "h2", "h3", "h4", "h5", "h6", "p", "table", "ul", "ol", "dl", "caption")
_FRAME = ("nav", "header", "footer")
ITEM = "• "
"""Begins a line that is an item of a list within a cell."""
OURS = Meter("HTML", bounded=False)
"""For fragments that we have written ourselves."""
MOST_SPANNED = 100
"""Rows or columns that one merged cell may cover; a page that says more is not believed."""


@dataclass(frozen=True)
class Block:
    """A table or a list: its rows of text cells, what stands above it (nearest last), and whether it is a list of one cell and a rest.

    `frame`: it belongs to the page's frame (navigation, header, footer), not to what the page says.
    """

    above: tuple[str, ...]
    rows: list[list[str]]
    is_list: bool = False
    frame: bool = False


def blocks(path: Path) -> list[Block]:
    """The tables and lists of a page, a Markdown text, a workbook or a CSV; what holds none is refused in one line."""
    content = sources.read_bytes(path)
    if not content.startswith((sources.ZIP, sources.OLE, sources.PDF)):
        text, meter = sources.decoded(content, path.name), Meter(path.name)
        is_page, is_markdown = _is_html(text), path.suffix.lower() in (".md", ".markdown") or _is_markdown(text)
        try:
            if is_page or is_markdown:
                meter.length(len(text), LARGEST_PAGE)
                return list(_of_html(text if is_page else _from_markdown(text), meter))
        except RecursionError:
            raise _words.refusal("unknown_shape", path=path.name, reason="HTML") from None
    return [Block((one.name,), one.rows) for part in sources.parse(content, path.name) for one in part.tables]


def _is_html(text: str) -> bool:
    return (
        text[:2048].lstrip().startswith("<")
        and re.search(r"<(!doctype|html|body|table|ul|ol|div|section|h\d|p)\b", text[:4096], re.IGNORECASE) is not None
    )


def _is_markdown(text: str) -> bool:
    return re.search(r"^(#{1,6} |[*-] \S|\|? *:?-{3,}:? *\|)", text, re.MULTILINE) is not None


def _from_markdown(text: str) -> str:
    import mistune

    body = re.sub(r"\A---\n.*?\n---\n", "", text.replace("\r\n", "\n"), flags=re.DOTALL)
    body = re.sub(r"\n\s*\n", "\n\n", body)  # the parser looks at every empty line once for each before it
    made = mistune.create_markdown(escape=False, plugins=["table"])(body)
    return str(made)


def _of_html(text: str, meter: Meter) -> Iterator[Block]:
    _demand_flat(text, meter)
    page = _parsed(text, meter)
    yield from _without_frame(page, meter)
    heading, above = "", ""
    for node in page.find_all(_BLOCKS):
        if node.name == "table":
            if not _inside(node, ("table",), meter):
                yield Block((heading, above), _rows(node, meter))
                above = ""
        elif node.name in ("ul", "ol", "dl"):
            if not _inside(node, ("ul", "ol", "dl", "table"), meter):
                yield Block((heading, above), list((_terms if node.name == "dl" else _items)(node, meter)), is_list=True)
                above = ""
        elif not _inside(node, ("table", "li", "dl"), meter):
            told = _said(node, meter)
            if node.name.startswith("h"):
                heading, above = told, ""
            elif told:
                above = told


def _demand_flat(text: str, meter: Meter) -> None:
    """Refuse a page whose tables and lists stand within each other deeper than on any page for people."""
    deep = 0
    for tag in re.finditer(r"<(/?)(?:table|ul|ol|dl)\b", text, re.IGNORECASE):
        deep = max(0, deep - 1) if tag[1] else deep + 1
        meter.depth(deep)


def _without_frame(page: Any, meter: Meter) -> Iterator[Block]:
    """Take away what no reader sees and the frame of the page; the tables and lists of the frame are told."""
    for unseen in page.find_all(_UNSEEN):
        if not unseen.decomposed and unseen.name in _FRAME:
            yield from _framed(unseen, meter)
        if not unseen.decomposed:
            unseen.decompose()


def _framed(part: Any, meter: Meter) -> Iterator[Block]:
    """The tables and lists of a page's navigation, header or footer: counted, never read."""
    for node in part.find_all(("table", "ul", "ol", "dl")):
        if not _inside(node, ("table", "ul", "ol", "dl"), meter):
            rows = _rows(node, meter) if node.name == "table" else list((_terms if node.name == "dl" else _items)(node, meter))
            yield Block((part.name, ""), rows, node.name != "table", frame=True)


def _terms(node: Any, meter: Meter) -> Iterator[list[str]]:
    """A row per term: the term, and what is said of it."""
    row: list[str] = []
    for one in node.find_all(("dt", "dd")):
        if one.name == "dt":
            if row:
                yield row
            row = [_said(one, meter), ""]
        elif row:
            row[1] = "; ".join(filter(None, (row[1], _said(one, meter))))
        meter.cells(1)
    if row:
        yield row


def _rows(table: Any, meter: Meter) -> list[list[str]]:
    """The rows of a table; a merged cell stands in each of its places."""
    rows: list[list[str]] = []
    carried: dict[int, tuple[int, str]] = {}
    for line in table.find_all("tr"):
        row: list[str] = []
        for cell in line.find_all(("td", "th"), recursive=False):
            _carry(row, carried)
            for item in cell.find_all("li"):
                item.insert_before("\n")
                item.insert(0, ITEM)
            told = _said(cell, meter)
            for _ in range(_span(cell, "colspan")):
                if (down := _span(cell, "rowspan") - 1) > 0:
                    carried[len(row)] = (down, told)
                row.append(told)
        _carry(row, carried)
        meter.cells(len(row))
        rows.append(row)
    return rows


def _carry(row: list[str], carried: dict[int, tuple[int, str]]) -> None:
    """Put in what a merged cell of an earlier row holds at this place."""
    while len(row) in carried:
        left, told = carried[len(row)]
        carried[len(row)] = (left - 1, told)
        if left <= 1:
            del carried[len(row)]
        row.append(told)


def _span(cell: Any, name: str) -> int:
    told = str(cell.get(name) or "1")
    return min(int(told), MOST_SPANNED) if told.isdecimal() and told.isascii() and int(told) else 1


def _items(node: Any, meter: Meter) -> Iterator[list[str]]:
    """A row per item: whom it names (a link or bold text at its beginning, else what stands before a dash, colon or stop), the rest."""
    for item in node.find_all("li", recursive=False):
        inner = item.find(("ul", "ol"))
        nested = list(_items(inner, meter)) if inner else []
        if inner:
            inner.extract()
        whole = _said(item, meter)
        marked = item.find(("a", "strong", "b"))
        name = _said(marked, meter) if marked else ""
        if not name or not whole.startswith(name):
            name = re.split(r"\s[–—-]\s|:\s|\.\s|\.$|\s\(|\n", whole, maxsplit=1)[0]
        meter.cells(2)
        rest = whole[len(name) :].strip(" .:–—-\n")
        if name.strip():
            yield [name.strip(), rest]
        yield from nested


def _inside(node: Any, names: Sequence[str], meter: Meter) -> bool:
    """Whether an element stands in another of some names."""
    for parent in node.parents:
        meter.step()
        if parent.name in names:
            return True
    return False


def _said(node: Any, meter: Meter) -> str:
    """The text of an element, its line breaks kept."""
    for _ in node.descendants:
        meter.step()
    for one in node.find_all("br"):
        one.replace_with("\n")
    lines = node.get_text(" " if node.name in ("td", "th") else "").split("\n")
    return "\n".join(found for line in lines if (found := " ".join(line.split())))


def tables_in(page: str) -> list[list[list[str]]]:
    """The rows of every table of a fragment of HTML, as text cells."""
    found = [block.rows for block in _of_html(page, OURS) if not block.is_list]
    return [[[re.sub(f"^{ITEM}", "", cell, flags=re.MULTILINE) for cell in row] for row in rows] for rows in found]


def _parsed(text: str, meter: Meter) -> Any:
    """A page as elements; what nobody closes stays as text, since its parser would look for an end from each place anew."""
    from bs4 import BeautifulSoup
    from bs4.exceptions import ParserRejectedMarkup

    ends = max((found.end() for found in re.finditer(r"--\s*>", text)), default=0)
    text = text[:ends] + text[ends:].replace("<!--", "&lt;!--")
    last = text.rfind(">") + 1
    try:
        return BeautifulSoup(text[:last] + text[last:].replace("<", "&lt;"), "html.parser")
    except ParserRejectedMarkup:
        raise _words.refusal("unknown_shape", path=meter.name, reason="HTML") from None


def text_in(page: str) -> str:
    """What a fragment of HTML says."""
    return _said(_parsed(page, Meter("HTML")), OURS)
