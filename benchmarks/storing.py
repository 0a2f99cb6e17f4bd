"""What storing costs: bytes on disk and the time to write a run, measured at the store itself, without a server around it."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

from benchmarks.batches import loss, packed
from runyard.domain.run import RunStatus
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.opened import open_folder
from runyard.storage.base import Storage
from runyard.storage.run_base import RunOrigin
from runyard.wire.journal import decode_batch
from runyard.wire.run import NewRun
from runyard.wire.workspace import EnsureWorkspaceRequest

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)
LARGE_METRICS = 1500
LARGE_STEPS = 20
LARGE_RUNS = 64
"""Runs that share pages of summaries when the size of one is measured. A full page has 1024."""


@contextmanager
def _store() -> Iterator[Storage]:
    with tempfile.TemporaryDirectory(prefix="runyard-bench-") as folder:
        storage = open_folder(Path(folder))
        storage.workspaces.ensure("w", EnsureWorkspaceRequest(), at=NOW)
        storage.experiments.ensure("w", "e", at=NOW)
        try:
            yield storage
        finally:
            storage.close()


def _stored(storage: Storage, batches: list[bytes]) -> str:
    """Write a run of batches as the ingest route does, end it, and make its blocks; return its id."""
    (run,) = storage.runs.create("w", "e", [NewRun()], RunOrigin(status=RunStatus.RUNNING, submitted_by="me"), at=NOW)
    for batch in batches:
        storage.metrics.append("w", run.id, decode_batch(batch), at=NOW)
    storage.runs.change_status("w", run.id, RunStatus.COMPLETED, reason=None, error=None, at=NOW)
    storage.metrics.compact("w", run.id, finish=True)
    return run.id


def bytes_a_point(points: int) -> float:
    """Return the bytes a point of 20 series that are logged 1 µs apart: blocks, directories and summaries."""
    values = loss(points // 20, 20)
    with _store() as storage:
        return sum(_sizes(storage, _stored(storage, packed([f"m{n}" for n in range(20)], values)))) / values.size


class LargeShape:
    """Runs of 1500 metrics × 20 steps, one call a step: of numbers as training gives them, or of random doubles."""

    def __init__(self, *, is_random: bool = False) -> None:
        self._is_random = is_random
        self._batches = self._run(7)

    def _run(self, seed: int) -> list[bytes]:
        shape = (LARGE_STEPS, LARGE_METRICS)
        values = np.random.default_rng(seed).normal(size=shape) if self._is_random else loss(*shape, seed)
        return packed([f"n{n}" for n in range(LARGE_METRICS)], values, batch_points=values.size, jitter=False)

    def writer(self) -> Generator[float, None, None]:
        """Yield the milliseconds to write a run and make its blocks, again and again, in one store."""
        with _store() as storage:
            _stored(storage, self._batches)  # the names are new only once
            while True:
                began = time.perf_counter()
                _stored(storage, self._batches)
                yield (time.perf_counter() - began) * 1000

    def kilobytes(self) -> dict[str, float]:
        """Return the kilobytes of such a run: its ``blocks``, its ``summary``, its share of the ``pages`` of summaries."""
        with _store() as storage:
            for seed in range(LARGE_RUNS):
                run_id = _stored(storage, self._run(seed))
            storage.metrics.build_pages()
            blocks, figures = _sizes(storage, run_id)
            columns = [column for column in t.summary_page.c if isinstance(column.type, sa.LargeBinary)]
            pages = sum(_sum(storage, sa.select(sa.func.sum(sa.func.length(column)))) for column in columns)
        return {"blocks": blocks / 1000, "summary": figures / 1000, "pages": pages / LARGE_RUNS / 1000}


def _sizes(storage: Storage, run_id: str) -> tuple[float, float]:
    """Return the bytes of a run's blocks, with their rows, and of its summary."""
    block, summary = t.metric_block.c, t.run_summary.c
    pk = sa.select(t.run.c.pk).where(t.run.c.id == run_id).scalar_subquery()
    size = sa.func.sum(sa.func.length(block.data) + sa.func.length(block.directory) + 80)
    blocks = _sum(storage, sa.select(size).where(block.run_pk == pk))
    return blocks, _sum(storage, sa.select(sa.func.length(summary.blob)).where(summary.run_pk == pk))


def _sum(storage: Storage, query: sa.Select[Any]) -> float:
    database = storage.metrics._database  # type: ignore[attr-defined]  # no route tells the size of one run's blocks
    with database.read() as connection:
        return float(connection.execute(query).scalar() or 0)
