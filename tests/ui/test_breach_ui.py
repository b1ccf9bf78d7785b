"""The breach wizard at the worst hour: JupyterLab, Chromium, a restart in the middle, hostile text."""

import re

import pytest
from playwright.sync_api import expect
from screen import button, keep, recorded, run_cell, typed

import ivplus_tools as ivp
from ivplus_tools import _records, _words

pytestmark = pytest.mark.ui
LOST, UNKNOWN = (_records.allowed(name)[code]["fi"] for name, code in (("breach_cause", "lost"), ("breach_recipient", "unknown")))
JOURNAL = "import ivplus_tools as ivp; desk = ivp.Desk({path!r}, by='tt', now='2026-03-02T09:00'); form = ivp.forms.breach(desk); form"


def test_a_case_is_opened_saved_and_gone_on_with_after_a_restart(lab, page, tmp_path):
    """Fill in, see the clock and the draft change, save, restart the kernel, go on with the case to its draft and the sent notice."""
    path = str(tmp_path / "j.duckdb")
    lab.open(page, "notebooks/30_breach.ipynb")
    run_cell(page, JOURNAL.format(path=path))
    form = page.locator(".ivplus-breach").last
    button(form, "Uusi").click()
    title = form.get_by_label("tapauksen otsikko", exact=True)
    typed(title, "kannettava <img src=x onerror=window.__xss=1>")
    aware = form.get_by_label("rekisterinpitäjä sai tiedon", exact=True)
    typed(aware, "2026-03-01T22:40")
    expect(form.get_by_role("timer")).to_contain_text("61 h 40 min")
    expect(form.get_by_text("kannettava <img").last).to_be_visible()
    button(form, "Seuraava").click()
    expect(form.get_by_text(re.compile(r"^2/7"))).to_be_visible()
    form.get_by_label("tietoturvaloukkauksen syy", exact=True).select_option(label=LOST)
    button(form, "Seuraava").click()
    for kind in ("nimi", "henkilötunnus"):
        form.get_by_label(kind, exact=True).first.check()
    expect(form.get_by_text(re.compile("henkilötunnus")).last).to_be_visible()
    reason = form.get_by_label("Perustelu", exact=True)
    typed(reason, "vartija soitti")
    form.evaluate("form => form.scrollIntoView()")
    keep(page, "breach-form")
    recorded(form)
    lab.restart(page)
    run_cell(page, JOURNAL.format(path=path) + "  # again")
    again = page.locator(".ivplus-breach").last
    again.get_by_label("Tapaukset", exact=True).select_option(index=0)
    expect(again.get_by_role("timer")).to_contain_text("61 h 40 min")
    for _ in range(3):
        button(again, "Seuraava").click()
    again.get_by_label("kuka pääsi tietoihin", exact=True).select_option(label=UNKNOWN)
    expect(again.get_by_text(re.compile("korkea riski")).first).to_be_visible()
    keep(page, "breach-again")
    typed(again.get_by_label("Perustelu", exact=True), "selvisi lokista")
    recorded(again)
    typed(again.get_by_label(_words.say("form.breach_file", "fi"), exact=True), str(tmp_path / "ilmoitus.docx"))
    button(again, _words.say("form.breach_save_draft", "fi")).click()
    expect(again.get_by_role("status").filter(has_text="ilmoitus.docx")).to_be_visible()
    typed(again.get_by_label(_words.say("form.breach_sent_at", "fi"), exact=True), "2.3.2026 klo 8.55")
    button(again, _words.say("form.breach_mark_sent", "fi")).click()
    expect(again.get_by_label(_words.say("form.breach_sent_at", "fi"), exact=True)).to_have_value("")  # emptied once it is recorded
    assert (tmp_path / "ilmoitus.docx").stat().st_size > 5_000
    assert ivp.Desk(path).breach.notices()["sent"].tolist() == ["2026-03-02T08:55+02:00"]
    assert page.evaluate("() => window.__xss") is None
