"""Answers about one moment cost what stands then; identifiers that look the same are one subject, or are told."""

import json
import os

import pandas as pd
import pytest
from house import NOW

import ivplus_tools as ivp
from ivplus_tools import _store
from ivplus_tools._records import Record
from ivplus_tools._sources import sheets


def put(desk, ident, **fields):
    """An activity, true since the beginning of the year."""
    return desk.register.record(ivp.Activity(ident, **fields), valid_from="2026-01-01", why="w")


@pytest.mark.parametrize("day", [None, "2025-06-30", "2026-01-15"])
def test_what_stands_is_the_same_from_the_file_a_page_and_a_book(sample, day):
    """At the present and at earlier days, with what has ended, persons, seals and the entries of some kinds."""
    file = (sample.at(valid=day, known=day) if day else sample).standpoint
    page, book = _store.read_page(file), _store.read_once(file)
    kinds = ("transfer", "transfer_assessment")
    numbers = [one.entry for one in _store.every(file)][:5]
    answers = [
        (_store.standing(at), _store.decided(at), _store.persons(at), _store.entries(at, kinds), _store.seals(at, numbers))
        for at in (file, page, book)
    ]
    assert answers[0] == answers[1] == answers[2]
    assert page.page is not None
    assert file.page is None


def test_findings_read_what_stands_and_not_what_was_written(desk, monkeypatch):
    """Thirty entries about each of four subjects: no more are read than stand."""
    day = desk.standpoint.valid_on
    drafts = [_store.Draft("register", "activity", f"a{n % 4}", day, "w", {"remarks": f"{n}"}) for n in range(120)]
    _store.append(desk.standpoint, drafts)
    read = []
    sound = _store._sound
    monkeypatch.setattr(_store, "_sound", lambda rows: read.extend(rows) or sound(rows))
    found = desk.findings()
    assert set(found["subject"]) >= {"a0", "a1", "a2", "a3"}
    assert len(read) == 4


def test_composed_and_decomposed_letters_are_one_subject(desk):
    """NFC and NFD of one name, written, read, told and ended."""
    put(desk, "e\u0301x", name="first")
    put(desk, "\u00e9x", name="second")
    assert [one.subject for one in _store.standing(desk.standpoint)] == ["\u00e9x"]
    assert desk.register.get("e\u0301x").name == "second"
    assert len(desk.register.history("e\u0301x")) == 2
    desk.register.end("e\u0301x", valid_from="2026-02-01", why="w")
    assert not _store.standing(desk.standpoint)


@pytest.mark.parametrize("sign", ["\u200b", "\u200d", "\u202e", "\u2066", "\ufeff", "\u00ad", "\u3164", "\u034f", "\ufe0f", "\u2800"])
def test_an_identifier_with_a_sign_that_nobody_sees_is_refused(desk, tmp_path, sign):
    """By name of the sign, and nothing is written; from a file its row is set apart."""
    with pytest.raises(ivp.Refusal, match=f"U\\+{ord(sign):04X}"):
        put(desk, f"a{sign}b")
    (tmp_path / "x.csv").write_text(f"Activity;Id;Purpose\nn;a{sign}b;p\nm;ab;p\n", encoding="utf-8")
    preview = desk.register.read(tmp_path / "x.csv")
    assert len(preview.set_apart) == 1
    assert not _store.every(desk.standpoint)


@pytest.mark.parametrize("other", ["\u0430sia", "Asia", "\uff41sia", "asi\u0251"[:3] + "\u0430"])
def test_a_look_alike_of_an_identifier_is_told(desk, other):
    """Letters of other scripts, cases and full widths: on the receipt, in every language; a plainly different one is not."""
    put(desk, "asia")
    told = put(desk, other)
    assert told.alike == ((other, "asia"),)
    assert "asia" in repr(told).splitlines()[1]
    assert not put(desk, "asiat").alike
    assert not put(desk, other, name="again").alike


@pytest.mark.parametrize(
    "act",
    [
        lambda _: ivp.Activity(10**5000), lambda _: ivp.Activity("x", name=10**5000), lambda desk: desk.register.get(10**5000),
        lambda _: ivp.Activity("x", imported={10**5000: "a"}), lambda desk: desk.register.withdraw(10**5000, why="w"),
        lambda desk: desk.register.record(ivp.Activity("x"), valid_from=10**5000, why="w"),
        lambda _: ivp.Breach("x", people_count=10**5000),
    ],
)  # fmt: skip
def test_a_number_of_thousands_of_digits_is_refused(desk, act):
    """One line, wherever it is given."""
    with pytest.raises(ivp.Refusal):
        act(desk)
    assert ivp.Activity("x", imported="|").imported is None


MANIFESTS = {
    "a pipe": os.mkfifo if hasattr(os, "mkfifo") else None,
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "huge": lambda path: path.write_text('{"format": 1, "x": "' + "a" * 100_000 + '"}'),
    "other types": lambda path: path.write_text('{"format": [], "entries": {}, "sha256": 3}'),
    "infinite": lambda path: path.write_text('{"format": 1e999, "entries": 1, "head": "", "sha256": {}}'),
    "deep": lambda path: path.write_text("[" * 60_000),
    "a list": lambda path: path.write_text("[]"),
}


@pytest.mark.skipif(os.name == "nt", reason="pipes and devices")
@pytest.mark.parametrize("name", MANIFESTS)
def test_a_crafted_backup_is_refused_in_one_line(tmp_path, name):
    """Whatever stands in place of a manifest; nothing hangs and nothing is written."""
    (tmp_path / "b").mkdir()
    MANIFESTS[name](tmp_path / "b" / "manifest.json")
    with pytest.raises(ivp.Refusal, match=r"manifest\.json"):
        ivp.restore(tmp_path / "b", tmp_path / "r.duckdb")
    assert not (tmp_path / "r.duckdb").exists()


@pytest.mark.parametrize("change", [{"subject": []}, {"entry": "1"}, {"why": None}, {"body": {}}, {"recorded_by": "\ud800"}])
def test_an_entry_of_another_type_in_a_backup_is_refused(desk, tmp_path, change):
    """Though the manifest has the hash of the file as it was changed."""
    import hashlib

    put(desk, "a")
    folder = desk.backup(tmp_path / "b")
    line = json.loads((folder / "journal.jsonl").read_text()) | change
    (folder / "journal.jsonl").write_text(json.dumps(line) + "\n")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["sha256"]["journal.jsonl"] = hashlib.sha256((folder / "journal.jsonl").read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ivp.Refusal, match=r"journal\.jsonl"):
        ivp.restore(folder, tmp_path / "r.duckdb")


def test_a_workbook_that_is_a_bomb_is_refused_before_it_is_read(tmp_path, monkeypatch):
    """By what it unpacks to; an ordinary one is read."""
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["a", "b"])
    book.active.append(["x", "y"])
    book.save(tmp_path / "x.xlsx")
    assert sheets.names(tmp_path / "x.xlsx") == ["Sheet"]
    monkeypatch.setattr(sheets, "ALWAYS", 10)
    monkeypatch.setattr(sheets, "RATIO", 0)
    with pytest.raises(ivp.Refusal, match=r"x\.xlsx"):
        sheets.names(tmp_path / "x.xlsx")


def test_a_desk_of_a_pinned_moment_sees_what_it_writes(tmp_path):
    """What was read for an answer is not kept for the next one."""
    desk = ivp.Desk(tmp_path / "j.duckdb", by="tt", lang="en", now=NOW)
    desk.findings()
    put(desk, "a")
    assert "a" in set(desk.findings()["subject"])


ELSEWHERE = {  # fields that a noun tells otherwise: as rows of their own, or by a shorter name
    "agreements": {"clauses"}, "certificates": {"rows_count"}, "erasure_plans": {"rows_count"},
}  # fmt: skip


def test_every_field_of_a_record_is_a_column_of_its_noun(sample):
    """What is recorded can be asked for: a field that no query shows is answered and never seen again."""
    nouns = {kind: record.noun for kind, record in Record.kinds.items() if record.noun}
    assert len(nouns) >= 19
    for kind, noun in nouns.items():
        columns = set(sample.sql(f"FROM {noun}() LIMIT 0").columns)
        assert set(Record.kinds[kind].model_fields) - columns == ELSEWHERE.get(noun, set()), noun


def test_every_coded_column_of_a_noun_is_shown_in_words(sample):
    """What a column holds follows from the field of its name: a list's code, a place, a moment, a period."""
    told = {
        "high_risk_removed": ("yes", "kyllä"), "grace": ("P1M", "1 kuukausi"), "people_countries": ("SE; FI", "Ruotsi; Suomi"),
        "approved": ("2026-03-01T10:00:00+02:00", "1.3.2026 klo 10.00"), "confirmed_how": ("technical", "tekninen näyttö"),
        "title": ("P1M", "P1M"),
    }  # fmt: skip
    for name, (code, words) in told.items():
        [shown] = ivp.label(pd.DataFrame({name: [code]}), lang="fi").iloc[0]
        assert shown.replace("\u00a0", " ").startswith(words), name
