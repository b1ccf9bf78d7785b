"""A row on its way to a record: texts by field, content without a field, and what was odd. Tables and trees both end here."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
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
    seen: frozenset[str] = frozenset()
    """Every heading of the row's table: what an earlier reading kept under one of them is replaced."""

    def content(self) -> str:
        """Everything that the row says, in a line."""
        told = [*self.fields.values(), *(text for many in self.parts.values() for part in many for text in part.values())]
        return " | ".join([*told, *self.extras.values()])


def printable(text: str) -> str:
    """The text, with a replacement sign for each control character, which no document can show."""
    return _records.ODD_SIGNS.sub("\ufffd", text)


def identifier(row: Row) -> tuple[str, bool]:
    """The row's identifier, taken out of its fields, and whether it was given; else its name, its purpose or what it does becomes it."""
    if row.fields.get("id"):
        return row.fields.pop("id").strip(), True
    purpose = next((part["purpose"] for part in row.parts.get("purposes", []) if part.get("purpose")), None)
    for text in (
        row.fields.get("name"),
        row.fields.get("purposes"),
        purpose,
        *map(row.fields.get, ("processing_categories", "on_behalf_of")),
    ):
        if text and (items := _records.split(text, "parts")):
            return " ".join(items[0].split())[:200], False
    return "", False


def distinct(ident: str, row: Row, taken: Container[str]) -> str:
    """The identifier with the first of the row's contents that makes it different from those taken; empty where none does."""
    contents = [row.fields.get(name, "") for name in ("name", "purposes", "data_subjects", "data_categories", "on_behalf_of", "owner")]
    contents += [text for part in row.parts.get("purposes", []) for text in part.values()]
    made = (f"{ident} ({' '.join(text.split())[:120]})" for text in contents if text and text != ident)
    return next((one for one in made if one not in taken), "")


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

    A value that is not understood is kept under its heading and told; what stood in its field stays.
    """
    problems: list[Told] = []
    ours = set(kind.model_fields) <= set(row.headings)
    good: dict[str, Any] = {name: value for name, value in base if name not in row.headings} if base else {}
    good.pop("id", None)
    since: date | None = None
    extras, failed = dict(row.extras), set()

    def keep(name: str, text: str, refusal: Refusal) -> None:
        _demand_place(kind, refusal)
        heading = row.headings.get(name, name)
        extras[_records.free_name(heading, extras)] = text
        stands = bool(base) and _stood(kind, base, name)
        problems.append((heading, text, _words.say("preview.kept_stands" if stands else "preview.kept", lang, problem=refusal.text(lang))))
        failed.add(name)
        if stands and name in kind.model_fields:
            good[name] = getattr(base, name)

    for name, many in row.parts.items():
        good[name] = tuple(_part_of(kind, name, one, keep) for one in many)
    for name, text in row.fields.items():
        try:
            if name in META:
                since = _dates.day(text)
            elif name in kind.model_fields:
                good[name] = _understood(kind, name, text, ours)
        except BadInput as refusal:
            keep(name, text, refusal)
    for name, text in _shorthand(kind, row):
        try:
            good[kind.shorthand[name]] = _spread(kind, name, text, good)
        except BadInput as refusal:
            keep(name, text, refusal)
    if base and not ours:
        absent = {name for name in kind.shorthand if name in failed or name not in row.headings}
        good |= {home: _carried(getattr(base, home), good[home], absent) for home in set(kind.shorthand.values()) if good.get(home)}
    before = good.pop("imported", None) or {}
    if "imported" not in row.headings:
        before = {name: text for name, text in before.items() if re.sub(r" \(\d+\)$", "", name) not in row.seen}
    extras = {_records.free_name(name, before): text for name, text in extras.items()} if base is None else extras
    return kind(ident, **good, **_imported(kind, {**before, **extras})), since, problems


def _demand_place(kind: type[Record], refusal: Refusal) -> None:
    """Refuse what is not understood where a record has no place for it: the row is set apart."""
    if "imported" not in kind.model_fields:
        raise refusal


def _imported(kind: type[Record], texts: Mapping[str, str]) -> dict[str, Any]:
    return {"imported": texts or None} if "imported" in kind.model_fields else {}


def _stood(kind: type[Record], base: Record | None, name: str) -> bool:
    """Whether the field, or the part's field that a shorthand column fills, has an answer in what stands."""
    parts = getattr(base, kind.shorthand[name], None) if name in kind.shorthand else None
    return any(getattr(one, name) is not None for one in parts or ()) or getattr(base, name, None) is not None


def _shorthand(kind: type[Record], row: Row) -> Iterator[tuple[str, str]]:
    """The columns that fill parts; a statute written behind its legal basis goes to its own."""
    texts = {name: row.fields[name] for name in kind.shorthand if name in row.fields}
    said = texts.get("legal_basis", "")
    for match in re.finditer(r"\s*(?:[,:(–—]|\s-\s)\s*", said):
        basis, rest = said[: match.start()], said[match.end() :].removesuffix(")")
        if "statute" not in texts and _names_statute(rest) and _is_code("legal_basis", basis) and not _is_code("legal_basis", said):
            texts |= {"legal_basis": basis, "statute": rest}
    yield from texts.items()


def _names_statute(text: str) -> bool:
    told = _words.read("headings")["article"]
    words = re.findall(r"[\w§]+", text.casefold())
    return any(one in told["statutes"] or one.endswith(tuple(told["statute_endings"])) for one in words)


def _is_code(listed: str, text: str) -> bool:
    try:
        return bool(_records.code(listed, text))
    except BadInput:
        return False


def _carried(stood: Any, parts: Any, names: Container[str]) -> Any:
    """Parts with what stood in the part of the same name, in fields of which the file has no understood word."""
    if not (isinstance(stood, tuple) and isinstance(parts, tuple)):
        return parts
    earlier = {str(one.first).casefold(): one for one in stood}
    made = []
    for one in parts:
        old = earlier.get(str(one.first).casefold())
        fill = {name: getattr(old, name) for name, text in one if old and text is None and name in names}
        made.append(type(one)(**{**dict(one), **fill}))
    return tuple(made)


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
    if asked and text.strip().casefold() in _words.read("headings")["affirmation"]["texts"]:
        raise _words.refusal("bare_answer", got=text)
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
    if listed and len(values) == 1:
        codes = _records.codes_in(listed, values[0])
        values = codes if len(codes) == 1 or len(parts) == 1 else values  # which of several belongs to which purpose is not guessed
    if len(values) == 1 or (len(parts) > 1 and len(values) != len(parts)):
        values = [text if len(values) > 1 else values[0]] * len(parts)
    if len(parts) == 1 and len(values) > 1:
        parts = parts * len(values)
    return tuple(type(one)(**{**dict(one), name: value}) for one, value in zip(parts, values, strict=True))
