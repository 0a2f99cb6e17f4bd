"""Metrics: the one way in, and the ways out."""

from __future__ import annotations

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from runyard.errors import InvalidArgumentError, LimitExceededError
from runyard.server.routers.answer import Caller, Context, answer, reachable_run
from runyard.server.services.metric import metric_values, series_page
from runyard.wire.codec import MSGPACK, from_msgpack
from runyard.wire.journal import CONTENT_TYPE, decode_batch, records_of
from runyard.wire.metric import (
    BatchAckBody,
    MetricSummaryPage,
    MetricValuesBody,
    MetricValuesQuery,
    RecordBatch,
    SeriesPage,
    SeriesQuery,
)

router = APIRouter(prefix="/workspaces/{workspace}", tags=["metric"])

BATCH_MAX_BYTES = 32 << 20

_BODY = {"requestBody": {"required": True, "content": {MSGPACK: {"schema": {"type": "string", "format": "binary"}}}}}


@router.post("/runs/{run_id}/records", operation_id="add_records", response_model=BatchAckBody, openapi_extra=_BODY)
async def add_records(context: Context, caller: Caller, workspace: str, run_id: str, request: Request) -> Response:
    """Store a batch of what was logged. Sending it again changes nothing."""
    from starlette.concurrency import run_in_threadpool

    body = await request.body()
    if len(body) > BATCH_MAX_BYTES:
        raise LimitExceededError(f"A batch of {len(body)} bytes; the limit is {BATCH_MAX_BYTES}. Log long lists in parts.")
    is_journal = request.headers.get("content-type", "").partition(";")[0].strip() == CONTENT_TYPE
    return await run_in_threadpool(_store, context, caller, workspace, run_id, body, is_journal)


def _store(context: Context, caller: Caller, workspace: str, run_id: str, body: bytes, is_journal: bool) -> Response:
    reachable_run(context, caller, workspace, run_id)
    try:
        batch = _unpacked(body) if is_journal else from_msgpack(body, RecordBatch)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise InvalidArgumentError(f"The body is no batch of records: {error}.") from error
    stored = context.storage.metrics.append(workspace, run_id, batch, at=context.clock())
    return answer(BatchAckBody(seq=batch.seq, stored=stored))


def _unpacked(body: bytes) -> RecordBatch:
    batch = decode_batch(body)
    return RecordBatch(batch.writer, batch.seq, records_of(batch))


@router.get("/runs/{run_id}/metrics", operation_id="list_metrics", response_model=MetricSummaryPage)
def list_metrics(context: Context, caller: Caller, workspace: str, run_id: str, request: Request) -> Response:
    """Return the summaries of all metrics of a run."""
    reachable_run(context, caller, workspace, run_id)
    found = context.storage.metrics.summaries(workspace, [run_id], None)
    return answer(MetricSummaryPage(metrics=found.get(run_id, [])), request)


@router.post("/metrics/values", operation_id="get_metric_values", response_model=MetricValuesBody)
def get_metric_values(context: Context, caller: Caller, workspace: str, query: MetricValuesQuery, request: Request) -> Response:
    """Return metric values in the shapes of ``get_metrics``."""
    reachable_run(context, caller, workspace, query.run_id)
    return answer(metric_values(context, workspace, query), request)


@router.post("/metrics/series", operation_id="get_series", response_model=SeriesPage)
def get_series(context: Context, caller: Caller, workspace: str, query: SeriesQuery, request: Request) -> Response:
    """Return series to draw."""
    caller.require_workspace(workspace)
    for run in context.storage.runs.find_many(workspace, query.run_ids):
        caller.require_run(run)
    return answer(series_page(context, workspace, query), request)
