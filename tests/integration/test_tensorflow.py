"""TensorFlow's own strategy for several workers, in an environment that Runyard builds. Long mode only: it is a large one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from runyard import CondaDependencies, Environment, Experiment, ScriptRunConfig, TensorflowConfiguration

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1500),
    pytest.mark.skipif(os.environ.get("RUNYARD_LONG") != "1", reason="long mode only: RUNYARD_LONG=1"),
]

MIRRORED = """
import json, os
import tensorflow as tf
from runyard import Run
strategy = tf.distribute.MultiWorkerMirroredStrategy()
task = json.loads(os.environ["TF_CONFIG"])["task"]

@tf.function
def step():
    def each():
        context = tf.distribute.get_replica_context()
        value = tf.constant(float(task["index"] + 1))
        return context.all_reduce(tf.distribute.ReduceOp.SUM, value)
    return strategy.run(each)

total = float(step())
print(f"worker {task['index']} of {strategy.num_replicas_in_sync} sum {total}", flush=True)
assert strategy.num_replicas_in_sync == 2
if task["index"] == 0:
    Run.get_context().log("sum", total)
"""


def test_two_workers_of_the_mirrored_strategy_add_up(experiment: Experiment, project: Path) -> None:
    (project / "train.py").write_text(MIRRORED)
    environment = Environment("tensorflow")
    environment.python.conda_dependencies = CondaDependencies.create(pip_packages=["tensorflow-cpu"])
    wanted = TensorflowConfiguration(worker_count=2, parameter_server_count=0)
    run = experiment.submit(ScriptRunConfig(".", "train.py", environment=environment, distributed_job_config=wanted))
    run.wait_for_completion()
    assert run.get_metrics() == {"sum": 3.0}
