"""Retention: rules against the law, clocks, holds, scans, plans, certificates."""

import contextlib
import datetime as dt
import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from house import NOW, ROOT, cases, rounds
from hypothesis import given, settings
from hypothesis import strategies as st
from stores import FILES, NAMES, ROWS, content, lay

import ivplus_tools as ivp
from ivplus_tools import _dates, _law
from ivplus_tools.errors import Refusal
from ivplus_tools.retention.clock import Clock
from ivplus_tools.retention.holds import lost
from ivplus_tools.retention.records import RuleCount
from ivplus_tools.retention.scan import days_of, month_pairs

KINDS = {kind: [one for one in cases("retention") if one.values[0]["kind"] == kind] for kind in ("overdue", "statute", "vague")}
RECIPE = [
    {"column": "id", "recipe_how": "drop"}, {"column": "ended", "recipe_how": "year"}, {"column": "stamped", "recipe_how": "drop"},
    {"column": "told", "recipe_how": "drop"}, {"column": "name", "recipe_how": "prefix", "recipe_size": 2},
    {"column": "minutes", "recipe_how": "bin", "recipe_size": 30},
]  # fmt: skip


def rule(ident="r", **fields):
    """A rule over the test table."""
    told = {
        "source": "s", "table": "t", "subject_key": "customer", "start_column": "ended", "start_event": "CUST_END", "period": "P3Y",
        "reason": "sopimuskanteet", "recipe": RECIPE,
    }  # fmt: skip
    return ivp.RetentionRule(ident, **{**told, **fields})


def put(desk, *things):
    """Record, valid since the beginning of the year."""
    return desk.retention.record(list(things), valid_from="2026-01-01", why="testi")


@pytest.fixture
def laid(desk, tmp_path, request):
    """A function that lays the rows into a source of a kind, recorded with a rule and a hold."""

    def make(kind, *holds, **fields):
        server = request.getfixturevalue("postgres") if kind == "postgres" else None
        location = lay(tmp_path / kind, kind, postgres=server)
        desk.source("s", location)
        put(desk, rule(**fields), *(holds or [ivp.Hold("h", subjects=["K001", "K002"], reason="riita", review_by="2027-01-01")]))
        return location

    return make


# --- the clock


@pytest.mark.parametrize("case", KINDS["overdue"])
def test_a_row_is_overdue_the_day_after_its_period(case):
    """Start, period and grace give the last kept day; a row is overdue on the days after it."""
    told, expect = case["given"], case["expect"]
    clock = Clock(told["start"], told["period"], told.get("grace"), told.get("financial_year_end", "12-31"))
    event, on = _dates.day(told["event"]), _dates.day(told["on"])
    assert clock.kept_through(event) == _dates.day(expect["kept_through"])
    cutoff = clock.cutoff(on)
    assert (cutoff is not None and event <= cutoff) == expect["overdue"]


@pytest.mark.parametrize("case", KINDS["statute"])
def test_a_rule_is_compared_with_its_statute(desk, case):
    """Shorter than a minimum, longer than a maximum or a limitation period, or padded: the codes that the law asks for, no others."""
    told = case["given"]
    desk.register.record(
        ivp.Organisation("me", name="Oma Oy", relation="own", financial_year_end="04-30", contact="x"), valid_from="2018-01-01", why="x"
    )
    fields = {"statute": told["statute"], "period": told["period"], "start_event": told["start"], "reason": told.get("reason")}
    put(desk, ivp.RetentionRule("r", **fields, grace=told.get("grace"), longer_ground=told.get("ground")))
    codes = set(desk.retention.findings()["code"]) & {"RET-003", "RET-004", "RET-013"}
    assert codes == set(case["expect"]["codes"])


@pytest.mark.parametrize("case", cases("retention_grounds"))
def test_a_text_is_no_ground_and_a_start_of_ones_own_is_told(desk, case):
    """Each case of retention_grounds.toml: what is told of a maximum, a review, or another start event, and how gravely."""
    told = case["given"]
    fields = {name: told[name] for name in ("statute", "period", "grace", "reason", "longer_ground", "action") if name in told}
    put(desk, ivp.RetentionRule("r", start_event=told["start"], **fields))
    found = desk.retention.findings()
    found = found[found["code"].isin(["RET-003", "RET-004", "RET-013", "RET-027", "RET-028"])]
    assert dict(zip(found["code"], found["severity"], strict=True)) == case["expect"]


def test_the_library_of_statutes_says_what_they_ask_and_from_when(sample):
    """Wording, reviews and every start event that a statute allows."""
    table = sample.retention.statutes().set_index("code")
    assert table.loc["RAHAN", "start_event"] == "CUST_END; EVENT"
    assert table.loc["REKRY-RL", "start_event"] == "EVENT; RECR_END"
    assert table.loc["KPL-10", "start_event"] == "FY_END"
    assert set(table.query("review == 'yes'").index) == {"TTL-TERV", "BRE"}
    assert "viisi vuotta" in table.loc["RAHAN", "says"]
    assert table["says"].str.len().min() > 20


def test_retention_tells_the_hour_of_what_is_due_as_every_room_does(sample):
    """The same columns as the other rooms, and the rows besides."""
    assert list(sample.retention.due().columns) == [*sample.register.due().columns, "rows"]


@pytest.mark.parametrize("case", KINDS["vague"])
def test_text_that_is_no_period_is_refused(case):
    """As long as necessary is no period."""
    if case["expect"]["refused"]:
        with pytest.raises(Refusal):
            rule(period=case["given"]["text"])
    else:
        assert rule(period=case["given"]["text"]).period


def slow_cutoff(clock, on):
    """The last overdue start by looking at every day: obvious, and slow."""
    day, found = dt.date(2013, 1, 1), None
    while day <= on:
        if clock.kept_through(day) < on:
            found = day
        day += dt.timedelta(days=1)
    return found


@pytest.mark.parametrize("event", ["EVENT", "FY_END", "CY_OF_FY_END", "CY_OF_EVENT"])
@pytest.mark.parametrize("year_end", ["12-31", "04-30", "02-28"])
def test_every_start_day_of_twelve_years_agrees_with_a_slow_reference(event, year_end):
    """The turned-round rule says of each start day what adding the period to it says."""
    clock, on = Clock(event, "P2Y", None, year_end), dt.date(2025, 3, 1)
    cutoff = clock.cutoff(on)
    assert cutoff == slow_cutoff(clock, on)
    for number in range(12 * 365):
        start = dt.date(2013, 1, 1) + dt.timedelta(days=number)
        year = start.year + ((start.month, start.day) > tuple(map(int, year_end.replace("02-28", "02-29").split("-"))))
        end = {"04-30": dt.date(year, 4, 30), "12-31": dt.date(year, 12, 31), "02-28": dt.date(year, 3, 1) - dt.timedelta(days=1)}[year_end]
        anchor = {"EVENT": start, "FY_END": end, "CY_OF_FY_END": dt.date(end.year, 12, 31), "CY_OF_EVENT": dt.date(start.year, 12, 31)}[
            event
        ]
        kept = anchor.replace(year=anchor.year + 2, day=28 if (anchor.month, anchor.day) == (2, 29) else anchor.day)
        assert clock.kept_through(start) == kept
        assert (start <= cutoff) == (kept < on)


days = st.dates(dt.date(1900, 1, 1), dt.date(2200, 1, 1))
periods = st.sampled_from(["P1Y", "P6Y", "P18M", "P1M", "P30D", "P365D"])
clocks = st.builds(
    Clock,
    st.sampled_from(sorted(_law.codes("start_event"))),
    periods,
    st.sampled_from([None, "P1M"]),
    st.sampled_from(["12-31", "02-28", "06-30"]),
)


@given(clocks, days, days)
@settings(max_examples=150, deadline=None)
def test_a_later_start_never_falls_due_earlier(clock, one, other):
    """Monotone in the start: else a cut of the start column would not say what is overdue."""
    early, late = sorted((one, other))
    assert clock.kept_through(early) <= clock.kept_through(late)


@given(clocks, days, days)
@settings(max_examples=150, deadline=None)
def test_the_cut_and_the_period_say_the_same(clock, start, on):
    """Before or on the cutoff is overdue, after it is not."""
    cutoff = clock.cutoff(on)
    assert (cutoff is not None and start <= cutoff) == (clock.kept_through(start) < on)


def test_starts_that_are_no_day_are_counted_apart():
    """Empty, unreadable, and days by which programs say 'none': those only where the source says so."""
    found = days_of({None: 2, "": 1, "31.12.2020": 3, "2023-02-30": 4, "0001-01-01": 5, dt.date(9999, 12, 31): 6, "2020-01-01": 7})
    assert (found.empty, found.unreadable, found.sentinel, found.total) == (3, 7, 11, 28)
    declared = days_of({None: 2, "0001-01-01": 5, dt.date(9999, 12, 31): 6}, (), (dt.date(1, 1, 1), dt.date(9999, 12, 31)))
    assert (declared.empty, declared.sentinel) == (13, 0)
    assert found.until(dt.date(2025, 1, 1)) == 7
    assert Clock("EVENT", "P6Y", None, "12-31").kept_through(dt.date(9999, 12, 31)) == dt.date.max


# --- the sample company, and real data


def test_the_sample_is_counted_as_its_readme_says(sample):
    """Counts on the invented tables, recounted when they were made; the scan that stands in the journal is the same."""
    table = sample.retention.scan().table.set_index("rule")
    counted = table[table["problem"].isna()]
    told = {name: tuple(map(int, row)) for name, *row in counted[["total", "no_start", "unreadable", "overdue", "held"]].itertuples()}
    assert told == {
        "asiakkaat-3v": (1200, 899, 0, 37, 3), "kaynnit-3v": (3000, 0, 0, 120, 8), "laskut-6v": (2500, 0, 0, 0, 5),
        "hakemukset-2v": (300, 10, 4, 9, 0), "suostumukset-1v": (900, 769, 0, 12, 0),
    }  # fmt: skip
    readme = (ROOT / "data_samples" / "README.md").read_text(encoding="utf-8")
    for name, counts in told.items():
        assert f"| `{name}` | " + " | ".join(map(str, counts)) in readme, name
    assert str(table.loc["laskut-6v", "next_due"].date()) == "2027-01-01"
    again = sample.retention.scan("crm")
    assert not again.receipt.entries, "the scan in the sample journal is another one"


def test_the_months_to_come_add_up(sample):
    """What falls due by month, counted by hand when the sample was made."""
    months = sample.retention.months().pivot(index="month", columns="rule", values="rows")
    assert list(months["kaynnit-3v"]) == [83, 87, 88, 79, 69, 88, 102, 82, 82, 82, 89, 73]
    assert months["laskut-6v"].dropna().to_dict() == {"2027-01": 401}
    assert month_pairs(RuleCount("r", months="<script>, 2026-03: 4")) == [("2026-03", 4)]  # a line that no scan wrote stops no dashboard
    due = sample.retention.due(by="2026-12-31")
    assert due.loc[due["due"] == "2026-03-03", "rows"].sum() == 14 + 12 + 83 + 8


def test_chinook_and_northwind_count_as_they_should(desk, shared, tmp_path):
    """Real schemas that nobody here wrote: invoices past three years and the voucher rule, orders past five, 21 without a start."""
    shutil.copy(shared / "retention" / "Chinook_Sqlite.sqlite", tmp_path / "chinook.sqlite")
    northwind(shared / "retention" / "northwind_create.sql", tmp_path / "northwind.sqlite")
    desk.source("chinook", str(tmp_path / "chinook.sqlite"))
    desk.source("northwind", str(tmp_path / "northwind.sqlite"))
    invoices = {"source": "chinook", "table": "Invoice", "subject_key": "CustomerId", "start_column": "InvoiceDate", "reason": "x"}
    orders = {
        "source": "northwind", "table": "Orders", "subject_key": "CustomerID", "start_event": "EVENT", "period": "P5Y", "reason": "x",
    }  # fmt: skip
    put(
        desk,
        ivp.RetentionRule("three", **invoices, start_event="EVENT", period="P3Y"),
        ivp.RetentionRule("voucher", **invoices, start_event="CY_OF_FY_END", period="P6Y", statute="kirjanpitolaki 2:10 §"),
        ivp.RetentionRule("orders", **orders, start_column="OrderDate"),
        ivp.RetentionRule("shipped", **orders, start_column="ShippedDate"),
    )  # fmt: skip
    assert count(desk, "chinook", "2026-01-01")["three"] == (166, 0)
    assert count(desk, "chinook", "2028-01-01")["voucher"] == (83, 0)
    found = count(desk, "northwind", "2002-07-01")
    assert (found["orders"], found["shipped"][1]) == ((337, 0), 21)
    command = [
        sys.executable,
        "-m",
        "ivplus_tools",
        "scan",
        "chinook",
        "--desk",
        str(tmp_path / "desk.duckdb"),
        "--at",
        "2026-01-01",
        "--format",
        "json",
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    assert [one["overdue"] for one in json.loads(done.stdout) if one["rule"] == "three"] == [166]


def northwind(script, path):
    """Northwind in SQLite, by its own script."""
    with contextlib.closing(sqlite3.connect(path)) as con:
        con.executescript(script.read_text(encoding="utf-8"))


def count(desk, source, on):
    """Overdue rows and rows without a start of each rule, as of a day."""
    table = desk.retention.scan(source, on=on).table
    return {one.rule: (one.overdue, one.no_start) for one in table.itertuples()}


# --- the same answer from every engine


def scanned(desk):
    """The hash of counts, and the key list, over a day column, a moment and a text."""
    put(desk, rule("m", start_column="stamped"), rule("x", start_column="told", start_event="CY_OF_FY_END", period="P2Y"))
    found = desk.retention.scan("s")
    return found.hash, {name: sorted(found.overdue(name)) for name in "rmx"}


def test_every_engine_gives_the_same_hash(laid, desk, postgres):
    """CSV, Parquet, JSON Lines, DuckDB, SQLite and PostgreSQL run the same statements; of Spark test_spark says it."""
    answers = {}
    for kind in (*FILES, "postgres"):
        laid(kind)
        answers[kind] = scanned(desk)
    first = answers["parquet"]
    assert all(answer == first for answer in answers.values()), {kind: answer[0] for kind, answer in answers.items()}
    assert all(len(keys) > 100 for keys in first[1].values())


@pytest.mark.parametrize("kind", [*FILES, "postgres"])
@pytest.mark.parametrize("action", ["erase", "anonymise"])
def test_a_plan_is_carried_out_and_certified(laid, desk, kind, action):
    """Planned, approved by another, done; the other rows are as they were, held ones too, and the certificate says so."""
    location = laid(kind, action=action)
    before = content(location)
    keys = list(desk.retention.scan().overdue("r"))
    assert not {"K001", "K002", ""} & set(keys)
    plan = desk.retention.plan("r").approve("toimitusjohtaja").execute("s")
    done, after = plan.certificate, content(location)
    assert (plan.state, int(done.rows_count), int(done.total_before), done.remaining) == ("done", len(keys), len(before), "0")
    left = [row for row in before if not (row[2] and row[2][:10] <= "2023-03-01" and row[1] not in ("", "K001", "K002"))]
    if action == "erase":
        assert after == left
        assert int(done.total_after) == len(left) == len(before) - len(keys)
    else:
        assert sorted(row for row in after if row[1]) == sorted(row for row in left if row[1])
        assert sum(row[0] == row[1] == "" for row in after) == len(keys)
        assert int(done.k_anonymity) >= 1
    again = desk.retention.scan().table.iloc[0]
    assert (again["overdue"], again["held"] > 0) == (0, True)
    if done.kept_copy:
        assert "RET-017" in set(desk.retention.findings()["code"])
        plan.confirm()
        assert "RET-017" not in set(desk.retention.findings()["code"])


# --- held is held


subjects = st.lists(st.sampled_from([f"K{number:03d}" for number in range(50)]), max_size=8, unique=True)


@given(
    subjects,
    st.sampled_from(["EVENT", "CY_OF_FY_END"]),
    st.sampled_from(["P1Y", "P3Y", "P30D"]),
    st.sampled_from(["ended", "stamped", "told"]),
    st.sampled_from(["csv", "sqlite", "parquet"]),
)
@settings(max_examples=rounds(25, 3), deadline=None)
def test_a_held_subject_is_in_no_list_and_no_plan(tmp_path_factory, held, event, period, column, kind):
    """Over random holds and rules: neither in the overdue list, nor in the plan, nor erased."""
    folder = tmp_path_factory.mktemp("held")
    desk = ivp.Desk(folder / "j.duckdb", by="tt", lang="en", now=NOW)
    location = lay(folder / "s", kind)
    desk.source("s", location)
    put(
        desk,
        rule(start_event=event, period=period, start_column=column),
        ivp.Hold("other", subjects=["K049"], reason="r", review_by="2027-01-01"),
    )
    if held:
        put(desk, ivp.Hold("h", subjects=held, reason="r", review_by="2027-01-01"))
    before = [row for row in content(location) if row[1] in held]
    found = desk.retention.scan()
    assert not set(held) & set(found.overdue("r"))
    plan = desk.retention.plan("r")
    assert int(plan.record.rows_count) == len(list(found.overdue("r"))) == found.found[0].count.overdue or int(found.found[0].count.overdue)
    plan.approve("x").execute("s")
    assert [row for row in content(location) if row[1] in held] == before


@pytest.mark.parametrize(
    ("hold", "everything"),
    [
        ({"rules": ["r"]}, True), ({"rules": ["other"], "subjects": ["K003"]}, False), ({"data_category": "Asiakas  tiedot"}, True),
        ({"activity": "asiakkaat"}, True), ({"activity": "muu"}, False),
        ({"source": "s", "held_table": "t", "held_column": "customer"}, True),
        ({"rules": ["r"], "held_until": "2026-03-01"}, False), ({"rules": ["r"], "held_until": "2026-03-02"}, True),
        ({"rules": ["r"], "held_from": "2026-03-03"}, False),
    ],
)  # fmt: skip
def test_what_a_hold_names_is_held(laid, desk, hold, everything):
    """By rule, category, activity or query, from and until days; what it does not name is free."""
    laid("parquet", ivp.Hold("h", **hold, reason="r", review_by="2027-01-01"), activity="asiakkaat", data_category="asiakas tiedot")
    one = desk.retention.scan().found[0]
    assert (one.count.overdue == "0") == everything
    if everything:
        assert list(desk.retention.scan().overdue("r")) == []
        with pytest.raises(Refusal):
            desk.retention.plan("r")


def test_a_query_holds_the_keys_that_it_finds(laid, desk):
    """A table of disputes, narrowed by a value, says who is held; names are quoted, values compared."""
    laid(
        "sqlite",
        ivp.Hold("h", source="s", held_table="t", held_column="customer", held_where={"minutes": "7"}, reason="r", review_by="2027-01-01"),
    )
    held = {row[1] for row in ROWS if row[6] == 7 and row[1]}
    keys = set(desk.retention.scan().overdue("r"))
    assert held
    assert not held & keys
    assert keys


# --- plans


def test_the_steps_of_a_plan_are_demanded(laid, desk):
    """Another officer, a grant, the same rows, the same rule, no hold since: else it is refused and nothing is written."""
    location = laid("sqlite")
    before, plan = content(location), desk.retention.plan("r")
    refused = [lambda: plan.execute("s"), lambda: plan.approve("TT "), lambda: plan.approve(" ")]
    for act in refused:
        with pytest.raises(Refusal):
            act()
    plan.approve("boss")
    for act in (
        lambda: plan.execute("wrong"),
        lambda: plan.execute("s", confirm=3),
        lambda: plan.approve("other"),
        plan.settle,
        plan.confirm,
    ):
        with pytest.raises(Refusal):
            act()
    put(desk, ivp.Hold("later", subjects=["K010"], reason="r", review_by="2027-01-01"))
    with pytest.raises(Refusal, match="plan"):
        plan.execute("s")
    assert plan.state == "not_done"
    assert content(location) == before
    assert "RET-011" in set(desk.retention.findings()["code"])
    with pytest.raises(Refusal):
        desk.retention.get_plan("nothing")


def test_a_rule_that_takes_everything_asks_for_the_count(desk, tmp_path):
    """Every row of the table: the number is to be typed."""
    rows = [row for row in ROWS if row[1] and row[2] and row[2].year < 2018]
    desk.source("s", lay(tmp_path / "s", "sqlite", rows))
    put(desk, rule())
    plan = desk.retention.plan("r").approve("boss")
    for confirm in (None, len(rows) - 1):
        with pytest.raises(Refusal, match=str(len(rows))):
            plan.execute("s", confirm=confirm)
    assert plan.execute("s", confirm=len(rows)).state == "done"
    assert content(str(tmp_path / "s" / "t.sqlite")) == []


def test_a_changed_rule_or_table_stops_a_plan(laid, desk):
    """The frozen predicate is compared with what the rule would say now."""
    laid("duckdb")
    plan = desk.retention.plan("r").approve("boss")
    put(desk, rule(start_column="stamped"))
    with pytest.raises(Refusal, match="changed"):
        plan.execute("s")
    assert plan.state == "approved"


def test_an_anonymisation_tells_every_column(laid, desk):
    """A column without a recipe, a kept key, a size that is missing: refused before anything is written."""
    location = laid("sqlite", action="anonymise", recipe=RECIPE[:-1])
    before = content(location)
    with pytest.raises(Refusal, match="minutes"):
        desk.retention.plan("r")
    put(desk, rule(action="anonymise", recipe=[*RECIPE[:-1], {"column": "minutes", "recipe_how": "bin"}]))
    with pytest.raises(Refusal, match="minutes"):
        desk.retention.plan("r")
    assert content(location) == before


def test_csv_rewriting_keeps_every_other_byte(desk, tmp_path):
    """Separators, quotes, line breaks, byte order mark and missing last newline stay as they were."""
    rows = [
        b"id;customer;ended",
        b"1;K1;2015-01-01",
        b'2;"K2 ""x""\r\nand more";2025-06-01',
        b"3;K3;2014-02-02",
        b"4;\xc3\xa5\xc3\xa4;",
        b"",
        b"5;K5;2025-01-01",
    ]
    path = tmp_path / "t.csv"
    path.write_bytes(b"\xef\xbb\xbf" + b"\r\n".join(rows))
    desk.source("s", str(path))
    put(desk, rule())
    desk.retention.plan("r").approve("boss").execute("s").confirm()
    kept = [one for one in rows if not one.startswith((b"1;", b"3;"))]
    assert path.read_bytes() == b"\xef\xbb\xbf" + b"\r\n".join(kept)


# --- what is refused


@pytest.mark.parametrize(
    "location",
    [
        "postgresql://u:secret@host/db",
        "postgresql://host/db?password=secret",
        "mysql://host/db",
        "https://example.fi/data.csv",
        "s3://bucket/x",
    ],
)
def test_a_password_or_a_foreign_address_is_not_recorded(desk, location):
    """A password never reaches the journal, and no address is fetched."""
    with pytest.raises(Refusal) as refused:
        desk.source("s", location)
    assert "secret" not in str(refused.value)
    assert not desk.verify().entries


@pytest.mark.parametrize("subject", ["matti@example.fi", "010190-999P"])
def test_a_hold_takes_no_names_of_people(subject):
    """The journal cannot forget, so a subject is told by the key of the system."""
    with pytest.raises(Refusal):
        ivp.Hold("h", subjects=[subject])


def test_trouble_in_a_source_is_one_line(desk, tmp_path, postgres):
    """Nothing there, a truncated file, a server that is not there, a table and a column that are gone, text instead of days."""
    (tmp_path / "cut").mkdir()
    whole = lay(tmp_path / "p", "parquet")
    (tmp_path / "cut" / "t.parquet").write_bytes(Path(whole).read_bytes()[:-200])
    for location in (
        str(tmp_path / "no"),
        str(tmp_path / "cut"),
        "postgresql://nobody@127.0.0.1:1/x",
        "postgresql://nobody@127.0.0.1:1/x?sslmode=odd",
    ):
        with pytest.raises(Refusal) as refused:
            desk.source("s", location)
        assert "\n" not in str(refused.value)
    desk.source("s", whole)
    put(
        desk,
        rule(start_column="gone"),
        rule("t", table="tt"),
        rule("i", start_column="id"),
        rule("k", subject_key="gone"),
        rule("n", period=None),
    )
    found = desk.retention.scan()
    assert {one.count.rule: one.count.problem for one in found.found} == {
        "r": "no_column", "t": "no_table", "i": "no_date", "k": "no_column", "n": "no_period",
    }  # fmt: skip
    with pytest.raises(Refusal):
        found.overdue("r")
    with pytest.raises(Refusal):
        desk.retention.scan("nosource")


def test_a_file_that_changes_after_the_scan_is_told(laid, desk):
    """The list would not be that of the counts."""
    location = laid("csv")
    found = desk.retention.scan()
    with Path(location).open("a", encoding="utf-8") as file:
        file.write("9999,K010,2015-01-01,2015-01-01 00:00:00,,x,1\n")
    with pytest.raises(Refusal, match="changed"):
        list(found.overdue("r"))


def test_names_with_quotes_and_sql_are_names(desk, tmp_path):
    """A table and columns whose names are statements are read as they are called."""
    import duckdb

    path, table, column = tmp_path / 'o\'dd "x".duckdb', 'a"; DROP TABLE t; --', 'k{0} %s "'
    con = duckdb.connect(str(path))
    quoted = [one.replace('"', '""') for one in (table, column)]
    con.execute(f'CREATE TABLE "{quoted[0]}" ("{quoted[1]}" VARCHAR, "päivä; --" DATE)')
    con.execute(f"INSERT INTO \"{quoted[0]}\" VALUES ('K1', '2015-01-01'), ('K''2', '2015-01-01')")
    con.close()
    desk.source("s", str(path))
    put(
        desk,
        rule(table=table, subject_key=column, start_column="päivä; --"),
        ivp.Hold("h", subjects=["K'2"], reason="r", review_by="2027-01-01"),
    )
    assert list(desk.retention.scan().overdue("r")) == ["K1"]
    desk.retention.plan("r").approve("boss").execute("s")
    assert desk.retention.scan().table.iloc[0]["total"] == 1


def test_only_what_is_new_is_listed_when_asked(laid, desk):
    """The keys that fell overdue since a day are those of now without those of then."""
    laid("parquet")
    found = desk.retention.scan()
    then = desk.retention.scan(on="2025-06-01")
    assert sorted(found.overdue("r", new_since="2025-06-01")) == sorted(set_minus(found.overdue("r"), then.overdue("r")))


def set_minus(many, fewer):
    """A list without the items of another, one for one."""
    left = list(many)
    for one in fewer:
        left.remove(one)
    return left


def test_a_past_standpoint_counts_and_records_nothing(laid, desk):
    """`at` looks at another day: counts are told, the journal is as it was."""
    laid("parquet")
    before = desk.verify().entries
    assert desk.at(valid="2025-01-01").retention.scan().receipt is None
    assert desk.verify().entries == before
    with pytest.raises(Refusal):
        desk.at(valid="2025-01-01").retention.plan("r")


def test_the_library_of_statutes_is_sound():
    """Every statute has a kind and a start that is known; one with a length has a period; spellings lead to one code."""
    for code, fact in _law.codes("retention_statute").items():
        value = fact.history[-1]
        assert value["kind"] in ("minimum", "maximum", "claim", "policy", "review"), code
        if "period" in value:
            assert _dates.read_period(value["period"])
            assert value["start"] in _law.codes("start_event"), code
    assert rule(statute="kirjanpitolaki 2:10 §").statute == "KPL-6"
    assert NAMES[1] == "customer"


@pytest.mark.parametrize("lang", ["fi", "sv", "en"])
def test_the_schedule_and_the_certificate_go_out_in_three_languages(sample, tmp_path, lang):
    """Every format, with the rule, the counts, and hostile text as text."""
    sample.retention.record(
        rule("laskut-6v", source="laskutus", reason="<script>window.__xss=1</script>=1+1"), valid_from="2026-03-01", why="x"
    )
    for ending in ("docx", "html", "md", "xlsx", "json", "csv"):
        assert sample.retention.write(tmp_path / f"r.{ending}", lang=lang).stat().st_size > 300
    assert "<script>" not in (tmp_path / "r.html").read_text(encoding="utf-8")
    plan = sample.retention.get_plan("hakemukset-2v/2026-01-12")
    plan.document(lang).save(tmp_path / "c.html")
    text = (tmp_path / "c.html").read_text(encoding="utf-8")
    assert "58" in text
    assert "eero" in text
    assert "hakemukset-2v" in repr(plan)


# --- traps: names, types, moments


def test_a_file_whose_name_has_glob_signs_is_itself(desk, tmp_path):
    """`t[1].csv` is not `t1.csv`."""
    (tmp_path / "t[1].csv").write_text("customer,ended\nK1,2025-01-01\nK2,2025-01-01\n")
    (tmp_path / "t1.csv").write_text("customer,ended\nK1,2015-01-01\nK2,2025-01-01\n")
    desk.source("s", str(tmp_path / "t[1].csv"))
    put(desk, rule(table="t[1]"))
    assert desk.retention.scan().table.iloc[0]["overdue"] == 0


@pytest.mark.parametrize(
    ("kind", "stored", "held"),
    [
        ("CHAR(5)", "'AB'", "AB"), ("NUMERIC(20)", "12345678901234567890", "12345678901234567890"), ("NUMERIC(10,2)", "17", "17"),
        ("BIGINT", "17", "17.00"), ("UUID", "'6f9619ff-8b86-d011-b42d-00c04fc964ff'", "6F9619FF-8B86-D011-B42D-00C04FC964FF"),
        ("DOUBLE PRECISION", "17", "17"), ("TEXT", "'K1'", "K1 "),
    ],
)  # fmt: skip
def test_a_hold_finds_its_key_in_every_type(desk, postgres, kind, stored, held):
    """As told by the officer, and as a query gives it."""
    import psycopg

    with psycopg.connect(postgres, autocommit=True) as con:
        con.execute("DROP TABLE IF EXISTS t")
        con.execute("DROP TABLE IF EXISTS cases")
        con.execute(f"CREATE TABLE t (customer {kind}, ended DATE)")
        con.execute(f"CREATE TABLE cases (customer {kind})")
        con.execute(f"INSERT INTO t VALUES ({stored}, '2015-01-01'), (NULL, '2015-01-01')")
        con.execute(f"INSERT INTO cases VALUES ({stored})")
    desk.source("s", postgres)
    query = {"source": "s", "held_table": "cases", "held_column": "customer"}
    for hold in ({"subjects": [held]}, query):
        put(desk, rule(), ivp.Hold("h", **hold, reason="r", review_by="2027-01-01"))
        assert list(desk.retention.scan().overdue("r")) == []


@pytest.mark.parametrize("changed", [{"period": "P20Y"}, {"grace": "P5Y"}, {"reason": "toinen"}])
def test_a_rule_recorded_anew_stops_an_approved_plan(laid, desk, changed):
    """Whatever was changed in it: what was approved is what is carried out."""
    location = laid("sqlite")
    before, plan = content(location), desk.retention.plan("r").approve("boss")
    put(desk, rule(**changed))
    with pytest.raises(Refusal, match="changed"):
        plan.execute("s")
    assert content(location) == before


def test_a_table_with_cascades_is_not_erased(desk, tmp_path):
    """Rows of other tables would go unseen, held ones too."""
    con = sqlite3.connect(tmp_path / "t.sqlite")
    con.executescript(
        "CREATE TABLE t (customer TEXT PRIMARY KEY, ended TEXT); CREATE TABLE inv (c TEXT REFERENCES t ON DELETE CASCADE);"
        "INSERT INTO t VALUES ('K1', '2015-01-01'), ('K2', '2025-01-01'); INSERT INTO inv VALUES ('K1');"
    )
    con.close()
    desk.source("s", str(tmp_path / "t.sqlite"))
    put(desk, rule())
    with pytest.raises(Refusal, match="inv"):
        desk.retention.plan("r").approve("boss").execute("s")


def test_a_hold_of_this_moment_counts_in_a_list_of_before(laid, desk):
    """The scan is older than the hold; the list is not."""
    laid("parquet")
    found = desk.retention.scan()
    put(desk, ivp.Hold("new", subjects=["K010"], reason="r", review_by="2027-01-01"))
    assert "K010" not in set(found.overdue("r"))


KILLED = """
import os, sys, ivplus_tools as ivp
from ivplus_tools._sources import rewrite
put, seen = rewrite._put_in_place, []
def stop(one, source, table):
    put(one, source, table)
    seen.append(one)
    if len(seen) == int(sys.argv[3]):
        os._exit(9)
rewrite._put_in_place = stop
desk = ivp.Desk(sys.argv[1], by="tt", lang="en", now="2026-03-02T09:00")
desk.retention.get_plan(sys.argv[2]).execute("s")
"""


def three_files(desk, folder):
    """A glob of three files, each with a row to erase, and the approved plan over them."""
    for number in (1, 2, 3):
        (folder / f"t{number}.csv").write_text(f"customer,ended\nA{number},2015-01-01\nB{number},2025-01-01\n")
    desk.source("s", str(folder / "t*.csv"))
    put(desk, rule(table=folder.name))
    return desk.retention.plan("r").approve("boss")


@pytest.mark.parametrize("files", [1, 2, 3])
def test_a_kill_between_files_is_settled(desk, tmp_path, files):
    """Some files replaced: they are put back. All replaced: it is certified. A file changed since is not written over."""
    plan = three_files(desk, tmp_path)
    texts = [path.read_text() for path in sorted(tmp_path.glob("t*.csv"))]
    command = [sys.executable, "-c", KILLED, str(tmp_path / "desk.duckdb"), plan.id, str(files)]
    assert subprocess.run(command).returncode == 9
    assert plan.state == "started"
    if files == 1:
        first = tmp_path / "t1.csv"
        kept = first.read_text()
        first.write_text(kept + "C1,2026-01-01\n")
        with pytest.raises(Refusal, match="t1"):
            plan.settle()
        assert first.read_text() == kept + "C1,2026-01-01\n"
        return
    assert plan.settle().state == ("done" if files == 3 else "approved")
    found = [path.read_text() for path in sorted(tmp_path.glob("t?.csv"))]
    assert found == (texts if files < 3 else [text.replace(f"A{n},2015-01-01\n", "") for n, text in enumerate(texts, 1)])
    assert not list(tmp_path.glob("*.ivplus-new"))
    if files == 2:
        assert plan.execute("s").state == "done"


def test_several_files_are_all_replaced_or_none(desk, tmp_path, monkeypatch):
    """An error at the second file puts the first one back, and the plan can be carried out."""
    from ivplus_tools._sources import rewrite

    plan = three_files(desk, tmp_path)
    before, put_in_place, seen = [path.read_text() for path in sorted(tmp_path.glob("t*.csv"))], rewrite._put_in_place, []

    def stop(one, source, table):
        seen.append(one)
        if len(seen) == 2:
            raise KeyboardInterrupt
        put_in_place(one, source, table)

    monkeypatch.setattr(rewrite, "_put_in_place", stop)
    with pytest.raises(KeyboardInterrupt):
        plan.execute("s")
    monkeypatch.undo()
    assert [path.read_text() for path in sorted(tmp_path.glob("t*.csv"))] == before
    assert plan.settle().state == "approved"
    assert plan.execute("s").state == "done"


@pytest.mark.parametrize(
    "location",
    [
        "postgresql://u:S3/CRET@h/d",
        "postgresql://h/d?passw%6Frd=S3CRET",
        "scott/S3CRET@h:1521/x",
        "Driver=X;Pwd=S3CRET",
        "mysql:u:S3CRET@h",
    ],
)
def test_no_password_reaches_a_record_or_a_message(desk, location):
    """Whatever its form."""
    with pytest.raises(Refusal) as refused:
        desk.source("s", location)
    assert "CRET" not in str(refused.value)
    with pytest.raises(Refusal) as refused:
        desk.source("s", "x.csv", password_from="S3CRET")  # noqa: S106  it is one, on purpose
    assert "CRET" not in str(refused.value)
    assert not desk.verify().entries


def test_a_scan_that_fails_mends_nothing(laid, desk, tmp_path):
    """A source that is gone takes no overdue row, no late day and no scan's age away: only that it could not be read is added."""
    laid("csv")
    desk.retention.scan()
    before, coming = desk.retention.findings(), desk.retention.due()
    assert "RET-005" in set(before["code"])
    folder = tmp_path / "csv"
    folder.rename(tmp_path / "away")
    desk.retention.scan()
    after = desk.retention.findings()
    assert set(before["code"]) <= set(after["code"])
    assert set(after["code"]) - set(before["code"]) == {"RET-008"}
    assert desk.retention.due().equals(coming)
    (tmp_path / "away").rename(folder)
    desk.retention.scan()
    assert set(desk.retention.findings()["code"]) == set(before["code"])


def test_an_earlier_count_vouches_for_nothing_of_a_table_that_is_gone(laid, desk):
    """Its overdue rows stay a finding; but it is no count of today, and no hold is thought found by it."""
    location = laid("sqlite")
    desk.retention.scan()
    hold, rules = desk.retention.get("h"), [desk.retention.get("r")]
    assert lost(desk.retention.state(), hold, rules) == set()
    with sqlite3.connect(location) as file:
        file.execute("ALTER TABLE t RENAME TO away")
    desk.retention.scan()
    assert {"RET-005", "RET-008"} <= set(desk.retention.findings()["code"])
    assert desk.retention.counts()[["total", "overdue", "held"]].isna().all().all()
    assert lost(desk.retention.state(), hold, rules) == {1, 2}
