from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable

import click
import pytest
from click.testing import CliRunner, Result

from runyard.cli.failures import CommandLine
from runyard.cli.lazy import LazyCommand
from runyard.errors import ConflictError, InvalidArgumentError, RunFailedError, RunyardError, ScriptNotFoundError

raised: BaseException | None = None


@click.command()
def failing() -> None:
    """Raise what the test wants."""
    if raised is not None:
        raise raised


def call(error: BaseException | None) -> Result:
    """Run a command line whose one command raises ``error``."""
    global raised
    raised = error
    line = CommandLine("line", lazy={"go": LazyCommand(__name__, "failing", "Fail.")})
    return CliRunner().invoke(line, ["go"])


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RunyardError("it broke"), 1),
        (ScriptNotFoundError("it broke"), 1),
        (ConflictError("it broke"), 1),
        (InvalidArgumentError("it broke"), 1),
        (InvalidArgumentError("it broke", position=3), 2),
        (RunFailedError("it broke"), 3),
        (click.UsageError("it broke"), 2),
        (click.BadParameter("it broke"), 2),
    ],
)
def test_an_error_is_a_message_on_stderr_and_an_exit_code(error: Exception, code: int) -> None:
    result = call(error)
    assert (result.exit_code, result.stdout) == (code, "")
    assert "it broke" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_file_that_cannot_be_used_is_named() -> None:
    result = call(PermissionError(13, "Permission denied", "secret.txt"))
    assert (result.exit_code, result.stderr) == (1, "Error: secret.txt: Permission denied\n")


def test_a_failed_run_is_told_by_its_message_and_traceback() -> None:
    error = {"error": {"message": "User program failed with ValueError: no", "traceback": "Traceback…\n  line 1\n"}, "time": None}
    result = call(RunFailedError("Activity Failed: {…}", run_id="r1", error=error))
    assert result.exit_code == 3
    assert result.stderr == "Error: Run r1 has failed: User program failed with ValueError: no\n\nTraceback…\n  line 1\n"


def test_a_mistake_of_ours_keeps_its_traceback() -> None:
    assert isinstance(call(ZeroDivisionError("ours")).exception, ZeroDivisionError)


def test_debug_shows_the_traceback_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNYARD_DEBUG", "1")
    result = call(RunyardError("it broke"))
    assert "Traceback" in result.stderr and result.stderr.endswith("Error: it broke\n")


def test_ctrl_c_ends_with_130() -> None:
    result = call(KeyboardInterrupt())
    assert (result.exit_code, "Traceback" in result.stderr) == (130, False)


def test_a_command_that_works_ends_with_0() -> None:
    assert call(None).exit_code == 0


@pytest.fixture
def run_cli() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the real command in a process of its own."""

    def run(*arguments: str, **more: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "runyard", *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, **more)  # type: ignore[call-overload,no-any-return]

    return run


def test_version_and_help(run_cli: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    assert run_cli("--version").stdout.startswith("runyard ")
    for arguments in (["-h"], ["run", "--help"], ["run", "list", "-h"], ["experiment", "-h"], ["up", "-h"]):
        assert run_cli(*arguments).stdout.startswith("Usage: ")


def test_a_mistyped_command_is_met_with_the_one_that_is_close(run_cli: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    done = run_cli("run", "lst")
    assert (done.returncode, "Did you mean 'list'?" in done.stderr) == (2, True)


def test_an_unknown_command_is_a_usage_error(run_cli: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    done = run_cli("nonsense")
    assert (done.returncode, "No such command 'nonsense'" in done.stderr) == (2, True)


PROGRAM = """
import signal, sys, time, types
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell starts background jobs with it ignored
import click
from runyard.cli.failures import CommandLine
from runyard.cli.lazy import LazyCommand

@click.command()
def wait():
    click.echo("ready")
    time.sleep(60)

@click.command()
def flood():
    for _ in range(100_000):
        click.echo("x" * 100)

@click.command()
def sign():
    click.echo("h\\u2603")

late = types.ModuleType("late")
late.wait, late.flood, late.sign = wait, flood, sign
sys.modules["late"] = late
CommandLine("line", lazy={name: LazyCommand("late", name, "") for name in ("wait", "flood", "sign")})(sys.argv[1:])
"""


def start(*arguments: str, **more: object) -> subprocess.Popen[str]:
    """Start a command line with the commands of ``PROGRAM``."""
    command = [sys.executable, "-c", PROGRAM, *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)  # type: ignore[call-overload,no-any-return]


def test_a_terminal_that_has_no_such_sign_gets_an_escape() -> None:
    with start("sign", env={**os.environ, "PYTHONIOENCODING": "latin-1"}) as process:
        assert process.communicate(timeout=30) == ("h\\u2603\n", "") and process.returncode == 0


def test_a_reader_that_stops_reading_gets_no_complaint() -> None:
    with start("flood") as process:
        assert process.stdout and process.stderr
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(timeout=60) == 1


def test_ctrl_c_in_a_process_of_its_own_is_130() -> None:
    with start("wait") as process:
        assert process.stdout and process.stderr and process.stdout.readline() == "ready\n"
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(timeout=60) == 130
        assert "Traceback" not in process.stderr.read()


def test_ctrl_c_before_the_command_line_is_loaded_ends_as_ctrl_c_later_does() -> None:
    program = """
import sys
class Interrupting:
    def find_spec(self, name, *more):
        if name == "runyard.cli.main":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupting())
from runyard.__main__ import main
main()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr, done.stdout) == (130, "Interrupted.\n", "")
