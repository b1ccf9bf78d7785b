"""The screening of an activity as an officer reads it: each criterion and item, how it is known, and what follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ivplus_tools import _html, _records, _room, _shown, _words
from ivplus_tools.assessments import letters, screening
from ivplus_tools.assessments.screening import Answer, Screened
from ivplus_tools.assessments.state import Assessments

if TYPE_CHECKING:
    import pandas

    from ivplus_tools._room import Room
    from ivplus_tools._store import Receipt
    from ivplus_tools.documents import Document


@dataclass(frozen=True)
class Seen:
    """Whether an impact assessment is needed: `.required` (yes, no, cannot_tell), `.reason`, `.rule`, `.criteria`, `.items`, `.unknown`."""

    found: Screened
    _room: Room[Assessments]
    _state: Assessments

    @property
    def required(self) -> str:
        """Exactly one of yes, no, cannot_tell."""
        return self.found.required

    @property
    def rule(self) -> str:
        """The rule that the answer rests on."""
        return self.found.rule

    @property
    def reason(self) -> str:
        """The answer with its reason, in the language of the room."""
        return letters.conclusion(self.found, self._state.lang)

    @property
    def unknown(self) -> list[str]:
        """The criteria and items of which it cannot be told: what the officer is asked."""
        return [one.code for one in self.found.open]

    @property
    def criteria(self) -> pandas.DataFrame:
        """The nine criteria: code, criterion, holds, shows (the record alone), known_by, officer (the officer's answer), reason."""
        return self._frame(self.found.criteria, "wp248_criterion")

    @property
    def items(self) -> pandas.DataFrame:
        """The items of the Finnish list, in the same columns."""
        return self._frame(self.found.items, "tsv_dpia_item")

    def _frame(self, answers: tuple[Answer, ...], listed: str) -> pandas.DataFrame:
        lang = self._state.lang
        rows = [
            (one.code, _records.name_of(listed, one.code, lang), one.holds, one.shows, letters.how(one, lang), one.said, one.reason)
            for one in answers
        ]
        made = _room.frame(("code", "criterion", "holds", "shows", "known_by", "officer", "reason"), rows, lang)
        made.attrs["lists"] = {"holds": "dpia_required", "shows": "dpia_required", "officer": "yes_no"}
        return made

    def answer_rest(self, reason: str, why: str = "") -> Receipt:
        """The officer recognises none of what the record is silent of: one no for all of it, with a reason, in the officer's name.

        What words or scans suggest, or a blank field would tell, stays open: each is answered by itself, or in the register.
        """
        if not reason.strip():
            raise _words.refusal("criterion_without_reason")
        at = self._room.standpoint
        made = screening.with_rest(self._state, self.found.activity, reason.strip())
        return self._room.record(made.replace(reviewed_by=at.by, reviewed=at.now.date()), valid_from=at.now.date(), why=why or reason)

    def document(self, lang: str | None = None) -> Document:
        """The screening for the file, with room to sign: `.save("x.docx")`, `.html`, `.md`, `.pdf`."""
        return letters.screened(self._room.speaking(lang).state(), self.found)

    def __repr__(self) -> str:
        return f"{self.found.activity}: {self.reason}"

    def _repr_html_(self) -> str:
        names = ["criterion", "holds", "known_by", "reason"]
        shown = [_shown.show(one[names])._repr_html_() for one in (self.criteria, self.items)]
        return _html.listed([repr(self)]) + "".join(shown)
