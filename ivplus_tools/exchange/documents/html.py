"""HTML that needs nothing from outside and runs nothing: headings, tables with captions and row headers, a footer."""

from __future__ import annotations

from ivplus_tools import _html
from ivplus_tools.exchange.documents.document import Document, Section


def render(document: Document) -> bytes:
    """The document as one page."""
    body = _html.heading(document.title, 1)
    body += _html.contents([(f"s{one.number}", f"{one.number} {one.title}") for one in document.sections if one.level == 1])
    body += "".join(_section(one, document) for one in document.sections)
    return _html.page(document.title, document.lang, body, document.footer).encode()


def _section(section: Section, document: Document) -> str:
    told = _html.heading(f"{section.number} {section.title}", section.level + 1, f"s{section.number}")
    if section.said:
        told += _html.paragraph(section.said)
    if section.lines:
        rows = [(one.rule, one.label, one.text, one.blank) for one in section.lines]
        told += _html.answers(document.heads, rows, f"{section.number} {section.title}")
    return told
