"""The binary answer of a series query: what a chart needs, ready to be drawn without parsing.

``RYS1``, the length of the header as u32 little-endian, the header as JSON padded with blanks so that what follows starts at a
multiple of 8, then float64 little-endian columns. The header is ``{"series": [...]}``; each entry has ``run_id``, ``name``,
``family``, ``type``, ``description``, ``count`` (points of the whole series) and ``length`` (points here). The columns follow one
another in the order of the entries, three to each: steps (the index where no step was given), times (seconds since 1970, UTC),
values (NaN where the value is no number).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from runyard.domain.metric import MetricFamily, MetricType
from runyard.errors import InvalidArgumentError

SERIES_FRAME = "application/vnd.runyard.series"
MAGIC = b"RYS1"
COLUMNS = ("steps", "times", "values")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesHeader:
    """One series of a frame."""

    run_id: str
    name: str
    family: MetricFamily
    type: MetricType
    description: str
    count: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameHeader:
    """All series of a frame, in the order of their columns."""

    series: list[SeriesHeader]


def encode_frame(headers: list[SeriesHeader], columns: Sequence[bytes | memoryview]) -> bytes:
    """Return a frame; ``columns`` are three to each header, as little-endian float64."""
    head = msgspec.json.encode(FrameHeader(series=headers))
    head += b" " * (-len(head) % 8)
    return b"".join((MAGIC, len(head).to_bytes(4, "little"), head, *columns))


def decode_frame(data: bytes) -> list[tuple[SeriesHeader, dict[str, memoryview[float]]]]:
    """Return each series and its columns as views of float64.

    Raises:
        InvalidArgumentError: the bytes are no frame.
    """
    if data[:4] != MAGIC:
        raise InvalidArgumentError("These bytes are no frame of series: they do not begin with RYS1.")
    start = 8 + int.from_bytes(data[4:8], "little")
    header = msgspec.json.decode(data[8:start], type=FrameHeader)
    view = memoryview(data)
    found = []
    for series in header.series:
        columns: dict[str, memoryview[float]] = {}
        for name in COLUMNS:
            columns[name] = view[start : start + 8 * series.length].cast("d")
            start += 8 * series.length
        found.append((series, columns))
    return found
