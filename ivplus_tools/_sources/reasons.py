"""Why a source failed, in a few words, and without anything that it holds."""

from __future__ import annotations

import re

from ivplus_tools import _words
from ivplus_tools.errors import Refusal


def reason_of(error: BaseException) -> str:
    """Why a source failed, without what it holds: a value of a cell stands in many a message."""
    if isinstance(error, Refusal):
        return error.said["en"]
    kind = type(error).__name__
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    code = getattr(error, "sqlstate", None) or getattr(error, "sqlite_errorname", None)
    line = re.search(r"(?:CSV Error on Line|record/value|line):? (\d+)", str(error), re.IGNORECASE)
    parts = [kind, *([str(code)] if code else []), *([f"line {line[1]}"] if line else [])]
    if _tells_names_only(error, kind) and not line:
        parts.append(first_line(error))
    return ", ".join(parts)


NAMING = ("CatalogException", "BinderException", "PermissionException")
"""Errors that tell names of tables and columns, never what a cell holds."""
PLAIN = re.compile(
    "no such (table|column|collation sequence|function): |database is locked|attempt to write a readonly|"
    "unable to open database|file is not a database|disk I/O error|database disk image is malformed"
)


def _tells_names_only(error: BaseException, kind: str) -> bool:
    """Whether a complaint can be repeated: of SQLite a few, of a server those of the connection."""
    if PLAIN.match(str(error)) or kind in NAMING:
        return True
    return kind == "OperationalError" and hasattr(error, "diag") and not getattr(error, "sqlstate", None)


def first_line(error: BaseException) -> str:
    """The first line of a complaint, else its name."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__


def failed(source: str, error: BaseException, reason: str = "") -> Refusal:
    """That a source could not be read or written, in one line, with the system's reason in each language."""
    told: object = reason or reason_of(error)
    if isinstance(error, OSError) and told == error.strerror:
        told = _words.system_reason(error)
    elif isinstance(error, Refusal) and told == error.said["en"]:
        told = error.said
    return _words.refusal("source_failed", source=source, reason=told)
