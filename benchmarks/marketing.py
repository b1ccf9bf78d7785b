"""A send list against consents and bans as of a day, beside a naive merge in pandas; with hashes of those who refused; memory."""

import time
from functools import partial
from pathlib import Path

import duckdb
import pandas as pd
from measuring import Row, memory

import ivplus_tools as ivp
from ivplus_tools.marketing.records import ConsentText, MarketingPurpose, MarketingTable

ROWS = 10_000_000
GOAL = 15
NOW = "2026-03-02T09:00"
LIST = "SELECT 'person.' || i || '@example.fi' AS email FROM range({start}, {end}) t(i)"
CONSENTS = """
SELECT CASE WHEN i % 50 = 0 THEN 'Person.' || i || '@Example.fi' ELSE 'person.' || i || '@example.fi' END AS email,
  DATE '2020-01-01' + CAST(hash(i) % 2200 AS INTEGER) AS given,
  CASE WHEN i % 10 = 0 THEN DATE '2020-01-02' + CAST(hash(i) % 2200 AS INTEGER) + CAST(hash(i + 1) % 300 AS INTEGER) END AS withdrawn
FROM range({rows}) t(i)
"""
BANS = "SELECT 'person.' || (i * 7) || '@example.fi' AS email, DATE '2022-01-01' + CAST(hash(i) % 1500 AS INTEGER) AS banned FROM range({bans}) t(i)"


def make(folder: Path, rows: int) -> ivp.Desk:
    """The tables of a company, and a list half of which has consents."""
    con = duckdb.connect()
    (folder / "data").mkdir(parents=True)
    told = {"start": rows // 2, "end": rows + rows // 2, "rows": rows, "bans": rows // 10}
    for name, query in (("data/consents", CONSENTS), ("data/bans", BANS), ("list", LIST)):
        con.execute(f"COPY ({query.format(**told)}) TO '{folder / name}.parquet' (FORMAT parquet)")
    con.close()
    desk = ivp.Desk(folder / "desk.duckdb", by="tt", lang="en", now=NOW)
    desk.source("data", str(folder / "data"))
    text = ConsentText("t", consent_purposes=["news"], consent_channels=["email"], version="1", text_from="2019-01-01", separate="yes")
    columns = {"consents": ["given", "withdrawn"], "bans": ["banned"]}
    tables = [
        MarketingTable(
            f"data/{name}", source="data", table=name, table_role=name, consent_text="t" if name == "consents" else None,
            marketing_columns=[{"column": "email", "marketing_role": "address"}, *({"column": one, "marketing_role": one} for one in more)],
        )
        for name, more in columns.items()
    ]  # fmt: skip
    desk.marketing.record([MarketingPurpose("news", refusal_in_messages="yes"), text, *tables], valid_from="2026-01-01", why="benchmark")
    return desk


def check(desk: ivp.Desk, folder: Path) -> int:
    """Rows that may be sent to."""
    return desk.marketing.check(folder / "list.parquet", "email", "news").allowed


def merged(folder: Path) -> int:
    """The same by pandas, as a user would: no odd spelling, no unreadable day."""
    key = lambda frame: frame["email"].str.strip().str.lower()  # noqa: E731
    on = pd.Timestamp("2026-03-02")
    sent, told, bans = (pd.read_parquet(folder / f"{name}.parquet") for name in ("list", "data/consents", "data/bans"))
    sent["k"], told["k"], bans["k"] = key(sent), key(told), key(bans)
    told = (
        told[pd.to_datetime(told["given"]) <= on].groupby("k", as_index=False).agg(given=("given", "max"), withdrawn=("withdrawn", "max"))
    )
    bans = bans[pd.to_datetime(bans["banned"]) <= on].groupby("k", as_index=False).agg(banned=("banned", "max"))
    found = sent.merge(told, on="k", how="left").merge(bans, on="k", how="left")
    given, withdrawn, banned = (pd.to_datetime(found[name]) for name in ("given", "withdrawn", "banned"))
    allowed = given.notna() & ~((withdrawn <= on) & (withdrawn >= given)) & (banned.isna() | (given > banned))
    return int(allowed.sum())


def timed(act: object) -> tuple[float, int]:
    """Seconds, and what came."""
    before = time.perf_counter()
    found = act()
    return time.perf_counter() - before, found


def rows(folder: Path, rounds: int) -> list[Row]:
    """Seconds of a check, with and without hashes; what pandas needs; the peak of memory."""
    size = ROWS if rounds > 1 else ROWS // 100
    place = folder / "marketing"
    desk = make(place, size)
    plain, found = timed(partial(check, desk, place))
    naive, same = timed(partial(merged, place))
    assert found == same, (found, same)
    desk.marketing.suppress("person.1@example.fi", "email", why="benchmark")
    hashed, _ = timed(partial(check, desk, place))
    name = f"{size:,} addresses against {size:,} consents and {size // 10:,} bans".replace(",", " ")
    return [
        Row(name, f"{plain:.1f} s", f"pandas: {naive:.1f} s", plain / naive, f"≤ {GOAL} s", plain <= GOAL),
        Row("the same, with the hashes of those who refused", f"{hashed:.1f} s", f"hashing: {hashed - plain:.1f} s"),
        memory("the same", partial(check, desk, place), "pandas", partial(merged, place)),
    ]
