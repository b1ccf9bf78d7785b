"""The first view of the day: what must be done with a button to its form, how each room stands, what cannot be told."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import ipywidgets as widgets

from ivplus_tools import _findings, _html, _shown, _words, plots
from ivplus_tools._findings import DueRow
from ivplus_tools._records import Record
from ivplus_tools.agenda import Today
from ivplus_tools.desk import Desk
from ivplus_tools.forms.opening import Opening, Opens

if TYPE_CHECKING:
    import pandas

HALF_A_YEAR = timedelta(days=183)


class TodayView(Opening):
    """What must be done now; nothing is recorded by it. `today` holds what is shown; a button opens the right form below."""

    def __init__(self, desk: Desk, forms: dict[str, Opens]) -> None:
        super().__init__(desk, "ivplus-today")
        self._forms = forms
        self.findings = widgets.Button(description=self._say("findings"), layout=widgets.Layout(width="auto", align_self="flex-start"))
        self.findings.on_click(lambda _: self._press(self.findings, self._open_findings))
        self.look()

    def look(self) -> None:
        """The day as it stands now: what has just been mended is no longer there."""
        self.today, self._from = Today(self._desk), self.findings
        self._inside.children = [
            widgets.HTML(self._head()),
            *(self._line(row, text) for row, text in self.today.lines()),
            self.findings,
            self.back,
            self.message,
            self.below,
            widgets.HTML(self._rest()),
        ]

    def _say(self, key: str, **facts: object) -> str:
        return _words.say(f"today.{key}", self._lang, **facts)

    def _line(self, row: DueRow, text: str) -> widgets.Widget:
        """A line with its button."""
        return widgets.HBox(
            [self._opener(text, lambda: self._open(row)), widgets.HTML(_html.line(text))], layout=widgets.Layout(align_items="center")
        )

    def _open_findings(self) -> None:
        self._show(self._forms["audit"], "", self._say("findings"))

    def _open(self, row: DueRow) -> None:
        """The form of what a line is about, below; one with unsaved changes is not put aside."""
        kind = self._kind_of(row)
        opens = self._forms.get(kind.kind if kind else row.room)
        if opens is not None:
            self._show(opens, row.subject, row.subject)
        elif self._show(lambda *_: widgets.VBox([]), row.subject, row.subject):
            called = _words.values("room").get(row.room, {}).get(self._lang, row.room)
            self._tell(self._say("no_form", subject=row.subject, called=called), alert=True)

    def _kind_of(self, row: DueRow) -> type[Record] | None:
        """The kind of record that a line is about, where the room has one of that name."""
        room = getattr(self._desk, row.room, None)
        found = [one.entry.kind for one in room.standing() if one.entry.subject == row.subject] if room else []
        kinds = [Record.kinds[kind] for kind in found if not Record.kinds[kind].own_act]
        return kinds[0] if kinds else None

    def _head(self) -> str:
        at = self.today.at
        day = _words.show_date(at.valid_on, self._lang)
        return _html.heading(self._say("title", day=day, journal=at.path.name), 3) + _html.heading(self._say("todo"))

    def _rest(self) -> str:
        coming = self._coming()
        chart = plots.review_calendar(coming) if len(coming) else None
        parts = [
            _html.listed(self.today.notes()),
            _html.heading(self._say("rooms")),
            _shown.show(self.today.rooms_frame())._repr_html_(),
            *([_html.heading(self._say("coming")), chart._repr_html_(), _shown.show(chart.frame)._repr_html_()] if chart else []),
        ]
        return "".join(parts)

    def _coming(self) -> pandas.DataFrame:
        """What comes in half a year; what is late stands above."""
        at = self.today.at
        return _findings.lay_due([row for row in self.today.coming if at.valid_on <= row.due <= at.valid_on + HALF_A_YEAR], at)

    def static(self) -> str:
        """The view as HTML, without its buttons."""
        return self._head() + _html.listed([text for _, text in self.today.lines()]) + self._rest()
