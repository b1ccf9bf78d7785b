"""Which assessments are missing, stale, incomplete, or say otherwise than their steps; what the register tells already is not repeated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from ivplus_tools import _dates, _law, _records, _words
from ivplus_tools._findings import Due, Finding
from ivplus_tools._records import Stated, texts
from ivplus_tools._state import Stands
from ivplus_tools.assessments.records import UNMET, AssessedRisk, BalancingTest, ImpactAssessment, Screening
from ivplus_tools.assessments.screening import CANNOT_TELL, NO, YES, Screened, screen, unfit
from ivplus_tools.assessments.state import Assessments, Body, many

LEVELS = ("low", "medium", "high")
"""Of a risk, from the least."""
NEEDED: dict[str, tuple[str, ...]] = {
    BalancingTest.kind: (
        "legitimate_interest", "interest_lawful", "interest_real", "is_necessary", "alternatives", "is_expected", "people_impact",
        "has_vulnerable", "objection_handling", "interest_prevails", "conclusion_reason", "reviewed_by", "reviewed",
    ),
    ImpactAssessment.kind: (
        "dpia_description", "dpia_purposes", "dpia_necessity", "proportionality", "assessed_risks", "dpia_measures", "dpo_advice",
        "residual_risk", "reviewed_by", "reviewed",
    ),
}  # fmt: skip
"""Without which an assessment is one in name only (Art. 6(1)(f), 35(7))."""


def findings(state: Assessments) -> Iterator[Finding]:
    """Every finding of the assessments on its day."""
    for name, body in state.activities.items():
        for one in (*_interests(state, name), *_impact(state, name)):
            yield Finding(name, one.code, body["valid_from"], one.about, one.rule)
    for kind in (BalancingTest.kind, Screening.kind, ImpactAssessment.kind):
        for stands in state.of(kind):
            yield from about(state, stands)


def due(state: Assessments) -> Iterator[Due]:
    """Reviews, and the answer of the authority to a prior consultation."""
    for kind, what, rule in (
        (BalancingTest.kind, "due.balancing_review", "gdpr:24(1)"),
        (ImpactAssessment.kind, "due.dpia_review", "gdpr:35(11)"),
    ):
        for stands in state.of(kind):
            if stands.record.review_by and state.stands_for(stands):
                yield Due(stands.record.id, stands.record.review_by, what, rule)
    for one in state.records(ImpactAssessment.kind):
        weeks = _law.value("gdpr:36(2)", state.on).get("period")
        if one.consulted and not one.authority_answer and weeks:
            yield Due(one.id, _dates.plus(one.consulted, _dates.read_period(weeks)), "due.authority_answer", "gdpr:36(2)")


def _found(code: str, rule: str | None = None, **about: object) -> Finding:
    return Finding("", code, date.min, about, rule)


# --- a legitimate interest


def _interests(state: Assessments, name: str) -> Iterator[Finding]:
    """Each purpose that rests on a legitimate interest: its test is here, fresh, and says yes."""
    interests = state.interests(name)
    for one in interests:
        purpose = one.get("purpose") or "–"
        stands = state.test_of(name, one.get("purpose"))
        if stands is None:
            if one.get("balancing_test"):
                yield _found("ASM-001", purpose=purpose, reference=one["balancing_test"])
        elif stands.record.interest_prevails == NO:
            yield _found("ASM-005", purpose=purpose, test=stands.record.id)
    body = state.activities[name]
    only = interests and len(interests) == len(many(body, "purposes"))
    if only and not many(body, "national_id") and (quote := unfit(state, name, "identity_code")):
        yield _found("ASM-006", category=quote)
    if quote := unfit(state, name, "e_marketing"):
        yield _found("ASM-007", purpose=quote)


# --- an impact assessment


def _impact(state: Assessments, name: str) -> Iterator[Finding]:
    """Whether one is needed, and whether it is here."""
    found, body = screen(state, name), state.activities[name]
    made = state.assessment_of(name)
    if found.required == YES and made is None:
        yield from _missing(found, body)
    elif found.required == CANNOT_TELL and made is None and body.get("dpia"):  # where it is blank, REG-037 asks
        yield _found("ASM-012", criteria=_open(found), count=len(found.open), met=_named(found.met()))
    refused = found.refused and found.required == YES  # where it is open, the screening says what the officer's no waits for
    if found.departs or refused or any(one.is_lowered for one in found.criteria):
        yield _found("ASM-013", what=_lowered(found), reason=_reason(state, found))


def _missing(found: Screened, body: Body) -> Iterator[Finding]:
    """None is here: the register may refer to one elsewhere, or say already that its reference is missing (REG-039)."""
    if body.get("dpia_reference"):
        yield _found("ASM-009", reference=body["dpia_reference"])
    elif found.reason == "whistleblowing":
        yield _found("ASM-011", rule=found.rule)
    elif body.get("dpia") not in ("required", "done"):
        yield _found("ASM-010", rule=found.rule, **_why(found))


def _why(found: Screened) -> dict[str, object]:
    """Why one is needed, in each language."""
    facts: dict[str, object] = {"criteria": _named(found.met()), "items": _listed(found)}
    return {"why": {lang: _words.say(f"screening.{found.reason}", lang, **_words.local(facts, lang)) for lang in _words.LANGS}}


def _open(found: Screened) -> dict[str, str]:
    """What is not answered, criteria and items of the list, in each language."""
    return {lang: "; ".join(one.name(lang) for one in found.open) or "–" for lang in _words.LANGS}


def _listed(found: Screened) -> dict[str, str]:
    return {lang: "; ".join(_records.name_of("tsv_dpia_item", one, lang) for one in found.listed) or "–" for lang in _words.LANGS}


def _named(codes: Iterable[str]) -> dict[str, str]:
    """Criteria with their numbers, in each language."""
    told = list(codes)
    return {lang: "; ".join(_records.name_of("wp248_criterion", one, lang) for one in told) or "–" for lang in _words.LANGS}


def _lowered(found: Screened) -> dict[str, str]:
    """What the record shows and the officer does not."""
    own = [one.code for one in found.criteria if one.is_lowered]
    names = _named(own)
    whole = found.departs or found.refused
    return {
        lang: "; ".join(filter(None, [_words.say("screening.need", lang) if whole else "", names[lang] if own else ""]))
        for lang in _words.LANGS
    }


def _reason(state: Assessments, found: Screened) -> str:
    stands = state.screening_of(found.activity)
    own = [one.reason for one in found.criteria if one.is_lowered and one.reason]
    whole = [stands.record.conclusion_reason] if stands and (found.departs or found.refused) else []
    return "; ".join(filter(None, [*whole, *own])) or "–"


# --- one record


def about(state: Assessments, stands: Stands) -> Iterator[Finding]:
    """One assessment: about what, how old, how complete, and whether its conclusion follows from its steps."""
    one, since = stands.record, stands.entry.valid_from
    if one.activity not in state.bodies("activity"):
        if not state.has_stood(one.activity):  # an activity that has ended needs no more assessments
            near = _words.nearest(one.activity, state.activities) or "–"
            yield Finding(one.id, "ASM-014", since, {"activity": one.activity, "near": near})
        return
    if not state.stands_for(stands):
        return
    changed = state.changed_since(stands)
    if changed:
        fields = {lang: ", ".join(_words.field_label(name, lang) for name in changed) for lang in _words.LANGS}
        yield Finding(one.id, STALE[one.kind], since, {"fields": fields, "activity": one.activity})
    blank = [name for name in NEEDED.get(one.kind, ()) if getattr(one, name) is None]
    if blank:
        fields = {lang: ", ".join(_words.field_label(name, lang) for name in blank) for lang in _words.LANGS}
        yield Finding(one.id, "ASM-015", since, {"fields": fields})
    for found in _steps(one):
        yield Finding(one.id, found.code, since, found.about)


STALE = {BalancingTest.kind: "ASM-002", Screening.kind: "ASM-017", ImpactAssessment.kind: "ASM-016"}
"""What an assessment is called that is older than the last change of its activity."""


def _steps(one: Any) -> Iterator[Finding]:
    if isinstance(one, BalancingTest):
        if isinstance(one.objection_handling, Stated):
            yield _found("ASM-003")
        against = tuple(contradictions(one))
        if against:
            yield _found("ASM-004", steps={lang: ", ".join(_words.field_label(name, lang) for name in against) for lang in _words.LANGS})
    elif isinstance(one, ImpactAssessment):
        yield from _risks(one)


def contradictions(one: BalancingTest) -> Iterator[str]:
    """The steps of a test that speak against its conclusion that the interest prevails."""
    if one.interest_prevails != YES:
        return
    yield from (name for name, answer in UNMET if getattr(one, name) == answer)
    bare = one.test_safeguards is None or not texts(one.test_safeguards)
    if one.has_vulnerable == YES and bare:
        yield "has_vulnerable"
    if one.is_expected == NO and (bare or one.impact_level == "high"):
        yield "is_expected"
    if one.impact_level == "high" and bare:
        yield "impact_level"


def _risks(one: ImpactAssessment) -> Iterator[Finding]:
    """What risk remains: never less than the highest that is left of the risks without the officer seeing it."""
    left = [level for risk in one.assessed_risks or () if (level := remaining(risk))]
    highest = max(left, key=LEVELS.index, default=None)
    if highest and one.residual_risk and LEVELS.index(one.residual_risk) < LEVELS.index(highest):
        said, shown = (
            {lang: _records.name_of("risk_level", level, lang) for lang in _words.LANGS} for level in (one.residual_risk, highest)
        )
        yield _found("ASM-018", said=said, shown=shown)
    if "high" in (one.residual_risk, highest) and not one.consulted:
        yield _found("ASM-008")


def _level(code: str) -> dict[str, str]:
    return {lang: _records.name_of("risk_level", code, lang) for lang in _words.LANGS}


def remaining(risk: AssessedRisk) -> str | None:
    """What is left of a risk after its measures, by likelihood and severity; none where one of them is not told."""
    likely, severe = risk.likelihood_after or risk.likelihood, risk.severity_after or risk.risk_severity
    if likely is None or severe is None:
        return None
    return MATRIX[LEVELS.index(severe)][LEVELS.index(likely)]


MATRIX = (("low", "low", "medium"), ("low", "medium", "high"), ("medium", "high", "high"))
"""Severity down, likelihood across: the toolkit's practice."""
