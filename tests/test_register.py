"""The register: findings by the law, the four questions, history, changes, due dates."""

import csv
import tomllib
from datetime import date

import pytest
from house import NOW, ROOT, cases

import ivplus_tools as ivp
from ivplus_tools import _law, _words

COMPLETE = tomllib.loads((ROOT / "tests/cases/register.toml").read_text(encoding="utf-8"))["complete"]


def company():
    """The parties and the system that the cases name."""
    return [
        ivp.Organisation(
            "me",
            name="Our Company Oy",
            relation="own",
            contact="me@example.fi",
            dpo="dpo@example.fi",
            representative=ivp.not_applicable("established in Finland"),
        ),
        ivp.Organisation("helper", contact="helper@example.fi"),
        ivp.Organisation("fair", contact="fair@example.fi"),
        ivp.Organisation("silent"),
        ivp.System("crm", supplier="helper", location="Finland"),
    ]


@pytest.mark.parametrize("case", cases("register"))
def test_exactly_the_findings_that_the_law_asks_for(desk, case):
    """Each case of register.toml: these codes and no others."""
    fields = {name: text for name, text in (COMPLETE | case["given"]).items() if text}
    desk.register.record([*company(), ivp.Activity("a", **fields)], valid_from="2017-01-01", why="case")
    at = desk.at(valid=case["on"]) if "on" in case else desk
    found = at.register.findings()
    assert sorted(found["code"].unique()) == sorted(case["expect"])
    assert ivp.cite(case["rule"])
    for rule in found["rule"]:
        assert ivp.cite(rule)


@pytest.mark.parametrize("case", cases("standpoint"))
def test_two_dates_answer_four_questions(tmp_path, case):
    """Each case of standpoint.toml: what was true, and what was known."""
    told = tomllib.loads((ROOT / "tests/cases/standpoint.toml").read_text(encoding="utf-8"))["entry"]
    path = tmp_path / "four.duckdb"
    for entry in told:
        desk = ivp.Desk(path, by="tt", now=entry["recorded"])
        purpose = ivp.Purpose("news", legal_basis=entry["legal_basis"], consent_record=entry.get("consent_record"))
        desk.register.record(ivp.Activity("newsletter", purposes=[purpose]), valid_from=entry["valid_from"], why="case")
    asked = {name: day for name, day in case["given"].items() if name != "now"}
    desk = ivp.Desk(path, now=case["given"]["now"])
    rows = (desk.at(**asked) if asked else desk).register.activities().to_dict("records")
    if not case["expect"]:
        assert rows == []
    else:
        [row] = rows
        assert row["legal_basis"] == case["expect"]["legal_basis"]
        expected = case["expect"].get("consent_record")
        assert (
            row["consent_record"] == expected
            if expected
            else row["consent_record"] != row["consent_record"] or row["consent_record"] is None
        )


def test_every_finding_has_a_positive_control_in_the_sample(sample):
    """Every code of the words is found in the sample company at one of its standpoints, so none can fall silent."""
    found = set(sample.findings()["code"])
    found |= set(sample.at(valid="2018-05-24").findings()["code"])  # REG-044, REG-060: before the Regulation and our own entry
    found |= set(sample.at(valid="2023-05-15").findings()["code"])  # REG-063: the old business name
    found |= set(sample.at(valid="2022-06-01").findings()["code"])  # MEA-014: recordings were kept for eighteen months
    found |= set(sample.at(valid="2024-03-01").findings()["code"])  # MEA-006: before the first training
    found |= set(sample.at(valid="2027-08-02").findings()["code"])  # LAW-002: a year after the last re-reading
    found |= set(sample.at(valid="2031-03-02").findings()["code"])  # TRA-004: within a year before the end of an adequacy decision
    found.add("REG-067")  # a company with activities has none: planted in `test_a_register_without_an_activity_is_not_in_order`
    found.add("NOT-014")  # the same without an activity: planted in `test_a_notice_is_not_compared_with_an_empty_register`
    found |= {"ASM-006", "ASM-009", "ASM-011"}  # planted in `test_assessments`
    assert found == set(_words.read("findings"))


def test_findings_and_due_have_the_house_columns_and_a_total_order(sample):
    """The same columns everywhere, the worst first, and the same order every time."""
    found, due = sample.findings(), sample.due()
    assert list(found.columns) == ["room", "subject", "code", "severity", "finding", "rule", "since"]
    assert list(due.columns) == ["room", "subject", "due", "what", "rule", "due_at"]
    ranks_of = {"error": 0, "warning": 1, "info": 2}
    ranks = found["severity"].map(ranks_of)
    assert ranks.is_monotonic_increasing
    assert due["due"].is_monotonic_increasing
    assert found.equals(sample.findings())
    assert not found.duplicated(["subject", "code", "finding"]).any()
    for room in (sample.register, sample.review, sample.breach, sample.retention):
        shown = [(ranks_of[one.severity], one.subject, one.code, one.finding) for one in room.findings().itertuples()]
        assert shown == sorted(shown)


def test_due_shows_past_dates_and_ends_with_the_asked_day(sample):
    """`by` is the last day shown; an overdue review stays until it is done."""
    due = sample.register.due(by="2026-03-03")
    assert due["subject"].tolist() == ["kameravalvonta", "palkanlaskenta"]
    assert len(sample.register.due(by="2025-11-29")) == 0


def test_legitimate_interest_without_a_balancing_test_is_ordinary_pandas(sample):
    """The query of the first notebook."""
    table = sample.register.activities()
    assert table.query("legal_basis == '6(1)(f)' and balancing_test.isna()")["id"].tolist() == ["asiakaskyselyt"]


def test_the_frame_has_every_field_and_every_answer_apart(sample):
    """One column per field; confirmed none is a word, unknown is NA."""
    table = sample.register.activities().set_index("id")
    missing = set(ivp.Activity.model_fields) - {"id", "imported"} - set(table.columns)
    assert not missing
    assert table.loc["uutiskirje", "transfers"] == "none"
    assert table["transfers"].isna()["verkkosivut"]
    assert sample.register.organisations().set_index("id").loc["esimerkki", "representative"] == "not applicable: sijoittautunut Suomeen"


def test_history_tells_who_said_what_when(sample):
    """Every entry with its two dates, its author, its reason and the fields that it changed."""
    history = sample.register.history("uutiskirje")
    assert history["entry"].is_monotonic_increasing
    assert history["recorded_by"].tolist() == ["aino", "aino", "eero"]
    assert history["change"].tolist()[0] == "lisätty"
    assert sample.register.history("faksiluettelo")["change"].tolist()[-1] == "päättynyt"
    earlier = sample.at(known="2025-01-31").register.history("uutiskirje")
    assert len(earlier) == 2


def test_changes_tell_each_field_before_and_after(sample):
    """Added, ended and changed subjects between two standpoints, the same whether told by a Desk or a day."""
    changes = sample.register.changes(since="2023-10-01")
    assert changes.equals(sample.register.changes(since=sample.at(valid="2023-10-01", known="2023-10-01")))
    told = {(row.subject, row.change, row.field) for row in changes.itertuples()}
    assert ("faksiluettelo", "ended", "") in told
    assert ("ajoneuvot", "added", "") in told
    row = changes[(changes["subject"] == "uutiskirje") & (changes["field"] == "processors")].iloc[0]
    assert (row["before"], row["after"]) == ("pilvi", "postitus")
    assert sample.register.changes(since=sample).empty


def test_an_ended_activity_stands_no_more_and_its_history_stays(desk):
    """`end` takes effect on its day; recording again begins anew."""
    desk.register.record(ivp.Activity("a"), valid_from="2025-01-01", why="begun")
    desk.register.end("a", valid_from="2026-02-01", why="over")
    assert desk.register.activities().empty
    assert desk.at(valid="2026-01-31").register.activities()["id"].tolist() == ["a"]
    assert len(desk.register.history("a")) == 2
    with pytest.raises(ivp.Refusal, match="does not stand"):
        desk.register.end("a", valid_from="2026-02-02", why="again")
    desk.register.record(ivp.Activity("a"), valid_from="2026-02-15", why="again")
    assert desk.register.activities()["id"].tolist() == ["a"]


def test_a_correction_of_the_past_does_not_touch_the_present(desk):
    """An entry with an earlier day stands only until the next one's day."""
    desk.register.record(ivp.Activity("a", owner="now"), valid_from="2026-01-01", why="w")
    desk.register.record(ivp.Activity("a", owner="before"), valid_from="2025-01-01", why="w")
    assert desk.register.get("a").owner == "now"
    assert desk.at(valid="2025-06-01").register.get("a").owner == "before"


def test_one_identifier_of_two_kinds_is_asked_about(desk):
    """An organisation and a system of one name do not hide each other."""
    desk.register.record([ivp.Organisation("crm", name="o"), ivp.System("crm", name="s")], valid_from="2026-01-01", why="w")
    assert desk.register.get("crm", kind="system").name == "s"
    with pytest.raises(ivp.Refusal, match="kind="):
        desk.register.get("crm")
    desk.register.end("crm", valid_from="2026-02-01", why="w", kind="organisation")
    assert desk.register.get("crm").name == "s"


def test_an_unknown_identifier_is_refused_with_the_nearest(sample):
    """For get, end and history alike."""
    for act in (sample.register.get, sample.register.history, lambda ident: sample.register.end(ident, valid_from="2026-01-01", why="w")):
        with pytest.raises(ivp.Refusal, match="uutiskirje"):
            act("uutiskirj")


def test_a_write_that_expects_an_older_entry_is_refused(desk):
    """Two people who read the same record cannot overwrite each other unseen."""
    desk.register.record(ivp.Activity("a"), valid_from="2026-01-01", why="w")
    desk.register.record(ivp.Activity("a", owner="x"), valid_from="2026-01-01", why="w", expecting=1)
    with pytest.raises(ivp.Refusal, match="since it was read"):
        desk.register.record(ivp.Activity("a", owner="y"), valid_from="2026-01-01", why="w", expecting=1)
    with pytest.raises(ivp.Refusal):
        desk.register.record(ivp.Activity("a", owner="y"), valid_from="2026-01-01", why="w", expecting=0)


def test_the_summary_counts_what_the_rooms_say(sample):
    """The Desk's own table agrees with the frames, in plain text and in HTML."""
    text = repr(sample)
    assert str(len(sample.register.activities())) in text
    found = sample.findings()
    counts = found[found["code"] != "LAW-001"]["severity"].value_counts()
    assert f"viralliseen tekstiin vertaamatta {len(_law.unverified())} · hyväksyttyjä 1" in text
    assert f"virheitä {counts['error']} · varoituksia {counts['warning']} · tiedoksi {counts['info']}" in text
    assert "<caption" in sample._repr_html_()
    empty = repr(ivp.Desk("nothing-here.duckdb", lang="en", now=NOW))
    assert "The journal is empty" in empty


def test_the_sample_ends_where_its_clock_stands(tmp_path):
    """At an earlier `now` the company knows less, and can still write."""
    early = ivp.sample(tmp_path / "early.duckdb", now="2024-03-01", lang="sv")
    assert "ajoneuvot" not in set(early.register.activities()["id"])
    assert "faksiluettelo" in set(early.register.activities()["id"])
    assert early.register.record(ivp.Activity("ny"), valid_from="2024-03-01", why="prov").entries
    with pytest.raises(ivp.Refusal, match="already there"):
        ivp.sample(tmp_path / "early.duckdb", now=NOW)


def test_the_sample_readme_lists_every_planted_fault(sample):
    """data_samples/README.md and the findings agree, code by code and subject by subject."""
    readme = (ROOT / "data_samples" / "README.md").read_text(encoding="utf-8")
    for row in sample.findings().query("room != 'law'").itertuples():
        assert any(row.code in line and f"`{row.subject}`" in line for line in readme.splitlines()), (row.code, row.subject)


def test_the_sample_has_no_real_person(sample):
    """Mails are under example.fi and there is no identity code."""
    import re

    for path in (ROOT / "data_samples").glob("*.csv"):
        text = path.read_text(encoding="utf-8")
        assert all(mail.endswith("example.fi") for mail in re.findall(r"[\w.]+@[\w.]+", text))
        assert not re.search(r"\b\d{6}[-+A-FU-Y]\d{3}\w\b", text)
        with path.open(encoding="utf-8") as file:
            assert len(list(csv.reader(file))) > 2 or path.stem in ("anchor", "layout")  # an answer of outside, a file's own headings
    assert sample.verify().ok


def test_dates_of_the_sample_lie_within_three_years_of_history(sample):
    """There is history to look back on."""
    first, last = sample.sql("SELECT min(recorded_at)::DATE AS a, max(recorded_at)::DATE AS b FROM entries()").iloc[0]
    assert first.date() <= date(2023, 3, 2)
    assert last.date() >= date(2025, 9, 1)


def test_the_own_organisation_needs_contact_details_even_where_no_record_names_it(desk):
    """A processor's record rests on them (Art. 30(2)(a)); two own organisations are one too many."""
    desk.register.record([ivp.Organisation("me", relation="own"), ivp.Activity("a", role="processor")], valid_from="2026-01-01", why="w")
    found = desk.register.findings()
    assert found[found["code"] == "REG-061"]["subject"].tolist() == ["me"]
    desk.register.record(ivp.Organisation("old", relation="own", contact="x"), valid_from="2026-01-01", why="w")
    assert "REG-063" in set(desk.register.findings()["code"])


def test_an_ending_is_told_with_its_own_author_and_reason(desk):
    """`changes` credits the entry that ended the subject, not the one before."""
    desk.register.record(ivp.Activity("a"), valid_from="2025-01-01", why="begun")
    desk.register.end("a", valid_from="2026-02-01", why="over")
    [row] = desk.register.changes(since=desk.at(valid="2025-06-01")).itertuples()
    assert (row.change, row.entry, row.why) == ("ended", 2, "over")


def test_an_ending_before_the_beginning_is_refused_and_a_future_one_possible(desk):
    """What does not stand on that day cannot end on it."""
    desk.register.record(ivp.Activity("a"), valid_from="2026-05-01", why="w")
    with pytest.raises(ivp.Refusal, match="does not stand"):
        desk.register.end("a", valid_from="2026-01-01", why="w")
    assert desk.register.end("a", valid_from="2026-06-01", why="w").entries == (2,)


@pytest.mark.parametrize("thing", [None, 5, "text", [None], ivp.Purpose("x")])
def test_what_is_no_record_is_refused(desk, thing):
    """One line, nothing written."""
    with pytest.raises(ivp.Refusal, match="records"):
        desk.register.record(thing, valid_from="2026-01-01", why="w")
    assert not desk.standpoint.path.exists()


def test_a_correction_of_the_past_says_what_it_leaves_as_it_is(desk):
    """The receipt names the later entry that goes on unchanged."""
    desk.register.record(ivp.Activity("a", owner="x"), valid_from="2025-06-01", why="w")
    receipt = desk.register.record(ivp.Activity("a", notice="n"), valid_from="2025-03-01", why="w")
    assert "a later entry 1 (1 Jun 2025)" in repr(receipt)
    assert desk.register.get("a").notice is None


def test_history_compares_with_what_stood_on_that_day(sample, desk):
    """A correction lists what it corrected, and a new beginning after an end is an addition."""
    assert sample.register.history("uutiskirje")["change"].tolist()[-1] == "käsittelyn tarkoitukset"
    desk.register.record(ivp.Activity("a"), valid_from="2025-01-01", why="w")
    desk.register.end("a", valid_from="2025-02-01", why="w")
    desk.register.record(ivp.Activity("a"), valid_from="2025-03-01", why="w")
    assert desk.register.history("a")["change"].tolist() == ["added", "ended", "added"]


def test_a_desk_of_a_day_without_anything_does_not_call_the_journal_empty(desk):
    """The hint to import is for an empty journal only."""
    desk.register.record(ivp.Activity("a"), valid_from="2026-01-01", why="w")
    assert "Nothing stood" in repr(desk.at(valid="2020-01-01"))
    assert "processing activities 1" in repr(desk.register)


@pytest.mark.parametrize(
    ("place", "odd"),
    [
        ("Suomi", False),
        ("EU", False),
        ("Lahti, Suomi", False),
        ("USA", False),
        ("Suomii", True),
        ("Suomi ja muut maat", True),
        ("Finland?", True),
        ("EU and others", True),
        ("Eurooppa", True),
        ("pilvi", True),
    ],
)
def test_a_place_that_is_no_country_is_told(desk, place, odd):
    """Of an organisation and of a system; a transfer behind it would be seen by nobody."""
    things = [ivp.Organisation("o", relation="own", contact="c", country=place), ivp.System("s", location=[place])]
    desk.register.record(things, valid_from="2026-01-01", why="w")
    found = desk.register.findings().query("code == 'REG-066'")["subject"].tolist()
    assert found == (["o", "s"] if odd else [])


def test_a_register_without_an_activity_is_not_in_order(desk):
    """Art. 30 asks for a record of processing: an organisation alone is none; with an activity the finding is gone."""
    assert desk.register.findings().empty
    desk.register.record(ivp.Organisation("o", relation="own", contact="c", country="Suomi"), valid_from="2026-01-01", why="w")
    assert desk.register.findings()["code"].tolist() == ["REG-067"]
    desk.audit.accept("REG-067", "o", "begun today", until="2026-04-30")
    desk.register.record(ivp.Activity("a"), valid_from="2026-01-01", why="w")
    assert "REG-067" not in set(desk.register.findings()["code"])
