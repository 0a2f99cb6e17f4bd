"""Runs that are brought in from elsewhere, and a run's metrics as a file that can be brought in."""

from __future__ import annotations

from functools import partial

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from runyard.domain.artifact import ArtifactRecord, require_artifact_path
from runyard.domain.run import RunRecord
from runyard.errors import InvalidArgumentError
from runyard.server.context import ServerContext
from runyard.server.routers.answer import BINARY_ANSWER, BINARY_BODY, Caller, Context, answer, reachable_run
from runyard.server.routers.batch import BATCH_BODY, store_batch
from runyard.server.routers.body import body_chunks
from runyard.server.routes import Routes
from runyard.server.services.export import EXPORT_TYPES
from runyard.server.services.metric_file import metric_file
from runyard.server.services.run_import import finish_import, start_import
from runyard.wire.journal import JournalBatch
from runyard.wire.metric import BatchAckBody, RecordBatch
from runyard.wire.run_import import (
    FindImportsRequest,
    FinishImportRequest,
    FoundImportsBody,
    ImportStateBody,
    StartImportRequest,
)

router = Routes(prefix="/workspaces/{workspace}", tags=["import"])

FIND_MAX = 10_000


@router.get("/runs/{run_id}/metrics.parquet", operation_id="read_metric_file", response_class=Response, responses=BINARY_ANSWER)
def read_metric_file(context: Context, caller: Caller, workspace: str, run_id: str) -> Response:
    """Return all that a run logged, exactly, as a Parquet file. "The files of an export" in the documents tells its columns."""
    reachable_run(context, caller, workspace, run_id)
    columns = context.storage.metrics.export(workspace, [run_id], None, whole=True)
    headers = {"content-disposition": 'attachment; filename="metrics.parquet"'}
    return StreamingResponse(metric_file(columns), headers=headers, media_type=EXPORT_TYPES["parquet"])


@router.post("/imports/find", operation_id="find_imports", response_model=FoundImportsBody)
def find_imports(context: Context, caller: Caller, workspace: str, request: FindImportsRequest) -> Response:
    """Say which runs were brought in before, and which ids are taken. Nothing is changed."""
    caller.require_person()
    if len(request.runs) > FIND_MAX:
        raise InvalidArgumentError(f"{len(request.runs)} runs were asked for; one request takes {FIND_MAX}. Ask in parts.")
    return answer(context.storage.imports.find(workspace, request.runs))


@router.post("/imports", operation_id="start_import", response_model=ImportStateBody)
def start(context: Context, caller: Caller, workspace: str, request: StartImportRequest) -> Response:
    """Begin, or go on, to bring a run in that ended elsewhere. It is seen by nobody until it is finished."""
    caller.require_person()
    return answer(start_import(context, workspace, request))


@router.post(
    "/imports/{import_id}/records", operation_id="add_import_records", response_model=BatchAckBody, openapi_extra=BATCH_BODY
)
async def add_records(context: Context, caller: Caller, workspace: str, import_id: str, request: Request) -> Response:
    """Store a batch of what the run logged, as the route for records of runs does."""
    caller.require_person()
    return await store_batch(request, partial(_store, context, import_id))


@router.put(
    "/imports/{import_id}/artifacts/{path:path}",
    operation_id="put_import_artifact",
    response_model=ArtifactRecord,
    openapi_extra=BINARY_BODY,
)
async def put_artifact(context: Context, caller: Caller, workspace: str, import_id: str, path: str, request: Request) -> Response:
    """Store a file of the run; one that came before under the same name is replaced."""
    caller.require_person()
    name = require_artifact_path(path)
    put = partial(context.storage.artifacts.put, context.storage.imports.staging, import_id, name, replace=True)
    async with body_chunks(request) as chunks:
        return answer(await run_in_threadpool(put, chunks, at=context.clock()))


@router.post("/imports/{import_id}/finish", operation_id="finish_import", response_model=RunRecord)
def finish(context: Context, caller: Caller, workspace: str, import_id: str, request: FinishImportRequest) -> Response:
    """Make the run appear, whole, with its own times and authors. Who brought it in, and when, is in its events."""
    caller.require_person()
    return answer(finish_import(context, workspace, import_id, request, caller.user))


def _store(context: ServerContext, import_id: str, batch: RecordBatch | JournalBatch) -> Response:
    return answer(context.storage.metrics.append(context.storage.imports.staging, import_id, batch, at=context.clock()))
