"""Charts: a frame in, a Figure out, with a text alternative and the counted frame beside it."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from ivplus_tools import _html, _places, _records, _room, _words

if TYPE_CHECKING:
    import pandas

COLORS = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#999999")  # Okabe and Ito's, and a grey
_SERIES = {2: (COLORS[3], COLORS[0])} | {count: (COLORS * 2)[3 : 3 + count] for count in (1, 3, 4, 5, 6)}
LONGEST = 48  # signs of a label in the picture; its frame and its text alternative have all of it
HATCHES = ("", "//", "..", "xx", "\\\\", "++", "--")


class Chart(Figure):
    """A matplotlib Figure that knows its text alternative (`alt`) and the numbers that it shows (`frame`)."""

    alt: str = ""
    frame: pandas.DataFrame

    @cached_property
    def png(self) -> str:
        """The picture in base64, drawn once."""
        drawn = io.BytesIO()
        self.savefig(drawn, format="png", dpi=110, metadata={"Software": None})
        return base64.b64encode(drawn.getvalue()).decode()

    def _repr_html_(self) -> str:
        return _html.image(self.alt, self.png)

    def __repr__(self) -> str:
        return self.alt


def legal_bases(activities: pandas.DataFrame) -> Chart:
    """How many processing activities rest on each legal basis (Art. 6(1)); one without any is counted apart.

    `activities`: a frame with the column `legal_basis`, as `desk.register.activities()` gives it.
    """
    lang = activities.attrs.get("lang", "fi")
    controllers = activities[activities["role"] == "controller"] if "role" in activities else activities
    counts: dict[str, int] = {}
    for text in controllers["legal_basis"]:
        for basis in str(text).split("; ") if isinstance(text, str) else [""]:
            counts[basis] = counts.get(basis, 0) + 1
    names = {code: f"{_words.article(code, lang)} {label[lang]}" for code, label in _records.allowed("legal_basis").items()}
    missing = _words.say("plot.no_basis", lang)
    rows = [(names.get(basis, basis or missing), counts[basis]) for basis in sorted(counts, key=lambda one: (one == "", one))]
    table = _room.frame(("legal_basis", "activities"), rows, lang)
    return _bars(table, [("activities", "")], _words.say("plot.legal_bases", lang), _words.say("plot.activities_axis", lang))


def review_calendar(due: pandas.DataFrame, on: object = None) -> Chart:
    """How many due dates fall in each month, overdue ones marked apart.

    `due`: a frame with the column `due`, as `desk.due()` gives it. `on`: the day that parts overdue from coming.
    """
    from ivplus_tools import _dates

    lang = due.attrs.get("lang", "fi")
    today = str(_dates.day(on if on is not None else due.attrs.get("on") or _dates.now().date()))
    months: dict[str, list[int]] = {}
    for day in sorted(due["due"]):
        late = str(day.date()) < today
        months.setdefault(day.strftime("%Y-%m"), [0, 0])[0 if late else 1] += 1
    rows = [(month, late, coming) for month, (late, coming) in months.items()]
    table = _room.frame(("month", "overdue", "count"), rows, lang)
    table.attrs["said"] = {"count": _words.texts("plot.coming")}
    series = [("overdue", _words.say("plot.late", lang)), ("count", _words.say("plot.coming", lang))]
    return _bars(table, series, _words.say("plot.reviews", lang), _words.say("plot.reviews_axis", lang))


def transfers(judged: pandas.DataFrame) -> Chart:
    """How many transfers go to each country, apart by status; worst statuses first in each bar.

    `judged`: a frame with the columns `country` and `status`, as `desk.review.transfers()` gives it.
    """
    lang = judged.attrs.get("lang", "fi")
    order = ("not_covered", "cannot_tell", "derogation", "safeguards", "adequate", "not_a_transfer")
    found = [status for status in order if (judged["status"] == status).any()]
    counts: dict[str, dict[str, int]] = {}
    for country, status in zip(judged["country"], judged["status"], strict=True):
        name = _places.name(country, lang) if isinstance(country, str) else "–"
        row = counts.setdefault(name, dict.fromkeys(found, 0))
        row[status] += 1
    rows = [(name, *counts[name].values()) for name in sorted(counts)]
    table = _room.frame(("country", *found), rows, lang)
    table.attrs["said"] = _words.values("status")
    series = [(status, _words.values("status")[status][lang]) for status in found]
    return _bars(table, series or [("country", "")], _words.say("plot.transfers", lang), _words.say("plot.transfers_axis", lang))


def contracts(agreements: pandas.DataFrame, on: object = None) -> Chart:
    """From when until when each contract with a processor is in force, with the day looked at.

    `agreements`: as `desk.review.agreements()` gives it; an end that does not exist or is not known is written beside its bar.
    """
    import matplotlib.dates as dates

    from ivplus_tools import _dates

    lang = agreements.attrs.get("lang", "fi")
    day = _dates.day(on if on is not None else agreements.attrs.get("on") or _dates.now().date())
    rows = []
    for one in agreements.to_dict("records"):
        start, end = (
            None if one[name] != one[name] or one[name] is None else one[name].date() for name in ("in_force_from", "in_force_until")
        )
        told = (
            _words.say("plot.open_end" if one["until"] == "none" else "plot.unknown_end", lang)
            if end is None
            else _words.show_date(end, lang)
        )
        rows.append((one["id"], start, end, told))
    table = _room.frame(("id", "in_force_from", "in_force_until", "until"), rows, lang)
    table.attrs["said"] = {"until": _words.texts("plot.until")}
    chart, axes = _canvas(len(rows))
    last = max([day, *(end for _, _, end, _ in rows if end)]).replace(month=12, day=31)
    for place, (_, start, end, told) in enumerate(rows):
        begins, ends = dates.date2num(start or end or day), dates.date2num(end or last)
        color = COLORS[3] if end and end < day else COLORS[0] if end else COLORS[5]
        hatch = HATCHES[2] if end is None else HATCHES[1] if end < day else HATCHES[0]
        axes.barh(place, ends - begins, left=begins, color=color, hatch=hatch, edgecolor="black", linewidth=0.6)
        axes.annotate(told, (ends, place), xytext=(4, 0), textcoords="offset points", va="center")
    axes.axvline(dates.date2num(day), color="black", linestyle="--", label=_words.say("plot.today", lang))
    axes.set_yticks(range(len(rows)), [_plain(row[0]) for row in rows])
    axes.xaxis.set_major_locator(dates.YearLocator())
    axes.xaxis.set_major_formatter(dates.DateFormatter("%Y"))
    first, end = axes.get_xlim()
    axes.set_xlim(first, end + (end - first) / 4)  # room for what stands beside the bars
    chart.legend(loc="outside lower right")
    title = _words.say("plot.contracts", lang)
    _titled(axes, title, _words.say("plot.contracts_axis", lang))
    told = "; ".join(f"{ident} {_words.show_date(start, lang) if start else '–'} – {end}" for ident, start, _, end in rows)
    chart.alt, chart.frame = f"{title}: {told or '–'}.", table
    return chart


def breach_timeline(timeline: pandas.DataFrame) -> Chart:
    """When each thing of a case happened: occurred, detected, aware, notified, told. `timeline`: as `case.timeline` gives it."""
    import matplotlib.dates as dates

    lang = timeline.attrs.get("lang", "fi")
    rows = [(one.what, one.at.to_pydatetime()) for one in timeline.itertuples()]
    chart, axes = _canvas(len(rows))
    for place, (_, at) in enumerate(rows):
        axes.plot([dates.date2num(at)], [place], marker="os^Dv*"[place % 6], color=COLORS[place % len(COLORS)], markersize=9)
        axes.annotate(_words.show_date(at, lang), (dates.date2num(at), place), xytext=(8, 0), textcoords="offset points", va="center")
    axes.set_yticks(range(len(rows)), [_plain(what) for what, _ in rows])
    axes.xaxis_date(rows[0][1].tzinfo if rows else None)
    first, end = axes.get_xlim()
    axes.set_xlim(first, end + (end - first) / 2)
    axes.tick_params(axis="x", labelrotation=30)
    title = _words.say("plot.timeline", lang)
    _titled(axes, title, _words.say("plot.timeline_axis", lang))
    told = "; ".join(f"{what} {_words.show_date(at, lang)}" for what, at in rows)
    chart.alt, chart.frame = f"{title}: {told or '–'}.", timeline
    return chart


def breaches(register: pandas.DataFrame) -> Chart:
    """How many breaches there were each year, apart by duty. `register`: as `desk.breach.breaches()` gives it."""
    lang = register.attrs.get("lang", "fi")
    names = _words.values("breach_decision") | {"cannot_tell": _words.values("status")["cannot_tell"]}
    order = list(names)
    counts: dict[str, dict[str, int]] = {}
    for one in register.to_dict("records"):
        row = counts.setdefault(
            next(told for told in (one["aware"], one["detected"], str(one["valid_from"])) if isinstance(told, str))[:4],
            dict.fromkeys(order, 0),
        )
        row[_duty_of(one["notify"], one["communicate"])] += 1
    rows = [(year, *counts[year].values()) for year in sorted(counts)]
    table = _room.frame(("year", *order), rows, lang)
    table.attrs["said"] = names
    series = [(code, names[code][lang]) for code in order]
    return _bars(table, series, _words.say("plot.breaches", lang), _words.say("plot.breaches_axis", lang))


def _duty_of(notify: object, communicate: object) -> str:
    """The duty as it is drawn: what cannot be told yet is drawn as that."""
    if communicate is True:
        return "communicate"
    if communicate is not False or notify not in (True, False):
        return "cannot_tell"
    return "notify" if notify else "document"


def retention_calendar(due: pandas.DataFrame) -> Chart:
    """How many rows fall due in each month, apart by what is to be done; what is overdue comes first.

    `due`: a frame with `due`, `what` and `rows`, as `desk.retention.due(by=)` gives it.
    """
    lang, today = due.attrs.get("lang", "fi"), str(due.attrs.get("on", ""))
    kinds = [what for what in dict.fromkeys(due["what"]) if due.loc[due["what"] == what, "rows"].notna().any()]
    late = _words.say("plot.overdue_first", lang)
    months: dict[str, dict[str, int]] = {}
    for one in due.dropna(subset=["rows"]).sort_values("due").itertuples():
        name = late if str(one.due.date()) <= today else one.due.strftime("%Y-%m")
        row = months.setdefault(name, dict.fromkeys(kinds, 0))
        row[one.what] += int(one.rows)
    rows = [(name, *months[name].values()) for name in sorted(months, key=lambda name: (name != late, name))]
    table = _room.frame(("month", *kinds), rows, lang)
    return _bars(
        table, [(kind, kind) for kind in kinds], _words.say("plot.retention_calendar", lang), _words.say("plot.retention_axis", lang)
    )


def retention_status(counts: pandas.DataFrame) -> Chart:
    """How many rows of each source are overdue, overdue but held, or without a start.

    `counts`: a scan's `.table`, or `desk.retention.counts()`.
    """
    lang, names = counts.attrs.get("lang", "fi"), ("overdue", "held", "no_start")
    rows = [(source, *(int(part[name].fillna(0).sum()) for name in names)) for source, part in counts.groupby("source", sort=True)]
    table = _room.frame(("source", *names), rows, lang)
    series = [(name, _words.field_label(name, lang)) for name in names]
    return _bars(table, series, _words.say("plot.retention_status", lang), _words.say("plot.retention_axis", lang))


def personal_data(found: pandas.DataFrame) -> Chart:
    """How many columns hold each kind of personal data, apart by whether an activity declares it.

    `found`: a scan's `.columns`, or `desk.discovery.columns()`; beyond twelve kinds the rarest are put together.
    """
    lang = found.attrs.get("lang", "fi")
    names = _words.values("personal_data_kind")
    counts: dict[str, list[int]] = {}
    for one in found.itertuples():
        row = counts.setdefault(names.get(one.kind, {}).get(lang, str(one.kind)), [0, 0, 0])
        row[2 if one.confidence == "doubtful" else 0 if one.declared_by else 1] += 1
    ordered = sorted(counts.items(), key=lambda pair: (-sum(pair[1]), pair[0]))
    rest = [sum(told) for told in zip(*(row for _, row in ordered[MOST_KINDS:]), strict=True)]
    rows = [(name, *row) for name, row in ordered[:MOST_KINDS]]
    rows += [(_words.say("plot.others", lang), *rest)] if rest else []
    series = [(code, _words.say(f"plot.data_{code}", lang)) for code in ("declared", "undeclared", "doubtful")]
    table = _room.frame(("kind", "declared", "undeclared", "doubtful"), rows, lang)
    table.attrs["said"] = {code: {lang: told} for code, told in series}
    return _bars(table, series, _words.say("plot.personal_data", lang), _words.say("plot.personal_data_axis", lang))


MOST_KINDS = 11
"""Bars beside the one of the others."""


def _canvas(rows: int) -> tuple[Chart, Any]:
    chart = Chart(figsize=(8, 1.2 + 0.42 * max(rows, 1)), layout="constrained")
    axes: Any = chart.add_subplot()
    axes.invert_yaxis()
    return chart, axes


def _plain(text: str) -> str:
    """A label that leaves room for the chart, and that matplotlib takes for no formula: two dollar signs make none."""
    line = " ".join(text.split())
    return (line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…").replace("$", r"\$")


def _titled(axes: Any, title: str, axis: str) -> None:
    axes.set_title(title, loc="left")
    axes.set_xlabel(axis)


def _bars(table: pandas.DataFrame, series: Sequence[tuple[str, str]], title: str, axis: str) -> Chart:
    """Horizontal bars with their numbers written on; several series are stacked, apart by colour and by hatch."""
    names = [_words.show_month(str(name), str(table.attrs.get("lang", "fi"))) for name in table.iloc[:, 0]]
    chart, axes = _canvas(len(names))
    left = [0] * len(names)
    for place, (column, label) in enumerate(series):
        widths = [int(number) for number in table[column]]
        colors = [COLORS[row % len(COLORS)] for row in range(len(names))] if len(series) == 1 else _SERIES[len(series)][place]
        bars = axes.barh(range(len(names)), widths, left=left, color=colors, edgecolor="black", linewidth=0.6, label=label or None)
        for row, bar in enumerate(bars):
            bar.set_hatch(HATCHES[row % len(HATCHES)] if len(series) == 1 else HATCHES[(len(series) - 1 - place) % len(HATCHES)])
        numbers = [str(width) if width else "" for width in widths]
        for number in axes.bar_label(bars, numbers, label_type="center" if len(series) > 1 else "edge", padding=3, weight="bold"):
            number.set_path_effects([withStroke(linewidth=4, foreground="white")])  # it is read over any colour and hatch
        left = [before + width for before, width in zip(left, widths, strict=True)]
    axes.set_yticks(range(len(names)), [_plain(name) for name in names])
    _titled(axes, title, axis)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.set_xlim(0, max([*left, 1]) * 1.12)
    if len(series) > 1:
        chart.legend(loc="outside lower right")
        chart.set_figheight(chart.get_figheight() + 0.25 * len(series))  # room for the legend
    told = "; ".join(
        f"{name} " + ", ".join(f"{label} {row[column]}".strip() for column, label in series)
        for name, (_, row) in zip(names, table.iterrows(), strict=True)
    )
    chart.alt, chart.frame = f"{title}: {told or '–'}.", table
    return chart
