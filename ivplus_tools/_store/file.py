"""The file: opened per operation under a lock that all processes share, made whole, migrated after a backup."""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ivplus_tools import _words
from ivplus_tools._store import copies
from ivplus_tools._store.chain import ENTRIES
from ivplus_tools.errors import Refusal

if TYPE_CHECKING:
    import duckdb

FORMAT = 1
SQL = Path(__file__).parent.parent / "sql"
__all__ = ["ENTRIES", "FORMAT", "SQL", "connect", "insert", "is_current", "locked", "open_journal", "place_of", "told", "write_file"]
OTHER_MEANING = (".csv", ".tsv", ".json", ".jsonl", ".parquet")  # endings that DuckDB opens as data, not as a database
DUCKDB_MARK = (8, b"DUCK")  # where every DuckDB file says what it is
COLUMNS = [
    "entry", "room", "kind", "subject", "valid_from", "recorded_at", "recorded_by", "why", "body", "seal",
    "entry", "seal", "ref", "name", "email", "phone",
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


@contextlib.contextmanager
def locked(path: Path, read_only: bool = False) -> Iterator[None]:
    """The cross-process lock of a journal, held for one operation.

    While others take turns, a writer waits its own (a minute at the most); one that holds on for five seconds is named.
    In a folder where nothing can be written, reading goes on without a lock.
    """
    from filelock import FileLock, Timeout

    lock_path = path.with_name(path.name + ".lock")
    lock = FileLock(lock_path, timeout=WAIT_SECONDS, mode=0o600, poll_interval=0.005)
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
            raise _words.refusal("store_unwritable", path=path, reason=error.strerror or error) from None
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
        with FileLock(lock_path, timeout=0, mode=0o600):
            return None
    except Timeout:
        return _holder(lock_path).partition(" ")[0] or "?"
    except OSError:
        return None


def _holder(lock_path: Path) -> str:
    """The process that holds the lock, and its how-manyth turn it is."""
    try:
        return lock_path.read_text(encoding="ascii").strip()
    except OSError:
        return ""


@contextlib.contextmanager
def open_journal(path: Path, read_only: bool = True, keep: bool = True) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection for one operation. A missing journal is made on the first write; reading one gives an empty one."""
    with told(path):
        path = place_of(path)
        exists = path.exists()
    if read_only and not exists:
        with connect(":memory:", read_only=True, keep=False) as con:
            con.execute((SQL / "journal.sql").read_text(encoding="utf-8"))
            yield con
        return
    with locked(path, read_only), told(path):
        if not path.exists():
            write_file(path, [], [])
        _check_mark(path)
        with connect(str(path), read_only, keep=keep) as con:
            if is_current(con, path):
                yield con
                _leave_no_log(con, path, read_only)
                return
        _migrate(path)
        with connect(str(path), read_only) as con:
            yield con
            _leave_no_log(con, path, read_only)


def _leave_no_log(con: duckdb.DuckDBPyConnection, path: Path, read_only: bool) -> None:
    """Bring what was written into the file itself; where there is no room for that, the log beside it keeps it."""
    import duckdb

    if not read_only and path.with_name(path.name + ".wal").exists():
        with contextlib.suppress(duckdb.Error):
            con.execute("CHECKPOINT file")


def _check_mark(path: Path) -> None:
    """Refuse what is no DuckDB file: by its name DuckDB would read a CSV as a table, and an empty file as a new database."""
    place, mark = DUCKDB_MARK
    with path.open("rb") as opened:
        begin = opened.read(place + len(mark))
    if begin[place:] != mark:
        raise _words.refusal("not_a_journal", path=path)


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
def connect(name: str, read_only: bool, ours: bool = False, keep: bool = True) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection in Helsinki time that fetches no extension, with the file attached beside an empty database.

    Built-in functions are looked up before anything that the file holds: a macro planted in it under the name of one changes no answer.
    `ours`: a file that is being made here, with its tables. `keep`: the next call finds the empty database again, without the file.
    """
    import duckdb

    key = (os.getpid(), name if read_only and not ours else "")
    engine = (_engines.pop(key, None) if keep else None) or _engine(key[1])
    whole = False
    try:
        with contextlib.closing(engine.cursor()) as con:
            con.execute("SET TimeZone = 'Europe/Helsinki'")
            if name != ":memory:":
                con.execute("ATTACH ? AS file (READ_ONLY)" if read_only else "ATTACH ? AS file", [name])
                con.execute("USE file" if ours else "SET search_path = 'system.main,file.main'")
            yield con
        if keep:
            with contextlib.suppress(duckdb.Error):  # what was asked is done; an engine in trouble is not used again
                engine.execute("DETACH file")
                whole = True
    finally:
        if whole:
            _keep(key, engine)
        else:
            engine.close()


def _engine(only: str) -> duckdb.DuckDBPyConnection:
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


def write_file(path: Path, rows: Sequence[tuple[Any, ...]], people: Sequence[tuple[Any, ...]]) -> None:
    """Make a whole journal file beside its place and put it there in one step, so that no half of one is ever seen."""
    made = path.with_name(path.name + ".new")
    made.unlink(missing_ok=True)
    try:
        os.close(os.open(made, os.O_CREAT | os.O_EXCL, 0o600))
        made.unlink()
        with connect(str(made), read_only=False, ours=True) as con:
            made.chmod(0o600)
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
        log = path.with_name(path.name + ".wal")
        if log.exists() and not path.exists():  # of a journal that was put aside: it would be taken for the new one's
            log.replace(log.with_name(log.name + ".left"))
        made.replace(path)
        copies.settle(path.parent)
    finally:
        for left in (made, made.with_name(made.name + ".wal")):
            left.unlink(missing_ok=True)


def _demand_written(made: Path, rows: Sequence[tuple[Any, ...]]) -> None:
    """A new file is moved to its place only when every page of it is on the disk and reads as it was written."""
    handle = os.open(made, os.O_RDWR)
    try:
        os.fsync(handle)
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
        _check_mark(place)
        import duckdb

        with connect(str(place), read_only=True) as con:
            try:
                return format_of(con)
            except (duckdb.CatalogException, duckdb.BinderException, ValueError, TypeError):
                raise _words.refusal("not_a_journal", path=path) from None


def format_of(con: duckdb.DuckDBPyConnection) -> int:
    """The number of the file's format; without our tables, with a view in the place of one, or without the number, it is none of ours."""
    names = [one[0] for one in con.execute("SELECT journal.*, head.*, person.* FROM journal, head, person LIMIT 0").description]
    con.execute("SELECT journal.rowid, head.rowid, person.rowid FROM journal, head, person LIMIT 0")  # which a view has not
    if names != COLUMNS:
        raise ValueError("not our tables")
    [[found]] = con.execute("SELECT value FROM meta WHERE key = 'format'").fetchall()
    if int(found) < 1:
        raise ValueError("there is no such format")
    return int(found)


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
        raise _words.refusal("store_unwritable", path=repr(str(path)), reason=getattr(error, "strerror", None) or error) from None


def _migrate(path: Path) -> None:
    """Bring an older journal to this format, after a backup in a folder beside it.

    `sql/migrate_<n>.sql` takes format n to n + 1; all steps are one transaction.
    """
    import duckdb

    with connect(str(path), read_only=False) as con:
        found = format_of(con)
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
