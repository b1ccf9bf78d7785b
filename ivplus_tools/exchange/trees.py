"""JSON, YAML and RDF as plain trees: dicts, lists and text leaves. No number is rounded, no second key of a name is lost."""

from __future__ import annotations

import json
import re
import urllib.parse
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ivplus_tools import _records, _words
from ivplus_tools.errors import Refusal
from ivplus_tools.exchange.limits import LARGEST_TREE, Meter

Node = Any  # dict[str, Node] | list[Node] | str | None
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Tree:
    """A tree as read: the name of the archive's member it came from (else empty), and its root."""

    name: str
    root: Node


def leaves(node: Node) -> Iterator[tuple[Path, str]]:
    """Every filled leaf of a tree with its path."""
    waiting: list[tuple[Path, Node]] = [((), node)]
    while waiting:
        place, one = waiting.pop()
        if isinstance(one, dict):
            waiting += [((*place, key), inner) for key, inner in reversed(one.items())]
        elif isinstance(one, list):
            waiting += [((*place, number), inner) for number, inner in reversed(list(enumerate(one)))]
        elif isinstance(one, str) and one.strip():
            yield place, one


def _mapping(pairs: Iterable[tuple[str, Node]]) -> dict[str, Node]:
    """Pairs as a mapping in which a second key of the same name gets a number instead of replacing the first."""
    made: dict[str, Node] = {}
    for key, value in pairs:
        made[_records.free_name(key, made)] = value
    return made


# --- JSON


def json_tree(text: str, meter: Meter) -> Node:
    """A JSON text; one that is too deep, too large or no JSON is refused. Numbers and constants are the text they were."""
    meter.length(len(text), LARGEST_TREE)
    meter.values(text.count(",") + text.count("[") + text.count("{"))
    meter.depth(_nesting(text))
    try:
        root = json.loads(text, object_pairs_hook=_mapping, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise _words.refusal("unknown_shape", path=meter.name, reason=f"JSON: {str(error)[:100]}") from None
    return _texts(root)


def _nesting(text: str) -> int:
    """How deep brackets go, at least; brackets inside strings can only make it larger, by far less than the bound."""
    level = deepest = 0
    for sign in re.finditer(r'"(?:[^"\\]|\\.)*+"|[\[{]|[\]}]', text):
        if sign[0] in "[{":
            level += 1
            deepest = max(deepest, level)
        elif sign[0] in "]}":
            level -= 1
    return deepest


def _texts(node: Node) -> Node:
    """Leaves as text; true and false as they are written."""
    if isinstance(node, dict):
        return {key: _texts(inner) for key, inner in node.items()}
    if isinstance(node, list):
        return [_texts(inner) for inner in node]
    return ("true" if node else "false") if isinstance(node, bool) else node


# --- YAML

PLAIN_TAGS = {"!", *("tag:yaml.org,2002:" + name for name in ("str", "int", "float", "bool", "null", "map", "seq", "timestamp"))}


def looks_like_yaml(begin: str) -> bool:
    """Whether a text begins as YAML that holds mappings: `key:` and, on the next line, an indented block or a list."""
    lines = [line for line in begin.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if lines and lines[0].startswith(("---", "%YAML")):
        ends = [number for number, line in enumerate(lines[1:], start=1) if line.rstrip() == "---"]
        return not ends or ":" in "".join(lines[ends[0] + 1 : ends[0] + 2])  # else the front matter of a text
    return (
        len(lines) > 1
        and re.match(r"[\w.-]+:\s*(&\S+|!\S+|#.*)?$", lines[0]) is not None
        and re.match(r"(\s+\S|-\s)", lines[1]) is not None
    )


def yaml_tree(text: str, meter: Meter) -> Node:
    """A YAML text built from its events: plain scalars stay text, references and foreign tags are refused, nothing is constructed."""
    import yaml

    meter.length(len(text), LARGEST_TREE // 8)
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    stack: list[tuple[Node, list[Node]]] = []
    root: list[Node] = []
    try:
        for event in yaml.parse(text, Loader=loader):
            meter.values()
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise _words.refusal("yaml_reference", path=meter.name, line=_line(event))
            tag = getattr(event, "tag", None)
            if tag and tag not in PLAIN_TAGS:
                raise _words.refusal("yaml_tag", path=meter.name, tag=tag[:60], line=_line(event))
            _grow(event, stack, root, meter)
    except Refusal:
        raise
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _words.refusal("unknown_shape", path=meter.name, reason=f"YAML: {' '.join(str(error).split())[:100]}") from None
    return root[0] if len(root) == 1 else root


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _grow(event: Any, stack: list[tuple[Node, list[Node]]], root: list[Node], meter: Meter) -> None:
    """One event: opens a container, closes the last one, or adds a leaf to it."""
    import yaml

    if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
        stack.append((type(event), []))
        meter.depth(len(stack))
        return
    if isinstance(event, yaml.ScalarEvent):
        made: Node = None if event.implicit[0] and event.value in ("", "~", "null", "Null", "NULL") else event.value
    elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
        kind, items = stack.pop()
        made = items if kind is yaml.SequenceStartEvent else _mapping(_pairs(items))
    else:
        return
    (stack[-1][1] if stack else root).append(made)


def _pairs(items: list[Node]) -> Iterator[tuple[str, Node]]:
    """Keys and values in turn; a key that is no plain text becomes the JSON of itself."""
    for key, value in zip(items[::2], items[1::2], strict=True):
        yield key if isinstance(key, str) else json.dumps(key, ensure_ascii=False), value


# --- RDF


_TURTLE = re.compile(
    r"""(#[^\n]*\n\s*)*(?:(?:@prefix|@base|PREFIX|BASE)\s|(?:<[^<>"{}|^`\s]*:[^<>"{}|^`\s]*>|_:\w+)\s+(?:a\s|<[^<>"{}|^`\s]*>)\s*[<"'_\[(])""",
    re.IGNORECASE,
)


def rdf_format(begin: str) -> str | None:
    """In which way a text begins as RDF: Turtle, with prefixes or without any, or XML."""
    if _TURTLE.match(begin):
        return "turtle"
    return (
        "xml"
        if begin.startswith("<") and "http://www.w3.org/1999/02/22-rdf-syntax-ns#" in begin and re.search(r"<(\w+:)?RDF\b", begin)
        else None
    )


def rdf_tree(text: str, form: str, meter: Meter, namespaces: Mapping[str, Sequence[str]]) -> Node:
    """The resources of an RDF text by their type: {type: [{property: [values]}]}.

    Names get the prefix of `namespaces`; a resource with a label is told by it, a nameless one stands where it is used.
    """
    meter.length(len(text), LARGEST_TREE // 8)
    try:
        import rdflib
    except ImportError:
        raise _words.refusal("needs_extra", path=meter.name, extra="rdf", library="rdflib") from None
    graph = rdflib.Graph(bind_namespaces="none")
    try:
        graph.parse(data=text, format=form, publicID="urn:file:")
    except Exception as error:  # the parser's own errors share no class
        raise _words.refusal("unknown_shape", path=meter.name, reason=f"RDF: {' '.join(str(error).split())[:100]}") from None
    meter.values(len(graph))
    return _Resources(graph, namespaces, meter).by_type()


class _Resources:
    """A graph told as trees."""

    def __init__(self, graph: Any, namespaces: Mapping[str, Sequence[str]], meter: Meter) -> None:
        self._graph, self._meter = graph, meter
        self._prefixes = list(namespaces)
        spaces = [(space, prefix) for prefix, many in namespaces.items() for space in many]
        self._spaces = sorted(spaces, key=lambda pair: -len(pair[0]))

    def by_type(self) -> dict[str, Node]:
        """Every named resource, and the nameless ones that nobody uses, under its first type."""
        import rdflib

        used = {value for value in self._graph.objects() if isinstance(value, rdflib.BNode)}
        made: dict[str, list[Node]] = {}
        for subject in sorted(set(self._graph.subjects()) - used):
            resource = {"@id": None if isinstance(subject, rdflib.BNode) else self._name(subject), **self._properties(subject, 1)}
            kinds = map(str, resource.get("rdf:type") or ["rdfs:Resource"])
            made.setdefault(min(kinds, key=self._rank), []).append(resource)
        return dict(made)

    def _rank(self, kind: str) -> int:
        """Of several types that of the first namespace tells most."""
        prefix = kind.partition(":")[0]
        return self._prefixes.index(prefix) if prefix in self._prefixes else len(self._prefixes)

    def _properties(self, subject: Any, depth: int) -> dict[str, Node]:
        self._meter.depth(depth)
        told: dict[str, Node] = {}
        for predicate, value in sorted(self._graph.predicate_objects(subject)):
            told.setdefault(self._name(predicate), []).append(self._value(value, depth))
        return told

    def _value(self, value: Any, depth: int) -> Node:
        import rdflib

        if isinstance(value, rdflib.BNode):
            return self._properties(value, depth + 1)
        if isinstance(value, rdflib.Literal):
            return str(value)
        labels = (rdflib.RDFS.label, rdflib.SKOS.prefLabel, rdflib.DCTERMS.title)
        label = next((one for name in labels for one in sorted(self._graph.objects(value, name))), None)
        return str(label) if label is not None else self._name(value)

    def _name(self, term: Any) -> str:
        text = str(term)
        for space, prefix in self._spaces:
            if text.startswith(space):
                return f"{prefix}:{text[len(space) :]}"
        return urllib.parse.unquote(text.rpartition("#")[2] if "#" in text else text)
