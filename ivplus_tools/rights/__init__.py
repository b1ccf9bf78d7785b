"""Art. 12-22: who asked, by when we answer, where the person's data lie, what was given and done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from ivplus_tools import _dates, _law, _records, _room, _store, _words
from ivplus_tools._records import Record
from ivplus_tools.exchange.filed import FiledRoom
from ivplus_tools.rights import findings as checks
from ivplus_tools.rights.records import DataSubjectRequest, PersonSearch, RightsLetter, SubjectPlan
from ivplus_tools.rights.request import Request, not_to_come
from ivplus_tools.rights.state import Requests

if TYPE_CHECKING:
    import pandas


class RightsRoom(FiledRoom[Requests]):
    """The register of requests of data subjects, and what became of them."""

    name: ClassVar[str] = "rights"
    records: ClassVar[tuple[type[Record], ...]] = (DataSubjectRequest, PersonSearch, SubjectPlan, RightsLetter)
    reads: ClassVar[type[Requests]] = Requests
    findings_of, due_of = staticmethod(checks.findings), staticmethod(checks.due)

    def requests(self) -> pandas.DataFrame:
        """Every request: id, due, nominal, state, rights, received, ... `state`: open, waiting, late, answered, answered_late."""
        import pandas as pd

        table = _store.frame(self.standpoint, "FROM data_subject_requests()")
        told = [(one.clock.due, one.clock.nominal, _state(one)) for one in self.state().requests]
        computed = pd.DataFrame(told, columns=["due", "nominal", "state"], dtype=object, index=table.index)
        for name in ("due", "nominal"):
            computed[name] = pd.to_datetime(computed[name])
        found = pd.concat([table.iloc[:, :1], computed, table.iloc[:, 1:]], axis=1)
        found.attrs.update(table.attrs)
        found.attrs["lists"] = {**table.attrs.get("lists", {}), "state": "request_state"}
        return found

    def request(self, id: str) -> Request:  # noqa: A002
        """The request of that identifier."""
        self._find(id, "data_subject_request")
        return Request(self, id)

    @_records.completes(DataSubjectRequest)
    def open(
        self, kind: str | Sequence[str], received: object = None, channel: str | None = None, id: str | None = None,  # noqa: A002
        why: str = "", **facts: Any,
    ) -> Request:  # fmt: skip
        """Open a request: `kind` (access, rectification, erasure, restriction, portability, objection, withdrawal, automated; several).

        `received`: the day on which it came (default: today), `channel`: email, form, phone, post, in_person, other. `person`: a
        reference of `keep_person`; a name, an address or an identity code in the request is refused, since the journal cannot forget.
        """
        at = self.standpoint
        day = _dates.day(received) if received is not None else at.valid_on
        kinds = [kind] if isinstance(kind, str) else list(kind)
        ident = id or _room.next_of_year(at, "data_subject_request", day.year)
        record = DataSubjectRequest.of(ident, rights=kinds, received=day, channel=channel, **facts)
        not_to_come(record, self)
        others = (one.record for one in self.state().requests if record.person and not one.record.answered)
        if same := [one.id for one in others if _asks_same(one, record)]:
            raise _words.refusal("request_open_already", request=", ".join(same))
        self.record(record, valid_from=day, why=why or _words.say("rights.opened", at.lang), expecting=0)
        return Request(self, ident)

    def matrix(self) -> pandas.DataFrame:
        """What each right is owed on each legal basis, as facts: right, legal_basis, answer, rule."""
        from ivplus_tools.rights import owed

        rows = [
            (fact.name[self.standpoint.lang], basis, *owed.of_basis(right, basis, self.standpoint.valid_on))
            for right, fact in _law.codes("right").items() for basis in _law.codes("legal_basis") if not basis.startswith("9")
        ]  # fmt: skip
        made = _room.frame(("right", "legal_basis", "answer", "rule"), rows, self.standpoint.lang)
        made.attrs["lists"] = {"answer": "owed_answer"}
        return made

    def figures(self, year: int | None = None) -> pandas.DataFrame:
        """A year in figures: what, count; requests received, by right and outcome, answered in time, late, extended, still open."""
        named = year or self.standpoint.valid_on.year
        mine = [one for one in self.state().requests if one.record.received and one.record.received.year == named]
        lang, states = self.standpoint.lang, _words.values("request_state")
        counts: dict[str, int] = {_words.say("rights.received_count", lang): len(mine)}
        for one in mine:
            for right in _records.texts(one.record.rights):
                outcome = one.answers[right].right_outcome if right in one.answers else None
                told = _words.values("right_outcome")[outcome][lang] if outcome else _words.say("rights.unanswered", lang)
                key = f"{_law.codes('right')[right].name[lang]}: {told}"
                counts[key] = counts.get(key, 0) + 1
            state = states[_state(one)][lang]
            counts[state] = counts.get(state, 0) + 1
        return _room.frame(("what", "count"), list(counts.items()), lang)

    def returned(self) -> pandas.DataFrame:
        """Erased rows that are there again, such as after a restore, by keyed hashes: plan, source, table, rows (NA: cannot be told)."""
        from ivplus_tools.rights import acting

        made = _room.frame(("plan", "source", "table", "rows"), acting.returned(self.state()), self.standpoint.lang)
        made["rows"] = made["rows"].astype("Int64")
        return made

    def states_of(self, state: Requests) -> Iterator[tuple[str, str, str]]:
        """What is owed of each right."""
        names = _words.values("owed_answer")
        for one in state.requests:
            for right in _records.texts(one.record.rights):
                answer = names[one.owed_of(right)][state.lang]
                yield one.record.id, "column.owed", f"{_law.codes('right')[right].name[state.lang]}: {answer}"


def _state(one: Any) -> str:
    """Where a request stands; an answer that came late stays late."""
    if one.clock.answered:
        return "answered_late" if one.clock.is_late else "answered"
    if one.clock.waiting_since:
        return "waiting"
    if one.clock.due is None:
        return "no_receipt"
    return "late" if one.clock.is_late else "open"


def _asks_same(one: DataSubjectRequest, other: DataSubjectRequest) -> bool:
    return one.person == other.person and set(_records.texts(one.rights)) == set(_records.texts(other.rights))
