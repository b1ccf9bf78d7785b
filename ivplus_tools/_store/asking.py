"""A query of the user's own, over a copy of the journal in memory: whatever it says, there is no file to write."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ivplus_tools import _words
from ivplus_tools._store import file

if TYPE_CHECKING:
    import duckdb
    import pandas

ROWS = 1_000_000
PAUSE = 0.1
LONGEST = 3600
UNSHOWN = (NotImplementedError, TypeError, ValueError, OverflowError, RecursionError, MemoryError)
"""What the rows of an answer raise on their way into a frame: a day that Python has not, nesting, too much of it."""
COPY = """
CREATE TABLE memory.main.journal AS FROM file.main.journal ORDER BY entry;
CREATE TABLE memory.main.head AS FROM file.main.head;
CREATE TABLE memory.main.person AS FROM file.main.person;
"""
CLOSED = """
SET TimeZone = 'Europe/Helsinki';
SET search_path = 'system.main,memory.main';
SET memory_limit = '1GB';
SET temp_directory = '';
SET python_enable_replacements = false;
SET enable_external_access = false;
SET lock_configuration = true;
BEGIN TRANSACTION READ ONLY;
"""


def one_select(query: object) -> duckdb.Statement:
    """The one statement of a text, which the database's own parser calls a SELECT; anything else is refused."""
    import duckdb

    try:
        found = duckdb.extract_statements(query) if isinstance(query, str) else []
    except (duckdb.Error, TypeError, ValueError, RecursionError) as error:
        raise _words.refusal("bad_query", reason=str(error).split("\n")[0]) from None
    kinds = [_kind(one) for one in found]
    if kinds != ["SELECT"]:
        raise _words.refusal("not_one_select", got=", ".join(kinds) or "–")
    return found[0]


def _kind(statement: duckdb.Statement) -> str:
    """What the parser calls a statement; it knows some that its Python side has no name for."""
    try:
        return str(statement.type.name)
    except ValueError:
        return "?"


@contextlib.contextmanager
def copied(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database of its own with a copy of a journal. The file is let go of, and its lock, as soon as it is copied."""
    with contextlib.closing(file.empty()) as copy:
        with file.open_journal(path, engine=copy) as con:
            if con.execute("SELECT 1 FROM duckdb_databases() WHERE database_name = 'file'").fetchall():
                con.execute(COPY)
        yield copy


def close_off(con: duckdb.DuckDBPyConnection) -> None:
    """From here on the connection reaches no file and no network, writes nothing, and keeps within its memory."""
    con.execute(CLOSED)


def answer(con: duckdb.DuckDBPyConnection, statement: duckdb.Statement, seconds: float) -> pandas.DataFrame:
    """The rows of a statement as a frame; one that takes too long, or is too large, is refused."""
    import duckdb

    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 < seconds <= LONGEST:
        raise _words.refusal("bad_seconds", got=seconds, longest=LONGEST)
    done = threading.Event()

    def bound() -> None:
        if not done.wait(seconds):
            while not done.wait(PAUSE):
                con.interrupt()

    watch = threading.Thread(target=bound, daemon=True)
    watch.start()
    try:
        table = con.sql(statement).limit(ROWS + 1).df()
    except duckdb.InterruptException:
        raise _words.refusal("query_too_long", seconds=seconds) from None
    except (duckdb.Error, *UNSHOWN) as error:
        raise _words.refusal("bad_query", reason=str(error).split("\n")[0] or type(error).__name__) from None
    finally:
        done.set()
        watch.join()
    if len(table) > ROWS:
        raise _words.refusal("answer_too_large", rows=ROWS)
    return table
