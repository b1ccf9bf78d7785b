"""A journal as a plain folder: JSON Lines and a manifest with the SHA-256 of each file."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable
from datetime import MAXYEAR, UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ivplus_tools import _words
from ivplus_tools._store import alone
from ivplus_tools._store.chain import ENTRIES, WITHDRAWAL, Entry, canonical
from ivplus_tools.errors import Refusal

if TYPE_CHECKING:
    import duckdb

LARGEST_MANIFEST = 64 * 1024
PERSON = ("ref", "name", "email", "phone")


def write_backup(con: duckdb.DuckDBPyConnection, folder: Path, found_format: int) -> None:
    """Write all entries and persons; the folder appears whole or not at all."""
    rows = con.execute(ENTRIES).fetchall()
    people = con.execute("SELECT ref, name, email, phone FROM person ORDER BY ref").fetchall()
    [(number, seal)] = con.execute("SELECT entry, seal FROM head").fetchall() or [(0, "")]
    files = {
        "journal.jsonl": "".join(canonical(plain_entry(Entry(*row))) + "\n" for row in rows),
        "person.jsonl": "".join(canonical(dict(zip(PERSON, row, strict=True))) + "\n" for row in people),
    }
    hashes = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in files.items()}
    manifest = {"format": found_format, "entries": number, "head": seal, "sha256": hashes}
    files["manifest.json"] = json.dumps(manifest, indent=2, sort_keys=True) + "\n"
    try:
        if folder.exists() and any(folder.iterdir()):
            raise _words.refusal("folder_not_empty", path=folder)
        _write_folder(folder, files)
    except OSError as error:
        raise _words.refusal("store_unwritable", path=folder, reason=_words.system_reason(error)) from None


def _write_folder(folder: Path, files: dict[str, str]) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with alone.private(), alone.workplace(folder, ".part") as place:
        made = place / folder.name
        made.mkdir(mode=0o700)
        for name, text in files.items():
            with (made / name).open("w", encoding="utf-8", newline="\n") as out:
                out.write(text)
                out.flush()
                alone.flush(out.fileno())
        if folder.exists():
            folder.rmdir()
        settle(made)
        made.rename(folder)
    settle(folder.parent)


def settle(folder: Path) -> None:
    """See that what was moved into a folder is there after a power cut, where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            alone.flush(handle)
        finally:
            os.close(handle)


def plain_entry(entry: Entry) -> dict[str, Any]:
    """An entry as the backup writes it; `body` is the exact text that was sealed."""
    return {
        "entry": entry.entry, "room": entry.room, "kind": entry.kind, "subject": entry.subject,
        "valid_from": entry.valid_from.isoformat(),
        "recorded_at": entry.recorded_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "recorded_by": entry.recorded_by, "why": entry.why, "body": entry.text, "seal": entry.seal,
    }  # fmt: skip


def read_backup(folder: Path, newest: int) -> tuple[list[Entry], list[tuple[Any, ...]], list[tuple[int, str]]]:
    """Entries, persons, and the last number and seal that there should be; a damaged or missing file is named."""
    name = "manifest.json"
    try:
        manifest = json.loads(_content(folder / name, LARGEST_MANIFEST))
        if int(manifest["format"]) < 1:
            raise ValueError("there is no such format")
        if int(manifest["format"]) > newest:
            raise _words.refusal("newer_format", path=folder, found=manifest["format"], known=newest)
        last = [(int(manifest["entries"]), str(manifest["head"]))] if manifest["entries"] else []
        wanted = dict(manifest["sha256"])
        name = "journal.jsonl"
        entries = [_entry(raw) for raw in _lines(folder / name, wanted[name])]
        name = "person.jsonl"
        people = {str(raw["ref"]): _person(raw) for raw in _lines(folder / name, wanted[name])}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        if isinstance(error, Refusal):
            raise
        raise _words.refusal("bad_backup", path=folder, file=name) from None
    return entries, list(people.values()), last


def is_readable(entry: Entry) -> bool:
    """Whether what an entry holds can be read again: an object, or nothing; of one that takes another back, its number."""
    try:
        body = entry.body
    except (Refusal, ValueError, RecursionError):
        return False
    if entry.kind == WITHDRAWAL:
        return isinstance(body, dict) and type(body.get("entry")) is int
    return body is None or isinstance(body, dict)


def _lines(path: Path, wanted: str) -> list[dict[str, Any]]:
    """The JSON lines of a file whose SHA-256 is as wanted; only a line feed ends a line, as JSON may hold other breaks."""
    content = _content(path)
    if hashlib.sha256(content).hexdigest() != wanted:
        raise ValueError(path.name)
    return [json.loads(line) for line in content.decode().split("\n") if line]


def _content(path: Path, most: int | None = None) -> bytes:
    """The bytes of a plain file: a pipe or a device would never end."""
    if not path.is_file() or (most is not None and path.stat().st_size > most):
        raise ValueError(path.name)
    return path.read_bytes()


def _person(raw: dict[str, Any]) -> tuple[Any, ...]:
    told = tuple(raw[key] for key in PERSON)
    _demand_texts(told[:2])
    _demand_texts([one for one in told[2:] if one is not None])
    return told


def _demand_texts(found: Iterable[object]) -> None:
    for one in found:
        if not isinstance(one, str):
            raise TypeError("no text")
        one.encode()


def _entry(raw: dict[str, Any]) -> Entry:
    moment = datetime.fromisoformat(raw["recorded_at"])
    if moment.tzinfo is None or moment.year >= MAXYEAR:
        raise ValueError("an instant without a zone, or one that no zone can show")
    _demand_texts([raw[key] for key in ("room", "kind", "subject", "recorded_by", "why", "seal")])
    _demand_texts([raw["body"]] if raw["body"] is not None else [])
    if type(raw["entry"]) is not int:
        raise TypeError("no number")
    return Entry(
        raw["entry"], raw["room"], raw["kind"], raw["subject"], date.fromisoformat(raw["valid_from"]),
        moment, raw["recorded_by"], raw["why"], raw["body"], raw["seal"],
    )  # fmt: skip
