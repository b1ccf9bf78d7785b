"""Plan, approve, do, prove. The predicate of the preview is the predicate of the erasure, checked again inside its transaction."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ivplus_tools import _dates, _records, _sources, _store, _words
from ivplus_tools._sources import EARLIEST, Asked, Cut, Engine, Tally
from ivplus_tools._store import Receipt
from ivplus_tools.errors import Refusal
from ivplus_tools.retention import recipe as recipes
from ivplus_tools.retention import scan as scanning
from ivplus_tools.retention.clock import clock_of
from ivplus_tools.retention.holds import Held
from ivplus_tools.retention.records import ErasureCertificate, ErasurePlan, RetentionRule

if TYPE_CHECKING:
    from ivplus_tools.exchange.documents import Document
    from ivplus_tools.retention import RetentionRoom


class Plan:
    """One plan. It holds nothing: each question reads the journal, so that two notebooks see the same."""

    def __init__(self, room: RetentionRoom, ident: str) -> None:
        self._room, self.id = room, ident
        self._state = ""
        self._keys: frozenset[str] = frozenset()

    @property
    def record(self) -> ErasurePlan:
        """The plan as it stands."""
        found: ErasurePlan = self._room.get(self.id, "erasure_plan")
        return found

    @property
    def state(self) -> str:
        """`planned`, `approved`, `started` (interrupted unless it runs now), `done`, `not_done` or `withdrawn`."""
        return str(self.record.plan_state)

    @property
    def certificate(self) -> ErasureCertificate | None:
        """What was sealed when it was done."""
        return next((one for one in self._room.of("certificate") if one.plan == self.id), None)

    # --- the four steps

    def approve(self, by: str, single_officer: bool = False) -> Plan:
        """Approve by name, another one than the planner's; `single_officer` says that there is nobody else, and is recorded."""
        one, name = self._in("planned"), _records.clean(by)
        if not name:
            raise _words.refusal("who_records")
        if _folded(name) == _folded(one.planned_by) and not single_officer:
            raise _words.refusal("same_officer", by=name)
        moment = _dates.moment(self._room.standpoint.now)
        self._keep(
            one.replace(approved_by=name, approved=moment, single_officer="yes" if single_officer else "no", plan_state="approved"),
            "plan.approved",
        )
        return self

    def withdraw(self, why: str) -> Plan:
        """Give a plan up before it is carried out."""
        self._keep(self._in("planned", "approved", "not_done").replace(plan_state="withdrawn"), "plan.withdrawn", why)
        return self

    def execute(self, grant: str, confirm: int | None = None, location: str | None = None) -> Plan:
        """Erase or anonymise in the source, in one transaction. `grant`: the source's name, given now, is leave to write in it.

        `confirm`: the number of rows, asked for where a rule would take every row. `location`: another login that may write.
        Refused where rows, keys or holds differ from the plan; then the source is as it was.
        """
        one = self._in("approved")
        if grant != one.source:
            raise _words.refusal("no_grant", source=one.source)
        rows, total = int(one.rows_count or 0), int(one.total or 0)
        if rows == total and confirm != rows:
            raise _words.refusal("confirm_all", rows=rows)
        if confirm is not None and confirm != rows:
            raise _words.refusal("confirm_other", rows=rows, got=confirm)
        rule, expected = _rule(one, self._room), _expected(one)
        with self._opened(one, location) as engine:
            cut = self._cut(engine, one, rule, self._room)
            self._keep(one.replace(plan_state="started"), "plan.started")
            try:
                changes = recipes.changes(rule, engine) if one.action == "anonymise" else None
                asked = Asked(confirm == rows, lambda: self._demand_held(cut, rule), _tag(self.id))
                outcome = engine.carry_out(cut, changes, expected, str(one.head), asked)
            except (Refusal, *engine.trouble, OSError, ValueError) as error:
                if engine.committing:  # it may have been done: `settle` looks
                    raise _words.refusal("unsure", plan=self.id, reason=_sources.first_line(error)) from None
                self._keep(one.replace(plan_state="not_done"), "plan.not_done", _sources.first_line(error))
                raise
            found = recipes.proof(engine, rule) if changes is not None else recipes.Proof()
        self._certify(outcome.before, outcome.after, found, "done", outcome.kept)
        return self

    def settle(self, done: bool | None = None) -> Plan:
        """After an interruption: look at the source, and let the journal say whether the old or the new state is there.

        `done`: the officer's own word, asked for only where other rows have come or gone meanwhile and the counts cannot tell.
        """
        self._in("started")
        if self._settled(done):
            return self
        place = self._room.place(self.record.source)
        if _sources.undo(place, _tag(self.id)) and self._settled(done):  # some files were replaced and some not: the old ones are put back
            return self
        raise _words.refusal("unsettled", rows="?", planned=self.record.rows_count)

    def _settled(self, done: bool | None) -> bool:
        """Whether the source shows the old or the new state; then it is recorded."""
        one, begun = self.record, self._begun()
        rule, expected = _rule(one, begun), _expected(one)
        with self._opened(one, None) as engine:
            cut = self._cut(engine, one, rule, begun)
            engine.begin()
            found, total = engine.tally(cut, str(one.head)), engine.total(cut.table)
            proof = recipes.proof(engine, rule) if one.action == "anonymise" else recipes.Proof()
        gone = int(one.rows_count or 0) if one.action == "erase" else 0
        counted = one.action == "anonymise" or total + gone == int(one.total or 0)
        if (found.rows, found.digest) == (expected.rows, expected.digest):
            self._keep(one.replace(plan_state="approved"), "plan.left_old")
        elif found.rows == 0 and (counted or done):
            self._certify(total + gone, total, proof, "found", "\n".join(self._kept()))
        elif found.rows == 0 and done is False:
            self._keep(one.replace(plan_state="not_done"), "plan.not_done")
        else:
            return False
        return True

    def confirm(self) -> Plan:
        """Delete the old file that was kept beside the new one: until then the erased rows are still on the disk."""
        found = self.certificate
        if found is None or not found.kept_copy:
            raise _words.refusal("nothing_kept", plan=self.id)
        for path in self._kept():
            _sources.forget(path)
        self._room.record(
            found.replace(kept_copy=None), valid_from=self._room.standpoint.valid_on, why=_words.say("plan.confirmed", self._lang)
        )
        return self

    def document(self, lang: str | None = None) -> Document:
        """The plan, or its certificate once it is done, as a document with `.save(path)`."""
        from ivplus_tools.retention import letters

        return letters.certificate(self._room._speaking(lang).still(), self.id)

    def __repr__(self) -> str:
        from ivplus_tools.retention import letters

        return letters.told(self._room, self.record)

    # --- what it rests on

    @property
    def _lang(self) -> str:
        return self._room.standpoint.lang

    def _in(self, *states: str) -> ErasurePlan:
        """The record, if the plan is in one of these states."""
        one = self.record
        if one.plan_state not in states:
            raise _words.refusal("plan_state", plan=self.id, state=_words.values("plan_state")[str(one.plan_state)])
        self._state = str(one.plan_state)
        return one

    def _demand_held(self, cut: Cut, rule: RetentionRule) -> None:
        """The last look before the commit: a hold that was recorded meanwhile stops it."""
        now = self._room.held(rule)
        if now.everything or now.keys != self._keys or now.some != cut.holds:
            raise _words.refusal("rule_changed", rule=rule.id)

    def _opened(self, one: ErasurePlan, location: str | None) -> Any:
        place = _sources.elsewhere(self._room.place(one.source), location)
        return _sources.opened(place, write=one.plan_state == "approved")

    def _begun(self) -> RetentionRoom:
        """The room as it was known when the carrying out began: a hold recorded later changes nothing of what was done."""
        at = self._room.standpoint
        began = self._room._find(self.id, "erasure_plan").entry.recorded_at
        return type(self._room)(replace(at, known_at=began, past=True))

    def _cut(self, engine: Engine, one: ErasurePlan, rule: RetentionRule, room: RetentionRoom) -> Cut:
        """The frozen cut, with the holds of the moment; a predicate that would come out otherwise is refused."""
        held = room.held(rule)
        if held.everything:
            raise _words.refusal("all_held", rule=rule.id, holds=", ".join(held.by))
        cut = _cut_of(engine, rule, one, held)
        if cut.condition != one.predicate:
            raise _words.refusal("rule_changed", rule=rule.id)
        engine.hold(cut.key, held.keys)
        self._keys = held.keys
        return cut

    def _kept(self) -> list[str]:
        found = self.certificate
        if found and found.kept_copy:
            return found.kept_copy.split("\n")
        return _sources.kept_copies(self._room.place(self.record.source), _tag(self.id))

    def _keep(self, record: ErasurePlan, why: str, detail: str = "") -> Receipt:
        told = _words.say(why, self._lang)
        at, seen = self._room.standpoint, self._room._find(self.id, "erasure_plan").entry
        if (seen.body or {}).get("plan_state") != self._state:  # somebody else took the step first
            raise _words.refusal("changed", subject=self.id, by=seen.recorded_by)
        self._state = str(record.plan_state)
        return self._room.record(record, valid_from=at.valid_on, why=f"{told}: {detail}" if detail else told, expecting=seen.entry)

    def _certify(self, before: int, after: int, proof: recipes.Proof, how: str, kept: str) -> None:
        """Seal what was done; then scan again, so that the counts say so too."""
        one, at, made = self.record, self._room.standpoint, ErasureCertificate
        found: Any = made
        why = _words.say("plan.done", at.lang)
        certificate = found(
            self.id, plan=self.id, rule=one.rule, source=one.source, table=one.table, action=one.action, rows_count=one.rows_count,
            total_before=before, total_after=after, remaining=0, keys_hash=one.keys_hash, k_anonymity=proof.k, linked=proof.linked,
            planned_by=one.planned_by, approved_by=one.approved_by, executed_by=at.by, executed=_dates.moment(at.now),
            kept_copy=kept or None, how_known=how,
        )  # fmt: skip
        self._room.record([one.replace(plan_state="done"), certificate], valid_from=at.valid_on, why=why)
        try:
            again = self._room.scan(str(one.source))
        except Refusal:  # another rule's trouble does not undo a certificate; the next scan tells
            return
        left = next((each.count.overdue for each in again.found if each.rule.id == one.rule), "0")
        if left != "0":
            self._room.record(certificate.replace(remaining=left), valid_from=at.valid_on, why=why)


def make(room: RetentionRoom, rule_id: str, why: str) -> Plan:
    """A plan of what is overdue by a rule today."""
    at = room.standpoint
    if at.past:
        raise _words.refusal("past_standpoint")
    rule: RetentionRule = room.get(rule_id, "retention_rule")
    if rule.action == "review":
        raise _words.refusal("only_review", rule=rule_id)
    found = scanning.scan(room.still(), rule.source, at.valid_on, None, None).of(rule_id)
    if found.cut is None or found.count.overdue in (None, "0"):
        raise _words.refusal("nothing_overdue", rule=rule_id)
    head = _store.head(at)
    with _sources.opened(room.place(rule.source)) as engine:
        held = room.held(rule)
        engine.hold(found.cut.key, held.keys)
        engine.begin()
        cut = replace(found.cut, holds=held.some)
        tally = engine.tally(cut, head)
        k = recipes.preview(engine, rule, cut) if rule.action == "anonymise" else None
    ident = _next_id(room, rule_id)
    made: Any = ErasurePlan
    plan = made(
        ident, rule=rule_id, source=rule.source, table=rule.table, action=rule.action, as_of=at.valid_on, cutoff=cut.through,
        predicate=cut.condition, odd_texts=cut.odd or None, rows_count=tally.rows, total=found.count.total, held=found.count.held,
        rule_seal=room._find(rule_id, "retention_rule").entry.seal, keys_hash=tally.digest,
        key_samples=tally.sample, k_anonymity=k, head=head, planned_by=at.by, plan_state="planned",
    )  # fmt: skip
    room.record(plan, valid_from=at.valid_on, why=why or _words.say("plan.made", at.lang), expecting=0)
    return Plan(room, ident)


def _next_id(room: RetentionRoom, rule: str) -> str:
    """The rule, the day, and a number where there was a plan before; a number is not used twice."""
    at = room.standpoint
    used = {subject for kind, subject in _store.newest(at) if kind == "erasure_plan"}
    stem = f"{rule}/{at.valid_on}"
    return next(one for one in (stem, *(f"{stem}/{number}" for number in range(2, len(used) + 3))) if one not in used)


def _expected(plan: ErasurePlan) -> Tally:
    return Tally(int(plan.rows_count or 0), str(plan.keys_hash))


def _rule(plan: ErasurePlan, room: RetentionRoom) -> RetentionRule:
    """The rule that was planned and approved; one that was recorded anew since is refused."""
    found = room._find(str(plan.rule), "retention_rule")
    rule: RetentionRule = found.record
    clock = clock_of(rule, room.financial_year_end(rule))
    cutoff = clock.cutoff(plan.as_of) if clock and plan.as_of else None
    if found.entry.seal != plan.rule_seal or cutoff != plan.cutoff:
        raise _words.refusal("rule_changed", rule=rule.id)
    return rule


def _cut_of(engine: Engine, rule: RetentionRule, plan: ErasurePlan, held: Held) -> Cut:
    key = engine.column(str(rule.table), rule.subject_key) if rule.subject_key else None
    if held.some and key is None:
        raise _words.refusal("all_held", rule=rule.id, holds=", ".join(held.by))
    start = engine.column(str(rule.table), str(rule.start_column))
    return Cut(str(rule.table), start, key, plan.cutoff or EARLIEST, None, held.some, rule.action == "anonymise", plan.odd_texts or ())


def _tag(ident: str) -> str:
    """A plan's identifier as a part of a file name."""
    return "".join(sign if sign.isalnum() or sign == "-" else "-" for sign in ident)


def _folded(name: str | None) -> str:
    shown = "".join(sign for sign in unicodedata.normalize("NFKC", name or "") if unicodedata.category(sign) != "Cf")
    return " ".join(shown.split()).casefold()
