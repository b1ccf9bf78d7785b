"""How each activity stands: whether its balancing tests and its impact assessment are there, and hold."""

from __future__ import annotations

from collections.abc import Iterator

from ivplus_tools._state import Stands
from ivplus_tools.assessments import findings as checks
from ivplus_tools.assessments.screening import CANNOT_TELL, NO, YES, screen
from ivplus_tools.assessments.state import Assessments

GOOD = ("not_needed", "done")
"""Nothing to do and nothing untold."""
AGAINST = {"ASM-003", "ASM-004", "ASM-008", "ASM-018"}
"""Findings by which an assessment cannot carry what it concludes."""
ORDER = ("missing", "against", "denied", "cannot_tell", "referred", "stale", "incomplete", "done", "not_needed")
"""Of several purposes the worst is told."""


def rows(state: Assessments) -> Iterator[tuple[str, str, str, str]]:
    """Each activity: test, whether an impact assessment is needed, and that assessment."""
    for name in state.activities:
        yield name, test(state, name), screen(state, name).required, assessment(state, name)


def test(state: Assessments, name: str) -> str:
    """The state of the balancing tests of an activity: of its purposes, the worst."""
    body, found = state.activities[name], []
    if body.get("purposes") is None or any(not one.get("legal_basis") for one in body["purposes"]):
        found.append("cannot_tell")
    for one in state.interests(name):
        stands = state.test_of(name, one.get("purpose"))
        if stands is None:
            found.append("referred" if one.get("balancing_test") else "missing")
        elif stands.record.interest_prevails == NO:
            found.append("denied")
        else:
            found.append(_kept(state, stands))
    return min(found, key=ORDER.index, default="not_needed")


def assessment(state: Assessments, name: str) -> str:
    """The state of the impact assessment of an activity."""
    found, stands = screen(state, name), state.assessment_of(name)
    if stands is not None:
        return _kept(state, stands)
    if found.required == CANNOT_TELL:
        return "cannot_tell"
    if found.required == YES:
        return "referred" if state.activities[name].get("dpia_reference") else "missing"
    return "not_needed"


def _kept(state: Assessments, stands: Stands) -> str:
    """Against its steps, stale, incomplete or done: what the findings about it say."""
    codes = {one.code for one in checks.about(state, stands)}
    if codes & AGAINST:
        return "against"
    if codes & set(checks.STALE.values()):
        return "stale"
    return "incomplete" if codes else "done"
