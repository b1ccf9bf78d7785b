"""Findings as SARIF 2.1.0, the form in which pipelines and code hosts read the answers of linters."""

from __future__ import annotations

import hashlib
import json
import re
from importlib.metadata import version
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ivplus_tools import _law, _words

if TYPE_CHECKING:
    from ivplus_tools._store import Standpoint
    from ivplus_tools.audit import Status

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {"error": "error", "warning": "warning", "info": "note"}


def log_of(found: list[Status], at: Standpoint) -> dict[str, Any]:
    """A whole log: one run with every rule that could be found, and a result per finding."""
    codes = list(_law.findings())
    return _log(at, codes, [_result(one, codes.index(one.code), at.path.name) for one in found])


def log_of_files(rows: list[tuple[str, int, str, str, str, str]], at: Standpoint) -> dict[str, Any]:
    """A log of findings that stand in files: file, line, code, severity, sentence, rule."""
    codes = list(_law.findings())
    results = [
        {
            "ruleId": code, "ruleIndex": codes.index(code), "level": LEVELS[severity], "message": {"text": sentence},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": quote(file)}, "region": {"startLine": line}}}],
            "partialFingerprints": {"sentence/v1": _hash(file, code, sentence)}, "properties": {"rule": rule},
        }
        for file, line, code, severity, sentence, rule in rows
    ]  # fmt: skip
    return _log(at, codes, results)


def _log(at: Standpoint, codes: list[str], results: list[dict[str, Any]]) -> dict[str, Any]:
    number = version("ivplus-tools")
    rules = [_rule(code, at.lang) for code in codes]
    driver = {"name": "ivplus", "version": number, "semanticVersion": number, "language": at.lang, "rules": rules}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "language": at.lang, "results": results}]}


def _rule(code: str, lang: str) -> dict[str, Any]:
    """What a code means, by the first fact behind it; without an address of the official text there is no `helpUri`."""
    severity, [fact, *_] = _law.findings()[code]
    made = {
        "id": code,
        "shortDescription": {"text": _words.finding_template(code, lang)},
        "fullDescription": {"text": fact.says[lang]},
        "defaultConfiguration": {"level": LEVELS[severity]},
        "properties": {"rule": fact.rule, "room": _words.room_of(code)},
    }
    address = re.search(r"https?://[^\s,;]+", f"{fact.source} {fact.instrument['source']}")
    return {**made, "helpUri": address[0]} if address else made


def _result(one: Any, index: int, journal: str) -> dict[str, Any]:
    """One finding. It lies in the journal, which has no lines, and there in a room's subject."""
    where = {"name": one.subject, "fullyQualifiedName": f"{one.room}/{one.subject}"}
    accepted = {"kind": "external", "status": "accepted", "justification": one.reason}
    return {
        "ruleId": one.code,
        "ruleIndex": index,
        "level": LEVELS[one.severity],
        "message": {"text": one.finding},
        **({"suppressions": [accepted]} if one.state == "accepted" else {}),
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": quote(journal)}}, "logicalLocations": [where]}],
        "partialFingerprints": {
            "subject/v1": _hash(one.room, one.subject, one.code),  # the same in every language and while a count moves
            "sentence/v1": _hash(one.room, one.subject, one.code, one.finding),  # tells two purposes of one activity apart
        },
        "properties": {"room": one.room, "rule": one.rule, "since": one.since.isoformat(), "state": one.state},
    }


def _hash(*parts: str) -> str:
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()
