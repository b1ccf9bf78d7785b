"""The notice of Art. 13 and 14 from the register and nothing else: first layer, details, objection set apart, blanks marked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from ivplus_tools import _places, _records, _words
from ivplus_tools.documents import Document, Section, Writer
from ivplus_tools.notice import page as pages
from ivplus_tools.notice import plain
from ivplus_tools.notice.state import NoticeState, answered

Said = tuple[str, str]
"""What a line is about, and what it says."""


def draft(state: NoticeState) -> Document:
    """The notice in the language of the state."""
    return _Notice(state).document_of()


class _Notice(Writer):
    words = "notice"

    def __init__(self, state: NoticeState) -> None:
        super().__init__(state)
        self.state, self.told, self.blank = state, list(state.activities.values()), self.say("common.blank")

    def document_of(self) -> Document:
        """First who, why and which rights; then each processing in the order of the law. A public page has no provisions in its margin."""
        purposes = ("purposes", "; ".join(self._purposes()))
        sections = [
            self._section("first", 1, [*self._who(), purposes]),
            Section("", self.say("draft.rights"), 1, said="\n".join(self._rights()), open=self._contact_blank()),
            *self._objection(),
            Section("", self.say("draft.details"), 1, said=self.say("draft.lead")),
            *(self._named(str(body.get("name") or ident), self._activity(body)) for ident, body in self.state.activities.items()),
            self._section("sharing", 2, self._transfers()),
            *self._security(),
        ]
        made = self.document(
            self.say("draft.title", own=self.own.get("name") or self.blank), sections, footer=self.say("draft.footer", on=self.on)
        )
        return replace(made, cover=(Section("", self.say("draft.cover"), 1, said="\n\n".join(self._cautions(made))),))

    def _cautions(self, made: Document) -> Iterator[str]:
        """What the writer reads before it is published: blanks, and how plain the text is."""
        yield self.say("draft.caution_words", count=len(made.blanks))
        text = pages.of_text("", "\n\n".join(one.said for one in made.sections), self.lang)
        heavy = plain.heavy(text)
        long = sum(one.what == "long_sentence" for one in heavy)
        words = ", ".join(dict.fromkeys(text.quote(one.start, one.end).lower() for one in heavy if one.what == "heavy_word"))
        mean = _words.show_number(round(plain.mean(text), 1), self.lang)
        yield self.say("draft.caution_plain", mean=mean, long=long, words=words or "–")
        if self.state.transfers:
            yield self.say("draft.caution_transfers")

    def _section(self, key: str, level: int, lines: Iterable[Said]) -> Section:
        return self._named(self.say(f"draft.{key}"), lines, level)

    def _named(self, title: str, lines: Iterable[Said], level: int = 2) -> Section:
        """Lines under a heading; one that says nothing is a blank."""
        told = [(self.say(f"draft.{key}"), text or self.blank) for key, text in lines]
        blanks = tuple(label for label, text in told if self.blank in text)
        return Section("", title, level, said="\n".join(f"{label}: {text}" for label, text in told), open=blanks)

    # --- who

    def _who(self) -> Iterator[Said]:
        yield "controller", ", ".join(str(self.own.get(name) or self.blank) for name in ("name", "contact"))
        for key, name in (("representative", "representative"), ("joint", "joint_controllers")):
            if told := [self._name(str(one)) for body in (self.own, *self.told) for one in answered(body, name) or ()]:
                yield key, "; ".join(dict.fromkeys(told))
        if self.state.needed["dpo"] is not False:
            yield "dpo", next((one for one in (self.own.get("dpo"), *(body.get("dpo") for body in self.told)) if isinstance(one, str)), "")

    def _purposes(self) -> list[str]:
        return list(dict.fromkeys(one["purpose"] for _, one in self.state.named("purposes") if one.get("purpose")))

    def _rights(self) -> Iterator[str]:
        """The rights that the bases give, how to use them, and where to complain."""
        needed = self.state.needed
        for right in ("access", "rectification", "erasure", "restriction"):
            yield self.say(f"draft.{right}")
        for right, condition in (("objection", OBJECTABLE), ("portability", PORTABLE), ("withdrawal", CONSENT)):
            if needed[condition] is not False:
                yield self.say(f"draft.{right}")
        yield self.say("draft.exercise", contact=self.own.get("contact") or self.blank)
        yield self.say("draft.complaint")

    def _contact_blank(self) -> tuple[str, ...]:
        return () if self.own.get("contact") else (self.say("draft.rights"),)

    def _objection(self) -> list[Section]:
        """The right to object, clearly and apart from all else (Art. 21(4))."""
        if self.state.needed[OBJECTABLE] is False:
            return []
        return [Section("", self.say("draft.object_title"), 1, said=self.say("draft.object"))]

    def _security(self) -> list[Section]:
        """How the data are protected: the recorded measures that a test has shown to work, each with its day; without any, nothing."""
        shown = [
            self.say("draft.measure", name=body.get("name") or ident, day=self.day(date.fromisoformat(body["tested"])))
            for ident, body in self.state.bodies("security_measure").items()
            if body.get("test_result") == "passed" and body.get("tested") and body["tested"] <= self.state.on.isoformat()
        ]
        return [Section("", self.say("draft.security"), 2, said="\n".join(shown))] if shown else []

    # --- each activity

    def _activity(self, body: Any) -> Iterator[Said]:
        purposes = answered(body, "purposes") or ()
        yield from (("purpose", self._purpose(one)) for one in purposes)
        if not purposes:
            yield "purpose", ""
        yield "categories", "; ".join(map(str, answered(body, "data_categories") or ()))
        if special := answered(body, "special_categories"):
            yield "special", self._special(special, answered(body, "special_condition"))
        yield "source", "; ".join(map(str, answered(body, "sources") or ()))
        yield "recipients", self._recipients(body)
        yield "period", "; ".join(self._period(one) for one in answered(body, "retention") or () if one.get("period"))
        yield "requirement", self._text(body, "required_data", "draft.not_required")
        yield "automated", self._text(body, "automated_decisions", "draft.not_automated")

    def _purpose(self, one: dict[str, Any]) -> str:
        """A purpose with its own basis and, where that is a legitimate interest, which one."""
        code = one.get("legal_basis")
        basis = _records.name_of("legal_basis", code, self.lang) if code else self.blank
        if code and self.state.named_basis(code) == "interest":
            basis = self.say("draft.interest", basis=basis, interest=one.get("legitimate_interest") or self.blank)
        text = self.say("draft.on_basis", purpose=one.get("purpose") or self.blank, basis=basis)
        return f"{text} ({one['statute']})" if one.get("statute") else text

    def _special(self, categories: list[Any], conditions: list[Any] | None) -> str:
        """Special categories with the condition of Art. 9(2) that lifts their ban."""
        told = "; ".join(_records.name_of("special_category", one, self.lang) for one in categories)
        grounds = "; ".join(_records.name_of("special_condition", one, self.lang) for one in conditions or ()) or self.blank
        return self.say("draft.special_on", categories=told, grounds=grounds)

    def _period(self, one: dict[str, Any]) -> str:
        """The period of a category; what is no period, or has no start, is a blank."""
        event = one.get("start_event")
        told = _words.say_period(one["period"], self.lang) if _records.is_period(one["period"]) else self.blank
        start = self.say("draft.from", start=_records.name_of("start_event", event, self.lang) if event else self.blank)
        return ": ".join(filter(None, (one.get("data_category"), self.say("draft.kept", period=told, start=start))))

    # --- who receives

    def _recipients(self, body: Any) -> str:
        """Recipients and processors; none only where the register says so of both, a blank where one of them was never told."""
        listed = [answered(body, name) for name in ("recipients", "processors")]
        names = [one["recipient"] for one in listed[0] or () if isinstance(one, dict) and one.get("recipient")]
        names += [self._name(str(ref)) for ref in listed[1] or ()]
        if not names and None not in listed:
            return self.say("draft.no_recipients")
        told = [self.say("draft.recipients_are", names="; ".join(dict.fromkeys(names)))] if names else []
        return " ".join([*told, *([self.blank] if None in listed else [])])

    def _name(self, ref: str) -> str:
        processor = self.state.bodies("processor").get(ref, {})
        known = self.state.bodies("organisation").get(processor.get("organisation") or ref, {})
        return str(known.get("name") or ref)

    def _transfers(self) -> Iterator[Said]:
        """Each third country with the grounds of its transfers; none only where nothing in the register speaks of any."""
        told: dict[str, list[str]] = {}
        for body in self.state.transfers.values():
            ground = body.get("mechanism")
            named = _records.name_of("transfer_mechanism", ground, self.lang) if ground else self.blank
            told.setdefault(_places.name(body["country"], self.lang), []).append(named)
        none = self.say("draft.no_transfers") if self.state.needed["transfers"] is False else ""
        countries = "; ".join(f"{one} ({', '.join(dict.fromkeys(grounds))})" for one, grounds in told.items())
        yield "transfers", self.say("draft.transfer", countries=countries) if told else none
        if told:
            yield "safeguards", self.say("draft.copy", contact=self.own.get("contact") or self.blank)

    def _text(self, body: Any, name: str, none: str) -> str:
        answer = body.get(name)
        return answer if isinstance(answer, str) else self.say(none) if isinstance(answer, dict) else ""


OBJECTABLE, PORTABLE, CONSENT = "bases interest public", "bases consent contract", "bases consent"
"""Conditions of the facts on which a right is told."""
