from azureml.core import Experiment, Run, Workspace

exp = Experiment(Workspace.from_config(), "children")
with exp.start_logging(snapshot_directory=None) as parent:
    for alpha in [0.1, 0.2, 0.3]:
        with parent.child_run(name=f"alpha {alpha}") as child:
            child.log("mse", (alpha - 0.2) ** 2)
mse = {child.id: child.get_metrics()["mse"] for child in parent.get_children()}
best = min(mse, key=mse.get)
print("best:", Run(exp, best).get_metrics()["mse"], Run(exp, best).parent.id == parent.id)
