"""A journal as a plain folder: JSON Lines and a manifest with the SHA-256 of each file."""

from __future__ import annotations

import hashlib
import json
import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ivplus_tools import _words
from ivplus_tools._store.chain import Entry, canonical

if TYPE_CHECKING:
    import duckdb


def write_backup(con: duckdb.DuckDBPyConnection, folder: Path, found_format: int) -> None:
    if folder.exists() and any(folder.iterdir()):
        raise _words.refusal("folder_not_empty", path=folder)
    rows = con.execute("FROM journal ORDER BY entry").fetchall()
    people = con.execute("SELECT ref, name, email, phone FROM person ORDER BY ref").fetchall()
    [(number, seal)] = con.execute("FROM head").fetchall() or [(0, "")]
    files = {
        "journal.jsonl": "".join(canonical(_plain(Entry(*row))) + "\n" for row in rows),
        "person.jsonl": "".join(canonical(dict(zip(("ref", "name", "email", "phone"), row, strict=True))) + "\n" for row in people),
    }
    hashes = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in files.items()}
    manifest = {"format": found_format, "entries": number, "head": seal, "sha256": hashes}
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


def read_backup(folder: Path, newest: int) -> tuple[dict[str, str], dict[str, Any]]:
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        wanted = manifest["sha256"]
        found_format = int(manifest["format"])
    except (OSError, ValueError, KeyError, TypeError):
        raise _words.refusal("bad_backup", path=folder, file="manifest.json") from None
    if found_format > newest:
        raise _words.refusal("newer_format", path=folder, found=found_format, known=newest)
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


def entry_of(raw: dict[str, Any]) -> Entry:
    return Entry(
        raw["entry"], raw["room"], raw["kind"], raw["subject"], date.fromisoformat(raw["valid_from"]),
        datetime.fromisoformat(raw["recorded_at"]), raw["recorded_by"], raw["why"], raw["body"], raw["seal"],
    )  # fmt: skip
