"""The command of marketing: `ivplus marketing check LIST`, a list against consents and bans before a send."""

from __future__ import annotations

import sys

import click

from ivplus_tools.cli.base import as_table, by_whom, desk_of, echo, main, on_desk, print_table, progress_of


@main.command(
    exits={
        0: "every row may be sent to, and nothing is open",
        1: "some rows are blocked, or something could not be judged or read",
    },
    examples=(
        "ivplus marketing check kampanja.csv --channel email --purpose uutiskirje",
        "ivplus marketing check kampanja.csv --channel email --purpose uutiskirje --write puhdas.csv",
    ),
    reads=("IVPLUS_NOW",),
)
@click.argument("act", type=click.Choice(["check"]), expose_value=False)
@click.argument("listed", metavar="LIST", type=click.Path())
@on_desk
@by_whom
@click.option("--channel", required=True, help="email, sms, other_message, automated_call, fax, phone or post")
@click.option("--purpose", required=True, help="a recorded purpose of marketing")
@click.option("--on", metavar="DAY", help="as of this day instead of today")
@click.option("--address", metavar="COLUMN", help="the column of the address, where its heading does not tell")
@click.option("--write", "target", metavar="FILE", help="write the cleaned list: the rows that may be sent to")
@as_table
def marketing(
    listed: str, path: str, valid: str | None, known: str | None, lang: str, by: str | None, channel: str, purpose: str,
    on: str | None, address: str | None, target: str | None, shape: str,
) -> None:  # fmt: skip
    """Check each address of LIST: counts by reason are printed, and on stderr what could not be judged.

    What cannot be judged is blocked, and so is everything where a table of consents or bans cannot be read whole. The journal keeps
    the counts, never an address; --write gives the cleaned list for the sender.
    """
    with progress_of("marketing") as progress:
        columns = {"address": address} if address else None
        found = desk_of(path, valid, known, lang, by).marketing.check(listed, channel, purpose, on, columns, progress)
    echo(repr(found), err=True)
    print_table(found.counts, shape)
    if target:
        found.write(target)
    sys.exit(0 if found.clean else 1)
