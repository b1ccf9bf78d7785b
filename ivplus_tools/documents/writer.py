"""What the letters and forms of every room share: words, days and fields in the room's language, blanks, our name, the seal below."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from ivplus_tools import _law, _records, _store, _words
from ivplus_tools._records import Record
from ivplus_tools._state import State
from ivplus_tools.documents.document import Document, Line, Section

ROOM = f"\n\n{'_' * 20}"
"""Room for a hand: two lines, and one to sign on."""


class Writer:
    """Words of `words/<words>.toml` (what it lacks: of `letters.toml`) and fields of records, in the language of a room."""

    words = "letters"

    def __init__(self, state: State) -> None:
        self._at, self.lang, self.own = state.at, state.lang, state.own
        self.on = self.day(self._at.valid_on)

    def say(self, key: str, **facts: object) -> str:
        """A text by its dotted key."""
        own, section, name = _words.read(self.words), *key.split(".")
        table = own[section] if name in own.get(section, {}) else _words.read("letters")[section]
        return str(table[name][self.lang]).format(**facts)

    def day(self, day: date) -> str:
        """A day or a moment in running text."""
        return _words.show_date(day, self.lang, running=True)

    def document(self, title: str, sections: Sequence[Section], to: str = "", footer: str | None = None) -> Document:
        """A document with the standpoint in its footer, unless it goes to people outside."""
        heads = (self.say("heads.rule"), self.say("heads.what"), self.say("heads.content"))
        if footer is None:
            footer = self.say("common.footer", on=self.on, head=_store.head(self._at) or "–")
        on = self._at.valid_on
        return Document(title, self.lang, heads, footer, (on.year, on.month, on.day), tuple(sections), to)

    def mail(self, title: str, sections: Sequence[Section], contact: str, signed: bool = False) -> Document:
        """A letter that ends with our name, and with room to sign; the first address of the contact details is whom it goes to."""
        closing = self.say("common.closing", own=self.own.get("name") or self.say("common.blank"), contact=self.own.get("contact") or "")
        room = [self.signing(("controller", ()))] if signed else []
        address = re.search(r"[\w.+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", contact or "")
        return self.document(title, [*sections, Section("", "", said=closing.rstrip()), *room], address[0] if address else "", footer="")

    def signing(self, *signers: tuple[str, Sequence[str]]) -> Section:
        """Room to sign on paper, a row for each: its key under `signing`, and what the journal tells of whoever it is.

        A letter tells nothing of the journal.
        """
        names = ("role", "recorded", "place", "signature") if any(told for _, told in signers) else ("role", "place", "signature")
        cells = {"place": ROOM, "signature": ROOM}
        rows = [{**cells, "role": self.say(f"signing.{key}"), "recorded": ", ".join(filter(None, told)) or "–"} for key, told in signers]
        heads = tuple(self.say(f"signing.{one}") for one in names)
        return Section("", self.say("signing.title"), rows=(heads, *(tuple(row[one] for one in names) for row in rows)))

    def dated(self) -> str:
        """The day of a letter."""
        return self.say("common.dated", on=self.on)

    def line(self, record: Record, name: str) -> Line:
        """A field of a record; what is not known is marked."""
        field = type(record).model_fields[name]
        text = "\n".join(_records.readable(self.answer(record, name), field, self.lang))
        rule = str(_records.told(field, "rule") or "")
        return self.filled(_words.field_label(name, self.lang), text, self.cited(rule))

    def answer(self, record: Record, name: str) -> object:
        """What a field holds, as it is to be read; a room may put names in the place of identifiers."""
        return getattr(record, name)

    def cited(self, rule: str) -> str:
        """A rule as tables cite it: an article of the Regulation, or what another rule is called, in the language."""
        return _law.cited(rule, self.lang)

    def filled(self, label: str, text: str, rule: str = "") -> Line:
        """A line that is marked where it is empty."""
        return Line(label, text or self.say("common.blank"), rule, not text)
