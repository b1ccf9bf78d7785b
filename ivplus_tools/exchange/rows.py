"""A row on its way to a record: texts by field, content without a field, and what was odd. Tables and trees both end here."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from ivplus_tools import _dates, _law, _records, _words
from ivplus_tools._records import Record
from ivplus_tools.errors import BadInput, Refusal
from ivplus_tools.exchange import blanks
from ivplus_tools.exchange.bases import LONGEST_BASIS, with_statute
from ivplus_tools.exchange.headings import META, folded

COUNT = r"^\s*\d{1,2}[.)]\s+"
LONGEST_TOLD = 800
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
    role: str = ""
    """The role that the sheet, a title or the officer gives to the row."""
    roles: int = 0
    """How many roles the sheet's name and titles speak of."""
    told: set[str] = field(default_factory=set)
    """Fields whose text was none that answers."""
    apart: str = ""
    """Why the row cannot be recorded, where that is known already."""

    def content(self) -> str:
        """Everything that the row says, in a line."""
        told = [*self.fields.values(), *(text for many in self.parts.values() for part in many for text in part.values())]
        return " | ".join([*told, *self.extras.values()])


def printable(text: str) -> str:
    """The text, with a replacement sign for each control character, which no document can show."""
    return _records.ODD_SIGNS.sub("\ufffd", text)


def identifier(row: Row) -> tuple[str, bool]:
    """The row's identifier, taken out of its fields, and whether it was given; else its name, its purpose or what it does becomes it."""
    kind = _records.record_type(row.kind)
    if row.fields.get("id") and blanks.no_answer(kind, "id", row.fields["id"]) != "error_cell":
        return row.fields.pop("id").strip(), True
    told = {name: row.fields.get(name, "") for name in ("name", "purposes", "purpose", "processing_categories", "on_behalf_of")}
    told["purpose"] = next((part["purpose"] for part in row.parts.get("purposes", []) if part.get("purpose")), "")
    for name, text in told.items():
        items = _records.split(text[: _records.LONGEST_CODES], "parts") if text else []
        said = next((one for one in items if not blanks.no_answer(kind, name, one)), "")
        if said:
            return " ".join(re.sub(COUNT, "", said).split())[:200], False
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


def record_of(row: Row, kind: type[Record], ident: str, lang: str, base: Record | None, on: date) -> tuple[Record, date | None, list[Told]]:
    """A record from texts over what stands: fields of the file replace fields, fields that it does not have stay.

    A value that is not understood is kept under its heading and told; what stood in its field stays.
    """
    ours = set(kind.model_fields) <= set(row.headings)
    problems: list[Told] = [] if ours else list(_drop_blanks(row, kind, lang))
    good: dict[str, Any] = {name: value for name, value in base if name not in row.headings} if base else {}
    good.pop("id", None)
    since: date | None = None
    extras, failed = dict(row.extras), set(row.told)

    def keep(name: str, text: str, refusal: Refusal) -> None:
        _demand_place(kind, refusal)
        heading = row.headings.get(name) or row.headings.get(name.rpartition(".")[2], name)
        extras[_records.free_name(heading, extras)] = text
        stands = bool(base) and _stood(kind, base, name)
        problem = _shortened(refusal.text(lang))
        problems.append((heading, text, _words.say("preview.kept_stands" if stands else "preview.kept", lang, problem=problem)))
        failed.add(name)
        if stands and name in kind.model_fields:
            good[name] = getattr(base, name)

    good |= {name: getattr(base, name) for name in row.told if base and name in kind.model_fields}
    for name, many in row.parts.items():
        good[name] = tuple(_part_of(kind, name, one, keep, on) for one in many)
    for name, text in row.fields.items():
        try:
            if name in META:
                since = _dates.day(text)
            elif name in kind.model_fields:
                good[name] = _understood(kind, name, text, ours, row.headings.get(name, ""))
        except BadInput as refusal:
            keep(name, text, refusal)
    for name, text in _shorthand(kind, row, on):
        try:
            good[kind.shorthand[name]] = _spread(kind, name, text, good, on)
        except BadInput as refusal:
            keep(name, text, refusal)
    good |= {} if base is None or ours else _carried_over(kind, base, good, {*failed, *(set(kind.shorthand) - set(row.headings))})
    kept = _kept(kind, good.pop("imported", None) or {}, extras, row, base is None)
    return kind(_records.sound_id(str(_records.clean_id(ident) or "")) or None, **good, **kept), since, problems


def _carried_over(kind: type[Record], base: Record, good: dict[str, Any], absent: set[str]) -> dict[str, Any]:
    """Lists of parts with what their parts had and the file does not tell."""
    homes = [home for home in dict.fromkeys(kind.shorthand.values()) if good.get(home)]
    return {home: _carried(getattr(base, home), good[home], absent & set(kind.shorthand)) for home in homes}


def _shortened(text: str) -> str:
    """A sentence that repeats a very long text, without its middle."""
    return text if len(text) <= LONGEST_TOLD else f"{text[: LONGEST_TOLD // 2]} … {text[-LONGEST_TOLD // 4 :]}"


def _kept(kind: type[Record], before: dict[str, str], extras: dict[str, str], row: Row, is_new: bool) -> dict[str, Any]:
    """What has no field: what earlier readings kept, and what this one does."""
    stood = _imported(before, row)
    told = {_records.free_name(name, stood): text for name, text in extras.items()} if is_new else extras
    return {"imported": {**stood, **told} or None} if "imported" in kind.model_fields else {}


def _imported(before: dict[str, str], row: Row) -> dict[str, str]:
    """What an earlier reading kept under headings that this file has not."""
    if "imported" in row.headings:
        return before
    return {name: text for name, text in before.items() if re.sub(r" \(\d+\)$", "", name) not in row.seen}


def _drop_blanks(row: Row, kind: type[Record], lang: str) -> Iterator[Told]:
    """Take out what answers nothing, such as `#N/A`, `TBD`, `none` as a proof, or boxes that nobody ticked; each is told."""
    row.fields = {name: blanks.ticked(text) for name, text in row.fields.items()}
    for name, text in list(row.fields.items()):
        field_ = blanks.field_of(kind, name)
        listed = field_ is not None and _records.shape(field_) in ("texts", "parts")
        items = _records.split(text, "text") if listed and name != "retention" else [text]
        odd = {one: why for one in items if (why := blanks.no_answer(kind, name, one))}
        for one, why in odd.items():
            yield row.headings.get(name, name), printable(one), _words.say(f"preview.{why}", lang)
        left = [one for one in items if one not in odd]
        if odd and left:
            row.fields[name] = _records.join(left, "text")
        elif odd:
            del row.fields[name]
            row.told.add(name)
    for home, many in row.parts.items():
        own = next(iter(_records.part_of(kind.model_fields[home]).model_fields))
        for part in many:
            for inner, text in list(part.items()):
                why = blanks.no_answer(kind, inner if inner != own else home, text)
                if why:
                    del part[inner]
                    yield row.headings.get(inner, home), printable(text), _words.say(f"preview.{why}", lang)


def role_of(row: Row, on: date, lang: str) -> tuple[str | None, str]:
    """The role of an activity whose row says none, and what has to be told of it; no role where it has to be asked.

    What only a processor's record holds makes it one; a row that speaks of both is not decided.
    """
    if row.role:
        return row.role, ""
    if "role" in row.headings:
        return None, _words.say("preview.role_asked", lang)
    said = {*row.fields, *row.parts}
    own = {role: said & fields for role, fields in _role_fields(on).items()}
    if row.roles > 1 or all(own.values()):
        return None, _words.say("preview.role_asked", lang)
    if own["processor"]:
        return "processor", _words.say("preview.role_from_columns", lang)
    return "controller", ""


def _role_fields(on: date) -> dict[str, set[str]]:
    """The fields that the law asks for in the record of one role only."""
    asked: dict[str, set[str]] = {"controller": set(), "processor": set()}
    for rule, ask in _law.asks("finding", on):
        if ask["record"] == "activity" and rule.startswith("gdpr:30(") and ask.get("role") in asked:
            asked[ask["role"]].add(ask["field"])
    both = asked["controller"] & asked["processor"]
    return {role: fields - both for role, fields in asked.items()}


def _demand_place(kind: type[Record], refusal: Refusal) -> None:
    """Refuse what is not understood where a record has no place for it: the row is set apart."""
    if "imported" not in kind.model_fields:
        raise refusal


def _stood(kind: type[Record], base: Record | None, name: str) -> bool:
    """Whether the field, or the part's field that a shorthand column fills, has an answer in what stands."""
    parts = getattr(base, kind.shorthand[name], None) if name in kind.shorthand else None
    return any(getattr(one, name) is not None for one in parts or ()) or getattr(base, name, None) is not None


def _shorthand(kind: type[Record], row: Row, on: date) -> Iterator[tuple[str, str]]:
    """The columns that fill parts; a statute written behind its legal basis goes to its own."""
    yield from with_statute({name: row.fields[name] for name in kind.shorthand if name in row.fields}, on).items()


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


def _part_of(kind: type[Record], name: str, texts: Mapping[str, str], keep: Any, on: date) -> _records.Part:
    """A part of a tree's record; a value of it that is not understood is kept beside the record."""
    part = _records.part_of(kind.model_fields[name])
    good: dict[str, object] = {}
    for inner, text in with_statute(texts, on).items():
        try:
            good[inner] = getattr(part(**{inner: text}), inner)
        except BadInput as refusal:
            keep(f"{name}.{inner}", text, refusal)
    return part(**good)


def _understood(kind: type[Record], name: str, text: str, ours: bool, heading: str) -> Any:
    """The answer that a cell gives; a denial that is not understood is refused, so that nobody takes it for content.

    Not so in a file with a column for every field, which is our own: there a list that begins with a denial was recorded so.
    """
    if not ours and heading and blanks.is_half(name, text, heading):
        raise _words.refusal("half_answer", got=text)
    answer = _records.answer_of(kind, name, text)
    if not ours and answer == _records.NONE and _about_another(name, text):
        raise _words.refusal("unclear_denial", got=text)
    asked = not ours and isinstance(answer, (str, tuple)) and _records.has_other_answers(kind.model_fields[name])
    if asked and (folded(text[:100]).startswith(_denials()) or _denies(name, text)):
        raise _words.refusal("unclear_denial", got=text)
    if asked and text.strip().casefold() in _words.read("headings")["affirmation"]["texts"]:
        raise _words.refusal("bare_answer", got=text)
    return answer


@cache
def _denials() -> tuple[str, ...]:
    """How a denial begins, as headings are compared."""
    return tuple(f"{folded(word)} " for word in _words.read("headings")["denial"]["begins"])


def _about_another(name: str, text: str) -> bool:
    """Whether a denial speaks of another field: that nothing leaves the EU does not say that nobody receives it."""
    about = _words.read("headings")["denial"]["about"]
    said = folded(text[:200])
    spoken = [one["fields"] for one in about if any(re.search(rf"\b{folded(stem)}", said) for stem in one["stems"])]
    return bool(spoken) and not any(name in fields for fields in spoken)


def _denies(name: str, text: str) -> bool:
    """Whether a short text denies somewhere in it: in a field where that turns the answer round."""
    told = _words.read("headings")["denial"]
    words = folded(text[:200]).split()
    short = len(words) <= told["longest"] and not re.search(r"[;\n]", text.strip())
    return name in told["fields"] and short and bool({folded(one) for one in told["inside"]} & set(words))


def _spread(kind: type[Record], name: str, text: str, good: dict[str, Any], on: date) -> Any:
    """Values of a shorthand column over the parts: one for all that it can belong to, or several for the only one.

    Which of several values belongs to which purpose is not guessed, unless both are numbered.
    """
    home = kind.shorthand[name]
    part = _records.part_of(kind.model_fields[home])
    parts = list(good.get(home) or (part("-"),))
    values = _values(part, name, text)
    if len(parts) > 1 and len(values) > 1:
        if not (_counted(text, len(parts)) and _numbered(parts)):
            raise _words.refusal("unpaired", got=text)
        values = [re.sub(COUNT, "", one) for one in _records.split(text, "text")]
        own = next(iter(part.model_fields))
        bare = [_with(one, own, re.sub(COUNT, "", str(one.first))) for one in parts]
        return tuple(_with(one, name, value) for one, value in zip(bare, values, strict=True))
    if len(parts) == 1:
        if len(values) > 1 and name == "legal_basis" and _several(str(parts[0].first or "")):
            raise _words.refusal("unpaired", got=text)
        return tuple(_with(parts[0], name, value) for value in values)
    meant = _meant(name, parts, on)
    if not meant:
        raise _words.refusal("unpaired", got=text)
    return tuple(_with(one, name, values[0]) if place in meant else one for place, one in enumerate(parts))


def _several(text: str) -> bool:
    """Whether one text may name several purposes, so that several legal bases are not the one's."""
    return any(one in text for one in _words.read("headings")["between"]["texts"])


def _values(part: type[_records.Part], name: str, text: str) -> list[str]:
    """The values of a cell: each code of a list of codes, else the texts between `;` or line breaks."""
    values = _records.split(text, "text")
    listed = _records.listed_in(part.model_fields[name])
    if listed and len(values) == 1 and len(text) < LONGEST_BASIS:
        try:
            return list(_records.codes_in(listed, values[0]))
        except BadInput:
            return [_records.code(listed, re.sub(COUNT, "", values[0]))]
    return values


def _counted(text: str, count: int) -> bool:
    """Whether the values of a cell are numbered from one to the count."""
    values = _records.split(text, "text")
    return [re.match(COUNT, one) is not None and int(re.findall(r"\d+", one)[0]) for one in values] == list(range(1, count + 1))


def _numbered(parts: Iterable[_records.Part]) -> bool:
    firsts = [str(one.first or "") for one in parts]
    return _counted(_records.join(firsts, "text"), len(firsts))


def _meant(name: str, parts: list[_records.Part], on: date) -> set[int]:
    """The parts that one value belongs to: a legal basis to all, a proof to those whose basis asks for it."""
    rule = {"statute": "gdpr:6(3)", "consent_record": "gdpr:7(1)"}.get(name, "gdpr:13(1)(d)")
    if name == "legal_basis":
        return set(range(len(parts)))
    bases = _law.value(rule, on).get("bases", [])
    return {place for place, one in enumerate(parts) if getattr(one, "legal_basis", None) in bases}


def _with(part: _records.Part, name: str, value: str) -> _records.Part:
    return type(part)(**{**dict(part), name: value})
