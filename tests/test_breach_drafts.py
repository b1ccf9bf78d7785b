"""What a breach case can say, and that its drafts say that and nothing else: every kind, every answer, every language."""

import re
from datetime import date
from email import message_from_bytes
from email.policy import default

import pytest
from house import cases

import ivplus_tools as ivp
from ivplus_tools import _dates, _law, _records, _words
from ivplus_tools._law import Law
from ivplus_tools._records.answers import lists
from ivplus_tools.breach import duty, severity
from ivplus_tools.breach.drafts import draft
from ivplus_tools.breach.records import FREE, Breach
from ivplus_tools.breach.state import CaseState

ON = _dates.day("2026-03-02")
ALL = [  # a kind of draft, its form, and the role in which it is written
    ("authority", None, "controller"), ("authority", None, "joint_controller"), ("authority", "edpb", "controller"),
    ("authority", "edpb", "joint_controller"), ("people", None, "controller"), ("people", None, "joint_controller"),
    ("press", None, "controller"), ("board", None, "controller"), ("board", None, "joint_controller"), ("board", None, "processor"),
    ("controller", None, "processor"), ("controller", None, "joint_controller"),
]  # fmt: skip
TOLD = {
    "title": "Otsikko nolla", "occurred_from": "2026-02-26T08:10", "occurred_until": "2026-02-27T09:15", "detected": "2026-02-28T09:20",
    "discovered_how": "Tapa yksitoista", "aware": "2026-03-01T10:30", "aware_reason": "Syykuvaus seitsemän", "description": "Kuvaus yksi",
    "nature": "availability; confidentiality", "cause": "malware", "malicious": "yes", "data_kinds": "name; income",
    "special_categories": "health", "data_subjects": "Ryhmä kaksi", "people_count": "noin 431", "records_count": "877",
    "already_public": "no", "children": "no", "vulnerable": "yes", "encrypted": "partly", "key_safe": "no", "hashing": "weak",
    "backup": "none", "restored": "no", "unavailable_for": "PT31H", "given_again": "yes", "exfiltrated": "yes", "misuse_signs": "yes",
    "breach_recipient": "unknown", "recipients_count": "3", "recipient_confirmed": "no", "consequences": "financial_loss; distress",
    "effects": "Vaikutus kolme", "harm": "serious", "measures_before": "Toimi neljä", "measures_taken": "Toimi viisi",
    "measures_proposed": "Toimi kuusi | measure_owner: Eero | due: 2026-04-01", "disproportionate_effort": "yes",
    "risk_materialised": "yes", "breach_decision": "communicate", "decision_reason": "Peruste kahdeksan", "decided": "2026-03-01T12:00",
    "cross_border": "yes", "people_countries": "SE", "other_authorities": "Viranomainen yhdeksän", "contact_person": "Yhteys kymmenen",
    "reached": "17", "not_reached": "yli 5", "delay_reason": "Viive kaksitoista", "processor_notice": "2026-02-28T08:00",
    "systems": "Järjestelmä a", "processors": "Käsittelijä b",
}  # fmt: skip


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """The room of a company with a name, in each language, its journal read once."""
    desk = ivp.Desk(tmp_path_factory.mktemp("drafts") / "j.duckdb", by="tt", now="2026-03-02T09:00", lang="fi")
    own = ivp.Organisation("oma", name="Esimerkki Oy", relation="own", business_id="1234567-1")
    desk.register.record(own, valid_from="2020-01-01", why="w")
    return {lang: desk.speaking(lang).breach.state() for lang in _words.LANGS}


def made(room, facts, kind="authority", form=None, role="controller", lang="fi", phase=None):
    """A draft of facts that are not recorded."""
    record = Breach("x", breach_role=role, **({"title": "Otsikko nolla"} | facts))
    return draft(CaseState(room[lang], record), kind, phase, "fi", form)


def sentences(document):
    """Everything that a draft says, by sentence: its title, lines with their labels, and the sentences of its prose."""
    found = [document.title, *(f"{one.label}: {one.text}" for section in document.sections for one in section.lines if not one.blank)]
    for section in document.sections:
        found += [one for line in section.said.split("\n") for one in re.split(r"(?<=[a-zäö0-9)][.!])\s+(?=[A-ZÄÖ])", line) if one]
    return set(found)


# --- the cases


@pytest.mark.parametrize("case", cases("breach_said"))
def test_what_a_case_needs_to_say_is_said_kept_and_counted(desk, case):
    """Each case of breach_said.toml: the duty, the findings, the parts of the score, what is kept and what a reader sees."""
    opened, expect = desk.breach.open("x", aware="2026-03-01T10:00", **case["given"]), dict(case["expect"])
    codes, found, record = set(desk.breach.findings()["code"]), opened.duty, opened.record
    assert set(expect.pop("findings", ())) <= codes, found
    assert not set(expect.pop("no_findings", ())) & codes, found
    for name, told in expect.pop("kept", {}).items():
        kept = getattr(record, name)
        assert told in kept if isinstance(kept, tuple) else told == kept
    for name, told in expect.pop("shown", {}).items():
        assert [one.replace("\u00a0", " ") for one in _records.readable(getattr(record, name), Breach.model_fields[name], "fi")] == [told]
    parts = {one.name: one.score for one in opened.severity.parts}
    assert {name: parts[name] for name in case["expect"].get("score", ())} == expect.pop("score", {}), parts
    expect = {name: None if told == "cannot_tell" and name != "decides" else told for name, told in expect.items()}
    assert {name: getattr(found, name) for name in expect} == expect, found
    assert ivp.cite(case["rule"])


@pytest.mark.parametrize("case", cases("breach_drafts"))
def test_a_finnish_draft_reads_as_its_reader_needs(room, case):
    """Each case of breach_drafts.toml: what the authority, the person and the controller have to read, and may not read."""
    given = dict(case["given"])
    role = given.pop("breach_role", "controller")
    for kind in case["kinds"]:
        text = made(room, given, kind, role=role).text.replace("\u00a0", " ")
        assert [one for one in case["says"].get(kind, ()) if one not in text] == [], text
        assert [one for one in case["silent"].get(kind, ()) if one in text] == [], text
        assert "(PT" not in text
    assert ivp.cite(case["rule"])


# --- nothing but what was told

TODAY = _words.show_date(ON, "fi", running=True)

FIXED = {  # what a draft says whatever the case is: greeting, closing, whose right it is to complain, what kind of paper it is
    "authority": ["authority.title", "authority.intro"],
    "people": ["people.title", "people.greeting", "people.what", "people.contact", "people.closing", "advice.general"],
    "press": ["press.title", "press.intro", "people.contact", "advice.general"],
    "board": ["board.title", "board.intro", "board.clock", "board.tell_controller"],
    "controller": [
        "controller.title",
        "controller.joint_title",
        "common.greeting",
        "controller.intro",
        "controller.joint",
        "controller.closing",
        "common.closing",
    ],
}


@pytest.mark.parametrize(("kind", "form", "role"), ALL)
def test_every_sentence_of_every_draft_goes_with_the_answer_that_supports_it(room, kind, form, role):
    """Each answer is taken away in turn: what it supports goes, and its words stand nowhere any more."""
    whole, used = sentences(made(room, TOLD, kind, form, role)), set()
    for name in TOLD:
        without = sentences(made(room, TOLD | {name: None}, kind, form, role))
        used |= {name} if whole - without else set()
        for value in _words_of(name):
            assert not [one for one in without if value in one], (name, value)
            assert name in used or not [one for one in whole if value in one], (name, value)
    decides = {"breach_decision"} if kind == "board" and role == "processor" else set()  # it is the controller that decides
    assert used >= USED[kind] - decides, USED[kind] - used


def _words_of(name):
    """What stands for an answer in a Finnish draft and for no other one; nothing for answers that others share, such as yes and no."""
    shown = _records.readable(getattr(Breach("x", **TOLD), name), Breach.model_fields[name], "fi")
    if name in FREE:
        return [TOLD[name].partition(" | ")[0]]
    return [one.partition(" (")[0] for one in shown] if name in OWN_WORDS else []


OWN_WORDS = {
    "occurred_from", "occurred_until", "cause", "people_count", "records_count", "encrypted", "hashing", "backup", "unavailable_for",
    "breach_recipient", "harm", "people_countries", "contact_person", "systems", "processors", "reached", "processor_notice",
}  # fmt: skip
USED = {  # the answers that a draft of a kind has to change with, at the least
    "authority": set(TOLD)
    - {
        "decided", "reached", "not_reached", "title", "effects", "key_safe", "recipients_count", "decision_reason", "risk_materialised",
        "disproportionate_effort",
    },
    "people": {
        "occurred_from", "occurred_until", "description", "nature", "data_kinds", "special_categories", "backup", "restored",
        "given_again", "consequences", "measures_taken", "measures_proposed", "contact_person",
    },
    "press": {"occurred_from", "description", "data_kinds", "data_subjects", "disproportionate_effort", "contact_person"},
    "board": {"title", "description", "nature", "data_kinds", "people_count", "detected", "aware", "breach_decision", "measures_taken"},
    "controller": {"description", "nature", "cause", "detected", "data_subjects", "people_count", "data_kinds", "consequences"},
}  # fmt: skip


@pytest.mark.parametrize(("kind", "form", "role"), ALL)
def test_a_bare_case_claims_nothing_to_anybody(room, kind, form, role):
    """Nothing told: no level, no time, no measure, no data; every sentence is one that stands in such a draft whatever the case is."""
    document = made(room, {"title": None}, kind, form, role)
    texts = [one for key in FIXED[kind] for one in _fixed(key)]
    ladder = {step["fi"] for step in _words.read("breach")["step"].values()} | {"aikaa jäljellä"}
    loose = [one for one in sentences(document) if not any(part in one for part in (*texts, TODAY, "Esimerkki Oy", "1234567-1"))]
    loose = [one for one in loose if not one.startswith(SAID_ANYWAY.get(kind, ("TÄYDENNÄ",))) and "TÄYDENNÄ" not in one]
    if kind == "board":  # the duty and its steps are for us
        loose = [one for one in loose if one.split(": ")[0] not in {fact.name["fi"] for fact in _law.facts().values()} | ladder]
    assert loose == []
    assert document.blanks


SAID_ANYWAY = {
    "authority": ("Ilmoituksen vaihe", "Uusi vai jatko", "Oma viite", "Lomake", "oma rooli", "Ilmoittajan rooli"),
    "board": ("Selvitys johdolle",),
}


def _fixed(key):
    """The sentences of a text without what is put into them."""
    section, name = key.split(".")
    own = _words.read("breach")[section] if name in _words.read("breach").get(section, {}) else _words.read("letters")[section]
    return [one.strip() for line in own[name]["fi"].split("\n") for one in re.split(r"\{\w+\}|(?<=[.;]) ", line) if len(one.strip()) > 2]


@pytest.mark.parametrize(("kind", "form", "role"), [one for one in ALL if one[0] != "board"])
def test_no_seal_and_no_inner_reasoning_is_sent(room, kind, form, role):
    """Neither the head seal, nor a step of the ladder, nor the officer's inner reason for the judgement of the harm."""
    document = made(room, TOLD | {"harm": "minor", "harm_reason": "Pohdinta kolmetoista"}, kind, form, role)
    text, record = document.text, Breach("x", breach_role=role, **TOLD)
    assert "Pohdinta" not in text
    assert document.footer == ""
    steps = duty.assess(record, Law(ON)).steps
    assert steps
    assert not [step.key for step in steps if step.said("fi") in text]


@pytest.mark.parametrize(("kind", "form", "role"), ALL)
@pytest.mark.parametrize(("written", "lang"), [("finnish", "sv"), ("finnish", "en"), ("swedish", "fi"), ("finnish; swedish", "fi")])
def test_free_text_of_another_language_is_a_blank_with_the_text_beside_it(room, kind, form, role, written, lang):
    """In every kind of draft: each free text follows the mark, is listed among the blanks, and stands in no title."""
    blank = _words.read("letters")["common"]["blank"][lang]
    document = made(room, TOLD | {"written_in": written}, kind, form, role, lang)
    own = made(room, TOLD | {"written_in": {"sv": "swedish", "en": "english", "fi": "finnish"}[lang]}, kind, form, role, lang)
    for name in FREE:
        if name not in TOLD:
            continue
        value = TOLD[name].partition(" | ")[0]
        assert document.text.count(value) == document.text.count(f"{blank}\n{value}"), (name, document.text)
        assert (value in document.text) == (value in own.text) or name == "title"
    assert len(document.blanks) > len(own.blanks)


def test_the_language_of_a_case_is_that_of_the_desk_that_wrote_it(tmp_path):
    """Opened in Finnish and read by a Swedish desk, it is marked; added to in Swedish, it is of both and marked for each."""
    desk = ivp.Desk(tmp_path / "j.duckdb", by="tt", now="2026-03-02T09:00", lang="fi")
    desk.breach.open("Otsikko", id="x", description="Kuvaus")
    swedish = desk.speaking("sv").breach.case("x")
    assert "FYLL I\nKuvaus" in swedish.draft("people").text
    assert "TÄYDENNÄ\nKuvaus" not in desk.breach.case("x").draft("people").text
    swedish.update(why="w", effects="På svenska")
    assert desk.breach.case("x").record.written_in == ("finnish", "swedish")
    assert "TÄYDENNÄ\nKuvaus" in desk.breach.case("x").draft("people").text
    swedish.update(why="w", people_count="5", written_in="swedish")
    assert "FYLL I\nKuvaus" not in desk.speaking("sv").breach.case("x").draft("people").text


def test_what_is_not_known_is_asked_in_the_order_in_which_it_decides(room):
    """Facts before judgements, who and what before how many; a board reads the same order, a letter its own."""
    asked = duty.assess(Breach("x", title="t"), Law(ON)).unknown
    order = ["nature", "data_kinds", "breach_recipient", "restored", "harm"]
    assert [one for one in asked if one in order] == order, asked
    assert not {"already_public", "is_breach", "misuse_signs"} & set(asked)
    blanks = made(room, {"title": "t"}, "people").blanks
    labels = [_words.field_label(one, "fi") for one in ("occurred_from", "description", "data_kinds", "consequences", "measures_taken")]
    assert [one for one in blanks if one in labels] == labels


# --- it turned out to be no breach


def test_a_notification_is_withdrawn_and_the_people_are_told_why(room, tmp_path):
    """The draft is a withdrawal by itself, holds the reason and the earlier number, and settles what is open; a breach stays owed."""
    desk = ivp.Desk(tmp_path / "j.duckdb", by="tt", now="2026-03-02T09:00", lang="fi")
    case = desk.breach.open("kirjautuminen", id="x", aware="2026-03-01T10:00", nature="confidentiality", cause="account", data_kinds="name")
    case.sent(case.draft("authority"), reference="TSV/1/2026", at="2026-03-01T12:00")
    case.sent(case.draft("people"), at="2026-03-01T13:00")
    case.update(why="w", is_breach="no", no_breach_reason="Kirjautuja oli oma työntekijä")
    assert {"BRE-024", "BRE-025"} <= set(desk.breach.findings()["code"])
    withdrawal = case.draft("authority")
    assert withdrawal.about[:2] == ("authority", "withdrawal")
    for told in ("ilmoituksen peruuttaminen", "TSV/1/2026", "Kirjautuja oli oma työntekijä"):
        assert told in withdrawal.text
    assert "Kirjautuja oli oma työntekijä" in case.draft("authority", form="edpb").text
    letter = case.draft("people").text
    assert "1. maaliskuuta" in letter or "1.3.2026" in letter
    assert "Tietoturvaloukkaus on koskenut henkilötietojasi." not in letter
    assert "Kirjautuja oli oma työntekijä." in letter
    case.sent(withdrawal, at="2026-03-02T08:00")
    assert "BRE-025" not in set(desk.breach.findings()["code"])
    case.update(why="w", is_breach="yes", breach_recipient="unknown")
    assert {"BRE-001"} <= set(desk.breach.findings()["code"])  # what was withdrawn is no notification
    assert case.clock.sent is None


def test_a_withdrawal_without_a_reason_asks_for_it(room):
    """Asked for by its phase: the reason and the earlier notification are blanks."""
    for form in (None, "edpb"):
        document = made(room, {}, phase="withdrawal", form=form)
        assert len(document.blanks) >= 2
        assert "Kuvaus" not in document.text


# --- the common template


def test_the_common_template_has_every_block_filled_or_named(room):
    """Each block of the facts has its heading and at least one line; what nobody told is a blank; the default is the Finnish form."""
    value = _law.fact("edpb:breach_template").proposals[-1]
    assert value["draft"]
    assert not _law.fact("edpb:breach_template").verified
    assert value["from"] == date(2026, 6, 10)
    for lang in _words.LANGS:
        bare, full = (made(room, facts, form="edpb", lang=lang) for facts in ({}, TOLD))
        for document in (bare, full):
            assert len(document.sections) == 1 + len(value["blocks"])
            assert all(section.lines for section in document.sections[1:])
            labels = [line.label for section in document.sections for line in section.lines]
            assert len(labels) == len(set(labels)), labels
        assert len(full.blanks) < len(bare.blanks)
        assert value["version"] in full.text
    named = [_words.read("breach")["edpb"][one]["fi"] for one in ("reporter", "sector", "evidence", "lead", "attachments", "recurrence")]
    full = made(room, TOLD, form="edpb")
    assert set(named) <= set(full.blanks)
    assert "arvio" in full.text
    assert "ulkoinen" in full.text
    assert "pysyvä" in full.text
    assert made(room, TOLD).text == made(room, TOLD, form="finnish").text != full.text
    with pytest.raises(ivp.Refusal, match="authority"):
        made(room, TOLD, "people", form="edpb")
    with pytest.raises(ivp.Refusal, match="draft"):
        made(room, TOLD, form="ebpd")


# --- lists and counts


def test_every_list_and_part_can_be_described():
    """The parts that are exported, and each list that a field takes its codes from; an unknown name is refused with the nearest."""
    for kind in ("measure", "data_context", "score_change", ivp.Measure, ivp.ScoreChange, *lists()):
        for lang in _words.LANGS:
            table = ivp.describe(kind, lang=lang)
            assert len(table), kind
            assert (table["label"].str.len() > 0).all(), kind
    listed = {
        name for kind in _records.Record.kinds.values() for field in kind.model_fields.values() if (name := _records.listed_in(field))
    }
    assert listed <= set(lists())
    assert list(ivp.describe("breach_recipient")["field"]) == list(_records.allowed("breach_recipient"))
    with pytest.raises(ivp.Refusal, match="measure"):
        ivp.describe("mesure")


@pytest.mark.parametrize(
    ("told", "kept", "low", "high"),
    [
        (">60 000", ">60000", 60001, None), ("more than 60,000", ">60000", 60001, None), ("yli 60 000", ">60000", 60001, None),
        ("över 60 000", ">60000", 60001, None), ("60 000+", ">=60000", 60000, None), ("vähintään 7", ">=7", 7, None),
        ("noin 50", "~50", 37, 63), ("ca. 50", "~50", 37, 63), ("about 50-60", "~50-60", 37, 75), ("alle 5", "<5", 0, 4),
        ("at most 20", "<=20", 0, 20), ("1,234,567", "1234567", 1234567, 1234567), ("60.000", "60000", 60000, 60000), ("0", "0", 0, 0),
    ],
)  # fmt: skip
def test_a_count_may_be_a_bound_or_approximate(told, kept, low, high):
    """What is told is kept as it is, read back from what is shown in each language, and counted with its bounds."""
    record = Breach("x", people_count=told)
    assert record.people_count == kept
    assert _records.bounds(kept) == (low, _records.MOST if high is None else high)
    for lang in _words.LANGS:
        shown = _records.show_count(kept, lang)
        assert Breach("x", people_count=shown).people_count == kept, shown


@pytest.mark.parametrize("told", ["noin", ">", "~0.5", "yli 5-9", "<0", "about about 5", "1,23", "3.5", "12 34", "kymmeniä", "5 tai 6"])
def test_what_is_no_count_is_refused(told):
    """A mark without a number, a bound of a range, a half of a person."""
    with pytest.raises(ivp.Refusal):
        Breach("x", people_count=told)


def test_the_register_adds_counts_as_exact_as_they_are(desk):
    """An activity with more than a thousand and one with about fifty make at least a sum, not a number."""
    for name, count in (("a", "yli 1000"), ("b", "noin 50"), ("c", "10-20")):
        desk.register.record(ivp.Activity(name, people_count=count), valid_from="2026-01-01", why="w")
    assert desk.breach.open("x", activities="a; b").record.people_count == ">=1038"
    assert desk.breach.open("y", activities="b; c").record.people_count == "47-83"
    table = desk.breach.breaches().set_index("people_count")
    assert table.loc[">=1038", "people_min"] == 1038
    assert table["people_max"].isna().loc[">=1038"]


def test_the_score_of_every_part_stays_a_number_of_the_method():
    """No new answer makes a part that the tables do not have."""
    rules = Law(ON)
    for cause in _records.allowed("breach_cause"):
        for signs in ("yes", "no", None):
            record = Breach(
                "x", cause=cause, misuse_signs=signs, nature="confidentiality; availability", data_kinds="name", given_again="yes"
            )
            assert {one.score for one in severity.of(record, rules).parts[2:]} <= {None, 0, 0.25, 0.5}


@pytest.mark.parametrize("kind", ["people", "press"])
def test_what_is_said_to_be_none_is_a_blank_in_a_letter(desk, kind):
    """No data, no consequences, no measures: Art. 34(2) asks for them, so the officer is asked, and the letter does not say none."""
    none = dict.fromkeys(("data_kinds", "data_subjects", "consequences", "measures_taken"), ivp.NONE)
    case = desk.breach.open("x", aware="2026-03-01T10:00", description="d", occurred_from="2026-03-01", written_in="english", **none)
    letter = case.draft(kind, lang="en")
    assert "none" not in letter.text.casefold()
    for name in ("likely consequences", "measures"):
        assert any(name in label for label in letter.blanks)


def test_a_letter_names_the_special_categories_and_what_may_still_go_on(desk):
    """Health data are named though only names are ticked; an intrusion without an end is not told as over."""
    case = desk.breach.open(
        "x", aware="2026-03-01T10:00", occurred_from="2026-02-27", cause="intrusion", data_kinds="name", special_categories="health",
        written_in="english",
    )  # fmt: skip
    text = case.draft("people", lang="en").text
    assert "health" in text
    assert "whether it has ended" in text


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"breach_recipient": "unknown"}, "do not know who has got"),
        ({"breach_recipient": "public"}, "Anybody could see"),
        ({"breach_recipient": "known", "recipient_confirmed": "no"}, "has not confirmed"),
        ({"breach_recipient": "trusted", "recipient_confirmed": "yes"}, "has promised"),
        ({"breach_recipient": "trusted", "recipient_confirmed": "yes", "confirmed_how": "written"}, "has confirmed"),
        ({"breach_recipient": "known", "recipients_count": "146"}, "other recipients whom we know (146)"),
        ({"breach_recipient": "nobody", "cause": "fault"}, "nobody outside has got"),
        ({"data_kinds": "email", "breach_recipient": "known", "recipients_count": "146"}, "do not reply to all"),
        ({"nature": "availability", "restored": "yes"}, "available to us again"),
        ({"risk_materialised": "yes"}, "already come to harm"),
        ({"effects": "two customers were blackmailed"}, "two customers were blackmailed"),
    ],
)
def test_a_letter_says_who_has_the_data_and_what_has_come_of_it_as_told(desk, told, said):
    """Art. 34(2): each sentence with its answer, and none without."""
    given = {"aware": "2026-03-01T10:00", "data_kinds": "name", "cause": "misdirected", "written_in": "english"}
    assert said in desk.breach.open("x", **given | told).draft("people", lang="en").text
    assert said not in desk.breach.open("y", **given).draft("people", lang="en").text


@pytest.mark.parametrize(
    ("kind", "told", "caution"),
    [
        ("authority", {"breach_role": "processor"}, "33 artiklan 2 kohta"),
        ("people", {"breach_role": "processor"}, "34 artiklan 1 kohta"),
        ("press", {"breach_role": "processor"}, "34 artiklan 1 kohta"),
        ("authority", {"breach_recipient": "nobody"}, "ei tarvitse ilmoittaa"),
        ("people", {"breach_recipient": "nobody"}, "ei tarvitse ilmoittaa"),
        ("people", {"children": "yes"}, "huoltajalle"),
        ("press", {"people_count": "1"}, "niin vähän"),
        ("controller", {}, "itse rekisterinpitäjä"),
    ],
)
def test_what_speaks_against_sending_a_draft_stands_on_its_cover_and_not_in_its_text(desk, tmp_path, kind, told, caution):
    """Who notifies (Art. 33(1)-(2), 34(1)), and whom a notice would reveal; the control is a case of which nothing speaks against it."""
    given = {
        "aware": "2026-03-01T10:00",
        "nature": "confidentiality",
        "cause": "fault",
        "data_kinds": "national_id",
        "written_in": "finnish",
    }
    draft = desk.breach.open("x", **given | told).draft(kind, lang="fi")
    assert any(caution in one for one in draft.cautions), draft.cautions
    assert caution not in draft.text
    assert caution in repr(draft)
    assert caution in draft._repr_html_()
    assert caution in message_from_bytes(draft.save(tmp_path / "d.eml").read_bytes(), policy=default)["Subject"]
    body = message_from_bytes(draft.save(tmp_path / "d.eml").read_bytes(), policy=default).get_body(("plain",)).get_content()
    assert caution not in body
    clean = {"breach_recipient": "unknown", "people_count": "900", "children": "no"} | (
        {"breach_role": "processor"} if kind == "controller" else {}
    )
    assert not desk.breach.open("y", **given | clean).draft(kind, lang="fi").cautions


def test_a_board_reads_no_hours_left_where_nobody_has_to_be_notified(desk):
    """And reads of what is late that it is done at once; a processor's board reads whom it tells."""
    given = {"aware": "2026-03-01T10:00", "nature": "confidentiality", "cause": "fault", "data_kinds": "name", "breach_recipient": "nobody"}
    case = desk.breach.open("x", **given)
    assert case.duty.notify is False
    text = case.draft("board", lang="fi").text
    assert "aikaa jäljellä" not in text
    assert "ilmoitusta ei arvion mukaan tarvita" in text
    case.update(why="w", breach_recipient="unknown")
    assert "aikaa jäljellä" in case.draft("board", lang="fi").text
    case.update(why="w", aware="2026-02-01T10:00")
    assert "heti: määräaika on päättynyt" in case.draft("board", lang="fi").text
    case.update(why="w", breach_role="processor")
    text = case.draft("board", lang="fi").text
    assert "ilmoitetaan rekisterinpitäjälle" in text
    assert "käsittelijä sai tiedon" in text
    assert "päätös ilmoittamisesta" not in text


def test_a_notification_with_a_blank_is_not_called_complete(desk):
    """Art. 33(4): what is asked for in the form may follow; what is called complete has no mark in it."""
    given = {"aware": "2026-03-01T10:00", "description": "d", "nature": "confidentiality", "data_kinds": "name", "written_in": "english"}
    draft = desk.breach.open("x", **given, consequences="distress", measures_taken="m", contact_person="c").draft("authority", lang="en")
    assert draft.blanks
    assert draft.about[1] == "preliminary"


def test_the_authority_is_told_or_asked_whether_data_were_taken_and_are_back(desk):
    """Of an attack and of an outage a handler asks that first; of a letter it is no question."""
    attack = desk.breach.open("x", aware="2026-03-01T10:00", cause="malware", nature="availability", written_in="english")
    letter = desk.breach.open("y", aware="2026-03-01T10:00", cause="misdirected", nature="confidentiality", written_in="english")
    for name in ("exfiltrated", "restored", "unavailable_for"):
        label = _words.field_label(name, "en")
        assert label in attack.draft("authority", lang="en").text, name
        assert label not in letter.draft("authority", lang="en").text, name


def test_what_is_taken_back_runs_no_clock_and_is_taken_back_only_where_nothing_is_owed(desk):
    """After a withdrawal nothing is notified and nothing is late; a breach that the answers show is not withdrawn without a word."""
    case = desk.breach.open(
        "x", aware="2026-02-20T10:00", nature="confidentiality", cause="fault", data_kinds="name", breach_recipient="known"
    )
    case.sent(case.draft("authority", lang="fi"), at="2026-02-21T10:00")
    case.update(why="w", breach_recipient="nobody", is_breach="no", no_breach_reason="oma testi")
    withdrawal = case.draft("authority", lang="fi")
    assert (withdrawal.about[1], withdrawal.cautions) == ("withdrawal", [])
    case.sent(withdrawal, at="2026-02-22T10:00")
    board = case.draft("board", lang="fi").text
    assert "määräaika" not in board
    assert "ilmoitusta ei arvion mukaan tarvita" in board
    assert any("ei tarvitse ilmoittaa" in one for one in case.draft("authority", lang="fi").cautions)
    case.update(why="w", misuse_signs="yes", breach_recipient="unknown")
    assert any("ei pidä peruuttaa" in one for one in case.draft("authority", lang="fi", phase="withdrawal").cautions)


def test_cautions_stay_until_the_matter_itself_is_decided(desk):
    """What was decided of the authority is no decision on the people; a complete notification has no blank; an unknown count is told."""
    given = {"aware": "2026-02-20T10:00", "nature": "confidentiality", "data_kinds": "name", "cause": "fault"}
    case = desk.breach.open("x", **given, breach_recipient="known", recipient_confirmed="no", people_count="500")
    assert case.duty.communicate is False
    case.decide("notify", "r")
    for kind in ("people", "press"):
        assert any("ei tarvitse ilmoittaa" in one for one in case.draft(kind, lang="fi").cautions)
    assert any("täydennettäviä" in one for one in case.draft("authority", lang="fi", phase="complete").cautions)
    case.decide("communicate", "r")
    assert not case.draft("people", lang="fi").cautions
    for count, caution in (("noin 20", "niin vähän"), (None, "lukumäärää"), ("1-100", "niin vähän")):
        press = desk.breach.open("y", **given, people_count=count).draft("press", lang="fi")
        assert any(caution in one or "määrää ei ole kerrottu" in one for one in press.cautions), count
