"""The journal's promises, as ratios in one run: append, as-of, verify, import of 500 activities, export. Prints a Markdown table."""

import hashlib
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

import ivplus_tools as ivp
from ivplus_tools import _store
from ivplus_tools._store.chain import canonical


def seconds(act: Callable[[], object], rounds: int = 5) -> float:
    """The median time of an action."""
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        act()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def many(count: int) -> list[ivp.Activity]:
    """Activities of ordinary size."""
    purpose = ivp.Purpose("support", legal_basis="6(1)(b)")
    period = ivp.RetentionPeriod("contact details", period="P3Y", start_event="CUST_END")
    return [
        ivp.Activity(
            f"a{n:05d}", name=f"activity {n}", purposes=[purpose], data_subjects=["customers"], retention=[period], remarks="x" * 200
        )
        for n in range(count)
    ]


def main() -> None:
    """Measure and print."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        desk = ivp.Desk(Path(folder) / "a.duckdb", by="bench", lang="en")
        things = many(500)
        one_by_one = iter(many(40))
        append = seconds(lambda: desk.register.record(next(one_by_one), valid_from="2026-01-01", why="w"), 20)
        bare = seconds(lambda: duckdb.connect(str(Path(folder) / "bare.duckdb")).close(), 20)
        rows.append(("append one entry", append, "open and close a DuckDB file", bare))
        write = seconds(lambda: desk.register.record(things, valid_from="2026-01-01", why="w"), 1)
        rows.append(("record 500 activities", write, "goal", 1.0))
        for suffix in (".xlsx", ".json", ".csv"):
            took = seconds(lambda s=suffix: desk.register.write(Path(folder) / f"out{s}"), 3)
            rows.append((f"export 500 activities to {suffix}", took, "goal" if suffix == ".xlsx" else "-", 0.5))
        fresh = ivp.Desk(Path(folder) / "b.duckdb", by="bench", lang="en")
        took = seconds(lambda: fresh.register.read(Path(folder) / "out.xlsx").commit(why="w"), 1)
        rows.append(("import 500 activities from .xlsx", took, "goal", 1.0))
        entries = [_store.Entry(*row) for row in duckdb_rows(desk)]
        texts = [canonical([entry.entry, entry.text]).encode() for entry in entries]
        hashing = seconds(lambda: [hashlib.sha256(text).hexdigest() for text in texts])
        rows.append((f"verify {len(entries)} entries", seconds(desk.verify), "only hash the same bytes", hashing))
        as_of = desk.at(valid="2026-06-01")
        rows.append(
            ("activities as of a day", seconds(as_of.register.activities), "findings as of the day", seconds(as_of.register.findings))
        )
    print("| what | seconds | compared with | seconds | ratio |\n|---|---|---|---|---|")
    for what, took, other, theirs in rows:
        print(f"| {what} | {took:.3f} | {other} | {theirs:.4f} | {took / theirs:.1f} |")


def duckdb_rows(desk: ivp.Desk) -> list[tuple[object, ...]]:
    """Every row of a journal."""
    with duckdb.connect(str(desk.standpoint.path), read_only=True) as con:
        con.execute("SET TimeZone = 'Europe/Helsinki'")
        return con.execute(_store.file.ENTRIES).fetchall()


if __name__ == "__main__":
    sys.exit(main())
