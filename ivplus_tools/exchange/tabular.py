"""Sheets as rows on their way to records: which part is a register, which column which field, which row is none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ivplus_tools import _records, _words
from ivplus_tools.exchange import blanks, parts
from ivplus_tools.exchange.headings import (
    Column,
    Wishes,
    folded,
    kind_of,
    map_columns,
    meaning_of,
    roles_in,
)
from ivplus_tools.exchange.parts import Cells, Part
from ivplus_tools.exchange.preview import Problem
from ivplus_tools.exchange.rows import Row, printable
from ivplus_tools.exchange.spreadsheets import Table

PARTIES = ("controller", "joint_controllers", "representative", "dpo")
NAMES = ("id", "name")


@dataclass
class Found:
    """What the parts of a sheet say: columns, rows, problems, rows that are none, headings that were mapped by hand."""

    columns: list[Column] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    apart: list[tuple[str, int, str]] = field(default_factory=list)
    mapped: list[tuple[str, ...]] = field(default_factory=list)


def read(table: Table, wishes: Wishes, remembered: Mapping[str, Wishes], lang: str) -> Found | None:
    """Every register on a sheet; None where no headings are understood."""
    kind = kind_of(table)
    start = None if wishes.start_row is None else wishes.start_row - 1
    found = Found()
    several = parts.parts_of(table, kind, start, remembered)
    for part in several:
        said = wishes
        if not wishes.columns and (earlier := remembered.get(parts.shape_key(part.headings))):
            said = replace(earlier, role=wishes.role or earlier.role)
        _Reader(table, part, kind, said, lang, found).read()
        if wishes.columns and wishes.chosen.keys() & set(map(folded, part.headings)):
            found.mapped.append(part.headings)
    return found if several else None


class _Reader:
    """One part of a sheet."""

    def __init__(self, table: Table, part: Part, kind: str, wishes: Wishes, lang: str, found: Found) -> None:
        self._table, self._part, self._kind, self._wishes = table, part, kind, wishes
        self._lang, self._found = lang, found
        self._record = _records.record_type(kind)
        self._filled, self._leads = self._merged()
        self._covered = {at for at, _ in self._filled}
        self._odd = self._oddities()
        self._unread = {place for place, key in table.notes.items() if key == "formula"}
        self._columns = self._mapped()
        self._ours = set(self._record.model_fields) <= {one.field for one in self._columns}

    def read(self) -> None:
        """Columns, what stands above them, and each row."""
        part = self._part
        self._found.columns += [one for one in self._columns if one.heading]
        for one in filter(self._is_told, self._columns):
            self._tell(part.place, one.heading, "", one.doubt or one.how)
        for at in part.repeated:
            self._tell(at, "", "", self._say("repeated"))
        for at, (text, heading) in part.doubts:
            self._tell(at, heading, printable(text), self._say("may_be_heading"))
        if any(self._empty_within()):
            self._tell(part.place, "", "", self._say("empty_column"))
        for at, cells in part.helps:
            self._tell(at, "", printable(cells[0]), self._say("help_column"))
        beside = max((sum(other == at for other, _ in part.rows) for at, _ in part.rows), default=0) if part.is_form else 0
        if beside > 1:
            self._tell(part.place, "", "", self._say("several_columns", count=beside))
        party = self._above()
        rows = list(self._activities())
        named = any(set(NAMES) & {*row.fields} for row in rows)
        for row in rows:
            for name, text in party.items():
                row.fields.setdefault(name, text)
                row.headings.setdefault(name, name)
            if named and not set(NAMES) & {*row.fields}:
                row.apart = self._say("no_name")
        self._found.rows += rows

    # --- columns

    def _is_told(self, one: Column) -> bool:
        """Whether a column is doubtful, or has a meaning and fills no field although nobody wanted that."""
        unfilled = one.how and one.field is None and folded(one.heading) not in self._wishes.chosen
        return bool(one.doubt or (unfilled and meaning_of(one.heading, self._kind)))

    def _mapped(self) -> list[Column]:
        """The columns with their fields; in a processor's record the controller is the one on whose behalf."""
        columns = map_columns(self._table.name, self._part.headings, self._kind, self._lang, self._wishes)
        fields = {one.field for one in columns}
        self._roles = roles_in([self._table.name, *(cells[0] for cells in self._titles())])
        self._role = self._wishes.role or (next(iter(self._roles)) if len(self._roles) == 1 else None)
        if self._role == "processor" and "on_behalf_of" not in fields:
            how = self._say("by_processor")
            columns = [
                replace(one, field="on_behalf_of", how=how)
                if one.field == "controller" and folded(one.heading) not in self._wishes.chosen
                else one
                for one in columns
            ]
        if self._role == "processor":
            own = set(map(folded, _words.read("headings")["own_name"]["headings"])) - self._wishes.chosen.keys()
            columns = [
                replace(one, field=None, how=self._say("own_name")) if one.fills == "processors" and folded(one.heading) in own else one
                for one in columns
            ]
        return [
            replace(one, example=self._example(place), doubt=one.doubt or self._unseen(place, one)) for place, one in enumerate(columns)
        ]

    def _unseen(self, place: int, column: Column) -> str:
        """Why an answer in a hidden column waits for the officer, who may have forgotten it; empty where it is not hidden, or chosen."""
        hidden = not self._part.is_form and self._part.left + place in self._table.marks.hidden_columns
        return self._say("hidden_column") if hidden and column.field and folded(column.heading) not in self._wishes.chosen else ""

    def _titles(self) -> Iterator[list[str]]:
        for _, cells in self._part.above:
            filled = [cell.strip() for cell in cells if cell.strip()]
            if len(filled) == 1:
                yield filled

    def _example(self, place: int) -> str:
        texts = (" ".join(cells[place].split()) for _, cells in self._part.rows if place < len(cells) and cells[place].strip())
        return printable(next(texts, "")[:60])

    def _empty_within(self) -> Iterator[bool]:
        """For each column but the outer ones, whether nothing stands in it, though a heading stands on both sides."""
        merged = {column for (_, left), (_, right) in self._table.marks.merged for column in range(left, right + 1)}
        for place in range(1, len(self._columns) - 1):
            beside = self._columns[place - 1].heading and self._columns[place + 1].heading
            filled = self._columns[place].heading or any(place < len(cells) and cells[place].strip() for _, cells in self._part.rows)
            yield bool(beside) and not filled and self._part.left + place not in merged and not self._part.is_form

    def _above(self) -> dict[str, str]:
        """What stands above the headings: the parties of a register's first lines go to every activity, the rest is told."""
        party: dict[str, str] = {}
        for at, cells in self._part.above:
            filled = [cell.strip() for cell in cells if cell.strip()]
            found = meaning_of(filled[0], self._kind) if len(filled) == 2 else None
            if found in PARTIES and found not in party:
                party[found] = filled[1]
            elif filled:
                self._tell(at, "", printable(" | ".join(filled)), self._say("above"))
        return party

    # --- rows

    def _merged(self) -> tuple[dict[tuple[int, int], str], dict[tuple[int, int], int]]:
        """Cells under a merged one: their text, and the row in which it begins."""
        filled: dict[tuple[int, int], str] = {}
        leads: dict[tuple[int, int], int] = {}
        if self._part.is_form:
            return filled, leads
        body = dict(self._part.rows)
        for (top, left), (bottom, _) in self._table.marks.merged:
            place = left - self._part.left
            if top in body and 0 <= place < len(body[top]) and body[top][place].strip():
                for at in range(top + 1, min(bottom, max(body)) + 1):
                    filled[at, place] = body[top][place]
                    leads[at, place] = top
        return filled, leads

    def _activities(self) -> Iterator[Row]:
        """Rows of the body that are records; those under a merged name belong to the record above."""
        groups: list[list[Cells]] = []
        names = [place for place, one in enumerate(self._columns) if one.fills in NAMES]
        for at, cells in self._bodies():
            leads = {self._leads[at, place] for place in names if (at, place) in self._leads}
            if leads and groups and groups[-1][0][0] in leads:
                groups[-1].append((at, cells))
            else:
                groups.append([(at, cells)])
        for group in groups:
            yield self._row(group)

    def _bodies(self) -> Iterator[Cells]:
        """Rows with content, without those that are told to be none."""
        width = sum(bool(one.heading) for one in self._columns)
        gap = below = other = False
        seen = 0
        for at, cells in self._part.rows:
            filled = [cell for cell in cells if cell.strip()]
            if not filled and at not in self._covered:
                gap = seen > 0
                continue
            below = seen > 0 and width > 2 and (gap or below) and len(filled) <= min(2, (width - 1) // 2)
            other = other or (gap and self._heads_another(filled))
            why = self._no_record(at, cells, filled, below)
            why = "other_table" if other and not self._ours else why
            gap = gap and why == "legend_row"
            if why:
                self._found.apart.append((self._table.name, at + 1, printable(" | ".join(one.strip() for one in filled))))
                self._tell(at, "", printable(filled[0].strip()), self._say(why))
                continue
            seen += 1
            yield at, self._shown(at, cells)

    def _heads_another(self, filled: Sequence[str]) -> bool:
        """Whether the first row after a gap, or after the title below it, begins with a heading: that of another table."""
        kinds = ("activity", "organisation", "system", "processor")
        return len(filled) > 1 and not self._part.is_form and any(meaning_of(filled[0], kind) for kind in kinds)

    def _is_section(self, at: int, cells: Sequence[str]) -> bool:
        """Whether a row is the heading of a group: one text, in the first cell or in all, and below it a fuller row."""
        texts = {cell.strip() for cell in cells if cell.strip()}
        whole = all(cell.strip() for cell in cells)
        if len(self._columns) < 3 or at in self._covered or len(texts) != 1 or not (whole or (cells[0].strip() and not any(cells[1:]))):
            return False
        below = next(({*row} - {""} for number, row in self._part.rows if number > at and any(row)), set())
        return len(below) > 1

    def _no_record(self, at: int, cells: Sequence[str], filled: Sequence[str], below: bool) -> str | None:
        """Why a row is no record."""
        marks, left = self._table.marks, self._part.left
        if not filled or self._ours:
            return None
        names = [cells[place] for place, one in enumerate(self._columns) if one.fills in NAMES and place < len(cells)]
        is_template = 2 * sum(map(blanks.is_prompt, filled)) > len(filled) or any(map(blanks.is_prompt, names))
        if self._part.is_form:
            return "template_row" if is_template else None
        struck = [(at, left + place) in marks.struck for place, cell in enumerate(cells) if cell.strip()]
        single = len(filled) == 1 and len(self._columns) > 2
        few = 2 * len(filled) <= len(self._columns)
        reasons = {
            "hidden_row": at in marks.hidden,
            "struck_row": all(struck),
            "total_row": blanks.is_total(filled[0]) and len(filled) < len(self._columns),
            "template_row": is_template,
            "section_row": not below and self._is_section(at, cells),
            "legend_row": below or (few and blanks.is_key(filled)) or (single and blanks.is_legend(filled[0])),
        }
        return next((name for name, holds in reasons.items() if holds), None)

    def _shown(self, at: int, cells: Sequence[str]) -> list[str]:
        """The cells that count: without those struck through, with those that a merged one covers."""
        shown = [*cells, *[""] * (len(self._columns) - len(cells))]
        for place, cell in enumerate(cells):
            if (at, self._part.left + place) in self._unread:
                shown[place] = ""
            if cell.strip() and not self._part.is_form and (at, self._part.left + place) in self._table.marks.struck:
                shown[place] = ""
                self._tell(at, self._heading(place), printable(cell.strip()), self._say("struck_cell"))
        return [cell or self._filled.get((at, place), "") for place, cell in enumerate(shown)]

    def _heading(self, place: int) -> str:
        known = 0 <= place < len(self._columns) and self._columns[place].heading
        return known or f"[{self._part.left + place + 1}]"

    def _row(self, group: Sequence[Cells]) -> Row:
        """Filled cells by field, and by heading where there is none, of one row or of those under a merged name."""
        at = group[0][0]
        row = Row(self._kind, self._table.name, at + 1, role=self._role or "", roles=len(self._roles))
        row.headings = {one.fills: one.heading for one in self._columns if one.fills}
        row.seen = frozenset(one.heading for one in self._columns)
        row.odd = [told for number, _ in group for told in self._notes(number)]
        if len(group) > 1:
            self._pair(row, group)
        for place in range(max(len(cells) for _, cells in group)):
            texts = list(dict.fromkeys(one for _, cells in group if place < len(cells) and (one := cells[place].strip())))
            name = self._columns[place].fills if place < len(self._columns) else None
            if texts and not (name and self._home(name) in row.parts):
                self._put(row, place, name, texts)
        return row

    def _put(self, row: Row, place: int, name: str | None, texts: list[str]) -> None:
        if name is None:
            row.extras[_records.free_name(self._heading(place), row.extras)] = "\n".join(texts)
            return
        texts = [one for one in texts if one not in _words.read("headings")["blank"]["texts"]]
        known = self._record.model_fields.get(name)
        if len(texts) > 1 and (known is None or _records.shape(known) not in ("texts", "codes", "parts")):
            for other in texts[1:]:
                row.extras[_records.free_name(self._heading(place), row.extras)] = other
                row.odd.append((self._heading(place), printable(other), self._say("second_value")))
            texts = texts[:1]
        if texts:
            row.fields[name] = "\n".join(texts)

    def _pair(self, row: Row, group: Sequence[Cells]) -> None:
        """Purposes and what belongs to them stand on one row each, under a merged name: so they are paired."""
        places = {one.fills: place for place, one in enumerate(self._columns) if one.fills and self._home(one.fills)}
        for home in {self._home(name) or "" for name in places}:
            part = _records.part_of(self._record.model_fields[home])
            own = next(iter(part.model_fields))
            made: list[dict[str, str]] = []
            for _, cells in group:
                texts = {own if name == home else name: cells[place].strip() for name, place in places.items() if self._home(name) == home}
                said = {name: text for name, text in texts.items() if text}
                firsts = _records.split(said.pop(own, ""), "text") or [""]
                made += [{**({own: first} if first else {}), **said} for first in firsts if first or said]
            row.parts[home] = [one for place, one in enumerate(made) if one not in made[:place]]

    def _home(self, name: str) -> str | None:
        """The list whose parts a column fills where it has shorthand columns beside it."""
        homes = set(self._record.shorthand.values())
        return self._record.shorthand.get(name) or (name if name in homes else None)

    # --- telling

    def _oddities(self) -> dict[int, list[tuple[int, str, str]]]:
        """What is odd about cells, by row: column, text, key of the words."""
        found: dict[int, list[tuple[int, str, str]]] = {}
        if self._part.is_form:
            return found
        rows = self._table.rows
        for (at, column), key in self._table.notes.items():
            found.setdefault(at, []).append((column, rows[at][column], key))
        for (at, left), (_, right) in self._table.marks.merged:
            text = rows[at][left].strip() if at < len(rows) and left < len(rows[at]) else ""
            if text and right > left:
                found.setdefault(at, []).append((left, printable(text), "merged_across"))
        return found

    def _notes(self, at: int) -> Iterator[tuple[str, str, str]]:
        """What is odd about the cells of a row: heading, text, and the oddity in words."""
        for column, text, key in self._odd.get(at, ()):
            yield self._heading(column - self._part.left), text, self._say(key)

    def _tell(self, at: int, heading: str, text: str, problem: str) -> None:
        self._found.problems.append(Problem(self._table.name, at + 1, heading, text, problem))

    def _say(self, key: str, **facts: object) -> str:
        return _words.say(f"preview.{key}", self._lang, **facts)
