"""Charts: a frame in, a Figure out, with a text alternative and the counted frame beside it."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

from ivplus_tools import _html, _records, _room, _words

if TYPE_CHECKING:
    import pandas

COLORS = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#999999")  # Okabe and Ito's, and a grey
HATCHES = ("", "//", "..", "xx", "\\\\", "++", "--")


class Chart(Figure):
    """A matplotlib Figure that knows its text alternative (`alt`) and the numbers that it shows (`frame`)."""

    alt: str = ""
    frame: pandas.DataFrame

    def _repr_html_(self) -> str:
        png = io.BytesIO()
        self.savefig(png, format="png", dpi=110, metadata={"Software": None})
        return _html.image(self.alt, base64.b64encode(png.getvalue()).decode())

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
    names = {code: f"{code} {label[lang]}" for code, label in _records.allowed("legal_basis").items()}
    missing = _words.say("plot.no_basis", lang)
    rows = [(names.get(basis, basis or missing), counts[basis]) for basis in sorted(counts, key=lambda one: (one == "", one))]
    table = _room.frame(("legal_basis", "activities"), rows, lang)
    return _bars(table, [("activities", "")], _words.say("plot.legal_bases", lang), _words.say("plot.activities_axis", lang))


def review_calendar(due: pandas.DataFrame, on: object = None) -> Chart:
    """How many reviews fall in each month, overdue ones marked apart.

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
    series = [("overdue", _words.say("plot.late", lang)), ("count", _words.say("plot.coming", lang))]
    return _bars(table, series, _words.say("plot.reviews", lang), _words.say("plot.reviews_axis", lang))


def _bars(table: pandas.DataFrame, series: Sequence[tuple[str, str]], title: str, axis: str) -> Chart:
    """Horizontal bars with their numbers written on; several series are stacked, apart by colour and by hatch."""
    names = [str(name) for name in table.iloc[:, 0]]
    chart = Chart(figsize=(8, 1.2 + 0.42 * max(len(names), 1)), layout="constrained")
    axes: Any = chart.add_subplot()
    left = [0] * len(names)
    for place, (column, label) in enumerate(series):
        widths = [int(number) for number in table[column]]
        colors = [COLORS[row % len(COLORS)] for row in range(len(names))] if len(series) == 1 else COLORS[3 - 3 * place]
        bars = axes.barh(names, widths, left=left, color=colors, edgecolor="black", linewidth=0.6, label=label or None)
        for row, bar in enumerate(bars):
            bar.set_hatch(HATCHES[row % len(HATCHES)] if len(series) == 1 else HATCHES[1 - place])
        axes.bar_label(
            bars,
            [str(width) if width else "" for width in widths],
            label_type="center" if len(series) > 1 else "edge",
            padding=3,
            backgroundcolor="white" if len(series) > 1 else "none",
        )
        left = [before + width for before, width in zip(left, widths, strict=True)]
    axes.invert_yaxis()
    axes.set_title(title, loc="left")
    axes.set_xlabel(axis)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.set_xlim(0, max([*left, 1]) * 1.12)
    if len(series) > 1:
        axes.legend(loc="lower right")
    told = "; ".join(
        f"{name} " + ", ".join(f"{label} {row[column]}".strip() for column, label in series)
        for name, (_, row) in zip(names, table.iterrows(), strict=True)
    )
    chart.alt, chart.frame = f"{title}: {told or '–'}.", table
    return chart
