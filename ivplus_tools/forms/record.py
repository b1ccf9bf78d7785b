"""The form of one kind of record: a search field, a list, and a field each. Every field is checked by the record itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import ipywidgets as widgets
import traitlets

from ivplus_tools import _dates, _html, _records, _store, _words
from ivplus_tools._records import Record
from ivplus_tools._room import Room
from ivplus_tools._state import Stands, State
from ivplus_tools.desk import Desk
from ivplus_tools.errors import Refusal
from ivplus_tools.forms.distinct import distinct
from ivplus_tools.forms.field import Editor, Insist, Shared, editor_of, typed_day
from ivplus_tools.forms.suggested import Suggestions, of_kind

__all__ = ["Editor", "RecordForm", "Shared"]
FEW = 20
"""Fields that are seen at once."""


class RecordForm(widgets.VBox):
    """A search field, a list and a form over the records of one kind. `code` is the cell that does what Save does."""

    saved = traitlets.Int(0)
    """The last entry that the form has made: whoever shows the form sees that something was recorded."""

    def __init__(self, desk: Desk, kind: type[Record], groups: Mapping[str, tuple[str, ...]], why: str = "") -> None:
        self._usual_why = why
        self._desk, self._kind, self._lang, self._shared = desk, kind, desk.standpoint.lang, Shared(known=self._known)
        self._sealed: State | None = None
        self.suggested: Suggestions | None = None
        self._standing: dict[str, Stands] = {}
        self._entry: int | None = None
        self._said: list[_store.Entry] = []
        self._loading = False
        self._done = ("", "")
        """What has just been done, by its name, and its receipt; an edit ends it."""
        self._clean: dict[str, object] = {}
        self._shown: Record = kind.model_construct(id=_records.NAMELESS)
        self._build(groups)
        super().__init__([widgets.HTML(_html.form_style("ivplus-form")), self._left(), self._right])
        self.add_class("ivplus-form")
        self.layout = widgets.Layout(flex_flow="row wrap", align_items="flex-start")
        self._read_list()
        self._ready(False)
        self.id.disabled, self._fields.layout.display = True, "none"  # what is typed before New would be lost
        key = "form.read_only" if desk.standpoint.past else "form.nothing"
        self.status.value = _html.note([_words.say(key, self._lang)], mark="")

    @property
    def _room(self) -> Room[Any]:
        return getattr(self._desk, self._kind.room)

    # --- building

    def _build(self, groups: Mapping[str, tuple[str, ...]]) -> None:
        say, shared = self._say, self._shared
        self.search = widgets.Text(description=say("search"), layout=widgets.Layout(width="98%"))
        self.list = shared.field(widgets.Select, options=[], value=None, description=self._plural(), rows=16)
        self.count = shared.html()
        self.new = widgets.Button(description=say("new"))
        self.save = widgets.Button(description=say("save"), button_style="primary")
        self.revert = widgets.Button(description=say("revert"))
        label, tip = _words.field_label("id", self._lang), _words.field_help("id", self._lang)
        self.id = shared.field(widgets.Text, description=label, tooltip=tip)
        self.valid_from = shared.field(widgets.Text, description=say("valid_from"), placeholder="2026-03-01 / 1.3.2026")
        self.insist = Insist(self._lang, self._on_edit)
        self.why = shared.field(widgets.Text, description=say("why"))
        self.status, self._shown_code, self.later = shared.html(), shared.html(), shared.html()
        self.entry = shared.field(widgets.Dropdown, options=[], description=say("entry"), disabled=True)
        self.withdraw = widgets.Button(description=say("withdraw"), disabled=True)
        self.editors = {name: editor_of(self._kind, name, self._lang, shared) for names in groups.values() for name in names}
        self._fields = self._framed([one for group, names in groups.items() for one in self._section(group, names)])
        lines = [
            *self._suggested(), self.id, self._fields, self.valid_from, self.insist.widget, self.why, self.later,
            widgets.HBox([self.save, self.revert]), self.status, self.entry, self.withdraw, self._shown_code,
        ]  # fmt: skip
        self._right = widgets.VBox(lines, layout=widgets.Layout(flex="1 1 30em", min_width="20em"))
        self._wire()

    def _framed(self, sections: list[widgets.Widget]) -> widgets.Widget:
        """The fields in their frame."""
        border, highest = "1px solid var(--jp-border-color2)", self._highest(len(self.editors))
        return widgets.VBox(sections, layout=widgets.Layout(max_height=highest, overflow="auto", border=border, padding="0 .5em"))

    def _highest(self, fields: int) -> str:
        """A long form scrolls by itself, so that Save stays in sight; a short one only with its page."""
        return "36em" if fields > FEW else "none"

    def _wire(self) -> None:
        """What each button and field does."""
        self.search.observe(lambda _: self._try(self._filter), "value")
        self.list.observe(lambda change: self._try(self._on_choice, change), "value")
        self.new.on_click(lambda _: self._try(self._on_new))
        self.save.on_click(lambda _: self._try(self._once, "save", self._on_save))
        self.revert.on_click(lambda _: self._try(self._on_revert))
        self.withdraw.on_click(lambda _: self._try(self._once, "withdraw", self._on_withdraw))
        for editor in self.editors.values():
            editor.observe(self._on_edit)
        for one in (self.id, self.valid_from, self.why):
            one.observe(self._on_edit, "value")
        self.entry.observe(lambda _: self._forget(), "value")

    def _suggested(self) -> list[widgets.Widget]:
        """What companies usually record of this kind, to be taken field by field."""
        if not of_kind(self._kind.kind):
            return []
        self.suggested = Suggestions(
            self._kind, self._shared, self._lang, self._desk.standpoint.valid_on, self._on_suggested, self._on_take
        )
        return [self.suggested]

    def _on_suggested(self, ident: str) -> bool:
        """A new record for a suggestion, for which nothing is put aside but the identifier of another suggestion."""
        if self._desk.standpoint.past:
            self._tell([self._say("read_only")], alert=True)
            return False
        if not self._entry and {**self._raw(), "id": ""} == {**self._clean, "id": ""}:
            self._clean = self._raw()
        if self._is_dirty():
            self._tell([self._say("unsaved")], alert=True)
            return False
        self._try(self._on_new)
        self.id.value = ident
        return not self.save.disabled

    def _on_take(self, name: str, answer: object) -> bool:
        """The answer of a suggestion into a field in which nothing stands that the officer has put there."""
        if self._raw()[name] != self._clean.get(name):
            self._tell([self._say("taken_already", field=self._label(name))], alert=True)
            return False
        self.editors[name].show(answer)
        self._refresh_code()
        return True

    def _section(self, group: str, names: tuple[str, ...]) -> list[widgets.Widget]:
        """A heading and the fields of one group."""
        return [self._shared.html(_html.heading(self._say(group))), *(self.editors[name].widget for name in names)]

    def _try(self, act: Callable[..., None], *words: Any) -> None:
        """Do what a button or a list asks; a refusal becomes text on the form."""
        try:
            act(*words)
        except Refusal as refusal:
            self._loading = False
            self._tell(self._lines(refusal), alert=True)

    def _once(self, name: str, act: Callable[[], None]) -> None:
        """Do it; pressed twice with nothing edited in between, its receipt stays: the reason has been emptied, and nothing is missing."""
        if self._done[0] == name:
            self.status.value = self._done[1]
        else:
            act()

    def _forget(self) -> None:
        self._done = ("", "")

    def _left(self) -> widgets.Widget:
        return widgets.VBox([self.search, self.count, self.list, self.new], layout=widgets.Layout(flex="0 1 20em", min_width="16em"))

    def _say(self, key: str, **facts: object) -> str:
        return _words.say(f"form.{key}", self._lang, **facts)

    def _plural(self) -> str:
        """What the records are called."""
        told = _words.say(f"kind_plural.{self._kind.kind}", self._lang)
        return told[:1].upper() + told[1:]

    # --- the list

    def _known(self, kind: str) -> dict[str, str]:
        """The records of a kind that a field may name, read once for each record that is shown."""
        if self._sealed is None:
            self._sealed = State.read(self._desk.standpoint, ())
        found = self._sealed.bodies(kind)
        return {ident: str(body.get("name") or body.get("title") or "") for ident, body in found.items()}

    def _read_list(self) -> None:
        self._sealed = None
        self._standing = {one.record.id: one for one in self._room.standing() if type(one.record) is self._kind}
        self._filter()

    def _filter(self) -> None:
        sought = self.search.value.casefold()
        found = [one.record for one in self._standing.values() if sought in _records.title_of(one.record).casefold()]
        options = distinct((_records.title_of(one), one.id) for one in found)
        was, self._loading = self.list.value, True
        self.list.options = options
        self.list.value = was if was in {value for _, value in options} else None
        self._loading = False
        self.count.value = _html.esc(self._say("rows", count=len(options)))

    def _on_choice(self, change: Mapping[str, Any]) -> None:
        if self._loading or change["new"] is None:
            return
        if self._is_dirty():
            self._loading = True
            self.list.value = change["old"]
            self._loading = False
            self._tell([self._say("unsaved")], alert=True)
            return
        self.load(change["new"])

    # --- the record

    def load(self, ident: str) -> None:
        """Show the record of that identifier as it stands now."""
        self._read_list()
        stands = self._standing.get(ident)
        if stands is None:
            self._ready(False)
            self._tell([self._say("nothing")], alert=True)
            return
        self._read_said(ident)
        self._show(stands.record)
        self.id.disabled = True
        self._ready(not self._desk.standpoint.past)
        self._tell([self._say("loaded", id=ident, entry=stands.entry.entry)])

    def _read_said(self, ident: str | None) -> None:
        """What has been said of a subject and not taken back, the last first: each can be chosen and taken back."""
        found = _store.counting(_store.history(self._room.standpoint, ident)) if ident else []
        self._said = [one for one in reversed(found) if one.kind == self._kind.kind]
        self._entry = max((one.entry for one in self._said), default=0)
        self.entry.options = [(self._told(one), one.entry) for one in self._said]
        self.entry.value = self._said[0].entry if self._said else None
        self.entry.disabled = self.withdraw.disabled = not self._said or self._desk.standpoint.past

    def _told(self, one: _store.Entry) -> str:
        day = _words.show_date(one.valid_from, self._lang)
        return self._say("said", entry=one.entry, day=day, by=one.recorded_by, why=one.why)

    def _on_withdraw(self) -> None:
        """Take the chosen entry back, for the reason that stands on the form."""
        if self._is_dirty():
            self._tell([self._say("unsaved")], alert=True)
            return
        if not self.why.value.strip():
            raise _words.refusal("field_empty", field=self.why.description)
        number, why, ident = self.entry.value, self.why.value, self.id.value
        receipt = self._room.withdraw(number, why=why)
        self.saved = max(receipt.entries, default=self.saved)
        self._read_list()
        if ident in self._standing:
            self.load(ident)
        else:
            self._on_new()
        if self.withdraw.disabled:
            self.new.focus()  # a disabled button loses it to the page
        self._tell([repr(receipt), self._say("taken_back", entry=number)])
        self._done = "withdraw", self.status.value
        code = f"desk.{self._kind.room}.withdraw({number}, why={why!r})"
        self._shown_code.value = _html.heading(self._say("code"), 5) + _html.code(code)

    def _show(self, record: Record) -> None:
        self._loading, self._shown, self._fields.layout.display = True, record, ""
        if self.suggested is not None:
            self.suggested.reset()
        self.id.value = "" if record.id == _records.NAMELESS else record.id
        for name, editor in self.editors.items():
            editor.show(getattr(record, name))
        self.valid_from.value = typed_day(self._desk.standpoint.now.date(), self._lang)
        self.why.value = "" if self._entry else self._usual_why
        self._loading = False
        self._clean = self._raw()
        self._refresh_code()

    def _on_new(self) -> None:
        if self._is_dirty():
            self._tell([self._say("unsaved")], alert=True)
            return
        self._loading = True
        self.list.value = None
        self._loading = False
        self._read_said(None)
        self._sealed = None
        self._show(self._kind.model_construct(id=_records.NAMELESS))  # an empty one need not be sound
        self.id.disabled = False
        self._ready(not self._desk.standpoint.past)
        self._tell([self._say("fresh")])

    def _on_revert(self) -> None:
        ident = self.id.value
        self._clean = self._raw()
        if self._entry:
            self.load(ident)
        else:
            self._on_new()

    def _on_save(self) -> None:
        if self.save.disabled:
            return
        if not self.id.value.strip():
            raise _words.refusal("field_empty", field=self.id.description)
        made = self._record()  # before the day and the reason: everything that is wrong with it is told at once
        for field in (self.valid_from, self.why):
            if not field.value.strip():
                raise _words.refusal("field_empty", field=field.description)
        receipt = self._room.record(
            made, valid_from=self.valid_from.value, why=self.why.value, expecting=self._entry, insist=self.insist.given
        )
        code, ident = self.code, _records.clean(self.id.value)
        self._clean = self._raw()
        self._read_list()
        self._loading = True
        self.list.value = ident if ident in self._standing else None
        self._loading = False
        self.load(ident)
        told = [repr(receipt)]
        if ident not in self._standing:  # true from a day to come: it stands in no list yet, and can be taken back all the same
            self._read_said(ident)
            told.append(self._say("not_yet", day=_words.show_date(_dates.day(self.valid_from.value), self._lang)))
        self._tell(told)
        self._done = "save", self.status.value
        self.saved = max(receipt.entries, default=self.saved)
        self._shown_code.value = _html.heading(self._say("code"), 5) + _html.code(code)

    def _record(self) -> Record:
        """What stands on the form: the loaded record with the fields that have been edited, or a new one."""
        raw = self._raw()
        edited = [name for name in self.editors if raw[name] != self._clean.get(name)]
        changes = self._contents(edited)
        return self._shown.replace(**changes) if self._entry else self._kind(self.id.value or None, **changes)

    def _contents(self, names: Iterable[str]) -> dict[str, object]:
        return {name: self.editors[name].content for name in names}

    def _raw(self) -> dict[str, object]:
        """What stands in the fields, checked or not, to see whether anything has been typed."""
        raw: dict[str, object] = {"id": self.id.value}
        for name, editor in self.editors.items():
            raw[name] = editor.raw
        return raw

    def _is_dirty(self) -> bool:
        return not self.save.disabled and self._raw() != self._clean

    @property
    def is_dirty(self) -> bool:
        """Whether something has been typed that is not recorded."""
        return self._is_dirty()

    def _lines(self, refusal: Refusal) -> list[str]:
        problems = getattr(refusal, "problems", ())
        if not problems:
            return [refusal.text(self._lang)]
        return [f"{self._label(place)}: {one.text(self._lang)}" if place else one.text(self._lang) for place, one in problems]

    def _label(self, place: str) -> str:
        return _words.field_label(place.rsplit(".", maxsplit=1)[-1], self._lang)

    # --- showing

    @property
    def code(self) -> str:
        """The cell that does what Save does."""
        try:
            thing = _records.as_code(self._record(), "    ")
        except Refusal as refusal:
            return "".join(f"# {line}\n" for line in self._lines(refusal))
        when, why = self.valid_from.value, self.why.value
        return f"desk.{self._kind.room}.record(\n    {thing},\n    valid_from={when!r},\n    why={why!r},\n{self.insist.code})"

    def _on_edit(self, _: Any) -> None:
        if not self._loading:
            self._refresh_code()

    def _refresh_code(self) -> None:
        self._forget()
        self.insist.look(self.valid_from.value, self._desk.standpoint)
        self.later.value = _html.note(told, alert=True) if (told := self._later()) else ""
        self._shown_code.value = _html.heading(self._say("code"), 5) + _html.code(self.code)

    def _later(self) -> list[str]:
        """What will stand after a save whose day is before that of a later entry, told before it is saved."""
        try:
            day = _dates.day(self.valid_from.value)
        except Refusal:
            return []
        after = min((one for one in self._said if one.valid_from > day), key=lambda one: (one.valid_from, -one.entry), default=None)
        if after is None:
            return []
        until = _words.show_date(after.valid_from, self._lang)
        return [self._say("before_later", day=_words.show_date(day, self._lang), until=until, entry=after.entry)]

    def _ready(self, ready: bool) -> None:
        self.save.disabled = self.revert.disabled = not ready

    def _tell(self, lines: list[str], alert: bool = False) -> None:
        self.status.value = _html.note(lines, alert)
