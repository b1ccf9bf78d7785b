"""Fragments of HTML: the only place that writes a tag. Everything that comes in is escaped."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

AS_IS = 'class="mathjax_ignore"'  # else JupyterLab sets what stands between two dollar signs as a formula
LEFT = 'style="text-align:left;vertical-align:top"'


def esc(text: object) -> str:
    """Text that no browser takes for markup, in a cell or in an attribute."""
    return html.escape(str(text), quote=True)


def table(headers: Sequence[object], rows: Iterable[Sequence[object]], caption: str = "", row_headers: bool = False) -> str:
    """A table with a caption and header cells that screen readers understand."""
    head = "".join(f'<th scope="col" style="text-align:left">{esc(name)}</th>' for name in headers)
    body = "".join("<tr>" + "".join(_cells(row, row_headers)) + "</tr>" for row in rows)
    title = f'<caption style="text-align:left;font-weight:bold">{esc(caption)}</caption>' if caption else ""
    return f"<table {AS_IS}>{title}{'<thead><tr>' + head + '</tr></thead>' if head else ''}<tbody>{body}</tbody></table>"


def grid(rows: Sequence[Sequence[object]], caption: str = "") -> str:
    """A table of many columns for a page: the first row names them, and words are broken at syllables only."""
    return table(rows[0], rows[1:], caption).replace(AS_IS, 'class="mathjax_ignore grid"', 1)


def cover(body: str) -> str:
    """What stands before a document and is no part of it: framed, and a page of its own in print."""
    return f'<aside {AS_IS} style="border:2px solid #8b0000;padding:0 1em 1em;margin-bottom:2em;break-after:page">{body}</aside>'


def _cells(row: Sequence[object], row_headers: bool) -> Iterable[str]:
    for place, cell in enumerate(row):
        text = esc(cell).replace("\n", "<br>")
        if row_headers and place == 0:
            yield f'<th scope="row" {LEFT}>{text}</th>'
        else:
            yield f"<td {LEFT}>{text}</td>"


def heading(text: str, level: int = 4, anchor: str = "") -> str:
    """A heading of the given level, to which a list of contents may point."""
    mark = f' id="{esc(anchor)}"' if anchor else ""
    return f'<h{level}{mark} {AS_IS} style="margin:.8em 0 .2em">{esc(text)}</h{level}>'


def paragraph(text: str) -> str:
    """A paragraph; line breaks stay."""
    return f"<p {AS_IS}>{_lines(text)}</p>"


def line(text: str) -> str:
    """A line without the room of a paragraph, beside a button."""
    return f"<span {AS_IS}>{_lines(text)}</span>"


def listed(lines: Sequence[str]) -> str:
    """Lines as a list."""
    return f"<ul {AS_IS}>" + "".join(f"<li>{_lines(one)}</li>" for one in lines) + "</ul>"


def contents(entries: Sequence[tuple[str, str]]) -> str:
    """Links to headings of the same page."""
    return f"<nav {AS_IS}><ul>" + "".join(f'<li><a href="#{esc(anchor)}">{esc(text)}</a></li>' for anchor, text in entries) + "</ul></nav>"


def answers(heads: Sequence[str], rows: Iterable[tuple[str, str, str, bool]], caption: str) -> str:
    """A table of provision, label and answer, a row header each; what is blank is marked for eyes and for screen readers."""
    head = "".join(f'<th scope="col" style="text-align:left">{esc(one)}</th>' for one in heads)
    body = ""
    for rule, label, text, blank in rows:
        said = f"<strong>{_lines(text)}</strong>" if blank else _lines(text)
        body += f'<tr><td {LEFT}>{esc(rule)}</td><th scope="row" {LEFT}>{esc(label)}</th><td {LEFT}>{said}</td></tr>'
    title = f'<caption style="text-align:left">{esc(caption)}</caption>'
    return f"<table {AS_IS}>{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def page(title: str, lang: str, body: str, footer: str, wide: bool = False) -> str:
    """A whole page that loads and runs nothing; `wide`: for tables of many columns."""
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    look = (
        f"body{{font:16px/1.45 system-ui,sans-serif;color:#1a1a1a;background:#fff;max-width:{90 if wide else 60}rem;margin:2rem auto;"
        "padding:0 1rem}"
        "table{border-collapse:collapse;width:100%;margin:.4rem 0 1.2rem}caption{position:absolute;left:-200vw}"
        "th,td{border:1px solid #999;padding:.35rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}"
        "th{font-weight:600;background:#f4f4f4}thead th{overflow-wrap:normal}tbody td:first-child{width:8rem}"
        "tbody th{width:28%;font-weight:400}.grid{font-size:.875rem;hyphens:auto}.grid th,.grid td{overflow-wrap:break-word}"
        ".grid tbody td:first-child{width:auto}"
        "strong{color:#8b0000}footer{margin-top:2rem;border-top:1px solid #999;padding-top:.6rem;font-size:.8rem;overflow-wrap:anywhere}"
        "@media print{body{margin:0;max-width:none;font-size:11px}tr{break-inside:avoid}h2,h3{break-after:avoid}nav{display:none}}"
    )
    head = [
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{esc(policy)}">',
        '<meta name="viewport" content="width=device-width">',
        f"<title {AS_IS}>{esc(title)}</title>",
        f"<style>{look}</style>",
    ]
    inside = f"<body><main>{body}</main><footer {AS_IS}>{esc(footer)}</footer></body>"
    return f'<!DOCTYPE html>\n<html lang="{esc(lang)}"><head>{"".join(head)}</head>{inside}</html>\n'


def _lines(text: str) -> str:
    return esc(text).replace("\n", "<br>")


def note(lines: Sequence[str], alert: bool = False, mark: str = "✓ ") -> str:
    """A message that a screen reader announces: an alert for errors, a status for results. One line each.

    `mark`: what stands before a result; nothing has succeeded where somebody is only told what to do. A line that warns keeps its sign.
    An alert is told by its sign and a red bar: the reds of a theme are too faint for text, on a dark ground above all.
    """
    role, mark = ("alert", "⚠ ") if alert else ("status", mark)
    look = "border-left:.3em solid var(--jp-error-color1, #8b0000);padding-left:.5em;font-weight:bold" if alert else "color:inherit"
    inner = "<br>".join(esc(line if line.startswith("⚠") else mark + line) for line in lines)
    return f'<div role="{role}" {AS_IS} style="{look}">{inner}</div>'


def timer(told: str, more: Sequence[str]) -> str:
    """A running time, large; it is read when asked for and not announced at every change."""
    rest = "".join(f"<div>{esc(line)}</div>" for line in more)
    return f'<div role="timer" {AS_IS}><div style="font-size:1.5em;font-weight:bold">{esc(told)}</div>{rest}</div>'


def code(text: str) -> str:
    """Code as typed, selectable, never run."""
    return f'<pre style="white-space:pre-wrap">{esc(text)}</pre>'


def form_style(scope: str) -> str:
    """The look of a form: labels above their fields, to the left, and drop-down lists of one line."""
    rules = {
        ".widget-label": "text-align: left; height: auto; white-space: normal; line-height: 1.4; margin: .5em 0 0",
        ".widget-dropdown > select": "flex: 0 0 auto; height: 2.1em",
        "textarea": "min-height: 3.2em",
        "img": "max-width: 100%; height: auto",
        ".ivplus-back": "scroll-margin-bottom: 60vh",  # who takes the focus there sees what stands below
    }
    return "<style>" + " ".join(f".{scope} {part} {{ {look} }}" for part, look in rules.items()) + "</style>"


def hidden(name: str) -> str:
    """A rule that hides the parts of that class."""
    return f"<style>.{esc(name)} {{ display: none }}</style>"


def marked(name: str, inside: str) -> str:
    """Fragments under a class."""
    return f'<div class="{esc(name)} mathjax_ignore">{inside}</div>'


def beside(text: str, places: Sequence[tuple[int, int, str, str]], rows: Sequence[tuple[str, str, str]], scope: str) -> str:
    """A text with marks, and a list beside it: a mark leads to its line and a line to its mark.

    `places`: start, end, key, what a mark is called; `rows`: key, line, state.
    """
    told, last, here, at = "", 0, {}, ""
    for start, end, key, name in places:
        if start >= last:
            link = f'<a id="{esc(scope)}-m-{esc(key)}" href="#{esc(scope)}-r-{esc(key)}" title="{esc(name)}">'
            told, last, at = f"{told}{_lines(text[last:start])}{link}<mark>{_lines(text[start:end])}</mark></a>", end, key
        here[key] = at  # several may be said in one sentence, which is marked once
    told += _lines(text[last:])
    lines = "".join(
        f'<li id="{esc(scope)}-r-{esc(key)}">{esc(state)}: '
        + (f'<a style="text-decoration:underline" href="#{esc(scope)}-m-{esc(here[key])}">{esc(line)}</a>' if key in here else esc(line))
        + "</li>"
        for key, line, state in rows
    )
    column = "flex:1 1 20em;max-height:36em;overflow:auto;border:1px solid var(--jp-border-color2,#999);padding:0 .8em"
    return (
        f'<div {AS_IS} style="display:flex;flex-wrap:wrap;gap:1em"><div style="{column}" tabindex="0"><p>{told}</p></div>'
        f'<div style="{column}" tabindex="0"><ul>{lines}</ul></div></div>'
    )


def image(alt: str, png_base64: str) -> str:
    """A picture that carries its own bytes and its text alternative; in JupyterLab's dark theme its light and dark change places.

    Colours keep their hue. No colour of text has a contrast of 4.5 both on white and on #111, so the picture itself stays as on paper.
    """
    dark = (
        '<style>body[data-jp-theme-light="false"] .ivplus-picture { filter: invert(1) hue-rotate(180deg); mix-blend-mode: screen }</style>'
    )
    return f'{dark}<img class="ivplus-picture" alt="{esc(alt)}" src="data:image/png;base64,{png_base64}">'


def downloads(files: Sequence[tuple[str, str, str, str]]) -> str:
    """Links that save what they carry themselves: text, file name, media type, content in base64."""
    links = (f'<a download="{esc(name)}" href="data:{esc(kind)};base64,{content}">{esc(text)}</a>' for text, name, kind, content in files)
    return "<p>" + " · ".join(links) + "</p>"
