"""What is kept of retention: where data lie, the rules, legal holds, the counts of a scan, plans of erasure and their certificates."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, ClassVar, Self, TypeAlias

from pydantic import BeforeValidator, model_validator

from ivplus_tools import _dates, _sources, _words
from ivplus_tools._records import Count, Day, Map, Moment, Part, Period, Record, Text, Texts, in_order, item, one_of, some

if TYPE_CHECKING:  # what the values are, once validated
    Code: TypeAlias = str | None
    StartEvent: TypeAlias = Code
    Action: TypeAlias = str
    Statute: TypeAlias = Code
    EmptyStart: TypeAlias = Code
    YesNo: TypeAlias = Code
    How: TypeAlias = Code
    State: TypeAlias = Code
    Problem: TypeAlias = Code
    HowKnown: TypeAlias = Code
else:
    StartEvent, Statute = one_of("start_event"), one_of("retention_statute")
    Action, EmptyStart, YesNo = one_of("action", required=True), one_of("empty_start"), one_of("yes_no")
    How, State, Problem = one_of("recipe_how"), one_of("plan_state"), one_of("scan_problem")
    HowKnown = one_of("how_known")
IDENTITY_CODE = re.compile(r"\d{6}[-+A-FU-Y]\d{3}[0-9A-Y]", re.IGNORECASE)


def _location(got: object) -> object:
    return _sources.checked(got.strip()) if isinstance(got, str) and got.strip() else None


def _password_from(got: object) -> object:
    """Where a password is; a password itself is refused, and not repeated."""
    if isinstance(got, str) and got.strip() and not re.fullmatch(r"(env|keyring):[\w .-]+", got.strip()):
        raise _words.refusal("bad_password_from")
    return got


def _subjects(got: object) -> object:
    """Keys of data subjects: never a mail address or an identity code, since the journal cannot forget."""
    for one in got if isinstance(got, (tuple, list)) else (got,):
        if isinstance(one, str) and ("@" in one or IDENTITY_CODE.search(one)):
            raise _words.refusal("hold_subject")
    return got


if TYPE_CHECKING:
    Location: TypeAlias = str | None
    PasswordFrom: TypeAlias = str | None
    Subjects: TypeAlias = tuple[str, ...] | None
else:
    Location = Annotated[Text, BeforeValidator(_location)]
    PasswordFrom = Annotated[Text, BeforeValidator(_password_from)]
    Subjects = Annotated[Texts, BeforeValidator(_subjects)]


class Source(Record):
    """Where data lie: a file, folder or glob, a DuckDB or SQLite file, `postgresql://...`, `spark:...`; never with a password."""

    room: ClassVar[str] = "retention"
    kind: ClassVar[str] = "source"

    location: Location = item("gdpr:5(2)")
    system: Text = item("gdpr:5(2)", refers="system")
    password_from: PasswordFrom = item("gdpr:32(1)")
    remarks: Text = item("gdpr:5(2)")


class ColumnRecipe(Part):
    """What becomes of one column when a row is anonymised: dropped, kept, or made coarser (`recipe_size`: signs, or width of a bin)."""

    column: Text = item("gdpr:4(1)")
    recipe_how: How = item("gdpr:4(1)")
    recipe_size: Count = item("gdpr:4(1)")


class RetentionRule(Record):
    """How long one category of data is kept in one table (Art. 5(1)(e)): from which column and event, how long, by which law, then what."""

    room: ClassVar[str] = "retention"
    kind: ClassVar[str] = "retention_rule"

    activity: Text = item("gdpr:30(1)(f)", refers="activity")
    data_category: Text = item("gdpr:30(1)(f)")
    source: Text = item("gdpr:5(2)", refers="source")
    table: Text = item("gdpr:5(2)")
    subject_key: Text = item("gdpr:5(2)")
    start_column: Text = item("gdpr:5(1)(e)")
    start_event: StartEvent = item("gdpr:5(1)(e)")
    empty_start: EmptyStart = item("gdpr:5(1)(e)")
    period: Period = item("gdpr:5(1)(e)")
    period_text: Text = item("gdpr:5(1)(e)")
    grace: Period = item("gdpr:5(1)(e)")
    action: Action = item("gdpr:5(1)(e)", default="erase")
    recipe: some(ColumnRecipe) = item("gdpr:4(1)")  # type: ignore[valid-type]
    statute: Statute = item("gdpr:6(3)")
    reason: Text = item("gdpr:5(2)")
    remarks: Text = item("gdpr:5(2)")

    @model_validator(mode="after")
    def _counted_in_days(self) -> Self:
        """Retention is counted in days and longer."""
        for name in ("period", "grace"):
            told = getattr(self, name)
            if told and _dates.read_period(told).hours:
                raise _words.refusal("bad_period", got=told)
        return self


class Hold(Record):
    """A legal hold: what must not be erased while it lasts. Subjects are told by the keys of the systems, never by name."""

    room: ClassVar[str] = "retention"
    kind: ClassVar[str] = "hold"

    subjects: Subjects = item("gdpr:18(1)")
    source: Text = item("gdpr:5(2)", refers="source")
    held_table: Text = item("gdpr:18(1)")
    held_column: Text = item("gdpr:18(1)")
    held_where: Map = item("gdpr:18(1)")
    rules: Texts = item("gdpr:18(1)", refers="retention_rule")
    activity: Text = item("gdpr:18(1)", refers="activity")
    data_category: Text = item("gdpr:18(1)")
    case_number: Text = item("gdpr:17(3)")
    held_from: Day = item("gdpr:17(3)")
    held_until: Day = item("gdpr:17(3)")
    reason: Text = item("gdpr:17(3)")
    ordered_by: Text = item("gdpr:5(2)")
    review_by: Day = item("gdpr:24(1)")

    @model_validator(mode="after")
    def _holds_something(self) -> Self:
        """A hold says what it holds, and ends after it begins."""
        in_order(self, ("held_from", "held_until"))
        by_query = (self.source, self.held_table, self.held_column)
        if any(by_query[1:]) and not all(by_query):
            raise _words.refusal("hold_query")
        if not (self.subjects or self.held_table or self.rules or self.activity or self.data_category):
            raise _words.refusal("hold_nothing")
        return self


class RuleCount(Part):
    """What a scan counted for one rule: rows, those without a start, overdue, held, coming by month. No key, no value."""

    rule: Text = item("gdpr:5(1)(e)", refers="retention_rule")
    table: Text = item("gdpr:5(2)")
    total: Count = item("gdpr:5(1)(e)")
    no_start: Count = item("gdpr:5(1)(e)")
    unreadable: Count = item("gdpr:5(1)(e)")
    no_key: Count = item("gdpr:5(1)(e)")
    overdue: Count = item("gdpr:5(1)(e)")
    held: Count = item("gdpr:5(1)(e)")
    oldest: Day = item("gdpr:5(1)(e)")
    cutoff: Day = item("gdpr:5(1)(e)")
    next_due: Day = item("gdpr:5(1)(e)")
    months: Text = item("gdpr:5(1)(e)")
    problem: Problem = item("gdpr:5(2)")
    detail: Text = item("gdpr:5(2)")


class ScanResult(Record):
    """What the last scan of a source counted, by rule, and which of its tables no rule covers."""

    room: ClassVar[str] = "retention"
    kind: ClassVar[str] = "scan"

    as_of: Day = item("gdpr:5(1)(e)")
    counts: some(RuleCount) = item("gdpr:5(1)(e)")  # type: ignore[valid-type]
    uncovered: Texts = item("gdpr:5(1)(e)")
    problem: Text = item("gdpr:5(2)")
    hash: Text = item("gdpr:5(2)")


class ErasurePlan(Record):
    """What is to be erased or anonymised, frozen: the predicate, how many rows, the hash of their keys; who planned and approved it."""

    room: ClassVar[str] = "retention"
    kind: ClassVar[str] = "erasure_plan"

    rule: Text = item("gdpr:5(1)(e)", refers="retention_rule")
    source: Text = item("gdpr:5(2)", refers="source")
    table: Text = item("gdpr:5(2)")
    action: Action = item("gdpr:5(1)(e)", default="erase")
    as_of: Day = item("gdpr:5(1)(e)")
    cutoff: Day = item("gdpr:5(1)(e)")
    predicate: Text = item("gdpr:5(2)")
    odd_texts: Texts = item("gdpr:5(2)")
    rows_count: Count = item("gdpr:5(1)(e)")
    total: Count = item("gdpr:5(1)(e)")
    held: Count = item("gdpr:17(3)")
    keys_hash: Text = item("gdpr:5(2)")
    key_samples: Texts = item("gdpr:5(2)")
    rule_seal: Text = item("gdpr:5(2)")
    k_anonymity: Count = item("gdpr:4(1)")
    head: Text = item("gdpr:5(2)")
    planned_by: Text = item("gdpr:5(2)")
    approved_by: Text = item("gdpr:5(2)")
    approved: Moment = item("gdpr:5(2)")
    single_officer: YesNo = item("gdpr:5(2)")
    plan_state: State = item("gdpr:5(2)")


class ErasureCertificate(Record):
    """That a plan was carried out: what, how many, by which rule, who, before and after, and the hash of the key list."""

    room: ClassVar[str] = "retention"
    kind: ClassVar[str] = "certificate"

    plan: Text = item("gdpr:5(2)", refers="erasure_plan")
    rule: Text = item("gdpr:5(1)(e)", refers="retention_rule")
    source: Text = item("gdpr:5(2)", refers="source")
    table: Text = item("gdpr:5(2)")
    action: Action = item("gdpr:5(1)(e)", default="erase")
    rows_count: Count = item("gdpr:5(1)(e)")
    total_before: Count = item("gdpr:5(2)")
    total_after: Count = item("gdpr:5(2)")
    remaining: Count = item("gdpr:5(1)(e)")
    keys_hash: Text = item("gdpr:5(2)")
    k_anonymity: Count = item("gdpr:4(1)")
    linked: Text = item("gdpr:4(1)")
    planned_by: Text = item("gdpr:5(2)")
    approved_by: Text = item("gdpr:5(2)")
    executed_by: Text = item("gdpr:5(2)")
    executed: Moment = item("gdpr:5(2)")
    kept_copy: Text = item("gdpr:5(2)")
    how_known: HowKnown = item("gdpr:5(2)")
