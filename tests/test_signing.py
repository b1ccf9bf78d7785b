"""What is signed on paper: the certificate of an erasure and the letters to a vendor have room for it, in every format."""

import email
import email.policy
import io

import docx
import pypdf
import pytest

from ivplus_tools import _words

ENDINGS = ("pdf", "docx", "html", "md", "eml")


def read(path):
    """The text of a document of any format, without what only lays it out."""
    content = path.read_bytes()
    if path.suffix == ".pdf":
        text = "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    elif path.suffix == ".docx":
        made = docx.Document(io.BytesIO(content))
        text = "\n".join([*(one.text for one in made.paragraphs), *(c.text for t in made.tables for r in t.rows for c in r.cells)])
    elif path.suffix == ".eml":
        text = email.message_from_bytes(content, policy=email.policy.default).get_body(("plain",)).get_content()
    else:
        text = content.decode()
    return " ".join(text.replace("\\_", "_").replace("\u00a0", " ").split())


def say(key, lang):
    """A word of the letters."""
    section, name = key.split(".")
    return _words.read("letters")[section][name][lang]


@pytest.mark.parametrize("lang", _words.LANGS)
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_certificate_has_room_to_sign_and_tells_each_day(sample, tmp_path, ending, lang):
    """Who planned, approved and carried out, each with the day of the journal, and a line for a hand in two places."""
    plan = sample.speaking(lang).retention.get_plan("hakemukset-2v/2026-01-12")
    text = read(plan.document(lang).save(tmp_path / f"c.{ending}"))
    words = ["role", "recorded", "place", "signature", "planner", "approver", "executor"]
    assert [one for one in words if say(f"signing.{one}", lang) not in text] == []
    assert text.count("_" * 20) == 6
    day = {"fi": "12.1.2026", "sv": "12.1.2026", "en": "12 Jan 2026"}[lang]
    at = {"fi": "klo 13.05", "sv": "kl. 13.05", "en": "at 13:05"}[lang]
    assert f"aino, {day}" in text
    assert f"eero, {day} {at}" in text


@pytest.mark.parametrize("lang", _words.LANGS)
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_letter_to_a_vendor_is_dated_and_has_room_to_sign(sample, tmp_path, ending, lang):
    """For the controller; the journal is none of the vendor's business."""
    text = read(sample.review.request("tilitoimisto", lang=lang).save(tmp_path / f"l.{ending}"))
    day = {"fi": "2.3.2026", "sv": "den 2 mars 2026", "en": "2 March 2026"}[lang]
    assert say("common.dated", lang).format(on=day) in text
    assert say("signing.controller", lang) in text
    assert say("signing.recorded", lang) not in text
    assert text.count("_" * 20) == 2


def test_a_plan_that_is_not_carried_out_has_no_line_for_who_did_it(sample):
    """Nobody signs for what was not done."""
    plan = next(one for one in sample.retention.plans()["id"] if sample.retention.get_plan(one).certificate is None)
    assert say("signing.executor", "fi") not in sample.retention.get_plan(plan).document().text.rpartition("\n\n")[0]
