"""Countries, regions and organisations: names in three languages in, codes out. What is not known stays text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache

from ivplus_tools import _words

_LOCALES = {"fi": "fi_FI", "sv": "sv_FI", "en": "en_GB"}
_NO_PLACE = ("ZZ", "XA", "XB", "UN", "QO")
_WORD = re.compile(r"(?:\b\w\.){2,}|[^\W_]+(?:['’-][^\W_]+)*")
_LETTERS = re.compile(r"[^\W_]+")
_BREAK = re.compile(r"[;,:\n|•·/()\[\]&+–—→]|\s-\s")
_MARKED = re.compile(r"[*†‡?¹²³⁴⁵]|\[\d")  # a note elsewhere says more, or the writer doubts
_DOUBTED = re.compile(  # a sign that is no letter, bullet, quotation mark or separator may deny, cross out or add (`EU ❌`, `Germany …`)
    rf"{_MARKED.pattern}|[^\w\s\u0300-\u036f;,:.|•·▪●◦/()\[\]&+–—→>\"'’‘“”-]|\.\.|^\s*[&+→>/]|^\s*[–—-]\S|[&+→>/–—-]\s*$"
)
LONGEST = 50_000
"""Signs of a text in which places are looked for; a longer one is told as it is, and is not taken for understood."""
UNION, AREA = "EU", "EEA"


def code(text: object) -> str | None:
    """The code of a place: a country's ISO 3166 code, a region's number, `EU`, `EEA`, an organisation's code; None if it is not known."""
    told = " ".join(str(text).split())
    if len(told) > LONGEST:
        return None
    if name_is_known(told):
        return told
    if _DOUBTED.search(told):
        return None
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


def zones(country: str) -> list[str]:
    """The time zones of a country; none where it is none."""
    from babel.core import get_global

    return list(get_global("territory_zones").get(country, ()))


def near(text: object) -> dict[str, str]:
    """The nearest names in each language, for a text that is no place."""
    return {lang: _words.nearest(text, _names(lang).values(), 3) for lang in _words.LANGS}


def split(text: str) -> list[str]:
    """The places of one cell, in order: codes, and the text of what is not wholly accounted for, which is no place, ever.

    Every word is a place, a word of `places.toml` that adds nothing (`fillers`), or a town right before its country: `Dublin, Ireland`.
    """
    told = text.strip()
    if len(told) > LONGEST:
        return [told]
    if known := code(told):
        return [known]
    if denies(told) or _is_state(told):
        return [told]
    found: list[str] = []
    segments = _segments(told)
    for place, one in enumerate(segments):
        if not _is_town(segments, place):
            found += one.places()
    return list(dict.fromkeys([*found, *([told] if _DOUBTED.search(told) else [])]))


def told_in(sentence: str) -> tuple[str, ...]:
    """The places that a sentence tells, part by part; a part that names one and is not wholly accounted for stays as its text."""
    if len(sentence) > LONGEST:
        return (sentence.strip(),) if sentence.strip() else ()
    if not sentence.strip() or not (named := _hits(sentence)):
        return ()
    if denies(sentence):
        return (sentence.strip(),)
    parts = [one for one in _segments(sentence) if one.codes and not (one.short and (one.left or not one.inside))]
    found = dict.fromkeys(place for one in parts for place in one.places())
    return tuple(found) if parts or not _MARKED.search(sentence) else (*named, sentence.strip())


def _hits(sentence: str) -> list[str]:
    """The places that a sentence names, whatever it says of them."""
    words = list(_WORD.finditer(sentence))
    return [hit for place in range(len(words)) if (hit := _hit(sentence, words, place)[1])]


@dataclass
class _Segment:
    """Words between two separators: the places that they name, the words left over, and what stands after them."""

    text: str = ""
    codes: list[str] = field(default_factory=list)
    short: bool = False  # whether a code of two letters is among them, which beside other words may be anything
    left: list[str] = field(default_factory=list)
    filled: bool = False
    routed: bool = False
    inside: bool = False
    after: str = ""

    def places(self) -> list[str]:
        """The places; with the text itself where it is not accounted for, or where it says through whom or by whom."""
        whole = not self.left and not (self.short and len(self.codes) > 1) and not (self.routed and not self.codes)
        if whole:
            return self.codes
        return [*([] if self.short else self.codes), *([self.text] if self.text else [])]


def _segments(text: str) -> list[_Segment]:
    """A text in parts: at commas, brackets, stops and other separators, and at words such as `and`."""
    words = list(_WORD.finditer(text))
    found, start, last = [_Segment()], 0, 0
    while start < len(words):
        length, hit, kind = _hit(text, words, start)
        end = start + length
        between = text[last : words[start].start()]
        if kind == "joint" or _BREAK.search(between) or (". " in between and last - start > 0 and len(words[start - 1].group()) > 2):
            found[-1].after = between.strip() or "and"
            found.append(_Segment(inside="(" in between or "[" in between))
        one = found[-1]
        if hit:
            one.codes.append(hit)
            one.short |= kind == "short"
        elif kind == "word":
            one.left.append(words[start].group())
        one.filled |= kind == "filler"
        one.routed |= kind == "route"
        if kind != "joint":
            one.text = f"{one.text} {text[words[start].start() : words[end - 1].end()]}".strip()
        last, start = words[end - 1].end(), end
    found[-1].after = text[last:].strip()
    return [one for one in found if one.text]


def _hit(text: str, words: Sequence[re.Match[str]], start: int) -> tuple[int, str | None, str]:
    """What begins at a word: how many words, the place that they name, and what they are."""
    for length in range(min(6, len(words) - start), 0, -1):
        part = text[words[start].start() : words[start + length - 1].end()]
        if re.search(r"[;\n|]", part):
            continue
        hit = _known().get(_folded(part)) if length > 1 or len(part) > 3 or part.isupper() else None
        if hit:
            return length, hit, "place"
        if length > 1 and part.casefold() in _words.read("places")["fillers"]["texts"]:
            return length, None, "filler"
    word, kinds = words[start].group(), _words.read("places")
    if len(word) == 2 and word.isupper() and code(word):
        return 1, code(word), "short" if word != UNION else "place"
    for kind, name in (("joint", "between"), ("filler", "fillers"), ("route", "routes")):
        if word.casefold() in kinds[name]["texts"]:
            return 1, None, kind
    return 1, None, "word"


def _is_town(segments: Sequence[_Segment], place: int) -> bool:
    """Whether a part is a town in the place beside it: `Dublin, Ireland`, `Ireland (Dublin)`; an unknown one only before a full name."""
    one = segments[place]
    if one.codes or one.filled or one.routed or not re.fullmatch(r"[^\W\d_a-z][^\d,;]*", one.text) or not _is_name(one.left):
        return False
    home = _towns().get(_folded(one.text))
    states = {_folded(state) for many in _words.read("places")["states"].values() for state in many}
    after = segments[place + 1] if one.after == "," and place + 1 < len(segments) else None
    before = segments[place - 1] if place and (one.inside or segments[place - 1].after == "(") else None
    if after is not None and _folded(after.text) in states:
        return True
    if home:
        return any(beside is not None and home in beside.codes for beside in (after, before))
    return after is not None and bool(after.codes) and not after.short and not after.left


def _is_name(words: Sequence[str]) -> bool:
    """Whether words look like the name of a town: capitals, no abbreviation, nothing that says who or where else."""
    known = _words.read("places")
    if any(one.casefold() in known["no_towns"]["texts"] for one in words):
        return False
    return all(
        one.casefold() in known["town_words"]["texts"] or (one[0].isupper() and not (len(one) < 4 and one.isupper())) for one in words
    )


@cache
def _towns() -> dict[str, str]:
    """Folded name of a town -> code of its country: those that time zones are named after, and some where data centres stand."""
    from babel.core import get_global

    zones = {_folded(zone.split("/")[-1]): place for zone, place in get_global("zone_territories").items() if "/" in zone}
    told = _words.read("places")["towns"]
    return zones | {_folded(text): place for place, texts in told.items() for text in texts}


def denies(text: str) -> bool:
    """Whether a text says where something is not: `outside the EU` names no place."""
    words = " ".join(re.findall(r"[^\W_]+", text.casefold()))
    return any(re.search(rf"\b{re.escape(one)}\b", words) for one in _words.read("places")["negation"]["texts"])


def _is_state(text: str) -> bool:
    """Whether a town is followed by what may be a state of the United States: `Wilmington, DE` is not in Germany."""
    *before, last = [one.strip() for one in text.split(",") if one.strip()] or [""]
    is_state = last in _words.read("places")["american_states"]["texts"]
    return bool(before) and is_state and code(before[-1]) is None and not re.search(r"[;\n|/()]", text)


@cache
def named_in(sentence: str) -> tuple[str, ...]:
    """The places that a sentence names, in the order of the text; the longest name wins. Codes count in capitals only."""
    if denies(sentence):
        return ()
    found: list[str] = []
    words = re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", re.sub(r"(?<=\b\w)\.(?=\w\b\.?)", "", sentence))
    if not any(_begins(word) for word in words):
        return ()
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


@lru_cache(8192)
def _begins(word: str) -> bool:
    """Whether the name of a place may begin with a word."""
    return (len(word) == 2 and word.isupper()) or _folded(word).partition(" ")[0] in _beginnings()


@cache
def _beginnings() -> frozenset[str]:
    return frozenset(name.partition(" ")[0] for name in _known())


def _folded(text: str) -> str:
    """Without case, accents, full stops, punctuation and a leading article."""
    plain = text.casefold().replace(".", "").replace("&", " and ")
    if not plain.isascii():
        plain = "".join(sign for sign in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(sign))
    return " ".join(_LETTERS.findall(plain)).removeprefix("the ")


@cache
def _known() -> dict[str, str]:
    """Folded name -> code: what CLDR calls places, ISO's codes of three letters, and what people write."""
    known = {_folded(text): place for lang in _words.LANGS for place, text in _names(lang).items()}
    for alias, places in _aliases().items():
        if len(places) == 1:
            known.setdefault(_folded(alias), places[0])
    for place, text in _names("fi").items():
        for ending in _words.read("places")["endings"]["texts"]:
            known.setdefault(_folded(text + ("" if text[-1] in "aeiouyäö" else "i") + ending), place)
    for place, text in _names_of("de").items():  # vendors' lists come in German too
        known.setdefault(_folded(text), place)
    for table in ("names", "states"):
        known |= {_folded(text): place for place, texts in _words.read("places")[table].items() for text in texts}
    return known | {_folded(place): place for place in _special()}


def _names(lang: str) -> dict[str, str]:
    return _names_of(_LOCALES[lang])


@cache
def _names_of(locale: str) -> dict[str, str]:
    from babel import Locale

    return {place: text for place, text in Locale.parse(locale).territories.items() if place not in _NO_PLACE}


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
