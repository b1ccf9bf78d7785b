"""Art. 5(1)(e): how long, from when, what in our systems is due to go; previewed, approved, erased and certified."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, ClassVar

from ivplus_tools import _dates, _law, _room, _store, _words
from ivplus_tools._findings import DueRow
from ivplus_tools._records import Record
from ivplus_tools.exchange.filed import FiledRoom
from ivplus_tools.retention import findings as checks
from ivplus_tools.retention.holds import in_force
from ivplus_tools.retention.records import (
    ErasureCertificate,
    ErasurePlan,
    Hold,
    RetentionRule,
    ScanResult,
    Source,
)  # fmt: skip
from ivplus_tools.retention.scan import COUNTS, counted, months_of, number
from ivplus_tools.retention.state import Retention
from ivplus_tools.retention.statutes import starts_of

if TYPE_CHECKING:
    import pandas

    from ivplus_tools.documents import Document
    from ivplus_tools.retention.plan import Plan
    from ivplus_tools.retention.scan import Progress, Scan


class RetentionRoom(FiledRoom[Retention]):
    """Where data lie, how long they may, what is held, what was counted, what was erased."""

    name: ClassVar[str] = "retention"
    records: ClassVar[tuple[type[Record], ...]] = (Source, RetentionRule, Hold, ScanResult, ErasurePlan, ErasureCertificate)
    reads = Retention
    findings_of, due_of = staticmethod(checks.findings), staticmethod(checks.next_due)

    # --- what stands

    def rules(self) -> pandas.DataFrame:
        """Retention rules that stand: id, activity, data_category, source, table, start_column, start_event, period, action, ..."""
        return _store.frame(self.standpoint, "FROM retention_rules()")

    def holds(self) -> pandas.DataFrame:
        """Legal holds that stand, and whether they are in force on the day: id, in_force, subjects, rules, held_from, reason, ..."""
        table = _store.frame(self.standpoint, "FROM holds()")
        told = {one.id: in_force(one, self.standpoint.valid_on) for one in self.state().records("hold")}
        table.insert(1, "in_force", [told[ident] for ident in table["id"]])
        return table

    def sources(self) -> pandas.DataFrame:
        """Where data lie: id, location, system, password_from, remarks."""
        return _store.frame(self.standpoint, "FROM sources()")

    def columns(self, name: str) -> pandas.DataFrame:
        """What a source holds, read now: table, column, type."""
        from ivplus_tools import _sources

        with _sources.opened(self.state().place(name)) as engine:
            rows = [(table, column.name, column.type) for table in engine.tables() for column in engine.columns(table).values()]
        return _room.frame(("table", "column", "type"), rows, self.standpoint.lang)

    def dates(self, name: str, date_format: object = None) -> pandas.DataFrame:
        """How the start texts of a rule, or of every rule of a source, are read as days: rule, text, day, rows. Read now, kept nowhere.

        Ten examples, those that are no day first, then how many others. `date_format`: as if that were declared.
        """
        from ivplus_tools.retention import examples

        return examples.frame(self.state(), name, date_format)

    def plans(self) -> pandas.DataFrame:
        """Plans of erasure, with what became of them: id, rule, plan_state, rows, planned_by, approved_by, executed, ..."""
        return _store.frame(self.standpoint, "FROM erasure_plans()")

    def certificates(self) -> pandas.DataFrame:
        """What was carried out: id, plan, rule, rows, total_before, total_after, planned_by, approved_by, executed_by, executed, ..."""
        return _store.frame(self.standpoint, "FROM certificates()")

    def statutes(self) -> pandas.DataFrame:
        """The library of retention law in force on the day: code, name, kind, period, start_event, review, says, source.

        `kind`: `minimum` and `maximum` are set by law, `claim` is a limitation period, `policy` our own decision, `review` a review set
        by law. `review`: the period is the time to the next review, not the end. `start_event`: several where the law allows them.
        """
        lang, rows = self.standpoint.lang, []
        for code, fact in _law.codes("retention_statute").items():
            now = fact.on(self.standpoint.valid_on)
            if now:
                review = "yes" if now.get("review") else "no"
                told = (now["kind"], now.get("period"), "; ".join(starts_of(now)) or None, review, fact.says[lang], fact.sources[lang])
                rows.append((code, fact.name[lang], *told))
        table = _room.frame(("code", "name", "kind", "period", "start_event", "review", "says", "source"), rows, lang)
        table.attrs["said"] = {"source": _words.texts("cite.whence")}
        table.attrs["lists"] = {"kind": "statute_kind", "review": "yes_no"}
        return table

    # --- counting

    def scan(
        self,
        source: str | None = None,
        on: object = None,
        progress: Progress | None = None,
        memory: str | None = None,
        fresh: bool = False,
    ) -> Scan:
        """Count every rule's rows where they lie, as of a day (`on`, else the Desk's): total, overdue, held, without a start, by month.

        The counts are kept in the journal where somebody records; `progress(done, of)` follows; `memory`: a limit such as `256MB`.
        Of a Parquet table of several files only those are read that have come since the last scan; `fresh`: all are.
        """
        from ivplus_tools.retention import counting

        day = _dates.day(on) if on is not None else self.standpoint.valid_on
        return counting.recorded(self, source, day, progress, memory, fresh)

    def counts(self) -> pandas.DataFrame:
        """What the last scans counted; no source is read: source, as_of, table, rule, total, no_start, overdue, held, unreadable, ...

        A count that was not made is NA, never 0: what is kept of an earlier one stands in the findings alone.
        """
        rows = [
            (one.id, one.as_of, count.table, count.rule, *(number(getattr(count, name)) for name in COUNTS), count.next_due)
            if not count.problem
            else (one.id, one.as_of, count.table, count.rule, *(number(None) for _ in COUNTS), None)
            for one in self.state().records("scan")
            for count in one.counts or ()
        ]
        columns = ("source", "as_of", "table", "rule", *COUNTS, "next_due")
        return counted(columns, rows, self.standpoint.lang)

    def months(self) -> pandas.DataFrame:
        """What falls due in the months to come by the last scans: source, table, rule, month, rows."""
        rules = {one.id: one for one in self.state().records("retention_rule")}
        return months_of([count for one in self.state().records("scan") for count in one.counts or ()], rules, self.standpoint.lang)

    # --- planning, approving, carrying out

    def plan(self, rule: str, why: str = "") -> Plan:
        """Freeze what is overdue by a rule today: predicate, count, hash of the keys, seal of the journal. Nothing is erased."""
        from ivplus_tools.retention import plan as planning

        return planning.make(self, rule, why)

    def get_plan(self, id: str) -> Plan:  # noqa: A002
        """A plan of that identifier, to approve, carry out or settle."""
        from ivplus_tools.retention.plan import Plan

        self._find(id, "erasure_plan")
        return Plan(self, id)

    def approve(self, id: str, by: str, single_officer: bool = False) -> Plan:  # noqa: A002
        """Approve a plan; see `Plan.approve`."""
        return self.get_plan(id).approve(by, single_officer)

    def execute(
        self,
        id: str,  # noqa: A002
        grant: str,
        confirm: int | None = None,
        location: str | None = None,
        triggers: Iterable[str] = (),
    ) -> Plan:
        """Carry out an approved plan; see `Plan.execute`."""
        return self.get_plan(id).execute(grant, confirm, location, triggers)

    def confirm(self, id: str) -> Plan:  # noqa: A002
        """Delete the old file that an erasure left; see `Plan.confirm`."""
        return self.get_plan(id).confirm()

    # --- the same questions in every room

    def due(self, by: object = None) -> pandas.DataFrame:
        """What is coming: room, subject, due, what, rule, due_at, rows (how many, where rows fall due); a row per rule and month."""
        lang = self.standpoint.lang
        last = _dates.day(by) if by is not None else date.max
        rows = [
            (self.name, one.subject, one.due, _words.say(one.what, lang), one.rule, one.at, count)
            for one, count in checks.due(self.state(), whole=True)
            if one.due <= last
        ]
        import pandas as pd

        table = _room.frame((*DueRow._fields, "rows"), sorted(rows, key=lambda row: (row[2], row[1], row[3])), lang)
        table["rows"] = pd.array(table["rows"], dtype="Int64")
        table.attrs["on"] = self.standpoint.valid_on.isoformat()
        return table

    def document_of(self, state: Retention) -> Document:
        """The retention schedule."""
        from ivplus_tools.retention import letters

        return letters.schedule(state)
