"""An officer in a real JupyterLab, in Finnish: a breach and a contract by mouse, and with a quarter by Tab, letters and Enter only."""

import re

import pytest
from playwright.sync_api import expect
from screen import button, typed
from stores import lay

import ivplus_tools as ivp
from ivplus_tools import _records, _words

pytestmark = pytest.mark.ui
DESK = "import ivplus_tools as ivp\ndesk = ivp.Desk({path!r}, by='tt', lang='fi', now='2026-03-02T09:00')"
BESIDE = """(wanted) => { const at = document.activeElement;
  return at === wanted ? '' : wanted.compareDocumentPosition(at) & Node.DOCUMENT_POSITION_FOLLOWING ? 'Shift+Tab' : 'Tab' }"""
PLACE = "(list, text) => [...list.options].findIndex(one => one.text.replaceAll('\\u00a0', ' ') === text)"


def named(name, code):
    """A code as the form shows it."""
    return _records.allowed(name)[code]["fi"]


def said(key):
    """A label of a form."""
    return _words.say(f"form.{key}", "fi")


class Hands:
    """Hands on a keyboard: `presses` counts keys that type nothing, `acts` fields that are filled in and buttons that are pressed."""

    def __init__(self, page, form):
        self.page, self.form, self.presses, self.acts = page, form, 0, 0

    def press(self, key):
        """One key."""
        self.page.keyboard.press(key)
        self.presses += 1

    def go(self, wanted):
        """By Tab to a field or a button, forwards or backwards."""
        for _ in range(200):
            key = wanted.evaluate(BESIDE)
            if not key:
                return
            self.press(key)
        raise AssertionError(f"Tab does not reach {wanted}")

    def field(self, label):
        """A field by its label."""
        return self.form.get_by_label(label, exact=True)

    def type(self, label, text):
        """Type over what stands in a field."""
        field = self.field(label)
        self.go(field)
        self.press("Control+a")
        self.page.keyboard.type(text)
        self.acts += 1
        expect(field).to_have_value(text)

    def choose(self, label, text):
        """From a list by the arrows alone: JupyterLab takes letters typed in a list for its own."""
        field = self.field(label)
        self.go(field)
        expect(field.locator("option", has_text=text).first).to_be_attached()
        place = field.evaluate(PLACE, text)
        for key in ("Home", "Alt+ArrowDown", *["ArrowDown"] * place, "Enter"):
            self.press(key)
        self.acts += 1
        assert field.evaluate("list => list.selectedIndex") == place

    def tick(self, label):
        """Tick a box with Space."""
        self.go(self.field(label))
        self.press("Space")
        self.acts += 1
        expect(self.field(label)).to_be_checked()

    def act(self, name):
        """Press a button with Enter."""
        self.go(button(self.form, name))
        self.press("Enter")
        self.acts += 1

    def stay(self):
        """The focus is still within the form, not thrown back to the page."""
        assert self.form.evaluate("form => form.contains(document.activeElement)"), self.page.evaluate("document.activeElement.outerHTML")

    def told(self, text, **options):
        """What a screen reader announces."""
        expect(self.form.get_by_role("status").filter(has_text=text)).to_be_visible(**options)
        self.stay()


class Mouse(Hands):
    """The same acts with a mouse: `presses` counts clicks."""

    def go(self, wanted):
        """A click needs no way."""

    def stay(self):
        """Who has a mouse clicks wherever the focus is."""

    def type(self, label, text):
        """Click into a field and type."""
        typed(self.field(label), text)
        self._clicked()

    def choose(self, label, text):
        """Open a list and click a line of it."""
        self.field(label).select_option(label=text)
        self._clicked(2)

    def tick(self, label):
        """Click a box."""
        self.field(label).check()
        self._clicked()

    def act(self, name):
        """Click a button."""
        button(self.form, name).click()
        self._clicked()

    def _clicked(self, times=1):
        self.presses += times
        self.acts += 1


@pytest.mark.parametrize(("hand", "most"), [(Hands, 140), (Mouse, 30)], ids=["keyboard", "mouse"])
def test_a_breach_by_mail_from_its_first_minute_to_its_notice(lab, page, tmp_path, hand, most):
    """A mail with all addresses in Cc, up to the notice that was sent: with Tab, letters and Enter only, or with a mouse."""
    path = tmp_path / "j.duckdb"
    notebook = lab.run_all(page, lab.made("keys-breach", DESK.format(path=str(path)), "ivp.forms.breach(desk)"))
    form = notebook.locator(".ivplus-breach")
    hands = hand(page, form)
    hands.act("Uusi")
    hands.type("tapauksen otsikko", "uutiskirje Cc-kentässä")
    hands.type("rekisterinpitäjä sai tiedon", "2026-03-02T08:10")
    hands.act("Seuraava")
    expect(form.get_by_role("timer")).to_contain_text("71 h 10 min")
    expect(form.get_by_text(re.compile(r"^2/7"))).to_be_visible()
    hands.type(_words.field_label("description", "fi"), "142 osoitetta näkyi kaikille")
    hands.tick(named("breach_nature", "confidentiality"))
    hands.choose("tietoturvaloukkauksen syy", named("breach_cause", "misdirected"))
    hands.act("Seuraava")
    expect(form.get_by_text(re.compile(r"^3/7"))).to_be_visible()
    for kind in ("nimi", "sähköpostiosoite"):
        hands.tick(kind)
    hands.act("Seuraava")
    expect(form.get_by_text(re.compile(r"^4/7"))).to_be_visible()
    hands.choose(_words.field_label("breach_recipient", "fi"), named("breach_recipient", "known"))
    for step in (5, 6, 7):
        hands.act("Seuraava")
        expect(form.get_by_text(re.compile(rf"^{step}/7"))).to_be_visible()
        hands.stay()
    hands.choose("päätös ilmoittamisesta", named("breach_decision", "notify"))
    hands.type("Perustelu", "huomattiin lähetyksen jälkeen")
    hands.act("Tallenna")
    hands.told(re.compile(r"kirjattu: \d"))
    hands.type(said("breach_file"), str(tmp_path / "ilmoitus.docx"))
    hands.act(said("breach_save_draft"))
    hands.told("ilmoitus.docx")
    hands.type(said("breach_sent_at"), "2.3.2026 klo 8.55")
    hands.type(said("breach_sent_to"), "tietosuojavaltuutetun toimisto")
    hands.act(said("breach_mark_sent"))
    expect(hands.field(said("breach_sent_at"))).to_have_value("")
    hands.stay()
    assert (hands.acts, hands.presses < most) == (23, True), hands.presses
    notice = ivp.Desk(path).breach.notices().iloc[0]
    assert (notice["sent"], notice["sent_to"]) == ("2026-03-02T08:55+02:00", "tietosuojavaltuutetun toimisto")


def test_a_quarter_by_keyboard_alone(lab, page, tmp_path):
    """The pack made, its report saved, and signed, with Tab, letters and Enter only."""
    path = tmp_path / "j.duckdb"
    ivp.sample(path, now="2026-03-02T09:00")
    notebook = lab.run_all(page, lab.made("keys-quarter", DESK.format(path=str(path)), "ivp.forms.quarter(desk)"))
    form = notebook.locator(".ivplus-quarter")
    hands = Hands(page, form)
    hands.type("Kansio", str(tmp_path))
    hands.act("Tee tarkastuspaketti")
    hands.told("audit-2025-12-31.zip", timeout=180_000)
    hands.act("Tallenna raportti luettavaksi")
    hands.told("audit-2025-12-31.html")
    hands.type("Allekirjoittaja", "toimitusjohtaja")
    hands.act("Olen lukenut raportin: allekirjoita")
    hands.told(re.compile("kirjattu"), timeout=180_000)
    assert (hands.acts, hands.presses < 20) == (5, True), hands.presses
    assert "toimitusjohtaja" in set(ivp.Desk(path).audit.signoffs()["signed_by"])


@pytest.mark.parametrize(("hand", "most"), [(Hands, 240), (Mouse, 20)], ids=["keyboard", "mouse"])
def test_a_contract_is_reviewed_up_to_its_letter(lab, page, tmp_path, hand, most):
    """A processor chosen, two clauses judged, the agreement recorded, its letter saved: by keyboard alone, or with a mouse."""
    path = tmp_path / "j.duckdb"
    ivp.sample(path, now="2026-03-02T09:00")
    notebook = lab.run_all(page, lab.made("keys-review", DESK.format(path=str(path)), "ivp.forms.review(desk)"))
    form = notebook.locator(".ivplus-review")
    hands = hand(page, form)
    hands.choose("Käsittelijä", "Mallitilit Oy")
    expect(form.get_by_text(re.compile(r"^6/7 · Mallitilit Oy"))).to_be_visible()
    hands.stay()
    for verdict, quote, name in (("täyttyy", "Kohta 7", "28 art. 3 k. e"), ("ei täyty", "ei auditointioikeutta", "28 art. 3 k. h")):
        label = form.get_by_label(re.compile(rf"^arvio · {re.escape(name)} · ")).evaluate("one => one.labels[0].textContent")
        hands.choose(label, verdict)
        hands.type(f"lainaus · {label.rsplit(' · ', 1)[1]}", quote)
    hands.type("Perustelu", "luettu 2.3.2026")
    hands.act("Tallenna")
    hands.told(re.compile(r"kirjattu: \d"))
    hands.choose(said("letter"), _words.values("letter")["request"]["fi"])
    hands.type(said("letter_file"), str(tmp_path / "pyynto.docx"))
    hands.act(said("letter_save"))
    hands.told("pyynto.docx")
    hands.act("Seuraava")
    expect(form.get_by_text(re.compile(r"^7/7 "))).to_be_visible()
    hands.stay()
    assert (hands.acts, hands.presses < most) == (11, True), hands.presses
    judged = {one.clause: one.verdict for one in ivp.Desk(path).review.get("tili-2023").clauses}
    assert (judged["28(3)(e)"], judged["28(3)(h)"]) == ("met", "not_met")
    assert (tmp_path / "pyynto.docx").stat().st_size > 5_000


def test_a_rule_goes_from_its_source_to_its_certificate_by_keyboard_alone(lab, page, tmp_path):
    """Source and rule recorded, planned, approved, erased, the certificate saved, with Tab, letters and Enter only."""
    path, location = tmp_path / "j.duckdb", lay(tmp_path / "sqlite", "sqlite")
    forms = ("ivp.forms.record(desk, 'source')", "ivp.forms.record(desk, 'retention_rule')")
    notebook = lab.run_all(page, lab.made("keys-rule", DESK.format(path=str(path)), *forms))
    for number, ident, fields in (
        (0, "asiakkaat", {"tietojen sijainti": str(location)}),
        (1, "asiakkaat-3v", {
            "tietolähde": "asiakkaat", "taulu": "t", "rekisteröidyn avaimen sarake": "customer", "alkamispäivän sarake": "ended",
            "säilytysaika": "3 vuotta", "peruste": "sopimuskanteet",
        }),
    ):  # fmt: skip
        hands = Hands(page, notebook.locator(".ivplus-form").nth(number))
        hands.act("Uusi")
        for label, text in {"tunnus": ident, **fields}.items():
            hands.type(label, text)
        if number:
            hands.choose("säilytysaika alkaa", "asiakassuhteen päättyminen")
        hands.type("Voimassa alkaen", "1.1.2026")
        hands.type("Perustelu", "selvitetty")
        hands.act("Tallenna")
        hands.told(re.compile(r"kirjattu: \d"))
    notebook = lab.run_all(page, lab.made("keys-erase", DESK.format(path=str(path)), "ivp.forms.erasure(desk)"))
    hands = Hands(page, notebook.locator(".ivplus-erasing"))
    hands.choose("Säilytyssääntö", "asiakkaat-3v · asiakkaat")
    for label, text, act, done in (
        ("Perustelu", "päättyi", "Tee suunnitelma", "Mitään ei ole poistettu"),
        ("Hyväksyjä", "toimitusjohtaja", "Hyväksy suunnitelma", "Hyväksytty"),
        ("Kirjoita tietolähteen nimi luvaksi", "asiakkaat", "Toteuta poisto", "Toteutettu"),
        ("Tiedosto", str(tmp_path / "todistus.docx"), "Tallenna asiakirja", "Tallennettu"),
    ):
        hands.type(label, text)
        hands.act(act)
        hands.told(done)
    assert (tmp_path / "todistus.docx").stat().st_size > 5_000


def test_a_row_that_is_removed_leaves_the_focus_in_its_form(lab, page, tmp_path):
    """A purpose added and removed again; and what was recorded taken back: the button that goes or is off hands the focus on."""
    path = tmp_path / "j.duckdb"
    cell = "form = ivp.forms.record(desk, 'activity')\nform"
    notebook = lab.run_all(page, lab.made("keys-rows", DESK.format(path=str(path)), cell))
    form = notebook.locator(".ivplus-form")
    hands = Hands(page, form)
    hands.act("Uusi")
    hands.type("tunnus", "uutiskirje")
    added = _words.say("form.add_row", "fi", field=_words.field_label("purposes", "fi"))
    hands.act(added)
    removed = button(form, re.escape(_words.say("form.remove_row", "fi", number=1, field=_words.field_label("purposes", "fi"))))
    expect(removed).to_be_visible()
    hands.go(removed)
    hands.press("Enter")
    expect(removed).to_have_count(0)
    expect(button(form, added)).to_be_focused()
    hands.type("nimi", "Uutiskirje")
    hands.type("Perustelu", "alkaa")
    hands.act("Tallenna")
    hands.told(re.compile(r"kirjattu: \d"))
    hands.type("Perustelu", "ei alkanutkaan")
    hands.act("Peru kirjaus")
    hands.told(re.compile("on peruttu"))
    expect(button(form, "Uusi")).to_be_focused()
