"""What a record is: fields with their article and allowed values, four kinds of answer, and their form as text."""

from __future__ import annotations

from ivplus_tools._records.answers import (
    NONE,
    ODD_SIGNS,
    AnswerDay,
    AnswerText,
    AnswerTexts,
    Countries,
    Day,
    Listed,
    Map,
    MonthDay,
    Period,
    Place,
    Placed,
    Places,
    Stated,
    Text,
    Texts,
    allowed,
    clean,
    clean_text,
    code,
    codes_in,
    not_applicable,
    one_of,
    some_of,
)  # fmt: skip
from ivplus_tools._records.cells import describe, name_of, readable, record_type, to_text
from ivplus_tools._records.grammar import free_name, join, split
from ivplus_tools._records.record import (
    NAMELESS,
    Part,
    Record,
    answer_of,
    answered,
    as_code,
    has_other_answers,
    in_order,
    item,
    listed_in,
    part_of,
    shape,
    some,
    told,
)  # fmt: skip

__all__ = [
    "NAMELESS", "NONE", "ODD_SIGNS", "AnswerDay", "AnswerText", "AnswerTexts", "Countries", "Day", "Listed", "Map", "MonthDay",
    "Part", "Period", "Place", "Placed", "Places", "Record", "Stated", "Text", "Texts", "allowed", "answer_of", "answered",
    "as_code", "clean", "clean_text", "code", "codes_in", "describe", "free_name", "has_other_answers", "in_order", "item", "join",
    "listed_in", "name_of", "not_applicable", "one_of", "part_of", "readable", "record_type", "shape", "some", "some_of",
    "split", "to_text", "told",
]  # fmt: skip
