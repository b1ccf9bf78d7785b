"""A recording of a browser (HAR): every cookie that a response sets, every host that is asked, page by page."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ivplus_tools.discovery import headers, trackers
from ivplus_tools.discovery.hosts import (
    host_of,
    is_local,
    is_suffix,
    is_third_party,
    is_within,
    page_label,
    plain_host,
    registrable,
)
from ivplus_tools.discovery.seen import HEADER, SENT, Cookie, Host, Problems, Seen, shown, third_of

SMALLEST_PICTURE = 200
"""Bytes up to which an image shows nothing: an image of one point has 35 to 100."""


@dataclass
class Entry:
    """One request and its response, as far as the file tells them."""

    page: str
    url: str
    host: str
    begun: str
    status: int
    mime: str
    size: int
    kind: str
    aim: str
    cached: bool
    headers: list[tuple[str, str]]
    sent: list[str]
    listed: list[Mapping[str, Any]]

    @property
    def moment(self) -> datetime | None:
        """When the response says it was sent; else when the request began."""
        told = next((value for name, value in self.headers if name == "date"), "")
        return headers.moment_of(told) or headers.moment_of(self.begun)

    @property
    def is_pixel(self) -> bool:
        """Whether the response is an image that shows nothing, or an answer to a message that wants none."""
        if self.kind in ("ping", "beacon") or (self.status == 204 and self.kind == "image"):
            return True
        return self.mime.startswith("image/") and 0 < self.size <= SMALLEST_PICTURE

    def parts(self) -> list[str]:
        """The Set-Cookie headers of the response."""
        return [value for name, value in self.headers if name == "set-cookie"]


@dataclass
class Counts:
    """What is counted of a host over all pages."""

    third: list[bool | None] = field(default_factory=list)
    requests: int = 0
    cookies: int = 0
    pixels: int = 0


def text(value: object) -> str:
    """A text where there is one."""
    return value if isinstance(value, str) else ""


def mapping(value: object) -> Mapping[str, Any]:
    """A mapping where there is one."""
    return value if isinstance(value, dict) else {}


def sequence(value: object) -> Sequence[Any]:
    """A list where there is one."""
    return value if isinstance(value, list) else []


def whole(value: object) -> int:
    """A number without its fraction where there is one that counts something."""
    return int(value) if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e15 else 0


def read(name: str, log: Mapping[str, Any]) -> Seen:
    """What a recording shows; entries that are none are skipped and counted."""
    problems = Problems()
    entries = _in_order(list(_entries(log, problems)))
    pages = _pages(log, entries, problems)
    cookies: list[Cookie] = []
    counts: dict[str, Counts] = {}
    for one in entries:
        label, own = pages[one.page]
        made = list(_set(one, label, own, problems))
        cookies += made
        _count(counts.setdefault(one.host, Counts()), one, own, len(made))
    cookies += _sent(entries, pages, cookies, problems)
    _tell(entries, cookies, problems)
    labels = tuple(dict.fromkeys(label for label, _ in pages.values() if label))
    platform = trackers.consent_platform(set(counts), {one.name for one in cookies})
    return Seen(name, "har", labels, tuple(cookies), hosts_of(counts), (), platform, problems.told())


def hosts_of(counts: Mapping[str, Counts], before: bool | None = None) -> tuple[Host, ...]:
    """Hosts with their companies, those that are asked most first."""
    made = []
    for name, count in counts.items():
        who = trackers.company_of(name)
        numbers = (count.requests, count.cookies, count.pixels)
        made.append(Host(name, third_of(count.third), who.name, who.category, who.country, *numbers, before))
    return tuple(sorted(made, key=lambda one: (-one.requests, one.name)))


def _entries(log: Mapping[str, Any], problems: Problems) -> Iterator[Entry]:
    for number, raw in enumerate(sequence(log.get("entries"))):
        request = mapping(mapping(raw).get("request"))
        url = text(request.get("url"))
        host = host_of(url)
        if not url:
            problems.tell("entry", number)
        elif not host:
            if not is_local(url):
                problems.tell("address", url[:80])
        else:
            yield _entry(mapping(raw), request, url, host, problems)


def _in_order(entries: list[Entry]) -> list[Entry]:
    """Entries by their beginning; as they stand in the file where one does not tell it."""
    return sorted(entries, key=lambda one: one.begun) if all(one.begun for one in entries) else entries


def _entry(raw: Mapping[str, Any], request: Mapping[str, Any], url: str, host: str, problems: Problems) -> Entry:
    response = mapping(raw.get("response"))
    content = mapping(response.get("content"))
    if not response or not whole(response.get("status")):
        problems.tell("no_response", host)
    found = list(_headers(response.get("headers")))
    mime = text(content.get("mimeType")) or next((value for name, value in found if name == "content-type"), "")
    cached = any(one.get(key) for one in (raw, response) for key in ("_fromCache", "fromCache", "_fromDiskCache", "fromDiskCache"))
    return Entry(
        text(raw.get("pageref")),
        url,
        host,
        text(raw.get("startedDateTime")),
        whole(response.get("status")),
        mime.strip().lower(),
        whole(content.get("size")) or whole(response.get("bodySize")),
        (text(raw.get("_resourceType")) or text(raw.get("_type"))).lower(),
        next(
            (value.lower() for name, value in _headers(request.get("headers")) if name == "sec-fetch-dest"),
            "",
        ),
        bool(cached),
        found,
        list(_sent_names(request)),
        [one for one in sequence(response.get("cookies")) if isinstance(one, dict)],
    )


def _headers(raw: object) -> Iterator[tuple[str, str]]:
    """Headers as names in lower case with values; some recorders write one mapping, or several values in a list."""
    pairs = list(raw.items()) if isinstance(raw, dict) else [(mapping(one).get("name"), mapping(one).get("value")) for one in sequence(raw)]
    for name, value in pairs:
        for one in value if isinstance(value, list) else [value]:
            if isinstance(name, str) and isinstance(one, str):
                yield name.strip().lower(), one


def _sent_names(request: Mapping[str, Any]) -> Iterator[str]:
    """Names of the cookies that a request carries."""
    lines = [value for name, value in _headers(request.get("headers")) if name == "cookie"]
    for line in lines:
        yield from (pair.partition("=")[0].strip() for pair in line[: headers.LONGEST_HEADER].split(";") if "=" in pair)
    if not lines:
        yield from (name for one in sequence(request.get("cookies")) if (name := text(mapping(one).get("name")).strip()))


# --- pages, and whose each is


def _pages(log: Mapping[str, Any], entries: list[Entry], problems: Problems) -> dict[str, tuple[str, str]]:
    """The address and the own host of each page by its key, both empty where the file does not tell them."""
    told = {text(one.get("id")): one for raw in sequence(log.get("pages")) if (one := mapping(raw))}
    found = {}
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(entry.page, []).append(entry)
    for key in dict.fromkeys([*told, *groups]):
        address = _address(groups.get(key, []), _titled(told.get(key, {})), problems)
        found[key] = (page_label(address), host_of(address))
        if not address:
            problems.tell("no_page_host", key or text(mapping(told.get(key)).get("title")))
    return found


def _address(entries: list[Entry], titled: str, problems: Problems) -> str:
    """The address of the page itself: the first request of a page that is not sent elsewhere, if its answer is a page.

    A recording that begins late has a frame there: what the page's own entry names must then be among what led to it.
    """
    led = list(itertools.takewhile(lambda one: 300 <= one.status < 400 and one.status != 304, entries))
    first = entries[len(led)] if len(led) < len(entries) else None
    if first is None or first.aim not in ("", "document") or not ("html" in first.mime or first.kind == "document"):
        return titled
    asked = registrable(host_of(titled))
    if titled and asked not in {registrable(one.host) for one in (*led, first)}:
        problems.tell("two_own_hosts", f"{host_of(titled)}, {first.host}")
        return ""
    return first.url


def _titled(page: Mapping[str, Any]) -> str:
    """The address of a page that its own entry names, as some browsers do."""
    return next((told for key in ("_url", "title") if host_of(told := text(page.get(key)).strip())), "")


# --- cookies


def _set(entry: Entry, label: str, own: str, problems: Problems) -> Iterator[Cookie]:
    """Each cookie that a response sets: by its headers, and by the recorder's own list only where no header is there."""
    for one in _settings(entry, problems):
        yield _cookie(one, entry, label, own, HEADER, problems)


def _settings(entry: Entry, problems: Problems) -> Iterator[headers.Setting]:
    parts = entry.parts()
    for value in parts:
        for one in headers.settings(value, entry.moment):
            if one is None:
                problems.tell("no_cookie", entry.host)
            else:
                yield one
    for told in [] if parts else entry.listed:
        domain = text(told.get("domain")).lstrip(".").lower()
        until = text(told.get("expires"))
        days, _ = headers.lifetime(None, until, entry.moment) if until else (None, False)  # a list may leave out what a header said
        yield headers.Setting(text(told.get("name")).strip(), domain, days)


def _cookie(one: headers.Setting, entry: Entry, label: str, own: str, how: str, problems: Problems) -> Cookie:
    """A cookie with its host: the domain that it asks for, if a browser gives it."""
    host = entry.host
    if one.domain and one.domain != host:
        asked = plain_host(one.domain)
        if asked and is_within(host, asked) and not is_suffix(asked):
            host = asked
        else:
            problems.tell("domain_refused", f"{one.name} {one.domain}")
    return cookie(one, host, is_third_party(host, own), how, entry.host, None, label)


def cookie(
    one: headers.Setting,
    host: str,
    third: bool | None,
    how: str,
    set_by: str,
    before: bool | None,
    page: str,
) -> Cookie:
    """A cookie with what the lists know of it."""
    name = shown(one.name)
    known = trackers.judged(name, host, third)
    why = (known.provider, known.purpose, known.known_by, known.exempt, known.limb)
    return Cookie(name, host, third, one.days, one.session, how, set_by, before, *why, page, known.reason)


def _sent(
    entries: list[Entry],
    pages: Mapping[str, tuple[str, str]],
    made: list[Cookie],
    problems: Problems,
) -> Iterator[Cookie]:
    """Cookies that the browser sent though no response of the file sets them: a script set them, or an earlier visit."""
    was_set: dict[str, set[str]] = {}
    for one in made:
        was_set.setdefault(one.name, set()).add(one.host)
    told: set[tuple[str, str]] = set()
    for entry in entries:
        label, own = pages[entry.page]
        for name in dict.fromkeys(map(shown, entry.sent)):
            known = (name, registrable(entry.host))
            if known not in told and not any(is_within(entry.host, host) for host in was_set.get(name, ())):
                told.add(known)
                if label and page_label(entry.url) == label:
                    problems.tell("sent_with_page", name)
                yield _cookie(headers.Setting(name), entry, label, own, SENT, problems)


def _count(counts: Counts, entry: Entry, own: str, cookies: int) -> None:
    counts.third.append(is_third_party(entry.host, own))
    counts.requests += not entry.cached
    counts.cookies += cookies
    counts.pixels += entry.is_pixel


def _tell(entries: list[Entry], cookies: list[Cookie], problems: Problems) -> None:
    """What a recording cannot show, or may have been cleared of."""
    kinds = Counter(one.cached for one in entries)
    if kinds[True]:
        problems.tell("cached", kinds[True])
    if not any(one.headers for one in entries):
        problems.tell("no_headers")
    if not cookies:
        problems.tell("perhaps_cleared")  # browsers write recordings without cookies unless asked otherwise
    unknown = sum(one.how == HEADER and one.days is None and not one.session for one in cookies)
    if unknown:
        problems.tell("no_lifetime", unknown)
    problems.tell("choice_not_told")
    problems.tell("storage_not_told")
