"""How the benchmarks measure: interleaved rounds and their medians, peak memory of a fresh process, one Markdown table."""

import itertools
import multiprocessing
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

warnings.filterwarnings("ignore", "The inplace keyword")  # what duckdb says to pandas
FRESH = multiprocessing.get_context("forkserver")  # unlike a plain child, it does not inherit the peak of its parent
FRESH.set_forkserver_preload([])
Act = Callable[[], object]


@dataclass(frozen=True)
class Row:
    """A line of the table. `met` None: there is no goal."""

    measure: str
    ours: str
    other: str = "–"
    ratio: float | None = None
    goal: str = "–"
    met: bool | None = None

    def __str__(self) -> str:
        ratio = "–" if self.ratio is None else f"{self.ratio:.0f}" if self.ratio >= 10 else f"{self.ratio:.2g}"
        met = {None: "–", True: "yes", False: "**no**"}[self.met]
        return f"| {self.measure} | {self.ours} | {self.other} | {ratio} | {self.goal} | {met} |"


def table(rows: Sequence[Row]) -> str:
    """The whole Markdown table."""
    return "\n".join(["| measure | ours | compared with | ratio | goal | met |", "|---|---|---|---|---|---|", *map(str, rows)])


def times(acts: Sequence[Act], rounds: int, budget: float = 6.0) -> list[list[float]]:
    """Seconds of each action in each round; every second round runs backwards.

    The first round loads libraries and does not count, unless the budget of seconds is spent after three.
    """
    found: list[list[float]] = [[] for _ in acts]
    order = list(enumerate(acts))
    begun = time.perf_counter()
    for number in range(rounds + 1):
        if number >= 3 and time.perf_counter() - begun > budget:
            break
        for place, act in order if number % 2 else order[::-1]:
            start = time.perf_counter()
            act()
            found[place].append(time.perf_counter() - start)
    return [one[len(one) > 3 :] for one in found]


def timed(
    measure: str, ours: Sequence[float], name: str = "", theirs: Sequence[float] = (), limit: float = 0, most: float = 0, tail: bool = False
) -> Row:
    """A row of two lists of seconds, paired by round. `limit`: the goal in seconds; `most`: the goal for the ratio; `tail`: show p95."""
    ratio = median(one / other for one, other in zip(ours, theirs, strict=True)) if theirs else None
    goal = f"≤ {limit:g} s" if limit else f"ratio ≤ {most:.2g}" if most else "–"
    met = median(ours) <= limit if limit else ratio <= most if most and ratio else None
    return Row(measure, said(ours, tail), f"{name}: {said(theirs, tail)}" if theirs else "–", ratio, goal, met)


def said(seconds: Sequence[float], tail: bool) -> str:
    """The median in words, with `tail` also the 95th percentile."""
    shown = [median(seconds), sorted(seconds)[int(len(seconds) * 0.95)]]
    texts = [f"{one:.2f} s" if one >= 1 else f"{1000 * one:.0f} ms" if one >= 0.01 else f"{1000 * one:.1f} ms" for one in shown]
    return f"{texts[0]} (p95 {texts[1]})" if tail else texts[0]


def memory(measure: str, ours: Act, name: str = "", other: Act | None = None) -> Row:
    """A row of the peak memory of two fresh processes that each do one action once."""
    mine, *theirs = _peaks([ours, other] if other else [ours])
    told = f"{name}: {theirs[0]:.0f} MB" if theirs else "–"
    return Row(f"{measure}: peak memory", f"{mine:.0f} MB", told, mine / theirs[0] if theirs else None)


def _peaks(acts: Sequence[Act]) -> list[float]:
    answers = [FRESH.SimpleQueue() for _ in acts]
    processes = [FRESH.Process(target=_tell_peak, args=both) for both in zip(acts, answers, strict=True)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        if process.exitcode:
            raise SystemExit("a measured process failed; its error stands above")
    return [answer.get() for answer in answers]


def _tell_peak(act: Act, answer: Any) -> None:
    import resource

    act()
    answer.put(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1024))


def at_once(makers: Sequence[Callable[[], Act]], each: int) -> tuple[list[float], float]:
    """Processes that begin together and act `each` times: seconds of every action, and actions a second of all together."""
    start, answers = FRESH.Barrier(len(makers)), FRESH.SimpleQueue()
    processes = [FRESH.Process(target=_repeat, args=(maker, each, start, answers)) for maker in makers]
    for process in processes:
        process.start()
    told = [answers.get() for _ in processes]
    for process in processes:
        process.join()
    spent = [after - before for stamps in told for before, after in itertools.pairwise(stamps)]
    return spent, len(spent) / (max(stamps[-1] for stamps in told) - min(stamps[0] for stamps in told))


def _repeat(maker: Callable[[], Act], each: int, start: Any, answers: Any) -> None:
    act = maker()
    act()  # loads what is loaded on first use
    start.wait()
    stamps = [time.perf_counter()]
    for _ in range(each):
        act()
        stamps.append(time.perf_counter())
    answers.put(stamps)
