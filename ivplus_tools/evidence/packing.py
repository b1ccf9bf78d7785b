"""The files of an evidence pack: what an outsider needs to read the audit, and to find every change made to it since."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ivplus_tools import _law, _notebooks, _store, _words, documents, exchange
from ivplus_tools._findings import SEVERITIES
from ivplus_tools._state import State
from ivplus_tools.audit import packs, verify
from ivplus_tools.desk import Desk
from ivplus_tools.errors import Refusal
from ivplus_tools.evidence import report
from ivplus_tools.rooms import ROOMS, answers_of

if TYPE_CHECKING:
    import pandas

    from ivplus_tools._store import Entry

LIBRARIES = ("ivplus-tools", "duckdb", "pandas", "pydantic", "nbclient", "Babel", "holidays", "XlsxWriter", "typst")


def manifest_of(desk: Desk, found: pandas.DataFrame, parameters: dict[str, Any], previous: dict[str, Any] | None) -> dict[str, Any]:
    """What the pack says of itself before its files are there; `previous`: name, hash and journal of the pack before."""
    at = desk.standpoint
    entries, first = _store.every(at), previous["journal"]["last"] + 1 if previous else 1
    counted = desk.audit.counts()
    own = State.read(at, ()).own_bodies
    return {
        "format": verify.FORMAT, **parameters, "organisation": next((one["name"] for one in own if one.get("name")), None),
        "versions": {"python": _python(), **{name: _version(name) for name in LIBRARIES}}, "code": packs.code(),
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


def files_of(desk: Desk, manifest: dict[str, Any], found: pandas.DataFrame, notebook: Any) -> dict[str, bytes]:
    """Every file of the pack by name, the manifest and its hash last."""
    everything = State.read(_store.read_once(desk.standpoint), [kind for room in ROOMS.values() for kind in room.records])
    told = report.document(notebook, manifest)
    files = {
        "README.txt": "\n".join(_words.read("audit")["pack"]["readme"][lang] for lang in _words.LANGS).lstrip().encode(),
        "verify.py": Path(verify.__file__).read_bytes(),
        "report.ipynb": _notebooks.plain(notebook).encode(),
        "report.html": documents.render(told, Path("report.html")),
        "findings.json": _json(exchange.plain_rows(found)),
        "findings.csv": exchange.csv_text([list(found.columns), *exchange.text_rows(found)]).encode("utf-8-sig"),
        "answers.json": _json(sorted([*key, said] for key, said in answers_of(desk.standpoint).items())),
        "register.json": exchange.tables(everything, Path("register.json")),
        "journal.jsonl": b"".join(_line(one) for one in _store.every(desk.standpoint) if one.entry >= manifest["journal"]["first"]),
        **{f"facts/{name}": content for name, content in _law.texts().items()},
    }
    left_out: dict[
        str, str
    ] = {}  # what says the same as another file, where it cannot be made: no extra, a cell longer than the format knows
    makers: dict[str, Callable[[], bytes]] = {
        "report.pdf": lambda: documents.render(told, Path("report.pdf")),
        "register.xlsx": lambda: exchange.tables(everything, Path("register.xlsx")),
    }
    for name, make in makers.items():
        try:
            files[name] = make()
        except Refusal as refusal:
            left_out[name] = refusal.text("en")
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    files[verify.MANIFEST] = _json({**manifest, "files": hashes, "left_out": left_out})
    files[verify.SEALED] = f"{hashlib.sha256(files[verify.MANIFEST]).hexdigest()}  {verify.MANIFEST}\n".encode()
    return files


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
