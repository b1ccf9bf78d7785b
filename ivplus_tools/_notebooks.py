"""Notebooks kept in order: the checks run and stored with their outputs, the others cleared. Twice gives the same bytes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def refresh(folder: Path) -> Iterator[Path]:
    """Run every notebook in `checks/` and clear every other one directly in `folder`; yields what was written."""
    import nbformat

    for path in sorted(folder.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        yield _write(notebook, path)
    for path in sorted((folder / "checks").glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        run(notebook, path.parent)
        yield _write(notebook, path)


def run(notebook: Any, folder: Path, timeout: int = 300) -> None:
    """Execute a notebook in `folder`, in place; no widget state and no times are kept."""
    from nbclient import NotebookClient

    os.environ["TZ"] = "Europe/Helsinki"
    NotebookClient(
        notebook, timeout=timeout, kernel_name="python3", store_widget_state=False, record_timing=False,
        resources={"metadata": {"path": str(folder)}},
    ).execute()  # fmt: skip


def _write(notebook: Any, path: Path) -> Path:
    """Store with stable ids and only the metadata that a reader needs."""
    import nbformat

    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for number, cell in enumerate(notebook.cells, start=1):
        cell.id = f"cell-{number:02d}"
        cell.metadata = {key: value for key, value in cell.metadata.items() if key == "tags"}
        for output in cell.get("outputs", []):
            output.pop("transient", None)
    path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")
    return path
