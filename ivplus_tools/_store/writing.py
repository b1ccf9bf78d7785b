"""What is written at a standpoint: drafts become sealed entries, in one transaction, at a moment that the clock vouches for."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ivplus_tools import _dates, _words
from ivplus_tools._store import file, place
from ivplus_tools._store.book import Book, Page
from ivplus_tools._store.chain import WITHDRAWAL, Entry, canonical, row_of, seal_of
from ivplus_tools.errors import Refusal

if TYPE_CHECKING:
    import duckdb

CLOCK_SLACK = timedelta(minutes=5)
PIN_AHEAD, CLOCK_AHEAD = timedelta(days=1), timedelta(days=400)
SAID_OF = """
SELECT kind, subject, entry, valid_from, recorded_by FROM journal
WHERE subject IN (SELECT unnest(?)) AND entry NOT IN (
  SELECT TRY_CAST(body->>'entry' AS BIGINT) FROM journal WHERE kind = 'withdrawal' AND TRY_CAST(body->>'entry' AS BIGINT) IS NOT NULL)
ORDER BY valid_from, entry
"""
LATEST = """
SELECT max(recorded_at) FROM journal WHERE entry NOT IN (SELECT unnest(?)) AND entry NOT IN (
  SELECT TRY_CAST(body->>'entry' AS BIGINT) FROM journal WHERE kind = 'withdrawal' AND TRY_CAST(body->>'entry' AS BIGINT) IS NOT NULL)
"""
ALIKE = """
WITH looks AS (
  SELECT DISTINCT kind, subject, translate(lower(nfc_normalize(translate(subject, $signs, $like))), $signs, $like) AS look FROM journal)
SELECT one.subject, min(other.subject) FROM looks one JOIN looks other USING (kind, look)
WHERE one.subject <> other.subject AND (one.kind, one.subject) IN (SELECT (unnest($kinds), unnest($subjects)))
GROUP BY one.kind, one.subject ORDER BY one.subject
"""
BODIES_OF = "SELECT entry, body FROM journal WHERE entry IN (SELECT unnest(?))"


@dataclass(frozen=True)
class Draft:
    """An entry before it has a number, a time and a seal. `body` None ends the subject."""

    room: str
    kind: str
    subject: str
    valid_from: date
    why: str
    body: dict[str, Any] | None
    expecting: int | None = None
    """The last entry about the subject that the writer has seen (0: none); another one means that somebody else was first."""
    recorded_at: datetime | None = None
    recorded_by: str | None = None


class Said(NamedTuple):
    """That an entry says something of a subject from a day on, without what it says."""

    kind: str
    subject: str
    entry: int
    valid_from: date
    recorded_by: str


@dataclass(frozen=True)
class Receipt:
    """What a write left behind: the numbers of the new entries and the head seal. No numbers: it all stood already."""

    entries: tuple[int, ...]
    head: str
    lang: str = "en"
    later: tuple[Said, ...] = ()
    """Entries about the same subjects with a later day, which stand from that day on unchanged."""
    alike: tuple[tuple[str, str], ...] = ()
    """New subjects, each with an earlier one that looks the same and is another."""

    def __repr__(self) -> str:
        notes = [
            _words.say("receipt.later", self.lang, subject=one.subject, entry=one.entry, day=_words.show_date(one.valid_from, self.lang))
            for one in self.later
        ]
        notes += [
            _words.say("receipt.alike", self.lang, subject=subject, other=other, code=_differing(subject, other))
            for subject, other in self.alike
        ]
        return "\n".join([self._told(), *notes])

    def _told(self) -> str:
        if not self.entries:
            return _words.say("receipt.nothing", self.lang, head=self.head[:16])
        span = "–".join(str(number) for number in dict.fromkeys((self.entries[0], self.entries[-1])))
        return _words.say("receipt.recorded", self.lang, span=span, head=self.head[:16])


@dataclass(frozen=True)
class Standpoint:
    """Which journal is read, as of which day, as known at which moment; who writes, when, in which language."""

    path: Path
    valid_on: date
    known_at: datetime | None
    by: str | None
    lang: str
    pinned: datetime | None = None
    past: bool = False
    sample: bool = False
    """The invented company: its clock may stand anywhere, and the tour may write into it."""
    trust_clock: bool = False
    """The officer has said that a clock far ahead is right."""
    book: Book | None = field(default=None, compare=False, repr=False)
    """The journal as it was read once, for an answer of many questions; else every question opens the file."""
    page: Page | None = field(default=None, compare=False, repr=False)
    """What is decided at this very standpoint, read once; at another day or moment it is not looked at."""

    @property
    def now(self) -> datetime:
        """The present instant, pinned or real."""
        return _dates.now(self.pinned)

    @property
    def made(self) -> dict[int, Any]:
        """What rooms have made of entries that were read once, by number."""
        source = self.book or self.page
        return source.made if source else {}

    @property
    def moment(self) -> datetime:
        """When clocks are read: now, or the end of what was known at a past standpoint."""
        return (self.known_at or _dates.end_of_day(self.valid_on)) if self.past else self.now


def append(at: Standpoint, drafts: Sequence[Draft]) -> Receipt:
    """Write entries in one transaction, each sealed to the one before. What already stands so is not written again."""
    if at.past:
        raise _words.refusal("past_standpoint")
    if not at.by:
        raise _words.refusal("who_records")
    with file.open_journal(at.path, read_only=False) as con:
        number, seal = _end(con, at.path)
        moment = _moment(at, con, drafts)
        said = _said_of(con, {draft.subject for draft in drafts})
        texts = _texts_of(con, said, drafts)
        newest_before = {key: max(one.entry for one in many) for key, many in said.items()}
        rows, later = [], []
        for draft in drafts:
            key = (draft.kind, draft.subject)
            known = said.setdefault(key, [])
            place = _place(known, draft.valid_from)
            text = None if draft.body is None else canonical(draft.body)
            if text == (texts[known[place - 1].entry] if place else None):
                continue
            if draft.expecting is not None and draft.expecting != newest_before.get(key, 0):
                raise _overtaken(draft, known)
            number += 1
            entry = _sealed(seal, number, draft, text, draft.recorded_at or moment, draft.recorded_by or at.by)
            seal, texts[number] = entry.seal, text
            later += known[place : place + 1]
            known.insert(place, Said(draft.kind, draft.subject, number, draft.valid_from, entry.recorded_by))
            rows.append(row_of(entry))
        if rows:
            file.insert(con, rows)
        new = {(row[2], row[3]) for row in rows} - set(newest_before)
        alike = [] if at.sample else _alike(con, [one for one in sorted(new) if one[0] != WITHDRAWAL])
        return Receipt(tuple(row[0] for row in rows), seal, at.lang, tuple(later), tuple(alike))


def _alike(con: duckdb.DuckDBPyConnection, new: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """New subjects that look like another of their kind: other letters of the same shape, other blanks, dashes or cases."""
    if not new:
        return []
    signs = _words.read("signs")["alike"]
    kinds, subjects = zip(*new, strict=True)
    pairs = con.execute(
        ALIKE, {"kinds": list(kinds), "subjects": list(subjects), "signs": signs["signs"], "like": signs["like"]}
    ).fetchall()
    return [(subject, other) for subject, other in pairs]


def _differing(subject: str, other: str) -> str:
    """The first sign in which two texts differ, by its number; the sign of the other where this one is shorter."""
    pairs = itertools.zip_longest(subject, other)
    one, two = next((pair for pair in pairs if pair[0] != pair[1]), ("", ""))
    return f"U+{ord(one or two):04X}" if one or two else "–"


def _moment(at: Standpoint, con: duckdb.DuckDBPyConnection, drafts: Sequence[Draft]) -> datetime:
    """Now, but never before the last entry: a small step back of the clock is smoothed, a large one is refused, and one far ahead too.

    An entry that is being taken back is none to wait for: that is how one written by a clock far ahead is mended.
    """
    now, gone = at.now, [int((one.body or {})["entry"]) for one in drafts if one.kind == WITHDRAWAL]
    [[latest]] = con.execute(LATEST, [gone]).fetchall()
    if latest is not None and getattr(latest, "tzinfo", None) is None:
        raise _words.refusal("broken_end", path=at.path.name)
    if not (at.sample or at.trust_clock):
        _demand_sound_clock(at, now, latest)
    if latest is None or now >= latest:
        return now
    if gone and len(gone) == len(drafts):
        return now
    if latest - now > CLOCK_SLACK:
        raise _words.refusal("clock_back", now=now, latest=latest.astimezone(_dates.HELSINKI))
    return latest


def _demand_sound_clock(at: Standpoint, now: datetime, latest: datetime | None) -> None:
    """Refuse a pinned moment that has not come yet, and a machine's clock that has run far ahead of all that was written before."""
    if at.pinned is not None or _dates.is_pinned():
        if now - _dates.system() > PIN_AHEAD:
            raise _words.refusal("clock_pinned_ahead", now=now)
        return
    before = latest or place.newest_beside(at.path)
    if before is not None and now - before > CLOCK_AHEAD:
        raise _words.refusal("clock_far_ahead", now=now, latest=before.astimezone(_dates.HELSINKI))


def _said_of(con: duckdb.DuckDBPyConnection, subjects: set[str]) -> dict[tuple[str, str], list[Said]]:
    """What has been said of subjects so far, by kind and subject, in the order of the days."""
    found: dict[tuple[str, str], list[Said]] = {}
    for one in map(Said._make, con.execute(SAID_OF, [sorted(subjects)]).fetchall()):
        if not isinstance(one.valid_from, date):
            raise _words.refusal("broken_journal", path=one.subject, entry=one.entry)
        found.setdefault((one.kind, one.subject), []).append(one)
    return found


def _place(known: Sequence[Said], on: date) -> int:
    """How many of the entries about a subject are true by a day: the last of them decides, as in `sql/standing.sql`."""
    return bisect.bisect_right(known, on, key=lambda one: one.valid_from)


def _texts_of(
    con: duckdb.DuckDBPyConnection, said: Mapping[tuple[str, str], Sequence[Said]], drafts: Sequence[Draft]
) -> dict[int, str | None]:
    """The recorded text of the entry that decides on the day of each draft, by number."""
    deciding = set()
    for draft in drafts:
        known = said.get((draft.kind, draft.subject), [])
        if place := _place(known, draft.valid_from):
            deciding.add(known[place - 1].entry)
    return dict(con.execute(BODIES_OF, [sorted(deciding)]).fetchall()) if deciding else {}


def _overtaken(draft: Draft, known: Sequence[Said]) -> Refusal:
    """Somebody has recorded the subject since its writer looked."""
    if draft.expecting == 0:
        return _words.refusal("id_taken", subject=draft.subject)
    by = max(known, key=lambda one: one.entry).recorded_by if known else "?"
    return _words.refusal("changed", subject=draft.subject, by=by)


def _sealed(previous: str, number: int, draft: Draft, text: str | None, moment: datetime, by: str) -> Entry:
    bare = Entry(number, draft.room, draft.kind, draft.subject, draft.valid_from, moment, by, draft.why, text, "")
    return replace(bare, seal=seal_of(previous, bare))


def _end(con: duckdb.DuckDBPyConnection, path: Path) -> tuple[int, str]:
    """Number and seal of the last entry; an end that does not match its head seal is refused."""
    last = con.execute("SELECT entry, seal FROM journal ORDER BY entry DESC LIMIT 1").fetchone()
    number, seal = last or (0, "")
    heads = con.execute("SELECT entry, seal FROM head").fetchall()
    if heads != ([(number, seal)] if last else []):
        raise _words.refusal("broken_end", path=path.name)
    return number, seal
