"""Rights as one who wants another's data would use them, and as the authority would read them: never more than is known."""

import json
import re
import unicodedata

import duckdb
import pytest
from house import cases

import ivplus_tools as ivp
from ivplus_tools.rights.masks import Masks
from ivplus_tools.rights.tables import Row, Table

PEOPLE = (
    "CREATE TABLE c AS SELECT * FROM (VALUES (10, 'Maija Meikäläinen', 'maija@example.fi', ''),"
    " (11, 'Pekka Virtanen', 'pekka@example.fi', 'neighbour of maija@example.fi')) t(id, person, email, note)"
)
TOLD = {"person": "full_name", "email": "email", "note": "free_text"}


@pytest.fixture
def over(tmp_path):
    """A desk over a DuckDB source that is made by statements and mapped."""

    def made(statements, tables, basis="6(1)(b)"):
        with duckdb.connect(str(tmp_path / "crm.duckdb")) as con:
            for one in statements:
                con.execute(one)
        desk = ivp.Desk(tmp_path / "j.duckdb", by="aino", lang="en", now="2026-03-02T09:00")
        desk.register.record(
            ivp.Activity("a", name="Customers", purposes=f"service | legal basis: {basis}"), valid_from="2026-01-01", why="w"
        )
        desk.source("crm", str(tmp_path / "crm.duckdb"))
        for name, told in tables.items():
            identifying = [{"column": column, "data_kind": kind} for column, kind in told.get("identifying", {}).items()]
            links = [dict(zip(("column", "to_table", "to_column"), one, strict=True)) for one in told.get("links", ())]
            facts = {"source": "crm", "table": name, "activities": ["a"], "subject_key": told.get("key")}
            table = ivp.DataTable(f"crm/{name}", **facts, identifying=identifying or None, links=links or None)
            desk.discovery.record(table, valid_from="2026-01-01", why="w")
        return desk

    return made


def opened(desk, *rights, **facts):
    """A request of somebody who logged in."""
    return desk.rights.open(list(rights or ["access"]), received="2026-02-02", identified_how="account", **facts)


@pytest.mark.parametrize("case", cases("rights_attacked"))
def test_a_search_says_no_more_than_it_knows(over, case):
    """Rows surely found, rows that await the officer, and what could not be looked at."""
    given, expect = case["given"], case["expect"]
    request = opened(over(given["make"], given["map"]))
    if expect.get("refused"):
        with pytest.raises(ivp.Refusal):
            request.find(**given["find"])
        return
    found = request.find(**given["find"])
    tables = {one.name: one for one in found.every}
    assert found.is_whole == expect["whole"]
    assert {name: [len(tables[name].sure), len(tables[name].near)] for name in expect.get("rows", {})} == expect.get("rows", {})
    assert {name: tables[name].state for name in expect.get("state", {})} == expect.get("state", {})
    for name, told in expect.get("detail", {}).items():
        assert told in tables[name].detail


def test_what_a_taken_row_leads_to_is_found_and_is_let_go_with_it(over):
    """Rows that refer to a row which the officer takes are the person's; taken back, they are nobody's again; numbers stay."""
    tables = {"c": {"key": "id", "identifying": TOLD}, "o": {"key": "o", "links": [["cid", "c", "id"]]}}
    found = opened(over([PEOPLE, "CREATE TABLE o AS SELECT 9 o, 10 cid"], tables)).find(name="Maija Meikäläinen")
    assert len(found.rows("crm", "o")) == 0
    assert list(found.take(1).rows("crm", "o")["o"]) == ["9"]
    assert found.is_whole
    assert len(found.leave(1).rows("crm", "o")) == 0
    assert list(found.take(1).rows("crm", "o")["o"]) == ["9"]


def test_a_row_that_only_mentions_the_person_tells_nothing_of_the_person(over, tmp_path):
    """A neighbour's row that the officer takes since the person stands in its note: the neighbour's name and address stay masked."""
    request = opened(over([PEOPLE], {"c": {"key": "id", "identifying": TOLD}}))
    found = request.find(email="maija@example.fi")
    found.take(list(found.near["number"]))
    request.copy(tmp_path / "copy")
    told = (tmp_path / "copy" / "crm-c.json").read_text("utf-8")
    assert "maija@example.fi" in told
    assert "Virtanen" not in told
    assert "pekka@" not in told


def test_an_address_within_one_of_ours_is_not_ours():
    """Only the recipient's very address is given, not what stands within it."""
    table = Table(
        "s", "t", kinds={"email": "email", "account": "account_name"}, rows=[Row({"email": "a@ours.fi", "account": "our"}, True, ())]
    )
    made = Masks([table], {"phone": ("0401234567",)}, ["Ours Oy, matti.a@ours.fi"])
    assert {one.value for one in made.proposals.values()} == {"a@ours.fi", "our"}


def test_no_data_is_said_only_after_a_whole_search_that_found_nothing(over):
    """Not after rows were found, nor while rows await; once the officer has left them it may be said."""
    desk = over([PEOPLE], {"c": {"key": "id", "identifying": TOLD}})
    request = opened(desk)
    for values in ({"email": "maija@example.fi"}, {"email": "nobody@example.fi"}):
        request.find(**values)
        with pytest.raises(ivp.Refusal):
            request.answer("access", "refused", grounds="no_data", reason="r")
    request = opened(desk)
    found = request.find(name="Pekka Virtanen")
    with pytest.raises(ivp.Refusal):
        request.answer("access", "refused", grounds="no_data", reason="r")
    found.leave(list(found.near["number"]))
    request.answer("access", "refused", grounds="no_data", reason="r")


def test_a_hold_by_the_persons_number_bars_rows_that_have_numbers_of_their_own(over):
    """Visits are keyed by visit: the hold names the customer, whose visits they are."""
    tables = {"c": {"key": "id", "identifying": TOLD}, "visits": {"key": "visit", "links": [["cid", "c", "id"]]}}
    desk = over([PEOPLE, "CREATE TABLE visits AS SELECT 7 visit, 10 cid"], tables)
    desk.retention.record(ivp.Hold("h", subjects=["10"], held_from="2026-01-01", reason="r"), valid_from="2026-01-01", why="w")
    request = opened(desk, "erasure")
    request.find(email="maija@example.fi")
    assert {one.table for one in request.erase().barred} == {"c", "visits"}


def test_rectification_changes_the_column_that_is_named(over, tmp_path):
    """A column with a point in its name is not another one; numbers are written as such, and no value is no value."""
    make = [
        'CREATE TABLE "cu.st""o" ("i""d" INT, "e.mail" VARCHAR, mail VARCHAR, age INT)',
        """INSERT INTO "cu.st""o" VALUES (1, 'maija@example.fi', 'x', 30)""",
    ]
    request = opened(over(make, {'cu.st"o': {"key": 'i"d', "identifying": {"e.mail": "email"}}}), "rectification")
    request.find(email="maija@example.fi")
    with pytest.raises(ivp.Refusal):
        request.rectify({'crm/cu.st"o': {"mail": None}})
    request.rectify({'crm/cu.st"o': {"e.mail": "uusi@example.fi", "age": 31}}).approve("liisa").execute("crm")
    with duckdb.connect(str(tmp_path / "crm.duckdb")) as con:
        assert con.execute('FROM "cu.st""o"').fetchall() == [(1, "uusi@example.fi", "x", 31)]


def test_a_plan_that_another_notebook_carries_out_is_not_begun_again(over):
    """Both have read it as approved: the second is refused, and what was done stays done."""
    request = opened(over([PEOPLE], {"c": {"key": "id", "identifying": TOLD}}), "erasure")
    request.find(email="maija@example.fi")
    plans = request.erase().approve("liisa")
    stale = plans.records[0]
    newest = ivp._store.newest(plans._room.standpoint)[("subject_plan", stale.id)]
    plans.execute("crm")
    with pytest.raises(ivp.Refusal):
        plans._carry_out(stale, frozenset(), newest)
    assert plans.records[0].plan_state == "done"


def test_rows_that_refer_to_others_go_first_and_views_are_left(over):
    """After a crash in the middle, what is left is still found by what it refers to; a view is no place to erase in."""
    orders = {"key": "o", "links": [["cid", "c", "id"]]}
    tables = {
        "c": {"key": "id", "identifying": TOLD},
        "o": orders,
        "a": {"key": "a", "links": [["o", "o", "o"]]},
        "v": {"key": "id", "identifying": TOLD},
    }
    make = [PEOPLE, "CREATE TABLE o AS SELECT 9 o, 10 cid", "CREATE TABLE a AS SELECT 3 a, 9 o", "CREATE VIEW v AS FROM c"]
    request = opened(over(make, tables), "erasure")
    found = request.find(email="maija@example.fi")
    found.leave(list(found.near["number"]))
    plans = request.erase()
    assert [one.table for one in plans.records] == ["a", "o", "c"]
    assert [one.table for one in plans.barred] == ["v"]
    plans.approve("liisa").execute("crm")
    assert {one.plan_state for one in plans.records} == {"done"}


def test_a_letter_says_only_what_was_done(over):
    """Recipients are not told of an erasure that was refused, nor the person of a withdrawal that nobody recorded."""
    request = opened(over([PEOPLE], {"c": {"key": "id", "identifying": TOLD}}), "erasure", "withdrawal")
    request.answer("erasure", "refused", grounds="still_needed", reason="r")
    for lang, erased, withdrawn in (
        ("fi", "Tiedot on poistettu", "peruutetuksi"),
        ("sv", "har raderats", "är återkallat"),
        ("en", "are erased", "is withdrawn."),
    ):
        assert erased not in request.draft("recipients", lang=lang).text
        assert request.draft("recipients", lang=lang).blanks
        assert withdrawn not in request.draft("withdrawal", lang=lang).text
        assert request.draft("withdrawal", lang=lang).blanks
    request.answer("withdrawal", "granted")
    assert "is withdrawn." in request.draft("withdrawal", lang="en").text


def test_the_letter_of_a_copy_counts_what_the_copy_holds(over, tmp_path):
    """What rests on another basis is withheld from data to take along, and the letter says so; a column that is not there is refused."""
    request = opened(over([PEOPLE], {"c": {"key": "id", "identifying": TOLD}}, basis="6(1)(f)"), "portability")
    request.find(email="maija@example.fi")
    with pytest.raises(ivp.Refusal):
        request.copy(tmp_path / "copy", portability=True, inferred=["c.scroe"])
    assert not (tmp_path / "copy").exists()
    assert request.copy(tmp_path / "copy", portability=True)["tables"] == []
    letter = (tmp_path / "copy" / "letter.html").read_text("utf-8")
    assert "is enclosed" not in letter
    assert "left out" in letter


# --- what of others is masked

LETTERS = {"identity_code": "999", "email": "pekka|example|virtanen", "phone": r"\d{3}", "iban": r"\d{3}"}
OWN = {
    "email": "maija@example.fi",
    "name": "Maija Meikäläinen",
    "phone": "040 123 4567",
    "code": "010290-998K",
    "iban": "FI5512345600000785",
}
KINDS = {"email": "email", "name": "full_name", "phone": "phone", "code": "identity_code", "iban": "iban", "note": "free_text"}


@pytest.mark.parametrize("column", ["note", "unmapped"])
@pytest.mark.parametrize("case", cases("rights_masks"))
def test_what_is_anothers_is_masked_however_it_is_spelt(case, column):
    """In free text, and in a column that the map does not name."""
    kind, texts = case["given"]["kind"], case["given"]["texts"]
    table = Table("s", "t", kinds=KINDS, rows=[Row({**OWN, "note": ""}, True, ("email:exact",))])
    masks = Masks([table], {"email": ("maija@example.fi",)}, ())
    given = [masks.applied(table, column, f"eilen {one} tuli", "en") for one in texts]
    if kind in ("own", "plain"):
        assert given == [f"eilen {one} tuli" for one in texts]
        return
    rest = [unicodedata.normalize("NFKC", re.sub(r"\[masked: [^\]]*\]|^eilen|tuli$|herra|rva", "", one)).lower() for one in given]
    left = [one for one, told in zip(texts, rest, strict=True) if re.search(LETTERS.get(kind, r"[^\W\d_]{4}"), told)]
    assert 1 - len(left) / len(texts) >= case["expect"]["share"], left


def test_values_within_json_are_masked_with_their_escapes():
    """A cell of JSON with escaped signs tells no less."""
    table = Table("s", "t", kinds=KINDS, rows=[Row({**OWN, "note": ""}, True, ("email:exact",))])
    masks = Masks([table], {"email": ("maija@example.fi",)}, ())
    told = json.dumps({"t": "äiti\n010190-999K\tpekka@example.fi maija@example.fi"})
    made = masks.applied(table, "note", told, "en")
    assert "010190" not in made
    assert "pekka" not in made
    assert "maija@example.fi" in made
