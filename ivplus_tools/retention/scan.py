"""A scan: the real tables read in place, grouped by start day; calendar and holds are applied to the groups, and counts are kept."""

from __future__ import annotations

import bisect
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate
from typing import TYPE_CHECKING

from ivplus_tools import _dates, _room, _words
from ivplus_tools._sources import Cut
from ivplus_tools._store import Receipt
from ivplus_tools.errors import Refusal
from ivplus_tools.retention.holds import Held
from ivplus_tools.retention.records import APART, RetentionRule, RuleCount, ScanResult
from ivplus_tools.retention.starts import believed, day_of, is_blank
from ivplus_tools.retention.state import Retention

if TYPE_CHECKING:
    import pandas

    from ivplus_tools._sources.earlier import Reading

Progress = Callable[[int, int], None]
COLUMNS = (
    "source", "table", "rule", "total", "no_start", "overdue", "held", "unreadable", "sentinel", "no_key",
    "doubtful", "unseen", "outside", "returned", "next_due", "oldest", "cutoff", "problem",
)  # fmt: skip
COUNTS = COLUMNS[3:14]
NO_LEDGER = "no_ledger"
"""What a count keeps where nobody can tell which rows have come back."""


@dataclass(frozen=True)
class Days:
    """Rows by start day, in order: how many started through each day. What is no day is counted apart."""

    days: tuple[date, ...]
    through: tuple[int, ...]
    empty: int
    unreadable: int
    sentinel: int
    """Rows with a day by which programs say 'none', where nobody has said so of the source."""

    def until(self, day: date | None) -> int:
        """How many rows started on or before a day."""
        place = bisect.bisect_right(self.days, day) if day else 0
        return self.through[place - 1] if place else 0

    @property
    def total(self) -> int:
        """All rows."""
        return (self.through[-1] if self.through else 0) + self.empty + self.unreadable + self.sentinel


def days_of(counts: Mapping[object, int], formats: Sequence[str] = (), none: Sequence[date] = ()) -> Days:
    """Groups as an engine gives them (days, texts, None) as rows by day; `none`: days declared to be none."""
    found: dict[date, int] = {}
    apart = {"empty": 0, "unreadable": 0, "sentinel": 0}
    for told, count in counts.items():
        day = None if is_blank(told) else day_of(told, formats)
        if day is None:
            apart["empty" if is_blank(told) else "unreadable"] += count
        elif day in none:
            apart["empty"] += count
        elif not believed(day):
            apart["sentinel"] += count
        else:
            found[day] = found.get(day, 0) + count
    days = tuple(sorted(found))
    return Days(days, tuple(accumulate(found[day] for day in days)), **apart)


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
    found: frozenset[str] = frozenset()
    """The held keys that have a row."""


@dataclass
class Scan:
    """The answer of a scan: `.table` (a row per rule), `.months` (what falls due when), `.overdue(rule)` (keys), `.hash`."""

    state: Retention
    on: date
    found: list[RuleScan]
    uncovered: dict[str, list[str]]
    failed: dict[str, Refusal]
    kept_changed: dict[str, list[str]] = field(default_factory=dict)
    """By source, old files that somebody has written to since they were put aside."""
    empty_queries: list[str] = field(default_factory=list)
    """Holds by a query that finds nobody."""
    read: dict[str, dict[str, Reading]] = field(default_factory=dict)
    """By source and Parquet table: how many files were read, how many taken from an earlier reading."""
    keys: Callable[[RuleScan, date | None], Iterator[str]] = lambda *_: iter(())
    """The keys of a rule's overdue rows that were not overdue by a day, read now."""
    receipt: Receipt | None = None
    _lang: str = field(init=False, default="fi")

    def __post_init__(self) -> None:
        self._lang = self.state.lang

    @property
    def table(self) -> pandas.DataFrame:
        """Counts of rows: source, table, rule, total, no_start, overdue (held ones not counted), held, and what was not read.

        `unreadable` (no_start includes it), `sentinel` (1900-01-01 and the like), `no_key`, `doubtful` (the key is almost
        a held one: not erased), `unseen` (under the table's name, not read), `outside` (the rule's condition leaves them out),
        `returned` (erased before).
        """
        rows = []
        for one in self.found:
            count, told = one.count, [number(getattr(one.count, name)) for name in COUNTS]
            problem = f"{_words.values('scan_problem')[count.problem][self._lang]} {count.detail or ''}".strip() if count.problem else None
            days = (count.next_due, count.oldest, count.cutoff)
            rows.append((one.rule.source, one.rule.table, one.rule.id, *told, *days, problem))
        table = counted(COLUMNS, rows, self._lang)
        table.attrs["on"] = self.on.isoformat()
        table.attrs["read"] = self._read()
        return table

    def _read(self) -> list[str]:
        """What was taken from an earlier reading, a line per table."""
        return [
            _words.say(
                "scan.earlier", self._lang, source=source, table=table, read=one.read, taken=one.taken,
                day=_words.show_date(one.day, self._lang, running=True),
            )
            for source, tables in self.read.items() for table, one in tables.items() if one.day
        ]  # fmt: skip

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
        return self.keys(one, _dates.day(new_since) if new_since is not None else None)

    def of(self, rule: str) -> RuleScan:
        """What was found for a rule; one that was not scanned is refused with the nearest."""
        known = {one.rule.id: one for one in self.found}
        if rule not in known:
            raise _words.refusal("not_found", got=rule, near=_words.nearest(rule, known, 3) or "–", on=self.on)
        if known[rule].count.problem:
            told = _words.values("scan_problem")[str(known[rule].count.problem)]
            problem = {lang: f"{text} {known[rule].count.detail or ''}".strip(" :") for lang, text in told.items()}
            raise _words.refusal("rule_problem", rule=rule, problem=problem)
        return known[rule]

    def __repr__(self) -> str:
        lines = [_words.say("scan.title", self._lang, on=_words.show_date(self.on, self._lang, running=True), rules=len(self.found))]
        lines += [self._told(one.count) for one in self.found]
        lines += self._read()
        lines += [
            _words.say("scan.uncovered", self._lang, source=source, tables=", ".join(many))
            for source, many in self.uncovered.items()
            if many
        ]
        lines += [refusal.text(self._lang) for refusal in self.failed.values()]
        names = ", ".join(name for many in self.kept_changed.values() for name in many)
        lines += [_words.finding("RET-024", self._lang, names=names)] if names else []
        lines += [f"{name}: {_words.finding('RET-026', self._lang, rows=0)}" for name in self.empty_queries]
        return "\n".join([*lines, *([repr(self.receipt)] if self.receipt else [])])

    def _told(self, count: RuleCount) -> str:
        if count.problem:
            return f"  {count.rule}: {_words.values('scan_problem')[count.problem][self._lang]} {count.detail or ''}".rstrip()
        shown = {name: _words.show_number(number(getattr(count, name)) or 0, self._lang) for name in COUNTS}
        line = "  " + _words.say("scan.line", self._lang, rule=count.rule, **shown)
        apart = (name for name in (*APART[2:], "returned") if number(getattr(count, name)))
        told = "; ".join(f"{_words.field_label(name, self._lang)} {shown[name]}" for name in apart)
        return f"{line}; {told}" if told else line


def number(count: str | None) -> int | None:
    """A count as a whole number; None where it is not known."""
    return int(count) if count is not None else None


def counted(columns: Sequence[str], rows: Sequence[Sequence[object]], lang: str) -> pandas.DataFrame:
    """A frame of counts: whole numbers that may be unknown, days as datetime64; the column `rule` is a retention rule."""
    import pandas as pd

    table = _room.frame(columns, rows, lang)
    for name in {*COUNTS, "rows"} & set(columns):
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


COULD_NOT_READ = ("failed", "no_table", "no_column", "no_date")
"""Why a table could not be read: what was counted before still stands, and is told of its own day."""


def _standing(now: RuleCount, before: Mapping[str, RuleCount]) -> RuleCount:
    """A count; where nothing could be read, the last one with the problem of now: a failure mends nothing."""
    was = before.get(str(now.rule))
    if now.problem not in COULD_NOT_READ or was is None or was.total is None or was.table != now.table:
        return now
    return was.model_copy(update={"problem": now.problem, "detail": now.detail})


def result_of(found: Scan, source: str) -> ScanResult:
    """What the journal keeps of a scan of one source: counts, and which tables no rule covers.

    Of a source that could not be read the last counts stand, as of their own day, beside what was the matter.
    """
    last = next((one for one in found.state.records("scan") if one.id == source), None)
    before = {str(one.rule): one for one in (last.counts or () if last else ())}
    counts = [_standing(one.count, before) for one in found.found if one.rule.source == source]
    problem = found.failed[source].text(found.state.lang) if source in found.failed else None
    asking = {one.id for one in found.state.records("hold") if one.source == source}
    empty = [name for name in found.empty_queries if name in asking]
    on, uncovered, changed = found.on, found.uncovered.get(source), found.kept_changed.get(source)
    if problem and last:
        on, uncovered, changed = last.as_of or on, last.uncovered, changed or last.kept_changed
        empty = empty or list(last.empty_queries or ())
    return ScanResult.of(
        source, as_of=on, counts=counts, uncovered=uncovered, problem=problem,
        kept_changed=changed, empty_queries=empty or None, hash=hash_of(on, counts),
    )  # fmt: skip
