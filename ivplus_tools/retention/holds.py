"""Legal holds: which of them touch a rule on a day, and whose rows they keep."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from ivplus_tools import _sources
from ivplus_tools._sources import compose, quoted, text_of
from ivplus_tools.retention.records import Hold, RetentionRule

if TYPE_CHECKING:
    from ivplus_tools.retention import RetentionRoom

KEYS = "SELECT DISTINCT {column} FROM {table}{where}"


@dataclass(frozen=True)
class Held:
    """What is held of a rule's rows: everything, or those of some subjects. `by`: the holds."""

    everything: bool
    keys: frozenset[str]
    by: tuple[str, ...]

    @property
    def some(self) -> bool:
        """Whether rows of single subjects are held, so that a row without a key cannot be shown to be free."""
        return bool(self.keys)


def in_force(hold: Hold, on: date) -> bool:
    """Whether a hold is in force on a day."""
    return (hold.held_from is None or hold.held_from <= on) and (hold.held_until is None or on <= hold.held_until)


def touches(hold: Hold, rule: RetentionRule) -> bool:
    """Whether a rule is within what a hold names: its rules, activity, category; its source, where that is no place of a query."""
    same = [hold.rules is None or rule.id in hold.rules]
    same += [
        told is None or _folded(told) == _folded(own)
        for told, own in ((hold.activity, rule.activity), (hold.data_category, rule.data_category))
    ]
    same += [hold.source is None or hold.held_table is not None or hold.source == rule.source]
    return all(same)


def _folded(text: str | None) -> str:
    return " ".join((text or "").split()).casefold()


def held_by(room: RetentionRoom, rule: RetentionRule, holds: Sequence[Hold], on: date, asked: dict[str, frozenset[str]]) -> Held:
    """What is held of a rule on a day. `asked`: answers of queries, so that each runs once."""
    mine = [hold for hold in holds if in_force(hold, on) and touches(hold, rule)]
    everything = any(not hold.subjects and not hold.held_table for hold in mine)
    keys: set[str] = set()
    for hold in mine:
        keys |= set(hold.subjects or ())
        if hold.held_table:
            if hold.id not in asked:
                asked[hold.id] = frozenset(_asked(room, hold))
            keys |= asked[hold.id]
    return Held(everything, frozenset(keys), tuple(hold.id for hold in mine))


def _asked(room: RetentionRoom, hold: Hold) -> Iterable[str]:
    """The subject keys that a query on a source holds. A source that cannot be asked stops the scan: nothing could be shown to be free."""
    with _sources.opened(room.place(hold.source)) as engine:
        table = str(hold.held_table)
        column = engine.column(table, str(hold.held_column))
        conditions = [f"{engine.column(table, name).text} = {_sources.literal(told)}" for name, told in (hold.held_where or {}).items()]
        where = " AS t WHERE " + " AND ".join(conditions) if conditions else " AS t"
        query = compose(KEYS, column=f"t.{quoted(column.name)}", table=engine.relation(table), where=where)
        return [text_of(key).rstrip(" ") for (key,) in engine.rows(query) if key is not None]
