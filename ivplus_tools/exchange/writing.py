"""Registers out: complete, and inert in every spreadsheet."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ivplus_tools import _dates, _room, _store, _words
from ivplus_tools._records import Record, to_text
from ivplus_tools._state import Stands, State
from ivplus_tools._store import Entry
from ivplus_tools.exchange import linked
from ivplus_tools.exchange.guard import guarded
from ivplus_tools.exchange.headings import META
from ivplus_tools.exchange.reading import HISTORY, SHAPE

LONGEST_CELL = 32767  # of the XLSX format, in units of UTF-16
OVERLAPPING = re.compile(r"_x[0-9A-Fa-f]{4}(?=_x[0-9A-Fa-f]{4}_)")
"""Text that looks like two escapes of the format which share a sign: the library escapes only the first."""
LONGEST_SHEET_NAME = 31


def tables(state: State, path: Path, past: Sequence[Entry] = ()) -> bytes:
    """What stands as `.xlsx` or `.json` (every field of every record) or `.csv` (the first kind); `past`: entries to add."""
    writers = {".xlsx": _xlsx, ".csv": _csv_bytes, ".json": _json_bytes}
    writer = writers.get(path.suffix.lower())
    if writer is None:
        raise _words.refusal("unknown_format", got=path.suffix)
    return writer(state, past)


def _sheet(things: Sequence[Stands], kind: type[Record], lang: str) -> Iterator[list[str]]:
    """The heading row of a kind, then a row per record that stands."""
    fields = list(kind.model_fields.values())
    yield [*(_words.field_label(name, lang) for name in kind.model_fields), _words.column_name("valid_from", lang)]
    for one in things:
        if type(one.record) is kind:
            answers = zip(vars(one.record).values(), fields, strict=True)
            cells = ["" if answer is None else to_text(answer, field, lang) for answer, field in answers]
            yield [*cells, one.entry.valid_from.isoformat()]


def _history(past: Sequence[Entry], lang: str) -> Iterator[list[str]]:
    """The heading row of the history, then a row per entry; its content is the JSON that was sealed."""
    yield [_words.column_name(name, lang) for name in HISTORY]
    for one in past:
        moment = one.recorded_at.astimezone(_dates.HELSINKI).isoformat(" ")
        yield [str(one.entry), one.kind, one.subject, one.valid_from.isoformat(), moment, one.recorded_by, one.why, one.text or ""]


def _xlsx(state: State, past: Sequence[Entry]) -> bytes:
    """A sheet per kind, and one for the history; every cell is text for good, whatever sign it begins with."""
    import xlsxwriter

    lang, out, day, things = state.lang, io.BytesIO(), state.on, state.standing
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties(
        {"created": datetime(day.year, day.month, day.day, tzinfo=UTC)}
    )  # not the clock: the same register is the same bytes
    plain = book.add_format({"text_wrap": True, "valign": "top", "quote_prefix": True})
    bold = book.add_format({"text_wrap": True, "valign": "top", "quote_prefix": True, "bold": True})
    sheets = [
        (f"kind_plural.{kind.kind}", [*kind.model_fields, *META], _sheet(things, kind, lang)) for kind in _room.shown(state.kinds, things)
    ]
    if past:
        sheets.append(("preview.history", list(HISTORY), _history(past, lang)))
    for name, fields, rows in sheets:
        sheet = book.add_worksheet(_words.say(name, lang)[:LONGEST_SHEET_NAME])
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, len(fields), 28)
        for number, row in enumerate(rows):
            for place, text in enumerate(row):
                if OVERLAPPING.search(text):
                    raise _words.refusal("cell_unwritable", field=fields[place], subject=row[0])
                if text and _put_text(sheet, number, place, text, plain if number else bold):
                    units = len(text.encode("utf-16-le")) // 2
                    raise _words.refusal("cell_too_long", field=fields[place], subject=row[0], length=units, limit=LONGEST_CELL)
    book.close()
    return out.getvalue()


def _put_text(sheet: Any, row: int, place: int, text: str, style: Any) -> bool:
    """Write a cell as text; whether it was too long to be written whole."""
    if text.startswith("<r>") and text.endswith("</r>"):  # the library would take it for its own markup, and break the workbook
        return bool(sheet.write_rich_string(row, place, text[0], style, text[1:], style))
    return bool(sheet.write_string(row, place, text, style))


def _csv_bytes(state: State, _: Sequence[Entry]) -> bytes:
    """Activities with `;` and a BOM, as Finnish spreadsheets open it."""
    return csv_text(_sheet(state.standing, state.kinds[0], state.lang), ";").encode("utf-8-sig")


def plain_rows(table: Any) -> list[dict[str, Any]]:
    """A frame as rows for machines: days as ISO text, nothing where a cell is empty."""
    plain = table.copy()
    for column in plain.columns:
        if str(plain[column].dtype).startswith("datetime64"):
            plain[column] = [one.isoformat()[:10] if one == one else None for one in plain[column]]
    rows: list[dict[str, Any]] = plain.astype(object).where(plain.notna(), None).to_dict("records")
    return rows


def text_rows(table: Any) -> Iterator[list[str]]:
    """The same rows as text cells."""
    return (["" if one is None else str(one) for one in row.values()] for row in plain_rows(table))


def csv_text(rows: Iterable[Sequence[str]], delimiter: str = ",", harmless: re.Pattern[str] | None = None) -> str:
    """Rows as CSV in which an apostrophe disarms every formula sign, whatever separator the reader takes; a `harmless` cell stays."""
    out = io.StringIO(newline="")
    told = ([cell if harmless and harmless.fullmatch(cell) else guarded(cell) for cell in row] for row in rows)
    csv.writer(out, delimiter=delimiter).writerows(told)
    return out.getvalue()


def plain_workbook(names: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A workbook of one sheet; every cell is text for good."""
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, options)
    style, sheet = book.add_format({"quote_prefix": True}), book.add_worksheet()
    for number, row in enumerate((names, *rows)):
        for place, text in enumerate(row):
            if OVERLAPPING.search(text) or _put_text(sheet, number, place, text, style):
                raise _words.refusal("cell_unwritable", field=names[place], subject=str(number))
    book.close()
    return out.getvalue()


def _json_bytes(state: State, past: Sequence[Entry]) -> bytes:
    """Every record that stands as plain JSON, with the standpoint and the head seal; the same as linked data."""
    at, things = state.at, state.standing
    records = [
        {"kind": one.entry.kind, "id": one.entry.subject, "valid_from": one.entry.valid_from.isoformat(), **one.record.body()}
        for one in things
    ]
    content = {
        "@context": linked.context(state.kinds), "shape": SHAPE,
        "valid_on": at.valid_on.isoformat(), "known_at": at.known_at.isoformat() if at.known_at else None,
        "head": _store.head(at), "records": records,
        "@graph": [linked.node(one.record, dict(list(row.items())[:3])) for one, row in zip(things, records, strict=True)],
    }  # fmt: skip
    if past:
        content["history"] = [
            {**dict(zip(HISTORY[:-1], row, strict=False)), "content": one.body}
            for row, one in zip(list(_history(past, state.lang))[1:], past, strict=True)
        ]
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()
