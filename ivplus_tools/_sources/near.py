"""Keys that are almost a held key: other blanks, case, composition, or signs that are not seen.

Whether they mean the same subject nobody can tell, so their rows are counted as doubtful and stay.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Collection, Iterable

PLAIN = re.compile("[^0-9A-Za-z]")
UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
"""Signs without a shape that are no control or format signs by their category."""
SINGLE = (
    "\u00aa-\u00b3\u00b9-\u00be\u00df\u0130\u0132\u0133\u013f\u0140\u0149\u017f\u01c4-\u01cc\u01f0-\u01f3"
    "\u02b0-\u02b8\u02e1-\u02e3\u1d2c-\u1d65\u1d9c-\u1dbb\u1e96-\u1e9e\u2070-\u20a8\u2100-\u2189"
    "\u2460-\u24ea\u2c7c\u2c7d\u3250-\u325f\u32b1-\u32cf\u3358-\u33ff\ua7f2-\ua7f4\ufb00-\ufb06\uff10-\uff5a"
    "\U000107a5\U0001d400-\U0001d6a3\U0001d7ce-\U0001d7ff\U0001f100-\U0001f190\U0001fbf0-\U0001fbf9"
)
LIKE_ASCII = f"[^{SINGLE}]*[{SINGLE}]([{SINGLE}]|[^{SINGLE}])*"
"""A text with a sign that stands for letters or digits of ASCII, such as the sharp s or a wide digit."""
FEW = 256
"""So many signs of bare keys one pattern may look for: it is far cheaper than to lay every key bare."""
MOST = 64
"""So many ways of writing a key are looked for; a key with more is looked for in its usual ones."""


def folded(key: str) -> str:
    """A key without blanks and signs that are not seen, in one case and one composition."""
    plain = UNSEEN.sub("", key)
    for _ in range(2):  # what is casefolded may be composed anew
        plain = unicodedata.normalize("NFKC", plain).casefold()
    return "".join(sign for sign in plain if unicodedata.category(sign)[0] not in "CZ")


def bare(text: str) -> str:
    """Letters and digits of ASCII, small: what every engine can ask of a key."""
    return PLAIN.sub("", text).lower()


def bare_forms(keys: Iterable[str]) -> set[str]:
    """What is left bare of a key, however it is composed and cased."""
    found: set[str] = set()
    for key in keys:
        ways = [_ways(sign) for sign in unicodedata.normalize("NFC", key)]
        many = itertools.islice(itertools.product(*ways), MOST)
        found |= {"".join(one) for one in many}
        found |= {bare(unicodedata.normalize(form, key)) for form in ("NFC", "NFD", "NFKD")}
        found |= {bare(unicodedata.normalize("NFD", key.casefold())), bare(key.upper())}
    return found


def pattern(forms: Collection[str]) -> str | None:
    """What the whole of a key fits that is one of these when laid bare; None where they are too many."""
    if sum(map(len, forms)) + len(forms) > FEW:
        return None
    other = "[^0-9A-Za-z]*"
    signs = ((f"[{sign}{sign.upper()}]" if sign.isalpha() else sign for sign in one) for one in sorted(forms))
    return "|".join(other + "".join(sign + other for sign in one) for one in signs)


def _ways(sign: str) -> list[str]:
    if sign.isascii():
        return [bare(sign)]
    told = (sign, unicodedata.normalize("NFKD", sign), sign.casefold(), sign.upper())
    return list(dict.fromkeys(map(bare, told)))
