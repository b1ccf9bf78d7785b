"""The form of marketing in a real JupyterLab, in Finnish: a list checked, the cleaned one written, somebody refuses; without code."""

import pytest
from house import ROOT
from playwright.sync_api import expect
from screen import SAMPLE, button, keep, typed

from ivplus_tools import _words

pytestmark = pytest.mark.ui
LIST = ROOT / "data_samples" / "kampanja.tsv"


def said(key, **facts):
    """A label of the form."""
    return _words.say(f"marketing_form.{key}", "fi", **facts)


def test_a_list_is_checked_written_and_a_refusal_leaves_no_address(lab, page, tmp_path):
    """Counts and blocked rows are seen; a cleaned list comes out; the address of a refusal is neither in the code nor in the journal."""
    notebook = lab.run_all(page, lab.made("marketing", SAMPLE, "form = ivp.forms.marketing(desk)\nform"))
    form = notebook.locator(".ivplus-marketing")
    button(form, said("write")).click()
    expect(form.get_by_role("alert").first).to_contain_text("tarkista se ensin")
    typed(form.get_by_label(said("path"), exact=True), str(LIST))
    form.get_by_label(said("purpose"), exact=True).select_option(label="uutiskirje")
    button(form, said("check")).click()
    expect(form.get_by_role("status").first).to_contain_text("estetty 15")
    expect(form.get_by_text("saman postilaatikon mukaan").first).to_be_visible()
    keep(page, "marketing-checked")
    typed(form.get_by_label(said("target"), exact=True), str(tmp_path / "puhdas.csv"))
    button(form, said("write")).click()
    expect(form.get_by_text(said("written", path=tmp_path / "puhdas.csv", rows=16))).to_be_visible()
    assert len((tmp_path / "puhdas.csv").read_text(encoding="utf-8").splitlines()) == 17
    typed(form.get_by_label(said("address"), exact=True), "salainen.nimi@example.fi")
    typed(form.get_by_label(said("reason"), exact=True), "vastusti puhelimessa")
    button(form, said("suppress")).click()
    expect(form.get_by_text(said("suppressed"))).to_be_visible()
    expect(form.get_by_text(said("stale"))).to_be_visible()
    told = lab.kernel(page, "print(form.code, b'salainen' in desk.standpoint.path.read_bytes(), repr(form.address.value))")
    assert told.strip() == "desk.marketing.suppress(address, None, why='vastusti puhelimessa') False ''"
