"""The files of an evidence pack: what an outsider needs to read the audit, and to find every change made to it since."""

from __future__ import annotations

import contextlib
import hashlib
import json
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from ivplus_tools import _law, _notebooks, _records, _store, _words, exchange
from ivplus_tools._room import SEVERITIES, Room
from ivplus_tools.audit import verify
from ivplus_tools.desk import ROOMS, Desk, answers_of
from ivplus_tools.errors import Refusal
from ivplus_tools.evidence import report
from ivplus_tools.exchange import documents

if TYPE_CHECKING:
    from ivplus_tools._store import Entry

LIBRARIES = ("ivplus-tools", "duckdb", "pandas", "pydantic", "nbclient", "Babel", "holidays", "XlsxWriter", "typst")
CODE = (".py", ".sql", ".toml", ".typ")


class Everything(Room):
    """All kinds of records of all rooms as one register."""

    name: ClassVar[str] = "register"
    records: ClassVar[tuple[type[_records.Record], ...]] = tuple(kind for room in ROOMS.values() for kind in room.records)


def manifest_of(desk: Desk, parameters: dict[str, Any], previous: dict[str, Any] | None) -> dict[str, Any]:
    """What the pack says of itself before its files are there; `previous`: name, hash and journal of the pack before."""
    at = desk.standpoint
    entries, first = _store.entries(at), previous["journal"]["last"] + 1 if previous else 1
    counted = desk.audit.counts()
    found = desk.audit.status()
    return {
        "format": verify.FORMAT, **parameters,
        "versions": {"python": _python(), **{name: _version(name) for name in LIBRARIES}}, "code": code(),
        "journal": {
            "first": first, "last": entries[-1].entry if entries else 0, "before": previous["journal"]["head"] if previous else "",
            "head": entries[-1].seal if entries else "",
        },
        "counts": [[one.kind, one.name, int(one.records)] for one in counted.itertuples()],
        "findings": {one: int((found["severity"] == one).sum()) for one in SEVERITIES},
        "open": {one: int(((found["severity"] == one) & (found["state"] != "accepted")).sum()) for one in SEVERITIES},
        "accepted": int((found["state"] == "accepted").sum()),
        "previous": {"pack": previous["pack"], "manifest": previous["hash"]} if previous else None,
    }  # fmt: skip


def files_of(desk: Desk, manifest: dict[str, Any], notebook: Any) -> dict[str, bytes]:
    """Every file of the pack by name, the manifest and its hash last."""
    room = Everything(_store.read_once(desk.standpoint)).still()
    found, told = desk.audit.status(), report.document(notebook, manifest)
    files = {
        "README.txt": "\n".join(_words.read("audit")["pack"]["readme"][lang] for lang in _words.LANGS).lstrip().encode(),
        "verify.py": Path(verify.__file__).read_bytes(),
        "report.ipynb": _notebooks.plain(notebook).encode(),
        "report.html": documents.render(told, Path("report.html")),
        "findings.json": _json(exchange.plain_rows(found)),
        "findings.csv": exchange.csv_text([list(found.columns), *exchange.text_rows(found)]).encode("utf-8-sig"),
        "answers.json": _json(sorted([*key, said] for key, said in answers_of(desk.standpoint).items())),
        "register.json": exchange.tables(room, room.standing(), Path("register.json")),
        "register.xlsx": exchange.tables(room, room.standing(), Path("register.xlsx")),
        "journal.jsonl": b"".join(
            _line(one) for one in _store.entries(desk.standpoint) if one.entry >= manifest["journal"]["first"]
        ),
        **{f"facts/{name}": content for name, content in _law.texts().items()},
    }  # fmt: skip
    with contextlib.suppress(Refusal):  # typst is an extra, and the page says the same
        files["report.pdf"] = documents.render(told, Path("report.pdf"))
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    files[verify.MANIFEST] = _json({**manifest, "files": hashes})
    files[verify.SEALED] = f"{hashlib.sha256(files[verify.MANIFEST]).hexdigest()}  {verify.MANIFEST}\n".encode()
    return files


def code() -> str:
    """The SHA-256 of all the toolkit's code, queries, facts and words."""
    found = hashlib.sha256()
    folder = Path(__file__).parent.parent
    for path in sorted(one for one in folder.rglob("*") if one.suffix in CODE):
        found.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()


def _line(entry: Entry) -> bytes:
    return (_store.canonical(_store.plain_entry(entry)) + "\n").encode()


def _json(content: object) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _python() -> str:
    import platform

    return platform.python_version()
