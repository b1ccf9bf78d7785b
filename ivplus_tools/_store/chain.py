"""Entries and their seals: each is sealed to the one before, so that any edit shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ivplus_tools import _dates, _words

if TYPE_CHECKING:
    import duckdb

    from ivplus_tools._store.anchors import Stamp

ENTRIES = "SELECT entry, room, kind, subject, valid_from, recorded_at, recorded_by, why, body, seal FROM journal ORDER BY entry"
SEALED = """
SELECT entry, seal, concat('[', to_json(lag(seal, 1, '') OVER (ORDER BY entry)), ',', entry, ',', to_json(room), ',', to_json(kind), ',',
  to_json(subject), ',"', valid_from, '","', strftime(recorded_at AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%f'), '+00:00",',
  to_json(recorded_by), ',', to_json(why), ',', coalesce(to_json(CAST(body AS VARCHAR)), 'null'), ']')
FROM journal ORDER BY entry
"""
"""Each entry with its seal and the text that was sealed, as `seal_of` writes it but for rare spellings of control characters."""
SHORTEST_SEAL = 16
WITHDRAWAL = "withdrawal"
"""The kind of an entry that says of another that it was a mistake."""


@dataclass(frozen=True)
class Entry:
    """One line of the journal."""

    entry: int
    room: str
    kind: str
    subject: str
    valid_from: date
    recorded_at: datetime
    recorded_by: str
    why: str
    text: str | None
    seal: str

    @cached_property
    def body(self) -> dict[str, Any] | None:
        """The recorded fields, read once and never changed; None where the subject ended."""
        found = None if self.text is None else json.loads(self.text)
        if found is not None and not isinstance(found, dict):
            raise _words.refusal("broken_journal", path=self.subject, entry=self.entry)
        return found


@dataclass(frozen=True)
class Verification:
    """Whether every seal holds. `broken`: the first entry that does not, else None; `head`: the last seal that holds.

    `fault`: `content` (changed), `missing` (an entry), `tail` (cut or replaced), `not_here` (the seal asked for), `schema` (the file's
    definitions are not ours: `differs`), `stamp` (a time stamp is of another seal, or not of its authority), `no_stamp`, or empty.
    `stamps`: the time stamps that hold; `unchecked`: those that could not be checked, for want of the library.
    """

    ok: bool
    entries: int
    head: str
    broken: int | None = None
    fault: str = ""
    lang: str = "en"
    differs: str = ""
    stamps: tuple[Stamp, ...] = ()
    unchecked: int = 0

    def __bool__(self) -> bool:
        return self.ok

    def __repr__(self) -> str:
        if self.ok:
            return "; ".join([_words.say("seal.intact", self.lang, entries=self.entries, head=self.head or "–"), *self._stamped()])
        reason = _words.say(f"seal.{self.fault}", self.lang, differs=self.differs)
        if self.broken is None:
            return reason
        return _words.say("seal.broken", self.lang, broken=self.broken, reason=reason)

    def _stamped(self) -> list[str]:
        """How far an authority vouches for the chain, and what was not checked of that."""
        told = []
        if self.stamps:
            last = max(self.stamps, key=lambda one: (one.entry, one.at))
            day = _words.show_date(last.at.astimezone(_dates.HELSINKI), self.lang)
            told.append(_words.say("seal.stamped", self.lang, entry=last.entry, day=day, by=last.by, root=last.root[:16]))
        return told + ([_words.say("seal.unchecked", self.lang, count=self.unchecked)] if self.unchecked else [])


def withdrawn_by(entries: Iterable[Entry]) -> dict[int, Entry]:
    """Which of some entries are taken back, each with the entry that says so."""
    return {int((one.body or {}).get("entry", 0)): one for one in entries if one.kind == WITHDRAWAL}


def counting(entries: Sequence[Entry]) -> list[Entry]:
    """Those of some entries that say something of their subject: neither taken back nor the taking back of another."""
    gone = withdrawn_by(entries)
    return [one for one in entries if one.kind != WITHDRAWAL and one.entry not in gone]


def canonical(body: object) -> str:
    """JSON with sorted keys and no spaces: the same content always gives the same text, and so the same seal."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def seal_of(previous: str, entry: Entry) -> str:
    """sha256 of the previous seal and the entry: a JSON list of its fields, the instant in UTC with microseconds."""
    moment = entry.recorded_at.astimezone(UTC).isoformat(timespec="microseconds")
    content = [
        previous, entry.entry, entry.room, entry.kind, entry.subject, entry.valid_from.isoformat(),
        moment, entry.recorded_by, entry.why, entry.text,
    ]  # fmt: skip
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def holds(previous: str, entry: Entry) -> bool:
    """Whether an entry has its seal; content of a kind that was never written has none."""
    try:
        return seal_of(previous, entry) == entry.seal
    except (AttributeError, TypeError, ValueError, OverflowError):
        return False


def links_of(entries: Sequence[Entry]) -> Iterator[tuple[int, str, bool]]:
    """Number and seal of each entry, and whether the seal holds."""
    previous = ""
    for entry in entries:
        yield entry.entry, entry.seal, holds(previous, entry)
        previous = entry.seal


def links_in(con: duckdb.DuckDBPyConnection) -> Iterator[tuple[int, str, bool]]:
    """As `links_of`, of a journal that is open. The database puts the text of each row together as it reads it, once."""
    rows = con.execute(SEALED)
    while some := rows.fetchmany(4096):
        for number, seal, text in some:
            yield number, seal, isinstance(text, str) and (_hash(text) == seal or _hash(_respelt(text)) == seal)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()


def _respelt(text: str) -> str:
    """The same JSON as Python spells it: the database writes some control characters otherwise."""
    try:
        return canonical(json.loads(text))
    except (ValueError, RecursionError):
        return ""


def check_chain(
    links: Iterable[tuple[int, str, bool]], count: int, last: Sequence[tuple[int, str]], head: str | None = None
) -> Verification:
    """The verdict on a chain of `count` links, given the last number and seal that the file says it should have.

    A printed head seal may be cut to its first 16 characters or more.
    """
    seal, seen = "", False
    for number, (entry, own, good) in enumerate(links, start=1):
        if entry != number:
            return Verification(False, count, seal, number, "missing")
        if not good:
            return Verification(False, count, seal, number, "content")
        seal = own
        seen = seen or (bool(head) and seal.startswith(str(head)))
    if list(last) != ([(count, seal)] if count else []):
        return Verification(False, count, seal, count + 1, "tail")
    if head is not None and (not seen or len(str(head)) < SHORTEST_SEAL):
        return Verification(False, count, seal, None, "not_here")
    return Verification(True, count, seal)


def row_of(entry: Entry) -> tuple[Any, ...]:
    return (
        entry.entry, entry.room, entry.kind, entry.subject, entry.valid_from,
        entry.recorded_at, entry.recorded_by, entry.why, entry.text, entry.seal,
    )  # fmt: skip
