"""How long it takes from ``submit`` to the script's first line, for an unchanged folder and a cached environment.

    python benchmarks/submission.py [rounds]

Start it with RUNYARD_HOME at an empty folder; the server is started there and stays up.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from runyard import CondaDependencies, Environment, Experiment, ScriptRunConfig, Workspace

SCRIPT = "import time\nprint('first line at', time.time(), flush=True)\n"
LOG = "azureml-logs/70_driver_log.txt"


def first_line_s(experiment: Experiment, config: ScriptRunConfig) -> tuple[float, dict[str, float]]:
    """Submit, and return the seconds until the script ran, with the parts that the run tells."""
    began = time.time()
    run = experiment.submit(config)
    run.wait_for_completion()
    text = run.get_details_with_logs()["logFiles"][LOG]
    line = next(line for line in text.splitlines() if line.startswith("first line at"))
    return float(line.split()[-1]) - began, run.get_details().get("timeToFirstLine", {})


def main() -> None:
    """Print the median of several rounds, for this Python and for an environment with packages."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    folder = Path(tempfile.mkdtemp())
    (folder / "train.py").write_text(SCRIPT)
    for number in range(50):
        (folder / f"module_{number}.py").write_text(f"X = {number}\n" * 200)
    experiment = Experiment(Workspace.from_config() if Path("config.json").exists() else Workspace("default"), "benchmark")
    packages = Environment("packages")
    packages.python.conda_dependencies = CondaDependencies.create(pip_packages=["iniconfig==2.0.0"])
    by_hand = time.time()
    subprocess.run([sys.executable, "train.py"], cwd=folder, check=True, capture_output=True)
    print(f"started by hand: {time.time() - by_hand:.2f} s")
    for name, environment in (("this Python", None), ("cached environment", packages)):
        config = ScriptRunConfig(str(folder), "train.py", environment=environment)
        first, _ = first_line_s(experiment, config)
        measured = [first_line_s(experiment, config) for _ in range(rounds)]
        seconds = sorted(each for each, _ in measured)
        print(f"{name}: first {first:.2f} s; then median {statistics.median(seconds):.2f} s, worst {seconds[-1]:.2f} s")
        print(f"    the last one: {measured[-1][1]}")


if __name__ == "__main__":
    main()
