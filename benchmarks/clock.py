"""Timing of calls."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable

import psutil


def seconds(act: Callable[[], object]) -> float:
    """Return how long a call takes."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def ms(act: Callable[[], object]) -> float:
    """Return how long a call takes, in milliseconds."""
    return seconds(act) * 1000


def each_ns(act: Callable[[], object], count: int) -> list[int]:
    """Return how long each of ``count`` calls took, in nanoseconds."""
    clock = time.perf_counter_ns
    times = [0] * count
    for number in range(count):
        began = clock()
        act()
        times[number] = clock() - began
    return times


def percentile(times: list[int] | list[float], percent: float) -> float:
    """Return the value that ``percent`` of the times stay below."""
    return float(sorted(times)[min(len(times) - 1, int(len(times) * percent / 100))])


def cpu_of(pid: int) -> Callable[[], float]:
    """Return a clock of the processor time that a process has used, in seconds."""
    process = psutil.Process(pid)

    def used() -> float:
        times = process.cpu_times()
        return float(times.user + times.system)

    return used


def cpu_of_children() -> float:
    """Return the processor time of all processes that this one has started and waited for, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def wait_until(condition: Callable[[], bool], what: str, timeout_s: float = 600.0) -> None:
    """Wait until a condition holds.

    Raises:
        TimeoutError: it did not in time.
    """
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {timeout_s:.0f} s in vain until {what}")
        time.sleep(0.05)
