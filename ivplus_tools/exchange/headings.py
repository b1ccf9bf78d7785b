"""Headings: which record a sheet holds, which field each heading fills. All by `words/headings.toml`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache

from ivplus_tools import _records, _words
from ivplus_tools.exchange.spreadsheets import Table

HEADING_ROWS = 25
WIDEST = 500
"""Columns in which headings are sought; what stands further to the right is kept as content."""
LONGEST_HEADING = 160
BRACKETS = r"\((?:[^()]|\([^()]*\))*\)"
META = ("valid_from",)


@dataclass(frozen=True)
class Column:
    """A heading, the field that it fills (None: kept as imported content), and how that was seen.

    `doubt` says why an officer has to confirm the field; until then the content is kept beside it.
    """

    sheet: str
    heading: str
    field: str | None
    how: str
    doubt: str = ""
    example: str = ""

    @property
    def fills(self) -> str | None:
        """The field that the column really fills: none while it is doubtful."""
        return None if self.doubt else self.field


@dataclass(frozen=True)
class Wishes:
    """What the officer said of a file: fields by heading (None: no field), sheets, row, role."""

    columns: Mapping[str, str | None] = field(default_factory=dict)
    sheets: tuple[str, ...] = ()
    start_row: int | None = None
    role: str | None = None
    entry: int | None = None
    """The entry of the journal that says so, where it was said of an earlier file."""

    @property
    def chosen(self) -> dict[str, str | None]:
        """The fields by the headings as they are compared."""
        return {folded(heading): name for heading, name in self.columns.items()}


Recogniser = Callable[[str, set[str]], Column | None]
"""A heading and the fields taken -> what it is recognised as, in a column without a sheet."""


@lru_cache(20_000)
def folded(text: str) -> str:
    """A heading without its number, case, accents, punctuation and double spaces."""
    text = re.sub(r"^\s*\d+(\.\d+)*[.)]\s+", "", text)
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[^\w]+", " ", plain.replace("_", " ")).split())


def kind_of(table: Table) -> str:
    """Which record a sheet holds: by its name, else an activity."""
    name = folded(table.name)
    for kind, names in _words.read("headings")["sheet"].items():
        if isinstance(names, list) and name in map(folded, names):
            return str(kind)
    return "activity"


def roles_in(texts: Iterable[str]) -> set[str]:
    """The roles that the name of a sheet or a title gives to its activities."""
    roles: dict[str, list[str]] = _words.read("headings")["title_role"]
    said = [folded(text[:LONGEST_HEADING]) for text in texts]
    return {
        role
        for role, phrases in roles.items()
        for phrase in map(folded, phrases)
        if any(re.search(rf"\b{re.escape(phrase)}\b", text) for text in said)
    }


def known_headings(rows: Sequence[Sequence[str]]) -> int:
    """The most headings of an activity that one of the rows has."""
    return max((exact_count(row, "activity") for row in rows[:HEADING_ROWS]), default=0)


def exact_count(row: Sequence[str], kind: str) -> int:
    """How many cells of a row are headings word for word."""
    return sum(meaning_of(cell, kind) is not None for cell in row[:WIDEST])


def map_columns(sheet: str, headings: Sequence[str], kind: str, lang: str, wishes: Wishes) -> list[Column]:
    """Which field each heading fills: first what the officer said, then exact ones, those of a general sense last, then near ones.

    A near one takes a free field only, and is in doubt; a second column of one field is content.
    """
    texts = [" ".join(cell.split()) for cell in headings]
    columns = [Column(sheet, text, None, "") for text in texts]
    taken: set[str] = set()
    for recognise in (_by_officer(wishes, lang), _by_words(kind, lang), _by_words(kind, lang, general=True), _by_nearness(kind, lang)):
        for place, text in enumerate(texts[:WIDEST]):
            found = None if columns[place].how else recognise(text, taken)
            if found is not None:
                columns[place] = replace(columns[place], field=found.field, how=found.how, doubt=found.doubt)
                taken |= {found.field} if found.field else set()
    return columns


def _by_officer(wishes: Wishes, lang: str) -> Recogniser:
    chosen = wishes.chosen
    said = _words.say("preview.by_layout" if wishes.entry else "preview.by_officer", lang, entry=wishes.entry)

    def recognise(text: str, taken: set[str]) -> Column | None:
        key = folded(text)
        if not key or key not in chosen or (chosen[key] and chosen[key] in taken):
            return None
        return Column("", text, chosen[key], said)

    return recognise


def _by_words(kind: str, lang: str, general: bool = False) -> Recogniser:
    later = set() if general else set(map(folded, _words.read("headings")["general"]["headings"]))

    def recognise(text: str, taken: set[str]) -> Column | None:
        name, how = _known(text, kind) or (None, "")
        if name is None or folded(text) in later:
            return None
        if name in taken:
            return Column("", text, None, _words.say("preview.second", lang, field=_words.field_label(name, lang)))
        return Column("", text, name, _words.say(f"preview.by_{how}", lang))

    return recognise


def _by_nearness(kind: str, lang: str) -> Recogniser:
    def recognise(text: str, taken: set[str]) -> Column | None:
        near = near_of(text, kind)
        name = meaning_of(near, kind) if near else None
        if not near or not name or name in taken:
            return None
        doubt = _words.say("preview.doubt_near", lang, field=_words.field_label(name, lang))
        return Column("", text, name, _words.say("preview.by_nearest", lang, near=repr(near)), doubt)

    return recognise


def meaning_of(heading: str, kind: str) -> str | None:
    """The field that a heading names exactly."""
    found = _known(heading, kind)
    return found[0] if found else None


def _known(heading: str, kind: str) -> tuple[str, str] | None:
    """Field and way of recognition of an exact heading; an article cited in brackets, or `if any`, changes nothing."""
    if len(heading) > 2 * LONGEST_HEADING:
        return None
    known, text = _headings(kind), folded(heading)
    return known.get(text) or known.get(_bare(text)) or known.get(_bare(folded(_without_asides(heading))))


def _bare(text: str) -> str:
    """A folded heading without articles."""
    return " ".join(one for one in text.split() if one not in _words.read("headings")["aside"]["articles"])


def _without_asides(heading: str) -> str:
    told = _words.read("headings")
    asides = {folded(text) for text in told["aside"]["texts"]}

    def is_aside(inside: str) -> bool:
        words = [one for one in re.findall(r"\w+", inside.casefold()) if len(one) > 1 and not one.isdigit()]
        cites = bool(words) or any(sign.isdigit() for sign in inside)
        return folded(inside) in asides or (cites and all(one in told["article"]["words"] for one in words))

    return re.sub(BRACKETS, lambda found: "" if is_aside(found[0][1:-1]) else found[0], heading)


def near_of(heading: str, kind: str) -> str | None:
    """The known heading that a text nearly is, by whole words; none where a word of it names another thing."""
    if not 6 < len(heading) < LONGEST_HEADING:
        return None
    text = folded(re.sub(r"\((s|t|er|ar)\)", "", heading))
    bare = folded(re.sub(BRACKETS, "", heading))
    others = set(_words.read("headings")["other_thing"]["words"])
    if bare != text and bare in _headings(kind) and not others.intersection(text.split()):
        return bare
    return _nearest(text, kind)


@lru_cache(5_000)
def _nearest(text: str, kind: str) -> str | None:
    words = text.split()
    others = set(_words.read("headings")["other_thing"]["words"])
    found = [(len(known), known) for known in _headings(kind) if _is_near(words, known.split(), others)]
    return max(found)[1] if found else None


def _is_near(words: Sequence[str], known: Sequence[str], others: set[str]) -> bool:
    """Whether the words are the known ones, up to a slip of the pen in one, or hold all of two or more."""
    extra = [one for one in words if one not in known]
    if others.intersection(extra):
        return False
    if len(words) == len(known):
        wrong = [(one, other) for one, other in zip(words, known, strict=True) if one != other]
        return not wrong or (len(wrong) == 1 and len(wrong[0][1]) > 5 and _one_slip(*wrong[0]))
    return len(known) > 1 and len(words) <= 2 * len(known) and not set(known).difference(words)


def _one_slip(one: str, other: str) -> bool:
    """Whether two words differ by one letter: wrong, left out, doubled, or changed places with the next."""
    if abs(len(one) - len(other)) > 1 or one[0] != other[0]:
        return False
    place = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    left, right = one[place:], other[place:]
    swapped = left[:2] == right[1::-1] and left[2:] == right[2:]
    return swapped or left[1:] == right or left == right[1:] or left[1:] == right[1:]


@cache
def _headings(kind: str) -> dict[str, tuple[str, str]]:
    """Known headings of a record type: folded text -> (field, how it was recognised)."""
    record = _records.record_type(kind)
    synonyms = _words.read("headings").get(kind, {})
    known = {folded(text): (name, "synonym") for name, texts in synonyms.items() for text in texts}
    for name in (*record.model_fields, *record.shorthand, *META):
        for lang in _words.LANGS:
            label = _words.column_name(name, lang) if name in META else _words.field_label(name, lang)
            known[folded(label)] = (name, "label")
        known[folded(name)] = (name, "label")
    return {_bare(text): found for text, found in known.items()} | known
