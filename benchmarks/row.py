"""A row of the table: what is measured, beside which baseline, against which goal."""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

ROUNDS = 5


class WrongResultError(Exception):
    """What was measured gave a wrong result, so its speed says nothing."""


@dataclass(frozen=True, slots=True)
class Goal:
    """A bound. ``is_ratio``: it bounds the ratio to the baseline, not the figure."""

    limit: float
    is_floor: bool = False
    is_ratio: bool = False

    def is_met(self, figure: float, ratio: float | None) -> bool:
        """Return whether a figure, or its ratio to the baseline, keeps the bound."""
        value = ratio if self.is_ratio else figure
        if value is None:
            return False
        return value >= self.limit if self.is_floor else value <= self.limit

    def __str__(self) -> str:
        return f"{'≥' if self.is_floor else '≤'} {shown(self.limit)}{' ×' if self.is_ratio else ''}"


def at_most(limit: float) -> Goal:
    """A figure that must not be larger."""
    return Goal(limit)


def at_least(limit: float) -> Goal:
    """A figure that must not be smaller."""
    return Goal(limit, is_floor=True)


def at_most_times(limit: float) -> Goal:
    """A figure that must not be more than so many times its baseline."""
    return Goal(limit, is_ratio=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """The bare thing that a row is compared with, in the unit of the row."""

    what: str
    measure: Callable[[], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table. ``measure`` and the baseline's are called in turn, once a round.

    ``cpu_s`` reads a clock of processor time, in seconds: it is read around each round, and shows what a busy machine hides.
    """

    what: str
    unit: str
    measure: Callable[[], float]
    goal: Goal | None = None
    baseline: Baseline | None = None
    cpu_s: Callable[[], float] | None = None
    rounds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came out. ``is_met`` is None for a row without a goal."""

    section: str
    what: str
    unit: str
    figure: float | None
    goal: str
    is_met: bool | None
    baseline: str = ""
    baseline_figure: float | None = None
    ratio: float | None = None
    cpu_ms: float | None = None
    is_cpu_within: bool = False
    rounds: list[float] = field(default_factory=list)
    fault: str = ""

    @property
    def verdict(self) -> str:
        """In a word. A row in milliseconds whose own work took less than the goal waited for a processor that others had."""
        if self.is_met is None:
            return ""
        if self.is_met:
            return "met"
        return "**missed**, CPU within" if self.is_cpu_within else "**missed**"


def measured(section: str, row: Row, rounds: int) -> Result:
    """Measure a row and its baseline in turn, and return the medians."""
    figures: list[float] = []
    bases: list[float] = []
    busy: list[float] = []
    goal = "" if row.goal is None else str(row.goal)
    try:
        for _ in range(row.rounds or rounds):
            if row.baseline is not None:
                bases.append(row.baseline.measure())
            cpu = row.cpu_s() if row.cpu_s is not None else 0.0
            figures.append(row.measure())
            if row.cpu_s is not None:
                busy.append((row.cpu_s() - cpu) * 1000)
    except WrongResultError as error:
        return Result(section=section, what=row.what, unit=row.unit, figure=None, goal=goal, is_met=False, fault=str(error))
    figure = statistics.median(figures)
    base = statistics.median(bases) if bases else None
    ratio = figure / base if base else None
    cpu_ms = statistics.median(busy) if busy else None
    bounds_ms = row.goal is not None and row.unit == "ms" and not row.goal.is_ratio
    return Result(
        section=section,
        what=row.what,
        unit=row.unit,
        figure=figure,
        goal=goal,
        is_met=None if row.goal is None else row.goal.is_met(figure, ratio),
        baseline=row.baseline.what if row.baseline is not None else "",
        baseline_figure=base,
        ratio=ratio,
        cpu_ms=cpu_ms,
        is_cpu_within=bounds_ms and cpu_ms is not None and row.goal is not None and row.goal.is_met(cpu_ms, None),
        rounds=figures,
    )


def measured_all(section: str, rows: Iterable[Row], rounds: int) -> list[Result]:
    """Measure rows one after the other, as they are made, and print each at once."""
    print(f"\n**{section}**\n\n| what | figure | goal | | baseline | ratio | CPU |")
    print("| --- | --- | --- | --- | --- | --- | --- |", flush=True)
    results: list[Result] = []
    try:
        for row in rows:
            results.append(measured(section, row, rounds))
            print(line(results[-1]), flush=True)
    except Exception as error:  # noqa: BLE001 - it is shown and counts as a miss; the other sections are still measured
        traceback.print_exc()
        fault = f"stopped: {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
        results.append(
            Result(section=section, what=f"the rest of {section}", unit="", figure=None, goal="", is_met=False, fault=fault)
        )
        print(line(results[-1]), flush=True)
    return results


def line(result: Result) -> str:
    """Return a result as a line of a Markdown table."""
    figure = result.fault if result.figure is None else f"{shown(result.figure)} {result.unit}"
    base = result.baseline
    if result.baseline_figure is not None:
        base = f"{shown(result.baseline_figure)} {result.unit}, {base}"
    ratio = "" if result.ratio is None else f"{shown(result.ratio)} ×"
    cpu = "" if result.cpu_ms is None else f"{shown(result.cpu_ms)} ms"
    return f"| {result.what} | {figure} | {result.goal} | {result.verdict} | {base} | {ratio} | {cpu} |"


def shown(number: float) -> str:
    """Return a number with the digits that say something."""
    size = abs(number)
    if size >= 1000:
        return f"{number:,.0f}"
    if number == int(number):
        return f"{number:.0f}"
    return (
        f"{number:.0f}" if size >= 100 else f"{number:.1f}" if size >= 10 else f"{number:.2f}" if size >= 0.1 else f"{number:.3g}"
    )


def print_machine() -> None:
    """Say on what was measured, and how busy it was."""
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    print(f"{os.cpu_count()} cores, load {load}, Python {sys.version.split()[0]}, {time.strftime('%Y-%m-%d')}")


def write_json(path: Path, results: list[Result]) -> None:
    """Write results for other programs."""
    path.write_text(json.dumps([asdict(result) for result in results], indent=2))
