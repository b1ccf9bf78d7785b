"""The measures room: cases from the law, two lists held against each other over every kind of source, what is refused, form and shell."""

import datetime as dt
import os
import sqlite3
import tomllib

import duckdb
import pytest
from click.testing import CliRunner
from house import HOSTILE, NOW, ROOT, cases
from hypothesis import given, settings
from hypothesis import strategies as st

import ivplus_tools as ivp
from ivplus_tools import _records, _words
from ivplus_tools.cli import main
from ivplus_tools.errors import Refusal
from ivplus_tools.measures.records import SecurityMeasure
from ivplus_tools.measures.state import CANNOT_TELL, CURRENT, FAILED, LATE, NEVER, OPEN, UNDECIDED, fewer, none_of

LAW = [
    pytest.param(one, id=one["name"])
    for one in tomllib.loads((ROOT / "tests" / "cases" / "measures_law.toml").read_text(encoding="utf-8"))["case"]
]
CODES = {
    "MEA-001": "text_only", "MEA-002": "never_tested", "MEA-004": "failed", "MEA-005": "no_access_review", "MEA-008": "leavers_open",
    "MEA-010": "not_evaluable", "MEA-011": "attendance_short", "MEA-013": "tasks_not_named", "MEA-014": "camera_too_long",
    "MEA-015": "breach_measure_untested", "MEA-017": "no_interval",
}  # fmt: skip
NONE_OPEN = {"accounts_seen": 9, "orphans": 0, "service_accounts": 0, "unreadable_accounts": 0}
COLUMNS = {"account_key": "tunnus", "employee_key": "nro", "ended": "loppu", "active": "auki", "account_kind": "laji"}


# --- cases from the law, written without sight of the code


def put(desk, record, since="2018-06-01"):
    """A record, true from long ago."""
    room = next(name for name in ("register", "breach", "measures") if name == type(record).room)
    getattr(desk, room).record(record, valid_from=since, why="w")


def lay(desk, facts):
    """What a case knows, in the journal."""
    checks = {"measure_test": facts.get("measure"), "training": facts.get("training")}
    own = {check: f"P{part['interval_months']}M" for check, part in checks.items() if part and part.get("interval_months")}
    intervals = [{"security_check": check, "interval": one} for check, one in {"access_review": "P9Y", **own}.items()]
    put(desk, ivp.SecurityPolicy("p", intervals=intervals))
    for name, make in LAID.items():
        if name in facts:
            for record in make(facts[name], facts):
                put(desk, record, since=facts[name]["aware"] if name == "breach" else "2018-06-01")


def of_measure(told, _):
    """Words in the register, a record of it, or both."""
    if "text" in told:
        yield ivp.Activity("t", security_measures=[told["text"]])
    if told.keys() - {"text"}:
        facts = {"tested": told.get("last_tested"), "test_result": told.get("result"), "owner": told.get("owner")}
        yield ivp.SecurityMeasure("m", prevents=["fault"], activities=["t"] if "text" in told else None, **facts)


def of_review(told, _):
    """A system in use, and its review where there is one."""
    yield from (ivp.System("s", name="s"), ivp.Activity("a", systems=["s"]))
    if told:
        facts = {"reviewed": told["day"], "leavers_open": told.get("leavers_open"), "listed": told.get("list_as_of")}
        yield ivp.AccessReview("r", system="s", **{**NONE_OPEN, "accounts_seen": 99}, **facts)


def of_health(told, facts):
    """An activity of employees, and who handles their health data."""
    yield ivp.Activity("h", data_subjects=["työntekijät"], special_categories=["health"] if told else ivp.NONE)
    if facts.get("named_tasks"):
        yield ivp.SecurityMeasure("tasks", activities=["h"], handled_by=["palkanlaskija"], tested="2026-11-01", test_result="passed")


def of_camera(told, _):
    """An activity of recordings and how long the register keeps them."""
    yield ivp.Activity("c", data_categories=["kameratallenteet"], retention=[f"kameratallenteet | period: P{told}M"])


LAID = {
    "measure": of_measure, "access_review": of_review, "health_data": of_health, "camera_retention_months": of_camera,
    "training": lambda told, _: [ivp.Training("k", course="c", held_on=told["day"], invited=told["invited"], attended=told["attended"])],
    "breach": lambda told, _: [ivp.Breach("b", title="b", aware=told["aware"], cause="fault" if told["cause"] else None)],
}  # fmt: skip


def told_of(found):
    """Findings in the words of the cases; what is about a part that the case did not give is left out."""
    for one in found.itertuples():
        if one.code == "MEA-003":
            yield "training_stale" if one.subject == "k" else "stale"
        elif one.code == "MEA-012":
            yield "not_evaluable"
        elif one.code not in ("MEA-006", "MEA-016"):
            yield CODES[one.code]


@pytest.mark.parametrize("case", LAW)
def test_what_the_law_asks_of_evidence_is_told(tmp_path, case):
    """Each case of another hand: exactly what it names is told, on its day."""
    desk = ivp.Desk(tmp_path / "j.duckdb", by="tt", lang="en", now="2030-01-01T09:00", trust_clock=True)
    lay(desk, case["given"])
    found = desk.at(valid=case["given"]["on"]).measures.findings()
    if "named_tasks" in case["given"]:  # the measure that names the tasks is none of the case's
        found = found[found["subject"] != "tasks"]
        found = found[~((found["code"] == "MEA-017") & ("measure" not in case["given"]))]
    assert sorted(set(told_of(found))) == case["expect"]["told"]


# --- two lists


def listed(desk, folder, accounts, employees):
    """Both lists as CSV files of one source, and the system that they are about."""
    folder.mkdir(exist_ok=True)
    con = duckdb.connect()
    for name, heads, rows in (("tilit", "tunnus auki laji", accounts), ("tyontekijat", "nro loppu", employees)):
        con.execute(f"CREATE TABLE {name} ({', '.join(f'{one} VARCHAR' for one in heads.split())})")
        if rows:
            con.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(rows[0]))})", rows)
        con.execute(f"COPY {name} TO '{folder / name}.csv' (HEADER, FORCE_QUOTE *)")
    desk.source("l", str(folder))
    desk.register.record(ivp.System("crm", name="CRM"), valid_from="2026-01-01", why="w")


def compared(desk, accounts="l/tilit", employees="l/tyontekijat", **told):
    """The two lists held against each other, by the columns that they have."""
    return desk.measures.accounts("crm", accounts, employees, **{**COLUMNS, "as_of": "2026-03-02", **told})


@pytest.mark.parametrize("case", cases("measures"))
def test_each_account_is_in_one_state(desk, tmp_path, case):
    """One account against a few employees."""
    listed(desk, tmp_path / "l", [case["account"]], case["employees"])
    found = compared(desk)
    assert [state for state, count in found.counts.items() if count] == [case["state"]]
    assert found.seen == 1
    if case["state"] in ("matched", "shut"):
        assert found.rows.empty
    else:
        assert list(found.rows["state"]) == [case["state"]]
        assert list(found.rows["reason"].fillna("")) == [case.get("reason", "")]


MANY = 100_000
ODD = ["ÅÄÖ {}", "k.{}@example.fi", "O'Neil;{}", '"{}"', "=cmd|{}", "{} {{}}", "<b>{}</b>", "{}%_", "\\{}", "emoji 🦆 {}"]


def many():
    """A hundred thousand accounts and as many employees with odd keys: leavers, orphans and the rest, known by construction."""
    accounts, employees, planted = [], [], {"leaver": set(), "orphan": set(), "shut": set(), "service": set(), "matched": set()}
    for n in range(MANY):
        key = ODD[n % len(ODD)].format(f"{n:06d}x")
        kind = "leaver" if n % 997 == 0 else "orphan" if n % 1009 == 0 else "shut" if n % 13 == 0 else "matched"
        kind = "service" if n % 5003 == 1 else kind
        planted[kind].add(key)
        state = {"shut": "ei", "service": "kyllä"}.get(kind, "kyllä")
        accounts.append((key if n % 2 else f" {key.upper()} ", state, "palvelutili" if kind == "service" else ""))
        if kind not in ("orphan", "service"):
            employees.append((key, str(dt.date(2026, 3, 1) - dt.timedelta(days=n % 900)) if kind in ("leaver", "shut") else None))
        else:
            employees.append((f"toinen {n}", None))
    return accounts, employees, planted


@pytest.fixture(scope="module")
def lists():
    """Made once."""
    return many()


def stored(kind, folder, accounts, employees, postgres):
    """The lists in a source of a kind; the locations of both."""
    folder.mkdir(exist_ok=True)
    con = duckdb.connect()
    con.execute("CREATE TABLE tilit (tunnus VARCHAR, auki VARCHAR, laji VARCHAR); CREATE TABLE tyontekijat (nro VARCHAR, loppu DATE)")
    con.execute("INSERT INTO tilit SELECT unnest(?), unnest(?), unnest(?)", [list(one) for one in zip(*accounts, strict=True)])
    con.execute("INSERT INTO tyontekijat SELECT unnest(?), unnest(?::DATE[])", [list(one) for one in zip(*employees, strict=True)])
    if kind == "postgres":
        import psycopg

        with psycopg.connect(postgres, autocommit=True) as server:
            for name, columns, rows in (
                ("tilit", "tunnus text, auki text, laji text", accounts), ("tyontekijat", "nro text, loppu date", employees),
            ):  # fmt: skip
                server.execute(f"DROP TABLE IF EXISTS {name}")
                server.execute(f"CREATE TABLE {name} ({columns})")
                with server.cursor() as cursor, cursor.copy(f"COPY {name} FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)
        return postgres
    if kind == "sqlite":
        path = folder / "l.sqlite"
        with sqlite3.connect(path) as lite:
            lite.execute("CREATE TABLE tilit (tunnus TEXT, auki TEXT, laji TEXT)")
            lite.execute("CREATE TABLE tyontekijat (nro TEXT, loppu TEXT)")
            lite.executemany("INSERT INTO tilit VALUES (?, ?, ?)", accounts)
            lite.executemany("INSERT INTO tyontekijat VALUES (?, ?)", employees)
        return str(path)
    if kind == "duckdb":
        path = folder / "l.duckdb"
        con.execute(f"ATTACH '{path}' AS l; CREATE TABLE l.tilit AS FROM tilit; CREATE TABLE l.tyontekijat AS FROM tyontekijat; DETACH l")
        return str(path)
    for name in ("tilit", "tyontekijat"):
        if kind == "xlsx":
            plain = {"options": {"strings_to_formulas": False, "strings_to_urls": False}}
            made = con.sql(f"FROM {name} LIMIT 3000").df()
            made.to_excel(folder / f"{name}.xlsx", index=False, sheet_name=name, engine="xlsxwriter", engine_kwargs=plain)
        else:
            con.execute(f"COPY {name} TO '{folder / name}.{kind}' ({'HEADER' if kind == 'csv' else 'FORMAT parquet'})")
    return str(folder)


@pytest.mark.parametrize("kind", ["csv", "parquet", "duckdb", "sqlite", "postgres", "xlsx"])
def test_every_leaver_and_orphan_of_a_hundred_thousand_is_found_and_nobody_else(desk, tmp_path, lists, kind, request):
    """Odd keys, over every kind of source; nothing of a key is in the journal."""
    accounts, employees, planted = lists
    server = request.getfixturevalue("postgres") if kind == "postgres" else None
    desk.source("l", stored(kind, tmp_path / "l", accounts, employees, server))
    desk.register.record(ivp.System("crm", name="CRM"), valid_from="2026-01-01", why="w")
    found = compared(desk)
    if kind == "xlsx":  # of which the first three thousand rows are enough
        first = {key.strip().casefold() for key, *_ in accounts[:3000]}
        planted = {state: {one for one in keys if one.casefold() in first} for state, keys in planted.items()}
    assert found.counts == {**{state: len(keys) for state, keys in planted.items()}, "unreadable": 0}
    shown = {(one.key.strip().casefold(), one.state) for one in found.rows.itertuples()}
    assert shown == {(key.casefold(), state) for state in ("leaver", "orphan", "service") for key in planted[state]}
    assert found.evaluable
    assert found.open
    found.record(why="w")
    assert b"000997x" not in desk.standpoint.path.read_bytes().lower()
    assert desk.measures.get("crm/2026-03-02").leavers_open == str(len(planted["leaver"]))


def test_two_lists_of_different_sources_are_compared(desk, tmp_path):
    """Numbers in SQLite against texts in a CSV file."""
    listed(desk, tmp_path / "l", [("1", "kyllä", ""), ("2", "kyllä", ""), ("3", "kyllä", "")], [("9", "")])
    with sqlite3.connect(tmp_path / "hr.sqlite") as lite:
        lite.execute("CREATE TABLE people (id INTEGER, until TEXT)")
        lite.executemany("INSERT INTO people VALUES (?, ?)", [(1, None), (2, "2025-01-01")])
    desk.source("hr", str(tmp_path / "hr.sqlite"))
    found = compared(desk, employees="hr", employee_key="id", ended="until")
    assert {state: count for state, count in found.counts.items() if count} == {"matched": 1, "leaver": 1, "orphan": 1}
    assert "hr/people" in repr(found)


@pytest.mark.parametrize(
    ("told", "reasons"),
    [
        ({"as_of": "2026-03-02"}, ()), ({"as_of": "2026-03-01"}, ("accounts_old", "employees_old")),
        ({"employees_as_of": "2026-02-27"}, ("employees_old",)), ({"on": "2026-03-01"}, ("accounts_later",)),
        ({"as_of": "2026-02-27", "on": "2026-02-27"}, ()), ({"account_key": "laji"}, ("nobody_matched",)),
    ],
)  # fmt: skip
def test_a_list_of_another_day_or_with_another_key_tells_nothing(desk, tmp_path, told, reasons):
    """It is never in order, and the review says why; a list of the day of the review is."""
    listed(desk, tmp_path / "l", [("K1", "kyllä", "x")], [("K1", "")])
    found = compared(desk, **told)
    assert found.reasons == reasons
    assert found.evaluable is not bool(reasons)
    assert found.open is bool(reasons)
    found.record(why="w")
    codes = set(desk.measures.findings()["code"]) - {"MEA-017"}
    assert bool(codes) is bool(reasons)
    assert ("MEA-010" in codes) is bool(reasons)
    assert set(desk.measures.overview()["state"]) == ({CANNOT_TELL} if told != {"account_key": "laji"} else {UNDECIDED})


def test_the_own_time_of_a_file_is_told_as_such(desk, tmp_path):
    """Where nobody states the day: a file of later than the pinned day tells nothing of it."""
    listed(desk, tmp_path / "l", [("K1", "kyllä", "")], [("K1", "")])
    found = compared(desk, as_of=None)
    assert repr(found).count("own time") == 2
    assert found.reasons == ("accounts_later",)


def test_empty_lists_and_repeated_or_missing_keys_are_told(desk, tmp_path):
    """No account is no answer; keys that come twice and rows without one are counted."""
    listed(desk, tmp_path / "l", [], [("K1", "")])
    assert compared(desk).reasons == ("no_accounts",)
    listed(desk, tmp_path / "l", [("K1", "kyllä", ""), ("k1 ", "kyllä", "")], [("K1", ""), ("K1", ""), ("K1", ""), ("", "")])
    found = compared(desk)
    assert found.counts["matched"] == 2
    assert (found.twice, found.nameless) == ((1, 2), 1)
    assert "accounts 1, employees 2" in repr(found)
    assert "without a key: 1" in repr(found)


def test_lists_that_cannot_be_compared_are_refused(desk, tmp_path):
    """One line each: a system, a source or a column that is not there, one list twice, a day to come."""
    listed(desk, tmp_path / "l", [("K1", "kyllä", "")], [("K1", "")])
    for told, words in (
        ({"account_key": "gone"}, "no column 'gone'"), ({"employee_key": "gone"}, "no column 'gone'"), ({"active": "gone"}, "no column"),
        ({"employees": "l/tilit", "employee_key": "tunnus", "ended": "auki"}, "same table"), ({"accounts": "l/gone"}, "gone"),
        ({"accounts": "nowhere/tilit"}, "nowhere"), ({"as_of": "2026-03-03"}, "still to come"), ({"on": "2026-03-03"}, "still to come"),
    ):  # fmt: skip
        with pytest.raises(Refusal, match=words):
            compared(desk, **told)
    with pytest.raises(Refusal, match="nearest: 'crm'"):
        desk.measures.accounts("cmr", "l/tilit", "l/tyontekijat", **COLUMNS)
    desk.source("same", str(tmp_path / "l"))
    with pytest.raises(Refusal, match="same table"):
        compared(desk, employees="same/tilit", employee_key="tunnus", ended="auki")
    assert desk.measures.access_reviews().empty


def test_hostile_keys_are_shown_as_text_and_kept_nowhere(desk, tmp_path):
    """In the frame for the officer's eyes, and not in the journal."""
    listed(desk, tmp_path / "l", [(one, "kyllä", "") for one in HOSTILE], [("K1", ""), (HOSTILE[0], "2025-01-01")])
    found = compared(desk)
    assert found.counts["leaver"] == 1
    assert sum(found.counts.values()) == len(HOSTILE)
    assert "<script>" not in ivp.show(found.rows)._repr_html_()
    found.record(why="w")
    assert b"__xss" not in desk.standpoint.path.read_bytes()


@pytest.mark.parametrize(
    ("heading", "told", "state"),
    [
        ("auki", "0", "shut"), ("tila", "0", "unreadable"), ("tila", "1", "unreadable"), ("tila", "Suljettu", "shut"),
        ("tila", "false", "unreadable"),
        ("is_active", "false", "shut"), ("Aktiivinen", "kyllä", "leaver"), ("tila", "E", "unreadable"), ("käytössä", "", "unreadable"),
    ],
)  # fmt: skip
def test_a_bare_yes_or_no_is_understood_only_of_a_column_that_asks_whether_an_account_is_open(desk, tmp_path, heading, told, state):
    """A nought may mean in use: of a leaver's account nothing is then told, and it is never taken for closed."""
    listed(desk, tmp_path / "l", [("K1", told, "")], [("K1", "2025-01-01")])
    path = tmp_path / "l" / "tilit.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("auki", heading), encoding="utf-8")
    assert list(compared(desk, active=heading).rows["state"]) == ([state] if state != "shut" else [])


@pytest.mark.parametrize("heading", ["disabled", "is_locked", "Tili suljettu", "inaktiv", "ei_aktiivinen"])
def test_a_column_that_asks_whether_an_account_is_closed_is_refused(desk, tmp_path, heading):
    """Its yes would be read as open and its no as closed."""
    listed(desk, tmp_path / "l", [("K1", "ei", "")], [("K1", "2025-01-01")])
    with pytest.raises(Refusal, match="closed"):
        compared(desk, active=heading)
    assert compared(desk, active=None).counts["leaver"] == 1


def test_a_day_that_is_stated_later_than_the_file_was_written_is_not_believed(desk, tmp_path):
    """Both stand: the stated day, and that the file cannot be of it."""
    listed(desk, tmp_path / "l", [("K1", "kyllä", "")], [("K1", "")])
    old = dt.datetime(2026, 2, 1, 12).timestamp()
    os.utime(tmp_path / "l" / "tilit.csv", (old, old))
    assert compared(desk).reasons == ("stated_too_late",)
    assert compared(desk, as_of=None, employees_as_of="2026-03-02").reasons == ("accounts_old",)


# --- records


@pytest.mark.parametrize(
    "made",
    [
        lambda: ivp.Training("t", course="c", held_on="2026-03-03"), lambda: ivp.SecurityMeasure("m", tested="2026-04-01"),
        lambda: ivp.AccessReview("r", system="s", reviewed="2027-01-01"), lambda: ivp.RestoreTest("x", system="s", tested="2026-03-03"),
        lambda: ivp.Undertaking("u", position="p", counted="2026-03-03"),
    ],
)  # fmt: skip
def test_what_is_still_to_come_has_not_been_done(desk, made):
    """Refused, also on import; nothing is written. The next test may be to come."""
    with pytest.raises(Refusal, match="still to come"):
        desk.measures.record(made(), valid_from="2026-03-01", why="w")
    assert desk.measures.standing() == []
    desk.measures.record(ivp.SecurityMeasure("m", next_test="2027-01-01"), valid_from="2026-03-01", why="w")
    assert list(desk.measures.due()["what"]) == ["test of a measure (own interval)"]


@pytest.mark.parametrize(
    "made",
    [
        lambda: ivp.Training("t", invited=5, attended=6), lambda: ivp.Training("t", attended="2-3", passed=4),
        lambda: ivp.AccessReview("r", accounts_seen=3, leavers_open=4), lambda: ivp.LogReview("l", log_sampled=3, deviations=4),
        lambda: ivp.LogReview("l", log_from="2026-02-01", log_until="2026-01-01"),
    ],
)  # fmt: skip
def test_counts_and_days_that_contradict_each_other_are_refused(made):
    """More came than were invited, a period ends before it begins."""
    with pytest.raises(Refusal):
        made()


def test_a_system_that_no_register_knows_is_told(desk):
    """With the nearest; what is recorded of it protects nothing."""
    desk.register.record([ivp.System("crm", name="CRM"), ivp.Activity("a", systems=["crm"])], valid_from="2026-01-01", why="w")
    desk.measures.record(ivp.AccessReview("r", system="cmr", reviewed="2026-02-01"), valid_from="2026-02-01", why="w")
    found = desk.measures.findings().set_index("code")
    assert "nearest: 'crm'" in found.loc["MEA-019", "finding"]
    assert found.loc["MEA-005", "subject"] == "crm"


def test_a_policy_and_a_plan_the_earlier_of_them_counts(desk):
    """A plan may be tighter than the policy, and cannot loosen it; of two policies the shorter interval holds."""
    part = {"security_check": "measure_test", "interval": "P1Y"}
    policies = [ivp.SecurityPolicy("p", intervals=[part]), ivp.SecurityPolicy("q", intervals=[{**part, "interval": "P2Y"}])]
    desk.measures.record(policies, valid_from="2024-01-01", why="w")
    for ident, planned in (("loose", "2026-12-31"), ("tight", "2025-12-31"), ("none", None)):
        made = ivp.SecurityMeasure(ident, tested="2025-02-10", test_result="passed", next_test=planned)
        desk.measures.record(made, valid_from="2025-02-10", why="w")
    due = desk.measures.due().set_index("subject")["due"].astype(str).to_dict()
    assert due == {"loose": "2026-02-10", "tight": "2025-12-31", "none": "2026-02-10"}
    assert set(desk.measures.due()["rule"]) == {"policy:intervals"}
    assert list(desk.measures.findings()["code"]) == ["MEA-003"] * 3


def test_health_of_others_than_employees_needs_no_named_tasks_and_untold_people_may_be_employees(desk):
    """The Act is about employees: participants are none; where nobody says whose data they are, it is told."""
    for ident, people in (("guests", ["osallistujat"]), ("staff", ["Työntekijät ja harjoittelijat"]), ("untold", None)):
        made = ivp.Activity(ident, data_subjects=people, special_categories=["health"])
        desk.register.record(made, valid_from="2026-01-01", why="w")
    found = desk.measures.findings()
    assert set(found[found["code"] == "MEA-013"]["subject"]) == {"staff", "untold"}


def test_a_camera_rule_of_retention_is_told_once(desk):
    """Where a rule under the section stands, retention tells what is too long, with its ground; the register is not told twice."""
    made = ivp.Activity("c", data_categories=["kameratallenteet"], retention=["kameratallenteet | period: P2Y"])
    desk.register.record(made, valid_from="2026-01-01", why="w")
    assert list(desk.measures.findings()["code"]) == ["MEA-014"]
    rule = ivp.RetentionRule("r", activity="c", period="P2Y", start_event="REC_END", statute="TTL-KAM")
    desk.retention.record(rule, valid_from="2026-01-01", why="w")
    assert list(desk.measures.findings()["code"]) == []
    assert "RET-004" in set(desk.retention.findings()["code"])


@pytest.mark.parametrize(
    ("deviations", "follow_up", "code"), [(0, None, None), (2, "suljettu", None), (2, None, "MEA-020"), (None, None, "MEA-012")]
)
def test_deviations_of_a_log_are_followed_up(desk, deviations, follow_up, code):
    """None, some with what was done, some without, and a count that nobody told."""
    desk.register.record(ivp.System("s", name="s"), valid_from="2026-01-01", why="w")
    made = ivp.LogReview("l", system="s", reviewed="2026-02-01", deviations=deviations, follow_up=follow_up)
    desk.measures.record(made, valid_from="2026-02-01", why="w")
    assert set(desk.measures.findings()["code"]) - {"MEA-017"} == ({code} if code else set())


@pytest.mark.parametrize(("complete", "code"), [("yes", None), ("no", "MEA-021"), (None, "MEA-012")])
def test_a_restore_shows_whether_the_data_were_complete(desk, complete, code):
    """What nobody has told is not complete."""
    desk.register.record(ivp.System("s", name="s"), valid_from="2026-01-01", why="w")
    made = ivp.RestoreTest("x", system="s", tested="2026-02-01", restore_time="4 h", data_complete=complete)
    desk.measures.record(made, valid_from="2026-02-01", why="w")
    assert set(desk.measures.findings()["code"]) - {"MEA-017"} == ({code} if code else set())


@pytest.mark.parametrize(("signed", "code"), [(5, None), ("5-6", None), (4, "MEA-018"), ("4-5", "MEA-012"), (None, "MEA-012")])
def test_undertakings_are_counted(desk, signed, code):
    """Enough, too few, and a count of which it cannot be told."""
    desk.measures.record(ivp.Undertaking("u", position="p", needed_count=5, signed_count=signed), valid_from="2026-02-01", why="w")
    assert list(desk.measures.findings()["code"]) == ([code] if code else [])


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30), st.integers(0, 30))
@settings(max_examples=200, deadline=None)
def test_a_range_is_called_enough_only_where_every_number_in_it_is(one, two, three, four):
    """Open and current are said of all numbers that a count can mean; else it cannot be told."""
    part, whole = sorted((one, two)), sorted((three, four))
    found = fewer(*(_records.answer_of(ivp.Training, "invited", f"{low}-{high}") for low, high in (part, whole)))
    every = {a < b for a in range(part[0], part[1] + 1) for b in range(whole[0], whole[1] + 1)}
    assert found == (CANNOT_TELL if len(every) == 2 else OPEN if True in every else CURRENT)
    assert none_of(None) == CANNOT_TELL


def test_the_journal_names_nobody_and_every_field_is_worded():
    """No field of a measure takes a name of a data subject; each has its meaning in three languages."""
    assert "name" in SecurityMeasure.model_fields  # of the measure
    for kind in (ivp.Training, ivp.AccessReview, ivp.Undertaking, ivp.LogReview):
        assert "name" not in kind.model_fields


PERSONAL = [
    "010190-923A", "Maija Meikäläinen 010190-923A", "m\u00adaija@example.fi", "010190\u200b-923A", "040\u2060 123 4567",
    "soita 040 123 4567", "FI21 1234 5600 0007 85",
]  # fmt: skip


@pytest.mark.parametrize("told", PERSONAL)
@pytest.mark.parametrize(
    "make",
    [
        lambda told: ivp.Training(f"Koulutus/{told}/2026-02-01"), lambda told: ivp.Training("t", audience=told),
        lambda told: ivp.SecurityMeasure("m", handled_by=["palkat", told]), lambda told: ivp.LogReview("l", follow_up=told),
        lambda told: ivp.AccessReview("r", reviewer=told), lambda told: ivp.RestoreTest("x", restored_backup=told),
        lambda told: ivp.Undertaking("u", position=told), lambda told: ivp.SecurityPolicy("p", remarks=told),
    ],
)  # fmt: skip
def test_no_text_and_no_identifier_takes_a_number_or_an_address_of_a_person(desk, make, told):
    """In an identifier, a text, an item of a list; nothing is written. The journal cannot forget."""
    with pytest.raises(Refusal, match="cannot forget"):
        desk.measures.record(make(told), valid_from="2026-02-01", why="w")
    assert desk.measures.standing() == []
    desk.measures.record(make("ryhmä 1"), valid_from="2026-02-01", why="w")


@pytest.mark.parametrize("told", PERSONAL)
def test_no_reason_takes_one_either(desk, told):
    """Of a record and of a withdrawal."""
    with pytest.raises(Refusal, match="cannot forget"):
        desk.measures.record(ivp.Training("t"), valid_from="2026-02-01", why=told)
    receipt = desk.measures.record(ivp.Training("t"), valid_from="2026-02-01", why="w")
    with pytest.raises(Refusal, match="cannot forget"):
        desk.measures.withdraw(receipt, why=told)
    assert len(desk.measures.standing()) == 1


def test_the_next_test_is_not_before_the_last():
    """It would be late from the day it is recorded; one that was planned and never done may be past."""
    with pytest.raises(Refusal, match="next test"):
        ivp.SecurityMeasure("m", tested="2026-02-01", next_test="2020-01-01")
    assert ivp.SecurityMeasure("m", next_test="2020-01-01").next_test


@pytest.mark.parametrize(
    ("made", "state"),
    [
        (ivp.SecurityMeasure("m", tested="2026-02-01", test_result="passed", next_test="2027-01-01"), CURRENT),
        (ivp.SecurityMeasure("m", tested="2025-02-01", test_result="passed", next_test="2026-01-01"), LATE),
        (ivp.SecurityMeasure("m", tested="2025-02-01", test_result="partly", next_test="2026-01-01"), FAILED),
        (ivp.SecurityMeasure("m", next_test="2026-01-01"), NEVER), (ivp.SecurityMeasure("m", tested="2026-02-01"), CANNOT_TELL),
        (ivp.LogReview("l", system="s", reviewed="2026-02-01", deviations=2), UNDECIDED),
        (ivp.AccessReview("r", system="s", reviewed="2026-02-01", orphans=2), UNDECIDED),
        (ivp.AccessReview("r", system="s", reviewed="2026-02-01", orphans=2, leavers_open=1), FAILED),
        (ivp.RestoreTest("x", system="s", tested="2026-02-01", data_complete="no"), FAILED),
        (ivp.Training("t", course="c", held_on="2026-02-01", invited=5, attended=4), FAILED),
    ],
)  # fmt: skip
def test_what_is_open_is_told_by_why(desk, made, state):
    """Late, fallen short, never done and undecided are four words; the gravest is told, and the findings tell each."""
    desk.measures.record(made, valid_from="2025-02-01", why="w")
    assert list(desk.measures.overview()["state"]) == [state]
    shown = {ivp.show(desk.speaking(lang).measures.overview())._repr_html_() for lang in ("fi", "sv", "en")}
    assert len(shown) == 3


# --- what other rooms say of it


def protected(desk, **told):
    """A system in use and a measure that protects it."""
    desk.register.record(
        [ivp.Organisation("me", name="Me", relation="own"), ivp.System("crm", name="CRM"), ivp.Activity("a", name="A", systems=["crm"]),
         ivp.Activity("b", name="B", security_measures=["salasanat"])],
        valid_from="2026-01-01", why="w",
    )  # fmt: skip
    if told:
        desk.measures.record(ivp.SecurityMeasure("m", name="Kirjautuminen", systems=["crm"], **told), valid_from="2026-01-01", why="w")


@pytest.mark.parametrize(
    ("told", "line", "public"),
    [
        ({"tested": "2026-02-01", "test_result": "passed"}, "Kirjautuminen (tested on 1 February 2026: passed)", True),
        ({"tested": "2026-02-01", "test_result": "failed"}, "Kirjautuminen (tested on 1 February 2026: failed)", False),
        ({"tested": "2026-02-01"}, "Kirjautuminen (tested on 1 February 2026: unknown)", False),
        ({"owner": "x"}, "Kirjautuminen (not tested)", False),
    ],
)  # fmt: skip
def test_other_rooms_say_what_was_recorded_and_tested_and_nothing_else(desk, tmp_path, told, line, public):
    """The register's document, a breach's measures before, and the notice, which names only what a test has shown to work."""
    protected(desk, **told)
    written = desk.register.write(tmp_path / "r.md").read_text(encoding="utf-8")
    assert written.count("Kirjautuminen") == 1
    assert line in written.replace("\\", "")
    assert desk.breach.open("x", aware="2026-03-02T08:00", activities=["a"]).record.measures_before == (line,)
    assert desk.breach.open("y", aware="2026-03-02T08:00", activities=["b"]).record.measures_before == ("salasanat",)
    assert ("Kirjautuminen" in desk.notice.draft().text) is public
    assert ("How the data are protected" in desk.notice.draft().text) is public


def test_without_a_record_no_document_says_anything_of_measures(desk, tmp_path):
    """The positive control stands above."""
    protected(desk)
    assert "tested" not in desk.register.write(tmp_path / "r.md").read_text(encoding="utf-8")
    assert "How the data are protected" not in desk.notice.draft().text


@pytest.mark.parametrize(
    ("records", "states"),
    [
        ([], ["nothing_keeps_it"] * 3),
        ([ivp.SecurityMeasure("m", tested="2026-02-01", test_result="passed")], ["kept", *["nothing_keeps_it"] * 2]),
        ([ivp.SecurityMeasure("m", tested="2026-02-01", test_result="failed")], ["broken", *["nothing_keeps_it"] * 2]),
        ([ivp.SecurityMeasure("m", owner="x")], ["nothing_keeps_it"] * 3),
        ([ivp.AccessReview("r", system="s", reviewed="2026-02-01", leavers_open=0)], ["nothing_keeps_it", "kept", "nothing_keeps_it"]),
        ([ivp.AccessReview("r", system="s", reviewed="2026-02-01", leavers_open=1)], ["nothing_keeps_it", "broken", "nothing_keeps_it"]),
        ([ivp.AccessReview("r", system="s", reviewed="2026-02-01")], ["nothing_keeps_it"] * 3),
        ([ivp.AccessReview("r", system="s", reviewed="2026-01-01", leavers_open=1),
          ivp.AccessReview("q", system="s", reviewed="2026-02-01", leavers_open=0)], ["nothing_keeps_it", "kept", "nothing_keeps_it"]),
        ([ivp.Training("t", course="c", held_on="2026-02-01", invited=2, attended=2)], [*["nothing_keeps_it"] * 2, "kept"]),
    ],
)  # fmt: skip
def test_a_promise_of_security_access_or_training_is_kept_by_evidence_alone(desk, tmp_path, records, states):
    """A test that failed and a leaver's open account say otherwise; what nobody told keeps nothing; the last review counts."""
    desk.register.record(ivp.Activity("a", security_measures=["salasanat"]), valid_from="2026-01-01", why="w")
    if records:
        desk.measures.record(records, valid_from="2026-01-01", why="w")
    page = tmp_path / "s.md"
    page.write_text(f"{PROMISES}\n\n{FILLER}\n", encoding="utf-8")
    assert list(desk.notice.read(page, "fi").promises["state"])[:3] == states


PROMISES = """Henkilötiedot on suojattu asiattomalta pääsyltä.

Tietojasi käsittelevät ainoastaan henkilöt, joiden tehtäviin käsittely kuuluu.

Koulutamme ja ohjeistamme työntekijämme tietosuoja-asioissa."""
FILLER = "Säilytämme henkilötietoja kolme vuotta, ja sinulla on oikeus saada pääsy tietoihisi. " * 3


# --- the invented company, the form, the shell


def test_the_invented_company_shows_each_state(sample):
    """Checks in order, late, fallen short, never done, undecided, and of which nothing can be told."""
    states = sample.measures.overview()["state"].value_counts().to_dict()
    assert states.keys() == {CURRENT, LATE, FAILED, NEVER, UNDECIDED, CANNOT_TELL}
    assert not set(sample.measures.overview()[lambda one: one["state"] == CURRENT]["subject"]) & {"haittaohjelmat", "verkko"}


def filled_form(desk, tmp_path):
    """A form whose two lists are chosen, a leaver among them; the source was recorded after the form was made."""
    form = ivp.forms.measures(desk)
    listed(desk, tmp_path / "l", [("K1", "kyllä", ""), ("K2", "kyllä", "")], [("K1", "2025-01-01"), ("K2", "")])
    press(form, "read_again")
    form.system.value = "crm"
    for one, table in ((form.accounts, "tilit"), (form.employees, "tyontekijat")):
        one.source.value = "l"
        one.table.value = table
        for role, field in one.roles.items():
            field.value = COLUMNS[role]
    form.as_of.value = "2026-03-02"
    return form


def press(form, key):
    """A button of the form, by what it says."""
    said = _words.say(f"measures_form.{key}", "en")
    next(one for one in form._inside.children if getattr(one, "description", None) == said and hasattr(one, "click")).click()


def test_a_form_knows_a_source_and_a_system_recorded_since_and_keeps_what_is_chosen(desk, tmp_path):
    """They are read at every press; where they are recorded is said."""
    form = filled_form(desk, tmp_path)
    assert (form.accounts.source.value, form.system.value) == ("l", "crm")
    desk.source("m", str(tmp_path / "l"))
    press(form, "read_again")
    assert "m" in dict(form.accounts.source.options)
    assert (form.accounts.source.value, form.accounts.table.value, form.accounts.roles["active"].value) == ("l", "tilit", "auki")
    assert any("5_retention" in getattr(one, "value", "") for one in form._inside.children if hasattr(one, "value"))


def test_a_comparison_that_leaves_anything_open_or_tells_nothing_is_a_warning(desk, tmp_path):
    """A leaver, and lists of another day; nothing of it stands behind the sign of success."""
    form = filled_form(desk, tmp_path)
    press(form, "compare")
    assert ("alert" in form.message.value, "✓" in form.message.value) == (True, False)
    form.as_of.value = "2026-03-01"
    press(form, "compare")
    assert "✓" not in form.message.value
    assert form.message.value.index("not evaluable") < form.message.value.index("CRM" if "CRM" in form.message.value else "crm")
    listed(desk, tmp_path / "l", [("K2", "kyllä", "")], [("K2", "")])
    form.as_of.value = "2026-03-02"
    press(form, "compare")
    assert ("alert" in form.message.value, "✓" in form.message.value) == (False, True)


def test_a_recorded_comparison_stays_in_sight_and_is_recorded_once(desk, tmp_path):
    """A second press shows the receipt, a second reason is refused; changed choices ask for another comparison."""
    form = filled_form(desk, tmp_path)
    press(form, "keep_review")
    assert "not been compared" in form.message.value
    press(form, "compare")
    form.reason.value = "w"
    form.as_of.value = "2026-03-01"
    press(form, "keep_review")
    assert "choices have changed" in form.message.value
    form.as_of.value = "2026-03-02"
    press(form, "keep_review")
    assert len(desk.measures.standing()) == 1
    assert ("K1" in form.waiting.value, "The review is recorded" in form.waiting.value) == (True, True)
    receipt = form.message.value
    press(form, "keep_review")
    assert form.message.value == receipt
    form.reason.value = "again"
    press(form, "keep_review")
    assert "already recorded" in form.message.value
    assert len(desk.measures.standing()) == 1


def test_what_a_form_wrote_last_is_taken_back_there(desk, tmp_path):
    """With a reason; once; a comparison that was taken back may be recorded again."""
    form = filled_form(desk, tmp_path)
    form.undo_why.value = "w"
    press(form, "undo")
    assert "Nothing has been recorded" in form.message.value
    press(form, "compare")
    form.reason.value = "w"
    press(form, "keep_review")
    form.undo_why.value = ""
    press(form, "undo")
    assert len(desk.measures.standing()) == 1
    form.undo_why.value = "slip"
    press(form, "undo")
    assert desk.measures.standing() == []
    assert "taken back" in form.message.value
    assert ("The review is recorded" in form.waiting.value, form.told["review"].value) == (False, "")
    form.reason.value = "w"
    press(form, "keep_review")
    assert len(desk.measures.standing()) == 1


def test_a_form_takes_no_identity_code_for_an_audience(desk):
    """One line, nothing written, and what was typed stays."""
    form = ivp.forms.measures(desk)
    for key, told in (("course", "c"), ("audience", "Maija 010190-923A"), ("held_on", "2026-03-01")):
        form.training[key].value = told
    press(form, "keep_training")
    assert "cannot forget" in form.message.value
    assert form.training["course"].value == "c"
    assert desk.measures.standing() == []


def test_the_shell_tells_what_is_open_and_its_exit_code_too(tmp_path):
    """1 where anything is open, cannot be told or is not recorded at all; 0 only where all is in order; 2 refused."""
    run = CliRunner().invoke
    told = run(main, ["measures", "--desk", "sample", "--lang", "en"], env={"IVPLUS_NOW": NOW})
    assert told.exit_code == 1
    assert "MEA-008" in told.output
    desk = ivp.Desk(tmp_path / "j.duckdb", by="tt", now=NOW)
    desk.register.record(ivp.System("s", name="s"), valid_from="2026-01-01", why="w")
    told = run(main, ["measures", "--desk", str(tmp_path / "j.duckdb"), "--lang", "en"], env={"IVPLUS_NOW": NOW})
    assert (told.exit_code, "nothing is recorded" in told.output) == (1, True)
    part = {"security_check": "measure_test", "interval": "P1Y"}
    made = [ivp.SecurityPolicy("p", intervals=[part]), ivp.SecurityMeasure("m", systems=["s"], tested="2026-02-01", test_result="passed")]
    desk.measures.record(made, valid_from="2026-02-01", why="w")
    told = run(main, ["measures", "--desk", str(tmp_path / "j.duckdb"), "--lang", "en"], env={"IVPLUS_NOW": NOW})
    assert told.exit_code == 0, told.output
    assert run(main, ["measures", "--desk", str(tmp_path / "none.duckdb")]).exit_code == 2
