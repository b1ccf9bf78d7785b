"""From what was seen of a column to what it holds: by its values first, then by its name; what rests on little is doubtful."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ivplus_tools.discovery import kinds as known
from ivplus_tools.discovery.counting import Seen
from ivplus_tools.discovery.kinds import NO, YES, Kind, called, is_of_things, is_other, kinds, words_of

CERTAIN, LIKELY, DOUBTFUL = "certain", "likely", "doubtful"
CHECKED, LOOKED, LISTED, CALLED, SPREAD = "check", "pattern", "name_list", "column_name", "distribution"
NAMES = {"given_name": "given", "family_name": "family", "full_name": "full"}
OF_PERSONS = (*NAMES, "trait", "phone", "postal_address", "coordinates", "locality", "occupation")
"""Kinds that things have as well: a product has a name, a shop an address."""
BY_CHANCE = {"card": 0.5, "foreign_identity_code": 0.5, "business_id": 0.5}
"""The least share of values of a shape that must pass the check, where chance lets a tenth pass; a fifth elsewhere."""
PASSES = 0.2
MOSTLY = 0.5
SOME = 0.05
"""Of the values: fewer of a kind that others have by chance are not told."""
WEAK = ("licence_plate", "ip_address", "coordinates", "foreign_identity_code")
"""Kinds whose shape other things have as well: without a telling name of the column they are doubtful where few values have it."""
FEWEST_NAMES = 30
"""Different names; fewer may be names of things or places, unless the column says otherwise."""
YOUNGEST, OLDEST, WIDEST = 10, 110, 25
"""Years: ages that people have, and how far apart those of a register lie."""


@dataclass(frozen=True)
class Found:
    """What a column holds: the kind, others within, how many of how many values, how that was recognised, how sure it is."""

    table: str
    column: str
    kind: str
    also: tuple[str, ...]
    hits: int
    filled: int
    how: str
    confidence: str
    exact: bool

    @property
    def share(self) -> float | None:
        """Of the filled values; none where only the name of the column speaks."""
        return None if self.how == CALLED else self.hits / self.filled if self.filled else 0.0


def judge(table: str, seen: Mapping[str, Seen], on: date) -> dict[str, Found]:
    """What each column of a table holds, where it was recognised."""
    found = {name: one for name, told in seen.items() if (one := _column(table, name, told, on))}
    if any(is_personal(one) for one in found.values()):
        found |= {name: _name_beside(table, name, told) for name, told in seen.items() if name not in found and _is_name(table, name)}
    return found


def _is_name(table: str, name: str) -> bool:
    """Whether a column is called a name and nothing more: beside what tells of a person it is hers."""
    return words_of(name) in known.just_names() and not is_of_things(table, name)


def _name_beside(table: str, name: str, seen: Seen) -> Found:
    return Found(table, name, "full_name", (), 0, seen.filled, CALLED, LIKELY if seen.filled else DOUBTFUL, seen.exact)


def is_personal(one: Found) -> bool:
    """Whether a column tells of a person by itself."""
    return kinds()[one.kind].personal == YES or bool(one.also)


def told_of(found: Mapping[str, Found]) -> dict[str, Found]:
    """Those that are told as personal data: what tells of a person, and where it is, beside that."""
    personal = any(is_personal(one) for one in found.values())
    return {name: one for name, one in found.items() if is_personal(one) or (personal and one.kind in BESIDE)}


BESIDE = ("coordinates", "free_text")
"""Told beside what tells of a person: where she is, and what may be written of her."""


def _column(table: str, name: str, seen: Seen, on: date) -> Found | None:
    named = called(name)
    tries = (_by_values, _by_names, _by_days, _by_name)
    return next((one for attempt in tries if (one := attempt(table, name, seen, named, on))), None)


def _by_values(table: str, name: str, seen: Seen, named: tuple[str, ...], on: date) -> Found | None:  # noqa: ARG001
    """The kind that most values have; what stands within longer texts makes them free text."""
    told = {
        code: seen.whole[code] + seen.inside[code] for code, kind in kinds().items()
        if _holds(kind, seen, named) and not (code in WEAK and is_other(code, name))
    }  # fmt: skip
    if not told:
        return None
    most = max(told, key=lambda code: (code in named, told[code]))
    texts = sum(seen.inside[code] for code in told) > sum(seen.whole[code] for code in told)
    if texts and told[most] < MOSTLY * seen.filled:
        also = tuple(sorted(told, key=lambda code: -told[code]))
        how, sure = _how(kinds()[most]), DOUBTFUL if also == ("ip_address",) else CERTAIN  # a version within a text looks the same
        return Found(table, name, "free_text", also, max(told.values()), seen.filled, how, sure, seen.exact)
    also = tuple(code for code in sorted(told, key=lambda code: -told[code]) if code != most and kinds()[code].personal != NO)
    sure = _sure(most, told[most] / max(seen.filled, 1), named)
    return Found(table, name, most, also, told[most], seen.filled, _how(kinds()[most]), sure, seen.exact)


def _holds(kind: Kind, seen: Seen, named: tuple[str, ...]) -> bool:
    """Whether enough values are of a kind, and more than chance lets pass its check."""
    hits = seen.whole[kind.code] + seen.inside[kind.code]
    if not hits:
        return False
    if kind.code == "ip_address" and kind.code in named:  # those of a private network begin as versions do
        return True
    tried = hits + seen.failed[kind.code]
    if kind.check and hits < (PASSES if kind.within else BY_CHANCE.get(kind.code, PASSES)) * tried:
        return False
    share = hits / max(seen.filled, 1)
    if kind.check and kind.least > SOME <= share and kind.personal == YES:
        return True  # few of them: told, and doubtful
    if share >= (kind.least / 10 if kind.code in named else kind.least):
        return True
    return kind.within and (kind.code != "phone" or seen.inside["phone"] > seen.whole["phone"])  # single ones have a sure sign


def _how(kind: Kind) -> str:
    return CHECKED if kind.check and kind.code not in ("phone", "ip_address", "email") else LOOKED


def _sure(code: str, share: float, named: tuple[str, ...]) -> str:
    if code in named:
        return CERTAIN
    if share < kinds()[code].least and not kinds()[code].within:
        return DOUBTFUL
    if code in WEAK:
        return LIKELY if share >= kinds()[code].least and code != "licence_plate" else DOUBTFUL
    return CERTAIN if kinds()[code].check and share >= kinds()[code].least else LIKELY


def _by_names(table: str, name: str, seen: Seen, named: tuple[str, ...], on: date) -> Found | None:  # noqa: ARG001
    """Names of persons by the list of Finnish names; a name in a column of things or places is none."""
    tried = seen.named["tried"]
    said = [code for code in NAMES if code in named]
    things = is_of_things(table, name) and not said
    if not tried:
        return None
    shares = {code: seen.named[key] / tried for code, key in NAMES.items()}
    most = max(shares, key=lambda code: (code in said, shares[code]))
    least = kinds()[most].least / (4 if most in said else 1)
    if shares[most] < least or (things and most != "full_name") or any(kinds()[code].personal == known.WITH_OTHERS for code in named):
        return None
    hits = round(shares[most] * seen.filled)
    sure = DOUBTFUL if things else CERTAIN if said else LIKELY if seen.distinct >= FEWEST_NAMES or most == "full_name" else DOUBTFUL
    return Found(table, name, most, (), hits, seen.filled, LISTED, sure, seen.exact)


def _by_days(table: str, name: str, seen: Seen, named: tuple[str, ...], on: date) -> Found | None:
    """Days of birth by the column's name, or because they lie as the ages of people do."""
    if not seen.ages or not seen.ages[0] or known.is_other_day(name):
        return None
    count, *spread = seen.ages
    ages = [(on - _day(one)).days / 365.25 for one in spread]
    alike = count >= FEWEST and ages[2] >= YOUNGEST and ages[0] <= OLDEST and ages[0] - ages[2] >= WIDEST and ages[1] <= OLDEST - WIDEST
    if "birth_date" in named or alike:
        confidence = CERTAIN if "birth_date" in named and alike else LIKELY
        return Found(table, name, "birth_date", (), seen.filled, seen.filled, SPREAD if alike else CALLED, confidence, seen.exact)
    return None


FEWEST = 50
"""Days from which the way they lie says something."""


def _day(got: Any) -> date:
    told: date = got.date() if hasattr(got, "date") else got
    return told


def _by_name(table: str, name: str, seen: Seen, named: tuple[str, ...], on: date) -> Found | None:  # noqa: ARG001
    """What the column is called; doubtful where its values look otherwise, or there are none."""
    for code in _said_by(table, name, named):
        kind = kinds()[code]
        doubt = (kind.shape and seen.filled and seen.text) or not seen.filled or code == "free_text"
        sure = DOUBTFUL if doubt else LIKELY
        return Found(table, name, code, (), 0, seen.filled, CALLED, sure, seen.exact)
    return None


def _said_by(table: str, name: str, named: tuple[str, ...]) -> Iterator[str]:
    """The kinds that a column's name tells of, where it is not the name of a thing."""
    return (code for code in named if kinds()[code].personal != NO and not (code in OF_PERSONS and is_of_things(table, name)))


def by_names_only(table: str, columns: Iterator[str] | list[str]) -> dict[str, str]:
    """Kinds of a schema without rows, by what its columns are called."""
    said = {name: next(_said_by(table, name, called(name)), None) for name in columns}
    found = {name: code for name, code in said.items() if code}
    personal = any(kinds()[code].personal == YES for code in found.values())
    return {name: code for name, code in found.items() if personal or kinds()[code].personal != known.WITH_OTHERS}
