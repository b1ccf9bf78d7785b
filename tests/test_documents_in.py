"""Documents as registers: Word, web pages and Markdown, read where they are clear, and told where not."""

import io
import zipfile

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

import ivplus_tools as ivp
from ivplus_tools import _records

FORM = [
    ("Rekisterin nimi", "Asiakasrekisteri"),
    ("Rekisterinpitäjä", "Esimerkki Oy, Tie 1, Oulu"),
    ("Käsittelyn tarkoitus", "Asiakassuhteen hoito"),
    ("Oikeusperuste", "sopimus"),
    ("Rekisteröityjen ryhmät", "asiakkaat"),
    ("Säännönmukaiset luovutukset", "Ei luovuteta"),
    ("Säilytysaika", "3 vuotta"),
]


def saved(document, path):
    """The document as a file."""
    document.save(path)
    return path


def form(document, rows):
    """A table of two columns: heading, content."""
    table = document.add_table(rows=0, cols=2)
    for pair in rows:
        for cell, text in zip(table.add_row().cells, pair, strict=True):
            cell.text = text
    return table


def grid(document, rows):
    """A table with a row of headings."""
    table = document.add_table(rows=0, cols=len(rows[0]))
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    return table


def told(preview):
    """Every field of every record, in the text form of English exports."""
    return {
        one.id: {
            name: text
            for name in type(one).model_fields
            if (text := _records.to_text(getattr(one, name), type(one).model_fields[name], "en"))
        }
        for one, _ in preview._reading.things
    }


def problems(preview, words):
    """The values of the problems that say some words."""
    return [row.value for row in preview.problems.itertuples() if words in row.problem]


def spoilt(path, old, new, part="word/document.xml"):
    """The document with something in one of its parts replaced."""
    made = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            content = source.read(name)
            archive.writestr(name, content.replace(old, new) if name == part else content)
    path.write_bytes(made.getvalue())
    return path


# --- Word: tables


def test_two_forms_in_word_are_two_activities_named_by_their_own_rows(tmp_path, desk):
    """A table of two columns for each register; the document's title belongs to neither and is told."""
    document = docx.Document()
    document.add_paragraph("Selosteet käsittelytoimista", style="Title")
    form(document, FORM)
    document.add_paragraph("Päivitetty keväällä.")
    form(document, [("Rekisterin nimi", "Palkat"), ("Käsittelyn tarkoitus", "Palkanmaksu"), ("Oikeusperuste", "lakisääteinen velvoite")])
    preview = desk.register.read(saved(document, tmp_path / "x"))
    found = told(preview)
    assert list(found) == ["Asiakasrekisteri", "Palkat"]
    assert found["Asiakasrekisteri"]["recipients"] == "none (confirmed)"
    assert found["Palkat"]["purposes"] == "Palkanmaksu | legal basis for the processing: 6(1)(c)"
    assert problems(preview, "belongs to no table") == ["Selosteet käsittelytoimista", "Päivitetty keväällä."]


def test_headings_above_nameless_forms_name_them_and_a_lone_title_names_none(tmp_path, desk):
    """Several forms with a heading each are named by these; one form below one title is named by its purpose, which is told."""
    document = docx.Document()
    for name, purpose in (("Asiakasrekisteri", "Asiakassuhteen hoito"), ("Henkilöstö", "Työsuhteen hoito")):
        document.add_heading(name, 2)
        form(document, [("Käsittelyn tarkoitus", purpose), ("Oikeusperuste", "sopimus"), ("Rekisteröidyt", "ihmiset")])
    assert desk.register.read(saved(document, tmp_path / "x")).rows["name"].tolist() == ["Asiakasrekisteri", "Henkilöstö"]
    document = docx.Document()
    document.add_heading("Seloste käsittelytoimista", 1)
    form(document, [("Käsittelyn tarkoitus", "Kulunvalvonta"), ("Oikeusperuste", "sopimus"), ("Rekisteröidyt", "ihmiset")])
    preview = desk.register.read(saved(document, tmp_path / "y"))
    assert preview.rows["id"].tolist() == ["Kulunvalvonta"]
    assert "name" not in preview.rows


def test_a_table_with_a_row_of_headings_is_read_with_the_parties_above_it(tmp_path, desk):
    """The controller told in the text above goes to every row; other text is told."""
    document = docx.Document()
    document.add_heading("Rekisterinpitäjä", 1)
    document.add_paragraph("Esimerkki Oy, Tie 1, Oulu")
    document.add_heading("Yleistä", 1)
    document.add_paragraph("Tässä kerrotaan kaikesta.")
    grid(document, [["Rekisterin nimi", "Käsittelyn tarkoitus"], ["Asiakkaat", "hoito"], ["Palkat", "maksu"]])
    preview = desk.register.read(saved(document, tmp_path / "x"))
    assert [one["controller"] for one in told(preview).values()] == ["Esimerkki Oy, Tie 1, Oulu"] * 2
    assert problems(preview, "belongs to no table") == ["Yleistä: Tässä kerrotaan kaikesta."]


def test_merged_cells_of_word_lose_nothing(tmp_path, desk):
    """Rows joined by a merged first cell are one activity; a cell merged elsewhere holds for each of its rows."""
    document = docx.Document()
    rows = [
        ["Rekisterin nimi", "Käsittelyn tarkoitus", "Oikeusperuste", "Rekisterinpitäjä"],
        ["Asiakkaat", "laskutus", "sopimus", "Esimerkki Oy"],
        ["", "markkinointi", "suostumus", ""],
        ["Palkat", "palkanmaksu", "lakisääteinen velvoite", ""],
    ]
    table = grid(document, rows)
    table.cell(1, 0).merge(table.cell(2, 0)).text = "Asiakkaat"
    table.cell(1, 3).merge(table.cell(3, 3)).text = "Esimerkki Oy"
    preview = desk.register.read(saved(document, tmp_path / "x"))
    found = told(preview)
    assert list(found) == ["Asiakkaat", "Palkat"]
    assert found["Asiakkaat"]["purposes"].splitlines() == [
        "laskutus | legal basis for the processing: 6(1)(b)",
        "markkinointi | legal basis for the processing: 6(1)(a)",
    ]
    assert {one["controller"] for one in found.values()} == {"Esimerkki Oy"}


# --- Word: headed paragraphs


@pytest.mark.parametrize("how", ["styles", "bold", "labels", "outline"])
def test_headed_paragraphs_of_word_are_records(tmp_path, desk, how):
    """A heading of a style, in bold letters, as a bold label or by outline level; the text below it is its content."""
    document = docx.Document()
    document.add_paragraph("Tietosuojaselosteet", style="Title")
    for name, purpose in (("Asiakasrekisteri", "Asiakassuhteen hoito"), ("Henkilöstörekisteri", "Työsuhteen hoito")):
        document.add_heading(name, 1)
        for heading, text in (
            ("Käsittelyn tarkoitus", purpose),
            ("Oikeusperuste", "sopimus"),
            ("Evästeet", "ei käytössä"),
            ("Säilytysaika", "2 vuotta"),
        ):
            if how == "styles":
                document.add_heading(f"1.2 {heading}", 2)
            elif how == "outline":
                paragraph = document.add_paragraph(heading)
                paragraph._p.get_or_add_pPr().append(parse_xml(f'<w:outlineLvl {nsdecls("w")} w:val="2"/>'))
            else:
                paragraph = document.add_paragraph()
                paragraph.add_run(f"{heading}:" if how == "labels" else heading).bold = True
            if how == "labels":
                paragraph.add_run(f" {text}")
            else:
                document.add_paragraph(text)
    preview = desk.register.read(saved(document, tmp_path / "x"))
    found = told(preview)
    assert list(found) == ["Asiakasrekisteri", "Henkilöstörekisteri"]
    assert found["Henkilöstörekisteri"]["purposes"] == "Työsuhteen hoito | legal basis for the processing: 6(1)(b)"
    assert {one["retention"] for one in found.values()} == {"- | retention period: P2Y"}
    assert all("Evästeet | ei käytössä" in one["imported"] for one in found.values())
    assert problems(preview, "belongs to no table") == ["Tietosuojaselosteet"]


def test_text_under_an_unknown_heading_stays_under_it_and_a_repeated_first_heading_begins_a_record(tmp_path, desk):
    """Three notices one after another, without headings over them: three activities, none with another's text."""
    document = docx.Document()
    for name in ("Asiakkaat", "Palkat", "Kamerat"):
        for heading, text in (
            ("Rekisterin nimi", name),
            ("Tarkoitus", f"{name} kuntoon"),
            ("Rekisteröidyn oikeudet", "Tarkastus"),
            ("Vastaanottajat", "Ei ole"),
        ):
            document.add_heading(heading, 2)
            document.add_paragraph(text)
    found = told(desk.register.read(saved(document, tmp_path / "x")))
    assert list(found) == ["Asiakkaat", "Palkat", "Kamerat"]
    assert [one["purposes"] for one in found.values()] == ["Asiakkaat kuntoon", "Palkat kuntoon", "Kamerat kuntoon"]
    assert all("Rekisteröidyn oikeudet | Tarkastus" in one["imported"] for one in found.values())
    assert not any("Tarkastus" in one.get("recipients", "") for one in found.values())


def test_what_stands_below_a_known_heading_is_its_content_and_no_other_field(tmp_path, desk):
    """The controller's name is no name of an activity, and a known heading below another keeps its own field."""
    document = docx.Document()
    for heading, level, text in (
        ("Rekisterinpitäjä", 1, ""), ("Nimi", 2, "Esimerkki Oy"), ("Osoite", 2, "Tie 1"),
        ("Käsittelyn tarkoitus", 1, "Kulunvalvonta"), ("Oikeusperuste", 2, "oikeutettu etu"),
        ("Tietosuojavastaava", 1, ""), ("Nimi", 2, "Eeva Esimerkki"),
    ):  # fmt: skip
        document.add_heading(heading, level)
        if text:
            document.add_paragraph(text)
    [(ident, found)] = told(desk.register.read(saved(document, tmp_path / "x"))).items()
    assert ident == "Kulunvalvonta"
    assert found["controller"] == "Nimi: Esimerkki Oy\nOsoite: Tie 1"
    assert found["dpo"] == "Nimi: Eeva Esimerkki"
    assert found["purposes"] == "Kulunvalvonta | legal basis for the processing: 6(1)(f)"
    assert "name" not in found


def test_a_word_document_without_a_register_is_explained_in_one_line(tmp_path, desk):
    """A letter is refused by what it lacks, and its XML is never shown."""
    document = docx.Document()
    document.add_paragraph("Hei, liitteenä sopimus.")
    with pytest.raises(ivp.Refusal, match="no headings of a register") as refusal:
        desk.register.read(saved(document, tmp_path / "letter.docx"))
    assert "xml" not in str(refusal.value)
    assert "Hei, liitteenä sopimus." in str(refusal.value)


# --- Word: what is not read is told


def test_tracked_changes_are_read_as_accepted_and_told(tmp_path, desk):
    """Insertions are in, deletions and moved-away text are out, and both are told with their words."""
    document = docx.Document()
    table = form(document, [*FORM[:3], ("Säilytysaika", "X")])
    cell = table.cell(3, 1).paragraphs[0]._p
    for run in cell.findall(qn("w:r")):
        cell.remove(run)
    cell.append(parse_xml(f"<w:del {nsdecls('w')}><w:r><w:delText>10 vuotta</w:delText></w:r></w:del>"))
    cell.append(parse_xml(f"<w:ins {nsdecls('w')}><w:r><w:t>3 vuotta</w:t></w:r></w:ins>"))
    cell.append(parse_xml(f"<w:moveFrom {nsdecls('w')}><w:r><w:t>muualle</w:t></w:r></w:moveFrom>"))
    gone = table.add_row()
    gone.cells[0].text, gone.cells[1].text = "Vastaanottajat", "poistettu rivi"
    gone._tr.get_or_add_trPr().append(parse_xml(f"<w:del {nsdecls('w')}/>"))
    preview = desk.register.read(saved(document, tmp_path / "x"))
    [found] = told(preview).values()
    assert found["retention"] == "- | retention period: P3Y"
    assert "recipients" not in found
    assert problems(preview, "insertion was read") == ["3 vuotta"]
    assert problems(preview, "deletion was left out") == ["10 vuotta | muualle | Vastaanottajat poistettu rivi"]


def test_boxes_notes_margins_struck_hidden_and_sample_text_are_told_and_not_read(tmp_path, desk):
    """Nothing of them is in the record, and every word of them is among the problems."""
    document = docx.Document()
    table = form(document, FORM)
    document.sections[0].header.paragraphs[0].text = "Luottamuksellinen"
    cell = table.cell(4, 1).paragraphs[0]
    cell.add_run(" entiset").font.strike = True
    cell.add_run(" salatut").font.hidden = True
    box = f"<w:r {nsdecls('w')}><w:pict><w:txbxContent><w:p><w:r><w:t>Laatikossa</w:t></w:r></w:p></w:txbxContent></w:pict></w:r>"
    cell._p.append(parse_xml(box))
    sample = "<w:sdtContent><w:r><w:t>Valitse kohde.</w:t></w:r></w:sdtContent>"
    choice = f"<w:sdt {nsdecls('w')}><w:sdtPr><w:showingPlcHdr/></w:sdtPr>{sample}</w:sdt>"
    cell._p.append(parse_xml(choice))
    cell._p.append(parse_xml(f"<w:r {nsdecls('w')}><w:drawing/></w:r>"))
    path = saved(document, tmp_path / "x")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("word/footnotes.xml", f"<w:footnotes {nsdecls('w')}><w:p><w:r><w:t>Viite yksi</w:t></w:r></w:p></w:footnotes>")
    preview = desk.register.read(path)
    assert told(preview)["Asiakasrekisteri"]["data_subjects"] == "asiakkaat"
    for words, value in {
        "struck-through": "entiset", "hidden text": "salatut", "text box": "Laatikossa", "sample text": "Valitse kohde.",
        "footnotes": "Viite yksi", "headers, footers": "Luottamuksellinen", "pictures": "drawing",
    }.items():  # fmt: skip
        assert problems(preview, words) == [value], words


def test_a_style_that_rests_on_itself_and_a_document_without_styles_are_read(tmp_path, desk):
    """Odd files of other programs."""
    document = docx.Document()
    form(document, FORM)
    path = spoilt(saved(document, tmp_path / "x"), b'w:basedOn w:val="Normal"', b'w:basedOn w:val="Heading1"', "word/styles.xml")
    assert list(told(desk.register.read(path))) == ["Asiakasrekisteri"]
    with zipfile.ZipFile(tmp_path / "y", "w") as archive, zipfile.ZipFile(path) as source:
        archive.writestr("word/document.xml", source.read("word/document.xml"))
    assert list(told(desk.register.read(tmp_path / "y"))) == ["Asiakasrekisteri"]


# --- pages and Markdown

HTML = """<!DOCTYPE html><html><head><title>Seloste</title><script>alert(1)</script></head><body>
<header>Esimerkki Oy</header><form><h1>Selosteet</h1><p>Alkusanat.</p>
<table><tr><th>Rekisterin nimi</th><th>Tarkoitus</th><th>Vastaanottajat</th></tr>
<tr><td rowspan="1">Asiakkaat</td><td>hoito <del>ja myynti</del></td><td>Ei ole</td></tr></table></form>
<h2>Palkat</h2><div><b>Tarkoitus:</b> maksu</div><h3>Oikeusperuste</h3><ul><li>lakisääteinen velvoite</li></ul>
<p style="display: none">piilossa</p></body></html>"""
MARKDOWN = """# Selosteet

Alkusanat.

| Rekisterin nimi | Tarkoitus | Vastaanottajat |
|-----------------|-----------|----------------|
| Asiakkaat       | hoito     | Ei ole         |

## Palkat

**Tarkoitus:** maksu

### Oikeusperuste

- lakisääteinen velvoite
"""


def test_a_list_within_a_cell_is_its_items(tmp_path, desk):
    """Each item by itself, without a sign that the page does not have."""
    listed = "<ul><li>name</li><li>address</li></ul>"
    rows = [["Name", "Purposes", "Categories of personal data"], ["Clients", "billing", listed]]
    lines = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    (tmp_path / "x.html").write_text(f"<table>{lines}</table>", encoding="utf-8")
    found = told(desk.register.read(tmp_path / "x.html"))
    assert found["Clients"]["data_categories"] == "name; address"


def test_a_page_that_its_parser_rejects_is_one_line(tmp_path, desk):
    """A declaration that begins and is none."""
    (tmp_path / "x.html").write_text("<html><body><table><tr><th>Name<th>Purposes</table><![x", encoding="utf-8")
    with pytest.raises(ivp.Refusal, match=r"x\.html"):
        desk.register.read(tmp_path / "x.html")


@pytest.mark.parametrize("text", [HTML, MARKDOWN], ids=["html", "markdown"])
def test_tables_and_headed_texts_of_a_page_and_of_markdown_are_read(tmp_path, desk, text):
    """A table and a headed text in one file are two activities; what stands beside them, struck or hidden, is told."""
    (tmp_path / "x").write_text(text, encoding="utf-8")
    preview = desk.register.read(tmp_path / "x")
    found = told(preview)
    assert list(found) == ["Asiakkaat", "maksu"]  # one headed text alone: its title may be the document's, and is told
    assert found["Asiakkaat"]["recipients"] == "none (confirmed)"
    assert found["maksu"]["purposes"] == "maksu | legal basis for the processing: 6(1)(c)"
    assert problems(preview, "belongs to no table") == ["Selosteet: Alkusanat.", "Palkat"]
    if text is HTML:
        assert problems(preview, "struck") == ["ja myynti"]
        assert problems(preview, "hidden") == ["piilossa"]
        assert problems(preview, "frame of the page") == ["Esimerkki Oy"]


# --- bad documents

WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
LAUGHS = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaaaaaaaaaaaa">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 40}">' for n in range(8)
)
BAD = {
    "a bomb": ("too large", lambda: "<w:document>" + "0" * (20 * 1024 * 1024)),
    "laughs": (
        "amplification|entit",
        lambda: f"{LAUGHS}]><w:document {WORD}><w:body><w:p><w:r><w:t>&i;</w:t></w:r></w:p></w:body></w:document>",
    ),
    "too deep": ("cannot be read", lambda: f"<w:document {WORD}><w:body>{'<w:sdt>' * 5000}{'</w:sdt>' * 5000}</w:body></w:document>"),
    "cut off": ("no element found", lambda: f"<w:document {WORD}><w:body><w:p>"),
    "nothing in it": ("no headings", lambda: f"<w:document {WORD}/>"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_hostile_or_broken_word_document_is_one_line(tmp_path, desk, name):
    """Bounded before it is read; no entity is expanded without end, no depth ends the process."""
    words, content = BAD[name]
    with zipfile.ZipFile(tmp_path / "x", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", content())
    with pytest.raises(ivp.Refusal, match=words) as refusal:
        desk.register.read(tmp_path / "x")
    assert "\n" not in str(refusal.value)


def test_half_a_document_and_a_document_within_an_archive(tmp_path, desk):
    """The end of an archive that is missing is told; a broken member of an archive costs no other member."""
    document = docx.Document()
    form(document, FORM)
    content = saved(document, tmp_path / "x").read_bytes()
    (tmp_path / "half").write_bytes(content[: len(content) // 2])
    with pytest.raises(ivp.Refusal, match="cannot be read as a register"):
        desk.register.read(tmp_path / "half")
    with zipfile.ZipFile(tmp_path / "all", "w") as archive:
        archive.writestr("good.docx", content)
        archive.writestr("spoilt.csv", "Rekisterin nimi;Tarkoitus\nPalkat;maksu\n")
    spoiled = (tmp_path / "all").read_bytes().replace(b"Palkat;maksu", b"Pa##at;maksu", 1)
    (tmp_path / "all").write_bytes(spoiled)
    preview = desk.register.read(tmp_path / "all")
    assert preview.rows["id"].tolist() == ["Asiakasrekisteri"]
    assert any("spoilt.csv" in row.problem for row in preview.problems.itertuples())


@pytest.mark.parametrize("entities", ['<!ENTITY e SYSTEM "file:///etc/passwd">', '<!ENTITY a "aaaa"><!ENTITY e "&a;&a;&a;">'])
def test_rdf_whose_entities_hold_others_or_name_a_file_is_refused(tmp_path, desk, entities):
    """Before its parser sees them; an entity for a namespace is usual, and read."""
    pytest.importorskip("rdflib")
    begin, end = '<?xml version="1.0"?><!DOCTYPE x [', (
        ']><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dpv="https://w3id.org/dpv#">'
        '<dpv:Process rdf:about="&e;x"><dpv:hasPurpose>hoito</dpv:hasPurpose></dpv:Process></rdf:RDF>'
    )  # fmt: skip
    (tmp_path / "x").write_text(begin + entities + end, encoding="utf-8")
    with pytest.raises(ivp.Refusal, match="ENTITY"):
        desk.register.read(tmp_path / "x")
    (tmp_path / "x").write_text(f'{begin}<!ENTITY e "https://example.fi/#">{end}', encoding="utf-8")
    assert list(told(desk.register.read(tmp_path / "x"))) == ["x"]


def test_a_heading_that_stands_there_a_hundred_thousand_times_costs_no_hour(tmp_path, desk):
    """Each of the columns has a name of its own, found by halving."""
    names = {}
    for _ in range(50_000):
        names[_records.free_name("Purpose", names)] = ""
    assert list(names)[1] == "Purpose (2)"
    assert "Purpose (50000)" in names
