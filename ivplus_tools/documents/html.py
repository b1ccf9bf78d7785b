"""HTML that needs nothing from outside and runs nothing: headings, tables with captions and row headers, a footer."""

from __future__ import annotations

from ivplus_tools import _html
from ivplus_tools.documents.document import Document, Section, headed

MOST_COLUMNS = 4
"""Columns that a page of the usual width holds."""


def render(document: Document) -> bytes:
    """The document as one page."""
    return _html.page(document.title, document.lang, body(document), document.footer, _is_wide(document)).encode()


def _is_wide(document: Document) -> bool:
    return any(len(one.rows[0]) > MOST_COLUMNS for one in document.sections if one.rows)


def body(document: Document) -> str:
    """The document as a fragment, for a page or a notebook; its parts are listed first where it has several."""
    told = _html.cover("".join(_section(one, document) for one in document.cover)) if document.cover else ""
    told += _html.heading(document.title, 1)
    parts = [(f"s{one.number}", headed(one)) for one in document.sections if one.level == 1 and one.number]
    told += _html.contents(parts) if parts else ""
    return told + "".join(_section(one, document) for one in document.sections)


def _section(section: Section, document: Document) -> str:
    title = headed(section)
    told = _html.heading(title, section.level + 1, f"s{section.number}" if section.number else "") if title else ""
    if section.said:
        told += _html.paragraph(section.said)
    if section.lines:
        rows = [(one.rule, one.label, one.text, one.blank) for one in section.lines]
        told += _html.answers(document.heads, rows, title or document.title)
    if section.rows:
        told += _html.grid(section.rows, title)
    return told
