"""What a preview tells, for a form: its columns, its counts, and its tables as HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ivplus_tools import _html, _shown, _words
from ivplus_tools.exchange.headings import Column

if TYPE_CHECKING:
    from ivplus_tools.exchange import Preview

ROWS = 50
"""Rows of a table that a form shows; how many there are is told with them."""


def columns_of(preview: Preview) -> list[Column]:
    """The columns of a file as they were read."""
    rows = preview.columns.itertuples(index=False)
    return [Column(one.sheet, one.heading, one.field or None, one.how, one.doubt, one.example) for one in rows]


def counts_of(preview: Preview) -> dict[str, int]:
    """What was counted; without history and doubts where there are none."""
    counts: Any = preview.as_data()["counts"]
    return {name: count for name, count in counts.items() if count or name not in ("history", "doubtful")}


def counted(preview: Preview, lang: str) -> str:
    """The counts as a table."""
    rows = [(_words.say(f"preview.{name}", lang), str(count)) for name, count in counts_of(preview).items()]
    return _html.table([], rows, row_headers=True)


def left_of(preview: Preview, lang: str) -> list[str]:
    """What of a file a commit does not record, or not in a field: a line each."""
    counts = counts_of(preview)
    return [f"{_words.say(f'preview.{name}', lang)}: {counts[name]}" for name in ("set_apart", "problems", "doubtful") if counts.get(name)]


def roles_asked(preview: Preview, lang: str) -> int:
    """How many rows wait for their role."""
    asked = _words.say("preview.role_asked", lang)
    return sum(one == asked for one in preview.problems["problem"])


def remembered_of(preview: Preview, lang: str) -> dict[str, str | None]:
    """Fields by heading, where the officer had a file of the same headings read so before."""
    mark = "\0"
    said = _words.say("preview.by_layout", lang, entry=mark).partition(mark)[0]
    return {one.heading: one.field for one in columns_of(preview) if one.how.startswith(said)}


def mapped(preview: Preview, lang: str) -> str:
    """The columns as a table."""
    heads = [_words.column_name(name, lang) for name in ("heading", "field", "how", "example", "doubt")]
    found = columns_of(preview)
    fields = [_words.column_name(one.fills, lang) if one.fills else "–" for one in found]
    return _html.table(heads, [(one.heading, name, one.how, one.example, one.doubt) for one, name in zip(found, fields, strict=True)])


def table(name: str, frame: Any, lang: str, **facts: object) -> str:
    """The first rows of one of a preview's frames under their count."""
    first = frame.head(ROWS)
    first.attrs.update(frame.attrs)
    title = _html.heading(_words.say(f"form.bring_{name}", lang, count=len(frame), **facts), 5)
    more = _html.paragraph(_words.say("form.bring_more", lang, shown=ROWS, count=len(frame), name=name)) if len(frame) > ROWS else ""
    return title + (_shown.show(first, lang)._repr_html_() if len(frame) else "") + more
