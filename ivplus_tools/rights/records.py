"""What is kept of a request: rights, times, identity, answers; searches and plans as counts. A person is a reference, never a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Self, TypeAlias

from pydantic import BeforeValidator, model_validator

from ivplus_tools import _persons, _words
from ivplus_tools._records import Count, Day, Moment, Part, Record, Text, Texts, in_order, item, one_of, some, some_of

if TYPE_CHECKING:  # what the values are, once validated
    Code: TypeAlias = str | None
    Codes: TypeAlias = tuple[str, ...] | None
    Rights: TypeAlias = Codes
    Right: TypeAlias = Code
    Channel: TypeAlias = Code
    Behalf: TypeAlias = Code
    Identified: TypeAlias = Code
    PauseFor: TypeAlias = Code
    Outcome: TypeAlias = Code
    Grounds: TypeAlias = Codes
    DataKinds: TypeAlias = Codes
    SearchState: TypeAlias = Code
    Act: TypeAlias = Code
    PlanState: TypeAlias = Code
    Letter: TypeAlias = Code
    Language: TypeAlias = Code
    YesNo: TypeAlias = Code
    Nameless: TypeAlias = str | None
else:
    Rights, Right, Channel, Behalf = some_of("right"), one_of("right"), one_of("request_channel"), one_of("request_behalf")
    Identified, PauseFor, Outcome, Grounds = (
        one_of("identified_how"), one_of("pause_for"), one_of("right_outcome"), some_of("refusal_ground"),
    )  # fmt: skip
    DataKinds, SearchState, Act = some_of("personal_data_kind"), one_of("search_state"), one_of("subject_act")
    PlanState, Letter, Language, YesNo = one_of("plan_state"), one_of("rights_letter"), one_of("language"), one_of("yes_no")


def _nameless(got: object) -> object:
    """A text that tells no identity code, mail address or telephone number: the journal cannot forget."""
    if isinstance(got, str) and _persons.tells(got):
        raise _words.refusal("identifier_told")
    return got


if not TYPE_CHECKING:
    Nameless = Annotated[Text, BeforeValidator(_nameless)]


class RequestPause(Part):
    """A time in which the clock stands: what was asked, when, and when it was answered; without an answer it still stands."""

    asked: Day = item("gdpr:12(6)")
    answered: Day = item("gdpr:12(6)")
    pause_for: PauseFor = item("gdpr:12(6)")
    reason: Nameless = item("gdpr:12(6)")


class RightAnswer(Part):
    """What was answered to one right: granted, partly or refused, on which grounds and why."""

    right: Right = item("gdpr:12(3)")
    right_outcome: Outcome = item("gdpr:12(3)")
    grounds: Grounds = item("gdpr:12(4)")
    reason: Nameless = item("gdpr:12(4)")
    evidence: Nameless = item("gdpr:12(5)")


class DataSubjectRequest(Record):
    """A request of a data subject (Art. 12-22): what is asked, received when and how, for whom, and what became of it."""

    room: ClassVar[str] = "rights"
    kind: ClassVar[str] = "data_subject_request"
    noun: ClassVar[str] = "data_subject_requests"

    rights: Rights = item("gdpr:12(3)")
    received: Day = item("gdpr:12(3)")
    channel: Channel = item("gdpr:15(3)")
    person: Nameless = item("gdpr:5(2)", refers="person")
    on_behalf: Behalf = item("gdpr:12(6)")
    authority_shown: Nameless = item("gdpr:12(6)")
    activities: Texts = item("gdpr:15(1)", refers="activity")
    claim: Nameless = item("gdpr:5(2)")
    against_marketing: YesNo = item("gdpr:21(3)")
    identified_how: Identified = item("gdpr:12(6)")
    identified_reason: Nameless = item("gdpr:12(6)")
    identified_on: Day = item("gdpr:12(6)")
    extension_told: Day = item("gdpr:12(3)")
    extension_reason: Nameless = item("gdpr:12(3)")
    pauses: some(RequestPause) = item("gdpr:12(6)")  # type: ignore[valid-type]
    right_answers: some(RightAnswer) = item("gdpr:12(3)")  # type: ignore[valid-type]
    answered: Day = item("gdpr:12(3)")
    recipients_told: Texts = item("gdpr:19")
    copy_made: Day = item("gdpr:15(3)")
    copy_removed: Day = item("gdpr:32(1)")
    remarks: Nameless = item("gdpr:5(2)")

    @model_validator(mode="after")
    def _in_time(self) -> Self:
        """Nothing happens before the request has come; a pause ends after it began."""
        for name in ("extension_told", "answered", "identified_on", "copy_made"):
            in_order(self, ("received", name))
        for one in self.pauses if isinstance(self.pauses, tuple) else ():
            if one.asked is None or (self.received and one.asked < self.received) or (one.answered and one.answered < one.asked):
                raise _words.refusal("pause_order", asked=str(one.asked or "–"), answered=str(one.answered or "–"))
        return self


class SearchedTable(Part):
    """A table that a person was looked for in: rows found surely and nearly, by what kinds, or why it was not searched."""

    table: Text = item("gdpr:15(1)")
    source: Text = item("gdpr:15(1)", refers="source")
    search_state: SearchState = item("gdpr:15(1)")
    rows_count: Count = item("gdpr:15(1)")
    near_count: Count = item("gdpr:15(1)")
    searched_kinds: DataKinds = item("gdpr:15(1)")
    detail: Text = item("gdpr:5(2)")


class PersonSearch(Record):
    """That a person was looked for: by which kinds of value, in which tables, how many rows. No value is kept."""

    room: ClassVar[str] = "rights"
    kind: ClassVar[str] = "person_search"
    noun: ClassVar[str] = "person_searches"
    own_act: ClassVar[bool] = True

    request: Text = item("gdpr:15(1)", refers="data_subject_request")
    searched: Moment = item("gdpr:15(1)")
    searched_kinds: DataKinds = item("gdpr:15(1)")
    searched_tables: some(SearchedTable) = item("gdpr:15(1)")  # type: ignore[valid-type]


class SubjectPlan(Record):
    """Erasing, rectifying or restricting one person's rows of one table: how many, who planned, approved and did it. No key, no value."""

    room: ClassVar[str] = "rights"
    kind: ClassVar[str] = "subject_plan"
    noun: ClassVar[str] = "subject_plans"
    own_act: ClassVar[bool] = True

    request: Text = item("gdpr:5(2)", refers="data_subject_request")
    source: Text = item("gdpr:5(2)", refers="source")
    table: Text = item("gdpr:5(2)")
    subject_act: Act = item("gdpr:5(2)")
    changed_columns: Texts = item("gdpr:16")
    rows_count: Count = item("gdpr:5(2)")
    keys_hash: Text = item("gdpr:5(2)")
    plan_state: PlanState = item("gdpr:5(2)")
    planned_by: Text = item("gdpr:5(2)")
    approved_by: Text = item("gdpr:5(2)")
    single_officer: YesNo = item("gdpr:5(2)")
    total_before: Count = item("gdpr:5(2)")
    total_after: Count = item("gdpr:5(2)")
    executed_by: Text = item("gdpr:5(2)")
    executed: Moment = item("gdpr:5(2)")
    swaps: Texts = item("gdpr:5(2)")
    kept_copy: Text = item("gdpr:5(1)(e)")
    ledger: Text = item("gdpr:5(1)(e)")
    ledger_until: Day = item("gdpr:5(1)(e)")


class RightsLetter(Record):
    """A letter that was sent in a request: what, when, to which reference, in which language, and the hash of its text."""

    room: ClassVar[str] = "rights"
    kind: ClassVar[str] = "rights_letter"
    noun: ClassVar[str] = "rights_letters"
    own_act: ClassVar[bool] = True

    request: Text = item("gdpr:12(3)", refers="data_subject_request")
    rights_letter: Letter = item("gdpr:12(3)")
    sent: Moment = item("gdpr:12(3)")
    sent_by: Text = item("gdpr:15(3)")
    language: Language = item("gdpr:12(1)")
    hash: Text = item("gdpr:5(2)")
    blanks: Texts = item("gdpr:5(2)")
