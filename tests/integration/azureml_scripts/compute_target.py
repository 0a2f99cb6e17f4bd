from azureml.core import Workspace
from azureml.core.compute import AmlCompute, ComputeTarget
from azureml.core.compute_target import ComputeTargetException
from azureml.exceptions import ComputeTargetException as SameException

ws = Workspace.from_config()
try:
    ComputeTarget(workspace=ws, name="cpu-cluster")
except ComputeTargetException:
    print("not found, to be created")
print("same:", ComputeTargetException is SameException)
print("local:", ComputeTarget(workspace=ws, name="local").name)
AmlCompute.provisioning_configuration(vm_size="STANDARD_D2_V2", max_nodes=4)
