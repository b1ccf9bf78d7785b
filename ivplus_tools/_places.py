"""Countries, regions and organisations: names in three languages in, codes out. What is not known stays text."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from ivplus_tools import _words

_LOCALES = {"fi": "fi_FI", "sv": "sv_FI", "en": "en_GB"}
_NO_PLACE = ("ZZ", "XA", "XB", "UN", "QO")
UNION, AREA = "EU", "EEA"


def code(text: object) -> str | None:
    """The code of a place: a country's ISO 3166 code, a region's number, `EU`, `EEA`, an organisation's code; None if it is not known."""
    told = " ".join(str(text).split())
    if name_is_known(told):
        return told
    found = _known().get(_folded(told))
    if found is None and len(told) == 2 and told.casefold() not in _words.synonyms("state"):
        return told.upper() if told.upper() in _names("en") else None  # `no` may be a denial, `fi` is Finland
    return found


def name(place: str, lang: str) -> str:
    """The name of a place in a language; what is no code is shown as it is."""
    special = _special().get(place)
    return str(special[lang]) if special else _names(lang).get(place, place)


def name_is_known(place: str) -> bool:
    """Whether a text is a code that has a name."""
    return place in _special() or place in _names("en")


def is_country(place: str) -> bool:
    """Whether a code is of a country or an organisation that exists: not of a region, nor of a country that is no more."""
    return place == "XEPO" or (place in _names("en") and len(place) == 2 and place not in (UNION, "EZ"))


def was_country(place: str) -> bool:
    """Whether a code is of a country that no longer exists."""
    return place in _special() and place not in (AREA, "XEPO")


def near(text: object) -> dict[str, str]:
    """The nearest names in each language, for a text that is no place."""
    return {lang: _words.nearest(text, _names(lang).values(), 3) for lang in _words.LANGS}


def split(text: str) -> list[str]:
    """The places of one cell, in order: codes, and the text of what is no place. `Dublin, Ireland` is Ireland, `Germany, Atlantis` two."""
    found: list[str] = []
    for piece in re.split(r"[;\n|/•·]" if code(text) is None else "$^", text):
        bare = re.sub(r"\([^()]*\)?", " ", piece)
        found += _listed(bare) or ([] if not piece.strip() or named_in(piece) else [piece.strip()])
        found += [one for inner in re.findall(r"\(([^()]*)\)?", piece) for one in named_in(inner)]
    return list(dict.fromkeys(found))


def _listed(piece: str) -> list[str]:
    """The places between commas; what stands right before a country and is none is a town or a state in it."""
    if code(piece):
        return [str(code(piece))]
    found: list[str] = []
    parts = [one for one in piece.split(",") if one.strip(" .:")]
    for place, part in enumerate(parts):
        after = code(parts[place + 1]) if place + 1 < len(parts) else None
        inside = after is not None and (code(part) is None or (after == "US" and len(part.strip()) == 2))
        many = (
            re.split(r"\s(?:" + "|".join(_words.read("places")["between"]["texts"]) + r"|[&+])\s", part) if code(part) is None else [part]
        )
        known = [code(one.strip(" .:")) or next(iter(named_in(one)), None) for one in many]
        if not inside or any(known):
            found += [hit or text.strip() for hit, text in zip(known, many, strict=True)] if not (inside and len(many) == 1) else []
    return found


@cache
def named_in(sentence: str) -> tuple[str, ...]:
    """The places that a sentence names, in the order of the text; the longest name wins. Codes count in capitals only."""
    found: list[str] = []
    words = re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", re.sub(r"(?<=\b\w)\.(?=\w\b\.?)", "", sentence))
    place = 0
    while place < len(words):
        for length in range(min(6, len(words) - place), 0, -1):
            part = " ".join(words[place : place + length])
            hit = _known().get(_folded(part)) if length > 1 or len(part) > 3 or part.isupper() else None
            if hit is None and length == 1 and len(part) == 2 and part.isupper():
                hit = code(part)
            if hit:
                found.append(hit)
                place += length
                break
        else:
            place += 1
    return tuple(dict.fromkeys(found))


def _folded(text: str) -> str:
    """Without case, accents, full stops, punctuation and a leading article."""
    plain = "".join(
        sign
        for sign in unicodedata.normalize("NFKD", text.casefold().replace(".", "").replace("&", " and "))
        if not unicodedata.combining(sign)
    )
    return re.sub(r"^the ", "", " ".join(re.sub(r"[\W_]+", " ", plain).split()))


@cache
def _known() -> dict[str, str]:
    """Folded name -> code: what CLDR calls places, ISO's codes of three letters, and what people write."""
    known = {_folded(text): place for lang in _words.LANGS for place, text in _names(lang).items()}
    for alias, places in _aliases().items():
        if len(places) == 1:
            known.setdefault(_folded(alias), places[0])
    known |= {_folded(text): place for place, texts in _words.read("places")["names"].items() for text in texts}
    return known | {_folded(place): place for place in _special()}


@cache
def _names(lang: str) -> dict[str, str]:
    from babel import Locale

    return {place: text for place, text in Locale.parse(_LOCALES[lang]).territories.items() if place not in _NO_PLACE}


@cache
def _aliases() -> dict[str, list[str]]:
    """Codes that stand for another: three letters, and codes that are no longer used."""
    from babel.core import get_global

    return {
        alias: [one for one in places if one not in _NO_PLACE]
        for alias, places in get_global("territory_aliases").items()
        if not alias.isdigit()
    }


def _special() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = _words.read("places")["special"]
    return found
