"""All that one run logged as a Parquet file that loses nothing, written while it is sent.

Equal metrics give equal bytes, however the store keeps them: rows are put into groups of :data:`GROUP_ROWS`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec
import numpy as np

from runyard.domain.metric import MetricFamily
from runyard.errors import NotSupportedError
from runyard.server.services.export import Sink
from runyard.storage.metric_base import MetricColumn
from runyard.wire.run_archive import KINDS, SERIES_KEY, SeriesFacts

GROUP_ROWS = 1 << 17
_TABLES_AT_ONCE = 1 << 10

_FLOAT, _INTEGER, _BOOLEAN, _NOTHING, _OBJECT = 1, 2, 3, 4, 5
_DICTIONARIES = ["name", "family", "kind", "column"]
_ENCODINGS = {
    "step": "DELTA_BINARY_PACKED",
    "time": "DELTA_BINARY_PACKED",
    "value": "BYTE_STREAM_SPLIT",
    "integer": "DELTA_BINARY_PACKED",
    "row": "DELTA_BINARY_PACKED",
}


def metric_file(columns: Iterator[MetricColumn]) -> Iterator[bytes]:
    """Return the bytes of a Parquet file with a row for each point, and for each cell of a table.

    The documents describe its columns under "The files of an export".

    Raises:
        NotSupportedError: pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise NotSupportedError("Export needs pyarrow on the server. Run: pip install 'runyard[parquet]'") from error
    return _MetricFile(pa, pq).written(columns)


class _MetricFile:
    def __init__(self, pa: Any, pq: Any) -> None:
        self._pa = pa
        self._pq = pq
        text, whole = pa.string(), pa.int64()
        self._schema = pa.schema(
            [
                pa.field("name", text, nullable=False),
                pa.field("family", text, nullable=False),
                ("step", whole),
                pa.field("time", pa.timestamp("us", tz="UTC"), nullable=False),
                pa.field("kind", text, nullable=False),
                pa.field("value", pa.float64(), nullable=False),
                ("integer", whole),
                ("text", text),
                ("row", whole),
                ("column", text),
            ]
        )
        self._kinds = pa.array(KINDS)
        self._series: dict[tuple[str, MetricFamily], SeriesFacts] = {}
        self._columns: dict[tuple[str, MetricFamily], dict[str, None]] = {}
        self._rows = 0
        self._waiting: list[Any] = []
        self._waiting_rows = 0

    def written(self, columns: Iterator[MetricColumn]) -> Iterator[bytes]:
        sink = Sink()
        writer = self._pq.ParquetWriter(
            sink, self._schema, compression="zstd", use_dictionary=_DICTIONARIES, column_encoding=_ENCODINGS
        )
        with writer:
            for table in self._tables(columns):
                self._waiting.append(table)
                self._waiting_rows += len(table)
                while self._waiting_rows >= GROUP_ROWS:
                    writer.write_table(self._group(), row_group_size=GROUP_ROWS)
                    yield sink.take()
            if self._waiting_rows:
                writer.write_table(self._group(), row_group_size=GROUP_ROWS)
            writer.add_key_value_metadata({SERIES_KEY: msgspec.json.encode(self._facts()).decode()})
        yield sink.take()

    def _facts(self) -> list[SeriesFacts]:
        return [replace(facts, columns=list(self._columns[key])) for key, facts in self._series.items()]

    def _tables(self, columns: Iterator[MetricColumn]) -> Iterator[Any]:
        for column in columns:
            key = column.name, column.family
            if key not in self._series:
                self._series[key] = SeriesFacts(
                    name=column.name, family=column.family, type=column.type, description=column.description
                )
                self._columns[key] = {}
                self._rows = 0
            if column.family is MetricFamily.TABLE:
                yield from self._cells(column, self._columns[key])
            elif len(column.steps):
                yield self._points(column)

    def _group(self) -> Any:
        """Take the rows of the next group, in one piece: how the pieces came must not show in the file."""
        whole = self._pa.concat_tables(self._waiting)
        rest = whole.slice(GROUP_ROWS)
        self._waiting, self._waiting_rows = ([rest], len(rest)) if len(rest) else ([], 0)
        return whole.slice(0, GROUP_ROWS).combine_chunks()

    def _points(self, column: MetricColumn) -> Any:
        pa, count = self._pa, len(column.steps)
        kinds = np.asarray(column.kinds)
        is_whole = (kinds == _INTEGER) | (kinds == _BOOLEAN)
        texts: Any = pa.nulls(count, pa.string())
        if column.objects:
            kinds = kinds.copy()
            found: list[str | None] = [None] * count
            for place, item in zip(np.flatnonzero(kinds == _OBJECT).tolist(), column.objects, strict=True):
                found[place] = msgspec.json.encode(item).decode() if isinstance(item, dict) else str(item)
                if isinstance(item, int):
                    kinds[place] = _INTEGER
            texts = pa.array(found, pa.string())
        nothing = pa.nulls(count, pa.int64())
        return pa.table(
            [
                pa.repeat(pa.scalar(column.name), count),
                pa.repeat(pa.scalar(column.family.value), count),
                pa.array(column.steps, mask=~column.stepped),
                pa.array(column.times_us).cast(self._schema.field("time").type),
                self._kinds.take(pa.array(kinds.astype(np.int32) - 1)),
                pa.array(column.values),
                pa.array(column.bits, mask=~is_whole),
                texts,
                nothing,
                pa.nulls(count, pa.string()),
            ],
            schema=self._schema,
        )

    def _cells(self, column: MetricColumn, known: dict[str, None]) -> Iterator[Any]:
        counts, times = column.bits.tolist(), column.times_us.tolist()
        for start in range(0, len(counts), _TABLES_AT_ONCE):
            part = slice(start, start + _TABLES_AT_ONCE)
            cells: list[dict[str, Any]] = []
            for group, count, at in zip(column.objects[part], counts[part], times[part], strict=True):
                known.update(dict.fromkeys(group))
                cells += _group_cells(group, count, self._rows, at)
                self._rows += count
            own = {"name": column.name, "family": column.family.value}
            yield self._pa.Table.from_pylist([{**own, **cell} for cell in cells], schema=self._schema)


def _group_cells(group: dict[str, list[Any]], count: int, first: int, at: int) -> Iterator[dict[str, Any]]:
    for place in range(count):
        for name, values in group.items():
            if place < len(values):
                yield {"time": at, "row": first + place, "column": name, **_cell(values[place])}


def _cell(value: Any) -> dict[str, Any]:
    if value is None:
        return {"kind": "none", "value": float("nan")}
    if isinstance(value, bool):
        return {"kind": "boolean", "value": float("nan"), "integer": int(value)}
    if isinstance(value, float):
        return {"kind": "float", "value": value}
    if isinstance(value, str):
        return {"kind": "text", "value": float("nan"), "text": value}
    if -(1 << 63) <= value < 1 << 63:
        return {"kind": "integer", "value": float(value), "integer": value}
    return {"kind": "integer", "value": float(value), "text": str(value)}
