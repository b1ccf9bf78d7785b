"""One field of a form, and the layouts that all of them share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import ipywidgets as widgets

from ivplus_tools import _dates, _html, _records, _room, _words
from ivplus_tools._records import Part, Record, Stated
from ivplus_tools._store import Standpoint
from ivplus_tools.errors import Refusal
from ivplus_tools.forms.ticks import Ticks

Known = Callable[[str], dict[str, str]]
"""The records of a kind that a field may name: identifier -> what it is called."""


class Shared:
    """The layouts and styles that all fields of a form share, the label above its field, so that no long term is cut off.

    With some of its own each field would be three models for JupyterLab to make, and a form a flood in which a busy machine loses messages.
    """

    def __init__(self, width: str = "98%", known: Known = lambda _: {}) -> None:
        self.known = known
        self._field = widgets.Layout(width=width, flex="0 0 auto", flex_flow="column", align_items="stretch", height="auto")
        self.group = widgets.Layout(flex="0 0 auto", overflow="visible")
        self.row = widgets.Layout(
            flex="0 0 auto", overflow="visible", border_left="2px solid var(--jp-border-color2)", padding="0 0 0 .6em", margin="0 0 .6em"
        )
        self.grid = widgets.Layout(flex="0 0 auto", flex_flow="row wrap", overflow="visible")
        self.tick = widgets.Layout(width="auto", flex="0 0 auto", margin="0 1.2em 0 0")
        self.hidden, self._plain = widgets.Layout(display="none"), widgets.Layout()
        self._narrow = widgets.Layout(width="auto", flex="0 0 auto", align_self="flex-start")
        self._styles: dict[type, Any] = {}

    def field(self, kind: type[Any], **traits: Any) -> Any:
        """A field that tells of a change when it is left, not at every key."""
        if kind in (widgets.Text, widgets.Textarea):
            traits["continuous_update"] = False
        return kind(layout=self._field, style=self.style(kind), **traits)

    def html(self, content: str = "") -> widgets.HTML:
        """Text of ours between the fields."""
        return widgets.HTML(content, layout=self._plain, style=self.style(widgets.HTML))

    def button(self, text: str) -> widgets.Button:
        """A button as wide as its text."""
        return widgets.Button(description=text, layout=self._narrow, style=self.style(widgets.Button))

    def style(self, kind: type[Any]) -> Any:
        """The style that all widgets of a class share."""
        style = kind.class_traits()["style"].klass
        if style not in self._styles:
            self._styles[style] = style() if kind is widgets.Button else style(description_width="auto")
        return self._styles[style]


def typed_day(day: date, lang: str) -> str:
    """A day as an officer would type it: an English one is read in ISO only."""
    return day.isoformat() if lang == "en" else _words.show_date(day, lang)


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
    """One field on the form: a text, a choice, or an answer that may be 'confirmed none' or 'not applicable'.

    Typing into a field that is unknown gives it its answer; only 'confirmed none' takes no text.
    """

    _showing = False

    def __init__(self, kind: type[Record | Part], name: str, lang: str, shared: Shared) -> None:
        self.name, self._field, self._lang, self._shared = name, kind.model_fields[name], lang, shared
        self._kind, self._told = kind, list[Callable[[Any], None]]()
        self._kept: dict[str, Any] = {}
        """What was typed under each kind of answer: choosing another one loses nothing."""
        self._fixed: Any = None
        """An answer that no text can tell (a key with outer spaces): it is shown, and changed by code only."""
        self._value: Any = self._box()
        self._state: widgets.Dropdown | None = self._answers() if _records.has_other_answers(self._field) else None
        self.widget: widgets.Widget = self._laid()
        self._value.observe(self._on_value, "value")

    @property
    def label(self) -> str:
        """What the field is called."""
        return _words.field_label(self.name, self._lang)

    def _box(self) -> Any:
        """Where the answer is typed or chosen."""
        listed, held, tip = _records.listed_in(self._field), _records.shape(self._field), _words.field_help(self.name, self._lang)
        codes = _records.allowed(listed) if listed else {}
        if held == "code":
            named = [(f"{names[self._lang]} ({code})" if code[0].isdigit() else names[self._lang], code) for code, names in codes.items()]
            options = [*([] if self._field.default else [("", "")]), *named]
            return self._shared.field(
                widgets.Dropdown, options=options, value=self._field.default or "", description=self.label, tooltip=tip
            )
        if _refers(self._field):
            return self._shared.field(widgets.Combobox, options=list(self._named()), description=self.label, placeholder=tip, tooltip=tip)
        if held == "texts":
            tip = _words.say("form.list_hint", self._lang, hint=tip)
        area = widgets.Textarea if held in ("texts", "map") else widgets.Text
        return self._shared.field(area, description=self.label, placeholder=tip, tooltip=tip)

    def _named(self) -> dict[str, str]:
        """The records that the field may name, as the officer chooses them -> their identifier."""
        return {_records.titled(ident, name): ident for ident, name in self._shared.known(_refers(self._field)).items()}

    def _answers(self) -> widgets.Dropdown:
        """The kind of answer: given, or one of the others."""
        states = [(names[self._lang], code) for code, names in _words.values("state").items()]
        made = self._shared.field(
            widgets.Dropdown, options=[(_words.say("form.given", self._lang), "given"), *states], value="unknown",
            description=_words.say("form.answer", self._lang, field=self.label),
        )  # fmt: skip
        made.observe(self._on_state, "value")
        return made

    def _laid(self) -> widgets.Widget:
        return widgets.VBox([self._state, self._value], layout=self._shared.group) if self._state is not None else self._value

    def observe(self, told: Any) -> None:
        """Call `told` after every change of the field."""
        self._told.append(told)
        for widget in (self._value, self._state):
            if widget is not None:
                widget.observe(told, "value")

    @property
    def state(self) -> str:
        """`given`, or the code of another answer."""
        return str(self._state.value) if self._state is not None else "given"

    def _on_value(self, _: Any = None) -> None:
        if self._state is not None and self._value.value and self._state.value == "unknown":
            self._state.value = "given"

    def _on_state(self, change: Any = None) -> None:
        """Another kind of answer: what was typed under the old one is kept beside, and comes back with it."""
        self._value.disabled = self.state == "none" or (self._fixed is not None and self.state != "not_applicable")
        if change is not None and not self._showing:
            self._kept[change["old"]] = self._value.value
            if not (change["old"] == "unknown" and self._value.value):  # what was just typed gives the answer
                self._value.value = self._kept.get(self.state, "") if self.state not in ("none", "unknown") else ""

    def show(self, answer: object) -> None:
        """Put an answer on the form."""
        stated, self._showing, self._fixed, self._kept = isinstance(answer, Stated), True, None, {}
        if self._state is not None:
            self._state.value = answer.state if stated else "given" if answer is not None else "unknown"  # type: ignore[attr-defined]
        self._fill((answer.because or "") if isinstance(answer, Stated) else answer, stated)
        self._on_state()
        self._showing = False

    def _fill(self, answer: Any, stated: bool) -> None:
        if isinstance(self._value, widgets.Dropdown):
            self._value.value = answer or ""
            return
        self._value.value = answer if stated else "" if answer is None else self._as_text(answer)

    def _as_text(self, answer: Any) -> str:
        """An answer as the officer writes it, where that is read as the same answer; else as the journal keeps it."""
        if isinstance(self._value, widgets.Combobox):
            named = self._named()
            self._value.options = list(named)
            return next((text for text, ident in named.items() if ident == answer), str(answer))
        plain, spoken = _records.to_text(answer, self._field, self._lang), _records.spoken(answer, self._field, self._lang)
        told = next((text for text in (spoken, plain) if text and self._is_told_by(text, answer)), None)
        if told is None:
            self._fixed = answer
        return told or plain

    def _is_told_by(self, text: str, answer: object) -> bool:
        """Whether a text is read as that very answer."""
        try:
            return bool(_records.answer_of(self._kind, self.name, text) == answer)
        except Refusal:
            return False

    @property
    def content(self) -> object:
        """What the officer has put in, for the record to check."""
        if self.state == "none":
            return _records.NONE
        if self.state == "not_applicable":
            if not self._value.value.strip():
                raise _words.refusal("because_empty", field=self.label)
            return _records.not_applicable(self._value.value)
        return None if self.state == "unknown" else self._given()

    def _given(self) -> object:
        if self._fixed is not None:
            return self._fixed
        text = self._value.value
        if not isinstance(self._value, widgets.Combobox):
            return text or None
        known, text = self._shared.known(_refers(self._field)), text.strip()
        return (text if text in known else self._named().get(text, text)) or None

    @property
    def raw(self) -> object:
        """What stands in the field, checked or not."""
        return self.state, self._value.value


class ListEditor(Editor):
    """Several answers, each with a place of its own below: typed text is only the reason why a field is not applicable."""

    _list: widgets.Widget

    def _box(self) -> Any:
        return self._shared.field(widgets.Text, description=_words.say("form.because", self._lang, field=self.label))

    def _below(self) -> list[widgets.Widget]:
        """What stands below the reason."""
        return [self._list]

    def _laid(self) -> widgets.Widget:
        head = self._shared.html(_html.heading(self.label, 5))
        self._on_state()
        return widgets.VBox([head, *filter(None, [self._state]), self._value, *self._below()], layout=self._shared.group)

    def _on_value(self, _: Any = None) -> None:
        """A reason alone says nothing of what is given."""

    def _on_state(self, _: Any = None) -> None:
        """What was chosen stays where another answer is chosen, out of sight, and comes back with 'given'; 'unknown' has nothing."""
        self._value.layout = self._shared.group if self.state == "not_applicable" else self._shared.hidden
        self._list.layout = self._shared.group if self.state in ("given", "unknown") else self._shared.hidden

    def _begin_answer(self) -> None:
        """What is put in below gives an answer that was unknown."""
        if self._state is not None and self._state.value == "unknown":
            self._state.value = "given"

    def _tell(self, change: Any) -> None:
        for told in self._told:
            told(change)


class TicksEditor(ListEditor):
    """Several of a list, or several records: each to be ticked."""

    def _box(self) -> Any:
        listed = _records.listed_in(self._field)
        adds = None if listed else _words.say("form.add_reference", self._lang, field=self.label)
        self.ticks = Ticks(self._shared, adds)  # its boxes are made with the first record that is shown
        self._list = widgets.VBox([self.ticks], layout=self._shared.group)
        self.ticks.observe(self._on_ticks, "value")
        return super()._box()

    def _offer(self) -> None:
        """What may be ticked: the codes of the list, or the records that stand now."""
        listed = _records.listed_in(self._field)
        if listed:
            self.ticks.offer({code: _records.name_of(listed, code, self._lang) for code in _records.allowed(listed)})
        else:
            self.ticks.offer(self._shared.known(str(_records.told(self._field, "refers"))))

    def _on_ticks(self, change: Any) -> None:
        if self._showing:
            return
        if self.ticks.value:
            self._begin_answer()
        elif self._state is not None and self._state.value == "given":
            self._state.value = "unknown"  # nothing that is ticked is no answer
        self._tell(change)

    def _on_state(self, change: Any = None) -> None:
        super()._on_state()
        if change is not None and not self._showing and self.state == "unknown" and self.ticks.value:
            self._showing = True
            self.ticks.value = ()
            self._showing = False

    def _fill(self, answer: Any, stated: bool) -> None:
        self._value.value = answer if stated else ""
        self._offer()
        self.ticks.value = () if stated else tuple(answer or ())

    def _given(self) -> object:
        return list(self.ticks.value) or None

    @property
    def raw(self) -> object:
        """What is ticked."""
        return self.state, self._value.value, self.ticks.value


class PartsEditor(ListEditor):
    """A list whose items have fields themselves, such as purposes: a row of fields each, added and removed by buttons."""

    def _box(self) -> Any:
        self._part, self.rows = _records.part_of(self._field), list[dict[str, Editor]]()
        self._list, self.add = (
            widgets.VBox([], layout=self._shared.group),
            self._shared.button(_words.say("form.add_row", self._lang, field=self.label)),
        )
        self.add.on_click(lambda _: self._add())
        return super()._box()

    def _below(self) -> list[widgets.Widget]:
        return [self._list, self.add]

    def _on_state(self, _: Any = None) -> None:
        super()._on_state()
        self.add.disabled = self.state in ("none", "not_applicable")

    def _add(self) -> None:
        """An empty row below the others."""
        self._begin_answer()
        self._lay([*self.rows, self._row(None)])

    def _remove(self, row: dict[str, Editor]) -> None:
        self._lay([one for one in self.rows if one is not row])
        self.add.focus()  # its button went with the row

    def _row(self, part: Part | None) -> dict[str, Editor]:
        row = {name: editor_of(self._part, name, self._lang, self._shared) for name in self._part.model_fields}
        for name, editor in row.items():
            editor.show(getattr(part, name, None) if part is not None else self._part.model_fields[name].default)
            editor.observe(self._tell)
        return row

    def _lay(self, rows: list[dict[str, Editor]]) -> None:
        self.rows, shown = rows, []
        for number, row in enumerate(rows, 1):
            told = _words.say("form.remove_row", self._lang, number=number, field=self.label)
            remove = self._shared.button(told)
            remove.on_click(lambda _, row=row: self._remove(row))
            shown.append(widgets.VBox([*(one.widget for one in row.values()), remove], layout=self._shared.row))
        self._list.children = shown
        self._tell(None)

    def _fill(self, answer: Any, stated: bool) -> None:
        self._value.value = answer if stated else ""
        self._lay([self._row(part) for part in (() if stated else answer or ())])

    def _given(self) -> object:
        """Each row as its fields; a row with nothing in it is none."""
        rows = [{name: told for name, editor in row.items() if (told := editor.content) is not None} for row in self.rows]
        return [row for row in rows if row] or None

    @property
    def raw(self) -> object:
        """What stands in the rows."""
        return self.state, self._value.value, tuple(tuple(editor.raw for editor in row.values()) for row in self.rows)


def editor_of(kind: type[Record | Part], name: str, lang: str, shared: Shared) -> Editor:
    """The editor of a field: rows for a list of parts, boxes to tick for codes and for records, else one box."""
    held = _records.shape(kind.model_fields[name])
    if held == "parts":
        return PartsEditor(kind, name, lang, shared)
    ticked = held == "codes" or (held == "texts" and _refers(kind.model_fields[name]))
    return (TicksEditor if ticked else Editor)(kind, name, lang, shared)


def _refers(field: Any) -> str:
    """The kind of records that a field names, where a desk can have them."""
    kind = _records.told(field, "refers") or ""
    return kind if kind in Record.kinds else ""
