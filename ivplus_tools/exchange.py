"""Registers in and out: a preview that loses nothing, then all or nothing; complete spreadsheets that execute nowhere."""

from __future__ import annotations

import csv
import difflib
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ivplus_tools import _dates, _html, _records, _room, _store, _words
from ivplus_tools._records import Record
from ivplus_tools._store import Draft, Receipt
from ivplus_tools.errors import BadInput, Refusal

if TYPE_CHECKING:
    import pandas

MEGABYTE = 1024 * 1024
LARGEST_FILE = 50 * MEGABYTE
LARGEST_UNPACKED = 400 * MEGABYTE
LONGEST_CELL = 32767  # of the XLSX format
HEADING_ROWS = 25
SHAPE = "ivplus-register"
META = ("valid_from",)


@dataclass(frozen=True)
class Table:
    """A sheet as read: its name and its rows, every cell as text."""

    name: str
    rows: list[list[str]]


@dataclass(frozen=True)
class Column:
    """A heading, the field that it fills (None: kept as imported content), and how that was recognised."""

    sheet: str
    heading: str
    field: str | None
    how: str


@dataclass(frozen=True)
class Problem:
    """A value that was not understood, or a row set apart, in words. `row` counts from 1 as the spreadsheet does."""

    sheet: str
    row: int
    column: str
    value: str
    problem: str


@dataclass
class Reading:
    """What has been understood so far of a file."""

    things: list[tuple[Record, date | None]] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    apart: list[tuple[str, int, str]] = field(default_factory=list)


class Preview:
    """A file as understood, before anything is written. `.commit(why=)` writes every understood row, or nothing."""

    def __init__(self, room: _room.Room, path: Path, reading: Reading) -> None:
        self._room, self._path, self._reading = room, path, reading
        self._lang = room._at.lang

    @property
    def rows(self) -> pandas.DataFrame:
        """The rows understood: kind and one column per field that any row fills, as text in the Desk's language."""
        things = [thing for thing, _ in self._reading.things]
        names = [
            name
            for kind in self._room.records
            for name in kind.model_fields
            if any(type(one) is kind and getattr(one, name) is not None for one in things)
        ]
        columns = ["kind", *dict.fromkeys(names)]
        table = [[one.kind, *(_cell(one, name, self._lang) for name in columns[1:])] for one in things]
        return _room.frame(columns, table, self._lang)

    @property
    def columns(self) -> pandas.DataFrame:
        """Every heading with the field it fills and how it was recognised: sheet, heading, field, how."""
        return self._frame(
            ("sheet", "heading", "field", "how"), [(one.sheet, one.heading, one.field or "", one.how) for one in self._reading.columns]
        )

    @property
    def problems(self) -> pandas.DataFrame:
        """What was not understood, cell by cell: sheet, row, column, value, problem."""
        rows = [(one.sheet, one.row, one.column, one.value, one.problem) for one in self._reading.problems]
        return self._frame(("sheet", "row", "column", "value", "problem"), rows)

    @property
    def unmapped(self) -> pandas.DataFrame:
        """Everything that has no field of its own, which is kept with the record: subject, heading, content."""
        rows = [(one.id, heading, text) for one, _ in self._reading.things for heading, text in (one.imported or {}).items()]  # type: ignore[attr-defined]
        return self._frame(("subject", "heading", "content"), rows)

    @property
    def set_apart(self) -> pandas.DataFrame:
        """Rows that cannot be recorded as they are: sheet, row, content; the reason stands in `problems`."""
        return self._frame(("sheet", "row", "content"), self._reading.apart)

    def commit(self, why: str, valid_from: object = None) -> Receipt:
        """Record every understood row in one transaction, true from the row's own day, else `valid_from`, else today."""
        if not self._reading.things:
            raise _words.refusal("nothing_to_commit")
        today = self._room._at.now.date()
        default = _dates.day(valid_from) if valid_from is not None else today
        drafts = [self._room._draft(thing, *self._room._when_and_why(since or default, why)) for thing, since in self._reading.things]
        return _store.append(self._room._at, drafts)

    def _frame(self, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> pandas.DataFrame:
        return _room.frame(columns, rows, self._lang)

    def _summary(self) -> list[tuple[str, str]]:
        got = self._reading
        known = sum(1 for one in got.columns if one.field)
        counts = {
            "rows": len(got.things), "set_apart": len(got.apart), "problems": len(got.problems),
            "columns": known, "unmapped": len(got.columns) - known,
        }  # fmt: skip
        return [(_words.say(f"preview.{key}", self._lang), str(count)) for key, count in counts.items()]

    def __repr__(self) -> str:
        lines = [_words.say("preview.title", self._lang, file=self._path.name)]
        lines += [f"  {count:>4}  {label}" for label, count in self._summary()]
        return "\n".join([*lines, _words.say("preview.next", self._lang)])

    def _repr_html_(self) -> str:
        title = _words.say("preview.title", self._lang, file=self._path.name)
        return _html.table([], self._summary(), caption=title, row_headers=True) + _html.note([_words.say("preview.next", self._lang)])


# --- reading ----------------------------------------------------------------------------------------------------------


def read(room: _room.Room, path: Path) -> Preview:
    """Understand a file by its content: XLSX, CSV (`,` `;` tab; UTF-8 or cp1252), or this toolkit's JSON."""
    if not path.is_file():
        raise _words.refusal("no_file", path=path)
    size = path.stat().st_size
    if size > LARGEST_FILE:
        raise _words.refusal("too_large", path=path.name, size=size // MEGABYTE, limit=LARGEST_FILE // MEGABYTE)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _words.refusal("unknown_shape", path=path.name, reason=error.strerror or error) from None
    kinds = {kind.kind: kind for kind in room.records}
    if content[:4] == b"PK\x03\x04":
        return Preview(room, path, _understand(_workbook(content, path), kinds, path, room._at.lang))
    text = _decoded(content, path)
    if text.lstrip()[:1] in ("{", "["):
        return Preview(room, path, _understand_json(text, kinds, path, room._at.lang))
    return Preview(room, path, _understand([_csv(text, path)], kinds, path, room._at.lang))


def _workbook(content: bytes, path: Path) -> list[Table]:
    import openpyxl

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            unpacked = sum(one.file_size for one in packed.infolist())
        if unpacked > LARGEST_UNPACKED:
            raise _words.refusal("too_large", path=path.name, size=unpacked // MEGABYTE, limit=LARGEST_UNPACKED // MEGABYTE)
        book = openpyxl.load_workbook(io.BytesIO(content), data_only=True, read_only=True)
        return [
            Table(sheet.title, [[_cell_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True)])
            for sheet in book.worksheets
        ]
    except Refusal:
        raise
    except Exception as error:
        raise _words.refusal("unknown_shape", path=path.name, reason=str(error)[:120] or type(error).__name__) from None


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
    return Table("", [[_without_guard(cell) for cell in row] for row in best])


def _without_guard(cell: str) -> str:
    """The apostrophe that our own CSV puts before a formula sign is no content."""
    return cell[1:] if cell[:1] == "'" and cell.lstrip("'").startswith(_FORMULA_SIGNS) else cell


def _known_headings(rows: list[list[str]]) -> int:
    headings = _headings("activity")
    return max((sum(_folded(cell) in headings for cell in row) for row in rows[:HEADING_ROWS]), default=0)


def _understand(tables: Sequence[Table], kinds: Mapping[str, type[Record]], path: Path, lang: str) -> Reading:
    reading = Reading()
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
            label = _words.column_name(name, lang) if name in META else _records.field_label(name, lang)
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
    numbers: dict[str, int] = {}
    for number, row in enumerate(table.rows[place + 1 :], start=place + 2):
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        fields, extras = _fields_of_row(columns, cells)
        if role and kind.kind == "activity":
            fields.setdefault("role", role)
        ident = _identifier(fields)
        problem = "" if ident else _words.say("preview.no_id", lang)
        if ident in numbers:
            problem = _words.say("preview.twice", lang, row=numbers[ident])
        if problem:
            reading.apart.append((table.name, number, " | ".join(cell for cell in cells if cell)))
            reading.problems.append(Problem(table.name, number, "", ident, problem))
            continue
        numbers[ident] = number
        thing, since, problems = _record_of(kind, ident, fields, extras, columns, lang)
        reading.problems += [Problem(table.name, number, column, value, text) for column, value, text in problems]
        reading.things.append((thing, since))


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
    kind: type[Record], ident: str, fields: dict[str, str], extras: dict[str, str], columns: Sequence[Column], lang: str
) -> tuple[Record, date | None, list[tuple[str, str, str]]]:
    """A record from texts; a value that is not understood is kept under its heading and told."""
    heading_of = {column.field: column.heading for column in columns if column.field}
    problems: list[tuple[str, str, str]] = []
    good: dict[str, Any] = {}
    since: date | None = None

    def keep(name: str, text: str, refusal: Refusal) -> None:
        extras[_records.free_name(heading_of.get(name, name), extras)] = text
        problems.append((heading_of.get(name, name), text, _words.say("preview.kept", lang, problem=refusal.text(lang))))

    for name, text in fields.items():
        try:
            if name in META:
                since = _dates.day(text)
            elif name in kind.model_fields:
                good[name] = getattr(kind("-", **{name: text}), name)
        except BadInput as refusal:
            keep(name, text, refusal)
    for name in [one for one in kind.shorthand if one in fields]:
        try:
            good[kind.shorthand[name]] = _spread(kind, name, fields[name], good)
        except BadInput as refusal:
            keep(name, fields[name], refusal)
    try:
        before = good.pop("imported", None) or {}
        thing = kind(
            ident, **good, imported={**before, **{_records.free_name(name, before): text for name, text in extras.items()}} or None
        )
    except BadInput as refusal:  # an identifier with a control character: the rest is kept, the row stays readable
        clean = "".join(char for char in ident if char.isprintable()) or "?"
        problems.append((heading_of.get("id", "id"), ident, refusal.text(lang)))
        thing = kind(clean, **good)
    return thing, since, problems


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


def _understand_json(text: str, kinds: Mapping[str, type[Record]], path: Path, lang: str) -> Reading:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _words.refusal("unknown_shape", path=path.name, reason=str(error)[:120]) from None
    if not isinstance(content, dict) or content.get("shape") != SHAPE or not isinstance(content.get("records"), list):
        raise _words.refusal("unknown_shape", path=path.name, reason=f"shape != {SHAPE}")
    reading = Reading()
    for number, raw in enumerate(content["records"], start=1):
        try:
            body = {key: value for key, value in raw.items() if key not in ("kind", "id", "valid_from")}
            thing = _records.record_type(raw["kind"])(raw["id"], **body)
            if thing.kind not in kinds:
                raise _words.refusal("unknown_value", got=thing.kind, what="record", near=_words.nearest(thing.kind, kinds))
            since = _dates.day(raw["valid_from"]) if raw.get("valid_from") else None
        except (Refusal, KeyError, AttributeError, TypeError) as error:
            told = error.text(lang) if isinstance(error, Refusal) else f"{type(error).__name__}: {error}"
            reading.apart.append(("", number, json.dumps(raw, ensure_ascii=False)[:2000]))
            reading.problems.append(Problem("", number, "", "", told))
            continue
        reading.things.append((thing, since))
        reading.columns += [Column("", name, name, "") for name in body if name not in {one.heading for one in reading.columns}]
    return reading


# --- writing ----------------------------------------------------------------------------------------------------------

_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


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


def _cell(record: Record, name: str, lang: str) -> str:
    """A field of a record as text; empty where its kind has no such field."""
    kind = type(record).model_fields.get(name)
    return _records.to_text(getattr(record, name), kind, lang) if kind else ""


def _sheet(room: _room.Room, kind: type[Record], lang: str) -> Iterator[list[str]]:
    """The heading row of a kind, then a row per record that stands."""
    names = list(kind.model_fields)
    yield [*(_records.field_label(name, lang) for name in names), _words.column_name("valid_from", lang)]
    for one in room._standing():
        if type(one.record) is kind:
            yield [*(_cell(one.record, name, lang) for name in names), one.entry.valid_from.isoformat()]


def _xlsx(room: _room.Room, lang: str) -> bytes:
    """A sheet per kind; every cell is text for good, whatever sign it begins with."""
    import openpyxl
    from openpyxl.styles import Alignment, Font

    book = openpyxl.Workbook()
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
                cell.quotePrefix = True
                cell.alignment = Alignment(wrap_text=True, vertical="top")
                if number == 1:
                    cell.font = Font(bold=True)
        sheet.freeze_panes = "B2"
        for column in sheet.columns:
            sheet.column_dimensions[column[0].column_letter].width = 28
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _escaped(text: str) -> str:
    """`_x000A_` in a text would be read back as a line break; the format escapes its underscore."""
    return re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", text)


def _csv_bytes(room: _room.Room, lang: str) -> bytes:
    """Activities with `;` and a BOM, as Finnish spreadsheets open it."""
    return csv_text(_sheet(room, room.records[0], lang), ";").encode("utf-8-sig")


def csv_text(rows: Iterable[Sequence[str]], delimiter: str = ",") -> str:
    """Rows as CSV, in which an apostrophe disarms every formula sign."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows([_guarded(cell) for cell in row] for row in rows)
    return out.getvalue()


def _guarded(cell: str) -> str:
    return "'" + cell if cell.lstrip("'").startswith(_FORMULA_SIGNS) else cell


def _json_bytes(room: _room.Room, _: str) -> bytes:
    """Every record that stands as plain JSON, with the standpoint and the head seal."""
    at = room._at
    records = [
        {"kind": one.entry.kind, "id": one.entry.subject, "valid_from": one.entry.valid_from.isoformat(), **one.record.body()}
        for one in room._standing()
    ]
    content = {
        "shape": SHAPE, "valid_on": at.valid_on.isoformat(), "known_at": at.known_at.isoformat() if at.known_at else None,
        "head": _store.verify(at.path).head, "records": records,
    }  # fmt: skip
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


# --- samples ----------------------------------------------------------------------------------------------------------


def read_sample(folder: Path, kinds: Mapping[str, type[Record]], until: datetime) -> list[Draft]:
    """The entries of the sample files (one CSV per kind, a row per entry) recorded no later than `until`, in order."""
    drafts = []
    for name, kind in kinds.items():
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            drafts += [_sample_draft(kind, row) for row in csv.DictReader(file)]
    known = [draft for draft in drafts if draft.recorded_at and draft.recorded_at <= until]
    return sorted(known, key=lambda draft: (draft.recorded_at, draft.kind, draft.subject))


def _sample_draft(kind: type[Record], row: dict[str, str]) -> Draft:
    told = {name: row.pop(name) for name in ("valid_from", "recorded_at", "recorded_by", "why", "ended")}
    ident = row.pop("id")
    body = None if told["ended"] else kind(ident, **{name: text for name, text in row.items() if text}).body()
    return Draft(
        kind.room, kind.kind, ident, _dates.day(told["valid_from"]), told["why"], body,
        recorded_at=_dates.instant(told["recorded_at"]), recorded_by=told["recorded_by"],
    )  # fmt: skip
