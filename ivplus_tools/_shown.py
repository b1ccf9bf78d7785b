"""Frames for reading: column names, coded values, places and days in a language; every text in full and escaped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ivplus_tools import _html, _places, _records, _words

if TYPE_CHECKING:
    import pandas

STATUSES = ("status", "status_at_start")
LISTS = {"state": "state_of_finding", "made_by": "cause"}
"""Columns that are no fields, whose list has another name."""
DUTIES = ("notify", "communicate", "notify_then")  # yes, no, or cannot tell yet


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
    """What a column holds by the field of its name (`place`, `moment`, `period`, `list`, else ``), and which list."""
    field = _fields(len(_records.Record.kinds)).get(column)
    kind = _records.column_kind(field) if field is not None else ""
    listed = (_records.listed_in(field) if field is not None else None) or LISTS.get(column, column)
    return kind, listed


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
    named = table.attrs.get("named", {})  # columns that are called otherwise in this frame: column -> field
    names = {one: _words.field_label(named[one], lang) if one in named else _words.column_name(str(one), lang) for one in shown.columns}
    return shown.rename(columns=names)


def _told(table: Any, column: str, lang: str) -> Sequence[object]:
    """The cells of a column as a reader's words, where they are codes, fields or places."""
    cells = list(table[column])
    kind, listed = _holds(column)
    if kind == "place":
        return ["; ".join(_places.name(one, lang) for one in cell.split("; ")) if isinstance(cell, str) else cell for cell in cells]
    if column in DUTIES:
        duties = {True: _words.values("yes_no")["yes"], False: _words.values("yes_no")["no"], None: _words.values("status")["cannot_tell"]}
        return [duties[cell if isinstance(cell, bool) else None][lang] for cell in cells]
    if str(table[column].dtype) == "bool" or all(isinstance(cell, bool) for cell in cells):
        names = _words.values("yes_no")
        return [names["yes" if cell else "no"][lang] for cell in cells]
    if kind == "moment":
        return [_moment(cell, lang) if isinstance(cell, str) else cell for cell in cells]
    if kind == "period":
        return [_periods(cell, lang) if isinstance(cell, str) else cell for cell in cells]
    if column == "needs" or (column == "field" and {"change", "instead"} & set(table.columns)):
        fields = _words.read("labels")["field"] | _words.read("labels")["column"]
        return [
            "; ".join(fields[one][lang] if one in fields else one for one in cell.split("; ")) if isinstance(cell, str) else cell
            for cell in cells
        ]
    statuses = _words.values("status")
    if column in ("before", "after"):
        of = list(table["field"]) if "field" in table.columns else ["status"] * len(cells)
        return [statuses[one][lang] if field == "status" and one in statuses else one for field, one in zip(of, cells, strict=True)]
    names = statuses if column in STATUSES else _words.values(listed)
    states = _words.values("state")
    cells = [states[cell][lang] if isinstance(cell, str) and cell == "none" and cell not in names else cell for cell in cells]
    return [_code(names, one, lang) for one in cells] if names else cells


def _is_gone(cell: object) -> bool:
    """Whether a cell is empty in any of pandas' ways."""
    return cell is None or (not isinstance(cell, str) and str(cell) in ("nan", "NaT", "<NA>"))


def _periods(cell: str, lang: str) -> str:
    """One period or several joined, in words; what is none stays as it is."""
    return "; ".join(_words.show_period(one, lang).partition(" (")[0] for one in cell.split("; "))


def _moment(cell: str, lang: str) -> str:
    """A moment as records keep it, for a reader; a bare day stays one."""
    made = datetime.fromisoformat(cell)
    return _words.show_date(made if "T" in cell else made.date(), lang)


def _code(names: dict[str, dict[str, str]], cell: object, lang: str) -> object:
    """One code, or several joined, by their names."""
    if not isinstance(cell, str):
        return cell
    return "; ".join(names[one][lang] if one in names else one for one in cell.split("; "))


class Shown:
    """A frame for reading: every text in full, labels in the frame's language, a caption, header cells that readers announce."""

    def __init__(self, table: Any, lang: str | None, caption: str) -> None:
        self._lang = _words.language(lang or table.attrs.get("lang", "fi"))
        self._table, self._caption = frame(table, self._lang), caption
        self._rows = [["" if _is_gone(one) else str(one) for one in row] for row in self._table.itertuples(index=False)]

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
