"""The same rows in every kind of source, for tests that compare engines or carry something out."""

import contextlib
import datetime as dt
import json
import sqlite3
from pathlib import Path

import duckdb

ROWS = [
    (
        number,
        f"K{number % 50:03d}" if number % 41 else None,
        dt.date(2015, 1, 1) + dt.timedelta(days=number * 3) if number % 37 else None,
        dt.datetime(2015, 1, 1) + dt.timedelta(days=number * 3, minutes=number * 7),
        ("2020-02-30", "kesken", "31.12.2020", "")[number % 4]
        if number % 29 == 0
        else f"{dt.date(2014, 6, 1) + dt.timedelta(days=number * 4)}",
        f'nimi {number}, "lainaus"\nrivi' if number % 7 == 0 else f"nimi {number}",
        number % 90,
    )
    for number in range(1200)
]
NAMES = ("id", "customer", "ended", "stamped", "told", "name", "minutes")
TYPES = ("BIGINT", "VARCHAR", "DATE", "TIMESTAMP", "VARCHAR", "VARCHAR", "INTEGER")
FILES = ("csv", "parquet", "jsonl", "duckdb", "sqlite")

SMALL_SPARK = {  # for tables of some hundred rows: to compile each query whole, and for long runs, costs more than it wins
    "spark.sql.codegen.wholeStage": "false",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",
}


def columns(types=TYPES):
    """The columns of the table with their types."""
    return ", ".join(f"{name} {kind}" for name, kind in zip(NAMES, types, strict=True))


def lay(folder, kind, rows=ROWS, postgres=None):
    """Put the rows into a source of a kind; its location."""
    folder.mkdir(exist_ok=True, parents=True)
    path = folder / f"t.{kind}"
    path.unlink(missing_ok=True)
    if kind == "postgres":
        import psycopg

        with psycopg.connect(postgres, autocommit=True) as con:
            con.execute("DROP TABLE IF EXISTS t")
            con.execute(f"CREATE TABLE t ({columns(('bigint', 'text', 'date', 'timestamp', 'text', 'text', 'int'))})")
            with con.cursor() as cursor, cursor.copy("COPY t FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        return postgres
    if kind == "sqlite":
        with contextlib.closing(sqlite3.connect(path)) as con, con:
            con.execute(f"CREATE TABLE t ({columns(('INTEGER', *['TEXT'] * 5, 'INTEGER'))})")
            told = ([str(one) if isinstance(one, dt.date) else one for one in row] for row in rows)
            con.executemany(f"INSERT INTO t VALUES ({', '.join('?' * len(NAMES))})", told)
        return str(path)
    with contextlib.closing(duckdb.connect(str(path) if kind == "duckdb" else ":memory:")) as con:
        con.execute(f"CREATE TABLE t ({columns()})")
        if rows:  # by columns: row by row takes DuckDB a millisecond each
            lists = ", ".join(f"unnest(?::{kind_of}[])" for kind_of in TYPES)
            con.execute(f"INSERT INTO t SELECT {lists}", [list(one) for one in zip(*rows, strict=True)])
        if kind == "jsonl":
            found = con.execute("FROM t").fetchall()
            lines = (json.dumps(dict(zip(NAMES, row, strict=True)), ensure_ascii=False, default=str) for row in found)
            path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        elif kind != "duckdb":
            con.execute(f"COPY t TO '{path}'" + (" (HEADER)" if kind == "csv" else " (FORMAT parquet)"))
    return str(path)


def content(location):
    """Every row of a source, in the order of its first column, as texts."""
    if location.startswith("postgresql"):
        import psycopg

        with psycopg.connect(location) as con:
            found = con.execute("SELECT * FROM t ORDER BY id").fetchall()
    elif location.endswith("sqlite"):
        with contextlib.closing(sqlite3.connect(location)) as con:
            found = con.execute("SELECT * FROM t ORDER BY id").fetchall()
    elif location.endswith("jsonl"):
        with Path(location).open(encoding="utf-8") as file:
            found = [tuple(json.loads(line).values()) for line in file]
    else:
        with contextlib.closing(duckdb.connect(location if location.endswith("duckdb") else ":memory:")) as con:
            reader = {"csv": "read_csv('{}', all_varchar=true)", "parquet": "'{}'", "duckdb": "t"}
            found = con.execute(f"FROM {reader[location.rpartition('.')[2]].format(location)}").fetchall()
            found.sort(key=lambda row: int(row[0] or 0))
    return [tuple("" if one is None else str(one) for one in row) for row in found]
