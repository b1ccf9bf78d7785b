"""The first view of the day in a real JupyterLab: by keyboard from a line to its form; a finding accepted; the notebook reopened."""

import pytest
from playwright.sync_api import expect
from screen import button, keep, keep_all, typed

pytestmark = pytest.mark.ui
SETUP = "import ivplus_tools as ivp\ndesk = ivp.sample({path!r}, now='2026-03-02T09:00')"


def test_a_line_opens_its_form_by_keyboard_and_a_finding_is_answered_in_its_place(lab, page, tmp_path):
    """Enter on the first line opens the breach wizard on that case; a finding is refused without a day, then accepted."""
    name = lab.made("today", SETUP.format(path=str(tmp_path / "j.duckdb")), "ivp.today(desk)", "ivp.forms.findings(desk)")
    notebook = lab.run_all(page, name)
    day = notebook.locator(".ivplus-today")
    expect(day.get_by_text("myöhässä: 4.8.2025").first).to_be_visible()
    keep_all(page, "today")
    first = button(day, "Avaa").first
    first.focus()
    first.press("Enter")
    expect(day.get_by_role("status").filter(has_text="Avattu alle: 2025-002")).to_be_visible()
    expect(day.locator(".ivplus-breach").get_by_label("tapauksen otsikko", exact=True)).to_be_visible()
    keep(page, "today-opened")
    found = notebook.locator(".ivplus-findings")
    found.locator("select[size], select").last.scroll_into_view_if_needed()
    rows = found.locator(".widget-select-multiple select")
    for chosen in ([0], [0, 1, 2]):
        rows.select_option(index=chosen)
        expect(found.locator("table tbody tr")).to_have_count(8 if chosen == [0] else 3)
        inside = "table => table.getBoundingClientRect().right <= table.closest('.jp-OutputArea').getBoundingClientRect().right"
        assert found.locator("table").evaluate(inside), "the table is wider than the page of 1280 pixels"
    rows.select_option(index=0)
    typed(found.get_by_label("Perustelu", exact=True), "pieni yritys")
    button(found, "Hyväksy").click()
    expect(found.get_by_role("alert")).to_be_visible()
    expect(found.get_by_label("Perustelu", exact=True)).to_have_value("pieni yritys")
    typed(found.get_by_label("Hyväksytään saakka", exact=True), "31.8.2026")
    button(found, "Hyväksy").click()
    expect(found.get_by_role("status").filter(has_text="kirjattu")).to_be_visible()
    keep(page, "findings-accepted")


def test_what_a_line_opens_comes_into_sight_and_one_press_leads_back(lab, page, tmp_path):
    """On 700 pixels the form lies below what is shown; so do the findings and a step's form."""
    name = lab.made("sight", SETUP.format(path=str(tmp_path / "j.duckdb")), "ivp.today(desk)", "ivp.first_day(desk)")
    notebook = lab.run_all(page, name)
    page.set_viewport_size({"width": 1280, "height": 700})
    day, first = notebook.locator(".ivplus-today"), notebook.locator(".ivplus-first-day")
    for pressed, form in (
        (button(day, "Avaa").first, day.locator(".ivplus-breach select").first),
        (button(day, "Avaa havainnot"), day.locator(".ivplus-findings select").first),
        (button(first, "Avaa").first, first.locator(".ivplus-form input").first),
    ):
        pressed.scroll_into_view_if_needed()
        pressed.press("Enter")
        expect(form).to_be_in_viewport(ratio=0.8)
        keep(page, "today-in-sight")
        page.keyboard.press("Enter")
        expect(pressed).to_be_focused()
        expect(pressed).to_be_in_viewport()
