"""The room of assessments: who needs an impact assessment by cases of two hands, balancing tests, findings, drafts, bad input, shell."""

import re
from datetime import date

import pytest
from click.testing import CliRunner
from house import HOSTILE, NOW, ROOT, cases
from hypothesis import given, settings
from hypothesis import strategies as st

import ivplus_tools as ivp
from ivplus_tools.assessments import findings as checks
from ivplus_tools.assessments.records import AssessedRisk, BalancingTest, ImpactAssessment, Screening
from ivplus_tools.assessments.screening import screen
from ivplus_tools.cli import main
from ivplus_tools.errors import Refusal

BASES = {
    "consent": "6(1)(a)", "contract": "6(1)(b)", "legal_obligation": "6(1)(c)", "vital_interests": "6(1)(d)", "public_task": "6(1)(e)",
    "legitimate_interest": "6(1)(f)",
}  # fmt: skip
ITEMS = {1: "biometric", 2: "genetic", 3: "location", 4: "no_informing", 5: "whistleblowing"}
PLAIN = {
    "purposes": "laskutus | legal_basis: 6(1)(b)", "data_subjects": "asiakkaat", "data_categories": "yhteystiedot", "people_count": "40",
    "special_categories": "none", "automated_decisions": "none", "notice": "tietosuojaseloste", "name": "Laskut",
}  # fmt: skip
SOUND = {
    "legitimate_interest": "turvallisuus", "interest_of": "own", "interest_lawful": "yes", "interest_real": "yes", "is_necessary": "yes",
    "alternatives": "lukot eivät riitä", "is_expected": "yes", "people_impact": "vähäinen", "impact_level": "low", "has_vulnerable": "no",
    "test_safeguards": ["lyhyt säilytys"], "objection_handling": "asiakaspalvelu", "interest_prevails": "yes",
    "conclusion_reason": "vaikutus on vähäinen", "reviewed_by": "tt", "reviewed": "2026-02-01",
}  # fmt: skip


def recorded(desk, told, since="2026-01-01", name="toimi"):
    """An activity of that name in the register."""
    desk.register.record(ivp.Activity(name, **{key: text for key, text in told.items() if text}), valid_from=since, why="koe")
    return desk


def found(desk, code):
    """Whom a finding is about."""
    frame = desk.assessments.findings()
    return list(frame.loc[frame["code"] == code, "subject"])


# --- screening


def as_register(told):
    """A case of the other hand as a register has it; a scale that names no number of people is the officer's answer."""
    scale = "" if "kamera" in told.get("scale", "") else told.get("scale", "")
    number = [re.sub(r"\D", "", one) for one in re.findall(r"\d[\d \u00a0]*", scale)]
    fields = {
        "name": told["name"], "notice": "tietosuojaseloste",
        "data_subjects": told["data_subjects"], "data_categories": told["data_categories"],
        "purposes": [ivp.Purpose(one, legal_basis=BASES[told["legal_basis"]]) for one in told["purposes"]],
        "recipients": [ivp.Recipient(one) for one in told["recipients"]] or None,
        "people_count": max(number, key=int) if number else None,
    }  # fmt: skip
    if "special_categories" in told:
        fields["special_categories"] = told["special_categories"] or ivp.NONE
    if "automated_decisions" in told:
        fields["automated_decisions"] = ivp.NONE if told["automated_decisions"] == "no" else "päätös syntyy ilman ihmistä"
    return fields


@pytest.mark.parametrize("case", cases("screening"))
def test_an_activity_is_screened_as_the_law_says(desk, case):
    """Activities described by another hand from the law alone: whether an assessment is needed, and what the list says."""
    fields = as_register(case["given"])
    recorded(desk, fields)
    if case["given"].get("scale") and not fields["people_count"]:
        answer = {"criterion": "W5", "applies": "no", "reason": case["given"]["scale"]}
        desk.assessments.record(Screening("s", activity="toimi", criteria=[answer]), valid_from="2026-01-01", why="koe")
    silent, expect = desk.assessments.screen("toimi"), case["expect"]
    assert silent.required == ("yes" if expect["required"] == "yes" else "cannot_tell"), "silence never says no"
    silent.answer_rest("tietosuojavastaava ei tunnista muita")  # a no is the officer's: of all that the record is silent of
    seen = desk.assessments.screen("toimi")
    assert seen.required == expect["required"], seen.reason
    assert set(seen.found.listed) == {ITEMS[one] for one in expect["list"]}
    allowed = {f"W{one}" for one in (*expect["criteria"], *expect.get("may", ()))}
    if expect["required"] == "no":  # a criterion that holds is never told as one that does not, without a doubt
        assert {f"W{one}" for one in expect["criteria"]} <= {*seen.found.met(), *seen.unknown} | ({"W7"} if not allowed else set())


@pytest.mark.parametrize("case", cases("assessments"))
def test_fields_decide_and_the_officer_raises_or_gives_reasons(tmp_path, case):
    """Fields, what is not told, and the officer's answers."""
    desk = ivp.Desk(tmp_path / "d.duckdb", by="tt", lang="en", now=NOW)
    since = case["given"].get("on", "2026-01-01")
    recorded(desk, PLAIN | case["given"]["activity"], since)
    rest = {} if case["given"].get("silent") else {"rest_reason": "ei muuta"}  # the officer's no to all that the record is silent of
    if answers := case["given"].get("screening", {}) | rest:
        desk.assessments.record(Screening("s", activity="toimi", reviewed_by="tt", **answers), valid_from=since, why="koe")
    at = desk.at(valid=since) if "on" in case["given"] else desk
    seen, expect = at.assessments.screen("toimi"), case["expect"]
    assert (seen.required, seen.found.reason) == (expect["required"], expect["reason"])
    assert seen.rule == expect.get("rule", seen.rule)
    assert ("ASM-013" in set(at.assessments.findings()["code"])) is expect.get("lowered", False)


@settings(max_examples=30, deadline=None)
@given(blank=st.sets(st.sampled_from(sorted(set(PLAIN) - {"name"}))))
def test_a_blank_never_turns_a_yes_into_a_no(tmp_path_factory, blank):
    """Of an activity with two criteria met, whatever is not told leaves the answer where it was or makes it open."""
    told = PLAIN | {"special_categories": "health", "data_subjects": "työntekijät"} | dict.fromkeys(blank, "")
    desk = recorded(ivp.Desk(tmp_path_factory.mktemp("d") / "d.duckdb", by="tt", now=NOW), told)
    desk.assessments.screen("toimi").answer_rest("ei muuta")
    gone = {"special_categories", "data_subjects"} & blank
    assert desk.assessments.screen("toimi").required == ("cannot_tell" if gone else "yes")


def test_a_no_of_the_officers_does_not_outlive_a_change(desk):
    """Lowered with a reason, and the activity changes: what the record shows holds again, and a finding says why."""
    recorded(desk, PLAIN | {"special_categories": "health", "data_subjects": "työntekijät"})
    answer = {"criterion": "W7", "applies": "no", "reason": "vain toimitusjohtaja"}
    given = Screening("s", activity="toimi", criteria=[answer], rest_reason="ei muuta")
    desk.assessments.record(given, valid_from="2026-01-01", why="koe")
    assert desk.assessments.screen("toimi").required == "no"
    recorded(desk, PLAIN | {"special_categories": "health", "data_subjects": "työntekijät; työnhakijat"}, "2026-02-01")
    assert desk.assessments.screen("toimi").required == "yes"
    assert found(desk, "ASM-017") == ["s"]


def test_what_a_scan_found_in_a_system_is_asked_about(sample):
    """Union membership in a table of an activity whose record confirms that it has no special categories."""
    seen = sample.assessments.screen("asiakaskyselyt")
    assert sample.register.get("asiakaskyselyt").special_categories == ivp.NONE
    assert (seen.required, {"W4", "W5"} <= set(seen.unknown)) == ("cannot_tell", True)
    seen.answer_rest("ei muuta")
    seen = sample.assessments.screen("asiakaskyselyt")
    assert (seen.required, seen.unknown) == ("cannot_tell", ["W4", "W5"]), "what a scan found is not answered with the rest"
    assert "tuki/staff.ay_jäsenyys" in seen.criteria.set_index("code").loc["W4", "known_by"]


ANSWERS = st.dictionaries(st.sampled_from([f"W{one}" for one in range(1, 10)]), st.sampled_from(["yes", "no"]))
TOLD = st.fixed_dictionaries({
    "special_categories": st.sampled_from(["", "none", "health"]), "people_count": st.sampled_from(["", "40", "7000"]),
    "data_subjects": st.sampled_from(["", "asiakkaat", "työntekijät"]), "automated_decisions": st.sampled_from(["", "none"]),
    "name": st.sampled_from(["Laskut", "Laskut (yksi lääkäri)", "Kävijäseuranta"]),
})  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(told=TOLD, answers=ANSWERS, rest=st.booleans(), needed=st.sampled_from([None, "no"]))
def test_no_answers_say_no_while_the_open_criteria_could_make_two(tmp_path_factory, told, answers, rest, needed):
    """Whatever the record tells and the officer answers, a conclusion that none is needed among them; departing needs nothing open."""
    desk = recorded(ivp.Desk(tmp_path_factory.mktemp("d") / "d.duckdb", by="tt", now=NOW), PLAIN | told)
    criteria = [{"criterion": one, "applies": said, "reason": "koe"} for one, said in answers.items()] or None
    why = {"dpia_needed": needed, "conclusion_reason": "ei riskiä", "dpo_advice": "ei tarvita"} if needed else {}
    given = Screening("s", activity="toimi", criteria=criteria, rest_reason="ei muuta" if rest else None, **why)
    desk.assessments.record(given, valid_from="2026-01-01", why="koe")
    seen = desk.assessments.screen("toimi")
    met, still_open = len(seen.found.met()), len(seen.found.met("cannot_tell"))
    if seen.required == "no" and not (seen.found.departs and not still_open) and seen.found.reason != "sole":
        assert met + still_open < 2, seen.reason
    if seen.required == "no" and seen.found.reason == "sole":
        assert set(seen.unknown) <= {"W4", "W7"}, seen.reason
    if not rest and len(answers) < 5:
        assert seen.required != "no" or not still_open, "silence is no answer"


def test_an_answer_to_one_criterion_settles_no_other(sample):
    """An unrelated criterion answered and "no risk" written: those that are open would still make two, and the no waits for them."""
    answer = {"criterion": "W9", "applies": "no", "reason": "kysely on vapaaehtoinen"}
    why = {"dpia_needed": "no", "conclusion_reason": "ei riskiä", "dpo_advice": "ei riskiä", "rest_reason": "ei muuta"}
    sample.assessments.record(Screening("k", activity="asiakaskyselyt", criteria=[answer], **why), valid_from="2026-03-02", why="koe")
    seen = sample.assessments.screen("asiakaskyselyt")
    assert (seen.required, seen.unknown) == ("cannot_tell", ["W4", "W5"])
    assert "odottaa" in seen.reason
    assert "asiakaskyselyt" in found(sample, "ASM-012")


def test_silence_is_no_answer_until_the_officer_gives_one(sample):
    """Nobody has answered: it cannot be told, and the document has blanks; one press answers in the officer's name until a change."""
    before = sample.assessments.screen("hankeyhteistyo")
    assert before.required == "cannot_tell"
    assert f"{len(before.unknown)} kriteeriin" in before.reason
    assert len(before.document().blanks) == len(before.unknown) > 5
    assert "hankeyhteistyo" in found(sample, "ASM-012")
    before.answer_rest("vain yhteyshenkilöiden nimet")
    after = sample.assessments.screen("hankeyhteistyo")
    assert (after.required, after.unknown) == ("no", ["W5"])
    assert after.criteria.set_index("code").loc["W8", "reason"] == f"vain yhteyshenkilöiden nimet ({sample.standpoint.by})"
    assert sample.assessments.overview().set_index("activity").loc["hankeyhteistyo", "assessment"] == "not_needed"
    with pytest.raises(Refusal, match="needs its reason"):
        after.answer_rest(" ")


def test_a_no_to_the_rest_is_renewed_only_as_far_as_it_holds(desk):
    """After a change the earlier no and the reason for the rest are not given again by answering the rest anew."""
    recorded(desk, PLAIN | {"special_categories": "health", "data_subjects": "työntekijät"})
    answers = [{"criterion": "W7", "applies": "no", "reason": "johtaja"}, {"criterion": "W9", "applies": "yes"}]
    given = Screening("s", activity="toimi", criteria=answers, dpia_needed="no", conclusion_reason="x", dpo_advice="y")
    desk.assessments.record(given, valid_from="2026-01-01", why="koe")
    recorded(desk, PLAIN | {"special_categories": "health", "data_subjects": "työntekijät; lapset"}, "2026-02-01")
    desk.assessments.screen("toimi").answer_rest("ei muuta")
    made = desk.assessments.get("s")
    assert [one.criterion for one in made.criteria] == ["W9"]
    assert (made.dpia_needed, desk.assessments.screen("toimi").required) == (None, "yes")


def test_a_suggestion_that_comes_later_is_not_covered_by_the_rest(desk):
    """The officer recognised no others; then a remark speaks of tracking, and it is asked about."""
    told = PLAIN | {"special_categories": "health"}
    recorded(desk, told)
    desk.assessments.screen("toimi").answer_rest("ei muuta")
    assert desk.assessments.screen("toimi").required == "no"
    recorded(desk, told | {"remarks": "seurantaa harkitaan"}, "2026-02-01")
    assert desk.assessments.screen("toimi").unknown[:1] == ["W3"]
    assert desk.assessments.screen("toimi").required == "cannot_tell"


def test_the_same_safeguard_in_other_letters_stands_once(sample):
    """The register and a measure of its own name the same."""
    got = sample.assessments.balancing("asiakaskyselyt").held.of("test_safeguards")
    assert len({one.casefold() for one in got}) == len(got) > 2


def test_the_form_answers_for_this_activity_and_shows_it_at_once(sample):
    """Begun with its identifier and activity; one press answers the rest, and the table below follows."""
    form = ivp.forms.assessments(sample)
    form.activity.value = "hankeyhteistyo"
    assert form.answers.layout.display == "none"
    form._do(form._on_answer)
    assert form.answers.layout.display == ""
    assert (form.answers.id.value, form.answers.editors["activity"].content) == ("hankeyhteistyo/tarve", "hankeyhteistyo")
    before = form.table.value
    assert "⚠" in form.view.value, "what cannot be told is a warning"
    form.answers.editors["rest_reason"].show("vain yhteyshenkilöt")
    form.answers.why.value = "arvioitu"
    form.answers.save.click()
    assert sample.assessments.screen("hankeyhteistyo").required == "no", form.answers.status.value
    assert form.table.value != before
    assert "⚠" not in form.view.value
    form.activity.value, form.rest.value = "tapahtumat", "ilmoittautumiset riittävät"
    form._do(form._on_none_other)
    assert sample.assessments.get("tapahtumat/tarve").rest_reason == "ilmoittautumiset riittävät"
    assert "ilmoittautumiset" in form.view.value


def test_each_criterion_tells_how_it_is_known(sample):
    """The field and the words; a suggestion is shown as one."""
    seen = sample.assessments.screen("verkkosivut").criteria.set_index("code")
    assert seen.loc["W3", "holds"] == "cannot_tell"
    assert "viittaavat" in seen.loc["W3", "known_by"]
    assert "kävijäseuranta" in seen.loc["W3", "known_by"]


# --- balancing tests


def test_a_test_is_filled_from_the_register_and_says_what_is_blank(sample):
    """Each answer has its source; nothing that nobody told is filled, a conclusion least of all."""
    draft = sample.assessments.balancing("ajoneuvot")
    assert draft.filled + len(draft.blanks) == draft.asked
    fresh = recorded(
        sample, {**PLAIN, "purposes": "vartiointi | legal_basis: 6(1)(f) | legitimate_interest: turvallisuus"}
    ).assessments.balancing("toimi")
    answers = fresh.answers.set_index("field")
    assert answers.loc["oikeutettu etu", "answer"] == "turvallisuus"
    assert answers.loc["oikeutettu etu", "source"] == "käsittelytoimi, käsittelyn tarkoitukset"
    assert {"interest_prevails", "is_necessary", "has_vulnerable"} <= set(fresh.blanks)
    assert all(bool(row.answer) == bool(row.source) for row in answers.itertuples())


def test_a_test_is_recorded_and_read_back(desk):
    """What the officer answered, over what the register said; REG-022 is then answered too."""
    recorded(desk, {**PLAIN, "purposes": "vartiointi | legal_basis: 6(1)(f) | legitimate_interest: turvallisuus"})
    assert "REG-022" in set(desk.register.findings()["code"])
    desk.assessments.balancing("toimi").answer(**SOUND).record(why="koe")
    assert "REG-022" not in set(desk.register.findings()["code"])
    desk.assessments.screen("toimi").answer_rest("ei muuta")
    assert desk.assessments.findings().empty
    assert desk.assessments.overview().loc[0, "test"] == "done"
    assert desk.assessments.get("toimi/tt").reviewed == date(2026, 2, 1)


def test_which_purpose_is_asked_where_there_are_two(desk):
    """And a test of the one says nothing of the other."""
    basis = "legal_basis: 6(1)(f) | legitimate_interest: etu"
    recorded(desk, {**PLAIN, "purposes": f"vartiointi | {basis}\nkehittäminen | {basis}"})
    with pytest.raises(Refusal, match="vartiointi; kehittäminen"):
        desk.assessments.balancing("toimi")
    desk.assessments.balancing("toimi", "vartiointi").answer(**SOUND).record(why="koe")
    told = desk.register.findings()
    assert [one for one in told.loc[told["code"] == "REG-022", "finding"] if "kehittäminen" in one]
    assert desk.assessments.overview().loc[0, "test"] == "missing"


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, set()),
        ({"has_vulnerable": "yes"}, set()),
        ({"has_vulnerable": "yes", "test_safeguards": None}, {"ASM-004"}),
        ({"is_expected": "no", "impact_level": "high"}, {"ASM-004"}),
        ({"impact_level": "high", "test_safeguards": ivp.NONE}, {"ASM-004"}),
        ({"objection_handling": ivp.NONE}, {"ASM-003"}),
        ({"alternatives": None}, {"ASM-015"}),
        ({"interest_prevails": "no"}, {"ASM-005"}),
    ],
)
def test_a_conclusion_follows_from_its_steps(desk, changes, codes):
    """Each fault is found beside its sound neighbour."""
    recorded(desk, {**PLAIN, "purposes": "vartiointi | legal_basis: 6(1)(f) | legitimate_interest: turvallisuus"})
    desk.assessments.record(BalancingTest("t", activity="toimi", **(SOUND | changes)), valid_from="2026-02-01", why="koe")
    assert set(desk.assessments.findings()["code"]) == codes
    assert (desk.assessments.overview().loc[0, "test"] == "done") is not bool(codes)


def test_a_test_that_another_has_replaced_is_history(desk):
    """The old one is stale; once a new one stands, nothing is said of it; another order of the same answers changes nothing."""
    told = {**PLAIN, "purposes": "vartiointi | legal_basis: 6(1)(f) | legitimate_interest: turvallisuus", "data_categories": "kuvat; nimet"}
    recorded(desk, told)
    desk.assessments.record(BalancingTest("vanha", activity="toimi", **SOUND), valid_from="2026-02-01", why="koe")
    recorded(desk, told | {"data_categories": "nimet; kuvat"}, "2026-02-10")
    assert found(desk, "ASM-002") == []
    recorded(desk, told | {"data_categories": "nimet; kuvat; ääni"}, "2026-02-11")
    assert found(desk, "ASM-002") == ["vanha"]
    fresh = SOUND | {"reviewed": "2026-02-20"}
    desk.assessments.record(BalancingTest("uusi", activity="toimi", **fresh), valid_from="2026-02-20", why="koe")
    assert desk.assessments.findings().empty


def test_a_change_recorded_later_for_an_earlier_day_makes_a_test_stale(desk):
    """The test could not know of it, whatever day it is true from."""
    told = {**PLAIN, "purposes": "vartiointi | legal_basis: 6(1)(f) | legitimate_interest: turvallisuus"}
    recorded(desk, told)
    desk.assessments.record(BalancingTest("t", activity="toimi", **SOUND), valid_from="2026-02-01", why="koe")
    recorded(desk, told | {"data_subjects": "lapset"}, "2026-01-15")
    assert found(desk, "ASM-002") == ["t"]


# --- findings that no row of the sample plants


def test_an_interest_is_no_ground_for_the_identity_code(desk):
    """Planted; with a ground of section 29 it is not said."""
    told = {**PLAIN, "purposes": "vartiointi | legal_basis: 6(1)(f) | legitimate_interest: x", "data_categories": "nimi; henkilötunnus"}
    recorded(desk, told)
    assert found(desk, "ASM-006") == ["toimi"]
    recorded(desk, told | {"national_id": "palvelussuhdeasiat"}, "2026-02-01")
    assert found(desk, "ASM-006") == []


def test_an_assessment_that_lies_elsewhere_is_no_answer(desk):
    """A reference alone tells nothing of its content."""
    recorded(desk, PLAIN | {"dpia": "done", "dpia_reference": "VIA-3"})
    assert found(desk, "ASM-009") == ["toimi"]
    assert desk.assessments.overview().loc[0, "assessment"] == "referred"


def test_the_whistleblowing_channel_of_an_old_register_needs_an_assessment(desk):
    """As the old register of the sample names it."""
    desk.register.read(ROOT / "data_samples" / "vanha_seloste.csv").commit(why="koe", valid_from="2026-01-01")
    [channel] = found(desk, "ASM-011")
    assert channel == "Ilmoituskanava"
    made = ImpactAssessment("via", activity=channel, reviewed="2026-02-01")
    desk.assessments.record(made, valid_from="2026-02-01", why="koe")
    assert found(desk, "ASM-011") == []
    assert found(desk, "ASM-015") == ["via"], "an assessment in name only is told as one"


def test_at_an_earlier_day_other_things_were_missing(sample):
    """Electronic marketing on a legitimate interest, and a test that is only referred to: as of May 2023."""
    then = sample.at(valid="2023-05-15").assessments.findings()
    assert {("uutiskirje", "ASM-007"), ("uutiskirje", "ASM-001")} <= set(zip(then["subject"], then["code"], strict=True))
    assert not {"ASM-001", "ASM-007"} & set(sample.assessments.findings()["code"])


def test_a_risk_that_remains_is_never_lower_than_what_is_left_of_it():
    """Every level of likelihood and severity: the answer rises with each."""
    for one, other in ((a, b) for a in range(3) for b in range(3)):
        risk = AssessedRisk("r", likelihood=checks.LEVELS[one], risk_severity=checks.LEVELS[other])
        higher = AssessedRisk("r", likelihood=checks.LEVELS[min(2, one + 1)], risk_severity=checks.LEVELS[other])
        assert checks.LEVELS.index(checks.remaining(higher)) >= checks.LEVELS.index(checks.remaining(risk))
    assert checks.remaining(AssessedRisk("r", likelihood="low")) is None


def test_a_consultation_is_answered_in_eight_weeks(desk):
    """The date of the answer is due until it has come."""
    recorded(desk, PLAIN)
    made = ImpactAssessment("via", activity="toimi", residual_risk="high", consulted="2026-02-02")
    desk.assessments.record(made, valid_from="2026-02-02", why="koe")
    assert list(desk.assessments.due()["due"].dt.date) == [date(2026, 3, 30)]
    assert "ASM-008" not in set(desk.assessments.findings()["code"])
    desk.assessments.record(made.replace(authority_answer="ohjeet saatu"), valid_from="2026-02-20", why="koe")
    assert desk.assessments.due().empty


# --- documents


@pytest.mark.parametrize("lang", ["fi", "sv", "en"])
def test_documents_mark_each_blank_and_leave_room_to_sign(sample, tmp_path, lang):
    """The three documents in each language and format; what is not told stands as a blank."""
    rooms = sample.assessments
    for document in (
        rooms.balancing("ajoneuvot").document(lang),
        rooms.assess("rekrytointi").document(lang),
        rooms.screen("rekrytointi").document(lang),
    ):
        for ending in ("docx", "html", "md", "pdf"):
            assert document.save(tmp_path / f"d.{ending}").stat().st_size > 1000
        assert {"fi": "Allekirjoitus", "sv": "Underskrift", "en": "Signature"}[lang] in document.text
    draft = rooms.assess("rekrytointi")
    assert len(draft.document(lang).blanks) >= len([one for one in draft.blanks if one != "remarks"])


def test_a_document_is_in_its_own_language(sample):
    """What the register's codes say is told in the language of the document, not of the Desk."""
    text = sample.assessments.assess("ajoneuvot").document("en").text
    assert "6 art." not in text
    assert "6 months" in text


# --- bad input


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: BalancingTest("t"), "activity= is missing"),
        (lambda: Screening("s"), "activity= is missing"),
        (lambda: ImpactAssessment("v"), "activity= is missing"),
        (lambda: BalancingTest("t", activity="a", **(SOUND | {"interest_lawful": "no"})), "cannot be yes"),
        (lambda: BalancingTest("t", activity="a", **(SOUND | {"interest_real": "no"})), "cannot be yes"),
        (lambda: BalancingTest("t", activity="a", **(SOUND | {"is_necessary": "no"})), "cannot be yes"),
        (lambda: Screening("s", activity="a", criteria=[{"criterion": "W1", "applies": "no"}]), "needs its reason"),
        (lambda: Screening("s", activity="a", dpia_needed="no"), "write the reasons"),
        (lambda: ImpactAssessment("v", activity="a", residual_risk="giant"), "no allowed value"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_line(make, says):
    """No activity, a conclusion against its steps, a no without a reason, a level that is none."""
    with pytest.raises(Refusal) as told:
        make()
    assert says in told.value.text("en")
    assert "\n" not in told.value.text("fi")


def test_an_unknown_activity_and_a_day_to_come_are_refused_and_nothing_is_written(sample):
    """The nearest is named; a processor's activity is the controller's to assess."""
    before = sample.verify().entries
    for act, says in (
        (lambda: sample.assessments.screen("kameravalvota"), "kameravalvonta"),
        (lambda: sample.assessments.assess("huoltopalvelu"), "käsittelijä"),
        (lambda: sample.assessments.balancing("kirjanpito"), "oikeutettuun etuun"),
        (lambda: sample.assessments.record(BalancingTest("t", activity="eiole", **SOUND), valid_from="2026-02-01", why="x"), "eiole"),
        (lambda: sample.assessments.balancing("ajoneuvot").answer(reviewed="2026-04-01").record(why="x"), "tulevalle"),
        (lambda: sample.assessments.balancing("ajoneuvot").answer(is_necessary="no").record(why="x"), "ei voi olla kyllä"),
        (lambda: sample.assessments.balancing("ajoneuvot").answer(necessity="x"), "necessity"),
    ):
        with pytest.raises(Refusal) as told:
            act()
        assert says in told.value.text("fi")
    assert sample.verify().entries == before


def test_hostile_text_stays_text(desk, tmp_path):
    """In records, frames, documents."""
    recorded(desk, {**PLAIN, "purposes": [ivp.Purpose("p", legal_basis="6(1)(f)", legitimate_interest="x")]})
    for number, text in enumerate(HOSTILE):
        answers = SOUND | {"conclusion_reason": text, "people_impact": text, "test_safeguards": [text.replace("\n", " ")]}
        draft = desk.assessments.balancing("toimi").answer(**answers)
        draft.record(why="koe", id=f"t{number}")
        html = draft.document("fi").save(tmp_path / "t.html").read_text(encoding="utf-8")
        assert "<script>window" not in html
        assert "<img src=x" not in html


# --- the shell


def test_the_shell_lists_what_is_missing(tmp_path):
    """Exit 1 where something is missing or cannot be told, 0 where nothing is, 2 where it is refused."""
    run = CliRunner()
    told = run.invoke(main, ["assess", "--desk", "sample", "--lang", "en"], env={"IVPLUS_NOW": NOW})
    assert told.exit_code == 1
    assert "rekrytointi" in told.stdout
    path = tmp_path / "d.duckdb"
    desk = recorded(ivp.Desk(path, by="tt", now=NOW), PLAIN)
    assert run.invoke(main, ["assess", "--desk", str(path)], env={"IVPLUS_NOW": NOW}).exit_code == 1
    desk.assessments.screen("toimi").answer_rest("ei muuta")
    assert run.invoke(main, ["assess", "--desk", str(path)], env={"IVPLUS_NOW": NOW}).exit_code == 0
    recorded(desk, PLAIN | {"special_categories": "health", "people_count": ""}, "2026-02-01")
    assert run.invoke(main, ["assess", "--desk", str(path)], env={"IVPLUS_NOW": NOW}).exit_code == 1
    assert run.invoke(main, ["assess", "toimi", "--desk", str(path)], env={"IVPLUS_NOW": NOW}).exit_code == 1
    assert run.invoke(main, ["assess", "olematon", "--desk", str(path)], env={"IVPLUS_NOW": NOW}).exit_code == 2


def test_the_sample_plants_what_the_findings_name(sample):
    """Every code has its positive control in the sample or a test of its own, and the sound ones are silent."""
    here = set(sample.assessments.findings()["code"]) | {"ASM-001", "ASM-006", "ASM-007", "ASM-009", "ASM-011"}
    assert here == {f"ASM-{number:03}" for number in range(1, 19)}
    silent = {"TT-2023-05", "verkkosivut/via", "verkkosivut", "kirjanpito", "asiakasrekisteri"}
    assert not silent & set(sample.assessments.findings()["subject"])
    assert screen(sample.assessments.state(), "kirjanpito").required == "no"
