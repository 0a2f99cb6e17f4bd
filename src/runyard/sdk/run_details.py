"""What ``get_details`` and the command line show of a run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from typing import Any

from runyard.domain.run import PREPARATION_PARTS, TIME_PROPERTY, RunError, RunRecord, RunStatus

SPEC_KEY = "spec"
"""Where a definition keeps what the runner needs; it is not shown."""


def details(record: RunRecord, log_files: Mapping[str, str]) -> dict[str, Any]:
    """Return the dict that ``get_details`` gives. Times and error are absent until there is something to say."""
    shown: dict[str, Any] = {"runId": record.id, "target": record.target, "status": record.status.value}
    if record.started_at is not None:
        shown["startTimeUtc"] = instant(record.started_at)
    if record.ended_at is not None and record.status.is_terminal:
        shown["endTimeUtc"] = instant(record.ended_at)
    if record.status is RunStatus.QUEUED and record.status_reason:
        shown["queueingInfo"] = {"code": "Queued", "message": record.status_reason}
    if times := preparation_times(record.properties):
        shown["timeToFirstLine"] = times
    shown["services"] = {}
    if record.error is not None:
        shown["error"] = error_details(record.error)
    warnings = list(_warnings(record))
    if warnings:
        shown["warnings"] = warnings
    shown["properties"] = dict(record.properties)
    shown["tags"] = dict(record.tags)
    shown["inputDatasets"] = []
    shown["outputDatasets"] = []
    if record.definition is not None:
        shown["runDefinition"] = run_definition(record)
    shown["logFiles"] = dict(log_files)
    if record.submitted_by is not None:
        shown["submittedBy"] = record.submitted_by
    return shown


def preparation_times(properties: Mapping[str, str]) -> dict[str, float]:
    """Return how many seconds each part of a run's preparation took, and their sum, once its script has started."""
    parts = {part: properties.get(TIME_PROPERTY.format(part)) for part in PREPARATION_PARTS}
    times = {part: float(text) for part, text in parts.items() if text is not None}
    return {**times, "total": round(sum(times.values()), 3)} if "start" in times else {}


def error_details(error: RunError) -> dict[str, Any]:
    """Return why a run failed: the error itself below ``error``, the time beside it."""
    named = ": ".join(part for part in (error.type, error.message) if part)
    summary = error.message if error.type is None else f"User program failed with {named}"
    body: dict[str, Any] = {
        "code": error.code,
        "message": summary,
        "messageFormat": None,
        "messageParameters": {},
        "detailsUri": None,
        "details": [],
        "innerError": None,
        "type": error.type,
        "traceback": error.traceback,
        "exitCode": error.exit_code,
        "debugInfo": None,
    }
    if error.type is not None:
        body["debugInfo"] = {"type": error.type, "message": error.message, "stackTrace": error.traceback}
        body["details"] = [{"code": error.type, "message": error.message}]
    return {"error": body, "time": None if error.at is None else instant(error.at)}


def run_definition(record: RunRecord) -> dict[str, Any]:
    """Return the run configuration of a submitted run, as users know it."""
    return {key: value for key, value in (record.definition or {}).items() if key != SPEC_KEY}


def instant(at: datetime) -> str:
    """Return an instant as ISO 8601 text in UTC with a closing ``Z``."""
    return at.astimezone(timezone.utc).isoformat(timespec="microseconds").replace("+00:00", "Z")


def record_dict(record: RunRecord) -> dict[str, Any]:
    """Return a run as the command line shows it, in the snake_case names that users know."""
    return {
        "run_id": record.id,
        "experiment_name": record.experiment,
        "status": record.status.value,
        "run_number": record.number,
        "parent_run_id": record.parent_id,
        "root_run_id": record.root_id,
        "created_utc": instant(record.created_at),
        "start_time_utc": _instant_or_none(record.started_at),
        "end_time_utc": _instant_or_none(record.ended_at),
        "name": record.display_name,
        "display_name": record.display_name,
        "description": record.description,
        "run_type": record.type,
        "script_name": record.script_name,
        "target": record.target,
        "tags": dict(record.tags),
        "properties": dict(record.properties),
        "run_definition": run_definition(record) if record.definition is not None else None,
        "snapshot_id": record.snapshot_id,
        "child_run_count": record.child_count,
        "data_container_id": f"dcid.{record.id}",
        "created_by": {"user_name": record.submitted_by},
        "hidden": record.archived_at is not None,
        "heartbeat_utc": _instant_or_none(record.heartbeat_at),
        "status_reason": record.status_reason,
        "error": error_details(record.error) if record.error is not None else None,
        "warnings": list(_warnings(record)) or None,
    }


def _warnings(record: RunRecord) -> Iterable[dict[str, str]]:
    """Yield what a run has to say that has ended well, was stopped, or has lost its runner."""
    tells = record.status.is_terminal or record.status is RunStatus.NOT_RESPONDING
    if record.status_reason and record.error is None and tells:
        yield {"source": "Runyard", "message": record.status_reason}


def _instant_or_none(at: datetime | None) -> str | None:
    return None if at is None else instant(at)
