"""The wide catch: conditions that miss no row of the person and bring few others, so that only these are looked at one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ivplus_tools import _persons
from ivplus_tools._sources import Column, compose, constant

BARE = "regexp_replace(lower({cell}), '[^0-9a-z]', '', 'g')"
DIGITS = "regexp_replace({cell}, '[^0-9]', '', 'g')"
FOLDED = "lower(strip_accents({cell}))"
HOLDS = "contains({of}, {what})"
ODD = "regexp_matches({cell}, '[^\\x00-\\x7F]')"
"""A sign beyond ASCII: such a value may be written in other signs, and is looked at."""
CLOSE = "(abs(length({of}) - {length}) <= 1 AND damerau_levenshtein({of}, {what}) <= 1)"
ALIKE = "jaro_winkler_similarity({of}, {what}) >= 0.9"
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
        return _ends(compose(DIGITS, cell=column.text), _persons.phone(value), column)
    if kind in ("full_name", "postal_address"):
        return _named(column.text, value)
    if kind == "birth_date":
        return ""  # many share a day: it tells against a row, it finds none
    return _any(_bare(column, _persons.bare(value)), _odd(column))


def _email(column: Column, value: str) -> str:
    told = _persons.email(value)
    local, _, domain = told.rpartition("@")
    plain = _persons.bare(local.partition("+")[0])
    both = " AND ".join(_bare(column, one) for one in (plain, _persons.bare(domain.partition(".")[0])) if one)
    close = compose(CLOSE, of=compose("lower({cell})", cell=column.text), length=str(len(told)), what=constant(told))
    return _any(compose("({both})", both=both) if both else "", close, _odd(column))


def _ends(digits: str, told: str, column: Column) -> str:
    last = told[-_persons.SHORTEST_NUMBER :]
    return _any(compose(HOLDS, of=digits, what=constant(last)), _odd(column)) if last else ""


def _bare(column: Column, told: str) -> str:
    return compose(HOLDS, of=compose(BARE, cell=column.text), what=constant(told)) if told else ""


def _named(text: str, value: str) -> str:
    """Every word of a name, or one that is nearly it."""
    folded, words = compose(FOLDED, cell=text), _persons.name(value).split()
    each = " AND ".join(compose(HOLDS, of=folded, what=constant(word)) for word in words)
    told = _persons.folded(value)
    turned = " ".join(reversed(told.split()))
    alike = [compose(ALIKE, of=folded, what=constant(one)) for one in dict.fromkeys((told, turned)) if one]
    return _any(compose("({each})", each=each) if each else "", *alike)


def _inside(kind: str, column: Column, value: str) -> str:
    """A longer text that may tell of a value."""
    if kind in ("full_name", "postal_address"):
        folded = compose(FOLDED, cell=column.text)
        return " AND ".join(compose(HOLDS, of=folded, what=constant(word)) for word in _persons.name(value).split())
    if kind == "phone":
        return compose(HOLDS, of=compose(DIGITS, cell=column.text), what=constant(_persons.phone(value)[-_persons.SHORTEST_NUMBER :]))
    return _bare(column, _persons.bare(_persons.FORMS[kind](value))) if kind in _persons.WITHIN else ""


def _odd(column: Column) -> str:
    return compose(ODD, cell=column.text)


def _any(*parts: str) -> str:
    found: Sequence[str] = [one for one in parts if one]
    return compose("({parts})", parts=" OR ".join(found)) if found else ""
