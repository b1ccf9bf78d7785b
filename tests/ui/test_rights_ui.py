"""The form of requests in a real JupyterLab, in Finnish: from a mail to the answered letter; without code."""

import re

import pytest
from playwright.sync_api import expect
from screen import SAMPLE, button, keep_all, typed

from ivplus_tools import _words

pytestmark = pytest.mark.ui
CUSTOMER = "Öljykoe Åexempelman"


def said(key):
    """A label of the form."""
    return _words.say(f"rights_form.{key}", "fi")


def field(form, key, place=0):
    """A field of the form; some labels stand twice."""
    return form.get_by_label(said(key), exact=True).nth(place)


def test_a_request_goes_from_a_mail_to_the_letter(lab, page):
    """Opened, identified, looked for, copied, answered, drafted, recorded as sent; a mistake is a line, and no name enters the journal."""
    notebook = lab.run_all(page, lab.made("rights", SAMPLE, "form = ivp.forms.rights(desk)\nform"))
    form = notebook.locator(".ivplus-rights")
    button(form, said("open")).click()
    expect(form.get_by_role("alert").first).to_contain_text(said("rights"))
    form.get_by_label("pääsy tietoihin", exact=True).first.check()
    field(form, "channel").select_option(label="sähköposti")
    for key, text in (("ref", "P-1"), ("name", CUSTOMER), ("email", "oljykoe.aexempelman.1@example.fi")):
        typed(field(form, key), text)
    button(form, said("open")).click()
    expect(form.get_by_role("status").first).to_contain_text("2026-013")
    typed(field(form, "customer_number"), "C0001")
    button(form, said("find")).click()
    expect(form.get_by_role("status").filter(has_text="Henkilön rivejä löytyi")).to_be_visible(timeout=60_000)
    expect(form.get_by_text("uutiskirje").first).to_be_visible()
    keep_all(page, "rights-found")
    typed(field(form, "folder"), "pyynto-2026-013")
    button(form, said("copy")).click()
    expect(form.get_by_role("status").filter(has_text="pyynto-2026-013")).to_be_visible(timeout=60_000)
    expect(form.get_by_text(said("not_identified")).first).to_be_visible()
    field(form, "how").select_option(label="kirjautunut omalle tilille")
    typed(field(form, "why"), "asiointitili")
    button(form, said("identify")).click()
    expect(form.get_by_role("status").filter(has_text=re.compile(r"kirjattu: \d")).first).to_be_visible()
    field(form, "right").select_option(label="pääsy tietoihin")
    field(form, "outcome").select_option(label="toteutettu")
    button(form, said("answer")).click()
    expect(form.get_by_role("status").filter(has_text=re.compile(r"kirjattu: \d")).last).to_be_visible()
    field(form, "kind").select_option(label="vastaus")
    button(form, said("draft")).click()
    expect(form.get_by_text("Tietosuojavaltuutetun toimisto").first).to_be_visible()
    keep_all(page, "rights-letter")
    button(form, said("sent")).click()
    told = lab.kernel(
        page,
        "r = desk.rights.request('2026-013'); told = desk.sql('FROM entries()').to_json(force_ascii=False)\n"
        f"print(r.record.answered, len(desk.rights.state().request('2026-013').letters), {CUSTOMER!r} in told)",
    )
    assert told.startswith("2026-03-02 1 False")
