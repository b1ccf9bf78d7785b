"""A view from which forms are opened below, one at a time: what is unsaved in one is not put aside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as widgets

from ivplus_tools import _html, _words
from ivplus_tools.desk import Desk
from ivplus_tools.errors import Refusal
from ivplus_tools.forms.reopened import Reopened

Opens = Callable[[Desk, str], widgets.Widget]
"""Makes a form at a Desk; the text is the identifier of the record that it shows first."""


class Opening(Reopened):
    """A view with forms below it. What is saved in one is seen above at once (`look`)."""

    def __init__(self, desk: Desk, scope: str) -> None:
        self._desk, self._lang = desk, desk.standpoint.lang
        super().__init__(scope)
        self.below, self.message = widgets.VBox([]), widgets.HTML("")
        self.back = widgets.Button(
            description=_words.say("today.back", self._lang),
            layout=widgets.Layout(width="auto", align_self="flex-start", display="none"),
        )
        self.back.add_class("ivplus-back")
        self.back.on_click(lambda _: self._from.focus())
        self._from: widgets.Button = self.back
        """The button that was pressed last, to which one goes back."""

    def look(self) -> None:
        """Read the journal anew, and show what stands."""
        raise NotImplementedError

    def _opener(self, line: str, act: Callable[[], object]) -> widgets.Button:
        """The button of a line; it tells a screen reader which line it opens."""
        told, tip = _words.say("today.open", self._lang), _words.say("today.open_of", self._lang, line=line)
        button = widgets.Button(description=told, tooltip=tip, layout=widgets.Layout(width="auto", flex="0 0 auto"))
        button.on_click(lambda _: self._press(button, act))
        return button

    def _press(self, button: widgets.Button, act: Callable[[], object]) -> None:
        """Open, and bring into sight what was opened or why it was not: a list may be longer than a screen.

        What has just been made is not yet drawn and takes no focus; the way back above it is there.
        """
        self._from, self.back.layout.display = button, ""
        self.below.layout.min_height = "50vh"
        act()
        self.back.focus()

    def _show(self, opens: Opens, subject: str, told: str) -> bool:
        """The form below; not while the one that stands there has unsaved changes."""
        if any(getattr(one, "is_dirty", False) for one in self.below.children):
            self._tell(_words.say("today.unsaved", self._lang), alert=True)
            return False
        try:
            form = opens(self._desk, subject)
        except Refusal as refusal:
            self._tell(refusal.text(self._lang), alert=True)
            return False
        if form.has_trait("saved"):
            form.observe(self._on_saved, "saved")
        self.below.children = [form]
        self._tell(_words.say("today.opened", self._lang, subject=told))
        return True

    def _on_saved(self, _: Any) -> None:
        try:
            self.look()
        except Refusal as refusal:
            self._tell(refusal.text(self._lang), alert=True)

    def _tell(self, text: str, alert: bool = False) -> None:
        self.message.value = _html.note([text], alert=alert)
