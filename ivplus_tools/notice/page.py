"""A published page as text: headings, sentences, items of lists and rows of tables, each with its place; what was not read is told."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from ivplus_tools import _words

LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st", 0x00AD: ""}
OTHER_LANGUAGE = "language"
"""Why a page was not read: it is not in the language that was given."""
LONGEST_HEADING = 90
LONGEST_HEAD = 40
LEADING = 2
"""Cells at the beginning of a row that tell what the others are about."""
DEEPEST = 7
RUN_IN = " § "
"""Between headings and the label at the beginning of a block."""
BROKEN = 50
"""Letters; a longer line that ends without a stop may go on in the next."""
SHORTEST_PAGE = 200
"""Letters; less than that is a banner or a scan, not a notice."""
SHARE = 0.15
"""Of the small words of a page that one language must have to be one of its languages."""
LONGEST_SENTENCE = 1_500
"""Letters; a longer one is looked at piece by piece, so that no line of a page takes long."""
FEWEST_WORDS = 3
MOST_JOINED = 40
"""Lines that are put together again as one that was broken at a margin."""
DENSITY = 0.05
"""Small words among all words of a page that is in a language at all."""
UNSEEN = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
ENDS = re.compile(r"(?<=[.!?])[\"”)\]]*\s+(?=[\"”(\[]?[A-ZÅÄÖ0-9])")
ITEM = re.compile(r"^\s*(?:[-*•–·]|\d+[.)]|[a-z]\))\s+")
NUMBER = re.compile(r"\d+(?:\.\d+)*[.)]?\s+(?=[A-ZÅÄÖ])")
FIRM = re.compile(r"\b(?:oy|oyj|ab|ry|rf|r\.y|r\.f|ky|osk|tmi|ltd)\b", re.IGNORECASE)
LABEL = re.compile(r"\*\*([^*]{2,60}?)(?:[.:?]\*\*|\*\*[.:])\s+(?=\S)|([A-ZÅÄÖ][^\s.:?!,]+(?: [^\s.:?!,]+){0,2})[.:?]\s+(?=[A-ZÅÄÖ0-9])")
LEAD_IN = re.compile(r"([A-ZÅÄÖ][^.:?!,\n]{2,45}):\s+(?=\S)")
HEADED = re.compile(r"#{1,6}\s|\d+(?:\.\d+)*[.)]?\s+[A-ZÅÄÖ]|\|")
BOX = re.compile(r"^>\s*")
MARKDOWN_HEADING = re.compile(r"^#{1,6}\s+")


@dataclass(frozen=True)
class Sentence:
    """A sentence, heading, item or row: its place in the text, and in small letters what it and what stands above it say."""

    start: int
    end: int
    low: str
    above: str
    kind: str


@dataclass
class Page:
    """A notice as read. `text[start:end]` is the sentence word by word; `unread` tells what was left out and why."""

    name: str
    text: str
    sentences: list[Sentence] = field(default_factory=list)
    unread: list[tuple[str, str]] = field(default_factory=list)
    langs: tuple[str, ...] = ()
    declared: str = ""
    raw: str = ""
    digest: str = ""
    """SHA-256 of the file that was read."""

    @cached_property
    def low(self) -> str:
        """All of it in small letters."""
        return _low(self.text)

    def line(self, start: int) -> int:
        """The line of the file in which a place lies; of a page that was taken apart, the one that has its first words."""
        if self.raw:
            first = re.split(r"[^\w]+", self.text[start : start + 40])
            pattern = r"[^\w]+".join(re.escape(one) for one in first[:3] if one)
            found = re.search(pattern, self.raw) if pattern else None
            return self.raw.count("\n", 0, found.start()) + 1 if found else 1
        return self.text.count("\n", 0, start) + 1

    def quote(self, start: int, end: int) -> str:
        """What stands there, word by word."""
        return self.text[start:end]


def of_text(name: str, text: str, lang: str | None = None) -> Page:
    """The same of a text that was read before."""
    made = text_page(name, text, [])
    made.langs = (_words.language(lang),) if lang else languages(text)
    return made


def languages(text: str) -> tuple[str, ...]:
    """The languages of a text by its small words, the main one first; none where they do not tell."""
    every = re.findall(r"[^\W\d_]+", text.lower())
    words = Counter(every)
    known = _words.read("phrases")["language"]
    counts = {lang: sum(words[one] for one in small) for lang, small in known.items()}
    main = max(counts, key=lambda one: counts[one])
    if counts[main] < max(FEWEST_WORDS, DENSITY * len(every)) or main not in _words.LANGS:
        return ()
    ours = {lang: counts[lang] for lang in _words.LANGS}
    return tuple(lang for lang in sorted(ours, key=lambda one: -ours[one]) if ours[lang] >= SHARE * sum(counts.values()))


# --- texts with lines


@dataclass
class _Above:
    """What stands above a sentence: the headings it belongs to, and the line that begins a list."""

    headings: list[tuple[int, str]] = field(default_factory=list)
    title: str = ""
    lead: str = ""
    marked: bool = False
    empty: bool = False
    columns: list[str] | None = None

    def heading(self, text: str, level: int) -> None:
        """A heading takes the place of those of its level and below; where nothing marks levels, one without text of its own stays."""
        kept = self.headings[-1:] if self.empty and not self.marked else [one for one in self.headings if one[0] < level]
        self.headings = [*kept, (level, text)]
        self.title = self.title or text
        self.lead, self.columns, self.empty = "", None, True

    def row(self, start: int, line: str) -> Iterator[Sentence]:
        """The cells of a row of a table, sentence by sentence: the first two cells, and the head of the column, stand above."""
        cells = [(found.start(), found[0]) for found in re.finditer(r"[^|]+", line) if found[0].strip()]
        if self.columns is None:
            self.columns = [cell for _, cell in cells] if _is_head([cell.strip() for _, cell in cells]) else []
        if {cell.strip() for _, cell in cells} <= _own_heads():
            return
        empty = bool(cells) and cells[-1][1].strip(" *_.").lower() in _words.read("phrases")["blank"]["any"]
        for number, (place, cell) in enumerate(cells):
            head = self.columns[number] if number < len(self.columns) else ""
            before = " · ".join(one.strip()[:LONGEST_HEADING] for _, one in cells[: min(number, LEADING)])
            above = " · ".join([self.low, _low(head.strip()), _low(before)])
            kind = "cell" if empty or not (number or len(cells) == 1) else "row"
            yield from _sentences(start + place, cell, above if number else self.low, kind)
        if len(cells) > 1 and any(cell.strip() for _, cell in cells[1:]):
            heads = _low(" · ".join(self.columns))[:LONGEST_SENTENCE]
            yield Sentence(start, start + len(line), _low(line[:LONGEST_SENTENCE]), f"{self.low} · {heads}", "whole_row")

    @property
    def low(self) -> str:
        """All of it in small letters; the title of the page only where nothing else stands above."""
        told = [text for _, text in self.headings]
        return _low(" · ".join([*(told[1:] if len(told) > 1 and told[0] == self.title else told), self.lead]))


def _own_heads() -> set[str]:
    """The column heads of our own documents, which say nothing."""
    return {text for names in _words.read("letters")["heads"].values() for text in names.values()}


def _is_head(cells: list[str]) -> bool:
    """Whether the first row of a table names its columns: short cells without sentences, numbers or addresses."""
    return all(len(one) <= LONGEST_HEAD and not re.search(r"\d{2}|@|\.\s|[.:]$", one) for one in cells)


def text_page(name: str, text: str, unread: list[tuple[str, str]]) -> Page:
    """A plain text, Markdown included: blocks between empty lines; a short line of its own is a heading where none is marked as one."""
    text = unicodedata.normalize("NFC", UNSEEN.sub("", re.sub(r"\r(?!\n)", "\n", text).replace("<br>", "   \n")))
    made, above = Page(name, text, unread=list(unread)), _Above(marked=re.search(r"^#{1,6} ", text, re.MULTILINE) is not None)
    lines = _lines(text)
    for number, (start, line) in enumerate(lines):
        first = number == 0 or _is_gap(text[lines[number - 1][0] + len(lines[number - 1][1]) : start])
        last = number + 1 == len(lines) or _is_gap(text[start + len(line) : lines[number + 1][0]])
        below = "" if last else lines[number + 1][1]
        numbered = NUMBER.match(line) is not None and number > 0 and not NUMBER.match(lines[number - 1][1])
        alone = number + 1 < len(lines) and ((first and last) or ((first or numbered) and not last and _is_over(line, below)))
        made.sentences += _line(start, line, above, first, alone)
    return made


def _lines(text: str) -> list[tuple[int, str]]:
    """The lines that are not empty and where they begin; one that was broken at a margin is put together again."""
    found: list[tuple[int, str]] = []
    joined = 0
    for one in re.finditer(r"[^\n]*\S[^\n]*", text):
        start, line = found[-1] if found else (0, "")
        broken = len(line) > BROKEN and line.rstrip()[-1] not in ".:;!?|" and not HEADED.match(line.strip())
        joined = joined + 1 if broken else 0
        if (
            broken
            and joined < MOST_JOINED
            and one.start() == start + len(line) + 1
            and re.match(r"\s*[a-zåäö]", one[0])
            and not ITEM.match(one[0])
        ):
            found[-1] = (start, text[start : one.end()])
        else:
            found.append((one.start(), one[0]))
    return found


def _is_over(line: str, below: str) -> bool:
    """Whether the first line of a block is the heading of the others: short, no sentence itself, and sentences or a list stand below."""
    bare = NUMBER.sub("", line.strip())
    numbered = NUMBER.match(line.strip())
    if len(line) > (LONGEST_HEADING if numbered else BROKEN) or not bare[:1].isupper():
        return False
    if re.search(r"[,\d@|]|[.:;!?]$", bare) or FIRM.search(bare):
        return False
    if numbered:
        return not NUMBER.match(below.strip())
    return ITEM.match(below) is not None or re.match(r"\s*[A-ZÅÄÖ].*\s.*[.!?]$", below.rstrip()) is not None


def _is_gap(between: str) -> bool:
    """Whether an empty line stands between two lines."""
    return between.count("\n") > 1


def _line(start: int, line: str, above: _Above, first: bool, alone: bool) -> Iterator[Sentence]:
    """The sentences of one line; `first`: of its block, `alone`: it is all of it."""
    bare, end = line.strip(), start + len(line.rstrip())
    start += len(line) - len(line.lstrip())
    if re.fullmatch(r"[-=*_|:> ]+", bare):
        return
    box = BOX.match(bare)
    if box:
        bare, start = bare[box.end() :], start + box.end()
    if MARKDOWN_HEADING.match(bare) or _is_heading(bare, above.marked, first, alone):
        yield Sentence(start, end, _low(bare), above.low, "heading")
        above.heading(MARKDOWN_HEADING.sub("", bare).strip("*_ "), _level(bare))
        return
    above.empty = False
    if bare.startswith("|"):
        yield from above.row(start, bare)
    elif mark := ITEM.match(bare):
        yield from _labelled(start + mark.end(), bare[mark.end() :], above.low, "item")
    else:
        if first:
            above.lead = ""
        yield from _labelled(start, bare, above.low, "box" if box else "text")
        if bare.rstrip("*_ ").endswith(":"):
            above.lead = bare


def _labelled(start: int, text: str, above: str, kind: str) -> Iterator[Sentence]:
    """The sentences of a block; a label at its beginning stands above those that follow it."""
    if label := LABEL.match(text):
        yield from _sentences(start, label[0], above, "label" if label[1] else kind)
        above, start, text = f"{above}{RUN_IN}{_low(label[1] or label[2])}", start + label.end(), text[label.end() :]
    elif label := LEAD_IN.match(text):  # it may as well begin the sentence itself: both are looked at
        above = f"{above}{RUN_IN}{_low(label[1])}"
    yield from _sentences(start, text, above, kind)


def _level(line: str) -> int:
    """The level of a heading: by its marks, or capitals above others."""
    if mark := MARKDOWN_HEADING.match(line):
        return len(mark[0].strip())
    if line.startswith("**"):
        return DEEPEST
    return 1 if line.isupper() else 2


def _is_heading(line: str, marked: bool, first: bool, alone: bool) -> bool:
    """Whether a line is a heading though nothing marks it as one: short and no sentence nor address; or a question above its answer."""
    bare = re.sub(r"^\d+(\.\d+)*[.)]?\s+", "", line)
    if len(line) > LONGEST_HEADING or not re.search(r"[^\W\d_]{2}", bare):
        return False
    if re.fullmatch(r"\*\*[^*]+\*\*:?", line):
        return True
    if marked:
        return False
    if first and (line.endswith("?") or bare.isupper()):
        return True
    lead = bare[-1] == ":" and len(bare) > LONGEST_HEAD
    address = re.search(r"\d{3}|@|\(at\)|www\.|\|", line)
    return alone and bare[-1] not in ".,;" and not (lead or address or ITEM.match(bare))


def _sentences(start: int, text: str, above: str, kind: str) -> Iterator[Sentence]:
    """The sentences of a block."""
    place = 0
    for one in [*_ends(text), len(text)]:
        while one - place > LONGEST_SENTENCE:
            cut = text.rfind(" ", place + 1, place + LONGEST_SENTENCE)
            cut = cut if cut > place else place + LONGEST_SENTENCE
            yield from _sentence(start, text, place, cut, above, kind)
            place = cut
        yield from _sentence(start, text, place, one, above, kind)
        place = one


def _sentence(start: int, text: str, first: int, last: int, above: str, kind: str) -> Iterator[Sentence]:
    """The sentence that stands between two places of a block; blanks alone are none."""
    piece = text[first:last]
    if bare := piece.strip():
        begin = start + first + len(piece) - len(piece.lstrip())
        yield Sentence(begin, begin + len(bare), _low(bare), above, kind)


def _ends(text: str) -> Iterator[int]:
    """Where sentences end: not behind an abbreviation or a number."""
    short = _words.read("phrases")["abbreviations"]["any"]
    for found in ENDS.finditer(text):
        last = text[max(0, found.start() - LONGEST_HEAD) : found.start()].rsplit(None, 1)[-1].lower().lstrip('("”')
        if last not in short and not re.fullmatch(r"\W*(\w\.)+|\W*\d+\.", last):
            yield found.end()


def _low(text: str) -> str:
    """Small letters, one for one, so that places stay the same."""
    low = text.lower()
    if len(low) != len(text):
        low = "".join(one.lower() if len(one.lower()) == 1 else one for one in text)
    return low.replace("\u00a0", " ").replace("’", "'")
