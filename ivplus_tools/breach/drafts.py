"""What the officer can send or paste: the authority's form, the people's letter, papers for board, controller and press, the register.

A draft says what the case says and nothing else; what is missing is marked and listed in `.blanks`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from ivplus_tools import _dates, _law, _records, _words
from ivplus_tools._records import Record, texts
from ivplus_tools.breach.case import Case
from ivplus_tools.breach.records import Breach, BreachNotice
from ivplus_tools.exchange.documents import Document, Line, Section, Writer

if TYPE_CHECKING:
    from ivplus_tools.breach import BreachRoom

FORM = {  # the parts of the authority's form and the fields that each asks for, in its order
    "part_times": ("occurred_from", "occurred_until", "detected", "processor_notice", "aware", "aware_reason", "delay_reason"),
    "part_nature": ("description", "nature", "cause", "malicious", "systems", "processors"),
    "part_people": ("data_subjects", "people_count", "children", "vulnerable"),
    "part_data": ("data_kinds", "special_categories", "records_count", "encrypted", "key_safe", "hashing", "backup"),
    "part_consequences": (
        "consequences",
        "effects",
        "harm",
        "exfiltrated",
        "breach_recipient",
        "recipients_count",
        "recipient_confirmed",
        "confirmed_how",
        "restored",
        "unavailable_for",
    ),
    "part_measures": ("measures_before", "measures_taken", "measures_proposed"),
    "part_cross_border": ("cross_border", "people_countries", "other_authorities"),
}
FREE = (  # what the officer writes in words, and which a reader of another language cannot read
    "title", "description", "aware_reason", "delay_reason", "decision_reason", "data_subjects", "effects", "measures_before",
    "measures_taken",
)  # fmt: skip
IF_TOLD = (  # fields that are no blank when they are empty: they do not concern every breach
    "occurred_until", "processor_notice", "aware_reason", "delay_reason", "systems", "processors", "vulnerable", "hashing", "key_safe",
    "backup", "recipients_count", "recipient_confirmed", "restored", "unavailable_for", "effects", "measures_proposed", "people_countries",
    "other_authorities", "children", "harm", "exfiltrated", "confirmed_how",
)  # fmt: skip


def draft(case: Case, kind: str, phase: str | None = None, written: str | None = None) -> Document:
    """A draft of a kind, in the language of the case; `written`: the language in which its free text is written."""
    kind = _records.code("breach_draft", kind)
    writer = _Writer(case, written)
    known = _records.code("breach_phase", phase) if phase else None
    made: Document = getattr(writer, kind)(known)
    return replace(made, about=(kind, writer.phase(known) if kind == "authority" else "", case.id, _digest(made)))


def checked(document: Document, case: str) -> tuple[str, str]:
    """The kind and the phase of a draft of this case that nobody has changed since it was made; another one is refused."""
    about = document.about if isinstance(document, Document) else None
    if about is None or about[2] != case or about[3] != _digest(document):
        raise _words.refusal("not_this_case", id=case, got=about[2] if about else type(document).__name__)
    return about[0], about[1]


def _digest(document: Document) -> str:
    return hashlib.sha256(replace(document, about=None).text.encode()).hexdigest()


def register(room: BreachRoom) -> Document:
    """The register of Art. 33(5): every breach with its facts, effects, measures, and why it was notified or not."""
    return _Register(room).document_of(room.cases())


class _Writer(Writer):
    """The words and the fields of one case."""

    words = "breach"

    def __init__(self, case: Case, written: str | None = None) -> None:
        super().__init__(case._room)
        self._foreign = written not in (None, self.lang)  # free text is then to be translated before anything is sent
        self.case, self.breach, self.duty = case, case.record, case.duty
        self.before = case.sent_notices("authority")

    def line(self, record: Record, name: str) -> Line:
        """A field of a record; free text in another language is a blank with the text beside it."""
        found = super().line(record, name)
        return replace(found, text=self._own_words(found.text), blank=True) if self._is_foreign(record, name) else found

    def _is_foreign(self, record: Record, name: str) -> bool:
        return self._foreign and name in FREE and getattr(record, name, None) is not None

    def _own_words(self, text: str) -> str:
        return f"{self.say('common.blank')}\n{text}"

    # --- the authority

    def authority(self, phase: str | None) -> Document:
        """The notification of Art. 33(3) in the order of the Finnish authority's form; what differs from the last one is marked."""
        phase = self.phase(phase)
        name = _words.values("breach_phase")[phase][self.lang]
        intro = self.say("authority.intro", phase=name)
        parts = [("part_type", list(self._type(phase))), ("part_controller", list(self._controller()))]
        parts += [(part, list(self._part(part))) for part in ("part_times", "part_nature", "part_people", "part_data")]
        parts.append(("part_consequences", [*self._part("part_consequences"), *self._assessed()]))
        parts += [("part_measures", list(self._part("part_measures"))), ("part_communication", list(self._communication()))]
        parts.append(("part_cross_border", list(self._part("part_cross_border"))))
        sections = [Section("", "", said=intro)]
        for number, (part, lines) in enumerate(parts, 1):
            sections.append(Section(str(number), self.say(f"authority.{part}"), 1, tuple(self._marked(lines, phase))))
        return self.document(self.say("authority.title", title=self.breach.title or self.case.id), sections, footer="")

    def phase(self, phase: str | None) -> str:
        """The phase that was asked for; else supplementary after the first notification, preliminary where required content is missing."""
        if phase:
            return phase
        return "supplementary" if self.before else "preliminary" if missing(self.breach, self.contact()) else "complete"

    def _type(self, phase: str) -> Iterator[Line]:
        yield Line(self.say("authority.phase"), _words.values("breach_phase")[phase][self.lang], self.cited("gdpr:33(4)"))
        for one in self.before:
            sent = _records.show_moment(one.sent, self.lang) if one.sent else ""
            yield self.filled(self.say("authority.previous"), ", ".join(filter(None, [sent, one.case_number])))

    def _controller(self) -> Iterator[Line]:
        yield self.filled(self.say("authority.controller"), str(self.own.get("name") or ""), self.cited("gdpr:33(3)(b)"))
        yield self.filled(self.say("authority.business_id"), str(self.own.get("business_id") or ""))
        yield self.filled(self.say("authority.contact_point"), self.contact(), self.cited("gdpr:33(3)(b)"))

    def _part(self, part: str) -> Iterator[Line]:
        late = self.case.clock.is_late or self.case.clock.is_over
        for name in FORM[part]:
            if getattr(self.breach, name) is None and name in IF_TOLD and not (name == "delay_reason" and late):
                continue
            yield self.line(self.breach, name)
            if name == "aware" and (due := self.case.clock.due):
                yield Line(self.say("authority.clock"), _words.show_date(due, self.lang), self.cited("gdpr:33(1)"))

    def _assessed(self) -> Iterator[Line]:
        level = _words.values("level")[self.duty.level][self.lang]
        yield Line(self.say("authority.level"), level, self.cited("gdpr:33(1)"))
        yield Line(self.say("authority.score"), self.case.severity._title(), "", self.case.severity.score is None)

    def _communication(self) -> Iterator[Line]:
        rule = self.cited("gdpr:34(1)")
        if self.breach.breach_decision is None:
            yield self.filled(_words.field_label("breach_decision", self.lang), "", rule)
        else:
            key = "communicate_yes" if self.breach.breach_decision == "communicate" else "communicate_no"
            yield Line(_words.field_label("breach_decision", self.lang), self.say(f"authority.{key}"), rule)
            yield self.line(self.breach, "decision_reason")
        for name in ("high_risk_removed", "risk_materialised", "disproportionate_effort"):
            if getattr(self.breach, name) is not None:
                yield self.line(self.breach, name)
        for one in self.case.sent_notices("people") + self.case.sent_notices("press"):
            count = self._number(self.breach.reached) or self.say("common.blank")
            day = self.day(_dates.instant(one.sent).date()) if one.sent else self.say("common.blank")
            yield Line(
                _words.values("breach_draft")[str(one.breach_draft)][self.lang], self.say("authority.told", count=count, day=day), rule
            )

    def _marked(self, lines: Sequence[Line], phase: str) -> Iterator[Line]:
        """In a supplementary notification, what is new or otherwise than in the last one that was sent."""
        own = {self.say(f"authority.{name}") for name in ("previous", "phase")}  # they always differ
        last = [one for one in self.before if one.language == self.lang]
        was = dict(last[-1].content or {}) if last and phase != "preliminary" else None
        for one in lines:
            gone = one.blank and was is not None and one.label in was
            if was is None or (one.blank and not gone) or was.get(one.label) == one.text or one.label in own:
                yield one
            else:
                mark = self.say("authority.changed", was=was[one.label]) if one.label in was else self.say("authority.added")
                yield replace(one, text=f"{one.text}\n{mark}")

    # --- the people

    def people(self, _: str | None) -> Document:
        """The letter of Art. 34(2): what happened, what it can mean, what we have done, what they can do, who answers."""
        said = [self.say("people.greeting"), self._what("people.what"), self.say("people.which", kinds=self._kinds())]
        if "availability" in texts(self.breach.nature) and self.breach.restored == "no":
            lost = self.breach.backup == "none"
            said.append(self.say("people.lost" if lost else "people.availability"))
        if self.breach.consequences:
            said.append(self.say("people.consequences", consequences="; ".join(self._plain())))
        else:
            said.append(self.say("people.unknown_consequences"))
        said.append(self.say("people.done", measures=self._sentences("measures_taken")))
        if self.breach.measures_proposed:
            said.append(self.say("people.proposed", measures=self._sentences("measures_proposed")))
        if self.duty.unknown or missing(self.breach, self.contact()):
            said.append(self.say("people.not_yet"))
        sections = [Section("", "", said="\n\n".join(said)), Section("", self.say("people.advice"), 2, said="\n\n".join(self._advice()))]
        blanks = [line for line in self._asked("description", "data_kinds", "consequences", "measures_taken") if line.blank]
        contact = self.contact()
        blanks += self._ours(contact)
        closing = self.say("people.contact", contact=contact or self.say("common.blank"))
        sections.append(
            Section("", "", said=f"{closing}\n\n{self.say('people.closing')}\n{self.own.get('name') or self.say('common.blank')}")
        )
        if self.breach.not_reached and _records.bounds(self.breach.not_reached)[1]:
            reached = self._number(self.breach.reached) or "–"
            blanks.append(
                Line("", self.say("people.reached", reached=reached, not_reached=self._number(self.breach.not_reached)), "", True)
            )
        if blanks:
            sections.append(Section("", self.say("common.blank"), 2, tuple(blanks)))
        return self.document(self.say("people.title"), sections, footer="")

    def _ours(self, contact: str) -> list[Line]:
        """What a letter still needs of us: when it happened, who answers, who signs."""
        lines = [] if self._when() else self._asked("occurred_from")
        lines += [] if contact else [self.filled(self.say("authority.contact_point"), "")]
        return lines + ([] if self.own.get("name") else [self.filled(self.say("authority.controller"), "")])

    def _plain(self) -> Iterator[str]:
        """Likely consequences as one says them to those whom they concern."""
        for one in texts(self.breach.consequences):
            yield str(_words.read("breach")["plain"][one][self.lang])

    def cited(self, rule: str) -> str:
        """Articles of the Regulation; the toolkit's other rules mean nothing to a reader outside."""
        return super().cited(rule) if rule.startswith("gdpr:") else ""

    def _what(self, key: str) -> str:
        blank, told = self.say("common.blank"), self.breach.description
        told = self._own_words(told) if told and self._is_foreign(self.breach, "description") else told
        return self.say(key, when=self._when() or blank, description=_stopped(told or blank))

    def _when(self) -> str:
        moment = self.breach.occurred_from or self.breach.detected
        return _records.show_moment(moment, self.lang, True) if moment else ""

    def _advice(self) -> Iterator[str]:
        advice = _words.read("breach")["advice"]
        kinds = [one for one in (*texts(self.breach.data_kinds), *self._sensitive()) if one in advice and one != "general"]
        told = list(dict.fromkeys(str(advice[one][self.lang]) for one in kinds))
        yield from told or [str(advice["general"][self.lang])]

    def _sensitive(self) -> Iterator[str]:
        for one in texts(self.breach.special_categories):
            yield "health" if one == "health" else "special"

    # --- the others

    def board(self, _: str | None) -> Document:
        """A page for the management: what happened, when, what the law asks, what was decided, what is open."""
        decided = [self.line(self.breach, name) for name in ("breach_decision", "decision_reason", "decided")]
        duty = [Line(_law.fact(step.rule).name[self.lang], step.said(self.lang), self.cited(step.rule)) for step in self.duty.steps]
        open_ = [self.filled(_words.field_label(name, self.lang), "") for name in self.duty.unknown]
        next_ = [Line(told, _words.show_date(one, self.lang)) for told, one in self._coming()]
        parts = {
            "situation": self._asked("title", "description", "nature", "data_kinds", "people_count", "breach_recipient"),
            "times": [*self._asked("occurred_from", "detected", "aware"), *(Line(label, text) for label, text in self.case.clock.rows[:2])],
            "duty": duty, "decision": decided, "measures": self._asked("measures_taken", "measures_proposed"), "open": open_,
            "next": next_,
        }  # fmt: skip
        sections = [Section("", "", said=self.say("board.intro"))]
        for number, (name, lines) in enumerate(parts.items(), 1):
            sections.append(Section(str(number), self.say(f"board.{name}"), 1, tuple(lines), "" if lines else self.say("common.none")))
        return self.document(f"{self.say('board.title')} – {self.breach.title or self.case.id}", sections)

    def controller(self, _: str | None) -> Document:
        """The notice that we send as a processor (Art. 33(2)): what is known now; the controller judges the risk."""
        names = (
            "description", "nature", "cause", "occurred_from", "detected", "data_subjects", "people_count", "data_kinds", "records_count",
            "consequences", "measures_taken",
        )  # fmt: skip
        lines = [*self._asked(*names), self.filled(self.say("authority.contact_point"), self.contact(), self.cited("gdpr:33(3)(b)"))]
        facts = Section("", self.say("board.situation"), 2, tuple(lines))
        sections = [Section("", "", said=f"{self.say('common.greeting')}\n\n{self.say('controller.intro')}"), facts]
        sections.append(Section("", "", said=self.say("controller.closing")))
        return self.mail(f"{self.say('controller.title')} – {self.breach.title or self.case.id}", sections, "")

    def press(self, _: str | None) -> Document:
        """The public communication of Art. 34(3)(c)."""
        blank, parts = self.say("common.blank"), {"kinds": self._kinds(), "who": self._list("data_subjects"), "contact": self.contact()}
        parts |= {"what": self.breach.description or "", "when": self._when(), "advice": " ".join(self._advice())}
        told = self.say("press.text", **{name: _stopped(text or blank) for name, text in parts.items()})
        blanks = [line for line in self._asked("description", "data_kinds", "data_subjects") if line.blank]
        blanks += [*self._ours(self.contact()), *([] if self.breach.disproportionate_effort else self._asked("disproportionate_effort"))]
        sections = [Section("", "", said=told)]
        sections += [Section("", blank, 2, tuple(blanks))] if blanks else []
        return self.document(self.say("press.title"), sections, footer="")

    # --- pieces

    def answer(self, record: Record, name: str) -> object:
        """Systems and processors by the names that the register has for them."""
        answer = getattr(record, name)
        if name not in ("systems", "processors", "activities") or not isinstance(answer, tuple):
            return answer
        return tuple(self.case._room.name_of(one) for one in answer)

    def contact(self) -> str:
        """The contact point: the person kept outside the seals, or what is told; else the data protection officer of our own record."""
        persons = self.case._room.persons
        ref = self.breach.contact_person or str(self.own.get("dpo") if isinstance(self.own.get("dpo"), str) else "")
        person = persons.get(ref)
        return ", ".join(filter(None, [person["name"], person["phone"], person["email"]])) if person else ref

    def _asked(self, *names: str) -> list[Line]:
        return [self.line(self.breach, name) for name in names]

    def _kinds(self) -> str:
        return self._list("data_kinds") or self.say("common.blank")

    def _list(self, name: str) -> str:
        return "; ".join(_records.readable(getattr(self.breach, name), Breach.model_fields[name], self.lang))

    def _sentences(self, name: str) -> str:
        if name == "measures_proposed":
            items = [str(one.measure) for one in self.breach.measures_proposed or () if one.measure]
        else:
            items = _records.readable(getattr(self.breach, name), Breach.model_fields[name], self.lang)
        return " ".join(_stopped(one[:1].upper() + one[1:]) for one in items) or _stopped(self.say("common.blank"))

    def _number(self, count: str | None) -> str:
        return "–".join(_words.show_number(one, self.lang) for one in dict.fromkeys(_records.bounds(count))) if count else ""

    def _coming(self) -> Iterator[tuple[str, date]]:
        if self.case.clock.due and self.case.clock.sent is None:
            yield _words.say("due.breach_clock", self.lang), self.case.clock.due
        for one in self.breach.measures_proposed or ():
            if one.due and not one.done:
                yield str(one.measure), one.due


class _Register(Writer):
    words = "breach"

    def document_of(self, cases: Sequence[Case]) -> Document:
        """A part per breach, with every answer that it has."""
        sections = [Section("", "", said=self.say("register.intro" if cases else "register.none"))]
        for number, case in enumerate(cases, 1):
            writer = _Writer(case)
            fields = [
                name for name in Breach.model_fields if name not in ("id", "title", "notes") and getattr(writer.breach, name) is not None
            ]
            lines = [writer.line(writer.breach, name) for name in fields]
            lines += [Line(writer.say("authority.level"), writer.duty._title(), self.cited("gdpr:33(1)"))]
            lines += [_sent(one, self.lang) for one in case.sent_notices()]
            lines += [] if writer.breach.breach_decision else [writer.line(writer.breach, "breach_decision")]
            sections.append(Section(str(number), f"{case.id} · {writer.breach.title}", 1, tuple(lines)))
        return self.document(self.say("register.title"), sections)


def _sent(one: BreachNotice, lang: str) -> Line:
    """What was told, to whom, when, and the hash of its text."""
    moment = _records.show_moment(one.sent, lang) if one.sent else ""
    text = " · ".join(filter(None, [moment, one.sent_to, one.case_number, f"SHA-256 {one.hash}"]))
    return Line(_words.values("breach_draft")[str(one.breach_draft)][lang], text, "33(5)")


def missing(breach: Breach, contact: str) -> list[str]:
    """The content that Art. 33(3) asks for and the case does not have, by its fields."""
    asked = [name for _, value in _law.asks("notice", _law.fact("gdpr:33(5)").values[0]["from"]) for name in value["notice"]]
    return [name for name in asked if not (contact if name == "contact_person" else getattr(breach, name))]


def _stopped(text: str) -> str:
    """A text with a full stop at its end."""
    return text if text.rstrip().endswith((".", "!", "?")) else f"{text.rstrip()}."
