"""Records as linked data: JSON-LD in the words of the W3C Data Privacy Vocabulary, and in terms of our own where it has none.

Confirmed none, not applicable and unknown are told by terms of their own: none of them asserts what it denies.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ivplus_tools import _records
from ivplus_tools._records import Record
from ivplus_tools.exchange.shapes import vocabulary

CODED = ("legal_basis", "special_condition")
OURS = "ivplus"


def context(kinds: Iterable[type[Record]]) -> dict[str, Any]:
    """Our keys, kinds and codes as terms."""
    dpv = vocabulary()
    codes: dict[str, str] = {}
    for table in CODED:
        for name, code in dpv.values[table].items():
            codes.setdefault(code, name)
    names = {name for kind in kinds for name in _names(kind)}
    return {
        **{prefix: spaces[0] for prefix, spaces in dpv.namespaces.items()},
        **codes,
        **{name: {"@id": _term(name), "@type": "@vocab"} if name in CODED else _term(name) for name in sorted(names)},
        **{kind.kind: "dpv:Process" if kind.kind == "activity" else f"{OURS}:{kind.kind}" for kind in kinds},
        "kind": "@type",
        **{key: {"@id": f"{OURS}:{key}", "@type": "@vocab"} for key in ("confirmed_none", "unknown")},
        "not_applicable": f"{OURS}:not_applicable",
    }


def node(record: Record, head: Mapping[str, Any]) -> dict[str, Any]:
    """One record: its content, then what is confirmed as none, what does not apply and why, and what nobody has answered."""
    body = record.body()
    stated = {name: value for name, value in body.items() if isinstance(value, dict) and "state" in value}
    made = {**head, **{name: value for name, value in body.items() if name not in stated and name != "imported"}}
    none = [name for name, value in stated.items() if value["state"] == "none"]
    reasons = {_term(name): value.get("because") or "" for name, value in stated.items() if value["state"] == "not_applicable"}
    asked = [name for name, one in type(record).model_fields.items() if name not in body and _records.has_other_answers(one)]
    found = {"confirmed_none": none, "not_applicable": reasons, "unknown": asked}
    return {**made, **{key: value for key, value in found.items() if value}}


def _names(kind: type[Record]) -> set[str]:
    """Every field of a kind and of its parts."""
    parts = (_records.part_of(field) for field in kind.model_fields.values() if _records.shape(field) == "parts")
    return {*kind.model_fields, *(name for part in parts for name in part.model_fields), "valid_from"} - {"imported"}


def _term(name: str) -> str:
    return vocabulary().fields.get(name, f"{OURS}:{name}")
