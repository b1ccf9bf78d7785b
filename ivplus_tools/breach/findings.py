"""What is missing or wrong with breaches: the clock, the decision, what was told to whom, measures that nobody follows up; what is due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ivplus_tools import _dates, _law, _records, _words
from ivplus_tools._findings import Due, Finding
from ivplus_tools._records import texts
from ivplus_tools.breach.records import Breach
from ivplus_tools.breach.state import Breaches, CaseState
from ivplus_tools.breach.writing import CaseWriter, missing

DECISIONS = ("document", "notify", "communicate")
ASKED = 6  # answers that are asked for first


def findings(breaches: Breaches) -> Iterator[Finding]:
    """Every finding of the breaches at their moment."""
    checks = (_times, _judged, _no_breach, _decision, _notified, _people, _measures, _references)
    for case in breaches.cases:
        for check in checks:
            for found in check(case, case.record):
                yield Finding(case.id, found.code, case.since or date.min, found.about, found.rule, found.severity)


def _found(code: str, rule: str | None = None, **about: object) -> Finding:
    return Finding("", code, date.min, about, rule)


def _labels(names: list[str]) -> dict[str, str]:
    return {lang: "; ".join(_words.field_label(name, lang) for name in names) for lang in _words.LANGS}


def _times(case: CaseState, one: Breach) -> Iterator[Finding]:
    """The four times, and the clock."""
    clock = case.clock
    if one.aware is None and one.breach_role != "processor" and one.personal_data != "no":
        yield _found("BRE-004")
    noticed = [_dates.instant(told) for told in (one.detected, one.processor_notice) if told]
    if one.aware and noticed and not one.aware_reason and _dates.instant(one.aware) > min(noticed):
        yield _found("BRE-005")  # told by its processor, a controller is aware (9/2022)
    if clock.due is None:
        return
    if must_notify(case, one) and clock.is_over:
        yield _found("BRE-002", due=clock.due)
    elif must_notify(case, one) and clock.sent is None:
        yield _found("BRE-001", due=clock.due)


def must_notify(case: CaseState, one: Breach) -> bool:
    """Whether the authority is to be notified: by the officer's decision, else by the duty; not where it was no breach."""
    if case.duty.is_no_breach:
        return False
    return one.breach_decision != "document" if one.breach_decision else case.duty.notify is not False


def owes_people(case: CaseState, one: Breach) -> bool:
    """Whether the people are to be told and were not."""
    asked = bool(case.duty.communicate) or (one.breach_decision == "communicate" and not case.duty.is_no_breach)
    return asked and not case.told_people()


def _decision(case: CaseState, one: Breach) -> Iterator[Finding]:
    """The officer decides; what differs from the ladder needs a reason, and so does a decision not to notify."""
    duty = case.duty
    if one.breach_role == "processor":
        if not case.sent_notices("controller"):
            yield _found("BRE-017")
        return
    if one.breach_decision is None:
        yield _found("BRE-006", level=_words.values("level")[duty.level])
        return
    if not one.decision_reason and (one.breach_decision == "document" or one.breach_decision != duty.decides):
        yield _found("BRE-007")
    below = DECISIONS.index(one.breach_decision) < DECISIONS.index(duty.least)
    names = _words.values("breach_decision")[duty.least]
    if below:
        yield _found("BRE-014" if duty.triggers else "BRE-008", decision=names)


def _judged(case: CaseState, one: Breach) -> Iterator[Finding]:
    """Where the officer's judgement is below the facts, answers contradict each other, or a duty cannot be told yet."""
    duty = case.duty
    for step in duty.steps:
        if step.key == "harm_below":
            reason = one.harm_reason or _words.values("state")["unknown"]
            yield _found("BRE-020", reason=reason, harm=step.about["harm"], level=step.about["level"])
        elif step.key in duty.clashes:
            yield _found("BRE-021", rule=step.rule, said={lang: step.said(lang) for lang in _words.LANGS})
    if is_open(case, one):
        yield _found("BRE-022", duty=duty.names(), fields=_labels(list(duty.unknown[:ASKED]) or ["harm"]))
    if not duty.is_no_breach and duty.untold:
        yield _found("BRE-027", duty=duty.names(), fields=_labels(list(duty.untold)))
    if any(step.key == "removed" for step in duty.steps):
        told = "; ".join(texts(one.measures_taken))
        yield _found("BRE-026", measures=told) if told else _found("BRE-023")


def _no_breach(case: CaseState, one: Breach) -> Iterator[Finding]:
    """That it was no breach is the officer's answer: it stands with its reason, and what was notified is withdrawn."""
    if one.is_breach == "no":
        yield _found("BRE-024", reason=one.no_breach_reason or _words.values("state")["unknown"])
    sent = case.in_force()
    if case.duty.is_no_breach and sent:
        yield _found("BRE-025", sent=_dates.instant(sent[-1].sent) if sent[-1].sent else "–")


def is_open(case: CaseState, one: Breach) -> bool:
    """Whether it cannot be told yet if somebody is to be told; telling the people settles it."""
    told = one.breach_decision == "communicate" or bool(case.told_people())
    return case.duty.decides == "cannot_tell" and not told


def _notified(case: CaseState, one: Breach) -> Iterator[Finding]:
    """What Art. 33(3) asks of a notification, and its phases."""
    sent = case.in_force()
    if case.clock.is_late and not one.delay_reason:
        yield _found("BRE-003", sent=case.clock.sent, due=case.clock.due)
    lacking = missing(one, CaseWriter(case).contact())
    if sent and lacking:
        yield _found("BRE-009", fields=_labels(lacking))
    if sent and sent[-1].breach_phase == "preliminary" and supplement_due(sent[-1].sent) < case.moment.date():
        yield _found("BRE-012", due=supplement_due(sent[-1].sent))
    if one.closed and (lacking or one.cause is None):
        yield _found("BRE-015", fields=_labels(lacking or ["cause"]))


def supplement_due(sent: str | None) -> date:
    """By when a preliminary notification is to be supplemented."""
    day = _dates.instant(sent).date()
    return _dates.plus(day, _dates.read_period(_law.near("breach:supplement", day)["period"]))


def _people(case: CaseState, one: Breach) -> Iterator[Finding]:
    """Whether the people were told, and all of them."""
    told = case.told_people()
    if owes_people(case, one):
        yield _found("BRE-010")
    if told and one.not_reached and _records.bounds(one.not_reached)[1] and not case.sent_notices("press"):
        yield _found("BRE-011", count=one.not_reached)
    if case.sent_notices("people") and one.reached is None:
        yield _found("BRE-018")


def _measures(case: CaseState, one: Breach) -> Iterator[Finding]:
    """Measures without an owner or a day, or past it."""
    for each in one.measures_proposed or ():
        if each.done:
            continue
        if each.due is None or each.measure_owner is None:
            yield _found("BRE-013", measure=each.measure or "–")
        elif each.due < case.moment.date():
            yield _found("BRE-019", measure=each.measure or "–", due=each.due)


def _references(case: CaseState, one: Breach) -> Iterator[Finding]:
    """Names of activities, systems and processors that stand nowhere."""
    for name in ("activities", "systems", "processors"):
        known = case.all.known(name)
        for ref in texts(getattr(one, name)):
            if ref not in known:
                yield _found("BRE-016", field=_words.label_of(name), ref=ref, near=_words.nearest(ref, known) or "–")


def due(breaches: Breaches) -> Iterator[Due]:
    """The end of the time to notify, supplements, measures, and what is owed without undue delay: its day is that of awareness."""
    for case in breaches.cases:
        one, clock = case.record, case.clock
        aware = _dates.instant(one.aware).date() if one.aware else None
        if aware and owes_people(case, one):
            yield Due(case.id, aware, "due.breach_people", "gdpr:34(1)")
        if aware and one.breach_role == "processor" and not case.sent_notices("controller"):
            yield Due(case.id, aware, "due.breach_controller", "gdpr:33(2)")
        if clock.due and clock.sent is None and must_notify(case, one):
            yield Due(case.id, clock.due.date(), "due.breach_clock", "gdpr:33(1)", clock.due)
        ends = clock.due.date() if clock.due else aware
        if ends and is_open(case, one):
            yield Due(case.id, ends, "due.breach_open", "gdpr:34(1)", clock.due)
        sent = case.in_force()
        if one.closed is None and sent and sent[-1].breach_phase == "preliminary":
            yield Due(case.id, supplement_due(sent[-1].sent), "due.breach_supplement", "gdpr:33(4)")
        for each in one.measures_proposed or ():
            if each.due and not each.done:
                yield Due(case.id, each.due, "due.breach_measure", "gdpr:33(3)(d)")
