"""Which name of which module of the Azure ML SDK is which thing of Runyard.

``SERVED`` maps a module to its names and where each lies, ``module:name``. ``NOT_SERVED`` lists the public names that can be
imported and raise when they are used. A module that is in neither, below one of ``FAMILIES``, has only names of the second kind.
"""

from __future__ import annotations

_CONFIGURATION = "runyard.sdk.run_configuration"
_STAND_IN = "runyard.compat.azureml.stand_in"


def _same(module: str, *names: str) -> dict[str, str]:
    return {name: f"{module}:{name}" for name in names}


_CONDA = _same("runyard.sdk.conda_dependencies", "CondaDependencies")
_ENVIRONMENT = _same("runyard.sdk.environment", "Environment")
_COMPUTE_TARGET = _same("runyard.sdk.compute_target", "ComputeTarget")
_DISTRIBUTED = _same(
    _CONFIGURATION,
    "DockerConfiguration",
    "MpiConfiguration",
    "PyTorchConfiguration",
    "RunConfiguration",
    "TensorflowConfiguration",
)
_IMAGES = _same(_STAND_IN, "DEFAULT_CPU_IMAGE", "DEFAULT_GPU_IMAGE")
_SIGN_IN = _same(
    _STAND_IN,
    "AzureCliAuthentication",
    "InteractiveLoginAuthentication",
    "MsiAuthentication",
    "ServicePrincipalAuthentication",
)
_ROOT = "runyard.errors:RunyardError"
_EXCEPTIONS = {
    "ActivityFailedException": "runyard.errors:RunFailedError",
    "AuthenticationException": "runyard.errors:AuthenticationError",
    "AzureMLAggregatedException": _ROOT,
    "AzureMLException": _ROOT,
    "ComputeTargetException": "runyard.errors:ComputeTargetNotFoundError",
    "DatasetTimestampMissingError": _ROOT,
    "DiscoveryUrlNotFoundException": _ROOT,
    "ExperimentExecutionException": _ROOT,
    "ModelNotFoundException": "runyard.errors:NotFoundError",
    "ModelPathNotFoundException": "runyard.errors:FileNotInRunError",
    "ParallelRunException": _ROOT,
    "ProjectSystemException": "runyard.errors:ConfigurationError",
    "RunConfigurationException": "runyard.errors:ConfigurationError",
    "RunEnvironmentException": "runyard.errors:RunEnvironmentError",
    "ServiceException": _ROOT,
    "SnapshotException": "runyard.errors:SnapshotError",
    "TrainingException": "runyard.errors:RunFailedError",
    "UserErrorException": "runyard.errors:InvalidArgumentError",
    "WebserviceException": _ROOT,
    "WorkspaceException": _ROOT,
}

SERVED: dict[str, dict[str, str]] = {
    "azureml": {},
    "azureml.core": {
        **_same("runyard.version", "VERSION"),
        **_COMPUTE_TARGET,
        **_same("runyard.sdk.datastore", "Datastore"),
        **_ENVIRONMENT,
        **_same("runyard.sdk.experiment", "Experiment"),
        **_same("runyard.sdk.run", "Run", "ScriptRun"),
        **_same(_CONFIGURATION, "RunConfiguration"),
        **_same("runyard.sdk.script_run_config", "ScriptRunConfig"),
        **_same("runyard.sdk.workspace", "Workspace"),
    },
    "azureml.core.authentication": _SIGN_IN,
    "azureml.core.compute": {**_COMPUTE_TARGET},
    "azureml.core.compute_target": {"ComputeTargetException": _EXCEPTIONS["ComputeTargetException"], **_COMPUTE_TARGET},
    "azureml.core.conda_dependencies": _CONDA,
    "azureml.core.datastore": _same("runyard.sdk.datastore", "Datastore"),
    "azureml.core.environment": {**_ENVIRONMENT, **_CONDA, **_IMAGES},
    "azureml.core.experiment": _same("runyard.sdk.experiment", "Experiment"),
    "azureml.core.run": _same("runyard.sdk.run", "Run", "ScriptRun"),
    "azureml.core.runconfig": {**_DISTRIBUTED, **_CONDA, **_ENVIRONMENT, **_IMAGES},
    "azureml.core.script_run": _same("runyard.sdk.run", "ScriptRun"),
    "azureml.core.script_run_config": _same("runyard.sdk.script_run_config", "ScriptRunConfig"),
    "azureml.core.workspace": _same("runyard.sdk.workspace", "Workspace"),
    "azureml.exceptions": _EXCEPTIONS,
    "azureml.tensorboard": _same("runyard.tensorboard", "Tensorboard"),
    "azureml.tensorboard.export": _same("runyard.tensorboard", "export_to_tensorboard"),
    "azureml.widgets": _same("runyard.widgets", "RunDetails"),
    "azureml.telemetry": _same(_STAND_IN, "set_diagnostics_collection"),
}

_DATASETS = ("DataPath", "DataPathComputeBinding", "DataReference", "FileDataset", "OutputFileDatasetConfig", "TabularDataset")
_COMPUTE_KINDS = (
    "AdlaCompute",
    "AksCompute",
    "AmlCompute",
    "BatchCompute",
    "ComputeInstance",
    "DataFactoryCompute",
    "DatabricksCompute",
    "DsvmCompute",
    "HDInsightCompute",
    "KubernetesCompute",
    "KustoCompute",
    "RemoteCompute",
    "SynapseCompute",
)
_SAMPLING = ("BayesianParameterSampling", "GridParameterSampling", "RandomParameterSampling")
_POLICIES = ("BanditPolicy", "MedianStoppingPolicy", "NoTerminationPolicy", "TruncationSelectionPolicy")
_EXPRESSIONS = (
    "choice",
    "lognormal",
    "loguniform",
    "normal",
    "qlognormal",
    "qloguniform",
    "qnormal",
    "quniform",
    "randint",
    "uniform",
)

NOT_SERVED: dict[str, tuple[str, ...]] = {
    "azureml.core": (
        "ContainerRegistry",
        "Dataset",
        "Image",
        "Keyvault",
        "LinkedService",
        "Model",
        "PrivateEndPoint",
        "PrivateEndPointConfig",
        "Webservice",
    ),
    "azureml.core.compute": _COMPUTE_KINDS,
    "azureml.core.runconfig": (
        "ApacheSparkConfiguration",
        "ContainerRegistry",
        "DEFAULT_MMLSPARK_CPU_IMAGE",
        "DataReferenceConfiguration",
        "ParallelTaskConfiguration",
    ),
    "azureml.data": _DATASETS,
    "azureml.train.hyperdrive": (
        "HyperDriveConfig",
        "HyperDriveRun",
        "PrimaryMetricGoal",
        *_SAMPLING,
        *_POLICIES,
        *_EXPRESSIONS,
    ),
    "azureml.train.hyperdrive.parameter_expressions": _EXPRESSIONS,
    "azureml.train.hyperdrive.policy": _POLICIES,
    "azureml.train.hyperdrive.run": ("HyperDriveRun", "PrimaryMetricGoal"),
    "azureml.train.hyperdrive.runconfig": ("HyperDriveConfig",),
    "azureml.train.hyperdrive.sampling": _SAMPLING,
}

FAMILIES = (
    "azureml.automl",
    "azureml.contrib",
    "azureml.core.dataset",
    "azureml.core.image",
    "azureml.core.keyvault",
    "azureml.core.model",
    "azureml.core.webservice",
    "azureml.data",
    "azureml.explain",
    "azureml.interpret",
    "azureml.mlflow",
    "azureml.opendatasets",
    "azureml.pipeline",
    "azureml.train",
)

_CHILDREN = "Log to run.child_run(), or submit with run.submit_child(), from a parent run."
_DATA = "Give the script the path of the data as an argument."
_MODEL = "Write the model below outputs/; run.download_file() fetches it."
_TARGETS = "Compute targets are what the server is set up with; 'local' is always there."
_SECRET = "Set an environment variable on the submitting machine and read os.environ."
_OTHERWISE = "The page 'Bring scripts from Azure ML' of the documentation lists what is served, and what to use instead."
_INSTEAD = {
    "azureml.automl": _CHILDREN,
    "azureml.core.Dataset": _DATA,
    "azureml.core.Keyvault": _SECRET,
    "azureml.core.Model": _MODEL,
    "azureml.core.compute": _TARGETS,
    "azureml.core.dataset": _DATA,
    "azureml.core.keyvault": _SECRET,
    "azureml.core.model": _MODEL,
    "azureml.core.runconfig.DataReferenceConfiguration": _DATA,
    "azureml.data": _DATA,
    "azureml.mlflow": "Log with run.log(); ws.import_runs(path, 'mlflow') brings runs of MLflow in.",
    "azureml.pipeline": _CHILDREN,
    "azureml.train.automl": _CHILDREN,
    "azureml.train.dnn": "Use ScriptRunConfig with an Environment.",
    "azureml.train.estimator": "Use ScriptRunConfig with an Environment.",
    "azureml.train.hyperdrive": _CHILDREN,
    "azureml.train.sklearn": "Use ScriptRunConfig with an Environment.",
}


def instead_of(module: str, name: str) -> str:
    """Return the sentence that says what to do in place of a name that is not served."""
    parts = f"{module}.{name}".split(".")
    for count in range(len(parts), 1, -1):
        if ".".join(parts[:count]) in _INSTEAD:
            return _INSTEAD[".".join(parts[:count])]
    return _OTHERWISE
