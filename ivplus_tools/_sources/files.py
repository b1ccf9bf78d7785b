"""Files as tables, read in place by DuckDB: CSV, Parquet (globs, hive folders), JSON Lines, XLSX."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import duckdb

from ivplus_tools import _words
from ivplus_tools._sources import sheets, text
from ivplus_tools._sources.duck import Duck
from ivplus_tools._sources.reasons import reason_of
from ivplus_tools._sources.sql import Column, compose, constant, family_of, quoted
from ivplus_tools.errors import Refusal

KINDS = {
    ".csv": "csv", ".tsv": "csv", ".txt": "csv", ".parquet": "parquet", ".parq": "parquet", ".jsonl": "json",
    ".ndjson": "json", ".xlsx": "xlsx",
}  # fmt: skip
OURS = (".ivplus-new", ".ivplus-old")
CSV = (
    "SELECT * FROM read_csv({files}, auto_detect = false, header = false, skip = {skip}, delim = {separator}, "
    "quote = '\"', escape = '\"', comment = '', encoding = {encoding}, strict_mode = true, "
    "null_padding = false, compression = {packed}, {ending}max_line_size = {longest}, columns = {columns}, nullstr = '')"
)
PARQUET = "SELECT * FROM read_parquet({files}, union_by_name = {many}, hive_partitioning = {hive}, hive_types_autocast = false)"
INSIDE = """
SELECT DISTINCT filename, CAST({name} AS VARCHAR)
FROM read_parquet({files}, union_by_name = true, hive_partitioning = false, filename = true) WHERE {name} IS NOT NULL
"""
JSON = """
SELECT {fields} FROM read_json_objects({files}, format = 'newline_delimited', maximum_object_size = 67108864,
  compression = {packed})
"""
KEYS_OF_JSON = """
SELECT list_distinct(flatten(list(json_keys(json)))), count_if(json_type(json) <> 'OBJECT'),
  count_if(len(json_keys(json)) <> len(list_distinct(json_keys(json))))
FROM read_json_objects({files}, format = 'newline_delimited', maximum_object_size = 67108864, compression = {packed})
"""
ROWS_OF_PARQUET = "SELECT sum(num_rows) FROM parquet_file_metadata({files})"
VIEW = "CREATE OR REPLACE TEMP VIEW {name} AS {query}"
NEW = "ivplus_new {table}"
DESCRIBED = "DESCRIBE {table}"
COUNT = "SELECT count(*) FROM ({query})"
WHOLE = "SELECT max(hash(f)) FROM ({query}) AS f"


class Files(Duck):
    """Files of one kind or several, a table each; a view per table stands for the files."""

    def __init__(self, name: str, found: Tables, memory: str | None = None) -> None:
        super().__init__(name, memory)
        self.found = found
        """Table -> its kind and its files; of a workbook also the sheet."""
        self.con.execute("SET preserve_insertion_order = true")
        self.one_pass = False
        self._made: set[str] = set()
        self._only: dict[str, list[Path]] = {}
        self._known: dict[str, dict[str, Column]] = {}
        self._looks: dict[Path, text.Form] = {}
        self._copies: dict[Path, Path] = {}
        self.keys: dict[str, str] = {}
        """Of JSON, the key of an object by the name of its column."""

    def tables(self) -> list[str]:
        """A table per file, folder of files or glob."""
        return sorted(self.found)

    def relation(self, table: str) -> str:
        """The view of a table, made when it is first asked for; of new files it is another view."""
        view = compose(NEW, table=table) if table in self._only else table
        if view not in self._made:
            kind, files = self.found[table][0], self._read(table)
            if kind == "xlsx":
                sheets.load(self.con, table, files[0], self.found[table][2])
            else:
                self._demand_one_value(kind, files)
                query = " UNION ALL BY NAME ".join(self.queries(kind, files or self.found[table][1][:1]))
                query += "" if files else " LIMIT 0"
                self.con.execute(compose(VIEW, name=quoted(view), query=query))
            self._made.add(view)
        self.one_pass = self.found[table][0] != "parquet"  # text is costly to read
        return quoted(view)

    def in_place(self, table: str) -> str | None:
        """The reading of a table as a query that any connection may run while this is open; None of a workbook."""
        kind, files = self.found[table][0], self._read(table)
        if kind == "xlsx" or not files:
            return None
        self.relation(table)
        return " UNION ALL BY NAME ".join(self.queries(kind, files))

    def _read(self, table: str) -> list[Path]:
        files: list[Path] = self._only[table] if table in self._only else self.found[table][1]
        return files

    def narrow(self, table: str, files: Sequence[Path] | None, same: bool) -> None:
        """Read only these files of a Parquet table, or (None) all again. `same`: their columns are."""
        self._made.discard(compose(NEW, table=table))
        self._only.pop(table, None)
        if files is not None:
            self._only[table] = list(files)
        if not same:
            self._known.pop(table, None)

    def _demand_one_value(self, kind: str, files: Sequence[Path]) -> None:
        """Refuse a file that tells of a column something else than the folder that it lies in."""
        names = {name.casefold() for path in files for name in hive_of(path)} if kind == "parquet" else set()
        if not names:
            return
        named = "[" + ", ".join(constant(plain(path)) for path in files) + "]"
        query = compose(PARQUET, files=named, many="true", hive="false")
        inside = [str(one) for one, *_ in self.con.execute(compose("DESCRIBE {query}", query=query)).fetchall()]
        for name in (one for one in inside if one.casefold() in names):
            for file, told in self.con.execute(compose(INSIDE, name=quoted(name), files=named)).fetchall():
                folders = {key.casefold(): value for key, value in hive_of(Path(file)).items()}
                if folders.get(name.casefold(), told) != told:
                    raise _words.refusal("hive_differs", path=self.named(Path(file)), column=name)

    def queries(self, kind: str, files: Sequence[Path]) -> list[str]:
        """The readings of files as one table, in one form whenever they are read."""
        if kind == "csv":
            return [self._csv(path) for path in files]
        named = "[" + ", ".join(constant(plain(path)) for path in files) + "]"
        if kind == "json":
            return [self._json(files, named)]
        hive = any(map(hive_of, files))
        parts = {"many": str(len(files) > 1).lower(), "hive": str(hive).lower()}
        return [compose(PARQUET, files=named, **parts)]

    def form(self, path: Path) -> text.Form:
        """How a CSV file is written, as it was at the first look."""
        if path not in self._looks:
            self._looks[path] = text.look(path, name=self.named(path))
        return self._looks[path]

    def named(self, path: Path) -> str:
        """A file as a sentence names it: from the folder on that all of them lie in."""
        return shown(path.resolve(), base_of([one.resolve() for _, many, *_ in self.found.values() for one in many]))

    def reason(self, error: BaseException) -> str:
        """Why it failed, with the file where that can be told, and the line of a ragged record."""
        path = self._failed_at(str(error))
        if path is None or isinstance(error, Refusal):
            return reason_of(error)
        odd = text.ragged(path, self._looks[path]) if path in self._looks else None
        told = f"line {odd[0]}, {odd[1]} columns, expected {len(self._looks[path].columns)}" if odd else reason_of(error)
        return f"{self.named(path)}, {told}"

    def _failed_at(self, said: str) -> Path | None:
        """The file that a complaint names, else the first one that cannot be read by itself."""
        known = {str(made): path for path, made in self._copies.items()}
        known |= {str(path): path for _, many, *_ in self.found.values() for path in many}
        named = [one for one in known if one in said]
        if named:
            return known[max(named, key=len)]
        con = self.con.cursor()  # the transaction of the failure is over
        for kind, many, *_ in self.found.values():
            for path in many if kind == "parquet" and self._made else ():
                try:
                    con.execute(compose(WHOLE, query=self.queries(kind, [path])[0])).fetchall()
                except duckdb.Error:
                    return path
        return None

    def _csv(self, path: Path) -> str:
        """One CSV file; what DuckDB reads in no sure way is read from a private plain copy."""
        form = self.form(path)
        skip, source = form.before, path
        sure = form.ending == "\n" or (form.ending == "\r\n" and not form.inner)
        if form.encoding != "utf-8" or skip != 1 or not sure:
            skip, source = 0, self._private / f"{len(list(self._private.iterdir()))}.csv"
            text.plain_copy(path, form, source)
            self._copies[path] = source
        columns = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in form.columns)
        ending = "" if source == path and form.ending == "\r\n" else "new_line = '\\n', "
        return compose(
            CSV, files=constant(plain(source)), skip=str(skip), separator=constant(form.separator),
            encoding="'utf-8'", ending=ending, packed=_packing(source), longest=str(max(form.longest * 4, 2 << 20)),
            columns=f"{{{columns}}}",
        )  # fmt: skip

    def _json(self, files: Sequence[Path], named: str) -> str:
        try:
            [[keys, others, doubled]] = self.con.execute(compose(KEYS_OF_JSON, files=named, packed=_packing(files[0]))).fetchall()
        except duckdb.Error:
            others, doubled = 1, 0
        if others or doubled:
            path, line = next(text.odd_json(files), (files[0], 0))
            raise _words.refusal("bad_json_line", path=self.named(path), line=line or "–")
        self.keys = dict(zip(text.unique(keys or []), keys or [], strict=True))
        return self._json_of(named, files[0])

    def _json_of(self, named: str, first: Path) -> str:
        """Objects by the keys that the table has, whether these files have them all or not."""
        fields = [f"json_extract_string(json, {constant(_pointer(key))}) AS {quoted(name)}" for name, key in self.keys.items()]
        return compose(JSON, fields=", ".join(fields) or "NULL AS nothing", files=named, packed=_packing(first))

    def _columns(self, table: str) -> dict[str, Column]:
        if table not in self._known:
            found = self.con.execute(compose(DESCRIBED, table=self.relation(table))).fetchall()
            self._known[table] = {name: Column(name, told, family_of(told)) for name, told, *_ in found}
        return self._known[table]

    def stamps(self, table: str) -> dict[str, str]:
        """Size, time and number of each file."""
        return {str(path): stamp_of(path) for path in self.found[table][1]}

    def records(self, table: str) -> int | None:
        """The records of text, counted by their bytes; the rows that Parquet's own footers tell."""
        kind, files = self.found[table][0], self._read(table)
        if kind == "csv":
            return sum(self.form(path).records for path in files)
        if kind == "json":
            return sum(text.json_lines(path) for path in files)
        if kind == "parquet":
            named = "[" + ", ".join(constant(plain(path)) for path in files) + "]"
            query = compose(ROWS_OF_PARQUET, files=named)
            return int(self.con.execute(query).fetchall()[0][0]) if files else 0
        return None

    def recount(self, table: str) -> int | None:
        """CSV sign by sign."""
        kind, files = self.found[table][:2]
        if kind == "csv":
            self._looks.update({path: text.look(path, True, self.named(path)) for path in files})
        return self.records(table)

    def odd_line(self, table: str) -> str:
        """The first line that was read otherwise than it is written, or the file where the counts part."""
        kind, files = self.found[table][:2]
        for path in files:
            with contextlib.suppress(duckdb.Error):
                if kind == "csv" and (line := text.unlike(path, self.form(path), self.rows(self._csv(path)))):
                    return f"{self.named(path)}:{line}"
                if kind == "json" and self._objects(path) != text.json_lines(path):
                    return self.named(path)
        return self.named(files[0]) if len(files) == 1 else "–"

    def _objects(self, path: Path) -> int:
        query = self._json_of(f"[{constant(plain(path))}]", path)
        return int(self.con.execute(compose(COUNT, query=query)).fetchall()[0][0])

    def reading(self, table: str) -> str:
        """How each file is read."""
        kind, files = self.found[table][:2]
        told = sorted({self.form(path).told for path in files}) if kind == "csv" else [kind]
        return "; ".join(told)

    def where_it_is(self, table: str) -> str:
        """Where the files lie."""
        kind, files = self.found[table][:2]
        folders = sorted({str(path.resolve().parent) for path in files})
        return f"{kind} {' '.join(folders)} {table}"


Tables = dict[str, tuple[Any, ...]]


def _packing(path: Path) -> str:
    """How a reader is to unpack a file: by its content, not its name."""
    return "'gzip'" if text.packed(path) else "'none'"


def _pointer(key: str) -> str:
    """A key of an object as a JSON pointer."""
    return "/" + key.replace("~", "~0").replace("/", "~1")


def plain(path: Path) -> str:
    """A path as DuckDB is to read it: a sign of a glob in a file's name is itself."""
    return re.sub(r"([*?\[])", r"[\1]", path.as_posix())


def stamp_of(path: Path) -> str:
    """Size, time and number of a file."""
    told = path.stat()
    return f"{told.st_size}-{told.st_mtime_ns}-{told.st_ino}"


def hive_of(path: Path) -> dict[str, str | None]:
    """What the folders `key=value` of a file tell."""
    parts = (part.partition("=") for part in path.parent.parts if "=" in part)
    return {unquote(key): None if value == "__HIVE_DEFAULT_PARTITION__" else unquote(value) for key, _, value in parts}


def base_of(files: Sequence[Path]) -> Path:
    """The folder that all files lie in."""
    return Path(os.path.commonpath([path.parent for path in files]))


def shown(path: Path, base: Path) -> str:
    """A file as the journal names it: from the source's folder on."""
    return path.relative_to(base).as_posix()


def kind_of(path: Path) -> str | None:
    """The kind of a file by its name; text may be packed by gzip."""
    if path.name.endswith(OURS):
        return None
    endings = [one.lower() for one in path.suffixes[-2:]]
    if endings and endings[-1] == ".gz":
        inner = KINDS.get(endings[0]) if len(endings) > 1 else "csv"
        return inner if inner in ("csv", "json") else None
    return KINDS.get(endings[-1]) if endings else None


def stem_of(path: Path) -> str:
    """The name of a table of one file."""
    return Path(path.stem).stem if path.suffix.lower() == ".gz" else path.stem


def tables_of(name: str, place: Path, location: str = "") -> Tables:
    """The tables of a folder, a file or a glob.

    A table per file and sheet; a folder in a folder with Parquet files is one table, and so is a
    folder whose folders are `key=value`.
    """
    if place.is_dir():
        found = _of_folder(place)
    elif place.is_file():
        found = _of_file(stem_of(place), kind_of(place) or "csv", place)
    else:
        files = globbed(place)
        kinds = {kind_of(path) or "?" for path in files}
        if len(kinds) > 1:
            raise _words.refusal("mixed_files", source=name, kinds=", ".join(sorted(kinds)))
        fixed = [part for part in place.with_suffix("").parts if not set(part) & set("*?[")]
        found = {fixed[-1]: (kinds.pop(), files)} if files else {}
    if not found:
        raise _words.refusal("source_gone", source=name, place=location or place)
    return found


def _of_folder(place: Path) -> Tables:
    """Files by their names, folders of Parquet as one table each; what lies deeper is a table by its path."""
    folders = [path for path in place.iterdir() if path.is_dir()]
    if any("=" in folder.name for folder in folders):
        return {place.name: ("parquet", files)} if (files := _below(place, "parquet")) else {}
    paths = [path for path in sorted(place.iterdir()) if path.is_file() and kind_of(path)]
    paths += [path for folder in sorted(folders) for path in _below(folder) if kind_of(path) != "parquet"]
    names = [stem_of(path) for path in paths] + [folder.name for folder in folders]
    found: Tables = {}
    for path in paths:
        inside = path.relative_to(place).as_posix()
        stem = stem_of(path)
        found |= _of_file(stem if names.count(stem) == 1 and path.parent == place else inside, str(kind_of(path)), path)
    for folder in sorted(folders):
        if files := _below(folder, "parquet"):
            found[folder.name] = ("parquet", files)
    return found


def _below(folder: Path, kind: str | None = None) -> list[Path]:
    """The files of a kind anywhere below a folder, each once; links to the same file are one."""
    found = sorted(path for path in folder.rglob("*") if path.is_file() and kind_of(path))
    once = {path.resolve(): path for path in reversed(found) if kind in (None, kind_of(path))}
    return sorted(once.values())


def _of_file(name: str, kind: str, path: Path) -> Tables:
    if kind != "xlsx":
        return {name: (kind, [path])}
    names = sheets.names(path)
    return {(name if not place else f"{name}!{sheet}"): (kind, [path], sheet) for place, sheet in enumerate(names)}


def globbed(place: Path) -> list[Path]:
    """The files that a glob means, in order, without those that an erasure of ours has put aside."""
    parts = place.parts
    first = next((number for number, part in enumerate(parts) if set(part) & set("*?[")), len(parts))
    if first == len(parts):
        return []
    found = Path(*parts[:first]).glob("/".join(parts[first:]))
    files = sorted(path for path in found if path.is_file() and not path.name.endswith(OURS))
    return sorted({path.resolve(): path for path in reversed(files)}.values())
