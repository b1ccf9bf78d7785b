"""The sub-processors that a page names: which of its tables and lists tell them, row by row, each with its places."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ivplus_tools import _places, _records, _words
from ivplus_tools.exchange import headings, pages
from ivplus_tools.review.state import company

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


@dataclass(frozen=True)
class PartOf:
    """A table or list of the page: what stands above it, how many rows it has, how many were read, and why the rest was set apart."""

    where: str
    is_list: bool
    rows: int
    read: int
    reason: str


def read(path: Path, lang: str) -> tuple[list[Listed], list[Odd], list[PartOf]]:
    """Who is listed on a page, what a row leaves open, and each table and list of it; a page that names nobody is refused."""
    odd: list[Odd] = []
    found: dict[str, Listed] = {}
    parts: list[PartOf] = []
    for block, reason in _judged(pages.blocks(path)):
        rows = [] if reason else list(_listed(block, odd, lang))
        for one in (each for many in rows for each in many):
            key = headings.folded(one.name) or one.name
            found[key] = _joined(found[key], one) if key in found else one
        size, taken = _size(block), sum(bool(many) for many in rows)
        parts.append(
            PartOf(" · ".join(filter(None, block.above)), block.is_list, size, taken, reason or ("no_name" if taken < size else ""))
        )
    if not found:
        raise _words.refusal("no_list", path=path.name)
    return list(_once(found)), odd, parts


def _size(block: pages.Block) -> int:
    """How many rows a table or list has below its headings."""
    columns = None if block.is_list else _columns(block.rows)
    return sum(any(row) for row in block.rows[(columns[0] if columns else -1) + 1 :])


def _once(found: Mapping[str, Listed]) -> Iterator[Listed]:
    """Each company once: a name without a legal form and the same with one are one where no third is like them."""
    groups: dict[str, list[str]] = {}
    for name in found:
        groups.setdefault(bare_name(found[name].name), []).append(name)
    for key, names in groups.items():
        if len(names) == len({*names, key}) == 2:
            yield _joined(found[names[0]], found[names[1]])
        else:
            yield from (found[name] for name in names)


def _judged(found: list[pages.Block]) -> Iterator[tuple[pages.Block, str]]:
    """Every table and list of a page, each with the reason why it is set apart; none: it is read."""
    told = [(one, _reason(one)) for one in found if any(map(any, one.rows))]
    none = all(reason for _, reason in told)  # then what merely does not say what it is is read
    for block, reason in told:
        yield block, "" if none and reason in ("no_columns", "not_about") else reason


def _reason(block: pages.Block) -> str:
    """Why a table or list is no list of sub-processors: a key of the labels; none where it is one."""
    above, words = " ".join(block.above).casefold(), _words.read("headings")["sub_list"]
    if block.frame:
        return "frame"
    for reason in ("not_these", "obligations"):
        if any(re.search(rf"(?<!\w){re.escape(one)}", above) for one in words[reason]):
            return reason
    if block.is_list:
        return "" if any(_places.named_in(text) or _speaks(text) for text in block.above) else "not_about"
    return "" if _columns(block.rows) is not None else "no_columns"


def _speaks(text: str) -> bool:
    """Whether a sentence speaks of sub-processors or suppliers."""
    return any(word in text.casefold() for word in _words.read("headings")["sub_list"]["about"])


def _listed(block: pages.Block, odd: list[Odd], lang: str) -> Iterator[list[Listed]]:
    """The sub-processors of one table or list, row by row."""
    place = _columns(block.rows) if not block.is_list else None
    head, columns = place or (-1, {"name": [0], "purpose": [1]} if block.is_list else {"name": [0]})
    where, above = _above(block.above)
    odd += _unread(block.rows, head, columns, lang)
    for row in (one for one in block.rows[head + 1 :] if any(one)):
        if not block.is_list and len(row) > 1 and len(set(row)) == 1:  # a text across the table: a heading of the rows below, or a note
            where, above = _above((*block.above, row[0]))
            odd.append(Odd("", row[0][:80], _words.say("sub_list.across", lang)))
            yield []
            continue
        cells = {name: "; ".join(_cells(row, numbers)) for name, numbers in columns.items()}
        rows = []
        for one in (each for each in _entities(cells) if each["name"]):
            own = _countries(one, block.is_list)
            countries = tuple(dict.fromkeys((*own, *above))) if block.is_list else own or above
            rows.append(Listed(one["name"], countries, one.get("purpose", ""), where))
            odd += _problems(rows[-1], lang)
        if not rows:
            odd.append(Odd("", " | ".join(filter(None, row))[:80], _words.say("sub_list.no_name", lang)))
        yield rows


def _unread(rows: list[list[str]], head: int, columns: Mapping[str, list[int]], lang: str) -> Iterator[Odd]:
    """Columns with content that fill no field, such as the ground of a transfer; one without a heading by the first thing it says."""
    taken = {place for many in columns.values() for place in many}
    for place in range(max(map(len, rows), default=0) if head >= 0 else 0):
        said = next((row[place] for row in rows[head + 1 :] if len(row) > place and row[place] and len(set(row)) > 1), "")
        if place not in taken and said:
            heading = rows[head][place] if len(rows[head]) > place else ""
            yield Odd("", (heading or said)[:80], _words.say("sub_list.unread", lang))


def _cells(row: list[str], numbers: list[int]) -> Iterator[str]:
    """What a row tells in some columns, each text once; signs that no document can show become spaces."""
    told = (_records.ODD_SIGNS.sub(" ", row[number]).strip() for number in numbers if number < len(row))
    yield from dict.fromkeys(filter(None, told))


def _entities(cells: dict[str, str]) -> Iterator[dict[str, str]]:
    """A row, or one per line where the cell of names has as many lines as that of countries, or per item of a list in that cell."""
    names, places = (cells.get(name, "").split("\n") for name in ("name", "countries"))
    if items := [one.removeprefix(pages.ITEM) for one in names if one.startswith(pages.ITEM)]:
        beside = [one.removeprefix(pages.ITEM) for one in places if one.startswith(pages.ITEM)]
        paired = len(items) == len(beside) == len(places) > 1
        for number, name in enumerate(items):
            yield {**cells, "name": name, **({"countries": beside[number]} if paired else {})}
    elif len(names) == len(places) > 1:
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


def bare_name(name: str) -> str:
    """A company's name without brackets and legal form."""
    return company(name)[0]


def _columns(rows: list[list[str]]) -> tuple[int, dict[str, list[int]]] | None:
    """The row of headings (-1: there is none) and the columns of each field; None where nothing looks like a list of companies."""
    known = {headings.folded(text): name for name in FIELDS for text in _words.read("headings")["sub_list"][name]}
    first = {headings.folded(text) for text in _words.read("headings")["sub_list"]["themselves"]}
    width = max(map(len, rows), default=0)
    for number, row in enumerate(rows[: headings.HEADING_ROWS]):
        columns: dict[str, list[int]] = {}
        for place, cell in enumerate(row[: headings.WIDEST]):
            name = _field(headings.folded(cell), known)
            if name and (name == "countries" or name not in columns):
                columns.setdefault(name, []).append(place)
            elif name == "name" and headings.folded(cell) in first:
                columns[name] = [place]  # `Company | Sub-processor`: the first is the vendor itself
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
