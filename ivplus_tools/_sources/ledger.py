"""What was erased, told by keyed hashes: beside the journal, never in it, since a journal cannot forget.

A secret of its own stands beside each ledger and ends with it. Without the secret nothing can be
said of the rows that a backup has brought back, and nothing can be read out of the ledger.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from ivplus_tools import _dates, _store, _words

MADE = "CREATE TABLE IF NOT EXISTS erased (mark BLOB, plan TEXT, until TEXT, PRIMARY KEY (mark, plan)) WITHOUT ROWID"
BATCH = 10_000


def folder_of(journal: Path) -> Path:
    """Where secrets and ledgers of a journal lie."""
    return journal.with_name(f"{journal.name}.secrets")


def secret(journal: Path, name: str) -> bytes | None:
    """A secret that was made; None where it is gone."""
    try:
        return bytes.fromhex((folder_of(journal) / f"{name}.key").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def new_secret(journal: Path, name: str) -> bytes:
    """The secret of that name, made where there is none; only its owner reads it."""
    if found := secret(journal, name):
        return found
    if (folder_of(journal) / f"{name}.key").exists():
        raise _words.refusal("bad_secret", name=f"{name}.key")
    folder = folder_of(journal)
    folder.mkdir(mode=0o700, exist_ok=True)
    made, path = secrets.token_bytes(32), folder / f"{name}.key"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(made.hex())
        file.flush()
        _store.flush(file.fileno())
    return made


def forget_secret(journal: Path, name: str) -> None:
    """Destroy a secret: what was hashed with it can be compared with nothing any more."""
    path = folder_of(journal) / f"{name}.key"
    with contextlib.suppress(OSError):
        path.write_bytes(b"\0" * path.stat().st_size)
    path.unlink(missing_ok=True)


def name_of(made: bytes) -> str:
    """What names a secret without telling it."""
    return hashlib.sha256(b"ivplus secret" + made).hexdigest()[:16]


class Ledger:
    """The ledger of one source."""

    def __init__(self, journal: Path, source: str) -> None:
        self.journal = journal
        self.tag = tag_of(source)
        self.path = folder_of(journal) / f"{self.tag}.sqlite"

    @property
    def secret(self) -> bytes | None:
        """Its secret, where that is there."""
        return secret(self.journal, f"ledger-{self.tag}")

    def mark(self, made: bytes, table: str, key: str, start: str) -> bytes:
        """A row, told by table, key and start."""
        said = f"{table}\0{key}\0{start}".encode(errors="surrogatepass")
        return hmac.digest(made, said, "sha256")[:16]

    def add(self, plan: str, marks: Sequence[bytes], until: date | None) -> None:
        """Write down what a plan is about to erase; it counts once the plan is done."""
        with self._opened() as con, con:
            rows = ((mark, plan, until.isoformat() if until else None) for mark in marks)
            con.executemany("INSERT OR REPLACE INTO erased VALUES (?, ?, ?)", rows)

    def end(self, on: date) -> None:
        """Take out what no backup can bring back any more; an empty ledger goes with its secret."""
        if not self.path.exists():
            return
        with self._opened() as con:
            with con:
                con.execute("DELETE FROM erased WHERE until < ?", [on.isoformat()])
            left = con.execute("SELECT count(*) FROM erased").fetchone()[0]
        if not left:
            self.path.unlink(missing_ok=True)
            forget_secret(self.journal, f"ledger-{self.tag}")

    def vouches(self, plans: Mapping[str, str]) -> bool:
        """Whether the ledger can speak for these plans: its secret is theirs, and all their marks are there."""
        if not self.path.exists() or self.secret is None:
            return False
        try:
            return all(told == self.told(plan) for plan, told in plans.items())
        except sqlite3.Error:
            return False

    def told(self, plan: str) -> str:
        """What a certificate keeps: what names the secret, and how many marks the plan has."""
        with self._opened() as con:
            count = con.execute("SELECT count(*) FROM erased WHERE plan = ?", [plan]).fetchone()[0]
        return f"{name_of(self.secret or b'')}:{count}"

    def known(self, marks: Sequence[bytes], plans: frozenset[str]) -> int:
        """How many of these rows were erased by one of these plans."""
        found = 0
        with self._opened() as con:
            for mark in marks:
                told = con.execute("SELECT plan FROM erased WHERE mark = ?", [mark]).fetchall()
                found += any(plan in plans for (plan,) in told)
        return found

    def __bool__(self) -> bool:
        return self.path.exists()

    @contextlib.contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        folder_of(self.journal).mkdir(mode=0o700, exist_ok=True)
        self.path.touch(mode=0o600, exist_ok=True)
        con = sqlite3.connect(self.path, timeout=10)
        try:
            con.execute("PRAGMA secure_delete = ON")
            con.execute(MADE)
            yield con
        finally:
            con.close()


class Noted:
    """Rows on their way to a ledger: written down before they go, in the end all of them."""

    def __init__(self, book: Ledger, plan: str, table: str, until: date | None, keyed: bool) -> None:
        self.book, self.plan, self.table, self.until = book, plan, table, until
        self.secret = new_secret(book.journal, f"ledger-{book.tag}") if keyed else None
        self._marks: list[bytes] = []

    def add(self, key: str, start: str) -> None:
        """Note one row."""
        if self.secret and key:
            self._marks.append(self.book.mark(self.secret, self.table, key, start))
        if len(self._marks) == BATCH:
            self.flush()

    @property
    def told(self) -> str | None:
        """What the certificate keeps of the ledger."""
        return self.book.told(self.plan) if self.secret else None

    def flush(self) -> None:
        """Write down what is noted."""
        if self._marks:
            self.book.add(self.plan, self._marks, self.until)
            self._marks = []


def tag_of(ident: str) -> str:
    """An identifier as a part of a file name; two identifiers never have one name."""
    plain = "".join(sign if (sign.isascii() and sign.isalnum()) or sign == "-" else "-" for sign in ident)
    return f"{plain[:40]}-{hashlib.sha256(ident.encode(errors='surrogatepass')).hexdigest()[:8]}"


def until(on: date, kept: str | None) -> date | None:
    """The last day on which a backup can bring back what is erased on a day."""
    return _dates.plus(on, _dates.read_period(kept)) if kept else None
