"""Lists of sub-processors as vendors publish them: read, compared with what stands, and recorded after a preview."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ivplus_tools import _dates, _html, _records, _room, _store, _words
from ivplus_tools._records import texts
from ivplus_tools._room import Room
from ivplus_tools._store import Draft, Receipt
from ivplus_tools.exchange import headings
from ivplus_tools.review import reading
from ivplus_tools.review.reading import Listed, Odd, PartOf, bare_name
from ivplus_tools.review.records import Subprocessor
from ivplus_tools.review.state import Review, company

if TYPE_CHECKING:
    import pandas

    from ivplus_tools.documents import Document


def read(room: Room[Review], path: Path, vendor: str, on: date | None) -> ListPreview:
    """A list as understood; one that names nobody is refused."""
    return ListPreview(room, path.name, _records.clean(vendor), on or room.standpoint.valid_on, *reading.read(path, room.standpoint.lang))


def _matched(before: Mapping[str, Any], after: Mapping[str, Any], party: Callable[[str], str]) -> Iterator[tuple[Any, Any]]:
    """What two lists have under one name, and what only one has; a legal form that only one has tells no names apart."""
    pairs = {name: name for name in after if name in before}
    old, new = (_by_key(name for name in many if name not in pairs) for many in (before, after))
    alone = [(new[key][0], old[key][0]) for key in new if key in old and len(new[key]) == len(old[key]) == 1]
    pairs |= {one: other for one, other in alone if len({company(one)[1], company(other)[1], ""}) < 3}
    keys = {party(_written(before[name])): name for name in before if name not in pairs.values()}
    pairs |= {name: old_name for name in after if name not in pairs and (old_name := keys.get(party(_written(after[name]))))}
    taken = set(pairs.values())
    for name in sorted({*after, *(one for one in before if one not in taken)}):
        yield (before[pairs[name]] if name in pairs else None if name in after else before[name]), after.get(name)


def _written(one: Any) -> str:
    """The name of a company as a list or a record writes it."""
    return one.name if isinstance(one, Listed) else str(one.organisation or one.id)


def _by_key(names: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(bare_name(name), []).append(name)
    return found


class ListPreview:
    """A list of sub-processors as understood, before anything is written. `.diff` compares, `.commit(why=)` records."""

    def __init__(
        self, room: Room[Review], file: str, vendor: str, on: date, listed: list[Listed], odd: list[Odd], parts: Sequence[PartOf] = ()
    ) -> None:
        self._room, self._file, self.vendor, self.on = room, file, vendor, on
        self.listed, self._odd, self._parts = listed, odd, parts
        self._lang = room.standpoint.lang
        self._newest = _store.newest(room.standpoint)
        self._keys = Counter(bare_name(one.name) for one in listed)

    @property
    def rows(self) -> pandas.DataFrame:
        """Who is listed: name, countries (codes), status (on the list's day, no mechanism), fails (which countries), purpose, where."""
        from ivplus_tools.review import worst

        judged: dict[tuple[str, ...], str] = {}
        for one in self.listed:
            judged.setdefault(one.countries, "" if one.countries in judged else worst(one.countries, self.on))
        fails = {one: "; ".join(each for each in one if worst((each,), self.on) in ("not_covered", "cannot_tell")) for one in judged}
        rows = [
            (one.name, "; ".join(one.countries), judged[one.countries], fails[one.countries], one.purpose, one.where) for one in self.listed
        ]
        return _room.frame(("name", "countries", "status", "fails", "purpose", "where"), rows, self._lang)

    @property
    def parts(self) -> pandas.DataFrame:
        """Every table and list of the page: where, rows, read, apart, reason. Read and apart together are all its rows."""
        rows = [
            (one.where, one.rows, one.read, one.rows - one.read, _words.say(f"sub_list.{one.reason}", self._lang) if one.reason else "")
            for one in self._parts
        ]
        return _room.frame(("where", "rows", "read", "apart", "reason"), rows, self._lang)

    @property
    def problems(self) -> pandas.DataFrame:
        """What the list leaves open: name, value, problem; also which company of another name a name may be, for the officer to say."""
        rows = [(one.name, one.value, one.problem) for one in (*self._odd, *self._perhaps)]
        return _room.frame(("name", "value", "problem"), rows, self._lang)

    @cached_property
    def _perhaps(self) -> list[Odd]:
        """Names that may be those of companies which stand under another name; nothing is merged unasked."""
        review = self._review()
        found = [(one.name, review.perhaps(one.name)) for one in self.listed]
        return [Odd(name, other, _words.say("sub_list.perhaps", self._lang, other=other)) for name, others in found for other in others]

    def diff(self, other: ListPreview | None = None) -> pandas.DataFrame:
        """What this list changes, against an earlier list or against what stands: name, change, before, after, object_by.

        `change`: added, removed, moved (its countries), purpose. `object_by`: the last day to object by the contract.
        """
        before = _by_name(other.listed) if other is not None else self._standing()
        window = self.window
        rows: list[tuple[object, ...]] = []
        for was, now in _matched(before, _by_name(self.listed), self._review().party):
            if was is None or now is None:
                one = now or was
                rows.append((one.name, "added" if now else "removed", _told(was), _told(now), window if now else None))
                continue
            if set(was.countries) != set(now.countries):
                rows.append((now.name, "moved", "; ".join(was.countries), "; ".join(now.countries), window))
            if headings.folded(was.purpose) != headings.folded(now.purpose):
                rows.append((now.name, "purpose", was.purpose, now.purpose, window))
        return _room.frame(("name", "change", "before", "after", "object_by"), rows, self._lang)

    @property
    def window(self) -> date | None:
        """The last day to object: the list's day and the period that the contract with the vendor gives; None where it gives none."""
        stands = self._review().agreement_of(self.vendor)
        period = stands.record.objection_period if stands else None
        return _dates.plus(self.on, _dates.read_notice(period)) if period else None

    def draft(self, kind: str = "question", lang: str | None = None, other: ListPreview | None = None) -> Document:
        """A mail to the vendor about the changes, an `objection` or a `question`: `.save("mail.eml")` opens as a draft, nothing is sent."""
        from ivplus_tools.review import letters

        review = self._room.speaking(lang).state()
        return letters.about_list(review, self.vendor, self.on, kind, self.diff(other).to_dict("records"), self.window)

    def commit(self, why: str = "", valid_from: object = None) -> Receipt:
        """Record who is listed, and end who is not any more, in one transaction; true from the list's day, else `valid_from`.

        What was added to a list that stood already is recorded as announced on the list's day and not decided yet.
        Refused where somebody has recorded one of them since the list was read.
        """
        since, reason = self._room.when_and_why(valid_from if valid_from is not None else self.on, why)
        self._fits()
        stands = {_name_of(one): one for one in self._records()}
        drafts = []
        for was, now in _matched(stands, _by_name(self.listed), self._review().party):
            if now is not None:
                drafts.append(self._draft(self._record(now, was, bool(stands)), since, reason))
            else:
                seen = self._newest.get((Subprocessor.kind, was.id), 0)
                drafts.append(Draft(self._room.name, Subprocessor.kind, was.id, since, reason, None, seen))
        receipt = _store.append(self._room.standpoint, drafts)
        self._newest = _store.newest(self._room.standpoint)
        return receipt

    def _fits(self) -> None:
        """Refused: a vendor that is no processor of ours, a list older than the one that stands, a journal that has moved on."""
        known = [one.record.id for one in self._review().of("processor")]
        if self.vendor not in known:
            raise _words.refusal("not_found", got=self.vendor, near=_words.nearest(self.vendor, known, 3) or "–", on=self.on)
        stand = [one for one in self._review().below(self.vendor) if one.record.list_reference]
        newest = max((one.entry.valid_from for one in stand), default=self.on)
        if newest > self.on:
            raise _words.refusal("older_list", file=self._file, on=self.on, newest=newest)
        now = _store.newest(self._room.standpoint)
        ours = {one.id for one in self._records()} | {self._ident(one) for one in self.listed}
        if any(now.get((Subprocessor.kind, ident), 0) != self._newest.get((Subprocessor.kind, ident), 0) for ident in ours):
            raise _words.refusal("list_overtaken", file=self._file)

    def _draft(self, thing: Subprocessor, since: date, why: str) -> Draft:
        return self._room.as_entry(thing, since, why, self._newest.get((thing.kind, thing.id), 0))

    def _record(self, one: Listed, was: Subprocessor | None, later: bool) -> Subprocessor:
        told: dict[str, Any] = {"countries": one.countries or None, "purpose": one.purpose or None}
        source = f"{self._file}, {self.on.isoformat()}"
        if was is not None:
            if was.countries == told["countries"] and was.purpose == told["purpose"]:
                return was
            moved = {"announced": self.on, "authorised": "open"} if set(texts(was.countries)) != set(one.countries) else {}
            return was.replace(**told, **moved, list_reference=source)
        new: dict[str, Any] = {"announced": self.on, "authorised": "open"} if later else {}
        return Subprocessor.of(self._ident(one), processor=self.vendor, organisation=one.name, list_reference=source, **told, **new)

    def _ident(self, one: Listed) -> str:
        key = bare_name(one.name)
        name = key if self._keys[key] == 1 else headings.folded(one.name) or one.name
        return f"{self.vendor}/{name.replace(' ', '-')}"

    def _review(self) -> Review:
        return self._room.state()

    def _records(self) -> list[Any]:
        """The vendor's sub-processors that stand."""
        return [one.record for one in self._review().below(self.vendor)]

    def _standing(self) -> dict[str, Listed]:
        records = {_name_of(one): one for one in self._records()}
        return {key: Listed(str(one.organisation or one.id), texts(one.countries), one.purpose or "", "") for key, one in records.items()}

    def _summary(self) -> list[tuple[str, str]]:
        table = self.rows
        statuses = table["status"].value_counts()
        lines = [(_words.say("sub_list.listed", self._lang), str(len(table)))]
        lines += [(_words.values("status")[one][self._lang], str(int(count))) for one, count in statuses.items()]
        lines.append((_words.say("preview.problems", self._lang), str(len(self._odd) + len(self._perhaps))))
        apart = sum(one.rows - one.read for one in self._parts)
        total = sum(one.rows for one in self._parts)
        lines.append((_words.say("sub_list.total", self._lang), f"{total} = {total - apart} + {apart}"))
        if self.window:
            lines.append((_words.column_name("object_by", self._lang), _words.show_date(self.window, self._lang)))
        return lines

    def _title(self) -> str:
        return _words.say("sub_list.title", self._lang, file=self._file, vendor=self.vendor, on=_words.show_date(self.on, self._lang))

    def __repr__(self) -> str:
        lines = [f"  {label}: {count}" for label, count in self._summary()]
        return "\n".join([self._title(), *lines, _words.say("sub_list.next", self._lang)])

    def _repr_html_(self) -> str:
        return _html.table([], self._summary(), caption=self._title(), row_headers=True) + _html.note(
            [_words.say("sub_list.next", self._lang)]
        )


def _by_name(listed: Sequence[Listed]) -> dict[str, Listed]:
    return {headings.folded(one.name) or one.name: one for one in listed}


def _name_of(one: Any) -> str:
    """The name under which a recorded sub-processor is found again."""
    name = str(one.organisation or one.id)
    return headings.folded(name) or name


def _told(one: Listed | None) -> str:
    return "; ".join((*one.countries, *([one.purpose] if one.purpose else []))) if one else ""
