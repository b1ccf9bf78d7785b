"""Every exploring notebook in JupyterLab, from its first cell to its last."""

import pytest
from conftest import watched
from house import ROOT
from playwright.sync_api import expect
from screen import keep_all

pytestmark = pytest.mark.ui
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
TOLD = {  # what its reader must find
    "00_start": "REG-030", "30_breach": "Ilmoitus tietoturvaloukkauksesta tietosuojavaltuutetulle",
}  # fmt: skip
DRAWN = {
    "00_start": 0,
    "50_audit": 0,
    "60_notice": 0,
    "70_discovery": 1,
    "80_rights": 0,
    "90_marketing": 0,
    "91_measures": 0,
    "92_assessments": 0,
}  # fmt: skip  how many charts there are at least, where not two


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_shows_what_it_promises(lab, page, path):
    """Run all: no error and nothing on stderr, tables and forms are there, each picture has its text alternative."""
    notebook = lab.run_all(page, f"notebooks/{path.name}")
    expect(notebook.get_by_text(TOLD.get(path.stem, "")).first).to_be_attached()
    keep_all(page, f"notebook-{path.stem}")
    wrong = notebook.locator("[data-mime-type*=stderr], [data-mime-type*=error]")
    assert wrong.all_inner_texts() == []
    assert notebook.get_by_text("Loading widget").count() == 0
    assert notebook.locator("img:not([alt])").count() == 0
    assert notebook.locator("img[alt]").count() >= DRAWN.get(path.stem, 2)
    expect(notebook.locator(".jp-OutputArea-output table").first).to_be_visible()


def test_whatever_leaves_this_machine_is_noticed(lab, chromium):
    """A request and a websocket to another address, and a websocket to another port, also from a second page."""
    context = chromium.new_context()
    leaks, asked = watched(context, lab.base), ["https://example.fi/", "ws://192.0.2.1/", "ws://127.0.0.1:1/"]
    for page in (context.new_page(), context.new_page()):
        page.evaluate("([url]) => fetch(url).catch(() => 0)", asked)
        page.evaluate("([, ...urls]) => Promise.all(urls.map(url => new Promise(end => { new WebSocket(url).onerror = end })))", asked)
    context.close()
    assert leaks == asked * 2
