"""What of others a text tells, however it is spelt: wider than what is recognised elsewhere, since what is masked in vain can be given."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from ivplus_tools import _persons
from ivplus_tools._persons import DASHES, Told

GIVEN_NAMES = Path(__file__).parents[1] / "discovery" / "data" / "names.csv"
MANY = 100
"""Bearers of a name from which it is looked for within texts."""
FREQUENT = 5000
"""Bearers from which a family name is one where it stands alone: rarer ones are places and firms as well."""
ESCAPED = re.compile(r"\\(?:u([0-9a-fA-F]{4})|([nrt]))")
AT = r"(?:\s?(?:@|%40)\s?|\s?[(\[{] ?(?:at|a|ät) ?[)\]}]\s?)"
DOT = r"(?:\s?\.|\s?[(\[{] ?(?:\.|dot|piste) ?[)\]}]\s?|\s(?:dot|piste)\s)"
GAP = r"[ \n._-]{0,2}"
DAY = r"(?:0[1-9]|[12]\d|3[01])\.?(?:0[1-9]|1[0-2])\.?(?:19|20)?\d\d"
WIDE = {
    "identity_code": re.compile(rf"(?<!\d){DAY}(?: ?[-+_ A-FU-Y] ?\d{{3}}[0-9A-Y]|\d{{3}}[A-Y])(?!\d)", re.IGNORECASE),
    "email": re.compile(rf"['\"]?[\w.+%-]{{1,64}}['\"]?(?:{AT}[\w-]+(?:{DOT}[\w-]+)*|\s(?:at|ät)\s[\w-]+(?:{DOT}[\w-]+)+)", re.IGNORECASE),
    "iban": re.compile(rf"(?:(?<![A-Z])|(?<=IBAN))[A-Z]{{2}} ?\d{{2}}(?:{GAP}[A-Z]{{4}})?(?:{GAP}\d){{10,26}}", re.IGNORECASE),
    "phone": re.compile(r"(?<!\d)[+(]{0,2}\d(?:[ \n()/._-]{0,2}\d){6,14}(?!\d)"),
}
NUMBER = re.compile(r"(?:\+|00)[1-9]\d{6,13}|0[1-9]\d{5,10}|358[1-9]\d{6,10}|[45]\d{8}")
DATE = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|[45]\d*\D[\d\D]*|(?:\d{4}[ ]){2,}\d*")
"""Digits that are a day, or begin as a number without its prefix and are parted: no number to call."""
TOKEN = re.compile(r"[^\W\d_](?:[^\W\d_]|['’-](?=[^\W\d_]))*\.?")
BESIDE = re.compile(r"\s{1,3}|,\s?|/|_|")
PARTICLES = frozenset(("von", "van", "af", "de", "der", "den", "del", "di", "da", "la", "le", "bin", "al", "zu"))
TITLES = frozenset(("herra", "hra", "rouva", "rva", "neiti", "nti", "herr", "fru", "fröken", "mr", "mrs", "ms", "miss", "tri", "dr"))
ENDINGS = ("n", "lle", "lla", "lta", "sta", "ssa", "ta", "a", "s")
"""Endings of a name within a Finnish, Swedish or English text."""


def plain(text: str) -> tuple[str, list[int]]:
    """A text sign by sign in plain signs, without what nobody sees and with escapes read; and where each sign stood, with the end."""
    signs: list[str] = []
    places: list[int] = []
    at = 0
    while at < len(text):
        escaped = ESCAPED.match(text, at)
        sign = (chr(int(escaped[1], 16)) if escaped[1] else " ") if escaped else text[at]
        made = unicodedata.normalize("NFKC", sign)
        made = "-" if sign in DASHES else made if len(made) == 1 else sign
        if unicodedata.category(made) != "Cf":
            signs.append(made)
            places.append(at)
        at = escaped.end() if escaped else at + 1
    return "".join(signs), [*places, len(text)]


def spelt(text: str) -> list[Told]:
    """Identifiers of a plain text that are not written as is usual."""
    found = [Told(kind, one.start(), one.end(), _usual(kind, one[0])) for kind, shape in WIDE.items() for one in shape.finditer(text)]
    return [one for one in found if one.kind != "phone" or _is_number(text[one.start : one.end])]


def _is_number(told: str) -> bool:
    digits = ("+" if "+" in told[:3] else "") + re.sub(r"\D", "", told)
    return NUMBER.fullmatch(digits) is not None and DATE.fullmatch(told) is None


def _usual(kind: str, told: str) -> str:
    """A value as it is usually written, for comparing with the person's own."""
    if kind == "email":
        told = re.sub(rf"{AT}|\s(?:at|ät)\s", "@", told, count=1, flags=re.IGNORECASE)
        return re.sub(r"[\s'\"]", "", re.sub(DOT, ".", told, flags=re.IGNORECASE))
    if kind == "identity_code":
        short = re.sub(r"^(\d\d)\.?(\d\d)\.?(?:19|20)?(\d\d)(?=\D|\d{3}[A-Z]$)", r"\1\2\3", re.sub(r"[ _]", "", told), flags=re.IGNORECASE)
        return short if len(short) != len("010190999K") else f"{short[:6]}-{short[6:]}"
    return re.sub(r"[\s._-]", "", told) if kind == "iban" else told


def names(text: str) -> Iterator[Told]:
    """Names of a plain text: a common given name and what stands beside it, an initial or a title and a name. Some are missed."""
    tokens = list(TOKEN.finditer(text))
    at = 0
    while at < len(tokens):
        run = _run(text, tokens, at)
        first, last = _person(run, _is_inside(text, run[0].start()))
        if last > first:
            start, end = run[first].start(), run[last - 1].end()
            yield Told("full_name", start, end - (text[end - 1] == "." and end - run[last - 1].start() > 2), text[start:end].rstrip("."))
        at += max(last, 1)


def _run(text: str, tokens: list[re.Match[str]], at: int) -> list[re.Match[str]]:
    """Words that stand beside one another from one on, such as a name would; particles between them count."""
    run = [tokens[at]]
    for one in tokens[at + 1 : at + 6]:
        gap = text[run[-1].end() : one.start()]
        full = run[-1][0].endswith(".") and len(run[-1][0]) > 2
        if full or not BESIDE.fullmatch(gap):
            break
        run.append(one)
    return run


def _person(run: list[re.Match[str]], is_inside: bool) -> tuple[int, int]:
    """Which words of a run are a person, if its first word begins one."""
    words = [one[0] for one in run]
    head, rest = words[0], [place for place, one in enumerate(words) if place and _is_capital(one)]
    nearest = next(
        (place for place in range(1, len(words)) if words[place].lower() not in PARTICLES and len(words[place].rstrip(".")) > 1), 0
    )
    capital = nearest if nearest in rest else 0
    if head.rstrip(".").lower() in TITLES and capital:
        return 1, _end(words, capital)
    if len(head) == 2 and head[1] == "." and head[0].isupper() and capital:
        return 0, _end(words, capital)
    if _is_given(head) and (_is_capital(head) or (nearest == 1 and _is_family(words[1]))):
        if capital or not _is_capital(head):
            return 0, _end(words, capital or nearest)
        if len(words) > 1 and re.fullmatch(r"\w\.", words[1]):
            return 0, 2
        return (0, 1) if is_inside else (0, 0)
    if _is_capital(head) and capital == 1 and (_is_given(words[1]) and not _follows(words)):
        return 0, 2
    if _is_capital(head) and is_inside and capital == 1 and _is_family(words[1]):
        return 0, 2
    if _is_capital(head) and is_inside and _is_one_of(head.rstrip("."), "family", FREQUENT):
        return 0, 1
    if capital == 1 and all(_is_capital(one) and not one.isascii() and "LATIN" not in unicodedata.name(one[0], "") for one in words[:2]):
        return 0, 2
    return 0, 0


def _follows(words: list[str]) -> bool:
    """Whether after the second word comes one that would be its family name."""
    return len(words) > 2 and _is_capital(words[2]) and len(words[2].rstrip(".")) > 1 and not _is_family(words[0])


def _end(words: list[str], place: int) -> int:
    """Where a name ends of which a word is known: given names go on to the family name."""
    after = place + 1
    while after < len(words) and _is_given(words[after - 1]) and _is_capital(words[after]):
        after += 1
    return after


def _is_capital(word: str) -> bool:
    return word[0].isupper()


def _is_inside(text: str, at: int) -> bool:
    """Whether a word does not begin a sentence: there a capital tells nothing."""
    before = text[:at].rstrip()
    return bool(before) and before[-1] not in ".!?:\n"


def _is_given(word: str) -> bool:
    return all(_is_one_of(part, "given") for part in word.rstrip(".").split("-"))


def _is_family(word: str) -> bool:
    return any(_is_one_of(part, "family") for part in word.rstrip(".").split("-"))


def _is_one_of(word: str, column: str, least: int = MANY) -> bool:
    told = _persons.folded(word)
    stems = [told, *(told.removesuffix(end) for end in ENDINGS if told.endswith(end) and len(told) > len(end) + 3)]
    return any(one in _known(column, least) for one in (*stems, *(f"{one[:-1]}nen" for one in stems if one.endswith("se"))))


@cache
def _known(column: str, least: int) -> frozenset[str]:
    with GIVEN_NAMES.open(encoding="utf-8", newline="") as opened:
        return frozenset(_persons.folded(row["name"]) for row in csv.DictReader(opened) if row.get(column) and int(row[column]) >= least)
