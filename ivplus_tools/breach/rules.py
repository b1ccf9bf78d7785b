"""The facts of a day that the ladder is read by, and its steps, each a rule with its sentence."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ivplus_tools import _law, _words


@dataclass(frozen=True)
class Rules:
    """The facts in force on a day; `reform` puts a proposal in the place of what it would change."""

    day: date
    reform: str | None = None

    def value(self, rule: str) -> dict[str, Any]:
        """The value of a rule on the day, or as the proposal has it; empty where the rule is not in force."""
        drafts = (one for one in _law.fact(rule).values if self.reform and one.get("reform") == self.reform)
        return next(drafts, None) or _law.value(rule, self.day)

    def table(self, rule: str) -> dict[str, Any]:
        """A table of the toolkit's practice, which has no day of its own."""
        return self.value(rule) or _law.fact(rule).values[0]


@dataclass(frozen=True)
class Step:
    """One rung of the ladder: the rule, a sentence of `breach.toml`, and what it is about."""

    rule: str
    key: str
    about: dict[str, object] = field(default_factory=dict)

    def said(self, lang: str) -> str:
        """The step as a sentence."""
        return str(_words.read("breach")["step"][self.key][lang]).format(**_words.local(self.about, lang))
