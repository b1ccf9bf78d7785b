"""What stands in a room at a standpoint, read once: findings, letters and plans are functions of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, Self

from ivplus_tools import _records, _store, _words
from ivplus_tools._records import Record
from ivplus_tools._sources import Place
from ivplus_tools._store import Entry, Standpoint


@dataclass(frozen=True)
class Stands:
    """A record that stands, with the entry that says so."""

    record: Any
    entry: Entry


@dataclass(frozen=True)
class State:
    """What stands at a standpoint: `sealed` of every room, `standing` the records of some kinds. It does not change."""

    at: Standpoint
    kinds: tuple[type[Record], ...]
    sealed: Sequence[Entry]
    standing: Sequence[Stands]

    @classmethod
    def read(cls, at: Standpoint, kinds: Sequence[type[Record]], **own: Any) -> Self:
        """The journal read once at a standpoint; `own`: what a room's state holds besides."""
        sealed, names = _store.standing(at), {kind.kind for kind in kinds}
        found = records_of(at, kinds, [one for one in sealed if one.kind in names])
        return cls(at=at, kinds=tuple(kinds), sealed=sealed, standing=found, **own)

    def again(self) -> Self:
        """The same standpoint with the journal read anew: what somebody has recorded meanwhile is in it."""
        now = State.read(replace(self.at, book=None, page=None), self.kinds)
        return replace(self, at=now.at, sealed=now.sealed, standing=now.standing)

    @property
    def on(self) -> date:
        """The day."""
        return self.at.valid_on

    @property
    def lang(self) -> str:
        """The language in which answers are worded."""
        return self.at.lang

    def place(self, name: str | None) -> Place:
        """Where a source lies; a name that was not recorded is refused with the nearest."""
        known = self.bodies("source")
        if name is None or name not in known or not known[name].get("location"):
            raise _words.refusal("no_source", got=name or "–", near=_words.nearest(name or "", known, 3) or "–")
        body = known[name]
        return Place(name, str(body["location"]), body.get("password_from"), self.at.path.parent)

    def of(self, kind: str) -> list[Stands]:
        """What stands of a kind, by identifier."""
        return self._by_kind.get(kind, [])

    def records(self, kind: str) -> list[Any]:
        """The records of a kind, by identifier."""
        return [one.record for one in self.of(kind)]

    def find(self, subject: str, kind: str | None = None) -> Stands:
        """The record of that identifier; an unknown one is refused with the nearest."""
        if not isinstance(subject, str):
            raise _words.refusal("not_text", got=type(subject).__name__)
        those = [one for one in self.standing if kind in (None, one.entry.kind)]
        mine = [one for one in those if one.entry.subject == subject]
        if not mine and (composed := _records.clean_id(subject)) != subject:
            mine = [one for one in those if one.entry.subject == composed]
        if not mine:
            near = _words.nearest(subject, sorted({one.entry.subject for one in those}), 3)
            raise _words.refusal("not_found", got=subject, near=near or "–", on=self.on)
        if len(mine) > 1:
            raise _words.refusal(
                "several_kinds",
                got=subject,
                kinds={**each_kind([type(one.record) for one in mine]), "en": ", ".join(one.entry.kind for one in mine)},
            )
        return mine[0]

    @cached_property
    def _by_kind(self) -> dict[str, list[Stands]]:
        kinds: dict[str, list[Stands]] = {}
        for one in self.standing:
            kinds.setdefault(one.entry.kind, []).append(one)
        return kinds

    # --- what other rooms have sealed: rooms meet here, not in each other's records

    def bodies(self, kind: str) -> Mapping[str, Mapping[str, Any]]:
        """What is sealed of a kind, of whatever room: the answers and `valid_from`, by identifier."""
        return self._bodies.get(kind, {})

    @cached_property
    def _bodies(self) -> dict[str, dict[str, dict[str, Any]]]:
        kinds: dict[str, dict[str, dict[str, Any]]] = {}
        for one in self.sealed:
            kinds.setdefault(one.kind, {})[one.subject] = {**(one.body or {}), "valid_from": one.valid_from}
        return kinds

    def measures_for(self, activities: Iterable[str], systems: Iterable[str] = ()) -> list[str]:
        """The recorded measures that protect activities, or systems that they use: each with its last test and what came of it."""
        named, used = set(activities), set(systems)
        for ident in named:
            told = self.bodies("activity").get(ident, {}).get("systems")
            used |= set(told) if isinstance(told, (list, tuple)) else set()
        found = self.bodies("security_measure").items()
        return [
            self._measure(ident, body)
            for ident, body in found
            if named & set(body.get("activities") or ()) or used & set(body.get("systems") or ())
        ]

    def _measure(self, ident: str, body: Mapping[str, Any]) -> str:
        """A measure as a reader is told of it; one whose result nobody has told is not called tested well."""
        day = str(body.get("tested") or "")
        if not day or day > self.on.isoformat():
            return _words.say("measures.untested", self.lang, name=body.get("name") or ident)
        result = _words.values("test_result").get(body.get("test_result") or "", {}).get(self.lang)
        told = {"name": body.get("name") or ident, "day": _words.show_date(date.fromisoformat(day), self.lang, running=True)}
        return _words.say("measures.tested", self.lang, **told, result=result or _words.values("state")["unknown"][self.lang])

    @cached_property
    def own(self) -> Mapping[str, Any]:
        """What is sealed of our own organisation: the one whose relation says so."""
        return next(iter(self.own_bodies), {})

    @cached_property
    def own_bodies(self) -> list[Mapping[str, Any]]:
        """What is sealed of every organisation that is called our own."""
        return [body for body in self.bodies("organisation").values() if "own" in (body.get("relation") or ())]

    @cached_property
    def persons(self) -> dict[str, dict[str, str | None]]:
        """Persons kept outside the seals, by reference."""
        return _store.persons(self.at)


def records_of(at: Standpoint, kinds: Sequence[type[Record]], entries: Iterable[Entry]) -> list[Stands]:
    """The records of entries that hold one; what a standpoint has made once is not made again."""
    types, made, listed = {kind.kind: kind for kind in kinds}, at.made, list(entries)
    for one in listed:
        if one.entry not in made:
            made[one.entry] = Stands(types[one.kind](one.subject, **(one.body or {})), one)
    return [made[one.entry] for one in listed]


def kind_name(kind: type[Record]) -> object:
    """What a kind of records is called in a refusal; in English by its class, which is what one types."""
    names = _words.values("kind").get(kind.kind)
    return {**names, "en": kind.__name__} if names else kind.__name__


def each_kind(kinds: Iterable[type[Record]]) -> dict[str, str]:
    """Kinds of records in a row, as each language calls them."""
    named = [kind_name(one) for one in kinds]
    return {lang: ", ".join(str(one[lang] if isinstance(one, dict) else one) for one in named) for lang in _words.LANGS}
