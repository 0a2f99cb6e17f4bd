from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

import pytest

from runyard.client.artifact import FilePart
from runyard.domain.artifact import ArtifactRecord
from runyard.domain.run import RunError, RunRecord, RunStatus
from runyard.errors import RunFailedError, RunyardError
from runyard.sdk.log_stream import GrowingLog, LogStream, chosen_logs, raise_if_failed, wait_until_ended
from tests.sdk.builders import AT, run_record

JOB_PREP = "azureml-logs/65_job_prep-n1.txt"
DRIVER = "azureml-logs/70_driver_log.txt"


class Script:
    """A server that goes through a list of moments: the status, and what each log holds then."""

    def __init__(self, *moments: tuple[RunRecord, dict[str, bytes]]) -> None:
        self.moments = list(moments)
        self.logs: dict[str, bytes] = {}
        self.workspace = "w"
        self.endpoint = SimpleNamespace(owns_server=False, url="http://server")
        self.runs = SimpleNamespace(get=self.get)
        self.artifacts = SimpleNamespace(list=self.list, read=self.read)

    def default_workspace(self) -> str:
        return "w"

    def get(self, run_id: str) -> RunRecord:
        record: Any
        record, self.logs = self.moments.pop(0) if len(self.moments) > 1 else self.moments[0]
        if isinstance(record, BaseException):
            raise record
        assert isinstance(record, RunRecord)
        return record

    def list(self, run_id: str, prefix: str) -> list[ArtifactRecord]:
        return [
            ArtifactRecord(path=path, size_bytes=len(data), created_at=AT, updated_at=AT)
            for path, data in sorted(self.logs.items())
        ]

    def read(self, run_id: str, path: str, start: int = 0, max_bytes: int = 1 << 20) -> FilePart:
        data = self.logs[path]
        return FilePart(data=data[start : start + max_bytes], start=start, size_bytes=len(data))


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runyard.sdk.log_stream.time.sleep", lambda seconds: None)


def follow(*moments: tuple[Any, dict[str, bytes]]) -> str:
    sink = io.StringIO()
    LogStream(Script(*moments), "r1", sink).follow()  # type: ignore[arg-type]
    return sink.getvalue()


def test_the_output_is_the_known_one() -> None:
    running, done = run_record(), run_record(status=RunStatus.COMPLETED)
    shown = follow(
        (run_record(status=RunStatus.QUEUED), {}),
        (running, {JOB_PREP: b"prepared\n"}),
        (running, {JOB_PREP: b"prepared\nmore\n", DRIVER: b"epoch 1\n"}),
        (running, {DRIVER: b"epoch 1\nepoch"}),
        (done, {DRIVER: b"epoch 1\nepoch 2", JOB_PREP: b"prepared\nmore\n"}),
    )
    assert shown == (
        "RunId: r1\nWeb View: http://server/runs/r1\n\n"
        f"\nStreaming {JOB_PREP}\n{'=' * (len(JOB_PREP) + 10)}\n\nprepared\nmore\n"
        f"\nStreaming {DRIVER}\n{'=' * (len(DRIVER) + 10)}\n\nepoch 1\nepoch 2\n"
        "\nExecution Summary\n=================\nRunId: r1\nWeb View: http://server/runs/r1\n\n"
    )


def test_a_failed_runs_error_is_in_the_summary() -> None:
    error = RunError(message="boom", type="ValueError")
    shown = follow((run_record(status=RunStatus.FAILED, error=error), {}))
    assert "\nError:\n{" in shown
    assert '"message": "User program failed with ValueError: boom"' in shown


def test_why_a_run_was_cancelled_is_in_the_summary() -> None:
    shown = follow((run_record(status=RunStatus.CANCELED, status_reason="too long"), {}))
    assert 'Warnings:\n[\n    "too long"\n]' in shown


def test_an_interruption_says_that_the_run_goes_on_and_how_to_stop_it() -> None:
    with pytest.raises(RunyardError, match=r"run itself goes on.*runyard run cancel -r r1"):
        follow((KeyboardInterrupt(), {}))


def test_logs_come_by_their_numbers_and_of_several_processes_the_first() -> None:
    def chosen(*names: str) -> list[str]:
        logs = [ArtifactRecord(path=name, size_bytes=1, created_at=AT, updated_at=AT) for name in names]
        return [record.path for record in chosen_logs(logs)]

    root = "azureml-logs"
    assert chosen(f"{root}/process_info.json", "logs/a.txt") == []
    assert chosen(f"{root}/55_azureml-execution-n.txt", f"{root}/20_image_build_log.txt") == [f"{root}/20_image_build_log.txt"]
    assert chosen(f"{root}/70_mpi_log.txt", f"{root}/n-1/70_driver_log_2.txt", f"{root}/n-0/70_driver_log_0.txt") == [
        f"{root}/n-0/70_driver_log_0.txt"
    ]
    assert chosen(f"{root}/70_driver_log_rank_1.txt", f"{root}/70_driver_log_rank_0.txt") == [f"{root}/70_driver_log_rank_0.txt"]
    assert chosen(f"{root}/70_driver_log_rank_10.txt", f"{root}/70_driver_log_0.txt") == [f"{root}/70_driver_log_0.txt"]


def test_a_run_that_has_ended_before_it_was_looked_at_shows_all_its_logs() -> None:
    shown = follow((run_record(status=RunStatus.COMPLETED), {JOB_PREP: b"prepared\n", DRIVER: b"epoch\n"}))
    assert shown.index("prepared") < shown.index("epoch")


def test_a_character_whose_bytes_come_in_two_parts_is_whole() -> None:
    server = Script((run_record(), {}))
    server.logs = {DRIVER: "ä".encode()[:1]}
    log = GrowingLog(server.artifacts, "r1", DRIVER)  # type: ignore[arg-type]
    assert log.read() == ""
    server.logs = {DRIVER: "äb\n".encode()}
    assert log.read() == "äb\n"
    assert log.ends_line


def test_waiting_ends_with_the_run() -> None:
    server = Script(
        (run_record(), {}), (run_record(status=RunStatus.FINALIZING), {}), (run_record(status=RunStatus.CANCELED), {})
    )
    assert wait_until_ended(server, "r1").status is RunStatus.CANCELED  # type: ignore[arg-type]


def test_only_a_failed_run_raises_and_its_error_is_on_the_exception() -> None:
    error = RunError(message="boom", type="ValueError")
    raise_if_failed(run_record(status=RunStatus.CANCELED), {})
    raise_if_failed(run_record(status=RunStatus.COMPLETED), {})
    with pytest.raises(RunFailedError, match=r"Activity Failed:\n\{") as caught:
        raise_if_failed(run_record(status=RunStatus.FAILED, error=error), {})
    assert caught.value.error_details["error"]["debugInfo"]["type"] == "ValueError"
