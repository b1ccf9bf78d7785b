"""Registers as other tools write them: `shapes/*.toml` say how each is recognised and which of its values fills which field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path as File
from typing import Any

import rtoml

from ivplus_tools import _records
from ivplus_tools.exchange.headings import HEADING_ROWS, Column
from ivplus_tools.exchange.rows import Row
from ivplus_tools.exchange.spreadsheets import Table
from ivplus_tools.exchange.trees import Node, Path, Tree, leaves

NOWHERE: Path = ("", "")  # no key of a tree, so no place in it
FOLDER = File(__file__).parent.parent / "shapes"


@dataclass(frozen=True)
class Shape:
    """One way of writing a register. `needs`: alternatives, each a list of paths that must exist."""

    name: str
    needs: tuple[tuple[str, ...], ...]
    record: tuple[Mapping[str, Any], ...] = ()
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    says: Mapping[str, str] = field(default_factory=dict)
    """For what looks like a register and is none: the sentence that says so."""
    tables: bool = False
    prefix: str = ""
    """What may stand before a coded value."""
    namespaces: Mapping[str, Sequence[str]] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    """Our keys in the words of the shape, for what we write."""

    def missing(self, root: Node) -> tuple[int, list[str]]:
        """Of the alternative that fits best: how many of its paths exist, and which do not."""
        found = [(sum(_exists(root, path) for path in one), [path for path in one if not _exists(root, path)]) for one in self.needs]
        return min(found, key=lambda one: (len(one[1]), -one[0]))


@cache
def shapes() -> tuple[Shape, ...]:
    """Every known shape, by name of its file."""
    names = ("name", "values", "says", "tables", "prefix", "namespaces", "fields")
    files = [rtoml.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.toml"))]
    return tuple(
        Shape(needs=tuple(map(tuple, one["needs"])), record=tuple(one.get("record", ())), **{key: one[key] for key in names if key in one})
        for one in files
    )


def _begin(table: Table) -> int | None:
    """The row of headings: the first that is at least half as full as the fullest of the first ones, below a title."""
    filled = [sum(bool(cell.strip()) for cell in row) for row in table.rows[:HEADING_ROWS]]
    return next((number for number, count in enumerate(filled) if count and 2 * count >= max(filled)), None)


def vocabulary() -> Shape:
    """The shape that has namespaces: the vocabulary in which RDF is read and JSON is annotated."""
    return next(one for one in shapes() if one.namespaces)


def shape_of(root: Node, tables: bool = False) -> tuple[Shape | None, Shape | None]:
    """The shape of a tree, and the nearest one where none fits whole (at least half of what it needs is there)."""
    scored = [(one, *one.missing(root)) for one in shapes() if one.tables == tables]
    whole = [(found, one) for one, found, missing in scored if not missing]
    if whole:
        return max(whole, key=lambda pair: pair[0])[1], None
    near = [(found, one) for one, found, missing in scored if found and found >= len(missing)]
    return None, max(near, key=lambda pair: pair[0])[1] if near else None


def tree_of(tables: Sequence[Table], rows: bool = True) -> Tree:
    """Sheets as a tree: {sheet: [{heading: cell}]}; a lone sheet is called `rows`.

    A sheet without rows, and every sheet when `rows` is not asked for, has one row without content.
    """
    made: dict[str, list[dict[str, str | None]]] = {}
    for table in tables:
        begin = _begin(table)
        if begin is None:
            continue
        names: dict[str, int] = {}
        for place in range(max(map(len, table.rows[begin:]))):
            cell = " ".join(table.rows[begin][place].split()) if place < len(table.rows[begin]) else ""
            names[_records.free_name(cell or f"[{place + 1}]", names)] = place
        others = [row for row in [*table.rows[:begin], *table.rows[begin + 1 :]] if any(cell.strip() for cell in row)] if rows else []
        made["rows" if len(tables) == 1 else _records.free_name(table.name, made)] = [
            {name: row[place] if place < len(row) else None for name, place in names.items()} for row in others or [[]]
        ]
    return Tree("", made)


# --- paths


def _segments(path: str) -> list[str]:
    return path.split(".") if path else []


def _exists(root: Node, path: str) -> bool:
    """Whether a key is there, be it empty."""
    *way, last = _segments(path)
    return any(isinstance(node, dict) and _key(node, last) is not None for _, node in _nodes(root, (), way))


def _key(node: Mapping[str, Node], name: str) -> str | None:
    """The key of that name, in whatever case."""
    return name if name in node else next((one for one in node if one.casefold() == name.casefold()), None)


def _nodes(node: Node, place: Path, segments: Sequence[str]) -> Iterator[tuple[Path, Node]]:
    """Every node at a path of keys; lists on the way are gone through."""
    if isinstance(node, list):
        for number, inner in enumerate(node):
            yield from _nodes(inner, (*place, number), segments)
    elif not segments:
        yield place, node
    elif isinstance(node, dict):
        key = _key(node, segments[0])
        if key is not None:
            yield from _nodes(node[key], (*place, key), segments[1:])


def _paths(spec: Mapping[str, Any]) -> list[str]:
    return [spec["each"]] if isinstance(spec["each"], str) else list(spec["each"])


def _at(root: Node, place: Path) -> Node:
    for step in place:
        root = root[step]
    return root


def _label(place: Path) -> str:
    """A path as people read it: `storage[2].temporal`; a place in a list counts from 1."""
    text = ""
    for step in place:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def _plain(place: Path) -> str:
    """A path without places in lists."""
    return ".".join(step for step in place if isinstance(step, str))


# --- a tree read by its shape


@dataclass
class Read:
    """What a shape made of a tree: rows, columns, shells, and leaves that belong to no record."""

    rows: list[Row] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    shells: list[str] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)


class Reader:
    """Reads one tree by one shape; every filled leaf ends in a field, in a row's extras, or in what is left."""

    def __init__(self, shape: Shape, tree: Tree) -> None:
        self._shape, self._tree = shape, tree
        self._taken: dict[Path, str] = {}
        self._items: dict[Path, Mapping[str, Any]] = {}

    def read(self) -> Read:
        """Rows of every record that the shape names."""
        root = self._tree.root
        for spec in self._shape.record:
            for join in spec.get("with", []):
                _join(root, spec["each"], join)
        for spec in self._shape.record:
            for path in _paths(spec):
                items = (place for place, node in _nodes(root, (), _segments(path)) if isinstance(node, dict))
                self._items |= {place: spec for place in items if place not in self._items}
        found = Read()
        rest: Row | None = None
        rows: dict[Path, Row] = {}
        own = self._owned()
        found.shells += [
            path for spec in self._shape.record for path in _paths(spec) if path and _exists(root, path) and not self._any(path)
        ]
        for number, (place, spec) in enumerate(self._items.items(), start=1):
            if not own.get(place) and not (spec.get("rest") and own.get(NOWHERE)):
                found.shells += [_label(place)] if place else []
                continue
            rows[place] = self._row(spec, place, number)
            rest = rest or (rows[place] if spec.get("rest") else None)
        self._leave(found, rows, rest, own)
        found.rows = list(rows.values())
        return found

    def _any(self, path: str) -> bool:
        return next(_nodes(self._tree.root, (), _segments(path)), None) is not None

    def _owned(self) -> dict[Path, list[tuple[Path, str]]]:
        """Filled leaves by the innermost record that they stand in, else under `NOWHERE`."""
        owned: dict[Path, list[tuple[Path, str]]] = {}
        for place, text in leaves(self._tree.root):
            home = next((place[:length] for length in range(len(place), -1, -1) if place[:length] in self._items), None)
            owned.setdefault(NOWHERE if home is None else home, []).append((place, text))
        return owned

    def _leave(self, found: Read, rows: Mapping[Path, Row], rest: Row | None, own: Mapping[Path, list[tuple[Path, str]]]) -> None:
        """Leaves that fill no field: with their record, else with the record that keeps the rest, else told."""
        columns: dict[tuple[str, str | None], Column] = {}
        for home, many in own.items():
            row = rows.get(home) or rest
            for place, text in many:
                name = self._taken.get(place)
                plain = _plain(place)
                columns.setdefault((plain, name), Column(self._tree.name, plain, name, self._shape.name if name else ""))
                if name:
                    continue
                if row is None:
                    found.left.append((_label(place), text))
                else:
                    label = _label(place[len(home) :] if home in rows else place)
                    row.extras[_records.free_name(label or "?", row.extras)] = text
        found.columns = list(columns.values())

    def _row(self, spec: Mapping[str, Any], place: Path, number: int) -> Row:
        row = Row(spec["kind"], self._tree.name, number)
        kind = _records.record_type(spec["kind"])
        for name, how in spec["fields"].items():
            parts = [part for one in _each(how) for part in self._parts(kind, name, one, place)]
            if parts:
                row.parts[name] = parts
                row.headings[name] = _told(how)
                continue
            otherwise = next((one.get("else", []) for one in _each(how)), how)
            texts = list(dict.fromkeys(self._texts(otherwise, place, name, _list_of(kind, name))))
            if name in kind.shorthand and len(texts) > 1 and len(row.parts.get(kind.shorthand[name], [])) > 1:
                row.odd.append((_told(how), "; ".join(texts), "unpaired"))
                self._untake(place, name)
            elif name == "role" and not texts and "asked" in how:
                row.roles = len(_records.allowed("role"))  # a place for the role, and nothing in it: nothing is taken for granted
            elif texts:
                row.fields[name] = self._joined(texts, kind, name)
                row.headings[name] = _told(how)
        return row

    def _parts(self, kind: Any, name: str, how: Mapping[str, Any], place: Path) -> list[dict[str, str]]:
        """The parts of a list field, such as the purposes of an activity."""
        part = _records.part_of(kind.model_fields[name])
        inner_fields = {key: path for key, path in how.items() if key in part.model_fields}
        made: list[dict[str, str]] = []
        for inner, _ in self._within(how["each"], place):
            found = {
                key: list(dict.fromkeys(self._texts(path, inner, f"{name}.{key}", _records.listed_in(part.model_fields[key]))))
                for key, path in inner_fields.items()
            }
            own = next(iter(inner_fields))
            firsts = found.pop(own)
            if how.get("split"):
                alone = [item for text in firsts for item in (_records.split(text, "text") if self._shape.tables else [text])]
            else:
                alone = ["; ".join(firsts)]
            rest = {key: "; ".join(texts) for key, texts in found.items() if texts}
            made += [{**({own: first} if first else {}), **rest} for first in alone if first or rest]
        return [one for one in made if set(one) - _copied(how) and how.get("needs", next(iter(one))) in one]

    def _texts(self, how: Any, place: Path, name: str, listed: str | None) -> list[str]:
        """The texts that a field's entry in the shape finds; the leaves that gave them count as taken."""
        if isinstance(how, str):
            return self._taking(self._within(how, place), name, listed, {})
        if isinstance(how, list):
            return [text for path in how for text in self._texts(path, place, name, listed)]
        if "is" in how:
            return [how["is"]]
        if "first" in how:
            found = next((texts for path in how["first"] if (texts := self._texts(path, place, name, listed))), [])
            return found or (self._texts(how["else"], place, name, listed) if "else" in how else [])
        if "all" in how:
            texts = [" ".join(self._texts(path, place, name, listed)) for path in how["all"]]
            return [how["between"].join(text for text in texts if text)] if any(texts) else []
        if "rows" in how:
            return [text for inner, row in self._within(how["rows"], place) if (text := self._taken_row(how, inner, row, name))]
        return self._taking(self._within(how["path"], place), name, how.get("listed", listed), how)

    def _taken_row(self, how: Mapping[str, Any], place: Path, row: Node, name: str) -> str:
        """One text of several cells of a row, where the row is of the kind asked for."""
        kind = str(row.get(how.get("where", "")) or "").strip().casefold()
        if "among" in how and kind not in {one.casefold() for one in how["among"]}:
            return ""
        texts = [" ".join(self._taking(_nodes(row, place, [key]), name, None, {})) for key in how["take"]]
        if "where" in how:
            self._taking(_nodes(row, place, [how["where"]]), name, None, {})
        return ", ".join(text for text in texts if text)

    def _taking(self, nodes: Iterator[tuple[Path, Node]], name: str, listed: str | None, how: Mapping[str, Any]) -> list[str]:
        """The filled texts among nodes, in our words where the shape gives them; where it lists its answers, only those."""
        known = {key.casefold(): code for key, code in self._shape.values.get(listed or "", {}).items()}
        texts = []
        for place, node in nodes:
            text = node.strip() if isinstance(node, str) else ""
            plain = text.casefold().removeprefix(self._shape.prefix)
            if (
                not text
                or (text in ("true", "false") and "says" not in how)  # a flag is an answer only where the shape says which
                or text in how.get("except", [])
                or ("says" in how and text not in how["says"])
                or ("listed" in how and plain not in known)
            ):
                continue
            self._taken[place] = name
            texts.append(how.get("before", "") + (how["says"][text] if "says" in how else known.get(plain, text)))
        return texts

    def _within(self, path: str, place: Path) -> Iterator[tuple[Path, Node]]:
        """Nodes at a path: of the record, of the record around it (`^.`), or of the whole tree (`/`)."""
        if path.startswith("/"):
            return _nodes(self._tree.root, (), _segments(path[1:]))
        if path.startswith("^."):
            around = next((place[:length] for length in range(len(place) - 1, -1, -1) if place[:length] in self._items), ())
            return _nodes(_at(self._tree.root, around), around, _segments(path[2:]))
        return _nodes(_at(self._tree.root, place), place, _segments(path))

    def _untake(self, place: Path, name: str) -> None:
        for one in [one for one, taken in self._taken.items() if taken == name and one[: len(place)] == place]:
            del self._taken[one]

    def _joined(self, texts: Sequence[str], kind: Any, name: str) -> str:
        """Several values as one cell; what is one value in a tree stays one value, whatever signs it has."""
        listed = name in kind.model_fields and _records.shape(kind.model_fields[name]) in ("texts", "codes")
        return _records.join(texts, "text") if listed and not self._shape.tables else "; ".join(texts)


def _each(how: Any) -> list[Mapping[str, Any]]:
    """The entries of a field that make parts."""
    return [one for one in (how if isinstance(how, list) else [how]) if isinstance(one, dict) and "each" in one]


def _copied(how: Mapping[str, Any]) -> set[str]:
    """Fields of a part that only repeat what stands around it: alone they say nothing."""
    return {key for key, path in how.items() if isinstance(path, str) and path.startswith(("^", "/"))}


def _list_of(kind: Any, name: str) -> str | None:
    """The list whose codes a field takes, also for a shorthand field."""
    if name in kind.shorthand:
        return _records.listed_in(_records.part_of(kind.model_fields[kind.shorthand[name]]).model_fields[name])
    return _records.listed_in(kind.model_fields[name]) if name in kind.model_fields else None


def _told(how: Any) -> str:
    """Where a field was found, for the officer."""
    if isinstance(how, str):
        return how
    if isinstance(how, list):
        return ", ".join(map(_told, how))
    return next((_told(how[key]) for key in ("path", "first", "all", "rows", "each") if key in how), "=")


def _join(root: Node, each: str, join: Mapping[str, Any]) -> None:
    """Move rows of another sheet under the record that they name, else under the only one there is."""
    homes = [node for _, node in _nodes(root, (), _segments(each))]
    by_name = {str(node.get(key) or "").strip(): node for node in homes for key in join["is"]}
    sheet = next((key for key in root if key.casefold() == join["rows"].casefold()), None)
    kept = []
    for row in root[sheet] if sheet else []:
        named = str(row.get(join["where"]) or "").strip()
        home = by_name.get(named) if named else (homes[0] if len(homes) == 1 else None)
        if home is None:
            kept.append(row)
        else:
            home.setdefault(f"{join['rows']}[]", []).append(row)
    if sheet:
        root[sheet] = kept
