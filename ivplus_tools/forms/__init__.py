"""Forms in plain ipywidgets: values in, the code that was run out. Every field is checked by the record itself."""

from __future__ import annotations

from pathlib import Path

from ivplus_tools import _records, _state, _words
from ivplus_tools.desk import Desk
from ivplus_tools.forms.assessments import AssessmentForm
from ivplus_tools.forms.breach import BreachForm
from ivplus_tools.forms.bring import BringForm
from ivplus_tools.forms.clauses import ReviewForm
from ivplus_tools.forms.discovery import DiscoveryForm
from ivplus_tools.forms.erasing import ErasureForm
from ivplus_tools.forms.findings import FindingsView
from ivplus_tools.forms.first_day import FirstDayView
from ivplus_tools.forms.marketing import MarketingForm
from ivplus_tools.forms.measures import MeasuresForm
from ivplus_tools.forms.notice import NoticeForm
from ivplus_tools.forms.opening import Opens
from ivplus_tools.forms.quarter import QuarterForm
from ivplus_tools.forms.record import RecordForm
from ivplus_tools.forms.retention import RetentionBoard
from ivplus_tools.forms.rights import RightsForm
from ivplus_tools.forms.today import TodayView
from ivplus_tools.register.records import Activity
from ivplus_tools.rooms import ROOMS

ELSEWHERE = {"agreement": ("clauses",)}
"""Fields that a form of their own fills, here `review`: a contract has twenty clauses."""
_GROUPS: dict[str, tuple[str, ...]] = {
    "who": (
        "name", "role", "controller", "joint_controllers", "joint_arrangement", "representative", "dpo",
        "on_behalf_of", "processing_categories",
    ),
    "purpose": ("purposes",),
    "data": (
        "data_subjects", "people_count", "data_categories", "special_categories", "special_condition", "criminal_data", "national_id",
        "identified_by_code", "sources", "required_data",
    ),
    "disclosure": ("recipients", "processors", "transfers", "systems"),
    "storage": ("retention", "security_measures"),
    "assessment": (
        "automated_decisions", "dpia", "dpia_triggers", "dpia_reference", "notice", "owner", "reviewed", "review_by",
        "remarks", "imported",
    ),
}  # fmt: skip


def today(desk: Desk) -> TodayView:
    """What must be done now, late first, each with a button to its form; how each room stands; what cannot be told. Nothing is recorded."""

    def loaded(form: RecordForm, subject: str) -> RecordForm:
        form.load(subject)
        return form

    def due_rows(desk: Desk, rule: str) -> ErasureForm | RecordForm:
        """Rows that fall due by a rule: where they are to be erased or anonymised, the erasure of that rule; else the rule."""
        form = erasure(desk)
        return form if form.choose(rule) else loaded(record(desk, "retention_rule"), rule)

    opens: dict[str, Opens] = {
        kind.kind: lambda desk, subject, kind=kind: loaded(record(desk, kind.kind), subject)  # type: ignore[misc]
        for room in ROOMS.values()
        for kind in room.records
        if not kind.own_act
    }
    opens |= {
        "activity": lambda desk, subject: loaded(activity(desk), subject),
        "breach": lambda desk, subject: loaded(breach(desk), subject),
        "retention_rule": due_rows,
        "retention": lambda desk, _: retention(desk),
        "audit": lambda desk, _: findings(desk),
        "notice": lambda desk, _: notice(desk),
        "discovery": lambda desk, _: discovery(desk),
        "rights": lambda desk, _: rights(desk),
        "data_subject_request": lambda desk, subject: rights(desk, subject),
        "measures": lambda desk, _: measures(desk),
        "assessments": lambda desk, _: assessments(desk),
        "marketing": lambda desk, _: marketing(desk),
        "marketing_check": lambda desk, _: marketing(desk),
        "suppression": lambda desk, _: marketing(desk),
        "privacy_notice": lambda desk, subject: notice(desk, subject),
    }
    return TodayView(desk, opens)


def first_day(desk: Desk) -> FirstDayView:
    """From an empty journal to a first register: each step with its form, and suggestions that are taken field by field."""
    why = _words.say("first_day.why", desk.standpoint.lang)
    kinds = ("organisation", "system", "processor")
    forms: dict[str, Opens] = {kind: lambda desk, _, kind=kind: record(desk, kind, why) for kind in kinds}  # type: ignore[misc]
    forms |= {
        "activity": lambda desk, _: RecordForm(desk, Activity, _GROUPS, why),
        "bring": lambda desk, _: bring(desk),
        "findings": lambda desk, _: findings(desk),
    }
    return FirstDayView(desk, forms)


def findings(desk: Desk) -> FindingsView:
    """Findings by room, severity and text, in order and by pages; each accepted, given to somebody or disputed in its place."""
    return FindingsView(desk)


def activity(desk: Desk) -> RecordForm:
    """Search, list and form of the processing activities: a change is saved as a new entry with its day and reason."""
    return RecordForm(desk, Activity, _GROUPS)


def record(desk: Desk, kind: str, why: str = "") -> RecordForm:
    """A form of any kind of records (`processor`, `transfer`, ...): the list, the fields, a save with its day and reason.

    `why`: a reason that stands on the form from the beginning.
    """
    made = _records.record_type(kind)
    if made.own_act:
        raise _words.refusal("own_act", kind=_state.kind_name(made))
    names = tuple(name for name in made.model_fields if name not in ("id", *ELSEWHERE.get(kind, ())))
    return RecordForm(desk, made, {"fields": names}, why)


def review(desk: Desk) -> ReviewForm:
    """One processor per screen: each clause of Art. 28 with its verdict, quote and reason, and the next review date."""
    return ReviewForm(desk)


def discovery(desk: Desk) -> DiscoveryForm:
    """Where personal data lie: a source looked through, each table confirmed in the data map, a saved web page read."""
    return DiscoveryForm(desk)


def rights(desk: Desk, request: str = "") -> RightsForm:
    """Requests of data subjects: opened, identified, looked for in every system, copied, answered, with the letters."""
    return RightsForm(desk, request)


def measures(desk: Desk) -> MeasuresForm:
    """Evidence of security: a training held, a measure tested, a review of access from two lists; how each check stands."""
    return MeasuresForm(desk)


def assessments(desk: Desk) -> AssessmentForm:
    """Assessments: whether an activity needs an impact assessment, its balancing test from the register, the documents."""
    return AssessmentForm(desk)


def marketing(desk: Desk) -> MarketingForm:
    """Whom we may market to: a list checked before a send, its cleaned copy written, and somebody who refuses."""
    return MarketingForm(desk)


def notice(desk: Desk, page: str | Path = "") -> NoticeForm:
    """A privacy notice with marks beside what the law asks, each leading to the other; matches corrected, a draft, a version published.

    `page`: a file, or the identifier of a notice that was published.
    """
    return NoticeForm(desk, page)


def breach(desk: Desk) -> BreachForm:
    """The breach wizard: step by step, with the clock, the duty, what is missing, and a draft beside."""
    return BreachForm(desk)


def retention(desk: Desk) -> RetentionBoard:
    """The retention dashboard: what is overdue, held, coming or without a start, by system and rule; a button counts anew."""
    return RetentionBoard(desk)


def erasure(desk: Desk) -> ErasureForm:
    """A plan of erasure from what is overdue to its certificate: plan, approve, carry out, save; nothing is erased before the third."""
    return ErasureForm(desk)


def quarter(desk: Desk) -> QuarterForm:
    """The audit of a quarter: the pack is made with its progress, opened, and signed by who has read it."""
    return QuarterForm(desk)


def bring(desk: Desk, path: str | Path = "") -> BringForm:
    """A file into the register: its headings with their fields to correct, what would change, one commit, and its withdrawal."""
    return BringForm(desk, path)
