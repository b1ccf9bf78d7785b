"""Art. 6(1)(f), 35, 36: whether a legitimate interest carries an activity, whether an impact assessment is needed, and both written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from ivplus_tools import _room, _store, _words
from ivplus_tools._records import Record
from ivplus_tools.assessments import findings as checks
from ivplus_tools.assessments.records import BalancingTest, ImpactAssessment, Screening
from ivplus_tools.assessments.screening import screen
from ivplus_tools.assessments.state import Assessments
from ivplus_tools.exchange.filed import FiledRoom

if TYPE_CHECKING:
    import pandas

    from ivplus_tools._store import Receipt
    from ivplus_tools.assessments.drafts import Drafted
    from ivplus_tools.assessments.seen import Seen


class AssessmentsRoom(FiledRoom[Assessments]):
    """Balancing tests and impact assessments of the activities of the register."""

    name: ClassVar[str] = "assessments"
    records: ClassVar[tuple[type[Record], ...]] = (BalancingTest, Screening, ImpactAssessment)
    reads: ClassVar[type[Assessments]] = Assessments
    findings_of, due_of = staticmethod(checks.findings), staticmethod(checks.due)

    def seal_act(
        self, things: Sequence[Record], valid_from: object, why: str, expecting: int | None = None, insist: bool = False
    ) -> Receipt:
        """Write assessments of activities that stand, made on a day that has come."""
        state = self.state()
        for one in things:
            made: Any = one
            if isinstance(one, self.records):
                if state.bodies("activity"):  # with no register at all ASM-014 tells it: a file of ours comes back by itself
                    state.activity(made.activity)
                if made.reviewed and made.reviewed > self.standpoint.now.date():
                    raise _words.refusal("assessed_in_future", got=made.reviewed)
        return super().seal_act(things, valid_from, why, expecting, insist)

    def screen(self, activity: str) -> Seen:
        """Whether an impact assessment of an activity is needed (Art. 35, WP248, the Finnish list): `.required` yes, no or cannot_tell."""
        from ivplus_tools.assessments.seen import Seen

        state = self.state()
        return Seen(screen(state, activity), self, state)

    def balancing(self, activity: str, purpose: str | None = None) -> Drafted:
        """The balancing test of an activity (Art. 6(1)(f)), filled from what is recorded: `.answers`, `.blanks`, `.answer`, `.document`.

        `purpose`: which one, where several rest on a legitimate interest. Nothing is recorded before `.record(why=)`.
        """
        from ivplus_tools.assessments import drafts

        return drafts.balancing(self, self.state(), activity, purpose)

    def assess(self, activity: str) -> Drafted:
        """The impact assessment of an activity (Art. 35(7)), filled from register, review, discovery and measures; see `balancing`."""
        from ivplus_tools.assessments import drafts

        return drafts.impact(self, self.state(), activity)

    def interests(self, activity: str) -> list[str]:
        """The purposes of an activity that rest on a legitimate interest: each needs a balancing test."""
        state = self.state()
        state.activity(activity)
        return [str(one["purpose"]) for one in state.interests(activity) if one.get("purpose")]

    def overview(self) -> pandas.DataFrame:
        """Each activity as controller: activity, test (balancing test), required (impact assessment: yes, no, cannot_tell), assessment."""
        from ivplus_tools.assessments import overview

        rows = list(overview.rows(self.state()))
        made = _room.frame(("activity", "test", "required", "assessment"), rows, self.standpoint.lang)
        made.attrs["lists"] = {"test": "test_state", "required": "dpia_required", "assessment": "test_state"}
        return made

    def tests(self) -> pandas.DataFrame:
        """Balancing tests that stand: id, activity, purpose, legitimate_interest, ..., interest_prevails, reviewed, review_by."""
        return _store.frame(self.standpoint, "FROM balancing_tests() ORDER BY id")

    def assessed(self) -> pandas.DataFrame:
        """Impact assessments that stand: id, activity, ..., residual_risk, consulted, reviewed, review_by."""
        return _store.frame(self.standpoint, "FROM impact_assessments() ORDER BY id")
