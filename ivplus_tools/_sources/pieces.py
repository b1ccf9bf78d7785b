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
"""Signs of a value that are looked at; what is longer is told as cut."""
READ = "SELECT {columns} FROM {table} AS t"
MADE = "CREATE OR REPLACE TEMP TABLE piece ({columns})"
PUT = "INSERT INTO piece SELECT {marks}"

Ask = Callable[[str], list[tuple[Any, ...]]]
"""Runs a query over one piece and gives its rows."""


def pieces(engine: Engine, table: str, columns: Sequence[sql.Column], most: int | None = None) -> Iterator[tuple[Ask, str]]:
    """Each piece of a table: how to ask, and the name of its relation. `most`: rows that are enough."""
    from ivplus_tools._sources import duck

    if isinstance(engine, duck.Duck):
        yield lambda query: list(engine.rows(query)), engine.relation(table)
        return
    with closing(duck.connection()) as con:
        names = ", ".join(sql.compose("{name} VARCHAR", name=sql.quoted(one.name)) for one in columns)
        put = sql.compose(PUT, marks=", ".join("unnest(?::VARCHAR[])" for _ in columns))
        rows = engine.rows(sql.compose(READ, columns=", ".join(one.own for one in columns), table=engine.relation(table)))
        rows = islice(rows, most) if most else rows
        size = max(1, PIECE // len(columns))
        while piece := list(islice(rows, size)):
            con.execute(sql.compose(MADE, columns=names))
            con.execute(put, [[_text(cell) for cell in cells] for cells in zip(*piece, strict=True)])
            yield lambda query: con.execute(query).fetchall(), "piece"


def _text(cell: object) -> str | None:
    """A cell as text; bytes are no text."""
    if cell is None or isinstance(cell, (bytes, bytearray, memoryview)):
        return None
    return str(cell).encode("utf-8", "replace").decode()[:LONGEST]
