"""What was seen on a page: cookies, what scripts keep, hosts; what is not told stays unknown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from ivplus_tools import _words

HEADER, DOCUMENT_COOKIE, INSPECTION, LOCAL_STORAGE, SENT = (
    "header",
    "document_cookie",
    "inspection",
    "local_storage",
    "sent",
)
"""How a cookie was seen. `sent`: the browser sent it though no response here set it: a script did,
or an earlier visit."""
MOST_SEEN = 20_000
"""Requests, hosts or cookies of one file, beyond any page: more is refused whole, never cut."""
YES, NO, CANNOT_TELL = "yes", "no", "cannot_tell"


@dataclass(frozen=True)
class Cookie:
    """One setting of a cookie or of another stored value, without its value.

    `days` is its lifetime where it can be told, 0 when it is deleted; a `session` cookie has none.
    `reason` is why `exempt` is what it is.
    """

    name: str
    host: str
    third_party: bool | None
    days: float | None
    session: bool
    how: str
    set_by: str
    before_choice: bool | None
    provider: str
    purpose: str
    known_by: str
    exempt: str
    limb: str
    page: str
    reason: str = ""


@dataclass(frozen=True)
class Host:
    """A host that a page asks: how often, the cookies it set, its unseen images and beacons."""

    name: str
    third_party: bool | None
    company: str
    category: str
    country: str
    requests: int
    cookies: int
    pixels: int
    before_choice: bool | None


@dataclass(frozen=True)
class Seen:
    """What a file shows of its pages: each setting of a cookie, stored values, hosts, problems."""

    name: str
    kind: str
    pages: tuple[str, ...]
    cookies: tuple[Cookie, ...]
    hosts: tuple[Host, ...]
    storage: tuple[Cookie, ...]
    consent_platform: str
    problems: list[tuple[str, str]] = field(default_factory=list)

    def distinct(self) -> list[Cookie]:
        """Each cookie and stored value once, as its longest setting; unknown beats a session."""
        best: dict[tuple[str, str, bool], Cookie] = {}
        for one in (*self.cookies, *self.storage):
            key = (one.name, one.host, one.how == LOCAL_STORAGE)
            if key not in best or _lasts(one) > _lasts(best[key]):
                best[key] = one
        return list(best.values())


def _lasts(cookie: Cookie) -> tuple[bool, bool, float]:
    return (
        cookie.days is not None and cookie.days > 0,
        not cookie.session and cookie.days is None,
        cookie.days or 0.0,
    )


@dataclass
class Problems:
    """What could not be read or told, each code with its first examples and how many there are."""

    MOST = 5
    found: dict[str, list[str]] = field(default_factory=dict)
    count: Counter[str] = field(default_factory=Counter)

    def tell(self, code: str, what: object = "") -> None:
        """Count one, and keep what it is about while there are few."""
        self.count[code] += 1
        kept = self.found.setdefault(code, [])
        told = shown(str(what))
        if told and told not in kept and len(kept) < self.MOST:
            kept.append(told)

    def told(self) -> list[tuple[str, str]]:
        """Each code with its examples, and behind them the number where there are more."""
        return [(code, _examples(kept, self.count[code])) for code, kept in self.found.items()]


def _examples(kept: list[str], count: int) -> str:
    if not kept:
        return str(count) if count > 1 else ""
    return ", ".join(kept) + (f" ({count})" if count > len(kept) else "")


def shown(text: str, most: int = 200) -> str:
    """Foreign text that may be shown: no sign that moves, turns or hides text, cut."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text[:most])


def bound(name: str, found: int) -> None:
    """Refuse a file in which more was seen than on any page."""
    if found > MOST_SEEN:
        raise _words.refusal("too_many_values", path=name, limit=MOST_SEEN)


def third_of(many: Iterable[bool | None]) -> bool | None:
    """Whether a host is somebody else's on any page; else unknown where it is so on one."""
    told = set(many)
    return True if True in told else None if None in told or not told else False
