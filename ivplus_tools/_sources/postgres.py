"""PostgreSQL through psycopg: one snapshot, read-only unless a write is granted, seen whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from ivplus_tools import _words
from ivplus_tools._sources import sql
from ivplus_tools._sources.engine import BATCH, Engine
from ivplus_tools._sources.reasons import failed
from ivplus_tools._sources.sql import Column, compose, family_of, quoted
from ivplus_tools.errors import Refusal

TABLES = """
SELECT n.nspname, c.relname, n.nspname = current_schema(), c.relkind, c.oid
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
  AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg@_%%' ESCAPE '@'
ORDER BY 1, 2
"""
COLUMNS = """
SELECT a.attname, format_type(CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE a.atttypid END, NULL)
FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid
WHERE a.attrelid = %s AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""
SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
PARTS = """
WITH RECURSIVE tree AS (
  SELECT %s::oid AS oid UNION SELECT i.inhrelid FROM pg_inherits AS i JOIN tree ON i.inhparent = tree.oid
)
"""
TREE = """
WITH RECURSIVE tree AS (
  SELECT %s::oid AS oid UNION SELECT n.oid FROM tree JOIN (
    SELECT inhparent AS was, inhrelid AS oid FROM pg_inherits
    UNION ALL SELECT confrelid, conrelid FROM pg_constraint
      WHERE contype = 'f' AND (confdeltype IN ('c', 'n', 'd') OR confupdtype IN ('c', 'n', 'd'))
  ) AS n ON n.was = tree.oid
)
"""
TRIGGERS = (
    TREE
    + """
SELECT DISTINCT tgname, pg_get_triggerdef(pg_trigger.oid) FROM pg_trigger JOIN tree ON tgrelid = tree.oid
WHERE NOT tgisinternal AND tgenabled <> 'D' AND (tgtype & %s <> 0 OR tgrelid <> %s)
"""
)
RULES = """
SELECT rulename, pg_get_ruledef(oid) FROM pg_rewrite WHERE ev_class = %s AND ev_type = %s AND rulename <> '_RETURN' AND ev_enabled <> 'D'
"""
KEYS = (
    TREE
    + """
SELECT conrelid::regclass::text, string_agg(pg_get_constraintdef(pg_constraint.oid), ';')
FROM pg_constraint JOIN tree ON confrelid = tree.oid
WHERE contype = 'f' AND (confdeltype IN ('c', 'n', 'd') OR confupdtype IN ('c', 'n', 'd')) GROUP BY 1
"""
)
HIDDEN = PARTS + "\nSELECT bool_or(row_security_active(oid)) FROM tree\n"
CHILDREN = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s"
WHERE = """
SELECT d.oid, s.system_identifier FROM pg_database AS d, pg_control_system() AS s WHERE d.datname = current_database()
"""
PATH = """
SELECT set_config('search_path', 'pg_catalog' || coalesce(', ' || string_agg(quote_ident(s), ', '), '') || ', pg_temp', false)
FROM unnest(current_schemas(false)) AS s WHERE s NOT LIKE 'pg@_%' ESCAPE '@'
"""
TOLD = "CREATE TEMP TABLE ivplus_told AS SELECT CAST(0 AS bigint) AS n, {key} AS k FROM {table} AS t LIMIT 0"
DELETING, UPDATING = 8, 16  # bits of pg_trigger.tgtype


SETTINGS = (
    "-c timezone=Europe/Helsinki -c datestyle=ISO -c standard_conforming_strings=on -c row_security=off "
    "-c extra_float_digits=3 -c bytea_output=hex -c intervalstyle=postgres"
)


class Postgres(Engine):
    """One PostgreSQL database in one transaction, which sees one state of every table."""

    def __init__(self, name: str, location: str, password: str | None, write: bool) -> None:
        super().__init__(name)
        psycopg = _psycopg()
        self.trouble = (psycopg.Error,)
        self._write = write
        self.con = psycopg.connect(
            location, password=password, autocommit=True, connect_timeout=10, application_name="ivplus_tools",
            options=SETTINGS,
        )  # fmt: skip
        for kind in ("date", "timestamp", "timestamptz"):  # 'infinity' and the like stay texts
            self.con.adapters.register_loader(kind, psycopg.types.string.TextLoader)
        found = self.con.execute(TABLES).fetchall()
        self.con.execute(PATH)  # the system's own functions and signs come first
        self._names = {table if here else f"{schema}.{table}": (schema, table, kind, oid) for schema, table, here, kind, oid in found}
        if len(self._names) < len(found):
            raise _words.refusal("names_clash", source=name)

    def tables(self) -> list[str]:
        """Every table and view; those of another schema with its name before them."""
        return sorted(self._names)

    def views(self) -> frozenset[str]:
        """Views and foreign tables: their rows lie elsewhere."""
        return frozenset(name for name, (*_, kind, _) in self._names.items() if kind in "vmf")

    def whole_relation(self, table: str) -> str:
        """A table's full name, with those that inherit from it."""
        schema, name, *_ = self._names[table]
        return f"{quoted(schema)}.{quoted(name)}"

    def relation(self, table: str) -> str:
        """A table's full name, without those that inherit from it; with its partitions."""
        schema, name, kind, _ = self._names[table]
        only = "ONLY " if kind == "r" else ""
        return f"{only}{quoted(schema)}.{quoted(name)}"

    def _columns(self, table: str) -> dict[str, Column]:
        found = self.con.execute(COLUMNS, [self._names[table][3]]).fetchall()
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

    def matches(self, text: str, pattern: str) -> str:
        """A regular expression, anchored at both ends."""
        return f"({text} ~ {sql.literal(f'^({pattern})$')})"

    def fill_holds(self, table: str, key: Column | None, told: Sequence[tuple[int, str]]) -> None:
        """The keys in temporary tables: all that is written without a grant, gone with the session."""
        self.con.execute("DROP TABLE IF EXISTS pg_temp.ivplus_told, pg_temp.ivplus_holds")
        own = key.own if key else "CAST('' AS text)"
        self.con.execute(compose(TOLD, key=own, table=self.relation(table)))
        self._put(told)
        try:
            self.con.execute("CREATE TEMP TABLE ivplus_holds AS SELECT DISTINCT k FROM pg_temp.ivplus_told")
        except self.trouble:  # a type without equality, such as json: told by `hold`
            self.con.execute("CREATE TEMP TABLE ivplus_holds AS SELECT k FROM pg_temp.ivplus_told")
        self.con.execute("ANALYZE pg_temp.ivplus_holds")

    def _put(self, told: Sequence[tuple[int, str]]) -> None:
        """Many at once; where one cannot be of the type, each for itself."""
        try:
            with self.con.cursor() as cursor, cursor.copy("COPY pg_temp.ivplus_told (n, k) FROM STDIN") as copy:
                for one in told:
                    copy.write_row(one)
        except self.trouble:  # no value of the type, or none that its domain allows
            for one in told if len(told) > 1 else ():
                self._put([one])

    def fill_texts(self, name: str, texts: Sequence[str]) -> None:
        """A temporary table of texts."""
        parts = {"name": name}
        self.con.execute(compose("DROP TABLE IF EXISTS pg_temp.{name}", **parts))
        self.con.execute(compose("CREATE TEMP TABLE {name} (k text)", **parts))
        into = compose("COPY pg_temp.{name} (k) FROM STDIN", **parts)
        with self.con.cursor() as cursor, cursor.copy(into) as copy:
            for text in texts:
                copy.write_row([text])
        self.con.execute(compose("ANALYZE pg_temp.{name}", **parts))

    temp: ClassVar[str] = "pg_temp."

    def demand_whole(self, table: str) -> None:
        """Row-level security that holds for our role hides rows: nothing can be said of them."""
        if self.con.execute(HIDDEN, [self._names[table][3]]).fetchone()[0]:
            raise _words.refusal("rows_hidden", source=self.name, table=table)

    def unseen(self, table: str) -> int:
        """Rows of the tables that inherit from this one: they are counted as tables of their own."""
        schema, name, kind, oid = self._names[table]
        if kind != "r" or not self.con.execute(CHILDREN, [oid]).fetchall():
            return 0
        whole = compose(sql.TOTAL, table=f"{quoted(schema)}.{quoted(name)}", where=sql.EVERY)
        return int(next(iter(self.rows(whole)))[0]) - self.total(table)

    def where_it_is(self, table: str) -> str:
        """The server, the database and the table."""
        told = self.con.execute(WHERE).fetchone()
        return " ".join(str(one) for one in (*told, self._names[table][3]))

    def effects(self, table: str, changing: bool) -> dict[str, str]:
        """Triggers (of partitions too), rules, and tables whose rows go or change with these."""
        oid, bit = self._names[table][3], UPDATING if changing else DELETING
        triggers = self.con.execute(TRIGGERS, [oid, bit, oid]).fetchall()
        rules = self.con.execute(RULES, [oid, "2" if changing else "4"]).fetchall()
        keys = self.con.execute(KEYS, [oid]).fetchall()
        named = (("trigger", triggers), ("rule", rules), ("key", keys))
        return {f"{what} {name}": str(told) for what, many in named for name, told in sorted(many)}

    def write(self, statement: str) -> int:
        """Run a changing statement."""
        return int(self.con.execute(statement).rowcount)

    def begin(self) -> None:
        """One state; a change that another makes meanwhile to the same rows ends in a refusal."""
        self.con.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ WRITE" if self._write else SNAPSHOT)

    def demand_sound(self) -> None:
        """A check that waits for the commit is made now."""
        self.con.execute("SET CONSTRAINTS ALL IMMEDIATE")

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


def has_password(location: str) -> bool:
    """Whether a location holds a secret, as the driver reads it; one that it cannot read may."""
    try:
        psycopg = _psycopg()
    except Refusal:
        return False
    try:
        told = psycopg.conninfo.conninfo_to_dict(location)
    except psycopg.Error:
        return True
    return bool({"password", "sslpassword", "passfile"} & set(told))


def opened(name: str, location: str, password: str | None, write: bool) -> Postgres:
    """A PostgreSQL source; a server that is not there, or refuses, is told in one line."""
    psycopg = _psycopg()
    try:
        return Postgres(name, location, password, write)
    except psycopg.Error as error:
        raise failed(name, error) from None
