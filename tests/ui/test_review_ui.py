"""The review as the officer does it: one processor per screen in JupyterLab, a verdict with its quote, save, next."""

import re

import pytest
from playwright.sync_api import expect
from screen import button, keep, run_cell

pytestmark = pytest.mark.ui
CLAUSE = "avustaminen rekisteröityjen pyyntöihin vastaamisessa"
HOSTILE = "Kohta 7 <img src=x onerror=window.__xss=1>"


def test_a_contract_is_reviewed_clause_by_clause(lab, page):
    """Choose a processor, give a verdict with its quote, save, go to the next; the kernel's journal has it and twice writes once."""
    notebook = lab.run_all(page, "notebooks/20_review.ipynb")
    form = notebook.locator(".ivplus-review")
    expect(form.get_by_text(re.compile(r"^1/7 "))).to_be_visible()
    form.get_by_label("Käsittelijä", exact=True).select_option(label="Mallitilit Oy")
    verdict = form.get_by_label(f"arvio · 28 art. 3 k. e · {CLAUSE}", exact=True)
    expect(form.get_by_text(re.compile(r"^6/7 · Mallitilit Oy"))).to_be_visible()
    expect(verdict).to_have_value(re.compile(".+"))
    verdict.select_option(label="täyttyy")
    quote = form.get_by_label(f"lainaus · {CLAUSE}", exact=True)
    quote.fill(HOSTILE)
    quote.press("Tab")
    button(form, "Seuraava").click()
    expect(form.get_by_role("alert").first).to_contain_text("Tallentamattomia")
    reason = form.get_by_label("Perustelu", exact=True)
    reason.fill("lisäys 2.3.2026")
    reason.press("Tab")
    form.evaluate("form => form.scrollIntoView()")
    keep(page, "review-form")
    button(form, "Tallenna").click()
    expect(form.get_by_role("status").filter(has_text=re.compile(r"kirjattu: \d"))).to_be_visible()
    button(form, "Tallenna").click()
    expect(form.get_by_role("alert").first).to_contain_text("perustelu")
    expect(form.get_by_text(re.compile("Viimeksi: täyttyy · sample · 2.3.2026"))).to_be_visible()
    code = "one = {v.clause: v for v in desk.review.get('tili-2023').clauses}['28(3)(e)']; print(one.verdict, one.quote)"
    assert lab.kernel(page, code).strip() == f"met {HOSTILE}"
    assert lab.kernel(page, "print(len(desk.review.history('tili-2023')))").strip() == "2"
    button(form, "Seuraava").click()
    expect(form.get_by_text(re.compile(r"^7/7 "))).to_be_visible()
    assert page.evaluate("() => window.__xss") is None


def test_hostile_names_run_nowhere_in_the_review(lab, page):
    """Scripts in every record of the review, in a vendor's list, in letters and charts are shown as text."""
    lab.run_all(page, "notebooks/20_review.ipynb")
    code = """
from IPython.display import HTML, display
bad = '<img src=x onerror="window.__xss=1"><script>window.__xss=2</script>'
desk.review.record([
    ivp.Processor(bad, organisation=bad, services=[bad], activities=[bad], storage_countries=[bad], guarantees=bad, contact=bad),
    ivp.Agreement(bad, processor=bad, in_force_from="2026-01-01", clauses=[ivp.Verdict("C1", verdict="unclear", quote=bad, reason=bad)]),
    ivp.Subprocessor(bad, processor=bad, organisation=bad, purpose=bad, countries=[bad]),
    ivp.Transfer(bad, importer=bad, country=bad, document=bad), ivp.Disclosure(bad, organisation=bad, purpose=bad, country=bad),
], valid_from="2026-01-01", why=bad)
room = desk.review
tables = desk.findings(), room.processors(), room.clauses(), room.subprocessors(), room.transfers(), room.behind(bad)
display(desk, *map(ivp.show, tables))
display(room.request(bad), room.summary(bad), room.assessment_form(bad), room.explain(bad), ivp.plots.transfers(room.transfers()))
import tempfile; from pathlib import Path; out = Path(tempfile.mkdtemp())
(out / "x.csv").write_text(f"Company;Country;Purpose\\n{bad};{bad};{bad}\\n"); preview = room.read_list(out / "x.csv", vendor=bad)
display(preview, ivp.show(preview.rows), ivp.show(preview.problems), ivp.show(preview.diff()), preview.draft("objection"))
display(HTML(room.summary(bad).save(out / "x.html").read_text())); form = ivp.forms.review(desk); display(form); print("all shown")
"""
    run_cell(page, code)
    page.get_by_text("all shown", exact=True).wait_for(timeout=60_000)
    page.wait_for_timeout(1000)
    assert page.evaluate("() => window.__xss") is None
    assert "onerror" in page.locator(".jp-Notebook").first.inner_text()
    keep(page, "review-hostile")
