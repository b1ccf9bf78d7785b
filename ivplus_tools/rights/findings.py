"""What is late, missing or wrong in requests, and what is coming."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from ivplus_tools import _dates, _law, _words
from ivplus_tools._findings import Due, Finding
from ivplus_tools._records import texts
from ivplus_tools.rights import letters, owed
from ivplus_tools.rights.clock import parts
from ivplus_tools.rights.state import Requests, RequestState

CHANGING = ("rectification", "erasure", "restriction")
NEED_SEARCH = ("access", "portability", *CHANGING)
DONE = {"erasure": "erase", "rectification": "rectify", "restriction": "restrict"}


def findings(state: Requests) -> Iterator[Finding]:
    """Every finding of requests on the day."""
    for stands, case in zip(state.of("data_subject_request"), state.requests, strict=True):
        since = case.record.received or stands.entry.valid_from
        for code, about in (*_times(case), *_identity(case), *_answers(case), *_deeds(case)):
            yield Finding(case.record.id, code, since, about)


Found = Iterator[tuple[str, dict[str, object]]]


def _times(case: RequestState) -> Found:
    """The clock."""
    clock, record = case.clock, case.record
    if clock.received is None:
        yield "RIG-016", {}
    if clock.waiting_since and not clock.answered:
        yield "RIG-025", {"since": clock.waiting_since}
    if clock.is_late:
        yield ("RIG-003" if clock.answered else "RIG-001"), {"due": clock.due}
    if record.extension_told and (not clock.extended or not record.extension_reason):
        yield "RIG-007", {"told": record.extension_told, "first": clock.first}
    longest = _dates.read_period(_law.near("rights:pause", case.room.on)["longest_ask"])
    for one in parts(record.pauses):
        if one.asked and clock.received and one.asked > _dates.plus(clock.received, longest):
            yield "RIG-008", {"asked": one.asked}


def _identity(case: RequestState) -> Found:
    """Who asks."""
    record, law = case.record, _law.near("rights:identification", case.room.on)
    how = record.identified_how
    if how in law["not_enough"] and _law.value("tsl:29:identification", record.identified_on or case.room.on):
        yield "RIG-004", {}
    if how in law["with_reason"] and not record.identified_reason:
        yield "RIG-005", {}
    if record.on_behalf not in (None, "own") and not record.authority_shown:
        yield "RIG-006", {}


def _answers(case: RequestState) -> Found:
    """What was answered against what is owed."""
    for right, one in case.answers.items():
        about: dict[str, object] = {"right": _law.codes("right")[right].name}
        grounds = texts(one.grounds)
        if one.right_outcome in ("refused", "partly") and not (grounds and one.reason):
            yield "RIG-009", about
        evidence = [code for code in grounds if _law.near(f"rights:{code}", case.room.on).get("needs_evidence")]
        if evidence and not one.evidence:
            yield "RIG-022", about
        if one.right_outcome == "refused" and case.owed_of(right) == owed.OWED and not _outside_basis(case, grounds):
            yield "RIG-010", about
        if one.right_outcome == "granted" and not letters.is_identified(case):
            yield "RIG-023", about
        if right in NEED_SEARCH and one.right_outcome != "refused":
            yield from _search(case, about)
    if case.record.answered and case.unanswered:
        yield (
            "RIG-026",
            {"names": {lang: ", ".join(_law.codes("right")[one].name[lang] for one in case.unanswered) for lang in _words.LANGS}},
        )
    if any(one.answer == owed.CANNOT_TELL for one in case.owed) and not case.record.answered:
        names = sorted({case.room.name_of(one.activity) for one in case.owed if one.answer == owed.CANNOT_TELL})
        yield "RIG-017", {"names": ", ".join(names)}


def _outside_basis(case: RequestState, grounds: Iterable[str]) -> bool:
    """Whether a ground bars a right whatever the legal basis, such as the rights of others."""
    absolute = case.record.against_marketing == "yes"
    return not absolute and any(code not in ("other_basis", "still_needed", "compelling") for code in grounds)


def _search(case: RequestState, about: dict[str, object]) -> Found:
    """Whether it is known where the person's data lie."""
    search = case.search
    if search is None:
        yield "RIG-011", about
        return
    tables = search.searched_tables if isinstance(search.searched_tables, tuple) else ()
    open_tables = [f"{one.source}/{one.table}" for one in tables if one.search_state not in ("searched", "not_personal") or _is_odd(one)]
    near = sum(int(one.near_count or 0) for one in tables)
    if open_tables or near:
        yield "RIG-012", {**about, "tables": ", ".join(open_tables) or "–", "count": near}


def _is_odd(one: object) -> bool:
    return getattr(one, "search_state", "") == "searched" and bool(getattr(one, "detail", ""))


def _deeds(case: RequestState) -> Found:
    """What was done, told and put away."""
    record = case.record
    for right, act in DONE.items():
        answer = case.answers.get(right)
        plans = [one for one in case.plans if one.subject_act == act]
        if answer and answer.right_outcome in ("granted", "partly") and not any(one.plan_state == "done" for one in plans):
            yield "RIG-013", {"right": _law.codes("right")[right].name}
    if stuck := [one.id for one in case.plans if one.plan_state == "started"]:
        yield "RIG-019", {"plans": ", ".join(stuck)}
    if kept := [one.id for one in case.plans if one.kept_copy]:
        yield "RIG-024", {"plans": ", ".join(kept)}
    if any(one.plan_state == "done" for one in case.plans) and record.recipients_told is None and _has_recipients(case):
        yield "RIG-014", {}
    if record.copy_made and not record.copy_removed and case.room.on > copy_ends(record.copy_made, case.room.on):
        yield "RIG-015", {"made": record.copy_made}
    if blank := [one.id for one in case.letters if one.blanks]:
        yield "RIG-018", {"letters": ", ".join(blank)}
    answered = {"answer", "part_refusal", "refusal", "withdrawal"}
    if record.answered and not any(one.rights_letter in answered for one in case.letters):
        yield "RIG-021", {}


def _has_recipients(case: RequestState) -> bool:
    """Whether the register names recipients or processors of an activity concerned, or does not say that there are none."""
    bodies = case.room.bodies("activity")
    return any(not isinstance(bodies.get(name, {}).get(field), dict) for name in case.activities for field in ("recipients", "processors"))


def copy_ends(made: date, on: date) -> date:
    """The last day on which a copy may lie in its folder, by the company's practice."""
    return _dates.plus(made, _dates.read_period(_law.near("rights:practice", on)["copy_kept"]))


def due(state: Requests) -> Iterator[Due]:
    """When requests are to be answered and copies put away."""
    for case in state.requests:
        if case.clock.is_running and case.clock.due:
            yield Due(case.record.id, case.clock.due, "due.request_answer", "gdpr:12(3)")
        if case.record.copy_made and not case.record.copy_removed:
            yield Due(case.record.id, copy_ends(case.record.copy_made, state.on), "due.copy_removal", "gdpr:32(1)")
