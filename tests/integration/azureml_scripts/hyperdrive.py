from azureml.core import Dataset, Experiment, Model, ScriptRunConfig, Workspace
from azureml.core.model import Model as SameModel
from azureml.pipeline.core import Pipeline, PipelineData
from azureml.pipeline.steps import PythonScriptStep
from azureml.train.automl import AutoMLConfig
from azureml.train.hyperdrive import BanditPolicy, HyperDriveConfig, PrimaryMetricGoal, RandomParameterSampling, choice
from azureml.train.hyperdrive.parameter_expressions import uniform

print(
    "imported:", all([Dataset, Model, SameModel, Pipeline, PipelineData, PythonScriptStep, AutoMLConfig, BanditPolicy, uniform])
)
assert all([HyperDriveConfig, PrimaryMetricGoal, Experiment, ScriptRunConfig, Workspace])
RandomParameterSampling({"--lr": choice(0.1, 0.2)})
