"""Markdown whose texts are only text: every sign that Markdown, HTML or MathJax would read is escaped."""

from __future__ import annotations

import re

from ivplus_tools.documents.document import Document, Line, Section, headed

_SIGNS = re.compile(r"[\\`*_\[\]<>#|~$&]")


def render(document: Document) -> bytes:
    """The document with a table per section."""
    before = [*(_section(one, document) for one in document.cover), "---"] if document.cover else []
    parts = [
        *before,
        f"# {escaped(document.title)}",
        *(_section(one, document) for one in document.sections),
        "---",
        escaped(document.footer),
    ]
    return ("\n\n".join(parts) + "\n").encode()


def escaped(text: str) -> str:
    """Text that no reader of Markdown takes for markup; a line break is one.

    A dollar sign stands in a tag of its own too: where formulas are set, they are looked for once more when backslashes are gone.
    """
    return "<br>".join(_SIGNS.sub(lambda sign: r"<span>\$</span>" if sign[0] == "$" else "\\" + sign[0], line) for line in text.split("\n"))


def _section(section: Section, document: Document) -> str:
    told = [f"{'#' * (section.level + 1)} {escaped(headed(section))}"] if headed(section) else []
    if section.said:
        told.append(escaped(section.said))
    if section.lines:
        rows = [[escaped(one.rule), escaped(one.label), _marked(one)] for one in section.lines]
        lines = [f"| {' | '.join(row)} |" for row in [list(map(escaped, document.heads)), ["---"] * 3, *rows]]
        told.append("\n".join(lines))
    if section.rows:
        first, *rest = [f"| {' | '.join(map(escaped, row))} |" for row in section.rows]
        told.append("\n".join([first, f"|{' --- |' * len(section.rows[0])}", *rest]))
    return "\n\n".join(told)


def _marked(line: Line) -> str:
    """The answer, bold where it is blank."""
    text = escaped(line.text)
    return f"**{text}**" if line.blank else text
