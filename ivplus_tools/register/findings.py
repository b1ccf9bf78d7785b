"""What is missing or contradictory in the register. Content requirements come from the facts, contradictions from here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any

from ivplus_tools import _law, _places, _records, _words
from ivplus_tools._findings import Due, Finding
from ivplus_tools._records import NONE, texts
from ivplus_tools._state import Stands
from ivplus_tools.register.records import Activity, Organisation, System
from ivplus_tools.register.state import Register

Check = Callable[[Activity, Register], Iterator[Finding]]


def findings(register: Register) -> Iterator[Finding]:
    """Every finding of the register on its day."""
    for stands in register.activities:
        activity: Activity = stands.record
        checks: tuple[Check, ...]
        if activity.role == "controller":
            checks = (_content, _purposes, _special, _identified, _retention, _contradictions, _dpia, _references, _review)
        else:
            checks = (_content, _processor, _references, _review)
        for check in checks:
            for found in check(activity, register):
                yield Finding(activity.id, found.code, stands.entry.valid_from, found.about, found.rule, found.severity)
    yield from _parties(register)
    yield from _places_of(register)
    others = [one for home in ("organisation", "system") for one in register.homes[home].values()]
    if others and not register.activities:
        first = register.ours() or _earliest(others)
        yield Finding(first.record.id, "REG-067", first.entry.valid_from)


def _earliest(stands: Iterable[Stands]) -> Stands:
    """The record that stands since the earliest day: what is about the register as a whole is told of one that can be opened."""
    return min(stands, key=lambda one: (one.entry.valid_from, one.record.id))


def _places_of(register: Register) -> Iterator[Finding]:
    """Places of organisations and systems that are no country: a transfer behind them is seen by nobody."""
    for home, field in (("organisation", "country"), ("system", "location")):
        for ident, stands in register.homes[home].items():
            told = getattr(stands.record, field)
            for text in (told,) if isinstance(told, str) else texts(told):
                if not _is_place(text):
                    near: object = "–" if _places.code(text) else _places.near(text)
                    about: dict[str, object] = {"place": text, "near": near, "name": stands.record.name or ident}
                    yield Finding(ident, "REG-066", stands.entry.valid_from, about)


def _is_place(text: str) -> bool:
    """Whether a text names countries, or the Union or the area as a whole, and nothing besides that is not understood."""
    named = _places.split(text)
    return bool(named) and all(_places.is_country(one) or one in (_places.UNION, _places.AREA) for one in named)


def due(register: Register) -> Iterator[Due]:
    """The reviews that activities name."""
    for one in register.activities:
        if one.record.review_by:
            yield Due(one.record.id, one.record.review_by, "due.review", "gdpr:24(1)")


def _articles(codes: Iterable[str]) -> dict[str, str]:
    """Codes of articles as each language cites them."""
    return {lang: ", ".join(_words.article(code, lang) for code in codes) for lang in _words.LANGS}


def _found(code: str, **about: object) -> Finding:
    return Finding("", code, date.min, about)


def _content(activity: Activity, register: Register) -> Iterator[Finding]:
    """A content requirement of the law in force on the day that has no answer."""
    for rule, ask in _law.asks("finding", register.on):
        if ask["record"] != activity.kind or ask.get("role", activity.role) != activity.role:
            continue
        if is_answered(activity, ask, register):
            continue
        yield Finding("", ask["finding"], date.min, {"field": _words.label_of(ask["field"])}, rule, ask["if_empty"])


def is_answered(activity: Activity, ask: dict[str, Any], register: Register) -> bool:
    """Whether an activity, or the organisation that answers in its place, gives what a content requirement asks for."""
    answer = getattr(activity, ask["field"])
    if isinstance(answer, tuple) and isinstance(answer[0], _records.Part) and type(answer[0]).first_may_stand_alone:
        return any(one.first for one in answer)
    if answer is not None and (ask.get("none_is_an_answer", True) or not isinstance(answer, _records.Stated)):
        return True
    other = ask.get("else_from")
    stands = register.ours() if other == "own" else register.party(activity.controller)
    return other is not None and stands is not None and getattr(stands.record, ask["field"]) is not None


def _purposes(activity: Activity, register: Register) -> Iterator[Finding]:
    in_force = {code for code, fact in _law.codes("legal_basis").items() if fact.on(register.on)}
    needs_statute = _law.value("gdpr:6(3)", register.on).get("bases", [])
    needs_interest = _law.value("gdpr:13(1)(d)", register.on).get("bases", [])
    needs_proof = _law.value("gdpr:7(1)", register.on).get("bases", [])
    for one in activity.purposes or ():
        basis, purpose = one.legal_basis, one.purpose or "–"
        if one.purpose is None:
            yield _found("REG-018", basis=_articles([basis] if basis else []))
        if basis is None:
            yield _found("REG-020", purpose=purpose)
        elif basis not in in_force:
            yield _found("REG-044", purpose=purpose, basis=_articles([basis]))
        if basis in needs_interest and not one.legitimate_interest:
            yield _found("REG-021", purpose=purpose)
        if basis in needs_interest and not one.balancing_test and not _is_tested(activity.id, one.purpose, register):
            yield _found("REG-022", purpose=purpose)
        if basis in needs_statute and not one.statute:
            yield _found("REG-023", purpose=purpose)
        if basis in needs_proof and not one.consent_record:
            yield _found("REG-019", purpose=purpose)


def _is_tested(name: str, purpose: str | None, register: Register) -> bool:
    """Whether a balancing test of the purpose, or of the whole activity, is recorded."""
    tests = register.bodies("balancing_test").values()
    return any(one.get("activity") == name and one.get("purpose") in (None, purpose) for one in tests)


def _identified(one: Activity, register: Register) -> Iterator[Finding]:
    """Whether people are identified by the identity code alone, where it is processed and the law asks."""
    asks = _law.value("tsl:29:identification", register.on)
    if asks and texts(one.national_id) and one.identified_by_code is None:
        yield _found("REG-065")
    elif asks and one.identified_by_code == "yes":
        yield _found("REG-064")


def _special(activity: Activity, _: Register) -> Iterator[Finding]:
    has, condition = texts(activity.special_categories), texts(activity.special_condition)
    if has and not condition:
        names = {lang: ", ".join(_records.allowed("special_category")[code][lang] for code in has) for lang in _words.LANGS}
        yield _found("REG-025", categories=names)
    if condition and activity.special_categories == NONE:
        yield _found("REG-026", condition=_articles(condition))


def _retention(activity: Activity, _: Register) -> Iterator[Finding]:
    periods = activity.retention or ()
    for one in periods:
        if one.period and not _records.is_period(one.period):
            yield _found("REG-030", text=one.period, category=one.data_category or "–")
        elif not one.period:
            yield _found("REG-033", category=one.data_category or "–")
        elif not one.start_event:
            yield _found("REG-032", category=one.data_category or "–")
    named = {one.data_category for one in periods if one.data_category}
    categories = activity.data_categories or ()
    if named and all(one.data_category for one in periods):
        for category in categories:
            if category not in named:
                yield _found("REG-031", category=category)
        for category in sorted(named - set(categories)):
            yield _found("REG-038", category=category, near=_words.nearest(category, categories) or "–")


def _contradictions(activity: Activity, _: Register) -> Iterator[Finding]:
    if texts(activity.joint_controllers) and not activity.joint_arrangement:
        yield _found("REG-029")
    if isinstance(activity.recipients, _records.Stated) and texts(activity.processors):
        yield _found("REG-047", processors=", ".join(texts(activity.processors)))
    for recipient in activity.recipients if isinstance(activity.recipients, tuple) else ():
        if recipient.recipient_kind is None:
            yield _found("REG-048", recipient=recipient.recipient or "–")


def _dpia(activity: Activity, register: Register) -> Iterator[Finding]:
    is_made = any(one.get("activity") == activity.id for one in register.bodies("impact_assessment").values())
    if activity.dpia in ("required", "done") and not activity.dpia_reference and not is_made:
        yield _found("REG-039")
    if activity.dpia == "not_required" and texts(activity.dpia_triggers):
        yield _found("REG-046", triggers=_articles(texts(activity.dpia_triggers)))


def _processor(activity: Activity, _: Register) -> Iterator[Finding]:
    if any(one.legal_basis for one in activity.purposes or ()):
        yield _found("REG-049")


def _references(activity: Activity, register: Register) -> Iterator[Finding]:
    """Names of organisations and systems that do not stand in the register on the day."""
    for name, field in Activity.model_fields.items():
        kind, answer = _records.told(field, "refers") or "", getattr(activity, name)
        if kind not in register.homes:
            continue
        for ref in (answer,) if isinstance(answer, str) else texts(answer):
            if register.named(kind, ref) is None:
                yield _found("REG-043", field=_words.label_of(name), ref=ref, near=register.nearest(kind, ref))


def _review(activity: Activity, register: Register) -> Iterator[Finding]:
    if activity.review_by and activity.review_by < register.on:
        yield _found("REG-042", due=activity.review_by)


def _parties(register: Register) -> Iterator[Finding]:
    """Organisations and systems that a record relies on and that lack what the record must show."""
    if register.activities and register.ours() is None:
        first = _earliest(register.activities)
        yield Finding(first.record.id, "REG-060", first.entry.valid_from)
    own = [one.record.id for one in register.every_own()]
    if len(own) > 1:
        since = max(register.homes["organisation"][ident].entry.valid_from for ident in own)
        yield Finding(own[-1], "REG-063", since, {"names": ", ".join(own)})
    refs: set[str | None] = set(own) if register.activities else set()
    for one in register.activities:
        refs |= {one.record.controller, *texts(one.record.joint_controllers), *(one.record.on_behalf_of or ())}
    relied_on = {party.record.id for ref in refs if (party := register.party(ref))}
    for ident, stands in register.homes["organisation"].items():
        organisation: Organisation = stands.record
        if ident in relied_on and not organisation.contact:
            yield Finding(ident, "REG-061", stands.entry.valid_from, {"name": organisation.name or ident})
    for ident, stands in register.homes["system"].items():
        system: System = stands.record
        if system.location is None:
            yield Finding(ident, "REG-062", stands.entry.valid_from, {"name": system.name or ident})
        if isinstance(system.supplier, str) and register.party(system.supplier) is None:
            about: dict[str, object] = {
                "field": _words.label_of("supplier"),
                "ref": system.supplier,
                "near": register.nearest("organisation", system.supplier),
            }
            yield Finding(ident, "REG-043", stands.entry.valid_from, about)
