"""Lists out of several sources side by side in memory, as texts: one question over rows of engines that know nothing of each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import date, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from ivplus_tools import _dates
from ivplus_tools._sources import sql
from ivplus_tools._sources.engine import Engine
from ivplus_tools._sources.pieces import READ, _is_lost, _text

if TYPE_CHECKING:
    from ivplus_tools._sources import Place

BATCH = 50_000
"""Rows that are handed over at a time."""
MADE = "CREATE TEMP TABLE {name} ({columns})"
PUT = "INSERT INTO {name} SELECT {marks}"


class SideBySide:
    """Lists in memory; nothing of them outlives the question."""

    def __init__(self, con: Any) -> None:
        self._con = con

    def take(self, name: str, engine: Engine, table: str, columns: Mapping[str, sql.Column]) -> int:
        """Take columns of a whole table over as texts, each by a name of its own; how many cells were no text, which are empty here."""
        made = ", ".join(sql.compose("{one} VARCHAR", one=sql.quoted(one)) for one in columns)
        self._con.execute(sql.compose(MADE, name=sql.quoted(name), columns=made))
        put = sql.compose(PUT, name=sql.quoted(name), marks=", ".join("unnest(?::VARCHAR[])" for _ in columns))
        names = ", ".join(one.own for one in columns.values())
        rows, lost = engine.rows(sql.compose(READ, columns=names, table=engine.relation(table))), 0
        while piece := list(islice(rows, BATCH)):
            cells = list(zip(*piece, strict=True))
            lost += sum(map(_is_lost, (cell for one in cells for cell in one)))
            self._con.execute(put, [[_text(cell) for cell in one] for one in cells])
        return lost

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query over the lists."""
        found: list[tuple[Any, ...]] = self._con.execute(query).fetchall()
        return found


@contextmanager
def side_by_side() -> Iterator[SideBySide]:
    """A place for lists, gone when it is left."""
    from ivplus_tools._sources import duck

    with closing(duck.connection()) as con:
        yield SideBySide(con)


def day_of(place: Place, table: str) -> date | None:
    """The day on which the files of a table were last written, the oldest of them; None for a server, which is as it is now."""
    from ivplus_tools._sources import files as tables

    if not place.is_files:
        return None
    many = [place.path] if place.path.is_file() else tables.tables_of(place.name, place.path, place.location)[table][1]
    oldest = min(path.stat().st_mtime for path in many)
    return datetime.fromtimestamp(oldest, _dates.HELSINKI).date()
