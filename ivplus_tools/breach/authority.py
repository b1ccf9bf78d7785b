"""The notification of Art. 33 in the order of the Finnish authority's form, and its withdrawal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ivplus_tools import _dates, _records, _words
from ivplus_tools._records import texts
from ivplus_tools.breach.writing import CaseWriter, label_of, missing
from ivplus_tools.documents import Document, Line, Section

FORM = {  # the parts of the authority's form and the fields that each asks for, in its order
    "part_times": (
        "occurred_from", "occurred_until", "detected", "discovered_how", "processor_notice", "aware", "aware_reason", "delay_reason",
    ),
    "part_nature": ("description", "nature", "cause", "malicious", "systems", "processors"),
    "part_people": ("data_subjects", "people_count", "children", "vulnerable"),
    "part_data": ("data_kinds", "special_categories", "records_count", "already_public", "encrypted", "key_safe", "hashing", "backup"),
    "part_consequences": (
        "consequences", "effects", "harm", "exfiltrated", "misuse_signs", "breach_recipient", "recipients_count",
        "recipient_confirmed", "confirmed_how", "restored", "unavailable_for", "given_again",
    ),
    "part_measures": ("measures_before", "measures_taken", "measures_proposed"),
    "part_cross_border": ("cross_border", "people_countries", "other_authorities"),
}  # fmt: skip
IF_TOLD = (  # fields that are no blank when they are empty: they do not concern every breach
    "occurred_until", "discovered_how", "processor_notice", "aware_reason", "delay_reason", "systems", "processors", "vulnerable",
    "already_public", "hashing", "key_safe", "backup", "misuse_signs", "recipients_count", "recipient_confirmed", "restored",
    "unavailable_for", "given_again", "effects", "measures_proposed", "people_countries", "other_authorities", "children", "harm",
    "exfiltrated", "confirmed_how",
)  # fmt: skip


class Notification(CaseWriter):
    """The notification of Art. 33(3); what differs from the last one is marked."""

    def document_of(self, phase: str | None) -> Document:
        """The draft of a phase; a withdrawal says why and nothing else of the case."""
        phase = self.phase(phase)
        intro = self.say("authority.intro", phase=_words.values("breach_phase")[phase][self.lang])
        sections = [Section("", "", said=intro)]
        parts = self.withdrawal_parts(phase) if phase == "withdrawal" else self.parts(phase)
        for number, (title, lines) in enumerate(parts, 1):
            sections.append(Section(str(number), title, 1, tuple(self._marked(lines, phase))))
        lacking = any(one.blank for section in sections for one in section.lines)
        made = self.document(self.named("authority.title"), sections, footer="")
        return replace(made, cover=self.cover("authority", phase=phase, lacking=lacking))

    def parts(self, phase: str) -> Iterator[tuple[str, list[Line]]]:
        """The parts of the form with their lines."""
        yield self.say("authority.part_type"), list(self._type(phase))
        yield self.say("authority.part_controller"), list(self._controller())
        for part in FORM:
            lines = list(self._part(part))
            yield self.say(f"authority.{part}"), [*lines, *(self.assessed() if part == "part_consequences" else ())]
            if part == "part_measures":
                yield self.say("authority.part_communication"), list(self._communication())

    def withdrawal_parts(self, phase: str) -> Iterator[tuple[str, list[Line]]]:
        """Which notification is taken back, whose, and why."""
        yield self.say("authority.part_type"), list(self._type(phase))
        yield self.say("authority.part_controller"), list(self._controller())
        yield self.say("authority.part_withdrawal"), self.lines("is_breach", "no_breach_reason", "aware")

    def phase(self, phase: str | None) -> str:
        """What was asked for; else a withdrawal, supplementary after the first one, preliminary where required content is missing."""
        if phase:
            return phase
        if self.before and self.before[-1].breach_phase != "withdrawal":
            return "withdrawal" if self.is_withdrawn else "supplementary"
        if missing(self.breach, self.contact()) or any(one.blank for _, lines in self.parts("complete") for one in lines):
            return "preliminary"
        return "complete"

    def _type(self, phase: str) -> Iterator[Line]:
        yield Line(self.say("authority.phase"), _words.values("breach_phase")[phase][self.lang], self.cited("gdpr:33(4)"))
        for one in self.before:
            yield self.filled(self.say("authority.previous"), self.sent_and_number(one))
        if phase == "withdrawal" and not self.before:
            yield self.blank_line("authority.previous")

    def sent_and_number(self, one: _records.Record) -> str:
        """When a notice was sent and under which number the authority has it."""
        sent = getattr(one, "sent", None)
        return ", ".join(filter(None, [_records.show_moment(sent, self.lang) if sent else "", getattr(one, "case_number", None)]))

    def _controller(self) -> Iterator[Line]:
        name, is_processor = str(self.own.get("name") or ""), self.breach.breach_role == "processor"
        yield self.filled(self.say("authority.controller"), "" if is_processor else name, self.cited("gdpr:33(3)(b)"))
        if self.breach.breach_role != "controller":
            yield self.filled(self.say("authority.sender"), name)
            yield self.line(self.breach, "breach_role")
        yield self.filled(self.say("authority.business_id"), str(self.own.get("business_id") or ""))
        yield self.filled(self.say("authority.contact_point"), self.contact(), self.cited("gdpr:33(3)(b)"))

    def _part(self, part: str) -> Iterator[Line]:
        for name in FORM[part]:
            if self.asks(name):
                yield self.line(self.breach, name)
            if name == "aware_reason":
                yield from self.limit()

    def asks(self, name: str) -> bool:
        """Whether a field stands in the form: it is told, or asked of every breach, or of one such as this, or of a delay that there is."""
        late = name == "delay_reason" and (self.case.clock.is_late or self.case.clock.is_over)
        away = name in ("restored", "unavailable_for", "backup") and bool({"availability", "integrity"} & set(texts(self.breach.nature)))
        taken = name == "exfiltrated" and self.breach.cause in self.duty.rules.table("breach:kinds")["attacks"]
        return late or away or taken or name not in IF_TOLD or getattr(self.breach, name) is not None

    def limit(self) -> Iterator[Line]:
        """The end of the time to notify, where it runs."""
        if due := self.case.clock.due:
            yield Line(self.say("authority.clock"), _words.show_date(due, self.lang), self.cited("gdpr:33(1)"))

    def assessed(self) -> Iterator[Line]:
        """The level of risk and the score, each only where nothing that they rest on is open."""
        low, high = self.duty.open
        level = self.level_name(low) if low == high else ""
        yield self.filled(self.say("authority.level"), level, self.cited("gdpr:33(1)"))
        yield self.filled(self.say("authority.score"), self.score())

    def level_name(self, level: str) -> str:
        """A level of risk as the draft names it."""
        return _words.values("level")[level][self.lang]

    def score(self) -> str:
        """The severity score; empty while a part of it is not known."""
        found, apart = self.case.severity, self.duty.open == ("none", "none")
        if found.unknown:
            return ""
        return f"{found._title()}. {self.say('authority.score_apart')}" if apart and found.band != "low" else found._title()

    def _communication(self) -> Iterator[Line]:
        rule = self.cited("gdpr:34(1)")
        communicates = self.communicates()
        if communicates is None:
            yield self.filled(_words.field_label("breach_decision", self.lang), "", rule)
        else:
            own = communicates or self.breach.breach_decision != "notify"  # what was decided of the authority is no decision on the people
            key = "communicate_yes" if communicates else "communicate_no" if own else "communicate_unneeded"
            yield Line(_words.field_label("breach_decision", self.lang), self.say(f"authority.{key}"), rule)
            if own:
                yield self.line(self.breach, "decision_reason")
        for name in ("high_risk_removed", "risk_materialised", "disproportionate_effort"):
            if getattr(self.breach, name) is not None:
                yield self.line(self.breach, name)
        blank = self.say("common.blank")
        count = _records.show_count(self.breach.reached, self.lang) if self.breach.reached else blank
        for one in self.case.told_people():
            day = self.day(_dates.instant(one.sent).date()) if one.sent else blank
            yield Line(
                label_of(str(one.breach_draft), self.lang), self.say("authority.told", count=count, day=day), rule, blank in (count, day)
            )

    def _marked(self, lines: Sequence[Line], phase: str) -> Iterator[Line]:
        """In a supplementary notification, what is new or otherwise than in the last one that was sent."""
        own = {self.say(f"authority.{name}") for name in ("previous", "phase")}  # they always differ
        last = [one for one in self.before if one.language == self.lang]
        was = dict(last[-1].content or {}) if last and phase not in ("preliminary", "withdrawal") else None
        for one in lines:
            gone = one.blank and was is not None and one.label in was
            if was is None or (one.blank and not gone) or was.get(one.label) == one.text or one.label in own:
                yield one
            else:
                mark = self.say("authority.changed", was=was[one.label]) if one.label in was else self.say("authority.added")
                yield replace(one, text=f"{one.text}\n{mark}")
