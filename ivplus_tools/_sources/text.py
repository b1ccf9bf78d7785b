"""CSV and JSON Lines by their bytes: the form of a file, its records, and how many there are.

No reader of tables is asked, so that what one passes over is noticed. The form hangs on the
heading alone: counting, planning, erasing and counting again read in the same way.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any

from ivplus_tools import _words

BLOCK = 1 << 20
LONGEST = 32 << 20
WIDEST = 2_000
"""Columns of a table; one cell at the far right makes every row of a sheet as wide."""
SEPARATORS = (";", ",", "\t", "|")
ENDINGS = ("\r\n", "\n", "\r")
BREAK = re.compile("\r\n|\n|\r")
CLOSING = re.compile(r'(?:[^"]++|"")*+"(?!")')


@dataclass(frozen=True)
class Form:
    """How a CSV file is written, and what was counted in it."""

    encoding: str
    separator: str
    before: int
    """Lines up to the end of the heading."""
    columns: tuple[str, ...]
    records: int
    ending: str
    """The line break of every record; empty where there are several kinds."""
    longest: int
    """No record has more signs."""
    inner: bool
    """Whether a field holds a line break."""

    @property
    def told(self) -> str:
        """What a plan seals: another form would be another reading."""
        return f"CSV, {self.encoding}, {self.separator!r}, {self.before}"


def packed(path: Path) -> bool:
    """Whether a file is packed by gzip, whatever its name."""
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


def opened(path: Path, encoding: str) -> IO[str]:
    """The signs of a file, line breaks as they are; one packed by gzip is unpacked on the way."""
    if packed(path):
        return gzip.open(path, "rt", encoding=encoding, newline="")
    return path.open(encoding=encoding, newline="")


def _blocks(path: Path, encoding: str) -> Iterator[str]:
    """A file in blocks of whole lines."""
    decode, rest = codecs.getincrementaldecoder(encoding)().decode, ""
    with gzip.open(path) if packed(path) else path.open("rb") as file:
        while got := file.read(BLOCK):
            block = rest + decode(got)
            end = block.rfind("\n") + 1 or block.rfind("\r", 0, -1) + 1
            rest = block[end:]
            if end:
                yield block[:end]
            elif len(rest) > LONGEST:
                break
    if rest := rest + decode(b"", True):
        yield rest


def look(path: Path, slowly: bool = False, name: str = "") -> Form:
    """The form of a CSV file; refused where its encoding or heading cannot be understood.

    `slowly`: count every quote where it stands, and not in pairs. `name`: what a refusal calls it.
    """
    encodings = [_encoding(path)]
    if encodings == ["utf-8"]:
        encodings.append("cp1252")  # what programs for Windows write in Finland
    for encoding in encodings:
        try:
            return _form(path, encoding, slowly, name or path.name)
        except UnicodeDecodeError:
            continue
    raise _words.refusal("text_encoding", path=name or path.name, got=", ".join(encodings))


def _encoding(path: Path) -> str:
    with gzip.open(path) if packed(path) else path.open("rb") as file:
        head = file.read(1024)
    upper, lower = head[::2].count(0), head[1::2].count(0)
    if head.startswith(codecs.BOM_UTF16_LE) or lower * 3 > len(head) > 1:
        return "utf-16-le"
    return "utf-16-be" if head.startswith(codecs.BOM_UTF16_BE) or upper * 3 > len(head) else "utf-8"


def _form(path: Path, encoding: str, slowly: bool, name: str) -> Form:
    with opened(path, encoding) as file:
        declared, before, raw = _heading(file, name)
        heading = raw.rstrip("\r\n")
        if not heading:
            raise _words.refusal("no_heading", path=name)
        _demand_heading(file, name, heading, before)
        separator = declared or max(SEPARATORS, key=lambda sign: len(fields(heading, sign)))
        names = fields(heading, separator)
        if len(names) > WIDEST:
            raise _words.refusal("too_many_values", path=name, limit=WIDEST)
        columns = tuple(unique(names))
    counted = _Count(separator, len(columns) == 1, slowly, fields(heading, separator))
    counted.add(_blocks(path, encoding), name, before)
    ending = _ending(raw, counted.breaks)
    return Form(encoding, separator, before, columns, counted.records, ending, counted.longest, counted.inner)


def _demand_heading(file: IO[str], path: str, heading: str, before: int) -> None:
    """Refuse a first line that is a title: one field, where the next line has several."""
    widths = [max(len(fields(line.rstrip("\r\n"), sign)) for sign in SEPARATORS) for line in (heading, file.readline(LONGEST))]
    if widths[0] == 1 and widths[1] > 1:
        raise _words.refusal("title_line", path=path, line=before + 1)


def _ending(heading: str, breaks: list[int]) -> str:
    """The one line break that a file has, its heading's too; empty where there are several."""
    found = {sign for sign, count in zip(ENDINGS, breaks, strict=True) if count}
    found |= {next((sign for sign in ENDINGS if heading.endswith(sign)), "\n")}
    return found.pop() if len(found) == 1 else ""


def _heading(file: IO[str], name: str) -> tuple[str, int, str]:
    """The separator that a first line `sep=` names, the lines up to the heading's end, the heading."""
    declared, lines = "", 0
    while line := file.readline(LONGEST):
        lines += 1
        line = line.removeprefix("\ufeff") if lines == 1 else line
        named = re.fullmatch(r'"?sep=(.)"?\s*', line, re.IGNORECASE) if lines == 1 else None
        if named:
            declared = named[1]
        elif line.strip():
            parts, size, is_open = [line], len(line), line.count('"') % 2
            while is_open and size < LONGEST and (more := file.readline(LONGEST)):
                parts.append(more)
                size, is_open = size + len(more), is_open ^ more.count('"') % 2
            if is_open and size >= LONGEST:
                raise _words.refusal("long_record", path=name, line=lines)
            return declared, lines + len(parts) - 1, "".join(parts)
    return declared, lines, ""


def fields(record: str, separator: str) -> list[str]:
    """The fields of one record, their quotes taken off."""
    csv.field_size_limit(LONGEST)
    return next(csv.reader(io.StringIO(record, newline=""), delimiter=separator), [])


def is_heading(told: Sequence[str], names: Set[str]) -> bool:
    """Whether cells are a heading again: half of them, and more than one, are names of columns."""
    known = sum(one.strip().casefold() in names for one in told)
    return known > 1 and known * 2 >= len(told)


def unique(names: Sequence[str]) -> Iterator[str]:
    """Each name once, whatever its case: readers of tables do not tell `n` from `N`.

    A name that stands twice names neither column: each gets its place.
    """
    stems = [name.replace("\0", "").strip() or "column" for name in names]
    folded = Counter(stem.casefold() for stem in stems)
    used: set[str] = set()
    for place, stem in enumerate(stems, 1):
        made = stem if folded[stem.casefold()] == 1 and stem != "column" else f"{stem}_{place}"
        while made.casefold() in used:
            made += "_"
        used.add(made.casefold())
        yield made


@cache
def _closed(separator: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """The whole fields of a line from its beginning, and the rest of a field with those after it."""
    end = re.escape(separator) + "\r\n"
    one = rf'(?:"(?:[^"]++|"")*+"[^{end}]*+|(?!")[^{end}]*+)'
    more = rf"(?:{re.escape(separator)}{one})*+"
    return re.compile(one + more), re.compile(rf"[^{end}]*+" + more)


def _bare(block: str, separator: str) -> str | None:
    """A block without what its quotes hold; None where a quote cannot be one, or is left open.

    Quick, and misled by two inch marks in fields with line breaks: a count that differs from a
    reader's is made again sign by sign.
    """
    if '"' not in block:
        return block
    outside = block.split('"')[::2]
    ends = ("", separator, "\n", "\r")
    sure = outside[0][-1:] in ends and outside[-1][:1] in ends and not block.count('"') % 2
    return "q".join(outside) if sure else None


def _is_open(line: str, separator: str, within: bool) -> bool:
    """Whether a quote is open after a line; `within`: one is open before it.

    A quote opens at the beginning of a field only, so that an inch mark is a sign like others.
    """
    first, rest = _closed(separator)
    if within:
        closing = CLOSING.match(line)
        if closing is None:
            return True
        found = rest.match(line, closing.end())
    else:
        found = first.match(line)
    place = found.end() if found else 0
    return bool(line[place:].rstrip("\r\n"))


def records(file: IO[str], separator: str) -> Iterator[str]:
    """The records of a file from where it stands: a line break inside quotes does not end one."""
    held: list[str] = []
    within = False
    for line in file:
        within = (within or '"' in line) and _is_open(line, separator, within)
        held.append(line)
        if not within:
            yield "".join(held)
            held.clear()
    if held:
        yield "".join(held)


def _after(blocks: Iterator[str], lines: int) -> Iterator[str]:
    """Blocks without the first lines."""
    for block in blocks:
        ends = BREAK.finditer(block)
        place = 0
        while lines and (end := next(ends, None)):
            place, lines = end.end(), lines - 1
        if lines == 0 and place < len(block):
            yield block[place:]


class _Count:
    """Counts records in blocks of whole lines; a block without a quote is counted at once."""

    def __init__(self, separator: str, lone: bool, slowly: bool, heading: list[str]) -> None:
        self.separator, self.lone, self.slowly, self.line = separator, lone, slowly, 0
        self._names = {name.strip().casefold() for name in heading} - {""}
        self._marks = sorted((name.strip() for name in heading), key=len)[-2:]
        self.records, self.longest, self.breaks, self.inner = 0, 2 * BLOCK, [0, 0, 0], False
        self._within, self._began, self._length = False, 0, 0

    def add(self, blocks: Iterator[str], name: str, before: int) -> None:
        """Count all after the first lines; a quote that nobody closes is refused with its line."""
        self.line = before
        for block in _after(blocks, before):
            self.longest = max(self.longest, len(block))
            if max(self.longest, self._length) > LONGEST:
                raise _words.refusal("long_record", path=name, line=self.line + 1)
            self._demand_one_heading(block, name)
            bare = None if self._within or self.slowly else _bare(block, self.separator)
            if bare is None:
                self._quoted(block)
            else:
                self._plain(bare)
                inside = sum(block.count(sign) - bare.count(sign) for sign in "\r\n")
                self.inner |= inside > 0
                self.line += block.count("\n") - bare.count("\n")
        if self._within:
            raise _words.refusal("open_quote", path=name, line=self._began)

    def _demand_one_heading(self, block: str, path: str) -> None:
        """Refuse a heading in the midst: two exports in one file, whose columns may differ."""
        looked: dict[str, int] = {}
        places = ((mark, found.start()) for mark in self._marks if mark for found in re.finditer(re.escape(mark), block, re.IGNORECASE))
        for mark, place in places if len(self._names) > 1 else ():
            if place < looked.get(mark, 0):
                continue  # a line is looked at once, however often it holds the name
            begin = max(block.rfind("\n", 0, place), block.rfind("\r", 0, place)) + 1
            end = BREAK.search(block, place)
            looked[mark] = end.start() if end else len(block)
            told = fields(block[begin : looked[mark]], self.separator)
            if is_heading(told, self._names):
                line = self.line + len(BREAK.findall(block[:begin])) + 1
                raise _words.refusal("two_headings", path=path, line=line)

    def _plain(self, block: str) -> None:
        old = "\r" in block
        both = block.count("\r\n") if old else 0
        ends = (both, block.count("\n") - both, block.count("\r") - both if old else 0)
        self.breaks = [had + more for had, more in zip(self.breaks, ends, strict=True)]
        lines = sum(ends) + (block[-1] not in "\r\n")
        self.line += lines
        blank = 0
        doubled = "\n\n" in block or (old and ("\r\r" in block or "\n\r" in block))
        if not self.lone and (doubled or block[0] in "\r\n"):
            parts = BREAK.split(block)
            blank = sum(not part for part in parts) - (not parts[-1])
        self.records += lines - blank

    def _quoted(self, block: str) -> None:
        for line in io.StringIO(block, newline=""):
            self.line += 1
            if not self._within:
                self._began, self._length = self.line, 0
            blank = not self._within and not self.lone and line in ("\r\n", "\n", "\r")
            self._within = (self._within or '"' in line) and _is_open(line, self.separator, self._within)
            self._length += len(line)
            self.inner |= self._within
            if not self._within:
                self.longest = max(self.longest, self._length)
                self.records += not blank
                self._end(line)

    def _end(self, line: str) -> None:
        kind = 0 if line.endswith("\r\n") else 1 if line.endswith("\n") else 2
        self.breaks[kind] += line[-1:] in ("\r", "\n")


def _numbered(path: Path, form: Form) -> Iterator[tuple[int, list[str]]]:
    """The records of a file that are not blank: the line where each begins, and its fields."""
    with opened(path, form.encoding) as file:
        line = form.before
        for _ in range(line):
            file.readline()
        for record in records(file, form.separator):
            begun, line = line + 1, line + len(BREAK.findall(record)) or line + 1
            if record.strip("\r\n") or len(form.columns) == 1:
                yield begun, fields(record, form.separator)


def unlike(path: Path, form: Form, rows: Iterator[tuple[Any, ...]]) -> int | None:
    """The line of the first record that a reader of tables gave otherwise; None where none is."""
    for line, mine in _numbered(path, form):
        told = next(rows, None)
        if told is None or [one or "" for one in told] != mine:
            return line
    return None


def ragged(path: Path, form: Form) -> tuple[int, int] | None:
    """The line of the first record that has not as many fields as the heading, and how many it has."""
    width = len(form.columns)
    return next(((line, len(mine)) for line, mine in _numbered(path, form) if len(mine) != width), None)


def plain_copy(path: Path, form: Form, made: Path) -> None:
    """A copy of the records in UTF-8 with one kind of line break, for a reader of tables."""
    with opened(path, form.encoding) as file, made.open("x", encoding="utf-8", newline="") as out:
        for _ in range(form.before):
            file.readline()
        for record in records(file, form.separator):
            text = record.rstrip("\r\n") if '"' not in record else record.removesuffix("\n").removesuffix("\r")
            if text or len(form.columns) == 1:
                out.write(f"{text}\n")


def json_lines(path: Path) -> int:
    """How many objects a JSON Lines file has: its lines that are not blank."""
    return sum(bool(line.strip()) for line in _lines(path))


def _lines(path: Path) -> Iterator[bytes]:
    with gzip.open(path) if packed(path) else path.open("rb") as file:
        yield from file


def odd_json(paths: Sequence[Path]) -> Iterator[tuple[Path, int]]:
    """The lines that are no JSON object, or say a key twice."""
    for path in paths:
        for number, line in enumerate(_lines(path), 1):
            if line.strip() and not _is_object(line):
                yield path, number


def _is_object(line: bytes) -> bool:
    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        if len(dict(pairs)) < len(pairs):
            raise ValueError
        return dict(pairs)

    try:
        return isinstance(json.loads(line, object_pairs_hook=once), dict)
    except (ValueError, RecursionError):
        return False
