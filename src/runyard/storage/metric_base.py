"""What a store of metrics must do. What :mod:`runyard.storage.base` says of all stores holds here too."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from runyard.domain.metric import MetricFamily, MetricSeries, MetricSummary, MetricType, MetricValue
from runyard.wire.journal import JournalBatch
from runyard.wire.metric import BatchAckBody, RecordBatch
from runyard.wire.metric_query import SeriesQuery


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricWindow:
    """A part of a series to draw, as numpy columns of equal length, in order of arrival unless the query asks to sort.

    **Shape** of each column: (n,). ``steps`` int64: the step, or the index in the series where none was given. ``times_us``
    int64: microseconds since 1970, UTC. ``values`` float64: NaN where the value is no number; integers beyond 2^53 are rounded.
    ``count`` is what the whole series counts. ``series`` gives the same points as plain values, exact, with texts, rows, files.
    """

    run_id: str
    name: str
    family: MetricFamily
    type: MetricType
    description: str
    count: int
    steps: Any
    times_us: Any
    values: Any
    series: Callable[[], MetricSeries] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricColumn:
    """Points of one series for export, in order of arrival: ``steps``, ``times_us``, ``values`` as in :class:`MetricWindow`.

    The other columns say exactly what was logged. ``kinds`` uint8 tells what each point is: 1 a float, 2 an integer, 3 true or
    false, 4 None, 5 an object. ``stepped`` bool: whether a step was given. ``bits`` int64: the eight bytes of the float, or the
    integer; of rows of a table their number. ``objects`` has one entry for each point that is one: a text, an integer beyond 64
    bits, the address of a file, or rows of a table as column → values.
    """

    run_id: str
    name: str
    family: MetricFamily
    type: MetricType
    description: str
    steps: Any
    times_us: Any
    values: Any
    stepped: Any
    kinds: Any
    bits: Any
    objects: list[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricFigures:
    """What :class:`MetricSummary` says of each metric of a run, as columns, in order of first logging.

    **Shape** of each numpy column: (n,). ``families`` and ``types`` uint8 are places in the lists of those enums. ``ends`` has
    two columns under each of ``last``, ``min``, ``max`` and ``first``: uint8 what the value is, as in :class:`MetricColumn`, 0
    where there is none, and int64 its eight bytes. ``steps`` has two under each of ``last``, ``min`` and ``max``: bool whether
    there is one, and int64 the step. ``means`` float64 holds where ``has_mean`` bool is true. ``objects`` has what is no number,
    under ``last`` and ``first``, by place; ``columns`` the names of the columns of tables, by place.
    """

    names: list[str]
    families: Any
    types: Any
    counts: Any
    ends: dict[str, tuple[Any, Any]]
    steps: dict[str, tuple[Any, Any]]
    has_mean: Any
    means: Any
    objects: dict[str, dict[int, MetricValue]]
    columns: dict[int, list[str]]


class MetricStore(Protocol):
    """Everything that was logged.

    The points of a series keep the order in which their batches were stored, and within a batch that of its records. What is
    appended is seen by every read that begins afterwards. Upkeep (:meth:`tidy`, :meth:`compact`) never changes what a read gives.
    """

    def append(self, workspace: str, run_id: str, batch: RecordBatch | JournalBatch, *, at: datetime) -> BatchAckBody:
        """Store a batch. When ``(run, writer, seq)`` was stored before, however long ago that was, nothing changes.

        Records that cannot be stored are left out, and the answer names them: a bad name, a number beyond 64 bits, a value past
        a limit, bytes that are no record.

        Raises:
            InvalidArgumentError: the batch names no writer, or its number is out of range.
        """

    def series(self, workspace: str, run_ids: list[str], names: list[str] | None) -> list[MetricSeries]:
        """Return whole series, by run in the order given and then by first logging; ``names`` None means all."""

    def windows(self, workspace: str, query: SeriesQuery) -> list[MetricWindow]:
        """Return parts of series to draw, by run in the order given and then by first logging.

        Of each of the buckets that a window is cut into, the points with the exact minimum and maximum stay, and the first
        that is no finite number; so do the first and the last point.
        """

    def version(self, workspace: str, run_ids: list[str]) -> Hashable:
        """Return what is another one whenever :meth:`windows` of these runs might give something else. Costs little."""

    def summaries(self, workspace: str, run_ids: list[str], names: list[str] | None) -> dict[str, list[MetricSummary]]:
        """Return the summaries of the runs' metrics, in order of first logging. Runs without any are left out."""

    def figures(self, workspace: str, run_id: str) -> MetricFigures:
        """Return the summaries of all metrics of a run as columns: there may be ten thousand."""

    def export(
        self, workspace: str, run_ids: list[str], names: list[str] | None, *, whole: bool = False
    ) -> Iterator[MetricColumn]:
        """Yield all points of the series in parts; several parts of a series follow one another.

        Tables and files are left out unless ``whole``. A series without any points is one part.
        """

    def descendants_with_metrics(self, workspace: str, run_id: str, run_type: str | None) -> list[str]:
        """Return the run and its descendants that have metrics, newest first, of ``run_type`` only when it is given."""

    def tidy(self, *, at: datetime) -> int:
        """Do the upkeep that is due; return for how many runs something was done. One thread calls this now and then."""

    def wait_for_work(self, timeout_s: float) -> None:
        """Wait until some run's metrics need upkeep soon, or the time is over."""

    def compact(self, workspace: str, run_id: str, *, finish: bool = False) -> None:
        """Do the upkeep of one run now; with ``finish`` as if the run had ended."""

    def build_pages(self) -> None:
        """Do now what makes ranking runs by a metric fast."""
