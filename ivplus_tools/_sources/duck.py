"""Files and DuckDB databases, read in place by DuckDB: CSV, Parquet (globs, hive partitions), JSON Lines, XLSX."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import duckdb

from ivplus_tools import _words
from ivplus_tools._sources.engine import BATCH, Engine, family_of
from ivplus_tools._sources.sql import Column, compose, literal, quoted

KINDS = {
    ".csv": "csv", ".tsv": "csv", ".txt": "csv", ".parquet": "parquet", ".jsonl": "json", ".ndjson": "json", ".xlsx": "xlsx",
}  # fmt: skip
READERS = {
    "csv": "read_csv({files}, all_varchar = true, header = true, union_by_name = {many})",
    "parquet": "read_parquet({files}, union_by_name = {many}, hive_partitioning = {hive})",
    "json": "read_json({files}, format = 'newline_delimited', columns = {columns})",
}
KEYS_OF_JSON = "SELECT json_keys(json) FROM read_json_objects({files}, format = 'newline_delimited')"
VIEW = "CREATE TEMP VIEW {name} AS SELECT * FROM {reader}"
HOLDS = "CREATE OR REPLACE TEMP TABLE ivplus_holds (k {type})"
KEY_TYPES = {"int": "BIGINT", "number": "DOUBLE", "decimal": "DECIMAL(38, 6)"}
COLUMNS = """
SELECT column_name, data_type FROM information_schema.columns
WHERE table_catalog = ? AND table_schema = ? AND table_name = ? ORDER BY ordinal_position
"""
TABLES = """
SELECT table_schema, table_name FROM information_schema.tables
WHERE table_catalog = 'source' AND table_type = 'BASE TABLE' ORDER BY table_schema, table_name
"""
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

    def rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, a batch at a time; the next statement ends a half-read one."""
        result = self.con.execute(query)
        while batch := result.fetchmany(BATCH):
            yield from batch

    def fill_holds(self, family: str, keys: Sequence[object]) -> None:
        """The keys in the type of the key column."""
        self.con.execute(compose(HOLDS, type=KEY_TYPES.get(family, "VARCHAR")))
        for start in range(0, len(keys), BATCH):
            self.con.execute("INSERT INTO ivplus_holds SELECT DISTINCT unnest(?)", [list(keys[start : start + BATCH])])

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


class DuckFile(Duck):
    """One DuckDB database, attached read-only unless a write is granted."""

    def __init__(self, name: str, path: Path, write: bool, memory: str | None = None) -> None:
        super().__init__(name, memory)
        self.con.execute("ATTACH ? AS source" if write else "ATTACH ? AS source (READ_ONLY)", [str(path)])
        found = self.con.execute(TABLES).fetchall()
        self._names = {table if schema == "main" else f"{schema}.{table}": (schema, table) for schema, table in found}

    def tables(self) -> list[str]:
        """Every table; those of another schema with its name before them."""
        return sorted(self._names)

    def relation(self, table: str) -> str:
        """A table's full name."""
        schema, name = self._names[table]
        return f"source.{quoted(schema)}.{quoted(name)}"

    def _columns(self, table: str) -> dict[str, Column]:
        found = self.con.execute(COLUMNS, ["source", *self._names[table]]).fetchall()
        return {name: Column(name, told, family_of(told)) for name, told in found}

    def commit(self) -> None:
        """Make it durable, in the file itself."""
        super().commit()
        self.con.execute("CHECKPOINT source")


class Files(Duck):
    """Files of one kind or several, a table each; a view per table stands for the files."""

    def __init__(self, name: str, found: dict[str, tuple[str, list[Path]]], memory: str | None = None) -> None:
        super().__init__(name, memory)
        self.found = found
        """Table -> its kind and its files."""
        self.con.execute("SET preserve_insertion_order = true")
        self._made: set[str] = set()

    @property
    def one_pass(self) -> bool:  # type: ignore[override]
        """Text is costly to read."""
        return self._reading != "parquet"

    _reading = "parquet"

    def tables(self) -> list[str]:
        """A table per file, folder of files or glob."""
        return sorted(self.found)

    def relation(self, table: str) -> str:
        """The view of a table, made when it is first asked for."""
        kind, files = self.found[table]
        self._reading = kind
        if table not in self._made:
            if kind == "xlsx":
                self._load_sheet(table, files[0])
            else:
                self.con.execute(compose(VIEW, name=quoted(table), reader=reader(self.con, kind, files)))
            self._made.add(table)
        return quoted(table)

    def _columns(self, table: str) -> dict[str, Column]:
        self.relation(table)
        found = self.con.execute(COLUMNS, ["temp", "main", table]).fetchall()
        return {name: Column(name, told, family_of(told)) for name, told in found}

    def _load_sheet(self, table: str, path: Path) -> None:
        """The first sheet of a workbook as texts: what a formula shows, never the formula."""
        import openpyxl

        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            rows = book.worksheets[0].iter_rows(values_only=True)
            heads = list(next(rows, ()))
            places = [place for place, name in enumerate(heads) if name is not None]
            names = [str(heads[place]) for place in places]
            made = ", ".join(f"{quoted(name)} VARCHAR" for name in names)
            self.con.execute(compose("CREATE TEMP TABLE {name} ({columns})", name=quoted(table), columns=made or "nothing VARCHAR"))
            marks = ", ".join("?" * len(names))
            insert = compose("INSERT INTO {name} VALUES ({marks})", name=quoted(table), marks=marks)
            for row in rows:
                cells = [None if place >= len(row) or row[place] is None else _shown(row[place]) for place in places]
                if any(one is not None for one in cells):
                    self.con.execute(insert, cells)
        finally:
            book.close()

    def stamps(self, table: str) -> dict[str, str]:
        """Size, time and number of each file."""
        return {str(path): _stamp(path) for path in self.found[table][1]}


def reader(con: duckdb.DuckDBPyConnection, kind: str, files: Sequence[Path], hive: bool = True) -> str:
    """The reading of files as a table; CSV and JSON as texts, so that no guess of a type loses a value.

    `hive`: folders such as `year=2020` are columns too.
    """
    named = "[" + ", ".join(literal(plain(path)) for path in files) + "]"
    parts = {
        "files": named,
        "many": str(len(files) > 1).lower(),
        "hive": str(hive and any("=" in path.parent.name for path in files)).lower(),
    }
    if kind == "json":
        keys = {key for (many,) in con.execute(compose(KEYS_OF_JSON, files=named)).fetchall() for key in many or ()}
        parts["columns"] = "{" + ", ".join(f"{literal(key)}: 'VARCHAR'" for key in sorted(keys)) + "}"
    return compose(READERS[kind], **parts)


def plain(path: Path) -> str:
    """A path as DuckDB is to read it: a sign of a glob in a file's name is itself."""
    return re.sub(r"([*?\[])", r"[\1]", path.as_posix())


def _stamp(path: Path) -> str:
    told = path.stat()
    return f"{told.st_size}-{told.st_mtime_ns}-{told.st_ino}"


def _shown(cell: object) -> str:
    """A cell as text: a day as ISO, a whole number without a fraction."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).removesuffix(" 00:00:00")  # a day is a moment at midnight in a workbook


def tables_of(name: str, place: Path, location: str = "") -> dict[str, tuple[str, list[Path]]]:
    """The tables of a folder, a file or a glob: a table per file; a folder in a folder with Parquet files is one table."""
    if place.is_dir():
        paths = [path for path in sorted(place.iterdir()) if path.suffix.lower() in KINDS]
        stems = [path.stem for path in paths]
        found = {path.stem if stems.count(path.stem) == 1 else path.name: (KINDS[path.suffix.lower()], [path]) for path in paths}
        for folder in sorted(path for path in place.iterdir() if path.is_dir()):
            if files := sorted(folder.rglob("*.parquet")):
                found[folder.name] = ("parquet", files)
    elif place.is_file():
        found = {place.stem: (KINDS.get(place.suffix.lower(), "csv"), [place])}
    else:
        files = globbed(place)
        kinds = {KINDS.get(path.suffix.lower(), "?") for path in files}
        if len(kinds) > 1:
            raise _words.refusal("mixed_files", source=name, kinds=", ".join(sorted(kinds)))
        fixed = [part for part in place.with_suffix("").parts if not set(part) & set("*?[")]
        found = {fixed[-1]: (kinds.pop(), files)} if files else {}
    if not found:
        raise _words.refusal("source_gone", source=name, place=location or place)
    return found


def globbed(place: Path) -> list[Path]:
    """The files that a glob means, in order."""
    parts = place.parts
    first = next((number for number, part in enumerate(parts) if set(part) & set("*?[")), len(parts))
    if first == len(parts):
        return []
    return sorted(path for path in Path(*parts[:first]).glob("/".join(parts[first:])) if path.is_file())


def is_duckdb(path: Path) -> bool:
    """Whether a file begins as DuckDB's do."""
    with path.open("rb") as opened:
        return opened.read(12)[8:] == b"DUCK"
