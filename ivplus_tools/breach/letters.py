"""The letter to the people, the public notice, the page for the management, the notice to a controller; all rests on answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ivplus_tools import _law, _records, _words
from ivplus_tools._records import texts
from ivplus_tools.breach.writing import CaseWriter, stopped
from ivplus_tools.documents import Document, Line, Section


class Letters(CaseWriter):
    """Everything that is not for the authority."""

    def document_of(self, kind: str) -> Document:
        """The draft of a kind."""
        made: Document = getattr(self, kind)()
        return made

    # --- the people

    def people(self) -> Document:
        """The letter of Art. 34(2): what happened, what it can mean, what we have done, what they can do, who answers."""
        if self.is_withdrawn:
            return self._taken_back("people")
        parts = [self.on, self.say("people.greeting"), " ".join(self._happened()), *self._effects(), *self._measures()]
        sections = [Section("", "", said="\n\n".join(parts))]
        if advice := list(self._advice()):
            sections.append(Section("", self.say("people.advice"), 2, said="\n\n".join(advice)))
        sections.append(Section("", self.say("people.more"), 2, said=self._closing()))
        blanks = self.open_lines("description", "data_kinds", "consequences", "measures_taken")
        if self.is_foreign(self.breach, "measures_proposed"):
            blanks += self.lines("measures_proposed")
        blanks = [*([] if self._when() else self.lines("occurred_from")), *blanks, *self.ours(), *self._unreached()]
        return replace(self.document(self.say("people.title"), sections, footer=""), cover=self.cover("people", blanks))

    def _happened(self) -> Iterator[str]:
        blank = self.say("common.blank")
        yield self.say("people.what")
        yield self._when() or self.say("people.when", when=blank)
        yield self.say("people.story", description=stopped(self.told("description") or blank))
        yield self.say("people.which", kinds=self.told("data_kinds", "special_categories") or blank)
        yield from self._got()

    def _got(self) -> Iterator[str]:
        """Who has the data and what has come of it, as far as somebody has told."""
        got = self.breach
        if got.breach_recipient in ("unknown", "public"):
            yield self.say(f"people.got_{got.breach_recipient}")
        elif got.breach_recipient not in (None, "nobody"):
            yield from self._recipients()
        elif not self.is_exposed and (got.breach_recipient == "nobody" or (got.exfiltrated == "no" and got.confirmed_how == "technical")):
            yield self.say("people.got_nobody")
        if got.risk_materialised == "yes":
            yield self.say("people.came_true")
        if effects := self.told("effects"):
            yield self.say("people.observed", effects=stopped(effects))

    def _recipients(self) -> Iterator[str]:
        """Recipients whom we know, how many they are, and what they have said; a word is no more than a word."""
        got = self.breach
        many = "_many" if self._has_many_recipients() else ""
        count = f" ({_records.show_count(str(got.recipients_count), self.lang)})" if many else ""
        yield self.say(f"people.got_known{many}", count=count)
        if got.recipient_confirmed is not None:
            shown = got.confirmed_how not in (None, "word")
            answer = "unconfirmed" if got.recipient_confirmed == "no" else "confirmed" if shown else "promised"
            yield self.say(f"people.{answer}{many}")

    def _has_many_recipients(self) -> bool:
        count = self.breach.recipients_count
        return bool(count) and _records.bounds(str(count))[0] > 1

    def _when(self) -> str:
        """When it happened; where that is not known, when it was noticed, and said so."""
        begun, ended = self.moment("occurred_from"), self.moment("occurred_until")
        if begun:
            table = self.duty.rules.table("breach:outage")
            if ended and ended != begun:
                ends = self.breach.cause in (None, "outage", *table["may_last"])  # what is lost is not back when the window ends
                return self.say("people.span" if ends else "people.between", begun=begun, ended=ended)
            lasting = not ended and self.breach.cause in table["may_last"]
            return self.say("people.since" if lasting else "people.when", when=begun)
        noticed = self.moment("detected")
        return self.say("people.noticed", when=noticed) if noticed else ""

    def _effects(self) -> Iterator[str]:
        if "availability" in texts(self.breach.nature) and self.breach.restored == "no":
            lost = self.breach.backup == "none"
            yield self.say("people.lost" if lost else "people.availability")
            if lost and self.breach.given_again == "yes":
                yield self.say("people.given_again")
        if "availability" in texts(self.breach.nature) and self.breach.restored == "yes":
            yield self.say("people.restored")
        if "integrity" in texts(self.breach.nature) and self.breach.restored != "yes":
            yield self.say("people.altered")
        yield self.say("people.consequences", consequences=self._likely() or self.say("common.blank"))

    def _likely(self) -> str:
        """The likely consequences in plain words."""
        return "; ".join(str(_words.read("breach")["plain"][one][self.lang]) for one in texts(self.breach.consequences))

    def _measures(self) -> Iterator[str]:
        yield self.say("people.done", measures=self.sentences("measures_taken"))
        if self.breach.measures_proposed:
            yield self.say("people.proposed", measures=self.sentences("measures_proposed"))

    def _advice(self) -> Iterator[str]:
        """What the people can do, by the kinds of data; nothing where nobody got at them."""
        if not self.is_exposed:
            return
        advice = _words.read("breach")["advice"]
        sensitive = ["health" if one == "health" else "special" for one in texts(self.breach.special_categories)]
        kinds = [one for one in (*texts(self.breach.data_kinds), *sensitive) if one in advice and one != "general"]
        if "email" in kinds and self.breach.cause == "misdirected" and self._has_many_recipients():
            kinds = ["seen_by_others", *kinds]
        told = list(dict.fromkeys(str(advice[one][self.lang]) for one in kinds))
        yield from told or [str(advice["general"][self.lang])]

    def _closing(self) -> str:
        blank = self.say("common.blank")
        contact = self.say("people.contact", contact=self.contact() or blank)
        return f"{contact}\n\n{self.say('people.closing')}\n{self.signer() or blank}"

    def _unreached(self) -> list[Line]:
        """A word to the officer about those who were not reached."""
        if not self.breach.not_reached or not _records.bounds(self.breach.not_reached)[1]:
            return []
        counts = [_records.show_count(one, self.lang) if one else "–" for one in (self.breach.reached, self.breach.not_reached)]
        return [
            Line(
                _words.field_label("not_reached", self.lang), self.say("people.reached", reached=counts[0], not_reached=counts[1]), "", True
            )
        ]

    def _taken_back(self, kind: str) -> Document:
        """That what was told before turned out to be no breach, and why."""
        blank, day = self.say("common.blank"), self.sent_on(self.case.sent_notices(kind))
        said = [self.say("people.greeting")] if kind == "people" else []
        said.append(self.say(f"{kind}.withdrawn", day=day or blank, reason=stopped(self.told("no_breach_reason") or blank)))
        blanks = [one for one in self.lines("no_breach_reason") if one.blank]
        blanks += [] if day else [self.blank_line("authority.previous")]
        sections = [Section("", "", said="\n\n".join(said)), Section("", self.say("people.more"), 2, said=self._closing())]
        cover = self.cover(kind, [*blanks, *self.ours()])
        return replace(self.document(self.say(f"{kind}.withdrawn_title"), sections, footer=""), cover=cover)

    def press(self) -> Document:
        """The public communication of Art. 34(3)(c)."""
        if self.is_withdrawn:
            return self._taken_back("press")
        blank, each = self.say("common.blank"), self.breach.disproportionate_effort == "yes"
        facts = {
            "what": self.told("description"),
            "when": self._when(),
            "kinds": self.told("data_kinds", "special_categories"),
            "who": self.told("data_subjects"),
            "likely": self._likely(),
            "done": self.sentences("measures_taken"),
        }
        facts |= {"advice": " ".join(self._advice())} if self.is_exposed else {}
        own = str(self.own.get("name") or blank)
        said = [self.on, self.say("press.intro", own=own), *([self.say("press.each")] if each else [])]
        said += [self.say(f"press.{name}", text=stopped(text or blank)) for name, text in facts.items()]
        said.append(self.say("people.contact", contact=self.contact() or blank))
        blanks = [] if self._when() else self.lines("occurred_from")
        blanks += self.open_lines("description", "data_kinds", "data_subjects", "consequences", "measures_taken")
        blanks += [*self.ours(), *([] if self.breach.disproportionate_effort else self.lines("disproportionate_effort"))]
        made = self.document(self.say("press.title"), [Section("", "", said="\n\n".join(said))], footer="")
        return replace(made, cover=self.cover("press", blanks))

    # --- the others

    def board(self) -> Document:
        """A page for the management: what happened, when, what the law asks, what was decided, what is open."""
        duty = [Line(_law.fact(step.rule).name[self.lang], step.said(self.lang), self.cited(step.rule)) for step in self.duty.steps]
        reasons = ["harm_reason"] if self.breach.harm_reason else []
        parts = {
            "situation": self.lines(
                "title", "description", "nature", "data_kinds", "special_categories", "people_count", "breach_recipient"
            ),
            "times": [*self.lines("occurred_from", "detected", "aware"), *self._limit()],
            "duty": duty, "decision": self.lines("breach_decision", "decision_reason", "decided", *reasons),
            "measures": self.lines("measures_taken", "measures_proposed"), "open": self._open(), "next": list(self._coming()),
        }  # fmt: skip
        if self.breach.breach_role == "processor":  # the controller decides, and judges the risk (Art. 33(2))
            del parts["decision"]
        if not parts["next"]:
            del parts["next"]
        sections = [Section("", "", said=self.say("board.intro"))]
        for number, (name, lines) in enumerate(parts.items(), 1):
            sections.append(Section(str(number), self.say(f"board.{name}"), 1, tuple(lines), "" if lines else self.say("common.none")))
        return self.document(self.named("board.title"), sections)

    def _limit(self) -> list[Line]:
        """What there is of the time to notify; none where nobody has to."""
        clock, label = self.case.clock, self.say("board.clock")
        if self.is_unneeded:
            return [Line(label, self.say("board.no_clock"))]
        if clock.due is None or clock.sent is not None:
            return [Line(label, clock.rows[0][1] if clock.due is None else clock.told_left())]
        return [
            Line(label, self.say("board.left", left=clock.told_left()) if not clock.is_over else clock.told_left()),
            Line(*clock.rows[1]),
        ]

    def _open(self) -> list[Line]:
        """What is not known: to a controller what decides, to a processor what it owes to the controller."""
        if self.breach.breach_role == "processor":
            owed = ("description", "nature", "data_subjects", "people_count", "data_kinds", "consequences", "measures_taken")
            asked = [name for name in owed if getattr(self.breach, name) is None]
            return [self.filled(_words.field_label(name, self.lang), "") for name in asked]
        asked = [one for one in self.duty.unknown if one != "disproportionate_effort" or not self._are_few()]
        asked += [] if self.breach.breach_decision else ["breach_decision"]
        return [self.filled(_words.field_label(name, self.lang), "") for name in asked]

    def _are_few(self) -> bool:
        count = self.breach.people_count
        return bool(count) and _records.bounds(str(count))[1] <= self.few

    def controller(self) -> Document:
        """What we tell a controller as its processor (Art. 33(2)), or as a joint controller: what is known now."""
        names = (
            "description", "nature", "cause", "occurred_from", "detected", "data_subjects", "people_count", "data_kinds", "records_count",
            "consequences", "measures_taken",
        )  # fmt: skip
        told = ("occurred_until", "special_categories", "encrypted", "breach_recipient", "misuse_signs", "effects", "measures_proposed")
        also = [name for name in told if getattr(self.breach, name) is not None]
        intro = {"processor": "controller.intro", "joint_controller": "controller.joint"}.get(self.breach.breach_role)
        lines = [] if intro or self.breach.breach_role == "controller" else [self.filled(_words.field_label("breach_role", self.lang), "")]
        lines += [*self.lines(*names, *also), self.filled(self.say("authority.contact_point"), self.contact(), self.cited("gdpr:33(3)(b)"))]
        opening = [self.say("common.greeting"), *([self.say(intro)] if intro else [])]
        sections = [Section("", "", said="\n\n".join(opening)), Section("", self.say("board.situation"), 2, tuple(lines))]
        sections.append(Section("", "", said=self.say("controller.closing")))
        title = "controller.joint_title" if self.breach.breach_role == "joint_controller" else "controller.title"
        return replace(self.mail(self.named(title), sections, ""), cover=self.cover("controller"))

    def _coming(self) -> Iterator[Line]:
        """What comes next, with its day; what is overdue or owed without delay is done at once."""
        at_once, clock = self.say("board.at_once"), self.case.clock
        if self.breach.breach_role == "processor":
            if not self.case.sent_notices("controller"):
                yield Line(self.say("board.tell_controller"), at_once, self.cited("gdpr:33(2)"))
        elif clock.due and clock.sent is None and not self.is_unneeded:
            day = self.say("board.late") if clock.is_over else _words.show_date(clock.due, self.lang)
            yield Line(_words.say("due.breach_clock", self.lang), day, self.cited("gdpr:33(1)"))
        foreign = self.is_foreign(self.breach, "measures_proposed")
        for one in self.breach.measures_proposed or ():
            if one.due and not one.done:
                yield Line(self._to_translate(str(one.measure)) if foreign else str(one.measure), _words.show_date(one.due, self.lang))
