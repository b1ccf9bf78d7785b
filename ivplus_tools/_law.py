"""The law as dated facts: the only reader of `facts/`. A reform is a new value with a date there, never an edit here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import rtoml

from ivplus_tools import _html, _words
from ivplus_tools.errors import BadFact

P = ParamSpec("P")
R = TypeVar("R")
FOLDER = Path(__file__).parent / "facts"
_READ: ContextVar[Path] = ContextVar("facts", default=FOLDER)
_STILL: ContextVar[tuple[date, frozenset[str] | None]] = ContextVar("still", default=(date.max, None))


def kept(function: Callable[P, R]) -> Callable[P, R]:
    """A function of the facts and words that are read now: its answers are kept for those alone."""
    return _words.kept(function, _READ.get)


def kept_by_day(function: Callable[P, R]) -> Callable[P, R]:
    """The same of a function that asks for the value of a day: a law that is held still answers otherwise."""
    return _words.kept(function, lambda: (_READ.get(), _STILL.get()))


@dataclass(frozen=True)
class Fact:
    """One provision: what it asks in our own words, where its text is, and the values it has had.

    What holds is asked with `on(day)`; `history` is for saying what was and what comes; `proposals` never hold.
    """

    rule: str
    instrument: dict[str, Any]
    name: dict[str, str]
    says: dict[str, str]
    source: str
    verified: bool
    note: dict[str, str]
    reread: date | None
    history: tuple[dict[str, Any], ...]
    proposals: tuple[dict[str, Any], ...] = ()
    read: dict[str, str] = field(default_factory=dict)  # what was read when it was compared, and in which state
    sources: dict[str, str] = field(default_factory=dict)  # the source as each language cites it; an address is the same in all

    def on(self, day: date) -> dict[str, Any] | None:
        """The value in force on a day."""
        last, rules = _STILL.get()
        if day > last and (rules is None or self.rule in rules):
            day = last
        for value in self.history:
            if value["from"] <= day <= value.get("until", date.max):
                return value
        return None


@dataclass(frozen=True)
class Law:
    """The facts in force on a day: with the values that a proposed `reform` would put in their place, `without` those thought away."""

    day: date
    reform: str | None = None
    without: frozenset[str] = frozenset()

    def value(self, rule: str) -> dict[str, Any]:
        """The value of a rule; empty where it is not in force."""
        if rule in self.without:
            return {}
        drafts = (one for one in fact(rule).proposals if self.reform and one.get("reform") == self.reform)
        return next(drafts, None) or value(rule, self.day)

    def table(self, rule: str) -> dict[str, Any]:
        """A table of the toolkit's practice, which has no day of its own."""
        return self.value(rule) or near(rule, self.day)


def near(rule: str, day: date) -> dict[str, Any]:
    """The value of a rule on a day; before it applied its first, after it ended its last: for practices that nothing is without."""
    found = fact(rule)
    return found.on(day) or found.history[0 if day < found.history[0]["from"] else -1]


def value(rule: str, day: date) -> dict[str, Any]:
    """The value of a rule on a day; an empty dict before it applied or after it ended."""
    return fact(rule).on(day) or {}


def newest(rule: str) -> dict[str, Any]:
    """The last value of a rule: for reading what people write, which no day belongs to."""
    return fact(rule).history[-1]


def fact(rule: str) -> Fact:
    """The fact of a rule such as `gdpr:30(1)(f)`; an unknown one is refused with the nearest."""
    found = facts().get(rule)
    if found is None:
        raise _words.refusal("unknown_value", got=rule, what="rule", near=_words.nearest(rule, facts(), 3))
    return found


@kept
def codes(name: str) -> dict[str, Fact]:
    """A list of the law, such as `legal_basis`: code -> fact, in the order of the file; empty if there is no such list."""
    return {v["code"]: f for f in facts().values() for v in f.history if v.get("list") == name}


def entry(name: str, code: str | None) -> dict[str, Any]:
    """What a list of the law tells of one of its codes, whatever the day; empty where the list has no such code."""
    found = codes(name).get(code or "")
    return next((one for one in found.history if one.get("code") == code), {}) if found else {}


@kept_by_day  # a comparison asks the same of the same days over and over
def asks(name: str, day: date) -> Sequence[tuple[str, dict[str, Any]]]:
    """Rules in force on a day whose value has the key `name`, with that value."""
    found = ((rule, one.on(day)) for rule, one in facts().items())
    return tuple((rule, now) for rule, now in found if now is not None and name in now)


def unverified() -> list[Fact]:
    """Facts that nobody has yet compared with the official text."""
    return [one for one in facts().values() if not one.verified]


def findings() -> dict[str, tuple[str, tuple[Fact, ...]]]:
    """Every finding code with its severity and the facts behind it: those named beside its words, else those that ask for a field."""
    asking: dict[str, dict[str, str]] = {}
    for one in facts().values():
        for value in one.history:
            if "finding" in value:
                asking.setdefault(value["finding"], {})[one.rule] = value["if_empty"]
    found = {}
    for code, entry in _words.read("findings").items():
        rules = {entry["rule"]: entry["severity"]} if "rule" in entry else asking[code]
        found[code] = (next(iter(rules.values())), tuple(fact(rule) for rule in rules))
    return found


@kept
def facts() -> dict[str, Fact]:
    """Every fact of every file in `facts/`, by rule."""
    found: dict[str, Fact] = {}
    for path in sorted(_READ.get().glob("*.toml")):
        for one in load(path):
            if one.rule in found:
                raise BadFact(f"{path.name}: {one.rule} stands twice")
            found[one.rule] = one
    return found


@contextmanager
def still(day: date, rules: Iterable[str] | None = None) -> Iterator[None]:
    """The law, or some rules of it, as if it had not changed after a day: only to ask what a change of law has changed."""
    mark = _STILL.set((day, frozenset(rules) if rules is not None else None))
    try:
        yield
    finally:
        _STILL.reset(mark)


@contextmanager
def reading(folder: Path) -> Iterator[None]:
    """The facts of another folder, such as those that lie in an evidence pack, in the place of ours."""
    mark = _READ.set(folder)
    try:
        yield
    finally:
        _READ.reset(mark)


def texts() -> dict[str, bytes]:
    """Every file of facts as it is read, by name."""
    return {path.name: path.read_bytes() for path in sorted(_READ.get().glob("*.toml"))}


def changed(after: date, until: date) -> list[str]:
    """The rules whose value on one day is another than on a day before."""
    return [rule for rule, one in facts().items() if one.on(after) != one.on(until)]


def load(path: Path) -> list[Fact]:
    """The facts of one file; one without rule, words in three languages, source or dated value is refused."""
    try:
        content = rtoml.loads(path.read_text(encoding="utf-8"))
    except rtoml.TomlParsingError as error:
        raise BadFact(f"{path.name}: not TOML: {error}") from None
    instrument = content.get("instrument", {})
    _demand(path, "instrument", instrument, ("key", "name", "source"))
    return [_fact(path, instrument, raw) for raw in content.get("fact", [])]


def _fact(path: Path, instrument: dict[str, Any], raw: dict[str, Any]) -> Fact:
    rule = raw.get("rule") or "a fact without a rule"
    _demand(path, rule, raw, ("rule", "name", "says", "value"))
    for words in ("name", "says", *(one for one in ("note", "read") if one in raw)):
        _demand(path, f"{rule} {words}", raw[words], _words.LANGS)
    for one in raw["value"]:
        if not isinstance(one.get("from"), date):
            raise BadFact(f"{path.name}: {rule}: a value needs `from`, a day such as 2018-05-25")
    if not rule.startswith(instrument["key"] + ":"):
        raise BadFact(f"{path.name}: {rule}: the rule must begin with {instrument['key']}:")
    _demand_apart(path, rule, [one for one in raw["value"] if not one.get("draft") and "list" not in one])
    told = raw.get("source", instrument["source"])
    sources = told if isinstance(told, dict) else dict.fromkeys(_words.LANGS, told)
    _demand(path, f"{rule} source", sources, _words.LANGS)
    values, proposals = [tuple(one for one in raw["value"] if bool(one.get("draft")) is draft) for draft in (False, True)]
    return Fact(
        rule=rule,
        instrument=instrument,
        name=raw["name"],
        says=raw["says"],
        source=sources["en"],
        verified=raw.get("verified", True),
        note=raw.get("note", {}),
        reread=raw.get("reread", instrument.get("reread")),
        history=values,
        proposals=proposals,
        read=raw.get("read", {}),
        sources=sources,
    )


def _demand_apart(path: Path, rule: str, values: list[dict[str, Any]]) -> None:
    """A day has one value: the value before a reform ends on the day before it."""
    for one, other in pairwise(sorted(values, key=lambda value: value["from"])):
        if other["from"] <= one.get("until", date.max):
            raise BadFact(f"{path.name}: {rule}: two values hold on {other['from']}; the one before needs `until`")


def _demand(path: Path, where: str, table: dict[str, Any], keys: tuple[str, ...]) -> None:
    missing = [key for key in keys if not table.get(key)]
    if missing:
        raise BadFact(f"{path.name}: {where}: missing {', '.join(missing)}")


@dataclass(frozen=True)
class Citation:
    """What `cite` shows: the rule, what it asks in fi, sv and en, the official text's address, validity, last re-reading.

    With `code`, first the finding: its sentence, severity and room.
    """

    fact: Fact
    lang: str = "en"
    code: str = ""

    @property
    def rows(self) -> list[tuple[str, str]]:
        """Label and text of each line."""
        one, lang = self.fact, self.lang
        checked = _words.show_date(one.reread, lang) if one.verified and one.reread else self._say("never")
        lines = [*self._finding(), (self._say("rule"), _named(one, lang))]
        lines += [(self._say(f"in_{each}"), f"{one.name[each]}: {one.says[each]}") for each in _words.LANGS]
        lines += [(self._say("source"), one.sources[lang])]
        lines += [(self._say("in_force"), _validity(value, lang)) for value in one.history]
        lines += [(self._say("proposal"), _validity(value, lang)) for value in one.proposals]
        lines += [(self._say("reread"), " · ".join(filter(None, (checked, one.read.get(lang) if one.verified else ""))))]
        lines += [(self._say("note"), one.note[lang])] if one.note else []
        return lines + self._others()

    def _finding(self) -> list[tuple[str, str]]:
        """The lines of a finding."""
        if not self.code:
            return []
        lang = self.lang
        severity, _ = findings()[self.code]
        room = str(_words.room_of(self.code))
        told = {
            "code": self.code, "finding": _words.finding_template(self.code, lang),
            "severity": _words.values("severity")[severity][lang], "room": _words.values("room")[room][lang],
        }  # fmt: skip
        return [(_words.column_name(name, lang), text) for name, text in told.items()]

    def _others(self) -> list[tuple[str, str]]:
        """The other rules that ask for the same, such as those for processors."""
        behind = findings()[self.code][1] if self.code else ()
        return [(self._say("rule"), _named(one, self.lang)) for one in behind if one != self.fact]

    def _say(self, key: str) -> str:
        return _words.say(f"cite.{key}", self.lang)

    def __repr__(self) -> str:
        width = max(len(label) for label, _ in self.rows)
        return "\n".join(f"{label:<{width}}  {text}" for label, text in self.rows)

    def _repr_html_(self) -> str:
        return _html.table([], self.rows, caption=self.code or self.fact.rule, row_headers=True)


def _named(one: Fact, lang: str) -> str:
    return f"{one.rule} · {one.instrument['name'][lang]} · {one.name[lang]}"


def _validity(value: dict[str, Any], lang: str) -> str:
    first, last = (_words.show_date(value[name], lang) if name in value else "" for name in ("from", "until"))
    rest = {key: item for key, item in value.items() if key not in ("from", "until", "draft")}
    shown = "; ".join(f"{key} = {item}" for key, item in rest.items())
    return f"{first} – {last}".strip() + (f" ({shown})" if shown else "")


def cited(rule: str, lang: str) -> str:
    """A rule as tables cite it: an article of the Regulation, or what another rule is called; what is no rule stays as it is."""
    if re.match(r"gdpr:\d", rule):
        return _words.article(rule.split(":")[1], lang)
    known = facts().get(rule)
    return known.name[lang] if known else rule


def cite(rule: str, lang: str = "fi") -> Citation:
    """What a rule such as `gdpr:30(1)(f)` asks, in Finnish, Swedish and English, and where its official text is.

    As frames cite it, `30 art. 1 k. f`, it is found too. A finding's code such as `REG-020` gives its sentence, severity and
    room, and the rule behind it.
    """
    by_case = {one.casefold(): one for one in (*findings(), *facts())}
    asked = " ".join(str(rule).split()).casefold()
    known = by_case.get(asked) or next((one for one in facts() if asked in (cited(one, each).casefold() for each in _words.LANGS)), None)
    if known is None:
        raise _words.refusal("unknown_value", got=rule, what="rule", near=_words.nearest(rule, by_case.values(), 3))
    if known in facts():
        return Citation(fact(known), _words.language(lang))
    return Citation(findings()[known][1][0], _words.language(lang), known)
