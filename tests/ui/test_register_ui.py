"""The register as the officer uses it: JupyterLab, Chromium, the form, hostile text, another language."""

import re

import pytest
from playwright.sync_api import expect
from screen import button, keep, run_cell

pytestmark = pytest.mark.ui


def test_the_start_notebook_answers(lab, page):
    """Run all: the summary, the findings with their rules, the four questions."""
    notebook = lab.run_all(page, "notebooks/00_start.ipynb")
    expect(notebook.get_by_text("REG-030").first).to_be_visible()
    notebook.evaluate("panel => panel.scrollTo(0, 0)")
    keep(page, "start")


def test_an_activity_is_edited_through_the_form_and_saved(lab, page):
    """Search, choose, change, give the reason, save; the kernel's journal has it, and pressing twice writes once."""
    notebook = lab.run_all(page, "notebooks/10_register.ipynb")
    notebook.get_by_label("Hae", exact=True).fill("uutis")
    expect(notebook.get_by_text("rivejä: 1", exact=True)).to_be_visible()
    expect(button(notebook, "Tallenna")).to_be_disabled()
    notebook.get_by_label("Käsittelytoimet", exact=True).select_option(index=0)
    owner = notebook.get_by_label("vastuuhenkilö", exact=True)
    expect(owner).to_have_value("viestintä")  # the kernel has answered
    expect(button(notebook, "Tallenna")).to_be_enabled()
    tall = "all => all.map(one => [one.tagName, one.getBoundingClientRect().height])"
    heights = notebook.locator(".ivplus-form").locator("select, textarea, input").evaluate_all(tall)
    assert len(heights) > 45
    assert all(height > 20 for _, height in heights), heights
    keep(page, "form")
    owner.fill("markkinointi")
    owner.press("Tab")
    button(notebook, "Tallenna").click()
    expect(notebook.get_by_role("alert").first).to_contain_text("perustelu")
    keep(page, "form-error")
    reason = notebook.get_by_label("Perustelu", exact=True)
    reason.fill("vastuu siirtyi")
    reason.press("Tab")
    button(notebook, "Tallenna").click()
    expect(notebook.get_by_role("status").filter(has_text=re.compile(r"kirjattu: \d"))).to_be_visible()
    keep(page, "form-saved")
    button(notebook, "Tallenna").click()
    expect(notebook.get_by_role("alert").first).to_contain_text("perustelu")
    told = lab.kernel(page, "print(desk.register.get('uutiskirje').owner, len(desk.register.history('uutiskirje')))")
    assert told.split() == ["markkinointi", "4"]
    expect(notebook.get_by_text("desk.register.record(").last).to_be_visible()


def test_hostile_text_runs_nowhere(lab, page):
    """Scripts in identifiers, values and reasons are shown as text in every table, in the form and in the summary."""
    lab.run_all(page, "notebooks/10_register.ipynb")
    code = """
from IPython.display import display
bad = '<img src=x onerror="window.__xss=1"><script>window.__xss=2</script>'
thing = ivp.Activity(bad, name=bad, purposes=[bad], recipients=[bad], retention=[bad], processors=[bad], remarks=bad, imported={bad: bad})
desk.register.record(thing, valid_from="2026-03-01", why=bad)
display(desk, ivp.show(desk.findings()), desk.findings(), ivp.show(desk.register.activities()), ivp.show(desk.register.history(bad)))
display(ivp.show(desk.register.changes(since="2023-09-01")), ivp.plots.legal_bases(desk.register.activities()))
form = ivp.forms.activity(desk); display(form); form.list.value = bad; form.save.click()
import tempfile; from pathlib import Path; from IPython.display import HTML, Markdown; out = Path(tempfile.mkdtemp())
(out / "x.csv").write_text(f"Activity;Purpose;{bad}\\n{bad};{bad};{bad}\\n;;{bad}\\n"); preview = desk.register.read(out / "x.csv")
display(preview, ivp.show(preview.columns), ivp.show(preview.problems), ivp.show(preview.unmapped), ivp.show(preview.set_apart))
display(Markdown(desk.register.write(out / "x.md").read_text()), HTML(desk.register.write(out / "x.html").read_text()))
"""
    run_cell(page, code)
    page.wait_for_function("() => document.querySelectorAll('.jp-OutputArea-output').length > 27", timeout=60_000)
    page.wait_for_timeout(1500)
    assert page.evaluate("() => window.__xss") is None
    assert "onerror" in page.locator(".jp-Notebook").first.inner_text()
    keep(page, "hostile")


def test_two_notebooks_work_on_one_journal(lab, page, chromium, tmp_path):
    """Two kernels write to one file; neither locks the other out, and both see both entries."""
    path = tmp_path / "shared.duckdb"
    write = (
        "import ivplus_tools as ivp\n"
        f"both = ivp.Desk({str(path)!r}, by='{{who}}')\n"
        "both.register.record(ivp.Activity('{who}'), valid_from='2026-01-01', why='w')\n"
        "print(len(both.register.activities()), both.verify().ok)"
    )
    lab.open(page, "notebooks/00_start.ipynb")
    second = page.context.new_page()
    lab.open(second, "notebooks/10_register.ipynb")
    assert lab.kernel(page, write.format(who="one")).split() == ["1", "True"]
    assert lab.kernel(second, write.format(who="two")).split() == ["2", "True"]
    assert lab.kernel(page, write.format(who="one")).split() == ["2", "True"]


def test_the_form_in_swedish_by_keyboard_alone(lab, page):
    """Focus, type, tab, choose and save without a mouse; labels and messages are Swedish."""
    lab.run_all(page, "notebooks/00_start.ipynb")
    run_cell(page, 'form = ivp.forms.activity(desk.speaking("sv")); form')
    search = page.get_by_label("Sök", exact=True)
    search.focus()
    page.keyboard.type("kirjanpito")
    expect(page.get_by_text("rader: 1", exact=True)).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Behandlingar", exact=True)).to_be_focused()
    page.keyboard.press("Home")
    owner = page.get_by_label("ansvarig person", exact=True)
    expect(owner).to_have_value("talous")
    owner.focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("ekonomi")
    page.keyboard.press("Tab")
    reason = page.get_by_label("Motivering", exact=True)
    reason.focus()
    page.keyboard.type("ny ansvarig")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text=re.compile(r"infört: \d"))).to_be_visible()
    keep(page, "swedish")
    assert lab.kernel(page, "print(desk.register.get('kirjanpito', kind='activity').owner)").strip() == "ekonomi"
