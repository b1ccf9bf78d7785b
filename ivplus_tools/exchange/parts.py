"""Where on a sheet the registers stand: tables, one below or beside another, and forms, one or several in a column."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from ivplus_tools import _words
from ivplus_tools.exchange.headings import (
    HEADING_ROWS,
    LONGEST_HEADING,
    WIDEST,
    exact_count,
    folded,
    meaning_of,
    near_of,
)
from ivplus_tools.exchange.spreadsheets import Table

Line = tuple[int, str]
Cells = tuple[int, list[str]]
"""A row's number on its sheet, from 0, and its cells."""
Record = tuple[int, list[tuple[str, str]]]
"""Where a form begins, and its contents by their headings."""
NUMBER = r"\s*(\d+(?:\.\d+)*)[.)]?\s+(?=\S)"


@dataclass(frozen=True)
class Part:
    """One register on a sheet: its headings, the rows below them, and what stands above."""

    headings: tuple[str, ...]
    place: int
    rows: tuple[Cells, ...]
    above: tuple[Cells, ...] = ()
    repeated: tuple[int, ...] = ()
    """Rows that only repeat the headings."""
    left: int = 0
    """The sheet's column in which the part begins."""
    is_form: bool = False
    helps: tuple[Cells, ...] = ()
    """What a form's column of instructions says."""
    doubts: tuple[Cells, ...] = ()
    """Lines read as content that may be headings, each with its heading."""


def parts_of(table: Table, kind: str, start_row: int | None, remembered: Collection[str]) -> list[Part]:
    """Every register on a sheet; none where no headings are understood.

    `start_row` is the row of headings by the officer's word; `remembered` are shapes of headings.
    """
    if start_row is None:
        if form := _form(table, kind):
            return [form]
        start_row = _heading_row(table, kind, remembered)
    if start_row is None or start_row >= len(table.rows):
        return []
    return list(_tables(table.rows, start_row, kind))


def is_form(table: Table, kind: str) -> bool:
    """Whether a sheet has its headings beside or above their contents."""
    return _form(table, kind) is not None


def shape_key(headings: Sequence[str]) -> str:
    """What is compared to see whether a file has the headings of an earlier one."""
    return "\n".join(filter(None, map(folded, headings)))


# --- tables


def _heading_row(table: Table, kind: str, remembered: Collection[str]) -> int | None:
    """The row with most headings understood, among the first; None where no row has two."""
    begin = [row[:WIDEST] for row in table.rows[:HEADING_ROWS]]
    for place, row in enumerate(table.rows[: 4 * HEADING_ROWS] if remembered else ()):
        if any(row) and shape_key(row) in remembered:
            return place
    scores = [exact_count(row, kind) for row in begin]
    if max(scores, default=0) < 2:
        scores = [sum(_understood(cell, kind) for cell in row) for row in begin]
    best = max(scores, default=0)
    place = scores.index(best) if best else 0
    filled = sum(bool(cell.strip()) for cell in table.rows[place]) if table.rows else 0
    return place if best >= min(2, max(filled, 1)) else None


def _understood(cell: str, kind: str) -> bool:
    return meaning_of(cell, kind) is not None or near_of(cell, kind) is not None


def _tables(rows: Sequence[list[str]], place: int, kind: str) -> Iterator[Part]:
    """Tables one below another; where the headings are only repeated, it is still one."""
    above = tuple((at, row) for at, row in enumerate(rows[:place]) if any(cell.strip() for cell in row))
    while True:
        headings, used = _completed(rows, place, kind)
        repeated: list[int] = []
        later = (at for at in range(used + 1, len(rows)) if _begins_again(rows[at], kind))
        end = len(rows)
        for at in later:
            if _fields(rows[at], kind) == _fields(headings, kind):
                repeated.append(at)
                continue
            end = at
            break
        titles = _titles(rows, used + 1, end) if end < len(rows) else end
        skipped = {*repeated}
        body = tuple((at, rows[at]) for at in range(used + 1, titles) if at not in skipped)
        told = tuple(one for one in above if not (used != place and one[0] == used))
        yield from _sides(headings, place, body, told, tuple(repeated))
        if end == len(rows):
            return
        above = tuple((at, rows[at]) for at in range(titles, end) if any(cell.strip() for cell in rows[at]))
        place = end


def _begins_again(row: Sequence[str], kind: str) -> bool:
    count, filled = exact_count(row, kind), sum(bool(cell.strip()) for cell in row)
    return count >= 2 and (count == filled or (count > 2 and 2 * count >= filled))


def _fields(row: Sequence[str], kind: str) -> list[str | None]:
    fields = [meaning_of(cell, kind) for cell in row]
    while fields and fields[-1] is None:
        fields.pop()
    return fields


def _titles(rows: Sequence[list[str]], begin: int, end: int) -> int:
    """Where the titles of the next table begin: lines of one cell above its headings, below a blank line."""
    at = end
    while at > begin and sum(bool(cell.strip()) for cell in rows[at - 1]) == 1:
        at -= 1
    return at if at > begin and not any(cell.strip() for cell in rows[at - 1]) else end


def _completed(rows: Sequence[list[str]], place: int, kind: str) -> tuple[list[str], int]:
    """The headings, with those of the row above or below that stand over or under a blank; and the last row used."""
    row = rows[place]
    if place + 1 < len(rows) and _is_second_row(row, rows[place + 1], kind):
        return _joined(row, rows[place + 1], kind), place + 1
    if place and any(
        meaning_of(cell, kind) and (at >= len(row) or not row[at].strip()) for at, cell in enumerate(rows[place - 1][:WIDEST])
    ):
        upper = rows[place - 1]
        width = max(len(row), len(upper))
        both = [(_cell(row, at), _cell(upper, at)) for at in range(width)]
        return [own or (other if meaning_of(other, kind) else "") for own, other in both], place
    return list(row), place


def _is_second_row(row: Sequence[str], under: Sequence[str], kind: str) -> bool:
    """Whether a row goes on with headings: it stands under blanks and groups only, and says at least one heading."""
    filled = [at for at, cell in enumerate(under[:WIDEST]) if cell.strip()]
    groups = [at for at in filled if not _cell(row, at) or (not _cell(row, at + 1) and at + 1 in filled)]
    return bool(filled) and groups == filled and any(meaning_of(under[at], kind) for at in filled) and 0 not in filled


def _joined(row: Sequence[str], under: Sequence[str], kind: str) -> list[str]:
    """A heading of its own where one is known, else the group with what stands under it."""
    made, group = [], ""
    for at in range(max(len(row), len(under))):
        upper, lower = _cell(row, at), _cell(under, at)
        group = upper or (group if lower else "")
        made.append(lower if meaning_of(lower, kind) else f"{group} {lower}".strip() if lower else upper)
    return made


def _cell(row: Sequence[str], at: int) -> str:
    return row[at].strip() if at < len(row) else ""


def _sides(
    headings: Sequence[str], place: int, rows: Sequence[Cells], above: tuple[Cells, ...], repeated: tuple[int, ...]
) -> Iterator[Part]:
    """Tables beside each other, with a blank column between: the second begins where the first heading comes again."""
    first = next((folded(one) for one in headings if one.strip()), "")
    cuts = [
        at
        for at in range(1, min(len(headings), WIDEST))
        if folded(headings[at]) == first and not _cell(headings, at - 1) and not any(_cell(row, at - 1) for _, row in rows)
    ]
    for left, right in zip([0, *cuts], [*cuts, None], strict=True):
        inside = tuple((at, row[left:right]) for at, row in rows)
        yield Part(tuple(headings[left:right]), place, inside, above, repeated, left)
        above, repeated = (), ()


# --- forms


def _form(table: Table, kind: str) -> Part | None:
    """A form, with its headings beside or above their contents; None where the sheet is none."""
    rows = [(at, row) for at, row in enumerate(table.rows) if any(cell.strip() for cell in row)]
    if rows and all(re.fullmatch(r"\s*\d*[.)]?\s*", row[0]) for _, row in rows):
        rows = [(at, row[1:]) for at, row in rows]  # a column of numbers
    hits = [_hits(row[:WIDEST], kind) for _, row in rows[: 4 * HEADING_ROWS]]
    many = [places for places in hits if len(places) > 1]
    if len(many) > 1 and all(place % 2 == 0 for places in many for place in places):
        return _part(_paired(rows), [])
    if many or not rows:
        return None
    lines = [(at, _cell(row, 0)) for at, row in rows if _cell(row, 0)]
    known = {meaning_of(_bare(text), kind) for _, text in lines} - {None}
    if 10 * sum(sum(bool(cell.strip()) for cell in row) > 1 for _, row in rows) < 3 * len(rows):
        lines = _split_lines([(at, ", ".join(cell.strip() for cell in row if cell.strip())) for at, row in rows], kind)
        known = {meaning_of(_bare(text), kind) for _, text in lines} - {None}
        return _column(lines, kind, table) if len(known) > 1 else None
    if len(known) < 3 or 4 * sum(meaning_of(_bare(text), kind) is not None for _, text in lines) < len(lines):
        return None
    return _beside(rows, kind)


def _hits(row: Sequence[str], kind: str) -> list[int]:
    """Where a row has headings; behind its first cell without what may be a content, or stands there twice."""
    contents = set(map(folded, _words.read("headings")["also_content"]["texts"]))
    sure = (at == 0 or (row.count(cell) == 1 and folded(cell) not in contents) for at, cell in enumerate(row))
    return [at for (at, cell), is_sure in zip(enumerate(row), sure, strict=True) if is_sure and meaning_of(cell, kind)]


def _paired(rows: Sequence[Cells]) -> list[Record]:
    """Heading, content, heading, content: one record."""
    pairs = [(_cell(row, at), _cell(row, at + 1)) for _, row in rows for at in range(0, len(row), 2)]
    return [(rows[0][0], [pair for pair in pairs if any(pair)])]


def _split_lines(lines: Sequence[Line], kind: str) -> list[Line]:
    """`Heading: content` in one cell as two lines; where the known headings are written so, the unknown ones are too."""
    known = [text for _, text in lines if meaning_of(_bare(text.partition(":")[0]), kind)]
    always = 3 * sum(bool(text.partition(":")[2].strip()) for text in known) >= 2 * max(len(known), 2)
    made: list[Line] = []
    for at, text in lines:
        head, _, rest = text.partition(":")
        like = always and text[:1].isupper() and len(head.split()) <= 6
        split = rest.strip() and (like or meaning_of(_bare(head), kind))
        made += [(at, f"{head}:"), (at, rest.strip())] if split else [(at, text)]
    return made


def _bare(text: str) -> str:
    return re.sub(f"^{NUMBER}", "", text[: 2 * LONGEST_HEADING])


def _column(lines: Sequence[Line], kind: str, table: Table) -> Part:
    """One column in which each heading stands above its contents; the first heading again begins the next record."""
    heads, sure = _heading_lines(lines, kind, table)
    begin = next((at for at in sorted(heads) if at + 1 < len(lines) and at + 1 not in heads), min(heads))
    titles = [(at, [text]) for at, text in lines[:begin]]
    said_above = {folded(text) for _, text in lines[:begin]}
    first = {at for at in heads if _opens(lines[at][1], lines[begin][1], kind)}
    records: list[Record] = []
    doubts: list[Cells] = []
    for number, (at, text) in enumerate(lines[begin:], start=begin):
        if number + 1 in first and folded(text) in said_above:
            titles.append((at, [text]))
        elif number in heads:
            if not records or (number in first and _has(records[-1], text, kind)):
                records.append((at, []))
            records[-1][1].append((text if folded(text) == folded(_bare(text)) else _bare(text), ""))
        else:
            heading, said = records[-1][1][-1]
            goes_on = number + 1 < len(lines) and number + 1 not in heads
            if not sure and said and goes_on and meaning_of(_bare(heading), kind) and _may_head(text):
                doubts.append((at, [text, heading]))  # in doubt nothing of it fills the field above
                records[-1][1].append((text, ""))
            else:
                records[-1][1][-1] = (heading, f"{said}\n{text}".strip())
    return replace(_part(records, titles), doubts=tuple(doubts))


def _opens(text: str, first: str, kind: str) -> bool:
    """Whether a heading may begin a record: the first one of all, or that of the name."""
    return folded(_bare(text)) == folded(_bare(first)) or meaning_of(_bare(text), kind) == "name"


def _has(record: Record, heading: str, kind: str) -> bool:
    """Whether a record has that heading already, or another one of the name."""
    name = meaning_of(_bare(heading), kind) == "name"
    return any(folded(_bare(one)) == folded(_bare(heading)) or (name and meaning_of(_bare(one), kind) == "name") for one, _ in record[1])


def _may_head(text: str) -> bool:
    """Whether a line among contents looks like a heading that nobody knows."""
    return text[:1].isupper() and 1 < len(text.split()) <= 6 and text[-1:].isalpha() and not re.search(r"[\d,;@]", text)


def _heading_lines(lines: Sequence[Line], kind: str, table: Table) -> tuple[set[int], bool]:
    """Which lines are headings: those of the look that the known ones have, else the known ones; and whether a look says so."""
    contents = {folded(text) for text in _words.read("headings")["also_content"]["texts"]}
    plain = {at: folded(_bare(text)) for at, (_, text) in enumerate(lines) if meaning_of(_bare(text), kind)}
    first = plain[min(plain)]
    known = [at for at, text in plain.items() if text not in contents or text == first]
    short = [at for at, (_, text) in enumerate(lines) if len(text) < LONGEST_HEADING]
    looks = [
        {at for at in short if re.match(NUMBER, lines[at][1])},
        {at for at in short if (lines[at][0], 0) in table.marks.bold},
        {at for at in short if lines[at][1].endswith(":")},
        {at for at in short if lines[at][1].isupper()},
    ]
    for number, look in enumerate(looks):
        if len(look) < len(lines) and 3 * len(look.intersection(known)) >= 2 * len(known):
            return (_in_sequence(lines, look, set(known)) if number == 0 else look), True
    others = {folded(text) for text in _words.read("headings")["no_field"]["headings"]}
    near = {at for at in short if at not in plain and near_of(lines[at][1], kind)}
    heads = {*known, *near, *(at for at in short if folded(lines[at][1]) in others)}
    return heads | _recurring(lines, heads, set(plain), first), False


def _recurring(lines: Sequence[Line], heads: set[int], plain: set[int], first: str) -> set[int]:
    """Lines that are or look like headings, once in every record, between a content and a content of their own."""
    records = sum(folded(_bare(lines[at][1])) == first for at in heads)
    between = [at for at in range(1, len(lines) - 1) if heads.isdisjoint((at - 1, at, at + 1)) and (at in plain or _may_head(lines[at][1]))]
    texts = [folded(lines[at][1]) for at in between]
    return {at for at, text in zip(between, texts, strict=True) if records > 1 and texts.count(text) == records}


def _in_sequence(lines: Sequence[Line], numbered: set[int], known: set[int]) -> set[int]:
    """Of the numbered lines those that count on: a numbered list inside a content begins again or is skipped."""
    numbers = {at: tuple(map(int, re.match(NUMBER, lines[at][1])[1].split("."))) for at in numbered}  # type: ignore[index]
    sure = {numbers[at] for at in numbered & known}
    heads: list[int] = []
    for at in sorted(numbered):
        last = numbers[heads[-1]] if heads else ()
        first = not heads or folded(lines[at][1]) == folded(lines[heads[0]][1])
        counts_on = first or at in known or (numbers[at] > last and numbers[at][0] - last[0] <= 1)
        if counts_on and (at in known or numbers[at] not in sure):
            heads.append(at)
    return set(heads)


def _beside(rows: Sequence[Cells], kind: str) -> Part:
    """Headings in the first column, a record in each other one; the first heading again begins the next records.

    What stands beside a title such as `Record of processing` or `Field` names the records, where nothing else does.
    """
    corner = set(map(folded, _words.read("headings")["form_column"]["corners"]))
    if folded(_cell(rows[0][1], 0)) in corner and not any(meaning_of(_cell(row, 0), kind) in ("id", "name") for _, row in rows):
        rows = [(rows[0][0], [_words.field_label("name", "en"), *rows[0][1][1:]]), *rows[1:]]
    width = max(len(row) for _, row in rows)
    helps = {place for _, row in rows[:2] for place, cell in enumerate(row) if place and folded(cell) in _help_words()}
    blocks: list[list[tuple[int, list[str]]]] = []
    titles: list[Cells] = []
    first = ""
    for at, row in rows:
        heading = _cell(row, 0)
        contents = [_cell(row, place) for place in range(1, width)]
        if heading and not any(contents) and not blocks:
            titles.append((at, [heading]))
        elif not blocks or (
            heading and _opens(heading, first, kind) and _has((at, [(one[0], "") for _, one in blocks[-1]]), heading, kind)
        ):
            first = first or heading
            blocks.append([(at, [heading, *contents])])
        elif not heading:  # goes on with what stands above, as under a merged heading
            last = blocks[-1][-1][1]
            last[1:] = [f"{was}\n{more}".strip() for was, more in zip(last[1:], contents, strict=True)]
        else:
            blocks[-1].append((at, [heading, *contents]))
    records = [
        (block[0][0], [(row[0], row[place]) for _, row in block])
        for block in blocks
        for place in range(1, width)
        if place not in helps and any(row[place] for _, row in block)
    ]
    told = [(at, [row[place]]) for block in blocks for at, row in block for place in sorted(helps) if row[place]]
    return replace(_part(records, titles), helps=tuple(told))


def _help_words() -> set[str]:
    return set(map(folded, _words.read("headings")["form_column"]["helps"]))


def _part(records: Sequence[Record], titles: Sequence[Cells]) -> Part:
    """Records as a table: a column per heading, a second one where a record has a heading twice."""
    columns: dict[tuple[str, int], str] = {}
    rows: list[tuple[int, dict[tuple[str, int], str]]] = []
    for at, pairs in records:
        row: dict[tuple[str, int], str] = {}
        for heading, text in pairs:
            key = next((folded(heading), count) for count in range(len(pairs)) if (folded(heading), count) not in row)
            columns.setdefault(key, heading)
            row[key] = text
        rows.append((at, row))
    table = tuple((at, [row.get(key, "") for key in columns]) for at, row in rows)
    place = records[0][0] if records else 0
    return Part(tuple(columns.values()), place, table, tuple(titles), is_form=True)
