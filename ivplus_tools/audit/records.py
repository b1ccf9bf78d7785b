"""What is kept of audits: the answers to findings, and the sign-offs of evidence packs."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, ClassVar, Self, TypeAlias

from pydantic import model_validator

from ivplus_tools import _words
from ivplus_tools._records import NAMELESS, Count, Day, Moment, Record, Text, item, one_of

if TYPE_CHECKING:  # what the values are, once validated
    Answer: TypeAlias = str | None
else:
    Answer = one_of("response")


def response_id(code: str, subject: str, facts: str | None) -> str:
    """The identifier of the answer to a finding: readable, and another one for other facts."""
    mark = hashlib.sha256(facts.encode()).hexdigest()[:8] if facts else ""
    return "/".join(filter(None, (code, subject, mark)))


NEEDS = {"accepted": ("response_reason", "accepted_until"), "assigned": ("owner", "due"), "disputed": ("response_reason",)}
"""What an answer to a finding cannot be without."""


class FindingResponse(Record):
    """The answer to one finding: accepted until a day, assigned to somebody by a day, or disputed. It holds for the facts that it names."""

    room: ClassVar[str] = "audit"
    kind: ClassVar[str] = "response"
    noun: ClassVar[str] = "responses"
    noun_columns: ClassVar[dict[str, str]] = {"recorded_by": "recorded_by"}

    finding_code: Text = item("gdpr:5(2)")
    finding_subject: Text = item("gdpr:5(2)")
    finding_facts: Text = item("gdpr:5(2)")
    response: Answer = item("gdpr:5(2)")
    response_reason: Text = item("gdpr:5(2)")
    accepted_until: Day = item("gdpr:24(1)")
    owner: Text = item("gdpr:24(1)")
    due: Day = item("gdpr:24(1)")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """The identifier is that of the finding; an acceptance has a reason and an end, an assignment an owner and a day."""
        if self.id not in (NAMELESS, response_id(self.finding_code or "", self.finding_subject or "", self.finding_facts)):
            raise _words.refusal("response_id", got=self.id)
        for name in NEEDS.get(self.response or "", ()):
            if getattr(self, name) is None:
                raise _words.refusal("response_needs", field=_words.label_of(name), response=_words.values("response")[self.response or ""])
        return self


class SignOff(Record):
    """That somebody has read an evidence pack: its day, the hash of its manifest, the head seal that it rests on, what it counted."""

    room: ClassVar[str] = "audit"
    kind: ClassVar[str] = "signoff"
    noun: ClassVar[str] = "signoffs"
    own_act: ClassVar[bool] = True

    audit_day: Day = item("gdpr:24(1)")
    audit_since: Day = item("gdpr:24(1)")
    pack: Text = item("gdpr:5(2)")
    pack_hash: Text = item("gdpr:5(2)")
    journal_entries: Count = item("gdpr:5(2)")
    journal_head: Text = item("gdpr:5(2)")
    error_count: Count = item("gdpr:5(2)")
    warning_count: Count = item("gdpr:5(2)")
    info_count: Count = item("gdpr:5(2)")
    signed_by: Text = item("gdpr:24(1)")
    remarks: Text = item("gdpr:5(2)")


class Anchor(Record):
    """That an authority outside has put a time on a seal of the journal (RFC 3161): its answer, and what it was checked by."""

    room: ClassVar[str] = "audit"
    kind: ClassVar[str] = "anchor"
    noun: ClassVar[str] = "anchors"
    own_act: ClassVar[bool] = True

    journal_entries: Count = item("gdpr:5(2)")
    journal_head: Text = item("gdpr:5(2)")
    stamped: Moment = item("gdpr:5(2)")
    stamped_by: Text = item("gdpr:5(2)")
    stamp_root: Text = item("gdpr:5(2)")
    stamp: Text = item("gdpr:5(2)")
    certificates: Text = item("gdpr:5(2)")
