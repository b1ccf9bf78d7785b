"""The cleaned list: the allowed rows of a file as they were, in a file that no program takes for formulas."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ivplus_tools import _store, _words
from ivplus_tools._sources import compose, quoted
from ivplus_tools.exchange import writing as exchanged
from ivplus_tools.marketing.deciding import ALLOWED

if TYPE_CHECKING:
    from ivplus_tools._sources.bench import Bench

NUMBER = re.compile(r"\+[0-9][0-9 ().-]*")
"""A telephone number begins with a sign of formulas and is none."""
KEPT = "SELECT {columns} FROM {seen} AS s JOIN answer AS a USING (n) WHERE a.reason < {allowed} ORDER BY s.n"


def _csv(names: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Commas, UTF-8; an apostrophe disarms formula signs, but a telephone number stays what is dialled."""
    return exchanged.csv_text([names, *rows], harmless=NUMBER).encode("utf-8")


WRITERS: dict[str, Callable[[Sequence[str], Iterable[Sequence[str]]], bytes]] = {".csv": _csv, ".xlsx": exchanged.plain_workbook}
PARQUET = ".parquet"


def demand_kind(path: Path) -> Path:
    """The path of a file that can be written."""
    if path.suffix.lower() not in (*WRITERS, PARQUET):
        raise _words.refusal("marketing_list_kind", got=path.suffix, expected=", ".join((*WRITERS, PARQUET)))
    return path


def put(bench: Bench, listed: str, names: Sequence[str], path: Path) -> Path:
    """Write the allowed rows of the list `listed` (c0, c1, ...) under their names."""
    columns = ", ".join(f"s.c{place} AS {quoted(name)}" for place, name in enumerate(names))
    query = compose(KEPT, columns=columns, seen=quoted(listed), allowed=str(len(ALLOWED)))
    if path.suffix.lower() == PARQUET:
        return _store.put(path, bench.parquet(query))
    rows = (["" if cell is None else str(cell) for cell in row] for row in bench.rows(query))
    return _store.put(path, WRITERS[path.suffix.lower()](names, rows))
