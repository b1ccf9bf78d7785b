"""What a text says of a legal basis, and of the statute or the interest behind it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from ivplus_tools import _law, _records, _words
from ivplus_tools.errors import BadInput
from ivplus_tools.exchange import blanks
from ivplus_tools.exchange.headings import folded

LONGEST_BASIS = 400
"""Signs in which a statute behind a legal basis is looked for."""


def with_statute(texts: Mapping[str, str], on: date) -> dict[str, str]:
    """Texts of a purpose; a statute that stands behind the one legal basis has its own place."""
    said = texts.get("legal_basis", "")
    if "statute" in texts or len(said) > LONGEST_BASIS:
        return dict(texts)
    for match in re.finditer(r"\s*(?:[,:(–—]|\s-\s)\s*", said):
        basis, rest = said[: match.start()], said[match.end() :].removesuffix(")")
        behind = _names_statute(rest) and not _names_basis(rest)
        if blanks.no_answer(_records.record_type("activity"), "legitimate_interest", rest):
            continue
        if match[0].strip() == "(" and not behind and _is_interest(basis, said, on) and "legitimate_interest" not in texts:
            return {**texts, "legal_basis": basis, "legitimate_interest": rest}
        if behind and _is_code("legal_basis", basis) and not _is_code("legal_basis", said):
            return {**texts, "legal_basis": basis, "statute": rest}
    return dict(texts)


def _is_interest(basis: str, said: str, on: date) -> bool:
    """Whether a basis is the legitimate interest, which the rest of what is said describes."""
    alone = _is_code("legal_basis", basis) and not _is_code("legal_basis", said)
    return alone and _records.code("legal_basis", basis) in _law.value("gdpr:13(1)(d)", on)["bases"]


def _names_basis(text: str) -> bool:
    """Whether a text names a legal basis beside what else it says."""
    said = f" {folded(text)} "
    between = "|".join(map(re.escape, _words.read("headings")["between"]["texts"]))
    alone = any(_is_code("legal_basis", one.strip(" ()")) for one in re.split(between, text))
    return alone or any(f" {folded(one)} " in said for one in _words.synonyms("legal_basis") if " " in one)


def _names_statute(text: str) -> bool:
    told = _words.read("headings")["article"]
    words = re.findall(r"[\w§]+", text.casefold())
    return any(one in told["statutes"] or one.endswith(tuple(told["statute_endings"])) for one in words)


def _is_code(listed: str, text: str) -> bool:
    try:
        return bool(_records.code(listed, text))
    except BadInput:
        return False
