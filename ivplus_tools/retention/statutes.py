"""A rule against the statute that it rests on: it ends before a minimum, or after a maximum or a limitation period.

Both calendars are run over four years of start days, so that different start events and leap days compare by what they do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from ivplus_tools import _dates, _law
from ivplus_tools._sources import EARLIEST
from ivplus_tools.retention.clock import Clock, clock_of
from ivplus_tools.retention.records import RetentionRule

YEARS = [EARLIEST + timedelta(days=1461 * 22 + 59 + number) for number in range(1461)]  # four years, one of them a leap year


@dataclass(frozen=True)
class Judged:
    """How a rule compares with its statute: `short` or `long` for some start, and whether grace is added to a limitation period.

    `own`: a start event that is not the statute's makes the time `shorter` or `longer`, or nobody can tell (`unknown`).
    """

    kind: str
    period: str
    start: str
    short: bool
    long: bool
    padded: bool
    own: str


def judge(rule: RetentionRule, financial_year_end: str, on: date) -> Judged | None:
    """A rule against its statute as in force on a day; None where there is nothing to compare."""
    clock = clock_of(rule, financial_year_end)
    fact = _law.codes("retention_statute").get(rule.statute or "")
    now: dict[str, Any] = (fact.on(on) if fact else None) or {}
    if clock is None or not now.get("period"):
        return None
    starts = starts_of(now)
    start = next((one for one in starts if _event(one) == _event(clock.start_event)), starts[0])
    law = Clock(start, now["period"], None, financial_year_end)
    short, long = _compared(clock, law)
    own = "" if any(_event(one) == _event(clock.start_event) for one in starts) else _direction(clock.start_event, starts)
    return Judged(now["kind"], now["period"], start, short, long, now["kind"] == "claim" and bool(rule.grace), own)


def starts_of(value: dict[str, Any]) -> list[str]:
    """The start events that a statute allows, the main one first."""
    return [one for one in (value.get("start"), *value.get("starts", ())) if one]


def _event(start: str) -> str:
    """The event behind a start: that of a calendar's end is the event in that year."""
    return str(_law.entry("start_event", start).get("of", start))


def _direction(own: str, starts: list[str]) -> str:
    """Whether a start event never comes later than those of the statute, or never earlier; else nobody can tell."""
    before = {one: set(_law.entry("start_event", one).get("before", ())) for one in _law.codes("start_event")}
    if all(_event(one) in before[own] for one in starts):
        return "shorter"
    return "longer" if all(_event(own) in before[_event(one)] for one in starts) else "unknown"


def has_ground(rule: RetentionRule) -> bool:
    """Whether a rule names a ground on which its own statute allows more than the maximum."""
    ground = _law.entry("longer_ground", rule.longer_ground)
    return bool(ground) and ground["statute"] == rule.statute


@_law.kept
def _compared(rule: Clock, law: Clock) -> tuple[bool, bool]:
    """Whether the rule ends earlier, and whether later, than the law for some start day."""
    if rule == law:
        return False, False
    ends = [(rule.kept_through(start), law.kept_through(start)) for start in YEARS]
    return any(one < other for one, other in ends), any(one > other for one, other in ends)


def needs_financial_year(rule: RetentionRule) -> bool:
    """Whether the clock of a rule hangs on the end of the financial year."""
    return "financial_year" in _law.entry("start_event", rule.start_event).get("anchor", "")


def scan_due(last: date) -> date:
    """By when a source is to be scanned again."""
    return _dates.plus(last, _dates.read_period(_law.near("retention:scan_every", last)["period"]))


def plan_due(made: date) -> date:
    """By when a plan is to be carried out or withdrawn."""
    return _dates.plus(made, _dates.read_period(_law.near("retention:plan_open", made)["period"]))
