"""What differs between two runs."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from runyard.domain.metric import SYSTEM_NAME_START, MetricSummary, MetricValue, is_number
from runyard.domain.parameter import run_parameters
from runyard.domain.run import RunRecord
from runyard.domain.snapshot import SnapshotManifest

_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][\w.\-]*(?:\[[^\]]*\])?)\s*(.*)", re.DOTALL)
_GIT = ("azureml.git.", "mlflow.source.git.", "runyard.git.")


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffRow:
    """One thing of both runs. A run that lacks it has None and ``in_a`` or ``in_b`` false. ``delta`` is b - a of two numbers."""

    name: str
    a: MetricValue = None
    b: MetricValue = None
    in_a: bool
    in_b: bool
    differs: bool
    delta: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDiff:
    """A file of the snapshots that is not the same in both: ``added``, ``removed`` or ``changed`` from a to b."""

    path: str
    change: str
    a_sha256: str | None = None
    b_sha256: str | None = None
    a_size_bytes: int | None = None
    b_size_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDiff:
    """Two runs side by side: in each list what differs comes first, and what differs most before the rest.

    ``same_snapshot`` is None when one of them has none. ``files`` leaves out the files that are the same.
    """

    a: RunRecord
    b: RunRecord
    overview: list[DiffRow] = field(default_factory=list)
    parameters: list[DiffRow] = field(default_factory=list)
    environment: list[DiffRow] = field(default_factory=list)
    git: list[DiffRow] = field(default_factory=list)
    hardware: list[DiffRow] = field(default_factory=list)
    tags: list[DiffRow] = field(default_factory=list)
    metrics: list[DiffRow] = field(default_factory=list)
    files: list[FileDiff] = field(default_factory=list)
    same_snapshot: bool | None = None


def run_diff(
    a: RunRecord,
    b: RunRecord,
    *,
    metrics: tuple[list[MetricSummary], list[MetricSummary]],
    snapshots: tuple[SnapshotManifest | None, SnapshotManifest | None],
) -> RunDiff:
    """Return two runs side by side."""
    known = snapshots[0] is not None and snapshots[1] is not None
    return RunDiff(
        a=a,
        b=b,
        overview=diff_rows(_overview(a), _overview(b)),
        parameters=diff_rows(run_parameters(a.definition), run_parameters(b.definition)),
        environment=diff_rows(packages(a.definition), packages(b.definition)),
        git=diff_rows(_git(a), _git(b)),
        hardware=diff_rows(_hardware(a), _hardware(b)),
        tags=diff_rows(a.tags, b.tags),
        metrics=diff_rows(_figures(metrics[0]), _figures(metrics[1])),
        files=file_diffs(*snapshots) if known else [],
        same_snapshot=a.snapshot_id == b.snapshot_id if known else None,
    )


def diff_rows(a: Mapping[str, MetricValue], b: Mapping[str, MetricValue]) -> list[DiffRow]:
    """Return the rows of two tables of names and values: what differs most first, system metrics after what scripts logged."""
    rows = [_row(name, a, b) for name in {**a, **b}]
    return sorted(rows, key=lambda row: (not row.differs, row.name.startswith(SYSTEM_NAME_START), -_weight(row), row.name))


def packages(definition: dict[str, Any] | None) -> dict[str, str | None]:
    """Return the packages that a run's environment asks for, with what it says of their versions."""
    environment = (definition or {}).get("environment")
    python = environment.get("python") if isinstance(environment, dict) else None
    conda = python.get("condaDependencies") if isinstance(python, dict) else None
    listed = conda.get("dependencies") if isinstance(conda, dict) else None
    found: dict[str, str | None] = {}
    for item in listed if isinstance(listed, list) else []:
        pip = item.get("pip") if isinstance(item, dict) else None
        for text in pip if isinstance(pip, list) else [item]:
            parts = _REQUIREMENT.fullmatch(text) if isinstance(text, str) else None
            if parts is not None:
                found[parts[1].lower()] = parts[2].strip() or None
    return found


def file_diffs(a: SnapshotManifest | None, b: SnapshotManifest | None) -> list[FileDiff]:
    """Return the files that are not the same in both snapshots, by path."""
    ours = {file.path: file for file in a.files} if a else {}
    theirs = {file.path: file for file in b.files} if b else {}
    found = []
    for path in sorted({*ours, *theirs}):
        one, other = ours.get(path), theirs.get(path)
        if one is not None and other is not None and one.sha256 == other.sha256:
            continue
        found.append(
            FileDiff(
                path=path,
                change="added" if one is None else "removed" if other is None else "changed",
                a_sha256=one.sha256 if one else None,
                b_sha256=other.sha256 if other else None,
                a_size_bytes=one.size_bytes if one else None,
                b_size_bytes=other.size_bytes if other else None,
            )
        )
    return found


def _row(name: str, a: Mapping[str, MetricValue], b: Mapping[str, MetricValue]) -> DiffRow:
    one, other = a.get(name), b.get(name)
    both = name in a and name in b
    numbers = both and is_number(one) and is_number(other)
    delta = float(other) - float(one) if numbers else None  # type: ignore[arg-type]
    return DiffRow(
        name=name, a=one, b=other, in_a=name in a, in_b=name in b, differs=not (both and _same(one, other)), delta=delta
    )


def _same(one: MetricValue, other: MetricValue) -> bool:
    if isinstance(one, float) and isinstance(other, float) and math.isnan(one) and math.isnan(other):
        return True
    return one == other and isinstance(one, bool) is isinstance(other, bool)


def _weight(row: DiffRow) -> float:
    """Return how much two numbers differ, from 0 to 1; what is no pair of numbers weighs most."""
    if row.delta is None or math.isnan(row.delta):
        return 2.0
    scale = max(abs(float(row.a)), abs(float(row.b)))  # type: ignore[arg-type]
    return abs(row.delta) / scale if scale and math.isfinite(scale) else float(row.delta != 0)


def _overview(run: RunRecord) -> dict[str, MetricValue]:
    lasted = (run.ended_at - run.started_at).total_seconds() if run.ended_at and run.started_at else None
    return {
        "experiment": run.experiment,
        "status": run.status.value,
        "script": run.script_name,
        "submitter": run.submitted_by,
        "description": run.description,
        "duration_s": lasted,
    }


def _git(run: RunRecord) -> dict[str, MetricValue]:
    return {key: value for key, value in run.properties.items() if key.startswith(_GIT)}


def _hardware(run: RunRecord) -> dict[str, MetricValue]:
    found: dict[str, MetricValue] = {"target": run.target}
    nodes = (run.definition or {}).get("nodeCount")
    if isinstance(nodes, int):
        found["node_count"] = nodes
    found.update({key: value for key, value in run.properties.items() if key.startswith("runyard.hardware.")})
    return found


def _figures(summaries: list[MetricSummary]) -> dict[str, MetricValue]:
    found: dict[str, MetricValue] = {}
    for summary in summaries:
        found[summary.name] = summary.last
        if summary.count > 1:
            found[f"{summary.name} (min)"], found[f"{summary.name} (max)"] = summary.min, summary.max
    return found
