"""A scan: each table of a source read in place, each column judged; what is kept of it names columns and counts, never a value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ivplus_tools import _room, _sources, _words
from ivplus_tools._records import tells_of_somebody, without_persons
from ivplus_tools._room import Room
from ivplus_tools._store import Receipt
from ivplus_tools.discovery import counting, judging
from ivplus_tools.discovery.counting import Seen
from ivplus_tools.discovery.judging import Found
from ivplus_tools.discovery.kinds import YES
from ivplus_tools.discovery.records import DataScan
from ivplus_tools.discovery.state import CANNOT_TELL, UNDECLARED, Discovery, parts
from ivplus_tools.errors import Refusal

if TYPE_CHECKING:
    import pandas

    from ivplus_tools._sources import Column, Engine

Progress = Callable[[int, int], None]
COLUMNS = ("source", "table", "column", "kind", "share", "how", "declared_by", "confidence", "hits", "filled", "also", "exact")
TABLES = ("source", "table", "state", "new", "rows", "columns", "personal", "undeclared", "not_read", "activities")
MOST_NAMED = 10
WIDEST = 5_000
"""Columns of a table that are looked at; those beyond are told."""
SPARK_SAMPLE = 20_000
"""Rows that are read of a table of Spark, which does the counting far away."""


@dataclass
class TableSeen:
    """A table as it was read: its columns, what each holds, what of it was not read and why."""

    source: str
    name: str
    rows: int = 0
    columns: list[str] = field(default_factory=list)
    found: dict[str, Found] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    problem: str = ""
    whole: bool = True
    exact: dict[str, bool] = field(default_factory=dict)
    lang: str = "fi"
    new: str = CANNOT_TELL
    """Whether no earlier scan has met the table."""


@dataclass
class Scan:
    """The answer of a scan: `.columns` (what tells of persons), `.every` (each column), `.tables`, `.failed` (what was not read)."""

    state: Discovery
    seen: list[TableSeen]
    failed: dict[str, str]
    sampled: int | None = None
    partly: dict[str, str] = field(default_factory=dict)
    """Sources beside whose tables other files lie, which were not read."""
    receipt: Receipt | None = None

    @property
    def columns(self) -> pandas.DataFrame:
        """Columns that tell of persons: source, table, column, kind, share, how, declared_by, confidence, hits, filled, also, exact."""
        return self._frame(COLUMNS, [self._row(table, one) for table, one in self._told])

    @property
    def every(self) -> pandas.DataFrame:
        """Every column, also those in which nothing was recognised (kind is empty), and those that were not read (how: not_read)."""
        return self._frame(COLUMNS, [row for table in self.seen for row in self._all(table)])

    @property
    def tables(self) -> pandas.DataFrame:
        """Each table: source, table, state (covered, not_personal, undeclared), new, rows, columns, personal, undeclared, not_read, ..."""
        rows = []
        for one in self.seen:
            told = judging.told_of(one.found).values()
            declared = [bool(self._declared(one, found)) for found in told]
            mapped = self.state.map.get((one.source, one.name))
            rows.append(
                (one.source, one.name, self.state.table_state(one.source, one.name), one.new, one.rows, len(one.columns), len(declared),
                 declared.count(False), one.problem or "; ".join(one.unread), ", ".join(parts(mapped.activities if mapped else None)))
            )  # fmt: skip
        table = _room.frame(TABLES, rows, self.state.lang)
        table.attrs["lists"] = {"state": "table_state", "new": "told_or_not"}
        return table

    @property
    def open(self) -> bool:
        """Whether anything is undeclared, doubtful, said otherwise or not read."""
        unread = any(one.problem or one.unread or not one.whole for one in self.seen)
        if self.failed or self.partly or unread or not self.seen:
            return True
        if any(self.state.table_state(one.source, one.name) == UNDECLARED for one in self.seen):
            return True
        return any(one.confidence == judging.DOUBTFUL or not self._declared(table, one) for table, one in self._told)

    @property
    def _told(self) -> list[tuple[TableSeen, Found]]:
        """The columns that tell of persons, each with its table."""
        return [(table, one) for table in self.seen for one in judging.told_of(table.found).values()]

    def _all(self, table: TableSeen) -> list[tuple[Any, ...]]:
        empty = {name: Found(table.name, name, "", (), 0, 0, "not_read", "", False) for name in table.unread}
        how = "not_read" if table.problem else ""
        none = {name: Found(table.name, name, "", (), 0, 0, how, "", table.exact.get(name, False)) for name in table.columns}
        return [self._row(table, one) for one in {**none, **empty, **table.found}.values()]

    def _row(self, table: TableSeen, one: Found) -> tuple[Any, ...]:
        also = ", ".join(_words.values("personal_data_kind")[code][self.state.lang] for code in one.also)
        share = None if one.share is None else round(one.share, 6)
        return (
            table.source, table.name, one.column, one.kind, share, one.how, ", ".join(self._declared(table, one)), one.confidence,
            one.hits, one.filled, also, "yes" if one.exact else "no",
        )  # fmt: skip

    def _declared(self, table: TableSeen, one: Found) -> tuple[str, ...]:
        codes = dict.fromkeys([one.kind, *one.also])
        return self.state.declared_by(table.source, table.name, one.column, codes) if one.kind else ()

    def _frame(self, columns: Sequence[str], rows: list[Any]) -> pandas.DataFrame:
        made = _room.frame(columns, rows, self.state.lang)
        made.attrs["lists"] = {"kind": "personal_data_kind", "how": "found_how", "confidence": "confidence", "exact": "yes_no"}
        return made

    def __repr__(self) -> str:
        unread = [f"{name}: {reason}" for name, reason in {**self.failed, **self.partly}.items()]
        unread += [f"{one.name}: {one.problem}" for one in self.seen if one.problem]
        unread += [f"{one.name}: {', '.join(one.unread)}" for one in self.seen if one.unread and not one.problem]
        undeclared = sum(not self._declared(table, one) for table, one in self._told)
        columns = sum(len(one.columns) for one in self.seen)
        counts = {"tables": len(self.seen), "columns": columns, "found": len(self._told), "undeclared": undeclared}
        line = _words.say("discovery.summary", self.state.lang, **counts)
        new = [one.name for one in self.seen if one.new == YES]
        line += _words.say("discovery.new", self.state.lang, count=len(new), names=", ".join(new[:MOST_NAMED])) if new else ""
        partly = [_words.say("discovery.sampled", self.state.lang, rows=self.sampled)] if self.sampled else []
        large = [one.name for one in self.seen if one.rows > counting.WHOLE]
        partly += (
            [_words.say("discovery.large", self.state.lang, names=", ".join(large[:MOST_NAMED]), rows=counting.SAMPLE)] if large else []
        )
        return "\n".join([line, *partly, *(_words.say("discovery.unread", self.state.lang, told=one) for one in unread)])


def scan(state: Discovery, source: str | None, sample: int | None, progress: Progress | None) -> Scan:
    """Every table of a source, or of all; a source or a table that fails is told and the others are read all the same."""
    names = [source] if source else sorted(state.bodies("source"))
    made = Scan(state, [], {}, sample)
    for done, name in enumerate(names):
        try:
            with _sources.opened(state.place(name)) as engine:
                tables = engine.tables()
                for number, table in enumerate(tables):
                    made.seen.append(_table(state, engine, name, table, sample))
                    if progress:
                        progress(done * 1000 + 1000 * (number + 1) // len(tables), len(names) * 1000)
            if beside := _sources.beside_tables(state.place(name)):
                made.partly[name] = _words.say("discovery.beside", state.lang, names=", ".join(beside[:MOST_NAMED]))
            if not tables:
                made.failed[name] = _words.say("discovery.no_tables", state.lang)
        except Refusal as refusal:
            if source:
                raise
            made.failed[name] = refusal.text(state.lang)
    return made


def _table(state: Discovery, engine: Engine, source: str, name: str, sample: int | None) -> TableSeen:
    """One table, whole or by a sample; one that cannot be read is told."""
    made = TableSeen(source, name, lang=state.lang)
    made.new = state.is_new(source, _shown(made))
    sample = SPARK_SAMPLE if sample is None and engine.far else sample
    made.whole = sample is None
    try:
        every = list(engine.columns(name).values())
        made.columns = [one.name for one in every]
        if any(map(tells_of_somebody, [name, *made.columns])):
            made.columns, made.problem = [], _words.say("discovery.names_are_data", state.lang)
            return made
        engine.demand_whole(name)
        seen = _counted(made, engine, every[:WIDEST], sample)
    except Refusal as refusal:
        made.problem = refusal.text(state.lang)
        return made
    except (*engine.trouble, *_sources.trouble()) as error:
        made.problem = engine.reason(error)
        return made
    made.rows = max((one.rows for one in seen.values()), default=0)
    made.exact = {column: one.exact for column, one in seen.items()}
    made.unread += [column for column, one in seen.items() if one.unread] + made.columns[WIDEST:]
    made.found = judging.judge(name, seen, state.on)
    return made


def _counted(made: TableSeen, engine: Engine, columns: Sequence[Column], sample: int | None) -> dict[str, Seen]:
    """What was seen of each column; one with cells that were not wholly taken over is told."""
    seen: dict[str, Seen] = {}
    names, cut = [one.name for one in columns], set[str]()
    for ask, relation, own, lost in _sources.pieces(engine, made.name, columns, sample):
        cut |= lost
        for column, one in counting.look(ask, relation, names, own, sample).items():
            seen[column] = seen[column].plus(one) if column in seen else one
    if unseen := engine.unseen(made.name):
        made.problem = _words.say("discovery.unseen", made.lang, rows=unseen)
    made.unread = sorted(cut)
    return seen


def recorded(room: Room[Discovery], source: str | None, sample: int | None, progress: Progress | None) -> Scan:
    """A scan whose answer is kept in the journal, where somebody records and it is of the room's own day."""
    at = room.standpoint
    found = scan(room.state(), source, sample, progress)
    earlier = {one.id: one for one in room.state().scans}
    names = dict.fromkeys([*(one.source for one in found.seen), *found.failed])
    kept = [made for name in names if (made := _kept(found, name, earlier.get(name)))]
    if at.by and not at.past and kept:
        found.receipt = room.seal_act(kept, at.valid_on, _words.say("discovery.why", at.lang))
    return found


def _kept(found: Scan, source: str, earlier: DataScan | None) -> DataScan | None:
    """What the journal keeps of the scan of a source: a sample, or a scan that failed, takes away nothing that a whole one has found."""
    failure = found.failed.get(source) or found.partly.get(source)
    stands = earlier is not None and not earlier.sampled
    if found.sampled and stands:
        return None
    if source in found.failed and stands and earlier:
        facts = {name: getattr(earlier, name) for name in ("scanned", "scanned_tables", "found_columns")}
        return DataScan.of(source, **facts, failure=failure)
    mine = [_beside_earlier(one, earlier) for one in found.seen if one.source == source]
    tables, columns = [table for table, _ in mine], [one for _, those in mine for one in those]
    return DataScan.of(
        source, scanned=found.state.on, sampled=found.sampled, failure=failure,
        scanned_tables=tables or None, found_columns=columns or None,
    )  # fmt: skip


def _beside_earlier(one: TableSeen, earlier: DataScan | None) -> tuple[dict[str, Any], list[Any]]:
    """What is kept of a table and its columns: where it was not read, or not all of it, what an earlier scan has found there stays."""
    name = _shown(one)
    was = next((old for old in parts(earlier.scanned_tables if earlier else None) if old.table == name), None)
    failed = was if one.problem and not one.rows else None
    table = {
        "table": name, "rows_count": failed.rows_count if failed else one.rows, "not_read": one.unread or None,
        "column_names": failed.column_names if failed and not one.columns else one.columns,
        "whole": "yes" if one.whole and not one.problem else "no", "detail": one.problem or None,
    }  # fmt: skip
    told: list[Any] = [
        {"table": name, "column": found.column, "data_kind": found.kind, "also": found.also or None, "hits": found.hits,
         "filled": found.filled, "found_how": found.how, "confidence": found.confidence}
        for found in judging.told_of(one.found).values()
    ]  # fmt: skip
    old = [kept for kept in parts(earlier.found_columns if earlier else None) if kept.table == name and kept.column not in one.found]
    return table, told + [kept for kept in old if one.problem or not one.whole or kept.column in one.unread]


def _shown(one: TableSeen) -> str:
    """The name of a table as the journal keeps it: never one that tells of somebody."""
    return without_persons(one.name)
