"""The macros of `sql/`, nouns for a query: it gets those that it names and those they rest on. Making all takes a tenth of a second."""

from __future__ import annotations

import re
from functools import cache

from ivplus_tools._store.file import SQL

_BEGIN = "CREATE OR REPLACE TEMP MACRO "


def of(query: object) -> str:
    """The statements that make the macros which a text names, in their order."""
    text, needed = str(query).casefold(), []
    for name, statement in reversed(_macros().items()):  # each rests on earlier ones only
        if name in text:
            text += statement.casefold()
            needed.append(statement)
    return "".join(reversed(needed))


@cache
def _macros() -> dict[str, str]:
    others = sorted(one for one in SQL.glob("*.sql") if one.stem not in ("journal", "standing") and not one.name.startswith("migrate_"))
    text = "".join(one.read_text(encoding="utf-8") for one in (SQL / "standing.sql", *others))
    parts = re.split(f"(?m)^(?={_BEGIN})", text)[1:]
    return {part.removeprefix(_BEGIN).partition("(")[0]: part for part in parts}
