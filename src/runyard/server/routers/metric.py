"""Metrics: the one way in, and the ways out."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from runyard.server.context import ServerContext
from runyard.server.routers.answer import Caller, Context, answer, packed_answer, reachable_run, require_reachable, takes_msgpack
from runyard.server.routers.batch import BATCH_BODY, store_batch
from runyard.server.routes import Routes
from runyard.server.security.principal import Principal
from runyard.server.services.bucket import bucket_frame, bucket_page
from runyard.server.services.export import EXPORT_TYPES, exported
from runyard.server.services.metric import metric_values, series_frame, series_page, values_at
from runyard.server.services.metric_packed import packed_figures
from runyard.server.services.shared_answer import SharedAnswers
from runyard.wire.bucket import BUCKET_FRAME, BucketPage, BucketQuery
from runyard.wire.journal import JournalBatch
from runyard.wire.metric import BatchAckBody, RecordBatch
from runyard.wire.metric_query import (
    MetricAtBody,
    MetricAtQuery,
    MetricExportQuery,
    MetricSummaryPage,
    MetricValuesBody,
    MetricValuesQuery,
    SeriesPage,
    SeriesQuery,
)
from runyard.wire.series import SERIES_FRAME

router = Routes(prefix="/workspaces/{workspace}", tags=["metric"])

_EXPORT: dict[int | str, dict[str, Any]] = {
    200: {"content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in EXPORT_TYPES.values()}}
}


@router.post("/runs/{run_id}/records", operation_id="add_records", response_model=BatchAckBody, openapi_extra=BATCH_BODY)
async def add_records(context: Context, caller: Caller, workspace: str, run_id: str, request: Request) -> Response:
    """Store a batch of what was logged. Sending it again changes nothing.

    The body is a batch of a journal, or a MessagePack batch of records. The answer names the records that cannot be stored; all
    others are. Status 429 says when to come again.
    """
    store = partial(_store, context, caller, workspace, run_id)
    return await store_batch(request, store)


def _store(context: ServerContext, caller: Principal, workspace: str, run_id: str, batch: RecordBatch | JournalBatch) -> Response:
    require_reachable(context, caller, workspace, run_id)
    return answer(context.storage.metrics.append(workspace, run_id, batch, at=context.clock()))


@router.get("/runs/{run_id}/metrics", operation_id="list_metrics", response_model=MetricSummaryPage)
def list_metrics(context: Context, caller: Caller, workspace: str, run_id: str, request: Request) -> Response:
    """Return the summaries of all metrics of a run."""
    reachable_run(context, caller, workspace, run_id)
    if takes_msgpack(request):
        return packed_answer(packed_figures(context.storage.metrics.figures(workspace, run_id)))
    found = context.storage.metrics.summaries(workspace, [run_id], None)
    return answer(MetricSummaryPage(metrics=found.get(run_id, [])), request)


@router.post("/metrics/values", operation_id="get_metric_values", response_model=MetricValuesBody)
def get_metric_values(context: Context, caller: Caller, workspace: str, query: MetricValuesQuery, request: Request) -> Response:
    """Return metric values in the shapes of ``get_metrics``."""
    reachable_run(context, caller, workspace, query.run_id)
    return answer(metric_values(context, workspace, query), request)


@router.post("/metrics/series", operation_id="get_series", response_model=SeriesPage)
async def get_series(context: Context, caller: Caller, workspace: str, query: SeriesQuery, request: Request) -> Response:
    """Return series to draw: as JSON, as MessagePack, or as a binary frame (see ``runyard.wire.series``)."""
    await _require_runs(context, caller, workspace, query.run_ids)
    if SERIES_FRAME in request.headers.get("accept", ""):
        return await _shared(
            context, workspace, query.run_ids, request, SERIES_FRAME, partial(series_frame, context, workspace, query)
        )
    return await run_in_threadpool(lambda: answer(series_page(context, workspace, query), request))


@router.post("/metrics/buckets", operation_id="get_buckets", response_model=BucketPage)
async def get_buckets(context: Context, caller: Caller, workspace: str, query: BucketQuery, request: Request) -> Response:
    """Return series of many runs on one grid, and mean, spread and bounds of groups of them.

    As JSON, as MessagePack, or as a binary frame (see ``runyard.wire.bucket``).
    """
    await _require_runs(context, caller, workspace, query.run_ids)
    if BUCKET_FRAME in request.headers.get("accept", ""):
        return await _shared(
            context, workspace, query.run_ids, request, BUCKET_FRAME, partial(bucket_frame, context, workspace, query)
        )
    return await run_in_threadpool(lambda: answer(bucket_page(context, workspace, query), request))


@router.post("/metrics/at", operation_id="get_metric_at", response_model=MetricAtBody)
async def get_metric_at(context: Context, caller: Caller, workspace: str, query: MetricAtQuery, request: Request) -> Response:
    """Return one metric's value of each run at the step where another metric is least or greatest."""
    await _require_runs(context, caller, workspace, query.run_ids)
    return await run_in_threadpool(lambda: answer(values_at(context, workspace, query), request))


@router.post("/metrics/export", operation_id="export_metrics", response_class=Response, responses=_EXPORT)
async def export_metrics(context: Context, caller: Caller, workspace: str, query: MetricExportQuery) -> Response:
    """Return every point of the runs' series as one table: run_id, name, step, time, value."""
    await _require_runs(context, caller, workspace, query.run_ids)
    columns = context.storage.metrics.export(workspace, query.run_ids, query.names or None)
    headers = {"content-disposition": f'attachment; filename="metrics.{query.format}"'}
    return StreamingResponse(exported(columns, query.format), headers=headers, media_type=EXPORT_TYPES[query.format])


async def _require_runs(context: ServerContext, caller: Principal, workspace: str, run_ids: list[str]) -> None:
    caller.require_workspace(workspace)
    if caller.scope is not None:  # who reaches every run need not have them looked up
        for run in await run_in_threadpool(context.storage.runs.find_many, workspace, run_ids):
            caller.require_run(run)


async def _shared(
    context: ServerContext, workspace: str, run_ids: list[str], request: Request, frame: str, make: Callable[[], bytes]
) -> Response:
    """Return a frame, for all who ask the same at once. What is asked is the request's own words; who asks was settled before."""
    answers: SharedAnswers = request.app.state.answers
    version = partial(context.storage.metrics.version, workspace, run_ids)
    content = await answers.answer((workspace, frame, await request.body()), version, make)
    return Response(content, media_type=frame)
