"""What every draft of a case shares: its fields in a language, free text to be translated, who answers, who got at the data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ivplus_tools import _dates, _law, _records, _words
from ivplus_tools._records import Record
from ivplus_tools.breach.ladder import Ladder
from ivplus_tools.breach.records import FREE, LANGUAGE, Breach, BreachNotice
from ivplus_tools.breach.state import CaseState
from ivplus_tools.documents import Line, Section, Writer


class CaseWriter(Writer):
    """The words and the fields of one case. What the case does not say is marked; text in another language is marked with it."""

    words = "breach"

    def __init__(self, case: CaseState, written: str | None = None) -> None:
        super().__init__(case.all)
        self._written = written  # the language of the Desk, for a case that does not say in which one it is written
        self.case, self.breach, self.duty = case, case.record, case.duty
        self.before = case.sent_notices("authority")

    @property
    def is_withdrawn(self) -> bool:
        """Whether it turned out to be no breach of personal data."""
        return bool({"no_breach", "not_personal"} & {step.key for step in self.duty.steps})

    @property
    def is_exposed(self) -> bool:
        """Whether somebody may have got at the data."""
        return Ladder(self.breach, self.duty.rules).exposures() != {"nobody"}

    def cover(self, kind: str, blanks: Sequence[Line] = (), phase: str = "", lacking: bool = False) -> tuple[Section, ...]:
        """What the officer reads before a draft is sent, on a page that is not: why it may be the wrong paper, and what it lacks."""
        cautions = (
            self._to_authority(phase, lacking) if kind == "authority" else self._to_people(kind) if kind in ("people", "press") else ()
        )
        own = kind == "controller" and self.breach.breach_role == "controller"
        told = "\n\n".join(self.say(f"cover.{one}") for one in (*cautions, *(["controller_own"] if own else ())))
        return (Section("", self.say("cover.title"), 1, tuple(blanks), told),) if told or blanks else ()

    def _to_authority(self, phase: str, lacking: bool) -> Iterator[str]:
        """It is the controller that notifies (Art. 33(1)-(2)), where a risk is not unlikely; what is withdrawn may be owed all the same."""
        if self.breach.breach_role == "processor":
            yield "authority_processor"
        elif phase == "withdrawal":
            if self.duty.notify is not False:
                yield "withdrawal_owed"
        elif self.is_unneeded:
            yield "authority_unneeded"
        if phase == "complete" and lacking:
            yield "not_complete"

    def _to_people(self, kind: str) -> Iterator[str]:
        """It is the controller that tells the people (Art. 34(1)), where the risk is high; a public notice may name them."""
        got = self.breach
        if got.breach_role == "processor":
            yield "people_processor"
        elif got.breach_decision != "communicate" and not self.case.told_people() and self.duty.communicate is not True:
            yield "people_open" if self.duty.communicate is None else "people_unneeded"
        if kind == "press" and (not got.people_count or _records.bounds(got.people_count)[0] <= self.few):
            yield "press_few" if got.people_count else "press_uncounted"
        if kind == "people" and got.children == "yes":
            yield "people_children"

    @property
    def is_unneeded(self) -> bool:
        """Whether the authority need not be told, and neither has been nor is to be, whatever was taken back before."""
        decided = not self.is_withdrawn and self.breach.breach_decision in ("notify", "communicate")
        processes = self.breach.breach_role == "processor"
        return self.duty.notify is False and not processes and not decided and not self.case.in_force()

    @property
    def few(self) -> int:
        """So many people are few."""
        return int(self.duty.rules.table("breach:confirmation")["few_people"])

    # --- lines

    def line(self, record: Record, name: str) -> Line:
        """A field of a record; free text in another language is a blank with the text beside it."""
        found = super().line(record, name)
        if name == "unavailable_for":
            found = replace(found, text=found.text.partition(" (")[0])  # the code behind the words is for us
        if name == "aware" and self.breach.breach_role == "processor":
            found = replace(found, label=self.say("authority.aware_processor"))
        if name == "confirmed_how" and self.breach.breach_recipient == "nobody":
            found = replace(found, label=self.say("authority.shown_how"))  # there is nobody who could have confirmed it
        return replace(found, text=self._to_translate(found.text), blank=True) if self.is_foreign(record, name) else found

    def lines(self, *names: str) -> list[Line]:
        """Fields of the case, one line each."""
        return [self.line(self.breach, name) for name in names]

    def is_foreign(self, record: Record, name: str) -> bool:
        """Whether a field holds free text of another language than the draft's, or of several."""
        if name not in FREE or getattr(record, name, None) is None:
            return False
        told = _records.texts(self.breach.written_in)
        return told != (LANGUAGE[self.lang],) if told else self._written not in (None, self.lang)

    def _to_translate(self, text: str) -> str:
        return f"{self.say('common.blank')}\n{text}"

    def blank_line(self, key: str, rule: str = "") -> Line:
        """A line that asks for what the case does not hold."""
        return self.filled(self.say(key), "", rule)

    def answer(self, record: Record, name: str) -> object:
        """Systems and processors by the names that the register has for them."""
        answer = getattr(record, name)
        if name not in ("systems", "processors", "activities") or not isinstance(answer, tuple):
            return answer
        return tuple(self.case.all.name_of(one) for one in answer)

    def cited(self, rule: str) -> str:
        """Articles of the Regulation; the toolkit's other rules mean nothing to a reader outside."""
        return super().cited(rule) if rule.startswith("gdpr:") else ""

    # --- pieces of sentences

    def is_none(self, name: str) -> bool:
        """Whether it is said that there are none, which answers nothing that a letter has to tell (Art. 34(2))."""
        return isinstance(getattr(self.breach, name), _records.Stated)

    def open_lines(self, *names: str) -> list[Line]:
        """Those of some fields that a letter needs and that nobody has told, or told in another language, or said to be none."""
        lines = [(self.line(self.breach, name), self.is_none(name)) for name in names]
        return [replace(one, text="", blank=True) if none else one for one, none in lines if none or one.blank]

    def told(self, *names: str) -> str:
        """Fields in running text, `a, b and c`; empty where they are not known or none, marked where it is of another language."""
        asked = {name: self.answer(self.breach, name) for name in names if not self.is_none(name)}
        items = [one for name, answer in asked.items() for one in _records.readable(answer, Breach.model_fields[name], self.lang)]
        text, name = self.joined(dict.fromkeys(items)), names[0]
        return self._to_translate(text) if text and self.is_foreign(self.breach, name) else text

    def joined(self, items: Iterable[str]) -> str:
        """Items as a sentence lists them."""
        *first, last = list(items) or [""]
        link = self.say("people.and")
        doubled = any(f" {link} " in one for one in (*first, last))
        return f"{', '.join(first)} {self.say('people.as_well_as') if doubled else link} {last}" if first else last

    def sentences(self, name: str) -> str:
        """The items of a list, each a sentence; marked where there is none or it is of another language."""
        if name == "measures_proposed":
            items = [str(one.measure) for one in self.breach.measures_proposed or () if one.measure]
        else:
            items = [] if self.is_none(name) else _records.readable(getattr(self.breach, name), Breach.model_fields[name], self.lang)
        text = " ".join(stopped(one[:1].upper() + one[1:]) for one in items)
        return self._to_translate(text) if text and self.is_foreign(self.breach, name) else text or self.say("common.blank")

    def named(self, key: str) -> str:
        """The title of a draft: that of the case, or its number where the title is of another language."""
        foreign = self.is_foreign(self.breach, "title")
        title = self.case.id if foreign or not self.breach.title else self.breach.title
        return f"{self.say(key)} – {title}"

    def moment(self, name: str) -> str:
        """A moment of the case in running text."""
        told = getattr(self.breach, name)
        return _records.show_moment(told, self.lang, True) if told else ""

    def contact(self) -> str:
        """The contact point: the person kept outside the seals, or what is told; else the data protection officer of our own record."""
        persons = self.case.all.persons
        ref = self.breach.contact_person or str(self.own.get("dpo") if isinstance(self.own.get("dpo"), str) else "")
        person = persons.get(ref)
        return ", ".join(filter(None, [person["name"], person["phone"], person["email"]])) if person else ref

    def ours(self) -> list[Line]:
        """What a letter still needs of us: who answers, who signs."""
        lines = [] if self.contact() else [self.blank_line("authority.contact_point")]
        return lines + ([] if self.signer() else [self.blank_line("authority.controller")])

    def signer(self) -> str:
        """Who tells the people: the controller; a processor does not."""
        return "" if self.breach.breach_role == "processor" else str(self.own.get("name") or "")

    def communicates(self) -> bool | None:
        """Whether the people are told, as decided or done; not known where only the authority was decided on and the duty is open."""
        if self.case.told_people() or self.breach.breach_decision == "communicate":
            return True
        return False if self.breach.breach_decision and self.duty.communicate is False else None

    def sent_on(self, notices: Iterable[BreachNotice]) -> str:
        """The day of the last of some notices; empty where none has one."""
        days = [self.day(_dates.instant(one.sent).date()) for one in notices if one.sent]
        return days[-1] if days else ""


def missing(breach: Breach, contact: str) -> list[str]:
    """The content that Art. 33(3) asks for and the case does not have, by its fields."""
    asked = [name for _, value in _law.asks("notice", _law.fact("gdpr:33(5)").history[0]["from"]) for name in value["notice"]]
    return [name for name in asked if not (contact if name == "contact_person" else getattr(breach, name))]


def stopped(text: str) -> str:
    """A text with a full stop at its end."""
    return text if text.rstrip().endswith((".", "!", "?")) else f"{text.rstrip()}."


def label_of(name: str, lang: str) -> str:
    """The label of a kind of draft."""
    return _words.values("breach_draft")[name][lang]
