"""What the fault tests share: how many rounds, a process that writes, the moment to strike, and what a journal holds."""

import contextlib
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import pytest

import ivplus_tools as ivp

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="signals, pipes and mounts as Linux has them")
WRITER = """
import ctypes, sys
import ivplus_tools as ivp
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, 9)  # killed together with the test, also while it is stopped
path, name, count, doing = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
desk = ivp.Desk(path, by=name, lang="en")
things = (ivp.Activity(f"{name}-{n}") for n in range(count + 1))
next(things), desk.verify()
print("ready", flush=True)
if doing == "wait":
    sys.stdin.read()
for thing in things:
    receipt = desk.register.record(thing, valid_from="2026-01-01", why="w")
    print("entry", receipt.entries[0], receipt.head, flush=True)
    if doing == "backup":
        print(f"backup {desk.backup(f'{path}-{thing.id}')};", flush=True)
    if doing == "forget":
        desk.keep_person(thing.id, f"Unohdettu {thing.id};")
        desk.forget_person(thing.id)
        print(f"forgot {thing.id};", flush=True)
"""


def put(desk, ident):
    """Record one activity."""
    return desk.register.record(ivp.Activity(ident), valid_from="2026-01-01", why="w")


@contextlib.contextmanager
def writer(path, name, count=10_000, doing="", package=None):
    """A process that records and tells of each entry after its receipt, gone when the block ends; `package`: where another version is."""
    command = [sys.executable, "-c", WRITER, str(path), name, str(count), doing]
    with tempfile.TemporaryFile() as log:
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=subprocess.STDOUT, cwd=package)
        child.said = lambda: os.pread(log.fileno(), 1 << 24, 0).decode()
        try:
            while "ready" not in child.said():
                assert child.poll() is None, child.said()
                time.sleep(0.002)
            yield child
        finally:
            child.kill()
            child.wait()
            child.stdin.close()
            said = child.said()
            child.said = lambda: said


def acknowledged(*children, what="entry", fails=False):
    """What writers have told of so far: number -> seal of their entries, or the folders (`backup`) or references (`forgot`)."""
    said = "".join(child.said() for child in children)
    assert fails or "Traceback" not in said, said
    if what == "entry":
        return {int(number): seal for number, seal in re.findall(r"^entry (\d+) (\w{64})$", said, re.MULTILINE)}
    return set(re.findall(rf"^{what} (\S+);$", said, re.MULTILINE))


def strike(path, chance):
    """Wait for the moment to strike: any moment, or one at which files show that a commit, a rewrite or a backup is under way."""
    until = time.monotonic() + 0.2
    if chance.random() < 0.4:
        time.sleep(chance.uniform(0, 0.2))
        return
    ending = chance.choice([".wal", ".wal", ".new", ".new.wal", ".part"])
    while time.monotonic() < until and not any(path.parent.glob(f"*{ending}")):
        pass
    time.sleep(chance.uniform(0, 0.004))


def entries(path):
    """Number -> seal of every entry of a journal, whose chain is whole."""
    desk = ivp.Desk(path, lang="en")
    verdict = desk.verify()
    assert verdict.ok, verdict
    table = desk.sql("SELECT entry, seal FROM journal ORDER BY entry")
    return dict(zip(table["entry"].tolist(), table["seal"], strict=True))


def entries_of_backup(folder, path):
    """What a backup restores to; the journal made of it is removed again."""
    ivp.restore(folder, path)
    found = entries(path)
    path.unlink()
    return found


def refused(act, *given):
    """The one line with which something is refused, or an empty one where it is done; anything else comes through as it is."""
    try:
        act(*given)
    except ivp.Refusal as refusal:
        line = str(refusal)
    else:
        return ""
    assert "\n" not in line
    return line


@contextlib.contextmanager
def mounted(where, *arguments):
    """A mount for the length of the block; where the system allows none, the test is skipped."""
    if not where.exists():
        where.mkdir()
    done = subprocess.run(["mount", *map(str, arguments), str(where)], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"nothing can be mounted here: {done.stderr.strip()}")
    try:
        yield where
    finally:
        subprocess.run(["umount", "-l", str(where)], check=True)


class Place(NamedTuple):
    """A desk, the folder of its journal, and the folder where there is something to import and to restore."""

    desk: ivp.Desk
    folder: Path
    made: Path


LONG = [ivp.Activity(f"x{n}", remarks=f"{n} " * 9000) for n in range(30)]
ACTS = {
    "record": lambda at: at.desk.register.record(LONG, valid_from="2026-01-01", why="w"),
    "import": lambda at: at.desk.register.read(at.made / "x.json").commit(why="w"),
    "export": lambda at: at.desk.register.write(at.folder / "x.json"),
    "workbook": lambda at: at.desk.register.write(at.folder / "x.xlsx"),
    "backup": lambda at: at.desk.backup(at.folder / "b"),
    "restore": lambda at: ivp.restore(at.made / "b", at.folder / "r.duckdb"),
    "keep": lambda at: at.desk.keep_person("q", "Aino Esimerkki", "aino@example.fi"),
    "forget": lambda at: at.desk.forget_person("p"),
    "begin": lambda at: put(ivp.Desk(at.folder / "n.duckdb", by="t"), "a"),
}
