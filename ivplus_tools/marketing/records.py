"""What is kept of marketing: purposes, where consents and bans lie, texts of consents, hashes of those who refused, counts of checks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self, TypeAlias

from pydantic import BeforeValidator, model_validator

from ivplus_tools import _persons, _words
from ivplus_tools._records import Count, Day, Listed, Part, Period, Record, Text, Texts, code, item, one_of, some, some_of, texts

if TYPE_CHECKING:  # what the values are, once validated
    Code: TypeAlias = str | None
    Codes: TypeAlias = tuple[str, ...] | None
    YesNo: TypeAlias = Code
    Channel: TypeAlias = Code
    Channels: TypeAlias = Codes
    TableRole: TypeAlias = Code
    ColumnRole: TypeAlias = Code
    Recipient: TypeAlias = Code
    Reason: TypeAlias = Code
    Language: TypeAlias = Code
    DateForms: TypeAlias = Codes
    Nameless: TypeAlias = Code
else:
    YesNo, Channel, TableRole, ColumnRole = (one_of(name) for name in ("yes_no", "marketing_channel", "marketing_table", "marketing_role"))
    Channels, Recipient, Reason, Language = (
        some_of("marketing_channel"),
        one_of("marketing_recipient"),
        one_of("marketing_reason"),
        one_of("language"),
    )
    DateForms = Annotated[
        tuple[str, ...] | None,
        BeforeValidator(lambda got: tuple(code("date_format", one) for one in texts(got)) or None if not isinstance(got, str) else
                        (code("date_format", got),) if got.strip() else None),
        *Texts.__metadata__, Listed("date_format"),
    ]  # fmt: skip

SOMEBODY = re.compile(r"[^\s@<>]+(@|\(at\)|\[at\])[^\s@<>]+\.\w{2,}|(?<!\w)\+?\d[\d ().-]{6,}\d(?!\w)|(?<!\d)\d{6}[-+A-FU-Y]\d{3}[0-9A-Y]")
"""What tells of somebody: an address, a telephone number, an identity code."""
DATED = re.compile(r"(?<!\d)(\d{4}-\d{2}-\d{2}|\d{1,2}\.\d{1,2}\.\d{4})(?!\d)")


def tells_of_somebody(text: str) -> bool:
    """Whether a text holds an address, a number or an identity code of a person; days are none. A name cannot be known."""
    bare = DATED.sub("", text)
    return bool(SOMEBODY.search(bare) or _persons.tells(bare))


def nameless(got: Any) -> Any:
    """A text that tells of nobody: the journal cannot forget."""
    if isinstance(got, str) and tells_of_somebody(got):
        raise _words.refusal("marketing_names_somebody")
    return got


if not TYPE_CHECKING:
    Nameless = Annotated[Text, BeforeValidator(nameless)]


class MarketingPurpose(Record):
    """What is marketed to whom: the purpose of a send, with what the law asks of each message and of the customer exception."""

    room: ClassVar[str] = "marketing"
    kind: ClassVar[str] = "marketing_purpose"
    noun: ClassVar[str] = "marketing_purposes"

    activity: Text = item("gdpr:30(1)(b)", refers="activity")
    product_groups: Texts = item("svtl:200(3)")
    own_products: YesNo = item("svtl:200(3)")
    refusal_in_messages: YesNo = item("svtl:200(3)")
    by_job_duties: YesNo = item("svtl:work")
    mobile_subscriptions: YesNo = item("svtl:201")
    consent_lasts: Period = item("gdpr:5(2)")
    checked_within: Period = item("gdpr:5(2)")


class MarketingColumn(Part):
    """A column of a table and what stands in it."""

    column: Text = item("gdpr:7(1)")
    marketing_role: ColumnRole = item("gdpr:7(1)")


class MarketingTable(Record):
    """Where consents, bans or customers lie: a table of a source, what its columns hold, and what holds of every row.

    Rows without an address name their person by a `key`: `addresses` is the table of the same source that has key and address.
    """

    room: ClassVar[str] = "marketing"
    kind: ClassVar[str] = "marketing_table"
    noun: ClassVar[str] = "marketing_tables"

    source: Text = item("gdpr:7(1)", refers="source")
    table: Text = item("gdpr:7(1)")
    table_role: TableRole = item("gdpr:7(1)")
    marketing_columns: some(MarketingColumn) = item("gdpr:7(1)")  # type: ignore[valid-type]
    marketing_channel: Channel = item("svtl:200(1)")
    marketing_purpose: Text = item("gdpr:7(2)", refers="marketing_purpose")
    consent_text: Text = item("gdpr:7(1)", refers="consent_text")
    marketing_recipient: Recipient = item("svtl:200(1)")
    collected_how: Nameless = item("gdpr:7(1)")
    at_sale: YesNo = item("svtl:200(3)")
    same_seller: YesNo = item("svtl:200(3)")
    refusal_offered: YesNo = item("svtl:200(3)")
    product_group: Text = item("svtl:200(3)")
    date_format: DateForms = item("gdpr:7(1)")
    addresses: Text = item("gdpr:21(3)")

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Self:
        """A table has its role, and each role one column; somebody is found by an address, or by a key into another table."""
        roles = [one.marketing_role for one in self.marketing_columns or ()] if isinstance(self.marketing_columns, tuple) else []
        twice = sorted({str(one) for one in roles if roles.count(one) > 1})
        if twice:
            raise _words.refusal("marketing_role_twice", got=", ".join(twice), subject=self.id)
        if self.source and not ("address" in roles or ("key" in roles and self.addresses)):
            raise _words.refusal("marketing_no_address", subject=self.id)
        return self

    def column(self, role: str) -> str | None:
        """The column of a role."""
        told = self.marketing_columns if isinstance(self.marketing_columns, tuple) else ()
        return next((one.column for one in told if one.marketing_role == role), None)


class ConsentText(Record):
    """A text by which consent was asked: for which purposes and channels, in which version and language, from when, and its hash."""

    room: ClassVar[str] = "marketing"
    kind: ClassVar[str] = "consent_text"
    noun: ClassVar[str] = "consent_texts"

    consent_purposes: Texts = item("gdpr:7(2)", refers="marketing_purpose")
    consent_channels: Channels = item("svtl:200(1)")
    version: Text = item("gdpr:7(1)")
    text_language: Language = item("gdpr:7(2)")
    text_from: Day = item("gdpr:7(1)")
    text_until: Day = item("gdpr:7(1)")
    separate: YesNo = item("gdpr:7(2)")
    consent_words: Nameless = item("gdpr:7(1)")
    hash: Text = item("gdpr:7(1)")


class Suppression(Record):
    """Somebody who is not marketed to: the keyed hash of an address on a channel, never the address; made by `suppress`."""

    room: ClassVar[str] = "marketing"
    kind: ClassVar[str] = "suppression"
    noun: ClassVar[str] = "suppressions"
    own_act: ClassVar[bool] = True

    marketing_channel: Channel = item("gdpr:21(3)")
    mark: Text = item("gdpr:21(3)")
    secret_name: Text = item("gdpr:21(3)")
    lifted: Day = item("gdpr:7(1)")


class ReasonCount(Part):
    """How many rows of a list had one reason."""

    marketing_reason: Reason = item("gdpr:5(2)")
    rows_count: Count = item("gdpr:5(2)")


class MarketingCheck(Record):
    """What a check of a list of addresses counted; made by `check`. Counts only, no address."""

    room: ClassVar[str] = "marketing"
    kind: ClassVar[str] = "marketing_check"
    noun: ClassVar[str] = "marketing_checks"
    own_act: ClassVar[bool] = True

    list_name: Text = item("gdpr:5(2)")
    list_hash: Text = item("gdpr:5(2)")
    marketing_channel: Channel = item("svtl:200(1)")
    marketing_purpose: Text = item("gdpr:7(2)")
    checked_on: Day = item("gdpr:21(3)")
    as_of: Day = item("gdpr:21(3)")
    may_be_sent: Count = item("gdpr:5(2)")
    blocked: Count = item("gdpr:5(2)")
    undetermined: Count = item("gdpr:5(2)")
    reason_counts: some(ReasonCount) = item("gdpr:5(2)")  # type: ignore[valid-type]
    not_judged: Texts = item("gdpr:5(2)")
    bans_without_address: Count = item("gdpr:21(3)")
    written_hash: Text = item("gdpr:5(2)")
