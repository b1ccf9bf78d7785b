"""Pages in: the tables and lists of HTML and Markdown as text, each with the sentence or heading above it. Nothing on a page is run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ivplus_tools import _places, _words
from ivplus_tools.exchange import sources, texts
from ivplus_tools.exchange.limits import LARGEST_PAGE, Meter
from ivplus_tools.exchange.outline import DEEPEST_HEADING, Document, Grid, Part, paragraph

_UNSEEN = ("script", "style", "template", "noscript", "nav", "header", "footer", "form", "iframe", "object", "svg", "head")
_BLOCKS = ("h1", "h2", "h3", "h4", "h5", "h6", "p", "table", "ul", "ol", "dl", "caption")
_LEVELS = {"title": 0, "h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6, "dt": DEEPEST_HEADING}
_PARTS = (
    *_LEVELS,
    "p",
    "div",
    "section",
    "article",
    "main",
    "table",
    "ul",
    "ol",
    "li",
    "dl",
    "dd",
    "pre",
    "blockquote",
    "address",
    "caption",
    "hr",
)
_FRAME = ("nav", "header", "footer")
ITEM = "• "
"""Begins a line that is an item of a list within a cell."""
OURS = Meter("HTML", bounded=False)
"""For fragments that we have written ourselves."""
PART_COSTS = 20
"""Cells that a heading or a paragraph counts for: a page is read more slowly than a table."""
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
    if not content.startswith((texts.ZIP, texts.OLE, texts.PDF)):
        text, meter = texts.decoded(content, path.name), Meter(path.name)
        is_page, is_markdown = is_html(text), path.suffix.lower() in (".md", ".markdown") or _is_markdown(text)
        try:
            if is_page or is_markdown:
                meter.length(len(text), LARGEST_PAGE)
                return list(_of_html(text if is_page else _from_markdown(text), meter, ITEM))
        except RecursionError:
            raise _words.refusal("unknown_shape", path=path.name, reason="HTML") from None
    return [Block((one.name,), one.rows) for part in sources.parse(content, path.name) for one in part.tables]


def is_html(text: str) -> bool:
    """Whether a text begins as a page."""
    return (
        text[:2048].lstrip().startswith("<")
        and re.search(r"<(!doctype|html|body|table|ul|ol|div|section|h\d|p)\b", text[:4096], re.IGNORECASE) is not None
    )


def _is_markdown(text: str) -> bool:
    return re.search(r"^(#{1,6} |[*-] \S|\|? *:?-{3,}:? *\|)", text, re.MULTILINE) is not None


def has_markdown(text: str) -> bool:
    """Whether a text whose name nobody looks at is Markdown: the line below a table's headings, or headings with text between them."""
    if re.search(
        r"^[ \t]*\|?[ \t]*:?-{3,}:?[ \t]*(\|[ \t]*:?-{3,}:?[ \t]*)+\|?[ \t]*$|^[ \t]*\|[ \t]*:?-{3,}:?[ \t]*\|[ \t]*$", text, re.MULTILINE
    ):
        return True
    return re.search(r"\A\s*(---\n.*?\n---\s*\n)?#{1,6} \S[^\n]*\n(?!#).*?\n#{1,6} \S", text.replace("\r\n", "\n"), re.DOTALL) is not None


def _from_markdown(text: str) -> str:
    import mistune

    body = re.sub(r"\A---\n.*?\n---\n", "", text.replace("\r\n", "\n"), flags=re.DOTALL)
    body = re.sub(r"\n\s*\n", "\n\n", body)  # the parser looks at every empty line once for each before it
    made = mistune.create_markdown(escape=False, plugins=["table"])(body)
    return str(made)


def _of_html(text: str, meter: Meter, mark: str = "") -> Iterator[Block]:
    _demand_flat(text, meter)
    page = _parsed(text, meter, mark)
    yield from _without_frame(page, meter)
    heading, above = "", ""
    for node in page.find_all(_BLOCKS):
        if node.name == "table":
            if not _inside(node, ("table",), meter) and any(map(any, rows := _own_rows(node, meter))):
                yield Block((heading, above), rows)
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


def _own_rows(table: Any, meter: Meter) -> list[list[str]]:
    """The rows of a table. One that only lays out the page gives up the tables in it, which are then read as tables of their own."""
    if any(sum(map(_speaks, line.find_all(("td", "th"), recursive=False))) > 1 for line in _lines(table)):
        return _rows(table, meter)
    for inner in table.find_all("table"):
        inner.extract()
    return _rows(table, meter)


def _speaks(cell: Any) -> bool:
    """Whether a cell says something outside the tables in it."""
    return any(text.strip() and text.find_parent(("table", "td", "th")) is cell for text in cell.find_all(string=True))


def _lines(table: Any) -> Iterator[Any]:
    """The rows of a table, without those of the tables in its cells, whose text stands in the cell."""
    return (line for line in table.find_all("tr") if line.find_parent("table") is table)


def _demand_flat(text: str, meter: Meter) -> None:
    """Refuse a page whose tables and lists stand within each other deeper than on any page for people."""
    deep = 0
    for tag in re.finditer(r"<(/?)(?:table|ul|ol|dl)\b", text, re.IGNORECASE):
        deep = max(0, deep - 1) if tag[1] else deep + 1
        meter.depth(deep)


def _without_frame(page: Any, meter: Meter) -> Iterator[Block]:
    """Take away what no reader sees and the frame of the page; the tables and lists of the frame are told."""
    for form in page.find_all("form"):
        form.unwrap()  # some sites have one around the whole page
    for unseen in page.find_all(lambda node: node.name in _UNSEEN or _is_hidden(node)):
        if not unseen.decomposed and unseen.name in _FRAME:
            yield from _framed(unseen, meter)
        elif not unseen.decomposed and unseen.name not in _UNSEEN and (told := " ".join(unseen.get_text(" ").split())):
            yield Block((unseen.name, ""), [[told]], frame=True)  # what no reader sees is told and not read
        if not unseen.decomposed:
            unseen.decompose()


def _framed(part: Any, meter: Meter) -> Iterator[Block]:
    """The tables and lists of a page's navigation, header or footer: counted, never read."""
    for node in part.find_all(("table", "ul", "ol", "dl")):
        if not _inside(node, ("table", "ul", "ol", "dl"), meter):
            rows = _rows(node, meter) if node.name == "table" else list((_terms if node.name == "dl" else _items)(node, meter))
            yield Block((part.name, ""), rows, node.name != "table", frame=True)


# --- a page as a document


def document(text: str, meter: Meter) -> Document:
    """A page or a Markdown text with its headings, paragraphs and tables in order; what no reader sees, and its frame, is told."""
    meter.length(len(text), LARGEST_PAGE)
    page = _parsed(text if is_html(text) else _from_markdown(text), meter)
    made = Document()
    for form in page.find_all("form"):
        form.unwrap()  # some sites have one around the whole page
    for unseen in page.find_all(lambda node: node.name in _UNSEEN or _is_hidden(node)):
        if unseen.decomposed:
            continue
        if unseen.name in _FRAME or unseen.name not in _UNSEEN:
            made.tell("doc_margins" if unseen.name in _FRAME else "doc_hidden", " ".join(unseen.get_text(" ").split()))
        unseen.decompose()
    for struck in page.find_all(("del", "s", "strike")):
        made.tell("doc_struck", " ".join(struck.get_text(" ").split()))
        struck.decompose()
    made.parts += _parts(page, False, meter)
    return made


def _is_hidden(node: Any) -> bool:
    return node.has_attr("hidden") or "display:none" in str(node.get("style") or "").replace(" ", "").casefold()


def _parts(node: Any, bold: bool, meter: Meter) -> Iterator[Part]:
    """Headings, paragraphs and tables within an element, in order."""
    from bs4.element import NavigableString

    runs: list[tuple[str, bool]] = []
    item = node.name == "li"
    for child in node.children:
        if isinstance(child, NavigableString) or not (child.name in _PARTS or child.find(_PARTS)):
            runs += _runs(child, bold)
            continue
        yield from paragraph(runs, item=item)
        runs = []
        meter.cells(PART_COSTS)
        if child.name == "table":
            yield Grid(_rows(child, meter))
        elif child.name in _LEVELS:
            yield from paragraph(list(_runs(child, True)), _LEVELS[child.name])
        else:
            yield from _parts(child, bold or child.name in ("b", "strong"), meter)
    yield from paragraph(runs, item=item)


def _runs(node: Any, bold: bool) -> Iterator[tuple[str, bool]]:
    """The text of an element, each piece with whether it is bold."""
    from bs4.element import NavigableString

    if isinstance(node, NavigableString):
        if type(node) is NavigableString:  # no comment, no declaration
            yield re.sub(r"\s+", " ", node), bold
    elif node.name == "br":
        yield "\n", bold
    else:
        for child in node.children:
            yield from _runs(child, bold or node.name in ("b", "strong"))


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
    for line in _lines(table):
        row: list[str] = []
        for cell in line.find_all(("td", "th"), recursive=False):
            _carry(row, carried)
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
    return [block.rows for block in _of_html(page, OURS) if not block.is_list]


def _parsed(text: str, meter: Meter, mark: str = "") -> Any:
    """A page as elements, each item of a list within a cell on a line of its own, behind a mark.

    What nobody closes stays as text, since the parser would look for an end from each place anew.
    """
    from bs4 import BeautifulSoup
    from bs4.exceptions import ParserRejectedMarkup

    ends = max((found.end() for found in re.finditer(r"--\s*>", text)), default=0)
    text = text[:ends] + text[ends:].replace("<!--", "&lt;!--")
    last = text.rfind(">") + 1
    try:
        page = BeautifulSoup(text[:last] + text[last:].replace("<", "&lt;"), "html.parser")
    except ParserRejectedMarkup:
        raise _words.refusal("unknown_shape", path=meter.name, reason="HTML") from None
    for image in [one for one in page.find_all("img", alt=True) if _is_said(one)]:  # all are judged before any of them is a text
        image.replace_with(f" {image['alt']} ")
    for item in page.find_all("li"):
        if _inside(item, ("td", "th"), meter):
            item.insert_before("\n")
            item.insert(0, mark)
    return page


def _is_said(image: Any) -> bool:
    """Whether the text of an image says something in a cell or an item: a logo in the place of a name, a flag beside a country."""
    holder = image.find_parent(("td", "th", "li"))
    told = str(image["alt"]).strip()
    if holder is None or not told or told.casefold() in holder.get_text().casefold():
        return False
    beside_a_name = holder.name != "li" and holder.find_previous_sibling(("td", "th")) is None and holder.get_text(strip=True)
    return not beside_a_name or bool(_places.named_in(told))  # else it is decoration


def text_in(page: str) -> str:
    """What a fragment of HTML says."""
    return _said(_parsed(page, Meter("HTML")), OURS)
