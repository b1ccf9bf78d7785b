"""What keeps others away while a journal is worked on: a lock that nobody can delete, and files for its own readers only."""

from __future__ import annotations

import contextlib
import glob
import os
import shutil
import stat
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from ivplus_tools._store.place import demand_plain

if sys.platform != "win32":  # there nobody can delete a lock file that is held
    import fcntl

OWNER_ONLY = 0o600
_masks = threading.Lock()
_masking = 0
_mask_before = 0


@contextlib.contextmanager
def folder_of(path: Path, seconds: float) -> Iterator[bool]:
    """The folder of a journal, locked as a folder: a lock file can be removed while it is held, a folder with a journal in it cannot.

    False where others hold it for all the seconds. Where a system cannot lock a folder, the lock file alone must do.
    """
    if sys.platform == "win32":
        yield True
        return
    try:
        handle = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        yield True
        return
    try:
        yield _locked(handle, time.monotonic() + seconds)
    finally:
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_UN)  # a forked child may hold the handle too
        os.close(handle)


def _locked(handle: int, until: float) -> bool:
    if sys.platform == "win32":
        return True
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                return False
            time.sleep(0.005)
        except OSError:  # a file system that has no such locks
            return True
        else:
            return True


def flush(handle: int) -> None:
    """See that what was written to an open file or folder is on the disk, also past the disk's own memory on macOS."""
    if sys.platform == "darwin":
        try:
            fcntl.fcntl(handle, fcntl.F_FULLFSYNC)
        except OSError:  # a file system that knows it not
            os.fsync(handle)
        return
    os.fsync(handle)


def mode_of(path: Path) -> int:
    """Who may read and write a journal: as it lies there, its owner alone where it is not there yet."""
    try:
        return stat.S_IMODE(path.stat().st_mode) & 0o666 | OWNER_ONLY
    except OSError:
        return OWNER_ONLY


@contextlib.contextmanager
def private(mode: int = OWNER_ONLY) -> Iterator[None]:
    """What is made meanwhile, by the database too, is for nobody whom `mode` does not let in."""
    global _masking, _mask_before  # noqa: PLW0603  a process has one mask; threads share it, and the last one restores it
    with _masks:
        before = os.umask(0o077)
        _mask_before = _mask_before if _masking else before
        os.umask(before | 0o077 & ~mode)
        _masking += 1
    try:
        yield
    finally:
        with _masks:
            _masking -= 1
            if not _masking:
                os.umask(_mask_before)


def keep_owner(made: Path, old: Path) -> None:
    """Give a rewritten file the owner, group and mode of the one whose place it takes; where the group cannot be kept, it is refused."""
    was, now = old.stat(), made.stat()
    if hasattr(os, "chown") and (was.st_uid, was.st_gid) != (now.st_uid, now.st_gid):
        try:
            os.chown(made, was.st_uid, was.st_gid)
        except PermissionError:
            os.chown(made, -1, was.st_gid)
    made.chmod(stat.S_IMODE(was.st_mode))


@contextlib.contextmanager
def workplace(path: Path, ending: str) -> Iterator[Path]:
    """A folder beside a path in which its new content is made, for its owner only and under a name that nobody else has.

    What an earlier one of ours left when it was killed is removed; a file of somebody else is left alone.
    """
    demand_plain(path, stat.S_IFDIR, stat.S_IFLNK)  # a link is replaced, and nothing is written through it
    for left in path.parent.glob(f".{glob.escape(path.name)}.????????{ending}"):
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left, ignore_errors=True)
    made = Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=ending, dir=path.parent))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
