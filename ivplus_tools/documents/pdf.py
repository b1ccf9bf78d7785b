"""PDF/A by Typst (extra `pdf`): the template is ours, the texts come in as JSON and are never read as markup."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from ivplus_tools import _words
from ivplus_tools.documents.document import Document

TEMPLATE = Path(__file__).parent / "report.typ"
ARMENIAN = 0x530  # the first script beyond Latin, Greek and Cyrillic
STANDARD: Literal["a-2a"] = "a-2a"


def render(document: Document) -> bytes:
    """The document as tagged PDF/A; the same document gives the same bytes."""
    try:
        import typst
    except ImportError:
        raise _words.refusal("needs_extra", path=".pdf", extra="pdf", library="typst") from None
    told = asdict(document)
    for section in (*told["cover"], *told["sections"]):
        section["widths"] = _widths(section["rows"])
    data = json.dumps(told, ensure_ascii=False)
    try:
        return _compiled(typst, data)
    except RuntimeError as error:
        if "could not be displayed" not in str(error):
            raise _words.refusal("no_pdf", reason=" ".join(str(error).split())[:200]) from None
    try:
        return _compiled(typst, _spelled(data))
    except RuntimeError as error:
        raise _words.refusal("no_pdf", reason=" ".join(str(error).split())[:200]) from None


def _widths(rows: Sequence[Sequence[str]]) -> list[float]:
    """How wide the columns of a table are to each other: by their longest word and by how much they hold."""
    columns = list(zip(*rows, strict=True))
    words = (max((len(word) for cell in column for word in cell.split()), default=1) for column in columns)
    texts = (sum(map(len, column)) / max(len(column), 1) for column in columns)
    return [max(min(word, 24), min(text, 60)) + 2.0 for word, text in zip(words, texts, strict=True)]


def _compiled(typst: Any, data: str) -> bytes:
    made: bytes = typst.compile(
        str(TEMPLATE), format="pdf", pdf_standards=STANDARD, ignore_system_fonts=True, sys_inputs={"document": data}, timestamp=0
    )
    return made


def _spelled(text: str) -> str:
    """Signs that the embedded fonts may lack, by their number: a PDF/A holds no sign that it cannot show."""
    return "".join(sign if _is_common(sign) else f"[U+{ord(sign):04X}]" for sign in text)


def _is_common(sign: str) -> bool:
    """Latin, Greek and Cyrillic letters, and the signs of our own texts."""
    return (ord(sign) < ARMENIAN and unicodedata.category(sign) != "Mn") or sign in "–—‘’“”…€·"
