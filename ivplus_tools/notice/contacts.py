"""Who the controller is and how it and its data protection officer are reached: the register against the notice."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ivplus_tools.notice import page as pages
from ivplus_tools.notice import phrases
from ivplus_tools.notice.page import Page, Sentence
from ivplus_tools.notice.state import NoticeState

Told = tuple[str, str, bool | None, Sentence | None]
"""The field, the register's term, whether the notice says it, and where."""
NATIONAL = re.compile(r"^(?:00|\+)358")


def compare(page: Page, state: NoticeState) -> Iterator[Told]:
    """The name, each mail and telephone of our own organisation, and those of its officer; an address in words cannot be told."""
    own = state.own
    if isinstance(name := own.get("name"), str):
        bare = pages.FIRM.sub("", name).strip(" ,").lower()
        one = next((one for one in page.sentences if bare in one.low), None)
        yield "controller", name, one is not None, one
    for field in ("contact", "dpo"):
        if isinstance(text := own.get(field), str):
            yield from _reached(page, field, text, state.persons.get(text))


def _reached(page: Page, field: str, text: str, person: dict[str, str | None] | None) -> Iterator[Told]:
    """Each mail and telephone of an answer; of a person kept apart the reference stands for all of them."""
    known = "; ".join(filter(None, person.values())) if person else text
    sought = _ways(known)
    told = _places(page)
    if person:
        one = next((told[way] for way in sought if way in told), None)
        yield field, text, True if one else None, one
        return
    for way in sought:
        yield field, sought[way], way in told, told.get(way)
    if not sought:
        one = next((one for one in page.sentences if known.lower() in one.low), None)
        yield field, text, True if one else None, one


def _places(page: Page) -> dict[str, Sentence]:
    """Every mail and telephone of a page, with its first sentence."""
    found: dict[str, Sentence] = {}
    for one in page.sentences:
        for way in _ways(one.low):
            found.setdefault(way, one)
    return found


def _ways(text: str) -> dict[str, str]:
    """Mails and telephones in a text, each in one form whatever its spelling, and as it is written."""
    thing = phrases.things()
    mails = {_mail(found[0]): found[0] for found in re.finditer(thing["mail"], text, re.IGNORECASE)}
    phones = {_phone(found[0]): found[0] for found in re.finditer(thing["phone"], text)}
    return {**mails, **{way: written for way, written in phones.items() if len(way) >= FEWEST_DIGITS}}


def _mail(written: str) -> str:
    return re.sub(r" ?(?:\(at\)|\[at\]| at ) ?", "@", written.lower()).replace(" dot ", ".").strip(". ")


def _phone(written: str) -> str:
    return NATIONAL.sub("0", re.sub(r"[^\d+]", "", written.replace("(0)", "")))


FEWEST_DIGITS = 7
"""Of a telephone number; a postal code and a year are none."""
