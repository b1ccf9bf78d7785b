"""How much of a file is read: bounds that no register reaches, so that no file takes the machine's memory or time."""

from __future__ import annotations

from dataclasses import dataclass

from ivplus_tools import _words

MEGABYTE = 1024 * 1024
LARGEST_FILE = 50 * MEGABYTE
LARGEST_UNPACKED = 100 * MEGABYTE
LARGEST_PAGE = 4 * MEGABYTE
"""Characters of HTML or Markdown."""
LARGEST_TREE = 16 * MEGABYTE
"""Characters of JSON; YAML and Turtle are read by slower parsers and have an eighth of it."""
LONGEST_TEXT = 2 * MEGABYTE
MOST_MEMBERS = 2000
MOST_CELLS = 1_000_000
MOST_VALUES = 500_000
MOST_STEPS = 3_000_000
"""Elements of a page that are walked over, each time that one is."""
DEEPEST = 60


@dataclass
class Meter:
    """Counts what has been read of one file, and refuses beyond the bounds."""

    name: str
    bounded: bool = True
    counted: int = 0
    walked: int = 0

    def cells(self, count: int) -> None:
        """Count cells of a table."""
        self._count(count, MOST_CELLS)

    def values(self, count: int = 1) -> None:
        """Count values of a tree."""
        self._count(count, MOST_VALUES)

    def step(self) -> None:
        """Count an element that is walked over: a page of elements within elements is walked over again and again."""
        self.walked += 1
        if self.bounded and self.walked > MOST_STEPS:
            raise _words.refusal("too_many_values", path=self.name, limit=MOST_STEPS)

    def depth(self, levels: int) -> None:
        """Refuse a tree that goes deeper than any register."""
        if levels > DEEPEST:
            raise _words.refusal("too_deep", path=self.name, limit=DEEPEST)

    def length(self, found: int, limit: int) -> None:
        """Refuse a text that is longer than its parser may be given."""
        if found > limit:
            raise _words.refusal("too_large", path=self.name, size=found // MEGABYTE, limit=limit // MEGABYTE)

    def _count(self, count: int, limit: int) -> None:
        self.counted += count
        if self.bounded and self.counted > limit:
            raise _words.refusal("too_many_values", path=self.name, limit=limit)
