"""From values, or bins that somebody else has counted, to a histogram as it is recorded."""

from __future__ import annotations

import importlib
import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from typing import Any

from runyard.domain.histogram import HISTOGRAM_BINS_MAX, Histogram, bin_edges, histogram_problem, without_bins
from runyard.errors import InvalidArgumentError
from runyard.sdk.wording import kind_of


def histogram_of(name: str, values: Any, counts: Any, edges: Any, bins: int) -> Histogram:
    """Return the histogram of ``values`` (array-like of any shape), or of ``counts`` and ``edges``.

    Raises:
        InvalidArgumentError: both or neither are given, something in them is no number, or they do not belong together.
    """
    if (values is None) == (counts is None) or (counts is None) != (edges is None):
        raise InvalidArgumentError(f"log_histogram({name!r}) takes either values, or counts= and edges=.", name=name)
    if counts is not None:
        return _given(name, counts, edges)
    if isinstance(bins, bool) or not isinstance(bins, int) or not 1 <= bins <= HISTOGRAM_BINS_MAX:
        raise InvalidArgumentError(f"bins={bins!r} of log_histogram({name!r}) must be 1 to {HISTOGRAM_BINS_MAX}.", name=name)
    array = _array(name, values)
    return binned(_numbers(name, values), bins) if array is None else _binned_array(array, bins)


def binned(values: list[float], bins: int) -> Histogram:
    """Return the histogram of numbers."""
    finite = [value for value in values if math.isfinite(value)]
    apart = without_bins(values if len(finite) < len(values) else [])
    if not finite:
        return apart
    low, high = min(finite), max(finite)
    edges = bin_edges(low, high, bins)
    counts = [0] * (len(edges) - 1)
    for value in finite:
        counts[min(bisect_right(edges, value), len(counts)) - 1] += 1
    return _histogram(counts, edges, low, high, _mean(finite), apart)


def _binned_array(array: Any, bins: int) -> Histogram:
    """Return what :func:`binned` does for an array of float64 in one dimension."""
    numpy = importlib.import_module("numpy")
    is_finite = numpy.isfinite(array)
    finite = array[is_finite]
    apart = without_bins(array[~is_finite].tolist())
    if not len(finite):
        return apart
    low, high = float(finite.min()), float(finite.max())
    edges = bin_edges(low, high, bins)
    places = numpy.minimum(numpy.searchsorted(edges, finite, side="right"), len(edges) - 1) - 1
    counts = numpy.bincount(places, minlength=len(edges) - 1).tolist()
    with numpy.errstate(over="ignore"):
        mean = float(finite.mean())
    return _histogram(counts, edges, low, high, mean if math.isfinite(mean) else float((finite / len(finite)).sum()), apart)


def _histogram(counts: list[int], edges: list[float], low: float, high: float, mean: float, apart: Histogram) -> Histogram:
    return Histogram(
        counts=counts,
        edges=edges,
        count=sum(counts),
        min=low,
        max=high,
        mean=min(max(mean, low), high),
        nan=apart.nan,
        positive_infinity=apart.positive_infinity,
        negative_infinity=apart.negative_infinity,
    )


def _mean(finite: list[float]) -> float:
    try:
        return math.fsum(finite) / len(finite)
    except OverflowError:
        return math.fsum(value / len(finite) for value in finite)


def _given(name: str, counts: Any, edges: Any) -> Histogram:
    whole = _numbers(name, counts)
    if any(not value.is_integer() for value in whole):
        raise InvalidArgumentError(f"counts= of log_histogram({name!r}) holds a value that is no whole number.", name=name)
    found = Histogram(counts=[int(value) for value in whole], edges=_numbers(name, edges), count=int(sum(whole)))
    problem = histogram_problem(found) if whole else "It has no bins."
    if problem is not None:
        raise InvalidArgumentError(
            f"log_histogram({name!r}) was given counts and edges that make no histogram. {problem}", name=name
        )
    return found


def _array(name: str, values: Any) -> Any:
    """Return an array of numpy, torch, pandas and so on as float64 in one dimension; None for what is no array."""
    if hasattr(values, "detach"):  # a tensor may lie on a device, need a gradient, or have a type that numpy lacks
        values = values.detach().cpu()
        values = values.double() if hasattr(values, "double") else values
    if not hasattr(values, "__array__"):
        return None
    numpy = importlib.import_module("numpy")  # it made the array
    try:
        array = numpy.asarray(values)
        if array.dtype.kind == "c":
            raise ValueError("complex numbers have no order")
        return array.astype(numpy.float64, copy=False).reshape(-1)
    except (TypeError, ValueError) as error:
        raise InvalidArgumentError(f"log_histogram({name!r}) takes numbers: {error}.", name=name) from error


def _numbers(name: str, values: Any) -> list[float]:
    if hasattr(values, "tolist"):
        values = values.tolist()
    if isinstance(values, (str, bytes, Mapping)) or not isinstance(values, Iterable):
        raise InvalidArgumentError(f"log_histogram({name!r}) takes a list or array of numbers, not {kind_of(values)}.", name=name)
    found: list[float] = []
    for value in values:
        if isinstance(value, (list, tuple)):
            found += _numbers(name, value)
            continue
        try:
            found.append(float(value) if not isinstance(value, (str, bytes)) else _refuse(value))
        except OverflowError:
            found.append(math.inf if value > 0 else -math.inf)
        except (TypeError, ValueError) as error:
            raise InvalidArgumentError(
                f"log_histogram({name!r}) takes numbers, and an item is {kind_of(value)}.", name=name
            ) from error
    return found


def _refuse(value: Any) -> float:
    raise TypeError(kind_of(value))
