"""Due dates as a calendar file (.ics): an all-day event each, or one at its hour with an alarm, for the officer's own calendar."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ivplus_tools import _dates, _law, _words

if TYPE_CHECKING:
    import pandas


def calendar(due: pandas.DataFrame, now: datetime, lang: str) -> bytes:
    """The rows of a `due` frame as iCalendar; the same row is the same event again, so that taking the file in twice changes nothing."""
    import icalendar

    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//ivplus_tools//due dates//EN")
    calendar.add("version", "2.0")
    for row in due.to_dict("records"):
        calendar.add_component(_event(icalendar, row, now, lang))
    made: bytes = calendar.to_ical()
    return made


def _event(icalendar: Any, row: dict[Any, Any], now: datetime, lang: str) -> Any:
    event = icalendar.Event()
    named = "|".join(str(row[name]) for name in ("room", "subject", "rule", "due"))
    event.add("uid", f"{hashlib.sha256(named.encode()).hexdigest()[:32]}@ivplus-tools")
    event.add("dtstamp", now)
    at = row.get("due_at")
    if at is not None and at == at:
        event.add("dtstart", at.to_pydatetime().astimezone(UTC))
        event.add_component(_alarm(icalendar, f"{row['what']}: {row['subject']}"))
    else:
        event.add("dtstart", row["due"].date())
    event.add("summary", f"{row['what']}: {row['subject']}")
    event.add("description", f"{_words.values('room')[row['room']][lang]} · {row['rule']}")
    event.add("transp", "TRANSPARENT")
    return event


def _alarm(icalendar: Any, text: str) -> Any:
    """A reminder before the hour, while something can still be done."""
    alarm = icalendar.Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", text)
    before = _dates.read_period(_law.newest("breach:alarm")["period"])
    alarm.add("trigger", -timedelta(hours=before.hours))
    return alarm
