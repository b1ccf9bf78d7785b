"""What a journal's file holds besides rows: exactly what this toolkit makes there, or it is told what else."""

from __future__ import annotations

import functools
from collections.abc import Set
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

SQL = Path(__file__).parent.parent / "sql"
Thing = tuple[str, str, str]
"""What an object is, its name, and the statement that makes it."""
OBJECTS = """
SELECT 'schema', schema_name, '' FROM duckdb_schemas() WHERE database_name = 'file'
UNION ALL SELECT 'table', concat(schema_name, '.', table_name), sql FROM duckdb_tables() WHERE database_name = 'file'
UNION ALL SELECT 'trigger', concat(schema_name, '.', table_name, '.', trigger_name), sql
  FROM duckdb_triggers() WHERE database_name = 'file'
UNION ALL SELECT 'view', concat(schema_name, '.', view_name), sql FROM duckdb_views() WHERE database_name = 'file'
UNION ALL SELECT 'index', concat(table_name, '.', index_name), sql FROM duckdb_indexes() WHERE database_name = 'file'
UNION ALL SELECT 'sequence', sequence_name, sql FROM duckdb_sequences() WHERE database_name = 'file'
UNION ALL SELECT 'type', concat(schema_name, '.', type_name), concat(logical_type, labels::TEXT)
  FROM duckdb_types() WHERE database_name = 'file'
UNION ALL SELECT function_type, function_name, concat(parameters::TEXT, macro_definition)
  FROM duckdb_functions() WHERE database_name = 'file'
"""


def of_file(con: duckdb.DuckDBPyConnection) -> frozenset[Thing]:
    """Everything that the file attached to a connection defines."""
    return frozenset(con.execute(OBJECTS).fetchall())


@functools.cache
def of_format(number: int) -> frozenset[Thing]:
    """Everything that a journal of a format defines: `journal_<n>.sql` where its statements were others than today's."""
    import duckdb

    earlier = SQL / f"journal_{number}.sql"
    made = (earlier if earlier.exists() else SQL / "journal.sql").read_text(encoding="utf-8")
    with duckdb.connect(":memory:") as con:
        con.execute("ATTACH ':memory:' AS file; USE file")
        con.execute(made)
        return of_file(con)


def foreign(found: Set[Thing], wanted: Set[Thing]) -> str:
    """What a file has that we did not make, or lacks without which no row can be trusted; empty where there is nothing.

    A trigger that is gone changes no answer: `verify` tells of it, reading goes on.
    """
    lacking = {one for one in wanted - found if one[0] != "trigger"}
    return _told((found - wanted) or lacking)


def differing(found: Set[Thing], wanted: Set[Thing]) -> str:
    """Every difference between what a file defines and what it should; empty where it is exactly ours, or there is no file yet."""
    return _told(found ^ wanted) if found else ""


def _told(things: Set[Thing]) -> str:
    names = sorted(f"{kind} {name}" for kind, name, _ in things)
    return ", ".join(list(dict.fromkeys(names))[:5])
