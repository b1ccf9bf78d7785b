"""The clock, days and periods: the only place that asks what time it is, and the only one that counts a period."""

from __future__ import annotations

import calendar
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from ivplus_tools import _html, _law, _places, _words
from ivplus_tools.errors import Refusal

HELSINKI = ZoneInfo("Europe/Helsinki")
_PERIOD = re.compile(r"P(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(\d{1,5})H)?")
_WORKING = re.compile(r"P(\d{1,4})B")
_SLASHED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")


def now(pinned: datetime | None = None) -> datetime:
    """The present instant in Helsinki time: the Desk's own, else `IVPLUS_NOW`, else the machine's clock."""
    if pinned is not None:
        return pinned
    return instant(os.environ["IVPLUS_NOW"]) if is_pinned() else system()


def system() -> datetime:
    """What the machine's clock says, whatever moment is pinned."""
    return datetime.now(HELSINKI)


def is_pinned() -> bool:
    """Whether `IVPLUS_NOW` replaces the machine's clock."""
    return bool(os.environ.get("IVPLUS_NOW"))


def day(got: object) -> date:
    """A calendar day from a date, an instant, `2026-03-02` or `2.3.2026`; anything else is refused with these forms."""
    if got != got:  # pandas' NaT is a datetime that is no moment
        raise _words.refusal("bad_date", got=str(got))
    if isinstance(got, datetime):
        return (got.astimezone(HELSINKI) if got.tzinfo else got).date()
    if isinstance(got, date):
        return got
    text = _told(got)
    finnish = _SLASHED.fullmatch(text)
    try:
        if finnish:
            return date(int(finnish[3]), int(finnish[2]), int(finnish[1]))
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise _words.refusal("bad_date", got=text)


def _told(got: object) -> str:
    """What came as text; a number of thousands of digits has none."""
    return "…" if isinstance(got, int) and abs(got) > 10**18 else str(got).strip()


def instant(got: object, zone: ZoneInfo = HELSINKI) -> datetime:
    """An instant from a datetime, `2026-03-02T09:00`, `2.3.2026 9.00` or a day (its first moment), in Helsinki time or of `zone`."""
    if got != got:
        raise _words.refusal("bad_instant", got=str(got))
    if isinstance(got, datetime):
        return got.astimezone(zone) if got.tzinfo else _local(got, zone)
    if isinstance(got, date):
        return datetime.combine(got, time(), zone)
    text = _told(got)
    finnish = re.fullmatch(r"(\S+) (klo |kl\. )?(\d{1,2})(?:[.:](\d{2}))?", text.replace("\u00a0", " "))
    try:
        if finnish and (finnish[2] or finnish[4]):
            return _local(datetime.combine(day(finnish[1]), time(int(finnish[3]), int(finnish[4] or 0))), zone)
        if len(text) > 10 and re.match(r"\d{4}-\d{2}-\d{2}[T ]", text):
            return instant(datetime.fromisoformat(text), zone)
    except ValueError as error:
        if isinstance(error, Refusal):
            raise
    try:
        return datetime.combine(day(text), time(), zone)
    except ValueError:
        raise _words.refusal("bad_instant", got=text) from None


def moment(got: object) -> str:
    """A moment as records keep it: `2026-03-01T22:40+02:00`, or the day alone where no time of day is known.

    A time without a zone is Helsinki time. The hour that the spring change skips does not exist, and the one that the autumn
    change repeats is asked for with its zone.
    """
    if _is_bare(got):
        return day(got).isoformat()
    try:
        there = instant(got)
        there.astimezone(UTC)
    except OverflowError:
        raise _words.refusal("bad_instant", got=str(got)) from None
    told = isinstance(got, str) and re.search(r"(Z|[+-]\d\d:?\d\d)$", got.strip()) is not None
    aware = isinstance(got, datetime) and got.tzinfo is not None
    if not (told or aware) and there.utcoffset() != there.replace(fold=1 - there.fold).utcoffset():
        early, late = (there.replace(fold=fold).isoformat(timespec="minutes") for fold in (0, 1))
        raise _words.refusal("twice_hour", got=str(got), early=early, late=late)
    return there.isoformat(timespec="minutes")


def end_of_day(got: object) -> datetime:
    """The last moment of a bare day; an instant as it is. What was known 'on a day' includes the whole day."""
    return datetime.combine(day(got), time(23, 59, 59, 999999), HELSINKI) if _is_bare(got) else instant(got)


def _is_bare(got: object) -> bool:
    """Whether a day was given, without a time of day."""
    text = _told(got)
    return (isinstance(got, date) and not isinstance(got, datetime)) or ("T" not in text and " " not in text)


def _local(naive: datetime, zone: ZoneInfo) -> datetime:
    """Wall-clock time in a zone; an hour that the spring change skips is refused."""
    there = naive.replace(tzinfo=zone)
    if there.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != naive:
        raise _words.refusal("skipped_hour", got=naive)
    return there


@dataclass(frozen=True)
class Period:
    """A length of time as the law writes it: years and months by the calendar, days, working days and hours counted."""

    years: int = 0
    months: int = 0
    days: int = 0
    hours: int = 0
    working: int = 0


def read_notice(text: object) -> Period:
    """A period to answer in or to give notice in: as others, or of working days (`P5B`)."""
    working = _WORKING.fullmatch(str(text).strip())
    return Period(working=int(working[1])) if working and int(working[1]) else read_period(text)


def read_period(text: object) -> Period:
    """A period from ISO 8601 (`PT72H`, `P14D`, `P2W`, `P1M`, `P6Y`, `P1Y6M`); anything else is refused."""
    return _period(_told(text))


@lru_cache(1024)
def _period(text: str) -> Period:
    match = _PERIOD.fullmatch(text)
    if not match or not any(match.groups()):
        raise _words.refusal("bad_period", got=text)
    years, months, weeks, days, hours = (int(part or 0) for part in match.groups())
    if not any((years, months, weeks, days, hours)):
        raise _words.refusal("bad_period", got=text)
    if hours and (years or months or weeks or days):
        raise _words.refusal("mixed_period", got=text)
    return Period(years, months, days + 7 * weeks, hours)


def plus(start: date, length: Period, sign: int = 1, country: str = "FI") -> date:
    """`start` and a period of days, months or years, clamped to the end of a shorter month (1182/71, Art. 3(2)(c)).

    With `sign` -1 it is counted back; working days are those of `country`.
    """
    month = start.month - 1 + sign * (length.months + 12 * length.years)
    year, month = start.year + month // 12, month % 12 + 1
    try:
        last = calendar.monthrange(year, month)[1]
        on = date(year, month, min(start.day, last)) + sign * timedelta(days=length.days)
        for _ in range(length.working):
            on = _working_day_from(on + timedelta(days=sign), country, sign)
        return on
    except (ValueError, OverflowError) as error:
        if isinstance(error, Refusal):
            raise
        raise _words.refusal("bad_period", got=f"{length.years}Y {length.months}M {length.days}D") from None


@dataclass(frozen=True, repr=False)
class Deadline:
    """A computed time limit. `due` binds; `nominal` is before any roll-over; `hour_rule` is the second reading of hours.

    `due` and `nominal` are instants (Europe/Helsinki) for hour periods, dates otherwise. `notes`: what a careful
    reader should know, in the asked language. `rule`: the provision that set the end.
    """

    start: date | datetime
    period: str
    due: date | datetime
    nominal: date | datetime
    hour_rule: datetime | None
    rule: str
    notes: tuple[str, ...]
    lang: str = "fi"

    @property
    def rows(self) -> list[tuple[str, str]]:
        """Label and text of each line, in the language."""
        lines: list[tuple[str, date | datetime | str]] = [("due", self.due), ("start", self.start)]
        lines += [("nominal", self.nominal)] if self.nominal != self.due else []
        lines += [("rule", f"{self.rule} ({self.period})"), *(("note", note) for note in self.notes)]
        return [
            (_words.say(f"deadline.{key}", self.lang), told if isinstance(told, str) else _words.show_date(told, self.lang))
            for key, told in lines
        ]

    def __repr__(self) -> str:
        width = max(len(label) for label, _ in self.rows)
        return "\n".join(f"{label:<{width}}  {text}" for label, text in self.rows)

    def _repr_html_(self) -> str:
        return _html.table([], self.rows, row_headers=True)


def deadline(start: object, period: str, country: str = "FI", lang: str = "fi", back: bool = False) -> Deadline:
    """When a period ends under Regulation (EEC, Euratom) No 1182/71, with the public holidays and the day of `country`.

    `start`: the day or instant of the event. `period`: ISO 8601 (`PT72H`, `P14D`, `P1M`, `P6Y`) or working days (`P5B`). `country`: a
    Member State (`DE`), or `EU` (the Commission) and `EU-EP` (the Parliament). `back`: the last day on which a notice is in time.
    Where the law is disputed, the strict reading is `due` and the other one stands in `notes`.
    """
    _words.language(lang)
    length, where = read_notice(period), _country(country)
    try:
        if length.hours:
            return _hours(start, period, length, where, lang, -1 if back else 1)
        if _is_bare(start):
            return _days(day(start), period, length, where, lang, -1 if back else 1)
        began, notes = _day_there(instant(start, _zones(where)[0]), where, lang)
        found = _days(began, period, length, where, lang, -1 if back else 1)
        return replace(found, notes=(*found.notes, *notes))
    except OverflowError:
        raise _words.refusal("bad_instant", got=str(start)) from None


def _country(told: object) -> str:
    """The code of a country or institution, as told or by its name."""
    return told if isinstance(told, str) and told in _institutions() else str(_places.code(told) or told)


def _institutions() -> dict[str, dict[str, Any]]:
    """The institutions of the Union whose holidays the facts have: code -> names, time zone, days."""
    found: dict[str, dict[str, Any]] = _law.newest("1182/71:2(1)").get("institutions", {})
    return found


def _zones(country: str) -> list[ZoneInfo]:
    """The time zones of a country, its main one first where the facts tell it."""
    if country in _institutions():
        return [ZoneInfo(_institutions()[country]["zone"])]
    main = _law.newest("1182/71:2(1)").get("main_zones", {}).get(country)
    return [ZoneInfo(name) for name in dict.fromkeys([*([main] if main else []), *_places.zones(country)])] or [HELSINKI]


def _day_there(at: datetime, country: str, lang: str) -> tuple[date, list[str]]:
    """The day of an instant in a country: in its main zone, else the earliest day that it was anywhere there; the other is a note."""
    zones = _zones(country)
    days = [at.astimezone(zone).date() for zone in zones]
    main = country in _law.newest("1182/71:2(1)").get("main_zones", {})
    began = days[0] if main else min(days)
    other = next((one for one in days if one != began), None)
    return began, [_words.say("note.other_day", lang, at=_words.show_date(other, lang, running=True))] if other else []


def _hours(start: object, text: str, length: Period, country: str, lang: str, sign: int) -> Deadline:
    began = instant(start, _zones(country)[0]).astimezone(HELSINKI)
    elapsed = sign * timedelta(hours=length.hours)
    due = (began.astimezone(UTC) + elapsed).astimezone(HELSINKI)
    notes, hour_rule = [], None
    if sign > 0:
        next_hour = began.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        hour_rule = (next_hour + elapsed).astimezone(HELSINKI)
        notes.append(_words.say("note.hour_rule", lang, at=_words.show_date(hour_rule, lang, running=True)))
        first, last = (_day_there(one, country, lang)[0] for one in (began, due))
        other = _two_working_days(first, last, country, 1)
        if length.hours >= 48 and other != last:
            wide = due + (other - last)
            notes.append(_words.say("note.two_working_days_disputed", lang, at=_words.show_date(wide, lang, running=True)))
    if began.utcoffset() != began.replace(fold=1).utcoffset():
        notes.append(_words.say("note.ambiguous_hour", lang))
    if _is_bare(start):
        notes.append(_words.say("note.time_of_day_missing", lang))
    last = _day_there(due, country, lang)[0]
    return Deadline(began, text, due, due, hour_rule, "1182/71:3(1)", tuple(notes + _projected(last, country, lang)), lang)


def _days(began: date, text: str, length: Period, country: str, lang: str, sign: int) -> Deadline:
    nominal = plus(began, length, sign, country)
    due, rule, notes = nominal, "1182/71:2(2)" if length.working else "1182/71:3(2)", []
    if sign > 0 and not is_working_day(nominal, country):
        due, rule = _working_day_from(nominal, country), "1182/71:3(4)"
        notes.append(_words.say("note.rolled", lang, nominal=_words.show_date(nominal, lang, running=True)))
    at_least_two = abs(nominal - began) >= timedelta(days=2) and not length.working
    if at_least_two and (wider := _two_working_days(began, due, country, sign)) != due:
        due, rule = wider, "1182/71:3(5)"
        notes.append(_words.say("note.two_working_days", lang))
    if sign > 0:
        safe = _working_day_from(nominal, country, eves_work=True)
        if safe < due and rule == "1182/71:3(4)":
            notes.append(_words.say("note.eves", lang, at=_words.show_date(safe, lang, running=True)))
    elif not is_working_day(due, country):
        rule, safe = "1182/71:3(4):backwards", _working_day_from(due, country, -1)
        notes.append(_words.say("note.not_moved", lang, at=_words.show_date(safe, lang, running=True)))
    return Deadline(began, text, due, nominal, None, rule, tuple(notes + _projected(due, country, lang)), lang)


def is_working_day(on: date, country: str = "FI", eves_work: bool = False) -> bool:
    """Neither a Saturday, a Sunday nor a public holiday given for Regulation 1182/71 (Art. 2)."""
    if on.weekday() >= 5:
        return False
    name = _holidays(country, on.year).get(on)
    return name is None or (eves_work and name in _law.value("1182/71:2(1)", on).get("eves", ()))


def _working_day_from(on: date, country: str, sign: int = 1, eves_work: bool = False) -> date:
    """A day itself where it is a working day, else the next one, or the one before."""
    while not is_working_day(on, country, eves_work):
        on += timedelta(days=sign)
    return on


def _two_working_days(began: date, end: date, country: str, sign: int) -> date:
    """The first day, not nearer than `end`, by which at least two working days lie between it and `began`."""
    counted, on = 0, began
    while counted < 2:
        on += timedelta(days=sign)
        counted += is_working_day(on, country)
    return max(on, end) if sign > 0 else min(on, end)


@cache
def _holidays(country: str, year: int) -> dict[date, str]:
    """Public holidays of a year: of an institution those published, of a country those of the holidays library, with English names."""
    import holidays

    if told := _institutions().get(country):
        if str(year) not in told["days"]:
            raise _words.refusal("no_holiday_list", country=told["name"], year=year)
        return dict.fromkeys(told["days"][str(year)], country)
    try:
        found = holidays.country_holidays(country, years=year, language="en_US" if country == "FI" else None)
    except (NotImplementedError, KeyError, TypeError, AttributeError):
        near = _words.nearest(country, [*holidays.list_supported_countries(), *_institutions()])
        raise _words.refusal("unknown_value", got=country, what="country", near=near) from None
    return dict(found)


def _projected(on: date, country: str, lang: str) -> list[str]:
    """A note when the holiday list of that year has not been compared with the one in the Official Journal."""
    if told := _institutions().get(country):
        return [_words.say("note.institution", lang, name=told["name"][lang])]
    if country != "FI":
        return [_words.say("note.other_country", lang, country=f"{_places.name(country, lang)} ({country})")]
    published: list[Any] = _law.value("1182/71:2(1)", on).get("published_years", [])
    return [] if on.year in published else [_words.say("note.projected", lang, year=on.year)]


def month_day(text: str) -> tuple[int, int]:
    """Month and day of `MM-DD`; a day that no year has is refused."""
    match = re.fullmatch(r"(\d{2})-(\d{2})", str(text))
    if not match or not 1 <= int(match[1]) <= 12 or not 1 <= int(match[2]) <= calendar.monthrange(2024, int(match[1]))[1]:
        raise _words.refusal("bad_month_day", got=text)
    return int(match[1]), int(match[2])


def _financial_year_end(on: date, month: int, last: int) -> date:
    if (month, last) == (2, 28):  # a financial year of twelve months that ends with February does so on the 29th too
        last = 29
    ends = (date(year, month, min(last, calendar.monthrange(year, month)[1])) for year in (on.year, on.year + 1))
    return next(end for end in ends if end >= on)


def keeping(length: str, start_event: str = "EVENT", financial_year_end: str = "12-31") -> Callable[[object], date]:
    """`kept_through` for many events: what its clock is made of is read once.

    `start_event` is of the list of that name; for its `FY_END` kinds an event is a day within the year that ends on `financial_year_end`.
    """
    period, anchor = read_period(length), _law.entry("start_event", start_event).get("anchor")
    if period.hours:
        raise _words.refusal("bad_period", got=length)
    if anchor is None:
        known = _law.codes("start_event")
        raise _words.refusal("unknown_value", got=start_event, what="start_event", near=_words.nearest(start_event, known, 3))
    ends = month_day(financial_year_end) if "financial_year" in anchor else None

    def end(event: object) -> date:
        start = _financial_year_end(day(event), *ends) if ends else day(event)
        return plus(date(start.year, 12, 31) if anchor.startswith("calendar_year") else start, period)

    return end


def kept_through(event: object, length: str, start_event: str = "EVENT", financial_year_end: str = "12-31") -> date:
    """The last day on which a retention period still runs; erasure is due from the next day. No roll-over applies."""
    return keeping(length, start_event, financial_year_end)(event)
