"""Fragments of HTML: the only place that writes a tag. Everything that comes in is escaped."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence


def esc(text: object) -> str:
    """Text that no browser takes for markup, in a cell or in an attribute."""
    return html.escape(str(text), quote=True)


def table(headers: Sequence[object], rows: Iterable[Sequence[object]], caption: str = "", row_headers: bool = False) -> str:
    """A table with a caption and header cells that screen readers understand."""
    head = "".join(f'<th scope="col" style="text-align:left">{esc(name)}</th>' for name in headers)
    body = "".join("<tr>" + "".join(_cells(row, row_headers)) + "</tr>" for row in rows)
    title = f'<caption style="text-align:left;font-weight:bold">{esc(caption)}</caption>' if caption else ""
    return f"<table>{title}{'<thead><tr>' + head + '</tr></thead>' if head else ''}<tbody>{body}</tbody></table>"


def _cells(row: Sequence[object], row_headers: bool) -> Iterable[str]:
    for place, cell in enumerate(row):
        text = esc(cell).replace("\n", "<br>")
        if row_headers and place == 0:
            yield f'<th scope="row" style="text-align:left;vertical-align:top">{text}</th>'
        else:
            yield f'<td style="text-align:left;vertical-align:top">{text}</td>'


def heading(text: str, level: int = 4) -> str:
    """A heading of the given level."""
    return f'<h{level} style="margin:.8em 0 .2em">{esc(text)}</h{level}>'


def note(lines: Sequence[str], alert: bool = False) -> str:
    """A message that a screen reader announces: an alert for errors, a status for results. One line each."""
    role, mark = ("alert", "⚠ ") if alert else ("status", "✓ ")
    color = "var(--jp-error-color0, #8b0000)" if alert else "inherit"
    inner = "<br>".join(esc(mark + line) for line in lines)
    return f'<div role="{role}" style="color:{color}">{inner}</div>'


def code(text: str) -> str:
    """Code as typed, selectable, never run."""
    return f'<pre style="white-space:pre-wrap">{esc(text)}</pre>'


def form_style(scope: str) -> str:
    """The look of a form: labels above their fields, to the left, and drop-down lists of one line."""
    rules = {
        ".widget-label": "text-align: left; height: auto; white-space: normal; line-height: 1.4; margin: .5em 0 0",
        ".widget-dropdown > select": "flex: 0 0 auto; height: 2.1em",
        "textarea": "min-height: 3.2em",
    }
    return "<style>" + " ".join(f".{scope} {part} {{ {look} }}" for part, look in rules.items()) + "</style>"


def image(alt: str, png_base64: str) -> str:
    """A picture that carries its own bytes and its text alternative."""
    return f'<img alt="{esc(alt)}" src="data:image/png;base64,{png_base64}">'
