"""What the pages that were kept tell: cookies without consent, companies that nobody has recorded, what cannot be told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ivplus_tools import _dates, _law, _places, _words
from ivplus_tools._findings import Finding
from ivplus_tools.discovery import against
from ivplus_tools.discovery.seen import CANNOT_TELL, NO, YES
from ivplus_tools.discovery.state import Discovery, parts

MOST_NAMED = 20


def findings(state: Discovery) -> Iterator[Finding]:
    """Every finding of the pages on the day, by the register, the notices and the law of that day."""
    pages = state.of("page_check")
    if not pages:
        return
    known, texts = against.names(state), against.notices(state)
    every = _dates.read_period(_law.value("cookies:read_every", state.on)["period"])
    for stands in pages:
        one, since = stands.record, stands.entry.valid_from
        yield from (Finding(one.id, code, since, about) for code, about in _cookies(parts(one.seen_cookies), texts))
        yield from (Finding(one.id, code, since, about) for code, about in _hosts(state, parts(one.seen_hosts), known))
        if one.not_told:
            yield Finding(one.id, "DIS-025", since, {"problems": _worded(one.not_told)})
        if one.page_read and _dates.plus(one.page_read, every) < state.on:
            yield Finding(one.id, "DIS-026", since, {"checked": one.page_read})


def _cookies(cookies: Iterable[Any], texts: list[str]) -> Iterator[tuple[str, dict[str, object]]]:
    """Cookies set before the choice, those of which that or the need of consent is not known, those that no notice names."""
    need = [one for one in cookies if one.cookie_exempt == NO]
    if early := [one for one in need if one.before_choice == YES]:
        yield "DIS-020", {"cookies": _named(one.cookie_name for one in early)}
    unnamed = [one for one in need if against.in_notice(texts, one.cookie_name or "", one.cookie_provider or "") == NO]
    if unnamed:
        yield "DIS-023", {"cookies": _named(one.cookie_name for one in unnamed)}
    untold = [one for one in cookies if one.cookie_exempt != YES and CANNOT_TELL in (one.cookie_exempt, one.before_choice)]
    if untold:
        yield "DIS-024", {"cookies": _named(one.cookie_name for one in untold)}


def _hosts(state: Discovery, hosts: Iterable[Any], known: list[set[str]]) -> Iterator[tuple[str, dict[str, object]]]:
    """Companies that the register does not name, countries outside to which no transfer is recorded, hosts of which nothing is known."""
    others = [one for one in hosts if one.of_another != NO]
    if strangers := [one for one in others if against.in_register(known, one.host_company or "") == NO]:
        yield "DIS-021", {"hosts": _named(f"{one.host_company} ({one.host_name})" for one in strangers)}
    home, recorded = against.at_home(state), against.transfers(state)
    abroad = [one for one in others if one.host_country and one.host_country not in home]
    if outside := [one for one in abroad if not against.is_recorded(recorded, one.host_company or "", one.host_country)]:
        countries = _countries(state, (one.host_country for one in outside))
        yield "DIS-022", {"countries": countries, "hosts": _named(one.host_name for one in outside)}
    if unknown := [one for one in others if not one.host_company]:
        yield "DIS-027", {"hosts": _named(one.host_name for one in unknown)}


def _named(names: Iterable[object]) -> str:
    """Names one behind the other, the first of many."""
    told = list(dict.fromkeys(map(str, names)))
    return ", ".join(told[:MOST_NAMED]) + (f" … ({len(told)})" if len(told) > MOST_NAMED else "")


def _worded(problems: Iterable[str]) -> dict[str, str]:
    named = _words.values("page_problem")
    return {lang: "; ".join(named.get(code, {}).get(lang, code) for code in problems) for lang in _words.LANGS}


def _countries(state: Discovery, codes: Iterable[str]) -> dict[str, str]:
    """Countries, each with the decisions of the Commission that stand for it on the day."""
    told = {code: "".join(f", {decision}" for decision in against.decided(state, code)) for code in sorted(set(codes))}
    return {lang: "; ".join(_places.name(code, lang) + decided for code, decided in told.items()) for lang in _words.LANGS}
