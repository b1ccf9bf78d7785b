"""A scan: the real tables read in place, grouped by start day; calendar and holds are applied to the groups, and counts are kept."""

from __future__ import annotations

import bisect
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import accumulate, groupby
from typing import TYPE_CHECKING, Any

from ivplus_tools import _dates, _room, _sources, _words
from ivplus_tools._sources import EARLIEST, Column, Cut, Engine
from ivplus_tools._store import Receipt
from ivplus_tools.errors import Refusal
from ivplus_tools.retention.clock import Clock, months_from
from ivplus_tools.retention.holds import Held, held_by
from ivplus_tools.retention.records import RetentionRule, RuleCount, ScanResult

if TYPE_CHECKING:
    import pandas

    from ivplus_tools.retention import RetentionRoom

Progress = Callable[[int, int], None]
COLUMNS = (
    "source",
    "table",
    "rule",
    "total",
    "no_start",
    "overdue",
    "held",
    "next_due",
    "unreadable",
    "no_key",
    "oldest",
    "cutoff",
    "problem",
)


@dataclass(frozen=True)
class Days:
    """Rows by start day, in order: how many started through each day. Starts that are no day are counted apart."""

    days: tuple[date, ...]
    through: tuple[int, ...]
    empty: int
    unreadable: int
    odd: tuple[str, ...]

    def until(self, day: date | None) -> int:
        """How many rows started on or before a day."""
        place = bisect.bisect_right(self.days, day) if day else 0
        return self.through[place - 1] if place else 0

    @property
    def total(self) -> int:
        """All rows."""
        return (self.through[-1] if self.through else 0) + self.empty + self.unreadable


def days_of(counts: Mapping[object, int]) -> Days:
    """Groups as an engine gives them (days, texts, None) as rows by day. What is before 1900 is how a program writes 'none'."""
    found: dict[date, int] = {}
    empty = unreadable = 0
    odd = []
    for told, count in counts.items():
        day = _day_of(told)
        if day is None or day < EARLIEST:
            blank = told is None or not str(told).strip() or day is not None
            empty, unreadable = (empty + count, unreadable) if blank else (empty, unreadable + count)
            if day is None and isinstance(told, str) and len(told) == 10 and told[4] == told[7] == "-":
                odd.append(told)
        else:
            found[day] = found.get(day, 0) + count
    days = tuple(sorted(found))
    return Days(days, tuple(accumulate(found[day] for day in days)), empty, unreadable, tuple(sorted(odd)))


def _day_of(told: object) -> date | None:
    """A start as a day: ISO only; another way of writing a day is not guessed at."""
    if isinstance(told, datetime):
        return told.date()
    if isinstance(told, date):
        return told
    text = str(told)
    if len(text) != 10 or text[4] != "-" or text[7] != "-" or not text.isascii():
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def less(all_rows: Mapping[object, int], some: Mapping[object, int]) -> dict[object, int]:
    """Groups without those that are taken out."""
    return {told: count - some.get(told, 0) for told, count in all_rows.items() if count != some.get(told, 0)}


def plus(one: Mapping[object, int], other: Mapping[object, int]) -> dict[object, int]:
    """Groups put together."""
    return {told: one.get(told, 0) + other.get(told, 0) for told in {**one, **other}}


@dataclass(frozen=True)
class RuleScan:
    """What was found for one rule, and the cut that means its overdue rows."""

    rule: RetentionRule
    count: RuleCount
    cut: Cut | None = None
    stamps: dict[str, str] | None = None
    held: Held | None = None


@dataclass
class Scan:
    """The answer of a scan: `.table` (a row per rule), `.months` (what falls due when), `.overdue(rule)` (keys), `.hash`."""

    room: RetentionRoom
    on: date
    found: list[RuleScan]
    uncovered: dict[str, list[str]]
    failed: dict[str, Refusal]
    receipt: Receipt | None = None
    _lang: str = field(init=False, default="fi")

    def __post_init__(self) -> None:
        self._lang = self.room.standpoint.lang

    @property
    def table(self) -> pandas.DataFrame:
        """Counts of rows: source, table, rule, total, no_start, overdue (held ones not counted), held (overdue but held), next_due, ..."""
        rows = []
        for one in self.found:
            count, told = one.count, [number(getattr(one.count, name)) for name in COLUMNS[3:7]]
            problem = f"{_words.values('scan_problem')[count.problem][self._lang]} {count.detail or ''}".strip() if count.problem else None
            rest = [number(count.unreadable), number(count.no_key), count.oldest, count.cutoff, problem]
            rows.append((one.rule.source, one.rule.table, one.rule.id, *told, count.next_due, *rest))
        table = counted(COLUMNS, rows, self._lang)
        table.attrs["on"] = self.on.isoformat()
        return table

    @property
    def months(self) -> pandas.DataFrame:
        """Rows that fall due in each of the next twelve months: source, table, rule, month, rows. The overdue are not among them."""
        return months_of([one.count for one in self.found], {one.rule.id: one.rule for one in self.found}, self._lang)

    @property
    def hash(self) -> str:
        """One hash over every count: the same data and rules give the same one on every engine and machine."""
        return hash_of(self.on, [one.count for one in self.found])

    def overdue(self, rule: str, new_since: object = None) -> Iterator[str]:
        """The subject keys of the overdue rows of a rule, a row each, held ones left out.

        `new_since`: only what was not overdue yet on that day.
        """
        one = self.of(rule)
        if one.cut is None:
            return iter(())
        return self.room._keys(one, _dates.day(new_since) if new_since is not None else None, self.on)

    def of(self, rule: str) -> RuleScan:
        """What was found for a rule; one that was not scanned is refused with the nearest."""
        known = {one.rule.id: one for one in self.found}
        if rule not in known:
            raise _words.refusal("not_found", got=rule, near=_words.nearest(rule, known, 3) or "–", on=self.on)
        if known[rule].count.problem:
            raise _words.refusal("rule_problem", rule=rule, problem=_words.values("scan_problem")[str(known[rule].count.problem)])
        return known[rule]

    def __repr__(self) -> str:
        lines = [_words.say("scan.title", self._lang, on=_words.show_date(self.on, self._lang, running=True), rules=len(self.found))]
        lines += [self._told(one.count) for one in self.found]
        lines += [
            _words.say("scan.uncovered", self._lang, source=source, tables=", ".join(many))
            for source, many in self.uncovered.items()
            if many
        ]
        lines += [refusal.text(self._lang) for refusal in self.failed.values()]
        return "\n".join([*lines, *([repr(self.receipt)] if self.receipt else [])])

    def _told(self, count: RuleCount) -> str:
        if count.problem:
            return f"  {count.rule}: {_words.values('scan_problem')[count.problem][self._lang]} {count.detail or ''}".rstrip()
        parts = {
            name: _words.show_number(number(getattr(count, name)) or 0, self._lang) for name in ("total", "overdue", "held", "no_start")
        }
        return "  " + _words.say("scan.line", self._lang, rule=count.rule, **parts)


def number(count: str | None) -> int | None:
    """A count as a whole number; None where it is not known."""
    return int(count) if count is not None else None


def counted(columns: Sequence[str], rows: Sequence[Sequence[object]], lang: str) -> pandas.DataFrame:
    """A frame of counts: whole numbers that may be unknown, days as datetime64; the column `rule` is a retention rule."""
    import pandas as pd

    table = _room.frame(columns, rows, lang)
    for name in {"total", "no_start", "overdue", "held", "unreadable", "no_key", "rows"} & set(columns):
        table[name] = pd.array(table[name], dtype="Int64")
    for name in {"next_due", "oldest", "cutoff", "as_of"} & set(columns):
        table[name] = pd.to_datetime(table[name])
    table.attrs["named"] = {"rule": "rule", "rows": "rows_count"}
    return table


def hash_of(on: date, counts: Sequence[RuleCount]) -> str:
    """The hash of counts on a day."""
    content = [count.model_dump(mode="json", exclude_none=True) for count in counts]
    return hashlib.sha256(json.dumps([on.isoformat(), content], sort_keys=True).encode()).hexdigest()


def months_of(counts: Sequence[RuleCount], rules: Mapping[str, RetentionRule], lang: str) -> pandas.DataFrame:
    """The months of counts as rows: source, table, rule, month, rows."""
    rows = []
    for count in counts:
        rule = rules.get(str(count.rule))
        rows += [(rule.source if rule else None, count.table, count.rule, month, rows_) for month, rows_ in month_pairs(count)]
    return counted(("source", "table", "rule", "month", "rows"), sorted(rows, key=lambda row: (row[3], str(row[2]))), lang)


def month_pairs(count: RuleCount) -> list[tuple[str, int]]:
    """`2026-03: 4, 2026-05: 12` as pairs; what reads otherwise was counted by no scan."""
    return [(month, int(rows)) for month, rows in re.findall(r"(\d{4}-\d\d): (\d+)", count.months or "")]


# --- scanning


def scan(room: RetentionRoom, source: str | None, on: date, progress: Progress | None, memory: str | None) -> Scan:
    """Count every rule of a source, or of all. A source that fails is told; the others are scanned all the same."""
    rules, holds = room.of("retention_rule"), room.of("hold")
    names = [source] if source else sorted({one.id for one in room.of("source")} | {str(one.source) for one in rules if one.source})
    found: list[RuleScan] = []
    uncovered, failed, asked = {}, {}, dict[str, frozenset[str]]()
    for done, name in enumerate(names):
        mine = sorted((one for one in rules if one.source == name), key=lambda one: (one.table or "", one.id))
        try:
            held = {one.id: held_by(room, one, holds, on, asked) for one in mine}
            with _sources.opened(room.place(name), memory=memory) as engine:
                found += _scan_source(engine, mine, held, on, room)
                uncovered[name] = sorted(set(engine.tables()) - {str(one.table) for one in mine})
        except Refusal as refusal:
            if source:
                raise
            failed[name] = refusal
            found += [_untold(one, "failed", refusal.text(room.standpoint.lang)) for one in mine]
        if progress:
            progress(done + 1, len(names))
    return Scan(room, on, found, uncovered, failed)


def _scan_source(
    engine: Engine, rules: Sequence[RetentionRule], held: Mapping[str, Held], on: date, room: RetentionRoom
) -> Iterator[RuleScan]:
    """The rules of one source; those of one table that compare the same key with the same holds are counted in one reading."""
    ready = []
    for rule in rules:
        problem = _problem(engine, rule)
        if problem:
            yield _untold(rule, *problem)
        else:
            ready.append(rule)

    def alike(one: RetentionRule) -> tuple[str, str, list[str]]:
        return (str(one.table), one.subject_key or "", sorted(held[one.id].keys))

    for (table, key_name, keys), many in groupby(sorted(ready, key=alike), key=alike):
        group = list(many)
        key = engine.column(table, key_name) if key_name else None
        before = engine.stamps(table)
        columns = list({one.start_column: engine.column(table, str(one.start_column)) for one in group}.values())
        engine.hold(key, keys)
        engine.begin()
        starts = dict(zip((column.name for column in columns), engine.starts(table, columns, key), strict=True))
        engine.rollback()
        if engine.stamps(table) != before:
            raise _words.refusal("source_changed", source=engine.name, table=table)
        for rule in group:
            column = next(one for one in columns if one.name == rule.start_column)
            clock = Clock(str(rule.start_event), str(rule.period), rule.grace, room.financial_year_end(rule))
            yield _counted(rule, clock, column, key, starts[column.name], held[rule.id], on, before)


def _untold(rule: RetentionRule, problem: str, detail: str) -> RuleScan:
    """A rule that could not be counted, and why."""
    made: Any = RuleCount
    return RuleScan(rule, made(rule.id, table=rule.table, problem=problem, detail=detail or None))


def _problem(engine: Engine, rule: RetentionRule) -> tuple[str, str] | None:
    """Why a rule cannot be counted, if it cannot."""
    if not rule.period:
        return ("no_period", rule.period_text or "")
    if not rule.start_event or not rule.start_column:
        return ("no_start", "")
    if not rule.table or rule.table not in engine.tables():
        return ("no_table", rule.table or "")
    columns = engine.columns(rule.table)
    for name in (rule.start_column, rule.subject_key):
        if name and name not in columns:
            return ("no_column", name)
    if columns[rule.start_column].family not in ("date", "moment", "text"):
        return ("no_date", f"{rule.start_column} {columns[rule.start_column].type}")
    return None


def _counted(
    rule: RetentionRule, clock: Clock, column: Column, key: Column | None, starts: Mapping[str, Mapping[object, int]], held: Held, on: date,
    stamps: dict[str, str] | None,
) -> RuleScan:  # fmt: skip
    """The counts of one rule out of the groups of its start column."""
    everything, keyless = starts["all"], starts["keyless"]
    if rule.action == "anonymise":
        everything = less(everything, keyless)  # rows without a key are anonymous already
    kept = everything if held.everything or (held.some and key is None) else starts["held"]
    if held.some and key is not None and rule.action != "anonymise":
        kept = plus(kept, keyless)  # a row without a key cannot be shown to be free
    rows, free, cutoff = days_of(everything), days_of(less(everything, kept)), clock.cutoff(on)
    overdue = free.until(cutoff)
    later = [day for day in free.days if cutoff is None or day > cutoff]
    made: Any = RuleCount
    count = made(
        rule.id, table=rule.table, total=rows.total, no_start=rows.empty + rows.unreadable, unreadable=rows.unreadable,
        no_key=sum(keyless.values()), overdue=overdue, held=rows.until(cutoff) - overdue, oldest=free.days[0] if free.days else None,
        cutoff=cutoff, next_due=clock.erasable_from(later[0]) if later else None, months=_months(clock, free, on),
    )  # fmt: skip
    if cutoff is None or held.everything or (held.some and key is None):
        return RuleScan(rule, count, None, stamps, held)
    cut = Cut(str(rule.table), column, key, cutoff, None, held.some, rule.action == "anonymise", rows.odd)
    return RuleScan(rule, count, cut, stamps, held)


def _months(clock: Clock, free: Days, on: date) -> str | None:
    """How many rows fall due in each month to come, as one text: counts alone are kept in the journal."""
    told, before = [], free.until(clock.cutoff(on))
    for month, last in months_from(on):
        through = free.until(clock.cutoff(last))
        if through > before:
            told.append(f"{month}: {through - before}")
        before = max(before, through)
    return ", ".join(told) or None


def result_of(found: Scan, source: str) -> ScanResult:
    """What the journal keeps of a scan of one source: counts, and which tables no rule covers."""
    made: Any = ScanResult
    counts = [one.count for one in found.found if one.rule.source == source]
    problem = found.failed[source].text(found.room.standpoint.lang) if source in found.failed else None
    return made(
        source, as_of=found.on, counts=counts, uncovered=found.uncovered.get(source), problem=problem, hash=hash_of(found.on, counts)
    )
