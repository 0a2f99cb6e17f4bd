"""A run and an experiment as the command line prints them: in snake case, with the keys that Azure ML's command line has."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from runyard.domain.experiment import ExperimentRecord
from runyard.domain.run import SCRIPT_RUN, RunError, RunRecord

LIST_COLUMNS = ["run_id", "experiment", "status", "start_time_utc", "end_time_utc", "target", "tags"]
SHOWN_FIELDS = [
    "run_id",
    "display_name",
    "experiment",
    "status",
    "status_reason",
    "run_type",
    "target",
    "script_name",
    "created_utc",
    "start_time_utc",
    "end_time_utc",
    "user_id",
    "parent_run_id",
    "child_count",
    "description",
    "tags",
    "properties",
]
EXPERIMENT_COLUMNS = ["name", "run_count", "active_run_count", "last_run_status", "last_run_at", "tags"]


def run_document(run: RunRecord) -> dict[str, Any]:
    """Return a run as plain data. Keys that Runyard has no value for are there and None, so that queries work on both."""
    return {
        "run_number": run.number,
        "root_run_id": run.root_id,
        "experiment_id": None,
        "created_utc": run.created_at,
        "user_id": run.submitted_by,
        "run_id": run.id,
        "parent_run_id": run.parent_id,
        "status": run.status.value,
        "status_reason": run.status_reason,
        "start_time_utc": run.started_at,
        "end_time_utc": run.ended_at,
        "heartbeat_enabled": run.type == SCRIPT_RUN,
        "name": run.display_name,
        "display_name": run.display_name,
        "data_container_id": f"dcid.{run.id}",
        "description": run.description,
        "hidden": run.archived_at is not None,
        "run_type": run.type,
        "run_type_v2": {"orchestrator": "Execution" if run.definition else "External", "traits": []},
        "run_uuid": None,
        "root_run_uuid": None,
        "parent_run_uuid": None,
        "properties": run.properties,
        "script_name": run.script_name,
        "target": run.target,
        "tags": run.tags,
        "run_definition": _definition(run),
        "primary_metric_name": None,
        "created_from": None,
        "created_by": {"user_object_id": None, "user_name": run.submitted_by},
        "cancel_uri": None,
        "complete_uri": None,
        "diagnostics_uri": None,
        "error": error_document(run.error),
        "warnings": None,
        "queueing_info": None,
        "child_count": run.child_count,
        "experiment": run.experiment,
        "_experiment_name": run.experiment,
    }


def minimal_document(run: RunRecord) -> dict[str, Any]:
    """Return the seven keys of ``run list --minimal``."""
    return {
        "RunId": run.id,
        "RunType": run.type,
        "Status": run.status.value,
        "StartTime": run.started_at,
        "EndTime": run.ended_at,
        "Target": run.target,
        "Tags": run.tags,
    }


def error_document(error: RunError | None) -> dict[str, Any] | None:
    """Return why a run failed, as ``get_details()["error"]`` has it."""
    if error is None:
        return None
    return {"error": {name: part for name, part in asdict(error).items() if name != "at"}, "time": error.at}


def experiment_document(experiment: ExperimentRecord) -> dict[str, Any]:
    """Return an experiment as plain data."""
    return asdict(experiment)


def _definition(run: RunRecord) -> dict[str, Any] | None:
    if run.definition is None:
        return None
    return {name: part for name, part in run.definition.items() if name != "spec"}
