"""The notice form in a real JupyterLab, in Finnish: a page read, from a mark to its item and back, a match, a version, a draft."""

import re

import pytest
from house import ROOT
from playwright.sync_api import expect
from screen import SAMPLE, button, keep, typed

from ivplus_tools import _words

pytestmark = pytest.mark.ui
PAGE = ROOT / "data_samples" / "tietosuoja.html"


def said(key):
    """A label of the form."""
    return _words.say(f"notice_form.{key}", "fi")


def test_a_page_is_read_corrected_published_and_drafted(lab, page, tmp_path):
    """Nothing is recorded before a press; a mark leads to its item and the item to its mark; every act leaves its line."""
    notebook = lab.run_all(page, lab.made("notice", SAMPLE, "form = ivp.forms.notice(desk)\nform"))
    form = notebook.locator(".ivplus-notice")
    typed(form.get_by_label(said("file"), exact=True), str(PAGE))
    button(form, said("read")).click()
    expect(form.get_by_role("status").first).to_contain_text("ei mainittu")
    mark = form.locator("mark").filter(has_text="Oikeusperusteenamme").first
    expect(mark).to_be_visible()
    item = form.locator("li").filter(has_text=re.compile("^mainittu: käsittelyn oikeusperuste"))
    target = item.locator("a").get_attribute("href").removeprefix("#")
    expect(form.locator(f"[id='{target}']")).to_have_count(1)
    back = form.locator(f"[id='{target}']").get_attribute("href").removeprefix("#")
    expect(form.locator(f"[id='{back}']")).to_have_count(1)
    keep(page, "notice-read")
    form.get_by_label(said("term"), exact=True).select_option(index=1)
    typed(form.get_by_label(said("says"), exact=True), "palvelutapahtumat")
    typed(form.get_by_label(said("why"), exact=True), "luettu")
    button(form, said("match")).click()
    expect(form.get_by_role("status").filter(has_text=re.compile(r"kirjattu: \d"))).to_be_visible()
    typed(form.get_by_label(said("name"), exact=True), "seloste-uusi")
    button(form, said("publish")).click()
    expect(form.get_by_label(said("known"), exact=True).locator("option", has_text="seloste-uusi")).to_be_attached()
    typed(form.get_by_label(said("draft_file"), exact=True), str(tmp_path / "seloste.docx"))
    button(form, said("draft")).click()
    expect(form.get_by_role("status").filter(has_text="seloste.docx")).to_be_visible()
    button(form, said("draft")).click()  # a second press keeps the receipt, and the file
    keep(page, "notice-done")
    told = lab.kernel(page, "print(desk.notice.get('seloste-uusi', 'privacy_notice').notice_file, form.code)")
    assert told.startswith("tietosuoja.html desk.notice.draft(")
    assert "seloste.docx" in told
