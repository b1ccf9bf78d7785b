"""The wide catch: conditions that miss no row of the person and bring few others, so that only these are looked at one by one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from ivplus_tools import _persons
from ivplus_tools._sources import Column, compose, constant

MARKS = " \t.,-+_/()"
"""Signs that people put in and leave out."""
PLAIN = "translate(lower({cell}), {marks}, '')"
FOLDED = "lower(strip_accents({cell}))"
HOLDS = "contains({of}, {what})"
ODD = r"(strlen({cell}) > length({cell}) AND regexp_matches({cell}, '[^\x00-\x7f\x{{c0}}-\x{{17f}}]'))"
"""A sign beyond Latin letters: such a value may be written in other signs, and is looked at."""
CLOSE = """
((starts_with({of}, {first}) OR ends_with({of}, {last})) AND abs(length({of}) - {length}) <= 1 AND damerau_levenshtein({of}, {what}) <= 1)
"""
"""Of a text with one slip of the pen one half is as it should be: only those are compared sign by sign."""
INITIAL = r"regexp_matches({of}, '\b[' || {first} || ']\b')"
"""A letter alone, which may stand for a name."""
SAME_NUMBER = "ltrim(translate(lower({cell}), {marks}, ''), '0') IN ({keys})"
FRACTIONS = ("", "0", "00")
"""What is left of a fraction of a whole number where its point is taken out."""
ALIKE = "jaro_winkler_similarity({of}, {what}) >= 0.9"
TWO = 2
"""Words of a longer name that are enough to look at a row."""
CODES = ("identity_code", "test_identity_code", "foreign_identity_code")
NAMES = ("given_name", "family_name", "full_name")


def condition(columns: Mapping[str, Column], kinds: Mapping[str, str], sought: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Conditions, any of which catches: for each value, of each column that may tell of it."""
    found = []
    for kind, values in sought.items():
        for value in values:
            found += [_of(kind, column, value) for name, column in columns.items() if _is(kind, kinds[name])]
            found += [_inside(kind, column, value) for name, column in columns.items() if kinds[name] == "free_text"]
            if kind == "full_name":
                parts = [column.text for name, column in columns.items() if kinds[name] in NAMES[:2]]
                found += [_named(compose("concat_ws(' ', {parts})", parts=", ".join(parts)), value)] if parts else []
    return [one for one in found if one]


def _is(kind: str, told: str) -> bool:
    return told in CODES if kind == "identity_code" else told == kind


def _of(kind: str, column: Column, value: str) -> str:
    """A column of the very kind."""
    if kind == "email":
        return _email(column, value)
    if kind == "phone":
        last = _persons.phone(value)[-_persons.SHORTEST_NUMBER :]
        return _any(_plain(column, last), _odd(column)) if last else ""
    if kind in ("full_name", "postal_address"):
        return _named(column.text, value)
    if kind == "birth_date":
        return ""  # many share a day: it tells against a row, it finds none
    if kind == "person_key":
        return _any(same_key(column, [value]), _odd(column))
    if kind == "identity_code":
        told = _persons.identity_code(value)
        lower = compose("lower({cell})", cell=column.text)
        both = " AND ".join(compose(HOLDS, of=lower, what=constant(one.lower())) for one in (told[:6], told[7:]))
        return _any(compose("({both})", both=both), _odd(column))
    return _any(_plain(column, value), _odd(column))


def same_key(column: Column, keys: Iterable[str]) -> str:
    """That a cell holds one of the keys, whatever marks and zeros stand around it."""
    plain = {one.lower().translate(str.maketrans("", "", MARKS)).lstrip("0") for one in map(_persons.key, keys)}
    told = sorted(f"{one}{rest}" for one in plain for rest in FRACTIONS)
    return compose(SAME_NUMBER, cell=column.text, marks=constant(MARKS), keys=", ".join(map(constant, told)))


def _email(column: Column, value: str) -> str:
    told = _persons.email(value)
    local, _, domain = told.rpartition("@")
    lower, half = compose("lower({cell})", cell=column.text), max(1, len(local) // 2 - 1)
    longest = max(re.findall(r"\w+", local.partition("+")[0]) or [""], key=len)
    both = " AND ".join(compose(HOLDS, of=lower, what=constant(one)) for one in (longest, domain.partition(".")[0]) if one)
    halves = {"first": constant(local[:half]), "last": constant(f"{local[half + 2 :]}@{domain}")}
    close = compose(CLOSE, of=lower, length=str(len(told)), what=constant(told), **halves)
    return _any(compose("({both})", both=both), close, _odd(column))


def _plain(column: Column, told: str) -> str:
    """That a cell holds a text, whatever marks stand in either."""
    plain = told.lower().translate(str.maketrans("", "", MARKS))
    return compose(HOLDS, of=compose(PLAIN, cell=column.text, marks=constant(MARKS)), what=constant(plain)) if plain else "false"


def _named(text: str, value: str) -> str:
    """Every word of a name, or one of them in a text that is nearly the name."""
    folded, words, told = compose(FOLDED, cell=text), _persons.name(value).split(), _persons.folded(value)
    if not words:
        return ""
    held = [compose(HOLDS, of=folded, what=constant(word)) for word in words]
    alike = [compose(ALIKE, of=folded, what=constant(one)) for one in dict.fromkeys((told, " ".join(reversed(told.split()))))]
    letters = constant("".join(sorted({word[0] for word in words if word[0].isalpha()})))
    short = compose(INITIAL, of=folded, first=letters)
    some = compose("(({some}) AND ({alike}))", some=" OR ".join(held), alike=" OR ".join((*alike, short)))
    alone = compose("trim({of}) IN ({words})", of=folded, words=", ".join(map(constant, words)))
    counted = " + ".join(compose("({one})::INT", one=one) for one in held)
    two = [compose("({counted}) >= 2", counted=counted)] if len(words) > TWO else []
    return _any(compose("({each})", each=" AND ".join(held)), some, alone, *two, *(alike if len(words) == 1 else ()))


def _inside(kind: str, column: Column, value: str) -> str:
    """A longer text that may tell of a value."""
    if kind in ("full_name", "postal_address"):
        folded = compose(FOLDED, cell=column.text)
        return " AND ".join(compose(HOLDS, of=folded, what=constant(word)) for word in _persons.name(value).split())
    if kind == "phone":
        return _any(_plain(column, _persons.phone(value)[-_persons.SHORTEST_NUMBER :]), _odd(column))
    if kind == "email":
        return _any(_plain(column, _persons.email(value)), _odd(column))
    return _of(kind, column, value) if kind in _persons.WITHIN else ""


def _odd(column: Column) -> str:
    return compose(ODD, cell=column.text)


def _any(*parts: str) -> str:
    found: Sequence[str] = [one for one in parts if one]
    return compose("({parts})", parts=" OR ".join(found)) if found else ""
