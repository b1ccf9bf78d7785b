"""A notice against the register, both ways: said, not said, contradicted, or cannot tell. What is not matched is never a contradiction."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ivplus_tools import _law, _places, _records, _words
from ivplus_tools.notice import contacts, phrases, signs
from ivplus_tools.notice.page import Page, Sentence
from ivplus_tools.notice.state import NoticeState

SAID, NOT_SAID, CONTRADICTED, NOT_KEPT, CANNOT_TELL = "said", "not_said", "contradicted", "not_in_register", "cannot_tell"
SHORTEST_STEM = 4
NOTED = r"^[(]\d+[)] "
"""A number in brackets behind its word."""


@dataclass(frozen=True)
class Match:
    """One thing that the register or the notice says: what it is, the term, how it stands, where the notice says it, whose it is."""

    what: str
    term: str
    state: str
    start: int = -1
    end: int = -1
    record: str = ""


def compare(page: Page, state: NoticeState, notice: str | None = None) -> list[Match]:
    """Every purpose, basis, category, recipient, processor, country, period and source of the register, and what only the notice names."""
    if not state.activities:
        return []
    asked = (_reached, _bases, _countries, _periods, _terms, _tools)
    found = [match for one in asked for match in one(page, state)]
    told = state.matches(notice)
    return [_as_told(one, told, page) for one in found] if told else found


def _as_told(one: Match, told: Mapping[str, Any], page: Page) -> Match:
    """A match with what the officer says of it: it fills in what cannot be told, and never takes a contradiction away.

    A *yes* holds while its words stand in the page.
    """
    answer = next((told[key] for key in (one.term, *shown(one).values()) if key in told), None)
    if answer is None or answer.is_said is None or one.state not in (CANNOT_TELL, NOT_SAID, SAID):
        return one
    if answer.is_said == "no":
        return Match(one.what, one.term, NOT_SAID, record=one.record)
    start = page.text.find(answer.notice_says) if answer.notice_says else -1
    return one if start < 0 else Match(one.what, one.term, SAID, start, start + len(answer.notice_says), one.record)


def shown(one: Match) -> dict[str, str]:
    """The term for readers, in each language."""
    if one.what == "country":
        return {lang: _places.name(one.term, lang) for lang in _words.LANGS}
    if one.what == "legal_basis":
        return {lang: _records.name_of("legal_basis", one.term, lang) for lang in _words.LANGS}
    category, _, period = one.term.rpartition(": ")
    if one.what == "period":
        return {lang: ": ".join(filter(None, (category, _words.show_period(period, lang)))) for lang in _words.LANGS}
    return dict.fromkeys(_words.LANGS, one.term)


def _hit(what: str, term: str, state: str, one: Sentence | None, record: str = "") -> Match:
    return Match(what, term, state, one.start if one else -1, one.end if one else -1, record)


# --- who we are


def _reached(page: Page, state: NoticeState) -> Iterator[Match]:
    """The controller, its contact details and its officer; an officer whom the register says there is not."""
    for what, term, said, one in contacts.compare(page, state):
        yield _hit(what, term, {True: SAID, False: NOT_SAID if page.langs else CANNOT_TELL, None: CANNOT_TELL}[said], one)
    if isinstance(state.own.get("dpo"), dict) and (one := signs.said(page, "item", "dpo")) and not signs.denies(page, one):
        yield _hit("dpo", page.quote(one.start, one.end), NOT_KEPT, one)


# --- bases


def _bases(page: Page, state: NoticeState) -> Iterator[Match]:
    """The bases that the register uses and the notice names, and the other way round."""
    for code in _law.codes("legal_basis"):
        if not (name := state.named_basis(code)):
            continue
        one = next((one for one in signs.every(page, "basis", name) if not signs.denies(page, one)), None)
        if code in state.bases:
            yield _hit("legal_basis", code, SAID if one else NOT_SAID if page.langs else CANNOT_TELL, one, ", ".join(state.bases[code]))
        elif one and name in ("consent", "interest"):  # contracts and laws are spoken of in many ways
            yield _hit("legal_basis", code, NOT_KEPT, one)


# --- countries and tools


def _countries(page: Page, state: NoticeState) -> Iterator[Match]:
    """Third countries: a transfer that the notice denies, or does not tell; a country that no transfer knows."""
    kept = _kept_countries(state)
    denied, general = signs.said(page, "clue", "denied_transfers"), signs.said(page, "item", "transfers")
    named = [(one, _places.named_in(page.quote(one.start, one.end))) for one in page.sentences]
    for place, records in kept.items():
        one = next((one for one, places in named if place in places and not signs.denies(page, one)), None)
        if one is None and denied is not None:
            yield _hit("country", place, CONTRADICTED, denied, ", ".join(records))
        else:
            yield _hit("country", place, SAID if one else CANNOT_TELL if general else NOT_SAID, one or general, ", ".join(records))
    sought = phrases.of("item", "transfers", page.langs)
    for one, places in named:
        if places and sought.find(one.low, one.above) and not signs.denies(page, one):
            strange = (place for place in places if _places.is_country(place) and state.is_third(place) and place not in kept)
            yield from (_hit("country", place, NOT_KEPT, one) for place in strange)


def _kept_countries(state: NoticeState) -> dict[str, list[str]]:
    """The third countries that the register knows, each with its records."""
    kept: dict[str, list[str]] = {}
    for ident, body in state.transfers.items():
        kept.setdefault(body["country"], []).append(ident)
    for ident, told in state.named("transfers"):
        for place in _places.named_in(str(told)):
            if state.is_third(place):
                kept.setdefault(place, []).append(ident)
    return kept


def _tools(page: Page, state: NoticeState) -> Iterator[Match]:
    """Services of others that the notice names and no record does."""
    kept = " ".join(_all_names(state)).lower()
    seen = set()
    for one in signs.every(page, "clue", "outside_tool"):
        found = phrases.of("clue", "outside_tool", page.langs).find(one.low, one.above)
        name = found[1][0].strip().split()[0].rstrip(":") if found else ""
        stem = name[:6]
        if stem and stem not in seen:
            seen.add(stem)
            yield _hit("processor", name, SAID if stem in kept else NOT_KEPT, one)


def _all_names(state: NoticeState) -> Iterator[str]:
    for kind in ("organisation", "processor", "system", "subprocessor"):
        for ident, body in state.bodies(kind).items():
            yield from (ident, str(body.get("name") or ""), *map(str, body.get("aliases") or ()), *map(str, body.get("services") or ()))
    for name in ("recipients", "processors", "sources", "systems"):
        yield from (str(one.get("recipient") if isinstance(one, dict) else one) for _, one in state.named(name))


# --- periods


def _periods(page: Page, state: NoticeState) -> Iterator[Match]:
    """The periods of the register: said, said otherwise of the same data, or cannot tell."""
    sought = re.compile(phrases.things()["period"])
    told: list[tuple[Sentence, set[str]]] = []
    for one in page.sentences:
        read = {period for found in sought.finditer(one.low) if (period := _read_period(found[0]))}
        if read and _is_retention(one, page):
            told.append((one, read))
    for ident, part in state.named("retention"):
        period, category = part.get("period"), part.get("data_category") or ""
        if not period or not _records.is_period(period):
            continue
        term = f"{category}: {period}" if category else period
        of_it = [(one, read) for one, read in told if category and _names(one, _stems(category))]
        same = next((one for one, read in (of_it if category else told) if period in read), None)
        if same is None and of_it:
            yield _hit("period", term, CONTRADICTED, of_it[0][0], ident)
        else:
            yield _hit("period", term, SAID if same else CANNOT_TELL, same, ident)


def _read_period(text: str) -> str | None:
    """A period as a notice writes it: `kolme vuotta`, `12 kk`, `two (2) years`."""
    first, _, rest = text.partition(" ")
    number = next((digits for digits, names in _words.read("phrases")["number"].items() if first in names), None)
    plain = f"{number} {re.sub(NOTED, '', rest)}" if number else text
    return _records.begin_with_period(plain)[0]


def _is_retention(one: Sentence, page: Page) -> bool:
    return phrases.of("item", "period", page.langs).find(one.low, one.above) is not None


# --- terms


def _terms(page: Page, state: NoticeState) -> Iterator[Match]:
    """Purposes, categories, recipients and sources by their words and their synonyms; what is not found cannot be told."""
    for what, name, key in (
        ("purpose", "purposes", "purpose"), ("data_category", "data_categories", ""),
        ("recipient", "recipients", "recipient"), ("source", "sources", ""),
    ):  # fmt: skip
        seen: dict[str, list[str]] = {}
        for ident, one in state.named(name):
            term = one.get(key) if isinstance(one, dict) else one
            if isinstance(term, str) and term:
                seen.setdefault(term, []).append(ident)
        for term, records in seen.items():
            stems = [stems for stems in _stems(term) if all(stem in page.low for stem in stems)]
            one = next((one for one in page.sentences if one.kind != "heading" and _names(one, stems)), None)
            yield _hit(what, term, SAID if one and not signs.denies(page, one) else CANNOT_TELL, one, ", ".join(records))


def _names(one: Sentence, alike: list[list[str]]) -> bool:
    """Whether a sentence has every word of a term, or of a synonym of it, by its beginning."""
    return any(all(re.search(rf"(?<!\w){re.escape(stem)}", one.low) for stem in stems) for stems in alike)


def _stems(term: str) -> list[list[str]]:
    known = _words.read("phrases")["synonym"]
    alike = [other for group in known["any"] if term.lower() in group for other in group]
    return [
        [word[: max(SHORTEST_STEM, len(word) - 3)] for word in re.findall(r"\w+", one.lower()) if len(word) >= SHORTEST_STEM]
        or [one.lower()]
        for one in (term, *alike)
    ]
