"""A form of acts: each button does one of them; what is refused is a line, and nothing that was typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as widgets
import traitlets

from ivplus_tools import _html, _words
from ivplus_tools.desk import Desk
from ivplus_tools.errors import Refusal
from ivplus_tools.forms.field import Shared
from ivplus_tools.forms.reopened import Reopened


class Acting(Reopened):
    """Buttons that act at a Desk. `message` tells what was done or refused last, `code` is the line that does the same."""

    saved = traitlets.Int(0)
    """How many acts have been done here: whoever shows the form sees that something was."""
    words = ""
    """The table of the labels that words the form."""

    def __init__(self, desk: Desk, scope: str) -> None:
        super().__init__(scope)
        self._desk, self._lang, self._shared = desk, desk.standpoint.lang, Shared()
        self.message, self._shown_code = self._shared.html(), self._shared.html()
        self.code, self._busy, self._missing = "", False, False
        self._done: tuple[Callable[[], str], str] | None = None
        """The last act that succeeded, and its receipt; an edit ends it."""

    def _say(self, key: str, **facts: object) -> str:
        return _words.say(f"{self.words}.{key}", self._lang, **facts)

    def _field(self, kind: type[Any], key: str, **traits: Any) -> Any:
        made = self._shared.field(kind, description=self._say(key), **traits)
        made.observe(lambda _: self._on_edit(), "value")
        return made

    def _text(self, key: str, **traits: Any) -> Any:
        return self._field(widgets.Text, key, **traits)

    def _on_edit(self) -> None:
        if not self._busy:
            self._done = None

    def _button(self, key: str, act: Callable[[], str], told: widgets.HTML | None = None) -> widgets.Button:
        """The button of an act; `told` is where its message stands, so that it is in sight of who pressed."""
        button = self._shared.button(self._say(key))
        button.on_click(lambda _: self._do(act, told))
        return button

    def _do(self, act: Callable[[], str], where: widgets.HTML | None = None) -> None:
        """One act at a time: a second press while one is going on does nothing.

        After one that succeeded it finds the fields emptied: where nothing has been edited since, the receipt stays.
        """
        if self._busy:
            return
        self._busy, self._missing, self.message.value = True, False, ""
        self.message, done = where or self.message, 0
        try:
            told, alert = self._told(act)
            if self._missing and self._done and self._done[0] == act:
                told, alert = self._done[1], False
            elif not alert:
                self._done, done = (act, told), 1
            if failed := self._seen():
                told, alert = f"{told}\n{failed}", True
        finally:
            self._busy = False
        self.message.value = _html.note(told.splitlines(), alert)
        if not alert and self.code:
            self._shown_code.value = _html.heading(_words.say("form.code", self._lang), 5) + _html.code(self.code)
        self._keep()
        self.saved += done

    def _told(self, act: Callable[[], str]) -> tuple[str, bool]:
        """What an act says, and whether that is an alert."""
        try:
            return act(), False
        except Refusal as refusal:
            return refusal.text(self._lang), True
        except OSError as error:
            return _words.say("ui.no_file", self._lang, reason=_words.system_reason(error)[self._lang]), True
        except KeyboardInterrupt:
            return _words.say("ui.stopped", self._lang), True

    def _seen(self) -> str:
        """Read what stands now; what cannot be read is told."""
        told, alert = self._told(lambda: self._read() or "")
        return told if alert else ""

    def _look_again(self) -> None:
        """What an officer has chosen is read; a refusal is a line."""
        if failed := self._seen():
            self.message.value = _html.note(failed.splitlines(), alert=True)

    def _read(self) -> str | None:
        """Show what stands now."""

    def _filled(self, field: Any) -> str:
        """What stands in a field that has to be filled."""
        if not field.value.strip():
            self._missing = True
            raise _words.refusal("field_empty", field=field.description)
        return str(field.value).strip()
