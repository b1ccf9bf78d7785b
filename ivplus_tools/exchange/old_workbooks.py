"""Workbooks of Excel 97 to 2003 (.xls), by calamine in a process of its own: a broken file ends that library's process."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime

from ivplus_tools import _words
from ivplus_tools.exchange import xls_cells
from ivplus_tools.exchange.limits import Meter
from ivplus_tools.exchange.spreadsheets import Table, cell_text


def xls(content: bytes, meter: Meter) -> Iterator[Table]:
    """The sheets of an old workbook: every cell as text, formulas by their stored values.

    The library tells neither hidden rows nor struck-through text; the preview says so.
    """
    try:
        done = subprocess.run(  # noqa: S603  our own script, no word of the file in its arguments
            [sys.executable, "-I", xls_cells.__file__], input=content, capture_output=True, timeout=xls_cells.SECONDS
        )
    except (subprocess.TimeoutExpired, OSError):
        raise _words.refusal("unknown_shape", path=meter.name, reason="XLS") from None
    if done.returncode:
        key = "locked_file" if b"PasswordError" in done.stderr else "unknown_shape"
        raise _words.refusal(key, path=meter.name, reason="XLS")
    for name, rows in json.loads(done.stdout):
        meter.cells(sum(1 + sum(cell != "" for cell in row) for row in rows))
        yield Table(name, [[_text(cell) for cell in row] for row in rows])


def _text(cell: object) -> str:
    return cell_text(datetime.fromisoformat(cell[0]) if isinstance(cell, list) else cell)
