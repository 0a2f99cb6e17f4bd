"""Bodies about runs."""

from __future__ import annotations

from dataclasses import dataclass, field

from runyard.domain.metric import MetricSummary
from runyard.domain.roll_up import RollUp
from runyard.domain.run import RunError, RunEventRecord, RunRecord, RunSpec, RunStatus, RunView
from runyard.wire.strict import strict

ALL_METRICS = "*"
"""Stands in :attr:`RunQuery.metrics` for every metric that a run has."""


@strict
@dataclass(frozen=True, slots=True, kw_only=True)
class NewRun:
    """One run to create. ``id`` and ``display_name`` are made by the server when they are left out.

    ``arguments`` is the command line of the program, from whose options the run's parameters are read.
    """

    id: str | None = None
    display_name: str | None = None
    arguments: list[str] = field(default_factory=list)
    tags: dict[str, str | None] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)


@strict
@dataclass(frozen=True, slots=True, kw_only=True)
class CreateRunsRequest:
    """Create interactive runs, all in one transaction, each at once in status Running.

    With ``parent_id`` they are children of that run. Sending a request again with the same ids changes nothing.
    """

    runs: list[NewRun]
    parent_id: str | None = None
    snapshot_id: str | None = None


@strict
@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitRunRequest:
    """Queue a script run. ``id`` makes a repeated request harmless.

    ``secrets`` are variables for the script that are stored nowhere but in a private file until the run starts.
    """

    id: str
    spec: RunSpec
    snapshot_id: str
    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    parent_id: str | None = None
    display_name: str | None = None
    tags: dict[str, str | None] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)


@strict
@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateRunRequest:
    """Change what is given; what is left out stays. An empty ``colour`` takes the run's own colour away."""

    display_name: str | None = None
    description: str | None = None
    set_tags: dict[str, str | None] = field(default_factory=dict)
    remove_tags: list[str] = field(default_factory=list)
    add_properties: dict[str, str] = field(default_factory=dict)
    snapshot_id: str | None = None
    archived: bool | None = None
    colour: str | None = None


@strict
@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateRunsRequest:
    """Change tags of many runs at once, archive or reactivate them. All are changed, or none."""

    run_ids: list[str]
    set_tags: dict[str, str | None] = field(default_factory=dict)
    remove_tags: list[str] = field(default_factory=list)
    archived: bool | None = None


@strict
@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeBinRequest:
    """Purge what has lain in the bin for at least so long."""

    older_than_s: float = 30 * 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgedBody:
    """How many runs are gone for good. Their files go when garbage is collected."""

    runs: int


@strict
@dataclass(frozen=True, slots=True, kw_only=True)
class CollectGarbageRequest:
    """Remove files that nothing refers to. With ``dry_run`` they are only counted."""

    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GarbageBody:
    """What garbage there was: files of runs, contents of snapshots, and the bytes of both."""

    artifact_files: int
    artifact_bytes: int
    snapshot_files: int
    snapshot_bytes: int
    snapshots: int
    dry_run: bool


@strict
@dataclass(frozen=True, slots=True, kw_only=True)
class ReportStatusRequest:
    """Say that a run has reached a status. ``error`` goes with Failed."""

    status: RunStatus
    reason: str | None = None
    error: RunError | None = None


@strict
@dataclass(frozen=True, slots=True, kw_only=True)
class CancelRunRequest:
    """Ask for a run and all its descendants to be stopped."""

    reason: str | None = None


@strict
@dataclass(frozen=True, slots=True, kw_only=True)
class HeartbeatsRequest:
    """Say that the program lives that records these interactive runs."""

    run_ids: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartbeatsBody:
    """Which of the runs have ended: nobody needs to speak for them any more."""

    ended: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartbeatBody:
    """What the server says to a runner that reports that it lives.

    ``stop`` is true when the script must be stopped: the run was cancelled, or has ended by other means.
    """

    status: RunStatus
    stop: bool
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPage:
    """Runs, newest first unless asked otherwise.

    ``metrics`` has the summaries that the query named, by run id; ``roll_ups`` the roll-ups, by the id of the parent and by name.
    """

    runs: list[RunRecord]
    total: int
    next_cursor: str | None = None
    metrics: dict[str, list[MetricSummary]] = field(default_factory=dict)
    roll_ups: dict[str, dict[str, RollUp]] = field(default_factory=dict)


@strict
@dataclass(frozen=True, slots=True, kw_only=True)
class RunQuery:
    """Which runs to list. All conditions must hold.

    ``tags`` and ``properties``: a None value asks only that the key is there. ``type`` matches the run's type or its property
    ``azureml.runsource``. ``parent_id`` gives its children, ``ancestor_id`` its descendants of any depth; with neither only top-
    level runs come, unless ``include_children``. ``text`` is searched in id, name, description, experiment, status, submitter
    and tags. ``keep_ancestors`` lets a run through, too, when one below it meets the conditions, so that a tree keeps the way
    to it. ``filter`` is a text of the query language of run lists. ``view`` shows archived runs, or the
    bin. ``metrics`` names the metrics whose summaries come with the page, ``*`` all of them; ``roll_ups`` the figures, such as
    metric.loss.min, whose mean, minimum, maximum and count over a run's children do.
    ``order_by`` is one to eight fields of the query language with commas between them, such as created, status, tag.quality,
    param.lr, metric.loss.max or rollup.loss.min.mean: what is equal in the first is ordered by the second, and so on, as in
    'status, -metric.loss.min'. A '-' before a field sorts by it downwards, and runs without the value come last either way.
    ``cursor`` goes on after a page and stays right while runs arrive; ``offset`` jumps into the list instead.
    """

    experiment: str | None = None
    parent_id: str | None = None
    ancestor_id: str | None = None
    include_children: bool = False
    keep_ancestors: bool = False
    type: str | None = None
    status: list[RunStatus] = field(default_factory=list)
    target: str | None = None
    submitted_by: str | None = None
    tags: dict[str, str | None] = field(default_factory=dict)
    properties: dict[str, str | None] = field(default_factory=dict)
    text: str | None = None
    filter: str | None = None
    view: RunView = RunView.ACTIVE_ONLY
    metrics: list[str] = field(default_factory=list)
    roll_ups: list[str] = field(default_factory=list)
    order_by: str = "-created_at"
    cursor: str | None = None
    offset: int = 0
    limit: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEventPage:
    """The changes of a run, oldest first."""

    events: list[RunEventRecord]
