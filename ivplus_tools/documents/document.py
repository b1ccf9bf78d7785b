"""What a document is: numbered sections of labelled lines, a title before and a footer on every page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Line:
    """A label with its answer. `rule`: the provision that asks for it; `blank`: nothing is known, and the reader must see that."""

    label: str
    text: str
    rule: str = ""
    blank: bool = False


@dataclass(frozen=True)
class Section:
    """A numbered heading with its lines, a plain sentence, or a table of any width whose first row names the columns.

    Level 1 is a part of the document, level 2 one subject. `open`: what is not known within the sentences, and stands there as a blank.
    """

    number: str
    title: str
    level: int = 2
    lines: tuple[Line, ...] = ()
    said: str = ""
    rows: tuple[tuple[str, ...], ...] = ()
    open: tuple[str, ...] = ()


@dataclass(frozen=True)
class Document:
    """A document as text in one language: `heads` are the three column headings of every table, `to` the address of a mail.

    `.text` is all of it as plain text, `.blanks` what is not known, `.save("x.docx")` writes `.docx`, `.html`, `.md`, `.pdf` or `.eml`.
    """

    title: str
    lang: str
    heads: tuple[str, str, str]
    footer: str
    day: tuple[int, int, int]
    sections: tuple[Section, ...] = field(default_factory=tuple)
    to: str = ""
    about: tuple[str, ...] | None = None  # what a room made it for, such as the kind of a draft and its case
    cover: tuple[Section, ...] = ()  # what its writer reads before it is sent: a page of its own, and no part of the text

    @property
    def blanks(self) -> list[str]:
        """The labels of what nobody has told yet, which the document marks."""
        every = (*self.cover, *self.sections)
        return [one for section in every for one in (*(line.label for line in section.lines if line.blank), *section.open)]

    @property
    def cautions(self) -> list[str]:
        """What speaks against sending it, a sentence each; they stand on the cover."""
        return [said for section in self.cover for said in section.said.split("\n\n") if said]

    @property
    def text(self) -> str:
        """The document as plain text, without its cover."""
        return "\n".join([self.title, *self._lines(self.sections), f"\n{self.footer}"]).rstrip() + "\n"

    def _lines(self, sections: tuple[Section, ...]) -> Iterator[str]:
        for section in sections:
            yield ""
            if title := headed(section):
                yield title
            if section.said:
                yield section.said
            for line in section.lines:
                rule = f" ({line.rule})" if line.rule and line.rule not in line.label else ""
                yield f"- {line.label}{rule}: {line.text}"
            yield from (" | ".join(cell.strip() for cell in row) for row in section.rows)

    def save(self, path: str | Path) -> Path:
        """Write the document; the ending of the path says in which format."""
        from ivplus_tools import _store, documents

        file = _store.path_of(path)
        return _store.put(file, documents.render(self, file))

    def __repr__(self) -> str:
        return "\n".join([*self._lines(self.cover), "", self.text]).lstrip() if self.cover else self.text

    def _repr_html_(self) -> str:
        from ivplus_tools.documents import html

        return html.body(self)


def headed(section: Section) -> str:
    """A section's number and title; letters have neither everywhere."""
    return re.sub(r"^ +| +$", "", f"{section.number} {section.title}")
