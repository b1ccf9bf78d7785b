"""What no activity declares, what was said to tell of nobody and does, what is new, what was not read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ivplus_tools import _words
from ivplus_tools._findings import Finding
from ivplus_tools.discovery import page_findings
from ivplus_tools.discovery.records import FoundColumn, ScannedTable
from ivplus_tools.discovery.state import COVERED, NOT_PERSONAL, UNDECLARED, Discovery, is_sure, of_persons, parts, sought

IDENTITY = ("identity_code", "test_identity_code")


def findings(state: Discovery) -> Iterator[Finding]:
    """Every finding of discovery on its day."""
    for source, table, found in state.tables:
        yield from _table(state, source, table, found)
    yield from _scans(state)
    yield from _map(state)
    yield from _not_held(state)
    yield from page_findings.findings(state)


def _table(state: Discovery, source: str, table: ScannedTable, found: list[FoundColumn]) -> Iterator[Finding]:
    """One table of the last scan against the data map."""
    subject = f"{source}/{table.table}"
    since = next(one.entry.valid_from for one in state.of("data_scan") if one.record.id == source)
    sure = [one for one in of_persons(found) if is_sure(one)]
    now = state.table_state(source, table.table or "")
    if now == NOT_PERSONAL and sure:
        yield Finding(subject, "DIS-004", since, {"columns": _named(sure), "reason": state.map[source, table.table or ""].reason})
    elif now == UNDECLARED and sure:
        yield Finding(subject, "DIS-001", since, {"columns": _named(sure)})
    elif now == UNDECLARED and not table.detail:
        yield Finding(subject, "DIS-002", since, {"count": len(parts(table.column_names))})
    elif now == COVERED:
        yield from _columns(state, source, table, sure, since)
        yield from _new(state, source, table, sure)
    if table.detail or parts(table.not_read):
        yield Finding(subject, "DIS-006", since, {"reason": table.detail or ", ".join(parts(table.not_read))})
    doubtful = [one for one in found if not is_sure(one)]
    if doubtful:
        yield Finding(subject, "DIS-009", since, {"columns": _named(doubtful)})


def _columns(state: Discovery, source: str, table: ScannedTable, sure: list[FoundColumn], since: date) -> Iterator[Finding]:
    """Columns of a covered table that none of its activities declares, and columns of the map that are gone."""
    subject, name = f"{source}/{table.table}", table.table or ""
    mapped = state.map[source, name]
    undeclared = [one for one in sure if not state.declared_by(source, name, one.column or "", sought(one))]
    special = [one for one in undeclared if one.data_kind == "special_category"]
    identity = [one for one in undeclared if one.data_kind in IDENTITY or set(IDENTITY) & set(parts(one.also))]
    others = [one for one in undeclared if one not in special and one not in identity]
    about = {"activities": ", ".join(state.activities_of(source, name))}
    for code, those in (("DIS-003", others), ("DIS-008", identity), ("DIS-010", special)):
        if those:
            yield Finding(subject, code, since, {"columns": _named(those), **about})
    gone = [one.column for one in parts(mapped.identifying) if one.column not in parts(table.column_names)]
    if gone and parts(table.column_names):
        yield Finding(subject, "DIS-007", since, {"columns": ", ".join(map(str, gone))})


def _new(state: Discovery, source: str, table: ScannedTable, sure: list[FoundColumn]) -> Iterator[Finding]:
    """Columns that a scan has found after the officer confirmed the table, and that the map does not have; by the day of that scan."""
    name = table.table or ""
    known, confirmed = [one.column for one in parts(state.map[source, name].identifying)], state.confirmed[source, name].entry
    days: dict[date, list[FoundColumn]] = {}
    for one in (one for one in sure if one.column not in known):
        met = state.first_met[source, name, one.column or ""]
        if met.entry > confirmed:
            days.setdefault(met.valid_from, []).append(one)
    for day, those in days.items():
        yield Finding(f"{source}/{name}", "DIS-014", day, {"columns": _named(those), "day": day})


def _scans(state: Discovery) -> Iterator[Finding]:
    """Sources that were never scanned, that failed, or that only a sample was read of."""
    scanned = {one.record.id: one for one in state.of("data_scan")}
    for name, body in state.bodies("source").items():
        if name not in scanned:
            yield Finding(name, "DIS-005", body["valid_from"])
    for name, stands in scanned.items():
        if stands.record.failure:
            yield Finding(name, "DIS-006", stands.entry.valid_from, {"reason": stands.record.failure})
        if stands.record.sampled:
            yield Finding(name, "DIS-011", stands.entry.valid_from, {"rows": stands.record.sampled})


def _map(state: Discovery) -> Iterator[Finding]:
    """Tables of the data map that the last scan of their source did not meet."""
    met = {(source, table.table) for source, table, _ in state.tables}
    whole = {one.id for one in state.scans if not one.failure}
    for stands in state.of("data_table"):
        one = stands.record
        if one.source in whole and (one.source, one.table) not in met:
            yield Finding(one.id, "DIS-012", stands.entry.valid_from, {"table": one.table, "source": one.source})


def _not_held(state: Discovery) -> Iterator[Finding]:
    """What an activity declares by its name and none of its tables has; only where every table of its was read whole."""
    partly = {one.id for one in state.scans if one.sampled or one.failure}
    for name, body in state.bodies("activity").items():
        mine = [(source, table, found) for source, table, found in state.tables if name in state.activities_of(source, table.table or "")]
        unread = (source in partly or table.detail or parts(table.not_read) or table.whole == "no" for source, table, _ in mine)
        mapped = [key for key in state.map if name in state.activities_of(*key)]
        if not mine or any(unread) or len(mine) < len(mapped):
            continue
        held = {code for _, _, found in mine for one in found for code in sought(one)}
        held |= set(IDENTITY) if held & set(IDENTITY) else set()
        lacking = [code for code in state.named_by(name) if code not in held]
        if lacking:
            told = {lang: ", ".join(_kind(code, lang) for code in lacking) for lang in _words.LANGS}
            tables = ", ".join(f"{source}/{table.table}" for source, table, _ in mine)
            yield Finding(name, "DIS-013", body["valid_from"], {"kinds": told, "tables": tables})


def _named(found: list[FoundColumn]) -> dict[str, str]:
    """Columns with what they hold, in each language."""
    return {lang: ", ".join(f"{one.column} ({_kinds(one, lang)})" for one in found) for lang in _words.LANGS}


def _kinds(one: FoundColumn, lang: str) -> str:
    return ", ".join(_kind(code, lang) for code in sought(one))


def _kind(code: str, lang: str) -> str:
    return str(_words.values("personal_data_kind").get(code, {}).get(lang, code))
