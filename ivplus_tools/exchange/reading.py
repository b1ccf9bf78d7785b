"""Files in: XLSX, CSV and our own JSON, recognised by content; headings by the data of `words/headings.toml`."""

from __future__ import annotations

import csv
import difflib
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ivplus_tools import _dates, _records, _room, _words
from ivplus_tools._records import Record
from ivplus_tools.errors import BadInput, Refusal
from ivplus_tools.exchange.guard import without_guard
from ivplus_tools.exchange.preview import Column, Preview, Problem, Reading, Table

MEGABYTE = 1024 * 1024
LARGEST_FILE = 50 * MEGABYTE
LARGEST_UNPACKED = 400 * MEGABYTE
HEADING_ROWS = 25
SHAPE = "ivplus-register"
META = ("valid_from",)


def read(room: _room.Room, path: Path) -> Preview:
    """Understand a file by its content: XLSX, CSV (`,` `;` tab; UTF-8 or cp1252), or this toolkit's JSON."""
    try:
        if not path.is_file():
            raise _words.refusal("no_file", path=path)
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise _words.refusal("too_large", path=path.name, size=size // MEGABYTE, limit=LARGEST_FILE // MEGABYTE)
        content = path.read_bytes()
    except OSError as error:
        raise _words.refusal("unknown_shape", path=path.name, reason=error.strerror or error) from None
    kinds = {kind.kind: kind for kind in room.records}
    reading = Reading({(one.entry.kind, one.entry.subject): one.record for one in room.standing()})
    lang = room.standpoint.lang
    if content[:4] == b"PK\x03\x04":
        return Preview(room, path, _understand(reading, _workbook(content, path), kinds, path, lang))
    text = _decoded(content, path)
    if text.lstrip()[:1] in ("{", "["):
        return Preview(room, path, _understand_json(reading, text, kinds, path, lang))
    return Preview(room, path, _understand(reading, [_csv(text, path)], kinds, path, lang))


def _workbook(content: bytes, path: Path) -> list[Table]:
    import openpyxl

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            unpacked = sum(one.file_size for one in packed.infolist())
        if unpacked > LARGEST_UNPACKED:
            raise _words.refusal("too_large", path=path.name, size=unpacked // MEGABYTE, limit=LARGEST_UNPACKED // MEGABYTE)
        values = openpyxl.load_workbook(io.BytesIO(content), data_only=True, read_only=True)
        formulas = openpyxl.load_workbook(io.BytesIO(content), read_only=True) if _has_formulas(content) else values
        return [_table(sheet, formulas[sheet.title]) for sheet in values.worksheets]
    except Refusal:
        raise
    except Exception as error:
        raise _words.refusal("unknown_shape", path=path.name, reason=str(error)[:120] or type(error).__name__) from None


def _has_formulas(content: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        sheets = [name for name in packed.namelist() if name.startswith("xl/worksheets/")]
        return any(b"<f>" in packed.read(name) or b"<f " in packed.read(name) for name in sheets)


def _table(values: Any, formulas: Any) -> Table:
    """A sheet as text; where a formula has no stored value, the formula stands in its place and is noted."""
    rows: list[list[str]] = []
    notes: dict[tuple[int, int], str] = {}
    both = zip(values.iter_rows(values_only=True), formulas.iter_rows(values_only=True), strict=False)
    for number, (row, said) in enumerate(both):
        rows.append([_cell_text(cell if cell is not None else other) for cell, other in zip(row, said, strict=False)])
        notes |= {(number, place): "formula" for place, cell in enumerate(row) if cell is None and said[place] is not None}
    return Table(values.title, rows, notes)


def _cell_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), str(value))  # as the format writes odd characters


def _decoded(content: bytes, path: Path) -> str:
    if b"\x00" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _words.refusal("unknown_shape", path=path.name, reason="NUL")
    for encoding in ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "cp1252", "latin-1"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _words.refusal("unknown_shape", path=path.name, reason="encoding")


def _csv(text: str, path: Path) -> Table:
    """A CSV whose delimiter is the one that splits its first lines most evenly into most columns."""
    csv.field_size_limit(LARGEST_FILE)
    best: list[list[str]] = []
    for delimiter in (";", ",", "\t"):
        try:
            rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
        except csv.Error as error:
            raise _words.refusal("unknown_shape", path=path.name, reason=error) from None
        if _known_headings(rows) > _known_headings(best) or not best:
            best = rows
    broken = [(number, place) for number, row in enumerate(best) for place, cell in enumerate(row) if "\n" in cell]
    notes = {broken[0]: "unclosed"} if broken and text.count('"') % 2 else {}
    return Table("", [[without_guard(cell) for cell in row] for row in best], notes)


def _known_headings(rows: list[list[str]]) -> int:
    headings = _headings("activity")
    return max((sum(_folded(cell) in headings for cell in row) for row in rows[:HEADING_ROWS]), default=0)


def _understand(reading: Reading, tables: Sequence[Table], kinds: Mapping[str, type[Record]], path: Path, lang: str) -> Reading:
    seen: list[str] = []
    for table in tables:
        kind = _kind_of(table)
        place = _heading_row(table, kind)
        if place is None:
            seen += [cell for row in table.rows[:HEADING_ROWS] for cell in row if cell.strip()][:6]
            if any(cell.strip() for row in table.rows for cell in row):
                reading.problems.append(Problem(table.name, 1, "", "", _words.say("preview.not_read", lang)))
            continue
        _read_table(table, place, kinds[kind], reading, lang)
    if not reading.columns:
        raise _words.refusal("no_headings", path=path.name, seen=", ".join(seen[:8]) or "–")
    return reading


def _kind_of(table: Table) -> str:
    """Which record a sheet holds: by its name, else an activity."""
    name = _folded(table.name)
    for kind, names in _words.read("headings")["sheet"].items():
        if isinstance(names, list) and name in map(_folded, names):
            return str(kind)
    return "activity"


def _heading_row(table: Table, kind: str) -> int | None:
    """The row with most headings understood, among the first; None where no row has two (one, in a one-column table)."""
    known = _headings(kind)
    scores = [sum(_meaning(cell, known) is not None for cell in row) for row in table.rows[:HEADING_ROWS]]
    best = max(scores, default=0)
    place = scores.index(best) if best else 0
    filled = sum(bool(cell.strip()) for cell in table.rows[place]) if table.rows else 0
    return place if best >= min(2, max(filled, 1)) else None


def _meaning(heading: str, known: Mapping[str, tuple[str, str]]) -> tuple[str, str, str] | None:
    """Field, way of recognition and known heading that a cell means; a near miss counts for longer headings."""
    folded = _folded(heading)
    if folded in known:
        return (*known[folded], folded)
    close = difflib.get_close_matches(folded, known, n=1, cutoff=0.88) if 6 < len(folded) < 120 else []
    return (known[close[0]][0], "nearest", close[0]) if close else None


def _headings(kind: str) -> dict[str, tuple[str, str]]:
    """Known headings of a record type: folded text -> (field, how it was recognised)."""
    record = _records.record_type(kind)
    known = {_folded(text): (name, "synonym") for name, texts in _words.read("headings")[kind].items() for text in texts}
    for name in (*record.model_fields, *record.shorthand, *META):
        for lang in _words.LANGS:
            label = _words.column_name(name, lang) if name in META else _words.field_label(name, lang)
            known[_folded(label)] = (name, "label")
        known[_folded(name)] = (name, "label")
    return known


def _folded(text: str) -> str:
    return " ".join(re.sub(r"[^\w]+", " ", text.replace("_", " ").casefold()).split())


def _map_columns(table: Table, place: int, kind: str, lang: str) -> list[Column]:
    """Which field each heading fills; a near miss is taken and said, a second column of one field is kept as content."""
    known = _headings(kind)
    taken: set[str] = set()
    columns = []
    for cell in table.rows[place]:
        heading = " ".join(cell.split())
        found = _meaning(heading, known)
        name = found[0] if found and found[0] not in taken else None
        if found and name:
            taken.add(name)
        how = _words.say(f"preview.by_{found[1]}", lang, near=repr(found[2])) if found and name else ""
        columns.append(Column(table.name, heading, name, how))
    return columns


def _read_table(table: Table, place: int, kind: type[Record], reading: Reading, lang: str) -> None:
    columns = _map_columns(table, place, kind.kind, lang)
    reading.columns += [column for column in columns if column.heading]
    role = _sheet_role(table.name)
    for above in range(place + 1):
        reading.problems += [Problem(table.name, above + 1, *told) for told in _noted(table, above, [], lang)]
    for number, row in enumerate(table.rows[place + 1 :], start=place + 2):
        cells = [_printable(cell.strip()) for cell in row]
        if not any(cells):
            continue
        found: list[tuple[str, str, str]] = [
            (column.heading, cell, _words.say("preview.replaced", lang))
            for column, cell, was in zip(columns, cells, row, strict=False)
            if cell != was.strip()
        ]
        found += _noted(table, number - 1, columns, lang)
        fields, extras = _fields_of_row(columns, cells)
        if role and kind.kind == "activity":
            fields.setdefault("role", role)
        ident = _identifier(fields)
        problem = _apart(reading, kind.kind, ident, f"{table.name} {number}".strip(), lang)
        if problem:
            reading.apart.append((table.name, number, " | ".join(cell for cell in cells if cell)))
            reading.problems += [Problem(table.name, number, *told) for told in [*found, ("", ident, problem)]]
            continue
        if not {"id", "name"} & {column.field for column, cell in zip(columns, cells, strict=False) if cell}:
            found.append(("", ident, _words.say("preview.derived", lang)))
        thing, since, problems = _record_of(kind, ident, fields, extras, columns, lang, reading.standing.get((kind.kind, ident)))
        reading.problems += [Problem(table.name, number, *told) for told in [*found, *problems]]
        reading.things.append((thing, since))


def _noted(table: Table, row: int, columns: Sequence[Column], lang: str) -> list[tuple[str, str, str]]:
    """What is odd about the cells of a row: heading, text, and the oddity in words."""
    return [
        (columns[place].heading if place < len(columns) else "", table.rows[row][place], _words.say(f"preview.{key}", lang))
        for (at, place), key in table.notes.items()
        if at == row
    ]


def _printable(cell: str) -> str:
    """The cell, with a replacement sign for each control character, which no document can show."""
    return "".join("\ufffd" if char not in "\n\t\r" and unicodedata.category(char) in ("Cc", "Cs") else char for char in cell)


def _apart(reading: Reading, kind: str, ident: str, place: str, lang: str) -> str:
    """Why a row cannot be recorded: it has no identifier, or another row has the same; else empty, and its place is noted."""
    if not ident:
        return _words.say("preview.no_id", lang)
    before = reading.places.setdefault((kind, ident), place)
    return "" if before is place else _words.say("preview.twice", lang, row=before)


def _sheet_role(name: str) -> str | None:
    roles: dict[str, list[str]] = _words.read("headings")["sheet"]["role"]
    return next((role for role, names in roles.items() if _folded(name) in map(_folded, names)), None)


def _fields_of_row(columns: Sequence[Column], cells: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    """The filled cells of a row: by field, and by heading where there is no field. Cells beyond the headings are kept too."""
    fields: dict[str, str] = {}
    extras: dict[str, str] = {}
    blank = _words.read("headings")["blank"]["texts"]
    for place, cell in enumerate(cells):
        column = columns[place] if place < len(columns) else None
        if not cell:
            continue
        if column and column.field:
            if cell not in blank:
                fields[column.field] = cell
        else:
            extras[_records.free_name(column.heading if column and column.heading else f"[{place + 1}]", extras)] = cell
    return fields, extras


def _identifier(fields: dict[str, str]) -> str:
    """The row's identifier; without one, its name, else its first purpose, becomes it."""
    if fields.get("id"):
        return fields.pop("id")
    for name in ("name", "purposes"):
        if fields.get(name):
            return " ".join(_records.split(fields[name], "parts")[0].split())
    return ""


def _record_of(
    kind: type[Record],
    ident: str,
    fields: dict[str, str],
    extras: dict[str, str],
    columns: Sequence[Column],
    lang: str,
    base: Record | None,
) -> tuple[Record, date | None, list[tuple[str, str, str]]]:
    """A record from texts over what stands: columns of the file replace fields, fields without a column stay.

    A value that is not understood is kept under its heading and told.
    """
    heading_of = {column.field: column.heading for column in columns if column.field}
    problems: list[tuple[str, str, str]] = []
    good: dict[str, Any] = {name: value for name, value in base if name not in heading_of} if base else {}
    good.pop("id", None)
    since: date | None = None

    def keep(name: str, text: str, refusal: Refusal) -> None:
        extras[_records.free_name(heading_of.get(name, name), extras)] = text
        problems.append((heading_of.get(name, name), text, _words.say("preview.kept", lang, problem=refusal.text(lang))))

    for name, text in fields.items():
        try:
            if name in META:
                since = _dates.day(text)
            elif name in kind.model_fields:
                good[name] = _understood(kind, name, text, ours=set(kind.model_fields) <= set(heading_of))
        except BadInput as refusal:
            keep(name, text, refusal)
    for name in [one for one in kind.shorthand if one in fields]:
        try:
            good[kind.shorthand[name]] = _spread(kind, name, fields[name], good)
        except BadInput as refusal:
            keep(name, fields[name], refusal)
    before = good.pop("imported", None) or {}
    if base is None:
        extras = {_records.free_name(name, before): text for name, text in extras.items()}
    return kind(ident, **good, imported={**before, **extras} or None), since, problems


def _understood(kind: type[Record], name: str, text: str, ours: bool) -> Any:
    """The answer that a cell gives; a denial that is not understood is refused, so that nobody takes it for content.

    Not so in a file with a column for every field, which is our own: there a list that begins with a denial was recorded so.
    """
    answer = getattr(kind(_records.NAMELESS, **{name: text}), name)
    begins = _words.read("headings")["denial"]["begins"]
    denies = not ours and any(_folded(text).startswith(f"{word} ") for word in begins)
    if denies and isinstance(answer, (str, tuple)) and _records.has_other_answers(kind.model_fields[name]):
        raise _words.refusal("unclear_denial", got=text)
    return answer


def _spread(kind: type[Record], name: str, text: str, good: dict[str, Any]) -> Any:
    """Values of a shorthand column over the parts: one for all, one for each, or several for the only one."""
    home = kind.shorthand[name]
    part = _records.part_of(kind.model_fields[home])
    parts = list(good.get(home) or (part("-"),))
    values = _records.split(text, "text")
    if len(values) == 1 or (len(parts) > 1 and len(values) != len(parts)):
        values = [text if len(values) > 1 else values[0]] * len(parts)
    if len(parts) == 1 and len(values) > 1:
        parts = parts * len(values)
    return tuple(type(one)(**{**dict(one), name: value}) for one, value in zip(parts, values, strict=True))


def _understand_json(reading: Reading, text: str, kinds: Mapping[str, type[Record]], path: Path, lang: str) -> Reading:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _words.refusal("unknown_shape", path=path.name, reason=str(error)[:120]) from None
    if not isinstance(content, dict) or content.get("shape") != SHAPE or not isinstance(content.get("records"), list):
        raise _words.refusal("unknown_shape", path=path.name, reason=f"shape != {SHAPE}")
    for number, raw in enumerate(content["records"], start=1):
        try:
            if not isinstance(raw, dict):
                raise _words.refusal("not_text", got=type(raw).__name__)
            body = {key: value for key, value in raw.items() if key not in ("kind", "id", "valid_from")}
            thing = _records.record_type(raw.get("kind"))(raw.get("id"), **body)
            if thing.kind not in kinds:
                raise _words.refusal("unknown_value", got=thing.kind, what="record", near=_words.nearest(thing.kind, kinds))
            since = _dates.day(raw["valid_from"]) if raw.get("valid_from") else None
            told = _apart(reading, thing.kind, thing.id, str(number), lang)
        except Refusal as refusal:
            told = refusal.text(lang)
        if told:
            reading.apart.append(("", number, json.dumps(raw, ensure_ascii=False)[:2000]))
            reading.problems.append(Problem("", number, "", "", told))
            continue
        reading.things.append((thing, since))
        reading.columns += [Column("", name, name, "") for name in body if name not in {one.heading for one in reading.columns}]
    return reading
