"""What an officer looks at first: what must be done, how each room stands, and what cannot be told yet."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from ivplus_tools import _records, _room, _store, _words
from ivplus_tools._findings import DueRow
from ivplus_tools.audit import Status
from ivplus_tools.audit.records import SignOff
from ivplus_tools.rooms import ROOMS, AllRooms

if TYPE_CHECKING:
    import pandas

    from ivplus_tools.desk import Desk

AHEAD = timedelta(days=30)
"""So far ahead something is to be done now; what is later stands in the chart."""
MOST = 10


class RoomState(NamedTuple):
    """How a room stands, in a word and in figures. A room in which nothing stands is never called in order."""

    room: str
    room_state: str
    records: int
    errors: int
    warnings: int
    untold: int
    accepted: int
    due_past: int
    next_deadline: date | None


class Today:
    """The day at a Desk: `todo`, `rooms`, `untold`, `audited`. Everything is read once, at the Desk's moment."""

    def __init__(self, desk: Desk) -> None:
        self._all, self.lang = AllRooms(desk.standpoint), desk.standpoint.lang
        self.at = self._all.at

    @cached_property
    def statuses(self) -> list[Status]:
        """Every finding with what was answered to it."""
        return self._all.statuses()

    @property
    def open(self) -> list[Status]:
        """Findings that nobody has accepted."""
        return [one for one in self.statuses if one.state != "accepted"]

    @cached_property
    def coming(self) -> list[DueRow]:
        """Every due date of every room, the earliest first."""
        return self._all.coming()

    @cached_property
    def todo(self) -> list[DueRow]:
        """What is late or ends within hours, breaches first, then what comes within a month."""
        found = [row for row in self.coming if row.due <= self.at.valid_on + AHEAD]
        return sorted(found, key=lambda row: row.urgency(self.at))

    @cached_property
    def untold(self) -> list[Status]:
        """Findings that say what cannot be told yet, accepted ones too: an acceptance answers no question."""
        told = _words.read("findings")
        return [one for one in self.statuses if told[one.code].get("untold")]

    @property
    def unread(self) -> int:
        """Facts of the law that nobody has compared with the official text, by instrument."""
        return sum(one.code == "LAW-001" for one in self.statuses)

    @property
    def stale(self) -> int:
        """Instruments that are to be read again."""
        return sum(one.code == "LAW-002" for one in self.statuses)

    @property
    def undated(self) -> int:
        """Errors, which stand whether or not a day is set for them."""
        return sum(one.severity == "error" for one in self.open)

    @cached_property
    def audited(self) -> date | None:
        """The day of the last audit that somebody has signed."""
        days = [one.record.audit_day for one in self._all.state("audit").of(SignOff.kind) if one.record.audit_day]
        return max(days, default=None)

    @cached_property
    def rooms(self) -> list[RoomState]:
        """How each room stands; of the law only what is unread or stale is told."""
        return [self._room(name) for name in ROOMS if name != "law"]

    def _room(self, name: str) -> RoomState:
        mine = [one for one in self.open if one.room == name]
        accepted = sum(one.room == name and one.state == "accepted" for one in self.statuses)
        errors, warnings = (sum(one.severity == weight for one in mine) for weight in ("error", "warning"))
        untold, days = [one for one in self.untold if one.room == name], [row for row in self.coming if row.room == name]
        late = sum(row.is_late(self.at) for row in days)
        ahead = next((row.due for row in days if not row.is_late(self.at)), None)
        records = len(self._all.state(name).standing)
        words = {"late": late, "errors": errors, "untold": len(untold), "warnings": warnings, "infos": len(mine)}
        words |= {"accepted": accepted, "empty": not records}
        word = next((word for word, count in words.items() if count), "clear")
        return RoomState(name, word, records, errors, warnings, len(untold), accepted, late, ahead)

    @cached_property
    def _titles(self) -> dict[tuple[str, str], set[str]]:
        """What each subject of a room is called; records of several kinds may share an identifier."""
        found: dict[tuple[str, str], set[str]] = {}
        for room in ROOMS:
            for one in self._all.state(room).standing:
                found.setdefault((room, one.entry.subject), set()).add(_records.title_of(one.record))
        return found

    def called(self, room: str, subject: str) -> str:
        """A subject with what it is called in its room, for a reader who knows no identifiers; by that alone where it is two things."""
        titles = self._titles.get((room, subject), set())
        return next(iter(titles)) if len(titles) == 1 else subject

    # --- as a frame and in words

    def rooms_frame(self) -> pandas.DataFrame:
        """How each room stands: room, room_state, records, errors, warnings, untold, accepted, due_past, next_deadline."""
        return _room.frame(RoomState._fields, self.rooms, self.lang, days=("next_deadline",))

    def lines(self) -> list[tuple[DueRow, str]]:
        """At most ten lines of what must be done, each in words."""
        return [(row, self._told(row)) for row in self.todo[:MOST]]

    def _told(self, row: DueRow) -> str:
        late = f"{_words.say('today.late', self.lang)}: " if row.is_late(self.at) else ""
        hour = f" {_words.show_hour(row.due_at, self.lang)}" if row.due_at else ""
        return f"{late}{_words.show_date(row.due, self.lang)}{hour} · {row.what}: {self.called(row.room, row.subject)}"

    def notes(self) -> list[str]:
        """What the lines do not show: how many more there are, errors without a day, what cannot be told, the law, the last audit."""
        more, nothing = len(self.todo) - MOST, not any(one.records for one in self.rooms)
        told = [_words.say("today.more", self.lang, count=more)] if more > 0 else []
        told += [_words.say("today.nothing_due", self.lang, days=AHEAD.days)] if not self.todo else []
        told += [_words.say("today.empty", self.lang)] if nothing else []
        told.append(_words.say("today.errors", self.lang, count=self.undated))
        told.append(_words.say("today.untold", self.lang, count=len(self.untold)))
        told += [_words.say("today.unread", self.lang, count=self.unread)] if self.unread else []
        day = _words.show_date(self.audited, self.lang) if self.audited else _words.say("today.never", self.lang)
        told += [_words.say("today.stale", self.lang, count=self.stale)] if self.stale else []
        told.append(f"{_words.say('ui.seal', self.lang)}: {_store.verify(self.at.path, lang=self.lang)}")
        return [*told, _words.say("today.audited", self.lang, day=day), _words.say("today.backup", self.lang)]
