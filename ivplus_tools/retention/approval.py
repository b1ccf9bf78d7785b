"""Four eyes: whether two names are of one person, however they are written."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

PAIRS = (("æ", "ae"), ("œ", "oe"), ("vv", "w"), ("rn", "m"), ("cl", "d"))
"""Small letters that are read as one, after the confusables of single signs."""


def same_person(one: str | None, other: str | None) -> bool:
    """Whether two names look alike: letters of other scripts, two letters for one, signs that are not seen, full stops."""
    return any(_skeleton(one or "", case) == _skeleton(other or "", case) for case in (0, 1))


def _skeleton(name: str, case: int) -> str:
    """What is left of a name when everything that can be confused is one (Unicode TS 39)."""
    plain = unicodedata.normalize("NFKD", name)
    cased = plain.upper() if case else plain.casefold()
    alike = (_alike(sign) for sign in unicodedata.normalize("NFKD", cased))
    found = "".join(sign for sign in alike if sign.isalnum()).casefold()
    for pair, sign in PAIRS:
        found = found.replace(pair, sign)
    return found


@cache
def _alike(sign: str) -> str:
    """The plain letter or digit that a sign can be taken for, else itself."""
    from confusable_homoglyphs.confusables import confusables_data

    name = unicodedata.name(sign, "")
    if "FILLER" in name or unicodedata.category(sign) in ("Lm", "Sk"):
        return ""
    if marked := re.match(r"LATIN (?:SMALL|CAPITAL) LETTER ([A-Z]) WITH", name):
        sign = marked[1]
    told = [one["c"] for one in confusables_data.get(sign, [])]
    plain = [one for one in (sign, *told) if len(one) == 1 and one.isascii() and one.isalnum()]
    return min(plain, default=sign)
