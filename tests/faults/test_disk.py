"""What the machine does to a journal: no space, no right to write, files that vanish or are swapped, a clock that jumps."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from house import rounds
from trouble import ACTS, entries, linux, mounted, put, refused

import ivplus_tools as ivp

pytestmark = linux
TMPFS = ("-t", "tmpfs", "-o", "size=16m", "tmpfs")


@contextlib.contextmanager
def filled(disk, room):
    """A disk on which `room` kilobytes are left."""
    with (disk / "filler").open("wb", buffering=0) as filler, contextlib.suppress(OSError):
        while True:
            filler.write(bytes(4096))
    os.truncate(disk / "filler", (disk / "filler").stat().st_size - room * 1024)
    yield
    (disk / "filler").unlink()


@pytest.mark.parametrize("act", ACTS)
def test_a_full_disk_refuses_in_one_line_and_leaves_nothing_half_written(tmp_path, place, tally, act):
    """What does not fit is refused; the journal is whole, what is new is whole too, and the same works once there is space."""
    refusals, levels = 0, rounds([*range(0, 64, 4), *range(64, 3000, 200)], [0, 1400])
    for room in levels:
        with mounted(tmp_path / "disk", *TMPFS) as disk:
            at = place(disk)
            before, names = entries(disk / "j.duckdb"), set(disk.iterdir())
            with filled(disk, room):
                said = refused(ACTS[act], at)
                assert before.items() <= entries(disk / "j.duckdb").items()
            if said:
                refusals += 1
                left = {one.suffix: one for one in set(disk.iterdir()) - names}
                assert set(left) <= {".lock", ".wal", ".duckdb"}
                assert entries(left.get(".duckdb", disk / "j.duckdb")) in (before, {})
                assert not refused(ACTS[act], at)
            assert put(at.desk, "after").entries
            assert not (disk / "j.duckdb.wal").exists()
            assert act != "begin" or len(entries(disk / "n.duckdb")) == 1
    assert refusals
    tally(levels=len(levels), refused=refusals)


@pytest.mark.parametrize("act", ACTS)
def test_a_disk_that_may_not_be_written_is_read_and_every_write_is_refused(tmp_path, place, act):
    """Mounted read-only, the journal answers as before; a write is one line and changes nothing; writable again, it works."""
    with mounted(tmp_path / "disk", *TMPFS) as disk:
        at, before = place(disk), entries(disk / "j.duckdb")
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        assert entries(disk / "j.duckdb") == before
        assert refused(ACTS[act], at)
        subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
        assert entries(disk / "j.duckdb") == before
        assert not refused(ACTS[act], at)


def test_a_journal_that_may_not_be_written_in_a_folder_that_may(tmp_path, place):
    """A file that is read-only by itself is read; recording, keeping and forgetting are refused and leave nothing."""
    at = place(tmp_path)
    with mounted(tmp_path / "j.duckdb", "--bind", tmp_path / "j.duckdb") as path:
        subprocess.run(["mount", "-o", "remount,bind,ro", path], check=True)
        before, names = entries(path), set(tmp_path.iterdir())
        assert all(refused(ACTS[act], at) for act in ("record", "import", "keep", "forget"))
        assert entries(path) == before
        assert set(tmp_path.iterdir()) == names


DO_ALL = """
import sys, ivplus_tools as ivp
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from trouble import ACTS, Place
at = Place(ivp.Desk(sys.argv[2], by="t"), Path(sys.argv[2]).parent, Path(sys.argv[3]))
for act in (lambda at: at.desk.verify(), *(ACTS[one] for one in sys.argv[4:])):
    try:
        print("answered", act(at))
    except ivp.Refusal as refusal:
        print("refused", refusal)
"""


@pytest.mark.parametrize(
    "swap",
    [
        'rm -r "$(dirname "$0")"',
        'rm "$0" && mkdir "$0"',
        'ln -sf j.duckdb "$0"',
        'ln -sf gone.duckdb "$0"',
        'rm "$0" && mkfifo "$0"',
    ],
)
def test_what_is_no_file_in_the_place_of_the_journal_is_refused(tmp_path, place, swap):
    """Between two operations a folder vanishes or something else takes the journal's name: one line each, and nothing hangs."""
    at = place(tmp_path / "work")
    path = at.folder / "j.duckdb"
    subprocess.run(["sh", "-c", swap, path], check=True)
    asked = ["record", "import", "keep", "forget", "backup", "export"]
    command = [sys.executable, "-c", DO_ALL, Path(__file__).parent, path, at.made, *asked]
    done = subprocess.run(command, capture_output=True, text=True, timeout=8)
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["refused"] * 7, done.stdout + done.stderr


def test_a_journal_behind_a_link_is_written_and_forgets_where_it_lies(tmp_path, place):
    """Recording and forgetting through a link change the file that it leads to: one journal, and no byte of it has the name."""
    real = place(tmp_path / "real")
    (tmp_path / "linked.duckdb").symlink_to(tmp_path / "real" / "j.duckdb")
    desk = ivp.Desk(tmp_path / "linked.duckdb", by="t", lang="en")
    put(desk, "a")
    desk.forget_person("p")
    put(desk, "b")
    assert (tmp_path / "linked.duckdb").is_symlink()
    assert entries(tmp_path / "linked.duckdb") == entries(tmp_path / "real" / "j.duckdb")
    assert b"Eino Esimerkki" not in (tmp_path / "real" / "j.duckdb").read_bytes()
    assert real.desk.persons() == {}


def test_a_journal_that_was_removed_is_missed_by_a_printed_seal(tmp_path, place):
    """Without its file a journal is empty, and the next write begins a new one; a seal printed earlier does not belong to it."""
    desk = place(tmp_path).desk
    printed = desk.verify().head
    (tmp_path / "j.duckdb").unlink()
    assert desk.verify().entries == 0
    assert "no journal" in refused(desk.backup, tmp_path / "b")
    assert put(desk, "a").entries == (1,)
    assert not desk.verify(head=printed)


def test_a_clock_that_jumps_never_turns_the_order_of_entries(tmp_path, monkeypatch):
    """Five minutes back are smoothed, more is refused, ten years on and back too; the right clock goes on; the chain stays whole."""
    desk = ivp.Desk(tmp_path / "j.duckdb", by="t", lang="en", trust_clock=True)
    taken = ["2026-03-02T09:00", "2026-03-02T08:55", "2026-03-02T09:01", "2036-03-02T09:00", "2036-03-02T08:58"]
    steps = [*taken[:2], "2026-03-02T08:54:59", *taken[2:4], "2026-03-02T09:02", "2036-03-02T08:54", taken[4]]
    for now in steps:
        monkeypatch.setenv("IVPLUS_NOW", now)
        said = refused(put, desk, now)
        assert "clock" in said if now not in taken else not said
        assert entries(tmp_path / "j.duckdb")
    times = desk.sql("SELECT recorded_at FROM journal ORDER BY entry")["recorded_at"]
    assert len(times) == len(taken)
    assert times.is_monotonic_increasing
