"""What every engine does with one open source: name its tables and columns, count starts, list keys, carry out a cut."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from ivplus_tools import _words
from ivplus_tools._sources import sql
from ivplus_tools._sources.sql import Column, Cut, compose
from ivplus_tools.errors import Refusal

Counts = dict[object, int]
"""How many rows start on each value of a start column: a day, a text, or None."""
BATCH = 10_000


@dataclass(frozen=True)
class Tally:
    """How many rows a cut has, and what identifies the list of their keys whatever its order."""

    rows: int
    digest: str
    sample: tuple[str, ...] = ()
    """The five smallest hashes of keys: enough to show that two lists are one, and no key."""


@dataclass(frozen=True)
class Outcome:
    """What carrying out a cut did: rows of the table before and after, and the files kept aside, if any."""

    before: int
    after: int
    kept: str = ""


@dataclass(frozen=True)
class Asked:
    """What a carrying out was asked: `everything`, whether every row may go; `still`, the last look before it; `tag`, for old files."""

    everything: bool
    still: Callable[[], None]
    tag: str


class Engine:
    """One open source. Subclasses say how a statement is run; what is asked is the same text everywhere."""

    one_pass: ClassVar[bool] = False
    """Whether reading is so costly that everything is counted in one reading."""
    can_write: ClassVar[bool] = True
    trouble: tuple[type[Exception], ...] = ()
    """What the engine raises when the source fails."""

    def __init__(self, name: str) -> None:
        self.name = name

    # --- to be told by each engine

    def tables(self) -> list[str]:
        """The names of the tables."""
        raise NotImplementedError

    def _columns(self, table: str) -> dict[str, Column]:
        raise NotImplementedError

    def rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, one after another."""
        raise NotImplementedError

    def fill_holds(self, family: str, keys: Sequence[object]) -> None:
        """Make the relation `ivplus_holds(k)` with these keys."""
        raise NotImplementedError

    def write(self, statement: str) -> int:
        """Run a changing statement; how many rows it changed."""
        raise NotImplementedError

    def begin(self) -> None:
        """Begin a transaction that sees one state of the source."""

    def commit(self) -> None:
        """Make it durable."""

    def rollback(self) -> None:
        """Leave the source as it was."""

    def stamps(self, table: str) -> dict[str, str] | None:  # noqa: ARG002  not asked of an engine that sees one state by itself
        """What tells that the files of a table have changed, by file; None where the engine sees one state by itself."""
        return None

    def close(self) -> None:
        """Let go of the source."""

    # --- the same for all

    def relation(self, table: str) -> str:
        """A table's name in a statement."""
        return sql.quoted(table)

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
            raise _words.refusal("no_column", source=self.name, table=table, got=name, near=_words.nearest(name, known, 3) or "–")
        return known[name]

    def hold(self, key: Column | None, keys: Iterable[str]) -> None:
        """Put held subject keys beside the table, in the type of its key column, before `begin`: a reading transaction writes nothing.

        What cannot be a key of that type matches nothing.
        """
        family = key.family if key else "text"
        self.fill_holds(family, sorted({made for one in keys for made in _typed(family, one)}, key=str))

    def starts(self, table: str, columns: Sequence[Column], key: Column | None) -> list[dict[str, Counts]]:
        """Per start column how many rows start when: `all`, `held` and `keyless` (without a subject key)."""
        if self.one_pass:
            return self._in_one_pass(table, columns, key)
        relation, found = self.relation(table), []
        for column in columns:
            query = compose(sql.STARTS, start=column.start, table=relation)
            counts: Counts = {}
            for day, count in self.rows(query):  # two values of the engine, such as infinity, may be one day here
                counts[day] = counts.get(day, 0) + count
            found.append({"all": counts, "held": {}, "keyless": {}})
        if key is not None:
            conditions = {"held": compose(sql.HELD, key=key.key), "keyless": key.empty}
            for name, condition in conditions.items():
                for places in _alike(columns):
                    for which, day, count in self.rows(sql.starts_of([columns[one] for one in places], relation, condition)):
                        found[places[which]][name][day] = count
        return found

    def _in_one_pass(self, table: str, columns: Sequence[Column], key: Column | None) -> list[dict[str, Counts]]:
        found: list[dict[str, Counts]] = [{"all": {}, "held": {}, "keyless": {}} for _ in columns]
        query = sql.one_pass(columns, self.relation(table), key)
        for which, *days, held, keyless, count in self.rows(query):
            place = _place_of(which, len(columns))
            counts, day = found[place], days[place]
            for name in ["all", *(["held"] if held else []), *(["keyless"] if keyless else [])]:
                counts[name][day] = counts[name].get(day, 0) + count
        return found

    def total(self, table: str) -> int:
        """How many rows a table has."""
        return int(next(iter(self.rows(compose(sql.TOTAL, table=self.relation(table)))))[0])

    def keys(self, cut: Cut) -> Iterator[str]:
        """The subject keys of the rows of a cut, a row each; rows without a key give an empty one."""
        shown = cut.key.key if cut.key else cut.start.start  # without a key, the list of starts tells one state from another
        for (key,) in self.rows(compose(sql.KEYS, key=shown, table=self.relation(cut.table), condition=cut.condition)):
            yield text_of(key)

    def tally(self, cut: Cut, salt: str) -> Tally:
        """Rows and key list of a cut. The digest is a sum of hashes, so that the order in which an engine answers does not matter."""
        count, total = 0, 0
        smallest: list[bytes] = []
        for key in self.keys(cut):
            digest = hashlib.sha256(f"{salt}\0{key}".encode()).digest()
            total = (total + int.from_bytes(digest, "big")) % 2**256
            count += 1
            if len(smallest) < 5 or digest < smallest[-1]:
                smallest = sorted({*smallest, digest})[:5]
        return Tally(count, f"{total:064x}", tuple(one.hex()[:16] for one in smallest))

    committing = False
    """Whether the commit was begun: what fails from then on may have been done."""

    def cascades(self, table: str) -> list[str]:  # noqa: ARG002  files and DuckDB have none
        """Tables whose rows would go, or change, with rows of this one."""
        return []

    def carry_out(self, cut: Cut, changes: Mapping[str, str] | None, expected: Tally, salt: str, asked: Asked) -> Outcome:
        """Erase (or change) the rows of a cut in one transaction, if they still are the expected ones."""
        if others := self.cascades(cut.table):
            raise _words.refusal("cascades", table=cut.table, others=", ".join(others))
        self.begin()
        try:
            demand_same(self.tally(cut, salt), expected)
            before = self.total(cut.table)
            demand_confirmed(before, expected, asked)
            parts = {"table": self.relation(cut.table), "condition": cut.condition}
            if changes is None:
                changed = self.write(compose(sql.ERASE, **parts))
            else:
                sets = ", ".join(f"{sql.quoted(name)} = {made}" for name, made in changes.items())
                changed = self.write(compose(sql.CHANGE, changes=sets, **parts))
            after = self.total(cut.table)
            if changed != expected.rows or after != before - (changed if changes is None else 0):
                raise _words.refusal("drifted", planned=expected.rows, found=changed)
            asked.still()
            self.committing = True
            self.commit()
        except BaseException:
            self.rollback()
            raise
        return Outcome(before, after)


def first_line(error: BaseException) -> str:
    """The first line of a complaint: in English of a refusal, else as it came, else its name."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__


def failed(source: str, error: BaseException) -> Refusal:
    """That a source could not be read or written, in one line."""
    return _words.refusal("source_failed", source=source, reason=first_line(error))


def demand_same(found: Tally, expected: Tally) -> None:
    """Refuse what is not what was planned and approved."""
    if (found.rows, found.digest) != (expected.rows, expected.digest):
        raise _words.refusal("drifted", planned=expected.rows, found=found.rows)


def demand_confirmed(total: int, expected: Tally, asked: Asked) -> None:
    """Refuse to take every row of a table where that was not said."""
    if total == expected.rows and not asked.everything:
        raise _words.refusal("confirm_all", rows=total)


def family_of(type_name: str) -> str:
    """The family of a column type as databases name them."""
    name = type_name.upper()
    families: dict[str, Callable[[], bool]] = {
        "moment": lambda: name.startswith(("TIMESTAMP", "DATETIME")),
        "date": lambda: name == "DATE",
        "int": lambda: re.fullmatch(r"((TINY|SMALL|BIG)?INT(EGER)?|U(TINY|SMALL)?INT(EGER)?|INT\d)", name) is not None,
        "decimal": lambda: name.startswith(("DECIMAL", "NUMERIC", "UBIGINT", "HUGEINT", "UHUGEINT")),
        "number": lambda: name.startswith(("DOUBLE", "FLOAT", "REAL")),
        "text": lambda: name.startswith(("VARCHAR", "CHAR", "TEXT", "STRING", "ENUM")),
    }
    return next((family for family, fits in families.items() if fits()), "other")


def text_of(key: object) -> str:
    """A key as text: a whole number without a fraction, nothing as an empty text."""
    if key is None:
        return ""
    if isinstance(key, float) and key.is_integer():
        return str(int(key))
    if isinstance(key, Decimal) and key == key.to_integral_value():
        return str(int(key))
    return key.isoformat() if isinstance(key, date) else str(key)


def _typed(family: str, key: str) -> list[object]:
    """A held key in the type of the key column; nothing where it can be none."""
    if family not in ("int", "number", "decimal"):
        return [key, key.rstrip(" ")] if family == "text" else [key.casefold()]
    try:
        number = Decimal(key)
        whole = number.is_finite() and number == number.to_integral_value()
    except ArithmeticError:
        return []
    if family == "int":
        return [int(number)] if whole and abs(number) < 2**63 else []
    return [number if family == "decimal" else float(number)]


def _alike(columns: Sequence[Column]) -> list[list[int]]:
    """The places of the columns whose starts are days, and of those whose are texts: they cannot stand in one column of an answer."""
    texts = [place for place, column in enumerate(columns) if column.family == "text"]
    days = [place for place in range(len(columns)) if place not in texts]
    return [places for places in (days, texts) if places]


def _place_of(bits: int, count: int) -> int:
    """Which grouping column is the one that is grouped: GROUPING() has a bit for each of the others."""
    return next(place for place in range(count) if not bits >> (count - 1 - place) & 1)
