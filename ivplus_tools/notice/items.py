"""What Art. 13, 14, 21(4) and 12 ask a notice to say, item by item: said, not said, cannot tell, not needed; each with its quote."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from ivplus_tools import _law
from ivplus_tools.notice import phrases
from ivplus_tools.notice.page import RUN_IN, Page, Sentence

YES, NO, CANNOT_TELL, NOT_NEEDED = "yes", "no", "cannot_tell", "not_needed"
HEADS = ("heading", "cell", "label")
APART, OBJECTION = "objection_apart", "objection"
LISTED = ("item", "row", "whole_row")
LOUD = re.compile(r"^(?:huom|tärkeää|muista|obs|viktigt|note|important|please note)\b[^\w]*")
SHORTEST_LOUD = 12
RIGHTS = re.compile(r"oikeud|oikeute|rättighet|rights")


@dataclass(frozen=True)
class Item:
    """One item: whether it is said, where (`text[start:end]`), by which phrase; `needed`: None where the register does not tell."""

    code: str
    present: str
    rule: str
    start: int = -1
    end: int = -1
    phrase: str = ""
    needed: bool | None = None
    condition: str = ""


def judge(page: Page, on: date, needed: Mapping[str, bool | None]) -> list[Item]:
    """Every item in the order of the law. `needed`: what the register says of each condition."""
    found = [_one(page, code, fact.rule, now, needed) for code, fact, now in asked(on)]
    said = {one.code for one in found if one.present == YES}
    return [replace(one, present=NO) if one.code == APART and one.present == YES and OBJECTION not in said else one for one in found]


def asked(on: date) -> Iterator[tuple[str, _law.Fact, Mapping[str, object]]]:
    """The items in force on a day: code, fact, value."""
    for code, fact in _law.codes("notice_item").items():
        if (now := fact.on(on)) is not None:
            yield code, fact, now


def _one(page: Page, code: str, rule: str, now: Mapping[str, object], needed: Mapping[str, bool | None]) -> Item:
    condition = str(now.get("needed_if", ""))
    must = needed.get(condition) if condition else True
    silent = ("blank", str(now["denied"])) if "denied" in now else ("blank",)
    found, present = _apart(page, code, silent) if code == APART else _said(page, "item", code, silent), YES
    if denied := _said(page, "denied", code):
        found, present = denied, NO
    if found is None:
        found, present = _said(page, "near", code, ("blank",)), CANNOT_TELL
    if found is None and (not page.langs or page.unread):
        present = CANNOT_TELL
    elif found is None:
        present = NOT_NEEDED if must is False else NO
    if found is None:
        return Item(code, present, rule, needed=must, condition=condition)
    sentence, phrase = found
    return Item(code, present, rule, sentence.start, sentence.end, phrase.written, must, condition)


Said = tuple[Sentence, phrases.Phrase]


def _said(page: Page, group: str, code: str, silent: Sequence[str] = ()) -> Said | None:
    """The first sentence that says it; a heading alone, a blank, and a sentence that denies it say nothing."""
    sought = phrases.of(group, code, page.langs).on(page.low)
    for one in page.sentences if sought.told else ():
        if one.kind not in HEADS and (found := sought.find(one.low, one.above)) and not _is_silent(page, one, silent):
            return one, found[0]
    return None


def _is_silent(page: Page, one: Sentence, silent: Sequence[str]) -> bool:
    """Whether a sentence is a blank, or denies what it speaks of."""
    return any(phrases.of("denied", name, page.langs).find(one.low, "") for name in silent)


def _apart(page: Page, code: str, silent: Sequence[str]) -> Said | None:
    """The objection set apart: under a heading of its own, in a quoted box, in capitals, in bold, or behind a call for attention."""
    sought, loud = phrases.of("item", code, page.langs), phrases.of("item", "objection", page.langs)
    for one in page.sentences:
        headings, _, label = one.above.partition(RUN_IN)
        own = headings if one.kind in LISTED or RIGHTS.search(headings) else f"{headings} {label}"
        if one.kind in HEADS or one.kind in ("row", "whole_row") or _is_silent(page, one, silent):
            continue
        if found := sought.find(one.low, own) or (loud.find(one.low, one.above) if _is_loud(page, one) else None):
            return one, found[0]
    return None


def _is_loud(page: Page, one: Sentence) -> bool:
    """Whether a sentence stands out of its surroundings."""
    told = page.quote(one.start, one.end)
    loud = told.startswith("**") or (len(told) > SHORTEST_LOUD and told.isupper()) or LOUD.match(one.low) is not None
    return one.kind == "box" or (one.kind == "text" and loud)
