"""Words in three languages: complete, equal placeholders, no lazy copies, and used."""

import errno
import re
import string
from datetime import date, datetime
from pathlib import Path

import pytest

import ivplus_tools as ivp
from ivplus_tools import _findings, _law, _records, _words
from ivplus_tools.errors import BadWords
from ivplus_tools.rooms import ROOMS

PACKAGE = Path(ivp.__file__).parent
DRAFTS = ("letters", "review", "breach", "notice", "retention", "rights", "assessments")
"""Files whose own tables are said in letters and on pages."""
ENTRY = '{ fi = "a", sv = "b", en = "c" }'
HARBOUR = """order = 15

[labels.field]
vessel = { fi = "alus", sv = "fartyg", en = "vessel" }

[labels.value.kind]
vessel = { fi = "alus", sv = "fartyg", en = "vessel" }

[findings.VES-001]
rule = "gdpr:5(2)"
severity = "error"
fi = "Alus {name} puuttuu."
sv = "Fartyget {name} saknas."
en = "The vessel {name} is missing."

[letter]
title = { fi = "Aluksesta", sv = "Om fartyget", en = "On the vessel" }
"""


def leaves(node, path=()):
    """Every entry that holds the three languages, with its key."""
    if isinstance(node, dict) and set(_words.LANGS) <= set(node):
        yield ".".join(path), node
    elif isinstance(node, dict):
        for key, inner in node.items():
            yield from leaves(inner, (*path, key))


def entries():
    """All words for readers: labels, findings, refusals, and what the facts say."""
    for name in ("labels", "findings", "refusals", *DRAFTS):
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
    """Every table of the labels ends in the three languages, and in nothing else but `same`."""

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
    """Codes in code, in facts and in words are the same set."""
    source = "".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    used = set(re.findall(rf'"((?:{"|".join(_words.rooms())})-\d{{3}})"', source)) | {
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
    """`say` is called with keys that stand among the labels or the drafts."""
    keys = {key for name in ("labels", *DRAFTS) for key, _ in leaves(_words.read(name))}
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
    assert list(swedish.columns) == ["område", "objekt", "kod", "allvar", "iakttagelse", "bestämmelse", "sedan"]
    assert set(swedish["allvar"]) == {"fel", "varning", "för kännedom"}
    shown = ivp.show(sample.findings())
    longest = max(sample.findings()["finding"], key=len)
    assert longest in repr(shown)
    assert '<th scope="col"' in shown._repr_html_()
    assert "ei yhtään" in repr(ivp.show(sample.due(by="2015-01-01")))


@pytest.mark.parametrize("lang", ["fi", "sv"])
def test_no_frame_shows_a_machines_word(sample, lang):
    """No heading without a label, and no day, period, code or answer as the journal keeps it."""
    day, period, code = r"(?<![\w-])\d{4}-\d\d-\d\d(?![\w-])", r"\bP(?:T?\d+[A-Z])+\b", r"^(?:[a-z]+_[a-z_]+|[A-Z]+_[A-Z_]+|[CM]\d)$"
    kept = re.compile(rf"{day}|{period}|{code}|^(?:none|yes|no)$|not applicable|^\d+\(")
    labels = _words.read("labels")["column"] | _words.read("labels")["field"]
    for name, table in frames_of(sample.speaking(lang)):
        shown = ivp.label(table)
        for column, heading in zip(table.columns, shown.columns, strict=True):
            assert heading != column or column in labels, (name, column)
            if column not in TOLD_AS_KEPT:
                odd = [cell for cell in map(str, shown[heading]) for part in cell.split("; ") if kept.search(part)]
                assert not odd, (name, column, odd[:3])


def frames_of(desk):
    """The frames of every room that need no argument and read no source, and those of the charts."""
    yield "due", desk.due()
    yield "changes", desk.register.changes(since="2023-09-01")
    yield "flips", desk.breach.case("2025-001").duty.flips
    yield "readiness", desk.breach.readiness(["2026-01-05"])
    drawn = {"breaches": desk.breach.breaches(), "transfers": desk.review.transfers(), "contracts": desk.review.agreements()}
    yield from ((name, getattr(ivp.plots, name)(table).frame) for name, table in drawn.items())
    yield "calendar", ivp.plots.review_calendar(desk.due()).frame
    for room, names in SHOWN.items():
        yield from ((name, getattr(getattr(desk, room), name)()) for name in names.split())


SHOWN = {
    "register": "activities organisations systems",
    "review": "agreements assessments clauses processors subprocessors transfers disclosures",
    "breach": "breaches notices", "retention": "certificates holds months plans rules sources statutes counts",
    "audit": "rooms status promises signoffs", "law": "facts unverified",
}  # fmt: skip
TOLD_AS_KEPT = {
    "id", "subject", "rule", "code", "table", "column", "start_column", "subject_key", "held_column", "predicate", "location", "pack",
    "list_reference", "plan", "recipe",
}  # fmt: skip
"""Names that an officer or a system gave, and keys that are typed as they are."""


def test_a_share_has_its_no_break_space():
    """In numbers and in sentences."""
    assert [_words.show_percent(0.78, lang) for lang in _words.LANGS] == ["78\u00a0%", "78\u00a0%", "78%"]
    for key, entry in entries():
        assert not re.search("(?<!\u00a0)%", entry["fi"] + entry["sv"]), key


def test_a_period_is_told_in_words_and_its_code_stays_out_of_sentences():
    """Of several units and of one, also where a finding keeps both."""
    assert _words.say_period("P1Y6M", "fi").replace("\u00a0", " ") == "1 vuosi 6 kuukautta"
    assert _words.say_period("P1B", "sv") == "1 arbetsdag"
    assert _words.show_period("P6Y", "en") == "6 years (P6Y)"
    grace = {lang: _words.show_period("P6M", lang) for lang in _words.LANGS}
    told = _words.finding("RET-013", "fi", period=grace, statute="x", grace=grace).replace("\u00a0", " ")
    assert "6 kuukautta" in told
    assert "P6M" not in told


CODE = re.compile(r"`|\b(desk|ivp|plan)\.\w|\b[a-z]+_[a-z_]+\b|\w=|=[\"'\[…(]|\w\(\)|\b(gdpr|tsl):|\{\w+!r\}|True\b|\((?:confirm|verify)\)")
PLACES = re.compile(r"\{[^{}!]*\}")


@pytest.mark.parametrize("lang", ["fi", "sv"])
def test_no_code_stands_in_what_an_officer_reads(lang):
    """Fields go by the names on their forms, rules by their citation; what one types in a cell stands in the English texts."""
    said = {key: one[lang] for key, one in entries() if not key.startswith(("gdpr:", "retention:"))}
    found = {key: text for key, text in said.items() if CODE.search(PLACES.sub("…", text))}
    assert not found, found


def test_a_rule_is_shown_as_it_is_cited(sample):
    """A retention rule, which is no rule of the law, by its own name."""
    shown = ivp.show(sample.register.findings(), lang="fi")
    assert not re.search(r"\b(gdpr|tsl):", repr(shown))
    assert "30 art. 1 k." in repr(shown)
    assert "asiakkaat-3v" in repr(ivp.show(sample.retention.counts()))


@pytest.mark.parametrize(("lang", "told"), [("fi", "ei ole"), ("sv", "finns inte"), ("en", "No such file or directory")])
def test_why_the_system_refuses_is_told_in_the_language(lang, told):
    """Also what has no word of its own, by the system's name of it; in English it is the system's own."""
    assert told in _words.system_reason(FileNotFoundError(2, "No such file or directory"))[lang]
    odd = _words.system_reason(OSError(errno.ENOTTY, "Inappropriate ioctl for device"))
    assert "ENOTTY" in odd["fi"]
    assert "Inappropriate" in odd["en"]


def test_a_field_that_is_given_something_else_is_named_as_on_its_form():
    """What it wants is told in the language too."""
    with pytest.raises(ivp.errors.BadInput) as told:
        ivp.Activity("a", data_categories=3.5)
    assert told.value.text("fi") == "henkilötietoryhmät: Arvoa 3.5 ei ymmärretty (odotettiin luetteloa)."
    assert "data_categories" in str(told.value)


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


def in_files(table):
    """Every file that holds labels or findings, with what it alone says of one of the two."""
    files = _words._room_files()
    return {path.stem: _words._parsed(path).get(table, {}) for path in files}


def test_labels_and_findings_of_all_files_are_read_as_one():
    """Nothing is lost or told twice, and what else a file holds is read without both."""
    assert set(in_files("labels")) == {"shared", *ROOMS}
    for table in _words.MERGED:
        apart = [one for told in in_files(table).values() for one in leaves(told)]
        assert len(dict(apart)) == len(apart)
        assert dict(apart) == dict(leaves(_words.read(table)))
    assert set(_words.read("review")) == {"request", "about_list", "tia", "page"}
    assert _words.read("shared") == _words.read("law") == {}


def test_findings_and_kinds_keep_their_order():
    """Codes come room by room, as lists show them; so do the kinds of record of several files."""
    begins = dict.fromkeys(code[:3] for code in _words.read("findings"))
    assert [room for room in dict.fromkeys(map(_words.room_of, begins)) if room != "law"] == [room for room in ROOMS if room != "law"]
    room = {kind.kind: place for place, room in enumerate(ROOMS.values()) for kind in room.records}
    places = [room[kind] for kind in _words.values("kind") if kind in room]
    assert places == sorted(places)


def rooms_of(model, room, homes):
    """Note of each field of a record and its parts, and of its list, that this room has it."""
    for name, field in model.model_fields.items():
        homes["field"].setdefault(name, set()).add(room)
        homes["value"].setdefault(_records.listed_in(field), set()).add(room)
        if _records.shape(field) == "parts":
            rooms_of(_records.part_of(field), room, homes)


def test_a_room_words_what_its_records_alone_have():
    """Labels of fields, lists and kinds stand in its file, those of several in the shared one."""
    homes = {"field": {}, "value": {}, "kind_plural": {}}
    for name, room in ROOMS.items():
        for kind in room.records:
            rooms_of(kind, name, homes)
            homes["kind_plural"][kind.kind] = {name}
    homes["help"] = homes["field"]
    for file, table in in_files("labels").items():
        for place, known in homes.items():
            for key in table.get(place, {}).keys() & known.keys():
                rooms = known[key]
                assert file == (min(rooms) if len(rooms) == 1 else "shared"), (place, key)
    for file, table in in_files("findings").items():
        assert {_words.room_of(code) for code in table} <= {file}


def test_a_room_from_elsewhere_brings_its_words(tmp_path, monkeypatch):
    """Its words stand where `order` puts them, whatever was read before, and go with the folder."""
    before = list(_words.read("findings")), dict(_words.rooms())
    (tmp_path / "harbour.toml").write_text(HARBOUR, encoding="utf-8")
    monkeypatch.setattr(_words, "FOLDERS", [*_words.FOLDERS, tmp_path])
    assert _words.say("value.kind.vessel", "sv") == _words.field_label("vessel", "sv") == "fartyg"
    assert _words.values("kind").keys() >= {"activity", "vessel"}
    assert _words.finding("VES-001", "en", name="Aino") == "The vessel Aino is missing."
    codes = list(_words.read("findings"))
    assert codes[codes.index("VES-001") - 1][:3] == "REG"
    assert codes[codes.index("VES-001") + 1][:3] == "REV"
    assert _words.rooms()["VES"] == "harbour"
    assert list(_words.rooms().values())[-1] == "law"
    assert set(_words.read("harbour")) == {"letter"}
    _words.FOLDERS.remove(tmp_path)
    assert (list(_words.read("findings")), dict(_words.rooms())) == before


def test_a_file_that_tells_no_order_comes_last(tmp_path, monkeypatch):
    """Its findings stand after all others."""
    (tmp_path / "harbour.toml").write_text(HARBOUR.replace("order = 15", ""), encoding="utf-8")
    monkeypatch.setattr(_words, "FOLDERS", [*_words.FOLDERS, tmp_path])
    assert list(_words.read("findings"))[-1] == "VES-001"


@pytest.mark.parametrize(
    ("key", "text", "table"),
    [
        ("labels.field.dpo", f"[labels.field]\ndpo = {ENTRY}", "labels"),
        ("labels.field.dpo", f"[labels.field.dpo.more]\nx = {ENTRY}", "labels"),
        ("labels.value.verdict", f"[labels.value]\nverdict = {ENTRY}", "labels"),
        ("findings.REG-001", '[findings.REG-001]\nfi = "a"\nsv = "b"\nen = "c"', "findings"),
    ],
)
def test_what_stands_in_two_files_is_refused(tmp_path, monkeypatch, key, text, table):
    """Both files are named, with the key: neither hides the other."""
    (tmp_path / "harbour.toml").write_text(f"order = 99\n\n{text}\n")
    monkeypatch.setattr(_words, "FOLDERS", [*_words.FOLDERS, tmp_path])
    named = rf"^{re.escape(key)}: .*(register|review)\.toml.*harbour\.toml"
    with pytest.raises(BadWords, match=named):
        _words.read(table)


def test_codes_of_one_beginning_stand_in_one_file(tmp_path, monkeypatch):
    """Or nobody could say which room they belong to."""
    (tmp_path / "harbour.toml").write_text(HARBOUR.replace("VES-001", "REG-901"), encoding="utf-8")
    monkeypatch.setattr(_words, "FOLDERS", [*_words.FOLDERS, tmp_path])
    with pytest.raises(BadWords, match=r"^REG-….*register\.toml.*harbour\.toml"):
        _words.rooms()["REV"]


def test_each_file_is_parsed_once(monkeypatch):
    """`ivplus check` waits for the words at every start."""
    parsed = []
    for kept in (_words.read, _words._parsed, _words._room_files, _words.rooms):
        kept.cache_clear()
    loads = _words.rtoml.loads
    noted = lambda text: parsed.append(text[:80]) or loads(text)  # noqa: E731
    monkeypatch.setattr(_words.rtoml, "loads", noted)
    assert list(dict.fromkeys(_words.rooms().values())) == list(ROOMS)
    assert parsed == []  # the shell names the rooms before it needs a word
    for name in ("labels", "findings", "breach", "labels"):
        _words.read(name)
    assert len(parsed) == len(set(parsed)) == len(in_files("labels"))


def test_what_a_frame_cites_can_be_looked_up(sample):
    """As each language cites it, and without the code also in the reasons of a judgement and of a duty."""
    for told in ("30 art. 1 k. f", "art. 30.1 f", "Art. 30(1)(f)", "gdpr:30(1)(f)"):
        assert ivp.cite(told).fact.rule == "gdpr:30(1)(f)"
    for page in (repr(sample.review.explain("pilvi-tuki-intia")), repr(sample.breach.case("2026-001").explain())):
        assert not re.search(r"\b(gdpr|edpb|breach|scc):", page)
