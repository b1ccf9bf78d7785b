"""Whose a host is and what a cookie is for, by lists; what they do not know is never exempt."""

from __future__ import annotations

import csv
import functools
import json
import re
from dataclasses import dataclass
from typing import Any

import rtoml

from ivplus_tools.discovery.hosts import DATA, is_within, registrable
from ivplus_tools.discovery.seen import CANNOT_TELL, NO, YES

OWN_LIST, DATABASE, DATABASE_BEGINNING, DATABASE_ELSEWHERE = (
    "own_list",
    "database",
    "database_beginning",
    "database_elsewhere",
)
"""By what a name is known: exactly, by its beginning, or as that of a cookie of other hosts."""
NEEDS_CONSENT = ("analytics", "marketing", "personalization")
SHORTEST_NAME = 4
"""Signs of a name or beginning: shorter ones of the database are used for other things too."""


@dataclass(frozen=True)
class Company:
    """Who is behind a host, what it offers, the country of its head office; or empty."""

    name: str = ""
    category: str = ""
    country: str = ""


@dataclass(frozen=True)
class Known:
    """What a list says of a cookie's name; `reason` where our own list knows its use."""

    name: str
    platform: str = ""
    controller: str = ""
    purpose: str = ""
    retention: str = ""
    known_by: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Judged:
    """Whether a cookie may be kept without consent, by which limb, and why this is the answer."""

    provider: str
    purpose: str
    known_by: str
    exempt: str
    limb: str
    reason: str


@dataclass(frozen=True)
class _Row:
    known: Known
    domains: tuple[str, ...]


def _toml(name: str) -> dict[str, Any]:
    return rtoml.loads((DATA / name).read_text(encoding="utf-8"))


# --- whose a host is


@functools.cache
def _companies() -> tuple[dict[str, Company], dict[str, Company], dict[str, Company]]:
    """Companies by whole host, by domain with all below it, by registered domain of only one."""
    country = _toml("companies.toml")["country"]
    exact: dict[str, Company] = {}
    below: dict[str, Company] = {}
    rows = json.loads((DATA / "third_party_web.json").read_text(encoding="utf-8"))
    for _name, company, category, domains in rows:
        made = Company(company, category, country.get(company, ""))
        for domain in domains:
            place = below if domain.startswith("*.") else exact
            place.setdefault(domain.removeprefix("*."), made)
    for one in _toml("known_hosts.toml")["known"]:
        made = Company(one["company"], one["category"], country.get(one["company"], ""))
        below |= dict.fromkeys(one["domains"], made)
    return exact, below, _roots(exact | below)


def _roots(hosts: dict[str, Company]) -> dict[str, Company]:
    """Registered domains whose hosts are all of one company; its category where they share it."""
    found: dict[str, Company | None] = {}
    for host, one in hosts.items():
        root = registrable(host)
        before = found.setdefault(root, one)
        if before is not None and before != one:
            found[root] = Company(one.name, "", one.country) if before.name == one.name else None
    return {root: one for root, one in found.items() if one is not None and "." in root}


@functools.lru_cache(maxsize=20_000)
def company_of(host: str) -> Company:
    """The company behind a host, by whole labels from the longest name down; or an empty one."""
    exact, below, roots = _companies()
    if host in exact:
        return exact[host]
    labels = host.split(".")
    for place in range(len(labels) - 1):
        if found := below.get(".".join(labels[place:])):
            return found
    return roots.get(registrable(host), Company())


# --- what a cookie is for


@functools.cache
def _own() -> tuple[dict[str, Known], list[tuple[re.Pattern[str], Known]], dict[str, str]]:
    """Our own list: names, forms of names, and the limb of each reason."""
    content = _toml("known_cookies.toml")
    names: dict[str, Known] = {}
    forms = []
    for one in content["known"]:
        provider = one.get("provider", "")
        made = {
            "controller": provider,
            "purpose": one["purpose"],
            "known_by": OWN_LIST,
            "reason": one["reason"],
        }
        names |= {name: Known(name, **made) for name in one["names"]}
        forms += [(re.compile(form), Known(form, **made)) for form in one.get("forms", ())]
    return names, forms, content["limbs"]


@functools.cache
def _database() -> tuple[dict[str, list[_Row]], dict[str, list[_Row]]]:
    """The Open Cookie Database: rows by whole name, and those whose name is only a beginning."""
    whole: dict[str, list[_Row]] = {}
    begin: dict[str, list[_Row]] = {}
    with (DATA / "open_cookie_database.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        for name, platform, controller, category, domains, retention, wildcard in rows:
            row = _Row(
                Known(name, platform, controller, category, retention, DATABASE),
                tuple(domains.split()),
            )
            whole.setdefault(name, []).append(row)
            if wildcard == "1":
                begin.setdefault(name, []).append(row)
    return whole, begin


@functools.lru_cache(maxsize=20_000)
def cookie_of(name: str, host: str = "") -> Known:
    """What the lists know of a cookie's name on a host; `known_by` is empty where nothing."""
    whole, begin = _database()
    rows = whole.get(name, [])
    if here := _on(rows, host):  # whose host it is says more than a name that others use too
        return _one(here, DATABASE)
    if own := _own_name(name):
        beside = next((one.known for one in rows if not one.domains), own)
        provider = own.controller or beside.controller
        told = (beside.platform, provider, own.purpose, beside.retention)
        return Known(name, *told, OWN_LIST, own.reason)
    if rows:
        long = len(name) >= SHORTEST_NAME
        free = [one for one in rows if long and not one.domains]
        return _one(free or rows, DATABASE if free or not host else DATABASE_ELSEWHERE)
    for length in range(len(name) - 1, SHORTEST_NAME - 1, -1):
        if found := begin.get(name[:length]):
            here = _on(found, host) or [one for one in found if not one.domains]
            is_here = here or not host
            return _one(here or found, DATABASE_BEGINNING if is_here else DATABASE_ELSEWHERE)
    return Known(name)


def _on(rows: list[_Row], host: str) -> list[_Row]:
    """The rows that are about a host."""
    return [one for one in rows if any(is_within(host, domain) for domain in one.domains)]


def _one(rows: list[_Row], known_by: str) -> Known:
    """What rows agree on."""
    first, agreed = rows[0].known, {}
    for field in ("platform", "controller", "purpose", "retention"):
        values = {getattr(one.known, field) for one in rows}
        agreed[field] = values.pop() if len(values) == 1 else ""
    return Known(first.name, **agreed, known_by=known_by)


def _own_name(name: str) -> Known | None:
    names, forms, _limbs = _own()
    return names.get(name) or next((one for form, one in forms if form.fullmatch(name)), None)


@functools.lru_cache(maxsize=20_000)
def judged(name: str, host: str, third_party: bool | None) -> Judged:
    """Whether a cookie is exempt: only a name known exactly, made for it, on the own domain."""
    known = cookie_of(name, host)
    limb = _own()[2].get(known.reason, "")
    provider = company_of(host).name if third_party else ""
    if not limb and known.known_by != DATABASE_ELSEWHERE:  # no session is PHP.net's
        provider = known.controller or known.platform or provider
    if known.known_by == DATABASE_ELSEWHERE:
        return Judged(provider, "", known.known_by, CANNOT_TELL, "", "name_of_others")
    if known.purpose in NEEDS_CONSENT:
        return Judged(provider, known.purpose, known.known_by, NO, "", known.purpose)
    if not limb:
        why = "contradicted" if known.known_by else "unknown_name"
        why = "not_necessary_as_such" if known.purpose else why
        return Judged(provider, known.purpose, known.known_by, CANNOT_TELL, "", why)
    if third_party is not False:
        why = "third_party" if third_party else "unknown_party"
        return Judged(provider, known.purpose, known.known_by, CANNOT_TELL, "", why)
    return Judged(provider, known.purpose, known.known_by, YES, limb, known.reason)


# --- which consent platform a page has


@functools.cache
def _platforms() -> list[dict[str, Any]]:
    return list(_toml("consent_platforms.toml")["platform"])


def consent_platform(
    hosts: set[str],
    cookies: set[str],
    marks: frozenset[str] = frozenset(),
) -> str:
    """The consent platforms that hosts, cookies and marks of a page point to; empty if none."""
    text = "\n".join(marks).lower()
    found = [
        one["name"]
        for one in _platforms()
        if any(is_within(host, domain) for host in hosts for domain in one["hosts"])
        or cookies & set(one["cookies"])
        or any(mark in text for mark in one["marks"])
    ]
    return ", ".join(found)
