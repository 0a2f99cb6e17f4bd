"""How a script is run: the object behind ``ScriptRunConfig.run_config`` and ``.runconfig`` files."""

from __future__ import annotations

import copy
import math
import numbers
import shlex
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from runyard.domain.compute_target import LOCAL_TARGET
from runyard.errors import ConfigurationError, InvalidArgumentError
from runyard.sdk.conda_dependencies import CondaDependencies
from runyard.sdk.environment import DEFAULT_NAME, Environment, environment_from_document
from runyard.sdk.environment_document import environment_document, section
from runyard.sdk.not_offered import OF_RUN_CONFIGURATION, without
from runyard.sdk.run_configuration_file import find_file, overlaid, read_document, remove_file, write_document
from runyard.sdk.wording import kind_of

MAX_DURATION_SECONDS_DEFAULT = 2_592_000
"""Thirty days."""


@dataclass(slots=True)
class DockerConfiguration:
    """The container that a run is put into."""

    use_docker: bool = False
    shared_volumes: bool = True
    arguments: list[str] = field(default_factory=list)
    shm_size: str = "2g"


@dataclass(slots=True)
class MpiConfiguration:
    """Processes that talk by MPI."""

    process_count_per_node: int = 1
    node_count: int = 1


@dataclass(slots=True)
class TensorflowConfiguration:
    """Workers and parameter servers of TensorFlow."""

    worker_count: int = 1
    parameter_server_count: int = 1


@dataclass(slots=True)
class PyTorchConfiguration:
    """Processes of torch.distributed."""

    communication_backend: str = "Nccl"
    process_count: int | None = None
    node_count: int = 1


@dataclass(slots=True)
class HistoryConfiguration:
    """What is kept of a run beside its metrics."""

    output_collection: bool = True
    snapshot_project: bool = True
    directories_to_watch: list[str] = field(default_factory=lambda: ["logs"])


@dataclass(slots=True)
class ResourceConfiguration:
    """What a run has to itself. ``gpu`` is the number of GPUs of each node; with 0 the script sees what the machine shows."""

    gpu: int = 0


@without(OF_RUN_CONFIGURATION)
class RunConfiguration:
    """How a script is run: target, environment, arguments, limits. It can be saved as a ``.runconfig`` file.

    Setting an attribute that is not there raises :class:`AttributeError`.
    """

    __slots__ = (
        "_loaded",
        "_target",
        "arguments",
        "command",
        "communicator",
        "docker",
        "environment",
        "environment_variables",
        "framework",
        "history",
        "max_run_duration_seconds",
        "mpi",
        "node_count",
        "priority",
        "pytorch",
        "resources",
        "script",
        "tensorflow",
    )

    def __init__(
        self,
        script: str | None = None,
        arguments: list[Any] | None = None,
        framework: str | None = None,
        communicator: str | None = None,
        conda_dependencies: CondaDependencies | None = None,
        _history_enabled: bool | None = None,
        _path: str | None = None,
        _name: str | None = None,
        command: str | list[str] | None = None,
    ) -> None:
        self.script = script
        self.arguments: list[Any] = argument_list(arguments)
        self.command: str | list[str] | None = command
        self.framework = framework or "Python"
        self.communicator = communicator or "None"
        self.environment = Environment(DEFAULT_NAME)
        if conda_dependencies is not None:
            self.environment.python.conda_dependencies = conda_dependencies
        self.environment_variables: dict[str, str] = {}
        self.history = HistoryConfiguration(output_collection=_history_enabled is not False)
        self.docker = DockerConfiguration()
        self.mpi = MpiConfiguration()
        self.tensorflow = TensorflowConfiguration()
        self.pytorch = PyTorchConfiguration()
        self.resources = ResourceConfiguration()
        self.node_count = 1
        self.priority: int | None = None
        self.max_run_duration_seconds: int | None = MAX_DURATION_SECONDS_DEFAULT
        self._target = LOCAL_TARGET
        self._loaded: dict[str, Any] = {}

    @property
    def target(self) -> str:
        """The name of the compute target. A compute target can be set as well as its name; None is this machine."""
        return self._target

    @target.setter
    def target(self, target: Any) -> None:
        self._target = target_name(target)

    @staticmethod
    def load(path: str | Path, name: str | None = None) -> RunConfiguration:
        """Return the configuration in a file: ``path`` itself, or ``name`` (with or without ``.runconfig``) of a project folder.

        Raises:
            ConfigurationError: there is none, or it cannot be used; the message says where it was looked for.
        """
        file = find_file(Path(path), name)
        return configuration_from_document(read_document(file), file)

    def save(self, path: str | Path | None = None, name: str | None = None, separate_environment_yaml: bool = False) -> None:
        """Write the configuration into the ``.runyard`` (or ``.azureml``) folder of ``path``, as the file ``name.runconfig``.

        A file that is there under the name alone, and a name with an ending such as ``.yml``, stay as they are.

        The packages go to ``conda_dependencies.yml`` beside it, with ``separate_environment_yaml`` the whole environment to
        ``environment.yml``.
        """
        if not name:
            raise InvalidArgumentError("A saved run configuration needs a name: run_config.save(name='local').")
        write_document(configuration_document(self), Path(path or "."), name, separate_environment_yaml)

    @staticmethod
    def delete(path: str | Path, name: str) -> None:
        """Remove a saved configuration."""
        remove_file(Path(path), name)


def target_name(target: Any) -> str:
    """Return the name of a compute target given as name or object; None is this machine."""
    if target is None:
        return LOCAL_TARGET
    name = target if isinstance(target, str) else getattr(target, "name", None)
    if not isinstance(name, str) or not name:
        raise InvalidArgumentError(f"{target!r} is no compute target. Give its name, or ws.compute_targets['name'].")
    return name


def argument_list(arguments: Any) -> list[Any]:
    """Return the arguments of a script as a new list; None is no arguments.

    Raises:
        InvalidArgumentError: they are one text, whose letters would become arguments, or nothing that can be a list.
    """
    if arguments is None:
        return []
    if isinstance(arguments, (str, bytes)) or not isinstance(arguments, Iterable):
        raise InvalidArgumentError(
            f"arguments={arguments!r} is {kind_of(arguments)}. Give a list with an item a word, such as arguments=['--lr', 0.01]."
        )
    return list(arguments)


def duration_seconds(seconds: Any) -> int | None:
    """Return the longest time that a run may take, in whole seconds; None is no limit.

    Raises:
        InvalidArgumentError: it is no number of seconds from 1.
    """
    if seconds is None:
        return None
    is_number = isinstance(seconds, numbers.Real) and seconds is not True
    number = float(seconds) if is_number else 0.0
    if not 1 <= number < math.inf:
        raise InvalidArgumentError(
            f"max_run_duration_seconds={seconds!r} is no time that a run could take. Give seconds from 1, or None for no limit."
        )
    return math.ceil(number)


def argument_texts(arguments: Iterable[Any]) -> list[str]:
    """Return the arguments of a script as its command line gets them.

    Raises:
        InvalidArgumentError: one is neither a text nor a number nor a path.
    """
    texts: list[str] = []
    for argument in arguments:
        if isinstance(argument, (str, int, float, Path)):
            texts.append(str(argument))
        elif getattr(argument, "shape", None) == () and hasattr(argument, "item"):
            texts.append(str(argument.item()))
        else:
            raise InvalidArgumentError(
                f"{argument!r} among the arguments is {kind_of(argument)}. Give texts, numbers and paths, "
                "such as arguments=['--lr', 0.01]."
            )
    return texts


def command_text(command: str | list[str] | None) -> str | None:
    """Return a shell command; a list is quoted."""
    if command is None or isinstance(command, str):
        return command or None
    return " ".join(shlex.quote(text) for text in argument_texts(command)) or None


def configuration_document(config: RunConfiguration) -> dict[str, Any]:
    """Return a configuration as plain data, in the camelCase names of ``.runconfig`` files and run definitions.

    Keys of the file that it was loaded from and that mean nothing here are in it as they were, at every depth.
    """
    return overlaid(overlaid(_UNUSED_HERE, config._loaded), _used_document(config))


def _used_document(config: RunConfiguration) -> dict[str, Any]:
    return {
        "script": config.script,
        "command": command_text(config.command) or "",
        "arguments": argument_texts(config.arguments),
        "framework": config.framework,
        "communicator": config.communicator,
        "target": config.target,
        "maxRunDurationSeconds": config.max_run_duration_seconds,
        "nodeCount": config.node_count,
        "priority": config.priority,
        "environment": environment_document(config.environment),
        "history": {
            "outputCollection": config.history.output_collection,
            "directoriesToWatch": list(config.history.directories_to_watch),
            "snapshotProject": config.history.snapshot_project,
        },
        "tensorflow": _camel(asdict(config.tensorflow)),
        "mpi": _camel(asdict(config.mpi)),
        "pyTorch": _camel(asdict(config.pytorch)),
        "docker": _camel(asdict(config.docker)),
        "resources": _camel(asdict(config.resources)),
        "environmentVariables": dict(config.environment_variables),
    }


_UNUSED_HERE: dict[str, Any] = {
    "useAbsolutePath": False,
    "sourceDirectoryDataStore": None,
    "dataReferences": {},
    "data": {},
    "outputData": {},
    "datacaches": [],
    "jobName": None,
    "credentialPassthrough": False,
    "identity": None,
    "history": {"enableMLflowTracking": True},
    "spark": {"configuration": {}},
    "parallelTask": {"maxRetriesPerWorker": 0, "workerCountPerNode": 1, "terminalExitCodes": None, "configuration": {}},
    "amlCompute": {"name": None, "vmSize": None, "retainCluster": False, "clusterMaxNodeCount": None},
    "hdi": {"yarnDeployMode": "cluster"},
    "commandReturnCodeConfig": {"returnCode": "Zero", "successfulReturnCodes": []},
    "applicationEndpoints": {},
}
"""What a run definition has beside that, as it is where a file says nothing else."""


def configuration_from_document(data: dict[str, Any], where: Path) -> RunConfiguration:
    """Return the configuration in plain data; what is left out has its default.

    Raises:
        ConfigurationError: a value is of another kind than it must be; the message names it and ``where``.
    """
    config = RunConfiguration(
        script=data.get("script"),
        arguments=_of_kind(data, "arguments", [], where),
        framework=data.get("framework"),
        communicator=data.get("communicator"),
        command=data.get("command") or None,
    )
    config.target = _of_kind(data, "target", "", where) or None
    config.environment = environment_from_document(data.get("environment"), f"environment of {where}")
    variables = section(data.get("environmentVariables"), f"environmentVariables of {where}")
    config.environment_variables = {str(key): str(value) for key, value in variables.items()}
    config.max_run_duration_seconds = _of_kind(data, "maxRunDurationSeconds", 0, where) or MAX_DURATION_SECONDS_DEFAULT
    config.node_count = _of_kind(data, "nodeCount", 0, where) or 1
    config.priority = _of_kind(data, "priority", 0, where)
    renamed = {"pyTorch" if key == "pytorch" else key: value for key, value in data.items()}
    _fill(config.history, renamed, "history", where)
    _fill(config.docker, renamed, "docker", where)
    _fill(config.resources, renamed, "resources", where)
    _fill(config.mpi, renamed, "mpi", where)
    _fill(config.tensorflow, renamed, "tensorflow", where)
    _fill(config.pytorch, renamed, "pyTorch", where)
    config._loaded = copy.deepcopy(renamed)
    return config


def _fill(part: Any, document: dict[str, Any], key: str, where: Path) -> None:
    data = section(document.get(key), f"{key} of {where}")
    for name in part.__slots__:
        here = getattr(part, name)
        value = _of_kind(data, _camel_name(name), 0 if here is None else here, f"{key} of {where}")
        if value is not None:
            setattr(part, name, value)


def _of_kind(data: dict[str, Any], key: str, like: Any, where: Path | str) -> Any:
    """Return a value of a document that must be of the kind of ``like``; None where it is left out."""
    value = data.get(key)
    if value is None or type(value) is type(like):
        return value
    kinds = {bool: "true or false", int: "a whole number", str: "a text", list: "a list"}
    raise ConfigurationError(f"{key} of {where} must be {kinds[type(like)]}, not {value!r}. Mend it.")


def _camel(data: dict[str, Any]) -> dict[str, Any]:
    return {_camel_name(name): value for name, value in data.items()}


def _camel_name(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
