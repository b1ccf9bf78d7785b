"""Phrases as a lawyer writes and reads them, looked for in sentences: `säilyt* ... #period`, `säilytysaika* > #period`.

A word stands for itself, `*` for any letters, `a|b` for either word, `a_b` for two words, `...` for at most twelve words
between, `#name` for a thing that is recognised by its form. Left of `>` stands what a heading, or the line before a list, must
say. `!` before a phrase: a sentence in which it is found counts for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from ivplus_tools import _words

BETWEEN = r"(?:[^\w]+\w+){0,12}?[^\w]+"
NEXT = r"[^\w#]+"
FEWEST = 2
"""Letters worth looking for by themselves."""


@dataclass(frozen=True)
class Phrase:
    """One phrase: as it is written, and what must be found in the sentence, and above it, as expressions."""

    written: str
    sentence: str
    above: str
    letters: Sequence[tuple[str, ...]]
    """Letters of which one stands in every sentence that says it, the rarest first: most sentences, and pages, are passed over by these."""

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(self.sentence)  # only now: of 700 phrases a page needs one in seven, and compiling them takes half a second

    def find(self, text: str) -> re.Match[str] | None:
        """Where a sentence says it."""
        return self._pattern.search(text) if self.may_stand(text) else None

    def is_below(self, above: str) -> bool:
        """Whether what stands above a sentence says what it must."""
        return not self.above or re.search(self.above, above) is not None

    def may_stand(self, text: str) -> bool:
        """Whether a sentence, or any of a page, may say it."""
        return all(any(one in text for one in either) for either in self.letters)


@dataclass(frozen=True)
class Phrases:
    """What is looked for, and what takes a sentence out."""

    told: Sequence[Phrase]
    vetoes: Sequence[Phrase]

    def on(self, text: str) -> Phrases:
        """Those that some sentence of a page may say."""
        return Phrases([one for one in self.told if one.may_stand(text)], self.vetoes)

    def find(self, text: str, above: str) -> tuple[Phrase, re.Match[str]] | None:
        """The first phrase that a sentence says below what stands above it; both in small letters."""
        for one in self.told:
            if (found := one.find(text)) and one.is_below(above):
                return None if any(veto.find(text) for veto in self.vetoes) else (one, found)
        return None


def of(group: str, name: str, langs: Iterable[str]) -> Phrases:
    """The phrases of `words/phrases.toml` under a group and a name, in some languages; those under `any` are in all of them."""
    return _of(group, name, tuple(langs))


@_words.kept
def _of(group: str, name: str, langs: tuple[str, ...]) -> Phrases:
    entry = _words.read("phrases").get(group, {}).get(name, {})
    written = tuple(one for lang in (*langs, "any") for one in entry.get(lang, ()))
    known = things()
    told = [_phrase(one, known) for one in written if not one.startswith("!")]
    return Phrases(told, [_phrase(one[1:], known) for one in written if one.startswith("!")])


def things() -> dict[str, str]:
    """What `#name` stands for, as expressions."""
    found: dict[str, str] = _words.read("phrases")["thing"]
    return found


def _phrase(written: str, known: dict[str, str]) -> Phrase:
    above, arrow, sentence = written.partition(" > ")
    if not arrow:
        above, sentence = "", written
    letters = sorted(filter(None, map(_letters, sentence.split())), key=_rarity)
    return Phrase(written, _expression(sentence, known), _expression(above, known), letters)


def _rarity(letters: tuple[str, ...]) -> int:
    """Few and long letters are rare."""
    return len(letters) - min(map(len, letters))


def _letters(word: str) -> tuple[str, ...]:
    """Letters that every way to say a word has: the longest of each of its alternatives; none where one has too few."""
    longest = [max(re.split(r"[*_]", one), key=len) for one in word.split("|")] if "#" not in word and word != "..." else [""]
    return tuple(dict.fromkeys(longest)) if min(map(len, longest)) >= FEWEST else ()


def _expression(written: str, known: dict[str, str]) -> str:
    made, gap = "", ""
    for word in written.split():
        if word == "...":
            gap = BETWEEN
            continue
        made += (gap if made else "") + _word(word, known)
        gap = NEXT
    return made


def _word(word: str, known: dict[str, str]) -> str:
    """One word or thing, or one of several."""
    return "(?:" + "|".join(_either(one, known) for one in word.split("|")) + ")"


def _either(one: str, known: dict[str, str]) -> str:
    if one.startswith("#"):
        return rf"(?<!\w)(?:{known[one[1:]]})"
    told = re.escape(one).replace(r"\*", r"[\w-]*").replace("_", NEXT)
    return rf"(?<![\w]){told}(?![\w])"
