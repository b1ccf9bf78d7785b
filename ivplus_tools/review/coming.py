"""What is coming in the review: ends of contracts, reviews, windows to object, checks that age, decisions that end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ivplus_tools import _dates, _law
from ivplus_tools._findings import Due
from ivplus_tools._state import Stands
from ivplus_tools.review.records import Subprocessor, Transfer
from ivplus_tools.review.state import Review, has_ended


def due(review: Review) -> Iterator[Due]:
    """Ends of contracts, reviews, windows to object, checks that age, decisions that end."""
    for one in (each.record for each in review.of("agreement")):
        if isinstance(one.in_force_until, date):
            yield Due(one.id, one.in_force_until, "due.contract_end", "gdpr:28(3)")
        if one.review_by:
            yield Due(one.id, one.review_by, "due.agreement_review", "gdpr:24(1)")
    for edge in (each.record for each in review.of("subprocessor")):
        window = objection_window(edge, review.contract_over(edge))
        if window and edge.authorised in (None, "open"):
            yield Due(edge.id, window, "due.objection", "gdpr:28(2)")
    for transfer in (each.record for each in review.of("transfer")):
        if not has_ended(transfer, review.on):
            yield from _due_of(transfer, review)


def _due_of(one: Transfer, review: Review) -> Iterator[Due]:
    assessment = review.assessment_of(one.id)
    if one.dpf_checked:
        yield Due(one.id, _after(one.dpf_checked, "edpb:dpf_check", review.on), "due.dpf_check", "edpb:dpf_check")
    if assessment and assessment.tia_reviewed:
        yield Due(one.id, _after(assessment.tia_reviewed, "edpb:tia_review", review.on), "due.tia_review", "edpb:tia_review")
    rule = review.judged(one, "en").rule
    last = max((value.get("until", date.max) for value in _law.fact(rule).history), default=date.max)
    if rule.startswith("adequacy:") and last < date.max:
        yield Due(one.id, last, "due.adequacy_end", rule)


def _after(day: date, rule: str, on: date) -> date:
    return _dates.plus(day, _dates.read_period(_law.near(rule, on)["period"]))


def objection_window(one: Subprocessor, stands: Stands | None) -> date | None:
    """The last day on which a change may be objected to: its notice plus the agreed period."""
    period = stands.record.objection_period if stands else None
    return _dates.plus(one.announced, _dates.read_notice(period)) if period and one.announced else None
