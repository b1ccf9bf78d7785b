"""The few statements that every engine runs word for word; names and texts are quoted here and nowhere else.

No calendar arithmetic happens in a query: `retention` counts with start days in Python, and what comes back to a query is a constant.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ivplus_tools import _words

EARLIEST = date(1900, 1, 1)
"""A start before this day is no start: 0001-01-01 and 1753-01-01 are how programs write 'none'."""

STARTS = "SELECT {start} AS d, count(*) AS n FROM {table} AS t GROUP BY {start}"
STARTS_OF = "WITH chosen AS (SELECT {starts} FROM {table} AS t WHERE {condition}) {counted}"
COUNTED = "SELECT {place} AS which, {name} AS d, count(*) AS n FROM chosen GROUP BY {name}"
HELD = "{key} IN (SELECT h.k FROM ivplus_holds AS h)"  # an engine makes a semi-join of it; of EXISTS, DuckDB a mark on every row
FREE = "NOT EXISTS (SELECT 1 FROM ivplus_holds AS h WHERE h.k = {key})"  # and of NOT IN, PostgreSQL no anti-join
KEYS = "SELECT {key} AS k FROM {table} AS t WHERE {condition}"
TOTAL = "SELECT count(*) AS n FROM {table} AS t"
ERASE = "DELETE FROM {table} AS t WHERE {condition}"
CHANGE = "UPDATE {table} AS t SET {changes} WHERE {condition}"
IN_ONE_READING = """
SELECT GROUPING({names}) AS which, {names}, held, keyless, count(*) AS n
FROM (SELECT {starts}, {empty} AS keyless, h.k IS NOT NULL AS held FROM {table} AS t LEFT JOIN ivplus_holds AS h ON h.k = {key}) AS s
GROUP BY GROUPING SETS ({sets})
"""
SMALLEST = "SELECT min(n) AS k FROM (SELECT count(*) AS n FROM {table} AS t WHERE {condition} GROUP BY {columns}) AS g"
LINKED = """
SELECT count(*) AS n FROM {table} AS t
WHERE {condition} AND EXISTS (SELECT 1 FROM {other} AS o WHERE CAST(o.{column} AS VARCHAR) = CAST(t.{column} AS VARCHAR))
"""


def compose(text: str, **parts: str) -> str:
    """A statement with its quoted names put in."""
    return text.format(**parts)


def quoted(name: str) -> str:
    """A name of a table or a column; a part of a name cannot end it."""
    if "\0" in name:
        raise _words.refusal("control_character", code="U+0000")
    return '"' + name.replace('"', '""') + '"'


def literal(got: date | str) -> str:
    """A day or a text as a constant. Engines differ over backslashes, so a text that holds one is refused."""
    if isinstance(got, date):
        return f"DATE '{got.isoformat()}'"
    if "\\" in got or "\0" in got:
        raise _words.refusal("no_literal", got=got)
    return "'" + got.replace("'", "''") + "'"


@dataclass(frozen=True)
class Column:
    """A column: its name, its type as the source tells it, and the family by which it is compared."""

    name: str
    type: str
    family: str
    """`date`, `moment`, `text`, `int`, `decimal`, `number` or `other`."""

    @property
    def start(self) -> str:
        """The start day in a row: a day, or the first ten characters of a text."""
        own = f"t.{quoted(self.name)}"
        if self.family == "date":
            return own
        return f"CAST({own} AS DATE)" if self.family == "moment" else f"substr({own}, 1, 10)"

    @property
    def text(self) -> str:
        """The value in a row as text."""
        return f"CAST(t.{quoted(self.name)} AS VARCHAR)"

    @property
    def key(self) -> str:
        """The subject key in a row, as it is compared with holds."""
        own = f"t.{quoted(self.name)}"
        return f"lower(CAST({own} AS VARCHAR))" if self.family in ("other", "date", "moment") else own

    @property
    def empty(self) -> str:
        """That a row has no subject key."""
        own = f"t.{quoted(self.name)}"
        return f"({own} IS NULL OR {own} = '')" if self.family == "text" else f"{own} IS NULL"


@dataclass(frozen=True)
class Cut:
    """Which rows of a table are meant: started by a day, held by nobody. The same object makes preview, list and erasure."""

    table: str
    start: Column
    key: Column | None
    through: date
    after: date | None = None
    """Only what started later than this day: what is new since an earlier cut."""
    holds: bool = False
    """Whether holds by subject apply: then a row without a key cannot be shown to be free, and stays."""
    keyed: bool = False
    """Only rows that have a key: the others are anonymous already."""
    odd: tuple[str, ...] = ()
    """Texts that look like days and are none, such as 2023-02-31."""

    @property
    def condition(self) -> str:
        """The predicate, a bare range of the start column, so that every engine can skip what lies outside."""
        parts = [*self._range()]
        if self.key is not None and (self.holds or self.keyed):
            parts.append(f"NOT {self.key.empty}")
        if self.key is not None and self.holds:
            parts.append(compose(FREE, key=self.key.key))
        return " AND ".join(parts)

    def _range(self) -> list[str]:
        own = f"t.{quoted(self.start.name)}"
        low = self.after + timedelta(days=1) if self.after else EARLIEST
        if self.start.family == "date":
            return [f"{own} >= {literal(low)}", f"{own} <= {literal(self.through)}"]
        if self.start.family == "moment":
            end = self.through + timedelta(days=1)
            return [f"{own} >= TIMESTAMP '{low} 00:00:00'", f"{own} < TIMESTAMP '{end} 00:00:00'"]
        text = self.start.start
        shaped = [f"length({text}) = 10", f"substr({own}, 5, 1) = '-'", f"substr({own}, 8, 1) = '-'"]
        bounds = [f"{text} >= '{low}'", f"{text} <= '{self.through}'"]
        odd = [f"{text} NOT IN ({', '.join(map(literal, self.odd))})"] if self.odd else []
        return [*bounds, *shaped, *odd]


def starts_of(columns: Sequence[Column], table: str, condition: str) -> str:
    """How many rows of a condition start on each day, for several start columns in one reading."""
    named = [f"{column.start} AS s{place}" for place, column in enumerate(columns)]
    counted = [compose(COUNTED, place=str(place), name=f"s{place}") for place in range(len(columns))]
    return compose(STARTS_OF, starts=", ".join(named), table=table, condition=condition, counted=" UNION ALL ".join(counted))


def one_pass(columns: Sequence[Column], table: str, key: Column | None) -> str:
    """The same for a source that is costly to read: all, held and keyless rows of every start column in one reading."""
    names = [f"s{place}" for place in range(len(columns))]
    starts = ", ".join(f"{column.start} AS {name}" for column, name in zip(columns, names, strict=True))
    sets = ", ".join(f"({name}, held, keyless)" for name in names)
    return compose(
        IN_ONE_READING,
        names=", ".join(names),
        starts=starts,
        sets=sets,
        table=table,
        key=key.key if key else "''",
        empty=key.empty if key else "false",
    )
