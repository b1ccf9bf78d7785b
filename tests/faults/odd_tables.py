"""Odd tables by seed, and a slow reference for what is overdue; `odd_tables.py SEED` shows one."""

import datetime as dt
import json
import random
import re
import sqlite3
import sys
import tempfile
import unicodedata
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

HELSINKI = ZoneInfo("Europe/Helsinki")
SENTINELS = ["1900-01-01", "1970-01-01", "9999-12-31", "0001-01-01", "1753-01-01"]
MARKS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
COUNTS = ("total", "no_start", "unreadable", "sentinel", "no_key", "doubtful", "overdue", "held")


class Unanswerable(Exception):
    """The table has no one meaning: to refuse it is the only right answer."""


@dataclass
class Table:
    """A table of a seed: its columns, what the rule and the holds say, and its bytes or its SQL."""

    seed: int
    kind: str
    form: str
    plain: bool
    today: dt.date
    name: str = "t"
    key: str = "customer"
    start: str = "ended"
    delimiter: str = ","
    formats: list[str] = field(default_factory=lambda: ["ISO"])
    no_start_days: list[str] = field(default_factory=list)
    holds: list[str] = field(default_factory=list)
    collation: str = "BINARY"
    content: bytes = b""
    script: list[tuple[str, tuple]] = field(default_factory=list)

    def write(self, folder: Path) -> Path:
        """Write the table into a folder; its path."""
        path = folder / ("t.sqlite" if self.form == "sqlite" else f"{self.name}.{self.form}")
        if self.form != "sqlite":
            path.write_bytes(self.content)
            return path
        with closing(sqlite3.connect(path)) as con, con:
            for statement, values in self.script:
                con.execute(statement, values)
        return path

    def __str__(self):
        names = ["key", "start", "delimiter", "formats", "no_start_days", "holds", "collation"]
        told = ", ".join(f"{name} {getattr(self, name)!r}" for name in ["name", *names])
        plain = "plain" if self.plain else "odd"
        return f"seed {self.seed} ({self.kind}, {plain}, {self.today}): {told}"


# ---- The reference


class Piece(NamedTuple):
    """A row with its key and start as stored; or what is no row: a header, a blank line."""

    row: bool
    key: Any
    start: Any
    raw: Any


class Answer(NamedTuple):
    """The counts, the keys of overdue rows, what stays, and how many headers are repeated."""

    counts: dict[str, int]
    keys: list
    left: list
    unseen: bool
    headers: int


def decoded(content):
    """The mark at the beginning, the text, and the encoding that gives these bytes again."""
    for mark, codec in MARKS.items():
        if content.startswith(mark):
            return mark, content[len(mark) :].decode(codec), codec
    try:
        return b"", content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return b"", content.decode("cp1252"), "cp1252"


def quoted(text, at):
    """The value of a field in quotes that opens at a place, and the place after it."""
    value = ""
    while True:
        end = text.find('"', at + 1)
        if end < 0:
            raise Unanswerable("a quote is never closed")
        value += text[at + 1 : end]
        at = end + 1
        if not text.startswith('"', at):
            return value, at
        value += '"'


def records(text, delimiter):
    """The records of a CSV text, each as fields and as written; only a first quote is special."""
    found, at, stop = [], 0, re.compile(rf"[{re.escape(delimiter)}\r\n]|\Z")
    while at < len(text):
        begin, fields = at, []
        while True:
            value, at = quoted(text, at) if text.startswith('"', at) else ("", at)
            end = stop.search(text, at).start()
            fields.append(value + text[at:end])
            at = end
            if not text.startswith(delimiter, at):
                break
            at += 1
        at += 2 if text.startswith("\r\n", at) else 1
        found.append((fields, text[begin:at]))
    return found


def csv_pieces(table, path):
    """Blank lines and what is above the header are no rows; a short row lacks its last fields."""
    mark, text, codec = decoded(path.read_bytes())
    pieces, header = [Piece(False, None, None, mark)], None
    for fields, chunk in records(text, table.delimiter):
        raw = chunk.encode(codec)
        if fields == [""]:
            pieces.append(Piece(False, None, None, raw))
        elif table.key in fields and table.start in fields:
            pieces.append(Piece(False, "header", None, raw))
            header = fields
        elif header is None:
            pieces.append(Piece(False, None, None, raw))
        else:
            pairs = list(zip(header, fields, strict=False))
            pieces.append(Piece(True, the_one(pairs, table.key), the_one(pairs, table.start), raw))
    return pieces


def the_one(pairs, name):
    """The value of a name; two different ones have no meaning."""
    found = [value for other, value in pairs if other == name]
    if any(value != found[0] for value in found):
        raise Unanswerable(f"{name} has two values")
    return found[0] if found else None


class Pairs(list):
    """A JSON object as it was written."""


def jsonl_pieces(table, path):
    """A line is a row; a number is as written, and what is no object has no key and no start."""
    mark, text, codec = decoded(path.read_bytes())
    pieces = [Piece(False, None, None, mark)]
    for line in re.findall(r"[^\n]*\n|[^\n]+\Z", text):
        raw = line.encode(codec)
        if not line.strip(" \t\r\n"):
            pieces.append(Piece(False, None, None, raw))
            continue
        try:
            found = json.loads(line, object_pairs_hook=Pairs, parse_int=str)
        except ValueError:
            raise Unanswerable("a line is no JSON") from None
        pairs = found if isinstance(found, Pairs) else []
        pieces.append(Piece(True, the_one(pairs, table.key), the_one(pairs, table.start), raw))
    return pieces


def sqlite_pieces(table, path):
    """The rows of the table, in the order of their first column."""
    with closing(sqlite3.connect(path)) as con:
        quoted_name = '"' + table.name.replace('"', '""') + '"'
        cursor = con.execute(f"SELECT * FROM {quoted_name}")
        names = [one[0] for one in cursor.description]
        rows = sorted(cursor.fetchall(), key=lambda row: row[0])
    key, start = names.index(table.key), names.index(table.start)
    return [Piece(True, row[key], row[start], row) for row in rows]


PIECES = {"csv": csv_pieces, "jsonl": jsonl_pieces, "sqlite": sqlite_pieces}
CLOCK, OFFSET = r"(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?", r"(?:(Z)|([+-])(\d\d)(?::?(\d\d))?)"
ISO = re.compile(rf"(\d{{4}}-\d\d-\d\d)(?:[ T]{CLOCK}{OFFSET}?)?", re.ASCII)
FINNISH = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)


def iso(text):
    """The day of an ISO text: in Helsinki where it has an offset, else as written."""
    found = ISO.fullmatch(text)
    if not found:
        return None
    day, clock, z, sign, hours, minutes = found.groups()
    if not z and not sign:
        return dt.date.fromisoformat(day)
    offset = dt.timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    zone = dt.timezone(-offset if sign == "-" else offset)
    moment = dt.datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=zone)
    return moment.astimezone(HELSINKI).date()


def finnish(text):
    """The day of a Finnish date."""
    found = FINNISH.fullmatch(text)
    return found and dt.date(int(found[3]), int(found[2]), int(found[1]))


def number_day(unit):
    """A reader of numbers of days or seconds: after 1970, or Excel's."""

    def read(text):
        if not re.fullmatch("-?[0-9]+", text):
            return None
        if unit == "excel":
            return dt.date(1899, 12, 30) + dt.timedelta(days=int(text))
        seconds = int(text) / (1000 if unit == "epoch_ms" else 1)
        moment = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=seconds)
        return moment.astimezone(HELSINKI).date()

    return read


def compact(text):
    """The day of eight digits."""
    found = re.fullmatch("([0-9]{4})([0-9]{2})([0-9]{2})", text)
    return found and dt.date(*map(int, found.groups()))


READERS = {"ISO": iso, "d.M.yyyy": finnish, "yyyymmdd": compact}
READERS |= {unit: number_day(unit) for unit in ("epoch_s", "epoch_ms", "excel")}


def state(value, table):
    """What a start says: empty, unreadable, no_start (as declared), sentinel, past or kept."""
    text = "" if value is None else str(value).strip(" ")
    if not text:
        return "empty"
    day = None
    for one in table.formats:
        try:
            day = day or READERS[one](text)
        except ValueError:
            continue
    if day is None:
        return "unreadable"
    if day.isoformat() in table.no_start_days:
        return "no_start"
    if day.isoformat() in SENTINELS or day.year < 1900:
        return "sentinel"
    kept_through = (day.year + 3, day.month, 28 if (day.month, day.day) == (2, 29) else day.day)
    today = (table.today.year, table.today.month, table.today.day)
    return "past" if kept_through < today else "kept"


def same(key, hold, table):
    """Whether a stored key is the held subject, by the type and collation of its column."""
    if isinstance(key, int | float):
        number = re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", hold)
        return bool(number) and key == (float(hold) if "." in hold else int(hold))
    if table.form != "sqlite":
        return key in (hold, hold.rstrip(" "))
    if table.collation == "NOCASE":
        lower = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
        return key.translate(lower) == hold.translate(lower)
    return key.rstrip(" ") == hold.rstrip(" ") if table.collation == "RTRIM" else key == hold


def almost(key, hold):
    """Whether a reader could take a stored key for the held subject: but for blanks, case, composition and signs that are not seen."""
    if not isinstance(key, str):
        return False
    one, other = (unicodedata.normalize("NFKC", text).casefold() for text in (key, hold))
    one, other = ("".join(sign for sign in text if unicodedata.category(sign)[0] not in "CZ") for text in (one, other))
    return one == other


def answer(table, path):
    """What is true of the table that lies at a path."""
    pieces = PIECES[table.form](table, path)
    headers = [piece for piece in pieces if not piece.row and piece.key == "header"]
    counts, keys, left, seen = dict.fromkeys(COUNTS, 0), [], [], set()
    for piece in pieces:
        if not piece.row:
            left.append(piece.raw)
            continue
        keyless = piece.key in (None, "")
        holding = {hold for hold in table.holds if not keyless and same(piece.key, hold, table)}
        seen |= holding
        doubtful = not keyless and not holding and any(almost(piece.key, hold) for hold in table.holds)
        what = state(piece.start, table)
        held = what == "past" and bool(holding or doubtful or (keyless and table.holds))
        overdue = what == "past" and not held
        counts["total"] += 1
        counts["no_start"] += what in ("empty", "unreadable", "no_start")
        counts["unreadable"] += what == "unreadable"
        counts["sentinel"] += what == "sentinel"
        counts["no_key"] += keyless
        counts["doubtful"] += doubtful
        counts["overdue"] += overdue
        counts["held"] += held
        keys.extend([piece.key] if overdue else [])
        left.extend([] if overdue else [piece.raw])
    return Answer(counts, keys, left, seen != set(table.holds), max(0, len(headers) - 1))


# ---- The generator

KEYS = ["K1", "K2", "K3", "k1", "007", "7", "7.0", "1e3", "NULL", "NaN", "true", "O'Brien", "0"]
KEYS += ["#1", "=1+1", "Ström", "š€"]
ODD_KEYS = ["K1 ", " K1", "K1  ", 'say "x"', "A,B", "A;B", "A|B", "A\tB", "a\\", "two\nlines"]
ODD_KEYS += ["M\u00e4ki", "Ma\u0308ki", "日本", "K%", "\\N"]
NOTES = ["", "x", " x ", 'say "hi"', "a,b", "a;b|c\td", "two\nlines", "cr\rcrlf\r\n.", "€ š"]
NOTES += ["back\\", '\\"', '""', "# no comment", "'a", "2015-01-01", "K1", "NULL", "5 000,00", "{"]
NOTES += ["form\x0c\x0bfeed", "next\x85line \u2028 \u2029", "[1]", "-- x"]
JUNK = ["kesken", "NULL", "2015-01-01 until further notice", "2015-01-01/2030-12-31", "2015-1-1"]
JUNK += ["2015-02-30", "2015-13-01", "2015-01-01T", "2015-01-01 12", "2015-01-01x", "1/2/2015"]
JUNK += ["２０１５-01-01", "2015-01-01\n2030-01-01", "2015/01/01", "1.1.15", "31.2.2015", "today"]
JUNK += ["2015-01-01  12:00", "2015-W01-1", "infinity", "epoch", "-2015-01-01", "12015-01-01"]
JUNK += ["2015-01-01 BC", "2015", "20151301"]
UNDECLARED = {"d.M.yyyy": "31.12.2015", "ISO": "2015-01-01", "yyyymmdd": "20150101"}
NUMBER_JUNK = ["kesken", "NULL", "1420070400x", "12 000", "0x1F", "NaN", "1,5", "--"]
TEXT_FORMATS = [["ISO", "d.M.yyyy"], ["d.M.yyyy", "ISO"], ["yyyymmdd"], ["ISO", "yyyymmdd"]]
NUMBER_FORMATS = [["yyyymmdd"], ["epoch_s"], ["epoch_ms"], ["excel"], ["ISO", "epoch_s"]]
OFFSETS = ["Z", "+02", "+03:00", "+0300", "-05:00", "-0500", "+14:00", "+05:30", "-09"]
CLOCKS = ["00:00", "12:30", "20:59", "21:00", "21:59", "22:00", "23:59"]
SECONDS = ["", ":00", ":59", ":59.9", ":00.000", ":59.999999999"]


def written(rng, day, one):
    """A day as a format writes it; numbers of seconds lie in the middle of the day."""
    if one == "d.M.yyyy":
        bare = f"{day.day}.{day.month}.{day.year:04}"
        return rng.choice([bare, f"{day.day:02}.{day.month:02}.{day.year:04}"])
    if one == "yyyymmdd":
        return day.isoformat().replace("-", "")
    if one == "excel":
        return str((day - dt.date(1899, 12, 30)).days)
    if one.startswith("epoch"):
        noon = (day - dt.date(1970, 1, 1)).days * 86400 + rng.randrange(4, 20) * 3600
        return str(noon * 1000 + rng.choice([0, 999]) if one == "epoch_ms" else noon)
    if day.isoformat() in SENTINELS:
        return day.isoformat() + rng.choice(["", "", " 00:00:00", "T00:00:00.000", "T00:00:00Z"])
    clock = rng.choice(CLOCKS) + rng.choice(SECONDS)
    clock += rng.choice(["", "", *OFFSETS]) if day.year > 1921 else ""
    return day.isoformat() + rng.choice(["", "", f" {clock}", f"T{clock}"])


def a_day(rng, table):
    """A day that tells right from wrong: around the edge, in leap years, far away, or any."""
    edge = dt.date(table.today.year - 3, table.today.month, table.today.day)
    edge += dt.timedelta(days=rng.randrange(-2, 3))
    leap = dt.date(rng.choice([2016, 2020, 2024]), 2, 28) + dt.timedelta(days=rng.randrange(3))
    far = rng.choice(["1900-01-02", "1969-12-31", "1970-01-02", "2036-02-07", "9998-05-05"])
    far = dt.date.fromisoformat("1969-12-31" if "excel" in table.formats else far)
    anyone = dt.date(2010, 1, 1) + dt.timedelta(days=rng.randrange(6000))
    return rng.choice([edge, edge, leap, far, anyone, anyone, anyone])


def start_text(rng, table):
    """The text of a start: a day, a sentinel, nothing or junk."""
    form, chance = rng.choice(table.formats), rng.random()
    numbers = bool({"epoch_s", "epoch_ms", "excel"} & set(table.formats))
    if chance < 0.1:
        return rng.choice(["", "", "  "])
    if chance < 0.2:
        others = [UNDECLARED[one] for one in UNDECLARED if one not in table.formats]
        return rng.choice(NUMBER_JUNK + others[:-1] if numbers else JUNK + others * 2)
    if chance < (0.7 if "sentinels" in table.kind else 0.3):
        early = [] if numbers else ["1899-12-31", "1753-01-01", "0001-01-01", "1600-02-29"]
        early += [] if form == "excel" else ["1900-01-01"]
        day = rng.choice(["1970-01-01", "9999-12-31", *early])
        return written(rng, dt.date.fromisoformat(day), form)
    text = written(rng, a_day(rng, table), form)
    return rng.choice([text] * 6 + [f" {text}", f"{text}  "])


def with_holds(rng, table, keys, often=0.4):
    """Hold some of the keys that occur; sometimes one that does not."""
    keys = sorted({key for key in keys if key})
    if keys and rng.random() < often:
        table.holds = rng.sample(keys, rng.randrange(1, min(3, len(keys)) + 1))
        table.holds += ["NOWHERE"] if rng.random() < 0.12 else []
        if table.form == "csv" and rng.random() < 0.2:
            table.holds[0] += "  "
    hard = [one for one in table.holds if one != one.strip() or re.search(r'[;,\n"\\]', one)]
    table.plain = table.plain and not hard


def rows_of(rng, table, keys):
    """Keys and starts of a table."""
    pool = rng.sample(keys, min(len(keys), rng.randrange(2, 12)))
    count = rng.choice([rng.randrange(4), 8, 12, 20, 30, 40])
    chosen = [rng.choice(pool) if rng.random() > 0.1 else "" for _ in range(count)]
    return [(key, start_text(rng, table)) for key in chosen]


class Sheet:
    """A CSV table on its way: its header, its rows, and how each is written."""

    def __init__(self, rng, table):
        self.rng, self.table = rng, table
        table.delimiter = rng.choice([",", ";", "\t", "|"])
        self.codec = rng.choice(["utf-8", "utf-8", "cp1252"])
        self.mark = rng.choice([b"", b"\xef\xbb\xbf"]) if self.codec == "utf-8" else b""
        self.newline = "\r" if table.kind == "csv CR" else rng.choice(["\n", "\r\n"])
        self.quoting = rng.choice([0, 0, 0.3, 1])
        self.extras = rng.sample(["id", "note", "x y", 'the "x"', "a;b,c"], rng.randrange(1, 4))
        if table.kind == "csv headings":
            names = ["n", "N", "k", "d", "t", "h", "count", "ivplus_holds", "K", "total", "rowid"]
            table.key, table.start, *self.extras = rng.sample(names, 7)
            twins = {table.key.swapcase(), table.start.swapcase()} & {*self.extras, table.start}
            table.plain = not twins
        self.header = [table.key, table.start, *self.extras]
        rng.shuffle(self.header)
        keys = KEYS + rng.sample(ODD_KEYS, rng.choice([0, 3, len(ODD_KEYS)]))
        self.rows = [self.row(*one) for one in rows_of(rng, table, list(map(self.fit, keys)))]

    def row(self, key, start):
        """A row with notes in its other columns."""
        notes = {one: self.fit(self.rng.choice(NOTES)) for one in self.extras}
        return notes | {self.table.key: key, self.table.start: self.fit(start)}

    def fit(self, text):
        """The text without what the encoding lacks."""
        return text.encode(self.codec, "replace").decode(self.codec)

    def line(self, fields):
        """A record in writing."""
        told = []
        for value in fields:
            must = re.search(f'[{re.escape(self.table.delimiter)}"\r\n]', value)
            bare = not must and self.rng.random() >= self.quoting
            told.append(value if bare else '"' + value.replace('"', '""') + '"')
        return self.table.delimiter.join(told) + self.newline

    def lines(self, header=None):
        """The header and the rows in writing."""
        header = header or self.header
        told = [header, *([row.get(one, "") for one in header] for row in self.rows)]
        return [self.line(one) for one in told]

    def bare(self, note, key="K1"):
        """The line of a row whose note is written as it is, without quotes."""
        fields = self.row(key, start_text(self.rng, self.table)) | {self.extras[0]: "@"}
        before, after = re.split('"?@"?', self.line([fields[one] for one in self.header]))
        return before + note + after

    def among(self, *odd, first=1):
        """The lines, with each odd one put somewhere below the header."""
        lines = self.lines()
        for one in odd:
            lines.insert(self.rng.randrange(first, len(lines) + 1), one)
        return lines


def csv_table(rng, table):
    """A CSV table with the oddity of its kind."""
    sheet = Sheet(rng, table)
    with_holds(rng, table, [row[table.key] for row in sheet.rows])
    lines = ODD_CSV.get(table.kind, Sheet.lines)(sheet)
    if rng.random() < 0.3:
        lines[-1] = lines[-1].removesuffix("\n").removesuffix("\r")
    table.content = sheet.mark + "".join(lines).encode(sheet.codec)


def blank_lines(sheet):
    """Blank lines between rows and at both ends."""
    odd = [sheet.newline] * 3
    return sheet.among(*odd, first=sheet.rng.choice([0, 1])) + odd[: sheet.rng.randrange(3)]


def utf16(sheet):
    """UTF-16, with its mark."""
    sheet.mark, sheet.codec = sheet.rng.choice(list(MARKS.items())[1:])
    return sheet.lines()


def above(sheet):
    """A line above the header: what Excel reads, or a title."""
    cut = sheet.table.delimiter
    first = sheet.rng.choice(["Asiakkaat 1.6.2026", f"Ajo{cut}2026-06-01{cut}", "# x"])
    first = f"sep={cut}" if sheet.table.kind == "csv sep=" else first
    return [first + sheet.newline, *sheet.rng.choice([[], [], [sheet.newline]]), *sheet.lines()]


def two_exports(sheet):
    """One export below another: the same columns, two changed over, or more or fewer of them."""
    second, used = list(sheet.header), (sheet.table.key, sheet.table.start)
    if sheet.table.kind == "csv second header moved":
        key, start = (second.index(one) for one in used)
        second[key], second[start] = used[1], used[0]
    if sheet.table.kind == "csv second header other":
        second = sheet.rng.choice([["uusi", *second], [one for one in second if one in used]])
    return sheet.lines() + sheet.lines(second)


def ragged(sheet):
    """Rows with fewer or more fields than the header."""
    wide = len(sheet.header)
    fields = ["K1", *(sheet.rng.choice(["2015-01-01", "x", ""]) for _ in range(wide + 2))]
    odd = [sheet.table.delimiter.join(fields[:n]) for n in {1, 2, wide - 1, wide + 1, wide + 3}]
    return sheet.among(*(one + sheet.newline for one in odd))


def other_headings(sheet):
    """Headings that are empty, there twice, or ours in another case, before ours."""
    ours = [sheet.table.key.upper(), sheet.table.start.title()]
    extra = sheet.rng.choice([["", ""], ["z", "z"], ["Z", "z"], ours])
    rows = [["K9", "2011-11-11", *(row[one] for one in sheet.header)] for row in sheet.rows]
    return [sheet.line(one) for one in ([*extra, *sheet.header], *rows)]


def heading_twice(sheet):
    """The heading of the key or of the start stands there twice, over different values."""
    sheet.rows.append(sheet.row("K1", "2015-01-01"))
    twice = sheet.rng.choice([sheet.table.key, sheet.table.start])
    rows = [["2022-02-02", *(row[one] for one in sheet.header)] for row in sheet.rows]
    return [sheet.line(one) for one in ([twice, *sheet.header], *rows)]


def open_quote(sheet):
    """A field opens a quote that nothing closes."""
    lines = sheet.lines()
    at = sheet.rng.randrange(1, len(lines) + 1)
    before, after = sheet.bare("@").split("@")
    rest = "".join([after, *lines[at:]]).replace('"', "")
    return [*lines[:at], f'{before}"open{rest}']


def mixed_newlines(sheet):
    """LF and CRLF in one file."""
    lines = [line.removesuffix(sheet.newline) for line in sheet.lines()]
    return [line + sheet.rng.choice(["\n", "\r\n"]) for line in lines]


INCHES = ['5" pipe', '5" by 6"', 'x"', 'a "b" c']
ODD_CSV = {
    "csv inches": lambda sheet: sheet.among(*map(sheet.bare, INCHES)),
    "csv #": lambda sheet: sheet.among(f"# made 2015-01-01{sheet.newline}", f"#{sheet.newline}"),
    "csv blank lines": blank_lines,
    "csv utf-16": utf16,
    "csv sep=": above,
    "csv title": above,
    "csv second header": two_exports,
    "csv second header moved": two_exports,
    "csv second header other": two_exports,
    "csv ragged": ragged,
    "csv other headings": other_headings,
    "csv heading twice": heading_twice,
    "csv NUL": lambda sheet: sheet.among(sheet.bare("nul\0"), sheet.bare("x", key="K\0" + "1")),
    "csv open quote": open_quote,
    "csv mixed newlines": mixed_newlines,
    "csv long cell": lambda sheet: sheet.among(sheet.bare("ä" * 70_000)),
    "csv huge cell": lambda sheet: sheet.among(sheet.bare(sheet.rng.choice("xä") * 3_000_000)),
}


def jsonl_table(rng, table):
    """JSON Lines with the oddity of its kind; in plain ones key and start are texts or nothing."""
    rows = rows_of(rng, table, KEYS + rng.sample(ODD_KEYS, 5))
    objects = [json_object(rng, table, key, start) for key, start in rows]
    names = {name for one in objects for name in one}
    table.plain = table.plain and {table.key, table.start} <= names
    if table.kind == "jsonl late column":
        objects[:0] = [{table.key: f"L{n}"} for n in range(rng.choice([3, 300]))]
    with_holds(rng, table, [str(one.get(table.key) or "") for one in objects])
    lines = [json_line(rng, table, one) for one in objects]
    for one in ODD_LINES.get(table.kind, []):
        lines.insert(rng.randrange(len(lines) + 1), one)
    if table.kind == "jsonl over lines":
        lines += ["{", '"customer": "K1"', "}"]
    newline = rng.choice(["\n", "\r\n"])
    text = "".join(line + newline for line in lines)
    mark = b"\xef\xbb\xbf" if table.kind == "jsonl BOM" else b""
    table.content = mark + (text.removesuffix(newline) if rng.random() < 0.3 else text).encode()


def json_object(rng, table, key, start):
    """An object with its keys in any order."""
    if table.kind == "jsonl number keys" and key and rng.random() < 0.6:
        key = rng.choice([7, 8, 0, -1, 2**53 + 1, 2**53, 12345678901234567890123])
    if table.kind == "jsonl numbers" and re.fullmatch("-?[0-9]+", start):
        start = int(start)
    if table.kind == "jsonl nested" and rng.random() < 0.3:
        start = rng.choice([{"d": "2015-01-01"}, ["2015-01-01"], True, 2015, {}, {"ended": start}])
    key, start = (rng.choice([None, "", ...]) if one == "" else one for one in (key, start))
    pairs = [(table.key, key), (table.start, start), ("note", rng.choice(NOTES))]
    pairs += [("n", rng.randrange(9)), ("x", {"ended": "K1"} if "nested" in table.kind else None)]
    return dict(pair for pair in rng.sample(pairs, len(pairs)) if pair[1] is not ...)


def json_line(rng, table, told):
    """An object in writing, its names escaped or there twice where the kind says so."""
    pairs = []
    for name, value in told.items():
        text, label = json.dumps(value, ensure_ascii=rng.random() < 0.4), f'"{name}"'
        if table.kind == "jsonl escaped" and rng.random() < 0.4:
            label = f'"\\u{ord(name[0]):04x}{name[1:]}"'
        pairs.append(f"{label}:{rng.choice(['', ' '])}{text}")
        if table.kind == "jsonl twice, other" and name == "note":
            pairs.append(f'"note": "{rng.randrange(9)}"')
        if table.kind == "jsonl twice, the same":
            pairs.append(pairs[-1])
    return "{" + rng.choice([",", ", "]).join(pairs) + "}"


OLD = '{"customer": "K1", "ended": "2015-01-01", '
ODD_LINES = {
    "jsonl blank lines": ["", "  ", "\t"],
    "jsonl twice": [OLD + '"ended": "2099-01-01"}'],
    "jsonl no object": ["[1]", "7", "null", '"x"'],
    "jsonl broken": ['{"customer": "K1", "ended": "2015-01'],
    "jsonl two in a line": ['{"customer": "K1"} {"customer": "K2"}'],
    "jsonl surrogate": [OLD + '"note": "\\ud800"}'],
    "jsonl NUL": ['{"customer": "K\\u0000", "ended": "2015-01-01", "note": "\\u0000"}'],
}


def named(name):
    """A name in SQL."""
    return '"' + name.replace('"', '""') + '"'


TYPES = {"integer": ["INTEGER"], "real": ["REAL"], "numeric": ["NUMERIC"], "mixed": ["", "BLOB"]}
CASED = ["K1", "k1", "K1 ", "K1  ", " K1", "STRÖM", "ström", "strÖm", "K2", "o'B", "O'b"]
NUMBERS = ["7", "8", "0", "-1", 7, 8, 0, "K1", "K2"]
TABLE_NAMES = ['t"x', "o'clock", "a b", "t;--", "näyttö", "select", "t]", "%s", "{t}"]
COLUMN_NAMES = [('the "key"', "start day"), ("o'k", "select"), ("a;b", "{x}"), ("n", "N2")]


def sqlite_table(rng, table):
    """A SQLite table with the oddity of its kind."""
    what = table.kind.removeprefix("sqlite ")
    keys = KEYS + rng.sample(ODD_KEYS, 5)
    if what in TYPES:
        keys = NUMBERS + (["007", 2**53 + 1, 2**53] if what == "integer" else [7.0, 8.0, 1.5])
    if what in ("NOCASE", "RTRIM"):
        table.collation, keys = what, CASED
    if what == "odd names":
        table.name = rng.choice(TABLE_NAMES)
        table.key, table.start = rng.choice(COLUMN_NAMES)
    rows = rows_of(rng, table, keys)
    with_holds(rng, table, [str(key).removesuffix(".0") for key, _ in rows], often=0.7)
    for n, hold in enumerate(table.holds):
        other = {"NOCASE": hold.swapcase(), "RTRIM": f"{hold} "}.get(what, hold)
        told = rng.choice([hold, other])
        table.holds[n] = told if what == "RTRIM" else told.rstrip()
    columns, raws = sqlite_columns(rng, table, what)
    body = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    if what == "without rowid" and rng.random() < 0.5:
        body = f"{body.replace(' PRIMARY KEY', '')}, PRIMARY KEY ({named(table.start)}, id)"
    tail = " WITHOUT ROWID" if what == "without rowid" else ""
    table.script = [(f"CREATE TABLE {named(table.name)} ({body}){tail}", ())]
    table.script.append(("CREATE TABLE other AS SELECT 1 AS one", ()))
    into = f"INSERT INTO {named(table.name)} (id, {', '.join(raws)}, note) VALUES (?, ?, ?, ?)"
    for n, (key, start) in enumerate(rows):
        values = [key, a_start(rng, what, start)]
        if key == "":
            values[0] = rng.choice([None, ""])
        values = [f"-{v}" if raw == "raw" else v for raw, v in zip(raws, values, strict=True)]
        table.script.append((into, (n, *values, rng.choice([*NOTES, None]))))


def a_start(rng, what, start):
    """A start as it is stored."""
    if what == "integer start" and re.fullmatch("-?[0-9]+", start):
        return int(start)
    if what == "blobs" and rng.random() < 0.3:
        return b"\x00\xff"
    return None if start == "" and what != "without rowid" and rng.random() < 0.5 else start


def sqlite_columns(rng, table, what):
    """The columns with their types, and the names of those that take the key and the start."""
    key, start, made = named(table.key), named(table.start), rng.choice(["STORED", "VIRTUAL"])
    raws, first = [key, start], rng.choice(TYPES.get(what, ["TEXT", "VARCHAR(9)"]))
    columns = {"id": "INTEGER PRIMARY KEY", key: f"{first} COLLATE {table.collation}"}
    columns[start] = rng.choice(["TEXT", "", "DATE", "BLOB"])
    if what == "integer start":
        columns[start] = rng.choice(["INTEGER", "NUMERIC", "DATE", ""])
    if what.startswith("generated"):
        place = 0 if what == "generated key" else 1
        columns |= {"raw": "TEXT", raws[place]: f"TEXT AS (substr(raw, 2)) {made}"}
        raws[place] = "raw"
    if what == "rowid":
        columns |= {"id": "INT", "rowid": "TEXT DEFAULT 'x'", "_rowid_": "INT DEFAULT 7", "oid": ""}
    return columns | {"note": "TEXT"}, raws


PLAIN = ["csv", "csv CR", "csv sentinels", "csv formats", "csv numbers", "csv headings"]
PLAIN += ["csv long cell", "jsonl", "sqlite"]
KINDS = [*PLAIN, *(kind for kind in ODD_CSV if kind not in PLAIN), *ODD_LINES, "jsonl over lines"]
KINDS += ["jsonl number keys", "jsonl numbers", "jsonl nested", "jsonl late column", "jsonl BOM"]
KINDS += ["jsonl escaped", "jsonl twice, other", "jsonl twice, the same", "jsonl sentinels"]
KINDS += ["sqlite NOCASE", "sqlite RTRIM", *(f"sqlite {what}" for what in TYPES), "sqlite blobs"]
KINDS += ["sqlite odd names", "sqlite integer start", "sqlite generated key", "sqlite rowid"]
KINDS += ["sqlite generated start", "sqlite without rowid", "sqlite sentinels"]


def make(seed):
    """The table of a seed; sixty seeds in a row have every kind."""
    rng, kind = random.Random(seed), KINDS[seed % len(KINDS)]
    day = rng.choice(["2026-06-01", "2026-06-01", "2027-02-28", "2027-03-01"])
    form, plain = kind.partition(" ")[0], kind in PLAIN
    table = Table(seed, kind, form, plain, dt.date.fromisoformat(day))
    if kind in ("csv numbers", "jsonl numbers", "sqlite integer start"):
        table.formats = rng.choice(NUMBER_FORMATS)
    elif kind == "csv formats" or rng.random() < 0.2:
        table.formats = rng.choice(TEXT_FORMATS)
    if rng.random() < 0.5:
        table.no_start_days = rng.sample(SENTINELS, rng.randrange(1, 3))
    {"csv": csv_table, "jsonl": jsonl_table, "sqlite": sqlite_table}[form](rng, table)
    return table


def shown(table, path):
    """The table and its answer, for reading."""
    told = [str(table), str(path), *map(repr, table.script or [table.content[:4000]])]
    try:
        found = answer(table, path)._asdict()
    except Unanswerable as reason:
        return "\n".join([*told, f"must be refused: {reason}"])
    return "\n".join([*told, *(f"{name}: {value!r}"[:4000] for name, value in found.items())])


if __name__ == "__main__":
    one = make(int(sys.argv[1]))
    place = one.write(Path(tempfile.mkdtemp(prefix=f"odd-{one.seed}-")))
    sys.stdout.write(shown(one, place) + "\n")
