"""The Desk: one journal, one standpoint in time, one language. It hands out the rooms and puts their answers together."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import warnings
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ivplus_tools import _compare, _dates, _findings, _html, _law, _progress, _records, _room, _shipped, _store, _words
from ivplus_tools._progress import Progress
from ivplus_tools._store import Receipt, Standpoint, Verification
from ivplus_tools.assessments import AssessmentsRoom
from ivplus_tools.audit import AuditRoom
from ivplus_tools.breach import BreachRoom
from ivplus_tools.discovery import DiscoveryRoom
from ivplus_tools.errors import Refusal
from ivplus_tools.law import LawRoom
from ivplus_tools.marketing import MarketingRoom
from ivplus_tools.measures import MeasuresRoom
from ivplus_tools.notice import NoticeRoom
from ivplus_tools.register import RegisterRoom
from ivplus_tools.retention import RetentionRoom
from ivplus_tools.review import ReviewRoom
from ivplus_tools.rights import RightsRoom
from ivplus_tools.rooms import ROOMS, AllRooms, Asked, answers_of, room_at

if TYPE_CHECKING:
    import pandas

JOURNAL = "ivplus.duckdb"
SAMPLES = _shipped.folder("data_samples")


class Desk:
    """An officer's desk over one journal.

    `path`: the journal, made on the first write (default: `IVPLUS_DESK`, else `ivplus.duckdb` in this folder, as in the shell and in
    `ivplus lab`). `by`: who records, needed to write (default: `IVPLUS_BY`). `lang`: `fi`, `sv` or `en` (default: `IVPLUS_LANG`, else
    `fi`). `now`: a pinned clock, for tests; else `IVPLUS_NOW`, else the machine's. `trust_clock`: write although it is far ahead.
    """

    def __init__(
        self,
        path: str | Path | None = None,
        by: str | None = None,
        lang: str | None = None,
        now: object = None,
        trust_clock: bool = False,
    ) -> None:
        pinned = _dates.instant(now) if now is not None else None
        Refusal.lang = spoken = _words.language(lang or os.environ.get("IVPLUS_LANG") or "fi")
        told = by if by is not None else os.environ.get("IVPLUS_BY")
        who = (_records.clean(told) or None) if told is not None else None
        journal = _store.path_of(path if path is not None else os.environ.get("IVPLUS_DESK") or JOURNAL)
        self._base = Standpoint(journal.absolute(), date.min, None, who, spoken, pinned, trust_clock=trust_clock)
        if path is None and not journal.exists():
            warnings.warn(_words.say("ui.no_journal_yet", spoken, path=journal.absolute()), stacklevel=2)
        if kind := _store.network_of(self._base.path):
            warnings.warn(_words.say("ui.network", spoken, kind=kind), stacklevel=2)

    @property
    def standpoint(self) -> Standpoint:
        """The standpoint of this moment, unless `at` has fixed one. Under a pinned clock later entries are not known yet."""
        base = self._base
        if base.past:
            return base
        fixed = base.pinned is not None or _dates.is_pinned()
        return replace(base, valid_on=base.now.date(), known_at=base.now if fixed else None)

    # --- rooms

    register: RegisterRoom
    review: ReviewRoom
    notice: NoticeRoom
    discovery: DiscoveryRoom
    rights: RightsRoom
    measures: MeasuresRoom
    assessments: AssessmentsRoom
    marketing: MarketingRoom
    breach: BreachRoom
    retention: RetentionRoom
    audit: AuditRoom
    law: LawRoom

    def __getattr__(self, name: str) -> Any:
        """A room of `ROOMS`, at the standpoint of this moment."""
        if name not in ROOMS:
            raise AttributeError(f"{type(self).__name__!r} has no {name!r}")
        return room_at(name, self.standpoint)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *ROOMS})

    def source(
        self, name: str, location: str | None = None, system: str | None = None, password_from: str | None = None, why: str = ""
    ) -> pandas.DataFrame:
        """Record where data lie, and show what is there: table, column, type. Without a `location`, show what was recorded.

        `location`: a file, folder or glob (CSV, Parquet, JSON Lines, XLSX), a DuckDB or SQLite file, `postgresql://...`, `spark:...`;
        a path below the journal's folder is recorded from there. `password_from`: `env:NAME` or `keyring:NAME`.
        Read in place, never written without a grant.
        """
        from ivplus_tools import _sources
        from ivplus_tools.retention.records import Source

        if location is not None:
            told = _sources.portable(location, self.standpoint.path.parent) if isinstance(location, str) else location
            made = Source.of(name, location=told, system=system, password_from=password_from)
            reason = why or _words.say("scan.source", self.standpoint.lang)
            self.retention.record(made, valid_from=self.standpoint.valid_on, why=reason)
        return self.retention.columns(name)

    def demand_sample(self) -> None:
        """Refuse to go on over any journal but the invented company's: the first line of a cell that writes for practice."""
        if not self.standpoint.sample:
            raise _words.refusal("not_the_sample", path=self.standpoint.path.name)

    # --- standpoint

    def at(self, valid: object = None, known: object = None) -> Desk:
        """A Desk that reads as of another day (`valid`) and as known at another moment (`known`; a bare day includes all of it)."""
        now = self.standpoint
        other = replace(
            now,
            valid_on=_dates.day(valid) if valid is not None else now.valid_on,
            known_at=_dates.end_of_day(known) if known is not None else now.known_at,
            past=True,
        )
        desk = object.__new__(Desk)
        desk._base = other
        return desk

    def speaking(self, lang: str) -> Desk:
        """The same Desk in another language."""
        desk = object.__new__(Desk)
        desk._base = replace(self._base, lang=_words.language(lang))
        return desk

    # --- answers of all rooms

    def findings(self) -> pandas.DataFrame:
        """What is missing or wrong in every room and in the facts: room, subject, code, severity, finding, rule, since."""
        rooms = AllRooms(self.standpoint)
        return _room.frame(_findings.FINDING_COLUMNS, rooms.rows(), rooms.at.lang)

    def due(self, by: object = None) -> pandas.DataFrame:
        """What is coming in every room, past dates included: room, subject, due, what, rule, due_at; `by` is the last day shown."""
        rooms = AllRooms(self.standpoint)
        return _findings.lay_due(rooms.coming(by), rooms.at)

    def compare(self, then: object, progress: Progress | None = None) -> pandas.DataFrame:
        """Why answers differ from another standpoint: room, subject, answer, was, now, made_by, entry, rule, day, why.

        `then`: a Desk, a day as it was known on it, or an evidence pack. `made_by`: `learnt` (an entry about the past), `company` (an
        entry true from `day`), `time` (a day came), `law` (`rule` has another value from `day`); since a pack also `facts` (the file
        of a rule was edited) and `code`. An answer may turn more than once. `progress(done, of)` follows; without it a notebook and a
        terminal tell how far it is. It can be stopped: nothing is written.
        """
        at, found = self.standpoint, []
        if isinstance(then, (str, Path)) and str(then).endswith(".zip"):
            pack = self.audit.open(then)
            self = self.speaking(pack.manifest["lang"])  # noqa: PLW0642  a sentence is compared in its own language
            at, then = self.standpoint, self.at(valid=pack.manifest["as_of"], known=pack.manifest["known"])
            found += pack.turns(lambda: answers_of(then.standpoint))
        before = self.register._then(then)
        with contextlib.nullcontext(progress) if progress else _progress.watched("ui.comparing", at.lang) as follow:
            found += _compare.turns(before, at, Asked, follow)
        columns = ("room", "subject", "answer", "was", "now", "made_by", "entry", "rule", "day", "why")
        table = _room.frame(columns, _compare.rows_of(found, at.lang), at.lang, days=("day",))
        table["entry"] = table["entry"].astype("Int64")
        table.attrs["then"] = before.valid_on.isoformat()
        return table

    def calendar(self, path: str | Path, by: object = None) -> Path:
        """Write the due dates of every room as a calendar file (`.ics`); `by` is the last day."""
        from ivplus_tools.documents import calendars

        at = self.standpoint
        return _store.put(_store.path_of(path), calendars.calendar(self.due(by), at.now, at.lang))

    def sql(self, query: str, seconds: float = 60) -> pandas.DataFrame:
        """One SELECT over this standpoint: `FROM activities() SELECT legal_basis, count(*) GROUP BY ALL`.

        Tables of the standpoint: `standing()`, `entries()`, and each room's nouns (`activities()`, `transfers()`, ...); the table
        `journal` holds everything. It runs over a copy in memory, where nothing can be written and no file or network is in reach.
        """
        return _store.ask(self.standpoint, query, seconds)

    # --- the journal

    def verify(self, head: str | None = None, answer: str | Path | None = None, certificates: str | Path | None = None) -> Verification:
        """Check every seal; with `head`, that a seal printed earlier is still part of the chain.

        Time stamps that were taken (`anchor`) are checked again, by the certificates kept with them, or by `certificates` alone;
        `answer`: one kept outside, which must be over a seal of this chain. One that was written anew and sealed anew has none.
        """
        if answer is not None and certificates is None:
            raise _words.refusal("what_to_anchor")
        told, vouching = (None if one is None else _store.content_of(_store.path_of(one)) for one in (answer, certificates))
        return _store.verify(self.standpoint.path, head, self.standpoint.lang, told, vouching)

    def anchor(
        self, request: str | Path | None = None, answer: str | Path | None = None, certificates: str | Path | None = None
    ) -> Path | Receipt:
        """Let an authority outside put a time on the head seal (RFC 3161). Nothing is sent by this.

        `request`: the file to write (`.tsq`) and hand in. `answer` (`.tsr`) and the authority's `certificates` (PEM, the root among
        them): checked here, without a network, and sealed. From then on `verify` tells a chain that was written and sealed anew.
        """
        if (request is None) == (answer is None) or (answer is None) != (certificates is None):
            raise _words.refusal("what_to_anchor")
        if request is None and answer is not None and certificates is not None:
            return self.audit.anchor(answer, certificates)
        seal = _store.head(replace(self.standpoint, known_at=None))
        if not seal:
            raise _words.refusal("nothing_to_anchor", path=self.standpoint.path.name)
        return _store.put(_store.path_of(request), _store.stamp_request(seal))

    def backup(self, folder: str | Path) -> Path:
        """Write the journal into a plain folder (JSON Lines and a manifest); `ivp.restore` makes a journal of it again."""
        return _store.backup(self.standpoint.path, _store.path_of(folder))

    def keep_person(self, ref: str, name: str, email: str | None = None, phone: str | None = None) -> None:
        """Keep a person's name and contact outside the seals, under a reference that records may use."""
        if self.standpoint.past:
            raise _words.refusal("past_standpoint")
        texts = [_records.clean(text) if text is not None else None for text in (ref, name, email, phone)]
        if not texts[0] or not texts[1]:
            raise _words.refusal("id_missing")
        _store.put_person(self.standpoint.path, texts[0], texts[1], texts[2], texts[3])

    def persons(self) -> dict[str, dict[str, str | None]]:
        """Persons kept outside the seals, by reference: name, email, phone."""
        return _store.persons(self.standpoint)

    def forget_person(self, ref: str) -> None:
        """Delete a person for good; the journal and its seals stay as they are."""
        if self.standpoint.past:
            raise _words.refusal("past_standpoint")
        if not _store.forget_person(self.standpoint.path, ref):
            raise _words.refusal("not_found", got=ref, near=_words.nearest(ref, self.persons()) or "–", on=self.standpoint.valid_on)

    # --- how it shows itself

    def _summary(self) -> tuple[str, list[tuple[str, str]]]:
        at = self.standpoint
        known = _words.show_date(at.known_at, at.lang) if at.known_at else _words.say("ui.known_now", at.lang)
        title = _words.say("ui.title", at.lang, name=at.path.name, on=_words.show_date(at.valid_on, at.lang, running=True))
        counts: dict[str, int] = {}
        for entry in _store.standing(at):
            counts[entry.kind] = counts.get(entry.kind, 0) + 1
        rooms = AllRooms(at)
        status = [one for one in rooms.statuses() if one.code != "LAW-001"]  # an unread fact of the law is no fault of the company
        coming = rooms.coming()
        kinds = [kind for room in ROOMS.values() for kind in (one.kind for one in room.records if counts.get(one.kind) or not one.aside)]
        lines = [(_words.say(f"kind_plural.{kind}", at.lang), str(counts.get(kind, 0))) for kind in kinds]
        severities = [f"{_words.say(f'ui.{one}s', at.lang)} {sum(row.severity == one for row in status)}" for one in _findings.SEVERITIES]
        accepted = sum(one.state == "accepted" for one in status)
        severities += [_words.say("shell.unread", at.lang, count=len(_law.unverified()))]
        severities += [f"{_words.column_name('accepted', at.lang)} {accepted}"] if accepted else []
        lines.append((_words.say("ui.findings", at.lang), " · ".join(severities)))
        if coming:
            text = _words.say("ui.late", at.lang, count=sum(one.is_late(at) for one in coming))
            for one in [row for row in coming if row.due >= at.valid_on][:1]:
                text += f" · {_words.show_date(one.due, at.lang)} {one.what}: {one.subject}"
            lines.append((_words.say("ui.due", at.lang), text))
        lines.append((_words.say("column.known_at", at.lang), known))
        verdict = self.verify()
        lines.append((_words.say("ui.seal", at.lang), str(verdict)))
        if not counts:
            lines.append((_words.say("ui.next", at.lang), _words.say("ui.nothing_stood" if verdict.entries else "ui.empty", at.lang)))
        return title, lines

    def __repr__(self) -> str:
        title, lines = self._summary()
        width = max(len(label) for label, _ in lines)
        return "\n".join([title, *(f"  {label:<{width}}  {text}" for label, text in lines)])

    def _repr_html_(self) -> str:
        title, lines = self._summary()
        return _html.table([], lines, caption=title, row_headers=True)


def restore(folder: str | Path, path: str | Path) -> Verification:
    """Make a journal at `path` from a backup folder; a damaged file is named and nothing is written."""
    return _store.restore(_store.path_of(folder), _store.path_of(path).absolute())


def describe(kind: str | type[_records.Record] | type[_records.Part], lang: str = "fi") -> pandas.DataFrame:
    """The fields of a record (`activity`, `breach`, ...) or of its part (`measure`), or the codes of a list (`data_kind`).

    Columns: field, label, rule, answers, values, meaning.
    """
    columns = ("field", "label", "rule", "answers", "values", "meaning")
    name: Any = getattr(kind, "kind", kind)
    return _room.frame(columns, _records.describe(name, _words.language(lang)), lang)


def sample(path: str | Path | None = None, now: object = None, lang: str = "fi") -> Desk:
    """A Desk over the invented sample company of `data_samples/`, with the history known at `now`.

    Without `path` the journal is a temporary file. Every finding code has a planted fault there (see its README).
    """
    if not SAMPLES.is_dir():
        raise _words.refusal("no_samples", path=SAMPLES)
    if path is None:
        path = Path(tempfile.mkdtemp(prefix="ivplus-")) / "sample.duckdb"
        shutil.copytree(SAMPLES / "systems", path.parent / SAMPLES.name / "systems")  # an erasure for practice leaves the samples whole
    if Path(path).exists():
        raise _words.refusal("already_there", path=path)
    desk = Desk(path, by="sample", lang=lang, now=now)
    desk._base = replace(desk._base, sample=True)
    types = {one.kind: one for room in ROOMS.values() for one in room.records}
    from ivplus_tools import exchange

    drafts = exchange.read_sample(SAMPLES, types, desk.standpoint.now)
    _store.append(desk._base, drafts)
    return desk
