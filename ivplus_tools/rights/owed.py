"""What is owed on a request: each right against the legal bases of the activities (`facts/rights.toml`), and what bars it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from ivplus_tools import _law

OWED, NOT_OWED, JUDGE, PARTLY, CANNOT_TELL = "owed", "not_owed", "judge", "partly", "cannot_tell"
CONSENT = "6(1)(a)"


class Owed(NamedTuple):
    """What is owed of one right in one activity, or in all: `answer` (owed, not_owed, judge, partly, cannot_tell) and its rule."""

    right: str
    activity: str
    basis: str
    answer: str
    rule: str


def of_basis(right: str, basis: str, on: date, marketing: bool = False) -> tuple[str, str]:
    """What is owed of a right on one legal basis, and by which rule; an objection to marketing is absolute on any."""
    value = _law.near(f"rights:{right}", on)
    own = f"gdpr:{value['article']}"
    if right == "objection" and marketing:
        return OWED, "gdpr:21(3)"
    answer = value["owed"].get(basis, CANNOT_TELL)
    return answer, value.get("by", {}).get(basis, own)


def of_activity(right: str, ident: str, body: Mapping[str, Any], on: date, marketing: bool) -> list[Owed]:
    """What is owed of a right in an activity, by each of its legal bases; an activity without one cannot be told."""
    bases = bases_of(body)
    if not bases:
        return [Owed(right, ident, "", CANNOT_TELL, "gdpr:6(1)")]
    return [Owed(right, ident, basis, *of_basis(right, basis, on, marketing)) for basis in bases]


def bases_of(body: Mapping[str, Any]) -> list[str]:
    """The legal bases of an activity's purposes."""
    purposes = body.get("purposes")
    found = [one.get("legal_basis") for one in purposes] if isinstance(purposes, list) else []
    return list(dict.fromkeys(str(one) for one in found if one))


def together(answers: Iterable[str]) -> str:
    """One answer of several: what cannot be told stays so, and what differs is owed in part."""
    found = set(answers)
    if not found or CANNOT_TELL in found:
        return CANNOT_TELL
    return found.pop() if len(found) == 1 else PARTLY
