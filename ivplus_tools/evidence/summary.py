"""The first page of a report, for a director: how it stands in three sentences, and ten actions with their owner and day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from ivplus_tools import _html, _room, _words
from ivplus_tools._findings import DueRow
from ivplus_tools.agenda import MOST, Today
from ivplus_tools.audit import Status

if TYPE_CHECKING:
    import pandas

    from ivplus_tools.desk import Desk


@dataclass(frozen=True)
class Conclusion:
    """Sentences for somebody who reads nothing else. What cannot be told is among them; nothing is called in order."""

    sentences: tuple[str, ...]

    def __repr__(self) -> str:
        return "\n".join(self.sentences)

    def _repr_html_(self) -> str:
        return _html.paragraph("\n".join(self.sentences))


def conclusion(desk: Desk, changes: pandas.DataFrame) -> Conclusion:
    """Whether something must be done; what is open, accepted and untold; what has changed (`changes` of `desk.compare`)."""
    day, lang = Today(desk), desk.standpoint.lang
    late = sum(row.is_late(day.at) for row in day.coming)
    errors, warnings = (sum(one.severity == weight for one in day.open if one.room != "law") for weight in ("error", "warning"))
    untold = sum(one.room != "law" for one in day.untold)
    left = untold + sum(one.room != "law" for one in day.open)
    accepted = sum(one.state == "accepted" for one in day.statuses)
    empty = not any(one.records for one in day.rooms)
    key = next(key for key, so in (("empty", empty), ("act", errors or late), ("look", left or day.stale), ("none", True)) if so)
    count, silent = len(_grouped(day.todo)) + len(_errors(day.open)), [one.room for one in day.rooms if not one.records]
    more = _words.say("summary.more", lang, shown=MOST, count=count) if count > MOST else ""
    first = _words.say(f"summary.{key}", lang, errors=errors, late=late, more=more)
    rooms = ", ".join(_words.values("room")[one][lang] for one in silent)
    unrecorded = _words.say("summary.unrecorded", lang, rooms=rooms) if silent and not empty else ""
    open_ = {"warnings": warnings, "untold": untold, "accepted": accepted, "unread": day.unread, "unrecorded": unrecorded}
    second = _words.say("summary.open", lang, **open_)
    then = changes.attrs.get("then")
    since = _words.show_date(date.fromisoformat(then), lang) if then else _words.say("summary.before", lang)
    return Conclusion((first, second, _words.say("summary.changed", lang, count=len(changes), since=since)))


def actions(desk: Desk) -> pandas.DataFrame:
    """At most ten things to do, what is late first, then errors without a day: due, what, subject, owner (None: nobody)."""
    day = Today(desk)
    owners = {("audit", one.subject, one.due): one.owner for one in day.statuses if one.owner}  # a date of its own is of that answer alone
    late = _words.say("today.late", day.lang)
    rows: list[tuple[object, ...]] = [
        (
            row.due,
            f"{late}: {row.what}" if row.is_late(day.at) else row.what,
            day.called(row.room, row.subject),
            owners.get((row.room, row.subject, row.due)),
        )
        for row in _grouped(day.todo)
    ]
    rows += [(one.due, one.finding, day.called(one.room, one.subject), one.owner) for one in _errors(day.open)]
    return _room.frame(("due", "what", "subject", "owner"), rows[:MOST], desk.standpoint.lang, days=("due",))


def _grouped(todo: list[DueRow]) -> list[DueRow]:
    """One line for what is due of a subject: the earliest."""
    found: dict[tuple[str, str, str], DueRow] = {}
    for row in todo:
        found.setdefault((row.room, row.subject, row.what), row)
    return list(found.values())


def _errors(found: list[Status]) -> list[Status]:
    return [one for one in found if one.severity == "error"]
