"""The order of reasons by which one row is allowed or blocked. Bans first; what cannot be told blocks; only then what permits."""

from __future__ import annotations

from collections.abc import Mapping

from ivplus_tools import _words
from ivplus_tools._sources import compose, literal
from ivplus_tools.marketing import cells
from ivplus_tools.marketing.state import KINDS, OPT_OUT, REQUEST, Way

ALLOWED = ("consent", "consent_after_ban", "customer", "not_prohibited", "own_customer")
BLOCKED = (
    "suppressed", "banned", "withdrawn", "no_consent", "consent_other_purpose", "consent_other_channel", "consent_later", "consent_bundled",
    "consent_too_old", "customer_fails", "message_without_refusal",
)  # fmt: skip
UNDETERMINED = (
    "address_empty", "address_unreadable", "two_readings", "date_unreadable", "dates_in_wrong_order", "text_unknown", "purpose_unknown",
    "channel_unknown", "customer_unknown", "message_not_told", "withdrawn_no_ban", "job_duties_not_told",
    "purpose_not_recorded", "consents_not_recorded", "bans_not_recorded", "source_unread", "secret_missing", "no_rule",
)  # fmt: skip
REASONS = (*ALLOWED, *BLOCKED, *UNDETERMINED)
AS_WRITTEN, NORMALISED, BY_MAILBOX = "as_written", "normalised", "by_mailbox"
HOW = (AS_WRITTEN, NORMALISED, BY_MAILBOX)
ANSWER = """
SELECT n, reason, kind, g, b, how, odd {marks} FROM (
SELECT n, k, odd, CAST({decision} AS UTINYINT) AS reason, CAST(kind AS UTINYINT) AS kind, g, b,
  CAST(CASE WHEN by_mailbox THEN 2 WHEN same THEN 0 WHEN k IS NOT NULL THEN 1 END AS UTINYINT) AS how
FROM (
  SELECT l.n, l.k, l.odd, l.problem, l.same, c.g, c.w,
    coalesce(c.bits, 0) AS bits, greatest(b.b, p.b) AS b, coalesce(b.always, false) OR coalesce(p.always, false) AS always,
    b.b IS NULL AND NOT coalesce(b.always, false) AND (p.b IS NOT NULL OR coalesce(p.always, false)) AS by_mailbox,
    u.c, greatest(l.kind, coalesce(c.kind, 0), coalesce(u.kind, 0), coalesce(b.kind, 0)) AS kind
  FROM ({listed}) AS l LEFT JOIN consents AS c ON l.k = c.k LEFT JOIN bans AS b ON l.k = b.k LEFT JOIN bans AS p ON {base} = p.k
  LEFT JOIN customers AS u ON l.k = u.k
) AS r JOIN ways AS y USING (kind)
)
"""
VALID = f"(g IS NOT NULL AND (bits & {cells.W_UNREAD | cells.DISORDER}) = 0 AND (w IS NULL OR g > w))"


def decision(whole: str | None) -> str:
    """The number of the reason of a row."""
    if whole is not None:
        return str(REASONS.index(whole))
    steps = [
        *((f"problem = {literal(one)}", one) for one in ("address_empty", "address_unreadable", "two_readings")),
        ("always", "banned"), (f"b IS NOT NULL AND NOT coalesce({VALID} AND g > b, false)", "banned"),
        (_has(cells.W_UNREAD), "date_unreadable"), (_has(cells.DISORDER), "dates_in_wrong_order"),
        (f"w IS NOT NULL AND NOT coalesce(g > w, false) AND basis = {literal(OPT_OUT)}", "withdrawn_no_ban"),
        ("w IS NOT NULL AND NOT coalesce(g > w, false)", "withdrawn"),
    ]  # fmt: skip
    permitting = [
        ("b IS NOT NULL", "consent_after_ban"), (VALID, "consent"),
        (f"basis = {literal(REQUEST)} AND c > 0", "own_customer"),
        (f"basis = {literal(OPT_OUT)}", "not_prohibited"),
        (f"customer AND c = {cells.FITS}", "customer"), (f"customer AND c = {cells.UNKNOWN}", "customer_unknown"),
        (_has(cells.G_UNREAD), "date_unreadable"), (_has(cells.NOT_IN_USE), "text_unknown"), (_has(cells.OLD), "consent_too_old"),
        (_has(cells.LATER), "consent_later"),
        *((_has(bit), reason) for bit, reason in _LACKS),
        (f"customer AND c = {cells.FAILS}", "customer_fails"),
        (_has(cells.OTHER_PURPOSE), "consent_other_purpose"), (_has(cells.OTHER_CHANNEL), "consent_other_channel"),
    ]  # fmt: skip
    cases = [*_cases(steps), "WHEN stop IS NOT NULL THEN stop", *_cases(permitting)]
    return f"CASE {' '.join(cases)} ELSE coalesce(lack, {REASONS.index('no_consent')}) END"


_LACKS = (
    (cells.BUNDLED, "consent_bundled"), (cells.TEXT, "text_unknown"), (cells.NO_PURPOSE, "purpose_unknown"),
    (cells.NO_CHANNEL, "channel_unknown"),
)  # fmt: skip


def _has(bit: int) -> str:
    return f"(bits & {bit}) > 0"


def _cases(steps: list[tuple[str, str]]) -> list[str]:
    return [compose("WHEN {condition} THEN {place}", condition=condition, place=str(REASONS.index(reason))) for condition, reason in steps]


def rule_of(ways: Mapping[str, Way], reason: int, kind: int) -> str:
    """The rule behind the reason of a row of a kind of recipients."""
    way, name = ways[KINDS[kind - 1] if kind else KINDS[-1]], REASONS[reason]
    if name == "customer" or name.startswith("customer_"):
        return way.customer_rule
    if name == "banned" and kind == 1:
        return way.rule
    return str(_words.read("headings")["marketing_rule"].get(name) or way.rule)
