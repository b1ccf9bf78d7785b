"""What the cells of a row say: each different combination of them is judged once, and rows are told by it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from ivplus_tools import _law, _records
from ivplus_tools.errors import Refusal
from ivplus_tools.marketing.records import ConsentText, MarketingPurpose, MarketingTable
from ivplus_tools.marketing.state import KINDS, NO, YES, Marketing

OWN, STOPS, OTHER_PURPOSE, OTHER_CHANNEL, TEXT, BUNDLED, NO_PURPOSE, NO_CHANNEL = (1 << place for place in range(8))
"""Whether a row is a consent for what is asked, whether its withdrawal counts for it, and else why it is none."""
W_UNREAD, DISORDER, G_UNREAD, LATER, OLD, NOT_IN_USE = (1 << place for place in range(8, 14))
"""What the days of a consent say, as bits beside those."""
APPLIES = 1
FITS, UNKNOWN, FAILS = 3, 2, 1
"""A customer: every condition of the exception is met; one is not told; one is not met."""
CELLS = ("purpose", "channel", "consent_text", "recipient", "at_sale", "same_seller", "refusal_offered", "product_group")
"""Roles of columns whose cells are judged together."""
APART = re.compile(r"\s*[;,|]\s*")


@dataclass(frozen=True)
class Said:
    """What a combination says: bits, the days of its text, and the kind of recipient (its place from 1; 0: untold)."""

    bits: int = 0
    since: date | None = None
    until: date | None = None
    kind: int = 0


@dataclass(frozen=True)
class Asked:
    """What is asked: a purpose, a channel, a day."""

    state: Marketing
    purpose: MarketingPurpose
    channel: str
    on: date


def judge(asked: Asked, table: MarketingTable, cells: dict[str, str]) -> Said:
    """What a combination of cells of a table says."""
    role = {"consents": _consent, "bans": _ban, "customers": _customer}[str(table.table_role)]
    return role(asked, table, cells)


def kind_of(*told: str | None) -> int:
    """The place of the most protected kind among those told; 0 where none is. What is not understood is a natural person."""
    found = [_code("marketing_recipient", one) or KINDS[-1] for one in told if one and one.strip()]
    return max((KINDS.index(one) + 1 for one in found), default=0)


def _consent(asked: Asked, table: MarketingTable, cells: dict[str, str]) -> Said:
    kind = kind_of(cells.get("recipient"), table.marketing_recipient)
    text = text_of(asked, cells.get("consent_text") or table.consent_text)
    purposes = _purposes(asked, cells.get("purpose") or table.marketing_purpose, text)
    channels = _channels(cells.get("channel") or table.marketing_channel, text)
    bits = 0
    if asked.purpose.id not in purposes:
        bits |= OTHER_PURPOSE if purposes and None not in purposes else NO_PURPOSE
    if asked.channel not in channels:
        bits |= OTHER_CHANNEL if channels and None not in channels else NO_CHANNEL
    if not bits & (OTHER_PURPOSE | OTHER_CHANNEL):
        bits |= STOPS
    else:
        return Said(bits & (OTHER_PURPOSE | OTHER_CHANNEL), kind=kind)
    if text is None or not _covers(asked, text):
        return Said(bits | TEXT, kind=kind)
    if text.separate == NO:
        bits |= BUNDLED
    until = text.text_until if isinstance(text.text_until, date) else None
    return Said(bits | OWN if not bits & ~STOPS else bits, text.text_from if isinstance(text.text_from, date) else None, until, kind)


def _ban(asked: Asked, table: MarketingTable, cells: dict[str, str]) -> Said:
    """A ban is absolute for every purpose; one that tells its channels is for those, one that cannot be understood for all."""
    channels = _channels(cells.get("channel") or table.marketing_channel, None)
    applies = not channels or asked.channel in channels or None in channels
    return Said(APPLIES if applies else 0, kind=kind_of(cells.get("recipient"), table.marketing_recipient))


def _customer(asked: Asked, table: MarketingTable, cells: dict[str, str]) -> Said:
    kind = kind_of(cells.get("recipient"), table.marketing_recipient)
    channels = _channels(cells.get("channel") or table.marketing_channel, None)
    if channels and asked.channel not in channels and None not in channels:
        return Said(0, kind=kind)
    groups = {one.casefold() for one in _records.texts(asked.purpose.product_groups)}
    group = cells.get("product_group") or table.product_group
    answers: dict[str, str | None] = {
        name: yes_no(cells.get(name) or getattr(table, name)) for name in ("at_sale", "same_seller", "refusal_offered")
    }
    answers["product_group"] = None if not group or not groups else YES if group.strip().casefold() in groups else NO
    answers |= {name: getattr(asked.purpose, name) for name in ("own_products", "refusal_in_messages")}
    needed = next((now["needs"] for _, now in _law.asks("customer_exception", asked.on)), list(answers))
    told = {answers[name] for name in needed}
    return Said(FAILS if NO in told else FITS if told == {YES} else UNKNOWN, kind=kind)


def text_of(asked: Asked, told: str | None) -> ConsentText | None:
    """The text that a cell names by its identifier or its version; where two have one version, that of the purpose."""
    sought = (told or "").strip().casefold()
    texts = asked.state.texts.values()
    found = [one for one in texts if sought and sought == one.id.casefold()]
    found = found or [one for one in texts if sought and sought == (one.version or "").casefold()]
    mine = [one for one in found if asked.purpose.id in _records.texts(one.consent_purposes)]
    only = mine or found
    return only[0] if len(only) == 1 else None


def _covers(asked: Asked, text: ConsentText) -> bool:
    """Whether a text asked for the purpose, and for the channel where it tells channels."""
    channels = _records.texts(text.consent_channels)
    return asked.purpose.id in _records.texts(text.consent_purposes) and (not channels or asked.channel in channels)


def _purposes(asked: Asked, told: str | None, text: ConsentText | None) -> set[str | None]:
    """The purposes that a row tells, else those of its text; None stands for one that nobody has recorded."""
    known = {one.casefold(): one for one in asked.state.purposes}
    if told and told.strip():
        return {known.get(one.casefold()) for one in _apart(told, known)}
    return set(_records.texts(text.consent_purposes)) if text else set()


def _channels(told: str | None, text: ConsentText | None) -> set[str | None]:
    """The channels that a row tells, else those of its text; None stands for one that is not understood."""
    if told and told.strip():
        return {_code("marketing_channel", one) for one in _apart(told, ())}
    return set(_records.texts(text.consent_channels)) if text else set()


def _apart(told: str, whole: Iterable[str]) -> list[str]:
    """The items of a cell; one that is known as a whole is one."""
    text = told.strip()
    return [text] if text.casefold() in whole else [one for one in APART.split(text) if one]


def yes_no(told: str | None) -> str | None:
    """A yes or a no as systems write it."""
    text = (told or "").strip().casefold()
    return {"1": YES, "true": YES, "t": YES, "y": YES, "x": YES, "0": NO, "false": NO, "f": NO, "n": NO}.get(text) or _code("yes_no", text)


def _code(name: str, told: str) -> str | None:
    """A cell as a code of a list; None where it is none."""
    reading: Callable[[str, object], str] = _records.code
    try:
        return reading(name, told.strip()) if told and told.strip() else None
    except Refusal:
        return None
