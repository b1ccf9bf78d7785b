"""From the facts of a breach to a level of risk: who got at the data, how grave they are, how long they were away, who needs them.

Every factor is a set of what may be, so that an unknown answer stays unknown.
"""

from __future__ import annotations

from typing import Any

from ivplus_tools import _records, _words
from ivplus_tools._law import Law
from ivplus_tools._records import texts
from ivplus_tools.breach.outages import Outages
from ivplus_tools.breach.records import Breach
from ivplus_tools.breach.rules import Step

__all__ = ["LEVELS", "Ladder", "Step", "attack_only"]
LEVELS = ("none", "risk", "high")
OUTCOME = {True: "notify", False: "no_notify", None: "notify_open"}


class Ladder(Outages):
    """The rungs: each method tells what may be, and leaves its reason as a step."""

    def __init__(self, breach: Breach, rules: Law) -> None:
        super().__init__(breach, rules)
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
        told = [*map(texts, (got.data_kinds, got.special_categories, got.data_subjects, got.consequences))]
        people = "yes" in (got.children, got.vulnerable, got.risk_materialised) or got.harm in ("significant", "serious")
        counted = _counted(got.people_count) or _counted(got.records_count)
        return got.personal_data == "no" and not any(told) and not people and not counted

    def _is_no_breach(self) -> bool:
        """Whether it turned out to be no breach: told with a reason, and nothing that is told says otherwise."""
        got = self._breach
        reasoned = sum(map(str.isalpha, got.no_breach_reason or "")) >= self._rules.table("breach:confirmation")["shortest_reason"]
        return got.is_breach == "no" and reasoned and not self._is_breached()

    def _is_breached(self) -> bool:
        """Whether somebody got at the data, or they are gone."""
        got = self._breach
        taken = "yes" in (got.exfiltrated, got.misuse_signs, got.risk_materialised) or got.breach_recipient not in (None, "nobody")
        harmed = got.harm in ("significant", "serious") or bool(self._grave_consequences()) or isinstance(got.effects, str)
        away = got.restored == "no" or got.unavailable_for not in (None, "PT0H")
        return taken or harmed or away or _counted(got.recipients_count)

    def _grave_consequences(self) -> dict[str, str]:
        """The consequences told as likely that raise the level, with the level that each may reach."""
        floors: dict[str, str] = self._rules.table("breach:consequences")["reaches"]
        return {one: floors[one] for one in texts(self._breach.consequences) if one in floors}

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
        told = self._grave_consequences()
        reached = max(told.values(), key=LEVELS.index, default="none")
        names = {lang: "; ".join(_records.name_of("consequence", one, lang) for one in told) for lang in _words.LANGS}
        if high == "none" and told:
            self._clash("consequences_contradict", names=names)
        elif LEVELS.index(reached) > LEVELS.index(high):
            self._step("edpb:9/2022:risk", "consequences_raise", names=names)
        if told and self._breach.harm is not None and self._expected() == "none":
            self._clash("harm_consequences", names=names)
        if self._breach.risk_materialised == "yes":
            self._clash("risk_came") if high == "none" else self._step("edpb:9/2022:risk", "risk_came_true")
            loose = self._breach.breach_recipient in ("unknown", "public") or "yes" in (self._breach.exfiltrated, self._breach.misuse_signs)
            return "high" if loose else max(reached, "risk", key=LEVELS.index)
        return reached

    def _judged(self, low: str, high: str) -> tuple[str, str]:
        """The officer's own judgement of the harm raises what the facts show, and never lowers it."""
        harm = self._breach.harm
        if self._is_out() or harm not in ("significant", "serious"):
            return low, high
        if high == "none":
            self._clash("harm_contradicts")
            return "none", "high" if harm == "serious" else "risk"
        if harm == "serious":
            self._step("edpb:9/2022:risk", "harm_serious")
            return "high", "high"
        self._step("edpb:9/2022:risk", "harm_significant")
        return max(low, "risk", key=LEVELS.index), high

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
        exposed |= _counted(got.recipients_count)
        if told and not exposed and not attack_only(got, self._rules) and got.cause not in self._gone:
            return self._so("gdpr:4(12)", "no_confidentiality", "nobody")
        if got.already_public == "yes":
            if self._is_plainly_public():
                return self._so("gdpr:33(1)", "already_public", "nobody")
            self._step("gdpr:33(1)", "public_not_enough")
        if self._is_used_anyway():
            self._clash("used_anyway")
            return {"uncontrolled"}
        if got.encrypted == "yes" and got.key_safe == "yes":
            if got.cause not in self._rules.table("breach:confirmation")["reads_plain"] and got.breach_recipient != "public":
                return self._so("gdpr:34(3)(a)", "unintelligible", "nobody")
            self._step("gdpr:34(3)(a)", "read_plain")
        if got.hashing == "strong" and self._is_only_hashed():
            return self._so("gdpr:34(3)(a)", "hashed", "nobody")
        if got.encrypted == "yes" and got.key_safe is None:
            self._step("gdpr:34(3)(a)", "key_open")  # protection that is not shown excuses nothing
        return self._reached()

    @property
    def _gone(self) -> list[str]:
        """The causes by which data have left our hands."""
        found: list[str] = self._rules.table("breach:confirmation")["left_our_hands"]
        return found

    def _is_only_hashed(self) -> bool:
        """Whether nothing but hashed passwords and what tells nobody by itself was exposed."""
        kinds = set(texts(self._breach.data_kinds))
        only = "credentials" in kinds and kinds <= {"credentials", *self._kinds["gravity"]["slight"]}
        return only and not texts(self._breach.special_categories)

    def _is_used_anyway(self) -> bool:
        """Whether the data were used or the risk came true, although an answer says that they were safe or given back."""
        got, told = self._breach, texts(self._breach.nature)
        used = got.misuse_signs == "yes" or (got.risk_materialised == "yes" and (not told or "confidentiality" in told))
        sealed = (got.encrypted == "yes" and got.key_safe == "yes") or got.hashing == "strong"
        return used and (sealed or got.recipient_confirmed == "yes" or got.breach_recipient == "nobody" or got.exfiltrated == "no")

    def _is_plainly_public(self) -> bool:
        """Whether data that were public before tell nothing that may not be public, and nobody has gathered them to use them."""
        got, kinds = self._breach, set(texts(self._breach.data_kinds))
        heavy = {*self._kinds["gravity"]["hard"], *self._kinds["gravity"]["serious"], *self._kinds["sensitive"]}
        grave = kinds & heavy or texts(got.special_categories)
        gathered = "yes" in (got.malicious, got.misuse_signs, got.exfiltrated, got.risk_materialised)
        gathered |= got.cause in self._kinds["on_purpose"]
        return bool(kinds) and not grave and "yes" not in (got.children, got.vulnerable) and not gathered

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
        if got.exfiltrated == "no" and got.cause not in self._gone and self._needs_proof():
            return self._so(rule, "nobody_unproved", "nobody", "uncontrolled")
        if got.exfiltrated == "no" and (got.cause not in self._gone or got.confirmed_how == "technical"):
            return self._so(rule, "not_exfiltrated", "nobody")
        if attack_only(got, self._rules):
            return self._so(rule, "attack_open", "nobody", "uncontrolled")
        if "yes" in (got.malicious, got.exfiltrated, got.misuse_signs) or got.cause in ("lost", "published"):
            return self._so(rule, "out_of_hand", "uncontrolled")
        if got.cause == "misdirected":
            return self._so(rule, "recipient_open", "contained", "limited", "uncontrolled")
        return self._so(rule, "recipient_open", "nobody", "contained", "limited", "uncontrolled")

    def _nobody(self) -> set[str]:
        """That nobody got at the data is believed where they never left our hands and were not attacked, or by technical proof."""
        got, rule = self._breach, "edpb:9/2022:risk"
        if _counted(got.recipients_count):
            self._clash("nobody_counted")
            return {"uncontrolled"}
        if self._needs_proof():
            return self._so(rule, "nobody_unproved", "nobody", "uncontrolled")
        return self._so(rule, "recipient_nobody", "nobody")

    def _needs_proof(self) -> bool:
        """Whether nobody's having got at the data still has to be shown: they left our hands, or whoever attacked could have read them."""
        got = self._breach
        attacked, told = got.malicious == "yes" or got.cause in self._kinds["on_purpose"], texts(got.nature)
        locked = got.cause in self._kinds["attacks"] and got.exfiltrated != "no"  # who locks data can read them
        read = not told or "confidentiality" in told or locked
        return got.confirmed_how != "technical" and (got.cause in self._gone or (attacked and read))

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
        if worth == "light":
            worth = "vouched" if self._is_light(table["accounts"]) else "limited"
        if worth == "few":
            kinds = set(texts(got.data_kinds))
            plain = bool(kinds) and not kinds & {*table["accounts"], *self._kinds["gravity"]["hard"], *self._kinds["sensitive"]}
            plain &= not texts(got.special_categories) and got.children != "yes"
            worth = "vouched" if plain and self._is_few(table["few_people"]) else "limited"
        keys = {"contained": "contained_shown", "vouched": "contained", "limited": "not_believed"}
        return self._so("breach:confirmation", keys[worth], worth)

    def _is_light(self, accounts: list[str]) -> bool:
        """Whether the word of one bound by secrecy is enough: no accounts among the data, and not very many people."""
        told, many = self._breach.people_count, self._rules.table("breach:exposure")["many_people"]
        return not set(texts(self._breach.data_kinds)) & set(accounts) and not (told and _records.highest_told(told) >= many)

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
        told = got.recipient_confirmed in ("no", "yes") or self._is_unauthorised()
        kept = (sensitive or child) and told and exposures == {"limited"}  # one who refuses, took them, or cannot be believed may keep them
        return {order[place], order[-1]} if kept else {order[place]}

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

    # --- the people

    def _told(self, owed: bool | None) -> tuple[bool | None, bool]:
        """Whether the people are to be told, and whether publicly (Art. 34(3)); `owed` is None while a high risk is open."""
        got = self._breach
        if got.high_risk_removed == "yes":
            stricter = bool(self._rules.value("tsv:34")) and got.risk_materialised != "no"
            if got.misuse_signs == "yes":
                self._clash("removed_contradicts", rule="gdpr:34(3)(b)")
            elif not stricter:
                self._step("gdpr:34(3)(b)", "removed")
                return False, False
            else:
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


def attack_only(breach: Breach, rules: Law) -> bool:
    """An attack of which nobody has told whether data were taken."""
    told = texts(breach.nature)
    attacked = breach.malicious == "yes" or breach.cause in rules.table("breach:kinds")["attacks"]
    return bool(attacked and told and "confidentiality" not in told and breach.exfiltrated is None)


def _read(table: dict[str, Any], columns: str, rows: set[str], among: set[str]) -> tuple[str, str]:
    """The lowest and the highest level that stand in some rows and columns of a table."""
    found = [table[row][table[columns].index(column)] for row in rows for column in among]
    return min(found, key=LEVELS.index), max(found, key=LEVELS.index)


def _counted(count: str | None) -> bool:
    """Whether somebody is counted."""
    return bool(count) and _records.bounds(str(count))[0] > 0
