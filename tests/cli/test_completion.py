from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete
from click.testing import Result

from runyard import Experiment, View, Workspace
from runyard.cli import completion
from runyard.cli.main import root

Call = Callable[..., Result]


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A person waits less for a Tab key than a busy machine may need."""
    monkeypatch.setattr(completion, "TIMEOUT_S", 60.0)


def completed(*words: str) -> list[str]:
    """Return what a shell would offer for the last word."""
    *before, last = words
    return [item.value for item in ShellComplete(root, {}, "runyard", "_RUNYARD_COMPLETE").get_completions(list(before), last)]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_script(call: Call, shell: str) -> None:
    told = call("completion", shell)
    assert told.exit_code == 0 and "_RUNYARD_COMPLETE" in told.stdout


def test_commands_and_options_are_completed() -> None:
    assert completed("exp") == ["experiment", "export"]
    assert completed("run", "monitor-") == ["monitor-logs", "monitor-tensorboard"]
    assert "--filter" in completed("run", "list", "--fi")
    assert completed("run", "list", "--status", "fa") == ["Failed"]


def test_values_come_from_the_server(two_runs: tuple[str, str], workspace: Workspace) -> None:
    View.create(workspace, "best")
    assert set(completed("run", "show", "-r", "")) == set(two_runs)
    assert completed("run", "show", "-r", two_runs[0][:20]) == [two_runs[0]]
    assert completed("run", "list", "-e", "exp") == ["experiment"]
    assert completed("run", "list", "-w", workspace.name[:8]) == [workspace.name]
    assert completed("run", "list", "--compute-target-name", "") == ["local"]
    assert completed("view", "show", "b") == ["best"]
    assert completed("profile", "use", "l") == ["local"]


def test_an_experiment_is_completed_however_many_are_newer(workspace: Workspace, project: Path) -> None:
    for name in ("zebra", *(f"newer-{number}" for number in range(51))):
        Experiment(workspace, name)
    assert completed("run", "list", "-e", "zeb") == ["zebra"]


def test_the_tab_key_starts_no_server_and_complains_of_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RUNYARD_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    assert completed("run", "show", "-r", "") == []
    (tmp_path / "config.json").write_text('{"workspace_name": "?"}')
    assert completed("run", "show", "-r", "") == []
    assert not (tmp_path / "home").exists() and capfd.readouterr() == ("", "")


def test_bash_completes_with_the_script_that_it_is_given(workspace: Workspace, project: Path) -> None:
    Experiment(workspace, "completed-by-bash")
    program = (
        'eval "$(runyard completion bash)"; COMP_WORDS=(runyard run list -e comp); COMP_CWORD=4; '
        '_runyard_completion runyard; echo "${COMPREPLY[@]}"'
    )
    folder = str(Path(sys.executable).parent)
    environment = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    for _ in range(10):  # a busy machine may miss the two seconds that a Tab key has; a person presses it again
        told = subprocess.run(["bash", "-c", program], capture_output=True, text=True, env=environment, timeout=60)
        if told.stdout.split():
            break
    assert told.stdout.split() == ["completed-by-bash"], told.stderr
