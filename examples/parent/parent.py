"""Submit three child runs, wait for them, and log what came of them. This is the script that runs; submit.py starts it."""

from __future__ import annotations

import sys

from runyard import Environment, Run, ScriptRunConfig

FRUITS = ("apple", "banana", "orange")

run = Run.get_context(allow_offline=False)

environment = Environment("parent")
environment.python.user_managed_dependencies = True
environment.python.interpreter_path = sys.executable

for fruit in FRUITS:
    print(f"submitting a child for {fruit}", flush=True)
    config = ScriptRunConfig(".", "child.py", arguments=["--fruit", fruit], environment=environment)
    run.submit_child(config, tags={"fruit": fruit})

# They run at the same time, each in a place of its own, so waiting here holds up none of them.
for child in run.get_children():
    child.wait_for_completion()
    run.log_row("letters", fruit=child.get_tags()["fruit"], letters=child.get_metrics()["letters"])
