"""Erasure that can be believed: what is counted, what is held, what acts beside it, what is certified."""

import contextlib
import csv
import json
import sqlite3
import stat
import unicodedata
from datetime import date

import duckdb
import pytest
from erasing import NOW, lay, put, rule
from house import rounds
from hypothesis import given, settings
from hypothesis import strategies as st

import ivplus_tools as ivp
from ivplus_tools import _sources
from ivplus_tools._sources import ledger
from ivplus_tools.errors import Refusal
from ivplus_tools.retention.approval import same_person
from ivplus_tools.retention.starts import day_of


@pytest.fixture
def desk(tmp_path):
    """A Desk of 1 June 2026."""
    return ivp.Desk(tmp_path / "j.duckdb", by="tt", lang="en", now=NOW)


def hold(*subjects, ident="h", **fields):
    """A hold on subjects."""
    told = {"subjects": list(subjects) or None, "reason": "x", "review_by": "2027-01-01"}
    return ivp.Hold(ident, **{**told, **fields})


def lite(path, script):
    """A SQLite file by a script; what a query gives."""
    with contextlib.closing(sqlite3.connect(path)) as con, con:
        con.executescript(script)
    return path


def asked(path, query):
    """The answer of a SQLite file."""
    with contextlib.closing(sqlite3.connect(path)) as con:
        return con.execute(query).fetchall()


def duck(path, *statements):
    """A DuckDB file by statements."""
    with contextlib.closing(duckdb.connect(str(path))) as con:
        for one in statements:
            con.execute(one)
    return path


def done(desk, **how):
    """The plan, approved by another and carried out."""
    return desk.retention.plan("r").approve("boss").execute("s", **how)


# --- every row is read, or the file is refused with its line

READ = {
    "a line that begins with a number sign": (b"id,x,d\n1,a,2020-01-01\n#2,b,2020-01-01\n3,c,2026-01-01\n", 3, 2),
    "a column called n, and one called N": (b"id,d,n\n1,2020-01-01,a\n2,2026-01-01,b\n", 2, 1),
    "an inch mark": (b'id,x,d\n1,5" pipe,2020-01-01\n2,"6"" pipe",2020-01-01\n', 2, 2),
    "old Macintosh line breaks": (b"id,d\r1,2020-01-01\r2,2026-01-01\r", 2, 1),
    "a separator told in the first line": (b"sep=;\nid;x;d\n1;a,b;2020-01-01\n", 1, 1),
    "Windows-1252": ("id;x;d\n1;Mäkinen €;2020-01-01\n2;Väänänen;2026-01-01\n".encode("cp1252"), 2, 1),
    "UTF-16": ("id\tx\td\r\n1\tMäkinen\t2020-01-01\r\n".encode("utf-16"), 1, 1),
    "lines of two systems": (b'id,x,d\r\n1,a,2020-01-01\n2,"b\r\nc",2020-01-01\r\n', 2, 2),
    "blank lines": (b"id,d\n\n1,2020-01-01\n\n\n2,2026-01-01\n\n", 2, 1),
}


@pytest.mark.parametrize("case", READ)
def test_every_row_of_a_text_file_is_read_and_only_the_overdue_go(desk, tmp_path, case):
    """Whatever its quotes, breaks and signs; every other byte stays."""
    told, total, overdue = READ[case]
    path = tmp_path / "t.csv"
    path.write_bytes(told)
    row = lay(desk, path)
    assert (row["total"], row["overdue"], row["unreadable"], row["unseen"]) == (total, overdue, 0, 0)
    done(desk, confirm=total if total == overdue else None)
    left = path.read_bytes()
    assert len(left) < len(told)
    assert desk.retention.scan("s").table.iloc[0][["total", "overdue"]].tolist() == [total - overdue, 0]


REFUSED = {
    "a title above the heading": (b"Report 2026\nid,d\n1,2020-01-01\n", "line 2"),
    "two exports in one file": (b"id,d\n1,2020-01-01\nd,id\n2020-01-01,2\n", "Line 3"),
    "a ragged line": (b"id,x,d\n1,a,2020-01-01\n2,b\n", "line 3"),
    "a quote that nobody closes": (b'id,x,d\n1,"a,2020-01-01\n2,b,2020-01-01\n', "line 2"),
    "no heading": (b"\n\n", "heading"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_cannot_be_read_whole_is_refused_with_its_line(desk, tmp_path, case):
    """Nothing is counted, and the sentence says where."""
    told, said = REFUSED[case]
    (tmp_path / "t.csv").write_bytes(told)
    with pytest.raises(Refusal, match=said):
        lay(desk, tmp_path / "t.csv")


def test_a_reader_that_passes_over_a_row_is_found_out(desk, tmp_path, monkeypatch):
    """The rows are counted a second time by their bytes: planted here, a reader that takes `#` for a comment."""
    from ivplus_tools._sources import files

    (tmp_path / "t.csv").write_text("id,d\n1,2020-01-01\n#2,2020-01-01\n")
    monkeypatch.setattr(files, "CSV", files.CSV.replace("comment = ''", "comment = '#'"))
    with pytest.raises(Refusal, match=r"1 rows were read, but it has 2.*t.csv:3"):
        lay(desk, tmp_path / "t.csv")


def test_sheets_packed_files_hive_folders_and_views(desk, tmp_path):
    """The second sheet, a gz file, days as folders and a view are counted; a view is erased in its table."""
    import gzip

    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["id", "d"])
    second = book.create_sheet("Asiakkaat")
    second.append(["id", "d"])
    second.append([1, date(2020, 1, 1)])
    book.save(tmp_path / "b.xlsx")
    assert lay(desk, tmp_path / "b.xlsx", table="b!Asiakkaat")["overdue"] == 1
    with gzip.open(tmp_path / "t.csv.gz", "wt") as file:
        file.write("id,d\n1,2020-01-01\n2,2026-01-01\n")
    assert lay(desk, tmp_path / "t.csv.gz")["overdue"] == 1
    done(desk)
    assert gzip.decompress((tmp_path / "t.csv.gz").read_bytes()) == b"id,d\n2,2026-01-01\n"
    for day in ("2020-01-01", "2026-01-01"):
        (tmp_path / "lake" / f"d={day}").mkdir(parents=True)
        duckdb.sql("SELECT 1 AS id, 'x' AS x").write_parquet(str(tmp_path / "lake" / f"d={day}" / "a.parquet"))
    assert lay(desk, tmp_path / "lake", table="lake")["overdue"] == 1
    done(desk)
    assert desk.retention.scan("s").table.iloc[0]["total"] == 1
    script = "CREATE TABLE a (id, d); INSERT INTO a VALUES (1, '2020-01-01'); CREATE VIEW t AS SELECT * FROM a;"
    assert lay(desk, lite(tmp_path / "v.sqlite", script))["overdue"] == 1
    with pytest.raises(Refusal, match="view"):
        desk.retention.plan("r")
    assert "t" not in set(desk.retention.findings().query("code == 'RET-007'")["finding"])


# --- what is a day

DAYS = [
    ("2020-01-01", (), date(2020, 1, 1)), (" 2020-01-01 23:59:59.5 ", (), date(2020, 1, 1)),
    ("2019-12-31T22:30:00Z", (), date(2020, 1, 1)), ("2019-12-31T22:30:00+02:00", (), date(2019, 12, 31)),
    ("2015-01-01/2030-12-31", (), None), ("2015-01-01 until further notice", (), None),
    ("2020-02-30", (), None), ("2020-01-01 25:00", (), None), ("31.12.2020", (), None),
    ("31.12.2020", ("d.M.yyyy",), date(2020, 12, 31)), (" 1.3.2021 ", ("ISO", "d.M.yyyy"), date(2021, 3, 1)),
    ("2021-03-01", ("ISO", "d.M.yyyy"), date(2021, 3, 1)), ("20210301", ("yyyymmdd",), date(2021, 3, 1)),
    ("1577829600", ("epoch_s",), date(2020, 1, 1)), ("1577829599999", ("epoch_ms",), date(2019, 12, 31)),
    ("43831", ("excel",), date(2020, 1, 1)), ("43831.75", ("excel",), date(2020, 1, 1)), ("59", ("excel",), None),
    ("٢٠٢٠-01-01", (), None), ("", (), None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "formats", "day"), DAYS)
def test_a_start_is_a_day_only_where_its_whole_text_fits(text, formats, day):
    """In the declared forms, ISO where none is declared; an offset means the day in Helsinki."""
    assert day_of(text, formats) == day


def test_an_instant_is_the_same_day_on_every_engine(desk, tmp_path, postgres):
    """Text with Z or an offset, and the types that know a zone: 22:30 of New Year's Eve in UTC is 2020 in Helsinki."""
    texts = ["2019-12-31T22:30:00Z", "2019-12-31T21:59:59Z", "2020-06-01 02:00:00+02:00", "2026-01-01T00:00:00+02:00"]
    (tmp_path / "t.csv").write_text("id,d\n" + "".join(f"{n},{text}\n" for n, text in enumerate(texts)))
    (tmp_path / "t.jsonl").write_text("".join(json.dumps({"id": n, "d": text}) + "\n" for n, text in enumerate(texts)))
    rows = ", ".join(f"('{n}', '{text}')" for n, text in enumerate(texts))
    lite(tmp_path / "t.sqlite", f"CREATE TABLE t (id, d); INSERT INTO t VALUES {rows};")
    duck(tmp_path / "t.duckdb", "CREATE TABLE t (id VARCHAR, d TIMESTAMPTZ)", f"INSERT INTO t VALUES {rows}")
    places = [tmp_path / name for name in ("t.csv", "t.jsonl", "t.sqlite", "t.duckdb")]
    import psycopg

    with psycopg.connect(postgres, autocommit=True) as con:
        con.execute("DROP TABLE IF EXISTS t CASCADE")
        con.execute("CREATE TABLE t (id text, d text, z timestamptz)")
        con.execute(f"INSERT INTO t SELECT a, b, b::timestamptz FROM (VALUES {rows}) AS v (a, b)")
    found = {}
    for place, column in [*((place, "d") for place in places), (postgres, "d"), (postgres, "z")]:
        row = lay(desk, place, start_column=column, period="P6Y", start_event="CY_OF_EVENT")
        keys = sorted(desk.retention.scan("s", on="2026-06-01").overdue("r"))
        found[f"{place} {column}"] = (*map(int, row[["total", "unreadable", "overdue"]]), *keys)
    assert set(found.values()) == {(4, 0, 1, "1")}, found


def test_finnish_dates_and_fillers_are_told_until_they_are_declared(desk, tmp_path):
    """Undeclared they are counted apart and stay; declared they are days, or no start."""
    rows = ["1,31.12.2020", "2, 1.3.2021 ", "3,2020-01-01", "4,1900-01-01", "5,9999-12-31", "6,1753-01-01", "7,"]
    (tmp_path / "t.csv").write_text("id,d\n" + "\n".join(rows) + "\n")
    row = lay(desk, tmp_path / "t.csv")
    assert row[["total", "unreadable", "sentinel", "overdue", "no_start"]].tolist() == [7, 2, 3, 1, 3]
    found = desk.retention.findings().query("subject == 'r'")
    assert {"RET-006", "RET-020"} <= set(found["code"])
    plan = done(desk)
    told = plan.document("en").sections[0].lines
    assert {line.label: line.text for line in told if line.label in ("start not readable as a day", "start probably a filler")} == {
        "start not readable as a day": "2", "start probably a filler": "3",
    }  # fmt: skip
    assert (tmp_path / "t.csv").read_text().splitlines()[1:] == [one for one in rows if not one.startswith("3")]
    days = ["1900-01-01", "9999-12-31", "1753-01-01"]
    row = lay(desk, tmp_path / "t.csv", source={"no_start_days": days}, date_format=["ISO", "d.M.yyyy"])
    assert row[["total", "unreadable", "sentinel", "overdue", "no_start"]].tolist() == [6, 0, 0, 2, 4]
    with pytest.raises(Refusal, match="one"):
        rule(date_format=["excel", "epoch_s"])


def test_a_condition_and_the_latest_of_another_table(desk, tmp_path):
    """Only rows that meet it, the others told; the clock starts from the customer's last order, on files and databases."""
    script = """
    CREATE TABLE t (id TEXT, status TEXT);
    INSERT INTO t VALUES ('a', 'closed'), ('b', 'closed'), ('c', 'open'), ('e', 'closed');
    CREATE TABLE orders (customer TEXT, d TEXT);
    INSERT INTO orders VALUES ('a', '2019-01-01'), ('a', '2020-01-01'), ('b', '2019-01-01'), ('b', '2026-01-01'), ('c', '2019-01-01');
    """
    lite(tmp_path / "t.sqlite", script)
    (tmp_path / "f").mkdir()
    for table, head in (("t", "id,status"), ("orders", "customer,d")):
        rows = asked(tmp_path / "t.sqlite", f"SELECT * FROM {table}")
        (tmp_path / "f" / f"{table}.csv").write_text(head + "\n" + "".join(",".join(row) + "\n" for row in rows))
    where = [ivp.RowCondition("status", comparison="is", value="closed")]
    for place in (tmp_path / "t.sqlite", tmp_path / "f"):
        row = lay(desk, place, where=where, start_table="orders", start_key="customer")
        assert row[["total", "outside", "overdue", "no_start"]].tolist() == [3, 1, 1, 1]
        assert list(desk.retention.scan("s").overdue("r")) == ["a"]
        done(desk)
        assert desk.retention.scan("s").table.iloc[0][["total", "overdue"]].tolist() == [2, 0]
    assert rule(period="2 vuotta").period == "P2Y"
    less = [ivp.RowCondition("status", comparison="less", value="5")]
    with pytest.raises(Refusal, match="order"):
        lay(desk, tmp_path / "f", where=less, start_table="orders", start_key="customer")


# --- holds


def test_a_hold_that_points_at_nothing_stops_erasing_and_is_told(desk, tmp_path):
    """A mistyped subject, one that is not under the named rule, a dangling name; a query without rows blocks nothing."""
    (tmp_path / "t.csv").write_text("id,d\nK1,2020-01-01\nK2,2026-01-01\nMäki,2020-01-01\n")
    wrong = [
        hold("K9"), hold("Ma\u0308ki"), hold("K1", rules=["r", "gone"]), hold("K1", activity="gone"),
        hold("K2", "K7", rules=["r"]),
    ]  # fmt: skip
    lay(desk, tmp_path / "t.csv")
    for one in wrong:
        put(desk, one)
        desk.retention.scan("s")
        assert {"RET-016", "RET-019"} & set(desk.retention.findings().query("subject == 'h' and severity == 'error'")["code"])
        with pytest.raises(Refusal, match="hold h"):
            desk.retention.plan("r")
    put(desk, hold(source="s", held_table="t", held_column="id", held_where={"id": "nobody"}))
    scan = desk.retention.scan("s")
    assert "finds no data subject" in repr(scan)
    assert "RET-026" in set(desk.retention.findings()["code"])
    put(desk, hold("K1"))
    assert done(desk).state == "done"
    assert (tmp_path / "t.csv").read_text() == "id,d\nK1,2020-01-01\nK2,2026-01-01\n"


def test_a_hold_may_ask_the_very_file_that_is_erased(desk, tmp_path):
    """A DuckDB file has one handle in a process: scan, plan and erasure ask through it."""
    rows = "('a', DATE '2020-01-01', 'dispute'), ('b', DATE '2020-01-01', ''), ('c ', DATE '2020-01-01', 'dispute')"
    path = duck(tmp_path / "t.duckdb", "CREATE TABLE t (id VARCHAR, d DATE, note VARCHAR)", f"INSERT INTO t VALUES {rows}")
    lay(desk, path, hold(source="s", held_table="t", held_column="id", held_where={"note": "dispute"}))
    assert done(desk).state == "done"
    with contextlib.closing(duckdb.connect(str(path))) as con:
        assert con.execute("SELECT id FROM t ORDER BY id").fetchall() == [("a",), ("c ",)]


def test_a_plan_kept_overnight_sees_the_holds_of_today(tmp_path, monkeypatch):
    """The Plan and its room are of yesterday; a hold recorded since stops it."""
    (tmp_path / "t.csv").write_text("id,d\nK1,2020-01-01\nK2,2026-01-01\n")
    monkeypatch.setenv("IVPLUS_NOW", "2026-06-01T16:00")
    desk = ivp.Desk(tmp_path / "j.duckdb", by="tt", lang="en")
    lay(desk, tmp_path / "t.csv")
    plan = desk.retention.plan("r").approve("boss")
    monkeypatch.setenv("IVPLUS_NOW", "2026-06-02T09:00")
    later = ivp.Desk(tmp_path / "j.duckdb", by="tt", lang="en")
    later.retention.record(hold("K1"), valid_from="2026-06-02", why="x")
    with pytest.raises(Refusal):
        plan.execute("s")
    assert "K1" in (tmp_path / "t.csv").read_text()


TYPES = {
    "sqlite": ["TEXT", "TEXT COLLATE NOCASE", "TEXT COLLATE RTRIM", "INTEGER", "REAL", "NUMERIC", "", "BLOB"],
    "duckdb": ["VARCHAR", "VARCHAR COLLATE NOCASE", "BIGINT", "DOUBLE", "FLOAT", "DECIMAL(12,3)", "HUGEINT", "BLOB"],
    "postgres": ["text", "bpchar(8)", "varchar(20)", "bigint", "numeric(12,3)", "real", "double precision", "bytea", "money"],
    "csv": [""],
    "parquet": ["VARCHAR", "BIGINT", "FLOAT", "DECIMAL(12,3)"],
}
NUMBERS = ("BIGINT", "DOUBLE", "FLOAT", "DECIMAL", "HUGEINT", "INTEGER", "REAL", "NUMERIC", "bigint", "numeric", "real", "double", "money")
WORDS = ["K1", "k1", "K1 ", "Mäki", "Ma\u0308ki", "ß", "SS", "x y", "1'2", '"']
FIGURES = ["1", "2", "17", "-3", "1000000", "40", "5", "6"]


@st.composite
def tables(draw):
    """An engine, a type of key, rows of keys and days, and which of the keys are held."""
    engine = draw(st.sampled_from(sorted(TYPES)))
    kind = draw(st.sampled_from(TYPES[engine]))
    keys = FIGURES if kind.startswith(NUMBERS) else WORDS
    days = st.sampled_from(["2020-01-01", "2023-05-31", "2023-06-01", "2026-01-01"])
    rows = draw(st.lists(st.tuples(st.sampled_from(keys), days), min_size=2, max_size=12))
    held = draw(st.lists(st.sampled_from(rows), max_size=3)) if draw(st.booleans()) else []
    return engine, kind, rows, sorted({key for key, _ in held})


def laid(folder, engine, kind, rows, server):
    """The rows in a source; its location and what its rows are now."""
    values = [(key.encode() if kind in ("BLOB", "bytea") else key, day) for key, day in rows]
    if engine == "postgres":
        import psycopg

        with psycopg.connect(server, autocommit=True) as con:
            con.execute("DROP TABLE IF EXISTS t CASCADE")
            con.execute(f"CREATE TABLE t (id {kind}, d date)")
            for key, day in values:
                con.execute("INSERT INTO t VALUES (%s, %s)", [key, day])
        return server, lambda: psycopg.connect(server).execute("SELECT id, d::text FROM t").fetchall()
    path = folder / f"t.{engine}"
    if engine == "csv":
        quoted = ('"' + key.replace('"', '""') + '"' for key, _ in rows)
        path.write_text("id,d\n" + "".join(f"{key},{day}\n" for key, (_, day) in zip(quoted, rows, strict=True)))
        return path, lambda: [tuple(row) for row in csv.reader(path.open(newline=""))][1:]
    if engine == "sqlite":
        with contextlib.closing(sqlite3.connect(path)) as con, con:
            con.execute(f"CREATE TABLE t (id {kind}, d TEXT)")
            con.executemany("INSERT INTO t VALUES (?, ?)", values)
        return path, lambda: asked(path, "SELECT id, d FROM t")
    with contextlib.closing(duckdb.connect(str(path) if engine == "duckdb" else ":memory:")) as con:
        con.execute(f"CREATE TABLE t (id {kind}, d DATE)")
        con.executemany("INSERT INTO t VALUES (?, ?)", values)
        if engine == "parquet":
            con.execute(f"COPY t TO '{path}'")
    if engine == "parquet":
        return path, lambda: duckdb.sql(f"SELECT id, d::VARCHAR FROM '{path}'").fetchall()

    def read():
        with contextlib.closing(duckdb.connect(str(path))) as con:
            return con.execute("SELECT id, d::VARCHAR FROM t").fetchall()

    return path, read


def folded(key):
    """A key without its blanks, in one case and composition, as a reader would take two keys for one."""
    return unicodedata.normalize("NFC", "".join(key.split()).casefold())


@given(case=tables())
@settings(max_examples=rounds(600, 6), deadline=None)
def test_no_held_row_is_in_a_list_a_plan_or_an_erasure(tmp_path_factory, postgres, case):
    """Over engines, types of keys, collations and holds: scan's overdue is the plan's rows, and held rows stay."""
    engine, kind, rows, held = case
    folder = tmp_path_factory.mktemp("held")
    desk = ivp.Desk(folder / "j.duckdb", by="tt", lang="en", now=NOW)
    place, read = laid(folder, engine, kind, rows, postgres)
    before = read()
    row = lay(desk, place, *([hold(*held)] if held else []))
    folds = {folded(one) for one in held} - {""} if kind not in ("BLOB", "bytea") else set()
    mine = [one for one, (key, _) in zip(before, rows, strict=True) if key in held or folded(key) in folds]
    if not row["overdue"]:
        with pytest.raises(Refusal):
            desk.retention.plan("r")
        return
    found = list(desk.retention.scan("s").overdue("r"))
    assert len(found) == row["overdue"]
    if kind == "bpchar(8)" or "RTRIM" in kind:  # blanks at the end are no part of such a key
        held = [one.rstrip() for one in held]
    assert not set(held) & set(found)
    plan = desk.retention.plan("r")
    assert int(plan.record.rows_count) == row["overdue"]
    plan.approve("boss").execute("s", confirm=len(rows) if row["overdue"] == len(rows) else None)
    after = read()
    assert len(after) == len(rows) - row["overdue"]
    assert all(one in after for one in mine)
    assert all(one in after for one in before if one[1] > "2023-05-31")
    assert desk.retention.scan("s").table.iloc[0]["overdue"] == 0


def test_a_type_without_equality_is_refused_while_a_hold_exists(desk, postgres):
    """Of JSON keys in PostgreSQL nothing could be shown to be free."""
    import psycopg

    with psycopg.connect(postgres, autocommit=True) as con:
        con.execute("DROP TABLE IF EXISTS t CASCADE")
        con.execute("CREATE TABLE t (id json, d date)")
        con.execute("""INSERT INTO t VALUES ('"a"', '2020-01-01'), ('"b"', '2026-01-01')""")
    assert lay(desk, postgres)["overdue"] == 1
    with pytest.raises(Refusal, match="cannot be compared"):
        lay(desk, postgres, hold('"a"'))


# --- what acts beside an erasure, what is out of sight


def test_triggers_and_keys_are_named_before_and_in_the_certificate(desk, tmp_path):
    """SQLite: a history table that a trigger fills, and a cascade; refused until each is named."""
    script = """
    CREATE TABLE t (id TEXT PRIMARY KEY, d TEXT, name TEXT); CREATE TABLE log (id, name);
    CREATE TABLE orders (t TEXT REFERENCES t ON DELETE CASCADE);
    CREATE TRIGGER k AFTER DELETE ON t BEGIN INSERT INTO log VALUES (old.id, old.name); END;
    CREATE TRIGGER other AFTER INSERT ON t BEGIN SELECT 1; END;
    INSERT INTO t VALUES ('1', '2020-01-01', 'Anna'), ('2', '2026-01-01', 'Bo'); INSERT INTO orders VALUES ('1'), ('2');
    """
    path = lite(tmp_path / "t.sqlite", script)
    lay(desk, path)
    plan = desk.retention.plan("r").approve("boss")
    assert plan.record.acting == ("trigger k", "key orders")
    with pytest.raises(Refusal, match="trigger k, key orders"):
        plan.execute("s")
    assert len(asked(path, "SELECT * FROM t")) == 2
    again = desk.retention.plan("r").approve("boss").execute("s", triggers=["k", "orders"])
    assert again.certificate.acting == ("trigger k", "key orders")
    assert again.certificate.touched == ("log: 0 → 1", "orders: 2 → 1")
    assert "log: 0 → 1" in str(again.document("fi").sections[0])


def test_a_duckdb_source_reaches_nothing_outside_itself(desk, tmp_path):
    """A view that reads a file fails in one line; a trigger is named, and fires only then."""
    (tmp_path / "secret.txt").write_text("S3CRET")
    path = duck(
        tmp_path / "t.duckdb", "CREATE TABLE t (id VARCHAR, d DATE)", "CREATE TABLE log (x VARCHAR)",
        f"CREATE VIEW v AS SELECT content AS id, DATE '2020-01-01' AS d FROM read_text('{tmp_path}/secret.txt')",
        "CREATE TRIGGER k AFTER DELETE ON t REFERENCING OLD TABLE AS o FOR EACH STATEMENT INSERT INTO log SELECT id FROM o",
        "INSERT INTO t VALUES ('a', '2020-01-01'), ('b', '2026-01-01')",
    )  # fmt: skip
    with pytest.raises(Refusal) as refused:
        lay(desk, path, table="v")
    assert "S3CRET" not in str(refused.value)
    lay(desk, path)
    with pytest.raises(Refusal, match="trigger k"):
        done(desk)
    assert done(desk, triggers=["k"]).certificate.touched == ("log: 0 → 1",)


def test_rows_that_a_server_hides_are_not_counted_as_none(desk, postgres):
    """Row-level security refused; inheriting tables told as unseen; triggers of partitions, rules and keys named."""
    import psycopg

    with psycopg.connect(postgres, autocommit=True) as con:
        con.execute("DROP TABLE IF EXISTS t, p, kid, refs CASCADE")
        con.execute("CREATE TABLE t (id int PRIMARY KEY, d date)")
        con.execute("INSERT INTO t VALUES (1, '2020-01-01'), (2, '2020-01-01'), (3, '2026-01-01')")
        con.execute("DROP ROLE IF EXISTS officer")
        con.execute("CREATE ROLE officer LOGIN")
        con.execute("GRANT ALL ON t TO officer")
        con.execute("ALTER TABLE t ENABLE ROW LEVEL SECURITY")
        con.execute("CREATE POLICY p ON t USING (id <> 2)")
        officer = psycopg.conninfo.conninfo_to_dict(postgres)
        place = f"postgresql://officer@{officer['host']}:{officer['port']}/{officer['dbname']}"
        with pytest.raises(Refusal, match="row-level security"):
            lay(desk, place)
        con.execute("ALTER TABLE t DISABLE ROW LEVEL SECURITY")
        assert lay(desk, place)["total"] == 3
        con.execute("CREATE TABLE kid () INHERITS (t)")
        con.execute("INSERT INTO kid VALUES (4, '2020-01-01')")
        row = lay(desk, postgres)
        assert row[["total", "unseen", "overdue"]].tolist() == [3, 1, 2]
        assert "RET-021" in set(desk.retention.findings()["code"])
        assert done(desk).certificate.unseen == "1"
        assert con.execute("SELECT count(*) FROM t").fetchone() == (2,)
        con.execute("CREATE TABLE p (id int, d date) PARTITION BY RANGE (d)")
        con.execute("CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2000-01-01') TO ('2030-01-01')")
        con.execute("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN old; END'")
        con.execute("CREATE TRIGGER k BEFORE DELETE ON p1 FOR EACH ROW EXECUTE FUNCTION f()")
        con.execute("INSERT INTO p VALUES (1, '2020-01-01'), (2, '2026-01-01')")
        lay(desk, postgres, table="p")
        with pytest.raises(Refusal, match="trigger k"):
            done(desk)
        assert done(desk, triggers=["k"]).state == "done"
        con.execute("DROP TABLE p CASCADE")
        con.execute("DROP FUNCTION f CASCADE")
        con.execute("DROP TABLE kid, t CASCADE")


# --- four eyes, places, secrets


@pytest.mark.parametrize("name", ["тt", "t\u034ft", "t\ufe0ft", "tt.", "T T", "ｔｔ", "ТТ", "t\u200bt", "𝐭t"])
def test_a_name_that_looks_like_the_planners_is_the_planners(name):
    """Letters of other scripts, signs that are not seen, full stops."""
    assert same_person(name, "tt")
    assert not same_person("boss", "tt")


def test_who_approved_is_certified_as_it_is_known(desk, tmp_path):
    """At the planner's desk: named by the planner; at their own: recorded by them; alone: said."""
    for how, approve in {
        "named": lambda plan: plan.approve("boss"),
        "own_desk": lambda plan: ivp.Desk(tmp_path / "j.duckdb", by="boss", lang="en", now=NOW).retention.approve(plan.id, "boss"),
        "single": lambda plan: plan.approve("tt", single_officer=True),
    }.items():
        (tmp_path / "t.csv").write_text("id,d\n1,2020-01-01\n2,2026-01-01\n")
        lay(desk, tmp_path / "t.csv")
        plan = desk.retention.plan("r")
        with pytest.raises(Refusal):
            plan.approve("tt.")
        approve(plan)
        plan.execute("s")
        assert plan.certificate.approved_how == how
        told = {line.label: line.text for line in plan.document("fi").sections[0].lines}
        assert told["miten hyväksyntä tiedetään"]


def test_plans_counts_and_certificates_are_written_by_their_own_acts_only(desk, tmp_path):
    """Not recorded, not ended; a plan approved for one place is not carried out at another."""
    (tmp_path / "t.csv").write_text("id,d\n1,2020-01-01\n2,2026-01-01\n")
    lay(desk, tmp_path / "t.csv")
    plan = desk.retention.plan("r").approve("boss")
    for record in (plan.record.replace(plan_state="done"), desk.retention.get("s", "scan")):
        with pytest.raises(Refusal, match="own step"):
            desk.retention.record(record, valid_from="2026-06-01", why="x")
    with pytest.raises(Refusal, match="own step"):
        desk.retention.end(plan.id, valid_from="2026-06-01", why="x")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "t.csv").write_bytes((tmp_path / "t.csv").read_bytes())
    put(desk, ivp.Source("s", location=str(tmp_path / "other" / "t.csv")))
    with pytest.raises(Refusal, match="another place"):
        plan.execute("s")
    put(desk, ivp.Source("s", location=str(tmp_path / "t.csv")))
    with pytest.raises(Refusal, match="another place"):
        plan.execute("s", location=str(tmp_path / "other" / "t.csv"))
    ledger.forget_secret(tmp_path / "j.duckdb", f"plan-{ledger.tag_of(plan.id)}")
    with pytest.raises(Refusal, match="key file"):
        plan.execute("s")


def test_no_value_of_a_cell_and_no_hash_of_a_key_is_in_the_journal(desk, tmp_path):
    """Errors of every engine are told without what they hold; the hash of keys needs a secret that is gone."""
    marker = "Aino-Salainen"
    (tmp_path / "t.csv").write_text(f'id,d,x\n{marker},2020-01-01,a\n2,2026-01-01,"{marker}\n')
    with pytest.raises(Refusal) as refused:
        lay(desk, tmp_path / "t.csv")
    assert marker not in str(refused.value)
    desk.retention.scan()
    script = f"""CREATE TABLE t (id TEXT, d TEXT); INSERT INTO t VALUES ('{marker}', '2020-01-01'), ('{marker}2', '2026-01-01');
    CREATE TRIGGER k BEFORE DELETE ON t BEGIN SELECT RAISE(ABORT, '{marker}'); END;"""
    lay(desk, lite(tmp_path / "t.sqlite", script))
    with pytest.raises(Refusal) as refused:
        done(desk, triggers=["k"])
    assert marker not in str(refused.value)
    lay(
        desk,
        duck(
            tmp_path / "t.duckdb",
            "CREATE TABLE t (id VARCHAR, d DATE)",
            f"INSERT INTO t VALUES ('{marker}', '2020-01-01'), ('x', '2026-01-01')",
        ),
    )
    plan = desk.retention.plan("r").approve("boss")
    key = f"plan-{ledger.tag_of(plan.id)}"
    assert ledger.secret(tmp_path / "j.duckdb", key)  # while it is open, the rows can be compared
    plan.execute("s")
    assert ledger.secret(tmp_path / "j.duckdb", key) is None
    for path in (tmp_path / "j.duckdb", *(tmp_path / "j.duckdb.secrets").iterdir()):
        assert marker.encode() not in path.read_bytes()
    assert stat.S_IMODE((tmp_path / "j.duckdb.secrets").stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "location",
    [
        "postgresql://dpo%40srv:S3cret!@h/d", "postgresql://u:S3cret@h/d", "postgresql://h/d?password=S3cret",
        "postgres://h/d?passfile=/S3cret", "postgresql://u:S3%40cret@h:5432/d?sslmode=require",
    ],
)  # fmt: skip
def test_a_password_in_any_form_of_a_location_is_refused(desk, location):
    """As the driver reads it; and it is not repeated."""
    with pytest.raises(Refusal) as refused:
        put(desk, ivp.Source("s", location=location))
    assert "cret" not in str(refused.value)


# --- files are put in place, and what is kept


def test_what_is_not_erased_of_a_file_stays_as_it_is(desk, tmp_path):
    """Parquet keeps codec, metadata and types; JSON Lines its bytes; a file its mode."""
    path = tmp_path / "t.parquet"
    duckdb.sql(
        f"""COPY (SELECT 'K' || i AS id, DATE '2020-01-01' + i::INT * 300 AS d, i::DECIMAL(9,2) AS m, uuid() AS u FROM range(20) r(i))
        TO '{path}' (COMPRESSION snappy, KV_METADATA {{own: 'kept'}})"""
    )
    path.chmod(0o640)
    before = duckdb.sql(f"SELECT * FROM '{path}' WHERE d >= '2023-06-01' ORDER BY id").fetchall()
    lay(desk, path)
    done(desk)
    assert duckdb.sql(f"SELECT * FROM '{path}' ORDER BY id").fetchall() == before
    assert duckdb.sql(f"SELECT DISTINCT compression FROM parquet_metadata('{path}')").fetchall() == [("SNAPPY",)]
    assert (b"own", b"kept") in duckdb.sql(f"SELECT key, value FROM parquet_kv_metadata('{path}')").fetchall()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    lines = [
        '{"id": "K1" , "d":"2020-01-01","note":"\\u00e4\\/ä", "n": 1.50}\r\n', '{"n":2e3,"id":"K2","d":"2026-01-01"}\r\n', "\n",
        '{"note":null,"id":"K3","d":"2020-02-02","n":7}',
    ]  # fmt: skip
    path = tmp_path / "t.jsonl"
    path.write_bytes("".join(lines).encode())
    recipe = [
        {"column": "d", "recipe_how": "year"}, {"column": "note", "recipe_how": "keep"},
        {"column": "n", "recipe_how": "bin", "recipe_size": 5},
    ]  # fmt: skip
    lay(desk, path, action="anonymise", recipe=recipe)
    done(desk)
    assert path.read_bytes().decode() == "".join(
        [
            '{"id": null , "d":"2020-01-01","note":"\\u00e4\\/ä", "n": 0.0}\r\n', lines[1], lines[2],
            '{"note":null,"id":null,"d":"2020-01-01","n":5.0}',
        ]
    )  # fmt: skip


def test_two_plans_keep_two_copies_and_a_glob_is_counted_meanwhile(desk, tmp_path):
    """Rules whose names are alike have files of their own; old files are no part of the table."""
    (tmp_path / "f").mkdir()
    (tmp_path / "f" / "t.csv").write_text("id,d,e\n1,2020-01-01,\n2,,2020-01-01\n3,2026-01-01,\n")
    lay(desk, tmp_path / "f" / "t*", table="f")
    put(desk, rule("a/b", table="f"), rule("a-b", table="f", start_column="e"))
    for name in ("a/b", "a-b"):
        assert desk.retention.plan(name).approve("boss").execute("s").certificate.remaining == "0"
    assert len(list((tmp_path / "f").glob("*.ivplus-old"))) == 2
    assert desk.retention.scan("s").of("r").count.total == "1"
    for ident in desk.retention.certificates()["id"]:
        desk.retention.confirm(ident)
    assert [path.name for path in (tmp_path / "f").iterdir()] == ["t.csv"]


def test_rows_appended_to_the_old_file_are_not_lost(desk, tmp_path):
    """A writer that had the file open writes to the kept copy: told as an error, and the copy is not deleted."""
    path = tmp_path / "t.csv"
    path.write_text("id,d\n1,2020-01-01\n2,2026-01-01\n")
    lay(desk, path)
    with path.open("a") as writer:
        plan = done(desk)
        writer.write("3,2026-02-02\n")
    scan = desk.retention.scan("s")
    assert "written to after" in repr(scan)
    assert "RET-024" in set(desk.retention.findings()["code"])
    with pytest.raises(Refusal, match="written to after"):
        plan.confirm()
    [kept] = tmp_path.glob("*.ivplus-old")
    assert kept.read_text().endswith("3,2026-02-02\n")


# --- what a backup brings back


def test_rows_that_a_backup_brings_back_are_told(desk, tmp_path):
    """Counted by the ledger beside the journal; without its secret it cannot be told; it ends with the oldest backup."""
    path, old = tmp_path / "t.csv", "id,d\n1,2020-01-01\n2,2026-01-01\n3,2020-02-02\n"
    path.write_text(old)
    lay(desk, path, source={"backup_kept": "6 kuukautta"})
    certificate = done(desk).certificate
    assert (certificate.remaining, str(certificate.ledger_until)) == ("0", "2026-12-01")
    assert desk.retention.scan("s").table.iloc[0]["returned"] == 0
    path.write_text(old + "4,2020-03-03\n")
    row = desk.retention.scan("s").table.iloc[0]
    assert row[["overdue", "returned"]].tolist() == [3, 2]
    assert "RET-022" in set(desk.retention.findings()["code"])
    name = f"ledger-{ledger.tag_of('s')}"
    key = ledger.folder_of(tmp_path / "j.duckdb") / f"{name}.key"
    secret = key.read_text()
    for other in (None, "00" * 32):
        key.unlink() if other is None else key.write_text(other)
        row = desk.retention.scan("s").table.iloc[0]
        assert str(row["returned"]) == "<NA>"
        assert "RET-023" in set(desk.retention.findings()["code"])
    key.write_text(secret)
    later = ivp.Desk(tmp_path / "j.duckdb", by="tt", lang="en", now="2026-12-02T09:00", trust_clock=True)
    later.retention.scan("s")
    assert not key.exists()
    assert "RET-023" not in set(later.retention.findings()["code"])


def test_sources_tell_where_they_are_and_nothing_else():
    """`_sources.checked` takes a place without a secret."""
    assert _sources.checked("postgresql://dpo@h/d") == "postgresql://dpo@h/d"
