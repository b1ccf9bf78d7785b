"""Where the company's data lie: the only opener of files and databases that are not ours. Read in place, read-only by default."""

from __future__ import annotations

import contextlib
import os
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from ivplus_tools import _dates, _shipped, _words
from ivplus_tools._sources import ledger
from ivplus_tools._sources.carrying import Asked, Outcome, Tally
from ivplus_tools._sources.engine import Counted, Engine
from ivplus_tools._sources.pieces import Ask, pieces, trouble
from ivplus_tools._sources.reasons import failed, first_line, reason_of  # fmt: skip
from ivplus_tools._sources.sql import (  # fmt: skip
    EARLIEST,
    EVERY,
    Column,
    Cut,
    Start,
    compose,
    condition,
    constant,
    latest,
    literal,
    quoted,
    text_of,
)
from ivplus_tools.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ivplus_tools._sources.rewrite import Swap

__all__ = [
    "EARLIEST", "EVERY", "Ask", "Asked", "Column", "Counted", "Cut", "Engine", "Outcome", "Place", "Start",
    "Tally", "beside_tables", "checked", "compose", "condition", "constant", "elsewhere", "first_line", "latest", "ledger",
    "literal", "opened", "pieces", "portable", "quoted", "reason_of", "swaps_of", "text_of", "trouble", "written_on",
]  # fmt: skip
SAMPLES = _shipped.folder("data_samples")
POSTGRES, SPARK, SAMPLE = ("postgresql://", "postgres://"), "spark:", "samples:"
KEY = r"(access|account|api)[_-]?key(_?id)?"
ASKED = r"(^|[?&;,#\s])(key|pw|pin|auth|sig|sas|code)"  # a folder may be called key=1
SECRET = rf"(pass(word|wd|phrase|code)?|pwd|secret|token|(?<![a-z])sig|signature|credential|{KEY}|{ASKED})\s*="
CONTAINER = r"spark:(abfs|wasb)s?://[^/:@]+@[^/:@]+/"  # what stands before its @ is no user
USER = rf"^(?!postgres|{CONTAINER})[^/:]+[/:][^@]+@[^/]+[:/]"
LONGEST_LOCATION = 5_000
PASSWORD = re.compile(rf"{USER}|{SECRET}", re.IGNORECASE)


@dataclass(frozen=True)
class Place:
    """Where a source lies: its name, its location as recorded, where its password is, and what relative paths start from."""

    name: str
    location: str
    password_from: str | None
    base: Path

    @property
    def path(self) -> Path:
        """The place in the file system; `samples:` is the folder of the sample company, beside the journal where it was copied there."""
        if self.location.startswith(SAMPLE):
            own = self.base / SAMPLES.name
            return (own if own.is_dir() else SAMPLES) / self.location.removeprefix(SAMPLE)
        return self.base / Path(self.location).expanduser()

    def same_as(self, other: Place) -> bool:
        """Whether two places are one, also by another name or link."""
        if not (self.is_files and other.is_files):
            return self.location == other.location
        return self.path.resolve() == other.path.resolve()

    @property
    def is_files(self) -> bool:
        """Whether it is something in the file system."""
        return not self.location.startswith((*POSTGRES, SPARK))


def checked(location: str) -> str:
    """A location as it may be recorded; one with a password in it is refused."""
    if len(location) > LONGEST_LOCATION:
        raise _words.refusal("bad_location", got=f"{location[:80]}…")
    told = location
    while True:
        if _names_user(told) or PASSWORD.search(told):
            raise _words.refusal("password_told")
        if (plain := unquote(told)) == told:
            break
        told = plain
    if location.startswith(POSTGRES):
        from ivplus_tools._sources import postgres

        if postgres.has_password(location):
            raise _words.refusal("password_told")
    scheme = re.match(r"([A-Za-z][\w+.-]+):", location)
    if scheme and not location.startswith((*POSTGRES, SPARK, SAMPLE)):
        raise _words.refusal("bad_location", got=f"{scheme[1]}:")
    return location


def _names_user(told: str) -> bool:
    """Whether a user and a password stand between `//` and an `@`."""
    *before, _ = told.split("@")
    return any(":" in one.partition("//")[2] for one in before)


@contextlib.contextmanager
def opened(place: Place, write: bool = False, memory: str | None = None, beside: Engine | None = None) -> Iterator[Engine]:
    """A source, open for one operation; whatever fails in it comes as one line.

    `write` needs a source that can be written. `beside`: what is open already; a DuckDB file is
    opened once in a process, so a second question about it goes through the same handle.
    """
    engine = _again(place, beside) or _open(place, write, memory)
    if write and not engine.can_write:
        engine.close()
        raise _words.refusal("read_only_source", source=place.name)
    try:
        with told(place.name, engine):
            yield engine
    finally:
        with contextlib.suppress(*engine.trouble):
            engine.close()


def beside_tables(place: Place) -> list[str]:
    """Files that lie in the folder of a source and are no table of it: nobody has read them."""
    from ivplus_tools._sources import files as tables

    if not place.is_files or not place.path.is_dir():
        return []
    read = {path.resolve() for _, many, *_ in tables.tables_of(place.name, place.path).values() for path in many}
    every = (path for path in place.path.rglob("*") if path.is_file() and not path.name.endswith(tables.OURS))
    return sorted(path.relative_to(place.path).as_posix() for path in every if path.resolve() not in read)


def written_on(place: Place, table: str) -> date | None:
    """The day on which the files of a table were last written, the oldest of them; None for a server, which is as it is now."""
    from ivplus_tools._sources import files as tables

    if not place.is_files:
        return None
    many = [place.path] if place.path.is_file() else tables.tables_of(place.name, place.path, place.location)[table][1]
    oldest = min(path.stat().st_mtime for path in many)
    return datetime.fromtimestamp(oldest, _dates.HELSINKI).date()


@contextlib.contextmanager
def told(name: str, engine: Engine) -> Iterator[None]:
    """What fails in a source is refused in one line: the source, and the first line of what it said."""
    failing: tuple[type[Exception], ...] = (*engine.trouble, OSError, UnicodeError, EOFError, zlib.error)
    try:
        yield
    except Refusal:
        raise
    except failing as error:
        raise failed(name, error, engine.reason(error)) from None


def _again(place: Place, beside: Engine | None) -> Engine | None:
    from ivplus_tools._sources import duck

    if isinstance(beside, duck.DuckFile) and place.is_files and place.path.resolve() == beside.path:
        return beside.beside()
    return None


def _open(place: Place, write: bool, memory: str | None) -> Engine:
    if place.location.startswith(POSTGRES):
        from ivplus_tools._sources import postgres

        return postgres.opened(place.name, place.location, _password(place), write)
    if place.location.startswith(SPARK):
        from ivplus_tools._sources import spark

        return spark.Spark(place.name, place.location.removeprefix(SPARK))
    return _open_files(place, write, memory)


def _open_files(place: Place, write: bool, memory: str | None) -> Engine:
    import duckdb

    from ivplus_tools._sources import duck, files, lite, rewrite

    path = place.path
    try:
        if path.is_file() and lite.is_sqlite(path):
            return lite.opened(place.name, path, write)
        if path.is_file() and duck.is_duckdb(path):
            return duck.DuckFile(place.name, path, write, memory)
        return (rewrite.WritableFiles if write else files.Files)(place.name, files.tables_of(place.name, path, place.location), memory)
    except (duckdb.Error, OSError) as error:
        raise failed(place.name, error) from None


def _password(place: Place) -> str | None:
    """The password from where the record says: `env:NAME` or `keyring:NAME`. None where the location needs none."""
    kind, _, name = (place.password_from or "").partition(":")
    if not place.password_from:
        return None
    if kind == "env":
        found = os.environ.get(name)
    elif kind == "keyring":
        found = _keyring()(name, "ivplus_tools")
    else:
        raise _words.refusal("bad_password_from")
    if found is None:
        raise _words.refusal("no_password", source=place.name, got=place.password_from)
    return found


def _keyring() -> Callable[[str, str], str | None]:
    try:
        import keyring
    except ImportError:
        raise _words.refusal("extra_missing", name="keyring", extra="keyring") from None
    get: Callable[[str, str], str | None] = keyring.get_password
    return get


def swaps_of(place: Place, tag: str, told: Sequence[str]) -> list[Swap]:
    """The files that an erasure replaces, out of what its plan has sealed of them."""
    from ivplus_tools._sources import files as tables
    from ivplus_tools._sources import rewrite

    if not place.is_files or not told:
        return []
    files = [path.resolve() for _, many, *_ in tables.tables_of(place.name, place.path).values() for path in many]
    base, found = tables.base_of(files), []
    for line in told:
        name, old, new = line.rsplit(" ", 2)
        found.append(rewrite.Swap(base / name, tag, old, new))
    return found


def forget_made(place: Place, tag: str) -> None:
    """Take away new files that an erasure was killed over before it put any in place."""
    from ivplus_tools._sources import files as tables
    from ivplus_tools._sources import rewrite

    if place.is_files and (place.path.exists() or tables.globbed(place.path)):
        for _, many, *_ in tables.tables_of(place.name, place.path).values():
            for path in many:
                rewrite.made_beside(path.resolve(), tag).unlink(missing_ok=True)


def portable(location: str, base: Path) -> str:
    """A location as it is recorded: a path below the journal's folder from there, so that both can be moved together."""
    if location.startswith((*POSTGRES, SPARK, SAMPLE)) or not Path(location).is_absolute():
        return location
    path = Path(location)
    return path.relative_to(base).as_posix() if path.is_relative_to(base) and path != base else location


def elsewhere(place: Place, location: str | None) -> Place:
    """The same source reached by another location, such as one of a user who may write."""
    return replace(place, location=checked(location)) if location else place
