"""What was seen on a page: cookies, what a script keeps, and the hosts that were asked; what could not be told stays unknown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

HEADER, DOCUMENT_COOKIE, INSPECTION, LOCAL_STORAGE, SENT = (
    "header",
    "document_cookie",
    "inspection",
    "local_storage",
    "sent",
)
"""How a cookie was seen. `sent`: the browser sent it and no response of the file set it, so a script or an earlier visit did."""
YES, NO, CANNOT_TELL = "yes", "no", "cannot_tell"


@dataclass(frozen=True)
class Cookie:
    """One setting of a cookie or of another stored value, without its value.

    `days` is its lifetime where it can be told, 0 when it is deleted; a `session` cookie has none. `reason` is why `exempt` is what it is.
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
    """A host that a page asks: how often, how many cookies were set from it, how many of its answers are unseen images or beacons."""

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
    """What a file shows of its pages: each setting of a cookie in order, stored values, hosts, and what could not be read of it."""

    name: str
    kind: str
    pages: tuple[str, ...]
    cookies: tuple[Cookie, ...]
    hosts: tuple[Host, ...]
    storage: tuple[Cookie, ...]
    consent_platform: str
    problems: list[tuple[str, str]] = field(default_factory=list)

    def distinct(self) -> list[Cookie]:
        """Each cookie and stored value once, as the setting of it that lasts longest; an unknown lifetime comes before a session."""
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
    """Foreign text that may be shown: no sign that moves, turns or hides other text, and no more of it than a name needs."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text[:most])


def third_of(many: Iterable[bool | None]) -> bool | None:
    """Whether a host is somebody else's on any of several pages; unknown on one of them stays unknown unless it is so on another."""
    told = set(many)
    return True if True in told else None if None in told or not told else False
