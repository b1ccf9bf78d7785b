"""The retention dashboard as the officer uses it: filters, counting anew, a source that fails, hostile names."""

import pytest
from playwright.sync_api import expect
from screen import SAMPLE, button, keep, run_cell

pytestmark = pytest.mark.ui
HOSTILE = "<img src=x onerror=window.__xss=1>"


def test_the_dashboard_filters_counts_and_tells_what_failed(lab, page):
    """Filter by state, count now: the figure and the table follow, and the missing source is told."""
    notebook = lab.run_all(page, lab.made("retention", SAMPLE, "board = ivp.forms.retention(desk)\nboard"))
    board = notebook.locator(".ivplus-retention")
    expect(board.get_by_role("cell", name="kaynnit-3v", exact=True)).to_be_visible()
    expect(board.locator("img[alt*='maaliskuu 2026']")).to_be_visible()
    board.get_by_label("Näytä", exact=True).select_option(label="myöhässä mutta poistokiellossa")
    expect(board.get_by_role("cell", name="laskut-6v")).to_be_visible()
    expect(board.get_by_role("cell", name="hakemukset-2v")).to_have_count(0)
    board.get_by_label("Näytä", exact=True).select_option(label="kaikki")
    expect(board.get_by_role("cell", name="hakemukset-2v")).to_be_visible()
    board.evaluate("board => board.scrollIntoView()")
    keep(page, "retention-board")
    button(board, "Laske nyt").click()
    expect(board.get_by_role("alert")).to_contain_text("arkisto")
    with page.expect_download() as download:
        board.get_by_role("link", name="CSV").click()
    assert "kaynnit-3v" in download.value.path().read_text(encoding="utf-8-sig")
    fields = f'source="crm", table="customers", start_column="{HOSTILE}", period="P1Y", start_event="EVENT", reason="x"'
    rule = f'ivp.RetentionRule("{HOSTILE}", {fields})'
    run_cell(page, f"desk.retention.record({rule}, valid_from='2026-03-01', why='x')\nb = ivp.forms.retention(desk); b.count.click(); b")
    expect(notebook.get_by_text(HOSTILE).last).to_be_visible()
    assert page.evaluate("window.__xss") is None
