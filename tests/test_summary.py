"""The first page of a report: three sentences and ten actions, and never that all is in order."""

import pandas as pd
import pytest

import ivplus_tools as ivp
from ivplus_tools import _words
from ivplus_tools.evidence import summary

NONE = pd.DataFrame({"room": []})


def test_the_sample_is_concluded_in_three_sentences_and_ten_actions(sample, monkeypatch):
    """What is late first, each subject's duty once; the owner of an assigned finding beside it; a day for what has one."""
    told = ivp.evidence.conclusion(sample, NONE).sentences
    assert len(told) == 3
    assert told[0].startswith("Toimia tarvitaan: virheitä 132")
    found = ivp.evidence.actions(sample)
    assert list(found.columns) == ["due", "what", "subject", "owner"]
    assert len(found) == 10
    assert not found[["what", "subject"]].duplicated().any()
    late = sample.due().query("room != 'breach'").sort_values("due").iloc[0]  # since 2015, and again each month after
    assert (late["subject"], f"myöhässä: {late['what']}") in set(zip(found["subject"], found["what"], strict=True))
    assert "2026-001 · kiristysohjelma palvelimella" in set(found["subject"])  # a director knows no identifiers
    about = found.iloc[0]["subject"].partition(" · ")[0]
    sample.breach.record(sample.breach.case(about).record.replace(notes="w"), valid_from="2026-03-02", why="w")
    one = sample.audit.status().query("subject == @about and state == 'open'").iloc[0]
    sample.audit.assign(one["code"], one["subject"], owner="Maija", due="2026-03-05")
    monkeypatch.setattr(summary, "MOST", 100)
    mine = ivp.evidence.actions(sample).query("owner == 'Maija'")  # its own line, not another duty of the same subject
    assert set(mine["due"].dt.date.astype(str)) == {"2026-03-05"}
    assert {one.partition(" · ")[0] for one in mine["subject"]} == {about}


@pytest.mark.parametrize("lang", _words.LANGS)
def test_an_empty_journal_is_not_in_order(tmp_path, lang):
    """Nothing recorded is nothing to conclude from; one place that is no country is something to look at."""
    desk = ivp.Desk(tmp_path / "j.duckdb", by="tt", lang=lang, now="2026-03-02T09:00")
    assert ivp.evidence.conclusion(desk, NONE).sentences[0] == _words.say("summary.empty", lang)
    assert ivp.evidence.actions(desk).empty
    desk.retention.record(ivp.Source("s", location="x.csv"), valid_from="2026-01-01", why="w")
    first = ivp.evidence.conclusion(desk, NONE).sentences[0]
    assert first not in (_words.say("summary.empty", lang), _words.say("summary.none", lang))


def test_a_finding_for_information_is_no_open_findings_either(sample, monkeypatch):
    """One that weighs least is still one: 'there are no open findings' is said of none at all."""
    from ivplus_tools.agenda import Today

    one = next(one for one in Today(sample).open if one.severity == "info" and one.room != "law")
    monkeypatch.setattr(Today, "coming", [])
    for kept, key in (([one], "look"), ([], "none")):
        monkeypatch.setattr(Today, "statuses", kept)
        assert ivp.evidence.conclusion(sample, NONE).sentences[0] == _words.say(f"summary.{key}", "fi")


def test_a_room_without_a_record_is_named_as_unknown_on_page_one(desk):
    """Zeros of a room in which nothing stands are no clean answer; nor is a list that was cut."""
    desk.register.record(ivp.Activity("a", name="A"), valid_from="2026-01-05", why="w")
    told = ivp.evidence.conclusion(desk, NONE).sentences[1]
    rooms = _words.values("room")
    assert all(rooms[name][desk.standpoint.lang] in told for name in ("review", "breach", "retention"))
    assert rooms["register"][desk.standpoint.lang] not in told


def test_hours_that_run_out_come_before_rows_late_for_years(sample):
    """The clock of 72 hours that ends in two days is among the ten of the page and of the day."""
    running = {row["subject"] for _, row in sample.due().iterrows() if row["room"] == "breach" and str(row["due"])[:10] == "2026-03-04"}
    assert running
    assert running <= {one.partition(" · ")[0] for one in ivp.evidence.actions(sample)["subject"]}
    assert running <= {row.subject for row, _ in ivp.agenda.Today(sample).lines()}


def test_a_name_is_given_to_its_own_record_only(desk):
    """An activity, a system and a breach of one identifier: none is called by the name of another."""
    things = [ivp.Activity("crm", name="Customer relations"), ivp.System("crm", name="The CRM system")]
    desk.register.record(things, valid_from="2026-01-05", why="w")
    desk.breach.record(ivp.Breach("crm", title="Stolen laptop", aware="2026-02-01T08:00"), valid_from="2026-02-01", why="w")
    day = ivp.agenda.Today(desk)
    assert day.called("breach", "crm") == "crm · Stolen laptop"
    assert day.called("register", "crm") == day.called("audit", "crm") == "crm"
