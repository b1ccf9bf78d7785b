"""The copy that a person is given (Art. 15(3), 20): a folder of their rows as CSV and JSON, a letter, a manifest; others masked."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import shutil
from pathlib import Path
from typing import Any

from ivplus_tools import _law, _persons, _store, _words
from ivplus_tools.exchange.guard import guarded
from ivplus_tools.rights import letters, owed
from ivplus_tools.rights.found import Found
from ivplus_tools.rights.masks import OPEN
from ivplus_tools.rights.state import RequestState
from ivplus_tools.rights.tables import NOT_PERSONAL, SEARCHED, TOO_MANY, Table

PORTABLE = "portability"
KNOWN = owed.Circumstances(provided=True, by_machine=True)
"""Rows of a system; what the company concluded itself is left out by column."""
HIDDEN = re.compile(r"[^\w-]+")


def make(case: RequestState, found: Found, folder: Path, portable: bool, inferred: tuple[str, ...]) -> dict[str, Any]:
    """Write the folder whole, for its owner's eyes only; what it holds is given back, as in its manifest."""
    if folder.exists():
        raise _words.refusal("copy_exists", path=folder)
    if many := [f"{one.source}/{one.name}" for one in found.every if one.state == TOO_MANY]:
        raise _words.refusal("copy_too_many", tables=", ".join(many))
    if odd := set(inferred) - {told for one in found.given for name in one.sure[0].cells for told in _names_of(one, name)}:
        raise _words.refusal("no_inferred", got=", ".join(sorted(odd)))
    lang = case.room.lang
    with _store.private(0o700):
        made = folder.with_name(f".{folder.name}.part")
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir(parents=True, mode=0o700)
        try:
            manifest = _fill(case, found, made, portable, inferred, lang)
            made.rename(folder)
        except BaseException:
            shutil.rmtree(made, ignore_errors=True)
            raise
    folder.chmod(0o700)
    return manifest


def _fill(case: RequestState, found: Found, folder: Path, portable: bool, inferred: tuple[str, ...], lang: str) -> dict[str, Any]:
    files: dict[str, bytes] = {}
    withheld: dict[str, str] = {}
    tables: list[dict[str, Any]] = []
    for table in found.given:
        why = _not_portable(case, table) if portable else ""
        if why:
            withheld[f"{table.source}/{table.name}"] = why
            continue
        columns, hidden = _columns(case, table, inferred if portable else ())
        withheld |= {f"{table.source}/{table.name}.{name}": reason for name, reason in hidden.items()}
        rows = [{name: found.masks_of.applied(table, name, row.cells[name], lang) for name in columns} for row in table.sure]
        stem = _stem(table, {str(one["file"]) for one in tables})
        files[f"{stem}.csv"], files[f"{stem}.json"] = _csv(columns, rows), _json(rows)
        tables.append({"source": table.source, "table": table.name, "file": stem, "rows": len(rows)})
    letter = letters.answer(case, found, given=letters.Given(sum(one["rows"] for one in tables), len(tables), portable, bool(withheld)))
    for name in ("letter.html", "letter.pdf"):
        files[name] = _rendered(letter, name)
    manifest = _manifest(case, found, tables, withheld, files, lang)
    files["manifest.json"] = json.dumps(manifest, ensure_ascii=False, indent=2).encode()
    for name, content in files.items():
        _store.put(folder / name, content)
    return manifest


def _rendered(letter: Any, name: str) -> bytes:
    from ivplus_tools import documents

    return documents.render(letter, Path(name))


def _not_portable(case: RequestState, table: Table) -> str:
    """Why a table is not given as data that the person may take along: its processing rests on another basis, or nobody told which."""
    bodies = case.room.bodies("activity")
    answers = [
        owed.of_basis(PORTABLE, basis, case.room.on, KNOWN)[0]
        for name in table.activities
        for basis in owed.bases_of(bodies.get(name, {})) or [""]
    ]
    if answers and all(one == owed.OWED for one in answers):
        return ""
    key = "other_basis" if owed.NOT_OWED in answers else "basis_unknown"
    return _words.say(f"rights.{key}", case.room.lang)


def _columns(case: RequestState, table: Table, inferred: tuple[str, ...]) -> tuple[list[str], dict[str, str]]:
    """The columns that are given, and those that are not: secrets are no personal data to hand out, and inferences are not taken along."""
    told, hidden = _law.near("rights:practice", case.room.on)["secrets"], {}
    names = list(table.sure[0].cells)
    for name in names:
        words = " ".join(re.findall(r"[^\W\d_]+", _persons.folded(re.sub(r"([a-zåäö0-9])([A-ZÅÄÖ])", r"\1 \2", name))))
        if any(re.search(rf"\b{re.escape(_persons.folded(one))}", words) for one in told):
            hidden[name] = _words.say("rights.secret", case.room.lang)
        elif set(_names_of(table, name)) & set(inferred):
            hidden[name] = _words.say("rights.inferred", case.room.lang)
    return [name for name in names if name not in hidden], hidden


def _names_of(table: Table, column: str) -> tuple[str, str]:
    """What a column may be called."""
    return f"{table.source}/{table.name}.{column}", f"{table.name}.{column}"


def _stem(table: Table, used: set[str]) -> str:
    plain = HIDDEN.sub("-", f"{table.source}.{table.name}").strip("-")[:80] or "table"
    return next(one for one in (plain, *(f"{plain}-{number}" for number in range(2, len(used) + 3))) if one not in used)


def _csv(columns: list[str], rows: list[dict[str, str | None]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([guarded(one) for one in columns])
    writer.writerows([guarded(row[name] or "") for name in columns] for row in rows)
    return "\ufeff".encode() + out.getvalue().encode(errors="backslashreplace")


def _json(rows: list[dict[str, str | None]]) -> bytes:
    return json.dumps(rows, ensure_ascii=False, indent=1).encode(errors="backslashreplace")


def _manifest(
    case: RequestState, found: Found, tables: list[dict[str, Any]], withheld: dict[str, str], files: dict[str, bytes], lang: str
) -> dict[str, Any]:  # fmt: skip
    """What the folder holds, what was masked or left out and why, and what was not searched. No value of anybody stands in it."""
    used = {(one["source"], one["table"]) for one in tables}
    masked = [
        {"source": source, "table": table, "column": column, "kind": one.kind, "rows": count,
         "reason": one.reason or _words.say("rights.mask_reason", lang), "confirmed": one.decision != OPEN}
        for one in found.masks_of.proposals.values() if one.decision != "give"
        for (source, table, column), count in one.where.items() if (source, table) in used
    ]  # fmt: skip
    return {
        "request": case.record.id,
        "made": str(case.room.on),
        "identity_established": letters.is_identified(case),
        "whole": found.is_whole,
        "open": found.open,
        "tables": tables,
        "withheld": withheld,
        "masked": masked,
        "names_in_text": _words.say("rights.names_in_text", lang),
        "not_searched": [
            {"source": one.source, "table": one.name, "state": _words.values("search_state")[one.told][lang]}
            for one in found.every if one.told not in (SEARCHED, NOT_PERSONAL)
        ],
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    }  # fmt: skip
