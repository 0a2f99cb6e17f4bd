"""``runyard doctor`` looks at a machine without starting or changing anything."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner
from tests.server_process import RunningServer

from runyard.cli import machine_check
from runyard.cli.main import root
from runyard.version import VERSION


class Told(NamedTuple):
    """The exit code, and the checks by their names."""

    exit_code: int
    checks: dict[str, dict[str, Any]]


Doctor = Callable[[], Told]


@pytest.fixture
def doctor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Doctor]:
    """Look at this machine from an empty folder."""
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)
    monkeypatch.setattr(machine_check, "TIMEOUT_S", 60.0)  # a person waits less; a busy machine is no server that is away

    def look() -> Told:
        done = CliRunner().invoke(root, ["doctor", "-o", "json"])
        return Told(done.exit_code, {each["check"]: each for each in json.loads(done.stdout)})

    yield look


def test_a_fresh_machine_is_well_and_stays_as_it_is(home: Path, doctor: Doctor) -> None:
    told = doctor()
    assert told.exit_code == 0
    assert list(told.checks) == ["python", "home", "disk", "project", "server", "waiting"]
    assert VERSION in told.checks["python"]["found"] and "not there yet" in told.checks["home"]["found"]
    assert (told.checks["server"]["status"], "runyard up" in told.checks["server"]["next"]) == ("ok", True)
    assert not home.exists()


def test_a_server_that_runs_is_asked_for_its_version(
    server: RunningServer, doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = doctor().checks["server"]
    assert found["status"] == "ok" and f"version {VERSION} at {server.url}" in found["found"]
    monkeypatch.setattr(machine_check, "VERSION", "0.0.9")
    older = doctor().checks["server"]
    assert older["status"] == "warning" and "this program is 0.0.9" in older["found"] and older["next"]


def test_a_server_that_was_stopped_is_told_with_the_way_to_start_it(home: Path, doctor: Doctor) -> None:
    home.mkdir(mode=0o700)
    (home / "stopped").touch()
    told = doctor()
    assert told.exit_code == 0
    assert (told.checks["server"]["status"], told.checks["server"]["next"]) == ("warning", "runyard up")


def test_a_server_elsewhere_that_does_not_answer_is_a_failure(
    home: Path, doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RUNYARD_HOME")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("RUNYARD_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("RUNYARD_TOKEN", "secret-word")
    told = doctor()
    assert told.exit_code == 1 and told.checks["server"]["status"] == "failed"
    assert "http://127.0.0.1:9" in told.checks["server"]["found"] and "secret-word" not in json.dumps(told.checks)


def test_what_waits_to_be_sent_is_counted_and_left_there(home: Path, doctor: Doctor) -> None:
    folder = home / "journal" / "w" / "run"
    folder.mkdir(parents=True)
    home.chmod(0o700)
    (folder / "a-0.ryj").write_bytes(b"")
    found = doctor().checks["waiting"]
    assert found["status"] == "warning" and found["found"].startswith("1 files") and "runyard sync" in found["next"]
    assert (folder / "a-0.ryj").exists()


def test_a_home_that_is_open_to_others_or_is_no_folder_is_told(
    home: Path, doctor: Doctor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.mkdir()
    home.chmod(0o755)
    assert doctor().checks["home"]["next"] == f"chmod 700 {home}"
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("RUNYARD_HOME", str(tmp_path / "file" / "home"))
    told = doctor()
    assert told.exit_code == 1 and "RUNYARD_HOME" in told.checks["home"]["next"]


@pytest.mark.parametrize(("free", "status"), [(1 << 20, "failed"), (1 << 30, "warning"), (1 << 40, "ok")])
def test_a_disk_that_fills_is_told(home: Path, doctor: Doctor, monkeypatch: pytest.MonkeyPatch, free: int, status: str) -> None:
    class Usage(NamedTuple):
        free: int

    monkeypatch.setattr("runyard.cli.machine_check.shutil.disk_usage", lambda _: Usage(free))
    found = doctor().checks["disk"]
    assert (found["status"], "runyard gc" in found["next"]) == (status, status != "ok")


def test_a_config_that_cannot_be_read_is_a_failure_by_its_path(home: Path, doctor: Doctor) -> None:
    config = Path.cwd() / ".runyard" / "config.json"
    config.parent.mkdir()
    config.write_text("{")
    told = doctor()
    assert told.exit_code == 1 and str(config) in told.checks["project"]["found"]


def test_a_narrow_terminal_still_says_what_to_do(home: Path, doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runyard.cli.output.fitting_columns", lambda *_: [0, 1])
    done = CliRunner().invoke(root, ["doctor"])
    assert "Next" in done.stdout.splitlines()[0] and "runyard up" in done.stdout and done.stderr == ""


def test_the_table_says_what_to_do(home: Path, doctor: Doctor) -> None:
    done = CliRunner().invoke(root, ["doctor"])
    assert done.exit_code == 0 and done.stdout.splitlines()[0].split() == ["Check", "Status", "Found", "Next"]
