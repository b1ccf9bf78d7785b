"""The command of requests: `ivplus rights`, the register with its clocks, or one letter."""

from __future__ import annotations

import sys

import click

from ivplus_tools.cli.base import as_table, by_whom, desk_of, echo, main, on_desk, print_table


@main.command(
    exits={
        0: "every request is answered in time, or still has time, and nothing is missing",
        1: "a request is late, its time cannot be told, or something is missing or wrong",
    },
    examples=("ivplus rights", "ivplus rights --format csv", "ivplus rights 2026-001 --letter answer --write vastaus.docx"),
    reads=("IVPLUS_NOW",),
)
@click.argument("request", required=False)
@on_desk
@by_whom
@click.option("--letter", metavar="KIND", help="a letter of REQUEST: acknowledgement, extension, answer, refusal, ...")
@click.option("--write", "out", metavar="FILE", type=click.Path(), help="write the letter: .docx, .html, .md, .pdf, .eml")
@as_table
def rights(
    request: str | None, path: str, valid: str | None, known: str | None, lang: str, by: str | None, letter: str | None, out: str | None,
    shape: str,
) -> None:  # fmt: skip
    """Requests of data subjects with the day by which each is to be answered; or one letter of REQUEST.

    What is late, missing or wrong is told on stderr. A person is never looked for from the shell, where values would stay in its history.
    """
    room = desk_of(path, valid, known, lang, by).rights
    if request and letter:
        draft = room.request(request).draft(letter)
        if out:
            echo(str(draft.save(out)))
        else:
            echo(draft.text)
        sys.exit(1 if draft.blanks else 0)
    if request:
        echo(repr(room.request(request)))
        found = room.findings()
        found = found[found["subject"] == request]
    else:
        print_table(room.requests()[["id", "state", "due", "rights", "received"]], shape)
        found = room.findings()
    for line in found[["subject", "code", "finding"]].itertuples(index=False, name=None):
        echo(" ".join(line), err=True)
    sys.exit(1 if len(found) else 0)
