"""The cleaned list: the allowed rows of a file as they were, in a file that no program takes for formulas."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ivplus_tools import _sources, _store, _words
from ivplus_tools._sources import compose, quoted
from ivplus_tools.exchange import writing as exchanged
from ivplus_tools.marketing import check as checks
from ivplus_tools.marketing.deciding import ALLOWED

if TYPE_CHECKING:
    from ivplus_tools.marketing.check import Check

NUMBER = re.compile(r"\+[0-9][0-9 ().-]*")
"""A telephone number begins with a sign of formulas and is none."""


def write(found: Check, path: Path) -> Path:
    """Write the list and keep the hash of what was written."""
    writer: dict[str, Callable[[list[str], Iterable[list[str]]], bytes]] = {".csv": _csv, ".xlsx": exchanged.plain_workbook}
    suffix = path.suffix.lower()
    if suffix not in (*writer, ".parquet"):
        raise _words.refusal("marketing_list_kind", got=path.suffix, expected=", ".join((*writer, ".parquet")))
    with _sources.opened(found.place) as engine:
        [table] = engine.tables()
        names = list(engine.columns(table))
    with found._list({f"c{place}": name for place, name in enumerate(names)}) as listed:
        columns = ", ".join(f"s.c{place} AS {quoted(name)}" for place, name in enumerate(names))
        query = compose(checks.KEPT, columns=columns, seen=quoted(listed), allowed=str(len(ALLOWED)))
        if suffix == ".parquet":
            made = _store.put(path, found.bench.parquet(query))
        else:
            rows = (["" if cell is None else str(cell) for cell in row] for row in found.bench.rows(query))
            made = _store.put(path, writer[suffix](names, rows))
    at = found.room.standpoint
    if at.by and not at.past:
        checks.keep(found, {"written_hash": checks.hash_of(made)})
    return made


def _csv(names: list[str], rows: Iterable[list[str]]) -> bytes:
    """Commas, UTF-8; an apostrophe disarms formula signs, but a telephone number stays what is dialled."""
    return exchanged.csv_text([names, *rows], harmless=NUMBER).encode("utf-8")
