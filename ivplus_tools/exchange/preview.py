"""A file as understood, before anything is written."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ivplus_tools import _dates, _html, _records, _room, _store, _words
from ivplus_tools._records import Record
from ivplus_tools._store import Draft, Receipt
from ivplus_tools.exchange.headings import Column, Wishes, folded
from ivplus_tools.exchange.parts import shape_key

if TYPE_CHECKING:
    import pandas


LAYOUT = "layout"
"""The kind of record that keeps how the officer had the headings of a file read."""
NO_FIELD = "-"


@dataclass(frozen=True)
class Problem:
    """A value that was not understood, or a row set apart, in words. `row` counts from 1 as the spreadsheet does."""

    sheet: str
    row: int
    column: str
    value: str
    problem: str


@dataclass(frozen=True)
class Past:
    """An entry of another journal: what it said of a subject, from when, and why. Without a record: that it ended."""

    kind: str
    subject: str
    since: date
    why: str
    record: Record | None


@dataclass
class Reading:
    """What has been understood so far of a file, over what stands: kind and identifier -> record."""

    standing: Mapping[tuple[str, str], Record]
    since: Mapping[tuple[str, str], date] = field(default_factory=dict)
    """From which day what stands is true."""
    things: list[tuple[Record, date | None]] = field(default_factory=list)
    places: dict[tuple[str, str], str] = field(default_factory=dict)
    columns: list[Column] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    apart: list[tuple[str, int, str]] = field(default_factory=list)
    shells: list[str] = field(default_factory=list)
    past: list[Past] = field(default_factory=list)
    wishes: Wishes = field(default_factory=Wishes)
    mapped: list[tuple[str, ...]] = field(default_factory=list)
    """Rows of headings of which the officer said something."""


class Preview:
    """A file as understood, before anything is written. `.commit(why=)` writes every understood row, or nothing."""

    def __init__(self, room: _room.Room[Any], path: Path, reading: Reading, read_on: Callable[[date], Reading]) -> None:
        self._room, self._path, self._reading, self._read_on = room, path, reading, read_on
        self._lang, self._day = room.standpoint.lang, room.standpoint.valid_on
        self._newest = _store.newest(room.standpoint)

    @property
    def rows(self) -> pandas.DataFrame:
        """The rows understood: kind and one column per field that any row fills, as text in the Desk's language."""
        things = [thing for thing, _ in self._reading.things]
        names = [
            name
            for kind in self._room.records
            for name in kind.model_fields
            if any(type(one) is kind and getattr(one, name) is not None for one in things)
        ]
        columns = ["kind", *dict.fromkeys(names)]
        table = [[one.kind, *(cell_of(one, name, self._lang) for name in columns[1:])] for one in things]
        import pandas as pd

        made = pd.DataFrame(table, columns=columns)  # all of it text, also a day that is confirmed as none
        made.attrs["lang"] = self._lang
        return made

    @property
    def columns(self) -> pandas.DataFrame:
        """Every heading: sheet, heading, field, how it was recognised, example, doubt.

        A column in doubt fills no field: its content is kept beside, as that of a column without a field, until
        `desk.register.read(path, columns={heading: field})` confirms it (or says None: no field).
        """
        rows = [(one.sheet, one.heading, one.field or "", one.how, one.example, one.doubt) for one in self._reading.columns]
        return self._frame(("sheet", "heading", "field", "how", "example", "doubt"), rows)

    @property
    def problems(self) -> pandas.DataFrame:
        """What was not understood, cell by cell: sheet, row, column, value, problem."""
        rows = [(one.sheet, one.row, one.column, one.value, one.problem) for one in self._reading.problems]
        return self._frame(("sheet", "row", "column", "value", "problem"), rows)

    @property
    def unmapped(self) -> pandas.DataFrame:
        """Everything that has no field of its own, which is kept with the record: subject, heading, content."""
        kept = ((one.id, getattr(one, "imported", None) or {}) for one, _ in self._reading.things)
        rows = [(ident, heading, text) for ident, texts in kept for heading, text in texts.items()]
        return self._frame(("subject", "heading", "content"), rows)

    @property
    def set_apart(self) -> pandas.DataFrame:
        """Rows that cannot be recorded as they are: sheet, row, content; the reason stands in `problems`."""
        return self._frame(("sheet", "row", "content"), self._reading.apart)

    @property
    def changes(self) -> pandas.DataFrame:
        """What a commit will do to what stands: kind, subject, change (added, changed), field, before, after."""
        rows: list[tuple[object, ...]] = []
        for thing, _ in self._reading.things:
            was = self._reading.standing.get((thing.kind, thing.id))
            if was is None:
                rows.append((thing.kind, thing.id, "added", "", "", ""))
                continue
            differing = [name for name in type(thing).model_fields if getattr(was, name) != getattr(thing, name)]
            rows += [
                (thing.kind, thing.id, "changed", name, *(cell_of(one, name, self._lang) for one in (was, thing))) for name in differing
            ]
        return self._frame(("kind", "subject", "change", "field", "before", "after"), rows)

    def commit(self, why: str = "", valid_from: object = None, insist: bool = False) -> Receipt:
        """Record every understood row in one transaction, true from its own day, else `valid_from`, else today; and how it was read.

        A row that changes what stands and repeats its day has no day of its own. A day before today is read anew over what stood on it.
        Refused where somebody has recorded one of them since the file was read.
        """
        if not (self._reading.things or self._reading.past):
            raise _words.refusal("nothing_to_commit", path=self._path.name)
        today = self._room.standpoint.now.date()
        default = _dates.day(valid_from) if valid_from is not None else today
        if default != self._day:
            self._reading, self._day = self._read_on(default), default
        drafts = [self._past_draft(one, why, insist) for one in self._reading.past]
        for thing, own in self._reading.things:
            since, reason = self._room.when_and_why(self._own_day(thing, own) or default, why, insist)
            drafts.append(self._room.as_entry(thing, since, reason, self._newest.get((thing.kind, thing.id), 0)))
        drafts += self._layouts(why, insist)
        receipt = _store.append(self._room.standpoint, drafts)
        self._newest = _store.newest(self._room.standpoint)
        return receipt

    def _layouts(self, why: str, insist: bool) -> list[Draft]:
        """How the officer had the headings read, for the next file of the same headings."""
        kind = next((one for one in self._room.records if one.kind == LAYOUT), None)
        wishes, drafts = self._reading.wishes, []
        since, reason = self._room.when_and_why(self._room.standpoint.now.date(), why, insist)
        for headings in self._reading.mapped if kind else ():
            shown = [_records.ODD_SIGNS.sub("\ufffd", one) for one in headings]
            texts = {folded(one): " ".join(one.split()) for one in shown if one.strip()}
            said = {texts[key]: name or NO_FIELD for key, name in wishes.chosen.items() if key in texts}
            ident = hashlib.sha256(shape_key(headings).encode()).hexdigest()[:16]
            one = kind(ident, headings=shown, columns=said, role=wishes.role)  # type: ignore[misc]
            drafts.append(self._room.as_entry(one, since, reason, self._newest.get((LAYOUT, ident), 0)))
        return drafts

    def _own_day(self, thing: Record, since: date | None) -> date | None:
        """The row's own day; not where it only repeats since when the earlier record was true, which a changed one is not."""
        key = (thing.kind, thing.id)
        was = self._reading.standing.get(key)
        return None if was is not None and was != thing and since == self._reading.since.get(key) else since

    def _past_draft(self, one: Past, why: str, insist: bool) -> Draft:
        """An entry of another journal as one of ours: known from now on, with its own reason told after ours."""
        since, reason = self._room.when_and_why(one.since, why, insist)
        body = one.record.body() if one.record else None
        return Draft(
            self._room.name, one.kind, one.subject, since, f"{reason} ({one.why})", body, self._newest.get((one.kind, one.subject), 0)
        )

    def _frame(self, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> pandas.DataFrame:
        return _room.frame(columns, rows, self._lang)

    def _summary(self) -> list[tuple[str, str]]:
        shown = [(key, count) for key, count in self._counts() if count or key not in ("history", "doubtful")]
        return [(_words.say(f"preview.{key}", self._lang), str(count)) for key, count in shown]

    def _counts(self) -> list[tuple[str, int]]:
        got = self._reading
        known, doubtful = sum(bool(one.fills) for one in got.columns), sum(bool(one.doubt) for one in got.columns)
        was = [got.standing.get((thing.kind, thing.id)) for thing, _ in got.things]
        changed = sum(one is not None and one != thing for one, (thing, _) in zip(was, got.things, strict=True))
        counts = {
            "rows": len(got.things),
            "added": was.count(None),
            "changed": changed, "set_apart": len(got.apart), "problems": len(got.problems),
            "columns": known, "doubtful": doubtful, "unmapped": len(got.columns) - known - doubtful,
            "history": len(got.past),
        }  # fmt: skip
        return list(counts.items())

    @property
    def history(self) -> int:
        """How many entries of history the file brings."""
        return len(self._reading.past)

    def as_data(self) -> dict[str, object]:
        """Everything the preview tells, as plain data for machines: the counts and each table as a list of rows."""
        tables = ("columns", "problems", "unmapped", "set_apart", "changes")
        return {
            "file": self._path.name,
            "counts": dict(self._counts()),
            **{name: getattr(self, name).to_dict("records") for name in tables},
        }

    def told(self) -> str:
        """What has been understood, in a line each."""
        lines = [_words.say("preview.title", self._lang, file=self._path.name)]
        lines += [f"  {label}: {count}" for label, count in self._summary()]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"{self.told()}\n{_words.say('preview.next', self._lang)}"

    def _repr_html_(self) -> str:
        title = _words.say("preview.title", self._lang, file=self._path.name)
        return _html.table([], self._summary(), caption=title, row_headers=True) + _html.note([_words.say("preview.next", self._lang)])


def cell_of(record: Record, name: str, lang: str) -> str:
    """A field of a record as text; empty where its kind has no such field."""
    kind = type(record).model_fields.get(name)
    return _records.to_text(getattr(record, name), kind, lang) if kind else ""
