"""Art. 33 and 34: what went wrong, the clock, the severity, the duty, the drafts, and the register of every breach."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from ivplus_tools import _dates, _law, _records, _room, _store, _words
from ivplus_tools._findings import Due, Finding
from ivplus_tools._records import Record, texts
from ivplus_tools._room import Room
from ivplus_tools._store import Standpoint
from ivplus_tools.breach import findings as checks
from ivplus_tools.breach.case import Case, not_to_come
from ivplus_tools.breach.records import LANGUAGE, Breach, BreachNotice

if TYPE_CHECKING:
    import pandas

    from ivplus_tools.breach.drill import Drill
    from ivplus_tools.exchange import Preview


class BreachRoom(Room):
    """Personal data breaches, whether or not they were notified (Art. 33(5)), and what was told of them."""

    name: ClassVar[str] = "breach"
    records: ClassVar[tuple[type[Record], ...]] = (Breach, BreachNotice)
    inner: ClassVar[frozenset[str]] = frozenset(("name_of", "next_id", "prefilled"))
    reform: str | None = None
    _persons: dict[str, dict[str, str | None]] | None = None

    def __init__(self, standpoint: Standpoint, reform: str | None = None) -> None:
        super().__init__(standpoint)
        self.reform = reform

    @property
    def moment(self) -> datetime:
        """The moment at which clocks are read."""
        return self.standpoint.moment

    # --- what stands

    def breaches(self) -> pandas.DataFrame:
        """The register of Art. 33(5): id, title, level, notify, communicate, decision, due, notified, told_people, and every field."""
        import pandas as pd

        table = _store.frame(self.standpoint, "FROM breaches()")
        told = []
        for case in self.still().cases():
            found, people = case.duty, case.sent_notices("people") + case.sent_notices("press")
            clock = case.clock
            told.append(
                (found.level, found.notify, found.communicate, clock.due, clock.sent, _dates.instant(people[0].sent) if people else None)
            )
        columns = ["level", "notify", "communicate", "due", "notified", "told_people"]
        computed = pd.DataFrame(told, columns=columns, dtype=object, index=table.index)
        for column in columns[3:]:
            computed[column] = pd.to_datetime(computed[column], utc=True).dt.tz_convert("Europe/Helsinki")
        found = pd.concat([table.iloc[:, :2], computed, table.iloc[:, 2:]], axis=1)
        found.attrs.update(table.attrs)
        return found

    def notices(self) -> pandas.DataFrame:
        """What was told of all breaches: id, case, breach_draft, breach_phase, sent, sent_to, sent_by, case_number, hash."""
        return _store.frame(self.standpoint, "FROM breach_notices()")

    def case(self, id: str) -> Case:  # noqa: A002
        """The case of that identifier."""
        self._find(id, "breach")
        return Case(self, id)

    def cases(self) -> list[Case]:
        """Every case, by identifier."""
        return [Case(self, one.record.id) for one in self._of("breach")]

    @property
    def persons(self) -> dict[str, dict[str, str | None]]:
        """Persons kept outside the seals, by reference."""
        return self._persons if self._persons is not None else _store.persons(self.standpoint)

    def still(self) -> Self:
        """The same room with journal and persons read once."""
        made = super().still()
        made._persons = self.persons
        return made

    def known(self, name: str) -> list[str]:
        """The identifiers that a field of a breach may name: `activities`, `systems` or `processors`."""
        kinds = {"activities": ("activity",), "systems": ("system",), "processors": ("processor", "organisation")}[name]
        return sorted({one.subject for one in self.sealed() if one.kind in kinds})

    def name_of(self, ref: str) -> str:
        """The name that the register has for an activity, a system, an organisation or a processor; else what is told."""
        for one in self.sealed():
            if one.subject == ref and one.kind in ("activity", "system", "organisation") and (one.body or {}).get("name"):
                return str((one.body or {})["name"])
        return ref

    # --- a new one

    @_records.completes(Breach)
    def open(
        self,
        title: str,
        aware: object = None,
        id: str | None = None,  # noqa: A002
        why: str = "",
        valid_from: object = None,
        **facts: Any,
    ) -> Case:
        """Open a case with what is known: `aware` (when we became aware), `detected`, `occurred_from`, ... (`ivp.describe("breach")`).

        Counts and categories of linked `activities` come from the register where the facts do not tell them.
        """
        if not isinstance(title, str) or not _records.clean(title):
            raise _words.refusal("title_missing")
        made: Any = Breach
        ident = id or self.next_id()
        record = made(ident, title=title, aware=aware, **facts)
        record = record.replace(**self.prefilled(record))
        if record.written_in is None:
            record = record.replace(written_in=(LANGUAGE[self.standpoint.lang],))
        not_to_come(record, self.standpoint)
        since = valid_from if valid_from is not None else self.standpoint.now.date()
        self.record(record, valid_from=since, why=why or title, expecting=0)
        return Case(self, ident)

    def next_id(self) -> str:
        """The next number of the year; a number that was ever used is not used again."""
        year = self.standpoint.now.year
        used = [subject for kind, subject in _store.newest(self.standpoint) if kind == "breach"]
        numbers = [int(one[5:]) for one in used if one.startswith(f"{year}-") and one[5:].isdecimal()]
        return f"{year}-{max(numbers, default=0) + 1:03d}"

    def prefilled(self, record: Breach) -> dict[str, Any]:
        """What the register tells of the linked activities and is not told otherwise."""
        bodies = [one.body or {} for one in self.sealed() if one.kind == "activity" and one.subject in texts(record.activities)]
        found: dict[str, Any] = {}
        for name in ("data_subjects", "special_categories", "processors", "systems"):
            items = [item for body in bodies if isinstance(body.get(name), list) for item in body[name]]
            if items and getattr(record, name) is None:
                found[name] = list(dict.fromkeys(items))
        counts = [body["people_count"] for body in bodies if body.get("people_count")]
        if counts and record.people_count is None and len(counts) == len(bodies):
            found["people_count"] = _records.added(counts)
        measures = [body["security_measures"] for body in bodies if isinstance(body.get("security_measures"), list)]
        if measures and record.measures_before is None:
            found["measures_before"] = list(dict.fromkeys(item for many in measures for item in many))
        return found

    # --- what if

    def what_if(self, reform: str) -> pandas.DataFrame:
        """Each case by the law in force and by a proposal, which is applied nowhere else: id, due, due_then, notify, notify_then."""
        known = sorted({one["reform"] for fact in _law.facts().values() for one in fact.proposals if one.get("reform")})
        if reform not in known:
            raise _words.refusal("not_our_reform", got=reform, near=", ".join(known))
        still = self.still()
        then = copy.copy(still)
        then.reform = reform
        rows = [
            (one.id, one.clock.due, other.clock.due, one.duty.notify, other.duty.notify)
            for one, other in zip(still.cases(), then.cases(), strict=True)
        ]
        return _room.frame(("id", "due", "due_then", "notify", "notify_then"), rows, self.standpoint.lang)

    # --- readiness

    def drill(self, seed: int = 0) -> Drill:
        """A plausible breach made of the register, and which questions of the notification form the register can answer by itself."""
        from ivplus_tools.breach import drill

        return drill.make(self, seed)

    def readiness(self, days: Sequence[object]) -> pandas.DataFrame:
        """How many of the form's questions the register could answer on each day, over all activities: day, answered, asked, readiness."""
        from ivplus_tools.breach import drill

        return drill.over_time(self, [days] if isinstance(days, str) or not isinstance(days, Sequence) else days)

    # --- files

    def read(self, path: str | Path) -> Preview:
        """Preview of a workbook, CSV or JSON that this room has written (`write`): nothing is written before `.commit(why=)`."""
        from ivplus_tools import exchange

        return exchange.read(self, _store.path_of(path))

    def write(self, path: str | Path, lang: str | None = None) -> Path:
        """Write the register of breaches: `.xlsx`, `.json`, `.csv` with every field; `.docx`, `.html`, `.pdf`, `.md` for readers."""
        from ivplus_tools import exchange
        from ivplus_tools.breach import drafts
        from ivplus_tools.exchange import documents

        room, file = self._speaking(lang).still(), _store.path_of(path)
        if file.suffix.lower() in documents.WRITERS:
            return exchange.put(file, documents.render(drafts.register(room), file))
        return exchange.put(file, exchange.tables(room, room.standing(), file))

    # --- the same questions in every room

    def _findings(self) -> Iterable[Finding]:
        return checks.findings(self.still())

    def _due(self) -> Iterable[Due]:
        return checks.due(self.still())

    def _states(self) -> Iterator[tuple[str, str, str]]:
        """What the law asks in each case."""
        for case in self.still().cases():
            yield case.id, "column.duty", case.duty.names()[self.standpoint.lang]
