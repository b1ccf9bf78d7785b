"""What of third persons stands in a person's rows: proposed for masking (Art. 15(4)), each value once, until the officer says otherwise.

Whatever is not known to be the person's own is masked. Names within free text are found by the names that systems hold and by common
given names: some are missed, which the copy says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ivplus_tools import _persons, _words
from ivplus_tools.rights import spellings
from ivplus_tools.rights.tables import CODES, Table

NAMES = ("full_name", "given_name", "family_name")
TELLING = ("email", "phone", "iban", "postal_address", "licence_plate", "account_name", "birth_date", *CODES, *NAMES)
"""Kinds of a column that tell of somebody by themselves."""
LEARNT = (":exact", ":normalised", ":near")
"""How a row was found of which its own columns tell of the person: not by a key, nor by what somebody else has noted."""
MASK, GIVE, OPEN = "mask", "give", "open"


@dataclass
class Proposal:
    """A value that may be a third person's: its kind, where it stands in how many rows, and what the officer says of it."""

    number: int
    kind: str
    value: str
    where: dict[tuple[str, str, str], int] = field(default_factory=dict)
    decision: str = OPEN
    reason: str = ""


class Masks:
    """Every proposal over a person's rows. What is not decided is masked."""

    def __init__(self, tables: Sequence[Table], sought: Mapping[str, tuple[str, ...]], ours: Iterable[str]) -> None:
        self._own = {kind: list(values) for kind, values in sought.items()}
        self._ours = {
            (kind, form(told)) for text in ours if text for kind, form in _persons.FORMS.items()
            for told in (text, *(one.value for one in _persons.recognised(text) if one.kind == kind))
        }  # fmt: skip
        self.proposals: dict[tuple[str, str], Proposal] = {}
        for table in tables:
            self._learn(table)
        self._names = self._known_names(tables)
        for table in tables:
            for row in table.sure:
                for column, told in self._in_row(table, row.cells):
                    self._propose(table, column, told)

    def _tells(self, table: Table, column: str) -> str:
        """The kind of a column that tells of somebody by itself; the table's own key and its links tell of the row."""
        kind = table.kinds.get(column, "")
        own = {table.key, *(link.get("column") for link in table.links)}
        return kind if kind in TELLING or (kind == "person_key" and column not in own) else ""

    def _learn(self, table: Table) -> None:
        """What the person's own rows tell of the person: their keys, and cells of a kind that only one column of the table holds."""
        if table.key:
            self._own.setdefault("person_key", []).extend(filter(None, (one.cells.get(table.key) for one in table.sure)))
        for kind in TELLING:
            columns = [name for name, told in table.kinds.items() if told == kind]
            if len(columns) == 1:
                base = "identity_code" if kind in CODES else kind
                rows = (one for one in table.sure if any(how.endswith(LEARNT) for how in one.how))
                self._own.setdefault(base, []).extend(filter(None, (one.cells.get(columns[0]) for one in rows)))

    def _known_names(self, tables: Sequence[Table]) -> list[re.Pattern[str]]:
        """The names of others that these systems hold in columns of names."""
        told = {
            cell.strip()
            for table in tables for row in table.sure for name, kind in table.kinds.items() if kind == "full_name"
            for cell in [row.cells.get(name) or ""] if cell.strip() and not self._is_own("full_name", cell)
        }  # fmt: skip
        return [re.compile(rf"(?<!\w){re.escape(one)}(?!\w)", re.IGNORECASE) for one in sorted(told, key=len, reverse=True)]

    def _is_own(self, kind: str, value: str) -> bool:
        """Whether a value is the person's, or one of ours, which nobody has to be protected from."""
        base = "identity_code" if kind in CODES else kind
        if kind in ("given_name", "family_name", "full_name"):
            words = set(_persons.name(value).split())
            names = [one for name in NAMES for one in self._own.get(name, ())]
            own = {word for one in names for word in _persons.name(one).split()}
            return bool(words) and (words <= own or ("full_name", _persons.name(value)) in self._ours)
        form = _persons.FORMS.get(base, _persons.key)
        return any(form(value) == form(one) for one in self._own.get(base, ())) or (base, form(value)) in self._ours

    def _in_row(self, table: Table, cells: Mapping[str, str | None]) -> Iterator[tuple[str, _persons.Told]]:
        """What stands in the cells of a row and tells of another."""
        for column, cell in cells.items():
            if not cell:
                continue
            if kind := self._tells(table, column):
                if not self._is_own(kind, cell):
                    yield column, _persons.Told(kind, 0, len(cell), cell)
                continue
            for one in self.within(cell):
                yield column, one

    def within(self, text: str) -> list[_persons.Told]:
        """What a text tells of others: identifiers however spelt, names that are known, and words that look like a name."""
        flat, places = spellings.plain(text)
        usual = _persons.recognised(flat)
        spelt = spellings.spelt(flat)
        own = [one for one in (*usual, *spelt) if self._is_own(one.kind, one.value)]
        wide = [one for one in spelt if not _meets(one, own)]
        names = [_persons.Told("full_name", one.start(), one.end(), one[0]) for shape in self._names for one in shape.finditer(flat)]
        names += [one for one in spellings.names(flat) if not self._is_own("full_name", one.value)]
        kept: list[_persons.Told] = []
        for one in [*(one for one in usual if one not in own), *wide, *names]:
            met = [other for other in kept if _meets(one, [other])]
            if not met:
                kept.append(one)
            elif one.kind != "full_name":  # what overlaps is covered together
                start, end = min(one.start, *(other.start for other in met)), max(one.end, *(other.end for other in met))
                kept = [*(other for other in kept if other not in met), met[0]._replace(start=start, end=end)]
        kept.sort(key=lambda one: one.start)
        return [one._replace(start=places[one.start], end=places[one.end]) for one in kept]

    def _propose(self, table: Table, column: str, told: _persons.Told) -> None:
        form = _persons.FORMS.get("identity_code" if told.kind in CODES else told.kind, _persons.key)
        key = (told.kind, form(told.value))
        one = self.proposals.setdefault(key, Proposal(len(self.proposals) + 1, told.kind, told.value))
        place = (table.source, table.name, column)
        one.where[place] = one.where.get(place, 0) + 1

    def decide(self, numbers: Sequence[int], decision: str, reason: str) -> None:
        """What the officer says of proposals: mask them, or give them since they are the person's own or no secret of another."""
        known = {one.number: one for one in self.proposals.values()}
        unknown = [one for one in numbers if one not in known]
        if unknown:
            raise _words.refusal("no_mask", got=", ".join(map(str, unknown)), most=len(known))
        for number in numbers:
            known[number].decision, known[number].reason = decision, reason

    def _given(self, kind: str, value: str) -> bool:
        form = _persons.FORMS.get("identity_code" if kind in CODES else kind, _persons.key)
        one = self.proposals.get((kind, form(value)))
        return one is not None and one.decision == GIVE

    def applied(self, table: Table, column: str, cell: str | None, lang: str) -> str | None:
        """A cell as it is given: what tells of another is covered by what kind it is."""
        if not cell:
            return cell
        if kind := self._tells(table, column):
            return cell if self._is_own(kind, cell) or self._given(kind, cell) else covered(kind, lang)
        made, last = [], 0
        for one in self.within(cell):
            if not self._given(one.kind, one.value):
                made += [cell[last : one.start], covered(one.kind, lang)]
                last = one.end
        return "".join([*made, cell[last:]])


def covered(kind: str, lang: str) -> str:
    """What stands in the place of a value."""
    return _words.say("rights.masked", lang, kind=_words.values("personal_data_kind")[kind][lang])


def _meets(one: _persons.Told, others: Iterable[_persons.Told]) -> bool:
    return any(one.start < other.end and other.start < one.end for other in others)
