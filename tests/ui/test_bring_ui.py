"""A Word register brought in by hand: two columns mapped, recorded, taken back, recorded again; then the notebook without a kernel."""

import re

import pytest
from docx import Document
from playwright.sync_api import expect
from screen import button, keep, typed

import ivplus_tools as ivp

pytestmark = pytest.mark.ui
HEADINGS = ["Toiminto", "Käsittelyn tarkoitus", "Oikeusperuste", "Rekisteröidyt", "Kenelle kerrotaan", "Säilytysaika", "Kuka hoitaa"]
ACTIVITIES = [
    ["Uutiskirje", "tapahtumista kertominen", "suostumus", "tilaajat", "painotalo", "1 vuosi", "viestintä"],
    ["Laskutus", "laskujen lähettäminen", "lakisääteinen velvoite", "asiakkaat", "tilitoimisto", "6 vuotta", "talous"],
    ["Palkanmaksu", "palkkojen maksaminen", "lakisääteinen velvoite", "työntekijät", "Verohallinto", "10 vuotta", "talous"],
    ["Rekrytointi", "työntekijän valitseminen", "oikeutettu etu", "hakijat", "ei ole", "2 vuotta", "henkilöstö"],
    ["Kulunvalvonta", "tilojen turvallisuus", "oikeutettu etu", "kävijät", "vartiointiliike", "3 kuukautta", "kiinteistö"],
    ["Verkkokauppa", "tilausten toimittaminen", "sopimus", "asiakkaat", "kuljetusliike", "3 vuotta", "myynti"],
    ["Reklamaatiot", "virheiden korjaaminen", "sopimus", "asiakkaat", "ei ole", "3 vuotta", "myynti"],
    ["Messut", "yhteydenotto kävijöihin", "suostumus", "kävijät", "ei ole", "6 kuukautta", "myynti"],
]
CELL = """import ivplus_tools as ivp
desk = ivp.Desk({path!r}, by="tt", lang="fi", now="2026-03-02T09:00")
form = ivp.forms.bring(desk)
form"""


def register(path):
    """A register of eight activities as a small company writes it."""
    document = Document()
    document.add_heading("Seloste käsittelytoimista", 1)
    table = document.add_table(rows=0, cols=len(HEADINGS))
    for texts in (HEADINGS, *ACTIVITIES):
        for cell, text in zip(table.add_row().cells, texts, strict=True):
            cell.text = text
    document.save(path)


def told(form, text):
    """Wait until the form says it."""
    expect(form.get_by_role("status").filter(has_text=re.compile(text)).first).to_be_visible()


def test_a_word_register_is_mapped_recorded_taken_back_and_recorded_again(lab, page, tmp_path):
    """By drop-downs, in Finnish; reopened without a kernel the notebook still tells what was done."""
    register(tmp_path / "seloste.docx")
    page.set_viewport_size({"width": 1280, "height": 2000})
    notebook = lab.run_all(page, lab.made("bring", CELL.format(path=str(tmp_path / "own.duckdb"))))
    form = notebook.locator(".ivplus-bring")
    with page.expect_file_chooser() as chooser:
        button(form, "Valitse tiedosto.*").press("Enter")
    chooser.value.set_files(tmp_path / "seloste.docx")
    told(form, "Luettu, ei vielä kirjattu: seloste.docx")
    expect(form.get_by_label("Rekisteröidyt", exact=True)).to_have_value(re.compile("."))
    keep(page, "bring-read")
    for heading, field in (("Kenelle kerrotaan", "vastaanottajien ryhmät"), ("Kuka hoitaa", "vastuuhenkilö")):
        form.get_by_label(heading, exact=True).select_option(label=field)
        expect(form.get_by_text("itse valittu")).to_have_count(1 if heading == "Kenelle kerrotaan" else 2)
    typed(form.get_by_label("Perustelu", exact=True), "vanha seloste tuotu")
    keep(page, "bring-mapped")
    button(form, "Kirjaa").press("Enter")
    told(form, "kirjattu: 1–9")
    keep(page, "bring-recorded")
    typed(form.get_by_label("Perustelu", exact=True), "väärä versio")
    button(form, "Peru kirjaus").press("Enter")
    told(form, "Koko tuonti on peruttu")
    assert lab.kernel(page, "print(len(desk.register.activities()))").strip() == "0"
    typed(form.get_by_label("Perustelu", exact=True), "oikea versio")
    button(form, "Kirjaa").press("Enter")
    told(form, "kirjattu: 19–27")
    keep(page, "bring-again")
    found = ivp.Desk(tmp_path / "own.duckdb")
    assert found.register.activities()["owner"].tolist().count("myynti") == 3
    assert found.register.get("Palkanmaksu").recipients[0].recipient == "Verohallinto"
    assert found.verify().ok
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    lab.close_sessions()
    lab.open(page, "bring.ipynb")
    expect(notebook.get_by_text("kirjattu: 19–27")).to_be_visible()
    expect(notebook.get_by_role("cell", name="vastuuhenkilö", exact=True)).to_be_visible()
    keep(page, "bring-reopened")
