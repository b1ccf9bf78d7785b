"""A rescan of Parquet files reads what is new, and counts what a fresh one counts, whatever became of the files and rules."""

import json
import os
import random
import stat

import duckdb
import pytest

import ivplus_tools as ivp
from ivplus_tools import _words
from ivplus_tools._sources import earlier


def put(path, rows, types=("VARCHAR", "DATE", "TIMESTAMP")):
    """A Parquet file of rows (key, ended, seen)."""
    path.parent.mkdir(exist_ok=True, parents=True)
    con = duckdb.connect()
    con.execute(f"CREATE TABLE t (k {types[0]}, ended {types[1]}, seen {types[2]})")
    con.executemany("INSERT INTO t VALUES (?, ?, ?)", rows)
    con.execute(f"COPY t TO '{path}' (FORMAT parquet)")


def rows(number, count=40):
    """Rows that differ from file to file; some have no key or no start."""
    made = random.Random(number)
    return [
        (
            made.choice([None, "", *(f"K{one:02d}" for one in range(12))]),
            made.choice([None, *(f"20{year}-0{month}-11" for year in range(10, 27) for month in (2, 7))]),
            f"20{made.randrange(10, 27)}-03-0{made.randrange(1, 9)} 23:30:00",
        )
        for _ in range(count)
    ]


def rule(**changed):
    """The rule of the table."""
    told = {"table": "t", "subject_key": "k", "start_column": "ended", "start_event": "EVENT", "period": "P60M", "reason": "r"}
    return ivp.RetentionRule("ended", source="s", **{**told, **changed})


@pytest.fixture
def desk(tmp_path):
    """A Desk with a source of three files and two rules."""
    for number in range(3):
        put(tmp_path / "s" / "t" / f"{number}.parquet", rows(number))
    made = ivp.Desk(tmp_path / "j.duckdb", by="b", lang="en", now="2026-03-02T09:00")
    seen = ivp.RetentionRule(
        "seen", source="s", table="t", subject_key="k", start_column="seen", start_event="EVENT", period="P12M", reason="r"
    )
    made.retention.record([ivp.Source("s", location=str(tmp_path / "s")), rule(), seen], valid_from="2026-01-01", why="w")
    return made


def alike(desk, read, taken):
    """A scan and a fresh one are equal; how many files the first read and took. The fresh one keeps nothing in between."""
    found = desk.retention.scan("s")
    told = found.read["s"]["t"]
    fresh = ivp.Desk(desk.retention.standpoint.path, lang="en", now="2026-03-02T09:00").retention.scan("s", fresh=True)
    assert found.hash == fresh.hash
    assert [one.count for one in found.found] == [one.count for one in fresh.found]
    assert [one.found for one in found.found] == [one.found for one in fresh.found]
    assert fresh.read["s"]["t"].taken == 0
    assert (told.read, told.taken) == (read, taken)
    return found


def test_only_what_is_new_is_read(desk, tmp_path, monkeypatch):
    """After an append no other file is opened by the reader: the old ones are rubbish by then, and nobody notices."""
    folder = tmp_path / "s" / "t"
    alike(desk, 3, 0)
    alike(desk, 0, 3)
    put(folder / "3.parquet", rows(3))
    expected = ivp.Desk(desk.retention.standpoint.path, lang="en", now="2026-03-02T09:00").retention.scan("s", fresh=True).hash
    told, real = {path: earlier.fingerprint(path) for path in folder.iterdir()}, earlier.fingerprint
    monkeypatch.setattr(earlier, "fingerprint", lambda path: told.get(path) or real(path))
    for number in range(3):
        (folder / f"{number}.parquet").write_bytes(b"\0" * 500)
    found = desk.retention.scan("s")
    assert found.hash == expected
    assert (found.read["s"]["t"].read, found.read["s"]["t"].taken) == (1, 3)
    with pytest.raises(ivp.Refusal):
        desk.retention.scan("s", fresh=True)


def test_what_was_taken_is_told_in_three_languages(desk, tmp_path):
    """In the text and in `attrs`; a scan that read all says nothing of it."""
    first = desk.retention.scan("s")
    assert first.table.attrs["read"] == []
    put(tmp_path / "s" / "t" / "3.parquet", rows(3))
    for lang, day in (("fi", "2.3.2026"), ("sv", "den 2 mars 2026"), ("en", "2 March 2026")):
        later = ivp.Desk(desk.retention.standpoint.path, lang=lang, now="2026-04-01T09:00").retention.scan("s")
        [line] = later.table.attrs["read"]
        assert line in repr(later)
        assert day in line
        assert line == _words.say("scan.earlier", lang, source="s", table="t", read=1, taken=3, day=day)


def test_what_is_kept_is_private_and_names_nobody(desk, tmp_path):
    """Counts, days and hashes in a file for its owner; no key, no path, no column."""
    hold = ivp.Hold("h", subjects=["K03"], reason="r", review_by="2027-01-01")
    desk.retention.record(hold, valid_from="2026-01-01", why="w")
    desk.retention.scan("s")
    folder = tmp_path / "j.duckdb.scans"
    [file] = folder.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    text = file.read_text()
    assert not [word for word in ("K0", "parquet", "ended", "seen", str(tmp_path)) if word in text]
    assert set(json.loads(text.partition("\n")[2])) == {"days", "shape", "answers"}


def test_a_damaged_or_foreign_file_is_none(desk, tmp_path):
    """Whatever is in it, the files are read."""
    desk.retention.scan("s")
    [file] = (tmp_path / "j.duckdb.scans").iterdir()
    content = file.read_bytes()
    for other in (b"", b"\n{}", b"\xff\n\xff", content[:-1], content.replace(b'"rows":', b'"rowz":'), content[::-1], b"[" * 5000):
        file.write_bytes(other)
        alike(desk, 3, 0)
    (tmp_path / "j.duckdb.secrets" / "scans.key").write_text("00" * 32)
    alike(desk, 3, 0)
    alike(desk, 0, 3)


def test_a_changed_file_is_seen_even_where_size_and_time_are_the_same(desk, tmp_path):
    """The time of the last change of the file's own record, and its footer, tell it."""
    desk.retention.scan("s")
    path = tmp_path / "s" / "t" / "1.parquet"
    told, content = path.stat(), path.read_bytes()
    place = content.index(b"K0")
    path.write_bytes(content[: place + 2] + b"9" + content[place + 3 :])
    os.utime(path, ns=(told.st_atime_ns, told.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (told.st_size, told.st_mtime_ns)
    alike(desk, 3, 0)


def test_another_column_or_type_is_another_table(desk, tmp_path):
    """New files in which a type differs, or a column is missing, make the whole be read."""
    desk.retention.scan("s")
    put(tmp_path / "s" / "t" / "3.parquet", [("7", "2015-01-01", "2015-01-01")], ("BIGINT", "DATE", "DATE"))
    alike(desk, 4, 0)
    alike(desk, 0, 4)
    duckdb.sql("SELECT 'K01' AS k, DATE '2015-01-01' AS ended").write_parquet(str(tmp_path / "s" / "t" / "4.parquet"))
    alike(desk, 5, 0)


def test_a_start_in_another_table_and_texts_are_read_anew(desk, tmp_path):
    """An answer that depends on another table, or would hold texts of people, is not kept."""
    put(tmp_path / "s" / "o" / "0.parquet", rows(7))
    put(tmp_path / "s" / "o" / "1.parquet", rows(8))
    desk.retention.record(rule(start_table="o"), valid_from="2026-01-01", why="w")
    alike(desk, 3, 0)
    put(tmp_path / "s" / "o" / "2.parquet", rows(9))
    alike(desk, 3, 0)
    desk.retention.record(rule(start_column="k", table="o", start_table=None), valid_from="2026-01-01", why="w")
    for taken in (0, 0):
        found = desk.retention.scan("s")
        assert found.read["s"]["o"].taken == taken


def test_an_erasure_and_its_certificate_read_everything(desk, tmp_path):
    """Plan, execution and the scan after it are fresh, and the files that were replaced are read by the next one."""
    desk.retention.scan("s")
    found = desk.retention.scan("s")
    overdue = int(found.of("ended").count.overdue)
    assert overdue == len(list(found.overdue("ended")))
    done = desk.retention.plan("ended").approve("toimitusjohtaja").execute("s")
    assert f"{overdue}" in repr(done)
    alike(desk, 0, 3)


STEPS = ("append", "change", "remove", "hold", "free", "where", "period", "start", "nothing", "touch")


def step(desk, folder, what, number, made):
    """One step of a random sequence."""
    files = sorted(folder.iterdir())
    one = made.choice(files)
    if what == "append":
        put(folder / f"n{number}.parquet", rows(number, 25))
    elif what == "change":
        put(one, rows(number, 25))
    elif what == "remove" and len(files) > 1:
        one.unlink()
    elif what == "touch":
        os.utime(one)
    elif what == "hold":
        hold = ivp.Hold("h", subjects=[f"K{made.randrange(15):02d}"], reason="r", review_by="2027-01-01")
        desk.retention.record(hold, valid_from="2026-01-01", why="w")
    elif what == "free":
        hold = ivp.Hold("h", subjects=["K99"], reason="r", review_by="2027-01-01")
        desk.retention.record(hold, valid_from="2026-01-01", why="w")
    elif what in ("where", "period", "start"):
        changed = {
            "where": {"where": [ivp.RowCondition("k", comparison="is_not", value=f"K{number % 12:02d}")]},
            "period": {"period": f"P{made.randrange(12, 120)}M"},
            "start": {"start_column": made.choice(["ended", "seen"])},
        }[what]
        desk.retention.record(rule(**changed), valid_from="2026-01-01", why="w")


@pytest.mark.parametrize("seed", range(4))
def test_random_sequences_count_as_a_fresh_scan(desk, tmp_path, seed):
    """Files that come, change and go, holds and rules that change: never another count."""
    made, folder, takens = random.Random(seed), tmp_path / "s" / "t", 0
    for number in range(10):
        step(desk, folder, made.choice(STEPS), 100 * seed + number + 10, made)
        found = desk.retention.scan("s")
        fresh = ivp.Desk(desk.retention.standpoint.path, lang="en", now="2026-03-02T09:00").retention.scan("s", fresh=True)
        assert found.hash == fresh.hash
        takens += found.read["s"]["t"].taken
    assert takens
