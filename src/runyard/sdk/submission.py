"""From a ScriptRunConfig to a queued run."""

from __future__ import annotations

import difflib
import os
import time
import uuid
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runyard.client.client import Client
from runyard.client.git import DIFF_ARTIFACT, git_properties, uncommitted_diff
from runyard.client.snapshot_builder import take_snapshot
from runyard.domain.compute_target import ComputeTargetRecord, require_gpus
from runyard.domain.redaction import COVER, Redactor
from runyard.domain.run import TIME_PROPERTY, RunSpec
from runyard.errors import (
    ConfigurationError,
    InvalidArgumentError,
    NotSupportedError,
    RunyardError,
    ScriptNotFoundError,
    SnapshotError,
)
from runyard.sdk.compute_target import unknown_target
from runyard.sdk.container import container_of
from runyard.sdk.distribution import node_group_of
from runyard.sdk.environment import Environment, python_for
from runyard.sdk.labels import tag_texts
from runyard.sdk.run import ScriptRun
from runyard.sdk.run_configuration import (
    RunConfiguration,
    argument_list,
    argument_texts,
    command_text,
    configuration_document,
    duration_seconds,
)
from runyard.sdk.run_files import SNAPSHOT_PROPERTY
from runyard.sdk.secret import Secrets
from runyard.sdk.spark import python_with_spark, spark_variables, wants_spark
from runyard.wire.run import SubmitRunRequest
from runyard.wire.snapshot import SnapshotBody

if TYPE_CHECKING:
    from runyard.sdk.experiment import Experiment
    from runyard.sdk.script_run_config import ScriptRunConfig

_SCRIPTS_LOOKED_AT = 5000
_SHOWN = 3


def submit_script(
    config: ScriptRunConfig, experiment: Experiment, tags: dict[str, Any] | None, parent_id: str | None
) -> ScriptRun:
    """Store the source folder, queue the run, and return its handle at once.

    Everything that can be wrong with the request is found before anything is sent.

    Raises:
        ScriptNotFoundError: the script is not in the source folder.
        ComputeTargetNotFoundError: the workspace has no such compute target.
        InvalidArgumentError: it has fewer GPUs than the run asks for.
        SnapshotError: the source folder cannot be stored.
        NotSupportedError: the environment or container cannot be had.
    """
    client = experiment.workspace._client
    folder, spec = check_submission(config, client)
    set_tags = tag_texts(tags)
    began = time.monotonic()
    secrets = Secrets(spec)
    snapshot = take_snapshot(client.snapshots, folder, cover=secrets.cover_source)
    _require_in_snapshot(spec.script, snapshot, folder)
    git = git_properties(folder)
    shown = secrets.hidden(spec)
    request = SubmitRunRequest(
        id=new_run_id(experiment.name),
        spec=shown,
        secrets=secrets.variables,
        snapshot_id=snapshot.id,
        parent_id=parent_id,
        tags={key: None if text is None else secrets.redactor.text(text) for key, text in set_tags.items()},
        properties={
            "_azureml.ComputeTargetType": "local" if spec.target == "local" else spec.target,
            SNAPSHOT_PROPERTY: snapshot.id,
            TIME_PROPERTY.format("upload"): f"{time.monotonic() - began:.3f}",
            **environment_properties(config.run_config.environment),
            **git,
        },
    )
    record = client.runs.submit(experiment.name, request)
    if git.get("azureml.git.dirty") == "True":
        _keep_diff(client, record.id, folder, secrets.redactor)
    return ScriptRun(experiment, record.id, _record=record)


def check_submission(config: ScriptRunConfig, client: Client) -> tuple[Path, RunSpec]:
    """Return the source folder and what the runner is to do, or raise what is wrong with them. Sends and makes nothing."""
    folder = source_folder(config.source_directory)
    spec = run_spec(config, folder)
    require_gpus(require_target(client, spec.target), spec.gpu_count, spec.node_count)
    return folder, spec


def _keep_diff(client: Client, run_id: str, folder: Path, hide: Redactor) -> None:
    """Store what is not committed. The run is on its way: trouble here is told and changes nothing."""
    diff = uncommitted_diff(folder, hide)
    if diff is None:
        return
    try:
        client.artifacts.put(run_id, DIFF_ARTIFACT, diff)
    except RunyardError as error:
        warnings.warn(f"The uncommitted changes of {folder} are not kept with run {run_id}: {error.message}", stacklevel=2)


def run_spec(config: ScriptRunConfig, folder: Path) -> RunSpec:
    """Return what the runner is to do."""
    options = config.run_config
    command = command_text(options.command)
    if (config.script is None) == (command is None):
        both = "both a script and a command" if command else "neither a script nor a command"
        raise InvalidArgumentError(f"The ScriptRunConfig has {both}. Give script='train.py', or command='python train.py'.")
    if command is not None and config.arguments:
        raise InvalidArgumentError("arguments= goes with script=. Write the arguments of a command into the command.")
    container = container_of(options)
    python = python_for(options.environment, in_container=container is not None)
    spark = wants_spark(options.framework, options.environment)
    if spark:
        python = python_with_spark(python, options.environment)
    node_group = node_group_of(options)
    if container is not None and node_group is not None:
        raise NotSupportedError("A distributed run cannot be put into containers. Leave out the container or the distribution.")
    script = None if config.script is None else script_path(str(config.script), folder)
    arguments = argument_texts(argument_list(config.arguments))
    return RunSpec(
        script=script,
        arguments=arguments,
        command=command,
        target=options.target,
        interpreter=python.interpreter,
        packages=python.packages,
        environment_name=options.environment.name,
        container=container,
        node_group=node_group,
        gpu_count=_gpu_count(options.resources.gpu),
        spark=spark,
        environment_variables={**spark_variables(options.environment), **_variables(options)},
        max_run_duration_s=duration_seconds(options.max_run_duration_seconds),
        output_collection=options.history.output_collection,
        directories_to_watch=list(options.history.directories_to_watch),
        definition={**configuration_document(options), "script": script, "arguments": arguments},
    )


def _gpu_count(wanted: Any) -> int:
    if isinstance(wanted, bool) or not isinstance(wanted, int) or wanted < 0:
        raise InvalidArgumentError(f"run_config.resources.gpu is {wanted!r}. Give the number of GPUs, 0 or more.")
    return wanted


def environment_properties(environment: Environment) -> dict[str, str]:
    """Return the properties that name a run's environment."""
    named = {"runyard.environment.name": environment.name}
    return named if environment.version is None else {**named, "runyard.environment.version": environment.version}


def script_path(script: str, folder: Path) -> str:
    """Return a script's path inside the source folder, with forward slashes.

    Raises:
        ScriptNotFoundError: it is not there, or outside; the message names those that it may be.
    """
    given = Path(script).expanduser()
    path = Path(os.path.normpath(given if given.is_absolute() else folder / given))
    if not path.is_relative_to(folder):
        raise ScriptNotFoundError(
            f"The script {script} is outside the source folder {folder}. Move it there, or choose a source_directory that "
            "holds it.",
            script=script,
            source_directory=str(folder),
        )
    if not path.is_file():
        raise ScriptNotFoundError(
            f"The script {script} is not in {folder}.{_close_matches(path, folder)}", script=script, source_directory=str(folder)
        )
    return path.relative_to(folder).as_posix()


def require_target(client: Client, name: str) -> ComputeTargetRecord:
    """Return a compute target, or raise :class:`ComputeTargetNotFoundError`, naming those that the workspace has."""
    targets = {target.name: target for target in client.compute_targets.list()}
    if name not in targets:
        raise unknown_target(client.workspace, name, list(targets))
    return targets[name]


def new_run_id(experiment: str) -> str:
    """Return an id for a submitted run: the experiment, the second, and eight characters by chance."""
    return f"{experiment[:220]}_{int(time.time())}_{uuid.uuid4().hex[:8]}"


def source_folder(source_directory: str) -> Path:
    """Return the folder that is to be stored, or raise :class:`SnapshotError` when there is none."""
    folder = Path(source_directory).expanduser().absolute()
    if not folder.is_dir():
        what = "is a file" if folder.is_file() else "is not there"
        raise SnapshotError(
            f"The source_directory {source_directory} {what}. Give the folder that holds the script.", path=str(folder)
        )
    return Path(os.path.normpath(folder))


def _close_matches(wanted: Path, folder: Path) -> str:
    scripts: list[str] = []
    for root, folders, files in os.walk(folder):
        folders[:] = [each for each in folders if not each.startswith(".")]
        scripts += [(Path(root) / file).relative_to(folder).as_posix() for file in files if file.endswith((".py", wanted.suffix))]
        if len(scripts) > _SCRIPTS_LOOKED_AT:
            break
    relative = wanted.relative_to(folder).as_posix()
    same_name = [script for script in scripts if Path(script).name == wanted.name]
    close = same_name or difflib.get_close_matches(relative, scripts, n=_SHOWN, cutoff=0.75)
    if close:
        return f" Did you mean {' or '.join(sorted(close)[:_SHOWN])}?"
    if scripts:
        return f" There are: {', '.join(sorted(scripts)[:_SHOWN])}."
    return " There are no Python files."


def _require_in_snapshot(script: str | None, snapshot: SnapshotBody, folder: Path) -> None:
    if script is not None and all(file.path != script for file in snapshot.files):
        raise ScriptNotFoundError(
            f"The script {script} is left out of the snapshot of {folder} by an ignore file (.runyardignore, .amlignore or "
            ".gitignore). Take it out of there.",
            script=script,
            source_directory=str(folder),
        )


def _variables(options: RunConfiguration) -> dict[str, str]:
    merged = {**options.environment.environment_variables, **options.environment_variables}
    return {str(key): _real_value(str(key), str(value), options.environment.name) for key, value in merged.items()}


def _real_value(name: str, value: str, environment: str) -> str:
    """Return the value, or in place of the stars of a registered environment the one that this process has."""
    if value != COVER:
        return value
    if name not in os.environ:
        raise ConfigurationError(
            f"{name} of the environment {environment!r} is {COVER}, which stands for a secret: secrets are not kept with an "
            f"environment. Set it before you submit: environment.environment_variables[{name!r}] = …, or export {name} here.",
            variable=name,
        )
    return os.environ[name]
