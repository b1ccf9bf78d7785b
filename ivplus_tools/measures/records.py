"""What is kept of security (Art. 32): measures and their tests, trainings, reviews of access and logs, restores, undertakings."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self, TypeAlias

from pydantic import model_validator

from ivplus_tools import _records, _words
from ivplus_tools._records import Count, Day, Part, Period, Record, Text, Texts, in_order, item, one_of, some, some_of

if TYPE_CHECKING:  # what the values are, once validated
    Code: TypeAlias = str | None
    YesNo: TypeAlias = Code
    TestResult: TypeAlias = Code
    SecurityCheck: TypeAlias = Code
    Aims: TypeAlias = tuple[str, ...] | None
    Causes: TypeAlias = Aims
    NotEvaluable: TypeAlias = Aims
else:
    YesNo, TestResult, SecurityCheck = one_of("yes_no"), one_of("test_result"), one_of("security_check", required=True)
    Aims, Causes, NotEvaluable = some_of("security_aim"), some_of("breach_cause"), some_of("not_evaluable")

DAYS = ("tested", "held_on", "reviewed", "counted", "listed", "log_until")
"""Days of what has been done: none of them is still to come."""


def _no_more(made: Record, fewer: str, more: str) -> None:
    """Refuse a count that is certainly above the one that holds it."""
    part, whole = getattr(made, fewer), getattr(made, more)
    if part and whole and _records.bounds(part)[0] > _records.bounds(whole)[1]:
        raise _words.refusal("more_than_all", field=_words.label_of(fewer), got=part, other=_words.label_of(more), most=whole)


class SecurityMeasure(Record):
    """A technical or organisational measure: what it protects, which causes of breaches it is against, its last test and the next."""

    room: ClassVar[str] = "measures"
    kind: ClassVar[str] = "security_measure"
    noun: ClassVar[str] = "security_measures"

    name: Text = item("gdpr:32(1)")
    systems: Texts = item("gdpr:32(1)", refers="system")
    activities: Texts = item("gdpr:30(1)(g)", refers="activity")
    security_aims: Aims = item("gdpr:32(1)")
    prevents: Causes = item("gdpr:32(2)")
    handled_by: Texts = item("ttl:5")
    owner: Text = item("gdpr:5(2)")
    tested: Day = item("gdpr:32(1)(d)")
    test_result: TestResult = item("gdpr:32(1)(d)")
    test_document: Text = item("gdpr:5(2)")
    document_hash: Text = item("gdpr:5(2)")
    next_test: Day = item("gdpr:32(1)(d)")
    remarks: Text = item("gdpr:5(2)")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        """The next test comes after the last."""
        in_order(self, ("tested", "next_test"))
        return self


class Training(Record):
    """A training that was held: course, audience, version of its content, how many were invited, attended and passed. No names."""

    room: ClassVar[str] = "measures"
    kind: ClassVar[str] = "training"
    noun: ClassVar[str] = "trainings"

    course: Text = item("gdpr:39(1)(b)")
    audience: Text = item("gdpr:39(1)(b)")
    held_on: Day = item("gdpr:39(1)(b)")
    content_version: Text = item("gdpr:5(2)")
    invited: Count = item("gdpr:39(1)(b)")
    attended: Count = item("gdpr:39(1)(b)")
    passed: Count = item("gdpr:39(1)(b)")
    document_hash: Text = item("gdpr:5(2)")
    remarks: Text = item("gdpr:5(2)")

    @model_validator(mode="after")
    def _some_of_all(self) -> Self:
        """Nobody attended without being invited, or passed without having attended."""
        _no_more(self, "attended", "invited")
        _no_more(self, "passed", "attended")
        return self


class AccessReview(Record):
    """A review of who can use a system: day, reviewer, counts of accounts; made by `accounts` or by hand. No account is named."""

    room: ClassVar[str] = "measures"
    kind: ClassVar[str] = "access_review"
    noun: ClassVar[str] = "access_reviews"

    system: Text = item("gdpr:32(1)(b)", refers="system")
    reviewed: Day = item("gdpr:32(1)(d)")
    reviewer: Text = item("gdpr:5(2)")
    accounts_seen: Count = item("gdpr:32(1)(b)")
    leavers_open: Count = item("gdpr:32(4)")
    orphans: Count = item("gdpr:32(1)(b)")
    service_accounts: Count = item("gdpr:32(1)(b)")
    unreadable_accounts: Count = item("gdpr:5(2)")
    removed: Count = item("gdpr:32(1)(b)")
    accounts_list: Text = item("gdpr:5(2)")
    employees_list: Text = item("gdpr:5(2)")
    listed: Day = item("gdpr:5(2)")
    not_evaluable: NotEvaluable = item("gdpr:5(2)")
    remarks: Text = item("gdpr:5(2)")

    @model_validator(mode="after")
    def _some_of_all(self) -> Self:
        """Each kind of account is among those seen."""
        for name in ("leavers_open", "orphans", "service_accounts", "unreadable_accounts"):
            _no_more(self, name, "accounts_seen")
        return self


class LogReview(Record):
    """A review of a system's log: its period, how many events were looked at, deviations, and what was done about them."""

    room: ClassVar[str] = "measures"
    kind: ClassVar[str] = "log_review"
    noun: ClassVar[str] = "log_reviews"

    system: Text = item("gdpr:32(1)(d)", refers="system")
    reviewed: Day = item("gdpr:32(1)(d)")
    reviewer: Text = item("gdpr:5(2)")
    log_from: Day = item("gdpr:32(1)(d)")
    log_until: Day = item("gdpr:32(1)(d)")
    log_sampled: Count = item("gdpr:32(1)(d)")
    deviations: Count = item("gdpr:32(1)(d)")
    follow_up: Text = item("gdpr:33(5)")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        """A period begins before it ends, and ends before its review."""
        in_order(self, ("log_from", "log_until"), ("log_until", "reviewed"))
        _no_more(self, "deviations", "log_sampled")
        return self


class RestoreTest(Record):
    """A backup that was restored for practice: how long it took, and whether the data were complete (Art. 32(1)(c))."""

    room: ClassVar[str] = "measures"
    kind: ClassVar[str] = "restore_test"
    noun: ClassVar[str] = "restore_tests"

    system: Text = item("gdpr:32(1)(c)", refers="system")
    restored_backup: Text = item("gdpr:32(1)(c)")
    tested: Day = item("gdpr:32(1)(c)")
    restore_time: Period = item("gdpr:32(1)(c)")
    data_complete: YesNo = item("gdpr:32(1)(c)")
    test_document: Text = item("gdpr:5(2)")
    document_hash: Text = item("gdpr:5(2)")


class Undertaking(Record):
    """Undertakings of confidentiality of those in a task: how many are needed, how many were signed. No names."""

    room: ClassVar[str] = "measures"
    kind: ClassVar[str] = "undertaking"
    noun: ClassVar[str] = "undertakings"

    position: Text = item("gdpr:32(4)")
    needed_count: Count = item("gdpr:32(4)")
    signed_count: Count = item("gdpr:32(4)")
    counted: Day = item("gdpr:5(2)")
    document_hash: Text = item("gdpr:5(2)")


class CheckInterval(Part):
    """How often the company itself has decided to do a check."""

    first_may_stand_alone: ClassVar[bool] = False
    security_check: SecurityCheck = item("policy:intervals")
    interval: Period = item("policy:intervals")


class SecurityPolicy(Record):
    """The company's own intervals of tests, trainings and reviews: policy, never law."""

    room: ClassVar[str] = "measures"
    kind: ClassVar[str] = "security_policy"
    noun: ClassVar[str] = "security_policies"

    intervals: some(CheckInterval) = item("policy:intervals")  # type: ignore[valid-type]
    owner: Text = item("gdpr:5(2)")
    remarks: Text = item("gdpr:5(2)")
