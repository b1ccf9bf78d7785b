"""The law as data: complete facts, citations, and findings that follow the facts."""

import shutil
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from house import cases

import ivplus_tools as ivp
from ivplus_tools import _law, _records, _words
from ivplus_tools.errors import BadFact
from ivplus_tools.rooms import answers_of

GOOD = """
[instrument]
key = "t"
name = { fi = "a", sv = "b", en = "c" }
source = "https://example.fi/t"

[[fact]]
rule = "t:1"
name = { fi = "a", sv = "b", en = "c" }
says = { fi = "a", sv = "b", en = "c" }
[[fact.value]]
from = 2018-05-25
days = 10
[[fact.value]]
from = 2027-01-01
days = 20
[[fact.value]]
from = 2020-01-01
days = 99
draft = true
"""


def test_a_value_holds_from_its_day_and_a_proposal_never(tmp_path):
    """The newest value that has begun decides; before the first there is none."""
    (tmp_path / "t.toml").write_text(GOOD.replace("from = 2018-05-25", "from = 2018-05-25\nuntil = 2026-12-31"))
    [fact] = _law.load(tmp_path / "t.toml")
    assert [(fact.on(day) or {}).get("days") for day in (date(2018, 5, 24), date(2026, 12, 31), date(2027, 1, 1))] == [None, 10, 20]


@pytest.mark.parametrize(
    "gone",
    [
        'rule = "t:1"',
        'source = "https://example.fi/t"',
        "from = 2027-01-01",
        'says = { fi = "a", sv = "b", en = "c" }',
        ', sv = "b", en = "c" }\nsays',
        'key = "t"',
    ],
)
def test_a_fact_without_rule_words_source_or_date_is_refused(tmp_path, gone):
    """The loader names the file and what is missing."""
    (tmp_path / "t.toml").write_text(GOOD.replace(gone, " }\nsays" if gone.endswith("says") else ""))
    with pytest.raises(BadFact, match=r"t\.toml"):
        _law.load(tmp_path / "t.toml")


def test_every_fact_of_the_package_loads_and_every_unverified_one_says_why():
    """A value that nobody compared carries a mark, and shows as a finding."""
    assert len(_law.facts()) > 80
    for fact in _law.unverified():
        assert fact.note["en"].startswith(("[S2]", "[K]", "[J]")), fact.rule


def test_an_unverified_fact_is_a_finding_until_somebody_compares_it(sample):
    """LAW-001 names each instrument with their number; LAW-002 comes when an instrument has not been re-read for its period."""
    found = sample.findings()
    told = found[found["code"] == "LAW-001"].set_index("subject")["finding"]
    counts = Counter(fact.instrument["key"] for fact in _law.unverified())
    assert len(told) == len(counts) > 5
    for key, count in counts.items():
        assert f": {count} (" in told[key]
        assert told[key].endswith(f"ivplus law {key}")
    assert "LAW-002" not in set(found["code"])
    later = sample.at(valid="2027-08-02").findings()
    reread = {fact.instrument["key"] for fact in _law.facts().values() if fact.instrument.get("reread_every")}
    reread -= {"watch", "notice", "cookies", "rights", "svtl", "wp248"}  # read in November
    assert set(later[later["code"] == "LAW-002"]["subject"]) == reread


@pytest.mark.parametrize("case", cases("law"))
def test_a_figure_that_is_only_shown_is_the_law_of_its_day(case):
    """Each case of law.toml: what a citation tells, and no finding rests on."""
    value = _law.value(case["rule"], date.fromisoformat(case["on"]))
    assert {name: value.get(name) for name in case["expect"]} == case["expect"]
    for told in case.get("told", ()):  # what a citation says of it in English
        assert told in repr(_law.cite(case["rule"], "en")), told


def test_a_citation_shows_three_languages_source_validity_and_reading():
    """`ivp.cite` opens the article behind a finding."""
    text = repr(ivp.cite("gdpr:30(1)(f)"))
    for part in (
        "poistamisen suunnitellut määräajat",
        "tidsfristerna för radering",
        "time limits for erasure",
        "http://data.europa.eu/eli/",
        "25.5.2018",
        "1.8.2026",
    ):
        assert part in text
    assert "proposal, not in force" in repr(ivp.cite("gdpr:30(5)", lang="en"))
    assert "viimeksi luettu" in repr(ivp.cite("gdpr:30(1)(f)", lang="fi"))
    assert "<table" in ivp.cite("gdpr:30(1)(f)")._repr_html_()


def test_an_unknown_rule_is_refused_with_the_nearest():
    """A wrong letter leads to the right one."""
    with pytest.raises(ivp.Refusal, match=r"gdpr:30\(1\)\(g\)"):
        ivp.cite("gdpr:30(1)(h)")


@pytest.mark.parametrize(
    ("was", "becomes", "expected"),
    [
        (
            'field = "retention"\nfinding = "REG-010"\nif_empty = "warning"',
            'field = "retention"\nfinding = "REG-010"\nif_empty = "error"',
            ("REG-010", "error"),
        ),
        (
            'field = "owner"\nfinding = "REG-040"\nif_empty = "info"',
            'field = "owner"\nfinding = "REG-040"\nif_empty = "warning"',
            ("REG-040", "warning"),
        ),
    ],
)
def test_a_changed_value_in_a_fact_changes_the_finding_without_code(sample, tmp_path, was, becomes, expected):
    """A reform is an edit of TOML."""
    folder = tmp_path / "facts"
    shutil.copytree(_law.FOLDER, folder)
    text = (folder / "gdpr.toml").read_text(encoding="utf-8")
    assert was in text
    (folder / "gdpr.toml").write_text(text.replace(was, becomes), encoding="utf-8")

    def severity():
        found = sample.register.findings()
        return found[(found["subject"] == "avainrekisteri") & (found["code"] == expected[0])]["severity"].tolist()

    before = severity()
    with _law.reading(folder):
        assert before != severity() == [expected[1]]
    assert severity() == before


def test_a_requirement_that_ends_is_no_longer_asked(sample, tmp_path):
    """With `until`, yesterday's law still judges yesterday, and today's does not ask."""
    folder = tmp_path / "facts"
    shutil.copytree(_law.FOLDER, folder)
    text = (folder / "data_protection_act.toml").read_text(encoding="utf-8")
    (folder / "data_protection_act.toml").write_text(
        text.replace("from = 2019-01-01\nrecord", "from = 2019-01-01\nuntil = 2025-12-31\nrecord"), encoding="utf-8"
    )
    with _law.reading(folder):
        assert "REG-028" not in set(sample.register.findings()["code"])
        assert "REG-028" in set(sample.at(valid="2025-12-31").register.findings()["code"])


def test_two_values_of_one_day_are_refused(tmp_path):
    """A reform that is added without the end of what it replaces would never apply: the first of the file answers."""
    folder = tmp_path / "facts"
    shutil.copytree(_law.FOLDER, folder)
    text = (folder / "gdpr.toml").read_text(encoding="utf-8")
    old = '[[fact.value]]\nfrom = 2018-05-25\nperiod = "PT72H"'
    assert text.count(old) == 1
    new = '[[fact.value]]\nfrom = 2027-07-01\nperiod = "PT96H"'
    (folder / "gdpr.toml").write_text(text.replace(old, f"{old}\n{new}"), encoding="utf-8")
    with _law.reading(folder), pytest.raises(BadFact, match=r"gdpr:33\(1\).*2027-07-01.*until"):
        _law.facts()
    ended = old.replace("from = 2018-05-25", "from = 2018-05-25\nuntil = 2027-06-30")
    (folder / "gdpr.toml").write_text(text.replace(old, f"{ended}\n{new}"), encoding="utf-8")
    _law.facts.cache_clear()
    with _law.reading(folder):
        assert [_law.value("gdpr:33(1)", date(2027, month, 2))["period"] for month in (6, 7)] == ["PT72H", "PT96H"]


def test_what_the_facts_ask_of_a_record_is_asked_by_its_room():
    """The register reads such requirements; of another kind nobody would."""
    assert {ask["record"] for fact in _law.facts().values() for ask in fact.history if "finding" in ask} == {"activity"}


def test_the_lists_of_the_law_are_the_same_for_no_two_folders_or_threads(tmp_path):
    """Codes, their meanings and the answers that rest on them are kept for the facts that were read, in turn and side by side."""
    folder = tmp_path / "facts"
    shutil.copytree(_law.FOLDER, folder)
    text = (folder / "gdpr.toml").read_text(encoding="utf-8")
    old = next(line for line in text.splitlines() if line.startswith("name = ") and "suostumus" in line)
    (folder / "gdpr.toml").write_text(text.replace(old, old.replace("suostumus", "lupa")), encoding="utf-8")

    def told(read):
        with _law.reading(read):
            names = [one["fi"] for one in _records.allowed("legal_basis").values()]
            try:
                return names, _records.code("legal_basis", "lupa")
            except ivp.Refusal:
                return names, None

    ours, theirs = told(_law.FOLDER), told(folder)
    assert ours != theirs
    assert ours[1] is None or theirs[1] is not None
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(told, [_law.FOLDER, folder] * 20)) == [ours, theirs] * 20


def test_our_wording_is_short():
    """`says` is one short sentence or two, never a statute's paragraph."""
    for fact in _law.facts().values():
        for lang in _words.LANGS:
            assert len(fact.says[lang]) <= 300, (fact.rule, lang)


@pytest.mark.parametrize(
    ("rule", "day"),
    [
        ("tsl:29:identification", "2023-12-31"), ("scc:2010/87", "2022-12-28"), ("retention:ALT-LIS", "2024-03-31"),
        ("retention:TTL-TERV", "2019-03-31"), ("other:LED", "2018-12-31"),
    ],
)  # fmt: skip
def test_a_fact_has_no_value_on_a_day_on_which_it_was_not_the_law(rule, day):
    """The day before the first, or after the last."""
    assert _law.value(rule, date.fromisoformat(day)) == {}


def test_no_mark_goes_without_a_word_on_what_was_read():
    """Of the ninety facts unverified in August 2026 at most 65 are; each that was compared since says what was read, in which state."""
    new = {"breach:confirmation", "breach:consequences", "breach:counts", "breach:alarm", "edpb:breach_template"}
    new |= {"1182/71:3(4):backwards", *(f"retention:{one}" for one in ("ULK", "LAHET", "RIKOS", "POTILAS"))}
    new |= {
        rule
        for rule in _law.facts()
        if rule.startswith(("watch:", "notice:", "rights:", "wp248:", "svtl:", "cookies:", "edpb:LIA", "tsv:35(4):"))
    }
    new |= {fact.rule for fact in _law.codes("longer_ground").values()} | {"gdpr:24(1):burden", "policy:intervals", "edpb:dpia_template"}
    assert len({fact.rule for fact in _law.unverified()} - new) <= 65
    compared = [fact for fact in _law.facts().values() if fact.read]
    assert len(compared) >= 25
    for fact in compared:
        assert fact.verified
        assert fact.reread == date(2026, 11, 29)
        assert "2025" in fact.read["en"] or "2018" in fact.read["en"]
        assert fact.read["fi"] in repr(_law.cite(fact.rule, "fi"))


def test_a_proposal_of_any_rule_changes_no_answer(sample, tmp_path):
    """Every fact gets a proposal that lacks all that its value has: every room answers as before, and reads none of it."""
    shutil.copytree(_law.FOLDER, tmp_path / "facts")
    proposal = '\n[[fact.value]]\nfrom = 2018-05-25\ndraft = true\nreform = "a-proposal"\n'
    for path in (tmp_path / "facts").glob("*.toml"):
        first, *facts = path.read_text(encoding="utf-8").split("[[fact]]\n")
        path.write_text("[[fact]]\n".join([first, *(one.rstrip() + "\n" + proposal + "\n" for one in facts)]), encoding="utf-8")
    before = answers_of(sample.standpoint)
    with _law.reading(tmp_path / "facts"):
        assert len(_law.fact("breach:supplement").proposals) == 1
        assert answers_of(sample.standpoint) == before


LATER = {  # a value of a practice that begins after the day asked about, and would move an answer if it were read today
    "retention:scan_every": "P1D", "retention:plan_open": "P1D", "edpb:tia_review": "P1D", "edpb:dpf_check": "P1D",
    "breach:supplement": "P1D",
}  # fmt: skip


def test_a_value_that_begins_later_changes_no_answer_before_it(sample, tmp_path):
    """Each practice gets a much stricter value from a later year on: nothing moves before it, and something after it (the control)."""
    shutil.copytree(_law.FOLDER, tmp_path / "facts")
    for path in (tmp_path / "facts").glob("*.toml"):
        first, *facts = path.read_text(encoding="utf-8").split("[[fact]]\n")
        for place, one in enumerate(facts):
            rule = one.partition('rule = "')[2].partition('"')[0]
            if rule in LATER:
                begun, *values = one.rstrip().split("[[fact.value]]\n")
                later = "\n".join(
                    [
                        *(line for line in values[-1].splitlines() if not line.startswith(("from", "period"))),
                        "from = 2027-01-01",
                        f'period = "{LATER[rule]}"',
                    ]
                )
                values[-1] = values[-1].rstrip() + "\nuntil = 2026-12-31\n"
                facts[place] = "[[fact.value]]\n".join([begun, *values, later]) + "\n\n"
        path.write_text("[[fact]]\n".join([first, *facts]), encoding="utf-8")
    then = sample.at(valid="2027-02-01").standpoint
    before, after = answers_of(sample.standpoint), answers_of(then)
    with _law.reading(tmp_path / "facts"):
        assert all(len(_law.fact(rule).history) > 1 for rule in LATER)
        assert answers_of(sample.standpoint) == before
        assert answers_of(then) != after
