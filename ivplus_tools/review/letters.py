"""What goes out of the review: requests to vendors, mails about lists, the form of a transfer impact assessment, a page for the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from ivplus_tools import _dates, _findings, _law, _places, _records, _words
from ivplus_tools._records import Record, texts
from ivplus_tools.documents import Document, Line, Section, Writer
from ivplus_tools.review import coming
from ivplus_tools.review import findings as checks
from ivplus_tools.review.judgement import CANNOT_TELL
from ivplus_tools.review.records import Agreement, Processor, Transfer, TransferAssessment, nameless
from ivplus_tools.review.state import Review, is_in_force

FORM = {  # the steps of a transfer impact assessment, and which fields belong to each
    "S1": ("exporter", "importer", "country", "activities", "data_subjects", "data_categories", "hr_data", "begins", "ends"),
    "S2": ("mechanism",),
    "S3": ("law_and_practice", "risk", "tia_result"),
    "S4": ("supplementary_measures",),
    "S5": ("reference",),
    "S6": ("tia_reviewed", "assessed_by"),
}


def request(review: Review, processor: Processor) -> Document:
    """A letter with exactly what is missing of one processor; one that says so where nothing is."""
    letter = _Writer(review)
    stands = review.agreement_of(processor.id)
    is_over = stands is not None and not is_in_force(stands.record, review.on) and (stands.record.in_force_from or review.on) <= review.on
    agreement: Agreement | None = stands.record if stands and not is_over and stands.record.agreement_form != "oral" else None
    clauses, evidence = list(letter.clauses(agreement)), list(letter.evidence(processor, agreement))
    judged = [one.judged_on for one in (agreement.clauses if agreement else None) or () if one.judged_on]
    reviewed = max(filter(None, [agreement.reviewed if agreement else None, *judged]), default=review.on)
    facts = {"services": "; ".join(processor.services or ()) or "–", "on": letter.day(reviewed)}
    unjudged = letter.unjudged(agreement)
    key = "request.intro" if agreement else "request.whole"
    said = letter.say(key if clauses or evidence or unjudged else "request.nothing", **facts)
    sections = [Section("", "", said=f"{letter.dated()}\n\n{letter.say('common.greeting')}\n\n{said}")]
    for name, lines in (("clauses", clauses), ("evidence", evidence)):
        if lines:
            sections.append(Section("", letter.say(f"request.{name}"), 2, tuple(lines)))
    if unjudged:
        sections.append(Section("", letter.say("common.blank"), 2, unjudged))
    return letter.mail(
        letter.say("request.title", name=review.name(processor.id)),
        sections,
        processor.contact or letter.contact(processor.id),
        signed=True,
    )


def about_list(review: Review, vendor: str, on: date, kind: str, changes: Sequence[Mapping[Any, Any]], window: date | None) -> Document:
    """A question or an objection about the changes of a list."""
    if kind not in ("question", "objection"):
        raise _words.refusal("unknown_value", got=kind, what="draft", near=_words.nearest(kind, ("question", "objection")))
    if kind == "objection" and not any(one["change"] != "removed" for one in changes):
        raise _words.refusal("no_objection")
    letter = _Writer(review)
    said = [letter.dated(), letter.say("common.greeting"), letter.say(f"about_list.{kind}", on=letter.day(on))]
    if window is None:
        said.append(letter.say("about_list.no_window"))
    else:
        said.append(letter.say("about_list.window" if window >= letter.review.on else "about_list.window_over", window=letter.day(window)))
    lines = []
    for one in changes:
        told = {name: letter.places(str(one[name])) if one["change"] != "purpose" else str(one[name]) for name in ("before", "after")}
        if one["change"] != "removed" or kind == "question":
            lines.append(Line(str(one["name"]), letter.say(f"about_list.{one['change']}", **told), _words.article("28(2)", letter.lang)))
    sections = [Section("", "", said="\n\n".join(said))]
    sections.append(Section("", letter.say("about_list.changes"), 2, tuple(lines), "" if lines else letter.say("about_list.none")))
    processor = next((one.record for one in letter.review.of("processor") if one.record.id == vendor), None)
    to = (processor.contact if processor else None) or letter.contact(vendor)
    return letter.mail(letter.say(f"about_list.{kind}_title", name=letter.review.name(vendor)), sections, to, signed=True)


def assessment_form(review: Review, transfer: Transfer) -> Document:
    """The six steps with what is recorded, each blank marked."""
    letter = _Writer(review)
    assessment = letter.review.assessment_of(transfer.id) or nameless(TransferAssessment)
    judged = letter.review.judged(transfer, letter.lang)
    details = [name for name in _law.entry("transfer_mechanism", transfer.mechanism).get("needs", ()) if name not in FORM["S5"]]
    sections = [Section("", "", said=letter.say("tia.intro"))]
    for number, (code, fact) in enumerate(_law.codes("edpb_step").items(), start=1):
        names = [*FORM[code], *(details if code == "S2" else ())]
        lines = [letter.line(transfer if name in Transfer.model_fields else assessment, name) for name in names]
        if code == "S2":
            told = letter.reasons(judged.status, judged.steps)
            lines.append(Line(letter.say("tia.status", on=letter.on), told, letter.cited(judged.rule)))
        if code == "S6":
            period = _law.near("edpb:tia_review", letter.review.on)["period"]
            again = _dates.plus(assessment.tia_reviewed, _dates.read_period(period)) if assessment.tia_reviewed else None
            lines.append(letter.filled(letter.say("tia.next"), letter.day(again) if again else ""))
            lines.append(letter.filled(letter.say("tia.approved"), ""))
        sections.append(Section(str(number), fact.name[letter.lang], 1, tuple(lines), fact.says[letter.lang]))
    return letter.document(letter.say("tia.title", id=transfer.id), sections)


def summary(review: Review, processor: Processor) -> Document:
    """What the file needs of one processor, on a page."""
    letter = _Writer(review)
    stands = review.agreement_of(processor.id)
    agreement: Agreement | None = stands.record if stands else None
    contract = (
        [letter.line(agreement, name) for name in Agreement.model_fields if name not in ("id", "processor", "clauses")] if agreement else []
    )
    related = {processor.id, *(one.record.id for one in review.agreements_of(processor.id))}
    related |= {link.stands.record.id for link in review.behind(processor.id)}
    transfers = letter.transfers_to(processor.id)
    related |= {one.id for one in transfers}
    parts: list[tuple[str, list[Line], str]] = [
        ("processor", [letter.line(processor, name) for name in Processor.model_fields if name not in ("id", "remarks")], ""),
        ("contract", contract, "" if contract else letter.say("page.no_contract")),
        ("clauses", list(letter.verdicts(agreement)) if agreement else [], letter.met(agreement)),
        ("behind", list(letter.chain(processor.id)), ""),
        ("transfers", [letter.judged(one) for one in transfers], ""),
        ("findings", list(letter.found(related)), ""),
        ("due", list(letter.due(related)), ""),
    ]
    sections = [
        Section(str(number), letter.say(f"page.{name}"), 1, tuple(lines), said if lines or said else letter.say("common.none"))
        for number, (name, lines, said) in enumerate(parts, start=1)
    ]
    return letter.document(letter.say("page.title", name=review.name(processor.id)), sections)


class _Writer(Writer):
    """Names, clauses, chains and transfers of the review."""

    words = "review"

    def __init__(self, review: Review) -> None:
        super().__init__(review)
        self.review = review

    def places(self, told: str) -> str:
        """Codes of places in a text of a difference, by their names."""
        return "; ".join(_places.name(one, self.lang) for one in told.split("; "))

    def answer(self, record: Record, name: str) -> object:
        """Organisations by their names."""
        answer = getattr(record, name)
        refers = _records.told(type(record).model_fields[name], "refers")
        return self.review.name(answer) if refers in ("organisation", "processor") and isinstance(answer, str) else answer

    def contact(self, ref: str) -> str:
        """How an organisation is reached, by the register."""
        return str(self.review.bodies("organisation").get(self.review.party(ref), {}).get("contact") or "")

    # --- what is missing

    def clauses(self, agreement: Agreement | None) -> Iterator[Line]:
        """The clauses that a contract lacks or leaves unclear; all, where there is no contract."""
        judged = {one.clause: one for one in (agreement.clauses if agreement else None) or ()}
        for code, fact in _law.codes("clause").items():
            verdict = judged[code].verdict if code in judged else None
            value = fact.on(self.review.on)
            if value is None or (agreement is not None and verdict not in ("not_met", "unclear")):
                continue
            facts = {"says": fact.says[self.lang], "evidence": value["evidence"][self.lang].rstrip(".")}
            key = "request.ask_unclear" if verdict == "unclear" else "request.ask_clause"
            cited = _words.article(fact.rule.split(":")[1], self.lang)
            yield Line(fact.name[self.lang], self.say(key, **facts), cited)

    def unjudged(self, agreement: Agreement | None) -> tuple[Line, ...]:
        """A blank for the officer where clauses wait for a verdict: what nobody has read cannot be said to be in order."""
        done = {one.clause for one in (agreement.clauses if agreement else None) or () if one.verdict}
        left = [code for code, fact in _law.codes("clause").items() if code not in done and fact.on(self.review.on)]
        return (
            (Line(_words.field_label("clauses", self.lang), self.say("request.unjudged", count=len(left)), "", True),)
            if agreement and left
            else ()
        )

    def evidence(self, processor: Processor, agreement: Agreement | None) -> Iterator[Line]:
        """Lists and evidence that are not recorded."""
        behind = self.review.below(processor.id)
        known = {
            "signed": agreement is None or (agreement.signed is not None and agreement.agreement_form is not None),
            "storage": processor.storage_countries is not None,
            "access": processor.access_countries is not None,
            "sub_list": bool(behind) or (agreement is not None and agreement.subprocessor_authorisation == "not_allowed"),
            "objection_period": agreement is None
            or agreement.subprocessor_authorisation != "general"
            or agreement.objection_period is not None,
            "guarantees": processor.guarantees is not None,
        }
        fields: dict[str, tuple[type[Record], str]] = {
            "signed": (Agreement, "signed"), "storage": (Processor, "storage_countries"), "access": (Processor, "access_countries"),
            "sub_list": (Agreement, "subprocessor_authorisation"), "objection_period": (Agreement, "objection_period"),
            "guarantees": (Processor, "guarantees"),
        }  # fmt: skip
        for key, is_known in known.items():
            if not is_known:
                kind, name = fields[key]
                rule = str(_records.told(kind.model_fields[name], "rule")).split(":")[1]
                yield Line(_words.field_label(name, self.lang), self.say(f"request.{key}"), _words.article(rule, self.lang))
        for one in self.transfers_to(processor.id):
            judged = self.review.judged(one, self.lang)
            asked = [name for name in judged.needs if name in Transfer.model_fields and name != "dpf_checked"]  # the rest is our own task
            if judged.status == CANNOT_TELL and asked:
                needs = "; ".join(_words.field_label(name, self.lang) for name in asked)
                told = self.say("request.transfer", id=one.id, place=_places.name(one.country or "–", self.lang), needs=needs)
                yield Line(_words.say("value.kind.transfer", self.lang), told, _words.article("44", self.lang))

    # --- lines

    def verdicts(self, agreement: Agreement) -> Iterator[Line]:
        """Each clause that is not met, with its verdict, the quote and its place."""
        judged = {one.clause: one for one in agreement.clauses or ()}
        for code, fact in _law.codes("clause").items():
            one = judged.get(code)
            cited = _words.article(fact.rule.split(":")[1], self.lang)
            if one is not None and one.verdict == "met":
                continue
            if one is None or one.verdict is None:
                yield Line(fact.name[self.lang], self.say("page.not_judged"), cited, True)
                continue
            parts = [
                _words.values("verdict")[one.verdict][self.lang],
                f"”{one.quote}”" if one.quote else "",
                one.page or "",
                one.reason or "",
            ]
            told = ", ".join(each for each in (one.judged_by, self.day(one.judged_on) if one.judged_on else "") if each)
            yield Line(
                fact.name[self.lang],
                " · ".join(filter(None, [*parts, told])),
                cited,
                one.verdict != "not_applicable",
            )

    def met(self, agreement: Agreement | None) -> str:
        """How many clauses are met."""
        count = sum(one.verdict == "met" for one in (agreement.clauses if agreement else None) or ())
        return self.say("page.met", count=count, of=len(_law.codes("clause"))) if agreement else ""

    def chain(self, processor: str) -> Iterator[Line]:
        """Those behind a processor, each with its place in the chain."""
        for link in self.review.behind(processor):
            one = link.stands.record
            places = ", ".join(_places.name(place, self.lang) for place in texts(one.countries))
            parts = [one.purpose or "", places, " → ".join(self.review.name(step) for step in link.path)]
            yield self.filled("  " * (link.depth - 1) + self.review.name(one.organisation), " · ".join(filter(None, parts)))

    def transfers_to(self, ref: str) -> list[Transfer]:
        """Transfers to an organisation or to one behind it."""
        keys = {self.review.party(ref), *(link.path[-1] for link in self.review.behind(ref))}
        return [one.record for one in self.review.of("transfer") if self.review.party(one.record.importer) in keys]

    def judged(self, one: Transfer) -> Line:
        """A transfer with its status and reasons."""
        found = self.review.judged(one, self.lang)
        label = f"{one.id} · {_places.name(one.country or '–', self.lang)}"
        return Line(label, self.reasons(found.status, found.steps), self.cited(found.rule))

    def reasons(self, status: str, steps: Sequence[Any]) -> str:
        """A status and the steps that lead to it."""
        return "\n".join([_words.values("status")[status][self.lang], *(one.said(self.lang) for one in steps)])

    def found(self, related: set[str]) -> Iterator[Line]:
        """Findings about some subjects."""
        for row in _findings.rows_of("review", checks.findings(self.review), self.lang):
            if row.subject in related:
                yield Line(f"{row.code} · {row.subject}", row.finding, self.cited(row.rule))

    def due(self, related: set[str]) -> Iterator[Line]:
        """Due dates about some subjects."""
        rows = [(one.due, one.subject, _words.say(one.what, self.lang), one.rule) for one in coming.due(self.review)]
        for day, subject, what, rule in sorted(rows):
            if subject in related:
                yield Line(_words.show_date(day, self.lang), f"{what}: {subject}", self.cited(rule))
