"""Registers out: complete, and inert in every spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ivplus_tools import _room, _store, _words
from ivplus_tools._records import Record
from ivplus_tools._room import Stands
from ivplus_tools.exchange.guard import guarded
from ivplus_tools.exchange.headings import META
from ivplus_tools.exchange.preview import cell_of
from ivplus_tools.exchange.reading import SHAPE
from ivplus_tools.exchange.shapes import vocabulary

LONGEST_CELL = 32767  # of the XLSX format
LONGEST_SHEET_NAME = 31


def tables(room: _room.Room, things: Sequence[Stands], path: Path) -> bytes:
    """The records as `.xlsx` or `.json` (every field of every record) or `.csv` (the first kind of the room)."""
    writers = {".xlsx": _xlsx, ".csv": _csv_bytes, ".json": _json_bytes}
    writer = writers.get(path.suffix.lower())
    if writer is None:
        raise _words.refusal("unknown_format", got=path.suffix)
    return writer(room, things)


def put(path: Path, content: bytes) -> Path:
    """Write a file whole beside its place, then move it there: no half of it is ever seen."""
    made = path.with_name(path.name + ".part")
    try:
        made.write_bytes(content)
        made.chmod(0o600)
        made.replace(path)
    except OSError as error:
        made.unlink(missing_ok=True)
        raise _words.refusal("store_unwritable", path=path, reason=error.strerror or error) from None
    return path


def _sheet(things: Sequence[Stands], kind: type[Record], lang: str) -> Iterator[list[str]]:
    """The heading row of a kind, then a row per record that stands."""
    names = list(kind.model_fields)
    yield [*(_words.field_label(name, lang) for name in names), _words.column_name("valid_from", lang)]
    for one in things:
        if type(one.record) is kind:
            yield [*(cell_of(one.record, name, lang) for name in names), one.entry.valid_from.isoformat()]


def _xlsx(room: _room.Room, things: Sequence[Stands]) -> bytes:
    """A sheet per kind; every cell is text for good, whatever sign it begins with."""
    import xlsxwriter

    lang, out = room.standpoint.lang, io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    plain = book.add_format({"text_wrap": True, "valign": "top", "quote_prefix": True})
    bold = book.add_format({"text_wrap": True, "valign": "top", "quote_prefix": True, "bold": True})
    for kind in room.records:
        sheet = book.add_worksheet(_words.say(f"kind_plural.{kind.kind}", lang)[:LONGEST_SHEET_NAME])
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, len(kind.model_fields), 28)
        for number, row in enumerate(_sheet(things, kind, lang)):
            for place, text in enumerate(row):
                if len(text) > LONGEST_CELL:
                    field = [*kind.model_fields, *META][place]
                    raise _words.refusal("cell_too_long", field=field, subject=row[0], length=len(text), limit=LONGEST_CELL)
                if text:
                    sheet.write_string(number, place, text, plain if number else bold)
    book.close()
    return out.getvalue()


def _csv_bytes(room: _room.Room, things: Sequence[Stands]) -> bytes:
    """Activities with `;` and a BOM, as Finnish spreadsheets open it."""
    return csv_text(_sheet(things, room.records[0], room.standpoint.lang), ";").encode("utf-8-sig")


def csv_text(rows: Iterable[Sequence[str]], delimiter: str = ",") -> str:
    """Rows as CSV in which an apostrophe disarms every formula sign, whatever separator the reader takes."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows([guarded(cell) for cell in row] for row in rows)
    return out.getvalue()


def _json_bytes(room: _room.Room, things: Sequence[Stands]) -> bytes:
    """Every record that stands as plain JSON, with the standpoint and the head seal; its context makes it JSON-LD in DPV's words."""
    at = room.standpoint
    records = [
        {"kind": one.entry.kind, "id": one.entry.subject, "valid_from": one.entry.valid_from.isoformat(), **one.record.body()}
        for one in things
    ]
    content = {
        "@context": _context(), "shape": SHAPE,
        "valid_on": at.valid_on.isoformat(), "known_at": at.known_at.isoformat() if at.known_at else None,
        "head": _store.verify(at.path).head, "records": records,
    }  # fmt: skip
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def _context() -> Mapping[str, Any]:
    """Our keys and codes as terms of the W3C Data Privacy Vocabulary, where it has them; other keys stay without meaning there."""
    dpv = vocabulary()
    codes = {code: name for table in ("legal_basis", "special_condition") for name, code in dpv.values[table].items()}
    coded = {"legal_basis", "special_condition"}
    return {
        **{prefix: spaces[0] for prefix, spaces in dpv.namespaces.items()},
        **codes,
        **{key: {"@id": term, "@type": "@vocab"} if key in coded else term for key, term in dpv.fields.items()},
        "records": "@graph",
    }
