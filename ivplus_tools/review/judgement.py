"""Whether a transfer is covered: a ladder of steps, each with its rule, by the law of a day and on a day. What is not told is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ivplus_tools import _dates, _html, _law, _places, _records, _words
from ivplus_tools._law import Law
from ivplus_tools.errors import BadInput
from ivplus_tools.review.records import Transfer, TransferAssessment

NOT_A_TRANSFER, ADEQUATE, SAFEGUARDS, DEROGATION = "not_a_transfer", "adequate", "safeguards", "derogation"
NOT_COVERED, CANNOT_TELL = "not_covered", "cannot_tell"
PRINCIPLE = "gdpr:44"  # the rule of a transfer that nothing covers


def decisions(law: Law, place: str) -> Iterator[tuple[_law.Fact, dict[str, Any]]]:
    """Adequacy decisions for a place, with their value of the day: empty where one is not in force."""
    for fact in {one.rule: one for one in _law.codes("adequacy_decision").values()}.values():
        if any(one.get("country") == place for one in fact.history):
            yield fact, law.value(fact.rule)


@dataclass(frozen=True)
class Step:
    """One rung of the ladder: the rule, a sentence of `labels.toml`, and what it is about."""

    rule: str
    key: str
    about: dict[str, object] = field(default_factory=dict)
    lang: str = "en"

    def __str__(self) -> str:
        return self.said(self.lang)

    def said(self, lang: str) -> str:
        """The step as a sentence in a language."""
        return _words.say(f"step.{self.key}", lang, **_words.local(self.about, lang))


@dataclass(frozen=True)
class Judgement:
    """The status of a transfer with its reasons: `status`, `rule` (the one that decides), `steps`, and `needs` (fields to be told)."""

    status: str
    rule: str
    steps: tuple[Step, ...]
    needs: tuple[str, ...] = ()
    lang: str = "en"

    def _rows(self) -> list[tuple[str, str]]:
        asked = "; ".join(_words.field_label(name, self.lang) for name in self.needs)
        rows = [(_law.cited(one.rule, self.lang), one.said(self.lang)) for one in self.steps]
        return [*rows, *([(_words.say("ui.needs", self.lang), asked)] if asked else [])]

    def _title(self) -> str:
        return f"{_words.values('status')[self.status][self.lang]} ({_law.cited(self.rule, self.lang)})"

    def __repr__(self) -> str:
        width = max((len(rule) for rule, _ in self._rows()), default=0)
        return "\n".join([self._title(), *(f"  {rule:<{width}}  {said}" for rule, said in self._rows())])

    def _repr_html_(self) -> str:
        return _html.table([], self._rows(), caption=self._title(), row_headers=True)


def judge(transfer: Transfer, assessment: TransferAssessment | None, on: date, law: Law, lang: str = "en") -> Judgement:
    """Go down the ladder: in the area, under a decision, under safeguards, under a derogation; else not covered, or not to be told."""
    ladder = _Ladder(transfer, assessment, on, law)
    status, rule = ladder.climb()
    steps = tuple(Step(one.rule, one.key, one.about, lang) for one in ladder.steps)
    return Judgement(status, rule, steps, tuple(dict.fromkeys(ladder.needs)) if status == CANNOT_TELL else (), lang)


class _Ladder:
    def __init__(self, transfer: Transfer, assessment: TransferAssessment | None, on: date, law: Law) -> None:
        self._transfer, self._assessment, self._on, self._law = transfer, assessment, on, law
        self._place = transfer.country or ""
        self._open = ""  # the rule of a decision in force that does not cover the recipient, or may not
        self.steps: list[Step] = []
        self.needs: list[str] = []

    def climb(self) -> tuple[str, str]:
        """The status and the rule that decides it."""
        found = self._where() or self._adequate()
        if found:
            return found
        return self._mechanism() or ((CANNOT_TELL if self.needs else NOT_COVERED), self._open or PRINCIPLE)

    # --- where

    def _where(self) -> tuple[str, str] | None:
        """Not a transfer within the area; not to be told where the place is none."""
        place = self._place
        members = self._law.value("eea:members").get("countries", [])
        if members and place in (_places.UNION, _places.AREA):
            return self._decide("eea:members", "in_area", NOT_A_TRANSFER)
        if not place:
            return self._ask(PRINCIPLE, "place_missing", "country")
        if not _places.name_is_known(place):
            self._step(PRINCIPLE, "place_unknown", near=_places.near(place))
            return self._asked("country")
        if not _places.is_country(place) and place not in (_places.UNION, _places.AREA):
            return self._ask(PRINCIPLE, "place_former" if _places.was_country(place) else "place_region", "country")
        if not members:
            return self._ask("eea:members", "no_facts", "country")
        for rule, key in (("eea:members", "in_area"), ("eea:parts", "in_area"), ("eea:treated_as_member", "as_member")):
            if place in self._law.value(rule).get("countries", []):
                return self._decide(rule, key, NOT_A_TRANSFER)
        self._step(PRINCIPLE, "third")
        return None

    # --- Art. 45

    def _adequate(self) -> tuple[str, str] | None:
        """Whether a decision in force covers the recipient; what it needs and is not told is asked for."""
        in_force = False
        for fact, value in decisions(self._law, self._place):
            if not value:
                self._not_in_force(fact)
                continue
            in_force = True
            self._step(fact.rule, "decision", decision=value["code"], says=fact.says)
            covers = self._covers(fact.rule, value)
            if covers and value.get("watch"):
                self._step(fact.rule, "watch", watch=value["watch"])
            if covers:
                return ADEQUATE, fact.rule
            self._open = fact.rule
        if not in_force:
            self._step("gdpr:45(1)", "no_decision")
        named = self._transfer.decision
        if named and not self._in_force(named):
            self._step("gdpr:45(1)", "decision_named", decision=named)
        return None

    def _covers(self, rule: str, value: dict[str, Any]) -> bool:
        """Whether the recipient is one that the decision is about."""
        got, failed, missing = self._transfer, False, []
        if got.in_scope == "no":
            failed = self._fails(rule, "out_of_scope")
        if "dpf_status" in value["needs"] and got.dpf_status in ("inactive", "not_listed"):
            failed = self._fails(rule, "not_listed")
        hr = value.get("hr")
        if hr and got.hr_data == "yes" and got.dpf_hr == "no":
            failed = self._fails(rule, "no_hr")
        if failed:
            return False
        missing = [name for name in value["needs"] if getattr(got, name) in (None, "under_review")]
        if hr and got.dpf_hr != "yes":
            missing += [name for name in ("hr_data", hr) if getattr(got, name) is None and (name == "hr_data" or got.hr_data == "yes")]
        if "dpf_checked" in value["needs"] and got.dpf_checked and not self._checked(rule, got.dpf_checked, value["from"]):
            missing.append("dpf_checked")
        return self._told(rule, missing)

    def _checked(self, rule: str, day: date, began: date) -> bool:
        """Whether the list was looked at under this decision, and recently: an entry under an earlier one says nothing of it."""
        if day < began:
            self._step(rule, "before", field=_words.label_of("dpf_checked"), day=day, start=began)
            return False
        return self._fresh(rule, "dpf_checked", day, "edpb:dpf_check")

    def _not_in_force(self, fact: _law.Fact) -> None:
        past = [one for one in fact.history if one.get("until", date.max) < self._law.day]
        if fact.rule in self._law.without:
            self._step(fact.rule, "decision_ended", decision=fact.history[-1]["code"], until=self._law.day)
        elif past:
            self._step(fact.rule, "decision_ended", decision=past[-1]["code"], until=past[-1]["until"])
        else:
            self._step(fact.rule, "decision_later", decision=fact.history[0]["code"], start=fact.history[0]["from"])

    def _in_force(self, decision: str) -> bool:
        return bool(self._law.value(_law.codes("adequacy_decision")[decision].rule))

    # --- Art. 46 and 49

    def _mechanism(self) -> tuple[str, str] | None:
        """Whether the safeguards or the derogation that the transfer names carry it."""
        code = self._transfer.mechanism
        fact = _law.codes("transfer_mechanism").get(code or "")
        if fact is None or _law.entry("transfer_mechanism", code)["kind"] == "adequacy":
            self._step(PRINCIPLE, "no_mechanism")
            return None
        value = self._law.value(fact.rule)
        name = {lang: _records.name_of("transfer_mechanism", str(code), lang) for lang in _words.LANGS}
        if not value:
            early = self._law.day < fact.history[0]["from"]  # before the Regulation: the facts do not tell what held then
            self._step(fact.rule, "no_facts" if early else "mechanism_not_in_force", mechanism=name)
            return (CANNOT_TELL, fact.rule) if early else None
        self._step(fact.rule, "mechanism", mechanism=name)
        needs = [one for one in value["needs"] if one not in ("scc_set", "scc_module")]
        clauses = self._clauses(fact.rule) if "scc_set" in value["needs"] else True
        conditions = [self._condition(fact.rule, name) for name in needs]
        assessed = self._assessed() if value["assessment"] and self._law.value("edpb:S3") else True
        if clauses and all(conditions) and assessed:
            return (SAFEGUARDS if value["kind"] == SAFEGUARDS else DEROGATION), fact.rule
        failed = clauses is False or assessed is False or any(one is False for one in conditions)
        return (NOT_COVERED, fact.rule) if failed and not self._decision_open() else (CANNOT_TELL, fact.rule)

    def _decision_open(self) -> bool:
        """Whether an adequacy decision might still cover the transfer, were more told."""
        return any(name in self.needs for name in ("in_scope", "dpf_status", "dpf_checked", "dpf_hr", "hr_data"))

    def _condition(self, rule: str, name: str) -> bool | None:
        """Whether a condition of the mechanism holds: a text that is given, a day that has come, or a yes. None: not told."""
        answer = getattr(self._transfer, name)
        if answer is None:
            self._told(rule, [name])
            return None
        if answer == "no":
            self._step(rule, "not_true", field=_words.label_of(name))
            return False
        if isinstance(answer, date) and answer > self._on:
            self._step(rule, "after", field=_words.label_of(name), day=answer)
            return False
        return True

    def _clauses(self, rule: str) -> bool | None:
        """Whether the set of clauses could be used on the day, and signed when it was."""
        got = self._transfer
        if got.scc_set is None:
            self._told(rule, ["scc_set"])
            return None
        fact = _law.codes("scc_set")[got.scc_set]
        value, told = self._law.value(fact.rule), _law.entry("scc_set", got.scc_set)
        if not value:
            early = told["from"] > self._law.day
            until = told.get("until") or self._law.day
            self._step(fact.rule, "scc_later" if early else "scc_ended", decision=got.scc_set, until=until)
            return False
        if got.scc_signed and not value["from"] <= got.scc_signed <= value.get("sign_until", date.max):
            key = "scc_too_late" if got.scc_signed > value["from"] else "scc_too_early"
            self._step(fact.rule, key, decision=got.scc_set, signed=got.scc_signed)
            return False
        if value.get("modules") and got.scc_module is None:
            self._told(fact.rule, ["scc_module"])
            return None
        return True

    def _assessed(self) -> bool | None:
        """Whether the assessment of the transfer's effects is there, positive and recent."""
        got = self._assessment
        if got is None or got.tia_result is None:
            self._told("edpb:S3", ["tia_result"])
            return None
        if got.tia_result == "insufficient":
            self._step("edpb:S3", "tia_negative")
            return False
        if got.tia_reviewed is None:
            self._told("edpb:S6", ["tia_reviewed"])
            return None
        if not self._fresh("edpb:S6", "tia_reviewed", got.tia_reviewed, "edpb:tia_review"):
            self.needs.append("tia_reviewed")
            return None
        self._step("edpb:S3", "tia_good", day=got.tia_reviewed, result=_words.values("tia_result")[got.tia_result])
        return True

    # --- steps

    def _fresh(self, rule: str, name: str, day: date, by: str) -> bool:
        """Whether a check was made by the day, and not too long before it."""
        if day > self._on:
            self._step(rule, "after", field=_words.label_of(name), day=day)
            return False
        if aged(day, by, self._on):
            period = {lang: _words.say_period(_law.near(by, self._on)["period"], lang) for lang in _words.LANGS}
            self._step(by, "stale", field=_words.label_of(name), day=day, period=period)
            return False
        return True

    def _told(self, rule: str, missing: list[str]) -> bool:
        for name in missing:
            if name not in self.needs and not (name == "dpf_checked" and self._transfer.dpf_checked):
                self._step(rule, "missing", field=_words.label_of(name))
            self.needs.append(name)
        return not missing

    def _fails(self, rule: str, key: str) -> bool:
        self._step(rule, key)
        return True

    def _decide(self, rule: str, key: str, status: str) -> tuple[str, str]:
        self._step(rule, key)
        return status, rule

    def _ask(self, rule: str, key: str, name: str) -> tuple[str, str]:
        self._step(rule, key)
        return self._asked(name)

    def _asked(self, name: str) -> tuple[str, str]:
        self.needs.append(name)
        return CANNOT_TELL, PRINCIPLE

    def _step(self, rule: str, key: str, **about: object) -> None:
        place = {lang: _places.name(self._place, lang) for lang in _words.LANGS}
        self.steps.append(Step(rule, key, {"place": place, "on": self._law.day, **about}))


def aged(day: date, by: str, on: date) -> bool:
    """Whether a check of that day is older on `on` than the practice `by` allows."""
    return _dates.plus(day, _dates.read_period(_law.near(by, on)["period"])) < on


def rules_of(got: str) -> frozenset[str]:
    """The rules that a text names: a rule, a decision, a set of clauses, a mechanism, or every decision for a place."""
    if got in _law.facts():
        return frozenset({got})
    for name in ("adequacy_decision", "scc_set", "transfer_mechanism"):
        try:
            return frozenset({_law.codes(name)[_records.code(name, got)].rule})
        except BadInput:
            continue
    place = _places.code(got)
    found = {fact.rule for fact in _law.codes("adequacy_decision").values() if any(one.get("country") == place for one in fact.history)}
    if not found:
        known = [*_words.synonyms("adequacy_decision"), *_law.codes("adequacy_decision"), *_law.codes("transfer_mechanism")]
        raise _words.refusal("unknown_value", got=got, what="rule", near=_words.nearest(got, known, 3))
    return frozenset(found)
