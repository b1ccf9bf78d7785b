"""The retention dashboard: counts by system and rule, months to come, a figure beside its table, and a button that counts now."""

from __future__ import annotations

import base64
from typing import Any

import ipywidgets as widgets

from ivplus_tools import _html, _shown, _words, plots
from ivplus_tools.desk import Desk
from ivplus_tools.errors import Refusal
from ivplus_tools.exchange import csv_text
from ivplus_tools.forms.record import Shared

SHOWN = ("all", "overdue", "held", "no_start", "coming")


class RetentionBoard(widgets.VBox):
    """What the last scans counted, filtered by source and state; `code` is the cell that counts; `chart` and `frame` are what is shown."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk, self._lang, self._filling = desk, desk.standpoint.lang, False
        shared, shown = Shared(width="16em"), [(self._say(name), name) for name in SHOWN]
        self.source = shared.field(widgets.Dropdown, description=self._say("source"), options=[])
        self.rule = shared.field(widgets.Dropdown, description=self._say("rule"), options=[])
        self.state = shared.field(widgets.Dropdown, description=self._say("status"), options=shown, value="all")
        forms = [("", ""), *((names[self._lang], code) for code, names in _words.values("date_format").items())]
        self.date_format = shared.field(widgets.Dropdown, description=self._say("dates"), options=forms)
        self.count = widgets.Button(description=self._say("scan"), button_style="primary")
        self.progress = widgets.IntProgress(min=0, max=1, layout=widgets.Layout(display="none", width="12em"))
        self.message, self.dates, self.table, self.months, self.figure, self.downloads = (shared.html() for _ in range(6))
        for one in (self.source, self.rule, self.state):
            one.observe(lambda _: self._show(), "value")
        for one in (self.rule, self.date_format):
            one.observe(lambda _: self._show_dates(), "value")
        self.count.on_click(lambda _: self._on_count())
        filters = widgets.HBox(
            [self.source, self.rule, self.state, self.date_format, self.count, self.progress],
            layout=widgets.Layout(flex_flow="row wrap", align_items="flex-end"),
        )
        beside = widgets.HBox([self.figure, self.months], layout=widgets.Layout(flex_flow="row wrap", align_items="flex-start"))
        style = widgets.HTML(_html.form_style("ivplus-retention"))
        self.children = [style, filters, self.message, self.dates, self.table, beside, self.downloads]
        self.add_class("ivplus-retention")
        self._fill()

    @property
    def code(self) -> str:
        """The cell that does what the button does."""
        return f"desk.retention.scan({self.source.value!r}).table" if self.source.value else "desk.retention.scan().table"

    def _say(self, key: str, **facts: object) -> str:
        return _words.say(f"form.retention_{key}", self._lang, **facts)

    # --- counting

    def _on_count(self) -> None:
        """Count now; a second press while it runs does nothing."""
        if self.count.disabled:
            return
        self.count.disabled, self.progress.layout.display = True, ""
        try:
            found = self._desk.retention.scan(self.source.value or None, progress=self._on_progress)
            told = [refusal.text(self._lang) for refusal in found.failed.values()]
            self.message.value = _html.note(told or [repr(found.receipt)], alert=bool(told)) if told or found.receipt else ""
        except Refusal as refusal:
            self.message.value = _html.note([refusal.text(self._lang)], alert=True)
        finally:
            self.count.disabled, self.progress.layout.display = False, "none"
        self._fill()

    def _on_progress(self, done: int, of: int) -> None:
        self.progress.max, self.progress.value = of, done
        self.progress.description = self._say("running", done=done, of=of)

    # --- showing

    def _fill(self) -> None:
        """Read the journal anew, and offer what it has."""
        room = self._desk.retention
        state = room.state()
        self._counts, self._due = room.counts(), room.due()
        everything, self._filling = (self._say("all"), ""), True
        for box, column in ((self.source, "source"), (self.rule, "rule")):
            kept = box.value
            recorded = {one.id for one in state.records("retention_rule" if column == "rule" else column)}
            names = sorted(set(self._counts[column].dropna()) | recorded)
            box.options = [everything, *((name, name) for name in names)]
            box.value = kept if kept in names else ""
        self._filling = False
        self._show()

    def _show(self) -> None:
        """What the filters leave: the counts, the months to come, and the figure of them; not while the filters are being filled."""
        if self._filling:
            return
        found = self._counts
        for box, column in ((self.source, "source"), (self.rule, "rule")):
            found = found[found[column] == box.value] if box.value else found
        wanted = {"overdue": "overdue", "held": "held", "no_start": "no_start"}.get(self.state.value)
        found = found[found[wanted].fillna(0) > 0] if wanted else found
        found = found[found["next_due"].notna()] if self.state.value == "coming" else found
        found.attrs.update(self._counts.attrs)
        self.frame = found
        if not len(self._counts):
            self.table.value = _html.paragraph(self._say("never"))
        elif not len(found):
            self.table.value = _html.paragraph(self._say("none"))
        else:
            self.table.value = _shown.show(found)._repr_html_()
        self._draw(found)

    def _show_dates(self) -> None:
        """How the chosen form reads the days of the chosen rule: live, recorded nowhere."""
        rule, form = self.rule.value, self.date_format.value
        if not form or not rule:
            self.dates.value = _html.paragraph(self._say("dates_rule")) if form else ""
            return
        try:
            found = self._desk.retention.dates(rule, form)
            self.dates.value = _html.paragraph(self._say("dates_of", rule=rule)) + _shown.show(found)._repr_html_()
        except Refusal as refusal:
            self.dates.value = _html.note([refusal.text(self._lang)], alert=True)

    def _draw(self, found: Any) -> None:
        rows = self._due[self._due["subject"].isin(found["rule"]) & self._due["rows"].notna()]
        rows.attrs.update(self._due.attrs)
        if not len(rows):
            self.figure.value = self.months.value = self.downloads.value = ""
            return
        self.chart = plots.retention_calendar(rows)
        self.figure.value = self.chart._repr_html_()
        self.months.value = _shown.show(self.chart.frame)._repr_html_()
        cells = [list(map(str, found.columns)), *([str(cell) for cell in row] for row in found.astype(object).fillna("").to_numpy())]
        self.downloads.value = _html.downloads(
            [
                (self._say("csv"), "retention.csv", "text/csv", base64.b64encode(csv_text(cells).encode("utf-8-sig")).decode()),
                (self._say("png"), "retention.png", "image/png", self.chart.png),
            ]
        )
