"""The text form of lists: the same in cells of spreadsheets, fields of forms and sample files."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable

from ivplus_tools import _words

MOST_ITEMS = 10_000
"""Items of one cell, beyond any list that a register holds."""

_SPECIAL = {  # only where a run of backslashes begins: within one, each place would be tried again
    "text": re.compile(r"(?<!\\)(\\*)([;\n])"),
    "parts": re.compile(r"(?<!\\)(\\*)([;\n])"),
    "fields": re.compile(r"(?<!\\)(\\*)(\|)"),
}
_JOINS = {"text": ("; ", ";", "\n"), "parts": ("\n", ";", "\n"), "fields": (" | ", "|", "|")}
"""What stands between two items, and the signs that are escaped within one."""


def split(text: str, level: str) -> list[str]:
    """The items of a cell: `text` and `parts` by `;` or line breaks, `fields` of a part by `|`.

    A backslash before a separator keeps it as text; backslashes elsewhere are plain characters.
    """
    items, begin, current = [], 0, ""
    for match in _SPECIAL[level].finditer(text):
        slashes = len(match[1])
        current += text[begin : match.start()] + "\\" * (slashes // 2)
        begin = match.end()
        if slashes % 2:
            current += match[2]
        else:
            items.append(current)
            current = ""
    items.append(current + text[begin:])
    if len(items) > MOST_ITEMS:
        raise _words.refusal("too_many_items", limit=MOST_ITEMS)
    return [one.strip() for one in items if one.strip()]


def join(items: Iterable[str], level: str) -> str:
    """The inverse of `split`."""
    separator, first, second = _JOINS[level]
    escaped = [_SPECIAL[level].sub(_escape, one) if first in one or second in one else one for one in items]
    if separator[0] != " ":  # only a backslash right before the separator would be taken for its escape
        escaped[:-1] = [one + "\\" * _ending(one) if one.endswith("\\") else one for one in escaped[:-1]]
    return separator.join(escaped)


def _escape(found: re.Match[str]) -> str:
    return f"{found[1] * 2}\\{found[2]}"


def _ending(text: str) -> int:
    return len(text) - len(text.rstrip("\\"))


def free_name(name: str, taken: Container[str]) -> str:
    """The name, or the name with a number that nobody has yet: two headings of the same words are two headings."""
    if name not in taken:
        return name
    last, count = 1, 2  # the last number that is taken, and one that may be free: a heading may stand there 100,000 times
    while f"{name} ({count})" in taken:
        last, count = count, 2 * count
    while count - last > 1:
        middle = (last + count) // 2
        last, count = (middle, count) if f"{name} ({middle})" in taken else (last, middle)
    return f"{name} ({count})"
