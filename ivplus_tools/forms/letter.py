"""A letter of one processor as a file: which, in which language, where to, and a line that says what was saved."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import ipywidgets as widgets

from ivplus_tools import _html, _words
from ivplus_tools.breach.records import LANGUAGE
from ivplus_tools.desk import Desk
from ivplus_tools.errors import Refusal
from ivplus_tools.forms.field import Shared


class Letter(widgets.VBox):
    """Below a form that knows its processor and what on it is unsaved: a letter is made of what is recorded. `code` does the same."""

    def __init__(self, desk: Desk, shared: Shared, processor: Callable[[], str], is_dirty: Callable[[], bool]) -> None:
        self._desk, self._lang = desk, desk.standpoint.lang
        self._processor, self._is_dirty = processor, is_dirty
        self.code = ""
        kinds = [(names[self._lang], kind) for kind, names in _words.values("letter").items()]
        self.kind = shared.field(widgets.Dropdown, options=kinds, value="request", description=self._say("letter"))
        named = _words.values("language")
        spoken = [(named[LANGUAGE[lang]][self._lang], lang) for lang in _words.LANGS]
        self.language = shared.field(widgets.Dropdown, options=spoken, value=self._lang, description=self._say("letter_language"))
        self.file = shared.field(widgets.Text, description=self._say("letter_file"), placeholder=self._say("letter_endings"))
        self.save, self.told = shared.button(self._say("letter_save")), shared.html()
        self.save.on_click(lambda _: self._on_save())
        head = shared.html(_html.heading(self._say("letter"), 5))
        super().__init__([head, self.kind, self.language, self.file, self.save, self.told], layout=shared.group)

    def _say(self, key: str, **facts: object) -> str:
        return _words.say(f"form.{key}", self._lang, **facts)

    def renew(self) -> None:
        """Another processor is shown, or the same one anew: what was said of the last letter, and its file, are gone."""
        self.file.value = self.told.value = self.code = ""

    def _on_save(self) -> None:
        try:
            self.told.value = _html.note([self._saved()])
        except Refusal as refusal:
            self.told.value = _html.note([refusal.text(self._lang)], alert=True)

    def _saved(self) -> str:
        if self._is_dirty():
            raise _words.refusal("letter_unsaved")
        ident, kind, lang = self._processor(), self.kind.value, self.language.value
        path = Path(self.file.value.strip() or f"{ident.replace('/', '-')}-{kind}.docx")
        if path.exists():
            raise _words.refusal("draft_exists", path=path)
        letter = getattr(self._desk.review, kind)(ident, lang=lang)
        saved = letter.save(path).absolute()
        self.code = f"desk.review.{kind}({ident!r}, lang={lang!r}).save({str(path)!r})"
        return self._say("letter_saved", path=saved)
