"""What the records fill of an assessment, each answer with its source; what is blank is the officer's to say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ivplus_tools import _law, _places, _records, _words
from ivplus_tools._records import Record
from ivplus_tools._state import Stands
from ivplus_tools.assessments.records import BalancingTest, ImpactAssessment
from ivplus_tools.assessments.screening import YES, screen
from ivplus_tools.assessments.state import Assessments, Body, many

Filled = dict[str, tuple[Any, str]]
"""By field: the answer, and where it is from: a kind of record, and a field of it."""
NOT_ASKED = ("id", "activity", "purpose", "remarks", "authority_answer", "consulted")
"""What is no question of the form, or only comes later."""


@dataclass(frozen=True)
class Answers:
    """An assessment to be: what is given by records, with sources, and what the officer says (`mine`), which wins."""

    kind: type[Record]
    subject: str
    given: Filled
    mine: dict[str, Any] = field(default_factory=dict)

    @property
    def activity(self) -> str:
        """The activity that it is about."""
        return str(self.given["activity"][0])

    @property
    def purpose(self) -> str | None:
        """Of a balancing test: the purpose that it weighs."""
        got: str | None = self.given.get("purpose", (None, ""))[0]
        return got

    @property
    def names(self) -> list[str]:
        """Every question, by its field."""
        return [name for name in self.kind.model_fields if name not in NOT_ASKED]

    @property
    def blanks(self) -> list[str]:
        """The questions that nobody has answered yet."""
        return [name for name in self.names if self.of(name) is None]

    def of(self, name: str) -> Any:
        """The answer as the record would hold it."""
        got = self.mine[name] if name in self.mine else self.given[name][0] if name in self.given else None
        return _records.answer_of(self.kind, name, got)

    def source(self, name: str, lang: str) -> str:
        """Where an answer is from, for a reader; empty where there is none."""
        if name in self.mine:
            return _words.say("assessment.own", lang)
        return said_source(self.given[name][1], lang) if name in self.given else ""


def said_source(source: str, lang: str) -> str:
    """A source such as `activity/purposes` for a reader: the kind of record, and the field."""
    kind, _, name = source.partition("/")
    told = _words.values("kind").get(kind, {}).get(lang, kind)
    return f"{told}, {_words.field_label(name, lang)}" if name else told


# --- what the records fill


def balancing(state: Assessments, name: str, purpose: str | None) -> Answers:
    """The test of a purpose of an activity: what stands of it, and of the register what it answers."""
    body, interests = state.activity(name), state.interests(name)
    known = [one.get("purpose") for one in interests]
    if not interests:
        raise _words.refusal("no_legitimate_interest", got=name)
    if purpose is None and len(interests) > 1:
        raise _words.refusal("which_purpose", got=name, known="; ".join(map(str, known)))
    if purpose is not None and purpose not in known:
        raise _words.refusal("unknown_value", got=purpose, what="purpose", near=_words.nearest(purpose, map(str, known)) or "–")
    one = interests[known.index(purpose)] if purpose is not None else interests[0]
    stands = state.test_of(name, one.get("purpose"))
    filled: Filled = {"activity": (name, "activity"), "purpose": (one.get("purpose"), "activity/purposes")}
    filled |= _some(one.get("legitimate_interest"), "legitimate_interest", "activity/purposes")
    filled |= _joined(body, "people_relation", "data_subjects") | _measures(state, name, "test_safeguards")
    if any(one.code == "W7" and one.holds == YES for one in screen(state, name).criteria):
        filled |= {"has_vulnerable": (YES, "activity/data_subjects")}
    ident = f"{name}/tt" if len(interests) == 1 else f"{name}/tt-{known.index(one.get('purpose')) + 1}"
    return _with_recorded(BalancingTest, stands, filled, ident)


def impact(state: Assessments, name: str) -> Answers:
    """The impact assessment of an activity: what stands of it, and what register, review, discovery and measures answer."""
    body = state.activity(name)
    filled: Filled = {"activity": (name, "activity")}
    filled |= _some([_purpose(one, state.lang) for one in many(body, "purposes")], "dpia_purposes", "activity/purposes")
    filled |= _some([*many(body, "data_categories"), *_special(body, state.lang)], "dpia_data", "activity/data_categories")
    filled |= _some(_columns(state, name), "dpia_data", "data_scan") if "dpia_data" not in filled else {}
    filled |= _some(_people(body), "dpia_people", "activity/data_subjects")
    filled |= _recipients(state, name, body) | _transfers(state, name, body)
    filled |= _some([_period(one, state.lang) for one in many(body, "retention")], "dpia_retention", "activity/retention")
    filled |= _answer(body, "systems", "dpia_systems", lambda ref: str(state.bodies("system").get(ref, {}).get("name") or ref))
    filled |= _measures(state, name, "dpia_measures")
    return _with_recorded(ImpactAssessment, state.assessment_of(name), filled, f"{name}/via")


def _with_recorded(kind: type[Record], stands: Stands | None, filled: Filled, ident: str) -> Answers:
    """What is recorded already wins over what the register says now; that they differ is a finding's to tell."""
    held = stands.record if stands else None
    told = {name: getattr(held, name) for name in kind.model_fields if name != "id" and getattr(held, name, None) is not None}
    given = {name: got for name, got in filled.items() if got[0] is not None}
    return Answers(kind, held.id if held else ident, {**given, **{name: (got, kind.kind) for name, got in told.items()}})


def _some(got: Any, name: str, source: str) -> Filled:
    """A field that has an answer."""
    return {name: (got, source)} if got not in (None, [], "") else {}


def _joined(body: Body, name: str, of: str) -> Filled:
    return _some("; ".join(map(str, many(body, of))), name, f"activity/{of}")


def _answer(body: Body, of: str, name: str, named: Callable[[str], str]) -> Filled:
    """A list answer with names in the place of identifiers, or one of the other answers."""
    answer = body.get(of)
    return _some([named(str(one)) for one in answer] if isinstance(answer, list) else answer, name, f"activity/{of}")


def _purpose(one: Body, lang: str) -> str:
    basis = _records.name_of("legal_basis", one["legal_basis"], lang) if one.get("legal_basis") else ""
    return ": ".join(filter(None, (one.get("purpose") or "–", basis)))


def _special(body: Body, lang: str) -> list[str]:
    return [_records.name_of("special_category", one, lang) for one in many(body, "special_categories")]


def _people(body: Body) -> list[str]:
    count = body.get("people_count")
    return [*map(str, many(body, "data_subjects")), *([str(count)] if count and many(body, "data_subjects") else [])]


def _period(one: Body, lang: str) -> str:
    period = one.get("period")
    told = _words.say_period(period, lang) if period and _records.is_period(period) else period or "–"
    return ": ".join(filter(None, (one.get("data_category"), told)))


def _columns(state: Assessments, name: str) -> list[str]:
    """Columns that scans have found in the tables of an activity."""
    named = _words.values("personal_data_kind")
    return [f"{where}: {named.get(kind, {}).get(state.lang, kind)}" for kind, where in state.columns_of(name)]


def _recipients(state: Assessments, name: str, body: Body) -> Filled:
    """Recipients and processors; that there are none only where the register says so of both."""
    names = [str(one.get("recipient")) for one in many(body, "recipients") if one.get("recipient")]
    refs = [str(one) for one in many(body, "processors")]
    refs += [ident for ident, one in state.bodies("processor").items() if name in many(one, "activities")]
    names += [_called(state, ref) for ref in refs]
    answers = (body.get("recipients"), body.get("processors"))
    if not names and None not in answers:
        return _some(answers[0], "dpia_recipients", "activity/recipients")
    return _some(list(dict.fromkeys(names)), "dpia_recipients", "activity/recipients")


def _called(state: Assessments, ref: str) -> str:
    processor = state.bodies("processor").get(ref, {})
    return str(state.bodies("organisation").get(processor.get("organisation") or ref, {}).get("name") or ref)


def _transfers(state: Assessments, name: str, body: Body) -> Filled:
    """Transfers that the review has recorded for the activity, else what the register says of them."""
    told = [
        ": ".join(filter(None, (_places.name(one["country"], state.lang), _mechanism(one, state.lang))))
        for one in state.bodies("transfer").values() if name in many(one, "activities") and one.get("country")
    ]  # fmt: skip
    return _some(told, "dpia_transfers", "transfer") or _answer(body, "transfers", "dpia_transfers", str)


def _mechanism(one: Body, lang: str) -> str:
    return _records.name_of("transfer_mechanism", one["mechanism"], lang) if one.get("mechanism") else "–"


def _measures(state: Assessments, activity: str, name: str) -> Filled:
    """Security measures of the register, and those that stand by themselves for the activity or its systems."""
    body = state.activities[activity]
    systems = set(map(str, many(body, "systems")))
    own = [
        str(one.get("name") or ident) for ident, one in state.bodies("security_measure").items()
        if activity in many(one, "activities") or systems & set(map(str, many(one, "systems")))
    ]  # fmt: skip
    said = list(map(str, many(body, "security_measures")))
    each: dict[str, str] = {}
    for one in [*said, *own]:
        each.setdefault(one.casefold(), one)  # the same in other letters is the same: as it was said first
    return _some([*each.values()], name, "activity/security_measures" if said else "security_measure")


def consultation_weeks(state: Assessments) -> str:
    """The period in which the authority answers, in words."""
    period = _law.value("gdpr:36(2)", state.on).get("period")
    return _words.say_period(period, state.lang) if period else "–"
