from azureml.core import Environment, Experiment, Workspace
from azureml.core.conda_dependencies import CondaDependencies

ws = Workspace.from_config()
ws.get_default_compute_target("CPU").wait_for_completion(show_output=True)
env = Environment.from_docker_image("boxed", "python:3.12-slim")
conda = CondaDependencies()
conda.add_tensorflow_pip_package(core_type="cpu", version="2.16.1")
env.python.conda_dependencies = conda
with Experiment(ws, "models").start_logging(snapshot_directory=None) as run:
    run.log("alpha", 0.03)
print("metrics:", run.get_metrics())
print("asked first:", hasattr(run, "register_model"))
run.register_model(model_name="diabetes", model_path="outputs/model.pkl")
