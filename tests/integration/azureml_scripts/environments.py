from azureml.core.conda_dependencies import CondaDependencies
from azureml.core.environment import Environment
from azureml.core.workspace import Workspace

ws = Workspace.from_config()
env = Environment(name="from-a-script")
env.python.conda_dependencies = CondaDependencies.create(pip_packages=["scikit-learn"])
env.environment_variables = {"EXAMPLE": "1"}
env.register(workspace=ws)
print("version:", Environment.get(ws, "from-a-script").version)
print("curated:", "AzureML-Minimal" in Environment.list(ws))
