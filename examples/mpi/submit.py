"""Submit train.py on two nodes of two processes. On the local target both nodes are this machine."""

from __future__ import annotations

import sys

from runyard import Environment, Experiment, MpiConfiguration, ScriptRunConfig, Workspace

environment = Environment("mpi")
environment.python.user_managed_dependencies = True
environment.python.interpreter_path = sys.executable

config = ScriptRunConfig(
    ".",
    "train.py",
    environment=environment,
    distributed_job_config=MpiConfiguration(process_count_per_node=2, node_count=2),
)
run = Experiment(Workspace.from_config(), "mpi").submit(config)
run.wait_for_completion(show_output=True)
print(f"pi is about {run.get_metrics('pi')['pi'][-1]:.4f}")
