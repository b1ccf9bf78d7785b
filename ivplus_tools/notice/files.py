"""A notice from a file: HTML, Markdown, Word, plain text, PDF; what could not be read of it is told."""

from __future__ import annotations

import hashlib
import io
import logging
import re
import zipfile
from collections.abc import Iterable
from pathlib import Path

from ivplus_tools import _words
from ivplus_tools.exchange import limits, outline, pages, sources, texts, word
from ivplus_tools.notice import page
from ivplus_tools.notice.page import OTHER_LANGUAGE, Page

FRAMES = re.compile(r"<(?:iframe|object|embed|canvas)\b[^>]*", re.IGNORECASE)


def read(path: Path, lang: str | None = None) -> Page:
    """A page from a file: HTML, Markdown, Word, plain text, PDF. What holds no notice at all is refused in one line."""
    content = sources.read_bytes(path)
    made = _of_bytes(path, content)
    made.digest = hashlib.sha256(content).hexdigest()
    if sum(map(str.isalpha, made.text)) < page.SHORTEST_PAGE:
        raise _words.refusal("no_notice", path=path.name)
    if not made.declared and (found := re.search(r"(?:^|[._/-])(fi|sv|en)(?=[._/-])", path.name.lower())):
        made.declared = found[1]
    told = page.languages(made.text)
    made.langs = (_words.language(lang),) if lang else told
    if lang and lang not in told:  # nothing of a page in another language is missing for that
        made.unread.append((OTHER_LANGUAGE, "–"))
    return made


def _of_bytes(path: Path, content: bytes) -> Page:
    """A page by what its bytes are."""
    if content.startswith(texts.PDF):
        return page.text_page(path.name, *_pdf(content, path.name))
    if content.startswith(texts.ZIP):
        return _parts_page(path.name, _docx(content, path.name))
    text = texts.decoded(content, path.name)
    if not pages.is_html(text):
        return page.text_page(path.name, text, [])
    try:
        made = _parts_page(path.name, pages.document(text, limits.Meter(path.name)))
    except RecursionError:
        raise _words.refusal("unknown_shape", path=path.name, reason="HTML") from None
    made.raw = text
    made.unread += [("frame", found[0][:200]) for found in FRAMES.finditer(text)]
    found = re.search(r"<html[^>]*\blang\s*=\s*[\"']?([a-z]{2})", text[:4096], re.IGNORECASE)
    made.declared = found[1].lower() if found else ""
    return made


def _parts_page(name: str, document: outline.Document) -> Page:
    """A page of headings, paragraphs and tables, laid out as Markdown: a published text is read again as it was read first."""
    laid = [line for part in document.parts for line in _laid(part)]
    margins = [" ".join(told.split()) for key, told in document.told if key == "doc_margins"]
    unread = [(key, told) for key, told in document.told if key != "doc_margins"]
    text = "\n".join([*laid, *(f"\n# –\n\n{one}" for one in margins)])
    return page.text_page(name, re.sub(r"\n{3,}", "\n\n", text).strip(), unread)


def _laid(part: outline.Part) -> Iterable[str]:
    """A part as lines."""
    if isinstance(part, outline.Heading):
        return [f"\n{'#' * min(max(part.level, 1), 6)} {' '.join(part.text.split())}\n"]
    if isinstance(part, outline.Prose):
        lines = [" ".join(one.split()) for one in part.text.translate(page.LIGATURES).split("\n") if one.strip()]
        return [f"- {line}" for line in lines] if part.item else ["", *lines, ""]
    return ["", *("| " + " | ".join(" ".join(cell.split()) for cell in row) + " |" for row in part.rows if any(map(str.strip, row))), ""]


def _docx(content: bytes, name: str) -> outline.Document:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return word.docx(packed, limits.Meter(name))
    except (zipfile.BadZipFile, KeyError):
        raise _words.refusal("unknown_shape", path=name, reason="docx") from None


def _pdf(content: bytes, name: str) -> tuple[str, list[tuple[str, str]]]:
    """The text of a PDF, and the pages that have none."""
    try:
        import pypdf
        from pypdf.errors import PyPdfError
    except ImportError:
        raise _words.refusal("no_pypdf", path=name) from None

    logging.getLogger("pypdf").setLevel(logging.ERROR)
    found, silent = [], []
    try:
        for number, one in enumerate(pypdf.PdfReader(io.BytesIO(content)).pages, start=1):
            told = one.extract_text()
            found.append(told)
            if not told.strip() or "\ufffd" in told or (len(told) < page.SHORTEST_PAGE and "/XObject" in (one.get("/Resources") or {})):
                silent.append(("pdf_page", str(number)))
    except (PyPdfError, ValueError, KeyError, RecursionError) as error:
        raise _words.refusal("unknown_shape", path=name, reason=f"PDF: {type(error).__name__}") from None
    text = "\n\n".join(found).translate(page.LIGATURES)
    return re.sub(r"(?<=[a-zåäö,])[ \t]*\n(?=[a-zåäö(])", " ", text), silent
