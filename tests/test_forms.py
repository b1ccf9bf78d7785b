"""The form: values in, code out; errors as text; nothing overwritten unseen."""

import comm
import pytest
from comm.base_comm import BaseComm
from house import ENTRIES, HOSTILE, NOW, ROOT

import ivplus_tools as ivp
import ivplus_tools.desk  # every kind of records
from ivplus_tools import _records


@pytest.fixture
def form(sample):
    """The activity form over the sample."""
    return ivp.forms.activity(sample)


def put(form, name, text, state="given"):
    """Fill one field as the officer does."""
    editor = form.editors[name]
    if hasattr(editor, "rows"):
        editor.show(_records.answer_of(form._kind, name, text))
        return
    if hasattr(editor, "ticks") and state == "given":
        editor.ticks.value = _records.answer_of(form._kind, name, text)
        return
    if editor._state is not None:
        editor._state.value = state
    editor._value.value = text


def test_every_field_of_the_record_is_on_the_form(form):
    """Art. 30 and beyond, none forgotten, each with a label of its own."""
    assert set(form.editors) == set(ivp.Activity.model_fields) - {"id"}
    labels = [editor.label for editor in form.editors.values()]
    assert all(labels)
    assert len(set(labels)) == len(labels)


def test_save_is_off_until_a_record_is_loaded(form):
    """A click before that writes nothing."""
    assert form.save.disabled
    form.save.click()
    assert form._desk.verify().entries == ENTRIES
    form.list.value = "uutiskirje"
    assert not form.save.disabled
    assert "uutiskirje" in form.status.value


def test_search_narrows_the_list_and_counts(form):
    """By identifier or by name, ignoring case."""
    form.search.value = "PALKA"
    assert [ident for _, ident in form.list.options] == ["palkanlaskenta"]
    assert "1" in form.count.value
    form.search.value = "nothing of the kind"
    assert form.list.options == ()


def test_a_change_is_saved_with_its_day_and_reason(form):
    """A new entry, the old one kept; pressing twice writes once."""
    form.list.value = "uutiskirje"
    put(form, "owner", "markkinointi")
    form.valid_from.value, form.why.value = "1.3.2026", "vastuu siirtyi"
    form.save.click()
    assert "kirjattu" in form.status.value
    assert form._desk.register.get("uutiskirje").owner == "markkinointi"
    assert len(form._desk.register.history("uutiskirje")) == 4
    form.why.value = "again"
    form.save.click()
    assert "ei uutta" in form.status.value
    assert len(form._desk.register.history("uutiskirje")) == 4


def test_loading_and_saving_changes_nothing(form):
    """What the form shows is what stands, for every activity of the sample."""
    for _, ident in form.list.options:
        form.list.value = ident
        assert form._record() == form._desk.register.get(ident, kind="activity")
        assert not form._is_dirty()


def test_the_code_does_what_save_does(form):
    """The shown cell, run on its own, records the same."""
    form.list.value = "asiakaskyselyt"
    put(form, "dpo", "", "none")
    put(form, "transfers", "paperilla", "not_applicable")
    form.valid_from.value, form.why.value = "2026-03-01", 'it\'s "quoted"'
    code = form.code
    exec(code, {"ivp": ivp, "desk": form._desk})
    thing = form._desk.register.get("asiakaskyselyt")
    assert thing.dpo == ivp.NONE
    assert thing.transfers == ivp.not_applicable("paperilla")
    assert form._desk.register.history("asiakaskyselyt")["why"].tolist()[-1] == 'it\'s "quoted"'


def test_all_errors_are_shown_at_once_as_text(form):
    """With the fields' labels, announced as an alert; nothing is written."""
    form.list.value = "uutiskirje"
    put(form, "review_by", "31.2.2026")
    put(form, "people_count", "monta")
    put(form, "transfers", "", "not_applicable")
    form.why.value = "w"
    form.save.click()
    assert 'role="alert"' in form.status.value
    form2 = form.status.value
    assert "miksi" in form2
    put(form, "transfers", "", "none")
    form.save.click()
    for word in ("tarkastettava viimeistään", "31.2.2026", form.editors["people_count"].label, "monta"):
        assert word in form.status.value
    assert form._desk.verify().entries == ENTRIES


@pytest.mark.parametrize(
    ("valid_from", "why", "word"), [("", "w", "Voimassa alkaen"), ("1.1.26", "w", "1.1.26"), ("2026-03-01", " ", "Perustelu")]
)
def test_the_day_and_the_reason_are_asked(form, valid_from, why, word):
    """Neither has a silent default."""
    form.list.value = "uutiskirje"
    put(form, "owner", "x")
    form.valid_from.value, form.why.value = valid_from, why
    form.save.click()
    assert word in form.status.value
    assert form._desk.verify().entries == ENTRIES


def test_unsaved_changes_are_not_lost_by_choosing_another(form):
    """The list goes back, the typing stays, and the form says what to do."""
    form.list.value = "uutiskirje"
    put(form, "owner", "markkinointi")
    form.list.value = "kirjanpito"
    assert form.list.value == "uutiskirje"
    assert form.editors["owner"]._value.value == "markkinointi"
    assert "Tallentamattomia" in form.status.value
    form.new.click()
    assert form.editors["owner"]._value.value == "markkinointi"
    form.revert.click()
    assert form.editors["owner"]._value.value == "viestintä"
    form.list.value = "kirjanpito"
    assert form.id.value == "kirjanpito"


def test_a_new_activity_can_be_made_and_an_existing_one_not_overwritten(form):
    """New with a taken identifier is refused; with a fresh one it is recorded."""
    form.new.click()
    assert not form.id.disabled
    form.id.value, form.why.value = "uutiskirje", "w"
    form.save.click()
    assert "on jo käytössä" in form.status.value
    assert form._desk.verify().entries == ENTRIES
    form.id.value = HOSTILE[2]
    put(form, "name", HOSTILE[3])
    form.save.click()
    assert form._desk.register.get(HOSTILE[2]).name == HOSTILE[3]
    for html in (form.status.value, form._shown_code.value, form.count.value):
        assert "<script" not in html
        assert "<img" not in html


def test_two_forms_on_one_record_cannot_overwrite_each_other(sample):
    """The second to save is told, and sees the first one's change after reverting."""
    one, two = ivp.forms.activity(sample), ivp.forms.activity(sample)
    for form in (one, two):
        form.list.value = "uutiskirje"
    put(one, "owner", "ensin")
    one.why.value = "w"
    one.save.click()
    put(two, "owner", "sitten")
    two.why.value = "w"
    two.save.click()
    assert 'role="alert"' in two.status.value
    assert sample.register.get("uutiskirje").owner == "ensin"
    two.revert.click()
    assert two.editors["owner"]._value.value == "ensin"


def test_the_form_speaks_the_desks_language(sample):
    """Swedish labels, Swedish errors."""
    form = ivp.forms.activity(sample.speaking("sv"))
    assert form.save.description == "Spara"
    form.list.value = "uutiskirje"
    put(form, "review_by", "imorgon")
    form.save.click()
    assert "ingen kalenderdag" in form.status.value


def test_a_past_standpoint_shows_and_does_not_save(sample):
    """The form of another day is for reading."""
    form = ivp.forms.activity(sample.at(valid="2023-10-01", known="2023-10-01"))
    form.list.value = "uutiskirje"
    assert form.editors["purposes"].rows[0]["legal_basis"]._value.value == "6(1)(f)"
    assert form.save.disabled


def test_an_empty_journal_has_an_empty_form(tmp_path):
    """And New works on it."""
    form = ivp.forms.activity(ivp.Desk(tmp_path / "new.duckdb", by="tt", lang="en", now=NOW))
    assert form.list.options == ()
    form.new.click()
    form.id.value, form.why.value = "first", "begun"
    form.save.click()
    assert form._desk.register.activities()["id"].tolist() == ["first"]


def test_a_journal_that_cannot_be_read_is_text_on_the_form(form):
    """Choosing, searching, reverting and saving tell it as an alert instead of raising."""
    form.list.value = "uutiskirje"
    form._desk.standpoint.path.write_bytes(b"no journal any more")
    form.list.value = "kirjanpito"
    assert 'role="alert"' in form.status.value
    assert "kirjanpito" not in form.id.value
    form.revert.click()
    form.save.click()
    assert 'role="alert"' in form.status.value


def test_saving_one_field_sends_only_that_field(desk):
    """A list that looks like an answer elsewhere on the form is not touched by an unrelated change."""
    desk.register.record(ivp.Activity("a", sources=["No"], imported={"x": "y"}), valid_from="2026-01-01", why="w")
    form = ivp.forms.activity(desk)
    form.list.value = "a"
    put(form, "owner", "x")
    form.why.value = "w"
    form.save.click()
    assert desk.register.get("a") == ivp.Activity("a", sources=["No"], imported={"x": "y"}, owner="x")


def test_the_retention_board_shows_what_the_filters_leave(sample):
    """By source, rule and state; a chart of the months beside; counting twice records once."""
    board = ivp.forms.retention(sample)
    assert set(board.frame["rule"]) >= {"asiakkaat-3v", "laskut-6v", "kampanjat"}
    board.state.value = "held"
    assert set(board.frame["rule"]) == {"asiakkaat-3v", "kaynnit-3v", "laskut-6v"}
    board.source.value = "crm"
    assert set(board.frame["rule"]) == {"asiakkaat-3v", "kaynnit-3v"}
    assert board.chart.frame.iloc[0].tolist()[1:] == [120, 37]
    assert board.code == "desk.retention.scan('crm').table"
    entries = sample.verify().entries
    board.count.click()
    assert sample.verify().entries == entries
    board.source.value, board.state.value = "rekry", "held"
    assert "ei" in board.table.value.casefold()
    empty = ivp.forms.retention(ivp.Desk(sample.standpoint.path.with_name("empty.duckdb"), by="tt", lang="sv"))
    assert "Räkna" in empty.table.value


@pytest.mark.parametrize("name", ["activity", "review", "breach", "retention", "bring"])
def test_a_form_is_few_messages(sample, monkeypatch, name):
    """A busy machine loses what comes as a flood (a socket holds a thousand): layouts and styles are shared by the fields of a form."""
    sent = []

    class Counted(BaseComm):
        def publish_msg(self, msg_type, **_):
            sent.append(msg_type)

    monkeypatch.setattr(comm, "create_comm", lambda *given, **named: Counted(*given, **named))
    given = [ROOT / "data_samples/vanha_seloste.csv"] if name == "bring" else []
    form = getattr(ivp.forms, name)(sample, *given)
    made = len(sent)
    if name in ("activity", "breach"):
        form.load(form.list.options[0][1])  # makes the boxes to tick, once
    assert 20 < made < 300
    assert len(sent) - made < 250
    seen = len(sent)
    if name in ("activity", "breach"):
        form.load(form.list.options[0][1])
        assert len(sent) - seen < 60  # rows of parts are laid anew


def test_the_last_receipt_can_be_taken_back_with_a_reason(form):
    """Save, see that it was wrong, give the reason, press: what stood before stands again, and the code says what was done."""
    before = form._desk.register.get("uutiskirje").owner
    form.list.value = "uutiskirje"
    assert form.entry.options
    put(form, "owner", "väärä")
    form.valid_from.value, form.why.value = "1.3.2026", "vastuu siirtyi"
    form.save.click()
    saved = ENTRIES + 1
    assert form.entry.value == saved
    form.withdraw.click()
    assert "⚠" in form.status.value  # no reason, nothing taken back
    assert form._desk.register.get("uutiskirje").owner == "väärä"
    form.why.value = "väärä yritys"
    form.withdraw.click()
    assert str(saved) in form.status.value
    assert form._desk.register.get("uutiskirje").owner == before
    assert saved not in [number for _, number in form.entry.options]
    assert f"desk.register.withdraw({saved}" in form._shown_code.value.replace("&#x27;", "'")
    put(form, "owner", "oikea")
    form.why.value = "korjattu"
    form.save.click()
    assert form._desk.register.get("uutiskirje").owner == "oikea"


def test_a_day_that_is_likely_a_slip_is_asked_for_twice(form):
    """A year 2126 is refused with the box to tick, which is there for it only; ticked it is saved, and the code says the same."""
    form.list.value = "uutiskirje"
    put(form, "owner", "x")
    form.why.value, form.valid_from.value = "w", "2126-03-01"
    assert form.insist.widget.layout.display == ""
    form.save.click()
    assert "⚠" in form.status.value
    assert form._desk.verify().entries == ENTRIES
    form.insist.widget.value = True
    assert "insist=True" in form.code
    form.save.click()
    assert form._desk.verify().entries == ENTRIES + 1
    assert (form.insist.given, form.insist.widget.layout.display) == (False, "none")


def test_an_earlier_entry_can_be_taken_back_and_a_subject_may_go(form):
    """The list of entries holds every one that counts; without any the subject is gone and the form is empty."""
    form.new.click()
    form.id.value = "uusi"
    form.valid_from.value, form.why.value = "2026-01-01", "w"
    form.save.click()
    put(form, "owner", "x")
    form.why.value = "w"
    form.save.click()
    first, last = ENTRIES + 1, ENTRIES + 2
    assert [number for _, number in form.entry.options] == [last, first]
    for number in (first, last):
        form.entry.value, form.why.value = number, "demo"
        form.withdraw.click()
    assert "uusi" not in set(form._desk.register.activities()["id"])
    assert form.id.value == ""
    assert form.withdraw.disabled


def test_a_save_before_a_later_entry_tells_what_will_stand_before_it_saves(form):
    """The day and the number of the entry that stays; a day after it says nothing."""
    form.list.value = "uutiskirje"
    last = form._said[0]
    form.valid_from.value = "2026-03-02"
    assert form.later.value == ""
    form.valid_from.value = "2000-01-01"
    assert f"{form._said[-1].entry}" in form.later.value
    assert last.entry == form._entry


KINDS = sorted(kind for kind, made in _records.Record.kinds.items() if not made.own_act)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_records_has_a_form_that_changes_nothing_by_itself(sample, kind):
    """Each record of the sample is shown and read back as it stands; a new one begins empty, and saving it empty is refused in words."""
    form = ivp.forms.record(sample, kind)
    stands = [one.record for one in getattr(sample, form._kind.room).standing() if one.entry.kind == kind]
    for one in stands:
        form.load(one.id)
        assert form._record() == one
        assert not form._is_dirty()
    form.new.click()
    assert form.id.value == ""
    form.save.click()
    assert "⚠" in form.status.value


def test_what_only_an_act_writes_has_no_form(sample):
    """A plan of erasure is made, approved and carried out, never typed."""
    with pytest.raises(ivp.Refusal, match="ErasurePlan"):
        ivp.forms.record(sample, "erasure_plan")


def test_parts_are_rows_that_are_added_and_removed(form):
    """No sign of the text form is typed: a row of fields each; an empty row is none; 'confirmed none' takes the rows away."""
    form.load("uutiskirje")
    purposes = form.editors["purposes"]
    before = len(purposes.rows)
    purposes.add.click()
    assert form._record().purposes == form._shown.purposes  # an empty row says nothing
    row = purposes.rows[-1]
    row["purpose"]._value.value, row["legal_basis"]._value.value = "kyselyt | ja: muuta; sekä", "6(1)(a)"
    assert form._record().purposes[-1] == ivp.Purpose("kyselyt | ja: muuta; sekä", legal_basis="6(1)(a)")
    assert form._is_dirty()
    purposes._list.children[-1].children[-1].click()
    assert len(purposes.rows) == before
    assert not form._is_dirty()
    recipients = form.editors["recipients"]
    recipients._state.value = "none"
    assert recipients._list.layout.display == "none"
    assert form._record().recipients == ivp.NONE
    recipients._state.value = "not_applicable"
    recipients._value.value = "ei luovuteta"
    assert form._record().recipients == ivp.not_applicable("ei luovuteta")


def test_typing_into_what_is_unknown_gives_the_answer(form):
    """No other field has to be chosen first; 'unknown' chosen again empties it."""
    form.new.click()
    editor = form.editors["processors"]
    assert editor.state == "unknown"
    editor.ticks.value = ("pilvi",)
    editor.ticks.more.value = "posti"
    assert (editor.state, editor.content) == ("given", ["pilvi", "posti"])
    editor._state.value = "unknown"
    assert editor.content is None
    text = form.editors["dpo"]
    assert (text.state, text._value.disabled) == ("unknown", False)
    text._value.value = "Maija"
    assert (text.state, text.content) == ("given", "Maija")
    text._state.value = "unknown"
    assert (text._value.value, text.content) == ("", None)


def test_another_kind_of_answer_loses_nothing_that_was_typed(form):
    """Rows and texts come back with 'given', a reason with 'not applicable'; neither becomes the other."""
    form.load("uutiskirje")
    recipients, editor = form.editors["recipients"], form.editors["dpo"]
    rows = len(recipients.rows)
    assert rows
    for state in ("none", "not_applicable", "given"):
        recipients._state.value = state
    assert len(recipients.rows) == rows
    assert form._record().recipients == form._shown.recipients
    editor._value.value = "Maija"
    editor._state.value = "not_applicable"
    assert editor._value.value == ""
    with pytest.raises(ivp.Refusal, match="tietosuojavastaava"):
        _ = editor.content
    editor._value.value = "ei tarvita"
    editor._state.value = "given"
    assert editor.content == "Maija"
    editor._state.value = "not_applicable"
    assert editor.content == ivp.not_applicable("ei tarvita")


def test_what_no_text_can_tell_is_not_changed_by_a_form(desk):
    """A key with outer spaces is another key without them; Namibia is no reason."""
    desk.retention.record(ivp.Hold("h", reason="r", subjects=[" 007 ", "12"]), valid_from="2026-01-05", why="w")
    held = ivp.forms.record(desk, "hold")
    held.load("h")
    assert held.editors["subjects"]._value.disabled
    held.editors["reason"]._value.value = "other"
    assert held._record().subjects == (" 007 ", "12")
    desk.review.record(ivp.Processor("B", organisation="o", storage_countries=["NA"]), valid_from="2026-01-05", why="w")
    form = ivp.forms.record(desk, "processor")
    form.load("B")
    assert form._record() == desk.review.get("B", "processor")


def test_nothing_can_be_typed_before_new_or_a_choice(form):
    """What would be lost has no field yet."""
    assert (form._fields.layout.display, form.id.disabled) == ("none", True)
    form.new.click()
    assert (form._fields.layout.display, form.id.disabled) == ("", False)


def test_a_long_list_of_parts_is_laid_once(desk):
    """Three hundred recipients are no quadratic work."""
    recipients = [ivp.Recipient(f"r{number}", recipient_kind="processor") for number in range(120)]
    desk.register.record(ivp.Activity("A", recipients=recipients), valid_from="2026-01-05", why="w")
    form, laid = ivp.forms.activity(desk), []
    editor = form.editors["recipients"]
    lay = editor._lay
    editor._lay = lambda rows: (laid.append(len(rows)), lay(rows))
    form.load("A")
    assert laid == [120]


def test_a_case_goes_from_the_form_to_a_file_and_to_what_was_sent(sample, tmp_path, monkeypatch):
    """Unsaved changes are in no draft; a file is not written over; sent once, with its time; a second press asks for the time."""
    monkeypatch.chdir(tmp_path)
    form = ivp.forms.breach(sample)
    form.load("2026-002")
    form.editors["title"]._value.value = "toinen"
    form.save_draft.click()
    assert "⚠" in form.told.value
    form.revert.click()
    for mark in ("✓", "⚠"):
        form.save_draft.click()
        assert mark in form.told.value
    assert [path.name for path in tmp_path.glob("*.docx")] == ["2026-002-authority.docx"]
    form.mark_sent.click()
    assert "⚠" in form.told.value
    form.sent_at.value = "2.3.2026 klo 8.55"
    form.mark_sent.click()
    assert "✓" in form.told.value
    form.mark_sent.click()
    assert "⚠" in form.told.value
    assert len(sample.breach.case("2026-002").notices) == 1


def test_a_list_says_how_its_items_are_told_apart(form):
    """Before one types, and in the tip while one does: a comma is part of an item."""
    for name in ("data_subjects", "data_categories", "security_measures"):
        box = form.editors[name]._value
        assert "puolipiste" in box.placeholder
        assert "puolipiste" in box.tooltip
    assert "puolipiste" not in form.editors["owner"]._value.placeholder


def test_another_answer_holds_for_what_no_text_can_tell(sample):
    """Unknown is unknown, and a reason can be typed; back at 'given' the old answer stands."""
    form = ivp.forms.activity(sample)
    form.load("uutiskirje")
    editor = form.editors["dpo"]
    editor._is_told_by = lambda *_: False
    editor.show("Maija")
    assert (editor._value.disabled, editor.content) == (True, "Maija")
    editor._state.value = "unknown"
    assert editor.content is None
    editor._state.value = "not_applicable"
    assert not editor._value.disabled
    editor._value.value = "ei tarvita"
    assert editor.content == ivp.not_applicable("ei tarvita")
    editor._state.value = "given"
    assert (editor._value.disabled, editor.content) == (True, "Maija")


def test_codes_and_records_are_ticked_and_one_that_stands_nowhere_is_kept(form):
    """A list of the law by its names; the records that stand now by identifier and name; a reference to none of them stays."""
    form.load("uutiskirje")
    codes, systems = form.editors["special_categories"], form.editors["systems"]
    names = _records.allowed("special_category")
    assert [box.description for box in codes.ticks._grid.children] == [_records.name_of("special_category", one, "fi") for one in names]
    assert set(systems.ticks._boxes) >= {*form._desk.register.systems()["id"]}
    systems.ticks.more.value = "ei missään"
    assert (systems.content, systems.ticks.more.value) == ([*form._shown.systems, "ei missään"], "")
    first = next(iter(systems.ticks._boxes.values()))
    was = first.value
    first.value = not was
    assert len(systems.content or []) == len(form._shown.systems) + (0 if was else 2)
    form._desk.register.record(ivp.System("uusi-järjestelmä", name="Uusi"), valid_from="2026-01-01", why="w")
    form._clean = form._raw()
    form.load("uutiskirje")
    assert "uusi-järjestelmä · Uusi" in [box.description for box in systems.ticks._grid.children]


def test_a_field_shows_an_answer_as_the_officer_would_type_it(form):
    """A day, a country, a period in words; read back as the same answer, so that looking changes nothing."""
    form.load("uutiskirje")
    assert form.editors["reviewed"]._value.value == form._shown.reviewed.strftime("%-d.%-m.%Y")
    period = next(row["period"]._value.value for row in form.editors["retention"].rows if row["period"]._value.value)
    assert "P" not in period
    assert period[0].isdecimal()
    assert form._record() == form._shown


def test_references_follow_what_is_recorded_and_are_never_sealed_by_their_label(desk):
    """A new name is on its box, New reads the records anew, a label with a blank behind it is its record."""
    things = [ivp.System("a", name="Palkat"), ivp.Organisation("o · p", name="q"), ivp.Activity("x", systems=["a"])]
    desk.register.record(things, valid_from="2026-01-01", why="w")
    form = ivp.forms.activity(desk)
    form.load("x")
    desk.register.record([ivp.System("a", name="CRM"), ivp.System("b", name="B")], valid_from="2026-01-02", why="w")
    form.load("x")
    assert [box.description for box in form.editors["systems"].ticks._grid.children] == ["a · CRM", "b · B"]
    desk.register.record(ivp.System("c", name="C"), valid_from="2026-01-02", why="w")
    form.new.click()
    form.editors["systems"].ticks.more.value = "c · C "
    form.editors["controller"]._value.value = " o · p · q "
    assert (form.editors["systems"].content, form.editors["controller"].content) == (["c"], "o · p")


def test_unknown_unticks_and_nothing_ticked_is_unknown(form):
    """What stands on the form is what is saved."""
    form.load("uutiskirje")
    editor = form.editors["systems"]
    assert editor.ticks.value
    editor._state.value = "unknown"
    assert (editor.ticks.value, editor.content) == ((), None)
    editor.ticks.value = ("crm",)
    assert editor.state == "given"
    editor.ticks.value = ()
    assert editor.state == "unknown"


def test_a_double_press_of_save_keeps_its_receipt_until_something_is_edited(form):
    """The second press writes nothing and asks for no reason; any edit, also one that is undone, makes it ask again."""
    form.list.value = "uutiskirje"
    put(form, "owner", "markkinointi")
    form.valid_from.value, form.why.value = "1.3.2026", "vastuu siirtyi"
    form.save.click()
    receipt, entries = form.status.value, form._desk.verify().entries
    assert "✓" in receipt
    form.save.click()
    assert form.status.value == receipt
    form.search.value = ""
    form.save.click()
    assert form.status.value == receipt
    assert form._desk.verify().entries == entries
    form.why.value = "x"
    form.why.value = ""
    form.save.click()
    assert "⚠" in form.status.value
    form.why.value = "väärä yritys"
    form.withdraw.click()
    taken, entries = form.status.value, form._desk.verify().entries
    form.withdraw.click()
    assert (form.status.value, form._desk.verify().entries) == (taken, entries)
    form.save.click()
    assert "⚠" in form.status.value


def test_a_double_press_of_save_in_a_breach_keeps_its_receipt(desk):
    """The wizard has checks of its own before it saves."""
    form = ivp.forms.breach(desk)
    form.new.click()
    put(form, "title", "Kannettava hävisi")
    form.why.value = "vartija soitti"
    form.save.click()
    receipt = form.status.value
    form.save.click()
    assert "✓" in receipt
    assert form.status.value == receipt


def test_a_record_of_a_day_to_come_says_so_and_can_be_taken_back(desk):
    """It stands in no list before its day: the form tells the day, and its entry is there to be withdrawn."""
    form = ivp.forms.record(desk, "system")
    form.new.click()
    form.id.value, form.valid_from.value, form.why.value = "later", "1.1.2027", "begins then"
    form.save.click()
    assert "later" not in dict(form.list.options).values()
    assert "2027" in form.status.value
    assert not form.withdraw.disabled
    form.why.value = "a mistake"
    form.withdraw.click()
    assert len(desk.at(valid="2027-02-01").register.systems()) == 0
