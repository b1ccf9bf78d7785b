"""The form that brings a register in: headings mapped by hand, one commit, taken back as one; nothing written by looking."""

import csv
import datetime
import io

import pytest
from house import HOSTILE, NOW, ROOT

import ivplus_tools as ivp

HEADINGS = ["Nimi", "Käsittelyn tarkoitus", "Kenelle luovutetan", "Kaappi"]
ROWS = [["Uutiskirje", "viestintä", "painotalo", "viestintä"], ["Palkat", "palkanmaksu", "Verohallinto", "talous"]]


def as_csv(rows):
    """Rows as a file of text."""
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows(rows)
    return text.getvalue()


@pytest.fixture
def journal(tmp_path):
    """An empty journal in Finnish."""
    return ivp.Desk(tmp_path / "own.duckdb", by="tt", lang="fi", now=NOW)


@pytest.fixture
def form(journal, tmp_path):
    """The form over a register with one heading that is nearly known and one that nobody knows."""
    path = tmp_path / "seloste.csv"
    path.write_text(as_csv([HEADINGS, *ROWS]), encoding="utf-8")
    return ivp.forms.bring(journal, path)


def row(form, heading):
    """The row of a heading."""
    return next(one for one in form.mapping.rows if one.column and one.column.heading == heading)


def recorded(form, why="tuotu"):
    """Give the reason and press."""
    form.why.value = why
    form.commit.click()


def test_every_heading_stands_with_its_field_its_example_and_its_doubt(form):
    """And every field of the record can be chosen, by its name in the Desk's language, or none."""
    assert [one.column.heading for one in form.mapping.rows] == HEADINGS
    assert [one.field.value for one in form.mapping.rows] == ["name", "purposes", "", ""]
    near = row(form, "Kenelle luovutetan")
    assert "⚠" in near.told.value
    assert "painotalo" in near.told.value
    assert "Kenelle luovutetan" in form.mapping.doubts.value
    offered = {name: label for label, name in near.field.options}
    assert set(offered) >= (set(ivp.Activity.model_fields) - {"imported"}) | {"legal_basis", "valid_from", "-"}
    assert offered["recipients"] == "vastaanottajien ryhmät"
    assert "säilytä tekstinä" in offered["-"]
    assert form._desk.verify().entries == 0


def test_a_doubt_is_confirmed_and_an_unknown_heading_mapped_by_their_drop_downs(form):
    """Until then their content is kept as text; afterwards it stands in the fields, and nothing is written before Record."""
    assert form.preview.unmapped["heading"].tolist() == ["Kenelle luovutetan", "Kaappi"] * 2
    row(form, "Kenelle luovutetan").field.value = "recipients"
    row(form, "Kaappi").field.value = "owner"
    assert form.mapping.doubts.value == ""
    assert len(form.preview.unmapped) == 0
    assert form._desk.verify().entries == 0
    recorded(form)
    found = form._desk.register.get("Palkat")
    assert (found.owner, [one.recipient for one in found.recipients]) == ("talous", ["Verohallinto"])
    row(form, "Kaappi").field.value = "-"
    assert "Kaappi" in set(form.preview.unmapped["heading"])
    row(form, "Kaappi").field.value = ""
    assert row(form, "Kaappi").field.value == ""


def test_what_was_chosen_for_a_file_of_before_stays_when_something_else_is_chosen(form, journal):
    """Next year's file of the same headings is read so at once; two headings for one field are refused as ever."""
    row(form, "Kenelle luovutetan").field.value = "recipients"
    row(form, "Kaappi").field.value = "owner"
    recorded(form)
    again = ivp.forms.bring(journal, form.path.value)
    assert [one.field.value for one in again.mapping.rows] == ["name", "purposes", "recipients", "owner"]
    assert "kirjaus 3" in row(again, "Kaappi").told.value
    row(again, "Kenelle luovutetan").field.value = "systems"
    assert row(again, "Kaappi").field.value == "owner"
    row(again, "Käsittelyn tarkoitus").field.value = "owner"
    assert "⚠" in again.told.value
    assert [one.field.value for one in again.mapping.rows] == ["name", "purposes", "systems", "owner"]


def test_what_is_not_confirmed_or_not_understood_is_told_with_the_receipt(form):
    """A commit that leaves something out does not look like one that has everything."""
    recorded(form)
    assert "kirjattu: 1–2" in form.status.value
    assert "vahvistettava" in form.status.value
    assert "Ongelmat: 1" in form.tables.value


def test_a_double_press_writes_once(form):
    """The second press finds the button off, until something is changed."""
    form.why.value = "tuotu"
    form.commit.click()
    form.why.value = ""
    form.commit.click()
    form.commit.click()
    assert form._desk.verify().entries == 2
    assert "kirjattu: 1–2" in form.status.value
    form.again.click()
    recorded(form, "again")
    assert "ei uutta" in form.status.value
    assert form._desk.verify().entries == 2


def test_a_commit_is_taken_back_as_one_and_can_be_made_again(form):
    """With a reason; also how the headings were read is taken back."""
    row(form, "Kaappi").field.value = "owner"
    assert form.withdraw.disabled
    recorded(form)
    assert form._desk.verify().entries == 3
    assert "<td" not in form.tables.value.rpartition("<h5")[2], "nothing would change any more"
    form.withdraw.click()
    assert "perustelu" in form.status.value
    assert len(form._desk.register.activities()) == 2
    form.why.value = "väärä tiedosto"
    form.withdraw.click()
    assert "1–3, 3 kpl" in form.status.value
    assert "desk.register.withdraw(receipt, why=" in form._shown_code.value
    assert len(form._desk.register.activities()) == 0
    assert form.withdraw.disabled
    recorded(form)
    assert form._desk.register.activities()["owner"].tolist() == ["talous", "viestintä"]


def test_the_code_does_what_record_does(form):
    """The shown cell, run on its own, records the same; of a file that was chosen it says what to do first."""
    row(form, "Kaappi").field.value = "owner"
    form.role.value, form.start_row.value, form.why.value = "controller", 1, 'it\'s "quoted"'
    space = {"desk": form._desk}
    exec(form.code, space)
    assert space["receipt"].entries == (1, 2, 3)
    assert form._desk.register.get("Palkat").owner == "talous"
    assert form._desk.register.history("Palkat")["why"].tolist() == ['it\'s "quoted"']
    chosen(form, "../../x/seloste.csv", as_csv([HEADINGS, *ROWS]))
    assert form.code.startswith("# tallenna tiedosto")
    assert "_.._x_seloste.csv'" in form.code


def chosen(form, name, text):
    """Choose a file, as the browser sends it."""
    content = text.encode()
    told = {"name": name, "type": "text/csv", "size": len(content), "content": memoryview(content)}
    form.upload.value = ({**told, "last_modified": datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)},)


def test_a_chosen_file_is_read_and_nothing_of_it_is_left_behind(form, tmp_path, monkeypatch):
    """Whatever its name; the path that was typed before is no longer meant."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    for name in ("../../seloste.csv", *HOSTILE[2:4], "", ".", "ä" * 300 + ".csv"):
        chosen(form, name, as_csv([HEADINGS, ["Messut", "myynti", "", ""]]))
        assert form.preview is not None, name
        assert form.path.value == ""
        assert [one.id for one, _ in form.preview._reading.things] == ["Messut"]
    assert list((tmp_path / "temporary").iterdir()) == []
    recorded(form)
    assert form._desk.register.activities()["id"].tolist() == ["Messut"]


@pytest.mark.parametrize(("name", "content"), [("puuttuu.csv", None), ("kuva.csv", "\x89PNG\r\n\x1a\n"), ("lista.csv", "a;b\n1;2\n")])
def test_a_refused_file_is_one_line_and_nothing_of_the_file_before_stays(form, tmp_path, name, content):
    """No table of another file under its name, nothing to press."""
    path = tmp_path / name
    if content:
        path.write_text(content, encoding="latin-1")
    form.path.value = str(path)
    assert form.told.value.count("⚠") == 1
    assert "<br>" not in form.told.value
    assert name in form.told.value
    assert form.preview is None
    assert form.counts.value == form.tables.value == ""
    assert form.mapping not in form._inside.children
    recorded(form)
    assert form._desk.verify().entries == 0


def test_a_choice_that_is_refused_is_taken_back_and_told(form):
    """One field for two headings; the drop-down shows what holds."""
    row(form, "Kaappi").field.value = "owner"
    row(form, "Kenelle luovutetan").field.value = "owner"
    assert "⚠" in form.told.value
    assert row(form, "Kenelle luovutetan").field.value == ""
    assert row(form, "Kaappi").field.value == "owner"
    form.start_row.value = 99
    assert "⚠" in form.told.value
    assert form.start_row.value == 0
    assert form.preview is not None


def test_a_file_that_vanished_is_not_shown_as_read_again(form, tmp_path):
    """Reading again tells it, and there is nothing to record."""
    (tmp_path / "seloste.csv").unlink()
    form.again.click()
    assert "⚠" in form.told.value
    assert form.commit.disabled


def test_the_role_is_asked_where_the_file_does_not_tell_it(journal, tmp_path):
    """Those rows are set apart and counted until the officer says it."""
    path = tmp_path / "r.csv"
    path.write_text(as_csv([["Nimi", "Käsittelyn tarkoitus", "Rooli"], ["a", "b", ""], ["c", "d", "rekisterinpitäjä"]]), encoding="utf-8")
    form = ivp.forms.bring(journal, path)
    assert "Valitse rooli" in form.asked.value
    assert "Erilleen jätetyt rivit, joita ei kirjata: 1" in form.tables.value
    form.role.value = "processor"
    assert form.asked.value == ""
    assert form.preview.rows["role"].tolist() == ["henkilötietojen käsittelijä", "rekisterinpitäjä"]


def test_sheets_and_the_row_of_headings_can_be_chosen(journal, tmp_path):
    """A box for each sheet, ticked where it was read; what is not read is told."""
    source = ivp.sample(tmp_path / "sample.duckdb", now=NOW)
    form = ivp.forms.bring(journal, source.register.write(tmp_path / "kaikki.xlsx"))
    assert len(form.sheets) > 2
    read = [box for box in form.sheets if box.value]
    assert len(read) > 2
    for box in read[1:]:
        box.value = False
    assert [box.value for box in form.sheets].count(True) == 1
    assert set(form.preview.columns["sheet"]) == {read[0].description}
    assert read[1].description in set(form.preview.problems["sheet"])
    assert f"sheets=['{read[0].description}']" in form.code
    form.revert.click()
    assert [box.value for box in read] == [True] * len(read)


def test_a_sheet_of_organisations_offers_their_fields(journal, tmp_path):
    """Not those of an activity."""
    source = ivp.sample(tmp_path / "sample.duckdb", now=NOW)
    form = ivp.forms.bring(journal, source.register.write(tmp_path / "kaikki.xlsx"))
    form.mapping.next.click()
    shown = [one for one in form.mapping.rows if one.widget in form.mapping._box.children]
    form.mapping.next.click()
    kinds = {frozenset(name for _, name in one.field.options) for one in [*shown, *form.mapping.rows]}
    assert any("business_id" in one and "purposes" not in one for one in kinds)


def test_two_hundred_columns_are_shown_a_page_at_a_time(journal, tmp_path):
    """The form stays small, and no heading is out of reach; a doubt on another page is told on this one."""
    heads = ["Nimi", "Käsittelyn tarkoitus", *(f"Oma {n}" for n in range(197)), "Kenelle luovutetan"]
    path = tmp_path / "wide.csv"
    path.write_text(as_csv([heads, ["a", "b", *["x"] * 198]]), encoding="utf-8")
    form = ivp.forms.bring(journal, path)
    assert "Kenelle luovutetan" in form.mapping.doubts.value
    seen = []
    while True:
        seen += [one.column.heading for one in form.mapping.rows if one.widget in form.mapping._box.children]
        if form.mapping.next.disabled:
            break
        form.mapping.next.click()
    assert seen == heads
    assert len(form.mapping.rows) <= 20
    row(form, "Kenelle luovutetan").field.value = "recipients"
    assert row(form, "Kenelle luovutetan").field.value == "recipients"


def test_the_difference_is_that_to_the_day_from_which_it_is_true(journal, tmp_path):
    """What a commit as of an earlier day will change is what is shown, also when that day is given later."""
    for since, owner in (("2026-01-01", "ennen"), ("2026-02-01", "nyt")):
        journal.register.record(ivp.Activity("a", name="a", owner=owner), valid_from=since, why="w")
    path = tmp_path / "r.csv"
    path.write_text("Nimi;vastuuhenkilö\na;nyt\n", encoding="utf-8")
    form = ivp.forms.bring(journal, path)
    assert "ennen" not in form.tables.value
    form.valid_from.value = "15.1.2026"
    assert "15.1.2026" in form.tables.value
    assert "ennen" in form.tables.value
    recorded(form)
    assert journal.at(valid="2026-01-15").register.get("a").owner == "nyt"
    form.valid_from.value = "31.2.2026"
    assert "31.2.2026" in form.tables.value
    recorded(form)
    assert "⚠" in form.status.value


def test_what_somebody_else_recorded_meanwhile_is_not_overwritten(form):
    """It is told, the file is read anew, and the next press is for what is shown then."""
    form._desk.register.record(ivp.Activity("Palkat", owner="joku"), valid_from="2026-01-01", why="w")
    recorded(form)
    assert 'role="alert"' in form.status.value
    assert form._desk.verify().entries == 1
    assert "Palkat" in form.tables.value
    recorded(form)
    assert form._desk.verify().entries == 3


def test_a_past_standpoint_and_another_language(form, journal):
    """The form of another day reads only; the labels are of the Desk's language."""
    path = form.path.value
    past = ivp.forms.bring(journal.at(valid="2025-01-01"), path)
    assert past.preview is not None
    recorded(past)
    assert journal.verify().entries == 0
    swedish = ivp.forms.bring(journal.speaking("sv"), path)
    assert (swedish.commit.description, swedish.upload.description) == ("Inför", "Välj en fil")
    assert "mottagar" in {name: label for label, name in row(swedish, "Kaappi").field.options}["recipients"]


def test_a_reopened_notebook_shows_what_the_form_last_showed(form):
    """Headings with their fields, what was counted, the receipt and the code, as plain HTML without a field to fill in."""
    row(form, "Kaappi").field.value = "owner"
    recorded(form)
    shown = form.static()
    for text in ("seloste.csv", "Kaappi", "vastuuhenkilö", "kirjattu: 1–3", "desk.register.read("):
        assert text in shown, text
    assert "<input" not in shown
    assert "<select" not in shown


def test_hostile_headings_and_cells_are_text(journal, tmp_path):
    """On labels and in every table, and none is taken for a formula of mathematics."""
    path = tmp_path / "r.csv"
    path.write_text(as_csv([["Nimi", "Käsittelyn tarkoitus", *HOSTILE, "$x$"], ["a", "b", *HOSTILE, "$y$"]]), encoding="utf-8")
    form = ivp.forms.bring(journal, path)
    recorded(form)
    shown = [form.static(), form.status.value, *(one.told.value for one in form.mapping.rows)]
    assert not any(bad in text for text in shown for bad in ("<script", "<img"))
    assert not any("$" in one.field.description for one in form.mapping.rows)
    assert all(not one.field.description_allow_html for one in form.mapping.rows)


def test_the_samples_old_register_is_shown_with_what_has_no_field(sample):
    """As in the tour; it writes nothing."""
    entries = sample.verify().entries
    form = ivp.forms.bring(sample, ROOT / "data_samples/vanha_seloste.csv")
    assert row(form, "Arkistopaikka").field.value == ""
    assert row(form, "Säilytysaika").field.value == "retention"
    assert sample.verify().entries == entries
