"""Metrics on the wire: the records and the batches of them. How they are read: :mod:`runyard.wire.metric_query`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Union

import msgspec

from runyard.domain.histogram import Histogram
from runyard.domain.metric import MetricType


class BaseRecord(msgspec.Struct, tag_field="record", array_like=True, frozen=True):
    """What all records have in common: a tag that names their kind, first in the array."""


class ScalarRecord(BaseRecord, tag="s", array_like=True, frozen=True):
    """One ``log`` call. ``at_us`` counts microseconds since 1970, UTC."""

    name: str
    at_us: int
    value: bool | int | float | str | None
    step: int | None = None
    description: str = ""


class ListRecord(BaseRecord, tag="l", array_like=True, frozen=True):
    """One ``log_list`` call, or a part of one."""

    name: str
    at_us: int
    values: list[bool | int | float | str | None]
    description: str = ""


class TableRecord(BaseRecord, tag="t", array_like=True, frozen=True):
    """One ``log_row`` or ``log_table`` call: columns of equal length."""

    name: str
    at_us: int
    columns: dict[str, list[bool | int | float | str | None]]
    description: str = ""


class FileRecord(BaseRecord, tag="f", array_like=True, frozen=True):
    """A logged file: an image, a video, a confusion matrix and so on. ``uri`` is the address of an artifact of the run."""

    name: str
    at_us: int
    uri: str
    type: MetricType
    description: str = ""
    step: int | None = None


class HistogramRecord(BaseRecord, tag="h", array_like=True, frozen=True):
    """One ``log_histogram`` call."""

    name: str
    at_us: int
    histogram: Histogram
    step: int | None = None
    description: str = ""


Record = Union[ScalarRecord, ListRecord, TableRecord, FileRecord, HistogramRecord]


class RecordBatch(msgspec.Struct, array_like=True, frozen=True):
    """What one flush of one writer sends, as MessagePack.

    ``(run, writer, seq)`` names the batch: the server stores it once however often it comes. ``seq`` grows by one from 0.
    """

    writer: str
    seq: int
    records: list[Record]


REFUSED_LISTED_MAX = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedRecord:
    """A record that was not stored, while the rest of its batch was. ``place`` counts the records of the batch from 0."""

    place: int
    name: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchAckBody:
    """Answer to a batch. ``stored`` is false when the batch was known already.

    ``refused_count`` records of it cannot be stored, now or later; ``refused`` tells why, of the first 100.
    """

    seq: int
    stored: bool
    refused_count: int = 0
    refused: list[RefusedRecord] = field(default_factory=list)
