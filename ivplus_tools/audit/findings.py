"""What is missing or wrong with audits: assignments that are late, sealed heads that are gone; when acceptances end."""

from __future__ import annotations

from collections.abc import Iterator

from ivplus_tools import _store
from ivplus_tools._findings import Due, Finding
from ivplus_tools.audit import answers
from ivplus_tools.audit.records import SignOff
from ivplus_tools.audit.state import Audit

RULE = "gdpr:24(1)"


def findings(audit: Audit) -> Iterator[Finding]:
    """Assignments that are late, and signed head seals that the journal no longer has."""
    if any(answers.state_of(one, audit.on) == "overdue" for one, _, _ in audit.told):
        for one in audit.answered():
            if one.response and one.state == "overdue":
                about: dict[str, object] = {"code": one.finding.code, "owner": one.response.owner, "due": one.response.due}
                yield Finding(one.finding.subject, "AUD-001", one.response.due or audit.on, about)
    signed_off = audit.of(SignOff.kind)
    numbers = [int(one.record.journal_entries or 0) for one in signed_off]
    seals = _store.seals(audit.at, numbers) if signed_off else {}
    for signed in signed_off:
        record: SignOff = signed.record
        if record.journal_head and seals.get(int(record.journal_entries or 0)) != record.journal_head:
            yield Finding(record.id, "AUD-002", signed.entry.valid_from, {"pack": record.pack, "entry": record.journal_entries})


def due(audit: Audit) -> Iterator[Due]:
    """When acceptances end and what was assigned is to be done, where the finding is still there."""
    found = audit.answered() if audit.told else []
    for one in answers.promised(found, audit.told, audit.on):
        subject = one.response.finding_subject or ""
        if one.state in ("done", "changed"):
            continue
        if one.response.response == "accepted" and one.response.accepted_until:
            yield Due(subject, one.response.accepted_until, "due.accepted_until", RULE)
        if one.response.response == "assigned" and one.response.due:
            yield Due(subject, one.response.due, "due.assigned", RULE)
