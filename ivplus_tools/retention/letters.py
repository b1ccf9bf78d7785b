"""What goes out of retention: the schedule for readers, the plan that is approved, and the certificate of what was done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ivplus_tools import _dates, _law, _records, _store, _words
from ivplus_tools._records import Record
from ivplus_tools.documents import Document, Line, Section
from ivplus_tools.documents.writer import Writer
from ivplus_tools.retention import counting
from ivplus_tools.retention.records import APART, ErasureCertificate, ErasurePlan, RetentionRule
from ivplus_tools.retention.state import Retention

SCHEDULE = (
    "data_category", "source", "table", "where", "start_table", "start_column", "date_format", "start_event", "period", "grace",
    "action", "statute", "longer_ground", "reason",
)  # fmt: skip
PLANNED = (
    "rule", "source", "table", "location", "action", "as_of", "cutoff", "rows_count", "total", *APART, "k_anonymity",
    "acting", "reading", "predicate",
    "planned_by", "approved_by", "approved_how", "approved", "plan_state",
)  # fmt: skip
DONE = (
    "rule", "source", "table", "location", "action", "rows_count", "total_before", "total_after", "remaining", *APART,
    "acting", "touched", "k_anonymity", "linked", "ledger", "ledger_until",
    "planned_by", "approved_by", "approved_how", "executed_by", "executed", "how_known", "kept_copy",
)  # fmt: skip
NEEDED = ("approved_by", "executed_by", "period", "start_event", "remaining")
"""What a reader misses where it is empty; other empty fields are left out."""


class Letter(Writer):
    """Words of `words/retention.toml`."""

    words = "retention"
    rule: RetentionRule | None = None
    """The rule of a plan, where it is still the one that was planned with."""
    forms: tuple[str, ...] = ()
    """How its days are written."""

    def lines(self, record: Record, names: tuple[str, ...]) -> Iterator[Line]:
        """The fields of a record that have an answer, and those that need one."""
        return (self.line(record, name) for name in names if getattr(record, name) is not None or name in NEEDED)

    def planned(self, plan: ErasurePlan) -> str:
        """When a plan was made: the moment of its first entry; where that tells of a later step, the day that it counts."""
        first = next((one for one in _store.history(self._at, plan.id) if one.kind == plan.kind), None)
        is_own = first is not None and (first.body or {}).get("plan_state") == "planned"
        return self.moment(first.recorded_at) if first and is_own else _words.show_date(plan.as_of, self.lang) if plan.as_of else ""

    def moment(self, told: object) -> str:
        """A moment as tables write it; none is empty."""
        return _words.show_date(_dates.instant(told), self.lang) if told else ""

    def answer(self, record: Record, name: str) -> object:
        """A predicate in words: what an engine is asked is long, and stands in the journal."""
        if name == "predicate" and isinstance(record, ErasurePlan) and self.rule and record.cutoff:
            return self._predicate(record, self.rule, record.cutoff)
        return super().answer(record, name)

    def _predicate(self, plan: ErasurePlan, rule: RetentionRule, cutoff: date) -> str:
        lang, asked = self.lang, plan.predicate or ""
        key = "predicate.latest" if rule.start_table else "predicate.start"
        told = [self.say(key, table=rule.start_table, column=rule.start_column, cutoff=_words.show_date(cutoff, lang))]
        if "ivplus_starts" in asked:
            names = _words.values("date_format")
            told.append(self.say("predicate.forms", forms=", ".join(names[one][lang] for one in self.forms)))
        if rule.where:
            told.append(self.say("predicate.where", told="; ".join(_records.readable(rule.where, type(rule).model_fields["where"], lang))))
        if "ivplus_holds" in asked or plan.action == "anonymise":
            told.append(self.say("predicate.keyed", column=rule.subject_key))
        if "ivplus_holds" in asked:
            told.append(self.say("predicate.free"))
        return "; ".join([*told, self.say("predicate.exact")])


def schedule(state: Retention) -> Document:
    """The retention schedule: each rule with its period, start, ground and what the last scan counted."""
    letter, counts = Letter(state), {count.rule: count for scan in state.records("scan") for count in scan.counts or ()}
    sections = []
    for number, rule in enumerate(state.records("retention_rule"), 1):
        lines = list(letter.lines(rule, SCHEDULE))
        fact = _law.codes("retention_statute").get(rule.statute or "")
        if fact:
            lines.append(Line(letter.say("schedule.asks"), fact.says[letter.lang], fact.sources[letter.lang]))
        count = counts.get(rule.id)
        if count and not count.problem:
            told = (f"{_words.field_label(name, letter.lang)} {getattr(count, name)}" for name in ("total", "overdue", "held", "no_start"))
            lines.append(Line(letter.say("schedule.counted"), " · ".join(told), letter.cited("gdpr:5(1)(e)")))
        sections.append(Section(str(number), rule.id, lines=tuple(lines)))
    if not sections:
        sections = [Section("", "", said=letter.say("schedule.none"))]
    return letter.document(letter.say("schedule.title", own=letter.own.get("name") or ""), sections)


def certificate(state: Retention, ident: str) -> Document:
    """A plan with its predicate and approval and, once it is done, the certificate before it."""
    letter = Letter(state)
    plan: ErasurePlan = state.find(ident, "erasure_plan").record
    letter.rule = next((one.record for one in state.of("retention_rule") if one.entry.seal == plan.rule_seal), None)
    letter.forms = counting.formats_of(letter.rule, state) or ("ISO",) if letter.rule else ()
    done = next((one for one in state.records("certificate") if one.plan == ident), None)
    rule = next((one for one in state.records("retention_rule") if one.id == plan.rule), None)
    sections = []
    if done:
        company = Line(letter.say("certificate.company"), letter.own.get("name") or "", letter.cited("gdpr:5(2)"))
        rows = Line(letter.say("certificate.rows"), str(done.rows_count or ""), letter.cited("gdpr:5(1)(e)"))
        own = _words.field_label("rows_count", letter.lang)
        lines = (company, *(rows if one.label == own else one for one in letter.lines(done, DONE)))
        sections.append(Section("1", letter.say("certificate.done"), lines=lines, said=_left(letter, done)))
    planned = letter.planned(plan)
    lines = tuple(_with_day(letter, plan, planned))
    sections.append(Section(str(len(sections) + 1), letter.say("certificate.plan"), lines=lines))
    if rule:
        sections.append(Section(str(len(sections) + 1), letter.say("certificate.rule"), lines=tuple(letter.lines(rule, SCHEDULE))))
    sections.append(letter.signing(*_signers(letter, plan, planned, done)))
    key = "certificate.title" if done else "certificate.plan_title"
    return letter.document(letter.say(key, plan=ident), sections)


def _with_day(letter: Letter, plan: ErasurePlan, planned: str) -> Iterator[Line]:
    """The lines of a plan, with when it was made behind who made it."""
    label = _words.field_label("planned_by", letter.lang)
    for one in letter.lines(plan, PLANNED):
        yield one
        if one.label == label:
            yield letter.filled(letter.say("certificate.planned"), planned, letter.cited("gdpr:5(2)"))


def _signers(letter: Letter, plan: ErasurePlan, planned: str, done: ErasureCertificate | None) -> Iterator[tuple[str, list[str]]]:
    """Who answers for which step, and when the journal says that it was taken."""
    yield "planner", [plan.planned_by or "", planned]
    yield "approver", [plan.approved_by or "", letter.moment(plan.approved)]
    if done:
        yield "executor", [done.executed_by or "", letter.moment(done.executed)]


def _left(letter: Letter, done: ErasureCertificate) -> str:
    """What the certificate does not cover, in sentences; what was not counted is said to be so."""
    if done.remaining is None:
        return letter.say("certificate.not_counted")
    apart = [name for name in APART if getattr(done, name) not in (None, "0")]
    told = ", ".join(f"{_words.field_label(name, letter.lang)} {getattr(done, name)}" for name in apart)
    return letter.say("certificate.apart", told=told) if told else letter.say("certificate.whole", rows=done.total_after)


def told(plan: ErasurePlan, lang: str) -> str:
    """A plan in a few lines."""
    apart = tuple(name for name in APART if getattr(plan, name) not in (None, "0"))
    names = (
        "rule", "action", "rows_count", "total", *apart, "cutoff", "k_anonymity", "acting", "planned_by", "approved_by", "plan_state",
    )  # fmt: skip
    lines = [(_words.field_label(name, lang), _told(plan, name, lang)) for name in names if getattr(plan, name) is not None]
    width = max(len(label) for label, _ in lines)
    return "\n".join([plan.id, *(f"  {label:<{width}}  {text}" for label, text in lines)])


def _told(record: Record, name: str, lang: str) -> str:
    return " ".join(_records.readable(getattr(record, name), type(record).model_fields[name], lang))
