"""The steps of the ladder, each a rule with its sentence."""

from __future__ import annotations

from dataclasses import dataclass, field

from ivplus_tools import _words


@dataclass(frozen=True)
class Step:
    """One rung of the ladder: the rule, a sentence of `breach.toml`, and what it is about."""

    rule: str
    key: str
    about: dict[str, object] = field(default_factory=dict)

    def said(self, lang: str) -> str:
        """The step as a sentence."""
        return str(_words.read("breach")["step"][self.key][lang]).format(**_words.local(self.about, lang))


class Steps:
    """What an assessment leaves behind: its steps in order, and the keys of those where answers contradict each other."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.clashes: list[str] = []

    def _step(self, rule: str, key: str, **about: object) -> None:
        self.steps.append(Step(rule, key, about))

    def _clash(self, key: str, rule: str = "edpb:9/2022:risk", **about: object) -> None:
        """Answers that contradict each other: a step, and a reason to look again."""
        self.clashes.append(key)
        self._step(rule, key, **about)

    def _so(self, rule: str, key: str, *found: str, **about: object) -> set[str]:
        """What may be, with its reason."""
        self._step(rule, key, **about)
        return set(found)

    def _level(self, level: str) -> dict[str, str]:
        return _words.values("level")[level]
