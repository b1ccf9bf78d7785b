"""Builds the registers of `registers.toml` into a folder: `make_registers.py FOLDER [--check]`. The same bytes every time."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import docx
import openpyxl
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

HERE = Path(__file__).parent
SEPARATORS = {"tab": "\t", "pipe": "|", "semicolon": ";", "comma": ","}
STAMP = (2025, 1, 2, 3, 4, 6)
DAY = dt.datetime(*STAMP, tzinfo=dt.UTC).replace(tzinfo=None)
MARKS = re.compile(r"\{([-+?!~])(.*?)\1\}", re.S)


def cells(text: str) -> list[list[str]]:
    """One row a line, `¦` between cells, `⏎` a line break inside a cell, `⇒` the next line."""
    text = text.replace(" ⇒ ", "\n")
    rows = [] if not text.strip("\n") else text.strip("\n").split("\n")
    return [[cell.strip().replace("⏎", "\n") for cell in row.split("¦")] for row in rows]


def value_of(cell: str) -> Any:
    """`d:` a date, `n:` a number."""
    if cell.startswith("d:"):
        return dt.date.fromisoformat(cell[2:])
    if cell.startswith("n:"):
        return int(cell[2:])
    return cell or None


# Excel


def fill_sheet(sheet: Any, plan: dict[str, Any], cached: dict[str, str]) -> None:
    """The cells of one sheet; `cached` takes the results of formulas (`=FORMULA=>result`)."""
    rows = cells(plan["rows"])
    owner: dict[tuple[int, int], tuple[int, int]] = {}
    for r, row in enumerate(rows, start=1):
        for c, raw in enumerate(row, start=1):
            if raw in ("^", "<"):
                first = (r - 1, c) if raw == "^" else (r, c - 1)
                owner[r, c] = owner.get(first, first)
                continue
            cell = sheet.cell(r, c)
            text, _, result = raw.removeprefix("~~").partition("=>")
            if result:
                cached[cell.coordinate] = result
            cell.value = value_of(text)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.font = Font(bold=r in plan.get("bold", []), strike=raw.startswith("~~"))
            if r in plan.get("bold", []):
                cell.fill = PatternFill("solid", fgColor="FFDDE8D0")
    spans: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for place, first in owner.items():
        spans.setdefault(first, [first]).append(place)
    for (r, c), places in spans.items():
        sheet.merge_cells(start_row=r, start_column=c, end_row=max(p[0] for p in places), end_column=max(p[1] for p in places))
    for c in range(1, max(map(len, rows)) + 1):
        sheet.column_dimensions[get_column_letter(c)].width = plan.get("width", 26)


def write_xlsx(spec: dict[str, Any], target: Path) -> None:
    """A workbook of `[[file.sheet]]`: `rows`, `bold`, `hide_rows`, `hide_columns`, `hidden`, `freeze`, `note`, `width`."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    cached: dict[str, dict[str, str]] = {}
    for number, plan in enumerate(spec["sheet"], start=1):
        sheet = book.create_sheet(plan["name"])
        fill_sheet(sheet, plan, cached.setdefault(f"xl/worksheets/sheet{number}.xml", {}))
        for row_number in plan.get("hide_rows", []):
            sheet.row_dimensions[row_number].hidden = True
        for letter in plan.get("hide_columns", []):
            sheet.column_dimensions[letter].hidden = True
        if plan.get("hidden"):
            sheet.sheet_state = "hidden"
        if "freeze" in plan:
            sheet.freeze_panes = plan["freeze"]
        if "note" in plan:
            place, text = plan["note"]
            sheet[place].comment = Comment(text, "")
    book.properties.creator = ""
    book.properties.created = book.properties.modified = DAY
    raw_book = io.BytesIO()
    book.save(raw_book)

    def patch(name: str, body: bytes) -> bytes:
        text = body.decode() if cached.get(name) else ""
        for place, result in cached.get(name, {}).items():
            kind = ' t="e"' if result.startswith("#") else "" if result.isdigit() else ' t="str"'
            pattern = rf'<c r="{place}"((?: s="\d+")?)[^>]*>(<f>.*?</f>)<v\s*/?>(?:</v>)?</c>'
            text, count = re.subn(pattern, rf'<c r="{place}"\1{kind}>\2<v>{result}</v></c>', text)
            if count != 1:
                raise ValueError(name, place)
        return text.encode() or body

    settle(raw_book.getvalue(), target, patch)


# Word


def run(paragraph: Any, text: str, *, bold: bool = False, strike: bool = False) -> Any:
    """One run of text."""
    piece = paragraph.add_run(text)
    piece.bold = bold or None
    piece.font.strike = strike or None
    return piece


def fill(paragraph: Any, text: str, *, bold: bool = False) -> None:
    """`{-taken out-}` and `{+put in+}` are tracked changes, `{?prompt?}` an untouched and `{!chosen!}` a used drop-down, `{~struck~}`."""
    place = 0
    for found in MARKS.finditer(text):
        if found.start() > place:
            run(paragraph, text[place : found.start()], bold=bold)
        place = found.end()
        mark, inner = found.groups()
        piece = run(paragraph, inner, strike=mark == "~")
        if mark in "-+":
            change = OxmlElement("w:del" if mark == "-" else "w:ins")
            for key, value in (("w:id", str(900 + found.start())), ("w:author", ""), ("w:date", "2025-01-02T03:04:06Z")):
                change.set(qn(key), value)
            piece._r.addprevious(change)
            change.append(piece._r)
            if mark == "-":
                for node in change.iter(qn("w:t")):
                    node.tag = qn("w:delText")
        elif mark in "?!":
            box, traits, body = OxmlElement("w:sdt"), OxmlElement("w:sdtPr"), OxmlElement("w:sdtContent")
            if mark == "?":
                traits.append(OxmlElement("w:showingPlcHdr"))
            traits.append(OxmlElement("w:dropDownList"))
            piece._r.addprevious(box)
            box.append(traits)
            box.append(body)
            body.append(piece._r)
    if place < len(text):
        run(paragraph, text[place:], bold=bold)


def add_table(document: Any, rows: list[list[str]], *, head: bool) -> None:
    """A table; without a heading row its first column is bold."""
    table = document.add_table(rows=len(rows), cols=max(map(len, rows)), style="Table Grid")
    for r, row in enumerate(rows):
        for c, raw in enumerate(row):
            if raw in ("^", "<"):
                continue
            lines = raw.split("\n")
            cell = table.cell(r, c)
            for number, line in enumerate(lines):
                paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
                fill(paragraph, line, bold=(head and r == 0) or (not head and c == 0 and len(row) > 1))
    for r, row in enumerate(rows):
        for c, raw in enumerate(row):
            if raw == "^":
                table.cell(r - 1, c).merge(table.cell(r, c))
            elif raw == "<":
                table.cell(r, c - 1).merge(table.cell(r, c))


STYLES = {"### ": "Heading 2", "## ": "Heading 1", "# ": "Title", "- ": "List Bullet"}


def add_text(document: Any, line: str) -> None:
    """A paragraph, a heading or a point of a list."""
    mark = next((mark for mark in STYLES if line.startswith(mark)), "")
    text = line.removeprefix(mark)
    paragraph = document.add_paragraph(style=STYLES.get(mark))
    for number, part in enumerate(text.removeprefix("** ").split("⏎")):
        if number:
            paragraph.add_run().add_break()
        fill(paragraph, part, bold=text.startswith("** "))


def write_docx(spec: dict[str, Any], target: Path) -> None:
    """Text by the beginning of its lines.

    `# ` title, `## ` and `### ` headings, `** ` a bold line as a heading, `- ` a list, `| ` a table with a heading row,
    `: ` a form of two columns, `---` a new page; other lines are paragraphs.
    """
    document = docx.Document()
    section = document.sections[0]
    if spec.get("landscape"):
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = section.page_height, section.page_width
    if "header" in spec:
        section.header.paragraphs[0].text = spec["header"]
    if "footer" in spec:
        section.footer.paragraphs[0].text = spec["footer"]
    lines = spec["docx"].replace(" ⇒ ", "\n").strip("\n").split("\n")
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        if line[:2] in ("| ", ": "):
            rows = [line]
            while at < len(lines) and lines[at][:2] == line[:2]:
                rows.append(lines[at])
                at += 1
            add_table(document, cells("\n".join(row[2:] for row in rows)), head=line[0] == "|")
        elif line == "---":
            document.add_page_break()
        elif not line:
            document.add_paragraph("")
        else:
            add_text(document, line)
    traits = document.core_properties
    traits.author = traits.comments = traits.last_modified_by = traits.title = traits.keywords = ""
    traits.created = traits.modified = DAY
    traits.revision = 1
    raw = io.BytesIO()
    document.save(raw)
    settle(raw.getvalue(), target, lambda _name, body: body)


def settle(raw: bytes, target: Path, patch: Any) -> None:
    """The same archive with one fixed time, and no name of a program in it."""
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            body = patch(name, old.read(name))
            if name == "docProps/core.xml":
                body = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2025-01-02T03:04:06Z", body)
            if name == "docProps/app.xml":
                body = re.sub(rb"<(Application|AppVersion)>[^<]*</\1>", b"", body)
            info = zipfile.ZipInfo(name, STAMP)
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, body)


# CSV


def write_csv(spec: dict[str, Any], target: Path) -> None:
    """Text as `written` says: sep, encoding, newline, quote."""
    text = io.StringIO(newline="")
    plan = spec["written"]
    quoting = csv.QUOTE_ALL if plan.get("quote") == "all" else csv.QUOTE_MINIMAL
    separator = SEPARATORS[plan["sep"]]
    end = "\r\n" if plan.get("newline") == "crlf" else "\n"
    for line in spec.get("first", []):
        text.write(line + end)
    csv.writer(text, delimiter=separator, quoting=quoting, lineterminator=end).writerows(cells(spec["csv"]))
    target.write_bytes(text.getvalue().encode(plan["encoding"]))


# Checks: every file opens, and every word that is expected stands in it


def text_of(spec: dict[str, Any], path: Path) -> str:
    """All text of a built file."""
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        openpyxl.load_workbook(path, data_only=True)
        values = [str(c.value) for s in book for row in s.iter_rows() for c in row if c.value is not None]
        return "\n".join([*book.sheetnames, *values])
    if path.suffix == ".docx":
        document = docx.Document(str(path))
        texts = (qn("w:t"), qn("w:delText"))
        section = document.sections[0]
        parts = [document.element.body, section.header._element, section.footer._element]
        lines = ["".join(n.text or "" for n in p.iter(*texts)) for part in parts for p in part.iter(qn("w:p"))]
        return "\n".join(lines)
    content = path.read_bytes().decode(spec["written"]["encoding"])
    rows = list(csv.reader(io.StringIO(content, newline=""), delimiter=SEPARATORS[spec["written"]["sep"]]))
    widths = {len(row) for row in rows[len(spec.get("first", [])) :] if row}
    if not spec.get("ragged") and len(widths) != 1:
        raise ValueError(path.name, widths)
    return "\n".join(cell for row in rows for cell in row)


def check(spec: dict[str, Any], path: Path) -> list[str]:
    """Expected words that the file does not hold."""
    seen = re.sub(r"\s+", " ", text_of(spec, path)).casefold()
    wrong = []

    def there(words: list[str], what: str) -> None:
        missing = [word for word in words if not any(part.casefold() in seen for part in word.split("|"))]
        wrong.extend(f"{path.name}: {what}: {word!r} is not in the file" for word in missing)

    there(spec.get("unknown", []), "unknown")
    there(spec.get("never", []), "never")
    activities = spec.get("activity", [])
    if spec["count"] != len(activities):
        wrong.append(f"{path.name}: count {spec['count']}, {len(activities)} activities")
    every = spec.get("every", {})
    for activity in [every, *activities]:
        for field, words in activity.get("has", {}).items():
            there(words, f"{activity.get('title')}.{field}")
        there([pair[0] for pair in activity.get("pair", [])], "pair")
        if activity is not every:
            there([activity["title"]], "title")
    return wrong


def main(folder: Path, *, checking: bool) -> int:
    """Builds all, and checks when asked."""
    specs = tomllib.loads((HERE / "registers.toml").read_text(encoding="utf-8"))["file"]
    folder.mkdir(parents=True, exist_ok=True)
    wrong: list[str] = []
    for spec in specs:
        target = folder / spec["name"]
        {".xlsx": write_xlsx, ".docx": write_docx, ".csv": write_csv}[target.suffix](spec, target)
        wrong += check(spec, target) if checking else []
    sys.stdout.write("\n".join([*wrong, f"{len(specs)} files in {folder}", ""]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), checking="--check" in sys.argv))
