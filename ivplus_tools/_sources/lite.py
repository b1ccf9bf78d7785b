"""SQLite: opened read-only unless a write is granted; its dynamic types are compared as text and as number."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ivplus_tools._sources.engine import BATCH, Engine, failed
from ivplus_tools._sources.sql import Column, compose

NAMES = "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite@_%' ESCAPE '@' ORDER BY name"
CASCADES = """
SELECT DISTINCT m.name FROM main.sqlite_schema AS m, pragma_foreign_key_list(m.name) AS f
WHERE m.type = 'table' AND lower(f."table") = lower(?) AND (f.on_delete IN ('CASCADE', 'SET NULL', 'SET DEFAULT')
  OR f.on_update IN ('CASCADE', 'SET NULL', 'SET DEFAULT'))
"""
INFO = "SELECT name, type FROM pragma_table_info({table}) ORDER BY cid"


class Sqlite(Engine):
    """One SQLite file. Every start is text there; a key may be stored as number or as text, so holds have both."""

    trouble = (sqlite3.Error,)

    def __init__(self, name: str, path: Path, write: bool) -> None:
        super().__init__(name)
        mode = "rw" if write else "ro"
        self.con = sqlite3.connect(f"{path.resolve().as_uri()}?mode={mode}", uri=True, isolation_level=None, timeout=5)
        self.con.execute("PRAGMA secure_delete = ON")  # erased rows leave no bytes in free pages
        self.con.execute("PRAGMA foreign_keys = ON")  # rows that others point to are not erased from under them
        self.con.execute("PRAGMA trusted_schema = OFF")
        self.write_granted = write

    def tables(self) -> list[str]:
        """Every table of the file."""
        return [str(name) for (name,) in self.con.execute(NAMES)]

    def _columns(self, table: str) -> dict[str, Column]:
        query = compose(INFO, table="'" + table.replace("'", "''") + "'")
        return {name: Column(name, told or "ANY", "text") for name, told in self.con.execute(query)}

    def rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a query."""
        cursor = self.con.execute(query)
        while batch := cursor.fetchmany(BATCH):
            yield from batch

    def fill_holds(self, family: str, keys: Sequence[object]) -> None:  # noqa: ARG002  types are dynamic here
        """Each key as text, and as a number where it is one: '17' and 17 are one subject."""
        self.con.execute("DROP TABLE IF EXISTS temp.ivplus_holds")
        self.con.execute("CREATE TEMP TABLE ivplus_holds (k PRIMARY KEY) WITHOUT ROWID")
        both = [(made,) for key in keys for made in {str(key), *_numbers(str(key))}]
        self.con.executemany("INSERT OR IGNORE INTO temp.ivplus_holds VALUES (?)", both)

    def cascades(self, table: str) -> list[str]:
        """Tables whose rows would go, or change, with rows of this one."""
        return [str(name) for (name,) in self.con.execute(CASCADES, [table])]

    def write(self, statement: str) -> int:
        """Run a changing statement."""
        return self.con.execute(statement).rowcount

    def begin(self) -> None:
        """One state for reading; for writing, the only writer."""
        self.con.execute("BEGIN IMMEDIATE" if self.write_granted else "BEGIN")

    def commit(self) -> None:
        """Make it durable, in the file itself."""
        self.con.execute("COMMIT")
        self.con.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def rollback(self) -> None:
        """Leave the file as it was."""
        if self.con.in_transaction:
            self.con.execute("ROLLBACK")

    def close(self) -> None:
        """Close the file."""
        self.con.close()


def _numbers(key: str) -> set[object]:
    """The number that a text is, if it is one: a column without a type may hold it either way."""
    try:
        number = float(key)
    except ValueError:
        return set()
    return {int(key)} if key.lstrip("-").isdecimal() and abs(int(key)) < 2**63 else {number}


def is_sqlite(path: Path) -> bool:
    """Whether a file begins as SQLite files do."""
    with path.open("rb") as opened:
        return opened.read(16) == b"SQLite format 3\0"


def opened(name: str, path: Path, write: bool) -> Sqlite:
    """A SQLite source; a file that is none, or damaged, is refused."""
    try:
        made = Sqlite(name, path, write)
        made.tables()
    except sqlite3.Error as error:
        raise failed(name, error) from None
    return made
