"""The retention scan beside what an officer would do otherwise, on invented tables of 1, 10 and 100 million rows.

`python benchmarks/retention.py` (1M and 10M; `--rows 100000000` for all, `--write` puts the table into docs/performance.md). Each method
runs in a process of its own, so that CPU seconds and peak memory are its own; all must give the same counts, or the run fails. Peers
that are not installed (polars, pyspark) are left out. Parquet, ordered by date, and shuffled at 10M; a CSV of 1M; a rescan of as many files
of a million rows as the largest size has, after one more.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ON, YEAR_END = "2026-03-02", "06-30"
RULES = [  # name, table, key, start column, start event, months
    ("ended", "customers", "customer_id", "ended", "CUST_END", 36), ("active", "customers", "customer_id", "last_activity", "LAST_ACTIVITY", 60),
    ("created", "customers", "customer_id", "created", "EVENT", 120), ("voucher", "invoices", "customer_id", "invoiced", "CY_OF_FY_END", 72),
    ("books", "invoices", "customer_id", "invoiced", "FY_END", 120), ("due", "invoices", "customer_id", "due_on", "DUE", 36),
    ("withdrawn", "consents", "customer_id", "withdrawn", "CONSENT_END", 12), ("given", "consents", "customer_id", "given", "EVENT", 84),
]  # fmt: skip
BEGIN, END = "<!-- table: benchmarks/retention.py --write -->", "<!-- end of the retention table -->"
PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
MAKE = {
    "customers": """SELECT i AS customer_id, CASE WHEN h % 3 = 0 THEN d + CAST(h % 900 AS INTEGER) END AS ended,
        d + CAST(h % 400 AS INTEGER) AS last_activity, d AS created""",
    "invoices": "SELECT h % {people} AS customer_id, d AS invoiced, CASE WHEN h % 20 > 0 THEN d + CAST(h % 60 AS INTEGER) END AS due_on, h % 10000 AS cents",
    "consents": "SELECT h % {people} AS customer_id, d AS given, CASE WHEN h % 4 = 0 THEN d + CAST(h % 700 AS INTEGER) END AS withdrawn",
}
SHARES = {"customers": 0.1, "invoices": 0.7, "consents": 0.2}


def make(folder: Path, rows: int, shuffled: bool) -> None:
    """The tables, and one customer in a thousand under a hold."""
    import duckdb

    con = duckdb.connect()
    people = rows // 10
    for table, share in SHARES.items():
        count = int(rows * share)
        day = f"DATE '2011-01-01' + CAST({'h // 7 % 5500' if shuffled else f'i * 5500 // {count}'} AS INTEGER)"
        source = f"(SELECT *, {day} AS d FROM (SELECT i, hash(i + {len(table)}) % 1000000007 AS h FROM range({count}) AS r(i)))"
        con.execute(
            f"COPY ({MAKE[table].format(people=people)} FROM {source}) TO '{folder / table}.parquet' (FORMAT parquet, COMPRESSION zstd)"
        )
    (folder / "holds.txt").write_text("\n".join(str(one) for one in range(0, people, 1000)))


def make_files(folder: Path, first: int, last: int) -> None:
    """Files of one table of invoices, a million rows each, a fortnight later each."""
    import duckdb

    con = duckdb.connect()
    (folder / "invoices").mkdir(exist_ok=True)
    (folder / "holds.txt").write_text("\n".join(str(one) for one in range(0, 10_000_000, 1000)))
    for number in range(first, last):
        day = f"DATE '2011-01-01' + CAST({number} * 55 + i // 18200 AS INTEGER)"
        source = f"(SELECT *, {day} AS d FROM (SELECT i, hash(i + {number} * 1000000) % 1000000007 AS h FROM range(1000000) AS r(i)))"
        path = folder / "invoices" / f"{number:03d}.parquet"
        con.execute(f"COPY ({MAKE['invoices'].format(people=10_000_000)} FROM {source}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")


def make_csv(folder: Path, rows: int) -> None:
    """The tables as CSV."""
    import duckdb

    make(folder, rows, shuffled=False)
    for table in SHARES:
        duckdb.sql(f"COPY (FROM '{folder / table}.parquet') TO '{folder / table}.csv' (FORMAT csv)")
        (folder / f"{table}.parquet").unlink()


def desk_of(folder: Path, spark: bool = False, tables: tuple = tuple(SHARES)):
    """A Desk with a new journal: the source, the rules of these tables, the holds."""
    import ivplus_tools as ivp

    desk = ivp.Desk(Path(tempfile.mkdtemp()) / "j.duckdb", by="b", lang="en", now=f"{ON}T09:00")
    retention = [
        ivp.Source("s", location=f"spark:{folder}" if spark else str(folder)),
        ivp.Hold("h", subjects=(folder / "holds.txt").read_text().split(), reason="r", review_by="2027-01-01"),
        *(
            ivp.RetentionRule(
                name, source="s", table=table, subject_key=key, start_column=start, start_event=event, period=f"P{months}M", reason="r"
            )
            for name, table, key, start, event, months in RULES
            if table in tables
        ),
    ]
    desk.register.record(ivp.Organisation("us", relation="own", financial_year_end=YEAR_END), valid_from="2026-01-01", why="w")
    desk.retention.record(retention, valid_from="2026-01-01", why="w")
    return desk


def ours(folder: Path, memory: str | None = None, spark: bool = False) -> list:
    """The toolkit's scan."""
    found = desk_of(folder, spark).retention.scan("s", memory=memory)
    counts = {one.count.rule: one.count for one in found.found}
    return [[name, *(int(getattr(counts[name], what)) for what in ("total", "no_start", "overdue", "held"))] for name, *_ in RULES]


def rescan(folder: Path, files: int) -> list[tuple[str, float, float]]:
    """Wall and CPU of the first scan, of one with nothing new and of one after a new file; the last equals a fresh one."""
    desk, told = desk_of(folder, tables=("invoices",)), []
    for name, fresh in (("first", False), ("nothing new", False), ("one new file", False), ("fresh", True)):
        if name == "one new file":
            make_files(folder, files, files + 1)
        wall, cpu = time.perf_counter(), time.process_time()
        found = desk.retention.scan("s", fresh=fresh)
        told.append((name, time.perf_counter() - wall, time.process_time() - cpu, found.hash))
    assert told[2][3] == told[3][3] != told[0][3]
    return [one[:3] for one in told]


def count_csv(folder: Path) -> list:
    """Only the independent count of the records of the CSV files."""
    from ivplus_tools._sources import text

    return [sum(text.look(folder / f"{table}.csv").records for table in SHARES)]


def connected(folder: Path):
    """DuckDB with a view per table and the holds."""
    import duckdb

    con = duckdb.connect()
    for table in SHARES:
        con.execute(f"CREATE VIEW {table} AS FROM '{folder / table}.parquet'")
    con.execute("CREATE TABLE holds (k BIGINT)")
    con.executemany("INSERT INTO holds SELECT unnest(?)", [[[int(one) for one in (folder / "holds.txt").read_text().split()]]])
    return con


def limit(folder: Path) -> list:
    """A scan that touches every needed value: the least that a reading of the columns costs."""
    con = connected(folder)
    for table in SHARES:
        starts = dict.fromkeys(start for _, of, _, start, _, _ in RULES if of == table)
        parts = (f"count({one}), min({one}), max({one}), count(*) FILTER ({one} <= DATE '2020-01-01')" for one in starts)
        con.execute(f"SELECT count(*), max(customer_id), count(*) FILTER (customer_id > 5), {', '.join(parts)} FROM {table}").fetchall()
    return []


def naive(folder: Path) -> list:
    """Interval arithmetic on every row, a query per rule, in DuckDB."""
    con, found = connected(folder), []
    for name, table, key, start, event, months in RULES:
        year = f"CAST(year({start}) + CAST(month({start}) > 6 AS INTEGER) AS INTEGER)"
        anchor = {"CY_OF_FY_END": f"make_date({year}, 12, 31)", "FY_END": f"make_date({year}, 6, 30)"}.get(event, start)
        due = f"{anchor} + INTERVAL {months} MONTH < DATE '{ON}'"
        counted = f"count(*), count(*) - count({start}), count(*) FILTER ({due} AND k IS NULL), count(*) FILTER ({due} AND k IS NOT NULL)"
        found.append([name, *con.execute(f"SELECT {counted} FROM {table} LEFT JOIN holds ON k = {key}").fetchone()])
    return found


def polars_rows(folder: Path) -> list:
    """polars, streaming, `offset_by` on every row."""
    import polars as pl

    holds = pl.LazyFrame({"k": [int(one) for one in (folder / "holds.txt").read_text().split()], "h": True})
    day, found = pl.lit(ON).str.to_date(), []
    for name, table, key, start, event, months in RULES:
        column = pl.col(start)
        year = column.dt.year() + (column.dt.month() > 6).cast(pl.Int32)
        anchor = {"CY_OF_FY_END": pl.date(year, 12, 31), "FY_END": pl.date(year, 6, 30)}.get(event, column)
        due = (anchor.dt.offset_by(f"{months}mo") < day).fill_null(value=False)
        frame = pl.scan_parquet(folder / f"{table}.parquet").join(holds, left_on=key, right_on="k", how="left")
        counted = [pl.len(), column.is_null().sum(), (due & pl.col("h").is_null()).sum(), (due & pl.col("h").is_not_null()).sum()]
        row = frame.select([one.alias(str(place)) for place, one in enumerate(counted)]).collect(engine="streaming").row(0)
        found.append([name, *row])
    return found


def pandas_rows(folder: Path) -> list:
    """pandas, `DateOffset` on every row."""
    import pandas as pd

    con, found = connected(folder), []
    held = {int(one) for one in (folder / "holds.txt").read_text().split()}
    for name, table, key, start, event, months in RULES:
        frame = con.execute(f"SELECT {key}, {start} FROM {table}").df()
        column = frame[start]
        anchor = column
        if event.endswith("FY_END"):
            year = column.dt.year + (column.dt.month > 6)
            anchor = pd.to_datetime({"year": year, "month": 12 if event[0] == "C" else 6, "day": 31 if event[0] == "C" else 30})
        due = (anchor + pd.DateOffset(months=months)) < pd.Timestamp(ON)
        kept = frame[key].isin(held)
        found.append([name, len(frame), int(column.isna().sum()), int((due & ~kept).sum()), int((due & kept).sum())])
    return found


def apart(work, *arguments: object) -> None:
    """Do it in a process of its own: the peak memory of a child begins with that of its parent."""
    child = os.fork()
    if not child:
        failed = 1
        try:
            work(*arguments)
            failed = 0
        finally:
            os._exit(failed)
    assert os.waitpid(child, 0)[1] == 0


METHODS = {
    "ours": ours,
    "ours, 256 MB": lambda folder: ours(folder, "256MB"),
    "limit": limit,
    "naive": naive,
    "polars": polars_rows,
    "pandas": pandas_rows,
    "ours on Spark": lambda folder: ours(folder, spark=True),
    "ours, CSV": ours,
    "CSV, only counted": count_csv,
}
OTHERS = ("ours, CSV", "CSV, only counted")
"""Methods that have a table of their own."""  # fmt: skip


def measured(method: str, folder: Path, rounds: int = 3) -> dict:
    """Wall and CPU seconds and peak memory of a process that does one method once; the median of the rounds by CPU."""
    runs = []
    for _ in range(rounds):
        begin = time.perf_counter()
        command = [sys.executable, __file__, "--run", method, "--folder", str(folder)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
            output = child.stdout.read()
            _, status, used = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            return {}
        wall = time.perf_counter() - begin
        found = output.decode().strip().splitlines()[-1]
        runs.append({"wall": wall, "cpu": used.ru_utime + used.ru_stime, "memory": used.ru_maxrss / 1024, "found": found})
    return sorted(runs, key=lambda run: run["cpu"])[len(runs) // 2]


def compare(rows: int, shuffled: bool, folder: Path) -> list[str]:
    """The lines of one size. What is per row in Python's hands runs at 10M; Spark too."""
    apart(make, folder, rows, shuffled)
    left_out = {
        **dict.fromkeys(OTHERS, True),
        "pandas": rows > 10_000_000,
        "ours on Spark": rows != 10_000_000 or shuffled,
        "polars": False,
    }
    empty = measured("empty", folder)
    results = {
        name: measured(name, folder, 1 if name in ("pandas", "polars", "ours on Spark") and rows > 1_000_000 else 3)
        for name in METHODS
        if not left_out.get(name)
    }
    answers = {run["found"] for name, run in results.items() if run and name != "limit"}
    assert len(answers) == 1, {name: run.get("found") for name, run in results.items()}
    lines, base = [], results["ours"]
    for name, run in results.items():
        if run:
            ratios = [f"{run[what] / base[what]:.1f}" if name != "ours" else "1" for what in ("cpu", "wall")]
            size = f"{rows // 1_000_000}M{' shuffled' if shuffled else ''}"
            lines.append(f"| {size} | {name} | {run['wall']:.2f} | {run['cpu']:.2f} | {ratios[1]} | {ratios[0]} | {run['memory']:.0f} |")
    lines.append(
        f"| {rows // 1_000_000}M | of each, the interpreter | {empty['wall']:.2f} | {empty['cpu']:.2f} | – | – | {empty['memory']:.0f} |"
    )
    return [*lines]


def compare_csv(rows: int, folder: Path) -> list[str]:
    """The scan of CSV, and the independent count of records that is a part of it."""
    apart(make_csv, folder, rows)
    empty, scan, count = (measured(name, folder) for name in ("empty", *OTHERS))
    return [
        f"| CSV, {rows // 1_000_000}M rows: {name} | {run['wall']:.2f} | {run['cpu']:.2f} | {run['cpu'] / scan['cpu']:.2f} | {run['memory']:.0f} |"
        for name, run in (("scan", scan), ("the count of records alone", count), ("the interpreter", empty))
    ]


def compare_rescan(files: int, folder: Path) -> list[str]:
    """The scan of many files after one more has come, beside the first."""
    make_files(folder, 0, files)
    told = rescan(folder, files)
    return [
        f"| {files} Parquet files of 1M rows: {name} | {wall:.2f} | {cpu:.2f} | {cpu / told[0][2]:.3f} | – |" for name, wall, cpu in told
    ]


def main() -> None:
    """Measure, print and perhaps write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000, help="the largest size")
    parser.add_argument("--write", action="store_true", help=f"replace the table in {PAGE.name}")
    parser.add_argument("--run", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.run:
        found = METHODS[asked.run](asked.folder) if asked.run != "empty" else []
        print(hashlib.sha256(json.dumps(found).encode()).hexdigest())
        return
    lines = ["| rows | method | wall s | CPU s | wall / ours | CPU / ours | peak MB |", "|---|---|--:|--:|--:|--:|--:|"]
    for rows, shuffled in ((1_000_000, False), (10_000_000, False), (10_000_000, True), (100_000_000, False)):
        if rows <= asked.rows:
            with tempfile.TemporaryDirectory() as folder:
                lines += compare(rows, shuffled, Path(folder))
                print("\n".join(lines), flush=True)
    lines += ["", "| what | wall s | CPU s | CPU / first line | peak MB |", "|---|--:|--:|--:|--:|"]
    with tempfile.TemporaryDirectory() as folder:
        lines += compare_csv(1_000_000, Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        lines += compare_rescan(asked.rows // 1_000_000, Path(folder))
    print("\n".join(lines), flush=True)
    if asked.write:
        page = PAGE.read_text(encoding="utf-8")
        before, _, rest = page.partition(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}\n" + "\n".join(lines) + f"\n{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()
