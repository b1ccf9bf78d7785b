"""Ten examples of how the days of a start column are read, to be looked at before a declared form counts.

They hold cell values: they are told live and kept nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from ivplus_tools import _room, _sources, _words
from ivplus_tools.retention.counting import looked
from ivplus_tools.retention.records import RetentionRule
from ivplus_tools.retention.starts import day_of, is_blank
from ivplus_tools.retention.state import Retention

if TYPE_CHECKING:
    import pandas


COLUMNS = ("rule", "text", "day", "rows")
MOST = 10


@dataclass(frozen=True)
class Example:
    """A text of a start column, the day that it is read as (None: none), and its rows."""

    text: str
    day: date | None
    rows: int


def frame(state: Retention, name: str, date_format: object) -> pandas.DataFrame:
    """Ten examples a rule, of the rule or of every rule of the source of that name; what they leave out is a row of its own."""
    rows = []
    for rule in _rules(state, name, date_format):
        with _sources.opened(state.place(rule.source)) as engine:
            engine.demand_whole(str(rule.table))
            look = looked(engine, rule, state)
            found = engine.examples(str(rule.table), look.start, look.where)
        read = [Example(text, None if is_blank(text) else day_of(start, look.start.formats), count) for start, text, count in found]
        rows += [(rule.id, one.text, one.day, one.rows) for one in chosen(read)]
        rows += [(rule.id, text, None, count) for text, count in _others(read, state.lang)]
    import pandas as pd

    table = _room.frame(COLUMNS, rows, state.lang)
    table["day"], table["rows"] = pd.to_datetime(table["day"]), pd.array(table["rows"], dtype="Int64")
    table.attrs["named"] = {"rule": "rule", "text": "value", "rows": "rows_count"}
    return table


def _rules(state: Retention, name: str, date_format: object) -> list[RetentionRule]:
    """The rules that a name means; `date_format`: as if they declared it."""
    rules = state.records("retention_rule")
    mine = [one for one in rules if one.id == name] or [one for one in rules if one.source == name]
    if not mine:
        known = {one.id for one in rules} | {str(one.source) for one in rules}
        near = _words.nearest(name, known, 3) or "–"
        raise _words.refusal("not_found", got=name, near=near, on=state.on)
    return [one.replace(date_format=date_format) for one in mine] if date_format else mine


def chosen(read: Sequence[Example]) -> list[Example]:
    """Ten of them: at most five that were not read, those of most rows first; of the others the ends and what lies between."""
    odd = sorted((one for one in read if one.day is None), key=lambda one: (-one.rows, one.text))
    days = sorted((one for one in read if one.day), key=lambda one: (one.day or date.min, one.text))
    first = odd[: max(MOST // 2, MOST - len(days))]
    left = MOST - len(first)
    places = range(len(days)) if len(days) <= left else [number * (len(days) - 1) // (left - 1) for number in range(left)]
    return first + [days[place] for place in places]


def _others(read: Sequence[Example], lang: str) -> list[tuple[str, int]]:
    """What the examples leave out: how many other texts are days, how many are none, and their rows."""
    shown, told = set(chosen(read)), []
    for key, is_day in (("dates.unread", False), ("dates.read", True)):
        others = [one for one in read if one not in shown and (one.day is not None) is is_day]
        if others:
            told.append((_words.say(key, lang, texts=len(others)), sum(one.rows for one in others)))
    return told
