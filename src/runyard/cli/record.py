"""A run and an experiment as the command line prints them: in snake case, with the keys that Azure ML's command line has."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from runyard.domain.experiment import ExperimentRecord
from runyard.domain.run import SCRIPT_RUN, RunRecord
from runyard.sdk.run_details import record_dict

LIST_COLUMNS = ["run_id", "experiment_name", "status", "start_time_utc", "end_time_utc", "target", "tags"]
SHOWN_FIELDS = [
    "run_id",
    "display_name",
    "colour",
    "experiment_name",
    "status",
    "status_reason",
    "run_type",
    "target",
    "script_name",
    "created_utc",
    "start_time_utc",
    "end_time_utc",
    "deleted_utc",
    "user_id",
    "parent_run_id",
    "child_run_count",
    "description",
    "tags",
    "properties",
]
EXPERIMENT_COLUMNS = ["name", "run_count", "active_run_count", "last_run_status", "last_run_at", "tags"]


def run_document(run: RunRecord) -> dict[str, Any]:
    """Return a run as plain data, with every key of Azure ML's record: those without a meaning here are None."""
    return {
        **record_dict(run),
        "experiment_id": None,
        "user_id": run.submitted_by,
        "colour": run.colour,
        "deleted_utc": run.deleted_at,
        "heartbeat_enabled": run.type == SCRIPT_RUN,
        "run_type_v2": {"orchestrator": "Execution" if run.definition else "External", "traits": []},
        "run_uuid": None,
        "root_run_uuid": None,
        "parent_run_uuid": None,
        "primary_metric_name": None,
        "created_from": None,
        "cancel_uri": None,
        "complete_uri": None,
        "diagnostics_uri": None,
        "queueing_info": None,
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


def experiment_document(experiment: ExperimentRecord) -> dict[str, Any]:
    """Return an experiment as plain data."""
    return asdict(experiment)
