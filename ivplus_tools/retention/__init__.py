"""Art. 5(1)(e): how long, from when, what in our systems is due to go; previewed, approved, erased and certified."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from ivplus_tools import _dates, _law, _room, _sources, _store, _words
from ivplus_tools._findings import Due, DueRow, Finding
from ivplus_tools._records import Record
from ivplus_tools._room import Room
from ivplus_tools._sources import Engine, Place, ledger
from ivplus_tools.retention import findings as checks
from ivplus_tools.retention.records import (
    ErasureCertificate,
    ErasurePlan,
    Hold,
    RetentionRule,
    ScanResult,
    Source,
)  # fmt: skip

if TYPE_CHECKING:
    import pandas

    from ivplus_tools.exchange import Preview
    from ivplus_tools.retention.holds import Held
    from ivplus_tools.retention.plan import Plan
    from ivplus_tools.retention.scan import Progress, RuleScan, Scan


class RetentionRoom(Room):
    """Where data lie, how long they may, what is held, what was counted, what was erased."""

    name: ClassVar[str] = "retention"
    records: ClassVar[tuple[type[Record], ...]] = (Source, RetentionRule, Hold, ScanResult, ErasurePlan, ErasureCertificate)
    inner: ClassVar[frozenset[str]] = frozenset(("financial_year_end", "held", "of", "place"))

    # --- what stands

    def rules(self) -> pandas.DataFrame:
        """Retention rules that stand: id, activity, data_category, source, table, start_column, start_event, period, action, ..."""
        return _store.frame(self.standpoint, "FROM retention_rules()")

    def holds(self) -> pandas.DataFrame:
        """Legal holds that stand, and whether they are in force on the day: id, in_force, subjects, rules, held_from, reason, ..."""
        table = _store.frame(self.standpoint, "FROM holds()")
        from ivplus_tools.retention.holds import in_force

        told = {one.id: in_force(one, self.standpoint.valid_on) for one in self.of("hold")}
        table.insert(1, "in_force", [told[ident] for ident in table["id"]])
        return table

    def sources(self) -> pandas.DataFrame:
        """Where data lie: id, location, system, password_from, remarks."""
        return _store.frame(self.standpoint, "FROM sources()")

    def columns(self, name: str) -> pandas.DataFrame:
        """What a source holds, read now: table, column, type."""
        with _sources.opened(self.place(name)) as engine:
            rows = [(table, column.name, column.type) for table in engine.tables() for column in engine.columns(table).values()]
        return _room.frame(("table", "column", "type"), rows, self.standpoint.lang)

    def dates(self, name: str, date_format: object = None) -> pandas.DataFrame:
        """How the start texts of a rule, or of every rule of a source, are read as days: rule, text, day, rows. Read now, kept nowhere.

        Ten examples, those that are no day first, then how many others. `date_format`: as if that were declared.
        """
        from ivplus_tools.retention import examples

        return examples.frame(self, name, date_format)

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
        from ivplus_tools.retention.statutes import starts_of

        lang, rows = self.standpoint.lang, []
        for code, fact in _law.codes("retention_statute").items():
            now = fact.on(self.standpoint.valid_on)
            if now:
                review = "yes" if now.get("review") else "no"
                told = (now["kind"], now.get("period"), "; ".join(starts_of(now)) or None, review, fact.says[lang], fact.source)
                rows.append((code, fact.name[lang], *told))
        return _room.frame(("code", "name", "kind", "period", "start_event", "review", "says", "source"), rows, lang)

    def of(self, kind: str) -> list[Any]:
        """The records of one kind that stand, by id."""
        return [one.record for one in self._of(kind)]

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
        from ivplus_tools.retention.scan import result_of

        at, room = self.standpoint, self.still()
        day = _dates.day(on) if on is not None else at.valid_on
        recording = at.by and not at.past and day == at.valid_on
        for one in room.of("source") if recording else ():
            ledger.Ledger(at.path, one.id).end(day)  # what no backup can bring back any more
        found = counting.scan(room, source, day, progress, memory, fresh)
        if recording and (found.uncovered or found.failed):
            made = [result_of(found, name) for name in sorted({*found.uncovered, *found.failed})]
            found.receipt = self._seal(made, day, _words.say("scan.why", at.lang))
        return found

    def counts(self) -> pandas.DataFrame:
        """What the last scans counted; no source is read: source, as_of, table, rule, total, no_start, overdue, held, unreadable, ...

        A count that was not made is NA, never 0.
        """
        from ivplus_tools.retention.scan import COUNTS, counted, number

        rows = [
            (one.id, one.as_of, count.table, count.rule, *(number(getattr(count, name)) for name in COUNTS), count.next_due)
            for one in self.of("scan")
            for count in one.counts or ()
        ]
        columns = ("source", "as_of", "table", "rule", *COUNTS, "next_due")
        return counted(columns, rows, self.standpoint.lang)

    def months(self) -> pandas.DataFrame:
        """What falls due in the months to come by the last scans: source, table, rule, month, rows."""
        from ivplus_tools.retention.scan import months_of

        rules = {one.id: one for one in self.of("retention_rule")}
        return months_of([count for one in self.of("scan") for count in one.counts or ()], rules, self.standpoint.lang)

    def place(self, name: str | None) -> Place:
        """Where a source lies; a name that was not recorded is refused with the nearest."""
        known = {one.id: one for one in self.of("source")}
        if name not in known or not known[name].location:
            raise _words.refusal("no_source", got=name or "–", near=_words.nearest(name or "", known, 3) or "–")
        found = known[name]
        return Place(found.id, str(found.location), found.password_from, self.standpoint.path.parent)

    def financial_year_end(self, rule: RetentionRule) -> str:
        """The end of the financial year of the controller of a rule's activity, else our own; the calendar year where none is told."""
        bodies = {(one.kind, one.subject): one.body or {} for one in self.sealed()}
        controller = bodies.get(("activity", rule.activity or ""), {}).get("controller")
        own = [body for (kind, _), body in bodies.items() if kind == "organisation" and "own" in (body.get("relation") or ())]
        told = [bodies.get(("organisation", controller or ""), {}), *own]
        return next((str(body["financial_year_end"]) for body in told if body.get("financial_year_end")), "12-31")

    def held(self, rule: RetentionRule, on: date | None = None, beside: Engine | None = None) -> Held:
        """What is held of a rule's rows, by the holds of this moment: the journal is read anew."""
        from ivplus_tools.retention.holds import held_by

        now = type(self)(replace(self.standpoint, book=None, page=None))
        return held_by(now, rule, now.of("hold"), on or self.standpoint.valid_on, {}, beside)

    def _keys(self, one: RuleScan, after: date | None, on: date) -> Iterator[str]:
        """The keys of a cut, with the holds of now; a file that has changed since the scan is refused."""
        from ivplus_tools.retention.clock import clock_of
        from ivplus_tools.retention.counting import cut_of, looked, readied

        rule, cut = one.rule, one.cut
        if cut is None:
            return
        clock = clock_of(rule, self.financial_year_end(rule))
        earlier = clock.cutoff(after) if clock and after else None
        with _sources.opened(self.place(rule.source)) as engine:
            held = self.held(rule, on, engine)
            if held.everything:
                return
            if engine.stamps(cut.table) != one.stamps:
                raise _words.refusal("source_changed", source=rule.source, table=cut.table)
            engine.hold(cut.table, cut.key, held.keys)
            look = looked(engine, rule, self)
            ready = readied(engine, cut_of(rule, look, cut.through, held.some, earlier))
            engine.begin()
            yield from (key for key, _ in engine.entries(ready))

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

    # --- files

    def read(self, path: str | Path) -> Preview:
        """Preview of a workbook, CSV or JSON that this room has written (`write`): nothing is written before `.commit(why=)`."""
        from ivplus_tools import exchange

        return exchange.read(self, _store.path_of(path))

    def write(self, path: str | Path, lang: str | None = None) -> Path:
        """Write what stands: `.xlsx`, `.json`, `.csv` with every field; `.docx`, `.html`, `.pdf`, `.md` the schedule for readers."""
        from ivplus_tools import exchange
        from ivplus_tools.exchange import documents
        from ivplus_tools.retention import letters

        room, file = self._speaking(lang).still(), _store.path_of(path)
        if file.suffix.lower() in documents.WRITERS:
            return exchange.put(file, documents.render(letters.schedule(room), file))
        return exchange.put(file, exchange.tables(room, room.standing(), file))

    # --- the same questions in every room

    def due(self, by: object = None) -> pandas.DataFrame:
        """What is coming: room, subject, due, what, rule, due_at, rows (how many, where rows fall due); a row per rule and month."""
        lang = self.standpoint.lang
        last = _dates.day(by) if by is not None else date.max
        rows = [
            (self.name, one.subject, one.due, _words.say(one.what, lang), one.rule, one.at, count)
            for one, count in checks.due(self.still(), whole=True)
            if one.due <= last
        ]
        import pandas as pd

        table = _room.frame((*DueRow._fields, "rows"), sorted(rows, key=lambda row: (row[2], row[1], row[3])), lang)
        table["rows"] = pd.array(table["rows"], dtype="Int64")
        table.attrs["on"] = self.standpoint.valid_on.isoformat()
        return table

    def _findings(self) -> Iterable[Finding]:
        return checks.findings(self.still())

    def _due(self) -> Iterable[Due]:
        return [one for one, _ in checks.due(self.still(), whole=False)]
