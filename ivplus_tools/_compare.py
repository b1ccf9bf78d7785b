"""Why an answer differs between two standpoints: what we learnt, what changed in the company, what time or the law made of it.

Between the two stand two that never were: all that is known now, as of the day of then; and the day of now under the law of then.
What turns before the first was learnt since, between the two it is the company or the passing of time, after the second the law.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from ivplus_tools import _dates, _law, _store, _words
from ivplus_tools._store import Book, Entry, Standpoint

Key = tuple[str, str, str]
"""Room, subject, and what: a code, or a key of the labels."""
Answers = Mapping[Key, str]
KEPT = 64
"""How many places are kept in memory: the halving comes back to few."""


@dataclass(frozen=True)
class Turn:
    """An answer that became another, and by what: an entry, a rule, a day, or a version."""

    key: Key
    was: str | None
    now: str | None
    cause: str
    entry: Entry | None = None
    rule: str | None = None
    day: date | None = None
    why: str = ""


def turns(
    then: Standpoint,
    now: Standpoint,
    answers: Callable[[Standpoint], Answers],
    progress: Callable[[int, int], None] | None = None,
) -> list[Turn]:
    """Every turn of an answer that is another now than then, in the order of the steps. Then must not know more than now.

    `progress(done, of)` follows the entries and days that are behind.
    """
    return list(_Between(then, now, answers, progress).turns())


class _Between:
    """Two standpoints with the journal read once, and the answers at any place between them."""

    def __init__(
        self,
        then: Standpoint,
        now: Standpoint,
        answers: Callable[[Standpoint], Answers],
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        self._follow = progress or (lambda _done, _of: None)
        self._now, self._ask = _store.read_once(now), answers
        book = self._now.book or Book((), {})
        self._book = replace(book, entries=tuple(book.known(now.known_at)))
        known = {one.seal for one in _store.every(then)}  # another journal has other seals
        self._known, self._new = [[one for one in self._book.entries if (one.seal in known) is old] for old in (True, False)]
        if known - {one.seal for one in self._book.entries} or then.valid_on > now.valid_on:
            raise _words.refusal("compare_order")
        self._then_day, self._then_moment = then.valid_on, then.moment
        self._without = lru_cache(KEPT)(self._leaving_out)

    def turns(self) -> Iterator[Turn]:
        """The three steps, for the answers that are another now than then."""
        first, last = self._learnt(0), self._at(self._book, self._now.valid_on, self._now.moment)
        keys = {key for key in {*first, *last} if first.get(key) != last.get(key)}
        late, days = self._late(), self._days()
        of = len(late) + len(days)  # the last step is the law

        def behind(before: int) -> Callable[[int], None]:
            return lambda place: self._follow(before + place, of)

        for place, key, was, now in _walk(0, len(late), lru_cache(KEPT)(self._learnt), keys, behind(0)):
            entry = late[place - 1]
            past = entry.valid_from < entry.recorded_at.astimezone(_dates.HELSINKI).date()
            yield Turn(key, was, now, "learnt" if past else "company", entry, day=entry.valid_from)
        asked = lru_cache(KEPT)(lambda place: self._at(self._book, *days[place]))
        with _law.still(self._then_day):
            for place, key, was, now in _walk(0, len(days) - 1, asked, keys, behind(len(late))):
                yield self._dated(key, was, now, days[place - 1][0], days[place])
            before = self._at(self._book, self._now.valid_on, self._now.moment)
        yield from self._lawful(before, last, keys)
        self._follow(of, of)

    # --- what we learnt

    def _late(self) -> list[Entry]:
        """What was written since, of days that had been then."""
        return [one for one in self._new if one.valid_from <= self._then_day]

    def _learnt(self, count: int) -> Answers:
        """The answers of then, with the first so many of what was written late."""
        entries = sorted([*self._known, *self._late()[:count]], key=lambda one: one.entry)
        return self._at(replace(self._book, entries=tuple(entries)), self._then_day, self._then_moment)

    # --- the company, and time

    def _days(self) -> list[tuple[date, datetime]]:
        """Then, the end of each day between, and now."""
        start, end = self._then_day, self._now.valid_on
        between = [start + timedelta(days=one) for one in range(1, (end - start).days)]
        places = [(start, self._then_moment), *((day, _dates.end_of_day(day)) for day in between), (end, self._now.moment)]
        return list(dict.fromkeys(places))

    def _dated(self, key: Key, was: str | None, now: str | None, before: date, place: tuple[date, datetime]) -> Turn:
        """A turn between two days: by an entry that is true from the later one, else by time."""
        came = [one for one in self._book.entries if before < one.valid_from <= place[0]]
        if not came or self._without(frozenset(one.entry for one in came), place).get(key) == now:
            return Turn(key, was, now, "time", day=place[0])
        near = sorted(came, key=lambda one: (one.subject != key[1], key[1] not in (one.text or ""), -one.entry))
        alone = (one for one in near if self._without(frozenset({one.entry}), place).get(key) != now)
        return Turn(key, was, now, "company", next(alone, near[0]), day=place[0])

    def _leaving_out(self, entries: frozenset[int], place: tuple[date, datetime]) -> Answers:
        """The answers of a day as if some entries had not been written."""
        return self._at(self._book.without(entries), *place)

    # --- the law

    def _lawful(self, before: Answers, last: Answers, keys: Collection[Key]) -> Iterator[Turn]:
        """What only the law of now makes another; each rule that changed is held still alone, to see which it was."""
        turned = {key for key in keys if before.get(key) != last.get(key)}
        rules = _law.changed(self._then_day, self._now.valid_on) if turned else []
        for rule in rules:
            with _law.still(self._then_day, [rule]):
                alone = self._at(self._book, self._now.valid_on, self._now.moment)
            for key in sorted(key for key in turned if alone.get(key) != last.get(key)):
                turned.discard(key)
                value = _law.value(rule, self._now.valid_on)
                yield Turn(key, before.get(key), last.get(key), "law", rule=rule, day=value.get("from"))
        yield from (Turn(key, before.get(key), last.get(key), "law", rule="; ".join(rules)) for key in sorted(turned))

    def _at(self, book: Book, day: date, moment: datetime) -> Answers:
        """The answers of a day, read at a moment, over the entries of a book."""
        return self._ask(replace(self._now, valid_on=day, known_at=None, pinned=moment, past=False, book=book))


def _walk(
    low: int, high: int, answers: Callable[[int], Answers], keys: Collection[Key], behind: Callable[[int], None]
) -> Iterator[tuple[int, Key, str | None, str | None]]:
    """Where each answer turns between two places, by halving where something differs: place, key, was, now.

    `behind` is told the last place of each part that is done.
    """
    if low >= high or not keys:
        return
    one, two = answers(low), answers(high)
    differing = sorted(key for key in keys if one.get(key) != two.get(key))
    if high - low == 1:
        yield from ((high, key, one.get(key), two.get(key)) for key in differing)
    elif differing:
        middle = (low + high) // 2
        yield from _walk(low, middle, answers, differing, behind)
        yield from _walk(middle, high, answers, differing, behind)
        return
    behind(high)


def versions(stored: Answers, ask: Callable[[], Answers], facts: Path, release: str) -> Iterator[Turn]:
    """What differs between answers that were stored and the same question asked today: by the facts as edited since, else by the code.

    `facts`: the folder of the facts of then; `release`: which version was followed by which.
    """
    ours, before = ask(), _law.facts()
    with _law.reading(facts):
        under_theirs, then = ask(), _law.facts()
    edited = "; ".join(rule for rule in sorted({*before, *then}) if before.get(rule) != then.get(rule))
    for key in sorted({*stored, *ours}):
        was, now = stored.get(key), ours.get(key)
        if was != now and under_theirs.get(key) == now:
            yield Turn(key, was, now, "code", why=release)
        elif was != now:
            yield Turn(key, was, now, "facts", rule=edited, why=release)


def rows_of(found: Sequence[Turn], lang: str) -> list[tuple[object, ...]]:
    """Turns as rows: room, subject, answer, was, now, made_by, entry, rule, day, why."""
    rows: list[tuple[object, ...]] = []
    for one in found:
        room, subject, what = one.key
        answer = _words.say(what, lang) if "." in what else what
        why = f"{one.entry.recorded_by}: {one.entry.why}" if one.entry else one.why
        if one.cause == "law" and one.rule:
            why = "; ".join(_law.fact(rule).name[lang] for rule in one.rule.split("; "))
        number = one.entry.entry if one.entry else None
        rows.append((room, subject, answer, one.was or "", one.now or "", one.cause, number, one.rule, one.day, why))
    return rows
