"""What is owed on a request: each right against the legal bases of the activities (`facts/rights.toml`), and what bars it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from ivplus_tools import _law

OWED, NOT_OWED, JUDGE, PARTLY, CANNOT_TELL = "owed", "not_owed", "judge", "partly", "cannot_tell"


@dataclass(frozen=True)
class Circumstances:
    """What else decides: whether a statute obliges keeping, it is a report of breaches, or marketing that is objected to.

    `provided`: the person gave the data; `by_machine`: they are processed automatically; `automated`: a decision is. None: nobody has told.
    """

    marketing: bool = False
    statute: bool = False
    whistleblowing: bool = False
    provided: bool | None = None
    by_machine: bool | None = None
    automated: bool | None = None


NOTHING_KNOWN = Circumstances()


class Owed(NamedTuple):
    """What is owed of one right in one activity on one basis: `answer` (owed, not_owed, judge, cannot_tell) and its rule."""

    right: str
    activity: str
    basis: str
    answer: str
    rule: str


def of_basis(right: str, basis: str, on: date, known: Circumstances = NOTHING_KNOWN) -> tuple[str, str]:
    """What is owed of a right on one legal basis, and by which rule."""
    value = _law.near(f"rights:{right}", on)
    answer, rule = value["owed"].get(basis, CANNOT_TELL), value.get("by", {}).get(basis, f"gdpr:{value['article']}")
    if known.statute and "statute" in value:
        return NOT_OWED, value["statute"]
    if known.whistleblowing and "whistleblowing" in value:
        return value["whistleblowing"], "rights:whistleblowing"
    if known.marketing and basis in value.get("marketing", {}).get("bases", ()):
        return OWED, value["marketing"]["rule"]
    if answer == OWED:
        needed = [getattr(known, name) for name in value.get("needs", ())]
        answer = NOT_OWED if False in needed else JUDGE if None in needed else OWED
    return answer, rule


def of_activity(right: str, ident: str, body: Mapping[str, Any], on: date, known: Circumstances) -> list[Owed]:
    """What is owed of a right in an activity, by each of its legal bases; of an activity without one it cannot be told."""
    bases = bases_of(body)
    if not bases:
        return [Owed(right, ident, "", CANNOT_TELL, "gdpr:6(1)")]
    return [Owed(right, ident, basis, *of_basis(right, basis, on, known)) for basis in bases]


def bases_of(body: Mapping[str, Any]) -> list[str]:
    """The legal bases of an activity's purposes; a purpose without one is an empty basis, of which nothing can be told."""
    purposes = body.get("purposes")
    return list(dict.fromkeys(str(one.get("legal_basis") or "") for one in purposes)) if isinstance(purposes, list) else []


def together(answers: Iterable[str]) -> str:
    """One answer of several: what cannot be told, or has to be judged, stays so; what differs is owed in part."""
    found = set(answers)
    if not found or CANNOT_TELL in found:
        return CANNOT_TELL
    if JUDGE in found:
        return JUDGE
    return found.pop() if len(found) == 1 else PARTLY
