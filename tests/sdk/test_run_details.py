from __future__ import annotations

from datetime import datetime, timedelta, timezone

from runyard.domain.run import RunError, RunStatus
from runyard.sdk.run_details import details, error_details, instant, record_dict
from tests.sdk.builders import AT, run_record


def test_a_running_interactive_run_has_no_end_no_error_and_no_definition() -> None:
    shown = details(run_record(submitted_by="ann", tags={"t": None}, properties={"p": "1"}), {"logs/a.txt": "http://x"})
    assert shown == {
        "runId": "r1",
        "target": "local",
        "status": "Running",
        "startTimeUtc": "2026-01-02T03:04:05.600000Z",
        "services": {},
        "properties": {"p": "1"},
        "tags": {"t": None},
        "inputDatasets": [],
        "outputDatasets": [],
        "logFiles": {"logs/a.txt": "http://x"},
        "submittedBy": "ann",
    }


def test_a_run_that_has_not_started_has_no_start() -> None:
    assert "startTimeUtc" not in details(run_record(started_at=None, status=RunStatus.QUEUED), {})


def test_an_ended_run_has_an_end() -> None:
    shown = details(run_record(status=RunStatus.COMPLETED, ended_at=AT + timedelta(seconds=1)), {})
    assert shown["endTimeUtc"] == "2026-01-02T03:04:06.600000Z"


def test_what_only_the_runner_needs_of_the_definition_is_not_shown() -> None:
    shown = details(run_record(definition={"spec": {"secret": 1}, "script": "train.py", "arguments": ["--lr", "1"]}), {})
    assert shown["runDefinition"] == {"script": "train.py", "arguments": ["--lr", "1"]}


def test_an_error_has_type_message_and_traceback() -> None:
    error = RunError(message="boom", type="ValueError", traceback="Traceback …", exit_code=1, at=AT)
    shown = details(run_record(status=RunStatus.FAILED, error=error), {})["error"]
    assert shown["time"] == "2026-01-02T03:04:05.600000Z"
    body = shown["error"]
    assert (body["code"], body["message"]) == ("UserError", "User program failed with ValueError: boom")
    assert (body["type"], body["traceback"], body["exitCode"]) == ("ValueError", "Traceback …", 1)
    assert body["debugInfo"] == {"type": "ValueError", "message": "boom", "stackTrace": "Traceback …"}


def test_an_error_without_an_exception_has_its_text() -> None:
    body = error_details(RunError(code="Mine", message="wrong script"))["error"]
    assert (body["code"], body["message"], body["type"], body["details"]) == ("Mine", "wrong script", None, [])


def test_why_a_run_was_cancelled_is_a_warning() -> None:
    shown = details(run_record(status=RunStatus.CANCELED, status_reason="it ran longer than 5 s"), {})
    assert shown["warnings"] == [{"source": "Runyard", "message": "it ran longer than 5 s"}]


def test_instants_are_shown_in_utc() -> None:
    there = timezone(timedelta(hours=2))
    assert instant(datetime(2026, 1, 1, 2, tzinfo=there)) == "2026-01-01T00:00:00.000000Z"


def test_the_record_has_the_names_that_the_command_line_shows() -> None:
    shown = record_dict(run_record(parent_id="p", root_id="p", submitted_by="ann"))
    assert shown["run_id"] == "r1"
    assert shown["parent_run_id"] == "p"
    assert shown["root_run_id"] == "p"
    assert shown["created_by"] == {"user_name": "ann"}
    assert {"run_number", "status", "start_time_utc", "end_time_utc", "tags", "properties", "target", "run_type"} <= set(shown)
