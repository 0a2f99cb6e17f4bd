"""What scripts for the Azure ML SDK ask of a class and Runyard does not have: named when it is used, with what to do instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TypeVar

from runyard.errors import NotSupportedError

_Class = TypeVar("_Class", bound=type)


class NotOfferedError(NotSupportedError, AttributeError):
    """What an attribute that Runyard does not have raises. As an AttributeError, so that ``hasattr`` says False."""


def not_offered(name: str, instead: str) -> NotOfferedError:
    """Return the error for the thing ``name``; ``instead`` is a sentence that says what to do."""
    return NotOfferedError(f"Runyard does not support {name}. {instead}", name=name)


def without(names: Mapping[str, str]) -> Callable[[_Class], _Class]:
    """Return a decorator that has these attributes of a class, and of its objects, raise :class:`NotOfferedError`."""

    def decorated(cls: _Class) -> _Class:
        for name, instead in names.items():
            setattr(cls, name, _Absent(f"{cls.__name__}.{name}", instead))
        return cls

    return decorated


class _Absent:
    """An attribute that cannot be read or set, whether of the class or of an object."""

    __slots__ = ("_instead", "_name")

    def __init__(self, name: str, instead: str) -> None:
        self._name = name
        self._instead = instead

    def __get__(self, owner: object, cls: type | None = None) -> NoReturn:
        raise not_offered(self._name, self._instead)

    def __set__(self, owner: object, value: Any) -> NoReturn:
        raise not_offered(self._name, self._instead)


_DATA = "Give the script the path of the data as an argument."
_MODEL = "Write the model below outputs/; run.download_file() fetches it."
_SECRET = "Set an environment variable on the submitting machine, or in run_config.environment_variables, and read os.environ."
_DOCS = "Run `runyard --help`, or read the documentation."
_CLOUD = "Runyard is set up on a machine of your own and has no cloud resources."
_TARGETS = "Compute targets are what the server is set up with; 'local' is always there."
_IDENTITY = "Runyard signs in by itself; `runyard login` is for a server elsewhere."

OF_WORKSPACE = {
    "datasets": _DATA,
    "delete": "Delete its experiments with Experiment.delete().",
    "diagnose_workspace": "Run `runyard doctor`.",
    "discovery_url": _CLOUD,
    "get_default_keyvault": _SECRET,
    "get_mlflow_tracking_uri": "Bring runs of MLflow in with ws.import_runs(path, 'mlflow'), and log with run.log().",
    "images": _CLOUD,
    "linked_services": _CLOUD,
    "list_keys": _IDENTITY,
    "models": _MODEL,
    "service_context": _CLOUD,
    "set_default_datastore": "There is one datastore, and it is the default one.",
    "setup": "Use Workspace.from_config() or Workspace.create(name).",
    "sync_keys": _IDENTITY,
    "update": "A workspace keeps the friendly_name and the tags that Workspace.create() gave it.",
    "update_dependencies": _CLOUD,
    "webservices": "Runyard deploys no models.",
}
OF_EXPERIMENT = {
    "from_directory": "Use Experiment(Workspace.from_config(path), name).",
    "get_docs_url": _DOCS,
    "identity": _IDENTITY,
}
OF_RUN = {
    "get_docs_url": _DOCS,
    "get_secret": _SECRET,
    "get_secrets": _SECRET,
    "identity": _IDENTITY,
    "input_datasets": _DATA,
    "output_datasets": "Write below outputs/; what is there is kept with the run.",
    "register_model": _MODEL,
}
OF_ENVIRONMENT = {
    "add_private_pip_wheel": "Put the wheel's address among the pip packages.",
    "build": "The machine that runs the script builds it, for the first run; build_local(ws) does so here and now.",
    "databricks": "Runyard has no Databricks.",
    "from_docker_build_context": "Use Environment.from_dockerfile(); files beside the Dockerfile are not sent.",
    "get_image_details": "A run's azureml-logs/20_image_build_log.txt says how its environment was built.",
    "r": "Runyard runs Python scripts and commands; a command can call Rscript.",
}
OF_RUN_CONFIGURATION = {
    "amlcompute": _TARGETS,
    "application_endpoints": _CLOUD,
    "auto_prepare_environment": "An environment is always built when it is not there.",
    "credential_passthrough": _IDENTITY,
    "data": _DATA,
    "data_references": _DATA,
    "datacaches": _DATA,
    "hdi": _TARGETS,
    "output_data": "Write below outputs/; what is there is kept with the run.",
    "source_directory_data_store": "The source folder is kept as a snapshot, by the server.",
    "spark": "Call SparkSession.builder.config() in the script; packages go to environment.spark.packages.",
}
OF_COMPUTE_TARGET = {
    "cluster_location": _TARGETS,
    "delete": _TARGETS,
    "deserialize": _TARGETS,
    "detach": _TARGETS,
    "provisioning_errors": _TARGETS,
    "scale_settings": _TARGETS,
    "update": _TARGETS,
    "vm_size": _TARGETS,
}
