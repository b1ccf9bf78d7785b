"""Everything that stands in retention, on a day; where a source lies, and when a controller's financial year ends."""

from __future__ import annotations

from dataclasses import dataclass

from ivplus_tools._state import State
from ivplus_tools.retention.records import RetentionRule


@dataclass(frozen=True)
class Retention(State):
    """Sources, rules, holds, counts of the last scans, plans and certificates."""

    def financial_year_end(self, rule: RetentionRule) -> str:
        """The end of the financial year of the controller of a rule's activity, else our own; the calendar year where none is told."""
        controller = self.bodies("activity").get(rule.activity or "", {}).get("controller")
        bodies = [self.bodies("organisation").get(controller or "", {}), *self.own_bodies]
        return next((str(body["financial_year_end"]) for body in bodies if body.get("financial_year_end")), "12-31")

    @property
    def has_financial_year(self) -> bool:
        """Whether the end of a financial year is told at all."""
        return any(body.get("financial_year_end") for body in self.bodies("organisation").values())
