"""A saved page as the officer sees it: cookies and hosts, what they need by the law, and whether register and notice know them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ivplus_tools import _html, _room, _shown, _words
from ivplus_tools.discovery import against
from ivplus_tools.discovery.seen import CANNOT_TELL, NO, YES, Cookie, Host, Seen
from ivplus_tools.discovery.state import Discovery

if TYPE_CHECKING:
    import pandas

    from ivplus_tools._store import Receipt

USUAL = ("choice_not_told", "storage_not_told", "sent_with_page", "cached")
"""What no recording tells; with anything else a page is not said to be in order."""
LONGEST_SESSION = 1.0
"""Days; what a session needs and outlives it is not said to be necessary."""
COOKIES = (
    "page", "name", "host", "third_party", "provider", "purpose", "days", "session", "before_choice", "found_how", "exempt", "limb",
    "reason", "in_notice",
)  # fmt: skip
HOSTS = (
    "host", "third_party", "company", "category", "country", "third_country", "requests", "cookies", "pixels", "before_choice",
    "in_register",
)  # fmt: skip
LISTS = {
    "purpose": "cookie_purpose", "found_how": "cookie_how", "exempt": "cookie_exempt", "limb": "cookie_limb", "reason": "cookie_reason",
    "category": "host_category", "code": "page_problem",
}  # fmt: skip
TOLD = ("third_party", "session", "before_choice", "third_country", "in_register", "in_notice")
"""Columns that say yes, no or that it cannot be told."""


class PageSeen:
    """What a saved page sets and asks for: `.cookies`, `.hosts` and `.problems` (what was not seen or read) are frames."""

    def __init__(self, state: Discovery, seen: Seen) -> None:
        self.state, self.seen = state, seen
        self.receipt: Receipt | None = None
        self._known, self._texts = against.names(state), against.notices(state)

    @cached_property
    def cookies(self) -> pandas.DataFrame:
        """Each cookie and stored value once: name, host, third_party, provider, purpose, days, before_choice, exempt, limb, ..."""
        return self._frame(COOKIES, [self._cookie(one) for one in self.judged])

    @cached_property
    def hosts(self) -> pandas.DataFrame:
        """Each host that was asked: third_party, company, category, country, third_country, requests, cookies, pixels, in_register."""
        return self._frame(HOSTS, [self._host(one) for one in self.seen.hosts])

    @property
    def problems(self) -> pandas.DataFrame:
        """What could not be read, or is not told by such a file: code, told."""
        return self._frame(("code", "told"), list(self.seen.problems))

    @property
    def open(self) -> bool:
        """Whether anything needs consent or is not known, asks somebody whom the register does not know, or could not be seen."""
        strangers = any(one.third_party is not False and self._in_register(one) != YES for one in self.seen.hosts)
        unseen = self.seen.kind == "html" or any(code not in USUAL for code, _ in self.seen.problems) or not self.seen.hosts
        return strangers or unseen or any(one.exempt != YES for one in self.judged)

    @cached_property
    def judged(self) -> list[Cookie]:
        """Each cookie and stored value once; one that a session needs and that outlives it is not said to be necessary."""
        return [replace(one, exempt=CANNOT_TELL, limb="", reason="long_lived") if _outlives(one) else one for one in self.seen.distinct()]

    def _cookie(self, one: Cookie) -> tuple[Any, ...]:
        return (
            one.page, one.name, one.host, said(one.third_party), one.provider, one.purpose, _days(one.days), said(one.session),
            said(one.before_choice), one.how, one.exempt, one.limb, one.reason,
            against.in_notice(self._texts, one.name, one.provider),
        )  # fmt: skip

    def _host(self, one: Host) -> tuple[Any, ...]:
        third = said(one.country not in against.at_home(self.state)) if one.country else CANNOT_TELL
        return (
            one.name, said(one.third_party), one.company, one.category, one.country or None, third, one.requests, one.cookies, one.pixels,
            said(one.before_choice), self._in_register(one),
        )  # fmt: skip

    def _in_register(self, one: Host) -> str:
        return YES if one.third_party is False else against.in_register(self._known, one.company)

    def _frame(self, columns: Sequence[str], rows: list[Any]) -> pandas.DataFrame:
        made = _room.frame(columns, rows, self.state.lang)
        made.attrs["lists"] = {**LISTS, **dict.fromkeys(TOLD, "told_or_not")}
        return made

    def __repr__(self) -> str:
        lang, cookies = self.state.lang, self.judged
        counts = {key: sum(one.exempt == key for one in cookies) for key in (YES, NO, CANNOT_TELL)}
        third = sum(one.third_party is True for one in self.seen.hosts)
        platform = self.seen.consent_platform or _words.say("discovery.no_platform", lang)
        line = _words.say("discovery.page", lang, name=self.seen.name, third=third, platform=platform, **counts)
        named = _words.values("page_problem")
        told = [f"{named.get(code, {}).get(lang, code)}{': ' if text else ''}{text}" for code, text in self.seen.problems]
        return "\n".join([line, *(_words.say("discovery.not_seen", lang, told=one) for one in told)])

    def _repr_html_(self) -> str:
        shown = self.cookies[["name", "host", "provider", "purpose", "days", "exempt", "reason"]]
        return _html.paragraph(repr(self)) + str(_shown.show(shown)._repr_html_())


def _outlives(one: Cookie) -> bool:
    return one.reason == "session" and not one.session and (one.days is None or one.days > LONGEST_SESSION)


def _days(days: float | None) -> float | None:
    """Whole days from the second on, else to a hundredth."""
    return None if days is None else round(days, 0 if days > 1 else 2)


def said(one: bool | None) -> str:
    """Yes, no, or that it cannot be told."""
    return CANNOT_TELL if one is None else YES if one else NO
