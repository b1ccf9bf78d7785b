"""Hosts of foreign addresses, read without trusting them, and their registered domains."""

from __future__ import annotations

import functools
import ipaddress
import re
from pathlib import Path

DATA = Path(__file__).parent / "data"
LONGEST_HOST = 253
LONGEST_SHOWN = 300
_ADDRESS = re.compile(r"(?:https?|wss?):[/\\]{2}([^/\\?#]*)", re.IGNORECASE)
_LOCAL = re.compile(
    r"(?:data|blob|about|javascript|mailto|tel|sms|chrome|[a-z-]{0,20}-extension|resource|file|cid)"
    r"(?=:)",
    re.IGNORECASE,
)
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")


def host_of(address: str) -> str:
    """The host of a web address in lower case, as a browser would ask it; empty if none."""
    found = _ADDRESS.match(_stripped(address[:4096]))
    if not found:
        return ""
    place = found[1].rpartition("@")[2].lower()
    if place.startswith("["):
        return _six(place[1:].partition("]")[0])
    return plain_host(re.sub(r":\d{0,5}$", "", place))


def is_local(address: str) -> bool:
    """Whether an address never leaves the browser: data, a script, an extension, a file."""
    return _LOCAL.match(_stripped(address[:64])) is not None


def _stripped(address: str) -> str:
    """Without the signs that a browser leaves out of an address."""
    return re.sub(r"^[\x00-\x20]+|[\t\r\n]", "", address)


@functools.lru_cache(maxsize=20_000)
def plain_host(name: str) -> str:
    """A host name or an IPv4 address in lower case and ASCII; empty where it is neither."""
    name = name.strip().removesuffix(".").lower()
    if not name or len(name) > LONGEST_HOST:
        return ""
    if not name.isascii():
        try:
            name = name.encode("idna").decode("ascii")
        except UnicodeError:
            return ""
    return name if all(_LABEL.fullmatch(one) for one in name.split(".")) else ""


def _six(text: str) -> str:
    try:
        return str(ipaddress.IPv6Address(text))
    except ValueError:
        return ""


def page_label(address: str) -> str:
    """The address of a page without what follows `?` or `#`, which may name a person."""
    host = host_of(address)
    if not host:
        return ""
    scheme = _stripped(address).partition(":")[0].lower()
    path = re.split(r"[?#]", _stripped(address), maxsplit=1)[0][len(scheme) + 3 :]
    inner = re.search(r"[/\\].*", path, re.DOTALL)
    label = f"{scheme}://{host}{inner[0] if inner else '/'}"[:LONGEST_SHOWN]
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in label)


@functools.cache
def _suffixes() -> frozenset[str]:
    lines = (DATA / "suffixes.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(one for line in lines if not line.startswith("#") for one in line.split())


@functools.lru_cache(maxsize=20_000)
def registrable(host: str) -> str:
    """The part of a host that somebody registered; numbers and a single label are whole."""
    labels = host.split(".")
    if ":" in host or labels[-1].isdecimal() or len(labels) == 1:
        return host
    for place in range(len(labels)):
        if ".".join(labels[place:]) in _suffixes():
            return ".".join(labels[max(place - 1, 0) :])
    return ".".join(labels[-2:])


def is_within(host: str, domain: str) -> bool:
    """Whether a host is a domain or stands below it, by whole labels."""
    return host == domain or host.endswith("." + domain)


def is_suffix(host: str) -> bool:
    """Whether strangers register names below this one, so that no cookie may be kept for it."""
    return host in _suffixes() or ("." not in host and host != "localhost")


def is_third_party(host: str, own: str) -> bool | None:
    """Whether a host is of another registered domain than the page's own; or unknown."""
    if not host or not own:
        return None
    return registrable(host) != registrable(own)
