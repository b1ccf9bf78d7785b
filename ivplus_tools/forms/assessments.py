"""Assessments without code: an activity screened, its balancing test begun from the register and recorded, the documents saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import ipywidgets as widgets

from ivplus_tools import _html, _records, _shown, _words
from ivplus_tools._records import Record
from ivplus_tools.assessments.records import BalancingTest, Screening
from ivplus_tools.assessments.screening import begun
from ivplus_tools.desk import Desk
from ivplus_tools.documents import Document
from ivplus_tools.forms.acting import Acting
from ivplus_tools.forms.distinct import distinct
from ivplus_tools.forms.record import RecordForm

DOCUMENTS = ("screening", "balancing", "impact")


class BegunForm(RecordForm):
    """The form of one kind of assessment, which one may begin with what is known already."""

    def __init__(self, desk: Desk, kind: type[Record]) -> None:
        super().__init__(desk, kind, {"fields": tuple(name for name in kind.model_fields if name != "id")})

    def begin(self, ident: str, answers: Mapping[str, object]) -> None:
        """The record as it stands, or a new one with these answers; what is unsaved is not put aside."""
        if self.is_dirty:
            raise _words.refusal("unsaved_form")
        self._read_list()
        if ident in self._standing:
            self.load(ident)
            return
        self._on_new()
        self.id.value = ident
        for name, answer in answers.items():
            self.editors[name].show(answer)
        self._refresh_code()


class AssessmentForm(Acting):
    """Choose an activity: whether it needs an impact assessment, by which criteria; begin its test; save documents. No press, no entry."""

    words = "assessment_form"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "ivplus-assessments")
        names = {str(one.id): str(one.name or "") for one in desk.register.activities().itertuples()}
        known = distinct([(_records.titled(one, names[one]), one) for one in desk.assessments.overview()["activity"]])
        self.activity = self._field(widgets.Dropdown, "activity", options=[("", ""), *known], value="")
        self.purpose = self._field(widgets.Dropdown, "purpose", options=[("", "")], value="")
        self.view, self.table = self._shared.html(), self._shared.html()
        self.answers, self.test = BegunForm(desk, Screening), BegunForm(desk, BalancingTest)
        self.rest, self.answers.layout.display = self._text("rest"), "none"  # shown once it is asked for
        named = [(_words.values("assessment_document")[one][self._lang], one) for one in DOCUMENTS]
        self.which = self._field(widgets.Dropdown, "which", options=named, value=DOCUMENTS[0])
        self.file = self._text("file", placeholder="arviointi.docx, .html, .pdf, .md")
        self.told = {name: self._shared.html() for name in ("answer", "none_other", "fill", "save")}
        self._inside.children = [
            self.activity, self.view, self._shared.html(_html.note([self._say("rest_help")], mark="")), self.rest,
            *self._act("none_other", self._on_none_other), *self._act("answer", self._on_answer), self.answers,
            self._heading("testing"), self.purpose, *self._act("fill", self._on_fill), self.test,
            self._heading("documents"), self.which, self.file, *self._act("save", self._on_save), self._shown_code, self.table,
        ]  # fmt: skip
        self.activity.observe(lambda _: self._look_again(), "value")
        for form in (self.answers, self.test):
            form.observe(lambda _: self._look_again(), "saved")
        self._look_again()

    def _heading(self, key: str) -> widgets.HTML:
        return self._shared.html(_html.heading(self._say(key)))

    def _act(self, key: str, act: Callable[[], str]) -> tuple[widgets.Widget, ...]:
        """A button, and its message below."""
        return self._button(key, act, self.told[key]), self.told[key]

    # --- acts

    def _on_none_other(self) -> str:
        """One no, with its reason, to all that the record is silent of; what is still open stands above as a warning."""
        name, reason, room = self._chosen(), self._filled(self.rest), self._desk.assessments
        if self.answers.is_dirty:
            raise _words.refusal("unsaved_form")
        receipt = room.screen(name).answer_rest(reason)
        self.code, self.rest.value = f"desk.assessments.screen({name!r}).answer_rest({reason!r})", ""
        if self.answers.id.value:
            self._open_answers(name)
        return repr(receipt)

    def _on_answer(self) -> str:
        """The officer's answers as they stand, or new ones about this activity; nothing is written."""
        name = self._chosen()
        self._open_answers(name)
        self.code = f"desk.assessments.screen({name!r}).criteria"
        return self._say("opened", activity=name)

    def _open_answers(self, name: str) -> None:
        """What stands of the answers, ready to be gone on with."""
        self.answers.layout.display = ""
        self.answers.begin(begun(self._desk.assessments.state(), name).id, {"activity": name})

    def _on_fill(self) -> str:
        """The test as recorded, or a new one with what the register says; nothing is written."""
        name, purpose = self._chosen(), self.purpose.value or None
        draft = self._desk.assessments.balancing(name, purpose)
        self.test.begin(draft.held.subject, {one: draft.held.of(one) for one in draft.held.given})
        self.code = f"desk.assessments.balancing({name!r}, {purpose!r})" if purpose else f"desk.assessments.balancing({name!r})"
        return repr(draft).splitlines()[0]

    def _on_save(self) -> str:
        path = Path(self._filled(self.file))
        if path.exists():
            raise _words.refusal("draft_exists", path=path)
        made = self._document()
        saved = made.save(path).absolute()
        return self._say("saved", path=saved, count=len(made.blanks))

    def _document(self) -> Document:
        name, purpose, room = self._chosen(), self.purpose.value or None, self._desk.assessments
        if self.which.value == "balancing":
            return room.balancing(name, purpose).document()
        return (room.assess(name) if self.which.value == "impact" else room.screen(name)).document()

    def _chosen(self) -> str:
        if not self.activity.value:
            raise _words.refusal("field_empty", field=self.activity.description)
        return str(self.activity.value)

    # --- showing

    def _read(self) -> None:
        """How every activity stands; of the chosen one, the screening and the purposes that rest on a legitimate interest."""
        room, name = self._desk.assessments, self.activity.value
        self.table.value = _shown.show(room.overview())._repr_html_()
        interests = room.interests(name) if name else []
        kept = self.purpose.value
        self.purpose.options = [("", ""), *((one, one) for one in interests)]
        self.purpose.value = kept if kept in interests else interests[0] if len(interests) == 1 else ""
        self.view.value = self._screened(name) if name else ""

    def _screened(self, name: str) -> str:
        """The criteria; what is to be answered before anything can be told stands there as a warning."""
        seen = self._desk.assessments.screen(name)
        still = "; ".join(one.name(self._lang) for one in seen.found.open)
        warned = _html.note([self._say("answering", open=still)], alert=True) if seen.required == "cannot_tell" else ""
        return _html.heading(self._say("screening")) + warned + seen._repr_html_()

    def static(self) -> str:
        """The screening that is shown, and how every activity stands."""
        return self.view.value + self.table.value
