"""A run: its record, its statuses, and the one table of allowed transitions."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from runyard.domain.container import ContainerSpec
from runyard.domain.environment import PackageSpec
from runyard.domain.node_group import NodeGroup
from runyard.domain.run_error import RunError as RunError
from runyard.errors import (
    ImmutablePropertyError,
    InvalidArgumentError,
    InvalidTransitionError,
    LimitExceededError,
)

RUN_ID_MAX_CHARS = 256
TAGS_MAX = 1000
KEY_MAX_CHARS = 256
VALUE_MAX_CHARS = 16_384
DESCRIPTION_MAX_CHARS = 65_536
DISPLAY_NAME_MAX_CHARS = 1024
CHILDREN_MAX_PER_REQUEST = 10_000

SCRIPT_RUN = "azureml.scriptrun"
"""The run type of a submitted script; an interactive run has no type."""

TIME_PROPERTY = "runyard.time.{}_s"
"""The property that holds how long a part of a run's preparation took: one of :data:`PREPARATION_PARTS`."""

PREPARATION_PARTS = {
    "upload": "hashing the source folder and sending what the server lacked",
    "queue": "from the run's creation until its runner was started on the compute target",
    "environment": "finding or building the Python environment",
    "start": "the rest: restoring the snapshot and starting the script",
}
"""The parts of the time to a run's first line, in their order, and what each is. They are known when the script starts."""

COVERED_FILES_VARIABLE = "RUNYARD_COVERED_FILES"
"""The variable that tells a runner which files of the snapshot have references in place of secrets: a JSON list of paths."""

PULSE_S = 10.0
"""How often a program says that it lives for the interactive runs that it records."""

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}", re.ASCII)
_RUN_ID = re.compile(r"[a-zA-Z0-9][\w\-.]{0,255}", re.ASCII)


class RunStatus(str, Enum):
    """Where a run is in its life. The names are those that users know from Azure ML."""

    NOT_STARTED = "NotStarted"
    STARTING = "Starting"
    PROVISIONING = "Provisioning"
    PREPARING = "Preparing"
    QUEUED = "Queued"
    RUNNING = "Running"
    FINALIZING = "Finalizing"
    CANCEL_REQUESTED = "CancelRequested"
    COMPLETED = "Completed"
    FAILED = "Failed"
    CANCELED = "Canceled"
    NOT_RESPONDING = "NotResponding"
    PAUSED = "Paused"

    @property
    def is_terminal(self) -> bool:
        """True when the run has ended: nothing runs any more."""
        return self in TERMINAL_STATUSES


class RunView(str, Enum):
    """Which runs a list shows: those in use, archived ones, both, or those in the bin."""

    ACTIVE_ONLY = "ActiveOnly"
    ARCHIVED_ONLY = "ArchivedOnly"
    ALL = "All"
    DELETED = "Deleted"


TERMINAL_STATUSES = frozenset({RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.CANCELED})
ACTIVE_STATUSES = frozenset(RunStatus) - TERMINAL_STATUSES

_ENDS = TERMINAL_STATUSES | {RunStatus.CANCEL_REQUESTED}
_S = RunStatus

TRANSITIONS: dict[RunStatus, frozenset[RunStatus]] = {
    _S.NOT_STARTED: frozenset({_S.STARTING, _S.PROVISIONING, _S.PREPARING, _S.QUEUED, _S.RUNNING}) | _ENDS,
    _S.QUEUED: frozenset({_S.STARTING, _S.PROVISIONING, _S.PREPARING, _S.RUNNING, _S.PAUSED}) | _ENDS,
    _S.PROVISIONING: frozenset({_S.QUEUED, _S.PREPARING, _S.STARTING, _S.RUNNING, _S.NOT_RESPONDING}) | _ENDS,
    _S.PREPARING: frozenset({_S.QUEUED, _S.STARTING, _S.RUNNING, _S.FINALIZING, _S.NOT_RESPONDING}) | _ENDS,
    _S.STARTING: frozenset({_S.PREPARING, _S.QUEUED, _S.RUNNING, _S.FINALIZING, _S.NOT_RESPONDING}) | _ENDS,
    _S.RUNNING: frozenset({_S.FINALIZING, _S.NOT_RESPONDING, _S.PAUSED, _S.QUEUED}) | _ENDS,
    _S.FINALIZING: frozenset({_S.NOT_RESPONDING}) | _ENDS,
    _S.PAUSED: frozenset({_S.QUEUED, _S.STARTING, _S.RUNNING}) | _ENDS,
    _S.NOT_RESPONDING: frozenset({_S.PREPARING, _S.STARTING, _S.RUNNING, _S.FINALIZING}) | _ENDS,
    _S.CANCEL_REQUESTED: frozenset({_S.CANCELED, _S.COMPLETED, _S.FAILED}),
    _S.COMPLETED: frozenset({_S.FAILED}),
    _S.FAILED: frozenset(),
    _S.CANCELED: frozenset(),
}
"""What each status may become. Staying as it is counts as no change and is always accepted.

A completed run may still be marked as failed by its owner (``run.fail()``, say when the wrong script was used); nothing else
leaves a terminal status."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """A run as it is stored.

    ``root_id`` is the run itself for a top-level run. ``definition`` is what was asked for; that of an interactive run, which
    has no ``type``, holds at most its arguments.
    ``colour`` is how charts draw it, such as #3506bd; without one it follows from the id. ``version`` grows with every change and
    orders two copies of the same run.
    """

    id: str
    workspace: str
    experiment: str
    number: int
    parent_id: str | None = None
    root_id: str
    display_name: str
    type: str | None = None
    target: str = "local"
    status: RunStatus
    status_reason: str | None = None
    created_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    heartbeat_at: datetime | None = None
    submitted_by: str | None = None
    description: str | None = None
    tags: dict[str, str | None] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    script_name: str | None = None
    definition: dict[str, Any] | None = None
    snapshot_id: str | None = None
    error: RunError | None = None
    child_count: int = 0
    colour: str | None = None
    archived_at: datetime | None = None
    deleted_at: datetime | None = None
    deleted_by: str | None = None
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSpec:
    """What a submitted run is asked to do. It is plain data: the runner needs nothing else beside the snapshot.

    ``script`` is a path inside the snapshot and ``arguments`` its command line; or ``command`` is a shell command.
    ``interpreter`` is the Python to run with, as the target finds it; with ``packages`` the target makes one that has them.
    ``container`` is what the script is started in: ``interpreter`` is then a Python of the image, which gets the ``packages``.
    ``node_group`` is there for a run of several processes. ``gpu_count`` is how many GPUs each node has to itself; with 0 the
    script sees what the machine shows. ``spark`` says that the target must have Java.
    ``definition`` is the whole run configuration in the field names that ``get_details()["runDefinition"]`` shows.
    """

    script: str | None = None
    arguments: list[str] = field(default_factory=list)
    command: str | None = None
    target: str = "local"
    interpreter: str | None = None
    packages: PackageSpec | None = None
    environment_name: str | None = None
    container: ContainerSpec | None = None
    node_group: NodeGroup | None = None
    gpu_count: int = 0
    spark: bool = False
    environment_variables: dict[str, str] = field(default_factory=dict)
    max_run_duration_s: int | None = None
    output_collection: bool = True
    directories_to_watch: list[str] = field(default_factory=lambda: ["logs"])
    definition: dict[str, Any] = field(default_factory=dict)

    @property
    def node_count(self) -> int:
        """How many nodes the run takes."""
        return 1 if self.node_group is None else self.node_group.node_count


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEventRecord:
    """One change of a run, with its time, cause and author.

    ``kind`` is ``status``, or what else changed: ``tags``, ``properties``, ``description``, ``name``, ``snapshot``, ``archived``,
    ``reactivated``, ``deleted``, ``restored``, ``imported``; ``status`` is then the one that the run had. ``detail`` holds the
    new values.
    ``author`` is None where Runyard itself made the change.
    """

    run_id: str
    status: RunStatus
    at: datetime
    reason: str | None = None
    kind: str = "status"
    author: str | None = None
    detail: dict[str, Any] | None = None


def require_transition(run_id: str, current: RunStatus, wanted: RunStatus) -> None:
    """Raise :class:`InvalidTransitionError` unless ``current`` may become ``wanted``."""
    if wanted is current or wanted in TRANSITIONS[current]:
        return
    if current.is_terminal:
        message = f"Run {run_id} has ended as {current.value}; an ended run cannot become {wanted.value}."
    else:
        allowed = ", ".join(sorted(s.value for s in TRANSITIONS[current]))
        message = f"Run {run_id} is {current.value}, which cannot become {wanted.value}. Possible next: {allowed}."
    raise InvalidTransitionError(message, run_id=run_id, current=current.value, wanted=wanted.value)


def require_run_id(run_id: str) -> str:
    """Return ``run_id``, or raise :class:`InvalidArgumentError` when it cannot name a run."""
    if not isinstance(run_id, str) or not _RUN_ID.fullmatch(run_id):
        raise InvalidArgumentError(
            f"{run_id!r} cannot be a run id. Use 1 to 256 letters, digits, '-', '_' or '.', starting with a letter or digit.",
            run_id=str(run_id),
        )
    return run_id


def require_colour(colour: str) -> str:
    """Return ``colour`` in small letters, or raise :class:`InvalidArgumentError` unless it is like ``#3506bd``."""
    if not _COLOUR.fullmatch(colour):
        raise InvalidArgumentError(f"{colour[:40]!r} is no colour. Write it as #3506bd: red, green and blue in two digits each.")
    return colour.lower()


def merge_properties(run_id: str, current: dict[str, str], added: dict[str, str]) -> dict[str, str]:
    """Return ``current`` with ``added``; a key keeps the value it was first given.

    Raises:
        ImmutablePropertyError: ``added`` gives a key another value than it has.
        LimitExceededError: too many, or too long.
    """
    for key, value in added.items():
        if key in current and current[key] != value:
            raise ImmutablePropertyError(
                f"Property {key!r} of run {run_id} is {current[key]!r} and cannot become {value!r}: properties are set once. "
                f"Use a tag for what changes: run.tag({key!r}, {value!r}).",
                run_id=run_id,
                key=key,
            )
    return _require_labels(run_id, "properties", {**current, **added})


def merge_tags(
    run_id: str, current: dict[str, str | None], added: dict[str, str | None], removed: list[str]
) -> dict[str, str | None]:
    """Return ``current`` with ``added`` set and the keys in ``removed`` gone.

    Raises:
        LimitExceededError: too many, or too long.
    """
    kept = {key: value for key, value in {**current, **added}.items() if key not in removed}
    return _require_labels(run_id, "tags", kept)


def _require_labels(run_id: str, what: str, labels: dict[str, Any]) -> dict[str, Any]:
    if len(labels) > TAGS_MAX:
        raise LimitExceededError(
            f"Run {run_id} would have {len(labels)} {what}; the limit is {TAGS_MAX}. Log numbers as metrics, and longer "
            "lists as a file in ./outputs.",
            run_id=run_id,
        )
    for key, value in labels.items():
        if not key:
            raise InvalidArgumentError(f"One of the {what} of run {run_id} has an empty name. Give it a name.", run_id=run_id)
        if len(key) > KEY_MAX_CHARS or len(value or "") > VALUE_MAX_CHARS:
            raise LimitExceededError(
                f"{key[:40]!r} in the {what} of run {run_id} is too long: a name has at most {KEY_MAX_CHARS} characters, "
                f"a value {VALUE_MAX_CHARS}. Put long text in the description or in a file in ./outputs.",
                run_id=run_id,
            )
    return labels
