"""What an engine is asked for when it carries out a cut, what it gives back, and what stops it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from ivplus_tools import _words


@dataclass(frozen=True)
class Tally:
    """How many rows a cut has, and a sum of keyed hashes over them, whatever their order."""

    rows: int
    digest: str


@dataclass(frozen=True)
class Outcome:
    """What carrying out a cut did: rows before and after, files kept aside, other tables touched."""

    before: int
    after: int
    kept: str = ""
    touched: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asked:
    """What a carrying out was asked for."""

    secret: bytes
    everything: bool = False
    """Whether every row of the table may go."""
    still: Callable[[], None] = lambda: None
    """The last look before it."""
    tag: str = ""
    """For the names of old files."""
    effects: frozenset[str] = frozenset()
    """Triggers, rules and keys that may act."""
    guarded: frozenset[str] = frozenset()
    """Tables in which nothing else may change, since rows of them may be held."""
    seen: Callable[[str, str], None] | None = None
    """Told of each row, key and start, before it goes."""
    swapping: Callable[[Mapping[str, str]], None] = lambda _: None
    """Told of the stamps of old and new files before the first is put in place."""


def demand_same(found: Tally, expected: Tally) -> None:
    """Refuse what is not what was planned and approved."""
    if (found.rows, found.digest) != (expected.rows, expected.digest):
        raise _words.refusal("drifted", planned=expected.rows, found=found.rows)


def demand_confirmed(total: int, expected: Tally, asked: Asked) -> None:
    """Refuse to take every row of a table where that was not said."""
    if total == expected.rows and not asked.everything:
        raise _words.refusal("confirm_all", rows=total)


def demand_named(effects: Iterable[str], asked: Asked) -> None:
    """Refuse what would act beside the erasure and was not named."""
    unnamed = [one for one in effects if not {one, one.partition(" ")[2]} & asked.effects]
    if unnamed:
        raise _words.refusal("effects", effects=", ".join(unnamed))
