"""Whether an impact assessment is needed: the criteria of WP248 and the Finnish list, each with how it is known.

A field that says it decides. Unmistakable words decide where no field is asked for; other words are a suggestion, and the answer is then
that it cannot be told. Nothing said where the record is silent is no answer either.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from ivplus_tools import _law, _records
from ivplus_tools._state import Stands
from ivplus_tools.assessments import wording
from ivplus_tools.assessments.state import Assessments, Body, many, told

YES, NO, CANNOT_TELL = "yes", "no", "cannot_tell"
SENSITIVE = "W4"
"""The criterion that biometric, genetic and location data meet by themselves: the list asks for a further one."""
ASKS = {
    "W2": ("automated_decisions",), "W4": ("special_categories", "data_categories"), "W5": ("people_count",), "W7": ("data_subjects",),
    "biometric": ("special_categories", "data_categories"), "genetic": ("special_categories", "data_categories"),
    "no_informing": ("notice",),
}  # fmt: skip
"""What the record has to tell before its silence means anything; of the others: purposes and categories of data."""
Columns = Sequence[tuple[str, str]]
"""What scans have found: the kind of data, and where."""
DESCRIBED = ("purposes", "data_categories")


@dataclass(frozen=True)
class Answer:
    """A criterion or an item of the list: what the record shows and how, what the officer says, and what holds."""

    code: str
    shows: str
    how: str
    field: str = ""
    quote: str = ""
    said: str | None = None
    reason: str | None = None

    @property
    def holds(self) -> str:
        """What holds: the officer's answer raises and settles a doubt; it lowers only with its reason."""
        if self.said == YES or (self.said == NO and self.reason):
            return str(self.said)
        return self.shows

    @property
    def is_lowered(self) -> bool:
        """Whether the officer says no where the record shows it."""
        return self.shows == YES and self.holds == NO


@dataclass(frozen=True)
class Screened:
    """An activity against the criteria and the list. `required` with its `reason` (a key of the labels) and `rule`."""

    activity: str
    criteria: tuple[Answer, ...]
    items: tuple[Answer, ...]
    required: str
    reason: str
    rule: str
    departs: bool = False
    """Whether the officer says that none is made although as a rule one is."""
    refused: bool = False
    """Whether the officer says so where the law leaves no choice: it does not hold."""

    def met(self, answer: str = YES) -> tuple[str, ...]:
        """The criteria that hold, or of which it cannot be told."""
        return tuple(one.code for one in self.criteria if one.holds == answer)

    @cached_property
    def listed(self) -> tuple[str, ...]:
        """The items of the list that hold."""
        return tuple(one.code for one in self.items if one.holds == YES)


def screen(state: Assessments, name: str) -> Screened:
    """An activity screened by what the register says of it, and by what the officer has answered since it last changed."""
    body, answers = state.activity(name), state.screening_of(name)
    columns = state.columns_of(name)
    fresh = answers is not None and not state.changed_since(answers)
    criteria = tuple(_said(one, answers, fresh) for one in _criteria(state, body, columns))
    items = tuple(_with_further(one, criteria) for one in _items(body, columns)) if _law.value("gdpr:35(4)", state.on) else ()
    found = _required(state, body, Screened(name, criteria, items, CANNOT_TELL, "untold", "wp248:count"))
    return _decided(found, answers, fresh)


def _said(one: Answer, answers: Stands | None, fresh: bool) -> Answer:
    """A criterion with the officer's answer; a no does not outlive a change of the activity."""
    for given in answers.record.criteria or () if answers else ():
        if given.criterion == one.code and (fresh or given.applies == YES):
            return replace(one, said=given.applies, reason=given.reason)
    return one


def _required(state: Assessments, body: Body, found: Screened) -> Screened:
    """What follows: what the law always asks, the list, two criteria, and what may still come to that."""
    if triggers := many(body, "dpia_triggers"):
        return replace(found, required=YES, reason="trigger", rule=f"gdpr:{triggers[0]}")
    if "whistleblowing" in found.listed:
        return replace(found, required=YES, reason="whistleblowing", rule="tsv:35(4):whistleblowing")
    if found.listed:
        return replace(found, required=YES, reason="listed", rule=f"tsv:35(4):{found.listed[0]}")
    enough, met, open_ones = int(_law.near("wp248:count", state.on)["criteria"]), len(found.met()), len(found.met(CANNOT_TELL))
    if met >= enough and _is_sole(state, body, found):
        return replace(found, required=NO, reason="sole", rule="wp248:sole")
    if met >= enough:
        return replace(found, required=YES, reason="two")
    if body.get("dpia") in ("required", "done"):
        return replace(found, required=YES, reason="register", rule="gdpr:35(1)")
    if met + open_ones >= enough or any(one.holds == CANNOT_TELL for one in found.items):
        return found
    return replace(found, required=NO, reason="one" if met else "none")


def _decided(found: Screened, answers: Stands | None, fresh: bool) -> Screened:
    """The officer's own conclusion: it raises, settles a doubt, departs from the rule of two, and from nothing that is law."""
    needed = answers.record.dpia_needed if answers else None
    if needed == YES and found.required != YES:
        return replace(found, required=YES, reason="officer", rule="gdpr:35(1)")
    if needed != NO or not fresh or found.required == NO:
        return found
    by_words = any(one.holds == YES and one.how == "words" for one in found.items)
    if found.required == YES and found.reason != "two" and not (found.reason in ("listed", "whistleblowing") and by_words):
        return replace(found, refused=True)
    return replace(found, required=NO, reason="departs", departs=found.required == YES)


# --- criteria and items, from fields and words


def _criteria(state: Assessments, body: Body, columns: Columns) -> Iterator[Answer]:
    """Each criterion as the record shows it."""
    for code in _law.codes("wp248_criterion"):
        yield _by_trigger(code, body) or _by_field(state, code, body) or _by_words("criterion", code, body, columns)


def _items(body: Body, columns: Columns) -> Iterator[Answer]:
    """Each item of the list as the record shows it, before a further criterion is looked for."""
    for code in _law.codes("tsv_dpia_item"):
        yield _by_category(code, body) or _by_words("item", code, body, columns)


def _with_further(one: Answer, criteria: Sequence[Answer]) -> Answer:
    """An item holds with a further criterion; a whistleblowing system by itself."""
    if one.shows == NO or _law.entry("tsv_dpia_item", one.code).get("alone"):
        return one
    others = {other.holds for other in criteria if other.code != SENSITIVE}
    further = YES if YES in others else CANNOT_TELL if CANNOT_TELL in others else NO
    if further == YES:
        return one
    if further == NO:
        return replace(one, shows=NO, how="further")
    return replace(one, shows=CANNOT_TELL)


def _by_trigger(code: str, body: Body) -> Answer | None:
    """A circumstance of Article 35(3) that the officer has recorded."""
    found = next((one for one in many(body, "dpia_triggers") if code in _law.entry("dpia_trigger", one).get("criteria", ())), None)
    return Answer(code, YES, "field", "dpia_triggers", found) if found else None


def _by_category(code: str, body: Body) -> Answer | None:
    return Answer(code, YES, "field", "special_categories", code) if code in many(body, "special_categories") else None


def _by_field(state: Assessments, code: str, body: Body) -> Answer | None:
    """A criterion that a field of the record answers by itself."""
    if code == "W2" and told(body, "automated_decisions"):
        answer = body["automated_decisions"]
        if not isinstance(answer, str):
            return Answer(code, NO, "field", "automated_decisions")
        return Answer(code, CANNOT_TELL if wording.is_denied(answer, "within") else YES, "field", "automated_decisions", answer)
    if code == SENSITIVE:
        name = "special_categories" if many(body, "special_categories") else "criminal_data"
        answer = body.get(name)
        if (isinstance(answer, str) and not wording.is_denied(answer)) or isinstance(answer, list):
            return Answer(code, YES, "field", name, answer if isinstance(answer, str) else ", ".join(answer))
    if code == "W5" and told(body, "people_count"):
        sensitive = bool(many(body, "special_categories")) or isinstance(body.get("criminal_data"), str)
        return _by_count(state, str(body["people_count"]), sensitive)
    return None


def _by_count(state: Assessments, count: str, sensitive: bool) -> Answer:
    """How many people: between the two bounds of practice it cannot be told."""
    low, high = _records.bounds(count)
    practice = _law.near("wp248:5", state.on)
    large = practice["large_sensitive" if sensitive else "large_from"]
    shows = YES if low >= large else NO if high < practice["small_below"] else CANNOT_TELL
    return Answer("W5", shows, "field", "people_count", count)


def _by_words(table: str, code: str, body: Body, columns: Columns) -> Answer:
    """What the words of the record say; silence says no only where the record tells what is asked for."""
    if said := wording.told_by(wording.texts_of(body)).get((table, code)):
        how, name, text = said
        return Answer(code, YES if how == wording.SURE else CANNOT_TELL, how, name, text)
    if where := next((where for kind, where in columns if kind in wording.lists(table, code).kinds), None):
        return Answer(code, CANNOT_TELL, "found", "found_columns", where)
    asks = ASKS.get(code, DESCRIBED)
    missing = [name for name in asks if not told(body, name)]
    return Answer(code, CANNOT_TELL, "not_told", missing[0]) if missing else Answer(code, NO, "nothing", asks[0])


def _is_sole(state: Assessments, body: Body, found: Screened) -> bool:
    """Whether these are the patients or clients of one professional, of whom the record tells how few there are."""
    left = set(_law.value("wp248:sole", state.on).get("criteria_left", ()))
    small = any(one.code == "W5" and one.holds == NO for one in found.criteria)
    said = wording.told_by(wording.texts_of(body)).get(("sole", "practitioner"))
    return small and said is not None and said[0] == wording.SURE and set(found.met()) <= left


def unfit(state: Assessments, name: str, what: str) -> str:
    """The words by which a legitimate interest is not, or not alone, a basis: an identity code, electronic marketing; else empty."""
    body, words = state.activities[name], wording.lists("unfit", what)
    if what == "identity_code":
        texts = [str(one) for one in many(body, "data_categories")]
    else:
        interests = [str(one.get("purpose") or "") for one in state.interests(name)]
        whole = len(interests) == len(many(body, "purposes")) > 0
        texts = [*interests, *([str(body.get("name") or "")] if whole else [])]
    return next((one for one in texts if words.strength("purposes", one.casefold()) == wording.SURE), "")
