"""The notification in the blocks of the EDPB's common template, a draft of 2026: each filled from the case or named as a blank."""

from __future__ import annotations

from collections.abc import Iterator

from ivplus_tools import _dates, _law, _records, _words
from ivplus_tools._records import texts
from ivplus_tools.breach.authority import Notification
from ivplus_tools.breach.records import Breach
from ivplus_tools.documents import Line

RULE = "edpb:breach_template"
NOT_ALWAYS = {  # questions that concern some breaches only, and the method that says which
    "withdrawal_reason": "_is_withdrawal", "earlier": "_is_later", "joint": "_is_joint", "processor_contacts": "_has_processors",
    "availability_kind": "_is_away", "effects_confidentiality": "_is_seen", "effects_integrity": "_is_altered",
    "effects_availability": "_is_away", "ground": "_is_untold", "lead": "_is_across", "people_by_country": "_is_across",
}  # fmt: skip


class Template(Notification):
    """The same notification under the questions of the common template; the Finnish form stays the default."""

    _phase = "preliminary"

    def parts(self, phase: str) -> Iterator[tuple[str, list[Line]]]:
        """The blocks of the template, as the facts have them, with their lines."""
        self._phase = phase
        value = _law.fact(RULE).proposals[-1]
        version = self.say("edpb.version", version=value["version"], day=self.day(value["from"]))
        for number, (block, asked) in enumerate(value["blocks"].items()):
            about = [Line(self.say("edpb.template"), version)] if number == 0 else []
            yield self.say(f"edpb.block_{block}"), [*about, *(line for name in asked for line in self._lines(name))]

    withdrawal_parts = parts

    def _lines(self, name: str) -> Iterator[Line]:
        """A question of the template: a field of the case, an answer made of several, or a blank."""
        if name in NOT_ALWAYS and not getattr(self, NOT_ALWAYS[name])():
            return
        if name in Breach.model_fields:
            if self.asks(name):
                yield self.line(self.breach, name)
            return
        if name in ("limit", "assessed"):
            yield from getattr(self, name)()
            return
        made = getattr(self, f"_{name}", None)
        yield self.filled(self.say(f"edpb.{name}"), made() if made else "")

    # --- which questions concern this breach

    def _is_withdrawal(self) -> bool:
        return self._phase == "withdrawal"

    def _is_later(self) -> bool:
        return bool(self.before) or self._is_withdrawal()

    def _is_joint(self) -> bool:
        return self.breach.breach_role == "joint_controller"

    def _has_processors(self) -> bool:
        return bool(texts(self.breach.processors))

    def _is_seen(self) -> bool:
        return self._concerns("confidentiality") is not False

    def _is_altered(self) -> bool:
        return self._concerns("integrity") is not False

    def _is_away(self) -> bool:
        return self._concerns("availability") is not False

    def _is_untold(self) -> bool:
        return self.breach.breach_decision not in (None, "communicate")

    def _is_across(self) -> bool:
        return self.breach.cross_border != "no"

    def _concerns(self, nature: str) -> bool | None:
        told = texts(self.breach.nature)
        return nature in told if told else None

    # --- answers made of what the case tells

    def _yes_no(self, answer: bool | None) -> str:
        return "" if answer is None else _words.values("yes_no")["yes" if answer else "no"][self.lang]

    def _kind(self) -> str:
        return self.say("edpb.follow_up" if self.before else "edpb.new")

    def _whole(self) -> str:
        return _words.values("breach_phase")[self._phase][self.lang]

    def _withdrawal_reason(self) -> str:
        return self.told("no_breach_reason")

    def _earlier(self) -> str:
        return "; ".join(self.sent_and_number(one) for one in self.before)

    def _own_reference(self) -> str:
        return self.case.id

    def _controller_name(self) -> str:
        return "" if self.breach.breach_role == "processor" else str(self.own.get("name") or "")

    def _controller_id(self) -> str:
        return "" if self.breach.breach_role == "processor" else str(self.own.get("business_id") or "")

    def _contact_point(self) -> str:
        return self.contact()

    def _role(self) -> str:
        return _words.values("breach_role")[self.breach.breach_role][self.lang]

    def _occurrence(self) -> str:
        begun, ended = self.breach.occurred_from, self.breach.occurred_until
        if not begun or not ended:
            return ""
        return self.say("edpb.moment" if _dates.instant(begun) == _dates.instant(ended) else "edpb.range")

    def _confidentiality(self) -> str:
        return self._yes_no(self._concerns("confidentiality"))

    def _integrity(self) -> str:
        return self._yes_no(self._concerns("integrity"))

    def _availability(self) -> str:
        return self._yes_no(self._concerns("availability"))

    def _availability_kind(self) -> str:
        if self.breach.restored == "yes":
            return self.say("edpb.temporary")
        return self.say("edpb.permanent") if self.breach.restored == "no" and self.breach.backup == "none" else ""

    def _origin(self) -> str:
        value = _law.fact(RULE).proposals[-1]
        return next((self.say(f"edpb.{one}") for one in ("internal", "external") if self.breach.cause in value[one]), "")

    def _people_exact(self) -> str:
        return self._exact(self.breach.people_count)

    def _records_exact(self) -> str:
        return self._exact(self.breach.records_count)

    def _exact(self, count: str | None) -> str:
        """Whether a count is exact; a range, a bound and an approximate number are not."""
        return self.say("edpb.exact" if count.isdecimal() else "edpb.approximate") if count else ""

    def _unintelligible(self) -> str:
        got = self.breach
        if got.encrypted == "yes":
            key = {"yes": "wholly", "no": "not_at_all"}.get(str(got.key_safe))
        else:
            key = {"partly": "partly", "no": "not_at_all"}.get(str(got.encrypted))
        return self.say(f"edpb.{key}") if key else ""

    def _method(self) -> str:
        return self.say("edpb.enisa", score=self.score()) if self.score() else ""

    def _told_status(self) -> str:
        if self.case.told_people():
            return self.say("edpb.done", day=self.sent_on(self.case.told_people()) or self.say("common.blank"))
        key = {True: "edpb.planned", False: "edpb.not_told", None: ""}[self.communicates()]
        return self.say(key) if key else ""

    def _ground(self) -> str:
        got = self.breach
        found = [
            _words.field_label(one, self.lang) for one in ("high_risk_removed", "disproportionate_effort") if getattr(got, one) == "yes"
        ]
        found += [self._unintelligible()] if got.encrypted == "yes" and got.key_safe == "yes" else []
        return "; ".join(found)

    def _reached_count(self) -> str:
        return _records.show_count(self.breach.reached, self.lang) if self.breach.reached else ""

    def _not_reached_count(self) -> str:
        return _records.show_count(self.breach.not_reached, self.lang) if self.breach.not_reached else ""

    def _channel(self) -> str:
        return "; ".join(dict.fromkeys(str(one.sent_by) for one in self.case.told_people() if one.sent_by))
