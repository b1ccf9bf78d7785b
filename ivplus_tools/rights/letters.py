"""Letters of a request in three languages, from what is recorded; what nobody has told is a blank."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ivplus_tools import _law, _records, _words
from ivplus_tools._records import Record, texts
from ivplus_tools.documents import Document, Line, Section, Writer
from ivplus_tools.rights.clock import parts
from ivplus_tools.rights.found import Found
from ivplus_tools.rights.state import RequestState
from ivplus_tools.rights.tables import NOT_REACHED, NOT_SEARCHED, PARTLY

KINDS = ("acknowledgement", "identity", "extension", "answer", "part_refusal", "refusal", "recipients", "withdrawal")
GRANTED = "granted"


class Given(NamedTuple):
    """What a copy holds: rows, of how many tables, whether it is data to take along, and whether anything was left out."""

    rows: int
    tables: int
    portable: bool
    withheld: bool


def is_identified(case: RequestState) -> bool:
    """Whether it is told how the person was identified, in a way that suffices; one who asks for another has shown the authority."""
    law, record = _law.near("rights:identification", case.room.on), case.record
    how = record.identified_how
    enough = how in law["enough"] or (how in law["with_reason"] and bool(record.identified_reason))
    return enough and (record.on_behalf in (None, "own") or bool(record.authority_shown))


def draft(case: RequestState, kind: str, found: Found | None = None) -> Document:
    """A letter of one kind."""
    if kind not in KINDS:
        raise _words.refusal("unknown_value", got=kind, what="draft", near=_words.nearest(kind, KINDS))
    if kind in ("answer", "part_refusal", "refusal"):
        return answer(case, found, kind)
    letter = _Writer(case)
    sections = {
        "acknowledgement": letter.acknowledged, "identity": letter.identity, "extension": letter.extended,
        "recipients": letter.to_recipients, "withdrawal": letter.withdrawn,
    }[kind]()  # fmt: skip
    return letter.letter(kind, sections)


def answer(case: RequestState, found: Found | None = None, kind: str = "answer", given: Given | None = None) -> Document:
    """What is answered to each right, with the register's information on the activities concerned, and how to complain."""
    letter = _Writer(case)
    sections = [letter.opening("answer_intro"), letter.decided()]
    if found is not None and {"access", "portability"} & set(texts(case.record.rights)) and kind != "refusal":
        sections.append(letter.searched(found, given))
    if found is not None or ("access" in texts(case.record.rights) and kind != "refusal"):
        sections += list(letter.information(found))
    if kind != "answer" or any(one.right_outcome != GRANTED for one in case.answers.values()) or _is_partial(found):
        sections.append(letter.remedies())
    return letter.letter(kind, sections)


def _is_partial(found: Found | None) -> bool:
    return found is not None and (not found.is_whole or bool(found.masks_of.proposals))


class _Writer(Writer):
    """Sentences of one request."""

    words = "rights"

    def __init__(self, case: RequestState) -> None:
        super().__init__(case.room)
        self.case, self.record = case, case.record

    def letter(self, kind: str, sections: list[Section]) -> Document:
        """The letter, to the person's own address where it is kept."""
        person = self.case.room.persons.get(self.record.person or "", {})
        made = self.mail(self.say(f"letter.{kind}", id=self.record.id), sections, str(person.get("email") or ""), signed=True)
        return Document(**{**made.__dict__, "about": (kind, self.record.id)})

    def opening(self, key: str, **facts: object) -> Section:
        """Day, greeting, and the first sentence: the request as it was understood, and when it came."""
        rights = "; ".join(self.right(one) for one in texts(self.record.rights)) or self.say("common.blank")
        received = self.day(self.record.received) if self.record.received else self.say("common.blank")
        said = [self.dated(), self.say("common.greeting"), self.say("letter.understood", rights=rights, received=received)]
        if self.record.on_behalf not in (None, "own"):
            behalf = _words.values("request_behalf")[str(self.record.on_behalf)][self.lang]
            said.append(self.say("letter.on_behalf", behalf=behalf))
        said.append(self.say(f"letter.{key}", **facts))
        missing = tuple(name for name, told in (("rights", self.record.rights), ("received", self.record.received)) if not told)
        return Section("", "", said="\n\n".join(said), open=tuple(_words.field_label(name, self.lang) for name in missing))

    def right(self, code: str) -> str:
        """A right with its article."""
        fact = _law.codes("right")[code]
        return f"{fact.name[self.lang]} ({_words.article(_law.near(fact.rule, self.case.room.on)['article'], self.lang)})"

    # --- the short ones

    def acknowledged(self) -> list[Section]:
        """That it came, and by when it is answered."""
        due = self.case.clock.due
        key = "acknowledged" if due else "acknowledged_waiting"
        return [self.opening(key, due=self.day(due) if due else self.say("common.blank"))]

    def identity(self) -> list[Section]:
        """What is asked before the request can be met, and that the time stands meanwhile."""
        waiting = [one for one in parts(self.record.pauses) if one.answered is None]
        reason = "; ".join(filter(None, (one.reason for one in waiting)))
        section = self.opening("identity_asked")
        stands = [Section("", "", said=self.say("letter.identity_stands"))] if waiting else []
        return [section, *stands, Section("", "", lines=(self.filled(self.say("letter.why_asked"), reason),))]

    def extended(self) -> list[Section]:
        """The new day and why."""
        due = self.case.clock.due if self.case.clock.extended else None
        section = self.opening("extended", due=self.day(due) if due else self.say("common.blank"))
        told = (("reasons", self.record.extension_reason or ""), ("new_day", self.day(due) if due else ""))
        lines = tuple(self.filled(self.say(f"letter.{key}"), text) for key, text in told)
        return [section, Section("", "", lines=lines), self.remedies()]

    def withdrawn(self) -> list[Section]:
        """That consent is withdrawn; a right that nobody has granted is not said to be."""
        one = self.case.answers.get("withdrawal")
        if one is None or one.right_outcome != GRANTED:
            return [self.opening("answer_intro"), Section("", "", lines=(self.filled(self.right("withdrawal"), ""),))]
        return [self.opening("withdrawn")]

    def to_recipients(self) -> list[Section]:
        """What those who received the data have to do (Art. 19)."""
        done = {right for right, one in self.case.answers.items() if one.right_outcome in (GRANTED, "partly")}
        rights = [one for one in texts(self.record.rights) if one in done & {"rectification", "erasure", "restriction"}]
        lines = tuple(Line(self.right(one), self.say(f"letter.do_{one}")) for one in rights)
        said = "\n\n".join([self.dated(), self.say("common.greeting"), self.say("letter.recipients_intro", id=self.record.id)])
        missing = () if lines else (self.say("letter.nothing_to_tell"),)
        return [Section("", "", said=said), Section("", "", lines=lines, said="".join(missing), open=missing)]

    # --- the answer

    def decided(self) -> Section:
        """What was answered to each right; a right that nobody has answered is a blank."""
        lines = [line for right in texts(self.record.rights) for line in self._answered(right)]
        if self.record.identified_how is None or not is_identified(self.case):
            lines.append(Line(self.say("letter.identity_open"), self.say("common.blank"), self.cited("gdpr:12(6)"), True))
        return Section("", self.say("letter.decision"), lines=tuple(lines))

    def _answered(self, right: str) -> Iterator[Line]:
        one = self.case.answers.get(right)
        outcome = one.right_outcome if one else None
        yield self.filled(self.right(right), _words.values("right_outcome")[outcome][self.lang] if outcome else "")
        if one is None or outcome == GRANTED:
            return
        grounds = texts(one.grounds)
        told = "\n".join(self._ground(code) for code in grounds)
        yield self.filled(self.say("letter.ground"), told)
        yield self.filled(self.say("letter.reasons"), one.reason or "")
        if any(_law.near(f"rights:{code}", self.case.room.on).get("through_ombudsman") for code in grounds):
            yield Line(self.say("letter.through"), self.say("letter.through_ombudsman"))

    def _ground(self, code: str) -> str:
        fact = _law.codes("refusal_ground")[code]
        article = _law.near(fact.rule, self.case.room.on).get("article")
        source = _words.article(article, self.lang) if article else fact.sources.get(self.lang, "")
        return f"{fact.name[self.lang]}: {fact.says[self.lang]}" + (f" ({source})" if source else "")

    def searched(self, found: Found, given: Given | None) -> Section:
        """What is given and what is not, each said."""
        told = given or Given(sum(len(one.sure) for one in found.given), len(found.given), False, False)
        key = "letter.enclosed" if told.rows else "letter.none_given" if found.given else "letter.no_rows"
        said = [self.say(key, rows=told.rows, tables=told.tables)]
        if told.portable and told.rows:
            said.append(self.say("letter.portable"))
        if told.withheld:
            said.append(self.say("letter.withheld"))
        if found.masks_of.proposals:
            said.append(self.say("letter.masked"))
        if unread := [f"{one.source}/{one.name}" for one in found.every if one.told in (PARTLY, NOT_SEARCHED, NOT_REACHED)]:
            said.append(self.say("letter.not_searched", names=", ".join(unread)))
        if found.open.get("near"):
            said.append(self.say("letter.near_left"))
        missing = () if found.is_whole else (self.say("letter.not_whole_label"),)
        return Section("", self.say("letter.data"), said="\n\n".join(said), open=missing)

    def information(self, found: Found | None) -> Iterator[Section]:
        """What Article 15(1) and (2) ask of each activity concerned, from the register."""
        met = (name for one in (found.given if found else ()) for name in one.activities)
        named = texts(self.record.activities) or tuple(dict.fromkeys(met))
        bodies = self.case.room.bodies("activity")
        for name in named:
            if body := bodies.get(name):
                yield Section("", self.case.room.name_of(name), lines=tuple(self._activity(body)))
        rights = Line(self.say("letter.your_rights"), self.say("letter.rights_told"), self.cited("gdpr:15(1)"))
        yield Section("", self.say("letter.rights_title"), lines=(rights, Line(self.say("letter.complaint"), self.contact())))

    def _activity(self, body: Mapping[str, Any]) -> Iterator[Line]:
        """The lines of one activity; what the register does not tell is a blank."""
        purposes = body.get("purposes")
        told = "; ".join(str(one.get("purpose") or "") for one in purposes) if isinstance(purposes, list) else ""
        yield self.filled(_words.field_label("purposes", self.lang), told, self.cited("gdpr:15(1)"))
        for name in ("data_categories", "recipients", "processors", "retention", "sources", "automated_decisions", "transfers"):
            yield self.filled(_words.field_label(name, self.lang), self._told(name, body.get(name)))

    def _told(self, name: str, got: object) -> str:
        """An answer of the register as it is read: organisations and countries by name; that there is none stands as such."""
        kind = Record.kinds["activity"]
        record: Any = kind("x", **{name: got}) if got is not None else None
        if record is None:
            return ""
        field = kind.model_fields[name]
        answer = getattr(record, name)
        lines = _records.readable(answer, field, self.lang)
        if isinstance(answer, tuple) and name in ("recipients", "processors"):
            lines = [self.case_name(str(getattr(one, "recipient", one))) for one in answer]
        return "\n".join(lines)

    def case_name(self, ref: str) -> str:
        """What an organisation or a processor is called."""
        bodies = self.case.room.bodies("organisation")
        behind = str(self.case.room.bodies("processor").get(ref, {}).get("organisation") or ref)
        return str(bodies.get(behind, {}).get("name") or ref)

    def remedies(self) -> Section:
        """How to complain and go to court (Art. 12(4))."""
        complaint = Line(self.say("letter.complaint"), self.contact(), self.cited("gdpr:12(4)"))
        return Section("", self.say("letter.remedies"), lines=(complaint, Line(self.say("letter.court"), self.say("letter.court_said"))))

    def contact(self) -> str:
        """How the authority is reached today."""
        told = _law.near("rights:ombudsman", self.case.room.on)["contact"][self.lang]
        return self.say("letter.complain_to", contact=told)
