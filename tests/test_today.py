"""What an officer looks at first: nothing is hidden, nothing unknown is called fine, and nothing is recorded by looking."""

import base64
import re
import tomllib

import pytest
from erasing import rule
from house import NOW, ROOT
from stores import lay

import ivplus_tools as ivp
from ivplus_tools import _words
from ivplus_tools.agenda import MOST, Today
from ivplus_tools.rooms import ROOMS


@pytest.fixture
def late(desk):
    """A Desk with a breach whose time is over, and a contract that ends in a week."""
    desk.breach.open("Kannettava hävisi", aware="2026-02-20T09:00", why="vartija soitti")
    contract = ivp.Agreement("s", processor="p", in_force_until="2026-03-09")
    desk.review.record([ivp.Processor("p", organisation="Pilvi Oy"), contract], valid_from="2026-01-05", why="w")
    return desk


def test_what_is_late_comes_first_and_breaches_before_all(late):
    """The 72 hours that are over, then what comes; each with its day, and its hour where the law counts in hours."""
    lines = [text for _, text in Today(late).lines()]
    assert lines[0].startswith("late: 23 Feb 2026 at 09:00")
    assert any("9 Mar 2026" in one and "s" in one for one in lines)
    assert [one.startswith("late") for one in lines] == sorted((one.startswith("late") for one in lines), reverse=True)


def test_an_empty_journal_is_not_called_in_order(desk):
    """No room of it is: nothing recorded is no finding of nothing."""
    day = Today(desk)
    assert {one.room_state for one in day.rooms} == {"empty"}
    assert _words.say("today.empty", "en") in day.notes()
    assert day.todo == []


def test_a_room_is_called_clear_only_where_something_stands_and_nothing_is_found(desk):
    """The control beside it: one finding less than fine takes the word away."""
    desk.register.record(ivp.Organisation("o", name="O", relation="own", contact="o@example.fi"), valid_from="2026-01-05", why="w")
    assert {one.room: one.room_state for one in Today(desk).rooms}["register"] == "errors"  # an organisation alone is no register
    whole = tomllib.loads((ROOT / "tests/cases/register.toml").read_text(encoding="utf-8"))["complete"]
    told = {name: text for name, text in whole.items() if text} | {"controller": "o", "processors": ivp.NONE, "systems": ivp.NONE}
    desk.register.record(ivp.Activity("a", **told), valid_from="2026-01-05", why="w")
    found = desk.register.findings()
    assert {one.room: one.room_state for one in Today(desk).rooms}["register"] in ("clear", "infos"), found
    desk.register.record(ivp.System("t", name="T"), valid_from="2026-01-05", why="w")
    assert {one.room: one.room_state for one in Today(desk).rooms}["register"] not in ("clear", "infos")


def test_what_cannot_be_told_is_counted_beside_what_is_wrong(sample):
    """By room and in the notes; the codes that say so are marked beside their words."""
    day = Today(sample)
    assert day.untold
    assert sum(one.untold for one in day.rooms) == len(day.untold)
    assert str(len(day.untold)) in " ".join(day.notes())
    assert {one.code for one in day.untold} >= {"BRE-022", "TRA-002", "RET-012"}


def test_every_due_date_is_a_line_or_counted(sample):
    """At most ten lines; the rest is a number."""
    day = Today(sample)
    assert len(day.lines()) == MOST
    assert any(str(len(day.todo) - MOST) in one for one in day.notes())


@pytest.mark.parametrize("lang", _words.LANGS)
def test_it_is_worded_in_each_language_and_records_nothing(sample, lang):
    """Lines, notes, rooms, and the view of a reopened notebook."""
    before = sample.verify().entries
    view = ivp.today(sample.speaking(lang))
    page = view.static()
    assert all(text in page or "&" in text for _, text in view.today.lines())
    assert _words.values("room_state")["late"][lang] in page
    assert sample.verify().entries == before


def test_every_line_opens_a_form_of_what_it_is_about(sample):
    """Also pressed twice; a line that no form fits says where to look."""
    view = ivp.today(sample)
    for row in view.today.todo:
        for _ in range(2):
            view._open(row)
            assert view.below.children or row.subject in view.message.value, row


def test_rows_to_erase_open_their_erasure_and_other_rows_their_rule(desk, tmp_path):
    """The rule is chosen there; what is typed there is not put aside by another line, and a step is seen above at once."""
    location, fields = lay(tmp_path / "sqlite", "sqlite"), {"subject_key": "customer", "start_column": "ended", "start_event": "CUST_END"}
    desk.source("s", location)
    rules = [rule("e", **fields), rule("a", action="anonymise", **fields), rule("m", action="review", **fields)]
    desk.retention.record(rules, valid_from="2026-01-01", why="w")
    desk.retention.scan()
    view = ivp.today(desk)
    rows = {row.subject: row for row in view.today.todo}
    for ident in ("a", "e"):
        view._open(rows[ident])
        [form] = view.below.children
        assert (type(form).__name__, form.rule.value) == ("ErasureForm", ident)
    form.why.value = "w"
    view._open(rows["m"])
    assert list(view.below.children) == [form]
    assert "⚠" in view.message.value
    form.make.click()
    assert any(row.subject == form.list.value for row in Today(desk).coming)
    assert any(row.subject == form.list.value for row in view.today.coming)
    view._open(rows["m"])
    assert view.below.children[0].id.value == "m"


def test_hostile_text_in_a_line_stays_text(desk):
    """In the lines, in the tips of their buttons, and in the view of a reopened notebook."""
    evil = '<img src=x onerror="window.__xss=1">'
    desk.review.record(ivp.Agreement(evil, processor=evil, in_force_until="2026-03-09"), valid_from="2026-01-05", why="w")
    page = ivp.today(desk).static()
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


# --- findings one can work with


@pytest.fixture
def view(sample):
    """The findings of the sample company, to be answered."""
    return ivp.forms.findings(sample)


def test_what_a_filter_hides_is_counted(view):
    """By room, severity and text, in any order: shown, left and hidden are all of them."""
    every = len(view._all)
    for room in ("", *ROOMS):
        view.room.value = room
        for severity in ("error", "warning", "info"):
            view.severity.value = severity
            left = len(view._left())
            assert str(every - left) in view.list.description
            assert len(view.shown) == min(20, left)
    view.room.value, view.text.value = "", "ei ole olemassa mitään tällaista"
    assert view.shown == {}
    assert str(every) in view.list.description


def test_pages_hold_every_finding_once(view):
    """From the first to the last; beyond the last stays the last."""
    view.severity.value, seen = "info", []
    while True:
        seen += view.shown.items()
        if view.next.disabled:
            break
        view.next.click()
    assert seen == view._left() == list(view._all.items())
    view.next.click()
    assert list(view.shown.items()) == seen[-len(view.shown) :]


def test_a_finding_is_accepted_in_its_place_and_a_mistake_loses_nothing(sample):
    """Without a day it is refused and the reason stays; with one it is sealed, shown as accepted, and can be taken back."""
    view = ivp.forms.findings(sample)
    view.list.value = (next(iter(view.shown)),)
    [one] = view.chosen
    view.reason.value = "pieni yritys"
    view.accept.click()
    assert "⚠" in view.message.value
    assert view.reason.value == "pieni yritys"
    view.until.value = "31.8.2026"
    view.accept.click()
    assert "✓" in view.message.value
    state = {(row.code, row.subject): row.state for row in sample.audit.status().itertuples()}
    assert state[one.code, one.subject] == "accepted"


def test_a_double_press_of_an_answer_keeps_its_receipt_until_something_is_edited(sample):
    """The second press records nothing and asks for nothing; another answer, an edit or another choice is asked its reason."""
    view = ivp.forms.findings(sample)
    view.list.value = (next(iter(view.shown)),)
    view.reason.value, view.until.value = "pieni yritys", "31.8.2026"
    view.accept.click()
    receipt, entries = view.message.value, sample.verify().entries
    assert "✓" in receipt
    view.accept.click()
    assert (view.message.value, sample.verify().entries) == (receipt, entries)
    view.dispute.click()
    assert "⚠" in view.message.value
    view.accept.click()
    assert view.message.value == receipt
    view.until.value = "1.9.2026"
    view.accept.click()
    assert "⚠" in view.message.value


def test_who_only_reads_is_offered_no_answer(sample, tmp_path):
    """A Desk without a name, or of another day, shows and does not record."""
    view = ivp.forms.findings(ivp.Desk(sample.standpoint.path, now=NOW))
    assert view.accept not in [child for box in view._inside.children if hasattr(box, "children") for child in box.children]


def test_what_is_shown_is_saved_inert(view):
    """The CSV of the page: formula signs are disarmed."""
    assert "data:text/csv;base64," in view.download.value


@pytest.fixture
def siblings(desk):
    """Two findings of one code and subject: two systems that stand nowhere."""
    desk.register.record(ivp.Activity("A1", name="P", systems=["x1", "criminal records"]), valid_from="2026-01-05", why="w")
    return desk


def chosen(view, text):
    """The finding with a text, chosen, and a reason and a day typed."""
    view.severity.value = "info"
    view.list.value = tuple(ident for ident, one in view._left() if text in one.finding)[:1]
    view.reason.value, view.until.value = "a note", "2026-12-31"


def test_one_finding_is_accepted_and_not_its_siblings(siblings):
    """Of the same code and subject; and taken back, it alone."""
    view = ivp.forms.findings(siblings)
    chosen(view, "x1")
    view.accept.click()
    states = {one.finding: one.state for one in view._all.values() if one.code == "REG-043"}
    assert sorted(states.values()) == ["accepted", "open"]
    assert next(state for finding, state in states.items() if "x1" in finding) == "accepted"


def test_a_finding_that_has_changed_since_it_was_shown_is_not_accepted(siblings):
    """Another one stands in its place, and nobody has looked at that."""
    view = ivp.forms.findings(siblings)
    chosen(view, "x1")
    siblings.register.record(ivp.Activity("A1", name="P", systems=["criminal records"]), valid_from="2026-01-06", why="w")
    view.accept.click()
    assert "⚠" in view.message.value
    assert "accepted" not in set(siblings.audit.status()["state"])


def test_a_choice_never_moves_to_another_finding(sample):
    """Filtered, turned or put in another order: the same is chosen, or none."""
    view = ivp.forms.findings(sample)
    view.list.value = (list(view.shown)[3],)
    [one] = view.chosen
    for change in (("room", "breach"), ("room", ""), ("order", "by_since"), ("order", "by_severity"), ("text", "ei"), ("text", "")):
        getattr(view, change[0]).value = change[1]
        assert view.chosen in ([one], [])
    view.next.click()
    assert view.chosen in ([one], [])


def test_many_are_accepted_in_one_act_or_none_is(siblings):
    """A page is chosen and answered alike, in one transaction; if one of them has changed meanwhile, none is answered."""
    view = ivp.forms.findings(siblings)
    view.room.value, view.severity.value = "register", "info"
    view.every.click()
    count, entries = len(view.chosen), siblings.verify().entries
    view.reason.value, view.until.value = "looked at together", "31.12.2026"
    siblings.register.record(ivp.Activity("A1", name="P", systems=["criminal records"]), valid_from="2026-01-06", why="w")
    view.accept.click()
    assert "⚠" in view.message.value
    assert siblings.verify().entries == entries + 1
    view = ivp.forms.findings(siblings)
    view.room.value, view.severity.value = "register", "info"
    view.every.click()
    count = len(view.chosen)
    view.reason.value, view.until.value = "looked at together", "31.12.2026"
    view.accept.click()
    assert "✓" in view.message.value
    assert count > 5
    assert {one.state for one in view.shown.values()} == {"accepted"}
    assert siblings.verify().entries == entries + 1 + count
    view.every.click()
    view.reason.value = "too soon"
    view.reopen.click()
    assert {one.state for one in view.shown.values()} == {"open"}


def test_an_acceptance_answers_no_question(desk):
    """What cannot be told stays so; the law that nobody has compared stays unread; a room whose findings are accepted is not clear."""
    desk.breach.record(ivp.Breach("b0", title="x"), valid_from="2026-03-01", why="w")
    before = Today(desk)
    for one in before.statuses:
        if one.room in ("breach", "law"):
            desk.audit.accept(one.code, one.subject, "known", until="2026-12-31")
    after = Today(desk)
    assert len(after.untold) == len(before.untold) > 0
    assert after.unread == before.unread > 0
    assert {one.room: one.room_state for one in after.rooms}["breach"] == "untold"
    assert {one.room: one.accepted for one in after.rooms}["breach"] > 0


def test_a_room_of_accepted_findings_says_so(desk):
    """It is not called free of findings."""
    desk.register.record(ivp.System("t", name="T"), valid_from="2026-01-05", why="w")
    for one in Today(desk).statuses:
        if one.room == "register":
            desk.audit.accept(one.code, one.subject, "known", until="2026-12-31")
    assert {one.room: one.room_state for one in Today(desk).rooms}["register"] == "accepted"


def test_what_the_day_rests_on_is_told(desk):
    """Instruments past their reading, and whether the seals hold."""
    late = ivp.Desk(desk.standpoint.path, now="2032-03-10T12:00")
    assert Today(late).stale > 0
    assert any(
        str(Today(late).stale) in one and "read again" in one
        for one in Today(ivp.Desk(late.standpoint.path, lang="en", now="2032-03-10T12:00")).notes()
    )
    assert any(_words.say("ui.seal", "en") in one for one in Today(desk).notes())


def test_another_line_does_not_put_unsaved_changes_aside(sample):
    """The form below stays, with what was typed, and that is told."""
    view = ivp.today(sample)
    breach = next(row for row in view.today.todo if row.room == "breach")
    view._open(breach)
    form = view.below.children[0]
    form.editors["title"]._value.value = "muutettu"
    for row in view.today.todo[:3]:
        view._open(row)
        assert view.below.children[0] is form
        assert "⚠" in view.message.value
    view.findings.click()
    assert view.below.children[0] is form


def test_findings_stand_side_by_side_by_what_a_screen_holds_and_one_in_full(sample):
    """Six columns of many, a line for each answer of one; everything is in the export."""
    view = ivp.forms.findings(sample)
    first = next(iter(view.shown))
    view.list.value = (first,)
    label = _words.column_name("rule", "fi")
    assert '<th scope="col"' not in view.one.value
    assert f">{label}</th>" in view.one.value
    view.list.value = tuple(view.shown)
    for page in (view.one.value, view.static()):
        assert page.count('<th scope="col"') == 6
        assert f">{label}</th>" not in page
    link = re.search(r"base64,([^\"]+)", view.download.value)
    assert len(re.split("[,;]", base64.b64decode(link[1]).decode("utf-8-sig").splitlines()[0])) == 13
