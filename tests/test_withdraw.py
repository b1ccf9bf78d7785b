"""An entry that was a mistake is taken back: it stops counting from then on, and nothing that was known before changes."""

import json
import os
from dataclasses import replace

import pytest
from house import NOW
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ivplus_tools as ivp
from ivplus_tools import _store


def put(desk, ident="a", day="2026-01-01", **fields):
    """Record one activity."""
    return desk.register.record(ivp.Activity(ident, **fields), valid_from=day, why="w")


def at(path, now):
    """The journal's Desk at a moment."""
    return ivp.Desk(path, by="tt", lang="en", now=now)


def test_an_entry_taken_back_no_longer_counts_and_what_stood_before_stands_again(desk):
    """The wrong day, the wrong owner: as if it had not been written, for every question from now on."""
    put(desk, owner="right")
    wrong = put(desk, day="2026-02-01", owner="wrong")
    assert desk.register.get("a").owner == "wrong"
    desk.register.withdraw(wrong.entries[0], why="meant another activity")
    assert desk.register.get("a").owner == "right"
    assert desk.register.activities()["owner"].tolist() == ["right"]
    assert desk.sql("FROM standing()")["entry"].tolist() == [1]
    assert desk.at(valid="2026-02-15").register.get("a").owner == "right"
    assert desk.verify().ok
    assert desk.verify().entries == 3


def test_answers_as_of_earlier_knowledge_keep_it(tmp_path):
    """What was known on a day is what was known on it, mistakes included; so is what a book of that moment says."""
    path = tmp_path / "j.duckdb"
    put(at(path, "2026-03-01T09:00"), owner="right")
    put(at(path, "2026-03-01T10:00"), owner="wrong")
    desk = at(path, "2026-03-02T09:00")
    desk.register.withdraw(2, why="w")
    assert desk.register.get("a").owner == "right"
    then = desk.at(known="2026-03-01")
    assert then.register.get("a").owner == "wrong"
    held = _store.read_once(then.standpoint)
    assert [one.entry for one in _store.standing(held)] == [2]
    changes = desk.register.changes(since=then)
    assert changes[["field", "before", "after", "entry", "why"]].values.tolist() == [["owner", "wrong", "right", 3, "w"]]


def test_a_subject_whose_only_entry_is_taken_back_is_gone_and_its_history_tells_why(desk):
    """The history keeps both entries, each told of the other."""
    put(desk)
    put(desk, "b")
    receipt = desk.register.withdraw(1, why="a demo cell, run by error")
    assert desk.register.activities()["id"].tolist() == ["b"]
    with pytest.raises(ivp.Refusal, match=r"nearest|b"):
        desk.register.get("a")
    history = desk.register.history("a")
    assert history["entry"].tolist() == [1, receipt.entries[0]]
    assert "taken back by entry 3" in history["change"][0]
    assert "takes entry 1 back" in history["change"][1]
    assert history["why"][1] == "a demo cell, run by error"
    assert (desk.register.changes(since=desk.at(known="2026-03-01"))["change"] == "added").all()


def test_an_end_taken_back_lets_the_subject_stand_again(desk):
    """An end is an entry like any other."""
    put(desk)
    receipt = desk.register.end("a", valid_from="2026-02-01", why="w")
    assert len(desk.register.activities()) == 0
    desk.register.withdraw(receipt, why="the wrong company")
    assert desk.register.activities()["id"].tolist() == ["a"]


def test_a_receipt_is_taken_back_whole(desk):
    """Every entry of it, in one transaction."""
    receipt = desk.register.record([ivp.Activity(one) for one in "abc"], valid_from="2026-01-01", why="w")
    put(desk, "d")
    assert desk.register.withdraw(receipt, why="w").entries == (5, 6, 7)
    assert desk.register.activities()["id"].tolist() == ["d"]


def test_the_same_can_be_recorded_again_and_a_form_that_was_open_is_told(desk):
    """What was taken back does not stand already; a writer who saw it is refused, one who sees what stands now is not."""
    put(desk, owner="x")
    put(desk, owner="y")
    desk.register.withdraw(2, why="w")
    with pytest.raises(ivp.Refusal, match="tt"):
        desk.register.record(ivp.Activity("a", owner="z"), valid_from="2026-01-01", why="w", expecting=2)
    assert desk.register.record(ivp.Activity("a", owner="y"), valid_from="2026-01-01", why="w", expecting=1).entries == (4,)
    assert desk.register.get("a").owner == "y"


def test_the_number_of_a_case_taken_back_is_not_given_again(desk):
    """A breach opened by error is gone, and the next one has a number of its own."""
    first = desk.breach.open("x", aware="2026-03-01T09:00")
    entry = int(desk.breach.history(first.id)["entry"].max())
    desk.breach.withdraw(entry, why="a demo cell")
    assert desk.breach.open("y", aware="2026-03-01T09:00").id != first.id
    assert desk.breach.breaches()["title"].tolist() == ["y"]


@pytest.mark.parametrize("entry", [0, 99, -1, True, "1", None, 1.0, [1], (1,)])
def test_what_is_no_entry_is_refused(desk, entry):
    """In one line, and nothing is written."""
    put(desk)
    with pytest.raises(ivp.Refusal, match="no entry"):
        desk.register.withdraw(entry, why="w")
    assert desk.verify().entries == 1


def test_a_number_out_of_a_frame_is_taken_and_a_receipt_of_another_journal_is_not(desk, tmp_path):
    """A cell of the history is a number as any other; another journal's receipt has the same numbers and means other entries."""
    put(desk)
    desk.register.withdraw(desk.register.history("a")["entry"].iloc[0], why="w")
    assert len(desk.register.activities()) == 0
    put(desk, "b")
    receipt = put(ivp.Desk(tmp_path / "other.duckdb", by="tt", lang="en", now=NOW), "c")
    with pytest.raises(ivp.Refusal, match="another journal"):
        desk.register.withdraw(replace(receipt, entries=(3,)), why="w")
    assert desk.register.activities()["id"].tolist() == ["b"]


def test_what_cannot_be_taken_back_is_refused(sample, desk):
    """Twice, of another room, without a reason or a name, from a past standpoint, a sign-off, and the taking back itself."""
    put(desk)
    with pytest.raises(ivp.Refusal, match="register"):
        desk.review.withdraw(1, why="w")
    with pytest.raises(ivp.Refusal, match="Say why"):
        desk.register.withdraw(1)
    with pytest.raises(ivp.Refusal, match="reads only"):
        desk.at(valid="2026-01-01").register.withdraw(1, why="w")
    with pytest.raises(ivp.Refusal, match="Say who"):
        ivp.Desk(desk.standpoint.path, now=NOW).register.withdraw(1, why="w")
    desk.register.withdraw(1, why="w")
    for number in (1, 2):
        with pytest.raises(ivp.Refusal, match=r"already taken back|own acts"):
            desk.register.withdraw(number, why="w")
    assert desk.verify().entries == 2
    signed = [one.entry for one in _store.every(sample.standpoint) if one.kind == "signoff"]
    assert signed
    with pytest.raises(ivp.Refusal, match="own acts"):
        sample.audit.withdraw(signed[0], why="w")


def test_an_export_with_its_history_does_not_bring_back_what_was_taken_back(desk, tmp_path):
    """Neither as what stands nor as what once stood."""
    put(desk, owner="right")
    put(desk, owner="wrong", day="2026-02-01")
    desk.register.withdraw(2, why="w")
    path = desk.register.write(tmp_path / "x.json", history=True)
    assert "wrong" not in json.dumps(json.loads(path.read_text()))
    other = ivp.Desk(tmp_path / "other.duckdb", by="tt", lang="en", now=NOW)
    other.register.read(path).commit(why="w")
    assert other.register.get("a").owner == "right"


def test_a_backup_keeps_it_taken_back(desk, tmp_path):
    """The restored journal answers the same."""
    put(desk, owner="right")
    put(desk, owner="wrong")
    desk.register.withdraw(2, why="w")
    ivp.restore(desk.backup(tmp_path / "b"), tmp_path / "r.duckdb")
    assert at(tmp_path / "r.duckdb", NOW).register.get("a").owner == "right"


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_book_and_queries_agree_on_what_was_taken_back(tmp_path_factory, data):
    """At every standpoint, whatever was written and taken back in whatever order."""
    path = tmp_path_factory.mktemp("w") / "j.duckdb"
    days = ["2026-01-01", "2026-01-05", "2026-01-09"]
    turns = data.draw(st.integers(2, 7))
    for turn in range(turns):
        desk = at(path, f"2026-02-01T{10 + turn}:00")
        counting = [one.entry for one in _store.entries(desk.standpoint)] if turn else []
        if counting and data.draw(st.booleans()):
            desk.register.withdraw(data.draw(st.sampled_from(counting)), why="w")
        elif data.draw(st.integers(0, 4)) == 0 and "a" in set(desk.register.activities()["id"]):
            desk.register.end("a", valid_from="2026-01-09", why="w")
        else:
            put(desk, data.draw(st.sampled_from("ab")), data.draw(st.sampled_from(days)), owner=f"o{turn}")
    for day in days:
        for hour in range(9, 10 + turns):
            then = desk.at(valid=day, known=f"2026-02-01T{hour:02d}:30").standpoint
            once = _store.read_once(then)
            assert _store.standing(then) == _store.standing(once)
            assert _store.decided(then) == _store.decided(once)
            for subject in "ab":
                alone = [one for one in _store.standing(then) if one.subject == subject]
                assert _store.standing(then, subject) == alone == _store.standing(once, subject)


# --- the clock


def test_a_pinned_moment_far_ahead_is_refused_and_the_word_for_it_is_told(tmp_path):
    """Over a day ahead of the machine's clock; a day is none, and the sample may stand anywhere."""
    path = tmp_path / "j.duckdb"
    with pytest.raises(ivp.Refusal, match="trust_clock"):
        put(at(path, "2036-03-02T09:00"))
    assert not path.exists() or ivp.Desk(path).verify().entries == 0
    ahead = ivp.Desk(path, by="tt", lang="en", now="2036-03-02T09:00", trust_clock=True)
    assert put(ahead).entries == (1,)
    sample = ivp.sample(tmp_path / "s.duckdb", now="2036-03-02T09:00", lang="en")
    assert put(sample, "new").entries


def test_a_pinned_environment_far_ahead_is_refused_too(tmp_path, monkeypatch):
    """`IVPLUS_NOW` is a pin like any other."""
    monkeypatch.setenv("IVPLUS_NOW", "2036-03-02T09:00")
    with pytest.raises(ivp.Refusal, match="trust_clock"):
        put(ivp.Desk(tmp_path / "j.duckdb", by="tt"))


def test_a_machine_clock_far_ahead_of_the_last_entry_is_refused(tmp_path):
    """Over 400 days after all that was written here; a journal of yesterday goes on."""
    old, new = tmp_path / "old.duckdb", tmp_path / "new.duckdb"
    put(at(old, "2024-01-01T09:00"))
    put(at(new, "2026-03-02T09:00"))
    with pytest.raises(ivp.Refusal, match="400 days"):
        put(ivp.Desk(old, by="tt"), "b")
    assert put(ivp.Desk(new, by="tt"), "b").entries == (2,)
    assert put(ivp.Desk(old, by="tt", trust_clock=True), "b").entries == (2,)
    assert put(ivp.Desk(old, by="tt"), "c").entries == (3,)


def test_a_new_journal_looks_at_the_newest_file_beside_it(tmp_path):
    """In a folder where nothing was written for 400 days the clock is doubted; in an empty one, and beside a file of today, not."""
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "letter.txt").write_text("x")
    os.utime(tmp_path / "old" / "letter.txt", (1_600_000_000, 1_600_000_000))
    with pytest.raises(ivp.Refusal, match="400 days"):
        put(ivp.Desk(tmp_path / "old" / "j.duckdb", by="tt"))
    (tmp_path / "old" / "today.txt").write_text("x")
    assert put(ivp.Desk(tmp_path / "old" / "j.duckdb", by="tt")).entries == (1,)
    (tmp_path / "empty").mkdir()
    assert put(ivp.Desk(tmp_path / "empty" / "j.duckdb", by="tt")).entries == (1,)


def test_an_entry_written_by_a_clock_far_ahead_is_mended_by_taking_it_back(tmp_path):
    """It blocks writing until that day; taken back, it blocks nothing and is not known before its day."""
    path = tmp_path / "j.duckdb"
    put(at(path, "2026-03-01T09:00"), owner="right")
    for number in range(2):
        put(ivp.Desk(path, by="tt", now="2036-03-02T09:00", trust_clock=True), owner=f"wrong {number}")
    desk = at(path, "2026-03-02T09:00")
    with pytest.raises(ivp.Refusal, match="clock"):
        put(desk, "b")
    desk.register.withdraw(2, why="the clock was wrong")
    desk.register.withdraw(3, why="the clock was wrong")
    assert put(desk, "b").entries == (6,)
    assert desk.register.get("a").owner == "right"
    assert ivp.Desk(path).register.get("a").owner == "right"
    assert desk.verify().ok


@pytest.mark.parametrize("day", ["1023-01-01", "1989-12-31", "2077-01-01", "2126-01-01"])
def test_an_unlikely_day_is_asked_for_twice(desk, day):
    """Refused with the way to insist, for a record, an end and an import; with it, it is recorded."""
    with pytest.raises(ivp.Refusal, match="insist=True"):
        put(desk, day=day)
    assert not desk.standpoint.path.exists()
    assert desk.register.record(ivp.Activity("a"), valid_from=day, why="w", insist=True).entries == (1,)
    with pytest.raises(ivp.Refusal, match="insist=True"):
        desk.register.end("a", valid_from=day, why="w")


@pytest.mark.parametrize("day", ["1990-01-01", "2076-12-31"])
def test_a_likely_day_is_not(desk, day):
    """The first and the last day that need no insisting."""
    assert put(desk, day=day).entries == (1,)


def test_a_file_with_an_unlikely_day_is_refused_whole(desk, tmp_path):
    """One row of the year 1023, and nothing is recorded until it is insisted on."""
    (tmp_path / "x.csv").write_text("tunnus;nimi;voimassa alkaen\na;yksi;2026-01-01\nb;kaksi;1023-01-01\n")
    preview = desk.register.read(tmp_path / "x.csv")
    with pytest.raises(ivp.Refusal, match="insist=True"):
        preview.commit(why="w")
    assert preview.commit(why="w", insist=True).entries == (1, 2)


def test_only_the_sample_is_for_practice(tmp_path):
    """A cell of the tour asks first; over a journal of the officer's it refuses, in any language and at any standpoint."""
    sample = ivp.sample(tmp_path / "s.duckdb", now=NOW)
    sample.demand_sample()
    sample.speaking("en").demand_sample()
    desk = ivp.Desk(tmp_path / "j.duckdb", by="tt", lang="en")
    with pytest.raises(ivp.Refusal, match=r"j\.duckdb"):
        desk.demand_sample()
    again = ivp.Desk(tmp_path / "s.duckdb", by="tt", lang="en")
    with pytest.raises(ivp.Refusal, match="sample"):
        again.demand_sample()
