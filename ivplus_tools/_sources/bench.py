"""A workbench: one connection in memory into which columns of several sources are brought, to be asked about together."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ivplus_tools._sources import duck, files, sql
from ivplus_tools._sources.engine import BATCH, Engine
from ivplus_tools._sources.pieces import READ, as_text, is_lost
from ivplus_tools._sources.sql import Column, compose, constant, quoted

PLACE = "SET temp_directory = {place}"
VIEW = "CREATE OR REPLACE TEMP VIEW {name} AS SELECT {columns} FROM ({query}) AS t"
MADE = "CREATE OR REPLACE TEMP TABLE {name} ({columns})"
PUT = "INSERT INTO {name} SELECT {marks}"
COUNT = "SELECT count(*) FROM {name}"
NONE = "CAST(NULL AS VARCHAR)"
NUMBER = "row_number() OVER () AS n"
TO_FILE = "COPY ({query}) TO {place} (FORMAT parquet)"


class Bench:
    """Our own connection; what does not fit into memory goes to a private folder that ends with it."""

    def __init__(self, memory: str | None = None) -> None:
        self._private = Path(tempfile.mkdtemp(prefix="ivplus-"))
        self.con = duck.connection(memory)
        self.con.execute(compose(PLACE, place=constant(str(self._private / "spill"))))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of everything."""
        self.con.close()
        shutil.rmtree(self._private, ignore_errors=True)

    @property
    def trouble(self) -> tuple[type[Exception], ...]:
        """What asking may raise."""
        return duck.Duck.trouble

    def ask(self, query: str, values: Sequence[object] | Mapping[str, object] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query; values are bound."""
        return self.con.execute(query, values or None).fetchall()

    def rows(self, query: str, values: Sequence[object] | Mapping[str, object] = ()) -> Iterator[tuple[Any, ...]]:
        """The same, a batch at a time."""
        result = self.con.execute(query, values or None)
        while batch := result.fetchmany(BATCH):
            yield from batch

    def put(self, name: str, columns: Mapping[str, str], rows: Iterable[Sequence[object]]) -> None:
        """A table of these rows: columns by name, each with its type."""
        self.con.execute(compose(MADE, name=quoted(name), columns=", ".join(f"{quoted(one)} {kind}" for one, kind in columns.items())))
        marks = ", ".join(f"unnest(?::{kind}[])" for kind in columns.values())
        put, left = compose(PUT, name=quoted(name), marks=marks), iter(rows)
        while batch := list(islice(left, BATCH)):
            self.con.execute(put, [list(cells) for cells in zip(*batch, strict=True)])

    def bring(self, engine: Engine, table: str, columns: Mapping[str, Column | None], name: str, numbered: bool = False) -> frozenset[str]:
        """Columns of a table under names of ours; one that is not there is empty. `numbered`: with `n`, from 1.

        Files are read where they lie for as long as the source is open, days as days; anything else is brought row by row, as text.
        Returns what came as days.
        """
        if isinstance(engine, files.Files) and (query := engine.in_place(table)):
            days = frozenset(alias for alias, one in columns.items() if one is not None and one.family in sql.NATIVE)
            told = [_named(alias, one, alias in days) for alias, one in columns.items()]
            told = [NUMBER, *told] if numbered else told
            self.con.execute(compose(VIEW, name=quoted(name), columns=", ".join(told), query=query))
            return days
        told = [_named(alias, one, False) for alias, one in columns.items()]
        rows = engine.rows(compose(READ, columns=", ".join(told), table=engine.relation(table)))
        types = dict.fromkeys(columns, "VARCHAR")
        if numbered:
            self.put(name, {"n": "BIGINT", **types}, ((n, *map(_cell, row)) for n, row in enumerate(rows, 1)))
        else:
            self.put(name, types, (tuple(map(_cell, row)) for row in rows))
        return frozenset()

    def take(self, engine: Engine, table: str, columns: Mapping[str, Column], name: str) -> int:
        """Columns of a whole table as texts, row by row from any engine; how many cells were no text, which are empty here."""
        lost = 0

        def texts() -> Iterator[tuple[str | None, ...]]:
            nonlocal lost
            own = ", ".join(one.own for one in columns.values())
            for row in engine.rows(compose(READ, columns=own, table=engine.relation(table))):
                lost += sum(map(is_lost, row))
                yield tuple(map(as_text, row))

        self.put(name, dict.fromkeys(columns, "VARCHAR"), texts())
        return lost

    def count(self, name: str) -> int:
        """How many rows a table of ours has."""
        return int(self.ask(compose(COUNT, name=quoted(name)))[0][0])

    def parquet(self, query: str) -> bytes:
        """The rows of a query as a Parquet file."""
        place = self._private / "out.parquet"
        self.con.execute(compose(TO_FILE, query=query, place=constant(str(place))))
        made = place.read_bytes()
        place.unlink()
        return made


def _named(alias: str, one: Column | None, as_day: bool) -> str:
    """A column under a name of ours."""
    return f"{NONE if one is None else one.own if as_day else one.text} AS {quoted(alias)}"


def _cell(cell: object) -> object:
    """A cell that can be brought; a text that is none in UTF-8 stays one."""
    return cell.encode("utf-8", "replace").decode() if isinstance(cell, str) else cell
