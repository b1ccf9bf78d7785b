"""Looking for personal data: a table of 38 columns whole, beside decoding it and beside what a user would do with expressions; memory."""

import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import duckdb
from measuring import Row, memory, table

from ivplus_tools import _sources
from ivplus_tools.discovery import counting, judging

ROWS = 1_000_000
GOAL = 4_500
"""Thousand values for each second of a processor."""
PEERS = {"presidio": 3_000, "colscan": 100}
"""How many times as quick the search is to be."""
MADE = """
COPY (
WITH b AS (SELECT i, CAST(hash(i) >> 2 AS BIGINT) AS h, CAST(hash(i + 1) >> 2 AS BIGINT) AS h2, CAST(hash(i + 2) >> 2 AS BIGINT) AS h3,
  DATE '1930-01-01' + CAST((hash(i * 7) >> 2) % 30000 AS INTEGER) AS born FROM range({rows}) t(i)),
c AS (SELECT *, strftime(born, '%d%m%y') AS d, CAST(900 + h % 100 AS VARCHAR) AS n FROM b)
SELECT i AS id,
  d || CASE WHEN year(born) < 2000 THEN ['-', 'Y', 'X', 'W', 'V', 'U'][1 + h2 % 6] ELSE ['A', 'B', 'C'][1 + h2 % 3] END || n || substr({letters}, CAST(CAST(d || n AS BIGINT) % 31 AS INTEGER) + 1, 1) AS hetu,
  d || '-' || n || substr({letters}, CAST((CAST(d || n AS BIGINT) + 1 + h % 29) % 31 AS INTEGER) + 1, 1) AS viitetunnus,
  ['Maija', 'Matti', 'Aino', 'Eino', 'Helmi', 'Olavi', 'Kalle', 'Sari', 'Tuula', 'Pekka'][1 + h % 10] AS etunimi,
  ['Virtanen', 'Korhonen', 'Nieminen', 'Mäkinen', 'Laine', 'Koskinen'][1 + h2 % 6] AS sukunimi,
  ['Maija', 'Matti', 'Aino', 'Eino'][1 + h % 4] || ' ' || ['Virtanen', 'Korhonen', 'Nieminen'][1 + h2 % 3] AS c7,
  'user' || i || '@example.fi' AS c8, '040 000 ' || lpad(CAST(h % 10000 AS VARCHAR), 4, '0') AS puh,
  ['Mallikatu', 'Koivutie', 'Rantakuja'][1 + h % 3] || ' ' || (1 + h2 % 99) || ' A ' || (1 + h3 % 40) AS osoite,
  '4' || lpad(CAST(h % 1000000000000000 AS VARCHAR), 15, '0') AS ref16, strftime(born, '%d.%m.%Y') AS syntynyt,
  (31 + h % 190) || '.' || (h2 % 256) || '.' || (h3 % 256) || '.' || (h % 256) AS ip,
  chr(CAST(65 + h % 26 AS INTEGER)) || chr(CAST(65 + h2 % 26 AS INTEGER)) || chr(CAST(65 + h3 % 26 AS INTEGER)) || '-' || (1 + h % 999) AS rekisterinumero,
  'Asiakas soitti ja kysyi laskusta, joka on erääntynyt; luvattiin palata asiaan huomenna tai viimeistään ensi viikolla. ' || CASE WHEN h % 20 = 0 THEN 'Puh 040 0001234, user' || i || '@example.fi' ELSE '' END AS huomautus,
  ['diabetes', 'astma', 'ei', ''][1 + h % 4] AS terveystieto,
  CASE WHEN h % 10 < 4 THEN d || '-' || n || substr({letters}, CAST(CAST(d || n AS BIGINT) % 31 AS INTEGER) + 1, 1) ELSE 'TILAUS-' || h % 100000 END AS sekalainen,
  'ORD-' || lpad(CAST(h % 100000000 AS VARCHAR), 8, '0') AS tilausnro, (h % 10) || '.' || (h2 % 20) || '.' || (h3 % 30) || '.' || (h % 9) AS versio,
  lower(hex(h)) || '-' || lower(hex(h2)) AS guid, CAST(1600000000000 + h % 100000000000 AS VARCHAR) AS epoch,
  ['Lahti', 'Turku', 'Oulu', 'Helsinki'][1 + h % 4] AS kaupunki, ['uusi', 'avoin', 'suljettu'][1 + h2 % 3] AS tila, ['punainen', 'sininen'][1 + h % 2] AS vari,
  ['EUR', 'SEK'][1 + h % 2] AS valuutta, 'SKU' || (h % 5000) AS sku, strftime(DATE '2020-01-01' + CAST(h % 2000 AS INTEGER), '%Y-%m-%d') AS luotu,
  'https://example.fi/p/' || (h % 100000) AS url, ['kpl', 'm', 'kg'][1 + h3 % 3] AS yksikko, 'Tuote ' || (h % 300) AS tuote, 'FI' || lpad(CAST(h % 100000000 AS VARCHAR), 8, '0') AS alv,
  lpad(CAST(h % 100000 AS VARCHAR), 5, '0') AS koodi5, 'rivi ' || (h % 1000) AS selite2, h % 100000 AS maara, (h2 % 10000) / 100.0 AS hinta, born AS synt,
  CAST(h % 2 AS BOOLEAN) AS lippu, CAST(h3 % 5 AS INTEGER) AS arvosana
FROM c) TO '{path}' (FORMAT parquet)
"""
PERSONAL = {
    "hetu", "etunimi", "sukunimi", "c7", "c8", "puh", "osoite", "syntynyt", "ip", "rekisterinumero", "huomautus", "terveystieto", "sekalainen", "synt",
}  # fmt: skip
EXPRESSIONS = [
    "[0-9]{6}[-+A-FU-Y][0-9]{3}[0-9A-Y]", "[^ @]+@[^ @]+[.][a-z]+", "[+]?[0-9][0-9 ()-]{6,}[0-9]", "[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}", "[0-9]{13,19}",
    "[0-9]{1,3}[.][0-9]{1,3}[.][0-9]{1,3}[.][0-9]{1,3}", "[A-ZÅÄÖ]{2,3}-[0-9]{1,3}", "[A-ZÅÄÖ][a-zåäö]+(katu|tie|kuja) [0-9]+",
]  # fmt: skip


def make(path: Path, rows: int) -> None:
    """A table of 38 columns; codes with the individual numbers of nobody."""
    letters = "'0123456789ABCDEFHJKLMNPRSTUVWXY'"
    duckdb.connect().execute(MADE.replace("{letters}", letters).replace("{rows}", str(rows)).replace("{path}", str(path)))


def look(path: Path) -> dict[str, judging.Found]:
    """What a scan tells of the file."""
    with _sources.opened(_sources.Place("d", str(path), None, Path("/"))) as engine:
        [table] = engine.tables()
        columns = list(engine.columns(table).values())
        [(ask, relation, own, _)] = _sources.pieces(engine, table, columns)
        return judging.told_of(judging.judge(table, counting.look(ask, relation, [one.name for one in columns], own), date(2026, 3, 2)))


def texts(path: Path) -> list[str]:
    """The columns of text."""
    return [name for name, kind, *_ in duckdb.sql(f"DESCRIBE FROM '{path}'").fetchall() if kind == "VARCHAR"]


def decode(path: Path) -> None:
    """The limit: every value read, nothing asked of it."""
    duckdb.sql("SELECT " + ", ".join(f"sum(strlen({name}))" for name in texts(path)) + f" FROM '{path}'").fetchall()


def plain(path: Path) -> None:
    """What a user would do otherwise: each expression over each column."""
    asked = ", ".join(f"count_if(regexp_matches({name}, '{one}'))" for name in texts(path) for one in EXPRESSIONS)
    duckdb.sql(f"SELECT {asked} FROM '{path}'").fetchall()


def cpu(act: Callable[[], object]) -> float:
    """Seconds of processor that an act takes, its threads included; the best of three."""
    found = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_SELF)
        act()
        after = resource.getrusage(resource.RUSAGE_SELF)
        found.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(found)


def beside(path: Path, python: str) -> list[Row]:
    """Peers over the first rows of the same table, in an interpreter that has them; values for each second of a processor."""
    speed = 1000 * values_of(path) / cpu(partial(look, path))
    done = subprocess.run([python, str(Path(__file__).with_name("peers.py")), str(path)], capture_output=True, text=True, check=True)
    found = []
    for told in map(json.loads, done.stdout.splitlines()):
        right, false = set(told["found"]) & PERSONAL, set(told["found"]) - PERSONAL
        theirs, goal = told["values"] / told["seconds"], PEERS[told["peer"]]
        text = f"{told['peer']}: {theirs / 1000:.1f}, {len(right)} of {len(PERSONAL)} columns, {len(false)} false, {told['rows']} rows"
        row = Row("thousand values a second of processor", f"{speed / 1000:.0f}", text, speed / theirs, f"≥ {goal}", speed >= goal * theirs)
        found.append(row)
    return found


def values_of(path: Path) -> float:
    """Thousand values of a table."""
    [(count,)] = duckdb.sql(f"SELECT count(*) FROM '{path}'").fetchall()
    return count * len(duckdb.sql(f"DESCRIBE FROM '{path}'").fetchall()) / 1000


def rows(folder: Path, rounds: int) -> list[Row]:  # noqa: ARG001  each act is run three times
    """Columns found and not, values for each second of a processor, and the peak of memory."""
    path = folder / "people.parquet"
    make(path, ROWS)
    found = {name for name, one in look(path).items() if one.confidence != judging.DOUBTFUL}
    told = f"{len(found & PERSONAL)} of {len(PERSONAL)} columns, {len(found - PERSONAL)} false"
    values = values_of(path)
    ours, limit, other = (cpu(partial(act, path)) for act in (look, decode, plain))
    speed = values / ours
    return [
        Row("columns of personal data, 38 columns", told, goal=f"{len(PERSONAL)} and 0", met=found == PERSONAL),
        Row("a million rows looked through, thousand values a second of processor", f"{speed:.0f}", f"decoding alone: {values / limit:.0f}",
            ours / limit, f"≥ {GOAL}", speed >= GOAL),
        Row("the same", f"{ours:.1f} s", f"eight expressions over each column: {other:.1f} s", ours / other),
        memory("the same", partial(look, path), "decoding", partial(decode, path)),
    ]  # fmt: skip


if __name__ == "__main__":  # `python benchmarks/discovery.py <an interpreter that has presidio-analyzer, colscan and duckdb>`
    with tempfile.TemporaryDirectory() as kept:
        made = Path(kept) / "people.parquet"
        make(made, ROWS)
        print(table(beside(made, sys.argv[1])))
