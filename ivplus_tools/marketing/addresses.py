"""Spellings of one address: what many rows are asked in SQL, and what is odd, one by one. What has two readings has none."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import unquote

from ivplus_tools._sources import compose

MAIL, NUMBER, HANDLE, STREET = "mail", "number", "handle", "street"
FORMS = {
    "email": MAIL, "sms": NUMBER, "automated_call": NUMBER, "fax": NUMBER, "phone": NUMBER, "other_message": HANDLE, "post": STREET,
}  # fmt: skip
"""What an address of a channel is."""
EMPTY, UNREADABLE, TWO = "address_empty", "address_unreadable", "two_readings"
LOCAL = r"[a-zA-Z0-9!#$*+/=?^_`{|}~-]"
LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
PLAIN_MAIL = rf" *{LOCAL}+(?:[.]{LOCAL}+)*@(?:{LABEL}[.])+[a-zA-Z][a-zA-Z0-9-]*[a-zA-Z0-9] *"
"""A usual spelling of a mailbox; two hyphens in a row may be of a name in other letters."""
SHAPE = re.compile(r"[^\s@<>()\[\],;:\"\\]+@[^\s@<>()\[\],;:\"\\/]+\.[^\s@<>()\[\],;:\"\\/.]{2,}")
AT = re.compile(r"\s*[(\[{]\s*(?:at|ät|ät-merkki|@)\s*[)\]}]\s*", re.IGNORECASE)
DOT = re.compile(r"\s*[(\[{]\s*(?:dot|piste|punkt|\.)\s*[)\]}]\s*", re.IGNORECASE)
SCHEME = re.compile(r"^(?:mailto|tel|sms|smsto|callto|fax)\s*:\s*(?://)?", re.IGNORECASE)
APART = re.compile(r"\s*[;,|\n]\s*|\s+(?:ja|tai|och|eller|and|or|/)\s+|(?<=\d)\s*/\s*(?=[+0])")
NUMBER_SIGNS = re.compile(r"[( ]*\+?[\d\s().\-/]+")
HOME, TRUNK, ABROAD = "358", "0", "00"
SHORTEST, LONGEST = 7, 15
"""Digits of a number with its country (E.164)."""
BARE = "translate({raw}, ' ().-', '')"
MAIL_KEY = "CASE WHEN regexp_full_match({raw}, '{plain}') AND NOT contains({raw}, '--') THEN lower(trim({raw})) END"
NUMBER_KEY = (
    "CASE WHEN NOT regexp_full_match({raw}, '[( ]*[+]?[0-9 ().-]+') THEN NULL"
    " WHEN regexp_full_match({bare}, '[+]358[1-9][0-9]{{4,11}}') THEN {bare}"
    " WHEN regexp_full_match({bare}, '[+][124-9][0-9]{{6,14}}') THEN {bare}"
    " WHEN regexp_full_match({bare}, '0[1-9][0-9]{{4,10}}') THEN '+358' || substr({bare}, 2) END"
)
BASE = "CASE WHEN contains({key}, '+') AND contains({key}, '@') THEN regexp_replace({key}, '[+][^@]*@', '@') END"


@dataclass(frozen=True)
class Reading:
    """What an address is: its keys (one, where it is sure), or why there is none. `problem` may stand beside keys that it may be."""

    keys: tuple[str, ...] = ()
    problem: str = ""

    @property
    def sure(self) -> str | None:
        """The one address that it is beyond doubt."""
        return self.keys[0] if len(self.keys) == 1 and not self.problem else None


def read(form: str, raw: str | None) -> Reading:
    """One address as it was written."""
    text = plain(raw or "")
    if not text:
        return Reading(problem=EMPTY)
    if form == STREET:
        key = " ".join(re.findall(r"\w+", text.casefold()))
        return Reading((key,)) if key else Reading(problem=UNREADABLE)
    if form == HANDLE:
        form = MAIL if "@" in text.lstrip("@") else NUMBER if NUMBER_SIGNS.fullmatch(text) else HANDLE
    if form == HANDLE:
        key = text.lstrip("@").lower()
        return Reading((key,)) if key and " " not in key else Reading(problem=UNREADABLE)
    return _several(form, text)


def plain(raw: str) -> str:
    """A text in one form: compatible signs, nothing unseen, one kind of blank, none at its ends."""
    text = raw
    for _ in range(4):
        made = unicodedata.normalize("NFKC", text.replace("\u3002", ".").replace("\uff61", "."))
        made = "".join(sign for sign in made if unicodedata.category(sign) not in ("Cf", "Cn", "Co", "Cs") and sign not in UNSEEN)
        made = re.sub(r"[\u2010-\u2015\u2212]", "-", made)
        made = re.sub(r"[^\S\n]+", " ", made).strip()
        if made == text:
            break
        text = made
    return text


UNSEEN = "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\u2800" + "".join(map(chr, range(0xFE00, 0xFE10))) + "\x00"
"""Signs that show nothing though they are letters or marks."""


def _several(form: str, text: str) -> Reading:
    """Every address that a cell holds: more than one is not sure."""
    one = _mail(text) if form == MAIL else _number(text)
    if one.keys:
        return one
    parts = [part for part in APART.split(text) if part.strip()]
    found = [_mail(part) if form == MAIL else _number(part) for part in parts] if len(parts) > 1 else []
    keys = tuple(dict.fromkeys(key for each in found for key in each.keys))
    if not keys and form == MAIL:
        keys = tuple(dict.fromkeys(key for each in SHAPE.findall(text) for key in _mail(each).keys))
    return Reading(keys, TWO) if keys else Reading(problem=one.problem)


def _mail(text: str) -> Reading:
    """A mailbox: without its name, scheme and brackets, small; the domain as it is asked of the name service. Tags and dots stay."""
    told = SCHEME.sub("", html.unescape(text)).strip()
    if "@" not in told:
        told = unquote(DOT.sub(".", AT.sub("@", told)))
    elif "%40" in told or SCHEME.match(text):
        told = unquote(told)
    if SCHEME.match(text):
        told = told.partition("?")[0]
    named = re.fullmatch(r"([^<>]*)<\s*([^<>]+?)\s*>[\s;,.]*", told)
    if named:
        before, told = named[1], SCHEME.sub("", named[2])
        if SHAPE.search(before) and _mail(before).keys != _mail(told).keys:
            return Reading(_mail(before).keys + _mail(told).keys, TWO)
    told = re.sub(r"\s*@\s*", "@", told.strip(" ;,'\"<>()[]").rstrip("."))
    told = told.replace('"@', "@").lstrip('"')
    told = plain(told).lower()
    if not SHAPE.fullmatch(told) or told.count("@") != 1:
        return Reading(problem=UNREADABLE)
    local, domain = told.split("@")
    if local.startswith(".") or local.endswith(".") or ".." in local:
        return Reading(problem=UNREADABLE)
    labels = [_label(one) for one in domain.split(".")]
    if not all(labels):
        return Reading(problem=UNREADABLE)
    shown = ".".join(one for _, one in filter(None, labels))
    key = f"{local}@{'.'.join(one for one, _ in filter(None, labels))}"
    return Reading((key,), TWO if _mixed(local) or _mixed(shown) else "")


def _label(label: str) -> tuple[str, str] | None:
    """A label of a domain as it is asked and as it is shown; None where it is none."""
    shown = label
    if label.startswith("xn--"):
        try:
            shown = plain(label[4:].encode("ascii").decode("punycode")).lower()
        except UnicodeError:
            return None
        if shown.isascii():
            return None
    if not shown or shown.startswith("-") or shown.endswith("-") or not re.fullmatch(r"[\w-]+", shown) or "_" in shown:
        return None
    return (shown, shown) if shown.isascii() else ("xn--" + shown.encode("punycode").decode("ascii"), shown)


def _mixed(text: str) -> bool:
    """Whether letters of two alphabets that look alike stand in one text."""
    if text.isascii():
        return False
    alphabets = {unicodedata.name(sign, "?").split()[0] for sign in text if sign.isalpha()}
    return len(alphabets & {"LATIN", "CYRILLIC", "GREEK", "CHEROKEE", "ARMENIAN"}) > 1


def _number(text: str) -> Reading:
    """A telephone number with its country; one without any is Finnish. One whose first nought is lost is not sure."""
    told = SCHEME.sub("", text).partition(";")[0].strip(" ;,'\"<>")
    if not NUMBER_SIGNS.fullmatch(told) or "\n" in told:
        return Reading(problem=UNREADABLE)
    abroad = told.lstrip("( ").startswith("+")
    digits = "".join(str(unicodedata.digit(sign)) for sign in told if sign.isdigit())
    if not abroad and digits.startswith(ABROAD):
        abroad, digits = True, digits[len(ABROAD) :]
    doubt = ""
    if not abroad:
        if digits.startswith(TRUNK):
            digits = HOME + digits[1:]
        elif digits.startswith(HOME) and len(digits) > SHORTEST + 2:
            pass
        elif digits[:1] in ("4", "5") and SHORTEST <= len(digits) <= SHORTEST + 3:
            digits, doubt = HOME + digits, TWO
        else:
            return Reading(problem=UNREADABLE)
    if digits.startswith(HOME + TRUNK):
        digits = HOME + digits[len(HOME) + 1 :]
    if digits.startswith(TRUNK) or not SHORTEST <= len(digits) <= LONGEST:
        return Reading(problem=UNREADABLE)
    return Reading((f"+{digits}",), doubt)


def base_of(key: str) -> str | None:
    """The mailbox of a tagged address (`maija+uutiset@` is that of `maija@`); None where there is no tag."""
    local, at, domain = key.partition("@")
    untagged = local.partition("+")[0]
    return f"{untagged}@{domain}" if at and "+" in local and untagged else None


def key_in_sql(form: str, raw: str) -> str:
    """The key of a usual spelling as an expression; NULL where it is not usual, and `read` is asked."""
    if form == MAIL:
        return compose(MAIL_KEY, raw=raw, plain=PLAIN_MAIL)
    if form == NUMBER:
        return compose(NUMBER_KEY, raw=raw, bare=compose(BARE, raw=raw))
    return "CAST(NULL AS VARCHAR)"


def base_in_sql(form: str, key: str) -> str:
    """The mailbox of a tagged address as an expression."""
    return compose(BASE, key=key) if form in (MAIL, HANDLE) else "CAST(NULL AS VARCHAR)"
