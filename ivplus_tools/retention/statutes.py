"""A rule against the statute that it rests on: it ends before a minimum, or after a maximum or a limitation period.

Both calendars are run over four years of start days, so that different start events and leap days compare by what they do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from ivplus_tools import _dates, _law
from ivplus_tools._sources import EARLIEST
from ivplus_tools.retention.clock import Clock, clock_of
from ivplus_tools.retention.records import RetentionRule

YEARS = [EARLIEST + timedelta(days=1461 * 22 + 59 + number) for number in range(1461)]  # four years, one of them a leap year


@dataclass(frozen=True)
class Judged:
    """How a rule compares with its statute: `short` or `long` for some start, and whether grace is added to a limitation period."""

    kind: str
    period: str
    start: str
    short: bool
    long: bool
    padded: bool


def judge(rule: RetentionRule, financial_year_end: str, on: date) -> Judged | None:
    """A rule against its statute as in force on a day; None where there is nothing to compare."""
    clock = clock_of(rule, financial_year_end)
    fact = _law.codes("retention_statute").get(rule.statute or "")
    now: dict[str, Any] = (fact.on(on) if fact else None) or {}
    if clock is None or not now.get("period"):
        return None
    law = Clock(now["start"], now["period"], None, financial_year_end)
    short, long = _compared(clock, law)
    return Judged(now["kind"], now["period"], now["start"], short, long, now["kind"] == "claim" and bool(rule.grace))


@cache
def _compared(rule: Clock, law: Clock) -> tuple[bool, bool]:
    """Whether the rule ends earlier, and whether later, than the law for some start day."""
    ends = [(rule.kept_through(start), law.kept_through(start)) for start in YEARS]
    return any(one < other for one, other in ends), any(one > other for one, other in ends)


def needs_financial_year(rule: RetentionRule) -> bool:
    """Whether the clock of a rule hangs on the end of the financial year."""
    fact = _law.codes("start_event").get(rule.start_event or "")
    return fact is not None and "financial_year" in fact.values[0]["anchor"]


def scan_due(last: date) -> date:
    """By when a source is to be scanned again."""
    return _dates.plus(last, _dates.read_period(_law.fact("retention:scan_every").values[-1]["period"]))


def plan_due(made: date) -> date:
    """By when a plan is to be carried out or withdrawn."""
    return _dates.plus(made, _dates.read_period(_law.fact("retention:plan_open").values[-1]["period"]))
