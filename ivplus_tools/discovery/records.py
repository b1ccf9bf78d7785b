"""What is kept of discovery: the data map as the officer confirms it, and what each scan found, by column and never by value."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self, TypeAlias

from pydantic import model_validator

from ivplus_tools import _words
from ivplus_tools._records import Count, Day, Part, Record, Text, Texts, item, one_of, some, some_of

if TYPE_CHECKING:  # what the values are, once validated
    Code: TypeAlias = str | None
    YesNo: TypeAlias = Code
    DataKind: TypeAlias = Code
    ToldOrNot: TypeAlias = Code
    Exempt: TypeAlias = Code
    Purpose: TypeAlias = Code
    Problems: TypeAlias = tuple[str, ...] | None
    How: TypeAlias = Code
    Confidence: TypeAlias = Code
else:
    YesNo, DataKind, How, Confidence = (one_of(name) for name in ("yes_no", "personal_data_kind", "found_how", "confidence"))
    ToldOrNot, Exempt, Purpose = (one_of(name) for name in ("told_or_not", "cookie_exempt", "cookie_purpose"))
    Problems = some_of("page_problem")


class IdentifyingColumn(Part):
    """A column that tells of a person, and what it holds."""

    column: Text = item("gdpr:5(1)(c)")
    data_kind: DataKind = item("gdpr:30(1)(c)")


class KeyLink(Part):
    """A column whose values are keys of another table: where the same person goes on."""

    column: Text = item("gdpr:30(1)(c)")
    to_table: Text = item("gdpr:30(1)(c)")
    to_column: Text = item("gdpr:30(1)(c)")


class DataTable(Record):
    """A table of a source in the data map: which activities it serves and how a person is found in it, or that it tells of nobody."""

    room: ClassVar[str] = "discovery"
    kind: ClassVar[str] = "data_table"
    noun: ClassVar[str] = "data_tables"

    source: Text = item("gdpr:30(1)(c)", refers="source")
    table: Text = item("gdpr:30(1)(c)")
    activities: Texts = item("gdpr:30(1)(c)", refers="activity")
    subject_key: Text = item("gdpr:30(1)(c)")
    identifying: some(IdentifyingColumn) = item("gdpr:5(1)(c)")  # type: ignore[valid-type]
    links: some(KeyLink) = item("gdpr:30(1)(c)")  # type: ignore[valid-type]
    no_personal_data: YesNo = item("gdpr:5(2)")
    reason: Text = item("gdpr:5(2)")
    reviewed_by: Text = item("gdpr:5(2)")

    @model_validator(mode="after")
    def _said_with_reason(self) -> Self:
        """A table is called by its source; that it tells of nobody is said with a reason and by somebody, and serves no activity."""
        if self.id != f"{self.source}/{self.table}":
            raise _words.refusal("table_id", got=self.id, expected=f"{self.source}/{self.table}")
        if self.no_personal_data == "yes" and not (self.reason and self.reviewed_by):
            raise _words.refusal("nobody_without_reason")
        if self.no_personal_data == "yes" and (self.activities or self.identifying):
            raise _words.refusal("nobody_and_somebody", got=self.id)
        return self


class ScannedTable(Part):
    """A table as a scan met it: rows, columns, whether every value was looked at, or why it was not read."""

    table: Text = item("gdpr:5(2)")
    rows_count: Count = item("gdpr:5(2)")
    column_names: Texts = item("gdpr:5(2)")
    whole: YesNo = item("gdpr:5(2)")
    not_read: Texts = item("gdpr:5(2)")
    detail: Text = item("gdpr:5(2)")


class FoundColumn(Part):
    """What a column holds: the kind, others within, how many of how many values, how that is known. No value."""

    table: Text = item("gdpr:5(1)(c)")
    column: Text = item("gdpr:5(1)(c)")
    data_kind: DataKind = item("gdpr:5(1)(c)")
    also: Texts = item("gdpr:5(1)(c)")
    hits: Count = item("gdpr:5(1)(c)")
    filled: Count = item("gdpr:5(1)(c)")
    found_how: How = item("gdpr:5(2)")
    confidence: Confidence = item("gdpr:5(2)")


class DataScan(Record):
    """What the last scan of a source found; made by `scan`."""

    room: ClassVar[str] = "discovery"
    kind: ClassVar[str] = "data_scan"
    noun: ClassVar[str] = "data_scans"
    own_act: ClassVar[bool] = True

    scanned: Day = item("gdpr:5(2)")
    sampled: Count = item("gdpr:5(2)")
    scanned_tables: some(ScannedTable) = item("gdpr:5(1)(c)")  # type: ignore[valid-type]
    found_columns: some(FoundColumn) = item("gdpr:5(1)(c)")  # type: ignore[valid-type]
    failure: Text = item("gdpr:5(2)")


class SeenCookie(Part):
    """A cookie or another stored value of a page, by name: whose it is, and whether it needs consent. No value."""

    cookie_name: Text = item("cookies:consent")
    cookie_host: Text = item("cookies:consent")
    cookie_provider: Text = item("cookies:consent")
    cookie_purpose: Purpose = item("cookies:consent")
    cookie_exempt: Exempt = item("cookies:consent")
    before_choice: ToldOrNot = item("cookies:consent")


class SeenHost(Part):
    """A host that a page asks, and the company behind it."""

    host_name: Text = item("gdpr:30(1)(d)")
    of_another: ToldOrNot = item("gdpr:30(1)(d)")
    host_company: Text = item("gdpr:30(1)(d)")
    host_country: Text = item("gdpr:44")


class PageCheck(Record):
    """What a saved page set and asked for when it was read; made by `page`."""

    room: ClassVar[str] = "discovery"
    kind: ClassVar[str] = "page_check"
    noun: ClassVar[str] = "page_checks"
    own_act: ClassVar[bool] = True

    page_read: Day = item("gdpr:5(2)")
    page_file: Text = item("gdpr:5(2)")
    page_hash: Text = item("gdpr:5(2)")
    seen_cookies: some(SeenCookie) = item("cookies:consent")  # type: ignore[valid-type]
    seen_hosts: some(SeenHost) = item("gdpr:30(1)(d)")  # type: ignore[valid-type]
    not_told: Problems = item("gdpr:5(2)")
    consent_platform: Text = item("cookies:consent")
