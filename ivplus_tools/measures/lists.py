"""Two lists held against each other: who can use a system, and who works here. Keys are shown to the officer; the journal gets counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ivplus_tools import _dates, _room, _sources, _words
from ivplus_tools._room import Room
from ivplus_tools._sources import Place, compose, constant, literal
from ivplus_tools._store import Receipt
from ivplus_tools.measures.records import AccessReview
from ivplus_tools.measures.state import Security

if TYPE_CHECKING:
    import pandas

    from ivplus_tools._sources.bench import Bench

LEAVER, ORPHAN, SERVICE, UNREADABLE, MATCHED, SHUT = "leaver", "orphan", "service", "unreadable", "matched", "shut"
FOR_OFFICER = (LEAVER, ORPHAN, SERVICE, UNREADABLE)
PAIRED = {MATCHED, LEAVER, "unreadable:end", "unreadable:contradiction"}
"""What is told of an account whose key an employee has: where there is none, a key is likely of another column."""
COLUMNS = ("key", "state", "reason", "employment_end")
"""A key as it stands in the list of accounts, its state, why it cannot be told, and the last day at work."""
EMPTY_ENDS = r"'^[\s\p{Z}\p{C}]+|[\s\p{Z}\p{C}]+$'"
FOLDED = "lower(nfc_normalize(regexp_replace(coalesce({own}, ''), {ends}, '', 'g')))"
BARE = (
    r"regexp_replace(regexp_replace(regexp_replace(strip_accents({key}), '^([0-9]+)[.,]0+$', '\1'), '[^\p{{L}}\p{{N}}]', '', 'g'), "
    "'^0+', '')"
)
"""What is left of a key without marks, accents, leading zeros and the decimals of a spreadsheet."""
ODD = (
    r"(regexp_matches({key}, '[\p{{C}}\x{{FFFD}}]') OR regexp_full_match({key}, '[0-9]+([.,][0-9]+)?e[+]?[0-9]+') "
    r"OR (regexp_matches({key}, '\p{{Latin}}') AND regexp_matches({key}, '[\p{{Cyrillic}}\p{{Greek}}]')))"
)
"""A sign that cannot be seen, a number that a spreadsheet has spoilt, letters of two alphabets."""
DAY = (
    "CASE WHEN regexp_full_match(e, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}([ T].*)?') THEN try_cast(substr(e, 1, 10) AS DATE) "
    "WHEN regexp_full_match(e, '[0-9]{{1,2}}[.][0-9]{{1,2}}[.][0-9]{{4}}') THEN try_cast(try_strptime(e, '%d.%m.%Y') AS DATE) END"
)
PEOPLE = """
CREATE TEMP TABLE people AS
SELECT k, any_value(b) AS b, count(*) AS n, count_if(bad) AS bad, count_if(NOT bad AND (d IS NULL OR d >= {on})) AS working, max(d) AS d
FROM (
  SELECT k, {bare} AS b, d, e <> '' AND (d IS NULL OR d < {earliest}) AS bad
  FROM (SELECT k, e, {day} AS d FROM (SELECT {key} AS k, {ended} AS e FROM employees))
) GROUP BY k
"""
JUDGED = """
CREATE TEMP TABLE judged AS
SELECT a.shown, a.k, p.d, CASE
    WHEN a.is_open = 'no' THEN 'shut'
    WHEN a.k = '' THEN 'unreadable:empty'
    WHEN p.k IS NOT NULL AND p.bad > 0 THEN 'unreadable:end'
    WHEN p.k IS NOT NULL AND p.working > 0 AND p.working < p.n THEN 'unreadable:contradiction'
    WHEN p.k IS NOT NULL AND p.working > 0 THEN 'matched'
    WHEN a.is_open = 'unknown' THEN 'unreadable:open'
    WHEN p.k IS NOT NULL THEN 'leaver'
    WHEN a.is_service THEN 'service'
    WHEN a.b <> '' AND a.b IN (SELECT b FROM people WHERE k <> '') THEN 'unreadable:near'
    WHEN {odd} THEN 'unreadable:odd'
    ELSE 'orphan' END AS told
FROM (
  SELECT shown, k, {bare} AS b, {is_open} AS is_open, {is_service} AS is_service
  FROM (SELECT "key" AS shown, {key} AS k, {active} AS active, {kind} AS kind FROM accounts)
) AS a LEFT JOIN (SELECT * FROM people WHERE k <> '') AS p ON a.k = p.k
"""
COUNTED = "SELECT told, count(*) FROM judged GROUP BY told"
TWICE = "SELECT coalesce(sum(n - 1), 0) FROM (SELECT count(*) AS n FROM {table} WHERE {key} <> '' GROUP BY {key} HAVING count(*) > 1)"
NAMELESS = "SELECT count(*) FROM employees WHERE {key} = ''"
SHOWN = "SELECT shown, told, d FROM judged WHERE told NOT IN ('matched', 'shut') ORDER BY told, k, shown"


@dataclass(frozen=True)
class Listed:
    """One of the two lists: where it stands, its columns by what they are, and of which day it is."""

    named: str
    place: Place
    table: str
    columns: Mapping[str, str]
    day: date
    stated: bool
    written: date | None
    """When its files were last written; None of a server."""


@dataclass
class Accounts:
    """The answer: `.rows` (what waits for the officer), `.counts`, `.evaluable`, `.reasons`; `.record(why=)` keeps the counts alone."""

    room: Room[Security] = field(repr=False)
    system: str
    on: date
    lists: tuple[Listed, Listed]
    told: list[tuple[Any, ...]] = field(repr=False)
    found: dict[str, int] = field(default_factory=dict)
    twice: tuple[int, int] = (0, 0)
    nameless: int = 0
    """Rows of the employees without a key: whom they tell of is not known."""
    unread: bool = False

    @property
    def lang(self) -> str:
        """The language of the answer."""
        return self.room.standpoint.lang

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many accounts are in each state; each account is in exactly one."""
        states = (MATCHED, SHUT, *FOR_OFFICER)
        return {state: sum(n for told, n in self.found.items() if told.partition(":")[0] == state) for state in states}

    @property
    def seen(self) -> int:
        """How many accounts were seen."""
        return sum(self.counts.values())

    @cached_property
    def reasons(self) -> tuple[str, ...]:
        """Why the review tells nothing: codes of the list `not_evaluable`; none where it does."""
        accounts, employees = self.lists
        asked = {
            "accounts_old": accounts.day < self.on, "employees_old": employees.day < self.on,
            "accounts_later": accounts.day > self.on, "no_accounts": not self.seen,
            "nobody_matched": bool(self.found.keys() - {SHUT}) and not self.found.keys() & PAIRED, "cells_unread": self.unread,
            "stated_too_late": any(one.stated and one.written is not None and one.written < one.day for one in self.lists),
        }  # fmt: skip
        return tuple(code for code, holds in asked.items() if holds)

    @property
    def evaluable(self) -> bool:
        """Whether both lists are of the day and could be read."""
        return not self.reasons

    @property
    def open(self) -> bool:
        """Whether anything waits for the officer, or cannot be told."""
        return not self.evaluable or any(self.counts[state] for state in FOR_OFFICER)

    @property
    def rows(self) -> pandas.DataFrame:
        """The accounts that wait for the officer: key, state, reason, employment_end. They are shown and kept nowhere."""
        rows = [(shown, *(told.split(":") if ":" in told else (told, None)), ended) for shown, told, ended in self.told]
        made = _room.frame(COLUMNS, rows, self.lang, days=("employment_end",))
        made.attrs["lists"] = {"state": "account_state", "reason": "account_reason"}
        return made

    def record(self, why: str = "") -> Receipt:
        """Keep the counts, the lists and what could not be told as an access review of the day; no key goes with them."""
        accounts, employees = self.lists
        made = AccessReview.of(
            f"{self.system}/{self.on.isoformat()}", system=self.system, reviewed=self.on, reviewer=self.room.standpoint.by,
            accounts_seen=self.seen, leavers_open=self.counts[LEAVER], orphans=self.counts[ORPHAN],
            service_accounts=self.counts[SERVICE], unreadable_accounts=self.counts[UNREADABLE],
            accounts_list=accounts.named, employees_list=employees.named, listed=min(accounts.day, employees.day, self.on),
            not_evaluable=self.reasons or None,
        )  # fmt: skip
        return self.room.record(made, valid_from=self.on, why=why or _words.say("measures.why", self.lang))

    def __repr__(self) -> str:
        names, states = _words.values("not_evaluable"), _words.values("account_state")
        counts = ", ".join(f"{states[state][self.lang]} {count}" for state, count in self.counts.items())
        days = [
            _words.say(
                f"measures.{'stated' if one.stated else 'own_time'}", self.lang, list=one.named, day=_words.show_date(one.day, self.lang)
            )
            for one in self.lists
        ]
        lines = [
            *(_words.say("measures.not_evaluable", self.lang, reason=names[code][self.lang]) for code in self.reasons),
            _words.say(
                "measures.summary", self.lang, system=self.system, on=_words.show_date(self.on, self.lang), seen=self.seen, counts=counts
            ),
            *days,
        ]
        if any(self.twice):
            lines.append(_words.say("measures.twice", self.lang, accounts=self.twice[0], employees=self.twice[1]))
        if self.nameless:
            lines.append(_words.say("measures.nameless", self.lang, count=self.nameless))
        return "\n".join(lines)


def compared(room: Room[Security], system: str, lists: tuple[Listed, Listed], on: date) -> Accounts:
    """Both lists read whole, where they are, and each account put into one state."""
    from ivplus_tools._sources.bench import Bench

    accounts, employees = lists
    if accounts.place.same_as(employees.place) and accounts.table == employees.table:
        raise _words.refusal("same_list", got=accounts.named)
    made = Accounts(room, system, on, lists, [])
    with Bench() as side:
        for name, one in (("accounts", accounts), ("employees", employees)):
            made.unread |= _taken(side, name, one)
        _judge(side, accounts, on)
        made.found = dict(side.ask(COUNTED))
        keys = {"key": _folded('"key"')}
        made.twice = (side.ask(compose(TWICE, table="accounts", **keys))[0][0], side.ask(compose(TWICE, table="employees", **keys))[0][0])
        made.nameless = side.ask(compose(NAMELESS, **keys))[0][0]
        made.told = side.ask(SHOWN)
    return made


def _taken(side: Bench, name: str, one: Listed) -> bool:
    """Take a list over; whether anything of it could not be."""
    with _sources.opened(one.place) as engine:
        columns = {role: engine.column(one.table, told) for role, told in one.columns.items()}
        engine.demand_whole(one.table)
        lost = side.take(engine, one.table, columns, name)
        return bool(lost or engine.unseen(one.table))


def _judge(side: Bench, accounts: Listed, on: date) -> None:
    key, words = _folded('"key"'), _words.read("headings")["security_words"]
    side.ask(
        compose(PEOPLE, on=literal(on), bare=_bare("k"), earliest=literal(_sources.EARLIEST), day=compose(DAY), key=key,
                ended=_folded('"ended"'))
    )  # fmt: skip
    active = _folded('"active"') if "active" in accounts.columns else "NULL"
    kind = _folded('"kind"') if "kind" in accounts.columns else "NULL"
    is_open = _opened(accounts.columns.get("active"), words)
    is_service = compose("coalesce(kind IN ({service}), false)", service=_listed(words["service"]))
    side.ask(
        compose(
            JUDGED, odd=compose(ODD, key="a.k"), bare=_bare("k"), is_open=is_open, is_service=is_service, key=key, active=active, kind=kind
        )
    )


def _opened(column: str | None, words: dict[str, list[str]]) -> str:
    """Whether an account is open: all are where no column tells; a bare yes or no is understood only of a column that asks so."""
    if column is None:
        return "'yes'"
    asks = any(stem in column.casefold() for stem in words["opening"])
    opened, closed = (words[name] + (words[bare] if asks else []) for name, bare in (("opened", "yes"), ("closed", "no")))
    parts = {"opened": _listed(opened), "closed": _listed(closed)}
    return compose("CASE WHEN active IN ({opened}) THEN 'yes' WHEN active IN ({closed}) THEN 'no' ELSE 'unknown' END", **parts)


def demand_opening(column: str | None) -> None:
    """Refuse a column whose name asks whether an account is closed: its yes would be read as open."""
    if column and any(stem in column.casefold() for stem in _words.read("headings")["security_words"]["closing"]):
        raise _words.refusal("closing_column", got=column)


def _folded(text: str) -> str:
    """A text without blanks around it and without case, as keys are compared."""
    return compose(FOLDED, own=text, ends=EMPTY_ENDS)


def _bare(key: str) -> str:
    return compose(BARE, key=key)


def _listed(words: list[str]) -> str:
    return ", ".join(map(constant, words))


def listed(state: Security, told: str, columns: Mapping[str, str | None], stated: object) -> Listed:
    """A list by `source/table`, with the day that is stated for it, or else the own time of its file; a server is as it is today."""
    source, table = _named(state, told)
    place = state.place(source)
    with _sources.opened(place) as engine:
        tables = engine.tables()
        table = tables[0] if not table and len(tables) == 1 else table
        if table not in tables:
            engine.columns(table)  # which refuses it, with the nearest
    written = _sources.written_on(place, table)
    day = _dates.day(stated) if stated is not None else written or state.at.now.date()
    if stated is not None and day > state.at.now.date():
        raise _words.refusal("future_day", field=_words.label_of("listed"), got=day)
    return Listed(
        f"{source}/{table}", place, table, {role: name for role, name in columns.items() if name}, day, stated is not None, written
    )


def _named(state: Security, told: str) -> tuple[str, str]:
    """The source and the table of `source/table`; the longest name of a source wins, for both may have a stroke."""
    if not isinstance(told, str):
        raise _words.refusal("not_text", got=type(told).__name__)
    known = sorted((one for one in state.bodies("source") if told == one or told.startswith(f"{one}/")), key=len)
    source = known[-1] if known else told.partition("/")[0]
    return source, told[len(source) + 1 :]
