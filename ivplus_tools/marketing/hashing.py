"""Those who refused, by HMAC-SHA256 of channel and address: made one by one here, and for many rows in SQL."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

from ivplus_tools._sources import compose
from ivplus_tools.marketing import addresses
from ivplus_tools.marketing.deciding import ALLOWED, REASONS

if TYPE_CHECKING:
    from ivplus_tools._sources.bench import Bench
    from ivplus_tools.marketing.cells import Asked

BLOCK, INNER, OUTER = 64, 0x36, 0x5C
SIGNS = 32
"""Of the hash as many hexadecimal signs are kept."""
MARK = (
    "CASE WHEN reason < {allowed} THEN CAST(left(sha256($outer::BLOB || "
    "unhex(sha256($inner::BLOB || encode($channel || chr(0) || {key})))), {signs}) AS UUID) END"
)
MARKS = ", {own} AS mark, {base} AS base_mark"
SUPPRESSED = """
UPDATE answer SET reason = {suppressed}, how = CASE WHEN mark IN (SELECT mark FROM marks) THEN how ELSE 2 END
WHERE mark IN (SELECT mark FROM marks) OR base_mark IN (SELECT mark FROM marks)
"""
FORGOTTEN = ("ALTER TABLE answer DROP COLUMN mark", "ALTER TABLE answer DROP COLUMN base_mark")


def mark(secret: bytes, channel: str, key: str) -> str:
    """The keyed hash of an address on a channel."""
    return hmac.digest(secret, f"{channel}\0{key}".encode(errors="surrogatepass"), "sha256").hex()[:SIGNS]


def marks(asked: Asked, form: str) -> tuple[str, dict[str, Any]]:
    """The hashes of rows that would be allowed, as columns, with the values that they need; nothing where nobody is suppressed."""
    secret = asked.state.secret(asked.channel)
    if secret is None or not asked.state.suppressed(asked.channel, asked.on):
        return "", {}
    own, base = (compose(MARK, key=key, allowed=str(len(ALLOWED)), signs=str(SIGNS)) for key in ("k", addresses.base_in_sql(form, "k")))
    padded = secret.ljust(BLOCK, b"\0")
    values = {"outer": bytes(one ^ OUTER for one in padded), "inner": bytes(one ^ INNER for one in padded), "channel": asked.channel}
    return compose(MARKS, own=own, base=base), values


def suppress(asked: Asked, form: str, bench: Bench) -> None:
    """Block the rows that would be allowed and whose address, or untagged mailbox, is suppressed."""
    if not marks(asked, form)[0]:
        return
    those = asked.state.suppressed(asked.channel, asked.on)
    bench.put("marks", {"mark": "UUID"}, [(one.mark,) for one in those])
    bench.ask(compose(SUPPRESSED, suppressed=str(REASONS.index("suppressed"))))
    for statement in FORGOTTEN:
        bench.ask(statement)
