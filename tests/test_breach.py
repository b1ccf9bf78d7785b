"""Breaches: the clock, the severity, the duty and what would flip it, drafts, the register, findings, drills."""

import hashlib
import itertools
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from house import HOSTILE, NOW, cases
from hypothesis import given, settings
from hypothesis import strategies as st

import ivplus_tools as ivp
from ivplus_tools import _dates, _law, _records, _words
from ivplus_tools._law import Law
from ivplus_tools._store import Standpoint
from ivplus_tools.breach import drafts, duty, severity
from ivplus_tools.breach import findings as checks
from ivplus_tools.breach.duty import WEIGHED
from ivplus_tools.breach.ladder import LEVELS
from ivplus_tools.breach.records import FREE, Breach
from ivplus_tools.breach.state import Breaches, CaseState
from ivplus_tools.breach.writing import missing
from ivplus_tools.rooms import AllRooms

ON = _dates.day("2026-03-02")
KINDS = ("authority", "people", "board", "controller", "press")


@pytest.mark.parametrize("case", cases("breach"))
def test_the_duty_is_what_the_law_asks(case):
    """Each case of breach.toml: level, notification, communication; every rule on the way can be cited."""
    found = duty.assess(ivp.Breach("x", **case["given"]), Law(ON))
    assert {name: getattr(found, name) for name in case["expect"]} == case["expect"], found
    assert ivp.cite(case["rule"])
    for step in found.steps:
        assert ivp.cite(step.rule)


@pytest.mark.parametrize("case", cases("breach_judged"))
def test_no_soft_answer_moves_a_duty_silently(desk, case):
    """Each case of breach_judged.toml: the duty stays with the facts, what is open stays open, and the findings say so."""
    opened = desk.breach.open(case["given"].pop("title", "x"), aware="2026-03-01T10:00", **case["given"])
    found, expect = opened.duty, dict(case["expect"])
    codes = set(desk.breach.findings()["code"])
    assert set(expect.pop("findings", ())) <= codes, found
    assert not set(expect.pop("no_findings", ())) & codes, found
    expect = {name: None if told == "cannot_tell" and name != "decides" else told for name, told in expect.items()}
    assert {name: getattr(found, name) for name in expect} == expect, found
    assert ivp.cite(case["rule"])
    assert all(ivp.cite(step.rule) for step in found.steps)


@pytest.mark.parametrize("case", cases("breach_severity"))
def test_the_severity_is_computed_by_the_method(case):
    """Each case of breach_severity.toml: the arithmetic, the bands, the published examples of contexts."""
    given, expect, rules = case["given"], case["expect"], Law(ON)
    if "dpc" in given:
        score = severity.total(given["dpc"], given["ei"], *(given.get(name, 0) for name in ("conf", "integ", "avail", "mal")))
        assert score == pytest.approx(expect["score"])
        assert severity.band(score, rules) == expect["band"]
    elif "context" in given or "contexts" in given:
        told = given.get("contexts") or [[given["context"], given["adjustment"]]]
        breach = ivp.Breach("x", data_contexts=[ivp.DataContext(one, context_adjustment=two) for one, two in told])
        assert severity.of(breach, rules).dpc == expect["dpc"]
    else:
        found = severity.of(ivp.Breach("x", **given), rules)
        assert {name: getattr(found, name) for name in expect} == {
            name: tuple(told) if isinstance(told, list) else told for name, told in expect.items()
        }


# --- the ladder

FACTS = st.fixed_dictionaries(
    {},
    optional={
        name: st.sampled_from([one for one in duty._answers(name, None) if one is not None]) for name in WEIGHED if name != "data_kinds"
    }
    | {"data_kinds": st.lists(st.sampled_from(list(_records.allowed("data_kind"))), min_size=1, max_size=4, unique=True)},
)


@settings(max_examples=80, deadline=None)
@given(FACTS)
def test_the_ladder_holds_for_any_facts(facts):
    """The level lies in what is open, high is never claimed while it is open, the duties follow the level, every step has its sentence."""
    found = duty.assess(Breach("x", **facts), Law(ON))
    low, high = (LEVELS.index(one) for one in found.open)
    assert low <= LEVELS.index(found.level) <= high
    assert found.level != "high" or low == high
    assert found.level != "none" or high == 0
    ours = facts.get("breach_role") != "processor"
    assert found.notify == (ours and found.level != "none")
    assert not found.communicate or found.level == "high"
    assert found.communicate is not False or not ours or found.open[1] != "high" or {"removed"} & {step.key for step in found.steps}
    assert found.decides != "document" or not ours or found.open == ("none", "none")
    assert found.tell_controller != ours
    assert len(found.why) == len(found.steps) >= 2
    assert found.document


@settings(max_examples=80, deadline=None)
@given(FACTS, st.sampled_from(["national_id", "id_document", "credentials", "door_codes"]))
def test_no_answer_of_little_harm_talks_a_hard_trigger_away(facts, trigger):
    """Such data in unknown hands, unprotected, are high whatever the officer thinks of the harm."""
    told = facts | {
        "data_kinds": [trigger], "breach_recipient": "unknown", "harm": "none", "encrypted": "no", "hashing": "none",
        "personal_data": "yes", "nature": "confidentiality",
    }  # fmt: skip
    assert duty.assess(Breach("x", **told), Law(ON)).level == "high"


OPINIONS = [("harm", one) for one in _records.allowed("harm")] + [("high_risk_removed", "yes"), ("risk_materialised", "no")]
OPINIONS += [("is_breach", "no"), ("is_breach", "yes")]
WEIGHT = {False: 0, None: 1, True: 2}
UNLIKELY = {  # the steps that make a risk unlikely (Art. 33(1)): nobody got at the data, or nothing can come of them
    "not_personal", "no_confidentiality", "unintelligible", "hashed", "recipient_nobody", "not_exfiltrated", "contained", "contained_shown",
    "few_contacts", "gravity_slight", "brief", "backup", "no_outage", "already_public", "no_breach",
}  # fmt: skip
REASONS = st.fixed_dictionaries(
    {}, optional={"no_breach_reason": st.just("own test"), "measures_taken": st.just("m"), "harm_reason": st.just("h")}
)


def judged(record):
    """The codes of the findings that a record of these answers has about its judgement."""
    nowhere = Breaches(Standpoint(Path("nowhere"), ON, None, None, "fi"), (), (), ())
    case = CaseState(nowhere, record)
    return {one.code for check in (checks._judged, checks._no_breach) for one in check(case, record)}


@settings(max_examples=100, deadline=None)
@given(FACTS, REASONS)
def test_no_opinion_of_the_officer_lowers_a_duty_without_a_finding(facts, reasons):
    """Over all answers at once: with each opinion told and untold; what it lowers, a finding says; the harm lowers nothing at all."""
    facts = facts | reasons
    for name, opinion in OPINIONS:
        bare = {key: told for key, told in facts.items() if key != name}
        before = duty.assess(Breach("x", **bare), Law(ON))
        record = Breach("x", **bare, **{name: opinion})
        after = duty.assess(record, Law(ON))
        if any(WEIGHT[getattr(after, one)] < WEIGHT[getattr(before, one)] for one in ("notify", "communicate")):
            found = {"is_breach": {"BRE-024"}}.get(name, {"BRE-023", "BRE-026"})
            assert name != "harm", (bare, opinion, before, after)
            assert judged(record) & found, (bare, opinion, before, after)


def test_a_judgement_that_lowers_without_a_finding_would_be_seen():
    """The control: each opinion lowers a duty somewhere, and its finding names it."""
    high = {"nature": "confidentiality", "data_kinds": "national_id", "malicious": "no"}
    for told, code in (
        ({"breach_recipient": "unknown", "high_risk_removed": "yes", "risk_materialised": "no"}, "BRE-023"),
        ({"breach_recipient": "unknown", "high_risk_removed": "yes", "risk_materialised": "no", "measures_taken": "m"}, "BRE-026"),
        ({"is_breach": "no", "no_breach_reason": "own"}, "BRE-024"),
    ):
        record = Breach("x", **high, **told)
        assert duty.assess(record, Law(ON)).communicate is False
        assert code in judged(record)


@settings(max_examples=120, deadline=None)
@given(FACTS, st.data())
def test_no_added_fact_turns_an_open_duty_into_none_unless_a_risk_is_unlikely(facts, data):
    """From cannot tell to "document": only by a fact that makes a risk unlikely, and then nothing is open any more."""
    before = duty.assess(Breach("x", **facts), Law(ON))
    names = [one for one in WEIGHED if one not in facts and one != "breach_role"]
    if before.notify is False or not names:
        return
    name = data.draw(st.sampled_from(names))
    answer = data.draw(st.sampled_from([one for one in duty._answers(name, None) if one]))
    after = duty.assess(Breach("x", **facts, **{name: answer}), Law(ON))
    if after.decides == "document":
        assert after.open == ("none", "none")
        assert UNLIKELY & {step.key for step in after.steps}
        assert name != "harm"


def test_every_kind_of_data_has_one_weight():
    """Or is sensitive: a kind that nobody weighed would count as the slightest."""
    told = Law(ON).table("breach:kinds")
    weighed = [*itertools.chain(*told["gravity"].values()), *told["sensitive"]]
    assert sorted(weighed) == sorted(_records.allowed("data_kind"))


def test_what_is_not_known_is_not_taken_for_none(desk):
    """A title alone: notify, nothing high claimed, and what to ask first is named."""
    case = desk.breach.open("something happened")
    found = case.duty
    assert (found.level, found.notify, found.communicate, found.open) == ("risk", True, None, ("none", "high"))
    assert {"nature", "data_kinds", "breach_recipient"} <= set(found.unknown)
    assert case.severity.score is None
    assert case.clock.due is None
    assert "BRE-004" in set(desk.breach.findings()["code"])


def test_changing_one_answer_shows_which_duty_flips(sample):
    """Each row of flips, told instead, gives the duty that it says."""
    case = sample.breach.case("2026-002")
    flips = case.duty.flips
    assert len(flips) > 1
    for row in flips.itertuples():
        values = {duty._shown(row.field, one, "fi"): one for name, one in duty._alternatives(case.record) if name == row.field}
        other = duty.assess(case.record.replace(**{row.field: values[row.instead]}), Law(ON))
        assert (other.level, other.notify, other.communicate) == (row.level, row.notify, row.communicate)


def test_a_proposal_is_only_simulated(sample):
    """96 hours and high risk only: in what_if, and nowhere else."""
    table = sample.breach.what_if("digital-omnibus").set_index("id")
    assert table.loc["2026-002", "due_then"] - table.loc["2026-002", "due"] == timedelta(hours=24)
    assert table.loc["2026-002", ["notify", "notify_then"]].tolist() == [True, False]
    assert table.loc["2025-001", "notify_then"]
    with pytest.raises(ivp.Refusal, match="digital-omnibus"):
        sample.breach.what_if("digital")
    assert _law.fact("gdpr:33(1)").on(_dates.day("2030-01-01"))["period"] == "PT72H"


@pytest.mark.parametrize(
    ("told", "level", "span"),
    [
        ("exfiltrated=yes breach_recipient=nobody data_kinds=health", "high", ("high", "high")),
        ("nature=availability cause=malware backup=complete data_kinds=national_id", "risk", ("none", "high")),
        ("data_kinds=income breach_recipient=public harm=minor", "high", ("high", "high")),
        ("data_kinds=name cause=insider breach_recipient=known recipient_confirmed=yes", "risk", ("risk", "risk")),
        ("data_kinds=health breach_recipient=known recipient_confirmed=no", "risk", ("risk", "high")),
        ("data_kinds=id_document breach_recipient=known recipient_confirmed=no", "high", ("high", "high")),
        ("data_kinds=name encrypted=yes key_safe=yes harm=serious", "risk", ("none", "high")),
    ],
)
def test_answers_that_contradict_or_are_missing_talk_nothing_down(told, level, span):
    """Taken data that nobody got, an attack whose loot is not told, a thief's word, sensitive data that somebody keeps."""
    facts = {"nature": "confidentiality"} | dict(one.split("=") for one in told.split())
    found = duty.assess(Breach("x", **facts), Law(ON))
    assert (found.level, found.open) == (level, span), found


def test_closing_a_case_does_not_silence_its_clock(sample):
    """What was to be notified and never was stays an error; a withdrawal is no notification."""
    case = sample.breach.case("2026-001")
    case.sent(case.draft("authority", phase="withdrawal"))
    case.close("pois")
    assert "BRE-002" in set(sample.breach.findings().query("subject == '2026-001'")["code"])
    assert "2026-001" in sample.breach.due()["subject"].tolist()


# --- the clock


@pytest.mark.parametrize("case", [one for one in cases("deadlines") if one.values[0]["given"].get("period") == "PT72H"])
def test_the_clock_is_that_of_the_deadlines(tmp_path, case):
    """Each 72-hour case of deadlines.toml, as the clock of a breach."""
    start = case["given"]["start"]
    now = _dates.instant(start) + timedelta(hours=10)
    clock = ivp.Desk(tmp_path / "j.duckdb", by="tt", now=now, trust_clock=True).breach.open("x", aware=start).clock
    due = ivp.deadline(start, "PT72H")
    assert (clock.due, clock.hour_rule) == (due.due, due.hour_rule)
    assert clock.left == due.due - now
    assert not clock.is_over


@pytest.mark.parametrize(("now", "late"), [("2026-03-04T22:39", False), ("2026-03-04T22:41", True), ("2026-03-05T09:00", True)])
def test_the_hour_of_the_limit_is_the_hour_at_which_it_is_overdue(tmp_path, now, late):
    """Not the next day: the due list, the shell's mark, its exit code and the summary know the minute."""
    desk = ivp.sample(tmp_path / "j.duckdb", now=now, lang="fi")
    due = desk.breach.due()
    row = due[(due["subject"] == "2026-002") & (due["rule"] == "gdpr:33(1)")]
    assert str(row["due_at"].iloc[0]) == "2026-03-04 22:40:00+02:00"
    [one] = [one for one in desk.breach.coming(desk.breach.state()) if (one.subject, one.rule) == ("2026-002", "gdpr:33(1)")]
    assert one.is_late(desk.standpoint) is late
    assert "klo" in repr(ivp.show(row))
    total = sum(one.is_late(desk.standpoint) for one in AllRooms(desk.standpoint).coming())
    assert str(total) in repr(desk)


def test_an_overdue_case_asks_for_the_reasons(sample):
    """Over: the field is a blank of the form; notified late: a finding until the reasons are told."""
    case = sample.breach.case("2026-001")
    assert case.clock.is_over
    assert _words.field_label("delay_reason", "fi") in case.draft("authority").blanks
    late = sample.breach.case("2025-002")
    assert late.clock.is_late
    late.update(why="w", delay_reason="lomat")
    assert "BRE-003" not in set(sample.breach.findings().query("subject == '2025-002'")["code"])


@pytest.mark.parametrize(
    ("facts", "word"),
    [
        ({"aware": "2026-03-01T10:00", "occurred_from": "2026-03-01T11:00"}, "aware"),
        ({"aware": "2026-03-01T10:00", "detected": "2026-03-01T11:00"}, "discovered"),
        ({"aware": "2026-03-03T10:00"}, "to come"),
        ({"aware": "2025-03-30T03:30"}, "summer time"),
        ({"aware": "2025-10-26T03:30"}, "twice"),
        ({"aware": "yesterday"}, "2026"),
        ({"people_count": -5}, "number"),
        ({"people_count": "3.5"}, "number"),
        ({"people_count": "99999999999"}, "number"),
        ({"people_count": "300-200"}, "number"),
        ({"data_kinds": "shoe size"}, "shoe size"),
        ({"breach_recipient": "unkown"}, "unknown"),
        ({"unavailable_for": "a while"}, "PT72H"),
        ({"colour": "red"}, "colour"),
        ({"aware": "0001-01-01T00:00"}, "0001"),
        ({"score_changes": [{"score_part": "dpc", "score": "two", "score_reason": "x"}]}, "two"),
        ({"score_changes": [{"score_part": "dpc", "score": "2"}]}, "reason"),
    ],
)  # fmt: skip
def test_bad_input_is_one_line_and_nothing_is_written(desk, facts, word):
    """What was expected, what came; no half of a case."""
    with pytest.raises(ivp.Refusal) as refusal:
        desk.breach.open("x", **facts)
    assert word in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert desk.verify().entries == 0


def test_the_doubled_hour_is_told_by_its_zone(tmp_path):
    """Both hours of 25 October 2026 03:30, an hour apart."""
    desk = ivp.Desk(tmp_path / "j.duckdb", by="tt", now="2026-10-26T09:00")
    early, late = (desk.breach.open("x", aware=f"2026-10-25T03:30{zone}").clock.due for zone in ("+03:00", "+02:00"))
    assert late - early == timedelta(hours=1)


# --- the case


def test_the_register_fills_in_what_it_knows(sample):
    """Categories, systems, processors, measures and counts of the linked activities; what is told is kept."""
    record = sample.breach.open("x", activities="asiakasrekisteri; palkanlaskenta", data_subjects="työntekijät").record
    assert record.people_count == "848-1048"
    assert record.data_subjects == ("työntekijät",)
    assert {"crm", "palkat"} <= set(record.systems)
    assert record.measures_before
    assert sample.breach.open("y", activities="verkkosivut").record.people_count is None


def test_two_processes_update_one_case_and_lose_nothing(tmp_path):
    """Each adds notes and its own fact at the same time; all of it stands."""
    path = tmp_path / "j.duckdb"
    ivp.Desk(path, by="tt").breach.open("x", id="case")
    code = (
        "import sys, ivplus_tools as ivp\n"
        "case = ivp.Desk(sys.argv[1], by=sys.argv[2]).breach.case('case')\n"
        "for n in range(6): case.note(f'{sys.argv[2]} {n}')\n"
        "case.update(why='w', **{sys.argv[3]: 'yes'})\n"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code, str(path), who, fact], env=dict(os.environ))
        for who, fact in (("one", "malicious"), ("two", "children"))
    ]
    assert [one.wait(120) for one in running] == [0, 0]
    record = ivp.Desk(path).breach.case("case").record
    assert (record.malicious, record.children) == ("yes", "yes")
    assert {note.split(": ")[1] for note in record.notes} == {f"{who} {n}" for who in ("one", "two") for n in range(6)}


def test_what_was_known_when_the_first_notification_went_out(sample):
    """The preliminary numbers, the clock not yet answered; and the chain holds."""
    then = sample.at(valid="2025-05-16", known="2025-05-16T09:59").breach.case("2025-001")
    assert then.record.people_count == "200-400"
    assert then.clock.sent is None
    assert then.clock.left.days == 2
    assert sample.breach.case("2025-001").record.people_count == "312"
    assert sample.verify().ok
    with pytest.raises(ivp.Refusal):
        then.update(why="w", harm="minor")


def test_a_decision_needs_its_reason_and_may_differ(sample):
    """Agreeing or differing is recorded; below a hard trigger it stays an error."""
    case = sample.breach.case("2026-002")
    with pytest.raises(ivp.Refusal):
        case.decide("document")
    case.decide("document", reason="vastaanottaja on tuttu")
    assert set(sample.breach.findings().query("subject == '2026-002'")["code"]) == {"BRE-008", "BRE-027"}
    case.update(why="liite avattiin", data_kinds="name; national_id", breach_recipient="unknown")
    assert {"BRE-014", "BRE-010"} <= set(sample.breach.findings().query("subject == '2026-002'")["code"])


def test_a_decision_against_the_duty_stands_with_its_reason_and_its_finding_can_be_accepted(sample):
    """Both stay visible: what the law asks and what was decided; accepted, it does not count until the day."""
    case = sample.breach.case("2026-002")
    case.decide("document", reason="vastaanottaja on tuttu")
    assert case.duty.decides != "document"
    assert (case.record.breach_decision, case.record.decision_reason) == ("document", "vastaanottaja on tuttu")
    sample.audit.accept("BRE-008", "2026-002", reason="hallitus hyväksyi", until="2026-06-30")
    status = sample.audit.status()
    row = status[(status["code"] == "BRE-008") & (status["subject"] == "2026-002")].iloc[0]
    assert row["state"] == "accepted"


# --- drafts


@pytest.mark.parametrize("lang", ["fi", "sv", "en"])
def test_a_draft_has_what_the_law_asks_and_marks_what_is_missing(sample, tmp_path, lang):
    """Art. 33(3) in the authority's form, 34(2) in the letter; every kind in every format, the same bytes twice."""
    desk = sample.speaking(lang)
    for place, (case, kind) in enumerate(itertools.product(desk.breach.state().cases, KINDS)):
        draft = drafts.draft(case, kind, written="fi")
        assert draft.lang == lang
        for ending in (".html", ".md", ".eml") if place % 7 == 0 else ():
            one, two = (draft.save(tmp_path / f"{name}{ending}").read_bytes() for name in "ab")
            assert one == two
    case, blank = desk.breach.case("2025-002"), {"fi": "TÄYDENNÄ", "sv": "FYLL I", "en": "TO BE FILLED IN"}[lang]
    form = case.draft("authority")
    asked = [name for value in _law.facts().values() for one in value.history for name in one.get("notice", ())]
    for name in set(asked) - {"contact_person"}:
        label = _words.field_label(name, lang)
        assert label in form.text
        to_translate = lang != "fi" and name in FREE and getattr(case.record, name) is not None
        assert (label in form.blanks) == (to_translate or name in missing(case.record, "x"))
    assert form.text.count(blank) == len(form.blanks)
    full = desk.breach.case("2025-001").draft("people").text
    assert (blank in full) == (lang != "fi")  # the case is written in Finnish
    assert "029 566 6700" in full or "29 566 6700" in full
    for ending in (".docx", ".pdf"):
        assert form.save(tmp_path / f"x{ending}").stat().st_size > 1000


TOLD_WHOLE = {
    "occurred_from": "2026-02-27T08:10", "detected": "2026-02-28T09:20", "aware": "2026-03-01T10:30", "aware_reason": "Syykuvaus seitsemän",
    "description": "Kuvaus yksi", "nature": "availability; confidentiality", "cause": "malware", "malicious": "yes",
    "data_kinds": "name; income", "data_subjects": "Ryhmä kaksi", "people_count": "431", "records_count": "877", "encrypted": "partly",
    "backup": "partial", "exfiltrated": "yes", "breach_recipient": "unknown", "consequences": "financial_loss", "effects": "Vaikutus kolme",
    "harm": "serious", "measures_before": "Toimi neljä", "measures_taken": "Toimi viisi", "cross_border": "no",
}  # fmt: skip


@pytest.mark.parametrize("name", [one for one in TOLD_WHOLE if one != "aware"])
def test_every_sentence_to_the_authority_goes_with_the_answer_that_supports_it(desk, name):
    """Told, an answer stands in the draft; taken away, it stands nowhere in it, and nothing else takes its place but a blank."""
    case = desk.breach.open("x", **TOLD_WHOLE)
    value = _records.readable(getattr(case.record, name), Breach.model_fields[name], "fi")
    whole = case.draft("authority", lang="fi")
    line = f"{_words.field_label(name, 'fi')}: {value[0]}"
    assert value[0] in whole.text, whole.text
    without = desk.breach.open("x", **{one: told for one, told in TOLD_WHOLE.items() if one != name}).draft("authority", lang="fi")
    gone = {each for section in whole.sections for each in section.lines} - {each for part in without.sections for each in part.lines}
    assert any(value[0] in each.text for each in gone), line
    assert value[0] not in "\n".join(
        each.text for part in without.sections for each in part.lines if each.label == _words.field_label(name, "fi")
    )


def test_what_goes_to_the_authority_holds_no_seal_and_no_inner_reasoning(desk):
    """The text that is sent tells facts; the ladder and the journal's seal stay with us. The board's paper keeps both."""
    case = desk.breach.open(
        "x", nature="availability", cause="malware", malicious="yes", data_kinds="name; health", aware="2026-03-01T10:00"
    )
    text = case.draft("authority", lang="fi").text
    head = desk.verify().head
    assert head[:12] not in text
    assert head[:12] in case.draft("board", lang="fi").text
    for step in case.duty.steps:
        assert step.key in ("open", "notify", "communicate_open", "document") or step.said("fi") not in text, step.key


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"restored": "no"}, True), ({"backup": "complete"}, False), ({}, False), ({"restored": "yes"}, False),
        ({"backup": "complete", "restored": "no"}, True),
    ],
)  # fmt: skip
def test_a_letter_says_that_data_are_away_only_where_that_is_told(desk, facts, said):
    """A loss of availability that may be over is not said to last."""
    case = desk.breach.open("x", nature="availability", data_kinds="name", description="Katko", **facts)
    assert ("eivät ole nyt käytettävissämme" in case.draft("people", lang="fi").text) == said


@pytest.mark.parametrize("word", ["kyllä", "yes", "ja", "on"])
def test_a_yes_is_no_complete_backup(word):
    """That there is a backup does not say how much of the data it holds."""
    with pytest.raises(ivp.Refusal):
        Breach("x", backup=word)


def test_free_text_in_another_language_is_a_blank_with_the_text_beside_it(sample):
    """A Swedish draft of a case written in Finnish asks for the translation, and does not send Finnish unmarked."""
    case = sample.breach.case("2026-002")
    draft = case.draft("authority", lang="sv")
    assert _words.field_label("description", "sv") in draft.blanks
    assert case.record.description in draft.text
    assert _words.field_label("description", "fi") not in case.draft("authority", lang="fi").blanks


def test_no_english_word_stands_in_a_finnish_draft(sample):
    """The drafts of the whole story, against the English words of the lists."""
    for case, kind in itertools.product(sample.breach.cases(), KINDS):
        text = case.draft(kind).text
        assert not re.search(r"\b(the|and|of|yes|unknown|none|known|misdirected|confidentiality|public)\b", text, re.IGNORECASE), text


def test_what_is_sent_is_sealed_and_the_next_draft_marks_the_difference(sample):
    """Hash of the very text, phase, address; a supplementary draft says what is new and what it was."""
    case = sample.breach.case("2026-002")
    first = case.draft("authority")
    assert first.about[:2] == ("authority", "preliminary")
    case.sent(first, to="tsv", how="lomake", at="2026-03-02T08:55")
    row = case.notices.iloc[0]
    assert row["hash"] == hashlib.sha256(first.text.strip().encode()).hexdigest()
    assert case.clock.told_left() == "ilmoitettu ajoissa"
    case.update(why="laskettu", people_count="2", records_count="2")
    second = case.draft("authority")
    assert second.about[:2] == ("authority", "supplementary")
    assert "[muuttunut; aiemmin: 1]" in second.text
    assert "[uusi tieto]" in second.text
    assert sample.verify().ok
    for foreign in (sample.review.request("pilvi"), sample.breach.case("2025-001").draft(), replace(second, sections=()), None):
        with pytest.raises(ivp.Refusal, match="2026-002"):
            case.sent(foreign)
    with pytest.raises(ivp.Refusal):
        case.sent(second, at="2026-03-01T10:00")
    notice = sample.breach.get("2026-002/1")
    assert hashlib.sha256(notice.text.encode()).hexdigest() == notice.hash
    with pytest.raises(ivp.Refusal):
        case.sent(second, at="2027-01-01")
    with pytest.raises(ivp.Refusal, match="authority"):
        case.draft("autority")


def test_a_sent_notice_changes_only_by_its_own_act(desk):
    """What was sent was sent: neither recorded, ended nor taken back by hand; the case around it is, and the next notice is sent."""
    case = desk.breach.open("x", aware="2026-03-01T09:00")
    case.sent(case.draft("authority"), to="tsv")
    notice = desk.breach.get(f"{case.id}/1")
    number = desk.sql("FROM entries() WHERE kind = 'breach_notice'")["entry"].iloc[0]
    for act in (
        lambda: desk.breach.record(notice.replace(sent_to="somebody else"), valid_from="2026-03-02", why="w"),
        lambda: desk.breach.record(ivp.BreachNotice(f"{case.id}/9", case=case.id), valid_from="2026-03-02", why="w"),
        lambda: desk.breach.end(notice.id, valid_from="2026-03-02", why="w"),
    ):
        with pytest.raises(ivp.Refusal, match="own step"):
            act()
    with pytest.raises(ivp.Refusal, match="own acts"):
        desk.breach.withdraw(int(number), why="w")
    assert desk.breach.get(notice.id) == notice
    case.sent(case.draft("authority", phase="withdrawal"))
    assert len(case.notices) == 2


def test_hostile_text_in_every_field_stays_text(desk, tmp_path):
    """Every text field of a case, through every draft, every format, the register and the tables."""
    import openpyxl

    texts = [
        name for name, field in Breach.model_fields.items() if _records.shape(field) in ("text", "texts") and name not in ("id", *NOT_FREE)
    ]
    for place, bad in enumerate(HOSTILE):
        facts = {name: ([bad] if _records.shape(Breach.model_fields[name]) == "texts" else bad) for name in texts if name != "title"}
        case = desk.breach.open(bad, id=f"x{place}", data_kinds="name", measures_proposed=[ivp.Measure(bad, measure_owner=bad)], **facts)
        for kind in KINDS:
            draft = case.draft(kind)
            html = draft.save(tmp_path / "x.html").read_text(encoding="utf-8")
            assert "<script>window" not in html
            assert "<img src=x" not in html
            assert "<script" not in draft._repr_html_()
            assert "Bcc" not in draft.save(tmp_path / "x.eml").read_text(encoding="utf-8").split("\n\n")[0]
    page = desk.breach.write(tmp_path / "r.html").read_text(encoding="utf-8")
    assert "<script>window" not in page
    book = openpyxl.load_workbook(desk.breach.write(tmp_path / "r.xlsx"))
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


NOT_FREE = (
    "occurred_from", "occurred_until", "detected", "processor_notice", "aware", "decided", "people_count", "records_count",
    "recipients_count", "reached", "not_reached", "unavailable_for", "people_countries",
)  # fmt: skip


def test_a_narrative_of_a_megabyte_is_kept_whole(desk):
    """And drafted, without losing a sign."""
    told = "ä" * 1_000_000
    case = desk.breach.open("x", description=told)
    assert case.record.description == told
    assert told in case.draft("authority").text


def test_the_register_names_every_breach_and_why(sample, tmp_path):
    """Art. 33(5): also those that were not notified, with the reason; in three languages."""
    for lang in ("fi", "sv", "en"):
        text = sample.breach.write(tmp_path / "r.md", lang=lang).read_text(encoding="utf-8")
        for case in sample.breach.cases():
            assert case.id in text
        assert "seuraukset ovat vähäiset" in text
        assert "SHA-256" in text
    table = sample.breach.breaches().set_index("id")
    assert table.loc["2024-001", "breach_decision"] == "document"
    assert set(Breach.model_fields) - {"id", "notes", "high_risk_removed", "risk_materialised", "disproportionate_effort"} <= {
        *table.columns, "id", "data_contexts", "score_changes", "measures_proposed", "decided",
    }  # fmt: skip


# --- drills, forms, charts


def test_a_drill_is_the_same_for_the_same_number(sample, desk):
    """Scenario, questions and a share between nothing and all; an empty register says what to do."""
    one, two = sample.breach.drill(seed=7), sample.breach.drill(seed=7)
    assert repr(one) == repr(two)
    assert 0 < one.readiness < 1
    assert len({sample.breach.drill(seed=n).scenario for n in range(20)}) > 5
    over = sample.breach.readiness(["2017-01-01", "2024-01-01", "2026-03-01"])
    assert over["asked"].tolist()[0] == 0
    assert over["readiness"].tolist()[2] == pytest.approx(over["answered"].tolist()[2] / over["asked"].tolist()[2], abs=0.01)
    with pytest.raises(ivp.Refusal):
        desk.breach.drill()


def put(form, name, text):
    """Fill one field of the wizard."""
    editor = form.editors[name]
    if hasattr(editor, "rows"):
        editor.show(_records.answer_of(form._kind, name, text))
        return
    if hasattr(editor, "ticks"):
        editor.ticks.value = _records.answer_of(form._kind, name, text)
        return
    editor._value.value = text  # which gives the answer


def test_the_wizard_opens_a_case_step_by_step(sample):
    """Clock, duty and draft follow; what cannot be read is told; pressing Save twice writes once; the code does the same."""
    form = ivp.forms.breach(sample)
    assert form.save.disabled
    form.new.click()
    assert form.id.value == "2026-005"
    assert "1/7" in form.step.value
    put(form, "title", "laite kadonnut")
    put(form, "aware", "2026-03-02T08:00")
    assert "71 h 0 min" in form.clock.value
    form.next.click()
    put(form, "nature", "luottamuksellisuuden menetys")
    put(form, "cause", "lost")
    form.next.click()
    put(form, "data_kinds", "nimi; henkilötunnus")
    assert "korkea riski" in form.duty.value
    assert "laite kadonnut" in form.preview.value
    put(form, "people_count", "monta")
    form.save.click()
    assert 'role="alert"' in form.status.value
    put(form, "people_count", "12")
    form.why.value = "vartija soitti"
    code, entries = form.code, sample.verify().entries
    form.save.click()
    form.save.click()
    assert sample.verify().entries == entries + 1
    assert sample.breach.case("2026-005").duty.communicate
    exec(code, {"ivp": ivp, "desk": sample})
    assert sample.verify().entries == entries + 1
    form.kind.value = "people"
    assert "mitä tiedoillesi tapahtui" in form.preview.value
    again = ivp.forms.breach(sample.speaking("sv"))
    again.list.value = "2026-005"
    assert "hög risk" in again.duty.value
    for _ in range(9):
        again.next.click()
    assert "7/7" in again.step.value


def test_what_cannot_be_read_is_said_at_once_and_takes_the_clock_away(sample):
    """No clock of an earlier answer stands beside nonsense; a case without a title is not saved; the register fills in what was chosen."""
    form = ivp.forms.breach(sample)
    form.new.click()
    put(form, "aware", "2026-03-02T08:00")
    put(form, "aware", "nonsense")
    assert form.clock.value == ""
    assert 'role="alert"' in form.duty.value
    put(form, "aware", "2026-03-02T08:00")
    form.why.value, entries = "w", sample.verify().entries
    form.save.click()
    assert "otsikko" in form.status.value
    assert sample.verify().entries == entries
    put(form, "title", "x")
    put(form, "activities", "asiakasrekisteri")
    form.save.click()
    assert sample.breach.case("2026-005").record.people_count == "800-1000"
    sample.breach.open("y").update(why="w", activities="palkanlaskenta")
    assert sample.breach.case("2026-006").record.people_count == "48"


def test_every_frame_can_be_shown_for_reading(sample):
    """Unknown numbers are empty cells; codes, moments and answers are words."""
    for lang in ("fi", "sv", "en"):
        desk = sample.speaking(lang)
        for table in (desk.breach.breaches(), desk.breach.notices(), desk.breach.findings(), desk.breach.case("2026-002").duty.flips):
            shown = repr(ivp.show(table))
            assert "<NA>" not in shown
            assert "misdirected" not in shown


def test_a_timeline_and_the_years_are_drawn_with_their_frames(sample):
    """A row per moment; a bar per year whose parts add up to the cases."""
    case = sample.breach.case("2025-001")
    chart = ivp.plots.breach_timeline(case.timeline)
    assert chart.frame is case.timeline or len(chart.frame) == len(case.timeline)
    assert "15.5.2025" in chart.alt
    years = ivp.plots.breaches(sample.breach.breaches())
    assert int(years.frame.drop(columns="year").to_numpy().sum()) == len(sample.breach.cases())
    assert ivp.plots.breaches(sample.breach.breaches().head(0)).alt
    assert NOW


def test_a_changed_score_without_a_number_changes_nothing(desk):
    """The case can still be read, scored and drafted."""
    change = ivp.ScoreChange("dpc", score_reason="not decided yet")
    case = desk.breach.open("x", data_kinds="name", score_changes=[change])
    assert case.severity.dpc == 1
    assert case.draft("authority").text


def test_a_reform_leaves_earlier_cases_under_the_law_of_their_day(sample, tmp_path):
    """A longer time limit from 1 March counts for who became aware then, and does not forgive what was late in August."""
    shutil.copytree(_law.FOLDER, tmp_path / "facts")
    path, old = tmp_path / "facts" / "gdpr.toml", 'from = 2018-05-25\nperiod = "PT72H"\nnotify_from = "risk"\n'
    ended, new = old.replace("\n", "\nuntil = 2026-02-28\n", 1), 'from = 2026-03-01\nperiod = "PT96H"\nnotify_from = "risk"\n'
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, f"{ended}[[fact.value]]\n{new}"), encoding="utf-8")
    before = {one.id: one.clock.due for one in sample.breach.cases()}
    with _law.reading(tmp_path / "facts"):
        after = {one.id: one.clock.due for one in sample.breach.cases()}
        assert "BRE-003" in set(sample.breach.findings().query("subject == '2025-002'")["code"])
    assert {one: after[one] - before[one] for one in before if after[one] != before[one]} == {"2026-002": timedelta(hours=24)}
