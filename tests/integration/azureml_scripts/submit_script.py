from azureml.core import Environment, Experiment, ScriptRunConfig, Workspace

ws = Workspace.from_config()
environment = Environment("user-managed-env")
environment.python.user_managed_dependencies = True
config = ScriptRunConfig(
    source_directory=".",
    script="train.py",
    arguments=["--kernel", "rbf", "--penalty", 2.5],
    compute_target="local",
    environment=environment,
)
run = Experiment(ws, "train-on-local").submit(config)
run.wait_for_completion(show_output=True)
print("metrics:", run.get_metrics())
