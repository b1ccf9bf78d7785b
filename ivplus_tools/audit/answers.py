"""Findings and what was answered to them: an answer holds for one finding, its facts and a time, and never hides it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from ivplus_tools import _words
from ivplus_tools._findings import Finding
from ivplus_tools._store import Entry, canonical
from ivplus_tools.audit.records import FindingResponse, response_id

COUNTED_OUT = "accepted"
"""The one state in which a finding does not count at `ivplus check`."""
COUNTED = {"scan"}
"""Kinds of records that are made anew at every counting."""
ADMINISTRATIVE = {"remarks", "owner", "reviewed", "review_by", "imported", "notes"}
"""Fields that no answer to a finding rests on."""


@dataclass(frozen=True)
class Answered:
    """A finding of a room, what stands of its subject there, the answer that holds for it, if any, and the state that follows."""

    room: str
    finding: Finding
    records: Sequence[Entry] = ()
    response: FindingResponse | None = None
    state: str = "open"
    by: str | None = None

    @cached_property
    def facts(self) -> str:
        """What an answer to it holds for."""
        return "; ".join(filter(None, (self.finding.facts, _mark(self.finding, self.records))))

    @property
    def worded(self) -> str:
        """The same facts as answers of before named them."""
        return "; ".join(filter(None, (self.finding.worded_facts, _mark(self.finding, self.records))))

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
    about = {(response.finding_code, response.finding_subject or "") for response, _, _ in told}
    records: dict[tuple[str, str], list[Entry]] = {}
    for entry in sealed:
        records.setdefault((entry.room, entry.subject), []).append(entry)
    rows = []
    for room, finding in found:
        one = Answered(room, finding, records.get((room, finding.subject), ()))
        if (finding.code, finding.subject) in about:  # the facts of the others are named to nobody
            ids = [response_id(finding.code, finding.subject, facts) for facts in (one.facts, one.worded)]
            response, by = next((by_id[ident] for ident in ids if ident in by_id), (None, None))
            one = replace(one, response=response, state=state_of(response, on), by=by)
        rows.append(one)
    return rows


def _mark(finding: Finding, records: Iterable[Entry]) -> str:
    """The content of a finding's record, where its sentence tells no fact that sets it apart; what was only counted is no content."""
    if finding.has_facts and not _words.read("findings")[finding.code].get("whole"):
        return ""
    kept = [one for one in records if one.kind not in COUNTED]
    content = {one.kind: {name: value for name, value in (one.body or {}).items() if name not in ADMINISTRATIVE} for one in kept}
    return f"record: {hashlib.sha256(canonical(content).encode()).hexdigest()[:12]}" if content else ""


def promised(found: Sequence[Answered], told: Sequence[tuple[FindingResponse, str, date]], on: date) -> list[Promise]:
    """Every answer that stands with what became of it: done when its finding is gone, changed when another one stands in its place."""
    here = {one.response.id for one in found if one.response}
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
