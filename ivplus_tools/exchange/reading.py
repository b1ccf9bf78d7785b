"""Files in: whatever the content is, understood over what stands; nothing is dropped, nothing is written before a commit."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from ivplus_tools import _dates, _records, _room, _words
from ivplus_tools._records import Record
from ivplus_tools._store import Standpoint
from ivplus_tools.errors import Refusal
from ivplus_tools.exchange import tabular, trees
from ivplus_tools.exchange.headings import Column, Wishes, folded
from ivplus_tools.exchange.limits import Meter
from ivplus_tools.exchange.own import own_columns, own_kind, own_row
from ivplus_tools.exchange.preview import Past, Preview, Problem, Reading
from ivplus_tools.exchange.rows import Row, distinct, identifier, other_law, printable, record_of, role_of
from ivplus_tools.exchange.shapes import Reader, shape_of, shapes, tree_of
from ivplus_tools.exchange.sources import Content, open_file
from ivplus_tools.exchange.spreadsheets import Table
from ivplus_tools.exchange.trees import Tree
from ivplus_tools.exchange.wishes import checked, remembered_in

SHAPE = "ivplus-register"
HISTORY = ("entry", "kind", "subject", "valid_from", "recorded_at", "recorded_by", "why", "content")


Progress = Callable[[int, int], None]


def _untold(*_: int) -> None:
    """Progress that nobody asked for."""


def read(room: _room.Room[Any], path: Path, progress: Progress | None = None, wishes: Wishes | None = None) -> Preview:
    """Understand a file by its content, in any of the forms of `docs/shapes.md`.

    `progress` is told after each row how many of how many rows of a table or tree are done; `wishes`: the officer's word.
    """
    contents, kinds = open_file(path), {kind.kind: kind for kind in room.records}
    said = checked(wishes or Wishes(), kinds)
    now = room.standing()
    remembered = remembered_in(now)

    def read_on(day: date | None = None) -> Reading:
        at = room if day is None else room.as_of(replace(room.standpoint, valid_on=day))
        stands = {(one.entry.kind, one.entry.subject): one for one in (now if day is None else at.standing())}
        reading = Reading({key: one.record for key, one in stands.items()}, {key: one.entry.valid_from for key, one in stands.items()})
        reading.wishes = said
        _Understanding(reading, kinds, path, at.standpoint, remembered, progress or _untold).understand(contents)
        return reading

    return Preview(room, path, read_on(), read_on)


class _Understanding:
    """One file's content on its way into a reading."""

    def __init__(
        self,
        reading: Reading,
        kinds: Mapping[str, type[Record]],
        path: Path,
        at: Standpoint,
        remembered: Mapping[str, Wishes],
        progress: Progress,
    ) -> None:
        self._reading, self._kinds, self._path, self._progress = reading, kinds, path, progress
        self._lang, self._on, self._remembered, self._wishes = at.lang, at.valid_on, remembered, reading.wishes

    def understand(self, contents: Sequence[Content]) -> None:
        """Every tree and table; a part that is not understood is told, a file without any understood part is refused."""
        refused: list[tuple[str, Refusal]] = []
        for content in contents:
            try:
                if content.refused:
                    raise content.refused
                for tree in content.trees:
                    self._tree(tree)
                if content.tables:
                    self._tables(content.tables)
                told = [Problem(content.name, 0, "", printable(text), self._say(key)) for key, text in content.told]
                self._reading.problems += told
            except Refusal as refusal:
                refused.append((content.name, refusal))
        got = self._reading
        if refused and not (got.columns or got.things or got.past or got.shells):
            raise refused[0][1]
        self._demand_headings()
        got.problems += [Problem(name, 0, "", "", one.text(self._lang)) for name, one in refused]

    def _demand_headings(self) -> None:
        """Refuse an officer's word about a heading that the file has not."""
        known = {folded(one) for headings in self._reading.mapped for one in headings}
        for heading in self._wishes.columns:
            if folded(heading) not in known:
                near = _words.nearest(heading, list(dict.fromkeys(one.heading for one in self._reading.columns)))
                raise _words.refusal("no_such_heading", got=heading, near=near or "–")

    # --- tables

    def _tables(self, tables: Sequence[Table]) -> None:
        by_hand = bool(self._wishes.columns or self._wishes.sheets or self._wishes.start_row)
        kinds = {} if by_hand else {place: own_kind(table) for place, table in enumerate(tables)}
        ours = {place: kind for place, kind in kinds.items() if kind}
        for place, kind in ours.items():
            self._own_table(tables[place], kind)
        rest = [table for place, table in enumerate(tables) if place not in ours]
        if "activity" not in self._kinds and not ours:
            raise _words.refusal("only_own", path=self._path.name)
        self._foreign_tables(rest, by_hand)

    def _own_table(self, table: Table, kind: str) -> None:
        """A sheet of this toolkit; what only the toolkit's own acts write is set apart."""
        record = _records.record_type(kind)
        if kind not in self._kinds:
            raise _words.refusal("other_room", path=self._path.name, room=_room.room_name(record.room))
        columns = own_columns(table, kind, self._lang)
        self._reading.columns += columns
        self._odd(table)
        for number, cells in enumerate(table.rows[1:], start=2):
            self._progress(number, len(table.rows))
            if not any(cells):
                continue
            row = own_row(table, kind, number, columns, cells)
            if record.own_act:
                self._reading.apart.append((table.name, number, row.content()))
                self._problem(row, "", row.fields.get("id", ""), self._say("own_act"))
            else:
                self._keep(row)

    def _odd(self, table: Table) -> None:
        """Tell what is odd about the cells of a sheet."""
        self._reading.problems += [
            Problem(table.name, at + 1, "", table.rows[at][place], self._say(key)) for (at, place), key in table.notes.items()
        ]

    def _foreign_tables(self, tables: Sequence[Table], by_hand: bool) -> None:
        if tables and not by_hand and shape_of(tree_of(tables, rows=False).root, tables=True)[0]:
            for table in tables:
                self._odd(table)
            self._shaped(tree_of(tables), tables=True)
            return
        seen: list[str] = []
        for table in self._chosen(tables):
            if _is_history(table):
                self._history(table.name, [dict(zip(HISTORY, row, strict=False)) for row in table.rows[1:]])
                continue
            found = tabular.read(table, self._wishes, self._remembered, self._lang)
            if found is not None:
                self._found(found)
                continue
            seen += [cell for row in table.rows[:25] for cell in row if cell.strip()][:6]
            if any(cell.strip() for row in table.rows for cell in row):
                self._reading.problems.append(Problem(table.name, 1, "", "", self._say("not_read")))
        if not (self._reading.things or self._reading.apart or self._reading.past) and self._reading.columns:
            self._shell(
                self._reading.columns[0].sheet, self._say("shell_sheet", count=sum(one.field is not None for one in self._reading.columns))
            )
        if not (self._reading.columns or self._reading.past):
            raise _words.refusal("no_headings", path=self._path.name, seen=", ".join(printable(one)[:80] for one in seen[:8]) or "–")

    def _chosen(self, tables: Sequence[Table]) -> Iterator[Table]:
        """The sheets that the officer named, else those that are not hidden; each other one is told."""
        names = [one.name for one in tables]
        for name in self._wishes.sheets:
            if name not in names:
                raise _words.refusal("no_sheet", got=name, near=_words.nearest(name, names))
        for table in tables:
            if table.name in self._wishes.sheets or not (self._wishes.sheets or table.marks.hidden_sheet):
                yield table
            elif any(cell.strip() for row in table.rows for cell in row):
                key = "sheet_not_chosen" if self._wishes.sheets else "hidden_sheet"
                self._reading.problems.append(Problem(table.name, 0, "", "", self._say(key)))

    def _found(self, found: tabular.Found) -> None:
        """What a sheet said: its rows become records."""
        got = self._reading
        got.columns += found.columns
        got.problems += found.problems
        got.apart += found.apart
        got.mapped += found.mapped
        for number, row in enumerate(found.rows, start=1):
            self._progress(number, len(found.rows))
            named = {"id", "name"} & set(row.fields)
            thing = self._keep(row)
            if thing and not named:
                self._problem(row, "", thing.id, self._say("derived"))

    # --- trees

    def _tree(self, tree: Tree) -> None:
        if isinstance(tree.root, dict) and tree.root.get("shape") == SHAPE:
            self._own(tree)
        elif isinstance(tree.root, list) and tree.root and all(isinstance(one, dict) for one in tree.root):
            for number, one in enumerate(tree.root, start=1):
                self._shaped(Tree(f"{tree.name} [{number}]".strip(), one))
        else:
            self._shaped(tree)

    def _shaped(self, tree: Tree, tables: bool = False) -> None:
        """A tree by the shape that it has; one that almost has it is refused with what is missing."""
        if "activity" not in self._kinds:
            raise _words.refusal("only_own", path=self._path.name)
        shape, near = shape_of(tree.root, tables)
        if shape is None and near:
            raise _words.refusal("partial_shape", path=self._path.name, shape=near.name, missing=", ".join(near.missing(tree.root)[1]))
        if shape is None:
            known = ", ".join(one.name for one in shapes() if one.record)
            raise _words.refusal("no_shape", path=self._path.name, seen=_keys(tree.root), known=known)
        if shape.says:
            raise _words.refusal("no_register", path=self._path.name, says=dict(shape.says))
        read = Reader(shape, tree).read()
        self._reading.columns += read.columns
        for number, row in enumerate(read.rows, start=1):
            self._progress(number, len(read.rows))
            row.odd = [(heading, text, self._say(problem)) for heading, text, problem in row.odd]
            self._keep(row, numbered=True)
        for label in read.shells:
            self._shell(tree.name, self._say("shell", what=label))
        for label, text in read.left:
            self._reading.apart.append((tree.name, 0, f"{label}: {printable(text)}"))
        if read.left:
            self._reading.problems.append(Problem(tree.name, 0, "", "", self._say("left", count=len(read.left))))

    def _own(self, tree: Tree) -> None:
        """The toolkit's own JSON: each record as it was written."""
        records, past = tree.root.get("records"), tree.root.get("history", [])
        if not isinstance(records, list) or not isinstance(past, list):
            raise _words.refusal("partial_shape", path=self._path.name, shape=SHAPE, missing="records")
        self._history(tree.name, past)
        for number, raw in enumerate(records, start=1):
            try:
                if not isinstance(raw, dict):
                    raise _words.refusal("not_text", got=type(raw).__name__)
                body = {key: value for key, value in raw.items() if key not in ("kind", "id", "valid_from")}
                thing = _records.record_type(raw.get("kind"))(raw.get("id"), **body)
                if thing.kind not in self._kinds:
                    raise _words.refusal("unknown_value", got=thing.kind, what="record", near=_words.nearest(thing.kind, self._kinds))
                since = _dates.day(raw["valid_from"]) if raw.get("valid_from") else None
                told = self._say("own_act") if thing.own_act else self._apart(thing.kind, thing.id, str(number))
            except Refusal as refusal:
                told = refusal.text(self._lang)
            if told:
                self._reading.apart.append((tree.name, number, printable(json.dumps(raw, ensure_ascii=False))))
                self._reading.problems.append(Problem(tree.name, number, "", "", told))
                continue
            self._reading.things.append((thing, since))
            known = {one.heading for one in self._reading.columns}
            self._reading.columns += [Column(tree.name, name, name, "") for name in body if name not in known]
        if not records:
            self._shell(tree.name, self._say("shell", what=SHAPE))

    def _history(self, sheet: str, said: Sequence[object]) -> None:
        """Entries of another journal, oldest first; one that is not understood is set apart."""
        for number, raw in enumerate(said, start=1):
            try:
                if not isinstance(raw, dict):
                    raise _words.refusal("not_text", got=type(raw).__name__)
                told = {name: str(raw.get(name) or "") for name in HISTORY}
                kind, content = _records.record_type(raw.get("kind")), raw.get("content")
                body = trees.json_tree(content, Meter(self._path.name)) if isinstance(content, str) and content.strip() else content
                record = kind(raw.get("subject"), **body) if isinstance(body, dict) else None
                since = _dates.day(told["valid_from"])
                if not told["subject"] or kind.kind not in self._kinds:
                    raise _words.refusal("id_missing")
            except Refusal as refusal:
                self._reading.apart.append((sheet, number, printable(json.dumps(raw, ensure_ascii=False, default=str))))
                self._reading.problems.append(Problem(sheet, number, "", "", refusal.text(self._lang)))
                continue
            why = printable(f"{told['recorded_at'][:10]} {told['recorded_by']}: {told['why']}")
            self._reading.past.append(Past(kind.kind, told["subject"], since, why, record))

    # --- every row

    def _keep(self, row: Row, numbered: bool = False) -> Record | None:
        """A row as a record, or set apart with the reason."""
        _clean(row, self._lang)
        content = row.content()
        ident, given = identifier(row)
        place = f"{row.sheet} {row.number}".strip()
        base = self._reading.standing.get((row.kind, ident))
        name = row.fields.get("name")
        another = base is not None and name and getattr(base, "name", None) not in (None, name)
        if ident and ((row.kind, ident) in self._reading.places or (numbered and another)) and (numbered or not (given or name)):
            before, taken = ident, _Taken(row.kind, self._reading.places)
            ident = distinct(ident, row, taken) or (_records.free_name(ident, taken) if numbered else ident)
            if ident != before:
                row.odd.append(("", before, self._say("told_apart", id=ident)))
                base = self._reading.standing.get((row.kind, ident))
        elif another:
            row.odd.append(("", ident, self._say("renamed", name=getattr(base, "name", ""))))
        law = other_law(row, self._lang) if row.kind == "activity" else None
        told = self._say("other_law", law=law) if law else row.apart or self._role(row, base)
        told = told or self._apart(row.kind, ident, place)
        problems, thing = list(row.odd), None
        if not told:
            try:
                thing, since, more = record_of(row, self._kinds[row.kind], ident, self._lang, base, self._on)
                problems += more
                self._reading.things.append((thing, since))
            except Refusal as refusal:  # nothing of the row is lost, whatever its texts are
                told = refusal.text(self._lang)
        if told:
            self._reading.apart.append((row.sheet, row.number, content))
            problems.append(("", ident, told))
        for heading, text, problem in problems:
            self._problem(row, heading, text, problem)
        return thing

    def _role(self, row: Row, base: Record | None) -> str:
        """Why an activity's role has to be asked; else empty, and the row has its role."""
        if row.kind != "activity":
            return ""
        row.role = row.role or self._wishes.role or ""
        if said := row.fields.get("role"):
            try:
                row.fields["role"] = _records.code("role", said)
            except Refusal:
                return self._say("role_unknown", got=printable(said[:80]))
            if said.strip().casefold() in _words.read("headings")["narrower"]["role"]:
                row.extras[_records.free_name(row.headings.get("role", "role"), row.extras)] = said
        elif base is None:
            role, told = role_of(row, self._on, self._lang)
            if role is None:
                return told
            row.fields["role"] = role
            if told:
                row.odd.append(("", "", told))
        elif row.role:
            row.fields["role"] = row.role
        else:
            row.headings.pop("role", None)  # an empty cell takes no role away
        if row.fields.get("role") == "processor":
            self._on_behalf(row)
        return ""

    def _on_behalf(self, row: Row) -> None:
        """In a processor's row the controller is the one on whose behalf, where no column names that one."""
        if "on_behalf_of" not in row.headings and row.fields.get("controller"):
            row.fields["on_behalf_of"] = row.fields.pop("controller")
            row.headings["on_behalf_of"] = row.headings.pop("controller", "controller")
            row.odd.append((row.headings["on_behalf_of"], row.fields["on_behalf_of"], self._say("by_processor")))

    def _apart(self, kind: str, ident: str, place: str) -> str:
        """Why a row cannot be recorded: it has no identifier, or another row has the same; else empty, and its place is noted."""
        if not ident:
            return self._say("no_id")
        before = self._reading.places.setdefault((kind, ident), place)
        return "" if before is place else self._say("twice", row=before)

    def _problem(self, row: Row, heading: str, text: str, problem: str) -> None:
        self._reading.problems.append(Problem(row.sheet, row.number, heading, text, problem))

    def _shell(self, sheet: str, problem: str) -> None:
        self._reading.shells.append(sheet)
        self._reading.problems.append(Problem(sheet, 0, "", "", problem))

    def _say(self, key: str, **facts: object) -> str:
        return _words.say(f"preview.{key}", self._lang, **facts)


@dataclass(frozen=True)
class _Taken:
    """The identifiers of a kind that earlier rows have."""

    kind: str
    places: Mapping[tuple[str, str], str]

    def __contains__(self, ident: object) -> bool:
        return (self.kind, ident) in self.places


def _is_history(table: Table) -> bool:
    """Whether a sheet is the history that an export of ours has, in any language."""
    first = [cell.strip() for cell in table.rows[0]] if table.rows else []
    return any(first == [_words.column_name(name, lang) for name in HISTORY] for lang in _words.LANGS)


def _clean(row: Row, lang: str) -> None:
    """Replace control characters in every text of a row, and tell which."""
    homes: list[dict[str, str]] = [row.fields, row.extras, *(part for many in row.parts.values() for part in many)]
    for home in homes:
        for name, text in home.items():
            clean = printable(text)
            if clean != text:
                home[name] = clean
                row.odd.append((row.headings.get(name, name), clean, _words.say("preview.replaced", lang)))
    row.extras = {printable(name): text for name, text in row.extras.items()}


def _keys(root: object) -> str:
    """What a tree has at its top, in short."""
    if isinstance(root, dict):
        return ", ".join(printable(str(key))[:40] for key in list(root)[:8]) or "{}"
    return type(root).__name__
