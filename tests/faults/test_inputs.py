"""Bad files and bad values: a preview or one line, never a traceback, never a half-written journal, never the machine's memory."""

import io
import json
import random
import subprocess
import sys
import zipfile

import openpyxl
import pytest
from house import rounds
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from trouble import entries, linux, refused

import ivplus_tools as ivp

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
HEAD = "Activity;Purpose;Legal basis;Retention period;Odd\n"
CONTENT = "urn:oasis:names:tc:opendocument:xmlns"


def packed(**members):
    """A ZIP of members."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return made.getvalue()


def workbook(change):
    """A workbook after a change of its only sheet."""
    book = openpyxl.Workbook()
    book.active.append(["Activity", "Purpose", "Purpose"])
    change(book.active)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def merged(sheet):
    """Headings over two columns, and cells that belong to one another."""
    sheet.merge_cells("A1:B1")
    sheet.append(["a", "b", "c"])
    sheet.merge_cells("A2:A4")


def spoilt(content, old, new):
    """A workbook with something in one of its parts replaced."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            archive.writestr(name, source.read(name).replace(old, new))
    return made.getvalue()


LAUGHS = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaaaaaaaaaaaa">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 40) for n in range(8)
)
CORPUS = {
    "50 MB of small cells": lambda: (HEAD + "a;b;c;;\n" * 6_000_000).encode()[: 50 * 1024 * 1024],
    "50 MB of rows": lambda: (HEAD + "".join(f"x{n};purpose;consent;2 years;{'y' * 90}\n" for n in range(400_000))).encode()[: 50 * 1024 * 1024],
    "51 MB": lambda: b"a" * (51 * 1024 * 1024),
    "49 MB in one cell": lambda: HEAD.encode() + b'"' + b"a" * (49 * 1024 * 1024),
    "cells of 1 MB": lambda: (HEAD + "".join(f"x{n};{'p ' * 500_000};;;\n" for n in range(5))).encode(),
    "45 MB of JSON brackets": lambda: b"[" + b"{}," * 15_000_000 + b"{}]",
    "15 MB of JSON text": lambda: json.dumps({"system": [{"fides_key": "a", "text": "x" * 15_000_000}]}).encode(),
    "JSON 10,000 deep": lambda: b"[" * 10_000 + b"]" * 10_000,
    "JSON 10,000 mappings deep": lambda: b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "JSON with NaN": lambda: b'{"system": [{"fides_key": NaN, "privacy_declarations": [{"data_use": Infinity}]}]}',
    "our JSON with nonsense": lambda: json.dumps({"shape": "ivplus-register", "records": [1, None, [], {"kind": {}}, {"kind": "activity", "id": []}]}).encode(),
    "JSON with half a surrogate": lambda: b'{"system": [{"fides_key": "\\ud800", "name": "\\u0000"}]}',
    "YAML of laughs": lambda: b"a: &a [x]\nb: &b [*a,*a]\nc: [*b,*b]\n",
    "YAML with tags": lambda: b"system:\n- !!python/object/apply:os.system ['true']\n",
    "YAML 5,000 deep": lambda: b"system:\n- " + b"[" * 5_000 + b"]" * 5_000,
    "3 MB of YAML": lambda: b"system:\n" + b"- a: b\n" * 450_000,
    "YAML of tabs": lambda: b"system:\n\t- x: y\n",
    "binary": lambda: random.Random(1).randbytes(300_000),
    "encrypted XLSX": lambda: OLE + b"\0" * 3000,
    "zip bomb": lambda: packed(**{"xl__workbook.xml": b"0" * (150 * 1024 * 1024)}),
    "zip of 5,000 files": lambda: packed(**{f"f{n}": "x" for n in range(5000)}),
    "zip in zip": lambda: packed(inner=packed(a="x")),
    "zip with a lying size": lambda: packed(a=b"x" * 100).replace(b"\x64\x00\x00\x00", b"\xff\xff\xff\x0f"),
    "workbook of laughs": lambda: spoilt(workbook(lambda sheet: None), b"<worksheet", LAUGHS + b"]><worksheet"),
    "workbook that reads a file": lambda: spoilt(workbook(lambda sheet: None), b"<worksheet", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><worksheet'),
    "workbook far away": lambda: workbook(lambda sheet: sheet.cell(1_048_576, 16_384, "x")),
    "workbook of merged cells": lambda: workbook(merged),
    "workbook without a sheet": lambda: spoilt(workbook(lambda sheet: None), b"sheet1.xml", b"sheet9.xml"),
    "workbook with long cells": lambda: workbook(lambda sheet: sheet.append(["a" * 32_000] * 40)),
    "ODS of laughs": lambda: packed(**{"content.xml": b'<?xml version="1.0"?>' + LAUGHS + b"]><a>&i;</a>"}),
    "ODS of repeats": lambda: packed(
        **{
            "content.xml": f'<a xmlns:table="{CONTENT}:table:1.0" xmlns:text="{CONTENT}:text:1.0"><table:table><table:table-row table:number-rows-repeated='
            '"1048576"><table:table-cell table:number-columns-repeated="16384"><text:p>x</text:p></table:table-cell></table:table-row></table:table></a>'
        }
    ),
    "duplicate headings": lambda: b"Purpose;Purpose;purpose;Activity;Activity\na;b;c;d;e\n",
    "CSV with NUL": lambda: b"Activity;Purpose\na\0;b\n",
    "control characters": lambda: b"Activity;Purpose\na\x01\x02;b\x7f\x1b[31m\n",
    "UTF-16 without a mark": lambda: "Activity;Purpose\na;b\n".encode("utf-16-le"),
    "half a UTF-16": lambda: b"\xff\xfeA",
    "Turtle that never ends": lambda: b"@prefix a: <b> .\n" + b"[ a " * 3000,
    "Turtle that imports": lambda: b'@prefix owl: <http://www.w3.org/2002/07/owl#> .\n<http://example.fi/> owl:imports <http://127.0.0.1:9/x> .\n',
    "200,000 columns": lambda: (";".join(f"c{n}" for n in range(200_000)) + "\n").encode() * 2,
    "empty": lambda: b"",
    "one line": lambda: b"Purpose",
    "quotes": lambda: b'Activity;Purpose\n"' * 2000,
}  # fmt: skip
LARGE = ("MB", "bomb", "5,000", "200,000", "far away", "laughs")
GROUPS = {name: [name] for name in CORPUS if any(one in name for one in LARGE)}
GROUPS["the small ones"] = [name for name in CORPUS if name not in GROUPS]
CHILD = """
import sys
from pathlib import Path
import ivplus_tools as ivp
for number, file in enumerate(sys.argv[2:]):
    desk = ivp.Desk(f"{sys.argv[1]}{number}.duckdb", by="t", lang="en", now="2026-03-02T09:00")
    try:
        preview = desk.register.read(file)
        told = f"read {len(preview.rows)}"
        if len(preview.rows):
            preview.commit(why="w")
    except ivp.Refusal as refusal:
        told = f"refused {refusal}"
    assert desk.verify().ok
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    print(int(peak.split()[1]) // 1024, told)
"""


@linux
@pytest.mark.parametrize("group", GROUPS)
def test_a_bad_file_is_read_or_explained_in_bounded_memory(tmp_path, tally, group):
    """In a process of its own: exit without a traceback, one line per file, at most 500 MB of memory, a whole journal."""
    for number, name in enumerate(GROUPS[group]):
        (tmp_path / f"x{number}").write_bytes(CORPUS[name]())
    files = [str(tmp_path / f"x{number}") for number in range(len(GROUPS[group]))]
    done = subprocess.run([sys.executable, "-c", CHILD, str(tmp_path / "j"), *files], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    lines = done.stdout.splitlines()
    assert len(lines) == len(files)
    peak = max(int(line.split()[0]) for line in lines)
    assert peak <= 500, lines
    tally(files=len(files), megabytes=peak, refused=sum(line.split()[1] == "refused" for line in lines))


def mutated(content, chance):
    """Bytes with a few places overwritten, cut out, doubled or ended early."""
    made = bytearray(content)
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(made) or 1)
        kind = chance.randrange(4)
        if kind == 0:
            made[place : place + 1] = chance.randbytes(chance.randint(1, 4))
        elif kind == 1:
            del made[place : place + chance.randint(1, 40)]
        elif kind == 2:
            made[place:place] = made[place : place + chance.randint(1, 200)]
        else:
            made[place:place] = chance.choice([b"\x00", b'"', b"{", b"]", b"\n", b";", b"&a", b"!!", b"\xff\xfe", b"=1+1", b"\xed\xa0\x80"])
    return bytes(made[: chance.randrange(len(made) or 1)] if chance.random() < 0.15 else made)


def test_spoilt_registers_are_read_or_refused_and_nothing_is_half_written(made, place, tmp_path, tally):
    """Exports, sheets and foreign shapes with bytes changed at random: a preview that can be committed, or a refusal; the chain stays whole."""
    desk = ivp.Desk(made / "j.duckdb", lang="en")
    seeds = [desk.register.write(tmp_path / f"s{suffix}").read_bytes() for suffix in (".json", ".csv", ".xlsx", ".md", ".html")]
    seeds += [
        b'{"meta": {"name": "x"}, "controller": {"name": "x"}, "thirdCountryTransfers": [], "dataDisclosed": [{"_id": "1", "category": "c"}]}',
        b"system:\n- fides_key: a\n  privacy_declarations:\n  - data_use: b\n    data_categories: [c]\n",
        b'@prefix dpv: <https://w3id.org/dpv#> .\n<a> a dpv:Process ; dpv:hasPurpose "b" .\n',
        (HEAD + "a;b;6(1)(a);2 years;x\n").encode(),
        packed(**{"a.json": b'{"organisation_info": {"name": "a"}, "avg_list_controller": [{"id": 1}]}', "b.csv": HEAD + "a;b;;;\n"}),
    ]
    chance = random.Random(3)
    at = place(tmp_path / "j")
    before = entries(at.desk.standpoint.path)
    counted = {"files": 0, "read": 0, "refused": 0, "committed": 0}
    for number in range(rounds(1000, 25)):
        (tmp_path / "x").write_bytes(mutated(seeds[number % len(seeds)], chance))
        counted["files"] += 1
        read = []
        if refused(lambda: read.append(at.desk.register.read(tmp_path / "x"))):  # noqa: B023
            counted["refused"] += 1
            continue
        counted["read"] += 1
        if number % 3 == 0 and len(read[0].rows):
            counted["committed"] += not refused(read[0].commit, "spoilt")
    found = entries(at.desk.standpoint.path)
    assert {number: found[number] for number in before} == before
    tally(**counted)


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.binary(max_size=9) | st.dates() | st.just(object())
    | st.sampled_from(["\ud800", "a\0b", "x" * 1_000_000, "none", "not applicable:", "P1Y", "6(1)(a)", {"state": "none"}, {"state": "x"}, float("nan")]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5) | st.integers(), inner, max_size=3) | st.tuples(inner),
    max_leaves=5,
)  # fmt: skip


@settings(max_examples=rounds(1000, 25), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from([ivp.Activity, ivp.Organisation, ivp.System]), st.data())
def test_any_value_of_any_field_is_taken_or_refused(place, tmp_path_factory, kind, data):
    """What is taken stands afterwards as it was given; what is refused is one line and leaves the journal as it was."""
    name = data.draw(st.sampled_from(sorted(kind.model_fields)))
    value = data.draw(ANY)
    at = place(tmp_path_factory.mktemp("value"))
    before = entries(at.desk.standpoint.path)
    made = []
    given_ = {"id": value} if name == "id" else {"id": "x", name: value}
    if refused(lambda: made.append(kind(given_.pop("id"), **given_))):
        return
    if refused(at.desk.register.record, made[0], "2026-01-01", "w"):
        assert entries(at.desk.standpoint.path) == before
    else:
        assert at.desk.register.get(made[0].id, kind.kind) == made[0]
