from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from runyard.compat.azureml.names import NOT_SERVED, SERVED
from runyard.compat.process import IMPORT_PATH, with_import_path

IMPORTED_BY_REAL_CODE = """
azureml.core.Experiment azureml.core.Workspace azureml.core.VERSION azureml.core.ScriptRunConfig
azureml.core.compute.ComputeTarget
azureml.core.Environment azureml.core.compute.AmlCompute azureml.core.compute_target.ComputeTargetException
azureml.widgets.RunDetails azureml.core.conda_dependencies.CondaDependencies azureml.core.Dataset azureml.core.Run
azureml.core.run.Run azureml.core.workspace.Workspace azureml.telemetry.set_diagnostics_collection azureml.core.model.Model
azureml.core.Model azureml.core.environment.Environment azureml.pipeline.core.Pipeline azureml.pipeline.steps.PythonScriptStep
azureml.core.dataset.Dataset azureml.core.runconfig.RunConfiguration azureml.train.hyperdrive.RandomParameterSampling
azureml.train.hyperdrive.HyperDriveConfig azureml.train.hyperdrive.PrimaryMetricGoal azureml.train.hyperdrive.BanditPolicy
azureml.train.hyperdrive.choice azureml.train.hyperdrive.loguniform azureml.core.Datastore azureml.core.runconfig.MpiConfiguration
azureml.pipeline.core.PipelineData azureml.core.experiment.Experiment azureml.train.automl.AutoMLConfig
azureml.core.runconfig.DEFAULT_CPU_IMAGE azureml.core.runconfig.DockerConfiguration azureml.core.runconfig.CondaDependencies
azureml.exceptions.ComputeTargetException azureml.data.OutputFileDatasetConfig azureml.data.data_reference.DataReference
azureml.data.datapath.DataPathComputeBinding azureml.pipeline.steps.CommandStep azureml.pipeline.core.PipelineParameter
azureml.tensorboard.Tensorboard azureml.core.compute.RemoteCompute azureml.train.hyperdrive.runconfig.HyperDriveConfig
azureml.train.hyperdrive.sampling.RandomParameterSampling azureml.train.hyperdrive.run.PrimaryMetricGoal
azureml.train.hyperdrive.parameter_expressions.choice azureml.tensorboard.export.export_to_tensorboard
azureml.core.script_run_config.ScriptRunConfig azureml.core.environment.CondaDependencies
azureml.core.runconfig.PyTorchConfiguration azureml.core.runconfig.TensorflowConfiguration azureml.train.hyperdrive.uniform
azureml.train.hyperdrive.TruncationSelectionPolicy azureml.train.hyperdrive.policy.BanditPolicy
azureml.core.datastore.Datastore azureml.data.datapath.DataPath azureml.pipeline.core.PublishedPipeline
azureml.pipeline.core.TrainingOutput azureml.pipeline.core.graph.PipelineParameter azureml.pipeline.steps.HyperDriveStep
azureml.pipeline.steps.HyperDriveStepRun azureml.core.authentication.InteractiveLoginAuthentication azureml.opendatasets.MNIST
azureml.train.dnn.TensorFlow azureml.core.webservice.AciWebservice azureml.core.model.InferenceConfig
"""
"""What the notebooks and scripts of Azure ML's sample repository import, counted over 107 files; the commonest first."""


def python(program: str, **variables: str) -> str:
    """Return what ``program`` prints in a Python of its own."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **variables},
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_name_of_the_tables_can_be_imported_and_read() -> None:
    lines = ["import runyard.compat.azureml"]
    for table in (SERVED, NOT_SERVED):
        lines += [f"from {module} import {name}" for module, names in table.items() for name in names]
    assert python("\n".join([*lines, "print(len(dir()) > 60)"])) == "True\n"


def test_every_name_that_real_code_imports_can_be_imported() -> None:
    lines = [f"from {name.rpartition('.')[0]} import {name.rpartition('.')[2]}" for name in IMPORTED_BY_REAL_CODE.split()]
    assert python("\n".join(["import runyard.compat.azureml", *lines, "print('all')"])) == "all\n"


def test_a_placeholder_says_what_to_do_instead() -> None:
    program = """
    import runyard.compat.azureml
    from azureml.core import Dataset, Image
    from azureml.train.hyperdrive.sampling import RandomParameterSampling
    for use in (lambda: Dataset.get_by_name, RandomParameterSampling, Image):
        try:
            use()
        except Exception as error:
            print(error)
    """
    assert python(program).splitlines() == [
        "Runyard does not support azureml.core.Dataset.get_by_name. Give the script the path of the data as an argument.",
        "Runyard does not support azureml.train.hyperdrive.sampling.RandomParameterSampling. "
        "Log to run.child_run(), or submit with run.submit_child(), from a parent run.",
        "Runyard does not support azureml.core.Image. "
        "The page 'Bring scripts from Azure ML' of the documentation lists what is served, and what to use instead.",
    ]


@pytest.mark.parametrize("start", ["import runyard.compat.azureml", ""])
def test_modules_are_there_by_every_way_of_importing(start: str) -> None:
    program = f"""
    {start}
    import azureml
    import azureml.core.run
    from azureml import core
    from azureml.core import *
    assert azureml.core is core and Run is core.run.Run and azureml.core.compute.ComputeTarget is ComputeTarget
    assert "Dataset" not in globals() and {{"Dataset", "Run"}} <= set(dir(core))
    print(core.VERSION)
    """
    assert python(program, PYTHONPATH=str(IMPORT_PATH)).strip()


@pytest.mark.parametrize(
    "statement",
    ["import azureml.cores", "from azureml.core import Workspce", "import azureml.core.runs", "from azureml import cores"],
)
def test_a_name_that_the_sdk_never_had_is_an_import_error(statement: str) -> None:
    program = f"""
    import runyard.compat.azureml
    try:
        {statement}
    except ImportError as error:
        print("ImportError")
    """
    assert python(program) == "ImportError\n"


def test_a_placeholder_can_stand_in_annotations_and_isinstance() -> None:
    program = """
    import runyard.compat.azureml
    from azureml.core import Dataset
    def read(data: Dataset) -> Dataset: return data
    print(isinstance(read(1), Dataset), repr(Dataset))
    """
    assert python(program) == "False <azureml.core.Dataset: not supported by Runyard>\n"


def test_without_runyard_the_missing_package_is_runyard() -> None:
    program = f"""
    import sys
    sys.path[:] = [{str(IMPORT_PATH)!r}]
    kept = ("PathFinder", "FrozenImporter", "BuiltinImporter")
    sys.meta_path[:] = [each for each in sys.meta_path if getattr(each, "__name__", "") in kept]
    sys.path += [each for each in {[p for p in sys.path if "site-packages" not in p and p.startswith(sys.base_prefix)]!r}]
    try:
        import azureml
    except ModuleNotFoundError as error:
        print(error.name, error)
    """
    assert python(program).startswith("runyard No module named 'azureml'. ")


def test_the_folder_comes_last_and_once() -> None:
    once = with_import_path({"PYTHONPATH": os.pathsep.join(["/mine", "/yours"]), "A": "1"})
    assert once["PYTHONPATH"].split(os.pathsep) == ["/mine", "/yours", str(IMPORT_PATH)]
    assert with_import_path(once) == once
    assert with_import_path({})["PYTHONPATH"] == str(IMPORT_PATH)


def test_the_folder_holds_nothing_but_the_package() -> None:
    assert [each.name for each in Path(IMPORT_PATH).iterdir()] == ["azureml"]
