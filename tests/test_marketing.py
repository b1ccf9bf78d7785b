"""The marketing room: what the law allows by cases written from the law, spellings of one address, days, fail closed, proof, journal."""

import csv
import random
import sqlite3
import stat
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from house import HOSTILE, NOW, cases
from hypothesis import given, settings
from hypothesis import strategies as st

import ivplus_tools as ivp
from ivplus_tools import _law, _sources, _words
from ivplus_tools.cli import main
from ivplus_tools.errors import Refusal
from ivplus_tools.marketing import addresses, hashing
from ivplus_tools.marketing.deciding import REASONS, UNDETERMINED
from ivplus_tools.marketing.records import ConsentText, MarketingPurpose, MarketingTable, tells_of_somebody

SINCE, ON = "2026-01-05", "2026-03-02"
RULES = cases("marketing_rules")
RULED = {"917/2014:200.1": "svtl:200(1)", "917/2014:200.2": "svtl:200(2)", "917/2014:200.3": "svtl:200(3)", "917/2014:201": "svtl:201",
         "917/2014:202": "svtl:202"}  # fmt: skip
KINDS = {"natural": "natural_person", "legal_general": "legal_person", "named_work": "work_address", "sole_trader": "sole_trader"}


def columns(**roles):
    """Columns of a table by their roles."""
    return [{"column": name, "marketing_role": role} for role, name in roles.items()]


class Company:
    """A company with one source of marketing data, whose tables are written as the test tells."""

    def __init__(self, desk, folder):
        self.desk, self.folder = desk, folder
        (folder / "data").mkdir()
        (folder / "data" / "muu.csv").write_text("a\n1\n", encoding="utf-8")
        desk.source("data", str(folder / "data"))

    def say(self, *records):
        """Record these."""
        self.desk.marketing.record(list(records), valid_from=SINCE, why="test")

    def table(self, name, role, rows, roles, **facts):
        """A table of the source, recorded with its roles."""
        with (self.folder / "data" / f"{name}.csv").open("w", encoding="utf-8", newline="") as out:
            csv.writer(out, quoting=csv.QUOTE_ALL).writerows([list(roles.values()), *rows])
        self.say(MarketingTable.of(f"data/{name}", source="data", table=name, table_role=role, marketing_columns=columns(**roles), **facts))

    def purpose(self, **facts):
        """The purpose and a text by which consent was asked for it."""
        told = {"refusal_in_messages": "yes", "own_products": "yes", "product_groups": ["huolto"], **facts}
        text = ConsentText.of(
            "t1", consent_purposes=["uutiset"], version="v1", text_from="2020-01-01", separate="yes", consent_words="Saa lähettää."
        )
        self.say(MarketingPurpose.of("uutiset", **told), MarketingPurpose.of("muu", **told), text)

    def consents(self, *rows, **facts):
        """Consents: address, given, withdrawn, text, purpose, channel."""
        roles = {
            "address": "osoite",
            "given": "annettu",
            "withdrawn": "peruttu",
            "consent_text": "teksti",
            "purpose": "tarkoitus",
            "channel": "kanava",
        }
        self.table("consents", "consents", [[*row, *([""] * (6 - len(row)))] for row in rows], roles, **facts)

    def bans(self, *rows):
        """Bans: address and day."""
        self.table("bans", "bans", rows, {"address": "osoite", "banned": "kielletty"})

    def check(self, rows, channel="email", on=None, name="lista.csv", **more):
        """A list checked: rows of `osoite`, or of `osoite, vastaanottaja`."""
        path = self.folder / name
        with path.open("w", encoding="utf-8", newline="") as out:
            told = [one if isinstance(one, (tuple, list)) else (one,) for one in rows]
            csv.writer(out, quoting=csv.QUOTE_ALL).writerows([("osoite", "vastaanottaja")[: max(map(len, told), default=1)], *told])
        return self.desk.marketing.check(path, channel, "uutiset", on, **more)

    def reasons(self, rows, channel="email", on=None, **more):
        """The reason of each row."""
        return list(self.check(rows, channel, on, **more).rows["reason"])


@pytest.fixture
def company(desk, tmp_path):
    """A company with a purpose, a text, no consents and no bans."""
    made = Company(desk, tmp_path)
    made.purpose()
    return made


MAIL, PHONE, STREET = "maija@example.fi", "+358401234567", "Mallikatu 1, 00100 Helsinki"
OF_CHANNEL = {"email": MAIL, "post": STREET}


@pytest.mark.parametrize("case", RULES)
def test_a_message_may_go_as_the_law_says(case, desk, tmp_path):
    """Each case of another hand: allowed or not, whether it cannot be told, and by which rule."""
    told, expect = case["given"], case["expect"]
    channel = told["channel"].replace("mobile_phone", "phone")
    address, customer = OF_CHANNEL.get(channel, PHONE), told.get("customer")
    made, yes_no = Company(desk, tmp_path), {True: "yes", False: "no"}
    facts = {"refusal_in_messages": yes_no.get(customer.get("refusal_in_messages")) if customer else "yes"}
    facts |= {"by_job_duties": yes_no.get(told.get("job_related"))}
    made.purpose(**facts, mobile_subscriptions="yes" if told["channel"] == "mobile_phone" else None)
    row = {"given": ["2024-01-01", "", "v1", "uutiset"], "withdrawn": ["2024-01-01", "2025-01-01", "v1", "uutiset"],
           "other_purpose": ["2024-01-01", "", "v1", "muu"], "later": ["2027-01-01", "", "v1", "uutiset"],
           "unknown_text": ["2024-01-01", "", "v9", "uutiset"]}.get(told.get("consent"))  # fmt: skip
    made.consents(*([[address, *row, channel]] if row else []))
    made.bans(*([[address, "2025-06-01"]] if told.get("ban") else []))
    if customer:
        answers = [yes_no.get(customer.get(one), "") for one in ("at_sale", "same_seller", "refusal_at_collection")]
        group = {True: "huolto", False: "muu"}.get(customer.get("similar"), "")
        roles = {one: one for one in ("address", "given", "at_sale", "same_seller", "refusal_offered", "product_group")}
        made.table("customers", "customers", [[address, "2024-01-01", *answers, group]], roles)
    found = made.check([(address, KINDS[told["recipient"]])], channel).rows.iloc[0]
    assert found["allowed"] == expect["allowed"], found["reason"]
    assert (found["reason"] in UNDETERMINED) == expect.get("open", False), found["reason"]
    assert found["rule"] == RULED.get(expect["rule"], expect["rule"]), found["reason"]


# --- spellings of one address

SPELT = cases("marketing")


def key_of(case):
    """What a spelling is read as."""
    return addresses.read(addresses.FORMS[case["channel"]], case["spelling"])


@pytest.mark.parametrize("channel", ["email", "sms"])
def test_no_spelling_of_a_banned_address_gets_through(company, channel):
    """Each is blocked as banned, or because it may be read in two ways; with a consent for each spelling, so that nothing else blocks."""
    those = [case.values[0] for case in SPELT if case.values[0]["channel"] == channel]
    company.consents(*[[case["spelling"], "2024-01-01", "", "v1", "uutiset", channel] for case in those])
    company.bans(*{(case["banned"], "2025-01-01") for case in those})
    found = company.check([case["spelling"] for case in those], channel).rows
    through = [
        (case["name"], reason) for case, reason in zip(those, found["reason"], strict=True) if reason not in ("banned", "two_readings")
    ]
    assert not through
    assert (found["reason"] == "banned").sum() >= len(those) - 2
    assert len(SPELT) >= 50


def test_the_same_spellings_are_sent_to_where_nobody_has_banned(company):
    """The control: a consent for the address itself reaches every spelling, but no tagged one, for that is another mailbox."""
    those = [case.values[0] for case in SPELT if case.values[0]["channel"] == "email"]
    company.consents(*[[one, "2024-01-01", "", "v1", "uutiset", "email"] for one in dict.fromkeys(case["banned"] for case in those)])
    company.bans(("muu@example.fi", "2025-01-01"))
    found = company.check([case["spelling"] for case in those]).rows
    expected = ["no_consent" if any("+" in key for key in key_of(case).keys) else "consent" for case in those]
    assert list(found["reason"]) == expected


def test_a_ban_written_oddly_stops_the_plain_address(company):
    """The ban itself may be in any spelling, and one cell may ban two."""
    company.consents(*[[f"{name}@example.fi", "2024-01-01", "", "v1", "uutiset", "email"] for name in "abcd"])
    company.bans(("Aino <A@EXAMPLE.FI>", "2025-01-01"), ("b@example.fi; c@example.fi", "2025-01-01"))
    assert company.reasons([f"{name}@example.fi" for name in "abcd"]) == ["banned", "banned", "banned", "consent"]


@pytest.mark.parametrize("raw", ["maija", "maija@", "@example.fi", "maija@example", "a b@example.fi", "maija@exa mple.fi",
    ".a@example.fi", "a..b@example.fi",
                                 "maija@-example.fi", "maija@xn--zzzzzzzzz.fi", "040", "ei ole", "–", "a@b@example.fi"])  # fmt: skip
def test_what_is_no_address_has_no_key(raw):
    """It is blocked as such, whatever consents say."""
    assert addresses.read(addresses.MAIL, raw).sure is None


def test_letters_of_two_alphabets_in_one_address_are_two_readings():
    """A Cyrillic a among Latin letters looks the same and is another mailbox."""
    assert addresses.read(addresses.MAIL, "m\u0430ija@example.fi").problem == addresses.TWO
    assert addresses.read(addresses.MAIL, "maija@example.fi").problem == ""


LOCALS = st.from_regex(r"[a-z0-9]{1,8}([.+_-][a-z0-9]{1,6}){0,2}", fullmatch=True)
MAILS = st.builds(lambda local, domain: f"{local}@{domain}.fi", LOCALS, st.from_regex(r"[a-z]{2,10}(\.[a-z]{2,8})?", fullmatch=True))
NUMBERS = st.from_regex(r"\+(358[1-9]|46[1-9]|1[2-9])[0-9]{6,9}", fullmatch=True)
DRESSES = st.sampled_from([
    str.upper, str.title, lambda one: f"  {one}\u200b", lambda one: f"mailto:{one}", lambda one: f"N N <{one}>",
    lambda one: one.replace("@", "\uff20"),
    lambda one: f'"{one}"', lambda one: one + ".",
])  # fmt: skip


@given(st.one_of(MAILS, st.text(max_size=30)))
@settings(max_examples=300, deadline=None)
def test_a_key_is_its_own_key(text):
    """Normalisation is idempotent, of whatever text."""
    for form in (addresses.MAIL, addresses.NUMBER, addresses.HANDLE, addresses.STREET):
        reading = addresses.read(form, text)
        if reading.sure:
            assert addresses.read(form, reading.sure).sure == reading.sure


@given(MAILS, MAILS, DRESSES)
@settings(max_examples=300, deadline=None)
def test_two_mailboxes_never_merge_and_a_dress_changes_none(one, other, dressed):
    """Dots and tags are not folded; what is put around an address is."""
    keys = [addresses.read(addresses.MAIL, each).sure for each in (one, other, dressed(one))]
    assert keys[0] == keys[2] == one
    assert (keys[0] == keys[1]) == (one == other)


@pytest.mark.parametrize("form", [addresses.MAIL, addresses.NUMBER])
def test_many_rows_are_read_as_one_is(form):
    """The expression of a usual spelling and the reading of a single one agree wherever the expression answers."""
    signs = {addresses.MAIL: "aB9@@...--+_ 'ä%=&x", addresses.NUMBER: "+0035804012 ()-./x"}[form]
    dice = random.Random(7)
    rows = ["".join(dice.choices(signs, k=dice.randint(3, 18))) for _ in range(20_000)]
    rows += [
        f"{a}@{b}"
        for a in ("A.b", "a'b", "x+y", "a%40b", "a/b")
        for b in ("Ex-Ample.fi", "a--b.fi", "xn--ab-c.fi", "e.co1", "1.2.ab", "a_b.fi")
    ]
    rows += ["040 1234567", "+358 40 1234567", "00358401234567", "+46701234567", "+3580401234567", "(+358)401234567", "0 9 123 456"]
    con = duckdb.connect()
    told = con.execute(f"SELECT r, {addresses.key_in_sql(form, 'r')} FROM (SELECT unnest(?) AS r)", [rows]).fetchall()
    assert [(raw, key) for raw, key in told if key is not None and addresses.read(form, raw).sure != key] == []
    assert sum(key is not None for _, key in told) > 5


# --- consents as of a day


def test_a_consent_counts_for_its_purpose_channel_text_and_day(company):
    """Each row lacks one thing; the first lacks nothing."""
    rows = {
        "consent": ["2024-01-01", "", "v1", "uutiset", "email"], "withdrawn": ["2024-01-01", "2026-03-02", "v1", "uutiset", "email"],
        "consent_later": ["2026-03-03", "", "v1", "uutiset", "email"], "consent_other_purpose": ["2024-01-01", "", "v1", "muu", "email"],
        "consent_other_channel": ["2024-01-01", "", "v1", "uutiset", "sms"], "text_unknown": ["2024-01-01", "", "v2", "uutiset", "email"],
        "date_unreadable": ["keväällä", "", "v1", "uutiset", "email"], "dates_in_wrong_order": ["2024-01-01", "2023-01-01", "v1",
        "uutiset", "email"],
        "purpose_unknown": ["2024-01-01", "", "v1", "jokin", "email"], "channel_unknown": ["2024-01-01", "", "v1", "uutiset", "kyyhkynen"],
    }  # fmt: skip
    company.consents(*[[f"{name}@example.fi", *row] for name, row in rows.items()])
    company.bans()
    found = company.check([*(f"{name}@example.fi" for name in rows), "nobody@example.fi"])
    assert list(found.rows["reason"]) == [*rows, "no_consent"]
    assert found.allowed == 1
    assert found.undetermined == sum(one in UNDETERMINED for one in rows)


@pytest.mark.parametrize(
    ("told", "on", "reason"),
    [
        (["2024-01-01", "2026-03-03"], ON, "consent"), (["2024-01-01", "2026-03-02"], ON, "withdrawn"), (["2026-03-02", ""], ON, "consent"),
        (["2026-03-02T23:30", ""], ON, "consent"), (["2026-03-02T22:30:00Z", ""], ON, "consent_later"), (["2026-03-02T21:30:00Z", ""],
        ON, "consent"),
        (["2024-01-01", "kyllä"], ON, "date_unreadable"), (["2024-01-01", "1900-01-01"], ON, "date_unreadable"), (["1.1.2024", ""],
        ON, "date_unreadable"),
        (["2024-02-30", ""], ON, "date_unreadable"), (["2024-01-01", "9999-12-31"], ON, "consent"), (["", ""], ON, "date_unreadable"),
        (["2025-06-01", ""], "2025-05-31", "consent_later"), (["2025-06-01", ""], "2025-06-01", "consent"), (["2019-12-31", ""],
        ON, "text_unknown"),
    ],
)  # fmt: skip
def test_a_day_is_what_it_is_in_helsinki(company, told, on, reason):
    """On or before the day, by the clock of Helsinki; what is no day is none; a text before its first day is not known."""
    company.consents(["a@example.fi", *told, "v1", "uutiset", "email"])
    company.bans()
    assert company.reasons(["a@example.fi"], on=on) == [reason]


def test_finnish_days_are_read_where_the_table_says_so(company):
    """1.2.2024 is the first of February."""
    company.consents(["a@example.fi", "1.2.2024", "", "v1", "uutiset", "email"], ["b@example.fi", "1.2.2024 12:30", "3.4.2025", "v1",
    "uutiset", "email"],
                     date_format=["d.M.yyyy"])  # fmt: skip
    company.bans()
    assert company.reasons(["a@example.fi", "b@example.fi"]) == ["consent", "withdrawn"]
    assert company.reasons(["a@example.fi"], on="2024-01-31") == ["consent_later"]


def test_a_withdrawal_ends_every_earlier_consent_and_no_later_one(company):
    """Two rows of one person, in either order."""
    rows = [["2022-01-01", ""], ["2022-01-01", "2023-01-01"], ["2024-01-01", ""]]
    company.consents(
        *[["a@example.fi", *row, "v1", "uutiset", "email"] for row in rows[:2]],
        *[["B@example.fi", *row, "v1", "uutiset", "email"] for row in rows],
    )
    company.bans()
    assert company.reasons(["a@example.fi", "b@example.fi"]) == ["withdrawn", "consent"]


def test_a_consent_after_a_ban_counts_only_if_it_is_later(company):
    """Told with both days; the same day is not later, a ban without a day stands always, a later ban is not there yet."""
    company.consents(*[[f"{name}@example.fi", "2025-01-01", "", "v1", "uutiset", "email"] for name in "abcdef"])
    company.bans(
        ("a@example.fi", "2024-12-31"),
        ("b@example.fi", "2025-01-01"),
        ("c@example.fi", "joskus"),
        ("d@example.fi", ""),
        ("e@example.fi", "2026-03-03"),
    )
    found = company.check([f"{name}@example.fi" for name in "abcdef"]).rows
    assert list(found["reason"]) == ["consent_after_ban", "banned", "banned", "banned", "consent", "consent"]
    assert [str(found[name][0])[:10] for name in ("given", "banned")] == ["2025-01-01", "2024-12-31"]


def test_our_own_time_limit_of_consents_is_told_as_policy(company):
    """The law has none: the reason says whose limit it is, and without one an old consent counts."""
    company.consents(["a@example.fi", "2023-01-01", "", "v1", "uutiset", "email"])
    company.bans()
    assert company.reasons(["a@example.fi"]) == ["consent"]
    company.purpose(consent_lasts="P2Y")
    found = company.check(["a@example.fi"]).rows
    assert (found["reason"][0], found["rule"][0]) == ("consent_too_old", "gdpr:5(2)")


# --- fail closed


def test_what_is_not_recorded_blocks_everything_with_its_own_reason(desk, tmp_path):
    """No purpose, no bans, no consents: each has its reason, and nobody is sent to."""
    made = Company(desk, tmp_path)
    rows = ["a@example.fi"]
    assert made.reasons(rows) == ["purpose_not_recorded"]
    made.purpose()
    assert made.reasons(rows) == ["bans_not_recorded"]
    made.bans()
    assert made.reasons(rows) == ["consents_not_recorded"]
    made.consents(["a@example.fi", "2024-01-01", "", "v1", "uutiset", "email"])
    assert made.reasons(rows) == ["consent"]
    assert made.reasons(rows, on="2014-12-31") == ["no_rule"]


@pytest.mark.parametrize("name", ["consents", "bans"])
def test_a_table_that_cannot_be_read_blocks_everything(company, name):
    """Gone, ragged, or without a column that it should have; the reason of the source is told."""
    company.consents(["a@example.fi", "2024-01-01", "", "v1", "uutiset", "email"])
    company.bans(("b@example.fi", "2025-01-01"))
    path = company.folder / "data" / f"{name}.csv"
    whole = path.read_text(encoding="utf-8")
    for spoilt in (None, whole + "a,b,c,d,e,f,g,h,i,j\n", whole.replace("osoite", "muu", 1)):
        path.unlink(missing_ok=True) if spoilt is None else path.write_text(spoilt, encoding="utf-8")
        found = company.check(["a@example.fi"])
        assert list(found.rows["reason"]) == ["source_unread"], spoilt
        assert f"data/{name}" in list(found.open["subject"])
        assert not found.clean
    path.write_text(whole, encoding="utf-8")
    assert company.reasons(["a@example.fi"]) == ["consent"]


def test_a_ban_that_reaches_nobody_is_told(company):
    """One whose key has no address, one that cannot be read: counted, told, never clean."""
    company.consents(["a@example.fi", "2024-01-01", "", "v1", "uutiset", "email"])
    company.table("people", "directory", [["7", "b@example.fi"]], {"key": "id", "address": "osoite"})
    company.table("bans", "bans", [["7", "2025-01-01"], ["8", "2025-01-01"]], {"key": "id", "banned": "kielletty"}, addresses="data/people")
    found = company.check(["a@example.fi", "b@example.fi"])
    assert list(found.rows["reason"]) == ["consent", "banned"]
    assert list(found.open[["subject", "reason", "rows"]].itertuples(index=False, name=None)) == [("data/bans", "no_address", 1)]
    assert "data/bans" in repr(found)
    company.desk.marketing.findings().set_index("code").loc["MKT-018"]


def test_a_day_to_come_and_an_empty_list_are_never_clean(company):
    """Tomorrow's bans are not known; of a list without rows nothing is said to be fine."""
    company.consents(["a@example.fi", "2024-01-01", "", "v1", "uutiset", "email"])
    company.bans()
    assert company.check(["a@example.fi"]).clean
    assert not company.check(["a@example.fi"], on="2026-03-03").clean
    assert not company.check([]).clean


def test_a_list_of_which_nobody_can_say_what_it_is_is_refused(company):
    """Two columns that may be the address, a channel that nobody knows, two sheets, a file that is none."""
    (company.folder / "l.csv").write_text("email;sähköposti\na@example.fi;b@example.fi\n", encoding="utf-8")
    with pytest.raises(Refusal, match="which column"):
        company.desk.marketing.check(company.folder / "l.csv", "email", "uutiset")
    assert company.desk.marketing.check(company.folder / "l.csv", "email", "uutiset", columns={"address": "email"}).blocked == 1
    with pytest.raises(Refusal):
        company.desk.marketing.check(company.folder / "l.csv", "kyyhkynen", "uutiset")
    with pytest.raises(Refusal):
        company.desk.marketing.check(company.folder / "missing.csv", "email", "uutiset")


def test_the_most_protected_kind_that_anybody_tells_decides(company):
    """The list says a company, the table a person: a person. A kind that is not understood is a person too."""
    company.consents(["a@example.fi", "2020-01-01", "2021-01-01", "v1", "muu", "email"], marketing_recipient="natural_person")
    company.bans()
    rows = [("a@example.fi", "yritys"), ("b@example.fi", "yritys"), ("c@example.fi", "pilvi"), ("d@example.fi", "")]
    assert company.reasons(rows) == ["consent_other_purpose", "not_prohibited", "no_consent", "no_consent"]


# --- those who refused


def test_a_refusal_holds_after_the_data_are_gone_until_it_is_lifted(company):
    """By hash and by mailbox, in every spelling; a later consent does not lift it."""
    company.consents(
        ["maija@example.fi", "2026-01-01", "", "v1", "uutiset", "email"], ["maija+a@example.fi", "2026-01-01", "", "v1", "uutiset", "email"]
    )
    company.bans()
    rows = ["Maija@Example.fi", "maija+a@example.fi"]
    assert company.reasons(rows) == ["consent", "consent"]
    company.desk.marketing.suppress("mailto:MAIJA@example.fi", "email", why="vastusti")
    assert company.reasons(rows) == ["suppressed", "suppressed"]
    assert company.reasons(rows, on="2026-03-01") == ["consent", "consent"]
    with pytest.raises(Refusal, match="not on the suppression list"):
        company.desk.marketing.lift("muu@example.fi", "email", why="pyyntö")
    company.desk.marketing.lift("maija@example.fi", "email", why="pyysi itse")
    assert company.reasons(rows) == ["consent", "consent"]


@pytest.mark.parametrize("spoil", ["gone", "another", "unreadable"])
def test_without_its_secret_everything_is_blocked_and_told(company, spoil):
    """Gone, another one, or not hexadecimal: blocked, a finding, and no new hash beside those that nobody can compare."""
    company.consents(["a@example.fi", "2024-01-01", "", "v1", "uutiset", "email"])
    company.bans()
    company.desk.marketing.suppress("b@example.fi", "email", why="vastusti")
    [key] = Path(f"{company.desk.standpoint.path}.secrets").glob("*.key")
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert company.reasons(["a@example.fi", "b@example.fi"]) == ["consent", "no_consent"]
    assert "MKT-013" not in set(company.desk.marketing.findings()["code"])
    key.unlink() if spoil == "gone" else key.write_text("00" * 32 if spoil == "another" else "?", encoding="ascii")
    assert company.reasons(["a@example.fi"]) == ["secret_missing"]
    assert "MKT-013" in set(company.desk.marketing.findings()["code"])
    with pytest.raises(Refusal, match="secret"):
        company.desk.marketing.suppress("c@example.fi", "email", why="vastusti")


@given(st.binary(min_size=32, max_size=32), st.text(max_size=20))
@settings(max_examples=50, deadline=None)
def test_the_hash_of_many_rows_is_that_of_one(secret, key):
    """The expression is HMAC-SHA256, as the standard library makes it."""
    key = key.replace("\0", "")
    padded = secret.ljust(hashing.BLOCK, b"\0")
    values = {
        "outer": bytes(one ^ hashing.OUTER for one in padded),
        "inner": bytes(one ^ hashing.INNER for one in padded),
        "channel": "email",
    }
    text = hashing.MARK.format(allowed=5, key="k", signs=hashing.SIGNS)
    [[made]] = duckdb.connect().execute(f"SELECT {text} FROM (SELECT 0 AS reason, $key::VARCHAR AS k)", {**values, "key": key}).fetchall()
    assert made.hex == hashing.mark(secret, "email", key)


def test_nothing_of_a_person_is_in_the_journal_or_in_what_is_said(company):
    """Neither a list, a refusal, a proof nor a refused call leaves an address in the journal's bytes, its secrets or a message."""
    company.consents(["salainen.nimi@example.fi", "2024-01-01", "", "v1", "uutiset", "email"])
    company.bans(("toinen.nimi@example.fi", "2025-01-01"))
    found = company.check(["Salainen.Nimi@example.fi", "toinen.nimi@example.fi", "ei osoite"], name="salainen.nimi@example.fi.csv")
    found.write(company.folder / "out.csv")
    found.proof("salainen.nimi@example.fi")
    desk = company.desk
    desk.marketing.suppress("salainen.nimi@example.fi", why="vastusti")
    said = [repr(found), repr(desk.marketing), desk.findings().to_string(), repr(desk.marketing.overview())]
    for call in (
        lambda: desk.marketing.suppress("salainen.nimi(kommentti)@example.fi", "email", why="x"),
        lambda: desk.marketing.suppress("a@example.fi", "email", why="salainen.nimi@example.fi vastusti"),
        lambda: desk.marketing.lift("salainen.nimi@example.fi", "other_message", why="040 1234567 soitti"),
        lambda: desk.marketing.lift("salainen.nimi2@example.fi", "email", why="soitti"),
    ):  # fmt: skip
        with pytest.raises(Refusal) as refused:
            call()
        said += [refused.value.text(lang) for lang in ("fi", "sv", "en")]
    files = [path for path in company.folder.rglob("*") if path.is_file() and (".duckdb" in path.name or ".secrets" in str(path))]
    assert files
    for one in [*said[1:], *(path.read_bytes().decode("latin-1") for path in files)]:
        assert "nimi@" not in one.lower().replace("nimi2@", ""), one[:200]
        assert "040 1234567" not in one


@pytest.mark.parametrize(("text", "tells"), [("maija@example.fi soitti", True), ("puh. 040 123 4567", True), ("010190-999W", True),
    ("soitti 2.3.2026", False),
                                             ("päätös 2026-03-02 kello 9", False), ("kirje 12", False)])  # fmt: skip
def test_a_reason_that_names_somebody_is_known(text, tells):
    """Days and short numbers name nobody."""
    assert tells_of_somebody(text) is tells


# --- out: the cleaned list, the proof, the shell


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "parquet"])
def test_the_cleaned_list_has_the_allowed_rows_as_they_were(company, suffix):
    """All columns, in their order, formulas disarmed, numbers as they are dialled; and a list that has changed is not written."""
    company.consents(*[[number, "2024-01-01", "", "v1", "uutiset", "sms"] for number in ("+358401234567", "0407654321")])
    company.bans()
    path = company.folder / "l.csv"
    rows = [
        ["nimi", "puhelin", "muuta"],
        *[[text, "+358401234567", "x;y"] for text in HOSTILE if "\n" not in text],
        ["N", "0409999999", ""],
    ]
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(rows)
    found = company.desk.marketing.check(path, "sms", "uutiset")
    made = found.write(company.folder / f"out.{suffix}")
    assert found.allowed == len(rows) - 2
    with _sources.opened(_sources.Place("o", str(made), None, Path("/"))) as engine:
        [table] = engine.tables()
        told = list(engine.rows(f"SELECT * FROM {engine.relation(table)}"))
    assert [row[1] for row in told] == ["+358401234567"] * (len(rows) - 2)
    if suffix != "csv":
        assert [row[0] for row in told] == [row[0] for row in rows[1:-1]]
    else:
        assert not [row[0] for row in told if row[0][:1] in "=+@-"]
    check = company.desk.marketing.get(company.desk.marketing.overview()["id"][0])
    assert check.written_hash
    path.write_text(path.read_text(encoding="utf-8") + "M,0401111111,\n", encoding="utf-8")
    with pytest.raises(Refusal, match="changed"):
        found.write(company.folder / "again.csv")


def everything_of(company):
    """A company whose list of one address may be sent to, and the check of it."""
    company.consents(
        ["a@example.fi", "2024-01-01", "", "v1", "uutiset", "email"], ["b@example.fi", "2024-01-01", "", "v1", "uutiset", "email"]
    )
    company.bans()
    found = company.check(["a@example.fi", "b@example.fi"])
    assert found.clean
    return found


MEANWHILE = {
    "a refusal": lambda company: company.desk.marketing.suppress("a@example.fi", "email", why="vastusti"),
    "a table of bans": lambda company: company.table("more", "bans", [["b@example.fi", "2025-01-01"]], {"address": "a", "banned": "b"}),
    "a table that ended": lambda company: company.desk.marketing.end("data/consents", SINCE, why="poistettu"),
    "a text": lambda company: company.say(ConsentText.of("t1", consent_purposes=["uutiset"], version="v1", separate="no")),
    "a purpose": lambda company: company.say(MarketingPurpose.of("uutiset", refusal_in_messages="no")),
    "a source": lambda company: company.desk.source("data", str(company.folder / "elsewhere.csv")),
}


@pytest.mark.parametrize("what", MEANWHILE)
def test_a_list_is_not_written_by_a_check_of_before(company, what):
    """What was recorded after the check is not in it: nothing is written until the list is checked again."""
    found, out = everything_of(company), company.folder / "out.csv"
    assert not found.stale
    (company.folder / "elsewhere.csv").write_text("a\n", encoding="utf-8")
    MEANWHILE[what](company)
    assert found.stale
    with pytest.raises(Refusal, match="check again"):
        found.write(out)
    assert not out.exists()


def test_a_check_of_yesterday_writes_nothing_and_one_of_now_does(company):
    """A day that has changed is one of new bans; what another room records, and the check itself, change nothing."""
    found, out = everything_of(company), company.folder / "out.csv"
    at = found.room.standpoint
    company.desk.register.record(ivp.Activity.of("muu"), valid_from=SINCE, why="test")
    company.check(["c@example.fi"], name="muu.csv")
    later = replace(found, room=found.room.as_of(replace(at, pinned=at.pinned + timedelta(days=1))))
    with pytest.raises(Refusal, match="check again"):
        later.write(out)
    assert found.write(out).read_text(encoding="utf-8").splitlines()[1:] == ["a@example.fi", "b@example.fi"]


def test_no_file_is_written_over(company):
    """Neither a cleaned list of before nor the list itself."""
    found = everything_of(company)
    other = company.folder / "out.csv"
    other.write_text("toinen", encoding="utf-8")
    for path in (other, found.place.path):
        before = path.read_bytes()
        with pytest.raises(Refusal, match="exists already"):
            found.write(path)
        assert path.read_bytes() == before


def test_what_has_to_be_known_before_a_send_stands_first(company):
    """Bans of nobody are a warning above the counts, before other warnings; where there is none, none is told."""
    found = everything_of(company)
    assert found.warnings == []
    assert not repr(found).startswith("⚠")
    company.bans(("ei osoite", "2025-01-01"), ("", "2025-01-01"))
    company.consents(["?", "2024-01-01", "", "v1", "uutiset", "email"], ["a@example.fi", "2024-01-01", "", "v1", "uutiset", "email"])
    found = company.check(["a@example.fi", "b"])
    assert [one.partition(" ")[0] for one in found.warnings] == ["2", "data/consents:"]
    told = repr(found).splitlines()
    assert told[0].startswith("⚠ 2 bans (table data/bans) cannot be tied to anybody's address")
    assert [one[0] for one in told[:3]] == ["⚠", "⚠", "l"]


def test_rows_are_those_of_the_file(company):
    """The heading is row 1, as in a spreadsheet."""
    found = everything_of(company)
    assert list(found.rows["row"]) == [2, 3]
    assert found.place.path.read_text(encoding="utf-8").splitlines()[found.rows["row"][1] - 1] == '"b@example.fi"'


@pytest.mark.parametrize("name", ["lista.md", "lista.pdf", "lista.docx", "lista"])
def test_a_file_that_is_no_list_is_refused_in_ones_own_words(company, name):
    """By its name, and not by what a reader says of its content."""
    path = company.folder / name
    path.write_text("# Otsikko\n\nteksti | muu, a, b\n", encoding="utf-8")
    with pytest.raises(Refusal) as refused:
        company.desk.marketing.check(path, "email", "uutiset")
    assert "ei ole lista" in refused.value.text("fi")
    assert ".csv" in refused.value.text("fi")


@pytest.mark.parametrize("told", ["Maija 010190-999A", "soitti 040 1234567", "maija@example.fi", "tili FI21 1234 5600 0007 85"])
def test_no_reason_of_the_room_tells_of_somebody(company, told):
    """Whatever is recorded, ended or withdrawn, and how a consent was collected."""
    room = company.desk.marketing
    for call in (
        lambda: room.suppress("a@example.fi", "email", why=told),
        lambda: room.record(MarketingPurpose.of("uusi"), valid_from=SINCE, why=told),
        lambda: room.end("uutiset", SINCE, why=told),
        lambda: MarketingTable.of("data/x", source="data", table="x", marketing_columns=columns(address="a"), collected_how=told),
    ):  # fmt: skip
        with pytest.raises(Refusal, match="identity code"):
            call()


def test_an_address_for_every_channel_that_is_none_names_no_channel(company):
    """Nobody has chosen one."""
    with pytest.raises(Refusal) as refused:
        company.desk.marketing.suppress("ei osoite", why="vastusti")
    assert "tekstiviesti" not in refused.value.text("fi")
    assert "valitse kanava" in refused.value.text("fi")
    with pytest.raises(Refusal, match="text message"):
        company.desk.marketing.suppress("ei osoite", "sms", why="vastusti")


def press(form, key):
    """Press a button of a form by its label; what is said then, wherever it stands."""
    [button] = [one for one in form._inside.children if getattr(one, "description", "") == form._say(key)]
    button.click()
    return form.told[key].value


@pytest.mark.parametrize("change", ["path", "column", "channel", "purpose", "suppress"])
def test_the_form_writes_no_result_of_before(company, change):
    """A list, column, channel or purpose that has changed, or a refusal recorded: stale is told at once, and the write is refused."""
    form = ivp.forms.marketing(company.desk)
    form.path.value, form.purpose.value = str(everything_of(company).place.path), "uutiset"
    assert 'role="alert"' not in press(form, "check")
    assert form.stale.value == ""
    form.target.value = str(company.folder / "out.csv")
    if change == "suppress":
        form.address.value, form.reason.value = "a@example.fi", "vastusti"
        press(form, "suppress")
    else:
        new = {"path": "muu.csv", "column": "osoite", "channel": "sms", "purpose": "muu"}[change]
        getattr(form, change).value = new
    assert 'role="alert"' in form.stale.value
    assert "check again" in press(form, "write")
    assert not (company.folder / "out.csv").exists()
    if change in ("column", "suppress"):
        press(form, "check")
        assert form.stale.value == ""
        press(form, "write")
        rows = (company.folder / "out.csv").read_text(encoding="utf-8").splitlines()[1:]
        assert rows == (["b@example.fi"] if change == "suppress" else ["a@example.fi", "b@example.fi"])
        assert "exists already" in press(form, "write")


def test_the_form_takes_the_column_of_the_address_and_warns_first(company):
    """Two columns that may be meant are refused until one is named; bans of nobody are an alert above the result."""
    company.consents(["a@example.fi", "2024-01-01", "", "v1", "uutiset", "email"])
    company.bans(("ei osoite", "2025-01-01"))
    path = company.folder / "kaksi.csv"
    path.write_text("x,y\na@example.fi,b@example.fi\n", encoding="utf-8")
    form = ivp.forms.marketing(company.desk)
    form.path.value, form.purpose.value = str(path), "uutiset"
    assert 'role="alert"' in press(form, "check")
    form.column.value = "y"
    press(form, "check")
    assert list(form.found.rows["address"]) == ["b@example.fi"]
    assert "columns={'address': 'y'}" in form.code.replace("&#x27;", "'")
    assert 'role="alert"' in form.warned.value
    assert "1 bans" in form.warned.value
    order = list(form._inside.children)
    assert order.index(form.warned) < order.index(form.told["check"]) < order.index(form.view)


def test_a_proof_tells_text_version_hash_days_and_bans(company):
    """What Article 7(1) asks: by which text, when, how; and the ban with its day."""
    company.consents(["A@example.fi", "2024-01-01", "", "v1", "uutiset", "email"], collected_how="verkkolomake")
    company.bans(("a@example.fi", "2023-01-01"))
    proof = company.desk.marketing.proof(" a@EXAMPLE.fi", "email", "uutiset")
    assert (proof.allowed, proof.reason, str(proof.given), str(proof.banned)) == ("yes", "consent_after_ban", "2024-01-01", "2023-01-01")
    told = proof.events.set_index("role").loc["consents"]
    assert (told["text"], told["version"], told["collected_how"], told["counts"]) == ("t1", "v1", "verkkolomake", "yes")
    none = company.desk.marketing.proof("b@example.fi", "email", "uutiset")
    assert (none.allowed, none.reason, len(none.events)) == ("no", "no_consent", 0)


def test_a_sheet_and_a_database_are_read_as_files_are(company, tmp_path):
    """Consents in SQLite, a list in a workbook: the same answer."""
    con = sqlite3.connect(tmp_path / "c.sqlite")
    con.execute("CREATE TABLE luvat (osoite TEXT, annettu TEXT, teksti TEXT, tarkoitus TEXT)")
    con.execute("INSERT INTO luvat VALUES ('A@Example.fi', '2024-01-01', 'v1', 'uutiset')")
    con.commit()
    con.close()
    company.desk.source("kanta", str(tmp_path / "c.sqlite"))
    roles = columns(address="osoite", given="annettu", consent_text="teksti", purpose="tarkoitus")
    company.say(
        MarketingTable(
            "kanta/luvat", source="kanta", table="luvat", table_role="consents", marketing_columns=roles, marketing_channel="email"
        )
    )
    company.bans()
    found = company.check(["a@example.fi", "b@example.fi"])
    found.write(tmp_path / "l.xlsx")
    assert list(company.desk.marketing.check(tmp_path / "l.xlsx", "email", "uutiset").rows["reason"]) == ["consent"]


def test_the_shell_exits_by_what_was_found(company, monkeypatch):
    """0: all may be sent to; 1: some may not; 2: refused."""
    company.consents(["a@example.fi", "2024-01-01", "", "v1", "uutiset", "email"])
    company.bans()
    for name, rows in (("all", "a@example.fi"), ("some", "a@example.fi\nb@example.fi")):
        (company.folder / f"{name}.csv").write_text(f"email\n{rows}\n", encoding="utf-8")
    monkeypatch.setenv("IVPLUS_NOW", NOW)
    run = CliRunner().invoke
    told = ["marketing", "check"], ["--desk", str(company.desk.standpoint.path), "--channel", "email", "--purpose", "uutiset", "--by", "tt"]
    codes = [run(main, [*told[0], str(company.folder / f"{name}.csv"), *told[1]]).exit_code for name in ("all", "some", "none")]
    assert codes == [0, 1, 2]
    out = company.folder / "clean.csv"
    assert run(main, [*told[0], str(company.folder / "some.csv"), *told[1], "--write", str(out)]).exit_code == 1
    assert out.read_text(encoding="utf-8").split() == ["email", "a@example.fi"]


def test_every_planted_fault_of_the_sample_is_found(sample):
    """And a purpose, a text and a table that are whole have none of those findings."""
    found = sample.marketing.findings()
    assert {f"MKT-{number:03d}" for number in range(1, 19)} == set(found["code"])
    assert not set(found["subject"]) & {"uutiskirje/consents", "uutiskirje/bans", "uutiskirje-2020"}


def test_reasons_are_worded_and_ruled():
    """Each reason has its words, and each is either allowed, blocked or told as open."""
    assert len(REASONS) == len(set(REASONS))
    assert set(REASONS) < set(_words.values("marketing_reason"))
    assert all(rule in _law.facts() for rule in _words.read("headings")["marketing_rule"].values())


def test_a_table_of_which_nobody_has_said_what_it_holds_blocks(company):
    """Bans may be in it."""
    company.consents(["a@example.fi", "2024-01-01", "", "v1", "uutiset", "email"])
    company.bans()
    company.table("x", None, [["a@example.fi"]], {"address": "osoite"})
    assert company.reasons(["a@example.fi"]) == ["source_unread"]


# --- the order of reasons, against an oracle in Python

DAYS = st.sampled_from(["2024-01-01", "2025-01-01", "2026-03-02", "2026-06-01"])
NAMES = st.sampled_from(["a@example.fi", "b@example.fi", "b+x@example.fi", "c@example.fi"])
CONSENT_ROWS = st.lists(
    st.tuples(
        NAMES, DAYS, st.one_of(st.just(""), DAYS), st.sampled_from(["v1", "v1", "v9"]), st.sampled_from(["uutiset", "uutiset", "muu"])
    ),
    max_size=8,
)
BAN_ROWS = st.lists(st.tuples(NAMES, DAYS), max_size=3)


def may_be_sent(address, consents, bans):
    """What the law says of one address, said as simply as can be."""
    mailbox = addresses.base_of(address) or address
    mine = [row for row in consents if row[0] == address]
    refused = [day for name, day in bans if name in (address, mailbox) and day <= ON]
    refused += [row[2] for row in mine if row[4] == "uutiset" and row[2] and row[2] <= ON]
    odd = any(row[3] == "v1" and row[4] == "uutiset" and row[2] and row[2] < row[1] and row[2] <= ON for row in mine)
    given_on = [row[1] for row in mine if row[3] == "v1" and row[4] == "uutiset" and row[1] <= ON]
    return not odd and any(all(day > each for each in refused) for day in given_on)


@given(CONSENT_ROWS, BAN_ROWS)
@settings(max_examples=25, deadline=None)
def test_a_check_says_what_a_plain_reading_of_the_rows_says(tmp_path_factory, consents, bans):
    """Of random consents and bans, each address in two spellings."""
    folder = tmp_path_factory.mktemp("oracle")
    made = Company(ivp.Desk(folder / "desk.duckdb", by="tt", lang="en", now=NOW), folder)
    made.purpose()
    made.consents(*[[name.upper() if place % 3 == 0 else name, *rest, "email"] for place, (name, *rest) in enumerate(consents)])
    made.bans(*bans)
    those = ["a@example.fi", "b@example.fi", "b+x@example.fi", "c@example.fi"]
    found = made.check([*those, *(f"<{one.upper()}>" for one in those)]).rows["allowed"]
    assert list(found) == ["yes" if may_be_sent(one, consents, bans) else "no" for one in those] * 2
