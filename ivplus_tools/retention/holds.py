"""Legal holds: which of them reach a rule on a day, whose rows they keep, and what they point at in vain."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from ivplus_tools import _sources, _words
from ivplus_tools._sources import Engine, compose, text_of
from ivplus_tools.retention.records import Hold, RetentionRule, RuleCount
from ivplus_tools.retention.state import Retention

KEYS = "SELECT {column} FROM {table} AS t WHERE {where}"


@dataclass(frozen=True)
class Held:
    """What is held of a rule's rows: everything, or those of some subjects. `by`: the holds."""

    everything: bool
    keys: frozenset[str]
    by: tuple[str, ...]
    subjects: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The subjects that each hold names itself."""
    queries: dict[str, frozenset[str]] = field(default_factory=dict)
    """The keys that each hold's query has found."""

    @property
    def some(self) -> bool:
        """Whether rows of single subjects are held: a row without a key cannot be shown to be free."""
        return bool(self.keys)

    def missing(self, found: Iterable[str]) -> dict[str, list[int]]:
        """By hold, the numbers of the subjects that were found in no row (1 is the first)."""
        there = set(found)
        told = {name: [number for number, key in enumerate(keys, 1) if key not in there] for name, keys in self.subjects.items()}
        return {name: numbers for name, numbers in told.items() if numbers}


def in_force(hold: Hold, on: date) -> bool:
    """Whether a hold is in force on a day."""
    begun = hold.held_from is None or hold.held_from <= on
    return begun and (hold.held_until is None or on <= hold.held_until)


def touches(hold: Hold, rule: RetentionRule, but: frozenset[str] = frozenset()) -> bool:
    """Whether a rule is within what a hold names; a rule that leaves a field empty may be about anything.

    `but`: names of the hold that are not asked.
    """
    same = ["rules" in but or hold.rules is None or _folded(rule.id) in map(_folded, hold.rules)]
    same += [
        name in but or told is None or own is None or _folded(told) == _folded(own)
        for name, told, own in (
            ("activity", hold.activity, rule.activity),
            ("data_category", hold.data_category, rule.data_category),
            ("source", None if hold.held_table else hold.source, rule.source),
        )
    ]
    return all(same)


def _folded(text: str | None) -> str:
    return " ".join(unicodedata.normalize("NFC", text or "").split()).casefold()


def elsewhere(state: Retention, hold: Hold, rule: RetentionRule) -> bool:
    """Whether a hold names another source that lies in the very place of the rule's."""
    if not hold.source or hold.held_table or not rule.source or hold.source == rule.source:
        return False
    places = {one.id: one.location for one in state.records("source")}
    mine, other = places.get(rule.source), places.get(hold.source)
    if not mine or not other:
        return False
    return mine == other or state.place(rule.source).same_as(state.place(hold.source))


def dangling(state: Retention, hold: Hold, rules: Sequence[RetentionRule]) -> list[tuple[str, str]]:
    """What a hold names and nothing stands for, as field and name: it cannot be known whom it holds."""
    known = {kind: set(state.bodies(kind)) for kind in ("activity", "source", "retention_rule")}
    known["activity"] |= {str(rule.activity) for rule in rules}
    known["data_category"] = {str(rule.data_category) for rule in rules} | _categories(state)
    named = [("rules", "retention_rule", ref) for ref in hold.rules or ()]
    named += [(name, name, getattr(hold, name)) for name in ("activity", "source", "data_category")]
    folded = {kind: {_folded(one) for one in many} for kind, many in known.items()}
    return [(name, ref) for name, kind, ref in named if ref and _folded(ref) not in folded[kind]]


def _categories(state: Retention) -> set[str]:
    """Categories of data that the register knows."""
    bodies = state.bodies("activity").values()
    return {str(one) for body in bodies for one in body.get("data_categories") or () if isinstance(one, str)}


def held_by(
    state: Retention, rule: RetentionRule, holds: Sequence[Hold], on: date,
    asked: dict[str, frozenset[str]], beside: Engine | None = None,
) -> Held:  # fmt: skip
    """What is held of a rule on a day. `asked`: answers of queries, so that each runs once."""
    mine = [
        hold
        for hold in holds
        if in_force(hold, on) and (touches(hold, rule) or (elsewhere(state, hold, rule) and touches(hold, rule, frozenset({"source"}))))
    ]
    everything = any(not hold.subjects and not hold.held_table for hold in mine)
    keys: set[str] = set()
    for hold in mine:
        keys |= set(hold.subjects or ())
        if hold.held_table:
            if hold.id not in asked:
                asked[hold.id] = frozenset(keys_of(state, hold, beside))
            keys |= asked[hold.id]
    subjects = {hold.id: tuple(hold.subjects) for hold in mine if hold.subjects}
    queries = {hold.id: asked[hold.id] for hold in mine if hold.held_table}
    return Held(everything, frozenset(keys), tuple(hold.id for hold in mine), subjects, queries)


def held_now(state: Retention, rule: RetentionRule, on: date | None = None, beside: Engine | None = None) -> Held:
    """What is held of a rule's rows, by the holds of this moment: the journal is read anew."""
    now = state.again()
    return held_by(now, rule, now.records("hold"), on or state.on, {}, beside)


def keys_of(state: Retention, hold: Hold, beside: Engine | None = None) -> list[str]:
    """The subject keys that a query on a source holds, as they are stored there.

    A source that cannot be asked stops everything: nothing could be shown to be free.
    """
    with _sources.opened(state.place(hold.source), beside=beside) as engine:
        table = str(hold.held_table)
        engine.demand_whole(table)
        if table in engine.tables() and engine.records(table) not in (None, engine.total(table)):
            raise _words.refusal("unread_rows", source=engine.name, table=table, read=engine.total(table),
                                 found=engine.recount(table), line=engine.odd_line(table))  # fmt: skip
        column = engine.column(table, str(hold.held_column))
        conditions = [f"{engine.column(table, name).text} = {_sources.literal(told)}" for name, told in (hold.held_where or {}).items()]
        shown = column.own if column.family in ("text", "int", "decimal", "number") else column.text
        where = " AND ".join([f"{column.own} IS NOT NULL", *conditions])
        query = compose(KEYS, column=shown, table=engine.whole_relation(table), where=where)
        return sorted({text_of(key) for (key,) in engine.rows(query)})


def demand_clear(state: Retention, rule: RetentionRule, held: Held, found: frozenset[str]) -> None:
    """Refuse to plan or erase where a hold in force points at nothing: whom it means is not known.

    A subject has to be found under a rule that its hold names, else in some table that the hold
    reaches, by this reading or by the last scans.
    """
    on, rules = state.on, state.records("retention_rule")
    missing = held.missing(found)
    for hold in state.records("hold"):
        if not in_force(hold, on):
            continue
        vain = dangling(state, hold, rules)
        if vain and touches(hold, rule, frozenset(name for name, _ in vain)):
            raise _words.refusal("hold_dangling", hold=hold.id, ref=vain[0][1])
        here = set(missing.get(hold.id, ()))
        if here and not (hold.rules and rule.id in hold.rules):
            here &= lost(state, hold, [one for one in rules if one.id != rule.id])
        if here:
            raise _words.refusal("hold_lost", hold=hold.id, rows=len(here))
        keys = held.queries.get(hold.id, frozenset())
        if keys and not keys & set(found) and query_lost(state, hold, [one for one in rules if one.id != rule.id], doubt=True) != 0:
            raise _words.refusal("hold_lost", hold=hold.id, rows=len(keys))


def lost(state: Retention, hold: Hold, rules: Sequence[RetentionRule], doubt: bool = True) -> set[int]:
    """The numbers of a hold's subjects that no counted table of these rules has.

    A count that was made before the hold stood as it does says nothing of it; where none says anything, all are
    in doubt, or (`doubt=False`) none is called lost.
    """
    counts = _counts(state, doubt)
    mine = [counts[rule.id] for rule in rules if touches(hold, rule) and rule.id in counts]
    told = [found for one in mine if (found := missed(one.not_found, hold)) is not None]
    left = set(range(1, len(hold.subjects or ()) + 1)) if told or doubt else set()
    return left.intersection(*told)


def missing_under(state: Retention, hold: Hold, rule: RetentionRule) -> set[int]:
    """The numbers of a hold's subjects without a row under one rule, by its last scan."""
    counts = (one for scan in state.records("scan") for one in scan.counts or () if one.rule == rule.id)
    told = next((missed(one.not_found, hold) for one in counts), None)
    return told or set()


def told_missing(held: Held, found: frozenset[str]) -> tuple[str, ...]:
    """What a count keeps of held subjects: by hold, the numbers of those without a row; no key."""
    missing, there = held.missing(found), set(found)
    named = (f"{name} {_stamp(keys)}: {' '.join(map(str, missing.get(name, ()))) or '–'}" for name, keys in sorted(held.subjects.items()))
    asked = (f"{name} ?: {len(keys - there)}/{len(keys)}" for name, keys in sorted(held.queries.items()) if keys)
    return (*named, *asked)


def _counts(state: Retention, doubt: bool) -> dict[str, RuleCount]:
    """The last count of each rule; `doubt`: without those of tables that could not be read since, which vouch for nothing."""
    counts = (one for scan in state.records("scan") for one in scan.counts or ())
    return {str(one.rule): one for one in counts if not (doubt and one.problem)}


def query_lost(state: Retention, hold: Hold, rules: Sequence[RetentionRule], doubt: bool = False) -> int | None:
    """How many keys a hold's query finds of which no counted table has any; 0 where one has, None where none tells."""
    counts = _counts(state, doubt)
    told: list[tuple[int, int]] = []
    for rule in rules:
        lines = (counts[rule.id].not_found or ()) if touches(hold, rule) and rule.id in counts else ()
        numbers = (line.removeprefix(f"{hold.id} ?: ") for line in lines if line.startswith(f"{hold.id} ?: "))
        told += [(int(one.partition("/")[0]), int(one.partition("/")[2])) for one in numbers]
    if not told:
        return None
    return max(keys for _, keys in told) if all(missing == keys for missing, keys in told) else 0


def missed(told: Iterable[str] | None, hold: Hold) -> set[int] | None:
    """The numbers of a hold's subjects without a row, out of what a count kept; None where it says nothing."""
    for line in told or ():
        name, _, numbers = line.rpartition(": ")
        if name == f"{hold.id} {_stamp(hold.subjects or ())}":
            return {int(one) for one in numbers.split() if one.isdecimal()}
    return None


def _stamp(subjects: Sequence[str]) -> str:
    """What tells one list of subjects from another."""
    return hashlib.sha256("\0".join(subjects).encode(errors="surrogatepass")).hexdigest()[:8]
