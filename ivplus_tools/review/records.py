"""What the review keeps: processors, their agreements clause by clause, who stands behind them, transfers, and other recipients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self, TypeAlias

from pydantic import AfterValidator, model_validator

from ivplus_tools import _records, _words
from ivplus_tools._records import (
    NAMELESS,
    AnswerDay,
    AnswerText,
    AnswerTexts,
    Day,
    Notice,
    Part,
    Period,
    Place,
    Places,
    Record,
    Text,
    Texts,
    in_order,
    item,
    one_of,
    some,
)  # fmt: skip

if TYPE_CHECKING:  # what the values are, once validated
    Code: TypeAlias = str | None
    ProcessorRole: TypeAlias = str
    Clause: TypeAlias = Code
    Finding: TypeAlias = Code
    AgreementForm: TypeAlias = Code
    Authorisation: TypeAlias = Code
    SubAuthorisation: TypeAlias = Code
    Mechanism: TypeAlias = Code
    Decision: TypeAlias = Code
    YesNo: TypeAlias = Code
    DpfStatus: TypeAlias = Code
    SccSet: TypeAlias = Code
    SccModule: TypeAlias = Code
    TiaResult: TypeAlias = Code
    LegalBasis: TypeAlias = Code
else:
    ProcessorRole, Clause, Finding = one_of("processor_role", required=True), one_of("clause"), one_of("verdict")
    AgreementForm, Authorisation = one_of("agreement_form"), one_of("subprocessor_authorisation")
    SubAuthorisation, Mechanism, Decision = one_of("authorised"), one_of("transfer_mechanism"), one_of("adequacy_decision")
    YesNo, DpfStatus, SccSet, SccModule = one_of("yes_no"), one_of("dpf_status"), one_of("scc_set"), one_of("scc_module")
    TiaResult, LegalBasis = one_of("tia_result"), one_of("legal_basis")


class Verdict(Part):
    """What a contract says of one clause of Art. 28: the verdict, the words that it rests on, their page, who judged and when."""

    clause: Clause = item("gdpr:28(3)")
    verdict: Finding = item("gdpr:28(3)")
    quote: Text = item("gdpr:5(2)")
    page: Text = item("gdpr:5(2)")
    reason: Text = item("gdpr:5(2)")
    judged_by: Text = item("gdpr:5(2)")
    judged_on: Day = item("gdpr:5(2)")


def _once(verdicts: tuple[Verdict, ...] | None) -> tuple[Verdict, ...] | None:
    """A clause has one verdict."""
    clauses = [one.clause for one in verdicts or ()]
    twice = next((str(one) for one in clauses if clauses.count(one) > 1), None)
    if twice:
        raise _words.refusal("clause_twice", clause={lang: _records.name_of("clause", twice, lang) for lang in _words.LANGS})
    return verdicts


if TYPE_CHECKING:
    Verdicts: TypeAlias = tuple[Verdict, ...] | None
else:
    Verdicts = Annotated[some(Verdict), AfterValidator(_once)]


class Processor(Record):
    """A processor that we use, or another processor where we are processor ourselves (Art. 28): for what, where, with which guarantees."""

    room: ClassVar[str] = "review"
    kind: ClassVar[str] = "processor"
    noun: ClassVar[str] = "processors"

    organisation: Text = item("gdpr:28(1)", refers="organisation")
    processor_role: ProcessorRole = item("gdpr:28(10)", default="processor")
    services: Texts = item("gdpr:28(3):C2")
    activities: AnswerTexts = item("gdpr:30(1)(d)", refers="activity")
    systems: AnswerTexts = item("gdpr:5(2)", refers="system")
    storage_countries: Places = item("gdpr:44")
    access_countries: Places = item("gdpr:44")
    guarantees: AnswerText = item("gdpr:28(1)")
    contact: Text = item("gdpr:28(3)")
    remarks: Text = item("gdpr:5(2)")


class Agreement(Record):
    """The contract with a processor (Art. 28(3)): signed, in force, each clause judged, and how other processors are authorised (28(2))."""

    room: ClassVar[str] = "review"
    kind: ClassVar[str] = "agreement"
    noun: ClassVar[str] = "agreements"
    noun_columns: ClassVar[dict[str, str]] = {
        "until": "answer(in_force_until)", "clauses": "", "met": "of_verdict(clauses, 'met')",
        "not_met": "of_verdict(clauses, 'not_met')", "unclear": "of_verdict(clauses, 'unclear')",
        "not_applicable": "of_verdict(clauses, 'not_applicable')",
    }  # fmt: skip

    processor: Text = item("gdpr:28(3)", refers="processor")
    agreement_form: AgreementForm = item("gdpr:28(9)")
    signed: Day = item("gdpr:28(9)")
    in_force_from: Day = item("gdpr:28(3):C3")
    in_force_until: AnswerDay = item("gdpr:28(3):C3")
    reference: Text = item("gdpr:28(9)")
    clauses: Verdicts = item("gdpr:28(3)")
    subprocessor_authorisation: Authorisation = item("gdpr:28(2)")
    objection_period: Notice = item("gdpr:28(2)")
    breach_notice: Period = item("gdpr:33(2)")
    reviewed: Day = item("gdpr:24(1)")
    review_by: Day = item("gdpr:24(1)")
    remarks: Text = item("gdpr:5(2)")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        in_order(self, ("in_force_from", "in_force_until"))
        return self


class Subprocessor(Record):
    """Another processor behind a processor (Art. 28(2), 28(4)); `processor` may itself be another processor, to any depth."""

    room: ClassVar[str] = "review"
    kind: ClassVar[str] = "subprocessor"
    noun: ClassVar[str] = "subprocessors"

    processor: Text = item("gdpr:28(2)", refers="processor")
    organisation: Text = item("gdpr:28(4)", refers="organisation")
    purpose: Text = item("gdpr:28(4)")
    countries: Places = item("gdpr:44")
    announced: Day = item("gdpr:28(2)")
    used_from: Day = item("gdpr:28(2)")
    authorised: SubAuthorisation = item("gdpr:28(2)")
    list_reference: Text = item("gdpr:28(2)")
    remarks: Text = item("gdpr:5(2)")


class Transfer(Record):
    """A transfer to a third country or an international organisation, with the mechanism it rests on and its details (Art. 44 to 49)."""

    room: ClassVar[str] = "review"
    kind: ClassVar[str] = "transfer"
    noun: ClassVar[str] = "transfers"

    exporter: Text = item("gdpr:44", refers="organisation")
    importer: Text = item("gdpr:44", refers="organisation")
    country: Place = item("gdpr:44")
    activities: AnswerTexts = item("gdpr:30(1)(e)", refers="activity")
    data_subjects: Texts = item("gdpr:30(1)(c)")
    data_categories: Texts = item("gdpr:30(1)(c):data")
    hr_data: YesNo = item("adequacy:US")
    mechanism: Mechanism = item("gdpr:44")
    decision: Decision = item("gdpr:45(1)")
    in_scope: YesNo = item("gdpr:45(1)")
    dpf_status: DpfStatus = item("adequacy:US")
    dpf_checked: Day = item("adequacy:US")
    dpf_hr: YesNo = item("adequacy:US")
    scc_set: SccSet = item("gdpr:46(2)(c)")
    scc_module: SccModule = item("gdpr:46(2)(c)")
    scc_signed: Day = item("gdpr:46(2)(c)")
    document: Text = item("gdpr:46(1)")
    authorisation: Text = item("gdpr:46(3)(a)")
    occasional: YesNo = item("gdpr:49(6)")
    authority_informed: YesNo = item("gdpr:49(1):second")
    subjects_informed: YesNo = item("gdpr:49(1):second")
    begins: Day = item("gdpr:44")
    ends: AnswerDay = item("gdpr:44")
    remarks: Text = item("gdpr:5(2)")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        in_order(self, ("begins", "ends"))
        return self


class TransferAssessment(Record):
    """The assessment of a transfer's effects (TIA): the country's law and practice, risk, supplementary measures, result."""

    room: ClassVar[str] = "review"
    kind: ClassVar[str] = "assessment"
    noun: ClassVar[str] = "assessments"

    transfer: Text = item("edpb:S3", refers="transfer")
    law_and_practice: Text = item("edpb:S3")
    risk: Text = item("edpb:S3")
    supplementary_measures: AnswerTexts = item("edpb:S4")
    tia_result: TiaResult = item("edpb:S3")
    tia_reviewed: Day = item("edpb:S6")
    assessed_by: Text = item("edpb:S3")
    reference: Text = item("edpb:S5")
    remarks: Text = item("gdpr:5(2)")


class Disclosure(Record):
    """A recipient that is no processor: for its own purpose, on which basis, and whether for marketing (Art. 4(9), 6(1))."""

    room: ClassVar[str] = "review"
    kind: ClassVar[str] = "disclosure"
    noun: ClassVar[str] = "disclosures"

    organisation: Text = item("gdpr:30(1)(d)", refers="organisation")
    purpose: Text = item("gdpr:30(1)(b)")
    legal_basis: LegalBasis = item("gdpr:6(1)")
    activities: AnswerTexts = item("gdpr:30(1)(d)", refers="activity")
    data_categories: Texts = item("gdpr:30(1)(c):data")
    country: Place = item("gdpr:44")
    regular: YesNo = item("gdpr:30(1)(d)")
    marketing: YesNo = item("gdpr:7(1)")
    consent_record: Text = item("gdpr:7(1)")
    remarks: Text = item("gdpr:5(2)")


def nameless(kind: type[Record], **fields: Any) -> Any:
    """A record that is only looked at, and so needs no identifier."""
    return kind(NAMELESS, **fields)
