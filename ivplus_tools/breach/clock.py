"""The clock of a breach: 72 elapsed hours from awareness (Art. 33(1)), counted in UTC, shown in Helsinki time; other readings as notes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ivplus_tools import _dates, _html, _words
from ivplus_tools._dates import Deadline
from ivplus_tools._law import Law
from ivplus_tools.breach.records import Breach


@dataclass(frozen=True)
class Clock:
    """`due`: the binding instant (None: awareness is not told, or we are the processor), `hour_rule`: the second reading, `left`.

    `sent`: when the authority was first notified. `is_over`: time is up and nothing was sent; `is_late`: it was sent too late.
    """

    deadline: Deadline | None
    now: datetime
    sent: datetime | None
    role: str
    lang: str

    @property
    def due(self) -> datetime | None:
        """The end of the 72 hours."""
        return _dates.instant(self.deadline.due) if self.deadline else None

    @property
    def hour_rule(self) -> datetime | None:
        """The end by the rule of full hours (Regulation 1182/71, Art. 3(1))."""
        return self.deadline.hour_rule if self.deadline else None

    @property
    def notes(self) -> tuple[str, ...]:
        """The other readings, and what a careful reader should know."""
        return self.deadline.notes if self.deadline else ()

    @property
    def left(self) -> timedelta | None:
        """The time left; negative when it is up."""
        return self.due - self.now if self.due else None

    @property
    def is_over(self) -> bool:
        """Whether the time is up and the authority has not been notified."""
        return self.sent is None and self.left is not None and self.left < timedelta(0)

    @property
    def is_late(self) -> bool:
        """Whether the authority was notified after the time was up."""
        return self.sent is not None and self.due is not None and self.sent > self.due

    @property
    def rows(self) -> list[tuple[str, str]]:
        """Label and text of each line."""
        if self.deadline is None:
            key = "processor" if self.role == "processor" else "no_aware"
            return [(self._say("left"), self._say(key))]
        lines = [(self._say("left"), self.told_left())]
        lines += [(self._say("due"), _words.show_date(self.due, self.lang))] if self.due else []
        lines += [(self._say("sent"), _words.show_date(self.sent, self.lang))] if self.sent else []
        lines += [(_words.say("deadline.start", self.lang), _words.show_date(_dates.instant(self.deadline.start), self.lang))]
        lines += [(_words.say("deadline.note", self.lang), note) for note in self.notes]
        return [*lines, (self._say("people"), self._say("without_delay"))]

    def told_left(self) -> str:
        """The time left in words."""
        if self.sent is not None:
            return self._say("late" if self.is_late else "in_time")
        minutes = int(abs(self.left or timedelta(0)).total_seconds()) // 60
        key = "over" if self.is_over else "running"
        return self._say(key, hours=minutes // 60, minutes=minutes % 60)

    def _say(self, key: str, **facts: object) -> str:
        return str(_words.read("breach")["clock"][key][self.lang]).format(**facts)

    def __repr__(self) -> str:
        width = max(len(label) for label, _ in self.rows)
        return "\n".join(f"{label:<{width}}  {text}" for label, text in self.rows)

    def _repr_html_(self) -> str:
        return _html.table([], self.rows, row_headers=True)


def of(breach: Breach, rules: Law, now: datetime, sent: datetime | None, lang: str) -> Clock:
    """The clock of a breach at a moment."""
    period = rules.value("gdpr:33(1)").get("period")
    runs = breach.aware and period and breach.breach_role != "processor"
    deadline = _dates.deadline(breach.aware, str(period), lang=lang) if runs else None
    return Clock(deadline, now, sent, breach.breach_role, lang)
