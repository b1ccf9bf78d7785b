"""Periods, days and the clock."""

import csv
import json
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from house import cases
from hypothesis import given
from hypothesis import strategies as st

import ivplus_tools as ivp
from ivplus_tools import _dates

EVERY_DAY = [date(2020, 1, 1) + timedelta(days=n) for n in range(12 * 365 + 3)]


@pytest.mark.parametrize("case", cases("deadlines"))
def test_a_period_ends_when_the_law_says(case):
    """Each case of deadlines.toml, with the vectors of the fact sheet."""
    got = ivp.deadline(case["given"]["start"], case["given"]["period"])
    for name, expected in case["expect"].items():
        if name == "safe":
            assert _dates._working_day_from(got.nominal, "FI", eves_work=True).isoformat() == expected
            assert (expected < str(got.due)) == any("aatto" in note for note in got.notes)
        elif name in ("due", "hour_rule") and "T" in expected:
            assert getattr(got, name) == datetime.fromisoformat(expected)
            assert getattr(got, name).utcoffset() == datetime.fromisoformat(expected).utcoffset()
        else:
            assert getattr(got, name).isoformat() == expected
    assert ivp.cite(got.rule)


@pytest.mark.parametrize("case", cases("deadlines_abroad"))
def test_a_period_is_counted_where_the_act_takes_place_and_backwards_too(case):
    """Each case of deadlines_abroad.toml: the day of the country, institutions, working days, notices to be given in time."""
    told, expect = case["given"], case["expect"]
    if "refused" in expect:
        with pytest.raises(ivp.Refusal, match=expect["refused"]):
            ivp.deadline(**told)
        return
    got = ivp.deadline(**told, lang="en")
    for name in ("start", "due", "nominal"):
        if name in expect:
            value = getattr(got, name)
            assert (value == datetime.fromisoformat(expect[name])) if "T" in expect[name] else (value.isoformat() == expect[name]), name
    assert expect.get("note", "") in " ".join(got.notes)
    assert expect.get("rule", got.rule) == got.rule
    assert ivp.cite(got.rule)


def _easter(year):
    """Easter Sunday by Gauss's rule for the Gregorian calendar of 1900 to 2099, apart from the code and its library."""
    a, b, c = year % 19, year % 4, year % 7
    d = (19 * a + 24) % 30
    e = (2 * b + 4 * c + 6 * d + 5) % 7
    april = 22 + d + e - 31
    april -= 7 if april == 26 or (april == 25 and d == 28 and e == 6 and a > 10) else 0
    return date(year, 4, 1) + timedelta(days=april - 1)


def _works_in_finland(day):
    """Whether a day is a Finnish working day by the Act on holidays and the list in the Official Journal, written out slowly."""
    easter = _easter(day.year)
    feasts = {easter + timedelta(days=n) for n in (-2, 0, 1, 39, 49)}
    fixed = {(1, 1), (1, 6), (5, 1), (12, 6), (12, 24), (12, 25), (12, 26)}
    midsummer_eve = next(date(day.year, 6, n) for n in range(19, 26) if date(day.year, 6, n).weekday() == 4)
    return day.weekday() < 5 and day not in feasts and (day.month, day.day) not in fixed and day != midsummer_eve


def _slowly(start, unit, number, back):
    """The end of a period by walking day by day, with the articles of Regulation 1182/71 one after another."""
    step = timedelta(days=-1 if back else 1)
    end = start
    if unit == "B":
        left = number
        while left:
            end += step
            left -= _works_in_finland(end)
        return end
    if unit == "M":
        index = start.year * 12 + start.month - 1 + (-number if back else number)
        end = (
            next(
                date(index // 12, index % 12 + 1, day)
                for day in range(start.day, 27, -1)
                if (date(index // 12, index % 12 + 1, 28) + timedelta(days=day - 28)).month == index % 12 + 1
            )
            if start.day > 28
            else date(index // 12, index % 12 + 1, start.day)
        )
    else:
        for _ in range(number * (7 if unit == "W" else 1)):
            end += step
    two_days = abs((end - start).days) >= 2
    while not back and not _works_in_finland(end):
        end += step
    while two_days and sum(_works_in_finland(start + step * n) for n in range(1, abs((end - start).days) + 1)) < 2:
        end += step
    return end


@given(
    st.dates(date(2019, 1, 1), date(2031, 12, 31)), st.sampled_from("DWMB"), st.integers(1, 40), st.booleans(),
)  # fmt: skip
def test_every_period_agrees_with_a_slow_count_on_the_fingers(start, unit, number, back):
    """Forwards and back, in days, weeks, months and working days: the same end as walking day by day with an own calendar."""
    assert ivp.deadline(start, f"P{number}{unit}", back=back).due == _slowly(start, unit, number, back)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 12, 31)), st.sampled_from(["DE", "FR", "IE", "PL", "GR", "SE"]))
def test_the_day_of_an_event_is_that_of_the_country(at, country):
    """An instant told in UTC starts the period on the day that the wall there showed; a time without a zone is the country's."""
    zones = {"DE": "Berlin", "FR": "Paris", "IE": "Dublin", "PL": "Warsaw", "GR": "Athens", "SE": "Stockholm"}
    utc = at.replace(tzinfo=UTC)
    assert ivp.deadline(utc, "P14D", country=country).start == utc.astimezone(ZoneInfo(f"Europe/{zones[country]}")).date()
    noon = at.replace(hour=12)
    assert ivp.deadline(noon, "P14D", country=country).start == noon.date()


@pytest.mark.parametrize("case", cases("retention_periods"))
def test_data_are_kept_through_the_day_that_the_law_says(case):
    """Each case of retention_periods.toml."""
    told = case["given"]
    got = ivp.kept_through(told["event"], told["period"], told["start"], told["financial_year_end"])
    assert got.isoformat() == case["expect"]["kept_through"]


def test_every_day_of_twelve_years_has_a_sound_month():
    """One month on: the same date or the month's last day, and the due day is the first working day from there."""
    for day in EVERY_DAY:
        got = ivp.deadline(day, "P1M")
        following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
        assert (got.nominal.year, got.nominal.month) == (following.year, following.month)
        assert got.nominal.day == day.day or (got.nominal + timedelta(days=1)).day == 1
        assert got.due >= got.nominal
        assert _dates.is_working_day(got.due)
        between = [got.nominal + timedelta(days=n) for n in range((got.due - got.nominal).days)]
        assert not any(_dates.is_working_day(one) for one in between)


def test_every_hour_period_of_twelve_years_is_elapsed_time():
    """72 hours are 72 hours over every change of the clock, and the full-hour reading is at most an hour later."""
    for day in EVERY_DAY:
        start = datetime(day.year, day.month, day.day, 13, 20, tzinfo=ZoneInfo("Europe/Helsinki"))
        got = ivp.deadline(start, "PT72H")
        assert got.due.astimezone(UTC) - start.astimezone(UTC) == timedelta(hours=72)
        assert timedelta(0) < got.hour_rule.astimezone(UTC) - got.due.astimezone(UTC) <= timedelta(hours=1)
        assert got.due == got.nominal


@given(st.dates(date(2020, 1, 1), date(2031, 12, 31)), st.integers(2, 60))
def test_a_period_of_days_includes_two_working_days_and_never_ends_on_a_holiday(start, days):
    """Articles 3(4) and 3(5) of Regulation 1182/71 hold for any start and length."""
    got = ivp.deadline(start, f"P{days}D")
    inside = [start + timedelta(days=n) for n in range(1, (got.due - start).days + 1)]
    assert sum(map(_dates.is_working_day, inside)) >= 2
    assert _dates.is_working_day(got.due)
    assert got.due >= got.nominal == start + timedelta(days=days)


@given(st.dates(date(2020, 1, 1), date(2031, 12, 31)), st.dates(date(2020, 1, 1), date(2031, 12, 31)))
def test_a_later_start_never_ends_earlier(one, other):
    """Deadlines keep the order of their starts."""
    first, second = sorted((one, other))
    for period in ("P1M", "P3M", "P14D"):
        assert ivp.deadline(first, period).due <= ivp.deadline(second, period).due


def test_the_holidays_are_those_of_the_official_journal(shared):
    """Working days of 2025 and 2026 agree with the lists as transcribed from the Official Journal."""
    lists = json.loads((shared / "conformance/eu_1182_71/holiday-data/FI.json").read_text())
    for year, days in lists.items():
        ours = {day for day, _ in _dates._holidays("FI", int(year)).items() if day.weekday() < 5}
        theirs = {date.fromisoformat(day) for day in days if date.fromisoformat(day).weekday() < 5}
        assert ours == theirs


def test_the_holidays_are_those_of_the_finnish_calendar(shared):
    """2018 to 2035 agree with a public calendar, day by day."""
    with (shared / "conformance/fi_public_holidays_2018_2035.csv").open(encoding="utf-8") as file:
        theirs = {date.fromisoformat(row["date"]) for row in csv.DictReader(file)}
    ours = {day for year in range(2018, 2036) for day in _dates._holidays("FI", year)}
    assert ours == theirs


def test_the_eves_named_in_the_facts_exist_in_the_calendar():
    """The names that the fact uses for the two eves are the calendar's own."""
    names = set(_dates._holidays("FI", 2026).values())
    assert set(ivp.cite("1182/71:2(1)").fact.history[0]["eves"]) <= names


def test_a_disputed_reading_is_a_note_and_never_the_deadline():
    """Friday 16.00: the two-working-days view gives Tuesday; it stands in the notes, Monday binds."""
    got = ivp.deadline("2026-11-20T16:00", "PT72H", lang="en")
    assert got.due == datetime(2026, 11, 23, 16, 0, tzinfo=ZoneInfo("Europe/Helsinki"))
    assert any("24 November 2026 at 16:00" in note for note in got.notes)


def test_a_start_without_a_time_is_said():
    """A bare day as awareness counts from its beginning and says so."""
    assert any("No time of day" in note for note in ivp.deadline("2019-01-11", "PT72H", lang="en").notes)
    assert ivp.deadline("2019-01-11", "PT72H").due.date() == date(2019, 1, 14)


def test_a_projected_holiday_list_is_said():
    """Only the years compared with the Official Journal are free of the note."""
    assert not any("projected" in note for note in ivp.deadline("2026-11-02", "P14D", lang="en").notes)
    assert any("projected" in note for note in ivp.deadline("2029-11-02", "P14D", lang="en").notes)


def test_another_country_has_its_own_holidays():
    """Swedish Midsummer Eve is a working day there by the library, the national day is not."""
    assert ivp.deadline("2026-05-06", "P1M", country="SE").due == date(2026, 6, 8)
    with pytest.raises(ivp.Refusal, match="country"):
        ivp.deadline("2026-05-06", "P1M", country="XX")


@pytest.mark.parametrize("text", ["31.2.2026", "2026-13-01", "1.1.26", "2026-2-3", "tomorrow", "", "2026-02-30", "32.1.2026", "1/2/2026"])
def test_a_day_that_is_none_is_refused_with_the_accepted_forms(text):
    """The line shows what came and both accepted forms."""
    with pytest.raises(ivp.Refusal) as refusal:
        _dates.day(text)
    assert repr(text) in str(refusal.value)
    assert "2026-03-02" in str(refusal.value)
    assert "2.3.2026" in str(refusal.value)


@pytest.mark.parametrize("text", ["P", "PT", "1M", "P1.5M", "P-1M", "PT72", "P1M2", "P0D", "P1DT2H", "a month", "", "P99999Y", None])
def test_a_period_that_is_none_is_refused(text):
    """Neither an empty, a negative nor a mixed period is counted."""
    with pytest.raises(ivp.Refusal):
        ivp.deadline("2026-01-01", text)


def test_an_hour_that_summer_time_skips_is_refused():
    """29 March 2026 at 3.30 does not exist in Finland."""
    with pytest.raises(ivp.Refusal, match="does not exist"):
        ivp.deadline("2026-03-29T03:30", "PT72H")


@pytest.mark.parametrize(
    "text", ["2026-03-02T09:00", "2.3.2026 9.00", "2.3.2026 klo 9.00", "2.3.2026 kl. 9.00", "2026-03-02 09:00", "2026-03-02T07:00+00:00"]
)
def test_an_instant_is_understood_in_finnish_swedish_and_iso_form(text):
    """All of these are the same moment."""
    assert _dates.instant(text) == datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo("Europe/Helsinki"))


def test_the_environment_pins_the_clock(monkeypatch):
    """IVPLUS_NOW is what a notebook's run is dated by."""
    monkeypatch.setenv("IVPLUS_NOW", "2025-01-02T03:04")
    assert _dates.now() == datetime(2025, 1, 2, 3, 4, tzinfo=ZoneInfo("Europe/Helsinki"))
    assert ivp.Desk("nowhere.duckdb").standpoint.valid_on == date(2025, 1, 2)


@pytest.mark.parametrize(
    "act",
    [
        lambda: ivp.deadline("9999-12-31", "PT72H"),
        lambda: ivp.deadline("9999-12-31", "P1Y"),
        lambda: ivp.deadline("9999-12-31T23:00", "PT72H"),
        lambda: ivp.deadline("2026-01-01", "P1M", country=None),
        lambda: ivp.deadline("2026-01-01", "P1M", country=5),
        lambda: ivp.kept_through("2026-01-01", "P1Y", "FOO"),
        lambda: ivp.kept_through("2026-01-01", "PT6H"),
        lambda: ivp.kept_through("2026-01-01", "P1Y", "FY_END", "13-01"),
        lambda: ivp.deadline("2026-01-01", "P1M", lang="de"),
    ],
)
def test_what_cannot_be_counted_is_refused(act):
    """At the ends of the calendar, with unknown countries and starts."""
    with pytest.raises(ivp.Refusal):
        act()


def test_no_moment_of_pandas_is_no_date():
    """NaT is a datetime to Python, and no day to us."""
    import pandas as pd

    for act in (_dates.day, _dates.instant):
        with pytest.raises(ivp.Refusal):
            act(pd.NaT)


def test_an_instant_starts_a_period_of_months_on_its_day():
    """A text with a time of day is as good as a bare day, and long ago is counted too."""
    assert ivp.deadline("2026-03-02T09:00", "P1M").due == ivp.deadline("2026-03-02", "P1M").due
    assert ivp.deadline("1960-03-02", "P1M").nominal == date(1960, 4, 2)


def test_an_hour_that_occurs_twice_is_said():
    """25 October 2026 at 3.30: the earlier one is taken, and the note says so."""
    assert any("occurs twice" in note for note in ivp.deadline("2026-10-25T03:30", "PT72H", lang="en").notes)
    assert not any("occurs twice" in note for note in ivp.deadline("2026-10-25T05:30", "PT72H", lang="en").notes)


@pytest.mark.parametrize(("told", "means"), [("29.11.2026 klo 16", "16:00"), ("den 29 november 2026", None), ("29.11.2026 16", None)])
def test_a_full_hour_may_be_told_without_its_minutes(told, means):
    """After `klo` or `kl.`; a bare number may be anything."""
    if means is None:
        with pytest.raises(ivp.Refusal):
            _dates.instant(told)
    else:
        assert _dates.instant(told).isoformat() == f"2026-11-29T{means}:00+02:00"
