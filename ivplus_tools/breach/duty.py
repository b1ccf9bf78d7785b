"""Which duties a breach brings: a ladder from its facts to a level of risk, with its reasons, what would flip it, and what is not known.

Every factor is a set of what may be, so that an unknown answer stays unknown: the level is told where all of it agrees. Where it does
not, the breach is notified (a risk is not unlikely, Art. 33(1)), and a high risk is not claimed before it is established (Art. 34(1)).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ivplus_tools import _law, _records, _room, _words
from ivplus_tools._law import Law
from ivplus_tools._records import texts
from ivplus_tools.breach.ladder import Ladder, Step
from ivplus_tools.breach.records import Breach

if TYPE_CHECKING:
    import pandas

WEIGHED = (  # the fields that the ladder reads, in the order in which they are asked
    "personal_data", "is_breach", "breach_role", "nature", "data_kinds", "special_categories", "breach_recipient",
    "recipient_confirmed", "confirmed_how", "recipients_count", "exfiltrated", "misuse_signs", "malicious", "cause", "encrypted",
    "key_safe", "hashing", "backup", "restored", "unavailable_for", "people_count", "already_public", "children", "vulnerable",
    "consequences", "harm", "high_risk_removed", "risk_materialised", "disproportionate_effort",
)  # fmt: skip
GRAVE = (  # what makes it graver where somebody tells it
    "special_categories", "children", "vulnerable", "people_count", "recipients_count", "recipient_confirmed", "exfiltrated", "restored",
    "consequences",
)  # fmt: skip
OPEN = {  # what a step of doubt asks for
    "recipient_open": "breach_recipient", "data_open": "data_kinds", "outage_open": "restored", "not_believed": "confirmed_how",
    "unconfirmed": "recipient_confirmed", "no_breach_open": "no_breach_reason", "nobody_unproved": "confirmed_how",
    "backup_open": "restored",
}  # fmt: skip


@dataclass(frozen=True)
class Duty:
    """What the law asks of a breach as it is known: `level` (none, risk, high), `document`, `notify`, `communicate`, and why.

    A duty is None (cannot tell yet) while an open answer may bring it. `clashes`: answers that contradict each other.
    `publicly`: telling each would take disproportionate effort (34(3)(c)). `tell_controller`: we are the processor (33(2)).
    `triggers`: data that no low score talks away. `open`: the lowest and the highest level that the unknown answers leave.
    """

    level: str
    notify: bool | None
    communicate: bool | None
    publicly: bool
    tell_controller: bool
    steps: tuple[Step, ...]
    triggers: tuple[str, ...]
    clashes: tuple[str, ...]
    open: tuple[str, str]
    breach: Breach = field(repr=False)
    rules: Law = field(repr=False)
    lang: str = "en"
    document: bool = True

    @property
    def why(self) -> tuple[str, ...]:
        """The reasons as sentences, in the order of the ladder."""
        return tuple(step.said(self.lang) for step in self.steps)

    @property
    def is_no_breach(self) -> bool:
        """Whether it turned out to be no breach of personal data."""
        return any(step.key == "no_breach" for step in self.steps)

    @property
    def decides(self) -> str:
        """The decision that follows: document, notify or communicate; `cannot_tell` while a duty is open, which is never fine."""
        if self.communicate or (self.notify and self.communicate is False):
            return "communicate" if self.communicate else "notify"
        return "cannot_tell" if None in (self.notify, self.communicate) else "document"

    @property
    def least(self) -> str:
        """The decision that follows already, whatever the open answers turn out to be."""
        return "communicate" if self.communicate else "notify" if self.notify else "document"

    def names(self) -> dict[str, str]:
        """What follows, for a reader; an open duty says which."""
        if self.decides != "cannot_tell":
            return _words.values("breach_decision")[self.decides]
        return _words.values("duty")["people_open" if self.notify else "all_open"]

    @property
    def flips(self) -> pandas.DataFrame:
        """Which answer, told otherwise, would change the duty: field, answer, instead, level, notify, communicate."""
        rows = []
        for name, instead in _alternatives(self.breach):
            now = getattr(self.breach, name)
            other = assess(_with(self.breach, name, instead), self.rules, self.lang)
            if now is not None and _core(other) != _core(self):
                told = (_shown(name, now, self.lang), _shown(name, instead, self.lang))
                rows.append((name, *told, other.level, other.notify, other.communicate))
        return _room.frame(("field", "answer", "instead", "level", "notify", "communicate"), rows, self.lang)

    @property
    def unknown(self) -> tuple[str, ...]:
        """Fields that have no answer and whose answer could change the duty or narrow what is open, the first to ask first."""
        found = []
        asked = {OPEN.get(step.key) for step in self.steps if self.notify is not False}
        asked |= {"nature"} if self.open[0] != self.open[1] else set()
        for name in WEIGHED:
            options = [instead for one, instead in _alternatives(self.breach) if one == name]
            others = (assess(_with(self.breach, name, one), self.rules, self.lang) for one in options)
            if getattr(self.breach, name) is not None or _is_idle(name, self.breach):
                continue
            if name in asked or any((_core(one), one.open) != (_core(self), self.open) for one in others):
                found.append(name)
        return tuple(found)

    @cached_property
    def untold(self) -> tuple[str, ...]:
        """Fields without an answer that could still bring a duty which looks settled: who the people are, how many, what follows."""
        if self.breach.breach_role == "processor" or self.decides not in ("document", "notify"):
            return ()
        asked = [name for name in GRAVE if getattr(self.breach, name) is None and not _is_idle(name, self.breach)]
        others = ((name, assess(_with(self.breach, name, told), self.rules)) for name, told in _alternatives(self.breach, asked))
        raised = {name for name, other in others if _is_owed(other.notify, self.notify) or _is_owed(other.communicate, self.communicate)}
        return tuple(name for name in asked if name in raised)

    def _rows(self) -> list[tuple[str, str]]:
        asked = "; ".join(_words.field_label(name, self.lang) for name in self.unknown)
        rows = [(_law.cited(step.rule, self.lang), step.said(self.lang)) for step in self.steps]
        return [*rows, *([(_words.say("ui.needs", self.lang), asked)] if asked else [])]

    def _title(self) -> str:
        return f"{_words.values('level')[self.level][self.lang]} · {self.names()[self.lang]}"

    def __repr__(self) -> str:
        width = max(len(rule) for rule, _ in self._rows())
        return "\n".join([self._title(), *(f"  {rule:<{width}}  {said}" for rule, said in self._rows())])

    def _repr_html_(self) -> str:
        from ivplus_tools import _html

        return _html.table([], self._rows(), caption=self._title(), row_headers=True)


def assess(breach: Breach, rules: Law, lang: str = "en") -> Duty:
    """Climb the ladder for a breach by the law of a day."""
    ladder = Ladder(breach, rules)
    found = ladder.climb()
    found |= {"triggers": tuple(dict.fromkeys(ladder.triggers)), "clashes": tuple(dict.fromkeys(ladder.clashes))}
    return Duty(**found, steps=tuple(ladder.steps), breach=breach, rules=rules, lang=lang)


@_law.kept_by_day
def recorded(breach: Breach, rules: Law, lang: str) -> Duty:
    """The duty of a breach as it stands in the journal: kept, since it is asked again and again."""
    return assess(breach, rules, lang)


# --- what would flip it


def _is_idle(name: str, breach: Breach) -> bool:
    """Whether a question is no question: data that are named, an outage where nothing was away, what concerns few breaches."""
    told = texts(breach.nature)
    outage = name in ("unavailable_for", "restored", "backup") and bool(told) and not {"availability", "integrity"} & set(told)
    unlikely = name == "already_public" or (name == "misuse_signs" and breach.cause not in ("lost", "disposal"))
    return outage or unlikely or (name == "personal_data" and breach.data_kinds is not None)


def _core(duty: Duty) -> tuple[object, ...]:
    return duty.level, duty.notify, duty.communicate, duty.publicly, duty.tell_controller


def _is_owed(other: bool | None, now: bool | None) -> bool:
    """Whether a duty that is settled as none is owed, or open, by another answer."""
    return now is False and other is not False


def _alternatives(breach: Breach, names: Iterable[str] = WEIGHED) -> Iterator[tuple[str, object]]:
    """Every other answer to each field that is weighed."""
    for name in names:
        now = getattr(breach, name)
        for other in _answers(name, now):
            if other != now:
                yield name, other


def _answers(name: str, now: object) -> list[Any]:
    samples: dict[str, list[Any]] = {
        "recipients_count": ["1", "1000"], "people_count": ["10", "100000"], "unavailable_for": ["PT4H", "P5D"],
        "special_categories": [_records.NONE, ("health",)],
    }  # fmt: skip
    if name in samples:
        return samples[name]
    codes = list(_records.allowed(str(_records.listed_in(Breach.model_fields[name]))))
    if name == "data_kinds":
        told = texts(now)
        return [*((*told, one) for one in codes if one not in told), *(tuple(x for x in told if x != one) for one in told if len(told) > 1)]
    return [(one,) for one in codes] if name in ("nature", "consequences") else codes


def _with(breach: Breach, name: str, answer: object) -> Breach:
    return breach.model_copy(update={name: answer})


def _shown(name: str, answer: object, lang: str) -> str:
    return "; ".join(_records.readable(answer, Breach.model_fields[name], lang))
