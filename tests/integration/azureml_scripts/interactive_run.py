import azureml.core
from azureml.core import Experiment, Workspace

print("SDK version:", azureml.core.VERSION)
ws = Workspace.from_config()
print(ws.name, ws.resource_group, ws.location, ws.subscription_id, sep="\t")
exp = Experiment(workspace=ws, name="explore-runs")
run = exp.start_logging(snapshot_directory=None)
run.log("alpha", 0.03)
run.log_list("accuracies", [0.5, 0.6, 0.87])
run.log_row("Y over X", x=1, y=0.4)
run.log_table("table", {"x": [1, 2], "y": [3.0, 4.0]})
run.tag("quality", "fantastic run")
run.add_properties({"author": "azureml-user"})
run.complete()
print("metrics:", sorted(run.get_metrics()))
