"""The first day: an empty journal, its steps, and suggestions that are no answers before they are taken."""

import pytest

import ivplus_tools as ivp
from ivplus_tools import _records, _words
from ivplus_tools.forms.suggested import answers, of_kind


@pytest.fixture
def desk(tmp_path):
    """A journal in which nothing stands."""
    return ivp.Desk(tmp_path / "first.duckdb", by="tt")


def pressed(view, number):
    """The form that a step opens."""
    view.buttons[number].click()
    return view.below.children[0]


def taken(form, title):
    """Choose a suggestion and take all of its lines."""
    form.suggested.choice.value = dict(form.suggested.choice.options)[title]
    for line in form.suggested.lines.children[1:]:
        line.children[0].click()


@pytest.mark.parametrize("lang", _words.LANGS)
def test_every_suggestion_is_a_sound_record_in_every_language(lang, desk):
    """Each field is checked as the record itself checks it; a period only where a statute sets it."""
    kinds = {one["kind"] for one in _words.read("first_day")["suggestion"]}
    assert kinds == {"organisation", "processor", "activity"}
    for kind in kinds:
        made = _records.record_type(kind)
        for one in of_kind(kind):
            told = answers(made, one, lang, desk.standpoint.now.date())
            assert all(answer is not None for answer in told.values())
            assert all(part.start_event and part.retention_rule for part in told.get("retention") or ())


def test_a_suggestion_is_no_answer_before_it_is_taken(desk):
    """Choosing one records nothing and fills in nothing but the identifier; each line is taken by itself."""
    form = pressed(ivp.first_day(desk), 4)
    form.suggested.choice.value = 0
    assert form.id.value == "asiakassuhteet"
    assert all(editor.content in (None, "controller") for editor in form.editors.values())
    assert not desk.standpoint.path.exists()
    line = form.suggested.lines.children[1].children[0]
    line.click()
    assert (line.disabled, form.editors["name"].content) == (True, "Asiakassuhteiden hoito")
    assert form.editors["purposes"].content is None


def test_a_suggestion_does_not_touch_what_is_being_changed(desk):
    """With an unsaved change of a recorded activity the choice goes back, and nothing is lost."""
    desk.register.record(ivp.Activity("oma", name="Oma"), valid_from="2026-01-01", why="w")
    form = pressed(ivp.first_day(desk), 4)
    form.list.value = "oma"
    form.editors["owner"]._value.value = "Maija"
    form.suggested.choice.value = 1
    assert form.suggested.choice.value == -1
    assert (form.id.value, form.editors["owner"].content) == ("oma", "Maija")
    assert 'role="alert"' in form.status.value


def test_the_company_of_the_notice_is_in_the_register_with_few_presses(desk):
    """Controller, officer, systems, processors, four activities with recipients and periods: at most 150 inputs and presses."""
    view, counted = ivp.first_day(desk), 0

    def put(form, **fields):
        nonlocal counted
        for name, told in fields.items():
            editor = form.editors[name]
            if hasattr(editor, "ticks"):
                editor.ticks.value = (*editor.ticks.value, *told)
            else:
                editor._value.value = told
            counted += len(told) if isinstance(told, list) else 1

    def add(step, title, ident="", **fields):
        nonlocal counted
        form = pressed(view, step)
        if title:
            form.suggested.choice.value = -1
            taken(form, title)
            counted += 1 + len(form.suggested.lines.children) - 1
        else:
            form.new.click()
            counted += 1
        if ident:
            form.id.value, counted = ident, counted + 1
        put(form, **fields)
        form.save.click()
        counted += 2  # the save, and the button of the step
        assert "✓" in form.status.value, form.status.value

    own = {
        "name": "IVPLUS Esimerkki Oy",
        "business_id": "1234567-1",
        "contact": "tietosuoja@ivplus.example.fi",
        "dpo": "tietosuojavastaava",
    }
    add(0, "oma yritys", "ivplus", **own)
    for ident, name in (("crm", "Asiakasrekisteri"), ("palkat", "Palkkaohjelma")):
        add(2, "", ident, name=name, location="Suomi")
    for ident, name in (("tilitoimisto", "Tilitoimisto Esimerkki Oy"), ("kirje", "Uutiskirje Esimerkki Oy")):
        add(3, "palveluntarjoaja", ident, name=name)
    add(4, "asiakassuhteiden hoito", systems=["crm"], processors=["kirje"])
    add(4, "uutiskirje ja markkinointiviestintä", systems=["crm"], processors=["kirje"])
    add(4, "laskutus ja kirjanpito", systems=["palkat"], processors=["tilitoimisto"])
    add(4, "palvelussuhteet ja palkat", systems=["palkat"], processors=["tilitoimisto"])
    for ident in ("tilitoimisto", "kirje"):
        add(
            5,
            "käsittelee tietoja lukuumme",
            ident,
            organisation=ident,
            activities=["laskutus"] if ident == "tilitoimisto" else ["uutiskirje"],
        )
    assert counted <= 150
    assert [len(one) for one in (desk.register.activities(), desk.register.systems(), desk.review.processors())] == [4, 2, 2]
    assert "IVPLUS Esimerkki Oy" in view.static()
    assert desk.register.get("laskutus").retention[0].period == "P6Y"
    assert {entry.why for entry in desk.register.history("laskutus").itertuples()} == {"ensimmäinen kirjaus"}
    assert len(desk.register.findings()) > 0  # four activities are no register without gaps: what nobody has told is asked


def test_the_steps_tell_what_is_recorded_at_once(desk):
    """After a save in the form below, the count above it; never that a step is done."""
    view = ivp.first_day(desk)
    assert view.static().count("ei vielä kirjattu") == 5
    form = pressed(view, 2)
    form.new.click()
    form.id.value = "crm"
    form.save.click()
    assert "(kirjattu: 1)" in view._texts[2].value
    assert "valmis" not in view.static()


def test_what_is_mended_below_leaves_the_list_of_the_day(sample):
    """The view of the day reads the journal anew after a save in the form that it opened."""
    view = ivp.today(sample)
    seen = []
    view.look, was = lambda: seen.append(was()), view.look
    view._open(next(row for row, _ in view.today.lines() if row.room == "breach"))
    form = view.below.children[0]
    form.editors["notes"]._value.value = "katsottu"
    form.why.value = "w"
    form.save.click()
    assert len(seen) == 1


def test_another_suggestion_begins_anew_and_overwrites_nothing_that_was_put_in(desk):
    """Only looked at, the first leaves nothing; with a field taken the second is refused; typed text is not replaced."""
    form = pressed(ivp.first_day(desk), 4)
    names = dict(form.suggested.choice.options)
    form.suggested.choice.value = names["asiakassuhteiden hoito"]
    form.suggested.choice.value = names["rekrytointi"]
    assert form.id.value == "rekrytointi"
    form.suggested.lines.children[1].children[0].click()
    form.suggested.choice.value = names["laskutus ja kirjanpito"]
    assert (form.suggested.choice.value, form.id.value, form.editors["name"].content) == (-1, "rekrytointi", "Rekrytointi")
    form.revert.click()
    form.suggested.choice.value = names["rekrytointi"]
    form.editors["name"]._value.value = "oma nimi"
    line = form.suggested.lines.children[1].children[0]
    line.click()
    assert (form.editors["name"].content, line.disabled) == ("oma nimi", False)
    assert 'role="alert"' in form.status.value


def test_a_suggestion_ends_with_the_record_that_it_was_opened_for(desk):
    """After a save, New or a choice its lines are gone: none says 'taken' of an empty form, none goes into a recorded one."""
    form = pressed(ivp.first_day(desk), 3)
    taken(form, "palveluntarjoaja")
    form.id.value = "tilitoimisto"
    form.save.click()
    assert (form.suggested.choice.value, form.suggested.lines.children) == (-1, ())
    form.new.click()
    taken(form, "palveluntarjoaja")
    assert form.editors["relation"].content == ["processor"]
    form.id.value = "pilvi"
    form.save.click()
    form.load("tilitoimisto")
    assert (form.suggested.lines.children, form.why.value) == ((), "")  # no reason that nobody has given
    form.withdraw.click()
    assert 'role="alert"' in form.status.value
    assert len(desk.register.organisations()) == 2


def test_what_is_typed_in_a_step_is_not_put_aside_by_another(desk):
    """An uncommitted file, an answer to a finding: the view stays, and says so."""
    desk.register.record(ivp.System("t"), valid_from="2026-01-01", why="w")
    view = ivp.first_day(desk)
    found = pressed(view, 6)
    found.reason.value = "kirjoitettu"
    view.buttons[2].click()
    assert view.below.children[0] is found
    assert 'role="alert"' in view.message.value
