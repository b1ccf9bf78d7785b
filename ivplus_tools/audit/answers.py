"""Findings and what was answered to them: an answer holds for one finding, its facts and a time, and never hides it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from ivplus_tools import _words
from ivplus_tools._room import Finding
from ivplus_tools._store import Entry, canonical
from ivplus_tools.audit.records import FindingResponse, response_id

COUNTED_OUT = "accepted"
"""The one state in which a finding does not count at `ivplus check`."""
ADMINISTRATIVE = {"remarks", "owner", "reviewed", "review_by", "imported", "notes"}
"""Fields that no answer to a finding rests on."""


@dataclass(frozen=True)
class Answered:
    """A finding of a room with its facts and the answer that holds for it, if any, and the state that follows on a day."""

    room: str
    finding: Finding
    facts: str
    response: FindingResponse | None
    state: str
    by: str | None = None

    @property
    def id(self) -> str:
        """The identifier of an answer to it."""
        return response_id(self.finding.code, self.finding.subject, self.facts)


@dataclass(frozen=True)
class Promise:
    """An answer and what became of it."""

    response: FindingResponse
    state: str
    by: str
    since: date


def answered(
    found: Iterable[tuple[str, Finding]], told: Sequence[tuple[FindingResponse, str, date]], sealed: Sequence[Entry], on: date
) -> list[Answered]:
    """Every finding with its answer. `told`: answers that stand, with who gave them and since when; `sealed`: what stands."""
    by_id = {response.id: (response, by) for response, by, _ in told}
    records: dict[tuple[str, str], list[Entry]] = {}
    for one in sealed:
        records.setdefault((one.room, one.subject), []).append(one)
    rows = []
    for room, finding in found:
        facts = facts_of(finding, records.get((room, finding.subject), ()))
        response, by = by_id.get(response_id(finding.code, finding.subject, facts), (None, None))
        rows.append(Answered(room, finding, facts, response, state_of(response, on), by))
    return rows


def facts_of(finding: Finding, records: Iterable[Entry]) -> str:
    """The facts of a finding; where its sentence tells none that set it apart, the content of its record stands for them."""
    if finding.facts and not _words.read("findings")[finding.code].get("whole"):
        return finding.facts
    content = {one.kind: {name: value for name, value in (one.body or {}).items() if name not in ADMINISTRATIVE} for one in records}
    mark = hashlib.sha256(canonical(content).encode()).hexdigest()[:12] if content else ""
    return "; ".join(filter(None, (finding.facts, f"record: {mark}" if mark else "")))


def promised(found: Sequence[Answered], told: Sequence[tuple[FindingResponse, str, date]], on: date) -> list[Promise]:
    """Every answer that stands with what became of it: done when its finding is gone, changed when another one stands in its place."""
    here = {one.id for one in found}
    unanswered = {(one.finding.code, one.finding.subject) for one in found if one.response is None}
    rows = []
    for response, by, since in told:
        state = state_of(response, on)
        if response.id not in here:
            state = "changed" if (response.finding_code, response.finding_subject) in unanswered else "done"
        rows.append(Promise(response, state, by, since))
    return rows


def state_of(response: FindingResponse | None, on: date) -> str:
    """What an answer is worth on a day; its last day belongs to it."""
    if response is None:
        return "open"
    if response.response == "accepted":
        return "accepted" if response.accepted_until and on <= response.accepted_until else "expired"
    if response.response == "assigned":
        return "assigned" if response.due and on <= response.due else "overdue"
    return str(response.response)
