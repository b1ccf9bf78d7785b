"""The macros of `sql/`, nouns for a query: it gets those that it names and those they rest on. Making all takes a tenth of a second."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from ivplus_tools._store.file import SQL

FOLDERS = [SQL]
"""Where queries are sought: those of a room that lies elsewhere too."""
_BEGIN = "CREATE OR REPLACE TEMP MACRO "


def of(query: object) -> str:
    """The statements that make the macros which a text names, in their order."""
    text, needed = str(query).casefold(), []
    for name, statement in reversed(macros().items()):  # each rests on earlier ones only
        if name in text:
            text += statement.casefold()
            needed.append(statement)
    return "".join(reversed(needed))


def macros() -> dict[str, str]:
    """Every macro by its name, with the statement that makes it."""
    return _macros(tuple(FOLDERS))


@cache
def _macros(folders: tuple[Path, ...]) -> dict[str, str]:
    found = (one for folder in folders for one in sorted(folder.glob("*.sql")))
    others = [one for one in found if one.stem not in ("journal", "standing") and not one.name.startswith("migrate_")]
    text = "".join(one.read_text(encoding="utf-8") for one in (SQL / "standing.sql", *others))
    parts = re.split(f"(?m)^(?={_BEGIN})", text)[1:]
    return {part.removeprefix(_BEGIN).partition("(")[0]: part for part in parts}
