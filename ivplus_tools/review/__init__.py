"""Art. 28 and 44 to 49: who else touches the data, under which contract, in which country, by which transfer mechanism."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from ivplus_tools import _dates, _law, _records, _room, _store, _words
from ivplus_tools._law import Law
from ivplus_tools._records import Record, texts
from ivplus_tools.errors import BadInput
from ivplus_tools.exchange.filed import FiledRoom
from ivplus_tools.review import coming
from ivplus_tools.review import findings as checks
from ivplus_tools.review.judgement import ADEQUATE, DEROGATION, NOT_A_TRANSFER, SAFEGUARDS, Judgement, judge, rules_of
from ivplus_tools.review.records import Agreement, Disclosure, Processor, Subprocessor, Transfer, TransferAssessment, nameless
from ivplus_tools.review.state import Review

if TYPE_CHECKING:
    import pandas

    from ivplus_tools.documents import Document
    from ivplus_tools.review.lists import ListPreview

COVERED = (NOT_A_TRANSFER, ADEQUATE, SAFEGUARDS, DEROGATION)


class ReviewRoom(FiledRoom[Review]):
    """Processors and their contracts, the organisations behind them, transfers by the law of the day, and other recipients."""

    name: ClassVar[str] = "review"
    records: ClassVar[tuple[type[Record], ...]] = (Processor, Agreement, Subprocessor, Transfer, TransferAssessment, Disclosure)
    reads = Review
    findings_of, due_of = staticmethod(checks.findings), staticmethod(coming.due)

    def processors(self) -> pandas.DataFrame:
        """Processors that stand: id, organisation, services, activities, systems, storage_countries, access_countries, guarantees, ..."""
        return _store.frame(self.standpoint, "FROM processors()")

    def agreements(self) -> pandas.DataFrame:
        """Contracts with processors (Art. 28(3)): id, processor, signed, in_force_from, in_force_until, met, not_met, unclear, ..."""
        return _store.frame(self.standpoint, "FROM agreements()")

    def clauses(self) -> pandas.DataFrame:
        """A row per contract and clause of Art. 28: id, processor, clause, verdict, quote, page, reason, judged_by, judged_on.

        A clause that nobody has judged is there too, with an empty verdict.
        """
        columns = ("id", "processor", "clause", "verdict", "quote", "page", "reason", "judged_by", "judged_on")
        rows: list[tuple[object, ...]] = []
        for one in (stands.record for stands in self.state().of("agreement")):
            judged = {each.clause: each for each in one.clauses or ()}
            for code, fact in _law.codes("clause").items():
                if fact.on(self.standpoint.valid_on):
                    each = judged.get(code)
                    rows.append((one.id, one.processor, code, *(getattr(each, name, None) for name in columns[3:])))
        return _room.frame(columns, rows, self.standpoint.lang)

    def subprocessors(self) -> pandas.DataFrame:
        """Organisations behind processors (Art. 28(2), 28(4)): id, processor, organisation, purpose, countries, announced, ..."""
        return _store.frame(self.standpoint, "FROM subprocessors()")

    def disclosures(self) -> pandas.DataFrame:
        """Recipients that are no processors: id, organisation, purpose, legal_basis, activities, country, regular, marketing, ..."""
        return _store.frame(self.standpoint, "FROM disclosures()")

    def assessments(self) -> pandas.DataFrame:
        """Transfer impact assessments: id, transfer, tia_result, tia_reviewed, law_and_practice, risk, supplementary_measures, ..."""
        return _store.frame(self.standpoint, "FROM assessments()")

    def transfers(self) -> pandas.DataFrame:
        """Transfers with how they are judged on the day by its law: id, importer, country, mechanism, status, rule, needs, reasons, ...

        `status`: not_a_transfer, adequate, safeguards, derogation, not_covered or cannot_tell; `status_at_start`: on the day it began.
        """
        import pandas as pd

        review, lang = self.state(), self.standpoint.lang
        told = []
        for one in review.of("transfer"):
            judged, first = review.judged(one.record, lang), review.at_start(one.record, lang)
            start = first[1].status if first else None
            reasons = " ".join(step.said(lang) for step in judged.steps)
            told.append((judged.status, judged.rule, "; ".join(judged.needs) or None, start, reasons))
        table = _store.frame(self.standpoint, "FROM transfers()")
        columns = ["status", "rule", "needs", "status_at_start", "reasons"]
        judged_columns = pd.DataFrame(told, columns=columns, dtype=object, index=table.index)
        place = list(table.columns).index("mechanism") + 1
        found = pd.concat([table.iloc[:, :place], judged_columns, table.iloc[:, place:]], axis=1)
        found.attrs.update(table.attrs)
        return found

    def judge(self, country: str, on: object = None, mechanism: str | None = None, **details: object) -> Judgement:
        """How a transfer to a country or an international organisation is judged on a day by the law of that day.

        `mechanism`: such as `46(2)(c)`, "SCC", "DPF"; `details`: fields of `ivp.Transfer` and of `ivp.TransferAssessment`
        (`ivp.describe("transfer")`), such as `dpf_status="active"`, `in_scope=True`, `tia_result="sufficient"`.
        """
        day = _dates.day(on) if on is not None else self.standpoint.valid_on
        fields = dict(details)
        if mechanism is not None:
            fields |= _mechanism(mechanism)
        about_tia = {name: fields.pop(name) for name in list(fields) if name in TransferAssessment.model_fields and name != "remarks"}
        transfer = nameless(Transfer, country=country, **fields)
        assessment = nameless(TransferAssessment, **about_tia) if about_tia else None
        return judge(transfer, assessment, day, Law(day), self.standpoint.lang)

    def explain(self, id: str) -> Judgement:  # noqa: A002
        """How a recorded transfer is judged, step by step."""
        review = self.state()
        return review.judged(review.find(id, "transfer").record, review.lang)

    def without(self, law: str) -> pandas.DataFrame:
        """Which transfers would fall if a decision, clauses or a mechanism ended, those that rest on it unproved too.

        Columns: id, importer, country, before, after, needs.

        `law`: "dpf", "(EU) 2023/1795", "GB", "46(2)(c)", or a rule such as `adequacy:US`.
        """
        review, day = self.state(), self.standpoint.valid_on
        lost = Law(day, without=rules_of(law))
        rows = []
        for one in review.of("transfer"):
            now = review.judged(one.record, self.standpoint.lang)
            then = review.judged(one.record, self.standpoint.lang, law=lost)
            falls = now.status in COVERED and then.status not in COVERED
            if falls or (now.rule in lost.without and now.status != then.status):
                rows.append(
                    (one.record.id, review.name(one.record.importer), one.record.country, now.status, then.status, "; ".join(then.needs))
                )
        return _room.frame(("id", "importer", "country", "before", "after", "needs"), rows, self.standpoint.lang)

    def behind(self, id: str) -> pandas.DataFrame:  # noqa: A002
        """Every organisation behind a processor, to any depth: depth, organisation, on_behalf, purpose, countries, status, authorised.

        `status` is the worst of its countries, as judged without any mechanism; a chain that comes back to itself is cut there.
        """
        review = self.state()
        if not review.is_recorded(id):
            known = [one.record.id for one in review.of("processor")] + [str(one.record.organisation) for one in review.of("subprocessor")]
            raise _words.refusal("not_found", got=id, near=_words.nearest(id, known, 3) or "–", on=self.standpoint.valid_on)
        rows = [
            (
                depth, review.name(one.organisation), review.name(one.processor), one.purpose,
                "; ".join(texts(one.countries)), worst(one.countries, self.standpoint.valid_on), one.authorised,
            )
            for depth, one in ((link.depth, link.stands.record) for link in review.behind(id))
        ]  # fmt: skip
        return _room.frame(
            ("depth", "organisation", "on_behalf", "purpose", "countries", "status", "authorised"), rows, self.standpoint.lang
        )

    def changes(self, since: object) -> pandas.DataFrame:
        """What differs from another standpoint, and which transfers are judged otherwise: the columns of every room, and `because`.

        `because`: `company` (our records changed), `law` (a fact ended or began), `time` (a check or an assessment aged), or several.
        """
        table = super().changes(since)
        table["because"] = "company"
        rows = list(self._flips(self.as_of(self._then(since)).state(), self.state()))
        columns = list(table.columns)
        return _room.frame(columns, [*table.itertuples(index=False, name=None), *rows], self.standpoint.lang)

    def _flips(self, was: Review, now: Review) -> Iterable[tuple[object, ...]]:
        """Transfers whose status differs: first by the law of today, then by today's age of the checks, then by today's records."""
        lang, before = self.standpoint.lang, {one.record.id: one.record for one in was.of("transfer")}
        for one in now.of("transfer"):
            old = before.get(one.record.id)
            if old is None:
                continue
            first = was.judged(old, lang)
            ways = {
                "law": was.judged(old, lang, was.on, Law(now.on)),
                "time": was.judged(old, lang, now.on, Law(now.on)),
                "company": now.judged(one.record, lang),
            }
            last, because = first.status, []
            for name, judged in ways.items():
                if judged.status != last:
                    because.append(name)
                last = judged.status
            if last != first.status:
                end = ways["company"]
                said = " ".join(step.said(lang) for step in end.steps)
                told = (one.entry.entry, one.entry.recorded_by) if "company" in because else (None, "")
                yield ("transfer", one.record.id, "changed", "status", first.status, last, *told, said, "; ".join(because))

    # --- files

    def read_list(self, path: str | Path, vendor: str, on: object = None) -> ListPreview:
        """Preview of a list of sub-processors as vendors publish it (`.md`, `.html`, `.csv`, `.xlsx`, `.ods`), dated `on` or today.

        Nothing is written before `.commit(why=)`; `.diff` compares with what stands or with another list.
        """
        from ivplus_tools.review import lists

        return lists.read(self, _store.path_of(path), vendor, _dates.day(on) if on is not None else None)

    def request(self, id: str, lang: str | None = None) -> Document:  # noqa: A002
        """A letter that asks a processor for exactly what is missing: clauses, lists, evidence. `.save("x.docx")`, `.md`, `.eml`, ..."""
        from ivplus_tools.review import letters

        review = self.speaking(lang).state()
        return letters.request(review, review.find(id, "processor").record)

    def assessment_form(self, id: str, lang: str | None = None) -> Document:  # noqa: A002
        """The form of a transfer impact assessment, filled with what is recorded of the transfer; blanks are marked (EDPB 01/2020)."""
        from ivplus_tools.review import letters

        review = self.speaking(lang).state()
        return letters.assessment_form(review, review.find(id, "transfer").record)

    def summary(self, id: str, lang: str | None = None) -> Document:  # noqa: A002
        """A page for the file on one processor: contract, clauses, who stands behind it, transfers, findings, what is due."""
        from ivplus_tools.review import letters

        review = self.speaking(lang).state()
        return letters.summary(review, review.find(id, "processor").record)

    # --- the same questions in every room

    def states_of(self, state: Review) -> Iterator[tuple[str, str, str]]:
        """How each transfer is judged."""
        names = _words.values("status")
        for one in state.of("transfer"):
            yield one.record.id, "column.status", names[state.judged(one.record, state.lang).status][state.lang]


def worst(countries: object, on: date) -> str:
    """The worst status of some places without any mechanism; none told cannot be judged."""
    places = texts(countries) or ("",)
    order = ("not_covered", "cannot_tell", *reversed(COVERED))
    found = {judge(nameless(Transfer, country=one), None, on, Law(on)).status for one in places}
    return min(found, key=order.index)


def _mechanism(told: str) -> dict[str, object]:
    """A mechanism, or the adequacy decision that a text such as "DPF" names."""
    try:
        return {"mechanism": _records.code("transfer_mechanism", told)}
    except BadInput:
        pass
    try:
        return {"mechanism": next(iter(_law.codes("transfer_mechanism"))), "decision": _records.code("adequacy_decision", told)}
    except BadInput:
        raise _words.refusal(
            "unknown_value", got=told, what="transfer_mechanism", near=_words.nearest(told, _law.codes("transfer_mechanism"), 3)
        ) from None
