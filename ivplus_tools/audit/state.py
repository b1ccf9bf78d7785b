"""Every answer to a finding, sign-off and time stamp as they stand, and what the other rooms find at the same moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from ivplus_tools._findings import Finding
from ivplus_tools._state import State
from ivplus_tools.audit import answers
from ivplus_tools.audit.records import FindingResponse


@dataclass(frozen=True)
class Audit(State):
    """Answers, sign-offs and time stamps; `ask` gives the findings of the other rooms, each with its room, once asked for."""

    ask: Callable[[], Sequence[tuple[str, Finding]]] = field(default=tuple, repr=False, compare=False)

    @cached_property
    def found(self) -> Sequence[tuple[str, Finding]]:
        """What the other rooms and the facts find."""
        return self.ask()

    @cached_property
    def told(self) -> list[tuple[FindingResponse, str, date]]:
        """The answers that stand, with who gave them and since when."""
        return [(one.record, one.entry.recorded_by, one.entry.valid_from) for one in self.of(FindingResponse.kind)]

    def answered(self, own: Iterable[Finding] = ()) -> list[answers.Answered]:
        """Every finding of the other rooms, and some of the audit's own, with the answer that holds for it."""
        return [*self._answered, *answers.answered((("audit", one) for one in own), self.told, self.sealed, self.on)]

    @cached_property
    def _answered(self) -> list[answers.Answered]:
        return answers.answered(self.found, self.told, self.sealed, self.on)
