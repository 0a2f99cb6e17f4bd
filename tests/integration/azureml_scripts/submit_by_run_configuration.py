from azureml.core import ScriptRunConfig
from azureml.core.experiment import Experiment
from azureml.core.runconfig import DEFAULT_CPU_IMAGE, CondaDependencies, DockerConfiguration, RunConfiguration
from azureml.core.workspace import Workspace

configuration = RunConfiguration()
configuration.target = "local"
configuration.environment.python.user_managed_dependencies = True
assert isinstance(DEFAULT_CPU_IMAGE, str) and not DockerConfiguration(use_docker=False).use_docker
assert CondaDependencies.create(pip_packages=["numpy"])
config = ScriptRunConfig(source_directory=".", script="train.py", run_config=configuration)
run = Experiment(workspace=Workspace.from_config(), name="by-run-config").submit(config, tags={"from": "run config"})
run.wait_for_completion()
print("status:", run.get_status(), run.get_tags()["from"])
