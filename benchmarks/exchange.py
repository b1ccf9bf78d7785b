"""Registers in and out: reading and committing a file of activities, writing what stands, beside what pandas does with the same."""

import json
import tempfile
from functools import partial
from pathlib import Path

import invented
from measuring import Row, memory, timed, times

import ivplus_tools as ivp

IMPORTED = (".xlsx", ".csv", ".json")
EXPORTED = (".xlsx", ".json", ".csv", ".docx", ".html", ".md", ".pdf")


def rows(folder: Path, count: int, rounds: int) -> list[Row]:
    """Every measure of imports and exports."""
    path = folder / "register.duckdb"
    desk = ivp.Desk(path, by="bench", lang="en")
    desk.register.record([invented.activity(number) for number in range(count)], valid_from="2026-01-01", why="first entry")
    for suffix in IMPORTED:
        desk.register.write(folder / f"in{suffix}")
    found = [_opened(folder / "in.xlsx", count, rounds)]
    found += [row for suffix in IMPORTED for row in _imported(folder, suffix, count, rounds)]
    return found + [row for suffix in EXPORTED for row in _exported(path, folder / f"out{suffix}", count, rounds)]


def take_in(file: Path, count: int) -> None:
    """Read a file and commit it to a new journal."""
    desk = ivp.Desk(Path(tempfile.mkdtemp(dir=file.parent)) / "new.duckdb", by="bench", lang="en")
    receipt = desk.register.read(file).commit(why="import")
    if len(receipt.entries) != count:
        raise SystemExit(f"{file.name}: {len(receipt.entries)} of {count} activities came in")


def look_at(file: Path) -> None:
    """Read a file beside an empty journal."""
    ivp.Desk(Path(tempfile.mkdtemp(dir=file.parent)) / "new.duckdb", by="bench", lang="en").register.read(file)


def pandas_in(file: Path) -> None:
    """The same file as a frame."""
    import pandas as pd

    if file.suffix == ".xlsx":
        pd.read_excel(file)
    elif file.suffix == ".csv":
        pd.read_csv(file, sep=";")
    else:
        pd.DataFrame(json.loads(file.read_text(encoding="utf-8"))["records"])


def by_openpyxl(file: Path) -> None:
    """Every cell of a workbook, by the library that knows hidden rows and struck-through text."""
    import openpyxl

    for sheet in openpyxl.load_workbook(file, read_only=True, data_only=True):
        list(sheet.iter_rows(values_only=True))


def by_calamine(file: Path) -> None:
    """The same cells by the library that reads old workbooks here, and knows neither."""
    import python_calamine

    book = python_calamine.CalamineWorkbook.from_path(str(file))
    for name in book.sheet_names:
        book.get_sheet_by_name(name).to_python()


def _opened(file: Path, count: int, rounds: int) -> Row:
    mine, other = times([partial(by_openpyxl, file), partial(by_calamine, file)], rounds)
    return timed(f"the cells of {count} activities from .xlsx: `openpyxl`", mine, "`python_calamine`", other)


def give_out(path: Path, file: Path) -> None:
    """Write everything that stands."""
    ivp.Desk(path, lang="en").register.write(file)


def pandas_out(path: Path, file: Path) -> None:
    """Write the frame of the activities."""
    frame = ivp.Desk(path, lang="en").register.activities()
    writers = {".xlsx": frame.to_excel, ".csv": frame.to_csv, ".json": frame.to_json, ".html": frame.to_html}
    writers[file.suffix](file.with_stem("pandas"))


def _imported(folder: Path, suffix: str, count: int, rounds: int) -> list[Row]:
    file = folder / f"in{suffix}"
    ours, theirs = partial(take_in, file, count), partial(pandas_in, file)
    name = {".xlsx": "`pandas.read_excel`", ".csv": "`pandas.read_csv`", ".json": "`pandas.DataFrame` of the JSON"}[suffix]
    measure = f"import {count} activities from {suffix}"
    reading, mine, other = times([partial(look_at, file), ours, theirs], rounds)
    return [
        timed(f"read {count} activities from {suffix}: the preview", reading, name, other, limit=1),
        timed(f"{measure}: read and recorded", mine, name, other),
        memory(measure, ours, name, theirs),
    ]


def _exported(path: Path, file: Path, count: int, rounds: int) -> list[Row]:
    ours, theirs = partial(give_out, path, file), partial(pandas_out, path, file)
    measure = f"export {count} activities to {file.suffix}"
    known = {".xlsx": "to_excel", ".csv": "to_csv", ".json": "to_json", ".html": "to_html"}.get(file.suffix)
    name = f"`activities().{known}`" if known else ""
    try:
        mine, *other = times([ours, theirs] if known else [ours], rounds)
    except ivp.errors.Refusal:
        return [Row(measure, "not available")]
    limit = 0.5 if file.suffix == ".xlsx" else 0
    return [timed(measure, mine, name, *other, limit=limit), memory(measure, ours, name, theirs if known else None)]
