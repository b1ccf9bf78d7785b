"""A room as a stranger would add it: one record, its findings, its due dates. Its words lie beside it, its query is written."""

from collections.abc import Iterator
from typing import ClassVar

from ivplus_tools import _records
from ivplus_tools._findings import Due, Finding
from ivplus_tools._records import Day, Record, Text, Texts, item
from ivplus_tools._state import State
from ivplus_tools.exchange.filed import FiledRoom


class Course(Record):
    """A course of the people who handle data (Art. 39(1)(b))."""

    room: ClassVar[str] = "toy"
    kind: ClassVar[str] = "course"
    noun: ClassVar[str] = "courses"

    topic: Text = item("gdpr:24(1)")
    trained: Texts = item("gdpr:24(1)")
    again_by: Day = item("gdpr:24(1)")


def findings(state: State) -> Iterator[Finding]:
    """Courses that say nothing of who was there."""
    for one in state.of("course"):
        if not _records.texts(one.record.trained):
            yield Finding(one.record.id, "TOY-001", one.entry.valid_from, {"topic": one.record.topic or "–"})


def due(state: State) -> Iterator[Due]:
    """When a training is held again."""
    for one in state.records("course"):
        if one.again_by:
            yield Due(one.id, one.again_by, "due.course", "gdpr:24(1)")


class ToyRoom(FiledRoom[State]):
    """Courses."""

    name: ClassVar[str] = "toy"
    records: ClassVar[tuple[type[Record], ...]] = (Course,)
    findings_of, due_of = staticmethod(findings), staticmethod(due)

    def courses(self) -> object:
        """Courses that stand: id, topic, trained, again_by."""
        from ivplus_tools import _store

        return _store.frame(self.standpoint, "FROM courses()")
