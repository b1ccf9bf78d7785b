"""Somebody refuses (Art. 21(2)): a keyed hash per channel goes into the journal, the address goes nowhere. It stays until it is lifted.

The hash is sealed like any other entry, so nobody takes it away unseen, and it is there after the person's data are erased. The secret lies
beside the journal: without it the hashes tell of nobody, and every check blocks everything.
"""

from __future__ import annotations

from ivplus_tools import _records, _words
from ivplus_tools._room import Room
from ivplus_tools._sources import ledger
from ivplus_tools._store import Receipt
from ivplus_tools.marketing import addresses
from ivplus_tools.marketing.hashing import mark
from ivplus_tools.marketing.records import Suppression, nameless
from ivplus_tools.marketing.state import Marketing, key_name

SHORT = 24
"""Signs of a hash that name it."""


def suppress(room: Room[Marketing], address: str, channel: str | None, why: str) -> Receipt:
    """Keep the hashes of an address: on one channel, or on every channel that it can be of."""
    reason, keys = _why(why), {}
    for one in [channel] if channel else _channels_of(address):
        keys[one] = _key(address, one, channel is None)
    state, records = room.state(), []
    for one in keys:
        if not state.secret_fits(one, [each.record for each in state.of("suppression") if each.record.marketing_channel == one]):
            raise _words.refusal("marketing_no_secret")
    for one, key in keys.items():
        made = ledger.new_secret(room.standpoint.path, key_name(one))
        marked = mark(made, one, key)
        records.append(Suppression.of(f"{one}/{marked[:SHORT]}", marketing_channel=one, mark=marked, secret_name=ledger.name_of(made)))
    return room.seal_act(records, room.standpoint.valid_on, reason)


def lift(room: Room[Marketing], address: str, channel: str, why: str) -> Receipt:
    """Take a suppression back, with a reason, from today: what is not suppressed is refused."""
    reason, key, state = _why(why), _key(address, channel), room.state()
    those, made = state.suppressed(channel, state.on), state.secret(channel)
    if made is None or not state.secret_fits(channel, those):
        raise _words.refusal("marketing_no_secret")
    sought = mark(made, channel, key)
    found = next((one for one in those if one.mark == sought), None)
    if found is None:
        raise _words.refusal("marketing_not_suppressed")
    return room.seal_act([found.replace(lifted=room.standpoint.now.date())], state.on, reason)


def _why(why: str) -> str:
    """The reason, which names nobody."""
    reason = _records.clean(why)
    if not reason:
        raise _words.refusal("why_missing")
    return str(nameless(reason))


def _key(address: object, channel: str, every: bool = False) -> str:
    """The one address that is meant; the refusal does not repeat it."""
    key = addresses.read(addresses.FORMS[channel], address).sure if isinstance(address, str) else None
    if key is None and every:
        raise _words.refusal("marketing_bad_address_of_any")
    if key is None:
        raise _words.refusal("marketing_bad_address", channel=_words.values("marketing_channel")[channel])
    return key


def _channels_of(address: object) -> list[str]:
    """The channels on which an address can be reached; a street is told as such."""
    text = address if isinstance(address, str) else ""
    form = addresses.MAIL if "@" in addresses.plain(text) else addresses.NUMBER
    return [one for one, its in addresses.FORMS.items() if its in (form, addresses.HANDLE)]
