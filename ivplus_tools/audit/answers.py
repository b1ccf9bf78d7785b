"""Findings and what was answered to them: an answer holds for one finding, its facts and a time, and never hides it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from ivplus_tools._room import Finding
from ivplus_tools.audit.records import FindingResponse

COUNTED_OUT = "accepted"
"""The one state in which a finding does not count at `ivplus check`."""


@dataclass(frozen=True)
class Answered:
    """A finding of a room with the answer that holds for it, if any, and the state that follows on a day."""

    room: str
    finding: Finding
    response: FindingResponse | None
    state: str
    by: str | None = None


@dataclass(frozen=True)
class Promise:
    """An answer and what became of it."""

    response: FindingResponse
    state: str
    by: str
    since: date


def id_of(finding: Finding) -> str:
    """The identifier of the answer to a finding: readable, and another one for other facts."""
    mark = hashlib.sha256(finding.facts.encode()).hexdigest()[:8] if finding.about else ""
    return "/".join(filter(None, (finding.code, finding.subject, mark)))


def answered(found: Iterable[tuple[str, Finding]], told: Sequence[tuple[FindingResponse, str]], on: date) -> list[Answered]:
    """Every finding with its answer. `told`: answers that stand, with who gave them."""
    by_id = {response.id: (response, by) for response, by in told}
    rows = []
    for room, finding in found:
        response, by = by_id.get(id_of(finding), (None, None))
        rows.append(Answered(room, finding, response, _state(response, on), by))
    return rows


def promised(found: Iterable[tuple[str, Finding]], told: Sequence[tuple[FindingResponse, str, date]], on: date) -> list[Promise]:
    """Every answer that stands with what became of it: done when its finding is gone, changed when another one stands in its place."""
    findings = [finding for _, finding in found]
    here = {id_of(one) for one in findings}
    unanswered = Counter((one.code, one.subject) for one in findings if id_of(one) not in {response.id for response, _, _ in told})
    rows = []
    for response, by, since in told:
        state = _state(response, on)
        if response.id not in here:
            state = "changed" if unanswered[response.finding_code or "", response.finding_subject or ""] else "done"
        rows.append(Promise(response, state, by, since))
    return rows


def _state(response: FindingResponse | None, on: date) -> str:
    """What an answer is worth on a day; its last day belongs to it."""
    if response is None:
        return "open"
    if response.response == "accepted":
        return "accepted" if response.accepted_until and on <= response.accepted_until else "expired"
    if response.response == "assigned":
        return "assigned" if response.due and on <= response.due else "overdue"
    return str(response.response)
