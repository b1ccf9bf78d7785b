"""A value that several people share gives nobody's rows: within one table, and over all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations

from ivplus_tools import _persons
from ivplus_tools._persons import EXACT, NORMALISED
from ivplus_tools.rights.tables import LINKED, SEVERAL, Row, Table, cells_of

TELLING_APART = ("identity_code", "birth_date", "full_name")


def apart(table: Table, rows: list[Row]) -> list[Row]:
    """Rows that seem sure and tell of several people are doubtful, all of them: one address may be a family's."""
    sure = [one for one in rows if one.sure and LINKED not in one.how]
    for kind in TELLING_APART:
        if len(_told(kind, ((table, one) for one in sure))) > 1:
            for one in sure:
                one.sure, one.how = False, (*one.how, SEVERAL)
            break
    return rows


def settle(tables: Sequence[Table]) -> None:
    """A value that leads to several people in one table leads to nobody surely in another, where nothing else tells who is meant."""
    every = [(table, row) for table in tables for row in table.rows]
    shared = {kind for kind in _persons.STRONG if _is_shared(kind, [one for one in every if kind in _strong(one[1])])}
    for _, row in every:
        known = (
            LINKED in row.how
            or "taken" in row.how
            or any(f"{kind}:{how}" in row.how for kind in TELLING_APART for how in (EXACT, NORMALISED))
        )
        if row.sure and not known and _strong(row) and _strong(row) <= shared:
            row.sure, row.how = False, (*row.how, SEVERAL)


def _strong(row: Row) -> set[str]:
    """The kinds of which a row holds the very value."""
    told = {kind for kind, _, how in (one.partition(":") for one in row.how) if how in (EXACT, NORMALISED)}
    return told & _persons.STRONG


def _is_shared(kind: str, carriers: Sequence[tuple[Table, Row]]) -> bool:
    """Whether those who hold a value are several; a key of two systems is one only where both call it alike."""
    if kind == "person_key" and len({name for table, _ in carriers for name, told in table.kinds.items() if told == kind}) > 1:
        return True
    if any(len(_told(one, carriers)) > 1 for one in TELLING_APART[:2]):
        return True
    names = _told("full_name", carriers)
    return any(_persons.compared("full_name", one, two) == _persons.OTHER for one, two in combinations(sorted(names), 2))


def _told(kind: str, rows: Iterable[tuple[Table, Row]]) -> set[str]:
    return {_persons.FORMS[kind](cell) for table, row in rows for cell in cells_of(table, row.cells, kind) if cell.strip()}
