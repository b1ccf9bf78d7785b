"""Nobody comes between: locks that are deleted, second names, modes and owners, files of others beside a journal."""

import contextlib
import os
import random
import stat
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import duckdb
import pytest
from house import FULL, NOW, rounds

import ivplus_tools as ivp
from ivplus_tools import _store

POSIX = pytest.mark.skipif(os.name == "nt", reason="modes and hard links as POSIX has them")
FORGETTING = """
import sys, ivplus_tools as ivp
desk = ivp.Desk(sys.argv[1], by="f")
print("ready", flush=True)
for number in range(int(sys.argv[2])):
    name = f"{sys.argv[3]}-{number}"
    try:
        desk.keep_person(name, f"Unohdettu {name};")
        desk.forget_person(name)
        print(f"forgot {name};", flush=True)
    except ivp.Refusal as refusal:  # of a link that is there at this moment
        assert "link" in str(refusal) or "another program" in str(refusal), refusal
"""
WRITING = """
import sys, ivplus_tools as ivp
desk = ivp.Desk(sys.argv[1], by=sys.argv[2])
print("ready", flush=True)
for number in range(int(sys.argv[3])):
    try:
        receipt = desk.register.record(ivp.Activity(f"{sys.argv[2]}-{number}"), valid_from="2026-01-01", why="w")
        print("entry", receipt.entries[0], receipt.head, flush=True)
    except ivp.Refusal as refusal:
        assert "link" in str(refusal), refusal
"""


def put(desk, ident="a"):
    """Record one activity."""
    return desk.register.record(ivp.Activity(ident, remarks="x" * 500), valid_from="2026-01-01", why="w")


def mode(path):
    """The mode of a file."""
    return stat.S_IMODE(path.stat().st_mode)


def test_an_entry_survives_when_the_lock_is_deleted_while_a_person_is_forgotten(tmp_path):
    """The journal is written anew again and again, others write, and the lock file is removed all the time."""
    path = tmp_path / "j.duckdb"
    desk = ivp.Desk(path, by="tt", lang="en")
    desk.register.record([ivp.Activity(f"a{n}", remarks="x" * 2000) for n in range(300)], valid_from="2026-01-01", why="w")
    code = [(FORGETTING, "15", "f"), (WRITING, "w1", "20"), (WRITING, "w2", "20")]
    running = [
        subprocess.Popen([sys.executable, "-c", one, path, *given], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for one, *given in code
    ]
    removed = 0
    while any(one.poll() is None for one in running):
        with contextlib.suppress(OSError):
            Path(f"{path}.lock").unlink()
            removed += 1
        time.sleep(0.002)
    told = [one.communicate() for one in running]
    assert [one.returncode for one in running] == [0, 0, 0], told
    seals = dict(desk.sql("SELECT entry, seal FROM journal").itertuples(index=False, name=None))
    acknowledged = [line.split()[1:] for out, _ in told[1:] for line in out.splitlines() if line.startswith("entry")]
    assert removed > 10
    assert len(acknowledged) == 40
    assert all(seals[int(number)] == seal for number, seal in acknowledged)
    assert desk.verify().ok
    assert not [one for one in tmp_path.rglob("*") if one.is_file() and b"Unohdettu" in one.read_bytes()]


@POSIX
def test_a_second_name_of_the_file_is_refused_by_every_act(tmp_path):
    """A hard link would keep what is forgotten, and have a log of its own; without it all is as before."""
    desk = ivp.Desk(tmp_path / "j.duckdb", by="tt", lang="en", now=NOW)
    put(desk)
    desk.keep_person("p", "Eino Esimerkki")
    os.link(desk.standpoint.path, tmp_path / "other.duckdb")
    other = ivp.Desk(tmp_path / "other.duckdb", by="tt", lang="en", now=NOW)
    for one in (desk, other):
        for act in (
            lambda one=one: put(one, "b"),
            lambda one=one: one.forget_person("p"),
            one.verify,
            one.findings,
            lambda one=one: one.sql("SELECT 1"),
        ):
            with pytest.raises(ivp.Refusal, match="second name"):
                act()
    (tmp_path / "other.duckdb").unlink()
    put(desk, "b")
    desk.forget_person("p")
    assert desk.verify().ok


@POSIX
def test_a_link_made_while_a_person_is_forgotten_is_told(tmp_path, monkeypatch):
    """At the last moment before the new file takes the place: nobody is told that the name is gone while a link keeps it."""
    desk = ivp.Desk(tmp_path / "j.duckdb", by="tt", lang="en", now=NOW)
    put(desk)
    desk.keep_person("p", "Eino Esimerkki")
    keep_owner = _store.file.alone.keep_owner

    def late(made, old):
        keep_owner(made, old)
        os.link(old, tmp_path / "late.duckdb")

    monkeypatch.setattr(_store.file.alone, "keep_owner", late)
    with pytest.raises(ivp.Refusal, match="second name"):
        desk.forget_person("p")
    assert b"Eino" in (tmp_path / "late.duckdb").read_bytes()


def test_a_journal_that_another_program_changed_meanwhile_is_not_replaced(tmp_path):
    """What a DuckDB client writes between reading and renaming stays; the officer is asked to try again."""
    desk = ivp.Desk(tmp_path / "j.duckdb", by="tt", lang="en", now=NOW)
    put(desk)
    path = desk.standpoint.path
    before = _store.file.lies(path)
    with duckdb.connect(str(path)) as con:
        con.execute("INSERT INTO person VALUES ('late', 'x', NULL, NULL)")
    with pytest.raises(ivp.Refusal, match="another program"):
        _store.file.write_file(path, [], [], before)
    assert "late" in desk.persons()


@POSIX
def test_no_file_is_readable_by_others_for_a_moment(tmp_path):
    """Under the loosest mask, whatever appears beside the journal while it is written, rewritten, backed up and exported."""
    before = os.umask(0)
    seen, looks, done = set(), [], threading.Event()

    def watch():
        while not done.is_set():
            with contextlib.suppress(OSError):  # a folder that goes while it is looked through
                for one in tmp_path.rglob("*"):
                    looks.append(one)
                    told = one.lstat()
                    if stat.S_IMODE(told.st_mode) & 0o077:
                        seen.add((str(one.relative_to(tmp_path)), oct(stat.S_IMODE(told.st_mode))))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        desk = ivp.Desk(tmp_path / "j.duckdb", by="tt", lang="en", now=NOW)
        for number in range(6):
            put(desk, f"a{number}")
            desk.keep_person("p", "Eino Esimerkki")
            desk.forget_person("p")
            desk.backup(tmp_path / f"b{number}")
            for ending in ("json", "xlsx", "docx"):
                desk.register.write(tmp_path / f"x.{ending}")
        assert os.umask(0) == 0
    finally:
        done.set()
        watcher.join()
        os.umask(before)
    assert not seen
    assert {".new", ".part", ".wal"} <= {one.suffix for one in looks}  # the watch was there in time


@POSIX
def test_a_shared_journal_stays_shared_when_it_is_written_anew(tmp_path):
    """Its mode, owner and group are kept, and so are those of its lock; one that is its owner's stays so."""
    desk = ivp.Desk(tmp_path / "j.duckdb", by="tt", lang="en", now=NOW)
    put(desk)
    assert mode(desk.standpoint.path) == 0o600
    desk.standpoint.path.chmod(0o660)
    if os.geteuid() == 0:
        os.chown(desk.standpoint.path, 12345, 23456)
    owner = desk.standpoint.path.stat()
    Path(f"{desk.standpoint.path}.lock").unlink()
    desk.keep_person("p", "Eino Esimerkki")
    desk.forget_person("p")
    now = desk.standpoint.path.stat()
    assert (now.st_uid, now.st_gid, mode(desk.standpoint.path)) == (owner.st_uid, owner.st_gid, 0o660)
    assert now.st_ino != owner.st_ino
    assert mode(Path(f"{desk.standpoint.path}.lock")) == 0o660


@POSIX
def test_a_journal_that_may_only_be_read_is_read(tmp_path):
    """Mode 0444: its lock is its owner's all the same, and nothing is made of it."""
    desk = ivp.Desk(tmp_path / "j.duckdb", by="tt", lang="en", now=NOW)
    put(desk)
    desk.standpoint.path.chmod(0o444)
    Path(f"{desk.standpoint.path}.lock").unlink()
    assert len(desk.register.activities()) == 1
    assert desk.verify().ok
    assert mode(desk.standpoint.path) == 0o444


def test_files_of_others_beside_a_journal_are_left_alone(tmp_path):
    """A rewrite, a backup and an export use names that nobody else has; what an earlier one of ours left is cleared away."""
    desk = ivp.Desk(tmp_path / "j.duckdb", by="tt", lang="en", now=NOW)
    put(desk)
    desk.keep_person("p", "Eino Esimerkki")
    others = [tmp_path / name for name in ("j.duckdb.new", "j.duckdb.new.wal", "b.part", "x.json.part")]
    for one in others:
        one.write_text("mine")
    ours = [tmp_path / name for name in (".j.duckdb.abcdefgh.new", ".b.abcdefgh.part")]
    for one in ours:
        one.mkdir()
        (one / "left").write_text("Eino Esimerkki")
    desk.forget_person("p")
    desk.backup(tmp_path / "b")
    desk.register.write(tmp_path / "x.json")
    assert [one.read_text() for one in others] == ["mine"] * 4
    assert not [one for one in ours if one.exists()]


PIPED = """
import os, sys, ivplus_tools as ivp
folder = sys.argv[1]
desk = ivp.Desk(f"{folder}/j.duckdb", by="tt", lang="en")
desk.register.record(ivp.Activity("a"), valid_from="2026-01-01", why="w")
desk.backup(f"{folder}/b")
os.symlink(f"{folder}/b/person.jsonl", f"{folder}/x.lock")
for name, make, act in (
    ("j.duckdb.lock", os.mkfifo, desk.verify), ("j.duckdb.wal", os.mkfifo, desk.verify),
    ("x.json", os.mkfifo, lambda: desk.register.write(f"{folder}/x.json")),
    ("b/manifest.json", os.mkfifo, lambda: ivp.restore(f"{folder}/b", f"{folder}/r.duckdb")),
    ("b/journal.jsonl", lambda at: os.symlink("/dev/zero", at), lambda: ivp.restore(f"{folder}/b", f"{folder}/r.duckdb")),
    ("j.duckdb.lock", lambda at: os.symlink(f"{folder}/b/person.jsonl", at), desk.verify),
):
    place, aside = f"{folder}/{name}", f"{folder}/aside"
    if os.path.exists(place):
        os.rename(place, aside)
    make(place)
    try:
        print(name, "DONE", act())
    except ivp.Refusal as refusal:
        print(name, "refused:", refusal)
    assert not os.path.isfile(place) or os.path.islink(place), place  # what stood there stands there
    os.unlink(place)
    if os.path.exists(aside):
        os.rename(aside, place)
print(desk.verify().ok, ivp.restore(f"{folder}/b", f"{folder}/r.duckdb").ok)
"""


@POSIX
def test_a_pipe_or_a_device_in_the_place_of_a_file_is_refused_and_nothing_hangs(tmp_path):
    """Beside the journal, where an export goes, in a backup; without it all is as before."""
    done = subprocess.run([sys.executable, "-c", PIPED, tmp_path], capture_output=True, text=True, timeout=120)
    *lines, last = done.stdout.splitlines()
    assert (len(lines), last) == (6, "True True"), done
    assert all("refused:" in one for one in lines), lines


@POSIX
def test_an_export_writes_through_no_link(tmp_path):
    """A link by the name of a half-written export, or of the export itself, leads to a file that keeps its content."""
    desk = ivp.Desk(tmp_path / "j.duckdb", by="tt", lang="en", now=NOW)
    put(desk)
    (tmp_path / "precious").write_text("mine")
    for name in ("x.json", "x.json.part", "x.xlsx", "x.xlsx.part", "x.docx.part"):
        (tmp_path / name).symlink_to(tmp_path / "precious")
    for ending in ("json", "xlsx", "docx"):
        desk.register.write(tmp_path / f"x.{ending}")
    assert (tmp_path / "precious").read_text() == "mine"
    assert not (tmp_path / "x.json").is_symlink()


def test_macos_is_asked_for_more_than_fsync(tmp_path, monkeypatch):
    """By the only call that empties the disk's own memory; a file system that knows it not is asked as others are."""
    asked = []

    def fcntl(handle, what):
        asked.append(what)
        if len(asked) > 1:
            raise OSError

    alone = _store.alone
    monkeypatch.setattr(alone.sys, "platform", "darwin")
    monkeypatch.setattr(alone, "fcntl", type("F", (), {"F_FULLFSYNC": 51, "fcntl": staticmethod(fcntl)}), raising=False)
    monkeypatch.setattr(alone.os, "fsync", lambda _: asked.append("fsync"))
    alone.flush(1)
    alone.flush(1)
    assert asked == [51, 51, "fsync"]


def test_two_journals_in_one_folder_do_not_stop_each_other(tmp_path):
    """The folder is locked for the length of an operation: both go on, and neither loses anything."""
    running = [
        subprocess.Popen([sys.executable, "-c", WRITING, tmp_path / f"{name}.duckdb", name, "25"], stdout=subprocess.DEVNULL)
        for name in "ab"
    ]
    assert [one.wait(timeout=120) for one in running] == [0, 0]
    assert [ivp.Desk(tmp_path / f"{name}.duckdb").verify().entries for name in "ab"] == [25, 25]


def _harassed(path, chance, number):
    """One round: one forgets, one writes, the lock is deleted and links come and go; both are killed. What each has told of."""
    with contextlib.ExitStack() as stack:
        said = [stack.enter_context(tempfile.TemporaryFile()) for _ in range(2)]
        given = ((FORGETTING, "1000", f"{number}"), (WRITING, f"r{number}", "1000"))
        running = [
            stack.enter_context(subprocess.Popen([sys.executable, "-c", code, path, *more], stdout=out, stderr=out))
            for out, (code, *more) in zip(said, given, strict=True)
        ]
        told = lambda: [os.pread(out.fileno(), 1 << 20, 0).decode() for out in said]  # noqa: E731
        latest, link = time.monotonic() + 60, path.with_name("link.duckdb")
        until = latest
        while time.monotonic() < until:
            if until == latest and all(word in one for word, one in zip(("forgot", "entry"), told(), strict=True)):
                until = time.monotonic() + chance.uniform(0, 0.4)  # something was acknowledged: any moment now
            with contextlib.suppress(OSError):
                Path(f"{path}.lock").unlink()
            if chance.random() < 0.02:
                with contextlib.suppress(OSError):
                    os.link(path, link)
                    time.sleep(chance.choice([0, 0.005, 0.03]))
                    link.unlink()
            time.sleep(0.003)
        for one in chance.sample(running, 2):
            one.kill()
            time.sleep(chance.uniform(0, 0.05))
        [one.wait() for one in running]
        assert "Traceback" not in "".join(told()), told()
        return told()


@POSIX
def test_kills_deleted_locks_and_links_lose_nothing(tmp_path):
    """Killed while it forgets, the lock removed and links made: each acknowledged entry has its seal, no forgotten byte is in any file."""
    path, chance, forgotten = tmp_path / "j.duckdb", random.Random(18), set()
    begun = ivp.Desk(path, by="tt").register.record(
        [ivp.Activity(f"a{n}", remarks="x" * 900) for n in range(200)], valid_from="2026-01-01", why="w"
    )
    count, more, left, known = rounds(100, 3), 0, 0, {200: begun.head}
    for number in range(count):
        forgot, wrote = _harassed(path, chance, number)
        known |= {int(line.split()[1]): line.split()[2] for line in wrote.splitlines() if line.startswith("entry")}
        forgotten |= {line.split()[1] for line in forgot.splitlines() if line.startswith("forgot")}
        left += any(one.suffix == ".new" or one.suffix == ".wal" for one in tmp_path.iterdir())
        desk = ivp.Desk(path, by="tt", lang="en")
        for one in desk.persons():  # kept and not yet forgotten when its process was killed; then nothing may be left of it either
            desk.forget_person(one)
            forgotten.add(f"{one};")
        desk.keep_person("last", "x")
        desk.forget_person("last")  # a rewrite clears away what a killed one has left, also where nobody was waiting to be forgotten
        seals = dict(desk.sql("SELECT entry, seal FROM journal").itertuples(index=False, name=None))
        assert desk.verify().ok
        assert known.items() <= seals.items()
        assert len(seals) - max(known) in (0, 1)
        more += len(seals) - max(known)
        content = b"".join(one.read_bytes() for one in tmp_path.rglob("*") if one.is_file())
        assert not [one for one in forgotten if f"Unohdettu {one}".encode() in content]
        assert b"x" * 900 in content  # what was looked through is the journal
    assert len(known) > 1
    assert len(forgotten) >= count
    if FULL:  # the figures of docs/reliability.md
        sys.stderr.write(f"rounds {count}: entries {len(known)}, forgotten {len(forgotten)}, on their way {more}, files left {left}\n")


def test_the_home_folder_may_be_written_as_it_is_at_the_shell(tmp_path, monkeypatch):
    """`~` in the path of a journal, a backup and an export."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    desk = ivp.Desk("~/j.duckdb", by="tt", lang="en", now=NOW)
    put(desk)
    desk.backup("~/b")
    desk.register.write("~/x.json")
    assert {"j.duckdb", "b", "x.json"} <= {one.name for one in tmp_path.iterdir()}
    assert ivp.restore("~/b", "~/r.duckdb").ok


def test_one_subject_is_read_without_the_others(tmp_path):
    """Among 20,000 subjects a tenth of a second is enough, and a subject that is not there is still told with the nearest."""
    desk = ivp.Desk(tmp_path / "j.duckdb", by="tt", lang="en", now=NOW)
    body = ivp.Activity("x", remarks="r" * 200).body()
    day = desk.standpoint.valid_on
    drafts = [_store.Draft("register", "activity", f"a{n}", day, "w", {**body, "name": f"n{n}"}) for n in range(20_000)]
    _store.append(desk.standpoint, drafts)
    desk.register.get("a1")
    times = []
    for number in (7, 10_000, 19_999, 5, 12):
        begin = time.perf_counter()
        assert desk.register.get(f"a{number}").name == f"n{number}"
        times.append(time.perf_counter() - begin)
    assert min(times) < 0.1
    with pytest.raises(ivp.Refusal, match="a19999"):
        desk.register.get("a199990")
