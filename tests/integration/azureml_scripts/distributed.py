from azureml.core import Experiment, ScriptRunConfig, Workspace
from azureml.core.runconfig import MpiConfiguration, PyTorchConfiguration, TensorflowConfiguration

assert MpiConfiguration(process_count_per_node=1, node_count=2).node_count == 2
assert TensorflowConfiguration(worker_count=2, parameter_server_count=1).worker_count == 2
job = PyTorchConfiguration(communication_backend="Gloo", process_count=2)
config = ScriptRunConfig(".", script="rank.py", compute_target="local", distributed_job_config=job)
run = Experiment(Workspace.from_config(), "ranks").submit(config)
run.wait_for_completion()
print("ranks:", sorted(run.get_metrics(name="rank")["rank"]))
