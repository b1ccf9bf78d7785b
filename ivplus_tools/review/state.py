"""Everything that stands in the review and what it needs of the register, on a day; who is who, and who stands behind whom."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from ivplus_tools import _store, _words
from ivplus_tools._law import Law
from ivplus_tools._state import Stands, State, records_of
from ivplus_tools._store import Entry
from ivplus_tools.exchange import headings
from ivplus_tools.review.judgement import Judgement, judge
from ivplus_tools.review.records import Agreement, Transfer, TransferAssessment


@dataclass(frozen=True)
class Link:
    """One organisation behind another: how deep below the first, on whose behalf, and whether it closes a circle."""

    depth: int
    stands: Stands
    path: tuple[str, ...]
    circle: bool


@dataclass(frozen=True)
class Review(State):
    """What stands in the review, and what the register says of the same organisations, activities and systems."""

    # --- who is who

    def party(self, ref: str | None) -> str:
        """One key for an organisation, however it is named: by a processor's identifier, its own identifier, or its name."""
        told = str(self._organisations.get(ref or "") or ref or "")
        if told in self.bodies("organisation"):
            return told
        return self._named.get(told.casefold()) or self._like(told)

    def _like(self, told: str) -> str:
        """The key of a name that nobody has told: that of the one company which only brackets or a legal form tell apart from it."""
        if told.casefold() not in self._likes:
            base, form = company(told)
            alike = [key for other, key in self._companies.get(base, ()) if not form or other in ("", form)]
            self._likes[told.casefold()] = alike[0] if base and len(set(alike)) == 1 else told.casefold()
        return self._likes[told.casefold()]

    def perhaps(self, told: str) -> list[str]:
        """Names of other companies that may be the same one as a name: only the officer can say so."""
        key, known = self.party(told), [*(str(body.get("name") or "") for body in self.bodies("organisation").values())]
        known += [name for body in self.bodies("organisation").values() for name in body.get("aliases") or ()]
        known += self._written.values()
        return [one for one in dict.fromkeys(filter(None, known)) if self.party(one) != key and alike(told, one)]

    @cached_property
    def _likes(self) -> dict[str, str]:
        return {}

    @cached_property
    def _companies(self) -> dict[str, list[tuple[str, str]]]:
        """Every company by its bare name: legal form and key; those of the register, and else those that the review names."""
        known = [(company(name), ident) for name, ident in self._named.items()]
        bases = {base for (base, _), _ in known}
        rest = [(one, ref) for ref in sorted(self._written) if (one := company(ref))[0] not in bases]
        bare = {base for (base, form), _ in rest if not form}
        found: dict[str, list[tuple[str, str]]] = {}
        for (base, form), key in [*known, *(one for one in rest if not one[0][1] or one[0][0] not in bare)]:
            found.setdefault(base, []).append((form, key))
        return found

    @cached_property
    def _organisations(self) -> dict[str, str | None]:
        """The organisation of each processor, by the processor's identifier."""
        return {one.record.id: one.record.organisation for one in self.of("processor")}

    @cached_property
    def _named(self) -> dict[str, str]:
        """The identifier of each organisation of the register, by its name; the first where two share one."""
        named = [(ident, body.get("name")) for ident, body in self.bodies("organisation").items()]
        others = [(ident, name) for ident, body in self.bodies("organisation").items() for name in body.get("aliases") or ()]
        return {name.casefold(): ident for ident, name in [*reversed(others), *reversed(named)] if isinstance(name, str)}

    @cached_property
    def _written(self) -> dict[str, str]:
        """How an organisation that the register does not know is written, by its key."""
        refs = [one.record.organisation for one in self.of("subprocessor")] + [one.record.processor for one in self.of("subprocessor")]
        return {ref.casefold(): ref for ref in refs if ref}

    def name(self, ref: str | None) -> str:
        """The name of an organisation for a reader."""
        key = self.party(ref)
        body = self.bodies("organisation").get(key, {})
        return str(body.get("name") or self._written.get(key) or ref or "–")

    def is_recorded(self, ref: str | None) -> bool:
        """Whether the organisation stands in the register, or as a processor or another processor here."""
        return self.party(ref) in self.bodies("organisation") or self.is_processor(ref)

    def is_processor(self, ref: str | None) -> bool:
        """Whether data go to the organisation as to a processor, or to another processor behind one."""
        return self.party(ref) in self._processors

    @cached_property
    def _processors(self) -> frozenset[str]:
        names = [one.record.id for one in self.of("processor")] + [one.record.organisation for one in self.of("subprocessor")]
        return frozenset(map(self.party, names))

    @cached_property
    def processors(self) -> frozenset[str]:
        """The keys of those that stand as processors themselves."""
        return frozenset(self.party(one.record.id) for one in self.of("processor"))

    @cached_property
    def told_transfers(self) -> frozenset[tuple[str, str | None]]:
        """To whom and where transfers stand that have not ended."""
        standing = [one.record for one in self.of("transfer") if not has_ended(one.record, self.on)]
        return frozenset((self.party(one.importer), one.country) for one in standing)

    @property
    def own_id(self) -> str | None:
        """Our own organisation's identifier."""
        return next((ident for ident, body in self.bodies("organisation").items() if body is self.own), None)

    # --- contracts

    def agreements_of(self, processor: str) -> list[Stands]:
        """The agreements with a processor, the latest in force first."""
        found = self._agreements.get(self.party(processor), [])
        return sorted(found, key=lambda one: (one.record.in_force_from or date.min, one.record.id), reverse=True)

    @cached_property
    def _agreements(self) -> dict[str, list[Stands]]:
        found: dict[str, list[Stands]] = {}
        for one in self.of("agreement"):
            found.setdefault(self.party(one.record.processor), []).append(one)
        return found

    def agreement_of(self, processor: str) -> Stands | None:
        """The agreement in force on the day, a written one first; else the latest one that is not."""
        found = self.agreements_of(processor)
        now = [one for one in found if is_in_force(one.record, self.on)]
        return next((one for one in now if one.record.agreement_form != "oral"), next(iter(now or found), None))

    # --- chains

    def below(self, ref: str | None) -> list[Stands]:
        """The other processors that a processor engages itself."""
        return self._edges.get(self.party(ref), [])

    @cached_property
    def _edges(self) -> dict[str, list[Stands]]:
        """Sub-processors by who engages them."""
        found: dict[str, list[Stands]] = {}
        for one in self.of("subprocessor"):
            found.setdefault(self.party(one.record.processor), []).append(one)
        return found

    @cached_property
    def _engaging(self) -> dict[str, list[Any]]:
        """Sub-processors by who they are."""
        found: dict[str, list[Any]] = {}
        for one in self.of("subprocessor"):
            found.setdefault(self.party(one.record.organisation), []).append(one.record)
        return found

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
        above = self._engaging.get(key, []) if key not in seen else []
        return next((found for one in above if (found := self.contract_over(one, seen | {key}))), None)

    # --- transfers

    def assessment_of(self, transfer: str, on: date | None = None) -> TransferAssessment | None:
        """The latest assessment of a transfer by a day; where all are later, the last of them."""
        found = [one.record for one in self.of("assessment") if one.record.transfer == transfer]
        found.sort(key=lambda one: (one.tia_reviewed or date.min, one.id))
        known = [one for one in found if (one.tia_reviewed or date.min) <= (on or self.on)]
        return (known or found or [None])[-1]

    def judged(self, transfer: Transfer, lang: str, on: date | None = None, law: Law | None = None) -> Judgement:
        """A transfer as judged on the day, or on another day or by another law."""
        day = on or self.on
        return judge(transfer, self.assessment_of(transfer.id, day), day, law or Law(day), lang)

    def at_start(self, transfer: Transfer, lang: str) -> tuple[Transfer, Judgement] | None:
        """A transfer as it was recorded for its first day, and how it was judged then; None where that day is not told."""
        begins = transfer.begins
        if begins is None:
            return None
        before = self.past(begins)
        stood = next((one.record for one in before.of("transfer") if one.record.id == transfer.id), None)
        return (stood, before.judged(stood, lang, begins)) if stood else (transfer, self.judged(transfer, lang, begins))

    def past(self, day: date) -> Review:
        """Transfers and assessments as they stood on an earlier day."""
        if day not in self._pasts:
            stood = [entry for many in self._said.values() if (entry := _store.standing_of(many, day)) and entry.body is not None]
            self._pasts[day] = replace(self, at=replace(self.at, valid_on=day), standing=records_of(self.at, self.kinds, stood))
        return self._pasts[day]

    @cached_property
    def _said(self) -> dict[tuple[str, str], list[Entry]]:
        """Every entry about transfers and assessments, oldest first."""
        found: dict[tuple[str, str], list[Entry]] = {}
        for entry in _store.entries(self.at, (Transfer.kind, TransferAssessment.kind)):
            found.setdefault((entry.kind, entry.subject), []).append(entry)
        return found

    @cached_property
    def _pasts(self) -> dict[date, Review]:
        return {}


def company(name: str) -> tuple[str, str]:
    """A company's name without brackets, `aka ...` and legal form; and the legal form."""
    told = _words.read("headings")["sub_list"]
    cut = re.split(told["also_known"]["pattern"], re.sub(r"\([^()]*\)", " ", name), maxsplit=1, flags=re.IGNORECASE)[0]
    words = (headings.folded(cut) or headings.folded(name) or name).split()
    form: list[str] = []
    while len(words) > 1 and words[-1] in told["legal_forms"]:
        form.insert(0, words.pop())
    return " ".join(words), " ".join(form)


def alike(one: str, other: str) -> bool:
    """Whether two names may be of one company: a name in brackets or after `aka`, initials, or the first word is the same."""
    names, others = _names(one), _names(other)
    first, second = (company(each)[0].split() for each in (one, other))
    same_start = first[0] == second[0] and len(first[0]) > 3
    return bool(names & others) or bool(_initials(names) & others) or bool(names & _initials(others)) or same_start


def _names(name: str) -> set[str]:
    """Every name that a name holds: without brackets, in brackets, after `aka`."""
    pattern = _words.read("headings")["sub_list"]["also_known"]["pattern"]
    parts = [name, *re.findall(r"\(([^()]*)\)", name), *re.split(pattern, name, flags=re.IGNORECASE)[1:]]
    return {company(part)[0] for part in parts if headings.folded(part)}


def _initials(names: set[str]) -> set[str]:
    """The abbreviations of names of three words or more."""
    return {"".join(word[0] for word in name.split()[:count]) for name in names for count in range(3, len(name.split()) + 1)}


def has_ended(transfer: Transfer, on: date) -> bool:
    """Whether a transfer is over before a day."""
    return isinstance(transfer.ends, date) and transfer.ends < on


def is_in_force(agreement: Agreement, on: date) -> bool:
    """Whether a contract stands on a day; an end that is not known or does not exist does not end it."""
    until = agreement.in_force_until
    return (agreement.in_force_from or date.min) <= on and (not isinstance(until, date) or on <= until)
