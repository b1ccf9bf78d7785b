"""What a file is, told by its bytes: encodings, separators, old workbooks; a wrong guess is worse than a refusal."""

import base64
import random
import zlib

import pytest
from test_documents_in import told

import ivplus_tools as ivp
from ivplus_tools.exchange import texts

XLS = zlib.decompress(
    base64.b64decode(
        "eNrtWE9IFFEY/73ZWXdd1F1tjTSQRcjK9FBduuhmWEKlbXboL9SYAw2zf2J2trBDWeYxCDoVXQQ7dLG69IcK6hYUGHUIgsAtb52Cgg7q9L1vZ0"
        "3NwAUTjPkN75vv+973vve9+d5782bejldPjDyoz2MB2uHDjFOOsjk6QaW8KERA9Y4j2eI9SMXxsKpQHqRElvnxtPJNQOZQ5jsPBffVl0SBz1RO"
        "4Cx6Mmk9toLYxTFoQsbQRlTgNmmqUMdR1TA9zXQN03ts+YzpTtZcY9pGthPiGMbjPc073Fl8RGnkuipIv4+4zUfWbEUtXslZfOm6KNj60WEZWn"
        "KVVTSoFRgFJbRLT+uWlMO4gxBwlNDa3d3a2TmBKCV7FD+cGPC9uKpfxDz9yuoFSP9zvj7wF32QkrhQf0NRgUE4p3iRDCMMTZU1ARzSk5msrU/h"
        "PO/asoSBXt00SGsZ6VjaSBlRYN9k1rBtPTmQjtmaZWYMO5elqZKYNM4Ztm7bAyQcSGmxdC6lWxlyvj9n5shbR9bQTFPTbD9whlplaO9IaEmTFS"
        "nNzOZCslveYCLzNphKXngVRPspJMlX8/KL0Ain7n57192XiJ9kzSC/VAqvng1ypHBwWbagxlVc42NKPaKZW2xheoW9rme+nmmUbOjelKh1mT1D"
        "bHOVa5uon+2M9/GNc/hNxA9/Pfi4YfhLfDPxY135C9GxD/ERNNID7af28hpCi2gRt25KPIkX78Ldpj4xrftjywoqETd2x32/hjEtFymhmmlBkk"
        "9HzEqK+6wKko8k36ykkqS6nsUingV79rv2gj3LfDzHOuIVinfva+l/G9sdV6RH6UtZxJfCNgHXVyGHQc6vHKnixiUPBHDz1BHCRUWayqAbpEsl"
        "SJLKw2tXavBQ+qTd+zdC8ODBgwcPHjx48LC8EHykLByjVfcgXcafD4X/OtNUZrzfJP8tepGhy6aPyt1I093CQEnzZy38ouhLLLFN8X+hxGHq3Y"
        "KJPo7DLHn+0ieWmDueJTeMLN8SKrX/mVLi/Mf9/wKAI/lt"
    )
)
ROWS = [["Rekisterin nimi", "Käsittelyn tarkoitus", "Säilytysaika"], ["Työterveys", "Älykäs hoito Åbossa", "5 vuotta"]]
SAMPLES = {
    "Finnish": "Rekisterin nimi;Käsittelyn tarkoitus\nTyöterveys;Työterveyshuollon järjestäminen – ”lakisääteinen”; 5 €\nÄlykäs Åbo;ÖLJY\n",
    "Swedish": "Namn;Ändamål\nLöner;Löneutbetalning på ön Åland\n",
    "French": "Nom;Finalité\nPaie;Gérer la paie à l’échéance, là où c’est prévu\n",
    "euro": "Name;Purpose\nA;costs 100 €\nB;costs 5 €\n",
    "dash": "Name;Purpose\nA;one – two\n",
    "quotes": "Nimi;Tarkoitus\nA;sano ”hei” taas\n",
    "dots": "Name;Purpose\nA;and so on…\n",
    "caron": "Nimi;Tarkoitus\nTšekki;šakki\n",
    "Polish": "Nazwa;Cel\nŁódź;wypłata pieniędzy\n",
    "one word": "Nimi;Tarkoitus\nA;käsittely\n",
    "bullets": "Name;Purpose\nA;• one • two § 5 ° ®\n",
    "capitals": "NIMI;KÄSITTELYN TARKOITUS\nA;b\n",
}
ENCODINGS = [
    "cp1252",
    "latin-1",
    "iso8859-15",
    "mac-roman",
    "cp850",
    "cp1250",
    "cp1251",
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
]


def outcome(act):
    """What comes of an act: its text, or that of the refusal."""
    try:
        return act()
    except ivp.Refusal as refusal:
        return str(refusal)


@pytest.mark.parametrize("name", SAMPLES)
def test_an_encoding_is_told_for_sure_or_refused_by_its_name(name):
    """No text comes out as another one, whatever it was written in."""
    for encoding in ENCODINGS:
        try:
            content = SAMPLES[name].encode(encoding)
        except UnicodeEncodeError:
            continue
        said = outcome(lambda content=content: texts.decoded(content, "x"))
        assert said == SAMPLES[name] or (said.startswith("The encoding of the file x cannot be told") and "utf" not in encoding), encoding


@pytest.mark.parametrize("encoding", ["cp1252", "mac-roman", "cp850", "utf-16-le", "utf-16-be"])
def test_a_finnish_register_is_read_in_each_promised_encoding(tmp_path, desk, encoding):
    """As README promises: Windows, old Macintosh, DOS, and UTF-16 without a mark."""
    text = "\n".join(";".join(row) for row in [*ROWS, ["Palkat", "Palkkojen maksu työntekijöille", "10 vuotta"]])
    (tmp_path / "x").write_bytes(text.encode(encoding))
    found = told(desk.register.read(tmp_path / "x"))
    assert list(found) == ["Työterveys", "Palkat"]
    assert found["Palkat"]["purposes"] == "Palkkojen maksu työntekijöille"


@pytest.mark.parametrize("separator", [";", ",", "\t", "|", "^", "~", "¦", "§", "#", ":", "\x1f"])
def test_a_table_is_read_whatever_sign_separates_its_columns(tmp_path, desk, separator):
    """By the known headings that a sign gives; Excel's own first line `sep=` is believed."""
    text = "\n".join(separator.join(row) for row in ROWS)
    for number, begin in enumerate(("", f"sep={separator}\n")):
        (tmp_path / "x").write_text(begin + text, encoding="utf-8")
        found = told(ivp.Desk(tmp_path / f"{number}.duckdb", by="tt", lang="en", now="2026-03-02T09:00").register.read(tmp_path / "x"))
        assert found["Työterveys"]["retention"] == "- | retention period: P5Y"


def test_a_sign_within_headings_is_no_separator(tmp_path, desk):
    """Two fields named in one heading stay one column."""
    (tmp_path / "x").write_text("Rekisterin nimi;Tarkoitus:Oikeusperuste;Säilytysaika\nA;hoito: sopimus;1 vuosi\n", encoding="utf-8")
    preview = desk.register.read(tmp_path / "x")
    assert preview.columns["heading"].tolist() == ["Rekisterin nimi", "Tarkoitus:Oikeusperuste", "Säilytysaika"]


def test_an_old_workbook_is_read_and_what_it_hides_is_told(tmp_path, desk):
    """Days are days, whole numbers whole; the officer is told that hidden rows cannot be seen in it."""
    (tmp_path / "x").write_bytes(XLS)
    preview = desk.register.read(tmp_path / "x")
    found = told(preview)
    assert list(found) == ["Asiakkaat", "Palkat"]
    assert found["Asiakkaat"]["reviewed"] == "2025-05-01"
    assert found["Asiakkaat"]["imported"].splitlines() == ["Oma numero | 12", "Luku | 1.5"]
    assert preview.problems["problem"].str.contains("does not tell which rows are hidden").any()


def test_a_broken_old_workbook_is_one_line_and_ends_no_process_of_ours(tmp_path, desk):
    """Its library panics, or asks for more memory than there is: that happens in a process of its own."""
    chance, refused = random.Random(3), 0
    for number in range(6):
        content = bytearray(XLS)
        for _ in range(60):
            content[chance.randrange(8, len(content))] = chance.randrange(256)
        (tmp_path / "x").write_bytes(content[: 400 * (number + 1)] if number % 2 else content)
        said = outcome(lambda: str(len(desk.register.read(tmp_path / "x").rows)))
        refused += not said.isdecimal()
        assert "\n" not in said
    assert refused
