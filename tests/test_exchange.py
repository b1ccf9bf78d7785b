"""Registers in and out: nothing lost, nothing executed, all or nothing."""

import csv
import io
import json
import zipfile

import openpyxl
import pytest
from house import HOSTILE, NOW, ROOT, seen
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from test_records import activities, made

import ivplus_tools as ivp
from ivplus_tools import _room, _words, exchange

OLD_REGISTER = ROOT / "data_samples" / "vanha_seloste.csv"
ICO = [
    "Business function", "Purpose of processing", "Categories of individuals",
    "Categories of personal data", "Categories of recipients", "Link to contract with processor",
    "Names of third countries or international organisations that personal data are transferred to",
    "Retention schedule (if possible)", "General description of technical and organisational security measures (if possible)",
    "Article 6 lawful basis for processing personal data", "Article 9 basis for processing special category data",
    "Legitimate interests for the processing (if applicable)", "Link to record of legitimate interests assessment (if applicable)",
    "Rights available to individuals", "Existence of automated decision-making, including profiling (if applicable)",
    "The source of the personal data (if applicable)", "Link to record of consent", "Location of personal data",
    "Data Protection Impact Assessment required?", "Link to Data Protection Impact Assessment", "Has a personal data breach occurred?",
]  # fmt: skip


def records(desk):
    """What stands, by kind and identifier."""
    return {(one.entry.kind, one.entry.subject): (one.record, one.entry.valid_from) for one in desk.register.standing()}


def sheet(path, rows, title="Taul1", above=()):
    """Write a workbook of one sheet."""
    book = openpyxl.Workbook()
    book.active.title = title
    for row in [*above, *rows]:
        book.active.append(row)
    book.save(path)
    return path


def other(tmp_path, name="other"):
    """Another empty journal."""
    return ivp.Desk(tmp_path / f"{name}.duckdb", by="tt", lang="en", now=NOW)


def old_rows():
    """The thirty rows of the old Finnish register."""
    with OLD_REGISTER.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter=";"))


def test_thirty_finnish_rows_go_in_and_out_without_loss(tmp_path, desk):
    """XLSX with the old headings: read, preview, commit, findings, export, read again: 0 fields lost."""
    path = sheet(tmp_path / "seloste.xlsx", old_rows(), above=[["Seloste käsittelytoimista"], []])
    preview = desk.register.read(path)
    assert len(preview.rows) == 30
    assert preview.problems["value"].tolist() == ["Seloste käsittelytoimista"]  # the title above the headings, which is told
    assert preview.set_apart.empty
    assert len(preview.unmapped) == 4
    assert "nothing" not in repr(preview.commit(why="taken over"))
    assert {"REG-030", "REG-022", "REG-023", "REG-019"} <= set(desk.findings()["code"])
    for lang in _words.LANGS:
        out = desk.register.write(tmp_path / f"out-{lang}.xlsx", lang=lang)
        again = other(tmp_path, lang)
        again.register.read(out).commit(why="read again")
        assert records(again) == records(desk)


def test_every_filled_cell_of_the_old_register_is_somewhere(desk):
    """Leaf by leaf: each cell's words stand in the record that its row became."""
    desk.register.read(OLD_REGISTER).commit(why="taken over")
    heading, *rows = old_rows()
    for row in rows:
        text = repr(desk.register.get(row[0])).casefold()
        for name, cell in zip(heading, row, strict=True):
            if name in ("Käsittelyn peruste", "Arkaluonteiset tiedot", "Säilytysaika", "Päivitetty") or cell.startswith("ei"):
                continue  # understood and coded: other tests hold these
            for piece in cell.split("; "):
                piece = piece.removeprefix("1. ").removeprefix("2. ")  # noqa: PLW2901  numbers pair purposes and bases
                assert piece.casefold() in text, (row[0], name, piece)


@pytest.mark.parametrize(("delimiter", "encoding"), [(";", "utf-8"), (",", "utf-8-sig"), ("\t", "utf-8"), (";", "cp1252"), (",", "utf-16")])
def test_a_csv_is_read_whatever_its_delimiter_and_encoding(tmp_path, desk, delimiter, encoding):
    """Semicolon, comma, tab; UTF-8 with and without BOM, cp1252, UTF-16."""
    path = tmp_path / "r.csv"
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(old_rows())
    path.write_bytes(text.getvalue().encode(encoding))
    preview = desk.register.read(path)
    assert len(preview.rows) == 30
    assert preview.problems.empty
    assert preview.rows["name"].tolist()[19] == "Työterveys"


def test_the_english_headings_of_the_ico_are_understood(tmp_path, desk):
    """Controller and processor sheets, each with its role; what has no field is kept."""
    row = [
        "Payroll", "1. Paying staff; 2. reporting", "Employees", "Contact details; bank details", "HMRC", "Helper Ltd", "None",
        "6 years after the end of employment", "Encryption", "1. Contract; 2. Legal obligation", "9(2)(b)", None, None, "Access", "No",
        "Employee", None, "HR system", "No", None, "No",
    ]  # fmt: skip
    book = openpyxl.Workbook()
    book.active.title = "Controller"
    for line in (["Documentation template"], ICO, row):
        book.active.append(line)
    processor = book.create_sheet("Processor")
    processor.append(
        ["Name and contact details of each controller", "Categories of processing", "Security measures", "Name of processing activity"]
    )
    processor.append(["Customer Oy", "Hosting", "Encryption", "Hosting"])
    book.save(tmp_path / "ico.xlsx")
    preview = desk.register.read(tmp_path / "ico.xlsx")
    assert preview.problems["value"].tolist() == ["Documentation template", "Paying staff"]  # the title, and whence the identifier
    preview.commit(why="taken over")
    payroll = desk.register.get("Paying staff")
    assert payroll.owner == "Payroll"
    assert [one.legal_basis for one in payroll.purposes] == ["6(1)(b)", "6(1)(c)"]
    assert payroll.transfers == payroll.automated_decisions == ivp.NONE
    assert payroll.retention[0].period == "P6Y"
    assert payroll.imported == {
        "Link to contract with processor": "Helper Ltd",
        "Rights available to individuals": "Access",
        "Has a personal data breach occurred?": "No",
    }
    assert desk.register.get("Hosting").role == "processor"


def test_a_value_that_is_not_understood_is_told_and_kept(tmp_path, desk):
    """The problem names row, column and nearest value; the text stays with the record."""
    path = sheet(
        tmp_path / "r.xlsx",
        [["Rekisterin nimi", "Oikeusperuste", "Päivitetty", "Käsittelyn tarkoitus"], ["A", "asiakassuhde", "31.2.2026", "x"]],
    )
    preview = desk.register.read(path)
    assert [(row.row, row.column, row.value) for row in preview.problems.itertuples()] == [
        (2, "Päivitetty", "31.2.2026"),
        (2, "Oikeusperuste", "asiakassuhde"),
    ]
    preview.commit(why="w")
    assert desk.register.get("A").imported == {"Oikeusperuste": "asiakassuhde", "Päivitetty": "31.2.2026"}


def test_rows_without_a_name_and_repeated_ones_are_set_apart(tmp_path, desk):
    """They are shown with their reason; the others are recorded."""
    rows = [
        ["Rekisterin nimi", "Rekisteröidyt", "Käsittelyn tarkoitus"],
        ["A", "x", "p"],
        [None, "y", None],
        ["A", "z", "p"],
        [None, None, None],
        ["B", "w", "q"],
    ]
    preview = desk.register.read(sheet(tmp_path / "r.xlsx", rows))
    assert preview.rows["id"].tolist() == ["A", "B"]
    assert preview.set_apart["row"].tolist() == [3, 4]
    assert preview.problems["row"].tolist() == [3, 4]
    assert preview.commit(why="w").entries == (1, 2)


def test_repeated_and_empty_headings_lose_nothing(tmp_path, desk):
    """A second column of one field, a column without heading and a cell beyond the headings are all kept."""
    rows = [["Rekisterin nimi", "Huom", "Huom", None, "Oma sarake"], ["A", "yksi", "kaksi", "kolme", "neljä", "viisi"]]
    desk.register.read(sheet(tmp_path / "r.xlsx", rows)).commit(why="w")
    thing = desk.register.get("A")
    assert thing.remarks == "yksi"
    assert sorted(thing.imported.values()) == ["kaksi", "kolme", "neljä", "viisi"]


def test_numbers_dates_and_truth_values_in_cells_are_text(tmp_path, desk):
    """A date cell is a day, a whole number has no decimals."""
    import datetime

    rows = [["Nimi", "Käsittelyn tarkoitus", "Päivitetty", "Numero x"], ["A", "p", datetime.datetime(2025, 5, 1), 12.0]]
    desk.register.read(sheet(tmp_path / "r.xlsx", rows)).commit(why="w")
    assert desk.register.get("A").reviewed.isoformat() == "2025-05-01"
    assert desk.register.get("A").imported == {"Numero x": "12"}


def test_a_near_miss_of_a_heading_is_taken_and_said(tmp_path, desk):
    """A typing error in a heading is recognised, and the preview shows how."""
    preview = desk.register.read(sheet(tmp_path / "r.xlsx", [["Rekisterin nimi", "Käsitelyn tarkoitus"], ["A", "p"]]))
    assert preview.columns["field"].tolist() == ["name", "purposes"]
    assert "nearest" in preview.columns["how"][1]


def test_a_commit_is_all_or_nothing_and_a_preview_writes_nothing(tmp_path, desk, monkeypatch):
    """A failure in the middle leaves the journal as it was."""
    preview = desk.register.read(OLD_REGISTER)
    assert not desk.standpoint.path.exists()
    with pytest.raises(ivp.Refusal, match="Say why"):
        preview.commit(why="")
    from ivplus_tools import _store

    calls = []

    def failing(*args):
        calls.append(args)
        raise _words.refusal("store_unwritable", path="x", reason="disk full")

    monkeypatch.setattr(_store.file, "insert", failing)
    with pytest.raises(ivp.Refusal, match="disk full"):
        preview.commit(why="w")
    monkeypatch.undo()
    assert calls
    assert desk.verify().entries == 0
    assert len(preview.commit(why="w").entries) == 30
    assert preview.commit(why="w").entries == ()


@pytest.mark.parametrize("suffix", [".xlsx", ".json"])
def test_the_whole_sample_goes_out_and_in_without_loss(sample, tmp_path, suffix):
    """Every field of every record of every kind, with its day."""
    for lang in _words.LANGS:
        out = sample.register.write(tmp_path / f"r-{lang}{suffix}", lang=lang)
        again = other(tmp_path, f"{lang}{suffix[1:]}")
        preview = again.register.read(out)
        assert preview.problems.empty
        assert preview.unmapped.empty
        preview.commit(why="read again")
        assert records(again) == records(sample)


def test_every_field_of_the_model_is_in_every_export(sample, tmp_path):
    """A field added to a record cannot be forgotten in an export."""
    kinds = _room.shown(sample.register.records, sample.register.standing())
    names = {kind.kind: {_words.field_label(name, "en") for name in kind.model_fields} for kind in kinds}
    book = openpyxl.load_workbook(sample.register.write(tmp_path / "r.xlsx", lang="en"))
    assert book.sheetnames == ["processing activities", "organisations", "information systems"]
    for one, kind in zip(book.worksheets, names, strict=True):
        assert names[kind] <= {cell.value for cell in one[1]}
    with sample.register.write(tmp_path / "r.csv", lang="en").open(encoding="utf-8-sig", newline="") as file:
        assert names["activity"] <= set(next(csv.reader(file, delimiter=";")))
    content = json.loads(sample.register.write(tmp_path / "r.json").read_text(encoding="utf-8"))
    assert content["head"] == sample.verify().head
    assert len(content["records"]) == 31


FEW = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


@FEW
@given(st.lists(activities(), min_size=1, max_size=4), st.sampled_from([".xlsx", ".json", ".csv"]), st.sampled_from(_words.LANGS))
def test_any_register_survives_a_round_trip(tmp_path_factory, many, suffix, lang):
    """Whatever the fields hold, hostile text included."""
    folder = tmp_path_factory.mktemp("trip")
    things = [thing for number, fields in enumerate(many) if (thing := made(f"id-{number}", fields))]
    if not things:
        return
    one, two = ivp.Desk(folder / "1.duckdb", by="tt", now=NOW), ivp.Desk(folder / "2.duckdb", by="tt", now=NOW)
    one.register.record(things, valid_from="2026-01-01", why="w")
    out = one.register.write(folder / f"r{suffix}", lang=lang)
    preview = two.register.read(out)
    assert preview.problems.empty, preview.problems.to_dict("records")
    preview.commit(why="again")
    assert records(two) == records(one)


def test_hostile_text_runs_in_no_spreadsheet(desk, tmp_path):
    """In XLSX every cell is a quoted string; in CSV no cell begins with a formula sign; both are read back unchanged."""
    desk.register.record(
        [ivp.Activity(seen(text), name=text, remarks=text, data_subjects=[text], imported={text: text}) for text in HOSTILE],
        valid_from="2026-01-01",
        why="w",
    )
    xlsx, plain = desk.register.write(tmp_path / "r.xlsx"), desk.register.write(tmp_path / "r.csv")
    for row in openpyxl.load_workbook(xlsx).worksheets[0].iter_rows():
        for cell in row:
            assert cell.data_type in ("s", "inlineStr", "n")
            assert cell.value is None or cell.quotePrefix
    with zipfile.ZipFile(xlsx) as packed:
        assert not any(b"<f>" in packed.read(name) or b"<f " in packed.read(name) for name in packed.namelist())
    with plain.open(encoding="utf-8-sig", newline="") as file:
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in csv.reader(file, delimiter=";") for cell in row)
    for path in (xlsx, plain):
        again = other(tmp_path, path.suffix[1:])
        again.register.read(path).commit(why="w")
        assert records(again) == records(desk)


def test_hostile_text_in_a_preview_is_shown_and_not_run(tmp_path, desk):
    """Headings and values are escaped in every table that a notebook shows."""
    rows = [["Rekisterin nimi", "Käsittelyn tarkoitus", *HOSTILE[2:4]], *[[text, text, text, text] for text in HOSTILE[:4]]]
    preview = desk.register.read(sheet(tmp_path / "r.xlsx", rows))
    for frame in (preview.rows, preview.columns, preview.unmapped, preview.problems):
        for shown in (ivp.show(frame)._repr_html_(), frame.to_html()):
            assert "<script" not in shown
            assert "<img" not in shown
    preview.commit(why=HOSTILE[2])
    for html in (desk._repr_html_(), ivp.show(desk.findings())._repr_html_(), ivp.show(desk.register.history(HOSTILE[2]))._repr_html_()):
        assert "<script" not in html


@pytest.mark.parametrize("name", ["<r>&</r>", "<r><t>x</t></r>", "<r></r>", "_x000D_", "😀" * 16_383])
def test_text_that_looks_like_the_markup_of_a_workbook_comes_back_as_it_was(desk, tmp_path, name):
    """Markup that the writing library knows would make a workbook that nothing opens."""
    desk.register.record(ivp.Activity("a", name=name), valid_from="2026-01-01", why="w")
    other = ivp.Desk(tmp_path / "other.duckdb", by="x", lang="en")
    other.register.read(desk.register.write(tmp_path / "r.xlsx")).commit(why="w")
    assert other.register.get("a").name == name


@pytest.mark.parametrize("long", ["x" * 40_000, "😀" * 17_000])
def test_a_cell_too_long_for_xlsx_is_refused_and_json_takes_it(desk, tmp_path, long):
    """The format would cut it silently; we say so instead."""
    desk.register.record(ivp.Activity("a", remarks=long), valid_from="2026-01-01", why="w")
    with pytest.raises(ivp.Refusal, match="JSON"):
        desk.register.write(tmp_path / "r.xlsx")
    assert not (tmp_path / "r.xlsx").exists()
    assert len(json.loads(desk.register.write(tmp_path / "r.json").read_text())["records"][0]["remarks"]) == len(long)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("text.csv", b"no headings here\njust text\n"),
        ("binary.xlsx", bytes(range(256)) * 40),
        ("zip.xlsx", b"PK\x03\x04 broken"),
        ("list.json", b"[1, 2]"),
        ("deep.json", b"[" * 5000),
        ("half.json", b'{"shape": "ivplus-register", "records": ['),
        ("other.json", b'{"name": "something else"}'),
        ("nul.csv", b"a;b\x00;c\n"),
    ],
)
def test_a_file_that_is_no_register_is_one_line(tmp_path, desk, name, content):
    """No traceback, nothing written."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ivp.Refusal) as refusal:
        desk.register.read(tmp_path / name)
    assert "\n" not in str(refusal.value)
    assert name in str(refusal.value)
    assert not desk.standpoint.path.exists()


def test_a_zip_that_is_no_workbook_and_one_that_bursts_are_refused(tmp_path, desk, monkeypatch):
    """A zip bomb is measured before it is opened."""
    with zipfile.ZipFile(tmp_path / "z.xlsx", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.txt", b"0" * 2_000_000)
    with pytest.raises(ivp.Refusal, match=r"z\.xlsx"):
        desk.register.read(tmp_path / "z.xlsx")
    monkeypatch.setattr(exchange.sources, "LARGEST_UNPACKED", 1_000_000)
    with pytest.raises(ivp.Refusal, match="too large"):
        desk.register.read(tmp_path / "z.xlsx")
    with pytest.raises(ivp.Refusal, match="no file"):
        desk.register.read(tmp_path / "nothing.xlsx")


def test_a_json_record_that_breaks_the_model_is_set_apart(sample, tmp_path, desk):
    """The others are understood; the reason is told."""
    content = json.loads(sample.register.write(tmp_path / "r.json").read_text(encoding="utf-8"))
    content["records"][0]["role"] = "boss"
    content["records"][1] = {"kind": "nothing"}
    content["records"][2] = "text"
    (tmp_path / "r.json").write_text(json.dumps(content), encoding="utf-8")
    preview = desk.register.read(tmp_path / "r.json")
    assert len(preview.rows) == 28
    assert preview.set_apart["row"].tolist() == [1, 2, 3]
    assert "boss" in preview.problems["problem"][0]


def test_an_export_into_a_place_that_cannot_be_written_is_one_line(sample, tmp_path):
    """And an unknown ending is told the known ones."""
    with pytest.raises(ivp.Refusal, match="half-written"):
        sample.register.write(tmp_path / "no" / "folder.xlsx")
    with pytest.raises(ivp.Refusal, match=r"\.xlsx"):
        sample.register.write(tmp_path / "r.pages")


def test_an_unclosed_quote_in_a_csv_loses_nothing(tmp_path, desk):
    """The rest of the file is in that one cell, and so in the record."""
    (tmp_path / "q.csv").write_text('Rekisterin nimi;Tarkoitus\n"unclosed;x\nlast;y\n', encoding="utf-8")
    preview = desk.register.read(tmp_path / "q.csv")
    text = preview.rows.to_string() + preview.set_apart.to_string()
    assert "never closed" in preview.problems["problem"][0]
    assert all(word in text for word in ("unclosed", "last"))


def test_the_regulators_term_table_is_explained_in_one_line(shared, desk):
    """A real workbook that is no register: the refusal says what it is."""
    with pytest.raises(ivp.Refusal, match="compares the headings of regulators") as refusal:
        desk.register.read(shared / "ropa/csm-ropa/regulator_template_terms_vs_dpv.xlsx")
    assert "\n" not in str(refusal.value)


def test_sheets_with_the_same_numbering_do_not_overwrite_each_other(tmp_path, desk):
    """A row number is kept as content, and two rows of one name are never merged unseen."""
    book = openpyxl.Workbook()
    book.active.title = "Rekisterinpitäjänä"
    for row in (["Nro", "Rekisterin nimi", "Tarkoitus"], [1, "Palkat", "p"], [2, "Sama", "p"]):
        book.active.append(row)
    other_sheet = book.create_sheet("Käsittelijänä")
    for row in (["Nro", "Rekisterin nimi", "Tarkoitus"], [1, "Asiakkaan palkat", "p"], [2, "Sama", "q"]):
        other_sheet.append(row)
    book.save(tmp_path / "r.xlsx")
    preview = desk.register.read(tmp_path / "r.xlsx")
    assert preview.rows["id"].tolist() == ["Palkat", "Sama", "Asiakkaan palkat"]
    assert len(preview.set_apart) == 1
    preview.commit(why="w")
    assert desk.register.get("Asiakkaan palkat").role == "processor"
    assert desk.register.get("Palkat").imported == {"Nro": "1"}


def test_an_identifier_made_of_a_purpose_is_said(tmp_path, desk):
    """Where no row has a name; where others have one, a row without is set apart and told, since it may go on with the row above."""
    preview = desk.register.read(sheet(tmp_path / "r.xlsx", [["Rekisterin nimi", "Tarkoitus"], [None, "x"], [None, "y"]]))
    assert preview.rows["id"].tolist() == ["x", "y"]
    assert preview.problems["row"].tolist() == [2, 3]
    preview = desk.register.read(sheet(tmp_path / "r.xlsx", [["Rekisterin nimi", "Tarkoitus"], ["A", "x"], [None, "y"]]))
    assert preview.rows["id"].tolist() == ["A"]
    assert preview.set_apart["content"].tolist() == ["y"]
    assert "merge the cells" in preview.problems["problem"][0]


def test_control_characters_are_replaced_told_and_cost_no_other_cell(tmp_path, desk):
    """The rest of the row, mapped or not, is kept."""
    (tmp_path / "r.csv").write_text("Tunniste;Nimi;Outo;Toinen\na\x01;n\x02m;x\x03y;tärkeä\na\x02;o;;\n", encoding="utf-8")
    preview = desk.register.read(tmp_path / "r.csv")
    assert preview.problems["column"].tolist()[:3] == ["Tunniste", "Nimi", "Outo"]
    assert len(preview.rows) + len(preview.set_apart) == 2
    preview.commit(why="w")
    assert desk.register.get("a\ufffd").imported == {"Outo": "x\ufffdy", "Toinen": "tärkeä"}


def test_an_import_over_what_stands_changes_only_its_own_columns_and_shows_it_first(tmp_path, desk):
    """Fields without a column stay, an emptied cell empties, and the preview is the difference."""
    desk.register.record(
        ivp.Activity("a", owner="o", remarks="r", name="n", purposes=["p"], legal_basis="6(1)(b)", imported={"Kaappi": "2"}),
        valid_from="2026-01-01", why="w",
    )  # fmt: skip
    path = sheet(
        tmp_path / "r.xlsx",
        [["Tunniste", "Nimi", "Huom", "Oikeusperuste", "Hylly"], ["a", "uusi", None, "suostumus", "7"], ["b", "b", None, None, None]],
    )
    preview = desk.register.read(path)
    told = {(row.subject, row.change, row.field): (row.before, row.after) for row in preview.changes.itertuples()}
    assert told["a", "changed", "name"] == ("n", "uusi")
    assert told["a", "changed", "remarks"] == ("r", "")
    assert told["b", "added", ""] == ("", "")
    preview.commit(why="w")
    thing = desk.register.get("a")
    assert (thing.owner, thing.name, thing.remarks, thing.purposes) == ("o", "uusi", None, (ivp.Purpose("p", legal_basis="6(1)(a)"),))
    assert thing.imported == {"Kaappi": "2", "Hylly": "7"}


def test_a_commit_over_a_colleagues_newer_entry_is_refused(tmp_path, desk):
    """What was recorded after the preview is not overwritten unseen."""
    desk.register.record(ivp.Activity("a", name="n"), valid_from="2026-01-01", why="w")
    preview = desk.register.read(sheet(tmp_path / "r.xlsx", [["Tunniste", "Nimi"], ["a", "uusi"]]))
    desk.register.record(ivp.Activity("a", name="colleague"), valid_from="2026-01-01", why="w")
    with pytest.raises(ivp.Refusal, match="since it was read"):
        preview.commit(why="w")
    assert desk.register.get("a").name == "colleague"


def test_a_json_file_with_one_identifier_twice_sets_the_second_apart(tmp_path, desk):
    """Neither replaces the other unseen."""
    records = [{"kind": "activity", "id": "a", "name": name} for name in ("one", "two")]
    (tmp_path / "r.json").write_text(json.dumps({"shape": "ivplus-register", "records": records}), encoding="utf-8")
    preview = desk.register.read(tmp_path / "r.json")
    assert preview.rows["name"].tolist() == ["one"]
    assert len(preview.set_apart) == 1


def test_a_csv_is_inert_whatever_the_readers_separator(desk, tmp_path):
    """A formula sign after a separator inside a text is disarmed too, and comes back unchanged."""
    desk.register.record(ivp.Activity("a", name="x,=cmd()", remarks="y\t=cmd()"), valid_from="2026-01-01", why="w")
    text = desk.register.write(tmp_path / "r.csv").read_text(encoding="utf-8-sig")
    for delimiter in (",", "\t", ";"):
        cells = [cell for row in csv.reader(io.StringIO(text), delimiter=delimiter) for cell in row]
        assert not any(cell.startswith("=") for cell in cells)
    again = other(tmp_path)
    again.register.read(tmp_path / "r.csv").commit(why="w")
    assert records(again) == records(desk)


def test_a_formula_without_a_stored_value_is_told_and_is_no_answer(tmp_path, desk):
    """A workbook that no spreadsheet has calculated yet: the formula is shown, and what it would give is not guessed."""
    preview = desk.register.read(sheet(tmp_path / "r.xlsx", [["Rekisterin nimi", "Huom"], ["A", '=CONCAT("a","b")']]))
    assert preview.problems[["column", "value"]].to_numpy().tolist() == [["Huom", '=CONCAT("a","b")']]
    preview.commit(why="w")
    assert desk.register.get("A").remarks is None


@pytest.mark.parametrize(
    "text", ["Ei.", "Ei siirretä EU/ETA-alueen ulkopuolelle.", "ingen", "Ei mitään", "Tietoja ei siirretä", "Inga överföringar"]
)
def test_the_usual_ways_to_say_none_are_confirmed_none(tmp_path, desk, text):
    """With a full stop or without."""
    desk.register.read(sheet(tmp_path / "r.xlsx", [["Rekisterin nimi", "Siirrot"], ["A", text]])).commit(why="w")
    assert desk.register.get("A").transfers == ivp.NONE


def test_a_denial_that_is_not_understood_is_told_and_never_taken_for_content(tmp_path, desk):
    """Neither a transfer nor a confirmation: unknown, with the text kept."""
    text = "Ei siirretä muualle kuin Yhdysvaltoihin"
    preview = desk.register.read(sheet(tmp_path / "r.xlsx", [["Rekisterin nimi", "Siirrot"], ["A", text]]))
    assert preview.problems["column"].tolist() == ["Siirrot"]
    preview.commit(why="w")
    assert desk.register.get("A").transfers is None
    assert desk.register.get("A").imported == {"Siirrot": text}
    assert "REG-009" in set(desk.findings()["code"])


def test_a_commit_can_be_repeated_with_another_day(tmp_path, desk):
    """One's own commit is no colleague's."""
    preview = desk.register.read(sheet(tmp_path / "r.xlsx", [["Rekisterin nimi", "Tarkoitus"], ["A", "x"]]))
    preview.commit(why="w")
    assert preview.commit(why="w", valid_from="2018-05-25").entries == (2,)


def test_a_part_with_an_unknown_name_is_told(tmp_path, desk):
    """`laji` is not the name of a recipient's kind."""
    preview = desk.register.read(
        sheet(tmp_path / "r.xlsx", [["Rekisterin nimi", "Vastaanottajat"], ["A", "Verohallinto | sort: viranomainen"]])
    )
    assert "sort" in preview.problems["problem"][0]


def test_a_recorded_list_that_begins_with_a_denial_comes_back_from_our_own_export(tmp_path, desk):
    """What was recorded so is no misunderstanding."""
    desk.register.record(ivp.Activity("a", transfers=["no worries Inc"], dpo="Not Named Oy"), valid_from="2026-01-01", why="w")
    again = other(tmp_path)
    again.register.read(desk.register.write(tmp_path / "r.xlsx", lang="en")).commit(why="w")
    assert records(again) == records(desk)


@pytest.mark.parametrize("sign", list("=+-@＝＋－＠"))
def test_a_formula_sign_of_any_width_is_disarmed_and_comes_back(sign):
    """Spreadsheets take full-width signs for formulas too; what was disarmed is read as it was."""
    from ivplus_tools.exchange.guard import guarded, without_guard

    for cell in (f"{sign}1+1", f"a;{sign}1", f"'{sign}1"):
        assert guarded(cell) != cell
        assert without_guard(guarded(cell)) == cell
    assert guarded(f"a{sign}1") == f"a{sign}1"
