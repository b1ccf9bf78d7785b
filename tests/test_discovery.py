"""The discovery room: kinds of values and names by cases, tables made by another hand, the map, findings, bad input, form and shell."""

import sqlite3
from datetime import date
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from house import HOSTILE, NOW, ROOT, cases
from personal_tables import LABELS, tables

import ivplus_tools as ivp
from ivplus_tools import _sources
from ivplus_tools.cli import main
from ivplus_tools.discovery import counting, judging
from ivplus_tools.errors import Refusal

REAL = ROOT.parent / "shared" / "real"
ROWS = 400
MISSED = 6
"""Of the labelled columns, those that are told as doubtful or not at all: one twentieth."""


def kinds_of(value):
    """The kinds of one value, by the question that a scan asks."""
    con = duckdb.connect()
    [[code]] = con.execute("SELECT " + counting._of_value("v") + " FROM (SELECT ?::VARCHAR AS v)", [value]).fetchall()
    seen = counting.Seen()
    counting._add(seen, [(code, 1)])
    return {*seen.whole, *seen.inside}


@pytest.mark.parametrize("case", cases("discovery"))
def test_a_value_is_what_the_law_and_the_standards_say(case):
    """Also what a limit says: a case marked so is not recognised, and the test says when that ends."""
    expected = case["expect"] and not case.get("limit", False)
    assert (case["kind"] in kinds_of(case["value"])) is expected


def test_codes_that_differ_in_their_separator_alone_stay_two(desk, tmp_path):
    """Both are counted as values of their own, and nothing of them is in the journal."""
    made = tmp_path / "t.csv"
    made.write_text("tunnus\n010190-999W\n010190Y999W\n", encoding="utf-8")
    desk.source("s", str(made))
    found = desk.discovery.scan("s").columns
    assert list(zip(found["kind"], found["hits"], strict=True)) == [("test_identity_code", 2)]
    assert b"010190" not in desk.standpoint.path.read_bytes()


def test_columns_are_judged_by_their_names_where_there_are_no_rows():
    """Precision and recall over tables of many systems, fi, sv and en."""
    right = wrong = missed = 0
    for case in (one.values[0] for one in cases("discovery_names")):
        found = set(judging.by_names_only(case["table"], [*case["personal"], *case["others"]]))
        right += len(found & set(case["personal"]))
        wrong += len(found & set(case["others"]))
        missed += len(set(case["personal"]) - found)
    assert right / (right + wrong) >= 0.95
    assert right / (right + missed) >= 0.95


def judged(folder):
    """Every column that a scan of a folder tells as personal data."""
    place = _sources.Place("s", str(folder), None, Path("/"))
    found = {}
    with _sources.opened(place) as engine:
        for table in engine.tables():
            columns = list(engine.columns(table).values())
            [(ask, relation, own, _)] = _sources.pieces(engine, table, columns)
            told = judging.judge(table, counting.look(ask, relation, [one.name for one in columns], own), date(2026, 3, 2))
            found |= {(table, name): one for name, one in judging.told_of(told).items()}
    return found


def test_tables_of_another_hand_are_read_as_their_labels_say(tmp_path):
    """At least nineteen of twenty columns found beyond doubt, and nearly none of the look-alikes."""
    con = duckdb.connect()
    for name, frame in tables(ROWS, 7).items():
        con.register("made", frame)
        con.execute(f"COPY made TO '{tmp_path / name}.parquet' (FORMAT parquet)")
        con.unregister("made")
    sure = {key for key, one in judged(tmp_path).items() if one.confidence != judging.DOUBTFUL}
    personal = {key for key, kind in LABELS.items() if kind not in ("", "maybe", "business_id")}
    others = {key for key, kind in LABELS.items() if kind in ("", "business_id")}
    assert len(personal - sure) <= MISSED, sorted(personal - sure)
    assert len(others & sure) <= 3, sorted(others & sure)


@pytest.mark.parametrize("source", ["Chinook_Sqlite.sqlite", "tpch_sf0.01"])
def test_tables_that_nobody_here_made_raise_no_false_alarm(source):
    """Columns of products, orders, tracks and parts are none."""
    if not (REAL / "retention" / source).exists():
        pytest.skip("the folder of real inputs is not here")
    place = _sources.Place("s", str(REAL / "retention" / source), None, Path("/"))
    of_people = {"customer", "employee", "invoice"}
    with _sources.opened(place) as engine:
        for table in engine.tables():
            columns = list(engine.columns(table).values())
            seen = {}
            for ask, relation, own, _ in _sources.pieces(engine, table, columns):
                seen = counting.look(ask, relation, [one.name for one in columns], own)
            found = judging.told_of(judging.judge(table, seen, date(2026, 3, 2)))
            assert table.lower() in of_people or not found, (table, sorted(found))


# --- the same answer from every engine, whole or piece by piece

ROWS_OF = [(f"A{n}", f"maija.{n}@example.fi", f"010190-{900 + n}", "Malli Malliainen") for n in range(20)]


def written(folder, kind):
    """One table as a file of some kind."""
    path = folder / f"people.{kind}"
    con = duckdb.connect()
    con.execute("CREATE TABLE people (tuotekoodi VARCHAR, sposti VARCHAR, note VARCHAR, nimi VARCHAR)")
    con.executemany("INSERT INTO people VALUES (?, ?, ?, ?)", ROWS_OF)
    if kind in ("csv", "parquet", "json"):
        options = {"csv": "HEADER", "parquet": "FORMAT parquet", "json": "FORMAT json"}[kind]
        path = path.with_suffix(".jsonl") if kind == "json" else path
        con.execute(f"COPY people TO '{path}' ({options})")
    elif kind == "duckdb":
        con.execute(f"ATTACH '{path}' AS other; CREATE TABLE other.people AS FROM people; DETACH other")
    elif kind == "sqlite":
        with sqlite3.connect(path) as lite:
            lite.execute("CREATE TABLE people (tuotekoodi, sposti, note, nimi)")
            lite.executemany("INSERT INTO people VALUES (?, ?, ?, ?)", ROWS_OF)
    else:
        con.sql("FROM people").df().to_excel(path, index=False, sheet_name="people")
    return path


@pytest.mark.parametrize("kind", ["csv", "parquet", "json", "duckdb", "sqlite", "xlsx"])
def test_every_kind_of_source_gives_the_same_answer(desk, tmp_path, kind):
    """In place where DuckDB reaches, else piece by piece; the answer is kept in the journal without a value."""
    desk.source("s", str(written(tmp_path, kind)))
    found = desk.discovery.scan()
    told = {one.column: (one.kind, one.hits, one.exact) for one in found.columns.itertuples()}
    assert told["sposti"] == ("email", 20, "yes")
    assert told["nimi"][0] == "full_name"
    assert "tuotekoodi" not in told
    assert list(found.tables["rows"]) == [20]
    assert b"maija.3@" not in desk.standpoint.path.read_bytes()
    kept = desk.discovery.columns()
    assert list(kept["column"]) == list(found.columns["column"])


def test_a_long_table_is_counted_to_its_last_row(desk, tmp_path):
    """One address among two hundred thousand values, and one code inside a text: the sample saw neither."""
    con = duckdb.connect()
    con.execute(
        "COPY (SELECT i AS nro, 'tapahtuma ' || i || CASE WHEN i = 199990 THEN ' maija@example.fi' ELSE '' END AS loki, "
        "CASE WHEN i = 150000 THEN 'asiakas 010190-999W' ELSE 'ok ' || i END AS tieto, 'vakio' AS tila "
        f"FROM range(200000) t(i)) TO '{tmp_path / 'loki.parquet'}' (FORMAT parquet)"
    )
    desk.source("s", str(tmp_path / "loki.parquet"))
    told = {one.column: one for one in desk.discovery.scan().columns.itertuples()}
    assert sorted(told) == ["loki", "tieto"]
    assert [told[name].hits for name in ("loki", "tieto")] == [1, 1]
    assert [told[name].kind for name in ("loki", "tieto")] == ["free_text", "free_text"]


def test_a_sample_is_told_as_one_and_is_never_clean(desk, tmp_path):
    """In the answer, as a finding, and in what is open."""
    desk.source("s", str(written(tmp_path, "parquet")))
    found = desk.discovery.scan(sample=10)
    assert found.open
    assert "10" in repr(found)
    assert "DIS-011" in set(desk.discovery.findings()["code"])


# --- the map


def test_a_table_is_in_exactly_one_state_and_what_was_denied_and_found_is_told(desk, tmp_path):
    """Undeclared, then said to hold nothing, then covered: each time the finding that follows."""
    desk.source("s", str(written(tmp_path, "csv")))
    desk.register.record(ivp.Activity("a", data_categories=["yhteystiedot"]), valid_from="2026-01-01", why="w")

    def after(**facts):
        if facts:
            desk.discovery.record(ivp.DataTable("s/people", source="s", table="people", **facts), valid_from="2026-03-02", why="w")
        found = desk.discovery.scan("s")
        return list(found.tables["state"]), set(desk.discovery.findings()["code"])

    assert after() == (["undeclared"], {"DIS-001", "DIS-009"})
    assert after(no_personal_data="yes", reason="r", reviewed_by="tt") == (["not_personal"], {"DIS-004", "DIS-009"})
    state, codes = after(activities=["a"])
    assert state == ["covered"]
    assert "DIS-001" not in codes
    assert set(desk.discovery.scan("s").columns["declared_by"]) == {"a", ""} or "DIS-003" not in codes


def test_that_a_table_tells_of_nobody_needs_a_reason_and_serves_no_activity():
    """Refused otherwise, in one line."""
    with pytest.raises(Refusal, match="reason"):
        ivp.DataTable("s/t", source="s", table="t", no_personal_data="yes")
    with pytest.raises(Refusal, match="activity"):
        ivp.DataTable("s/t", source="s", table="t", no_personal_data="yes", reason="r", reviewed_by="tt", activities=["a"])


def test_the_map_suggests_what_the_scan_found_and_records_nothing(desk, tmp_path):
    """A suggestion is confirmed by the officer."""
    desk.source("s", str(written(tmp_path, "csv")))
    desk.discovery.scan()
    made = desk.discovery.suggest("s", "people")
    assert "sposti" in [one.column for one in made.identifying]
    assert len(desk.discovery.map()) == 0


# --- bad input


def test_tables_that_are_empty_wide_binary_or_broken_are_told_and_the_others_read(desk, tmp_path):
    """Each is bounded, what was not read is named beside the answer, and nothing is called clean for it."""
    path = tmp_path / "odd.duckdb"
    con = duckdb.connect(str(path))
    con.execute("CREATE TABLE empty (hetu VARCHAR); CREATE TABLE nulls AS SELECT NULL::VARCHAR AS email FROM range(5)")
    con.execute("CREATE TABLE pictures (kuva BLOB, sposti VARCHAR); INSERT INTO pictures VALUES ('\\xAA', 'a@example.fi')")
    con.execute(f"CREATE TABLE wide ({', '.join(f'c{n} VARCHAR' for n in range(300))})")
    con.execute("INSERT INTO wide (c299) VALUES ('maija@example.fi')")
    con.execute("CREATE TABLE big AS SELECT repeat('x', 1000000) || ' maija@example.fi' AS teksti")
    con.execute("CREATE TABLE gone (a INT); CREATE VIEW broken AS SELECT a FROM gone; DROP TABLE gone")
    con.execute("CREATE TABLE nested AS SELECT {'mail': 'maija@example.fi'} AS tieto, ['010190-999W'] AS lista")
    con.close()
    with pytest.raises(Refusal, match="gone"):  # recorded all the same; only its columns could not be shown
        desk.source("s", str(path))
    found = desk.discovery.scan("s")
    told = {(one.table, one.column): one for one in found.columns.itertuples()}
    assert {("pictures", "sposti"), ("wide", "c299"), ("big", "teksti"), ("nested", "tieto"), ("nested", "lista")} <= set(told)
    assert told["empty", "hetu"].confidence == told["nulls", "email"].confidence == "doubtful"
    states = found.tables.set_index("table")["not_read"]
    assert states["broken"]
    assert states["pictures"] == "kuva"
    assert found.open
    assert "broken" in repr(found)


def test_a_source_that_is_gone_is_told_and_the_others_are_read(desk, tmp_path):
    """The failure is kept: nothing is known of it."""
    desk.source("a", str(written(tmp_path, "csv")))
    gone = tmp_path / "none.csv"
    gone.write_text("a\n1\n", encoding="utf-8")
    desk.source("b", str(gone))
    gone.unlink()
    found = desk.discovery.scan()
    assert list(found.failed) == ["b"]
    assert set(found.columns["source"]) == {"a"}
    assert "DIS-006" in set(desk.discovery.findings()["code"])
    with pytest.raises(Refusal):
        desk.discovery.scan("b")


def test_hostile_names_of_tables_and_columns_are_names(desk, tmp_path):
    """Quoted in every question; the table stands afterwards as it was."""
    path = tmp_path / "evil.duckdb"
    names = [text.replace("\x00", "") for text in HOSTILE if "\n" not in text]
    con = duckdb.connect(str(path))
    for number, name in enumerate(names):
        quoted = '"' + name.replace('"', '""') + '"'
        con.execute(f'CREATE TABLE {quoted} ({quoted} VARCHAR, "x{number}" VARCHAR)')
        con.execute(f"INSERT INTO {quoted} VALUES ('maija@example.fi', ?)", [name])
    con.close()
    desk.source("s", str(path))
    found = desk.discovery.scan("s")
    assert len(found.seen) == len(names)
    assert set(found.columns["kind"]) == {"email"}
    assert "<script" not in ivp.show(found.columns)._repr_html_()


# --- face


def test_the_form_looks_confirms_and_reads_a_page(desk, tmp_path):
    """Without code; a missing reason is one line, and nothing is recorded by it."""
    desk.source("s", str(written(tmp_path, "csv")))
    desk.register.record(ivp.Activity("a", data_categories=["yhteystiedot"]), valid_from="2026-01-01", why="w")
    form = ivp.forms.discovery(desk)
    form._do(form._on_scan, form.told["scan"])
    assert "sposti" in form.view.value
    form.table.value, form.activities.value = ("s", "people"), ("a",)
    form._do(form._on_confirm, form.told["confirm"])
    assert len(desk.discovery.map()) == 0
    form.reason.value = "tarkistettu"
    form._do(form._on_confirm, form.told["confirm"])
    assert list(desk.discovery.map()["activities"]) == [["a"]] or "a" in str(desk.discovery.map()["activities"][0])
    form.file.value = str(ROOT / "data_samples" / "etusivu.har")
    form._do(form._on_page, form.told["read"])
    assert "PHPSESSID" in form.page_view.value


def test_a_page_is_held_against_register_and_notice(sample):
    """A tracker that no record names, a session that needs no consent, a host that nobody knows: unknown stays unknown."""
    page = sample.discovery.page(ROOT / "data_samples" / "etusivu.har")
    cookies, hosts = page.cookies.set_index("name"), page.hosts.set_index("host")
    assert cookies.loc["PHPSESSID", "exempt"] == "yes"
    assert cookies.loc["fr", "exempt"] == "no"
    assert hosts.loc["www.facebook.com", ["company", "third_country", "in_register"]].tolist() == ["Facebook", "yes", "no"]
    assert hosts.loc["cdn.example.com", "in_register"] == "cannot_tell"
    assert page.open


def test_the_shell_looks_and_says_by_its_exit_code_what_is_open(tmp_path):
    """Undeclared is 1, a page with what needs consent too, a source that is not there 2."""
    path = tmp_path / "j.duckdb"
    desk = ivp.Desk(path, by="tt")
    desk.source("s", str(written(tmp_path, "csv")))
    run = CliRunner().invoke(main, ["discover", "--desk", str(path), "--format", "csv"])
    assert run.exit_code == 1
    assert "sposti" in run.stdout
    assert CliRunner().invoke(main, ["discover", "none", "--desk", str(path)]).exit_code == 2
    page = CliRunner().invoke(main, ["discover", "--page", str(ROOT / "data_samples" / "etusivu.har"), "--desk", str(path)])
    assert page.exit_code == 1
    assert "PHPSESSID" in page.stdout
    assert NOW


# --- what an adversary found: never a false all-clear


def test_a_sample_or_a_failed_scan_takes_nothing_away_that_a_whole_one_found(desk, tmp_path):
    """The last whole answer stands beside the failure."""
    path = written(tmp_path, "csv")
    desk.source("s", str(path))
    desk.discovery.scan()
    before = list(desk.discovery.columns()["column"])
    desk.discovery.scan(sample=1)
    assert list(desk.discovery.columns()["column"]) == before
    path.unlink()
    assert desk.discovery.scan().failed
    assert list(desk.discovery.columns()["column"]) == before
    assert {"DIS-001", "DIS-006"} <= set(desk.discovery.findings()["code"])


def test_an_activity_that_is_not_there_covers_nothing_and_a_word_within_a_word_declares_nothing(desk, tmp_path):
    """*language* tells of no age, *no payment data* of no account, an unrecorded activity of nothing; traits are confirmed one by one."""
    path = tmp_path / "t.csv"
    path.write_text("id,syntymäaika,iban,diagnoosi\n" + "1,01.02.1970,FI2112345600000785,astma\n" * 3, encoding="utf-8")
    desk.source("s", str(path))
    mapped = {"source": "s", "table": "t"}
    desk.discovery.record(ivp.DataTable("s/t", **mapped, activities=["ghost"]), valid_from="2026-03-02", why="w")
    assert list(desk.discovery.scan().tables["state"]) == ["undeclared"]
    told = ["language and usage statistics", "no payment data", "catalogue"]
    activity = ivp.Activity("a", data_categories=told, special_categories=["trade union membership"])
    desk.register.record(activity, valid_from="2026-01-01", why="w")
    desk.discovery.record(ivp.DataTable("s/t", **mapped, activities=["a"]), valid_from="2026-03-02", why="w")
    found = desk.discovery.scan()
    assert list(found.tables["state"]) == ["covered"]
    assert set(found.columns["declared_by"]) == {""}
    assert {"DIS-003", "DIS-010"} <= set(desk.discovery.findings()["code"])


def test_every_kind_within_a_value_is_told(desk, tmp_path):
    """A code, an address and a number in one text are three, not the first of them."""
    path = tmp_path / "t.csv"
    path.write_text("x\ntunnus 010190-999W ja maija@example.fi ja 040 000 0123\n" * 5, encoding="utf-8")
    desk.source("s", str(path))
    desk.discovery.scan()
    [one] = desk.discovery.get("s", "data_scan").found_columns
    assert {one.data_kind, *one.also} == {"email", "phone", "test_identity_code"}


def test_other_data_in_a_column_of_one_kind_are_found_to_the_last_row(desk, tmp_path):
    """Seven of ten are telephones; the codes at the end are beyond any sample."""
    con = duckdb.connect()
    con.execute(
        "COPY (SELECT CASE WHEN i > 49900 THEN '010190-999W' WHEN i % 10 < 7 THEN '040 000 ' || (1000 + i % 9000) ELSE 'x' || i END AS t "
        f"FROM range(50000) r(i)) TO '{tmp_path / 't.parquet'}' (FORMAT parquet)"
    )
    desk.source("s", str(tmp_path / "t.parquet"))
    [one] = desk.discovery.scan().columns.itertuples()
    assert one.kind == "phone"
    assert "900" in one.also


def test_names_of_columns_that_are_somebodys_data_are_not_kept(desk, tmp_path):
    """A file without a heading is told as not read, and its first line is not in the journal."""
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    desk.source("s", str(path))
    path.write_text("maija@example.fi,010190-999W\nmatti@example.fi,x\n", encoding="utf-8")
    found = desk.discovery.scan()
    assert found.open
    assert list(found.tables["not_read"].astype(bool)) == [True]
    assert b"010190" not in desk.standpoint.path.read_bytes()
    assert b"maija" not in desk.standpoint.path.read_bytes()


def test_files_beside_the_tables_and_cells_that_were_cut_are_told(desk, tmp_path):
    """A database in a folder of CSV files, and bytes in a column of texts: nothing is in order for what nobody read."""
    folder = tmp_path / "f"
    folder.mkdir()
    (folder / "a.csv").write_text("x\n1\n", encoding="utf-8")
    (folder / "crm.zip").write_bytes(b"PK")
    desk.source("f", str(folder))
    found = desk.discovery.scan("f")
    assert found.open
    assert "crm.zip" in repr(found)
    with sqlite3.connect(tmp_path / "o.sqlite") as lite:
        lite.execute("CREATE TABLE t (a TEXT, v, n, V2 longblob)")
        lite.execute("INSERT INTO t VALUES (?, ?, ?, ?)", (b"maija@example.fi", "x " * 60_000 + "010190-999W", "maija@example.fi", b"x"))
    desk.source("o", str(tmp_path / "o.sqlite"))
    told = desk.discovery.scan("o")
    assert sorted(told.tables["not_read"][0].split("; ")) == ["V2", "a", "v"]
    assert set(told.columns["column"]) == {"n"}


def test_a_page_is_not_in_order_for_what_a_file_cannot_show(sample, tmp_path):
    """A recording without headers, an empty one, a saved page with a tracker in its script: each is open."""
    import json

    bare = {"request": {"method": "GET", "url": "https://oma.example.fi/"}, "response": {"status": 200}}
    pages = {
        "bare.har": json.dumps({"log": {"entries": [bare]}}), "none.har": json.dumps({"log": {"entries": []}}),
        "page.html": "<html><body><script>t.src='https://connect.facebook.net/en_US/fbevents.js';</script></body></html>" + "x" * 300,
    }  # fmt: skip
    for name, content in pages.items():
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        try:
            read = sample.discovery.page(path)
        except Refusal:
            continue
        assert read.open, name
        if name.endswith("html"):
            assert "connect.facebook.net" in set(read.hosts["host"])


def test_a_server_is_read_piece_by_piece_and_what_it_hides_is_told(desk, postgres):
    """Columns whose names differ in their case are two; a table with row security is not read, and not in order for it."""
    import psycopg

    with psycopg.connect(postgres, autocommit=True) as con:
        con.execute('DROP TABLE IF EXISTS people, secret; CREATE TABLE people (id int, v text, "V" text, tags text[], code uuid)')
        con.execute(
            "INSERT INTO people SELECT i, 'maija@example.fi', '010190-999W', ARRAY['x'], gen_random_uuid() FROM generate_series(1, 30) i"
        )
        con.execute(
            "CREATE TABLE secret (email text); INSERT INTO secret VALUES ('a@example.fi'); ALTER TABLE secret ENABLE ROW LEVEL SECURITY"
        )
        con.execute("ALTER TABLE secret FORCE ROW LEVEL SECURITY")
        con.execute("DROP ROLE IF EXISTS reader; CREATE ROLE reader LOGIN; GRANT SELECT ON people, secret TO reader")
    desk.source("pg", postgres.replace("postgres@", "reader@"))
    found = desk.discovery.scan("pg")
    told = {(one.table, one.column): one.kind for one in found.columns.itertuples()}
    assert told == {("people", "v"): "email", ("people", "V"): "test_identity_code"}
    assert found.tables.set_index("table").loc["secret", "not_read"]
    assert found.open
    assert "secret" in desk.discovery.links("pg").unread
    with psycopg.connect(postgres, autocommit=True) as con:
        con.execute("DROP TABLE people, secret; DROP ROLE reader")


def test_a_session_of_ten_years_is_not_said_to_be_exempt_anywhere(sample, tmp_path):
    """Neither in the frame nor in the summary, and the page is open for it."""
    told = (ROOT / "data_samples" / "etusivu.har").read_text(encoding="utf-8")
    path = tmp_path / "p.har"
    path.write_text(told.replace("PHPSESSID=x; path=/; HttpOnly", "PHPSESSID=x; path=/; Max-Age=315360000"), encoding="utf-8")
    page = sample.discovery.page(path)
    assert page.cookies.set_index("name").loc["PHPSESSID", "exempt"] == "cannot_tell"
    assert "ilman suostumusta sallittuja 0" in repr(page)


# --- what is new, what stays of what was known, what nobody holds


def test_what_was_found_after_the_table_was_confirmed_is_told_until_it_is_confirmed_anew(desk, tmp_path):
    """A column, and a table; what the map has, what an earlier scan has found and a first scan are not new."""
    con = duckdb.connect()
    one, two = tmp_path / "d" / "people.csv", tmp_path / "d" / "staff.csv"
    one.parent.mkdir()
    con.execute(f"COPY (SELECT 'a' || i || '@example.fi' AS mail, 'Malli Malliainen' AS nimi FROM range(9) t(i)) TO '{one}' (HEADER)")
    desk.source("s", str(one.parent))
    desk.register.record(ivp.Activity("a", data_categories=["yhteystiedot"]), valid_from="2026-01-01", why="w")

    def confirm(*columns):
        known = [{"column": name, "data_kind": "email"} for name in columns]
        facts = {"source": "s", "table": "people", "activities": ["a"], "identifying": known}
        desk.discovery.record(ivp.DataTable("s/people", **facts), valid_from="2026-03-02", why=f"w {columns}")

    def told():
        found = desk.discovery.findings()
        return [one.finding for one in found.itertuples() if one.code == "DIS-014"]

    first = desk.discovery.scan()
    assert list(first.tables["new"]) == ["cannot_tell"]
    confirm("mail")
    desk.discovery.scan()
    assert told() == []  # the name was there before: DIS-003 is who asks for it
    con.execute(
        f"COPY (SELECT 'a' || i || '@example.fi' AS mail, '040 123 45' || i AS puhelin FROM range(10, 19) t(i)) TO '{one}' (HEADER)"
    )
    con.execute(f"COPY (SELECT 1 AS n) TO '{two}' (HEADER)")
    again = desk.discovery.scan()
    assert dict(zip(again.tables["table"], again.tables["new"], strict=True)) == {"people": "no", "staff": "yes"}
    assert "staff" in repr(again).split("\n")[0]
    assert dict(zip(*(desk.discovery.tables()[name] for name in ("table", "new")), strict=True)) == {"people": "no", "staff": "yes"}
    [finding] = told()
    assert "puhelin" in finding
    assert "mail (" not in finding
    confirm("mail", "puhelin")
    assert told() == []


def test_a_table_that_fails_keeps_what_an_earlier_scan_has_found(desk, tmp_path):
    """Its columns stay, and that it was not read is told beside them."""
    one = written(tmp_path, "parquet")
    folder = tmp_path / "d"
    folder.mkdir()
    one = one.rename(folder / one.name)
    (folder / "other.csv").write_text("n\n1\n", encoding="utf-8")
    desk.source("s", str(folder))
    desk.discovery.scan()
    before = desk.discovery.columns()
    assert set(before["table"]) == {"people"}
    one.write_bytes(b"PAR1" * 400)
    found = desk.discovery.scan()
    assert len(found.columns) == 0
    assert found.open
    now = desk.discovery.columns()
    assert list(now["column"]) == list(before["column"])
    codes = desk.discovery.findings()
    assert {"DIS-001", "DIS-006"} <= set(codes["code"][codes["subject"] == "s/people"])


@pytest.mark.parametrize(
    ("declared", "national_id", "lacking"),
    [
        (["nimi", "sähköpostiosoite"], None, ""),
        (["nimi", "tilinumero"], None, "IBAN"),
        (["yhteystiedot", "maksutiedot", "lokitiedot"], None, ""),
        (["ei tilinumeroa"], None, ""),
        (["henkilötunnus"], None, ""),
        (["puhelinnumero"], ["law"], "telephone"),
    ],
)
def test_what_an_activity_names_and_no_table_holds_is_told_where_all_was_read(desk, tmp_path, declared, national_id, lacking):
    """Only what is named as such; and nothing is said where a table of the activity was not met."""
    (tmp_path / "people.csv").write_text("nimi;sposti;tieto\nMalli Malliainen;a@example.fi;asiakas 010190-999W\n", encoding="utf-8")
    desk.source("s", str(tmp_path / "people.csv"))
    facts = {"national_id": national_id} if national_id else {}
    desk.register.record(ivp.Activity("a", data_categories=declared, **facts), valid_from="2026-01-01", why="w")
    record = ivp.DataTable("s/people", source="s", table="people", activities=["a"])
    desk.discovery.record(record, valid_from="2026-01-01", why="w")
    desk.discovery.scan()

    def told():
        found = desk.discovery.findings()
        return " ".join(found["finding"][found["code"] == "DIS-013"])

    assert (lacking in told()) if lacking else told() == ""
    assert "identity code" not in told()  # the table holds them
    other = ivp.DataTable("s/other", source="s", table="other", activities=["a"])
    desk.discovery.record(other, valid_from="2026-01-01", why="w")
    assert told() == ""


def test_a_second_sample_takes_nothing_away_that_a_first_one_found(desk, tmp_path):
    """Only a whole reading does."""
    path = tmp_path / "people.csv"
    path.write_text("n;arvo\n1;a@example.fi\n", encoding="utf-8")
    desk.source("s", str(path))
    desk.discovery.scan(sample=10)
    path.write_text("n;arvo\n1;x\n", encoding="utf-8")
    desk.discovery.scan(sample=10)
    assert list(desk.discovery.columns()["column"]) == ["arvo"]
    desk.discovery.scan()
    assert len(desk.discovery.columns()) == 0


# --- links between tables


def linked(folder, kind):
    """Two tables: visits that know their customers, and numbers that only happen to be among the customers' numbers."""
    con = duckdb.connect()
    con.execute("CREATE TABLE customers AS SELECT i AS id, 'a' || i || '@example.fi' AS mail FROM range(500) t(i)")
    con.execute("CREATE TABLE visits AS SELECT i AS nro, i % 100 AS customer_id, i % 7 AS minutes, 'x' || i AS note FROM range(900) t(i)")
    con.execute("CREATE TABLE log AS SELECT 'a' || (i % 60) || '@example.fi' AS who, 600 + i AS customer_nr FROM range(200) t(i)")
    if kind == "xlsx":
        import pandas

        with pandas.ExcelWriter(folder / "customers.xlsx") as book:
            for name in ("customers", "visits", "log"):
                con.sql(f"FROM {name}").df().to_excel(book, index=False, sheet_name=name)
        return folder / "customers.xlsx"
    for name in ("customers", "visits", "log"):
        con.execute(f"COPY {name} TO '{folder / name}.csv' (HEADER)")
    return folder


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_links_are_told_by_names_and_values_and_recorded_by_the_officer_alone(desk, tmp_path, kind):
    """Numbers that meet by chance are none, nor are names whose values are not there; what is suggested is no entry."""
    (tmp_path / "d").mkdir()
    desk.source("s", str(linked(tmp_path / "d", kind)))
    before = ivp.Desk(desk.standpoint.path, lang="en").verify().head
    found = desk.discovery.links("s")
    told = {(one.table.removeprefix("customers!"), one.column, one.to_table, one.to_column, one.how) for one in found.table.itertuples()}
    assert told == {
        ("visits", "customer_id", "customers", "id", "names_and_values"),
        ("log", "who", "customers", "mail", "values"),
    }
    assert found.unread == {}
    assert ivp.Desk(desk.standpoint.path, lang="en").verify().head == before
    visits = "visits" if kind == "csv" else "customers!visits"
    made = desk.discovery.suggest("s", visits, found)
    assert [(one.column, one.to_table, one.to_column) for one in made.links] == [("customer_id", "customers", "id")]
    desk.discovery.record(made, valid_from="2026-03-02", why="w")
    assert dict(desk.discovery.links("s").table.set_index("column")["in_map"]) == {"customer_id": "yes", "who": "no"}
    assert b"@example.fi" not in desk.standpoint.path.read_bytes()


def test_a_table_that_fails_is_told_beside_the_links_of_the_others(desk, tmp_path):
    """Hostile names and values are names and values; the tables stand afterwards."""
    path = tmp_path / "evil.duckdb"
    con = duckdb.connect(str(path))
    for text in (one.replace("\x00", "") for one in HOSTILE if "\n" not in one):
        name = '"' + text.replace('"', '""') + '"'
        con.execute(f"CREATE TABLE {name} ({name} VARCHAR, customer_id VARCHAR)")
        con.executemany(f"INSERT INTO {name} VALUES (?, ?)", [(text, text), (text + "2", text)])
    con.execute("CREATE TABLE customers AS SELECT i AS id FROM range(9) t(i); CREATE TABLE visits AS SELECT 1 AS customer_id")
    con.execute("CREATE TABLE gone (a INT); CREATE VIEW broken AS SELECT a FROM gone; DROP TABLE gone")
    con.close()
    with pytest.raises(Refusal, match="gone"):
        desk.source("s", str(path))
    found = desk.discovery.links("s")
    assert ("visits", "customers") in set(zip(found.table["table"], found.table["to_table"], strict=True))
    assert list(found.unread) == ["broken"]
    assert "broken" in repr(found)
    assert "<script" not in found._repr_html_()


def test_what_is_suggested_keeps_what_the_officer_has_confirmed(sample):
    """Her columns, key and links stay, what a scan found comes beside; a table said to be nobody's is not, where something is found."""
    made = sample.discovery.suggest("crm", "service_visits")
    assert "technician" in [one.column for one in made.identifying]
    assert made.subject_key == "customer_id"
    assert [one.to_table for one in made.links] == ["customers"]
    made = sample.discovery.suggest("tuki", "tickets")
    assert made.no_personal_data is None
    assert [one.column for one in made.identifying] == ["message"]


def test_the_form_offers_links_and_records_those_that_are_ticked(desk, tmp_path):
    """Nothing before a press; what is not ticked is not recorded."""
    (tmp_path / "d").mkdir()
    desk.source("s", str(linked(tmp_path / "d", "csv")))
    desk.discovery.scan()
    form = ivp.forms.discovery(desk)
    form.table.value = ("s", "visits")
    form._do(form._on_links, form.told["links"])
    [offered] = form._met
    assert "customers.id" in offered
    form.links.value, form.reason.value = (offered,), "tarkistettu"
    form._do(form._on_confirm, form.told["confirm"])
    assert [one.to_column for one in desk.discovery.get("s/visits").links] == ["id"]
