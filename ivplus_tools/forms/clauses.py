"""The review of contracts: one processor per screen, each clause of Art. 28 with its verdict, quote and reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as widgets

from ivplus_tools import _html, _law, _records, _store, _words
from ivplus_tools.desk import Desk
from ivplus_tools.errors import Refusal
from ivplus_tools.forms.distinct import distinct
from ivplus_tools.forms.field import Insist, Shared
from ivplus_tools.forms.letter import Letter
from ivplus_tools.forms.moves import Moves
from ivplus_tools.review.records import Agreement, Processor, Verdict

TEXTS = ("quote", "page", "reason")
WANTING = ("not_met", "unclear")


class ClauseEditor:
    """One clause on the screen: what the law asks, the last decision, and fields for a new one."""

    def __init__(self, code: str, fact: _law.Fact, lang: str, shared: Shared) -> None:
        self.code, self._lang = code, lang
        title = f"{_words.article(fact.rule.split(':')[1], lang)} · {fact.name[lang]}"
        options = [("", ""), *((names[lang], verdict) for verdict, names in _words.values("verdict").items())]
        label = f"{_words.field_label('verdict', lang)} · {title}"
        self.verdict = shared.field(widgets.Dropdown, options=options, value="", description=label)
        self.texts = {
            name: shared.field(widgets.Text, description=f"{_words.field_label(name, lang)} · {fact.name[lang]}") for name in TEXTS
        }
        self.last = shared.html()
        told = shared.html(_html.heading(title, 5) + _html.paragraph(fact.says[lang]))
        self.widget = widgets.VBox([told, self.last, self.verdict, *self.texts.values()], layout=shared.group)

    def show(self, was: Verdict | None) -> None:
        """Put the last decision on the screen."""
        self.was = was
        self.verdict.value = (was.verdict if was else None) or ""
        for name, text in self.texts.items():
            text.value = (getattr(was, name) if was else None) or ""
        self.last.value = _html.esc(self._told(was))

    def _told(self, was: Verdict | None) -> str:
        if was is None or was.verdict is None:
            return _words.say("form.never", self._lang)
        day = _words.show_date(was.judged_on, self._lang) if was.judged_on else ""
        parts = (_words.values("verdict")[was.verdict][self._lang], was.judged_by, day, was.page, was.quote or was.reason)
        return _words.say("form.last", self._lang, told=" · ".join(part for part in parts if part))

    def raw(self) -> tuple[str, ...]:
        """What stands in the fields."""
        return (self.verdict.value, *(text.value for text in self.texts.values()))

    def is_touched(self) -> bool:
        """Whether anything differs from the last decision."""
        was = self.was
        return self.raw() != tuple((getattr(was, name) if was else None) or "" for name in ("verdict", *TEXTS))

    def content(self, by: str | None, today: object) -> Verdict | None:
        """The decision as it stands on the screen; a new one bears the name of who judges and the day."""
        if not self.is_touched():
            return self.was
        told: dict[str, Any] = dict(zip(("verdict", *TEXTS), self.raw(), strict=True))
        return Verdict.of(self.code, judged_by=by, judged_on=today, **told) if any(told.values()) else None


class ReviewForm(widgets.VBox):
    """Processors one by one: a decision per clause, the next review date, Previous, Next, Save, a letter. `code` does what Save does."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._lang = desk, desk.standpoint.lang
        self._place, self._loading = 0, True
        self._agreement: Any = None
        self._entry = 0
        self._build()
        super().__init__([widgets.HTML(_html.form_style("ivplus-review")), *self._parts()])
        self.add_class("ivplus-review")
        self._go(0)

    # --- building

    def _build(self) -> None:
        say, on, shared = self._say, self._desk.standpoint.valid_on, Shared()
        self.processor = shared.field(widgets.Dropdown, options=[], description=say("processor"))
        self.progress = shared.html()
        self.moves = Moves(say, lambda by: self._try(self._step, by))
        self.previous, self.next = self.moves.previous, self.moves.next
        self.save = widgets.Button(description=say("save"), button_style="primary")
        self.revert = widgets.Button(description=say("revert"))
        self.clauses = {code: ClauseEditor(code, fact, self._lang, shared) for code, fact in _law.codes("clause").items() if fact.on(on)}
        hint = "2026-03-01 / 1.3.2026"
        self.review_by = shared.field(widgets.Text, description=_words.field_label("review_by", self._lang), placeholder=hint)
        self.valid_from = shared.field(widgets.Text, description=say("valid_from"), placeholder=hint)
        self.insist = Insist(self._lang, self._on_edit)
        self.why = shared.field(widgets.Text, description=say("why"))
        self.entry = shared.html()
        self.withdraw = widgets.Button(description=say("withdraw"), disabled=True)
        self.status, self._shown_code = shared.html(), shared.html()
        self.letter = Letter(self._desk, shared, lambda: self._agreement.processor, self._is_dirty)
        for one in (self.review_by, self.valid_from, self.why):
            one.observe(self._on_edit, "value")
        for editor in self.clauses.values():
            for field in (editor.verdict, *editor.texts.values()):
                field.observe(self._on_edit, "value")
        self.processor.observe(lambda change: self._try(self._on_choice, change), "value")
        self.save.on_click(lambda _: self._try(self._on_save))
        self.revert.on_click(lambda _: self._go(self._place))
        self.withdraw.on_click(lambda _: self._try(self._on_withdraw))

    def _parts(self) -> list[widgets.Widget]:
        border = "1px solid var(--jp-border-color2)"
        inside = widgets.Layout(max_height="36em", overflow="auto", border=border, padding="0 .5em")
        clauses = widgets.VBox([editor.widget for editor in self.clauses.values()], layout=inside)
        does = widgets.HBox([self.save, self.revert])
        fields = [self.review_by, self.valid_from, self.insist.widget, self.why]
        return [
            self.processor, self.progress, self.moves, clauses, *fields, does, self.status, self.letter, self._shown_code, self.entry,
            self.withdraw,
        ]  # fmt: skip

    def _say(self, key: str, **facts: object) -> str:
        return _words.say(f"form.{key}", self._lang, **facts)

    def _try(self, act: Callable[..., None], *words: Any) -> None:
        """Do what a button asks; a refusal becomes text on the form."""
        try:
            act(*words)
        except Refusal as refusal:
            self._loading = False
            self._tell([refusal.text(self._lang)], alert=True)

    # --- moving

    def _processors(self) -> list[Processor]:
        return [one.record for one in self._desk.review.standing() if one.entry.kind == Processor.kind]

    def _go(self, place: int) -> None:
        """Show the processor of that place as it stands now."""
        found, review = self._processors(), self._desk.review.state()
        ready = bool(found) and not self._desk.standpoint.past
        self.save.disabled = self.revert.disabled = not ready
        self._loading = True
        options = distinct(((review.name(one.id), number) for number, one in enumerate(found)), lambda number: found[number].id)
        if not found:
            self.moves.at(0, 0)
            self.letter.save.disabled = True
            self._tell([self._say("no_processors")], alert=True)
            return
        self._place = place = min(place, len(found) - 1)
        self.processor.options, self.processor.value = options, place
        self.moves.at(place, len(found))
        one = found[place]
        stands = review.agreement_of(one.id)
        self._agreement = stands.record if stands else Agreement.of(one.id, processor=one.id)
        self._entry = self._last_entry(self._agreement.id) if stands else 0
        self._show_entry()
        judged = {each.clause: each for each in self._agreement.clauses or ()}
        for code, editor in self.clauses.items():
            editor.show(judged.get(code))
        self.letter.renew()
        self.review_by.value = self._agreement.review_by.isoformat() if self._agreement.review_by else ""
        self.valid_from.value, self.why.value = self._desk.standpoint.now.date().isoformat(), ""
        self._loading = False
        self._clean = self._raw()
        agreement = self._agreement.id if stands else self._say("new_agreement", id=one.id)
        done = sum(1 for code in self.clauses if code in judged and judged[code].verdict)
        told = {"place": place + 1, "count": len(found), "name": review.name(one.id), "agreement": agreement}
        found_wanting = sum(1 for code in self.clauses if code in judged and judged[code].verdict in WANTING)
        head = self._say("screen", **told, done=done, of=len(self.clauses))
        if found_wanting:
            head += f" · {self._say('wanting', count=found_wanting)}"
        self.progress.value = _html.heading(head)
        self._tell([self._say("read_only" if self._desk.standpoint.past else "review_loaded", id=one.id)])
        self._refresh_code()

    def _show_entry(self) -> None:
        """The last entry about the agreement, which can be taken back."""
        said = {one.entry: one for one in _store.history(self._desk.standpoint, self._agreement.id)}
        one = said.get(self._entry)
        self.withdraw.disabled = one is None or self._desk.standpoint.past
        day = _words.show_date(one.valid_from, self._lang) if one else ""
        self.entry.value = _html.esc(self._say("said", entry=one.entry, day=day, by=one.recorded_by, why=one.why)) if one else ""

    def _on_withdraw(self) -> None:
        """Take the last entry back, for the reason that stands on the form."""
        if self._raw()[:-1] != self._clean[:-1]:
            self._tell([self._say("unsaved")], alert=True)
            return
        number, why = self._entry, self.why.value
        receipt = self._desk.review.withdraw(number, why=why)
        self._go(self._place)
        if self.withdraw.disabled:
            self.processor.focus()  # a disabled button loses it to the page
        self._tell([repr(receipt), self._say("taken_back", entry=number)])
        self._shown_code.value = _html.heading(self._say("code"), 5) + _html.code(f"desk.review.withdraw({number}, why={why!r})")

    def _last_entry(self, ident: str) -> int:
        return _store.newest(self._desk.standpoint).get((Agreement.kind, ident), 0)

    def _step(self, by: int) -> None:
        if self._is_dirty():
            self._tell([self._say("unsaved")], alert=True)
            return
        self._go(max(self._place + by, 0))

    def _on_choice(self, change: Mapping[str, Any]) -> None:
        if self._loading or change["new"] in (None, self._place):
            return
        if self._is_dirty():
            self._loading = True
            self.processor.value = self._place
            self._loading = False
            self._tell([self._say("unsaved")], alert=True)
            return
        self._go(change["new"])

    # --- saving

    def _record(self) -> Any:
        """The agreement as it stands on the screen; clauses that are not of this day's law stay as they are."""
        by, today = self._desk.standpoint.by, self._desk.standpoint.now.date()
        others = [one for one in self._agreement.clauses or () if one.clause not in self.clauses]
        judged = [found for editor in self.clauses.values() if (found := editor.content(by, today)) is not None]
        return self._agreement.replace(clauses=[*judged, *others] or None, review_by=self.review_by.value or None, reviewed=today)

    def _on_save(self) -> None:
        if self.save.disabled:
            return
        if not self._entry and not self._is_dirty():
            raise _words.refusal("nothing_entered")
        record, code = self._record(), self.code
        receipt = self._desk.review.record(
            record, valid_from=self.valid_from.value, why=self.why.value, expecting=self._entry, insist=self.insist.given
        )
        self._go(self._place)
        self._tell([repr(receipt)])
        self._shown_code.value = _html.heading(self._say("code"), 5) + _html.code(code)

    def _raw(self) -> tuple[object, ...]:
        return (*(editor.raw() for editor in self.clauses.values()), self.review_by.value, self.why.value)

    def _is_dirty(self) -> bool:
        return not self.save.disabled and self._raw() != self._clean

    # --- showing

    @property
    def code(self) -> str:
        """The cell that does what Save does."""
        if self._agreement is None:
            return ""
        try:
            thing = _records.as_code(self._record(), "    ")
        except Refusal as refusal:
            return f"# {refusal.text(self._lang)}\n"
        when, why = self.valid_from.value, self.why.value
        return f"desk.review.record(\n    {thing},\n    valid_from={when!r},\n    why={why!r},\n{self.insist.code})"

    def _on_edit(self, _: Any = None) -> None:
        if not self._loading:
            self._refresh_code()

    def _refresh_code(self) -> None:
        self.insist.look(self.valid_from.value, self._desk.standpoint)
        self._shown_code.value = _html.heading(self._say("code"), 5) + _html.code(self.code)

    def _tell(self, lines: list[str], alert: bool = False) -> None:
        self.status.value = _html.note(lines, alert)
