"""The requests that stand, each with its clock, what is owed, where the person was looked for and what was sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ivplus_tools import _law
from ivplus_tools._records import texts
from ivplus_tools._state import State
from ivplus_tools.rights import clock as clocks
from ivplus_tools.rights import owed as owing
from ivplus_tools.rights.records import DataSubjectRequest, PersonSearch, RightAnswer, RightsLetter, SubjectPlan


@dataclass(frozen=True)
class Requests(State):
    """The register of requests."""

    @cached_property
    def requests(self) -> list[RequestState]:
        """Every request, by identifier."""
        return [RequestState(self, one.record) for one in self.of("data_subject_request")]

    def request(self, ident: str) -> RequestState:
        """The request of that identifier."""
        return RequestState(self, self.find(ident, "data_subject_request").record)

    def name_of(self, activity: str) -> str:
        """What the register calls an activity."""
        return str(self.bodies("activity").get(activity, {}).get("name") or activity)


@dataclass(frozen=True)
class RequestState:
    """One request as it stands."""

    room: Requests
    record: DataSubjectRequest

    @cached_property
    def clock(self) -> clocks.Clock:
        """When it is to be answered; a request of which a right is not answered is not."""
        told = self.record.replace(answered=None) if self.unanswered else self.record
        return clocks.of(told, self.room.on, self.room.lang)

    @cached_property
    def activities(self) -> tuple[str, ...]:
        """The activities that it concerns: those named, else every one that stands."""
        named = texts(self.record.activities)
        return named or tuple(self.room.bodies("activity"))

    @cached_property
    def owed(self) -> list[owing.Owed]:
        """What is owed, by right, activity and legal basis."""
        bodies = self.room.bodies("activity")
        return [
            one
            for right in texts(self.record.rights)
            for activity in self.activities
            for one in owing.of_activity(right, activity, bodies.get(activity, {}), self.room.on, self._circumstances(activity))
        ]

    def _circumstances(self, activity: str) -> owing.Circumstances:
        """What the register and the retention rules tell of an activity beside its bases."""
        body, statutes = self.room.bodies("activity").get(activity, {}), _law.codes("retention_statute")
        rules = (one for one in self.room.bodies("retention_rule").values() if one.get("activity") == activity and one.get("statute"))
        minimum = [statutes[one["statute"]].on(self.room.on) or {} for one in rules if one["statute"] in statutes]
        decisions = body.get("automated_decisions")
        return owing.Circumstances(
            marketing=self.record.against_marketing == "yes",
            statute=bool(minimum) and all(one.get("kind") == "minimum" for one in minimum),
            whistleblowing="whistleblowing" in (body.get("dpia_triggers") or ()),
            automated=None if decisions is None else not isinstance(decisions, dict) and decisions != "no",
        )

    def owed_of(self, right: str) -> str:
        """What is owed of one right over all its activities."""
        return owing.together(one.answer for one in self.owed if one.right == right)

    @property
    def answers(self) -> Mapping[str, RightAnswer]:
        """What was answered, by right."""
        told = self.record.right_answers
        return {str(one.right): one for one in told} if isinstance(told, tuple) else {}

    @property
    def unanswered(self) -> tuple[str, ...]:
        """The rights of it that nobody has answered."""
        return tuple(right for right in texts(self.record.rights) if right not in self.answers)

    @cached_property
    def search(self) -> PersonSearch | None:
        """The last search for the person."""
        mine = self._mine("person_search")
        return max(mine, key=_when) if mine else None

    @property
    def has_found_nothing(self) -> bool:
        """Whether the last search was whole and left no row open, and none of the request found any."""
        every = [(one, told) for one in self._mine("person_search") for told in one.searched_tables or ()]
        mine = [told for one, told in every if self.search and one.id == self.search.id]
        left = [one for one in mine if int(one.near_count or 0) or one.search_state not in ("searched", "not_personal")]
        odd = [one for one in mine if one.search_state == "searched" and one.detail]
        return bool(mine) and not left and not odd and not any(int(told.rows_count or 0) for _, told in every)

    @property
    def plans(self) -> list[SubjectPlan]:
        """What was planned or done with the person's rows."""
        return self._mine("subject_plan")

    @property
    def letters(self) -> list[RightsLetter]:
        """What was sent, the earliest first."""
        return sorted(self._mine("rights_letter"), key=lambda one: str(one.sent))

    def _mine(self, kind: str) -> list[Any]:
        return [one for one in self.room.records(kind) if one.request == self.record.id]


def _when(one: PersonSearch) -> tuple[str, int]:
    """The moment of a search, and its number of the same moment; an identifier of another hand has none."""
    number = one.id.rpartition("/")[2]
    return str(one.searched), int(number) if number.isdecimal() else 0
