"""What every room can do: record and end, tell history and changes, and lay findings and due dates in the same columns."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar, cast

from ivplus_tools import _dates, _records, _shown, _store, _words
from ivplus_tools._findings import FINDING_COLUMNS, Due, DueRow, Finding, lay_due, rows_of
from ivplus_tools._records import Record
from ivplus_tools._state import Stands, State, each_kind, kind_name, records_of
from ivplus_tools._store import Draft, Entry, Receipt, Standpoint

if TYPE_CHECKING:
    import pandas

S = TypeVar("S", bound=State)
FIRST_YEAR, YEARS_AHEAD = 1990, 50
"""Days outside are asked for twice: 1023 and 2126 are slips of the pen."""


frame = _shown.plain_frame


def is_likely(since: date, at: Standpoint) -> bool:
    """Whether a day is one that is meant without asking twice."""
    return FIRST_YEAR <= since.year <= at.now.year + YEARS_AHEAD


class Room(Generic[S]):
    """A room of the house: its public verbs. Subclasses name their records and add what the law adds."""

    name: ClassVar[str]
    records: ClassVar[tuple[type[Record], ...]]
    reads: ClassVar[type[State]] = State
    """What stands, as this room looks at it."""
    inner: ClassVar[frozenset[str]] = frozenset((
        "answers", "as_entry", "as_of", "coming", "document_of", "due_of", "findings_of", "reads", "seal_act", "speaking", "standing",
        "state", "states_of", "when_and_why",
    ))  # fmt: skip
    """What the house asks of a room and an officer does not: completion leaves it out."""

    def __init__(self, standpoint: Standpoint) -> None:
        self.standpoint = standpoint

    # --- for the house

    def state(self) -> S:
        """What stands, read once: every answer of many questions is a function of it."""
        return cast("S", self.reads.read(self.standpoint, self.records))

    def standing(self) -> list[Stands]:
        """Every record of this room at the standpoint."""
        return list(self.state().standing)

    def as_of(self, at: Standpoint) -> Self:
        """The same room at another standpoint."""
        made = copy.copy(self)
        made.standpoint = at
        return made

    def speaking(self, lang: str | None) -> Self:
        """The same room in another language."""
        return self.as_of(replace(self.standpoint, lang=_words.language(lang or self.standpoint.lang)))

    # --- how it shows itself

    def __repr__(self) -> str:
        state = self.state()
        counts = {kind.kind: len(state.of(kind.kind)) for kind in shown(self.records, state.standing)}
        lang = self.standpoint.lang
        told = ", ".join(f"{_words.say(f'kind_plural.{kind}', lang)} {count}" for kind, count in counts.items())
        return f"{_words.values('room')[self.name][lang]}: {told}"

    def __dir__(self) -> list[str]:
        verbs = {name for name in dir(type(self)) if not name.startswith("_") and callable(getattr(type(self), name))}
        return sorted(verbs - Room.inner - self.inner)

    # --- writing

    def record(
        self, thing: Record | Sequence[Record], valid_from: object = None, why: str = "", expecting: int | None = None, insist: bool = False
    ) -> Receipt:
        """Write records, true from `valid_from`, in one transaction. What already stands so is not written twice.

        `expecting`: the number of the last entry about it that the writer has seen (0: none); another one refuses the write.
        `insist`: a day before 1990 or more than fifty years ahead is meant so.
        """
        things: list[Any] = list(thing) if isinstance(thing, (list, tuple)) else [thing]
        for one in things:
            if getattr(one, "own_act", False):
                raise _words.refusal("own_act", kind=kind_name(type(one)))
        return self.seal_act(things, valid_from, why, expecting, insist)

    def seal_act(
        self, things: Sequence[Record], valid_from: object, why: str, expecting: int | None = None, insist: bool = False
    ) -> Receipt:
        """Write what an act of the room has made."""
        since, reason = self.when_and_why(valid_from, why, insist)
        return _store.append(self.standpoint, [self.as_entry(one, since, reason, expecting) for one in things])

    def end(self, id: str, valid_from: object = None, why: str = "", kind: str | None = None, insist: bool = False) -> Receipt:  # noqa: A002
        """Say that a subject is no more from `valid_from`; its history stays."""
        since, reason = self.when_and_why(valid_from, why, insist)
        stands = self.as_of(replace(self.standpoint, valid_on=since))._find(id, kind)
        if stands.record.own_act:
            raise _words.refusal("own_act", kind=kind_name(type(stands.record)))
        entry = stands.entry
        return _store.append(self.standpoint, [Draft(self.name, entry.kind, entry.subject, since, reason, None)])

    def withdraw(self, entry: int | Receipt, why: str = "") -> Receipt:
        """Say that an entry, or all of a receipt, was a mistake: it no longer counts for what is known from now on.

        Its history stays, and so do the seals, packs, and answers as of earlier knowledge.
        """
        _, reason = self.when_and_why(self.standpoint.valid_on, why)
        every = _store.every(replace(self.standpoint, known_at=None))
        known, gone = {one.entry: one for one in every}, _store.withdrawn_by(every)
        if isinstance(entry, Receipt) and entry.head not in {one.seal for one in every}:
            raise _words.refusal("receipt_of_another")
        drafts = []
        for number in [_store.number_of(one) for one in (entry.entries if isinstance(entry, Receipt) else [entry])]:
            self._demand_withdrawable(known.get(number), number, gone)
            one = known[number]
            drafts.append(Draft(self.name, _store.WITHDRAWAL, one.subject, one.valid_from, reason, {"entry": number}))
        return _store.append(self.standpoint, drafts)

    def _demand_withdrawable(self, one: Entry | None, number: object, gone: dict[int, Entry]) -> None:
        """Refuse what is no entry of this room, was taken back before, or changes by acts of its own only."""
        if one is None:
            raise _words.refusal("no_entry", got=number)
        if one.room != self.name:
            raise _words.refusal("entry_of_another", got=number, room=room_name(one.room))
        if number in gone:
            raise _words.refusal("already_withdrawn", got=number, by=gone[one.entry].entry)
        kind = next((kind for kind in self.records if kind.kind == one.kind), None)
        if kind is None or getattr(kind, "own_act", False):
            raise _words.refusal("own_act_only", got=number, subject=one.subject)

    def as_entry(self, thing: Record, since: date, why: str, expecting: int | None = None) -> Draft:
        """A record of this room as an entry to be."""
        if not isinstance(thing, tuple(self.records)):
            got = kind_name(type(thing)) if isinstance(thing, Record) else type(thing).__name__
            raise _words.refusal("wrong_record", got=got, room=room_name(self.name), kinds=each_kind(self.records))
        return Draft(self.name, thing.kind, _records.sound_id(thing.id), since, why, thing.body(), expecting)

    def when_and_why(self, valid_from: object, why: str, insist: bool = False) -> tuple[date, str]:
        """Since when and why, which are always asked; a day that is likely a slip of the pen only on insisting."""
        if valid_from is None:
            raise _words.refusal("valid_from_missing")
        since = _dates.day(valid_from)
        if not (insist or is_likely(since, self.standpoint)):
            raise _words.refusal("unlikely_day", got=since, first=FIRST_YEAR, years=YEARS_AHEAD)
        reason = _records.clean(why)
        if not reason:
            raise _words.refusal("why_missing")
        return since, reason

    # --- reading

    def get(self, id: str, kind: str | None = None) -> Any:  # noqa: A002
        """The record of that identifier as it stands; an unknown one is refused with the nearest."""
        return self._find(id, kind).record

    def _find(self, subject: str, kind: str | None) -> Stands:
        """One record; of the journal only what is about it is read, unless it is not found there."""
        kinds = {one.kind for one in self.records}
        about = _store.standing(self.standpoint, subject) if isinstance(subject, str) else []
        mine = [one for one in about if one.kind in kinds and kind in (None, one.kind)]
        if len(mine) == 1:
            return records_of(self.standpoint, self.records, mine)[0]
        return self.state().find(subject, kind)

    def _then(self, since: object) -> Standpoint:
        """Another Desk's standpoint; a bare day is that day as it was known on it."""
        other: Standpoint | None = getattr(since, "standpoint", None)
        if other is not None:
            return other
        on = _dates.day(since)
        return replace(self.standpoint, valid_on=on, known_at=_dates.end_of_day(on), past=True)

    def history(self, id: str) -> pandas.DataFrame:  # noqa: A002
        """Who said what of a subject, when: entry, kind, valid_from, recorded_at, recorded_by, why, change (fields)."""
        columns = ("entry", "kind", "valid_from", "recorded_at", "recorded_by", "why", "change")
        lang, rows = self.standpoint.lang, []
        every = _store.history(self.standpoint, id) or _store.history(self.standpoint, str(_records.clean_id(id) or ""))
        gone, kinds = _store.withdrawn_by(every), {one.kind for one in self.records}
        mine = {one.entry: one for one in every if one.kind in kinds}
        for entry in every:
            target = mine.get((entry.body or {}).get("entry", 0)) if entry.kind == _store.WITHDRAWAL else None
            if target is not None:
                told = _words.say("withdrawal.withdraws", lang, entry=target.entry)
                rows.append((entry.entry, target.kind, entry.valid_from, entry.recorded_at, entry.recorded_by, entry.why, told))
            elif entry.entry in mine:
                told = self._told_change(_stood_before(entry, mine, gone), entry.body)
                if entry.entry in gone:
                    told = _words.say("withdrawal.withdrawn", lang, change=told, entry=gone[entry.entry].entry)
                rows.append((entry.entry, entry.kind, entry.valid_from, entry.recorded_at, entry.recorded_by, entry.why, told))
        if not rows:
            near = _words.nearest(id, sorted({one.entry.subject for one in self.standing()}), 3)
            raise _words.refusal("not_found", got=id, near=near or "–", on=self.standpoint.valid_on)
        return frame(columns, rows, lang)

    def _told_change(self, stood: Entry | None, new: dict[str, Any] | None) -> str:
        """What an entry changed of what stood on its day."""
        lang, old = self.standpoint.lang, stood.body if stood else None
        if new is None or old is None:
            return _words.values("change")["added" if new is not None else "ended"][lang]
        return "; ".join(_words.field_label(name, lang) for name in _records.differing(old, new))

    def changes(self, since: object) -> pandas.DataFrame:
        """What differs from another standpoint (a Desk): kind, subject, change, field, before, after, entry, recorded_by, why.

        A bare day stands for `at(valid=day, known=day)`: the register of that day as it was known on it.
        """
        other = self._then(since)
        was = {(one.entry.kind, one.entry.subject): one for one in self.as_of(other).standing()}
        now = {(one.entry.kind, one.entry.subject): one for one in self.standing()}
        decided, gone = _store.decided(self.standpoint), _store.withdrawn_by(_store.every(self.standpoint))
        columns = ("kind", "subject", "change", "field", "before", "after", "entry", "recorded_by", "why")
        rows: list[tuple[object, ...]] = []
        for key in sorted(was | now):
            before = was.get(key)
            by = gone.get(before.entry.entry) if before else None
            rows += _records.changed(key, before, now.get(key), by or decided.get(key), self.standpoint.lang)
        return frame(columns, rows, self.standpoint.lang)

    # --- the same two questions in every room

    def findings(self) -> pandas.DataFrame:
        """What is missing or wrong: room, subject, code, severity, finding, rule, since. The worst first."""
        lang = self.standpoint.lang
        return frame(FINDING_COLUMNS, rows_of(self.name, self.findings_of(self.state()), lang), lang)

    def due(self, by: object = None) -> pandas.DataFrame:
        """What is coming, past dates included: room, subject, due, what, rule, due_at; `by` is the last day shown."""
        return lay_due(self.coming(self.state(), by), self.standpoint)

    def coming(self, state: S, by: object = None) -> list[DueRow]:
        """The rows of `due`, the earliest first."""
        last = _dates.day(by) if by is not None else date.max
        rows = [
            DueRow(self.name, one.subject, one.due, _words.say(one.what, state.lang), one.rule, one.at)
            for one in self.due_of(state)
            if one.due <= last
        ]
        return sorted(rows, key=lambda row: (row.due, row.subject, row.what))

    def answers(self, state: S, found: Iterable[Finding]) -> Iterator[tuple[str, str, str]]:
        """All that this room says, for comparing two standpoints: subject, what (a code or a key of the labels), the answer."""
        for one in found:
            yield one.subject, one.code, one.told(state.lang)
        for coming in self.due_of(state):
            yield coming.subject, coming.what, _words.show_date(coming.due, state.lang)
        yield from self.states_of(state)

    @staticmethod
    def findings_of(state: Any, /) -> Iterable[Finding]:
        """What is missing or wrong with what stands: a function of the state."""
        raise NotImplementedError

    @staticmethod
    def due_of(state: Any, /) -> Iterable[Due]:  # noqa: ARG004  some rooms have none
        """What is coming of what stands."""
        return ()

    def states_of(self, state: S) -> Iterable[tuple[str, str, str]]:  # noqa: ARG002  most rooms have none
        """What a room says beside findings and due dates: subject, key of the labels, the answer."""
        return ()


def shown(kinds: Sequence[type[Record]], things: Sequence[Stands]) -> list[type[Record]]:
    """The kinds of records that are shown beside these things."""
    return [kind for kind in kinds if not kind.aside or any(one.entry.kind == kind.kind for one in things)]


def room_name(room: str) -> object:
    """What a room is called in a refusal; in English by its name at a Desk, which is what one types."""
    names = _words.values("room").get(room)
    return {**names, "en": room} if names else room


def at_present(at: Standpoint) -> Standpoint:
    """A standpoint at its own moment, read anew: what was kept overnight sees today's journal."""
    if at.past:
        return replace(at, book=None, page=None)
    fixed = at.pinned is not None or _dates.is_pinned()
    return replace(at, valid_on=at.now.date(), known_at=at.now if fixed else None, book=None, page=None)


def next_of_year(at: Standpoint, kind: str, year: int) -> str:
    """The next number of a year for a kind of records; a number that was ever used is not used again."""
    used = [subject for named, subject in _store.newest(at) if named == kind]
    numbers = [int(one[5:]) for one in used if one.startswith(f"{year}-") and one[5:].isdecimal()]
    return f"{year}-{max(numbers, default=0) + 1:03d}"


def _stood_before(entry: Entry, mine: dict[int, Entry], gone: dict[int, Entry]) -> Entry | None:
    """What stood on the day of an entry when it was written."""
    before = [one for one in mine.values() if one.entry < entry.entry and one.kind == entry.kind]
    return _store.standing_of([one for one in before if one.entry not in gone or gone[one.entry].entry > entry.entry], entry.valid_from)
