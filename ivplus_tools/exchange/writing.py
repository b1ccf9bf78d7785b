"""Registers out: complete, and inert in every spreadsheet."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from ivplus_tools import _room, _store, _words
from ivplus_tools._records import Record
from ivplus_tools.exchange.guard import guarded
from ivplus_tools.exchange.preview import cell_of
from ivplus_tools.exchange.reading import META, SHAPE

LONGEST_CELL = 32767  # of the XLSX format


def write(room: _room.Room, path: Path, lang: str) -> Path:
    """Write what stands: `.xlsx` and `.json` hold every field of every record, `.csv` every field of the activities."""
    _words.language(lang)
    writers = {".xlsx": _xlsx, ".csv": _csv_bytes, ".json": _json_bytes}
    writer = writers.get(path.suffix.lower())
    if writer is None:
        raise _words.refusal("unknown_format", got=path.suffix)
    content = writer(room, lang)
    made = path.with_name(path.name + ".part")
    try:
        made.write_bytes(content)
        made.chmod(0o600)
        made.replace(path)
    except OSError as error:
        made.unlink(missing_ok=True)
        raise _words.refusal("store_unwritable", path=path, reason=error.strerror or error) from None
    return path


def _sheet(room: _room.Room, kind: type[Record], lang: str) -> Iterator[list[str]]:
    """The heading row of a kind, then a row per record that stands."""
    names = list(kind.model_fields)
    yield [*(_words.field_label(name, lang) for name in names), _words.column_name("valid_from", lang)]
    for one in room.standing():
        if type(one.record) is kind:
            yield [*(cell_of(one.record, name, lang) for name in names), one.entry.valid_from.isoformat()]


def _xlsx(room: _room.Room, lang: str) -> bytes:
    """A sheet per kind; every cell is text for good, whatever sign it begins with."""
    import openpyxl

    book = openpyxl.Workbook()
    styles = _styles(book.worksheets[0])
    book.remove(book.worksheets[0])
    for kind in room.records:
        sheet = book.create_sheet(_words.say(f"kind_plural.{kind.kind}", lang))
        for number, row in enumerate(_sheet(room, kind, lang), start=1):
            for place, text in enumerate(row, start=1):
                if len(text) > LONGEST_CELL:
                    names = [*kind.model_fields, *META]
                    raise _words.refusal("cell_too_long", field=names[place - 1], subject=row[0], length=len(text), limit=LONGEST_CELL)
                cell = sheet.cell(number, place, _escaped(text))
                cell.data_type = "s"
                cell._style = styles[number == 1]
        sheet.freeze_panes = "B2"
        for column in sheet.columns:
            sheet.column_dimensions[column[0].column_letter].width = 28
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _styles(sheet: Any) -> tuple[Any, Any]:
    """The looks of a cell and of a heading, made once: quoted text, wrapped, from the top."""
    from openpyxl.styles import Alignment, Font

    plain, bold = sheet.cell(1, 1), sheet.cell(1, 2)
    for cell in (plain, bold):
        cell.quotePrefix = True
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    bold.font = Font(bold=True)
    return plain._style, bold._style


def _escaped(text: str) -> str:
    """`_x000A_` in a text would be read back as a line break; the format escapes its underscore."""
    return re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", text)


def _csv_bytes(room: _room.Room, lang: str) -> bytes:
    """Activities with `;` and a BOM, as Finnish spreadsheets open it."""
    return csv_text(_sheet(room, room.records[0], lang), ";").encode("utf-8-sig")


def csv_text(rows: Iterable[Sequence[str]], delimiter: str = ",") -> str:
    """Rows as CSV in which an apostrophe disarms every formula sign, whatever separator the reader takes."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows([guarded(cell) for cell in row] for row in rows)
    return out.getvalue()


def _json_bytes(room: _room.Room, _: str) -> bytes:
    """Every record that stands as plain JSON, with the standpoint and the head seal."""
    at = room.standpoint
    records = [
        {"kind": one.entry.kind, "id": one.entry.subject, "valid_from": one.entry.valid_from.isoformat(), **one.record.body()}
        for one in room.standing()
    ]
    content = {
        "shape": SHAPE, "valid_on": at.valid_on.isoformat(), "known_at": at.known_at.isoformat() if at.known_at else None,
        "head": _store.verify(at.path).head, "records": records,
    }  # fmt: skip
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()
