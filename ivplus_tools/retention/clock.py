"""When rows fall due. A rule is turned round: not each row gets a date, but a day gets the last start that is overdue on it."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from ivplus_tools import _dates
from ivplus_tools._sources import EARLIEST
from ivplus_tools.errors import Refusal
from ivplus_tools.retention.records import RetentionRule

MONTHS_AHEAD = 12


@dataclass(frozen=True)
class Clock:
    """The calendar of one rule. `due` grows with the start, so that one cut of the start column says what is overdue."""

    start_event: str
    period: str
    grace: str | None
    financial_year_end: str

    @cached_property
    def _end(self) -> Callable[[object], date]:
        return _dates.keeping(self.period, self.start_event, self.financial_year_end)

    def kept_through(self, start: date) -> date:
        """The last day on which a row with this start may be kept; the last day of all where the calendar ends first."""
        try:
            end = self._end(start)
            return _dates.plus(end, _dates.read_period(self.grace)) if self.grace else end
        except Refusal:
            return date.max

    def erasable_from(self, start: date) -> date:
        """The first day on which a row with this start is to be erased."""
        end = self.kept_through(start)
        return end if end == date.max else end + timedelta(days=1)

    def cutoff(self, on: date) -> date | None:
        """The last start day that is overdue on a day: kept through a day before it. None where no start is."""
        low, high = EARLIEST.toordinal(), max(on, EARLIEST).toordinal()
        if self.kept_through(EARLIEST) >= on:
            return None
        while low < high:  # the greatest start whose rows are kept through a day before `on`
            middle = (low + high + 1) // 2
            if self.kept_through(date.fromordinal(middle)) < on:
                low = middle
            else:
                high = middle - 1
        return date.fromordinal(low)


def clock_of(rule: RetentionRule, financial_year_end: str) -> Clock | None:
    """The calendar of a rule; None where it has no period or no start event."""
    if not rule.period or not rule.start_event:
        return None
    return Clock(rule.start_event, rule.period, rule.grace, financial_year_end)


def months_from(on: date) -> Iterator[tuple[str, date]]:
    """The month of a day and the next eleven, as `2026-03` with its last day."""
    year, month = on.year, on.month
    for _ in range(MONTHS_AHEAD):
        if year > date.max.year:
            return
        yield f"{year:04d}-{month:02d}", date(year, month, calendar.monthrange(year, month)[1])
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
