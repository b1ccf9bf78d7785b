"""The record of processing activities as a document: complete, in the order of Art. 30, inert, and marked where it is blank."""

import html
import io
import json
import re
import zipfile
from pathlib import Path

import docx
import pypdf
import pytest
from house import HOSTILE, NOW, REGISTER_ENTRIES

import ivplus_tools as ivp
from ivplus_tools import _law, _records, _words, documents

FORMATS = (".html", ".md", ".docx", ".pdf")
LISTS = {"text": "word-{0}", "texts": ["word-{0}-a", "word-{0}-b"], "map": {"word-{0}-key": "word-{0}-value"}}


def plain(path):
    """The text of a document as a reader sees it, white space as single blanks."""
    content = path.read_bytes()
    if path.suffix == ".html":
        text = html.unescape(re.sub(r"<[^>]+>", " ", content.decode().split("</head>")[1]))
    elif path.suffix == ".md":
        text = re.sub(r"(?<!\\)\|", " ", content.decode().replace("<br>", " ").replace(r"<span>\$</span>", "$"))
        text = re.sub(r"\\([\\`*_\[\]<>#|~$&])", r"\1", text)
    elif path.suffix == ".docx":
        made = docx.Document(io.BytesIO(content))
        cells = [cell.text for table in made.tables for row in table.rows for cell in row.cells]
        text = " ".join([*(one.text for one in made.paragraphs), *cells, *(one.text for one in made.sections[0].footer.paragraphs)])
    else:
        text = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    return " ".join(text.replace("\u00ad", "").split())


def filled(kind, **given):
    """A record of a kind with every field filled: words of its own, the first code of every list, a day."""

    def value(field, name):
        shape = _records.shape(field)
        if shape == "day":
            return "2026-01-31"
        if name.endswith("_count"):
            return "213"
        if shape in ("code", "codes"):
            return next(iter(_records.allowed(_records.listed_in(field))))
        if shape == "parts":
            return [{inner: value(one, f"{name}-{inner}") for inner, one in _records.part_of(field).model_fields.items()}]
        made = LISTS[shape]
        if isinstance(made, dict):
            return {key.format(name): text.format(name) for key, text in made.items()}
        return [one.format(name) for one in made] if isinstance(made, list) else made.format(name)

    strict = {"financial_year_end": "12-31", "longest_acceptance": "P6M"}  # no text of any kind
    fields = {name: strict.get(name) or value(field, name) for name, field in kind.model_fields.items() if name != "id"}
    return kind(f"word-id-{kind.kind}", **{**fields, **given})


@pytest.fixture
def full(desk):
    """A register in which every field of every record is filled, in both roles."""
    one, two = filled(ivp.Activity, role="controller"), filled(ivp.Activity, role="processor").replace(name="word-second")
    two = type(two)("word-id-second", **{name: answer for name, answer in two if name != "id"})
    things = [one, two, filled(ivp.Organisation, relation=["own"]), filled(ivp.System)]
    desk.register.record(things, valid_from="2026-01-01", why="w")
    return desk


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("lang", _words.LANGS)
def test_every_field_of_the_model_is_in_every_document(full, tmp_path, suffix, lang):
    """Each label, and each word of each answer, of all three kinds of record."""
    text = plain(full.register.write(tmp_path / f"r{suffix}", lang=lang))
    squeezed = text.replace(" ", "")
    for stands in full.register.standing():
        fields = [name for name in type(stands.record).model_fields if name not in ("id", "name", "role")]
        for name in fields:
            assert _words.field_label(name, lang).replace(" ", "") in squeezed, name
        for word in re.findall(r"word-[\w-]+\w", repr(stands.record)):
            assert word in squeezed, word
    assert full.verify().head in squeezed


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_items_of_article_30_stand_in_the_order_of_the_law(sample, tmp_path, suffix):
    """(a) to (g) for the controller, then (a) to (d) for the processor, each with its official name."""
    text = plain(sample.register.write(tmp_path / f"r{suffix}", lang="en", id="asiakasrekisteri"))
    places = [text.index(f"Art. 30(1)({letter})") for letter in "abcdefg"]
    assert places == sorted(places)
    processor = next(one.record.id for one in sample.register.standing() if getattr(one.record, "role", "") == "processor")
    text = plain(sample.register.write(tmp_path / f"p{suffix}", lang="en", id=processor))
    places = [text.index(f"Art. 30(2)({letter})") for letter in "abcd"]
    assert places == sorted(places)
    assert "Art. 30(1)(b)" not in text
    assert "Controller's record" not in text
    assert "processor Esimerkkihuolto Oy" in text


def test_what_the_law_asks_and_nobody_answered_is_marked(desk, tmp_path):
    """Missing is not none: a confirmed none is an answer, an empty field is marked in bold and counted."""
    desk.register.record(ivp.Activity("a", purposes="billing", transfers=ivp.NONE), valid_from="2026-01-01", why="w")
    text = plain(desk.register.write(tmp_path / "r.html"))
    asked = [
        ask
        for rule, ask in _law.asks("finding", desk.standpoint.valid_on)
        if ask.get("role") == "controller" and rule.startswith("gdpr:30(")
    ]
    marked = [ask for ask in asked if ask["field"] not in ("purposes", "transfers")]
    assert text.count("MISSING") == sum(ask["if_empty"] != "info" for ask in marked)
    assert f"missing items of Article 30 {text.count('MISSING')}" in text
    assert "none (confirmed)" in text
    raw = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert raw.count("<strong>") >= len(marked)


def test_a_document_shows_the_day_that_was_asked_for(desk, tmp_path):
    """`valid=` gives the register of another day, and the footer says which; nothing is written to the journal."""
    desk.register.record(ivp.Activity("a", name="Old name"), valid_from="2024-01-01", why="w")
    desk.register.record(ivp.Activity("a", name="New name"), valid_from="2026-01-01", why="w")
    old = plain(desk.register.write(tmp_path / "r.md", valid="2025-06-01"))
    assert "Old name" in old
    assert "New name" not in old
    assert "As of 1 June 2025" in old
    assert desk.verify().entries == 2


def test_one_activity_comes_with_what_it_names_and_nothing_else(sample, tmp_path):
    """Its systems and organisations, and our own; another activity's are not shown; an unknown one is refused with the nearest."""
    text = plain(sample.register.write(tmp_path / "r.md", id="asiakasrekisteri"))
    assert "asiakasrekisteri" in text
    assert "Ajoneuvojen paikannus" not in text
    named = sample.register.get("asiakasrekisteri").systems
    others = {one.record.id for one in sample.register.standing() if one.entry.kind == "system"} - set(named)
    assert all(sample.register.get(one, "system").name in text for one in named)
    assert not any(f"({one})" in text for one in others)
    with pytest.raises(ivp.Refusal, match="asiakasrekisteri"):
        sample.register.write(tmp_path / "r.md", id="asiakasrekister")
    told = json.loads(sample.register.write(tmp_path / "r.json", id="asiakasrekisteri").read_text(encoding="utf-8"))
    assert [one["kind"] for one in told["records"]].count("activity") == 1


@pytest.mark.parametrize("suffix", FORMATS)
def test_hostile_text_is_only_text(desk, tmp_path, suffix):
    """No tag, no markup, no field code comes of it; every sign of it is still there, or told by its number in a PDF."""
    texts = [
        *HOSTILE,
        "[x](javascript:alert(1))",
        "![i](http://evil.example.fi/x.png)",
        "#panic() $x$ *b*",
        "</td></table><h1>no",
        "&lt;b&gt;",
    ]
    desk.register.record([ivp.Activity(f"a{number}", remarks=text) for number, text in enumerate(texts)], valid_from="2026-01-01", why="w")
    path = desk.register.write(tmp_path / f"r{suffix}")
    text = plain(path)
    for one in texts:
        want = " ".join(one.split())
        if suffix == ".pdf":
            want = "".join(sign if ord(sign) < 0x530 else f"[U+{ord(sign):04X}]" for sign in want)
        assert want.replace(" ", "") in text.replace(" ", ""), one
    raw = path.read_bytes()
    if suffix == ".html":
        assert not re.search(rb"<(script|img|h1>no)", raw)
        assert "default-src 'none'" in html.unescape(raw.decode())
    if suffix == ".md":
        told = raw.decode().replace(r"<span>\$</span>", "")
        assert not re.search(r"(?<!\\)<(?!br>)|(?<!\\)\[|\$", told)
    if suffix == ".docx":
        with zipfile.ZipFile(path) as packed:
            xml = packed.read("word/document.xml")
        assert b"instrText" not in xml
        assert b"w:hyperlink" not in xml


def test_documents_speak_their_language(sample, tmp_path):
    """The lang of the page, of the Word file and of the PDF; headings are real headings."""
    for lang in _words.LANGS:
        assert f'<html lang="{lang}">' in sample.register.write(tmp_path / "r.html", lang=lang).read_text(encoding="utf-8")
        word = docx.Document(sample.register.write(tmp_path / "r.docx", lang=lang))
        assert word.core_properties.language[:2] == lang
        assert {one.style.name for one in word.paragraphs} >= {"Title", "Heading 1", "Heading 2", "Heading 3"}
        pdf = pypdf.PdfReader(sample.register.write(tmp_path / "r.pdf", lang=lang))
        assert pdf.trailer["/Root"]["/Lang"][:2] == lang
        assert "/StructTreeRoot" in pdf.trailer["/Root"]
        assert b"<pdfaid:part>2</pdfaid:part>" in pdf.trailer["/Root"]["/Metadata"].get_data()


def test_a_word_wider_than_its_cell_is_broken_and_copied_whole():
    """In a line and in a table of seven columns; no sign is added between, so that a seal copied out of a PDF is the seal."""
    word, seal = "ä" * 150, "0123456789abcdef" * 4
    lines = (documents.Line("x", word),)
    sections = (documents.Section("", "No number", lines=lines), documents.Section("1", "Rows", rows=((seal,) * 7, ("o" * 39,) * 7)))
    content = documents.render(documents.Document("T", "fi", ("a", "b", "c"), "", (2026, 3, 2), sections), Path("t.pdf"))
    [page] = pypdf.PdfReader(io.BytesIO(content)).pages
    told = page.extract_text()
    assert max(map(len, told.split())) < 120
    assert word in "".join(told.split())
    assert "".join(told.split()).count(seal) == 7
    assert "o" * 39 not in told
    assert "·" not in told
    assert told.startswith("T\nNo number")


def test_the_same_register_gives_the_same_bytes(sample, tmp_path):
    """HTML, Markdown and PDF twice; no clock and no random identifier is in them."""
    for suffix in (".html", ".md", ".pdf"):
        one, two = (sample.register.write(tmp_path / f"{name}{suffix}").read_bytes() for name in "ab")
        assert one == two, suffix


def test_without_the_extra_a_pdf_is_explained(sample, tmp_path, monkeypatch):
    """And nothing is left behind."""
    import builtins

    import_ = builtins.__import__
    without = lambda name, *rest: (_ for _ in ()).throw(ImportError) if name == "typst" else import_(name, *rest)  # noqa: E731
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ivp.Refusal, match=r"ivplus-tools\[pdf\]"):
        sample.register.write(tmp_path / "r.pdf")
    assert not list(tmp_path.glob("r.*"))


def test_an_unknown_ending_names_all_that_can_be_written(sample, tmp_path):
    """The refusal and the writers agree."""
    with pytest.raises(ivp.Refusal) as refusal:
        sample.register.write(tmp_path / "r.odt")
    assert all(suffix in str(refusal.value) for suffix in (*documents.WRITERS, ".xlsx", ".json", ".csv"))


def test_a_round_trip_loses_nothing_on_any_day_of_the_history(sample, tmp_path):
    """XLSX and JSON as of days all through the history, read into an empty journal: the same records stand, field by field."""
    days = sorted({one.valid_from for one in sample.sql("SELECT valid_from FROM entries()").itertuples()})
    assert len(days) > 15
    fields = 0
    for number, day in enumerate([*days[:: len(days) // 5], days[-1]]):
        for suffix in (".xlsx", ".json"):
            path = sample.register.write(tmp_path / f"{number}{suffix}", valid=day.date())
            other = ivp.Desk(tmp_path / f"{number}{suffix[1:]}.duckdb", by="tt", now=NOW)
            want = {(one.entry.kind, one.entry.subject): one.record for one in sample.at(valid=day.date()).register.standing()}
            if want:
                other.register.read(path).commit(why="again")
            found = {(one.entry.kind, one.entry.subject): one.record for one in other.register.standing()}
            assert found == want
            fields += sum(getattr(one, name) is not None for one in found.values() for name in type(one).model_fields)
    assert fields > 1000


@pytest.mark.parametrize("suffix", [".xlsx", ".json"])
@pytest.mark.parametrize("lang", _words.LANGS)
def test_a_round_trip_with_history_loses_no_field_and_no_day(sample, tmp_path, suffix, lang):
    """Every entry is in the file with its days, its writer and its reason; read into an empty journal, every day answers the same."""
    path = sample.register.write(tmp_path / f"h{suffix}", lang=lang, history=True)
    other = ivp.Desk(tmp_path / "other.duckdb", by="tt", lang="en", now=NOW)
    preview = other.register.read(path)
    assert preview.problems.empty
    assert f"entries of history: {REGISTER_ENTRIES}" in repr(preview)
    assert len(preview.commit(why="taken over").entries) == REGISTER_ENTRIES
    before, after = (one.sql("FROM journal WHERE room = 'register' ORDER BY entry") for one in (sample, other))
    for column in ("kind", "subject", "valid_from", "body"):
        assert before[column].tolist() == after[column].tolist(), column
    for one, two in zip(before.itertuples(), after.itertuples(), strict=True):
        assert one.why in two.why
        assert one.recorded_by in two.why
    assert other.register.read(path).commit(why="again").entries == ()


def test_history_goes_into_tables_only(sample, tmp_path):
    """A document shows one day; the refusal names the formats; one activity brings its own history and that of what it names."""
    with pytest.raises(ivp.Refusal, match=r"\.xlsx and \.json"):
        sample.speaking("en").register.write(tmp_path / "r.docx", history=True)
    import json

    content = json.loads(sample.register.write(tmp_path / "r.json", history=True, id="uutiskirje").read_text(encoding="utf-8"))
    assert {one["subject"] for one in content["history"] if one["kind"] == "activity"} == {"uutiskirje"}
