"""Requests about metrics. Values travel as MessagePack, which keeps NaN, the infinities and the type of a number."""

from __future__ import annotations

from runyard.client.transport import Transport, segment
from runyard.client.workspace import workspace_path
from runyard.domain.metric import MetricSeries, MetricSummary
from runyard.wire.journal import CONTENT_TYPE
from runyard.wire.metric import BatchAckBody, RecordBatch
from runyard.wire.metric_query import (
    MetricResult,
    MetricSummaryPage,
    MetricValuesBody,
    MetricValuesQuery,
    SeriesPage,
    SeriesQuery,
)
from runyard.wire.series import SERIES_FRAME, SeriesHeader, decode_frame


class MetricApi:
    """Metrics of the runs of a workspace."""

    def __init__(self, transport: Transport, workspace: str) -> None:
        self._transport = transport
        self._workspace = workspace_path(workspace)

    def record(self, run_id: str, batch: RecordBatch, *, retry_s: float | None = None) -> BatchAckBody:
        """Send what was recorded. A batch that is sent again is stored once."""
        path = f"{self._workspace}/runs/{segment(run_id)}/records"
        return self._transport.send_msgpack(path, batch, BatchAckBody, retry_s=retry_s)

    def record_batch(self, run_id: str, batch: bytes, *, retry_s: float | None = None) -> BatchAckBody:
        """Send what was recorded, as :mod:`runyard.wire.journal` packs it. A batch that is sent again is stored once."""
        path = f"{self._workspace}/runs/{segment(run_id)}/records"
        return self._transport.send_packed(path, batch, CONTENT_TYPE, BatchAckBody, retry_s=retry_s)

    def summaries(self, run_id: str) -> list[MetricSummary]:
        """Return the figures of every metric of a run, in order of first logging."""
        path = f"{self._workspace}/runs/{segment(run_id)}/metrics"
        return self._transport.call("GET", path, MetricSummaryPage, msgpack=True).metrics

    def values(self, query: MetricValuesQuery) -> dict[str, dict[str, MetricResult]]:
        """Return run id → metric name → value; runs without a matching metric are left out."""
        path = f"{self._workspace}/metrics/values"
        return self._transport.call("POST", path, MetricValuesBody, body=query, msgpack=True).runs

    def series(self, query: SeriesQuery) -> list[MetricSeries]:
        """Return the series that exist among those asked for."""
        path = f"{self._workspace}/metrics/series"
        return self._transport.call("POST", path, SeriesPage, body=query, msgpack=True).series

    def series_columns(self, query: SeriesQuery) -> list[tuple[SeriesHeader, dict[str, memoryview[float]]]]:
        """Return what :meth:`series` does as columns of float64, without an object for each point."""
        path = f"{self._workspace}/metrics/series"
        return decode_frame(self._transport.read_packed(path, query, SERIES_FRAME))
