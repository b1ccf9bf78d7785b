"""Processes that are killed, that write at once, that are of two versions."""

import contextlib
import json
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from house import rounds
from trouble import ACTS, Place, acknowledged, entries, entries_of_backup, put, refused, strike, writer

import ivplus_tools as ivp
from ivplus_tools import _store

MIGRATION = "ALTER TABLE person ADD COLUMN note TEXT; ALTER TABLE person DROP COLUMN note;"
SEALS = "import json, sys, ivplus_tools as ivp; desk = ivp.Desk(sys.argv[1]); assert desk.verify()\n"
SEALS += "print(json.dumps(desk.sql('SELECT seal FROM journal ORDER BY entry')['seal'].tolist()))"


@pytest.mark.parametrize(("doing", "full", "few"), [("record", 200, 6), ("backup", 100, 3), ("forget", 100, 3)])
def test_kill_9_loses_nothing_that_was_acknowledged(tmp_path, tally, doing, full, few):
    """Killed at any moment, a process leaves a whole chain with every acknowledged entry, and the next write works."""
    chance, known, left = random.Random(doing), {}, {".wal": 0, ".new": 0, ".part": 0, "unacknowledged": 0}
    for number in range(rounds(full, few)):
        folder = tmp_path / f"{number // 10}"
        if number % 10 == 0:  # every tenth kill meets a journal that is just being made
            folder.mkdir()
            known = {}
        path = folder / "j.duckdb"
        with writer(path, f"w{number}", doing=doing) as child:
            strike(path, chance)
            child.kill()
            child.wait()
        known |= acknowledged(child)
        for ending in (".wal", ".new", ".part"):
            left[ending] += any(folder.glob(f"*{ending}"))
        found, desk = entries(path), ivp.Desk(path, by="parent", lang="en")
        assert known.items() <= found.items()
        assert len(found) - len(known) in (0, 1)
        left["unacknowledged"] += len(found) - len(known)
        backups = {str(one) for one in folder.glob("j.duckdb-*") if one.suffix != ".part"}
        assert acknowledged(child, what="backup") <= backups
        for one in map(Path, backups):
            assert entries_of_backup(one, tmp_path / "r.duckdb").items() <= found.items()
            shutil.rmtree(one)
        content = b"".join(one.read_bytes() for one in folder.rglob("*") if one.is_file())
        assert not [one for one in acknowledged(child, what="forgot") if one in desk.persons() or f"Unohdettu {one};".encode() in content]
        receipt = put(desk, f"p{number}")
        assert receipt.entries == (len(found) + 1,)
        known = {**found, receipt.entries[0]: receipt.head}
    tally(kills=rounds(full, few), **left)


def test_processes_that_write_at_once_lose_nothing(tmp_path, tally):
    """8 processes get their own entry numbers, one after the other, and every entry that one was told of is in the chain."""
    path, each = tmp_path / "j.duckdb", rounds(50, 5)
    with contextlib.ExitStack() as stack:
        children = [stack.enter_context(writer(path, f"w{number}", each, "wait")) for number in range(8)]
        for child in children:
            child.stdin.close()  # all of them begin now
        assert [child.wait(timeout=120) for child in children] == [0] * 8
        receipts = [number for child in children for number in acknowledged(child)]
        assert sorted(receipts) == list(range(1, 8 * each + 1))
        assert acknowledged(*children) == entries(path)
        assert len(ivp.Desk(path).register.activities()) == 8 * each
    tally(processes=8, entries=len(receipts))


def test_backups_taken_while_four_processes_write_restore_whole(tmp_path, tally):
    """Every backup is the journal of one moment: whole, and the beginning of what stands in the end."""
    path, known = tmp_path / "j.duckdb", []
    with contextlib.ExitStack() as stack:
        children = [stack.enter_context(writer(path, f"w{number}")) for number in range(4)]
        for number in range(rounds(30, 3)):
            known.append(acknowledged(*children))
            ivp.Desk(path).backup(tmp_path / f"b{number}")
    final = entries(path)
    for number, told in enumerate(known):
        assert told.items() <= entries_of_backup(tmp_path / f"b{number}", tmp_path / "r.duckdb").items() <= final.items()
    tally(backups=len(known), entries=len(final))


def test_an_older_version_leaves_alone_what_a_newer_one_took_over(tmp_path, made, tally):
    """A newer version migrates between the writes of older ones, after a backup; they lose nothing, are refused, and touch nothing."""
    known, newer = _store.file.FORMAT, tmp_path / "newer"
    shutil.copytree(Path(ivp.__file__).parent, newer / "ivplus_tools")
    place = newer / "ivplus_tools" / "_store" / "file.py"
    place.write_text(place.read_text(encoding="utf-8").replace(f"\nFORMAT = {known}\n", f"\nFORMAT = {known + 1}\n"), encoding="utf-8")
    (newer / "ivplus_tools" / "sql" / f"migrate_{known}.sql").write_text(MIGRATION, encoding="utf-8")
    for number in range(rounds(20, 1)):
        path = tmp_path / f"{number}" / "j.duckdb"
        path.parent.mkdir()
        with contextlib.ExitStack() as stack:
            older = [stack.enter_context(writer(path, f"w{one}")) for one in range(3)]
            time.sleep(0.1)
            assert stack.enter_context(writer(path, "newer", 3, package=newer)).wait(timeout=120) == 0
            assert all(child.wait(timeout=120) == 1 and "NewerFormat" in child.said().splitlines()[-1] for child in older)
            told = acknowledged(*older, fails=True)
        before, at = (path.read_bytes(), set(path.parent.iterdir())), Place(ivp.Desk(path, by="parent", lang="en"), path.parent, made)
        for act in (lambda at: at.desk.verify(), *(ACTS[one] for one in ("record", "import", "export", "backup", "keep", "forget"))):
            assert f"format {known + 1}" in refused(act, at)
        assert before == (path.read_bytes(), set(path.parent.iterdir()))
        done = subprocess.run([sys.executable, "-c", SEALS, path], cwd=newer, capture_output=True, text=True)
        final = dict(enumerate(json.loads(done.stdout), start=1))
        beside = entries_of_backup(path.with_name(f"{path.name}.format-{known}"), tmp_path / "r.duckdb")
        assert told == beside
        assert beside.items() <= final.items()
        assert len(final) == len(beside) + 3
    tally(migrations=rounds(20, 1))
