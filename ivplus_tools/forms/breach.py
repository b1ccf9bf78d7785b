"""The breach wizard: a step at a time, the clock running above, the draft beside, what is missing named."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import ipywidgets as widgets

from ivplus_tools import _html, _words
from ivplus_tools.breach import drafts
from ivplus_tools.breach.case import Case, not_to_come
from ivplus_tools.breach.records import Breach
from ivplus_tools.breach.state import CaseState
from ivplus_tools.desk import Desk
from ivplus_tools.documents import html
from ivplus_tools.errors import Refusal
from ivplus_tools.forms.moves import Moves
from ivplus_tools.forms.record import RecordForm

STEPS: dict[str, tuple[str, ...]] = {
    "step_times": (
        "title", "breach_role", "occurred_from", "occurred_until", "detected", "discovered_how", "processor_notice", "aware",
        "aware_reason",
    ),
    "step_what": (
        "description", "personal_data", "is_breach", "no_breach_reason", "nature", "cause", "malicious", "activities", "systems",
        "processors",
    ),
    "step_whose": (
        "data_kinds", "special_categories", "data_subjects", "people_count", "records_count", "already_public", "children",
        "vulnerable", "people_countries",
    ),
    "step_hands": (
        "breach_recipient", "recipients_count", "recipient_confirmed", "confirmed_how", "exfiltrated", "misuse_signs", "encrypted",
        "key_safe", "hashing", "backup", "restored", "unavailable_for", "given_again",
    ),
    "step_effects": (
        "consequences", "effects", "harm", "harm_reason", "high_risk_removed", "risk_materialised", "disproportionate_effort",
    ),
    "step_measures": (
        "measures_before", "measures_taken", "measures_proposed", "other_authorities", "cross_border", "contact_person",
    ),
    "step_decision": (
        "breach_decision", "decision_reason", "decided", "delay_reason", "reached", "not_reached", "data_contexts", "score_changes",
        "notes", "written_in", "closed",
    ),
}  # fmt: skip
EVERY = 30  # seconds between two readings of the clock


class BreachForm(RecordForm):
    """A case step by step: facts in, clock, duty, what is missing and a draft beside; `code` is the cell that does what Save does."""

    _ticking: ClassVar[dict[str, asyncio.Task[None]]] = {}

    def __init__(self, desk: Desk) -> None:
        self._place = 0
        super().__init__(desk, Breach, STEPS)
        self.preview = widgets.HTML(layout=widgets.Layout(flex="0 0 auto", height="auto", overflow="visible"))
        drafts = [(names[self._lang], code) for code, names in _words.values("breach_draft").items()]
        self.kind = self._shared.field(widgets.Dropdown, options=drafts, value="authority", description=self._say("breach_draft"))
        self.kind.observe(lambda _: self._look(), "value")
        inside = widgets.Layout(max_height="44em", overflow="auto", border="1px solid var(--jp-border-color2)", padding="0 .8em")
        aside = widgets.VBox(  # what grows while one types stands here, so that no field moves under the pointer
            [self.duty, self.kind, widgets.VBox([self.preview], layout=inside), *self._sending()],
            layout=widgets.Layout(flex="1 1 22em", min_width="18em"),
        )
        self.children = (*self.children, aside)  # type: ignore[has-type]
        self.add_class("ivplus-breach")
        self._tick()

    def _plural(self) -> str:
        return self._say("list")

    def _say(self, key: str, **facts: object) -> str:
        own = f"breach_{key}"
        return super()._say(own if own in _words.read("labels")["form"] else key, **facts)

    # --- what goes out

    def _sending(self) -> list[widgets.Widget]:
        """The draft as a file, and that it was sent: to whom, when."""
        box = self._shared.field
        self.file = box(widgets.Text, description=self._say("file"))
        self.save_draft = self._shared.button(self._say("save_draft"))
        self.sent_at = box(widgets.Text, description=self._say("sent_at"), placeholder="2.3.2026 klo 9.00")
        self.sent_to = box(widgets.Text, description=self._say("sent_to"))
        self.mark_sent, self.told = self._shared.button(self._say("mark_sent")), self._shared.html()
        self.save_draft.on_click(lambda _: self._sent_out(self._on_draft))
        self.mark_sent.on_click(lambda _: self._sent_out(self._on_sent))
        return [self.file, self.save_draft, self.sent_at, self.sent_to, self.mark_sent, self.told]

    def _sent_out(self, act: Callable[[Case], str]) -> None:
        """Do something with the draft of the case as it is recorded: what stands unsaved on the form is in no draft."""
        try:
            if self._is_dirty() or not self._entry:
                self.told.value = _html.note([self._say("save_first")], alert=True)
                return
            self.told.value = _html.note(act(self._desk.breach.case(self.id.value)).splitlines())
        except Refusal as refusal:
            self.told.value = _html.note([refusal.text(self._lang)], alert=True)

    def _on_draft(self, case: Case) -> str:
        path = Path(self.file.value.strip() or f"{case.id}-{self.kind.value}.docx")
        if path.exists():
            raise _words.refusal("draft_exists", path=path)
        draft = case.draft(self.kind.value)
        told = self._say("saved_draft", path=draft.save(path).absolute())
        return f"{told}\n{self._say('draft_blanks', count=len(draft.blanks))}" if draft.blanks else told

    def _on_sent(self, case: Case) -> str:
        if not self.sent_at.value.strip():
            raise _words.refusal("field_empty", field=self.sent_at.description)
        receipt = case.sent(case.draft(self.kind.value), at=self.sent_at.value, to=self.sent_to.value.strip() or None)
        self.sent_at.value = self.sent_to.value = ""
        self._look()
        return repr(receipt)

    # --- steps

    def _highest(self, fields: int) -> str:
        return super()._highest(fields // len(STEPS))  # a step at a time

    def _left(self) -> widgets.Widget:
        """The list above, so that the fields and the draft have the room beside each other."""
        self.list.rows = 5
        left = super()._left()
        left.layout = widgets.Layout(flex="1 1 100%")
        return left

    def _build(self, groups: Mapping[str, tuple[str, ...]]) -> None:
        super()._build(groups)
        self.moves = Moves(self._say, lambda by: self._go(self._place + by))
        self.previous, self.next = self.moves.previous, self.moves.next
        self.clock = widgets.HTML(layout=widgets.Layout(min_height="5em"))
        self.step, self.duty = self._shared.html(), self._shared.html()
        self._right.layout = widgets.Layout(flex="1 1 22em", min_width="18em")
        self._right.children = [self.clock, self.step, self.moves, *self._right.children]
        self._go(0)

    def _go(self, place: int) -> None:
        """Show the fields of one step; nothing that stands in the others is lost."""
        self._place = max(0, min(place, len(STEPS) - 1))
        group = list(STEPS)[self._place]
        self._fields.children = self._section(group, STEPS[group])
        self.step.value = _html.heading(f"{self._place + 1}/{len(STEPS)} · {self._say(group)}")
        self.moves.at(self._place, len(STEPS))

    # --- the record

    def _on_new(self) -> None:
        super()._on_new()
        if self._entry == 0 and not self.id.value:
            self.id.value = self._desk.breach.next_id()
            self._clean = self._raw()

    def _on_save(self) -> None:
        if self.save.disabled:
            return
        record = self._breach()
        if not record.title:
            raise _words.refusal("title_missing")
        not_to_come(record, self._desk.standpoint)
        super()._on_save()
        self._look()

    def _breach(self) -> Breach:
        """What stands on the form, with what the register tells of activities that were chosen here."""
        found: Any = super()._record()
        if found.activities != getattr(self._shown, "activities", None):
            found = found.replace(**self._desk.breach.state().prefilled(found))
        return found

    _record = _breach

    # --- clock, duty, draft

    def _show(self, record: Any) -> None:
        super()._show(record)
        self._look()

    def _on_edit(self, change: Any) -> None:
        super()._on_edit(change)
        if not self._loading:
            self._look()

    def _look(self) -> None:
        """Read clock, duty and draft anew from what stands on the form; while something cannot be read, that is said instead."""
        if not self.id.value:
            return
        try:
            record = self._breach()
        except Refusal as refusal:
            self.clock.value = self.preview.value = ""
            self.duty.value = _html.note(self._lines(refusal), alert=True)
            return
        case = CaseState(self._desk.breach.state(), record)
        self._clock = case.clock
        self._show_clock()
        asked = "; ".join(_words.field_label(name, self._lang) for name in case.duty.unknown)
        draft = drafts.draft(case, self.kind.value)
        lines = [case.duty._title()] + ([f"{_words.say('ui.needs', self._lang)}: {asked}"] if asked else [])
        blanks = "; ".join(dict.fromkeys(filter(None, draft.blanks)))
        lines += [self._say("breach_blanks", count=len(draft.blanks), blanks=blanks)] if blanks else []
        self.duty.value = _html.paragraph("\n".join(lines))
        self.preview.value = html.body(draft)

    def _show_clock(self) -> None:
        first, *rest = self._clock.rows
        self.clock.value = _html.timer(f"{first[0]}: {first[1]}", [f"{label}: {text}" for label, text in rest[:1]])

    def _tick(self) -> None:
        """Let the clock run while the kernel does; the one of an earlier run of the cell stops."""
        key = str(self._desk.standpoint.path)
        earlier = self._ticking.pop(key, None)
        if earlier is not None and not earlier.done():
            earlier.cancel()
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return  # no kernel: nobody is watching
        self._ticking[key] = loop.create_task(self._run())

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(EVERY)
            clock = getattr(self, "_clock", None)
            if clock is not None:
                self._clock = type(clock)(clock.deadline, self._desk.breach.moment, clock.sent, clock.role, clock.lang)
                self._show_clock()
