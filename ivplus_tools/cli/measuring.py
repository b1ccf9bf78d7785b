"""The command that tells which evidence of security is stale, open or missing: `ivplus measures`."""

from __future__ import annotations

import sys

import click

from ivplus_tools import _words
from ivplus_tools.cli.base import as_table, desk_of, echo, main, on_desk, print_table


@main.command(
    exits={
        0: "every check is recorded, in order and its next time is known, and there is no finding",
        1: "something is stale, open, missing or cannot be told, or nothing is recorded",
    },
    examples=("ivplus measures", "ivplus measures --all --format csv", "ivplus measures --at 2026-12-31 --lang en"),
    reads=("IVPLUS_NOW",),
)
@on_desk
@click.option("--all", "every", is_flag=True, help="every check with its last and next time, also those in order")
@as_table
def measures(path: str, valid: str | None, known: str | None, lang: str, every: bool, shape: str) -> None:
    """Print what is stale, open or cannot be told of measures, trainings, reviews and undertakings.

    How many checks are in order, open, or cannot be told goes to stderr. Nothing is recorded by it, and no source is read.
    """
    room = desk_of(path, valid, known, lang).measures
    checks, found = room.overview(), room.findings()
    names = _words.values("evidence_state")
    counts = {state: int((checks["state"] == state).sum()) for state in names}
    told = ", ".join(f"{names[state][lang]} {count}" for state, count in counts.items())
    echo(_words.say("measures.summary_shell" if len(checks) else "measures.nothing", lang, checks=len(checks), counts=told), err=True)
    print_table(checks if every else found, shape)
    sys.exit(0 if len(checks) and counts["current"] == len(checks) and found.empty else 1)
