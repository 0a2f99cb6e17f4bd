"""Reads ``metrics.parquet`` of an export, a group of rows at a time, as batches to send."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec

from runyard.client.archive.batches import BatchPacker, SeriesName
from runyard.domain.histogram import Histogram
from runyard.domain.metric import MetricFamily, MetricType, MetricValue
from runyard.errors import ArchiveError, NotSupportedError
from runyard.wire.journal import BOOLEAN, FLOAT, HAS_STEP, INTEGER, NOTHING
from runyard.wire.metric import FileRecord, HistogramRecord, ListRecord, ScalarRecord, TableRecord
from runyard.wire.run_archive import SERIES_KEY, SeriesFacts

ROWS_AT_ONCE = 1 << 16
TABLE_ROWS_AT_ONCE = 1000
"""Rows of a table that are sent as one record."""

_COLUMNS = ["name", "family", "step", "time", "kind", "value", "integer", "text", "row", "column"]
_FLAGS = {"float": FLOAT, "integer": INTEGER, "boolean": BOOLEAN, "none": NOTHING}
_Key = tuple[str, str]
_Row = tuple[Any, ...]


def metric_batches(path: Path, address_of: Callable[[str], str]) -> Iterator[bytes]:
    """Yield the points of a metrics file as batches. ``address_of`` says where a file of the run is now.

    Raises:
        ArchiveError: the file is damaged or no such file.
        NotSupportedError: pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise NotSupportedError("Metrics of an export are read with pyarrow. Run: pip install 'runyard[parquet]'") from error
    try:
        with pq.ParquetFile(path) as file:
            reader = _MetricRows(pa, _series(file), address_of)
            for batch in file.iter_batches(ROWS_AT_ONCE, columns=_COLUMNS):
                yield from reader.batches(batch)
            yield from reader.rest()
    except (pa.ArrowException, msgspec.MsgspecError, KeyError, OverflowError, TypeError) as error:
        raise ArchiveError(f"The metrics of a run cannot be read ({error}). Export it again.") from error


def _series(file: Any) -> list[SeriesFacts]:
    return msgspec.json.decode(file.metadata.metadata[SERIES_KEY.encode()], type=list[SeriesFacts])


class _MetricRows:
    def __init__(self, pa: Any, series: list[SeriesFacts], address_of: Callable[[str], str]) -> None:
        self._pa = pa
        self._series = {(each.name, each.family.value): each for each in series}
        self._left = dict(self._series)
        self._address_of = address_of
        self._packer = BatchPacker()
        self._table: _TableRows | None = None

    def batches(self, batch: Any) -> Iterator[bytes]:
        """Yield what becomes full by these rows."""
        start = 0
        keys = zip(batch.column(0).to_pylist(), batch.column(1).to_pylist(), strict=True)
        for key, same in groupby(keys):
            count = len(list(same))
            yield from self._begin(key)
            yield from self._part(self._series[key], batch.slice(start, count))
            start += count

    def rest(self) -> Iterator[bytes]:
        """Yield what is left, and the series without points."""
        yield from self._end_table()
        yield from self._begin(None)
        yield from self._packer.rest()

    def _begin(self, key: _Key | None) -> Iterator[bytes]:
        """Send the series without points that stand before a series, so that all keep their order."""
        if key is not None and key not in self._left:
            return
        yield from self._end_table()
        while self._left:
            first = next(iter(self._left))
            facts = self._left.pop(first)
            if first == key:
                return
            if facts.family is MetricFamily.TABLE:
                yield from self._packer.record(_no_rows(facts, 0))
            else:
                yield from self._packer.record(ListRecord(facts.name, 0, [], facts.description))

    def _part(self, facts: SeriesFacts, batch: Any) -> Iterator[bytes]:
        columns = dict(zip(_COLUMNS, batch.columns, strict=True))
        if facts.family is MetricFamily.TABLE:
            yield from self._cells(facts, columns)
            return
        times = columns["time"].cast(self._pa.int64()).to_pylist()
        steps, kinds, texts = (columns[name].to_pylist() for name in ("step", "kind", "text"))
        integers = columns["integer"].to_pylist()
        bits = columns["value"].view(self._pa.int64()).to_pylist()
        series: SeriesName = facts.name, facts.family, facts.type, facts.description
        if columns["text"].null_count == len(texts) and kinds == ["float"] * len(kinds):
            flags = [FLOAT if step is None else FLOAT | HAS_STEP for step in steps]
            yield from self._packer.scalars(series, times, [step or 0 for step in steps], bits, flags)
            return
        start = 0
        is_packed = (text is None for text in texts)
        for packed, same in groupby(is_packed):
            stop = start + sum(1 for _ in same)
            part = slice(start, stop)
            if packed:
                values = [
                    bit if kind == "float" else whole or 0
                    for bit, kind, whole in zip(bits[part], kinds[part], integers[part], strict=True)
                ]
                flags = [
                    _FLAGS[kind] | (0 if step is None else HAS_STEP) for kind, step in zip(kinds[part], steps[part], strict=True)
                ]
                yield from self._packer.scalars(series, times[part], [step or 0 for step in steps[part]], values, flags)
            else:
                yield from self._others(facts, zip(times[part], steps[part], kinds[part], texts[part], strict=True))
            start = stop

    def _others(self, facts: SeriesFacts, rows: Iterable[tuple[int, int | None, str, str]]) -> Iterator[bytes]:
        for at, step, kind, text in rows:
            if facts.family is MetricFamily.FILE:
                address = self._address_of(text)
                yield from self._packer.record(FileRecord(facts.name, at, address, facts.type, facts.description, step))
                continue
            if facts.family is MetricFamily.HISTOGRAM:
                histogram = msgspec.json.decode(text, type=Histogram)
                yield from self._packer.record(HistogramRecord(facts.name, at, histogram, step, facts.description))
                continue
            value = int(text) if kind == "integer" else text
            if facts.type is MetricType.LIST:
                # With a step it comes as a scalar; the list before it says what the series is.
                yield from self._packer.record(ListRecord(facts.name, at, [value] if step is None else [], facts.description))
            if facts.type is not MetricType.LIST or step is not None:
                yield from self._packer.record(ScalarRecord(facts.name, at, value, step, facts.description))

    def _cells(self, facts: SeriesFacts, columns: dict[str, Any]) -> Iterator[bytes]:
        if self._table is None:
            self._table = _TableRows(facts)
        times = columns["time"].cast(self._pa.int64()).to_pylist()
        values = map(_value, *(columns[name].to_pylist() for name in ("kind", "value", "integer", "text")))
        for row, at, column, value in zip(columns["row"].to_pylist(), times, columns["column"].to_pylist(), values, strict=True):
            for record in self._table.add(row, at, column, value):
                yield from self._packer.record(record)

    def _end_table(self) -> Iterator[bytes]:
        if self._table is not None:
            for record in self._table.rest():
                yield from self._packer.record(record)
            self._table = None


class _TableRows:
    """Puts the cells of a table together again: neighbouring rows of one time with the same columns are one record."""

    def __init__(self, facts: SeriesFacts) -> None:
        self._facts = facts
        self._has_begun = False
        self._row: int | None = None
        self._at = 0
        self._cells: dict[str, MetricValue] = {}
        self._group: list[dict[str, MetricValue]] = []
        self._group_at = 0

    def add(self, row: int, at: int, column: str, value: MetricValue) -> Iterator[TableRecord]:
        """Take the next cell; yield what is whole."""
        if row != self._row:
            yield from self._close_row()
            self._row, self._at = row, at
        self._cells[column] = value

    def rest(self) -> Iterator[TableRecord]:
        """Yield what is left."""
        yield from self._close_row()
        yield from self._close_group()

    def _close_row(self) -> Iterator[TableRecord]:
        if not self._cells:
            return
        group = self._group
        if group and (len(group) >= TABLE_ROWS_AT_ONCE or self._at != self._group_at or list(group[0]) != list(self._cells)):
            yield from self._close_group()
        self._group.append(self._cells)
        self._group_at, self._cells = self._at, {}

    def _close_group(self) -> Iterator[TableRecord]:
        if self._group:
            columns: dict[str, list[MetricValue]] = {name: [row[name] for row in self._group] for name in self._group[0]}
            self._group = []
            if not self._has_begun and list(columns) != self._facts.columns:
                yield _no_rows(self._facts, self._group_at)  # columns keep their order, though the first rows lack some
            self._has_begun = True
            yield TableRecord(self._facts.name, self._group_at, columns, self._facts.description)


def _no_rows(facts: SeriesFacts, at: int) -> TableRecord:
    empty: dict[str, list[MetricValue]] = {name: [] for name in facts.columns}
    return TableRecord(facts.name, at, empty, facts.description)


def _value(kind: str, real: float, whole: int | None, text: str | None) -> MetricValue:
    if kind == "float":
        return real
    if kind == "integer":
        return whole if text is None else int(text)
    if kind == "boolean":
        return bool(whole)
    return text if kind == "text" else None
