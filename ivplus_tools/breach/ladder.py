"""From the facts of a breach to a level of risk: who got at the data, how grave they are, how long they were away, who needs them.

Every factor is a set of what may be, so that an unknown answer stays unknown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ivplus_tools import _dates, _law, _records, _words
from ivplus_tools._records import texts
from ivplus_tools.breach.records import Breach

LEVELS = ("none", "risk", "high")
SOFT = ("none", "minor")  # judgements of little harm
ATTACKS = ("malware", "intrusion", "account")


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


class Ladder:
    """The rungs: each method tells what may be, and leaves its reason as a step."""

    def __init__(self, breach: Breach, rules: Rules) -> None:
        self._breach, self._rules = breach, rules
        self._kinds = rules.table("breach:kinds")
        self.steps: list[Step] = []
        self.triggers: list[str] = []

    def climb(self) -> dict[str, Any]:
        """The level, then the duties that begin at it, then the exceptions: the fields of a `Duty`."""
        low, high = self._levels()
        level = low if low == high else max(low, "risk", key=LEVELS.index)
        if low != high:
            self._step("edpb:9/2022:risk", "open", low=self._level(low), high=self._level(high), level=self._level(level))
        ours = self._breach.breach_role != "processor"
        notify = ours and self._reaches(level, "gdpr:33(1)", "notify_from")
        communicate = ours and self._reaches(level, "gdpr:34(1)", "communicate_from")
        if not ours:
            self._step("gdpr:33(2)", "processor")
        elif self._breach.personal_data != "no":
            self._step("gdpr:33(1)", "notify" if notify else "no_notify", level=self._level(level))
        communicate, publicly = self._told() if communicate else (False, False)
        self._step("gdpr:33(5)", "document")
        return {
            "level": level, "notify": notify, "communicate": communicate, "publicly": publicly, "tell_controller": not ours,
            "open": (low, high),
        }  # fmt: skip

    def _levels(self) -> tuple[str, str]:
        """The lowest and the highest level that the facts leave possible."""
        if self._breach.personal_data == "no":
            self._step("gdpr:4(12)", "not_personal")
            return "none", "none"
        exposures = self.exposures()
        gravities = self._gravities(exposures)
        outages = self.outages()
        needs = self._needs(outages)
        found = [_read(self._rules.table("breach:exposure"), "gravities", exposures, gravities)]
        found.append(_read(self._rules.table("breach:outage"), "needs", outages, needs))
        low, high = (max((span[place] for span in found), key=LEVELS.index) for place in (0, 1))
        harm = self._breach.harm
        if harm == "serious" and high == "none":
            self._step("edpb:9/2022:risk", "harm_contradicts")
            return "none", "high"
        if harm == "serious":
            self._step("edpb:9/2022:risk", "harm_serious")
            return "high", "high"
        if harm == "significant" and high != "none":
            self._step("edpb:9/2022:risk", "harm_significant")
            low = max(low, "risk", key=LEVELS.index)
        return low, high

    # --- confidentiality

    def exposures(self) -> set[str]:
        """Who may have got at the data."""
        got, told = self._breach, texts(self._breach.nature)
        exposed = got.exfiltrated == "yes" or got.breach_recipient not in (None, "nobody") or "confidentiality" in told
        if told and not exposed and not attack_only(got):
            return self._so("gdpr:4(12)", "no_confidentiality", "nobody")
        if got.encrypted == "yes" and got.key_safe == "yes":
            return self._so("gdpr:34(3)(a)", "unintelligible", "nobody")
        if got.hashing == "strong" and set(texts(got.data_kinds)) <= {"credentials", *self._kinds["gravity"]["slight"]} and got.data_kinds:
            return self._so("gdpr:34(3)(a)", "hashed", "nobody")
        if got.encrypted == "yes" and got.key_safe is None:
            self._step("gdpr:34(3)(a)", "key_open")  # protection that is not shown excuses nothing
        return self._reached()

    def _reached(self) -> set[str]:
        got, many = self._breach, self._rules.table("breach:exposure")["many_recipients"]
        rule = "edpb:9/2022:risk"
        if got.breach_recipient in ("unknown", "public"):
            return self._so(rule, f"recipient_{got.breach_recipient}", "uncontrolled")
        if got.breach_recipient == "nobody" and got.exfiltrated == "yes":
            return self._so(rule, "contradiction", "uncontrolled")
        if got.breach_recipient == "nobody":
            return self._so(rule, "recipient_nobody", "nobody")
        if got.breach_recipient is not None:
            if got.recipients_count and _records.bounds(got.recipients_count)[0] >= many:
                return self._so(rule, "recipients_many", "uncontrolled", many=many)
            if got.malicious == "yes" or got.cause == "insider":
                return self._so(rule, "not_trusted", "limited")
            if got.recipient_confirmed == "yes":
                return self._so(rule, "contained", "contained")
            loose = got.recipient_confirmed == "no" or got.breach_recipient == "known"  # a stranger who has not answered keeps the data
            spread = {"limited"} if loose else {"contained", "limited"}
            return self._so(rule, "limited" if got.recipient_confirmed == "no" else "unconfirmed", *spread)
        if got.exfiltrated == "no":
            return self._so(rule, "not_exfiltrated", "nobody")
        if attack_only(got):
            return self._so(rule, "attack_open", "nobody", "uncontrolled")
        if got.malicious == "yes" or got.exfiltrated == "yes" or got.cause in ("lost", "published"):
            return self._so(rule, "out_of_hand", "uncontrolled")
        if got.cause == "misdirected":
            return self._so(rule, "recipient_open", "contained", "limited", "uncontrolled")
        return self._so(rule, "recipient_open", "nobody", "contained", "limited", "uncontrolled")

    def _gravities(self, exposures: set[str]) -> set[str]:
        """How grave the exposed data are for the people."""
        order: list[str] = self._rules.table("breach:exposure")["gravities"]
        if exposures == {"nobody"}:
            return {order[0]}
        got = self._breach
        kinds = {one for one in texts(got.data_kinds) if not (one == "credentials" and got.hashing == "strong")}
        sensitive = bool(texts(got.special_categories)) or bool(kinds & set(self._kinds["sensitive"]))
        if got.data_kinds is None and not sensitive:
            self._step("edpb:9/2022:risk", "data_open")
            return set(order)
        child = got.children == "yes"
        weights = [order.index(name) for name, many in self._kinds["gravity"].items() if kinds & set(many)]
        place = max([0, *weights, order.index("serious") if sensitive or child else 0])
        self._find_triggers(kinds, sensitive, child and "uncontrolled" in exposures, "uncontrolled" in exposures)
        if self.triggers:
            names = {lang: "; ".join(self._trigger(one, lang) for one in self.triggers) for lang in _words.LANGS}
            self._step("breach:triggers", "trigger_stays" if got.harm in SOFT else "trigger", names=names)
            return {order[-1]}
        if got.harm in SOFT:
            held = "uncontrolled" not in exposures and got.recipient_confirmed != "no"
            self._step("edpb:9/2022:risk", "harm_minor" if held else "harm_minor_loose")
            return {order[self._raised(0 if held else max(place - 1, 0), order)]}
        self._step("breach:kinds", f"gravity_{order[place]}")
        place = self._raised(place, order)
        refused = sensitive and got.recipient_confirmed == "no"  # somebody keeps sensitive data and will not give them back
        return {order[place], order[-1]} if refused and got.harm is None else {order[place]}

    def _raised(self, place: int, order: list[str]) -> int:
        """One step up for very many people, and for people who cannot well look after themselves; no further than serious."""
        got, many = self._breach, self._rules.table("breach:exposure")["many_people"]
        for raises, key in (
            (bool(got.people_count) and _records.bounds(str(got.people_count))[0] >= many, "many_people"),
            (got.vulnerable == "yes", "vulnerable"),
        ):
            if raises and place < order.index("serious"):
                self._step("edpb:9/2022:risk", key, many=many)
                place += 1
        return place

    def _find_triggers(self, kinds: set[str], sensitive: bool, child: bool, loose: bool) -> None:
        self.triggers += [one for one in self._kinds["gravity"]["hard"] if one in kinds]
        self.triggers += ["children"] if child else []
        self.triggers += ["special_categories"] if sensitive and loose else []

    @staticmethod
    def _trigger(name: str, lang: str) -> str:
        named = _words.read("breach")["trigger"]
        return str(named[name][lang]) if name in named else _records.name_of("data_kind", name, lang)

    # --- availability and integrity

    def outages(self) -> set[str]:
        """How long the data may have been away or wrong."""
        got, told, table = self._breach, texts(self._breach.nature), self._rules.table("breach:outage")
        rule = "edpb:9/2022:risk"
        if told and not {"availability", "integrity"} & set(told) and not got.unavailable_for:
            return self._so(rule, "no_outage", "unaffected")
        if not told and not (got.unavailable_for or got.restored or got.backup):
            return {"unaffected", "brief", "long", "lost"}
        if got.restored == "no" and got.backup == "none":
            return self._so(rule, "lost", "lost")
        if got.unavailable_for:
            limit = _hours(table["brief_is_vital" if self._is_vital() else "brief_is"])
            brief = _hours(got.unavailable_for) <= limit and got.restored != "no"
            return self._so(rule, "brief" if brief else "long", "brief" if brief else "long", period=_period(got.unavailable_for))
        if got.restored == "no":
            return self._so(rule, "outage_open", "long", "lost")
        if got.backup == "complete" and "integrity" not in told:
            return self._so(rule, "backup", "brief")
        if got.restored == "yes":
            return self._so(rule, "restored", "brief") if got.harm in SOFT else self._so(rule, "outage_open", "brief", "long")
        return self._so(rule, "outage_open", *({"long", "lost"} if got.backup == "none" else {"brief", "long", "lost"}))

    def _needs(self, outages: set[str]) -> set[str]:
        """Whether people's health or safety hangs on the data."""
        got = self._breach
        if outages == {"unaffected"} or got.harm in SOFT:
            return {"ordinary"}
        if self._is_vital():
            self._step("breach:outage", "vital")
            return {"vital"}
        return {"ordinary"} if got.data_kinds is not None else {"ordinary", "vital"}

    def _is_vital(self) -> bool:
        got = self._breach
        health = "health" in texts(got.special_categories) or bool(set(texts(got.data_kinds)) & set(self._kinds["needed"]))
        return got.harm == "serious" or (health and got.harm not in SOFT)

    # --- the people

    def _told(self) -> tuple[bool, bool]:
        """Whether the people are to be told, and whether publicly (Art. 34(3))."""
        got = self._breach
        if got.high_risk_removed == "yes":
            stricter = bool(self._rules.value("tsv:34")) and got.risk_materialised != "no"
            if not stricter:
                self._step("gdpr:34(3)(b)", "removed")
                return False, False
            self._step("tsv:34", "materialised" if got.risk_materialised == "yes" else "materialised_open")
        else:
            self._step("gdpr:34(1)", "communicate")
        if got.disproportionate_effort == "yes":
            self._step("gdpr:34(3)(c)", "publicly")
            return True, True
        return True, False

    # --- steps

    def _reaches(self, level: str, rule: str, name: str) -> bool:
        start = self._rules.value(rule).get(name)
        return start is not None and LEVELS.index(level) >= LEVELS.index(start)

    def _so(self, rule: str, key: str, *found: str, **about: object) -> set[str]:
        self._step(rule, key, **about)
        return set(found)

    def _level(self, level: str) -> dict[str, str]:
        return _words.values("level")[level]

    def _step(self, rule: str, key: str, **about: object) -> None:
        self.steps.append(Step(rule, key, about))


def attack_only(breach: Breach) -> bool:
    """An attack of which nobody has told whether data were taken."""
    told = texts(breach.nature)
    attacked = breach.malicious == "yes" or breach.cause in ATTACKS
    return bool(attacked and told and "confidentiality" not in told and breach.exfiltrated is None)


def _read(table: dict[str, Any], columns: str, rows: set[str], among: set[str]) -> tuple[str, str]:
    """The lowest and the highest level that stand in some rows and columns of a table."""
    found = [table[row][table[columns].index(column)] for row in rows for column in among]
    return min(found, key=LEVELS.index), max(found, key=LEVELS.index)


def _hours(period: str) -> int:
    length = _dates.read_period(period)
    days = length.days + 30 * length.months + 365 * length.years  # only to tell a short outage from a long one
    return length.hours + 24 * days


def _period(text: str) -> dict[str, str]:
    return {lang: _words.show_period(text, lang).partition(" (")[0] for lang in _words.LANGS}
