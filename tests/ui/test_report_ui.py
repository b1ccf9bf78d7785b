"""The record of processing activities as a page in a real browser."""

import pytest
from house import HOSTILE, NOW, seen
from screen import keep

import ivplus_tools as ivp

pytestmark = pytest.mark.ui


def opened(chromium, path, **context):
    """A page opened from a file, and every address that it asked for."""
    page, asked = chromium.new_context(**context).new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    return page, asked


def test_the_page_runs_nothing_and_loads_nothing(chromium, tmp_path):
    """Hostile text in every field: shown as text, no script, no request beyond the file itself, in the language of the page."""
    desk = ivp.Desk(tmp_path / "j.duckdb", by="tt", lang="sv", now=NOW)
    texts = [*HOSTILE, "</table></main><script>window.__xss = 2</script>", "javascript:alert(1)", "<iframe src=//example.fi></iframe>"]
    things = [
        ivp.Activity(f"{number} {seen(text)}", name=text, purposes=[text], remarks=text, imported={text: text})
        for number, text in enumerate(texts)
    ]
    desk.register.record(things, valid_from="2026-01-01", why="w")
    page, asked = opened(chromium, desk.register.write(tmp_path / "r.html"))
    assert page.evaluate("() => window.__xss") is None
    assert len(asked) == 1
    assert page.locator("html").get_attribute("lang") == "sv"
    assert page.locator("script, iframe, img").count() == 0
    assert page.get_by_text("<img src=x", exact=False).first.is_visible()
    keep(page, "report_hostile")
    page.context.close()


def test_the_page_has_headings_tables_and_no_overflow(chromium, tmp_path):
    """Links of the contents lead to headings, each table has a caption and row headers, a narrow screen needs no scrolling to the side."""
    desk = ivp.sample(tmp_path / "s.duckdb", now=NOW)
    path = desk.register.write(tmp_path / "r.html")
    page, _ = opened(chromium, path, viewport={"width": 1100, "height": 1300})
    keep(page, "report")
    assert page.locator("h1").count() == 1
    for link in page.locator("nav a").all():
        assert page.locator(link.get_attribute("href")).count() == 1
    assert page.locator("table").count() == page.locator("table caption").count()
    assert page.locator("tbody th[scope=row]").count() == page.locator("tbody tr").count()
    assert page.get_by_text("PUUTTUU").first.is_visible()
    page.context.close()
    narrow, _ = opened(chromium, path, viewport={"width": 420, "height": 900})
    assert narrow.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    keep(narrow, "report_narrow")
    narrow.context.close()
