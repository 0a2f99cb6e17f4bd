from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from runyard import Environment, Experiment, MpiConfiguration, ScriptRunConfig
from runyard.errors import ScriptNotFoundError
from runyard.sdk.conda_dependencies import CondaDependencies


def test_a_plan_says_what_would_be_sent_and_sends_nothing(experiment: Experiment, project: Path) -> None:
    key = "AKIA" + "A1B2" * 4
    (project / "train.py").write_text("print(1)\n")
    (project / "keys.py").write_text(f"first = 1\nKEY = '{key}'\n")
    (project / "large.bin").write_bytes(b"x" * 5000)
    (project / "left_out.bin").write_bytes(b"y" * 9000)
    (project / ".runyardignore").write_text("left_out.bin\n")
    subprocess.run(["git", "init", "-q"], check=True)
    subprocess.run(["git", "add", "train.py"], check=True)
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "one"], check=True)
    (project / "train.py").write_text("print('a text that no other test sends')\n")
    environment = Environment("e")
    environment.python.conda_dependencies = CondaDependencies.create(pip_packages=["no-such-thing-yet"])
    environment.environment_variables = {"DB_PASSWORD": "hunter-two-2"}
    config = ScriptRunConfig(
        ".",
        "train.py",
        ["--url", "ftp://me:hunter3@example.org"],
        environment=environment,
        distributed_job_config=MpiConfiguration(process_count_per_node=2),
    )
    plan = experiment.plan(config)
    assert (plan.files, plan.files_to_send) == (4, 4)
    assert plan.bytes_to_send == plan.size_bytes > 5000
    assert next(iter(plan.largest_files)) == "large.bin"
    assert plan.ignore_file == ".runyardignore"
    assert plan.secrets == ["keys.py, line 2"]
    assert plan.arguments == ["--url", "ftp://***@example.org"]
    assert plan.environment_state == "has to be built"
    assert (plan.processes, plan.nodes, plan.target) == (2, 1, "local")
    assert plan.uncommitted_bytes > 0
    assert "hunter" not in str(plan) + repr(plan) and key not in str(plan)
    assert list(experiment.get_runs()) == []


def test_a_plan_of_an_unchanged_folder_sends_nothing_again(experiment: Experiment, project: Path) -> None:
    (project / "train.py").write_text("print(1)\n")
    config = ScriptRunConfig(".", "train.py")
    experiment.submit(config).wait_for_completion()
    assert experiment.plan(config).files_to_send == 0
    changed = f"print({str(project)!r})  # new to the server\n"
    (project / "train.py").write_text(changed)
    assert experiment.plan(config).bytes_to_send == len(changed)


def test_a_plan_refuses_what_submitting_refuses(experiment: Experiment, project: Path) -> None:
    with pytest.raises(ScriptNotFoundError):
        experiment.plan(ScriptRunConfig(".", "nothing.py"))
