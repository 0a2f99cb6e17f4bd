"""Snapshots: sent by hash, read through the run."""

from __future__ import annotations

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from runyard.domain.artifact import require_artifact_path
from runyard.domain.snapshot import SNAPSHOT_MAX_BYTES, SNAPSHOT_MAX_FILES, SnapshotManifest, snapshot_id
from runyard.errors import FileNotInRunError, InvalidArgumentError, NotFoundError, SnapshotTooLargeError
from runyard.server.context import ServerContext
from runyard.server.routers.answer import (
    BINARY_ANSWER,
    BINARY_BODY,
    Caller,
    Context,
    answer,
    file_answer,
    reachable_run,
    zip_answer,
)
from runyard.server.routers.body import body_chunks
from runyard.server.routes import Routes
from runyard.server.security.principal import Principal
from runyard.wire.blob_pack import packed, require_pack, unpacked
from runyard.wire.snapshot import (
    CreateSnapshotRequest,
    FindMissingBlobsRequest,
    MissingBlobsBody,
    ReadContentsRequest,
    SnapshotBody,
)

router = Routes(prefix="/workspaces/{workspace}", tags=["snapshot"])


@router.post("/snapshots/missing", operation_id="find_missing_blobs", response_model=MissingBlobsBody)
def find_missing_blobs(context: Context, caller: Caller, workspace: str, request: FindMissingBlobsRequest) -> Response:
    """Return those of the hashes whose content is not stored."""
    caller.require_workspace(workspace)
    return answer(MissingBlobsBody(sha256=context.storage.snapshots.missing(request.sha256)))


@router.put("/blobs/{sha256}", operation_id="put_blob", status_code=204, response_class=Response, openapi_extra=BINARY_BODY)
async def put_blob(context: Context, caller: Caller, workspace: str, sha256: str, request: Request) -> Response:
    """Store a content under its hash."""
    caller.require_workspace(workspace)
    async with body_chunks(request) as chunks:
        await run_in_threadpool(context.storage.snapshots.put_blob, sha256, chunks)
    return Response(status_code=204)


@router.post("/blobs", operation_id="put_blobs", status_code=204, response_class=Response, openapi_extra=BINARY_BODY)
async def put_blobs(context: Context, caller: Caller, workspace: str, request: Request) -> Response:
    """Store many small contents under their hashes, all or none.

    The body is a pack: for each content its SHA-256 (32 bytes), its length (4 bytes, the highest first) and its bytes.
    """
    caller.require_workspace(workspace)
    async with body_chunks(request) as chunks:
        await run_in_threadpool(context.storage.snapshots.put_blobs, unpacked(chunks))
    return Response(status_code=204)


@router.post("/snapshots", operation_id="create_snapshot", response_model=SnapshotBody)
def create_snapshot(context: Context, caller: Caller, workspace: str, request: CreateSnapshotRequest) -> Response:
    """Create a snapshot from contents that are stored."""
    caller.require_workspace(workspace)
    files = sorted(request.files, key=lambda file: file.path)
    paths = [require_artifact_path(file.path) for file in files]
    if paths != [file.path for file in files] or len(set(paths)) != len(paths):
        raise InvalidArgumentError("The snapshot names a file twice, or by a path that is not in its plain form.")
    manifest = SnapshotManifest(id=snapshot_id(files), files=files)
    if len(files) > SNAPSHOT_MAX_FILES or manifest.size_bytes > SNAPSHOT_MAX_BYTES:
        raise SnapshotTooLargeError(
            f"The snapshot has {len(files)} files and {manifest.size_bytes} bytes; the limits are {SNAPSHOT_MAX_FILES} files and "
            f"{SNAPSHOT_MAX_BYTES} bytes. Leave data out with a .amlignore file."
        )
    return answer(_body(context.storage.snapshots.create(workspace, manifest, at=context.clock())))


@router.get("/runs/{run_id}/snapshot", operation_id="get_snapshot", response_model=SnapshotBody)
def get_snapshot(context: Context, caller: Caller, workspace: str, run_id: str) -> Response:
    """Return the list of the files that the run was started with."""
    return answer(_body(_manifest(context, caller, workspace, run_id)))


@router.get(
    "/runs/{run_id}/snapshot/files/{path:path}",
    operation_id="read_snapshot_file",
    response_class=Response,
    responses=BINARY_ANSWER,
)
def read_snapshot_file(context: Context, caller: Caller, workspace: str, run_id: str, path: str) -> Response:
    """Return one file of the snapshot."""
    for file in _manifest(context, caller, workspace, run_id).files:
        if file.path == path:
            return file_answer(context.storage.snapshots.read_blob(file.sha256), path)
    raise FileNotInRunError(f"The snapshot of run {run_id} has no file {path!r}.", run_id=run_id, path=path)


@router.post(
    "/runs/{run_id}/snapshot/contents",
    operation_id="read_snapshot_contents",
    response_class=Response,
    responses=BINARY_ANSWER,
)
def read_snapshot_contents(
    context: Context, caller: Caller, workspace: str, run_id: str, request: ReadContentsRequest
) -> Response:
    """Return many small contents of the snapshot, by their hashes, as a pack."""
    wanted = list(dict.fromkeys(request.sha256))
    require_pack(len(wanted), 0)
    foreign = set(wanted).difference(file.sha256 for file in _manifest(context, caller, workspace, run_id).files)
    if foreign:
        raise FileNotInRunError(f"The snapshot of run {run_id} has no content {min(foreign)[:80]!r}.", run_id=run_id)
    parts = {sha256: context.storage.snapshots.read_blob(sha256) for sha256 in wanted}
    require_pack(len(parts), sum(part.total for part in parts.values()))
    pieces = packed((sha256, b"".join(part.chunks)) for sha256, part in parts.items())
    return StreamingResponse(pieces, media_type="application/octet-stream")


@router.get("/runs/{run_id}/snapshot/zip", operation_id="zip_snapshot", response_class=Response, responses=BINARY_ANSWER)
def zip_snapshot(context: Context, caller: Caller, workspace: str, run_id: str) -> Response:
    """Return the snapshot as a zip."""
    manifest = _manifest(context, caller, workspace, run_id)
    files = ((file.path, context.storage.snapshots.read_blob(file.sha256)) for file in manifest.files)
    return zip_answer(files, manifest.id)


def _manifest(context: ServerContext, caller: Principal, workspace: str, run_id: str) -> SnapshotManifest:
    run = reachable_run(context, caller, workspace, run_id)
    if run.snapshot_id is None:
        raise NotFoundError(f"Run {run_id} has no snapshot.", run_id=run_id)
    return context.storage.snapshots.get(workspace, run.snapshot_id)


def _body(manifest: SnapshotManifest) -> SnapshotBody:
    return SnapshotBody(id=manifest.id, files=manifest.files, size_bytes=manifest.size_bytes)
