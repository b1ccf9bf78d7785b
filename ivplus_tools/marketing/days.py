"""Days of consents and bans as expressions: a day that cannot be read is none, and nobody believes those that programs write for `none`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ivplus_tools._sources import compose, literal

EARLIEST = date(1995, 1, 1)
"""No consent and no ban is older: an earlier day is a slip or stands for `none`."""
NATIVE = "CAST({own} AS DATE)"
ISO = (
    "CASE WHEN regexp_full_match({own}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}') THEN try_cast({own} AS DATE)"
    " WHEN regexp_full_match({own}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[ T][0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}}([.][0-9]+)?)?')"
    " THEN CAST(try_cast({own} AS TIMESTAMP) AS DATE)"
    " WHEN regexp_full_match({own}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[ T][0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}}([.][0-9]+)?)?"
    " ?(Z|[+-][0-9]{{2}}(:?[0-9]{{2}})?)') THEN CAST(try_cast({own} AS TIMESTAMPTZ) AS DATE) END"
)
FINNISH = "CAST(try_strptime({own}, ['%d.%m.%Y', '%d.%m.%Y %H:%M', '%d.%m.%Y %H:%M:%S', '%d.%m.%Y %H.%M', '%d.%m.%Y klo %H.%M']) AS DATE)"
COMPACT = "CASE WHEN regexp_full_match({own}, '[0-9]{{8}}') THEN CAST(try_strptime({own}, '%Y%m%d') AS DATE) END"
SERIAL = (
    "CASE WHEN regexp_full_match({own}, '[0-9]{{5}}([.][0-9]+)?')"
    " THEN DATE '1899-12-30' + CAST(trunc(CAST({own} AS DOUBLE)) AS INTEGER) END"
)
SECONDS = "CASE WHEN regexp_full_match({own}, '[0-9]{{1,10}}') THEN CAST(to_timestamp(CAST({own} AS BIGINT)) AS DATE) END"
MILLIS = "CASE WHEN regexp_full_match({own}, '[0-9]{{1,13}}') THEN CAST(to_timestamp(CAST({own} AS BIGINT) / 1000) AS DATE) END"
READ = {"ISO": ISO, "d.M.yyyy": FINNISH, "yyyymmdd": COMPACT, "excel": SERIAL, "epoch_s": SECONDS, "epoch_ms": MILLIS}
BELIEVED = "CASE WHEN {day} >= {earliest} THEN {day} END"


def day_in_sql(own: str, native: bool, formats: Sequence[str]) -> str:
    """The day of a column, NULL where it is none in any of the formats (ISO where none is told)."""
    text = f"trim({own})"
    days = [compose(NATIVE, own=own)] if native else [compose(READ[one], own=text) for one in formats or ("ISO",)]
    return compose(BELIEVED, day=days[0] if len(days) == 1 else f"coalesce({', '.join(days)})", earliest=literal(EARLIEST))


def filled_in_sql(own: str, native: bool) -> str:
    """Whether anything stands in a column of days."""
    return f"{own} IS NOT NULL" if native else f"trim(coalesce({own}, '')) <> ''"
