"""Those who refused, by HMAC-SHA256 of channel and address: made one by one here, and for many rows in SQL."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from ivplus_tools._sources import compose
from ivplus_tools.marketing import addresses
from ivplus_tools.marketing.deciding import ALLOWED, REASONS

if TYPE_CHECKING:
    from ivplus_tools.marketing.matching import Matching

BLOCK, INNER, OUTER = 64, 0x36, 0x5C
MARK = "sha256($outer::BLOB || unhex(sha256($inner::BLOB || encode($channel || chr(0) || {key}))))"
MARKED = """
UPDATE answer SET reason = {suppressed}, how = CASE WHEN own THEN how ELSE 2 END FROM (
  SELECT l.n, {mark} IN (SELECT mark FROM marks) AS own, coalesce({base_mark} IN (SELECT mark FROM marks), false) AS based
  FROM listed AS l JOIN answer AS a ON l.n = a.n WHERE a.reason < {allowed}
) AS h WHERE answer.n = h.n AND (h.own OR h.based)
"""


def mark(secret: bytes, channel: str, key: str) -> str:
    """The keyed hash of an address on a channel."""
    return hmac.digest(secret, f"{channel}\0{key}".encode(errors="surrogatepass"), "sha256").hex()


def suppress(made: Matching) -> None:
    """Block the rows that would be allowed and whose address, or untagged mailbox, is suppressed."""
    state, asked = made.asked.state, made.asked
    those, secret = state.suppressed(asked.channel, asked.on), state.secret
    if not those or secret is None:
        return
    made.bench.put("marks", {"mark": "VARCHAR"}, [(one.mark,) for one in those])
    padded = secret.ljust(BLOCK, b"\0")
    values = {
        "outer": bytes(one ^ OUTER for one in padded), "inner": bytes(one ^ INNER for one in padded), "channel": asked.channel,
    }  # fmt: skip
    base = compose(MARK, key=addresses.base_in_sql(made.form, "l.k"))
    query = compose(
        MARKED, mark=compose(MARK, key="l.k"), base_mark=base, suppressed=str(REASONS.index("suppressed")), allowed=str(len(ALLOWED))
    )
    made.bench.ask(query, values)
