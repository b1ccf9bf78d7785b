"""Erasing, rectifying and restricting a person's rows in the source: planned, approved by another, done in one transaction, certified.

The keys of the person stay with the officer: the journal holds their number and a keyed hash. What is held, or a statute obliges to keep,
is told by table and is not planned.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ivplus_tools import _dates, _law, _persons, _sources, _store, _words
from ivplus_tools._records import clean, texts
from ivplus_tools._room import Room
from ivplus_tools._sources import Asked, Engine, Tally, compose, ledger
from ivplus_tools._sources.sql import OfSubject, literal
from ivplus_tools.errors import Refusal
from ivplus_tools.rights import leading
from ivplus_tools.rights.found import Found
from ivplus_tools.rights.records import SubjectPlan
from ivplus_tools.rights.state import Requests
from ivplus_tools.rights.tables import SEARCHED, Table, columns_of

ERASE, RECTIFY, RESTRICT = "erase", "rectify", "restrict"


@dataclass(frozen=True)
class Barred:
    """Rows that are not touched: the table, how many, and what bars it."""

    source: str
    table: str
    rows: int
    why: str


class SubjectPlans:
    """Plans of one act over a person's tables, a plan each, and what is barred. `approve` and `execute` go through all or one."""

    def __init__(
        self, room: Room[Requests], found: Found, plans: Sequence[str], barred: Sequence[Barred], changes: Mapping[str, Mapping[str, str]]
    ) -> None:  # fmt: skip
        self._room, self._found = room, found
        self.ids, self.barred, self._changes = tuple(plans), tuple(barred), dict(changes)

    @property
    def records(self) -> list[SubjectPlan]:
        """The plans as they stand."""
        known = {one.id: one for one in self._room.state().records("subject_plan")}
        return [known[ident] for ident in self.ids if ident in known]

    def approve(self, by: str, single_officer: bool = False) -> SubjectPlans:
        """Approve by name, another one than the planner's; `single_officer` says that there is nobody else, and is recorded."""
        name = clean(by)
        if not name:
            raise _words.refusal("who_records")
        made = []
        for one in self.records:
            _demand_state(one, "planned")
            same = name.casefold() == str(one.planned_by).casefold()
            if same and not single_officer:
                raise _words.refusal("same_officer", by=name)
            made.append(one.replace(approved_by=name, single_officer="yes" if same else "no", plan_state="approved"))
        self._keep(made, "approved")
        return self

    def execute(self, grant: str, triggers: Iterable[str] = ()) -> SubjectPlans:
        """Carry out the plans of the source that is granted by its name, each in one transaction; refused where anything has changed."""
        mine = [one for one in self.records if one.source == grant]
        if not mine:
            raise _words.refusal("no_grant", source=", ".join(sorted({str(one.source) for one in self.records})) or "–")
        newest = _store.newest(self._room.standpoint)
        for one in mine:
            _demand_state(one, "approved")
        for one in mine:
            self._carry_out(one, frozenset(triggers), newest[("subject_plan", one.id)])
        return self

    def _carry_out(self, one: SubjectPlan, triggers: frozenset[str], newest: int) -> None:
        state = self._room.state()
        table = next(each for each in self._found.every if (each.source, each.name) == (one.source, one.table))
        secret = ledger.secret(state.at.path, _secret(one.id))
        if secret is None:
            raise _words.refusal("plan_key_gone", plan=one.id)
        if why := bars(state, table, str(one.subject_act), keys_of(self._found)):
            raise _words.refusal("barred_now", plan=one.id, why=why)
        noted = _noted(state, one)
        failing: tuple[type[Exception], ...]
        with _sources.opened(state.place(one.source), write=True) as engine:
            failing = (Refusal, OSError, ValueError, *engine.trouble)
            changes = _changes(engine, table, self._changes.get(f"{table.source}/{table.name}", {})) if one.subject_act != ERASE else None
            expected = Tally(int(one.rows_count or 0), str(one.keys_hash))
            self._keep([one.replace(plan_state="started")], "started", newest)  # another notebook may be at it
            asked = Asked(
                secret, True, noted.flush, ledger.tag_of(one.id), triggers, frozenset(),
                lambda key, _: noted.add(key, ""), lambda told: self._swapping(one, told),
            )  # fmt: skip
            try:
                outcome = engine.carry_out(_cut(table), changes, expected, asked)
            except failing:
                if not engine.committing:
                    self._keep([self._again(one).replace(plan_state="not_done")], "not_done")
                raise
        at, left = self._room.standpoint, self._again(one)
        kept = [swap.kept.name for swap in _sources.swaps_of(state.place(one.source), ledger.tag_of(one.id), texts(left.swaps))]
        done = left.replace(
            plan_state="done", total_before=outcome.before, total_after=outcome.after, executed_by=at.by, executed=_dates.moment(at.now),
            kept_copy=", ".join(kept) or None, ledger=noted.told, ledger_until=noted.until if noted.secret else None,
        )  # fmt: skip
        self._keep([done], "done")
        ledger.forget_secret(at.path, _secret(one.id))

    def confirm(self) -> SubjectPlans:
        """Delete the old files that were kept beside the new ones: until then the rows are still on the disk."""
        for one in self.records:
            if one.kept_copy:
                swaps = _sources.swaps_of(self._room.state().place(one.source), ledger.tag_of(one.id), texts(one.swaps))
                if grown := [swap.kept.name for swap in swaps if swap.kept_changed()]:
                    raise _words.refusal("kept_changed", names=", ".join(grown))
                for swap in swaps:
                    swap.forget()
                self._keep([self._again(one).replace(kept_copy=None)], "confirmed")
        return self

    def _again(self, one: SubjectPlan) -> SubjectPlan:
        return next(each for each in self.records if each.id == one.id)

    def _swapping(self, one: SubjectPlan, told: Mapping[str, str]) -> None:
        """Seal what tells old and new files apart, before the first is put in its place."""
        self._keep([self._again(one).replace(swaps=[f"{name} {stamps}" for name, stamps in told.items()] or None)], "started")

    def _keep(self, records: Sequence[SubjectPlan], key: str, newest: int | None = None) -> None:
        at = self._room.standpoint
        self._room.seal_act(list(records), at.valid_on, _words.say(f"rights.plan_{key}", at.lang), expecting=newest)

    def __repr__(self) -> str:
        lang = self._room.standpoint.lang
        states, acts = _words.values("plan_state"), _words.values("subject_act")
        lines = [
            f"{one.id}: {one.source}/{one.table}, {acts[str(one.subject_act)][lang]}, {one.rows_count}: {states[str(one.plan_state)][lang]}"
            for one in self.records
        ]
        lines += [_words.say("rights.barred", lang, table=f"{one.source}/{one.table}", rows=one.rows, why=one.why) for one in self.barred]
        return "\n".join(lines)


def plan(room: Room[Requests], found: Found, act: str, changes: Mapping[str, Mapping[str, str]] | None = None) -> SubjectPlans:
    """Freeze one act over every table in which the person was found; `changes`: by `source/table`, a new value for each column."""
    state, made, barred = room.state(), [], []
    tables = [one for one in found.given if changes is None or f"{one.source}/{one.name}" in changes]
    unknown = set(changes or ()) - {f"{one.source}/{one.name}" for one in tables}
    if unknown:
        raise _words.refusal("no_rows_there", got=", ".join(sorted(unknown)))
    for table in _inward(tables):
        if why := bars(state, table, act, keys_of(found)) or _unkeyed(state, table):
            barred.append(Barred(table.source, table.name, len(table.sure), why))
            continue
        made.append(_frozen(state, found, table, act, (changes or {}).get(f"{table.source}/{table.name}")))
    if made:
        room.seal_act(made, room.standpoint.valid_on, _words.say("rights.plan_planned", state.lang), expecting=0)
    return SubjectPlans(room, found, [one.id for one in made], barred, changes or {})


def _inward(tables: Sequence[Table]) -> list[Table]:
    """Rows that refer to others go first: after a crash, what is left is still found by what it refers to."""
    left, found = list(tables), []
    while left:
        free = [one for one in left if not any(other is not one and any(leading.links(other, one)) for other in left)] or left[:1]
        found += free
        left = [one for one in left if not any(one is other for other in free)]
    return found


def _frozen(state: Requests, found: Found, table: Table, act: str, changes: Mapping[str, str] | None) -> SubjectPlan:
    number = len([one for one in state.records("subject_plan") if one.request == found.request]) + 1
    ident = f"{found.request}/{table.source}/{table.name}/{act}/{number}"
    secret = ledger.new_secret(state.at.path, _secret(ident))
    with _sources.opened(state.place(table.source)) as engine:
        if changes:
            _changes(engine, table, changes)
        tally = engine.tally(_cut(table), secret)
    if tally.rows != len(table.sure):
        raise _words.refusal("drifted", planned=len(table.sure), found=tally.rows)
    plan_: SubjectPlan = SubjectPlan.of(
        ident, request=found.request, source=table.source, table=table.name, subject_act=act, changed_columns=sorted(changes or ()) or None,
        rows_count=tally.rows, keys_hash=tally.digest, plan_state="planned", planned_by=state.at.by,
    )  # fmt: skip
    return plan_


def _noted(state: Requests, one: SubjectPlan) -> ledger.Noted:
    """Rows on their way to the ledger of the source, which tells a restored backup's rows from others."""
    until = ledger.until(state.on, state.bodies("source").get(str(one.source), {}).get("backup_kept"))
    return ledger.Noted(ledger.Ledger(state.at.path, str(one.source)), one.id, str(one.table), until, one.subject_act == ERASE)


def settle(room: Room[Requests], request: str) -> list[SubjectPlan]:
    """After an interruption: files that were swapped, or the rows that the ledger noted, tell the old state from the new one.

    What is neither is refused: of changed values in a database the officer has to look.
    """
    state, made = room.state(), []
    for one in state.records("subject_plan"):
        if one.request != request or one.plan_state != "started":
            continue
        swaps = _sources.swaps_of(state.place(one.source), ledger.tag_of(one.id), texts(one.swaps))
        states, there = {swap.state() for swap in swaps}, _still_there(state, one)
        if states == {"new"} or (not swaps and there == 0):
            made.append(one.replace(plan_state="done", kept_copy=", ".join(swap.kept.name for swap in swaps) or None))
        elif "other" not in states and there == int(one.rows_count or 0):
            for swap in swaps:
                swap.undo()
            made.append(one.replace(plan_state="not_done", swaps=None))
        else:
            raise _words.refusal("unsettled", rows="?" if there is None else there, planned=one.rows_count)
    if made:
        room.seal_act(made, room.standpoint.valid_on, _words.say("rights.plan_settled", state.lang))
    return made


def _still_there(state: Requests, one: SubjectPlan) -> int | None:
    """How many of the rows that a plan noted are in the source; None where nothing was noted, or it cannot be asked."""
    book = ledger.Ledger(state.at.path, str(one.source))
    if one.subject_act != ERASE or not book or book.told(one.id).endswith(":0"):
        return None
    return _again_there(state, one, book)


def returned(state: Requests) -> list[tuple[str, str, str, int | None]]:
    """Rows that were erased and are there again, such as after a restore: plan, source, table, how many (None: cannot be told)."""
    found: list[tuple[str, str, str, int | None]] = []
    for one in state.records("subject_plan"):
        if one.plan_state != "done" or one.subject_act != ERASE:
            continue
        book = ledger.Ledger(state.at.path, str(one.source))
        if not one.ledger or not book.vouches({one.id: one.ledger}):
            found.append((one.id, str(one.source), str(one.table), None))
            continue
        found.append((one.id, str(one.source), str(one.table), _again_there(state, one, book)))
    return found


def _again_there(state: Requests, one: SubjectPlan, book: ledger.Ledger) -> int | None:
    key = state.bodies("data_table").get(f"{one.source}/{one.table}", {}).get("subject_key")
    made = book.secret
    if not key or made is None:
        return None
    try:
        with _sources.opened(state.place(one.source)) as engine:
            column = engine.column(str(one.table), str(key))
            rows = engine.rows(compose("SELECT {key} FROM {table} AS t", key=column.text, table=engine.relation(str(one.table))))
            marks = [book.mark(made, str(one.table), _sources.text_of(told), "") for (told,) in rows]
    except Refusal:
        return None
    return book.known(marks, frozenset((one.id,)))


def _secret(ident: str) -> str:
    return f"subject-{ledger.tag_of(ident)}"


def _demand_state(one: SubjectPlan, wanted: str) -> None:
    if one.plan_state != wanted:
        raise _words.refusal("plan_state", plan=one.id, state=_words.values("plan_state")[str(one.plan_state)])


def _cut(table: Table) -> OfSubject:
    """The rows of the person by the key of the table."""
    return OfSubject.of(table.name, str(table.key), sorted({row.cells.get(str(table.key)) or "" for row in table.sure}))


def _unkeyed(state: Requests, table: Table) -> str:
    """Why the person's rows cannot be told from others by a key: the table has none, a row has none, or others share it."""
    if table.is_view:
        return _words.say("rights.is_view", state.lang)
    if not table.key or any(not (row.cells.get(table.key) or "").strip() for row in table.sure):
        return _words.say("rights.no_key", state.lang)
    mine = {row.cells[table.key] for row in table.sure}
    if any(row.cells.get(table.key) in mine for row in table.near):
        return _words.say("rights.shared_key", state.lang)
    return "" if table.state == SEARCHED else table.detail


def _changes(engine: Engine, table: Table, told: Mapping[str, str]) -> dict[str, str]:
    """New values as constants of a statement; an unknown column is refused."""
    if empty := [name for name, value in told.items() if value is None]:
        raise _words.refusal("no_new_value", names=", ".join(empty))
    return {engine.column(table.name, name).name: literal(str(value)) for name, value in told.items()}


# --- what bars it


def bars(state: Requests, table: Table, act: str, mine: frozenset[str]) -> str:
    """What bars an act on a table: a legal hold that may reach it, or a statute that obliges keeping. Empty where nothing does."""
    held = [name for name, body in state.bodies("hold").items() if _in_force(body, state.on) and _may_reach(state, body, table, mine)]
    if held:
        return _words.say("rights.held", state.lang, holds=", ".join(held))
    if act != ERASE:
        return ""
    return "; ".join(
        _words.say("rights.statute", state.lang, rule=name, statute=_law.codes("retention_statute")[code].name[state.lang])
        for name, code in _statutes(state, table)
    )


def _in_force(body: Mapping[str, Any], on: date) -> bool:
    begins, ends = body.get("held_from"), body.get("held_until")
    return (begins is None or _dates.day(begins) <= on) and (ends is None or on <= _dates.day(ends))


def keys_of(found: Found) -> frozenset[str]:
    """Every key and reference in the person's rows: a hold names people by any of them."""
    columns = {id(one): {str(one.key), *(str(link["column"]) for link in one.links), *columns_of(one, "person_key")} for one in found.given}
    cells = (row.cells.get(name) for one in found.given for row in one.sure for name in columns[id(one)])
    return frozenset(_persons.bare(_persons.key(cell)) for cell in cells if cell) - {""}


def _may_reach(state: Requests, body: Mapping[str, Any], table: Table, mine: frozenset[str]) -> bool:
    """Whether a hold may be about rows of the person in a table: what names nothing that excludes it may."""
    if (activity := body.get("activity")) and table.activities and activity not in table.activities:
        return False
    if (source := body.get("source")) and not body.get("held_table") and source != table.source:
        return False
    if rules := body.get("rules"):
        known = [state.bodies("retention_rule").get(one) for one in texts(rules)]
        if not any(one is None or (one.get("source"), one.get("table")) == (table.source, table.name) for one in known):
            return False
    if subjects := body.get("subjects"):
        return bool(mine & {_persons.bare(_persons.key(str(one))) for one in subjects})
    return True


def _statutes(state: Requests, table: Table) -> list[tuple[str, str]]:
    """Retention rules of a table that rest on a statute which obliges keeping, with the statute."""
    found = []
    for name, body in state.bodies("retention_rule").items():
        code = body.get("statute")
        if (body.get("source"), body.get("table")) == (table.source, table.name) and code:
            now = _law.codes("retention_statute")[code].on(state.on) if code in _law.codes("retention_statute") else None
            if now is None or now.get("kind") == "minimum":
                found.append((name, code))
    return found
