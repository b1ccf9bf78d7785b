"""The journal: one sealed, append-only DuckDB file. What is written and read at a standpoint goes through here."""

from __future__ import annotations

import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ivplus_tools import _dates, _words
from ivplus_tools._store import asking, copies, file, nouns, schema
from ivplus_tools._store.book import Book
from ivplus_tools._store.chain import Entry, Verification, canonical, check_chain, links_in, links_of, row_of, seal_of
from ivplus_tools.errors import Refusal

if TYPE_CHECKING:
    import duckdb
    import pandas

__all__ = [
    "CLOCK_SLACK", "FORMAT", "Book", "Draft", "Entry", "Receipt", "Standpoint", "Verification", "append", "ask", "backup", "canonical",
    "decided", "entries", "forget_person", "format_found", "frame", "head", "held_by", "history", "network_of", "newest", "path_of",
    "persons", "plain_entry", "put_person", "read_once", "restore", "settle", "standing", "standing_of", "verify",
]  # fmt: skip
settle, plain_entry = copies.settle, copies.plain_entry
network_of = file.network_of
held_by = file.held_by
format_found = file.format_found
FORMAT = file.FORMAT
CLOCK_SLACK = timedelta(minutes=5)
SAID_OF = """
SELECT kind, subject, entry, valid_from, recorded_by FROM journal WHERE subject IN (SELECT unnest(?)) ORDER BY valid_from, entry
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

    def __repr__(self) -> str:
        notes = [
            _words.say("receipt.later", self.lang, subject=one.subject, entry=one.entry, day=_words.show_date(one.valid_from, self.lang))
            for one in self.later
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
    book: Book | None = field(default=None, compare=False, repr=False)
    """The journal as it was read once, for an answer of many questions; else every question opens the file."""

    @property
    def now(self) -> datetime:
        """The present instant, pinned or real."""
        return _dates.now(self.pinned)

    @property
    def moment(self) -> datetime:
        """When clocks are read: now, or the end of what was known at a past standpoint."""
        return (self.known_at or _dates.end_of_day(self.valid_on)) if self.past else self.now


def path_of(got: object) -> Path:
    """A path from text or a path; anything else, and text that no system takes for a path, is refused."""
    if not isinstance(got, (str, Path)) or not str(got).strip() or "\0" in str(got):
        raise _words.refusal("bad_path", got=str(got))
    return Path(got)


# --- writing


def append(at: Standpoint, drafts: Sequence[Draft]) -> Receipt:
    """Write entries in one transaction, each sealed to the one before. What already stands so is not written again."""
    if at.past:
        raise _words.refusal("past_standpoint")
    if not at.by:
        raise _words.refusal("who_records")
    with file.open_journal(at.path, read_only=False) as con:
        number, seal, latest = _end(con, at.path)
        moment = _moment(at.now, latest)
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
        return Receipt(tuple(row[0] for row in rows), seal, at.lang, tuple(later))


def _moment(now: datetime, latest: datetime | None) -> datetime:
    """Now, but never before the last entry: a small step back of the clock is smoothed, a large one is refused."""
    if latest is None or now >= latest:
        return now
    if latest - now > CLOCK_SLACK:
        raise _words.refusal("clock_back", now=now, latest=latest.astimezone(_dates.HELSINKI))
    return latest


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


def _sound(rows: Sequence[tuple[Any, ...]]) -> list[Entry]:
    """Rows as entries; values of a kind that was never written ('infinity', a day before Christ) are an edit, and refused."""
    for row in rows:
        if not isinstance(row[4], date) or not isinstance(row[5], datetime) or row[5].tzinfo is None:
            raise _words.refusal("broken_journal", path=row[3], entry=row[0])
    return [Entry(*row) for row in rows]


def standing_of(entries: Sequence[Entry], on: date) -> Entry | None:
    """Which of the entries about one subject decides on a day, ended or not: the same rule as `sql/standing.sql`."""
    past = [entry for entry in entries if entry.valid_from <= on]
    return max(past, key=lambda entry: (entry.valid_from, entry.entry), default=None)


def _sealed(previous: str, number: int, draft: Draft, text: str | None, moment: datetime, by: str) -> Entry:
    bare = Entry(number, draft.room, draft.kind, draft.subject, draft.valid_from, moment, by, draft.why, text, "")
    return replace(bare, seal=seal_of(previous, bare))


def _end(con: duckdb.DuckDBPyConnection, path: Path) -> tuple[int, str, datetime | None]:
    """Number, seal and time of the last entry; an end that does not match its head seal, or has no sound time, is refused."""
    last = con.execute("SELECT entry, seal, recorded_at FROM journal ORDER BY entry DESC LIMIT 1").fetchone()
    number, seal, latest = last or (0, "", None)
    heads = con.execute("SELECT entry, seal FROM head").fetchall()
    if heads != ([(number, seal)] if last else []) or (last and getattr(latest, "tzinfo", None) is None):
        raise _words.refusal("broken_end", path=path.name)
    return number, seal, latest


# --- reading


def verify(path: Path, head: str | None = None, lang: str = "en") -> Verification:
    """Recompute every seal from the first entry. With `head`, a seal printed earlier must be found on the way.

    What the file defines is compared too: a file that holds anything but a journal is refused, one without a trigger is not whole.
    """
    with file.open_journal(path) as con:
        verdict = _checked(con, head)
        differs = schema.differing(schema.of_file(con), schema.of_format(file.FORMAT)) if verdict.ok else ""
    if differs:
        verdict = replace(verdict, ok=False, fault="schema", differs=differs)
    return replace(verdict, lang=lang)


def _demand_whole(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Refuse to copy a journal whose chain is broken: the copy could never be told from the damage."""
    verdict = _checked(con)
    if not verdict.ok:
        raise _words.refusal("broken_journal", path=path.name, entry=verdict.broken or "–")


def _checked(con: duckdb.DuckDBPyConnection, head: str | None = None) -> Verification:
    last = con.execute("SELECT entry, seal FROM head").fetchall()
    [[count]] = con.execute("SELECT count(*) FROM journal").fetchall()
    return check_chain(links_in(con), count, last, head)


def _prepare(con: duckdb.DuckDBPyConnection, at: Standpoint, query: object) -> None:
    """Give a connection the standpoint and the macros that a query needs."""
    known_at = at.known_at or datetime(9999, 1, 1, tzinfo=UTC)
    con.execute("SET VARIABLE valid_on = $day", {"day": at.valid_on})
    con.execute("SET VARIABLE known_at = $moment", {"moment": known_at})
    con.execute(nouns.of(query))


def _rows(at: Standpoint, query: str, **values: object) -> list[tuple[Any, ...]]:
    with file.open_journal(at.path) as con:
        _prepare(con, at, query)
        return con.execute(query, values or None).fetchall()


def frame(at: Standpoint, query: str) -> pandas.DataFrame:
    """The result of a query of ours at a standpoint as a frame in the Desk's language."""
    with file.open_journal(at.path) as con:
        _prepare(con, at, query)
        table = con.execute(query).df()
    table.attrs["lang"] = at.lang
    return table


def ask(at: Standpoint, query: object, seconds: float) -> pandas.DataFrame:
    """The result of a user's query at a standpoint, over a copy in memory; see `asking`."""
    statement = asking.one_select(query)
    with asking.copied(at.path) as con:
        _prepare(con, at, query)
        asking.close_off(con)
        table = asking.answer(con, statement, seconds)
    table.attrs["lang"] = at.lang
    return table


def read_once(at: Standpoint) -> Standpoint:
    """The same standpoint with the journal, as far as it is known there, and the persons read into memory."""
    return at if at.book else replace(at, book=Book(tuple(entries(at)), persons(at)))


def standing(at: Standpoint) -> list[Entry]:
    """What stands at a standpoint: one entry per subject, by kind and subject."""
    if at.book:
        return at.book.standing(at.valid_on, at.known_at)
    return _sound(_rows(at, "FROM standing()"))


def decided(at: Standpoint) -> dict[tuple[str, str], Entry]:
    """The entry that decides of each kind and subject at a standpoint, also where it says that the subject ended."""
    if at.book:
        return at.book.decided(at.valid_on, at.known_at)
    return {(entry.kind, entry.subject): entry for entry in _sound(_rows(at, "FROM decided()"))}


def newest(at: Standpoint) -> dict[tuple[str, str], int]:
    """The number of the last entry about each kind and subject, whatever the standpoint."""
    rows = _rows(at, "SELECT kind, subject, max(entry) FROM journal GROUP BY kind, subject")
    return {(kind, subject): entry for kind, subject, entry in rows}


def entries(at: Standpoint) -> list[Entry]:
    """Every entry known at the standpoint, oldest first."""
    if at.book:
        return list(at.book.known(at.known_at))
    return _sound(_rows(at, "FROM entries()"))


def head(at: Standpoint) -> str:
    """The seal of the last entry known at the standpoint; empty where none is."""
    rows = _rows(at, "SELECT seal FROM entries() ORDER BY entry DESC LIMIT 1")
    return str(rows[0][0]) if rows else ""


def history(at: Standpoint, subject: str) -> list[Entry]:
    """Every entry about a subject known at the standpoint, oldest first."""
    return _sound(_rows(at, "FROM entries() WHERE subject = $subject", subject=subject))


# --- persons: outside the seals, the only rows that may be deleted


def put_person(path: Path, ref: str, name: str, email: str | None, phone: str | None) -> None:
    """Keep a person's name and contact apart from the journal, under a reference such as `dpo`."""
    with file.open_journal(path, read_only=False) as con:
        con.execute("INSERT OR REPLACE INTO person VALUES (?, ?, ?, ?)", [ref, name, email, phone])


def persons(at: Standpoint) -> dict[str, dict[str, str | None]]:
    """Every person kept apart, by reference."""
    if at.book:
        return {ref: dict(told) for ref, told in at.book.people.items()}
    with file.open_journal(at.path) as con:
        rows = con.execute("SELECT ref, name, email, phone FROM person ORDER BY ref").fetchall()
    return {ref: {"name": name, "email": email, "phone": phone} for ref, name, email, phone in rows}


def forget_person(path: Path, ref: str) -> bool:
    """Delete a person; False if there was none. The file is written anew, so that no freed block keeps the name."""
    with file.told(path):
        path = file.place_of(path)
        if not path.exists():
            return False
    with file.locked(path), file.told(path):
        file.demand_ours(path)
        with file.connect(str(path), read_only=False) as con:  # for writing, so that no older log of changes stays behind
            _demand_whole(con, path)
            rows = con.execute(file.ENTRIES).fetchall()
            people = con.execute("FROM person ORDER BY ref").fetchall()
        kept = [person for person in people if person[0] != ref]
        if len(kept) < len(people):
            file.write_file(path, rows, kept)
        return len(kept) < len(people)


# --- backup


def backup(path: Path, folder: Path) -> Path:
    """Write the journal as a plain folder: journal.jsonl, person.jsonl and manifest.json with their SHA-256."""
    with file.told(path):
        if not path.exists():
            raise _words.refusal("no_journal", path=path)
    with file.open_journal(path) as con:
        _demand_whole(con, path)
        copies.write_backup(con, folder, file.FORMAT)
    return folder


def restore(folder: Path, path: Path) -> Verification:
    """Make a journal from a backup folder. Damage, or a file already there, is refused and leaves nothing behind."""
    with file.told(path):
        if path.exists():
            raise _words.refusal("already_there", path=path)
        path = file.place_of(path)
    entries, people, last = copies.read_backup(folder, file.FORMAT)
    verdict = check_chain(links_of(entries), len(entries), last)
    if not verdict.ok:
        raise _words.refusal("bad_backup", path=folder, file=f"journal.jsonl ({verdict.broken})")
    with file.locked(path), file.told(path):
        file.write_file(path, [row_of(entry) for entry in entries], people)
    return verify(path)
