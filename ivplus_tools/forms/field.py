"""One field of a form, and the layouts that all of them share."""

from __future__ import annotations

from typing import Any

import ipywidgets as widgets

from ivplus_tools import _dates, _records, _room, _words
from ivplus_tools._records import Record, Stated
from ivplus_tools._store import Standpoint
from ivplus_tools.errors import Refusal


class Shared:
    """The layouts and styles that all fields of a form share, the label above its field, so that no long term is cut off.

    With some of its own each field would be three models for JupyterLab to make, and a form a flood in which a busy machine loses messages.
    """

    def __init__(self, width: str = "98%") -> None:
        self._field = widgets.Layout(width=width, flex="0 0 auto", flex_flow="column", align_items="stretch", height="auto")
        self.group = widgets.Layout(flex="0 0 auto", overflow="visible")
        self._plain = widgets.Layout()
        self._styles: dict[type, Any] = {}

    def field(self, kind: type[Any], **traits: Any) -> Any:
        """A field that tells of a change when it is left, not at every key."""
        if kind in (widgets.Text, widgets.Textarea):
            traits["continuous_update"] = False
        return kind(layout=self._field, style=self._style(kind), **traits)

    def html(self, content: str = "") -> widgets.HTML:
        """Text of ours between the fields."""
        return widgets.HTML(content, layout=self._plain, style=self._style(widgets.HTML))

    def _style(self, kind: type[Any]) -> Any:
        style = kind.class_traits()["style"].klass
        if style not in self._styles:
            self._styles[style] = style(description_width="auto")
        return self._styles[style]


class Insist:
    """Asks whether a day that is likely a slip of the pen is meant so; it is there only while such a day stands on the form."""

    def __init__(self, lang: str, told: Any) -> None:
        self.widget = widgets.Checkbox(description=_words.say("form.insist", lang), indent=False, layout=widgets.Layout(display="none"))
        self.widget.observe(told, "value")

    def look(self, day: str, at: Standpoint) -> None:
        """Show the question where the day needs it; else it is not there, and not answered."""
        try:
            asked = not _room.is_likely(_dates.day(day), at)
        except Refusal:
            asked = False
        self.widget.layout.display = "" if asked else "none"
        if not asked:
            self.widget.value = False

    @property
    def given(self) -> bool:
        """Whether the officer insists."""
        return bool(self.widget.value)

    @property
    def code(self) -> str:
        """What it adds to the cell that does the same."""
        return "    insist=True,\n" if self.given else ""


class Editor:
    """One field on the form: a text, a choice, or an answer that may be 'confirmed none' or 'not applicable'."""

    def __init__(self, kind: type[Record], name: str, lang: str, shared: Shared) -> None:
        self.name, self._field, self._lang = name, kind.model_fields[name], lang
        label, tip = _words.field_label(name, lang), _words.field_help(name, lang)
        listed = _records.listed_in(self._field)
        many = _records.shape(self._field) in ("texts", "parts", "codes", "map")
        self._state: widgets.Dropdown | None = None
        if _records.shape(self._field) == "code" and listed:
            options = ([] if self._field.default else [("", "")]) + [
                (f"{names[lang]} ({code})" if code[0].isdigit() else names[lang], code) for code, names in _records.allowed(listed).items()
            ]
            self._value: Any = shared.field(
                widgets.Dropdown, options=options, value=self._field.default or "", description=label, tooltip=tip
            )
        else:
            hint = (
                self._example()
                if _records.shape(self._field) == "parts"
                else "; ".join(f"{names[lang]}" for names in _records.allowed(listed).values())
                if listed
                else tip
            )
            area = widgets.Textarea if many else widgets.Text
            self._value = shared.field(area, description=label, placeholder=hint, tooltip=tip)
        self.widget: widgets.Widget = self._value
        if _records.has_other_answers(self._field):
            self._state = shared.field(
                widgets.Dropdown,
                options=[(_words.say("form.given", lang), "given")]
                + [(names[lang], code) for code, names in _words.values("state").items()],
                value="unknown",
                description=_words.say("form.answer", lang, field=label),
            )
            self._state.observe(self._on_state, "value")
            self.widget = widgets.VBox([self._state, self._value], layout=shared.group)

    def _example(self) -> str:
        """How a part is written: its fields with their names."""
        first, *rest = _records.part_of(self._field).model_fields
        return " | ".join([_words.field_label(first, self._lang), *(f"{_words.field_label(name, self._lang)}: …" for name in rest)])

    def observe(self, told: Any) -> None:
        """Call `told` after every change of the field."""
        for widget in (self._value, self._state):
            if widget is not None:
                widget.observe(told, "value")

    def _on_state(self, _: Any = None) -> None:
        state = self._state.value if self._state is not None else "given"
        self._value.disabled = state in ("none", "unknown")
        if self._value.disabled:
            self._value.value = ""

    def show(self, answer: object) -> None:
        """Put an answer on the form."""
        stated = isinstance(answer, Stated)
        if self._state is not None:
            self._state.value = answer.state if stated else "given" if answer is not None else "unknown"  # type: ignore[attr-defined]
            self._on_state()
        if stated:
            self._value.value = answer.because or ""  # type: ignore[attr-defined]
        elif isinstance(self._value, widgets.Dropdown):
            self._value.value = answer or ""
        else:
            self._value.value = _records.to_text(answer, self._field, self._lang)

    @property
    def content(self) -> object:
        """What the officer has put in, for the record to check."""
        state = self._state.value if self._state is not None else "given"
        if state == "none":
            return _records.NONE
        if state == "not_applicable":
            return _records.not_applicable(self._value.value)
        return None if state == "unknown" else self._value.value or None
