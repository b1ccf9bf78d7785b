"""The rights room: the clock and what is owed by cases from the law, the search, the copy, plans, letters, findings and bad input."""

import tempfile

import pytest
from house import cases

import ivplus_tools as ivp
from ivplus_tools import _dates
from ivplus_tools.rights import clock, owed
from ivplus_tools.rights.records import DataSubjectRequest

CODES = {
    "consent": "6(1)(a)",
    "contract": "6(1)(b)",
    "legal_obligation": "6(1)(c)",
    "vital_interests": "6(1)(d)",
    "public_task": "6(1)(e)",
    "legitimate_interest": "6(1)(f)",
}


@pytest.mark.parametrize("case", cases("rights_clock"))
def test_the_clock_runs_as_the_law_says(case):
    """Cases written from the law by another hand; the Finnish list of holidays under the regulation decides."""
    given, expect = case["given"], case["expect"]
    on = _dates.day(given.get("on", "2030-01-01"))
    if expect.get("refused"):
        assert not _accepted(given, on)
        return
    found = clock.of(_request(given), on, "en")
    if expect.get("running") is False:
        assert found.due is None
        assert found.waiting_since is not None
        return
    assert str(found.due) == expect.get("due_oj", expect["due"])
    assert str(found.nominal) == expect["nominal"]


def _request(given):
    pauses = [{"asked": asked, "answered": answered or None, "pause_for": "identity"} for asked, answered in given.get("pauses", [])]
    return DataSubjectRequest("x", rights=["access"], received=given["received"], extension_told=given.get("told"), pauses=pauses or None)


def _accepted(given, on):
    """Whether the verbs take it, in the order of the days."""
    with tempfile.TemporaryDirectory() as folder:
        desk = ivp.Desk(f"{folder}/j.duckdb", by="aino", lang="en", now=f"{on}T09:00")
        try:
            request = desk.rights.open("access", received=given["received"])
            acts = [(given["told"], 2, lambda: request.extend(why="many", told=given["told"]))] if given.get("told") else []
            for asked, answered in given.get("pauses", []):
                acts.append((asked, 0, lambda asked=asked: request.pause(why="who", on=asked)))
                if answered:
                    acts.append((max(answered, asked), 1, lambda answered=answered: request.resume(on=answered)))
            for _, _, act in sorted(acts, key=lambda one: one[:2]):
                act()
        except ivp.Refusal:
            return False
        return True


@pytest.mark.parametrize("case", cases("rights_matrix"))
def test_what_is_owed_follows_the_legal_bases(case):
    """Cases written from the law by another hand; several bases are put together."""
    given = case["given"]
    names = {"automated": "by_machine"} if given["right"] == "portability" else {}
    known = {names.get(name, name): told for name, told in given.items() if name not in ("right", "bases")}
    circumstances = owed.Circumstances(**known)
    told = [owed.of_basis(given["right"], CODES[one], _dates.day("2026-03-02"), circumstances) for one in given["bases"]]
    assert owed.together(answer for answer, _ in told) == case["expect"]["answer"]
    rule = {"1171/2022:31": "rights:whistleblowing"}.get(case["expect"]["rule"], case["expect"]["rule"])
    assert any(rule.startswith(one.partition("(")[0]) for _, one in told)
