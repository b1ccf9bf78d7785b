"""How long the data of a breach were away or wrong, and who needs them (availability and integrity)."""

from __future__ import annotations

from ivplus_tools import _dates, _words
from ivplus_tools._law import Law
from ivplus_tools._records import texts
from ivplus_tools.breach.records import Breach
from ivplus_tools.breach.rules import Steps


class Outages(Steps):
    """The rungs of the ladder on availability and integrity: each tells what may be, and leaves its reason as a step."""

    def __init__(self, breach: Breach, rules: Law) -> None:
        super().__init__()
        self._breach, self._rules = breach, rules
        self._kinds = rules.table("breach:kinds")

    def outages(self) -> set[str]:
        """How long the data may have been away or wrong."""
        got, told, table = self._breach, texts(self._breach.nature), self._rules.table("breach:outage")
        rule = "edpb:9/2022:risk"
        if told and not {"availability", "integrity"} & set(told) and not got.unavailable_for and got.restored != "no":
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
            long = "long" if "integrity" in told else "long_away"
            return self._so(rule, "brief" if brief else long, "brief" if brief else "long", period=_period(got.unavailable_for))
        if got.restored == "no":
            return self._so(rule, "outage_open", "long", "lost")
        if got.backup == "complete" and "integrity" not in told:
            still_away = got.cause in (None, *self._kinds["attacks"]) and got.restored is None  # a copy makes up for a lost thing
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
            self._step("breach:outage", "vital" if self._hangs_on_them() else "vital_judged")
            return {"vital"}
        return {"ordinary"} if got.data_kinds is not None else {"ordinary", "vital"}

    def _is_vital(self) -> bool:
        return self._breach.harm == "serious" or self._hangs_on_them()

    def _hangs_on_them(self) -> bool:
        """Whether health or safety is told of the data or of the consequences."""
        got = self._breach
        health = "health" in texts(got.special_categories) or bool(set(texts(got.data_kinds)) & set(self._kinds["needed"]))
        return health or "physical_safety" in texts(got.consequences)


def _hours(period: str) -> int:
    length = _dates.Period() if period == "PT0H" else _dates.read_period(period)
    days = length.days + 30 * length.months + 365 * length.years  # only to tell a short outage from a long one
    return length.hours + 24 * days


def _period(text: str) -> dict[str, str]:
    return {lang: _words.say_period(text, lang) for lang in _words.LANGS}
