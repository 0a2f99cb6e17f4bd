"""What a widget shows of a run, kept up to date by asking only for what has changed."""

from __future__ import annotations

import json
from typing import Any

from runyard.client.client import Client
from runyard.domain.artifact import LOG_FOLDERS, ArtifactRecord
from runyard.domain.change import ChangeTopic
from runyard.domain.metric import MetricFamily, MetricSeries, MetricSummary
from runyard.domain.run import RunRecord
from runyard.errors import NotFoundError
from runyard.wire.codec import to_json
from runyard.wire.metric_query import SeriesQuery
from runyard.wire.run import RunQuery

POINTS_MAX = 500
"""Points a chart: as many as it is wide."""

SERIES_MAX = 24
CHILDREN_MAX = 100
LOG_BYTES_MAX = 64 << 10
FIRST_LOG = "70_driver_log"


class RunData:
    """A run with its metrics, children and the end of one log. Not thread safe.

    Attributes:
        record: the run as it was last read.
        summaries: the figures of every metric, without those that Runyard records by itself.
        series: the points of the first metrics, at most 500 each.
        children: the newest children.
        logs: the names of the log files; ``log_name`` is the one whose end ``log_text`` holds.
    """

    def __init__(self, client: Client, run_id: str) -> None:
        self._client = client
        self._run_id = run_id
        self._cursor: int | None = None
        self.record: RunRecord
        self.summaries: list[MetricSummary] = []
        self.series: list[MetricSeries] = []
        self.children: list[RunRecord] = []
        self.children_count = 0
        self.logs: list[str] = []
        self.log_name: str | None = None
        self.log_text = ""
        self._read_everything()

    @property
    def is_live(self) -> bool:
        """True while something may still change by itself."""
        return not self.record.status.is_terminal

    def refresh(self) -> bool:
        """Read what has changed since the last call; return whether anything has.

        Raises:
            RunyardError: the server cannot be asked.
        """
        page = self._client.changes.page(self._cursor)
        if page.reset:
            self._read_everything()
            return True
        mine = [change for change in page.changes if self._run_id in (change.run_id, change.root_id)]
        topics = {change.topic for change in mine if change.run_id == self._run_id}
        if ChangeTopic.RUN in topics:
            self.record = self._client.runs.get(self._run_id)
        if ChangeTopic.METRIC in topics:
            self._read_metrics()
        if ChangeTopic.ARTIFACT in topics:
            self._read_logs()
        if any(change.topic is ChangeTopic.RUN and change.run_id != self._run_id for change in mine):
            self._read_children()
        # Only now: after an error the same changes are read again.
        self._cursor = page.cursor
        return bool(mine)

    def choose_log(self, name: str) -> None:
        """Show another log file."""
        self.log_name = name
        self._read_log_text()

    def as_json(self) -> dict[str, Any]:
        """Return everything as plain JSON data, in the shapes of the HTTP API."""
        data: dict[str, Any] = json.loads(
            to_json({"run": self.record, "metrics": self.summaries, "series": self.series, "children": self.children})
        )
        return {
            **data,
            "children_count": self.children_count,
            "logs": self.logs,
            "log": {"name": self.log_name, "text": self.log_text},
        }

    def _read_everything(self) -> None:
        # The cursor first: what happens while the rest is read is then read once more, and not missed.
        cursor = self._client.changes.page().cursor
        self.record = self._client.runs.get(self._run_id)
        self._read_metrics()
        self._read_children()
        self._read_logs()
        self._cursor = cursor

    def _read_metrics(self) -> None:
        found = self._client.metrics.summaries(self._run_id)
        self.summaries = [each for each in found if not each.name.startswith("system/")]
        names = [each.name for each in self.summaries if each.family in (MetricFamily.SERIES, MetricFamily.TABLE)][:SERIES_MAX]
        query = SeriesQuery(run_ids=[self._run_id], names=names, max_points=POINTS_MAX)
        self.series = self._client.metrics.series(query) if names else []

    def _read_children(self) -> None:
        page = self._client.runs.search(RunQuery(parent_id=self._run_id, limit=CHILDREN_MAX))
        self.children = page.runs
        self.children_count = page.total

    def _read_logs(self) -> None:
        files = self._client.artifacts.list(self._run_id)
        self.logs = [file.path for file in files if _is_log(file)]
        if self.log_name is None and self.logs:
            self.log_name = next((name for name in self.logs if FIRST_LOG in name), self.logs[0])
        self._read_log_text()

    def _read_log_text(self) -> None:
        if self.log_name is None:
            return
        try:
            size = self._client.artifacts.read(self._run_id, self.log_name, 0, 1).size_bytes
            start = max(0, size - LOG_BYTES_MAX)
            text = self._client.artifacts.read(self._run_id, self.log_name, start, LOG_BYTES_MAX).data.decode("utf-8", "replace")
        except NotFoundError:
            self.log_text = ""
            return
        # A part begins at a line, not in the middle of one.
        self.log_text = text if start == 0 else text.partition("\n")[2]


def _is_log(file: ArtifactRecord) -> bool:
    return file.path.startswith(LOG_FOLDERS) and file.path.endswith((".txt", ".log", ".out", ".err"))
