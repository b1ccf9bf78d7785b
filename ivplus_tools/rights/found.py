"""What a search for a person found, as the officer goes on with it: tables, doubtful rows to decide, masks. Nothing of it is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ivplus_tools import _html, _room, _shown, _words
from ivplus_tools.rights import masks as masking
from ivplus_tools.rights import search
from ivplus_tools.rights.state import Requests
from ivplus_tools.rights.tables import NOT_PERSONAL, NOT_REACHED, NOT_SEARCHED, PARTLY, SEARCHED, TOO_MANY, Row, Table

if TYPE_CHECKING:
    import pandas


class Found:
    """Rows of a person by table. `tables`, `near`, `not_searched`, `masks` are frames; `take` and `leave` decide what is near."""

    def __init__(self, state: Requests, request: str, sought: Mapping[str, tuple[str, ...]], every: Sequence[Table]) -> None:
        self._state, self.request, self.every = state, request, list(every)
        self.sought, self._lang = dict(sought), state.lang
        self._left: set[int] = set()
        self._numbered = [(number, table, row) for number, (table, row) in enumerate(self._doubtful(), 1)]

    # --- what was found

    @property
    def tables(self) -> pandas.DataFrame:
        """Each table: source, table, state, rows (surely the person's), near (await the officer), by, detail, activities.

        `state`: `searched`, `partly` (see detail), or why nothing can be said: `not_searched`, `not_reached`, `too_many`, `not_personal`.
        """
        rows = [
            (one.source, one.name, one.told, *((len(one.sure), len(self.awaiting(one))) if one.state == SEARCHED else (None, None)),
             ", ".join(sorted({self._how(how) for row in one.rows for how in row.how})), one.detail, ", ".join(one.activities))
            for one in self.every
        ]  # fmt: skip
        names = ("source", "table", "state", "rows", "near", "by", "detail", "activities")
        made = _room.frame(names, rows, self._lang)
        import pandas as pd

        for name in ("rows", "near"):
            made[name] = pd.array(made[name], dtype="Int64")
        made.attrs["lists"] = {"state": "search_state"}
        return made

    @property
    def not_searched(self) -> pandas.DataFrame:
        """Tables of which nothing can be said: source, table, state, detail."""
        table = self.tables
        return table[~table["state"].isin([SEARCHED, NOT_PERSONAL])][["source", "table", "state", "detail"]].reset_index(drop=True)

    @property
    def near(self) -> pandas.DataFrame:
        """Rows that may be the person's: number (for `take` and `leave`), decision, source, table, by, row. For the officer."""
        rows = [
            (number, table.source, table.name, ", ".join(map(self._how, row.how)),
             "; ".join(f"{name}: {cell}" for name, cell in row.cells.items() if cell))
            for number, table, row in self._numbered
        ]  # fmt: skip
        made = _room.frame(("number", "source", "table", "by", "row"), rows, self._lang)
        decided = ["taken" if row.sure else "left" if number in self._left else "open" for number, _, row in self._numbered]
        made.insert(1, "decision", decided)
        made.attrs["lists"] = {"decision": "near_decision"}
        return made

    def rows(self, source: str, table: str) -> pandas.DataFrame:
        """The rows of one table that are surely the person's, in the table's own columns."""
        one = next((each for each in self.every if (each.source, each.name) == (source, table)), None)
        if one is None:
            near = _words.nearest(f"{source}/{table}", [f"{each.source}/{each.name}" for each in self.every], 3) or "–"
            raise _words.refusal("no_table", source=source, got=table, near=near)
        names = list(one.rows[0].cells) if one.rows else []
        return _room.frame(names, [tuple(row.cells.values()) for row in one.sure], self._lang)

    @property
    def is_whole(self) -> bool:
        """Whether every table was searched and nothing awaits the officer: only then can it be said what the company holds."""
        return not self.open

    @property
    def open(self) -> dict[str, int]:
        """What speaks against saying that this is all: rows that await the officer, and tables by why nothing is known of them."""
        counts = {"near": sum(len(self.awaiting(one)) for one in self.every)}
        for one in self.every:
            if one.told in (PARTLY, NOT_SEARCHED, NOT_REACHED, TOO_MANY):
                counts[one.told] = counts.get(one.told, 0) + 1
        return {key: count for key, count in counts.items() if count}

    @property
    def given(self) -> list[Table]:
        """The tables that hold rows of the person."""
        return [one for one in self.every if one.sure]

    # --- the officer decides

    def _doubtful(self) -> list[tuple[Table, Row]]:
        return [(table, row) for table in self.every for row in table.rows if not row.sure]

    def _follow(self) -> Found:
        """What the decided rows lead to is looked for; the numbers of the others stay, new ones come after them."""
        search.decided(self._state, self.every, self.sought)
        pools: dict[tuple[Any, ...], list[Row]] = {}
        for table in self.every:
            for row in reversed(table.rows):
                pools.setdefault((id(table), *row.cells.values()), []).append(row)
        for place, (number, table, row) in enumerate(self._numbered):
            pool = pools.get((id(table), *row.cells.values()))
            self._numbered[place] = (number, table, pool.pop() if pool else row)
        known = {id(row) for _, _, row in self._numbered}
        new = [(table, row) for table, row in self._doubtful() if id(row) not in known]
        self._numbered += [(number, table, row) for number, (table, row) in enumerate(new, len(self._numbered) + 1)]
        self.__dict__.pop("masks_of", None)
        return self

    def take(self, numbers: int | Iterable[int]) -> Found:
        """These near rows are the person's; what refers to them is looked for."""
        for number, row in self._chosen(numbers):
            row.sure, row.how = True, (*row.how, "taken")
            self._left.discard(number)
        return self._follow()

    def leave(self, numbers: int | Iterable[int]) -> Found:
        """These near rows are somebody else's."""
        for number, row in self._chosen(numbers):
            row.sure, row.how = False, tuple(one for one in row.how if one != "taken")
            self._left.add(number)
        return self._follow()

    @property
    def is_decided(self) -> bool:
        """Whether the officer has decided on any row: then the counts are others than those of the search."""
        return bool(self._left) or any("taken" in row.how for _, _, row in self._numbered)

    def _chosen(self, numbers: int | Iterable[int]) -> list[tuple[int, Row]]:
        wanted = [numbers] if isinstance(numbers, int) else list(numbers)
        known = {number: row for number, _, row in self._numbered}
        if unknown := [one for one in wanted if one not in known]:
            raise _words.refusal("no_near", got=", ".join(map(str, unknown)), most=len(known))
        return [(one, known[one]) for one in wanted]

    def awaiting(self, table: Table) -> list[Row]:
        """Rows of a table that await the officer."""
        left = {id(row) for number, _, row in self._numbered if number in self._left}
        return [row for row in table.rows if not row.sure and id(row) not in left]

    # --- third persons

    @cached_property
    def masks_of(self) -> masking.Masks:
        """What is masked in a copy."""
        return masking.Masks(self.given, self.sought, self._ours())

    @property
    def masks(self) -> pandas.DataFrame:
        """What may be a third person's: number (for `mask` and `give`), kind, value, found_in, rows, decision, reason."""
        rows = [
            (one.number, one.kind, one.value, ", ".join(f"{source}/{table}.{column}" for source, table, column in one.where),
             sum(one.where.values()), one.decision, one.reason)
            for one in self.masks_of.proposals.values()
        ]  # fmt: skip
        made = _room.frame(("number", "kind", "value", "found_in", "rows", "decision", "reason"), rows, self._lang)
        made.attrs["lists"] = {"kind": "personal_data_kind", "decision": "mask_decision"}
        return made

    def mask(self, numbers: int | Iterable[int], reason: str) -> Found:
        """These are a third person's, and are masked for that reason (Art. 15(4))."""
        return self._decide(numbers, masking.MASK, reason)

    def give(self, numbers: int | Iterable[int], reason: str) -> Found:
        """These are the person's own, or take nothing from anybody: they are given for that reason."""
        return self._decide(numbers, masking.GIVE, reason)

    def _decide(self, numbers: int | Iterable[int], decision: str, reason: str) -> Found:
        if not reason.strip():
            raise _words.refusal("why_missing")
        self.masks_of.decide([numbers] if isinstance(numbers, int) else list(numbers), decision, reason.strip())
        return self

    def _ours(self) -> list[str]:
        """How organisations are reached that the register names: recipients are never masked."""
        bodies = self._state.bodies("organisation").values()
        return [str(body.get(name) or "") for body in bodies for name in ("name", "contact")]

    # --- how it shows itself

    def _how(self, told: str) -> str:
        kind, _, how = told.partition(":")
        if not how:
            return _words.say(f"rights.how_{kind}", self._lang)
        return f"{_words.values('personal_data_kind')[kind][self._lang]} ({_words.say(f'rights.how_{how}', self._lang)})"

    @property
    def lines(self) -> list[str]:
        """The answer in sentences: what was found, what awaits, what was not searched."""
        rows, tables = sum(len(one.sure) for one in self.given), len(self.given)
        searched = sum(one.state == SEARCHED for one in self.every)
        lines = [_words.say("rights.found" if rows else "rights.nothing_found", self._lang, rows=rows, tables=tables, searched=searched)]
        for key, count in self.open.items():
            lines.append(f"⚠ {_words.say(f'rights.open_{key}', self._lang, count=count)}")
        said = sum(one.state == NOT_PERSONAL for one in self.every)
        return [*lines, *([_words.say("rights.left_out", self._lang, count=said)] if said else [])]

    def __repr__(self) -> str:
        return "\n".join(self.lines)

    def _repr_html_(self) -> str:
        shown: Any = _shown.show(self.tables)
        return _html.listed(self.lines) + str(shown._repr_html_())
