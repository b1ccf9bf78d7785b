"""What a record is: fields with their article and allowed values, four kinds of answer, and their form as text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Annotated, Any, ClassVar, Self, TypeVar, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from ivplus_tools import _dates, _law, _words
from ivplus_tools.errors import BadInput, Refusal

T = TypeVar("T")


# --- answers ----------------------------------------------------------------------------------------------------------


class Stated(BaseModel):
    """An answer that is no value: confirmed none, or not applicable with the reason. Unknown is plain `None`."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    state: str
    because: str | None = None

    def __repr__(self) -> str:
        return "ivp.NONE" if self.state == "none" else f"ivp.not_applicable({self.because!r})"


NONE = Stated(state="none")
"""Confirmed: there is none. Not the same as `None`, which is 'not known'."""


def not_applicable(because: str) -> Stated:
    """The answer 'not applicable', which always has a reason."""
    reason = clean(because)
    if not reason:
        raise _words.refusal("reason_missing")
    return Stated(state="not_applicable", because=reason)


def _read_answer(got: object) -> object:
    """Words for the three other answers become those answers: 'ei ole (vahvistettu)', 'not applicable: ...', 'okänt'."""
    if isinstance(got, Mapping) and "state" in got:
        return not_applicable(str(got.get("because") or "")) if got["state"] == "not_applicable" else NONE
    if not isinstance(got, str):
        return got
    text = " ".join(got.split())
    state = _words.synonyms("state").get(text.casefold())
    if state == "none":
        return NONE
    if state == "unknown":
        return None
    head, _, reason = text.partition(":")
    if _words.synonyms("state").get(head.casefold()) == "not_applicable":
        return not_applicable(reason)
    return got


# --- text and dates ---------------------------------------------------------------------------------------------------


def clean(got: object) -> str:
    """Text as it came, without outer white space; control characters and lone surrogates are refused."""
    text = str(got).replace("\r\n", "\n").replace("\r", "\n").strip()
    for char in text:
        if unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t":
            raise _words.refusal("control_character", code=f"U+{ord(char):04X}")
        if char in "\ufffe\uffff":
            raise _words.refusal("control_character", code=f"U+{ord(char):04X}")
    return text


def clean_text(got: object) -> object:
    """A text field's value: clean text, or None where it is empty; the other answers pass."""
    if isinstance(got, str):
        return clean(got) or None
    if got is None or isinstance(got, Stated):
        return got
    if isinstance(got, (bool, int, float)):
        return clean(got)
    raise _words.refusal("not_text", got=type(got).__name__)


def _texts(got: object) -> object:
    if isinstance(got, str):
        got = split(got, "text")
    if isinstance(got, (list, tuple, set, frozenset)):
        return tuple(item for item in (clean_text(one) for one in got) if item) or None
    return got


def _day(got: object) -> object:
    return None if got is None or got == "" else _dates.day(got)


def _map(got: object) -> object:
    if isinstance(got, str):
        pairs = [split(line, "fields") for line in split(got, "parts")]
        got = {pair[0]: " | ".join(pair[1:]) for pair in pairs}
    if not isinstance(got, Mapping):
        return got
    made: dict[str, str] = {}
    for key, text in got.items():
        if content := clean(text):
            made[free_name(clean(key) or "?", made)] = content
    return made or None


def free_name(name: str, taken: Mapping[str, object]) -> str:
    """The name, or the name with a number that nobody has yet: two headings of the same words are two headings."""
    found, count = name, 1
    while found in taken:
        count += 1
        found = f"{name} ({count})"
    return found


Text = Annotated[str | None, BeforeValidator(clean_text)]
Texts = Annotated[tuple[str, ...] | None, BeforeValidator(_texts)]
Map = Annotated[dict[str, str] | None, BeforeValidator(_map)]
Day = Annotated[date | None, BeforeValidator(_day)]
AnswerText = Annotated[str | Stated | None, BeforeValidator(clean_text), BeforeValidator(_read_answer)]
AnswerTexts = Annotated[tuple[str, ...] | Stated | None, BeforeValidator(_texts), BeforeValidator(_read_answer)]


# --- lists of the law and of the toolkit ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Listed:
    """Marks a field whose values come from a list: of the law (`facts/`) or of the toolkit (`words/`)."""

    name: str


@cache
def allowed(name: str) -> dict[str, dict[str, str]]:
    """The codes of a list with their names in fi, sv and en."""
    law = {code: fact.name for code, fact in _law.codes(name).items()}
    found = law or _words.values(name)
    if not found:
        raise KeyError(f"no list is called {name}")
    return found


def code(name: str, got: object) -> str:
    """The code that a text means: the code itself, its name in any language, a known synonym, or an article in any spelling."""
    text = " ".join(str(got).split())
    for known in (text, _article(text)):
        if known in allowed(name):
            return known
    meaning = _meanings(name).get(text.casefold())
    if meaning is None:
        raise _words.refusal("unknown_value", got=text, what=name, near=_words.nearest(text, _near(name), 3))
    return meaning


@cache
def _meanings(name: str) -> dict[str, str]:
    names = {label.casefold(): key for key, labels in allowed(name).items() for label in labels.values()}
    return names | _words.synonyms(name) | {key.casefold(): key for key in allowed(name)}


def _near(name: str) -> list[str]:
    return list(dict.fromkeys([*allowed(name), *(label for labels in allowed(name).values() for label in labels.values())]))


_ARTICLE = re.compile(
    r"^(?:art(?:icle|ikel|\.)?\s*)?(\d+)(?:\.?\s*art(?:iklan|\.)?)?[\s.(]*(\d+)\)?(?:\.?\s*k(?:ohdan|\.)?)?[\s.(]*([a-j])?\)?(?:\s*(?:alakoh\w*))?\b.*$",
    re.IGNORECASE,
)


def _article(text: str) -> str:
    """`6 artiklan 1 kohdan f alakohta`, `Art. 6(1)(f)`, `6.1 f` and `6 art. 1 k. f` are all `6(1)(f)`."""
    match = _ARTICLE.match(text)
    if not match:
        return text
    return f"{match[1]}({match[2]})" + (f"({match[3].lower()})" if match[3] else "")


def _code(name: str) -> Callable[[object], object]:
    return lambda got: None if got is None or got == "" else code(name, got)


def _codes(name: str) -> Callable[[object], object]:
    def read(got: object) -> object:
        items = _texts(got)
        return tuple(code(name, one) for one in items) if isinstance(items, tuple) else items

    return read


def one_of(name: str) -> Any:
    """The type of a field with one code of a list."""
    return Annotated[str | None, BeforeValidator(_code(name)), Listed(name)]


def some_of(name: str) -> Any:
    """The type of a field with codes of a list, or one of the other answers."""
    return Annotated[tuple[str, ...] | Stated | None, BeforeValidator(_codes(name)), BeforeValidator(_read_answer), Listed(name)]


# --- records ----------------------------------------------------------------------------------------------------------


def item(rule: str, refers: str | None = None, default: Any = None) -> Any:
    """A field: the rule that asks for it and, where its values name other records, their kind."""
    return Field(default=default, json_schema_extra={"rule": rule, "refers": refers})


class Part(BaseModel):
    """One item of a list field that has fields itself, such as a purpose with its legal basis. The first field names it."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=False)
    first_may_stand_alone: ClassVar[bool] = True
    """Whether a text without named segments is the first field; where not, `| -` says that it is."""

    def __init__(self, first: object = None, /, **fields: Any) -> None:
        name = next(iter(type(self).model_fields))
        if first is not None:
            fields[name] = first
        if str(fields.get(name)).strip() == "-":  # how the text form writes an empty first field
            del fields[name]
        _build(self, fields)

    def __repr__(self) -> str:
        return as_code(self)

    __str__ = __repr__

    @classmethod
    def from_text(cls, text: str) -> Self:
        """A part from a cell's text; a segment whose name is not a field of the part belongs to the first field."""
        names = {label.casefold(): name for name in cls.model_fields for label in (*_labels(name), name)}
        fields: dict[str, str] = {}
        first: list[str] = []
        for segment in split(text, "fields"):
            head, colon, rest = segment.partition(":")
            name = names.get(head.strip().casefold()) if colon and first else None
            if name:
                fields[name] = rest.strip()
            elif segment != "-" or not first:
                first.append(segment)
        return cls(" | ".join(first), **fields)


class Record(BaseModel):
    """What the journal keeps of one subject. Unknown fields are refused; a record does not change, `replace` makes another."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=False)
    room: ClassVar[str]
    kind: ClassVar[str]
    kinds: ClassVar[dict[str, type[Record]]] = {}
    shorthand: ClassVar[dict[str, str]] = {}
    """Names accepted by the constructor that fill the parts of a list: legal_basis -> purposes."""

    id: Annotated[str, BeforeValidator(clean_text)] = Field(json_schema_extra={"rule": "", "refers": None})

    def __init__(self, id: object = None, /, **fields: Any) -> None:  # noqa: A002  `id` is what the officer calls it
        if id is not None:
            fields["id"] = id
        _build(self, self._spread(fields))

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "kind" in cls.__dict__:
            Record.kinds[cls.kind] = cls

    @classmethod
    def _spread(cls, fields: dict[str, Any]) -> dict[str, Any]:
        """Give a shorthand value to every part that has none of its own."""
        short = {name: fields.pop(name) for name in list(fields) if name in cls.shorthand}
        for name, value in short.items():
            home = cls.shorthand[name]
            part = part_of(cls.model_fields[home])
            parts = _parts(part)(fields.get(home))
            if parts is None:
                raise _words.refusal("shorthand_alone", name=name, home=home)
            fields[home] = [one if getattr(one, name) is not None else one.model_copy(update=_one(part, name, value)) for one in parts]
        return fields

    def replace(self, **changes: Any) -> Self:
        """The same record with some fields changed; checked like a new one."""
        return type(self)(**{**dict(self), **changes})

    def __repr__(self) -> str:
        return as_code(self)

    __str__ = __repr__

    def body(self) -> dict[str, Any]:
        """The fields that have an answer, as the journal keeps them: plain JSON without the identifier."""
        return self.model_dump(mode="json", exclude={"id"}, exclude_none=True)


def as_code(made: Record | Part, indent: str = "") -> str:
    """The line of code that makes the same record: the answered fields only, a field a line for a record."""
    fields = [(name, getattr(made, name)) for name in type(made).model_fields if getattr(made, name) is not None]
    inner = indent + "    "
    shown = [
        _value_code(value, inner) if place == 0 and _is_first(made, name) else f"{name}={_value_code(value, inner)}"
        for place, (name, value) in enumerate(fields)
    ]
    if isinstance(made, Part) or len(shown) == 1:
        return f"ivp.{type(made).__name__}({', '.join(shown)})"
    return f"ivp.{type(made).__name__}(\n{inner}" + f",\n{inner}".join(shown) + f",\n{indent})"


def _is_first(made: Record | Part, name: str) -> bool:
    return name == next(iter(type(made).model_fields))


def _value_code(value: object, indent: str) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(_value_code(one, indent) for one in value) + "]"
    return repr(value.isoformat()) if isinstance(value, date) else repr(value)


def _one(part: type[Part], name: str, value: object) -> dict[str, object]:
    first = next(iter(part.model_fields))
    return {name: getattr(part(**{first: "-", name: value}), name)}


def _build(made: BaseModel, fields: dict[str, Any]) -> None:
    """Validate into `made`; everything wrong comes as one refusal, a line each, with the nearest match."""
    known = [*type(made).model_fields, *getattr(type(made), "shorthand", {})]
    try:
        unknown = [name for name in fields if name not in type(made).model_fields]
        if unknown:
            kind = type(made).__name__
            raise _words.refusal("unknown_field", got=unknown[0], kind=kind, near=_words.nearest(unknown[0], known))
        BaseModel.__init__(made, **fields)
    except ValidationError as error:
        raise _joined([_problem(one) for one in error.errors()]) from None


def _problem(error: Any) -> tuple[str, Refusal]:
    place = ".".join(
        str(part) for part in error["loc"] if isinstance(part, str) and not part.startswith(("tuple", "function", "str", "Stated"))
    )
    inner = error.get("ctx", {}).get("error")
    if isinstance(inner, Refusal):
        return place, inner
    if error["type"] == "missing" or place == "id":
        return place, _words.refusal("id_missing")
    return place, _words.refusal("wrong_type", got=repr(error["input"])[:80], reason=error["msg"])


def _joined(problems: list[tuple[str, Refusal]]) -> Refusal:
    """One refusal for several problems, the first of each field."""
    problems = list({place: (place, one) for place, one in reversed(problems)}.values())[::-1]
    kinds = {type(problem) for _, problem in problems}
    said = {
        lang: "; ".join(dict.fromkeys(f"{place}: {one.said[lang]}" if place else one.said[lang] for place, one in problems))
        for lang in _words.LANGS
    }
    refusal = (kinds.pop() if len(kinds) == 1 else BadInput)(said)
    refusal.problems = tuple(problems)  # type: ignore[attr-defined]
    return refusal


def _parts(part: type[Part]) -> Callable[[object], Any]:
    def read(got: object) -> object:
        if isinstance(got, (Part, Mapping)):
            got = [got]
        if isinstance(got, str):
            got = split(got, "parts")
        if isinstance(got, (list, tuple)):
            made = [_part(part, one) for one in got if one not in (None, "")]
            return tuple(one for one in made if one.model_dump(exclude_none=True)) or None
        return got

    return read


def _part(part: type[Part], got: object) -> Part:
    if isinstance(got, part):
        return got
    if isinstance(got, Mapping):
        return part(**{str(key): value for key, value in got.items()})
    return part.from_text(str(got))


def some(part: type[Part]) -> Any:
    """The type of a list field whose items are parts."""
    return Annotated[tuple[part, ...] | None, BeforeValidator(_parts(part))]  # type: ignore[valid-type]


def answered(part: type[Part]) -> Any:
    """The type of a list field whose items are parts, or one of the other answers."""
    return Annotated[tuple[part, ...] | Stated | None, BeforeValidator(_parts(part)), BeforeValidator(_read_answer)]  # type: ignore[valid-type]


# --- what a field is --------------------------------------------------------------------------------------------------


def part_of(field: FieldInfo) -> type[Part]:
    """The part type of a list field; raises TypeError for other fields."""
    for option in _options(field):
        if get_origin(option) is tuple and isinstance(get_args(option)[0], type) and issubclass(get_args(option)[0], Part):
            found: type[Part] = get_args(option)[0]
            return found
    raise TypeError("not a list of parts")


def _options(field: FieldInfo) -> tuple[Any, ...]:
    return get_args(field.annotation) or (field.annotation,)


def shape(field: FieldInfo) -> str:
    """How a field is filled: `text`, `texts`, `parts`, `code`, `codes`, `day` or `map`."""
    options = _options(field)
    listed = listed_in(field) is not None
    if any(get_origin(option) is dict for option in options):
        return "map"
    if date in options:
        return "day"
    for option in options:
        if get_origin(option) is tuple:
            if isinstance(get_args(option)[0], type) and issubclass(get_args(option)[0], Part):
                return "parts"
            return "codes" if listed else "texts"
    return "code" if listed else "text"


def listed_in(field: FieldInfo) -> str | None:
    """The name of the list whose codes a field takes, or None."""
    return next((mark.name for mark in field.metadata if isinstance(mark, Listed)), None)


def has_other_answers(field: FieldInfo) -> bool:
    """Whether 'confirmed none' and 'not applicable' are answers to this field."""
    return Stated in _options(field)


def told(field: FieldInfo, name: str) -> str | None:
    """What `item` said of a field: `rule` or `refers`."""
    found = field.json_schema_extra
    return str(found[name]) if isinstance(found, dict) and found.get(name) else None


# --- text form: the same in spreadsheets, forms and samples ------------------------------------------------------------

_SPECIAL = {"text": re.compile(r"(\\*)([;\n])"), "parts": re.compile(r"(\\*)([;\n])"), "fields": re.compile(r"(\\*)(\|)")}


def split(text: str, level: str) -> list[str]:
    """The items of a cell: `text` and `parts` by `;` or line breaks, `fields` of a part by `|`.

    A backslash before a separator keeps it as text; backslashes elsewhere are plain characters.
    """
    items, begin, current = [], 0, ""
    for match in _SPECIAL[level].finditer(text):
        slashes = len(match[1])
        current += text[begin : match.start()] + "\\" * (slashes // 2)
        begin = match.end()
        if slashes % 2:
            current += match[2]
        else:
            items.append(current)
            current = ""
    items.append(current + text[begin:])
    return [one.strip() for one in items if one.strip()]


def join(items: Iterable[str], level: str) -> str:
    """The inverse of `split`."""
    separator = {"text": "; ", "parts": "\n", "fields": " | "}[level]
    escaped = [_SPECIAL[level].sub(lambda m: m[1] * 2 + "\\" + m[2], one) for one in items]
    last = len(escaped) - 1
    touching = separator[0] != " "  # only a backslash right before the separator would be taken for its escape
    return separator.join(one + "\\" * _ending(one) if touching and place < last else one for place, one in enumerate(escaped))


def _ending(text: str) -> int:
    return len(text) - len(text.rstrip("\\"))


def to_text(value: object, field: FieldInfo, lang: str) -> str:
    """A field's answer as text in a language: what a cell, a form or a sample file holds. Unknown is the empty text."""
    if value is None:
        return ""
    if isinstance(value, Stated):
        name = _words.values("state")[value.state][lang]
        return f"{name}: {value.because}" if value.because else name
    kind = shape(field)
    listed = listed_in(field)
    if isinstance(value, tuple):
        if kind == "parts":
            return join((_part_text(one, lang) for one in value), "parts")
        return join((_code_text(listed, one, lang) for one in value), "text")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return join((join((key, text), "fields") for key, text in value.items()), "parts")
    return _code_text(listed, str(value), lang)


def _code_text(listed: str | None, code: str, lang: str) -> str:
    """A code as people read it: an article stays an article, a word of the toolkit is translated."""
    if listed is None or code[:1].isdigit():
        return code
    return allowed(listed)[code][lang]


def _part_text(part: Part, lang: str) -> str:
    """`first | name: value | name: value`, with the names in the language."""
    fields = type(part).model_fields
    texts = []
    for place, (name, field) in enumerate(fields.items()):
        text = to_text(getattr(part, name), field, lang)
        if place == 0:
            texts.append(text or "-")
        elif text:
            texts.append(f"{field_label(name, lang)}: {text}")
    return join(texts if len(texts) > 1 or part.first_may_stand_alone else [*texts, "-"], "fields")


def _labels(name: str) -> tuple[str, ...]:
    return tuple(field_label(name, lang) for lang in _words.LANGS)


def field_label(name: str, lang: str) -> str:
    """What a field is called on forms, in exports and in frames."""
    return str(_words.read("labels")["field"][name][lang])


def field_help(name: str, lang: str) -> str:
    """What a field means, in one short sentence."""
    return str(_words.read("labels")["help"][name][lang])


def describe(kind: str, lang: str) -> list[tuple[str, str, str, str, str, str]]:
    """The fields of a record and of its parts: field, label, rule, answers, allowed values, meaning."""
    rows = []
    for name, field in record_type(kind).model_fields.items():
        rows.append(_described(name, name, field, lang))
        if shape(field) == "parts":
            parts = part_of(field).model_fields
            rows += [_described(f"{name}.{inner}", inner, one, lang) for inner, one in parts.items()]
    return rows


def _described(path: str, name: str, field: FieldInfo, lang: str) -> tuple[str, str, str, str, str, str]:
    listed, refers = listed_in(field), told(field, "refers")
    values = ", ".join(_shown(code, labels[lang]) for code, labels in allowed(listed).items()) if listed else ""
    if refers:
        values = _words.say("ui.refers", lang, kind=_words.say(f"value.kind.{refers}", lang))
    answers = "none, not_applicable, unknown" if has_other_answers(field) else "unknown"
    shown = shape(field) + ("; " + answers if name != "id" else "")
    return path, field_label(name, lang), told(field, "rule") or "", shown, values, field_help(name, lang)


def _shown(code: str, label: str) -> str:
    return f"{code} ({label})"


def record_type(kind: str) -> type[Record]:
    """The record type of a kind such as `activity`; an unknown kind is refused with the nearest."""
    if kind not in Record.kinds:
        raise _words.refusal("unknown_value", got=kind, what="record", near=_words.nearest(kind, Record.kinds))
    return Record.kinds[kind]
