"""One record of a text file with some of its values changed; every other sign stays."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache

from ivplus_tools._sources.text import fields

JSON_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?")


def with_cells(record: str, separator: str, cells: Mapping[int, str]) -> str:
    """A record with some cells changed, by their places; every sign of the others stays, and so does its end."""
    ending = record[len(record.rstrip("\r\n")) :]
    ending = "\r\n" if ending.endswith("\r\n") else ending[-1:]
    body = record.removesuffix(ending)
    raw, place, one = list[str](), 0, _one(separator)
    while found := one.match(body, place):
        raw.append(found[0])
        place = found.end() + 1
        if found.end() == len(body):
            break
    known = fields(body, separator)
    if separator.join(raw) != body or len(raw) != max(len(known), 1):
        raise ValueError(len(raw))  # no reader reads it so: nothing is written
    for number, told in cells.items():
        if told != (known[number] if known else ""):
            raw[number] = _cell(told, separator, len(raw) == 1 or bool(told and raw[number].startswith('"')))
    return separator.join(raw) + ending


def _cell(told: str, separator: str, quoted: bool) -> str:
    """A cell as it is written, in quotes where it needs them or had them."""
    return '"' + told.replace('"', '""') + '"' if quoted or set(told) & {separator, '"', "\r", "\n"} else told


@cache
def _one(separator: str) -> re.Pattern[str]:
    """A cell as it stands, quotes and all."""
    end = re.escape(separator)
    return re.compile(rf'"(?:[^"]++|"")*+"[^{end}]*+|(?!")[^{end}]*+')


def with_values(raw: str, new: Mapping[str, str | None]) -> str:
    """An object of one line with the values of some keys changed; every other sign stays."""
    decode, place, kept = json.JSONDecoder().raw_decode, raw.index("{") + 1, 0
    parts: list[str] = []
    while True:
        place = _blank(raw, place)
        if raw[place] in "},":
            if raw[place] == "}":
                return "".join(parts) + raw[kept:]
            place = _blank(raw, place + 1)
        key, place = decode(raw, place)
        place = _blank(raw, _blank(raw, place) + 1)
        value, end = decode(raw, place)
        if key in new:
            parts += [raw[kept:place], _json_value(value, new[key])]
            kept = end
        place = end


def _blank(raw: str, place: int) -> int:
    while raw[place] in " \t\r\n":
        place += 1
    return place


def _json_value(old: object, new: str | None) -> str:
    """A number stays one where both are; nothing is null."""
    if new is None:
        return "null"
    number = isinstance(old, (int, float)) and not isinstance(old, bool)
    return new if number and JSON_NUMBER.fullmatch(new) else json.dumps(new, ensure_ascii=False)
