"""Submit parent.py, wait for it and its children, and show what they logged."""

from __future__ import annotations

import sys

from runyard import Environment, Experiment, ScriptRunConfig, Workspace

environment = Environment("parent")
environment.python.user_managed_dependencies = True
environment.python.interpreter_path = sys.executable

config = ScriptRunConfig(".", "parent.py", environment=environment)
run = Experiment(Workspace.from_config(), "parent").submit(config)
run.wait_for_completion(show_output=True)
print(run.get_metrics("letters"))
