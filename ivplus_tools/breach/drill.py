"""A drill: a plausible breach out of the register, and how many of the form's questions the register can answer at hour zero."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ivplus_tools import _dates, _html, _records, _room, _words
from ivplus_tools._state import State
from ivplus_tools.breach.state import Breaches

if TYPE_CHECKING:
    import pandas


QUESTIONS = {  # a question of the form -> the field of the register that answers it
    "data_subjects": "data_subjects", "people_count": "people_count", "data_kinds": "data_categories",
    "special_categories": "special_categories", "systems": "systems", "processors": "processors", "measures_before": "security_measures",
    "contact_person": "dpo", "people_countries": "transfers",
}  # fmt: skip


@dataclass(frozen=True)
class Drill:
    """`scenario`: what has happened; `questions`: question, answer, known_from; `readiness`: the share that the register answers, 0-1."""

    scenario: str
    activity: str
    questions: pandas.DataFrame
    lang: str

    @property
    def readiness(self) -> float:
        """The share of the questions that has an answer."""
        return float(self.questions["answer"].notna().mean()) if len(self.questions) else 0.0

    def _rows(self) -> list[tuple[str, str]]:
        words = _words.read("breach")["drill"]
        return [
            (str(one.question), str(one.answer) if isinstance(one.answer, str) else str(words["missing"][self.lang]))
            for one in self.questions.itertuples()
        ]

    def __repr__(self) -> str:
        share = _words.show_percent(self.readiness, self.lang)
        return "\n".join([self.scenario, *(f"  {name}: {told}" for name, told in self._rows()), f"  {share}"])

    def _repr_html_(self) -> str:
        share = _words.show_percent(self.readiness, self.lang)
        return _html.paragraph(self.scenario) + _html.table([], self._rows(), caption=share, row_headers=True)


def make(breaches: Breaches, seed: int) -> Drill:
    """The drill of a number: the same number gives the same drill of the same register."""
    lang, activities = breaches.lang, breaches.bodies("activity")
    if not activities:
        raise _words.refusal("nothing_to_drill")
    chance = random.Random(seed)  # noqa: S311  a drill is no secret
    ident = chance.choice(list(activities))
    body, words = activities[ident], _words.read("breach")["drill"]
    people = body.get("data_subjects")
    facts = {
        "activity": body.get("name") or ident,
        "system": _named(breaches, body.get("systems")),
        "processor": _named(breaches, body.get("processors")),
        "people": str(body.get("people_count") or ("; ".join(people) if isinstance(people, list) else "–")),
    }
    texts_of = [str(words[f"s{number}"][lang]) for number in range(1, 9)]
    fitting = [one for one in texts_of if all(facts[name] for name in ("system", "processor") if f"{{{name}}}" in one)]
    scene = chance.choice(fitting).format(**facts)
    facts["system"] = facts["system"] or "–"
    rows = [(_words.field_label(name, lang), *_answer(body, source, lang)) for name, source in QUESTIONS.items()]
    return Drill(
        f"{words['intro'][lang].format(**facts)}\n{scene}", ident, _room.frame(("question", "answer", "known_from"), rows, lang), lang
    )


def over_time(breaches: Breaches, days: Sequence[object]) -> pandas.DataFrame:
    """The share of the questions that the register of each day could answer, over all activities."""
    rows = []
    for one in days:
        on = _dates.day(one)
        then = replace(breaches.at, valid_on=on, known_at=_dates.end_of_day(on), past=True)
        bodies = State.read(then, ()).bodies("activity").values()
        answered = sum(_has(body.get(source)) for body in bodies for source in QUESTIONS.values())
        asked = len(bodies) * len(QUESTIONS)
        rows.append((on.isoformat(), answered, asked, round(answered / asked, 2) if asked else None))
    return _room.frame(("day", "answered", "asked", "readiness"), rows, breaches.lang)


def _has(answer: object) -> bool:
    """Whether the register has an answer: a value, a confirmed none, or not applicable."""
    return answer is not None and answer != []


def _answer(body: Mapping[str, Any], source: str, lang: str) -> tuple[str | None, str]:
    kind = _records.record_type("activity")
    record = kind(_records.NAMELESS, **{source: body[source]}) if _has(body.get(source)) else None
    label = _words.field_label(source, lang)
    return ("; ".join(_records.readable(getattr(record, source), kind.model_fields[source], lang)) if record else None), label


def _named(breaches: Breaches, answer: object) -> str:
    """The name of the first of some systems or processors; empty where there is none."""
    return breaches.name_of(str(answer[0])) if isinstance(answer, list) and answer else ""
