"""Art. 5(2) and 24(1): findings answered by name and day, the quarter signed off, and what became of what was promised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from ivplus_tools import _dates, _findings, _records, _room, _store, _words
from ivplus_tools._findings import Finding
from ivplus_tools._records import Record
from ivplus_tools._room import Room
from ivplus_tools._state import State
from ivplus_tools._store import Receipt, Standpoint
from ivplus_tools._store.chain import check_chain, links_of
from ivplus_tools.audit import answers, packs
from ivplus_tools.audit import findings as checks
from ivplus_tools.audit.answers import Answered
from ivplus_tools.audit.records import Anchor, FindingResponse, SignOff
from ivplus_tools.audit.state import Audit

if TYPE_CHECKING:
    import pandas

LONGEST_ACCEPTANCE = "P12M"
"""Where the company has set no policy of its own: after this a finding is looked at again, and accepted again where that is right."""


class Status(NamedTuple):
    """A finding with its answer, in the columns of `status`."""

    room: str
    subject: str
    code: str
    severity: str
    finding: str
    rule: str
    since: date
    state: str
    until: date | None
    owner: str | None
    due: date | None
    reason: str | None
    answered_by: str | None


class AuditRoom(Room[Audit]):
    """Answers to findings, and sign-offs. It asks the other rooms, and they know nothing of it."""

    name: ClassVar[str] = "audit"
    records: ClassVar[tuple[type[Record], ...]] = (FindingResponse, SignOff, Anchor)
    findings_of, due_of = staticmethod(checks.findings), staticmethod(checks.due)
    inner: ClassVar[frozenset[str]] = frozenset(("statuses", "identified", "house"))

    def __init__(self, standpoint: Standpoint, house: Mapping[str, type[Room[Any]]]) -> None:
        super().__init__(standpoint)
        self.house = house

    def state(self) -> Audit:
        """What stands, and what every other room finds."""
        at = _store.read_page(self.standpoint)

        def ask() -> list[tuple[str, Finding]]:
            rooms = [room(at) for name, room in self.house.items() if name != self.name]
            return [(room.name, one) for room in rooms for one in room.findings_of(room.state())]

        return Audit.read(at, self.records, ask=ask)

    # --- what stands

    def responses(self) -> pandas.DataFrame:
        """Answers that stand: id, finding_code, finding_subject, finding_facts, response, response_reason, accepted_until, ..."""
        return _store.frame(self.standpoint, "FROM responses()")

    def signoffs(self) -> pandas.DataFrame:
        """Evidence packs that were signed: id, audit_day, pack, pack_hash, journal_entries, journal_head, signed_by, remarks, ..."""
        return _store.frame(self.standpoint, "FROM signoffs() ORDER BY audit_day, id")

    def anchors(self) -> pandas.DataFrame:
        """Seals that an authority has put a time on: id, journal_entries, journal_head, stamped, stamped_by, stamp_root, ..."""
        return _store.frame(self.standpoint, "FROM anchors() ORDER BY journal_entries, id")

    def status(self) -> pandas.DataFrame:
        """Every finding of every room with its answer: the columns of `findings`, then state, until, owner, due, reason, answered_by.

        `state`: open, accepted, expired, assigned, overdue or disputed. Only `accepted` does not count at `ivplus check`.
        """
        return lay_status(self.statuses(self.state()), self.standpoint.lang)

    def statuses(self, state: Audit) -> list[Status]:
        """The rows of `status`, the worst first."""
        return [row for _, row in self._rows(state)]

    def identified(self, state: Audit) -> dict[str, Status]:
        """The same by the identifier of an answer to each, which is the finding's own: its code, subject and facts."""
        found: dict[str, Status] = {}
        for number, (one, row) in enumerate(self._rows(state)):
            found[one.id if one.id not in found else f"{one.id}\0{number}"] = row
        return found

    def _rows(self, state: Audit) -> list[tuple[Answered, Status]]:
        rows, rooms = [], list(self.house)
        for one in state.answered(checks.findings(state)):
            told = one.response
            given = (told.accepted_until, told.owner, told.due, told.response_reason) if told else (None,) * 4
            row = Status(*_findings.row_of(one.room, one.finding, state.lang), one.state, *given, one.by)
            key = (_findings.SEVERITIES.index(row.severity), rooms.index(row.room), row.subject, row.code, row.finding)
            rows.append((key, one, row))
        return [(one, row) for _, one, row in sorted(rows, key=lambda told: told[0])]

    def promises(self) -> pandas.DataFrame:
        """What was answered and what became of it: code, subject, response, state, reason, until, owner, due, answered_by, since.

        `state`: as in `status`; `done`: the finding is gone; `changed`: another one of the same code and subject stands in its place.
        """
        state = self.state()
        found = answers.promised(state.answered(checks.findings(state)), state.told, state.on)
        columns = ("code", "subject", "response", "state", "reason", "until", "owner", "due", "answered_by", "since")
        rows = [
            (one.response.finding_code, one.response.finding_subject, one.response.response, one.state, one.response.response_reason,
             one.response.accepted_until, one.response.owner, one.response.due, one.by, one.since)
            for one in found
        ]  # fmt: skip
        rows.sort(key=lambda row: (str(row[0]), str(row[1])))
        return _named(_room.frame(columns, rows, self.standpoint.lang, days=("until",)))

    def rooms(self) -> pandas.DataFrame:
        """The state of each room on the day: room, records, errors, warnings, infos, accepted, due_past, next_deadline."""
        state, rows = self.state(), []
        found = state.answered(checks.findings(state))
        for name, kind in self.house.items():
            mine = [one for one in found if one.room == name]
            counts = [
                sum(one.finding.weight == weight and one.state != answers.COUNTED_OUT for one in mine) for weight in _findings.SEVERITIES
            ]
            room: Room[Any] = self if name == self.name else kind(state.at)
            days = sorted(one.due for one in room.due_of(state if name == self.name else room.state()))
            kinds = {one.kind for one in kind.records}
            rows.append((
                name, sum(one.kind in kinds for one in state.sealed), *counts, sum(one.state == answers.COUNTED_OUT for one in mine),
                sum(day < state.on for day in days), next((day for day in days if day >= state.on), None),
            ))  # fmt: skip
        columns = ("room", "records", "errors", "warnings", "infos", "accepted", "due_past", "next_deadline")
        return _room.frame(columns, rows, state.lang, days=("next_deadline",))

    def seal(self, since: str = "") -> pandas.DataFrame:
        """On what everything here rests: name, value; the day, the moment, what `since` it is compared with, the seal of the last entry."""
        at, lang = self.standpoint, self.standpoint.lang
        entries = _store.every(at)
        verdict = check_chain(links_of(entries), len(entries), [(one.entry, one.seal) for one in entries[-1:]])
        known = _words.show_date(at.known_at.astimezone(_dates.HELSINKI), lang) if at.known_at else _words.say("ui.known_now", lang)
        rows = [
            (_words.column_name("valid_on", lang), _words.show_date(at.valid_on, lang)), (_words.column_name("known_at", lang), known),
            *([(_words.field_label("audit_since", lang), self._compared(since))] if since else []),
            (_words.say("ui.seal", lang), str(replace(verdict, lang=lang))),
        ]  # fmt: skip
        return _room.frame(("name", "value"), rows, lang)

    def _compared(self, since: str) -> str:
        return since if since.endswith(".zip") else _words.show_date(_dates.day(since), self.standpoint.lang)

    def counts(self) -> pandas.DataFrame:
        """What the journal holds on the day: room, kind, name, records, one row per kind of record."""
        lang, sealed = self.standpoint.lang, _store.standing(self.standpoint)
        kinds = [(room.name, kind.kind) for room in self.house.values() for kind in room.records]
        rows = [(room, kind, _words.say(f"kind_plural.{kind}", lang), sum(one.kind == kind for one in sealed)) for room, kind in kinds]
        return _room.frame(("room", "kind", "name", "records"), rows, lang)

    # --- answering

    def accept(self, code: str, subject: str, reason: str, until: object = None, about: str = "", valid_from: object = None) -> Receipt:
        """Accept a finding with a reason until a day: it stays visible, does not count at `ivplus check`, and comes back after it.

        `about`: a part of its facts, or its identifier, where several findings share code and subject; else all are meant. True from
        today, else `valid_from`: what is decided after a quarter's end about that quarter.
        """
        if _words.room_of(str(code)) == self.name:
            raise _words.refusal("not_acceptable", code=code)
        last = self._to_come(until) if until is not None else None  # an acceptance without an end is refused by the record itself
        return self._answer(code, subject, about, reason, valid_from, response="accepted", response_reason=reason, accepted_until=last)

    def record(
        self, thing: Record | Sequence[Record], valid_from: object = None, why: str = "", expecting: int | None = None, insist: bool = False
    ) -> Receipt:
        """As in every room; an acceptance is no longer than the company's policy on its day allows."""
        things = thing if isinstance(thing, (list, tuple)) else [thing]
        ends = [one.accepted_until for one in things if isinstance(one, FindingResponse) and one.response == "accepted"]
        if last := max(filter(None, ends), default=None):
            self._demand_policy(last, self.when_and_why(valid_from, why, insist)[0])
        return super().record(thing, valid_from, why, expecting, insist)

    def _demand_policy(self, until: date, since: date) -> None:
        """Refuse an acceptance that outlasts what the company allows."""
        length = self._longest_acceptance(since)
        given = min(since, self.standpoint.now.astimezone(_dates.HELSINKI).date())  # one given today for a later day counts from today
        longest = _dates.plus(given, _dates.read_period(length))
        if until > longest:
            told = {lang: _words.show_period(length, lang) for lang in _words.LANGS}
            raise _words.refusal("accepted_too_long", until=until, longest=longest, period=told)

    def _longest_acceptance(self, on: date) -> str:
        """How long an acceptance given on a day may last: what our own organisation has set, the shortest of several."""
        own = State.read(replace(self.standpoint, valid_on=on, book=None), ()).own_bodies
        told = [str(body["longest_acceptance"]) for body in own if body.get("longest_acceptance")]
        return min(told, key=lambda one: _dates.plus(on, _dates.read_period(one)), default=LONGEST_ACCEPTANCE)

    def assign(
        self, code: str, subject: str, owner: str, due: object, reason: str = "", about: str = "", valid_from: object = None
    ) -> Receipt:
        """Give a finding to somebody who mends it by a day; it counts until it is gone, and is reported when the day has passed."""
        last = self._to_come(due)
        why = reason or _words.say("audit.assigned", self.standpoint.lang, owner=owner)
        return self._answer(
            code, subject, about, why, valid_from, response="assigned", response_reason=reason or None, owner=owner, due=last
        )

    def _to_come(self, got: object) -> date:
        """A day that has not passed."""
        last = _dates.day(got)
        if last < self.standpoint.valid_on:
            raise _words.refusal("until_past", until=last, on=self.standpoint.valid_on)
        return last

    def dispute(self, code: str, subject: str, reason: str, about: str = "", valid_from: object = None) -> Receipt:
        """Say that a finding is wrong, and why; it counts until its cause is mended or it is accepted."""
        return self._answer(code, subject, about, reason, valid_from, response="disputed", response_reason=reason)

    def reopen(self, code: str, subject: str, why: str, about: str = "") -> Receipt:
        """Take the answers to a finding back; that they were given stays in the journal."""
        ids = [
            one.id
            for one, _, _ in self.state().told
            if (one.finding_code, one.finding_subject) == (str(code).upper(), subject)
            and (about == one.id or about in (one.finding_facts or ""))
        ]
        if not ids:
            raise _words.refusal("no_response", code=code, subject=subject)
        return self._take_back(ids, why)

    def _take_back(self, ids: Sequence[str], why: str) -> Receipt:
        since, reason = self.when_and_why(self.standpoint.valid_on, why)
        drafts = [_store.Draft(self.name, FindingResponse.kind, one, since, reason, None) for one in ids]
        return _store.append(self.standpoint, drafts)

    def _answer(self, code: str, subject: str, about: str, why: str, valid_from: object, **told: Any) -> Receipt:
        """Record one answer for every finding that is meant; it is sought as of the day from which the answer holds."""
        since = _dates.day(valid_from) if valid_from is not None else self.standpoint.valid_on
        then = self.as_of(replace(self.standpoint, valid_on=since)).state()
        found = then.answered(checks.findings(then))
        meant = [
            one
            for one in found
            if (one.finding.code, one.finding.subject) == (str(code).upper(), subject)
            and (about == one.id or about in f"{one.facts}; {one.worded}")
        ]
        if not meant:
            here = sorted({f"{one.finding.code} {one.finding.subject}" for one in found})
            raise _words.refusal("no_finding", code=code, subject=subject, near=_words.nearest(f"{code} {subject}", here, 3) or "–")
        return self._respond(meant, why, since, told)

    def _respond(self, meant: Sequence[Answered], why: str, since: date, told: Mapping[str, Any]) -> Receipt:
        """Record one answer for each of these findings, in one transaction."""
        made = []
        for one in meant:
            code, subject = one.finding.code, one.finding.subject
            if one.by not in (None, self.standpoint.by) and one.state != "expired":
                raise _words.refusal("answered_by_other", by=one.by, code=code, subject=subject)
            made.append(FindingResponse.of(one.id, finding_code=code, finding_subject=subject, finding_facts=one.facts or None, **told))
        return self.record(made, valid_from=since, why=why)

    def respond(
        self, ids: Sequence[str], response: str, why: str, until: object = None, owner: str | None = None, due: object = None
    ) -> Receipt:
        """Give one answer to several findings, by their identifiers, in one transaction: all are answered, or none.

        `response`: `accepted` (with `until`), `assigned` (with `owner` and `due`), `disputed`, or `open`: the answers are taken back.
        A finding that has changed since it was looked at has another identifier, and is refused with all the rest.
        """
        state, wanted = self.state(), list(dict.fromkeys(ids))
        found = {one.id: one for one in state.answered(checks.findings(state))}
        gone = [one for one in wanted if one not in found]
        if gone or not wanted:
            raise _words.refusal("chosen_changed", count=len(gone), of=len(wanted))
        meant = [found[one] for one in wanted]
        if response == "open":
            for one in meant:
                if one.response is None:
                    raise _words.refusal("no_response", code=one.finding.code, subject=one.finding.subject)
            return self._take_back([one.response.id for one in meant if one.response], why)
        if response == "accepted" and (own := [one.finding.code for one in meant if one.room == self.name]):
            raise _words.refusal("not_acceptable", code=own[0])
        told: dict[str, Any] = {"response": response, "response_reason": why, "owner": owner}
        told |= {name: self._to_come(day) for name, day in (("accepted_until", until), ("due", due)) if day is not None}
        return self._respond(meant, why, self.standpoint.valid_on, told)

    # --- signing

    def sign(self, pack: str | Path, by: str, remarks: str | None = None, notebook: str | Path | None = None) -> Receipt:
        """Say in the journal that somebody has read an evidence pack: its manifest's hash is sealed with its counts.

        The pack is made anew from this journal, by a process of its own, and compared byte by byte; one that differs, was made by other
        code or libraries, or rests on another journal is refused. `notebook`: the one it was made of, where it was not ours.
        """
        found = self.open(pack)
        told, counted = found.manifest, found.manifest["findings"]
        signer = _records.clean(by)
        if not signer:
            raise _words.refusal("who_signs")
        packs.demand_same(found, packs.rebuilt(_store.path_of(pack), found, self.standpoint, notebook))
        made = SignOff.of(
            f"{Path(found.name).stem}/{signer}", audit_day=told["as_of"], audit_since=told["since"], pack=found.name, pack_hash=found.hash,
            journal_entries=told["journal"]["last"], journal_head=told["journal"]["head"], error_count=counted["error"],
            warning_count=counted["warning"], info_count=counted["info"], signed_by=signer, remarks=remarks,
        )  # fmt: skip
        return self.seal_act([made], self.standpoint.valid_on, _words.say("audit.signed", self.standpoint.lang, pack=found.name))

    def anchor(self, answer: str | Path, certificates: str | Path) -> Receipt:
        """Take the answer of a time-stamping authority over a seal of this journal, checked by its certificates; see `desk.anchor`."""
        told, vouching = (_store.content_of(_store.path_of(one)) for one in (answer, certificates))
        seals = {one.entry: one.seal for one in _store.every(replace(self.standpoint, known_at=None, book=None))}
        stamp = _store.checked(told, vouching, seals)
        made = Anchor.of(f"{stamp.entry}/{stamp.at.isoformat()}", **_store.kept(stamp, told, vouching))
        why = _words.say("audit.anchored", self.standpoint.lang, entry=stamp.entry, by=stamp.by)
        return self.seal_act([made], self.standpoint.valid_on, why)

    def open(self, pack: str | Path) -> packs.Opened:
        """An evidence pack of this journal, checked: its manifest and its files."""
        return packs.opened(_store.path_of(pack), self.standpoint.lang, self.standpoint)

    # --- the same questions in every room


def lay_status(rows: Sequence[Status], lang: str) -> pandas.DataFrame:
    """Findings with their answers as a frame."""
    return _named(_room.frame(Status._fields, rows, lang, days=("until",)))


def _named(table: pandas.DataFrame) -> pandas.DataFrame:
    """Columns that a reader knows by the name of their field."""
    table.attrs["named"] = {"reason": "response_reason", "until": "accepted_until"}
    return table
