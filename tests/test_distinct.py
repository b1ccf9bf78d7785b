"""Lists to choose from: no two lines read alike, and each leads to its own record."""

import inspect

import ipywidgets as widgets
import pytest

import ivplus_tools as ivp
from ivplus_tools.forms.distinct import distinct

CHOICES = (widgets.Dropdown, widgets.Select, widgets.SelectMultiple, widgets.Combobox)


def choices(widget):
    """Every list of a form."""
    if isinstance(widget, CHOICES):
        yield widget
    for one in getattr(widget, "children", ()):
        yield from choices(one)


def seen(widget):
    """The lines of a list as a browser shows them."""
    lines = [one if isinstance(one, str) else one[0] for one in widget.options]
    return [" ".join(line.split()) for line in lines]


def test_equal_labels_are_told_apart_and_others_stay():
    """By what is known of each, else by a number; a line that is alone is not touched."""
    assert distinct([("a", 1), ("b", 2), ("a", 3)]) == [("a · 1", 1), ("b", 2), ("a · 3", 3)]
    assert distinct([("a", 1), ("a ", 2)], lambda _: "x") == [("a · x · 1", 1), ("a  · x · 2", 2)]


@pytest.fixture
def alike(desk):
    """Two processors of one organisation, two organisations of one name, and what they do."""
    both = [ivp.Organisation(one, name="Pilvi Oy", contact="x@example.fi") for one in ("o1", "o2")]
    desk.register.record(both, valid_from="2026-01-05", why="w")
    vendors = [ivp.Processor(one, organisation=of) for one, of in (("p1", "o1"), ("p2", "o1"), ("p3", "o2"))]
    desk.review.record(vendors, valid_from="2026-01-05", why="w")
    return desk


def test_processors_of_one_name_are_told_apart_on_the_form(alike):
    """By their identifiers; the one that is chosen is the one that is shown."""
    form = ivp.forms.review(alike)
    assert seen(form.processor) == ["Pilvi Oy · p1", "Pilvi Oy · p2", "Pilvi Oy · p3"]
    form.processor.value = 1
    assert form._agreement.processor == "p2"


def test_no_list_of_any_form_has_two_lines_that_read_alike(alike):
    """Of every form that asks for nothing but a Desk."""
    for name, made in inspect.getmembers(ivp.forms, inspect.isfunction):
        asked = [one for one in inspect.signature(made).parameters.values() if one.default is one.empty]
        if [one.name for one in asked] == ["desk"]:
            for one in choices(made(alike)):
                assert len(set(seen(one))) == len(seen(one)), (name, one.description, one.options)
