"""PostgreSQL through psycopg: one snapshot, read-only unless a write is granted; the password never comes from the journal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ivplus_tools import _words
from ivplus_tools._sources.engine import BATCH, Engine, failed, family_of
from ivplus_tools._sources.sql import Column, compose, quoted

TABLES = """
SELECT table_schema, table_name, table_schema = current_schema() FROM information_schema.tables
WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema') AND table_schema NOT LIKE 'pg@_%%' ESCAPE '@'
ORDER BY table_schema, table_name
"""
COLUMNS = """
SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = %s AND table_name = %s ORDER BY ordinal_position
"""
SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
CASCADES = """
SELECT conrelid::regclass::text FROM pg_constraint
WHERE contype = 'f' AND confrelid = %s::regclass AND (confdeltype IN ('c', 'n', 'd') OR confupdtype IN ('c', 'n', 'd'))
"""
HOLDS = "CREATE TEMP TABLE ivplus_holds (k {type} PRIMARY KEY)"
KEY_TYPES = {"int": "bigint", "number": "double precision", "decimal": "numeric"}


class Postgres(Engine):
    """One PostgreSQL database in one transaction, which sees one state of every table."""

    def __init__(self, name: str, location: str, password: str | None, write: bool) -> None:
        super().__init__(name)
        psycopg = _psycopg()
        self.trouble = (psycopg.Error,)
        self._write = write
        self.con = psycopg.connect(
            location, password=password, autocommit=True, connect_timeout=10, application_name="ivplus_tools",
            options="-c timezone=Europe/Helsinki -c datestyle=ISO -c standard_conforming_strings=on",
        )  # fmt: skip
        for kind in ("date", "timestamp", "timestamptz"):  # days that Python has not, such as 'infinity', stay texts
            self.con.adapters.register_loader(kind, psycopg.types.string.TextLoader)
        found = self.con.execute(TABLES).fetchall()
        self._names = {table if here else f"{schema}.{table}": (schema, table) for schema, table, here in found}

    def tables(self) -> list[str]:
        """Every table; those of another schema with its name before them."""
        return sorted(self._names)

    def relation(self, table: str) -> str:
        """A table's full name."""
        schema, name = self._names[table]
        return f"{quoted(schema)}.{quoted(name)}"

    def _columns(self, table: str) -> dict[str, Column]:
        found = self.con.execute(COLUMNS, self._names[table]).fetchall()
        return {name: Column(name, told, family_of(told)) for name, told in found}

    def rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a query; the server keeps those that are not asked for yet."""
        if self.con.info.transaction_status.name == "IDLE":
            yield from self.con.execute(query)
            return
        with self.con.cursor(name="ivplus") as cursor:
            cursor.itersize = BATCH
            cursor.execute(query)
            yield from cursor

    def fill_holds(self, family: str, keys: Sequence[object]) -> None:
        """The keys in a temporary table: the only thing that is ever written without a grant, and gone with the connection."""
        self.con.execute("DROP TABLE IF EXISTS pg_temp.ivplus_holds")
        self.con.execute(compose(HOLDS, type=KEY_TYPES.get(family, "text")))
        with self.con.cursor() as cursor, cursor.copy("COPY ivplus_holds (k) FROM STDIN") as copy:
            for key in keys:
                copy.write_row([key])

    def cascades(self, table: str) -> list[str]:
        """Tables whose rows would go, or change, with rows of this one."""
        return [str(name) for (name,) in self.con.execute(CASCADES, [self.relation(table)]).fetchall()]

    def write(self, statement: str) -> int:
        """Run a changing statement."""
        return int(self.con.execute(statement).rowcount)

    def begin(self) -> None:
        """One state of the database; a change that another makes meanwhile to the same rows ends in a refusal."""
        self.con.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ WRITE" if self._write else SNAPSHOT)

    def commit(self) -> None:
        """Make it durable."""
        self.con.execute("COMMIT")

    def rollback(self) -> None:
        """Leave the database as it was; a connection that is gone has done so itself."""
        if not self.con.closed and self.con.info.transaction_status.name != "IDLE":
            try:
                self.con.execute("ROLLBACK")
            except self.trouble:
                return

    def close(self) -> None:
        """Close the connection."""
        self.con.close()


def _psycopg() -> Any:
    try:
        import psycopg
        import psycopg.types.string
    except ImportError:
        raise _words.refusal("extra_missing", name="psycopg", extra="postgres") from None
    return psycopg


def opened(name: str, location: str, password: str | None, write: bool) -> Postgres:
    """A PostgreSQL source; a server that is not there, or refuses, is told in one line."""
    psycopg = _psycopg()
    try:
        return Postgres(name, location, password, write)
    except psycopg.Error as error:
        raise failed(name, error) from None
