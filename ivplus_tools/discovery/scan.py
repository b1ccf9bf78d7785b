"""A scan: each table of a source read in place, each column judged; what is kept of it names columns and counts, never a value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ivplus_tools import _room, _sources, _words
from ivplus_tools._room import Room
from ivplus_tools._store import Receipt
from ivplus_tools.discovery import counting, judging
from ivplus_tools.discovery.counting import Seen
from ivplus_tools.discovery.judging import Found
from ivplus_tools.discovery.records import DataScan
from ivplus_tools.discovery.state import Discovery, parts
from ivplus_tools.errors import Refusal

if TYPE_CHECKING:
    import pandas

    from ivplus_tools._sources import Engine

Progress = Callable[[int, int], None]
COLUMNS = ("source", "table", "column", "kind", "share", "how", "declared_by", "confidence", "hits", "filled", "also", "exact")
TABLES = ("source", "table", "state", "rows", "columns", "personal", "undeclared", "not_read", "activities")
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


@dataclass
class Scan:
    """The answer of a scan: `.columns` (what tells of persons), `.every` (each column), `.tables`, `.failed` (what was not read)."""

    state: Discovery
    seen: list[TableSeen]
    failed: dict[str, str]
    sampled: int | None = None
    receipt: Receipt | None = None

    @property
    def columns(self) -> pandas.DataFrame:
        """Columns that tell of persons: source, table, column, kind, share, how, declared_by, confidence, hits, filled, also, exact."""
        rows = [self._row(table, one) for table in self.seen for one in judging.told_of(table.found).values()]
        return self._frame(COLUMNS, rows)

    @property
    def every(self) -> pandas.DataFrame:
        """Every column, also those in which nothing was recognised (kind is empty), and those that were not read (how: not_read)."""
        return self._frame(COLUMNS, [row for table in self.seen for row in self._all(table)])

    @property
    def tables(self) -> pandas.DataFrame:
        """Each table: source, table, state (covered, not_personal, undeclared), rows, columns, personal, undeclared, not_read, ..."""
        rows = []
        for one in self.seen:
            told = judging.told_of(one.found).values()
            declared = [bool(self._declared(one, found)) for found in told]
            mapped = self.state.map.get((one.source, one.name))
            rows.append(
                (one.source, one.name, self.state.table_state(one.source, one.name), one.rows, len(one.columns), len(declared),
                 declared.count(False), one.problem or "; ".join(one.unread), ", ".join(parts(mapped.activities if mapped else None)))
            )  # fmt: skip
        table = _room.frame(TABLES, rows, self.state.lang)
        table.attrs["lists"] = {"state": "table_state"}
        return table

    @property
    def open(self) -> bool:
        """Whether anything is undeclared or doubtful, or was not read."""
        if self.failed or any(one.problem or one.unread or not one.whole for one in self.seen) or not self.seen:
            return True
        told = [(table, one) for table in self.seen for one in judging.told_of(table.found).values()]
        return any(one.confidence == judging.DOUBTFUL or not self._declared(table, one) for table, one in told)

    def _all(self, table: TableSeen) -> list[tuple[Any, ...]]:
        empty = {name: Found(table.name, name, "", (), 0, 0, "not_read", "", False) for name in table.unread}
        none = {name: Found(table.name, name, "", (), 0, 0, "", "", table.whole) for name in table.columns}
        return [self._row(table, one) for one in {**none, **empty, **table.found}.values()]

    def _row(self, table: TableSeen, one: Found) -> tuple[Any, ...]:
        also = ", ".join(_words.values("personal_data_kind")[code][self.state.lang] for code in one.also)
        share = None if one.share is None else round(one.share, 6)
        return (
            table.source, table.name, one.column, one.kind, share, one.how, ", ".join(self._declared(table, one)), one.confidence,
            one.hits, one.filled, also, "yes" if one.exact else "no",
        )  # fmt: skip

    def _declared(self, table: TableSeen, one: Found) -> tuple[str, ...]:
        return self.state.declared_by(table.source, table.name, dict.fromkeys([one.kind, *one.also])) if one.kind else ()

    def _frame(self, columns: Sequence[str], rows: list[Any]) -> pandas.DataFrame:
        made = _room.frame(columns, rows, self.state.lang)
        made.attrs["lists"] = {"kind": "personal_data_kind", "how": "found_how", "confidence": "confidence", "exact": "yes_no"}
        return made

    def __repr__(self) -> str:
        told = [one for table in self.seen for one in judging.told_of(table.found).values()]
        unread = [f"{name}: {reason}" for name, reason in self.failed.items()]
        unread += [f"{one.name}: {one.problem}" for one in self.seen if one.problem]
        unread += [f"{one.name}: {', '.join(one.unread)}" for one in self.seen if one.unread and not one.problem]
        undeclared = sum(not self._declared(table, one) for table in self.seen for one in judging.told_of(table.found).values())
        columns = sum(len(one.columns) for one in self.seen)
        counts = {"tables": len(self.seen), "columns": columns, "found": len(told), "undeclared": undeclared}
        line = _words.say("discovery.summary", self.state.lang, **counts)
        partly = [_words.say("discovery.sampled", self.state.lang, rows=self.sampled)] if self.sampled else []
        return "\n".join([line, *partly, *(_words.say("discovery.unread", self.state.lang, told=one) for one in unread)])


def scan(state: Discovery, source: str | None, sample: int | None, progress: Progress | None) -> Scan:
    """Every table of a source, or of all; a source or a table that fails is told and the others are read all the same."""
    names = [source] if source else sorted(state.bodies("source"))
    made = Scan(state, [], {}, sample)
    for done, name in enumerate(names):
        try:
            with _sources.opened(state.place(name)) as engine:
                for number, table in enumerate(tables := engine.tables()):
                    made.seen.append(_table(state, engine, name, table, sample))
                    if progress:
                        progress(done * 1000 + 1000 * (number + 1) // len(tables), len(names) * 1000)
        except Refusal as refusal:
            if source:
                raise
            made.failed[name] = refusal.text(state.lang)
    return made


def _table(state: Discovery, engine: Engine, source: str, name: str, sample: int | None) -> TableSeen:
    """One table, whole or by a sample; one that cannot be read is told."""
    made = TableSeen(source, name, whole=sample is None)
    try:
        every = list(engine.columns(name).values())
        made.columns = [one.name for one in every]
        sample = SPARK_SAMPLE if sample is None and engine.far else sample
        made.whole = sample is None
        seen: dict[str, Seen] = {}
        for ask, relation in _sources.pieces(engine, name, every[:WIDEST], sample):
            for column, one in counting.look(ask, relation, every[:WIDEST], sample).items():
                seen[column] = seen[column].plus(one) if column in seen else one
    except Refusal as refusal:
        made.problem = refusal.text(state.lang)
        return made
    except engine.trouble as error:
        made.problem = engine.reason(error)
        return made
    made.rows = max((one.rows for one in seen.values()), default=0)
    made.unread = [name for name, one in seen.items() if one.unread] + made.columns[WIDEST:]
    made.found = judging.judge(name, seen, state.on)
    return made


def recorded(room: Room[Discovery], source: str | None, sample: int | None, progress: Progress | None) -> Scan:
    """A scan whose answer is kept in the journal, where somebody records and it is of the room's own day."""
    at = room.standpoint
    found = scan(room.state(), source, sample, progress)
    names = dict.fromkeys([*(one.source for one in found.seen), *found.failed])
    if at.by and not at.past and names:
        found.receipt = room.seal_act([_kept(found, name) for name in names], at.valid_on, _words.say("discovery.why", at.lang))
    return found


def _kept(found: Scan, source: str) -> DataScan:
    """What the journal keeps of the scan of one source."""
    mine = [one for one in found.seen if one.source == source]
    tables = [
        {"table": one.name, "rows_count": one.rows, "column_names": one.columns, "whole": "yes" if one.whole and not one.problem else "no",
         "not_read": one.unread or None, "detail": one.problem or None}
        for one in mine
    ]  # fmt: skip
    columns = [
        {"table": table.name, "column": one.column, "data_kind": one.kind, "also": one.also or None, "hits": one.hits, "filled": one.filled,
         "found_how": one.how, "confidence": one.confidence}
        for table in mine for one in judging.told_of(table.found).values()
    ]  # fmt: skip
    return DataScan.of(
        source, scanned=found.state.on, sampled=found.sampled, scanned_tables=tables or None, found_columns=columns or None,
        failure=found.failed.get(source),
    )  # fmt: skip
