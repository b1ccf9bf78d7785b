"""A list of addresses against consents, bans and customers as of a day: everything is asked of all rows together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from ivplus_tools import _dates, _records, _sources, _words
from ivplus_tools._sources import Column, Engine, compose, literal, quoted
from ivplus_tools.errors import Refusal
from ivplus_tools.marketing import addresses, cells, hashing
from ivplus_tools.marketing.cells import Asked
from ivplus_tools.marketing.days import day_in_sql, filled_in_sql
from ivplus_tools.marketing.deciding import ANSWER, REASONS, decision
from ivplus_tools.marketing.records import MarketingTable
from ivplus_tools.marketing.state import BANS, CONSENT, CONSENTS, CUSTOMERS, KINDS

if TYPE_CHECKING:
    from ivplus_tools._sources.bench import Bench

Progress = Callable[[int, int], None]
MOST_COMBINATIONS = 20_000
"""Different combinations of cells that tell purpose, channel, text and so on; more of them are no codes."""
BODY = """
SELECT b.* EXCLUDE (k), a.raw AS raw
FROM {body} AS b LEFT JOIN (SELECT DISTINCT trim(k) AS k, raw FROM {keys} WHERE trim(k) <> '') AS a ON trim(b.k) = a.k
"""
VIEW = "CREATE OR REPLACE TEMP VIEW {name} AS {query}"
TABLE = "CREATE OR REPLACE TEMP TABLE {name} AS {query}"
COMBINED = "SELECT DISTINCT {cells} FROM {seen} LIMIT {most}"
EVENTS = """
SELECT s.k, s.odd, CASE WHEN s.k IS NULL THEN {place} END AS place, {given} AS given, {withdrawn} AS withdrawn,
  {withdrawn_told} AS withdrawn_told, c.bits, c.since, c.until, c.kind, s.collected_how AS how, s.consent_text AS text, s.purpose, s.channel
FROM (SELECT *, {key} AS k, CASE WHEN {key} IS NULL THEN coalesce(raw, '') END AS odd FROM {seen}) AS s JOIN {said} AS c ON {same}
"""
CONSENTED = {
    "g": "max(CASE WHEN (bits & {own}) > 0 AND given <= {on} AND {fresh} AND given >= coalesce(since, given)"
    " AND given <= coalesce(until, given) THEN given END)",
    "w": "max(CASE WHEN (bits & {stops}) > 0 AND withdrawn <= {on} THEN withdrawn END)",
    "bits": "bit_or(CASE WHEN given <= {on} OR given IS NULL THEN bits ELSE 0 END"
    " | CASE WHEN (bits & {stops}) > 0 AND withdrawn_told AND withdrawn IS NULL THEN {w_unread} ELSE 0 END"
    " | CASE WHEN (bits & {own}) = 0 THEN 0 WHEN given IS NULL THEN {g_unread}"
    " ELSE CASE WHEN withdrawn < given AND withdrawn <= {on} THEN {disorder} ELSE 0 END"
    " | CASE WHEN given > {on} THEN {later} WHEN NOT {fresh} THEN {old} ELSE 0 END"
    " | CASE WHEN given < since OR given > until THEN {not_in_use} ELSE 0 END END)",
    "kind": "max(kind)",
}
BANNED = {
    "b": "max(CASE WHEN bits > 0 AND given <= {on} THEN given END)",
    "always": "coalesce(bool_or(bits > 0 AND given IS NULL), false)",
    "kind": "max(kind)",
}
BOUGHT = {
    "c": "max(CASE WHEN given <= {on} THEN bits WHEN given IS NOT NULL THEN 0 WHEN bits = {fits} THEN {unknown} ELSE bits END)",
    "kind": "max(kind)",
}
BITS = ("own", "stops", "w_unread", "disorder", "g_unread", "later", "old", "not_in_use")
SUMMED = {CONSENTS: CONSENTED, BANS: BANNED, CUSTOMERS: BOUGHT}
"""What is known of each address, by role; every sum can be summed once more."""
ALL = "SELECT * FROM {name}"
GROUPED = "SELECT k, odd, place, count(*) AS rows, {sums} FROM {events} GROUP BY k, odd, place"
NOTHING = """
SELECT CAST(NULL AS VARCHAR) AS k, {sums} FROM (
  SELECT 0 AS bits, DATE '2000-01-01' AS given, DATE '2000-01-01' AS withdrawn, false AS withdrawn_told, 0 AS kind,
    DATE '2000-01-01' AS since, DATE '2000-01-01' AS until
) WHERE false GROUP BY ALL
"""
ODD = "SELECT odd, place, sum(rows) FROM {grouped} WHERE odd IS NOT NULL GROUP BY odd, place"
USUAL = "SELECT {names} FROM {grouped} WHERE k IS NOT NULL"
MENDED = """
SELECT {names} FROM {grouped} WHERE k IS NOT NULL AND k NOT IN (SELECT k FROM {odd}) UNION ALL
SELECT k, {sums} FROM (
  SELECT {names} FROM {grouped} WHERE k IN (SELECT k FROM {odd})
  UNION ALL SELECT o.k, {rest} FROM {grouped} AS g JOIN {odd} AS o ON g.odd = o.raw
) GROUP BY k
"""
LISTED = """
SELECT n, k, odd, CAST(NULL AS VARCHAR) AS problem, raw = k AS same, kind
FROM (SELECT s.n, s.raw, {key} AS k, CASE WHEN {key} IS NULL THEN coalesce(s.raw, '') END AS odd, {kind} AS kind FROM {seen} AS s {said})
"""
LISTED_ODD = "SELECT a.n, o.k, o.raw AS odd, o.problem, false AS same, a.kind FROM answer AS a JOIN odds AS o ON a.odd = o.raw"
ODDS = "SELECT DISTINCT odd FROM answer WHERE odd IS NOT NULL"
REPLACED = ("DELETE FROM answer WHERE odd IS NOT NULL", "INSERT INTO answer SELECT * FROM mended")


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
    places: list[str] = field(default_factory=list)
    """The tables that were brought, in the order in which their rows name them."""

    @property
    def form(self) -> str:
        """What an address of the channel is."""
        return addresses.FORMS[self.asked.channel]

    # --- tables of the company

    def load(self, only: Sequence[str] = (CONSENTS, BANS, CUSTOMERS)) -> Loaded:
        """Bring every table of these roles; one that cannot be read is told, and blocks."""
        for place, table in enumerate(self.asked.state.tables):
            role = str(table.table_role)
            if table.table_role is None:  # bans may be in it
                self.loaded.failed[table.id] = _words.refusal("marketing_no_role", subject=table.id).text(self.asked.state.lang)
            if role not in only or not self._is_of_the_channel(table):
                continue
            try:
                self._load(table, f"t{place}")
                self.loaded.read[role].append(table.id)
            except Refusal as refusal:
                self.loaded.failed[table.id] = refusal.text(self.asked.state.lang)
            except self.bench.trouble as error:
                self.loaded.failed[table.id] = _sources.reason_of(error)
        for role in only:
            try:
                self.gather(role)
            except self.bench.trouble as error:  # it shows only when every row is read
                self.loaded.failed |= dict.fromkeys(self.loaded.read[role], _sources.reason_of(error))
                self.loaded.events[role], self.loaded.tables = [], [one for one in self.loaded.tables if one[0].table_role != role]
                self.gather(role)
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
            demand_counted(self.bench, engine, str(table.table), name)
        else:
            days = self.bench.bring(engine, str(table.table), {**brought, "k": known["key"]}, f"{name} body")
            demand_counted(self.bench, engine, str(table.table), f"{name} body")
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
        same = self._combinations(table, name)
        when = "banned" if table.table_role == BANS and table.column("banned") else "given"
        formats = _records.texts(table.date_format)
        self.places.append(table.id)
        parts = {
            "key": addresses.key_in_sql(self.form, "raw"), "seen": quoted(name), "said": quoted(f"{name} said"), "same": same,
            "place": str(len(self.places) - 1), "given": day_in_sql(f"s.{when}", when in days, formats),
            "withdrawn": day_in_sql("s.withdrawn", "withdrawn" in days, formats),
            "withdrawn_told": filled_in_sql("s.withdrawn", "withdrawn" in days),
        }  # fmt: skip
        self.bench.ask(compose(VIEW, name=quoted(f"{name} events"), query=compose(EVENTS, **parts)))
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

    def gather(self, role: str) -> None:
        """What is known of each address, as the relation of that role; odd spellings are read one by one and put to their address."""
        sums = {name: compose(one, **self._values(role)) for name, one in SUMMED[role].items()}
        told = ", ".join(f"{one} AS {name}" for name, one in sums.items())
        if not self.loaded.events[role]:
            self.bench.ask(compose(VIEW, name=role, query=compose(NOTHING, sums=told)))
            return
        grouped, odd = quoted(f"{role} grouped"), quoted(f"{role} odd")
        events = " UNION ALL ".join(compose(ALL, name=quoted(one)) for one in self.loaded.events[role])
        self.bench.ask(compose(TABLE, name=grouped, query=compose(GROUPED, sums=told, events=f"({events})")))
        rows = self._odd(role, self.bench.ask(compose(ODD, grouped=grouped)))
        self.bench.put(f"{role} odd", {"raw": "VARCHAR", "k": "VARCHAR"}, rows)
        names = list(sums)
        again = ", ".join(f"{_again(one)}({name}) AS {name}" for name, one in SUMMED[role].items())
        parts = {"grouped": grouped, "odd": odd, "sums": again, "rest": ", ".join(f"g.{name}" for name in names)}
        query = compose(MENDED if rows else USUAL, names=", ".join(["k", *names]), **parts)
        self.bench.ask(compose(VIEW, name=role, query=query))

    def _odd(self, role: str, found: Iterable[Sequence[Any]]) -> list[tuple[str, str]]:
        """The addresses of odd spellings: a ban is one of every address that it may be of, anything else only of a sure one."""
        rows = []
        for raw, place, count in found:
            reading = addresses.read(self.form, raw)
            keys = reading.keys if role == BANS or reading.sure else ()
            rows += [(raw, key) for key in keys]
            if not keys:
                table = self.places[place]
                self.loaded.nobody[table] = self.loaded.nobody.get(table, 0) + int(count)
        return list(dict.fromkeys(rows))

    def _values(self, role: str) -> dict[str, str]:
        """What the sums of a role compare with."""
        values = {"on": literal(self.asked.on)}
        if role == CUSTOMERS:
            return {**values, "fits": str(cells.FITS), "unknown": str(cells.UNKNOWN)}
        bits = {one: str(getattr(cells, one.upper())) for one in BITS}
        return {**values, **bits, "fresh": self._fresh()}

    # --- the list and the answer

    def answer(self, seen: str, has_kind: bool, whole: str | None) -> None:
        """Decide every row of a list (n, raw, recipient): the table `answer`. `whole`: a reason that blocks all."""
        self._ways()
        key, said, kind = addresses.key_in_sql(self.form, "s.raw"), "", "0"
        if has_kind:
            query = compose(COMBINED, cells="coalesce(recipient, '')", seen=quoted(seen), most=str(MOST_COMBINATIONS))
            self.bench.put("kinds", {"told": "VARCHAR", "kind": "INTEGER"}, [(one, cells.kind_of(one)) for (one,) in self.bench.ask(query)])
            said, kind = "LEFT JOIN kinds AS q ON coalesce(s.recipient, '') = q.told", f"coalesce(q.kind, {len(KINDS)})"
        self._decide("answer", compose(LISTED, key=key, kind=kind, seen=quoted(seen), said=said), whole)
        odds = []
        for (raw,) in self.bench.ask(ODDS):
            reading = addresses.read(self.form, raw)
            odds.append((raw, reading.sure, reading.problem or (None if reading.sure else addresses.TWO)))
        if odds:
            self.bench.put("odds", {"raw": "VARCHAR", "k": "VARCHAR", "problem": "VARCHAR"}, odds)
            self._decide("mended", LISTED_ODD, whole)
            for statement in REPLACED:
                self.bench.ask(statement)
        hashing.suppress(self.asked, self.form, self.bench)

    def _decide(self, name: str, listed: str, whole: str | None) -> None:
        marks, values = hashing.marks(self.asked, self.form)
        base = addresses.base_in_sql(self.form, "l.k")
        query = compose(ANSWER, decision=decision(whole), base=base, listed=listed, marks=marks)
        self.bench.ask(compose(TABLE, name=name, query=query), values)

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


def reason_for_all(asked: Asked, loaded: Loaded) -> str | None:
    """Why nobody may be sent to: what would have to be known first is not."""
    state = asked.state
    ways = state.ways(asked.purpose, asked.channel, asked.on)
    if asked.purpose.id not in state.purposes:
        return "purpose_not_recorded"
    if all(one.stop == "no_rule" for one in ways.values()):
        return "no_rule"
    if not state.secret_fits(asked.channel, state.suppressed(asked.channel, asked.on)):
        return "secret_missing"
    if loaded.failed:
        return "source_unread"
    if not loaded.read[BANS]:
        return "bans_not_recorded"
    needs = ways[KINDS[-1]].basis == CONSENT
    return "consents_not_recorded" if needs and not loaded.read[CONSENTS] and not loaded.read[CUSTOMERS] else None


def first_fresh(on: date, lasts: str) -> date:
    """The last day of which a consent is too old on a day."""
    return _dates.plus(on, _dates.read_period(lasts), sign=-1)


def demand_read_whole(engine: Engine, table: str) -> None:
    """Refuse a table that is not seen whole: a ban may be in what is not."""
    engine.demand_whole(table)
    if unseen := engine.unseen(table):
        raise _words.refusal("marketing_unseen", subject=table, rows=unseen)


def demand_counted(bench: Bench, engine: Engine, table: str, name: str) -> None:
    """Refuse a table of which the reader brings other rows than a second way of counting tells."""
    told, found = engine.records(table), bench.count(name)
    if told is not None and told != found and engine.recount(table) != found:
        raise _words.refusal("marketing_unseen", subject=table, rows=abs(told - found))


def _column(engine: Engine, table: MarketingTable, role: str) -> Column | None:
    name = table.column(role)
    return engine.column(str(table.table), name) if name else None


def _again(told: str) -> str:
    """By what sums of a name are summed once more."""
    return next(one for one in ("bool_or", "bit_or", "max") if one + "(" in told)
