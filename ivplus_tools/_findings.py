"""Findings and due dates: what they are, as rows, as frames. The columns are the same in every room."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from ivplus_tools import _shown, _wordless, _words
from ivplus_tools._store import Standpoint

if TYPE_CHECKING:
    import pandas

SEVERITIES = ("error", "warning", "info")
HOURS_AHEAD = timedelta(days=3)
"""A clock of hours that ends within these days is never behind what has been late for years."""
NO_FACTS = {"near", "note", "watch", "rows", "odd", "held", "instrument"}
"""What a sentence tells to help its reader, and what is counted anew at every scan: it changes while the finding stays the same."""


@dataclass(frozen=True)
class Finding:
    """One thing missing or wrong, before it is worded. Rule and severity come from the words unless a fact sets them."""

    subject: str
    code: str
    since: date
    about: dict[str, object] = field(default_factory=dict)
    rule: str | None = None
    severity: str | None = None

    def told(self, lang: str) -> str:
        """The finding as a sentence."""
        return _words.finding(self.code, lang, **self.about)

    @property
    def weight(self) -> str:
        """How serious it is: `error`, `warning` or `info`."""
        return self.severity or str(_words.read("findings")[self.code]["severity"])

    @property
    def has_facts(self) -> bool:
        """Whether its sentence tells anything that sets it apart."""
        return not NO_FACTS.issuperset(self.about)

    @property
    def facts(self) -> str:
        """What it is about, in no wording: an answer to a finding holds for these facts only, whatever a label is called later."""
        return "; ".join(f"{name}: {_wordless.unworded(name, self.about[name])}" for name in sorted(set(self.about) - NO_FACTS))

    @property
    def worded_facts(self) -> str:
        """The same in English, as answers given before version 0.2 named it."""
        told = _words.local(self.about, "en")
        return "; ".join(f"{name}: {told[name]}" for name in sorted(set(told) - {"near", "note", "watch"}))


@dataclass(frozen=True)
class Due:
    """One date to come. `what` is a key of the labels; `at` is the instant, where the law counts in hours."""

    subject: str
    due: date
    what: str
    rule: str
    at: datetime | None = None


class FindingRow(NamedTuple):
    """A finding as every frame and every line of the shell has it."""

    room: str
    subject: str
    code: str
    severity: str
    finding: str
    rule: str
    since: date


class DueRow(NamedTuple):
    """A date to come as every frame and every line of the shell has it; `due_at` where the law counts in hours."""

    room: str
    subject: str
    due: date
    what: str
    rule: str
    due_at: datetime | None

    def is_late(self, at: Standpoint) -> bool:
        """Whether it is past: an instant from its minute on, a day from the next one on."""
        return self.due_at <= at.moment if self.due_at else self.due < at.valid_on

    def urgency(self, at: Standpoint) -> tuple[int, date]:
        """What comes first: late breaches and hours that run out within three days, then what else is late, then the rest."""
        soon = self.due_at is not None and self.due_at <= at.moment + HOURS_AHEAD
        return (0 if soon or (self.is_late(at) and self.room == "breach") else 1 if self.is_late(at) else 2, self.due)


FINDING_COLUMNS = FindingRow._fields


def failing(level: str) -> tuple[str, ...]:
    """The severities at or above a level; none for `never`."""
    return SEVERITIES[: SEVERITIES.index(level) + 1] if level != "never" else ()


def rows_of(room: str, found: Iterable[Finding], lang: str) -> list[FindingRow]:
    """Findings worded in a language: errors first, then by subject and code."""
    rows = [row_of(room, one, lang) for one in found]
    return sorted(rows, key=lambda row: (SEVERITIES.index(row.severity), row.subject, row.code, row.finding))


def row_of(room: str, found: Finding, lang: str) -> FindingRow:
    """A finding worded in a language."""
    rule = found.rule or str(_words.read("findings")[found.code]["rule"])
    return FindingRow(room, found.subject, found.code, found.weight, found.told(lang), rule, found.since)


def lay_due(rows: Iterable[DueRow], at: Standpoint) -> pandas.DataFrame:
    """Due dates as a frame that knows its day."""
    table = _shown.plain_frame(DueRow._fields, list(rows), at.lang)
    table.attrs["on"] = at.valid_on.isoformat()
    return table
