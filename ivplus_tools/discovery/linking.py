"""Which columns hold the keys of another table: told by what they are called and by a sample of their values, as a suggestion only."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from ivplus_tools import _html, _room, _shown, _sources, _words
from ivplus_tools._sources import compose, constant
from ivplus_tools.discovery.counting import SAMPLE
from ivplus_tools.discovery.kinds import NO, YES, words_of
from ivplus_tools.discovery.state import Discovery, parts
from ivplus_tools.errors import Refusal

if TYPE_CHECKING:
    import pandas

    from ivplus_tools._sources import Column, Engine

HELD = 0.95
"""Of a column's values, so many are keys of the other table."""
TRIED = 300
"""Different values of a column that are looked for among the keys of another."""
FEWEST, SHORTEST = 20, 6
"""Different values, and their signs on average, by which values alone tell of a link: smaller numbers meet by chance."""
STEM = 4
"""Letters with which the name of a table and the name of a column begin alike: asiakkaat, asiakas_id."""
WIDEST, MOST_NAMED = 300, 10
"""Columns of a table that are held against others; those beyond are told, the first of them by name."""
KEYS = ("int", "decimal", "text", "other")
COLUMNS = ("source", "table", "column", "to_table", "to_column", "tried", "held", "how", "in_map")
SEEN = "SELECT count(v), count(DISTINCT v), avg(length(v)) FROM (SELECT {own} FROM {table} AS t LIMIT {rows}) AS s(v)"
VALUES = "SELECT v FROM (SELECT {own} FROM {table} AS t LIMIT {rows}) AS s(v) WHERE v IS NOT NULL GROUP BY v ORDER BY hash(v) LIMIT {most}"
FOUND = "SELECT {own}, count(*) FROM {table} AS t WHERE {own} IN ({values}) GROUP BY {own}"
PLAIN = (
    "id",
    "key",
    "avain",
    "nro",
    "nr",
    "no",
    "numero",
    "nummer",
    "number",
    "tunnus",
    "tunniste",
    "koodi",
    "kod",
    "code",
    "name",
    "nimi",
    "namn",
)
"""Words of a name that say that it is a key, and not of what."""
BY_NAMES, BY_VALUES = "names_and_values", "values"


@dataclass(frozen=True)
class Tried:
    """A column of a table: whether its values differ, and some of them. They are kept nowhere."""

    table: str
    column: Column
    unique: bool
    long: bool
    values: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(frozen=True)
class Link:
    """A column whose values are keys of another table: of how many that were tried how many are there, and how it was met."""

    table: str
    column: str
    to_table: str
    to_column: str
    tried: int
    held: int
    how: str


@dataclass
class Links:
    """What a source suggests: `.table` is a frame, `.unread` names tables that could not be read and why. Nothing is recorded."""

    state: Discovery
    source: str
    found: list[Link]
    unread: dict[str, str] = field(default_factory=dict)

    @property
    def table(self) -> pandas.DataFrame:
        """Each link: source, table, column, to_table, to_column, tried and held (values), how, in_map."""
        rows = [
            (self.source, one.table, one.column, one.to_table, one.to_column, one.tried, one.held, one.how, self._in_map(one))
            for one in self.found
        ]
        made = _room.frame(COLUMNS, rows, self.state.lang)
        made.attrs["lists"] = {"how": "link_how", "in_map": "told_or_not"}
        return made

    def of(self, table: str) -> list[dict[str, str]]:
        """The links of one table, as the data map has them."""
        return [{"column": one.column, "to_table": one.to_table, "to_column": one.to_column} for one in self.found if one.table == table]

    def _in_map(self, link: Link) -> str:
        mapped = self.state.map.get((self.source, link.table))
        told = {(one.column, one.to_table, one.to_column) for one in parts(mapped.links if mapped else None)}
        return YES if (link.column, link.to_table, link.to_column) in told else NO

    def __repr__(self) -> str:
        lang = self.state.lang
        line = _words.say("discovery.links", lang, count=len(self.found), source=self.source)
        return "\n".join([line, *(_words.say("discovery.unread", lang, told=f"{name}: {why}") for name, why in self.unread.items())])

    def _repr_html_(self) -> str:
        return _html.paragraph(repr(self)) + str(_shown.show(self.table)._repr_html_())


def links(state: Discovery, source: str) -> Links:
    """The links that a source suggests; a table that cannot be read is told and the others are held against each other."""
    made = Links(state, source, [])
    with _sources.opened(state.place(source)) as engine:
        seen: list[Tried] = []
        if engine.far:
            made.unread[source] = _words.say("discovery.sampled", state.lang, rows=SAMPLE)
        for table in engine.tables():
            with _told(made, engine, table):
                columns = [one for one in engine.columns(table).values() if one.family in KEYS]
                if len(columns) > WIDEST:
                    made.unread[table] = ", ".join(one.name for one in columns[WIDEST:][:MOST_NAMED]) + " …"
                engine.demand_whole(table)
                seen += _seen(engine, table, columns[:WIDEST])
                if unseen := engine.unseen(table):
                    made.unread[table] = _words.say("discovery.unseen", state.lang, rows=unseen)
        for table in dict.fromkeys(one.table for one in seen if one.unique):
            with _told(made, engine, table):
                made.found += _into(engine, [one for one in seen if one.table == table and one.unique], seen)
    made.found.sort(key=lambda one: (one.table, one.column, one.how, one.to_table))
    return made


@contextlib.contextmanager
def _told(made: Links, engine: Engine, table: str) -> Iterator[None]:
    """What fails in a table is told of it."""
    try:
        yield
    except Refusal as refusal:
        made.unread[table] = refusal.text(made.state.lang)
    except (*engine.trouble, *_sources.trouble()) as error:
        made.unread[table] = engine.reason(error)


def _seen(engine: Engine, table: str, columns: Sequence[Column]) -> Iterator[Tried]:
    """Columns of a table that may hold keys, with what its first rows have."""
    for ask, relation, own, _ in _sources.pieces(engine, table, columns, SAMPLE):
        for one, here in zip(columns, own, strict=True):
            told = {"own": here.text, "table": relation, "rows": str(SAMPLE)}
            [[filled, distinct, signs]] = ask(compose(SEEN, **told))
            values = tuple(value for (value,) in ask(compose(VALUES, most=str(TRIED), **told)) if "\0" not in value)
            if filled and values:
                long = one.family in ("text", "other") and len(values) >= FEWEST and signs >= SHORTEST
                yield Tried(table, one, filled == distinct > 1, long, values, _words_of(one.name))
        break


def _into(engine: Engine, keys: Sequence[Tried], every: Sequence[Tried]) -> Iterator[Link]:
    """The links into the keys of one table, which is read once for all of them."""
    asked = [(key, one) for key in keys for one in every if one.table != key.table and (_alike(one, key) or (one.long and key.long))]
    wanted = list(dict.fromkeys(key.column for key, _ in asked))
    met: dict[str, Counter[str]] = {one.name: Counter() for one in wanted}
    for ask, relation, own, _ in _sources.pieces(engine, keys[0].table, wanted, SAMPLE if engine.far else None):
        for column, here in zip(wanted, own, strict=True):
            values = {value for key, one in asked if key.column == column for value in one.values}
            listed = ", ".join(constant(value) for value in sorted(values))
            met[column.name].update(dict(ask(compose(FOUND, own=here.text, table=relation, values=listed))))
    for key, one in asked:
        times = [met[key.column.name][value] for value in one.values]
        held = sum(count == 1 for count in times)
        if held >= HELD * len(times) and max(times) == 1:
            how = BY_NAMES if _alike(one, key) else BY_VALUES
            yield Link(one.table, one.column.name, key.table, key.column.name, len(times), held, how)


def _alike(one: Tried, key: Tried) -> bool:
    """Whether a column is called as a key, or as the table of which it is the key."""
    mine, theirs, table = one.words, key.words, _words_of(key.table.rpartition("!")[2])
    if not mine or not theirs:
        return False
    if not set(theirs) <= set(PLAIN):
        return mine[-len(theirs) :] == theirs
    return any(_begins_alike(word, other) for word in mine if word not in PLAIN for other in table)


@cache
def _words_of(name: str) -> tuple[str, ...]:
    """The words of a name but single letters, which stand before every column in some systems."""
    return tuple(word for word in words_of(name).split() if len(word) > 1)


def _begins_alike(one: str, other: str) -> bool:
    return one[:STEM] == other[:STEM] and min(len(one), len(other)) >= STEM
