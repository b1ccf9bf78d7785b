"""Where a person's rows lie: every source in place, by the data map and its links. What was not searched is told with the answer.

A query brings a wide catch of rows; which of them are the person's is decided here, value by value (`_persons`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ivplus_tools import _persons, _sources, _words
from ivplus_tools._persons import EXACT, NEAR, NORMALISED, OTHER
from ivplus_tools._sources import Column, Engine, compose, constant, reason_of
from ivplus_tools.errors import Refusal
from ivplus_tools.rights import catching
from ivplus_tools.rights.state import Requests

Progress = Callable[[int, int], None]
MOST_ROWS = 20_000
"""Rows of one table that are looked at one by one; a value that catches more tells nobody apart."""
ROUNDS = 5
"""Links that are followed one after another."""
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
    missing: set[str] = field(default_factory=set)
    """Columns of the map that the table does not have."""
    links: tuple[Mapping[str, Any], ...] = ()
    activities: tuple[str, ...] = ()
    rows: list[Row] = field(default_factory=list)
    keys: dict[str, dict[str, str]] = field(default_factory=dict)
    """By column, the keys by which rows are reached, each with how it is known."""

    @property
    def sure(self) -> list[Row]:
        """Rows that are surely the person's."""
        return [one for one in self.rows if one.sure]

    @property
    def near(self) -> list[Row]:
        """Rows that may be the person's, and await the officer."""
        return [one for one in self.rows if not one.sure]


def search(state: Requests, sought: Mapping[str, tuple[str, ...]], progress: Progress | None = None) -> list[Table]:
    """Look for a person in every source: `sought` are the values by kind. A table without an answer says why."""
    found: list[Table] = []
    sources = list(state.bodies("source"))
    for done, source in enumerate(sources):
        found += _of_source(state, source, sought)
        if progress:
            progress(done + 1, 2 * len(sources))
    for _ in range(ROUNDS):
        grown = _follow(found)
        if not grown:
            break
        for source in {one.source for one in grown}:
            _again(state, source, [one for one in grown if one.source == source], sought)
    _tell_unreached(found, sought)
    if progress:
        progress(1, 1)
    return found


def _of_source(state: Requests, source: str, sought: Mapping[str, tuple[str, ...]]) -> list[Table]:
    """Every table of a source, and those of the map that are not there."""
    mapped = {one.name: one for one in _mapped(state, source)}
    found: list[Table] = []
    try:
        with _sources.opened(state.place(source)) as engine:
            there = engine.tables()
            for name in there:
                table = mapped.pop(name, None)
                if table is None:
                    found.append(Table(source, name, NOT_SEARCHED, _say(state, "not_mapped")))
                    continue
                found.append(table)
                if table.state == SEARCHED:
                    _look(state, engine, table, sought)
            beside = _sources.beside_tables(state.place(source))
            found += [Table(source, name, NOT_SEARCHED, _say(state, "no_table")) for name in beside]
    except Refusal as refused:
        done = {one.name for one in found if one.state != SEARCHED or one.rows}
        found = [one for one in found if one.name in done]
        mapped |= {one.name: one for one in _mapped(state, source) if one.name not in done}
        return [*found, *(Table(source, name, NOT_SEARCHED, refused.text(state.lang)) for name in list(mapped) or ["*"])]
    return [*found, *(Table(source, name, NOT_SEARCHED, _say(state, "gone")) for name in mapped)]


def _mapped(state: Requests, source: str) -> Iterator[Table]:
    """The tables of the data map of a source."""
    standing = state.bodies("activity")
    for body in state.bodies("data_table").values():
        if body.get("source") != source:
            continue
        table = Table(source, str(body.get("table")), key=body.get("subject_key") or None)
        if body.get("no_personal_data") == "yes":
            table.state, table.detail = NOT_PERSONAL, f"{body.get('reason')} ({body.get('reviewed_by')})"
        identifying, links = body.get("identifying"), body.get("links")
        table.kinds = {str(one["column"]): str(one["data_kind"]) for one in identifying or () if one.get("data_kind")}
        table.links = tuple(links) if isinstance(links, list) else ()
        table.activities = tuple(one for one in body.get("activities") or () if one in standing)
        if table.key:
            table.kinds.setdefault(table.key, "person_key")
        yield table


def _again(state: Requests, source: str, tables: Iterable[Table], sought: Mapping[str, tuple[str, ...]]) -> None:
    """The same tables once more, now by the keys that were found."""
    try:
        with _sources.opened(state.place(source)) as engine:
            for table in tables:
                _look(state, engine, table, sought)
    except Refusal as refused:
        for table in tables:
            table.state, table.detail, table.rows = NOT_SEARCHED, refused.text(state.lang), []


def _look(state: Requests, engine: Engine, table: Table, sought: Mapping[str, tuple[str, ...]]) -> None:
    """The rows of one table that a value or a key catches; why it was not searched, where it could not be."""
    failing: tuple[type[Exception], ...] = (OSError, UnicodeError, *engine.trouble, *_sources.trouble())
    try:
        engine.demand_whole(table.name)
        columns = list(engine.columns(table.name).values())
        there = {one.name for one in columns}
        table.missing |= {one for one in table.kinds if one not in there}
        table.kinds = {name: kind for name, kind in table.kinds.items() if name in there}
        table.rows, lost = _caught(engine, table, columns, sought)
        unseen = engine.unseen(table.name)
    except Refusal as refused:
        table.state, table.detail, table.rows = NOT_SEARCHED, refused.text(state.lang), []
        return
    except failing as error:
        table.state, table.detail, table.rows = NOT_SEARCHED, reason_of(error), []
        return
    if len(table.rows) > MOST_ROWS:
        table.state, table.rows, table.detail = TOO_MANY, [], _say(state, "too_many", most=MOST_ROWS)
        return
    told = [
        _say(state, "no_columns", names=", ".join(sorted(table.missing))) if table.missing else "",
        _say(state, "unseen", rows=unseen) if unseen else "",
        _say(state, "lost", names=", ".join(sorted(lost & set(table.kinds)))) if lost & set(table.kinds) else "",
        _outside(state, table, sought),
    ]
    table.detail = "; ".join(filter(None, told))


def _outside(state: Requests, table: Table, sought: Mapping[str, tuple[str, ...]]) -> str:
    """Columns of a sought kind that a scan has found and the map does not name: they were not searched."""
    scan = state.bodies("data_scan").get(table.source, {})
    columns = scan.get("found_columns") or ()
    kinds = {*sought, *(CODES if "identity_code" in sought else ())}
    names = [
        str(one["column"])
        for one in columns
        if one.get("table") == table.name and one["column"] not in table.kinds and kinds & {one.get("data_kind"), *(one.get("also") or ())}
    ]
    return _say(state, "outside", names=", ".join(names)) if names else ""


def _caught(engine: Engine, table: Table, columns: Sequence[Column], sought: Mapping[str, tuple[str, ...]]) -> tuple[list[Row], set[str]]:
    """The rows that are caught, judged; and columns that were not wholly taken over."""
    names, rows, gone = [one.name for one in columns], [], set()
    for ask, relation, own, lost in _sources.pieces(engine, table.name, columns):
        shown = dict(zip(names, own, strict=True))
        gone |= {name for name, one in shown.items() if one.name in lost}
        where = catching.condition({name: shown[name] for name in table.kinds}, table.kinds, sought)
        where += [_among(shown[name], keys) for name, keys in table.keys.items() if keys and name in shown]
        if not where:
            continue
        query = compose(
            "SELECT {cells} FROM {table} AS t WHERE {where} LIMIT {most}",
            cells=", ".join(one.text for one in own), table=relation, where=" OR ".join(where), most=str(MOST_ROWS * 2),
        )  # fmt: skip
        for cells in ask(query):
            row = judged(table, dict(zip(names, cells, strict=True)), sought)
            if row:
                rows.append(row)
        if len(rows) > MOST_ROWS:
            break
    return _apart(table, rows), gone


def _among(column: Column, keys: Iterable[str]) -> str:
    return compose("trim({cell}) IN ({keys})", cell=column.text, keys=", ".join(map(constant, sorted(keys))))


def judged(table: Table, cells: dict[str, str | None], sought: Mapping[str, tuple[str, ...]]) -> Row | None:
    """Whether a caught row is the person's, may be, or is not: what contradicts a value makes it doubtful, whatever else agrees."""
    how: dict[str, str] = {}
    against = False
    for kind, values in sought.items():
        told = _compared(table, cells, kind, values)
        if told == OTHER:
            against = True
        elif told:
            how[kind] = told
    reached = {known for column, keys in table.keys.items() for known in [keys.get((cells.get(column) or "").strip())] if known}
    sure = any(kind in _persons.STRONG and told in (EXACT, NORMALISED) for kind, told in how.items()) or LINKED in reached
    if not how and not reached:
        return None
    if sure and not against:
        reached &= {LINKED}
    return Row(cells, sure and not against, (*(f"{kind}:{told}" for kind, told in how.items()), *sorted(reached)))


def _compared(table: Table, cells: Mapping[str, str | None], kind: str, values: Sequence[str]) -> str | None:
    """How the cells of a kind stand to the values of it: the best of them; another's; none where no cell tells.

    A value within free text is near: it may be told by somebody else.
    """
    told = [one for one in _cells_of(table, cells, kind) if one.strip()]
    ways = [_persons.compared(kind, value, one) for value in values for one in told]
    best = min(ways, key=(EXACT, NORMALISED, NEAR, OTHER).index) if ways else None
    texts = (cells.get(name) or "" for name, code in table.kinds.items() if code == "free_text")
    if best in (None, OTHER) and any(_within(kind, values, one) for one in texts):
        return NEAR
    return best


def _cells_of(table: Table, cells: Mapping[str, str | None], kind: str) -> list[str]:
    """The cells of a row that tell of a kind; a name may stand in two columns."""
    found = [cells.get(name) or "" for name in columns_of(table, kind)]
    parts = [cells.get(name) or "" for name, told in table.kinds.items() if told in ("given_name", "family_name")]
    return [*found, " ".join(parts)] if kind == "full_name" and any(parts) else found


def columns_of(table: Table, kind: str) -> list[str]:
    """The columns that hold a kind; an identity code is one of whatever class."""
    codes = CODES if kind == "identity_code" else (kind,)
    return [name for name, told in table.kinds.items() if told in codes]


def _within(kind: str, values: Sequence[str], text: str) -> bool:
    """Whether a longer text tells one of the values."""
    if kind == "full_name":
        words = set(_persons.name(text).split())
        return any(set() < set(_persons.name(one).split()) <= words for one in values)
    found = [one.value for one in _persons.recognised(text) if one.kind == kind]
    return any(_persons.compared(kind, value, one) in (EXACT, NORMALISED) for value in values for one in found)


def _apart(table: Table, rows: list[Row]) -> list[Row]:
    """Rows that seem sure and tell of several people are doubtful, all of them: one address may be a family's."""
    sure = [one for one in rows if one.sure and LINKED not in one.how]
    for kind in ("identity_code", "full_name"):
        told = {_persons.FORMS[kind](cell) for one in sure for cell in _cells_of(table, one.cells, kind) if cell.strip()}
        if len(told) > 1:
            for one in sure:
                one.sure, one.how = False, (*one.how, SEVERAL)
            break
    return rows


def _follow(tables: Sequence[Table]) -> list[Table]:
    """Put the keys of sure rows where links lead; the tables that have learnt a new one."""
    grown = []
    for target in tables:
        if target.state != SEARCHED:
            continue
        before = {column: dict(keys) for column, keys in target.keys.items()}
        for origin in tables:
            if origin is not target and origin.rows:
                _lead(origin, target)
        if target.keys != before:
            grown.append(target)
    return grown


def _lead(origin: Table, target: Table) -> None:
    """What rows of one table tell of another: down a link surely; up a link, or by a key of the same name, perhaps."""
    for link in target.links:
        if link.get("to_table") in (origin.name, f"{origin.source}/{origin.name}") and _same_place(link, origin, target):
            _put(target, str(link["column"]), origin, str(link["to_column"]), LINKED)
    for link in origin.links:
        if link.get("to_table") in (target.name, f"{target.source}/{target.name}") and _same_place(link, target, origin):
            _put(target, str(link["to_column"]), origin, str(link["column"]), LINKED_UP)
    if origin.key and target.key == origin.key:
        _put(target, target.key, origin, origin.key, SAME_KEY)


def _same_place(link: Mapping[str, Any], there: Table, here: Table) -> bool:
    """A link that names no source leads within its own."""
    return "/" in str(link.get("to_table")) or there.source == here.source


def _put(target: Table, column: str, origin: Table, from_column: str, how: str) -> None:
    known = target.keys.setdefault(column, {})
    for row in origin.sure:
        value = (row.cells.get(from_column) or "").strip()
        if value and (value not in known or how == LINKED):
            known[value] = how


def _tell_unreached(tables: Sequence[Table], sought: Mapping[str, tuple[str, ...]]) -> None:
    """A table of the map in which nothing of what was sought could have been found is not said to be empty."""
    asked = {(one.source, one.name) for one in tables if one.state == SEARCHED and _can_ask(one, sought)}
    reached = set(asked)
    for _ in range(ROUNDS):
        for one in tables:
            targets = {(one.source, str(link.get("to_table")).rpartition("/")[2]) for link in one.links}
            targets |= {(source, name) for link in one.links for source, slash, name in [str(link.get("to_table")).partition("/")] if slash}
            if targets & reached:
                reached.add((one.source, one.name))
    for one in tables:
        if one.state == SEARCHED and not one.rows and (one.source, one.name) not in reached:
            one.state = NOT_REACHED


def _can_ask(table: Table, sought: Iterable[str]) -> bool:
    """Whether a table has a column in which a sought value would stand."""
    names = {"given_name", "family_name"} if "full_name" in sought else set()
    return any(columns_of(table, kind) for kind in sought) or bool({"free_text", *names} & set(table.kinds.values()))


def _say(state: Requests, key: str, **facts: object) -> str:
    return _words.say(f"rights.{key}", state.lang, **facts)
