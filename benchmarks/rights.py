"""Looking for one person in a large table in place, beside a bare filter of DuckDB on the same columns."""

import sys
import tempfile
from functools import partial
from pathlib import Path

import duckdb
from measuring import Row, memory, table, timed, times

import ivplus_tools as ivp
from ivplus_tools import _persons

EMAIL, CODE = "8f14e45fc@example.fi", "010117-907K"
PEOPLE = """
COPY (
  SELECT 'C' || i AS customer_id, 'Näyte Testaaja ' || (i % 9973) AS name, substr(md5(CAST(i AS VARCHAR)), 1, 9) || '@example.fi' AS email,
    '+358 40 ' || lpad(CAST(i % 10000000 AS VARCHAR), 7, '0') AS phone, '0101' || (10 + i % 89) || '-' || (900 + i % 99) || 'K' AS hetu,
    i % 1000 AS amount
  FROM range({rows}) AS r(i)
) TO '{file}' (FORMAT parquet)
"""
BARE = "SELECT * FROM read_parquet('{file}') WHERE lower(email) = '{email}'"
KINDS = {"name": "full_name", "email": "email", "phone": "phone", "hetu": "identity_code"}


def made(folder: Path, rows: int) -> ivp.Desk:
    """A desk over a table of that many people."""
    (folder / "data").mkdir(parents=True)
    duckdb.sql(PEOPLE.format(rows=rows, file=folder / "data" / "people.parquet"))
    desk = ivp.Desk(folder / "j.duckdb", by="aino", now="2026-03-02T09:00")
    desk.register.record(ivp.Activity("a", name="A", purposes="a | legal basis: 6(1)(b)"), valid_from="2026-01-01", why="w")
    desk.source("s", str(folder / "data"))
    identifying = [{"column": column, "data_kind": kind} for column, kind in KINDS.items()]
    facts = {"source": "s", "table": "people", "activities": ["a"], "subject_key": "customer_id", "identifying": identifying}
    desk.discovery.record(ivp.DataTable("s/people", **facts), valid_from="2026-01-01", why="w")
    desk.rights.open("access", received="2026-03-02", id="r")
    return desk


def find(desk: ivp.Desk, **values: str) -> None:
    """The person, who is there."""
    found = desk.rights.request("r").find(**values)
    assert any(one.rows for one in found.every)


def bare(file: Path) -> None:
    """What a user would do otherwise, who knows how the address is written."""
    assert len(duckdb.sql(BARE.format(file=file, email=_persons.email(EMAIL))).fetchall()) == 1


def once(journal: str) -> None:
    """One search in a fresh process."""
    find(ivp.Desk(journal, by="aino", now="2026-03-02T09:00"), email=EMAIL)


def rows(folder: Path, rounds: int, count: int = 1_000_000) -> list[Row]:
    """By an address, and by an address, a number and a code together."""
    desk = made(folder / "rights", count)
    file = folder / "rights" / "data" / "people.parquet"
    acts = [partial(find, desk, email=EMAIL), partial(bare, file), partial(find, desk, email=EMAIL, phone="0400000007", national_id=CODE)]
    one, plain, three = times(acts, rounds)
    name = f"a person among {count:,} rows of Parquet, by e-mail"
    return [
        timed(name, one, "DuckDB, one bare filter", plain, most=1.1),
        timed("the same, by e-mail, telephone and identity code", three, "DuckDB, one bare filter", plain),
        memory(name, partial(once, str(folder / "rights" / "j.duckdb"))),
    ]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        print(table(rows(Path(place), 3, int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)))
