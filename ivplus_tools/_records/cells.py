"""Answers as text in a language, and the description of a record type."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from pydantic.fields import FieldInfo

from ivplus_tools import _dates, _law, _places, _words
from ivplus_tools._records.answers import Stated, _read_answer, allowed, is_list, lists
from ivplus_tools._records.counts import show_count
from ivplus_tools._records.grammar import join
from ivplus_tools._records.record import Part, Record, column_kind, has_other_answers, listed_in, part_of, shape, told
from ivplus_tools.errors import BadInput


def to_text(value: object, field: FieldInfo, lang: str) -> str:
    """A field's answer as text in a language: what a cell, a form or a sample file holds. Unknown is the empty text."""
    if value is None:
        return ""
    listed = listed_in(field)
    if isinstance(value, str):
        return _code_text(listed, value, lang) if listed else value
    if isinstance(value, Stated):
        name = _words.values("state")[value.state][lang]
        return f"{name}: {value.because}" if value.because else name
    if isinstance(value, tuple):
        kind = shape(field)
        texts = (_part_text(one, lang) for one in value) if kind == "parts" else (_code_text(listed, one, lang) for one in value)
        text = join(texts, "parts" if kind == "parts" else "text")
        looks_stated = has_other_answers(field) and _looks_stated(text)
        return f"; {text}" if looks_stated else text  # an empty first item: a list that says "none" is still a list
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return join((join((key, text), "fields") for key, text in value.items()), "parts")
    return _code_text(listed, str(value), lang)


def _looks_stated(text: str) -> bool:
    """Whether a list would be read as another answer: `none`, but also `NA`, which is Namibia and may mean 'not applicable'."""
    try:
        return _read_answer(text) is not text
    except BadInput:
        return True


def readable(value: object, field: FieldInfo, lang: str) -> list[str]:
    """A field's answer for a reader, a line per item: names beside articles, periods and days in words. Not read back."""
    if value is None:
        return []
    if isinstance(value, Stated):
        return [to_text(value, field, lang)]
    if isinstance(value, dict):
        return [f"{key}: {text}" for key, text in value.items()]
    if isinstance(value, tuple):
        return [_readable_part(one, lang) if isinstance(one, Part) else _readable_one(one, field, lang) for one in value]
    return [_readable_one(value, field, lang)]


def titled(ident: str, name: str) -> str:
    """A record as it is chosen and listed: its identifier and what it is called."""
    return f"{ident} · {name}" if name else ident


def title_of(record: Any) -> str:
    """A record by its identifier and its name or title."""
    return titled(record.id, getattr(record, "name", None) or getattr(record, "title", None) or "")


def spoken(value: object, field: FieldInfo, lang: str) -> str:
    """A field's answer as an officer would type it: a day, a moment, a count, a place or a period in words. Others are empty."""
    if isinstance(value, date) or (isinstance(value, str) and column_kind(field) in ("moment", "count", "place")):
        return _readable_one(value, field, lang)
    if isinstance(value, tuple) and column_kind(field) == "place":
        return join((_places.name(one, lang) for one in value), "text")
    if isinstance(value, str) and listed_in(field) is None:
        return _words.say_period(value, lang)
    return ""


def _readable_one(value: object, field: FieldInfo, lang: str) -> str:
    if isinstance(value, date):
        return _words.show_date(value, lang)
    text, listed = str(value), listed_in(field)
    if listed:
        return name_of(listed, text, lang)
    kind = column_kind(field)
    if kind == "place":
        return _places.name(text, lang)
    if kind == "moment":
        return show_moment(text, lang)
    if kind == "count":
        return show_count(text, lang)
    if kind == "month_day":
        return _words.show_month_day(text, lang)
    return _words.say_period(text, lang)


def show_moment(text: str, lang: str, running: bool = False) -> str:
    """A moment as that language writes it; a bare day without a time of day."""
    return _words.show_date(_dates.day(text) if len(text) == 10 else _dates.instant(text), lang, running)


def name_of(listed: str, code: str, lang: str) -> str:
    """A code of a list by its name: an article cited behind it, a number of an instrument as it is; a code of our own says nothing more."""
    name = allowed(listed)[code][lang]
    if re.match(r"\d+(\(|$)", code):
        return f"{name} ({_words.article(code.partition(':')[0], lang)})"
    if code in name or not any(sign.isdigit() for sign in code) or re.fullmatch(r"[A-Z]+-?\d+|[a-z]\w*", code):
        return name
    return f"{name} {code}" if code.startswith("(") else f"{name} ({code})"


def _readable_part(part: Part, lang: str) -> str:
    """The first field, and the others named in brackets."""
    fields = type(part).model_fields
    texts = {name: "; ".join(readable(getattr(part, name), field, lang)) for name, field in fields.items()}
    own = next(iter(fields))
    others = "; ".join(f"{_words.field_label(name, lang)}: {text}" for name, text in texts.items() if text and name != own)
    return f"{texts[own] or '–'} ({others})" if others else texts[own]


def _code_text(listed: str | None, code: str, lang: str) -> str:
    """A code as people read it: an article stays an article, a word of the toolkit is translated."""
    if listed is None or (not code.isalpha() and any(sign.isdigit() for sign in code)):
        return code
    return allowed(listed)[code][lang]


def _part_text(part: Part, lang: str) -> str:
    """`first | name: value | name: value`, with the names in the language."""
    fields = type(part).model_fields
    texts: list[str] = []
    for name, value in vars(part).items():
        text = to_text(value, fields[name], lang)
        if not texts:
            texts.append(text or "-")
        elif text:
            texts.append(f"{_words.field_label(name, lang)}: {text}")
    return join(texts if len(texts) > 1 or part.first_may_stand_alone else [*texts, "-"], "fields")


def describe(kind: object, lang: str) -> list[tuple[str, str, str, str, str, str]]:
    """The fields of a record and of its parts, or the codes of a list: field, label, rule, answers, allowed values, meaning."""
    if isinstance(kind, str) and kind not in _described_types() and is_list(kind):
        return _codes_of(kind, lang)
    rows = []
    for name, field in _type_of(kind).model_fields.items():
        rows.append(_described(name, name, field, lang))
        if shape(field) == "parts":
            parts = part_of(field).model_fields
            rows += [_described(f"{name}.{inner}", inner, one, lang) for inner, one in parts.items()]
    return rows


def _described_types() -> dict[str, type[Record] | type[Part]]:
    """Every record and every part by its name: `breach`, `data_context`."""
    parts = {re.sub(r"(?<=[a-z])(?=[A-Z])", "_", one.__name__).lower(): one for one in Part.__subclasses__()}
    return {**parts, **Record.kinds}


def _type_of(kind: object) -> type[Record] | type[Part]:
    """A record, a part or a list by its name or class; another name is refused with the nearest of all of them."""
    known = _described_types()
    name = next((one for one, type_ in known.items() if type_ is kind), kind)
    if not isinstance(name, str) or name not in known:
        raise _words.refusal("unknown_value", got=kind, what="record", near=_words.nearest(kind, [*known, *lists()]))
    return known[name]


def _codes_of(name: str, lang: str) -> list[tuple[str, str, str, str, str, str]]:
    """The codes of a list: those of the law with their rule and what it says."""
    law = _law.codes(name)
    rules = {code: (fact.rule, fact.says[lang]) for code, fact in law.items()}
    return [
        (code, labels[lang], rules.get(code, ("", ""))[0], "code", "", rules.get(code, ("", ""))[1])
        for code, labels in allowed(name).items()
    ]


def _described(path: str, name: str, field: FieldInfo, lang: str) -> tuple[str, str, str, str, str, str]:
    listed, refers = listed_in(field), told(field, "refers")
    values = ", ".join(_shown(code, labels[lang]) for code, labels in allowed(listed).items()) if listed else ""
    if refers:
        values = _words.say("ui.refers", lang, kind=_words.say(f"value.kind.{refers}", lang))
    answers = "none, not_applicable, unknown" if has_other_answers(field) else "unknown"
    kind, held = column_kind(field), shape(field)
    told_kind = f"{kind}s" if kind and held == "texts" else kind or held
    shown = told_kind + ("; " + answers if name != "id" else "")
    return path, _words.field_label(name, lang), told(field, "rule") or "", shown, values, _words.field_help(name, lang)


def _shown(code: str, label: str) -> str:
    return f"{code} ({label})"


def record_type(kind: object) -> type[Record]:
    """The record type of a kind such as `activity`; an unknown kind is refused with the nearest."""
    if not isinstance(kind, str) or kind not in Record.kinds:
        raise _words.refusal("unknown_value", got=kind, what="record", near=_words.nearest(kind, Record.kinds))
    return Record.kinds[kind]


def differing(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """The names of the fields that differ."""
    return sorted(name for name in {*old, *new} if old.get(name) != new.get(name))


def changed(key: tuple[str, str], was: Any, now: Any, by: Any, lang: str) -> list[tuple[object, ...]]:
    """The rows of one subject: added, ended, or a row per field that differs; `by` is the entry that made it so."""
    told = (by.entry, by.recorded_by, by.why) if by else (None, "", "")
    if was is None:
        return [(*key, "added", "", "", "", *told)]
    if now is None:
        return [(*key, "ended", "", "", "", *told)]
    fields = type(now.record).model_fields
    names = differing(was.entry.body or {}, now.entry.body or {})
    both = ((name, fields[name]) for name in fields if name in names)
    return [(*key, "changed", name, *(to_text(getattr(one.record, name), kind, lang) for one in (was, now)), *told) for name, kind in both]
