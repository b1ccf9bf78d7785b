"""Labels, findings, refusals and headings in Finnish, Swedish and English: the only reader of `words/`."""

from __future__ import annotations

import difflib
import errno
import math
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from functools import cache, lru_cache, wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import rtoml

from ivplus_tools import errors
from ivplus_tools.errors import BadWords, Refusal

LANGS = ("fi", "sv", "en")
FOLDERS = [Path(__file__).parent / "words"]
"""Where words are looked for; a room from elsewhere adds the folder of its words file."""
SHOWN = 10
LONGEST_NUMBER = 128
MERGED = ("labels", "findings")
"""The tables that every room's file may hold, and that are read as one."""
P = ParamSpec("P")
R = TypeVar("R")
_Key = tuple[str, ...]
SPOKEN = {"fi": "finnish", "sv": "swedish", "en": "english"}
"""The codes of the list `language`, by the languages of the words."""
_TABLE = {"fi": "d.M.y", "sv": "d.M.y", "en": "d MMM y"}
_RUNNING = {"fi": "d.M.y", "sv": "'den' d MMMM y", "en": "d MMMM y"}
_LOCALE = {"fi": "fi_FI", "sv": "sv_FI", "en": "en_GB"}


def kept(function: Callable[P, R], besides: Callable[[], object] = lambda: None) -> Callable[P, R]:
    """A function of the words that are read, and of `besides`: its answers are kept for those alone."""
    told: Any = function
    known: Any = lru_cache(4096)(lambda _read, *args, **named: told(*args, **named))

    @wraps(function)
    def asked(*args: P.args, **named: P.kwargs) -> R:
        found: R = known((tuple(FOLDERS), besides()), *args, **named)
        return found

    asked.cache_clear = known.cache_clear  # type: ignore[attr-defined]
    return asked


@kept
def read(name: str) -> dict[str, Any]:
    """`labels` or `findings`: those of every file in one; else what `<name>.toml` has beside both.

    What stands in two files is refused.
    """
    if name in MERGED:
        merged: dict[str, Any] = {}
        whence: dict[_Key, Path] = {}
        for path in _room_files():
            _merge(merged, _parsed(path).get(name, {}), (name,), path, whence)
        return merged
    paths = [folder / f"{name}.toml" for folder in FOLDERS]
    told = _parsed(next((path for path in paths if path.is_file()), paths[0]))
    return {key: entry for key, entry in told.items() if key not in (*MERGED, "order")}


@cache
def _parsed(path: Path) -> dict[str, Any]:
    """A words file as it is, parsed once: `check` waits for it at every start."""
    return rtoml.loads(path.read_text(encoding="utf-8"))


@kept
def _room_files() -> dict[Path, tuple[str, ...]]:
    """The files with labels or findings, and what their codes begin with, by the `order` they tell.

    A file without one comes last. All by the text alone: the shell names the rooms before any
    file is parsed.
    """
    found: list[tuple[float, Path, tuple[str, ...]]] = []
    for path in (path for folder in FOLDERS for path in sorted(folder.glob("*.toml"))):
        text = b"\n" + path.read_bytes()
        if any(f"\n[{name}".encode() in text for name in MERGED):
            order = re.search(rb"\norder = (\d+)", text.partition(b"\n[")[0])
            place = float(order[1]) if order else math.inf
            codes = dict.fromkeys(re.findall(rb"\n\[findings\.([A-Z]+)-", text))
            found.append((place, path, tuple(one.decode() for one in codes)))
    return {path: codes for _, path, codes in sorted(found, key=lambda one: one[0])}


def _merge(
    into: dict[str, Any],
    more: dict[str, Any],
    at: _Key,
    path: Path,
    whence: dict[_Key, Path],
) -> None:
    """Put the entries of a file among those before; one (known by its languages) is in one file."""
    for key, told in more.items():
        here, is_table = (*at, key), _is_table(told)
        if key not in into:
            into[key], whence[here] = {} if is_table else told, path
        elif not (is_table and _is_table(into[key])):
            raise BadWords(f"{'.'.join(here)}: stands both in {whence[here]} and in {path}")
        if is_table:
            _merge(into[key], told, here, path, whence)


def _is_table(told: object) -> bool:
    return isinstance(told, dict) and not told.keys() >= set(LANGS)


@kept
def rooms() -> dict[str, str]:
    """What the codes of findings begin with -> their room, the name of the file that words them; the law last."""
    found: dict[str, Path] = {}
    for path, codes in _room_files().items():
        for begins in codes:
            if found.setdefault(begins, path) != path:
                raise BadWords(f"{begins}-…: stand both in {found[begins]} and in {path}")
    return dict(sorted(((begins, path.stem) for begins, path in found.items()), key=lambda one: one[1] == "law"))


def room_of(code: str) -> str | None:
    """The room that a finding's code belongs to."""
    return rooms().get(code.upper().partition("-")[0])


def say(key: str, lang: str, /, **facts: object) -> str:
    """The text at a dotted `key` of the labels, with its placeholders filled."""
    return _label(*key.split("."))[lang].format(**facts)


def _label(*path: str) -> dict[str, str]:
    """What the labels have at a place, in each language; a place that no file has is a defect that names it."""
    node: Any = read("labels")
    for part in path:
        node = node.get(part) if isinstance(node, dict) else None
    if node is None:
        raise BadWords(f"no file of {', '.join(map(str, FOLDERS))} has labels.{'.'.join(path)}")
    found: dict[str, str] = node
    return found


_TWO_STOPS = re.compile(r"(?<=\w)\.\.(?![.\w/])")  # an abbreviation at the end of a sentence
_AS_CODE = re.compile(r" \(P(?:T?\d+[A-Z])+\)")  # what a period is to a machine, behind its words
_QUOTED = re.compile(r"(?<![\w'])'([^'\n]+)'(?![\w'])")  # what is nearest, as `nearest` quotes it
_NONE_TO_TELL = re.compile(r" \([^():]*: –\)|; [^;:.()]{1,24}: –(?=\.)")


def language(lang: str) -> str:
    """`lang` itself, or a refusal that lists the three languages."""
    if lang not in LANGS:
        raise refusal("unknown_value", got=lang, what="language", near=nearest(lang, LANGS))
    return lang


def refusal(key: str, /, **facts: object) -> Refusal:
    """The refusal `key` of `refusals.toml`, of the class named there, in all three languages."""
    entry = read("refusals")[key]
    if key == "unknown_value":
        facts["what"] = _list_name(facts["what"])
    kind: type[Refusal] = getattr(errors, entry["kind"])
    return kind({lang: printable(" ".join(_filled(entry[lang], facts, lang).split())) for lang in LANGS})


def _list_name(name: object) -> object:
    """What a list of values is called, in every language: as the field that holds it, else by a name of its own."""
    labels = read("labels")
    return labels["list"].get(name) or labels["field"].get(name) or labels["column"].get(name) or name


def system_reason(error: BaseException) -> dict[str, str]:
    """Why the operating system refused, in every language: its own texts are in that of the machine."""
    said = getattr(error, "strerror", None) or str(error) or type(error).__name__
    name = errno.errorcode.get(getattr(error, "errno", None) or 0, type(error).__name__)
    known = read("labels")["os"]
    return {**{lang: text.format(name=name, said=said) for lang, text in known.get(name, known["other"]).items()}, "en": said}


def wanted(kind: str, said: str) -> dict[str, str]:
    """What a field wants in place of what was given, by the name of the complaint; in English as it was `said`."""
    known = read("labels")["wants"]
    return {**known.get(kind, known["other"]), "en": said}


def finding(code: str, lang: str, /, **facts: object) -> str:
    """The sentence of the finding `code`, with what it is about filled in."""
    return _filled(read("findings")[code][lang], facts, lang)


def _filled(text: str, facts: dict[str, object], lang: str) -> str:
    """A sentence with what it is about; a part that would only say that there is none, such as "(nearest: –)", is left out."""
    told = str(text.format(**local(facts, lang)))
    if lang != "en" and isinstance(facts.get("near"), str):
        told = _QUOTED.sub("”\\1”", told)
    return _TWO_STOPS.sub(".", _NONE_TO_TELL.sub("", _AS_CODE.sub("", told)))


def finding_template(code: str, lang: str) -> str:
    """The sentence of the finding `code` with … for what it is about."""
    return re.sub(r"\{[^}]*\}", "…", str(read("findings")[code][lang]))


def values(name: str) -> dict[str, dict[str, str]]:
    """A list of the toolkit's own (not the law's): code -> its names in fi, sv, en; empty when there is no such list."""
    found: dict[str, dict[str, str]] = read("labels")["value"].get(name, {})
    return found


@kept
def synonyms(name: str) -> dict[str, str]:
    """What people write for the codes of a list: lower-cased text -> code."""
    table: dict[str, list[str]] = read("headings")["value"].get(name, {})
    return {text.casefold(): code for code, texts in table.items() for text in texts}


def nearest(got: object, known: Iterable[str], count: int = 1) -> str:
    """The closest of `known` to what came, in quotes, or all of a short list when nothing is close."""
    return _nearest(str(got)[:200].casefold(), tuple(known), count)  # what is longer is near nothing


@lru_cache(1024)
def _nearest(sought: str, options: Sequence[str], count: int) -> str:
    if not options:
        return ""
    by_case = {option.casefold(): option for option in options}
    holding = [option for option in by_case if len(sought) > 2 and sought in option]
    close = holding[:count] or difflib.get_close_matches(sought, by_case, n=count, cutoff=0.55)
    if close:
        return " / ".join(repr(by_case[text]) for text in close)
    return ", ".join(options[:SHOWN]) + (", …" if len(options) > SHOWN else "")


def show_date(day: date | datetime, lang: str, running: bool = False) -> str:
    """A day as the tables of that language write it (2.3.2026, 2 Mar 2026), or as running text does (den 2 mars 2026).

    An instant comes with its time: 2.3.2026 klo 13.05.
    """
    if not isinstance(day, datetime):
        return _shown_day(day, lang, running)
    from babel.dates import format_time

    clock = format_time(day, "HH:mm" if lang == "en" else "H.mm", locale=_LOCALE[lang])
    joint = {"fi": "klo\u00a0", "sv": "kl.\u00a0", "en": "at "}[lang]
    return f"{_shown_day(day.date(), lang, running)} {joint}{clock}"


def show_month(text: str, lang: str) -> str:
    """`2026-03` as that language writes a month (maaliskuu 2026); any other text as it is."""
    from babel.dates import format_date

    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text):
        return text
    return str(format_date(date(int(text[:4]), int(text[5:]), 1), "LLLL y", locale=_LOCALE[lang]))


def show_month_day(text: str, lang: str) -> str:
    """`12-31` as that language writes a day of any year: 31.12., 31 December."""
    from babel.dates import format_date

    day = date(2000, int(text[:2]), int(text[3:]))  # a leap year, which has every day
    return str(format_date(day, "d MMMM" if lang == "en" else "d.M.", locale=_LOCALE[lang]))


def show_percent(share: float, lang: str) -> str:
    """A share as that language writes it: 78 %, 78%."""
    from babel.numbers import format_percent

    return str(format_percent(share, locale=_LOCALE[lang]))


def show_hour(moment: datetime, lang: str) -> str:
    """The hour of an instant as that language writes it after a day: klo 13.05."""
    return show_date(moment, lang).removeprefix(show_date(moment.date(), lang)).strip()


@lru_cache(4096)
def _shown_day(day: date, lang: str, running: bool) -> str:
    from babel.dates import format_date

    return format_date(day, (_RUNNING if running else _TABLE)[lang], locale=_LOCALE[lang])


def article(code: str, lang: str) -> str:
    """A code such as `35(3)(b)` as that language cites it in tables: 35 art. 3 k. b, art. 35.3 b, Art. 35(3)(b)."""
    number, _, rest = code.partition("(")
    parts = rest.rstrip(")").split(")(") if rest else []
    if lang == "en":
        return f"Art. {code}"
    if lang == "sv":
        return f"art. {number}" + "".join([f".{parts[0]}"] if parts else []) + "".join(f" {one}" for one in parts[1:])
    return f"{number} art." + "".join([f" {parts[0]} k."] if parts else []) + "".join(f" {one}" for one in parts[1:])


def show_number(number: int | float, lang: str) -> str:
    """A number as that language writes it, with no-break spaces between thousands in Finnish and Swedish."""
    from babel.numbers import format_decimal

    return str(format_decimal(number, locale=_LOCALE[lang]))


def show_period(text: str, lang: str) -> str:
    """A period in words and as it is (`6 years (P6Y)`, `1 year 6 months (P1Y6M)`, `5 working days (P5B)`); any other text as it is."""
    from babel.units import format_unit

    if working := re.fullmatch(r"P(\d{1,4})B", text):
        one = "one_working_day" if int(working[1]) == 1 else "working_days"
        return f"{say(f'deadline.{one}', lang, count=int(working[1]))} ({text})"

    match = re.fullmatch(r"P(?=.)(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(\d{1,5})H)?", text)
    if not match:
        return text
    units = [(int(count), unit) for count, unit in zip(match.groups(), ("year", "month", "week", "day", "hour"), strict=True) if count]
    told = " ".join(format_unit(count, f"duration-{unit}", length="long", locale=_LOCALE[lang]) for count, unit in units)
    return f"{told} ({text})"


def say_period(text: str, lang: str) -> str:
    """A period in words alone, as an officer reads it; any other text as it is."""
    return _AS_CODE.sub("", show_period(text, lang))


def column_name(column: str, lang: str, is_field: bool = False) -> str:
    """The label of a frame's column, or the column's own name when it has none (`desk.sql` may invent any).

    `is_field`: it is a field of a record, which is called as on forms.
    """
    columns, fields = read("labels")["column"], read("labels")["field"]
    entry = (fields.get(column) if is_field else None) or columns.get(column) or fields.get(column)
    return str(entry[lang]) if entry else column


def texts(key: str) -> dict[str, str]:
    """The text at a dotted `key` of the labels in every language, for what is worded later."""
    return _label(*key.split("."))


def field_label(name: str, lang: str) -> str:
    """What a field is called on forms, in exports and in frames."""
    return _label("field", name)[lang]


def label_of(name: str) -> dict[str, str]:
    """A field's label in every language, for a sentence that is worded later."""
    return _label("field", name)


_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


def printable(text: str) -> str:
    """Text for a terminal: what would move its cursor, colour it, or turn or hide other text stands as an escape."""
    return _HIDDEN.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text)


def names_of(name: str) -> list[str]:
    """Everything that a field may be called in a cell: its key, its labels, and known headings."""
    known = read("headings")["activity"].get(name, [])
    return [*known, *(field_label(name, lang) for lang in LANGS), name]


def field_help(name: str, lang: str) -> str:
    """What a field means, in one short sentence."""
    return _label("help", name)[lang]


def local(facts: dict[str, object], lang: str) -> dict[str, object]:
    """Facts ready for a sentence: days in the language's form, a dict of languages by its language."""
    ready: dict[str, object] = {}
    for name, value in facts.items():
        if isinstance(value, date):
            ready[name] = show_date(value, lang, running=True)
        elif isinstance(value, dict) and lang in value:
            ready[name] = value[lang]
        elif isinstance(value, int) and value.bit_length() > LONGEST_NUMBER:
            ready[name] = "…"  # its digits would be a page of text, and beyond some thousands there are none
        else:
            ready[name] = value
    return ready
