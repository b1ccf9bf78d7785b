"""Each sentence of a notice, what it promises, and what keeps it: records of the register and the rooms, or nothing yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ivplus_tools import _dates, _law, _words
from ivplus_tools.notice import phrases, signs
from ivplus_tools.notice.page import Page
from ivplus_tools.notice.state import NoticeState

KEPT, UNKEPT, BROKEN, INFORMS = "kept", "nothing_keeps_it", "broken", "informs"


@dataclass(frozen=True)
class Promise:
    """One sentence: its place, what it is about, the kinds of record that keep it, how many stand, and how that is called."""

    start: int
    end: int
    topic: str
    state: str
    kinds: tuple[str, ...] = ()
    records: int = 0


def of_page(page: Page, state: NoticeState) -> Iterator[Promise]:
    """Every sentence but the headings; one that promises nothing only informs."""
    topics = _words.read("phrases")["promise"]
    for one in page.sentences:
        if one.kind in ("heading", "label", "cell", "whole_row"):
            continue
        topic = next((name for name in topics if phrases.of("promise", name, page.langs).find(one.low, one.above)), None)
        if topic is None:
            yield Promise(one.start, one.end, "", INFORMS)
            continue
        kinds = tuple(topics[topic].get("kept_by", ()))
        good, bad = _evidence(topics[topic], state)
        kept = BROKEN if bad else KEPT if good else UNKEPT
        told = _denied(topics[topic], state) if signs.denies(page, one) else kept
        yield Promise(one.start, one.end, topic, told, kinds, good + bad)


def _evidence(topic: dict[str, Any], state: NoticeState) -> tuple[int, int]:
    """How many records keep a promise, and how many say otherwise: of each subject the last by its day; who tells nothing keeps nothing."""
    good = bad = 0
    for kind in topic.get("kept_by", ()):
        if rule := topic.get("in_time", {}).get(kind):
            told = [_in_time(body, rule, state) for body in state.bodies(kind).values()]
            good, bad = good + told.count(True), bad + told.count(False)
            continue
        proof = topic.get("proof", {}).get(kind)
        bodies: list[dict[str, Any]] = [{"id": ident, **body} for ident, body in state.bodies(kind).items()]
        if proof is None:
            good += len(bodies)
            continue
        done = [one for one in bodies if str(one.get(proof["day"]) or "9999") <= state.on.isoformat()]
        last = {tuple(str(one.get(name)) for name in proof["each"]): one for one in sorted(done, key=lambda one: str(one[proof["day"]]))}
        told = [one.get(proof["result"]) for one in last.values()]
        good += sum(answer in proof["good"] for answer in told)
        bad += sum(answer is not None and answer not in proof["good"] for answer in told)
    return good, bad


def _in_time(body: Mapping[str, Any], rule: str, state: NoticeState) -> bool | None:
    """Whether something received was answered within the time of a rule; None while there is time, or where a pause hides the day."""
    if not body.get("received") or body.get("pauses"):
        return None
    law = _law.near(rule, state.on)
    length = law["extended" if body.get("extension_told") else "period"]
    due = _dates.day(_dates.deadline(body["received"], length).due)
    if answered := body.get("answered"):
        return _dates.day(answered) <= due
    return False if state.on > due else None


def _denied(topic: dict[str, Any], state: NoticeState) -> str:
    """Whether it is kept that something is not done: only where the register says so of every activity; records of it break it."""
    condition = topic.get("denied_if")
    if condition is None:
        return UNKEPT
    told = state.needed.get(condition)
    return UNKEPT if told is None else BROKEN if told else KEPT
