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
