"""Notebooks kept in order: the checks run and stored with their outputs, the others cleared. Twice gives the same bytes."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ivplus_tools import _progress, _words

# Reading a notebook imports jsonschema, which builds a grammar for each kind of internet address if it can: 1.5 seconds for nothing.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # None: an import of it fails, as if it were not there

PARAMETERS = "parameters"
"""The tag of the cell whose values a run may replace, as papermill has it."""


def work(lang: str) -> Iterator[tuple[str, Any]]:
    """The officer's own notebooks in a language, each with its name: over the journal of `ivp.Desk()`, a form or a view a cell."""
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

    words = _words.read("work")
    for one in words["notebook"]:
        head = f"# {one['title'][lang]}\n\n{one['text'][lang]}\n\n{words['start']['text'][lang]}"
        cells = [new_markdown_cell(head), new_code_cell(f'import ivplus_tools as ivp\n\ndesk = ivp.Desk(lang="{lang}")\ndesk')]
        for cell in one["cells"]:
            cells += [new_markdown_cell(cell["text"][lang]), new_code_cell(cell["code"])]
        yield one["name"][lang], new_notebook(cells=cells)


def refresh(folder: Path) -> Iterator[Path]:
    """Run every notebook in `checks/`, write those in `work/`, clear every other one; yields what was written."""
    import nbformat

    for lang in _words.LANGS:
        for name, notebook in work(lang):
            (folder / "work" / lang).mkdir(parents=True, exist_ok=True)
            yield _write(notebook, folder / "work" / lang / f"{name}.ipynb")
    for path in sorted([*folder.glob("*.ipynb"), *folder.glob("audit/*.ipynb")]):
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        yield _write(notebook, path)
    for path in sorted((folder / "checks").glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        run(notebook, path.parent)
        yield _write(notebook, path)


def run(
    notebook: Any,
    folder: Path,
    timeout: int = 300,
    environment: Mapping[str, str] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Execute a notebook in `folder`, in place; no widget state and no times are kept. `progress(done, of)` follows the cells.

    A cell that fails, or a kernel that dies, is a `Refusal` with the last line of what it said.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
    from traitlets.config import Config

    os.environ["TZ"] = "Europe/Helsinki"
    with tempfile.TemporaryDirectory(prefix="ivplus-") as place:
        sockets = {"transport": "ipc", "ip": str(Path(place) / "kernel")}  # files of ours, which nobody else can listen to
        client = NotebookClient(
            notebook, timeout=timeout, kernel_name="python3", store_widget_state=False, record_timing=False, coalesce_streams=True,
            config=Config({"KernelManager": sockets if os.name == "posix" else {}}), resources={"metadata": {"path": str(folder)}},
        )  # fmt: skip
        if progress is not None:
            follow = progress
            client.on_cell_executed = lambda cell_index, **_: follow(cell_index + 1, len(notebook.cells))
        try:
            client.execute(env={**os.environ, _progress.UNSEEN: "1", **(environment or {})})
        except CellTimeoutError as error:
            raise _words.refusal("timed_out", cell=client.code_cells_executed + 1, seconds=timeout) from error
        except (CellExecutionError, DeadKernelError, RuntimeError, AssertionError) as error:  # the last when the kernel could not begin
            lines = [line for line in str(error).splitlines() if line.strip()]
            raise _words.refusal("bad_notebook", reason=lines[-1] if lines else type(error).__name__) from error


def read(path: Path) -> Any:
    """A notebook from its file; anything else is refused."""
    import nbformat

    try:
        return nbformat.read(path, as_version=4)
    except (OSError, ValueError, nbformat.ValidationError) as error:
        raise _words.refusal("bad_notebook", reason=f"{path.name}: {str(error).splitlines()[0][:200]}") from None


def inject(notebook: Any, values: Mapping[str, object]) -> None:
    """Put a cell with other values after the one that is tagged `parameters`."""
    import nbformat

    for place, cell in enumerate(notebook.cells):
        if PARAMETERS in cell.metadata.get("tags", []):
            source = "\n".join(f"{name} = {value!r}" for name, value in values.items())
            made = nbformat.v4.new_code_cell(source, metadata={"tags": ["injected-parameters"]})
            notebook.cells.insert(place + 1, made)
            return
    raise _words.refusal("no_parameters")


def _write(notebook: Any, path: Path) -> Path:
    path.write_text(plain(notebook), encoding="utf-8")
    return path


def plain(notebook: Any) -> str:
    """The text of a notebook with stable ids and only the metadata that a reader needs: the same content is the same text."""
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
    return str(nbformat.writes(notebook)) + "\n"
