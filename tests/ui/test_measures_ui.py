"""The form of measures in a real JupyterLab, in Finnish: a training, a test, and a review of access from two lists; without code."""

import re

import pytest
from playwright.sync_api import expect
from screen import SAMPLE, button, keep, typed

from ivplus_tools import _words

pytestmark = pytest.mark.ui
LISTS = "desk.source('tilit', 'samples:systems/accounts', system='crm')"


def said(key):
    """A label of the form."""
    return _words.say(f"measures_form.{key}", "fi")


def receipts(form):
    """What tells that something was recorded."""
    return form.get_by_role("status").filter(has_text=re.compile(r"kirjattu: \d"))


def test_a_training_a_test_and_a_review_from_two_lists_are_recorded(lab, page):
    """A day to come is one line; leavers are seen on the screen, and the journal gets counts."""
    notebook = lab.run_all(page, lab.made("measures", SAMPLE, LISTS, "form = ivp.forms.measures(desk)\nform"))
    form = notebook.locator(".ivplus-measures")
    expect(form.get_by_text("kunnossa").first).to_be_visible()
    typed(form.get_by_label(said("course"), exact=True), "Tietosuojan perusteet")
    typed(form.get_by_label(said("held_on"), exact=True), "3.3.2026")
    button(form, said("keep_training")).click()
    expect(form.get_by_role("alert").first).to_contain_text("vasta tulossa")
    typed(form.get_by_label(said("held_on"), exact=True), "1.3.2026")
    typed(form.get_by_label(said("invited"), exact=True), "3")
    typed(form.get_by_label(said("attended"), exact=True), "3")
    button(form, said("keep_training")).click()
    expect(receipts(form)).to_have_count(1)
    form.get_by_label(said("measure"), exact=True).select_option(label="kayttooikeudet · Käyttöoikeudet tehtävän mukaan")
    typed(form.get_by_label(said("tested"), exact=True), "1.3.2026")
    form.get_by_label(said("result"), exact=True).select_option(label="toimi")
    button(form, said("keep_test")).click()
    expect(form.get_by_label(said("tested"), exact=True)).to_have_value("")
    expect(receipts(form)).to_have_count(1)
    keep(page, "measures-recorded")
    form.get_by_label(said("system"), exact=True).select_option(label="Asiakkuudenhallinta")
    for key, place, table in (("accounts", 0, "crm_accounts"), ("employees", 1, "employees")):
        form.get_by_label(said(key), exact=True).select_option(label="tilit")
        form.get_by_label(said("table"), exact=True).nth(place).select_option(label=table)
    columns = {
        "account_key": "käyttäjätunnus",
        "active": "avoinna",
        "account_kind": "laji",
        "employee_key": "numero",
        "ended": "viimeinen_työpäivä",
    }
    for role, column in columns.items():
        form.get_by_label(said(role), exact=True).select_option(label=column)
    typed(form.get_by_label(said("as_of"), exact=True), "2.3.2026")
    button(form, said("compare")).click()
    expect(form.get_by_text("lähteneellä auki").first).to_be_visible()
    expect(form.get_by_text("t019", exact=True)).to_be_visible()
    keep(page, "measures-compared")
    typed(form.get_by_label(said("reason"), exact=True), "maaliskuun tarkastus")
    button(form, said("keep_review")).click()
    expect(form.get_by_label(said("reason"), exact=True)).to_have_value("")
    expect(receipts(form)).to_have_count(1)
    told = lab.kernel(page, "print(desk.measures.get('crm/2026-03-02').leavers_open, form.code)")
    assert told.strip() == "2 desk.measures.access_reviews()"
    assert lab.kernel(page, "print('t019' in desk.measures.get('crm/2026-03-02').model_dump_json())").strip() == "False"
