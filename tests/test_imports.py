"""Tables and forms as people make them: nothing under a wrong field, nothing swallowed, and the officer's word is kept."""

import time
import zipfile

import openpyxl
import pytest
from house import NOW, cases
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.styles import Font
from test_exchange import sheet
from test_shapes import written

import ivplus_tools as ivp
from ivplus_tools import _records
from ivplus_tools.exchange.headings import meaning_of


def told_by(preview):
    """Everything that a preview says, in one text."""
    things = " ".join(repr(thing) for thing, _ in preview._reading.things)
    return things + preview.set_apart.to_csv() + preview.problems.to_csv()


@pytest.mark.parametrize("case", cases("imports"))
def test_a_table_is_read_as_its_case_says(tmp_path, desk, case):
    """Fields in the text form of the English exports; what must be told is told."""
    preview = desk.register.read(written(tmp_path, case))
    found = {(one.kind, one.id): one for one, _ in preview._reading.things}
    for words in case.get("problems", ()):
        assert any(words in one for one in preview.problems["problem"]), words
    for words in case.get("apart", ()):
        assert any(words in one for one in preview.set_apart["content"]), words
    if "only" in case:
        assert [ident for kind, ident in found if kind == "activity"] == case["only"]
    for expect in case["expect"]:
        one = found[expect.pop("kind"), expect.pop("id")]
        for name, text in expect.items():
            assert _records.to_text(getattr(one, name), type(one).model_fields[name], "en") == text, name


# --- what a workbook shows beside its texts


def marked(path):
    """A workbook with merged, hidden and struck cells."""
    book = openpyxl.Workbook()
    page = book.active
    for row in [
        ["Rekisterin nimi", "Käsittelyn tarkoitus", "Oikeusperuste", "Säilytysaika"],
        ["Asiakkaat", "laskutus", "lakisääteinen velvoite (kirjanpitolaki)", "6 v"],
        [None, "markkinointi", "suostumus", None],
        ["HR", "palkat", "sopimus", None],
        ["Piilossa", "x", "sopimus", "1 v"],
        ["Vanha", "x", "sopimus", "1 v"],
        ["Kulut", "vanha tarkoitus", "sopimus", "1 v"],
    ]:
        page.append(row)
    page.merge_cells("A2:A3")
    page.merge_cells("D2:D4")
    page.row_dimensions[5].hidden = True
    for cell in [*page[6], page["B7"]]:
        cell.font = Font(strike=True)
    hidden = book.create_sheet("Luettelot")
    hidden.append(["Rekisterin nimi", "Tarkoitus"])
    hidden.append(["Ei tätä", "x"])
    hidden.sheet_state = "hidden"
    book.save(path)
    return path


def test_merged_cells_belong_to_all_their_rows_and_hidden_and_struck_rows_are_told(tmp_path, desk):
    """Purposes under a merged name are those of one activity, each with the basis on its own row."""
    preview = desk.register.read(marked(tmp_path / "m.xlsx"))
    found = {one.id: one for one, _ in preview._reading.things}
    assert list(found) == ["Asiakkaat", "HR", "Kulut"]
    assert found["Asiakkaat"].purposes == (
        ivp.Purpose("laskutus", legal_basis="6(1)(c)", statute="kirjanpitolaki"),
        ivp.Purpose("markkinointi", legal_basis="6(1)(a)"),
    )
    assert found["HR"].retention[0].period == "P6Y"
    assert found["Kulut"].purposes is None or "vanha" not in repr(found["Kulut"].purposes)
    told = dict(zip(preview.problems["row"], preview.problems["problem"], strict=True))
    assert "hidden row" in told[5]
    assert "struck through" in told[6]
    assert "struck through" in told[7]
    assert "hidden sheet" in told[0]
    assert preview.set_apart["row"].tolist() == [5, 6]
    assert desk.register.read(tmp_path / "m.xlsx", sheets=["Luettelot"]).rows["id"].tolist() == ["Ei tätä"]


def test_a_hidden_column_waits_for_the_officer(tmp_path, desk):
    """Nobody sees it when the file is opened: its answer is shown with a doubt, kept beside the field, and read when confirmed."""
    book = openpyxl.Workbook()
    for row in (["Rekisterin nimi", "Käsittelyn tarkoitus", "Säilytysaika"], ["A", "laskutus", "6 v"]):
        book.active.append(row)
    book.active.column_dimensions["C"].hidden = True
    book.save(tmp_path / "r.xlsx")
    preview = desk.register.read(tmp_path / "r.xlsx")
    assert "hidden column" in preview.columns.set_index("heading").loc["Säilytysaika", "doubt"]
    preview.commit(why="w")
    assert (desk.register.get("A").retention, desk.register.get("A").imported["Säilytysaika"]) == (None, "6 v")
    again = desk.register.read(tmp_path / "r.xlsx", columns={"Säilytysaika": "retention"})
    assert again._reading.things[0][0].retention[0].period == "P6Y"


def test_hidden_rows_and_columns_of_an_open_document_are_told(tmp_path, desk):
    """Filtered rows are set apart, and a collapsed column waits, as in a workbook of the other kind."""
    rows = [["Rekisterin nimi", "Käsittelyn tarkoitus", "Säilytysaika"], ["A", "x", "6 v"], ["B", "y", "1 v"]]
    made = ""
    for row in rows:
        cells = "".join(f"<table:table-cell><text:p>{one}</text:p></table:table-cell>" for one in row)
        seen = ' table:visibility="filter"' if row[0] == "B" else ""
        made += f"<table:table-row{seen}>{cells}</table:table-row>"
    columns = '<table:table-column table:number-columns-repeated="2"/><table:table-column table:visibility="collapse"/>'
    spaces = " ".join(f'xmlns:{one}="urn:oasis:names:tc:opendocument:xmlns:{one}:1.0"' for one in ("office", "table", "text"))
    body = f'<table:table table:name="T">{columns}{made}</table:table>'
    with zipfile.ZipFile(tmp_path / "r.ods", "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr("content.xml", f"<office:document-content {spaces}>{body}</office:document-content>")
    preview = desk.register.read(tmp_path / "r.ods")
    assert preview.rows["id"].tolist() == ["A"]
    assert "hidden column" in preview.columns.set_index("heading").loc["Säilytysaika", "doubt"]
    assert preview.problems["problem"].str.contains("a hidden row").any()


# --- the officer's word


ROWS = [["Rekisterin nimi", "Minne ilmoitetaan", "Käsitelyn tarkoitus", "Kaappi"], ["A", "Verohallinto", "laskutus", "2"]]


def test_a_doubtful_column_is_shown_and_waits_for_the_officer(tmp_path, desk):
    """Its content is recorded without a field; confirmed, it fills the field and is no longer kept beside it."""
    path = sheet(tmp_path / "r.xlsx", ROWS)
    preview = desk.register.read(path)
    doubt = preview.columns.set_index("heading").loc["Käsitelyn tarkoitus"]
    assert (doubt["field"], doubt["example"]) == ("purposes", "laskutus")
    assert "confirm the field" in doubt["doubt"]
    assert "confirmed" in preview.told()
    preview.commit(why="w")
    assert desk.register.get("A").purposes is None
    assert desk.register.get("A").imported["Käsitelyn tarkoitus"] == "laskutus"
    desk.register.read(path, columns={"Käsitelyn tarkoitus": "purposes", "Kaappi": None}).commit(why="w")
    assert desk.register.get("A").purposes == (ivp.Purpose("laskutus"),)
    assert set(desk.register.get("A").imported) == {"Minne ilmoitetaan", "Kaappi"}


def test_the_officers_columns_are_kept_for_the_next_file_and_taken_back_with_the_commit(tmp_path, desk):
    """A commit is one act: rows and mapping come and go together; another shape is not touched."""
    path = sheet(tmp_path / "r.xlsx", ROWS)
    receipt = desk.register.read(path, columns={"Minne ilmoitetaan": "vastaanottajat"}).commit(why="w")
    assert len(receipt.entries) == 2
    assert desk.register.get("A").recipients == (ivp.Recipient("Verohallinto"),)
    next_year = sheet(tmp_path / "next.xlsx", [["Seloste 2027"], ROWS[0], ["B", "Kela", "x", "1"]])
    preview = desk.register.read(next_year)
    assert preview.rows["recipients"].tolist() == ["Kela"]
    assert f"entry {receipt.entries[1]}" in preview.columns["how"][1]
    other = desk.register.read(sheet(tmp_path / "o.xlsx", [ROWS[0][:3], ["C", "Kela", "x"]]))
    assert "recipients" not in other.rows
    desk.register.withdraw(receipt, why="wrong file")
    assert desk.register.activities().empty
    assert "recipients" not in desk.register.read(next_year).rows


def test_what_the_officer_says_wrongly_is_refused_with_the_nearest(tmp_path, desk):
    """A heading that is not there, a field that is none, one field twice, a sheet that is not there."""
    path = sheet(tmp_path / "r.xlsx", ROWS)
    for said, words in (
        ({"columns": {"Minne": "recipients"}}, "Minne ilmoitetaan"),
        ({"columns": {"Kaappi": "recipient"}}, "recipients"),
        ({"columns": {"Kaappi": "recipients", "Minne ilmoitetaan": "recipients"}}, "Two headings"),
        ({"sheets": ["Taul2"]}, "Taul1"),
        ({"role": "boss"}, "boss"),
    ):
        with pytest.raises(ivp.Refusal, match=words) as refusal:
            desk.register.read(path, **said)
        assert "\n" not in str(refusal.value)
    (tmp_path / "tree").write_text('{"organization": [{"fides_key": "a", "note": "x"}]}', encoding="utf-8")
    with pytest.raises(ivp.Refusal, match="no heading"):  # the columns of a tree are not ours to move
        desk.register.read(tmp_path / "tree", columns={"note": "name"})


def test_the_officer_names_the_row_of_headings_and_the_role(tmp_path, desk):
    """Where nothing is known of a sheet; what is above is told."""
    path = sheet(tmp_path / "r.xlsx", [["Oma taulukko"], ["Mitä", "Miksi"], ["Palkat", "palkanmaksu"]])
    preview = desk.register.read(path, start_row=2, columns={"Mitä": "nimi", "Miksi": "purposes"}, role="processor")
    [(one, _)] = preview._reading.things
    assert (one.id, one.role, one.purposes) == ("Palkat", "processor", (ivp.Purpose("palkanmaksu"),))
    assert preview.problems["value"].tolist() == ["Oma taulukko"]
    receipt = preview.commit(why="w")
    assert [one.role for one, _ in desk.register.read(path)._reading.things] == ["processor"]
    assert len(receipt.entries) == 2


def test_how_files_are_read_survives_an_export(tmp_path, desk):
    """The sheet is there once something was mapped, and comes back."""
    path = sheet(tmp_path / "r.xlsx", ROWS)
    desk.register.read(path, columns={"Minne ilmoitetaan": "recipients", "Kaappi": None}).commit(why="w")
    again = ivp.Desk(tmp_path / "again.duckdb", by="tt", lang="en", now=NOW)
    again.register.read(desk.register.write(tmp_path / "out.xlsx", lang="sv")).commit(why="w")
    for one in (desk, again):
        assert one.register.read(path).columns["field"].tolist() == ["name", "recipients", "purposes", ""]


# --- bounds


def test_an_endless_cell_is_refused_and_a_long_one_is_read_in_time(tmp_path, desk):
    """Five megabytes in a cell: one line; half a megabyte of commas and words: seconds."""
    path = sheet(tmp_path / "r.xlsx", [["Rekisterin nimi", "Tarkoitus"], ["A", "FILLHERE"]])
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "big.xlsx", "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"FILLHERE", b"x" * 5_000_000))
    with pytest.raises(ivp.Refusal, match="2 MB") as refusal:
        desk.register.read(tmp_path / "big.xlsx")
    assert "\n" not in str(refusal.value)
    long = ["sopimus, laki " * 20_000, "3 v, " * 20_000, "N/A, " * 20_000]
    (tmp_path / "r.csv").write_text("Rekisterin nimi;Oikeusperuste;Säilytysaika;Siirrot\nA;" + ";".join(long), encoding="utf-8")
    begin = time.perf_counter()
    preview = desk.register.read(tmp_path / "r.csv")
    assert time.perf_counter() - begin < 20
    assert max(map(len, preview.problems["problem"])) < 1_500


# --- every order of columns

KNOWN = [
    "Rekisterin nimi",
    "Käsittelyn tarkoitus",
    "Rekisteröidyt",
    "Vastaanottajat",
    "Säilytysaika",
    "Turvatoimet",
    "Owner",
    "Controller",
    "Anmärkningar",
]
ODD = [
    "Käsitelyn tarkoitus",
    "Säilytyspaikka",
    "Henkilötietojen käsittely",
    "Controller(s)",
    "Reviewed by",
    "Oma",
    "",
    "Mottagar",
    "Rekisteröidyt henkilöt",
]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(KNOWN + ODD), max_size=14), st.permutations(KNOWN[:3]), st.integers(1, 3))
def test_no_value_stands_in_a_field_whose_exact_heading_is_another_column(tmp_path_factory, more, some, count):
    """Columns shuffled, repeated, misspelt: the first exact heading has the field, and every cell is in a field, kept, or told."""
    headings = [*more[::2], *some, *more[1::2]]
    rows = [[f"leaf{row}x{place}z" for place in range(len(headings))] for row in range(count)]
    path = tmp_path_factory.mktemp("order") / "x.csv"
    path.write_text("\n".join(";".join(row) for row in [headings, *rows]), encoding="utf-8")
    preview = ivp.Desk(path.with_suffix(".duckdb"), by="tt", lang="en", now=NOW).register.read(path)
    told = told_by(preview)
    assert [cell for row in rows for cell in row if cell not in told] == []
    assert len(preview._reading.things) == count
    owners = {}
    for place, heading in enumerate(headings):
        if field := meaning_of(heading, "activity"):
            owners.setdefault(field, place)
    for thing, _ in preview._reading.things:
        for field, place in owners.items():
            text = repr(getattr(thing, field))
            assert f"x{place}z" in text, (field, headings)
            assert text.count("leaf") <= 1, (field, headings)
        filled = {name for name, value in thing if name not in ("id", "imported", "role") and value is not None}
        assert filled <= set(owners), (filled, headings)


def test_a_title_that_is_also_a_heading_does_not_swallow_what_stands_below_it(tmp_path, desk):
    """`Tietosuojaseloste` above the headings of a record is the document's title; it is told, and the fields below are read."""
    path = tmp_path / "seloste.md"
    path.write_text(
        "# Tietosuojaseloste\n\nPäivitetty keväällä\n\n## Rekisterinpitäjä\n\nKlinikka Oy\n\n## Rekisterin nimi\n\nPotilaat\n\n"
        "## Käsittelyn tarkoitus\n\nhoito\n\n## Evästeet\n\nei ole\n",
        encoding="utf-8",
    )
    preview = desk.register.read(path)
    (one,) = (record for record, _ in preview._reading.things)
    assert (one.id, one.controller, one.notice, one.imported) == ("Potilaat", "Klinikka Oy", None, {"Evästeet": "ei ole"})
    assert any("Päivitetty keväällä" in said for said in preview.problems["value"])
