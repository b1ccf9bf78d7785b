"""The first day of a register: a step after another, each with the form that it needs; nothing is recorded by itself."""

from __future__ import annotations

from typing import Any

import ipywidgets as widgets

from ivplus_tools import _html, _words
from ivplus_tools._records import Record
from ivplus_tools._state import State
from ivplus_tools.desk import Desk
from ivplus_tools.forms.opening import Opening, Opens


class FirstDayView(Opening):
    """The steps with what is recorded so far, a button each, and the form below."""

    def __init__(self, desk: Desk, forms: dict[str, Opens]) -> None:
        super().__init__(desk, "ivplus-first-day")
        self._forms, self._steps = forms, _words.read("first_day")["step"]
        self._texts = [widgets.HTML("") for _ in self._steps]
        self.buttons = [self._button(step) for step in self._steps]
        rows = [
            widgets.HBox([button, text], layout=widgets.Layout(align_items="center"))
            for button, text in zip(self.buttons, self._texts, strict=True)
        ]
        self._inside.children = [widgets.HTML(self._head()), *rows, self.back, self.message, self.below]
        self.look()

    def look(self) -> None:
        """The counts as they stand now."""
        for text, line in zip(self._texts, self._lines(), strict=True):
            text.value = _html.line(line)

    def _say(self, key: str, **facts: object) -> str:
        return _words.say(f"first_day.{key}", self._lang, **facts)

    def _head(self) -> str:
        journal = self._desk.standpoint.path.name
        return _html.heading(self._say("title", journal=journal), 3) + _html.line(self._say("intro"))

    def _button(self, step: dict[str, Any]) -> widgets.Button:
        text = step["text"][self._lang]
        return self._opener(text, lambda: self._show(self._forms[step["opens"]], "", text.partition(":")[0]))

    def _lines(self) -> list[str]:
        """Each step in words, with what is recorded: how many, never that it is all."""
        state = State.read(self._desk.standpoint, ())
        return [
            f"{number}. {step['text'][self._lang]} {self._recorded(state, step['key'])}".rstrip()
            for number, step in enumerate(self._steps, 1)
        ]

    def _recorded(self, state: State, key: str) -> str:
        if key == "organisation":
            own = state.own
            told = [one for one in (own.get("name"), own.get("dpo")) if isinstance(one, str)]
            return self._say("recorded", what=", ".join(told)) if own else self._say("nothing")
        kind = "organisation" if key == "supplier" else key
        if kind not in Record.kinds:
            return ""
        count = len(state.bodies(kind)) - (len(state.own_bodies) if key == "supplier" else 0)
        return self._say("recorded", what=count) if count else self._say("nothing")

    def static(self) -> str:
        """The steps as HTML, without their buttons."""
        return self._head() + _html.listed(self._lines())
