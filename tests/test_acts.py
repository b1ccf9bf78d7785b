"""Erasure and the audit of a quarter without a line of code: each step one press, refusals as text, nothing done twice."""

import html

import pytest
from erasing import rule
from stores import content, lay

import ivplus_tools as ivp


@pytest.fixture
def form(desk, tmp_path):
    """The form of erasure over a source with one rule, and where the source is."""
    location = lay(tmp_path / "sqlite", "sqlite")
    desk = desk.speaking("fi")
    desk.source("s", location)
    kept = rule(subject_key="customer", start_column="ended", start_event="CUST_END")
    desk.retention.record(
        [kept, ivp.Hold("h", subjects=["K001"], reason="riita", review_by="2027-01-01")], valid_from="2026-01-01", why="w"
    )
    made = ivp.forms.erasure(desk)
    made.location = location
    return made


def press(form, text):
    """Press the button of that text; what the form then says."""
    found = [one for one in form._inside.children if getattr(one, "description", "") == text and hasattr(one, "click")]
    found[0].click()
    return html.unescape(form.message.value)


def test_a_rule_goes_from_plan_to_certificate_by_presses_alone(form, tmp_path):
    """Nothing is erased before it is carried out, by leave in the source's own name; a double press of a step is told and does nothing."""
    before = content(form.location)
    assert "Perustelu" in press(form, "Tee suunnitelma") or "Säilytyssääntö" in form.message.value
    form.rule.value, form.why.value = "r", "säilytysaika päättyi"
    assert "Mitään ei ole poistettu" in press(form, "Tee suunnitelma")
    assert form.list.value
    form.name.value = "tt"
    assert "⚠" in press(form, "Hyväksy suunnitelma")  # the planner, and nobody said that there is no other
    form.name.value = "toimitusjohtaja"
    form.grant.value = "s"
    assert "⚠" in press(form, "Toteuta poisto")  # not approved yet
    assert content(form.location) == before
    assert "Hyväksytty" in press(form, "Hyväksy suunnitelma")
    form.grant.value = "väärä"
    assert "⚠" in press(form, "Toteuta poisto")
    form.grant.value, form.rows.value = "s", "kaikki"
    assert "lukumäärä" in press(form, "Toteuta poisto")
    form.rows.value = ""
    assert content(form.location) == before
    assert "Toteutettu" in press(form, "Toteuta poisto")
    left = content(form.location)
    assert 0 < len(left) < len(before)
    assert all(row in left for row in before if row[1] == "K001")
    form.grant.value = "s"
    assert "⚠" in press(form, "Toteuta poisto")
    assert content(form.location) == left
    form.file.value = str(tmp_path / "todistus.md")
    press(form, "Tallenna asiakirja")
    assert "todistus" in (tmp_path / "todistus.md").read_text().casefold()
    assert "⚠" in press(form, "Tallenna asiakirja")
    assert form._desk.verify().ok


def test_a_desk_that_only_reads_has_no_step_that_erases(form):
    """Of an earlier day, or without a name: plans are shown, and there is nothing to press."""
    form._desk.retention.plan("r", "w")
    for desk in (form._desk.at(valid="2026-03-01"), ivp.Desk(form._desk.standpoint.path, lang="fi")):
        texts = {getattr(one, "description", "") for one in ivp.forms.erasure(desk)._inside.children}
        assert not texts & {"Toteuta poisto", "Hyväksy suunnitelma"}


def test_the_code_of_a_step_does_what_the_press_did(form):
    """The line that is shown plans the same rule."""
    form.rule.value, form.why.value = "r", "w"
    press(form, "Tee suunnitelma")
    desk = form._desk
    exec(form.code, {"desk": desk})
    assert len(desk.retention.plans()) == 2


def test_a_quarter_is_made_read_and_signed_by_presses(sample, tmp_path):
    """The pack is there with its progress told, the report beside it, the sign-off in the journal; a second signing is refused or new."""
    form = ivp.forms.quarter(sample)
    seen = []
    form.progress.observe(lambda change: seen.append(change["new"]), "value")
    assert form.day.value == "31.12.2025"
    form.day.value, form.folder.value = "31.2.2026", str(tmp_path)
    assert "kalenteripäivä" in press(form, "Tee tarkastuspaketti")
    form.day.value = "31.12.2025"
    assert "audit-2025-12-31.zip" in press(form, "Tee tarkastuspaketti")
    assert max(seen) > 5
    assert form.list.value == "audit-2025-12-31.zip"
    press(form, "Tallenna raportti luettavaksi")
    assert "<h1" in (tmp_path / "audit-2025-12-31.html").read_text()
    form.signer.value = ""
    assert "Allekirjoittaja" in press(form, "Olen lukenut raportin: allekirjoita")
    form.signer.value, form.remarks.value = "toimitusjohtaja", "luettu kahdesti"
    told = press(form, "Olen lukenut raportin: allekirjoita")
    assert "✓" in told
    assert press(form, "Olen lukenut raportin: allekirjoita") == told
    assert "luettu kahdesti" in set(sample.audit.signoffs()["remarks"])
    assert "toimitusjohtaja" in set(sample.audit.signoffs()["signed_by"])


def test_what_was_typed_for_one_plan_is_no_leave_for_another(form):
    """Another plan is chosen: the source's name, the approver and the tick are gone."""
    for _ in range(2):
        form.rule.value, form.why.value = "r", "w"
        press(form, "Tee suunnitelma")
        form.name.value, form.grant.value, form.single.value = "tt", "s", True
    form.list.value = next(ident for _, ident in form.list.options if ident != form.list.value)
    assert (form.name.value, form.grant.value, form.single.value) == ("", "", False)


def test_the_old_file_of_a_rewritten_source_is_told_and_removed_by_a_press(desk, tmp_path):
    """Rows that still lie beside the new file are not gone, and the form says so."""
    location = lay(tmp_path / "csv", "csv")
    desk = desk.speaking("fi")
    desk.source("s", location)
    desk.retention.record(rule(subject_key="customer", start_column="ended", start_event="CUST_END"), valid_from="2026-01-01", why="w")
    form = ivp.forms.erasure(desk)
    form.rule.value, form.why.value = "r", "w"
    press(form, "Tee suunnitelma")
    form.name.value = "toimitusjohtaja"
    press(form, "Hyväksy suunnitelma")
    form.grant.value = "s"
    assert "vanhassa tiedostossa" in press(form, "Toteuta poisto")
    assert "vanhassa tiedostossa" in form.one.value
    assert list(tmp_path.rglob("*.ivplus-old"))
    assert "poistettu" in press(form, "Poista vanha tiedosto")
    assert not list(tmp_path.rglob("*.ivplus-old"))
    assert "vanhassa tiedostossa" not in form.one.value
    assert "⚠" in press(form, "Selvitä keskeytynyt toteutus")


def test_no_press_raises_and_none_leaves_an_old_success_standing(form):
    """A name too long for a file, a journal that is no journal: a line each, in the place of the last one."""
    form.rule.value, form.why.value = "r", "w"
    press(form, "Tee suunnitelma")
    form.file.value = "x" * 400 + ".docx"
    assert "⚠" in press(form, "Tallenna asiakirja")
    form._desk.standpoint.path.write_bytes(b"junk" * 5000)
    form.name.value = "toimitusjohtaja"
    assert "⚠" in press(form, "Hyväksy suunnitelma")
    form.list.value = None
    assert "⚠" in html.unescape(form.message.value)
    quarter = ivp.forms.quarter(form._desk)
    quarter.folder.value = "x" * 5000
    assert "⚠" in html.unescape(quarter.message.value)


@pytest.mark.parametrize("lang", ["fi", "sv", "en"])
def test_the_day_on_the_form_of_a_quarter_is_one_that_it_takes(desk, lang):
    """In every language."""
    from ivplus_tools import _dates

    assert _dates.day(ivp.forms.quarter(desk.speaking(lang)).day.value) == _dates.day("2025-12-31")


def test_a_double_press_of_a_step_keeps_its_receipt_until_something_is_edited(form):
    """The second press finds the fields emptied, does nothing and asks for nothing; any edit makes it ask again."""
    form.rule.value, form.why.value = "r", "w"
    told = press(form, "Tee suunnitelma")
    assert "✓" in told
    assert press(form, "Tee suunnitelma") == told
    assert len(form._desk.retention.plans()) == 1
    assert "⚠" in press(form, "Hyväksy suunnitelma")
    form.name.value = "toimitusjohtaja"
    told = press(form, "Hyväksy suunnitelma")
    assert "✓" in told
    assert press(form, "Hyväksy suunnitelma") == told
    assert "⚠" in press(form, "Tee suunnitelma")
    form.single.value = True
    assert "⚠" in press(form, "Hyväksy suunnitelma")


def test_packs_lie_beside_the_journal_unless_the_environment_says_where(desk, monkeypatch):
    """Wherever the notebook is, also where the journal was named by a relative path; IVPLUS_AUDITS wins."""
    monkeypatch.delenv("IVPLUS_AUDITS", raising=False)
    journal = desk.standpoint.path.absolute()
    assert ivp.forms.quarter(desk).folder.value == str(journal.parent / "audits")
    monkeypatch.chdir(journal.parent)
    assert ivp.forms.quarter(ivp.Desk(journal.name, by="tt")).folder.value == str(journal.parent / "audits")
    monkeypatch.setenv("IVPLUS_AUDITS", "toisaalla")
    assert ivp.forms.quarter(desk).folder.value == "toisaalla"


def test_a_message_stands_under_the_buttons_of_its_step(form):
    """A refused press is told before the next heading or list, and the message of an earlier press is gone."""
    lines, seen = form._inside.children, []
    for text in ("Tee suunnitelma", "Hyväksy suunnitelma", "Toteuta poisto", "Tallenna asiakirja"):
        assert "⚠" in press(form, text)
        pressed = next(place for place, one in enumerate(lines) if getattr(one, "description", "") == text)
        between = lines[pressed + 1 : lines.index(form.message)]
        assert all(hasattr(one, "click") for one in between)
        assert [one for one in lines if "⚠" in str(getattr(one, "value", ""))] == [form.message]
        seen.append(form.message)
    assert len(set(seen)) == len(seen)
