"""The form of assessments in a real JupyterLab, in Finnish: an activity screened, its balancing test recorded, a document saved."""

import re

import pytest
from playwright.sync_api import expect
from screen import SAMPLE, button, keep, typed

from ivplus_tools import _words

pytestmark = pytest.mark.ui


def said(key):
    """A label of the form."""
    return _words.say(f"assessment_form.{key}", "fi")


def test_an_activity_is_assessed_without_code(lab, page, tmp_path):
    """The criteria are seen with how they are known; the test begins with the register, is recorded, and stands in a document."""
    notebook = lab.run_all(page, lab.made("assessments", SAMPLE, "form = ivp.forms.assessments(desk)\nform"))
    form = notebook.locator(".ivplus-assessments")
    form.get_by_label(said("activity"), exact=True).select_option(label="asiakaskyselyt · Asiakaskyselyt ja palautteet")
    expect(form.get_by_text("arviointi tai pisteytys").first).to_be_visible()
    button(form, said("fill")).click()
    expect(form.get_by_role("status").filter(has_text="kohtia 20")).to_be_visible()
    expect(form.get_by_label(_words.field_label("people_relation", "fi"), exact=True)).to_have_value("asiakkaat")
    keep(page, "assessments-begun")
    typed(form.get_by_label(_words.field_label("people_impact", "fi"), exact=True), "yksi viesti käynnin jälkeen")
    test = form.locator(".ivplus-form").nth(1)  # the first is for the answers to the criteria
    typed(test.get_by_label(_words.say("form.why", "fi"), exact=True), "testi aloitettu")
    button(test, _words.say("form.save", "fi")).click()
    expect(form.get_by_role("status").filter(has_text=re.compile(r"kirjattu: \d"))).to_be_visible()
    form.get_by_label(said("which"), exact=True).select_option(label="tasapainotesti")
    typed(form.get_by_label(said("file"), exact=True), str(tmp_path / "testi.docx"))
    button(form, said("save")).click()
    expect(form.get_by_role("status").filter(has_text="täydennettäviä kohtia")).to_be_visible()
    keep(page, "assessments-saved")
    assert (tmp_path / "testi.docx").stat().st_size > 1000
    told = lab.kernel(page, "print(desk.assessments.get('asiakaskyselyt/tt').people_impact)")
    assert told.startswith("yksi viesti")
