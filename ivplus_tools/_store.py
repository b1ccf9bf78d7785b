"""The journal: one sealed, append-only DuckDB file, opened per operation under a lock that all processes share."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ivplus_tools import _dates, _words
from ivplus_tools.errors import Refusal

if TYPE_CHECKING:
    import duckdb
    import pandas

FORMAT = 1
SQL = Path(__file__).parent / "sql"
WAIT_SECONDS = 5.0
PATIENCE_TURNS = 12
_turns = itertools.count(1)
CLOCK_SLACK = timedelta(minutes=5)


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
    """The entry that the writer believes to stand; another one means that somebody else was first."""
    recorded_at: datetime | None = None
    recorded_by: str | None = None


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
        return None if self.text is None else json.loads(self.text)


@dataclass(frozen=True)
class Receipt:
    """What a write left behind: the numbers of the new entries and the head seal. No numbers: it all stood already."""

    entries: tuple[int, ...]
    head: str
    lang: str = "en"

    def __repr__(self) -> str:
        if not self.entries:
            return _words.say("receipt.nothing", self.lang, head=self.head[:16])
        span = "–".join(str(number) for number in dict.fromkeys((self.entries[0], self.entries[-1])))
        return _words.say("receipt.recorded", self.lang, span=span, head=self.head[:16])


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
        return _words.say("seal.broken", self.lang, broken=self.broken or "–", reason=reason)


@dataclass(frozen=True)
class Standpoint:
    """Which journal is read, as of which day, as known at which moment; who writes, when, in which language."""

    path: Path
    valid_on: date
    known_at: datetime | None
    by: str | None
    lang: str
    pinned: datetime | None = None
    past: bool = field(default=False)

    @property
    def now(self) -> datetime:
        """The present instant, pinned or real."""
        return _dates.now(self.pinned)


# --- opening ----------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """The cross-process lock of a journal, held for one operation.

    While others take turns, a writer waits its own (a minute at the most); one that holds on for five seconds is named.
    """
    from filelock import FileLock, Timeout

    lock_path = path.with_name(path.name + ".lock")
    lock = FileLock(lock_path, timeout=WAIT_SECONDS, mode=0o600, poll_interval=0.005)
    patience = PATIENCE_TURNS
    while True:
        holder = _holder(lock_path)
        try:
            lock.acquire()
            break
        except Timeout:
            patience -= 1
            if patience == 0 or _holder(lock_path) == holder:
                raise _words.refusal("store_busy", path=path.name, pid=holder.partition(" ")[0] or "?") from None
        except OSError as error:
            raise _words.refusal("store_unwritable", path=path, reason=error.strerror or error) from None
    try:
        with contextlib.suppress(OSError):  # Windows denies this while the lock is held; only the name in StoreBusy is lost
            lock_path.write_text(f"{os.getpid()} {next(_turns)}", encoding="ascii")
        yield
    finally:
        lock.release()


def _holder(lock_path: Path) -> str:
    """The process that holds the lock, and its how-manyth turn it is."""
    try:
        return lock_path.read_text(encoding="ascii").strip()
    except OSError:
        return ""


@contextlib.contextmanager
def _open(path: Path, read_only: bool = True) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection for one operation. A missing journal is made on the first write; reading one gives an empty one."""
    _check_folder(path)
    if read_only and not path.exists():
        with _connect(":memory:", read_only=False) as con:
            con.execute((SQL / "journal.sql").read_text(encoding="utf-8"))
            yield con
        return
    with _locked(path), _told(path):
        if not path.exists():
            _write_file(path, [], [])
        with _connect(str(path), read_only) as con:
            if _is_current(con, path):
                yield con
                return
        _migrate(path)
        with _connect(str(path), read_only) as con:
            yield con


def _check_folder(path: Path) -> None:
    if not path.parent.is_dir():
        raise _words.refusal("store_no_folder", path=path.parent)


@contextlib.contextmanager
def _connect(name: str, read_only: bool) -> Iterator[duckdb.DuckDBPyConnection]:
    import duckdb

    offline: dict[str, Any] = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}
    con = duckdb.connect(name, read_only=read_only, config=offline)
    try:
        con.execute("SET TimeZone = 'Europe/Helsinki'")
        yield con
    finally:
        con.close()


def _write_file(path: Path, rows: Sequence[tuple[Any, ...]], people: Sequence[tuple[Any, ...]]) -> None:
    """Make a whole journal file beside its place and put it there in one step, so that no half of one is ever seen."""
    made = path.with_name(path.name + ".new")
    made.unlink(missing_ok=True)
    try:
        os.close(os.open(made, os.O_CREAT | os.O_EXCL, 0o600))
        made.unlink()
        with _connect(str(made), read_only=False) as con:
            made.chmod(0o600)
            con.execute("BEGIN")
            con.execute((SQL / "journal.sql").read_text(encoding="utf-8"))
            con.execute("INSERT INTO meta VALUES ('format', ?)", [str(FORMAT)])
            con.execute("COMMIT")
            if rows:
                _insert(con, rows)
            for person in people:
                con.execute("INSERT INTO person VALUES (?, ?, ?, ?)", person)
        made.replace(path)
    finally:
        for left in (made, made.with_name(made.name + ".wal")):
            left.unlink(missing_ok=True)


def _is_current(con: duckdb.DuckDBPyConnection, path: Path) -> bool:
    """Whether the file has this format; False for an older one, a refusal for a newer one and for no journal at all."""
    import duckdb

    try:
        found = _format(con)
    except (duckdb.CatalogException, duckdb.BinderException, ValueError, TypeError):
        raise _words.refusal("not_a_journal", path=path) from None
    if found > FORMAT:
        raise _words.refusal("newer_format", path=path, found=found, known=FORMAT)
    return found == FORMAT


def _format(con: duckdb.DuckDBPyConnection) -> int:
    con.execute("SELECT 1 FROM journal, head, person LIMIT 0")  # without these tables it is no journal of ours
    [[found]] = con.execute("SELECT value FROM meta WHERE key = 'format'").fetchall()
    return int(found)


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    """DuckDB's errors about the file, as one line that says what to do."""
    import duckdb

    try:
        yield
    except Refusal:
        raise
    except duckdb.Error as error:
        text = str(error)
        if "Could not set lock" in text:
            pid = re.search(r"PID (\d+)", text)
            raise _words.refusal("store_busy", path=path.name, pid=pid[1] if pid else "?") from None
        if "not a valid DuckDB database" in text or "version number" in text or "Corrupt" in text:
            raise _words.refusal("not_a_journal", path=path) from None
        if isinstance(
            error,
            (duckdb.IOException, duckdb.FatalException, duckdb.InternalException, duckdb.TransactionException, duckdb.OutOfMemoryException),
        ):
            raise _words.refusal("store_unwritable", path=path, reason=text.split("\n", maxsplit=1)[0]) from None
        raise
    except OSError as error:
        raise _words.refusal("store_unwritable", path=path, reason=error.strerror or error) from None


def _migrate(path: Path) -> None:
    """Bring an older journal to this format, after a backup in a folder beside it.

    `sql/migrate_<n>.sql` takes format n to n + 1; all steps are one transaction.
    """
    with _connect(str(path), read_only=False) as con:
        found = _format(con)
        _write_backup(con, path.with_name(f"{path.name}.format-{found}"))
        con.execute("BEGIN")
        for step in range(found, FORMAT):
            con.execute((SQL / f"migrate_{step}.sql").read_text(encoding="utf-8"))
        con.execute("UPDATE meta SET value = ? WHERE key = 'format'", [str(FORMAT)])
        con.execute("COMMIT")


# --- writing ----------------------------------------------------------------------------------------------------------


def append(at: Standpoint, drafts: Sequence[Draft]) -> Receipt:
    """Write entries in one transaction, each sealed to the one before. What already stands so is not written again."""
    if at.past:
        raise _words.refusal("past_standpoint")
    if not at.by:
        raise _words.refusal("who_records")
    with _open(at.path, read_only=False) as con:
        number, seal, latest = _head(con)
        moment = _moment(at.now, latest)
        said = _said_of(con, {draft.subject for draft in drafts})
        rows = []
        for draft in drafts:
            known = said.setdefault((draft.kind, draft.subject), [])
            if draft.expecting is not None and draft.expecting != (known[-1].entry if known else 0):
                raise _words.refusal("changed", subject=draft.subject, by=known[-1].recorded_by if known else "?")
            stands = _standing_of(known, draft.valid_from)
            text = None if draft.body is None else canonical(draft.body)
            if text == (stands.text if stands else None):
                continue
            number += 1
            entry = _sealed(seal, number, draft, text, draft.recorded_at or moment, draft.recorded_by or at.by)
            seal = entry.seal
            known.append(entry)
            rows.append(_row(entry))
        if rows:
            _insert(con, rows)
        return Receipt(tuple(row[0] for row in rows), seal, at.lang)


def _head(con: duckdb.DuckDBPyConnection) -> tuple[int, str, datetime | None]:
    row = con.execute("SELECT entry, seal, recorded_at FROM journal ORDER BY entry DESC LIMIT 1").fetchone()
    return (row[0], row[1], row[2]) if row else (0, "", None)


def _moment(now: datetime, latest: datetime | None) -> datetime:
    """Now, but never before the last entry: a small step back of the clock is smoothed, a large one is refused."""
    if latest is None or now >= latest:
        return now
    if latest - now > CLOCK_SLACK:
        raise _words.refusal("clock_back", now=now, latest=latest.astimezone(_dates.HELSINKI))
    return latest


def _said_of(con: duckdb.DuckDBPyConnection, subjects: set[str]) -> dict[tuple[str, str], list[Entry]]:
    """What has been said of subjects so far, oldest first, by kind and subject."""
    rows = con.execute("FROM journal WHERE subject IN (SELECT unnest(?)) ORDER BY entry", [sorted(subjects)]).fetchall()
    found: dict[tuple[str, str], list[Entry]] = {}
    for row in rows:
        found.setdefault((row[2], row[3]), []).append(Entry(*row))
    return found


def _standing_of(entries: Sequence[Entry], on: date) -> Entry | None:
    past = [entry for entry in entries if entry.valid_from <= on]
    return max(past, key=lambda entry: (entry.valid_from, entry.entry)) if past else None


def _sealed(previous: str, number: int, draft: Draft, text: str | None, moment: datetime, by: str) -> Entry:
    bare = Entry(number, draft.room, draft.kind, draft.subject, draft.valid_from, moment, by, draft.why, text, "")
    return replace(bare, seal=seal_of(previous, bare))


def _row(entry: Entry) -> tuple[Any, ...]:
    return (
        entry.entry, entry.room, entry.kind, entry.subject, entry.valid_from,
        entry.recorded_at, entry.recorded_by, entry.why, entry.text, entry.seal,
    )  # fmt: skip


def _insert(con: duckdb.DuckDBPyConnection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Add sealed rows and move the head, in one transaction and one statement each."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    con.execute("BEGIN")
    try:
        con.execute(
            "INSERT INTO journal SELECT unnest(?::BIGINT[]), unnest(?::TEXT[]), unnest(?::TEXT[]), unnest(?::TEXT[]),"
            " unnest(?::DATE[]), unnest(?::TIMESTAMPTZ[]), unnest(?::TEXT[]), unnest(?::TEXT[]), unnest(?::TEXT[]), unnest(?::TEXT[])",
            columns,
        )
        con.execute("DELETE FROM head")
        con.execute("INSERT INTO head VALUES (?, ?)", [rows[-1][0], rows[-1][-1]])
        con.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(Exception):
            con.execute("ROLLBACK")
        raise


# --- seals ------------------------------------------------------------------------------------------------------------


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


def verify(path: Path, head: str | None = None, lang: str = "en") -> Verification:
    """Recompute every seal from the first entry. With `head`, a seal printed earlier must be found on the way."""
    with _open(path) as con:
        rows = con.execute("FROM journal ORDER BY entry").fetchall()
        last = con.execute("FROM head").fetchall()
    return replace(check_chain([Entry(*row) for row in rows], last, head), lang=lang)


def check_chain(entries: Sequence[Entry], last: Sequence[tuple[int, str]], head: str | None = None) -> Verification:
    """The verdict on a chain of entries, with the last number and seal that the file says it should have."""
    seal, seen = "", False
    for number, entry in enumerate(entries, start=1):
        if entry.entry != number:
            return Verification(False, len(entries), seal, number, "missing")
        if seal_of(seal, entry) != entry.seal:
            return Verification(False, len(entries), seal, number, "content")
        seal = entry.seal
        seen = seen or seal == head
    if list(last) != ([(len(entries), seal)] if entries else []):
        return Verification(False, len(entries), seal, len(entries) + 1, "tail")
    if head and not seen:
        return Verification(False, len(entries), seal, None, "not_here")
    return Verification(True, len(entries), seal)


# --- reading ----------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _reading(at: Standpoint) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection at a standpoint, with the macros of every noun; it can reach no file and no network."""
    with _open(at.path) as con:
        known_at = at.known_at or datetime(9999, 1, 1, tzinfo=UTC)
        con.execute("SET VARIABLE valid_on = $day", {"day": at.valid_on})
        con.execute("SET VARIABLE known_at = $moment", {"moment": known_at})
        for path in _macros():
            con.execute(path.read_text(encoding="utf-8"))
        con.execute("SET enable_external_access = false")
        con.execute("SET lock_configuration = true")
        yield con


def _macros() -> list[Path]:
    rest = sorted(p for p in SQL.glob("*.sql") if p.name != "journal.sql" and not p.name.startswith(("migrate_", "standing")))
    return [SQL / "standing.sql", *rest]


def frame(at: Standpoint, query: str) -> pandas.DataFrame:
    """The result of a query at a standpoint as a frame in the Desk's language. Reads only."""
    import duckdb

    with _reading(at) as con:
        try:
            table = con.execute(query).df()
        except duckdb.Error as error:
            raise _words.refusal("bad_query", reason=str(error).split("\n")[0]) from None
    table.attrs["lang"] = at.lang
    return table


def standing(at: Standpoint) -> list[Entry]:
    """What stands at a standpoint: one entry per subject, by kind and subject."""
    with _reading(at) as con:
        return [Entry(*row) for row in con.execute("FROM standing()").fetchall()]


def history(at: Standpoint, subject: str) -> list[Entry]:
    """Every entry about a subject known at the standpoint, oldest first."""
    with _reading(at) as con:
        rows = con.execute("FROM entries() WHERE subject = $subject", {"subject": subject}).fetchall()
    return [Entry(*row) for row in rows]


# --- persons: outside the seals, the only rows that may be deleted -----------------------------------------------------


def put_person(path: Path, ref: str, name: str, email: str | None, phone: str | None) -> None:
    """Keep a person's name and contact apart from the journal, under a reference such as `dpo`."""
    with _open(path, read_only=False) as con:
        con.execute("INSERT OR REPLACE INTO person VALUES (?, ?, ?, ?)", [ref, name, email, phone])


def persons(path: Path) -> dict[str, dict[str, str | None]]:
    """Every person kept apart, by reference."""
    with _open(path) as con:
        rows = con.execute("SELECT ref, name, email, phone FROM person ORDER BY ref").fetchall()
    return {ref: {"name": name, "email": email, "phone": phone} for ref, name, email, phone in rows}


def forget_person(path: Path, ref: str) -> bool:
    """Delete a person; False if there was none. The file is written anew, so that no freed block keeps the name."""
    _check_folder(path)
    if not path.exists():
        return False
    with _locked(path), _told(path):
        with _connect(str(path), read_only=True) as con:
            _is_current(con, path)
            rows = con.execute("FROM journal ORDER BY entry").fetchall()
            people = con.execute("FROM person ORDER BY ref").fetchall()
        kept = [person for person in people if person[0] != ref]
        if len(kept) < len(people):
            _write_file(path, rows, kept)
        return len(kept) < len(people)


# --- backup -----------------------------------------------------------------------------------------------------------


def backup(path: Path, folder: Path) -> Path:
    """Write the journal as a plain folder: journal.jsonl, person.jsonl and manifest.json with their SHA-256."""
    if not path.exists():
        raise _words.refusal("no_journal", path=path)
    with _open(path) as con:
        _write_backup(con, folder)
    return folder


def _write_backup(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()):
        raise _words.refusal("folder_not_empty", path=folder)
    rows = con.execute("FROM journal ORDER BY entry").fetchall()
    people = con.execute("SELECT ref, name, email, phone FROM person ORDER BY ref").fetchall()
    number, seal, _ = _head(con)
    files = {
        "journal.jsonl": "".join(canonical(_plain(Entry(*row))) + "\n" for row in rows),
        "person.jsonl": "".join(canonical(dict(zip(("ref", "name", "email", "phone"), row, strict=True))) + "\n" for row in people),
    }
    hashes = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in files.items()}
    manifest = {"format": _format(con), "entries": number, "head": seal, "sha256": hashes}
    files["manifest.json"] = json.dumps(manifest, indent=2, sort_keys=True) + "\n"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        for name, text in files.items():  # the manifest last: a folder without it is no backup
            with (folder / name).open("w", encoding="utf-8", newline="\n") as out:
                out.write(text)
                out.flush()
                os.fsync(out.fileno())
            (folder / name).chmod(0o600)
    except OSError as error:
        raise _words.refusal("store_unwritable", path=folder, reason=error.strerror or error) from None


def _plain(entry: Entry) -> dict[str, Any]:
    """An entry as the backup writes it; `body` is the exact text that was sealed."""
    return {
        "entry": entry.entry, "room": entry.room, "kind": entry.kind, "subject": entry.subject,
        "valid_from": entry.valid_from.isoformat(),
        "recorded_at": entry.recorded_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "recorded_by": entry.recorded_by, "why": entry.why, "body": entry.text, "seal": entry.seal,
    }  # fmt: skip


def restore(folder: Path, path: Path) -> Verification:
    """Make a journal from a backup folder. Damage, or a file already there, is refused and leaves nothing behind."""
    if path.exists():
        raise _words.refusal("already_there", path=path)
    texts, manifest = _read_backup(folder)
    try:
        raw = [json.loads(line) for line in texts["journal.jsonl"].splitlines()]
        entries = [_entry(one) for one in raw]
        people = [json.loads(line) for line in texts["person.jsonl"].splitlines()]
    except (ValueError, KeyError, TypeError):
        raise _words.refusal("bad_backup", path=folder, file="journal.jsonl") from None
    last = [(manifest["entries"], manifest["head"])] if entries else []
    verdict = check_chain(entries, last)
    if not verdict.ok:
        raise _words.refusal("bad_backup", path=folder, file=f"journal.jsonl ({verdict.broken})")
    _check_folder(path)
    with _locked(path), _told(path):
        rows = [_row(entry) for entry in entries]
        _write_file(path, rows, [(one["ref"], one["name"], one["email"], one["phone"]) for one in people])
    return verify(path)


def _read_backup(folder: Path) -> tuple[dict[str, str], dict[str, Any]]:
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        wanted = manifest["sha256"]
        found_format = int(manifest["format"])
    except (OSError, ValueError, KeyError, TypeError):
        raise _words.refusal("bad_backup", path=folder, file="manifest.json") from None
    if found_format > FORMAT:
        raise _words.refusal("newer_format", path=folder, found=found_format, known=FORMAT)
    texts = {}
    for name in ("journal.jsonl", "person.jsonl"):
        try:
            content = (folder / name).read_bytes()
        except OSError:
            raise _words.refusal("bad_backup", path=folder, file=name) from None
        if hashlib.sha256(content).hexdigest() != wanted.get(name):
            raise _words.refusal("bad_backup", path=folder, file=name)
        texts[name] = content.decode()
    return texts, manifest


def _entry(raw: dict[str, Any]) -> Entry:
    return Entry(
        raw["entry"], raw["room"], raw["kind"], raw["subject"], date.fromisoformat(raw["valid_from"]),
        datetime.fromisoformat(raw["recorded_at"]), raw["recorded_by"], raw["why"], raw["body"], raw["seal"],
    )  # fmt: skip
