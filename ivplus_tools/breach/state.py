"""Every breach as it stands on a day, with what the register tells of it; and one case: its clock, duty, severity, what was sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from ivplus_tools import _dates, _records, _words
from ivplus_tools._law import Law
from ivplus_tools._records import texts
from ivplus_tools._state import State
from ivplus_tools.breach import clock as clocks
from ivplus_tools.breach import duty as duties
from ivplus_tools.breach import severity as severities
from ivplus_tools.breach.records import Breach, BreachNotice

REGISTERED = {"activities": ("activity",), "systems": ("system",), "processors": ("processor", "organisation")}
"""What a field of a breach may name, by kinds of records."""


@dataclass(frozen=True)
class Breaches(State):
    """The register of breaches; `reform`: judged by a proposal, for a what-if only."""

    reform: str | None = None

    @cached_property
    def cases(self) -> list[CaseState]:
        """Every case, by identifier."""
        return [CaseState(self, one.record, one.entry.valid_from) for one in self.of("breach")]

    def case(self, id: str) -> CaseState:  # noqa: A002
        """The case of that identifier."""
        stands = self.find(id, "breach")
        return CaseState(self, stands.record, stands.entry.valid_from)

    @cached_property
    def notices(self) -> dict[str, list[BreachNotice]]:
        """What was sent, by case, oldest first."""
        found: dict[str, list[BreachNotice]] = {}
        for one in self.records("breach_notice"):
            found.setdefault(one.case, []).append(one)
        for many in found.values():
            many.sort(key=lambda one: (_dates.instant(one.sent) if one.sent else self.at.moment, one.id))
        return found

    def known(self, name: str) -> list[str]:
        """The identifiers that a field of a breach may name: `activities`, `systems` or `processors`."""
        return sorted({ident for kind in REGISTERED[name] for ident in self.bodies(kind)})

    def name_of(self, ref: str) -> str:
        """The name that the register has for an activity, an organisation or a system; else what is told."""
        names = (self.bodies(kind).get(ref, {}).get("name") for kind in ("activity", "organisation", "system"))
        return str(next(filter(None, names), ref))

    def prefilled(self, record: Breach) -> dict[str, Any]:
        """What the register tells of the linked activities and is not told otherwise."""
        bodies = [body for ident, body in self.bodies("activity").items() if ident in texts(record.activities)]
        found: dict[str, Any] = {}
        for name in ("data_subjects", "special_categories", "processors", "systems"):
            items = [item for body in bodies if isinstance(body.get(name), list) for item in body[name]]
            if items and getattr(record, name) is None:
                found[name] = list(dict.fromkeys(items))
        counts = [body["people_count"] for body in bodies if body.get("people_count")]
        if counts and record.people_count is None and len(counts) == len(bodies):
            found["people_count"] = _records.added(counts)
        measures = [body["security_measures"] for body in bodies if isinstance(body.get("security_measures"), list)]
        evidence = self.measures_for(texts(record.activities), texts(record.systems))
        if (measures or evidence) and record.measures_before is None:
            found["measures_before"] = list(dict.fromkeys([*(item for many in measures for item in many), *evidence]))
        return found


@dataclass(frozen=True)
class CaseState:
    """One breach at one moment: what follows from its facts and from what was sent. It may stand on a form, unsaved."""

    all: Breaches = field(repr=False)
    record: Breach
    since: date | None = None

    @property
    def id(self) -> str:
        """The identifier of the case."""
        return self.record.id

    @property
    def lang(self) -> str:
        """The language in which answers are worded."""
        return self.all.lang

    @property
    def moment(self) -> datetime:
        """The moment at which clocks are read."""
        return self.all.at.moment

    @cached_property
    def rules(self) -> Law:
        """The law of the day on which the clock began, where that is told: a reform leaves earlier cases alone."""
        today, aware = self.all.on, self.record.aware
        began = _dates.instant(aware).astimezone(_dates.HELSINKI).date() if aware else today
        return Law(min(began, today), self.all.reform)

    @cached_property
    def clock(self) -> clocks.Clock:
        """The 72 hours, and how many are left."""
        told = [one.sent for one in self.in_force() if one.sent]
        return clocks.of(self.record, self.rules, self.moment, _dates.instant(told[0]) if told else None, self.lang)

    @cached_property
    def severity(self) -> severities.Severity:
        """The severity score (ENISA 2013) with its parts."""
        return severities.of(self.record, self.rules, self.lang)

    @cached_property
    def duty(self) -> duties.Duty:
        """What the law asks: level, document, notify, communicate, why, flips, unknown."""
        return duties.recorded(self.record, self.rules, self.lang)

    def sent_notices(self, kind: str | None = None) -> list[BreachNotice]:
        """What was sent in this case, oldest first."""
        return [one for one in self.all.notices.get(self.id, []) if kind in (None, one.breach_draft)]

    def told_people(self) -> list[BreachNotice]:
        """What was told to the people, each or publicly."""
        return self.sent_notices("people") + self.sent_notices("press")

    def in_force(self) -> list[BreachNotice]:
        """The notifications to the authority that were not withdrawn since."""
        found = self.sent_notices("authority")
        last = max((place for place, one in enumerate(found) if one.breach_phase == "withdrawal"), default=-1)
        return found[last + 1 :]

    @property
    def title(self) -> str:
        """Number and title."""
        return f"{self.id} · {self.record.title}"

    @property
    def rows(self) -> list[tuple[str, str]]:
        """The case in short: label and text of each line."""
        words, lang, decided = _words.read("breach"), self.lang, self.record.breach_decision
        left, unknown = words["clock"]["left"][lang], _words.values("state")["unknown"]
        rows = [
            (left, dict(self.clock.rows).get(left, "–")),
            (_words.column_name("level", lang), self.duty._title()),
            (words["authority"]["score"][lang], self.severity._title()),
            (_words.field_label("breach_decision", lang), (_words.values("breach_decision")[decided] if decided else unknown)[lang]),
        ]
        asked = "; ".join(_words.field_label(name, lang) for name in self.duty.unknown[:6])
        return rows + ([(_words.say("ui.needs", lang), asked)] if asked else [])
