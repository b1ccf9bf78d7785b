"""Art. 5(2), 24, 32: that systems are protected, that only those handle data whose task it is, and that people are trained: shown."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, ClassVar

from ivplus_tools import _dates, _persons, _room, _store, _words
from ivplus_tools._records import Record
from ivplus_tools._store import Draft
from ivplus_tools.exchange.filed import FiledRoom
from ivplus_tools.measures import findings as checks
from ivplus_tools.measures.records import (
    DAYS,
    AccessReview,
    LogReview,
    RestoreTest,
    SecurityMeasure,
    SecurityPolicy,
    Training,
    Undertaking,
)
from ivplus_tools.measures.state import Security

if TYPE_CHECKING:
    import pandas

    from ivplus_tools.measures.lists import Accounts


class MeasuresRoom(FiledRoom[Security]):
    """Evidence of security: what was done, when, with which result, and when it is to be done again."""

    name: ClassVar[str] = "measures"
    records: ClassVar[tuple[type[Record], ...]] = (
        SecurityMeasure, Training, AccessReview, LogReview, RestoreTest, Undertaking, SecurityPolicy,
    )  # fmt: skip
    reads: ClassVar[type[Security]] = Security
    findings_of, due_of = staticmethod(checks.findings), staticmethod(checks.due)

    # --- what stands

    def measures(self) -> pandas.DataFrame:
        """Measures: id, name, systems, activities, security_aims, prevents, handled_by, owner, tested, test_result, next_test, ..."""
        return _store.frame(self.standpoint, "FROM security_measures() ORDER BY id")

    def trainings(self) -> pandas.DataFrame:
        """Trainings: id, course, audience, held_on, content_version, invited, attended, passed, ..."""
        return _store.frame(self.standpoint, "FROM trainings() ORDER BY id")

    def access_reviews(self) -> pandas.DataFrame:
        """Reviews of access: id, system, reviewed, reviewer, accounts_seen, leavers_open, orphans, service_accounts, ..., not_evaluable."""
        return _store.frame(self.standpoint, "FROM access_reviews() ORDER BY id")

    def log_reviews(self) -> pandas.DataFrame:
        """Reviews of logs: id, system, reviewed, reviewer, log_from, log_until, log_sampled, deviations, follow_up."""
        return _store.frame(self.standpoint, "FROM log_reviews() ORDER BY id")

    def restore_tests(self) -> pandas.DataFrame:
        """Backups restored for practice: id, system, restored_backup, tested, restore_time, data_complete, ..."""
        return _store.frame(self.standpoint, "FROM restore_tests() ORDER BY id")

    def undertakings(self) -> pandas.DataFrame:
        """Undertakings of confidentiality: id, position, needed_count, signed_count, counted, document_hash."""
        return _store.frame(self.standpoint, "FROM undertakings() ORDER BY id")

    def policies(self) -> pandas.DataFrame:
        """The company's own intervals, which no law sets: id, intervals, owner, remarks."""
        return _store.frame(self.standpoint, "FROM security_policies() ORDER BY id")

    def overview(self) -> pandas.DataFrame:
        """Each check of each subject: check, subject, last, due (by policy or plan), state (of `evidence_state`)."""
        rows = [(one.check, one.subject, one.last, one.due, one.state) for one in self.state().checks]
        made = _room.frame(("check", "subject", "last", "due", "state"), rows, self.standpoint.lang, days=("last", "due"))
        made.attrs["lists"] = {"check": "security_check", "state": "evidence_state"}
        return made

    # --- two lists

    def accounts(
        self,
        system: str,
        accounts: str,
        employees: str,
        account_key: str,
        employee_key: str,
        ended: str,
        active: str | None = None,
        account_kind: str | None = None,
        as_of: object = None,
        employees_as_of: object = None,
        on: object = None,
    ) -> Accounts:
        """Who can use a system against who works here: two lists of recorded sources (`source/table`), by the columns that are named.

        `ended`: last day at work. `as_of`: of which day the lists are (of the employees where it differs); else each file's own time.
        `on`: the day of the review. A list of another day is not evaluable. Nothing is recorded before `.record(why=)`, then counts.
        """
        from ivplus_tools.measures import lists

        state, at = self.state(), self.standpoint
        if system not in state.bodies("system"):
            near = _words.nearest(system, state.bodies("system"), 3) or "–"
            raise _words.refusal("not_found", got=system, near=near, on=at.valid_on)
        lists.demand_opening(active)
        day = _dates.day(on) if on is not None else at.valid_on
        _not_to_come("reviewed", day, at.now.date())
        theirs = {"key": account_key, "active": active, "kind": account_kind}
        ours = {"key": employee_key, "ended": ended}
        other = employees_as_of if employees_as_of is not None else as_of
        both = lists.listed(state, accounts, theirs, as_of), lists.listed(state, employees, ours, other)
        return lists.compared(self, system, both, day)

    # --- the same questions in every room

    def as_entry(self, thing: Record, since: date, why: str, expecting: int | None = None) -> Draft:
        """As everywhere; a day on which something was done has been, and no text or identifier tells of a person by number or address."""
        _demand_nameless([thing.id, thing.body()], self.standpoint.by)
        for name in DAYS:
            told = getattr(thing, name, None)
            if isinstance(told, date):
                _not_to_come(name, told, self.standpoint.now.date())
        return super().as_entry(thing, since, why, expecting)

    def when_and_why(self, valid_from: object, why: str, insist: bool = False) -> tuple[date, str]:
        """As everywhere; the reason tells of nobody either."""
        _demand_nameless(why)
        return super().when_and_why(valid_from, why, insist)


def _demand_nameless(told: object, by: str | None = None) -> None:
    """Refuse an identity code, an address or a number anywhere within what is told; the officer's own name is sealed beside it anyway."""
    if isinstance(told, str) and told != by and _persons.tells(told):
        raise _words.refusal("identifier_told")
    parts = told.values() if isinstance(told, dict) else told if isinstance(told, (list, tuple)) else ()
    for part in parts:
        _demand_nameless(part, by)


def _not_to_come(name: str, told: date, today: date) -> None:
    if told > today:
        raise _words.refusal("future_day", field=_words.label_of(name), got=told)
