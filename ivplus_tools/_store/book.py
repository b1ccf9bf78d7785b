"""A journal read once for many standpoints, or what is decided at one: the same answers as the queries of `sql/standing.sql`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from ivplus_tools._store.chain import Entry, counting


@dataclass(frozen=True)
class Book:
    """Entries, oldest first, and the persons kept outside the seals. A part of the entries is a book of an earlier moment."""

    entries: tuple[Entry, ...]
    people: Mapping[str, Mapping[str, str | None]]
    made: dict[int, Any] = field(default_factory=dict, compare=False, repr=False)
    """What rooms have made of entries, by number; it does not change, and is shared by the parts of a book."""

    def known(self, at: datetime | None) -> Sequence[Entry]:
        """The entries known at a moment."""
        return self.entries if at is None else [one for one in self.entries if one.recorded_at <= at]

    def decided(self, on: date, at: datetime | None) -> dict[tuple[str, str], Entry]:
        """The entry that decides of each kind and subject, as the macro of that name: the latest day, then the latest entry."""
        found: dict[tuple[str, str], Entry] = {}
        for one in counting(self.known(at)):
            if one.valid_from <= on:
                key = (one.kind, one.subject)
                before = found.get(key)
                if before is None or (before.valid_from, before.entry) < (one.valid_from, one.entry):
                    found[key] = one
        return {key: found[key] for key in sorted(found)}

    def standing(self, on: date, at: datetime | None) -> list[Entry]:
        """What stands, by kind and subject."""
        return [one for one in self.decided(on, at).values() if one.text is not None]

    def without(self, numbers: Collection[int]) -> Book:
        """The same book in which some entries were never written: for the question what they changed, never for an answer."""
        return replace(self, entries=tuple(one for one in self.entries if one.entry not in numbers))


@dataclass(frozen=True)
class Page:
    """What is decided on one day as known at one moment, and the persons: an answer about that moment needs no other entry."""

    on: date
    at: datetime | None
    decided: Mapping[tuple[str, str], Entry]
    people: Mapping[str, Mapping[str, str | None]]
    made: dict[int, Any] = field(default_factory=dict, compare=False, repr=False)
    """What rooms have made of entries, by number."""
