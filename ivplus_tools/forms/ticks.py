"""Several of a list, each with a box to tick; of records also a field that adds one by its identifier."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets
import traitlets

from ivplus_tools import _records

if TYPE_CHECKING:
    from ivplus_tools.forms.field import Shared

_FORMULA, _MARKS = re.compile(r"\$.*\$|\\[(\[]|\\begin", re.S), re.compile(r"[$\\]")
MOST_BOXES = 40
"""Beyond these, records are only found by the field below: what is ticked is always there."""


class Ticks(widgets.VBox):
    """`value` holds the codes or identifiers that are ticked, in the order in which they are offered."""

    value = traitlets.Tuple()

    def __init__(self, shared: Shared, adds: str | None) -> None:
        self._shared, self._offered, self._boxes = shared, dict[str, str](), dict[str, Any]()
        self._grid = widgets.Box(layout=shared.grid)
        self.more = shared.field(widgets.Combobox, description=adds) if adds else None
        if self.more is not None:
            self.more.observe(self._on_more, "value")
        super().__init__([self._grid, *filter(None, [self.more])], layout=shared.group)
        self.observe(lambda _: self._lay(), "value")

    def offer(self, names: dict[str, str]) -> None:
        """What may be ticked: code or identifier -> what it is called."""
        self._offered = names
        for ident, box in self._boxes.items():
            box.description = self._label(ident)
        if self.more is not None:
            self.more.options = [_records.titled(ident, name) for ident, name in names.items()]
        self._lay()

    def _lay(self) -> None:
        """A box for each that is offered, and for each that is ticked although nothing offers it."""
        offered = self._offered if self.more is None or len(self._offered) <= MOST_BOXES else {}
        for ident in [*offered, *self.value]:
            if ident not in self._boxes:
                self._boxes[ident] = self._box(ident)
        shown = [ident for ident in self._boxes if ident in offered or ident in self.value]
        for ident in shown:
            self._boxes[ident].value = ident in self.value
        self._grid.children = [self._boxes[ident] for ident in shown]

    def _box(self, ident: str) -> Any:
        traits = {"indent": False, "layout": self._shared.tick, "style": self._shared.style(widgets.Checkbox)}
        box = widgets.Checkbox(description=self._label(ident), **traits)
        box.observe(lambda change: self._on_tick(ident, bool(change["new"])), "value")
        return box

    def _text(self, ident: str) -> str:
        """A code by its name, a record by its identifier and name."""
        name = self._offered.get(ident, "")
        return name or ident if self.more is None else _records.titled(ident, name)

    def _label(self, ident: str) -> str:
        """The same beside a box: there JupyterLab would set a formula, so what begins one stands as an escape."""
        text = self._text(ident)
        return _MARKS.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text) if _FORMULA.search(text) else text

    def _on_tick(self, ident: str, ticked: bool) -> None:
        if ticked != (ident in self.value):
            self.value = (*self.value, ident) if ticked else tuple(one for one in self.value if one != ident)

    def _on_more(self, change: Any) -> None:
        """What is chosen or typed is ticked; the field is free for the next one."""
        text = str(change["new"]).strip()
        if text:
            ident = text if text in self._offered else next((one for one in self._offered if self._text(one) == text), text)
            if ident not in self.value:
                self.value = (*self.value, ident)
            change["owner"].value = ""
