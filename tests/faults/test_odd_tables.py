"""Odd tables by the hundred: counted right or refused, and nothing erased but what is overdue."""

import os
import re
import sqlite3
import traceback
from contextlib import closing

import odd_tables
import pytest
from house import rounds
from odd_tables import KINDS, PLAIN, Table, Unanswerable, answer, make
from trouble import refused

import ivplus_tools as ivp

ONE = os.environ.get("IVPLUS_ODD_SEED")
STEP = rounds(280, 10)
BEGINS = range(0, rounds(2240, 10), STEP)
DATED = {"valid_from": "2026-01-01", "why": "x"}


def true(table, path):
    """The answer of the reference; None where the table has no one meaning."""
    try:
        return answer(table, path)
    except Unanswerable:
        return None


def stored(table, path):
    """What lies at the path: the bytes, or the rows of both tables."""
    if table.form != "sqlite":
        return path.read_bytes()
    with closing(sqlite3.connect(path)) as con:
        others = con.execute("SELECT * FROM other").fetchall()
    return [others, *(piece.raw for piece in odd_tables.sqlite_pieces(table, path))]


def kept(table, want):
    """What has to be stored after the erasure."""
    return [[(1,)], *want.left] if table.form == "sqlite" else b"".join(want.left)


def difference(found, wanted):
    """Where two contents begin to differ."""
    at = next((n for n, (a, b) in enumerate(zip(found, wanted, strict=False)) if a != b), None)
    at = min(len(found), len(wanted)) if at is None else at
    return f"at {at}: {found[at : at + 60]!r} where {wanted[at : at + 60]!r} belongs"


def spelt(table, keys):
    """Keys as sorted texts; a whole number is the same whether it is stored as 7 or as 7.0."""
    texts = ["" if key is None or key != key else str(key) for key in keys]
    if table.form == "sqlite":
        texts = [re.sub(r"^(-?\d+)\.0$", r"\1", text) for text in texts]
    return sorted(texts)


def rule(desk, table, path):
    """Record the source, the rule and the holds of a table."""
    more = {"no_start_days": table.no_start_days} if table.no_start_days else {}
    desk.retention.record(ivp.Source("s", location=str(path), **more), **DATED)
    columns = {"table": table.name, "subject_key": table.key, "start_column": table.start}
    columns |= {"date_format": table.formats} if table.formats != ["ISO"] else {}
    told = {"source": "s", "start_event": "EVENT", "period": "P3Y", "reason": "x"}
    desk.retention.record(ivp.RetentionRule("r", **told, **columns), **DATED)
    for n, subjects in enumerate([table.holds[:1], table.holds[1:]]):
        if subjects:
            hold = ivp.Hold(f"h{n}", subjects=subjects, reason="x", review_by="2028-01-01")
            desk.retention.record(hold, **DATED)


def scanned(desk):
    """The row of a scan and its keys, and why it is refused: a row may tell that as its problem."""
    got = []
    said = refused(lambda: got.append(desk.retention.scan("s")))
    row = None if said else got[0].table.iloc[0]
    if said or isinstance(row["problem"], str):
        return None, [], said or row["problem"]
    said = refused(lambda: got.append(list(got[0].overdue("r"))))
    return row, got[-1], said


def check_scan(table, desk, want):
    """Count: as the reference does, or refused where the table is odd; the row, or None."""
    row, keys, said = scanned(desk)
    if said:
        assert not table.plain or not want.counts["total"], f"a plain table is refused: {said}"
        return None
    assert want, "counted, although it has no one meaning"
    found = {name: int(row[name]) for name in want.counts}
    headers = dict.fromkeys(("total", "no_start", "unreadable"), want.headers)
    also = {name: count + headers.get(name, 0) for name, count in want.counts.items()}
    assert found in (want.counts, also), f"counted {found}, true is {want.counts}"
    got, right = spelt(table, keys), spelt(table, want.keys)
    assert got == right, f"overdue keys are {got}, true are {right}"
    unseen = row["unseen"]
    assert want.unseen or not (unseen == unseen and unseen), f"unseen {unseen!r}, true is none"
    return row


def check_erasure(table, desk, path, want, row):
    """Erase what is overdue and nothing else, or refuse and leave all; whether it was done."""
    begin, got = stored(table, path), []

    def erase():
        every = row is not None and row["overdue"] == row["total"]
        plan = desk.retention.plan("r").approve("boss")
        plan.execute("s", **({"confirm": int(row["total"])} if every else {}))
        got.append(plan.certificate)

    said = refused(erase)
    if said:
        same = stored(table, path) == begin
        assert same, f"refused, but the table is another: {said}"
        may = not table.plain or want.unseen or not want.counts["overdue"]
        assert may, f"the erasure of a plain table is refused: {said}"
        return False
    assert want, "erased from what has no one meaning"
    assert not want.unseen, "erased, although a held subject was not found"
    found, wanted = stored(table, path), kept(table, want)
    same = found == wanted
    assert same, f"not what has to be left, {difference(found, wanted)}"
    certificate, after = got[0], answer(table, path).counts
    told = [certificate.rows_count, certificate.total_before, certificate.total_after]
    total, gone = want.counts["total"], want.counts["overdue"]
    right = [[gone, total + n, total + n - gone] for n in (0, want.headers)]
    assert list(map(int, told)) in right, f"the certificate tells {told}, true is {right}"
    remaining = certificate.remaining if after["total"] else certificate.remaining or 0
    assert remaining is not None, "the certificate does not tell what remains"
    assert int(remaining) == after["overdue"] == 0, f"the certificate tells {remaining} remain"
    return True


def line(fault):
    """What is wrong, in a line; of an error that nobody expected, also where it came from."""
    first = (str(fault).splitlines() or [""])[0][:700]
    frame = traceback.extract_tb(fault.__traceback__)[-1]
    where = "" if isinstance(fault, AssertionError) else f" ({frame.filename}:{frame.lineno})"
    return first + where


def trial(seed, folder):
    """Count, erase and count again the table of a seed; whether rows were erased."""
    folder.mkdir()
    table = make(seed)
    path = table.write(folder)
    want, begin = true(table, path), stored(table, path)
    now = f"{table.today}T09:00"
    desk = ivp.Desk(folder / "j.duckdb", by="tt", lang="en", now=now, trust_clock=True)
    said = refused(rule, desk, table, path)
    if said:
        assert not table.plain, f"the rule of a plain table is refused: {said}"
        return False
    row = check_scan(table, desk, want)
    same = stored(table, path) == begin
    assert same, "a scan changed the table"
    done = check_erasure(table, desk, path, want, row)
    if done:
        check_scan(table, desk, answer(table, path))
    return done


@pytest.mark.parametrize("begin", [int(ONE)] if ONE else BEGINS)
def test_a_table_is_counted_right_or_refused_and_only_overdue_rows_go(tmp_path, tally, begin):
    """Each seed makes a table; what is wrong is told with its seed, to be replayed."""
    wrong, done, seeds = [], 0, range(begin, begin + (1 if ONE else STEP))
    for seed in seeds:
        try:
            done += trial(seed, tmp_path / str(seed))
        except Exception as fault:
            wrong.append(f"{make(seed)}\n    {type(fault).__name__}: {line(fault)}")
    tally(tables=len(seeds), erased=done)
    if wrong:
        head = f"{len(wrong)} of {len(seeds)} tables; python tests/faults/odd_tables.py SEED "
        head += "shows one, IVPLUS_ODD_SEED=SEED tries it"
        pytest.fail("\n".join([head, *wrong]), pytrace=False)


OFFSETS = """ended,customer
2023-05-31T20:59:59Z,A
2023-05-31T21:00Z,B
2023-06-01T00:30-05,C
2023-06-01 01:59:59.999999999+05,D
2023-06-01 03:59+0200,E
2023-06-01 00:00,F
"""
WHOLE = """ended,customer
 2015-01-01 ,A
2015-01-01/2030-12-31,B
2015-01-01 x,C
2015-1-1,D
2015-02-29,E
"""
LINES = r"""{"ended": "2015-01-01", "customer": 12345678901234567890}

{"\u0063ustomer": "K1", "ended": "2015-01-01"}
{"customer": "K2"}
[1]
{"x": {"ended": "2015-01-01"}, "customer": "K3", "ended": null}"""
HAND = {
    "the edge of three years": ("csv", "customer,ended\nK1,2023-05-31\nK2,2023-06-01\n", "K1", 2),
    "a quoted newline": ("csv", 'ended,customer\r\n2015-01-01,"a\r\nb""c"\r\n', 'a\r\nb"c', 1),
    "inches": ("csv", 'customer,x,ended\nK1,5" p,2015-01-01\nK2,5" q,2099-01-01', "K1", 2),
    "blank lines": ("csv", "\ncustomer,ended\n\nK1,2015-01-01\n\n", "K1", 1),
    "a backslash before a quote": ("csv", 'customer,ended\n"a\\",2015-01-01\n', "a\\", 1),
    "a line of #": ("csv", "customer,ended\n#1,2015-01-01\n# x\n", "#1", 2),
    "a row too short, one too long": ("csv", "customer,ended\nA\nB,2015-01-01,C\n", "B", 2),
    "titles": ("csv", "sep=,\nAjo\ncustomer,ended\rK1,2015-01-01\r", "K1", 1),
    "two orders": ("csv", "customer,ended\nA,2015-01-01\nended,customer\n2015-01-01,B", "A B", 2),
    "no key": ("csv", "customer,ended\n,2015-01-01\n", "", 1),
    "sentinels": ("csv", "customer,ended\nA,1900-01-01\nB,1899-05-05\nC,1900-01-02\n", "C", 3),
    "UTF-8 with its mark": ("csv", "\ufeffcustomer,ended\nK1,2015-01-01\n", "K1", 1),
    "midnight": ("csv", OFFSETS, "A D", 6),
    "whole texts": ("csv", WHOLE, "A", 5),
    "lines of JSON": ("jsonl", LINES, "12345678901234567890 K1", 5),
}


def lay(folder, form, text, **more):
    """A hand-written table on 1 June 2026, with its path."""
    table = Table(0, "hand", form, True, odd_tables.dt.date(2026, 6, 1), content=text, **more)
    return table, table.write(folder)


@pytest.mark.parametrize("name", HAND)
def test_the_reference_counts_what_a_hand_counts(tmp_path, name):
    """Small tables with their overdue keys and their number of rows."""
    form, text, keys, total = HAND[name]
    want = answer(*lay(tmp_path, form, text.encode()))
    assert " ".join(want.keys) == keys
    assert want.counts["total"] == total


def test_the_reference_knows_holds_formats_and_days_that_mean_nothing(tmp_path):
    """Every count of a table, counted by hand, and its bytes after the erasure, in cp1252 too."""
    lines = ["ended;customer;x\n", "31.12.2015;K1;\x80\n", "2015-02-30;K1;\n", "1.1.1900;K2;\n"]
    lines += ["1970-01-01;K2;\n", " ;K2;\n", "2015-01-01;;\n", "1.1.2016;Str\xf6m;\n"]
    lines += ["2016-01-01;X1;"]
    more = {"delimiter": ";", "formats": ["ISO", "d.M.yyyy"], "no_start_days": ["1900-01-01"]}
    text = "".join(lines).encode("latin-1")
    want = answer(*lay(tmp_path, "csv", text, holds=["K1", "Ström"], **more))
    counts = {"total": 8, "no_start": 3, "unreadable": 1, "sentinel": 1, "no_key": 1, "doubtful": 0}
    assert want.counts == counts | {"overdue": 1, "held": 3}
    assert b"".join(want.left) == text.removesuffix(b"2016-01-01;X1;")
    assert not want.unseen
    want = answer(*lay(tmp_path, "csv", text, holds=["K1  ", "K3"], **more))
    assert (want.counts["held"], want.keys, want.unseen) == (2, ["Ström", "X1"], True)


@pytest.mark.parametrize(
    ("column", "collation", "keys", "hold", "held"),
    [
        ("TEXT", "NOCASE", ["k1", "K1", "K1 ", "Ä", "ä"], "K1", 2),
        ("TEXT", "NOCASE", ["Ä", "ä"], "Ä", 1),
        ("TEXT", "RTRIM", ["K1", "K1  ", " K1", "k1"], "K1", 2),
        ("TEXT", "BINARY", ["7", "007", 7, " 7"], "7", 2),
        ("INTEGER", "BINARY", ["7", "007", 7, 7.0, 2**53], "7", 4),
        ("INTEGER", "BINARY", [2**53, 2**53 + 1], str(2**53 + 1), 1),
        ("", "BINARY", ["7", 7, 7.0, "x"], "7", 3),
    ],
)
def test_the_reference_compares_as_sqlite_does(tmp_path, column, collation, keys, hold, held):
    """Keys of every type and collation, and how many of them the hold means."""
    script = [(f"CREATE TABLE t (id, customer {column} COLLATE {collation}, ended)", ())]
    into = "INSERT INTO t VALUES (?, ?, '2015-01-01')"
    script += [(into, (n, key)) for n, key in enumerate(keys)]
    more = {"holds": [hold], "collation": collation, "script": script}
    table, path = lay(tmp_path, "sqlite", b"", **more)
    counts = answer(table, path).counts
    assert counts["held"] - counts["doubtful"] == held
    with closing(sqlite3.connect(path)) as con:
        found = con.execute("SELECT * FROM t WHERE customer = ?", [hold]).fetchall()
    assert len(found) == held or not column


@pytest.mark.parametrize(
    ("one", "text", "day"),
    [
        ("yyyymmdd", "20150131", "2015-01-31"),
        ("epoch_s", "1420070400", "2015-01-01"),
        ("epoch_ms", "1420070400999", "2015-01-01"),
        ("excel", "42005", "2015-01-01"),
        ("excel", "2958465", "9999-12-31"),
        ("d.M.yyyy", "1.2.2015", "2015-02-01"),
    ],
)
def test_the_reference_reads_every_format(one, text, day):
    """Days as other programs write them."""
    assert odd_tables.READERS[one](text).isoformat() == day


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("csv", 'customer,ended\n"K1,2015-01-01\nK2,2015-01-01\n'),
        ("csv", "customer,ended,ended\nK1,2015-01-01,2026-01-01\n"),
        ("jsonl", '{"customer": "K1", "ended": "2015-01-01", "ended": "2026-01-01"}'),
        ("jsonl", '{"customer": "K1", "ended": "2015-01'),
    ],
)
def test_the_reference_says_where_only_a_refusal_is_right(tmp_path, form, text):
    """Quotes that stay open, one name with two values, half a line."""
    assert true(*lay(tmp_path, form, text.encode())) is None


def test_the_generator_makes_every_kind_and_the_same_again(tmp_path):
    """Sixty seeds make all kinds; the pieces of a text are its bytes; plain tables have answers."""
    tables = [make(seed) for seed in range(60)]
    assert {table.kind for table in tables} == set(KINDS)
    for table in tables:
        again = make(table.seed)
        assert (again.content, again.script) == (table.content, table.script)
        want = true(table, table.write(tmp_path))
        assert want or table.kind not in PLAIN
        if want and table.form != "sqlite":
            pieces = odd_tables.PIECES[table.form](table, tmp_path / f"t.{table.form}")
            assert b"".join(piece.raw for piece in pieces) == table.content
        (tmp_path / "t.sqlite").unlink(missing_ok=True)
