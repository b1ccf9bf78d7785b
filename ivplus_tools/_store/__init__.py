"""The journal: one sealed, append-only DuckDB file. What is written and read at a standpoint goes through here."""

from __future__ import annotations

import json
import operator
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ivplus_tools import _words
from ivplus_tools._store import alone, anchors, asking, copies, file, nouns, place, schema
from ivplus_tools._store.book import Book, Page
from ivplus_tools._store.chain import WITHDRAWAL, Entry, Verification, canonical, check_chain, counting

from ivplus_tools._store.chain import links_in, links_of, row_of, withdrawn_by  # isort: skip
from ivplus_tools._store.writing import CLOCK_SLACK, Draft, Receipt, Standpoint, append
from ivplus_tools.errors import BadNoun, ExtraMissing, StampOfAnother

if TYPE_CHECKING:
    import duckdb
    import pandas

__all__ = [
    "CLOCK_SLACK", "FORMAT", "WITHDRAWAL", "Book", "Draft", "Entry", "Receipt", "Standpoint", "Verification", "append",
    "ask", "backup", "canonical", "checked", "content_of", "counting", "decided", "demand_no_journal", "entries",
    "every", "flush", "forget_person", "format_found", "frame", "head", "held_by", "history", "kept", "network_of",
    "newest", "number_of", "path_of", "persons", "plain_entry", "private", "put", "put_person", "read_once", "read_page",
    "restore", "seals", "settle", "stamp_request", "standing", "standing_of", "verify", "withdrawn_by", "workplace",
]  # fmt: skip
settle, plain_entry = copies.settle, copies.plain_entry
checked, kept, stamp_request, content_of = anchors.checked, anchors.kept, anchors.request, anchors.content_of
private, workplace, flush = alone.private, alone.workplace, alone.flush
network_of = file.network_of
demand_no_journal = place.demand_no_journal
held_by = file.held_by
format_found = file.format_found
FORMAT = file.FORMAT
ANCHORS = "SELECT body FROM journal WHERE kind = 'anchor' AND body IS NOT NULL ORDER BY entry"
OF_KINDS = """
SELECT entry, room, kind, subject, valid_from, recorded_at, recorded_by, why, body, seal FROM journal
WHERE recorded_at <= getvariable('known_at') AND entry IN (SELECT entry FROM journal WHERE kind IN (SELECT unnest($kinds))) ORDER BY entry
"""
SEALS_OF = "SELECT entry, seal FROM journal WHERE recorded_at <= getvariable('known_at') AND entry IN (SELECT unnest($numbers))"
PERSONS = "SELECT ref, name, email, phone FROM person ORDER BY ref"
NEWEST = """
SELECT kind, subject, max(CASE WHEN entry IN (SELECT withdrawn FROM withdrawals()) THEN 0 ELSE entry END) FROM journal
WHERE kind <> 'withdrawal' GROUP BY kind, subject
"""


def path_of(got: object) -> Path:
    """A path from text or a path, `~` for the home folder; anything else, and text that no system takes for a path, is refused."""
    if not isinstance(got, (str, Path)) or not str(got).strip() or "\0" in str(got):
        raise _words.refusal("bad_path", got=str(got))
    try:
        return Path(got).expanduser()
    except RuntimeError:  # the home of nobody
        raise _words.refusal("bad_path", got=str(got)) from None


def put(path: Path, content: bytes) -> Path:
    """Write a file whole beside its place, then move it there: no half of it is ever seen, and nobody else ever reads it."""
    demand_no_journal(path)
    try:
        with private(), workplace(path, ".part") as place:
            made = place / path.name
            with made.open("xb") as out:
                out.write(content)
                out.flush()
                flush(out.fileno())
            made.replace(path)
    except OSError as error:
        raise _words.refusal("store_unwritable", path=path, reason=_words.system_reason(error)) from None
    settle(path.parent)
    return path


def _sound(rows: Sequence[tuple[Any, ...]]) -> list[Entry]:
    """Rows as entries; values of a kind that was never written ('infinity', a day before Christ) are an edit, and refused."""
    for row in rows:
        if not isinstance(row[4], date) or not isinstance(row[5], datetime) or row[5].tzinfo is None:
            raise _words.refusal("broken_journal", path=row[3], entry=row[0])
    return [Entry(*row) for row in rows]


def number_of(got: object) -> int:
    """The number of an entry, also as a cell of a frame has it; anything else is refused."""
    try:
        if not isinstance(got, bool):
            return operator.index(got)  # type: ignore[arg-type]
    except TypeError:
        pass
    raise _words.refusal("no_entry", got=got)


def standing_of(entries: Sequence[Entry], on: date) -> Entry | None:
    """Which of the entries about one subject decides on a day, ended or not: the same rule as `sql/standing.sql`."""
    past = [entry for entry in entries if entry.valid_from <= on]
    return max(past, key=lambda entry: (entry.valid_from, entry.entry), default=None)


# --- reading


UNREADABLE = "SELECT entry FROM journal WHERE body IS NOT NULL AND json_type(body) IS DISTINCT FROM 'OBJECT' ORDER BY entry LIMIT 1"
"""An entry that nothing can be read from, although its seal holds."""


def verify(
    path: Path, head: str | None = None, lang: str = "en", answer: bytes | None = None, certificates: bytes | None = None
) -> Verification:
    """Recompute every seal from the first entry. With `head`, a seal printed earlier must be found on the way.

    What the file defines is compared too: a file that holds anything but a journal is refused, one without a trigger is not whole.
    Time stamps that the journal keeps are checked again; with `answer` one from outside, with `certificates` by these alone.
    """
    with file.open_journal(path) as con:
        verdict = _checked(con, head)
        odd = con.execute(UNREADABLE).fetchall() if verdict.ok else []
        differs = schema.differing(schema.of_file(con), schema.of_format(file.FORMAT)) if verdict.ok else ""
        kept = con.execute(ANCHORS).fetchall() if verdict.ok else []
        seals = dict(con.execute("SELECT entry, seal FROM journal ORDER BY entry").fetchall()) if kept or answer else {}
    if odd:
        verdict = replace(verdict, ok=False, broken=odd[0][0], fault="content")
    elif differs:
        verdict = replace(verdict, ok=False, fault="schema", differs=differs)
    elif verdict.ok and (kept or answer or certificates):
        verdict = _stamped(verdict, [json.loads(body) for (body,) in kept], seals, answer, certificates)
    return replace(verdict, lang=lang)


def _stamped(
    verdict: Verification, kept: Sequence[dict[str, Any]], seals: dict[int, str], answer: bytes | None, certificates: bytes | None
) -> Verification:
    """The verdict on a whole chain with what an authority outside has put a time on."""
    stamps, unchecked = [], 0
    if answer is not None:
        try:
            stamps.append(anchors.checked(answer, certificates or b"", seals))
        except StampOfAnother:
            return replace(verdict, ok=False, fault="stamp_of_another")
    for body in kept:
        try:
            one = anchors.again(body, seals, certificates)
        except ExtraMissing:
            if certificates is not None:
                raise
            unchecked += 1
            continue
        if one is None:
            return replace(verdict, ok=False, fault="stamp", differs=str(body.get("journal_entries")))
        stamps.append(one)
    if certificates is not None and not stamps:
        return replace(verdict, ok=False, fault="no_stamp")
    return replace(verdict, stamps=tuple(stamps), unchecked=unchecked)


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
        table = _answer(con, query)
    table.attrs["lang"] = at.lang
    return table


def _answer(con: duckdb.DuckDBPyConnection, query: str) -> pandas.DataFrame:
    """What a query of ours gives; one that names a noun without its query says how that is written."""
    import duckdb

    try:
        return con.execute(query).df()
    except duckdb.CatalogException as error:
        reason = str(error).split("\n")[0]
        raise BadNoun(f"{query}: {reason}. A record that names a noun needs its query: make nouns") from None


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
    return at if at.book else replace(at, book=Book(tuple(every(at)), persons(at)))


def read_page(at: Standpoint) -> Standpoint:
    """The same standpoint with what is decided there, and the persons, read into memory: it costs what stands, not what was written."""
    if at.book or _page(at):
        return at
    with file.open_journal(at.path) as con:
        _prepare(con, at, "FROM decided()")
        found = {(one.kind, one.subject): one for one in _sound(con.execute("FROM decided()").fetchall())}
        people = con.execute(PERSONS).fetchall()
    return replace(at, page=Page(at.valid_on, at.known_at, found, _people(people)))


def _page(at: Standpoint) -> Page | None:
    """What was read of this very standpoint."""
    return at.page if at.page and (at.page.on, at.page.at) == (at.valid_on, at.known_at) else None


def standing(at: Standpoint, about: str | None = None) -> list[Entry]:
    """What stands at a standpoint: one entry per kind and subject, in that order; with `about`, of one subject alone."""
    if at.book:
        return [one for one in at.book.standing(at.valid_on, at.known_at) if about in (None, one.subject)]
    if page := _page(at):
        return [one for one in page.decided.values() if one.text is not None and about in (None, one.subject)]
    if about is None:
        return _sound(_rows(at, "FROM standing()"))
    last = [standing_of(said, at.valid_on) for _, said in sorted(_by_kind(counting(history(at, about))).items())]
    return [one for one in last if one is not None and one.text is not None]


def _by_kind(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for one in entries:
        found.setdefault(one.kind, []).append(one)
    return found


def decided(at: Standpoint) -> dict[tuple[str, str], Entry]:
    """The entry that decides of each kind and subject at a standpoint, also where it says that the subject ended."""
    if at.book:
        return at.book.decided(at.valid_on, at.known_at)
    if page := _page(at):
        return dict(page.decided)
    return {(entry.kind, entry.subject): entry for entry in _sound(_rows(at, "FROM decided()"))}


def newest(at: Standpoint) -> dict[tuple[str, str], int]:
    """The number of the last entry about each kind and subject that was not taken back (0: all were), whatever the standpoint."""
    rows = _rows(replace(at, known_at=None), NEWEST)
    return {(kind, subject): entry for kind, subject, entry in rows}


def entries(at: Standpoint, kinds: Sequence[str] | None = None) -> list[Entry]:
    """The entries known at the standpoint that say something of their subject, oldest first, of some kinds or of all: none taken back."""
    if kinds is None or at.book:
        return [one for one in counting(every(at)) if kinds is None or one.kind in kinds]
    return counting(_sound(_rows(at, OF_KINDS, kinds=[*kinds, WITHDRAWAL])))


def every(at: Standpoint) -> list[Entry]:
    """Every entry known at the standpoint, oldest first, also those taken back: what seals and packs rest on."""
    if at.book:
        return list(at.book.known(at.known_at))
    return _sound(_rows(at, "FROM entries()"))


def seals(at: Standpoint, numbers: Sequence[int]) -> dict[int, str]:
    """The seals of some entries known at the standpoint, by number."""
    if at.book:
        return {one.entry: one.seal for one in every(at) if one.entry in numbers}
    return dict(_rows(at, SEALS_OF, numbers=list(numbers)))


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
    if page := _page(at):
        return {ref: dict(told) for ref, told in page.people.items()}
    with file.open_journal(at.path) as con:
        return _people(con.execute(PERSONS).fetchall())


def _people(rows: Sequence[tuple[Any, ...]]) -> dict[str, dict[str, str | None]]:
    return {ref: {"name": name, "email": email, "phone": phone} for ref, name, email, phone in rows}


def forget_person(path: Path, ref: str) -> bool:
    """Delete a person; False if there was none. The file is written anew, so that no freed block keeps the name."""
    with file.told(path):
        path = file.place_of(path)
        if not path.exists():
            return False
    with file.locked(path), file.told(path):
        file.check_mark(path)
        file.demand_ours(path)
        with file.connect(str(path), read_only=False) as con:  # so that no log of changes stays behind
            con.execute("CHECKPOINT file")
        before = file.lies(path)
        with file.connect(str(path), read_only=True) as con:
            _demand_whole(con, path)
            rows = con.execute(file.ENTRIES).fetchall()
            people = con.execute("FROM person ORDER BY ref").fetchall()
        kept = [person for person in people if person[0] != ref]
        if len(kept) < len(people):
            file.write_file(path, rows, kept, before)
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
    odd = next((one.entry for one in entries if not copies.is_readable(one)), None)
    if odd is not None:
        raise _words.refusal("bad_backup", path=folder, file=f"journal.jsonl ({odd})")
    if not verdict.ok:
        raise _words.refusal("bad_backup", path=folder, file=f"journal.jsonl ({verdict.broken})")
    with file.locked(path), file.told(path):
        file.write_file(path, [row_of(entry) for entry in entries], people)
    return verify(path)
