"""What companies of this kind usually record: offered field by field, and no answer before the officer takes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import ipywidgets as widgets

from ivplus_tools import _html, _law, _records, _words
from ivplus_tools._records import Record
from ivplus_tools.forms.field import Shared

Take = Callable[[str, object], bool]
"""Puts the answer to a field on the form, where nothing else stands in it."""


class Suggestions(widgets.VBox):
    """A list of suggestions and, of the one that is chosen, a line a field, each with a button that takes it."""

    def __init__(self, kind: type[Record], shared: Shared, lang: str, on: date, begin: Callable[[str], bool], take: Take) -> None:
        self._kind, self._shared, self._lang, self._on, self._begin, self._take = kind, shared, lang, on, begin, take
        self._known = of_kind(kind.kind)
        options = [(_words.say("suggested.none", lang), -1), *((one["title"][lang], place) for place, one in enumerate(self._known))]
        self.choice = shared.field(widgets.Dropdown, options=options, value=-1, description=_words.say("suggested.choose", lang))
        self.choice.observe(lambda change: self._on_choice(change), "value")
        self._beginning = False
        self.lines = widgets.VBox([], layout=shared.group)
        super().__init__([self.choice, self.lines], layout=shared.group)

    def _on_choice(self, change: Any) -> None:
        """A new record is begun for the suggestion; where that is refused, the choice goes back."""
        self.lines.children = []
        if change["new"] == -1:
            return
        one = self._known[change["new"]]
        self._beginning = True
        begun = self._begin(one.get("id", {}).get(self._lang, ""))
        self._beginning = False
        if not begun:
            self.choice.value = -1
            return
        head = self._shared.html(_html.note([_words.say("suggested.check", self._lang)]))
        self.lines.children = [head, *(self._line(name, answer) for name, answer in answers(self._kind, one, self._lang, self._on).items())]

    def reset(self) -> None:
        """Another record is shown: no suggestion belongs to it."""
        if not self._beginning:
            self.choice.value = -1

    def _line(self, name: str, answer: object) -> widgets.Widget:
        label, field = _words.field_label(name, self._lang), self._kind.model_fields[name]
        text = f"{label}: {'; '.join(_records.readable(answer, field, self._lang))}"
        button = self._shared.button(_words.say("suggested.take", self._lang))
        button.tooltip = _words.say("suggested.take_of", self._lang, line=text)
        button.on_click(lambda _: self._on_take(button, name, answer))
        return widgets.HBox([button, self._shared.html(_html.line(text))], layout=self._shared.group)

    def _on_take(self, button: widgets.Button, name: str, answer: object) -> None:
        if not self._take(name, answer):
            return
        button.disabled, button.description = True, _words.say("suggested.taken", self._lang)


def of_kind(kind: str) -> list[dict[str, Any]]:
    """The suggestions for records of a kind."""
    return [one for one in _words.read("first_day")["suggestion"] if one["kind"] == kind]


def answers(kind: type[Record], suggestion: dict[str, Any], lang: str, on: date) -> dict[str, object]:
    """What a suggestion proposes for each field, in a language, checked as the record itself checks it."""
    return {name: _records.answer_of(kind, name, _worded(told, lang, on)) for name, told in suggestion["fields"].items()}


def _worded(told: Any, lang: str, on: date) -> Any:
    """Texts of three languages in one of them; of a time limit, the period that its statute sets on the day, else none."""
    if isinstance(told, list):
        return [_worded(one, lang, on) for one in told]
    if not isinstance(told, dict):
        return told
    if told.keys() >= set(_words.LANGS):
        return told[lang]
    made = {name: _worded(one, lang, on) for name, one in told.items()}
    fact = _law.codes("retention_statute").get(made.get("statute", ""))
    if fact is None:
        return made
    return made | {"statute": fact.name[lang]} if "purpose" in made else _time_limit(made, fact, lang, on)


def _time_limit(made: dict[str, Any], fact: _law.Fact, lang: str, on: date) -> dict[str, Any]:
    """A time limit as its statute sets it on the day."""
    now = fact.on(on) or {}
    del made["statute"]
    return made | {"period": now.get("period"), "start_event": now.get("start"), "retention_rule": fact.name[lang]}
