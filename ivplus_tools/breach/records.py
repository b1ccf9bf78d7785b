"""What is kept of a personal data breach: times, nature, data, people, protection, recipients, measures, decision; and what was sent."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, ClassVar, Self, TypeAlias

from pydantic import BeforeValidator, WrapValidator, model_validator

from ivplus_tools import _law, _words
from ivplus_tools._records import (
    AnswerTexts,
    Count,
    Day,
    Map,
    Moment,
    Part,
    Period,
    Places,
    Record,
    Text,
    Texts,
    in_order,
    item,
    one_of,
    some,
    some_of,
)  # fmt: skip

if TYPE_CHECKING:  # what the values are, once validated
    Code: TypeAlias = str | None
    Codes: TypeAlias = tuple[str, ...] | None
    Role: TypeAlias = str
    Nature: TypeAlias = Codes
    Cause: TypeAlias = Code
    YesNo: TypeAlias = Code
    DataKinds: TypeAlias = Codes
    Special: TypeAlias = Codes
    Protection: TypeAlias = Code
    Hashing: TypeAlias = Code
    Backup: TypeAlias = Code
    Recipients: TypeAlias = Code
    Confirmed: TypeAlias = Code
    Harm: TypeAlias = Code
    Languages: TypeAlias = Codes
    Consequences: TypeAlias = Codes
    Decision: TypeAlias = Code
    Draft: TypeAlias = Code
    Phase: TypeAlias = Code
    ScorePart: TypeAlias = Code
    Context: TypeAlias = Code
    Adjustment: TypeAlias = Code
else:
    Role, Nature, Cause = one_of("breach_role", required=True), some_of("breach_nature"), one_of("breach_cause")
    YesNo, DataKinds, Special = one_of("yes_no"), some_of("data_kind"), some_of("special_category")
    Protection, Hashing, Backup = one_of("protection"), one_of("hashing"), one_of("backup")
    Recipients, Harm, Consequences = one_of("breach_recipient"), one_of("harm"), some_of("consequence")
    Confirmed, Languages = one_of("confirmation"), some_of("language")
    Decision, Draft, Phase = one_of("breach_decision"), one_of("breach_draft"), one_of("breach_phase")
    ScorePart, Context, Adjustment = one_of("score_part"), one_of("data_context"), one_of("context_adjustment")


LANGUAGE = _words.SPOKEN
"""What a language of the toolkit is called in the list of languages."""


FREE = (  # what the officer writes in words, and which a reader of another language cannot read
    "title", "description", "no_breach_reason", "discovered_how", "aware_reason", "delay_reason", "decision_reason", "harm_reason",
    "data_subjects", "effects", "measures_before", "measures_taken", "measures_proposed", "other_authorities",
)  # fmt: skip


def _score(got: object) -> object:
    """A number that a part of the score can have; anything else is refused."""
    if got is None or got == "":
        return None
    text = str(got).strip().replace(",", ".")
    tables = [one for one in _law.newest("enisa:dpc").values() if isinstance(one, dict)]
    highest = max(score for table in tables for score in table.values())
    if not re.fullmatch(r"\d(\.\d{1,2})?", text) or float(text) > highest:
        raise _words.refusal("bad_score", got=str(got)[:40], highest=highest)
    return text


def _outage(got: object, read: Callable[[object], object]) -> object:
    """A period, of which none at all is one too (`PT0H`, `0 h`)."""
    text = got.strip() if isinstance(got, str) else ""
    if re.fullmatch(r"(P0D|PT0[HMS]|0+\s*[^\W\d_]*\.?)", text):
        return "PT0H"
    return read(got)


if TYPE_CHECKING:
    Score: TypeAlias = str | None
    Outage: TypeAlias = str | None
else:
    Score = Annotated[str | None, BeforeValidator(_score)]
    Outage = Annotated[Period, WrapValidator(_outage)]


class Measure(Part):
    """A measure taken or proposed (Art. 33(3)(d)): what, who sees to it, by when, and the day it was done."""

    measure: Text = item("gdpr:33(3)(d)")
    measure_owner: Text = item("gdpr:5(2)")
    due: Day = item("gdpr:5(2)")
    done: Day = item("gdpr:33(3)(d)")


class DataContext(Part):
    """What a kind of data tells in this breach (ENISA 2013, data processing context): the category, and what raises or lowers its score."""

    data_context: Context = item("enisa:dpc")
    context_adjustment: Adjustment = item("enisa:dpc")


class ScoreChange(Part):
    """A part of the severity score that the officer sets otherwise than computed, with the reason."""

    score_part: ScorePart = item("enisa:se")
    score: Score = item("enisa:se")
    score_reason: Text = item("gdpr:5(2)")

    @model_validator(mode="after")
    def _reasoned(self) -> Self:
        """Another score than the computed one has its reason."""
        if self.score_part and not self.score_reason:
            raise _words.refusal("score_reason", part=_words.values("score_part")[self.score_part])
        return self


class Breach(Record):
    """A personal data breach (Art. 33(5)): facts, effects and remedial action, as known; what is not known stays unknown."""

    room: ClassVar[str] = "breach"
    kind: ClassVar[str] = "breach"
    noun: ClassVar[str] = "breaches"
    noun_columns: ClassVar[dict[str, str]] = {
        "people_min": "at_least(people_count)", "people_max": "at_most(people_count)",
    }  # fmt: skip

    title: Text = item("gdpr:33(5)")
    breach_role: Role = item("gdpr:33(2)", default="controller")
    personal_data: YesNo = item("gdpr:4(12)")
    is_breach: YesNo = item("gdpr:4(12)")
    no_breach_reason: Text = item("gdpr:33(5)")
    # when
    occurred_from: Moment = item("gdpr:33(5)")
    occurred_until: Moment = item("gdpr:33(5)")
    detected: Moment = item("gdpr:33(5)")
    discovered_how: Text = item("gdpr:33(5)")
    processor_notice: Moment = item("gdpr:33(2)")
    aware: Moment = item("gdpr:33(1)")
    aware_reason: Text = item("edpb:9/2022:aware")
    # what happened
    description: Text = item("gdpr:33(3)(a)")
    nature: Nature = item("gdpr:33(3)(a)")
    cause: Cause = item("gdpr:33(5)")
    malicious: YesNo = item("enisa:cb")
    # whose and which data
    data_kinds: DataKinds = item("gdpr:33(3)(a)")
    special_categories: Special = item("gdpr:9(1)")
    data_subjects: AnswerTexts = item("gdpr:33(3)(a)")
    people_count: Count = item("gdpr:33(3)(a)")
    records_count: Count = item("gdpr:33(3)(a)")
    already_public: YesNo = item("gdpr:33(1)")
    children: YesNo = item("edpb:9/2022:risk")
    vulnerable: YesNo = item("edpb:9/2022:risk")
    people_countries: Places = item("gdpr:33(1)")
    activities: AnswerTexts = item("gdpr:30(1)", refers="activity")
    systems: AnswerTexts = item("gdpr:33(5)", refers="system")
    processors: AnswerTexts = item("gdpr:33(2)", refers="processor")
    # protection
    encrypted: Protection = item("gdpr:34(3)(a)")
    key_safe: YesNo = item("gdpr:34(3)(a)")
    hashing: Hashing = item("gdpr:34(3)(a)")
    backup: Backup = item("gdpr:33(5)")
    restored: YesNo = item("gdpr:33(5)")
    unavailable_for: Outage = item("gdpr:33(5)")
    given_again: YesNo = item("enisa:cb")
    # who got at the data
    exfiltrated: YesNo = item("gdpr:33(5)")
    misuse_signs: YesNo = item("enisa:cb")
    breach_recipient: Recipients = item("edpb:9/2022:risk")
    recipients_count: Count = item("edpb:9/2022:risk")
    recipient_confirmed: YesNo = item("edpb:9/2022:risk")
    confirmed_how: Confirmed = item("breach:confirmation")
    # effects
    consequences: Consequences = item("gdpr:33(3)(c)")
    effects: Text = item("gdpr:33(3)(c)")
    harm: Harm = item("gdpr:33(1)")
    harm_reason: Text = item("gdpr:33(5)")
    high_risk_removed: YesNo = item("gdpr:34(3)(b)")
    risk_materialised: YesNo = item("tsv:34")
    disproportionate_effort: YesNo = item("gdpr:34(3)(c)")
    # measures
    measures_before: AnswerTexts = item("gdpr:33(3)(d)")
    measures_taken: AnswerTexts = item("gdpr:33(3)(d)")
    measures_proposed: some(Measure) = item("gdpr:33(3)(d)")  # type: ignore[valid-type]
    # severity
    data_contexts: some(DataContext) = item("enisa:dpc")  # type: ignore[valid-type]
    score_changes: some(ScoreChange) = item("enisa:se")  # type: ignore[valid-type]
    # the officer's decision and what follows
    breach_decision: Decision = item("gdpr:33(1)")
    decision_reason: Text = item("gdpr:33(5)")
    decided: Moment = item("gdpr:33(5)")
    delay_reason: Text = item("gdpr:33(1)")
    cross_border: YesNo = item("gdpr:33(1)")
    other_authorities: AnswerTexts = item("gdpr:33(5)")
    reached: Count = item("gdpr:34(1)")
    not_reached: Count = item("gdpr:34(1)")
    contact_person: Text = item("gdpr:33(3)(b)", refers="person")
    notes: Texts = item("gdpr:33(5)")
    written_in: Languages = item("gdpr:34(2)")
    closed: Day = item("gdpr:33(5)")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        """What happened before it was noticed, and was noticed before we were aware of it."""
        in_order(
            self, ("occurred_from", "occurred_until"), ("occurred_from", "detected"), ("occurred_from", "aware"), ("detected", "aware"),
            ("occurred_from", "processor_notice"),
        )  # fmt: skip
        return self


class BreachNotice(Record):
    """What was told of a breach, to whom, when and how (Art. 33 and 34), with the hash of its text and the text by its headings."""

    room: ClassVar[str] = "breach"
    kind: ClassVar[str] = "breach_notice"
    noun: ClassVar[str] = "breach_notices"
    own_act: ClassVar[bool] = True

    case: Text = item("gdpr:33(5)", refers="breach")
    breach_draft: Draft = item("gdpr:33(1)")
    breach_phase: Phase = item("gdpr:33(4)")
    sent: Moment = item("gdpr:33(1)")
    sent_to: Text = item("gdpr:33(5)")
    sent_by: Text = item("gdpr:33(5)")
    case_number: Text = item("gdpr:33(5)")
    language: Text = item("gdpr:34(2)")
    hash: Text = item("gdpr:33(5)")
    blanks: Texts = item("gdpr:33(4)")
    content: Map = item("gdpr:33(5)")
    text: Text = item("gdpr:33(5)")
