"""The command that looks for personal data: `ivplus discover`, over sources or a saved page."""

from __future__ import annotations

import sys

import click

from ivplus_tools.cli.base import as_table, by_whom, desk_of, echo, main, on_desk, print_table, progress_of


@main.command(
    exits={
        0: "everything was read, and what holds personal data is declared",
        1: "something is undeclared or doubtful, or was not read; of a page: a cookie or a host is not known, or needs consent",
    },
    examples=(
        "ivplus discover",
        "ivplus discover crm --format csv",
        "ivplus discover --sample 10000",
        "ivplus discover --page etusivu.har",
        "ivplus discover --page etusivu.har --keep",
    ),
    reads=("IVPLUS_NOW",),
)
@click.argument("source", required=False)
@on_desk
@by_whom
@click.option("--sample", type=click.IntRange(min=1), metavar="ROWS", help="read at most so many rows of each table, which is told")
@click.option("--page", metavar="FILE", type=click.Path(), help="a saved page instead: HAR, HTML, or what the EDPS collector wrote")
@click.option("--keep", is_flag=True, help="with --page: keep in the journal what was seen, by name and without values")
@as_table
def discover(
    source: str | None, path: str, valid: str | None, known: str | None, lang: str, by: str | None, sample: int | None, page: str | None,
    keep: bool, shape: str,
) -> None:  # fmt: skip
    """Look for personal data in SOURCE, in every source, or in a saved page.

    Columns that tell of persons are printed, and on stderr how many tables were read and what was not. Only names of columns and counts
    are kept in the journal, never a value; of a page nothing, but with --keep names of cookies and hosts.
    """
    if page:
        read = desk_of(path, valid, known, lang, by, must_exist=keep).discovery.page(page, keep=keep)
        echo(repr(read), err=True)
        print_table(read.cookies, shape)
        sys.exit(1 if read.open else 0)
    with progress_of(source or "discover") as progress:
        found = desk_of(path, valid, known, lang, by).discovery.scan(source, sample, progress)
    echo(repr(found), err=True)
    print_table(found.columns, shape)
    sys.exit(1 if found.open else 0)
