"""From the facts of a breach to a level of risk: who got at the data, how grave they are, how long they were away, who needs them.

Every factor is a set of what may be, so that an unknown answer stays unknown.
"""

from __future__ import annotations

from typing import Any

from ivplus_tools import _dates, _records, _words
from ivplus_tools._records import texts
from ivplus_tools.breach.records import Breach
from ivplus_tools.breach.rules import Rules, Step, Steps

__all__ = ["ATTACKS", "LEVELS", "Ladder", "Rules", "Step", "attack_only"]
LEVELS = ("none", "risk", "high")
OUTCOME = {True: "notify", False: "no_notify", None: "notify_open"}
ATTACKS = ("malware", "intrusion", "account")


class Ladder(Steps):
    """The rungs: each method tells what may be, and leaves its reason as a step."""

    def __init__(self, breach: Breach, rules: Rules) -> None:
        super().__init__()
        self._breach, self._rules = breach, rules
        self._kinds = rules.table("breach:kinds")
        self.triggers: list[str] = []

    def climb(self) -> dict[str, Any]:
        """The level, then the duties that begin at it, then the exceptions: the fields of a `Duty`."""
        low, high = self._judged(*self._levels())
        level = low if low == high else max(low, "risk", key=LEVELS.index)
        if low != high:
            self._step("edpb:9/2022:risk", "open", low=self._level(low), high=self._level(high), level=self._level(level))
        ours = self._breach.breach_role != "processor"
        notify = ours and self._owed(level, high, "gdpr:33(1)", "notify_from")
        communicate = ours and self._owed(level, high, "gdpr:34(1)", "communicate_from")
        if not ours:
            self._step("gdpr:33(2)", "processor")
        elif not self._is_out():
            self._step("gdpr:33(1)", OUTCOME[notify], level=self._level(level))
        communicate, publicly = (False, False) if communicate is False else self._told(communicate)
        self._below(level)
        self._step("gdpr:33(5)", "document")
        return {
            "level": level, "notify": notify, "communicate": communicate, "publicly": publicly, "tell_controller": not ours,
            "open": (low, high),
        }  # fmt: skip

    def _levels(self) -> tuple[str, str]:
        """The lowest and the highest level that the facts leave possible."""
        if self._is_impersonal():
            self._step("gdpr:4(12)", "not_personal")
            return "none", "none"
        if self._is_no_breach():
            self._step("gdpr:4(12)", "no_breach")
            return "none", "none"
        if self._breach.is_breach == "no":
            self._unbelieved()
        if self._breach.personal_data == "no":
            self._clash("personal_contradicts", rule="gdpr:4(12)")
        exposures = self.exposures()
        gravities = self._gravities(exposures)
        outages = self.outages()
        needs = self._needs(outages)
        found = [_read(self._rules.table("breach:exposure"), "gravities", exposures, gravities)]
        found.append(_read(self._rules.table("breach:outage"), "needs", outages, needs))
        low, high = (max((span[place] for span in found), key=LEVELS.index) for place in (0, 1))
        return low, max(high, self._likely(high), key=LEVELS.index)

    def _is_impersonal(self) -> bool:
        """Whether no personal data are concerned, and nothing that is told says otherwise."""
        got = self._breach
        return got.personal_data == "no" and not texts(got.data_kinds) and not texts(got.special_categories)

    def _is_no_breach(self) -> bool:
        """Whether it turned out to be no breach: told with a reason, and nothing that is told says otherwise."""
        got = self._breach
        return got.is_breach == "no" and bool(got.no_breach_reason) and not self._is_breached()

    def _is_breached(self) -> bool:
        """Whether somebody got at the data, or they are gone."""
        got = self._breach
        taken = "yes" in (got.exfiltrated, got.misuse_signs, got.risk_materialised) or got.breach_recipient not in (None, "nobody")
        return taken or got.restored == "no" or got.harm in ("significant", "serious")

    def _unbelieved(self) -> None:
        """That it was no breach is not enough without a reason, and against what else is told."""
        if self._is_breached():
            self._clash("no_breach_contradicts", rule="gdpr:4(12)")
        else:
            self._step("gdpr:4(12)", "no_breach_open")

    def _is_out(self) -> bool:
        """Whether there is no breach of personal data at all."""
        return self._is_impersonal() or self._is_no_breach()

    def _likely(self, high: str) -> str:
        """The level that a consequence told as likely may reach; where the other facts do not, that is told."""
        floors: dict[str, str] = self._rules.table("breach:consequences")["reaches"]
        told = [one for one in texts(self._breach.consequences) if one in floors]
        reached = max((floors[one] for one in told), key=LEVELS.index, default="none")
        names = {lang: "; ".join(_records.name_of("consequence", one, lang) for one in told) for lang in _words.LANGS}
        if high == "none" and told:
            self._clash("consequences_contradict", names=names)
        elif LEVELS.index(reached) > LEVELS.index(high):
            self._step("edpb:9/2022:risk", "consequences_raise", names=names)
        if told and self._breach.harm is not None and self._expected() == "none":
            self._clash("harm_consequences", names=names)
        return reached

    def _judged(self, low: str, high: str) -> tuple[str, str]:
        """The officer's own judgement of the harm raises what the facts show, and never lowers it."""
        harm = self._breach.harm
        if self._is_out() or harm not in ("significant", "serious"):
            return low, high
        if harm == "serious" and high == "none":
            self._clash("harm_contradicts")
            return "none", "high"
        if harm == "serious":
            self._step("edpb:9/2022:risk", "harm_serious")
            return "high", "high"
        if high != "none":
            self._step("edpb:9/2022:risk", "harm_significant")
            low = max(low, "risk", key=LEVELS.index)
        return low, high

    def _expected(self) -> str:
        """The level that goes with the officer's judgement of the harm."""
        return str(self._rules.table("breach:consequences")["harm"][self._breach.harm])

    def _below(self, level: str) -> None:
        """Say where the officer's judgement is below what the facts show: both stand, the duty stays with the facts."""
        if self._breach.harm is not None and LEVELS.index(self._expected()) < LEVELS.index(level):
            harm = {lang: _records.name_of("harm", self._breach.harm, lang) for lang in _words.LANGS}
            self._step("edpb:9/2022:risk", "harm_below", harm=harm, level=self._level(level))

    # --- confidentiality

    def exposures(self) -> set[str]:
        """Who may have got at the data."""
        got, told = self._breach, texts(self._breach.nature)
        exposed = "yes" in (got.exfiltrated, got.misuse_signs) or got.breach_recipient not in (None, "nobody") or "confidentiality" in told
        if told and not exposed and not attack_only(got):
            return self._so("gdpr:4(12)", "no_confidentiality", "nobody")
        if got.already_public == "yes":
            if self._is_plainly_public():
                return self._so("gdpr:33(1)", "already_public", "nobody")
            self._step("gdpr:33(1)", "public_not_enough")
        if self._is_used_anyway():
            self._clash("used_anyway")
            return {"uncontrolled"}
        if got.encrypted == "yes" and got.key_safe == "yes":
            return self._so("gdpr:34(3)(a)", "unintelligible", "nobody")
        if got.hashing == "strong" and set(texts(got.data_kinds)) <= {"credentials", *self._kinds["gravity"]["slight"]} and got.data_kinds:
            return self._so("gdpr:34(3)(a)", "hashed", "nobody")
        if got.encrypted == "yes" and got.key_safe is None:
            self._step("gdpr:34(3)(a)", "key_open")  # protection that is not shown excuses nothing
        return self._reached()

    def _is_used_anyway(self) -> bool:
        """Whether the data were used or the risk came true, although an answer says that they were safe or given back."""
        got, told = self._breach, texts(self._breach.nature)
        used = got.misuse_signs == "yes" or (got.risk_materialised == "yes" and (not told or "confidentiality" in told))
        sealed = (got.encrypted == "yes" and got.key_safe == "yes") or got.hashing == "strong"
        return used and (sealed or got.recipient_confirmed == "yes" or got.breach_recipient == "nobody")

    def _is_plainly_public(self) -> bool:
        """Whether data that were public before tell nothing that may not be public, and nobody has gathered them to use them."""
        got, kinds = self._breach, set(texts(self._breach.data_kinds))
        grave = kinds & {*self._kinds["gravity"]["hard"], *self._kinds["sensitive"]} or texts(got.special_categories)
        return bool(kinds) and not grave and got.children != "yes" and "yes" not in (got.malicious, got.misuse_signs)

    def _reached(self) -> set[str]:
        got, many = self._breach, self._rules.table("breach:exposure")["many_recipients"]
        rule = "edpb:9/2022:risk"
        if got.breach_recipient in ("unknown", "public"):
            return self._so(rule, f"recipient_{got.breach_recipient}", "uncontrolled")
        if (got.breach_recipient == "nobody" or got.exfiltrated == "no") and "yes" in (got.exfiltrated, got.misuse_signs):
            self._clash("contradiction")
            return {"uncontrolled"}
        if got.breach_recipient is not None:
            return self._nobody() if got.breach_recipient == "nobody" else self._with_recipient(many)
        if got.exfiltrated == "no":
            return self._so(rule, "not_exfiltrated", "nobody")
        if attack_only(got):
            return self._so(rule, "attack_open", "nobody", "uncontrolled")
        if "yes" in (got.malicious, got.exfiltrated, got.misuse_signs) or got.cause in ("lost", "published"):
            return self._so(rule, "out_of_hand", "uncontrolled")
        if got.cause == "misdirected":
            return self._so(rule, "recipient_open", "contained", "limited", "uncontrolled")
        return self._so(rule, "recipient_open", "nobody", "contained", "limited", "uncontrolled")

    def _nobody(self) -> set[str]:
        """That nobody got at the data is believed where they never left our hands, or where technical proof shows it."""
        got, rule = self._breach, "edpb:9/2022:risk"
        if got.recipients_count and _records.bounds(got.recipients_count)[0] > 0:
            self._clash("nobody_counted")
            return {"uncontrolled"}
        gone: list[str] = self._rules.table("breach:confirmation")["left_our_hands"]
        if got.cause in gone and got.confirmed_how != "technical":
            return self._so(rule, "nobody_unproved", "nobody", "uncontrolled")
        return self._so(rule, "recipient_nobody", "nobody")

    def _with_recipient(self, many: int) -> set[str]:
        """What a recipient whom we know makes of it: how many they are, how they came by the data, what they have confirmed."""
        got, rule = self._breach, "edpb:9/2022:risk"
        if got.recipients_count and _records.highest_told(got.recipients_count) >= many:
            return self._so(rule, "recipients_many", "uncontrolled", many=many)
        if self._is_unauthorised():
            return self._so(rule, "not_trusted", "limited")
        if got.recipient_confirmed == "yes":
            return self._confirmed()
        strangers = self._rules.table("breach:confirmation")["strangers"]
        loose = got.recipient_confirmed == "no" or got.breach_recipient in strangers  # a stranger who has not answered keeps the data
        spread = {"limited"} if loose else {"vouched", "limited"}
        return self._so(rule, "limited" if got.recipient_confirmed == "no" else "unconfirmed", *spread)

    def _confirmed(self) -> set[str]:
        """What a confirmation is worth: who gave it, how, and of which data (`breach:confirmation`); how nobody has told is a word."""
        got, table = self._breach, self._rules.table("breach:confirmation")
        worth = str(table[str(got.breach_recipient)][table["hows"].index(got.confirmed_how or table["untold"])])
        if worth == "few":
            kinds = set(texts(got.data_kinds))
            plain = bool(kinds) and not kinds & {*table["accounts"], *self._kinds["gravity"]["hard"], *self._kinds["sensitive"]}
            plain &= not texts(got.special_categories) and got.children != "yes"
            worth = "vouched" if plain and self._is_few(table["few_people"]) else "limited"
        keys = {"contained": "contained_shown", "vouched": "contained", "limited": "not_believed"}
        return self._so("breach:confirmation", keys[worth], worth)

    def _is_unauthorised(self) -> bool:
        """Whether a recipient whom we know took the data: what such a one confirms is not believed."""
        got = self._breach
        return "yes" in (got.malicious, got.exfiltrated) or got.cause == "insider"

    def _is_few(self, most: int) -> bool:
        """Whether the people are counted and few."""
        counted = self._breach.people_count
        return counted is not None and _records.bounds(counted)[1] <= most

    def _gravities(self, exposures: set[str]) -> set[str]:
        """How grave the exposed data are for the people."""
        order: list[str] = self._rules.table("breach:exposure")["gravities"]
        if exposures == {"nobody"}:
            return {order[0]}
        got = self._breach
        kinds = {one for one in texts(got.data_kinds) if not (one == "credentials" and got.hashing == "strong")}
        sensitive = bool(texts(got.special_categories)) or bool(kinds & set(self._kinds["sensitive"]))
        if not {one for one in texts(got.data_kinds) if one != "other"} and not sensitive:  # of other data nobody has told what they are
            self._step("edpb:9/2022:risk", "data_open")
            return set(order)
        child = got.children == "yes"
        self._find_triggers(kinds, sensitive, child and "uncontrolled" in exposures, "uncontrolled" in exposures)
        if self.triggers:
            names = {lang: "; ".join(self._trigger(one, lang) for one in self.triggers) for lang in _words.LANGS}
            self._step("breach:triggers", "trigger", names=names)
            return {order[-1]}
        if not child and self._is_minor_list(kinds, exposures):
            self._step("edpb:9/2022:risk", "few_contacts")
            return {order[0]}
        weights = [order.index(name) for name, many in self._kinds["gravity"].items() if kinds & set(many)]
        place = max([0, *weights, order.index("sensitive") if sensitive else 0, order.index("serious") if child else 0])
        self._step("breach:kinds", f"gravity_{order[place]}")
        place = self._raised(place, order)
        kept = got.recipient_confirmed in ("no", "yes") and exposures == {"limited"} and not self._is_unauthorised()
        refused = sensitive and kept  # somebody may keep sensitive data: no confirmation, or one that cannot be believed
        return {order[place], order[-1]} if refused else {order[place]}

    def _is_minor_list(self, kinds: set[str], exposures: set[str]) -> bool:
        """A minor number of contact details with recipients whom we know, and nothing sensitive said by them (9/2022, example x)."""
        table, known = self._rules.table("breach:confirmation"), exposures <= {"limited", "vouched", "contained"}
        special = self._breach.special_categories
        plain = bool(kinds) and kinds <= set(table["contacts"]) and special is not None and not texts(special)
        harmless = self._breach.vulnerable != "yes" and not self._is_unauthorised()
        return known and plain and harmless and self._is_few(table["few_people"])

    def _raised(self, place: int, order: list[str]) -> int:
        """One step up for very many people, and for people who cannot well look after themselves; no further than serious."""
        got, many = self._breach, self._rules.table("breach:exposure")["many_people"]
        for raises, key in (
            (bool(got.people_count) and _records.highest_told(str(got.people_count)) >= many, "many_people"),
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
        if got.unavailable_for == "PT0H" and got.restored == "no":
            self._clash("never_away", rule=rule)
        elif got.unavailable_for:
            limit = _hours(table["brief_is_vital" if self._is_vital() else "brief_is"])
            brief = _hours(got.unavailable_for) <= limit and got.restored != "no"
            return self._so(rule, "brief" if brief else "long", "brief" if brief else "long", period=_period(got.unavailable_for))
        if got.restored == "no":
            return self._so(rule, "outage_open", "long", "lost")
        if got.backup == "complete" and "integrity" not in told:
            still_away = got.cause in ATTACKS and got.restored is None  # a copy makes up for a lost thing
            return self._so(rule, "backup_open", "brief", "long") if still_away else self._so(rule, "backup", "brief")
        if got.restored == "yes":
            return self._so(rule, "outage_open", "brief", "long")
        return self._so(rule, "outage_open", *({"long", "lost"} if got.backup == "none" else {"brief", "long", "lost"}))

    def _needs(self, outages: set[str]) -> set[str]:
        """Whether people's health or safety hangs on the data."""
        got = self._breach
        if outages == {"unaffected"}:
            return {"ordinary"}
        if self._is_vital():
            self._step("breach:outage", "vital")
            return {"vital"}
        return {"ordinary"} if got.data_kinds is not None else {"ordinary", "vital"}

    def _is_vital(self) -> bool:
        got = self._breach
        health = "health" in texts(got.special_categories) or bool(set(texts(got.data_kinds)) & set(self._kinds["needed"]))
        return got.harm == "serious" or health or "physical_safety" in texts(got.consequences)

    # --- the people

    def _told(self, owed: bool | None) -> tuple[bool | None, bool]:
        """Whether the people are to be told, and whether publicly (Art. 34(3)); `owed` is None while a high risk is open."""
        got = self._breach
        if got.high_risk_removed == "yes":
            stricter = bool(self._rules.value("tsv:34")) and got.risk_materialised != "no"
            if not stricter:
                self._step("gdpr:34(3)(b)", "removed")
                return False, False
            self._step("tsv:34", "materialised" if got.risk_materialised == "yes" else "materialised_open")
        elif owed:
            self._step("gdpr:34(1)", "communicate")
        if owed is None:
            self._step("gdpr:34(1)", "communicate_open")
        elif got.disproportionate_effort == "yes":
            self._step("gdpr:34(3)(c)", "publicly")
            return True, True
        return owed, False

    def _owed(self, level: str, high: str, rule: str, name: str) -> bool | None:
        """Whether a duty that begins at a level is owed; None (cannot tell yet) while only an open answer reaches it."""
        start = self._rules.value(rule).get(name)
        if start is None or LEVELS.index(high) < LEVELS.index(start):
            return False
        return True if LEVELS.index(level) >= LEVELS.index(start) else None


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
    length = _dates.Period() if period == "PT0H" else _dates.read_period(period)
    days = length.days + 30 * length.months + 365 * length.years  # only to tell a short outage from a long one
    return length.hours + 24 * days


def _period(text: str) -> dict[str, str]:
    return {lang: _words.show_period(text, lang).partition(" (")[0] for lang in _words.LANGS}
