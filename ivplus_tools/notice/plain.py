"""Art. 12(1): how plain a text is, by the length of its sentences and by words that have a plainer one (practice, WP260 para 12-13)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ivplus_tools import _words
from ivplus_tools.notice.page import Page, Sentence

PROSE = ("text", "item", "box", "row")


@dataclass(frozen=True)
class Heavy:
    """A sentence that is long, or a word with a plainer one: what, where, how many words, what to write instead."""

    what: str
    start: int
    end: int
    words: int
    plainer: str = ""


def heavy(page: Page) -> list[Heavy]:
    """What makes the text heavy, in its order; nothing is said of a language that is not known."""
    return [found for one in _prose(page) for found in _of_sentence(one, page)]


def mean(page: Page) -> float:
    """Words a sentence, without headings."""
    counts = [_count(one) for one in _prose(page)]
    return sum(counts) / len(counts) if counts else 0.0


def _prose(page: Page) -> list[Sentence]:
    return [one for one in page.sentences if one.kind in PROSE]


def _of_sentence(one: Sentence, page: Page) -> Iterator[Heavy]:
    known, lang = _words.read("phrases")["plain"], page.langs[0] if page.langs else ""
    count = _count(one)
    if lang and count > known["longest"][lang]:
        yield Heavy("long_sentence", one.start, one.end, count)
    for word, plainer in known.get(lang, {}).items():
        for found in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", one.low):
            yield Heavy("heavy_word", one.start + found.start(), one.start + found.end(), count, plainer)


def _count(one: Sentence) -> int:
    return len(re.findall(r"\w+", one.low))
