"""Plan, approve, do, prove. What was previewed is what is erased, looked at again before it goes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ivplus_tools import _dates, _records, _sources, _store, _words
from ivplus_tools._room import Room, at_present
from ivplus_tools._sources import EARLIEST, Asked, Cut, Engine, Tally, ledger
from ivplus_tools._sources.ledger import Noted
from ivplus_tools._store import Receipt, Standpoint
from ivplus_tools.errors import Refusal
from ivplus_tools.retention import counting
from ivplus_tools.retention import recipe as recipes
from ivplus_tools.retention.approval import same_person
from ivplus_tools.retention.clock import clock_of
from ivplus_tools.retention.holds import held_now
from ivplus_tools.retention.records import APART, ErasureCertificate, ErasurePlan, RetentionRule, RuleCount
from ivplus_tools.retention.state import Retention

if TYPE_CHECKING:
    from ivplus_tools._sources.rewrite import Swap
    from ivplus_tools.documents import Document


class Plan:
    """One plan. It holds nothing: each question reads the journal, so that two notebooks see the same."""

    def __init__(self, room: Room[Retention], ident: str) -> None:
        self._kept_room, self.id = room, ident
        self._step = ""
        self._keys: frozenset[str] = frozenset()

    @property
    def _room(self) -> Room[Retention]:
        """The room at this moment: a plan kept overnight sees today's holds."""
        return self._kept_room.as_of(at_present(self._kept_room.standpoint))

    @property
    def _now(self) -> Retention:
        """What stands at this moment."""
        return self._room.state()

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
        return next((one for one in self._now.records("certificate") if one.plan == self.id), None)

    # --- the four steps

    def approve(self, by: str, single_officer: bool = False) -> Plan:
        """Approve by name, another one than the planner's; `single_officer` says that there is nobody else, and is recorded."""
        one, name = self._in("planned"), _records.clean(by)
        if not name:
            raise _words.refusal("who_records")
        same, here = same_person(name, one.planned_by), self._room.standpoint.by
        if same and not single_officer:
            raise _words.refusal("same_officer", by=name)
        how = "single" if same else "own_desk" if same_person(name, here) else "named"
        told = {"approved_by": name, "approved_how": how, "single_officer": "yes" if same else "no"}
        moment = _dates.moment(self._room.standpoint.now)
        self._keep(one.replace(**told, approved=moment, plan_state="approved"), "plan.approved")
        return self

    def withdraw(self, why: str) -> Plan:
        """Give a plan up before it is carried out."""
        self._keep(self._in("planned", "approved", "not_done").replace(plan_state="withdrawn"), "plan.withdrawn", why)
        self._forget()
        return self

    def execute(self, grant: str, confirm: int | None = None, location: str | None = None, triggers: Iterable[str] = ()) -> Plan:
        """Erase or anonymise in the source, in one transaction. `grant`: the source's name, given now, is leave to write in it.

        `confirm`: the number of rows, where every row of the table would go. `location`: another login to the same place.
        `triggers`: what acts beside the erasure (triggers, rules, keys of other tables), each by its name in `record.acting`.
        Refused where rows, keys, holds, place or form differ from the plan; then the source is as it was.
        """
        one = self._in("approved")
        self._demand_granted(one, grant, confirm)
        rule, expected = _rule(one, self._now), Tally(int(one.rows_count or 0), str(one.keys_hash))
        secret = ledger.secret(self._room.standpoint.path, _key_name(self.id))
        if secret is None:
            raise _words.refusal("plan_key_gone", plan=self.id)
        with self._opened(one, location) as engine:
            cut = self._cut(engine, one, rule)
            named = frozenset(triggers)
            if set(engine.effects(cut.table, one.action == "anonymise")) - set(one.acting or ()):
                raise _words.refusal("rule_changed", rule=rule.id)
            recipe = recipes.changes(rule, engine) if one.action == "anonymise" else None
            noted = _noted(self._now, one, rule)
            self._keep(one.replace(plan_state="started", swaps=None), "plan.started")
            asked = Asked(
                secret, confirm == expected.rows, lambda: self._last_look(cut, rule, engine, noted), ledger.tag_of(self.id),
                named, self._guarded(one, engine) if named else frozenset(), noted.add if noted.secret else None, self._swapping,
            )  # fmt: skip
            try:
                outcome = engine.carry_out(cut, recipe, expected, asked)
            except (Refusal, *engine.trouble, OSError, ValueError) as error:
                self._undone(engine, error)
                raise
            proof = recipes.proof(engine, rule) if recipe is not None else recipes.Proof()
        self._certify(outcome.before, outcome.after, proof, "done", outcome.touched, noted, location)
        return self

    def _guarded(self, one: ErasurePlan, engine: Engine) -> frozenset[str]:
        """Tables of the source in which rows may be held: what acts beside the erasure must leave them alone."""
        now = self._now
        rules = (rule for rule in now.records("retention_rule") if rule.source == one.source)
        return frozenset(str(rule.table) for rule in rules if held_now(now, rule, beside=engine).by)

    def _demand_granted(self, one: ErasurePlan, grant: str, confirm: int | None) -> None:
        if grant != one.source:
            raise _words.refusal("no_grant", source=one.source)
        rows, total = int(one.rows_count or 0), int(one.total or 0) + int(one.outside or 0)
        if rows == total and confirm != rows:
            raise _words.refusal("confirm_all", rows=rows)
        if confirm is not None and confirm != rows:
            raise _words.refusal("confirm_other", rows=rows, got=confirm)

    def _undone(self, engine: Engine, error: Exception) -> None:
        """Record that nothing was done; where that is not sure, `settle` has to look."""
        reason = engine.reason(error)
        if engine.committing:
            raise _words.refusal("unsure", plan=self.id, reason=reason) from None
        self._keep(self.record.replace(plan_state="not_done"), "plan.not_done", reason)

    def _swapping(self, told: Mapping[str, str]) -> None:
        """Seal what tells old and new files apart, before the first is put in its place."""
        lines = [f"{name} {stamps}" for name, stamps in told.items()]
        self._keep(self.record.replace(swaps=lines or None), "plan.started")

    def settle(self, done: bool | None = None) -> Plan:
        """After an interruption: look at the source, and let the journal say whether the old or the new state is there.

        Of several files some replaced, those are put back, but never over one that has changed since. `done`: the officer's
        own word, asked for only where other rows have come or gone meanwhile and the counts cannot tell.
        """
        one = self._in("started")
        swaps = self._swaps(one)
        states = {swap.state() for swap in swaps}
        _sources.forget_made(self._now.place(one.source), ledger.tag_of(self.id))
        if "other" in states:
            names = ", ".join(swap.path.name for swap in swaps if swap.state() == "other")
            raise _words.refusal("files_changed", plan=self.id, names=names)
        if states != {"new"}:
            for swap in swaps:
                swap.undo()
        if not self._settled(done):
            raise _words.refusal("unsettled", rows="?", planned=one.rows_count)
        return self

    def _swaps(self, one: ErasurePlan) -> list[Swap]:
        place = self._now.place(one.source)
        return _sources.swaps_of(place, ledger.tag_of(self.id), one.swaps or ())

    def _settled(self, done: bool | None) -> bool:
        """Whether the source shows the old or the new state; then it is recorded."""
        one, begun = self.record, self._begun()
        rule, expected = _rule(one, begun), Tally(int(one.rows_count or 0), str(one.keys_hash))
        secret = ledger.secret(self._room.standpoint.path, _key_name(self.id)) or b"?"
        with self._opened(one, None) as engine:
            held = held_now(begun, rule, beside=engine)
            look = counting.looked(engine, rule, begun)
            engine.hold(str(rule.table), look.key, held.keys)
            cut = counting.readied(engine, counting.cut_of(rule, look, one.cutoff or EARLIEST, held.some))
            engine.begin()
            found, total = engine.tally(cut, secret), engine.total(cut.table)
            anonymous = engine.total(cut.table, f"{look.where} AND {look.key.empty}" if look.key else look.where)
            proof = recipes.proof(engine, rule) if one.action == "anonymise" else recipes.Proof()
        gone = int(one.rows_count or 0) if one.action == "erase" else 0
        whole = int(one.total or 0) + int(one.outside or 0)
        grown = total + gone == whole if one.action == "erase" else anonymous == int(one.no_key or 0) + expected.rows
        if (found.rows, found.digest) == (expected.rows, expected.digest):
            self._keep(one.replace(plan_state="approved", swaps=None), "plan.left_old")
        elif found.rows == 0 and (grown or done):
            self._certify(total + gone, total, proof, "found", (), _noted(self._now, one, rule))
        elif found.rows == 0 and done is False:
            self._keep(one.replace(plan_state="not_done"), "plan.not_done")
        else:
            return False
        return True

    def confirm(self) -> Plan:
        """Delete the old file that was kept beside the new one: until then the erased rows are still on the disk.

        An old file that somebody has written to since is not deleted: those rows are nowhere else.
        """
        found = self.certificate
        if found is None or not found.kept_copy:
            raise _words.refusal("nothing_kept", plan=self.id)
        swaps = self._swaps(self.record)
        grown = [one.kept.name for one in swaps if one.kept_changed()]
        if grown:
            raise _words.refusal("kept_changed", names=", ".join(grown))
        for one in swaps:
            one.forget()
        why = _words.say("plan.confirmed", self._lang)
        self._room.seal_act([found.replace(kept_copy=None)], self._room.standpoint.valid_on, why)
        return self

    def document(self, lang: str | None = None) -> Document:
        """The plan, or its certificate once it is done, as a document with `.save(path)`."""
        from ivplus_tools.retention import letters

        return letters.certificate(self._room.speaking(lang).state(), self.id)

    def __repr__(self) -> str:
        from ivplus_tools.retention import letters

        return letters.told(self.record, self._lang)

    # --- what it rests on

    @property
    def _lang(self) -> str:
        return self._kept_room.standpoint.lang

    def _in(self, *states: str) -> ErasurePlan:
        """The record, if the plan is in one of these states."""
        one = self.record
        if one.plan_state not in states:
            raise _words.refusal("plan_state", plan=self.id, state=_words.values("plan_state")[str(one.plan_state)])
        self._step = str(one.plan_state)
        return one

    def _last_look(self, cut: Cut, rule: RetentionRule, engine: Engine, noted: Noted) -> None:
        """Before the commit: what goes is noted, and a hold that was recorded meanwhile stops it."""
        noted.flush()
        now = held_now(self._now, rule, beside=engine)
        if now.everything or now.keys != self._keys or now.some != cut.holds:
            raise _words.refusal("rule_changed", rule=rule.id)

    def _opened(self, one: ErasurePlan, location: str | None) -> Any:
        place = _sources.elsewhere(self._now.place(one.source), location)
        return _sources.opened(place, write=one.plan_state == "approved")

    def _begun(self) -> Retention:
        """What was known when the carrying out began: a hold recorded later changes nothing of what was done."""
        room, began = self._room, self._now.find(self.id, "erasure_plan").entry.recorded_at
        return room.as_of(replace(room.standpoint, known_at=began, past=True)).state()

    def _cut(self, engine: Engine, one: ErasurePlan, rule: RetentionRule) -> Cut:
        """The frozen cut, with the holds of the moment; where anything would come out otherwise it is refused."""
        now, table = self._now, str(rule.table)
        if engine.reading(table) != one.reading or _hash_of(engine, table) != one.place_hash:
            raise _words.refusal("other_place", plan=self.id)
        held = held_now(now, rule, beside=engine)
        if held.everything:
            raise _words.refusal("all_held", rule=rule.id, holds=", ".join(held.by))
        look = counting.looked(engine, rule, now)
        if held.some and look.key is None:
            raise _words.refusal("all_held", rule=rule.id, holds=", ".join(held.by))
        counting.read_once(engine, now, rule, look, held)
        cut = counting.readied(engine, counting.cut_of(rule, look, one.cutoff or EARLIEST, held.some))
        if engine.condition(cut) != one.predicate:
            raise _words.refusal("rule_changed", rule=rule.id)
        self._keys = held.keys
        return cut

    def _keep(self, record: ErasurePlan, why: str, detail: str = "") -> Receipt:
        told, room = _words.say(why, self._lang), self._room
        seen = self._now.find(self.id, "erasure_plan").entry
        if (seen.body or {}).get("plan_state") != self._step:  # somebody else took the step first
            raise _words.refusal("changed", subject=self.id, by=seen.recorded_by)
        self._step = str(record.plan_state)
        made = record.replace(rests_on=seen.seal)
        return room.seal_act([made], room.standpoint.valid_on, f"{told}: {detail}" if detail else told, seen.entry)

    def _forget(self) -> None:
        """The secret of the plan goes: the hash of its keys can be compared with nothing any more."""
        ledger.forget_secret(self._room.standpoint.path, _key_name(self.id))

    def _certify(
        self, before: int, after: int, proof: recipes.Proof, how: str, touched: tuple[str, ...], noted: Noted, location: str | None = None
    ) -> None:
        """Seal what was done; then count again, and seal what that says. What was not counted is left open."""
        room, one = self._room, self.record
        at, seen = room.standpoint, self._now.find(self.id, "erasure_plan").entry
        swaps = self._swaps(one)
        certificate = ErasureCertificate.of(
            self.id, plan=self.id, rule=one.rule, source=one.source, table=one.table, location=location or one.location,
            action=one.action, rows_count=one.rows_count, total_before=before, total_after=after, keys_hash=one.keys_hash,
            rests_on=seen.seal, acting=one.acting, touched=touched or None, k_anonymity=proof.k, linked=proof.linked,
            ledger=noted.told, ledger_until=noted.until if noted.secret else None,
            planned_by=one.planned_by, approved_by=one.approved_by, approved_how=one.approved_how,
            single_officer=one.single_officer, executed_by=at.by, executed=_dates.moment(at.now),
            kept_copy="\n".join(swap.kept.name for swap in swaps) or None, how_known=how,
        )  # fmt: skip
        why = _words.say("plan.done", at.lang)
        room.seal_act([one.replace(plan_state="done", rests_on=seen.seal), certificate], at.valid_on, why)
        self._forget()
        try:
            again = counting.recorded(self._room, str(one.source), at.valid_on, fresh=True).of(str(one.rule)).count
        except Refusal:  # another rule's trouble does not undo a certificate; what is left is not known
            return
        counts = {name: getattr(again, name) for name in APART}
        room = self._room
        room.seal_act([certificate.replace(remaining=again.overdue, **counts)], room.standpoint.valid_on, why)


def _noted(state: Retention, plan: ErasurePlan, rule: RetentionRule) -> Noted:
    """The way of a plan's rows into the ledger of their source; without a key nothing can be noted."""
    at, source = state.at, state.find(str(plan.source), "source").record
    until = ledger.until(at.now.date(), source.backup_kept)
    return Noted(ledger.Ledger(at.path, str(plan.source)), plan.id, str(plan.table), until, bool(rule.subject_key))


def make(room: Room[Retention], rule_id: str, why: str) -> Plan:
    """A plan of what is overdue by a rule today."""
    if room.standpoint.past:
        raise _words.refusal("past_standpoint")
    room = room.as_of(at_present(room.standpoint))
    at, state = room.standpoint, room.state()
    rule: RetentionRule = state.find(rule_id, "retention_rule").record
    if rule.action == "review":
        raise _words.refusal("only_review", rule=rule_id)
    found = counting.scan(state, rule.source, at.valid_on, None, None).of(rule_id)
    if found.cut is None or found.count.overdue in (None, "0"):
        raise _words.refusal("nothing_overdue", rule=rule_id)
    head, ident = _store.head(at), _next_id(at, rule_id)
    secret = ledger.new_secret(at.path, _key_name(ident))
    try:
        plan = _frozen(state, rule, found.cut, found.count, secret, ident).replace(head=head)
        room.seal_act([plan], at.valid_on, why or _words.say("plan.made", at.lang), 0)
    except BaseException:
        ledger.forget_secret(at.path, _key_name(ident))
        raise
    return Plan(room, ident)


def _frozen(state: Retention, rule: RetentionRule, cut: Cut, count: RuleCount, secret: bytes, ident: str) -> ErasurePlan:
    """What is overdue, frozen; refused where it is not what the count says, or a hold points at nothing."""
    at, table = state.at, str(rule.table)
    with _sources.opened(state.place(rule.source)) as engine:
        if table in engine.views():
            raise _words.refusal("a_view", table=table)
        held = held_now(state, rule, beside=engine)
        counting.read_once(engine, state, rule, counting.looked(engine, rule, state), held)
        cut = counting.readied(engine, replace(cut, holds=held.some))
        engine.begin()
        tally = engine.tally(cut, secret)
        k = recipes.preview(engine, rule, cut) if rule.action == "anonymise" else None
        acting = list(engine.effects(table, rule.action == "anonymise"))
        told = {"reading": engine.reading(table), "place_hash": _hash_of(engine, table)}
        predicate = engine.condition(cut)
    if tally.rows != int(count.overdue or 0):
        raise _words.refusal("plan_differs", rule=rule.id, found=tally.rows, counted=count.overdue)
    counts = {name: getattr(count, name) for name in ("total", *APART)}
    plan: ErasurePlan = ErasurePlan.of(
        ident, rule=rule.id, source=rule.source, table=table, location=state.place(rule.source).location, action=rule.action,
        as_of=at.valid_on, cutoff=cut.through, predicate=predicate, rows_count=tally.rows, acting=acting or None,
        rule_seal=state.find(rule.id, "retention_rule").entry.seal, keys_hash=tally.digest, k_anonymity=k,
        planned_by=at.by, plan_state="planned", **told, **counts,
    )  # fmt: skip
    return plan


def _hash_of(engine: Engine, table: str) -> str:
    """What binds a plan to its place without telling it: where the table lies, its columns, what acts on it."""
    columns = sorted((one.name, one.type) for one in engine.columns(table).values())
    acting = [sorted(engine.effects(table, changing).items()) for changing in (False, True)]
    return hashlib.sha256(repr((engine.where_it_is(table), columns, acting)).encode()).hexdigest()


def _key_name(ident: str) -> str:
    return f"plan-{ledger.tag_of(ident)}"


def _next_id(at: Standpoint, rule: str) -> str:
    """The rule, the day, and a number where there was a plan before; a number is not used twice."""
    used = {subject for kind, subject in _store.newest(at) if kind == "erasure_plan"}
    stem = f"{rule}/{at.valid_on}"
    return next(one for one in (stem, *(f"{stem}/{number}" for number in range(2, len(used) + 3))) if one not in used)


def _rule(plan: ErasurePlan, state: Retention) -> RetentionRule:
    """The rule that was planned and approved; one that was recorded anew since is refused."""
    found = state.find(str(plan.rule), "retention_rule")
    rule: RetentionRule = found.record
    clock = clock_of(rule, state.financial_year_end(rule))
    cutoff = clock.cutoff(plan.as_of) if clock and plan.as_of else None
    if found.entry.seal != plan.rule_seal or cutoff != plan.cutoff:
        raise _words.refusal("rule_changed", rule=rule.id)
    return rule
