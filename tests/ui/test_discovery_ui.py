"""The form of discovery in a real JupyterLab, in Finnish: a source looked through, a table confirmed, a page read; without code."""

import re

import pytest
from house import ROOT
from playwright.sync_api import expect
from screen import SAMPLE, button, keep, typed

from ivplus_tools import _words

pytestmark = pytest.mark.ui
PAGE = ROOT / "data_samples" / "etusivu.har"


def said(key):
    """A label of the form."""
    return _words.say(f"discovery_form.{key}", "fi")


def test_a_source_is_looked_through_and_a_table_confirmed(lab, page):
    """The columns and the state of each table are seen; a missing reason is one line, and the confirmation is an entry."""
    notebook = lab.run_all(page, lab.made("discovery", SAMPLE, "form = ivp.forms.discovery(desk)\nform"))
    form = notebook.locator(".ivplus-discovery")
    form.get_by_label(said("source"), exact=True).select_option(label="tuki")
    button(form, said("scan")).click()
    expect(form.get_by_role("status").first).to_contain_text("sarakkeita 15")
    expect(form.get_by_text("erityinen henkilötietoryhmä").first).to_be_visible()
    keep(page, "discovery-found")
    form.get_by_label(said("table"), exact=True).select_option(label="tuki/tickets")
    form.get_by_label("Asiakaskyselyt", exact=False).first.check()
    button(form, said("confirm")).click()
    expect(form.get_by_role("alert").first).to_contain_text(said("reason"))
    typed(form.get_by_label(said("reason"), exact=True), "vikailmoituksissa on yhteystietoja")
    button(form, said("confirm")).click()
    expect(form.get_by_role("status").filter(has_text=re.compile(r"kirjattu: \d"))).to_be_visible()
    typed(form.get_by_label(said("page"), exact=True), str(PAGE))
    button(form, said("read")).click()
    expect(form.get_by_text("PHPSESSID").first).to_be_visible()
    button(form, said("keep")).click()
    expect(form.get_by_text("www.example.fi").first).to_be_visible()
    keep(page, "discovery-page")
    asked = "desk.discovery.get('tuki/tickets').activities, len(desk.discovery.history('www.example.fi')), form.code"
    told = lab.kernel(page, f"print({asked})")
    assert told.startswith("('asiakaskyselyt',) 2 desk.discovery.page(")
