"""Registers that others' tools and authorities wrote: understood by content, explained in one line, and never a word lost."""

import io
import json
import re
import zipfile

import openpyxl
import pytest
from house import NOW, cases
from hypothesis import given, settings
from hypothesis import strategies as st
from test_exchange import sheet

import ivplus_tools as ivp
from ivplus_tools import _records
from ivplus_tools.exchange import shapes, sources, trees

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def written(tmp_path, case):
    """The file of a case, under a name that says nothing."""
    path = tmp_path / "file.dat"
    if "sheets" in case:
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in case["sheets"]:
            made = book.create_sheet(title)
            for row in rows:
                made.append(row)
        book.save(path)
    else:
        path.write_text(case["file"].lstrip("\n"), encoding="utf-8")
    return path


@pytest.mark.parametrize("case", cases("shapes"))
def test_a_shape_is_read_as_its_case_says(tmp_path, desk, case):
    """Fields in the text form of the English exports, by kind and identifier."""
    path = written(tmp_path, case)
    if "refused" in case:
        with pytest.raises(ivp.Refusal, match=case["refused"]) as refusal:
            desk.register.read(path)
        assert "\n" not in str(refusal.value)
        return
    preview = desk.register.read(path)
    assert case.get("problem", "") in " ".join(preview.problems["problem"])
    assert case.get("set_apart", "") in " ".join(preview.set_apart["content"])
    found = {(one.kind, one.id): one for one, _ in preview._reading.things}
    for expect in case["expect"]:
        one = found[expect.pop("kind"), expect.pop("id")]
        for name, text in expect.items():
            assert _records.to_text(getattr(one, name), type(one).model_fields[name], "en") == text, name
    if len(preview.rows):
        assert preview.commit(why="taken over").entries


# --- nothing is dropped

WORDS = st.sampled_from(["name", "id", "purpose", "category", "fides_key", "extra", "notes", "email", "description", "data_use", "ttl"])
TREE = st.recursive(st.integers(0, 9), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4), max_leaves=12)
FRAMES = [
    lambda one, two: {
        "meta": one, "controller": {"name": "C", "x": two}, "thirdCountryTransfers": two,
        "dataDisclosed": [one, {"purposes": two, "storage": one}],
    },
    lambda one, two: {
        "system": [{"fides_key": "s", "x": one, "privacy_declarations": [two, {"data_use": "u", "y": one}]}],
        "dataset": [{"fides_key": "d", "f": two}], "more": one,
    },
    lambda one, two: {
        "Organisation": {"name": "O", "x": two, "processingActivitiesAsController": [one, {"namePA": "n", "purposePA": two}]},
    },
    lambda one, two: {"organisation_info": {"name": "o"}, "avg_list_controller": [{"processActivity": "p", "legalBase": one, "x": two}]},
]  # fmt: skip


def numbered(node, count):
    """The tree with a word of its own in every leaf."""
    if isinstance(node, dict):
        return {key: numbered(one, count) for key, one in node.items()}
    if isinstance(node, list):
        return [numbered(one, count) for one in node]
    return f"leaf{next(count)}z"


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(FRAMES), TREE, TREE)
def test_every_leaf_of_a_tree_is_somewhere(tmp_path_factory, frame, one, two):
    """Mapped, kept with its record, or set apart: the words of the input are the words of the preview."""
    import itertools

    tree = numbered(frame(one, two), itertools.count(1))
    path = tmp_path_factory.mktemp("leaf") / "x"
    path.write_text(json.dumps(tree), encoding="utf-8")
    preview = ivp.Desk(path.with_suffix(".duckdb"), by="tt", lang="en", now=NOW).register.read(path)
    told = " ".join(repr(thing) for thing, _ in preview._reading.things) + preview.set_apart.to_csv()
    lost = [text for _, text in trees.leaves(trees.json_tree(path.read_text(), sources.Meter("x"))) if text not in told]
    assert not lost


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 3), min_size=0, max_size=7), min_size=1, max_size=5))
def test_every_cell_of_a_table_is_somewhere(tmp_path_factory, rows):
    """Cells under headings that are known, unknown or missing; rows of any length."""
    path = tmp_path_factory.mktemp("cell") / "x"
    words = [[f"cell{number}x{place}z" if cell else "" for place, cell in enumerate(row)] for number, row in enumerate(rows)]
    path.write_text("\n".join(";".join(row) for row in [["Activity", "Purpose", "Legal basis", "Odd"], *words]), encoding="utf-8")
    preview = ivp.Desk(path.with_suffix(".duckdb"), by="tt", lang="en", now=NOW).register.read(path)
    told = " ".join(repr(thing) for thing, _ in preview._reading.things) + preview.set_apart.to_csv()
    assert all(word in told for row in words for word in row)


# --- real files


def real(shared):
    """Every real register, by path."""
    return sorted(path for path in (shared / "ropa").rglob("*") if path.is_file())


def test_every_real_file_is_read_or_explained_in_one_line(shared, tmp_path):
    """60 files of five projects: 52 hold records or a form for them, 14 of those are shells and said to be; 8 are explained."""
    read, refused, shells = [], [], 0
    for path in real(shared):
        desk = ivp.Desk(tmp_path / "none.duckdb", by="tt", lang="en", now=NOW)
        try:
            preview = desk.register.read(path)
        except ivp.Refusal as refusal:
            refused.append(str(refusal))
            continue
        read.append(path.name)
        shells += "unfilled shell" in " ".join(preview.problems["problem"])
        told = " ".join(repr(thing) for thing, _ in preview._reading.things) + preview.set_apart.to_csv()
        for tree in [one for content in sources.open_file(path) for one in content.trees]:
            lost = [
                one
                for _, one in trees.leaves(tree.root)
                if repr(one.strip())[1:-1] not in told and one.strip() not in told and basis(one) not in told
            ]
            assert not lost, (path.name, lost[:3])
    assert (len(read), len(refused), shells) == (52, 8, 14)
    assert not any("\n" in line for line in refused)


def basis(text):
    """The legal basis that a text is understood as."""
    try:
        return repr(_records.code("legal_basis", text))
    except ivp.Refusal:
        return "\0"


def test_a_real_tilt_document_is_understood(shared, desk):
    """Otto: seven categories of data with purposes, recipients and periods; its bases are not paired by guessing."""
    preview = desk.register.read(shared / "ropa/tilt/otto.de.tilt.json")
    kinds = preview.rows["kind"].value_counts()
    assert (kinds["activity"], kinds["organisation"]) == (7, 1)
    assert preview.rows["purposes"].notna().sum() >= 7
    assert preview.commit(why="a real notice").entries


# --- containers


def ods(rows, path):
    """A small OpenDocument spreadsheet; a cell is text or (text, repeated)."""
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell table:number-columns-repeated="{times}"><text:p>{text}</text:p></table:table-cell>'
            for text, times in ((cell if isinstance(cell, tuple) else (cell, 1)) for cell in row)
        )
        + "</table:table-row>"
        for row in rows
    )
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )  # fmt: skip
    content = (
        f"<office:document-content {spaces}><office:body><office:spreadsheet><table:table>{cells}"
        '<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr("content.xml", content)
    return path


def test_an_opendocument_sheet_is_read_and_its_empty_million_rows_are_not(tmp_path, desk):
    """Repeated cells are repeated, the empty rest of the sheet is not."""
    path = ods([["Nom du traitement", "Finalité"], [("Paie", 1), ("salaires<text:line-break/>primes", 1)]], tmp_path / "x")
    [(one, _)] = desk.register.read(path)._reading.things
    assert one.id == "Paie"
    assert [purpose.purpose for purpose in one.purposes] == ["salaires", "primes"]


def test_an_opendocument_bomb_is_refused(tmp_path, desk):
    """A filled cell that claims to be repeated a million times in a row of a million."""
    with pytest.raises(ivp.Refusal, match="more than"):
        desk.register.read(ods([[("x", 9_999_999)]], tmp_path / "bomb.ods"))


def test_a_zip_of_several_files_is_read_file_by_file(tmp_path, desk):
    """Members with BOM, odd names and other content; what is no register is told with its name, the rest is read."""
    path = tmp_path / "all.bin"
    tilt = '{"meta": {}, "controller": {"name": "X"}, "thirdCountryTransfers": [], "dataDisclosed": [{"_id": "X1", "category": "c"}]}'
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("../../etc/a.json", b"\xef\xbb\xbf" + tilt.replace("X", "A").encode())
        packed.writestr("b ä\u202e.weird", tilt.replace("X", "B").encode("utf-16"))
        packed.writestr("notes.txt", "nothing to see")
        packed.writestr("inner.zip", b"PK\x03\x04rest")
        packed.writestr("fides/", "")
    preview = desk.register.read(path)
    assert set(preview.rows["kind"]) == {"activity", "organisation"}
    assert {one.id for one, _ in preview._reading.things} == {"A", "A1", "B", "B1"}
    told = " ".join(preview.problems["sheet"] + preview.problems["problem"])
    assert "inner.zip" in told
    assert "notes.txt" in told
    assert not list(tmp_path.rglob("a.json"))


def test_the_zip_of_the_dutch_ministrys_register_is_read_record_by_record(tmp_path, desk):
    """A folder for each kind: as controller, as processor, and under the act on police data, which is explained and not read."""
    common = {
        "Id": "i", "Verantwoordelijken": [{"Naam": "Gemeente Voorbeeld"}], "Verwerkers": [{"Naam": "Hosting BV"}],
        "Doelen": [{"Doel": "loon", "Rechtsgrond": "Wettelijke verplichting"}], "Systemen": [{"Omschrijving": "SAP"}],
        "Doorgifte": {"BuitenEu": True, "BuitenEuOmschrijving": "India"}, "Besluitvorming": {"HasBesluitvorming": False},
        "Ontvangers": [{"Omschrijving": "Belastingdienst"}], "Beveiliging": {"Maatregelen": ["toegang"]},
    }  # fmt: skip
    people = [{"Omschrijving": "medewerkers", "Gezondheid": True, "Gegevens": [{"Omschrijving": "loon", "Bewaartermijn": "P7Y"}]}]
    records = {
        "AVG Verantwoordelijke Verwerkingen/1.json": {
            **common, "Naam": "Loon", "Betrokkenen": people, "GebPia": {"IsGebpiaAlUitgevoerd": "nee"},
        },
        "AVG Verwerker Verwerkingen/2.json": {
            **common, "Naam": "Hosten", "Id": "j", "Doorgifte": {"BuitenEu": False}, "GebPia": {"Uitgevoerd": False},
        },
        "WPG Verantwoordelijke Verwerkingen/3.json": {
            **common, "Naam": "Opsporing", "Betrokkenen": {"Verdachten": True, "Slachtoffers": True}, "Ontvanger": {"Artikel15": True},
        },
    }  # fmt: skip
    with zipfile.ZipFile(tmp_path / "x", "w") as packed:
        for name, record in records.items():
            packed.writestr(name, "\ufeff" + json.dumps([record]))
    preview = desk.register.read(tmp_path / "x")
    loon, host = (one for one, _ in preview._reading.things)
    assert (loon.id, loon.role, loon.controller, loon.transfers) == ("i", "controller", "Gemeente Voorbeeld", ("India",))
    assert loon.purposes == (ivp.Purpose("loon", legal_basis="6(1)(c)"),)
    assert (loon.special_categories, loon.automated_decisions, loon.retention[0].period) == (("health",), ivp.NONE, "P7Y")
    assert (host.role, host.on_behalf_of, host.transfers) == ("processor", ("Gemeente Voorbeeld",), ivp.NONE)
    assert "Police Data Act" in " ".join(preview.problems["problem"])


def test_what_cannot_be_opened_is_said_in_one_line(tmp_path, desk):
    """What is not read is named as what it is: protected or old documents, PDF, XML, mail, text, an empty file."""
    for content, words in (
        (OLE + b"\0" * 600, "XLS"),
        (OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "protected with a password"),
        (OLE + b"\0" * 600 + "WordDocument".encode("utf-16-le"), "Word 97"),
        (b"{\\rtf1 Seloste}", "is RTF"),
        (b"<?xml version='1.0'?>\n<!-- x -->\n<Workbook xmlns='urn:x'/>", "is XML <Workbook>"),
        (b"From: a@example.fi\nMIME-Version: 1.0\n\nhei", "is MIME"),
        (b"PK\x05\x06" + b"\0" * 18, "is ZIP"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"Dear colleague,\nno table here.", "no headings"),
        (b" \n", "is empty"),
        (b"<div>" * 3000 + b"<table><tr><td>Rekisterin nimi</td></tr></table>", "nests so many"),
        (b"PK\x03\x04 broken", "cannot be read"),
        (b'{"a": ', "JSON"),
        (b"a:\n  - b\n c: [", "YAML"),
        (b"@prefix dpv: <https://w3id.org/dpv#> . broken", "RDF"),
    ):
        (tmp_path / "x").write_bytes(content)
        with pytest.raises(ivp.Refusal, match=words) as refusal:
            desk.register.read(tmp_path / "x")
        assert "\n" not in str(refusal.value)


def test_reading_a_shape_twice_changes_nothing(tmp_path, desk):
    """The same file again is no change; identifiers are stable."""
    case = next(one.values[0] for one in cases("shapes") if "TILT: one legal basis" in one.id)
    path = written(tmp_path, case)
    desk.register.read(path).commit(why="first")
    assert desk.register.read(path).changes.empty


def test_every_shape_names_real_fields():
    """A mapping that fills a field which no record has would lose it."""
    assert ivp.Desk  # the rooms, which name their records, are there
    for shape in shapes.shapes():
        for spec in shape.record:
            kind = _records.record_type(spec["kind"])
            for name, how in spec["fields"].items():
                assert name in kind.model_fields or name in kind.shorthand, (shape.name, name)
                for one in shapes._each(how):
                    part = _records.part_of(kind.model_fields[name])
                    assert set(one) - {"each", "split", "else", "needs"} <= set(part.model_fields), (shape.name, name)
        for listed, values in shape.values.items():
            assert set(values.values()) <= set(_records.allowed(listed)), (shape.name, listed)


def test_the_ico_workbook_has_its_headings_on_the_ninth_row(tmp_path, desk):
    """A block of contact details stands above; two columns hold legal bases, and neither is lost."""
    rows = [
        ["Business function", "Purpose of processing", *(f"{one} lawful basis for processing" for one in ("Article 6", "GDPR Article 6"))],
        ["Finance", "Payroll", "Article 6(1)(b) - contract", "Article 6(1)(c) - legal obligation"],
    ]  # fmt: skip
    above = [["Name and contact details"], ["Name", "Firm"], ["Address", "Street 1"], ["Email", "firm@example.fi"], [], [], [], []]
    preview = desk.register.read(sheet(tmp_path / "x", rows, above=above))
    [(one, _)] = preview._reading.things
    assert one.purposes == (ivp.Purpose("Payroll", legal_basis="6(1)(b)"),)
    assert "6(1)(c)" in repr(one.imported)


def test_the_json_is_read_by_others_as_linked_data(sample, tmp_path):
    """Our JSON is JSON-LD in the words of the Data Privacy Vocabulary: rdflib finds the legal bases, and reads nothing from outside."""
    rdflib = pytest.importorskip("rdflib")
    graph = rdflib.Graph()
    graph.parse(data=sample.register.write(tmp_path / "r.json").read_text(encoding="utf-8"), format="json-ld")
    dpv, gdpr = rdflib.Namespace("https://w3id.org/dpv#"), rdflib.Namespace("https://w3id.org/dpv/legal/eu/gdpr#")
    found = [str(one) for one in graph.objects(None, dpv.hasLegalBasis)]
    want = sum(
        purpose.legal_basis is not None
        for one in sample.register.standing()
        if one.entry.kind == "activity"
        for purpose in one.record.purposes or ()
    )
    assert gdpr["A6-1-b"] in graph.objects(None, dpv.hasLegalBasis)
    assert sum(bool(re.search(r"gdpr#A6-1-[a-f]$", one)) for one in found) == want


def test_our_own_linked_data_comes_back_and_denies_nothing_by_asserting_it(sample, desk, tmp_path):
    """As Turtle made of it by others: every activity with its type, transfers and fields; a confirmed none has no recipient."""
    rdflib = pytest.importorskip("rdflib")
    none = ivp.Activity("none", name="Arkisto", recipients=ivp.NONE, transfers=ivp.NONE, dpo=ivp.not_applicable("a small firm"))
    some = ivp.Activity("some", name="Some", recipients=["Posti"], transfers=["India"])
    desk.register.record([none, some], valid_from="2026-01-01", why="w")
    for one in (sample, desk):
        graph = rdflib.Graph()
        graph.parse(data=one.register.write(tmp_path / "r.json").read_text(encoding="utf-8"), format="json-ld")
        (tmp_path / "r.ttl").write_text(graph.serialize(format="turtle"), encoding="utf-8")
        again = ivp.Desk(tmp_path / f"{len(graph)}.duckdb", by="tt", lang="en", now=NOW)
        found = {thing.id: thing for thing, _ in again.register.read(tmp_path / "r.ttl")._reading.things}
        wanted = {stands.record.id: stands.record for stands in one.register.standing() if stands.entry.kind == "activity"}
        assert found.keys() == wanted.keys()
        differing = [(key, name) for key, thing in wanted.items() for name in BACK if plain(found[key], name) != plain(thing, name)]
        assert not differing
    dpv, ours = rdflib.Namespace("https://w3id.org/dpv#"), rdflib.Namespace("urn:ivplus-tools:")
    nodes = {str(value): node for node, value in graph.subject_objects(rdflib.DCTERMS.identifier)}
    assert (nodes["none"], rdflib.RDF.type, dpv.Process) in graph
    assert set(graph.objects(nodes["none"], ours.confirmed_none)) == {dpv.hasRecipient, dpv.hasThirdCountry}
    assert not list(graph.objects(nodes["none"], dpv.hasRecipient))
    assert dpv.hasRepresentative in set(graph.objects(nodes["none"], ours.unknown))
    assert [str(one) for one in graph.objects(nodes["some"], dpv.hasThirdCountry)] == ["India"]


BACK = (
    "name", "role", "controller", "joint_controllers", "representative", "dpo", "on_behalf_of", "purposes", "data_subjects",
    "data_categories", "special_categories", "special_condition", "sources", "recipients", "processors", "transfers", "systems",
    "retention", "security_measures", "automated_decisions", "owner", "reviewed", "remarks",
)  # fmt: skip


def plain(thing, name):
    """A field without the order of its items, which RDF does not keep."""
    value = getattr(thing, name)
    return sorted(map(repr, value)) if isinstance(value, tuple) else value


def test_without_the_extra_turtle_is_explained(tmp_path, desk, monkeypatch):
    """And how to get it."""
    import builtins

    import_ = builtins.__import__
    monkeypatch.setattr(
        builtins, "__import__", lambda name, *rest: (_ for _ in ()).throw(ImportError) if name == "rdflib" else import_(name, *rest)
    )
    (tmp_path / "x").write_text("@prefix dpv: <https://w3id.org/dpv#> .\n", encoding="utf-8")
    with pytest.raises(ivp.Refusal, match=r"ivplus-tools\[rdf\]"):
        desk.register.read(tmp_path / "x")


def test_an_archive_member_that_is_too_large_is_refused(tmp_path, desk):
    """The sizes in the archive are summed before anything is unpacked."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.json", b" " * (sources.LARGEST_UNPACKED + 1))
    (tmp_path / "x").write_bytes(packed.getvalue())
    with pytest.raises(ivp.Refusal, match="too large"):
        desk.register.read(tmp_path / "x")


def understood(desk, tmp_path, text, **commit):
    """Read a CSV and record it; the preview."""
    path = tmp_path / "again.csv"
    path.write_text(text, encoding="utf-8")
    preview = desk.register.read(path)
    preview.commit(why="w", **commit)
    return preview


def test_a_second_file_takes_away_only_what_it_says(desk, tmp_path):
    """A column that is missing, or a value that is not understood, leaves what stood; what an earlier file left beside the record goes."""
    understood(desk, tmp_path, "Processing activity;Purpose;Legal basis;Transfers;Odd\nHR;pay;kontrakti;none;x\n")
    understood(desk, tmp_path, "Processing activity;Purpose;Legal basis;Odd\nHR;pay;contract;\n")
    hr = desk.register.get("HR")
    assert hr.purposes[0].legal_basis == "6(1)(b)"
    assert hr.imported is None
    understood(desk, tmp_path, "Processing activity;Purpose\nHR;pay\n")
    assert desk.register.get("HR").purposes == hr.purposes
    preview = understood(desk, tmp_path, "Processing activity;Purpose;Legal basis;Transfers\nHR;pay;kontrakti;no transfers outside\n")
    hr = desk.register.get("HR")
    assert hr.purposes[0].legal_basis == "6(1)(b)"
    assert hr.transfers == ivp.NONE
    assert hr.imported == {"Legal basis": "kontrakti", "Transfers": "no transfers outside"}
    assert preview.problems["problem"].str.contains("earlier answer stands").all()


def test_an_edited_export_does_not_change_the_past(desk, tmp_path):
    """The day in the export says since when the earlier record was true: a changed row is true from the day of the commit."""
    desk.register.record(ivp.Activity("HR", purposes="pay"), valid_from="2020-01-01", why="w")
    path = desk.register.write(tmp_path / "e.csv")
    text = path.read_text(encoding="utf-8-sig").replace("pay", "surveillance")
    understood(desk, tmp_path, text, valid_from="2026-02-01")
    assert desk.at(valid="2021-01-01").register.get("HR").purposes[0].purpose == "pay"
    assert desk.at(valid="2026-02-01").register.get("HR").purposes[0].purpose == "surveillance"


def test_an_import_for_an_earlier_day_builds_on_what_stood_then(desk, tmp_path):
    """What was recorded later is not carried into the past."""
    desk.register.record(ivp.Activity("HR", purposes="pay"), valid_from="2020-01-01", why="w")
    desk.register.record(ivp.Activity("HR", purposes="pay", transfers=["USA"]), valid_from="2026-01-01", why="w")
    understood(desk, tmp_path, "Processing activity;Purpose\nHR;pay and tax\n", valid_from="2021-01-01")
    assert desk.at(valid="2022-01-01").register.get("HR").transfers is None
    assert desk.register.get("HR").transfers == ("USA",)


def test_an_identifier_that_means_something_else_now_is_told(desk, tmp_path):
    """In a table the row is recorded and told; in a tool's file, where we make the identifier, it becomes another record."""
    understood(desk, tmp_path, "ID;Processing activity;Purpose\n1;HR;pay\n")
    preview = understood(desk, tmp_path, "ID;Processing activity;Purpose\n1;Camera;safety\n")
    assert "another name (HR)" in preview.problems["problem"][0]
    both = "system:\n- fides_key: crm\n  responsibility: [Controller]\n  privacy_declarations:\n" + "".join(
        f"  - name: {name}\n    data_use: marketing\n    data_categories: [user]\n" for name in ("Alpha", "Beta")
    )
    for text in (both, both.replace("  - name: Alpha\n    data_use: marketing\n    data_categories: [user]\n", "")):
        (tmp_path / "f").write_text(text, encoding="utf-8")
        desk.register.read(tmp_path / "f").commit(why="w")
        assert desk.register.get("crm: marketing").name == "Alpha"
        assert desk.register.get("crm: marketing (Beta)").name == "Beta"


def test_rows_of_the_same_purpose_are_told_apart_by_what_differs(desk, tmp_path):
    """The British template repeats function and purpose for each category of individuals."""
    preview = understood(
        desk,
        tmp_path,
        "Business function;Purpose of processing;Categories of individuals\nFinance;Payroll;staff\nFinance;Payroll;managers\n",
    )
    assert {one.id for one, _ in preview._reading.things} == {"Payroll", "Payroll (managers)"}
    assert preview.set_apart.empty


def test_a_workbook_and_a_shape_inside_a_zip_are_read_as_themselves(desk, tmp_path):
    """Each member by itself; an archive of files within the archive is not opened."""
    with zipfile.ZipFile(tmp_path / "x", "w") as packed:
        packed.writestr("a.xlsx", sheet(tmp_path / "w.xlsx", [["Activity", "Purpose"], ["A", "one"]]).read_bytes())
        packed.writestr(
            "b.csv", "name,purpose,legalBasis,personCategories,subPurposes,retentionPeriod,assignedToEmail\nB,two,CONSENT,staff,,,\n"
        )
    preview = desk.register.read(tmp_path / "x")
    found = {one.id: one for one, _ in preview._reading.things}
    assert found["A"].purposes[0].purpose == "one"
    assert found["B"].data_subjects == ("staff",)


def test_the_seal_of_an_export_is_the_one_known_then(desk, tmp_path):
    """As known on an earlier day: the seal of the last entry of that day, not today's."""
    first = desk.register.record(ivp.Activity("a"), valid_from="2026-01-01", why="w")
    later = ivp.Desk(desk.standpoint.path, by="tt", lang="en", now="2026-03-05T09:00")
    later.register.record(ivp.Activity("b"), valid_from="2026-01-01", why="w")
    text = later.at(known="2026-03-03").register.write(tmp_path / "r.md").read_text(encoding="utf-8")
    assert first.head in text
    assert later.verify().head not in text
