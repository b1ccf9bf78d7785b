"""The review as the officer does it: one processor per screen in JupyterLab, a verdict with its quote, save, next."""

import re

import pytest
from playwright.sync_api import expect
from screen import SAMPLE, button, keep, recorded, typed

pytestmark = pytest.mark.ui
CLAUSE = "avustaminen rekisteröityjen pyyntöihin vastaamisessa"
HOSTILE = "Kohta 7 <img src=x onerror=window.__xss=1>"


def test_a_contract_is_reviewed_clause_by_clause(lab, page):
    """Choose a processor, give a verdict with its quote, save, go to the next; the kernel's journal has it and twice writes once."""
    notebook = lab.run_all(page, lab.made("review", SAMPLE, "form = ivp.forms.review(desk)\nform"))
    form = notebook.locator(".ivplus-review")
    expect(form.get_by_text(re.compile(r"^1/7 "))).to_be_visible()
    form.get_by_label("Käsittelijä", exact=True).select_option(label="Mallitilit Oy")
    verdict = form.get_by_label(f"arvio · 28 art. 3 k. e · {CLAUSE}", exact=True)
    expect(form.get_by_text(re.compile(r"^6/7 · Mallitilit Oy"))).to_be_visible()
    expect(verdict).to_have_value(re.compile(".+"))
    verdict.select_option(label="täyttyy")
    quote = form.get_by_label(f"lainaus · {CLAUSE}", exact=True)
    typed(quote, HOSTILE)
    button(form, "Seuraava").click()
    expect(form.get_by_role("alert").first).to_contain_text("Tallentamattomia")
    reason = form.get_by_label("Perustelu", exact=True)
    typed(reason, "lisäys 2.3.2026")
    form.evaluate("form => form.scrollIntoView()")
    keep(page, "review-form")
    recorded(form)
    button(form, "Tallenna").click()
    expect(form.get_by_role("alert").first).to_contain_text("perustelu")
    expect(form.get_by_text(re.compile("Viimeksi: täyttyy · sample · 2.3.2026"))).to_be_visible()
    code = "one = {v.clause: v for v in desk.review.get('tili-2023').clauses}['28(3)(e)']; print(one.verdict, one.quote)"
    assert lab.kernel(page, code).strip() == f"met {HOSTILE}"
    assert lab.kernel(page, "print(len(desk.review.history('tili-2023')))").strip() == "2"
    button(form, "Seuraava").click()
    expect(form.get_by_text(re.compile(r"^7/7 "))).to_be_visible()
    assert page.evaluate("() => window.__xss") is None
