"""Marketing without a source of consents or bans, texts that show nothing, checks that blocked, did not read or are old, a lost secret."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ivplus_tools import _dates, _records, _words
from ivplus_tools._findings import Finding
from ivplus_tools._state import Stands
from ivplus_tools.marketing.records import MarketingCheck, MarketingTable
from ivplus_tools.marketing.state import BANS, CONSENTS, CUSTOMERS, NO, YES, Marketing


def findings(state: Marketing) -> Iterator[Finding]:
    """Every finding of marketing on its day."""
    yield from _activities(state)
    for stands in state.of("marketing_purpose"):
        yield from _purpose(state, stands)
    for stands in state.of("marketing_table"):
        yield from _table(state, stands)
    for stands in state.of("consent_text"):
        yield from _text(state, stands)
    yield from _secret(state)
    yield from _checks(state)


def _activities(state: Marketing) -> Iterator[Finding]:
    """Activities of the register that market, and for which nobody has recorded a purpose of marketing."""
    known = {one.activity for one in state.purposes.values()}
    for name, body in state.bodies("activity").items():
        told = [str(body.get("name") or ""), *(_told(one) for one in _listed(body.get("purposes")))]
        if name not in known and "processor" not in (body.get("role") or "") and any(markets(one) for one in told):
            yield Finding(name, "MKT-001", body["valid_from"])


def _listed(got: object) -> list[Any]:
    return list(got) if isinstance(got, (list, tuple)) else []


def _told(purpose: object) -> str:
    return str(purpose.get("purpose") or "") if isinstance(purpose, dict) else str(purpose)


def markets(text: str) -> bool:
    """Whether a purpose or a name tells of direct marketing."""
    stems = _words.read("headings")["marketing_list"]["marketing"]
    return any(re.search(rf"\b{stem}", text.casefold()) for stem in stems)


def _purpose(state: Marketing, stands: Stands) -> Iterator[Finding]:
    one, since = stands.record, stands.entry.valid_from
    tables = [table for table in state.tables if _serves(state, table, one.id)]
    if not any(table.table_role in (CONSENTS, CUSTOMERS) for table in tables):
        yield Finding(one.id, "MKT-002", since)
    if without := sorted(_channels(state, one.id, tables) - _banned_channels(state)):
        names = _words.values("marketing_channel")
        yield Finding(
            one.id, "MKT-003", since, {"channels": {lang: ", ".join(names[each][lang] for each in without) for lang in _words.LANGS}}
        )
    if one.refusal_in_messages != YES:
        yield Finding(one.id, "MKT-004", since, severity="error" if one.refusal_in_messages == NO else None)
    if not one.activity or one.activity not in state.bodies("activity"):
        yield Finding(one.id, "MKT-005", since)
    last = max((check.checked_on for check in state.records("marketing_check") if check.marketing_purpose == one.id), default=None)
    if last and one.checked_within and _dates.plus(last, _dates.read_period(one.checked_within)) < state.on:
        yield Finding(one.id, "MKT-014", since, {"day": _days(last)})


def _serves(state: Marketing, table: MarketingTable, purpose: str) -> bool:
    """Whether a table may tell of a purpose: its own, one of its column, or one of its text."""
    text = state.texts.get(table.consent_text or "")
    of_text = purpose in _records.texts(text.consent_purposes) if text else False
    by_cells = table.column("purpose") is not None or (table.column("consent_text") is not None and not table.marketing_purpose)
    return table.marketing_purpose == purpose or by_cells or of_text or table.table_role == CUSTOMERS


def _channels(state: Marketing, purpose: str, tables: list[MarketingTable]) -> set[str]:
    """The channels on which a purpose is marketed, by its tables and texts; e-mail where none is told."""
    told = {str(table.marketing_channel) for table in tables if table.marketing_channel}
    for text in state.texts.values():
        told |= set(_records.texts(text.consent_channels)) if purpose in _records.texts(text.consent_purposes) else set()
    return told or {"email"}


def _banned_channels(state: Marketing) -> set[str]:
    """The channels whose bans are recorded; a table that tells none is of every channel."""
    bans = [table for table in state.tables if table.table_role == BANS]
    some = {str(table.marketing_channel) for table in bans if table.marketing_channel}
    return some if all(table.marketing_channel for table in bans) else set(_words.values("marketing_channel"))


def _table(state: Marketing, stands: Stands) -> Iterator[Finding]:
    one, since = stands.record, stands.entry.valid_from
    if one.source not in state.bodies("source"):
        yield Finding(one.id, "MKT-006", since, {"source": one.source or "–"})
    if one.table_role != CONSENTS:
        return
    if not one.column("consent_text") and one.consent_text not in state.texts:
        yield Finding(one.id, "MKT-007", since)
    if not one.column("given"):
        yield Finding(one.id, "MKT-008", since)
    if not one.column("withdrawn"):
        yield Finding(one.id, "MKT-009", since)


def _text(state: Marketing, stands: Stands) -> Iterator[Finding]:
    one, since = stands.record, stands.entry.valid_from
    if one.separate == NO:
        yield Finding(one.id, "MKT-010", since)
    unknown = [name for name in _records.texts(one.consent_purposes) if name not in state.purposes]
    lacks = [name for name in ("version", "text_from", "separate", "consent_purposes") if not getattr(one, name)]
    lacks += [] if one.consent_words or one.hash else ["hash"]
    if lacks:
        named = {lang: ", ".join(_words.field_label(name, lang) for name in lacks) for lang in _words.LANGS}
        yield Finding(one.id, "MKT-011", since, {"fields": named})
    if unknown:
        yield Finding(one.id, "MKT-012", since, {"purposes": ", ".join(unknown)})


def _secret(state: Marketing) -> Iterator[Finding]:
    """Hashes that nobody can compare with anything."""
    by_channel: dict[str, list[Stands]] = {}
    for one in state.of("suppression"):
        if one.record.lifted is None:
            by_channel.setdefault(str(one.record.marketing_channel), []).append(one)
    for channel, those in by_channel.items():
        if not state.secret_fits(channel, [one.record for one in those]):
            told = {"channel": _words.values("marketing_channel")[channel], "count": len(those)}
            yield Finding(channel, "MKT-013", min(one.entry.valid_from for one in those), told)


def _checks(state: Marketing) -> Iterator[Finding]:
    """The last check of each list: what it could not read, could not judge, or blocked and nobody wrote a cleaned list of."""
    last: dict[tuple[object, ...], Stands] = {}
    for stands in sorted(state.of("marketing_check"), key=lambda each: each.entry.entry):
        one = stands.record
        last[one.list_name, one.marketing_purpose, one.marketing_channel] = stands
    for stands in last.values():
        yield from _check(stands.record, stands)


def _check(one: MarketingCheck, stands: Stands) -> Iterator[Finding]:
    about, since = {"list": one.list_name or "–", "day": _days(one.checked_on)}, stands.entry.valid_from
    if one.not_judged:
        yield Finding(one.id, "MKT-015", since, {**about, "reason": "; ".join(one.not_judged)})
    if count(one.undetermined):
        yield Finding(one.id, "MKT-016", since, {**about, "count": one.undetermined})
    if count(one.blocked) and not one.written_hash:
        yield Finding(one.id, "MKT-017", since, {**about, "count": one.blocked})
    if count(one.bans_without_address):
        yield Finding(one.id, "MKT-018", since, {**about, "count": one.bans_without_address})


def count(told: object) -> int:
    """A count as a number; none where it is not told."""
    return int(str(told)) if told is not None else 0


def _days(day: Any) -> dict[str, str]:
    return {lang: _words.show_date(day, lang) for lang in _words.LANGS} if day else {}
