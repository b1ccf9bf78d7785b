"""What stands of assessments on a day, the activities that they are about, and what has changed in those since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ivplus_tools import _law, _store, _words
from ivplus_tools._state import Stands, State
from ivplus_tools._store import Entry
from ivplus_tools.assessments.records import BalancingTest, ImpactAssessment, Screening

LOOKED_AT = (
    "purposes", "data_subjects", "people_count", "data_categories", "special_categories", "criminal_data", "national_id", "sources",
    "recipients", "processors", "transfers", "systems", "retention", "security_measures", "automated_decisions",
)  # fmt: skip
"""What an assessment rests on: where one of these has changed since, it is to be read again."""
REFERENCES = ("balancing_test", "consent_record")
"""Of a purpose: where something is kept, which changes nothing of the processing."""
Body = Mapping[str, Any]


def told(body: Body, name: str) -> bool:
    """Whether the register gives an answer, be it that there is none."""
    return body.get(name) is not None


def many(body: Body, name: str) -> list[Any]:
    """The items of a list answer; nothing for the other answers."""
    answer = body.get(name)
    return answer if isinstance(answer, list) else []


@dataclass(frozen=True)
class Assessments(State):
    """Balancing tests, screenings and impact assessments, and the activities of the register that we are the controller of."""

    @cached_property
    def activities(self) -> dict[str, Body]:
        """Activities as controller, by identifier."""
        return {name: body for name, body in self.bodies("activity").items() if body.get("role") != "processor"}

    def activity(self, name: str) -> Body:
        """One of them; an unknown one is refused with the nearest, and so is one of which we are the processor."""
        if name not in self.activities:
            if name in self.bodies("activity"):
                raise _words.refusal("assessed_as_processor", got=name)
            near = _words.nearest(str(name), self.activities, 3)
            raise _words.refusal("not_found", got=name, near=near or "–", on=self.on)
        return self.activities[name]

    def interests(self, name: str) -> list[Mapping[str, Any]]:
        """The purposes of an activity that rest on a legitimate interest."""
        bases = _law.value("gdpr:13(1)(d)", self.on).get("bases", [])
        return [one for one in many(self.activities.get(name, {}), "purposes") if one.get("legal_basis") in bases]

    # --- what is recorded of an activity

    def tests_of(self, name: str) -> list[Stands]:
        """The balancing tests of an activity, the latest first."""
        return self._latest(BalancingTest.kind, name)

    def test_of(self, name: str, purpose: str | None) -> Stands | None:
        """The latest test of a purpose: one that names it, else one that names none."""
        found = self.tests_of(name)
        named = [one for one in found if one.record.purpose == purpose]
        return next(iter(named), None) or next((one for one in found if one.record.purpose is None), None)

    def assessment_of(self, name: str) -> Stands | None:
        """The latest impact assessment of an activity."""
        return next(iter(self._latest(ImpactAssessment.kind, name)), None)

    def screening_of(self, name: str) -> Stands | None:
        """The latest answers to the criteria."""
        return next(iter(self._latest(Screening.kind, name)), None)

    def _latest(self, kind: str, name: str) -> list[Stands]:
        found = [one for one in self.of(kind) if one.record.activity == name]
        return sorted(found, key=lambda one: (one.record.reviewed or one.entry.valid_from, one.entry.entry), reverse=True)

    def stands_for(self, made: Stands) -> bool:
        """Whether an assessment is the latest of its activity and purpose: one that another has replaced is history."""
        one = made.record
        if isinstance(one, BalancingTest):
            return self.test_of(one.activity or "", one.purpose) is made
        return next(iter(self._latest(one.kind, one.activity or "")), made) is made

    def columns_of(self, name: str) -> list[tuple[str, str]]:
        """What scans have found for certain in the tables of an activity: the kind of data and where it stands; no value."""
        tables = {
            (body.get("source"), body.get("table")) for body in self.bodies("data_table").values() if name in many(body, "activities")
        }
        return [
            (str(one["data_kind"]), f"{source}/{one['table']}.{one['column']}")
            for source, scan in self.bodies("data_scan").items()
            for one in many(scan, "found_columns")
            if (source, one.get("table")) in tables and one.get("data_kind") and one.get("confidence") != "doubtful"
        ]

    # --- what has changed since

    def changed_since(self, made: Stands) -> tuple[str, ...]:
        """The fields of the activity that differ from what the register said when an assessment of it was made; sorted."""
        name, day = made.record.activity, made.record.reviewed or made.entry.valid_from
        known = [one for one in self._said.get(name, ()) if one.entry < made.entry.entry]
        then = _store.standing_of(known, day) or _store.standing_of(known, made.entry.recorded_at.date())
        now = self.bodies("activity").get(name)
        if now is None:
            return ()
        before = (then.body if then else None) or {}
        return tuple(sorted(one for one in LOOKED_AT if _plain(before, one) != _plain(now, one)))

    def has_stood(self, name: str) -> bool:
        """Whether an activity of that name was ever recorded."""
        return name in self._said

    @cached_property
    def _said(self) -> dict[str, list[Entry]]:
        """Every entry about activities, oldest first."""
        found: dict[str, list[Entry]] = {}
        for entry in _store.entries(self.at, ("activity",)):
            found.setdefault(entry.subject, []).append(entry)
        return found


def _plain(body: Body, name: str) -> object:
    """An answer as an assessment looks at it: without where something is kept."""
    if name == "purposes":
        return sorted(str({key: one[key] for key in sorted(one) if key not in REFERENCES}) for one in many(body, name))
    answer = body.get(name)
    return sorted(map(str, answer)) if isinstance(answer, list) else answer
