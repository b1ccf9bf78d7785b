"""Values of fields: four kinds of answer, clean text, days, and codes of the law's and the toolkit's lists."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict

from ivplus_tools import _dates, _law, _places, _words
from ivplus_tools._records.counts import read_count
from ivplus_tools._records.grammar import free_name, split
from ivplus_tools.errors import BadInput


class Stated(BaseModel):
    """An answer that is no value: confirmed none, or not applicable with the reason. Unknown is plain `None`."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    state: Literal["none", "not_applicable"]
    because: str | None = None

    def __repr__(self) -> str:
        return "ivp.NONE" if self.state == "none" else f"ivp.not_applicable({self.because!r})"


NONE = Stated(state="none")
"""Confirmed: there is none. Not the same as `None`, which is 'not known'."""


def not_applicable(because: str) -> Stated:
    """The answer 'not applicable', which always has a reason."""
    reason = clean(because) if isinstance(because, str) else ""
    if not reason:
        raise _words.refusal("reason_missing")
    return Stated(state="not_applicable", because=reason)


def _read_answer(got: object) -> object:
    """Words for the three other answers become those answers: 'ei ole (vahvistettu)', 'not applicable: ...', 'okänt'."""
    if isinstance(got, str):
        return _read_words(got)
    if isinstance(got, Stated):
        return not_applicable(got.because or "") if got.state == "not_applicable" else NONE
    if isinstance(got, Mapping) and "state" in got:
        if got["state"] == "not_applicable":
            return not_applicable(str(got.get("because") or ""))
        if got["state"] not in ("none", "unknown"):
            near = _words.nearest(got["state"], allowed("state"))
            raise _words.refusal("unknown_value", got=got["state"], what="state", near=near)
        return NONE if got["state"] == "none" else None
    return got


def _read_words(got: str) -> object:
    text, states = " ".join(got.split()), _words.synonyms("state")
    state = states.get(text.casefold().rstrip(". "))
    if state == "none":
        return NONE
    if state == "unknown":
        return None
    head, _, reason = text.partition(":")
    if states.get(head.casefold()) == "not_applicable":
        return not_applicable(reason)
    return got


def _read_formal(got: object) -> object:
    """As `_read_answer`, but only our own labels are other answers: `NO` is Norway, and `NA` Namibia."""
    if isinstance(got, str):
        head = got.partition(":")[0].strip().casefold()
        labels = {text.casefold() for names in _words.values("state").values() for text in names.values()}
        return _read_answer(got) if head in labels and head != "none" else got
    return _read_answer(got)


def clean(got: object) -> str:
    """Text as it came, without outer white space; control characters, lone surrogates and what is no text are refused."""
    if not isinstance(got, str):
        raise _words.refusal("not_text", got=type(got).__name__)
    if got.isprintable():  # no line break, no odd sign: most of what is ever read
        return got.strip()
    text = got.replace("\r\n", "\n").replace("\r", "\n").strip()
    if odd := ODD_SIGNS.search(text):
        raise _words.refusal("control_character", code=f"U+{ord(odd[0]):04X}")
    return text


def told(got: object) -> str:
    """What came as text; a number of thousands of digits has none, and is refused."""
    try:
        return str(got)
    except ValueError:
        raise _words.refusal("not_text", got=type(got).__name__) from None


def clean_text(got: object) -> object:
    """A text field's value: clean text, or None where it is empty or only a dash; the other answers pass."""
    if isinstance(got, str):
        text = clean(got)
        return None if text in _words.read("headings")["blank"]["texts"] else text or None
    if got is None or isinstance(got, Stated):
        return got
    if isinstance(got, (bool, int, float)):
        return clean(told(got))
    raise _words.refusal("not_text", got=type(got).__name__)


def _texts(got: object) -> object:
    if isinstance(got, str):
        got = split(got, "text")
    if isinstance(got, (list, tuple, set, frozenset)):
        return tuple(item for item in (clean_text(one) for one in got) if item) or None
    return got


def _day(got: object) -> object:
    if isinstance(got, Stated):
        return got
    return None if got is None or got == "" else _dates.day(got)


def _moment(got: object) -> object:
    return None if got is None or got == "" else _dates.moment(got)


def texts(answer: object) -> tuple[str, ...]:
    """The items of a list answer; nothing for the other answers."""
    return answer if isinstance(answer, tuple) else ()


def is_period(text: str | None) -> bool:
    """Whether a text is an ISO 8601 period; "as long as necessary" is not."""
    try:
        _dates.read_period(text)
    except BadInput:
        return False
    return True


def begin_with_period(text: str) -> tuple[str | None, str]:
    """The ISO 8601 period that a text begins with, and the rest: `6 vuotta tilikauden päättymisestä` is P6Y and a start."""
    if is_period(text):
        return text.strip(), ""
    units: dict[str, list[str]] = _words.read("headings")["period"]["units"]
    match = re.match(r"(\d{1,4})\s*([^\W\d_]+)\.?(?=\W|$)", text.strip())
    for unit, words in units.items():
        if match and int(match[1]) and match[2].casefold() in words:
            return f"P{int(match[1])}{unit}", text.strip()[match.end() :].strip(" ,.")
    return None, text.strip()


def _period(got: object) -> object:
    """A period as ISO 8601, also of words (`2 vuotta`, `24 h`); text that is none is refused."""
    text = clean_text(got)
    if isinstance(text, str):
        period, rest = begin_with_period(text)
        hours = re.fullmatch(r"(\d{1,4})\s*([^\W\d_]+)\.?", text)
        if hours and hours[2].casefold() in _words.read("headings")["period"]["hours"]:
            period, rest = f"PT{int(hours[1])}H", ""
        text = period if period and not rest else text
        _dates.read_period(text)
    return text


def _notice(got: object) -> object:
    """A period to answer or give notice in, which may be of working days: `P5B`, `5 työpäivää`."""
    text = clean_text(got)
    if isinstance(text, str):
        told = re.fullmatch(r"(\d{1,4})\s+(.+)", text)
        if told and told[2].casefold().rstrip(".") in _words.read("headings")["period"]["working_days"]:
            text = f"P{int(told[1])}B"
        if re.fullmatch(r"P\d{1,4}B", text):
            _dates.read_notice(text)
            return text
    return _period(text)


def _place(got: object) -> object:
    """The code of a place where it is understood; other text stays as it was written, for a finding to tell."""
    text = clean_text(got)
    return _places.code(text) or text if isinstance(text, str) else text


def _some_places(got: object) -> object:
    """Codes of places; an item that names several understood ones (`Finland and Sweden`) is taken apart."""
    items = _texts(got)
    if not isinstance(items, tuple):
        return items
    found: list[str] = []
    for one in items:
        apart = _places.split(one)
        found += apart if all(map(_places.name_is_known, apart)) else [one]
    return tuple(dict.fromkeys(found)) or None


def _read_places(got: object) -> object:
    """As `_read_formal`; a bare `none` is the answer too, since no place is called so."""
    return NONE if isinstance(got, str) and got.strip().casefold() == "none" else _read_formal(got)


def _month_day(got: object) -> object:
    """The last day of a financial year, as `12-31` or `31.12.`."""
    if got is None or got == "":
        return None
    finnish = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.?", clean(str(got)))
    text = f"{int(finnish[2]):02d}-{int(finnish[1]):02d}" if finnish else clean(str(got))
    _dates.month_day(text)
    return text


def _map(got: object) -> object:
    if isinstance(got, str):
        pairs = [split(line, "fields") for line in split(got, "parts")]
        got = {pair[0]: " | ".join(pair[1:]) for pair in pairs if pair}
    if not isinstance(got, Mapping):
        return got
    made: dict[str, str] = {}
    for key, text in got.items():
        if content := clean(told(text)):
            made[free_name(clean(told(key)) or "?", made)] = content
    return made or None


LONGEST_CODES = 5_000
"""Signs in which codes, places and periods are looked for; a longer text is none, and is kept as text."""
ODD_SIGNS = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\ud800-\\udfff\\ufffe\\uffff]")
"""Control characters, lone surrogates and what is no character: no document can show them."""


@dataclass(frozen=True)
class Holds:
    """What the texts of a field are: `moment`, `month_day`, `count` (or a bound), `place` (or what was not understood), `period`."""

    kind: str


Text = Annotated[str | None, BeforeValidator(clean_text)]
Texts = Annotated[tuple[str, ...] | None, BeforeValidator(_texts)]
Map = Annotated[dict[str, str] | None, BeforeValidator(_map)]
MonthDay = Annotated[str | None, BeforeValidator(_month_day), Holds("month_day")]
Day = Annotated[date | None, BeforeValidator(_day)]
AnswerDay = Annotated[date | Stated | None, BeforeValidator(_day), BeforeValidator(_read_answer)]
Period = Annotated[str | None, BeforeValidator(_period), Holds("period")]
Notice = Annotated[str | None, BeforeValidator(_notice), Holds("period")]
AnswerText = Annotated[str | Stated | None, BeforeValidator(clean_text), BeforeValidator(_read_answer)]
Countries = Annotated[tuple[str, ...] | Stated | None, BeforeValidator(_texts), BeforeValidator(_read_formal)]
AnswerTexts = Annotated[tuple[str, ...] | Stated | None, BeforeValidator(_texts), BeforeValidator(_read_answer)]
Moment = Annotated[str | None, BeforeValidator(_moment), Holds("moment")]
Count = Annotated[str | None, BeforeValidator(read_count), Holds("count")]
Place = Annotated[str | None, BeforeValidator(_place), Holds("place")]
Places = Annotated[tuple[str, ...] | Stated | None, BeforeValidator(_some_places), BeforeValidator(_read_places), Holds("place")]


@dataclass(frozen=True)
class Listed:
    """Marks a field whose values come from a list: of the law (`facts/`) or of the toolkit (`words/`)."""

    name: str


@_law.kept
def allowed(name: str) -> dict[str, dict[str, str]]:
    """The codes of a list with their names in fi, sv and en."""
    law = {code: fact.name for code, fact in _law.codes(name).items()}
    found = law or {code: _in_languages(names) for code, names in _words.values(name).items()}
    if not found:
        raise KeyError(f"no list is called {name}")
    return found


def _in_languages(names: dict[str, str]) -> dict[str, str]:
    """The names alone: a list may say more of a code, such as that it is called the same everywhere."""
    return names if len(names) == len(_words.LANGS) else {lang: names[lang] for lang in _words.LANGS}


def lists() -> list[str]:
    """The name of every list that a field may take its codes from."""
    return sorted(
        {*_words.read("labels")["value"], *(one["list"] for fact in _law.facts().values() for one in fact.history if "list" in one)}
    )


def is_list(name: str) -> bool:
    """Whether there is a list of that name."""
    return bool(_law.codes(name) or _words.values(name))


def code(name: str, got: object) -> str:
    """The code that a text means: the code itself, its name in any language, a known synonym, or an article in any spelling."""
    text = " ".join(str(got).split())
    if len(text) > LONGEST_CODES:
        raise _words.refusal("unknown_value", got=f"{text[:80]}…", what=name, near="–")
    for known in (text, _article(name, text)):
        if known in allowed(name):
            return known
    meaning = _meanings(name).get(text.casefold())
    if meaning is None:
        raise _words.refusal("unknown_value", got=text, what=name, near=_near(name, text))
    return meaning


@_law.kept
def _meanings(name: str) -> dict[str, str]:
    names = {label.casefold(): key for key, labels in allowed(name).items() for label in labels.values()}
    return names | _words.synonyms(name) | {key.casefold(): key for key in allowed(name)}


def _near(name: str, text: str) -> dict[str, str]:
    """The nearest codes, names and known synonyms, told in each language with the names of that language."""
    others = [one for one in _words.synonyms(name) if one not in _meanings_of_codes(name)]
    found = {}
    for lang in _words.LANGS:
        names = [labels[lang] for labels in allowed(name).values()]
        near = _words.nearest(text, [*names, *allowed(name), *others], 3)
        found[lang] = near if near.startswith(("'", '"')) else _words.nearest(text, names, 3)
    return found


@_law.kept
def _meanings_of_codes(name: str) -> frozenset[str]:
    return frozenset(label.casefold() for labels in allowed(name).values() for label in labels.values())


@_law.kept
def _article(name: str, text: str) -> str:
    """`6 artiklan 1 kohdan f alakohta`, `Art. 6 Abs. 1 lit. f DSGVO`, `GDPR-6-1-f` and `6.1 f` are all `6(1)(f)`.

    What follows may only be the name of the same provision: `6(1)(a), 6(1)(b)` are two, and `6(1)(a) or (b)` is undecided.
    """
    signs = _signs(text)
    if len(signs) < 2 or not (signs[0].isdecimal() and signs[1].isdecimal()):
        return text
    point = signs[2] if len(signs) > 2 and len(signs[2]) == 1 else ""
    found = f"{signs[0]}({signs[1]})" + (f"({point})" if point else "")
    named = [*allowed(name).get(found, {}).values(), *(said for said, code in _words.synonyms(name).items() if code == found)]
    rest = signs[3:] if point else signs[2:]
    return found if set(rest) <= {one for said in named for one in _signs(said)} else text


def _signs(text: str) -> list[str]:
    """Numbers and words of a citation, without the words that only connect them."""
    words = _words.read("headings")["article"]["words"]
    return [one for one in re.findall(r"\d+|[^\W\d_]+", text.casefold()) if one not in words]


def codes_in(name: str, text: str) -> list[str]:
    """Every code of one text: `6(1)(a), 6(1)(b)`, `6(1)(b) & (f)`, `suostumus ja sopimus`. What is not wholly understood is refused."""
    try:
        return [code(name, text)]
    except BadInput as refusal:
        if len(text) > LONGEST_CODES:
            raise
        between = _words.read("headings")["between"]["texts"]
        pieces = [one.strip() for one in re.split("|".join(map(re.escape, between)), text) if one.strip()]
        signs = [one for one in _signs(text) if f" {one} " not in between]
        is_range = re.search(r"\b[a-j]\)?\s*[-–—]\s*\(?[a-j]\b", text.casefold())
        if len(signs) > 3 and not is_range and all(len(one) == 1 and one.isalpha() for one in signs[2:]):
            pieces = [f"{signs[0]}({signs[1]})({point})" for point in signs[2:]]
        try:
            found = [code(name, one) for one in pieces]
        except BadInput:
            raise refusal from None
        return found


def _code(name: str, required: bool) -> Callable[[object], object]:
    return lambda got: None if not required and (got is None or got == "") else code(name, got)


def _codes(name: str) -> Callable[[object], object]:
    def read(got: object) -> object:
        items = _texts(got)
        return tuple(code(name, one) for one in items) if isinstance(items, tuple) else items

    return read


def one_of(name: str, required: bool = False) -> Any:
    """The type of a field with one code of a list; where it is required, no answer is refused."""
    return Annotated[str if required else str | None, BeforeValidator(_code(name, required)), Listed(name)]


def some_of(name: str) -> Any:
    """The type of a field with codes of a list, or one of the other answers."""
    return Annotated[tuple[str, ...] | Stated | None, BeforeValidator(_codes(name)), BeforeValidator(_read_answer), Listed(name)]
