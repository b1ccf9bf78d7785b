"""The notice room: items and signs by cases from the law and by whole notices, the register both ways, versions, drafts, bad input."""

import json
import re
import unicodedata
import zipfile
from datetime import date

import pandas
import pytest
from click.testing import CliRunner
from house import NOW, ROOT, cases

import ivplus_tools as ivp
from ivplus_tools import _dates, _words
from ivplus_tools.cli import main
from ivplus_tools.errors import Refusal
from ivplus_tools.notice import files, items, phrases, signs
from ivplus_tools.notice.page import of_text

ON = _dates.day("2026-03-02")
NOTICES = ROOT / "tests" / "notices"
LABELS = json.loads((NOTICES / "labels.json").read_text(encoding="utf-8"))
PAGE = ROOT / "data_samples" / "tietosuoja.html"
OPEN = {"no": {"no", "cannot_tell"}, "cannot_tell": {"no", "cannot_tell"}, "yes": {"yes"}}
"""What an answer may be where the law expects one: what is not said is never called said."""


def judged(read):
    """Each item with its answer."""
    return {one.code: one for one in items.judge(read, ON, {})}


@pytest.mark.parametrize("case", cases("notice"))
def test_a_sentence_says_what_the_law_asks_or_does_not(case):
    """Items and signs of a short text; a near miss is not said."""
    read = of_text(case["name"], case["given"], case["lang"])
    found, signed = judged(read), {one.code for one in signs.find(read, ON)}
    for code, expected in case.get("expect", {}).items():
        assert found[code].present in OPEN[expected], (code, found[code])
    assert set(case.get("signs", ())) <= signed
    assert not set(case.get("no_signs", ())) & signed


@pytest.mark.parametrize("name", sorted(LABELS))
def test_a_whole_notice_is_read_as_a_lawyer_reads_it(name):
    """What is missing and what is wrong, in six clean notices and twenty with known faults; what a colleague might dispute is left open."""
    label = LABELS[name]
    read = files.read(NOTICES / name, label["lang"])
    doubtful = set(label.get("doubtful", ()))
    missing = {code for code, one in judged(read).items() if one.present != "yes"} - doubtful
    assert missing == set(label["no"]) - doubtful
    assert {one.code for one in signs.find(read, ON)} - doubtful == set(label["signs"]) - doubtful


@pytest.fixture
def published(desk, tmp_path):
    """A Desk, a page, and the page published in January."""
    path = tmp_path / "seloste.md"
    path.write_text(TEXT, encoding="utf-8")
    desk.notice.publish(path, on="2026-01-05", id="seloste")
    return desk, path


TEXT = """# Tietosuojaseloste

## Rekisterinpitäjä

Malli Oy, Mallikatu 1, 15100 Lahti, tietosuoja@example.fi

## Säilytysaika

Säilytämme tietoja kolme vuotta asiakassuhteen päättymisestä. Tietoja ei siirretä EU:n eikä ETA:n ulkopuolelle.

## Oikeutesi

Sinulla on oikeus saada pääsy tietoihisi ja pyytää niiden oikaisemista.
"""


FILLER = (
    "Käsittelemme tietoja asiakassuhteen hoitamiseksi. Sinulla on oikeus saada pääsy tietoihisi ja pyytää niiden oikaisemista "
    "tai poistamista, ja voit tehdä valituksen tietosuojavaltuutetulle, jos et ole tyytyväinen siihen, miten niitä käsitellään."
)


def test_quotes_are_verbatim_and_their_offsets_are_those_of_the_file(published):
    """`text[start:end]` is the quote, and of a plain text the text is the file itself."""
    desk, path = published
    reading = desk.notice.read(path)
    assert reading.text == path.read_text(encoding="utf-8")
    said = reading.items.query("start >= 0")
    assert len(said) >= 4
    for one in said.itertuples(index=False, name="Row"):
        assert reading.text[one.start : one.end] == one.quote
        assert path.read_text(encoding="utf-8").splitlines()[one.line - 1].find(one.quote[:20]) >= 0


def test_a_notice_stands_from_its_day_and_its_earlier_text_stays(published):
    """Which notice stood on any day; what readers must be told; whether the file is still the one that was recorded."""
    desk, path = published
    assert len(desk.notice.differs("seloste", path)) == 0
    path.write_text(TEXT.replace("kolme vuotta", "kuusi vuotta"), encoding="utf-8")
    assert list(desk.notice.differs("seloste", path)["change"]) == ["removed", "added"]
    desk.notice.publish(path, on="2026-02-01", id="seloste")
    assert "kolme" in desk.at(valid="2026-01-31").notice.reading("seloste").text
    assert "kuusi" in desk.notice.reading("seloste").text
    told = desk.notice.told(since="2026-01-31")
    assert [("kolme" in one.text, one.change) for one in told.itertuples()] == [(True, "removed"), (False, "added")]
    assert list(desk.notice.versions("seloste")["published"]) == ["2026-01-05", "2026-02-01"]
    assert desk.notice.read(path).subject == "seloste"


def test_a_notice_is_not_compared_with_an_empty_register(published):
    """The law's items are judged all the same; that nothing was compared is told (NOT-014), not left out."""
    desk, path = published
    reading = desk.notice.read(path)
    assert "NOT-014" in set(reading.findings["code"])
    assert not {"NOT-010", "NOT-011", "NOT-012", "NOT-013"} & set(reading.findings["code"])
    assert len(reading.matches) == 0
    assert reading.items.set_index("item").loc["withdrawal", "needed"] == "cannot_tell"


def test_activities_without_a_notice_are_a_finding_until_one_is_published(desk, tmp_path):
    """NOT-020, and its end."""
    desk.register.record(ivp.Activity("a", name="Asiakkaat"), valid_from="2026-01-01", why="w")
    assert "NOT-020" in set(desk.notice.findings()["code"])
    path = tmp_path / "s.md"
    path.write_text(TEXT, encoding="utf-8")
    desk.notice.publish(path, on="2026-01-05")
    assert "NOT-020" not in set(desk.notice.findings()["code"])


def whole(desk, **other):
    """A complete register: one activity with every answer a notice needs."""
    own = {
        "name": "Malli Oy",
        "contact": "Mallikatu 1, 15100 Lahti; tietosuoja@example.fi",
        "dpo": "Tietosuojavastaava, tietosuoja@example.fi",
    }
    desk.register.record(ivp.Organisation("me", relation=["own"], **own), valid_from="2026-01-01", why="w")
    facts = {
        "name": "Asiakassuhteet", "controller": "me",
        "purposes": [
            {"purpose": "asiakassuhteen hoitaminen", "legal_basis": "6(1)(b)"},
            {"purpose": "palvelujen kehittäminen", "legal_basis": "6(1)(f)", "legitimate_interest": "palvelun laadun parantaminen"},
            {"purpose": "uutiskirje", "legal_basis": "6(1)(a)"},
        ],
        "data_categories": ["yhteystiedot"], "sources": ["kaupparekisteri"], "recipients": [{"recipient": "tilitoimisto"}],
        "processors": ivp.NONE, "transfers": ivp.NONE,
        "retention": [{"data_category": "yhteystiedot", "period": "P3Y", "start_event": "CUST_END"}],
        "automated_decisions": ivp.NONE, "required_data": "Nimi on annettava: ilman sitä sopimusta ei voida tehdä.",
    }  # fmt: skip
    desk.register.record(ivp.Activity("a", **{**facts, **other}), valid_from="2026-01-01", why="w")


@pytest.mark.parametrize("lang", ["fi", "sv", "en"])
@pytest.mark.parametrize("ending", [".html", ".md"])
def test_the_draft_of_a_complete_register_has_no_finding(desk, tmp_path, lang, ending):
    """Written from the register, read again by its own reader: nothing is missing, stale or against the register."""
    whole(desk)
    path = desk.notice.draft(lang).save(tmp_path / f"draft{ending}")
    reading = desk.notice.read(path, lang)
    bad = reading.items[~reading.items["present"].isin(["yes", "not_needed"])]
    assert not len(bad), bad[["item", "present"]]
    found = reading.findings
    assert set(found["code"]) <= {"NOT-012"}, list(found["finding"])
    assert "<script" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("gap", "item"),
    [
        ({"retention": None}, "period"), ({"sources": None}, "source"), ({"required_data": None}, "requirement"),
        ({"data_categories": None}, "categories"), ({"automated_decisions": None}, "automated"), ({"transfers": None}, "transfers"),
    ],
)  # fmt: skip
def test_what_nobody_has_told_is_a_marked_blank_of_the_draft(desk, gap, item):
    """Each gap of the register is its own blank, and no sentence stands in its place."""
    whole(desk)
    before = len(desk.notice.draft("fi").blanks)
    whole(desk, **gap)
    assert (before, len(desk.notice.draft("fi").blanks)) == (0, 1), item


def test_the_register_and_the_notice_are_held_against_each_other(desk, tmp_path):
    """A basis that the notice lacks, a country that it denies or adds, another period; an unknown word is no contradiction."""
    whole(desk)
    path = tmp_path / "s.md"
    path.write_text(TEXT + "\nYhteystiedot säilytetään viisi vuotta.\n\nTiedot siirretään Sveitsiin.\n", encoding="utf-8")
    found = desk.speaking("fi").notice.read(path).matches.set_index("term")
    assert found.loc["tilitoimisto", "state"] == "cannot_tell"
    states = set(zip(found["what"], found["state"], strict=True))
    assert ("käsittelyn oikeusperuste", "not_said") in states
    assert ("maa", "not_in_register") in states
    assert any(one.state == "contradicted" for one in found.itertuples())


def test_a_period_of_other_data_says_nothing_of_these(desk, tmp_path):
    """Three years for another category are not the three years of the register's."""
    whole(desk)
    path = tmp_path / "s.md"
    path.write_text(TEXT.replace("tietoja kolme", "kamerakuvia kolme"), encoding="utf-8")
    found = desk.notice.read(path).matches
    assert list(found[found["term"].str.startswith("yhteystiedot:")]["state"]) == ["cannot_tell"]


def test_what_the_officer_says_of_a_match_holds(desk, tmp_path):
    """A term that the notice says in other words; taken back, it cannot be told again."""
    whole(desk)
    path = tmp_path / "s.md"
    path.write_text(TEXT, encoding="utf-8")
    match = ivp.NoticeMatch("m", register_term="tilitoimisto", notice_says="Malli Oy", is_said="yes")
    receipt = desk.notice.record(match, valid_from="2026-01-02", why="luettu")
    assert desk.notice.read(path).matches.set_index("term").loc["tilitoimisto", "state"] == "said"
    desk.notice.withdraw(receipt, why="erehdys")
    assert desk.notice.read(path).matches.set_index("term").loc["tilitoimisto", "state"] == "cannot_tell"


def test_a_sentence_that_promises_names_what_keeps_it_or_that_nothing_does(sample):
    """Every sentence has a row; a promise that no record keeps says so."""
    found = sample.notice.read(PAGE).promises
    assert set(found["state"]) <= {"kept", "nothing_keeps_it", "broken", "informs"}
    kept = found.query("state == 'kept'")
    assert len(kept) >= 3
    assert (kept["records"] > 0).all()
    assert (found.query("state == 'nothing_keeps_it'")["records"] == 0).all()


def test_the_published_notice_of_the_company_is_read_as_a_lawyer_reads_it(sample):
    """The page from which the toolkit began, where it is at hand: what a careful lawyer finds, and a row for each sentence."""
    seed = ROOT.parent / "shared" / "seed" / "tietosuoja.fi.txt"
    if not seed.is_file():
        pytest.skip("the company's own notice is not beside the project")
    reading = sample.notice.read(seed)
    present = reading.items.set_index("item")["present"]
    for code in ("interest", "period", "restriction", "requirement", "automated", "objection_apart"):
        assert present[code] in ("no", "cannot_tell"), code
    for code in ("controller", "dpo", "access", "rectification", "erasure", "portability", "withdrawal", "complaint", "exercise"):
        assert present[code] == "yes", code
    rules = set(reading.findings["rule"])
    for sign in (
        "one_basis_for_all", "objection_on_consent", "vague_sources", "vague_recipients", "conditional_transfers", "authority_not_named",
        "cookies_undetailed",
    ):  # fmt: skip
        assert f"notice:{sign}" in rules, sign
    sentences = [one for one in files.read(seed).sentences if one.kind != "heading"]
    assert len(reading.promises) == len(sentences)


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("fi", "Sinulla ei ole oikeutta saada pääsyä tietoihisi. Et voi pyytää tietojesi poistamista. Suostumusta ei voi peruuttaa."),
        ("fi", "Sinulla ei ole oikeutta tehdä valitusta tietosuojavaltuutetulle. Et saa vastustaa käsittelyä."),
        ("sv", "Du har ingen rätt till rättelse. Du kan inte återkalla ditt samtycke. Du har inte rätt till radering."),
        ("en", "You have no right of access. You cannot withdraw your consent. You do not have the right to object."),
        ("fi", "# Henkilötietojen vastaanottajat\n\nTulossa."), ("fi", "| Vastaanottajat | ei tiedossa |"),
        ("en", "# Recipients of the data\n\nTO BE FILLED IN"), ("sv", "# Mottagare\n\nFYLL I"),
    ],
)  # fmt: skip
def test_what_is_denied_or_left_blank_is_not_said(lang, text):
    """A right that the notice refuses, and a heading above a blank, are never an answer."""
    assert not [code for code, one in judged(of_text("x", text, lang)).items() if one.present == "yes"]


def test_the_draft_of_an_empty_register_says_nothing(desk, tmp_path):
    """Read back, its blanks are blanks: what nobody told is not said, and the blanks are found in each language."""
    for lang in ("fi", "sv", "en"):
        path = desk.notice.draft(lang).save(tmp_path / f"{lang}.md")
        reading = desk.notice.read(path, lang)
        present = reading.items.set_index("item")["present"]
        for code in ("controller", "purposes", "interest", "recipients", "transfers", "period", "source", "requirement", "automated"):
            assert present[code] != "yes", (lang, code)
        assert "notice:placeholder" in set(reading.findings["rule"]), lang


def test_an_officers_answer_takes_no_contradiction_away(desk, tmp_path):
    """A transfer that the notice denies stays contradicted; words that are not in the page fill nothing in."""
    whole(desk, transfers=["Yhdysvallat"])
    path = tmp_path / "s.md"
    path.write_text(TEXT, encoding="utf-8")
    before = desk.notice.read(path).matches
    assert list(before[before["state"] == "contradicted"]["term"]) == ["United States"]
    for number, (term, says) in enumerate((("US", "EU:n"), ("United States", "EU:n"), ("tilitoimisto", "nowhere in it"))):
        match = ivp.NoticeMatch(f"m{number}", register_term=term, notice_says=says, is_said="yes")
        desk.notice.record(match, valid_from="2026-01-02", why="w")
    after = desk.notice.read(path)
    assert "NOT-013" in set(after.findings["code"])
    assert after.matches.set_index("term").loc["tilitoimisto", "state"] == "cannot_tell"


def test_no_transfers_are_stated_only_where_nothing_speaks_against_it(desk):
    """Data that a processor keeps in a third country are a blank of the draft, not a denial."""
    whole(desk, processors=["us"])
    desk.register.record(ivp.Organisation("us", name="Pilvi Inc"), valid_from="2026-01-01", why="w")
    desk.review.record(ivp.Processor("us", organisation="us", storage_countries=["US"]), valid_from="2026-01-01", why="w")
    draft = desk.notice.draft("fi")
    assert "ei siirretä" not in draft.text
    assert len(draft.blanks) == 1


def test_a_transfer_that_has_ended_or_not_begun_is_not_told(desk):
    """Only what goes on on the day."""
    whole(desk)
    for ident, days in (("a", {"ends": "2026-01-31"}), ("b", {"begins": "2027-01-31"})):
        made = ivp.Transfer(ident, exporter="me", importer="x", country="US", activities=["a"], **days)
        desk.review.record(made, valid_from="2026-01-01", why="w")
    assert "Yhdysvallat" not in desk.notice.draft("fi").text


def test_a_denied_practice_is_kept_only_where_the_register_denies_it_too(desk, tmp_path):
    """`We do not transfer` is kept by a register that says none, broken by a transfer, and open where nobody has said."""
    path = tmp_path / "s.md"
    path.write_text(TEXT, encoding="utf-8")
    states = []
    for transfers in (ivp.NONE, ["Yhdysvallat"], None):
        whole(desk, transfers=transfers)
        found = desk.speaking("fi").notice.read(path).promises
        states.append(found[found["quote"].str.contains("ei siirretä")]["state"].item())
    assert states == ["kept", "broken", "nothing_keeps_it"]


def test_a_published_notice_can_be_taken_down(published):
    """It stands no more from that day, its text and history stay, and that none is published is a finding again."""
    desk, _ = published
    whole(desk)
    assert "NOT-020" not in set(desk.notice.findings()["code"])
    desk.notice.take_down("seloste", on="2026-02-01", why="sivu poistettiin")
    assert "NOT-020" in set(desk.notice.findings()["code"])
    assert len(desk.at(valid="2026-01-31").notice.notices()) == 1


def test_a_notice_ages_with_the_register_and_behind_another_language(published, tmp_path):
    """NOT-021 from the first newer record on, also one that was only written down later; NOT-022 for the older of two languages."""
    desk, _ = published
    assert not {"NOT-021", "NOT-022"} & set(desk.notice.findings()["code"])
    whole(desk)
    assert "NOT-021" in set(desk.notice.findings()["code"])
    path = tmp_path / "en.md"
    path.write_text(
        "# Privacy notice\n\nThe controller is Malli Oy, and you can reach us at tietosuoja@example.fi. We use the data for billing. "
        "You have the right of access to your data and the right to have them erased, and you may lodge a "
        "complaint with the supervisory authority if you are not satisfied with how we handle them.\n",
        encoding="utf-8",
    )
    desk.notice.publish(path, on="2026-02-01", id="notice")
    found = desk.notice.findings()
    assert list(found[found["code"] == "NOT-022"]["subject"]) == ["seloste"]


def test_a_published_page_that_has_changed_is_a_finding_until_it_is_published_anew(published):
    """NOT-023 of the last look; a page that still says the same is none, and a later publication starts afresh."""
    desk, path = published
    desk.notice.check("seloste", path)
    assert "NOT-023" not in set(desk.notice.findings()["code"])
    path.write_text(path.read_text(encoding="utf-8").replace("kolme vuotta", "viisi vuotta") + "\n\nUusi lause.\n", encoding="utf-8")
    desk.notice.check("seloste", path)
    assert list(desk.notice.findings().query("code == 'NOT-023'")["subject"]) == ["seloste"]
    desk.notice.publish(path, on="2026-02-02")
    assert "NOT-023" not in set(desk.notice.findings()["code"])


@pytest.mark.parametrize(
    ("lang", "text", "what", "day"),
    [
        ("fi", "Päivitetty 1.3.2026", "changed", date(2026, 3, 1)),
        ("fi", "Tämä seloste on laadittu 12. toukokuuta 2025.", "published", date(2025, 5, 12)),
        ("fi", "Viimeksi muutettu maaliskuussa 2026.", "changed", None),
        ("sv", "Senast uppdaterad den 3 mars 2026.", "changed", date(2026, 3, 3)),
        ("sv", "Publicerad 2026-02-28", "published", date(2026, 2, 28)),
        ("en", "Last updated: March 1st, 2026", "changed", date(2026, 3, 1)),
        ("en", "Effective 13/02/2026", "published", date(2026, 2, 13)),
        ("en", "Last revised 03/02/2026", "changed", None),
        ("fi", "Päivitetty 31.2.2026", "changed", None),
    ],
)
def test_the_day_of_a_text_is_read_or_told_to_be_open(desk, tmp_path, lang, text, what, day):
    """A day in two readings, a month alone and a day that is none are told without a day."""
    path = tmp_path / "s.md"
    path.write_text(f"{TEXT}\n\n{text}\n", encoding="utf-8")
    found = desk.notice.read(path, lang).dates
    assert [(one.what, None if pandas.isna(one.day) else pandas.Timestamp(one.day).date()) for one in found.itertuples()] == [(what, day)]
    assert found["quote"][0] in text


def test_a_text_that_was_changed_after_its_publication_is_a_finding(published, tmp_path):
    """NOT-006: the text says a later day than the record; an earlier one is usual."""
    desk, path = published
    text = path.read_text(encoding="utf-8")
    for said, expected in (("Päivitetty 1.1.2026", False), ("Päivitetty 1.2.2026", True)):
        path.write_text(f"{text}\n\n{said}\n", encoding="utf-8")
        desk.notice.publish(path, on="2026-01-20", id="seloste")
        assert ("NOT-006" in set(desk.notice.findings()["code"])) is expected


def test_heavy_sentences_and_words_are_told_with_plainer_ones(desk, tmp_path):
    """And the draft says how plain it is."""
    path = tmp_path / "s.md"
    path.write_text(f"{TEXT}\n\nMikäli haluat, {'kerro siitä meille ja ' * 8}odota.\n", encoding="utf-8")
    told = desk.notice.read(path, "fi").plain
    assert {"long_sentence", "heavy_word"} <= set(told["what"])
    assert dict(zip(told["quote"].str.lower(), told["plainer"], strict=True))["mikäli"] == "jos"
    whole(desk)
    assert "sanaa" in desk.notice.draft("fi").cover[0].said


@pytest.mark.parametrize(
    ("own", "text", "expected"),
    [
        ({}, "Malli Oy:n tietosuojavastaavan tavoittaa: tietosuoja (at) example.fi, +358 10 000 0000.",
         {"controller": "said", "contact": "said", "dpo": "said"}),
        ({}, "Toinen Oy, toinen@example.fi", {"controller": "not_said", "contact": "not_said", "dpo": "not_said"}),
        ({"contact": "Mallikatu 1"}, "Malli Oy, Toinentie 2", {"controller": "said", "contact": "cannot_tell"}),
        ({"dpo": ivp.NONE}, "Malli Oy. Tietosuojavastaavamme tavoittaa osoitteesta tietosuoja@example.fi.", {"dpo": "not_in_register"}),
    ],
)  # fmt: skip
def test_the_controller_and_its_officer_are_held_against_the_notice(desk, tmp_path, own, text, expected):
    """By name, mail and telephone, whatever their spelling; an address in words that is not found cannot be told."""
    whole(desk)
    own = {"contact": "tietosuoja@example.fi; 010 000 0000", "dpo": "Tietosuojavastaava, tietosuoja@example.fi", **own}
    desk.register.record(ivp.Organisation("me", name="Malli Oy", relation=["own"], **own), valid_from="2026-01-01", why="w")
    path = tmp_path / "s.md"
    path.write_text(f"# Tietosuojaseloste\n\n{text}\n\n{FILLER}\n", encoding="utf-8")
    matches = desk.notice.read(path, "fi").matches
    for what, state in expected.items():
        assert set(matches[matches["what"] == _words.field_label(what, desk.standpoint.lang)]["state"]) == {state}, what


def test_a_day_to_come_is_no_day_of_publication(desk, tmp_path):
    """Refused, and nothing is recorded."""
    path = tmp_path / "s.md"
    path.write_text(TEXT, encoding="utf-8")
    with pytest.raises(Refusal):
        desk.notice.publish(path, on="2031-01-01")
    assert desk.notice.standing() == []


# --- bad input


def written(tmp_path, name, content):
    """A file to be read."""
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("banner.html", "<html><body><p>Käytämme evästeitä. Hyväksy?</p></body></html>"), ("empty.txt", ""),
        ("noise.pdf", b"%PDF-1.4 noise"), ("nothing.docx", b"PK\x03\x04 broken"), ("short.md", "# Tietosuoja\n\nTulossa."),
    ],
)  # fmt: skip
def test_what_is_no_notice_is_refused_in_one_line(desk, tmp_path, name, content):
    """A banner alone, nothing, a broken file."""
    with pytest.raises(Refusal) as refused:
        desk.notice.read(written(tmp_path, name, content))
    assert "\n" not in str(refused.value)
    assert name in str(refused.value)


def test_a_part_that_was_not_read_makes_what_is_not_found_unknown(desk, tmp_path):
    """What no reader of the page sees was not read: nothing is called missing, and that is told."""
    body = "".join(f"<p>{line}</p>" for line in TEXT.splitlines() if line)
    reading = desk.notice.read(written(tmp_path, "s.html", f"<html><body>{body}<div hidden>salattu kohta</div></body></html>"))
    assert "no" not in set(reading.items["present"])
    assert "NOT-004" in set(reading.findings["code"])
    assert len(reading.unread) == 1


def test_a_language_that_is_not_known_says_nothing_is_missing(desk, tmp_path):
    """Spanish words are no Finnish: every item is open, and it is said why."""
    text = "Esta es la política de privacidad. " * 20
    reading = desk.notice.read(written(tmp_path, "p.txt", text))
    assert set(reading.items["present"]) == {"cannot_tell"}
    assert "NOT-005" in set(reading.findings["code"])
    with pytest.raises(Refusal, match="lang"):
        desk.notice.publish(tmp_path / "p.txt", on="2026-01-01")


@pytest.mark.parametrize("spoilt", ["NFD", "soft hyphen", "zero width", "CR", "CRLF", "BOM"])
def test_signs_that_nobody_sees_hide_nothing(desk, tmp_path, spoilt):
    """Letters in another composition, unseen signs within words and other line ends: the same answers, and verbatim quotes."""
    text = {
        "NFD": unicodedata.normalize("NFD", TEXT), "soft hyphen": TEXT.replace("pääsy", "pää\u00adsy"),
        "zero width": TEXT.replace("Säily", "Säi\u200bly"), "CR": TEXT.replace("\n", "\r"),
        "CRLF": TEXT.replace("\n", "\r\n"), "BOM": "\ufeff" + TEXT,
    }[spoilt]  # fmt: skip
    plain = desk.notice.read(written(tmp_path, "plain.md", TEXT)).items
    reading = desk.notice.read(written(tmp_path, "s.md", text))
    assert list(reading.items["present"]) == list(plain["present"])
    for one in reading.items.query("start >= 0").itertuples(index=False, name="Row"):
        assert reading.text[one.start : one.end] == one.quote


@pytest.mark.parametrize("line", ["säilyt-" * 2000, "A. " * 4000, "1." * 4000, "| a " * 2000, "0" * 20_000, " ," * 20_000, "(" * 20_000])
def test_a_long_line_takes_no_long_time(desk, tmp_path, line):
    """A page of one endless line is read like any other: the test ends, which it would not otherwise."""
    reading = desk.notice.read(written(tmp_path, "s.txt", f"{TEXT}\n{line}\n"), "fi")
    assert (reading.items["present"] == "yes").sum() >= 4


def test_a_page_of_endless_elements_is_refused(desk, tmp_path):
    """Elements within elements: one clear line."""
    with pytest.raises(Refusal):
        desk.notice.read(written(tmp_path, "s.html", f"<html><body>{'<div>' * 50_000}{TEXT}</body></html>"))


@pytest.mark.parametrize(
    "text",
    [
        "Esta es la política de privacidad de la empresa y de los datos que se tratan. " * 8,
        "Wir verarbeiten Ihre Daten und Sie haben das Recht auf Auskunft, die wir nicht verweigern werden. " * 8,
        "Me töötleme teie andmeid ja teil on õigus tutvuda oma andmetega, kui see on vajalik ning ka mis on. " * 8,
    ],
)
def test_a_page_in_another_language_is_not_judged(desk, tmp_path, text):
    """Spanish, German, Estonian: nothing is called missing."""
    assert set(desk.notice.read(written(tmp_path, "p.txt", text)).items["present"]) == {"cannot_tell"}


def test_a_page_that_is_not_in_the_language_given_is_not_judged_missing(desk, tmp_path):
    """Finnish read as Swedish: what is not found cannot be told, and the language is a finding."""
    reading = desk.notice.read(written(tmp_path, "s.md", TEXT * 2), "sv")
    assert "no" not in set(reading.items["present"])
    assert {"NOT-004", "NOT-005"} <= set(reading.findings["code"])


def test_a_page_that_cannot_be_told_is_no_exit_code_0(tmp_path):
    """Spanish read as Finnish holds nothing that is known to be missing: the shell fails all the same."""
    page = written(tmp_path, "es.txt", "Esta es la política de privacidad de la empresa y de los datos que se tratan. " * 8)
    told = run(page, "--language", "fi", "--desk", tmp_path / "no.duckdb")
    assert told.exit_code == 1
    assert "NOT-005" in told.stdout


def test_hostile_text_of_a_page_executes_nowhere(desk, tmp_path):
    """Markup in a quote is text in the frame, the form and the draft."""
    text = TEXT.replace("Malli Oy,", "Malli Oy <script>x()</script><img src=x onerror=x()>,")
    path = written(tmp_path, "s.md", text)
    shown = desk.notice.read(path)._repr_html_()
    form = ivp.forms.notice(desk, path)
    for one in (shown, form.view.value, form.static()):
        assert "<script" not in one
    assert "&lt;" in form.view.value


def test_a_pdf_is_read_by_its_text_and_its_silent_pages_are_told(desk, tmp_path):
    """The draft as PDF comes back: who and how long are read from it."""
    whole(desk)
    path = desk.notice.draft("fi").save(tmp_path / "draft.pdf")
    reading = desk.notice.read(path, "fi")
    present = reading.items.set_index("item")["present"]
    assert present["controller"] == present["access"] == present["complaint"] == "yes"


def test_a_word_document_is_read(desk, tmp_path):
    """The draft as a Word document comes back."""
    whole(desk)
    path = desk.notice.draft("fi").save(tmp_path / "draft.docx")
    assert zipfile.is_zipfile(path)
    assert (desk.notice.read(path, "fi").items["present"] == "yes").sum() >= 18


# --- the shell


def run(*arguments, **environment):
    """The command, with a pinned clock."""
    return CliRunner().invoke(main, ["notice", *map(str, arguments)], env={"IVPLUS_NOW": NOW, **environment})


def test_the_shell_reads_a_notice_as_a_linter_reads_a_file(tmp_path):
    """`file:line: CODE message [rule]`, exit 1 with findings; SARIF names the file and the line."""
    done = run(PAGE, "--desk", "sample", "--lang", "fi")
    assert done.exit_code == 1
    lines = [line for line in done.stdout.splitlines() if line]
    assert all(re.match(rf"{re.escape(str(PAGE))}:\d+: NOT-\d+ .+ \[[^\]]+\]$", line) for line in lines)
    log = json.loads(run(PAGE, "--desk", "sample", "--format", "sarif").stdout)
    [first, *_] = log["runs"][0]["results"]
    assert first["locations"][0]["physicalLocation"]["region"]["startLine"] >= 1
    rows = json.loads(run(PAGE, "--desk", "sample", "--lang", "fi", "--format", "json").stdout)
    source = PAGE.read_text(encoding="utf-8").splitlines()
    [basis] = [row for row in rows if row["rule"] == "notice:one_basis_for_all"]
    assert "Oikeusperusteenamme" in source[basis["line"] - 1]
    several = run(PAGE, tmp_path / "gone.html", "--desk", "sample")
    assert (several.exit_code, len(several.stdout.splitlines())) == (2, len(lines))
    assert run().exit_code == 2
    clean = tmp_path / "no.duckdb"
    assert run(PAGE, "--desk", clean, "--fail-on", "never").exit_code == 0
    assert not clean.exists()


def test_the_shell_writes_the_draft_and_leaves_a_file_that_is_there(tmp_path):
    """Once; a second time it is refused."""
    path = tmp_path / "seloste.html"
    assert run("--draft", path, "--desk", "sample").exit_code == 0
    assert path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>") or "<html" in path.read_text(encoding="utf-8")
    assert run("--draft", path, "--desk", "sample").exit_code == 2


# --- the form


def test_the_form_reads_corrects_drafts_and_publishes(desk, tmp_path):
    """Nothing is recorded before a press; each act says what it did, and its code."""
    whole(desk)
    path = tmp_path / "seloste.md"
    path.write_text(TEXT, encoding="utf-8")
    form = ivp.forms.notice(desk)
    form.file.value = str(path)
    form._do(form._on_read)
    assert "mark" in form.view.value
    assert desk.notice.standing() == []
    form.term.value = "tilitoimisto"
    form.says.value, form.why.value = "Malli Oy", "luettu"
    form._do(form._on_match)
    assert desk.notice.get("-/tilitoimisto").is_said == "yes"
    form._do(form._on_publish)
    assert list(desk.notice.notices()["id"]) == ["seloste"]
    form.draft_file.value = str(tmp_path / "uusi.docx")
    form._do(form._on_draft)
    assert (tmp_path / "uusi.docx").is_file()
    form._do(form._on_draft)
    assert 'role="alert"' in form.message.value


def test_every_phrase_can_be_looked_for():
    """An expression is made where its letters stand in a page: one that is none would wait for that page."""
    groups = ("item", "near", "denied", "sign", "clue", "basis", "promise")
    found = [phrases.of(group, name, _words.LANGS) for group in groups for name in _words.read("phrases")[group]]
    every = [phrase for one in found for phrase in (*one.told, *one.vetoes)]
    assert len(every) > 700
    for phrase in every:
        re.compile(phrase.sentence)
        re.compile(phrase.above)
