"""Lists of sub-processors as vendors publish them: read, placed by country, compared, and recorded after a preview."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ivplus_tools import _dates, _html, _places, _records, _room, _store, _words
from ivplus_tools._records import texts
from ivplus_tools._store import Draft, Receipt
from ivplus_tools.exchange import headings, pages
from ivplus_tools.review.records import Subprocessor
from ivplus_tools.review.state import Review

if TYPE_CHECKING:
    import pandas

    from ivplus_tools.exchange.documents import Document
    from ivplus_tools.review import ReviewRoom

FIELDS = ("name", "countries", "purpose")


@dataclass(frozen=True)
class Listed:
    """One sub-processor as a list tells it. `where`: the sentence or heading above it."""

    name: str
    countries: tuple[str, ...]
    purpose: str
    where: str


@dataclass(frozen=True)
class Odd:
    """What a list leaves open about a row."""

    name: str
    value: str
    problem: str


def read(room: ReviewRoom, path: Path, vendor: str, on: date | None) -> ListPreview:
    """A list as understood; one that names nobody is refused."""
    lang = room.standpoint.lang
    odd: list[Odd] = []
    found: dict[str, Listed] = {}
    for block in _relevant(pages.blocks(path)):
        for one in _listed(block, odd, lang):
            key = headings.folded(one.name) or one.name
            found[key] = _joined(found[key], one) if key in found else one
    if not found:
        raise _words.refusal("no_list", path=path.name)
    return ListPreview(room, path.name, _records.clean(vendor), on or room.standpoint.valid_on, list(found.values()), odd)


def _relevant(found: list[pages.Block]) -> list[pages.Block]:
    """Tables with a heading or a column of countries; lists that speak of processors or of a place above them. Failing both, all."""
    kept = [
        one
        for one in found
        if (_columns(one.rows) is not None if not one.is_list else any(_places.named_in(text) or _speaks(text) for text in one.above))
    ]
    return kept or [one for one in found if one.rows]


def _speaks(text: str) -> bool:
    """Whether a sentence speaks of sub-processors or suppliers."""
    return any(word in text.casefold() for word in _words.read("headings")["sub_list"]["about"])


def _listed(block: pages.Block, odd: list[Odd], lang: str) -> Iterator[Listed]:
    """The sub-processors of one table or list."""
    place = _columns(block.rows) if not block.is_list else None
    head, columns = place or (-1, {"name": [0], "purpose": [1]} if block.is_list else {"name": [0]})
    where, above = _above(block.above)
    for row in block.rows[head + 1 :]:
        cells = {name: "; ".join(_cells(row, numbers)) for name, numbers in columns.items()}
        for one in _entities(cells):
            own = _countries(one, block.is_list)
            countries = tuple(dict.fromkeys((*own, *above))) if block.is_list else own or above
            if not one["name"]:
                if any(row):
                    odd.append(Odd("", " | ".join(filter(None, row))[:80], _words.say("sub_list.no_name", lang)))
                continue
            listed = Listed(one["name"], countries, one.get("purpose", ""), where)
            odd += _problems(listed, lang)
            yield listed


def _cells(row: list[str], numbers: list[int]) -> Iterator[str]:
    """What a row tells in some columns, each text once; signs that no document can show become spaces."""
    told = (_records.ODD_SIGNS.sub(" ", row[number]).strip() for number in numbers if number < len(row))
    yield from dict.fromkeys(filter(None, told))


def _entities(cells: dict[str, str]) -> Iterator[dict[str, str]]:
    """A row, or one per line where the cell of names has as many lines as that of countries: companies of one group."""
    names, places = (cells.get(name, "").split("\n") for name in ("name", "countries"))
    if len(names) == len(places) > 1:
        for name, where in zip(names, places, strict=True):
            yield {**cells, "name": name, "countries": where}
    else:
        yield {**cells, "name": " ".join(names)}


def _countries(cells: dict[str, str], is_list: bool) -> tuple[str, ...]:
    """The places of a row: from its columns, else what stands in brackets after the name or in an item."""
    told = cells.get("countries", "")
    if told and told not in _words.read("headings")["blank"]["texts"]:
        return tuple(_places.split(told))
    inside = " ".join(re.findall(r"\(([^()]*)\)", cells["name"]))
    return tuple(dict.fromkeys((*_places.told_in(f"({inside})"), *(_places.told_in(cells.get("purpose", "")) if is_list else ()))))


def _above(above: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The last heading, or sentence on who or where they are, that names a place, else the heading; and the places."""
    for text in reversed(above):
        for sentence in reversed(re.split(r"(?<=[.!?])\s+", text)):
            if not (sentence.rstrip().endswith((":", "：")) or not sentence.rstrip().endswith((".", "!", "?")) or _speaks(sentence)):
                continue
            if not _places.named_in(sentence) and not _places.denies(sentence):
                continue
            return sentence, () if _places.denies(sentence) else _places.told_in(sentence)
    return next((one for one in reversed(above) if one), ""), ()


def _problems(one: Listed, lang: str) -> Iterator[Odd]:
    if not one.countries:
        yield Odd(one.name, "", _words.say("sub_list.no_country", lang))
    for place in one.countries:
        if not _places.name_is_known(place):
            yield Odd(one.name, place, _words.say("step.place_unknown", lang, place=place, near=_places.near(place)[lang]))
        elif not _places.is_country(place) and place not in (_places.UNION, _places.AREA):
            key = "place_former" if _places.was_country(place) else "place_region"
            yield Odd(one.name, place, _words.say(f"step.{key}", lang, place=_places.name(place, lang)))


def _joined(first: Listed, second: Listed) -> Listed:
    """Two rows of one sub-processor as one."""
    purposes = dict.fromkeys(one for one in (first.purpose, second.purpose) if one)
    return replace(first, countries=tuple(dict.fromkeys((*first.countries, *second.countries))), purpose="; ".join(purposes))


def _matched(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
    """What two lists have under one name, and what only one has; a legal form does not tell names apart where each list has one."""
    pairs = {name: name for name in after if name in before}
    old, new = (_by_key(name for name in many if name not in pairs) for many in (before, after))
    pairs |= {new[key][0]: old[key][0] for key in new if key in old and len(new[key]) == len(old[key]) == 1}
    taken = set(pairs.values())
    for name in sorted({*after, *(one for one in before if one not in taken)}):
        yield (before[pairs[name]] if name in pairs else None if name in after else before[name]), after.get(name)


def _by_key(names: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(_key(name), []).append(name)
    return found


def _key(name: str) -> str:
    """A company's name without brackets and legal form."""
    bare = headings.folded(re.sub(r"\([^()]*\)", " ", name)) or headings.folded(name) or name
    words = bare.split()
    forms = _words.read("headings")["sub_list"]["legal_forms"]
    while len(words) > 1 and words[-1] in forms:
        words.pop()
    return " ".join(words)


def _columns(rows: list[list[str]]) -> tuple[int, dict[str, list[int]]] | None:
    """The row of headings (-1: there is none) and the columns of each field; None where nothing looks like a list of companies."""
    known = {headings.folded(text): name for name in FIELDS for text in _words.read("headings")["sub_list"][name]}
    width = max(map(len, rows), default=0)
    for number, row in enumerate(rows[: headings.HEADING_ROWS]):
        columns: dict[str, list[int]] = {}
        for place, cell in enumerate(row[: headings.WIDEST]):
            name = _field(headings.folded(cell), known)
            if name and (name == "countries" or name not in columns):
                columns.setdefault(name, []).append(place)
        if len(columns) > 1 or (columns and width == 1) or (len(row) > 1 and known.get(headings.folded(row[0])) == "name"):
            taken = [place for many in columns.values() for place in many]
            columns.setdefault("name", [next(place for place in range(len(row) + 1) if place not in taken)])
            return number, columns
    return _by_content(rows)


def _field(heading: str, known: dict[str, str]) -> str | None:
    """The field that a heading names, by itself or as part of a longer one (`Location(s) of processing`)."""
    if heading in known:
        return known[heading]
    inside = [name for text, name in known.items() if len(text) > 4 and len(heading) < 60 and re.search(rf"\b{re.escape(text)}", heading)]
    return next((one for one in ("countries", "purpose", "name") if one in inside), None)


def _by_content(rows: list[list[str]]) -> tuple[int, dict[str, list[int]]] | None:
    """Without headings: the column whose cells are mostly places, names before it, purposes in another."""
    width = max(map(len, rows), default=0)
    if width < 2:
        return None
    first = rows[:50]
    hits = [
        sum(len(row) > place and bool(row[place]) and all(map(_places.name_is_known, _places.split(row[place]))) for row in first)
        for place in range(width)
    ]
    best = max(range(width), key=lambda place: hits[place])
    if hits[best] * 2 < len(first):
        return None
    others = [place for place in range(width) if place != best]
    return -1, {"name": others[:1], "countries": [best], **({"purpose": others[1:2]} if len(others) > 1 else {})}


class ListPreview:
    """A list of sub-processors as understood, before anything is written. `.diff` compares, `.commit(why=)` records."""

    def __init__(self, room: ReviewRoom, file: str, vendor: str, on: date, listed: list[Listed], odd: list[Odd]) -> None:
        self._room, self._file, self.vendor, self.on = room, file, vendor, on
        self.listed, self._odd = listed, odd
        self._lang = room.standpoint.lang
        self._newest = _store.newest(room.standpoint)
        self._keys = Counter(_key(one.name) for one in listed)

    @property
    def rows(self) -> pandas.DataFrame:
        """Who is listed: name, countries (codes), status (as judged on the list's day without any mechanism), purpose, where."""
        from ivplus_tools.review import worst

        judged: dict[tuple[str, ...], str] = {}
        for one in self.listed:
            judged.setdefault(one.countries, "" if one.countries in judged else worst(one.countries, self.on))
        rows = [(one.name, "; ".join(one.countries), judged[one.countries], one.purpose, one.where) for one in self.listed]
        return _room.frame(("name", "countries", "status", "purpose", "where"), rows, self._lang)

    @property
    def problems(self) -> pandas.DataFrame:
        """What the list leaves open: name, value, problem."""
        return _room.frame(("name", "value", "problem"), [(one.name, one.value, one.problem) for one in self._odd], self._lang)

    def diff(self, other: ListPreview | None = None) -> pandas.DataFrame:
        """What this list changes, against an earlier list or against what stands: name, change, before, after, object_by.

        `change`: added, removed, moved (its countries), purpose. `object_by`: the last day to object by the contract.
        """
        before = _by_name(other.listed) if other is not None else self._standing()
        window = self.window
        rows: list[tuple[object, ...]] = []
        for was, now in _matched(before, _by_name(self.listed)):
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
        return _dates.plus(self.on, _dates.read_period(period)) if period else None

    def draft(self, kind: str = "question", lang: str | None = None, other: ListPreview | None = None) -> Document:
        """A mail to the vendor about the changes, an `objection` or a `question`: `.save("mail.eml")` opens as a draft, nothing is sent."""
        from ivplus_tools.review import letters

        room = self._room._speaking(lang)
        return letters.about_list(room, self.vendor, self.on, kind, self.diff(other).to_dict("records"), self.window)

    def commit(self, why: str = "", valid_from: object = None) -> Receipt:
        """Record who is listed, and end who is not any more, in one transaction; true from the list's day, else `valid_from`.

        What was added to a list that stood already is recorded as announced on the list's day and not decided yet.
        Refused where somebody has recorded one of them since the list was read.
        """
        since, reason = self._room.when_and_why(valid_from if valid_from is not None else self.on, why)
        self._fits()
        stands = {_name_of(one): one for one in self._records()}
        drafts = []
        for was, now in _matched(stands, _by_name(self.listed)):
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
        return self._room.draft(thing, since, why, self._newest.get((thing.kind, thing.id), 0))

    def _record(self, one: Listed, was: Subprocessor | None, later: bool) -> Subprocessor:
        told: dict[str, Any] = {"countries": one.countries or None, "purpose": one.purpose or None}
        source = f"{self._file}, {self.on.isoformat()}"
        if was is not None:
            if was.countries == told["countries"] and was.purpose == told["purpose"]:
                return was
            moved = {"announced": self.on, "authorised": "open"} if set(texts(was.countries)) != set(one.countries) else {}
            return was.replace(**told, **moved, list_reference=source)
        new: dict[str, Any] = {"announced": self.on, "authorised": "open"} if later else {}
        made: Any = Subprocessor
        return made(self._ident(one), processor=self.vendor, organisation=one.name, list_reference=source, **told, **new)

    def _ident(self, one: Listed) -> str:
        key = _key(one.name)
        name = key if self._keys[key] == 1 else headings.folded(one.name) or one.name
        return f"{self.vendor}/{name.replace(' ', '-')}"

    def _review(self) -> Review:
        return self._room._review()

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
        lines.append((_words.say("preview.problems", self._lang), str(len(self._odd))))
        if self.window:
            lines.append((_words.column_name("object_by", self._lang), _words.show_date(self.window, self._lang)))
        return lines

    def _title(self) -> str:
        return _words.say("sub_list.title", self._lang, file=self._file, vendor=self.vendor, on=_words.show_date(self.on, self._lang))

    def __repr__(self) -> str:
        lines = [f"  {count:>4}  {label}" for label, count in self._summary()]
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
