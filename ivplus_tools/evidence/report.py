"""An executed notebook as a document: its prose and its tables, without code, in one language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ivplus_tools import _words
from ivplus_tools.documents import Document, Section
from ivplus_tools.exchange import pages


def document(notebook: Any, manifest: dict[str, Any]) -> Document:
    """The report of an audit. Headings come from the prose, tables from what the cells showed; anything else they said is text."""
    from datetime import date

    lang, journal = manifest["lang"], manifest["journal"]
    day = date.fromisoformat(manifest["as_of"])
    on = _words.show_date(day, lang, running=True)
    words = _words.read("audit")["pack"]
    sections = [section for cell in notebook.cells for section in _sections(cell)]
    return Document(
        words["title"][lang].format(on=on, own=manifest["organisation"] or words["nameless"][lang]), lang, ("", "", ""),
        words["footer"][lang].format(on=on, last=journal["last"], head=journal["head"] or "–"), (day.year, day.month, day.day),
        tuple(sections),
    )  # fmt: skip


def _sections(cell: Any) -> Iterator[Section]:
    if cell.cell_type == "markdown":
        yield from _prose(cell.source)
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        if "text/html" in data:
            yield from _tables("".join(data["text/html"]))
        elif told := "".join(data.get("text/plain", output.get("text", ""))).strip():
            yield Section("", "", said=told)


def _prose(source: str) -> Iterator[Section]:
    """A heading and the paragraphs below it; the first heading is the title of the whole and stands there."""
    match = re.match(r"\s*(#+) +(.+)\n?((?:.|\n)*)", source)
    level, title, rest = (len(match[1]), match[2].strip(), match[3].strip()) if match else (9, "", source.strip())
    yield Section("", "" if level in (1, 9) else title, max(1, min(level - 1, 3)), said=rest)


def _tables(page: str) -> Iterator[Section]:
    """The tables of an output; a page without any is its text."""
    found = list(pages.tables_in(page))
    for rows in found:
        width = max(map(len, rows))
        yield Section("", "", rows=tuple((*row, *[""] * (width - len(row))) for row in rows))
    if not found and (told := pages.text_in(page)):
        yield Section("", "", said=told)
