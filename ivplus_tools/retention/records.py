"""What is kept of retention: where data lie, the rules, legal holds, the counts of a scan, plans of erasure and their certificates."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, ClassVar, Self, TypeAlias

from pydantic import BeforeValidator, model_validator

from ivplus_tools import _dates, _sources, _words
from ivplus_tools._records import (
    Count,
    Day,
    Listed,
    Map,
    Moment,
    Part,
    Period,
    Record,
    Text,
    Texts,
    clean_text,
    code,
    in_order,
    item,
    one_of,
    some,
    split,
    tells_of_somebody,
    texts,
)  # fmt: skip
from ivplus_tools.retention.starts import NUMERIC

if TYPE_CHECKING:  # what the values are, once validated
    Code: TypeAlias = str | None
    StartEvent: TypeAlias = Code
    Action: TypeAlias = str
    Statute: TypeAlias = Code
    LongerGround: TypeAlias = Code
    EmptyStart: TypeAlias = Code
    YesNo: TypeAlias = Code
    How: TypeAlias = Code
    State: TypeAlias = Code
    Problem: TypeAlias = Code
    HowKnown: TypeAlias = Code
    Comparison: TypeAlias = Code
    ApprovedHow: TypeAlias = Code
    DateFormats: TypeAlias = tuple[str, ...] | None
    Days: TypeAlias = tuple[str, ...] | None
    Verbatim: TypeAlias = str | None
else:
    StartEvent, Statute = one_of("start_event"), one_of("retention_statute")
    Action, EmptyStart, YesNo = one_of("action", required=True), one_of("empty_start"), one_of("yes_no")
    How, State, Problem = one_of("recipe_how"), one_of("plan_state"), one_of("scan_problem")
    LongerGround = one_of("longer_ground")
    HowKnown, Comparison, ApprovedHow = one_of("how_known"), one_of("comparison"), one_of("approved_how")


def _location(got: object) -> object:
    return _sources.checked(got.strip()) if isinstance(got, str) and got.strip() else None


def _password_from(got: object) -> object:
    """Where a password is; a password itself is refused, and not repeated."""
    if isinstance(got, str) and got.strip() and not re.fullmatch(r"(env|keyring):[\w .-]+", got.strip()):
        raise _words.refusal("bad_password_from")
    return got


def _formats(got: object) -> object:
    """How days are written; two forms of bare numbers cannot be told apart."""
    found = tuple(code("date_format", one) for one in texts(got)) or None
    if len(NUMERIC & set(found or ())) > 1:
        raise _words.refusal("two_number_formats", got=", ".join(found or ()))
    return found


def _days(got: object) -> object:
    """Days as ISO texts."""
    return tuple(_dates.day(one).isoformat() for one in texts(got)) or None


def _subjects(got: object) -> object:
    """Keys of data subjects, sign by sign as the system has them.

    Never a mail address or an identity code: the journal cannot forget.
    """
    told = split(got, "text") if isinstance(got, str) else got
    if not isinstance(told, (tuple, list, set, frozenset)):
        return told
    for one in told:
        if not isinstance(one, str):
            raise _words.refusal("not_text", got=type(one).__name__)
        if "@" in one or tells_of_somebody(one):
            raise _words.refusal("hold_subject")
        clean_text(one)  # refuses signs that no key has
    return tuple(one for one in told if one.strip()) or None


if TYPE_CHECKING:
    Location: TypeAlias = str | None
    PasswordFrom: TypeAlias = str | None
    Subjects: TypeAlias = tuple[str, ...] | None
else:
    Location = Annotated[Text, BeforeValidator(_location)]
    PasswordFrom = Annotated[Text, BeforeValidator(_password_from)]
    Subjects = Annotated[tuple[str, ...] | None, BeforeValidator(_subjects)]
    DateFormats = Annotated[tuple[str, ...] | None, BeforeValidator(_formats), *Texts.__metadata__, Listed("date_format")]
    Verbatim = Annotated[str | None, BeforeValidator(lambda got: None if got is None else str(got))]
    Days = Annotated[tuple[str, ...] | None, BeforeValidator(_days), *Texts.__metadata__]


class Source(Record):
    """Where data lie: a file, folder or glob, a DuckDB or SQLite file, `postgresql://...`, `spark:...`; never with a password."""

    room: ClassVar[str] = "retention"
    kind: ClassVar[str] = "source"
    noun: ClassVar[str] = "sources"

    location: Location = item("gdpr:5(2)")
    system: Text = item("gdpr:5(2)", refers="system")
    password_from: PasswordFrom = item("gdpr:32(1)")
    date_format: DateFormats = item("gdpr:5(1)(e)")
    no_start_days: Days = item("gdpr:5(1)(e)")
    backup_kept: Period = item("gdpr:5(1)(e)")
    remarks: Text = item("gdpr:5(2)")


class ColumnRecipe(Part):
    """What becomes of one column when a row is anonymised: dropped, kept, or made coarser (`recipe_size`: signs, or width of a bin)."""

    column: Text = item("gdpr:4(1)")
    recipe_how: How = item("gdpr:4(1)")
    recipe_size: Count = item("gdpr:4(1)")


class RowCondition(Part):
    """A condition on one column: a rule is about the rows that meet it, and about no others."""

    column: Text = item("gdpr:5(1)(e)")
    comparison: Comparison = item("gdpr:5(1)(e)")
    value: Verbatim = item("gdpr:5(1)(e)")


class RetentionRule(Record):
    """How long one category of data is kept in one table (Art. 5(1)(e)): from which column and event, how long, by which law, then what."""

    room: ClassVar[str] = "retention"
    kind: ClassVar[str] = "retention_rule"
    noun: ClassVar[str] = "retention_rules"

    activity: Text = item("gdpr:30(1)(f)", refers="activity")
    data_category: Text = item("gdpr:30(1)(f)")
    source: Text = item("gdpr:5(2)", refers="source")
    table: Text = item("gdpr:5(2)")
    where: some(RowCondition) = item("gdpr:5(1)(e)")  # type: ignore[valid-type]
    subject_key: Text = item("gdpr:5(2)")
    start_column: Text = item("gdpr:5(1)(e)")
    start_table: Text = item("gdpr:5(1)(e)")
    start_key: Text = item("gdpr:5(1)(e)")
    date_format: DateFormats = item("gdpr:5(1)(e)")
    start_event: StartEvent = item("gdpr:5(1)(e)")
    empty_start: EmptyStart = item("gdpr:5(1)(e)")
    period: Period = item("gdpr:5(1)(e)")
    period_text: Text = item("gdpr:5(1)(e)")
    grace: Period = item("gdpr:5(1)(e)")
    action: Action = item("gdpr:5(1)(e)", default="erase")
    recipe: some(ColumnRecipe) = item("gdpr:4(1)")  # type: ignore[valid-type]
    statute: Statute = item("gdpr:6(3)")
    longer_ground: LongerGround = item("gdpr:6(3)")
    reason: Text = item("gdpr:5(2)")
    remarks: Text = item("gdpr:5(2)")

    @model_validator(mode="after")
    def _counted_in_days(self) -> Self:
        """Retention is counted in days and longer."""
        for name in ("period", "grace"):
            told = getattr(self, name)
            if told and _dates.read_period(told).hours:
                raise _words.refusal("bad_period", got=told)
        if self.start_table and not self.subject_key:
            raise _words.refusal("start_table_key", rule=self.id)
        return self


class Hold(Record):
    """A legal hold: what must not be erased while it lasts. Subjects are told by the keys of the systems, never by name."""

    room: ClassVar[str] = "retention"
    kind: ClassVar[str] = "hold"
    noun: ClassVar[str] = "holds"

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
    sentinel: Count = item("gdpr:5(1)(e)")
    unseen: Count = item("gdpr:5(1)(e)")
    outside: Count = item("gdpr:5(1)(e)")
    returned: Count = item("gdpr:5(1)(e)")
    no_key: Count = item("gdpr:5(1)(e)")
    doubtful: Count = item("gdpr:18(1)")
    overdue: Count = item("gdpr:5(1)(e)")
    held: Count = item("gdpr:5(1)(e)")
    oldest: Day = item("gdpr:5(1)(e)")
    cutoff: Day = item("gdpr:5(1)(e)")
    next_due: Day = item("gdpr:5(1)(e)")
    months: Text = item("gdpr:5(1)(e)")
    not_found: Texts = item("gdpr:18(1)")
    problem: Problem = item("gdpr:5(2)")
    detail: Text = item("gdpr:5(2)")


class ScanResult(Record):
    """What the last scan of a source counted, by rule, and which of its tables no rule covers."""

    own_act: ClassVar[bool] = True
    room: ClassVar[str] = "retention"
    kind: ClassVar[str] = "scan"

    as_of: Day = item("gdpr:5(1)(e)")
    counts: some(RuleCount) = item("gdpr:5(1)(e)")  # type: ignore[valid-type]
    uncovered: Texts = item("gdpr:5(1)(e)")
    kept_changed: Texts = item("gdpr:32(1)")
    empty_queries: Texts = item("gdpr:18(1)")
    problem: Text = item("gdpr:5(2)")
    hash: Text = item("gdpr:5(2)")


class Erasure(Record):
    """What a plan and its certificate both tell: of which rows, what is not touched, what acts beside it, and who answers for it."""

    own_act: ClassVar[bool] = True
    noun_columns: ClassVar[dict[str, str]] = {"rows": "rows_count", "rows_count": ""}
    room: ClassVar[str] = "retention"

    rule: Text = item("gdpr:5(1)(e)", refers="retention_rule")
    source: Text = item("gdpr:5(2)", refers="source")
    table: Text = item("gdpr:5(2)")
    location: Text = item("gdpr:5(2)")
    action: Action = item("gdpr:5(1)(e)", default="erase")
    rows_count: Count = item("gdpr:5(1)(e)")
    held: Count = item("gdpr:17(3)")
    no_start: Count = item("gdpr:5(1)(e)")
    unreadable: Count = item("gdpr:5(1)(e)")
    sentinel: Count = item("gdpr:5(1)(e)")
    no_key: Count = item("gdpr:5(1)(e)")
    doubtful: Count = item("gdpr:18(1)")
    unseen: Count = item("gdpr:5(1)(e)")
    outside: Count = item("gdpr:5(1)(e)")
    acting: Texts = item("gdpr:5(2)")
    keys_hash: Text = item("gdpr:5(2)")
    rests_on: Text = item("gdpr:5(2)")
    k_anonymity: Count = item("gdpr:4(1)")
    planned_by: Text = item("gdpr:5(2)")
    approved_by: Text = item("gdpr:5(2)")
    approved_how: ApprovedHow = item("gdpr:5(2)")
    single_officer: YesNo = item("gdpr:5(2)")


APART = ("held", "no_start", "unreadable", "sentinel", "no_key", "doubtful", "unseen", "outside")
"""What a count, a plan or a certificate does not touch, or could not read: told wherever it is told."""


class ErasurePlan(Erasure):
    """What is to be erased or anonymised, frozen: predicate, rows, a keyed hash of them; who planned and approved it."""

    kind: ClassVar[str] = "erasure_plan"
    noun: ClassVar[str] = "erasure_plans"

    total: Count = item("gdpr:5(1)(e)")
    as_of: Day = item("gdpr:5(1)(e)")
    cutoff: Day = item("gdpr:5(1)(e)")
    predicate: Text = item("gdpr:5(2)")
    reading: Text = item("gdpr:5(2)")
    place_hash: Text = item("gdpr:5(2)")
    swaps: Texts = item("gdpr:5(2)")
    rule_seal: Text = item("gdpr:5(2)")
    head: Text = item("gdpr:5(2)")
    approved: Moment = item("gdpr:5(2)")
    plan_state: State = item("gdpr:5(2)")


class ErasureCertificate(Erasure):
    """That a plan was carried out: what, how many, by which rule, who, before and after, and what was not read."""

    kind: ClassVar[str] = "certificate"
    noun: ClassVar[str] = "certificates"

    plan: Text = item("gdpr:5(2)", refers="erasure_plan")
    total_before: Count = item("gdpr:5(2)")
    total_after: Count = item("gdpr:5(2)")
    remaining: Count = item("gdpr:5(1)(e)")
    touched: Texts = item("gdpr:5(2)")
    ledger: Text = item("gdpr:5(1)(e)")
    ledger_until: Day = item("gdpr:5(1)(e)")
    linked: Text = item("gdpr:4(1)")
    executed_by: Text = item("gdpr:5(2)")
    executed: Moment = item("gdpr:5(2)")
    kept_copy: Text = item("gdpr:5(2)")
    how_known: HowKnown = item("gdpr:5(2)")
