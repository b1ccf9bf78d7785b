"""Facts of the law that nobody has compared with the official text, or not in time; when instruments are to be read again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from ivplus_tools import _dates, _law
from ivplus_tools._findings import Finding
from ivplus_tools._state import State


def findings(state: State) -> Iterator[Finding]:
    """Instruments with facts that nobody has compared, one finding each, and those not read again in time."""
    unread = _law.unverified()
    for key, instrument in _instruments().items():
        mine = [one for one in unread if one.instrument["key"] == key]
        if mine:
            about: dict[str, object] = {"instrument": instrument["name"], "count": len(mine), "key": key}
            yield Finding(key, "LAW-001", min(value["from"] for one in mine for value in one.history or one.proposals), about)
        last = _read_by(instrument)
        if last and last < state.on:
            reread = instrument["reread"]
            yield Finding(key, "LAW-002", reread, {"name": instrument["name"], "reread": reread})


def _instruments() -> dict[str, dict[str, Any]]:
    return {one.instrument["key"]: one.instrument for one in _law.facts().values()}


def _read_by(instrument: dict[str, Any]) -> date | None:
    """The last day by which an instrument is to be read again, where it says how often."""
    reread, every = instrument.get("reread"), instrument.get("reread_every")
    return _dates.plus(reread, _dates.read_period(every)) if reread and every else None
