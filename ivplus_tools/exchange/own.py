"""Tables that this toolkit wrote: their headings are exactly those of a record, in one language, whatever room it is of."""

from __future__ import annotations

from collections.abc import Sequence

from ivplus_tools import _records, _words
from ivplus_tools.exchange.headings import META, Column
from ivplus_tools.exchange.rows import Row
from ivplus_tools.exchange.spreadsheets import Table


def own_kind(table: Table) -> str | None:
    """The kind of record whose own export a sheet is."""
    first = [" ".join(cell.split()) for cell in table.rows[0]] if table.rows else []
    while first and not first[-1]:
        first.pop()
    return next((kind for kind in _records.Record.kinds for lang in _words.LANGS if first == _headings(kind, lang)), None)


def own_columns(table: Table, kind: str, lang: str) -> list[Column]:
    """Every heading with its field."""
    names = [*_records.record_type(kind).model_fields, *META]
    how = _words.say("preview.by_label", lang)
    return [Column(table.name, " ".join(cell.split()), name, how) for name, cell in zip(names, table.rows[0], strict=False)]


def own_row(table: Table, kind: str, number: int, columns: Sequence[Column], cells: Sequence[str]) -> Row:
    """A row as it was written: no cell of it stands for anything but itself."""
    filled = {column.field: cell for column, cell in zip(columns, cells, strict=False) if column.field and cell}
    headings = {column.field: column.heading for column in columns if column.field}
    return Row(kind, table.name, number, fields=filled, headings=headings, seen=frozenset(headings.values()))


def _headings(kind: str, lang: str) -> list[str]:
    names = _records.record_type(kind).model_fields
    return [
        " ".join(label.split())
        for label in (*(_words.field_label(name, lang) for name in names), *(_words.column_name(name, lang) for name in META))
    ]
