"""Scripts written for ``azureml.core`` run as they are: each file of ``azureml_scripts/`` is executed by ``runyard exec``."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from runyard import Workspace

SCRIPTS = Path(__file__).with_name("azureml_scripts")

EXPECTED = {
    "interactive_run.py": ["SDK version: ", "metrics: ['Y over X', 'accuracies', 'alpha', 'table']"],
    "submit_script.py": ["penalty is 2.5", "metrics: {'Kernel type': 'rbf', 'Penalty': 2.5}"],
    "submit_by_run_configuration.py": ["status: Completed run config"],
    "child_runs.py": ["best: 0.0 True"],
    "environments.py": ["version: 1", "curated: True"],
    "exceptions.py": ["refused: True", "user error: True", "status: Failed"],
    "sign_in.py": ["same: True"],
    "distributed.py": ["ranks: [0, 1]"],
    "manage_runs.py": [
        "details: Completed local True",
        "files: True True",
        "fetched: a model",
        "found: True Completed",
        "archived: True",
    ],
    "train.py": ["penalty is 1.0"],
}
REFUSED = {
    "compute_target.py": (
        ["not found, to be created", "same: True", "local: local"],
        "azureml.core.compute.AmlCompute.provisioning_configuration",
    ),
    "register_model.py": (["metrics: {'alpha': 0.03}", "asked first: False"], "Run.register_model"),
    "hyperdrive.py": (["imported: True"], "azureml.train.hyperdrive.choice"),
}


@pytest.fixture
def scripts(workspace: Workspace, project: Path) -> Path:
    """The current folder, with the scripts and a ``config.json`` where the Azure ML SDK writes it."""
    shutil.copytree(SCRIPTS, project, dirs_exist_ok=True)
    (project / ".runyard").rename(project / ".azureml")
    return project


def run_as_it_is(script: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "runyard", "exec", script]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("script", sorted(EXPECTED))
def test_a_script_for_azureml_runs_unchanged(scripts: Path, script: str) -> None:
    done = run_as_it_is(script)
    assert done.returncode == 0, done.stderr
    for line in EXPECTED[script]:
        assert line in done.stdout


@pytest.mark.parametrize("script", sorted(REFUSED))
def test_what_is_not_supported_is_named_when_it_is_used_not_when_it_is_imported(scripts: Path, script: str) -> None:
    lines, name = REFUSED[script]
    done = run_as_it_is(script)
    assert done.returncode == 1
    for line in lines:
        assert line in done.stdout
    assert f"NotOfferedError: Runyard does not support {name}." in done.stderr


def test_a_submitted_script_and_its_child_processes_import_azureml(scripts: Path, workspace: Workspace) -> None:
    from runyard import Experiment, ScriptRunConfig

    run = Experiment(workspace, "workers").submit(ScriptRunConfig(".", "workers.py"))
    run.wait_for_completion()
    log = run.get_details_with_logs()["logFiles"]["azureml-logs/70_driver_log.txt"]
    assert "spawned: True" in log and "\nTrue" in log


def test_the_real_package_comes_before_the_stand_in(scripts: Path) -> None:
    real = scripts / "site" / "azureml" / "core"
    real.mkdir(parents=True)
    (real.parent / "__init__.py").write_text("")
    (real / "__init__.py").write_text("VERSION = 'the real one'\n")
    (scripts / "which.py").write_text(
        "import sys\nsys.path.append('site')\nimport azureml.core\nprint(azureml.core.VERSION)\n"
        "try:\n    import azureml.widgets\nexcept ImportError:\n    print('nothing of Runyard below it')\n"
    )
    done = run_as_it_is("which.py")
    assert done.stdout.split("\n")[:2] == ["the real one", "nothing of Runyard below it"], done.stderr
