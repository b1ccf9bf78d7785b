"""Files without some of their rows: the new file is made beside the old one, checked, and put in its place in one step.

A CSV or JSON Lines file keeps every other row byte for byte. The old file stays beside the new one until the officer confirms.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ivplus_tools import _words
from ivplus_tools._sources import sql
from ivplus_tools._sources.duck import Files, connection, reader
from ivplus_tools._sources.engine import Asked, Outcome, Tally, demand_confirmed, demand_same
from ivplus_tools._sources.sql import Cut, compose, literal, quoted

NUMBERED = "SELECT n FROM (SELECT *, row_number() OVER () AS n FROM {table}) AS t WHERE {condition}"
CHANGED = "SELECT n, {changes} FROM (SELECT *, row_number() OVER () AS n FROM {table}) AS t WHERE {condition}"
KEPT = "COPY (SELECT * FROM {table} AS t WHERE ({condition}) IS NOT TRUE) TO {file} (FORMAT parquet, COMPRESSION zstd)"
REPLACED = "COPY (SELECT * REPLACE ({changes}) FROM {table} AS t) TO {file} (FORMAT parquet, COMPRESSION zstd)"
MADE, OLD = ".ivplus-new", ".ivplus-old"


class WritableFiles(Files):
    """Files whose rows may be erased or changed. One file is replaced in one step; of several, each is, one after another."""

    def carry_out(self, cut: Cut, changes: Mapping[str, str] | None, expected: Tally, salt: str, asked: Asked) -> Outcome:
        """Make the new files, check them, then put them in place; the old ones stay as `*.<tag>.ivplus-old`."""
        kind, found = self.found[cut.table]
        files = [path.resolve() for path in found]  # a link stays one: what it leads to is written
        if kind == "xlsx":
            raise _words.refusal("read_only_source", source=self.name)
        stamps = self.stamps(cut.table)
        demand_same(self.tally(cut, salt), expected)
        before, made = self.total(cut.table), {}
        demand_confirmed(before, expected, asked)
        try:
            for path in files:
                if new := self._beside(kind, path, cut, changes):
                    made[path] = new
            after, left = self._counted(kind, [made.get(path, path) for path in files], cut)
            gone = expected.rows if changes is None else 0
            if (after, left) != (before - gone, 0):
                raise _words.refusal("drifted", planned=expected.rows, found=before - after)
            if self.stamps(cut.table) != stamps:
                raise _words.refusal("source_changed", source=self.name, table=cut.table)
            asked.still()
            kept = _swapped(made, asked.tag)
        except BaseException:
            for new in made.values():
                new.unlink(missing_ok=True)
            raise
        return Outcome(before, after, "\n".join(map(str, kept)))

    def _counted(self, kind: str, files: list[Path], cut: Cut) -> tuple[int, int]:
        """Rows of the files to be, and how many of them the cut still means, as a new reader sees it."""
        view = compose("CREATE OR REPLACE TEMP VIEW ivplus_made AS SELECT * FROM {reader}", reader=reader(self.con, kind, files))
        self.con.execute(view)
        [[total]] = self.con.execute("SELECT count(*) FROM ivplus_made").fetchall()
        keys = compose(sql.KEYS, key="1", table="ivplus_made", condition=cut.condition)
        return int(total), len(self.con.execute(keys).fetchall())

    def _beside(self, kind: str, path: Path, cut: Cut, changes: Mapping[str, str] | None) -> Path | None:
        """The new file beside an old one, durable; None where nothing in it is meant."""
        self.con.execute(
            compose("CREATE OR REPLACE TEMP VIEW ivplus_one AS SELECT * FROM {reader}", reader=reader(self.con, kind, [path], hive=False))
        )
        numbers: dict[int, tuple[object, ...]] = {}
        query = compose(
            CHANGED if changes else NUMBERED, table="ivplus_one", condition=cut.condition, changes=", ".join((changes or {}).values())
        )
        for number, *cells in self.con.execute(query).fetchall():
            numbers[number] = tuple(cells)
        if not numbers:
            return None
        made = path.with_name(path.name + MADE)
        made.unlink(missing_ok=True)  # of a process that was killed
        try:
            if kind == "parquet":
                self._write_parquet(made, cut, changes)
            else:
                _write_text(path, made, kind, numbers, list(changes or {}) if changes is not None else None)
            _settle(made)
        except BaseException:
            made.unlink(missing_ok=True)
            raise
        made.chmod(path.stat().st_mode & 0o777)
        return made

    def _write_parquet(self, made: Path, cut: Cut, changes: Mapping[str, str] | None) -> None:
        parts = {"table": "ivplus_one", "condition": cut.condition, "file": literal(str(made))}
        if changes is None:
            self.con.execute(compose(KEPT, **parts))
            return
        kinds = self._columns(cut.table)
        told = (
            f"CASE WHEN {cut.condition} THEN CAST({new} AS {kinds[name].type}) ELSE t.{quoted(name)} END AS {quoted(name)}"
            for name, new in changes.items()
        )
        self.con.execute(compose(REPLACED, changes=", ".join(told), **parts))


def _write_text(path: Path, made: Path, kind: str, numbers: Mapping[int, tuple[object, ...]], changed: list[str] | None) -> None:
    """A text file without the numbered records, or with some of their fields changed; the others as they were."""
    with path.open("rb") as old, made.open("xb") as new:
        made.chmod(0o600)
        pieces = _csv_records(path) if kind == "csv" else ((line, None) for line in old)
        head: list[str] = []
        count = 0 if kind == "csv" else 1
        for raw, dialect in pieces:
            if count == 0:
                head = _cells(raw, dialect)
                if changed and len(set(head)) < len(head):
                    raise _words.refusal("odd_csv", path=path.name)
                new.write(raw)
                count = 1
                continue
            if not raw.strip():
                new.write(raw)
                continue
            if count not in numbers:
                new.write(raw)
            elif changed is not None:
                new.write(_changed(raw, dialect, head, dict(zip(changed, numbers[count], strict=True))))
            count += 1


def _csv_records(path: Path) -> Iterator[tuple[bytes, str]]:
    """The records of a CSV file as their bytes: a line break inside quotes does not end one. With each the separator."""
    con = connection()
    try:
        told = con.execute("SELECT delimiter, quote FROM sniff_csv(?, all_varchar = true)", [str(path)]).fetchall()
    finally:
        con.close()
    separator, quote = told[0]
    if quote not in ('"', "", "\0", "(empty)"):
        raise _words.refusal("odd_csv", path=path.name)
    with path.open("rb") as opened:
        yield from ((raw, separator) for raw in _whole(opened))


def _whole(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Lines put together to records: one ends where no quote is open."""
    raw = b""
    for line in lines:
        raw += line
        if raw.count(b'"') % 2 == 0:
            yield raw
            raw = b""
    if raw:
        yield raw


def _cells(raw: bytes, separator: str | None) -> list[str]:
    return next(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=separator or ","), [])


def _changed(raw: bytes, separator: str | None, head: list[str], fields: dict[str, object]) -> bytes:
    """A record with some fields changed; JSON Lines where there is no separator."""
    if separator is None:
        body = json.loads(raw)
        return (json.dumps({**body, **fields}, ensure_ascii=False, default=str) + "\n").encode()
    cells = dict(zip(head, _cells(raw, separator), strict=False)) | {
        name: "" if made is None else str(made) for name, made in fields.items()
    }
    out = io.StringIO(newline="")
    ending = "\r\n" if raw.endswith(b"\r\n") else "\n"
    csv.writer(out, delimiter=separator, lineterminator=ending).writerow(cells.values())
    return out.getvalue().encode()


def _settle(path: Path) -> None:
    with path.open("rb") as made:
        os.fsync(made.fileno())


def _swapped(made: Mapping[Path, Path], tag: str) -> list[Path]:
    """Put all new files in place; where one cannot be, those before it are put back."""
    kept: dict[Path, Path] = {}
    try:
        for path, new in made.items():
            kept[path] = _swap(path, new, tag)
    except BaseException:
        for path, old in kept.items():
            old.replace(path)
        raise
    return list(kept.values())


def _swap(path: Path, made: Path, tag: str) -> Path:
    """Put the new file in the place of the old one, which stays under another name: at every moment one whole file is there."""
    kept = path.with_name(f"{path.name}.{tag}{OLD}")
    kept.unlink(missing_ok=True)
    os.link(path, kept)
    made.replace(path)
    return kept
