"""Where found rows lead: down links surely, otherwise perhaps; and of which tables, then, something can be said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ivplus_tools import _persons
from ivplus_tools.rights.tables import LINKED, LINKED_UP, NOT_REACHED, SAME_KEY, SEARCHED, Row, Table, columns_of

ROUNDS = 5
"""Links that are followed one after another."""
Say = Callable[..., str]


def follow(tables: Sequence[Table]) -> list[Table]:
    """Put the keys of sure rows where links lead; the tables that have learnt a new one."""
    grown = []
    for target in tables:
        if target.state != SEARCHED:
            continue
        before = {column: dict(keys) for column, keys in target.keys.items()}
        for origin in tables:
            if origin is not target and origin.rows:
                _lead(origin, target)
        for link in links(target, target):
            _put(target, str(link["column"]), target, str(link["to_column"]), LINKED_UP)
        if target.keys != before:
            grown.append(target)
    return grown


def _lead(origin: Table, target: Table) -> None:
    """What rows of one table tell of another: down a link surely; up a link, or by a key of the same name, perhaps."""
    for link in links(target, origin):
        _put(target, str(link["column"]), origin, str(link["to_column"]), LINKED)
    for link in links(origin, target):
        _put(target, str(link["to_column"]), origin, str(link["column"]), LINKED_UP)
    if origin.key and target.key == origin.key:
        _put(target, target.key, origin, origin.key, SAME_KEY)


def links(here: Table, there: Table) -> Iterator[Mapping[str, Any]]:
    """The links of a table to another; one that names no source leads within its own."""
    for link in here.links:
        told = str(link.get("to_table"))
        if told in (there.name, f"{there.source}/{there.name}") and ("/" in told or there.source == here.source):
            yield link


def _put(target: Table, column: str, origin: Table, from_column: str, how: str) -> None:
    known = target.keys.setdefault(column, {})
    for row in origin.sure:
        value = _persons.key(row.cells.get(from_column) or "")
        if value and (value not in known or how == LINKED):
            known[value] = how


def reached(table: Table, cells: Mapping[str, str | None]) -> set[str]:
    """How the keys that were found reach a row; a key that is the same but for zeros before it reaches it perhaps."""
    found = set()
    for column, keys in table.keys.items():
        value = _persons.key(cells.get(column) or "")
        if value in keys:
            found.add(keys[value])
        elif value and any(_persons.compared("person_key", one, value) == _persons.NEAR for one in keys):
            found.add(SAME_KEY)
    return found


def demote(tables: Sequence[Table]) -> None:
    """A key that a doubtful row holds too tells two people apart no longer: what was reached by it alone is doubtful."""
    for _ in range(ROUNDS):
        changed = False
        for target in tables:
            for origin in tables:
                for link in links(target, origin) if origin is not target else ():
                    shared = {_persons.key(row.cells.get(str(link["to_column"])) or "") for row in origin.near} - {""}
                    for row in target.sure:
                        if row.how == (LINKED,) and _persons.key(row.cells.get(str(link["column"])) or "") in shared:
                            row.sure, row.how, changed = False, (SAME_KEY,), True
        if not changed:
            return


def tell_unled(tables: Sequence[Table], wording: Say) -> None:
    """Links that could not be followed, since a column is not there or a row of the person has no key, are told."""
    for target in tables:
        for origin in tables:
            for link in links(target, origin) if origin is not target and target.state == SEARCHED else ():
                column = str(link["to_column"])
                told = ""
                if origin.rows and column not in origin.rows[0].cells:
                    told = wording("no_columns", names=f"{origin.name}.{column}")
                elif empty := sum(not _persons.key(row.cells.get(column) or "") for row in origin.sure):
                    told = wording("no_link_key", table=f"{origin.source}/{origin.name}", rows=empty)
                if told and told not in target.detail:
                    target.detail = "; ".join(filter(None, (target.detail, told)))


def tell_unreached(tables: Sequence[Table], sought: Mapping[str, tuple[str, ...]]) -> None:
    """A table of the map in which nothing of what was sought could have been found is not said to be empty."""
    asked = {(one.source, one.name) for one in tables if one.state == SEARCHED and _can_ask(one, sought)}
    led = set(asked)
    for _ in range(ROUNDS):
        for one in tables:
            if any((there.source, there.name) in led for there in tables for _ in links(one, there)):
                led.add((one.source, one.name))
    for one in tables:
        if one.state == SEARCHED and not one.rows and (one.source, one.name) not in led:
            one.state = NOT_REACHED


def _can_ask(table: Table, sought: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether a table has a column in which a sought value would be found: by a day of birth, or half a name, none is."""
    told = set(table.kinds.values())
    named = "full_name" in sought and {"given_name", "family_name"} <= told
    within = "free_text" in told and bool({"full_name", "postal_address", *_persons.WITHIN} & set(sought))
    keyed = [name for name in columns_of(table, "person_key") if not (table.own_key and name == table.key)]
    others = any(columns_of(table, kind) for kind in sought if kind not in ("birth_date", "person_key"))
    return named or within or others or ("person_key" in sought and bool(keyed))


def taken_again(before: Sequence[Row], now: Sequence[Row]) -> None:
    """What the officer took as the person's stays so where a table is read again."""
    taken = Counter(tuple(one.cells.values()) for one in before if "taken" in one.how)
    for row in now:
        told = tuple(row.cells.values())
        if taken[told] > 0:
            taken[told] -= 1
            row.sure, row.how = True, (*row.how, "taken")
