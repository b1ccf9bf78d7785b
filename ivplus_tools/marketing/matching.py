"""A list of addresses against consents, bans and customers as of a day: everything is asked of all rows together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from ivplus_tools import _dates, _records, _sources, _words
from ivplus_tools._sources import Column, Engine, compose, literal, quoted
from ivplus_tools.errors import Refusal
from ivplus_tools.marketing import addresses, cells, hashing
from ivplus_tools.marketing.cells import Asked
from ivplus_tools.marketing.days import day_in_sql, filled_in_sql
from ivplus_tools.marketing.deciding import ANSWER, REASONS, decision
from ivplus_tools.marketing.records import MarketingTable
from ivplus_tools.marketing.state import BANS, CONSENTS, CUSTOMERS

if TYPE_CHECKING:
    from ivplus_tools._sources.bench import Bench

Progress = Callable[[int, int], None]
MOST_COMBINATIONS = 20_000
"""Different combinations of cells that tell purpose, channel, text and so on; more of them are no codes."""
BODY = """
SELECT b.*, a.raw AS raw
FROM {body} AS b LEFT JOIN (SELECT DISTINCT trim(k) AS k, raw FROM {keys} WHERE trim(k) <> '') AS a ON trim(b.k) = a.k
"""
VIEW = "CREATE OR REPLACE TEMP VIEW {name} AS {query}"
TABLE = "CREATE OR REPLACE TEMP TABLE {name} AS {query}"
COMBINED = "SELECT DISTINCT {cells} FROM {seen} LIMIT {most}"
ODD = "SELECT raw, count(*) AS rows FROM {seen} WHERE ({key}) IS NULL GROUP BY raw"
EVENTS = """
SELECT {key} AS k, s.raw, {given} AS given, {withdrawn} AS withdrawn, {given_told} AS given_told, {withdrawn_told} AS withdrawn_told,
  c.bits, c.since, c.until, c.kind, s.collected_how AS how, s.consent_text AS text, s.purpose, s.channel
FROM {seen} AS s {odd} JOIN {said} AS c ON {same}
"""
CONSENTED = """
SELECT k, max(CASE WHEN (bits & {own}) > 0 AND given <= {on} AND {fresh} AND given >= coalesce(since, given)
    AND given <= coalesce(until, given) THEN given END) AS g,
  max(CASE WHEN (bits & {stops}) > 0 AND withdrawn <= {on} THEN withdrawn END) AS w,
  coalesce(bool_or((bits & {stops}) > 0 AND withdrawn_told AND withdrawn IS NULL), false) AS w_unread,
  coalesce(bool_or((bits & {own}) > 0 AND withdrawn < given AND withdrawn <= {on}), false) AS disorder,
  coalesce(bool_or((bits & {own}) > 0 AND given IS NULL), false) AS g_unread,
  coalesce(bool_or((bits & {own}) > 0 AND given > {on}), false) AS later,
  coalesce(bool_or((bits & {own}) > 0 AND given <= {on} AND NOT {fresh}), false) AS old,
  coalesce(bool_or((bits & {own}) > 0 AND (given < since OR given > until)), false) AS not_in_use,
  bit_or(CASE WHEN given <= {on} OR given IS NULL THEN bits ELSE 0 END) AS bits, max(kind) AS kind
FROM {events} WHERE k IS NOT NULL GROUP BY k
"""
BANNED = """
SELECT k, max(CASE WHEN given <= {on} THEN given END) AS b, coalesce(bool_or(given IS NULL), false) AS always, max(kind) AS kind
FROM {events} WHERE k IS NOT NULL AND bits > 0 AND (given IS NULL OR given <= {on}) GROUP BY k
"""
BOUGHT = """
SELECT k, max(CASE WHEN given <= {on} THEN bits WHEN given IS NOT NULL THEN 0 WHEN bits = {fits} THEN {unknown} ELSE bits END) AS c,
  max(kind) AS kind
FROM {events} WHERE k IS NOT NULL GROUP BY k
"""
NONE = {
    CONSENTS: "SELECT NULL::VARCHAR AS k, NULL::DATE AS g, NULL::DATE AS w, false AS w_unread, false AS disorder, false AS g_unread, "
    "false AS later, false AS old, false AS not_in_use, 0 AS bits, 0 AS kind WHERE false",
    BANS: "SELECT NULL::VARCHAR AS k, NULL::DATE AS b, false AS always, 0 AS kind WHERE false",
    CUSTOMERS: "SELECT NULL::VARCHAR AS k, 0 AS c, 0 AS kind WHERE false",
}
ONCE = """
SELECT raw, any_value(k) AS k, CASE WHEN count(*) > 1 THEN {two} ELSE any_value(problem) END AS problem FROM {odd} GROUP BY raw
"""
ALL = "SELECT * FROM {name}"
LISTED = "SELECT s.n, {key} AS k, {problem} AS problem, s.raw = ({key}) AS same, {kind} AS kind FROM {seen} AS s {odd} {said}"
PROBLEM = "CASE WHEN trim(coalesce(s.raw, '')) = '' THEN '{empty}' WHEN {key} IS NULL THEN '{unreadable}' ELSE {told} END"


@dataclass
class Loaded:
    """What was brought for a check: which tables were read, what failed and why, what of them reaches nobody."""

    read: dict[str, list[str]] = field(default_factory=lambda: {CONSENTS: [], BANS: [], CUSTOMERS: []})
    failed: dict[str, str] = field(default_factory=dict)
    nobody: dict[str, int] = field(default_factory=dict)
    """Rows of a table from which no address follows."""
    tables: list[tuple[MarketingTable, str]] = field(default_factory=list)
    """Each table with what its rows are called on the workbench."""
    events: dict[str, list[str]] = field(default_factory=lambda: {CONSENTS: [], BANS: [], CUSTOMERS: []})


@dataclass
class Matching:
    """A check in the making: the workbench, and what is held open as long as it is asked."""

    asked: Asked
    bench: Bench
    open: ExitStack
    loaded: Loaded = field(default_factory=Loaded)

    @property
    def form(self) -> str:
        """What an address of the channel is."""
        return addresses.FORMS[self.asked.channel]

    # --- tables of the company

    def load(self, only: Sequence[str] = (CONSENTS, BANS, CUSTOMERS)) -> Loaded:
        """Bring every table of these roles; one that cannot be read is told, and blocks."""
        for place, table in enumerate(self.asked.state.tables):
            role = str(table.table_role)
            if role not in only or not self._is_of_the_channel(table):
                continue
            try:
                self._load(table, f"t{place}")
                self.loaded.read[role].append(table.id)
            except Refusal as refusal:
                self.loaded.failed[table.id] = refusal.text(self.asked.state.lang)
            except self.bench.trouble as error:
                self.loaded.failed[table.id] = _sources.reason_of(error)
        return self.loaded

    def _is_of_the_channel(self, table: MarketingTable) -> bool:
        """Whether a table may speak of the channel: not one that is all of another channel, unless its addresses are the same."""
        told = table.marketing_channel
        return table.column("channel") is not None or told is None or told == self.asked.channel

    def _load(self, table: MarketingTable, name: str) -> None:
        engine = self.open.enter_context(_sources.opened(self.asked.state.place(table.source)))
        demand_read_whole(engine, str(table.table))
        known = {role: _column(engine, table, role) for role in ("key", "given", "withdrawn", "banned", *cells.CELLS, "collected_how")}
        brought: dict[str, Column | None] = {name: one for name, one in known.items() if name != "key"}
        if table.column("address"):
            brought["raw"] = _column(engine, table, "address")
            days = self.bench.bring(engine, str(table.table), brought, name)
        else:
            days = self.bench.bring(engine, str(table.table), {**brought, "k": known["key"]}, f"{name} body")
            self._with_addresses(engine, table, name)
        self._events(table, name, days)

    def _with_addresses(self, engine: Engine, table: MarketingTable, name: str) -> None:
        """Rows that name their person by a key, with the addresses that another table has for it."""
        other = next(
            (one for one in self.asked.state.tables if table.addresses in (one.id, one.table) and one.source == table.source), None
        )
        if other is None or not other.column("key") or not other.column("address"):
            raise _words.refusal("marketing_no_keys", subject=table.id, other=str(table.addresses))
        demand_read_whole(engine, str(other.table))
        self.bench.bring(
            engine, str(other.table), {"k": _column(engine, other, "key"), "raw": _column(engine, other, "address")}, f"{name} keys"
        )
        query = compose(BODY, body=quoted(f"{name} body"), keys=quoted(f"{name} keys"))
        self.bench.ask(compose(VIEW, name=quoted(name), query=query))

    def _events(self, table: MarketingTable, name: str, days: frozenset[str]) -> None:
        """The rows of a table as events: address, days, and what their cells say."""
        odd, lost = self.odd(name)
        same = self._combinations(table, name)
        when = "banned" if table.table_role == BANS and table.column("banned") else "given"
        formats = _records.texts(table.date_format)
        parts = {
            "key": self._key(odd), "seen": quoted(name), "odd": _joined(odd), "said": quoted(f"{name} said"), "same": same,
            "given": day_in_sql(f"s.{when}", when in days, formats), "withdrawn": day_in_sql("s.withdrawn", "withdrawn" in days, formats),
            "given_told": filled_in_sql(f"s.{when}", when in days), "withdrawn_told": filled_in_sql("s.withdrawn", "withdrawn" in days),
        }  # fmt: skip
        self.bench.ask(compose(VIEW, name=quoted(f"{name} events"), query=compose(EVENTS, **parts)))
        if lost:
            self.loaded.nobody[table.id] = lost
        self.loaded.events[str(table.table_role)].append(f"{name} events")
        self.loaded.tables.append((table, f"{name} events"))

    def _combinations(self, table: MarketingTable, name: str) -> str:
        """Judge each combination of cells once; the condition by which a row finds its own."""
        told = [one for one in cells.CELLS if table.column(one)]
        found: Iterable[Sequence[str]] = [()]
        if told:
            listed = ", ".join(f"coalesce({one}, '')" for one in told)
            query = compose(COMBINED, cells=listed, seen=quoted(name), most=str(MOST_COMBINATIONS + 1))
            found = self.bench.ask(query)
            if len(list(found)) > MOST_COMBINATIONS:
                raise _words.refusal("marketing_cells_no_codes", subject=table.id, most=MOST_COMBINATIONS)
        rows = []
        for combination in found:
            said = cells.judge(self.asked, table, dict(zip(told, combination, strict=True)))
            rows.append((*combination, said.bits, said.since, said.until, said.kind))
        types = {**dict.fromkeys(told, "VARCHAR"), "bits": "INTEGER", "since": "DATE", "until": "DATE", "kind": "INTEGER"}
        self.bench.put(f"{name} said", types, rows)
        return " AND ".join(f"coalesce(s.{one}, '') = c.{one}" for one in told) or "true"

    # --- addresses

    def odd(self, name: str) -> tuple[str | None, int]:
        """Read the spellings that are not usual one by one, into a table beside (None: there are none); and how many rows have no address."""
        query = compose(ODD, seen=quoted(name), key=addresses.key_in_sql(self.form, "raw"))
        rows: list[tuple[str, str | None, str | None]] = []
        lost = 0
        for raw, count in self.bench.rows(query):
            reading = addresses.read(self.form, raw)
            lost += 0 if reading.keys else count
            rows += [(raw, key, reading.problem or None) for key in reading.keys] or [(raw, None, reading.problem)]
        self.bench.put(f"{name} odd", {"raw": "VARCHAR", "k": "VARCHAR", "problem": "VARCHAR"}, rows)
        return (f"{name} odd" if rows else None), lost

    def _key(self, odd: str | None) -> str:
        usual = addresses.key_in_sql(self.form, "s.raw")
        return f"coalesce({usual}, o.k)" if odd else usual

    # --- the list

    def list_rows(self, name: str, has_kind: bool) -> None:
        """The rows of the list `name` (n, raw, recipient): each once, with its address, or why it has none."""
        odd, _ = self.odd(name)
        if odd:
            once = compose(ONCE, two=literal(addresses.TWO), odd=quoted(odd))
            self.bench.ask(compose(TABLE, name=quoted(f"{name} once"), query=once))
        key = self._key(odd)
        told = "o.problem" if odd else "CAST(NULL AS VARCHAR)"
        problem = compose(PROBLEM, key=key, told=told, empty=addresses.EMPTY, unreadable=addresses.UNREADABLE)
        said = ""
        if has_kind:
            query = compose(COMBINED, cells="coalesce(recipient, '')", seen=quoted(name), most=str(MOST_COMBINATIONS))
            self.bench.put("kinds", {"told": "VARCHAR", "kind": "INTEGER"}, [(one, cells.kind_of(one)) for (one,) in self.bench.ask(query)])
            said = "LEFT JOIN kinds AS q ON coalesce(s.recipient, '') = q.told"
        kind = "coalesce(q.kind, 4)" if has_kind else "0"
        query = compose(
            LISTED, key=key, problem=problem, seen=quoted(name), odd=_joined(f"{name} once" if odd else None), said=said, kind=kind
        )
        self.bench.ask(compose(VIEW, name="listed", query=query))

    # --- the answer

    def answer(self, whole: str | None) -> None:
        """Decide every row of the list: the table `answer`. `whole`: a reason that blocks all."""
        for role in (CONSENTS, BANS, CUSTOMERS):
            self.bench.ask(compose(TABLE, name=role, query=self._gathered(role)))
        self._ways()
        base = addresses.base_in_sql(self.form, "l.k")
        self.bench.ask(compose(TABLE, name="answer", query=compose(ANSWER, decision=decision(whole), base=base)))
        hashing.suppress(self)

    def _gathered(self, role: str) -> str:
        if not self.loaded.events[role]:
            return NONE[role]
        events = "(" + " UNION ALL ".join(compose(ALL, name=quoted(one)) for one in self.loaded.events[role]) + ")"
        on = literal(self.asked.on)
        if role == BANS:
            return compose(BANNED, on=on, events=events)
        if role == CUSTOMERS:
            return compose(BOUGHT, on=on, events=events, fits=str(cells.FITS), unknown=str(cells.UNKNOWN))
        return compose(CONSENTED, on=on, events=events, own=str(cells.OWN), stops=str(cells.STOPS), fresh=self._fresh())

    def _fresh(self) -> str:
        """That a consent is not older than the company's own policy lets it be."""
        lasts = self.asked.purpose.consent_lasts
        return f"given > {literal(first_fresh(self.asked.on, str(lasts)))}" if lasts else "true"

    def _ways(self) -> None:
        """How each kind of recipients may be addressed, as a table; who is told as none is a natural person."""
        ways = self.asked.state.ways(self.asked.purpose, self.asked.channel, self.asked.on)
        rows = [
            (place, one.basis, bool(one.customer_rule), *(REASONS.index(told) if told else None for told in (one.stop, one.lack)))
            for place, one in enumerate([list(ways.values())[-1], *ways.values()])
        ]
        self.bench.put("ways", {"kind": "INTEGER", "basis": "VARCHAR", "customer": "BOOLEAN", "stop": "UTINYINT", "lack": "UTINYINT"}, rows)


def first_fresh(on: date, lasts: str) -> date:
    """The last day of which a consent is too old on a day."""
    return _dates.plus(on, _dates.read_period(lasts), sign=-1)


def demand_read_whole(engine: Engine, table: str) -> None:
    """Refuse a table that is not seen whole: a ban may be in what is not."""
    engine.demand_whole(table)
    if unseen := engine.unseen(table):
        raise _words.refusal("marketing_unseen", subject=table, rows=unseen)


def _column(engine: Engine, table: MarketingTable, role: str) -> Column | None:
    name = table.column(role)
    return engine.column(str(table.table), name) if name else None


def _joined(odd: str | None) -> str:
    return f"LEFT JOIN {quoted(odd)} AS o ON s.raw = o.raw" if odd else ""
