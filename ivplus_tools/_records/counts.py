"""Counts of people and records: a number, an estimated range, a bound (`>60000`) or about so many (`~50`)."""

from __future__ import annotations

import re
from typing import Any

from ivplus_tools import _law, _words

MOST = 9_999_999_999
"""More people or records than any breach has had."""
_GROUPED = re.compile(r"(?<![\d.,])[1-9]\d{0,2}(?:([\s\u00a0\u202f.,'’])\d{3})(?:\1\d{3})*(?![\d.,]*\d)")


def read_count(got: object) -> object:
    """`213`, `200-250`, `>60000`, `>=50`, `<50`, `<=50`, `~50`, of signs or words; another text is refused."""
    if got is None or got == "":
        return None
    if isinstance(got, int) and abs(got) > MOST:  # a number of thousands of digits has no text
        raise _words.refusal("bad_count", got="…")
    mark, text = _marked(_GROUPED.sub(lambda one: re.sub(r"\D", "", one[0]), str(got).strip().replace("–", "-")))
    match = re.fullmatch(r"(\d{1,10})(?:\s*-\s*(\d{1,10}))?", text)
    low, high = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
    if isinstance(got, bool) or not low <= high <= MOST or (mark not in ("", "~") and low != high) or (mark == "<" and not low):
        raise _words.refusal("bad_count", got=str(got)[:40])
    return f"{mark}{low}" if low == high else f"{mark}{low}-{high}"


def _marked(text: str) -> tuple[str, str]:
    """The mark that a text has before or after its number, and the rest."""
    folded = text.casefold()
    for word, mark in _marks():
        if folded.startswith(word) and not text[len(word) :][:1].isalpha():
            return mark, text[len(word) :].strip()
    return (">=", text[:-1].strip()) if text.endswith("+") else ("", text)


@_words.kept
def _marks() -> list[tuple[str, str]]:
    """The words and signs before a number with what they mean, the longest first."""
    table: dict[str, Any] = _words.read("headings")["count"]
    found = [(word, mark) for mark in (">=", "<=", ">", "<", "~") for word in (mark, *table[mark])]
    return sorted(found, key=lambda one: -len(one[0]))


def bounds(count: str) -> tuple[int, int]:
    """The lowest and the highest number that a count can mean; one that is open upwards has no highest (`MOST`)."""
    mark, low, high = _taken(count)
    if mark == "~":
        off = float(_law.newest("breach:counts")["about"])
        return int(low * (1 - off)), min(MOST, -int(-high * (1 + off) // 1))
    spans = {">": (low + 1, MOST), ">=": (low, MOST), "<": (0, high - 1), "<=": (0, high)}
    return spans.get(mark, (low, high))


def highest_told(count: str) -> int:
    """The highest number that is told: of a count that is open upwards, its lowest."""
    low, high = bounds(count)
    return low if high == MOST else high


def show_count(count: str, lang: str) -> str:
    """A count for a reader: `more than 60,000`, `about 50`, `200–250`."""
    mark, low, high = _taken(count)
    shown = "–".join(_words.show_number(one, lang) for one in dict.fromkeys((low, high)))
    return _words.say(f"count.{_NAMES[mark]}", lang, number=shown) if mark else shown


_NAMES = {">": "over", ">=": "least", "<": "under", "<=": "most", "~": "about"}


def _taken(count: str) -> tuple[str, int, int]:
    mark = count.rstrip("0123456789-")
    low, _, high = count.removeprefix(mark).partition("-")
    return mark, int(low), int(high or low)


def added(counts: list[str]) -> str:
    """The sum of several counts, as exact as they are."""
    low, high = (sum(bounds(one)[place] for one in counts) for place in (0, 1))
    if high >= MOST:
        return f">={low}"
    return str(low) if low == high else f"{low}-{high}"
