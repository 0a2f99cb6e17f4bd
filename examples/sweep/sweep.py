"""Try several learning rates and sizes, each as a child run, and show which was best.

python sweep.py          submits itself and waits
python sweep.py --here   tries them in this process, as an interactive run
"""

from __future__ import annotations

import argparse
import itertools
import random
import sys
from typing import Any

from runyard import Environment, Experiment, Run, ScriptRunConfig, Workspace

RATES = (0.001, 0.01, 0.1)
SIZES = (8, 32)
POINTS = 200


def train(run: Any, rate: float, size: int, epochs: int = 30) -> float:
    """Fit a straight line to noisy points by gradient descent on batches of ``size``; log and return the mean squared error."""
    generator = random.Random(7)
    points = [(x / POINTS, 2 * x / POINTS - 0.5 + generator.gauss(0, 0.05)) for x in range(POINTS)]
    slope, offset, error = 0.0, 0.0, 0.0
    for epoch in range(1, epochs + 1):
        generator.shuffle(points)
        for start in range(0, POINTS, size):
            batch = [(x, slope * x + offset - y) for x, y in points[start : start + size]]
            slope -= rate * 2 * sum(x * miss for x, miss in batch) / len(batch)
            offset -= rate * 2 * sum(miss for _, miss in batch) / len(batch)
        error = sum((slope * x + offset - y) ** 2 for x, y in points) / POINTS
        run.log("error", error, step=epoch)
    return error


def sweep(parent: Any) -> None:
    """Train once for each pair of parameters, as a child of ``parent``; log the table of all and tag the parent with the best."""
    results = []
    for rate, size in itertools.product(RATES, SIZES):
        with parent.child_run(name=f"rate {rate}, size {size}") as child:
            child.tag("rate", rate)
            child.tag("size", size)
            results.append((train(child, rate, size), rate, size))
            print(f"rate {rate}, size {size}: error {results[-1][0]:.5f}", flush=True)
    errors, rates, sizes = zip(*results, strict=True)
    parent.log_table("sweep", {"rate": list(rates), "size": list(sizes), "error": list(errors)})
    error, rate, size = min(results)
    parent.tag("best", f"rate {rate}, size {size}")
    print(f"Best: rate {rate}, size {size}, error {error:.5f}", flush=True)


def submit() -> Run:
    """Submit this script, to run with the Python that runs it now."""
    environment = Environment("sweep")
    environment.python.user_managed_dependencies = True
    environment.python.interpreter_path = sys.executable
    config = ScriptRunConfig(".", "sweep.py", arguments=["--in-run"], environment=environment)
    return Experiment(Workspace.from_config(), "sweep").submit(config)


def main() -> None:
    """Do what the arguments say."""
    parser = argparse.ArgumentParser(description="A parameter sweep with child runs.")
    parser.add_argument("--here", action="store_true", help="try them in this process")
    parser.add_argument("--in-run", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.in_run:
        sweep(Run.get_context(allow_offline=False))
    elif args.here:
        with Experiment(Workspace.from_config(), "sweep").start_logging(snapshot_directory=None) as run:
            sweep(run)
    else:
        run = submit()
        run.wait_for_completion(show_output=True)
        best = min(run.get_children(), key=lambda child: child.get_metrics("error")["error"][-1])
        print(f"The best child is {best.id}: {best.get_tags()}")


if __name__ == "__main__":
    main()
