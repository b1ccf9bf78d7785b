"""What stands of notices, what the register says that a notice must tell, and on which conditions an item is needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ivplus_tools import _law, _places, _words
from ivplus_tools._state import Stands, State
from ivplus_tools.notice import page as pages
from ivplus_tools.notice import phrases
from ivplus_tools.notice.page import Page

RESTS = ("activity", "organisation", "processor", "transfer", "retention_rule")
"""Records that a notice tells of: one that is newer than the notice makes it old."""


def answered(body: Mapping[str, Any], name: str) -> list[Any] | None:
    """The items of a list answer: none where it is said that there are none, None where nothing is said."""
    answer = body.get(name)
    if isinstance(answer, (list, tuple)):
        return list(answer)
    if isinstance(answer, dict):
        return []
    return [answer] if isinstance(answer, str) else None


@dataclass(frozen=True)
class NoticeState(State):
    """Notices and matches that stand, and the activities of which we are the controller."""

    @cached_property
    def activities(self) -> Mapping[str, Mapping[str, Any]]:
        """The activities whose data subjects a notice of ours informs."""
        return {ident: body for ident, body in self.bodies("activity").items() if body.get("role") != "processor"}

    @property
    def notices(self) -> list[Stands]:
        """The notices that stand on the day."""
        return self.of("privacy_notice")

    def last_check(self, notice: str) -> Any:
        """How the published page was when it was last looked at since this version; None where nobody has looked."""
        since = self.find(notice, "privacy_notice").entry.entry
        looked = [one for one in self.of("notice_check") if one.record.of_notice == notice and one.entry.entry > since]
        return max(looked, key=lambda one: one.entry.entry).record if looked else None

    def page(self, notice: Any) -> Page:
        """The text of a notice, read again as it was published."""
        made = pages.of_text(notice.notice_file or notice.id, notice.notice_text or "")
        made.declared = next((lang for lang, code in _words.SPOKEN.items() if code == notice.notice_language), "")
        made.langs = made.langs or ((made.declared,) if made.declared else ())
        made.unread = [("earlier", told) for told in notice.notice_unread or ()]
        return made

    def matches(self, notice: str | None) -> dict[str, Any]:
        """What the officer has said of terms, for one notice and for all."""
        found = [one for one in self.records("notice_match") if one.of_notice in (None, notice)]
        return {one.register_term: one for one in sorted(found, key=lambda one: one.of_notice or "") if one.register_term}

    @cached_property
    def transfers(self) -> Mapping[str, Mapping[str, Any]]:
        """Transfers to third countries that go on, of data of which we are the controller or of which nobody says whose they are."""
        found = {}
        for ident, body in self.bodies("transfer").items():
            ours = [one for one in answered(body, "activities") or () if one in self.activities or one not in self.bodies("activity")]
            third = isinstance(place := body.get("country"), str) and self.is_third(place)
            if third and self._goes_on(body) and (ours or not answered(body, "activities")):
                found[ident] = body
        return found

    def _goes_on(self, body: Mapping[str, Any]) -> bool:
        begins, ends = (body.get(name) for name in ("begins", "ends"))
        on = self.on.isoformat()
        return not (isinstance(begins, str) and begins > on) and not (isinstance(ends, str) and ends < on)

    def is_third(self, place: str) -> bool:
        """Whether a country is outside the European Economic Area on the day."""
        return place not in _law.value("eea:members", self.on).get("countries", ())

    # --- what the register says

    def named(self, name: str) -> Iterator[tuple[str, Any]]:
        """The items of a list answer of every activity, each with its activity."""
        return ((ident, one) for ident, body in self.activities.items() for one in answered(body, name) or ())

    @cached_property
    def bases(self) -> dict[str, list[str]]:
        """The bases that activities rest on, each with its activities."""
        found: dict[str, list[str]] = {}
        for ident, purpose in self.named("purposes"):
            if basis := purpose.get("legal_basis"):
                found.setdefault(basis, []).append(ident)
        return found

    @cached_property
    def needed(self) -> dict[str, bool | None]:
        """For each condition of an item whether it holds: no only where the register says no for every activity."""
        asked = {str(now["needed_if"]) for fact in _law.codes("notice_item").values() if (now := fact.on(self.on)) and "needed_if" in now}
        return {one: self._rests_on(one.split()[1:]) if one.startswith("bases ") else CONDITIONS[one](self) for one in asked}

    def _any(self, *names: str) -> bool | None:
        told = [answered(body, name) for body in self.activities.values() for name in names]
        return True if any(told) else None if not told or None in told else False

    def named_basis(self, code: str) -> str:
        """What the phrases call a basis of Art. 6(1)."""
        return str(_law.entry("legal_basis", code).get("phrases", ""))

    def _rests_on(self, names: list[str]) -> bool | None:
        if any(self.named_basis(code) in names for code in self.bases):
            return True
        if "interest" in names and any(self._is_marketing(str(one.get("purpose") or "")) for _, one in self.named("purposes")):
            return True  # direct marketing may be objected to on any basis (Art. 21(2))
        special = [code for _, code in self.named("special_condition")]
        if "consent" in names and any(_law.entry("special_condition", code).get("phrases") == "consent" for code in special):
            return True
        untold = any(not one.get("legal_basis") for _, one in self.named("purposes"))
        silent = any(not body.get("purposes") for body in self.activities.values())
        return None if untold or silent or not self.activities else False

    def _is_marketing(self, purpose: str) -> bool:
        return phrases.of("clue", "marketing", _words.LANGS).find(purpose.lower(), "") is not None

    def _has_dpo(self) -> bool | None:
        told = [self.own.get("dpo"), *(body.get("dpo") for body in self.activities.values())]
        if any(isinstance(one, str) for one in told):
            return True
        return False if isinstance(told[0], dict) else None

    def _transfers(self) -> bool | None:
        """Yes also where data lie or are seen in a third country and no transfer is recorded for it."""
        fields = {"processor": ("storage_countries", "access_countries"), "system": ("location",), "subprocessor": ("countries",)}
        places = [
            place for kind, names in fields.items() for body in self.bodies(kind).values() for name in names
            for one in answered(body, name) or () for place in (_places.named_in(str(one)) or (str(one),))
        ]  # fmt: skip
        if self.transfers or any(_places.is_country(one) and self.is_third(one) for one in places):
            return True
        return self._any("transfers")

    def _automated(self) -> bool | None:
        return self._any("automated_decisions")


CONDITIONS: dict[str, Callable[[NoticeState], bool | None]] = {
    "dpo": NoticeState._has_dpo,
    "recipients": lambda state: state._any("recipients", "processors"),
    "transfers": NoticeState._transfers,
    "automated": NoticeState._automated,
    "sources": lambda state: state._any("sources"),
}
"""Conditions that facts name with `needed_if`; `bases consent contract`: an activity rests on one of these."""
