"""The cells of an Excel 97-2003 workbook as JSON, run as a script: what its library does to a broken file ends this process alone."""

from __future__ import annotations

import datetime
import io
import json
import sys

MEMORY = 1024 * 1024 * 1024
SECONDS = 60


def cells(content: bytes) -> list[tuple[str, list[list[object]]]]:
    """Name and rows of each sheet; a day or a moment as a list of its ISO text."""
    import python_calamine

    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    return [(name, [[_plain(cell) for cell in row] for row in book.get_sheet_by_name(name).iter_rows()]) for name in book.sheet_names]


def _plain(cell: object) -> object:
    if isinstance(cell, datetime.date):
        return [datetime.datetime.fromisoformat(cell.isoformat()).isoformat()]
    return cell if isinstance(cell, str | int | float) else str(cell)


def main() -> None:
    """Standard input to standard output, within a bound of memory where the system knows one."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    except (ImportError, ValueError, OSError):
        pass  # Windows has none; the time is bounded in any case
    json.dump(cells(sys.stdin.buffer.read()), sys.stdout)


if __name__ == "__main__":
    main()
