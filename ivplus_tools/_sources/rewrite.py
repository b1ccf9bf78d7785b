"""Files without some of their rows: a new file is made beside the old one, compared, put in its place.

A CSV or JSON Lines file keeps every other record byte for byte. The old file stays beside the new
one until the officer confirms; nothing that changed meanwhile is ever written over.
"""

from __future__ import annotations

import contextlib
import ctypes
import gzip
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from ivplus_tools import _store, _words
from ivplus_tools._sources import changed, text
from ivplus_tools._sources.carrying import Asked, Outcome, Tally, demand_confirmed, demand_same
from ivplus_tools._sources.files import PARQUET, Files, base_of, hive_of, plain, shown, stamp_of
from ivplus_tools._sources.sql import Cut, compose, constant, quoted

NUMBERED = "SELECT {row}{changes} FROM (SELECT *, row_number() OVER () AS {row} FROM {table} AS f) AS t WHERE {where} ORDER BY {row}"
COPIED = (
    "COPY (SELECT {columns} FROM ivplus_old AS t WHERE {where}) TO {file} "
    "(FORMAT parquet, COMPRESSION {codec}, ROW_GROUP_SIZE {group}, KV_METADATA {metadata}{numbers})"
)
SUM = "SELECT count(*), sum(CAST(hash([{values}]) AS HUGEINT)) FROM {table} AS t WHERE {where}"
WITH_FOLDERS = "SELECT *{folders} FROM ({query})"
MAY_BE_EMPTY = "CASE WHEN random() >= 0 THEN {value} END"
"""A value of which the writer does not know that it is always there: else it declares the column as required.

Of a condition it does not know beforehand that no row is left: then it would declare none as required.
"""
SHAPE = """
SELECT name, repetition_type, num_children, field_id, type, type_length, scale, precision, duckdb_type,
  CASE WHEN starts_with(converted_type, 'TIM') THEN converted_type END
FROM parquet_schema({file})
"""
CODEC = "SELECT first(compression), max(row_group_num_rows) FROM parquet_metadata({file})"
METADATA = "SELECT decode(key), value FROM parquet_kv_metadata({file})"
AT_FDCWD, EXCHANGE = -100, 2  # of Linux
MADE, OLD = ".ivplus-new", ".ivplus-old"


@dataclass(frozen=True)
class Swap:
    """One file that an erasure replaces: what told it apart before, and what tells the new one."""

    path: Path
    tag: str
    old: str
    new: str

    @property
    def kept(self) -> Path:
        """Where the old file is afterwards."""
        return self.path.with_name(f"{self.path.name}.{self.tag}{OLD}")

    @property
    def made(self) -> Path:
        """Where the new file is before."""
        return made_beside(self.path, self.tag)

    def state(self) -> str:
        """`old` where nothing of ours is in its place, `new`, or `other` where somebody has written since."""
        if not self.kept.exists() or (self.path.exists() and self.kept.samefile(self.path)):
            return "old"
        now = stamp_of(self.path) if self.path.exists() else ""
        return "new" if now == self.new and stamp_of(self.kept) == self.old else "other"

    def forget(self) -> None:
        """Delete the old file, unless somebody writes to it in this very moment."""
        aside = self.kept.with_name(f"{self.kept.name}.gone")
        if self.kept.exists():
            self.kept.rename(aside)
            if stamp_of(aside) != self.old:
                aside.rename(self.kept)
                raise _words.refusal("kept_changed", names=self.kept.name)
            aside.unlink()

    def kept_changed(self) -> bool:
        """Whether somebody has written to the old file since it was put aside."""
        return self.kept.exists() and stamp_of(self.kept) != self.old

    def undo(self) -> None:
        """Put the old file back where the new one is as we left it; take away what was made for it."""
        if self.state() == "new":
            self.kept.replace(self.path)
        elif self.state() == "old" and self.kept.exists() and self.kept.samefile(self.path):
            self.kept.unlink()
        self.made.unlink(missing_ok=True)


def made_beside(path: Path, tag: str) -> Path:
    """The name of a new file beside the old one."""
    return path.with_name(f"{path.name}.{tag}{MADE}")


class WritableFiles(Files):
    """Files whose rows may be erased or changed; each file is replaced in one step."""

    def carry_out(self, cut: Cut, changes: Mapping[str, str] | None, expected: Tally, asked: Asked) -> Outcome:
        """Make the new files, compare every row, then put them in place."""
        kind, found = self.found[cut.table][:2]
        files = [path.resolve() for path in found]  # a link stays one: what it leads to is written
        if kind == "xlsx":
            raise _words.refusal("read_only_source", source=self.name)
        stamps = {path: stamp_of(path) for path in files}
        if linked := [self.named(path) for path in files if path.stat().st_nlink > 1]:
            raise _words.refusal("other_names", source=self.name, names=", ".join(linked))
        demand_same(self.tally(cut, asked.secret, asked.seen), expected)
        before = self.total(cut.table)
        demand_confirmed(before, expected, asked)
        made: dict[Path, Path] = {}
        try:
            for path in files:
                new = made_beside(path, asked.tag)
                if self._beside(kind, path, new, cut, changes):
                    made[path] = new
                    self._demand_alike(kind, path, new, cut, changes)
            after = before - (0 if changes else expected.rows)
            left = sum(self._rows_of(kind, made.get(path, path)) for path in files)
            if left != after:
                raise _words.refusal("drifted", planned=after, found=left)
            asked.still()
            if {path: stamp_of(path) for path in files} != stamps:
                raise _words.refusal("source_changed", source=self.name, table=cut.table)
            swaps = [Swap(path, asked.tag, stamps[path], stamp_of(new)) for path, new in made.items()]
            base = base_of(files)
            asked.swapping({shown(one.path, base): f"{one.old} {one.new}" for one in swaps})
            self._swap(swaps, cut.table)
        finally:
            for new in made.values():
                new.unlink(missing_ok=True)
        return Outcome(before, after, "\n".join(shown(one.kept, base) for one in swaps))

    def _swap(self, swaps: Sequence[Swap], table: str) -> None:
        """Put all in place; where one cannot be, those before it are put back if they still are ours."""
        done: list[Swap] = []
        try:
            for one in swaps:
                done.append(one)
                _put_in_place(one, self.name, table)
        except BaseException:
            for one in done:
                one.undo()
            self.committing = any(one.state() != "old" for one in done)
            raise

    def _rows_of(self, kind: str, path: Path) -> int:
        """The rows of one file as it lies there now."""
        if kind == "csv":
            return text.look(path).records
        if kind == "json":
            return text.json_lines(path)
        return self._sum("*", kind, path, "1 = 1")[0]

    def _view(self, name: str, kind: str, path: Path) -> list[str]:
        """A view of one file; the columns that stand in it, those of its folders left out."""
        one = f"[{constant(plain(path))}]"
        query = self._json_of(one, path) if kind == "json" else " ".join(self.queries(kind, [path]))
        if kind == "parquet":
            query = compose(PARQUET, files=one, many="false", hive="false")
        columns = [str(one) for one, *_ in self.con.execute(compose("DESCRIBE {query}", query=query)).fetchall()]
        if kind == "parquet":  # a column that is in file and folder is the file's
            told = {key: value for key, value in hive_of(path).items() if key.casefold() not in {one.casefold() for one in columns}}
            values = (f", CAST({'NULL' if value is None else constant(value)} AS VARCHAR) AS {quoted(key)}" for key, value in told.items())
            query = compose(WITH_FOLDERS, folders="".join(values), query=query)
        self.con.execute(compose("CREATE OR REPLACE TEMP VIEW {name} AS {query}", name=name, query=query))
        return columns

    def _sum(self, values: str, kind: str, path: Path, where: str) -> tuple[int, int]:
        name = "ivplus_old" if values != "*" else "ivplus_one"
        columns = self._view(name, kind, path)
        told = values if values != "*" else ", ".join(_value(quoted(one)) for one in columns)
        query = compose(SUM, values=told, table=name, where=where)
        [[count, total]] = self.con.execute(query).fetchall()
        return int(count), int(total or 0)

    def _demand_alike(self, kind: str, path: Path, new: Path, cut: Cut, changes: Mapping[str, str] | None) -> None:
        """Every row that stays is in the new file with every value, and nothing else is."""
        columns = self._view("ivplus_old", kind, path)
        told = self._changed_columns(columns, cut, changes)
        where = self.condition(cut)
        stays = "1 = 1" if changes else f"({where}) IS NOT TRUE"
        old = self._sum(", ".join(_value(one) for one in told.values()), kind, path, stays)
        if self._sum("*", kind, new, "1 = 1") != old:
            raise _words.refusal("not_alike", source=self.name, path=self.named(path))

    def _changed_columns(self, columns: list[str], cut: Cut, changes: Mapping[str, str] | None) -> dict[str, str]:
        """What each column of `ivplus_old` becomes, in its own type."""
        types = {name: told for name, told, *_ in self.con.execute("DESCRIBE ivplus_old").fetchall()}
        told = {one: f"t.{quoted(one)}" for one in columns}
        for name, new in (changes or {}).items():
            made = f"CAST({new} AS {types[name]})"
            told[name] = f"CASE WHEN {self.condition(cut)} THEN {made} ELSE {told[name]} END"
        return told

    def _beside(self, kind: str, path: Path, made: Path, cut: Cut, changes: Mapping[str, str] | None) -> bool:
        """The new file beside an old one, durable; False where nothing in it is meant."""
        columns = self._view("ivplus_old", kind, path)
        row = next(name for name in (f"ivplus_row{'_' * n}" for n in range(99)) if name not in columns)
        told = "".join(f", CAST({one} AS VARCHAR)" for one in (changes or {}).values())
        parts = {"row": row, "changes": told, "table": "ivplus_old", "where": self.condition(cut)}
        meant = self.rows(compose(NUMBERED, **parts))
        first = next(meant, None)
        if first is None:
            return False
        made.unlink(missing_ok=True)  # of a process that was killed
        try:
            if kind == "parquet":
                self._write_parquet(path, made, columns, cut, changes)
            else:
                keys = list(changes) if changes is not None else None
                self._write_text(kind, path, made, _Meant(first, meant), keys)
            _keep_rights(path, made)
            _settle(made)
        except BaseException:
            made.unlink(missing_ok=True)
            raise
        return True

    def _write_parquet(self, path: Path, made: Path, columns: list[str], cut: Cut, changes: Mapping[str, str] | None) -> None:
        """With the codec, the groups and the metadata of the old file; refused where a type would turn."""
        file, where = constant(plain(path)), self.condition(cut)
        told = self._changed_columns(columns, cut, changes)
        [[codec, group]] = self.con.execute(compose(CODEC, file=file)).fetchall()
        metadata = self.con.execute(compose(METADATA, file=file)).fetchall()
        shown_values = ", ".join(f"{quoted(key)}: {_blob(value)}" for key, value in metadata)
        shape = self._shape(path)
        top = dict(_top(shape))
        numbers = ", ".join(f"{quoted(name)}: {one[3]}" for name, one in top.items() if one[3] is not None)
        values = {name: compose(MAY_BE_EMPTY, value=new) if top[name][1] == "OPTIONAL" else new for name, new in told.items()}
        query = compose(
            COPIED, columns=", ".join(f"{new} AS {quoted(name)}" for name, new in values.items()),
            where="1 = 1" if changes else compose(MAY_BE_EMPTY, value=f"({where}) IS NOT TRUE"), file=constant(str(made)),
            codec="lz4_raw" if codec.upper() == "LZ4_RAW" else codec.lower(), group=str(max(int(group or 0), 2048)),
            metadata=f"{{{shown_values}}}", numbers=f", FIELD_IDS {{{numbers}}}" if numbers else "",
        )  # fmt: skip
        self.con.execute(query)
        made.chmod(0o600)
        emptied = {name for name in changes or {} if top[name][1] == "REQUIRED"}  # it may have to hold nothing now
        if _kept(self._shape(made), emptied) != _kept(shape, emptied):
            raise _words.refusal("parquet_types", source=self.name, path=self.named(path))

    def _shape(self, path: Path) -> list[tuple[Any, ...]]:
        """The root of a Parquet file's schema, and everything below it in order."""
        return self.con.execute(compose(SHAPE, file=constant(plain(path)))).fetchall()

    def _write_text(self, kind: str, path: Path, made: Path, meant: _Meant, changed: list[str] | None) -> None:
        """A text file without the numbered records, or with some fields changed; the others as they were."""
        encoding = self.form(path).encoding if kind == "csv" else "utf-8"
        with text.opened(path, encoding) as old, _created(made, path, encoding) as new:
            if kind == "csv":
                form = self.form(path)
                for _ in range(form.before):
                    new.write(old.readline())
                pieces, lone = text.records(old, form.separator), len(form.columns) == 1
            else:
                pieces, lone = iter(old), False
            number = 0
            for raw in pieces:
                blank = not raw.strip("\r\n") if kind == "csv" else not raw.strip()
                number += not blank or lone
                if (blank and not lone) or number != meant.number:
                    new.write(raw)
                elif changed is not None:
                    fields = dict(zip(changed, meant.cells, strict=True))
                    new.write(self._changed(kind, path, raw, fields))
                if number == meant.number and not (blank and not lone):
                    meant.next()
        if meant.number is not None:
            raise _words.refusal("not_alike", source=self.name, path=self.named(path))

    def _changed(self, kind: str, path: Path, raw: str, new: dict[str, str | None]) -> str:
        """A record with some fields changed."""
        if kind == "json":
            names = {self.keys[name]: told for name, told in new.items()}
            return changed.with_values(raw, names)
        form = self.form(path)
        places = {form.columns.index(name): told or "" for name, told in new.items()}
        return changed.with_cells(raw, form.separator, places)


def _kept(shape: Sequence[tuple[Any, ...]], emptied: Set[str]) -> list[tuple[Any, ...]]:
    """What a rewriting has to keep of a schema: all below its root, but whether an emptied column is required."""
    return [(one[0], *one[2:]) if one[0] in emptied else one for one in shape[1:]]


class _Meant:
    """The numbered records that are meant, in their order, one at a time."""

    def __init__(self, first: tuple[Any, ...], rest: Iterator[tuple[Any, ...]]) -> None:
        self._rest = rest
        self.number: int | None = int(first[0])
        self.cells: tuple[str | None, ...] = first[1:]

    def next(self) -> None:
        """The next one; one out of order would be another record."""
        found = next(self._rest, None)
        if found is not None and found[0] <= (self.number or 0):
            raise _words.refusal("drifted", planned=self.number, found=found[0])
        self.number, self.cells = (None, ()) if found is None else (int(found[0]), found[1:])


def _top(shape: Sequence[tuple[Any, ...]]) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """The columns of a schema, without what lies within them."""
    within = 0
    for one in shape[1:]:
        if not within:
            yield str(one[0]), one
        within += int(one[2] or 0) - bool(within)


def _value(own: str) -> str:
    """A value as it is compared: nothing and an empty text are one in a text file."""
    return f"nullif(CAST({own} AS VARCHAR), '')"


def _blob(value: bytes) -> str:
    return "'" + "".join(f"\\x{byte:02X}" for byte in value) + "'::BLOB"


def _created(made: Path, like: Path, encoding: str) -> IO[str]:
    """A new file that only we read, packed as the old one is."""
    made.touch(mode=0o600, exist_ok=False)
    if text.packed(like):
        return gzip.open(made, "wt", encoding=encoding, newline="")
    return made.open("w", encoding=encoding, newline="")


def _keep_rights(path: Path, made: Path) -> None:
    """Owner, mode and attributes of the old file; refused where its owner cannot be kept."""
    told, ours = path.stat(), made.stat()
    if (told.st_uid, told.st_gid) != (ours.st_uid, ours.st_gid):
        try:
            os.chown(made, told.st_uid, told.st_gid)
        except (OSError, AttributeError):
            raise _words.refusal("owner_lost", path=path.name) from None
    shutil.copymode(path, made)
    for name in os.listxattr(path) if hasattr(os, "listxattr") else ():
        with contextlib.suppress(OSError):
            os.setxattr(made, name, os.getxattr(path, name))


def _settle(path: Path) -> None:
    """On the disk: opened for writing, as Windows asks."""
    with path.open("r+b") as made:
        _store.flush(made.fileno())


def _put_in_place(one: Swap, source: str, table: str) -> None:
    """At every moment one whole file is there; the old one stays under another name."""
    os.link(one.path, one.kept)
    if stamp_of(one.kept) != one.old:
        one.kept.unlink()
        raise _words.refusal("source_changed", source=source, table=table)
    if not _exchanged(one.made, one.path):
        one.made.replace(one.path)
    elif not one.made.samefile(one.kept):  # another file had come in its place: it goes back
        _exchanged(one.made, one.path)
        one.kept.unlink()
        raise _words.refusal("source_changed", source=source, table=table)
    else:
        one.made.unlink()
    if stamp_of(one.kept) != one.old:  # somebody who had it open has written to the old file
        if stamp_of(one.path) == one.new:
            one.kept.replace(one.path)
        raise _words.refusal("source_changed", source=source, table=table)


def _exchanged(one: Path, other: Path) -> bool:
    """Let two files change names in one step; False where the system does not know how."""
    with contextlib.suppress(OSError, AttributeError):
        call = ctypes.CDLL(None, use_errno=True).renameat2
        return bool(call(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), EXCHANGE) == 0)
    return False
