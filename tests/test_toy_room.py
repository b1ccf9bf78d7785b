"""A room is a folder: one that a stranger adds is found everywhere, and no file of the house is edited for it."""

import importlib
import json
import sys
import tomllib
from pathlib import Path

import hostile
import pytest
from house import NOW, ROOT

import ivplus_tools as ivp
from ivplus_tools import _words
from ivplus_tools._records import Record
from ivplus_tools._records.nouns import nouns_of
from ivplus_tools._store import nouns
from ivplus_tools.errors import BadWords
from ivplus_tools.rooms import ROOMS

FOLDER = Path(__file__).parent / "toy"
CASES = tomllib.loads((FOLDER / "cases.toml").read_text(encoding="utf-8"))["case"]
SAID = "Koulutukseen ”Tietosuojan perusteet” ei ole kirjattu osallistujia."


@pytest.fixture
def toy(tmp_path, monkeypatch):
    """The room, in the list of rooms for as long as a test runs."""
    monkeypatch.syspath_prepend(str(FOLDER))
    module = importlib.import_module("toy")
    queries = tmp_path / "sql"
    queries.mkdir()
    (queries / "toy.sql").write_text(nouns_of(module.ToyRoom.records), encoding="utf-8")
    monkeypatch.setitem(ROOMS, "toy", module.ToyRoom)
    monkeypatch.setattr(_words, "FOLDERS", [*_words.FOLDERS, FOLDER])
    monkeypatch.setattr(nouns, "FOLDERS", [*nouns.FOLDERS, queries])
    yield module
    del Record.kinds["course"], sys.modules["toy"]


@pytest.fixture
def held(toy, desk):
    """A Desk with one training that nobody is told to have attended."""
    desk.toy.record(toy.Course("t1", topic="Tietosuojan perusteet", again_by="2027-01-31"), valid_from="2026-01-05", why="held")
    return desk.speaking("fi")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_its_cases_come_out_as_its_rule_asks(toy, desk, case):
    """Findings, each with its rule."""
    desk.toy.record(toy.Course("t", **case["given"]), valid_from="2026-01-05", why="w")
    found = desk.toy.findings()
    assert list(found["code"]) == case["expect"]
    assert set(found["rule"]) <= {case["rule"]}


def test_it_answers_with_the_other_rooms(held):
    """Findings, due dates, queries, counts, comparison, the summary, the answer to a finding, and the words of each language."""
    found = held.findings()
    assert list(found[found["room"] == "toy"]["finding"]) == [SAID]
    assert ("toy", "t1", "koulutus uusittava") in set(held.due()[["room", "subject", "what"]].itertuples(index=False, name=None))
    assert list(held.sql("FROM courses()").columns) == ["id", "topic", "trained", "again_by", "valid_from", "entry"]
    assert str(held.toy.courses()["again_by"].dtype).startswith("datetime64")
    assert "toy" in set(held.audit.rooms()["room"])
    assert "toy" in set(held.compare("2025-12-31")["room"])
    assert "koulutukset" in repr(held)
    assert "toy" in dir(held)
    assert "courses" in dir(held.toy)
    held.audit.accept("TOY-001", "t1", reason="pieni yritys", until="2026-12-31")
    status = held.audit.status()
    assert list(status[status["room"] == "toy"]["state"]) == ["accepted"]
    assert "osallistujat" in repr(ivp.show(held.toy.courses()))


def test_it_is_described_cited_and_in_the_dictionary(toy, monkeypatch):
    """The fields with their labels; the finding with its room; the page that `make refresh` writes."""
    assert list(ivp.describe("course")["label"])[1:] == ["aihe", "osallistujat", "uusittava viimeistään"]
    assert "koulutukset" in repr(ivp.cite("TOY-001"))
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    for page in ("make_dictionary", "make_findings"):
        assert {"make_dictionary": "## course", "make_findings": "TOY-001"}[page] in importlib.import_module(page).content()


@pytest.mark.parametrize("suffix", [".xlsx", ".json", ".csv"])
def test_what_it_writes_comes_back(held, toy, tmp_path, suffix):
    """Into another journal, the same record."""
    file = held.toy.write(tmp_path / f"t{suffix}")
    other = ivp.Desk(tmp_path / "other.duckdb", by="tt", now=NOW)
    preview = other.toy.read(file)
    assert preview.problems.empty
    preview.commit(why="moved", valid_from="2026-01-05")
    assert other.toy.get("t1") == held.toy.get("t1")


def test_it_has_a_form(held):
    """The list, the fields, a save; the code of the cell that does the same."""
    form = ivp.forms.record(held, "course")
    form.load("t1")
    form.editors["trained"]._value.value = "myynti; tuki"
    form.valid_from.value, form.why.value = "2026-02-01", "osallistujalista löytyi"
    form.save.click()
    assert held.toy.get("t1").trained == ("myynti", "tuki")
    assert held.toy.findings().empty


def test_the_shell_knows_it(held, monkeypatch):
    """Check by room, due, rule, and the names that are completed."""
    from click.testing import CliRunner

    from ivplus_tools.cli import main

    def run(*words):
        told = CliRunner().invoke(main, [*words, "--lang", "fi"])
        return told.exit_code, told.stdout

    monkeypatch.setenv("IVPLUS_NOW", NOW)
    journal = str(held.standpoint.path)
    code, printed = run("check", "--desk", journal, "--room", "toy", "--fail-on", "warning")
    assert (code, SAID in printed) == (1, True)
    assert "koulutus uusittava" in run("due", "--desk", journal, "--by", "2027-12-31")[1]
    assert "TOY-001" in run("rule", "TOY-001")[1]
    assert json.loads(run("check", "--desk", journal, "--room", "toy", "--format", "sarif")[1])["runs"][0]["results"]


def test_hostile_text_in_it_is_shown_as_text(toy, desk):
    """In every frame of the room, as in those of the others."""
    for text in hostile.TEXTS:
        desk.toy.record(toy.Course(text, topic=text, trained=[text]), valid_from="2026-01-05", why=text)
    shown = dict(hostile.laid("toy", desk.toy.courses(), desk.toy.findings(), desk.toy.history(hostile.EVERY)))
    pages = [one._repr_html_() for one in shown.values() if hasattr(one, "_repr_html_") and type(one).__name__ == "Shown"]
    assert pages
    assert not any("<script" in page or "<img" in page for page in pages)
    assert any("&lt;script" in page for page in pages)


def test_the_code_that_a_form_shows_can_be_run(toy):
    """`ivp.Course` is there although nobody has listed it; what no room has is not."""
    assert eval(repr(toy.Course("c", topic="x")), {"ivp": ivp}) == toy.Course("c", topic="x")
    with pytest.raises(AttributeError, match="Coarse"):
        _ = ivp.Coarse


def test_the_invented_company_needs_none_of_it(toy, tmp_path):
    """A kind without a file of samples has no sample."""
    assert ivp.sample(tmp_path / "s.duckdb", now=NOW).toy.courses().empty


def test_no_document_is_written_of_a_room_that_has_none(held, tmp_path):
    """And the refusal names the formats that there are."""
    with pytest.raises(ivp.Refusal, match=r"xlsx.*json"):
        held.toy.write(tmp_path / "t.docx")


def test_a_kind_or_a_noun_that_another_record_has_is_refused(toy):
    """Or entries of the one would be read as the other."""
    for told in ({"kind": "course", "noun": "others"}, {"kind": "other", "noun": "courses"}):
        with pytest.raises(TypeError, match="Course"):
            type(toy.Course)("Twin", (Record,), {"room": "toy", "__annotations__": {}, **told, "__module__": "twin"})


def test_a_word_that_no_file_has_is_named(toy):
    """The key, not a bare name."""
    with pytest.raises(BadWords, match=r"labels\.field\.no_such_field"):
        _words.field_label("no_such_field", "fi")
