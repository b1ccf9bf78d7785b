"""The law as a room: which facts stand in force on a day, and which nobody has compared with the official text."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from ivplus_tools import _law, _room, _words
from ivplus_tools._records import Record
from ivplus_tools._room import Room
from ivplus_tools._state import State
from ivplus_tools.law import findings as checks

if TYPE_CHECKING:
    import pandas


class LawRoom(Room[State]):
    """The facts that every other room rests on. Nothing is recorded here: a fact is a file of `facts/`."""

    name: ClassVar[str] = "law"
    records: ClassVar[tuple[type[Record], ...]] = ()
    findings_of = staticmethod(checks.findings)
    inner: ClassVar[frozenset[str]] = frozenset(("changes", "end", "get", "history", "record", "withdraw"))

    def facts(self) -> pandas.DataFrame:
        """Every fact in force on the day: rule, name, says, instrument, in_force, until, verified, reread, source."""
        lang, rows = self.standpoint.lang, []
        for rule, one in _law.facts().items():
            if now := one.on(self.standpoint.valid_on):
                told = (one.name[lang], one.says[lang], one.instrument["name"][lang], now["from"], now.get("until"))
                rows.append((rule, *told, "yes" if one.verified else "no", one.reread, one.sources[lang]))
        columns = ("rule", "name", "says", "instrument", "in_force", "until", "verified", "reread", "source")
        table = _room.frame(columns, rows, lang, days=("in_force", "until", "reread"))
        return _said(table, in_force="column.valid_from")

    def unverified(self) -> pandas.DataFrame:
        """What nobody has compared with the official text, and what to look up where: rule, name, note, source."""
        return unverified(self.standpoint.lang)


def unverified(lang: str, instrument: str | None = None) -> pandas.DataFrame:
    """Facts that nobody has compared, of one instrument or of all: rule, name, note, source. No journal is asked."""
    unread = (one for one in _law.unverified() if instrument in (None, one.instrument["key"]))
    rows = [(one.rule, one.name[lang], one.note.get(lang, "–"), one.sources[lang]) for one in unread]
    return _said(_room.frame(("rule", "name", "note", "source"), rows, lang))


def _said(table: pandas.DataFrame, **words: str) -> pandas.DataFrame:
    """A frame of facts, which have a source of their own kind, for reading."""
    table.attrs["said"] = {column: _words.texts(key) for column, key in {"source": "cite.whence", **words}.items()}
    table.attrs["lists"] = {"verified": "yes_no"}
    return table
