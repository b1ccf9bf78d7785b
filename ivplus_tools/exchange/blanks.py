"""Texts that stand where an answer should be and are none: errors, prompts, 'to be defined', 'N/A', 'none' as a proof."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from ivplus_tools import _records, _words
from ivplus_tools._records import Record

LONGEST_OPEN = 7
"""Words of a text that may say no more than that the answer is still to come."""


def no_answer(kind: type[Record], name: str, text: str) -> str | None:
    """Why a text answers nothing in a field, as a key of the preview's words; None where it may be an answer."""
    said = " ".join(text[:400].casefold().split())
    plain = said.rstrip(".!…: ")
    lists = _lists()
    if said in lists["errors"]:
        return "error_cell"
    if is_prompt(text):
        return "prompt"
    state = _words.synonyms("state").get(plain)
    if plain in lists["unanswered"] or (state is None and _is_open(name, plain)):
        return "unanswered"
    field = field_of(kind, name)
    if field is None or _records.has_other_answers(field) or _records.listed_in(field):
        return None
    return {"none": "denied", "not_applicable": "waits", "unknown": "unanswered"}.get(state or "")


def _is_open(name: str, said: str) -> bool:
    """Whether a short text says that the answer is still to come; as a proof, also whether it denies."""
    lists, words = _lists(), re.findall(r"\w+", said)
    if name in lists["free"]:
        return False
    begins = lists["unanswered_begins"] | (lists["not_proved"] if name in lists["proofs"] else set())
    return len(words) <= LONGEST_OPEN and any(words[: len(one)] == one for one in map(str.split, begins))


def is_half(name: str, text: str, heading: str) -> bool:
    """Whether a bare yes or no leaves open what it says yes or no to: that something is needed, or that it was made."""
    told, said = _words.read("headings")["affirmation"], text.strip().casefold()
    asks = any(one in heading.casefold() for one in told["needs"])
    return name in told["half_fields"] and said in [*told["texts"], *told["halves"]] and not asks


def is_prompt(text: str) -> bool:
    """Whether a text is what a template asks for or gives as an example."""
    said = " ".join(text[:400].casefold().split())
    lists = _lists()
    if said in lists["boxes_off"] or said.rstrip(".!…: ") in lists["prompts"] or said.startswith(tuple(lists["prompt_begins"])):
        return True
    return re.fullmatch(r"\[[^\W\d_][^\[\]\d]{2,80}\]|<[^\W\d_](?:[^\W\d]|[ ,/-]){2,80}>", said) is not None


def is_total(text: str) -> bool:
    """Whether a row that begins so sums up the others: `Total`, `Total activities:`, `Total: 3`."""
    said, totals = " ".join(text.casefold().split()), _lists()["totals"]
    return said.rstrip(".:! ") in totals or (":" in said and re.split(r"[ :]", said)[0] in totals)


def is_legend(text: str) -> bool:
    """Whether a line explains the table."""
    return text.strip().casefold().startswith(tuple(_lists()["legend_begins"]))


def is_key(filled: Sequence[str]) -> bool:
    """Whether the cells of a row explain signs: `SOP = contract`."""
    said = filled if "=" in filled[0] else filled[1:]
    return bool(said) and all(re.fullmatch(r"[\w ./+-]{1,24}=[^=]+", one.strip()) for one in said)


def ticked(text: str) -> str:
    """The choices of a list of boxes that are ticked; a text without boxes as it is."""
    off, on = ("|".join(map(re.escape, sorted(_lists()[name]))) for name in ("boxes_off", "boxes_on"))
    pieces = re.split(f"({off}|{on})", text)
    if len(pieces) < 3 or pieces[0].strip():
        return text
    pairs = zip(pieces[1::2], pieces[2::2], strict=True)
    return "\n".join(said.strip(" \n;,") for box, said in pairs if box in _lists()["boxes_on"]) or pieces[1]


def field_of(kind: type[Record], name: str) -> Any:
    """A field of a record, or of its parts where the name is a shorthand."""
    if name in kind.shorthand:
        return _records.part_of(kind.model_fields[kind.shorthand[name]]).model_fields[name]
    return kind.model_fields.get(name)


@cache
def _lists() -> dict[str, frozenset[str]]:
    return {name: frozenset(texts) for name, texts in _words.read("headings")["no_answer"].items()}
