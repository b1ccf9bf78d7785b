"""Word by python-docx: real headings, tables with a repeated heading row, the language of every run, seal and page in the footer."""

from __future__ import annotations

import copy
import io
from collections.abc import Sequence
from typing import Any

from ivplus_tools.documents.document import Document, Line, Section, headed

LOCALES = {"fi": "fi-FI", "sv": "sv-FI", "en": "en-GB"}
WIDTHS = (2.8, 4.6, 9.0)  # centimetres


def render(document: Document) -> bytes:
    """The document as .docx."""
    import docx
    from docx.shared import Cm, Pt

    made = docx.Document()
    made.core_properties.title = document.title
    made.core_properties.language = LOCALES[document.lang]
    made.core_properties.author = ""
    made.core_properties.comments = ""
    style = made.styles["Normal"]
    style.font.name, style.font.size = "Calibri", Pt(10)
    _speak(style.element.get_or_add_rPr(), document.lang)
    page = made.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2.2)
    _foot(page.footer.paragraphs[0], document.footer)
    patterns = _Patterns(made, document.heads)
    if document.cover:
        _write(made, patterns, document.cover)
        made.add_paragraph().paragraph_format.page_break_before = True
    made.add_heading(document.title, 0)
    _write(made, patterns, document.sections)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _write(made: Any, patterns: _Patterns, sections: Sequence[Section]) -> None:
    """Headings, paragraphs and tables in their order."""
    for section in sections:
        if headed(section):
            patterns.heading(headed(section), section.level)
        if section.said:
            made.add_paragraph(section.said)
        if section.lines:
            patterns.table(section.lines)
        if section.rows:
            _grid(made, section.rows)


def _speak(properties: Any, lang: str) -> None:
    """Say the language of a style, for spelling and for screen readers."""
    from docx.oxml.ns import qn
    from docx.oxml.parser import OxmlElement

    for old in properties.findall(qn("w:lang")):
        properties.remove(old)
    said = OxmlElement("w:lang")
    said.set(qn("w:val"), LOCALES[lang])
    properties.append(said)


def _foot(paragraph: Any, text: str) -> None:
    """The footer's text and the number of the page."""
    from docx.oxml.ns import qn
    from docx.oxml.parser import OxmlElement
    from docx.shared import Pt

    run = paragraph.add_run(f"{text} · " if text else "")
    run.font.size = Pt(7)
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)


class _Patterns:
    """Headings and tables as copies of the first of their kind: python-docx looks every style and cell up anew, and a register is long."""

    def __init__(self, made: Any, heads: tuple[str, str, str]) -> None:
        self._body, self._headings = made.element.body, {}
        for level in (1, 2, 3):
            paragraph = made.add_heading("-", level)
            self._headings[level] = paragraph._p
            self._body.remove(paragraph._p)
        self._table = _table(made, heads)
        self._body.remove(self._table._tbl)

    def heading(self, text: str, level: int) -> None:
        """Add a heading."""
        from docx.text.paragraph import Paragraph

        made = copy.deepcopy(self._headings[level])
        Paragraph(made, self._table).runs[0].text = text
        self._add(made)

    def table(self, lines: Sequence[Line]) -> None:
        """Add a table with a row per line."""
        made = copy.deepcopy(self._table._tbl)
        pattern = made.tr_lst[1]
        made.remove(pattern)
        for line in lines:
            row = copy.deepcopy(pattern)
            for element, text, bold in zip(row.tc_lst, (line.rule, line.label, line.text), (False, False, line.blank), strict=True):
                self._fill(element.p_lst[0].r_lst[0], text, bold)
            made.append(row)
        self._add(made)

    def _fill(self, run: Any, text: str, bold: bool) -> None:
        if "\n" in text or "\t" in text:
            run.text = text
        else:
            run.t_lst[0].text = text  # at once, where python-docx goes sign by sign
        if bold:
            run.get_or_add_rPr().append(_element("w:b"))

    def _add(self, element: Any) -> None:
        self._body.insert(len(self._body) - 1, element)  # before the page's own properties, which stand last


def _table(made: Any, heads: tuple[str, str, str]) -> Any:
    """A heading row that repeats on every page, and a row to copy."""
    from docx.shared import Cm, Pt

    table = made.add_table(rows=2, cols=3, style="Table Grid")
    table.autofit = False
    table.rows[0]._tr.get_or_add_trPr().append(_element("w:tblHeader"))
    table.rows[1]._tr.get_or_add_trPr().append(_element("w:cantSplit"))
    for row in table.rows:
        for cell, text, width in zip(row.cells, heads, WIDTHS, strict=True):
            run = cell.paragraphs[0].add_run(text)
            run.bold = True if row._tr is table.rows[0]._tr else None
            cell.paragraphs[0].paragraph_format.space_before = cell.paragraphs[0].paragraph_format.space_after = Pt(2)
            cell.width = Cm(width)
    for column, width in zip(table.columns, WIDTHS, strict=True):
        column.width = Cm(width)
    return table


def _grid(made: Any, rows: Sequence[Sequence[str]]) -> None:
    """A table of any width; its first row repeats on every page."""
    table = made.add_table(rows=0, cols=len(rows[0]), style="Table Grid")
    for place, row in enumerate(rows):
        added = table.add_row()
        added._tr.get_or_add_trPr().append(_element("w:cantSplit"))  # a line to sign stays with who signs
        for cell, text in zip(added.cells, row, strict=True):
            cell.paragraphs[0].add_run(text).bold = place == 0 or None
    table.rows[0]._tr.get_or_add_trPr().append(_element("w:tblHeader"))


def _element(name: str) -> Any:
    from docx.oxml.parser import OxmlElement

    return OxmlElement(name)
