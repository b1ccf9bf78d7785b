"""The headings of a file on a form: a drop-down for each with the fields of its record, a page of them at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import ipywidgets as widgets

from ivplus_tools import _html, _records, _words
from ivplus_tools.exchange.headings import META, Column, Wishes, folded, kind_of
from ivplus_tools.exchange.spreadsheets import Table
from ivplus_tools.forms.field import Shared
from ivplus_tools.forms.moves import Moves

A_PAGE = 20
UNSAID, NO_FIELD = "", "-"
FORMULA_SIGNS = str.maketrans({"$": "¤", "\\": "/"})


def label_of(text: str) -> str:
    """A foreign text as a label, of which JupyterLab would set what stands between two dollar signs as a formula."""
    return _words.printable(text.translate(FORMULA_SIGNS))


class _Row:
    """One heading on the screen: its field to choose, and what is known of it beside."""

    def __init__(self, shared: Shared, beside: widgets.Layout, row: widgets.Layout) -> None:
        self.column: Column | None = None
        self.field = shared.field(widgets.Dropdown, options=[("", UNSAID)], value=UNSAID)
        self.told = shared.html()
        self.told.layout = beside
        self.widget = widgets.HBox([self.field, self.told], layout=row)


class Mapping(widgets.VBox):
    """Each heading with its field, how it was recognised, an example and a doubt; `chosen` is told of a change."""

    def __init__(self, lang: str, chosen: Callable[[str, str], None]) -> None:
        self._lang, self._chosen, self._loading = lang, chosen, False
        self._shared = Shared(width="24em")
        self._beside = widgets.Layout(flex="1 1 0", min_width="0", overflow="visible")
        self._line = widgets.Layout(flex="0 0 auto", align_items="flex-end", border="0 0 1px 0", overflow="visible")
        self._columns: Sequence[Column] = ()
        self._wishes, self._first = Wishes(), 0
        self.rows: list[_Row] = []
        self.page, self.doubts = self._shared.html(), self._shared.html()
        self._moves = Moves(lambda key: _words.say(f"form.{key}", lang), lambda by: self._go(self._first + by * A_PAGE))
        self.previous, self.next = self._moves.previous, self._moves.next
        inside = widgets.Layout(max_height="36em", overflow="auto", border="1px solid var(--jp-border-color2)", padding="0 .5em .5em")
        self._box = widgets.VBox([], layout=inside)
        super().__init__([])

    def show(self, columns: Sequence[Column], wishes: Wishes) -> None:
        """Show the columns of a file as they were read with what the officer said."""
        self._columns, self._wishes = columns, wishes
        self._go(self._first if self._first < len(columns) else 0)

    def _go(self, first: int) -> None:
        """Show the page that begins at that column."""
        self._first = max(first, 0)
        shown = self._columns[self._first : self._first + A_PAGE]
        self._loading = True
        for place, column in enumerate(shown):
            if place == len(self.rows):
                self.rows.append(self._row())
            self._show(self.rows[place], column, self._first + place)
        self._loading = False
        self._box.children = [one.widget for one in self.rows[: len(shown)]]
        self._moves.at(self._first // A_PAGE, -(-len(self._columns) // A_PAGE))
        last, count = self._first + len(shown), len(self._columns)
        self.page.value = _html.heading(_words.say("form.bring_columns", self._lang, first=self._first + 1, last=last, count=count))
        doubtful = ", ".join(f"”{one.heading}”" for one in self._columns if one.doubt)
        self.doubts.value = _html.note([_words.say("form.bring_doubts", self._lang, headings=doubtful)], alert=True) if doubtful else ""
        moves = [self._moves] if count > A_PAGE else []
        self.children = [self.page, self.doubts, *moves, self._box] if count else []

    def _row(self) -> _Row:
        row = _Row(self._shared, self._beside, self._line)
        row.field.observe(lambda change: self._on_choice(row, change["new"]), "value")
        return row

    def _on_choice(self, row: _Row, name: str) -> None:
        if not self._loading and row.column is not None:
            self._chosen(row.column.heading, name)

    def _show(self, row: _Row, column: Column, place: int) -> None:
        """Put a column on a row; the second one of a heading follows the first."""
        row.column = column
        value, options = self._value(column), self._options(column)
        if tuple(row.field.options) != options:
            row.field.options = options
        row.field.value = value
        row.field.description = label_of(column.heading)
        row.field.disabled = any(folded(one.heading) == folded(column.heading) for one in self._columns[:place])
        row.told.value = _html.paragraph("\n".join(self._told(column)))

    def _value(self, column: Column) -> str:
        chosen = self._wishes.chosen
        if folded(column.heading) in chosen:
            return chosen[folded(column.heading)] or NO_FIELD
        return column.fills or UNSAID

    def _told(self, column: Column) -> Iterator[str]:
        """How a column was recognised, an example of its contents, and why it waits."""
        if column.doubt:
            yield f"⚠ {column.doubt}"
        several = len({one.sheet for one in self._columns}) > 1
        shown = "" if label_of(column.heading) == column.heading else f"”{column.heading}”"
        example = self._say("example", text=column.example) if column.example else ""
        beside = (shown, column.how, example, column.sheet if several else "")
        yield " · ".join(filter(None, beside)) or " "

    def _options(self, column: Column) -> tuple[tuple[str, str], ...]:
        """Every field of the record that the sheet holds, by its label; and to keep the content as text."""
        record = _records.record_type(kind_of(Table(column.sheet, [])))
        names = [name for name in (*record.model_fields, *record.shorthand, *META) if name != "imported"]
        names += [column.field] if column.field and column.field not in names else []
        fields = [(_words.column_name(name, self._lang), name) for name in names]
        return ((self._say("unsaid"), UNSAID), (self._say("no_field"), NO_FIELD), *fields)

    def _say(self, key: str, **facts: object) -> str:
        return _words.say(f"form.bring_{key}", self._lang, **facts)
