"""Batches of records: taken from requests, with a bound on how much waits to be stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec
from anyio import CapacityLimiter, to_thread
from fastapi import Request
from starlette.responses import Response

from runyard.errors import InvalidArgumentError, LimitExceededError, ServerBusyError
from runyard.server.services.shared_answer import SharedAnswers
from runyard.wire.codec import MSGPACK, from_msgpack
from runyard.wire.journal import BATCH_MAX_BYTES, CONTENT_TYPE, JournalBatch, decode_batch
from runyard.wire.metric import RecordBatch

INGEST_THREADS = 8
"""Batches that are stored at the same time. They have threads of their own: a flood of them takes none from readers."""

WAITING_MAX = 64
WAITING_MAX_BYTES = 256 << 20
RETRY_AFTER_S = 1

BATCH_BODY = {
    "requestBody": {
        "required": True,
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in (CONTENT_TYPE, MSGPACK)},
    }
}
"""Says in the OpenAPI document that a route takes a batch."""


class _Ingest:
    """How much waits to be stored. Used on the event loop only."""

    def __init__(self) -> None:
        self.limiter = CapacityLimiter(INGEST_THREADS)
        self.count = 0
        self.size_bytes = 0

    @contextmanager
    def place(self, size_bytes: int) -> Iterator[None]:
        """Hold a place for a batch, or raise :class:`ServerBusyError` when there is none."""
        if self.count >= WAITING_MAX or self.size_bytes + size_bytes > WAITING_MAX_BYTES:
            raise ServerBusyError(
                f"{self.count} batches with {self.size_bytes} bytes wait to be stored. Send this one again in a second.",
                retry_after_s=RETRY_AFTER_S,
            )
        self.count += 1
        self.size_bytes += size_bytes
        try:
            yield
        finally:
            self.count -= 1
            self.size_bytes -= size_bytes


_INGEST = _Ingest()


async def store_batch(request: Request, store: Callable[[RecordBatch | JournalBatch], Response]) -> Response:
    """Read a batch from a request and hand it to ``store``, in a thread of those that are for batches; return its answer.

    Charts that are being read go first, for a tenth of a second at most.

    Raises:
        InvalidArgumentError: the body is no batch.
        LimitExceededError: it is too large.
        ServerBusyError: too much waits to be stored.
    """
    length = request.headers.get("content-length", "")
    size = int(length) if length.isdecimal() else BATCH_MAX_BYTES
    if size > BATCH_MAX_BYTES:
        raise _too_large(size)
    with _INGEST.place(size):
        parts: list[bytes] = []
        received = 0
        async for part in request.stream():
            received += len(part)
            if received > BATCH_MAX_BYTES:
                raise _too_large(received)
            parts.append(part)
        is_journal = request.headers.get("content-type", "").partition(";")[0].strip() == CONTENT_TYPE
        answers: SharedAnswers = request.app.state.answers

        def work() -> Response:
            answers.turn.let_reads_go_first()
            return store(_decoded(b"".join(parts), is_journal))

        return await to_thread.run_sync(work, limiter=_INGEST.limiter)


def _decoded(body: bytes, is_journal: bool) -> RecordBatch | JournalBatch:
    try:
        return decode_batch(body) if is_journal else from_msgpack(body, RecordBatch)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise InvalidArgumentError(f"The body is no batch of records: {error}.") from error


def _too_large(size: int) -> LimitExceededError:
    return LimitExceededError(f"A batch of {size} bytes; the limit is {BATCH_MAX_BYTES}. Log long lists in parts.")
