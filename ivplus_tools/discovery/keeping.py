"""What the journal keeps of a page that was read: names of cookies and hosts and what was said of them; no value, nobody's name."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from ivplus_tools import _words
from ivplus_tools._records import without_persons
from ivplus_tools._room import Room
from ivplus_tools._store import Receipt
from ivplus_tools.discovery.pages import PageSeen, said
from ivplus_tools.discovery.records import PageCheck
from ivplus_tools.discovery.state import Discovery

HAR = "har"
"""A recording shows most of a page: what a saved page or an inspection shows less stands beside it, and takes nothing away."""
LONGEST = 200


def keep(room: Room[Discovery], seen: PageSeen, path: Path, why: str) -> Receipt:
    """Seal what was seen, under the page's address; only by somebody, and of the room's own day."""
    at = room.standpoint
    return room.seal_act([_check(seen, path)], at.valid_on, why or _words.say("discovery.page_kept", at.lang, name=_clean(path.name)))


def _check(seen: PageSeen, path: Path) -> PageCheck:
    """The record of a page: each cookie once, each host once, what the file does not tell."""
    one = seen.seen
    cookies = [
        {
            "cookie_name": _clean(cookie.name), "cookie_host": _clean(cookie.host), "cookie_provider": cookie.provider or None,
            "cookie_purpose": cookie.purpose or None, "cookie_exempt": cookie.exempt, "before_choice": said(cookie.before_choice),
        }
        for cookie in seen.judged
    ]  # fmt: skip
    hosts = [
        {
            "host_name": _clean(host.name), "of_another": said(host.third_party), "host_company": host.company or None,
            "host_country": host.country or None,
        }
        for host in one.hosts
    ]  # fmt: skip
    address = _clean(one.pages[0]) if one.pages else ""
    named = re.sub(r"^\w+://", "", address).strip("/") or _clean(path.name)
    return PageCheck.of(
        named if one.kind == HAR else f"{named}#{one.kind}", page_read=seen.state.on, page_file=_clean(path.name),
        page_hash=hashlib.sha256(path.read_bytes()).hexdigest(), seen_cookies=cookies or None, seen_hosts=hosts or None,
        not_told=list(dict.fromkeys(code for code, _ in one.problems)) or None, consent_platform=one.consent_platform or None,
    )  # fmt: skip


def _clean(text: str) -> str:
    """A name of others: short, and without what tells of somebody."""
    return without_persons(text)[:LONGEST]
