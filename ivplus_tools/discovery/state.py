"""What stands of discovery: the data map, what the last scans found, and which activity declares a column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ivplus_tools._state import State
from ivplus_tools.discovery.kinds import YES, kinds
from ivplus_tools.discovery.records import DataScan, DataTable, FoundColumn, ScannedTable

COVERED, NOT_PERSONAL, UNDECLARED = "covered", "not_personal", "undeclared"


def parts(answer: Any) -> tuple[Any, ...]:
    """The parts of an answer; none where there are none or nothing is said."""
    return answer if isinstance(answer, tuple) else ()


@dataclass(frozen=True)
class Discovery(State):
    """The data map and the scans that stand, and the activities."""

    @cached_property
    def map(self) -> Mapping[tuple[str, str], DataTable]:
        """The tables of the data map, by source and table."""
        return {(one.source or "", one.table or ""): one for one in self.records("data_table")}

    @property
    def scans(self) -> list[DataScan]:
        """The last scan of each source."""
        return self.records("data_scan")

    def table_state(self, source: str, table: str) -> str:
        """Exactly one of covered, not personal, undeclared, as the data map says."""
        one = self.map.get((source, table))
        if one is None:
            return UNDECLARED
        return NOT_PERSONAL if one.no_personal_data == "yes" else COVERED if parts(one.activities) else UNDECLARED

    def declared_by(self, source: str, table: str, codes: Iterable[str]) -> tuple[str, ...]:
        """The activities of a table whose data categories tell of these kinds, each of them."""
        one = self.map.get((source, table))
        named = [name for name in parts(one.activities if one else None) if name in self.bodies("activity")]
        return tuple(name for name in named if all(self._tells(name, code) for code in codes))

    def _tells(self, activity: str, code: str) -> bool:
        """Whether the categories of an activity, or its answer of its own kind, tell of a kind."""
        body = self.bodies("activity")[activity]
        if code == "special_category":
            return isinstance(body.get("special_categories"), list)
        if code in ("identity_code", "test_identity_code") and isinstance(body.get("national_id"), str):
            return True
        told = body.get("data_categories")
        categories = " ; ".join(told).lower() if isinstance(told, list) else ""
        return any(one in categories for one in kinds()[code].declared)

    @cached_property
    def tables(self) -> list[tuple[str, ScannedTable, list[FoundColumn]]]:
        """Every table of the last scans, with what was found in it."""
        found = []
        for scan in self.scans:
            columns: dict[str, list[FoundColumn]] = {}
            for one in parts(scan.found_columns):
                columns.setdefault(one.table, []).append(one)
            found += [(scan.id, table, columns.get(table.table, [])) for table in parts(scan.scanned_tables)]
        return found


def sought(one: FoundColumn) -> tuple[str, ...]:
    """The kinds of a column that an activity has to declare."""
    return tuple(dict.fromkeys([*([one.data_kind] if one.data_kind else []), *parts(one.also)]))


def share_of(one: FoundColumn) -> float | None:
    """Of the filled values; none where only the name of the column speaks."""
    filled = int(one.filled or 0)
    return None if one.found_how == "column_name" or not filled else round(int(one.hits or 0) / filled, 6)


def is_sure(one: FoundColumn) -> bool:
    """Whether a column is told as a finding; a doubtful one waits for the officer."""
    return one.confidence != "doubtful"


def of_persons(found: Iterable[FoundColumn]) -> Iterator[FoundColumn]:
    """Columns that tell of persons by themselves."""
    return (one for one in found if kinds()[one.data_kind or ""].personal == YES or parts(one.also))
