"""The day that a notice says of itself: published, changed; a day that can be read in two ways is told and not chosen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from ivplus_tools import _words
from ivplus_tools.notice import phrases
from ivplus_tools.notice.page import Page

SAYS = ("published", "changed")
NUMBERS = re.compile(r"(?<!\d)(?:(\d{4})-(\d{2})-(\d{2})|(\d{1,2})([./]) ?(\d{1,2})[./] ?(\d{4}))(?!\d)")
NAMED = (
    r"(?:(\d{{1,2}})(?:\.|st|nd|rd|th)? (?:of )?)?\b(?:{names})[a-zäö]*\.?"
    r"(?: (\d{{1,2}})(?:st|nd|rd|th)?,)?,? (\d{{4}})\b"
)
"""A day with the name of its month, before it or behind."""
LAST_MONTH = 12
LONGEST_LABEL = 40


@dataclass(frozen=True)
class Dated:
    """What a day is of, the day, and where it stands; no day where it cannot be told which."""

    what: str
    day: date | None
    start: int
    end: int


def of_page(page: Page) -> list[Dated]:
    """Every day on which the text says that it was published or changed."""
    found = []
    for one in page.sentences:
        for what in SAYS:
            sought = phrases.of("date", what, page.langs)
            if one.kind != "whole_row" and (sought.find(one.low, "") or sought.find(_label(one.above), "")):
                found += [Dated(what, day, one.start + start, one.start + end) for day, start, end in _days(one.low)]
                break
    return found


def _label(above: str) -> str:
    """What stands right above or before a sentence, where it is short: `Päivitetty: 1.3.2026` is a label and its day."""
    last = re.split(r" [·§] ", above)[-1]
    return last if len(last) <= LONGEST_LABEL else ""


def _days(low: str) -> Iterator[tuple[date | None, int, int]]:
    """The days in a sentence: 1.3.2026, 2026-03-01, 1. maaliskuuta 2026, March 1, 2026; a month alone is no day."""
    for found in NUMBERS.finditer(low):
        if found[1]:
            yield _day(found[1], found[2], found[3]), *found.span()
        else:
            either = found[5] == "/" and int(found[4]) <= LAST_MONTH and found[4] != found[6]  # by day or by month first
            turned = found[5] == "/" and int(found[6]) > LAST_MONTH
            day = _day(found[7], found[4], found[6]) if turned else _day(found[7], found[6], found[4])
            yield None if either and not turned else day, *found.span()
    for number, names in _words.read("phrases")["month"].items():
        for found in re.finditer(NAMED.format(names="|".join(names)), low):
            named = found[1] or found[2]
            yield _day(found[3], number, named) if named else None, *found.span()


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
