"""Assessments for readers: the balancing test in its three steps, the impact assessment in the sections of the template, the screening."""

from __future__ import annotations

from typing import Any

from ivplus_tools import _law, _records, _words
from ivplus_tools.assessments.filling import Answers, consultation_weeks
from ivplus_tools.assessments.records import BalancingTest
from ivplus_tools.assessments.screening import CANNOT_TELL, NO, YES, Answer, Screened, screen
from ivplus_tools.assessments.state import Assessments
from ivplus_tools.documents import Document, Line, Section, Writer

STEPS = {
    "LIA1": ("legitimate_interest", "interest_of", "interest_lawful", "interest_real"),
    "LIA2": ("is_necessary", "alternatives", "minimised"),
    "LIA3": (
        "people_relation", "is_expected", "expectations", "people_impact", "impact_level", "has_vulnerable", "test_safeguards",
        "objection_handling",
    ),
}  # fmt: skip
CONCLUSION = ("interest_prevails", "conclusion_reason", "reviewed_by", "reviewed", "review_by", "remarks")
TEMPLATE = {
    "about": ("reviewed_by", "reviewed", "review_by"),
    "description": (
        "dpia_description", "dpia_purposes", "dpia_data", "dpia_people", "dpia_recipients", "dpia_transfers", "dpia_retention",
        "dpia_systems",
    ),
    "necessity": ("dpia_necessity", "proportionality", "rights_realised"),
    "risks": ("assessed_risks",),
    "measures": ("dpia_measures", "residual_risk"),
    "views": ("dpo_advice", "people_views"),
    "outcome": ("conclusion_reason", "consulted", "authority_answer", "remarks"),
}  # fmt: skip
"""The sections of the template of the European Data Protection Board, 0 to 6."""


def written(state: Assessments, held: Answers) -> Document:
    """A draft or a recorded assessment as a document."""
    letter = _Letter(state, held)
    return letter.balancing() if held.kind is BalancingTest else letter.impact()


def screened(state: Assessments, found: Screened) -> Document:
    """The screening as a document."""
    letter, asked = _Paper(state), () if found.required == YES else found.open
    sections = [
        Section("", "", said=conclusion(found, state.lang)),
        _table(letter, "paper.criteria", found.criteria, asked),
        _table(letter, "paper.items", found.items, asked),
        letter.signing(("controller", ()), ("dpo", ())),
    ]
    return letter.document(letter.say("paper.screening", activity=found.activity), sections)


def conclusion(found: Screened, lang: str) -> str:
    """What the screening says, in a sentence, with its reason."""
    named = {
        "criteria": "; ".join(_records.name_of("wp248_criterion", one, lang) for one in found.met()) or "–",
        "items": "; ".join(_records.name_of("tsv_dpia_item", one, lang) for one in found.listed) or "–",
        "open": "; ".join(one.name(lang) for one in found.open) or "–",
        "count": str(len(found.open)),
    }
    told = [_words.say(f"screening.{found.reason}", lang, **named)]
    if found.required == NO and found.met(CANNOT_TELL):
        told.append(_words.say("screening.still_open", lang, **named))
    if found.refused and found.open:
        told.append(_words.say("screening.waits", lang))
    return f"{_words.values('dpia_required')[found.required][lang]}: {'; '.join(told)} ({_law.cited(found.rule, lang)})"


def how(one: Answer, lang: str) -> str:
    """How an answer is known, for a reader."""
    told = _words.values("screened_how")[one.how][lang]
    where = ": ".join(filter(None, (_words.field_label(one.field, lang) if one.field else "", one.quote)))
    return f"{told} ({where})" if where else told


def _table(letter: Writer, title: str, answers: tuple[Answer, ...], asked: tuple[Answer, ...]) -> Section:
    """Answers as a table; those that the officer is still asked for are its blanks."""
    rows = _rows(letter, answers, asked)
    return Section("", letter.say(title), 2, rows=rows, open=tuple(one.name(letter.lang) for one in answers if one in asked))


def _rows(letter: Writer, answers: tuple[Answer, ...], asked: tuple[Answer, ...]) -> tuple[tuple[str, ...], ...]:
    named = _words.values("dpia_required")
    heads = tuple(letter.say(f"paper.{one}") for one in ("criterion", "holds", "how", "officer"))
    said = _words.values("yes_no")
    rows = []
    for one in answers:
        officer = ": ".join(filter(None, (said[one.said][letter.lang] if one.said else "", one.reason)))
        cell = letter.say("common.blank") if one in asked else officer
        rows.append((one.name(letter.lang), named[one.holds][letter.lang], how(one, letter.lang), cell))
    return (heads, *rows)


class _Paper(Writer):
    words = "assessments"


class _Letter(_Paper):
    def __init__(self, state: Assessments, held: Answers) -> None:
        super().__init__(state)
        self._state, self._held = state, held

    def balancing(self) -> Document:
        """The three steps, the conclusion, and room to sign."""
        named = _law.codes("balancing_step")
        sections = [Section("", "", said=self.say("paper.balancing_intro"))]
        for number, (code, names) in enumerate(STEPS.items(), start=1):
            fact = named[code]
            lines = tuple(map(self._line, names))
            sections.append(Section(str(number), fact.name[self.lang], 1, lines, fact.says[self.lang]))
        sections.append(Section("4", self.say("paper.conclusion"), 1, tuple(map(self._line, CONCLUSION))))
        title = self.say("paper.balancing", activity=self._named, purpose=self._held.purpose or "–")
        return self.document(title, [*sections, self.signing(("controller", ()), ("dpo", ()))])

    def impact(self) -> Document:
        """The sections of the template with the screening first, and room to sign."""
        activity = self._held.activity
        found = screen(self._state, activity) if activity in self._state.activities else None
        sections = []
        for number, (key, names) in enumerate(TEMPLATE.items()):
            said = self.say(f"paper.{key}_intro", weeks=consultation_weeks(self._state))
            if key == "about" and found:
                said = f"{said}\n\n{conclusion(found, self.lang)}"
            rows = self._risks() if key == "risks" else ()
            lines = () if rows else tuple(map(self._line, names))
            blank = tuple(rows[0][at] for row in rows[1:] for at, cell in enumerate(row) if cell == self.say("common.blank"))
            sections.append(Section(str(number), self.say(f"paper.{key}"), 1, lines, said, rows, blank))
        title = self.say("paper.impact", activity=self._named)
        return self.document(title, [*sections, self.signing(("controller", ()), ("dpo", ()))])

    @property
    def _named(self) -> str:
        activity = self._held.activity
        return str(self._state.bodies("activity").get(activity, {}).get("name") or activity)

    def _line(self, name: str) -> Line:
        """A question with its answer and where that is from; a blank is marked."""
        field = self._held.kind.model_fields[name]
        text = "\n".join(_records.readable(self._held.of(name), field, self.lang))
        source = self._held.source(name, self.lang)
        told = f"{text}\n{self.say('paper.source', source=source)}" if text and source else text
        return self.filled(_words.field_label(name, self.lang), told, self.cited(str(_records.told(field, "rule") or "")))

    def _risks(self) -> tuple[tuple[str, ...], ...]:
        """A row a risk; none where no risk is told, so that a blank is marked instead."""
        risks: Any = self._held.of("assessed_risks")
        if not risks:
            return ()
        fields = type(risks[0]).model_fields
        rows = [tuple(self._cell(one, name) for name in fields) for one in risks]
        return (tuple(_words.field_label(name, self.lang) for name in fields), *rows)

    def _cell(self, risk: Any, name: str) -> str:
        got = getattr(risk, name)
        return "\n".join(_records.readable(got, type(risk).model_fields[name], self.lang)) or self.say("common.blank")
