"""What is kept of assessments: a balancing test, the answers to the criteria, an impact assessment with its risks and measures."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self, TypeAlias

from pydantic import model_validator

from ivplus_tools import _words
from ivplus_tools._records import AnswerText, AnswerTexts, Day, Part, Record, Text, Texts, in_order, item, one_of, some

if TYPE_CHECKING:  # what the values are, once validated
    Code: TypeAlias = str | None
    YesNo: TypeAlias = Code
    InterestOf: TypeAlias = Code
    Criterion: TypeAlias = Code
    RiskLevel: TypeAlias = Code
else:
    YesNo, InterestOf = one_of("yes_no"), one_of("interest_of")
    Criterion, RiskLevel = one_of("wp248_criterion"), one_of("risk_level")

UNMET = (("interest_lawful", "no"), ("interest_real", "no"), ("is_necessary", "no"))
"""Steps without which no interest carries the processing: a conclusion that says yes all the same is refused."""


def _demand_activity(made: BalancingTest | Screening | ImpactAssessment) -> None:
    """An assessment is about an activity of the register."""
    if not made.activity:
        raise _words.refusal("assessment_of_nothing")


class BalancingTest(Record):
    """Whether a legitimate interest carries an activity (Art. 6(1)(f)): the interest, necessity, the balance, the conclusion."""

    room: ClassVar[str] = "assessments"
    kind: ClassVar[str] = "balancing_test"
    noun: ClassVar[str] = "balancing_tests"

    activity: Text = item("gdpr:6(1)(f)", refers="activity")
    purpose: Text = item("gdpr:30(1)(b)")
    legitimate_interest: Text = item("gdpr:13(1)(d)")
    interest_of: InterestOf = item("edpb:LIA1")
    interest_lawful: YesNo = item("edpb:LIA1")
    interest_real: YesNo = item("edpb:LIA1")
    is_necessary: YesNo = item("edpb:LIA2")
    alternatives: AnswerText = item("edpb:LIA2")
    minimised: Text = item("gdpr:5(1)(c)")
    people_relation: Text = item("edpb:LIA3")
    is_expected: YesNo = item("edpb:LIA3")
    expectations: Text = item("edpb:LIA3")
    people_impact: Text = item("edpb:LIA3")
    impact_level: RiskLevel = item("edpb:LIA3")
    has_vulnerable: YesNo = item("edpb:LIA3")
    test_safeguards: AnswerTexts = item("edpb:LIA3")
    objection_handling: AnswerText = item("edpb:LIA3")
    interest_prevails: YesNo = item("gdpr:6(1)(f)")
    conclusion_reason: Text = item("gdpr:5(2)")
    reviewed_by: Text = item("gdpr:5(2)")
    reviewed: Day = item("gdpr:24(1)")
    review_by: Day = item("gdpr:24(1)")
    remarks: Text = item("gdpr:5(2)")

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        """The steps are cumulative: without one of the first two the interest does not prevail."""
        _demand_activity(self)
        in_order(self, ("reviewed", "review_by"))
        unmet = [name for name, answer in UNMET if getattr(self, name) == answer]
        if self.interest_prevails == "yes" and unmet:
            raise _words.refusal("conclusion_against_steps", step=_words.label_of(unmet[0]))
        return self


class CriterionAnswer(Part):
    """What the officer says of a criterion; a no has a reason, which stands beside what the record shows."""

    criterion: Criterion = item("wp248:count")
    applies: YesNo = item("wp248:count")
    reason: Text = item("gdpr:5(2)")


class Screening(Record):
    """The officer's answers where the record cannot tell whether an impact assessment is needed, or says otherwise (Art. 35(1))."""

    room: ClassVar[str] = "assessments"
    kind: ClassVar[str] = "screening"
    noun: ClassVar[str] = "screenings"

    activity: Text = item("gdpr:35(1)", refers="activity")
    criteria: some(CriterionAnswer) = item("wp248:count")  # type: ignore[valid-type]
    rest_reason: Text = item("gdpr:5(2)")
    dpia_needed: YesNo = item("gdpr:35(1)")
    conclusion_reason: Text = item("gdpr:5(2)")
    dpo_advice: Text = item("gdpr:35(2)")
    reviewed_by: Text = item("gdpr:5(2)")
    reviewed: Day = item("gdpr:24(1)")

    @model_validator(mode="after")
    def _reasoned(self) -> Self:
        """A no to a criterion has its reason; that no assessment is made has reasons in writing and the officer's view."""
        _demand_activity(self)
        for one in self.criteria or ():
            if one.criterion is None or one.applies is None or (one.applies == "no" and not one.reason):
                raise _words.refusal("criterion_without_reason")
        if self.dpia_needed == "no" and not (self.conclusion_reason and self.dpo_advice):
            raise _words.refusal("departure_without_reason")
        return self


class AssessedRisk(Part):
    """A risk to people: how likely and severe, what is done about it, and how likely and severe it is then."""

    assessed_risk: Text = item("gdpr:35(7)(c)")
    likelihood: RiskLevel = item("gdpr:35(7)(c)")
    risk_severity: RiskLevel = item("gdpr:35(7)(c)")
    risk_measures: Text = item("gdpr:35(7)(d)")
    likelihood_after: RiskLevel = item("gdpr:35(7)(d)")
    severity_after: RiskLevel = item("gdpr:35(7)(d)")


class ImpactAssessment(Record):
    """An impact assessment (Art. 35(7)): description, necessity, risks with measures, advice, views, what risk remains, consultation."""

    room: ClassVar[str] = "assessments"
    kind: ClassVar[str] = "impact_assessment"
    noun: ClassVar[str] = "impact_assessments"

    activity: Text = item("gdpr:35(1)", refers="activity")
    dpia_description: Text = item("gdpr:35(7)(a)")
    dpia_purposes: Texts = item("gdpr:35(7)(a)")
    dpia_data: Texts = item("gdpr:35(7)(a)")
    dpia_people: Texts = item("gdpr:35(7)(a)")
    dpia_recipients: AnswerTexts = item("gdpr:35(7)(a)")
    dpia_transfers: AnswerTexts = item("gdpr:35(7)(a)")
    dpia_retention: Texts = item("gdpr:35(7)(a)")
    dpia_systems: AnswerTexts = item("gdpr:35(7)(a)")
    dpia_necessity: Text = item("gdpr:35(7)(b)")
    proportionality: Text = item("gdpr:35(7)(b)")
    rights_realised: Text = item("gdpr:35(7)(b)")
    assessed_risks: some(AssessedRisk) = item("gdpr:35(7)(c)")  # type: ignore[valid-type]
    dpia_measures: AnswerTexts = item("gdpr:35(7)(d)")
    dpo_advice: Text = item("gdpr:35(2)")
    people_views: AnswerText = item("gdpr:35(9)")
    residual_risk: RiskLevel = item("gdpr:36(1)")
    consulted: Day = item("gdpr:36(1)")
    authority_answer: Text = item("gdpr:36(2)")
    conclusion_reason: Text = item("gdpr:5(2)")
    reviewed_by: Text = item("gdpr:5(2)")
    reviewed: Day = item("gdpr:24(1)")
    review_by: Day = item("gdpr:35(11)")
    remarks: Text = item("gdpr:5(2)")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        """It is about an activity, and is reviewed after it was made."""
        _demand_activity(self)
        in_order(self, ("reviewed", "review_by"))
        return self
