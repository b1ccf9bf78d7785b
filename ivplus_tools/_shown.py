"""Frames for reading: column names, coded values, places and days in a language; every text in full and escaped."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ivplus_tools import _html, _law, _places, _records, _words

if TYPE_CHECKING:
    import pandas

STATUSES = ("status", "status_at_start")
LISTS = {"state": "state_of_finding", "made_by": "cause", "met": "clause", "not_met": "clause", "unclear": "clause"}
"""Columns that are no fields, whose list has another name."""
KINDS = {"retention": "period", "day": "moment", "until": "moment", "month": "month"}
"""Columns that are no fields, and what they hold."""
DUTIES = ("notify", "communicate", "notify_then")  # yes, no, or cannot tell yet
_DAY = re.compile(r"\b\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d)?)?(?![\w-])")
_PERIOD = re.compile(r"\bP(?:T?\d+[A-Z])+\b")
_POINT = re.compile(r"(?<=: )\d+\(\d+\)(?:\([a-z]\))?(?= \||;|$)")
_MONTH_DAY = re.compile(r"(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])")
_COUNT = re.compile(r"(?:[<>]=?|~)?\d+(?:-\d+)?")
OF_A_RECORD = {"id", "valid_from", "entry"}
"""The columns by which a frame of records is known: its others are fields."""


@lru_cache(1)
def _fields(_count: int) -> dict[str, Any]:
    """Every field of a record or a part by its name; of two that are called the same, the one that says what it holds."""
    found: dict[str, Any] = {}
    for kind in (*_records.Record.kinds.values(), *_records.Part.__subclasses__()):
        for name, field in kind.model_fields.items():
            if name not in found or _records.listed_in(field) or _records.column_kind(field):
                found[name] = field
    return found


def _holds(column: str) -> tuple[str, str]:
    """What a column holds by the field of its name (`place`, `moment`, `period`, `map`, else ``), and which list."""
    field = _fields(len(_records.Record.kinds)).get(column)
    if field is None:
        return KINDS.get(column, ""), LISTS.get(column, column)
    kind = _records.column_kind(field) or {"map": "map", "day": "moment"}.get(_records.shape(field), KINDS.get(column, ""))
    return kind, _records.listed_in(field) or LISTS.get(column, column)


def frame(table: Any, lang: str | None = None) -> Any:
    """A copy of a frame with its column names, coded values, places and dates in `lang` (else the frame's own, else Finnish)."""
    table = table.to_frame() if not hasattr(table, "columns") and hasattr(table, "to_frame") else table
    lang = _words.language(lang or table.attrs.get("lang", "fi"))
    shown = table.copy()
    for column in shown.columns:
        if str(shown[column].dtype).startswith("datetime64"):
            bare = "," not in str(shown[column].dtype)
            shown[column] = [_words.show_date(one.date() if bare else one, lang) if one == one else "" for one in shown[column]]
        else:
            shown[column] = _told(table, str(column), lang)
    return shown.rename(columns={one: _column_name(table, one, lang) for one in shown.columns})


def _column_name(table: Any, column: object, lang: str) -> str:
    """What a column is called: as this frame says, else by its field, else by the word for such columns."""
    said, named = table.attrs.get("said", {}), table.attrs.get("named", {})
    if column in said:
        return str(said[column][lang])
    if column in named:
        return _words.field_label(named[column], lang)
    is_field = set(table.columns) >= OF_A_RECORD and column not in OF_A_RECORD
    return _words.column_name(str(column), lang, is_field)


def _told(table: Any, column: str, lang: str) -> Sequence[object]:
    """The cells of a column as a reader's words, where they are codes, fields or places."""
    cells = list(table[column])
    if column == "rule":  # also what a retention rule is called, which is no rule of the law
        return [_each(cell, lambda one: _law.cited(one, lang)) for cell in cells]
    if column in ("readiness", "share"):
        return ["" if is_gone(cell) else _words.show_percent(float(cell), lang) for cell in cells]
    if column in DUTIES and all(isinstance(cell, bool) or is_gone(cell) for cell in cells):
        duties = {True: _words.values("yes_no")["yes"], False: _words.values("yes_no")["no"], None: _words.values("status")["cannot_tell"]}
        return [duties[cell if isinstance(cell, bool) else None][lang] for cell in cells]
    if str(table[column].dtype) == "bool" or all(isinstance(cell, bool) for cell in cells):
        names = _words.values("yes_no")
        return [names["yes" if cell else "no"][lang] for cell in cells]
    if column == "needs" or (column == "field" and {"change", "instead"} & set(table.columns)):
        fields = _words.read("labels")["field"] | _words.read("labels")["column"]
        return [_each(cell, lambda one: fields[one][lang] if one in fields else one) for cell in cells]
    if column in ("before", "after"):
        of = list(table["field"]) if "field" in table.columns else ["status"] * len(cells)
        return [_in_parts(_cell(cell, *_holds_of(field), lang), field, lang) for cell, field in zip(cells, of, strict=True)]
    return [_cell(cell, *_holds_of(column, table.attrs.get("lists", {})), lang) for cell in cells]


def _holds_of(column: str, lists: dict[str, str] | None = None) -> tuple[str, str]:
    """What a column of a frame holds, and the list of its codes; a status has one list, whatever field is called so."""
    kind, listed = _holds(column)
    return kind, (lists or {}).get(column) or ("status" if column in STATUSES else listed)


def _cell(cell: object, kind: str, listed: str, lang: str) -> object:
    """A cell of text for a reader, by what its column holds; a number is what it is."""
    if not isinstance(cell, str):
        return cell
    stated, _, because = cell.partition(": ")
    names = _words.values(listed)
    if (cell == "none" or stated == "not applicable") and cell not in names:
        state = _words.values("state")[stated.replace(" ", "_")][lang]
        return f"{state}: {because}" if because else state
    if kind == "map" and cell.startswith("{"):
        return "; ".join(f"{key}: {one}" for key, one in json.loads(cell).items())
    known = _records.allowed(listed) if listed and _records.is_list(listed) else {}

    def told(one: str) -> str:
        if one not in known:
            return _held(one, kind, lang)
        return known[one][lang] if names else _records.name_of(listed, one, lang)

    return _each(cell, told) if kind or known else cell


def _each(cell: object, told: Callable[[str], str]) -> object:
    """One text, or several joined, each as it is told."""
    return "; ".join(told(one) for one in cell.split("; ")) if isinstance(cell, str) else cell


def _held(text: str, kind: str, lang: str) -> str:
    """A place, a moment, a month, a number or a period in words; what is none stays as it is."""
    if kind == "place":
        return _places.name(text, lang)
    if kind == "moment" and _DAY.fullmatch(text):
        made = datetime.fromisoformat(text)
        return _words.show_date(made if "T" in text else made.date(), lang)  # a bare day stays one
    if kind == "month":
        return _words.show_month(text, lang)
    if kind == "month_day" and _MONTH_DAY.fullmatch(text):
        return _words.show_month_day(text, lang)
    if kind == "count" and _COUNT.fullmatch(text):
        return _records.show_count(text, lang)
    return _words.say_period(text, lang) if kind == "period" else text


def _in_parts(cell: object, field: str, lang: str) -> object:
    """What a list of parts held before or after, in its text form, with its days, periods and articles in words."""
    known = _fields(len(_records.Record.kinds)).get(field)
    if not isinstance(cell, str) or known is None or _records.shape(known) != "parts":
        return cell
    told = _DAY.sub(lambda one: _held(one[0], "moment", lang), cell)
    told = _POINT.sub(lambda one: _words.article(one[0], lang), told)
    return _PERIOD.sub(lambda one: _held(one[0], "period", lang), told)


def is_gone(cell: object) -> bool:
    """Whether a cell is empty in any of pandas' ways."""
    return cell is None or (not isinstance(cell, str) and str(cell) in ("nan", "NaT", "<NA>"))


class Shown:
    """A frame for reading: every text in full, labels in the frame's language, a caption, header cells that readers announce."""

    def __init__(self, table: Any, lang: str | None, caption: str) -> None:
        self._lang = _words.language(lang or table.attrs.get("lang", "fi"))
        self._table, self._caption = frame(table, self._lang), caption
        self._rows = [["" if is_gone(one) else str(one) for one in row] for row in self._table.itertuples(index=False)]

    def __repr__(self) -> str:
        table = [[str(name) for name in self._table.columns], *([cell.replace("\n", " / ") for cell in row] for row in self._rows)]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines = ["  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]
        none = _words.say("ui.none", self._lang)
        return "\n".join([*([self._caption] if self._caption else []), *lines, *([] if self._rows else [none])])

    def _repr_html_(self) -> str:
        empty = "" if self._rows else _html.note([_words.say("ui.none", self._lang)])
        return _html.table(list(self._table.columns), self._rows, self._caption) + empty


def show(table: Any, lang: str | None = None, caption: str = "") -> Shown:
    """A frame as a table for reading, in `lang` (else the frame's own language): no text is cut off, everything is escaped."""
    return Shown(table, lang, caption)


def plain_frame(columns: Sequence[str], rows: Sequence[Sequence[object]], lang: str, days: Sequence[str] = ()) -> pandas.DataFrame:
    """A plain frame that knows its language; days and instants as datetime64, an empty one with the same columns."""
    import pandas as pd

    table = pd.DataFrame([tuple(row) for row in rows], columns=list(columns))
    for column in {"valid_from", "since", "due", "object_by", "judged_on", "in_force_from", "in_force_until", *days} & set(columns):
        table[column] = pd.to_datetime(table[column])
    for column in {"recorded_at", "due_at"} & set(columns):
        table[column] = pd.to_datetime(table[column], utc=True).dt.tz_convert("Europe/Helsinki")
    table.attrs["lang"] = lang
    return table
