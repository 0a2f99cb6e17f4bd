"""The environment variables that the script sees."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from runyard.compat.process import with_import_path
from runyard.domain.experiment import ExperimentRecord
from runyard.domain.redaction import COVER
from runyard.domain.run import COVERED_FILES_VARIABLE, RunRecord, RunSpec
from runyard.domain.workspace import WorkspaceRecord
from runyard.runner.launcher import ERROR_FILE_VARIABLE
from runyard.runner.settings import RunnerSettings

OUTPUTS_FOLDER = "outputs"
PROCESS_NAME = "default_0"

RUNNER_ONLY = (
    "RUNYARD_HEARTBEAT_S",
    "RUNYARD_GRACE_S",
    "RUNYARD_KEEP_WORK",
    "RUNYARD_NODE_INDEX",
    "RUNYARD_NODE_COUNT",
    "RUNYARD_GPUS",
    COVERED_FILES_VARIABLE,
)


def script_environment(
    base: Mapping[str, str],
    settings: RunnerSettings,
    run: RunRecord,
    spec: RunSpec,
    *,
    workspace: WorkspaceRecord | None,
    experiment: ExperimentRecord | None,
    error_file: Path,
) -> dict[str, str]:
    """Return the script's variables: those of the machine, then the user's own, then those that say which run this is."""
    variables = {name: value for name, value in base.items() if name not in RUNNER_ONLY}
    # A secret does not travel with the definition: the engine has put it into this process's own variables.
    variables.update({name: text for name, text in spec.environment_variables.items() if text != COVER or name not in base})
    variables.update(_runyard_names(settings, run))
    variables.update(_azureml_names(settings, run, spec, workspace, experiment))
    variables[ERROR_FILE_VARIABLE] = str(error_file)
    return with_import_path(variables)


def gpu_variables(gpus: Sequence[str], node: int) -> dict[str, str]:
    """Return what makes the GPUs of a node the only ones that its processes see; nothing for a run that asked for none."""
    return {"CUDA_VISIBLE_DEVICES": gpus[node]} if gpus else {}


def with_interpreter_first(variables: Mapping[str, str], interpreter: str) -> dict[str, str]:
    """Return the variables with the interpreter's environment active, when it belongs to one (venv or conda).

    So ``python``, ``pip`` and other programs that a shell command or the script calls are those of that environment.
    """
    programs = Path(interpreter).parent
    is_venv = (programs.parent / "pyvenv.cfg").is_file()
    is_conda = (programs.parent / "conda-meta").is_dir()
    if not (is_venv or is_conda):
        return dict(variables)
    name = "VIRTUAL_ENV" if is_venv else "CONDA_PREFIX"
    rest = [part for part in variables.get("PATH", os.defpath).split(os.pathsep) if part != str(programs)]
    return {**variables, name: str(programs.parent), "PATH": os.pathsep.join([str(programs), *rest])}


def _runyard_names(settings: RunnerSettings, run: RunRecord) -> dict[str, str]:
    names = {
        "RUNYARD_RUN_ID": run.id,
        "RUNYARD_WORKSPACE": run.workspace,
        "RUNYARD_EXPERIMENT": run.experiment,
        "RUNYARD_RUN_TOKEN": settings.token,
        "RUNYARD_URL": settings.url,
        **gpu_variables(settings.gpus, settings.node),
    }
    if settings.home is not None:
        names["RUNYARD_HOME"] = str(settings.home)
    return names


def _azureml_names(
    settings: RunnerSettings,
    run: RunRecord,
    spec: RunSpec,
    workspace: WorkspaceRecord | None,
    experiment: ExperimentRecord | None,
) -> dict[str, str]:
    definition = spec.definition
    names = {
        "AZUREML_RUN_ID": run.id,
        "AZUREML_ARM_SUBSCRIPTION": (workspace and workspace.subscription_id) or "",
        "AZUREML_ARM_RESOURCEGROUP": (workspace and workspace.resource_group) or "",
        "AZUREML_ARM_WORKSPACE_NAME": run.workspace,
        "AZUREML_ARM_PROJECT_NAME": run.experiment,
        "AZUREML_RUN_TOKEN": settings.token,
        "AZUREML_SERVICE_ENDPOINT": settings.url,
        "AZUREML_OUTPUT_DIRECTORY": f"./{OUTPUTS_FOLDER}",
        "AZUREML_NODE_COUNT": str(spec.node_group.node_count if spec.node_group else 1),
        "AZUREML_PROCESS_NAME": PROCESS_NAME,
        "AZUREML_FRAMEWORK": str(definition.get("framework") or "Python"),
        "AZUREML_COMMUNICATOR": str(definition.get("communicator") or "None"),
    }
    if experiment is not None:
        names["AZUREML_EXPERIMENT_ID"] = experiment.id
    return names
