"""Counting: the real tables read in place, grouped by start; calendar and holds meet the groups, never a row."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import groupby
from typing import Any

from ivplus_tools import _dates, _sources, _store, _words
from ivplus_tools._room import Room
from ivplus_tools._sources import EVERY, Column, Cut, Engine, Start, condition, latest, ledger
from ivplus_tools._sources.earlier import Earlier, Question, Reading
from ivplus_tools.errors import Refusal
from ivplus_tools.retention.clock import Clock, clock_of, months_from
from ivplus_tools.retention.holds import Held, demand_clear, held_by, held_now, told_missing
from ivplus_tools.retention.records import ErasureCertificate, RetentionRule, RuleCount, Source
from ivplus_tools.retention.scan import NO_LEDGER, Days, Progress, RuleScan, Scan, days_of, less, plus, result_of
from ivplus_tools.retention.starts import NUMERIC, SENTINELS, believed, day_of
from ivplus_tools.retention.state import Retention


def scan(state: Retention, source: str | None, on: date, progress: Progress | None, memory: str | None, fresh: bool = True) -> Scan:
    """Count every rule of a source, or of all. A source that fails is told; the others are scanned all the same."""
    rules, holds = state.records("retention_rule"), state.records("hold")
    names = [source] if source else sorted({one.id for one in state.records("source")} | {str(one.source) for one in rules if one.source})
    found: list[RuleScan] = []
    uncovered, failed, asked = {}, {}, dict[str, frozenset[str]]()
    at, read = state.at, dict[str, dict[str, Reading]]()
    for done, name in enumerate(names):
        mine = sorted((one for one in rules if one.source == name), key=lambda one: (one.table or "", one.id))
        try:
            held = {one.id: held_by(state, one, holds, on, asked) for one in mine}
            with _sources.opened(state.place(name), memory=memory) as engine:
                book = Earlier(engine, at.path, at.valid_on, fresh, bool(at.by) and not at.past)
                counted = [_returned(engine, one, state) for one in _scan_source(engine, mine, held, on, state, book)]
                book.keep()
                read[name] = book.told
                uncovered[name] = sorted(set(engine.tables()) - engine.views() - {str(one.table) for one in mine})
            found += counted
        except Refusal as refusal:
            if source:
                raise
            failed[name] = refusal
            found += [_untold(one, "failed", refusal.text(state.lang)) for one in mine]
        if progress:
            progress(done + 1, len(names))
    changed = {name: many for name in names if (many := _kept_changed(state, name))}
    empty = sorted(name for name, keys in asked.items() if not keys)
    return Scan(state, on, found, uncovered, failed, changed, empty, read, partial(_keys, state, on))


def recorded(
    room: Room[Retention], source: str | None, on: date, progress: Progress | None = None, memory: str | None = None, fresh: bool = False
) -> Scan:
    """A scan whose counts are kept in the journal, where somebody records and it is of the room's own day."""
    at, state = room.standpoint, room.state()
    recording = at.by and not at.past and on == at.valid_on
    for one in state.records("source") if recording else ():
        ledger.Ledger(at.path, one.id).end(on)  # what no backup can bring back any more
    found = scan(state, source, on, progress, memory, fresh)
    if recording and (found.uncovered or found.failed):
        made = [result_of(found, name) for name in sorted({*found.uncovered, *found.failed})]
        found.receipt = room.seal_act(made, on, _words.say("scan.why", at.lang))
    return found


def _keys(state: Retention, on: date, one: RuleScan, after: date | None) -> Iterator[str]:
    """The keys of a cut, with the holds of now; a file that has changed since the scan is refused."""
    rule, cut = one.rule, one.cut
    if cut is None:
        return
    clock = clock_of(rule, state.financial_year_end(rule))
    earlier = clock.cutoff(after) if clock and after else None
    with _sources.opened(state.place(rule.source)) as engine:
        held = held_now(state, rule, on, engine)
        if held.everything:
            return
        if engine.stamps(cut.table) != one.stamps:
            raise _words.refusal("source_changed", source=rule.source, table=cut.table)
        engine.hold(cut.table, cut.key, held.keys)
        look = looked(engine, rule, state)
        ready = readied(engine, cut_of(rule, look, cut.through, held.some, earlier))
        engine.begin()
        yield from (key for key, _ in engine.entries(ready))


def _kept_changed(state: Retention, source: str) -> list[str]:
    """Old files of a source that were written to after an erasure put them aside."""
    found: list[str] = []
    open_plans = {one.id for one in state.records("erasure_plan") if one.plan_state == "started"}
    kept = open_plans | {str(one.plan) for one in state.records("certificate") if one.kept_copy}
    for plan in state.records("erasure_plan"):
        if plan.source == source and plan.id in kept:
            with contextlib.suppress(Refusal):  # a source that is gone is told by its own scan
                swaps = _sources.swaps_of(state.place(source), ledger.tag_of(plan.id), plan.swaps or ())
                found += [one.kept.name for one in swaps if one.kept_changed()]
    return found


@dataclass(frozen=True)
class Looked:
    """How one rule looks at its table: its own rows, their key and start, and which starts are none."""

    where: str
    key: Column | None
    start: Start
    none: tuple[date, ...]

    @property
    def never(self) -> tuple[date, ...]:
        """Days that are no start, or cannot be believed to be one."""
        return (*self.none, *SENTINELS)


def formats_of(rule: RetentionRule, state: Retention) -> tuple[str, ...]:
    """How a rule's days are written, as the rule says, else its source."""
    source = next((one for one in state.records("source") if one.id == rule.source), None)
    return rule.date_format or (source.date_format if source else None) or ()


def looked(engine: Engine, rule: RetentionRule, state: Retention) -> Looked:
    """A rule over an open source; a table or column that is not there is refused."""
    table = str(rule.table)
    source: Source | None = next((one for one in state.records("source") if one.id == rule.source), None)
    parts = [condition(engine.column(table, str(one.column)), str(one.comparison or "is"), one.value) for one in rule.where or ()]
    key = engine.column(table, rule.subject_key) if rule.subject_key else None
    formats = formats_of(rule, state)
    none = tuple(_dates.day(one) for one in (source.no_start_days if source else None) or ())
    if not rule.start_table or key is None:
        start = Start(engine.column(table, str(rule.start_column)), formats)
    else:
        there = engine.column(rule.start_table, str(rule.start_column))
        other = engine.column(rule.start_table, rule.start_key or key.name)
        engine.demand_whole(rule.start_table)
        never, table_ = (*none, *SENTINELS), engine.whole_relation(rule.start_table)
        start = Start(there, formats, latest(there, table_, other, key, never, engine.matches))
    return Looked(" AND ".join(parts) or EVERY, key, start, none)


def _scan_source(
    engine: Engine, rules: Sequence[RetentionRule], held: Mapping[str, Held], on: date, state: Retention, book: Earlier
) -> Iterator[RuleScan]:
    """The rules of one source; those that look at the same rows with the same holds are counted in one reading."""
    ready: list[tuple[RetentionRule, Looked]] = []
    for rule in rules:
        book.look(str(rule.table))
        problem = _problem(engine, rule, formats_of(rule, state))
        if problem:
            yield _untold(rule, *problem)
        else:
            ready.append((rule, looked(engine, rule, state)))

    def alike(one: tuple[RetentionRule, Looked]) -> tuple[str, str, str, list[str]]:
        rule, look = one
        return (str(rule.table), look.key.name if look.key else "", look.where, sorted(held[rule.id].keys))

    for (table, _, where, keys), many in groupby(sorted(ready, key=alike), key=alike):
        group = list(many)
        key = group[0][1].key
        engine.demand_whole(table)
        before = engine.stamps(table)
        starts = list(dict.fromkeys(look.start for _, look in group))
        asked = Question(tuple(starts), key, where, tuple(keys))
        kept = book.begin(table, asked)
        engine.hold(table, key, keys)
        engine.begin()
        counted = engine.starts(table, starts, key, where)
        whole = sum(counted.groups[0]["all"].values()) if where == EVERY else engine.total(table)
        unseen = engine.unseen(table)
        engine.rollback()
        _demand_read(engine, table, whole, before)
        counted, whole = book.end(table, asked, kept, counted, whole)
        read = sum(counted.groups[0]["all"].values())
        for rule, look in group:
            clock = Clock(str(rule.start_event), str(rule.period), rule.grace, state.financial_year_end(rule))
            apart = Apart(unseen, whole - read, counted.doubtful, told_missing(held[rule.id], counted.found))
            groups = counted.groups[starts.index(look.start)]
            yield replace(_counted(rule, clock, look, groups, held[rule.id], apart, on), stamps=before, found=counted.found)


def read_once(engine: Engine, state: Retention, rule: RetentionRule, look: Looked, held: Held) -> None:
    """Look at a table as a count does, before it is planned or erased: seen whole, every hold with its rows."""
    table = str(rule.table)
    engine.demand_whole(table)
    before = engine.stamps(table)
    engine.hold(table, look.key, held.keys)
    counted = engine.starts(table, [look.start], look.key, look.where)
    read = sum(counted.groups[0]["all"].values())
    _demand_read(engine, table, read if look.where == EVERY else engine.total(table), before)
    demand_clear(state, rule, held, counted.found)


def _demand_read(engine: Engine, table: str, read: int, before: dict[str, str] | None) -> None:
    """Refuse a table of which another count finds more rows, or fewer, than were read."""
    other = engine.records(table)
    if other is not None and other != read:
        other = engine.recount(table)
    if engine.stamps(table) != before:
        raise _words.refusal("source_changed", source=engine.name, table=table)
    if other is not None and other != read:
        line = engine.odd_line(table)
        raise _words.refusal("unread_rows", source=engine.name, table=table, read=read, found=other, line=line)


def _untold(rule: RetentionRule, problem: str, detail: str) -> RuleScan:
    """A rule that could not be counted, and why."""
    return RuleScan(rule, RuleCount.of(rule.id, table=rule.table, problem=problem, detail=detail or None))


def _problem(engine: Engine, rule: RetentionRule, formats: Sequence[str]) -> tuple[str, str] | None:
    """Why a rule cannot be counted, if it cannot."""
    if not rule.period:
        return ("no_period", rule.period_text or "")
    if not rule.start_event or not rule.start_column:
        return ("no_start", "")
    tables = engine.tables()
    for table in (rule.table, rule.start_table or rule.table):
        if not table or table not in tables:
            return ("no_table", table or "")
    columns = engine.columns(str(rule.table))
    there = engine.columns(rule.start_table) if rule.start_table else columns
    named = [(rule.start_column, there), (rule.subject_key, columns)]
    named += [(rule.start_key or rule.subject_key, there)] if rule.start_table else []
    named += [(one.column, columns) for one in rule.where or ()]
    for name, known in named:
        if name and name not in known:
            return ("no_column", name)
    column = there[rule.start_column]
    numbers = bool(NUMERIC & set(formats)) and column.family in ("int", "decimal", "number")
    readable = column.family in ("date", "moment", "text") or numbers
    return None if readable else ("no_date", f"{rule.start_column} {column.type}")


@dataclass(frozen=True)
class Apart:
    """What a reading left out: rows not read, of no concern, with a key almost held; held subjects without a row."""

    unseen: int
    outside: int
    doubtful: int
    not_found: tuple[str, ...]


def _counted(
    rule: RetentionRule, clock: Clock, look: Looked, starts: Mapping[str, Mapping[object, int]], held: Held, apart: Apart, on: date
) -> RuleScan:
    """The counts of one rule out of the groups of its start column."""
    everything, keyless, key = starts["all"], starts["keyless"], look.key
    if rule.action == "anonymise":
        everything = less(everything, keyless)  # rows without a key are anonymous already
    kept = everything if held.everything or (held.some and key is None) else starts["held"]
    if held.some and key is not None and rule.action != "anonymise":
        kept = plus(kept, keyless)  # a row without a key cannot be shown to be free
    rows, free = (days_of(one, look.start.formats, look.none) for one in (everything, less(everything, kept)))
    cutoff = clock.cutoff(on)
    overdue = free.until(cutoff)
    later = [day for day in free.days if cutoff is None or day > cutoff]
    count = RuleCount.of(
        rule.id, table=rule.table, total=rows.total, no_start=rows.empty + rows.unreadable, unreadable=rows.unreadable,
        sentinel=rows.sentinel, unseen=apart.unseen, outside=apart.outside, no_key=sum(keyless.values()),
        doubtful=apart.doubtful, overdue=overdue,
        held=rows.until(cutoff) - overdue, oldest=free.days[0] if free.days else None, cutoff=cutoff,
        next_due=clock.erasable_from(later[0]) if later else None, months=_months(clock, free, on),
        not_found=apart.not_found or None,
    )  # fmt: skip
    if cutoff is None or held.everything or (held.some and key is None):
        return RuleScan(rule, count, None, held=held)
    return RuleScan(rule, count, cut_of(rule, look, cutoff, held.some), held=held)


def cut_of(rule: RetentionRule, look: Looked, through: date, holds: bool, after: date | None = None) -> Cut:
    """The rows of a rule that started by a day, before the start texts of this moment are put in."""
    keyed, never = rule.action == "anonymise", look.never
    return Cut(str(rule.table), look.start, look.key, through, after, holds, keyed, never, look.where)


def readied(engine: Engine, cut: Cut) -> Cut:
    """A cut with the start texts that are meant, which the engine is told; before `begin`."""
    if cut.start.native:
        return cut
    low, formats = cut.after or date.min, cut.start.formats
    days = ((text, day_of(text, formats)) for text in engine.texts(cut.table, cut.start, cut.where))
    meant = frozenset(
        text for text, day in days
        if day and low < day <= cut.through and believed(day) and day not in cut.never
    )  # fmt: skip
    engine.fill_texts("ivplus_starts", sorted(meant))
    return replace(cut, texts=meant)


def _returned(engine: Engine, one: RuleScan, state: Retention) -> RuleScan:
    """How many of the rows past their time were erased before: a backup has brought them back.

    Not known where the ledger, its secret or marks of a certificate that has not ended are missing, nor where what was
    erased was told by another table, key or start than any rule of today: its marks are like no row's.
    """
    count, rule, on = one.count, one.rule, state.on
    done = [each for each in state.records("certificate") if each.source == rule.source and each.ledger]
    done = [each for each in done if not each.ledger_until or each.ledger_until >= on]
    if count.problem or not done:
        return one
    book = ledger.Ledger(state.at.path, str(rule.source))
    plans = {str(each.plan): str(each.ledger) for each in done}
    here = state.find(str(rule.source), "source").record.body()
    rules = (each for each in state.records("retention_rule") if each.source == rule.source and each.table in engine.tables())
    now = {_marked_by(each.body(), here) for each in rules}
    if not book.vouches(plans) or not {_marked_then(each, state) for each in done} <= now:
        return replace(one, count=count.model_copy(update={"detail": NO_LEDGER}))
    if count.cutoff is None:
        return one
    cut = cut_of(rule, looked(engine, rule, state), count.cutoff, False)
    found = str(back(engine, cut, book, book.secret or b"", frozenset(plans)))
    return replace(one, count=count.model_copy(update={"returned": found}))


MARKED = ("table", "subject_key", "start_column", "start_table", "start_key")


def _marked_by(rule: Mapping[str, Any], source: Mapping[str, Any]) -> tuple[object, ...]:
    """By what the ledger knows the rows of a rule: table, key, and how their starts are written."""
    forms = rule.get("date_format") or source.get("date_format") or ("ISO",)
    return (*map(rule.get, MARKED), *forms)


def _marked_then(done: ErasureCertificate, state: Retention) -> tuple[object, ...] | None:
    """The same of a rule as it was when its plan was carried out; None where that cannot be found."""
    at = state.at
    with contextlib.suppress(Refusal):
        plan = state.find(str(done.plan), "erasure_plan")
        rules = (one for one in _store.history(at, str(done.rule)) if one.seal == plan.record.rule_seal)
        known = (one for one in _store.history(at, str(done.source)) if one.kind == "source" and one.entry < plan.entry.entry)
        sources = [one.body or {} for one in known]
        return next((_marked_by(one.body or {}, sources[-1]) for one in rules if sources), None)
    return None


def back(engine: Engine, cut: Cut, book: ledger.Ledger, secret: bytes, plans: frozenset[str]) -> int:
    """How many rows of a cut, held ones too, a ledger knows."""
    found, marks = 0, list[bytes]()
    cut = readied(engine, replace(cut, holds=False))
    for key, start in engine.entries(cut):
        if key:
            marks.append(book.mark(secret, cut.table, key, start))
        if len(marks) == ledger.BATCH:
            found, marks = found + book.known(marks, plans), []
    return found + book.known(marks, plans)


def _months(clock: Clock, free: Days, on: date) -> str | None:
    """How many rows fall due in each month to come, as one text: counts alone are kept in the journal."""
    told, before = [], free.until(clock.cutoff(on))
    for month, last in months_from(on):
        through = free.until(clock.cutoff(last))
        if through > before:
            told.append(f"{month}: {through - before}")
        before = max(before, through)
    return ", ".join(told) or None
