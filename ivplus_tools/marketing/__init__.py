"""SVTL 200-203, Art. 7 and 21(2)-(3): whom we may market to. A list is checked before every send, and one address is proved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from ivplus_tools import _dates, _law, _records, _room, _store, _words
from ivplus_tools._records import Record
from ivplus_tools._store import Receipt
from ivplus_tools.exchange.filed import FiledRoom
from ivplus_tools.marketing import findings as checks
from ivplus_tools.marketing.records import ConsentText, MarketingCheck, MarketingPurpose, MarketingTable, Suppression, nameless
from ivplus_tools.marketing.state import Marketing

if TYPE_CHECKING:
    import pandas

    from ivplus_tools.marketing.check import Check
    from ivplus_tools.marketing.matching import Progress
    from ivplus_tools.marketing.proof import Proof


class MarketingRoom(FiledRoom[Marketing]):
    """Purposes of marketing, where consents and bans lie, and what the checks of lists counted."""

    name: ClassVar[str] = "marketing"
    records: ClassVar[tuple[type[Record], ...]] = (MarketingPurpose, MarketingTable, ConsentText, MarketingCheck, Suppression)
    reads: ClassVar[type[Marketing]] = Marketing
    findings_of = staticmethod(checks.findings)

    def when_and_why(self, valid_from: object, why: str, insist: bool = False) -> tuple[date, str]:
        """Since when and why; a reason names nobody."""
        since, reason = super().when_and_why(valid_from, why, insist)
        return since, nameless(reason)

    def check(
        self, path: str | Path, channel: str, purpose: str, on: object = None, columns: Mapping[str, str] | None = None,
        progress: Progress | None = None,
    ) -> Check:  # fmt: skip
        """Check a list of addresses before a send (CSV, XLSX, Parquet): `.rows`, `.counts`, `.open`, `.write(path)`, `.proof(address)`.

        What cannot be judged is blocked and told. `columns`: which one is the `address`, and the kind of `recipient`, where headings do not
        tell. The journal keeps counts, never an address. `progress(done, of)` follows.
        """
        from ivplus_tools.marketing import check as checking

        told = _told_purpose(purpose)
        return checking.checked(self, _store.path_of(path), _records.code("marketing_channel", channel), told, _day(on), columns, progress)

    def proof(self, address: str, channel: str, purpose: str, on: object = None) -> Proof:
        """What shows that one address may be sent to, or why not (Art. 7(1)): `.allowed`, `.reason`, `.events`. Nothing is recorded."""
        from ivplus_tools.marketing import proof

        return proof.of(self, str(address), _records.code("marketing_channel", channel), _told_purpose(purpose), _day(on))

    def suppress(self, address: str, channel: str | None = None, why: str = "") -> Receipt:
        """Somebody refuses marketing (Art. 21(2)): on a channel, or on every one. The journal keeps a keyed hash, never the address."""
        from ivplus_tools.marketing import suppressing

        return suppressing.suppress(self, address, _records.code("marketing_channel", channel) if channel else None, why)

    def lift(self, address: str, channel: str, why: str = "") -> Receipt:
        """Take back the suppression of an address on a channel, because the person asked for it; `why` does not name the person."""
        from ivplus_tools.marketing import suppressing

        return suppressing.lift(self, address, _records.code("marketing_channel", channel), why)

    def overview(self) -> pandas.DataFrame:
        """The last checks of lists: id, checked_on, list_name, marketing_purpose, marketing_channel, may_be_sent, blocked, undetermined."""
        names = ("id", "checked_on", "list_name", "marketing_purpose", "marketing_channel", "may_be_sent", "blocked", "undetermined")
        found = self.state().records("marketing_check")
        rows = [[*(getattr(one, name) for name in names[:5]), *(checks.count(getattr(one, name)) for name in names[5:])] for one in found]
        made = _room.frame(names, rows, self.standpoint.lang, days=("checked_on",))
        made.attrs["lists"] = {"marketing_channel": "marketing_channel"}
        return made

    def rules(self) -> pandas.DataFrame:
        """What the law asks on the day, for each channel and kind of recipient: channel, recipient, basis, rule, exception."""
        on, rows = self.standpoint.valid_on, []
        for rule, now in _law.asks("marketing_basis", on):
            exceptions = {one: r for r, each in _law.asks("customer_exception", on) for one in each["channels"]}
            rows += [
                (channel, kind, now["marketing_basis"], rule, exceptions.get(channel) if now["marketing_basis"] == "consent" else None)
                for channel in now["channels"] for kind in now["kinds"]
            ]  # fmt: skip
        made = _room.frame(("channel", "recipient", "basis", "rule", "exception"), rows, self.standpoint.lang)
        made.attrs["lists"] = {"channel": "marketing_channel", "recipient": "marketing_recipient", "basis": "marketing_basis"}
        return made


def _day(on: object) -> date | None:
    return None if on is None else _dates.day(on)


def _told_purpose(purpose: object) -> str:
    """The name of a purpose; one that tells of somebody is none."""
    told = _records.clean(purpose) if isinstance(purpose, str) else ""
    if not told:
        raise _words.refusal("marketing_purpose_missing")
    return str(_records.sound_id(told))
