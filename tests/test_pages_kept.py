"""Pages that were read and kept: what the journal has of them, which findings follow and which do not, form and shell."""

import json

import pytest
from click.testing import CliRunner
from house import HOSTILE, ROOT, cases

import ivplus_tools as ivp
from ivplus_tools.cli import main
from ivplus_tools.discovery.records import PageCheck
from ivplus_tools.errors import Refusal

PAGE = ROOT / "data_samples" / "etusivu.har"


def inspected(path, cookies, hosts=(), address="https://www.example.fi/a"):
    """An inspection in which nobody could choose, of one page; `cookies`: name and domain."""
    root = {
        "uri_ins": address, "uri_dest": address, "hosts": {"requests": {"thirdParty": list(hosts)}}, "browser": {"preset_cookies": {}},
        "script": {"config": {"headless": True, "browserOptions": []}},
        "cookies": [{"name": name, "domain": domain, "expiresDays": 300, "session": False} for name, domain in cookies],
    }  # fmt: skip
    path.write_text(json.dumps(root), encoding="utf-8")
    return path


def codes(desk, *which):
    """The codes of findings of pages, by subject."""
    found = desk.discovery.findings()
    return {(one.subject, one.code) for one in found.itertuples() if one.code in (which or ALL)}


ALL = tuple(f"DIS-0{n}" for n in range(20, 28))


def test_a_page_is_kept_only_where_that_is_asked_and_without_values(desk):
    """Names of cookies and hosts, under the address of the page; who has no name keeps nothing."""
    desk.discovery.page(PAGE)
    assert len(desk.discovery.pages()) == 0
    receipt = desk.discovery.page(PAGE, keep=True).receipt
    assert len(receipt.entries) == 1
    [one] = desk.discovery.pages().itertuples()
    assert (one.page, one.file, one.cookies, one.need_consent, one.cannot_tell) == ("www.example.fi", "etusivu.har", 4, 2, 1)
    with pytest.raises(Refusal):
        ivp.Desk(desk.standpoint.path, lang="en").discovery.page(PAGE, keep=True)
    with pytest.raises(Refusal):
        desk.at(valid="2026-01-01").discovery.page(PAGE, keep=True)


def test_what_names_somebody_is_not_kept(desk, tmp_path):
    """An address or an identity code in the name of a cookie, in the path of a page, or in the name of a file."""
    page = inspected(
        tmp_path / "maija@example.fi.json",
        [("u_maija@example.fi", "www.example.fi"), ("t010190-999W", "www.example.fi")],
        address="https://www.example.fi/maija@example.fi/x",
    )
    desk.discovery.page(page, keep=True)
    kept = desk.standpoint.path.read_bytes()
    assert b"maija@" not in kept
    assert b"010190-999" not in kept
    assert b"www.example.fi/" in kept


@pytest.mark.parametrize("case", cases("page_checks"))
def test_exactly_the_findings_that_what_was_seen_asks_for(desk, case):
    """Each with what is planted, and beside it what raises no alarm."""
    desk.register.record(ivp.Organisation("me", relation=["own"]), valid_from="2020-01-01", why="w")
    for ident, facts in case.get("organisations", {}).items():
        desk.register.record(ivp.Organisation(ident, **facts), valid_from="2020-01-01", why="w")
    for ident, facts in case.get("transfers", {}).items():
        desk.review.record(ivp.Transfer(ident, **facts), valid_from="2020-01-01", why="w")
    on = case.get("on", "2026-03-02")
    record = PageCheck.of("p", **{"page_read": on, **case["seen"]})
    desk.discovery.seal_act([record], case["seen"].get("page_read", on), "w")
    then = desk if on == "2026-03-02" else desk.at(valid=on)
    assert {code for _, code in codes(then)} == set(case["expect"])


def test_a_cookie_that_a_notice_names_is_named(desk, tmp_path):
    """By its own name or by whose it is; without any notice it cannot be told, and nothing is said."""
    desk.discovery.page(inspected(tmp_path / "i.json", [("_fbp", "www.example.fi"), ("_ga", "www.example.fi")]), keep=True)
    assert not codes(desk, "DIS-023")
    notice = tmp_path / "seloste.html"
    told = "<p>Rekisterinpitäjä kertoo tässä, miten se käsittelee sivuston kävijöiden henkilötietoja ja mihin niitä tarvitaan.</p>" * 9
    notice.write_text(
        f"<html lang='fi'><body><h1>Evästeet</h1>{told}<p>Sivusto käyttää evästettä _fbp.</p></body></html>", encoding="utf-8"
    )
    desk.notice.publish(notice, on="2026-03-01", lang="fi")
    [finding] = [one.finding for one in desk.discovery.findings().itertuples() if one.code == "DIS-023"]
    assert "_ga" in finding
    assert "_fbp" not in finding


def test_a_page_that_shows_less_takes_nothing_away(desk, tmp_path):
    """A saved page beside a recording of the same address: each stands."""
    desk.discovery.page(PAGE, keep=True)
    before = codes(desk)
    saved = tmp_path / "s.html"
    saved.write_text('<html><head><link rel="canonical" href="https://www.example.fi/"></head><body>x</body></html>', encoding="utf-8")
    desk.discovery.page(saved, keep=True)
    assert before <= codes(desk)
    assert list(desk.discovery.pages()["page"]) == ["www.example.fi", "www.example.fi#html"]
    assert ("www.example.fi#html", "DIS-025") in codes(desk)


def test_a_page_is_stale_after_the_time_of_the_fact_and_its_country_is_that_of_the_day(desk, tmp_path):
    """Not on the last day, on the next; the United Kingdom is outside from the day it left."""
    record = PageCheck.of(
        "p", page_read="2020-01-15", seen_hosts=[{"host_name": "x.example", "of_another": "yes", "host_company": "X", "host_country": "GB"}]
    )
    desk.discovery.seal_act([record], "2020-01-15", "w")
    assert not codes(desk.at(valid="2020-01-31"), "DIS-022", "DIS-026")
    assert codes(desk.at(valid="2020-02-01"), "DIS-022", "DIS-026") == {("p", "DIS-022")}
    assert ("p", "DIS-026") not in codes(desk.at(valid="2020-07-15"))
    assert ("p", "DIS-026") in codes(desk.at(valid="2020-07-16"))


def test_the_planted_pages_of_the_sample_tell_what_they_were_planted_for(sample):
    """And the page that is in order tells nothing."""
    subjects = {}
    for subject, code in codes(sample):
        subjects.setdefault(code, set()).add(subject)
    assert set(subjects) == set(ALL)
    assert not any("tietosuoja#inspection" in one for those in subjects.values() for one in those)
    assert subjects["DIS-020"] == {"www.example.fi/yhteys#inspection"}
    assert subjects["DIS-026"] == {"kampanja.example.fi"}


def test_hostile_names_of_cookies_and_hosts_are_names(desk, tmp_path):
    """In the journal, in findings and in the frame; nothing of them is markup."""
    page = inspected(tmp_path / "i.json", [(text, "www.example.fi") for text in HOSTILE], HOSTILE)
    desk.discovery.page(page, keep=True)
    assert "<script" not in ivp.show(desk.discovery.findings())._repr_html_()
    assert desk.discovery.get("www.example.fi/a#inspection").seen_cookies


def test_the_form_and_the_shell_keep_a_page(desk, tmp_path):
    """Only by the button or the option of its own."""
    form = ivp.forms.discovery(desk)
    form.file.value = str(PAGE)
    form._do(form._on_page, form.told["read"])
    assert len(desk.discovery.pages()) == 0
    form._do(form._on_keep, form.told["keep"])
    assert list(desk.discovery.pages()["page"]) == ["www.example.fi"]
    assert "www.example.fi" in form.view.value
    path = tmp_path / "j.duckdb"
    ivp.Desk(path, by="tt").source("s", str(written(tmp_path)))
    asked = ["discover", "--page", str(PAGE), "--desk", str(path), "--by", "tt"]
    assert CliRunner().invoke(main, asked).exit_code == 1
    assert len(ivp.Desk(path).discovery.pages()) == 0
    assert CliRunner().invoke(main, [*asked, "--keep"]).exit_code == 1
    assert len(ivp.Desk(path).discovery.pages()) == 1


def written(folder):
    """A table, so that the journal has an entry."""
    path = folder / "t.csv"
    path.write_text("n\n1\n", encoding="utf-8")
    return path
