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
    if code(text) is None and (denies(text) or _is_state(text)):
        return [text.strip()]
    found: list[str] = []
    for piece in re.split(r"[;\n|•·]|/(?!A\b)" if code(text) is None else "$^", text):  # `N/A` is one
        bare = re.sub(r"\([^()]*\)?", " ", piece)
        found += _listed(bare) or ([] if not piece.strip() or named_in(piece) else [piece.strip()])
        found += [one for inner in re.findall(r"\(([^()]*)\)?", piece) for one in named_in(inner)]
    return list(dict.fromkeys(found))


def denies(text: str) -> bool:
    """Whether a text says where something is not: `outside the EU` names no place."""
    words = " ".join(re.findall(r"[^\W_]+", text.casefold()))
    return any(re.search(rf"\b{re.escape(one)}\b", words) for one in _words.read("places")["negation"]["texts"])


def _is_state(text: str) -> bool:
    """Whether a town is followed by what may be a state of the United States: `Wilmington, DE` is not in Germany."""
    *before, last = [one.strip() for one in text.split(",") if one.strip()] or [""]
    is_state = last in _words.read("places")["american_states"]["texts"]
    return bool(before) and is_state and code(before[-1]) is None and not re.search(r"[;\n|/()]", text)


def _listed(piece: str) -> list[str]:
    """The places between commas and conjunctions; what stands with a comma before a country and is none is a town or a state in it."""
    if code(piece):
        return [str(code(piece))]
    joint = r"\s(?:" + "|".join(_words.read("places")["between"]["texts"]) + r"|[&+])\s"
    items: list[tuple[str, bool]] = []  # the text, and whether a comma follows it
    for part in [one for one in piece.split(",") if one.strip(" .:")]:
        many = [part] if code(part.strip(" .:")) else re.split(joint, part)
        items += [(one, place == len(many) - 1) for place, one in enumerate(many)]
    found: list[str] = []
    within = False  # whether what follows is a country, or a town in one
    last: str | None = None
    for text, comma in reversed(items):
        known = code(text.strip(" .:")) or next(iter(named_in(text)), None)
        inside = comma and within and (known is None or (last == "US" and len(text.strip()) == 2))
        within = known is not None or inside
        if not inside:
            last = known
            found.append(known or text.strip())
    return found[::-1]


@cache
def named_in(sentence: str) -> tuple[str, ...]:
    """The places that a sentence names, in the order of the text; the longest name wins. Codes count in capitals only."""
    if denies(sentence):
        return ()
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
