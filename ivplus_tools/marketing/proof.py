"""What shows that one address may be marketed to (Art. 7(1)), or why it may not: read from the company's tables, kept nowhere."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from ivplus_tools import _html, _room, _words
from ivplus_tools._room import Room
from ivplus_tools._sources import compose, quoted
from ivplus_tools.marketing import addresses, cells, hashing
from ivplus_tools.marketing.deciding import ALLOWED, HOW, REASONS, rule_of
from ivplus_tools.marketing.matching import Matching, reason_for_all
from ivplus_tools.marketing.records import MarketingPurpose, MarketingTable
from ivplus_tools.marketing.state import BANS, CONSENTS, Marketing

if TYPE_CHECKING:
    import pandas

COLUMNS = (
    "table",
    "role",
    "counts",
    "given",
    "withdrawn",
    "collected_how",
    "text",
    "version",
    "text_language",
    "hash",
    "purpose",
    "channel",
)
EVENTS = """
SELECT given, withdrawn, bits, how, text, purpose, channel FROM {events}
WHERE k IN ($key, $base) OR odd IN (SELECT raw FROM {odd} WHERE k IN ($key, $base)) ORDER BY given NULLS FIRST
"""
ONE = "SELECT reason, kind, how, g, b FROM answer"


@dataclass(frozen=True)
class Proof:
    """One address: `.allowed` (yes, no), `.reason`, `.rule`, `.given`, `.banned`, `.suppressed`, and `.events` behind it."""

    address: str
    asked: cells.Asked
    reason: str
    rule: str
    matched: str
    given: date | None
    banned: date | None
    suppressed: bool
    events: pandas.DataFrame
    unread: tuple[str, ...]

    @property
    def allowed(self) -> str:
        """Whether the address may be sent to on the day."""
        return "yes" if self.reason in ALLOWED else "no"

    @property
    def lines(self) -> list[tuple[str, str]]:
        """Label and text of each line."""
        lang = self.asked.state.lang
        named = {
            "address": self.address, "marketing_channel": _words.values("marketing_channel")[self.asked.channel][lang],
            "marketing_purpose": self.asked.purpose.id, "as_of": _words.show_date(self.asked.on, lang),
            "allowed": _words.values("yes_no")[self.allowed][lang], "reason": _words.values("marketing_reason")[self.reason][lang],
            "rule": self.rule, "given": _words.show_date(self.given, lang) if self.given else "–",
            "banned": _words.show_date(self.banned, lang) if self.banned else "–",
            "suppressed": _words.values("yes_no")["yes" if self.suppressed else "no"][lang], "not_read": "; ".join(self.unread) or "–",
        }  # fmt: skip
        return [(_words.column_name(name, lang), text) for name, text in named.items()]

    def __repr__(self) -> str:
        width = max(len(label) for label, _ in self.lines)
        return "\n".join(f"{label:<{width}}  {text}" for label, text in self.lines)

    def _repr_html_(self) -> str:
        return _html.table([], self.lines, row_headers=True)


def of(room: Room[Marketing], address: str, channel: str, purpose: str, on: date | None) -> Proof:
    """The proof of one address; nothing of it is recorded."""
    from ivplus_tools._sources.bench import Bench

    state = room.state()
    asked = cells.Asked(state, state.purposes.get(purpose) or MarketingPurpose.of(purpose), channel, on or state.on)
    with ExitStack() as held, Bench() as bench:
        made = Matching(asked, bench, held)
        bench.put("listing", {"n": "BIGINT", "raw": "VARCHAR", "recipient": "VARCHAR"}, [(1, address, None)])
        loaded = made.load()
        made.answer("listing", False, reason_for_all(asked, loaded))
        [(reason, kind, how, given, banned)] = bench.ask(ONE)
        reading = addresses.read(made.form, address)
        rows = [row for key in reading.keys for row in _events(made, key)]
    rule = rule_of(state.ways(asked.purpose, channel, asked.on), reason, kind)
    unread = (
        *(f"{table}: {why}" for table, why in loaded.failed.items()),
        *(f"{table}: {count}" for table, count in loaded.nobody.items()),
    )
    events = _room.frame(COLUMNS, rows, state.lang, days=("given", "withdrawn"))
    events.attrs["lists"] = {"role": "marketing_table", "counts": "yes_no"}
    suppressed = any(_is_suppressed(asked, key) for key in reading.keys)
    return Proof(address, asked, REASONS[reason], rule, "" if how is None else HOW[how], given, banned, suppressed, events, unread)


def _events(made: Matching, key: str) -> list[tuple[Any, ...]]:
    """What the company's tables say of an address and of its untagged mailbox."""
    rows = []
    for table, events in made.loaded.tables:
        base = (addresses.base_of(key) if table.table_role == BANS else None) or key
        found = made.bench.ask(compose(EVENTS, events=quoted(events), odd=quoted(f"{table.table_role} odd")), {"key": key, "base": base})
        rows += [_row(made.asked, table, one) for one in found]
    return rows


def _row(asked: cells.Asked, table: MarketingTable, told: tuple[Any, ...]) -> tuple[Any, ...]:
    given, withdrawn, bits, how, cell, purpose, channel = told
    is_consent = table.table_role == CONSENTS
    text = cells.text_of(asked, cell or table.consent_text) if is_consent else None
    counts = bool(bits & cells.OWN) if is_consent else bits in (cells.APPLIES, cells.FITS)
    about = (text.id, text.version, text.text_language, text.hash) if text else (cell, None, None, None)
    purpose, channel = purpose or table.marketing_purpose, channel or table.marketing_channel
    return (table.id, table.table_role, "yes" if counts else "no", given, withdrawn, how or table.collected_how, *about, purpose, channel)


def _is_suppressed(asked: cells.Asked, key: str) -> bool:
    """Whether the address or its untagged mailbox is suppressed; true where nobody can say."""
    those, secret = asked.state.suppressed(asked.channel, asked.on), asked.state.secret(asked.channel)
    if not those:
        return False
    if secret is None or not asked.state.secret_fits(asked.channel, those):
        return True
    marks = {one.mark for one in those}
    return any(hashing.mark(secret, asked.channel, one) in marks for one in (key, addresses.base_of(key)) if one)
