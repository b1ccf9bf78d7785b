"""What is kept of notices: each version as it was published, word by word, and what the officer says of matches with the register."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, TypeAlias

from ivplus_tools._records import Count, Day, Record, Text, Texts, item, one_of

if TYPE_CHECKING:  # what the values are, once validated
    Code: TypeAlias = str | None
    Language: TypeAlias = Code
    YesNo: TypeAlias = Code
else:
    Language, YesNo = one_of("language"), one_of("yes_no")


class PrivacyNotice(Record):
    """A published notice: where it stands, its file by hash, and its text. Made by `publish`; the text is public already."""

    room: ClassVar[str] = "notice"
    kind: ClassVar[str] = "privacy_notice"
    noun: ClassVar[str] = "privacy_notices"
    own_act: ClassVar[bool] = True

    notice_title: Text = item("gdpr:12(1)")
    notice_language: Language = item("gdpr:12(1)")
    notice_address: Text = item("gdpr:12(1)")
    published: Day = item("gdpr:12(1)")
    notice_file: Text = item("gdpr:5(2)")
    notice_hash: Text = item("gdpr:5(2)")
    notice_unread: Texts = item("gdpr:5(2)")
    notice_text: Text = item("gdpr:12(1)")


class NoticeCheck(Record):
    """That the page as it is published was held against what was recorded of it. Made by `check`."""

    room: ClassVar[str] = "notice"
    kind: ClassVar[str] = "notice_check"
    noun: ClassVar[str] = "notice_checks"
    own_act: ClassVar[bool] = True
    aside: ClassVar[bool] = True

    of_notice: Text = item("gdpr:12(1)", refers="privacy_notice")
    checked: Day = item("gdpr:5(2)")
    notice_hash: Text = item("gdpr:5(2)")
    is_same: YesNo = item("gdpr:12(1)")
    lines_changed: Count = item("gdpr:12(1)")


class NoticeMatch(Record):
    """What the officer says of a term of the register and a notice: that these words say it, or that nothing does."""

    room: ClassVar[str] = "notice"
    kind: ClassVar[str] = "notice_match"
    noun: ClassVar[str] = "notice_matches"

    of_notice: Text = item("gdpr:13", refers="privacy_notice")
    register_term: Text = item("gdpr:13")
    notice_says: Text = item("gdpr:13")
    is_said: YesNo = item("gdpr:13")
