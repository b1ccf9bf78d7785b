"""What is missing or wrong with retention: rules against the law, counts of the last scans, holds, plans; and what is coming.

No source is read here: findings rest on what the last scan counted, and a scan that is missing or old is a finding itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ivplus_tools import _dates, _law, _words
from ivplus_tools._findings import Due, Finding
from ivplus_tools._records import texts
from ivplus_tools.retention import statutes
from ivplus_tools.retention.clock import clock_of
from ivplus_tools.retention.holds import in_force, lost, missing_under, query_lost, touches
from ivplus_tools.retention.records import ErasurePlan, Hold, RetentionRule, RuleCount
from ivplus_tools.retention.scan import NO_LEDGER, month_pairs
from ivplus_tools.retention.state import Retention

RULE = "gdpr:5(1)(e)"
WHAT = {"erase": "due.erase", "anonymise": "due.anonymise", "review": "due.retention_review"}


def findings(state: Retention) -> Iterator[Finding]:
    """Every finding of retention on its day."""
    for check in (_rules, _categories, _scans, _holds, _plans):
        yield from check(state)


# --- rules against the law


def _rules(state: Retention) -> Iterator[Finding]:
    on, years = state.on, state.has_financial_year
    for stands in state.of("retention_rule"):
        rule: RetentionRule = stands.record
        since = stands.entry.valid_from
        if rule.period is None or rule.start_event is None:
            missing = [name for name in ("period", "start_event") if getattr(rule, name) is None]
            fields = {lang: ", ".join(_words.field_label(name, lang) for name in missing) for lang in _words.LANGS}
            yield Finding(rule.id, "RET-002", since, {"fields": fields, "text": rule.period_text or "–"})
        if rule.statute is None and rule.reason is None:
            yield Finding(rule.id, "RET-014", since)
        if statutes.needs_financial_year(rule) and not years:
            yield Finding(rule.id, "RET-015", since)
        yield from _judged(rule, state, since, on)
        yield from _references(rule, state, since)


def _judged(rule: RetentionRule, state: Retention, since: date, on: date) -> Iterator[Finding]:
    found = statutes.judge(rule, state.financial_year_end(rule), on)
    if found is None:
        return
    told: dict[str, object] = {
        "period": {lang: _words.show_period(found.period, lang) for lang in _words.LANGS},
        "got": {lang: _own_length(rule, lang) for lang in _words.LANGS},
    }
    about: dict[str, object] = {"statute": rule.statute, "start": _law.codes("start_event")[found.start].name, **told}
    cited = f"retention:{rule.statute}"
    if found.kind == "minimum" and found.short:
        yield Finding(rule.id, "RET-003", since, about, cited)
    allowed = {"maximum": statutes.has_ground(rule), "claim": bool(rule.reason)}.get(found.kind, True)
    if found.long and not allowed:
        yield Finding(rule.id, "RET-004", since, {**about, "missing": _told(f"longer.{found.kind}")}, cited)
    if found.long and found.kind == "review" and rule.action != "review":
        yield Finding(rule.id, "RET-027", since, about, cited)
    if found.own and found.kind != "policy":
        own: dict[str, object] = {"own": _law.codes("start_event")[str(rule.start_event)].name, "effect": _told(f"own_start.{found.own}")}
        severity = "warning" if found.own == "unknown" else _own_start_weight(found)
        yield Finding(rule.id, "RET-028", since, {**about, **own}, cited, severity=severity)
    if found.padded:
        yield Finding(
            rule.id,
            "RET-013",
            since,
            {**about, "grace": {lang: _words.show_period(rule.grace or "", lang) for lang in _words.LANGS}},
            cited,
        )


def _told(key: str) -> dict[str, str]:
    return {lang: _words.say(key, lang) for lang in _words.LANGS}


def _own_start_weight(found: statutes.Judged) -> str:
    """How grave a start event of one's own is: an error where it breaks the minimum or the maximum."""
    wrong = {"minimum": "shorter", "maximum": "longer", "claim": "longer", "review": "longer"}
    return "error" if wrong[found.kind] == found.own else "info"


def _own_length(rule: RetentionRule, lang: str) -> str:
    """A rule's own time in words: the period, extra time, and from when."""
    start = _law.codes("start_event")[str(rule.start_event)].name[lang]
    parts = [_words.show_period(one, lang) for one in (rule.period, rule.grace) if one]
    return f"{' + '.join(parts)} – {start}"


def _references(thing: RetentionRule | Hold, state: Retention, since: date) -> Iterator[Finding]:
    """Names of activities, sources and rules that stand nowhere."""
    for name, kind in (("activity", "activity"), ("source", "source"), ("rules", "retention_rule")):
        told = getattr(thing, name, None)
        known = state.bodies(kind)
        for ref in (told,) if isinstance(told, str) else texts(told):
            if ref not in known:
                about: dict[str, object] = {"field": _words.label_of(name), "ref": ref, "near": _words.nearest(ref, known) or "–"}
                severity = "error" if isinstance(thing, Hold) else None  # whom it holds is not known: nothing is erased there
                yield Finding(thing.id, "RET-016", since, about, severity=severity)


def _categories(state: Retention) -> Iterator[Finding]:
    """Categories of data of an activity in a system that we can read, without any rule that says how long."""
    rules = state.records("retention_rule")
    systems = {one.system for one in state.records("source") if one.system}
    for ident, body in state.bodies("activity").items():
        if not systems & set(_listed(body.get("systems"))):
            continue
        mine = [one for one in rules if one.activity == ident]
        covered = {_folded(one.data_category) for one in mine}
        missing = [one for one in _listed(body.get("data_categories")) if _folded(one) not in covered]
        if missing and "" not in covered:
            yield Finding(ident, "RET-001", body["valid_from"], {"categories": ", ".join(missing)})


def _listed(told: object) -> list[str]:
    return [str(one) for one in told] if isinstance(told, list) else []


def _folded(text: str | None) -> str:
    return " ".join((text or "").split()).casefold()


# --- what the last scans counted


def _scans(state: Retention) -> Iterator[Finding]:
    on, scans = state.on, {one.record.id: one for one in state.of("scan")}
    rules = {one.id: one for one in state.records("retention_rule")}
    for stands in state.of("source"):
        name = stands.record.id
        found = scans.get(name)
        last = found.record.as_of if found else None
        if last is None or statutes.scan_due(last) < on:
            yield Finding(name, "RET-012", stands.entry.valid_from, {"last": last or "–"})
        if found is None:
            continue
        since = found.entry.valid_from
        if found.record.problem:
            yield Finding(name, "RET-008", since, {"problem": str(found.record.problem).rstrip(".")})
        if found.record.kept_changed:
            yield Finding(name, "RET-024", since, {"names": ", ".join(found.record.kept_changed)})
        for line in found.record.empty_queries or ():
            yield Finding(line, "RET-026", since, {"rows": 0})
        for table in found.record.uncovered or ():
            yield Finding(name, "RET-007", since, {"table": table})
        for count in found.record.counts or ():
            if count.rule in rules:
                yield from _counted(count, rules[count.rule], since)


def _counted(count: RuleCount, rule: RetentionRule, since: date) -> Iterator[Finding]:
    if count.problem and count.problem not in ("no_period", "failed"):
        told = _words.values("scan_problem")[count.problem]
        yield Finding(rule.id, "RET-008", since, {"problem": {lang: f"{told[lang]} {count.detail or ''}".strip() for lang in _words.LANGS}})
    overdue, empty, odd = (int(one or 0) for one in (count.overdue, count.no_start, count.unreadable))
    if overdue:
        yield Finding(rule.id, "RET-005", since, {"rows": overdue, "table": count.table, "held": int(count.held or 0)})
    if odd or (empty and rule.empty_start != "running"):
        yield Finding(
            rule.id, "RET-006", since, {"rows": empty if rule.empty_start != "running" else odd, "odd": odd, "column": rule.start_column}
        )
    yield from _apart(count, rule, since)


def _apart(count: RuleCount, rule: RetentionRule, since: date) -> Iterator[Finding]:
    """Rows that a count could not deal with, or that had gone and have come back."""
    sentinel, no_key, unseen, doubtful = (int(one or 0) for one in (count.sentinel, count.no_key, count.unseen, count.doubtful))
    if sentinel:
        yield Finding(rule.id, "RET-020", since, {"rows": sentinel, "column": rule.start_column})
    if unseen or doubtful or (no_key and rule.action != "anonymise"):
        yield Finding(rule.id, "RET-021", since, {"no_key": no_key, "doubtful": doubtful, "unseen": unseen})
    if int(count.returned or 0):
        yield Finding(rule.id, "RET-022", since, {"rows": int(count.returned or 0)})
    elif count.detail == NO_LEDGER:
        yield Finding(rule.id, "RET-023", since)


# --- holds and plans


def _holds(state: Retention) -> Iterator[Finding]:
    on, rules = state.on, state.records("retention_rule")
    for stands in state.of("hold"):
        hold, since = stands.record, stands.entry.valid_from
        yield from _references(hold, state, since)
        if not in_force(hold, on):
            continue
        yield from _lost(state, hold, rules, since)
        if hold.review_by is None and hold.held_until is None:
            yield Finding(hold.id, "RET-009", since)
        elif hold.review_by and hold.review_by < on:
            yield Finding(hold.id, "RET-010", since, {"due": hold.review_by})
        if hold.reason is None and hold.case_number is None:
            yield Finding(hold.id, "RET-018", since)


def _lost(state: Retention, hold: Hold, rules: list[RetentionRule], since: date) -> Iterator[Finding]:
    """Subjects of a hold that no table has which it reaches, or not the one that it names, by the last scans."""
    reached = [rule for rule in rules if touches(hold, rule)]
    named = [rule for rule in reached if hold.rules]
    lines = [(rule.id, missing_under(state, hold, rule)) for rule in named]
    missing = [(name, numbers) for name, numbers in lines if numbers]
    if not missing and hold.subjects and (gone := lost(state, hold, rules, False)):
        missing = [(", ".join(rule.id for rule in reached) or "–", gone)]
    if hold.held_table and (keys := query_lost(state, hold, rules)):
        yield Finding(hold.id, "RET-019", since, {"rows": keys, "where": ", ".join(rule.id for rule in reached)})
    for name, numbers in missing:
        yield Finding(hold.id, "RET-019", since, {"rows": len(numbers), "where": name})


def _plans(state: Retention) -> Iterator[Finding]:
    on = state.on
    for stands in state.of("erasure_plan"):
        plan: ErasurePlan = stands.record
        late = plan.plan_state in ("planned", "approved") and plan.as_of is not None and statutes.plan_due(plan.as_of) < on
        if plan.plan_state in ("started", "not_done") or late:
            yield Finding(plan.id, "RET-011", stands.entry.valid_from, {"state": _words.values("plan_state")[str(plan.plan_state)]})
    kept = {str(one.id): one.backup_kept for one in state.records("source")}
    for stands in state.of("certificate"):
        done, since = stands.record, stands.entry.valid_from
        if done.kept_copy:
            yield Finding(done.id, "RET-017", since)
        if done.ledger and not done.ledger_until and str(done.source) in kept and not kept[str(done.source)]:
            yield Finding(done.id, "RET-025", since)


# --- what is coming


def due(state: Retention, whole: bool) -> Iterator[tuple[Due, int | None]]:
    """Dates to come, with how many rows; `whole`: each month of a rule, not the next day only."""
    rules = {one.id: one for one in state.records("retention_rule")}
    for scan in state.records("scan"):
        for count in scan.counts or ():
            if count.rule in rules and (not count.problem or count.total is not None):
                yield from _rows_due(state, count, rules[count.rule], whole)
        if scan.as_of:
            yield Due(scan.id, statutes.scan_due(scan.as_of), "due.scan", RULE), None
    for hold in state.records("hold"):
        if hold.review_by and in_force(hold, state.on):
            yield Due(hold.id, hold.review_by, "due.hold_review", "gdpr:17(3)"), None
    for plan in state.records("erasure_plan"):
        if plan.plan_state in ("planned", "approved", "started", "not_done") and plan.as_of:
            yield Due(plan.id, statutes.plan_due(plan.as_of), "due.plan", RULE), None


def next_due(state: Retention) -> list[Due]:
    """Dates to come, of each rule the next day only."""
    return [one for one, _ in due(state, whole=False)]


def _rows_due(state: Retention, count: RuleCount, rule: RetentionRule, whole: bool) -> Iterator[tuple[Due, int | None]]:
    """Overdue rows since their first day, then the next day, then the months after it by their first day."""
    what, clock = WHAT[rule.action], clock_of(rule, state.financial_year_end(rule))
    if clock and count.oldest and int(count.overdue or 0):
        yield Due(rule.id, clock.erasable_from(count.oldest), what, RULE), int(count.overdue or 0)
    if not count.next_due:
        return
    if not whole:
        yield Due(rule.id, count.next_due, what, RULE), None
        return
    for month, rows in month_pairs(count):
        first = _dates.day(f"{month}-01")
        yield Due(rule.id, max(first, count.next_due) if f"{count.next_due}"[:7] == month else first, what, RULE), rows
