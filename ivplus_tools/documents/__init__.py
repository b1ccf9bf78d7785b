"""Documents out: one neutral document as HTML, Markdown, Word, PDF/A or the draft of a mail. Every reader gets the same text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ivplus_tools import _words
from ivplus_tools.documents import docx, html, mail, markdown, pdf
from ivplus_tools.documents.document import Document, Line, Section
from ivplus_tools.documents.writer import Writer

WRITERS: dict[str, Callable[[Document], bytes]] = {
    ".docx": docx.render, ".html": html.render, ".md": markdown.render, ".pdf": pdf.render, ".eml": mail.render,
}  # fmt: skip
__all__ = ["WRITERS", "Document", "Line", "Section", "Writer", "render"]


def render(document: Document, path: Path) -> bytes:
    """The bytes of a document in the format of the path's ending."""
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        raise _words.refusal("unknown_format", got=path.suffix)
    return writer(document)
