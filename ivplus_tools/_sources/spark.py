"""Spark, for what outgrows one machine: the session that is there, or that of the user's settings.

It may be in this process or on a Spark Connect server. Read-only.
"""

from __future__ import annotations

import contextlib
import importlib
import itertools
import posixpath
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

from ivplus_tools import _words
from ivplus_tools._sources.engine import Engine
from ivplus_tools._sources.sql import Column, compose, family_of, literal, quoted

SETTINGS = {
    "spark.sql.session.timeZone": "Europe/Helsinki",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.ansi.doubleQuotedIdentifiers": "true",  # the statements are those of every engine
    "spark.sql.parser.escapedStringLiterals": "true",
}
ANY = "SELECT * FROM {table} AS t"
KEY = "SELECT {key} AS k FROM {table} AS t LIMIT 0"
HOLDS, TOLD = "ivplus_holds", "ivplus_told"
STRING = "STRING"
PARQUET, GLOB = ".parquet", set("*?[{")
LOGS = "{,*/}{_delta_log,.hoodie,metadata/*.metadata.json}"  # of Delta, Hudi and Iceberg
VIEWS = itertools.count(1)  # two open sources, or the owner's own views, never share a name


class Spark(Engine):
    """The tables of a database of the catalogue, or Parquet below any path that Spark reads.

    `place` is a path if it has a slash, or is a folder here; else a database, and empty for the
    current one. A path is a folder of this machine, or any that Spark's own readers know:
    `file:///...`, `hdfs://...`, `s3a://...`, `abfss://...`. Those schemes are handed to Spark as
    they are, with its own jars and credentials; of them only `file:` is run by our tests. On a
    Connect server every path is the server's.

    Spark lists the files; no row is read for it. Below a folder each Parquet file and each folder
    with Parquet is a table. A path is one table, named by its last segment, if it is a file or a
    glob, or if its own files are `part-*` or its folders `column=value`. A path without any
    Parquet is refused, and so is one with a log of Delta, Hudi or Iceberg: their files hold rows
    that the table no longer has, so such tables are read by the catalogue.

    Statements run on the executors and groups come back; the session is its owner's, so what was
    set is set back, and our views are dropped.
    """

    can_write: ClassVar[bool] = False
    temp: ClassVar[str] = ""

    far = True

    def __init__(self, name: str, place: str) -> None:
        super().__init__(name)
        sql = _pyspark()
        self.trouble = _trouble()
        self._names: dict[str, str] = {}  # of a table, as statements say it
        self._paths: dict[str, tuple[str, bool]] = {}  # of a table without a name yet
        self._before: dict[str, str | None] = {}
        self._views: list[str] = []
        with self._told():
            active = sql.SparkSession.getActiveSession()
            self.session = active or sql.SparkSession.builder.appName("ivplus_tools").getOrCreate()
        try:
            with self._told():
                self._begin(place)
        except BaseException:
            with contextlib.suppress(*self.trouble):
                self.close()
            raise

    def _begin(self, place: str) -> None:
        for key, told in SETTINGS.items():
            self._before[key] = self.session.conf.get(key, None)
            self.session.conf.set(key, told)
        here = Path(place)
        remote = type(self.session).__module__.startswith("pyspark.sql.connect")
        if place and not remote and here.exists():
            self._find(f"file://{here.resolve()}", place)
        elif "/" in place:
            self._find(place, place)
        else:
            database = place or self.session.catalog.currentDatabase()
            before = "".join(f"{quoted(one)}." for one in database.split("."))
            for one in self.session.catalog.listTables(database):
                self._names[one.name] = ("" if one.isTemporary else before) + quoted(one.name)

    def _find(self, path: str, place: str) -> None:
        """What tables are below a path, by the names of its files as Spark lists them."""
        if self._files(f"{path.rstrip('/')}/{LOGS}"):
            raise _words.refusal("lake_log", source=self.name, place=place)
        files = self._files(path, pathGlobFilter=f"*{PARQUET}")
        if not files:
            raise _words.refusal("source_gone", source=self.name, place=place)
        self._paths = _tables(path, files)

    def _files(self, path: str, **options: str) -> list[str]:
        reader = self.session.read.format("binaryFile").option("recursiveFileLookup", "true")
        try:
            found: list[str] = reader.options(**options).load(path).inputFiles()
        except self.trouble as error:
            if getattr(error, "getCondition", str)() != "PATH_NOT_FOUND":
                raise
            return []
        return found

    def tables(self) -> list[str]:
        """Every table of the database, or below the path."""
        return sorted({*self._names, *self._paths})

    def relation(self, table: str) -> str:
        """A table's full name; of Parquet that of a view, which keeps to the files it found."""
        if table not in self._names:
            path, nested = self._paths[table]
            frame = self.session.read.option("recursiveFileLookup", str(nested)).parquet(path)
            self._names[table] = self._view(frame, f"ivplus_view_{next(VIEWS)}")
        return self._names[table]

    def _view(self, frame: Any, name: str) -> str:
        frame.createOrReplaceTempView(name)
        self._views.append(name)
        return name

    def _columns(self, table: str) -> dict[str, Column]:
        fields = self.session.sql(compose(ANY, table=self.relation(table))).schema.fields
        types = {one.name: one.dataType.simpleString() for one in fields}
        return {name: Column(name, told, family_of(told), STRING) for name, told in types.items()}

    def rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, a partition at a time."""
        with self._told():
            yield from (tuple(row) for row in self.session.sql(query).toLocalIterator())

    def matches(self, text: str, pattern: str) -> str:
        """A regular expression, anchored at both ends."""
        return f"({text} RLIKE {literal(f'^({pattern})$')})"

    def fill_holds(self, table: str, key: Column | None, told: Sequence[tuple[int, str]]) -> None:
        """The keys in the column's own type, as temporary views sent to every executor.

        Else every row went to its key. What cannot be of the type matches nothing.
        """
        own = key.own if key else "''"
        like = self.session.sql(compose(KEY, key=own, table=self.relation(table))).schema["k"].dataType
        texts = self.session.createDataFrame(list(told), "n bigint, k string")
        typed = texts.selectExpr("n", f"try_cast(k AS {like.simpleString()}) AS k").where("k IS NOT NULL")
        self._view(typed.hint("broadcast"), TOLD)
        self._view(typed.select("k").distinct().hint("broadcast"), HOLDS)

    def fill_texts(self, name: str, texts: Sequence[str]) -> None:
        """A temporary view of texts, sent to every executor."""
        frame = self.session.createDataFrame([(text,) for text in texts], "k string")
        self._view(frame.hint("broadcast"), name)

    def bare(self, text: str) -> str:
        """Every match is replaced here."""
        return f"lower(regexp_replace({text}, '[^0-9A-Za-z]', ''))"

    def where_it_is(self, table: str) -> str:
        """The table as the session names it; a plan is carried out in the system itself."""
        return self.relation(table)

    def close(self) -> None:
        """Put the session's settings back and drop our views; the session is its owner's."""
        for view in self._views:
            self.session.catalog.dropTempView(view)
        for key, told in self._before.items():
            if told is None:
                self.session.conf.unset(key)
            else:
                self.session.conf.set(key, told)

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """What Spark complains of, in one line; a Java error names itself in the second."""
        try:
            yield
        except self.trouble as error:
            lines = [line.strip(" :") for line in str(error).splitlines() if line.strip(" :")]
            calling = bool(lines) and lines[0].startswith("An error occurred while calling")
            reason = next(iter(lines[calling:]), type(error).__name__)
            raise _words.refusal("source_failed", source=self.name, reason=reason) from None


def _tables(path: str, files: Sequence[str]) -> dict[str, tuple[str, bool]]:
    """The tables of the files of a path: where each lies, and whether in folders without values."""
    root = posixpath.normpath(re.sub(r"^[A-Za-z][\w+.-]*:(//[^/]*)?", "", path) or "/").rstrip("/")
    whole = [unquote(urlsplit(file).path) for file in files]
    below = [one.removeprefix(root) for one in whole if one == root or one.startswith(f"{root}/")]
    parts = any(re.match(r"/(part-[^/]*$|[^/]*=[^/]*/)", one) for one in below)
    if parts or len(below) < len(whole) or "" in below:
        named = [one for one in path.split("/") if one and not GLOB & set(one)]
        return {named[-1].removesuffix(PARQUET): (path, _nested(below or whole))}
    found = {}
    firsts = {one.split("/")[1] for one in below}
    for first in sorted(firsts):
        bare = first.removesuffix(PARQUET)
        nested = _nested([one for one in below if one.startswith(f"/{first}/")])
        found[first if bare in firsts else bare] = (f"{path.rstrip('/')}/{first}", nested)
    return found


def _nested(files: Sequence[str]) -> bool:
    """Whether folders tell no value of a column: such folders Spark enters only when told to."""
    return not any("=" in one.rpartition("/")[0] for one in files)


def _trouble() -> tuple[type[Exception], ...]:
    from pyspark.errors import PySparkException

    try:
        return (PySparkException, importlib.import_module("py4j.protocol").Py4JError)
    except ImportError:  # a client of Spark Connect has no Java
        return (PySparkException,)


def _pyspark() -> Any:
    try:
        from pyspark import sql
    except ImportError:
        raise _words.refusal("extra_missing", name="pyspark", extra="spark") from None
    return sql
