"""Whether an impact assessment is needed: the criteria of WP248 and the Finnish list, each with how it is known.

A field that tells exactly what is asked decides, and so do unmistakable words; other words are a suggestion, and the answer is then that
it cannot be told. Silence is never a no: what a record does not speak of, the officer answers, each by itself or the silent ones at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from ivplus_tools import _law, _records
from ivplus_tools._state import Stands
from ivplus_tools.assessments import wording
from ivplus_tools.assessments.records import Screening
from ivplus_tools.assessments.state import Assessments, Body, many, told

YES, NO, CANNOT_TELL = "yes", "no", "cannot_tell"
SENSITIVE = "W4"
"""The criterion that biometric, genetic and location data meet by themselves: the list asks for a further one."""
ASKS = {
    "W2": ("automated_decisions",), "W4": ("special_categories", "data_categories"), "W5": ("people_count",), "W7": ("data_subjects",),
    "biometric": ("special_categories", "data_categories"), "genetic": ("special_categories", "data_categories"),
    "no_informing": ("notice",),
}  # fmt: skip
"""What the record has to tell before it counts as silent, and not as blank; of the others: purposes and categories of data."""
EXACT = ("W4", "W7", "biometric", "genetic", "no_informing")
"""Where those fields tell exactly what is asked, so that what they do not hold is not there."""
SILENT = "nothing"
"""How it is known where the record describes the processing and speaks of no such thing: the officer may answer all of these at once."""
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

    def name(self, lang: str) -> str:
        """The criterion or the item, for a reader."""
        listed = "wp248_criterion" if self.code in _law.codes("wp248_criterion") else "tsv_dpia_item"
        return _records.name_of(listed, self.code, lang)

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
    """Whether the officer says so where the law leaves no choice or something is still open: it does not hold."""

    def met(self, answer: str = YES) -> tuple[str, ...]:
        """The criteria that hold, or of which it cannot be told."""
        return tuple(one.code for one in self.criteria if one.holds == answer)

    @cached_property
    def open(self) -> tuple[Answer, ...]:
        """The criteria and items that are not answered."""
        return tuple(one for one in (*self.criteria, *self.items) if one.holds == CANNOT_TELL)

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
    listed = _items(body, columns) if _law.value("gdpr:35(4)", state.on) else ()
    items = tuple(_with_further(_said(one, answers, fresh), criteria) for one in listed)
    found = _required(state, body, Screened(name, criteria, items, CANNOT_TELL, "untold", "wp248:count"))
    return _decided(found, answers, fresh)


def begun(state: Assessments, name: str) -> Screening:
    """The officer's answers of an activity as they still hold, to be gone on with: what a change has taken back is not given again."""
    answers = state.screening_of(name)
    if answers is None:
        return Screening.of(f"{name}/tarve", activity=name)
    record: Screening = answers.record
    if not state.changed_since(answers):
        return record
    needed = YES if record.dpia_needed == YES else None
    return record.replace(
        criteria=tuple(one for one in record.criteria or () if one.applies == YES) or None, rest_reason=None, dpia_needed=needed
    )


def with_rest(state: Assessments, name: str, reason: str) -> Screening:
    """The same with one no to all that the record is silent of."""
    return begun(state, name).replace(rest_reason=reason)


def _said(one: Answer, answers: Stands | None, fresh: bool) -> Answer:
    """A criterion with the officer's answer, or an answer to all that is silent; a no does not outlive a change of the activity."""
    if answers is None:
        return one
    for given in answers.record.criteria or ():
        if given.criterion == one.code and (fresh or given.applies == YES):
            return replace(one, said=given.applies, reason=given.reason)
    if fresh and one.how == SILENT and answers.record.rest_reason:
        by = answers.record.reviewed_by or answers.entry.recorded_by
        return replace(one, said=NO, reason=f"{answers.record.rest_reason} ({by})")
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
    if met >= enough and (left := _left_to_sole(state, body, found)) is not None:
        return found if left else replace(found, required=NO, reason="sole", rule="wp248:sole")
    if met >= enough:
        return replace(found, required=YES, reason="two")
    if body.get("dpia") in ("required", "done"):
        return replace(found, required=YES, reason="register", rule="gdpr:35(1)")
    if met + open_ones >= enough or any(one.holds == CANNOT_TELL for one in found.items):
        return found
    return replace(found, required=NO, reason="one" if met else "none")


def _decided(found: Screened, answers: Stands | None, fresh: bool) -> Screened:
    """The officer's own conclusion: it raises, and departs from the rule of two where nothing is open, and from nothing that is law.

    Of a doubt it settles only what words suggest of the list, which no answer to a criterion can.
    """
    needed = answers.record.dpia_needed if answers else None
    if needed == YES and found.required != YES:
        return replace(found, required=YES, reason="officer", rule="gdpr:35(1)")
    if needed != NO or not fresh or found.required == NO:
        return found
    by_words = any(one.holds == YES and one.how == "words" for one in found.items)
    is_law = found.required == YES and found.reason != "two" and not (found.reason in ("listed", "whistleblowing") and by_words)
    suggested = {one.code for one in found.items if one.how in (wording.PERHAPS, wording.SURE, "found")}
    if is_law or any(one.code not in suggested for one in found.open):
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
    if one.holds == NO or _law.entry("tsv_dpia_item", one.code).get("alone"):
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
    """What the words of the record say; that they say nothing is a no only where a field tells exactly what is asked."""
    if said := wording.told_by(wording.texts_of(body)).get((table, code)):
        how, name, text = said
        return Answer(code, YES if how == wording.SURE else CANNOT_TELL, how, name, text)
    if where := next((where for kind, where in columns if kind in wording.lists(table, code).kinds), None):
        return Answer(code, CANNOT_TELL, "found", "found_columns", where)
    asks = ASKS.get(code, DESCRIBED)
    missing = [name for name in asks if not told(body, name)]
    if missing:
        return Answer(code, CANNOT_TELL, "not_told", missing[0])
    return Answer(code, NO, "field", asks[0]) if code in EXACT else Answer(code, CANNOT_TELL, SILENT, asks[0])


def _left_to_sole(state: Assessments, body: Body, found: Screened) -> list[str] | None:
    """What is open before these are for certain the few patients or clients of one professional; nothing (None) where they are not."""
    left = set(_law.value("wp248:sole", state.on).get("criteria_left", ()))
    small = any(one.code == "W5" and one.holds == NO for one in found.criteria)
    said = wording.told_by(wording.texts_of(body)).get(("sole", "practitioner"))
    if not small or said is None or said[0] != wording.SURE or not set(found.met()) <= left:
        return None
    return [one.code for one in found.open if one.code not in left]


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
