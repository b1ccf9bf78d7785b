"""What each room writes, it reads again: every record, every field, every day, in every language."""

import pytest
from house import HOSTILE, NOW
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ivplus_tools as ivp
from ivplus_tools import _records, _words, rooms

ROOMS = [name for name, room in rooms.ROOMS.items() if hasattr(room, "write") and name != "register"]
"""The register has tests of its own."""


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """The sample company, read only."""
    return ivp.sample(tmp_path_factory.mktemp("company") / "s.duckdb", now=NOW)


def records(room):
    """What people have recorded there: kind and identifier -> record and its day."""
    stands = room.standing()
    return {(one.entry.kind, one.entry.subject): (one.record, one.entry.valid_from) for one in stands if not one.record.own_act}


def come_back(name, path, folder, lang):
    """The room's file read into an empty journal, and the preview."""
    again = ivp.Desk(folder / f"{name}-{lang}{path.suffix[1:]}.duckdb", by="tt", lang=lang, now=NOW)
    room = getattr(again, name)
    preview = room.read(path)
    if len(preview.rows):
        preview.commit(why="read again")
    return room, preview


@pytest.mark.parametrize("suffix", [".xlsx", ".json"])
@pytest.mark.parametrize("name", ROOMS)
def test_every_rooms_workbook_comes_back_without_loss(company, tmp_path, name, suffix):
    """The sample company's records of every kind; what only the toolkit's own acts write is set apart and told."""
    room = getattr(company, name)
    acts = sum(one.record.own_act for one in room.standing())
    for lang in _words.LANGS if suffix == ".xlsx" else ("sv",):
        out = room.write(tmp_path / f"{name}-{lang}{suffix}", lang=lang)
        again, preview = come_back(name, out, tmp_path, lang)
        assert records(again) == records(room)
        assert len(preview.set_apart) == len(preview.problems) == acts
        assert preview.unmapped.empty


def spread(thing, text):
    """The record with that text in every field that takes it."""
    for name in type(thing).model_fields:
        for value in (text, [text, "b"]):
            if name in ("id", "processor", "organisation") or getattr(thing, name) is None:
                continue
            try:
                thing = thing.replace(**{name: value})
                break
            except ivp.Refusal:
                continue
    return thing


WORDS = st.text(max_size=20) | st.sampled_from(HOSTILE) | st.text(alphabet="a;|\\ \n:-'…?", max_size=8)


@pytest.mark.parametrize("name", ROOMS)
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=WORDS, lang=st.sampled_from(_words.LANGS))
def test_any_text_in_any_field_of_a_room_comes_back(company, tmp_path_factory, name, text, lang):
    """Also what means nothing, none or a separator where it stands alone in a cell."""
    folder = tmp_path_factory.mktemp("back")
    kinds = {}
    for one in getattr(company, name).standing():
        if not one.record.own_act:
            kinds.setdefault(one.entry.kind, one.record)
    other = ivp.Desk(folder / "o.duckdb", by="tt", lang=lang, now=NOW)
    things = [spread(thing, text) for thing in kinds.values()]
    getattr(other, name).record(things, valid_from="2026-01-01", why="w")
    again, preview = come_back(name, getattr(other, name).write(folder / "x.xlsx", lang=lang), folder, lang)
    assert preview.problems.empty, preview.problems.to_dict("records")
    assert records(again) == records(getattr(other, name))


def test_a_file_of_another_room_is_told_and_no_foreign_file_is_forced_into_a_room(company, desk, tmp_path):
    """The register names the room whose file it is; a room other than the register reads only what it has written."""
    out = company.review.write(tmp_path / "r.xlsx")
    with pytest.raises(ivp.Refusal, match=r"desk\.review\.read"):
        desk.register.read(out)
    (tmp_path / "x.csv").write_text("Rekisterin nimi;Tarkoitus\nA;b\n", encoding="utf-8")
    for name in ROOMS:
        with pytest.raises(ivp.Refusal, match="not written by this room"):
            getattr(desk, name).read(tmp_path / "x.csv")


def test_no_two_kinds_of_records_have_the_same_headings():
    """A table is known by its headings alone."""
    every = [
        tuple(_words.field_label(name, lang) for name in kind.model_fields)
        for kind in _records.Record.kinds.values()
        for lang in _words.LANGS
    ]
    assert len(set(every)) == len(every)
