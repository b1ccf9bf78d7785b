"""Records and their parts: built of fields, refused with the nearest match, shown as the code that makes them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from typing import Annotated, Any, ClassVar, ParamSpec, Self, TypeVar, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from ivplus_tools import _dates, _law, _words
from ivplus_tools._records.answers import Holds, Listed, Stated, _read_answer
from ivplus_tools._records.grammar import split
from ivplus_tools._records.identifiers import clean_id, told_input
from ivplus_tools.errors import BadInput, Refusal


def item(rule: str, refers: str | None = None, default: Any = None) -> Any:
    """A field: the rule that asks for it and, where its values name other records, their kind."""
    return Field(default=default, json_schema_extra={"rule": rule, "refers": refers})


P = ParamSpec("P")
R = TypeVar("R")
NAMELESS = "·"
"""The identifier of a record that has none yet: a new one on a form, or a cell that is only being understood."""
SHORT = 500
"""Signs of a text whose answer is kept for the next row that says the same."""


class Typed(BaseModel):
    """What records and parts show where an officer types: their fields and their own words, and nothing of the library below."""

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        cls.__signature__ = inspect.Signature(_parameters(cls, cls.__init__, {name: one.default for name, one in cls.model_fields.items()}))

    @classmethod
    def of(cls, first: object = None, /, **fields: Any) -> Self:
        """The same as calling the class, of values that are read and checked here: no field has its final type yet."""
        made: Any = cls
        found: Self = made(first, **fields)
        return found

    def __dir__(self) -> list[str]:
        ours = {name for base in type(self).__mro__ if base.__module__.startswith("ivplus_tools") for name in vars(base)}
        words = {name for name in ours if not name.startswith(("_", "model_")) and callable(getattr(type(self), name, None))}
        return sorted({*type(self).model_fields, *words})


def _parameters(kind: type[BaseModel], function: Callable[..., Any], defaults: Mapping[str, Any]) -> list[inspect.Parameter]:
    """The parameters of a function whose `**` are fields of a record, each field by its name; untold ones are None."""
    own = [one for name, one in inspect.signature(function).parameters.items() if name != "self" and one.kind is not one.VAR_KEYWORD]
    free = [name for name in kind.model_fields if name not in {"id", *(one.name for one in own)}]
    return [*own, *(inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=defaults.get(name)) for name in free)]


def completes(kind: type[BaseModel]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A method whose `**facts` are fields of a record: help and completion name them."""

    def named(function: Callable[P, R]) -> Callable[P, R]:
        this = next(iter(inspect.signature(function).parameters.values()))
        function.__signature__ = inspect.Signature([this, *_parameters(kind, function, {})])  # type: ignore[attr-defined]
        return function

    return named


class Part(Typed):
    """One item of a list field that has fields itself, such as a purpose with its legal basis. The first field names it."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=False)
    first_may_stand_alone: ClassVar[bool] = True
    """Whether a text without named segments is the first field; where not, `| -` says that it is."""

    def __init__(self, first: object = None, /, **fields: Any) -> None:
        if first is not None:
            fields[next(iter(type(self).model_fields))] = first
        _build(self, fields)

    def __repr__(self) -> str:
        return as_code(self)

    __str__ = __repr__

    @property
    def first(self) -> object:
        """The field that names the part."""
        return getattr(self, next(iter(type(self).model_fields)))

    @classmethod
    def from_text(cls, text: str) -> Self:
        """A part from a cell's text; a segment whose name is not a field of the part belongs to the first field."""
        names = {text.casefold(): name for name in cls.model_fields for text in _words.names_of(name)}
        fields: dict[str, str] = {}
        first: list[str] = []
        for segment in split(text, "fields"):
            head, colon, rest = segment.partition(":")
            name = names.get(head.strip().casefold()) if colon and first else None
            if name:
                fields[name] = rest.strip()
            elif first and colon and re.fullmatch(r"[^\W\d][\w -]{1,40}", head.strip()):
                labels = {lang: [_words.field_label(name, lang) for name in cls.model_fields] for lang in _words.LANGS}
                near = {lang: _words.nearest(head.strip(), known) for lang, known in labels.items()}
                raise _words.refusal("unknown_segment", got=segment, near=near)
            elif segment != "-" or not first:
                first.append(segment)
        return cls(" | ".join(first), **fields)


def answer_of(kind: type[Record | Part], name: str, got: object) -> Any:
    """What a value means as the answer to one field; refused as the record itself would refuse it."""
    try:
        if isinstance(got, str) and len(got) <= SHORT and shape(kind.model_fields[name]) != "map":
            return _answer(kind, name, got)
        return _adapter(kind, name).validate_python(got)
    except ValidationError:
        return getattr(kind(NAMELESS, **{name: got}), name)


@_law.kept
def _answer(kind: type[Record | Part], name: str, text: str) -> Any:
    """A short text as an answer, which never changes: registers say the same in row after row."""
    return _adapter(kind, name).validate_python(text)


@cache
def _adapter(kind: type[Record | Part], name: str) -> TypeAdapter[Any]:
    """The type of one field alone: a tenth of the work of a whole record."""
    field = kind.model_fields[name]
    made: Any = Annotated[field.annotation, *field.metadata]
    return TypeAdapter(made)


class Record(Typed):
    """What the journal keeps of one subject. Unknown fields are refused; a record does not change, `replace` makes another."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=False)
    room: ClassVar[str]
    kind: ClassVar[str]
    kinds: ClassVar[dict[str, type[Record]]] = {}
    noun: ClassVar[str] = ""
    """What a query calls what stands of the kind: `activities` for `FROM activities()`; empty: no query knows it."""
    noun_columns: ClassVar[dict[str, str]] = {}
    """Columns of the noun that are no fields, or other than their field: `part.field`, `macro(field)`; empty: no column."""
    own_act: ClassVar[bool] = False
    """Whether only an act of the room writes it (a plan, a certificate), never `record`."""
    aside: ClassVar[bool] = False
    """Whether the kind is shown only where one of it stands: it keeps how the toolkit works, no answer of the company's."""
    shorthand: ClassVar[dict[str, str]] = {}
    """Names accepted by the constructor that fill the parts of a list: legal_basis -> purposes."""

    id: Annotated[str, BeforeValidator(clean_id)] = Field(json_schema_extra={"rule": "", "refers": None})

    def __init__(self, id: object = None, /, **fields: Any) -> None:  # noqa: A002  `id` is what the officer calls it
        if id is not None:
            fields["id"] = id
        _build(self, self._spread(fields))

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "kind" in cls.__dict__:
            for other in Record.kinds.values():
                if cls.kind == other.kind or (cls.noun and cls.noun == other.noun):
                    raise TypeError(f"{cls.__name__} and {other.__name__} are both called {cls.kind!r} or {cls.noun!r}")
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
        items = [_value_code(one, indent) for one in value]
        if len(items) > 1 and isinstance(value[0], Part):  # a line each: a contract has twenty clauses
            return f"[\n{indent}    " + f",\n{indent}    ".join(items) + f",\n{indent}]"
        return f"[{', '.join(items)}]"
    return repr(value.isoformat()) if isinstance(value, date) else repr(value)


def _one(part: type[Part], name: str, value: object) -> dict[str, object]:
    first = next(iter(part.model_fields))
    return {name: getattr(part(**{first: "-", name: value}), name)}


def _build(made: BaseModel, fields: dict[str, Any]) -> None:
    """Validate into `made`; everything wrong comes as one refusal, a line each, with the nearest match."""
    try:
        BaseModel.__init__(made, **fields)
    except ValidationError as error:
        _demand_known(type(made), fields)
        raise _joined([_problem(one) for one in error.errors()]) from None


def _demand_known(kind: type[BaseModel], fields: dict[str, Any]) -> None:
    """Refuse the first field that a record does not have, with the nearest that it has."""
    known = [*kind.model_fields, *getattr(kind, "shorthand", {})]
    for got in fields:
        if got not in kind.model_fields:
            named = [repr(name) for name in known if got.replace("_", " ").casefold() in map(str.casefold, _words.names_of(name))]
            near = named[0] if named else _words.nearest(got, known)
            names = _words.values("kind").get(getattr(kind, "kind", ""), {})
            raise _words.refusal("unknown_field", got=got, kind={**names, "en": kind.__name__} if names else kind.__name__, near=near)


def _problem(error: Any) -> tuple[str, Refusal]:
    place = ".".join(
        str(part) for part in error["loc"] if isinstance(part, str) and not part.startswith(("tuple", "function", "str", "Stated"))
    )
    inner = error.get("ctx", {}).get("error")
    if isinstance(inner, Refusal):
        return place, inner
    if error["type"] == "missing" or place == "id":
        return place, _words.refusal("id_missing")
    return place, _words.refusal("wrong_type", got=told_input(error["input"]), reason=_words.wanted(error["type"], error["msg"]))


def _place(place: str, lang: str) -> str:
    """The field of a problem as forms call it; in English by its name, which is what one types."""
    return place if lang == "en" else " · ".join(_words.column_name(one, lang, is_field=True) for one in place.split("."))


def _joined(problems: list[tuple[str, Refusal]]) -> Refusal:
    """One refusal for several problems, the first of each field."""
    problems = list({place: (place, one) for place, one in reversed(problems)}.values())[::-1]
    kinds = {type(problem) for _, problem in problems}
    said = {
        lang: "; ".join(dict.fromkeys(f"{_place(place, lang)}: {one.said[lang]}" if place else one.said[lang] for place, one in problems))
        for lang in _words.LANGS
    }
    refusal = (kinds.pop() if len(kinds) == 1 else BadInput)(said)
    refusal.problems = tuple(problems)  # type: ignore[attr-defined]
    return refusal


def in_order(made: Record, *pairs: tuple[str, str]) -> None:
    """Refuse a record in which a day or a moment is before the one that has to be earlier."""
    for first, second in pairs:
        one, two = getattr(made, first), getattr(made, second)
        if isinstance(one, (date, str)) and isinstance(two, (date, str)) and _dates.instant(two) < _dates.instant(one):
            labels = {"earlier": _words.label_of(first), "later": _words.label_of(second)}
            raise _words.refusal("wrong_order", start=one, to=two, **labels)


def _parts(part: type[Part]) -> Callable[[object], Any]:
    def read(got: object) -> object:
        if isinstance(got, str):
            got = split(got, "parts")
        elif isinstance(got, (Part, dict)):
            got = [got]
        if isinstance(got, (list, tuple)):
            made = [_part(part, one) for one in got if one not in (None, "")]
            return tuple(one for one in made if any(answer is not None for answer in vars(one).values())) or None
        return got

    return read


def _part(part: type[Part], got: object) -> Part:
    if isinstance(got, dict):
        return part(**{str(key): value for key, value in got.items()})
    if isinstance(got, part):
        return got
    if isinstance(got, Part):
        raise _words.refusal("not_text", got=type(got).__name__)
    return part.from_text(str(got))


def some(part: type[Part]) -> Any:
    """The type of a list field whose items are parts."""
    return Annotated[tuple[part, ...] | None, BeforeValidator(_parts(part))]  # type: ignore[valid-type]


def answered(part: type[Part]) -> Any:
    """The type of a list field whose items are parts, or one of the other answers."""
    return Annotated[tuple[part, ...] | Stated | None, BeforeValidator(_parts(part)), BeforeValidator(_read_answer)]  # type: ignore[valid-type]


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
    annotation: Any = field.annotation
    return _shape(annotation, listed_in(field) is not None)


@cache
def _shape(annotation: Any, listed: bool) -> str:
    options = get_args(annotation) or (annotation,)
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
    for mark in field.metadata:  # asked for every cell of a register
        if isinstance(mark, Listed):
            return mark.name
    return None


def column_kind(field: FieldInfo) -> str:
    """What the texts of a field are: `moment`, `count`, `place`, `period`; empty for other text."""
    return next((mark.kind for mark in field.metadata if isinstance(mark, Holds)), "")


def has_other_answers(field: FieldInfo) -> bool:
    """Whether 'confirmed none' and 'not applicable' are answers to this field."""
    return Stated in _options(field)


def told(field: FieldInfo, name: str) -> str | None:
    """What `item` said of a field: `rule` or `refers`."""
    found = field.json_schema_extra
    return str(found[name]) if isinstance(found, dict) and found.get(name) else None
