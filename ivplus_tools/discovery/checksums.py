"""What is computed over a value that looks like a number of a kind: check characters, dates, sums; as expressions of DuckDB over `{x}`."""

from __future__ import annotations

from ivplus_tools import _sources
from ivplus_tools.discovery.kinds import numbers

DIGITS = "list_transform(string_split({x}, ''), lambda d: TRY_CAST(d AS INTEGER))"
WEIGHED = "list_sum(list_transform(range(1, {count} + 1), lambda i: TRY_CAST(substr({x}, i, 1) AS INTEGER) * ({weights})[i]))"
DOUBLED = (
    "list_sum(list_transform(range(1, length({x}) + 1), lambda i: (CASE WHEN i % 2 = 0 THEN "
    "TRY_CAST(substr(reverse({x}), i, 1) AS INTEGER) * 2 - CASE WHEN substr(reverse({x}), i, 1) > '4' THEN 9 ELSE 0 END "
    "ELSE TRY_CAST(substr(reverse({x}), i, 1) AS INTEGER) END)))"
)
LUHN = f"({DOUBLED}) % 10 = 0"
DAY = "TRY_CAST({year} || '-' || {month} || '-' || {day} AS DATE) IS NOT NULL"
CHARACTER = (
    "substr({letters}, CAST(TRY_CAST(substr({x}, 1, 6) || substr({x}, 8, 3) AS BIGINT) % 31 AS INTEGER) + 1, 1) = upper(substr({x}, 11, 1))"
)
CENTURY = (
    "CASE WHEN contains({eighteenth}, substr({x}, 7, 1)) THEN '18' "
    "WHEN contains({nineteenth}, upper(substr({x}, 7, 1))) THEN '19' ELSE '20' END"
)
REMAINDER = (
    "list_reduce(list_transform(string_split(upper(substr({x}, 5) || substr({x}, 1, 4)), ''), "
    "lambda c: CASE WHEN c <= '9' THEN TRY_CAST(c AS INTEGER) ELSE ord(c) - 55 END), "
    "lambda a, b: (CASE WHEN b > 9 THEN a * 100 + b ELSE a * 10 + b END) % 97, 0)"
)
PRODUCT = (
    "list_reduce(list_transform(string_split(substr({x}, 1, 10), ''), lambda d: TRY_CAST(d AS INTEGER)), "
    "lambda p, d: (CASE WHEN (p + d) % 10 = 0 THEN 10 ELSE (p + d) % 10 END) * 2 % 11, 10)"
)


LARGE = 31
"""An address begins with a number at least so large, as a rule; a version does not."""


def of(check: str, x: str) -> str:
    """Whether a value that has the shape of a kind passes its check."""
    return "(" + CHECKS[check](x) + ")"


def _identity_code(x: str, first: str = "002", last: str = "899") -> str:
    told = numbers()
    parts = {name: told[name] for name in ("eighteenth", "nineteenth")}
    century = CENTURY.format(x=x, **{name: _sources.literal(text) for name, text in parts.items()})
    year = f"({century} || substr({x}, 5, 2))"
    day = DAY.format(year=year, month=f"substr({x}, 3, 2)", day=f"substr({x}, 1, 2)")
    character = CHARACTER.format(x=x, letters=_sources.literal(told["check_characters"]))
    return f"substr({x}, 8, 3) BETWEEN '{first}' AND '{last}' AND {character} AND {day}"


def _iban(x: str) -> str:
    told = numbers()
    lengths = " ".join(f"WHEN '{country}' THEN {length}" for country, length in told["iban_length"].items())
    country = f"upper(substr({x}, 1, 2))"
    length = f"CASE {country} {lengths} ELSE length({x}) END"
    strange = ", ".join(map(_sources.literal, told["no_country"]))
    sure = f"length({x}) = {length} AND length({x}) BETWEEN 15 AND 34 AND {country} NOT IN ({strange})"
    return f"{sure} AND substr({x}, 3, 2) BETWEEN '02' AND '98' AND {REMAINDER.format(x=x)} = 1"


def _email(x: str) -> str:
    return f"NOT regexp_matches(lower({x}), '[.](png|jpe?g|gif|svg|webp|css|js)$')"


def _business_id(x: str) -> str:
    bare = f"replace(replace(upper({x}), 'FI', ''), '-', '')"
    total = WEIGHED.format(x=bare, count=7, weights=numbers()["business_id"])
    last = f"TRY_CAST(substr({bare}, 8, 1) AS INTEGER)"
    return f"CASE {total} % 11 WHEN 0 THEN {last} = 0 WHEN 1 THEN false ELSE {last} = 11 - {total} % 11 END"


def _card(x: str) -> str:
    bare = f"replace({x}, '-', '')"
    return f"length({bare}) BETWEEN 13 AND 19 AND {LUHN.format(x=bare)}"


def _phone(x: str) -> str:
    bare = f"regexp_replace({x}, '[^0-9]', '', 'g')"
    told = f"length({bare}) BETWEEN 7 AND 15 AND length(list_distinct(string_split({bare}, ''))) > 1"
    others = "0037[0-9]{8}|[0-9]{2}-[0-9]{2}-[0-9]{4}"  # an identifier for e-invoices, made of a business id; a day
    return f"{told} AND NOT regexp_full_match({x}, '{others}')"


def _ip_address(x: str) -> str:
    bare = f"regexp_replace({x}, '^[^0-9]+|:[0-9]+', '', 'g')"  # without the port
    octets = f"list_transform(regexp_split_to_array({bare}, '[.,]'), lambda o: TRY_CAST(o AS INTEGER))"
    plain = f"list_max({octets}) <= 255 AND ({octets})[1] >= {LARGE}"
    hexed = f"NOT regexp_full_match({x}, '[0-9:]*|([0-9A-Fa-f]{{2}}:){{5}}[0-9A-Fa-f]{{2}}') AND NOT regexp_matches({x}, '::.*::')"
    return f"CASE WHEN contains({x}, '.') THEN {plain} ELSE {hexed} END"


def _foreign(x: str) -> str:
    bare = f"regexp_replace({x}, '[-+]', '')"
    swedish = f"length({bare}) IN (10, 12) AND {_swedish(f'right({bare}, 10)')}"
    others = " OR ".join(f"({one(x)})" for one in (_norwegian, _estonian, _german))
    return f"CASE WHEN {swedish} THEN true WHEN length({x}) <> 11 THEN false ELSE {others} END"


def _swedish(x: str) -> str:
    day = f"lpad(CAST(TRY_CAST(substr({x}, 5, 2) AS INTEGER) % 60 AS VARCHAR), 2, '0')"  # a coordination number adds sixty
    dated = DAY.format(year=f"'20' || substr({x}, 1, 2)", month=f"substr({x}, 3, 2)", day=day)
    return f"{dated} AND {LUHN.format(x=x)}"


def _norwegian(x: str) -> str:
    weights = (("norway_first", 9), ("norway_second", 10))
    sums = [(WEIGHED.format(x=x, count=count, weights=numbers()[name]), count) for name, count in weights]
    day = f"lpad(CAST(TRY_CAST(substr({x}, 1, 2) AS INTEGER) % 40 AS VARCHAR), 2, '0')"  # a number of a foreigner adds forty
    dated = DAY.format(year=f"'20' || substr({x}, 5, 2)", month=f"substr({x}, 3, 2)", day=day)
    last = "(11 - {total} % 11) % 11 = TRY_CAST(substr({x}, {place}, 1) AS INTEGER)"
    return " AND ".join([dated, *(last.format(total=total, x=x, place=count + 1) for total, count in sums)])


def _estonian(x: str) -> str:
    first, second = (WEIGHED.format(x=x, count=10, weights=numbers()[name]) for name in ("estonia_first", "estonia_second"))
    dated = DAY.format(year=f"'20' || substr({x}, 2, 2)", month=f"substr({x}, 4, 2)", day=f"substr({x}, 6, 2)")
    last = f"CASE WHEN {first} % 11 < 10 THEN {first} % 11 WHEN {second} % 11 < 10 THEN {second} % 11 ELSE 0 END"
    return f"substr({x}, 1, 1) BETWEEN '1' AND '8' AND {dated} AND {last} = TRY_CAST(substr({x}, 11, 1) AS INTEGER)"


def _german(x: str) -> str:
    repeated = f"length(list_distinct(string_split(substr({x}, 1, 10), ''))) BETWEEN 8 AND 9"
    return f"substr({x}, 1, 1) <> '0' AND {repeated} AND (11 - {PRODUCT.format(x=x)}) % 10 = TRY_CAST(substr({x}, 11, 1) AS INTEGER)"


CHECKS = {
    "identity_code": _identity_code,
    "test_identity_code": lambda x: _identity_code(x, "900", "999"),
    "iban": _iban, "email": _email,
    "card": _card, "phone": _phone, "ip_address": _ip_address, "business_id": _business_id, "foreign_identity_code": _foreign,
}  # fmt: skip
