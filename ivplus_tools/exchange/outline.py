"""Documents as tables: what stands in tables and below headings, each record with a row of headings and one of contents."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ivplus_tools import _words
from ivplus_tools.exchange.headings import folded, known_headings, meaning_of
from ivplus_tools.exchange.marks import Marks
from ivplus_tools.exchange.parts import is_form
from ivplus_tools.exchange.spreadsheets import PLAIN, Table

DEEPEST_HEADING = 9
"""Of a line that only its bold letters make a heading."""
LONGEST_HEADING = 120
NAMES = ("id", "name")


@dataclass(frozen=True)
class Heading:
    """A heading of a document; the document's own title is of level 0."""

    level: int
    text: str


@dataclass(frozen=True)
class Prose:
    """A paragraph or an item of a list. `label`: what stands in bold before its colon."""

    text: str
    label: str = ""
    item: bool = False


@dataclass(frozen=True)
class Grid:
    """A table of a document, with the areas that merged cells cover."""

    rows: list[list[str]]
    marks: Marks = PLAIN


Part = Heading | Prose | Grid


def line_of(row: Sequence[str]) -> str:
    """A row of a table within a text, as a line."""
    return ": ".join(cell if cell is row[-1] else cell.rstrip(":") for cell in row if cell)


@dataclass
class Document:
    """A document as read: its parts in order, and what was left out (a key of the preview's words, and the text)."""

    parts: list[Part] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)

    def tell(self, key: str, text: str) -> None:
        """Note what is left out, the same text once."""
        if text.strip() and (key, text) not in self.told[-50:]:
            self.told.append((key, text.strip()))


def paragraph(runs: Sequence[tuple[str, bool]], level: int | None = None, item: bool = False) -> Iterator[Part]:
    """A paragraph of pieces, each with whether it is bold: a heading where its style or its bold letters make it one."""
    text = "".join(said for said, _ in runs).strip()
    plain = "".join(said for said, bold in runs if not bold).strip(" :\n")
    if level is None and not plain and not text.endswith("."):
        level = DEEPEST_HEADING
    if text and level is not None and len(text) <= LONGEST_HEADING:
        yield Heading(level, " ".join(text.split()).rstrip(":"))
    elif text:
        yield Prose(text, _label(runs), item)


def _label(runs: Sequence[tuple[str, bool]]) -> str:
    """What a paragraph says in bold before its first colon."""
    first = ""
    for said, bold in runs:
        if not bold and said.strip(" \n"):
            named = first.strip() and (first.strip().endswith(":") or said.lstrip().startswith(":"))
            return first.strip() if named else ""
        first += said
    return ""


@dataclass
class _Item:
    """A heading with what stands directly below it."""

    level: int
    title: str
    lines: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def fills(self) -> str | None:
        return meaning_of(self.title, "activity")


@dataclass
class Outline:
    """The tables that a document comes to, and the texts that stand in none of them."""

    tables: list[Table] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)


def outline(parts: Iterable[Part]) -> Outline:
    """Tables of a register as they are, and a table for each record that headings and the texts below them make.

    A text without any heading is a table of one column; what belongs to no record is told, never taken for content.
    """
    all_parts = list(_labelled(parts))
    found, items = Outline(), [_Item(-1, "")]
    forms: list[tuple[_Item, Table]] = []
    for part in all_parts:
        if isinstance(part, Heading):
            items.append(_Item(part.level, _unnumbered(part.text)))
        elif isinstance(part, Prose):
            items[-1].lines.append(part.text)
        elif _is_register(part.rows):
            forms.append((items[-1], Table(items[-1].title, part.rows, marks=part.marks)))
            items.append(_Item(DEEPEST_HEADING + 1, ""))
        else:
            items[-1].lines += filter(None, map(line_of, part.rows))
    if not forms and not any(item.title for item in items):
        return Outline([Table("", [[line] for line in items[0].lines])])
    records = [_below_title(record) for record in _records_of(items)]
    used = {id(item) for record in records for item in record}
    found.tables = [*_forms(forms, [item for item in items if id(item) not in used], used), *map(_table, records)]
    found.beside = [told for item in items if id(item) not in used and (told := _told(item))]
    return found


def _unnumbered(title: str) -> str:
    """A known heading without the number before it."""
    bare = re.sub(r"^\d+(\.\d+)*\.?\s+", "", title)
    return bare if meaning_of(bare, "activity") and not meaning_of(title, "activity") else title


def _labelled(parts: Iterable[Part]) -> Iterator[Part]:
    """Paragraphs that begin with a label, in bold or known, as a heading and its text."""
    for part in parts:
        label, colon, rest = part.text.partition(":") if isinstance(part, Prose) else ("", "", "")
        if isinstance(part, Prose) and colon and (part.label or meaning_of(label, "activity")):
            yield Heading(DEEPEST_HEADING, label.strip())
            yield from [Prose(rest.strip())] if rest.strip() else []
        else:
            yield part


def _is_register(rows: list[list[str]]) -> bool:
    """Whether a table has headings of activities, in a row or below each other."""
    return known_headings(rows) > 1 or is_form(Table("", rows), "activity")


def _told(item: _Item) -> str:
    return ": ".join(filter(None, (item.title, item.text)))


def _forms(forms: Sequence[tuple[_Item, Table]], free: Sequence[_Item], used: set[int]) -> Iterator[Table]:
    """Tables of a register, below the parties that the text before them names.

    The headings above several forms without a name name their records; a single one may be the document's title, and names none.
    """
    parties = [item for item in free if item.fills in ("controller", "joint_controllers", "representative", "dpo") and item.text]
    used.update(map(id, parties))
    nameless = [item for item, table in forms if known_headings(table.rows) < 2 and not _named(table)]
    counted = Counter(item.title for item in nameless)
    naming = {id(item) for item in nameless if len(nameless) > 1 and item.title and counted[item.title] == 1}
    for item, table in forms:
        above = [[one.title, one.text] for one in parties]
        if id(item) in naming:
            above.append([_name(), item.title])
        if id(item) in naming or not item.lines:
            used.update((id(item),) if item.level > 0 else ())
        yield Table(table.name, [*above, *table.rows], marks=table.marks.below(len(above)))


def _named(table: Table) -> bool:
    return any(row and meaning_of(row[0], "activity") in NAMES for row in table.rows)


def _name() -> str:
    return _words.field_label("name", "en")


# --- headed texts


def _records_of(items: Sequence[_Item]) -> list[list[_Item]]:
    """The headings of each record: those below several headings over fields, else from one repeated first field to the next."""
    groups = _groups(items)
    if groups:
        return groups
    known = [place for place, item in enumerate(items) if item.fills]
    if len({items[place].fills for place in known}) < 2:
        return []
    first = folded(items[known[0]].title)
    begins = [place for place in known if folded(items[place].title) == first]
    begins = [place - 1 if len(begins) > 1 and place and _is_title(items[place - 1]) else place for place in begins]
    ends = [*begins[1:], len(items)]
    return [[item for item in items[begin:end] if item.title] for begin, end in zip(begins, ends, strict=True)]


def _below_title(record: list[_Item]) -> list[_Item]:
    """A record without the title that stands over all of it, where the title is also the name of a field (`Tietosuojaseloste`)."""
    first, *below = record
    fields = {one.fills for one in below if one.fills}
    is_over = first.fills and first.fills not in NAMES and all(one.level > first.level for one in below)
    return below if is_over and len(fields) > 1 else record


def _is_title(item: _Item) -> bool:
    return bool(item.title) and not item.lines and not item.fills


def _groups(items: Sequence[_Item]) -> list[list[_Item]]:
    """What stands below each heading of that level at which most headings have two known fields below them; at least two must."""
    best: list[list[_Item]] = []
    for level in range(DEEPEST_HEADING):
        found = []
        for place, item in enumerate(items):
            if item.level != level or (item.fills and item.fills not in NAMES):
                continue
            end = next((one for one in range(place + 1, len(items)) if items[one].level <= level), len(items))
            below = [one for one in items[place:end] if one.title]
            if len({one.fills for one in below[1:] if one.fills}) > 1:
                found.append(below)
        best = found if len(found) > max(len(best), 1) else best
    return best


def _table(record: Sequence[_Item]) -> Table:
    """A record's headings above their contents; the heading over all of them is its name, where nothing else is."""
    titled = _is_title(record[0]) or (len(record) > 1 and record[0].level < record[1].level)
    title = record[0] if titled and not record[0].fills else None
    columns: list[tuple[str, str]] = []
    if title and not any(item.fills in NAMES and item.text for item in record):
        columns.append((_name(), title.title))
    if title and title.lines:
        columns.append((title.title, title.text))
    way: list[tuple[_Item, int]] = []  # the headings that the next one stands below, each with its column
    for item in record[1:] if title else record:
        way = [one for one in way if one[0].level < item.level]
        owner = next((place for one, place in way if one.fills and one.fills not in NAMES), None)
        if owner is not None and item.level < DEEPEST_HEADING and (not item.fills or item.fills in NAMES):
            columns[owner] = (columns[owner][0], "\n".join(filter(None, (columns[owner][1], _told(item)))))
            continue
        way.append((item, len(columns)))
        columns.append((_heading([one for one, _ in way]), item.text))
    return Table(title.title if title else "", [list(row) for row in zip(*columns, strict=True)])


def _heading(way: Sequence[_Item]) -> str:
    """A heading with those that it stands below, unless it is a known field of a mere section."""
    item = way[-1]
    bare = item.fills and item.fills not in NAMES and all(one.fills or not one.lines for one in way[:-1])
    return item.title if bare else " / ".join(one.title for one in way)
