"""One request as the officer works on it: clock, identity, search, copy, plans, letters, answers; read anew at every question."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ivplus_tools import _dates, _html, _law, _persons, _records, _room, _store, _words
from ivplus_tools._room import Room
from ivplus_tools._store import Receipt
from ivplus_tools.rights import clock as clocks
from ivplus_tools.rights import letters
from ivplus_tools.rights.records import DataSubjectRequest, PersonSearch, RequestPause, RightAnswer, RightsLetter
from ivplus_tools.rights.state import Requests, RequestState

if TYPE_CHECKING:
    from pathlib import Path

    import pandas

    from ivplus_tools.documents import Document
    from ivplus_tools.rights.acting import SubjectPlans
    from ivplus_tools.rights.found import Found
    from ivplus_tools.rights.search import Progress

VALUES = {
    "email": "email", "phone": "phone", "name": "full_name", "national_id": "identity_code", "iban": "iban", "address": "postal_address",
    "customer_number": "person_key", "birth_date": "birth_date", "licence_plate": "licence_plate", "account": "account_name",
}  # fmt: skip
"""What a person may be looked for by, and the kind of personal data that it is."""
ASKED = ("email", "phone", "name", "national_id", "customer_number")
"""Those of them that the form asks for, and has a label for."""


class Request:
    """A request of a data subject. `found` is the last search of this session; its rows are written nowhere."""

    def __init__(self, room: Room[Requests], ident: str) -> None:
        self._room, self.id = room, ident
        self._lang = room.standpoint.lang
        self.found: Found | None = None

    def _case(self) -> RequestState:
        return self._room.state().request(self.id)

    @property
    def record(self) -> DataSubjectRequest:
        """What is recorded."""
        return self._case().record

    @property
    def clock(self) -> clocks.Clock:
        """When it is to be answered (Art. 12(3))."""
        return self._case().clock

    @property
    def owed(self) -> pandas.DataFrame:
        """What is owed by right, activity and legal basis: right, activity, legal_basis, answer, rule."""
        made = _room.frame(("right", "activity", "legal_basis", "answer", "rule"), self._case().owed, self._lang)
        made.attrs["lists"] = {"answer": "owed_answer"}
        return made

    def history(self) -> pandas.DataFrame:
        """Every entry about it, with its two dates and reason."""
        return self._room.history(self.id)

    # --- what happens

    @_records.completes(DataSubjectRequest)
    def update(self, why: str = "", valid_from: object = None, **facts: Any) -> Receipt:
        """Add or correct facts (`ivp.describe("data_subject_request")`); the others stay."""
        newest = _store.newest(self._room.standpoint).get(("data_subject_request", self.id), 0)
        record = self.record.replace(**facts)
        not_to_come(record, self._room)
        since = valid_from if valid_from is not None else self._room.standpoint.valid_on
        return self._room.record(record, valid_from=since, why=why, expecting=newest)

    def extend(self, why: str = "", told: object = None) -> Receipt:
        """Extend by two months, counted from receipt; `told`: the day on which the person was told (default: today).

        Refused after the first month, and without reasons (Art. 12(3)).
        """
        now, day = self.clock, _dates.day(told) if told is not None else self._room.standpoint.valid_on
        if not _records.clean(why):
            raise _words.refusal("why_missing")
        if now.received is None:
            raise _words.refusal("not_received", request=self.id)
        self._demand_unanswered(now)
        if now.extended:
            raise _words.refusal("extended_twice", request=self.id)
        if day < now.received or (now.waiting_since is None and now.first is not None and day > now.first):
            raise _words.refusal("extended_late", told=day, first=now.first)
        return self.update(extension_told=day, extension_reason=why, why=why)

    def pause(self, why: str = "", on: object = None, waiting_for: str = "identity") -> Receipt:
        """Stop the clock: the person was asked for proof of identity, or to specify, on a day (default: today)."""
        now, day = self.clock, _dates.day(on) if on is not None else self._room.standpoint.valid_on
        self._demand_unanswered(now)
        if now.waiting_since:
            raise _words.refusal("paused_twice", request=self.id)
        if now.received is None or day < now.received or (now.due and day > now.due):
            raise _words.refusal("pause_order", asked=day, answered="–")
        pause = {"asked": day, "pause_for": waiting_for, "reason": why or None}
        return self.update(pauses=[*clocks.parts(self.record.pauses), pause], why=why)

    def _demand_unanswered(self, now: clocks.Clock) -> None:
        if now.answered:
            raise _words.refusal("answered_already", request=self.id, on=now.answered)

    def resume(self, on: object = None, why: str = "") -> Receipt:
        """Start the clock again: the person answered on a day (default: today)."""
        now, day = self.clock, _dates.day(on) if on is not None else self._room.standpoint.valid_on
        if now.waiting_since is None:
            raise _words.refusal("not_paused", request=self.id)
        if day < now.waiting_since:
            raise _words.refusal("pause_order", asked=now.waiting_since, answered=day)
        told = [RequestPause(**{**dict(one), "answered": day}) if one.answered is None else one for one in clocks.parts(self.record.pauses)]
        return self.update(pauses=told, why=why or _words.say("rights.resumed", self._lang))

    def identify(self, how: str, reason: str = "", on: object = None) -> Receipt:
        """Record how the person was identified, and why that suffices. Alone, or with the name, an identity code does not (tsl 29)."""
        day = _dates.day(on) if on is not None else self._room.standpoint.valid_on
        told = reason or _words.say("rights.identified", self._lang)
        return self.update(identified_how=how, identified_reason=reason or None, identified_on=day, why=told)

    # --- where the person's data lie

    def find(self, progress: Progress | None = None, **values: str | Sequence[str]) -> Found:
        """Look for the person in every source, by the data map: email, phone, name, national_id, customer_number, iban, address, ...

        A value may be several. Without values: by what is kept of the person. Rows are not written anywhere; only counts are recorded.
        """
        from ivplus_tools.rights import search
        from ivplus_tools.rights.found import Found

        state = self._room.state()
        sought = sought_of(values or self._kept(state))
        self.found = Found(state, self.id, sought, search.search(state, sought, progress))
        if self._room.standpoint.by and not self._room.standpoint.past:
            self._keep_search(self.found)
        return self.found

    def _kept(self, state: Requests) -> dict[str, str]:
        told = state.persons.get(self.record.person or "", {})
        return {name: str(told[name]) for name in ("name", "email", "phone") if told.get(name)}

    def _keep_search(self, found: Found) -> None:
        """Seal where and by which kinds was looked, and how many rows were found."""
        tables = [
            {"table": one.name, "source": one.source, "search_state": one.told, "searched_kinds": sorted(set(one.kinds.values())) or None,
             "rows_count": len(one.sure) if one.state == "searched" else None,
             "near_count": len(found.awaiting(one)) if one.state == "searched" else None, "detail": one.detail or None}
            for one in found.every
        ]  # fmt: skip
        at, earlier = self._room.standpoint, self._room.state().records("person_search")
        number = sum(one.request == self.id for one in earlier) + 1
        made = PersonSearch.of(
            f"{self.id}/{number}",
            request=self.id,
            searched=_dates.moment(at.now),
            searched_kinds=list(found.sought),
            searched_tables=tables or None,
        )
        self._room.seal_act([made], at.valid_on, _words.say("rights.searched", self._lang), expecting=0)

    def _found(self) -> Found:
        if self.found is None:
            raise _words.refusal("not_found_yet", request=self.id)
        return self.found

    # --- what is given and done

    def copy(self, folder: str | Path, portability: bool = False, inferred: Iterable[str] = ()) -> dict[str, Any]:
        """Write the copy (Art. 15(3)) into a new private folder: rows as CSV and JSON, a letter, a manifest. Others are masked.

        `portability`: only what Art. 20 gives; `inferred`: columns (`table.column`) that the company concluded itself.
        """
        from ivplus_tools.rights import copying

        manifest = copying.make(self._case(), self._found(), _store.path_of(folder), portability, tuple(inferred))
        if self._room.standpoint.by and not self._room.standpoint.past:
            self.update(copy_made=self._room.standpoint.valid_on, copy_removed=None, why=_words.say("rights.copied", self._lang))
        return manifest

    def erase(self) -> SubjectPlans:
        """Plan the erasure of the person's rows, a plan per table; what is held or a statute keeps is told. Nothing is erased."""
        return self._plan("erase")

    def rectify(self, changes: Mapping[str, Mapping[str, str]]) -> SubjectPlans:
        """Plan new values: `{"crm/customers": {"email": "..."}}`. Nothing is changed yet; the values are not recorded."""
        return self._plan("rectify", changes)

    def restrict(self, marks: Mapping[str, Mapping[str, str]]) -> SubjectPlans:
        """Plan the marks by which each system knows that processing is restricted: `{"crm/customers": {"restricted": "yes"}}`."""
        return self._plan("restrict", marks)

    def settle(self) -> list[str]:
        """After an interruption: record of each plan that was begun whether the source shows the old or the new state."""
        from ivplus_tools.rights import acting

        return [f"{one.id}: {one.plan_state}" for one in acting.settle(self._room, self.id)]

    def _plan(self, act: str, changes: Mapping[str, Mapping[str, str]] | None = None) -> SubjectPlans:
        from ivplus_tools.rights import acting

        return acting.plan(self._room, self._found(), act, changes)

    # --- what is said

    def answer(
        self, right: str, outcome: str, grounds: Sequence[str] | str = (), reason: str = "", evidence: str = "", on: object = None
    ) -> Receipt:  # fmt: skip
        """Record what is answered to one right: `granted`, `partly` or `refused`, on which grounds, why, with what evidence.

        A ground that the law does not have for the right, a refusal without ground and reason, a gift to a person who is not
        identified are refused. The request is answered on the day when its last right is (`on`, default: today).
        """
        if self.found and self.found.is_decided:
            self._keep_search(self.found)
        case, many = self._case(), [grounds] if isinstance(grounds, str) else list(grounds)
        made: RightAnswer = RightAnswer.of(
            right, right_outcome=outcome, grounds=many or None, reason=reason or None, evidence=evidence or None
        )
        demand_sound(case, made)
        others = [one for one in case.answers.values() if one.right != made.right]
        day = _dates.day(on) if on is not None else self._room.standpoint.valid_on
        done = {str(one.right) for one in (*others, made)} >= set(_records.texts(case.record.rights))
        facts = {"answered": day} if done else {}
        return self.update(right_answers=[*others, made], why=reason or _words.say("rights.answered", self._lang), **facts)

    def draft(self, kind: str = "acknowledgement", lang: str | None = None) -> Document:
        """A letter: acknowledgement, identity, extension, answer, part_refusal, refusal, recipients, withdrawal. Blanks are marked."""
        return letters.draft(self._room.speaking(lang).state().request(self.id), kind, self.found)

    def sent(self, draft: Document, at: object = None, how: str | None = None) -> Receipt:
        """Record that a letter was sent as it is; the hash of its text is sealed, its text is not. Nothing is sent by this."""
        kind, about = draft.about or ("", "")
        if about != self.id:
            raise _words.refusal("not_our_letter", request=self.id)
        digest = hashlib.sha256(draft.text.strip().encode()).hexdigest()
        if any((one.rights_letter, one.hash) == (kind, digest) for one in self._case().letters):
            raise _words.refusal("letter_sent_already", request=self.id)
        moment = _dates.moment(at if at is not None else self._room.standpoint.now)
        number = len(self._case().letters) + 1
        made = RightsLetter.of(
            f"{self.id}/{number}", request=self.id, rights_letter=kind, sent=moment, sent_by=how,
            language=_words.SPOKEN[draft.lang], hash=digest, blanks=draft.blanks or None,
        )  # fmt: skip
        return self._room.seal_act([made], self._room.standpoint.valid_on, _words.say("rights.sent", self._lang), expecting=0)

    # --- how it shows itself

    def _rows(self) -> list[tuple[str, str]]:
        case = self._case()
        rights, answers = _law.codes("right"), _words.values("owed_answer")
        rows = [(rights[one].name[self._lang], answers[case.owed_of(one)][self._lang]) for one in _records.texts(case.record.rights)]
        return [*case.clock.rows, *rows]

    def __repr__(self) -> str:
        width = max((len(label) for label, _ in self._rows()), default=0)
        return "\n".join([self.id, *(f"  {label:<{width}}  {text}" for label, text in self._rows())])

    def _repr_html_(self) -> str:
        return _html.table([], self._rows(), caption=self.id, row_headers=True)


def sought_of(values: Mapping[str, str | Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """The values to look for, by kind; a name that nothing is known by, and a value that would find everybody, are refused."""
    found: dict[str, tuple[str, ...]] = {}
    for name, told in values.items():
        if name not in VALUES:
            raise _words.refusal("unknown_value", got=name, what="value", near=_words.nearest(name, VALUES, 3) or "–")
        many = [told] if isinstance(told, str) else list(told)
        clean = tuple(dict.fromkeys(_persons.seen(str(one)) for one in many if one is not None))
        if not clean:
            raise _words.refusal("value_too_short", name=name)
        for one in clean:
            if len(_persons.FORMS[VALUES[name]](one)) < 2 or (name == "email" and "@" not in one):
                raise _words.refusal("value_too_short", name=_words.texts(f"rights_form.{name}") if name in ASKED else name)
        found[VALUES[name]] = clean
    if not set(found) - {"birth_date"}:
        raise _words.refusal("nothing_sought")
    return found


def demand_sound(case: RequestState, one: RightAnswer) -> None:
    """Refuse an answer that the law does not know."""
    on, right, outcome = case.room.on, str(one.right), one.right_outcome
    if right not in _records.texts(case.record.rights):
        raise _words.refusal("right_not_asked", right=_law.codes("right")[right].name, request=case.record.id)
    if case.record.on_behalf == "estate" and outcome != "refused":
        raise _words.refusal("not_of_the_living", request=case.record.id)
    if outcome == "granted" and not letters.is_identified(case):
        raise _words.refusal("not_identified", request=case.record.id)
    grounds = _records.texts(one.grounds)
    if outcome in ("refused", "partly") and not (grounds and one.reason):
        raise _words.refusal("refusal_without_reason")
    for code in grounds:
        value = _law.near(f"rights:{code}", on)
        if right not in value.get("for", [right]) or (value.get("not_marketing") and case.record.against_marketing == "yes"):
            raise _words.refusal("ground_not_for", ground=_law.codes("refusal_ground")[code].name, right=_law.codes("right")[right].name)
        if value.get("needs_evidence") and not one.evidence:
            raise _words.refusal("ground_needs_evidence", ground=_law.codes("refusal_ground")[code].name)
        if value.get("needs_search") and not case.has_found_nothing:
            raise _words.refusal("ground_needs_search")


def not_to_come(record: DataSubjectRequest, room: Room[Requests]) -> None:
    """Refuse days that have not come yet."""
    today = room.standpoint.now.date()
    for name in ("received", "extension_told", "answered", "identified_on", "copy_made"):
        told = getattr(record, name)
        if told and told > today:
            raise _words.refusal("future_day", field=_words.label_of(name), got=told)
