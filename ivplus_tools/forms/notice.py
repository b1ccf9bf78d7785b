"""A notice read: its text with marks beside what the law asks; matches with the register corrected, a draft, a version published."""

from __future__ import annotations

from pathlib import Path

import ipywidgets as widgets

from ivplus_tools import _html, _words
from ivplus_tools.desk import Desk
from ivplus_tools.forms.acting import Acting
from ivplus_tools.forms.distinct import distinct
from ivplus_tools.forms.field import typed_day
from ivplus_tools.notice import Reading
from ivplus_tools.notice.records import NoticeMatch

LONGEST = 60
"""Signs of a term in a list."""


class NoticeForm(Acting):
    """A file or a published notice, read; nothing is recorded before a press. `reading` is what was read last."""

    words = "notice_form"

    def __init__(self, desk: Desk, page: str | Path = "") -> None:
        super().__init__(desk, "ivplus-notice")
        self.reading: Reading | None = None
        known = list(desk.notice.notices()["id"])
        self.published = self._field(widgets.Dropdown, "known", options=[("", ""), *((one, one) for one in known)], value="")
        self.file = self._text("file", value=str(page) if str(page) not in known else "")
        named = _words.values("language")
        self._spoken = [(named[_words.SPOKEN[lang]][self._lang], lang) for lang in _words.LANGS]
        self.language = self._field(widgets.Dropdown, "language", options=[("", ""), *self._spoken], value="")
        self.view = self._shared.html()
        self.told = {name: self._shared.html() for name in ("read", "match", "draft", "publish", "check")}
        self._inside.children = [
            self.published, self.file, self.language, self._button("read", self._on_read, self.told["read"]), self.told["read"], self.view,
            *(self._writing() if desk.standpoint.by else []), *self._drafting(), self._shown_code,
        ]  # fmt: skip
        self.published.observe(lambda _: self._only(self.published, self.file), "value")
        self.file.observe(lambda _: self._only(self.file, self.published), "value")
        if str(page) in known:
            self.published.value = str(page)
        if page:
            self._do(self._on_read, self.told["read"])

    def _writing(self) -> list[widgets.Widget]:
        """A match corrected, and a version published."""
        self.term = self._field(widgets.Dropdown, "term", options=[("", "")], value="")
        answers = [(names[self._lang], code) for code, names in _words.values("yes_no").items()]
        self.is_said = self._field(widgets.Dropdown, "is_said", options=answers, value="yes")
        self.says, self.why = self._text("says"), self._text("why")
        self.day, self.name = self._text("day", value=typed_day(self._desk.standpoint.now.date(), self._lang)), self._text("name")
        return [
            self._shared.html(_html.heading(self._say("correct"))), self.term, self.is_said, self.says, self.why,
            self._button("match", self._on_match, self.told["match"]), self.told["match"],
            self._shared.html(_html.heading(self._say("publishing"))), self.name, self.day,
            self._button("publish", self._on_publish, self.told["publish"]), self.told["publish"],
            self._button("check", self._on_check, self.told["check"]), self.told["check"],
        ]  # fmt: skip

    def _drafting(self) -> list[widgets.Widget]:
        """The notice from the register as a file."""
        self.draft_language = self._field(widgets.Dropdown, "draft_language", options=self._spoken, value=self._lang)
        self.draft_file = self._text("draft_file", placeholder="tietosuojaseloste.html, .docx, .pdf, .md")
        head = self._shared.html(_html.heading(self._say("drafting")))
        return [head, self.draft_language, self.draft_file, self._button("draft", self._on_draft, self.told["draft"]), self.told["draft"]]

    @staticmethod
    def _only(chosen: widgets.Widget, other: widgets.Widget) -> None:
        """A file or a published notice: what is filled in last empties the other."""
        if chosen.value and other.value:
            other.value = ""

    # --- acts

    def _on_read(self) -> str:
        self.reading, self.view.value = None, ""
        if self.published.value:
            self.reading = self._desk.notice.reading(self.published.value)
            self.code = f"desk.notice.reading({self.published.value!r}).items"
        else:
            path, lang = self._filled(self.file), self.language.value or None
            self.reading = self._desk.notice.read(path, lang)
            self.code = f"desk.notice.read({path!r}, lang={lang!r}).items"
        self._show()
        return repr(self.reading)

    def _on_match(self) -> str:
        """What the officer says of a term, for this notice where it was published, else for all."""
        if not self.term.value:
            raise _words.refusal("field_empty", field=self.term.description)
        if self.is_said.value == "yes" and self.reading and self._filled(self.says) not in self.reading.text:
            raise _words.refusal("words_not_there", got=self.says.value)
        notice = self.published.value or None
        made = NoticeMatch.of(
            f"{notice or '-'}/{self.term.value}"[:120], of_notice=notice, register_term=self.term.value,
            notice_says=self.says.value.strip() or None, is_said=self.is_said.value,
        )  # fmt: skip
        receipt = self._desk.notice.record(made, valid_from=self._desk.standpoint.valid_on, why=self._filled(self.why))
        self.says.value = ""
        self._on_read()
        return repr(receipt)

    def _on_publish(self) -> str:
        path, day, name = self._filled(self.file), self._filled(self.day), self.name.value.strip() or None
        receipt = self._desk.notice.publish(path, on=day, id=name, lang=self.language.value or None)
        self.code = f"desk.notice.publish({path!r}, on={day!r}, id={name!r})"
        known = list(self._desk.notice.notices()["id"])
        self.published.options = [("", ""), *((one, one) for one in known)]
        return repr(receipt)

    def _on_check(self) -> str:
        """Hold the file against the published notice of that name, and record whether it still says the same."""
        name, path = self._filled(self.name), self._filled(self.file)
        receipt = self._desk.notice.check(name, path)
        self.code = f"desk.notice.check({name!r}, {path!r})"
        changes = self._desk.notice.differs(name, path)
        signs = {"added": "+", "removed": "-"}
        lines = [f"{signs[one.change]} {one.text}" for one in changes.itertuples(index=False, name="Row")]
        self.view.value = _html.heading(self._say("differs", count=len(lines))) + _html.listed(lines)
        return repr(receipt)

    def _on_draft(self) -> str:
        path, lang = Path(self._filled(self.draft_file)), self.draft_language.value
        if path.exists():
            raise _words.refusal("draft_exists", path=path)
        draft = self._desk.notice.draft(lang=lang)
        saved = draft.save(path).absolute()
        self.code = f"desk.notice.draft(lang={lang!r}).save({str(path)!r})"
        return self._say("saved", path=saved, count=len(draft.blanks))

    # --- showing

    def _show(self) -> None:
        """What was read, and the terms that the officer may correct."""
        if self.reading is None:
            return
        self.view.value = self._beside(self.reading) + self._findings(self.reading)
        if self._desk.standpoint.by:
            open_terms = self.reading.matches
            open_terms = open_terms[open_terms["state"].isin(["cannot_tell", "not_said"])]
            terms = [(f"{one.what}: {one.term}"[:LONGEST], str(one.term)) for one in open_terms.itertuples()]
            self.term.options, self.term.value = [("", ""), *distinct(terms)], ""

    def _beside(self, reading: Reading) -> str:
        items = reading.items
        said = items[items["start"] >= 0].sort_values(["start", "end"])
        places = [(int(one.start), int(one.end), str(one.item), str(one.name)) for one in said.itertuples(index=False, name="Row")]
        named = _words.values("notice_present")
        rows = [(str(one.item), str(one.name), named[one.present][self._lang]) for one in items.itertuples(index=False, name="Row")]
        return _html.beside(reading.text, places, rows, self._view)

    def _findings(self, reading: Reading) -> str:
        found = reading.findings
        return _html.heading(self._say("findings", count=len(found))) + _html.listed(
            [f"{one.code} {_words.values('severity')[one.severity][self._lang]}: {one.finding}" for one in found.itertuples()]
        )

    def static(self) -> str:
        """The text and what is said of it, as they stand."""
        return self.view.value
