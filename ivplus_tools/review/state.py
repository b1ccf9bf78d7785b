"""Everything that stands in the review and what it needs of the register, on a day; who is who, and who stands behind whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ivplus_tools._room import Stands
from ivplus_tools.review.judgement import Judgement, Law, judge
from ivplus_tools.review.records import Agreement, Transfer, TransferAssessment


@dataclass(frozen=True)
class Link:
    """One organisation behind another: how deep below the first, on whose behalf, and whether it closes a circle."""

    depth: int
    stands: Stands
    path: tuple[str, ...]
    circle: bool


@dataclass(frozen=True)
class Review:
    """What stands, by kind, in order of the identifiers; `register`: kind -> identifier -> what is sealed of it."""

    on: date
    kinds: Mapping[str, list[Stands]]
    register: Mapping[str, Mapping[str, Mapping[str, Any]]]

    def of(self, kind: str) -> list[Stands]:
        """The records of a kind."""
        return self.kinds.get(kind, [])

    # --- who is who

    def party(self, ref: str | None) -> str:
        """One key for an organisation, however it is named: by a processor's identifier, its own identifier, or its name."""
        processor = next((one.record for one in self.of("processor") if one.record.id == ref), None)
        told = str((processor.organisation if processor else None) or ref or "")
        organisations = self.register["organisation"]
        if told in organisations:
            return told
        return next((ident for ident, body in organisations.items() if _same(body.get("name"), told)), told.casefold())

    def name(self, ref: str | None) -> str:
        """The name of an organisation for a reader."""
        body = self.register["organisation"].get(self.party(ref), {})
        return str(body.get("name") or ref or "–")

    def is_recorded(self, ref: str | None) -> bool:
        """Whether the organisation stands in the register, or as a processor or another processor here."""
        key = self.party(ref)
        return key in self.register["organisation"] or any(
            key == self.party(one.record.id if one.entry.kind == "processor" else one.record.organisation)
            for kind in ("processor", "subprocessor")
            for one in self.of(kind)
        )

    def own(self) -> str | None:
        """Our own organisation's identifier."""
        return next((ident for ident, body in self.register["organisation"].items() if "own" in (body.get("relation") or ())), None)

    # --- contracts

    def agreements_of(self, processor: str) -> list[Stands]:
        """The agreements with a processor, the latest in force first."""
        key = self.party(processor)
        found = [one for one in self.of("agreement") if self.party(one.record.processor) == key]
        return sorted(found, key=lambda one: (one.record.in_force_from or date.min, one.record.id), reverse=True)

    def agreement_of(self, processor: str) -> Stands | None:
        """The agreement in force on the day, else the latest one that is not."""
        found = self.agreements_of(processor)
        return next((one for one in found if is_in_force(one.record, self.on)), found[0] if found else None)

    # --- chains

    def below(self, ref: str | None) -> list[Stands]:
        """The other processors that a processor engages itself."""
        key = self.party(ref)
        return [one for one in self.of("subprocessor") if self.party(one.record.processor) == key]

    def behind(self, ref: str | None) -> Iterator[Link]:
        """Every organisation behind a processor, nearest first within each branch; a circle is told once and not followed."""
        yield from self._behind(ref, (self.party(ref),))

    def _behind(self, ref: str | None, path: tuple[str, ...]) -> Iterator[Link]:
        for one in self.below(ref):
            key = self.party(one.record.organisation)
            circle = key in path
            yield Link(len(path), one, (*path, key), circle)
            if not circle:
                yield from self._behind(one.record.organisation, (*path, key))

    def contract_over(self, edge: Any, seen: frozenset[str] = frozenset()) -> Stands | None:
        """Our contract at the top of the chain that an edge belongs to."""
        key = self.party(edge.processor)
        if own := self.agreement_of(edge.processor or ""):
            return own
        above = [one.record for one in self.of("subprocessor") if self.party(one.record.organisation) == key and key not in seen]
        return next((found for one in above if (found := self.contract_over(one, seen | {key}))), None)

    # --- transfers

    def assessment_of(self, transfer: str) -> TransferAssessment | None:
        """The latest assessment of a transfer."""
        found = [one.record for one in self.of("assessment") if one.record.transfer == transfer]
        return max(found, key=lambda one: (one.tia_reviewed or date.min, one.id), default=None)

    def judged(self, transfer: Transfer, lang: str, on: date | None = None, law: Law | None = None) -> Judgement:
        """A transfer as judged on the day, or on another day or by another law."""
        day = on or self.on
        return judge(transfer, self.assessment_of(transfer.id), day, law or Law(day), lang)


def is_in_force(agreement: Agreement, on: date) -> bool:
    """Whether a contract stands on a day; an end that is not known or does not exist does not end it."""
    until = agreement.in_force_until
    return (agreement.in_force_from or date.min) <= on and (not isinstance(until, date) or on <= until)


def _same(name: object, told: str) -> bool:
    return isinstance(name, str) and name.casefold() == told.casefold()
