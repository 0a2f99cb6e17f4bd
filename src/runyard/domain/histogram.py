"""Histograms: how the values of one moment were spread, with the exact figures that bins lose."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

HISTOGRAM_BINS_MAX = 1024
HISTOGRAM_BINS = 64
"""Bins where the caller names no other number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """Counts of values in bins. Bin i holds ``edges[i] <= value < edges[i + 1]``; the last one holds its upper edge too.

    ``counts`` has n numbers and ``edges`` n + 1, finite and rising. ``count``, ``min``, ``max`` and ``mean`` are of the finite
    values, exact; the last three are None where only the bins are known, or there was no finite value. What is not finite is
    counted apart and is in no bin.
    """

    counts: list[int] = field(default_factory=list)
    edges: list[float] = field(default_factory=list)
    count: int = 0
    min: float | None = None
    max: float | None = None
    mean: float | None = None
    nan: int = 0
    positive_infinity: int = 0
    negative_infinity: int = 0


def histogram_problem(histogram: Histogram) -> str | None:
    """Return why something is no histogram, as a sentence; None when it is one."""
    counts, edges = histogram.counts, histogram.edges
    if len(counts) > HISTOGRAM_BINS_MAX:
        return f"It has {len(counts)} bins; the limit is {HISTOGRAM_BINS_MAX}."
    if len(edges) != (len(counts) + 1 if counts else 0):
        return f"It has {len(counts)} counts and {len(edges)} edges. There must be one edge more than counts."
    if not all(map(math.isfinite, edges)) or any(low >= high for low, high in pairwise(edges)):
        return "Its edges must be finite and each greater than the one before it."
    apart = (histogram.nan, histogram.positive_infinity, histogram.negative_infinity)
    if min((*counts, *apart)) < 0:
        return "A count in it is below 0."
    if max((*counts, *apart, histogram.count)) >= 1 << 63:
        return "A count in it needs more than 64 bits."
    if sum(counts) != histogram.count:
        return f"Its bins hold {sum(counts)} values and its count is {histogram.count}."
    return None


def bin_edges(low: float, high: float, bins: int) -> list[float]:
    """Return the edges of up to ``bins`` bins of equal width from ``low`` to ``high``; both are finite.

    Where float64 has no room for so many different edges there are fewer bins. Equal bounds get a width of 1 around them.
    """
    if low == high:
        low, high = min(low - 0.5, math.nextafter(low, -math.inf)), max(high + 0.5, math.nextafter(high, math.inf))
        low, high = max(low, -_LARGEST), min(high, _LARGEST)
    inner = (low * (1 - i / bins) + high * (i / bins) for i in range(1, bins))
    return sorted({low, high, *(edge for edge in inner if low < edge < high)})


def without_bins(values: Sequence[float]) -> Histogram:
    """Return the histogram of values none of which is finite."""
    return Histogram(
        nan=sum(map(math.isnan, values)),
        positive_infinity=sum(value == math.inf for value in values),
        negative_infinity=sum(value == -math.inf for value in values),
    )


_LARGEST = math.nextafter(math.inf, 0)
