"""The quarter: every answer of a day, why answers differ, a pack checked, against what one would do without the toolkit's own ways."""

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import invented
from measuring import Row, memory, table, timed, times

import ivplus_tools as ivp
from ivplus_tools import _store
from ivplus_tools.audit import verify
from ivplus_tools.rooms import ROOMS, answers_of

DAY, THEN = "2026-03-02", "2025-12-31"


def rows(folder: Path, sizes: Sequence[int], rounds: int) -> list[Row]:
    """Every measure of the audit."""
    sample = ivp.sample(folder / "quarter.duckdb", now=f"{DAY}T23:00")
    both = times([partial(findings, sample), partial(room_by_room, sample)], rounds)
    found = [timed("all findings of the sample", both[0], "each room reads the journal", both[1], most=1)]
    both = times([partial(compare, sample), partial(day_by_day, sample)], rounds, budget=60)
    found.append(timed("why 160 answers differ over two months", both[0], "all answers of every day", both[1], most=1))
    for size in sizes:
        big = ivp.Desk(invented.journal(folder / f"audit{size}.duckdb", size), lang="en")
        day = max(one.recorded_at for one in _store.entries(big.standpoint)).date()
        one = times([partial(compare, big.at(valid=day), day - timedelta(days=91))], min(rounds, 2), budget=60)
        found.append(timed(f"why answers differ over a quarter, {size:,} entries", one[0]))
    pack = ivp.evidence.audit(sample.standpoint.path, as_of=DAY, known=DAY, since=THEN, out=folder / "packs").path
    both = times([partial(verify.check, pack), partial(digest, pack)], rounds)
    found.append(timed("check an evidence pack", both[0], "SHA-256 of the file", both[1], limit=1))
    found.append(memory("check an evidence pack", partial(verify.check, pack)))
    whole = times([partial(audit, sample.standpoint.path, folder)], min(rounds, 3), budget=90)
    return [*found, timed("the audit of the sample, from journal to pack", whole[0], limit=30)]


def findings(desk: ivp.Desk) -> object:
    """Every room's findings, the journal read once."""
    return desk.findings()


def room_by_room(desk: ivp.Desk) -> object:
    """The same, each room opening the journal for itself."""
    return [room(desk.standpoint).findings() for room in ROOMS.values()]


def compare(desk: ivp.Desk, then: object = THEN) -> object:
    """Each difference with its cause."""
    return desk.compare(then)


def day_by_day(desk: ivp.Desk) -> object:
    """The answers of every day in between, which gives the days and no cause."""
    at = desk.standpoint
    days = (at.valid_on - date.fromisoformat(THEN)).days
    return [answers_of(desk.at(valid=at.valid_on - timedelta(days=back)).standpoint) for back in range(days)]


def digest(pack: Path) -> object:
    """What says only that the file is the same as some other."""
    return hashlib.sha256(pack.read_bytes()).hexdigest()


def audit(journal: Path, folder: Path) -> object:
    """The whole command without the shell."""
    return ivp.evidence.audit(journal, as_of=DAY, known=DAY, since=THEN, out=folder / "again", force=True)


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as made:
        print(table(rows(Path(made), (1_000,), 3)))
