"""What stands of marketing: purposes, tables, texts, suppressions with their secret; and what the law asks of a channel on a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from ivplus_tools import _law
from ivplus_tools._sources import ledger
from ivplus_tools._state import State
from ivplus_tools.marketing.records import ConsentText, MarketingPurpose, MarketingTable, Suppression

CONSENTS, BANS, CUSTOMERS = "consents", "bans", "customers"
CONSENT, OPT_OUT, REQUEST = "consent", "opt_out", "request"
KINDS = ("legal_person", "work_address", "sole_trader", "natural_person")
"""Kinds of recipients, the most protected last: who is told as several is the last of them, and who is not told at all too."""
YES, NO = "yes", "no"
BASIS = ("marketing_purpose", "marketing_table", "consent_text", "suppression", "source")
"""Kinds of records on which the answer of a check depends."""


@dataclass(frozen=True)
class Way:
    """How one kind of recipients may be addressed on a channel: the basis with its rule, and the customer exception with its own."""

    basis: str = ""
    rule: str = ""
    customer_rule: str = ""
    stop: str = ""
    """Why nobody of the kind may be addressed, as a reason: what the law asks of each message is not so, or not told."""
    lack: str = ""
    """What is not told that could permit where nothing else does, as a reason."""


@dataclass(frozen=True)
class Marketing(State):
    """What stands of marketing."""

    @cached_property
    def purposes(self) -> Mapping[str, MarketingPurpose]:
        """The purposes, by identifier."""
        return {one.id: one for one in self.records("marketing_purpose")}

    @cached_property
    def tables(self) -> list[MarketingTable]:
        """The tables of consents, bans and customers."""
        return self.records("marketing_table")

    @cached_property
    def texts(self) -> Mapping[str, ConsentText]:
        """The texts of consents, by identifier."""
        return {one.id: one for one in self.records("consent_text")}

    @cached_property
    def basis(self) -> frozenset[int]:
        """The numbers of the entries on which the answer of a check depends."""
        return frozenset(one.entry for one in self.sealed if one.kind in BASIS)

    def suppressed(self, channel: str, on: date) -> list[Suppression]:
        """The suppressions of a channel that stand on a day, none of which is lifted."""
        return [
            one.record for one in self.of("suppression")
            if one.record.marketing_channel == channel and one.record.lifted is None and one.entry.valid_from <= on
        ]  # fmt: skip

    def secret(self, channel: str) -> bytes | None:
        """The secret of the hashes of a channel, where it is there and can be read."""
        return ledger.secret(self.at.path, key_name(channel))

    def secret_fits(self, channel: str, those: Sequence[Suppression]) -> bool:
        """Whether the secret of a channel is the one by which these hashes were made; true where there are none."""
        made = self.secret(channel)
        return not those or (made is not None and {ledger.name_of(made)} == {one.secret_name for one in those})

    def ways(self, purpose: MarketingPurpose, channel: str, on: date) -> dict[str, Way]:
        """How each kind of recipients may be addressed for a purpose on a channel, by the law of a day."""
        return {kind: self._way(purpose, channel, kind, on) for kind in KINDS}

    def _way(self, purpose: MarketingPurpose, channel: str, kind: str, on: date) -> Way:
        as_others = [now for _, now in _law.asks("as", on) if now["kind"] == kind]
        lowered = next((now["as"] for now in as_others if getattr(purpose, now["when"]) == YES), kind)
        untold = any(getattr(purpose, now["when"]) is None for now in as_others)
        found = [(rule, now) for rule, now in _law.asks("marketing_basis", on) if channel in now["channels"] and lowered in now["kinds"]]
        found = [(rule, now) for rule, now in found if "when" not in now or getattr(purpose, now["when"]) == YES]
        found.sort(key=lambda one: "when" not in one[1])
        if not found:
            return Way(stop="no_rule")
        rule, now = found[0]
        stop = _missing(purpose, now.get("needs", ()))
        exceptions = [r for r, one in _law.asks("customer_exception", on) if channel in one["channels"] and lowered in one["kinds"]]
        return Way(now["marketing_basis"], rule, next(iter(exceptions), ""), stop, "job_duties_not_told" if untold else "")


def key_name(channel: str) -> str:
    """The name of the secret of a channel."""
    return f"marketing-{channel}"


def _missing(purpose: MarketingPurpose, needs: Any) -> str:
    """Why the messages are not as the law asks: a no, or an answer that is not told."""
    answers = {getattr(purpose, one) for one in needs}
    return "message_without_refusal" if NO in answers else "" if answers <= {YES} else "message_not_told"
