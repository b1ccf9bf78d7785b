"""The command that tells which assessments are missing: `ivplus assess`."""

from __future__ import annotations

import sys

import click

from ivplus_tools.cli.base import as_table, desk_of, echo, main, on_desk, print_table


@main.command(
    exits={
        0: "every balancing test and impact assessment that is needed is here and holds",
        1: "one is missing, stale, incomplete or against its steps, or it cannot be told whether one is needed",
    },
    examples=("ivplus assess", "ivplus assess kameravalvonta", "ivplus assess --format csv"),
    reads=("IVPLUS_NOW",),
)
@click.argument("activity", required=False)
@on_desk
@as_table
def assess(activity: str | None, path: str, valid: str | None, known: str | None, lang: str, shape: str) -> None:
    """Tell how the assessments of every activity stand, or screen ACTIVITY.

    A row an activity: its balancing tests, whether an impact assessment is needed (yes, no, cannot tell), and that assessment. Of one
    activity the criteria are printed with how each is known, and the answer with its reason on stderr.
    """
    from ivplus_tools.assessments.overview import GOOD

    room = desk_of(path, valid, known, lang).assessments
    rows = room.overview()
    if activity:
        seen = room.screen(activity)
        echo(repr(seen), err=True)
        print_table(seen.criteria, shape)
        rows = rows[rows["activity"] == activity]
    else:
        print_table(rows, shape)
    held = rows["test"].isin(GOOD) & rows["assessment"].isin(GOOD)
    sys.exit(0 if held.all() else 1)
