"""The names and arguments that users' programs rely on, as they know them."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

import runyard
from runyard import (
    CondaDependencies,
    DockerConfiguration,
    Environment,
    Experiment,
    MpiConfiguration,
    PyTorchConfiguration,
    Run,
    RunConfiguration,
    ScriptRunConfig,
    TensorflowConfiguration,
    Workspace,
)
from runyard.sdk.compute_target import ComputeTarget

TABLE: list[tuple[Any, str]] = [
    (Workspace.from_config, "path=None, auth=None, _logger=None, _file_name=None"),
    (
        Workspace.get,
        "name, auth=None, subscription_id=None, resource_group=None, location=None, cloud='AzureCloud', id=None",
    ),
    (Workspace.write_config, "self, path=None, file_name=None"),
    (Workspace.get_details, "self"),
    (Workspace.get_run, "self, run_id"),
    (Workspace.get_default_datastore, "self"),
    (
        Experiment.list,
        "workspace, experiment_name=None, view_type='ActiveOnly', tags=None",
    ),
    (Experiment.submit, "self, config, tags=None, **kwargs"),
    (Experiment.archive, "self"),
    (Experiment.reactivate, "self, new_name=None"),
    (Experiment.refresh, "self"),
    (Experiment.tag, "self, key, value=None"),
    (Experiment.set_tags, "self, tags"),
    (Experiment.remove_tags, "self, tags"),
    (Experiment.get_portal_url, "self"),
    (Run.get, "workspace, run_id"),
    (Run.get_context, "allow_offline=True, used_for_context_manager=False, **kwargs"),
    (Run.get_submitted_run, "**kwargs"),
    (
        Run.list,
        "experiment, type=None, tags=None, properties=None, status=None, include_children=False, _rehydrate_runs=True",
    ),
    (Run.list_by_compute, "compute, type=None, tags=None, properties=None, status=None"),
    (Run.add_type_provider, "runtype, run_factory"),
    (Run.start, "self"),
    (Run.complete, "self, _set_status=True"),
    (Run.fail, "self, error_details=None, error_code=None, _set_status=True"),
    (Run.cancel, "self"),
    (Run.clean, "self"),
    (Run.get_status, "self"),
    (Run.get_detailed_status, "self"),
    (Run.get_details, "self"),
    (Run.get_details_with_logs, "self"),
    (Run.wait_for_completion, "self, show_output=False, wait_post_processing=False, raise_on_error=True"),
    (Run.child_run, "self, name=None, run_id=None, outputs=None"),
    (Run.create_children, "self, count=None, tag_key=None, tag_values=None"),
    (Run.submit_child, "self, config, tags=None, **kwargs"),
    (
        Run.get_children,
        "self, recursive=False, tags=None, properties=None, type=None, status=None, _rehydrate_runs=True, filter=None, "
        "order_by=None",
    ),
    (Run.tag, "self, key, value=None"),
    (Run.set_tags, "self, tags"),
    (Run.remove_tags, "self, tags"),
    (Run.get_tags, "self"),
    (Run.add_properties, "self, properties"),
    (Run.get_properties, "self"),
    (Run.log, "self, name, value, description='', step=None"),
    (Run.log_list, "self, name, value, description=''"),
    (Run.log_row, "self, name, description=None, **kwargs"),
    (Run.log_table, "self, name, value, description=''"),
    (Run.log_image, "self, name, path=None, plot=None, description='', step=None"),
    (
        Run.log_histogram,
        "self, name, values=None, counts=None, edges=None, bins=64, description='', step=None",
    ),
    (Run.log_audio, "self, name, data=None, path=None, sample_rate=None, description='', step=None"),
    (Run.log_video, "self, name, data=None, path=None, description='', step=None"),
    (Run.log_text, "self, name, text=None, path=None, description='', step=None"),
    (Run.log_html, "self, name, html=None, path=None, description='', step=None"),
    (Run.log_confusion_matrix, "self, name, value, description=''"),
    (Run.log_accuracy_table, "self, name, value, description=''"),
    (Run.log_residuals, "self, name, value, description=''"),
    (Run.log_predictions, "self, name, value, description=''"),
    (Run.get_metrics, "self, name=None, recursive=False, run_type=None, populate=False"),
    (Run.flush, "self, timeout_seconds=300"),
    (Run.upload_file, "self, name, path_or_stream, datastore_name=None"),
    (
        Run.upload_files,
        "self, names, paths, return_artifacts=False, timeout_seconds=None, datastore_name=None",
    ),
    (Run.upload_folder, "self, name, path, datastore_name=None"),
    (Run.download_file, "self, name, output_file_path=None, _validate_checksum=False"),
    (
        Run.download_files,
        "self, prefix=None, output_directory=None, output_paths=None, batch_size=100, append_prefix=True, timeout_seconds=None",
    ),
    (Run.get_file_names, "self"),
    (Run.get_all_logs, "self, destination=None"),
    (Run.take_snapshot, "self, file_or_folder_path"),
    (Run.restore_snapshot, "self, snapshot_id=None, path=None"),
    (Run.get_snapshot_id, "self"),
    (Run.get_portal_url, "self"),
    (
        ScriptRunConfig,
        "source_directory, script=None, arguments=None, run_config=None, _telemetry_values=None, compute_target=None, "
        "environment=None, distributed_job_config=None, resume_from=None, max_run_duration_seconds=2592000, command=None, "
        "docker_runtime_config=None",
    ),
    (
        RunConfiguration,
        "script=None, arguments=None, framework=None, communicator=None, conda_dependencies=None, _history_enabled=None, "
        "_path=None, _name=None, command=None",
    ),
    (RunConfiguration.load, "path, name=None"),
    (RunConfiguration.save, "self, path=None, name=None, separate_environment_yaml=False"),
    (RunConfiguration.delete, "path, name"),
    (MpiConfiguration, "process_count_per_node=1, node_count=1"),
    (TensorflowConfiguration, "worker_count=1, parameter_server_count=1"),
    (PyTorchConfiguration, "communication_backend='Nccl', process_count=None, node_count=1"),
    (DockerConfiguration, "use_docker=False, shared_volumes=True, arguments=<factory>, shm_size='2g'"),
    (Environment, "name, **kwargs"),
    (Environment.from_conda_specification, "name, file_path"),
    (Environment.from_pip_requirements, "name, file_path, pip_version=None"),
    (Environment.from_existing_conda_environment, "name, conda_environment_name"),
    (Environment.get, "workspace, name, version=None, label=None"),
    (Environment.list, "workspace"),
    (Environment.register, "self, workspace"),
    (Environment.clone, "self, new_name"),
    (CondaDependencies, "conda_dependencies_file_path=None"),
    (
        CondaDependencies.create,
        "pip_indexurl=None, pip_packages=None, conda_packages=None, python_version=None, pin_sdk_version=True",
    ),
    (ComputeTarget.create, "workspace, name, provisioning_configuration"),
    (ComputeTarget.attach, "workspace, name, attach_configuration"),
    (ComputeTarget.list, "workspace"),
]


@pytest.mark.parametrize(("function", "wanted"), TABLE, ids=lambda value: getattr(value, "__qualname__", ""))
def test_arguments_have_their_known_names_order_and_defaults(function: Any, wanted: str) -> None:
    assert _arguments(function) == wanted


@pytest.mark.parametrize(
    ("function", "wanted"),
    [
        (Workspace, "subscription_id, resource_group, workspace_name, auth"),
        (
            Workspace.create,
            "name, auth, subscription_id, resource_group, location, create_resource_group, sku, tags, friendly_name",
        ),
        (Workspace.list, "subscription_id, auth, resource_group"),
        (Experiment, "workspace, name"),
        (Experiment.get_runs, "self, type, tags, properties, include_children"),
        (Experiment.start_logging, "self, outputs, snapshot_directory"),
        (Run, "experiment, run_id, outputs"),
        (ComputeTarget, "workspace, name"),
    ],
    ids=lambda value: getattr(value, "__qualname__", ""),
)
def test_arguments_begin_with_their_known_names(function: Any, wanted: str) -> None:
    names = list(inspect.signature(function).parameters)
    assert ", ".join(names[: len(wanted.split(", "))]) == wanted


def test_the_longest_duration_has_its_known_name() -> None:
    assert ScriptRunConfig.MAX_DURATION_SECONDS_DEFAULT == 2592000
    assert isinstance(runyard.VERSION, str)


@pytest.mark.parametrize(
    "name",
    [
        "id",
        "name",
        "number",
        "type",
        "status",
        "experiment",
        "parent",
        "tags",
        "properties",
        "portal_url",
        "display_name",
        "description",
    ],
)
def test_a_run_has_its_known_properties(name: str) -> None:
    assert isinstance(getattr(Run, name), property)


@pytest.mark.parametrize(
    "name",
    ["name", "location", "resource_group", "subscription_id", "sku", "tags", "experiments", "compute_targets", "environments"],
)
def test_a_workspace_has_its_known_properties(name: str) -> None:
    assert isinstance(getattr(Workspace, name), property)


def _arguments(function: Any) -> str:
    parameters = inspect.signature(function).parameters.values()
    return ", ".join(str(each.replace(annotation=inspect.Parameter.empty)) for each in parameters)
