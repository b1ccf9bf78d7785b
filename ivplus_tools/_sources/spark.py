"""Spark, for what outgrows one machine: the session that is there, or one that the user's own configuration makes. Read-only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

from ivplus_tools import _words
from ivplus_tools._sources.engine import Engine, family_of
from ivplus_tools._sources.sql import Column, quoted

SETTINGS = {
    "spark.sql.session.timeZone": "Europe/Helsinki",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.ansi.doubleQuotedIdentifiers": "true",  # the statements are those of every engine
    "spark.sql.parser.escapedStringLiterals": "true",
}
KEY_TYPES = {"int": "bigint", "number": "double", "decimal": "decimal(38,6)"}


class Spark(Engine):
    """Tables of a Spark catalogue, or the Parquet folders below a path."""

    can_write: ClassVar[bool] = False

    def __init__(self, name: str, place: str) -> None:
        super().__init__(name)
        sql = _pyspark()
        from pyspark.errors import PySparkException

        self.trouble = (PySparkException,)
        self.session = sql.SparkSession.getActiveSession() or sql.SparkSession.builder.appName("ivplus_tools").getOrCreate()
        self._before = {key: self.session.conf.get(key, None) for key in SETTINGS}
        for key, told in SETTINGS.items():
            self.session.conf.set(key, told)
        self._names: dict[str, str] = {}
        if place and ("/" in place or Path(place).exists()):
            self._register(place)
        else:
            database = place or self.session.catalog.currentDatabase()
            self._names = {one.name: f"{quoted(database)}.{quoted(one.name)}" for one in self.session.catalog.listTables(database)}

    def _register(self, place: str) -> None:
        """A view per Parquet file or folder below a path."""
        folder = Path(place)
        paths = sorted(folder.iterdir()) if folder.is_dir() else []
        found = {one.stem: one for one in paths if one.suffix == ".parquet" or (one.is_dir() and any(one.rglob("*.parquet")))}
        if not found:
            raise _words.refusal("source_gone", source=self.name, place=place)
        for table, path in found.items():
            self.session.read.parquet(str(path)).createOrReplaceTempView(quoted(table).replace('"', "`"))
            self._names[table] = quoted(table)

    def tables(self) -> list[str]:
        """Every table of the database, or below the path."""
        return sorted(self._names)

    def relation(self, table: str) -> str:
        """A table's full name."""
        return self._names[table]

    def _columns(self, table: str) -> dict[str, Column]:
        fields = self.session.table(self._names[table].replace('"', "`")).schema.fields
        return {one.name: Column(one.name, one.dataType.simpleString(), family_of(one.dataType.simpleString())) for one in fields}

    def rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, a partition at a time."""
        yield from (tuple(row) for row in self.session.sql(query).toLocalIterator())

    def fill_holds(self, family: str, keys: Sequence[object]) -> None:
        """The keys as a temporary view."""
        frame = self.session.createDataFrame([(key,) for key in keys], f"k {KEY_TYPES.get(family, 'string')}")
        frame.createOrReplaceTempView("ivplus_holds")

    def close(self) -> None:
        """Put the session's settings back; the session is its owner's."""
        for key, told in self._before.items():
            if told is None:
                self.session.conf.unset(key)
            else:
                self.session.conf.set(key, told)


def _pyspark() -> Any:
    try:
        from pyspark import sql
    except ImportError:
        raise _words.refusal("extra_missing", name="pyspark", extra="spark") from None
    return sql
