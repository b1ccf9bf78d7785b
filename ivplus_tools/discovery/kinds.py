"""Kinds of personal data as data (`data/kinds.toml`): how values look, how columns are called; Finnish names by number of bearers."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import rtoml

DATA = Path(__file__).parent / "data"
APART = ("just_names", "tables_of_things", "of_things", "of_days", "numbers")
YES, WITH_OTHERS, NO = "yes", "with_others", "no"


@dataclass(frozen=True)
class Kind:
    """A kind: whether it is personal, the shape of a value, what is computed over it, how its columns are called."""

    code: str
    personal: str
    shape: str = ""
    written: str = ""
    inside: str = ""
    spaced: str = ""
    blanks: bool = True
    check: str = ""
    within: bool = False
    least: float = 1.0
    names: tuple[str, ...] = ()
    no_names: tuple[str, ...] = ()
    declared: tuple[str, ...] = ()
    """Beginnings of words by which an activity's data categories tell of the kind."""
    named: tuple[str, ...] = ()
    """Those that name this very kind and no other."""

    @property
    def spelled(self) -> str:
        """How it stands within a longer text, with the blanks that people put in."""
        return self.inside or self.written or self.shape


@cache
def _read() -> Mapping[str, Any]:
    return rtoml.loads((DATA / "kinds.toml").read_text(encoding="utf-8"))


@cache
def kinds() -> dict[str, Kind]:
    """The kinds in the order in which a value is tried."""
    return {code: _kind(code, entry) for code, entry in _read().items() if code not in APART}


def _kind(code: str, entry: Mapping[str, Any]) -> Kind:
    told: dict[str, Any] = {name: tuple(got) if isinstance(got, list) else got for name, got in entry.items()}
    return Kind(code, **told)


def numbers() -> Mapping[str, Any]:
    """What checks compute with."""
    found: Mapping[str, Any] = _read()["numbers"]
    return found


def words_of(name: str) -> str:
    """The words of a column's or a table's name, without dots and accents: `asiakkaanNimi_2` is `asiakkaan nimi`."""
    parted = re.sub(r"([a-zåäö0-9])([A-ZÅÄÖ])", r"\1 \2", unicodedata.normalize("NFC", name))
    return " ".join(re.findall(r"[^\W\d_]+", plain(parted)))


def plain(text: str) -> str:
    """Small letters without what stands above them: ä is a, as many systems write it."""
    return "".join(one for one in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(one))


@cache
def _sought() -> list[tuple[Kind, list[tuple[int, re.Pattern[str], str]], re.Pattern[str] | None]]:
    """Each kind with its names as expressions and as one word, and what a name must not say."""
    found = []
    for kind in kinds().values():
        told = [(len(one), _pattern([one]), plain(one).replace(" ", "")) for one in kind.names]
        found.append((kind, told, _pattern(kind.no_names) if kind.no_names else None))
    return found


def _pattern(names: Iterable[str]) -> re.Pattern[str]:
    told = (re.escape(plain(one)).replace(r"\*", r"\w*").replace(r"\ ", " ") for one in names)
    return re.compile(rf"\b(?:{'|'.join(told)})\b")


@cache
def called(name: str) -> tuple[str, ...]:
    """The kinds that a column's name tells of, the longest words first; none where it says that it is something else."""
    told = words_of(name)
    joined, found = told.replace(" ", ""), []
    for kind, names, other in _sought():
        longest = max((length for length, pattern, whole in names if whole == joined or pattern.search(told)), default=0)
        if longest and not (other and other.search(told)):
            found.append((longest, kind.code))
    return tuple(code for _, code in sorted(found, key=lambda one: -one[0]))


def is_other(code: str, column: str) -> bool:
    """Whether the words of a column's name say that it is something else than a kind."""
    return any(other is not None and other.search(words_of(column)) for kind, _, other in _sought() if kind.code == code)


@cache
def _apart(name: str) -> re.Pattern[str]:
    return _pattern(_read()[name]["names"])


def is_of_things(table: str, column: str) -> bool:
    """Whether a name in that column is the name of a thing or a place, as the words of the column or the table say."""
    return bool(_apart("of_things").search(words_of(column)) or _apart("tables_of_things").search(words_of(table)))


def just_names() -> tuple[str, ...]:
    """What a column of names is called when nothing says whose."""
    return tuple(_read()["just_names"]["names"])


def is_other_day(column: str) -> bool:
    """Whether a day in that column is said to be no day of birth."""
    return _apart("of_days").search(words_of(column)) is not None


@cache
def names() -> tuple[dict[str, int], dict[str, int]]:
    """Given and family names of Finland in small letters, each with its number of bearers (DVV 2016, CC BY 4.0)."""
    given, family = {}, {}
    with (DATA / "names.csv").open(encoding="utf-8", newline="") as opened:
        for row in csv.DictReader(opened):
            if row["given"]:
                given[row["name"]] = int(row["given"])
            if row["family"]:
                family[row["name"]] = int(row["family"])
    return given, family
