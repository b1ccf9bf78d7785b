"""The few statements that every engine runs word for word; names and texts are quoted here only.

No calendar arithmetic happens in a query: `retention` counts with start days in Python, and what
comes back to a query is a constant, or a list of the start texts that are meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from ivplus_tools import _dates, _words

EARLIEST = date(1900, 1, 1)
"""No start before this day is believed: 0001-01-01 and 1753-01-01 are how programs write 'none'."""
LONGEST_START = 40
"""Signs of the longest text that can be a start; longer ones are cut one sign later, and no start."""
NATIVE = ("date", "moment")
NUMBERS = ("int", "decimal", "number")
HOUR = {"epoch_s": 3600, "epoch_ms": 3_600_000}
DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
LATE_DAY = "(19[3-9][0-9]|[2-9][0-9]{3})-[0-9]{2}-[0-9]{2}"  # offsets of Helsinki are whole hours
TIME = "[ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.,][0-9]+)?)?"

EVERY = "1 = 1"
STARTS = """
SELECT s.d, count(*) AS n FROM (SELECT {start} AS d FROM {table} AS t WHERE {where}) AS s GROUP BY s.d
"""
EXAMPLES = """
SELECT s.d, min(s.x) AS x, count(*) AS n
FROM (SELECT {start} AS d, {shown} AS x FROM {table} AS t WHERE {where}) AS s GROUP BY s.d
"""
NEAR = """
SELECT {shown} AS k, count(*) AS n FROM {table} AS t
WHERE ({bare} OR {odd}) AND {free} GROUP BY {shown}
"""
BARE = "{bare} IN (SELECT s.k FROM {temp}ivplus_near AS s)"
STARTS_OF = "WITH chosen AS (SELECT {chosen} FROM {table} AS t WHERE {where}) {counted}"
COUNTED = "SELECT {place} AS which, {name} AS d, count(*) AS n FROM chosen GROUP BY {name}"
FOUND = "SELECT DISTINCT -1 AS which, {empty} AS d, g.n AS n FROM chosen AS c JOIN {temp}ivplus_told AS g ON c.k = g.k"
HELD = "{key} IN (SELECT h.k FROM {temp}ivplus_holds AS h)"  # a semi-join; EXISTS would mark every row
FREE = "NOT EXISTS (SELECT 1 FROM {temp}ivplus_holds AS h WHERE {key} = h.k)"  # of NOT IN no anti-join
COMPARABLE = "SELECT 1 AS n FROM {temp}ivplus_told AS g WHERE g.k IN (SELECT h.k FROM {temp}ivplus_holds AS h) LIMIT 1"
MEANT = "{start} IN (SELECT s.k FROM {temp}ivplus_starts AS s)"
ENTRIES = "SELECT {key} AS k, {start} AS d FROM {table} AS t WHERE {where}"
WHOLE = "SELECT * FROM {table} AS t WHERE {where}"
TOTAL = "SELECT count(*) AS n FROM {table} AS t WHERE {where}"
ERASE = "DELETE FROM {table} AS t WHERE {where}"
CHANGE = "UPDATE {table} AS t SET {changes} WHERE {where}"
IN_ONE_READING = """
SELECT GROUPING({names}) AS which, {names}, held, keyless, count(*) AS n
FROM (
  SELECT {starts}, h.k AS hk, {empty} AS keyless, h.k IS NOT NULL AS held
  FROM {table} AS t LEFT JOIN {temp}ivplus_holds AS h ON {key} = h.k WHERE {where}
) AS s
GROUP BY GROUPING SETS ({sets})
"""
LATEST = """
(SELECT CASE WHEN sum(CASE WHEN {bad} THEN 1 ELSE 0 END) > 0 THEN {none} ELSE {top} END FROM {table} AS l WHERE {key} = {other})
"""
SMALLEST = """
SELECT min(n) AS k FROM (SELECT count(*) AS n FROM {table} AS t WHERE {where} GROUP BY {columns}) AS g
"""
LINKED = """
SELECT count(*) AS n FROM {table} AS t WHERE {where}
AND EXISTS (SELECT 1 FROM {other} AS o WHERE CAST(o.{column} AS VARCHAR) = CAST(t.{column} AS VARCHAR))
"""

Matches = Callable[[str, str], str]
"""How an engine says that the whole of a text fits a pattern."""


def compose(text: str, **parts: str) -> str:
    """A statement with its quoted names put in."""
    return text.format(**parts)


def quoted(name: str) -> str:
    """A name of a table or a column; a part of a name cannot end it."""
    if "\0" in name:
        raise _words.refusal("control_character", code="U+0000")
    return '"' + name.replace('"', '""') + '"'


def literal(got: date | str) -> str:
    """A day or a text as a constant. Engines differ over backslashes: a text with one is refused."""
    if isinstance(got, date):
        return f"DATE '{got.isoformat()}'"
    if "\\" in got or "\0" in got:
        raise _words.refusal("no_literal", got=got)
    return "'" + got.replace("'", "''") + "'"


def constant(got: str) -> str:
    """A text constant as DuckDB reads it: a backslash is itself."""
    return "'" + got.replace("'", "''") + "'"


@dataclass(frozen=True)
class Column:
    """A column: its name, its type as the source tells it, and the family by which it is compared."""

    name: str
    type: str
    family: str
    """`date`, `moment`, `text`, `int`, `decimal`, `number` or `other`."""
    as_text: str = "VARCHAR"
    """What the engine calls a text."""

    @property
    def own(self) -> str:
        """The value in a row."""
        return f"t.{quoted(self.name)}"

    @property
    def text(self) -> str:
        """The value in a row as text."""
        return f"CAST({self.own} AS {self.as_text})"

    @property
    def empty(self) -> str:
        """That a row has no subject key: NULL, or nothing but blanks."""
        null = f"{self.own} IS NULL"
        return f"({null} OR trim({self.text}) = '')" if self.family == "text" else null


@dataclass(frozen=True)
class Start:
    """From what a row's start is read: a column of its own, or the latest of another table.

    Days and moments are compared as such; whatever else is read as text, in the named formats.
    """

    column: Column
    formats: tuple[str, ...] = ()
    latest: str = ""
    """The whole expression where the start stands in another table."""

    @property
    def native(self) -> bool:
        """Whether the engine itself knows the days."""
        return self.column.family in NATIVE

    @property
    def own(self) -> str:
        """The start in a row, as it is stored."""
        return self.latest or self.column.own

    def group(self, matches: Matches) -> str:
        """What rows are grouped by: the day, or a text that still says which day it is."""
        if self.native:
            return self.own if self.column.family == "date" else f"CAST({self.own} AS DATE)"
        text = f"CAST({self.own} AS {self.column.as_text})"
        cut = f"substr({text}, 1, {LONGEST_START + 1})"
        hour = next((HOUR[name] for name in self.formats if name in HOUR), None)
        if hour:
            whole = f"CAST({self.own} AS BIGINT)"
            floor = f"{whole} - (({whole} % {hour}) + {hour}) % {hour}"
            fits = matches(text, "-?[0-9]{1,15}")
            return f"CASE WHEN {fits} THEN CAST({floor} AS {self.column.as_text}) ELSE {cut} END"
        first = f"substr({text}, 1, 13)"
        return (
            f"CASE WHEN length({text}) <= 10 THEN {text}"
            f" WHEN {matches(text, DAY + TIME)} THEN substr({text}, 1, 10)"
            f" WHEN {matches(text, LATE_DAY + TIME + 'Z')} THEN {first} || 'Z'"
            f" WHEN {matches(text, LATE_DAY + TIME + '[+-][0-9]{2}:00')}"
            f" THEN {first} || substr({text}, length({text}) - 5) ELSE {cut} END"
        )

    def until(self, through: date, after: date | None, never: Sequence[date]) -> list[str]:
        """The bare range of the start column, so that every engine can skip what lies outside."""
        low = after + timedelta(days=1) if after else EARLIEST
        without = [day for day in never if low <= day <= through]
        if self.column.family == "date":
            bounds = [f"{self.own} >= {literal(low)}", f"{self.own} <= {literal(through)}"]
            return bounds + [f"{self.own} <> {literal(day)}" for day in without]
        bounds = [f"{self.own} >= {_midnight(low)}", f"{self.own} < {_midnight(_next(through))}"]
        outside = (f"{self.own} < {_midnight(day)} OR {self.own} >= {_midnight(_next(day))}" for day in without)
        return bounds + [f"({one})" for one in outside]


def _next(day: date) -> date:
    return day + timedelta(days=1)


def _midnight(day: date) -> str:
    return f"TIMESTAMP '{day} 00:00:00'"


def latest(start: Column, table: str, other: Column, key: Column, never: Sequence[date], matches: Matches) -> str:
    """The latest start of a row's subject in another table; unknown where any of them is none, or is not read.

    Of texts only plain ISO days can be put in order; one that is written otherwise makes a text that is no day.
    """
    own, same = (f"l.{quoted(one.name)}" for one in (start, other))
    if start.family in NATIVE:
        day = own if start.family == "date" else f"CAST({own} AS DATE)"
        days = ", ".join(map(literal, never))
        bad, none, top = f"({own} IS NULL OR {day} IN ({days}))", "NULL", f"max({own})"
    else:
        text = f"CAST({own} AS {start.as_text})"
        day, days = f"substr({text}, 1, 10)", ", ".join(literal(one.isoformat()) for one in never)
        fits = f"({matches(text, DAY)} OR {matches(text, DAY + TIME)})"
        bad, none, top = f"({own} IS NULL OR NOT {fits} OR {day} IN ({days}))", "'?'", f"max({day})"
    return compose(LATEST, bad=bad, none=none, top=top, table=table, other=same, key=key.own)


COMPARED = {"is": "=", "is_not": "<>", "less": "<", "at_most": "<=", "more": ">", "at_least": ">="}


def condition(column: Column, comparison: str, value: str | None) -> str:
    """A rule's own condition on a column; an order is asked of numbers and days only."""
    if comparison in ("empty", "not_empty"):
        empty = replace(column, family="text").empty
        return empty if comparison == "empty" else f"NOT {empty}"
    told, sign = value or "", COMPARED[comparison]
    if column.family in NUMBERS:
        try:
            number = Decimal(told)
        except ArithmeticError:
            raise _words.refusal("no_number", got=told) from None
        if not number.is_finite():
            raise _words.refusal("no_number", got=told)
        return f"{column.own} {sign} {number:f}"
    if column.family in NATIVE:
        day = _dates.day(told)
        own = column.own if column.family == "date" else f"CAST({column.own} AS DATE)"
        return f"{own} {sign} {literal(day)}"
    if comparison in ("is", "is_not"):
        return f"{column.text} {sign} {literal(told)}"
    raise _words.refusal("no_order", column=column.name, type=column.type)


@dataclass(frozen=True)
class Cut:
    """Which rows of a table are meant: started by a day, held by nobody, in the rule's own scope.

    The same object makes preview, list and erasure.
    """

    table: str
    start: Start
    key: Column | None
    through: date
    after: date | None = None
    """Only what started later than this day: what is new since an earlier cut."""
    holds: bool = False
    """Whether holds by subject apply: a row without a key cannot be shown to be free, and stays."""
    keyed: bool = False
    """Only rows that have a key: the others are anonymous already."""
    never: tuple[date, ...] = ()
    """Days that are no start, or cannot be believed to be one."""
    where: str = EVERY
    texts: frozenset[str] = frozenset()
    """The start texts that are meant, where the engine does not know the days itself."""

    def condition(self, matches: Matches, free: str, temp: str) -> str:
        """The predicate; `free` is how the engine says that no hold has the key, `temp` where our own tables are."""
        parts = [self.where] if self.where != EVERY else []
        if self.start.native:
            parts += self.start.until(self.through, self.after, self.never)
        else:
            parts.append(compose(MEANT, start=self.start.group(matches), temp=temp))
        if self.key is not None and (self.holds or self.keyed):
            parts.append(f"NOT {self.key.empty}")
        if self.key is not None and self.holds:
            parts.append(compose(free, key=self.key.own, temp=temp))
        return " AND ".join(parts)


def starts_of(starts: Sequence[str], key: Column | None, table: str, where: str, found: str | None, temp: str) -> str:
    """How many rows of a condition start when, for several starts in one reading.

    `found` is an empty value of the starts' type: the held keys that are there are listed too.
    """
    chosen = [f"{start} AS s{place}" for place, start in enumerate(starts)]
    parts = [compose(COUNTED, place=str(place), name=f"s{place}") for place in range(len(starts))]
    if found is not None and key is not None:
        chosen.append(f"{key.own} AS k")
        parts.append(compose(FOUND, empty=found, temp=temp))
    counted = " UNION ALL ".join(parts)
    return compose(STARTS_OF, chosen=", ".join(chosen), table=table, where=where, counted=counted)


def one_pass(starts: Sequence[str], key: Column | None, table: str, where: str, temp: str) -> str:
    """The same for a source that is costly to read: everything in one reading."""
    names = [f"s{place}" for place in range(len(starts))]
    told = ", ".join(f"{start} AS {name}" for start, name in zip(starts, names, strict=True))
    sets = ", ".join([*(f"({name}, held, keyless)" for name in names), "(hk)"])
    return compose(
        IN_ONE_READING, names=", ".join([*names, "hk"]), temp=temp, starts=told, sets=sets, table=table,
        where=where, key=key.own if key else "''", empty=key.empty if key else "false",
    )  # fmt: skip


FAMILIES = {
    "moment": r"(TIMESTAMP|DATETIME)(\(\d+\))?( WITH(OUT)? TIME ZONE)?|TIMESTAMP(_NTZ|_LTZ|_S|_MS|_NS|TZ)",
    "date": "DATE",
    "int": r"(TINY|SMALL|BIG)?INT(EGER)?|U(TINY|SMALL)?INT(EGER)?|INT\d",
    "decimal": r"(DECIMAL|NUMERIC)(\(\d+(, *-?\d+)?\))?|U?BIGINT|U?HUGEINT",
    "number": r"DOUBLE( PRECISION)?|FLOAT\d?|REAL",
    "text": r"(VARCHAR|CHAR(ACTER)?( VARYING)?|BPCHAR|TEXT|STRING)(\(\d+\))?|ENUM\(.*\)",
}


def family_of(type_name: str) -> str:
    """The family of a column type as databases name them; a type that is none of these is `other`."""
    name = type_name.upper()
    return next((family for family, told in FAMILIES.items() if re.fullmatch(told, name, re.DOTALL)), "other")


def text_of(key: object) -> str:
    """A key as text: a whole number without a fraction, nothing as an empty text."""
    if key is None:
        return ""
    if isinstance(key, float) and key.is_integer():
        return str(int(key))
    if isinstance(key, Decimal) and key.is_finite() and key == key.to_integral_value():
        return str(int(key))
    if isinstance(key, (bytes, bytearray, memoryview)):
        return bytes(key).decode("utf-8", "surrogateescape")
    return key.isoformat() if isinstance(key, date) else str(key)


def forms(family: str, key: str) -> list[str]:
    """The texts by which a held key may stand in a column of a family; none where it can be none."""
    if family == "text":
        return list(dict.fromkeys([key, key.rstrip(" ")]))
    if family not in ("int", "decimal"):
        return [key]
    try:
        number = Decimal(key)
        whole = number.is_finite() and number == number.to_integral_value()
    except ArithmeticError:
        return []
    if family == "decimal":
        return [f"{number:f}"] if number.is_finite() else [key]
    return [str(int(number))] if whole and -(2**63) <= number < 2**63 else []


@dataclass(frozen=True)
class OfSubject(Cut):
    """Which rows are meant where they are one person's: those with one of these keys, sign by sign."""

    keys: tuple[str, ...] = ()

    @classmethod
    def of(cls, table: str, key: str, keys: Sequence[str]) -> OfSubject:
        """The rows of a table whose key column holds one of the keys."""
        column = Column(key, "", "text")
        return cls(table, Start(column), column, date.max, keys=tuple(keys))

    def condition(self, matches: Matches, free: str, temp: str) -> str:  # noqa: ARG002  no hold is asked here
        """The predicate; without a key no row is meant."""
        if self.key is None or not self.keys:
            return "1 = 0"
        return compose("{key} IN ({keys})", key=self.key.text, keys=", ".join(map(literal, self.keys)))
