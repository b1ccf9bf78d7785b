"""What no evidence supports, what was never tested or long ago, what went wrong, and of what nothing can be told; what is due."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from ivplus_tools import _dates, _law, _records, _words
from ivplus_tools._findings import Due, Finding
from ivplus_tools._records import texts
from ivplus_tools._state import Stands
from ivplus_tools.measures.records import AccessReview, SecurityMeasure
from ivplus_tools.measures.state import (
    ACCESS,
    CANNOT_TELL,
    DONE,
    LOG,
    MEASURE,
    OPEN,
    RESTORE,
    TRAINING,
    Check,
    Security,
    fewer,
    folded,
    listed,
    none_of,
    went_well,
    why_not,
)

POLICY, HEALTH = "policy:intervals", "health"
MISSING = {ACCESS: "MEA-005", TRAINING: "MEA-006", LOG: "MEA-007", RESTORE: "MEA-007"}


def findings(state: Security) -> Iterator[Finding]:
    """Every finding of security on its day."""
    for check in (_activities, _checks, _policy, _undertakings, _unknown, _employees_health, _cameras, _breaches):
        yield from check(state)


def due(state: Security) -> Iterator[Due]:
    """The next of each check, by the company's policy or by the plan of a measure."""
    for one in state.checks:
        if one.due:
            yield Due(one.subject, one.due, f"due.{one.check}", POLICY)


# --- measures


def _activities(state: Security) -> Iterator[Finding]:
    """Activities whose measures are told in words only."""
    for ident, body in state.bodies("activity").items():
        bare = state.unprotected(ident)
        if listed(body.get("security_measures")) and bare is not None:
            yield Finding(ident, "MEA-001", body["valid_from"], {"systems": ", ".join(bare) or "–"})


def _checks(state: Security) -> Iterator[Finding]:
    """Each check: never done, late, gone wrong, or not to be told."""
    for one in state.checks:
        name = _words.values("security_check")[one.check]
        if one.stands is None:
            yield Finding(one.subject, MISSING[one.check], _since(state, one), {"check": name} if MISSING[one.check] == "MEA-007" else {})
            continue
        since, record = one.stands.entry.valid_from, one.stands.record
        if one.last is None:
            yield Finding(one.subject, "MEA-002", since) if one.check == MEASURE else _untold(one.subject, since, [DONE[one.check]])
        if one.due and one.due < state.on:
            yield Finding(one.subject, "MEA-003", since, {"check": name, "last": one.last or "–", "due": one.due})
        yield from RESULTS[one.check](one, since, record)


def _since(state: Security, one: Check) -> date:
    """Since when a check is missing: since the first activity that needs it stands."""
    users = state.in_use.get(one.subject) or state.bodies("activity")
    return min(state.bodies("activity")[ident]["valid_from"] for ident in users)


def _tested(one: Check, since: date, record: SecurityMeasure) -> Iterator[Finding]:
    if one.last and record.test_result is None:
        yield _untold(one.subject, since, ["test_result"])
    elif went_well(MEASURE, record) == OPEN:
        severity = "warning" if record.test_result == "partly" else None
        result = _words.values("test_result")[str(record.test_result)]
        yield Finding(one.subject, "MEA-004", since, {"result": result, "tested": one.last or "–"}, severity=severity)


def _trained(one: Check, since: date, record: Any) -> Iterator[Finding]:
    told = {name: getattr(record, name) for name in ("attended", "invited")}
    if fewer(told["attended"], told["invited"]) == OPEN:
        yield Finding(one.subject, "MEA-011", since, told)
    elif fewer(told["attended"], told["invited"]) == CANNOT_TELL:
        yield _untold(one.subject, since, list(told))


def _access(one: Check, since: date, record: AccessReview) -> Iterator[Finding]:
    """What the last review of a system left open; what it could not tell is told as well."""
    about: dict[str, object] = {"reviewed": one.last or "–"}
    if none_of(record.leavers_open) == OPEN:
        yield Finding(one.subject, "MEA-008", since, {**about, "count": record.leavers_open})
    if OPEN in (none_of(record.orphans), none_of(record.service_accounts)):
        yield Finding(one.subject, "MEA-009", since, {**about, "orphans": record.orphans or "–", "service": record.service_accounts or "–"})
    reasons = why_not(record)
    if reasons or none_of(record.unreadable_accounts) == OPEN:
        named = _words.values("not_evaluable")
        why = {lang: ", ".join(named[code][lang] for code in reasons) or "–" for lang in _words.LANGS}
        yield Finding(one.subject, "MEA-010", since, {**about, "count": record.unreadable_accounts or "0", "reasons": why})
    names = ("leavers_open", "orphans", "service_accounts", "unreadable_accounts")
    untold = [name for name in names if none_of(getattr(record, name)) == CANNOT_TELL]
    untold += ["accounts_seen"] if none_of(record.accounts_seen) != OPEN else []
    if untold:
        yield _untold(one.subject, since, untold)


def _logs(one: Check, since: date, record: Any) -> Iterator[Finding]:
    if went_well(LOG, record) == OPEN:
        yield Finding(one.subject, "MEA-020", since, {"count": record.deviations})
    elif went_well(LOG, record) == CANNOT_TELL:
        yield _untold(one.subject, since, ["deviations"])


def _restored(one: Check, since: date, record: Any) -> Iterator[Finding]:
    if went_well(RESTORE, record) == OPEN:
        yield Finding(one.subject, "MEA-021", since, {"tested": one.last or "–"})
    elif went_well(RESTORE, record) == CANNOT_TELL:
        yield _untold(one.subject, since, ["data_complete"])


RESULTS: dict[str, Callable[[Check, date, Any], Iterator[Finding]]] = {
    MEASURE: _tested,
    TRAINING: _trained,
    ACCESS: _access,
    LOG: _logs,
    RESTORE: _restored,
}


def _policy(state: Security) -> Iterator[Finding]:
    """Checks that are done and whose age cannot be told, because the company has not decided how often."""
    bare = dict.fromkeys(one.check for one in state.checks if one.stands and one.last and one.check not in state.intervals)
    if bare:
        named = _words.values("security_check")
        checks = {lang: ", ".join(named[check][lang] for check in bare) for lang in _words.LANGS}
        since = min(one.stands.entry.valid_from for one in state.checks if one.stands and one.check in bare)
        yield Finding(state.own_name, "MEA-017", since, {"checks": checks})


def _undertakings(state: Security) -> Iterator[Finding]:
    for stands in state.of("undertaking"):
        one, since = stands.record, stands.entry.valid_from
        signed = fewer(one.signed_count, one.needed_count)
        if signed == OPEN:
            yield Finding(one.id, "MEA-018", since, {"signed": one.signed_count, "needed": one.needed_count})
        elif signed == CANNOT_TELL:
            yield _untold(one.id, since, ["needed_count", "signed_count"])


def _unknown(state: Security) -> Iterator[Finding]:
    """Systems and activities that no register knows: what is recorded of them protects nothing."""
    for stands in state.standing:
        for name, kind in (("system", "system"), ("systems", "system"), ("activities", "activity")):
            told, known = getattr(stands.record, name, None), state.bodies(kind)
            for ref in (told,) if isinstance(told, str) else texts(told):
                if ref not in known:
                    near = _words.nearest(ref, known) or "–"
                    about: dict[str, object] = {"field": _words.label_of(name), "ref": ref, "near": near}
                    yield Finding(stands.record.id, "MEA-019", stands.entry.valid_from, about)


# --- what the Act on the Protection of Privacy in Working Life asks


def _statute(concerns: str) -> tuple[str, dict[str, object]]:
    """The code of the statute on how long such data are kept, and its value."""
    for code in _law.codes("retention_statute"):
        if (value := _law.entry("retention_statute", code)).get("concerns") == concerns:
            return code, value
    return "", {}


def _rules_under(state: Security, statute: str) -> set[str]:
    """The activities with a retention rule under a statute."""
    return {str(body.get("activity")) for body in state.bodies("retention_rule").values() if body.get("statute") == statute}


def _employees_health(state: Security) -> Iterator[Finding]:
    """Health data of employees whose handlers, by task or person, nobody has named."""
    named = {name for one in state.records(SecurityMeasure.kind) if one.handled_by for name in texts(one.activities)}
    by_rule = _rules_under(state, _statute("employee_health")[0])
    for ident, body in state.bodies("activity").items():
        health = HEALTH in listed(body.get("special_categories"))
        people = listed(body.get("data_subjects"))
        employees = not people or _tells("employees", people)
        if ident not in named and (ident in by_rule or (health and employees)):
            yield Finding(ident, "MEA-013", body["valid_from"])


def _cameras(state: Security) -> Iterator[Finding]:
    """Camera recordings that the register keeps beyond the maximum and no rule of retention holds against the law, which would tell."""
    statute, value = _statute("camera")
    under, most = _rules_under(state, statute), str(value.get("period"))
    for ident, body in state.bodies("activity").items():
        if ident in under or not value or not _tells("camera", [str(body.get("name")), *listed(body.get("data_categories"))]):
            continue
        for part in _parts(body.get("retention")):
            category, told = part.get("data_category"), part.get("period")
            if (category is None or _tells("camera", [category])) and _is_longer(told, most, state.on):
                period = {lang: _words.show_period(str(told), lang) for lang in _words.LANGS}
                limit = {lang: _words.show_period(most, lang) for lang in _words.LANGS}
                yield Finding(ident, "MEA-014", body["valid_from"], {"period": period, "limit": limit}, f"retention:{statute}")


def _parts(told: object) -> list[dict[str, str]]:
    return [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []


def _is_longer(period: str | None, most: str, on: date) -> bool:
    """Whether a period is longer than another; one in words is no period, which the register tells."""
    if period is None or not _records.is_period(period):
        return False
    return _dates.plus(on, _dates.read_period(period)) > _dates.plus(on, _dates.read_period(most))


def _tells(what: str, told: Iterable[str]) -> bool:
    """Whether any of these texts has a word of that sort."""
    stems = _words.read("headings")["security_words"][what]
    return any(stem in folded(one) for one in told for stem in stems)


# --- breaches


def _breaches(state: Security) -> Iterator[Finding]:
    """Measures against the cause of a breach that were not tested since, and causes at which no measure points."""
    measures, behind = state.of(SecurityMeasure.kind), dict[str, list[tuple[str, date]]]()
    for ident, body in state.bodies("breach").items():
        cause = body.get("cause")
        if cause is None or body.get("is_breach") == "no" or not measures:
            continue
        against = [one for one in measures if cause in texts(one.record.prevents) and _touches(state, one, body)]
        if not against:
            yield Finding(ident, "MEA-016", body["valid_from"], {"cause": _words.values("breach_cause")[cause]})
        for one in against:
            if one.record.tested is None or not _day_of(body) < one.record.tested <= state.on:
                behind.setdefault(one.record.id, []).append((ident, _day_of(body)))
    for one in measures:
        if since := behind.get(one.record.id):
            about: dict[str, object] = {"breaches": ", ".join(ident for ident, _ in since), "day": max(day for _, day in since)}
            yield Finding(one.record.id, "MEA-015", one.entry.valid_from, {**about, "tested": one.record.tested or "–"})


def _touches(state: Security, measure: Stands, breach: Mapping[str, Any]) -> bool:
    """Whether a measure concerns what a breach names; where either names nothing, the cause alone connects them."""
    activities = set(listed(breach.get("activities")))
    systems = {one for ident in activities for one in listed(state.bodies("activity").get(ident, {}).get("systems"))}
    systems |= set(listed(breach.get("systems")))
    mine = set(texts(measure.record.systems)), set(texts(measure.record.activities))
    return not (activities or systems) or not any(mine) or bool(mine[0] & systems or mine[1] & activities)


def _day_of(breach: Mapping[str, Any]) -> date:
    """The last day that a breach itself tells of; where it tells none, since when it stands."""
    moments = [breach.get(name) for name in ("occurred_from", "occurred_until", "detected", "aware")]
    days = [_dates.instant(one).astimezone(_dates.HELSINKI).date() for one in moments if isinstance(one, str)]
    return max(days, default=breach["valid_from"])


def _untold(subject: str, since: date, names: list[str]) -> Finding:
    """That nothing can be told, because these fields have no answer."""
    fields = {lang: ", ".join(_words.field_label(name, lang) for name in names) for lang in _words.LANGS}
    return Finding(subject, "MEA-012", since, {"fields": fields})
