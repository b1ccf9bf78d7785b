"""A table as something that DuckDB can be asked about: itself where it lies in DuckDB's reach, else piece by piece in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from typing import Any

from ivplus_tools._sources import sql
from ivplus_tools._sources.engine import Engine

PIECE = 400_000
"""Values that are held in memory at a time."""
LONGEST = 100_000
"""Signs of a value that are looked at; a column with a longer one is told."""
READ = "SELECT {columns} FROM {table} AS t"
MADE = "CREATE OR REPLACE TEMP TABLE piece ({columns})"
PUT = "INSERT INTO piece SELECT {marks}"

Ask = Callable[[str], list[tuple[Any, ...]]]
"""Runs a query over one piece and gives its rows."""


def pieces(
    engine: Engine, table: str, columns: Sequence[sql.Column], most: int | None = None
) -> Iterator[tuple[Ask, str, list[sql.Column], set[str]]]:
    """Each piece of a table: how to ask, the name of its relation, its columns in their order, and which were not wholly taken over.

    `most`: rows that are enough.
    """
    from ivplus_tools._sources import duck

    if not columns:
        return
    if isinstance(engine, duck.Duck):
        yield lambda query: list(engine.rows(query)), engine.relation(table), list(columns), set()
        return
    own = [sql.Column(f"c{place}", "VARCHAR", one.family if one.family in sql.NUMBERS else "text") for place, one in enumerate(columns)]
    with closing(duck.connection()) as con:
        names = ", ".join(sql.compose("{name} VARCHAR", name=sql.quoted(one.name)) for one in own)
        put = sql.compose(PUT, marks=", ".join("unnest(?::VARCHAR[])" for _ in own))
        rows = engine.rows(sql.compose(READ, columns=", ".join(one.own for one in columns), table=engine.relation(table)))
        rows = islice(rows, most) if most else rows
        size = max(1, PIECE // len(columns))
        while piece := list(islice(rows, size)):
            con.execute(sql.compose(MADE, columns=names))
            cells = list(zip(*piece, strict=True))
            con.execute(put, [[as_text(cell) for cell in one] for one in cells])
            lost = {one.name for one, told in zip(columns, cells, strict=True) if any(map(is_lost, told))}
            yield lambda query: con.execute(query).fetchall(), "piece", own, lost


def is_lost(cell: object) -> bool:
    """Whether a cell is not taken over as it is: bytes, or a text beyond what is looked at."""
    return isinstance(cell, (bytes, bytearray, memoryview)) or (isinstance(cell, str) and len(cell) > LONGEST)


def as_text(cell: object) -> str | None:
    """A cell as text; bytes are no text."""
    if cell is None or isinstance(cell, (bytes, bytearray, memoryview)):
        return None
    return str(cell).encode("utf-8", "replace").decode()[:LONGEST]


def trouble() -> tuple[type[Exception], ...]:
    """What asking about a piece may raise."""
    import duckdb

    return (duckdb.Error,)
