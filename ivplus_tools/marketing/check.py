"""A list of addresses checked before a send: each row allowed or blocked with its reason; what could not be judged is blocked and told."""

from __future__ import annotations

import hashlib
import weakref
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ivplus_tools import _room, _sources, _store, _words
from ivplus_tools._room import Room
from ivplus_tools._sources import Column, Engine, Place, compose, files, quoted
from ivplus_tools._store import Receipt
from ivplus_tools.exchange import headings
from ivplus_tools.marketing.cells import Asked
from ivplus_tools.marketing.deciding import ALLOWED, HOW, REASONS, UNDETERMINED, rule_of
from ivplus_tools.marketing.matching import Loaded, Matching, Progress, demand_counted, demand_read_whole, reason_for_all
from ivplus_tools.marketing.records import MarketingCheck, MarketingPurpose, tells_of_somebody
from ivplus_tools.marketing.state import BANS, CONSENTS, CUSTOMERS, Marketing, Way

if TYPE_CHECKING:
    import pandas

    from ivplus_tools._sources.bench import Bench
    from ivplus_tools.marketing.proof import Proof

ROWS = ("row", "address", "allowed", "reason", "rule", "matched", "given", "banned")
COUNTS = ("reason", "allowed", "rows", "rule")
OPEN = ("subject", "reason", "rows", "detail")
COUNTED = "SELECT reason, kind, count(*) FROM answer GROUP BY reason, kind"
LISTED = "SELECT a.n, s.raw, a.reason, a.kind, a.how, a.g, a.b FROM answer AS a JOIN {seen} AS s USING (n) ORDER BY a.n"
DROP = "DROP TABLE IF EXISTS {name}"
YES, NO = "yes", "no"


@dataclass
class Check:
    """The answer: `.rows`, `.counts`, `.open` (what could not be judged or read), `.write(path)`, `.proof(address)`."""

    room: Room[Marketing]
    asked: Asked
    place: Place
    column: str
    counted: Mapping[tuple[int, int], int]
    loaded: Loaded
    ways: Mapping[str, Way]
    bench: Bench = field(repr=False)
    list_hash: str
    made_on: date
    receipt: Receipt | None = None

    # --- what was found

    @property
    def rows(self) -> pandas.DataFrame:
        """Each row of the list: row (the heading is 1), address as it is written, allowed (yes, no), reason, rule, matched, given, banned.

        An empty line between rows may be none for the reader, and what follows stands that much further down.
        """
        with self._list({"raw": self.column}) as name:
            rows = [
                (
                    n + HEADING,
                    raw,
                    YES if reason < len(ALLOWED) else NO,
                    REASONS[reason],
                    rule_of(self.ways, reason, kind),
                    None if how is None else HOW[how],
                    given,
                    banned,
                )
                for n, raw, reason, kind, how, given, banned in self.bench.rows(compose(LISTED, seen=quoted(name)))
            ]
        made = _room.frame(ROWS, rows, self._lang, days=("given", "banned"))
        made.attrs["lists"] = {"allowed": "yes_no", "reason": "marketing_reason", "matched": "marketing_matched"}
        return made

    @property
    def counts(self) -> pandas.DataFrame:
        """How many rows have each reason: reason, allowed (yes, no), rows, rule; the allowed first."""
        rules = {REASONS[reason]: rule_of(self.ways, reason, kind) for reason, kind in sorted(self.counted)}
        rows = [(reason, YES if reason in ALLOWED else NO, count, rules[reason]) for reason, count in self.by_reason.items()]
        made = _room.frame(COUNTS, rows, self._lang)
        made.attrs["lists"] = {"allowed": "yes_no", "reason": "marketing_reason"}
        return made

    @property
    def by_reason(self) -> dict[str, int]:
        """Rows by reason, in the order of reasons."""
        found: Counter[str] = Counter()
        for (reason, _), count in self.counted.items():
            found[REASONS[reason]] += count
        return {one: found[one] for one in REASONS if found[one]}

    @property
    def allowed(self) -> int:
        """Rows that may be sent to."""
        return sum(count for one, count in self.by_reason.items() if one in ALLOWED)

    @property
    def blocked(self) -> int:
        """Rows that may not, those that could not be judged among them."""
        return sum(self.by_reason.values()) - self.allowed

    @property
    def undetermined(self) -> int:
        """Of the blocked rows those of which nothing sure can be said."""
        return sum(count for one, count in self.by_reason.items() if one in UNDETERMINED)

    @property
    def open(self) -> pandas.DataFrame:
        """What could not be judged or read: subject (the list, or a table), reason, rows, detail. Empty where everything could."""
        rows: list[tuple[object, ...]] = [
            (self.place.name, one, count, None) for one, count in self.by_reason.items() if one in UNDETERMINED
        ]
        rows += [(table, "source_unread", None, told) for table, told in self.loaded.failed.items()]
        rows += [(table, "no_address", count, None) for table, count in self.loaded.nobody.items()]
        if self.asked.on > self.room.standpoint.now.date():
            rows.append((self.place.name, "day_to_come", None, _words.show_date(self.asked.on, self._lang)))
        if not self.by_reason:
            rows.append((self.place.name, "no_rows", 0, None))
        made = _room.frame(OPEN, rows, self._lang)
        made.attrs["lists"] = {"reason": "marketing_reason"}
        return made

    @property
    def clean(self) -> bool:
        """Whether every row may be sent to and nothing is open."""
        return self.blocked == 0 and self.open.empty

    @property
    def stale(self) -> bool:
        """Whether it is another day by now, or a refusal, a table, a text, a purpose or a source was recorded since."""
        return self.room.standpoint.now.date() != self.made_on or self.asked.state.again().basis != self.asked.state.basis

    @property
    def warnings(self) -> list[str]:
        """What somebody has to know before a send, a sentence each: bans of which nobody can tell whose they are stand first."""
        say, reasons, bans, others = _words.say, _words.values("marketing_reason"), [], []
        for one in self.open.itertuples():
            if one.reason in UNDETERMINED and one.subject == self.place.name:
                continue
            count = "" if one.rows is None or one.rows != one.rows else _words.show_number(int(one.rows), self._lang)
            if one.reason == "no_address" and one.subject in _ban_tables(self):
                bans.append(say("marketing.bans_of_nobody", self._lang, subject=one.subject, count=count))
                continue
            reason = reasons[str(one.reason)][self._lang]
            others.append(say("marketing.open", self._lang, subject=one.subject, reason=reason, detail=str(one.detail or count)))
        return [*bans, *others]

    # --- out

    def write(self, path: str | Path) -> Path:
        """Write the cleaned list: the allowed rows as they were (`.csv`, `.xlsx`, `.parquet`), formula signs disarmed but in numbers.

        Refused where the check is stale, where the list has changed, and where the file exists.
        """
        from ivplus_tools.marketing import writing

        file, at = writing.demand_kind(_store.path_of(path)), self.room.standpoint
        if self.stale:
            raise _words.refusal("marketing_stale")
        if file.exists():
            raise _words.refusal("draft_exists", path=file)
        with _sources.opened(self.place) as engine:
            names = list(engine.columns(the_table(engine, self.place.name)))
        with self._list({f"c{place}": name for place, name in enumerate(names)}) as listed:
            made = writing.put(self.bench, listed, names, file)
        if at.by and not at.past:
            keep(self, {"written_hash": hash_of(made)})
        return made

    def proof(self, address: str) -> Proof:
        """What shows that one address may be sent to, or why not: consents with their texts, withdrawals, bans."""
        from ivplus_tools.marketing import proof

        return proof.of(self.room, address, self.asked.channel, self.asked.purpose.id, self.asked.on)

    def _list(self, columns: Mapping[str, str]) -> _Listed:
        return _Listed(self, columns)

    @property
    def _lang(self) -> str:
        return self.room.standpoint.lang

    def __repr__(self) -> str:
        say, lang = _words.say, self._lang
        about = {"channel": _words.values("marketing_channel")[self.asked.channel][lang], "purpose": self.asked.purpose.id}
        counts = {name: _words.show_number(getattr(self, name), lang) for name in ("allowed", "blocked", "undetermined")}
        summary = say("marketing.summary", lang, name=self.place.name, on=_words.show_date(self.asked.on, lang), **about, **counts)
        reasons = _words.values("marketing_reason")
        found = [f"  {reasons[one][lang]}: {_words.show_number(count, lang)}" for one, count in self.by_reason.items()]
        return "\n".join([*(f"⚠ {one}" for one in self.warnings), summary, *found])


class _Listed:
    """The list opened once more, as it was when it was checked."""

    def __init__(self, check: Check, columns: Mapping[str, str]) -> None:
        self._check, self._columns, self._stack = check, columns, ExitStack()

    def __enter__(self) -> str:
        check = self._check
        engine = self._stack.enter_context(_sources.opened(check.place))
        [table] = engine.tables()
        if hash_of(check.place.path) != check.list_hash:
            self._stack.close()
            raise _words.refusal("marketing_list_changed", path=check.place.name)
        self.engine, self.table = engine, table
        columns: dict[str, Column | None] = {alias: engine.column(table, name) for alias, name in self._columns.items()}
        check.bench.bring(engine, table, columns, "again", numbered=True)
        return "again"

    def __exit__(self, *_: object) -> None:
        self._stack.close()


def checked(
    room: Room[Marketing], path: Path, channel: str, purpose: str, on: date | None,
    columns: Mapping[str, str] | None, progress: Progress | None,
) -> Check:  # fmt: skip
    """A check, whose counts are kept in the journal where somebody records and it is of the room's own day."""
    state = room.state()
    asked = Asked(state, state.purposes.get(purpose) or MarketingPurpose.of(purpose), channel, on or state.on)
    place = Place(path.name, str(path.resolve()), None, path.resolve().parent)
    found = _checked(room, asked, place, columns, progress or (lambda _done, _of: None))
    at = room.standpoint
    if at.by and not at.past:
        keep(found, {})
    return found


def _checked(room: Room[Marketing], asked: Asked, place: Place, columns: Mapping[str, str] | None, progress: Progress) -> Check:
    from ivplus_tools._sources.bench import Bench

    bench = Bench(MEMORY)
    try:
        with ExitStack() as held:
            engine = held.enter_context(_sources.opened(place))
            if not place.path.is_file():
                raise _words.refusal("marketing_several_tables", path=place.name, names=", ".join(engine.tables()[:10]))
            if isinstance(engine, files.Files) and files.kind_of(place.path) is None:
                raise _words.refusal("marketing_no_list", path=place.name, expected=", ".join(files.KINDS))
            table = the_table(engine, place.name)
            demand_read_whole(engine, table)
            named = the_columns(engine, table, asked.channel, columns or {})
            brought: dict[str, Column | None] = {alias: engine.column(table, name) for alias, name in named.items()}
            bench.bring(engine, table, {"raw": None, "recipient": None, **brought}, "listing", numbered=True)
            demand_counted(bench, engine, table, "listing")
            hashed = hash_of(place.path)
            progress(1, 4)
            made = Matching(asked, bench, held)
            with _sources.told(place.name, engine):
                loaded = made.load()
                progress(2, 4)
                made.answer("listing", "recipient" in named, reason_for_all(asked, loaded))
            progress(3, 4)
        counted = {(int(reason), int(kind)): int(count) for reason, kind, count in bench.ask(COUNTED)}
        for role in (CONSENTS, BANS, CUSTOMERS):
            bench.ask(compose(DROP, name=quoted(f"{role} grouped")))
    except BaseException:
        bench.close()
        raise
    ways = asked.state.ways(asked.purpose, asked.channel, asked.on)
    found = Check(room, asked, place, named["raw"], counted, loaded, ways, bench, hashed, room.standpoint.now.date())
    weakref.finalize(found, bench.close)
    progress(4, 4)
    return found


HEADING = 1
"""Lines above the first row of a list."""
MEMORY = "1400MB"
"""What a check may take before it uses the disk."""


def the_table(engine: Engine, name: str) -> str:
    """The only table of a list; of several nobody can say which is meant."""
    tables = engine.tables()
    if len(tables) != 1:
        raise _words.refusal("marketing_several_tables", path=name, names=", ".join(tables[:10]) or "–")
    return tables[0]


def the_columns(engine: Engine, table: str, channel: str, told: Mapping[str, str]) -> dict[str, str]:
    """Which column of a list is the address and which the kind of recipient: as told, else by its heading."""
    known = list(engine.columns(table))
    if strange := [one for one in told if one not in ("address", "recipient")]:
        raise _words.refusal("marketing_column_role", got=", ".join(strange))
    for name in told.values():
        engine.column(table, name)
    found = {"raw": told["address"]} if "address" in told else {}
    if "recipient" in told:
        found["recipient"] = told["recipient"]
    names = _words.read("headings")["marketing_list"]
    if "raw" not in found:
        mine = [one for one in known if headings.folded(one) in names["address"][channel]]
        mine = mine or (known if len(known) == 1 else [])
        if len(mine) != 1:
            raise _words.refusal("marketing_which_column", path=engine.name, names=", ".join((mine or known)[:20]))
        found["raw"] = mine[0]
    if "recipient" not in found:
        kinds = [one for one in known if headings.folded(one) in names["recipient"] and one != found["raw"]]
        found |= {"recipient": kinds[0]} if len(kinds) == 1 else {}
    return found


def hash_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def keep(found: Check, more: Mapping[str, Any]) -> None:
    """Put the counts of a check into the journal; never an address, not even of the list's name."""
    asked, at = found.asked, found.room.standpoint
    name = "…" if tells_of_somebody(found.place.name) else found.place.name
    ident = f"{asked.purpose.id}/{asked.channel}/{asked.on.isoformat()}/{found.list_hash[:12]}"
    told = [f"{table}: {why}" for table, why in found.loaded.failed.items()]
    record = MarketingCheck.of(
        ident, list_name=name, list_hash=found.list_hash, marketing_channel=asked.channel, marketing_purpose=asked.purpose.id,
        checked_on=at.now.date(), as_of=asked.on, may_be_sent=found.allowed, blocked=found.blocked, undetermined=found.undetermined,
        reason_counts=[{"marketing_reason": one, "rows_count": count} for one, count in found.by_reason.items()] or None,
        not_judged=told or None, bans_without_address=_bans_lost(found), **more,
    )  # fmt: skip
    found.receipt = found.room.seal_act([record], at.valid_on, _words.say("marketing.why", at.lang))


def _bans_lost(found: Check) -> int | None:
    return sum(count for table, count in found.loaded.nobody.items() if table in _ban_tables(found)) or None


def _ban_tables(found: Check) -> set[str]:
    """The tables of bans."""
    return {one.id for one in found.asked.state.tables if one.table_role == BANS}
