"""Findings one can work with: filtered, in order, by pages; one or many accepted, given to somebody or disputed in their place."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import ipywidgets as widgets
import traitlets

from ivplus_tools import _findings, _html, _shown, _words
from ivplus_tools._store import Receipt
from ivplus_tools.audit import Status, lay_status
from ivplus_tools.desk import Desk
from ivplus_tools.errors import Refusal
from ivplus_tools.exchange import csv_text, text_rows
from ivplus_tools.forms.distinct import distinct
from ivplus_tools.forms.field import Shared
from ivplus_tools.forms.moves import Moves
from ivplus_tools.forms.reopened import Reopened
from ivplus_tools.rooms import ROOMS, AllRooms

PAGE = 20
RESPONSES = {"accept": "accepted", "assign": "assigned", "dispute": "disputed", "reopen": "open"}
SIDE_BY_SIDE = ("severity", "subject", "code", "finding", "state", "due")
ORDERS = ("by_severity", "by_subject", "by_since")


class FindingsView(Reopened):
    """Every finding with its answer. What the filters hide is counted beside the list; `shown` are the rows on the page."""

    saved = traitlets.Int(0)
    """How many answers have been recorded here: whoever shows the view sees that something was."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._lang, self._page = desk, desk.standpoint.lang, 0
        self._all: dict[str, Status] = {}
        self._done = ("", "")
        """The answer that has just been recorded, and its receipt; an edit or another choice ends it."""
        self.shown: dict[str, Status] = {}
        super().__init__("ivplus-findings")
        shared, every = Shared(width="14em"), (self._say("all"), "")
        rooms, weights = _words.values("room"), _words.values("severity")
        self.room = shared.field(
            widgets.Dropdown, description=self._say("rooms"), options=[every, *((rooms[one][self._lang], one) for one in ROOMS)]
        )
        self.severity = shared.field(
            widgets.Dropdown, description=self._say("severity"), value="warning",
            options=[(weights[one][self._lang], one) for one in _findings.SEVERITIES],
        )  # fmt: skip
        self.text = shared.field(widgets.Text, description=self._say("text"))
        self.order = shared.field(widgets.Dropdown, description=self._say("order"), options=[(self._say(one), one) for one in ORDERS])
        wide = Shared()
        self.list = wide.field(widgets.SelectMultiple, options=[], description="", rows=12)
        self.one, self.message, self.download = wide.html(), wide.html(), wide.html()
        self.reason, self.until, self.owner, self.due = (
            wide.field(widgets.Text, description=self._say(one)) for one in ("reason", "until", "owner", "due")
        )
        self.until.placeholder = self.due.placeholder = "2026-12-31 / 31.12.2026"
        self.moves = Moves(self._say, lambda by: self._turn(self._page + by))
        self.previous, self.next, self.every = self.moves.previous, self.moves.next, shared.button(self._say("page"))
        self.accept, self.assign, self.dispute, self.reopen = (shared.button(self._say(one)) for one in RESPONSES)
        self._wire()
        row = widgets.Layout(flex_flow="row wrap", align_items="flex-end")
        acts = [self.accept, self.assign, self.dispute, self.reopen] if desk.standpoint.by and not desk.standpoint.past else []
        answers = [self.reason, self.until, self.owner, self.due, widgets.HBox(acts, layout=row)] if acts else []
        self._inside.children = [
            widgets.HBox([self.room, self.severity, self.text, self.order], layout=row), self.list,
            widgets.HBox([self.moves, *([self.every] if acts else [])], layout=row),
            self.one, *answers, self.message, self.download,
        ]  # fmt: skip
        self._read()

    def _say(self, key: str, **facts: object) -> str:
        return _words.say(f"findings_view.{key}", self._lang, **facts)

    def _wire(self) -> None:
        for one in (self.room, self.severity, self.text, self.order):
            one.observe(lambda _: self._turn(0), "value")
        self.list.observe(lambda _: self._choose(), "value")
        for one in (self.reason, self.until, self.owner, self.due):
            one.observe(lambda _: self._forget(), "value")
        self.every.on_click(lambda _: self._choose_all())
        for name, response in RESPONSES.items():
            getattr(self, name).on_click(lambda _, response=response: self._answer(response))

    # --- what is shown

    def _read(self) -> None:
        """Read the journal anew."""
        self._all = AllRooms(self._desk.standpoint).identified()
        self._turn(self._page)

    def _left(self) -> list[tuple[str, Status]]:
        """What the filters leave, in order, each with its identifier."""
        worst, sought = _findings.SEVERITIES.index(self.severity.value), self.text.value.casefold()
        found = [
            (ident, one) for ident, one in self._all.items()
            if self.room.value in ("", one.room) and _findings.SEVERITIES.index(one.severity) <= worst
            and sought in f"{one.subject} {one.code} {one.finding}".casefold()
        ]  # fmt: skip
        keys: dict[str, Callable[[tuple[str, Status]], Any]] = {
            "by_subject": lambda told: (told[1].subject, told[1].code), "by_since": lambda told: told[1].since,
        }  # fmt: skip
        key = keys.get(self.order.value)
        return sorted(found, key=key) if key else found

    def _turn(self, page: int) -> None:
        """Show a page; one beyond the last is the last. What was chosen stays so where it is still shown, else nothing is."""
        left, chosen = self._left(), self.list.value
        self._page = max(0, min(page, (len(left) - 1) // PAGE))
        self.shown = dict(left[self._page * PAGE : (self._page + 1) * PAGE])
        first, hidden = self._page * PAGE + 1, len(self._all) - len(left)
        told = self._say("list", first=first, last=first + len(self.shown) - 1, count=len(left), hidden=hidden)
        self.list.description = told if left else self._say("none" if self._all else "nothing", hidden=hidden)
        lines = ((self._line(one), ident) for ident, one in self.shown.items())
        self.list.options = distinct(lines, lambda ident: _words.show_date(self.shown[ident].since, self._lang))
        self.list.value = tuple(ident for ident in chosen if ident in self.shown)
        self.moves.at(self._page, -(-len(left) // PAGE))
        self.download.value = self._saved([one for _, one in left]) if left else ""
        self._choose()
        self._keep()

    def _line(self, one: Status) -> str:
        weight, state = _words.values("severity")[one.severity][self._lang], _words.values("state_of_finding")[one.state][self._lang]
        return _words.printable(" ".join(f"{weight} · {one.subject} · {one.code} · {state} · {one.finding}".split()))

    def _choose(self) -> None:
        """The chosen finding in full, a line for each of its columns; of many, that they are answered alike."""
        self._forget()
        chosen = self.chosen
        if len(chosen) == 1:
            [row] = (told := _shown.frame(lay_status(chosen, self._lang))).itertuples(index=False)
            lines = [(label, text) for label, text in zip(told.columns, row, strict=True) if not _shown.is_gone(text) and text != ""]
            self.one.value = _html.table([], lines, row_headers=True)
        else:
            self.one.value = _html.paragraph(self._say("chosen", count=len(chosen))) + self._table(chosen) if chosen else ""

    def _table(self, rows: list[Status]) -> str:
        """Findings side by side, by the columns that a screen holds; the rest stands where one is opened, and in the export."""
        return str(_shown.show(lay_status(rows, self._lang).loc[:, list(SIDE_BY_SIDE)])._repr_html_())

    def _choose_all(self) -> None:
        self.list.value = tuple(self.shown)

    @property
    def chosen(self) -> list[Status]:
        """The findings that an answer would be given to."""
        return [self.shown[ident] for ident in self.list.value]

    def _saved(self, left: list[Status]) -> str:
        """Everything that the filters leave, not the page alone."""
        table = lay_status(left, self._lang)
        cells = csv_text([list(map(str, table.columns)), *text_rows(table)]).encode("utf-8-sig")
        return _html.downloads([(self._say("csv"), "findings.csv", "text/csv", base64.b64encode(cells).decode())])

    def static(self) -> str:
        """The page as a table."""
        return _html.paragraph(self.list.description) + self._table(list(self.shown.values()))

    # --- answers

    def _forget(self) -> None:
        self._done = ("", "")

    def _answer(self, response: str) -> None:
        """Record an answer to the chosen findings, to all or to none; a refusal is told, and nothing that was typed is lost.

        Pressed twice with nothing edited in between, the receipt stays.
        """
        if self._done[0] == response:
            self.message.value = self._done[1]
            return
        try:
            receipt = self._respond(response)
        except Refusal as refusal:
            self.message.value = _html.note([refusal.text(self._lang)], alert=True)
            return
        for field in (self.reason, self.until, self.owner, self.due):
            field.value = ""
        self._read()
        self.message.value = _html.note(repr(receipt).splitlines())
        self._done = response, self.message.value
        self.saved += 1

    @property
    def is_dirty(self) -> bool:
        """Whether an answer has been typed that is not recorded."""
        return any(field.value.strip() for field in (self.reason, self.until, self.owner, self.due))

    def _respond(self, response: str) -> Receipt:
        if not self.list.value:
            raise _words.refusal("choose_finding")
        wanted = {"accepted": [self.until], "assigned": [self.owner, self.due]}.get(response, [])
        for field in (self.reason, *wanted):
            if not field.value.strip():
                raise _words.refusal("field_empty", field=field.description)
        told = {"accepted": {"until": self.until.value}, "assigned": {"owner": self.owner.value.strip(), "due": self.due.value}}
        ids = [ident.partition("\0")[0] for ident in self.list.value]
        return self._desk.audit.respond(ids, response, self.reason.value, **told.get(response, {}))
