"""Records: validation with the nearest match, four kinds of answer, and the text that a cell or a form holds."""

import inspect
import time

import pytest
from house import HOSTILE
from hypothesis import given, settings
from hypothesis import strategies as st

import ivplus_tools as ivp
from ivplus_tools import _records, _words
from ivplus_tools._records import Record
from ivplus_tools._records.grammar import split

WORDS = st.text(max_size=30) | st.sampled_from(HOSTILE) | st.text(alphabet="a;|\\ \n:-'", max_size=12)
CODES = {name: list(_records.allowed(name)) for name in ("legal_basis", "special_category", "start_event", "action", "recipient_kind")}


def activities():
    """Activities of any content that the record accepts."""
    purpose = st.builds(
        lambda a, b, c: {"purpose": a, "legal_basis": b, "balancing_test": c},
        WORDS,
        st.sampled_from(CODES["legal_basis"]) | st.none(),
        WORDS,
    )
    period = st.builds(
        lambda a, b, c: {"data_category": a, "period": b, "start_event": c},
        WORDS,
        WORDS | st.just("P3Y"),
        st.sampled_from(CODES["start_event"]) | st.none(),
    )
    recipient = st.builds(lambda a, b: {"recipient": a, "recipient_kind": b}, WORDS, st.sampled_from(CODES["recipient_kind"]) | st.none())
    answers = st.just(ivp.NONE) | st.none() | st.lists(WORDS, max_size=3)
    return st.fixed_dictionaries(
        {},
        optional={
            "name": WORDS, "remarks": WORDS, "owner": WORDS, "data_subjects": st.lists(WORDS, max_size=4),
            "purposes": st.lists(purpose, max_size=3), "retention": st.lists(period, max_size=3),
            "recipients": st.lists(recipient, max_size=3) | st.just(ivp.NONE), "sources": answers, "transfers": answers,
            "special_categories": st.lists(st.sampled_from(CODES["special_category"]), max_size=3) | st.just(ivp.NONE),
            "dpo": WORDS | st.just(ivp.NONE), "review_by": st.dates() | st.none(),
            "imported": st.dictionaries(st.text(min_size=1, max_size=8), WORDS, max_size=3),
        },
    )  # fmt: skip


def made(ident, fields):
    """A record, or None where its content is refused."""
    try:
        return ivp.Activity(ident, **fields)
    except ivp.Refusal:
        return None


@settings(max_examples=300, deadline=None)
@given(activities(), st.sampled_from(_words.LANGS))
def test_a_record_survives_its_text_form_in_every_language(fields, lang):
    """Field by field, what a cell holds is read back as the same answer."""
    thing = made("x", fields)
    if thing is None:
        return
    texts = {name: _records.to_text(getattr(thing, name), field, lang) for name, field in ivp.Activity.model_fields.items() if name != "id"}
    assert ivp.Activity("x", **texts) == thing


@settings(max_examples=200, deadline=None)
@given(activities())
def test_a_record_survives_json_and_its_own_code(fields):
    """The body of the journal and the line of code make the same record."""
    thing = made("x", fields)
    if thing is None:
        return
    assert ivp.Activity("x", **thing.body()) == thing
    assert eval(repr(thing), {"ivp": ivp}) == thing


@given(st.lists(WORDS.map(str.strip).filter(bool), max_size=5), st.sampled_from(["text", "parts", "fields"]))
def test_items_survive_being_joined(items, level):
    """Separators and backslashes inside an item stay inside it."""
    whole = [one for one in items if level != "fields" or "\n" not in one]
    assert _records.split(_records.join(whole, level), level) == whole


@pytest.mark.parametrize("text", ["C:\\temp\\new", "\\\\server\\share", "a \\ b", "50 % \\o/"])
def test_backslashes_of_other_peoples_cells_are_plain_characters(text):
    """Only a backslash before a separator means anything."""
    assert _records.split(text, "text") == [text]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ei ole (vahvistettu)", ivp.NONE), ("none", ivp.NONE), ("Nej", ivp.NONE), ("EI SIIRRETÄ", ivp.NONE),
        ("ei tiedossa", None), ("okänt", None), ("-", None), ("", None),
        ("ei sovellu: Suomessa", ivp.not_applicable("Suomessa")), ("Not applicable: here", ivp.not_applicable("here")),
        ("Yhdysvallat; Intia", ("Yhdysvallat", "Intia")),
    ],
)  # fmt: skip
def test_none_not_applicable_and_unknown_stay_apart(text, expected):
    """The words of the three languages mean three different answers."""
    assert ivp.Activity("x", transfers=text).transfers == expected


def test_not_applicable_needs_a_reason():
    """Without one it is refused, in a form as in code."""
    for act in (lambda: ivp.not_applicable(" "), lambda: ivp.Activity("x", transfers="ei sovellu"), lambda: ivp.Activity("x", dpo="n/a:")):
        with pytest.raises(ivp.Refusal, match="reason"):
            act()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"legal_bais": "x"}, ["legal_bais", "legal_basis"]),
        ({"purpose": ["x"]}, ["purpose", "purposes"]),
        ({"purposes": ["x"], "legal_basis": "legitimat interest"}, ["legitimat interest", "legitimate interests"]),
        ({"role": "procesor"}, ["procesor", "processor"]),
        ({"special_categories": "helth"}, ["helth", "health"]),
        ({"review_by": "31.2.2026"}, ["31.2.2026", "2026-03-02", "2.3.2026"]),
        ({"purposes": 5}, ["purposes", "5"]),
        ({"name": ["x"]}, ["name", "list"]),
        ({"legal_basis": "6(1)(a)"}, ["legal_basis", "purposes"]),
        ({"remarks": "a\x07b"}, ["U+0007"]),
        ({"dpia": "maybe"}, ["maybe", "required"]),
    ],
)
def test_a_wrong_field_or_value_is_one_line_with_the_nearest(fields, words):
    """What came and what comes near are both in it."""
    with pytest.raises(ivp.Refusal) as refusal:
        ivp.Activity("x", **fields)
    line = str(refusal.value)
    assert "\n" not in line
    assert all(word in line for word in words), line
    assert refusal.value._render_traceback_() == [f"{type(refusal.value).__name__}: {refusal.value.text(ivp.Refusal.lang)}"]
    assert {refusal.value.text(lang) for lang in _words.LANGS}


def test_each_desk_refuses_in_its_own_language(tmp_path):
    """In a notebook: whichever was opened or asked to speak otherwise last; what no Desk refuses is told as by the one opened last."""
    desks = {lang: ivp.Desk(tmp_path / f"{lang}.duckdb", by="tt", lang=lang) for lang in _words.LANGS}
    desks["en"].speaking("sv")
    case = desks["fi"].breach.open("x")
    asked = {
        "fi": [lambda: desks["fi"].register.get("nobody"), lambda: case.update(why="w", aware="31.2.2026"), lambda: desks["fi"].at("x")],
        "sv": [lambda: desks["sv"].review.get("nobody"), lambda: desks["fi"].speaking("sv").register.get("nobody")],
        "en": [lambda: desks["en"].verify(answer="a"), lambda: ivp.Activity("x", dpia="maybe")],
    }
    for lang, doings in asked.items():
        for doing in doings:
            with pytest.raises(ivp.Refusal) as refusal:
                doing()
            assert refusal.value._render_traceback_() == [f"{type(refusal.value).__name__}: {refusal.value.text(lang)}"]


def test_an_audit_in_another_language_changes_nobody_elses(tmp_path):
    """The run opens Desks of its own."""
    ivp.Desk(tmp_path / "j.duckdb", by="tt", lang="sv")
    with pytest.raises(ivp.Refusal):
        ivp.evidence.audit(tmp_path / "none.duckdb", "2026-01-01", tmp_path, lang="en")
    with ivp.evidence._scratch() as scratch:
        ivp.sample(scratch / "s.duckdb", lang="en")
    assert ivp.Refusal.lang == "sv"


def test_all_problems_come_at_once():
    """A form shows every mistake, not the first one."""
    with pytest.raises(ivp.Refusal) as refusal:
        ivp.Activity("x", role="boss", review_by="1.1.26", dpo="ei sovellu")
    assert [place for place, _ in refusal.value.problems] == ["role", "dpo", "review_by"]


@pytest.mark.parametrize(
    "text",
    [
        "6(1)(f)",
        "6.1 f",
        "Art. 6(1)(f)",
        "6 artiklan 1 kohdan f alakohta",
        "6 art. 1 k. f",
        "artikel 6.1 f",
        "oikeutettu etu",
        "Legitimate interests",
        "berättigat intresse",
        "6 art 1 kohdan f) alakohta",
    ],
)
def test_a_legal_basis_is_understood_however_it_is_spelt(text):
    """Articles in three languages' spellings, and their names."""
    assert ivp.Activity("x", purposes=["p"], legal_basis=text).purposes[0].legal_basis == "6(1)(f)"


@pytest.mark.parametrize(
    ("text", "period", "start", "rule"),
    [
        ("6 vuotta tilikauden päättymisestä", "P6Y", "FY_END", None),
        (
            "6 vuotta sen kalenterivuoden päättymisestä, jona tilikausi päättyi",
            "P6Y",
            "CY_OF_FY_END",
            None,
        ),
        ("3 v asiakassuhteen päättymisestä", "P3Y", "CUST_END", None),
        ("24 kk", "P24M", None, None),
        ("30 päivää tallentamisesta", "P30D", "COLLECTED", None),
        ("2 years after the end of employment", "P2Y", "EMPL_END", None),
        ("10 år", "P10Y", None, None),
        ("P6Y", "P6Y", None, None),
        ("niin kauan kuin tarpeen", "niin kauan kuin tarpeen", None, None),
        ("hankkeen ajan", "hankkeen ajan", None, None),
        ("0 vuotta", "0 vuotta", None, None),
        ("10 v. kirjanpitolaki 2:10 tilikauden päättymisestä", "P10Y", "FY_END", "kirjanpitolaki 2:10 tilikauden päättymisestä"),
        ("3 vuotta ja 6 kuukautta työsuhteen päättymisestä", "3 vuotta ja 6 kuukautta työsuhteen päättymisestä", None, None),
        ("3 vuotta tai niin kauan kuin tarpeen", "3 vuotta tai niin kauan kuin tarpeen", None, None),
        ("6 months or until the customer deletes the account", "6 months or until the customer deletes the account", None, None),
        ("5 år efter anställningens slut", "P5Y", "EMPL_END", None),
    ],
)
def test_a_retention_cell_is_understood_or_kept_as_written(text, period, start, rule):
    """Nothing of the cell is lost, and what is no period is not made one."""
    [one] = ivp.Activity("x", retention=text).retention
    assert (one.period, one.start_event, one.retention_rule) == (period, start, rule)


def test_a_record_does_not_change_and_replace_checks():
    """Frozen; `replace` makes another, checked like a new one."""
    thing = ivp.Activity("x", owner="a")
    with pytest.raises(Exception, match="frozen"):
        thing.owner = "b"
    assert thing.replace(owner="b").owner == "b"
    with pytest.raises(ivp.Refusal):
        thing.replace(ower="b")


def test_describe_lists_every_field_with_article_values_and_meaning():
    """From the one definition of the record; an unknown kind is refused with the nearest."""
    for kind, record in list(Record.kinds.items()):
        table = ivp.describe(kind)
        assert set(record.model_fields) <= set(table["field"])
        assert table["meaning"].str.len().min() > 5
        assert (table[table["field"] != "id"]["rule"] != "").all()
        for rule in table["rule"]:
            assert not rule or ivp.cite(rule)
    basis = ivp.describe(ivp.Activity, lang="en").set_index("field").loc["purposes.legal_basis", "values"]
    assert "6(1)(f) (legitimate interests)" in basis
    with pytest.raises(ivp.Refusal, match="activity"):
        ivp.describe("actvity")


def test_norway_is_a_country():
    """`NO` and `NA` in a field of countries are Norway and Namibia; our own words for none still mean none."""
    assert ivp.System("s", location="NO").location == ("NO",)
    assert ivp.System("s", location="NA; NO").location == ("NA", "NO")
    assert ivp.System("s", location="none (confirmed)").location == ivp.NONE
    assert ivp.System("s", location="ei ole (vahvistettu)").location == ivp.NONE


@pytest.mark.parametrize("items", [["none"], ["No"], ["ei"], ["not applicable: x", "second"], ["ei tiedossa"]])
def test_a_list_that_says_none_is_still_a_list(items):
    """Its text form keeps it apart from the answer 'confirmed none'."""
    thing = ivp.Activity("x", sources=items, recipients=[ivp.Recipient(one) for one in items])
    for name in ("sources", "recipients"):
        field = ivp.Activity.model_fields[name]
        for lang in _words.LANGS:
            assert getattr(ivp.Activity("x", **{name: _records.to_text(getattr(thing, name), field, lang)}), name) == getattr(thing, name)


@pytest.mark.parametrize("state", [{"state": "bogus"}, {"state": "not_applicable"}, {"state": None}, {"state": 5}])
def test_an_unknown_state_is_refused_and_never_none(state):
    """A JSON file cannot turn a typing error into a confirmation."""
    with pytest.raises(ivp.Refusal):
        ivp.Activity("x", dpo=state)
    assert ivp.Activity("x", dpo={"state": "unknown"}).dpo is None


def test_a_role_is_always_told():
    """Unknown cannot silently become controller."""
    with pytest.raises(ivp.Refusal, match="role"):
        ivp.Activity("x", role=None)
    assert ivp.Activity("x").role == "controller"


def test_a_part_of_another_kind_is_refused():
    """A purpose is no recipient."""
    with pytest.raises(ivp.Refusal, match="recipients"):
        ivp.Activity("x", recipients=[ivp.Purpose("x")])


@pytest.mark.parametrize(
    ("text", "expected"), [("12-31", "12-31"), ("31.12.", "12-31"), ("30.6", "06-30"), ("13-01", None), ("x", None), ("02-30", None)]
)
def test_the_end_of_the_financial_year_is_a_day(text, expected):
    """Month and day, or refused."""
    if expected is None:
        with pytest.raises(ivp.Refusal, match="12-31"):
            ivp.Organisation("o", financial_year_end=text)
    else:
        assert ivp.Organisation("o", financial_year_end=text).financial_year_end == expected


def test_headings_name_the_fields_of_a_part_too():
    """`oikeusperuste` is what people write for käsittelyn oikeusperuste."""
    assert ivp.Activity("x", purposes="markkinointi | oikeusperuste: suostumus").purposes[0].legal_basis == "6(1)(a)"


@pytest.mark.parametrize("sign", ["\\", "\\ ", "a | ", "a;", "\n", "6(1)(a) & ", "//:", "\\;", "x\\"])
def test_reading_a_cell_takes_as_long_as_it_is(sign):
    """Twice as much is not four times the time, whatever sign a cell repeats; backslashes without a separator were."""

    def took(count):
        begin = time.process_time()
        for level in ("text", "parts", "fields"):
            split(sign * count, level)
        return time.process_time() - begin

    small, large = min(took(1_500) for _ in range(3)), min(took(6_000) for _ in range(3))
    assert large < 10 * max(small, 0.005)


def test_a_field_of_pairs_without_a_pair_is_empty_and_no_error():
    """Separators alone hold no name and no value."""
    for text in ("|", " | | ", "|\n|", ";"):
        assert ivp.Activity("a", imported=text).imported is None or ivp.Activity("a", imported=text).imported == {}
    assert ivp.Activity("a", imported="x | y").imported == {"x": "y"}


# --- what an officer sees while typing

VERBS = {"changes", "due", "end", "findings", "get", "history", "record", "withdraw"}


def test_a_record_and_what_takes_its_fields_name_them_and_nothing_else(sample):
    """Help and completion: every field with its default, no annotation of the library, none of its methods."""
    case = sample.breach.case("2026-001")
    for named, kind in (
        (ivp.Activity, ivp.Activity),
        (ivp.Purpose, ivp.Purpose),
        (case.update, ivp.Breach),
        (sample.breach.open, ivp.Breach),
    ):
        told = inspect.signature(named)
        assert set(kind.model_fields) - {"id"} <= set(told.parameters)
        assert "Annotated" not in str(told)
        assert "self" not in told.parameters
    assert list(inspect.signature(ivp.Activity).parameters)[:2] == ["id", "name"]
    shown = dir(sample.register.get("huoltopalvelu"))
    assert {"purposes", "replace", "body"} <= set(shown)
    assert not [one for one in shown if one.startswith(("model_", "_", "parse", "schema"))]
    with pytest.raises(ivp.Refusal):
        case.update(why="w", no_such_field=1)


def test_a_room_shows_its_verbs_and_nothing_of_the_house(sample):
    """What every room can do, and what it alone can; each has a docstring that help shows."""
    own = {"register": "activities", "review": "transfers", "breach": "open", "retention": "scan", "audit": "accept"}
    for name, verb in own.items():
        room = getattr(sample, name)
        shown = set(dir(room))
        assert shown >= VERBS | {verb}
        assert not shown & {"standpoint", "standing", "still", "sealed", "records", "prefilled", "coming"}
        assert all(getattr(type(room), one).__doc__ for one in shown)
