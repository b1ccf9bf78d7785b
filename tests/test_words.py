"""Words in three languages: complete, equal placeholders, no lazy copies, and used."""

import re
import string
from datetime import date, datetime
from pathlib import Path

import pytest

import ivplus_tools as ivp
from ivplus_tools import _findings, _law, _words
from ivplus_tools.desk import ROOMS

PACKAGE = Path(ivp.__file__).parent


def leaves(node, path=()):
    """Every entry that holds the three languages, with its key."""
    if isinstance(node, dict) and set(_words.LANGS) <= set(node):
        yield ".".join(path), node
    elif isinstance(node, dict):
        for key, inner in node.items():
            yield from leaves(inner, (*path, key))


def entries():
    """All words for readers: labels, findings, refusals, and what the facts say."""
    for name in ("labels", "findings", "refusals", "letters", "breach", "retention"):
        yield from ((f"{name}.{key}", entry) for key, entry in leaves(_words.read(name)))
    for rule, fact in _law.facts().items():
        yield from ((f"{rule} {kind}", text) for kind, text in (("name", fact.name), ("says", fact.says), ("note", fact.note)) if text)


def placeholders(text):
    """The names in braces of a text."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_word_exists_in_three_languages_with_equal_placeholders():
    """No entry lacks a language, and a sentence needs the same facts in each."""
    found = list(entries())
    assert len(found) > 350
    for key, entry in found:
        assert all(entry[lang].strip() for lang in _words.LANGS), key
        assert placeholders(entry["fi"]) == placeholders(entry["sv"]) == placeholders(entry["en"]), key


def test_no_translation_is_a_lazy_copy():
    """Two languages with the same word say so with `same = true`."""
    for key, entry in entries():
        texts = [entry[lang].casefold() for lang in _words.LANGS]
        if len(texts[0]) > 3 and len(set(texts)) < 3:
            assert entry.get("same"), f"{key}: {texts}"


def test_no_leaf_of_the_labels_is_left_in_one_language():
    """Every table of labels.toml ends in the three languages, and in nothing else but `same`."""

    def walk(node, path):
        for key, inner in node.items():
            if not isinstance(inner, dict):
                assert key in (*_words.LANGS, "same"), (*path, key)
            else:
                walk(inner, (*path, key))

    walk(_words.read("labels"), ())


def test_every_field_of_every_record_has_a_label_and_a_help():
    """And within one record no two labels are the same, or an import could not tell them apart."""
    for room in ROOMS.values():
        for kind in room.records:
            for lang in _words.LANGS:
                labels = [_words.field_label(name, lang) for name in kind.model_fields]
                assert len({one.casefold() for one in labels}) == len(labels)
                assert all(_words.field_help(name, lang) for name in kind.model_fields)


def test_every_finding_is_worded_and_every_wording_used():
    """Codes in code, facts and findings.toml are the same set."""
    source = "".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    used = set(re.findall(r'"((?:REG|REV|TRA|BRE|RET|AUD|LAW)-\d{3})"', source)) | {
        ask["finding"] for _, ask in _law.asks("finding", date(2026, 3, 2))
    }
    assert used == set(_words.read("findings"))
    for code, entry in _words.read("findings").items():
        if "rule" in entry:
            assert entry["severity"] in _findings.SEVERITIES
            assert _law.fact(entry["rule"]), code


def test_every_refusal_is_used_and_known():
    """No refusal is left without a place that raises it, none is raised without a text."""
    source = "".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    used = set(re.findall(r'refusal\(\s*"(\w+)"', source))
    assert used == set(_words.read("refusals"))


def test_every_label_that_code_asks_for_exists():
    """`say` is called with keys that stand in labels.toml."""
    keys = {key for name in ("labels", "letters", "breach", "retention") for key, _ in leaves(_words.read(name))}
    for path in PACKAGE.rglob("*.py"):
        for key in re.findall(r'\bsay\(\s*"([a-z_.]+)"', path.read_text(encoding="utf-8")):
            assert key in keys or f"form.{key}" in keys or f"cite.{key}" in keys, (path.name, key)


def test_a_heading_means_one_field():
    """Within a record no heading, folded, is listed for two fields."""
    for kind in ("activity", "organisation", "system"):
        seen: dict[str, str] = {}
        for field, texts in _words.read("headings")[kind].items():
            for text in texts:
                folded = " ".join(re.sub(r"[^\w]+", " ", text.casefold()).split())
                assert seen.setdefault(folded, field) == field, (kind, text)


def test_dates_and_numbers_are_written_as_each_language_does():
    """Tables and running text have forms of their own."""
    day, moment = date(2026, 3, 2), datetime(2026, 3, 2, 13, 5)
    assert [_words.show_date(day, lang) for lang in _words.LANGS] == ["2.3.2026", "2.3.2026", "2 Mar 2026"]
    assert [_words.show_date(day, lang, running=True) for lang in _words.LANGS] == ["2.3.2026", "den 2 mars 2026", "2 March 2026"]
    assert [_words.show_date(moment, lang) for lang in _words.LANGS] == [
        "2.3.2026 klo\u00a013.05",
        "2.3.2026 kl.\u00a013.05",
        "2 Mar 2026 at 13:05",
    ]
    assert _words.show_number(1234567.891, "fi") == "1\u00a0234\u00a0567,891"


def test_a_frame_is_shown_in_its_language_and_in_full(sample):
    """Columns, coded values and dates are translated; no text is cut."""
    swedish = ivp.label(sample.speaking("sv").findings())
    assert list(swedish.columns) == ["område", "föremål", "kod", "allvar", "iakttagelse", "bestämmelse", "sedan"]
    assert set(swedish["allvar"]) == {"fel", "varning", "för kännedom"}
    shown = ivp.show(sample.findings())
    longest = max(sample.findings()["finding"], key=len)
    assert longest in repr(shown)
    assert '<th scope="col"' in shown._repr_html_()
    assert "ei yhtään" in repr(ivp.show(sample.due(by="2015-01-01")))


def test_an_unknown_language_is_refused(sample):
    """The three languages are named."""
    with pytest.raises(ivp.Refusal, match="fi"):
        sample.speaking("de")


def test_official_terms_are_used(sample):
    """A few legal notions that are easily confused, in the words of the Regulation."""
    assert _words.field_label("dpo", "fi") == "tietosuojavastaava"
    assert _words.field_label("dpo", "sv") == "dataskyddsombud"
    assert _words.values("room")["register"] == {
        "fi": "seloste käsittelytoimista",
        "sv": "register över behandling",
        "en": "record of processing activities",
    }
    everything = " ".join(text for _, entry in entries() for text in (entry["fi"], entry["sv"], entry["en"])).casefold()
    for wrong in ("rekisteriseloste", "personnummer", "eräpäivä", "förfallodatum"):
        assert wrong not in everything
