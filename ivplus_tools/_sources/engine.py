"""What every engine does with one open source: tables, counts of starts, keys, carrying out a cut."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import islice
from typing import Any, ClassVar

from ivplus_tools import _words
from ivplus_tools._sources import near, sql
from ivplus_tools._sources.carrying import Asked, Outcome, Tally, demand_confirmed, demand_named, demand_same
from ivplus_tools._sources.reasons import reason_of
from ivplus_tools._sources.sql import Column, Cut, Start, compose, forms, text_of

Counts = dict[object, int]
"""How many rows start on each value of a start column: a day, a text, or None."""
BATCH = 10_000
MOST_STARTS = 200_000
"""A column with more different texts than this is no column of days."""


@dataclass
class Counted:
    """What one reading of a table gave: groups by start, and which held keys are there."""

    groups: list[dict[str, Counts]]
    """Per start: `all`, `held` and `keyless` (without a subject key)."""
    found: frozenset[str]
    doubtful: int = 0
    """Rows whose key is almost a held one."""


class Engine:
    """One open source. Subclasses say how a statement is run; what is asked is the same everywhere."""

    one_pass: bool = False
    """Whether reading is so costly that everything is counted in one reading."""
    can_write: ClassVar[bool] = True
    far: ClassVar[bool] = False
    """Whether its rows are better not brought here one by one."""
    free: ClassVar[str] = sql.FREE
    temp: ClassVar[str] = "temp."
    """What stands before the names of our own tables, so that no table of the source is taken for one."""
    trouble: tuple[type[Exception], ...] = ()
    """What the engine raises when the source fails."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.told: tuple[str, ...] = ()
        """The held keys, as their holds tell them, and those of the table that are almost one."""
        self.doubtful = 0
        """Rows whose key is almost a held one."""

    # --- to be told by each engine

    def tables(self) -> list[str]:
        """The names of what can be counted, views among them."""
        raise NotImplementedError

    def views(self) -> frozenset[str]:
        """Those of them that hold no rows of their own."""
        return frozenset()

    def _columns(self, table: str) -> dict[str, Column]:
        raise NotImplementedError

    def rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, one after another."""
        raise NotImplementedError

    def matches(self, text: str, pattern: str) -> str:
        """That the whole of a text fits a pattern (digits, classes, groups; no backslash)."""
        return f"regexp_full_match({text}, {sql.literal(pattern)})"

    def fill_holds(self, table: str, key: Column | None, told: Sequence[tuple[int, str]]) -> None:
        """Make `ivplus_told(n, k)` and `ivplus_holds(k)`, each k once, in the key's own type."""
        raise NotImplementedError

    def fill_texts(self, name: str, texts: Sequence[str]) -> None:
        """Make the relation of that name, `(k)`, with these texts."""
        raise NotImplementedError

    def bare(self, text: str) -> str:
        """The letters and digits of ASCII in a text, small."""
        return f"lower(regexp_replace({text}, '[^0-9A-Za-z]', '', 'g'))"

    def bare_is(self, text: str, forms: Set[str]) -> str:
        """That what is left bare of a text is one of these."""
        self.fill_texts("ivplus_near", sorted(forms))
        return compose(sql.BARE, bare=self.bare(text), temp=self.temp)

    def like_ascii(self, text: str) -> str:
        """That a text has a sign that stands for letters or digits of ASCII."""
        return self.matches(text, near.LIKE_ASCII)

    def write(self, statement: str) -> int:
        """Run a changing statement; how many rows it changed."""
        raise NotImplementedError

    def begin(self) -> None:
        """Begin a transaction that sees one state of the source."""

    def demand_sound(self) -> None:
        """Refuse what the source would refuse only at the commit."""

    def commit(self) -> None:
        """Make it durable."""

    def rollback(self) -> None:
        """Leave the source as it was."""

    def stamps(self, table: str) -> dict[str, str] | None:  # noqa: ARG002  databases see one state
        """What tells that the files of a table have changed; None where one state is seen anyway."""
        return None

    def records(self, table: str) -> int | None:  # noqa: ARG002  a database counts for itself
        """How many rows there are by a second way of counting; None where there is none."""
        return None

    def recount(self, table: str) -> int | None:
        """The same, slowly, where the first count and the reader differ."""
        return self.records(table)

    def odd_line(self, table: str) -> str:  # noqa: ARG002  only text has lines
        """Where the reader and the second count part, as file and line."""
        return "–"

    def reason(self, error: BaseException) -> str:
        """Why it failed, without what it holds."""
        return reason_of(error)

    def demand_whole(self, table: str) -> None:
        """Refuse a table of which the source shows a part only."""

    def unseen(self, table: str) -> int:  # noqa: ARG002  most tables are seen whole
        """Rows that stand under the table's name and are not read with it."""
        return 0

    def reading(self, table: str) -> str:  # noqa: ARG002  a database has one way
        """How the table is read: another way is another plan."""
        return type(self).__name__

    def where_it_is(self, table: str) -> str:
        """What tells this table from another of the same name elsewhere."""
        raise NotImplementedError

    def effects(self, table: str, changing: bool) -> dict[str, str]:  # noqa: ARG002  files have none
        """What would act beside an erasure (or a change), as it is defined: `trigger x`, `rule x`, `key table`."""
        return {}

    def close(self) -> None:
        """Let go of the source."""

    # --- the same for all

    def relation(self, table: str) -> str:
        """A table's name in a statement."""
        return sql.quoted(table)

    def whole_relation(self, table: str) -> str:
        """The same with what stands under its name elsewhere, for a question that must miss nothing."""
        return self.relation(table)

    def columns(self, table: str) -> dict[str, Column]:
        """The columns of a table by name; a table that is not there is refused with the nearest."""
        if table not in self.tables():
            near = _words.nearest(table, self.tables(), 3) or "–"
            raise _words.refusal("no_table", source=self.name, got=table, near=near)
        return self._columns(table)

    def column(self, table: str, name: str) -> Column:
        """One column; one that is not there is refused with the nearest."""
        known = self.columns(table)
        if name not in known:
            near = _words.nearest(name, known, 3) or "–"
            raise _words.refusal("no_column", source=self.name, table=table, got=name, near=near)
        return known[name]

    def hold(self, table: str, key: Column | None, keys: Iterable[str]) -> None:
        """Put held subject keys beside the table, before `begin`: a reading one writes nothing.

        A key that cannot be of the column's type matches nothing; where the type knows no equality
        nothing could be shown to be free, and it is refused.
        """
        self.told, self.doubtful = tuple(sorted(set(keys))), 0
        self._fill(table, key)
        if not self.told or key is None:
            return
        try:
            next(self.rows(compose(sql.COMPARABLE, temp=self.temp)), None)
        except self.trouble:
            told = {"column": key.name, "type": key.type}
            raise _words.refusal("hold_key_type", source=self.name, **told) from None
        if key.family not in (*sql.NUMBERS, *sql.NATIVE):
            self._hold_near(table, key)

    def _fill(self, table: str, key: Column | None) -> None:
        family = key.family if key else "text"
        pairs = [(n, form) for n, told in enumerate(self.told) for form in forms(family, told)]
        self.fill_holds(table, key, pairs)

    def _hold_near(self, table: str, key: Column) -> None:
        """Hold the keys too that are almost a held one, and count their rows."""
        bare = self.bare_is(key.text, near.bare_forms(self.told))
        parts = {"shown": key.text, "bare": bare, "odd": self.like_ascii(key.text), "table": self.relation(table)}
        free = compose(self.free, key=key.own, temp=self.temp)
        held = {near.folded(told) for told in self.told}
        rows = self.rows(compose(sql.NEAR, **parts, free=free))
        found = {str(told): count for told, count in rows if near.folded(str(told)) in held}
        if found:
            self.told, self.doubtful = (*self.told, *sorted(found)), sum(found.values())
            self._fill(table, key)

    def starts(self, table: str, starts: Sequence[Start], key: Column | None, where: str = sql.EVERY) -> Counted:
        """How many rows start when, by start; and which held keys the rows have."""
        told = [start.group(self.matches) for start in starts]
        relation = self.relation(table)
        if self.one_pass:
            return self._in_one_pass(relation, told, key, where)
        groups: list[dict[str, Counts]] = []
        for start in told:
            counts = self._grouped(compose(sql.STARTS, start=start, table=relation, where=where))
            groups.append({"all": counts, "held": {}, "keyless": {}})
        found: set[str] = set()
        if key is not None:
            conditions = {"held": compose(sql.HELD, key=key.own, temp=self.temp), "keyless": key.empty}
            for name, condition in conditions.items():
                if name == "held" and not self.told:
                    continue
                narrowed = condition if where == sql.EVERY else f"{condition} AND ({where})"
                for places in _alike(starts):
                    first = starts[places[0]]
                    empty = f"CAST(NULL AS {'DATE' if first.native else first.column.as_text})"
                    query = sql.starts_of(
                        [told[one] for one in places], key, relation, narrowed,
                        empty if name == "held" else None,
                        self.temp,
                    )  # fmt: skip
                    for which, day, count in self.rows(query):
                        if which == -1:
                            found.add(self.told[count])
                        else:
                            _add(groups[places[which]][name], day, count)
        return Counted(groups, frozenset(found), self.doubtful)

    def _grouped(self, query: str) -> Counts:
        """Groups of a start; a column that holds too many different texts is refused."""
        counts: Counts = {}
        for day, count in islice(self.rows(query), MOST_STARTS + 1):
            _add(counts, day, count)
        if len(counts) > MOST_STARTS:
            raise _words.refusal("too_many_starts", source=self.name, most=MOST_STARTS)
        return counts

    def _in_one_pass(self, relation: str, starts: Sequence[str], key: Column | None, where: str) -> Counted:
        groups: list[dict[str, Counts]] = [{"all": {}, "held": {}, "keyless": {}} for _ in starts]
        keys: set[object] = set()
        query = sql.one_pass(starts, key, relation, where, self.temp)
        for rows, (which, *days, held, keyless, count) in enumerate(self.rows(query)):
            if rows > MOST_STARTS * (len(starts) + 1):
                raise _words.refusal("too_many_starts", source=self.name, most=MOST_STARTS)
            place = _place_of(which, len(starts) + 1)
            if place == len(starts):
                keys.add(days[place])
                continue
            names = ["all", *(["held"] if held else []), *(["keyless"] if keyless else [])]
            for name in names:
                _add(groups[place][name], days[place], count)
        family = key.family if key else "text"
        found = (told for told in self.told if keys & set(forms(family, told)))
        return Counted(groups, frozenset(found), self.doubtful)

    def examples(self, table: str, start: Start, where: str) -> list[tuple[object, str, int]]:
        """The different starts of a table: as they are grouped, one of their texts, how many rows."""
        text = f"CAST({start.own} AS {start.column.as_text})"
        parts = {"start": start.group(self.matches), "shown": text, "table": self.relation(table)}
        found = islice(self.rows(compose(sql.EXAMPLES, **parts, where=where)), MOST_STARTS + 1)
        told = [(day, text_of(one), int(count)) for day, one, count in found]
        if len(told) > MOST_STARTS:
            raise _words.refusal("too_many_starts", source=self.name, most=MOST_STARTS)
        return told

    def texts(self, table: str, start: Start, where: str) -> list[str]:
        """The different start texts of a table."""
        parts = {"start": start.group(self.matches), "table": self.relation(table), "where": where}
        return [str(told) for told in self._grouped(compose(sql.STARTS, **parts)) if told is not None]

    def condition(self, cut: Cut) -> str:
        """The predicate of a cut."""
        return cut.condition(self.matches, self.free, self.temp)

    def total(self, table: str, where: str = sql.EVERY) -> int:
        """How many rows a table has."""
        query = compose(sql.TOTAL, table=self.relation(table), where=where)
        return int(next(iter(self.rows(query)))[0])

    def entries(self, cut: Cut) -> Iterator[tuple[str, str]]:
        """Subject key and start of each row of a cut; rows without a key give an empty one."""
        key = "''" if cut.key is None else cut.key.own
        if cut.key is not None and cut.key.family not in ("text", *sql.NUMBERS):
            key = cut.key.text
        parts = {"key": key, "start": cut.start.group(self.matches), "table": self.relation(cut.table)}
        for told, start in self.rows(compose(sql.ENTRIES, **parts, where=self.condition(cut))):
            yield text_of(told), text_of(start)

    def tally(self, cut: Cut, secret: bytes, seen: Callable[[str, str], None] | None = None) -> Tally:
        """Rows of a cut, and the sum of their keyed hashes: the order of an answer does not matter."""
        count = total = 0
        for key, start in self.entries(cut):
            made = hmac.digest(secret, f"{key}\0{start}".encode(errors="surrogatepass"), "sha256")
            total = (total + int.from_bytes(made, "big")) % 2**256
            count += 1
            if seen:
                seen(key, start)
        return Tally(count, f"{total:064x}")

    committing = False
    """Whether the commit was begun: what fails from then on may have been done."""

    def carry_out(self, cut: Cut, changes: Mapping[str, str] | None, expected: Tally, asked: Asked) -> Outcome:
        """Erase (or change) the rows of a cut in one transaction, if they are the expected ones."""
        demand_named(self.effects(cut.table, changes is not None), asked)
        self.begin()
        try:
            demand_same(self.tally(cut, asked.secret, asked.seen), expected)
            before, marks = self.total(cut.table), self._marks(cut) if asked.effects else {}
            demand_confirmed(before, expected, asked)
            changed = self.write(self._statement(cut, changes))
            self.demand_sound()
            after = self.total(cut.table)
            if changed != expected.rows or after != before - (0 if changes else changed):
                raise _words.refusal("drifted", planned=expected.rows, found=changed)
            touched = self._touched(marks, asked)
            asked.still()
            self.committing = True
            self.commit()
        except BaseException:
            self.rollback()
            raise
        return Outcome(before, after, touched=touched)

    def _marks(self, cut: Cut) -> dict[str, tuple[int, int]]:
        """Rows of every table, and a sum of their hashes; of the cut's own table those that stay."""
        found = {}
        for table in self.tables():
            if table not in self.views():
                where = sql.EVERY if table != cut.table else f"({self.condition(cut)}) IS NOT TRUE"
                found[table] = self._mark(table, where)
        return found

    def _mark(self, table: str, where: str) -> tuple[int, int]:
        count = total = 0
        for row in self.rows(compose(sql.WHOLE, table=self.relation(table), where=where)):
            made = hashlib.sha256(repr(row).encode(errors="surrogatepass")).digest()
            count, total = count + 1, (total + int.from_bytes(made, "big")) % 2**256
        return count, total

    def _touched(self, before: Mapping[str, tuple[int, int]], asked: Asked) -> tuple[str, ...]:
        """What acted beside the erasure, by table; refused where it reached rows that may be held."""
        now = {table: self._mark(table, sql.EVERY) for table in before}  # of the cut's own only what stayed is left
        changed = [table for table in before if now[table] != before[table]]
        if held := [table for table in changed if table in asked.guarded]:
            raise _words.refusal("held_touched", tables=", ".join(held))
        return tuple(f"{table}: {before[table][0]} → {now[table][0]}" for table in changed)

    def _statement(self, cut: Cut, changes: Mapping[str, str] | None) -> str:
        parts = {"table": self.relation(cut.table), "where": self.condition(cut)}
        if changes is None:
            return compose(sql.ERASE, **parts)
        sets = ", ".join(f"{sql.quoted(name)} = {made}" for name, made in changes.items())
        return compose(sql.CHANGE, changes=sets, **parts)


def _add(counts: Counts, day: object, count: int) -> None:
    """Two values of an engine, such as infinity, may be one day here."""
    counts[day] = counts.get(day, 0) + count


def _alike(starts: Sequence[Start]) -> list[list[int]]:
    """Places of the starts that are days, and of those that are texts: one answer has one type."""
    days = [place for place, start in enumerate(starts) if start.native]
    texts = [place for place in range(len(starts)) if place not in days]
    return [places for places in (days, texts) if places]


def _place_of(bits: int, count: int) -> int:
    """Which grouping column is grouped: GROUPING() has a bit for each of the others."""
    return next(place for place in range(count) if not bits >> (count - 1 - place) & 1)
