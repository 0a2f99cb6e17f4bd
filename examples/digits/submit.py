"""Submit train.py to Runyard, watch it, and show what came out.

python submit.py                     the defaults of train.py
python submit.py --model logistic    other arguments go to train.py as they are
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from runyard import Environment, Experiment, Run, ScriptRunConfig, Workspace
from runyard.errors import RunyardError

HERE = Path(__file__).resolve().parent
BARS = "▁▂▃▄▅▆▇█"
WIDTH = 40


def submit(arguments: Sequence[str]) -> Run:
    """Submit the training script with ``arguments``, to run on this machine with the Python that runs this."""
    workspace = Workspace.from_config(HERE)
    environment = Environment("digits")
    environment.python.user_managed_dependencies = True
    environment.python.interpreter_path = sys.executable
    config = ScriptRunConfig(source_directory=str(HERE), script="train.py", arguments=list(arguments), environment=environment)
    return Experiment(workspace, "digits").submit(config, tags={"example": "digits"})


def sparkline(values: Sequence[float], width: int = WIDTH) -> str:
    """Draw ``values`` as a line of at most ``width`` bars, lowest to highest; a NaN is a gap."""
    step = max(1, math.ceil(len(values) / width))
    shown = [values[index] for index in range(0, len(values), step)]
    finite = [value for value in shown if math.isfinite(value)]
    low, high = min(finite, default=0.0), max(finite, default=0.0)
    scale = (len(BARS) - 1) / (high - low) if high > low else 0.0
    return "".join(BARS[round((value - low) * scale)] if math.isfinite(value) else " " for value in shown)


def metric_lines(metrics: dict[str, Any]) -> list[str]:
    """Return a line for each metric: a series as a sparkline with its last value, a table as its columns."""
    width = max(map(len, metrics), default=0)
    return [f"  {name:<{width}}  {_summary(value)}" for name, value in metrics.items()]


def _summary(value: Any) -> str:
    if isinstance(value, dict):
        return "table: " + ", ".join(value)
    if isinstance(value, str) and value.startswith("aml://"):
        return "file: " + value.rsplit("/", 1)[-1]
    if not isinstance(value, list):
        return f"{value:.4g}" if isinstance(value, float) else str(value)
    numbers = [float(item) for item in value if isinstance(item, (int, float))]
    return f"{sparkline(numbers)}  {numbers[-1]:.4g}" if numbers else f"{len(value)} values"


def main() -> None:
    """Submit, stream the log, print the metrics and the link."""
    run = submit(sys.argv[1:])
    run.wait_for_completion(show_output=True)
    print(f"\nMetrics of {run.id}")
    print("\n".join(metric_lines(run.get_metrics())))
    print(f"\nThe run in the Studio: {run.get_portal_url()}")
    print(f"Again later: runyard open {run.id}")


if __name__ == "__main__":
    try:
        main()
    except RunyardError as error:
        sys.exit(f"{type(error).__name__}: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
