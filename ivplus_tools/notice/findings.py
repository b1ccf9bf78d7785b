"""What is missing, stale or wrong in a notice, and where it and the register differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from ivplus_tools import _law, _words
from ivplus_tools._findings import Finding
from ivplus_tools.notice import against, dates, items, signs
from ivplus_tools.notice.page import OTHER_LANGUAGE, Page
from ivplus_tools.notice.state import RESTS, NoticeState

LONGEST_QUOTE = 160
DIFFERS = {against.NOT_SAID: "NOT-010", against.NOT_KEPT: "NOT-011", against.CONTRADICTED: "NOT-013"}


def findings(state: NoticeState) -> Iterator[Finding]:
    """Of every notice that stands, and of what should have been told."""
    for stands in state.notices:
        one = stands.record
        page = state.page(one)
        yield from of_page(page, state, one.id, stands.entry.valid_from)
        yield from _age(one, stands.entry.valid_from, state)
        yield from _dated(page, one.id, one.published or stands.entry.valid_from)
        yield from _changed(one.id, state)
    if state.activities and not state.notices:
        first = min(body["valid_from"] for body in state.activities.values())
        yield Finding("notice", "NOT-020", first, {"count": len(state.activities)})


def of_page(page: Page, state: NoticeState, subject: str, since: date) -> Iterator[Finding]:
    """What is found of one page, published or not yet."""
    known = items.judge(page, state.on, state.needed), against.compare(page, state, subject)
    for _, found in placed(page, state, *known):
        yield Finding(subject, found.code, since, found.about, found.rule, found.severity)


def placed(page: Page, state: NoticeState, judged: Sequence[items.Item], matches: Sequence[against.Match]) -> Iterator[tuple[int, Finding]]:
    """The same of a page whose items and matches are known, each with its place in the text; -1 where it stands nowhere."""
    yield from ((-1, one) for one in _reading(page))
    for one in judged:
        fact = _law.codes("notice_item")[one.code]
        weight = str((fact.on(state.on) or {})["weight"])
        if one.present == items.NO:
            yield -1, _found("NOT-001", one.rule, weight if one.needed else "warning", item=fact.name)
        elif one.present == items.CANNOT_TELL:
            yield one.start, _found("NOT-002", one.rule, item=fact.name, quote=_quote(page, one.start, one.end))
    for sign in signs.find(page, state.on):
        quote = _quote(page, sign.start, sign.end) + (f" ↔ {_quote(page, *sign.other)}" if sign.other else "")
        yield sign.start, _found("NOT-003", sign.rule, sign.weight, sign=_law.fact(sign.rule).name, quote=quote)
    if not state.activities:
        yield -1, _found("NOT-014")
    for (what, differs, start, end), alike in _grouped(matches).items():
        quote = _quote(page, start, end)
        yield start, _found(DIFFERS[differs], what=_words.label_of(what), term=_joined([against.shown(one) for one in alike]), quote=quote)
    unmatched = [match for match in matches if match.state == against.CANNOT_TELL]
    if unmatched:
        yield -1, _found("NOT-012", count=len(unmatched), of=len(matches))


def _grouped(matches: Sequence[against.Match]) -> dict[tuple[str, str, int, int], list[against.Match]]:
    """Differences of one kind that stand in one place: nine countries that one sentence denies are one finding."""
    found: dict[tuple[str, str, int, int], list[against.Match]] = {}
    for one in matches:
        if one.state in DIFFERS:
            found.setdefault((one.what, one.state, one.start, one.end), []).append(one)
    return found


def _joined(terms: list[dict[str, str]]) -> dict[str, str]:
    """Terms one behind the other, in each language."""
    return {lang: "; ".join(one[lang] for one in terms) for lang in _words.LANGS}


def _reading(page: Page) -> Iterator[Finding]:
    """What was not read, and a page that is not in the language that it says."""
    if page.unread:
        yield _found("NOT-004", count=len(page.unread))
    if not page.langs or OTHER_LANGUAGE in dict(page.unread):
        yield _found("NOT-005", lang="–", declared=page.declared or ", ".join(page.langs) or "–")
    elif page.declared and page.declared in _words.LANGS and page.declared != page.langs[0]:
        yield _found("NOT-005", lang=page.langs[0], declared=page.declared)


def _age(one: Any, since: date, state: NoticeState) -> Iterator[Finding]:
    """A register that has changed since, and a language that lags behind another."""
    day = one.published or since
    newer = [
        max(entry.valid_from, day)
        for entry in state.sealed
        if entry.kind in RESTS and max(entry.valid_from, entry.recorded_at.date()) > day
    ]
    if newer:
        last = max(newer)
        yield Finding(one.id, "NOT-021", last, {"published": day, "count": len(newer)})
    others = [other.record for other in state.notices if other.record.notice_language != one.notice_language]
    later = [other for other in others if other.published and day < other.published]
    if later:
        newest = max(later, key=lambda other: other.published)
        yield Finding(one.id, "NOT-022", newest.published, {"published": day, "other": newest.id, "newer": newest.published})


def _dated(page: Page, subject: str, published: date) -> Iterator[Finding]:
    """A text that says it was changed after the day on which it was recorded as published."""
    later = [one for one in dates.of_page(page) if one.what == "changed" and one.day and one.day > published]
    if later:
        last = max(later, key=lambda one: one.day or date.min)
        yield Finding(subject, "NOT-006", published, {"published": published, "quote": _quote(page, last.start, last.end)})


def _changed(subject: str, state: NoticeState) -> Iterator[Finding]:
    """A published page that no longer said what was recorded of it, when it was last looked at."""
    last = state.last_check(subject)
    if last and last.is_same == "no":
        yield Finding(subject, "NOT-023", last.checked, {"checked": last.checked, "count": last.lines_changed})


def _found(code: str, rule: str | None = None, severity: str | None = None, **about: object) -> Finding:
    return Finding("", code, date.min, about, rule, severity)


def _quote(page: Page, start: int, end: int) -> str:
    """Words of the page, shortened where they are many."""
    told = " ".join(page.quote(start, end).split()) if start >= 0 else ""
    return told if len(told) <= LONGEST_QUOTE else told[: LONGEST_QUOTE - 1].rsplit(" ", 1)[0] + " …"
