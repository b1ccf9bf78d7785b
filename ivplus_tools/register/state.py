"""Everything that stands in the register, on a day; who and what an activity names."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from ivplus_tools import _records, _words
from ivplus_tools._records import texts
from ivplus_tools._state import Stands, State


@dataclass(frozen=True)
class Register(State):
    """Everything that stands in the register, on a day."""

    @property
    def activities(self) -> list[Stands]:
        """Processing activities."""
        return self.of("activity")

    @cached_property
    def homes(self) -> dict[str, dict[str, Stands]]:
        """What activities name, by kind and identifier."""
        return {kind: {one.record.id: one for one in self.of(kind)} for kind in ("organisation", "system")}

    def party(self, ref: str | None) -> Stands | None:
        """The organisation that a record names, by its identifier or by its name."""
        return self.named("organisation", ref)

    def named(self, kind: str, ref: str | None) -> Stands | None:
        """What stands under an identifier, else under a name, as old registers write it."""
        home = self.homes[kind]
        return home.get(ref or "") or self._names[kind].get((ref or "").casefold())

    @cached_property
    def _names(self) -> dict[str, dict[str, Stands]]:
        """The same by name; the first where two share one."""
        return {
            kind: {str(one.record.name).casefold(): one for one in reversed(home.values()) if one.record.name}
            for kind, home in self.homes.items()
        }

    @cached_property
    def _near(self) -> dict[tuple[str, str], str]:
        """The nearest identifiers of texts that name nothing, each sought once."""
        return {}

    def nearest(self, kind: str, ref: str) -> str:
        """The nearest identifier of a kind to a text that names nothing."""
        if (kind, ref) not in self._near:
            self._near[kind, ref] = _words.nearest(ref, self.homes[kind]) or "–"
        return self._near[kind, ref]

    def all(self) -> list[Stands]:
        """Activities, organisations and systems."""
        return [one for kind in ("activity", "organisation", "system") for one in self.of(kind)]

    def only(self, id: str) -> Register:  # noqa: A002
        """One activity with the organisations and systems that it names, and our own."""
        shown = [one for one in self.activities if one.record.id == id]
        own = self.every_own()
        kept = {one.entry.entry for one in (*shown, *own)}
        for one in shown:
            for name, field in type(one.record).model_fields.items():
                kind, answer = _records.told(field, "refers") or "", getattr(one.record, name)
                for ref in texts(answer) or (answer,):
                    if kind in self.homes and isinstance(ref, str) and (found := self.named(kind, ref)):
                        kept.add(found.entry.entry)
        return replace(self, standing=[one for one in self.standing if one.entry.entry in kept])

    def ours(self) -> Stands | None:
        """The record of our own organisation: the one whose relation says so."""
        return next(iter(self.every_own()), None)

    def every_own(self) -> list[Stands]:
        """Every organisation that is called our own."""
        return [one for one in self.of("organisation") if "own" in texts(one.record.relation)]
