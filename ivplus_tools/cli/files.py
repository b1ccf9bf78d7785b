"""Commands that bring files in and give files out: import, export, backup, restore."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ivplus_tools import _words
from ivplus_tools.cli.base import (
    as_table,
    by_whom,
    complain,
    desk_of,
    echo,
    main,
    not_narrowed,
    on_desk,
    print_table,
    progress_of,
    whole,
)
from ivplus_tools.errors import Refusal

if TYPE_CHECKING:
    from ivplus_tools.desk import Desk

FILE, FOLDER = click.Path(), click.Path(file_okay=False)


@main.command(
    "import",
    exits={0: "every row was understood, and with --why recorded", 1: "rows were set apart, or a file held none"},
    examples=(
        "ivplus import seloste.xlsx                                # what would be recorded",
        'ivplus import seloste.xlsx --why "the form was renewed"   # record it',
        "ivplus import a.json b.csv --format json --lang en",
    ),
)
@click.argument("files", nargs=-1, required=True, type=FILE)
@on_desk
@by_whom
@as_table
@click.option("--why", help="the reason of the entries; without it the files are only previewed")
@click.option("--valid-from", metavar="DAY", help="true since this day, for rows without a day of their own (default: today)")
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

    Reads XLSX, ODS, CSV, JSON, YAML, RDF and ZIP by their content, with headings in Finnish, Swedish, English and French, and the
    files of other tools. What is not understood is kept with the record and told. A file that is refused is told, and the other
    files are read all the same.
    """
    desk = desk_of(path, valid, known, lang, by, must_exist=False)
    worst, told = 0, []
    for file in files:
        try:
            outcome = _imported(desk, file, shape, why, valid_from)
        except Refusal as refusal:
            complain(refusal, lang)
            worst = 2
            continue
        worst = max(worst, 0 if outcome.pop("whole") else 1)
        told.append(outcome)
    if shape == "json":
        echo(json.dumps(told, ensure_ascii=False, indent=1))
    sys.exit(worst)


def _imported(desk: Desk, file: str, shape: str, why: str | None, valid_from: str | None) -> dict[str, Any]:
    """One file read, shown, and with a reason recorded; `whole`: nothing was set apart and something was found."""
    with progress_of(file) as progress:
        preview = desk.register.read(file, progress)
    entries: tuple[int, ...] = ()
    if shape == "text":
        echo(preview.told())
    if shape == "csv" or (shape == "text" and len(preview.problems)):
        print_table(preview.problems, shape)
    if why is not None:
        receipt = preview.commit(why=why, valid_from=valid_from)
        entries = receipt.entries
        echo(repr(receipt), err=shape != "text")
    found = len(preview.rows) + preview.history
    return {**preview.as_data(), "entries": list(entries), "whole": preview.set_apart.empty and bool(found)}


def one_room(_ctx: click.Context, _: click.Parameter, told: str) -> str:
    """A room whose records are written to files; another one is refused with the nearest."""
    from ivplus_tools.rooms import ROOMS

    known = [name for name, room in ROOMS.items() if hasattr(room, "write")]
    if told not in known:
        raise _words.refusal("unknown_value", got=told, what="room", near=_words.nearest(told, known))
    return told


@main.command(
    "export",
    exits={0: "FILE was written"},
    examples=(
        "ivplus export register.xlsx",
        "ivplus export record.docx --lang sv --at 2025-12-31",
        "ivplus export one.pdf --id newsletter --force",
        "ivplus export all.json --history --format json",
    ),
)
@click.argument("file", type=FILE)
@on_desk
@click.option("--room", default="register", show_default=True, callback=one_room, help="the room that is written")
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
    room: str,
    subject: str | None,
    force: bool,
    history: bool,
    shape: str,
) -> None:
    """Write the register, whole or one activity, or another room (--room) to FILE, as of any day.

    The ending decides: .xlsx and .json are complete and come back without loss, .csv holds the activities; .docx, .html, .pdf and
    .md are the record of Art. 30 for people and authorities. No cell can run as a formula. Prints the file's name; with --format
    json also its size and SHA-256.
    """
    import hashlib

    if Path(file).exists() and not force:
        raise _words.refusal("file_exists", path=file)
    if room != "register" and (subject or history):
        raise _words.refusal("register_only")
    desk = desk_of(path, valid, known, lang)
    made = desk.register.write(file, id=subject, history=history) if room == "register" else getattr(desk, room).write(file)
    content = made.read_bytes()
    there, kinds = {one.entry.kind for one in getattr(desk, room).standing()}, getattr(desk, room).records
    left = [kind.kind for kind in kinds[1:] if kind.kind in there] if made.suffix == ".csv" else []
    if left:
        names = ", ".join(_words.say(f"kind_plural.{one}", lang) for one in left)
        echo(_words.say("shell.csv_only", lang, kind=_words.say(f"kind_plural.{kinds[0].kind}", lang), left=names), err=True)
    told = {"file": str(made), "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    echo(json.dumps(told, ensure_ascii=False) if shape == "json" else str(made))


@main.command(
    exits={0: "the folder was written"},
    examples=("ivplus backup copies/2026-03-02", "ivplus backup /mnt/safe/ivplus-2026-03 --desk ivplus.duckdb"),
)
@click.argument("folder", type=FOLDER)
@on_desk
def backup(folder: str, path: str, valid: str | None, known: str | None, lang: str) -> None:
    """Write the journal into FOLDER as plain JSON Lines with a manifest.

    FOLDER must be new or empty; it appears whole or not at all. The manifest holds the SHA-256 of each file and the head seal. No
    backup is made of a journal whose seals are broken. Prints the folder.
    """
    echo(str(whole(path, valid, known, lang).backup(folder)))


@main.command(
    exits={0: "the journal was made and its seals are whole"},
    examples=("ivplus restore copies/2026-03-02 --desk restored.duckdb",),
)
@click.argument("folder", type=FOLDER)
@on_desk
def restore(folder: str, path: str, valid: str | None, known: str | None, lang: str) -> None:
    """Make a journal at --desk from the backup in FOLDER.

    The manifest's hashes and the whole chain of seals are checked first; a damaged file is named and nothing is written. A journal
    that is already there is never replaced. Prints the number of entries and the head seal.
    """
    from dataclasses import replace

    from ivplus_tools.desk import restore as restored

    not_narrowed(valid, known, lang)
    echo(repr(replace(restored(folder, path), lang=lang)))
