"""Whom we may market to: a list checked before a send, its cleaned copy, and somebody who refuses, whose address is recorded nowhere."""

from __future__ import annotations

from typing import Any

import ipywidgets as widgets

from ivplus_tools import _html, _shown, _words
from ivplus_tools.desk import Desk
from ivplus_tools.forms.acting import Acting

MOST = 200
"""Blocked rows that are shown."""
ROWS = ["row", "address", "reason", "banned", "given", "matched"]
"""The rule of each reason stands in the counts."""
WIDE = '<div style="overflow-x:auto">{rows}</div>'
"""Where an address is longer than the screen, the table is moved and not cut off."""


class MarketingForm(Acting):
    """Check a list, write the cleaned one, record a refusal; `found` is the last check. The address of a refusal is kept nowhere."""

    words = "marketing_form"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "ivplus-marketing")
        self.found: Any = None
        self._asked: tuple[str, ...] = ()
        """What stood in the fields of the last check."""
        channels = [(names[self._lang], code) for code, names in _words.values("marketing_channel").items()]
        purposes = list(desk.marketing.state().purposes)
        self.path = self._text("path")
        self.channel = self._field(widgets.Dropdown, "channel", options=channels, value="email")
        self.purpose = self._field(widgets.Dropdown, "purpose", options=[("", ""), *((one, one) for one in purposes)], value="")
        self.column, self.target = self._text("column"), self._text("target")
        self.stale, self.warned = self._shared.html(), self._shared.html()
        self.view, self.checks_view = self._shared.html(), self._shared.html()
        self.told = {name: self._shared.html() for name in ("check", "write", "suppress")}
        self._inside.children = [
            self.path, self.column, self.channel, self.purpose, self._button("check", self._on_check, self.told["check"]),
            self.stale, self.warned, self.told["check"], self.view,
            self.target, self._button("write", self._on_write, self.told["write"]), self.told["write"],
            *(self._refusing(channels) if desk.standpoint.by else []), self.checks_view, self._shown_code,
        ]  # fmt: skip
        self._look_again()

    def _refusing(self, channels: list[tuple[str, str]]) -> list[widgets.Widget]:
        """The fields of a refusal."""
        self.address, self.reason = self._text("address"), self._text("reason")
        self.refused = self._field(widgets.Dropdown, "refused_channel", options=[("", ""), *channels], value="")
        return [
            self._shared.html(_html.heading(self._say("refusing"))), self.address, self.refused, self.reason,
            self._button("suppress", self._on_suppress, self.told["suppress"]), self.told["suppress"],
        ]  # fmt: skip

    # --- acts

    def _on_check(self) -> str:
        self.found, self.view.value, self.warned.value = None, "", ""
        path, purpose, column = self._filled(self.path), self._filled(self.purpose), self.column.value.strip()
        columns = {"address": column} if column else None
        self.found, self._asked = self._desk.marketing.check(path, self.channel.value, purpose, columns=columns), self._chosen()
        named = f", columns={columns!r}" if columns else ""
        self.code = f"found = desk.marketing.check({path!r}, {self.channel.value!r}, {purpose!r}{named})\nfound.counts"
        self.warned.value = _html.note(self.found.warnings, alert=True) if self.found.warnings else ""
        blocked = self.found.rows
        blocked = blocked[blocked["allowed"] == "no"]
        self.view.value = "".join((
            self._tabled(self._say("counts"), self.found.counts),
            self._tabled(self._say("open", count=len(self.found.open)), self.found.open),
            WIDE.format(rows=self._tabled(self._say("rows", count=len(blocked)), blocked[ROWS].head(MOST))),
            _html.paragraph(self._say("shown", most=MOST)) if len(blocked) > MOST else "",
        ))  # fmt: skip
        return repr(self.found).splitlines()[len(self.found.warnings)]

    def _on_write(self) -> str:
        if self.found is None:
            raise _words.refusal("marketing_unchecked")
        if self._chosen() != self._asked:
            raise _words.refusal("marketing_form_changed")
        target = self._filled(self.target)
        made = self.found.write(target)
        self.code = f"found.write({target!r})"
        return self._say("written", path=made, rows=self.found.allowed)

    def _on_suppress(self) -> str:
        """The address goes from the field into a keyed hash and nowhere else; neither the code nor a message has it."""
        address, reason = self._filled(self.address), self._filled(self.reason)
        self._desk.marketing.suppress(address, self.refused.value or None, why=reason)
        self.code = f"desk.marketing.suppress(address, {self.refused.value or None!r}, why={reason!r})"
        self.address.value, self.reason.value = "", ""
        return self._say("suppressed")

    def _chosen(self) -> tuple[str, ...]:
        return tuple(one.value.strip() for one in (self.path, self.column, self.channel, self.purpose))

    def _on_edit(self) -> None:
        super()._on_edit()
        if self.found is not None and not self._busy:
            self._tell_stale(self._chosen() != self._asked)

    def _tell_stale(self, now: bool) -> None:
        self.stale.value = _html.note([self._say("stale")], alert=True) if now else ""

    # --- showing

    def _read(self) -> None:
        self._tell_stale(self.found is not None and (self._chosen() != self._asked or self.found.stale))
        made = self._desk.marketing.overview()
        self.checks_view.value = self._tabled(self._say("checks", count=len(made)), made)

    def _tabled(self, title: str, frame: Any) -> str:
        return _html.heading(title) + (_shown.show(frame)._repr_html_() if len(frame) else "")

    def static(self) -> str:
        """The checks that were made; rows of people are not kept in the notebook."""
        return self.checks_view.value
