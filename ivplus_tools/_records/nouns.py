"""The SQL macro of a kind of records, `activities()` and so on, written of its fields by `make refresh`; a query finds each of them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pydantic.fields import FieldInfo

from ivplus_tools._records.answers import Stated
from ivplus_tools._records.record import Record, _options, column_kind, has_other_answers, part_of, shape

WIDTH = 100
HEAD = "-- What stands, a row per subject. Written by `make refresh` from the records; do not edit.\n"


def noun_of(kind: type[Record]) -> str:
    """The statement that makes the noun of a kind: a row per subject, a column per field, then `valid_from` and `entry`."""
    columns, left = {"id": "subject"}, dict(kind.noun_columns)
    for name, field in kind.model_fields.items():
        if name != "id":
            columns[name] = _expression(kind, left.pop(name)) if name in left else _column(kind, name, field)
        columns |= {
            other: _expression(kind, left.pop(other))
            for other, told in kind.noun_columns.items()
            if other in left and name == _field_of(told)
        }
    columns |= {other: _expression(kind, told) for other, told in left.items()}
    shown = [f'{told} AS "{name}"' for name, told in columns.items() if told]
    lines: list[str] = []
    line = "    "
    for one in [*shown, "valid_from", "entry"]:
        if len(line) + len(one) > WIDTH and line.strip():
            lines.append(line.rstrip())
            line = "    "
        line += f"{one}, "
    body = "\n".join([*lines, line.rstrip(", ")])
    return (
        f"CREATE OR REPLACE TEMP MACRO {kind.noun}() AS TABLE\n  SELECT\n{body}\n"
        f"  FROM standing() WHERE kind = '{kind.kind}' ORDER BY id;\n"
    )


def nouns_of(kinds: Sequence[type[Record]]) -> str:
    """The file of a room: every kind that has a noun."""
    return "\n".join([HEAD, *(noun_of(kind) for kind in kinds if kind.noun)])


def _column(kind: type[Record], name: str, field: FieldInfo) -> str:
    """How a field is read out of what is sealed."""
    held, options = shape(field), _options(field)
    if held == "day":
        return f"as_day(body->'{name}')"
    if held == "map":
        return f"CAST(body->'{name}' AS VARCHAR)"
    if held == "parts":
        return f"parts(body->'{name}', '$[*].{next(iter(part_of(field).model_fields))}')"
    if held in ("texts", "codes") or has_other_answers(field) or Stated in options:
        return f"answer(body->'{name}')"
    if kind.own_act and column_kind(field) == "count":
        return f"CAST(body->>'{name}' AS BIGINT)"
    return f"coalesce(body->>'{name}', '{field.default}')" if isinstance(field.default, str) else f"body->>'{name}'"


def _field_of(told: str) -> str:
    """The field that an expression is about."""
    return told.rpartition("(")[2].partition(".")[0].partition(",")[0].rstrip(")")


def _expression(kind: type[Record], told: str) -> str:
    """`field.part`, `macro(field, 'word')`, `field`, or a column of the journal; empty: no column."""
    if found := re.fullmatch(r"(\w+)\.(\w+)", told):
        return f"parts(body->'{found[1]}', '$[*].{found[2]}')"
    if found := re.fullmatch(r"(\w+)\((\w+)((?:, '\w+')?)\)", told):
        return f"{found[1]}(body->'{found[2]}'{found[3]})"
    return _column(kind, told, kind.model_fields[told]) if told in kind.model_fields else told
