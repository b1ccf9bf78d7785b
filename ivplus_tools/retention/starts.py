"""Starts as days: what is written in a named form is a day, everything else is told apart.

Nothing is guessed of a row: a form is declared for a whole column, and the whole text must fit it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta, timezone

from ivplus_tools import _dates
from ivplus_tools._sources import EARLIEST

SENTINELS = (
    date(1, 1, 1), date(1753, 1, 1), date(1900, 1, 1), date(1970, 1, 1), date(9999, 12, 31),
)  # fmt: skip
"""Days by which programs write 'none'; whether a source means that is its officer's to say."""
ISO = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[ T]([0-9]{2})(?::([0-9]{2})(?::([0-9]{2})(?:[.,][0-9]+)?)?)?(Z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
)
FINNISH = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})(?:[ T]([0-9]{1,2})[.:]([0-9]{2})(?:[.:]([0-9]{2}))?)?")
WHOLE = re.compile(r"(-?[0-9]{1,15})(?:\.0+)?")
SERIAL = re.compile(r"([0-9]{1,7})(?:[.,][0-9]+)?")
EPOCH, EXCEL = datetime(1970, 1, 1, tzinfo=UTC), date(1899, 12, 30)
REAL_SERIALS = 61  # before it the calendar of workbooks has a day that never was


def _iso(text: str) -> date | None:
    found = ISO.fullmatch(text)
    if not found:
        return None
    told, hour, minute, second, zone = found.groups()
    if hour and not zone and not minute:
        return None
    day = date.fromisoformat(told)
    if not hour:
        return day
    at = time(int(hour), int(minute or 0), int(second or 0), tzinfo=_zone(zone) if zone else None)
    return datetime.combine(day, at).astimezone(_dates.HELSINKI).date() if zone else day


def _zone(text: str) -> timezone:
    if text == "Z":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[3:].removeprefix(":") or 0)
    if int(text[3:].removeprefix(":") or 0) > 59:
        raise ValueError
    return timezone(timedelta(minutes=minutes if text[0] == "+" else -minutes))


def _finnish(text: str) -> date | None:
    found = FINNISH.fullmatch(text)
    if not found:
        return None
    day, month, year, hour, minute, second = (int(one or 0) for one in found.groups())
    time(hour, minute, second)  # refuses what is no time of day
    return date(year, month, day)


def _compact(text: str) -> date | None:
    found = WHOLE.fullmatch(text)
    told = found[1] if found else ""
    return date(int(told[:4]), int(told[4:6]), int(told[6:])) if len(told) == 8 and told.isdecimal() else None


def _since_epoch(unit: timedelta) -> Callable[[str], date | None]:
    def read(text: str) -> date | None:
        found = WHOLE.fullmatch(text)
        return (EPOCH + int(found[1]) * unit).astimezone(_dates.HELSINKI).date() if found else None

    return read


def _serial(text: str) -> date | None:
    found = SERIAL.fullmatch(text)
    days = int(found[1]) if found else 0
    return EXCEL + timedelta(days=days) if days >= REAL_SERIALS else None


FORMATS: dict[str, Callable[[str], date | None]] = {
    "ISO": _iso, "d.M.yyyy": _finnish, "yyyymmdd": _compact, "excel": _serial,
    "epoch_s": _since_epoch(timedelta(seconds=1)), "epoch_ms": _since_epoch(timedelta(milliseconds=1)),
}  # fmt: skip
NUMERIC = {"yyyymmdd", "excel", "epoch_s", "epoch_ms"}
"""Forms of bare numbers: of these one column can have one only."""


def day_of(told: object, formats: Iterable[str] = ()) -> date | None:
    """A start as a day; None where it is written in none of the forms (ISO where none is named)."""
    if isinstance(told, datetime):
        return told.date()
    if isinstance(told, date):
        return told
    text = str(told).strip()
    for name in formats or ("ISO",):
        try:
            day = FORMATS[name](text)
        except (ValueError, OverflowError):
            day = None
        if day is not None:
            return day
    return None


def is_blank(told: object) -> bool:
    """Whether there is no start at all."""
    return told is None or not str(told).strip()


def believed(day: date) -> bool:
    """Whether a day can be taken for a start: not before 1900, and none by which programs say 'none'."""
    return day >= EARLIEST and day not in SENTINELS
