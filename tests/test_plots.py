"""Charts: the numbers, the text alternative, colours that do not stand alone."""

import re

import pytest
from house import HOSTILE

import ivplus_tools as ivp
from ivplus_tools import _words, plots


def test_legal_bases_are_counted_with_those_that_have_none(sample):
    """Processors' records are no part of it; two bases of one activity count for both."""
    chart = ivp.plots.legal_bases(sample.register.activities())
    assert dict(chart.frame.itertuples(index=False)) == {
        "6 art. 1 k. a rekisteröidyn suostumus": 2, "6 art. 1 k. b sopimuksen täytäntöönpano": 3,
        "6 art. 1 k. c lakisääteisen velvoitteen noudattaminen": 2, "6 art. 1 k. f oikeutettu etu": 6, "ei oikeusperustetta": 1,
    }  # fmt: skip


def test_reviews_are_counted_by_month_and_the_overdue_apart(sample):
    """The frame adds up to the due dates."""
    chart = ivp.plots.review_calendar(sample.register.due())
    assert chart.frame[["overdue", "count"]].to_numpy().sum() == len(sample.register.due())
    assert chart.frame["overdue"].sum() == 1
    later = ivp.plots.review_calendar(sample.register.due(), on="2026-06-01")
    assert later.frame["overdue"].sum() == 6


@pytest.mark.parametrize("lang", ["fi", "sv", "en"])
def test_a_chart_has_title_axis_and_a_text_alternative_in_its_language(sample, lang):
    """The picture carries its bytes, its alternative text and no script."""
    chart = ivp.plots.review_calendar(sample.speaking(lang).due())
    axes = chart.axes[0]
    assert axes.get_title(loc="left")
    assert axes.get_xlabel()
    html = chart._repr_html_()
    assert re.fullmatch(r'<style>[^<]+</style><img class="ivplus-picture" alt="[^"<>]{20,}" src="data:image/png;base64,[\w+/=]+">', html)
    assert all(_words.show_month(str(row[0]), lang) in chart.alt for row in chart.frame.itertuples(index=False))


def test_bars_differ_by_hatch_and_not_by_colour_alone(sample):
    """Every bar of a chart has a hatch or a colour that no other has, and a written number."""
    for chart in (ivp.plots.legal_bases(sample.register.activities()), ivp.plots.review_calendar(sample.due())):
        bars = chart.axes[0].patches
        assert len({(bar.get_hatch(), bar.get_facecolor()) for bar in bars}) > 1
        assert len({bar.get_hatch() for bar in bars}) > 1
    assert plots.COLORS[0] == "#0072B2"


def test_an_empty_frame_and_hostile_text_make_a_chart(desk):
    """Nothing to count is no error, and a basis of a later law is shown as it is."""
    assert ivp.plots.legal_bases(desk.register.activities()).frame.empty
    assert ivp.plots.review_calendar(desk.due()).frame.empty
    table = desk.sql("SELECT 'controller' AS role, '<img src=x onerror=alert(1)>' AS legal_basis")
    assert "<img src=x" not in ivp.plots.legal_bases(table)._repr_html_()
    assert HOSTILE


def test_a_label_is_no_formula_and_leaves_room_for_the_chart(desk, recwarn):
    """Dollar signs, long and equal beginnings: a bar each, the whole text in the text alternative."""
    names = ["$\\frac$ $x$", *(f"{'the same long beginning ' * 9}{number}" for number in range(2))]
    desk.review.record([ivp.Transfer(name, country=name) for name in names], valid_from="2026-01-01", why="w")
    chart = ivp.plots.transfers(desk.review.transfers())
    chart._repr_html_()
    assert len({bar.get_y() for bar in chart.axes[0].patches}) == 3
    assert all(name in chart.alt for name in names)
    assert not recwarn.list


def test_the_same_data_make_the_same_picture(sample):
    """Byte for byte, so that a report is reproducible."""
    first, second = (ivp.plots.legal_bases(sample.register.activities())._repr_html_() for _ in range(2))
    assert first == second


def test_rows_that_fall_due_are_counted_by_month_with_the_overdue_first(sample):
    """What is to be erased and what is to be anonymised stand apart; the numbers are those of the scans."""
    chart = ivp.plots.retention_calendar(sample.retention.due(by="2026-12-31"))
    assert chart.frame.iloc[0].tolist() == ["myöhässä", 120, 58]
    assert chart.frame["month"].tolist()[1:] == [f"2026-{month:02d}" for month in range(3, 13)]
    status = ivp.plots.retention_status(sample.retention.counts())
    assert status.frame.set_index("source").loc["crm"].tolist() == [157, 11, 899]
