"""The notice of Art. 13 and 14 from the register and nothing else: first layer, details, objection set apart, blanks marked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from ivplus_tools import _law, _places, _records, _words
from ivplus_tools.documents import Document, Line, Section, Writer
from ivplus_tools.notice.state import NoticeState, answered


def draft(state: NoticeState) -> Document:
    """The notice in the language of the state."""
    return _Notice(state).document_of()


class _Notice(Writer):
    words = "notice"

    def __init__(self, state: NoticeState) -> None:
        super().__init__(state)
        self.state, self.told = state, list(state.activities.values())

    def document_of(self) -> Document:
        """First who, why and which rights; then everything in the order of the law."""
        sections = [
            Section("", self.say("draft.first"), 1, (*self._who(), self._line("purposes", "; ".join(self._purposes()), "purposes"))),
            Section("", self.say("draft.rights"), 1, said="\n".join(self._rights())),
            *self._objection(),
            Section("", self.say("draft.details"), 1, said=self.say("draft.lead")),
            *self._activities(),
            Section("", self.say("draft.sharing"), 2, (self._recipients(), *self._transfers())),
        ]
        own = self.own.get("name") or self.say("common.blank")
        made = self.document(self.say("draft.title", own=own), sections, footer=self.say("draft.footer", on=self.on))
        return replace(made, cover=(Section("", self.say("draft.cover"), 1, said="\n\n".join(self._cautions(len(made.blanks)))),))

    def _cautions(self, blanks: int) -> Iterator[str]:
        """What the writer reads before it is published."""
        yield self.say("draft.caution_words", count=blanks)
        if self.state.transfers:
            yield self.say("draft.caution_transfers")

    def _line(self, key: str, text: str, rule: str) -> Line:
        """A line with the article of the item that it says."""
        return self.filled(self.say(f"draft.{key}"), text, self._cited(rule))

    def _cited(self, item: str) -> str:
        """The article that asks for an item."""
        return _words.article(_law.codes("notice_item")[item].rule.split(":")[1], self.lang)

    # --- who

    def _who(self) -> Iterator[Line]:
        own = ", ".join(str(self.own.get(name) or self.say("common.blank")) for name in ("name", "contact"))
        yield Line(self.say("draft.controller"), own, self._cited("controller"), not (self.own.get("name") and self.own.get("contact")))
        for key, name in (("representative", "representative"), ("joint", "joint_controllers")):
            told = [self._name(str(one)) for body in (self.own, *self.told) for one in answered(body, name) or ()]
            if told:
                yield self._line(key, "; ".join(dict.fromkeys(told)), "controller")
        if self.state.needed["dpo"] is not False:
            dpo = next((one for one in (self.own.get("dpo"), *(body.get("dpo") for body in self.told)) if isinstance(one, str)), "")
            yield self._line("dpo", dpo, "dpo")

    def _purposes(self) -> list[str]:
        return list(dict.fromkeys(one["purpose"] for _, one in self.state.named("purposes") if one.get("purpose")))

    def _rights(self) -> Iterator[str]:
        """The rights that the bases give, how to use them, and where to complain."""
        for right in ("access", "rectification", "erasure", "restriction"):
            yield self.say(f"draft.{right}")
        if self.state.needed["bases interest public"] is not False:
            yield self.say("draft.objection")
        if self.state.needed["bases consent contract"] is not False:
            yield self.say("draft.portability")
        if self.state.needed["bases consent"] is not False:
            yield self.say("draft.withdrawal")
        yield self.say("draft.exercise", contact=self.own.get("contact") or self.say("common.blank"))
        yield self.say("draft.complaint")

    def _objection(self) -> list[Section]:
        """The right to object, clearly and apart from all else (Art. 21(4))."""
        if self.state.needed["bases interest public"] is False:
            return []
        return [Section("", self.say("draft.object_title"), 1, said=self.say("draft.object"))]

    # --- each activity

    def _activities(self) -> Iterator[Section]:
        for ident, body in self.state.activities.items():
            lines = [self._purpose(one) for one in answered(body, "purposes") or ()] or [self._line("purpose", "", "purposes")]
            lines += [
                self._line("categories", self._texts(body, "data_categories"), "categories"),
                self._line("source", self._texts(body, "sources"), "source"),
                self._periods(body),
                self._line("requirement", self._text(body, "required_data", "draft.not_required"), "requirement"),
                self._line("automated", self._text(body, "automated_decisions", "draft.not_automated"), "automated"),
            ]
            yield Section("", str(body.get("name") or ident), 2, tuple(lines))

    def _purpose(self, one: dict[str, Any]) -> Line:
        """A purpose with its own basis and, where that is a legitimate interest, which one."""
        basis = _records.name_of("legal_basis", one["legal_basis"], self.lang) if one.get("legal_basis") else self.say("common.blank")
        interest, statute = one.get("legitimate_interest"), one.get("statute")
        needs_interest = self.state.named_basis(one.get("legal_basis") or "") == "interest"
        if needs_interest:
            basis = self.say("draft.interest", basis=basis, interest=interest or self.say("common.blank"))
        text = self.say("draft.on_basis", purpose=one.get("purpose") or self.say("common.blank"), basis=basis)
        blank = self.say("common.blank") in text
        return Line(self.say("draft.purpose"), f"{text} ({statute})" if statute else text, self._cited("purposes"), blank)

    def _periods(self, body: Any) -> Line:
        """The period of each category; what is no period, or has no start, is a blank."""
        parts = [self._period(one) for one in answered(body, "retention") or () if one.get("period")]
        text = "; ".join(parts) or self.say("common.blank")
        return Line(self.say("draft.period"), text, self._cited("period"), self.say("common.blank") in text)

    def _period(self, one: dict[str, Any]) -> str:
        known, event = _records.is_period(one["period"]), one.get("start_event")
        told = _words.say_period(one["period"], self.lang) if known else self.say("common.blank")
        start = _records.name_of("start_event", event, self.lang) if event else self.say("common.blank")
        said = self.say("draft.kept", period=told, start=self.say("draft.from", start=start))
        return ": ".join(filter(None, (one.get("data_category"), said)))

    # --- who receives

    def _recipients(self) -> Line:
        names: list[str] = [one["recipient"] for _, one in self.state.named("recipients") if isinstance(one, dict) and one.get("recipient")]
        names += [self._name(ref) for _, ref in self.state.named("processors")]
        told = "; ".join(dict.fromkeys(names))
        if self.state.needed["recipients"] is False:
            return self._line("recipients", self.say("draft.no_recipients"), "recipients")
        silent = any(answered(body, name) is None for body in self.told for name in ("recipients", "processors"))
        said = self.say("draft.recipients_are", names=told) if told else ""
        blank = self.say("common.blank") if silent or not told else ""
        return Line(self.say("draft.recipients"), "\n".join(filter(None, (said, blank))), self._cited("recipients"), bool(blank))

    def _name(self, ref: str) -> str:
        processor = self.state.bodies("processor").get(ref, {})
        known = self.state.bodies("organisation").get(processor.get("organisation") or ref, {})
        return str(known.get("name") or ref)

    def _transfers(self) -> Iterator[Line]:
        """Each third country with the ground of its transfers; none only where the register says so."""
        told: dict[str, list[str]] = {}
        for body in self.state.transfers.values():
            ground = body.get("mechanism")
            named = _records.name_of("transfer_mechanism", ground, self.lang) if ground else self.say("common.blank")
            told.setdefault(body["country"], []).append(named)
        lines = [self.say("draft.transfer", country=_places.name(one, self.lang), ground=_each(grounds)) for one, grounds in told.items()]
        if lines:
            lines.append(self.say("draft.copy", contact=self.own.get("contact") or self.say("common.blank")))
        none = self.say("draft.no_transfers") if self.state.needed["transfers"] is False else ""
        text = "\n".join(lines) or none or self.say("common.blank")
        yield Line(self.say("draft.transfers"), text, self._cited("transfers"), self.say("common.blank") in text)

    # --- words

    def _texts(self, body: Any, name: str) -> str:
        return "; ".join(map(str, answered(body, name) or ()))

    def _text(self, body: Any, name: str, none: str) -> str:
        answer = body.get(name)
        return answer if isinstance(answer, str) else self.say(none) if isinstance(answer, dict) else ""


def _each(texts: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(texts))
