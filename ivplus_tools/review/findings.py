"""What is missing or wrong with processors, their contracts, those behind them, transfers and other recipients."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any

from ivplus_tools import _dates, _law, _places, _records, _words
from ivplus_tools._findings import Finding
from ivplus_tools._law import Law
from ivplus_tools._records import texts
from ivplus_tools.review import contradictions
from ivplus_tools.review.coming import objection_window
from ivplus_tools.review.judgement import ADEQUATE, CANNOT_TELL, DEROGATION, NOT_A_TRANSFER, NOT_COVERED, SAFEGUARDS, aged
from ivplus_tools.review.records import Agreement, Disclosure, Processor, Subprocessor, Transfer
from ivplus_tools.review.state import Review, has_ended, is_in_force

FEW = 6  # clauses that a sentence names in full


def findings(review: Review) -> Iterator[Finding]:
    """Every finding of the review on its day."""
    checks: dict[str, tuple[Callable[[Any, Review], Iterator[Finding]], ...]] = {
        "processor": (_processor, _contract, _undeclared),
        "agreement": (_agreement, _reviewing),
        "subprocessor": (_edge, _notice, _undeclared),
        "transfer": (_transfer, _history_of, _details),
        "disclosure": (_disclosure, _undeclared),
    }
    for kind, many in checks.items():
        for stands in review.of(kind):
            for check in many:
                for found in check(stands.record, review):
                    yield Finding(stands.record.id, found.code, stands.entry.valid_from, found.about, found.rule, found.severity)
    yield from _circles(review)
    yield from contradictions.findings(review)


def _found(code: str, rule: str | None = None, **about: object) -> Finding:
    return Finding("", code, date.min, about, rule)


def _named(codes: list[str], of: int) -> dict[str, str]:
    """Clauses by their names in each language; many by their articles only, and all as such."""
    if len(codes) == of:
        return {lang: _words.say("ui.all_clauses", lang) for lang in _words.LANGS}
    told = _records.name_of if len(codes) <= FEW else _cited
    return {lang: "; ".join(told("clause", one, lang) for one in codes) for lang in _words.LANGS}


def _cited(name: str, code: str, lang: str) -> str:
    """A clause by its article, or by its name where it has no letter of its own."""
    return _words.article(code, lang) if code[0].isdigit() and ":" not in code else _law.codes(name)[code].name[lang]


# --- processors and their contracts


def _processor(one: Processor, review: Review) -> Iterator[Finding]:
    """Guarantees, countries, position, and what the record refers to."""
    if not isinstance(one.guarantees, str):
        yield _found("REV-033")
    for name in ("storage_countries", "access_countries"):
        if getattr(one, name) is None:
            yield _found("REV-034", field=_words.label_of(name))
    if one.processor_role == "unclear":
        yield _found("REV-035")
    yield from _unknown(one, review, "REV-032")
    for ref in texts(one.activities):
        body = review.bodies("activity").get(ref)
        listed = [review.party(name) for name in contradictions.listed(body, "processors")]
        if body is not None and review.party(one.id) not in listed:
            yield _found("REV-031", activity=ref)
    yield from _odd_places((*texts(one.storage_countries), *texts(one.access_countries)))


def _contract(one: Processor, review: Review) -> Iterator[Finding]:
    """Whether a contract stands on the day."""
    stands = review.agreement_of(one.id)
    agreement: Agreement | None = stands.record if stands else None
    bare = agreement is not None and not (agreement.agreement_form or agreement.signed or agreement.in_force_from)
    if agreement is None or bare or agreement.agreement_form == "oral":
        yield _found("REV-001")
    elif not is_in_force(agreement, review.on):
        if agreement.in_force_from and agreement.in_force_from > review.on:
            yield _found("REV-004", agreement=agreement.id, start=agreement.in_force_from)
        else:
            yield _found("REV-003", agreement=agreement.id, until=agreement.in_force_until)


def _agreement(one: Agreement, review: Review) -> Iterator[Finding]:
    """Form, duration, and each clause of Art. 28."""
    if review.party(one.processor) not in review.processors:
        yield _found("REV-036", processor=one.processor or "–")
    if not one.signed or not one.agreement_form:
        yield _found("REV-002")
    if one.in_force_from is None or one.in_force_until is None:
        yield _found("REV-005")
    if not is_in_force(one, review.on):
        return
    judged = {each.clause: each for each in one.clauses or ()}
    demanded = [code for code, fact in _law.codes("clause").items() if fact.on(review.on)]
    for code, verdict in (("REV-010", "not_met"), ("REV-011", "unclear"), ("REV-012", None)):
        missing = [each for each in demanded if (judged[each].verdict if each in judged else None) == verdict]
        if missing:
            yield _found(code, clauses=_named(missing, len(demanded)))
    bare = [each for each in demanded if each in judged and not _is_founded(judged[each])]
    if bare:
        yield _found("REV-013", clauses=_named(bare, len(demanded)))


def _is_founded(verdict: Any) -> bool:
    """Whether a verdict gives the words or the reason it rests on."""
    return verdict.verdict not in ("met", "not_applicable") or bool(verdict.quote if verdict.verdict == "met" else verdict.reason)


def _reviewing(one: Agreement, review: Review) -> Iterator[Finding]:
    """The next review, unless another contract has taken this one's place."""
    now = review.agreement_of(one.processor or "")
    if now and now.record.id != one.id and not is_in_force(one, review.on) and is_in_force(now.record, review.on):
        return
    if one.review_by is None:
        yield _found("REV-014")
    elif one.review_by < review.on:
        yield _found("REV-015", due=one.review_by)


# --- those behind them


def _edge(one: Subprocessor, review: Review) -> Iterator[Finding]:
    """Whether a sub-processor is authorised, and by whom it is engaged."""
    if not review.is_processor(one.processor):
        yield _found("REV-025", ref=one.processor or "–")
    yield from _odd_places(texts(one.countries))
    if one.countries is None:
        yield _found("REV-034", field=_words.label_of("countries"))
    stands = review.contract_over(one)
    kind = stands.record.subprocessor_authorisation if stands else None
    allowed = one.authorised == "specific" or kind not in ("specific", "not_allowed")
    if (one.authorised == "objected" or not allowed) and _is_used(one, review.on):
        yield _found("REV-020", name=review.name(one.organisation))
    if stands and kind is None:
        yield _found("REV-021", agreement=stands.record.id)
    if stands and kind == "general" and stands.record.objection_period is None:
        yield _found("REV-022", agreement=stands.record.id)


def _is_used(one: Subprocessor, on: date) -> bool:
    """Whether data go to a sub-processor: from its first day; without one, unless it is only announced."""
    return one.used_from <= on if one.used_from else one.announced is None or one.authorised not in (None, "open")


def _notice(one: Subprocessor, review: Review) -> Iterator[Finding]:
    """Whether the change was announced as long before as the contract promises."""
    stands = review.contract_over(one)
    window = objection_window(one, stands) if one.authorised != "specific" else None
    if window and one.used_from and one.used_from <= window:
        yield _found("REV-023", name=review.name(one.organisation), announced=one.announced, used=one.used_from, window=window)


def _circles(review: Review) -> Iterator[Finding]:
    """Chains that come back to themselves, each told once."""
    told: set[frozenset[str]] = set()
    for stands in review.of("subprocessor"):
        start = review.party(stands.record.organisation)
        for link in review.behind(stands.record.organisation):
            members = frozenset(link.path[link.path.index(link.path[-1]) :])
            if link.circle and start in members and members not in told:
                told.add(members)
                path = " → ".join(review.name(one) for one in link.path[link.path.index(link.path[-1]) :])
                yield Finding(stands.record.id, "REV-024", stands.entry.valid_from, {"path": path})


# --- transfers


def _transfer(one: Transfer, review: Review) -> Iterator[Finding]:
    """How the transfer is judged on the day."""
    if has_ended(one, review.on):
        return
    judged = review.judged(one, "en")
    told = {step.key for step in judged.steps}
    names = {lang: "; ".join(_words.field_label(name, lang) for name in judged.needs) for lang in _words.LANGS}
    yield from _odd_places((one.country,) if one.country else ())
    if judged.status == NOT_COVERED:
        yield _found("TRA-001", judged.rule, importer=review.name(one.importer))
    if judged.status == CANNOT_TELL and (not one.country or _places.is_country(one.country)):
        yield _found("TRA-002", judged.rule, needs=names)
    if judged.status == DEROGATION:
        yield _found("TRA-017", judged.rule)
    if "no_hr" in told and judged.status not in (SAFEGUARDS, DEROGATION):
        yield _found("TRA-006")
    if "tia_negative" in told:
        yield _found("TRA-009")
    if "watch" in told and not _holds_without(one, judged.rule, review):
        yield _found("TRA-018", judged.rule, watch=next(step.about["watch"] for step in judged.steps if step.key == "watch"))
    ends = _ending(judged.rule, review.on)
    if ends:
        yield _found("TRA-004", judged.rule, decision=ends[0], until=ends[1])


def _holds_without(one: Transfer, rule: str, review: Review) -> bool:
    """Whether a transfer would still be covered, were its decision annulled today."""
    fallen = review.judged(one, "en", law=Law(review.on, without=frozenset({rule})))
    return fallen.status in (SAFEGUARDS, DEROGATION)


def _ending(rule: str, on: date) -> tuple[str, date] | None:
    """The decision that a rule names and its last day, where that is near and nothing follows it."""
    value = _law.value(rule, on)
    until = value.get("until")
    warn = _law.near("edpb:adequacy_end", on)["warn"]
    if value.get("list") != "adequacy_decision" or until is None or _dates.plus(on, _dates.read_period(warn)) < until:
        return None
    follows = any(one["from"] > until for one in _law.fact(rule).history)
    return None if follows else (value["code"], until)


def _history_of(one: Transfer, review: Review) -> Iterator[Finding]:
    """Whether it held on the day it began, and whether what covers it was signed by then."""
    first = review.at_start(one, "en")
    if first is None or one.begins is None or not Law(one.begins).value("gdpr:44"):
        return
    stood, start = first[0], first[1].status
    if stood.scc_signed and stood.scc_signed > one.begins and start not in (NOT_A_TRANSFER, ADEQUATE):
        yield _found("TRA-012", signed=stood.scc_signed, begins=one.begins)
    if one.begins < review.on and start == NOT_COVERED:
        yield _found("TRA-016", begins=one.begins)


def _details(one: Transfer, review: Review) -> Iterator[Finding]:
    """Checks that have aged where the transfer rests on them, law that is no more, and names that are not recorded."""
    on, assessment, judged = review.on, review.assessment_of(one.id), review.judged(one, "en")
    if has_ended(one, on):
        return
    if one.dpf_checked and aged(one.dpf_checked, "edpb:dpf_check", on) and judged.status not in (NOT_A_TRANSFER, SAFEGUARDS, DEROGATION):
        yield _found("TRA-005", day=one.dpf_checked)
    if any(step.rule == "edpb:S3" and step.key == "missing" for step in judged.steps):
        yield _found("TRA-007")
    if assessment and assessment.tia_reviewed and aged(assessment.tia_reviewed, "edpb:tia_review", on):
        yield _found("TRA-008", day=assessment.tia_reviewed)
    if one.decision and not _law.codes("adequacy_decision")[one.decision].on(on):
        yield _found("TRA-010", _law.codes("adequacy_decision")[one.decision].rule, decision=one.decision)
    if one.scc_set and not _law.codes("scc_set")[one.scc_set].on(on):
        yield _found("TRA-011", _law.codes("scc_set")[one.scc_set].rule, decision=one.scc_set)
    yield from _unknown(one, review, "TRA-015")
    module = _law.entry("scc_module", one.scc_module)
    if module.get("importer") == "controller" and review.is_processor(one.importer):
        yield _found("TRA-019", rule=f"scc:{one.scc_module}", module=one.scc_module, importer=review.name(one.importer))


def _odd_places(places: Iterable[str]) -> Iterator[Finding]:
    """Regions, countries that are no more, and texts that are no country."""
    for place in dict.fromkeys(places):
        if not _places.is_country(place) and place not in (_places.UNION, _places.AREA):
            known = _places.name_is_known(place)
            near: object = "–" if known else _places.near(place)
            yield _found("TRA-003", place={lang: _places.name(place, lang) for lang in _words.LANGS}, near=near)


def _undeclared(one: Processor | Subprocessor | Disclosure, review: Review) -> Iterator[Finding]:
    """Third countries where data are kept or reached, without a transfer recorded to whom it is there."""
    if isinstance(one, Processor):
        who, places = one.id, (*texts(one.storage_countries), *texts(one.access_countries))
    elif isinstance(one, Subprocessor):
        who, places = one.organisation or "", texts(one.countries)
    else:
        who, places = one.organisation or "", (one.country,) if one.country else ()
    missing = [
        place
        for place in contradictions.third_countries(places, review.on)
        if _places.is_country(place) and (review.party(who), place) not in review.told_transfers
    ]
    if missing:
        names = {lang: ", ".join(_places.name(place, lang) for place in missing) for lang in _words.LANGS}
        yield _found("TRA-013", name=review.name(who), places=names)


# --- other recipients


def _disclosure(one: Disclosure, review: Review) -> Iterator[Finding]:
    """Purpose and basis, and what the privacy notice promises of marketing."""
    if not one.purpose or not one.legal_basis:
        yield _found("REV-041", name=review.name(one.organisation))
    if one.marketing is None:
        yield _found("REV-043", name=review.name(one.organisation))
    if one.marketing == "yes" and not one.consent_record:
        yield _found("REV-040", name=review.name(one.organisation))
    if one.regular == "yes":
        yield _found("REV-042", name=review.name(one.organisation))
    if one.country is None:
        yield _found("REV-034", field=_words.label_of("country"))
    yield from _odd_places((one.country,) if one.country else ())
    yield from _unknown(one, review, "REV-032")


# --- against the register


def _unknown(one: Any, review: Review, code: str) -> Iterator[Finding]:
    """Names of activities, systems and organisations that stand nowhere."""
    for name, field in type(one).model_fields.items():
        home = _records.told(field, "refers")
        if home not in ("activity", "system", "organisation"):
            continue
        answer = getattr(one, name)
        for ref in (answer,) if isinstance(answer, str) else texts(answer):
            known = review.is_recorded(ref) if home == "organisation" else ref in review.bodies(home)
            if not known:
                near = _words.nearest(ref, review.bodies(home)) or "–"
                yield _found(code, field=_words.label_of(name), ref=ref, near=near)
