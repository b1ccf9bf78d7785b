"""Where a person's rows lie: every source in place, by the data map and its links. What was not searched is told with the answer.

A query brings a wide catch of rows; which of them are the person's is decided here, value by value (`_persons`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from ivplus_tools import _persons, _sources, _words
from ivplus_tools._persons import EXACT, INSIDE, NEAR, NORMALISED, OTHER, WITHIN
from ivplus_tools._sources import Column, Engine, compose, reason_of
from ivplus_tools.errors import Refusal
from ivplus_tools.rights import catching, doubts, leading
from ivplus_tools.rights.state import Requests
from ivplus_tools.rights.tables import CODES, LINKED, NOT_PERSONAL, NOT_SEARCHED, SAME_KEY, SEARCHED, TOO_MANY, Row, Table, cells_of

Progress = Callable[[int, int], None]
MOST_ROWS = 20_000
"""Rows of one table that are looked at one by one; a value that catches more tells nobody apart."""


def search(state: Requests, sought: Mapping[str, tuple[str, ...]], progress: Progress | None = None) -> list[Table]:
    """Look for a person in every source: `sought` are the values by kind. A table without an answer says why."""
    found: list[Table] = []
    sources = list(state.bodies("source"))
    for done, source in enumerate(sources):
        found += _of_source(state, source, sought)
        if progress:
            progress(done + 1, 2 * len(sources))
    _lead_on(state, found, sought)
    if progress:
        progress(1, 1)
    return found


def _lead_on(state: Requests, found: Sequence[Table], sought: Mapping[str, tuple[str, ...]]) -> None:
    """Follow the links of sure rows; say of which tables nothing can be told."""
    doubts.settle(found)
    for _ in range(leading.ROUNDS):
        grown = leading.follow(found)
        if not grown:
            break
        _read_again(state, grown, sought)
        doubts.settle(found)
    leading.demote(found)
    leading.tell_unled(found, partial(_say, state))
    leading.tell_unreached(found, sought)


def decided(state: Requests, found: Sequence[Table], sought: Mapping[str, tuple[str, ...]]) -> None:
    """Follow the links anew after the officer has decided on rows: what they lead to was not looked at, or is not to be."""
    led = [one for one in found if any(one.keys.values()) and one.state == SEARCHED]
    for one in led:
        one.keys = {}
    _read_again(state, led, sought)
    _lead_on(state, found, sought)


def _read_again(state: Requests, tables: Sequence[Table], sought: Mapping[str, tuple[str, ...]]) -> None:
    for source in {one.source for one in tables}:
        _again(state, source, [one for one in tables if one.source == source], sought)


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
            table.own_key = table.key not in table.kinds
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
        table.is_view = table.name in engine.views()
        columns = list(engine.columns(table.name).values())
        there = {one.name for one in columns}
        table.missing |= {one for one in (*table.kinds, *(str(link["column"]) for link in table.links)) if one not in there}
        table.kinds = {name: kind for name, kind in table.kinds.items() if name in there}
        before, (table.rows, lost, is_over) = table.rows, _caught(engine, table, columns, sought)
        leading.taken_again(before, table.rows)
        unseen = engine.unseen(table.name)
    except Refusal as refused:
        table.state, table.detail, table.rows = NOT_SEARCHED, refused.text(state.lang), []
        return
    except failing as error:
        table.state, table.detail, table.rows = NOT_SEARCHED, reason_of(error), []
        return
    if is_over:
        table.state, table.rows, table.detail = TOO_MANY, [], _say(state, "too_many", most=MOST_ROWS)
        return
    told = [
        _say(state, "no_columns", names=", ".join(sorted(table.missing))) if table.missing else "",
        _say(state, "unseen", rows=unseen) if unseen else "",
        _say(state, "lost", names=", ".join(sorted(lost & set(table.kinds)))) if lost & set(table.kinds) else "",
        _outside(state, table, sought),
        _unknown(state, table, there),
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


def _unknown(state: Requests, table: Table, there: set[str]) -> str:
    """Columns that neither the map nor a scan of the whole table has told of: what stands in them was not looked for."""
    scan = state.bodies("data_scan").get(table.source, {})
    scanned = () if scan.get("sampled") else scan.get("scanned_tables") or ()
    known = {name for one in scanned if one.get("table") == table.name for name in one.get("column_names") or ()}
    known |= {*table.kinds, str(table.key), *(str(link["column"]) for link in table.links)}
    return _say(state, "unknown_columns", names=", ".join(sorted(there - known))) if there - known else ""


def _caught(
    engine: Engine, table: Table, columns: Sequence[Column], sought: Mapping[str, tuple[str, ...]]
) -> tuple[list[Row], set[str], bool]:
    """The rows that are caught, judged; columns that were not wholly taken over; and whether more was caught than is looked at."""
    names, rows, gone, is_over = [one.name for one in columns], [], set(), False
    for ask, relation, own, lost in _sources.pieces(engine, table.name, columns):
        shown = dict(zip(names, own, strict=True))
        gone |= {name for name, one in shown.items() if one.name in lost}
        where = catching.condition({name: shown[name] for name in table.kinds}, table.kinds, sought)
        where += [catching.same_key(shown[name], keys) for name, keys in table.keys.items() if keys and name in shown]
        if not where:
            continue
        query = compose(
            "SELECT {cells} FROM {table} AS t WHERE {where} LIMIT {most}",
            cells=", ".join(one.text for one in own), table=relation, where=" OR ".join(where), most=str(MOST_ROWS * 2),
        )  # fmt: skip
        caught = ask(query)
        is_over |= len(caught) >= MOST_ROWS * 2
        for cells in caught:
            row = judged(table, dict(zip(names, cells, strict=True)), sought)
            if row:
                rows.append(row)
        if is_over := is_over or len(rows) > MOST_ROWS:
            break
    return doubts.apart(table, rows), gone, is_over


def judged(table: Table, cells: dict[str, str | None], sought: Mapping[str, tuple[str, ...]]) -> Row | None:
    """Whether a caught row is the person's, may be, or is not: what contradicts a value makes it doubtful, whatever else agrees."""
    how: dict[str, str] = {}
    against = False
    reached = leading.reached(table, cells)
    for kind, values in sought.items():
        told = _compared(table, cells, kind, values)
        if kind == "person_key" and told and told != OTHER and not _is_named(table, cells, values):
            reached.add(SAME_KEY)  # the number of a row in one system is another person's in the next
            continue
        against |= told == OTHER
        if told:
            how[kind] = told
    sure = any(kind in _persons.STRONG and told in (EXACT, NORMALISED) for kind, told in how.items()) or LINKED in reached
    if not reached and not any(told != OTHER for told in how.values()):
        return None
    if sure and not against:
        reached &= {LINKED}
    return Row(cells, sure and not against, (*(f"{kind}:{told}" for kind, told in how.items()), *sorted(reached)))


def _compared(table: Table, cells: Mapping[str, str | None], kind: str, values: Sequence[str]) -> str | None:
    """How the cells of a kind stand to the values of it: the best of them; another's; none where no cell tells.

    A value within a longer text is near: it may be told by somebody else, or stand beside another's.
    """
    told = [one for one in cells_of(table, cells, kind) if one.strip()]
    ways = [_persons.compared(kind, value, one) for value in values for one in told]
    best = min(ways, key=(EXACT, NORMALISED, NEAR, OTHER).index) if ways else None
    texts = [*(cells.get(name) or "" for name, code in table.kinds.items() if code == "free_text"), *(told if kind in WITHIN else ())]
    if best in (None, OTHER) and any(_within(kind, values, one) for one in texts):
        return INSIDE
    return best


def _is_named(table: Table, cells: Mapping[str, str | None], values: Sequence[str]) -> bool:
    """Whether a column that the map calls a person's key holds one of the values."""
    names = (name for name, told in table.kinds.items() if told == "person_key" and not (table.own_key and name == table.key))
    return any(_persons.compared("person_key", value, cells.get(name) or "") != OTHER for name in names for value in values)


def _within(kind: str, values: Sequence[str], text: str) -> bool:
    """Whether a longer text tells one of the values."""
    if kind == "full_name":
        words = set(_persons.name(text).split())
        return any(set() < set(_persons.name(one).split()) <= words for one in values)
    found = [one.value for one in _persons.recognised(text) if one.kind == kind]
    return any(_persons.compared(kind, value, one) in (EXACT, NORMALISED) for value in values for one in found)


def _say(state: Requests, key: str, **facts: object) -> str:
    return _words.say(f"rights.{key}", state.lang, **facts)
