"""A balancing test or an impact assessment as a draft: its answers with their sources, its blanks, as a document, and recorded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ivplus_tools import _html, _records, _room, _shown, _words
from ivplus_tools.assessments import filling, letters
from ivplus_tools.assessments.filling import Answers
from ivplus_tools.assessments.records import BalancingTest
from ivplus_tools.assessments.state import Assessments

if TYPE_CHECKING:
    import pandas

    from ivplus_tools._room import Room
    from ivplus_tools._store import Receipt
    from ivplus_tools.documents import Document


@dataclass(frozen=True)
class Drafted:
    """An assessment to be. `.answers` with their sources, `.blanks`, `.filled` of `.asked`; `.answer(field=...)` gives another."""

    held: Answers
    _room: Room[Assessments]
    _state: Assessments

    @property
    def asked(self) -> int:
        """How many questions there are."""
        return len(self.held.names)

    @property
    def filled(self) -> int:
        """How many of them have an answer."""
        return self.asked - len(self.blanks)

    @property
    def blanks(self) -> list[str]:
        """The fields that nobody has answered yet."""
        return self.held.blanks

    @property
    def answers(self) -> pandas.DataFrame:
        """Every question: field, answer, source (who or what says so; empty where it is blank)."""
        lang, held, rows = self._state.lang, self.held, []
        for name in held.names:
            text = "\n".join(_records.readable(held.of(name), held.kind.model_fields[name], lang))
            rows.append((_words.field_label(name, lang), text, held.source(name, lang)))
        return _room.frame(("field", "answer", "source"), rows, lang)

    def answer(self, **answers: Any) -> Drafted:
        """The same with answers of the officer's; an unknown field or a value that is none is refused."""
        kind = self.held.kind
        for name in answers:
            if name not in kind.model_fields or name in ("id", "activity", "purpose"):
                raise _words.refusal("unknown_field", got=name, kind=kind.__name__, near=_words.nearest(name, self.held.names))
        made = replace(self.held, mine={**self.held.mine, **answers})
        for name in answers:
            made.of(name)
        return replace(self, held=made)

    def record(self, why: str = "", valid_from: object = None, id: str | None = None) -> Receipt:  # noqa: A002
        """Record it as it stands, blanks as blanks; by default from the day on which it was made."""
        held = {**{name: got for name, (got, _) in self.held.given.items()}, **self.held.mine}
        made: Any = self.held.kind.of(id or self.held.subject, **held)
        return self._room.record(made, valid_from=valid_from if valid_from is not None else made.reviewed or self._state.on, why=why)

    def document(self, lang: str | None = None) -> Document:
        """The assessment for readers, blanks marked, with room to sign: `.save("x.docx")`, `.html`, `.md`, `.pdf`."""
        state = self._room.speaking(lang).state()
        if self.held.kind is BalancingTest:
            again = filling.balancing(state, self.held.activity, self.held.purpose)
        else:
            again = filling.impact(state, self.held.activity)
        return letters.written(state, replace(again, mine=self.held.mine))

    def __repr__(self) -> str:
        lang = self._state.lang
        blanks = ", ".join(_words.field_label(name, lang) for name in self.blanks) or "–"
        told = _words.say("assessment.summary", lang, activity=self.held.activity, filled=self.filled, asked=self.asked)
        return "\n".join([told, _words.say("assessment.blanks", lang, fields=blanks)])

    def _repr_html_(self) -> str:
        return _html.listed(repr(self).splitlines()) + _shown.show(self.answers)._repr_html_()


def balancing(room: Room[Assessments], state: Assessments, name: str, purpose: str | None) -> Drafted:
    """The balancing test of a purpose of an activity."""
    return Drafted(filling.balancing(state, name, purpose), room, state)


def impact(room: Room[Assessments], state: Assessments, name: str) -> Drafted:
    """The impact assessment of an activity."""
    return Drafted(filling.impact(state, name), room, state)
