"""The review: transfers by the law of their day, contracts clause by clause, chains, lists of vendors, what goes out."""

import email
import email.policy
import re
import tomllib
import zipfile
from datetime import date, datetime

import pytest
from house import HOSTILE, NOW, ROOT, cases

import ivplus_tools as ivp
from ivplus_tools import _law, _places
from ivplus_tools.review import worst

TOLD = tomllib.loads((ROOT / "tests/cases/review.toml").read_text(encoding="utf-8"))["complete"]
KINDS = (
    ivp.Organisation, ivp.System, ivp.Activity, ivp.Processor, ivp.Agreement, ivp.Subprocessor, ivp.Transfer, ivp.TransferAssessment,
    ivp.Disclosure,
)  # fmt: skip
LISTS = ("37signals_basecamp.md", "37signals_company.md")


@pytest.mark.parametrize("case", [*cases("transfer_adequacy"), *cases("transfer_mechanisms")])
def test_a_transfer_is_judged_by_the_law_of_its_day(desk, case):
    """Each case of transfer_*.toml: this status, decided by this rule."""
    for country in case.get("countries") or [case["country"]]:
        judged = desk.review.judge(country, on=case["on"], **case.get("given", {}))
        assert (judged.status, judged.rule) == (case["expect"], case["rule"]), (country, judged)


def records(case):
    """The records of a case of review.toml: the complete ones with what the case gives, in the text form of a cell."""
    for kind in KINDS:
        there = {} if kind.kind in case.get("drop", []) else TOLD.get(kind.kind, {})
        mine = case.get("given", {}).get(kind.kind, {})
        first = next(iter(TOLD.get(kind.kind, {}).values()), {})
        for ident in there | mine:
            fields = dict(there.get(ident, first))
            for name, text in mine.get(ident, {}).items():
                fields[name] = fields[name] | text if isinstance(text, dict) and isinstance(fields.get(name), dict) else text
            lines = {
                name: "\n".join(f"{one} | {rest}" for one, rest in text.items() if rest) if isinstance(text, dict) else text
                for name, text in fields.items()
            }
            yield kind(ident, **{name: text for name, text in lines.items() if text})


@pytest.mark.parametrize("case", cases("review"))
def test_exactly_the_findings_that_the_law_asks_for(desk, case):
    """Each case of review.toml: these codes and no others."""
    made = list(records(case))
    for room in ("register", "review"):
        if some := [one for one in made if one.room == room]:
            getattr(desk, room).record(some, valid_from="2017-01-01", why="case")
    found = (desk.at(valid=case["on"]) if "on" in case else desk).review.findings()
    assert sorted(found["code"].unique()) == sorted(case["expect"]), found[["subject", "code", "finding"]].to_string()
    assert ivp.cite(case["rule"])
    for rule in found["rule"]:
        assert ivp.cite(rule)


def test_what_is_no_country_is_never_adequate(desk):
    """Worldwide, a region, a country that is no more, a typing error, nothing: asked for, not guessed, whatever else is told."""
    for text in ("Worldwide", "global", "Europe", "USSR", "Jugoslavia", "Atlantis", "", "Ruotzi", "EU ja USA", "Outside the EEA"):
        judged = desk.review.judge(text, dpf_status="active", dpf_checked="2026-03-01", hr_data="no", in_scope="yes")
        assert judged.status == "cannot_tell", text
        assert judged.needs == ("country",), text


def test_every_step_is_said_in_three_languages_and_has_a_rule(sample):
    """The reasons are sentences of their language, and each rule can be cited."""
    said = set()
    for lang in ("fi", "sv", "en"):
        for one in sample.review.transfers()["id"]:
            judged = sample.speaking(lang).review.explain(one)
            for step in judged.steps:
                assert ivp.cite(step.rule)
                said.add((step.key, lang, step.said(lang)))
            assert judged.steps[-1].said(lang) in repr(judged)
            assert "<script" not in judged._repr_html_()
    for key in {one[0] for one in said}:
        assert len({text for name, _, text in said if name == key}) >= 3, key


# --- contracts


def test_missing_clauses_are_named_asked_for_and_cleared(sample):
    """28(3)(e) and (h): the finding names both, the letter asks for both in each language, verdicts with quotes clear both."""
    sample = sample.speaking("en")
    [found] = sample.review.findings().query("code == 'REV-010'")["finding"]
    for lang, cited in {
        "fi": ("28 art. 3 k. e", "28 art. 3 k. h"),
        "sv": ("art. 28.3 e", "art. 28.3 h"),
        "en": ("Art. 28(3)(e)", "Art. 28(3)(h)"),
    }.items():
        text = sample.review.request("tilitoimisto", lang=lang).text
        assert len(re.findall(r"^- .*28", text, re.MULTILINE)) == 2, text
        assert all(one in text for one in cited)
    for code in ("28(3)(e)", "28(3)(h)"):
        assert _law.codes("clause")[code].name["en"] in found
    contract = sample.review.get("tili-2023")
    verdicts = [
        ivp.Verdict(one.clause, verdict="met", quote="§ 7: ...", page="4", judged_by="tt", judged_on="2026-03-02")
        if one.clause in ("28(3)(e)", "28(3)(h)")
        else one
        for one in contract.clauses
    ]
    sample.review.record(contract.replace(clauses=verdicts), valid_from="2026-03-02", why="amended on 2 March")
    assert "REV-010" not in set(sample.review.findings()["code"])
    assert "28(3)" not in "".join(line for line in sample.review.request("tilitoimisto").text.splitlines() if line.startswith("-"))


def test_a_clause_has_one_verdict(desk):
    """Two verdicts on one clause are refused in one line."""
    verdicts = [ivp.Verdict("28(3)(a)", verdict="met"), ivp.Verdict("28(3)(a)", verdict="unclear")]
    with pytest.raises(ivp.Refusal, match=r"28\(3\)\(a\)"):
        ivp.Agreement("x", clauses=verdicts)


def test_a_clause_that_nobody_has_judged_is_a_row_too(sample):
    """As many rows per contract as the law has clauses."""
    table = sample.review.clauses()
    assert set(table.groupby("id").size()) == {len(_law.codes("clause"))}
    assert table.query("id == 'siivous'")["verdict"].isna().all()


def test_one_cell_each_answers_the_officers_questions(sample):
    """What would fall with the DPF, which contracts end this year, who stands behind a vendor."""
    fall = sample.review.without("dpf").set_index("id")
    assert fall["before"].to_dict() == {"hallinta-usa": "adequate", "analytiikka-usa": "cannot_tell", "postitus-usa": "cannot_tell"}
    assert sample.review.without("(EU) 2023/1795").equals(sample.review.without("US"))
    assert sample.review.agreements().query("in_force_until.dt.year == 2026")["id"].tolist() == ["pilvi-2024"]
    assert len(sample.review.behind("pilvi")) == 4
    assert sample.review.behind("Pilvipalvelu Esimerkki Ab").equals(sample.review.behind("pilvi"))
    with pytest.raises(ivp.Refusal, match="pilvi"):
        sample.review.behind("pilwi")
    with pytest.raises(ivp.Refusal, match="dpf"):
        sample.review.without("dpff")


def test_a_chain_of_any_depth_is_followed_and_a_circle_is_cut(desk):
    """A sub-processor that is its own parent, and a chain of a hundred."""
    chain = [ivp.Subprocessor(f"s{n}", processor=f"Firm {n}", organisation=f"Firm {n + 1}", countries="FI") for n in range(100)]
    self_parent = ivp.Subprocessor("self", processor="Loop Oy", organisation="Loop Oy", countries="FI")
    desk.review.record([ivp.Processor("first", organisation="Firm 0"), *chain, self_parent], valid_from="2025-01-01", why="w")
    assert desk.review.behind("first")["depth"].tolist() == list(range(1, 101))
    assert len(desk.review.behind("Loop Oy")) == 1
    assert "self" in desk.review.findings().query("code == 'REV-024'")["subject"].tolist()


# --- the law moves


def test_changes_tell_whether_the_law_or_the_company_moved(sample):
    """From July 2020 to today: the Privacy Shield and Brexit are the law; a mechanism that we changed is the company."""
    flips = sample.review.changes(since=sample.at(valid="2020-07-01")).query("field == 'status'").set_index("subject")
    assert flips["because"].to_dict() == {"kehitys-uk": "law", "postitus-usa": "law"}
    desk, before = sample, "2026-02-28"
    thing = desk.review.get("kehitys-serbia")
    clauses = thing.replace(mechanism="49(1)(a)", document="suostumuslomake 4")
    desk.review.record(clauses, valid_from="2026-03-01", why="suostumukset")
    moved = desk.review.changes(since=desk.at(valid=before)).query("field == 'status'").set_index("subject")
    assert moved["because"].to_dict() == {"kehitys-serbia": "company"}


def test_an_assessment_that_ages_moves_a_transfer_by_time(sample):
    """Nothing was recorded and no fact changed: a year passed."""
    later = sample.at(valid="2026-12-16")
    moved = later.review.changes(since=sample.at(valid="2026-12-15")).query("field == 'status'").set_index("subject")
    assert moved["because"].to_dict() == {"varmuuskopio-singapore": "time"}


# --- lists that vendors publish


@pytest.mark.parametrize("case", cases("places_told"))
def test_a_text_is_placed_only_when_all_of_its_words_are_accounted_for(case):
    """Each case of places_told.toml, judged without any mechanism: what is left over, denied or elsewhere is never cover."""
    text, expect = case["given"]["text"], case["expect"]
    found = _places.split(text)
    if "places" in expect:
        assert set(found) == set(expect["places"])
    else:
        assert worst(tuple(found), date(2026, 3, 2)) in ("cannot_tell", "not_covered"), found
    assert ivp.cite(case["rule"])


@pytest.mark.parametrize("name", LISTS)
def test_a_published_list_is_read_and_placed_by_country(sample, shared, name):
    """Every item of the real lists, each with the place of the sentence above it; the last part is in the Union."""
    preview = sample.review.read_list(shared / "transfers" / "subprocessors" / name, vendor="basecamp", on="2023-06-08")
    text = (shared / "transfers" / "subprocessors" / name).read_text(encoding="utf-8")
    listed = re.findall(r"^\* \[([^]]+)\]", text, re.MULTILINE)
    assert [row.name for row in preview.rows.itertuples()] == list(dict.fromkeys(listed))
    rows = preview.rows.set_index("name")
    assert set(rows["countries"]) <= {"US", "EU"}
    assert set(rows.query("countries == 'US'")["status"]) == {"not_covered"}  # a month before the framework of 10 July 2023
    assert set(rows.query("countries == 'EU'")["status"]) <= {"not_a_transfer"}
    later = sample.review.read_list(shared / "transfers" / "subprocessors" / name, vendor="basecamp", on="2023-07-10").rows
    assert set(later.query("countries == 'US'")["status"]) == {"cannot_tell"}
    assert preview.problems.empty


def test_two_published_lists_differ_by_whom_they_name(sample, shared):
    """The company's list against the product's: exactly the names that only one has."""
    folder = shared / "transfers" / "subprocessors"
    one, two = (sample.review.read_list(folder / name, vendor="basecamp", on="2023-06-08") for name in LISTS)
    names = [set(each.rows["name"]) for each in (one, two)]
    found = two.diff(one)
    assert set(found.query("change == 'added'")["name"]) == names[1] - names[0]
    assert set(found.query("change == 'removed'")["name"]) == names[0] - names[1]


TABLE = """<table><tr><th colspan=2>Alikäsittelijät</th></tr><tr><th>Yritys</th><th>Sijainti</th><th>Tehtävä</th></tr>
<tr><td rowspan=2>Kaksi Oy</td><td>Suomi</td><td>a</td></tr><tr><td>Ruotsi</td><td>b</td></tr>
<tr><td>Jordan Ltd</td><td>GB</td><td><script>window.__xss=1</script>c</td></tr></table>"""


@pytest.mark.parametrize(
    ("file", "text", "rows"),
    [
        ("a.csv", "Company;Country\nA Ltd;Iso-Britannia\nB Ltd;UK\nC Ltd;GB\n", {"A Ltd": "GB", "B Ltd": "GB", "C Ltd": "GB"}),
        ("a.csv", "Name,Location of processing,Purpose\nAlpha,\"Dublin, Ireland; Germany\",mail\n", {"Alpha": "IE; DE"}),
        ("a.csv", "Alpha;Suomi\nBeta;Norja\n", {"Alpha": "FI", "Beta": "NO"}),
        ("a.csv", "Underbiträde;Land\nAlpha Ab;Sverige\n", {"Alpha Ab": "SE"}),
        ("a.csv", "Alikäsittelijä;Käsittelyn tarkoitus\nAlpha Oy;palvelin\n", {"Alpha Oy": ""}),
        ("a.csv", "Company;Country\nA;EU\nB;Europe\nC;USSR\nD;Global\n", {"A": "EU", "B": "150", "C": "SU", "D": "001"}),
        ("a.csv", "Our list\n\nName,Country\nA,Outside the EU\nB,\"Wilmington, DE\"\n", {"A": "Outside the EU", "B": "Wilmington, DE"}),
        ("a.csv", "Name,Data location,Country\nA Inc,Germany,United States\nA GmbH,Germany,\n", {"A Inc": "DE; US", "A GmbH": "DE"}),
        ("a.md", "These vendors are outside the EU:\n\n* A. Mail.\n", {"A": ""}),
        ("a.md", "Subprocessors in the EEA:\n\n* A. Support in India.\n", {"A": "IN; EEA"}),
        ("a.html", TABLE, {"Kaksi Oy": "FI; SE", "Jordan Ltd": "GB"}),
        ("a.md", "# Subprocessors\n\nAll are in Germany:\n\n* A GmbH. Mail.\n* B GmbH. Web.\n", {"A GmbH": "DE", "B GmbH": "DE"}),
    ],
)  # fmt: skip
def test_tables_in_many_forms_are_understood(sample, tmp_path, file, text, rows):
    """Headings in three languages or none, merged cells, several countries, the sentence above; what names no country is a problem."""
    (tmp_path / file).write_text(text, encoding="utf-8")
    preview = sample.review.read_list(tmp_path / file, vendor="pilvi")
    assert dict(zip(preview.rows["name"], preview.rows["countries"], strict=True)) == rows
    known = {"DE; US", "IN; EEA", "GB", "IE; DE", "FI", "NO", "SE", "EU", "FI; SE", "DE"}
    assert set(preview.problems["name"]) == {name for name, place in rows.items() if place not in known}
    assert set(preview.rows.query("countries not in @known")["status"]) <= {"cannot_tell"}


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02" * 50, b"<html><body><p>x</p></body></html>"])
def test_what_is_no_list_is_refused_in_one_line(sample, tmp_path, content):
    """An empty file, bytes, a page without a table: one line, and nothing is written."""
    for ending in (".csv", ".html", ".md", ".xlsx"):
        (tmp_path / f"x{ending}").write_bytes(content)
        entries = sample.verify().entries
        with pytest.raises(ivp.Refusal) as refusal:
            sample.review.read_list(tmp_path / f"x{ending}", vendor="pilvi").commit(why="w")
        assert "\n" not in str(refusal.value)
        assert sample.verify().entries == entries


def test_five_thousand_rows_are_read_compared_and_recorded_at_once(sample, tmp_path):
    """One transaction; recorded again, nothing is new."""
    path = tmp_path / "long.csv"
    path.write_text(
        "Company;Country;Purpose\n" + "".join(f"Firm {n} Oy;{'Suomi' if n % 2 else 'India'};p{n}\n" for n in range(5000)), encoding="utf-8"
    )
    preview = sample.review.read_list(path, vendor="tapahtumapaikka", on="2026-03-01")
    assert len(preview.rows) == len(preview.diff()) == 5000
    before = sample.verify().entries
    preview.commit(why="list of March")
    assert sample.verify().entries == before + 5000
    again = sample.review.read_list(path, vendor="tapahtumapaikka", on="2026-03-01")
    assert again.diff().empty
    again.commit(why="again")
    assert sample.verify().entries == before + 5000


def test_a_list_recorded_adds_announces_and_ends(sample, tmp_path):
    """The later list of the sample: new ones are announced and undecided, those gone are ended; or nothing at all."""
    path = tmp_path / "list.csv"
    path.write_text("Company;Country\nKonesali Esimerkki AS;Norja\nUusi Esimerkki Oy;Suomi\n", encoding="utf-8")
    preview = sample.review.read_list(path, vendor="pilvi", on="2026-03-02")
    assert preview.window == date(2026, 4, 1)
    preview.commit(why="maaliskuun luettelo")
    stands = sample.review.subprocessors().set_index("id")
    new = stands.loc["pilvi/uusi-esimerkki"]
    assert (new["authorised"], str(new["announced"].date())) == ("open", "2026-03-02")
    assert stands.query("processor == 'pilvi'").index.tolist() == ["pilvi/konesali", "pilvi/uusi-esimerkki"]
    stale = sample.review.read_list(path, vendor="pilvi", on="2026-03-02")
    sample.review.end("pilvi/uusi-esimerkki", valid_from="2026-03-02", why="vastustettu")
    entries = sample.verify().entries
    with pytest.raises(ivp.Refusal):
        stale.commit(why="w")
    assert sample.verify().entries == entries


@pytest.mark.parametrize(
    ("told", "last"), [("P10B", "2026-04-14"), ("10 työpäivää", "2026-04-14"), ("5 business days", "2026-04-07"), ("P30D", "2026-04-28")]
)
def test_a_period_to_object_may_be_of_working_days(sample, tmp_path, told, last):
    """Ten working days over Easter skip Good Friday, Easter Monday and two weekends."""
    [contract] = [one.record for one in sample.review.state().agreements_of("pilvi")][:1]
    sample.review.record(contract.replace(objection_period=told), valid_from="2026-03-02", why="w")
    path = tmp_path / "list.csv"
    path.write_text("Company;Country\nUusi Esimerkki Oy;Suomi\n", encoding="utf-8")
    preview = sample.review.read_list(path, vendor="pilvi", on="2026-03-29")
    assert str(preview.window) == last


def test_a_draft_to_a_vendor_is_an_unsent_mail(sample, tmp_path):
    """Address, subject and text in three languages; hostile names stay text, and no header can be slipped in."""
    path = tmp_path / "list.html"
    names = "".join(
        f"<tr><td>{one}</td><td>Suomi</td></tr>" for one in ("&lt;script&gt;window.__xss=1&lt;/script&gt;", "Bcc: all@example.fi", "=cmd()")
    )
    path.write_text(f"<table><tr><th>Yritys</th><th>Maa</th></tr>{names}</table>", encoding="utf-8")
    preview = sample.review.read_list(path, vendor="pilvi", on="2026-03-02")
    for lang in ("fi", "sv", "en"):
        for kind in ("question", "objection"):
            file = preview.draft(kind, lang=lang).save(tmp_path / f"{kind}.eml")
            mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            assert mail["X-Unsent"] == "1"
            assert mail["To"] == "privacy@pilvi.example.fi"
            assert set(mail.keys()) <= {"Subject", "To", "X-Unsent", "Content-Language", "MIME-Version", "Content-Type"}
            assert "<script>window" not in mail.get_body(("html",)).get_content()
            assert "window.__xss=1" in mail.get_body(("plain",)).get_content()
    with pytest.raises(ivp.Refusal, match="question"):
        preview.draft("quesion")


# --- documents


@pytest.mark.parametrize("lang", ["fi", "sv", "en"])
def test_every_letter_and_form_is_written_in_every_format(sample, tmp_path, lang):
    """Request, assessment form and summary of everyone in the sample: same bytes twice, blanks marked."""
    room = sample.review
    documents = [room.request(one, lang=lang) for one in room.processors()["id"]]
    documents += [room.summary(one, lang=lang) for one in room.processors()["id"]]
    documents += [room.assessment_form(one, lang=lang) for one in room.transfers()["id"]]
    for place, document in enumerate(documents):
        assert document.lang == lang
        for ending in (".md", ".html", ".eml"):
            written = [document.save(tmp_path / f"{name}{ending}").read_bytes() for name in ("ab" if place % 9 == 0 else "a")]
            assert len(set(written)) == 1
    form = room.assessment_form("kehitys-ukraina", lang=lang)
    assert len(form.blanks) > 3
    assert zipfile.is_zipfile(form.save(tmp_path / "tia.docx"))


def test_the_form_of_an_assessment_asks_the_six_steps_in_order(sample):
    """EDPB 01/2020: a part per step, filled with what is recorded."""
    form = sample.review.assessment_form("pilvi-tuki-intia", lang="en")
    assert [one.number for one in form.sections if one.number] == ["1", "2", "3", "4", "5", "6"]
    assert "India" in form.text
    assert "2021/914" in form.text


def test_what_stands_is_written_as_tables(sample, tmp_path):
    """A sheet per kind; hostile text is no formula."""
    import openpyxl

    for place, text in enumerate(HOSTILE):
        sample.review.record(ivp.Processor(f"x{place}", organisation=text, remarks=text), valid_from="2026-01-01", why=text)
    book = openpyxl.load_workbook(sample.review.write(tmp_path / "review.xlsx"))
    assert len(book.sheetnames) == 6
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def test_due_dates_go_to_a_calendar(sample, tmp_path):
    """One event per date, read back by the library, of an hour with an alarm where the law counts in hours; the same bytes twice."""
    import icalendar

    path = sample.calendar(tmp_path / "due.ics", by="2026-12-31")
    events = icalendar.Calendar.from_ical(path.read_bytes()).walk("VEVENT")
    due = sample.due(by="2026-12-31")
    timed = {event.decoded("DTSTART") for event in events if isinstance(event.decoded("DTSTART"), datetime)}
    assert timed == {one.to_pydatetime() for one in due["due_at"].dropna()}
    assert all(bool(event.walk("VALARM")) == isinstance(event.decoded("DTSTART"), datetime) for event in events)
    days = [str(event.decoded("DTSTART")) for event in events if not isinstance(event.decoded("DTSTART"), datetime)]
    assert sorted(days) == sorted(str(one.date()) for one in due.loc[due["due_at"].isna(), "due"])
    assert path.read_bytes() == sample.calendar(tmp_path / "again.ics", by="2026-12-31").read_bytes()


# --- the form


def test_a_verdict_is_given_with_quote_and_saved(sample):
    """One processor per screen; the next review; the code does what Save does; twice writes once."""
    form = ivp.forms.review(sample)
    ids = sample.review.processors()["id"].tolist()
    assert f"1/{len(ids)}" in form.progress.value
    form.processor.value = ids.index("tilitoimisto")
    editor = form.clauses["28(3)(e)"]
    assert editor.verdict.value == "not_met"
    editor.verdict.value, editor.texts["quote"].value, editor.texts["page"].value = "met", "Kohta 7", "4"
    form.next.click()
    assert 'role="alert"' in form.status.value
    form.save.click()
    assert "perustelu" in form.status.value
    form.review_by.value, form.why.value = "1.3.2027", "lisäys 2.3."
    code, before = form.code, sample.verify().entries
    form.save.click()
    assert sample.verify().entries == before + 1
    form.save.click()
    assert sample.verify().entries == before + 1
    told = {one.clause: one for one in sample.review.get("tili-2023").clauses}["28(3)(e)"]
    assert (told.verdict, told.quote, told.page, told.judged_by, told.judged_on) == ("met", "Kohta 7", "4", "sample", date(2026, 3, 2))
    exec(code, {"ivp": ivp, "desk": sample})
    assert sample.verify().entries == before + 1
    form.next.click()
    assert f"{ids.index('tilitoimisto') + 2}/{len(ids)}" in form.progress.value


def test_the_last_entry_of_a_review_is_taken_back_on_the_form(sample):
    """For the reason on the form; without one, or with a decision that is not saved, nothing happens. Then the one before it is offered."""
    form = ivp.forms.review(sample)
    form.processor.value = sample.review.processors()["id"].tolist().index("tilitoimisto")
    before, offered = sample.review.get("tili-2023"), form.entry.value
    form.clauses["28(3)(h)"].texts["quote"].value = "väärä sopimus"
    form.why.value = "luettu"
    form.withdraw.click()
    assert 'role="alert"' in form.status.value
    form.save.click()
    number = sample.verify().entries
    assert str(number) in form.entry.value
    form.withdraw.click()
    assert 'role="alert"' in form.status.value
    assert sample.verify().entries == number
    form.why.value = "väärä sopimus luettiin"
    form.withdraw.click()
    assert sample.review.get("tili-2023") == before
    assert form.entry.value == offered
    assert form.clauses["28(3)(h)"].texts["quote"].value != "väärä sopimus"
    assert f"desk.review.withdraw({number}" in form._shown_code.value


def test_a_letter_is_saved_from_the_form_of_what_is_recorded(sample, tmp_path, monkeypatch):
    """In the language that is chosen; not while a decision is unsaved, not over a file; the code does the same."""
    monkeypatch.chdir(tmp_path)
    form = ivp.forms.review(sample)
    form.processor.value = sample.review.processors()["id"].tolist().index("tilitoimisto")
    letter, path = form.letter, tmp_path / "pyynto.md"
    form.clauses["28(3)(h)"].texts["quote"].value = "x"
    letter.save.click()
    assert 'role="alert"' in letter.told.value
    form.revert.click()
    letter.file.value, letter.language.value = str(path), "sv"
    letter.save.click()
    assert ('role="status"' in letter.told.value, path.name in letter.told.value) == (True, True)
    assert path.read_text("utf-8") == _render(sample.review.request("tilitoimisto", lang="sv"), tmp_path / "again.md")
    path.unlink()
    exec(letter.code, {"desk": sample})
    letter.save.click()
    assert 'role="alert"' in letter.told.value
    letter.file.value, letter.kind.value = "", "summary"
    letter.save.click()
    assert [one.suffix for one in tmp_path.glob("tilitoimisto-*")] == [".docx"]
    letter.file.value = "pyynto.xyz"
    letter.save.click()
    assert 'role="alert"' in letter.told.value
    form.next.click()
    assert (letter.file.value, letter.told.value) == ("", "")
    entries = sample.verify().entries
    assert entries == ivp.sample(now=NOW).verify().entries


def _render(document, path):
    """A document as the text of its file."""
    return document.save(path).read_text("utf-8")


def test_an_unusual_day_is_asked_for_twice_on_the_form(sample):
    """The box is there only while such a day stands; unticked it is refused with the way to insist, and the code says insist=True."""
    form = ivp.forms.review(sample)
    form.clauses["28(3)(h)"].texts["quote"].value, form.why.value = "x", "w"
    assert form.insist.widget.layout.display == "none"
    form.valid_from.value = "1.3.1023"
    entries = sample.verify().entries
    assert form.insist.widget.layout.display == ""
    form.save.click()
    assert "vahvista" in form.status.value
    assert (sample.verify().entries, "insist" in form.code) == (entries, False)
    form.insist.widget.value = True
    assert "insist=True" in form.code
    form.valid_from.value = "1.3.2026"
    assert (form.insist.given, form.insist.widget.layout.display) == (False, "none")
    form.valid_from.value, form.insist.widget.value = "1.3.1023", True
    code = form.code
    form.save.click()
    assert sample.verify().entries == entries + 1
    exec(code, {"ivp": ivp, "desk": sample})
    assert sample.verify().entries == entries + 1


def test_a_review_that_somebody_else_saved_meanwhile_is_not_overwritten(sample):
    """Two forms on one journal: the second is told, and loses nothing that it typed."""
    one, two = ivp.forms.review(sample), ivp.forms.review(sample)
    place = sample.review.processors()["id"].tolist().index("tilitoimisto")
    for form, quote in ((one, "first"), (two, "second")):
        form.processor.value = place
        form.clauses["28(3)(h)"].texts["quote"].value = quote
        form.why.value = "w"
    one.save.click()
    entries = sample.verify().entries
    two.save.click()
    assert sample.verify().entries == entries
    assert 'role="alert"' in two.status.value
    assert two.clauses["28(3)(h)"].texts["quote"].value == "second"


def test_a_past_standpoint_and_an_empty_journal_have_a_form_that_saves_nothing(sample, desk):
    """Save is off, and the form says why."""
    for form in (ivp.forms.review(sample.at(valid="2025-01-01")), ivp.forms.review(desk)):
        assert form.save.disabled
        form.save.click()
        form.next.click()
    assert desk.verify().entries == 0


# --- charts


def test_transfers_and_contracts_are_drawn_with_their_frames(sample):
    """A row per country with every status counted; a row per contract; both with a text alternative."""
    chart = ivp.plots.transfers(sample.review.transfers())
    assert int(chart.frame.drop(columns="country").to_numpy().sum()) == len(sample.review.transfers())
    assert "Intia" in chart.alt
    timeline = ivp.plots.contracts(sample.review.agreements(), on=NOW[:10])
    assert timeline.frame["id"].tolist() == sample.review.agreements()["id"].tolist()
    assert ivp.plots.contracts(sample.review.agreements().head(0), on=NOW[:10]).alt
    assert ivp.plots.transfers(sample.review.transfers().head(0)).alt


@pytest.mark.parametrize(
    ("line", "expect"),
    [
        ("A GmbH (Germany). Mail.", "DE"),
        ("A GmbH – hosting, Ireland", "IE"),
        ("A GmbH – mail for customers in Germany", None),
        ("A GmbH – mail, not in Germany", None),
        ("A GmbH – hosting in Ireland, support from India", "IE; IN"),
        ("A GmbH – IT services", ""),
        ("A GmbH (formerly Ireland Ltd)", None),
        ("A GmbH – hosting in Ireland via B Ltd", None),
    ],
)
def test_an_item_of_a_list_is_placed_only_by_what_is_accounted_for(sample, tmp_path, line, expect):
    """Prose that names a country is no answer on where the data are."""
    (tmp_path / "a.md").write_text(f"# Subprocessors\n\n* {line}\n* B Oy – mail\n", encoding="utf-8")
    row = sample.review.read_list(tmp_path / "a.md", vendor="pilvi").rows.iloc[0]
    if expect is None:
        assert row["status"] in ("cannot_tell", "not_covered"), row
    else:
        assert row["countries"] == expect


@pytest.mark.parametrize("case", cases("vendor_lists"))
def test_every_row_of_a_page_is_read_or_set_apart(sample, tmp_path, case):
    """Each case of vendor_lists.toml: who is listed and where, and the sum of what was read and set apart is what the page holds."""
    given, expect = case["given"], case["expect"]
    (tmp_path / given["file"]).write_text(given["text"], encoding="utf-8")
    preview = sample.review.read_list(tmp_path / given["file"], vendor="pilvi")
    assert dict(zip(preview.rows["name"], preview.rows["countries"], strict=True)) == expect["rows"]
    parts = preview.parts
    assert (int(parts["apart"].sum()), int(parts["rows"].sum())) == (expect["apart"], expect["total"]), parts.to_string()
    assert (parts["read"] + parts["apart"] == parts["rows"]).all()
    assert (parts.loc[parts["apart"] > 0, "reason"] != "").all()
    assert f"{expect['total']} = " in repr(preview)


def test_a_column_of_a_list_that_fills_no_field_is_told(desk, tmp_path):
    """The ground of a transfer that a vendor tells is not taken for anything, and not passed over."""
    text = (
        "| Sub-processor | Country | Purpose | Transfer mechanism | |\n|---|---|---|---|---|\n| A Oy | Finland | mail | none needed | |\n"
    )
    (tmp_path / "a.md").write_text(text, encoding="utf-8")
    preview = desk.review.read_list(tmp_path / "a.md", vendor="v", on="2026-03-01")
    assert preview.problems[["name", "value"]].to_numpy().tolist() == [["", "Transfer mechanism"]]


@pytest.mark.parametrize("case", cases("company_names"))
def test_a_list_and_the_graph_agree_on_who_is_one_company(desk, tmp_path, case):
    """Each case of company_names.toml: who stands behind the vendor, and what a list of the other name changes."""
    given, same = case["given"], case["expect"]["same"]
    desk.review.record([ivp.Processor("v", organisation="Vendor"), ivp.Subprocessor("s", processor="v", organisation=given["one"])],
                       valid_from="2026-01-01", why="w")  # fmt: skip
    if "aliases" in given:
        desk.register.record(ivp.Organisation("org", name=given["one"], aliases=given["aliases"]), valid_from="2026-01-01", why="w")
    review = desk.review.state()
    assert (review.party(given["one"]) == review.party(given["two"])) == same
    (tmp_path / "a.csv").write_text(f'Sub-processor;Country\n"{given["two"]}";\nOther Oy;\n', encoding="utf-8")
    preview = desk.review.read_list(tmp_path / "a.csv", vendor="v", on="2026-03-01")
    changes = preview.diff().query("name != 'Other Oy'")
    assert set(changes["change"]) == (set() if same else {"added", "removed"})
    suggested = given["one"] in set(preview.problems.query(f"name == {given['two']!r}")["value"])
    assert suggested == case["expect"].get("perhaps", False)
