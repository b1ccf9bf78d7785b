"""The record of processing activities as a document: Art. 30(1) and 30(2) in the order of the law, then everything else that is kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ivplus_tools import _law, _records, _store, _words
from ivplus_tools._state import Stands
from ivplus_tools.documents import Document, Line, Section
from ivplus_tools.register.findings import is_answered
from ivplus_tools.register.state import Register

ROLES = ("controller", "processor")
RECORD = "gdpr:30("  # the rules that say what the record contains
APART = ("id", "name", "role")  # they stand in the headings


def build(register: Register, whole: bool = True) -> Document:
    """The register as a document in the language of the standpoint; one that is not `whole` says nothing of what it does not hold."""
    return _Report(register, whole).document()


class _Report:
    def __init__(self, register: Register, whole: bool) -> None:
        self._register, self._at, self._lang, self._whole = register, register.at, register.lang, whole
        self._asks = [(rule, ask) for rule, ask in _law.asks("finding", register.on) if ask["record"] == "activity"]

    def document(self) -> Document:
        """Particulars, the record of each role, the organisations and systems that it names."""
        number = iter(map(str, range(1, 9)))
        sections = [self._particulars(next(number))]
        for role in ROLES:
            shown = [one for one in self._register.activities if one.record.role == role]
            sections += self._role(next(number), role, shown) if shown or self._whole else []
        sections += self._others(next(number), "organisation", self._register.homes["organisation"])
        sections += self._others(next(number), "system", self._register.homes["system"])
        on = self._at.valid_on
        heads = (self._say("rule"), self._say("field"), self._say("answer"))
        return Document(self._say("title"), self._lang, heads, self._footer(), (on.year, on.month, on.day), tuple(sections))

    # --- the parts

    def _particulars(self, number: str) -> Section:
        own, shown = self._register.ours(), self._register.activities
        missing = sum(line.text.endswith(self._say("missing_mark")) for one in shown for line in self._required(one))
        role = "processor" if shown and all(one.record.role == "processor" for one in shown) else "controller"
        lines = [
            (_words.values("role")[role][self._lang], own.record.name or own.record.id if own else ""),
            (_words.field_label("contact", self._lang), (own.record.contact or "") if own else ""),
            (_words.field_label("business_id", self._lang), (own.record.business_id or "") if own else ""),
            (_words.field_label("dpo", self._lang), self._text(own, "dpo") if own else ""),
            (_words.field_label("representative", self._lang), self._text(own, "representative") if own else ""),
            (self._say("valid_on"), _words.show_date(self._at.valid_on, self._lang)),
            (self._say("known_at"), self._known()),
            (_words.say("kind_plural.activity", self._lang), str(len(shown))),
            (self._say("missing"), str(missing)),
        ]
        return Section(number, self._say("particulars"), 1, tuple(self._line("", label, text) for label, text in lines))

    def _role(self, number: str, role: str, shown: list[Stands]) -> Iterator[Section]:
        yield Section(number, self._say(role), 1, said="" if shown else self._say(f"no_{role}"))
        for place, one in enumerate(shown, start=1):
            yield Section(f"{number}.{place}", _title(one), 2, tuple(self._required(one)))
            yield Section(f"{number}.{place}.1", self._say("rest"), 3, tuple(self._rest(one)))

    def _others(self, number: str, kind: str, things: dict[str, Stands]) -> Iterator[Section]:
        """Organisations or systems, each with all its fields."""
        yield Section(number, _words.say(f"kind_plural.{kind}", self._lang).capitalize(), 1, said="" if things else self._say("none"))
        for place, one in enumerate(things.values(), start=1):
            yield Section(f"{number}.{place}", _title(one), 2, tuple(self._rest(one)))

    # --- the lines

    def _required(self, one: Stands) -> Iterator[Line]:
        """What Art. 30 asks of this role on this day, in its order; what has no answer is marked."""
        for rule, ask in self._asks:
            if ask.get("role") != one.record.role or not rule.startswith(RECORD):
                continue
            article = rule.partition(":")[2].partition(":")[0]
            text = self._text(one, ask["field"]) or self._elsewhere(one, ask)
            known = bool(text) and is_answered(one.record, ask, self._register)
            label = _words.field_label(ask["field"], self._lang)
            blank = self._say("missing_mark" if ask["if_empty"] != "info" else "unknown")
            answer = text if known else f"{text}\n{blank}".strip()
            if ask["field"] == "security_measures":
                answer = "\n".join([answer, *self._register.measures_for([one.record.id])])
            yield Line(label, answer, _words.article(article, self._lang), not known)

    def _rest(self, one: Stands) -> Iterator[Line]:
        """What is kept beyond Art. 30; fields without an answer are named together, those of the other role left out."""
        role = getattr(one.record, "role", None)
        asked = {ask["field"] for rule, ask in self._asks if role and rule.startswith(RECORD)}
        own = {ask["field"] for rule, ask in self._asks if role and rule.startswith(RECORD) and ask.get("role") == role}
        names = [name for name in type(one.record).model_fields if name not in own and name not in APART]
        unknown = [_words.field_label(name, self._lang) for name in names if getattr(one.record, name) is None and name not in asked]
        for name in names:
            if getattr(one.record, name) is not None:
                rule = str(_records.told(type(one.record).model_fields[name], "rule") or "")
                cited = rule.startswith("gdpr:") and not rule.startswith(RECORD)
                shown = _words.article(rule.split(":")[1], self._lang) if cited else ""
                yield Line(_words.field_label(name, self._lang), self._text(one, name), shown)
        if unknown:
            yield Line(self._say("unknown"), "; ".join(unknown))

    def _text(self, one: Stands, name: str) -> str:
        """A field's answer for readers; a party comes with its contact details, as Art. 30(1)(a) asks."""
        field = type(one.record).model_fields[name]
        answer = getattr(one.record, name)
        if _records.told(field, "refers") == "organisation" and name in ("controller", "joint_controllers", "on_behalf_of"):
            refs = answer if isinstance(answer, tuple) else (answer,)
            if all(isinstance(ref, str) for ref in refs):
                return "\n".join(self._party(ref) for ref in refs)
        return "\n".join(_records.readable(answer, field, self._lang))

    def _party(self, ref: str) -> str:
        stands = self._register.party(ref)
        known: Any = stands.record if stands else None
        return ", ".join(part for part in (known.name or ref, known.business_id, known.contact) if part) if known else ref

    def _elsewhere(self, one: Stands, ask: dict[str, Any]) -> str:
        """The answer that an organisation's record gives in the activity's place."""
        other = ask.get("else_from")
        stands = self._register.ours() if other == "own" else self._register.party(one.record.controller) if other else None
        return self._text(stands, ask["field"]) if stands else ""

    def _line(self, rule: str, label: str, text: str) -> Line:
        return Line(label, text or self._say("unknown"), rule, not text)

    # --- words

    def _footer(self) -> str:
        head = _store.head(self._at)
        on = _words.show_date(self._at.valid_on, self._lang, running=True)
        return self._say("footer", on=on, known=self._known(), head=head or "–")

    def _known(self) -> str:
        at = self._at.known_at
        return _words.show_date(at, self._lang) if at else _words.say("ui.known_now", self._lang)

    def _say(self, key: str, **facts: object) -> str:
        return _words.say(f"report.{key}", self._lang, **facts)


def _title(one: Stands) -> str:
    """Name and identifier, once where they are the same."""
    name, ident = one.record.name, one.record.id
    return f"{name} ({ident})" if name and name != ident else str(ident)
