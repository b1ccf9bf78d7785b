"""The severity of a breach by ENISA's method of 2013: SE = DPC x EI + CB, each part with its reason. A score decides no duty."""

from __future__ import annotations

from dataclasses import dataclass

from ivplus_tools import _html, _records, _words
from ivplus_tools._law import Law
from ivplus_tools._records import texts
from ivplus_tools.breach.ladder import Ladder
from ivplus_tools.breach.records import Breach

PARTS = ("dpc", "ei", "confidentiality", "integrity", "availability", "malice")


@dataclass(frozen=True)
class Part:
    """A part of the score: its number (None: not known) and why."""

    name: str
    score: float | None
    why: str


@dataclass(frozen=True)
class Severity:
    """`score` and `band` (low, medium, high, very_high), None where the data are not known; `parts` with their reasons.

    `dpc` 1-4, `ei` 0.25-1, `cb` 0-2. `flags`: over a hundred people, unintelligible data. `unknown`: parts counted as nothing.
    """

    parts: tuple[Part, ...]
    flags: tuple[str, ...]
    score: float | None
    band: str | None
    lang: str = "en"

    def _of(self, name: str) -> float | None:
        return next(one.score for one in self.parts if one.name == name)

    @property
    def dpc(self) -> float | None:
        """The data processing context."""
        return self._of("dpc")

    @property
    def ei(self) -> float | None:
        """The ease of identification."""
        return self._of("ei")

    @property
    def cb(self) -> float:
        """The circumstances of the breach, malice included; what is not known counts nothing."""
        return sum(one.score or 0 for one in self.parts[2:])

    @property
    def unknown(self) -> tuple[str, ...]:
        """The parts that are not known."""
        return tuple(one.name for one in self.parts if one.score is None)

    def _title(self) -> str:
        if self.score is None:
            return _words.read("breach")["severity"]["open"][self.lang]
        band = _words.read("breach")["severity"][str(self.band)][self.lang]
        return str(_words.read("breach")["severity"]["title"][self.lang]).format(
            score=_words.show_number(round(self.score, 2), self.lang), band=band
        )

    def _rows(self) -> list[tuple[str, str]]:
        names, open_ = _words.values("score_part"), _words.values("state")["unknown"][self.lang]
        rows = [
            (names[one.name][self.lang], f"{open_ if one.score is None else _words.show_number(one.score, self.lang)} · {one.why}")
            for one in self.parts
        ]
        return [*rows, *(("", _words.read("breach")["severity"][flag][self.lang]) for flag in self.flags)]

    def __repr__(self) -> str:
        width = max(len(name) for name, _ in self._rows())
        return "\n".join([self._title(), *(f"  {name:<{width}}  {told}" for name, told in self._rows())])

    def _repr_html_(self) -> str:
        return _html.table([], self._rows(), caption=self._title(), row_headers=True)


def of(breach: Breach, rules: Law, lang: str = "en") -> Severity:
    """The severity of a breach as it is known, with the officer's changes."""
    found = {"dpc": _context(breach, rules, lang), "ei": _identification(breach, rules, lang), **_circumstances(breach, rules, lang)}
    for one in breach.score_changes or ():
        if one.score_part and one.score:
            found[one.score_part] = (
                float(one.score),
                str(_words.read("breach")["severity"]["changed"][lang]).format(reason=one.score_reason or "–"),
            )
    parts = tuple(Part(name, *found[name]) for name in PARTS)
    many = rules.table("enisa:se")["many"]
    flags = ["many"] if breach.people_count and _records.highest_told(breach.people_count) > many else []
    flags += ["unintelligible"] if breach.encrypted == "yes" and breach.key_safe == "yes" else []
    dpc, ei = parts[0].score, parts[1].score
    score = None if dpc is None or ei is None else total(dpc, ei, *(one.score or 0 for one in parts[2:]))
    return Severity(parts, tuple(flags), score, None if score is None else band(score, rules), lang)


def total(dpc: float, ei: float, *circumstances: float) -> float:
    """SE = DPC x EI + CB."""
    return dpc * ei + sum(circumstances)


def band(score: float, rules: Law) -> str:
    """The band of a score; each begins at its number."""
    return next(name for name, start in reversed(rules.table("enisa:se")["bands"]) if score >= start)


def context_score(context: str, adjustment: str | None, rules: Law) -> int:
    """The score of a kind of data in its context; an adjustment that the kind does not have is refused with those it has."""
    table = rules.table("enisa:dpc")[context]
    if (adjustment or "basic") not in table:
        raise _words.refusal("unknown_value", got=adjustment, what="context_adjustment", near=", ".join(table))
    return int(table[adjustment or "basic"])


def _context(breach: Breach, rules: Law, lang: str) -> tuple[float | None, str]:
    told = [(one.data_context, one.context_adjustment) for one in breach.data_contexts or () if one.data_context]
    if not told:
        homes = rules.table("breach:kinds")["context"]
        kinds = texts(breach.data_kinds)
        told = [(name, "basic") for name, many in homes.items() if set(kinds) & set(many)] or ([("simple", "basic")] if kinds else [])
        told += [("sensitive", "basic")] if texts(breach.special_categories) else []
    if not told:
        return None, _words.field_label("data_kinds", lang)
    best = max(told, key=lambda one: context_score(one[0], one[1], rules))
    names = (_words.values("data_context")[best[0]][lang], _words.values("context_adjustment")[best[1] or "basic"][lang])
    return context_score(best[0], best[1], rules), ", ".join(names)


def _identification(breach: Breach, rules: Law, lang: str) -> tuple[float | None, str]:
    kinds, table = set(texts(breach.data_kinds)), rules.table("enisa:ei")
    if not kinds:
        return None, _words.field_label("data_kinds", lang)
    found: list[tuple[float, tuple[str, ...]]] = [(table["otherwise"], ())]
    found += [(score, (one,)) for one, score in table["alone"].items() if one in kinds]
    found += [(score, (one, two)) for one, two, score in table["together"] if {one, two} <= kinds]
    score, because = max(found, key=lambda one: one[0])
    return score, " + ".join(_records.name_of("data_kind", one, lang) for one in because) or "–"


def _regained(outage: str, name: str, breach: Breach) -> str:
    """Data that are lost, and that the person can give again, count as data that are away for a time."""
    return "given_again" if outage == "lost" and name == "availability" and breach.given_again == "yes" else outage


def _circumstances(breach: Breach, rules: Law, lang: str) -> dict[str, tuple[float | None, str]]:
    table, ladder = rules.table("enisa:cb"), Ladder(breach, rules)
    exposures, outages, told = ladder.exposures(), ladder.outages(), set(texts(breach.nature))
    worst = {"nobody": "nobody", "contained": "known", "vouched": "known", "limited": "known", "uncontrolled": "unknown"}
    scores = {table["confidentiality"][worst[one]] for one in exposures}
    if breach.breach_recipient in table["one_knows"] and exposures != {"nobody"}:
        scores = {table["confidentiality"]["known"]}  # however many they are
    elif breach.cause in table["unseen"] and breach.misuse_signs == "no" and breach.breach_recipient != "public":
        scores = {table["confidentiality"]["nobody"]}  # gone, and no sign that anybody has used the data
    found: dict[str, tuple[float | None, str]] = {
        "confidentiality": (scores.pop() if len(scores) == 1 else None, _words.field_label("breach_recipient", lang))
    }
    for name in ("integrity", "availability"):
        if told and name not in told:
            found[name] = (0, "–")
        else:
            spans = {table[name].get(_regained(one, name, breach), 0) for one in outages}
            found[name] = (spans.pop() if len(spans) == 1 else None, _words.field_label("restored", lang))
    malice = {"yes": table["malice"], "no": 0}.get(str(breach.malicious))
    return {**found, "malice": (malice, _words.field_label("malicious", lang))}
