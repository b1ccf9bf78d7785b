"""Identifiers: the same letters are the same subject, and none has a sign that nobody sees."""

from __future__ import annotations

import re
import unicodedata

from ivplus_tools import _words
from ivplus_tools._records.answers import clean_text

UNSEEN = ("Cf", "Zl", "Zp", "Co", "Cn")
UNSEEN_TOO = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u2800\u3164\uffa0") | {chr(n) for n in range(0xFE00, 0xFE10)}
"""Signs that show nothing, beside those of the categories: joiners, marks of direction, fillers, choosers of a glyph."""


SOMEBODY = re.compile(r"[^\s@/]+(?:@|%40)[^\s@/]+\.\w{2,}|(?<!\d)\d{6}[-+–−‐‑A-FU-Y]\d{3}[0-9A-Y](?![0-9A-Z])", re.IGNORECASE)
"""An address or an identity code within a name."""


def tells_of_somebody(name: str) -> bool:
    """Whether an address or an identity code stands in what should be the name of a thing."""
    return SOMEBODY.search(name) is not None


def without_persons(name: str) -> str:
    """The name of a thing without addresses and identity codes, as the journal may keep it."""
    return SOMEBODY.sub("…", name)


def told_input(got: object) -> str:
    """What came, for a refusal, in short."""
    try:
        return repr(got)[:80]
    except ValueError:
        return type(got).__name__


def clean_id(got: object) -> object:
    """An identifier, composed in one way (NFC), so that the same letters are the same subject."""
    text = clean_text(got)
    return unicodedata.normalize("NFC", text) if isinstance(text, str) else text


def sound_id(ident: str) -> str:
    """An identifier as it may be written: none with a sign that nobody sees."""
    for sign in ident:
        if unicodedata.category(sign) in UNSEEN or sign in UNSEEN_TOO:
            raise _words.refusal("unseen_sign", code=f"U+{ord(sign):04X}", got=_words.printable(ident[:60]))
    return ident
