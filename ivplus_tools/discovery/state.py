"""What stands of discovery: the data map, what the last scans found, and which activity declares a column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ivplus_tools import _store
from ivplus_tools._state import State
from ivplus_tools._store import Entry
from ivplus_tools.discovery.kinds import NO, YES, kinds
from ivplus_tools.discovery.records import DataScan, DataTable, FoundColumn, ScannedTable

CONFIRMED = ("trait", "special_category")
"""Kinds of many things: that a category tells of one of them says nothing of the others."""
DENIED = re.compile(r"(?:ei|no|not|inga|inte|ilman|without|utan)\b")
CANNOT_TELL = "cannot_tell"
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

    @cached_property
    def confirmed(self) -> Mapping[tuple[str, str], Entry]:
        """The entry by which each table of the data map stands."""
        return {(one.record.source or "", one.record.table or ""): one.entry for one in self.of("data_table")}

    @cached_property
    def first_met(self) -> Mapping[tuple[str, str, str], Entry]:
        """The scan that was the first to meet a table (source, table, nothing), or to find what a column holds (source, table, column)."""
        found: dict[tuple[str, str, str], Entry] = {}
        for entry in _store.entries(self.at, ["data_scan"]):
            if entry.valid_from <= self.on:
                for field, column in (("scanned_tables", ""), ("found_columns", "column")):
                    for one in (entry.body or {}).get(field) or ():
                        found.setdefault((entry.subject, one["table"], one.get(column, "")), entry)
        return found

    def is_new(self, source: str, table: str, since: float = float("inf")) -> str:
        """Whether no scan before an entry (its number) has met a table; cannot tell where none has met any of that source."""
        earlier = [key for key, entry in self.first_met.items() if key[0] == source and entry.entry < since]
        return CANNOT_TELL if not earlier else NO if (source, table, "") in earlier else YES

    @property
    def scans(self) -> list[DataScan]:
        """The last scan of each source."""
        return self.records("data_scan")

    def activities_of(self, source: str, table: str) -> tuple[str, ...]:
        """The activities of a table that stand; one that nobody has recorded, or that has ended, covers nothing."""
        one = self.map.get((source, table))
        return tuple(name for name in parts(one.activities if one else None) if name in self.bodies("activity"))

    def table_state(self, source: str, table: str) -> str:
        """Exactly one of covered, not personal, undeclared, as the data map says."""
        one = self.map.get((source, table))
        if one is not None and one.no_personal_data == "yes":
            return NOT_PERSONAL
        return COVERED if self.activities_of(source, table) else UNDECLARED

    def declared_by(self, source: str, table: str, column: str, codes: Iterable[str]) -> tuple[str, ...]:
        """The activities of a table whose data categories tell of these kinds, each of them.

        What describes a person, or is of a special category, is declared where the officer has also confirmed the column.
        """
        sought, mapped = list(codes), self.map.get((source, table))
        confirmed = mapped is not None and column in [one.column for one in parts(mapped.identifying)]
        if not confirmed and any(code in CONFIRMED for code in sought):
            return ()
        return tuple(name for name in self.activities_of(source, table) if all(self._tells(name, code) for code in sought))

    def _tells(self, activity: str, code: str) -> bool:
        """Whether the categories of an activity, or its answer of its own kind, tell of a kind."""
        body = self.bodies("activity")[activity]
        if code == "special_category":
            return isinstance(body.get("special_categories"), list)
        if code == "trait":
            return True
        national = body.get("national_id")
        if code in ("identity_code", "test_identity_code") and national and not isinstance(national, dict):
            return True
        known, categories = kinds().get(code), _categories(body)
        return known is not None and any(re.search(rf"\b{stem}", one) for stem in known.declared for one in categories)

    def named_by(self, activity: str) -> Iterator[str]:
        """The kinds that an activity names as such: one search of every value tells whether a table holds them."""
        body = self.bodies("activity")[activity]
        national = body.get("national_id")
        for code, kind in kinds().items():
            said = any(re.search(rf"\b{stem}", one) for stem in kind.named for one in _categories(body))
            if said or (code == "identity_code" and national and not isinstance(national, dict)):
                yield code

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

    def suggested(self, source: str, table: str, links: Iterable[Mapping[str, str]] = ()) -> DataTable:
        """A table as the map has it; columns that the last scan found and links that were suggested are put beside what stands."""
        stands = self.map.get((source, table))
        facts: dict[str, Any] = stands.model_dump(exclude_none=True, exclude={"id"}) if stands else {"source": source, "table": table}
        found = next((found for name, one, found in self.tables if (name, one.table) == (source, table)), [])
        columns = [{"column": one.column or "", "data_kind": one.data_kind or ""} for one in found if is_sure(one)]
        if columns:  # what is found in a table is not said to be nobody's
            facts = {name: told for name, told in facts.items() if name not in ("no_personal_data", "reason", "reviewed_by")}
        facts |= {name: _beside(facts.get(name), new) for name, new in (("identifying", columns), ("links", links))}
        return DataTable.of(f"{source}/{table}", **facts)


def _beside(stands: Any, new: Iterable[Mapping[str, str]]) -> list[Any] | None:
    """What stands, and what is new of other columns; nothing where there is neither."""
    kept = list(parts(stands))
    known = [one["column"] for one in kept]
    return [*kept, *(one for one in new if one["column"] not in known)] or None


def _categories(activity: Mapping[str, Any]) -> list[str]:
    """What an activity says that it processes, without what it says that it does not."""
    told = activity.get("data_categories")
    return [one.lower() for one in told if not DENIED.match(one.lower())] if isinstance(told, list) else []


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
    return (one for one in found if parts(one.also) or (one.data_kind in kinds() and kinds()[one.data_kind].personal == YES))
