"""What the browser tests share: screenshots to look at, a button by its text, a cell of one's own."""

import os
import re
from pathlib import Path

from playwright.sync_api import expect

ARTEFACTS = Path(__file__).parent.parent.parent / "test-artefacts"
PICTURES = os.environ.get("IVPLUS_PICTURES") == "1"  # a picture of a whole notebook takes Chromium seconds, and no test reads it
HIGHEST = 16_000  # pixels; Chromium draws no higher picture
SAMPLE = "import ivplus_tools as ivp\ndesk = ivp.sample(now='2026-03-02T09:00')"


def keep(page, name):
    """A screenshot to look at, where IVPLUS_PICTURES=1 asks for them."""
    if PICTURES:
        ARTEFACTS.mkdir(exist_ok=True)
        page.screenshot(path=ARTEFACTS / f"{name}.png")


def keep_all(page, name):
    """Draw a notebook from its first cell to its last, as a reader sees it who scrolls, and keep a screenshot of it."""
    small = page.viewport_size
    notebook = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-WindowedPanel-outer")
    for _ in range(2):  # cells are drawn once they are in sight, and then are higher
        notebook.evaluate("panel => panel.scrollTo(0, 0)")
        end = notebook.evaluate("panel => [...panel.querySelectorAll('.jp-Cell')].at(-1).getBoundingClientRect().bottom")
        page.set_viewport_size({"width": small["width"], "height": min(int(end) + 60, HIGHEST)})
        page.wait_for_timeout(150)
    keep(page, name)
    page.set_viewport_size(small)


def button(notebook, name):
    """A button by the text on it."""
    return notebook.locator("button.jupyter-button", has_text=re.compile(rf"^\s*{name}$"))


def typed(field, text):
    """Type into a field and leave it, also where a notebook that is being drawn took the focus away meanwhile.

    Chromium tells of no change where a field left the page between the typing and the leaving; telling twice sends nothing twice.
    """
    for _ in range(3):
        field.fill(text)
        field.press("Tab")
        field.dispatch_event("change")
        if field.input_value() == text:
            return
    raise AssertionError(f"{field} does not keep what is typed into it: {text!r}")


def recorded(form):
    """Press Save, and have the receipt."""
    button(form, "Tallenna").click()
    expect(form.get_by_role("status").filter(has_text=re.compile(r"kirjattu: \d"))).to_be_visible()


def run_cell(page, code):
    """Type a cell below the last one and run it."""
    page.evaluate(
        """code => { const { commands, shell } = window.jupyterapp; const notebook = shell.currentWidget.content;
           notebook.activeCellIndex = notebook.widgets.length - 1;
           return commands.execute('notebook:insert-cell-below').then(() => {
             notebook.activeCell.model.sharedModel.setSource(code); return commands.execute('notebook:run-cell') }) }""",
        code,
    )


def tab_to(page, wanted):
    """Press Tab until the focus is there."""
    for _ in range(160):
        page.keyboard.press("Tab")
        if wanted.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError(f"Tab does not reach {wanted}")
