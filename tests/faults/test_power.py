"""Power that goes: copies of the files as of one moment, torn and mixed, and the image of a real file system."""

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys

import pytest
from house import rounds
from trouble import ACTS, acknowledged, entries, entries_of_backup, linux, mounted, put, refused, strike, writer

import ivplus_tools as ivp

pytestmark = linux
PAGE, HEADERS = 4096, 3  # DuckDB's file begins with three headers of a page each, the last of which it writes after all else


def stopped(child, path, chance):
    """Stop every thread of a writer at some moment of its work; what it has acknowledged by then."""
    strike(path, chance)
    os.kill(child.pid, signal.SIGSTOP)
    os.waitpid(child.pid, os.WUNTRACED)
    return acknowledged(child)


def laid(folder, file, wal=None):
    """A journal made of these bytes."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / "j.duckdb").write_bytes(file)
    if wal is not None:
        (folder / "j.duckdb.wal").write_bytes(wal)
    return folder / "j.duckdb"


def test_copies_taken_while_a_process_writes_open_whole_or_are_refused(tmp_path, tally):
    """The file of one moment, with its log or alone, holds every entry acknowledged by then; a torn or mixed copy is that or a refusal."""
    chance, path, seen, refusals = random.Random("copies"), tmp_path / "live" / "j.duckdb", [], 0
    path.parent.mkdir()
    put(ivp.Desk(path, by="parent"), "first")
    old_file, old_wal, old = path.read_bytes(), None, {}
    with writer(path, "w") as child:
        for _ in range(rounds(200, 4)):
            mixed = path.read_bytes()  # read while it is being written
            known = stopped(child, path, chance)
            file, log = path.read_bytes(), path.with_name("j.duckdb.wal")
            wal = log.read_bytes() if log.exists() else None
            for copy in ((file, wal), (file, None)):
                seen.append(entries(laid(tmp_path / "copy", *copy)))
                assert known.items() <= seen[-1].items()
            torn = [(mixed, None, old), (file, old_wal, known), (old_file, wal, old)]
            if wal:
                cut = chance.randrange(len(wal))
                torn += [(file, wal[:cut], known), (file, wal[:cut] + bytes(len(wal) - cut), known)]
            for *copy, promised in torn:
                if refused(lambda path: seen.append(entries(path)), laid(tmp_path / "copy", *copy)):
                    refusals += 1
                else:
                    assert promised.items() <= seen[-1].items()
            old_file, old_wal, old = file, wal or old_wal, known
            os.kill(child.pid, signal.SIGCONT)
    final = entries(path)
    assert all(found.items() <= final.items() for found in seen)
    tally(moments=rounds(200, 4), copies=len(seen) + refusals, opened=len(seen), refused=refusals)


@pytest.mark.xfail(reason="a write changes the block that holds the metadata in place", strict=True)
def test_a_write_of_which_only_some_pages_reached_the_disk_changes_nothing(tmp_path, tally):
    """Whatever part of a write was on the disk when the power went, the journal opens with what stood before it."""
    chance, path, in_place = random.Random("pages"), tmp_path / "j.duckdb", 0
    desk = ivp.Desk(path, by="parent")
    put(desk, "first")
    for number in range(rounds(200, 4)):
        known, before, place = entries(path), path.read_bytes(), path.stat().st_ino
        put(desk, f"a{number}")
        after = path.read_bytes()
        if path.stat().st_ino == place:  # else it was made beside and moved there: there is no half of it
            in_place += 1
            pages = [chance.choice((before, after))[at : at + PAGE] for at in range(HEADERS * PAGE, len(before), PAGE)]
            assert entries(laid(tmp_path / "copy", before[: HEADERS * PAGE] + b"".join(pages))) == known
    tally(writes=rounds(200, 4), in_place=in_place)


def test_a_backup_is_restored_where_a_killed_process_left_its_log(tmp_path, place):
    """A journal that was put aside without its log does not stand in the way of its backup."""
    at = place(tmp_path)
    die = "import duckdb, os, sys; con = duckdb.connect(sys.argv[1]); con.execute('CREATE TABLE t (i INT)'); os._exit(0)"
    subprocess.run([sys.executable, "-c", die, tmp_path / "j.duckdb"], check=True)
    (tmp_path / "j.duckdb").rename(tmp_path / "aside.duckdb")
    assert (tmp_path / "j.duckdb.wal").exists()
    assert ivp.restore(at.made / "b", tmp_path / "j.duckdb").ok
    assert put(at.desk, "a").entries


@contextlib.contextmanager
def disk_of(tmp_path):
    """A small file system on an image, and a function that mounts what a power cut at that moment would leave of it."""
    if not shutil.which("mkfs.ext4"):
        pytest.skip("there is no mkfs.ext4 here")
    image, cut = tmp_path / "disk.img", tmp_path / "cut.img"
    image.write_bytes(bytes(32 << 20))
    subprocess.run(["mkfs.ext4", "-q", "-F", image], check=True)
    with mounted(tmp_path / "disk", "-o", "loop,commit=300", image) as disk:
        yield disk, lambda: mounted(tmp_path / "after", "-o", "loop", shutil.copyfile(image, cut))


def test_a_disk_whose_power_was_cut_holds_every_acknowledged_entry(tmp_path, tally):
    """What the kernel had given to the disk at that moment, mounted as after a power cut, opens whole, and the next write works."""
    chance = random.Random("cut")
    with disk_of(tmp_path) as (disk, after_a_cut), writer(disk / "j.duckdb", "w") as child:
        for number in range(rounds(200, 4)):
            known = stopped(child, disk / "j.duckdb", chance)
            with after_a_cut() as after:
                found = entries(after / "j.duckdb")
                assert known.items() <= found.items()
                assert put(ivp.Desk(after / "j.duckdb", by="parent"), f"p{number}").entries == (len(found) + 1,)
            os.kill(child.pid, signal.SIGCONT)
    tally(cuts=rounds(200, 4))


HOLDS = {
    "record": lambda after: "x29" in set(ivp.Desk(after / "j.duckdb").register.activities()["id"]),
    "import": lambda after: "Tuotu" in str(ivp.Desk(after / "j.duckdb").register.activities()["name"].tolist()),
    "export": lambda after: (after / "x.json").read_text(encoding="utf-8").endswith("}\n"),
    "workbook": lambda after: len(ivp.Desk(after / "n.duckdb").register.read(after / "x.xlsx").rows),
    "backup": lambda after: entries_of_backup(after / "b", after / "r.duckdb"),
    "restore": lambda after: entries(after / "r.duckdb"),
    "keep": lambda after: "q" in ivp.Desk(after / "j.duckdb").persons(),
    "forget": lambda after: "p" not in ivp.Desk(after / "j.duckdb").persons(),
    "begin": lambda after: entries(after / "n.duckdb"),
}


@pytest.mark.parametrize("act", ACTS)
def test_what_was_done_is_on_the_disk(tmp_path, place, act):
    """A power cut right after the answer undoes nothing."""
    with disk_of(tmp_path) as (disk, after_a_cut):
        at = place(disk)
        assert at.desk.persons()
        os.sync()
        ACTS[act](at)
        with after_a_cut() as after:
            assert HOLDS[act](after)
