"""Set-Cookie as browsers read it: names, domains, lifetimes; no values, and no clock of ours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

LONGEST_HEADER = 64 * 1024
SECONDS_A_DAY = 86400
LAST_OF_THE_PAST = 1980
"""An end before there were cookies deletes one, whenever it is set."""
_JOINED = re.compile(r",\s*(?=[^\s;,=\"]+=)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True)
class Setting:
    """One cookie as a header sets it: name, domain asked for, lifetime where it can be told."""

    name: str
    domain: str = ""
    days: float | None = None
    session: bool = False


def settings(value: str, moment: datetime | None) -> Iterator[Setting | None]:
    """Each cookie of one header, which recorders join of several by a new line or a comma.

    None stands for what is no cookie, or longer than any that a browser keeps.
    """
    if not value.strip():
        yield None
    for found in re.finditer(r"[^\r\n]+", value):
        line = found[0]
        if line.strip():
            yield from (_setting(one, moment) for one in _apart(line[:LONGEST_HEADER]))
        if len(line) > LONGEST_HEADER:
            yield None


def _apart(line: str) -> Iterator[str]:
    """A line by the commas behind which a cookie begins: none before the first attribute."""
    begin, cut = 0, line.find(";")
    while cut >= 0 and (found := _JOINED.search(line, cut)):
        yield line[begin : found.start()]
        begin, cut = found.end(), line.find(";", found.end())
    yield line[begin:]


def _setting(text: str, moment: datetime | None) -> Setting | None:
    pair, *rest = text.split(";")
    name, equals, value = pair.partition("=")
    if not equals:
        name, value = "", pair  # a browser keeps it as a value without a name
    if not name.strip() and not value.strip():
        return None
    told: dict[str, str] = {}
    for one in rest:
        key, _, said = one.partition("=")
        key, said = key.strip().lower(), said.strip().strip('"')
        if key == "max-age" and not re.fullmatch(r"-?[0-9]{1,15}", said):
            continue  # as browsers do: what is no number is as if it were not there
        told[key] = said
    days, session = lifetime(told.get("max-age"), told.get("expires"), moment)
    return Setting(name.strip(), told.get("domain", "").lstrip(".").lower(), days, session)


def lifetime(
    age: str | None,
    expires: str | None,
    moment: datetime | None,
) -> tuple[float | None, bool]:
    """Days, and whether the cookie ends with the session. Max-Age wins; Expires needs a moment."""
    if age is not None:
        return max(int(age), 0) / SECONDS_A_DAY, False
    if expires is None:
        return None, True
    until = moment_of(expires)
    if until is None:
        return None, False
    if moment is None:
        is_deleted = until.year <= LAST_OF_THE_PAST
        return (0.0 if is_deleted else None), False
    return max((until - moment).total_seconds(), 0.0) / SECONDS_A_DAY, False


def moment_of(text: str) -> datetime | None:
    """A moment as HTTP and cookies write it, or as ISO 8601 with its offset; else None."""
    text = text.strip()[:100]
    if re.match(r"\d{4}-\d\d-\d\dT", text):
        return _iso(text)
    clock = re.search(r"\b(\d{1,2}):(\d{1,2}):(\d{1,2})\b", text)
    month = re.search(r"\b(" + "|".join(_MONTHS) + r")", text, re.IGNORECASE)
    rest = text.replace(clock[0], " ", 1) if clock else ""
    numbers = re.findall(r"(?<![\d+-])\d{1,4}(?!\d)|(?<=[a-zA-Z]-)\d{2,4}(?!\d)", rest)
    if not clock or not month or len(numbers) < 2:
        return None
    day, year = int(numbers[0]), int(numbers[1])
    if len(numbers[1]) <= 2:
        year += 1900 if year >= 70 else 2000
    try:
        hour, minute, second = map(int, clock.groups())
        number = _MONTHS.index(month[1].lower()) + 1
        return datetime(year, number, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None


def _iso(text: str) -> datetime | None:
    try:
        made = datetime.fromisoformat(text)
        return made.astimezone(UTC) if made.tzinfo else None
    except (ValueError, OverflowError):
        return None
