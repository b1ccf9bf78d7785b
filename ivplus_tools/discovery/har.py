"""A recording of a browser (HAR): every cookie that a response sets, every host that is asked."""

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
from ivplus_tools.discovery.seen import (
    HEADER,
    MOST_SEEN,
    SENT,
    Cookie,
    Host,
    Problems,
    Seen,
    bound,
    shown,
    third_of,
)

SMALLEST_PICTURE = 200
"""Bytes up to which an image shows nothing: an image of one point has 35 to 100."""
_ASKED = ("cookie", "sec-fetch-dest")
_ANSWERED = ("set-cookie", "date", "content-type")
_CACHED = ("_fromCache", "fromCache", "_fromDiskCache", "fromDiskCache")


Pages = dict[str, tuple[str, str]]


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
    def leads_on(self) -> bool:
        """Whether the response sends the browser elsewhere."""
        return 300 <= self.status < 400 and self.status != 304

    @property
    def is_page(self) -> bool:
        """Whether the response is a page, and none that stands in another."""
        is_page = "html" in self.mime or self.kind == "document"
        return is_page and self.aim in ("", "document")

    @property
    def is_pixel(self) -> bool:
        """Whether the response is an image that shows nothing, or ends a message without answer."""
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
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return 0
    return int(value) if abs(value) < 1e15 else 0


def read(name: str, log: Mapping[str, Any]) -> Seen:
    """What a recording shows; entries that are none are skipped and counted."""
    bound(name, len(sequence(log.get("entries"))) + len(sequence(log.get("pages"))))
    problems = Problems()
    entries = _in_order(list(_entries(log, problems)))
    pages = _pages(log, entries, problems)
    cookies: list[Cookie] = []
    counts: dict[str, Counts] = {}
    for one in entries:
        label, own = pages[one.page]
        made = first_of(_set(one, label, own, problems))
        cookies += made
        bound(name, len(cookies))
        _count(counts.setdefault(one.host, Counts()), one, own, len(made))
    cookies += first_of(_sent(entries, pages, cookies, problems))
    bound(name, len(cookies))
    _tell(entries, cookies, problems)
    labels = tuple(dict.fromkeys(label for label, _ in pages.values() if label))
    platform = trackers.consent_platform(set(counts), {one.name for one in cookies})
    told = problems.told()
    return Seen(name, "har", labels, tuple(cookies), hosts_of(counts), (), platform, told)


def first_of(many: Iterator[Cookie]) -> list[Cookie]:
    """Those that are kept, and one more where there are too many, for the bound to refuse."""
    return list(itertools.islice(many, MOST_SEEN + 1))


def hosts_of(counts: Mapping[str, Counts], before: bool | None = None) -> tuple[Host, ...]:
    """Hosts with their companies, those that are asked most first."""
    made = []
    for name, count in counts.items():
        who = trackers.company_of(name)
        told = (third_of(count.third), who.name, who.category, who.country)
        made.append(Host(name, *told, count.requests, count.cookies, count.pixels, before))
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
    told = all(one.begun for one in entries)
    return sorted(entries, key=lambda one: one.begun) if told else entries


def _entry(
    raw: Mapping[str, Any],
    request: Mapping[str, Any],
    url: str,
    host: str,
    problems: Problems,
) -> Entry:
    response = mapping(raw.get("response"))
    content = mapping(response.get("content"))
    if not response or not whole(response.get("status")):
        problems.tell("no_response", host)
    asked = _headers(request.get("headers"), _ASKED)
    found = _headers(response.get("headers"), _ANSWERED)
    mime = text(content.get("mimeType")) or _first(found, "content-type")
    return Entry(
        text(raw.get("pageref")),
        url,
        host,
        text(raw.get("startedDateTime")),
        whole(response.get("status")),
        mime.strip().lower(),
        whole(content.get("size")) or whole(response.get("bodySize")),
        (text(raw.get("_resourceType")) or text(raw.get("_type"))).lower(),
        _first(asked, "sec-fetch-dest").lower(),
        any(one.get(key) for one in (raw, response) for key in _CACHED),
        found,
        list(_sent_names(request, asked)),
        [one for one in sequence(response.get("cookies")) if isinstance(one, dict)],
    )


def _headers(raw: object, wanted: tuple[str, ...]) -> list[tuple[str, str]]:
    """Some headers, names in lower case; a recorder may write a mapping, or values in a list."""
    if isinstance(raw, dict):
        pairs = list(raw.items())
    else:
        many = [one for one in sequence(raw) if isinstance(one, dict)]
        pairs = [(one.get("name"), one.get("value")) for one in many]
    found = []
    for name, value in pairs:
        if isinstance(name, str) and (key := name.strip().lower()) in wanted:
            values = value if isinstance(value, list) else [value]
            found += [(key, one) for one in values if isinstance(one, str)]
    return found


def _first(pairs: list[tuple[str, str]], wanted: str) -> str:
    return next((value for name, value in pairs if name == wanted), "")


def _sent_names(request: Mapping[str, Any], asked: list[tuple[str, str]]) -> Iterator[str]:
    """Names of the cookies that a request carries."""
    lines = [value[: headers.LONGEST_HEADER] for name, value in asked if name == "cookie"]
    told = [one.partition("=")[0].strip() for line in lines for one in line.split(";") if "=" in one]
    listed = [text(mapping(one).get("name")).strip() for one in sequence(request.get("cookies"))]
    yield from dict.fromkeys(filter(None, [*told, *listed]))


# --- pages, and whose each is


def _pages(log: Mapping[str, Any], entries: list[Entry], problems: Problems) -> Pages:
    """The address and the own host of each page by its key; empty where they are not told."""
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
    """The address of the page: the first request that is not sent elsewhere, if a page answers.

    A recording that begins late has a frame there: what the page's own entry names must lead to it.
    """
    led = list(itertools.takewhile(lambda one: one.leads_on, entries))
    first = entries[len(led)] if len(led) < len(entries) else None
    if first is None or not first.is_page:
        return titled
    asked = registrable(host_of(titled))
    if titled and asked not in {registrable(one.host) for one in (*led, first)}:
        problems.tell("two_own_hosts", f"{host_of(titled)}, {first.host}")
        return ""
    return first.url


def _titled(page: Mapping[str, Any]) -> str:
    """The address of a page that its own entry names, as some browsers do."""
    told = [text(page.get(key)).strip() for key in ("_url", "title")]
    return next((one for one in told if host_of(one)), "")


# --- cookies


def _set(entry: Entry, label: str, own: str, problems: Problems) -> Iterator[Cookie]:
    """Each cookie that a response sets: by its headers, else by the recorder's own list."""
    for one in _settings(entry, problems):
        yield _cookie(one, entry, label, own, HEADER, problems)


def _settings(entry: Entry, problems: Problems) -> Iterator[headers.Setting]:
    named = set[str]()
    for value in entry.parts():
        for one in headers.settings(value, entry.moment):
            if one is None:
                problems.tell("no_cookie", entry.host)
            else:
                named.add(one.name)
                yield one
    for told in (one for one in entry.listed if text(one.get("name")).strip() not in named):
        domain = text(told.get("domain")).lstrip(".").lower()
        until = text(told.get("expires"))
        days = None  # a list may leave out what a header said
        if until:
            days, _session = headers.lifetime(None, until, entry.moment)
        yield headers.Setting(text(told.get("name")).strip(), domain, days)


def _cookie(
    one: headers.Setting,
    entry: Entry,
    label: str,
    own: str,
    how: str,
    problems: Problems,
) -> Cookie:
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
    seen = (name, host, third, one.days, one.session, how, set_by, before)
    why = (known.provider, known.purpose, known.known_by, known.exempt, known.limb)
    return Cookie(*seen, *why, page, known.reason)


def _sent(
    entries: list[Entry],
    pages: Mapping[str, tuple[str, str]],
    made: list[Cookie],
    problems: Problems,
) -> Iterator[Cookie]:
    """Cookies that were sent though no response here sets them, by a script or an earlier visit."""
    was_set: dict[str, set[str]] = {}
    for one in made:
        was_set.setdefault(one.name, set()).add(one.host)
    told: set[tuple[str, str]] = set()
    for entry in entries:
        label, own = pages[entry.page]
        for name in dict.fromkeys(map(shown, entry.sent)):
            known = (name, registrable(entry.host))
            here = any(is_within(entry.host, host) for host in was_set.get(name, ()))
            if known not in told and not here:
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
        problems.tell("perhaps_cleared")  # browsers leave cookies out of a recording unless asked
    unknown = sum(one.how == HEADER and one.days is None and not one.session for one in cookies)
    if unknown:
        problems.tell("no_lifetime", unknown)
    problems.tell("choice_not_told")
    problems.tell("storage_not_told")
