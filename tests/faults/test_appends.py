"""Rows written to files while an erasure runs, and erasures killed at any step: nothing is lost."""

import contextlib
import functools
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from house import rounds
from trouble import linux, refused

import ivplus_tools as ivp
from ivplus_tools._sources import rewrite
from ivplus_tools.retention import plan as plans

NOW = "2026-03-02T09:00"
STEPS = (rewrite.__file__, plans.__file__)
ROWS = {"A": "2015-01-01", "K": "2015-01-01", "B": "2025-01-01"}  # overdue, held, not yet due
NUMBERS = (1, 2, 3)
KINDS = [(kind, how) for kind in ("csv", "jsonl", "parquet") for how in ("append", "held", "replace") if (kind, how) != ("parquet", "held")]
KILLS = [(kind, written) for kind in ("csv", "jsonl", "parquet") for written in (False, True)]
KINDS, KILLS = rounds((KINDS, KILLS), ([("csv", "held"), ("jsonl", "append"), ("parquet", "replace")], KILLS[1::2]))
HERE = str(Path(__file__).parent)
CHILD = f"""
import sys
sys.path[:0] = [{HERE!r}, {str(Path(HERE).parent)!r}]
import test_appends
test_appends.{{call}}(*sys.argv[1:])
"""
BUSY = """
import sqlite3, sys, time
con = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
print("ready", flush=True)
while True:
    con.execute("BEGIN EXCLUSIVE")
    time.sleep(0.1)
    con.execute("COMMIT")
    time.sleep(0.02)
"""


# --- the files, and who else writes to them


def line_of(kind, key, day):
    """A row as a line of a text file."""
    if kind == "csv":
        return f"{key},{day}\n"
    return json.dumps({"customer": key, "ended": day}) + "\n"


def parquet(path, rows):
    """A Parquet file of rows, in its place in one step."""
    made = path.with_name(f".{path.name}.part")
    values = ", ".join(f"('{key}', DATE '{day}')" for key, day in rows)
    with contextlib.closing(duckdb.connect()) as con:
        told = f"SELECT * FROM (VALUES {values}) AS v(customer, ended)"
        con.execute(f"COPY ({told}) TO '{made}' (FORMAT parquet)")
    made.replace(path)


def rows_of(kind, path):
    """The rows of one file, read by nothing of ours."""
    if kind == "parquet":
        name = str(path).replace("'", "''")
        with contextlib.closing(duckdb.connect()) as con:
            found = con.execute(f"SELECT customer, ended FROM read_parquet(['{name}'])").fetchall()
        return [(key, str(day)) for key, day in found]
    lines = path.read_text().splitlines()
    if kind == "csv":
        return [tuple(line.split(",")) for line in lines[1:]]
    return [tuple(json.loads(line).values()) for line in lines]


def lay(folder, kind):
    """Three files with a row each that goes, that is held, that is not due; their location."""
    folder.mkdir()
    for number in NUMBERS:
        path, rows = folder / f"t{number}.{kind}", [(f"{one}{number}", ROWS[one]) for one in ROWS]
        if kind == "parquet":
            parquet(path, rows)
        else:
            head = "customer,ended\n" if kind == "csv" else ""
            path.write_text(head + "".join(line_of(kind, *row) for row in rows))
    return str(folder.parent) if kind == "parquet" else str(folder / f"t*.{kind}")


def table(folder, kind):
    """Every row of the table."""
    files = [one for one in folder.glob(f"*.{kind}") if not one.name.startswith(".")]
    return sorted(row for path in files for row in rows_of(kind, path))


def kept(folder, kind):
    """Every row of the old files that were put aside."""
    return [row for path in folder.glob("*.ivplus-old") for row in rows_of(kind, path)]


def other_writer():
    """A process that writes a row when it is told to, and says so when the row is on the disk."""
    held = {}
    for told in sys.stdin:
        kind, how, path, key = json.loads(told)
        path = Path(path)
        if how == "open":
            held[path] = path.open("a")
        elif kind == "parquet" and how == "append":
            parquet(path.with_name(f"w{key}.parquet"), [(key, ROWS["B"])])
        elif kind == "parquet":
            parquet(path, [*rows_of(kind, path), (key, ROWS["B"])])
        elif how == "replace":
            made = path.with_name(f".{path.name}.part")
            made.write_text(path.read_text() + line_of(kind, key, ROWS["B"]))
            made.replace(path)
        else:
            file = held[path] if how == "held" else path.open("a")
            file.write(line_of(kind, key, ROWS["B"]))
            file.flush()
            os.fsync(file.fileno())
            if how == "append":
                file.close()
        sys.stdout.write("done\n")
        sys.stdout.flush()


@pytest.fixture(scope="module")
def write():
    """A function by which the other process writes a row; back when the row is acknowledged."""
    command = [sys.executable, "-c", CHILD.format(call="other_writer")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:

        def say(*told):
            child.stdin.write(json.dumps([str(one) for one in told]) + "\n")
            child.stdin.flush()
            assert child.stdout.readline() == "done\n"

        yield say
        child.kill()


# --- the desk, and its steps


class Ready:
    """A desk beside files, and a plan over them that another has approved: made once, and laid anew for each round.

    A plan is bound to its place, so every round is at the same one.
    """

    def __init__(self, home, kind, busy=False):
        self.home, self.kind, self.folder, self.busy = home, kind, home / "data", home / "holds.sqlite"
        home.mkdir()
        desk = ivp.Desk(home / "j.duckdb", by="tt", lang="en", now=NOW)
        desk.source("s", lay(self.folder, kind))
        rule = ivp.RetentionRule(
            "r", source="s", table="data", subject_key="customer", start_column="ended",
            start_event="CUST_END", period="P3Y", reason="x",
        )  # fmt: skip
        holds = [ivp.Hold("h", subjects=["K1", "K2", "K3"], reason="r", review_by="2027-01-01")]
        if busy:
            with contextlib.closing(sqlite3.connect(self.busy)) as con, con:
                con.execute("CREATE TABLE h (k TEXT)")
                con.execute("INSERT INTO h VALUES ('K1')")
            desk.source("holds", str(self.busy))
            where = {"source": "holds", "held_table": "h", "held_column": "k"}
            holds.append(ivp.Hold("q", **where, reason="r", review_by="2027-01-01"))
        desk.retention.record([rule, *holds], valid_from="2026-01-01", why="x")
        self.plan = desk.retention.plan("r").approve("boss").id
        self.kept = home.with_name(f"{home.name}-kept")
        shutil.copytree(home, self.kept)
        _, plan = self.laid()
        with Steps() as self.steps:  # the same lines that a killed process runs, and no other
            plan.execute("s")
        assert self.steps.swaps

    def laid(self):
        """The desk and its plan, and everything as it was before the erasure."""
        shutil.rmtree(self.home)
        shutil.copytree(self.kept, self.home)
        desk = ivp.Desk(self.home / "j.duckdb", by="tt", lang="en", now=NOW)
        return desk, desk.retention.get_plan(self.plan)


@pytest.fixture(scope="module")
def ready(tmp_path_factory):
    """A function that gives what is ready for a kind of files, with a hold by query or without."""
    place = tmp_path_factory.mktemp("ready")
    return functools.cache(lambda kind, busy=False: Ready(place / f"{kind}{busy}", kind, busy))


class Steps:
    """Counts the lines of our own code that are run, and does something before one of them."""

    def __init__(self, at=0, act=lambda: None):
        self.at, self.act, self.seen = at, act, 0
        self.swaps = []  # the lines that put files in their places

    def __enter__(self):
        self._before = sys.gettrace()
        sys.settrace(self._call)
        return self

    def __exit__(self, *_):
        sys.settrace(self._before)

    def _call(self, frame, *_):
        return self._line if frame.f_code.co_filename in STEPS else None

    def _line(self, frame, event, _):
        if event == "line":
            self.seen += 1
            here = frame.f_code
            if here.co_filename == rewrite.__file__ and (self.swaps or here.co_name == "_swap"):
                self.swaps.append(self.seen)
            if self.seen == self.at:
                self.act()
        return self._line


def some_steps(chance, steps, count):
    """Lines of an erasure: most of them while files are put in place, each once, or after it."""
    first = chance.sample(steps.swaps, len(steps.swaps))
    later = [chance.randrange(steps.swaps[0], steps.seen + 1) for _ in range(count)]
    any_of_all = [chance.randrange(1, steps.seen + 1) for _ in range(count)]
    four = zip(first, first[::-1], later, any_of_all, strict=False)
    mixed = [one for many in four for one in many]
    found = list(dict.fromkeys([*mixed, *first, *later]))
    return found[:count]


def told_lost(desk, plan):
    """Whether rows in an old file are told as an error, and are not deleted by a confirmation."""
    desk.retention.scan()
    found = desk.retention.findings()
    errors = found[(found["code"] == "RET-024") & (found["severity"] == "error")]
    return len(errors) == 1 and refused(plan.confirm) != ""


def demand_true(desk, plan, folder, kind, acknowledged):
    """No row is lost, what stays is there once, and the journal says which state is there."""
    there, aside = table(folder, kind), kept(folder, kind)
    for row in acknowledged:
        assert there.count(row) == 1 or (row in aside and told_lost(desk, plan)), (row, there)
    olds = [(f"{one}{number}", ROWS[one]) for one in ROWS for number in NUMBERS]
    for row in olds:
        assert there.count(row) == 1 or row[0][0] == "A", (row, there)
    gone = [row for row in olds if row not in there]
    if plan.state == "started":  # files that others have written to are left as they are
        assert all(row in aside for row in gone), (there, aside)
    else:
        assert len(gone) == (3 if plan.state == "done" else 0), (plan.state, there)
    assert (plan.certificate is not None) == (plan.state == "done")
    assert not list(folder.glob("*.ivplus-new"))
    if plan.state != "started":
        desk.retention.scan()
    assert desk.verify().ok


# --- (a) somebody writes meanwhile


@linux
@pytest.mark.parametrize(("kind", "how"), KINDS)
def test_a_row_written_at_any_step_is_not_lost(ready, write, tally, kind, how):
    """Another process writes before a random line of the erasure: the row is there, or is told."""
    chance, made = random.Random(kind + how), ready(kind)
    seen = {"done": 0, "not_done": 0, "started": 0, "approved": 0}
    for number, strike in enumerate(some_steps(chance, made.steps, rounds(4, 1))):
        folder, rows = made.folder, []
        desk, plan = made.laid()
        paths = [folder / f"t{one}.{kind}" for one in NUMBERS]
        for path in paths if how == "held" else ():
            write(kind, "open", path, "")

        def meanwhile():
            for one, path in enumerate(paths):  # noqa: B023
                key = f"W{number}x{one}"  # noqa: B023
                write(kind, how, path, key)
                rows.append((key, ROWS["B"]))  # noqa: B023

        with Steps(strike, meanwhile):
            refused(plan.execute, "s")
        if plan.state == "started":
            refused(plan.settle)
        seen[plan.state] += 1
        try:
            demand_true(desk, plan, folder, kind, rows)
        except AssertionError as error:
            raise AssertionError(f"{kind} {how} round {number} step {strike}: {error}") from error
    tally(**seen)


@linux
@pytest.mark.parametrize(("kind", "how"), KINDS)
def test_rows_written_while_a_hold_is_asked_for_are_not_lost(ready, write, tally, kind, how, monkeypatch):
    """A hold by query in a database that is kept busy: the rows written meanwhile are there."""
    chance, seen, made = random.Random(kind + how), {"done": 0, "not_done": 0}, ready(kind, True)
    look = plans.Plan._last_look

    def slowly(*given):
        look(*given)
        meanwhile()
        time.sleep(chance.uniform(0, 0.05))

    monkeypatch.setattr(plans.Plan, "_last_look", slowly)
    for number in range(rounds(3, 1)):
        folder, rows = made.folder, []
        desk, plan = made.laid()
        path, changes = folder / f"t{chance.choice(NUMBERS)}.{kind}", chance.random() < 0.7
        if how == "held":
            write(kind, "open", path, "")

        def meanwhile():
            for one in range(chance.randint(1, 3) if changes else 0):  # noqa: B023
                key = f"W{number}x{one}"  # noqa: B023
                write(kind, how, path, key)  # noqa: B023
                rows.append((key, ROWS["B"]))  # noqa: B023

        command = [sys.executable, "-c", BUSY, str(made.busy)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout.readline() == "ready\n"
            refused(plan.execute, "s")
            child.kill()
        demand_true(desk, plan, folder, kind, rows)
        if how != "append" or kind != "parquet":  # a new file beside them is none of those erased
            assert plan.state == ("not_done" if rows else "done"), rows
        seen[plan.state] += 1
    tally(**seen)


# --- (b) killed at any step


def killed(home, ident, step):
    """Carry a plan out, and die before a line of it."""
    desk = ivp.Desk(Path(home) / "j.duckdb", by="tt", lang="en", now=NOW)
    plan = desk.retention.get_plan(ident)
    with Steps(int(step), lambda: os.kill(os.getpid(), signal.SIGKILL)):
        plan.execute("s")


@linux
@pytest.mark.parametrize(("kind", "written"), KILLS)
def test_a_kill_at_any_step_is_settled(ready, write, tally, kind, written):
    """Killed before a random line: `settle` says whether old or new is there, and loses no row."""
    chance, made = random.Random(f"{kind}{written}"), ready(kind)
    seen = {"done": 0, "approved": 0, "started": 0}
    for number, step in enumerate(some_steps(chance, made.steps, rounds(9, 1))):
        folder, rows = made.folder, []
        desk, plan = made.laid()
        command = [sys.executable, "-c", CHILD.format(call="killed"), str(made.home), plan.id, str(step)]
        assert subprocess.run(command).returncode == -signal.SIGKILL
        if written:
            write(kind, "append", folder / f"t{chance.choice(NUMBERS)}.{kind}", f"W{number}")
            rows.append((f"W{number}", ROWS["B"]))
        if plan.state == "started":
            told = refused(plan.settle)
            assert written or not told, (kind, step, told)
        seen[plan.state] += 1
        try:
            if plan.state != "started":
                demand_true(desk, plan, folder, kind, rows)
            for row in rows:
                assert table(folder, kind).count(row) == 1
            if plan.state == "approved":
                assert refused(plan.execute, "s") == ""
                demand_true(desk, plan, folder, kind, rows)
            if plan.state == "done":
                assert plan.certificate.remaining in (None, "0")
                plan.confirm()
                assert not list(folder.glob("*.ivplus-*"))
        except AssertionError as error:
            raise AssertionError(f"{kind} round {number} step {step}: {error}") from error
    tally(**seen)
