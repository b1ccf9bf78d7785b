"""A row on its way to a record: texts by field, content without a field, and what was odd. Tables and trees both end here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from ivplus_tools import _dates, _law, _records, _words
from ivplus_tools._records import Record
from ivplus_tools.errors import BadInput, Refusal
from ivplus_tools.exchange.headings import META, folded

Told = tuple[str, str, str]  # heading, value, problem in words


@dataclass
class Row:
    """What one row of a file says of one record. `headings`: where in the file each field was found."""

    kind: str
    sheet: str
    number: int
    fields: dict[str, str] = field(default_factory=dict)
    extras: dict[str, str] = field(default_factory=dict)
    headings: dict[str, str] = field(default_factory=dict)
    odd: list[Told] = field(default_factory=list)
    parts: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    """Fields that a tree gives in parts, such as purposes with their legal basis: texts by the part's fields."""

    def content(self) -> str:
        """Everything that the row says, in a line."""
        told = [*self.fields.values(), *(text for many in self.parts.values() for part in many for text in part.values())]
        return " | ".join([*told, *self.extras.values()])


def printable(text: str) -> str:
    """The text, with a replacement sign for each control character, which no document can show."""
    return _records.ODD_SIGNS.sub("\ufffd", text)


def identifier(row: Row) -> str:
    """The row's identifier, taken out of its fields; without one, its name, else its first purpose, becomes it."""
    if row.fields.get("id"):
        return row.fields.pop("id").strip()
    first = [one for part in row.parts.get("purposes", []) for one in part.values()]
    for text in (row.fields.get("name"), row.fields.get("purposes"), first[0] if first else None):
        if text and (items := _records.split(text, "parts")):
            return " ".join(items[0].split())[:200]
    return ""


def other_law(row: Row, lang: str) -> str | None:
    """The name of another law under which a row's legal basis places it, such as that of police data; else None."""
    asked = [row.fields.get(name, "") for name in ("legal_basis", "statute", "special_condition", "processing_categories")]
    asked += [part.get(name, "") for part in row.parts.get("purposes", []) for name in ("legal_basis", "statute")]
    asked += [heading for heading, text in row.extras.items() if _words.synonyms("dpia").get(text.casefold()) == "required"]
    said = " ".join(asked).casefold()
    for code, fact in _law.codes("other_law").items():
        phrases = _words.read("headings")["value"]["other_law"].get(code, [])
        if any(re.search(rf"(?<!\w){re.escape(phrase)}", said) for phrase in phrases):
            return str(fact.name[lang])
    return None


def record_of(row: Row, kind: type[Record], ident: str, lang: str, base: Record | None) -> tuple[Record, date | None, list[Told]]:
    """A record from texts over what stands: fields of the file replace fields, fields that it does not have stay.

    A value that is not understood is kept under its heading and told.
    """
    problems: list[Told] = []
    good: dict[str, Any] = {name: value for name, value in base if name not in row.headings} if base else {}
    good.pop("id", None)
    since: date | None = None
    extras = dict(row.extras)

    def keep(name: str, text: str, refusal: Refusal) -> None:
        heading = row.headings.get(name, name)
        extras[_records.free_name(heading, extras)] = text
        problems.append((heading, text, _words.say("preview.kept", lang, problem=refusal.text(lang))))

    for name, many in row.parts.items():
        good[name] = tuple(_part_of(kind, name, one, keep) for one in many)
    for name, text in row.fields.items():
        try:
            if name in META:
                since = _dates.day(text)
            elif name in kind.model_fields:
                good[name] = _understood(kind, name, text, ours=set(kind.model_fields) <= set(row.headings))
        except BadInput as refusal:
            keep(name, text, refusal)
    for name in [one for one in kind.shorthand if one in row.fields]:
        try:
            good[kind.shorthand[name]] = _spread(kind, name, row.fields[name], good)
        except BadInput as refusal:
            keep(name, row.fields[name], refusal)
    before = good.pop("imported", None) or {}
    if base is None:
        extras = {_records.free_name(name, before): text for name, text in extras.items()}
    return kind(ident, **good, imported={**before, **extras} or None), since, problems


def _part_of(kind: type[Record], name: str, texts: Mapping[str, str], keep: Any) -> _records.Part:
    """A part of a tree's record; a value of it that is not understood is kept beside the record."""
    part = _records.part_of(kind.model_fields[name])
    good: dict[str, object] = {}
    for inner, text in texts.items():
        try:
            good[inner] = getattr(part(**{inner: text}), inner)
        except BadInput as refusal:
            keep(f"{name}.{inner}", text, refusal)
    return part(**good)


def _understood(kind: type[Record], name: str, text: str, ours: bool) -> Any:
    """The answer that a cell gives; a denial that is not understood is refused, so that nobody takes it for content.

    Not so in a file with a column for every field, which is our own: there a list that begins with a denial was recorded so.
    """
    answer = _records.answer_of(kind, name, text)
    asked = not ours and isinstance(answer, (str, tuple)) and _records.has_other_answers(kind.model_fields[name])
    if asked and folded(text[:100]).startswith(_denials()):
        raise _words.refusal("unclear_denial", got=text)
    return answer


@cache
def _denials() -> tuple[str, ...]:
    """How a denial begins, as headings are compared."""
    return tuple(f"{folded(word)} " for word in _words.read("headings")["denial"]["begins"])


def _spread(kind: type[Record], name: str, text: str, good: dict[str, Any]) -> Any:
    """Values of a shorthand column over the parts: one for all, one for each, or several for the only one."""
    home = kind.shorthand[name]
    part = _records.part_of(kind.model_fields[home])
    parts = list(good.get(home) or (part("-"),))
    values = _records.split(text, "text")
    listed = _records.listed_in(part.model_fields[name])
    if len(values) == 1 and listed:
        values = _codes_in(listed, values[0])
    if len(values) == 1 or (len(parts) > 1 and len(values) != len(parts)):
        values = [text if len(values) > 1 else values[0]] * len(parts)
    if len(parts) == 1 and len(values) > 1:
        parts = parts * len(values)
    return tuple(type(one)(**{**dict(one), name: value}) for one, value in zip(parts, values, strict=True))


def _codes_in(listed: str, text: str) -> list[str]:
    """Several codes in one text, with commas or a word for `and` between them, where each is understood; else the text."""
    between = "|".join(map(re.escape, _words.read("headings")["between"]["texts"]))
    pieces = [one.strip() for one in re.split(between, text) if one.strip()]
    try:
        _records.code(listed, text)
    except BadInput:
        try:
            return [_records.code(listed, one) for one in pieces]
        except BadInput:
            pass
    return [text]
