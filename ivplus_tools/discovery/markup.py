"""A saved page: hosts that it asks, cookies that its own scripts name. Nothing on it is run."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ivplus_tools import _words
from ivplus_tools.discovery import trackers
from ivplus_tools.discovery.har import Counts, cookie, hosts_of
from ivplus_tools.discovery.headers import Setting
from ivplus_tools.discovery.hosts import host_of, is_local, is_third_party, page_label, registrable
from ivplus_tools.discovery.seen import (
    DOCUMENT_COOKIE,
    LOCAL_STORAGE,
    Cookie,
    Problems,
    Seen,
    bound,
)

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,60})")
_ATTRIBUTE = re.compile(
    r"[\s/]*+(?:(>)|(=?[^\s/>=]*+)"
    r"(?:\s*+=\s*+(?:\"([^\"]*+)(\"?)|'([^']*+)('?)|([^\s>]*+)))?)",
)
_RAW = ("script", "style", "textarea", "title", "xmp")
_LOADS = {
    "script": ("src",), "img": ("src", "srcset"), "iframe": ("src",), "frame": ("src",),
    "embed": ("src",), "source": ("src", "srcset"), "video": ("src", "poster"), "audio": ("src",),
    "track": ("src",), "object": ("data",), "link": ("href",), "input": ("src",),
    "image": ("href", "xlink:href"), "use": ("href", "xlink:href"),
}  # fmt: skip
_RELATIONS = (
    "stylesheet",
    "icon",
    "preload",
    "prefetch",
    "modulepreload",
    "preconnect",
    "dns-prefetch",
    "manifest",
    "apple-touch-icon",
)
_LATER = re.compile(r"data-(?:[a-z-]+-)?(?:src|href)")
_NAMED = re.compile(r"(?:https?:)?//[a-zA-Z0-9][a-zA-Z0-9.-]{2,250}\.[a-zA-Z]{2,24}(?=[/:?#\"'`)\s\\<]|$)")
LONGEST_SCRIPT = 2_000_000
"""Signs of a script in which addresses are looked for."""
_QUOTED = r"([\"'`])(?P<name>[^\"'`$\\]{1,200})\1"
_FIRST = r"\{\s{0,9}[\"']?name[\"']?\s{0,9}:\s{0,9}"
_STORAGE = r"\b(?:local|session)Storage\s{0,9}"
_SETS = tuple(
    (how, re.compile(pattern))
    for how, pattern in (
        (DOCUMENT_COOKIE, r"document\s{0,9}\.\s{0,9}cookie\s{0,9}=(?!=)\s{0,9}(?:[\"'`](?P<name>[^\"'`=;$\\]{1,200})=)?"),
        (DOCUMENT_COOKIE, rf"\bcookieStore\s{{0,9}}\.\s{{0,9}}set\s{{0,9}}\(\s{{0,9}}(?:{_FIRST})?(?:{_QUOTED})?"),
        (DOCUMENT_COOKIE, rf"\bCookies\s{{0,9}}\.\s{{0,9}}set\s{{0,9}}\(\s{{0,9}}(?:{_QUOTED}\s{{0,9}},)?"),
        (LOCAL_STORAGE, rf"{_STORAGE}\.\s{{0,9}}setItem\s{{0,9}}\(\s{{0,9}}(?:{_QUOTED}\s{{0,9}},)?"),
        (LOCAL_STORAGE, rf"{_STORAGE}\[\s{{0,9}}(?:{_QUOTED}|[^\]\[]{{1,200}})\s{{0,9}}\]\s{{0,9}}=(?!=)"),
        (LOCAL_STORAGE, rf"{_STORAGE}\.\s{{0,9}}(?P<name>[A-Za-z_$][\w$]{{0,100}})\s{{0,9}}=(?!=)"),
    )
)  # fmt: skip
"""How scripts set cookies and keep values, and under which name where they say it."""
_SAVED = re.compile(
    r"saved from url=\(\d{1,6}\)(\S{1,2000})|SingleFile\s{1,9}url:\s{1,9}(\S{1,2000})",
    re.IGNORECASE,
)
_ENDS = re.compile("--!?>")
MOST_TAGS = 500_000
MOST_ATTRIBUTES = 2000
LONGEST_VALUE = 100_000


@dataclass(frozen=True)
class Tag:
    """A tag with its attributes, or (without a name) the text of a comment or of a script."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    inner: str = ""
    closes: bool = False


def tags(text: str, problems: Problems) -> Iterator[Tag]:
    """The tags of a page in one pass; where one has no end, what follows is told as unread."""
    place = text.find("<")
    while place >= 0:
        if text.startswith("<!--", place):
            ends = _ENDS.search(text, place + 2)  # `<!-->` is a whole comment
            if ends is None:
                problems.tell("unread_rest", len(text) - place)
                return
            yield Tag("", inner=text[place + 4 : ends.start()])
            place = text.find("<", ends.end())
            continue
        found = _TAG.match(text, place)
        if not found:
            place = text.find("<", place + 1)
            continue
        attributes, place = _attributes(text, found.end())
        if place < 0:
            problems.tell("unread_rest", len(text) - found.start())
            return
        name = found[2].lower()
        if name in _RAW and not found[1]:
            inner, place = _inner(text, place, name, problems)
            yield Tag(name, attributes, inner)
        else:
            yield Tag(name, attributes, closes=bool(found[1]))
        place = text.find("<", place)


def _attributes(text: str, place: int) -> tuple[dict[str, str], int]:
    """The attributes of a tag and where it ends; -1 where it does not, or has too many."""
    found: dict[str, str] = {}
    if text.startswith(">", place):
        return found, place + 1
    for _ in range(MOST_ATTRIBUTES):
        one = _ATTRIBUTE.match(text, place)
        if one is None or one.end() == place:
            break
        if one[1]:
            return found, one.end()
        if (one[3] is not None and not one[4]) or (one[5] is not None and not one[6]):
            return found, -1
        value = next((told for told in (one[3], one[5], one[7]) if told is not None), "")
        found.setdefault(one[2].lower(), _plain(value))
        place = one.end()
    return found, -1


def _plain(value: str) -> str:
    return html.unescape(value[:LONGEST_VALUE]) if "&" in value else value[:LONGEST_VALUE]


def _inner(text: str, place: int, name: str, problems: Problems) -> tuple[str, int]:
    end = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(text, place)
    if end is None:
        problems.tell("unread_rest", len(text) - place)
        return text[place:], len(text)
    return text[place : end.start()], end.start()


@dataclass
class Page:
    """What has been read of a page so far."""

    problems: Problems
    counts: dict[str, Counts] = field(default_factory=dict)
    own_told: dict[str, str] = field(default_factory=dict)
    settings: list[tuple[str, str]] = field(default_factory=list)
    marks: set[str] = field(default_factory=set)
    relative: int = 0
    unseen: int = 0

    def take(self, tag: Tag) -> None:
        """Take in one tag."""
        if not tag.name:
            if found := _SAVED.search(tag.inner[:5000]):
                self.own_told.setdefault("saved", found[1] or found[2])
            return
        if tag.name == "noscript":
            self.unseen = max(0, self.unseen + (-1 if tag.closes else 1))
        if tag.closes or not (tag.attributes or tag.inner):
            return
        self._own(tag)
        self._scripts(tag)
        self._loads(tag)
        if identity := tag.attributes.get("id"):
            self.marks.add(identity[:200])

    def _own(self, tag: Tag) -> None:
        """Where the page says that it stands."""
        told = tag.attributes
        if tag.name == "base":
            self.own_told.setdefault("base", told.get("href", ""))
        elif tag.name == "link" and "canonical" in told.get("rel", "").lower().split():
            self.own_told.setdefault("canonical", told.get("href", ""))
        elif tag.name == "meta" and told.get("property", "").lower() == "og:url":
            self.own_told.setdefault("og", told.get("content", ""))

    def _scripts(self, tag: Tag) -> None:
        texts = [value for name, value in tag.attributes.items() if name.startswith("on")]
        if tag.name in ("script", "style"):
            texts.append(tag.inner)
            self._names_hosts(tag)
            if tag.attributes.get("src"):
                self.marks.add(tag.attributes["src"][:500])
        for text in texts:
            for how, pattern in _SETS:
                for found in pattern.finditer(text):
                    if found["name"]:
                        self.settings.append((how, found["name"].strip()))
                    else:
                        self.problems.tell("name_not_told", how)

    def _names_hosts(self, tag: Tag) -> None:
        """Hosts that a script or a style names: it may ask them, so they are told, as not asked by the page itself."""
        for found in _NAMED.finditer(tag.inner[:LONGEST_SCRIPT]):
            self._asks(found[0], tag, waits=True)

    def _loads(self, tag: Tag) -> None:
        told = tag.attributes
        if tag.name == "link" and not set(told.get("rel", "").lower().split()) & set(_RELATIONS):
            return
        waits = tag.name == "script" and told.get("type", "").lower() == "text/plain"
        for name, value in told.items():
            if name in _LOADS.get(tag.name, ()):
                for address in _several(value) if name == "srcset" else [value]:
                    self._asks(address.strip(), tag, waits)
            elif tag.name in _LOADS and _LATER.fullmatch(name):
                self._asks(value.strip(), tag, waits=True)

    def _asks(self, address: str, tag: Tag, waits: bool) -> None:
        """Count what an element asks for; what waits for a script or a choice is not asked."""
        address = "https:" + address if address.startswith("//") else address
        host = host_of(address)
        if not host:
            if ":" in address[:20] and not is_local(address):
                self.problems.tell("address", address[:80])
            elif address and not is_local(address) and tag.name in ("script", "iframe", "img"):
                self.relative += 1
            return
        count = self.counts.setdefault(host, Counts())
        count.requests += not waits
        is_unseen = bool(self.unseen) or _is_point(tag.attributes)
        count.pixels += tag.name == "img" and not waits and is_unseen


def _is_point(told: dict[str, str]) -> bool:
    """Whether an image shows nothing: one point, or hidden."""
    style = told.get("style", "").lower().replace(" ", "")
    sizes = {told.get(one, "").strip().lower().removesuffix("px") for one in ("width", "height")}
    return sizes <= {"0", "1"} or "display:none" in style or "visibility:hidden" in style


def _several(value: str) -> list[str]:
    """The addresses of a `srcset`."""
    return [words[0] for one in value.split(",") if (words := one.split())]


def read(name: str, text: str) -> Seen:
    """What a saved page shows; that headers and outside scripts are not in it is told."""
    problems = Problems()
    page = Page(problems)
    for number, tag in enumerate(tags(text, problems)):
        if number > MOST_TAGS:
            raise _words.refusal("too_many_values", path=name, limit=MOST_TAGS)
        page.take(tag)
        bound(name, len(page.settings) + len(page.counts))
    address = _address(page)
    own, label = host_of(address), page_label(address)
    for host, count in page.counts.items():
        count.third.append(is_third_party(host, own))
    made = [_kept(how, told, own, label) for how, told in dict.fromkeys(page.settings)]
    cookies = tuple(one for one in made if one.how == DOCUMENT_COOKIE)
    storage = tuple(one for one in made if one.how == LOCAL_STORAGE)
    names = {one.name for one in made}
    platform = trackers.consent_platform(set(page.counts), names, frozenset(page.marks))
    _tell(page, own)
    return Seen(
        name,
        "html",
        (label,) if label else (),
        cookies,
        hosts_of(page.counts),
        storage,
        platform,
        problems.told(),
    )


def _kept(how: str, name: str, own: str, label: str) -> Cookie:
    return cookie(Setting(name), own, False if own else None, how, own, None, label)


def _address(page: Page) -> str:
    """The address of the page: where it was saved from; else what it says, if it names one site."""
    told = {key: value for key, value in page.own_told.items() if host_of(value)}
    if "saved" in told:
        return told["saved"]
    said = [told[key] for key in ("canonical", "og", "base") if key in told]
    if len({registrable(host_of(one)) for one in said}) > 1:
        page.problems.tell("two_own_hosts", ", ".join(host_of(one) for one in said))
        return ""
    return said[0] if said else ""


def _tell(page: Page, own: str) -> None:
    """What a saved page cannot show."""
    if not own:
        page.problems.tell("no_page_host")
    if page.relative:
        # a browser that saves a page writes its own names over addresses
        page.problems.tell("addresses_without_host", page.relative)
    page.problems.tell("headers_not_told")
    page.problems.tell("scripts_not_run")
    page.problems.tell("choice_not_told")
