"""The marketing room: what the law allows by cases written from the law, spellings of one address, days, fail closed, proof, journal."""

import csv
import random
import stat
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from house import HOSTILE, NOW, ROOT, cases
from hypothesis import given, settings
from hypothesis import strategies as st

import ivplus_tools as ivp
from ivplus_tools import _sources
from ivplus_tools.cli import main
from ivplus_tools.errors import Refusal
from ivplus_tools.marketing import addresses, hashing
from ivplus_tools.marketing.deciding import REASONS, UNDETERMINED
from ivplus_tools.marketing.records import ConsentText, MarketingPurpose, MarketingTable, tells_of_somebody

SINCE, ON = "2026-01-05", "2026-03-02"
RULES = [case for case in cases("marketing_rules")] if (ROOT / "tests/cases/marketing_rules.toml").exists() else []
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
            csv.writer(out).writerows([list(roles.values()), *rows])
        self.say(MarketingTable.of(f"data/{name}", source="data", table=name, table_role=role, marketing_columns=columns(**roles), **facts))

    def purpose(self, **facts):
        """The purpose and a text by which consent was asked for it."""
        told = {"refusal_in_messages": "yes", "own_products": "yes", "product_groups": ["huolto"], **facts}
        text = ConsentText.of("t1", consent_purposes=["uutiset"], version="v1", text_from="2020-01-01", separate="yes", consent_words="Saa lähettää.")
        self.say(MarketingPurpose.of("uutiset", **told), MarketingPurpose.of("muu", **told), text)

    def consents(self, *rows, **facts):
        """Consents: address, given, withdrawn, text, purpose, channel."""
        roles = {"address": "osoite", "given": "annettu", "withdrawn": "peruttu", "consent_text": "teksti", "purpose": "tarkoitus", "channel": "kanava"}
        self.table("consents", "consents", [[*row, *([""] * (6 - len(row)))] for row in rows], roles, **facts)

    def bans(self, *rows):
        """Bans: address and day."""
        self.table("bans", "bans", rows, {"address": "osoite", "banned": "kielletty"})

    def check(self, rows, channel="email", on=None, name="lista.csv", **more):
        """A list checked: rows of `osoite`, or of `osoite, vastaanottaja`."""
        path = self.folder / name
        with path.open("w", encoding="utf-8", newline="") as out:
            told = [one if isinstance(one, (tuple, list)) else (one,) for one in rows]
            csv.writer(out).writerows([("osoite", "vastaanottaja")[: max(map(len, told), default=1)], *told])
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
