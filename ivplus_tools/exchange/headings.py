"""Headings of tables: which record a sheet holds, where its headings stand, which field each one fills. All by `words/headings.toml`."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from ivplus_tools import _records, _words
from ivplus_tools.exchange.spreadsheets import Table

HEADING_ROWS = 25
WIDEST = 500
"""Columns in which headings are sought; what stands further to the right is kept as content."""
META = ("valid_from",)


@dataclass(frozen=True)
class Column:
    """A heading, the field that it fills (None: kept as imported content), and how that was recognised."""

    sheet: str
    heading: str
    field: str | None
    how: str
    near: bool = False
    """Whether the heading is only near a known one."""


def folded(text: str) -> str:
    """A heading without its number, case, accents, punctuation and double spaces."""
    text = re.sub(r"^\s*\d+(\.\d+)*[.)]\s+", "", text)
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[^\w]+", " ", plain.replace("_", " ")).split())


def kind_of(table: Table) -> str:
    """Which record a sheet holds: by its name, else an activity."""
    name = folded(table.name)
    for kind, names in _words.read("headings")["sheet"].items():
        if isinstance(names, list) and name in map(folded, names):
            return str(kind)
    return "activity"


def role_of(table: Table) -> str | None:
    """The role that a sheet's name gives to its activities, as regulators' templates do."""
    roles: dict[str, list[str]] = _words.read("headings")["sheet"]["role"]
    return next((role for role, names in roles.items() if folded(table.name) in map(folded, names)), None)


def known_headings(rows: Sequence[Sequence[str]]) -> int:
    """The most headings of an activity that one of the rows has."""
    known = _headings("activity")
    return max((sum(folded(cell) in known for cell in row) for row in rows[:HEADING_ROWS]), default=0)


def heading_row(table: Table, kind: str) -> int | None:
    """The row with most headings understood, among the first; None where no row has two (one, in a one-column table)."""
    known = _headings(kind)
    begin = table.rows[:HEADING_ROWS]
    scores = [sum(folded(cell) in known for cell in row) for row in begin]
    if max(scores, default=0) < 2:
        scores = [sum(meaning(cell, known) is not None for cell in row[:WIDEST]) for row in begin]
    best = max(scores, default=0)
    place = scores.index(best) if best else 0
    filled = sum(bool(cell.strip()) for cell in table.rows[place]) if table.rows else 0
    return place if best >= min(2, max(filled, 1)) else None


def turned(table: Table, kind: str) -> Table | None:
    """A form, with its headings beside or above their contents, as a table with a row per activity; None where it is none."""
    known = _headings(kind)
    rows = [row for row in table.rows if any(cell.strip() for cell in row)]
    if rows and all(re.fullmatch(r"\s*\d*[.)]?\s*", row[0]) for row in rows):
        rows = [row[1:] for row in rows]  # a column of numbers
    hits = [[place for place, cell in enumerate(row) if folded(cell) in known] for row in rows[: 4 * HEADING_ROWS]]
    many = [places for places in hits if len(places) > 1]
    if len(many) > 1 and all(place % 2 == 0 for places in many for place in places):  # heading, content, heading, content
        pairs = [(row[place], " ".join(row[place + 1 : place + 2])) for row, places in zip(rows, hits, strict=False) for place in places]
        return Table(table.name, [[heading for heading, _ in pairs], [text for _, text in pairs]])
    first = [row[0].strip() for row in rows if row and row[0].strip()]
    found = {cell for cell in first if folded(cell) in known}
    if len(found) < 3 or any(len(places) > 1 for places in hits):
        return None
    if max(sum(bool(cell.strip()) for cell in row) for row in rows) == 1:
        return _below(table.name, first, known)
    if 2 * len(found) < len(first):
        return None
    width = max(map(len, rows))
    return Table(table.name, [[row[place] if place < len(row) else "" for row in rows] for place in range(width)])


def _below(name: str, cells: Sequence[str], known: Mapping[str, tuple[str, str]]) -> Table:
    """One column in which each heading stands above its contents."""
    headings: list[str] = []
    contents: list[str] = []
    for cell in cells:
        if folded(cell) in known or not headings:
            headings.append(cell)
            contents.append("")
        else:
            contents[-1] = f"{contents[-1]}\n{cell}".strip()
    return Table(name, [headings, contents])


def map_columns(table: Table, place: int, kind: str, lang: str) -> list[Column]:
    """Which field each heading fills; a near miss is taken and said, a second column of one field is kept as content."""
    known = _headings(kind)
    taken: set[str] = set()
    columns = []
    for number, cell in enumerate(table.rows[place]):
        heading = " ".join(cell.split())
        found = meaning(heading, known) if number < WIDEST else None
        name = found[0] if found and found[0] not in taken else None
        if found and name:
            taken.add(name)
        how = _words.say(f"preview.by_{found[1]}", lang, near=repr(found[2])) if found and name else ""
        columns.append(Column(table.name, heading, name, how, bool(name and found and found[1] == "nearest")))
    return columns


def meaning_of(heading: str, kind: str) -> str | None:
    """The field that a heading names exactly."""
    found = _headings(kind).get(folded(heading))
    return found[0] if found else None


def meaning(heading: str, known: Mapping[str, tuple[str, str]]) -> tuple[str, str, str] | None:
    """Field, way of recognition and known heading that a cell means; a near miss counts for longer headings."""
    text = folded(heading)
    if text in known:
        return (*known[text], text)
    close = difflib.get_close_matches(text, known, n=1, cutoff=0.88) if 6 < len(text) < 120 else []
    return (known[close[0]][0], "nearest", close[0]) if close else None


@cache
def _headings(kind: str) -> dict[str, tuple[str, str]]:
    """Known headings of a record type: folded text -> (field, how it was recognised)."""
    record = _records.record_type(kind)
    known = {folded(text): (name, "synonym") for name, texts in _words.read("headings")[kind].items() for text in texts}
    for name in (*record.model_fields, *record.shorthand, *META):
        for lang in _words.LANGS:
            label = _words.column_name(name, lang) if name in META else _words.field_label(name, lang)
            known[folded(label)] = (name, "label")
        known[folded(name)] = (name, "label")
    return known
