"""The journal: answers as of a day, verification, appending alone and by eight processes, over journals of several sizes."""

import contextlib
import hashlib
import itertools
import tempfile
from collections.abc import Sequence
from datetime import UTC
from functools import partial
from pathlib import Path
from statistics import median

import invented
from measuring import Act, Row, at_once, memory, said, table, timed, times

import ivplus_tools as ivp
from ivplus_tools import _store
from ivplus_tools._store.chain import ENTRIES, canonical

VALID, KNOWN = "2023-06-30", "2023-12-31"
WINDOW = """
FROM (FROM journal WHERE valid_from <= $day AND recorded_at <= $moment
      QUALIFY row_number() OVER (PARTITION BY kind, subject ORDER BY valid_from DESC, entry DESC) = 1)
WHERE body IS NOT NULL ORDER BY kind, subject"""
WRITERS = 8


def rows(folder: Path, sizes: Sequence[int], rounds: int) -> list[Row]:
    """Every measure of the journal; what is appended comes last, as it makes the journals longer."""
    paths = {size: invented.journal(folder / f"j{size}.duckdb", size) for size in sizes}
    found = [row for size, path in paths.items() for row in _as_of(path, f"{size:,}", rounds)]
    found += _grows(folder, paths, sizes, rounds)
    found += [row for size in sizes[1:] for row in _verify(paths[size], f"{size:,}", rounds)]
    found += [_append_alone(paths[size], f"{size:,}", rounds * 5) for size in (sizes[0], sizes[-1])]
    return [*found, *_append_at_once(paths[sizes[0]], f"{sizes[0]:,}", rounds)]


def _load(path: Path, file: str) -> "duckdb.DuckDBPyConnection":  # noqa: F821  imported on first use, so that no other child holds it
    """A bare DuckDB database with the journal's rows in a plain table."""
    import duckdb

    con = duckdb.connect(file)
    con.execute(f"ATTACH '{path}' AS ours (READ_ONLY)")
    con.execute("CREATE TABLE journal AS FROM ours.journal")
    con.execute("DETACH ours")
    return con


# --- as of a day


def activities(path: Path) -> object:
    """The frame of a past day."""
    return ivp.Desk(path, lang="en").at(valid=VALID, known=KNOWN).register.activities()


def window(path: Path) -> Act:
    """The same question as a window query, over the same rows in memory."""
    con, at = _load(path, ":memory:"), ivp.Desk(path).at(valid=VALID, known=KNOWN).standpoint
    return lambda: con.execute(WINDOW, {"day": at.valid_on, "moment": at.known_at}).df()


def _load_and_ask(path: Path) -> object:
    return window(path)()


def _as_of(path: Path, size: str, rounds: int) -> list[Row]:
    at = ivp.Desk(path).at(valid=VALID, known=KNOWN).standpoint

    def opening() -> None:
        with _store.file.open_journal(path) as con:
            _store._prepare(con, at, "FROM activities()")

    bare = window(path)
    whole, opened, asked = times([partial(activities, path), opening, bare], rounds)
    with _store.file.open_journal(path) as con:
        _store._prepare(con, at, "FROM standing()")
        macro, again = times([lambda: con.execute("FROM standing()").df(), bare], rounds)
    return [
        timed(f"as of a day, {size} entries: `register.activities()`", whole, "window query in memory", asked),
        timed(f"as of a day, {size} entries: of that, opening the file", opened, "the whole of it", whole),
        timed(f"as of a day, {size} entries: the macro `standing()` alone", macro, "window query in memory", again),
        memory(f"as of a day, {size} entries", partial(activities, path), "window query in memory", partial(_load_and_ask, path)),
    ]


# --- what an answer costs as the journal grows


def _grows(folder: Path, paths: dict[int, Path], sizes: Sequence[int], rounds: int) -> list[Row]:
    few, many = sizes[0], sizes[-1]
    stand = min(3_000, many)
    wide = {size: invented.journal(folder / f"w{size}.duckdb", size, size) for size in (few, many, stand)}
    one, other = times([partial(get, wide[many]), partial(get, wide[few])], rounds)
    long, short = times([partial(findings, paths[many]), partial(findings, paths[few])], rounds, budget=30)
    (all_of,) = times([partial(findings, wide[stand])], rounds, budget=20)
    return [
        timed(f"`register.get` among {many:,} subjects", one, f"among {few:,}", other, limit=0.1),
        timed(f"`desk.findings()`, {many:,} entries about 300 subjects", long, f"{few:,} entries about them", short, most=1.5),
        timed(f"`desk.findings()`, {stand:,} standing activities", all_of, limit=4),
        memory(f"`desk.findings()`, {stand:,} standing activities", partial(findings, wide[stand])),
    ]


def get(path: Path) -> object:
    """One activity."""
    return ivp.Desk(path, lang="en").register.get("a00007")


def findings(path: Path) -> object:
    """Every finding of every room."""
    return ivp.Desk(path, lang="en").findings()


# --- verify


def _verify(path: Path, size: str, rounds: int) -> list[Row]:
    texts = _sealed_texts(path)

    def hashing() -> None:
        for text in texts:
            hashlib.sha256(text).hexdigest()

    def reading() -> None:
        with _store.file.open_journal(path) as con:
            con.execute(ENTRIES).fetchall()
        hashing()

    ours, bare, fetched = times([ivp.Desk(path).verify, hashing, reading], rounds)
    return [
        timed(f"verify {size} entries", ours, "only hash the same bytes", bare, most=1 / 0.9),
        timed(f"verify {size} entries", ours, "read the rows and hash the bytes", fetched),
    ]


def _sealed_texts(path: Path) -> list[bytes]:
    """The very bytes that the seals are of."""
    with _store.file.open_journal(path) as con:
        found, previous = [], ""
        for *row, seal in con.execute(ENTRIES).fetchall():
            row[4:6] = row[4].isoformat(), row[5].astimezone(UTC).isoformat(timespec="microseconds")
            found.append(canonical([previous, *row]).encode())
            previous = seal
    if hashlib.sha256(found[-1]).hexdigest() != previous:
        raise SystemExit("the benchmark hashes other bytes than the journal does")
    return found


# --- append


def appender(path: Path, subject: int = 0) -> Act:
    """Records an activity, each time with other remarks."""
    desk, thing = ivp.Desk(path, by="bench", lang="en", trust_clock=True), invented.activity(subject)
    texts = (f"Muutos {subject}/{number}" for number in itertools.count())
    return lambda: desk.register.record(thing.replace(remarks=next(texts)), valid_from="2026-01-01", why="yearly review")


def bare_appender(path: Path, subject: int = 0, in_turns: bool = False) -> Act:
    """Opens a bare DuckDB file, inserts a row as large, closes it; under a lock where several processes take turns."""
    import duckdb
    from filelock import FileLock

    turn = FileLock(f"{path}.lock", poll_interval=0.005) if in_turns else contextlib.nullcontext()
    with turn, duckdb.connect(str(path)) as con:
        row = con.execute("FROM journal WHERE entry = ?", [subject + 1]).fetchone()

    def act() -> None:
        with turn, duckdb.connect(str(path)) as con:
            con.execute("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    return act


def _bare_file(path: Path) -> Path:
    bare = path.with_suffix(".bare")
    if not bare.exists():
        _load(path, str(bare)).close()
    return bare


def _append_alone(path: Path, size: str, rounds: int) -> Row:
    ours, bare = times([appender(path), bare_appender(_bare_file(path))], rounds)
    return timed(f"append one entry to {size}", ours, "bare DuckDB: open, insert, close", bare, tail=True)


def _append_at_once(path: Path, size: str, rounds: int) -> list[Row]:
    ours, bare = [], []
    for _ in range(max(1, rounds // 2)):
        ours.append(at_once([partial(appender, path, number) for number in range(WRITERS)], rounds * 2))
        bare.append(at_once([partial(bare_appender, _bare_file(path), number, in_turns=True) for number in range(WRITERS)], rounds * 2))
    spent, theirs = ([second for told, _ in found for second in told] for found in (ours, bare))
    rate, their_rate = (median(rate for _, rate in found) for found in (ours, bare))
    measure, name = f"append to {size}, {WRITERS} processes at once", "bare DuckDB under the same kind of lock"
    return [
        Row(f"{measure}: one entry", said(spent, True), f"{name}: {said(theirs, True)}", median(spent) / median(theirs)),
        Row(f"{measure}: all together", f"{rate:.0f} a second", f"{name}: {their_rate:.0f} a second", their_rate / rate),
    ]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        print(table(rows(Path(made), (1_000, 10_000, 100_000), 5)))
