"""Series of many runs on one grid: every chart line has its points at the same places, so lines are compared and averaged.

The binary answer begins with ``RYB1``, the length of the header as u32 little-endian, and the header as JSON, padded with blanks
so that what follows starts at a multiple of 8. ``x`` is ``buckets`` float64; then come float32 columns of ``buckets`` values
each: ``last``, ``min``, ``max`` of each entry of ``series``, then ``mean``, ``min``, ``max``, ``std``, ``count`` of each entry of
``groups``. All are little-endian; NaN stands where there is nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from runyard.wire.strict import strict

BUCKET_FRAME = "application/vnd.runyard.buckets"
MAGIC = b"RYB1"


@strict
@dataclass(frozen=True, slots=True, kw_only=True)
class BucketQuery:
    """Ask for number series of runs on one grid of at most ``buckets`` places, and for what groups of the runs have in common.

    ``axis`` is ``step`` (the index where no step was given), ``time`` (seconds since 1970, UTC) or ``relative`` (seconds since
    the run started, or was created where it has not started: as charts count them). ``start`` and ``stop`` bound the grid, both
    included; else it holds all points. Points outside of them do not count. Of a series with more than eight points a bucket the
    least and greatest of its parts are read. ``groups`` names runs to put together, by label; with ``series`` false only the
    groups come.
    """

    run_ids: list[str]
    names: list[str]
    axis: Literal["step", "time", "relative"] = "step"
    start: float | None = None
    stop: float | None = None
    buckets: int = 600
    groups: dict[str, list[str]] = field(default_factory=dict)
    series: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketSeries:
    """One series on the grid: in each bucket its last, least and greatest number; None where it has none there.

    ``count`` counts all that was logged.
    """

    run_id: str
    name: str
    count: int
    last: list[float | None] = field(default_factory=list)
    min: list[float | None] = field(default_factory=list)
    max: list[float | None] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketGroup:
    """What the runs of a group have in common in each bucket, from the last number that each has reached.

    Between its first and its last point a run keeps its number; beyond them it does not count. ``std`` is the root of the mean
    squared distance, ``count`` the number of runs.
    """

    label: str
    name: str
    run_count: int
    mean: list[float | None] = field(default_factory=list)
    min: list[float | None] = field(default_factory=list)
    max: list[float | None] = field(default_factory=list)
    std: list[float | None] = field(default_factory=list)
    count: list[float | None] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketPage:
    """Series and groups on one grid. ``x`` is the middle of each bucket, or the step when a bucket is one step."""

    x: list[float]
    series: list[BucketSeries]
    groups: list[BucketGroup]


class BucketHeader(msgspec.Struct, frozen=True, kw_only=True):
    """The header of the binary answer: its entries have no columns of their own."""

    buckets: int
    series: list[dict[str, str | int]]
    groups: list[dict[str, str | int]]


def encode_bucket_frame(header: BucketHeader, x: bytes, columns: Sequence[bytes]) -> bytes:
    """Return the binary answer; ``x`` is little-endian float64, the columns little-endian float32."""
    head = msgspec.json.encode(header)
    head += b" " * (-len(head) % 8)
    return b"".join((MAGIC, len(head).to_bytes(4, "little"), head, x, *columns))
