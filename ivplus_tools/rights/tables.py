"""What a search holds of each table: what the map says of it, the rows that were caught, and the keys that lead to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PARTLY = "partly"
"""A table that was searched, but not all of it: what was left is told beside."""
SEARCHED, TOO_MANY, NOT_PERSONAL, NOT_SEARCHED, NOT_REACHED = "searched", "too_many", "not_personal", "not_searched", "not_reached"
LINKED, SAME_KEY, LINKED_UP, SEVERAL = "linked", "same_key", "linked_up", "several_people"
CODES = ("identity_code", "test_identity_code", "foreign_identity_code")


@dataclass
class Row:
    """A row that was caught: its cells by column, whether it is surely the person's, and by what."""

    cells: dict[str, str | None]
    sure: bool
    how: tuple[str, ...]


@dataclass
class Table:
    """One table of the search: what the map says of it, and what was found. `columns`: those searched, with their kinds."""

    source: str
    name: str
    state: str = SEARCHED
    detail: str = ""
    key: str | None = None
    kinds: dict[str, str] = field(default_factory=dict)
    is_view: bool = False
    own_key: bool = False
    """Whether the key is one of the table only: no map says that it is the person's in other systems too."""
    missing: set[str] = field(default_factory=set)
    """Columns of the map that the table does not have."""
    links: tuple[Mapping[str, Any], ...] = ()
    activities: tuple[str, ...] = ()
    rows: list[Row] = field(default_factory=list)
    keys: dict[str, dict[str, str]] = field(default_factory=dict)
    """By column, the keys by which rows are reached, each with how it is known."""

    @property
    def told(self) -> str:
        """Its state as it is told."""
        return PARTLY if self.state == SEARCHED and self.detail else self.state

    @property
    def sure(self) -> list[Row]:
        """Rows that are surely the person's."""
        return [one for one in self.rows if one.sure]

    @property
    def near(self) -> list[Row]:
        """Rows that may be the person's, and await the officer."""
        return [one for one in self.rows if not one.sure]


def cells_of(table: Table, cells: Mapping[str, str | None], kind: str) -> list[str]:
    """The cells of a row that tell of a kind; a name may stand in two columns."""
    found = [cells.get(name) or "" for name in columns_of(table, kind)]
    parts = [cells.get(name) or "" for name, told in table.kinds.items() if told in ("given_name", "family_name")]
    return [*found, " ".join(parts)] if kind == "full_name" and any(parts) else found


def columns_of(table: Table, kind: str) -> list[str]:
    """The columns that hold a kind; an identity code is one of whatever class."""
    codes = CODES if kind == "identity_code" else (kind,)
    return [name for name, told in table.kinds.items() if told in codes]
