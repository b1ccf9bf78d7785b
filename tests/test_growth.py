"""Every entrance of text takes time in proportion to what it is given: measured by doubling, as seconds depend on the machine."""

import contextlib
import gc
import hashlib
import json
import time

import pytest

import ivplus_tools as ivp
from ivplus_tools import _dates, _places, _records, _sources
from ivplus_tools._sources import text as csv_text
from ivplus_tools._store import copies
from ivplus_tools.exchange import pages, sources
from ivplus_tools.review import reading

FIRST, LAST, SHORT, MOST = 2_000, 32_000, 0.012, 2.6
"""Characters to begin and to end with, seconds that are too short to be compared, and how much longer twice as much may take."""
SIGNS = ["\\", ";", "|", "//:", "6(1)(a) &", '"', "Finland, ", "a: ", "<", "&lt;", "2 years ", "a\u0301"]
ROWS = [*SIGNS, '""', 'a;"', "a;b\n", "\n", "a\tb\n"]
TAGS = [
    "<table>", "<table><tr><td>a", "<ul><li>", "<ul><li>a</li></ul>", "<tr><td>a<td>Finland</tr>", "<!--", "<", "&", "</", "<?", "<!",
    "<a b='", "<script>", "<p>",
    "<b><i>", "<dl><dt>a<dd>b", "<th rowspan=100 colspan=100>a", "<a href=",
]  # fmt: skip
HEAD = "Activity;Purpose;Legal basis;Retention period;Odd\n"
PAGE = "<html><h1>Sub-processors</h1><table><tr><th>Name<th>Country</tr><tr><td>a<td>Finland</tr>"
TEXTS = [
    "name", "purposes", "legal_basis", "retention", "data_subjects", "special_categories", "transfers", "recipients", "dpia", "reviewed",
    "imported", "remarks",
]  # fmt: skip


def spent(act, text):
    """The processor time of reading a text, refused or not."""
    begin = time.process_time()
    with contextlib.suppress(ivp.Refusal):
        act(text)
    return time.process_time() - begin


def demand_proportion(act, unit, last=LAST):
    """A text twice as long takes about twice as long, at the length at which it takes long enough to be told."""
    text, size, before = (lambda size: unit * (size // len(unit))), FIRST, 0.0
    gc.disable()
    try:
        before = spent(act, text(size))
        while size < last and before < SHORT * 2:
            size *= 2
            now = spent(act, text(size))
            if now > SHORT and now > MOST * before:  # another process may have had the machine: the best of nine counts
                before, now = (min(spent(act, text(one)) for _ in range(9)) for one in (size // 2, size))
                assert now <= max(MOST * before, SHORT), (unit, size, before, now)
            before = now
    finally:
        gc.enable()


def activity(text):
    """Every kind of field of an activity at once."""
    ivp.Activity("x", **dict.fromkeys(TEXTS, text))


def read(begin=""):
    """A file of a register as its tables and trees."""
    return lambda text: sources.parse((begin + text).encode(), "x")


def page(path, begin, act):
    """A file on the disk that begins with a text."""

    def reader(text):
        path.write_text(begin + text, encoding="utf-8")
        return act(path)

    return reader


def backup(folder, begin, end=""):
    """A backup whose journal is a text, with the hash that belongs to it."""

    def reader(text):
        content = (begin + text + end).encode()
        hashes = {"journal.jsonl": hashlib.sha256(content).hexdigest(), "person.jsonl": hashlib.sha256(b"").hexdigest()}
        (folder / "journal.jsonl").write_bytes(content)
        (folder / "person.jsonl").write_bytes(b"")
        (folder / "manifest.json").write_text(json.dumps({"format": 1, "entries": 1, "head": "x", "sha256": hashes}))
        return copies.read_backup(folder, 2)

    return reader


VALUES = {
    "fields of an activity": activity,
    "a name": ivp.Activity,
    "codes": lambda text: _records.codes_in("legal_basis", text),
    "a location": _sources.checked,
    "a location of PostgreSQL": lambda text: _sources.checked("postgresql://h/" + text),
    "a place": lambda text: ivp.Transfer("x", country=text),
    "places": _places.split,
    "places of a sentence": _places.told_in,
    "a period": _dates.read_period,
    "a day": _dates.day,
    "a moment": _dates.moment,
    "a count": lambda text: ivp.Breach("x", people_count=text),
}


@pytest.mark.parametrize("name", VALUES)
def test_a_value_is_read_in_the_time_of_its_length(name):
    """Whatever sign is repeated in a field, a code, a location, a day, a period, a count or a place."""
    for unit in SIGNS:
        demand_proportion(VALUES[name], unit)


FILES = {
    "csv": (read(HEAD), ROWS),
    "a cell": (lambda text: read(HEAD)(f'a;"{text}";b\n'), ['""', "6(1)(a) &", "\\"]),
    "json": (read('{"system": ['), ['{"a":', "[", '{"a":1},', '"', "\\"]),
    "yaml": (read("system:\n- a: "), ["a", "[", "&a [", "\n- a: b", "\n  a: b", "- "]),
    "turtle": (read("@prefix a: <http://a/> .\n"), ["a:b a:c a:d .\n", "[", "(", '"', "<", "a:b a:c [ "]),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_read_in_the_time_of_its_length(name):
    """Whatever a spreadsheet of text or a tree repeats."""
    act, units = FILES[name]
    for unit in units:
        demand_proportion(act, unit)


def of_page(path):
    """A page as a list of sub-processors."""
    return reading.read(path, "en")


PAGES = {
    "html": ("x.html", PAGE, pages.blocks, TAGS),
    "a cell of html": ("x.html", PAGE + "<tr><td>", of_page, ["a, b: ", "&lt;", "Finland, "]),
    "markdown": ("x.md", "# Sub-processors\n\n- a: Finland\n", pages.blocks, [*SIGNS, "| a | b |\n", "- a\n", "  - a\n", "![", "[a]: b\n"]),
    "a vendor's list": ("x.csv", "Sub-processor,Country,Purpose\n", of_page, ["a,Finland,b\n", ",", '"', "Finland; "]),
    "a source of text": ("x.csv", "a;b\n", csv_text.look, [*ROWS, "a", "\r", 'a"b;c\n']),
    "a heading of a source": ("x.csv", "", csv_text.look, ["a;", '"a\n', '"', "a;a_1;"]),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_a_list_and_a_source_are_read_in_the_time_of_their_length(tmp_path, name):
    """Unclosed comments, tables within tables, quotes that nobody closes, a name of a column again and again."""
    file, begin, act, units = PAGES[name]
    for unit in units:
        demand_proportion(page(tmp_path / file, begin, act), unit)


def test_a_backup_is_read_in_the_time_of_its_length(tmp_path):
    """Lines, brackets and backslashes, in a file whose hash is right."""
    for begin, unit in (("", "{}\n"), ("", "["), ('"', "\\\\"), ("", "\n"), ("", '{"entry":1,')):
        demand_proportion(backup(tmp_path, begin), unit)


def test_the_whole_import_takes_the_time_of_its_rows(desk, tmp_path):
    """From the file to the preview: rows of one name, and a long cell in each column."""

    def rows(text):
        (tmp_path / "x.csv").write_text(HEAD + text, encoding="utf-8")
        return desk.register.read(tmp_path / "x.csv")

    for unit in ("same;a;6(1)(a);2 years;b\n", ";" * 40 + "\n"):
        demand_proportion(rows, unit, 4_000)
    for unit in ("6(1)(a) &", "a, b: ", "Finland; "):
        demand_proportion(lambda text: rows(";".join([f'"{text}"'] * 5) + "\n"), unit, 4_000)


def test_what_nobody_closes_on_a_page_is_no_error_and_hides_nothing(tmp_path):
    """An open comment is text, so that what follows it is read; a mark that no parser takes is refused in one line."""
    (tmp_path / "x.html").write_text(PAGE + "</table><!-- <ul><li>b (Finland)</ul>")
    assert any(["b", "(Finland)"] in one.rows for one in pages.blocks(tmp_path / "x.html"))
    (tmp_path / "x.html").write_text(PAGE + "<![<![<!x>")
    with pytest.raises(ivp.Refusal, match="HTML"):
        pages.blocks(tmp_path / "x.html")


def test_a_reader_that_is_not_in_proportion_is_noticed():
    """The measure itself: a reader that looks at every sign once for each other one."""
    with pytest.raises(AssertionError):
        demand_proportion(lambda text: [text.count(one) for one in text[::8]], "ab", 2**22)
