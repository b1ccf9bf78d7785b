"""The command that reads a privacy notice as a linter reads a file: `ivplus notice FILE`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from ivplus_tools import _words
from ivplus_tools.cli.base import complain, desk_of, echo, fails_on, main, on_desk, print_csv
from ivplus_tools.errors import Refusal

UNTOLD = ("NOT-002", "NOT-004")
"""An item that cannot be told, a page that was not wholly read: never exit code 0."""


@main.command(
    exits={0: "no finding is at or above --fail-on, and every item could be told", 1: "one is, or one could not"},
    examples=(
        "ivplus notice tietosuoja.html",
        "ivplus notice seloste.fi.md beskrivning.sv.md --fail-on warning",
        "ivplus notice seloste.html --format sarif > notice.sarif",
        "ivplus notice --draft tietosuojaseloste.html --lang fi",
    ),
    reads=("IVPLUS_NOW",),
)
@click.argument("files", nargs=-1, type=click.Path())
@on_desk
@click.option("--language", type=click.Choice(_words.LANGS), help="the language of the files (default: as their words tell)")
@click.option("--draft", metavar="FILE", type=click.Path(), help="write the notice from the register: .html, .docx, .pdf, .md")
@fails_on
@click.option(
    "--format", "shape", type=click.Choice(["text", "json", "csv", "sarif"]), default="text", show_default=True, help="how they are printed"
)
def notice(
    files: tuple[str, ...], path: str, valid: str | None, known: str | None, lang: str, language: str | None, draft: str | None,
    fail_on: str, shape: str,
) -> None:  # fmt: skip
    """Read privacy notices and print what is missing, stale, wrong or against the register.

    A line on stdout is `file:line: CODE message [rule]`; what stands nowhere is of line 1. A summary of each file goes to stderr. Without
    a journal, or with an empty register, the law's items are judged all the same and nothing is said of the register.
    """
    from ivplus_tools._findings import failing

    if not (files or draft):
        raise click.UsageError("give a file to read, or --draft")
    desk = desk_of(path, valid, known, lang, must_exist=False)
    if draft:
        _draft(desk, Path(draft), lang)
    rows, refused = [], False
    for file in files:
        try:
            reading = desk.notice.read(file, language)
        except Refusal as refusal:  # the others are read all the same
            refused = True
            complain(refusal, lang)
            continue
        echo(repr(reading), err=True)
        rows += [(file, *one) for one in reading.lines()]
    _print(rows, shape, desk)
    if refused:
        sys.exit(2)
    if any(severity in failing(fail_on) or (code in UNTOLD and failing(fail_on)) for _, _, code, severity, _, _ in rows):
        sys.exit(1)


def _draft(desk: object, to: Path, lang: str) -> None:
    """The draft as a file; one that is there stays."""
    if to.exists():
        raise _words.refusal("draft_exists", path=to)
    made = desk.notice.draft()  # type: ignore[attr-defined]
    echo(_words.say("notice_form.saved", lang, path=made.save(to).absolute(), count=len(made.blanks)), err=True)


def _print(rows: list[tuple[str, int, str, str, str, str]], shape: str, desk: object) -> None:
    names = ("file", "line", "code", "severity", "finding", "rule")
    if shape == "sarif":
        from ivplus_tools.cli import sarif

        echo(json.dumps(sarif.log_of_files(rows, desk.standpoint), ensure_ascii=False, indent=1))  # type: ignore[attr-defined]
    elif shape == "json":
        echo(json.dumps([dict(zip(names, row, strict=True)) for row in rows], ensure_ascii=False, indent=1))
    elif shape == "csv":
        print_csv([list(names), *([str(cell) for cell in row] for row in rows)])
    else:
        for file, line, code, _, finding, rule in rows:
            echo(" ".join(f"{file}:{line}: {code} {finding} [{rule}]".split()))
