"""The file: opened per operation under a lock that all processes share, made whole, migrated after a backup."""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ivplus_tools import _words
from ivplus_tools._store import alone, copies, schema
from ivplus_tools._store.chain import ENTRIES
from ivplus_tools._store.place import check_mark, demand_plain, lies, place_of, told
from ivplus_tools.errors import Refusal

if TYPE_CHECKING:
    import duckdb

FORMAT = 2
READ_AS_THEY_ARE = {1}  # older formats that differ in nothing a reader sees: brought to this one at the first write
SQL = Path(__file__).parent.parent / "sql"
__all__ = [
    "ENTRIES", "FORMAT", "SQL", "check_mark", "connect", "insert", "is_current", "lies", "locked", "open_journal", "place_of", "told",
    "write_file",
]  # fmt: skip
MOUNTS = Path("/proc/self/mounts")
SHARED = {
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "davfs", "glusterfs", "lustre",
    "fuse.sshfs", "fuse.rclone", "fuse.davfs", "fuse.glusterfs",
}  # fmt: skip
WAIT_SECONDS = 5.0
PATIENCE_TURNS = 12
LOGS = (".wal", ".wal.checkpoint", ".wal.recovery")  # what DuckDB keeps beside a file
ENGINES_KEPT = 4
_engines: dict[tuple[int, str], duckdb.DuckDBPyConnection] = {}  # making one takes ten times as long as attaching a journal to it
_turns = itertools.count(1)
_checked: dict[Path, object] = {}  # files whose schema was looked at, as they lay there then


@contextlib.contextmanager
def locked(path: Path, read_only: bool = False) -> Iterator[None]:
    """The cross-process lock of a journal, held for one operation; what is written meanwhile is for those who may read the journal.

    While others take turns, a writer waits its own (a minute at the most); one that holds on for five seconds is named.
    In a folder where nothing can be written, reading goes on without a lock file. The folder itself is locked as well.
    """
    with alone.private(alone.mode_of(path)), _lock_file(path, read_only):
        patience = 0 if network_of(path) else WAIT_SECONDS * PATIENCE_TURNS
        with alone.folder_of(path, patience) as got:
            if not got and patience:
                raise _words.refusal("store_busy", path=path.name, pid="?")
            yield


@contextlib.contextmanager
def _lock_file(path: Path, read_only: bool) -> Iterator[None]:
    from filelock import FileLock, Timeout

    lock_path = path.with_name(path.name + ".lock")
    lock = FileLock(lock_path, timeout=WAIT_SECONDS, mode=alone.mode_of(path), poll_interval=0.005)
    demand_plain(lock_path)
    patience = PATIENCE_TURNS
    while True:
        holder = _holder(lock_path)
        try:
            lock.acquire()
            break
        except Timeout:
            patience -= 1
            if patience == 0 or _holder(lock_path) == holder:
                raise _words.refusal("store_busy", path=path.name, pid=holder.partition(" ")[0] or "?") from None
        except OSError as error:
            if read_only and error.errno in (errno.EACCES, errno.EROFS, errno.EPERM):
                yield
                return
            raise _words.refusal("store_unwritable", path=path, reason=_words.system_reason(error)) from None
    try:
        with contextlib.suppress(OSError):  # Windows denies this while the lock is held; only the name in StoreBusy is lost
            lock_path.write_text(f"{os.getpid()} {next(_turns)}", encoding="ascii")
        yield
    finally:
        lock.release()


def held_by(path: Path) -> str | None:
    """The process that holds a journal's lock at this moment ("?" where it has left no name); None where nobody does."""
    from filelock import FileLock, Timeout

    place = path.resolve()
    lock_path = place.with_name(place.name + ".lock")
    if not lock_path.exists():
        return None
    try:
        with FileLock(lock_path, timeout=0, mode=alone.mode_of(place)):
            return None
    except Timeout:
        return _holder(lock_path).partition(" ")[0] or "?"
    except OSError:
        return None


def _holder(lock_path: Path) -> str:
    """The process that holds the lock, and its how-manyth turn it is."""
    try:
        return lock_path.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""


@contextlib.contextmanager
def open_journal(
    path: Path, read_only: bool = True, engine: duckdb.DuckDBPyConnection | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection for one operation. A missing journal is made on the first write; reading one gives an empty one.

    `engine`: the caller's own empty database to attach the file to; it is let go of afterwards.
    """
    with told(path):
        path = place_of(path)
        exists = path.exists()
    if read_only and not exists:
        with _none_yet(engine) as con:
            yield con
        return
    with locked(path, read_only), told(path):
        if not path.exists():
            write_file(path, [], [])
            _checked[path] = (FORMAT, lies(path))  # it holds what we have just made
        check_mark(path)
        with _opened(path, read_only, engine) as con:
            yield con


@contextlib.contextmanager
def _none_yet(engine: duckdb.DuckDBPyConnection | None) -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty journal in memory, in the caller's own database or in one of its own."""
    used = engine or empty()
    try:
        with connect(":memory:", read_only=True, engine=used) as con:
            con.execute((SQL / "journal.sql").read_text(encoding="utf-8"))
            yield con
    finally:
        if engine is None:
            used.close()


@contextlib.contextmanager
def _opened(path: Path, read_only: bool, engine: duckdb.DuckDBPyConnection | None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to a journal of today's format that holds what we make and nothing else."""
    current = _checked.get(path) == (FORMAT, lies(path)) or demand_ours(path, read_only)
    with connect(str(path), read_only, engine=engine) as con:
        yield con
        _leave_no_log(con, path, read_only)
    if current:
        _checked[path] = (FORMAT, lies(path))


def demand_ours(path: Path, read_only: bool = False) -> bool:
    """Bring an older journal to this format; refuse a file that holds anything but what a journal does.

    False for an older one that is read as it is.
    """
    with connect(str(path), read_only=True) as con:
        current = is_current(con, path)
        as_it_is = read_only and not current and format_of(con) in READ_AS_THEY_ARE
        if current or as_it_is:
            demand_schema(con, path, FORMAT)
    if not (current or as_it_is):
        _migrate(path)
    return not as_it_is


def demand_schema(con: duckdb.DuckDBPyConnection, path: Path, number: int) -> None:
    """Refuse a file that holds anything but what a journal of that format does."""
    if foreign := schema.foreign(schema.of_file(con), schema.of_format(number)):
        raise _words.refusal("foreign_object", path=path.name, what=foreign)


def _leave_no_log(con: duckdb.DuckDBPyConnection, path: Path, read_only: bool) -> None:
    """Bring what was written into the file itself; where there is no room for that, the log beside it keeps it."""
    import duckdb

    if not read_only and path.with_name(path.name + ".wal").exists():
        with contextlib.suppress(duckdb.Error):
            con.execute("CHECKPOINT file")


def network_of(path: Path) -> str | None:
    """The kind of network file system that a path lies on, as far as the system tells; locks of files are not reliable there."""
    if str(path).startswith(("\\\\", "//")):
        return "UNC"
    try:
        lines = [line.split() for line in MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines()]
        place = path.absolute()
        homes = [(len(one[1]), one[2]) for one in lines if len(one) > 2 and place.is_relative_to(one[1].replace("\\040", " "))]
    except OSError:
        return None
    kind = max(homes, default=(0, ""))[1]
    return kind if kind in SHARED else None


@contextlib.contextmanager
def connect(
    name: str, read_only: bool, ours: bool = False, engine: duckdb.DuckDBPyConnection | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection in Helsinki time that fetches no extension, with the file attached beside an empty database.

    Built-in functions are looked up before anything that the file holds: a macro planted in it under the name of one changes no answer.
    `ours`: a file that is being made here, with its tables. The empty database is kept for the next call, without the file; the
    caller's own (`engine`) is left to it.
    """
    import duckdb

    key = (os.getpid(), name if read_only and not ours else "")
    used = engine or _engines.pop(key, None) or empty(key[1])
    whole = False
    try:
        with contextlib.closing(used.cursor()) as con:
            con.execute("SET TimeZone = 'Europe/Helsinki'")
            if name != ":memory:":
                con.execute("ATTACH ? AS file (READ_ONLY)" if read_only else "ATTACH ? AS file", [name])
                con.execute("USE file" if ours else "SET search_path = 'system.main,file.main'")
            yield con
        with contextlib.suppress(duckdb.Error):  # what was asked is done; an engine in trouble is not used again
            if name != ":memory:":
                used.execute("DETACH file")
            whole = True
    finally:
        if engine is None and whole:
            _keep(key, used)
        elif engine is None:
            used.close()


def empty(only: str = "") -> duckdb.DuckDBPyConnection:
    """An empty database in memory; one that is to read reaches that file and no other, and no network."""
    import duckdb

    engine = duckdb.connect(":memory:", config={"autoinstall_known_extensions": False, "autoload_known_extensions": False})
    if only:
        engine.execute("SET allowed_paths = ?", [[only + end for end in ("", *LOGS)]])
        engine.execute("SET enable_external_access = false")
    return engine


def _keep(key: tuple[int, str], engine: duckdb.DuckDBPyConnection) -> None:
    """Keep it for the next call, and let go of those that were not used for long. A forked child leaves those of its parent alone."""
    _engines[key] = engine
    for older in [one for one in list(_engines) if one[0] == key[0]][:-ENGINES_KEPT]:
        with contextlib.suppress(KeyError):  # another thread was faster
            _engines.pop(older).close()


def write_file(path: Path, rows: Sequence[tuple[Any, ...]], people: Sequence[tuple[Any, ...]], before: object = None) -> None:
    """Make a whole journal file beside its place and put it there in one step, so that no half of one is ever seen.

    `before`: how the file lay there whose content this is; where something has changed it since, it is left as it is.
    """
    before = lies(path) if before is None else before
    with alone.workplace(path, ".new") as folder:
        made = folder / path.name
        with connect(str(made), read_only=False, ours=True) as con:
            con.execute("BEGIN")
            con.execute((SQL / "journal.sql").read_text(encoding="utf-8"))
            con.execute("INSERT INTO meta VALUES ('format', ?)", [str(FORMAT)])
            con.execute("COMMIT")
            if rows:
                insert(con, rows)
            for person in people:
                con.execute("INSERT INTO person VALUES (?, ?, ?, ?)", person)
            con.execute("CHECKPOINT file")
        _demand_written(made, rows)
        _put_in_place(made, path, before)
    copies.settle(path.parent)


def _put_in_place(made: Path, path: Path, before: object) -> None:
    """Move a new file to its place, if that is as it was; no other name may keep what it replaces."""
    if lies(path) != before:
        raise _words.refusal("changed_under_us", path=path.name)
    if not path.exists():
        log = path.with_name(path.name + ".wal")
        if log.exists():  # of a journal that was put aside: it would be taken for the new one's
            kept = (log.with_name(f"{log.name}.left{number or ''}") for number in itertools.count())
            log.replace(next(one for one in kept if not one.exists()))
        made.chmod(alone.OWNER_ONLY)
        made.replace(path)
        return
    alone.keep_owner(made, path)
    old = None if os.name == "nt" else os.open(path, os.O_RDONLY)
    try:
        made.replace(path)
        if old is not None and os.fstat(old).st_nlink:
            raise _words.refusal("several_names", path=path.name)
    finally:
        if old is not None:
            os.close(old)


def _demand_written(made: Path, rows: Sequence[tuple[Any, ...]]) -> None:
    """A new file is moved to its place only when every page of it is on the disk and reads as it was written."""
    handle = os.open(made, os.O_RDWR)
    try:
        alone.flush(handle)
    finally:
        os.close(handle)
    with connect(str(made), read_only=True, ours=True) as con:
        if con.execute(ENTRIES).fetchall() != list(rows):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def is_current(con: duckdb.DuckDBPyConnection, path: Path) -> bool:
    """Whether the file has this format; False for an older one, a refusal for a newer one and for no journal at all."""
    import duckdb

    try:
        found = format_of(con)
    except (duckdb.CatalogException, duckdb.BinderException, ValueError, TypeError):
        raise _words.refusal("not_a_journal", path=path) from None
    if found > FORMAT:
        raise _words.refusal("newer_format", path=path, found=found, known=FORMAT)
    return found == FORMAT


def format_found(path: Path) -> int:
    """The format of a journal as it lies there: nothing is migrated, and a newer one is no refusal."""
    with told(path):
        place = place_of(path)
    with locked(place, read_only=True), told(place):
        check_mark(place)
        import duckdb

        with connect(str(place), read_only=True) as con:
            try:
                return format_of(con)
            except (duckdb.CatalogException, duckdb.BinderException, ValueError, TypeError):
                raise _words.refusal("not_a_journal", path=path) from None


def format_of(con: duckdb.DuckDBPyConnection) -> int:
    """The number of the file's format; without our table, or without the number, it is none of ours."""
    [[found]] = con.execute("SELECT value FROM meta WHERE key = 'format'").fetchall()
    if int(found) < 1:
        raise ValueError("there is no such format")
    return int(found)


def _migrate(path: Path) -> None:
    """Bring an older journal to this format, after a backup in a folder beside it.

    `sql/migrate_<n>.sql` takes format n to n + 1; all steps are one transaction.
    """
    import duckdb

    with connect(str(path), read_only=False) as con:
        found = format_of(con)
        demand_schema(con, path, found)
        folder = path.with_name(f"{path.name}.format-{found}")
        if not folder.exists():  # an earlier attempt has left one, and nothing was written since
            copies.write_backup(con, folder, found)
        try:
            con.execute("BEGIN")
            for step in range(found, FORMAT):
                con.execute((SQL / f"migrate_{step}.sql").read_text(encoding="utf-8"))
            con.execute("UPDATE meta SET value = ? WHERE key = 'format'", [str(FORMAT)])
            con.execute("COMMIT")
        except duckdb.Error as error:
            raise _words.refusal("store_unwritable", path=path, reason=str(error).split("\n")[0]) from None
    told = _words.say("ui.migrated", Refusal.lang, path=path.name, found=found, now=FORMAT, folder=folder.name)
    warnings.warn(told, stacklevel=2)


def insert(con: duckdb.DuckDBPyConnection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Add sealed rows and move the head, in one transaction and one statement each."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    con.execute("BEGIN")
    try:
        con.execute(
            "INSERT INTO journal SELECT unnest(?::BIGINT[]), unnest(?::TEXT[]), unnest(?::TEXT[]), unnest(?::TEXT[]),"
            " unnest(?::DATE[]), unnest(?::TIMESTAMPTZ[]), unnest(?::TEXT[]), unnest(?::TEXT[]), unnest(?::TEXT[]), unnest(?::TEXT[])",
            columns,
        )
        con.execute("DELETE FROM head")
        con.execute("INSERT INTO head VALUES (?, ?)", [rows[-1][0], rows[-1][-1]])
        con.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(Exception):
            con.execute("ROLLBACK")
        raise
