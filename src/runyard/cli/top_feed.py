"""Reads what ``runyard top`` shows, in a thread of its own, so that keys are answered while the server is slow or away."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timezone

from runyard.cli.top_state import Detail, Picture, Wanted
from runyard.client.client import Client
from runyard.domain.metric import MetricFamily, MetricSummary, is_number
from runyard.domain.run import ACTIVE_STATUSES, RunRecord, RunStatus
from runyard.errors import RunyardError
from runyard.sdk.log_stream import chosen_logs
from runyard.wire.metric_query import SeriesQuery
from runyard.wire.run import RunQuery

POLL_S = 0.5
RUNS_MAX = 300
POINTS = 60
METRIC_COLUMNS = 2
DETAIL_METRICS = 30
LOG_BYTES = 8_192
SYSTEM = "system/"
RUNNING = (RunStatus.RUNNING, RunStatus.FINALIZING)


class Feed:
    """Keeps a picture of what is wanted up to date. ``on_picture`` is called in the feed's thread after each reading."""

    def __init__(self, client: Client, wanted: Wanted, on_picture: Callable[[Picture], None]) -> None:
        self._client = client
        self._wanted = wanted
        self._on_picture = on_picture
        self._picture = Picture()
        self._cursor: int | None = None
        self._woken = threading.Event()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="runyard-top", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def want(self, wanted: Wanted) -> None:
        """Read something else from now on."""
        if wanted != self._wanted:
            self._wanted = wanted
            self._woken.set()

    def refresh(self) -> None:
        """Read again at once."""
        self._woken.set()

    def close(self) -> None:
        """Stop reading; what is being read is not waited for."""
        self._closed.set()
        self._woken.set()

    def _run(self) -> None:
        while not self._closed.is_set():
            self._run_once()
            self._woken.wait(POLL_S)

    def _run_once(self) -> None:
        is_asked = self._woken.is_set()
        self._woken.clear()
        try:
            page = self._client.changes.page(self._cursor)
            if self._cursor is None or is_asked or page.changes or page.reset or self._picture.error:
                self._tell(read_picture(self._client, self._wanted))
            self._cursor = page.cursor
        except RunyardError as error:
            self._tell(replace(self._picture, error=error.message))

    def _tell(self, picture: Picture) -> None:
        self._picture = picture
        if not self._closed.is_set():
            self._on_picture(picture)


def read_picture(client: Client, wanted: Wanted) -> Picture:
    """Return what the server has now."""
    query = RunQuery(
        experiment=wanted.experiment,
        filter=wanted.filter or None,
        status=sorted(ACTIVE_STATUSES) if wanted.active_only else [],
        include_children=wanted.with_children,
        order_by=wanted.order_by,
        metrics=list(wanted.metrics),
        limit=RUNS_MAX,
    )
    page = client.runs.search(query)
    names, metrics = wanted.metrics, page.metrics
    if not names:
        names = _usual_metrics(client, page.runs)
        metrics = client.runs.search(replace(query, metrics=list(names))).metrics if names else {}
    return Picture(
        runs=page.runs,
        total=page.total,
        running=_count(client, RUNNING),
        waiting=_count(client, tuple(ACTIVE_STATUSES - set(RUNNING) - {RunStatus.CANCEL_REQUESTED})),
        metric_names=names,
        metrics={run_id: {each.name: each for each in own} for run_id, own in metrics.items()},
        detail=_detail(client, wanted.detail) if wanted.detail else None,
        read_at=datetime.now(timezone.utc),
    )


def _count(client: Client, statuses: tuple[RunStatus, ...]) -> int:
    return client.runs.search(RunQuery(status=sorted(statuses), include_children=True, limit=1)).total


def _usual_metrics(client: Client, runs: list[RunRecord]) -> tuple[str, ...]:
    """Return the first metrics of the first run that has some: what a list without a choice shows."""
    for run in runs[:5]:
        found = [each.name for each in client.metrics.summaries(run.id) if _is_series(each)]
        if found:
            return tuple(found[:METRIC_COLUMNS])
    return ()


def _is_series(summary: MetricSummary) -> bool:
    return summary.family is MetricFamily.SERIES and is_number(summary.last) and not summary.name.startswith(SYSTEM)


def _detail(client: Client, run_id: str) -> Detail:
    run = client.runs.get(run_id)
    known = sorted(client.metrics.summaries(run_id), key=lambda each: each.name.startswith(SYSTEM))[:DETAIL_METRICS]
    names = [each.name for each in known if each.family is MetricFamily.SERIES and is_number(each.last)]
    query = SeriesQuery(run_ids=[run_id], names=names, max_points=POINTS)
    series = client.metrics.series(query) if names else []
    points = {each.name: [float(value) for value in each.values if is_number(value)] for each in series}  # type: ignore[arg-type]
    logs = chosen_logs(client.artifacts.list(run_id, "azureml-logs/"))
    if not logs:
        return Detail(run=run, summaries=known, points=points)
    last = logs[-1]
    part = client.artifacts.read(run_id, last.path, max(0, last.size_bytes - LOG_BYTES), LOG_BYTES)
    lines = part.data.decode("utf-8", "replace").splitlines()
    return Detail(run=run, summaries=known, points=points, log_path=last.path, log=lines[1:] if part.start else lines)
