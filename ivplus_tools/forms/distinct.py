"""Lists to choose from in which no two lines read alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


def distinct(options: Iterable[tuple[str, T]], apart: Callable[[T], str] = str) -> list[tuple[str, T]]:
    """Labels with their values; behind one that several have stands what tells it `apart`, and then a number where need be."""
    given = list(options)
    labels = Counter(_seen(label) for label, _ in given)
    told = [(f"{label} · {apart(value)}" if labels[_seen(label)] > 1 else label, value) for label, value in given]
    again, times, found = Counter(_seen(label) for label, _ in told), Counter[str](), list[tuple[str, T]]()
    for label, value in told:
        times[_seen(label)] += 1
        found.append((f"{label} · {times[_seen(label)]}" if again[_seen(label)] > 1 else label, value))
    return found


def _seen(label: str) -> str:
    """A label as a list shows it: several blanks as one."""
    return " ".join(label.split())
