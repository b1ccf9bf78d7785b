"""The sample files: one CSV per kind, a row per journal entry, cells in the text form of every export."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from ivplus_tools import _dates
from ivplus_tools._records import Record
from ivplus_tools._store import Draft


def read_sample(folder: Path, kinds: Mapping[str, type[Record]], until: datetime) -> list[Draft]:
    """The entries of the sample files (one CSV per kind, a row per entry) recorded no later than `until`, in order."""
    drafts = []
    for name, kind in kinds.items():
        if not (folder / f"{name}.csv").exists():
            continue  # the invented company has none of the kind
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            drafts += [_sample_draft(kind, row) for row in csv.DictReader(file)]
    known = [draft for draft in drafts if draft.recorded_at and draft.recorded_at <= until]
    return sorted(known, key=lambda draft: (draft.recorded_at, draft.kind, draft.subject))


def _sample_draft(kind: type[Record], row: dict[str, str]) -> Draft:
    told = {name: row.pop(name) for name in ("valid_from", "recorded_at", "recorded_by", "why", "ended")}
    ident = row.pop("id")
    body = None if told["ended"] else kind(ident, **{name: text for name, text in row.items() if text}).body()
    return Draft(
        kind.room, kind.kind, ident, _dates.day(told["valid_from"]), told["why"], body,
        recorded_at=_dates.instant(told["recorded_at"]), recorded_by=told["recorded_by"],
    )  # fmt: skip
