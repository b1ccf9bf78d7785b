"""The list of rooms, and what all of them say at one standpoint, each looked at once."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextvars import copy_context
from functools import cached_property
from typing import Any

from ivplus_tools import _compare, _findings, _store
from ivplus_tools._findings import DueRow, Finding, FindingRow
from ivplus_tools._records import Record
from ivplus_tools._room import Room
from ivplus_tools._state import State
from ivplus_tools._store import Standpoint
from ivplus_tools.assessments import AssessmentsRoom
from ivplus_tools.audit import AuditRoom, Status
from ivplus_tools.audit.state import Audit
from ivplus_tools.breach import BreachRoom
from ivplus_tools.discovery import DiscoveryRoom
from ivplus_tools.law import LawRoom
from ivplus_tools.marketing import MarketingRoom
from ivplus_tools.measures import MeasuresRoom
from ivplus_tools.notice import NoticeRoom
from ivplus_tools.register import RegisterRoom
from ivplus_tools.retention import RetentionRoom
from ivplus_tools.review import ReviewRoom
from ivplus_tools.rights import RightsRoom

ROOMS: dict[str, type[Room[Any]]] = {
    room.name: room
    for room in (
        RegisterRoom,
        ReviewRoom,
        BreachRoom,
        RetentionRoom,
        AuditRoom,
        NoticeRoom,
        DiscoveryRoom,
        RightsRoom,
        MarketingRoom,
        MeasuresRoom,
        AssessmentsRoom,
        LawRoom,
    )
}
"""A new room is one more name here: everything else asks this list."""


def room_at(name: str, at: Standpoint) -> Any:
    """A room at a standpoint; the audit room is told of the others."""
    kind: Any = ROOMS[name]
    return kind(at, ROOMS) if kind is AuditRoom else kind(at)


def record_called(name: str) -> type[Record] | None:
    """The record of that class name, of whatever room: the code that a form shows can be run."""
    return next((kind for room in ROOMS.values() for kind in room.records if kind.__name__ == name and not kind.own_act), None)


class AllRooms:
    """What every room finds, expects and says at one standpoint: the journal is read once, each room is looked at once."""

    def __init__(self, at: Standpoint) -> None:
        self.at = _store.read_page(at)
        self._rooms: dict[str, Room[Any]] = {name: room_at(name, self.at) for name in ROOMS}

    @cached_property
    def _states(self) -> dict[str, State]:
        states = {name: room.state() for name, room in self._rooms.items() if name != AuditRoom.name}
        return {**states, AuditRoom.name: Audit.read(self.at, AuditRoom.records, ask=self._others)}

    def state(self, name: str) -> State:
        """What stands in a room."""
        return self._states[name]

    def _others(self) -> list[tuple[str, Finding]]:
        """What the audit room is asked about: the findings of the others."""
        return [(name, one) for name, many in self._found.items() for one in many]

    @cached_property
    def _found(self) -> dict[str, list[Finding]]:
        return {name: list(room.findings_of(self._states[name])) for name, room in self._rooms.items() if name != AuditRoom.name}

    @cached_property
    def findings(self) -> dict[str, list[Finding]]:
        """What every room finds, by room."""
        own = list(self._rooms[AuditRoom.name].findings_of(self._states[AuditRoom.name]))
        return {name: self._found.get(name, own) for name in self._rooms}

    def rows(self) -> list[FindingRow]:
        """Every finding in words, the worst first."""
        rows = [row for name, found in self.findings.items() for row in _findings.rows_of(name, found, self.at.lang)]
        return sorted(rows, key=lambda row: _findings.SEVERITIES.index(row.severity))

    def statuses(self) -> list[Status]:
        """Every finding with what was answered to it."""
        room: Any = self._rooms[AuditRoom.name]
        found: list[Status] = room.statuses(self._states[AuditRoom.name])
        return found

    def identified(self) -> dict[str, Status]:
        """The same by the identifier of each finding."""
        room: Any = self._rooms[AuditRoom.name]
        found: dict[str, Status] = room.identified(self._states[AuditRoom.name])
        return found

    def coming(self, by: object = None) -> list[DueRow]:
        """What is coming in every room, the earliest first."""
        rows = [row for name, room in self._rooms.items() for row in room.coming(self._states[name], by)]
        return sorted(rows, key=lambda row: row.due)

    def answers(self) -> dict[_compare.Key, str]:
        """All that every room says; several answers of one kind about one subject are one, a line each."""
        rooms = self._rooms.items()
        return {key: one for name, room in rooms for key, one in _said(room, self._states[name], self.findings[name]).items()}


class Asked(Mapping[_compare.Key, str]):
    """The same answers, for a comparison of many days: a room is asked only once an answer of it is wanted.

    It then answers by the law that was read when this was made, be it held still. What it said is kept, what stands is not.
    """

    def __init__(self, at: Standpoint) -> None:
        self._at, self._law = _store.read_page(at), copy_context()
        self._told: dict[str, dict[_compare.Key, str]] = {}

    def _of(self, name: str) -> dict[_compare.Key, str]:
        if name not in self._told:
            self._told[name] = self._law.run(self._ask, name)
        return self._told[name]

    def _ask(self, name: str) -> dict[_compare.Key, str]:
        room: Room[Any] = room_at(name, self._at)
        state = room.state()
        return _said(room, state, room.findings_of(state))

    def __getitem__(self, key: _compare.Key) -> str:
        return self._of(key[0])[key]

    def __iter__(self) -> Iterator[_compare.Key]:
        return (key for name in ROOMS for key in self._of(name))

    def __len__(self) -> int:
        return sum(len(self._of(name)) for name in ROOMS)


def _said(room: Room[Any], state: State, found: Iterable[Finding]) -> dict[_compare.Key, str]:
    """What one room says; the same text is kept once, for most answers are those of the day before."""
    told: dict[_compare.Key, list[str]] = {}
    for subject, what, said in room.answers(state, found):
        told.setdefault((room.name, subject, what), []).append(said)
    return {key: sys.intern("\n".join(sorted(said))) for key, said in told.items()}


def answers_of(at: Standpoint) -> dict[_compare.Key, str]:
    """All that every room says at a standpoint."""
    return AllRooms(at).answers()
