"""What the script finds in its environment variables."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from runyard.compat.process import IMPORT_PATH
from runyard.domain.experiment import ExperimentRecord
from runyard.domain.run import RunSpec
from runyard.domain.workspace import WorkspaceRecord
from runyard.runner.script_environment import script_environment, with_interpreter_first
from runyard.runner.settings import RunnerSettings
from tests.runner.fake_server import NOW, FakeServer

SETTINGS = RunnerSettings(
    url="http://127.0.0.1:1", home=Path("/h"), workspace="default", run_id="r", token="t", work=Path("/w"), node_id="n"
)


def made(base: dict[str, str], spec: RunSpec, settings: RunnerSettings = SETTINGS) -> dict[str, str]:
    run = FakeServer(Path("/h"), {}, spec).run
    workspace = WorkspaceRecord(name="default", subscription_id="sub", resource_group="group", created_at=NOW)
    experiment = ExperimentRecord(id="e1", workspace="default", name="exp", created_at=NOW)
    return script_environment(base, settings, run, spec, workspace=workspace, experiment=experiment, error_file=Path("/w/e"))


def test_the_script_learns_which_run_it_is() -> None:
    spec = RunSpec(definition={"framework": "PyTorch", "communicator": "nccl"})
    assert made({}, spec) == {
        "RUNYARD_RUN_ID": "exp_1_abc",
        "RUNYARD_WORKSPACE": "default",
        "RUNYARD_EXPERIMENT": "exp",
        "RUNYARD_RUN_TOKEN": "t",
        "RUNYARD_URL": "http://127.0.0.1:1",
        "RUNYARD_HOME": "/h",
        "RUNYARD_ERROR_FILE": "/w/e",
        "AZUREML_RUN_ID": "exp_1_abc",
        "AZUREML_ARM_SUBSCRIPTION": "sub",
        "AZUREML_ARM_RESOURCEGROUP": "group",
        "AZUREML_ARM_WORKSPACE_NAME": "default",
        "AZUREML_ARM_PROJECT_NAME": "exp",
        "AZUREML_EXPERIMENT_ID": "e1",
        "AZUREML_RUN_TOKEN": "t",
        "AZUREML_SERVICE_ENDPOINT": "http://127.0.0.1:1",
        "AZUREML_OUTPUT_DIRECTORY": "./outputs",
        "AZUREML_NODE_COUNT": "1",
        "AZUREML_PROCESS_NAME": "default_0",
        "AZUREML_FRAMEWORK": "PyTorch",
        "AZUREML_COMMUNICATOR": "nccl",
        "PYTHONPATH": str(IMPORT_PATH),
    }


def test_a_run_sees_the_gpus_of_its_node_whatever_its_variables_say() -> None:
    settings = dataclasses.replace(SETTINGS, node=1, node_count=2, gpus=("0,1", "2,3"))
    spec = RunSpec(environment_variables={"CUDA_VISIBLE_DEVICES": "0"})
    variables = made({"CUDA_VISIBLE_DEVICES": "2,3", "RUNYARD_GPUS": "0,1;2,3"}, spec, settings)
    assert variables["CUDA_VISIBLE_DEVICES"] == "2,3" and "RUNYARD_GPUS" not in variables
    assert made({}, spec)["CUDA_VISIBLE_DEVICES"] == "0"  # asked for none


def test_the_users_variables_win_over_the_machines_but_not_over_the_runs() -> None:
    variables = made(
        {"A": "machine", "B": "machine", "RUNYARD_KEEP_WORK": "1"},
        RunSpec(environment_variables={"B": "user", "RUNYARD_RUN_ID": "other"}),
    )
    assert (variables["A"], variables["B"], variables["RUNYARD_RUN_ID"]) == ("machine", "user", "exp_1_abc")
    assert "RUNYARD_KEEP_WORK" not in variables


def test_a_server_elsewhere_has_no_home() -> None:
    assert "RUNYARD_HOME" not in made({}, RunSpec(), dataclasses.replace(SETTINGS, home=None))


def test_programs_of_the_interpreters_environment_come_first(tmp_path: Path) -> None:
    (tmp_path / "pyvenv.cfg").write_text("")
    programs = tmp_path / "bin"
    found = with_interpreter_first({"PATH": f"/usr/bin:{programs}:/bin"}, str(programs / "python"))
    assert found == {"PATH": f"{programs}:/usr/bin:/bin", "VIRTUAL_ENV": str(tmp_path)}


def test_a_python_of_the_system_changes_no_path() -> None:
    assert with_interpreter_first({"PATH": "/usr/local/bin:/usr/bin"}, "/usr/bin/python3") == {"PATH": "/usr/local/bin:/usr/bin"}
