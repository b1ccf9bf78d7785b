"""What commands share: the group and its help pages, the options, the journal, refusals, tables."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ivplus_tools import _words
from ivplus_tools.errors import Refusal

if TYPE_CHECKING:
    import pandas

    from ivplus_tools.desk import Desk

SECTIONS = {  # the order of `ivplus --help`: by use; a command that no section names comes last
    "Look": (
        "check",
        "due",
        "rule",
        "law",
        "scan",
        "discover",
        "rights",
        "marketing",
        "measures",
        "assess",
        "notice",
        "audit",
        "anchor",
        "verify",
    ),
    "Files": ("import", "export", "backup", "restore"),
    "House": ("lab", "doctor", "completion", "refresh-notebooks"),
}
ENVIRONMENT = {
    "IVPLUS_DESK": "the journal, where --desk is not given",
    "IVPLUS_BY": "who records, where --by is not given; without it the login name",
    "IVPLUS_LANG": "fi, sv or en, where --lang is not given; of refusals too",
    "IVPLUS_NOW": "a moment such as 2026-03-02T09:00 in the place of the machine's clock, for tests",
    "IVPLUS_LAB_HOME": "where `ivplus lab` keeps its settings (default: ~/.local/share/ivplus/lab)",
}
SAMPLE = "sample"
"""What --desk takes for the invented company, made anew each time."""
FAILED = "refused, misused or failed; the reason is on stderr"


class Page(click.Command):
    """A command whose help ends like a manual page: exit codes, environment, examples."""

    def __init__(self, *args: Any, exits: dict[int, str], examples: Sequence[str], reads: Sequence[str] = (), **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.exits, self.examples, self.reads = {**exits, 2: FAILED}, examples, reads

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the last three sections."""
        _section(formatter, "Exit codes", {str(code): meaning for code, meaning in sorted(self.exits.items())})
        given = {one for option in self.get_params(ctx) for one in _as_list(option.envvar)}
        names = [name for name in ENVIRONMENT if name in {*given, *self.reads}]
        _section(formatter, "Environment", {name: ENVIRONMENT[name] for name in names})
        with formatter.section("Examples"):
            for line in self.examples:
                formatter.write(f"{'':{formatter.current_indent}}{line}\n")


class Commands(click.Group):
    """Commands in the order of their use, whose refusals are one line on stderr and exit code 2."""

    command_class = Page

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names by section; what no section names comes last."""
        named = [name for names in SECTIONS.values() for name in names]
        return [*(name for name in named if name in self.commands), *(name for name in super().list_commands(ctx) if name not in named)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each section with the first line of each command."""
        left = self.list_commands(ctx)
        for title, names in [*SECTIONS.items(), ("Other", [name for name in left if not any(name in one for one in SECTIONS.values())])]:
            _section(formatter, title, {name: self.commands[name].get_short_help_str(100) for name in names if name in self.commands})

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write what holds for every command."""
        _section(formatter, "Exit codes", {"0": "clean", "1": "done, and something is to be looked at", "2": FAILED})
        _section(formatter, "Environment", ENVIRONMENT)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; a refusal is told without a traceback, and no failure looks like a finding (exit code 1)."""
        try:
            return super().invoke(ctx)
        except Refusal as refusal:
            complain(refusal, ctx.meta.get("lang"))
            sys.exit(2)
        except (click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except Exception as error:
            if isinstance(error, OSError) and error.errno == errno.EPIPE:  # `ivplus check | head`: click ends quietly
                raise
            import traceback

            echo(traceback.format_exc(), err=True)
            sys.exit(2)


def _section(formatter: click.HelpFormatter, title: str, rows: dict[str, str]) -> None:
    if rows:
        with formatter.section(title):
            formatter.write_dl(list(rows.items()))


def _as_list(names: str | Sequence[str] | None) -> Sequence[str]:
    return [names] if isinstance(names, str) else names or []


def echo(text: object = "", err: bool = False, nl: bool = True) -> None:
    """Print for a person or a program; nothing in it can act on the terminal."""
    click.echo(_words.printable(str(text)), err=err, nl=nl)


def complain(refusal: Refusal, lang: str | None = None) -> None:
    """A refusal as one line on stderr, in the language asked for, else in English."""
    asked = lang or os.environ.get("IVPLUS_LANG")
    echo(f"ivplus: {refusal.text(asked if asked in _words.LANGS else 'en')}", err=True)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="ivplus-tools")
def main() -> None:
    """The data protection officer's toolkit: what is processed, what is missing and why, as of any day, with proof.

    The journal is --desk, else $IVPLUS_DESK, else ivplus.duckdb in this folder. `ivplus COMMAND --help` tells the rest.
    """


# --- options


def _remember(ctx: click.Context, _: click.Parameter, lang: str) -> str:
    """Keep the language for a refusal that comes later."""
    ctx.meta["lang"] = lang
    return lang


def in_language(command: Callable[..., None]) -> Callable[..., None]:
    """The option that says in which language the answer comes."""
    return click.option(
        "--lang", type=click.Choice(_words.LANGS), default="fi", show_default=True, envvar="IVPLUS_LANG", callback=_remember,
        help="the language of the answer",
    )(command)  # fmt: skip


def on_journal(command: Callable[..., None]) -> Callable[..., None]:
    """The option that says which journal."""
    return click.option(
        "--desk",
        "path",
        type=click.Path(),
        envvar="IVPLUS_DESK",
        default="ivplus.duckdb",
        show_default=True,
        help="the journal; `sample`: an invented company to try things on",
    )(command)


def on_desk(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say which journal, as of which day, in which language."""
    at = click.option("--at", "valid", metavar="DAY", help="as of this day (valid), as far as known now")
    known = click.option("--known", metavar="DAY", help="as known on this day or at this moment")
    return on_journal(at(known(in_language(command))))


def as_table(command: Callable[..., None]) -> Callable[..., None]:
    """The option that says how a table is printed."""
    return click.option(
        "--format", "shape", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True, help="how the answer is printed"
    )(command)


def fails_on(command: Callable[..., None]) -> Callable[..., None]:
    """The option that says from which severity on findings are exit code 1."""
    levels = click.Choice(["error", "warning", "info", "never"])
    return click.option("--fail-on", type=levels, default="error", show_default=True, help="exit code 1")(command)


def by_whom(command: Callable[..., None]) -> Callable[..., None]:
    """The option that says who records."""
    return click.option("--by", envvar=["IVPLUS_BY", "USER", "USERNAME"], help="who records (default: $IVPLUS_BY, else the login name)")(
        command
    )


# --- the journal


def desk_of(path: str, valid: str | None, known: str | None, lang: str, by: str | None = None, must_exist: bool = True) -> Desk:
    """The Desk of a command, at the day asked; a day on which nothing stood is told."""
    from ivplus_tools.desk import Desk, sample

    if must_exist and path != SAMPLE and not Path(path).exists():
        raise _words.refusal("no_journal", path=path)
    desk = sample(lang=lang) if path == SAMPLE else Desk(path, by=by or None, lang=lang)
    if not valid and not known:
        return desk
    desk = desk.at(valid=valid, known=known)
    if desk.sql("FROM standing() LIMIT 1").empty:
        echo(_words.say("ui.nothing_stood", lang), err=True)
    return desk


def whole(path: str, valid: str | None, known: str | None, lang: str) -> Desk:
    """The Desk of a command about the whole journal, which a day does not narrow: that is said."""
    not_narrowed(valid, known, lang)
    return desk_of(path, None, None, lang)


def not_narrowed(valid: str | None, known: str | None, lang: str) -> None:
    """Say that a day was given to a command about the whole journal."""
    if valid or known:
        echo(_words.say("ui.whole", lang), err=True)


# --- what is printed


def print_table(table: pandas.DataFrame, shape: str) -> None:
    """A table for a person or for a machine; instants and days as ISO text."""
    from ivplus_tools import exchange

    if shape == "json":
        echo(json.dumps(exchange.plain_rows(table), ensure_ascii=False, indent=1))
    elif shape == "csv":
        print_csv([list(table.columns), *exchange.text_rows(table)])
    else:
        for row in exchange.text_rows(table):
            echo("  ".join(one for one in row if one))


def print_csv(rows: list[list[str]]) -> None:
    """Rows as CSV in which no cell can run as a formula."""
    from ivplus_tools import exchange

    told = exchange.csv_text(rows)  # as it is where a program takes it
    echo(told, nl=False) if sys.stdout.isatty() else click.echo(told, nl=False)


@contextlib.contextmanager
def progress_of(file: str) -> Iterator[Callable[[int, int], None] | None]:
    """A bar on a terminal's stderr while a file is read; nothing where nobody looks."""
    if not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=1, label=_words.printable(Path(file).name), file=sys.stderr) as bar:

        def progress(done: int, of: int) -> None:
            bar.length = of
            bar.update(done - bar.pos)

        yield progress
