"""What the values of a table's columns look like: a spread sample tells how each column is counted, then the whole table is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from ivplus_tools._sources import Ask, Column, compose, constant
from ivplus_tools.discovery import checksums
from ivplus_tools.discovery.kinds import Kind, kinds, names

SAMPLE = 20_000
"""Rows of a spread sample."""
WHOLE = 30_000
"""A table of at most so many rows is its own sample."""
FEW = 500
"""Different values of a sample; a column with no more is counted by its values."""
MOST_GROUPS = 20_000
MOST_CODED = 3_000
"""Different values of a sample whose kinds are told one by one; those that come most often first."""
MOST_NAMES = 2_000
"""Different values of a sample in which names are looked for."""
DENSE = 0.5
"""The share of a sample from which a column is of a kind beyond doubt."""
INSIDE = 1_000
"""Added to the number of a kind that stands within a longer value."""
FAILED = -1
"""A value has the shape of a kind with a check and fails it: the number of the kind, turned round."""
WIDE = 60
"""Columns that are asked about at a time."""
SAMPLED = "CREATE OR REPLACE TEMP TABLE ivplus_sample AS SELECT {columns} FROM {table} AS t {sample}"
SPREAD = "TABLESAMPLE system({percent} PERCENT) REPEATABLE (7)"
SOME = "USING SAMPLE reservoir({rows} ROWS) REPEATABLE (7)"
COUNTED = "SELECT count(*), {counts} FROM {table} AS t"
CODED = "SELECT {codes} FROM {table} AS t"
WITH_BITS = "SELECT {codes} FROM (SELECT {bits} FROM {table} AS t)"
HAS = "count_if(regexp_matches({own}, {some}))"
FACED = (
    "count(DISTINCT {own}), count({own}), count_if(regexp_matches({own}, '[0-9@]')), "
    "count_if(regexp_matches({own}, '^ ?([0-9]{{4}}-[0-9]|[0-9]{{1,2}}[.][0-9]{{1,2}}[.][0-9]{{4}} ?$)')), "
    "count_if(regexp_full_match({own}, '[\\p{{L}} .,''-]+')), "
    "count_if(regexp_full_match({own}, '(?i)\\s*([-?.]*|n/?a|null|none|nil|nan|tyhjä|ei tiedossa|unknown|okänt)\\s*'))"
)
VALUES = (
    "SELECT {own} AS v, count(*) AS n FROM {table} AS t WHERE {own} IS NOT NULL GROUP BY {own} ORDER BY {first}hash({own}) LIMIT {most}"
)
OFTEN = "count(*) DESC, "
GATHERED = "CREATE OR REPLACE TEMP TABLE ivplus_values AS {queries}"
PLACED = "SELECT {place} AS place, v, n FROM ({values})"
ALL_GROUPS = "SELECT place, code, sum(n) FROM (SELECT place, {code} AS code, n FROM ivplus_values) GROUP BY ALL"
NAMED = "SELECT place, v, n FROM ivplus_values WHERE place IN ({places})"
AGES = (
    "SELECT count(d), quantile_cont(d, 0.05), quantile_cont(d, 0.5), quantile_cont(d, 0.95) "
    "FROM (SELECT {day} AS d FROM ivplus_sample AS t)"
)
NO_BREAK = "'\u00a0'"
ISO, LOCAL = "TRY_CAST(substr({own}, 1, 10) AS DATE)", "TRY_CAST(TRY_STRPTIME({own}, '%d.%m.%Y') AS DATE)"


@dataclass
class Seen:
    """What was seen of a column: filled values, how many look like each kind, and how that is known."""

    rows: int = 0
    filled: int = 0
    whole: Counter[str] = field(default_factory=Counter)
    """Values that are of a kind."""
    inside: Counter[str] = field(default_factory=Counter)
    """Values within which a kind stands."""
    failed: Counter[str] = field(default_factory=Counter)
    """Values that have a kind's shape and fail its check."""
    named: Counter[str] = field(default_factory=Counter)
    """Values by whether they are names: `given`, `family`, `full`, `tried`."""
    distinct: int = 0
    ages: tuple[Any, ...] | None = None
    text: bool = True
    exact: bool = True
    """Whether every value was looked at; else what is told rests on a sample, but for what `inside` and `whole` have of exact kinds."""
    unread: str = ""

    def plus(self, other: Seen) -> Seen:
        """Two pieces of one column."""
        return Seen(
            self.rows + other.rows, self.filled + other.filled, self.whole + other.whole, self.inside + other.inside,
            self.failed + other.failed, self.named + other.named, max(self.distinct, other.distinct),
            self.ages or other.ages, self.text, self.exact and other.exact, self.unread or other.unread,
        )  # fmt: skip


def look(ask: Ask, relation: str, names: Sequence[str], columns: Sequence[Column], sample: int | None = None) -> dict[str, Seen]:
    """Every column of one piece of a table, by its name; `sample`: of so many rows only."""
    found: dict[str, Seen] = {name: Seen(unread="binary") for name, one in zip(names, columns, strict=True) if _is_binary(one)}
    read = [(name, one) for name, one in zip(names, columns, strict=True) if not _is_binary(one)]
    for start in range(0, len(read), WIDE):
        some = read[start : start + WIDE]
        told = _some(ask, relation, [one for _, one in some], sample)
        found |= {name: seen for (name, _), seen in zip(some, told, strict=True)}
    return {name: found[name] for name in names}


def _is_binary(one: Column) -> bool:
    return any(word in one.type.upper() for word in ("BLOB", "BYTEA", "BINARY", "IMAGE")) and "[" not in one.type


def _some(ask: Ask, relation: str, columns: Sequence[Column], sample: int | None) -> list[Seen]:
    counts = ", ".join(compose("count({own})", own=one.own) for one in columns)
    [[rows, *filled]] = ask(compose(COUNTED, counts=counts, table=relation))
    whole = rows <= (sample or WHOLE)
    percent = f"{min(100.0, 100.0 * SAMPLE / max(rows, 1)):.6f}"
    spread = "" if whole else compose(SOME, rows=str(sample)) if sample else compose(SPREAD, percent=percent)
    texts = ", ".join(compose("{own} AS c{place}", own=one.text, place=str(place)) for place, one in enumerate(columns))
    ask(compose(SAMPLED, columns=texts, table=relation, sample=spread))
    faces = ask(compose(CODED, codes=", ".join(compose(FACED, own=_own(place)) for place in range(len(columns))), table="ivplus_sample"))[0]
    told = []
    for place, (one, count) in enumerate(zip(columns, filled, strict=True)):
        face = Face(*(got or 0 for got in faces[place * FACES : (place + 1) * FACES]))
        said = round(count * face.said / face.filled) if face.filled else count
        told.append((face, Seen(rows, said, distinct=face.distinct, text=is_text(one), exact=whole)))
    asked = {place: pair for place, pair in enumerate(told) if pair[0].numbers and (pair[1].text or columns[place].family in WHOLE_NUMBERS)}
    _kinds(ask, asked)
    for place, (face, seen) in enumerate(told):
        _sampled(ask, place, face, seen)
    if not whole and not sample:
        _exactly(ask, relation, [(one, seen) for one, (_, seen) in zip(columns, told, strict=True) if seen.text])
    return [seen for _, seen in told]


WHOLE_NUMBERS = ("int", "decimal")
FACES = 6


@dataclass(frozen=True)
class Face:
    """How the values of a sample look at first sight: which further questions make sense."""

    distinct: int
    filled: int
    numbers: int
    days: int
    words: int
    blank: int
    """Texts that say that there is no value."""

    @property
    def said(self) -> int:
        """Values that say something."""
        return self.filled - self.blank


def is_text(one: Column) -> bool:
    """Whether a column may hold text: its own type, or one that holds others."""
    return one.family in ("text", "other") and one.type.upper() not in ("BOOLEAN", "BOOL", "UUID", "TIME", "INTERVAL", "BIT")


def _own(place: int) -> str:
    return f"t.c{place}"


def _kinds(ask: Ask, columns: Mapping[int, tuple[Face, Seen]]) -> None:
    """The kinds of the sample's values, of all columns in one question."""
    whole = all(seen.exact for _, seen in columns.values())
    groups = _grouped(ask, "ivplus_sample", {place: _own(place) for place in columns}, WHOLE if whole else MOST_CODED)
    for place, (face, seen) in columns.items():
        told = groups[place]
        tried = sum(n for _, n in told)
        _add(seen, told, 1.0 if seen.exact or not tried else seen.filled / max(1, face.said) * face.filled / tried)


def _sampled(ask: Ask, place: int, face: Face, seen: Seen) -> None:
    """What else the sample tells of a column: names among its values, days of birth."""
    own = _own(place)
    if face.days * 2 > face.said:
        days = [compose(ISO, own=own), compose(LOCAL, own=own)]
        seen.ages = max((ask(compose(AGES, day=day))[0] for day in days), key=lambda told: told[0])
    if face.words * 4 > face.said and seen.text:
        seen.named.update(_named(ask(compose(VALUES, own=own, table="ivplus_sample", first="", most=str(MOST_NAMES)))))


def _add(seen: Seen, told: Iterable[tuple[Any, ...]], share: float = 1.0) -> None:
    """Counts by the number of a kind, or by what stands within; of a sample they are told for all values."""
    codes = list(kinds())
    for code, n in told:
        count = round(n * share)
        if not code:
            continue
        if code >= INSIDE:
            bits = code - INSIDE
            counter = seen.whole if bits & AS_A_WHOLE else seen.inside
            for place, kind in enumerate(_within()):
                if bits >> place & 1:
                    counter[kind] += count
        elif code < 0:
            seen.failed[codes[-code - 1]] += count
        else:
            seen.whole[codes[code - 1]] += count


def _exactly(ask: Ask, relation: str, columns: Sequence[tuple[Column, Seen]]) -> None:
    """Every value of a large table: few different ones by groups, the others by one search for all kinds that a single value tells."""
    counted = _by_groups(ask, relation, columns)
    rest = [(one, seen, sought) for place, (one, seen) in enumerate(columns) if place not in counted and (sought := _sought(seen))]
    if not rest:
        return
    counts = ", ".join(compose(HAS, own=one.text, some=_some_of(sought)) for one, _, sought in rest)
    [[_, *hits]] = ask(compose(COUNTED, counts=counts, table=relation))
    hit = [told for told, count in zip(rest, hits, strict=True) if count]
    bits = ", ".join(f"{_bits(one.text, sought)} AS b{place}" for place, (one, _, sought) in enumerate(hit))
    codes = ", ".join(f"histogram(b{place})" for place in range(len(hit)))
    maps = ask(compose(WITH_BITS, codes=codes, bits=bits, table=relation))[0] if hit else ()
    for _, seen, sought in rest:
        for kind in sought:
            for counter in (seen.whole, seen.inside):
                counter.pop(kind, None)
    for (_, seen, _), counted in zip(hit, maps, strict=True):
        _add(seen, ((code + INSIDE if code else 0, n) for code, n in (counted or {}).items()))


def _by_groups(ask: Ask, relation: str, columns: Sequence[tuple[Column, Seen]]) -> set[int]:
    """Count columns by their different values, where these are few; the places of those that were."""
    few = {place: one for place, (one, seen) in enumerate(columns) if seen.distinct <= FEW}
    groups = _grouped(ask, relation, {place: one.text for place, one in few.items()}, MOST_GROUPS)
    told = {place: codes for place, codes in groups.items() if sum(n for _, n in codes) >= columns[place][1].filled}  # else there are more
    values: dict[int, list[tuple[str, int]]] = {}
    for place, value, n in ask(compose(NAMED, places=", ".join(map(str, told)))) if told else ():
        values.setdefault(place, []).append((value, n))
    for place, codes in told.items():
        seen = columns[place][1]
        seen.whole, seen.inside, seen.failed, seen.named = Counter(), Counter(), Counter(), Counter()
        _add(seen, codes)
        seen.named.update(_named(values.get(place, ())))
        seen.exact = True
    return set(told)


def _grouped(ask: Ask, relation: str, columns: Mapping[int, str], most: int) -> dict[int, list[tuple[Any, int]]]:
    """The kinds of the values that come most often in some columns, all in one question; the values stay in a table of their own."""
    groups: dict[int, list[tuple[Any, int]]] = {place: [] for place in columns}
    queries = [
        compose(PLACED, place=str(place), values=compose(VALUES, own=own, table=relation, first=OFTEN, most=str(most)))
        for place, own in columns.items()
    ]
    if queries:
        ask(compose(GATHERED, queries=" UNION ALL ".join(queries)))
        for place, code, n in ask(compose(ALL_GROUPS, code=_of_value("v"))):
            groups[place].append((code, n))
    return groups


def _sought(seen: Seen) -> tuple[str, ...]:
    """The kinds that are looked for in every value: not the one that most values are, nor one whose check most of them fail."""
    most = DENSE * max(seen.filled, 1)
    return tuple(kind for kind in _within() if seen.failed[kind] < most and seen.whole[kind] < most)


@cache
def _within() -> tuple[str, ...]:
    """The kinds that a single value tells."""
    return tuple(kind.code for kind in kinds().values() if kind.within)


@cache
def _some_of(sought: tuple[str, ...]) -> str:
    """What a value with one of these in it has: one search for all of them."""
    return constant("|".join(dict.fromkeys(f"(?:{kinds()[code].spelled})" for code in sought)))


AS_A_WHOLE = 512
"""Added to what stands within a value where the value is that and nothing else."""


def _bits(v: str, sought: tuple[str, ...]) -> str:
    """Which of these kinds stand within a value, a bit each, and whether it is one of them and nothing else; nothing where none does."""
    fits = " OR ".join(_fits(kinds()[code], v, _bare(v)) for code in sought)
    some = f"{v} IS NOT NULL AND regexp_matches({v}, {_some_of(sought)})"
    return f"CASE WHEN {some} THEN CASE WHEN {fits} THEN {AS_A_WHOLE} ELSE 0 END + {_each(v, sought)} END"


def _each(v: str, sought: tuple[str, ...]) -> str:
    """A bit for each of these kinds that stands within a value."""
    return " + ".join(
        f"CASE WHEN {_has(kinds()[code], v)} THEN {1 << place} ELSE 0 END" for place, code in enumerate(_within()) if code in sought
    )


@cache
def _of_value(v: str) -> str:
    """The number of the kind that a value is, or what stands within it; turned round where it fails the check of its shape."""
    bare = _bare(v)
    tried = [(number, kind) for number, kind in enumerate(kinds().values(), 1) if kind.shape or kind.written]
    whole = " ".join(f"WHEN {_is(kind, v, bare)} THEN {number}" for number, kind in tried)
    failed = " ".join(f"WHEN {_fits(kind, v, bare)} THEN {FAILED * number}" for number, kind in tried if kind.check)
    inside = f"nullif({_each(v, _within())}, 0) + {INSIDE}"
    told = f"coalesce(CASE {whole} END, {inside}, CASE {failed} END)"
    return f"CASE WHEN {v} IS NULL OR NOT regexp_matches({v}, '[0-9@]') THEN NULL ELSE {told} END"


def _bare(v: str) -> str:
    """A value without its blanks."""
    return f"replace(replace({v}, ' ', ''), {NO_BREAK}, '')"


def _fits(kind: Kind, v: str, bare: str) -> str:
    bare = bare if kind.blanks else f"trim({v})"
    if kind.spaced:
        return f"(regexp_full_match({bare}, {constant(kind.shape)}) OR regexp_full_match({v}, {constant(kind.spaced)}))"
    if kind.shape:
        return f"regexp_full_match({bare}, {constant(kind.shape)})"
    return f"regexp_full_match({v}, {constant(kind.written)})"


def _is(kind: Kind, v: str, bare: str) -> str:
    fits = _fits(kind, v, bare)
    return f"CASE WHEN {fits} THEN {checksums.of(kind.check, bare)} ELSE false END" if kind.check else fits


def _has(kind: Kind, v: str) -> str:
    """Whether any place of a value that is spelled so passes the check."""
    told = constant(kind.spelled)
    if not kind.check:
        return f"regexp_matches({v}, {told})"
    check = checksums.of(kind.check, "replace(replace(one, ' ', ''), '_', '')")
    passing = f"len(list_filter(regexp_extract_all({v}, {told}), lambda one: {check})) > 0"
    return f"CASE WHEN regexp_matches({v}, {told}) THEN {passing} ELSE false END"


def _named(values: Iterable[tuple[str, int]]) -> Counter[str]:
    """How many values are a given name, a family name, or both in either order; initials and second names may stand beside."""
    given, family = names()
    found: Counter[str] = Counter()
    for value, count in values:
        words = re.sub(r"\(.*?\)|[,;\u00a0]", " ", value).lower().split()
        found["tried"] += count
        if not 0 < len(words) <= MOST_WORDS or not all(one.translate(SIGNS).isalpha() for one in words):
            continue
        if len(words) == 2 and min(len(one.rstrip(".")) for one in words) == 1:  # an initial beside a family name
            found["full"] += count * any(one in family for one in words)
        elif len(words) == 1:
            found["given"] += count * (words[0] in given)
            found["family"] += count * (words[0] in family)
        else:
            parts = [part for word in words for part in word.split("-")]
            found["full"] += count * (any(one in given for one in parts) and any(one in family for one in parts))
    return found


MOST_WORDS, SIGNS = 4, str.maketrans("", "", "-'.")
"""Of a person's name."""
