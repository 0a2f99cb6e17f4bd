"""Points as Parquet or Arrow, written while they are sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from runyard.errors import NotSupportedError
from runyard.storage.metric_base import MetricColumn

EXPORT_TYPES = {"parquet": "application/vnd.apache.parquet", "arrow": "application/vnd.apache.arrow.stream"}


class Sink:
    """A file in memory that is emptied now and then."""

    closed = False

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._written = 0

    def write(self, data: Any) -> int:
        """Take bytes."""
        part = bytes(data)
        self._parts.append(part)
        self._written += len(part)
        return len(part)

    def tell(self) -> int:
        """Return how many bytes were written."""
        return self._written

    def flush(self) -> None:
        """Do nothing: nothing is held back."""

    def close(self) -> None:
        """Do nothing: the bytes stay until they are taken."""

    def readable(self) -> bool:
        """Say that this is for writing."""
        return False

    def writable(self) -> bool:
        """Say that this is for writing."""
        return True

    def seekable(self) -> bool:
        """Say that what was written is gone."""
        return False

    def take(self) -> bytes:
        """Return what was written since the last call."""
        data = b"".join(self._parts)
        self._parts.clear()
        return data


def exported(columns: Iterator[MetricColumn], kind: str) -> Iterator[bytes]:
    """Return the bytes of a table with the columns run_id, name, step, time (UTC) and value, one row a point.

    ``step`` is the index in the series where no step was given; ``value`` is NaN where the value is no number.

    Raises:
        NotSupportedError: pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise NotSupportedError("Export needs pyarrow on the server. Run: pip install pyarrow") from error
    text = pa.dictionary(pa.int32(), pa.string())
    time = pa.timestamp("us", tz="UTC")
    schema = pa.schema([("run_id", text), ("name", text), ("step", pa.int64()), ("time", time), ("value", pa.float64())])
    return _written(pa, pq, columns, kind, schema)


def _written(pa: Any, pq: Any, columns: Iterator[MetricColumn], kind: str, schema: Any) -> Iterator[bytes]:
    sink = Sink()
    if kind == "parquet":
        writer = pq.ParquetWriter(
            sink,
            schema,
            compression="zstd",
            use_dictionary=["run_id", "name"],
            column_encoding={"step": "DELTA_BINARY_PACKED", "time": "DELTA_BINARY_PACKED", "value": "BYTE_STREAM_SPLIT"},
        )
    else:
        writer = pa.ipc.new_stream(sink, schema, options=pa.ipc.IpcWriteOptions(unify_dictionaries=False))
    with writer:
        for column in columns:
            writer.write_table(_table(pa, column, schema))
            yield sink.take()
    yield sink.take()


def _table(pa: Any, column: MetricColumn, schema: Any) -> Any:
    count = len(column.steps)
    zeros = pa.repeat(pa.scalar(0, pa.int32()), count)
    return pa.table(
        [
            pa.DictionaryArray.from_arrays(zeros, pa.array([column.run_id])),
            pa.DictionaryArray.from_arrays(zeros, pa.array([column.name])),
            pa.array(column.steps),
            pa.array(column.times_us).cast(schema.field("time").type),
            pa.array(column.values),
        ],
        schema=schema,
    )
