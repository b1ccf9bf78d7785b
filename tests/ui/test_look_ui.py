"""What the toolkit shows can be read: its text stands out from its ground in JupyterLab's light and dark theme."""

import io

import pytest
from conftest import PANEL
from PIL import Image
from playwright.sync_api import expect
from screen import SAMPLE, keep_all

pytestmark = pytest.mark.ui
ENOUGH = 4.5  # WCAG 2.2, 1.4.3 (AA)
KINDS = {"alert", "status", "timer", "TD", "TH", "CAPTION", "PRE", "P", "H4", "STRONG", "BUTTON", "LABEL"}
CELLS = (
    SAMPLE, "desk", "ivp.show(desk.findings().head(4), caption='x')", "ivp.show(desk.findings().head(0))", "ivp.cite('gdpr:30(1)(f)')",
    "case = desk.breach.case('2026-001')\ncase", "case.explain()", "case.draft('authority')", "desk.review.request('tilitoimisto')",
    "ivp.deadline('2026-10-23T10:20', 'PT72H')", "desk.review.explain('pilvi-tuki-intia')", "desk.breach.drill(seed=7)",
    "form = ivp.forms.activity(desk)\nform.load('uutiskirje')\nform",
    "wrong = ivp.forms.activity(desk)\nwrong.load('uutiskirje')\nwrong.save.click()\nwrong",
    "ivp.forms.review(desk)", "wizard = ivp.forms.breach(desk)\nwizard.load('2026-001')\nwizard", "ivp.forms.retention(desk)",
)  # fmt: skip
MEASURED = """() => {
  const parse = text => { const n = text.match(/[\\d.]+/g).map(Number); const unit = text.startsWith('color(') ? 255 : 1;
    return [n[0] * unit, n[1] * unit, n[2] * unit, n[3] ?? 1] };
  const over = (under, top) => under.map((c, i) => top[3] * top[i] + (1 - top[3]) * c);
  const ground = element => { const layers = [];
    for (let one = element; one; one = one.parentElement) { const c = parse(getComputedStyle(one).backgroundColor);
      if (c[3]) layers.unshift(c); if (c[3] === 1) break }
    return layers.reduce(over, [255, 255, 255]) };
  const light = rgb => { const [r, g, b] = rgb.map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b };
  const found = [];
  for (const root of document.querySelectorAll('.jp-Notebook .jp-OutputArea-output')) {
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) { const text = walk.currentNode.data.trim(), one = walk.currentNode.parentElement;
      if (!text || one.closest('style, script, option') || !one.getClientRects().length) continue;
      const back = ground(one), front = over(back, parse(getComputedStyle(one).color));
      const [high, low] = [light(front), light(back)].sort((a, b) => b - a);
      found.push({ text: text.slice(0, 60), ratio: (high + 0.05) / (low + 0.05),
        in: one.closest('[role=alert], [role=status], [role=timer]')?.getAttribute('role') || one.tagName, front, back }) } }
  return found }"""


def test_every_text_stands_out_from_its_ground(lab, page):
    """Summaries, tables, citations, cases, drafts, letters and forms with their messages: a contrast of 4.5 at least, in both themes."""
    notebook = lab.run_all(page, lab.made("look", *CELLS))
    expect(notebook.locator(".ivplus-retention table").first).to_be_visible()
    faint = {}
    for theme, is_light in (("JupyterLab Dark", "false"), ("JupyterLab Light", "true")):  # the last one stays for the other tests
        page.evaluate("theme => window.jupyterapp.commands.execute('apputils:change-theme', { theme })", theme)
        page.wait_for_function("light => document.body.dataset.jpThemeLight === light", arg=is_light)
        page.locator(f"{PANEL} [role=timer]").first.wait_for(state="attached", timeout=60_000)  # forms come as messages, the last ones late
        page.wait_for_timeout(500)
        found = page.evaluate(MEASURED)
        keep_all(page, f"look-{theme.split()[1].lower()}")
        assert len(found) > 600
        assert {one["in"] for one in found} >= KINDS
        faint[theme] = [one for one in found if one["ratio"] < ENOUGH]
    assert faint == {"JupyterLab Dark": [], "JupyterLab Light": []}


def test_a_chart_is_no_white_box_in_the_dark_theme(lab, page):
    """Its ground is that of the theme and its text stands out from it; in a form too. In the light theme it is as on paper."""
    charts = ("ivp.plots.legal_bases(desk.register.activities())", "ivp.today(desk)")
    notebook = lab.run_all(page, lab.made("chart", SAMPLE, *charts))
    drawn = notebook.locator(".ivplus-picture")
    grounds = {}
    for theme, is_light in (("JupyterLab Dark", "false"), ("JupyterLab Light", "true")):
        page.evaluate("theme => window.jupyterapp.commands.execute('apputils:change-theme', { theme })", theme)
        page.wait_for_function("light => document.body.dataset.jpThemeLight === light", arg=is_light)
        keep_all(page, f"chart-{theme.split()[1].lower()}")
        for picture in (drawn.first, notebook.locator(".ivplus-today .ivplus-picture").first):
            picture.scroll_into_view_if_needed()
            taken = Image.open(io.BytesIO(picture.screenshot())).convert("L")
            levels = taken.histogram()
            ground = max(range(256), key=levels.__getitem__)
            ink = (min if ground > 127 else max)(level for level in range(256) if levels[level] > 50)
            grounds.setdefault(theme, []).append((ground, _ratio(ground, ink) >= ENOUGH))
    assert all(ok for told in grounds.values() for _, ok in told)
    assert max(ground for ground, _ in grounds["JupyterLab Dark"]) < 0x22
    assert min(ground for ground, _ in grounds["JupyterLab Light"]) == 0xFF


def _ratio(one, other):
    """The contrast of two greys."""
    high, low = sorted(((level / 255 + 0.055) / 1.055) ** 2.4 if level > 10 else level / 3295 for level in (one, other))[::-1]
    return (high + 0.05) / (low + 0.05)
