"""Audits: findings answered and coming back, differences explained, packs that an outsider checks."""

import contextlib
import datetime as dt
import json
import random
import shutil
import subprocess
import sys
import zipfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from house import NOW, ROOT, cases
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ivplus_tools as ivp
from ivplus_tools import _law, _progress, _store, _wordless, _words
from ivplus_tools._findings import Finding
from ivplus_tools.audit import packs, verify
from ivplus_tools.breach import duty
from ivplus_tools.rooms import Asked, answers_of

DAY = "2026-03-02"


@pytest.fixture
def desk(tmp_path):
    """A desk of its own with one activity whose purpose has no legal basis."""
    made = ivp.Desk(tmp_path / "a.duckdb", by="tt", lang="en", now="2026-03-02T09:00")
    made.register.record(activity("reklamaatiot"), valid_from="2026-01-01", why="w")
    return made


def activity(*purposes):
    """An activity with purposes that have no basis."""
    return ivp.Activity("asiakkaat", purposes=[ivp.Purpose(one) for one in purposes])


def of(desk, code="REG-020"):
    """The states of the findings with a code."""
    return desk.audit.status().query("code == @code")["state"].tolist()


# --- answers to findings


@pytest.mark.parametrize("case", cases("audit"))
def test_what_becomes_of_an_answer(desk, case):
    """Accepted until its last day, assigned until mended, disputed, changed, done: by the cases."""
    told, expected = case["given"], case["expect"]
    answer = {
        "accepted": lambda: desk.audit.accept("REG-020", "asiakkaat", reason="r", until=told["until"]),
        "assigned": lambda: desk.audit.assign("REG-020", "asiakkaat", owner="o", due=told["due"]),
        "disputed": lambda: desk.audit.dispute("reg-020", "asiakkaat", reason="r"),
        None: lambda: None,
    }
    answer[told.get("response")]()
    after = {
        "another": lambda: desk.register.record(activity("mainonta"), valid_from=DAY, why="w"),
        "one more": lambda: desk.register.record(activity("reklamaatiot", "mainonta"), valid_from=DAY, why="w"),
        "mended": lambda: desk.register.record(ivp.Activity("asiakkaat"), valid_from=DAY, why="w"),
        "reopened": lambda: desk.audit.reopen("REG-020", "asiakkaat", why="w"),
        None: lambda: None,
    }
    after[told.get("then")]()
    then = desk.at(valid=told["on"])
    found = then.audit.status()
    if "state" in expected:
        assert expected["state"] in of(then)
        counted = found[(found["code"] == "REG-020") & (found["state"] != "accepted")]
        assert (len(counted) > 0) is expected["counts"]
    else:
        assert of(then) == []
    if "promise" in expected:
        assert then.audit.promises()["state"].tolist() == [expected["promise"]]
    if "finding" in expected:
        assert expected["finding"] in found["code"].tolist()
    else:
        assert "AUD-001" not in found["code"].tolist()


def test_nothing_is_hidden_by_an_answer(desk):
    """`findings()` is what it was; the state stands beside it, and the journal keeps who answered."""
    before = desk.findings()
    desk.audit.accept("REG-020", "asiakkaat", reason="the basis is being examined", until="2026-06-30")
    assert desk.findings().equals(before)
    row = desk.audit.status().query("code == 'REG-020'").iloc[0]
    assert (row["state"], str(row["until"].date()), row["reason"], row["answered_by"]) == (
        "accepted", "2026-06-30", "the basis is being examined", "tt",
    )  # fmt: skip
    assert desk.audit.status().drop(columns=["state", "until", "owner", "due", "reason", "answered_by"]).equals(before)


def test_an_answer_may_hold_from_an_earlier_day(desk):
    """What is decided in October about the end of September stands in September's pack; before that day the finding is open."""
    desk.audit.accept("REG-020", "asiakkaat", reason="r", until="2026-06-30", valid_from="2026-01-31")
    assert of(desk.at(valid="2026-01-31")) == ["accepted"]
    assert of(desk.at(valid="2026-01-30")) == ["open"]
    with pytest.raises(ivp.Refusal, match="no finding"):
        desk.audit.dispute("REG-020", "asiakkaat", reason="r", valid_from="2025-12-31")


def test_an_answer_can_be_meant_for_one_of_several_findings(desk):
    """`about` names a part of the facts; without it all with that code and subject are answered."""
    desk.register.record(activity("reklamaatiot", "mainonta"), valid_from=DAY, why="w")
    desk.audit.accept("REG-020", "asiakkaat", reason="r", until="2026-06-30", about="mainonta")
    assert sorted(of(desk)) == ["accepted", "open"]
    assert len(desk.audit.dispute("REG-020", "asiakkaat", reason="r").entries) == 2


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda room: room.accept("REG-999", "asiakkaat", reason="r", until="2026-06-30"), "nearest: 'REG-"),
        (lambda room: room.accept("REG-020", "asiakkaat", reason="r", until="2026-03-01"), "already past"),
        (lambda room: room.accept("REG-020", "asiakkaat", reason="", until="2026-06-30"), "reason"),
        (lambda room: room.accept("REG-020", "asiakkaat", reason="r", until="some day"), "some day"),
        (lambda room: room.assign("REG-020", "asiakkaat", owner="", due="2026-06-30"), "responsible person"),
        (lambda room: room.assign("REG-020", "asiakkaat", owner="o", due="2026-03-01"), "already past"),
        (lambda room: room.dispute("REG-020", "asiakkaat", reason=" "), "reason"),
        (lambda room: room.reopen("REG-020", "asiakkaat", why="w"), "no answer"),
        (lambda room: room.sign("nowhere.zip", by="x"), "no evidence pack"),
    ],
)
def test_a_mistake_is_one_line_and_writes_nothing(desk, call, told):
    """What was expected, what came, what to do."""
    before = desk.verify().entries
    with pytest.raises(ivp.Refusal) as refused:
        call(desk.audit)
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)
    assert desk.verify().entries == before


def test_an_answer_to_a_finding_without_details_holds_for_its_record(tmp_path):
    """Another partner is another finding; a new remark is not; what was mended and broken otherwise is not accepted any more."""
    desk = ivp.Desk(tmp_path / "a.duckdb", by="tt", lang="en", now="2026-03-02T09:00")

    def joint(*partners, **more):
        desk.register.record(ivp.Activity("a", joint_controllers=list(partners), **more), valid_from=DAY, why="w")
        return of(desk, "REG-029")

    assert joint("A") == ["open"]
    desk.audit.accept("REG-029", "a", reason="being drafted", until="2026-06-30")
    assert joint("A", remarks="asked again", owner="legal") == ["accepted"]
    assert joint("A", "B") == ["open"]
    assert desk.audit.promises()["state"].tolist() == ["changed"]
    assert joint("A", "B", joint_arrangement="contract 5") == []
    assert joint("C") == ["open"]


def test_an_unrelated_record_does_not_end_an_acceptance(tmp_path):
    """The nearest name is a help for the reader and no fact of the finding."""
    desk = ivp.Desk(tmp_path / "a.duckdb", by="tt", lang="en", now="2026-03-02T09:00")
    desk.register.record(ivp.Activity("a", processors=["pilvi"]), valid_from=DAY, why="w")
    desk.audit.accept("REG-043", "a", reason="r", until="2026-06-30")
    desk.register.record(ivp.Organisation("pilvi2", contact="a@example.fi"), valid_from=DAY, why="w")
    assert of(desk, "REG-043") == ["accepted"]


def test_nobody_answers_over_a_colleague_and_no_answer_is_smuggled_in(desk):
    """Another officer's answer is taken back first; evidence cannot be accepted away; an answer names its finding."""
    desk.audit.accept("REG-020", "asiakkaat", reason="r", until="2026-06-30")
    other = ivp.Desk(desk.standpoint.path, by="eero", lang="en", now="2026-03-02T10:00")
    with pytest.raises(ivp.Refusal, match="tt has already answered"):
        other.audit.dispute("REG-020", "asiakkaat", reason="r")
    other.audit.reopen("REG-020", "asiakkaat", why="agreed by telephone")
    other.audit.dispute("REG-020", "asiakkaat", reason="r")
    sample = ivp.sample(now=NOW, lang="en")
    with pytest.raises(ivp.Refusal, match="evidence itself"):
        sample.audit.accept("AUD-002", "audit-2025-12-31", reason="r", until="2027-01-01")
    from ivplus_tools.audit.records import FindingResponse

    with pytest.raises(ivp.Refusal, match="not that of its finding"):
        FindingResponse("REG-029/x", finding_code="LAW-001", finding_subject="x", response="disputed", response_reason="r")


def test_a_past_desk_answers_nothing(desk):
    """Another day is only looked at."""
    with pytest.raises(ivp.Refusal):
        desk.at(valid="2026-02-01").audit.accept("REG-020", "asiakkaat", reason="r", until="2026-06-30")


def test_every_state_and_cause_has_its_words():
    """Codes of the frames are words for readers in every language."""
    table = ivp.sample(now=NOW, lang="sv").audit.status()
    assert "godtagen" in repr(ivp.show(table))
    assert "state" not in repr(ivp.show(table)).splitlines()[0]


# --- a journal read once


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(day=st.dates(dt.date(2018, 1, 1), dt.date(2027, 1, 1)), known=st.dates(dt.date(2021, 1, 1), dt.date(2027, 1, 1)))
def test_a_journal_read_once_answers_as_the_queries_do(sample_once, day, known):
    """What stands, what decides, what is known: the same entries in memory as by SQL, at any standpoint."""
    at = sample_once.at(valid=day, known=known).standpoint
    book = _store.read_once(sample_once.at(valid="2030-01-01", known="2030-01-01").standpoint).book
    held = _store.Standpoint(at.path, at.valid_on, at.known_at, None, "en", past=True, book=book)
    assert _store.standing(held) == _store.standing(at)
    assert _store.decided(held) == _store.decided(at)
    assert _store.entries(held) == _store.entries(at)


@pytest.fixture(scope="module")
def sample_once(tmp_path_factory):
    """The sample company, which nobody changes here."""
    return ivp.sample(tmp_path_factory.mktemp("sample") / "s.duckdb", now=NOW, lang="en")


# --- a difference explained


def made_by(table, subject, answer):
    """By what an answer turned, in order."""
    return table.query("subject == @subject and answer == @answer")["made_by"].tolist()


def test_each_cause_is_told_apart(tmp_path):
    """The same finding by an entry of today, by an entry about the past, by a day that passed, by the law."""
    desk = ivp.Desk(tmp_path / "a.duckdb", by="tt", lang="en", now="2026-01-20T09:00")
    desk.register.record(
        [
            ivp.Activity("time", review_by="2026-01-23"),
            ivp.Activity("company", purposes=[ivp.Purpose("x", legal_basis="6(1)(b)")]),
            ivp.Activity("learnt", purposes=[ivp.Purpose("x", legal_basis="6(1)(b)")]),
        ],
        valid_from="2026-01-01",
        why="first",
    )
    transfer = ivp.Transfer("law", importer="Exemplo Ltda", country="Brazil", begins="2026-01-10")
    desk.review.record(transfer, valid_from="2026-01-10", why="support")
    later = ivp.Desk(tmp_path / "a.duckdb", by="tt", lang="en", now="2026-01-28T09:00")
    later.register.record(ivp.Activity("company", purposes=[ivp.Purpose("x")]), valid_from="2026-01-25", why="basis withdrawn")
    later.register.record(ivp.Activity("learnt", purposes=[ivp.Purpose("x")]), valid_from="2026-01-05", why="never had one")
    why = later.compare(desk)
    assert made_by(why, "time", "REG-042") == ["time"]
    assert made_by(why, "company", "REG-020") == ["company"]
    assert made_by(why, "learnt", "REG-020") == ["learnt"]
    assert made_by(why, "law", "TRA-001") == ["law"]
    rows = {row.subject: row for row in why.query("answer in ['REG-020', 'REG-042', 'TRA-001']").itertuples()}
    assert (rows["company"].entry, rows["company"].why, str(rows["company"].day.date())) == (5, "tt: basis withdrawn", "2026-01-25")
    assert (rows["learnt"].entry, rows["learnt"].why) == (6, "tt: never had one")
    assert str(rows["time"].day.date()) == "2026-01-24"
    assert (rows["law"].rule, str(rows["law"].day.date()), rows["law"].now) == ("adequacy:BR", "2026-01-26", "")


def test_an_entry_written_ahead_turns_an_answer_on_its_day(tmp_path):
    """It was known then already: neither learnt since nor the passing of time."""
    desk = ivp.Desk(tmp_path / "a.duckdb", by="tt", lang="en", now="2026-03-02T09:00")
    desk.register.record(ivp.Activity("a", purposes=[ivp.Purpose("x", legal_basis="6(1)(b)")]), valid_from="2026-01-01", why="w")
    desk.register.record(ivp.Activity("a", purposes=[ivp.Purpose("x")]), valid_from="2026-04-01", why="contract ends")
    then = desk.at(valid="2026-03-02")
    why = desk.at(valid="2026-04-10").compare(then)
    assert made_by(why, "a", "REG-020") == ["company"]
    assert why.query("answer == 'REG-020'")["entry"].tolist() == [2]


def test_a_comparison_tells_how_far_it_is_and_can_be_stopped(sample):
    """It never goes back and ends at its end; stopped anywhere, the law is as it was and the same question has the same answer."""
    told = []
    whole = sample.compare("2026-01-15", progress=lambda done, of: told.append((done, of)))
    assert len(told) > 5
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1]
    before, entries = sample.findings(), sample.verify().entries

    def stop(done, of):
        if done >= stop.at:
            raise KeyboardInterrupt

    for stop.at in (0, told[-1][1] // 2, told[-1][1]):
        with pytest.raises(KeyboardInterrupt):
            sample.compare("2026-01-15", progress=stop)
        assert sample.findings().equals(before)
    assert sample.compare("2026-01-15").equals(whole)
    assert sample.verify().entries == entries


def test_only_who_waits_is_told_how_far_it_is(monkeypatch, capsys):
    """At a terminal after a second, and the line is taken away; in a file nothing; in a notebook that is run and kept nothing."""
    monkeypatch.setattr(_progress, "PATIENCE", 0.0)
    for terminal, told in ((True, True), (False, False)):
        monkeypatch.setattr("sys.stderr.isatty", lambda answer=terminal: answer)
        with _progress.watched("ui.comparing", "fi") as progress:
            progress(3, 9)
        said = capsys.readouterr().err
        assert ("3 / 9" in said) is told
        assert not told or said.endswith(" \r")


def test_comparing_with_itself_says_nothing_and_the_wrong_order_is_refused(sample_once):
    """Nothing differs; then is earlier than now."""
    assert sample_once.compare(sample_once).empty
    with pytest.raises(ivp.Refusal, match="earlier"):
        sample_once.at(valid="2025-01-01").compare(sample_once)


@settings(max_examples=4, deadline=None)
@given(days=st.tuples(st.dates(dt.date(2023, 1, 1), dt.date(2026, 3, 1)), st.dates(dt.date(2023, 1, 1), dt.date(2026, 3, 1))))
def test_every_difference_is_explained_and_nothing_else(sample_once, days):
    """Last `now` of each turned answer is what is said now, first `was` what was said then; each answer that differs is there.

    A comparison asks a room only when an answer of it is wanted, and says what asking every room at once says.
    """
    one, two = (sample_once.at(valid=day, known=day) for day in sorted(days))
    then, now = (answers_of(desk.standpoint) for desk in (one, two))
    assert [dict(Asked(desk.standpoint)) for desk in (one, two)] == [then, now]
    differing = {key for key in {*then, *now} if then.get(key) != now.get(key)}
    first, last = {}, {}
    from ivplus_tools import _compare

    for turn in _compare.turns(one.standpoint, two.standpoint, Asked):
        first.setdefault(turn.key, turn.was)
        last[turn.key] = turn.now
    assert set(last) == differing
    assert all((first[key], last[key]) == (then.get(key), now.get(key)) for key in differing)


def test_the_law_held_still_is_the_law_of_then():
    """A rule held still answers later days as that day; others go on."""
    rule, day = "adequacy:BR", dt.date(2026, 1, 27)
    assert _law.value(rule, day)
    with _law.still(dt.date(2026, 1, 25), [rule]):
        assert not _law.value(rule, day)
    with _law.still(dt.date(2026, 1, 25), ["adequacy:US"]):
        assert _law.value(rule, day)
    assert _law.value(rule, day)


# --- the pack


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Two quarters of the sample company's journal, as packs that form a chain."""
    folder = tmp_path_factory.mktemp("audits")
    journal = ivp.sample(folder / "s.duckdb", now=NOW).standpoint.path
    shutil.copy(journal, folder / "another.duckdb")
    first = ivp.evidence.audit(journal, as_of="2025-12-31", known="2025-12-31", since="2025-12-01", out=folder / "packs")
    second = ivp.evidence.audit(journal, as_of=DAY, known=DAY, out=folder / "packs")
    return journal, first, second


def test_a_pack_holds_what_an_outsider_needs_and_is_whole(made):
    """Report, findings, register, journal, law, checker; the second names the first and goes on where it ended."""
    _, first, second = made
    assert {"report.html", "report.ipynb", "report.pdf", "findings.json", "findings.csv", "register.json", "register.xlsx"} <= {
        *second.opened.files
    }
    assert verify.check(first.path) == verify.check(second.path) == []
    assert second.manifest["previous"] == {"pack": first.path.name, "manifest": first.opened.hash}
    assert second.manifest["journal"]["first"] == first.manifest["journal"]["last"] + 1
    assert second.manifest["since"] == "2025-12-31"
    assert second.manifest["findings"] == {"error": 132, "warning": 189, "info": 49}
    assert second.fails("error")
    assert not second.fails("never")
    assert second.path.stat().st_mode & 0o077 == 0


def test_the_same_inputs_give_the_same_bytes(made, tmp_path):
    """Another folder, another run, another name of the clock: not a byte differs; running again says that it was there."""
    journal, first, second = made
    shutil.copy(first.path, tmp_path)
    again = ivp.evidence.audit(journal, as_of=DAY, known=DAY, out=tmp_path)
    assert again.path.read_bytes() == second.path.read_bytes()
    assert not again.there
    assert "byte for byte" in repr(ivp.evidence.Pack(again.path, again.opened, "en", there=True))


def test_a_pack_verifies_without_this_project(made, tmp_path):
    """The checker from the pack itself, on an interpreter that has nothing but the standard library; the exit code tells."""
    _, first, second = made
    with zipfile.ZipFile(second.path) as archive:
        archive.extract("verify.py", tmp_path)
    for one in (first, second):
        shutil.copy(one.path, tmp_path)

    def outside(*names):
        return subprocess.run([sys.executable, "-I", "-S", "verify.py", *names], cwd=tmp_path, capture_output=True, text=True, timeout=60)

    done = outside(second.path.name, "--expect", second.opened.hash)
    assert (done.returncode, done.stderr) == (0, "")
    assert ": whole;" in done.stdout
    assert second.manifest["journal"]["head"] in done.stdout
    alone = outside(second.path.name)
    assert (alone.returncode, "whole" in alone.stdout, "NOT checked" in alone.stdout) == (3, False, True)
    assert outside(second.path.name, "--expect", second.opened.hash[:16]).returncode == 0
    for wrong in ("0" * 64, second.opened.hash[:8], ""):
        assert outside(second.path.name, "--expect", wrong).returncode == 1
    spoilt = bytearray(second.path.read_bytes())
    spoilt[len(spoilt) // 2] ^= 1
    (tmp_path / "spoilt.zip").write_bytes(spoilt)
    assert outside("spoilt.zip").returncode == 1
    assert outside("not_here.zip").returncode == 2
    with zipfile.ZipFile(second.path) as archive:
        archive.extractall(tmp_path / "unpacked")
    assert outside("unpacked", "--expect", second.opened.hash).returncode == 0


def test_any_flipped_byte_is_found_and_named(made, tmp_path):
    """Of every file, of the headers and of the directory at the end; the file that holds it is named."""
    _, _, second = made
    whole, path = second.path.read_bytes(), tmp_path / "spoilt.zip"
    with zipfile.ZipFile(second.path) as archive:
        infos = archive.infolist()
    places = {"directory": [len(whole) - place for place in (1, 5, 15, 22, 40, 200, 900)]}
    chance = random.Random(7)
    for info in infos:
        start = info.header_offset + 30 + len(info.filename)
        inside = [start, start + info.file_size - 1, chance.randrange(start, start + info.file_size)]
        places[info.filename] = [*inside, info.header_offset + chance.choice((0, 10, 14, 18, 31))]
    for name, spots in places.items():
        for number, spot in enumerate(spots):
            spoilt = bytearray(whole)
            spoilt[spot] ^= 0x01
            path.write_bytes(spoilt)
            faults = verify.check(path)
            assert faults, (name, spot)
            if name != "directory" and number < 3:
                assert any(name in where for _, where in faults), (name, faults)


@pytest.mark.parametrize(
    ("name", "change", "fault"),
    [
        ("findings.json", lambda text: text.replace('"error"', '"warning"', 1), "counts"),
        ("register.json", lambda text: text.replace('"kind": "activity"', '"kind": "activities"', 1), "counts"),
        ("register.json", lambda text: text.replace("2023", "2024", 1), "register"),
        ("register.json", lambda text: text.replace('"records": [', '"records": [], "records": [', 1), "content"),
        ("findings.json", lambda text: text.replace('"state": "accepted"', '"state": "open"', 1), "counts"),
        ("journal.jsonl", lambda text: text.replace('{"body"', '{"approved_by":"x","body"', 1), "content"),
        ("report.html", lambda text: text.replace("<main>", "<main><script>1</script>", 1), "content"),
        ("report.html", lambda text: text.replace("<main>", '<main onclick="x()">', 1), "content"),
        ("report.html", lambda text: text.replace(">14<", ">15<"), "counts"),
        ("journal.jsonl", lambda text: text.replace("aino", "eero", 1), "seal"),
        ("journal.jsonl", lambda text: text[text.index("\n") + 1 :], "seal"),
        ("journal.jsonl", lambda text: text[: text.rstrip("\n").rindex("\n") + 1], "seal"),
    ],
)
def test_who_also_rewrites_the_hashes_is_found_by_what_the_files_say(made, tmp_path, name, change, fault):
    """A forger who mends manifest and archive still meets the seals, the counts and the journal."""
    _, first, second = made
    files = dict(second.opened.files)
    text = files[name].decode()
    assert change(text) != text
    files[name] = change(text).encode()
    path = forged(files, tmp_path / second.path.name)
    shutil.copy(first.path, tmp_path)
    assert fault in [kind for kind, _ in verify.check(path)]


def forged(files, path):
    """A pack in which every hash was made to agree."""
    import hashlib

    manifest = json.loads(files[verify.MANIFEST])
    manifest["files"] = {one: hashlib.sha256(files[one]).hexdigest() for one in manifest["files"]}
    files[verify.MANIFEST] = json.dumps(manifest).encode()
    files[verify.SEALED] = f"{hashlib.sha256(files[verify.MANIFEST]).hexdigest()}  {verify.MANIFEST}\n".encode()
    path.write_bytes(verify.packed(files))
    return path


def test_the_chain_finds_an_earlier_pack_that_was_replaced(made, tmp_path):
    """The hash of the first stands in the second, whatever the first says of itself."""
    _, first, second = made
    files = {**first.opened.files, "README.txt": b"other\n"}
    forged(files, tmp_path / first.path.name)
    shutil.copy(second.path, tmp_path)
    assert verify.check(tmp_path / first.path.name) == []
    assert ("chain", first.path.name) in verify.check(tmp_path / second.path.name)


def test_an_earlier_pack_is_checked_itself_and_its_absence_is_said(made, tmp_path):
    """A journal rewritten in the first pack is found from the second; without the first the register is not checked, and that is told."""
    _, first, second = made
    shutil.copy(second.path, tmp_path)
    assert verify.checked(tmp_path / second.path.name, verify.read(tmp_path / second.path.name)) == ([], first.path.name)
    files = dict(first.opened.files)
    files["journal.jsonl"] = files["journal.jsonl"].replace(b"aino", b"eero", 1)
    (tmp_path / first.path.name).write_bytes(verify.packed(files))
    assert ("chain", first.path.name) in verify.check(tmp_path / second.path.name)
    expected = ["--expect", second.opened.hash]
    done = subprocess.run([sys.executable, verify.__file__, second.path, *expected], capture_output=True, text=True)
    assert done.returncode == 0
    (tmp_path / first.path.name).unlink()
    done = subprocess.run([sys.executable, verify.__file__, tmp_path / second.path.name, *expected], capture_output=True, text=True)
    assert (done.returncode, "NOT checked" in done.stdout) == (3, True)


def _archive(compression=zipfile.ZIP_STORED, **members):
    """An archive of any kind."""
    import io

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        _archive(),
        _archive(zipfile.ZIP_DEFLATED, manifest=b"0" * 10_000_000),
        _archive(**{"../evil.txt": b"x", "C:x": b"y"}),
        _archive(**{"manifest.json": b"[" * 200_000, "manifest.sha256": b"x"}),
        _archive(**{"manifest.json": b'{"format": 1, "files": [1]}', "manifest.sha256": b"x"}),
        _archive(**{"manifest.json": b'{"format": NaN, "files": null}', "manifest.sha256": b"x"}),
        _archive(**{"manifest.json": '{"format": "\\ud800"}', "manifest.sha256": b"x"}),
        _archive(**{"a\nx.zip: whole": b"x"}),
    ],
    ids=["empty", "no members", "bomb", "paths", "deep", "list", "nothing", "surrogate", "line break"],
)
def test_whatever_the_bytes_are_the_answer_is_a_fault_and_never_a_traceback(tmp_path, content):
    """The checker outside, the shell and the Desk."""
    path = tmp_path / "odd.zip"
    path.write_bytes(content)
    assert verify.check(path)
    done = subprocess.run([sys.executable, "-I", "-S", verify.__file__, path], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (1, "")
    assert all(line.startswith("odd.zip: ") and "whole;" not in line for line in done.stdout.splitlines())
    with pytest.raises(ivp.Refusal):
        packs.opened(path, "fi")


def test_a_pack_is_read_once_and_what_is_told_is_told_of_those_bytes(made, tmp_path, monkeypatch, capsys):
    """By the checker, the shell and the Desk: one that is replaced meanwhile is not called whole by another one's hash."""
    from ivplus_tools.cli.looking import _pack_code

    path = tmp_path / made[1].path.name
    whole, reads = made[1].path.read_bytes(), []
    path.write_bytes(whole)
    read_bytes = Path.read_bytes

    def once(one):
        content = read_bytes(one)
        if one.name == path.name:
            reads.append(one)
            path.write_bytes(b"replaced")
        return content

    monkeypatch.setattr(Path, "read_bytes", once)
    acts = {
        "checker": lambda: verify.main([str(path), "--expect", made[1].opened.hash]),
        "shell": lambda: _pack_code(str(path), "en", made[1].opened.hash, frozenset()),
        "desk": lambda: packs.opened(path, "en").hash == made[1].opened.hash,
    }
    for name, act in acts.items():
        path.write_bytes(whole)
        assert act() == (name == "desk"), name
    assert len(reads) == len(acts)


def test_files_added_to_or_taken_from_a_pack_are_named(made, tmp_path):
    """The manifest names every file, and nothing else may be there."""
    _, _, second = made
    extra = tmp_path / "extra.zip"
    extra.write_bytes(verify.packed({**second.opened.files, "more.txt": b"x"}))
    assert ("extra", "more.txt") in verify.check(extra)
    extra.write_bytes(verify.packed({name: one for name, one in second.opened.files.items() if name != "findings.csv"}))
    assert ("missing", "findings.csv") in verify.check(extra)
    extra.write_bytes(b"no archive")
    assert "archive" in [kind for kind, _ in verify.check(extra)]


def test_the_page_runs_and_loads_nothing_and_is_in_its_language(made):
    """No script, a policy that forbids everything, headings and tables, the language."""
    page = made[2].opened.files["report.html"].decode()
    assert "<script" not in page
    assert "default-src &#x27;none&#x27;" in page
    assert '<html lang="fi">' in page
    assert page.count("<h2") >= 9
    assert "<td>" not in page.replace("<td ", "")
    notebook = json.loads(made[2].opened.files["report.ipynb"])
    assert "widgets" not in notebook["metadata"]
    assert '"name": "stderr"' not in json.dumps(notebook)


def test_a_pack_is_signed_and_a_broken_or_foreign_one_is_not(made, tmp_path, monkeypatch):
    """The hash is sealed with the counts; the head seal that it names must be in this journal, today and later."""
    journal, _, second = made
    desk = ivp.Desk(journal, by="aino", lang="en", now="2026-03-05T10:00")
    desk.audit.sign(second.path, by="toimitusjohtaja", remarks="read")
    row = desk.audit.signoffs().iloc[-1]
    assert (row["pack_hash"], row["signed_by"], row["error_count"]) == (second.opened.hash, "toimitusjohtaja", 132)
    assert "audit-2026-03-02" not in desk.audit.findings()["subject"].tolist()
    spoilt = bytearray(second.path.read_bytes())
    spoilt[1000] ^= 1
    (tmp_path / "s.zip").write_bytes(spoilt)
    with pytest.raises(ivp.Refusal, match="not whole"):
        desk.audit.sign(tmp_path / "s.zip", by="x")
    other = ivp.Desk(tmp_path / "o.duckdb", by="tt", lang="en", now="2026-03-05T10:00")
    other.register.record(ivp.System("x", location=["Finland"]), valid_from="2026-01-01", why="w")
    with pytest.raises(ivp.Refusal, match="this journal"):
        other.audit.sign(second.path, by="x")
    with pytest.raises(ivp.Refusal, match="signs"):
        desk.audit.sign(second.path, by=" ")
    monkeypatch.setattr(packs, "rebuilt", lambda *_: second.opened)  # from a journal with more entries it is made anew in the next test
    desk.audit.sign(second.path, by="hallituksen jäsen", remarks="I disagree")
    assert desk.audit.signoffs()["signed_by"].tolist()[-2:] == ["hallituksen jäsen", "toimitusjohtaja"]


def test_a_pack_that_was_made_anew_is_not_signed(made, tmp_path, monkeypatch):
    """Report, PDF, notebook, facts, checker or findings replaced and every hash made to agree: what the journal gives is otherwise."""
    journal, first, second = made
    desk = ivp.Desk(journal, by="aino", lang="en", now="2026-03-05T10:00")
    desk.register.record(ivp.System("later", location=["Finland"]), valid_from="2026-01-01", why="no entry of the pack's moment")
    shutil.copy(first.path, tmp_path)
    signed = len(desk.audit.signoffs())
    replaced = {
        "report.html": lambda text: text.replace(b"</body>", b" </body>"), "report.pdf": lambda text: text + b"%",
        "verify.py": lambda _: b"",
        "report.ipynb": lambda text: text + b" ", "findings.json": lambda text: text.replace(b"REG-0", b"REG-9"),
        "facts/gdpr.toml": lambda text: text + b"#", "answers.json": lambda text: text + b" ",
    }  # fmt: skip
    again = packs.rebuilt(second.path, second.opened, desk.standpoint)
    packs.demand_same(second.opened, again)
    for name, change in replaced.items():
        files = dict(second.opened.files)
        files[name] = change(files[name])
        path = forged(files, tmp_path / second.path.name)
        with pytest.raises(ivp.Refusal, match=rf"(?s)differs.*{name}"):
            packs.demand_same(packs.opened(path, "en"), again)
    with monkeypatch.context() as patch:
        patch.setattr(packs, "rebuilt", lambda *_: again)  # what was made anew above
        with pytest.raises(ivp.Refusal, match=r"answers\.json"):
            desk.audit.sign(tmp_path / second.path.name, by="x")
    (tmp_path / first.path.name).unlink()
    with pytest.raises(ivp.Refusal, match="pack before"):
        desk.audit.sign(tmp_path / second.path.name, by="x")
    assert len(desk.audit.signoffs()) == signed


def test_a_pack_of_other_code_is_not_signed_and_what_differs_is_named(made):
    """It cannot be made anew: the audit is to be run again."""
    _, _, second = made
    versions = {**second.manifest["versions"], "duckdb": "0.1"}
    for changed, named in (({"versions": versions}, "duckdb 0.1"), ({"code": "x"}, "ivplus-tools")):
        other = replace(second.opened, manifest={**second.manifest, **changed})
        with pytest.raises(ivp.Refusal, match=named):
            packs.demand_same(other, second.opened)


def test_what_cannot_be_audited_is_refused_and_leaves_nothing(made, tmp_path):
    """A day to come, a journal that is not there, a notebook that fails or is none, packs of another journal."""
    journal, _, second = made
    audit = ivp.evidence.audit
    with pytest.raises(ivp.Refusal, match="not been yet"):
        audit(journal, as_of="2199-01-01", out=tmp_path)
    with pytest.raises(ivp.Refusal, match="no journal"):
        audit(tmp_path / "none.duckdb", as_of=DAY, out=tmp_path)
    notebook = json.loads((ROOT / "notebooks" / "audit" / "quarterly.ipynb").read_text(encoding="utf-8"))
    bad = tmp_path / "bad.ipynb"
    bad.write_text(
        json.dumps(
            {**notebook, "cells": [*notebook["cells"][:3], {**notebook["cells"][1], "id": "bad", "source": "1 / 0", "metadata": {}}]}
        )
    )
    with pytest.raises(ivp.Refusal, match="ZeroDivisionError"):
        audit(journal, as_of=DAY, out=tmp_path, notebook=bad)
    bad.write_text(json.dumps({**notebook, "cells": notebook["cells"][:1]}))
    with pytest.raises(ivp.Refusal, match="parameters"):
        audit(journal, as_of=DAY, out=tmp_path, notebook=bad)
    bad.write_text("no notebook")
    with pytest.raises(ivp.Refusal):
        audit(journal, as_of=DAY, out=tmp_path, notebook=bad)
    assert list(tmp_path.glob("*.zip*")) == []
    shutil.copy(second.path, tmp_path)
    other = ivp.sample(tmp_path / "other.duckdb", now="2025-06-01T09:00").standpoint.path
    with pytest.raises(ivp.Refusal, match="this journal"):
        audit(other, as_of="2026-03-03", out=tmp_path)


def test_the_report_compares_with_the_pack_before_and_a_day_that_is_not_over_is_read_at_its_moment(tmp_path):
    """What the pack before knew already is no news; a time limit that ends this evening has not ended at nine."""
    desk = ivp.Desk(tmp_path / "a.duckdb", by="tt", lang="fi", now="2026-02-10T09:00")
    desk.register.record(activity("reklamaatiot"), valid_from="2026-01-10", why="learnt late")
    first = ivp.evidence.audit(desk.standpoint.path, as_of="2026-01-31", since="2026-01-01", out=tmp_path, notebook=brief(tmp_path))
    later = ivp.Desk(tmp_path / "a.duckdb", by="tt", lang="fi", now="2026-03-04T09:00")
    later.breach.open("mail", aware="2026-03-01T22:40")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IVPLUS_NOW", "2026-03-04T09:00")
        second = ivp.evidence.audit(desk.standpoint.path, as_of="2026-03-04", out=tmp_path, notebook=brief(tmp_path))
    assert (second.manifest["compared_with"], second.manifest["since"]) == (first.path.name, "2026-01-31")
    page = second.opened.files["report.html"].decode()
    assert "BRE-001" in page
    assert "BRE-002" not in page
    assert "learnt late" not in page


def brief(folder):
    """A notebook that counts and compares."""
    import nbformat

    code = nbformat.v4.new_code_cell
    cells = [
        nbformat.v4.new_markdown_cell("# Brief"),
        code("as_of = known = since = lang = None", metadata={"tags": ["parameters"]}),
        code("import ivplus_tools as ivp\ndesk = ivp.audited(as_of, known, lang)\nivp.show(desk.audit.counts().drop(columns='kind'))"),
        code("ivp.show(desk.compare(ivp.evidence.earlier(since)))"),
        code("ivp.show(desk.findings())"),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "brief.ipynb")
    return folder / "brief.ipynb"


def test_a_small_notebook_of_the_officers_own_makes_a_pack(tmp_path, desk):
    """Any notebook with a `parameters` cell; in Swedish, with hostile text, which runs nowhere."""
    import nbformat

    bad = '<img src=x onerror="window.__xss=1"><script>1</script>'
    desk.register.record(activity(bad), valid_from=DAY, why=bad)
    new, md = nbformat.v4.new_code_cell, nbformat.v4.new_markdown_cell
    mine = nbformat.v4.new_notebook(
        cells=[
            md(f"# Mine\n\n{bad}"),
            new("as_of = known = since = lang = None", metadata={"tags": ["parameters"]}),
            new("import ivplus_tools as ivp\ndesk = ivp.audited(as_of, known, lang)\nivp.show(desk.audit.counts().drop(columns='kind'))"),
            new("desk.findings()"),
            new("print('said', 1 + 1)"),
        ]
    )
    nbformat.write(mine, tmp_path / "mine.ipynb")
    pack = ivp.evidence.audit(desk.standpoint.path, as_of=DAY, out=tmp_path, lang="sv", notebook=tmp_path / "mine.ipynb")
    page = pack.opened.files["report.html"].decode()
    assert pack.path.name == "audit-2026-03-02-sv.zip"
    assert "<img" not in page
    assert "<script" not in page
    assert "&lt;img src=x onerror" in page
    assert '<html lang="sv">' in page
    assert "said 2" in page
    assert pack.manifest["previous"] is None


# --- what a newer version of code or facts made of it


def test_edited_facts_and_changed_code_are_told_apart(made, monkeypatch, tmp_path):
    """Since a pack: the same question under its own facts shows whether a file of facts or the code made the difference."""
    journal, _, second = made
    desk = ivp.Desk(journal, lang="fi").at(valid=DAY, known=DAY)
    assert desk.compare(second.path).empty
    folder = tmp_path / "facts"
    shutil.copytree(_law.FOLDER, folder)
    text = (folder / "gdpr.toml").read_text(encoding="utf-8")
    (folder / "gdpr.toml").write_text(text.replace('severity = "error"', 'severity = "warning"'), encoding="utf-8")
    edited = (folder / "edpb.toml").read_text(encoding="utf-8")
    assert edited.count('period = "P12M"') >= 1
    (folder / "edpb.toml").write_text(edited.replace('period = "P12M"', 'period = "P90Y"'), encoding="utf-8")
    with _law.reading(folder):
        why = desk.compare(second.path)
    assert set(why["made_by"]) == {"facts"}
    assert "edpb:tia_review" in why["rule"].iloc[0]
    from ivplus_tools import _findings

    monkeypatch.setattr(_findings.Finding, "told", lambda self, lang: f"{self.code} otherwise {lang}")
    why = desk.compare(second.path)
    assert set(why["made_by"]) == {"code"}
    assert "→" in why["why"].iloc[0]


def test_the_report_counts_what_the_register_holds(made):
    """The table of the page, the register and the manifest say the same of every kind."""
    held = Counter(one["kind"] for one in json.loads(made[2].opened.files["register.json"])["records"])
    assert dict(held) == {kind: count for kind, _, count in made[2].manifest["counts"] if count}
    assert isinstance(packs.opened(Path(made[2].path), "fi"), packs.Opened)


# --- what an answer rests on


@contextlib.contextmanager
def reworded(lang, *keys):
    """Every label and name of the law worded otherwise in a language; with keys, those alone."""
    texts = [(one, one[lang]) for key, one in _wordless._texts() if not keys or key in keys]
    caches = (_wordless._plain, _wordless._labels, _wordless._by_length, _wordless._sentences, duty.recorded)
    try:
        for one, text in texts:
            one[lang] = f"{text} toisin"
        [cache.cache_clear() for cache in caches]
        yield
    finally:
        for one, text in texts:
            one[lang] = text
        [cache.cache_clear() for cache in caches]


def rests_on(desk):
    """What the answer to each finding would rest on, and how that is worded in English."""
    found = desk.audit.state().answered()
    return sorted(one.id for one in found), sorted(one.worded for one in found)


@pytest.mark.parametrize(
    ("lang", "keys"),
    [("fi", ()), ("sv", ()), ("en", ()), ("en", (".field.data_subjects",)), ("en", (".field.consequences",)), ("en", ("gdpr:28(3):C6",))],
    ids=lambda one: "-".join([one] if isinstance(one, str) else one) or "all",
)
def test_no_answer_rests_on_a_wording(sample, lang, keys):
    """Whatever is worded otherwise, in a sentence or a list too, each finding of the sample stays the one that was answered."""
    ids, worded = rests_on(sample)
    with reworded(lang, *keys):
        again, otherwise = rests_on(sample)
    assert again == ids
    assert (otherwise != worded) == (lang == "en"), "nothing was worded otherwise"


def test_an_acceptance_given_today_for_a_later_day_lasts_no_longer_for_that(sample):
    """A chain of acceptances written in one sitting would be one without an end."""
    sample.audit.accept("REG-061", "messut", reason="r", until="2027-03-01", valid_from="2026-03-02")
    with pytest.raises(ivp.Refusal, match="at most"):
        sample.audit.accept("REG-061", "messut", reason="r", until="2028-03-01", valid_from="2027-03-02")


def test_findings_that_differ_have_facts_that_differ(sample):
    """What is left out with the wording is no fact: no two findings of the sample become one, and another value is another finding."""
    told = {}
    for one in sample.audit.state().answered():
        told.setdefault((one.finding.code, one.finding.subject, one.facts), set()).add(one.worded)
    assert not [key for key, worded in told.items() if len(worded) > 1]
    day, labels = dt.date(2026, 3, 2), _words.values("scan_problem")
    facts = {
        Finding("r", "RET-008", day, {"problem": {lang: f"{labels[key][lang]} {detail}" for lang in _words.LANGS}}).facts
        for key in list(labels)[:3] for detail in ("a", "b")
    }  # fmt: skip
    assert len(facts) == 6


def test_an_answer_given_in_the_words_of_before_still_holds(sample):
    """The sample's answers name their facts in English, as answers did before; they stand as they stood."""
    states = sample.audit.status().query("state != 'open'")[["code", "subject"]].values.tolist()
    assert ["REG-042", "kameravalvonta"] in states


def test_acceptances_of_counts_outlive_new_words_and_a_new_scan(tmp_path):
    """RET-005 and RET-006 of a source that grows, counted anew, with every label worded otherwise; another column ends what rests on it."""
    path = tmp_path / "t.csv"
    path.write_text("id,d,e\n1,2020-01-01,2020-01-01\n2,soon,2026-01-01\n", encoding="utf-8")
    desk = ivp.Desk(tmp_path / "j.duckdb", by="tt", lang="en", now=NOW)
    desk.source("s", str(path))
    rule = ivp.RetentionRule(
        "r", source="s", table="t", subject_key="id", start_column="d", start_event="EVENT", period="P1Y", action="erase"
    )
    desk.retention.record(rule, valid_from=DAY, why="w")
    desk.retention.scan()
    for code in ("RET-005", "RET-006"):
        desk.audit.accept(code, "r", reason="r", until="2026-12-31")
    with path.open("a", encoding="utf-8") as out:
        out.write("3,2019-01-01,2019-01-01\n4,later,2019-01-01\n5,never,2019-01-01\n")
    desk.retention.scan()
    assert [int(one.record.counts[0].overdue) for one in desk.retention.state().of("scan")] == [2]
    for lang in _words.LANGS:
        with reworded(lang):
            assert [*of(desk, "RET-005"), *of(desk, "RET-006")] == ["accepted", "accepted"]
    desk.retention.record(rule.replace(start_column="e"), valid_from=DAY, why="w")
    assert of(desk, "RET-006") != ["accepted"]


def test_an_acceptance_has_the_longest_time_that_the_company_has_set(tmp_path):
    """Twelve months unless set; then what stands for us on the day from which it holds, by hand too. No other company's counts."""
    desk = ivp.Desk(tmp_path / "a.duckdb", by="tt", lang="en", now="2026-03-02T09:00")
    desk.register.record(activity("a", "b", "c"), valid_from="2026-01-01", why="w")

    def accept(about, until, **more):
        return desk.audit.accept("REG-020", "asiakkaat", reason="r", until=until, about=about, **more)

    with pytest.raises(ivp.Refusal, match="policy") as refused:
        accept("a", "2027-03-03")
    assert "law" not in str(refused.value)
    assert accept("a", "2027-03-02").entries
    other = ivp.Organisation("them", relation="processor", longest_acceptance="5 years")
    desk.register.record([other, ivp.Organisation("us", relation="own", longest_acceptance="3 months")], valid_from="2026-02-01", why="w")
    for until in ("2026-06-03", "2027-03-02"):
        with pytest.raises(ivp.Refusal, match="3 months"):
            accept("b", until)
    assert accept("b", "2026-06-02").entries
    assert accept("c", "2027-01-15", valid_from="2026-01-15").entries  # what stood before the policy
    [held] = [one for one in desk.audit.responses().itertuples() if "b" in str(one.finding_facts).split()]
    by_hand = desk.audit.get(held.id).replace(accepted_until="2099-01-01")
    with pytest.raises(ivp.Refusal, match="3 months"):
        desk.audit.record(by_hand, valid_from=DAY, why="w")
    for bad in ("PT72H", "soon"):
        with pytest.raises(ivp.Refusal):
            ivp.Organisation("us", relation="own", longest_acceptance=bad)
