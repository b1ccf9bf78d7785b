"""What the browser tests share: a screenshot to look at, a button by its text, a cell of one's own."""

import re
from pathlib import Path

ARTEFACTS = Path(__file__).parent.parent.parent / "test-artefacts"


def keep(page, name):
    """A screenshot to look at."""
    ARTEFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTEFACTS / f"{name}.png")


def button(notebook, name):
    """A button by the text on it."""
    return notebook.locator("button.jupyter-button", has_text=re.compile(rf"^\s*{name}$"))


def run_cell(page, code):
    """Type a cell below the last one and run it."""
    page.evaluate(
        """code => { const { commands, shell } = window.jupyterapp; const notebook = shell.currentWidget.content;
           notebook.activeCellIndex = notebook.widgets.length - 1;
           return commands.execute('notebook:insert-cell-below').then(() => {
             notebook.activeCell.model.sharedModel.setSource(code); return commands.execute('notebook:run-cell') }) }""",
        code,
    )
