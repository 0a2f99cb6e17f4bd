"""A run from the first request to the last status: a real runner process, a real script, a server that plays along."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from runyard.domain.environment import PackageSpec
from runyard.domain.run import RunError, RunSpec, RunStatus
from runyard.errors import AuthenticationError, InvalidArgumentError
from tests.runner.builders import RunningRunner, make_server, start_runner, until
from tests.runner.fake_server import FakeServer
from tests.runner_process import lives


class Scene:
    """Makes servers and runners for one test, and ends what is left of them."""

    def __init__(self, tmp_path: Path) -> None:
        self.tmp_path = tmp_path
        self.runners: list[RunningRunner] = []
        self.servers: list[FakeServer] = []

    def server(
        self, files: Mapping[str, str | bytes], spec: RunSpec | None = None, status: RunStatus = RunStatus.QUEUED
    ) -> FakeServer:
        self.servers.append(make_server(self.tmp_path, files, spec, status))
        return self.servers[-1]

    def start(self, server: FakeServer, **variables: str) -> RunningRunner:
        self.runners.append(start_runner(self.tmp_path, server, **variables))
        return self.runners[-1]

    def script(self, text: str, **spec: object) -> RunningRunner:
        """Start a run of ``train.py`` with this text."""
        return self.start(self.server({"train.py": text}, RunSpec(script="train.py", **spec)))  # type: ignore[arg-type]

    def end(self) -> None:
        for runner in self.runners:
            runner.process.terminate()
            runner.wait()
        for server in self.servers:
            server.down()


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path)
    yield made
    made.end()


def error_of(runner: RunningRunner) -> RunError:
    last = runner.server.reports[-1]
    assert last.status is RunStatus.FAILED, last
    assert last.error is not None
    return last.error


def cancelled_and_heard(server: FakeServer) -> None:
    """Cancel the run, and return when its runner has been told."""
    if server.stop_reason is None:
        server.cancel()
    heard = server.heartbeats + 2  # the answer to the one before has come by then
    until(lambda: server.heartbeats >= heard, "two heartbeats")


def wait_for_output(runner: RunningRunner, text: str) -> None:
    until(lambda: text in runner.driver_log, f"{text!r} in the log")


def test_a_script_runs_and_leaves_its_log_and_files(scene: Scene) -> None:
    server = scene.server(
        {
            "sub/train.py": "import sys, lib, os\nprint(sys.argv[1:], os.getcwd().endswith('/code'), lib.X)\n"
            "open('outputs/model.bin', 'wb').write(b'm')\nopen('logs/events', 'w').write('e')\nopen('other', 'w')",
            "sub/lib.py": "X = 1",
        },
        RunSpec(script="sub/train.py", arguments=["--id", "$AZUREML_RUN_ID", "--token", "$RUNYARD_RUN_TOKEN"]),
    )
    runner = scene.start(server)
    assert runner.wait() == 0
    assert server.statuses == ["Preparing", "Running", "Finalizing", "Completed"]
    log = runner.driver_log
    assert "Preparing to call script [ sub/train.py ] with arguments: ['--id', '$AZUREML_RUN_ID'" in log
    assert (
        "After variable expansion, calling script [ sub/train.py ] with arguments: ['--id', 'exp_1_abc', '--token', '***']" in log
    )
    assert "['--id', 'exp_1_abc', '--token', '*********'] True 1\n" in log  # the script got it; the log does not show it
    assert log.endswith("The experiment completed successfully. Finalizing run...\n")
    files = {name for name in server.artifacts if not name.startswith("azureml-logs/")}
    system = {f"logs/azureml/{name}" for name in ("job_prep_azureml.log", "110_azureml.log", "job_release_azureml.log")}
    assert files == {"outputs/model.bin", "logs/events", *system}
    assert "Restored the snapshot" in server.text("logs/azureml/job_prep_azureml.log")
    assert "the script has ended with exit code 0" in server.text("logs/azureml/110_azureml.log")
    assert "Stored 2 files" in server.text("logs/azureml/job_release_azureml.log")
    (execution,) = [name for name in server.artifacts if name.startswith("azureml-logs/55_azureml-execution-")]
    assert server.text(execution).splitlines()[0].endswith(server.url)
    assert {name.split("-node")[0] for name in server.artifacts} >= {"azureml-logs/process_info.json"}
    assert sorted(path.name for path in runner.work.iterdir()) == ["runner.lock", "runner.log"]
    assert server.heartbeats > 0


def test_a_script_that_raises_fails_with_its_exception_and_keeps_its_files(scene: Scene) -> None:
    runner = scene.script("open('outputs/half', 'w').write('1')\ndef f():\n    raise ValueError('boo')\nf()")
    assert runner.wait() == 0
    error = error_of(runner)
    assert (error.code, error.type, error.message) == ("UserError", "ValueError", "boo")
    assert error.traceback is not None and "in f\n" in error.traceback
    assert runner.server.artifacts["outputs/half"] == b"1"
    assert "ValueError: boo\n[" in runner.driver_log
    assert "The experiment failed: ValueError: boo. Finalizing run..." in runner.driver_log


def test_an_exception_of_any_text_ends_the_run_and_is_told_in_short_at_the_end_of_the_log(scene: Scene) -> None:
    runner = scene.script("raise ValueError('\\udcff' + 'x' * 5000)")
    assert runner.wait() == 0
    assert error_of(runner).message == "\\udcff" + "x" * 5000
    assert len(runner.driver_log.splitlines()[-1]) < 500


def test_the_exit_code_decides(scene: Scene) -> None:
    runner = scene.script("import os\nprint('fine')\nos._exit(3)")
    runner.wait()
    assert error_of(runner).message == "The script ended with exit code 3."
    assert error_of(runner).exit_code == 3


def test_a_script_that_is_killed_says_by_which_signal(scene: Scene) -> None:
    runner = scene.script("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    runner.wait()
    assert "SIGKILL" in error_of(runner).message
    assert "out of memory" in error_of(runner).message


def test_a_missing_module_names_the_interpreter_and_the_package(scene: Scene) -> None:
    runner = scene.script("import no_such_module_here")
    runner.wait()
    assert f"{sys.executable} -m pip install no_such_module_here" in error_of(runner).message


def test_a_shell_command_runs_in_the_snapshot_with_the_interpreter_first(scene: Scene) -> None:
    command = 'cat data.txt && python -c "import sys; print(sys.executable)" > outputs/py && exit 5'
    runner = scene.start(scene.server({"data.txt": "content\n"}, RunSpec(command=command)))
    runner.wait()
    assert "\ncontent\n" in runner.driver_log
    assert runner.server.text("outputs/py").strip() == sys.executable
    assert error_of(runner).exit_code == 5


def test_a_python_without_runyard_runs_scripts_as_well(scene: Scene) -> None:
    python = os.path.realpath(sys.executable)
    runner = scene.script("import sys\nprint(sys.executable, sys.prefix == sys.base_prefix)\n1 / 0", interpreter=python)
    runner.wait()
    assert f"{python} True" in runner.driver_log
    assert error_of(runner).type == "ZeroDivisionError"


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (RunSpec(script="missing.py"), "'missing.py' is not in the snapshot"),
        (RunSpec(script="train.py", interpreter="/nowhere/python"), "no Python interpreter '/nowhere/python'"),
        (RunSpec(), "neither a script nor a command"),
    ],
)
def test_what_cannot_be_started_fails_with_a_clear_reason(scene: Scene, spec: RunSpec, words: str) -> None:
    runner = scene.start(scene.server({"train.py": "print('started')"}, spec))
    assert runner.wait() == 0
    assert runner.server.statuses == ["Preparing", "Failed"]
    assert error_of(runner).code == "SystemError"
    assert words in error_of(runner).message
    assert words in runner.driver_log
    assert "started" not in runner.driver_log


def test_an_interpreter_that_is_no_program_fails_with_a_clear_reason(scene: Scene) -> None:
    broken = scene.tmp_path / "python"
    broken.write_bytes(b"\x7fELF")
    broken.chmod(0o755)
    runner = scene.script("pass", interpreter=str(broken))
    runner.wait()
    assert str(broken) in error_of(runner).message


def test_a_snapshot_with_an_evil_path_is_refused(scene: Scene) -> None:
    server = scene.server({"train.py": "pass"})
    server.snapshot.append(dataclasses.replace(server.snapshot[0], path="../../evil", sha256=hashlib.sha256(b"x").hexdigest()))
    runner = scene.start(server)
    runner.wait()
    assert "leaves its folder" in error_of(runner).message
    assert not (scene.tmp_path / "evil").exists()


def test_a_run_without_a_usable_definition_fails(scene: Scene) -> None:
    server = scene.server({"train.py": "pass"})
    server.run = dataclasses.replace(server.run, definition=None)
    runner = scene.start(server)
    runner.wait()
    assert "Submit it again" in error_of(runner).message


STUBBORN = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
def note():
    with open(os.environ["PIDS"], "a") as pids:
        pids.write(f"{os.getpid()}\\n")
note()
subprocess.Popen(["setsid", "sh", "-c", "trap '' TERM; echo $$ >> $PIDS; while :; do sleep 0.1; done"])
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        note()
        print("all there", flush=True)
        while True:
            time.sleep(0.1)
    os._exit(0)
os.wait()
while True:
    time.sleep(0.1)
"""


def test_cancelling_ends_every_process_of_a_script_that_resists(scene: Scene) -> None:
    pids_file = scene.tmp_path / "pids"
    server = scene.server({"train.py": STUBBORN}, RunSpec(script="train.py", environment_variables={"PIDS": str(pids_file)}))
    runner = scene.start(server)
    wait_for_output(runner, "all there")
    until(lambda: len(pids_file.read_text().split()) == 3, "three processes")
    began = time.monotonic()
    server.cancel("asked by ann")
    assert runner.wait() == 0
    assert time.monotonic() - began < 30  # the script sleeps for longer
    assert [pid for pid in pids_file.read_text().split() if lives(int(pid))] == []
    assert server.statuses == ["Preparing", "Running", "Canceled"]
    assert server.reports[-1].reason == "asked by ann"
    assert runner.driver_log.endswith("The experiment was stopped: asked by ann. Finalizing run...\n")


def test_a_cancelled_run_keeps_the_files_that_it_has_written(scene: Scene) -> None:
    runner = scene.script(
        "import time\nopen('outputs/a', 'w').write('1')\nopen('logs/b', 'w').write('2')\nprint('ready')\ntime.sleep(60)"
    )
    wait_for_output(runner, "ready")
    runner.server.cancel()
    runner.wait()
    assert (runner.server.artifacts["outputs/a"], runner.server.artifacts["logs/b"]) == (b"1", b"2")


def test_cancelling_while_the_outputs_are_stored_gives_up_the_rest_of_them(scene: Scene) -> None:
    server = scene.server({"train.py": "for n in range(40): open(f'outputs/{n}', 'w').write(str(n))"})
    server.on_put = lambda: cancelled_and_heard(server)
    runner = scene.start(server)
    assert runner.wait() == 0
    assert server.statuses == ["Preparing", "Running", "Finalizing", "Canceled"]
    assert server.reports[-1].reason == "asked by a user"
    assert 1 <= sum(name.startswith("outputs/") for name in server.artifacts) < 40
    assert "the run was stopped before it was stored" in runner.driver_log


def test_a_run_that_is_cancelled_before_it_starts_never_starts(scene: Scene) -> None:
    server = scene.server({"train.py": "print('started')"}, status=RunStatus.CANCEL_REQUESTED)
    runner = scene.start(server)
    assert runner.wait() == 0
    assert server.statuses == ["Canceled"]
    assert "started" not in runner.driver_log


def test_a_run_that_has_ended_is_left_alone(scene: Scene) -> None:
    server = scene.server({"train.py": "print('started')"}, status=RunStatus.FAILED)
    runner = scene.start(server)
    assert runner.wait() == 0
    assert (server.statuses, server.artifacts) == ([], {})


def test_a_run_that_somebody_else_ends_stops_and_keeps_that_status(scene: Scene) -> None:
    runner = scene.script("import time\nopen('outputs/a', 'w').write('1')\nprint('ready')\ntime.sleep(60)")
    wait_for_output(runner, "ready")
    runner.server.set_status(RunStatus.FAILED)
    assert runner.wait() == 0
    assert runner.server.statuses == ["Preparing", "Running"]
    assert runner.server.run.status is RunStatus.FAILED
    assert runner.server.artifacts["outputs/a"] == b"1"


def test_a_run_that_somebody_fails_while_its_script_ends_keeps_that_status(scene: Scene) -> None:
    server = scene.server({"train.py": "open('outputs/a', 'w').write('1')"})
    server.fails_before = RunStatus.FINALIZING
    runner = scene.start(server)
    assert runner.wait() == 0
    assert server.statuses == ["Preparing", "Running"]
    assert server.run.status is RunStatus.FAILED
    assert server.artifacts["outputs/a"] == b"1"


def test_a_run_that_lasts_too_long_is_canceled_with_that_reason(scene: Scene) -> None:
    runner = scene.script("import time\ntime.sleep(60)", max_run_duration_s=1)
    assert runner.wait() == 0
    assert runner.server.statuses == ["Preparing", "Running", "Canceled"]
    assert runner.server.reports[-1].reason == "Stopped after 1 s: max_run_duration_seconds is 1."


def test_a_runner_that_is_told_to_stop_fails_the_run_as_the_machines_fault(scene: Scene) -> None:
    runner = scene.script("import time\nprint('ready')\ntime.sleep(60)")
    wait_for_output(runner, "ready")
    runner.process.send_signal(signal.SIGTERM)
    assert runner.wait() == 0
    assert error_of(runner).code == "SystemError"
    assert "told to stop" in error_of(runner).message


def test_a_runner_that_is_told_to_stop_for_a_cancelled_run_cancels_it(scene: Scene) -> None:
    server = scene.server({"train.py": "import time\nprint('ready')\ntime.sleep(60)"})
    runner = scene.start(server, RUNYARD_HEARTBEAT_S="60")
    wait_for_output(runner, "ready")
    server.cancel("asked by ann")
    runner.process.send_signal(signal.SIGTERM)
    assert runner.wait() == 0
    assert server.reports[-1].status is RunStatus.CANCELED
    assert server.reports[-1].reason == "asked by ann"


def test_a_server_that_restarts_costs_no_line_and_no_status(scene: Scene) -> None:
    go_on = scene.tmp_path / "go"
    runner = scene.script(
        "import os, time\n"
        "for i in range(1000):\n    print('line', i)\n"
        f"while not os.path.exists({str(go_on)!r}):\n    time.sleep(0.01)\n"
        "for i in range(1000, 3000):\n    print('line', i)\n"
        "open('outputs/a', 'w').write('1')\n"
    )
    server = runner.server
    wait_for_output(runner, "line 500\n")
    server.down()
    go_on.touch()
    local = runner.work / "azureml-logs" / "70_driver_log.txt"
    until(lambda: "Finalizing run" in local.read_text(), "the end of the script")
    # A crash may also lose what was not on the disk yet.
    name = "azureml-logs/70_driver_log.txt"
    server.artifacts[name] = server.artifacts[name][:-100]
    server.up()
    assert runner.wait() == 0
    assert server.statuses == ["Preparing", "Running", "Finalizing", "Completed"]
    assert [line for line in runner.driver_log.splitlines() if line.startswith("line")] == [f"line {i}" for i in range(3000)]
    assert server.artifacts["outputs/a"] == b"1"


def test_outputs_that_the_server_does_not_take_are_named_and_kept(scene: Scene) -> None:
    server = scene.server({"train.py": "open('outputs/a', 'w').write('1')\nopen('outputs/b', 'w').write('2')"})
    server.failures["artifacts/outputs/a"] = InvalidArgumentError("not that one")
    runner = scene.start(server)
    runner.wait()
    assert server.reports[-1].status is RunStatus.COMPLETED
    assert "1 file of the run could not be stored" in (server.reports[-1].reason or "")
    assert "NOT stored: outputs/a: not that one" in runner.driver_log
    assert server.artifacts["outputs/b"] == b"2"
    assert (runner.work / "code" / "outputs" / "a").read_text() == "1"


def test_a_file_in_place_of_a_special_folder_stays_what_it_is(scene: Scene) -> None:
    server = scene.server({"train.py": "print(open('outputs').read(), open('logs').read())", "outputs": "o", "logs": "l"})
    runner = scene.start(server)
    runner.wait()
    assert "\no l\n" in runner.driver_log
    assert server.statuses[-1] == "Completed"


def test_outputs_are_not_taken_when_that_is_switched_off(scene: Scene) -> None:
    runner = scene.script("open('outputs/a', 'w').write('1')", output_collection=False, directories_to_watch=[])
    runner.wait()
    assert "outputs/a" not in runner.server.artifacts


def test_watched_folders_arrive_while_the_script_runs(scene: Scene) -> None:
    runner = scene.script(
        "import time\nopen('mine/x', 'w').write('1')\nprint('ready')\ntime.sleep(60)",
        directories_to_watch=["./mine/", "../elsewhere"],
    )
    until(lambda: "mine/x" in runner.server.artifacts, "the file")
    assert runner.process.poll() is None
    runner.server.cancel()
    runner.wait()
    assert not (scene.tmp_path / "work" / "elsewhere").exists()


def test_an_end_that_cannot_be_told_is_kept_in_the_work_folder(scene: Scene) -> None:
    server = scene.server({"train.py": "pass"})
    server.failures["status"] = AuthenticationError("who are you?")
    runner = scene.start(server)
    assert runner.wait() == 1
    assert '"status":"Failed"' in (runner.work / "end.json").read_text()
    assert "kept in" in runner.log


def test_a_second_runner_for_the_same_folder_leaves(scene: Scene) -> None:
    runner = scene.script("import time\nprint('ready')\ntime.sleep(60)")
    wait_for_output(runner, "ready")
    second = scene.start(runner.server)
    assert second.wait() == 1
    assert runner.process.poll() is None
    assert "Another runner" in runner.log


def test_the_work_folder_is_kept_when_asked(scene: Scene) -> None:
    runner = scene.start(scene.server({"train.py": "pass"}), RUNYARD_KEEP_WORK="1")
    runner.wait()
    assert (runner.work / "code" / "train.py").exists()


def test_a_second_run_fetches_only_what_is_new(scene: Scene) -> None:
    for content in ("pass", "pass"):
        server = scene.server({"train.py": content, "data.txt": "x"})
        scene.start(server).wait()
    assert server.downloads == []
    assert server.statuses[-1] == "Completed"


def test_a_runner_that_is_started_wrongly_says_what_is_missing(scene: Scene) -> None:
    runner = scene.start(scene.server({"train.py": "pass"}), RUNYARD_RUN_TOKEN="")
    assert runner.wait() == 2
    assert "RUNYARD_RUN_TOKEN" in runner.log


def test_the_properties_of_a_run_are_there_before_its_end_is_told(scene: Scene) -> None:
    server = scene.server({"train.py": "pass"})
    came_first: list[bool] = []
    server.on_patch = lambda: came_first.append(server.has_ended.wait(0.5))
    runner = scene.start(server)
    assert runner.wait() == 0
    assert server.statuses[-1] == "Completed"
    assert came_first == [False] and "runyard.time.start_s" in server.properties


@pytest.mark.slow
def test_an_environment_is_built_with_its_log_and_the_next_run_finds_it(scene: Scene, tmp_path: Path) -> None:
    script = "import iniconfig, sys\nprint('prefix', sys.prefix)"
    spec = RunSpec(script="train.py", packages=PackageSpec(pip=["iniconfig==2.0.0"]), environment_name="tiny")
    server = scene.server({"train.py": script}, spec)
    runner = scene.start(server)
    assert runner.wait() == 0
    assert server.statuses == ["Preparing", "Running", "Finalizing", "Completed"]
    assert "uv pip sync" in server.text("azureml-logs/20_image_build_log.txt")
    assert f"prefix {server.home / 'environments'}" in runner.driver_log
    first = server.properties
    assert first["runyard.environment.cached"] == "False"
    assert float(first["runyard.time.environment_s"]) > 0
    server.down()
    again = scene.server({"train.py": script}, spec)
    assert scene.start(again).wait() == 0
    assert "azureml-logs/20_image_build_log.txt" not in again.artifacts
    assert again.properties["runyard.environment.cached"] == "True"
    assert again.properties["runyard.environment.key"] == first["runyard.environment.key"]


@pytest.mark.slow
def test_a_missing_module_of_a_built_environment_names_environment_and_package(scene: Scene) -> None:
    runner = scene.script("import sklearn", packages=PackageSpec(pip=["iniconfig==2.0.0"]), environment_name="tiny")
    assert runner.wait() == 0
    message = error_of(runner).message
    assert "Environment 'tiny' does not have this module" in message
    assert "add_pip_package('scikit-learn')" in message


def slow_uv(tmp_path: Path, marker: Path) -> str:
    """Return a folder with a uv that starts a process of its own and never ends."""
    program = tmp_path / "bin" / "uv"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\nsleep 300 &\necho $! > {marker}.part; mv {marker}.part {marker}\nwait\n")
    program.chmod(0o755)
    return str(program)


def test_a_stop_order_during_a_build_is_obeyed_at_once(scene: Scene, tmp_path: Path) -> None:
    marker = tmp_path / "pid"
    server = scene.server({"train.py": ""}, RunSpec(script="train.py", packages=PackageSpec(pip=["x"])))
    runner = scene.start(server, RUNYARD_UV=slow_uv(tmp_path, marker))
    until(marker.exists, "the build")
    server.cancel()
    assert runner.wait() == 0
    assert server.statuses == ["Preparing", "Canceled"]
    until(lambda: not lives(int(marker.read_text())), "uv's processes are gone")


@pytest.mark.slow
def test_packages_that_cannot_be_had_fail_the_run_as_the_users_error(scene: Scene) -> None:
    runner = scene.script("", packages=PackageSpec(conda=["no-such-package-runyard-x"]), environment_name="broken")
    assert runner.wait() == 0
    error = error_of(runner)
    assert error.code == "UserError"
    assert "could not be built" in error.message
    assert "no-such-package-runyard-x" in error.message


def test_secrets_never_leave_in_logs_or_errors(scene: Scene) -> None:
    key = "AKIA" + "A1B2" * 4
    script = (
        f"import os\npassword = os.environ['DB_PASSWORD']\nprint('got', password, 'and {key}', flush=True)\n"
        "open('logs/notes.txt', 'w').write('noted ' + password)\nprint('before ' + password, end='', flush=True)\n"
        "raise ValueError('cannot log in with ' + password)"
    )
    server = scene.server(
        {"train.py": script}, RunSpec(script="train.py", environment_variables={"DB_PASSWORD": "***", "A": "1"})
    )
    runner = scene.start(server, DB_PASSWORD="hunter-two-2")
    assert runner.wait() == 0
    assert f"got ************ and {'*' * 20}\n" in runner.driver_log
    assert server.text("logs/notes.txt") == "noted ************"
    error = error_of(runner)
    assert error.message == "cannot log in with ***"
    assert error.traceback is not None and "hunter" not in error.traceback
    assert not [name for name, data in server.artifacts.items() if b"hunter" in data or key.encode() in data]
