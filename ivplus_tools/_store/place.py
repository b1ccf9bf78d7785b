"""Where a journal lies, and what its file and its folder refuse, told in one line."""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from ivplus_tools import _words
from ivplus_tools.errors import Refusal

OTHER_MEANING = (".csv", ".tsv", ".json", ".jsonl", ".parquet")  # endings that DuckDB opens as data, not as a database
DUCKDB_MARK = (8, b"DUCK")  # where every DuckDB file says what it is


def check_mark(path: Path) -> None:
    """Refuse what is no DuckDB file: by its name DuckDB would read a CSV as a table, and an empty file as a new database.

    A file with a second name (a hard link) too: each has a log of its own, and one would keep what the other forgets.
    """
    demand_plain(path.with_name(path.name + ".wal"))
    if not _has_mark(path):
        raise _words.refusal("not_a_journal", path=path)
    if path.stat().st_nlink > 1:
        raise _words.refusal("several_names", path=path.name)


def demand_no_journal(path: Path) -> None:
    """Refuse to write anything else over a journal, its lock or its log: no entry of it would be left."""
    for one in (path, path.with_suffix("") if path.suffix in (".lock", ".wal", ".new") else path):
        with contextlib.suppress(OSError):
            if one.is_file() and _has_mark(one):  # a pipe would hang
                raise _words.refusal("over_a_journal", path=path.name)


def _has_mark(path: Path) -> bool:
    """Whether a file says that it is one of DuckDB."""
    place, mark = DUCKDB_MARK
    with path.open("rb") as opened:
        return opened.read(place + len(mark))[place:] == mark


def demand_plain(path: Path, *others: int) -> None:
    """Refuse a pipe, a device, a link or anything else in the place of a file: it would hang, or lead elsewhere. `others` may be there."""
    try:
        found = stat.S_IFMT(path.lstat().st_mode)
    except OSError:  # nothing is there, or what opens it will tell
        return
    if found not in (stat.S_IFREG, *others):
        raise _words.refusal("not_plain", path=path)


def place_of(path: Path) -> Path:
    """Where a journal lies, links followed: one journal has one lock. What is no file, and a place for none, is refused."""
    if path.suffix.lower() in OTHER_MEANING:
        raise _words.refusal("not_a_journal", path=path)
    try:
        leads_nowhere = path.is_symlink() and not path.exists()
        if leads_nowhere or (path.exists() and not path.is_file()):
            raise _words.refusal("not_a_journal", path=path)
        path = path.resolve()
    except RuntimeError:  # links in a circle
        raise _words.refusal("not_a_journal", path=path) from None
    if not path.parent.is_dir():
        raise _words.refusal("store_no_folder", path=path.parent)
    return path


@contextlib.contextmanager
def told(path: Path) -> Iterator[None]:
    """DuckDB's errors about the file, as one line that says what to do."""
    import duckdb

    try:
        yield
    except Refusal:
        raise
    except duckdb.Error as error:
        text = str(error)
        if "Could not set lock" in text:
            pid = re.search(r"PID (\d+)", text)
            raise _words.refusal("store_busy", path=path.name, pid=pid[1] if pid else "?") from None
        if isinstance(error, duckdb.ConnectionException) or "already attached" in text:  # this very process holds it open in another way
            raise _words.refusal("store_busy", path=path.name, pid=os.getpid()) from None
        if "not a valid DuckDB database" in text or "version number" in text or "Corrupt" in text:
            raise _words.refusal("not_a_journal", path=path) from None
        if isinstance(
            error,
            (duckdb.IOException, duckdb.FatalException, duckdb.InternalException, duckdb.TransactionException, duckdb.OutOfMemoryException),
        ):
            raise _words.refusal("store_unwritable", path=path, reason=text.split("\n", maxsplit=1)[0]) from None
        raise
    except (OSError, ValueError) as error:
        if isinstance(error, ValueError) and "null" not in str(error):  # a path with a null byte is the user's; the rest is ours
            raise
        raise _words.refusal("store_unwritable", path=repr(str(path)), reason=_words.system_reason(error)) from None


def newest_beside(path: Path) -> datetime | None:
    """When the newest file beside a journal was written, our own left out; None where there is none."""
    place = path.resolve()
    others = [one for one in place.parent.iterdir() if one.name.lstrip(".").partition(place.name)[0] and one.is_file()]
    newest = max((one.stat().st_mtime for one in others), default=None)
    return None if newest is None else datetime.fromtimestamp(newest, UTC)


def lies(path: Path) -> object:
    """How a file and its log lie there: whoever writes it changes this."""
    found: list[object] = []
    for one in (path, path.with_name(path.name + ".wal")):
        with contextlib.suppress(FileNotFoundError):
            told = one.stat()
            found.append((told.st_dev, told.st_ino, told.st_nlink, told.st_size, told.st_mtime_ns, told.st_ctime_ns))
    return found
