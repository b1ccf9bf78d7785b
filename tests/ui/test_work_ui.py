"""The officer's own work in a real JupyterLab, in Finnish, without a line of code: a first day, an erasure, a quarter's audit."""

import re

import pytest
from house import ENTRIES
from playwright.sync_api import expect
from screen import SAMPLE, button, keep, keep_all, recorded, run_cell, tab_to, typed
from stores import lay

import ivplus_tools as ivp

pytestmark = pytest.mark.ui
DESK = "import ivplus_tools as ivp\ndesk = ivp.Desk({path!r}, by='tt', lang='fi')"


def chosen(form, label, text):
    """Choose from a list by what stands in it."""
    form.get_by_label(label, exact=True).select_option(label=text)


def test_a_first_day_by_suggestions(lab, page, tmp_path):
    """Company and an activity from an empty journal: each suggested field is taken by itself, the counts above follow."""
    notebook = lab.run_all(page, lab.made("first", DESK.format(path=str(tmp_path / "j.duckdb")), "ivp.first_day(desk)"))
    day = notebook.locator(".ivplus-first-day")
    expect(day.get_by_text("ei vielä kirjattu").first).to_be_visible()
    button(day, "Avaa").first.click()
    form = day.locator(".ivplus-form").last
    chosen(form, "Ehdotus", "oma yritys")
    expect(button(form, "Ota").first).to_be_visible()
    for label, text in (("tunnus", "ivplus"), ("nimi", "IVPLUS Esimerkki Oy")):
        typed(form.get_by_label(label, exact=True), text)
    for taken in (1, 2):
        button(form, "Ota").first.click()
        expect(button(form, "Otettu")).to_have_count(taken)
    keep(page, "first-day-company")
    recorded(form)
    expect(day.get_by_text("kirjattu: IVPLUS Esimerkki Oy")).to_be_visible()
    button(day, "Avaa").nth(4).click()
    form = day.locator(".ivplus-form").last
    chosen(form, "Ehdotus", "laskutus ja kirjanpito")
    expect(form.get_by_label("tunnus", exact=True)).to_have_value("laskutus")
    expect(button(form, "Ota").nth(6)).to_be_visible()
    count = button(form, "Ota").count()
    for taken in range(1, count + 1):
        button(form, "Ota").first.click()
        expect(button(form, "Otettu")).to_have_count(taken)
    keep_all(page, "first-day")
    recorded(form)
    told = lab.kernel(page, "one = desk.register.get('laskutus'); print(one.retention[0].period, one.transfers)")
    assert told.split() == ["P6Y", "None"]  # what no suggestion told is unknown


def test_a_rule_goes_to_its_certificate(lab, page, tmp_path):
    """A source and its rule are recorded by forms, the plan is made, approved by another, carried out, and its certificate saved."""
    path, location = tmp_path / "j.duckdb", lay(tmp_path / "sqlite", "sqlite")
    forms = ("ivp.forms.record(desk, 'source')", "ivp.forms.record(desk, 'retention_rule')", "ivp.forms.erasure(desk)")
    notebook = lab.run_all(page, lab.made("erase", DESK.format(path=str(path)), *forms))
    source, rule = (notebook.locator(".ivplus-form").nth(number) for number in (0, 1))
    for form, ident, fields in (
        (source, "asiakkaat", {"tietojen sijainti": str(location)}),
        (rule, "asiakkaat-3v", {
            "tietolähde": "asiakkaat", "taulu": "t", "rekisteröidyn avaimen sarake": "customer", "alkamispäivän sarake": "ended",
            "säilytysaika": "3 vuotta", "peruste": "sopimuskanteet",
        }),
    ):  # fmt: skip
        button(form, "Uusi").click()
        typed(form.get_by_label("tunnus", exact=True), ident)
        for label, text in fields.items():
            typed(form.get_by_label(label, exact=True), text)
        if form is rule:
            chosen(form, "säilytysaika alkaa", "asiakassuhteen päättyminen")
        typed(form.get_by_label("Voimassa alkaen", exact=True), "1.1.2026")
        typed(form.get_by_label("Perustelu", exact=True), "selvitetty")
        recorded(form)
    notebook = lab.run_all(page, lab.made("erase2", DESK.format(path=str(path)), "ivp.forms.erasure(desk)"))
    form = notebook.locator(".ivplus-erasing")
    chosen(form, "Säilytyssääntö", "asiakkaat-3v · asiakkaat")
    typed(form.get_by_label("Perustelu", exact=True), "säilytysaika päättyi")
    told = form.get_by_role("status")
    button(form, "Tee suunnitelma").click()
    expect(told.filter(has_text="Mitään ei ole poistettu")).to_be_visible()
    typed(form.get_by_label("Hyväksyjä", exact=True), "toimitusjohtaja")
    button(form, "Hyväksy suunnitelma").click()
    expect(told.filter(has_text="Hyväksytty")).to_be_visible()
    button(form, "Toteuta poisto").click()
    expect(form.get_by_role("alert")).to_be_visible()  # without the source's name there is no leave
    typed(form.get_by_label("Kirjoita tietolähteen nimi luvaksi", exact=True), "asiakkaat")
    button(form, "Toteuta poisto").click()
    expect(told.filter(has_text="Toteutettu")).to_be_visible()
    typed(form.get_by_label("Tiedosto", exact=True), str(tmp_path / "todistus.docx"))
    button(form, "Tallenna asiakirja").click()
    expect(told.filter(has_text="Tallennettu")).to_be_visible()
    keep_all(page, "erasure")
    assert (tmp_path / "todistus.docx").stat().st_size > 5_000


def test_a_quarter_is_audited_and_signed(lab, page, tmp_path):
    """The pack is made with its progress in sight, its report saved, and the sign-off sealed."""
    path = tmp_path / "j.duckdb"
    ivp.sample(path, now="2026-03-02T09:00")
    desk = DESK.format(path=str(path)).replace("by=", "now='2026-03-02T09:00', by=")
    notebook = lab.run_all(page, lab.made("quarter", desk, "ivp.forms.quarter(desk)"))
    form = notebook.locator(".ivplus-quarter")
    expect(form.get_by_label("Tarkastuksen päivä", exact=True)).to_have_value("31.12.2025")
    typed(form.get_by_label("Kansio", exact=True), str(tmp_path))
    button(form, "Tee tarkastuspaketti").click()
    expect(form.get_by_role("status").filter(has_text="audit-2025-12-31.zip")).to_be_visible(timeout=180_000)
    button(form, "Tallenna raportti luettavaksi").click()
    expect(form.get_by_role("status").filter(has_text="audit-2025-12-31.html")).to_be_visible()
    typed(form.get_by_label("Allekirjoittaja", exact=True), "toimitusjohtaja")
    button(form, "Olen lukenut raportin: allekirjoita").click()
    expect(form.get_by_role("status").filter(has_text=re.compile("kirjattu|infört"))).to_be_visible(timeout=180_000)
    keep(page, "quarter")
    assert "toimitusjohtaja" in set(ivp.Desk(path).audit.signoffs()["signed_by"])


def test_an_erasure_by_keyboard_alone(lab, page, tmp_path):
    """From the rule to the erased rows with Tab, letters and Enter only."""
    path, location = tmp_path / "j.duckdb", lay(tmp_path / "sqlite", "sqlite")
    desk = ivp.Desk(path, by="tt")
    desk.source("s", location)
    told = {"table": "t", "subject_key": "customer", "start_column": "ended", "start_event": "CUST_END", "period": "P3Y"}
    desk.retention.record(ivp.RetentionRule("asiakkaat", source="s", reason="r", **told), valid_from="2026-01-01", why="w")
    notebook = lab.run_all(page, lab.made("keys", DESK.format(path=str(path)), "ivp.forms.erasure(desk)"))
    form = notebook.locator(".ivplus-erasing")
    form.get_by_label("Säilytyssääntö", exact=True).focus()
    for key in ("Home", "Alt+ArrowDown", "ArrowDown", "Enter"):  # no letter: JupyterLab takes those in a list for its own
        page.keyboard.press(key)
    for label, text, act, done in (
        ("Perustelu", "päättyi", "Tee suunnitelma", "Mitään ei ole poistettu"),
        ("Hyväksyjä", "toimitusjohtaja", "Hyväksy suunnitelma", "Hyväksytty"),
        ("Kirjoita tietolähteen nimi luvaksi", "s", "Toteuta poisto", "Toteutettu"),
    ):
        tab_to(page, form.get_by_label(label, exact=True))
        page.keyboard.type(text)
        tab_to(page, button(form, act))
        page.keyboard.press("Enter")
        expect(form.get_by_role("status").filter(has_text=done)).to_be_visible()
    assert ivp.Desk(path).retention.certificates()["rule"].tolist() == ["asiakkaat"]


def test_a_first_day_by_keyboard_alone(lab, page, tmp_path):
    """The company with its suggestion, by Tab, letters and Enter only."""
    path = tmp_path / "j.duckdb"
    notebook = lab.run_all(page, lab.made("keys-first", DESK.format(path=str(path)), "ivp.first_day(desk)"))
    day = notebook.locator(".ivplus-first-day")
    first = button(day, "Avaa").first
    first.focus()
    first.press("Enter")
    form = day.locator(".ivplus-form").last
    tab_to(page, form.get_by_label("Ehdotus", exact=True))
    for key in ("Home", "Alt+ArrowDown", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    expect(button(form, "Ota").nth(1)).to_be_visible()
    for taken in (1, 2):
        tab_to(page, button(form, "Ota").first)
        page.keyboard.press("Enter")
        expect(button(form, "Otettu")).to_have_count(taken)
    for label, text in (("tunnus", "ivplus"), ("nimi", "IVPLUS Esimerkki Oy")):
        tab_to(page, form.get_by_label(label, exact=True))
        page.keyboard.type(text)
    tab_to(page, button(form, "Tallenna"))
    page.keyboard.press("Enter")
    expect(day.get_by_text("kirjattu: IVPLUS Esimerkki Oy")).to_be_visible()
    assert ivp.Desk(path).register.get("ivplus").relation == ("own",)


RUNS = """() => { const { commands, shell } = window.jupyterapp; const notebook = shell.currentWidget.content;
  notebook.activeCellIndex = notebook.widgets.length - 1;
  commands.execute('notebook:insert-cell-below').then(() => {
    notebook.activeCell.model.sharedModel.setSource("desk.compare('2025-06-01')"); commands.execute('notebook:run-cell') }) }"""


def test_a_long_comparison_is_seen_and_stopped_by_the_button_of_the_notebook(lab, page, tmp_path):
    """How far it is stands below the cell; the kernel's stop ends it with a line, and the next cell answers."""
    slow = "import time\nfrom ivplus_tools import desk as rooms\nasked = rooms.Asked"
    slowly = "rooms.Asked = lambda at: (time.sleep(0.4), asked(at))[1]"
    name = lab.made("compared", SAMPLE, f"{slow}\n{slowly}")
    notebook = lab.run_all(page, name)
    page.evaluate(RUNS)  # and is not waited for
    expect(notebook.get_by_text("Vertailu kesken:")).to_be_visible()
    page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.interrupt()")
    expect(notebook.get_by_text("Keskeytetty: mitään ei kirjattu.")).to_be_visible()
    expect(notebook.get_by_text("Vertailu kesken:")).to_have_count(0)
    run_cell(page, "print('entries', desk.verify().entries)")
    expect(notebook.get_by_text(f"entries {ENTRIES}")).to_be_visible()
