"""`ivplus ...` at the shell: a thin layer over the Desk. Exit 0 clean, 1 findings, 2 failure."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ivplus_tools import _words
from ivplus_tools.errors import Refusal

if TYPE_CHECKING:
    import pandas

    from ivplus_tools.desk import Desk

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"


class Commands(click.Group):
    """Commands whose refusals are one line on stderr and exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; a refusal is told without a traceback."""
        try:
            return super().invoke(ctx)
        except Refusal as refusal:
            lang = ctx.meta.get("lang") or os.environ.get("IVPLUS_LANG")
            click.echo(f"ivplus: {refusal.text(lang if lang in _words.LANGS else 'en')}", err=True)
            sys.exit(2)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="ivplus-tools")
def main() -> None:
    """The data protection officer's toolkit. The journal is --desk, else $IVPLUS_DESK, else ivplus.duckdb here."""


def _remember(ctx: click.Context, _: click.Parameter, lang: str) -> str:
    """Keep the language for a refusal that comes later."""
    ctx.meta["lang"] = lang
    return lang


def on_desk(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say which journal, as of which day, in which language."""
    for option in (
        click.option("--desk", "path", envvar="IVPLUS_DESK", default="ivplus.duckdb", show_default=True, help="the journal"),
        click.option("--at", "valid", help="as of this day (valid), as far as known now"),
        click.option("--known", help="as known on this day or at this moment"),
        click.option("--lang", type=click.Choice(_words.LANGS), default="fi", show_default=True, envvar="IVPLUS_LANG", callback=_remember),
    ):
        command = option(command)
    return command


def as_table(command: Callable[..., None]) -> Callable[..., None]:
    """The option that says how a table is printed."""
    return click.option("--format", "shape", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True)(command)


def by_whom(command: Callable[..., None]) -> Callable[..., None]:
    """The option that says who records."""
    return click.option("--by", envvar=["IVPLUS_BY", "USER", "USERNAME"], help="who records (default: $IVPLUS_BY, else the login name)")(
        command
    )


def _desk(path: str, valid: str | None, known: str | None, lang: str, by: str | None = None, must_exist: bool = True) -> Desk:
    from ivplus_tools.desk import Desk

    if must_exist and not Path(path).exists():
        raise _words.refusal("no_journal", path=path)
    desk = Desk(path, by=by or None, lang=lang)
    if not valid and not known:
        return desk
    desk = desk.at(valid=valid, known=known)
    if desk.sql("FROM standing() LIMIT 1").empty:
        click.echo(_words.say("ui.nothing_stood", lang), err=True)
    return desk


def _whole(path: str, valid: str | None, known: str | None, lang: str) -> Desk:
    """The Desk of a command about the whole journal, which a day does not narrow: that is said."""
    _not_narrowed(valid, known, lang)
    return _desk(path, None, None, lang)


def _not_narrowed(valid: str | None, known: str | None, lang: str) -> None:
    if valid or known:
        click.echo(_words.say("ui.whole", lang), err=True)


def _print(table: pandas.DataFrame, shape: str) -> None:
    """A table for a person or for a machine; instants and days as ISO text."""
    plain = table.copy()
    for column in plain.columns:
        if str(plain[column].dtype).startswith("datetime64"):
            plain[column] = [one.isoformat()[:10] if one == one else None for one in plain[column]]
    records = plain.astype(object).where(plain.notna(), None).to_dict("records")
    if shape == "json":
        click.echo(json.dumps(records, ensure_ascii=False, indent=1))
    elif shape == "csv":
        from ivplus_tools import exchange

        click.echo(
            exchange.csv_text([list(plain.columns), *([("" if one is None else str(one)) for one in row.values()] for row in records)]),
            nl=False,
        )
    else:
        for row in records:
            click.echo("  ".join(str(one) for one in row.values() if one not in (None, "")))


@main.command()
@on_desk
@as_table
@click.option("--fail-on", type=click.Choice(["error", "warning", "info", "never"]), default="error", show_default=True)
def check(path: str, valid: str | None, known: str | None, lang: str, shape: str, fail_on: str) -> None:
    """Findings as a linter prints them; exit 1 when one is at or above --fail-on."""
    from ivplus_tools._room import SEVERITIES

    found = _desk(path, valid, known, lang).findings()
    if shape == "text":
        for one in found.itertuples():
            click.echo(f"{one.subject}: {one.severity} {one.code} {one.finding} [{one.rule}]")
    else:
        _print(found, shape)
    counted = SEVERITIES[: SEVERITIES.index(fail_on) + 1] if fail_on != "never" else ()
    if found["severity"].isin(counted).any():
        sys.exit(1)


@main.command("import")
@click.argument("files", nargs=-1, required=True)
@on_desk
@by_whom
@as_table
@click.option("--why", help="the reason of the entries; without it the files are only previewed")
@click.option("--valid-from", help="true since this day, for rows without a day of their own (default: today)")
def import_(
    files: tuple[str, ...],
    path: str,
    valid: str | None,
    known: str | None,
    lang: str,
    by: str | None,
    shape: str,
    why: str | None,
    valid_from: str | None,
) -> None:
    """Preview registers in any known shape; with --why, record all rows of a file or none.

    Exit 1 when rows were set apart or none was found, 2 when a file was refused; the other files are read all the same.
    """
    desk = _desk(path, valid, known, lang, by, must_exist=False)
    worst, told = 0, []
    for file in files:
        try:
            with _progress(file) as progress:
                preview = desk.register.read(file, progress)
            entries: tuple[int, ...] = ()
            if shape == "text":
                click.echo(preview.told())
            if shape == "csv" or (shape == "text" and len(preview.problems)):
                _print(preview.problems, shape)
            if why is not None:
                receipt = preview.commit(why=why, valid_from=valid_from)
                entries = receipt.entries
                click.echo(repr(receipt), err=shape != "text")
        except Refusal as refusal:
            click.echo(f"ivplus: {refusal.text(lang)}", err=True)
            worst = 2
            continue
        worst = max(worst, 0 if preview.set_apart.empty and len(preview.rows) + preview.history else 1)
        told.append({**preview.as_data(), "entries": list(entries)})
    if shape == "json":
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
    sys.exit(worst)


@contextlib.contextmanager
def _progress(file: str) -> Iterator[Callable[[int, int], None] | None]:
    """A bar on a terminal's stderr while a file is read; nothing where nobody looks."""
    if not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=1, label=Path(file).name, file=sys.stderr) as bar:

        def progress(done: int, of: int) -> None:
            bar.length = of
            bar.update(done - bar.pos)

        yield progress


@main.command()
@click.argument("source", required=False)
@on_desk
@by_whom
@as_table
def scan(source: str | None, path: str, valid: str | None, known: str | None, lang: str, by: str | None, shape: str) -> None:
    """Count every retention rule's rows in SOURCE, or in every source, where they lie: those overdue on the day --at, else today.

    The rules and holds are those that stand now, unless --known says otherwise; counts of another day are not kept.
    Exit 1 when rows are overdue or a source could not be read.
    """
    desk = _desk(path, valid if known else None, known, lang, by)
    with _progress(source or "scan") as progress:
        found = desk.retention.scan(source, on=valid, progress=progress)
    if shape == "text":
        click.echo(repr(found))
    else:
        _print(found.table, shape)
    if found.failed or (found.table["overdue"].fillna(0) > 0).any():
        sys.exit(1)


@main.command("export")
@click.argument("file")
@on_desk
@click.option("--id", "subject", help="only this activity, with the organisations and systems that it names")
@click.option("--force", is_flag=True, help="replace FILE if it exists")
@click.option("--history", is_flag=True, help="every earlier entry too (.xlsx, .json)")
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text", show_default=True, help="how the result is told")
def export_(
    file: str,
    path: str,
    valid: str | None,
    known: str | None,
    lang: str,
    subject: str | None,
    force: bool,
    history: bool,
    shape: str,
) -> None:
    """Write the register to FILE: .xlsx and .json complete, .csv the activities, .docx .html .pdf .md the record of Art. 30."""
    if Path(file).exists() and not force:
        raise _words.refusal("file_exists", path=file)
    made = _desk(path, valid, known, lang).register.write(file, id=subject, history=history)
    content = made.read_bytes()
    told = {"file": str(made), "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    click.echo(json.dumps(told, ensure_ascii=False) if shape == "json" else str(made))


@main.command()
@on_desk
@click.option("--head", help="a seal printed earlier, which must be part of the chain")
def verify(path: str, valid: str | None, known: str | None, lang: str, head: str | None) -> None:
    """Check every seal of the journal; exit 1 when one is broken."""
    verdict = _whole(path, valid, known, lang).verify(head)
    click.echo(repr(verdict))
    if not verdict.ok:
        sys.exit(1)


@main.command()
@click.argument("folder")
@on_desk
def backup(folder: str, path: str, valid: str | None, known: str | None, lang: str) -> None:
    """Write the journal into FOLDER as plain JSON Lines with a manifest."""
    click.echo(str(_whole(path, valid, known, lang).backup(folder)))


@main.command()
@click.argument("folder")
@on_desk
def restore(folder: str, path: str, valid: str | None, known: str | None, lang: str) -> None:
    """Make a journal at --desk from the backup in FOLDER."""
    from dataclasses import replace

    from ivplus_tools.desk import restore as restored

    _not_narrowed(valid, known, lang)
    click.echo(repr(replace(restored(folder, path), lang=lang)))


@main.command()
@click.option("--port", default=8888, show_default=True)
@click.option("--no-browser", is_flag=True)
def lab(port: int, no_browser: bool) -> None:
    """JupyterLab on the start notebook: this machine only, with a token, without news, update checks or extensions from outside."""
    settings = Path(os.environ.get("IVPLUS_LAB_HOME", Path.home() / ".local" / "share" / "ivplus" / "lab")) / "settings"
    for plugin, content in _LAB_SETTINGS.items():
        file = settings / plugin
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            file.write_text(json.dumps(content, indent=1), encoding="utf-8")
    os.environ["JUPYTERLAB_SETTINGS_DIR"] = str(settings)
    root = NOTEBOOKS if NOTEBOOKS.is_dir() else Path.cwd()
    arguments = [
        sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={root}", "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}",
        "--LabApp.default_url=/lab/tree/00_start.ipynb", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.news_url=None", "--LabApp.extension_manager=readonly",
    ]  # fmt: skip
    if os.name == "posix":
        arguments.append("--KernelManager.transport=ipc")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--allow-root")
    if no_browser:
        arguments.append("--no-browser")
    if os.name == "posix":
        os.execv(arguments[0], arguments)  # noqa: S606  our own interpreter with constant arguments
    import subprocess

    sys.exit(subprocess.call(arguments))  # noqa: S603  our own interpreter with constant arguments


_LAB_SETTINGS: dict[str, dict[str, object]] = {
    "@jupyterlab/apputils-extension/notification.jupyterlab-settings": {
        "fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True,
    },
    "@jupyterlab/apputils-extension/sanitizer.jupyterlab-settings": {"allowCommandLinker": False},
}  # fmt: skip


@main.command("refresh-notebooks")
def refresh_notebooks() -> None:
    """Run `notebooks/checks` anew and keep their outputs; clear the outputs of the other notebooks."""
    from ivplus_tools import _notebooks

    for path in _notebooks.refresh(NOTEBOOKS):
        click.echo(str(path.relative_to(NOTEBOOKS.parent)))
