"""A page from a file, by its content: a browser's recording, a saved page, an EDPS inspection."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ivplus_tools import _words
from ivplus_tools.discovery import har, markup, trackers
from ivplus_tools.discovery.har import Counts, mapping, sequence, text, whole
from ivplus_tools.discovery.headers import Setting
from ivplus_tools.discovery.hosts import (
    host_of,
    is_third_party,
    page_label,
    plain_host,
    registrable,
)
from ivplus_tools.discovery.seen import INSPECTION, LOCAL_STORAGE, Cookie, Problems, Seen, bound
from ivplus_tools.exchange import limits, pages, sources, texts

MOST_VALUES = 3_000_000
"""Values of a recording: each costs memory, however small the file is."""
_EARLIER = ("browserProfile", "browser-profile", "setCookie", "set-cookie")
LARGEST_PAGE = 8 * limits.MEGABYTE
"""Characters of a saved page: its pictures often stand within it."""
_BEGINS = re.compile(r"\s*<(?:!--|script|link|meta|head)", re.IGNORECASE)
_QUOTED = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)


def read(path: Path) -> Seen:
    """What a file shows of a page, and what could not be told; others are refused in one line."""
    content = sources.read_bytes(path)
    if not content.strip():
        raise _words.refusal("empty_file", path=path.name)
    texts.named(content, path.name)
    if content.startswith(texts.ZIP):
        raise _words.refusal("unread_format", path=path.name, format="ZIP")
    told = texts.decoded(content, path.name)
    if told[:4096].lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        return _of_json(path.name, told)
    if pages.is_html(told) or _BEGINS.match(told):
        limits.Meter(path.name).length(len(told), LARGEST_PAGE)
        return markup.read(path.name, told)
    raise _words.refusal("unknown_shape", path=path.name, reason="HAR, HTML?")


def _of_json(name: str, told: str) -> Seen:
    root = _tree(name, told)
    log = mapping(mapping(root).get("log"))
    if isinstance(log.get("entries"), list):
        return har.read(name, log)
    if isinstance(root, dict) and "hosts" in root and ("uri_ins" in root or "uri_dest" in root):
        return _inspection(name, root)
    raise _words.refusal("unknown_shape", path=name, reason="JSON: log.entries?")


def _tree(name: str, told: str) -> object:
    """JSON within bounds: its values are counted before anything is made of them."""
    bare = _QUOTED.sub("", told)
    if bare.count(",") + bare.count("[") + bare.count("{") > MOST_VALUES:
        raise _words.refusal("too_many_values", path=name, limit=MOST_VALUES)
    try:
        return json.loads(told.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        why = f"JSON: {str(error)[:100]}"
        raise _words.refusal("unknown_shape", path=name, reason=why) from None


# --- an inspection of the EDPS Website Evidence Collector


def _inspection(name: str, root: Mapping[str, Any]) -> Seen:
    """What the collector saw. It clicks nothing: what it met came before any choice, as a rule."""
    problems = Problems()
    address = text(root.get("uri_dest")) or text(root.get("uri_ins"))
    own, before = host_of(address), _before(root)
    owns = {registrable(one) for one in (own, *map(host_of, _own_addresses(root))) if one}
    counts: dict[str, Counts] = {}
    cookies = tuple(har.first_of(_cookies(root, owns, before, problems)))
    storage = tuple(har.first_of(_storage(root, owns, before, page_label(address), problems)))
    _count(root, cookies, owns, counts)
    bound(name, max(map(len, (cookies, storage, counts))))
    if not own:
        problems.tell("no_page_host")
    if before is None:
        problems.tell("choice_not_told")
    problems.tell("requests_not_counted")
    visited = [page_label(text(one)) for one in (address, *sequence(root.get("browsing_history")))]
    platform = trackers.consent_platform(set(counts), {one.name for one in (*cookies, *storage)})
    labels = tuple(dict.fromkeys(filter(None, visited)))
    return Seen(
        name,
        "inspection",
        labels,
        cookies,
        har.hosts_of(counts, before),
        storage,
        platform,
        problems.told(),
    )


def _before(root: Mapping[str, Any]) -> bool | None:
    """True where nobody could choose: no window, no cookies or profile from before; or unknown."""
    config = mapping(mapping(root.get("script")).get("config"))
    browser = mapping(root.get("browser"))
    asked = config.get("headless") is True and config.get("browserOptions") == []
    fresh = browser.get("preset_cookies") in ({}, []) and not any(map(config.get, _EARLIER))
    return True if asked and fresh else None


def _own_addresses(root: Mapping[str, Any]) -> Iterator[str]:
    """Further addresses that whoever ran the collector called their own."""
    yield from map(text, sequence(root.get("uri_refs")))
    config = mapping(mapping(root.get("script")).get("config"))
    yield from map(text, sequence(config.get("firstPartyUri")))


def _party(host: str, owns: set[str]) -> bool | None:
    return None if not host or not owns else all(is_third_party(host, one) for one in owns)


def _cookies(
    root: Mapping[str, Any],
    owns: set[str],
    before: bool | None,
    problems: Problems,
) -> Iterator[Cookie]:
    for number, raw in enumerate(sequence(root.get("cookies"))):
        told = mapping(raw)
        host = plain_host(text(told.get("domain")).lstrip("."))
        if not text(told.get("name")) or not host:
            problems.tell("no_cookie", number)
            continue
        days, session = _days(told.get("expiresDays")), told.get("session") is True
        one = Setting(told["name"], host, None if session else days, session)
        if one.days is None and not session:
            problems.tell("no_lifetime", one.name)
        log = mapping(told.get("log"))
        page = page_label(text(log.get("location")))
        yield har.cookie(one, host, _party(host, owns), INSPECTION, _set_by(log), before, page)


def _days(told: object) -> float | None:
    """A lifetime in days where a number tells it."""
    if isinstance(told, bool) or not isinstance(told, (int, float)) or not math.isfinite(told):
        return None
    return max(float(told), 0.0)


def _set_by(log: Mapping[str, Any]) -> str:
    """The host of the script or response that set it; empty where the log does not tell it."""
    files = (text(mapping(one).get("fileName")) for one in sequence(log.get("stack")))
    return next((host for one in files if (host := host_of(one))), "")


def _storage(
    root: Mapping[str, Any],
    owns: set[str],
    before: bool | None,
    page: str,
    problems: Problems,
) -> Iterator[Cookie]:
    """What scripts keep in the local storage, by the key; it stays until deleted."""
    for origin, items in mapping(root.get("localStorage")).items():
        host = host_of(origin) or plain_host(origin)
        if not host or not isinstance(items, dict):
            problems.tell("address", origin[:80])
            continue
        for key, raw in items.items():
            log = mapping(mapping(raw).get("log"))
            where = page_label(text(log.get("location"))) or page
            third, by = _party(host, owns), _set_by(log)
            yield har.cookie(Setting(key), host, third, LOCAL_STORAGE, by, before, where)


def _count(
    root: Mapping[str, Any],
    cookies: tuple[Cookie, ...],
    owns: set[str],
    counts: dict[str, Counts],
) -> None:
    """Hosts that were asked, once each as nobody counted them; beacons as often as seen."""
    for many in mapping(mapping(root.get("hosts")).get("requests")).values():
        for told in sequence(many):
            if host := plain_host(text(told)):
                counts.setdefault(host, Counts()).requests = 1
    for raw in sequence(root.get("beacons")):
        if host := host_of(text(mapping(raw).get("url"))):
            found = counts.setdefault(host, Counts(requests=1))
            found.pixels += max(whole(mapping(raw).get("occurrances")), 1)
    for one in cookies:
        if one.set_by:
            counts.setdefault(one.set_by, Counts()).cookies += 1
    for host, count in counts.items():
        count.third.append(_party(host, owns))
