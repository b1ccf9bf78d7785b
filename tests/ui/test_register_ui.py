"""The register as the officer uses it: JupyterLab, Chromium, the form, two notebooks, a restart, another language."""

import re

import pytest
from playwright.sync_api import expect
from screen import SAMPLE, button, keep, recorded, tab_to, typed

import ivplus_tools as ivp
from ivplus_tools import _records

pytestmark = pytest.mark.ui
FORM = "form = ivp.forms.activity(desk)\nform"
DESK = "import ivplus_tools as ivp\ndesk = ivp.Desk({path!r}, by={who!r})"
STATE = "print(len(desk.register.activities()), desk.verify().ok)"


def loaded(form, ident):
    """Choose a record in the list and wait until it stands in the fields."""
    form.get_by_label("Käsittelytoimet", exact=True).select_option(label=ident)
    expect(form.get_by_role("status").filter(has_text=ident)).to_be_visible()


def filled(form, label, text, why):
    """Fill in one field and the reason."""
    for name, content in ((label, text), ("Perustelu", why)):
        typed(form.get_by_label(name, exact=True), content)


def test_an_activity_is_edited_through_the_form_and_saved(lab, page):
    """Search, choose, change, give the reason, save; the kernel's journal has it, and pressing twice writes once."""
    notebook = lab.run_all(page, lab.made("form", SAMPLE, FORM))
    notebook.get_by_label("Hae", exact=True).fill("uutis")
    expect(notebook.get_by_text("rivejä: 1", exact=True)).to_be_visible()
    expect(button(notebook, "Tallenna")).to_be_disabled()
    notebook.get_by_label("Käsittelytoimet", exact=True).select_option(index=0)
    owner = notebook.get_by_label("vastuuhenkilö", exact=True)
    expect(owner).to_have_value("viestintä")  # the kernel has answered
    expect(button(notebook, "Tallenna")).to_be_enabled()
    tall = "all => all.filter(one => one.offsetParent).map(one => [one.tagName, one.getBoundingClientRect().height])"
    heights = notebook.locator(".ivplus-form").locator("select, textarea, input:not([type=checkbox])").evaluate_all(tall)
    assert len(heights) > 45
    assert all(height > 20 for _, height in heights), heights
    keep(page, "form")
    typed(owner, "markkinointi")
    button(notebook, "Tallenna").click()
    expect(notebook.get_by_role("alert").first).to_contain_text("Perustelu")
    keep(page, "form-error")
    reason = notebook.get_by_label("Perustelu", exact=True)
    typed(reason, "vastuu siirtyi")
    recorded(notebook)
    keep(page, "form-saved")
    button(notebook, "Tallenna").click()  # a second press writes nothing, and takes no receipt away
    expect(notebook.get_by_role("status").filter(has_text=re.compile(r"kirjattu: \d"))).to_be_visible()
    told = lab.kernel(page, "print(desk.register.get('uutiskirje').owner, len(desk.register.history('uutiskirje')))")
    assert told.split() == ["markkinointi", "4"]
    expect(notebook.get_by_text("desk.register.record(").last).to_be_visible()


def test_two_notebooks_work_on_one_journal(lab, page, tmp_path):
    """Each kernel writes while the other's form is open; a form that would overwrite the other's change is refused in a line."""
    path = tmp_path / "shared.duckdb"
    ivp.Desk(path, by="zero").register.record(ivp.Activity("uutiskirje", owner="zero"), valid_from="2026-01-01", why="w")
    pages, forms = (page, page.context.new_page()), []
    for one, who in zip(pages, ("one", "two"), strict=True):
        notebook = lab.run_all(one, lab.made(who, DESK.format(path=str(path), who=who), FORM))
        forms.append(notebook.locator(".ivplus-form"))
        loaded(forms[-1], "uutiskirje")
    for number, (one, who) in enumerate(zip(pages, ("one", "two"), strict=True)):
        told = lab.kernel(one, f"desk.register.record(ivp.Activity('{who}'), valid_from='2026-01-01', why='w'); {STATE}")
        assert told.split() == [str(number + 2), "True"]
    filled(forms[0], "vastuuhenkilö", "one", "siirtyi")
    recorded(forms[0])
    filled(forms[1], "huomioita", "two", "lisättiin")
    button(forms[1], "Tallenna").click()
    refused = "one on kirjannut kohteen ”uutiskirje” sen jälkeen, kun se luettiin; kumoa ja tee muutos uudelleen."
    expect(forms[1].get_by_role("alert").first).to_have_text(f"⚠ {refused}")
    keep(pages[1], "form-refused")
    button(forms[1], "Kumoa").click()
    expect(forms[1].get_by_label("vastuuhenkilö", exact=True)).to_have_value("one")
    filled(forms[1], "huomioita", "two", "lisättiin")
    recorded(forms[1])
    found = ivp.Desk(path)
    assert found.register.history("uutiskirje")["recorded_by"].tolist() == ["zero", "one", "two"]
    assert (found.register.get("uutiskirje").owner, found.register.get("uutiskirje").remarks) == ("one", "two")
    assert lab.kernel(page, STATE).split() == ["3", "True"]


def test_a_restart_in_the_middle_loses_nothing(lab, page, tmp_path):
    """The kernel is restarted while a cell runs: the journal keeps what was recorded, and after Run All the form works again."""
    path = tmp_path / "kept.duckdb"
    ivp.Desk(path, by="zero").register.record(ivp.Activity("uutiskirje", owner="zero"), valid_from="2026-01-01", why="w")
    show = "ivp.show(desk.register.history('uutiskirje'))"
    notebook = lab.run_all(page, lab.made("restart", DESK.format(path=str(path), who="tt"), FORM, show))
    form = notebook.locator(".ivplus-form")
    loaded(form, "uutiskirje")
    filled(form, "vastuuhenkilö", "ennen", "ennen käynnistystä")
    recorded(form)
    code = "desk.register.record(ivp.Activity('kesken'), valid_from='2026-01-01', why='w'); import time; time.sleep(300)"
    page.evaluate("code => { window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestExecute({ code }) }", code)
    for _ in range(200):
        if ivp.Desk(path).verify().entries == 3:
            break
        page.wait_for_timeout(100)
    lab.restart(page)
    lab.run(page)
    expect(notebook.get_by_role("cell", name="ennen käynnistystä")).to_be_visible()
    loaded(form, "uutiskirje")
    expect(form.get_by_label("vastuuhenkilö", exact=True)).to_have_value("ennen")
    filled(form, "vastuuhenkilö", "jälkeen", "käynnistyksen jälkeen")
    recorded(form)
    keep(page, "form-after-restart")
    found = ivp.Desk(path)
    assert found.register.history("uutiskirje")["why"].tolist() == ["w", "ennen käynnistystä", "käynnistyksen jälkeen"]
    assert found.register.get("uutiskirje").owner == "jälkeen"
    assert lab.kernel(page, STATE).split() == ["2", "True"]


def test_the_form_in_swedish_by_keyboard_alone(lab, page):
    """From the search field on only keys: choose, change a text and a list, give the reason, save; labels and messages are Swedish."""
    lab.run_all(page, lab.made("swedish", SAMPLE, 'form = ivp.forms.activity(desk.speaking("sv"))\nform'))
    page.get_by_label("Sök", exact=True).focus()
    page.keyboard.type("kirjanp")
    expect(page.get_by_text("rader: 1", exact=True)).to_be_visible()
    tab_to(page, page.get_by_label("Behandlingar", exact=True))
    page.keyboard.press("Home")  # not an arrow: JupyterLab takes those in a list for the way to the next cell
    owner = page.get_by_label("ansvarig person", exact=True)
    expect(owner).to_have_value("talous")
    was = lab.kernel(page, "print(desk.register.get('kirjanpito', kind='activity').dpia)").strip()
    assert was != next(iter(_records.allowed("dpia")))
    tab_to(page, page.get_by_label("behov av konsekvensbedömning", exact=True))
    for key in ("Home", "Alt+ArrowDown", "ArrowDown", "Enter"):  # open, and down to the first answer
        page.keyboard.press(key)
    tab_to(page, owner)
    page.keyboard.press("Control+A")
    page.keyboard.type("ekonomi")
    tab_to(page, page.get_by_label("Motivering", exact=True))
    page.keyboard.type("ny ansvarig")
    tab_to(page, button(page, "Spara"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text=re.compile(r"infört: \d"))).to_be_visible()
    keep(page, "swedish")
    told = lab.kernel(page, "one = desk.register.get('kirjanpito', kind='activity'); print(one.dpia, one.owner, one.id)")
    assert told.split() == [next(iter(_records.allowed("dpia"))), "ekonomi", "kirjanpito"]
