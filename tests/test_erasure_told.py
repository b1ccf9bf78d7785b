"""What an erasure says of rows, files and days that it cannot be sure of."""

import contextlib
import datetime as dt
import re
import sqlite3
import unicodedata
from pathlib import Path

import duckdb
import pytest
from erasing import NOW, lay, put, rule

import ivplus_tools as ivp
from ivplus_tools import _sources
from ivplus_tools._sources import near
from ivplus_tools.errors import Refusal
from ivplus_tools.retention.approval import same_person


@pytest.fixture
def desk(tmp_path):
    """A Desk of 1 June 2026."""
    return ivp.Desk(tmp_path / "j.duckdb", by="tt", lang="en", now=NOW)


def hold(*subjects):
    """A hold on subjects."""
    return ivp.Hold("h", subjects=list(subjects), reason="x", review_by="2027-01-01")


def bodies(desk):
    """Everything that the journal holds, as text."""
    with contextlib.closing(duckdb.connect(str(desk.standpoint.path), read_only=True)) as con:
        return str(con.execute("FROM journal").fetchall())


# --- how days are written is looked at before it counts


def test_ten_examples_show_how_a_declared_form_reads_the_days(desk, tmp_path):
    """Those that are no day first, then the ends and what lies between; the rest is counted, and nothing is journaled."""
    days = [f"{day}.{month}.2020" for month in range(1, 13) for day in (1, 9, 13, 28)]
    rows = [*days, *days[:3], "31.2.2020", "kesken", "kesken", "2020-01-01", ""]
    (tmp_path / "t.csv").write_text("id,d\n" + "".join(f"{number},{day}\n" for number, day in enumerate(rows)))
    lay(desk, tmp_path / "t.csv")
    before = bodies(desk)
    found = desk.retention.dates("r", "d.M.yyyy")
    assert list(found.columns) == ["rule", "text", "day", "rows"]
    told = list(zip(found["text"], found["day"].dt.strftime("%d.%m.%Y").fillna("-"), found["rows"], strict=True))
    assert told[:4] == [("kesken", "-", 2), ("", "-", 1), ("2020-01-01", "-", 1), ("31.2.2020", "-", 1)]
    assert told[4] == ("1.1.2020", "01.01.2020", 2)
    assert told[9] == ("28.12.2020", "28.12.2020", 1)
    assert len(told) == 11
    assert "42 other texts that are a day" in told[10][0]
    assert found["rows"].sum() == len(rows)
    undeclared = desk.retention.dates("s")
    assert undeclared["day"].notna().sum() == 1
    assert "42 other texts that are no day" in "".join(undeclared["text"])
    with pytest.raises(Refusal, match="nobody"):
        desk.retention.dates("nobody")
    assert bodies(desk) == before


SERIALS = {"excel": ("44197", "2021-01-01"), "epoch_s": ("1609459199", "2021-01-01"), "yyyymmdd": ("20210101", "2021-01-01")}


@pytest.mark.parametrize("form", SERIALS)
def test_examples_are_the_texts_as_they_stand(desk, tmp_path, form):
    """On files and databases, numbers too: the very text of the table with its day."""
    text, day = SERIALS[form]
    with contextlib.closing(sqlite3.connect(tmp_path / "t.sqlite")) as con, con:
        con.execute("CREATE TABLE t (id TEXT, d INTEGER)")
        con.execute("INSERT INTO t VALUES ('1', ?)", [text])
    (tmp_path / "t.csv").write_text(f"id,d\n1,{text}\n")
    for place in ("t.csv", "t.sqlite"):
        lay(desk, tmp_path / place, date_format=form)
        found = desk.retention.dates("r").iloc[0]
        assert (found["text"], str(found["day"].date()), found["rows"]) == (text, day, 1)


def test_the_dashboard_shows_the_examples_when_a_form_is_chosen(desk, tmp_path):
    """Before anything is recorded or counted; without a rule it asks for one; a source that is gone is a sentence."""
    (tmp_path / "t.csv").write_text("id,d\n1,31.12.2020\n2,1.13.2020\n")
    put(desk, ivp.Source("s", location=str(tmp_path / "t.csv")), rule())
    board = ivp.forms.retention(desk)
    board.date_format.value = "d.M.yyyy"
    assert "rule first" in board.dates.value
    board.rule.value = "r"
    assert "31 Dec 2020" in board.dates.value
    assert "1.13.2020" in board.dates.value
    (tmp_path / "t.csv").unlink()
    board.date_format.value = "ISO"
    assert 'role="alert"' in board.dates.value
    board.date_format.value = ""
    assert board.dates.value == ""


# --- the file is named, not only the line

ODD = {
    "a ragged line": ("2.csv", b"id,d\n1,2020-01-01\n2\n", "b/2.csv, line 3, 1 columns, expected 2"),
    "a ragged line in another encoding": ("2.csv", "id,d\r\n\r\nä,2020-01-01\r\n2\r\n".encode("cp1252"), "b/2.csv, line 4, 1 columns"),
    "a ragged line after a title that is skipped": ("2.csv", b'sep=,\nid,d\n"1\n1",x\n1,2,3\n', "b/2.csv, line 5, 3 columns"),
    "an open quote": ("2.csv", b'id,d\n"1,2020-01-01\n', "line 2 of b/2.csv"),
    "a second heading": ("2.csv", b"id,d\n1,2020-01-01\nid,d\n", "Line 3 of b/2.csv"),
    "a title": ("2.csv", b"Report\nid,d\n1,2020-01-01\n", "b/2.csv"),
    "no heading": ("2.csv", b"\n", "b/2.csv"),
    "no JSON": ("2.jsonl", b'{"id": 1, "d": "2020-01-01"}\n[]\n', "b/2.jsonl"),
    "a cut Parquet file": ("2.parquet", b"PAR1xxxxxxxx", "b/2.parquet"),
    "a damaged Parquet file": ("2.parquet", None, "b/2.parquet"),
}


@pytest.mark.parametrize("case", ODD)
def test_of_several_files_the_one_is_named(desk, tmp_path, case):
    """Three files, two of one name: the refusal tells which, from the source's folder on, and the line."""
    name, told, said = ODD[case]
    kind = name.rpartition(".")[2]
    for number, folder in enumerate("abc"):
        path = tmp_path / "s" / folder / ("2" if folder != "c" else "3")
        path.parent.mkdir(parents=True)
        file = path.with_name(f"{path.name}.{kind}")
        keys_in(tmp_path, "csv" if kind == "csv" else "parquet", [f"K{number}"] * 500, None)
        if kind == "jsonl":
            file.write_text('{"id": "K", "d": "2020-01-01"}\n')
        else:
            (tmp_path / f"t.{kind}").rename(file)
    odd = tmp_path / "s" / "b" / name
    whole = odd.read_bytes()
    data = len(whole) - 8 - int.from_bytes(whole[-8:-4], "little")  # a Parquet file's footer stays whole
    odd.write_bytes(told if told is not None else whole[:4] + b"\xff" * (data - 4) + whole[data:])
    with pytest.raises(Refusal) as error:
        lay(desk, tmp_path / "s" / "*" / f"*.{kind}", table="s")
    assert said in str(error.value), str(error.value)
    assert str(tmp_path) not in str(error.value)


# --- keys that are almost a held one

TWINS = [
    "K1\t",
    " K1",
    "k1",
    "K1\u200b",
    "\u202aK1\u202c",
    "K\u00ad1",
    "K1\ufe0f",
    "ma\u0308ki 1",
    "MÄKI 1",
    "Mäki\u00a01",
    "STRASSE",
    "Straße ",
    "Ｋ１",
]
OTHERS = ["K11", "K", "1K", "Maki 1", "Mäki 2", "Strase", "x"]
HELD = ["K1", "Mäki 1", "Straße"]


def keys_in(folder, engine, keys, server):
    """A table of such keys, all overdue; its location."""
    rows = [(key, "2020-01-01") for key in keys]
    path = folder / f"t.{engine}"
    if engine == "postgres":
        import psycopg

        with psycopg.connect(server, autocommit=True) as con, con.cursor() as cursor:
            con.execute("DROP TABLE IF EXISTS t CASCADE")
            con.execute("CREATE TABLE t (id text, d date)")
            cursor.executemany("INSERT INTO t VALUES (%s, %s)", rows)
        return server
    if engine == "csv":
        path.write_text("id,d\n" + "".join(f'"{key}",{day}\n' for key, day in rows))
    elif engine == "sqlite":
        with contextlib.closing(sqlite3.connect(path)) as con, con:
            con.execute("CREATE TABLE t (id, d TEXT)")
            con.executemany("INSERT INTO t VALUES (?, ?)", rows)
    else:
        with contextlib.closing(duckdb.connect(str(path) if engine == "duckdb" else ":memory:")) as con:
            con.execute("CREATE TABLE t (id VARCHAR, d DATE)")
            con.executemany("INSERT INTO t VALUES (?, ?)", rows)
            if engine == "parquet":
                con.execute(f"COPY t TO '{path}'")
    return str(path)


def twins_are_told(desk, location):
    """Count a table of held keys, their twins and others, and find the twins apart in scan and finding."""
    row = lay(desk, location, hold(*HELD))
    counts = [len(HELD + TWINS + OTHERS), len(OTHERS), len(HELD + TWINS), len(TWINS)]
    assert row[["total", "overdue", "held", "doubtful"]].tolist() == counts
    assert sorted(desk.retention.scan("s").overdue("r")) == sorted(OTHERS)
    assert "doubtful" not in repr(desk.retention.scan("s"))
    assert f"key almost a held one {len(TWINS)}" in repr(desk.retention.scan("s"))
    about = desk.retention.findings().query("subject == 'r' and code == 'RET-021'").to_string()
    assert f"almost a held one {len(TWINS)}" in about


@pytest.mark.parametrize("engine", ["csv", "parquet", "duckdb", "sqlite", "postgres"])
def test_rows_whose_key_is_almost_held_are_told_and_stay(desk, tmp_path, request, engine):
    """Blanks, case, composition, signs that are not seen: doubtful in scan, plan and certificate, and not erased."""
    server = request.getfixturevalue("postgres") if engine == "postgres" else None
    twins_are_told(desk, keys_in(tmp_path, engine, [*HELD, *TWINS, *OTHERS], server))
    plan = desk.retention.plan("r")
    assert (plan.record.rows_count, plan.record.doubtful) == (str(len(OTHERS)), str(len(TWINS)))
    done = plan.approve("boss").execute("s")
    assert (done.certificate.doubtful, done.certificate.remaining) == (str(len(TWINS)), "0")
    assert f"key almost a held one {len(TWINS)}" in done.document("en").sections[0].said
    row = desk.retention.scan("s").table.iloc[0]
    assert row[["total", "overdue", "doubtful"]].tolist() == [len(HELD + TWINS), 0, len(TWINS)]


def test_few_held_keys_and_many_find_the_same_twins(desk, tmp_path, monkeypatch):
    """One pattern for a few is cheaper than laying every key bare; either finds each twin and no other."""
    keys = [*HELD, *TWINS, *OTHERS, "", "ÄÖ", "Ä Ö", "\n K\n1 \n", "k1\0", "K1K1"]
    place = keys_in(tmp_path, "parquet", keys, None)
    counts = lay(desk, place, hold(*HELD, "ÄÖ"))[["total", "overdue", "doubtful"]].tolist()
    assert counts == [len(keys), len(OTHERS) + 1, len(TWINS) + 3]
    monkeypatch.setattr(near, "FEW", -1)
    assert desk.retention.scan("s", fresh=True).table.iloc[0][["total", "overdue", "doubtful"]].tolist() == counts


def test_without_a_twin_nothing_is_doubtful(desk, tmp_path):
    """A key that is only alike is another subject; numbers are compared as numbers; a rescan of new files adds up."""
    place = keys_in(tmp_path, "sqlite", [*HELD, *OTHERS], None)
    assert lay(desk, place, hold(*HELD))[["doubtful", "overdue"]].tolist() == [0, len(OTHERS)]
    folder = tmp_path / "many" / "t"
    folder.mkdir(parents=True)
    for number, keys in enumerate((["K1", "k1"], ["Mäki 1", "x"], ["Straße", "y"])):
        Path(keys_in(tmp_path, "parquet", keys, None)).rename(folder / f"{number}.parquet")
    assert lay(desk, folder.parent)[["doubtful", "overdue"]].tolist() == [1, 2]
    Path(keys_in(tmp_path, "parquet", ["K 1", "k1"], None)).rename(folder / "3.parquet")
    again = desk.retention.scan("s")
    assert again.table.attrs["read"]
    assert again.table.iloc[0][["doubtful", "overdue"]].tolist() == [3, 2]
    assert sorted(again.overdue("r")) == ["x", "y"]


def test_a_held_key_is_found_among_octets(desk, tmp_path):
    """DuckDB takes no text beyond ASCII for octets: a hold on such a key finds its row all the same."""
    with contextlib.closing(duckdb.connect(str(tmp_path / "t.duckdb"))) as con:
        con.execute("CREATE TABLE t (id BLOB, d DATE)")
        con.execute("INSERT INTO t SELECT encode(k), DATE '2020-01-01' FROM (VALUES ('Mäki'), ('ß'), ('K1'), ('k2')) v(k)")
    assert lay(desk, tmp_path / "t.duckdb", hold("Mäki", "ß", "K2"))[["overdue", "held", "doubtful"]].tolist() == [1, 3, 1]
    put(desk, hold("Mäki", "ß"))
    desk.retention.scan("s")
    assert int(desk.retention.plan("r").record.rows_count) == 2


def slow(key):
    """A key folded by looking at every sign: obvious, and slow."""
    plain = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", key).casefold())
    return "".join(one for one in plain if unicodedata.category(one) not in ("Cf", "Cc", "Zs") and one != "\ufe0f")


def test_the_twins_of_these_tests_are_twins():
    """By a reference of its own: each twin folds to a held key, no other does."""
    folds = {slow(one) for one in HELD}
    assert all(slow(one) in folds for one in TWINS)
    assert not any(slow(one) in folds for one in OTHERS)
    signs = [chr(one) for one in range(0x80, 0x20000) if not 0xD800 <= one < 0xE000]
    asked = re.compile(near.LIKE_ASCII)
    assert all(asked.fullmatch(f"x{one}") for one in signs if near.bare(near.folded(one)))
    assert not asked.fullmatch("Mäki 1")


# --- what is not erased of a file stays as it is


def test_a_rewritten_parquet_file_has_the_schema_that_it_had(desk, tmp_path):
    """Optional columns stay optional though no row is empty, required ones required; field numbers and metadata stay."""
    path, shape = (
        tmp_path / "t.parquet",
        "SELECT name, repetition_type, num_children, field_id, duckdb_type FROM parquet_schema('{}') OFFSET 1",
    )
    told = "CASE WHEN random() >= 0 THEN {} END"
    own = [told.format("'K' || i") + " AS id", told.format("DATE '2020-01-01' + i::INT * 300") + " AS d", "i AS n"]
    own += [told.format("[i]") + " AS many", told.format("{'id': i}") + " AS inner"]
    numbers = "{id: 7, d: 8, n: 9}"
    with contextlib.closing(duckdb.connect()) as con:
        con.execute("CREATE TABLE r (i BIGINT NOT NULL)")
        con.execute("INSERT INTO r FROM range(20)")
        con.execute(f"COPY (SELECT {', '.join(own)} FROM r) TO '{path}' (FIELD_IDS {numbers}, KV_METADATA {{own: 'kept'}})")
    before = duckdb.sql(shape.format(path)).fetchall()
    assert {one[1] for one in before} == {"OPTIONAL", "REQUIRED", "REPEATED"}
    assert [one[3] for one in before[:3]] == [7, 8, 9]
    lay(desk, path)
    desk.retention.plan("r").approve("boss").execute("s")
    assert desk.retention.scan("s").table.iloc[0][["total", "overdue"]].tolist() == [15, 0]
    assert duckdb.sql(shape.format(path)).fetchall() == before
    assert (b"own", b"kept") in duckdb.sql(f"SELECT key, value FROM parquet_kv_metadata('{path}')").fetchall()


def test_a_required_column_that_is_emptied_may_be_optional_and_no_other(desk, tmp_path):
    """Anonymising empties the key: a file that declared it as required says otherwise now, of that column alone."""
    path = tmp_path / "t.parquet"
    with contextlib.closing(duckdb.connect()) as con:
        con.execute("CREATE TABLE r (id VARCHAR NOT NULL, d DATE NOT NULL, n BIGINT NOT NULL)")
        con.execute("INSERT INTO r SELECT 'K' || i, DATE '2020-01-01' + i::INT * 300, i FROM range(20) x(i)")
        con.execute(f"COPY r TO '{path}'")
    asked = f"SELECT name, repetition_type FROM parquet_schema('{path}') OFFSET 1"
    assert {one for _, one in duckdb.sql(asked).fetchall()} == {"REQUIRED"}
    keep = [{"column": name, "recipe_how": "keep"} for name in ("d", "n")]
    lay(desk, path, action="anonymise", recipe=keep)
    desk.retention.plan("r").approve("boss").execute("s")
    assert duckdb.sql(asked).fetchall() == [("id", "OPTIONAL"), ("d", "REQUIRED"), ("n", "REQUIRED")]


def test_a_parquet_file_without_any_row_left_has_its_schema(desk, tmp_path):
    """Every row goes: what was required is required."""
    path = tmp_path / "t.parquet"
    with contextlib.closing(duckdb.connect()) as con:
        con.execute("CREATE TABLE r (id VARCHAR NOT NULL, d DATE NOT NULL)")
        con.execute("INSERT INTO r VALUES ('K1', '2020-01-01'), ('K1', '2020-01-01')")
        con.execute(f"COPY r TO '{path}'")
    asked = f"SELECT name, repetition_type FROM parquet_schema('{path}') OFFSET 1"
    before = duckdb.sql(asked).fetchall()
    lay(desk, path)
    desk.retention.plan("r").approve("boss").execute("s", confirm=2)
    assert duckdb.sql(asked).fetchall() == before == [("id", "REQUIRED"), ("d", "REQUIRED")]
    assert duckdb.sql(f"FROM '{path}'").fetchall() == []


def test_what_other_programs_keep_of_a_parquet_field_stays(desk, tmp_path):
    """As pyarrow writes it: nullability, metadata of fields and of the file."""
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    fields = [
        pa.field("id", pa.string(), nullable=False, metadata={"pii": "key"}), pa.field("d", pa.date32()),
        pa.field("at", pa.timestamp("us", tz="UTC")), pa.field("seen", pa.timestamp("us")), pa.field("who", pa.list_(pa.string())),
    ]  # fmt: skip
    at = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    rows = [{"id": f"K{n}", "d": dt.date(2015 + n, 1, 1), "at": at, "seen": at, "who": ["x"]} for n in range(12)]
    path = tmp_path / "t.parquet"
    pq.write_table(pa.Table.from_pylist(rows, pa.schema(fields, metadata={"team": "crm"})), path)
    before = pq.read_schema(path)
    lay(desk, path)
    desk.retention.plan("r").approve("boss").execute("s")
    after = pq.read_schema(path)
    assert after.equals(before, check_metadata=True)
    assert pq.read_table(path)["id"].to_pylist() == ["K9", "K10", "K11"]


def folders(place, values):
    """A hive folder with the column of its folders inside the files too; a file per value, with a row that goes and one that stays."""
    for value, inside in values.items():
        file = place / f"ym={value}" / "a.parquet"
        file.parent.mkdir(parents=True)
        rows = f"SELECT 'K{value}' || i AS id, {inside} AS ym, DATE '2020-01-01' + i::INT * 2000 AS d FROM range(2) r(i)"
        duckdb.sql(f"COPY ({rows}) TO '{file}'")


def test_a_column_of_folder_and_file_is_the_files_or_refused(desk, tmp_path):
    """Where both say the same the file keeps its own, in its type; where not, nothing is counted."""
    folders(tmp_path / "s", {"202001": "202001", "202002": "202002"})
    assert lay(desk, tmp_path / "s", table="s")[["total", "overdue"]].tolist() == [4, 2]
    desk.retention.plan("r").approve("boss").execute("s")
    found = duckdb.sql(f"SELECT id, ym FROM read_parquet('{tmp_path}/s/*/*.parquet', hive_partitioning = false) ORDER BY id").fetchall()
    assert found == [("K2020011", 202001), ("K2020021", 202002)]
    folders(tmp_path / "odd", {"202001": "202001", "202002": "202003"})
    with pytest.raises(Refusal, match=r"ym of ym=202002/a.parquet"):
        lay(desk, tmp_path / "odd", table="odd")


CELLS = {
    "quotes that are not needed": ('id;d;n;x\r\n"K1";"2020-01-01";"5" ;" a"\r\nK2;2026-01-01;5;b\r\n', ';"2020-01-01";"5" ;" a"\r\n'),
    "quotes, separators and breaks inside": ('id,d,n,x\nK1,2020-01-01,"","a ""b"", c\nd"\n', ',2020-01-01,"","a ""b"", c\nd"\n'),
    "an inch mark": ('id,d,n,x\nK1,2020-01-01,5" pipe,x\n', ',2020-01-01,5" pipe,x\n'),
    "no break at the end": ("id\td\tn\tx\nK2\t2026-01-01\t\t\nK1\t2020-01-01\t 1 \tx", "\t2020-01-01\t 1 \tx"),
}


@pytest.mark.parametrize("case", CELLS)
def test_anonymising_a_csv_leaves_the_other_cells_of_the_record(desk, tmp_path, case):
    """Byte for byte: only the cell of the key is emptied."""
    told, record = CELLS[case]
    path = tmp_path / "t.csv"
    path.write_bytes(told.encode())
    keep = [{"column": name, "recipe_how": "keep"} for name in ("d", "n", "x")]
    row = lay(desk, path, action="anonymise", recipe=keep)
    desk.retention.plan("r").approve("boss").execute("s", confirm=1 if row["total"] == 1 else None)
    begin = told.index('"K1"' if '"K1"' in told else "K1")
    assert path.read_bytes().decode() == told[:begin] + record + told[begin:].split(record, 1)[1]


# --- what a ledger cannot tell


MOVED = {
    "another table": {"table": "u"},
    "another start": {"start_column": "e"},
    "another key": {"subject_key": "e"},
    "another way of writing days": {"date_format": ["d.M.yyyy", "ISO"]},
}


@pytest.mark.parametrize("case", MOVED)
def test_rows_that_come_back_under_another_name_cannot_be_told(desk, tmp_path, case):
    """The marks are of the table, key and start of before: told as unknown, never as 0; when all is as before, it is counted."""
    old = "id,d,e\n1,2020-01-01,2020-01-02\n2,2026-01-01,2026-01-02\n"
    path = tmp_path / "t.csv"
    path.write_text(old)
    lay(desk, tmp_path / "t.csv")
    desk.retention.plan("r").approve("boss").execute("s").confirm()
    changed = MOVED[case]
    moved = path.rename(tmp_path / "u.csv") if "table" in changed else path
    moved.write_text(old)
    put(desk, ivp.Source("s", location=str(moved)), rule(**changed))
    assert str(desk.retention.scan("s").table.iloc[0]["returned"]) == "<NA>"
    assert "RET-023" in set(desk.retention.findings()["code"])
    back = moved.rename(path)
    put(desk, ivp.Source("s", location=str(back)), rule())
    assert desk.retention.scan("s").table.iloc[0]["returned"] == 1


# --- two tables in a sheet, and secrets in a place

SHEETS = {
    "a second heading": ([["id", "d"], ["1", "2020-01-01"], [], ["D", "id "], ["2020-01-01", "2"]], "Line 4 of t.xlsx!S"),
    "a title": ([["Report 2026"], [], ["id", "d"], ["1", "2020-01-01"]], "t.xlsx!S"),
}


@pytest.mark.parametrize("case", SHEETS)
def test_two_tables_in_a_sheet_are_refused_with_the_row(desk, tmp_path, case):
    """As in a CSV file: nothing is counted."""
    import openpyxl

    rows, said = SHEETS[case]
    book = openpyxl.Workbook()
    book.active.title = "S"
    for place, row in enumerate(rows, 1):
        for column, cell in enumerate(row, 1):
            book.active.cell(place, column, cell)
    book.save(tmp_path / "t.xlsx")
    with pytest.raises(Refusal, match=said):
        lay(desk, tmp_path / "t.xlsx")


SECRETS = [
    "postgresql://h/d?pw=S3cret", "postgresql://h/d?passphrase=S3cret", "spark:s3a://b/c?key=S3cret", "spark:abfss://c@a/p?sig=S3cret&sv=1",
    "spark:https://h/p?token=S3cret", "postgresql://h/d?a=1&PW=S3cret", "spark:s3a://b/c?x=1;key=S3cret", "postgresql://h/d?p%2577=S3cret",
    "data.csv?pw=S3cret", "spark:s3a://b/c?auth=S3cret", "postgresql://h/d?passcode=S3cret", "postgresql://h/d?x%3Dy%26key%3DS3cret",
]  # fmt: skip


@pytest.mark.parametrize("location", SECRETS)
def test_a_secret_in_a_place_is_neither_recorded_nor_repeated(desk, tmp_path, location):
    """Whatever it is called there; also for the place that an erasure is given."""
    with pytest.raises(Refusal) as error:
        put(desk, ivp.Source("s", location=location))
    assert "S3cret" not in str(error.value)
    (tmp_path / "t.csv").write_text("id,d\n1,2020-01-01\n2,2026-01-01\n")
    lay(desk, tmp_path / "t.csv")
    plan = desk.retention.plan("r").approve("boss")
    with pytest.raises(Refusal) as error:
        plan.execute("s", location=location)
    assert "S3cret" not in str(error.value)
    assert "S3cret" not in bodies(desk)


@pytest.mark.parametrize("location", ["/data/key=1/t.parquet", "postgresql://dpo@h/d?sslmode=require", "spark:s3a://bucket/code=5/x"])
def test_a_place_without_a_secret_is_taken(location):
    """A folder may be called key=1."""
    assert _sources.checked(location) == location


# --- four eyes

ALIKE = [
    ("Marja Virtanen", "rnarja Virtanen"), ("MARJA", "RNARJA"), ("Æmilia", "AEmilia"), ("Œ", "oe"), ("Wikström", "VVikström"),
    ("WIKSTRÖM", "vvikström"), ("Finne", "ﬁnne"), ("Ĳssel", "IJssel"), ("Steﬀen", "Steffen"), ("Weiß", "Weiss"), ("Claes", "daes"),
    ("Аrnе", "Arne"),
]  # fmt: skip
OTHER = [("Anna Aho", "Anna Aro"), ("Sanni", "Sami"), ("Ville", "Wille"), ("Hanna", "Hama"), ("Carl", "Card"), ("Eva", "Ewa")]


def test_names_with_two_letters_for_one_are_one_persons():
    """Rn for m, VV for W, AE for Æ, ligatures; two persons whose names only resemble each other stay two."""
    assert [pair for pair in ALIKE if not same_person(*pair)] == []
    assert [pair for pair in OTHER if same_person(*pair)] == []


# --- the certificate reads like a document


def test_a_predicate_is_told_in_words(desk, tmp_path):
    """What an engine is asked stands in the journal; a reader of the plan gets a sentence, in each language."""
    (tmp_path / "t.csv").write_text("id;d\nK1;1.2.2020\nK2;1.2.2020\nK3;2026-01-01\n")
    where = [ivp.RowCondition("id", comparison="not_empty")]
    lay(desk, tmp_path / "t.csv", hold("K1"), date_format=["d.M.yyyy", "ISO"], where=where)
    plan = desk.retention.plan("r")
    assert "CASE WHEN" in plan.record.predicate
    for lang, said in (
        ("fi", "sarakkeen d päivä on viimeistään 31.5.2023; "),
        ("sv", "kolumnen d är senast 31.5.2023; "),
        ("en", "held one"),
    ):
        told = [line.text for section in plan.document(lang).sections for line in section.lines]
        [words] = [text for text in told if said in text]
        assert "CASE" not in "".join(told)
        assert "1.3.2026" in words or lang == "en"
    desk.retention.record(rule(reason="y"), valid_from="2026-01-01", why="x")
    assert "CASE WHEN" in str(plan.document("fi").sections)  # the rule is another now: only the sealed text is sure
