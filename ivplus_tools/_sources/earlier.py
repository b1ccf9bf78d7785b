"""What an earlier reading of a Parquet table counted, so that only its new files are read.

Beside the journal, in a file that only its owner reads: counts by day, and fingerprints, told by
hashes that are keyed with a secret of this journal. A file that is damaged, or was written with
another secret, is as good as none. Text starts are not kept: a text that is no day may be anything.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, cast

from ivplus_tools._sources import files, ledger
from ivplus_tools._sources.engine import Counted, Counts, Engine
from ivplus_tools._sources.files import hive_of
from ivplus_tools._sources.sql import Column, Start

SECRET, END = "scans", b"PAR1"
FORM = "2"
"""How an answer is kept: one that was kept otherwise is as good as none."""
PARTS = ("all", "held", "keyless")
LARGEST = 64 << 20
"""Octets of the largest footer that is hashed, and of the largest file of ours."""


@dataclass
class Reading:
    """What was read of a table: files now, files earlier, the earliest day of those."""

    read: int = 0
    taken: int = 0
    day: date | None = None


@dataclass(frozen=True)
class Question:
    """What is asked of a table: starts, key, condition, and the held keys in order."""

    starts: tuple[Start, ...]
    key: Column | None
    where: str
    held: tuple[str, ...]


@dataclass
class Table:
    """The files of a table now, and what is kept of an earlier reading of some of them."""

    prints: dict[Path, str]
    shape: str
    days: dict[str, str]
    """Fingerprint of a kept file -> the day on which it was read."""
    answers: dict[str, Any]
    made: dict[str, Any]
    """The answers of this reading, to be kept."""
    taken: bool = False

    @property
    def new(self) -> list[Path]:
        """The files that are not among the kept ones."""
        return [path for path, told in self.prints.items() if told not in self.days]


class Earlier:
    """The earlier readings of one open source; used for counts alone, never for an erasure."""

    def __init__(self, engine: Engine, journal: Path, today: date, fresh: bool, keep: bool) -> None:
        self.engine, self.journal, self.today = engine, journal, today
        self.told: dict[str, Reading] = {}
        """By table, what was read and what was taken from earlier."""
        self._keep, self._fresh = keep, fresh
        self._secret = ledger.secret(journal, SECRET)
        self._tables: dict[str, Table] = {}

    def look(self, table: str) -> None:
        """Find out which files of a table are new; before anything is asked of it."""
        files = self._files(table)
        if len(files) < 2 or table in self._tables or not self._has_secret():
            return
        try:
            prints = {path: self._mark(*fingerprint(path)) for path in files}
        except (OSError, ValueError):
            return
        kept = {} if self._fresh else self._load(table)
        days = kept.get("days", {})
        alike = len({tuple(hive_of(path)) for path in files}) == 1
        if not (days and alike and set(days) <= set(prints.values()) and self._same(table, prints, kept)):
            kept, days = {}, {}
        shape = kept.get("shape") or self._shape(table)
        self._tables[table] = Table(prints, shape, days, kept.get("answers", {}), {})

    def begin(self, table: str, asked: Question) -> Mapping[str, Any] | None:
        """The kept answer, and the engine reads new files only; None: it reads all."""
        mine = self._tables.get(table)
        found = mine.answers.get(self._named(asked)) if mine else None
        if mine and found is not None:
            self._narrow(table, mine.new, True)
        return cast("Mapping[str, Any] | None", found)

    def end(
        self,
        table: str,
        asked: Question,
        kept: Mapping[str, Any] | None,
        counted: Counted,
        rows: int,
    ) -> tuple[Counted, int]:
        """What was read and what is kept, together, kept in its turn; all rows of the table."""
        mine = self._tables.get(table)
        many = len(self._files(table))
        taken = mine.days if mine and kept is not None else {}
        first = min(map(date.fromisoformat, taken.values()), default=None)
        if many and (table not in self.told or self.told[table].taken > len(taken)):
            self.told[table] = Reading(many - len(taken), len(taken), first)
        if mine is None:
            return counted, rows
        if kept is not None:
            self._narrow(table, None, True)
            counted, rows = together(counted, kept, asked.held), rows + kept["rows"]
            mine.taken = True
        if all(start.native and not start.latest for start in asked.starts) and of_days(counted):
            mine.made[self._named(asked)] = told_of(counted, rows, asked.held)
        return counted, rows

    def keep(self) -> None:
        """Write down what this reading counted; where that cannot be, it is read again."""
        for table, mine in self._tables.items() if self._keep else ():
            if not mine.made:
                continue
            today = self.today.isoformat()
            days = {one: mine.days.get(one, today) if mine.taken else today for one in mine.prints.values()}
            body = json.dumps({"days": days, "shape": mine.shape, "answers": mine.made}, separators=(",", ":"))
            with contextlib.suppress(OSError):
                self._write(self._path(table), f"{self._mark(body)}\n{body}")

    # ---

    def _files(self, table: str) -> list[Path]:
        if not isinstance(self.engine, files.Files):
            return []
        kind, many = self.engine.found.get(table, ("", []))[:2]
        return list(many) if kind == "parquet" else []

    def _has_secret(self) -> bool:
        if self._secret is None and self._keep:
            with contextlib.suppress(OSError):
                self._secret = ledger.new_secret(self.journal, SECRET)
        return self._secret is not None

    def _narrow(self, table: str, only: Sequence[Path] | None, same: bool) -> None:
        cast("files.Files", self.engine).narrow(table, only, same)

    def _same(self, table: str, prints: Mapping[Path, str], kept: Mapping[str, Any]) -> bool:
        """Whether the new files have the columns that the kept ones had, so that all have them."""
        self._narrow(table, [path for path, told in prints.items() if told not in kept["days"]], False)
        same: bool = self._shape(table) == kept["shape"]
        self._narrow(table, None, same)
        return same

    def _shape(self, table: str) -> str:
        return self._mark(repr(sorted((one.name, one.type) for one in self.engine.columns(table).values())))

    def _named(self, asked: Question) -> str:
        """Everything that an answer depends on, beside the files and their columns."""
        groups = [start.group(self.engine.matches) for start in asked.starts]
        key = [asked.key.own, asked.key.empty] if asked.key else []
        return self._mark(FORM, repr(groups), repr(asked.starts), repr(key), asked.where, *asked.held)

    def _mark(self, *told: str) -> str:
        said = json.dumps(told).encode()
        return hmac.digest(self._secret or b"", said, "sha256").hex()

    def _path(self, table: str) -> Path:
        name = self._mark(self.engine.name, table)[:32]
        return self.journal.with_name(f"{self.journal.name}.scans") / f"{name}.json"

    def _load(self, table: str) -> dict[str, Any]:
        try:
            path = self._path(table)
            if path.stat().st_size > LARGEST:
                return {}
            seal, _, body = path.read_text(encoding="ascii").partition("\n")
        except (OSError, ValueError):
            return {}
        whole = hmac.compare_digest(seal, self._mark(body))
        return cast("dict[str, Any]", json.loads(body)) if whole else {}

    def _write(self, path: Path, text: str) -> None:
        if len(text) > LARGEST:
            return
        path.parent.mkdir(mode=0o700, exist_ok=True)
        number, name = tempfile.mkstemp(dir=path.parent)  # only its owner reads it
        with os.fdopen(number, "w", encoding="ascii") as file:
            file.write(text)
        Path(name).replace(path)


def fingerprint(path: Path) -> tuple[str, ...]:
    """What tells a Parquet file: place, size, times, number, and the hash of its footer."""
    with path.open("rb") as file:
        told = os.fstat(file.fileno())
        file.seek(-8, os.SEEK_END)
        length, end = int.from_bytes(file.read(4), "little"), file.read(4)
        if end != END or length > min(LARGEST, told.st_size - 8):
            raise ValueError(path.name)
        file.seek(-8 - length, os.SEEK_END)
        footer = hashlib.sha256(file.read(length)).hexdigest()
    stamp = (told.st_size, told.st_mtime_ns, told.st_ctime_ns, told.st_ino, told.st_dev)
    return (str(path.resolve()), *map(str, stamp), footer)


def together(new: Counted, kept: Mapping[str, Any], held: Sequence[str]) -> Counted:
    """The groups of new files and of kept ones."""
    for groups, told in zip(new.groups, kept["groups"], strict=True):
        for name in PARTS:
            counts = groups[name]
            for number, count in zip(*told[name], strict=True):
                day = None if number is None else date.fromordinal(number)
                counts[day] = counts.get(day, 0) + count
    found = new.found | {held[place] for place in kept["found"]}
    return Counted(new.groups, found, new.doubtful + kept["doubtful"])


def of_days(counted: Counted) -> bool:
    """Whether the groups are days, or nothing: only those are kept."""
    days = (day for groups in counted.groups for name in PARTS for day in groups[name])
    return all(day is None or type(day) is date for day in days)


def told_of(counted: Counted, rows: int, held: Sequence[str]) -> dict[str, Any]:
    """An answer as it is kept: days as numbers, held keys by their places in the list."""

    def columns(counts: Counts) -> list[list[int | None]]:
        days = [day.toordinal() if isinstance(day, date) else None for day in counts]
        return [days, list(counts.values())]

    groups = [{name: columns(one[name]) for name in PARTS} for one in counted.groups]
    found = [place for place, key in enumerate(held) if key in counted.found]
    return {"groups": groups, "rows": rows, "found": found, "doubtful": counted.doubtful}
