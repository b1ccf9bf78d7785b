"""Entries and their seals: each is sealed to the one before, so that any edit shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from ivplus_tools import _words

ENTRIES = "SELECT entry, room, kind, subject, valid_from, recorded_at, recorded_by, why, body, seal FROM journal ORDER BY entry"
SHORTEST_SEAL = 16


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

    @property
    def body(self) -> dict[str, Any] | None:
        """The recorded fields; None where the subject ended."""
        found = None if self.text is None else json.loads(self.text)
        if found is not None and not isinstance(found, dict):
            raise _words.refusal("broken_journal", path=self.subject, entry=self.entry)
        return found


@dataclass(frozen=True)
class Verification:
    """Whether every seal holds. `broken`: the first entry that does not, else None; `head`: the last seal that holds.

    `fault`: `content` (changed), `missing` (an entry), `tail` (cut or replaced), `not_here` (the seal asked for), or empty.
    """

    ok: bool
    entries: int
    head: str
    broken: int | None = None
    fault: str = ""
    lang: str = "en"

    def __bool__(self) -> bool:
        return self.ok

    def __repr__(self) -> str:
        if self.ok:
            return _words.say("seal.intact", self.lang, entries=self.entries, head=self.head or "–")
        reason = _words.say(f"seal.{self.fault}", self.lang)
        if self.broken is None:
            return reason
        return _words.say("seal.broken", self.lang, broken=self.broken, reason=reason)


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


def _holds(previous: str, entry: Entry) -> bool:
    """Whether an entry has its seal; content of a kind that was never written has none."""
    try:
        return seal_of(previous, entry) == entry.seal
    except (AttributeError, TypeError, ValueError, OverflowError):
        return False


def check_chain(entries: Sequence[Entry], last: Sequence[tuple[int, str]], head: str | None = None) -> Verification:
    """The verdict on a chain of entries, given the last number and seal that the file says it should have.

    A printed head seal may be cut to its first 16 characters or more.
    """
    seal, seen = "", False
    for number, entry in enumerate(entries, start=1):
        if entry.entry != number:
            return Verification(False, len(entries), seal, number, "missing")
        if not _holds(seal, entry):
            return Verification(False, len(entries), seal, number, "content")
        seal = entry.seal
        seen = seen or (bool(head) and seal.startswith(str(head)))
    if list(last) != ([(len(entries), seal)] if entries else []):
        return Verification(False, len(entries), seal, len(entries) + 1, "tail")
    if head and (not seen or len(head) < SHORTEST_SEAL):
        return Verification(False, len(entries), seal, None, "not_here")
    return Verification(True, len(entries), seal)


def row_of(entry: Entry) -> tuple[Any, ...]:
    return (
        entry.entry, entry.room, entry.kind, entry.subject, entry.valid_from,
        entry.recorded_at, entry.recorded_by, entry.why, entry.text, entry.seal,
    )  # fmt: skip
