"""The clock of a request: one month from receipt (Art. 12(3)), three where extended in time, without the days of a pause."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from ivplus_tools import _dates, _html, _law, _words
from ivplus_tools._dates import Deadline
from ivplus_tools.rights.records import DataSubjectRequest, RequestPause

RULE = "gdpr:12(3)"


@dataclass(frozen=True)
class Clock:
    """`due`: the binding day (None while the clock stands, or receipt is not told); `nominal`: before it is moved to a working day.

    `first`: the end of the first month, by which an extension has to be told. `paused`: the days that did not count.
    """

    received: date | None
    deadline: Deadline | None
    first: date | None
    paused: int
    waiting_since: date | None
    extended: bool
    answered: date | None
    on: date
    lang: str

    @property
    def due(self) -> date | None:
        """The last day to answer."""
        return _day(self.deadline.due) if self.deadline else None

    @property
    def nominal(self) -> date | None:
        """The last day before the rule of working days."""
        return _day(self.deadline.nominal) if self.deadline else None

    @property
    def is_running(self) -> bool:
        """Whether the time runs: it was received, not answered, and nothing is awaited from the person."""
        return self.deadline is not None and self.answered is None

    @property
    def is_late(self) -> bool:
        """Whether it was answered too late, or is not answered and the day is past."""
        return self.due is not None and (self.answered or self.on) > self.due

    @property
    def rows(self) -> list[tuple[str, str]]:
        """Label and text of each line."""
        told = {name: getattr(self, name) for name in ("received", "due", "nominal", "first", "answered")}
        lines = [(self._say(key), _words.show_date(day, self.lang)) for key, day in told.items() if day]
        if self.waiting_since:
            lines.append((self._say("state"), self._say("waiting", since=_words.show_date(self.waiting_since, self.lang, running=True))))
        elif self.received is None:
            lines.append((self._say("state"), self._say("no_receipt")))
        if self.paused:
            lines.append((self._say("paused"), self._say("days", count=self.paused)))
        notes = self.deadline.notes if self.deadline else ()
        return [*lines, *((_words.say("deadline.note", self.lang), note) for note in notes)]

    def _say(self, key: str, **facts: object) -> str:
        return str(_words.read("rights")["clock"][key][self.lang]).format(**facts)

    def __repr__(self) -> str:
        width = max((len(label) for label, _ in self.rows), default=0)
        return "\n".join(f"{label:<{width}}  {text}" for label, text in self.rows)

    def _repr_html_(self) -> str:
        return _html.table([], self.rows, row_headers=True)


def _day(told: object) -> date:
    return _dates.day(told)


def of(request: DataSubjectRequest, on: date, lang: str) -> Clock:
    """The clock of a request on a day."""
    received, pauses = request.received, parts(request.pauses)
    if received is None:
        return Clock(None, None, None, 0, None, False, request.answered, on, lang)
    law = _law.near(RULE, on)
    open_since = next((one.asked for one in pauses if one.answered is None), None)
    first = _end(received, law["period"], _days([one for one in pauses if one.answered]), lang)
    told = request.extension_told
    extended = told is not None and (open_since is not None or told <= _day(first.due))
    paused = _days(pauses)
    deadline = None if open_since else _end(received, law["extended" if extended else "period"], paused, lang)
    return Clock(received, deadline, _day(first.due), paused, open_since, extended, request.answered, on, lang)


def parts(answer: object) -> tuple[RequestPause, ...]:
    """The pauses of a request; none where nothing is said."""
    return answer if isinstance(answer, tuple) else ()


def _days(pauses: tuple[RequestPause, ...] | list[RequestPause]) -> int:
    """The days that do not count: each once, however many questions are open."""
    stood: set[date] = set()
    for one in pauses:
        if one.asked and one.answered:
            stood |= {one.asked + timedelta(days=day) for day in range((one.answered - one.asked).days)}
    return len(stood)


def _end(received: date, period: str, paused: int, lang: str) -> Deadline:
    return _dates.deadline(received, f"{period}{paused}D" if paused else period, lang=lang)
