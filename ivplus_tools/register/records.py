"""What the register keeps: activities (Art. 30), the organisations that they name, the systems that they use."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, ClassVar, Self, TypeAlias

from pydantic import AfterValidator, BeforeValidator

from ivplus_tools import _dates, _words
from ivplus_tools._records import (
    AnswerText,
    AnswerTexts,
    Count,
    Countries,
    Day,
    Map,
    MonthDay,
    Part,
    Period,
    Record,
    Stated,
    Text,
    Texts,
    answered,
    begin_with_period,
    clean_text,
    item,
    one_of,
    some,
    some_of,
    split,
)  # fmt: skip


def _period(got: object) -> object:
    """ISO 8601 where the whole text is a period (`6 vuotta`, `24 kk`, `P6Y`); other text stays as it was written."""
    if not isinstance(got, str):
        return got
    period, rest = begin_with_period(got)
    return period if period and not rest else got


def _in_days(got: str | None) -> str | None:
    """A period of days or longer; one of hours is refused."""
    if got is not None and _dates.read_period(got).hours:
        raise _words.refusal("bad_period", got=got)
    return got


if TYPE_CHECKING:  # what the values are, once validated
    Code: TypeAlias = str | None
    Codes: TypeAlias = tuple[str, ...] | Stated | None
    LegalBasis: TypeAlias = Code
    Role: TypeAlias = str
    GivenRole: TypeAlias = Code
    Dpia: TypeAlias = Code
    StartEvent: TypeAlias = Code
    ErasureAction: TypeAlias = Code
    RecipientKind: TypeAlias = Code
    SpecialCategories: TypeAlias = Codes
    SpecialConditions: TypeAlias = Codes
    NationalIdGrounds: TypeAlias = Codes
    DpiaTriggers: TypeAlias = Codes
    Relations: TypeAlias = Codes
    YesNo: TypeAlias = Code
else:
    YesNo = one_of("yes_no")
    LegalBasis, Role, Dpia = one_of("legal_basis"), one_of("role", required=True), one_of("dpia")
    GivenRole = one_of("role")
    StartEvent, ErasureAction, RecipientKind = one_of("start_event"), one_of("action"), one_of("recipient_kind")
    SpecialCategories, SpecialConditions = some_of("special_category"), some_of("special_condition")
    NationalIdGrounds, DpiaTriggers, Relations = some_of("national_id_ground"), some_of("dpia_trigger"), some_of("relation")
LongPeriod = Annotated[Period, AfterValidator(_in_days)]
PeriodText = Annotated[str | None, BeforeValidator(_period), BeforeValidator(clean_text)]


class Purpose(Part):
    """One purpose with its own legal basis (Art. 6(1), 13(1)(c))."""

    purpose: Text = item("gdpr:30(1)(b)")
    legal_basis: LegalBasis = item("gdpr:6(1)")
    legitimate_interest: Text = item("gdpr:13(1)(d)")
    balancing_test: Text = item("gdpr:6(1)(f)")
    statute: Text = item("gdpr:6(3)")
    consent_record: Text = item("gdpr:7(1)")


class Recipient(Part):
    """A category of recipients and its kind (Art. 30(1)(d), 4(9))."""

    recipient: Text = item("gdpr:30(1)(d)")
    recipient_kind: RecipientKind = item("gdpr:4(9)")


class RetentionPeriod(Part):
    """The time limit for erasure of one category of data (Art. 30(1)(f)): period, from when, by which rule, then what."""

    first_may_stand_alone: ClassVar[bool] = False
    data_category: Text = item("gdpr:30(1)(f)")
    period: PeriodText = item("gdpr:5(1)(e)")
    start_event: StartEvent = item("gdpr:30(1)(f)")
    retention_rule: Text = item("gdpr:6(3)")
    action: ErasureAction = item("gdpr:5(1)(e)")

    @classmethod
    def from_text(cls, text: str) -> Self:
        """As other parts; one without named segments is read as `category: period from start`, or kept as written."""
        if len(split(text, "fields")) > 1:
            return super().from_text(text)
        head, colon, rest = text.partition(":")
        names_category = colon and rest.strip() and begin_with_period(text)[0] is None
        category, said = (head.strip(), rest.strip()) if names_category else (None, text.strip())
        period, tail = begin_with_period(said)
        if period is None:
            period, tail = _after_start(said)
        told = _words.read("headings")["period"]
        doubtful = any(re.search(rf"\b{re.escape(doubt)}", tail.casefold()) for doubt in told["doubts"])
        if period is None or doubtful or tail.startswith("+") or _second_period(tail):
            return cls(data_category=category, period=said)
        start = _start_in(tail)
        untold = [one for one in re.findall(r"\w+", tail.casefold()) if one not in told["connectors"] and not _start_in(one)]
        return cls(data_category=category, period=period, start_event=start, retention_rule=tail if untold else None)


if TYPE_CHECKING:
    Purposes: TypeAlias = tuple[Purpose, ...] | None
    Recipients: TypeAlias = tuple[Recipient, ...] | Stated | None
    RetentionPeriods: TypeAlias = tuple[RetentionPeriod, ...] | None
else:
    Purposes, Recipients, RetentionPeriods = some(Purpose), answered(Recipient), some(RetentionPeriod)


class Activity(Record):
    """A processing activity, as controller (Art. 30(1)) or as processor (Art. 30(2))."""

    room: ClassVar[str] = "register"
    kind: ClassVar[str] = "activity"
    noun: ClassVar[str] = "activities"
    noun_columns: ClassVar[dict[str, str]] = {
        "legal_basis": "purposes.legal_basis",
        "legitimate_interest": "purposes.legitimate_interest",
        "balancing_test": "purposes.balancing_test", "statute": "purposes.statute",
        "consent_record": "purposes.consent_record",
        "retained_categories": "retention.data_category", "retention": "retention.period",
    }  # fmt: skip
    shorthand: ClassVar[dict[str, str]] = dict.fromkeys(
        ("legal_basis", "legitimate_interest", "balancing_test", "statute", "consent_record"), "purposes"
    )

    name: Text = item("gdpr:30(1)(b)")
    role: Role = item("gdpr:30(1)(a)", default="controller")
    controller: Text = item("gdpr:30(1)(a)", refers="organisation")
    joint_controllers: AnswerTexts = item("gdpr:30(1)(a):joint", refers="organisation")
    joint_arrangement: Text = item("gdpr:26(1)")
    representative: AnswerText = item("gdpr:30(1)(a):representative")
    dpo: AnswerText = item("gdpr:30(1)(a):dpo")
    on_behalf_of: Texts = item("gdpr:30(2)(a)", refers="organisation")
    processing_categories: Texts = item("gdpr:30(2)(b)")
    purposes: Purposes = item("gdpr:30(1)(b)")
    data_subjects: Texts = item("gdpr:30(1)(c)")
    people_count: Count = item("gdpr:33(3)(a)")
    data_categories: Texts = item("gdpr:30(1)(c):data")
    special_categories: SpecialCategories = item("gdpr:9(1)")
    special_condition: SpecialConditions = item("gdpr:9(2)")
    criminal_data: AnswerText = item("gdpr:10")
    national_id: NationalIdGrounds = item("tsl:29")
    identified_by_code: YesNo = item("tsl:29:identification")
    sources: AnswerTexts = item("gdpr:14(2)(f)")
    required_data: AnswerText = item("gdpr:13(2)(e)")
    recipients: Recipients = item("gdpr:30(1)(d)")
    processors: AnswerTexts = item("gdpr:28(3)", refers="organisation")
    transfers: AnswerTexts = item("gdpr:30(1)(e)")
    systems: AnswerTexts = item("gdpr:5(2)", refers="system")
    retention: RetentionPeriods = item("gdpr:30(1)(f)")
    security_measures: AnswerTexts = item("gdpr:30(1)(g)")
    automated_decisions: AnswerText = item("gdpr:22")
    dpia: Dpia = item("gdpr:35(1)")
    dpia_triggers: DpiaTriggers = item("gdpr:35(3)")
    dpia_reference: Text = item("gdpr:35(1)")
    notice: AnswerText = item("gdpr:13")
    owner: Text = item("gdpr:5(2)")
    reviewed: Day = item("gdpr:24(1)")
    review_by: Day = item("gdpr:24(1)")
    remarks: Text = item("gdpr:5(2)")
    imported: Map = item("gdpr:5(2)")


class Organisation(Record):
    """An organisation that a record names: ourselves, a joint controller, a processor, a customer, an authority."""

    room: ClassVar[str] = "register"
    kind: ClassVar[str] = "organisation"
    noun: ClassVar[str] = "organisations"

    name: Text = item("gdpr:30(1)(a)")
    aliases: Texts = item("gdpr:30(1)(a)")
    relation: Relations = item("gdpr:30(1)(a)")
    business_id: Text = item("gdpr:30(1)(a)")
    contact: Text = item("gdpr:30(1)(a)")
    country: Text = item("gdpr:30(1)(e)")
    dpo: AnswerText = item("gdpr:30(1)(a):dpo")
    representative: AnswerText = item("gdpr:30(1)(a):representative")
    financial_year_end: MonthDay = item("start:FY_END")
    longest_acceptance: LongPeriod = item("gdpr:24(1)")
    remarks: Text = item("gdpr:5(2)")
    imported: Map = item("gdpr:5(2)")


class System(Record):
    """An information system that holds personal data: who supplies it and where the data are."""

    room: ClassVar[str] = "register"
    kind: ClassVar[str] = "system"
    noun: ClassVar[str] = "systems"

    name: Text = item("gdpr:5(2)")
    supplier: AnswerText = item("gdpr:28(3)", refers="organisation")
    location: Countries = item("gdpr:30(1)(e)")
    owner: Text = item("gdpr:5(2)")
    remarks: Text = item("gdpr:5(2)")
    imported: Map = item("gdpr:5(2)")


class Layout(Record):
    """How the officer had the headings of a file read, for the next file of the same headings."""

    room: ClassVar[str] = "register"
    kind: ClassVar[str] = "layout"
    aside: ClassVar[bool] = True

    headings: Texts = item("gdpr:5(2)")
    columns: Map = item("gdpr:5(2)")
    role: GivenRole = item("gdpr:30(1)(a)")


def _second_period(text: str) -> bool:
    """Whether a text holds another length of time: `3 years and 6 months` is not understood, and so not taken for 3 years."""
    told = _words.read("headings")["period"]
    numbers, units = "|".join(told["numbers"]), "|".join(unit for many in told["units"].values() for unit in many)
    spelt = re.search(rf"\b({numbers})\s+({units})\b", text.casefold())
    return spelt is not None or any(begin_with_period(text[match.start() :])[0] for match in re.finditer(r"\d+", text))


def _after_start(text: str) -> tuple[str | None, str]:
    """The period that is added to a start: `asiakassuhde + 2 v` is P2Y and the start."""
    plus = "|".join(map(re.escape, _words.read("headings")["period"]["plus"]))
    match = re.fullmatch(rf"([^\d\n]{{3,80}}?)\s*(?:{plus})\s*(\d.{{0,40}})", text.strip())
    if match and _start_in(match[1]):
        period, rest = begin_with_period(match[2])
        return period, f"{match[1].strip()} {rest}".strip()
    return None, text


def _start_in(text: str) -> str | None:
    """The start event that a text names, by the phrases of `headings.toml`."""
    phrases: dict[str, list[str]] = _words.read("headings")["period"]["starts"]
    folded = text.casefold()
    said = (code for code, found in phrases.items() if any(all(part in folded for part in one.split(" … ")) for one in found))
    return next(said, None)
