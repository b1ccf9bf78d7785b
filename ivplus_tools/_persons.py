"""Values that tell of one person, each in one form: whether two are the same, nearly the same, or another's; and found within text.

Case, blanks, marks and ways of writing are folded for comparing only; nothing is ever shown folded. What may be another's is not the same:
the separator of an identity code tells two persons apart, and so do the dots and tags of a mail address.
"""

from __future__ import annotations

import contextlib
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import NamedTuple

DASHES = "\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d"
IDENTITY = rf"(?<!\w)\d{{6}}[-+{DASHES}A-FU-Ya-fu-y]\d{{3}}[0-9A-Ya-y](?!\w)"
EMAIL = r"[^\s@<>\"',;:()=?&|\[\]]{1,64}(?:@|%40)[^\s@<>\"',;:()|\[\]/?&]+\.\w{2,24}"
PHONE = (
    r"(?<![\w.-])(?:(?:\+|00)[1-9][\d ()./-]{6,16}\d|0(?:4\d|50)[ -]?\d{3}[ -]?\d{2,3}[ -]?\d{1,3}"
    r"|\(?0[1-9]\d{0,2}\)?[ /-]\d{3}[ -]?\d{2,5})(?![\w-])"
)
IBAN = (
    r"(?<!\w)[A-Za-z]{2}\d{2}(?: ?[A-Za-z]{4})?(?: ?(?=[A-Za-z]{0,3}\d)[0-9A-Za-z]{4}){2,7}"
    r"(?: ?(?=[A-Za-z]{0,2}\d)[0-9A-Za-z]{1,3})?(?!\w)"
)
WITHIN = {"identity_code": IDENTITY, "email": EMAIL, "iban": IBAN, "phone": PHONE}
_WITHIN = {kind: re.compile(shape) for kind, shape in WITHIN.items()}
COUNTRY = re.compile(r"^(?:00|\+)?358(?:\(0\)|0)?(?=[1-9])|^0(?=[1-9])")
SHORTEST_KEY = 3
SHORTEST_NUMBER = 7
"""Digits of a telephone number by which another way of writing it is looked for."""


class Told(NamedTuple):
    """An identifier within a text: its kind, where it stands, and what stands there."""

    kind: str
    start: int
    end: int
    value: str


def recognised(text: str) -> list[Told]:
    """Identity codes, mail addresses, account and telephone numbers within a text, in order, the first of two that overlap."""
    found = [Told(kind, one.start(), one.end(), one[0]) for kind, shape in _WITHIN.items() for one in shape.finditer(text)]
    kept: list[Told] = []
    for one in sorted(found, key=lambda one: (one.start, list(WITHIN).index(one.kind))):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def tells(text: str) -> bool:
    """Whether a text tells an identity code, an address, an account or a telephone number, also with signs between that nobody sees."""
    return bool(recognised(text) or recognised(seen(text)))


def seen(text: str) -> str:
    """A text in one composition, without signs that nobody sees and without blanks around it."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(sign for sign in plain if unicodedata.category(sign) not in ("Cf", "Cc")).strip()


def folded(text: str) -> str:
    """Small letters without what stands above them."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", seen(text).casefold()) if not unicodedata.combining(sign))


def bare(text: str) -> str:
    """The letters and digits of ASCII, small."""
    return re.sub("[^0-9a-z]", "", folded(text))


def email(text: str) -> str:
    """A mailbox: without a name beside it, in small letters, its domain as it is resolved; dots and tags stay."""
    told = re.sub(r"^mailto:", "", seen(text), flags=re.IGNORECASE).replace("%40", "@")
    inside = re.search(r"<([^<>]*@[^<>]*)>\s*$", told)
    local, _, domain = (inside[1] if inside else told).strip().strip("\"'").casefold().rpartition("@")
    with contextlib.suppress(UnicodeError):
        domain = domain.rstrip(".").encode("idna").decode()
    return f"{local}@{domain}"


def phone(text: str) -> str:
    """The digits of a number, those of a Finnish one without trunk and country prefix."""
    told = key(text)
    digits = ("+" if told.startswith("+") else "") + "".join(str(unicodedata.digit(one)) for one in told if one.isdigit())
    digits = re.sub(r"^(\+|00)3580(?=[1-9])", r"\g<1>358", digits)
    return COUNTRY.sub("", digits) if COUNTRY.match(digits) else digits.removeprefix("+").removeprefix("00")


def identity_code(text: str) -> str:
    """The eleven signs of an identity code; its separator is a part of it."""
    return re.sub(rf"[{DASHES}]", "-", re.sub(r"\s", "", seen(text))).upper()


def code(text: str) -> str:
    """A number or a code without blanks and points, in capitals."""
    return re.sub(r"[\s.-]", "", seen(text)).upper()


def key(text: str) -> str:
    """A key of a system, as it stands; a whole number without the fraction that some systems write."""
    return re.sub(r"^(\d+)\.0+$", r"\1", seen(text))


def name(text: str) -> str:
    """The words of a name in the order of the alphabet, for comparing."""
    return " ".join(sorted(re.findall(r"[^\W\d_]+", folded(text))))


FORMS: Mapping[str, Callable[[str], str]] = {
    "email": email, "phone": phone, "identity_code": identity_code, "iban": code, "licence_plate": code, "person_key": key,
    "full_name": name, "given_name": name, "family_name": name, "postal_address": name, "birth_date": code, "account_name": key,
}  # fmt: skip
"""How each kind is brought into the form in which two values are compared."""
STRONG = frozenset(("email", "phone", "identity_code", "iban", "person_key", "account_name"))
"""Kinds of which an equal value is the same person; of the others it may be somebody of the same name."""
EXACT, NORMALISED, NEAR, INSIDE, OTHER = "exact", "normalised", "near", "inside", "other"


def compared(kind: str, sought: str, told: str) -> str:
    """How a value stands to the one that is sought: exact, normalised, near, or another's."""
    if sought == told:
        return EXACT
    form = FORMS[kind]
    if form(sought) == form(told):
        return NORMALISED
    return NEAR if _is_near(kind, sought, told) else OTHER


def _is_near(kind: str, sought: str, told: str) -> bool:
    """Whether a value may be the same with a slip of the pen; of an identity code only where its separator is missing."""
    one, two = FORMS[kind](sought), FORMS[kind](told)
    if kind == "identity_code":
        return re.fullmatch(r"\d{9}[0-9A-Y]", two) is not None and one[:6] + one[7:] == two
    if kind == "phone":
        return min(len(one), len(two)) >= SHORTEST_NUMBER and (one.endswith(two) or two.endswith(one))
    if kind == "email":
        return _mailbox(one) == _mailbox(two) or within_one(one, two)
    if kind in ("full_name", "given_name", "family_name", "postal_address"):
        return _names_near(set(one.split()), set(two.split()))
    if kind == "person_key" and one.isdecimal() and two.isdecimal():
        return one.lstrip("0") == two.lstrip("0") != ""
    return len(bare(one)) >= SHORTEST_KEY and bare(one) == bare(two)


def _mailbox(address: str) -> str:
    """An address without tag and dots: what some providers deliver to one box."""
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0].replace('.', '')}@{domain}"


def _names_near(one: set[str], two: set[str]) -> bool:
    """Whether the words of one name are among those of the other, each but for one sign."""
    few, many = sorted((one, two), key=len)
    whole = {word for word in few if len(word) > 1}
    return bool(whole) and all(any(within_one(word, other) or _initial(word, other) for other in many) for word in few)


def _initial(one: str, two: str) -> bool:
    """Whether one is the other's first letter."""
    return min(len(one), len(two)) == 1 and one[0] == two[0]


def within_one(one: str, two: str) -> bool:
    """Whether two texts differ by one sign at most: another, one more, one less, or two that changed places."""
    if one == two:
        return True
    if abs(len(one) - len(two)) > 1 or min(len(one), len(two)) < 3:
        return False
    start = next((place for place, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    a, b = one[start:], two[start:]
    swapped = a[:2] == b[1::-1] and a[2:] == b[2:]
    return swapped or a[1:] == b[1:] or a[1:] == b or a == b[1:]
