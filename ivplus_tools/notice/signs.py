"""What in a notice is stale, wrong or contradicts itself: signs of `facts/notice.toml`, found by the phrases of `words/phrases.toml`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from ivplus_tools import _law
from ivplus_tools.notice import phrases
from ivplus_tools.notice.page import Page, Sentence

BLANK = re.compile(
    r"\bx{3,}\b|\blorem ipsum\b|\btäydenn(?:ä|ettävä)\b|\bfyll i\b|\bto be filled in\b|\b_{4,}|\{\{[^}\n]{1,40}\}\}|\bto(?:do|bd)\b|\btbd\b"
    r"|\bxx\.xx|[\[<][^\]>\n]{0,40}(?:lisää|lisätään|infoga|insert|company|yritys|nimi|namn|name|xx|link|länk|pvm|date)"
    r"[^\]>\n]{0,40}[\]>]"
)
BASES = ("consent", "contract", "law", "public", "interest")
TIES = ("item", "row", "whole_row")
EITHER = re.compile(r"\W*(?:tai|taikka|eller|or)\W+(?:\w+\W+)?")
"""Between two bases of which it is left open which one it is."""
SIDE_BY_SIDE = 3
"""Words between two bases that are named in a heap; where each has its purpose, more stand between."""


@dataclass(frozen=True)
class Sign:
    """One thing that is stale or wrong, where it stands, and where the other half of a contradiction stands."""

    code: str
    rule: str
    weight: str
    start: int
    end: int
    other: tuple[int, int] | None = None


Found = tuple[Sentence, Sentence | None]


def find(page: Page, on: date) -> list[Sign]:
    """Every sign in force on a day, once each, in the order of the page."""
    found = []
    for code, fact in _law.codes("notice_sign").items():
        now = fact.on(on)
        hit = SPECIAL.get(code, _written)(page, code) if now else None
        if now and hit:
            one, other = hit
            found.append(Sign(code, fact.rule, str(now["weight"]), one.start, one.end, (other.start, other.end) if other else None))
    return sorted(found, key=lambda one: one.start)


def _written(page: Page, code: str) -> Found | None:
    one = said(page, "sign", code, headings=True)
    return (one, None) if one else None


def said(page: Page, group: str, name: str, headings: bool = False) -> Sentence | None:
    """The first sentence that says it."""
    return next(every(page, group, name, headings), None)


def every(page: Page, group: str, name: str, headings: bool = False) -> Iterator[Sentence]:
    """Every sentence that says it."""
    sought = phrases.of(group, name, page.langs).on(page.low)
    if not sought.told:
        return iter(())
    return (one for one in page.sentences if (headings or one.kind != "heading") and sought.find(one.low, one.above))


def denies(page: Page, one: Sentence) -> bool:
    """Whether a sentence says that something is not so."""
    return phrases.of("clue", "negation", page.langs).find(one.low, "") is not None


def _placeholder(page: Page, _: str) -> Found | None:
    one = next((one for one in page.sentences if BLANK.search(one.low)), None)
    return (one, None) if one else None


def _one_basis_for_all(page: Page, _: str) -> Found | None:
    """Bases in a heap, several purposes elsewhere, and at least two of the heap that no sentence ties to what is done."""
    heap, tied = set[str](), set[str]()
    listed: Sentence | None = None
    for one in page.sentences:
        if one.kind == "heading" or phrases.of("clue", "rights", page.langs).find(one.low, ""):
            continue
        named, heaped = _bases(page, one)
        if heaped and one.kind != "whole_row":
            heap, listed = (heap, listed) if listed else (named, one)
        elif one.kind in TIES or phrases.of("clue", "purposes", page.langs).find(one.low, ""):
            tied |= named
    return (listed, None) if listed and len(heap - tied) > 1 and said(page, "clue", "purposes") else None


def _bases(page: Page, one: Sentence) -> tuple[set[str], bool]:
    """The bases a sentence names, and whether three of them stand side by side, or one *or* another."""
    found = [(name, hit[1]) for name in BASES if (hit := phrases.of("basis", name, page.langs).find(one.low, ""))]
    found.sort(key=lambda pair: pair[1].start())
    between = [one.low[left[1].end() : right[1].start()] for left, right in pairwise(found)]
    heaped = sum("(" not in gap and len(re.findall(r"\w+", gap)) <= SIDE_BY_SIDE for gap in between) > 1
    return {name for name, _ in found}, heaped or any(EITHER.fullmatch(gap) for gap in between)


def _anonymous_analytics(page: Page, code: str) -> Found | None:
    """In one sentence, or in two that follow each other."""
    if one := _written(page, code):
        return one
    tool, anonymous = phrases.of("clue", "analytics", page.langs), phrases.of("clue", "anonymous", page.langs)
    for first, second in pairwise(page.sentences):
        if first.kind != "heading" and tool.find(first.low, "") and anonymous.find(second.low, first.low):
            return (second, first)
    return None


def _denies_recipients(page: Page, _: str) -> Found | None:
    return _against(page, "denied_recipients", "recipients")


def _denies_transfers(page: Page, _: str) -> Found | None:
    return _against(page, "denied_transfers", "outside_tool", before=True)


def _authority_not_named(page: Page, _: str) -> Found | None:
    """A complaint to an authority that no sentence names."""
    one = said(page, "item", "complaint")
    return (one, None) if one and said(page, "clue", "authority", headings=True) is None else None


def _cookies_undetailed(page: Page, _: str) -> Found | None:
    """Cookies for statistics or marketing, of which nothing more is told, and for which nobody asks."""
    one = said(page, "clue", "cookies")
    return (one, None) if one and said(page, "clue", "cookie_details", headings=True) is None else None


def _against(page: Page, denied: str, named: str, before: bool = False) -> Found | None:
    """A sentence that denies, and another that names what is denied: below it, or in another section (`before`: anywhere)."""
    one = said(page, "clue", denied)
    if one is None:
        return None
    for found in every(page, "clue", named):
        apart = found.start >= one.end or found.end <= one.start
        if apart and (before or found.start > one.start or found.above != one.above):
            return one, found
    return None


SPECIAL: dict[str, Callable[[Page, str], Found | None]] = {
    "placeholder": _placeholder, "one_basis_for_all": _one_basis_for_all, "denies_recipients": _denies_recipients,
    "denies_transfers": _denies_transfers, "anonymous_analytics": _anonymous_analytics,
    "authority_not_named": _authority_not_named, "cookies_undetailed": _cookies_undetailed,
}  # fmt: skip
