"""What a document is: numbered sections of labelled lines, a title before and a footer on every page."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Line:
    """A label with its answer. `rule`: the provision that asks for it; `blank`: nothing is known, and the reader must see that."""

    label: str
    text: str
    rule: str = ""
    blank: bool = False


@dataclass(frozen=True)
class Section:
    """A numbered heading with its lines, or a plain sentence. Level 1 is a part of the document, level 2 one subject."""

    number: str
    title: str
    level: int = 2
    lines: tuple[Line, ...] = ()
    said: str = ""


@dataclass(frozen=True)
class Document:
    """A document as text in one language: `heads` are the three column headings of every table."""

    title: str
    lang: str
    heads: tuple[str, str, str]
    footer: str
    day: tuple[int, int, int]
    sections: tuple[Section, ...] = field(default_factory=tuple)
