"""Art. 30: what we process, as controller and as processor."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from ivplus_tools import _dates, _store, _words
from ivplus_tools._records import Record
from ivplus_tools._store import Entry
from ivplus_tools.exchange.filed import FiledRoom
from ivplus_tools.register import findings as checks
from ivplus_tools.register.records import Activity, Layout, Organisation, System
from ivplus_tools.register.state import Register

if TYPE_CHECKING:
    import pandas

    from ivplus_tools.exchange import Preview


class RegisterRoom(FiledRoom[Register]):
    """The record of processing activities with the organisations and systems that it names."""

    name: ClassVar[str] = "register"
    records: ClassVar[tuple[type[Record], ...]] = (Activity, Organisation, System, Layout)
    reads = Register
    findings_of, due_of = staticmethod(checks.findings), staticmethod(checks.due)

    def activities(self) -> pandas.DataFrame:
        """Processing activities that stand (Art. 30(1) and (2)): a row each, by id; one column per field, `legal_basis` joined by `;`."""
        return _store.frame(self.standpoint, "FROM activities()")

    def organisations(self) -> pandas.DataFrame:
        """Organisations that stand: id, name, relation, business_id, contact, country, dpo, representative, ..."""
        return _store.frame(self.standpoint, "FROM organisations()")

    def systems(self) -> pandas.DataFrame:
        """Information systems that stand: id, name, supplier, location, owner, remarks, valid_from, entry."""
        return _store.frame(self.standpoint, "FROM systems()")

    def read(
        self,
        path: str | Path,
        progress: Callable[[int, int], None] | None = None,
        columns: Mapping[str, str | None] | None = None,
        sheets: Sequence[str] = (),
        start_row: int | None = None,
        role: str | None = None,
    ) -> Preview:
        """Preview of a register in any known shape (`docs/shapes.md`): nothing is written before `.commit(why=)`.

        What the officer knows better: `columns={heading: field, heading: None}`, `sheets`, the row of headings (`start_row`),
        the `role` of activities that say none. `progress(done, of)` is called after each row.
        """
        from ivplus_tools import exchange

        wishes = exchange.Wishes(columns or {}, tuple(sheets), start_row, role)
        return exchange.read(self, _store.path_of(path), progress, wishes)

    def write(
        self,
        path: str | Path,
        lang: str | None = None,
        valid: object = None,
        id: str | None = None,  # noqa: A002
        history: bool = False,
    ) -> Path:
        """Write what stands, or one activity (`id`) with what it names, as of `valid`; with `history`, every earlier entry too.

        `.xlsx`, `.json`: every field of every record. `.csv`: the activities. `.docx`, `.html`, `.pdf`, `.md`: the record of
        Art. 30(1) and (2) for people and authorities, with blanks marked and the head seal in the footer.
        """
        from ivplus_tools import documents, exchange
        from ivplus_tools.register import report

        file = _store.path_of(path)
        at = replace(self.standpoint, lang=_words.language(lang or self.standpoint.lang))
        state = self.as_of(replace(at, valid_on=_dates.day(valid), past=True) if valid is not None else at).state()
        if id is not None:
            state.find(id, "activity")
        shown = state.only(id) if id is not None else state
        if history and file.suffix.lower() not in (".xlsx", ".json"):
            raise _words.refusal("history_format", got=file.suffix)
        if file.suffix.lower() in documents.WRITERS:
            return _store.put(file, documents.render(report.build(shown, whole=id is None), file))
        things = [*shown.all(), *shown.of("layout")]
        return _store.put(file, exchange.tables(replace(shown, standing=things), file, self._past(shown, id) if history else ()))

    def _past(self, register: Register, only: str | None) -> list[Entry]:
        """Every entry known at the standpoint, or those of the subjects that are shown."""
        kinds = {kind.kind for kind in self.records}
        shown = {(one.entry.kind, one.entry.subject) for one in register.all()}
        return [one for one in _store.entries(register.at) if one.kind in kinds and (only is None or (one.kind, one.subject) in shown)]
