"""What the officer can send or paste: the authority's form, the people's letter, papers for board, controller and press, the register.

A draft says what the case says and nothing else; what is missing is marked and listed in `.blanks`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from ivplus_tools import _records, _words
from ivplus_tools.breach.authority import Notification
from ivplus_tools.breach.letters import Letters
from ivplus_tools.breach.records import Breach, BreachNotice
from ivplus_tools.breach.state import Breaches, CaseState
from ivplus_tools.breach.template import Template
from ivplus_tools.breach.writing import CaseWriter
from ivplus_tools.documents import Document, Line, Section, Writer

FORMS: dict[str, type[Notification]] = {"finnish": Notification, "edpb": Template}


def draft(case: CaseState, kind: str, phase: str | None = None, written: str | None = None, form: str | None = None) -> Document:
    """A draft of a kind, in the language of the case; `written`: the language of a case that does not say in which one it is written."""
    kind = _records.code("breach_draft", kind)
    known = _records.code("breach_phase", phase) if phase else None
    if kind != "authority":
        if form is not None:
            raise _words.refusal("unknown_value", got=form, what="breach_form", near="authority")
        made = Letters(case, written).document_of(kind)
        return replace(made, about=(kind, "", case.id, _digest(made)))
    writer = FORMS[_records.code("breach_form", form or "finnish")](case, written)
    made = writer.document_of(known)
    return replace(made, about=(kind, writer.phase(known), case.id, _digest(made)))


def checked(document: Document, case: str) -> tuple[str, str]:
    """The kind and the phase of a draft of this case that nobody has changed since it was made; another one is refused."""
    about = document.about if isinstance(document, Document) else None
    if about is None or about[2] != case or about[3] != _digest(document):
        raise _words.refusal("not_this_case", id=case, got=about[2] if about else type(document).__name__)
    return about[0], about[1]


def _digest(document: Document) -> str:
    return hashlib.sha256(replace(document, about=None).text.encode()).hexdigest()


def register(breaches: Breaches) -> Document:
    """The register of Art. 33(5): every breach with its facts, effects, measures, and why it was notified or not."""
    return _Register(breaches).document_of(breaches.cases)


class _Register(Writer):
    words = "breach"

    def document_of(self, cases: Sequence[CaseState]) -> Document:
        """A part per breach, with every answer that it has."""
        sections = [Section("", "", said=self.say("register.intro" if cases else "register.none"))]
        for number, case in enumerate(cases, 1):
            writer = CaseWriter(case)
            fields = [
                name for name in Breach.model_fields if name not in ("id", "title", "notes") and getattr(writer.breach, name) is not None
            ]
            lines = [writer.line(writer.breach, name) for name in fields]
            lines += [Line(writer.say("authority.level"), writer.duty._title(), self.cited("gdpr:33(1)"))]
            lines += [_sent(one, self.lang) for one in case.sent_notices()]
            lines += [] if writer.breach.breach_decision else [writer.line(writer.breach, "breach_decision")]
            sections.append(Section(str(number), f"{case.id} · {writer.breach.title}", 1, tuple(lines)))
        return self.document(self.say("register.title"), sections)


def _sent(one: BreachNotice, lang: str) -> Line:
    """What was told, to whom, when, and the hash of its text."""
    moment = _records.show_moment(one.sent, lang) if one.sent else ""
    text = " · ".join(filter(None, [moment, one.sent_to, one.case_number, f"SHA-256 {one.hash}"]))
    return Line(_words.values("breach_draft")[str(one.breach_draft)][lang], text, _words.article("33(5)", lang))
