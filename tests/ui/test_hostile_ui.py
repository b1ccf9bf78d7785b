"""Hostile text in every record of every room, and everything that the toolkit shows of it, in a real notebook."""

import json
from pathlib import Path

import pytest
from hostile import FORMS, MARK
from playwright.sync_api import expect
from screen import keep, keep_all

pytestmark = pytest.mark.ui
TESTS = Path(__file__).parent.parent
SETUP = """import sys, warnings; sys.path.insert(0, {tests!r})
import hostile, pathlib; folder = pathlib.Path({folder!r})
warnings.filterwarnings("ignore", "Glyph")  # no font has them all
desk = hostile.made(folder); things = list(hostile.shown(desk, folder))"""
AT_ONCE = 40  # JupyterLab hides what comes after the fiftieth output of a cell
REOPENED = 12  # forms with such a view: the eight of before, assessments, marketing, measures, rights
PLACES = 12  # cells, which is enough for 480 things
FOUND = """cell => [...cell.querySelectorAll('.jp-OutputArea-child:not(:has([class^=ivplus-view-]))')].map(one => ({
  text: [one.innerText, ...[...one.querySelectorAll('img[alt]')].map(image => image.alt)].join(' '),
  made: [...one.querySelectorAll('img:not([alt]), script, iframe, [onerror]')].map(each => each.outerHTML),
  formulas: one.querySelectorAll('mjx-container').length }))"""


def test_hostile_text_runs_nowhere_and_is_shown_as_text(lab, page, tmp_path):
    """Frames, summaries, cases, drafts, letters, plans, files, charts and forms of one journal: no script, no picture, all of it text."""
    show = [f"display(*[thing for _, thing in things[{start}:{start + AT_ONCE}]])" for start in range(0, PLACES * AT_ONCE, AT_ONCE)]
    forms = [f"hostile.form(desk, {name!r})" for name in FORMS]
    notebook = lab.run_all(page, lab.made("hostile", SETUP.format(tests=str(TESTS), folder=str(tmp_path)), *show, *forms))
    told = json.loads(lab.kernel(page, "import json; print(json.dumps([[name, hostile.wanted(thing)] for name, thing in things]))"))
    assert len(told) <= PLACES * AT_ONCE
    told += [[name, True] for name in FORMS]
    views = notebook.locator("[class^=ivplus-view-]")  # of a form, for a reopened notebook: `bring, reopened` shows what is in it
    expect(views).to_have_count(REOPENED)
    expect(notebook.locator(".jp-OutputArea-child")).to_have_count(len(told) + REOPENED)
    expect(notebook.locator(".jp-OutputArea-output > .widget-vbox")).to_have_count(len(FORMS))
    expect(notebook.locator(".ivplus-retention").get_by_role("alert")).to_contain_text(MARK)
    found = []
    for cell in notebook.locator(".jp-Cell").all():  # one after the other: what is out of sight has no text
        cell.evaluate("cell => cell.scrollIntoView()")
        seen, now = None, ""
        while seen != now:  # a form of two hundred widgets is drawn piece by piece
            page.wait_for_timeout(200)
            seen, now = now, cell.inner_text()
        found += cell.evaluate(FOUND)
    assert {name: one["made"] for (name, _), one in zip(told, found, strict=True) if one["made"]} == {}
    ours = [(name, one) for (name, wants), one in zip(told, found, strict=True) if wants is not None]
    assert [name for name, one in ours if one["formulas"]] == []
    assert [name for (name, wants), one in zip(told, found, strict=True) if wants and MARK not in one["text"]] == []
    assert sum(wants is True for _, wants in told) > 100
    assert page.evaluate("() => window.__xss") is None
    keep(page, "hostile-forms")
    keep_all(page, "hostile")
    assert page.evaluate("() => window.__xss") is None
