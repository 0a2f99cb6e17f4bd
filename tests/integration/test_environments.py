"""Scripts in environments that Runyard builds from the package index."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from runyard import CondaDependencies, Environment, Experiment, Run, ScriptRunConfig

pytestmark = pytest.mark.slow

FITS = """
import sys
from sklearn.linear_model import LinearRegression
from runyard import Run
model = LinearRegression().fit([[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0])
run = Run.get_context()
run.log("slope", round(float(model.coef_[0]), 6))
run.log("python", sys.prefix)
"""


def submit(experiment: Experiment, project: Path, script: str, environment: Environment) -> Run:
    (project / "train.py").write_text(script)
    run: Run = experiment.submit(ScriptRunConfig(".", "train.py", environment=environment))
    return run


@pytest.mark.timeout(600)
def test_scikit_learn_fits_in_an_environment_from_pip_requirements(experiment: Experiment, project: Path) -> None:
    (project / "requirements.txt").write_text("scikit-learn\niniconfig\n")  # no other test has these two, so it is built here
    environment = Environment.from_pip_requirements("science", project / "requirements.txt")
    run = submit(experiment, project, FITS, environment)
    run.wait_for_completion()
    assert run.get_metrics()["slope"] == 2.0 and "/environments/" in run.get_metrics()["python"]
    assert "azureml-logs/20_image_build_log.txt" in run.get_file_names()
    again = submit(experiment, project, FITS, environment)
    again.wait_for_completion()
    assert "azureml-logs/20_image_build_log.txt" not in again.get_file_names()


def test_a_conda_specification_whose_packages_pip_can_serve_runs(experiment: Experiment, project: Path) -> None:
    (project / "conda.yml").write_text(
        "name: tiny\nchannels: [conda-forge]\ndependencies:\n- iniconfig=2.0\n- pip\n- pip: [packaging]\n"
    )
    environment = Environment.from_conda_specification("tiny", project / "conda.yml")
    script = "import importlib.metadata as m, packaging\nprint('iniconfig', m.version('iniconfig'))\n"
    run = submit(experiment, project, script, environment)
    run.wait_for_completion()
    assert "iniconfig 2.0" in run.get_details_with_logs()["logFiles"]["azureml-logs/70_driver_log.txt"]


def test_a_module_that_an_environment_lacks_is_named_with_the_package_to_add(experiment: Experiment, project: Path) -> None:
    environment = Environment("too-small")
    environment.python.conda_dependencies = CondaDependencies.create(pip_packages=["iniconfig==2.0.0"])
    run = submit(experiment, project, "import sklearn.linear_model\n", environment)
    message = run.wait_for_completion(raise_on_error=False)["error"]["error"]["message"]
    assert "No module named 'sklearn'" in message
    assert "Environment 'too-small' does not have this module" in message
    assert "add_pip_package('scikit-learn')" in message


def test_an_environment_that_a_run_uses_is_not_pruned(experiment: Experiment, project: Path, tmp_path: Path) -> None:
    environment = Environment("in-use")
    environment.python.conda_dependencies = CondaDependencies.create(pip_packages=["iniconfig==2.0.0", "pluggy"])
    up, gate = tmp_path / "up", tmp_path / "gate"
    waits = f"import os, time\nopen({str(up)!r}, 'w')\nwhile not os.path.exists({str(gate)!r}): time.sleep(0.05)\n"
    run = submit(experiment, project, f"{waits}import iniconfig\nprint(iniconfig.__file__)\n", environment)
    deadline = time.monotonic() + 60
    while not up.exists():
        assert time.monotonic() < deadline, run.get_details()
        time.sleep(0.05)
    prune = [sys.executable, "-m", "runyard", "environment", "prune", "--unused-days", "0", "-o", "json"]
    pruned = subprocess.run(prune, capture_output=True, text=True, check=False)
    assert pruned.returncode == 0, pruned.stderr
    gate.touch()
    assert run.wait_for_completion()["status"] == "Completed"
