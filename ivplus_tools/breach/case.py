"""One breach as the officer works on it: facts in, clock, severity, duty and drafts out, and what was sent to whom."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ivplus_tools import _dates, _html, _records, _room, _store, _words
from ivplus_tools._room import Room
from ivplus_tools._store import Receipt, Standpoint
from ivplus_tools.breach import clock as clocks
from ivplus_tools.breach import duty as duties
from ivplus_tools.breach import severity as severities
from ivplus_tools.breach.records import FREE, LANGUAGE, Breach, BreachNotice
from ivplus_tools.breach.state import Breaches, CaseState
from ivplus_tools.errors import Changed

if TYPE_CHECKING:
    import pandas

    from ivplus_tools.documents import Document

MOMENTS = ("occurred_from", "occurred_until", "detected", "processor_notice", "aware", "decided")
TRIES = 8  # times that an update is put on top of what another notebook has just written


class Case:
    """A breach and what follows from it. It reads the journal anew at every question, so that two notebooks see the same."""

    def __init__(self, room: Room[Breaches], id: str) -> None:  # noqa: A002
        self._room, self.id = room, id
        self._lang = room.standpoint.lang

    def _state(self) -> CaseState:
        """The case as the journal has it now."""
        return self._room.state().case(self.id)

    # --- what is known

    @property
    def record(self) -> Breach:
        """The facts as they stand."""
        found: Breach = self._room.get(self.id, "breach")
        return found

    @property
    def clock(self) -> clocks.Clock:
        """The 72 hours, and how many are left."""
        return self._state().clock

    @property
    def severity(self) -> severities.Severity:
        """The severity score (ENISA 2013) with its parts."""
        return self._state().severity

    @property
    def duty(self) -> duties.Duty:
        """What the law asks: level, document, notify, communicate, why, flips, unknown."""
        return self._state().duty

    @property
    def notices(self) -> pandas.DataFrame:
        """What was told, to whom and when: id, breach_draft, breach_phase, sent, sent_to, sent_by, case_number, hash."""
        columns = ("id", "breach_draft", "breach_phase", "sent", "sent_to", "sent_by", "case_number", "language", "hash")
        return _room.frame(columns, [[getattr(one, name) for name in columns] for one in self._state().sent_notices()], self._lang)

    @property
    def timeline(self) -> pandas.DataFrame:
        """Every moment of the case in order: what, at."""
        now = self._state()
        record = now.record
        rows = [(_words.field_label(name, self._lang), getattr(record, name)) for name in MOMENTS if getattr(record, name)]
        drafts = _words.values("breach_draft")
        rows += [
            (f"{_words.say('due.breach_sent', self._lang)}: {drafts[str(one.breach_draft)][self._lang]}", one.sent)
            for one in now.sent_notices()
        ]
        due = now.clock.due
        rows += [(_words.say("due.breach_clock", self._lang), due.isoformat())] if due else []
        return _room.frame(
            ("what", "at"), sorted(((what, _dates.instant(at)) for what, at in rows), key=lambda row: (row[1], row[0])), self._lang
        )

    def history(self) -> pandas.DataFrame:
        """Who said what of the case, when: every entry with its two dates and its reason."""
        return self._room.history(self.id)

    def explain(self) -> duties.Duty:
        """The whole ladder with its rules: what decides, what would flip it, what is not known."""
        return self.duty

    # --- facts in

    @_records.completes(Breach)
    def update(self, why: str = "", valid_from: object = None, **facts: Any) -> Receipt:
        """Add or correct facts (`ivp.describe("breach")`); the others stay. `why`: how we know. True from today, else `valid_from`.

        What another notebook writes at the same moment is kept: these facts are put on top of it.
        """
        return self._change(lambda _: facts, why, valid_from)

    def note(self, text: str) -> Receipt:
        """Add a line to the log of the case, with its moment and who wrote it."""
        told = _records.clean(text)
        if not told:
            raise _words.refusal("why_missing")
        at = self._room.standpoint
        line = f"{at.now.strftime('%Y-%m-%d %H:%M')} {at.by or ''}: {told}"
        return self._change(lambda record: {"notes": [*(record.notes or ()), line]}, told)

    def _change(self, facts: Callable[[Breach], dict[str, Any]], why: str, valid_from: object = None) -> Receipt:
        """Put facts on top of what stands; where somebody else was first, on top of that."""
        since = valid_from if valid_from is not None else self._room.standpoint.now.date()
        for attempt in range(TRIES):
            newest = _store.newest(self._room.standpoint).get(("breach", self.id), 0)
            stands = self.record
            told = facts(stands)
            record = stands.replace(**told, **_languages(stands, told, self._lang))
            if "activities" in told:
                record = record.replace(**self._room.state().prefilled(record))
            not_to_come(record, self._room.standpoint)
            try:
                return self._room.record(record, valid_from=since, why=why, expecting=newest)
            except Changed:
                if attempt == TRIES - 1:
                    raise
        raise AssertionError("the last attempt raises or returns")

    def decide(self, decision: str, reason: str = "") -> Receipt:
        """Record the officer's decision (`document`, `notify` or `communicate`) with its reason, whether or not it agrees with the duty."""
        if not _records.clean(reason):
            raise _words.refusal("why_missing")
        decision = _records.code("breach_decision", decision)
        return self.update(breach_decision=decision, decision_reason=reason, decided=self._room.standpoint.now, why=reason)

    def close(self, why: str = "") -> Receipt:
        """Close the case; it stays in the register of Art. 33(5)."""
        return self.update(closed=self._room.standpoint.now.date(), why=why)

    # --- out

    def draft(self, kind: str = "authority", lang: str | None = None, phase: str | None = None, form: str | None = None) -> Document:
        """A draft for the `authority`, the `people`, the `board`, the `controller` or the `press`: `.text`, `.blanks`, `.save(path)`.

        It says nothing that the case does not say; what is missing is marked. `phase`: `preliminary`, `complete`, `supplementary`,
        `withdrawal`. `form="edpb"`: the notification in the blocks of the EDPB's common template, which is a draft.
        """
        from ivplus_tools.breach import drafts

        return drafts.draft(self._room.speaking(lang).state().case(self.id), kind, phase, self._lang, form)

    def sent(
        self, draft: Document, at: object = None, to: str | None = None, how: str | None = None, reference: str | None = None
    ) -> Receipt:
        """Record that a draft was sent as it is: to whom, when, how; its hash and its text are sealed. Nothing is sent by this."""
        now = self._state()
        from ivplus_tools.breach import drafts

        kind, phase = drafts.checked(draft, self.id)
        text = draft.text.strip()
        number = len(now.sent_notices()) + 1
        content = {line.label: line.text for section in draft.sections for line in section.lines if not line.blank}
        notice = BreachNotice.of(
            f"{self.id}/{number}", case=self.id, breach_draft=kind, breach_phase=phase or None, sent=at or self._room.standpoint.now,
            sent_to=to or draft.to or None, sent_by=how, case_number=reference, language=draft.lang,
            hash=hashlib.sha256(text.encode()).hexdigest(), blanks=draft.blanks or None, content=content or None, text=text,
        )  # fmt: skip
        not_to_come(notice, self._room.standpoint)
        aware = now.record.aware
        if kind == "authority" and aware and _dates.instant(notice.sent) < _dates.instant(aware):
            shown = {
                name: {lang: _records.show_moment(told, lang, True) for lang in _words.LANGS}
                for name, told in (("start", aware), ("to", str(notice.sent)))
            }
            raise _words.refusal("wrong_order", earlier=_words.label_of("aware"), later=_words.label_of("sent"), **shown)
        why = _words.say("due.breach_sent", self._lang)
        return self._room.seal_act([notice], valid_from=_dates.instant(notice.sent).date(), why=why, expecting=0)

    # --- how it shows itself

    def __repr__(self) -> str:
        now = self._state()
        width = max(len(label) for label, _ in now.rows)
        return "\n".join([now.title, *(f"  {label:<{width}}  {text}" for label, text in now.rows)])

    def _repr_html_(self) -> str:
        now = self._state()
        return _html.table([], now.rows, caption=now.title, row_headers=True)


def _languages(stands: Breach, told: dict[str, Any], lang: str) -> dict[str, Any]:
    """The language of the Desk beside that of what stands, where free text is written in another one."""
    before = _records.texts(stands.written_in)
    if "written_in" in told or not before or LANGUAGE[lang] in before or not set(told) & set(FREE):
        return {}
    return {"written_in": (*before, LANGUAGE[lang])}


def not_to_come(record: Breach | BreachNotice, at: Standpoint) -> None:
    """Refuse a moment that has not come yet; a minute's difference of clocks is none."""
    now: datetime = at.now + timedelta(minutes=1)
    for name in (*MOMENTS, "sent"):
        told = getattr(record, name, None)
        if told and _dates.instant(told) > now:
            shown = {lang: _records.show_moment(told, lang, running=True) for lang in _words.LANGS}
            raise _words.refusal("future_moment", field=_words.label_of(name), got=shown)
