"""Art. 33 and 34: what went wrong, the clock, the severity, the duty, the drafts, and the register of every breach."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from ivplus_tools import _dates, _law, _records, _room, _store, _words
from ivplus_tools._records import Record
from ivplus_tools.breach import findings as checks
from ivplus_tools.breach.case import Case, not_to_come
from ivplus_tools.breach.records import LANGUAGE, Breach, BreachNotice
from ivplus_tools.breach.state import Breaches
from ivplus_tools.exchange.filed import FiledRoom

if TYPE_CHECKING:
    import pandas

    from ivplus_tools.breach.drill import Drill
    from ivplus_tools.documents import Document


class BreachRoom(FiledRoom[Breaches]):
    """Personal data breaches, whether or not they were notified (Art. 33(5)), and what was told of them."""

    name: ClassVar[str] = "breach"
    records: ClassVar[tuple[type[Record], ...]] = (Breach, BreachNotice)
    reads = Breaches
    findings_of, due_of = staticmethod(checks.findings), staticmethod(checks.due)
    inner: ClassVar[frozenset[str]] = frozenset(("next_id",))

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
        for case in self.state().cases:
            found, clock, people = case.duty, case.clock, case.told_people()
            first = _dates.instant(people[0].sent) if people else None
            told.append((found.level, found.notify, found.communicate, clock.due, clock.sent, first))
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
        return [Case(self, one.id) for one in self.state().cases]

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
        ident = id or self.next_id()
        record = Breach.of(ident, title=title, aware=aware, **facts)
        record = record.replace(**self.state().prefilled(record))
        if record.written_in is None:
            record = record.replace(written_in=(LANGUAGE[self.standpoint.lang],))
        not_to_come(record, self.standpoint)
        since = valid_from if valid_from is not None else self.standpoint.now.date()
        self.record(record, valid_from=since, why=why or title, expecting=0)
        return Case(self, ident)

    def next_id(self) -> str:
        """The next number of the year; a number that was ever used is not used again."""
        return _room.next_of_year(self.standpoint, "breach", self.standpoint.now.year)

    # --- what if

    def what_if(self, reform: str) -> pandas.DataFrame:
        """Each case by the law in force and by a proposal, which is applied nowhere else: id, due, due_then, notify, notify_then."""
        known = sorted({one["reform"] for fact in _law.facts().values() for one in fact.proposals if one.get("reform")})
        if reform not in known:
            raise _words.refusal("not_our_reform", got=reform, near=", ".join(known))
        now = self.state()
        then = replace(now, reform=reform)
        rows = [
            (one.id, one.clock.due, other.clock.due, one.duty.notify, other.duty.notify)
            for one, other in zip(now.cases, then.cases, strict=True)
        ]
        return _room.frame(("id", "due", "due_then", "notify", "notify_then"), rows, self.standpoint.lang)

    # --- readiness

    def drill(self, seed: int = 0) -> Drill:
        """A plausible breach made of the register, and which questions of the notification form the register can answer by itself."""
        from ivplus_tools.breach import drill

        return drill.make(self.state(), seed)

    def readiness(self, days: Sequence[object]) -> pandas.DataFrame:
        """How many of the form's questions the register could answer on each day, over all activities: day, answered, asked, readiness."""
        from ivplus_tools.breach import drill

        return drill.over_time(self.state(), [days] if isinstance(days, str) or not isinstance(days, Sequence) else days)

    # --- the same questions in every room

    def document_of(self, state: Breaches) -> Document:
        """The register of Art. 33(5)."""
        from ivplus_tools.breach import drafts

        return drafts.register(state)

    def states_of(self, state: Breaches) -> Iterator[tuple[str, str, str]]:
        """What the law asks in each case."""
        for case in state.cases:
            yield case.id, "column.duty", case.duty.names()[state.lang]
