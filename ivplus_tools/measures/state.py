"""What stands of security on a day: each check with its last time, its next and how it stands; what a measure protects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from ivplus_tools import _dates, _records
from ivplus_tools._records import texts
from ivplus_tools._state import Stands, State
from ivplus_tools.measures.records import AccessReview, SecurityMeasure

CURRENT, OPEN, CANNOT_TELL = "current", "open", "cannot_tell"
LATE, FAILED, NEVER, UNDECIDED = "late", "failed", "never", "undecided"
"""What is open, by why: its day is past, it went wrong, it was never done, or what it found waits for the officer."""
MEASURE, TRAINING, ACCESS, LOG, RESTORE = "measure_test", "training", "access_review", "log_review", "restore_test"
DONE = {MEASURE: "tested", TRAINING: "held_on", ACCESS: "reviewed", LOG: "reviewed", RESTORE: "tested"}
"""Each check with the field that tells its day."""
KINDS = {MEASURE: "security_measure", TRAINING: "training", ACCESS: "access_review", LOG: "log_review", RESTORE: "restore_test"}


@dataclass(frozen=True)
class Check:
    """A check of one subject: the record that told of it last, its day, when the next is due by policy or by its own plan."""

    check: str
    subject: str
    stands: Stands | None
    last: date | None
    due: date | None
    state: str


@dataclass(frozen=True)
class Security(State):
    """Measures, trainings, reviews, undertakings and policy, beside the register's systems and activities."""

    # --- what a measure protects

    @cached_property
    def in_use(self) -> dict[str, list[str]]:
        """Systems with personal data: those that an activity of the register names, with these activities."""
        found: dict[str, list[str]] = {}
        for ident, body in self.bodies("activity").items():
            for system in listed(body.get("systems")):
                found.setdefault(system, []).append(ident)
        return found

    def unprotected(self, activity: str) -> list[str] | None:
        """Systems of an activity for which no measure is recorded; None where a measure names the activity itself or every system."""
        if any(activity in texts(one.activities) for one in self.records(SecurityMeasure.kind)):
            return None
        systems = listed(self.bodies("activity")[activity].get("systems"))
        bare = [one for one in systems if one not in self._guarded]
        return bare if bare or not systems else None

    @cached_property
    def _guarded(self) -> frozenset[str]:
        return frozenset(name for one in self.records(SecurityMeasure.kind) for name in texts(one.systems))

    # --- policy

    def due_after(self, check: str, last: date) -> date | None:
        """The day by which the company's own policy asks for the next; the earliest where policies differ, None without one."""
        return min((_dates.plus(last, _dates.read_period(one)) for one in self.intervals.get(check, ())), default=None)

    @cached_property
    def intervals(self) -> dict[str, list[str]]:
        """The policy's intervals by check."""
        found: dict[str, list[str]] = {}
        for policy in self.records("security_policy"):
            for one in policy.intervals if isinstance(policy.intervals, tuple) else ():
                if one.security_check and one.interval:
                    found.setdefault(one.security_check, []).append(one.interval)
        return found

    # --- checks

    @cached_property
    def checks(self) -> list[Check]:
        """Every check that was done, is asked by the policy, or that a system with personal data needs; the last of each subject."""
        return [*self._measures(), *self._trainings(), *self._by_system(ACCESS), *self._by_system(LOG), *self._by_system(RESTORE)]

    def of_check(self, check: str) -> list[Check]:
        """The checks of one kind."""
        return [one for one in self.checks if one.check == check]

    def _measures(self) -> Iterator[Check]:
        for stands in self.of(SecurityMeasure.kind):
            one = stands.record
            if one.tested and one.tested > self.on:
                one = one.replace(tested=None, test_result=None)
            yield self._check(MEASURE, one.id, replace(stands, record=one), one.next_test)

    def _trainings(self) -> Iterator[Check]:
        """The last training of each course and audience; where the company keeps evidence and none of training, that too."""
        groups: dict[tuple[str, str], list[Stands]] = {}
        for stands in self._done(TRAINING):
            one = stands.record
            groups.setdefault((folded(one.course), folded(one.audience)), []).append(stands)
        for many in groups.values():
            last = latest(many, DONE[TRAINING])
            yield self._check(TRAINING, last.record.id, last)
        if not groups and self.standing and self.bodies("activity"):
            yield Check(TRAINING, self.own_name, None, None, None, NEVER)

    def _by_system(self, check: str) -> Iterator[Check]:
        """The last review or restore of each system; of systems in use without one where access is concerned, or the policy asks."""
        groups: dict[str, list[Stands]] = {}
        for stands in self._done(check):
            groups.setdefault(stands.record.system or "", []).append(stands)
        for system, many in groups.items():
            last = latest(many, DONE[check])
            yield self._check(check, system or last.record.id, last)
        if check == ACCESS or check in self.intervals:
            yield from (Check(check, one, None, None, None, NEVER) for one in self.in_use if one not in groups)

    def _done(self, check: str) -> list[Stands]:
        """What was done by the day; what is recorded of a later one was still to come."""
        return [one for one in self.of(KINDS[check]) if (getattr(one.record, DONE[check]) or date.min) <= self.on]

    def _check(self, check: str, subject: str, stands: Stands, planned: date | None = None) -> Check:
        last = getattr(stands.record, DONE[check])
        by_policy = self.due_after(check, last) if last else None
        due = min((one for one in (planned, by_policy) if one), default=None)
        return Check(check, subject, stands, last, due, self._state(check, stands.record, last, due))

    def _state(self, check: str, record: Any, last: date | None, due: date | None) -> str:
        """In order only where it was done, went well, and its next time is known and to come; of what is open, the gravest."""
        well = went_well(check, record)
        asked = {
            NEVER: last is None and check == MEASURE, FAILED: well == OPEN and not _waits(check, record),
            LATE: due is not None and due < self.on, UNDECIDED: well == OPEN,
        }  # fmt: skip
        if found := next((state for state, holds in asked.items() if holds), None):
            return found
        return CURRENT if last and due and well == CURRENT else CANNOT_TELL

    @property
    def own_name(self) -> str:
        """What a finding about the whole company is about: our own organisation, by its identifier."""
        found = (ident for ident, body in self.bodies("organisation").items() if body is self.own)
        return next(found, "security_policy")


def went_well(check: str, record: Any) -> str:
    """What a check tells of its result: current, open or cannot tell."""
    if check in (MEASURE, RESTORE):
        told = record.test_result if check == MEASURE else record.data_complete
        return {None: CANNOT_TELL, "passed": CURRENT, "yes": CURRENT}.get(told, OPEN)
    if check == TRAINING:
        return fewer(record.attended, record.invited)
    if check == LOG:
        return CANNOT_TELL if record.deviations is None else CURRENT if record.follow_up else none_of(record.deviations)
    told = [none_of(getattr(record, name)) for name in ("leavers_open", "orphans", "service_accounts", "unreadable_accounts")]
    seen = CANNOT_TELL if why_not(record) or none_of(record.accounts_seen) != OPEN else CURRENT
    return OPEN if OPEN in told else CANNOT_TELL if CANNOT_TELL in (*told, seen) else CURRENT


def _waits(check: str, record: Any) -> bool:
    """Whether what a check left open is only to be decided: nothing of it is wrong until the officer says so."""
    return check == LOG or (check == ACCESS and none_of(record.leavers_open) != OPEN)


def why_not(record: AccessReview) -> tuple[str, ...]:
    """Why nothing follows from a review: what was told of it then, and a list of another day, or of no day at all."""
    told = list(record.not_evaluable or ())
    if record.listed is None:
        told.append("list_undated")
    elif record.reviewed and record.listed < record.reviewed and not told:
        told.append("list_old")
    return tuple(told)


def none_of(count: str | None) -> str:
    """Current where a count is certainly zero, open where it is certainly not."""
    if count is None:
        return CANNOT_TELL
    low, high = _records.bounds(count)
    return OPEN if low else CURRENT if high == 0 else CANNOT_TELL


def fewer(part: str | None, whole: str | None) -> str:
    """Open where a count is certainly below the whole, current where it certainly is not."""
    if part is None or whole is None:
        return CANNOT_TELL
    (low, high), (least, most) = _records.bounds(part), _records.bounds(whole)
    return OPEN if high < least else CURRENT if low >= most else CANNOT_TELL


def latest(many: Iterable[Stands], day: str) -> Stands:
    """The last by its own day; one without a day is the earliest."""
    return max(many, key=lambda one: (getattr(one.record, day) or date.min, one.entry.entry))


def listed(told: object) -> list[str]:
    """The items of a list answer of the register; none where it says none or nothing."""
    return [str(one) for one in told] if isinstance(told, (list, tuple)) else []


def folded(text: str | None) -> str:
    """A text without case and doubled blanks."""
    return " ".join((text or "").split()).casefold()
