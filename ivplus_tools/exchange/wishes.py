"""How the officer wants a file read: as told now, and as told for an earlier file of the same headings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ivplus_tools import _records, _words
from ivplus_tools._records import Record
from ivplus_tools._state import Stands
from ivplus_tools.exchange.headings import META, Wishes, meaning_of
from ivplus_tools.exchange.parts import shape_key
from ivplus_tools.exchange.preview import LAYOUT, NO_FIELD


def checked(wishes: Wishes, kinds: Mapping[str, type[Record]]) -> Wishes:
    """The officer's word with fields by their key, whatever they were called; an unknown field is refused with the nearest."""
    columns: dict[str, str | None] = {}
    for heading, said in wishes.columns.items():
        name = next((found for kind in kinds if (found := meaning_of(str(said), kind))), None) if said else None
        if said and name is None:
            names = sorted({name for kind in kinds.values() for name in (*kind.model_fields, *kind.shorthand, *META)})
            raise _words.refusal("unknown_field", got=said, kind="Activity", near=_words.nearest(said, names))
        columns[heading] = None if name == "imported" else name  # what has no field is kept there anyway
    given = [name for name in columns.values() if name]
    if len(set(given)) < len(given):
        twice = next(name for name in given if given.count(name) > 1)
        raise _words.refusal("mapped_twice", field=_words.label_of(twice))
    role = _records.code("role", wishes.role) if wishes.role else None
    return replace(wishes, columns=columns, role=role)


def remembered_in(standing: Sequence[Stands]) -> dict[str, Wishes]:
    """How the officer had files of the same headings read before, by their shape."""
    found = {}
    for one in standing:
        if one.entry.kind == LAYOUT:
            record: Any = one.record
            fields = {heading: None if name == NO_FIELD else name for heading, name in (record.columns or {}).items()}
            found[shape_key(record.headings or ())] = Wishes(fields, role=record.role, entry=one.entry.entry)
    return found
