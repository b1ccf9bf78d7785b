"""What the words of a record say of a criterion: for certain, perhaps, or nothing (`words/screening.toml`)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ivplus_tools import _words
from ivplus_tools.assessments.state import Body

SEEN = ("name", "purposes", "data_subjects", "data_categories", "processing_categories", "sources", "recipients", "notice", "remarks")
"""The fields of a record in which words are looked for, in the order in which they are trusted."""
NAMES_OF_OTHERS = ("recipients", "sources")
"""Who they are says for certain what they are for, or nothing."""
SURE, PERHAPS = "words", "perhaps"
Texts = tuple[tuple[str, str], ...]
"""By field: a text in small letters."""
Told = tuple[str, str, str]
"""How it is told, in which field, by which text."""


@dataclass(frozen=True)
class Lists:
    """The words of one criterion or item, each list as one question."""

    harmless: re.Pattern[str] | None
    sure: re.Pattern[str] | None
    data: re.Pattern[str] | None
    maybe: re.Pattern[str] | None
    where: tuple[str, ...]
    denies: bool
    kinds: tuple[str, ...]
    """Kinds of data that a scan may have found in the tables of the activity: a reason to ask."""

    def strength(self, name: str, text: str) -> str:
        """How strongly a text tells of it; what it denies at its start it does not tell."""
        left = self.harmless.sub("", text) if self.harmless else text
        if not self.denies and left.startswith(_denials("starts")):
            return ""
        if (self.sure and self.sure.search(left)) or (name == "data_categories" and self.data and self.data.search(left)):
            doubted = name not in self.where or name == "remarks" or (not self.denies and is_denied(text))
            return PERHAPS if doubted else SURE
        return PERHAPS if self.maybe and name not in NAMES_OF_OTHERS and self.maybe.search(left) else ""


@_words.kept
def lists(table: str, code: str) -> Lists:
    """The words of a criterion or an item."""
    told = _words.read("screening")[table][code]
    harmless, sure, data, maybe = (_pattern(told.get(name, {})) for name in ("harmless", "sure", "data", "maybe"))
    return Lists(harmless, sure, data, maybe, tuple(told.get("where", SEEN)), bool(told.get("denies")), tuple(told.get("kinds", ())))


def _pattern(told: Mapping[str, Any]) -> re.Pattern[str] | None:
    """Beginnings anywhere in a word, `^word` at its start, `=word` alone."""
    every = [one for words in told.values() for one in words]
    parts = [rf"\b{re.escape(one[1:])}" + (r"\b" if one[0] == "=" else "") if one[0] in "=^" else re.escape(one) for one in every]
    return re.compile("|".join(parts)) if parts else None


@_words.kept
def told_by(texts: Texts) -> Mapping[tuple[str, str], Told]:
    """What the texts of a record tell, by table and code: the first that is sure, else the first that is not."""
    found: dict[tuple[str, str], Told] = {}
    for table, codes in _words.read("screening").items():
        for code in codes if table in ("criterion", "item", "sole") else ():
            told = [(how, name, text) for name, text in texts if (how := lists(table, code).strength(name, text))]
            if told:
                found[table, code] = next((one for one in told if one[0] == SURE), told[0])
    return found


def texts_of(body: Body) -> Texts:
    """Every text of a record that describes the processing."""
    return tuple(_texts(body))


def _texts(body: Body) -> Iterator[tuple[str, str]]:
    for name in SEEN:
        answer = body.get(name)
        for one in answer if isinstance(answer, list) else [answer]:
            for text in one.values() if isinstance(one, dict) else [one]:
                if isinstance(text, str):
                    yield name, " ".join(text.casefold().split())


@_words.kept
def _denials(among: str) -> tuple[str, ...]:
    return tuple(_words.read("screening")["denied"][among])


def is_denied(text: str, among: str = "starts") -> bool:
    """Whether a text holds a denial anywhere: what it says is then not told by its words."""
    spaced = f" {text.casefold()} "
    return any(f" {one}" in spaced for one in _denials(among))
