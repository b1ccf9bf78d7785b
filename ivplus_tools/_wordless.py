"""What a text says, without its wording: labels and names of the law by their keys, so that an answer outlives a change of words."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import Any

from ivplus_tools import _law, _words

SENTENCE = 10
"""Letters of its own that a text with gaps has at the least: with fewer it would fit anything."""
Texts = tuple[str, ...]
_GAP = re.compile(r"\{(\w+)[^}]*\}")
_LENGTH = re.compile(r"(?:\d+\s\w+ )+\((P(?:T?\d+[A-Z])+)\)")


def plain(texts: dict[str, str], fields: bool = False) -> str:
    """A text in three languages with every label in it as its key; what is no label of ours stays as it is in English.

    `fields`: it names fields; a label that is also a name of the law is the field's.
    """
    return _named().get(id(texts)) or _plain(tuple(_LENGTH.sub(r"\1", texts[lang]) for lang in _words.LANGS), fields)


@_law.kept
def _plain(texts: Texts, fields: bool) -> str:
    whole = _key(texts, fields) if texts in _labels() else _filled(texts, fields)
    if whole:
        return whole
    for label in _by_length():
        if label[0] not in texts[0] or not all(part in text for part, text in zip(label, texts, strict=True)):
            continue  # most labels, by one language alone; a pattern is made for the others only
        found = [_alone(part) for part in label]
        if all(one.search(text) for one, text in zip(found, texts, strict=True)):
            key = f"\0{_key(label, fields)}\0"  # the mark keeps a key from being taken for a word
            texts = tuple(one.sub(lambda _, key=key: key, text) for one, text in zip(found, texts, strict=True))  # type: ignore[misc]
    return texts[-1].replace("\0", "")


def _filled(texts: Texts, fields: bool) -> str:
    """The key of a sentence whose gaps are filled, and with what; empty where it is none of ours."""
    for label in _sentences():
        if not all(part in text for parts, text in zip(_parts(label), texts, strict=True) for part in parts):
            continue  # most sentences; patterns are made for the others only
        found = [_pattern(one).fullmatch(text) for one, text in zip(label, texts, strict=True)]
        if all(found):
            names = list(dict.fromkeys(_GAP.findall(label[-1])))
            told = [_plain(tuple(one[name] for one in found if one), fields) for name in names]
            return "; ".join([_key(label, fields), *told])
    return ""


def _key(label: Texts, fields: bool) -> str:
    """The key of a label; where several are worded alike, that of the field, else that of an item of a list of the law."""
    keys = _labels()[label]
    return min(keys, key=lambda key: (not key.startswith(".field."), 0) if fields else (key.startswith("."), -key.count(":")))


@_law.kept
def _texts() -> list[tuple[str, dict[str, str]]]:
    """Every text of the labels, of the ladder and of the law, with the key that it stands under."""
    found: list[tuple[str, dict[str, str]]] = []
    labels = {key: told for key, told in _words.read("labels").items() if key != "list"}  # said in refusals only
    waiting: list[tuple[str, Any]] = [("", labels), (".breach", _words.read("breach"))]
    for key, node in waiting:
        if set(_words.LANGS) <= set(node):
            found.append((key, node))
        else:
            waiting += [(f"{key}.{name}", inner) for name, inner in node.items() if isinstance(inner, dict)]
    return found + [(rule, fact.name) for rule, fact in _law.facts().items()]


@_law.kept
def _named() -> dict[int, str]:
    """The key of a text that is the very one of its file, whatever other is worded alike."""
    return {id(texts): key for key, texts in _texts()}


@_law.kept
def _labels() -> dict[Texts, list[str]]:
    """Each wording in three languages with its keys."""
    found: dict[Texts, list[str]] = {}
    for key, texts in _texts():
        if all(told := tuple(texts[lang] for lang in _words.LANGS)):
            found.setdefault(told, []).append(key)
    return found


@_law.kept
def _by_length() -> list[Texts]:
    """Labels without gaps, the longest first: one that holds another goes before it, however they are worded."""
    return sorted((one for one in _labels() if not _GAP.search(one[-1])), key=lambda one: (-sum(map(len, one)), one))


@cache
def _alone(part: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w\0.]){re.escape(part)}(?![\w\0])")


@_law.kept
def _sentences() -> list[Texts]:
    """Labels with gaps, which are the same in each language."""
    gapped = [one for one in _labels() if _GAP.search(one[-1]) and len(re.sub(r"\W", "", _GAP.sub("", one[-1]))) >= SENTENCE]
    return [one for one in gapped if len({frozenset(_GAP.findall(text)) for text in one}) == 1]


@cache
def _parts(label: Texts) -> list[list[str]]:
    """What stands between the gaps of a sentence, in each language."""
    return [_GAP.split(text)[::2] for text in label]


@cache
def _pattern(text: str) -> re.Pattern[str]:
    made, seen = "", set()
    for place, part in enumerate(_GAP.split(text)):
        if place % 2 == 0:
            made += re.escape(part)
        else:
            made += f"(?P={part})" if part in seen else f"(?P<{part}>.+?)"
            seen.add(part)
    return re.compile(made, re.DOTALL)


def unworded(name: str, value: object) -> object:
    """A fact without the words of a language: a day as a day, a label or a name of the law by its key."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict) and set(_words.LANGS) <= set(value):
        return plain(value, name.startswith("field"))
    return value
