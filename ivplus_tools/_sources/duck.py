"""DuckDB: the engine over files, and DuckDB's own databases, which reach nothing outside themselves."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence, Set
from pathlib import Path
from typing import Any, ClassVar

import duckdb

from ivplus_tools import _words
from ivplus_tools._sources import near
from ivplus_tools._sources.engine import BATCH, Engine
from ivplus_tools._sources.sql import Column, compose, constant, family_of, literal, quoted

TOLD = "CREATE OR REPLACE TEMP TABLE ivplus_told AS SELECT CAST(0 AS BIGINT) AS n, {key} AS k FROM {table} AS t LIMIT 0"
HOLDS = "CREATE OR REPLACE TEMP TABLE ivplus_holds AS SELECT DISTINCT k FROM ivplus_told"
PUT = "INSERT INTO ivplus_told SELECT unnest(?), unnest(?)"
PUT_OCTETS = "INSERT INTO ivplus_told SELECT n, encode(k) FROM (SELECT unnest(?) AS n, unnest(?) AS k)"
TABLES = """
SELECT schema_name, table_name, false FROM duckdb_tables() WHERE database_name = 'source' AND NOT internal
UNION ALL
SELECT schema_name, view_name, true FROM duckdb_views() WHERE database_name = 'source' AND NOT internal
ORDER BY 1, 2
"""
MACROS = """
SELECT DISTINCT function_name FROM duckdb_functions() WHERE database_name = 'source'
AND function_name IN (SELECT function_name FROM duckdb_functions() WHERE database_name = 'system')
"""
TRIGGERS = """
SELECT trigger_name, sql FROM duckdb_triggers()
WHERE database_name = 'source' AND schema_name = ? AND table_name = ? AND event_manipulation IN ({events})
"""
NOT_ASCII = "(strlen({told}) > length({told}) AND {odd})"
OFFLINE: dict[str, Any] = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}


def connection(memory: str | None = None) -> duckdb.DuckDBPyConnection:
    """A connection in Helsinki time that fetches no extension."""
    con = duckdb.connect(":memory:", config=OFFLINE)
    con.execute("SET TimeZone = 'Europe/Helsinki'")
    if memory:
        con.execute(compose("SET memory_limit = {limit}", limit=literal(memory)))
    return con


class Duck(Engine):
    """A DuckDB connection over the source."""

    trouble: ClassVar[tuple[type[Exception], ...]] = (duckdb.Error,)  # type: ignore[misc]

    def __init__(self, name: str, memory: str | None = None) -> None:
        super().__init__(name)
        self.con = connection(memory)
        self._private = Path(tempfile.mkdtemp(prefix="ivplus-"))  # only we read it; gone at close
        self.con.execute(compose("SET temp_directory = {place}", place=constant(str(self._private / "spill"))))

    def rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, a batch at a time; the next statement ends a half-read one."""
        result = self.con.execute(query)
        while batch := result.fetchmany(BATCH):
            yield from batch

    def fill_holds(self, table: str, key: Column | None, told: Sequence[tuple[int, str]]) -> None:
        """The keys in the type of the key column, where they can be of it."""
        own = key.own if key else "CAST('' AS VARCHAR)"
        self.con.execute(compose(TOLD, key=own, table=self.relation(table)))
        insert = PUT_OCTETS if key and key.type == "BLOB" else PUT
        for start in range(0, len(told), BATCH):
            self._put(insert, told[start : start + BATCH])
        self.con.execute(HOLDS)

    def _put(self, insert: str, told: Sequence[tuple[int, str]]) -> None:
        """Many at once; where one cannot be of the type, each for itself."""
        numbers, keys = [n for n, _ in told], [key for _, key in told]
        try:
            self.con.execute(insert, [numbers, keys])
        except (duckdb.ConversionException, duckdb.OutOfRangeException, duckdb.InvalidInputException):
            for one in told if len(told) > 1 else ():
                self._put(insert, [one])

    def fill_texts(self, name: str, texts: Sequence[str]) -> None:
        """A temporary table of texts."""
        self.con.execute(compose("CREATE OR REPLACE TEMP TABLE {name} (k VARCHAR)", name=name))
        if texts:
            self.con.execute(compose("INSERT INTO {name} SELECT unnest(?)", name=name), [list(texts)])

    def bare_is(self, text: str, forms: Set[str]) -> str:
        """By one pattern where the forms are few: it costs less than laying every key bare."""
        pattern = near.pattern(forms)
        return self.matches(text, pattern) if pattern is not None else super().bare_is(text, forms)

    def like_ascii(self, text: str) -> str:
        """Such a sign is more than one byte; few keys have any."""
        return compose(NOT_ASCII, told=text, odd=super().like_ascii(text))

    def write(self, statement: str) -> int:
        """Run a changing statement."""
        return int(self.con.execute(statement).fetchall()[0][0])

    def begin(self) -> None:
        """One state of the source."""
        self.con.execute("BEGIN")

    def commit(self) -> None:
        """Make it durable."""
        self.con.execute("COMMIT")

    def rollback(self) -> None:
        """Leave the source as it was."""
        try:
            self.con.execute("ROLLBACK")
        except duckdb.Error:  # the transaction has ended by itself
            return

    def close(self) -> None:
        """Let go of the source."""
        self.con.close()
        shutil.rmtree(self._private, ignore_errors=True)


class DuckFile(Duck):
    """One DuckDB database, read-only unless a write is granted; it reaches nothing outside itself."""

    def __init__(self, name: str, path: Path, write: bool, memory: str | None = None) -> None:
        super().__init__(name, memory)
        self.path = path.resolve()
        attach = "ATTACH ? AS source" if write else "ATTACH ? AS source (READ_ONLY)"
        self.con.execute(attach, [str(path)])
        self._ready()

    def _ready(self) -> None:
        self.con.execute("USE source")  # its triggers name its own tables
        self.con.execute("SET enable_external_access = false")
        self.con.execute("SET lock_configuration = true")
        self._find()

    def _find(self) -> None:
        found = [
            (table if schema == "main" else f"{schema}.{table}", (schema, table), view)
            for schema, table, view in self.con.execute(TABLES).fetchall()
        ]
        self._names = {name: place for name, place, _ in found}
        if len(self._names) < len(found):
            raise _words.refusal("names_clash", source=self.name)
        if macros := self.con.execute(MACROS).fetchall():
            raise _words.refusal("odd_macros", source=self.name, names=", ".join(str(name) for (name,) in macros))
        self._views = frozenset(name for name, _, view in found if view)

    def beside(self) -> DuckFile:
        """The same database once more, for a question while it is open: a file has one handle."""
        made = object.__new__(DuckFile)
        Engine.__init__(made, self.name)
        made.path, made.con = self.path, self.con.cursor()
        made._private = self._private / "beside"
        made.con.execute("USE source")
        made._find()
        return made

    def tables(self) -> list[str]:
        """Every table and view; those of another schema with its name before them."""
        return sorted(self._names)

    def views(self) -> frozenset[str]:
        """What holds no rows of its own."""
        return self._views

    def relation(self, table: str) -> str:
        """A table's full name."""
        schema, name = self._names[table]
        return f"source.{quoted(schema)}.{quoted(name)}"

    def _columns(self, table: str) -> dict[str, Column]:
        found = self.con.execute(compose("DESCRIBE {table}", table=self.relation(table))).fetchall()
        return {name: Column(name, told, family_of(told)) for name, told, *_ in found}

    def where_it_is(self, table: str) -> str:
        """The file and the table."""
        return f"{self.path} {table}"

    def effects(self, table: str, changing: bool) -> dict[str, str]:
        """Triggers on the table for what is about to happen."""
        query = compose(TRIGGERS, events=literal("UPDATE" if changing else "DELETE"))
        found = self.con.execute(query, list(self._names[table])).fetchall()
        return {f"trigger {name}": str(told) for name, told in found}

    def commit(self) -> None:
        """Make it durable, in the file itself."""
        super().commit()
        self.con.execute("CHECKPOINT source")


def is_duckdb(path: Path) -> bool:
    """Whether a file begins as DuckDB's do."""
    with path.open("rb") as opened:
        return opened.read(12)[8:] == b"DUCK"
