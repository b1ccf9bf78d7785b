"""SQLite: opened read-only unless a write is granted; compared in each column's own collation."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

from ivplus_tools._sources import near, sql
from ivplus_tools._sources.engine import BATCH, Engine
from ivplus_tools._sources.reasons import failed
from ivplus_tools._sources.sql import Column, compose

NAMES = """
SELECT name, type = 'view' FROM main.sqlite_schema
WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite@_%' ESCAPE '@' ORDER BY name
"""
COLUMNS = "SELECT name, type FROM pragma_table_xinfo({table}) WHERE hidden <> 1 ORDER BY cid"
KEYS = """
SELECT DISTINCT m.name, m.sql FROM main.sqlite_schema AS m, pragma_foreign_key_list(m.name) AS f
WHERE m.type = 'table' AND lower(f."table") = lower(?)
  AND (f.on_delete IN ('CASCADE', 'SET NULL', 'SET DEFAULT')
    OR f.on_update IN ('CASCADE', 'SET NULL', 'SET DEFAULT'))
"""
TRIGGERS = "SELECT name, sql FROM main.sqlite_schema WHERE type = 'trigger' AND lower(tbl_name) = lower(?)"
EVENT = re.compile(r"\b(DELETE|INSERT|UPDATE)\b(?:\s+OF\b[^;]*?)?\s+ON\b", re.IGNORECASE)
QUOTED = re.compile(r"""--[^\n]*|/\*.*?\*/|"(?:[^"]|"")*"|'(?:[^']|'')*'|`[^`]*`|\[[^\]]*\]""", re.DOTALL)
NOT_HELD = "{key} NOT IN (SELECT h.k FROM {temp}ivplus_holds AS h)"  # in the collation of the key's column


class Sqlite(Engine):
    """One SQLite file. Every start is text there; a key may be stored as number, text or bytes."""

    trouble = (sqlite3.Error,)
    free: ClassVar[str] = NOT_HELD

    def __init__(self, name: str, path: Path, write: bool) -> None:
        super().__init__(name)
        self.path, self.write_granted = path.resolve(), write
        mode = "rw" if write else "ro"
        self.con = sqlite3.connect(f"{self.path.as_uri()}?mode={mode}", uri=True, isolation_level=None, timeout=5)
        self.con.execute("PRAGMA secure_delete = ON")  # erased rows leave no bytes in free pages
        self.con.execute("PRAGMA foreign_keys = ON")  # rows that others point to are not erased
        self.con.execute("PRAGMA trusted_schema = OFF")
        self.con.execute("PRAGMA cache_spill = OFF")  # readers, such as a hold's query, go on meanwhile
        self.con.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")  # told apart, not refused
        self.con.create_function("regexp", 2, _fits, deterministic=True)
        self.con.create_function("ivplus_bare", 1, _bare, deterministic=True)

    def tables(self) -> list[str]:
        """Every table and view of the file."""
        return [str(name) for name, _ in self.con.execute(NAMES)]

    def views(self) -> frozenset[str]:
        """What holds no rows of its own."""
        return frozenset(str(name) for name, view in self.con.execute(NAMES) if view)

    def _columns(self, table: str) -> dict[str, Column]:
        query = compose(COLUMNS, table="'" + table.replace("'", "''") + "'")
        return {name: Column(name, told or "ANY", "text") for name, told in self.con.execute(query)}

    def rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a query."""
        cursor = self.con.execute(query)
        while batch := cursor.fetchmany(BATCH):
            yield from batch

    def matches(self, text: str, pattern: str) -> str:
        """A function of ours: SQLite has none."""
        return f"({text} REGEXP {sql.literal(pattern)})"

    def fill_holds(
        self,
        table: str,  # noqa: ARG002  types are dynamic here
        key: Column | None,  # noqa: ARG002
        told: Sequence[tuple[int, str]],
    ) -> None:
        """Each key as text, as a number where it is one, and as bytes: '17' and 17 are one subject."""
        for name in ("ivplus_told", "ivplus_holds"):
            self.con.execute(compose("DROP TABLE IF EXISTS temp.{name}", name=name))
        self.con.execute("CREATE TEMP TABLE ivplus_told (n, k)")
        self.con.execute("CREATE TEMP TABLE ivplus_holds (k PRIMARY KEY) WITHOUT ROWID")
        each = [(n, made) for n, text in told for made in (text, *_numbers(text), text.encode())]
        self.con.executemany("INSERT INTO temp.ivplus_told VALUES (?, ?)", each)
        self.con.execute("INSERT OR IGNORE INTO temp.ivplus_holds SELECT k FROM temp.ivplus_told")

    def fill_texts(self, name: str, texts: Sequence[str]) -> None:
        """A temporary table of texts."""
        self.con.execute(compose("DROP TABLE IF EXISTS temp.{name}", name=name))
        self.con.execute(compose("CREATE TEMP TABLE {name} (k TEXT PRIMARY KEY) WITHOUT ROWID", name=name))
        each = [(text,) for text in texts]
        self.con.executemany(compose("INSERT OR IGNORE INTO temp.{name} VALUES (?)", name=name), each)

    def bare(self, text: str) -> str:
        """A function of ours: SQLite has none."""
        return f"ivplus_bare({text})"

    def where_it_is(self, table: str) -> str:
        """The file and the table."""
        return f"{self.path} {table}"

    def effects(self, table: str, changing: bool) -> dict[str, str]:
        """Triggers on the table, tables whose rows go or change with its rows, and what these bring with them."""
        event, found, left = "UPDATE" if changing else "DELETE", {}, [table]
        while left:
            one = left.pop()
            for name, told in self.con.execute(TRIGGERS, [one]).fetchall():
                seen = EVENT.search(QUOTED.sub(" ", told or ""))
                if seen is None or one != table or seen[1].upper() == event:
                    found[f"trigger {name}"] = str(told)
            for name, told in self.con.execute(KEYS, [one]).fetchall():
                if f"key {name}" not in found:
                    found[f"key {name}"] = str(told)
                    left.append(name)
        return found

    def write(self, statement: str) -> int:
        """Run a changing statement."""
        return self.con.execute(statement).rowcount

    def begin(self) -> None:
        """One state for reading; for writing, the only writer."""
        self.con.execute("BEGIN IMMEDIATE" if self.write_granted else "BEGIN")

    def commit(self) -> None:
        """Make it durable, in the file itself."""
        try:
            self.con.execute("COMMIT")
        except sqlite3.IntegrityError:  # a key that was checked only now: nothing was done
            self.committing = False
            raise
        self.con.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def rollback(self) -> None:
        """Leave the file as it was."""
        if self.con.in_transaction:
            self.con.execute("ROLLBACK")

    def close(self) -> None:
        """Close the file."""
        self.con.close()


def _fits(pattern: str, text: object) -> bool:
    return text is not None and re.fullmatch(pattern, str(text)) is not None


def _bare(text: object) -> str | None:
    return None if text is None else near.bare(str(text))


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
