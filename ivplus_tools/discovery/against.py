"""What register, notices and the law of the day know of a page's companies, cookies and countries."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ivplus_tools import _law
from ivplus_tools.discovery.seen import CANNOT_TELL, NO, YES
from ivplus_tools.discovery.state import Discovery


def at_home(state: Discovery) -> Sequence[str]:
    """The countries of the European Economic Area on the day."""
    found: Sequence[str] = _law.value("eea:members", state.on).get("countries", ())
    return found


def names(state: Discovery) -> list[set[str]]:
    """The words of every organisation, processor, sub-processor and system of the register."""
    return [_words_of(name) for name in _names(state)]


def in_register(known: list[set[str]], company: str) -> str:
    """Whether a record names a company; where the company is not known it cannot be told."""
    words = _words_of(company.partition("/")[0])
    return CANNOT_TELL if not words else YES if any(words <= name for name in known) else NO


def notices(state: Discovery) -> list[str]:
    """The texts of the notices that are published, in small letters."""
    return [str(body.get("notice_text") or "").lower() for body in state.bodies("privacy_notice").values()]


def in_notice(texts: list[str], name: str, provider: str) -> str:
    """Whether a published notice names a cookie or who sets it; without a notice it cannot be told."""
    words = [re.compile(rf"(?<!\w){re.escape(word.lower())}(?!\w)") for word in (name, provider.partition("/")[0]) if len(word) > 2]
    if not texts or not words:
        return CANNOT_TELL
    return YES if any(word.search(text) for text in texts for word in words) else NO


def transfers(state: Discovery) -> list[tuple[str, list[set[str]]]]:
    """Each transfer that is recorded: the country, and the words of what its importer is called."""
    importers = state.bodies("organisation")
    return [
        (str(body.get("country") or ""), [_words_of(name) for name in _called(ident, importers.get(ident, {}))])
        for body in state.bodies("transfer").values()
        for ident in [str(body.get("importer") or "")]
    ]


def is_recorded(recorded: list[tuple[str, list[set[str]]]], company: str, country: str) -> bool:
    """Whether a transfer to that very company in that country is recorded."""
    words = _words_of(company.partition("/")[0])
    return bool(words) and any(place == country and any(words <= name for name in told) for place, told in recorded)


def decided(state: Discovery, country: str) -> list[str]:
    """The adequacy decisions for a country that stand on the day; some cover only recipients of which more must be known."""
    return [code for code, fact in _law.codes("adequacy_decision").items() if (fact.on(state.on) or {}).get("country") == country]


def _names(state: Discovery) -> Iterator[str]:
    for kind in ("organisation", "processor", "system", "subprocessor"):
        for ident, body in state.bodies(kind).items():
            yield from _called(ident, body)


def _called(ident: str, body: Mapping[str, Any]) -> list[str]:
    aliases = body.get("aliases")
    return [ident, str(body.get("name") or ""), *(map(str, aliases) if isinstance(aliases, list) else ())]


def _words_of(name: str) -> set[str]:
    return set(re.findall(r"\w+", name.lower()))
