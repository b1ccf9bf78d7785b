"""What a journal's file holds besides rows: exactly what this toolkit makes there, or it is told what else."""

from __future__ import annotations

import contextlib
from collections.abc import Set
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

SQL = Path(__file__).parent.parent / "sql"
Thing = tuple[str, str, str]
"""What an object is, its name, and the statement that makes it."""
OBJECTS = """
SELECT database_name, 'schema', schema_name, '' FROM duckdb_schemas() WHERE database_name IN ('file', 'wanted')
UNION ALL SELECT database_name, 'table', concat(schema_name, '.', table_name), sql
  FROM duckdb_tables() WHERE database_name IN ('file', 'wanted')
UNION ALL SELECT database_name, 'trigger', concat(schema_name, '.', table_name, '.', trigger_name), sql
  FROM duckdb_triggers() WHERE database_name IN ('file', 'wanted')
UNION ALL SELECT database_name, 'view', concat(schema_name, '.', view_name), sql
  FROM duckdb_views() WHERE database_name IN ('file', 'wanted')
UNION ALL SELECT database_name, 'index', concat(table_name, '.', index_name), sql
  FROM duckdb_indexes() WHERE database_name IN ('file', 'wanted')
UNION ALL SELECT database_name, 'sequence', sequence_name, sql FROM duckdb_sequences() WHERE database_name IN ('file', 'wanted')
UNION ALL SELECT database_name, 'type', concat(schema_name, '.', type_name), concat(logical_type, labels::TEXT)
  FROM duckdb_types() WHERE database_name IN ('file', 'wanted')
UNION ALL SELECT database_name, function_type, function_name, concat(parameters::TEXT, macro_definition)
  FROM duckdb_functions() WHERE database_name IN ('file', 'wanted')
"""


def found_and_wanted(con: duckdb.DuckDBPyConnection, number: int) -> tuple[Set[Thing], Set[Thing]]:
    """Everything that the file attached to a connection defines, and everything that a journal of a format does.

    `journal_<n>.sql` makes one whose statements were others than today's. It is made beside the file and asked for in the same query:
    an engine takes longer to list what it has than for all else that is done to open a journal.
    """
    earlier = SQL / f"journal_{number}.sql"
    made = (earlier if earlier.exists() else SQL / "journal.sql").read_text(encoding="utf-8")
    with contextlib.closing(con.cursor()) as beside:
        beside.execute("ATTACH ':memory:' AS wanted")
        beside.execute("USE wanted")
        beside.execute(made)
        rows = beside.execute(OBJECTS).fetchall()
        beside.execute("USE memory")
        beside.execute("DETACH wanted")
    found, wanted = (frozenset(row[1:] for row in rows if row[0] == place) for place in ("file", "wanted"))
    return found, wanted


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
