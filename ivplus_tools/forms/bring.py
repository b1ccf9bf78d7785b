"""Bringing a register in: a file, its headings with their fields, what would change, and one commit that can be taken back."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets
import traitlets

from ivplus_tools import _dates, _html, _store, _words
from ivplus_tools.desk import Desk
from ivplus_tools.errors import Refusal
from ivplus_tools.exchange.headings import Wishes, folded
from ivplus_tools.forms import previewed
from ivplus_tools.forms.field import Shared
from ivplus_tools.forms.mapping import NO_FIELD, UNSAID, Mapping, label_of
from ivplus_tools.forms.reopened import Reopened

if TYPE_CHECKING:
    from ivplus_tools.exchange import Preview

SHEETS, LONGEST_NAME = 30, 60


class BringForm(Reopened):
    """A file on its way into the register: nothing is written before Record, and all of it can be taken back as one.

    `preview` is what was read, `code` the cell that does what Record does.
    """

    saved = traitlets.Int(0)
    """How often something was recorded or taken back: whoever shows the form sees it."""

    def __init__(self, desk: Desk, path: str | Path = "") -> None:
        self._desk, self._lang = desk, desk.standpoint.lang
        self.preview: Preview | None = None
        self._wishes, self._names = Wishes(), tuple[str, ...]()
        self._receipt: _store.Receipt | None = None
        self._loading = self._done = False
        super().__init__("ivplus-bring")
        self._build()
        self._lay()
        self._wire()
        self._show()
        self.path.value = str(path)

    # --- building

    def _build(self) -> None:
        shared, hint = Shared(), "2026-03-01 / 1.3.2026"
        auto = widgets.Layout(width="auto", align_self="flex-start")
        self.upload = widgets.FileUpload(description=self._say("upload"), layout=auto)
        self.path = shared.field(widgets.Text, description=self._say("path"), placeholder="seloste.docx")
        self.again = widgets.Button(description=self._say("again"), layout=auto)
        self.told, self.counts = shared.html(), shared.html()
        self.sheets: list[widgets.Checkbox] = []
        self.start_row = shared.field(widgets.BoundedIntText, description=self._say("start_row"), min=0, max=9999)
        roles = [(self._say("role_unsaid"), ""), *((names[self._lang], code) for code, names in _words.values("role").items())]
        self.role = shared.field(widgets.Dropdown, description=self._say("role"), options=roles, value="")
        self.asked, self.tables = shared.html(), shared.html()
        self.mapping = Mapping(self._lang, self._on_field)
        self.revert = widgets.Button(description=self._say("revert"), layout=auto)
        self.valid_from = shared.field(widgets.Text, description=_words.say("form.valid_from", self._lang), placeholder=hint)
        self.why = shared.field(widgets.Text, description=_words.say("form.why", self._lang))
        self.commit = widgets.Button(description=self._say("commit"), button_style="primary", disabled=True)
        self.withdraw = widgets.Button(description=_words.say("form.withdraw", self._lang), disabled=True)
        self.status, self._shown_code = shared.html(), shared.html()
        self.valid_from.value = self._desk.standpoint.now.date().isoformat()

    def _lay(self) -> None:
        """What stands above, between and below: between only while a file has been read."""
        wrap = widgets.Layout(flex_flow="row wrap", flex="0 0 auto")
        inside = widgets.Layout(max_height="26em", overflow="auto", border="1px solid var(--jp-border-color2)", padding="0 .5em")
        self._boxes = widgets.HBox([], layout=wrap)
        self._above = [widgets.HBox([self.upload, self.again], layout=wrap), self.path, self.told, self.counts]
        looked = [self.mapping, self.revert, widgets.VBox([self.tables], layout=inside)]
        self._between = [self._boxes, self.start_row, self.role, self.asked, *looked, self.valid_from, self.why]
        self._below = [widgets.HBox([self.commit, self.withdraw]), self.status, self._shown_code]

    def _wire(self) -> None:
        """What each button and field does."""
        self.upload.observe(lambda _: self._on_file(self.path, ""), "value")
        self.path.observe(lambda _: self._on_file(self.upload, ()), "value")
        self.again.on_click(lambda _: self._open(self._wishes))
        self.start_row.observe(lambda change: self._wish(start_row=change["new"] or None), "value")
        self.role.observe(lambda change: self._wish(role=change["new"] or None), "value")
        self.revert.on_click(lambda _: self._open(Wishes()))
        self.valid_from.observe(lambda _: self._on_day(), "value")
        self.why.observe(lambda _: self._on_why(), "value")
        self.commit.on_click(lambda _: self._try(self._on_commit))
        self.withdraw.on_click(lambda _: self._try(self._on_withdraw))

    def _say(self, key: str, **facts: object) -> str:
        return _words.say(f"form.bring_{key}", self._lang, **facts)

    # --- the file

    def _on_file(self, other: Any, empty: object) -> None:
        """Another file was chosen or named: what was said of the one before is not said of it."""
        if not self._loading:
            self._set(other, empty)
            self._names = ()
            self._open(Wishes())

    @property
    def name(self) -> str:
        """The path as typed, or a plain name for a file that was chosen: that one comes from elsewhere, and names no folder."""
        if not self.upload.value:
            return str(self.path.value)
        plain = re.sub(r"[^\w .()-]", "_", self.upload.value[0]["name"])
        return plain[-LONGEST_NAME:].strip(" .") or "register"

    @contextmanager
    def _file(self) -> Iterator[Path | str]:
        """The file on this machine; of one that was chosen nothing is left behind."""
        if not self.upload.value:
            yield self.name
            return
        with tempfile.TemporaryDirectory(prefix="ivplus-") as folder:
            path = Path(folder) / self.name
            path.write_bytes(bytes(self.upload.value[0]["content"]))
            yield path

    def _read(self, desk: Desk, wishes: Wishes) -> Preview:
        with self._file() as path:
            return desk.register.read(path, columns=wishes.columns, sheets=wishes.sheets, start_row=wishes.start_row, role=wishes.role)

    def _open(self, wishes: Wishes, keep: bool = False, done: bool = False) -> None:
        """Read the file with what the officer says; a refusal is one line, and what was read before stays only with `keep`."""
        try:
            read = self._read(self._desk, wishes)
        except Refusal as refusal:
            if not keep:
                self.preview, self._wishes = None, Wishes()
            self._show()
            self.told.value = _html.note([refusal.text(self._lang)], alert=True)
            self._keep()
            return
        self.preview, self._wishes, self._done = read, wishes, done
        if not self._names:
            self._offer_sheets(read)
        self._show()

    # --- what the officer says

    def _wish(self, **said: Any) -> None:
        if not self._loading:
            self._open(replace(self._wishes, **said), keep=True)

    def _on_field(self, heading: str, name: str) -> None:
        """A field was chosen for a heading; what was said of the others stays, also what was said of a file of before."""
        before = previewed.remembered_of(self.preview, self._lang) if self.preview is not None else {}
        others = {one: field for one, field in {**before, **self._wishes.columns}.items() if folded(one) != folded(heading)}
        said = {} if name == UNSAID else {heading: None if name == NO_FIELD else name}
        self._wish(columns={**others, **said})

    def _offer_sheets(self, read: Preview) -> None:
        """A box for each sheet of which the reading tells anything, where there are several."""
        names = dict.fromkeys([*read.columns["sheet"], *read.problems["sheet"]])
        self._names = tuple(name for name in names if name)[:SHEETS]
        self.sheets = [
            widgets.Checkbox(description=label_of(name), indent=False, layout=self.again.layout) for name in self._names
        ] if len(self._names) > 1 else []  # fmt: skip
        for box in self.sheets:
            box.observe(lambda _: self._on_sheets(), "value")
        title = [widgets.HTML(_html.heading(self._say("sheets"), 5))] if self.sheets else []
        self._boxes.children = [*title, *self.sheets]

    def _on_sheets(self) -> None:
        if not self._loading:
            self._wish(sheets=tuple(name for name, box in zip(self._names, self.sheets, strict=False) if box.value))

    # --- writing

    def _try(self, act: Callable[[], None]) -> None:
        """Do what a button asks; a refusal becomes text on the form."""
        try:
            act()
        except Refusal as refusal:
            self._tell([refusal.text(self._lang)], alert=True)

    def _on_commit(self) -> None:
        """Write once: a second press finds the button off. What was refused is read anew, so that it is compared with what stands."""
        if self.commit.disabled or self.preview is None:
            return
        self.commit.disabled = True
        code, left = self.code, previewed.left_of(self.preview, self._lang)
        try:
            self._desk.register.when_and_why(self.valid_from.value, self.why.value)
            self._receipt = self.preview.commit(why=self.why.value, valid_from=self.valid_from.value)
        except Refusal:
            self._open(self._wishes)
            self.commit.focus()
            raise
        self._after(code, [repr(self._receipt), *left], done=True)

    def _on_withdraw(self) -> None:
        """Take the whole commit back, for the reason that stands on the form."""
        if self.withdraw.disabled or self._receipt is None:
            return
        why, taken = self.why.value, self._receipt.entries
        receipt = self._desk.register.withdraw(self._receipt, why=why)
        self._receipt = None
        told = self._say("taken_back", count=len(taken), first=taken[0], last=taken[-1])
        self._after(f"desk.register.withdraw(receipt, why={why!r})", [repr(receipt), told], done=False)

    def _after(self, code: str, told: list[str], done: bool) -> None:
        """Show what stands now, the receipt, and the code that was run."""
        self._set(self.why, "")
        self._open(self._wishes, done=done)
        (self.withdraw if done else self.commit).focus()  # the one that was pressed is off
        self._show_code(code)
        self._tell(told)
        self.saved += 1

    @property
    def is_dirty(self) -> bool:
        """Whether a file has been read that is not recorded."""
        return self.preview is not None and not self._done

    # --- showing

    @property
    def code(self) -> str:
        """The cell that does what Record does."""
        wishes, said = self._wishes, [repr(self.name)]
        said += [f"columns={dict(wishes.columns)!r}"] if wishes.columns else []
        said += [f"sheets={list(wishes.sheets)!r}"] if wishes.sheets else []
        said += [f"start_row={wishes.start_row!r}"] if wishes.start_row else []
        said += [f"role={wishes.role!r}"] if wishes.role else []
        note = f"# {self._say('save_first')}\n" if self.upload.value else ""
        read = f"{note}preview = desk.register.read(\n    " + ",\n    ".join(said) + ",\n)\n"
        return f"{read}receipt = preview.commit(why={self.why.value!r}, valid_from={self.valid_from.value!r})"

    def _on_day(self) -> None:
        if self.preview is not None:
            self._done = False
            self._show()

    def _on_why(self) -> None:
        if self.preview is not None and not self._done:  # else it is the reason for taking back, and the receipt stays in sight
            self._show_code(self.code)
            self._keep()

    def _show(self) -> None:
        """Everything anew from the preview; without one only the file is asked for, and the row of its headings."""
        self._set(self.start_row, self._wishes.start_row or 0)
        self._set(self.role, self._wishes.role or "")
        self.status.value = ""
        if self.preview is None:
            self.told.value = _html.paragraph(self._say("nothing"))
            self.counts.value = self.tables.value = self._shown_code.value = ""
            self._inside.children = [*self._above, *([self.start_row] if self.name.strip() else []), *self._below]
        else:
            self._show_preview(self.preview)
            self._inside.children = [*self._above, *self._between, *self._below]
        self._ready()
        self._keep()

    def _show_preview(self, read: Preview) -> None:
        ticked = self._wishes.sheets or tuple(read.columns["sheet"])
        for name, box in zip(self._names, self.sheets, strict=False):
            self._set(box, name in ticked)
        self.told.value = _html.note([self._say("done" if self._done else "read", file=Path(self.name).name)])
        self.counts.value = previewed.counted(read, self._lang)
        asked = previewed.roles_asked(read, self._lang)
        self.asked.value = _html.note([self._say("role_asked", count=asked)], alert=True) if asked else ""
        self.mapping.show(previewed.columns_of(read), self._wishes)
        self.tables.value = self._told_tables(read)
        self._show_code(self.code)

    def _told_tables(self, read: Preview) -> str:
        """What was not understood, what is set apart, and the difference to what stands on the day from which it is to be true."""
        lang = self._lang
        told = [previewed.table(name, getattr(read, name), lang) for name in ("problems", "set_apart")]
        try:
            day = _dates.day(self.valid_from.value)
            then = read if day == self._desk.standpoint.valid_on else self._read(self._desk.at(valid=day), self._wishes)
        except Refusal as refusal:
            return "".join([_html.note([refusal.text(lang)], alert=True), *told])
        return "".join([*told, previewed.table("changes", then.changes, lang, day=_words.show_date(day, lang))])

    def _show_code(self, code: str) -> None:
        self._shown_code.value = _html.heading(_words.say("form.code", self._lang), 5) + _html.code(code)

    def _ready(self) -> None:
        past = self._desk.standpoint.past
        self.commit.disabled = past or self._done or self.preview is None
        self.withdraw.disabled = past or self._receipt is None or not self._receipt.entries

    def _tell(self, lines: list[str], alert: bool = False) -> None:
        self.status.value = _html.note(lines, alert)
        self._ready()
        self._keep()

    def _set(self, field: Any, value: object) -> None:
        """Change a field without taking it for the officer's word."""
        was, self._loading = self._loading, True
        field.value = value
        self._loading = was

    def static(self) -> str:
        """The form as HTML, as it stands."""
        table = previewed.mapped(self.preview, self._lang) if self.preview is not None else ""
        parts = [self.told.value, self.counts.value, table, self.tables.value, self.status.value, self._shown_code.value]
        return _html.paragraph(self._say("static")) + "".join(parts)
