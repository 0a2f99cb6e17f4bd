"""The script's child processes import azureml again, whichever way they are started."""

import multiprocessing
import subprocess
import sys

from azureml.core import Run


def name_of_run(_: int) -> str:
    return Run.get_context().id


if __name__ == "__main__":
    run = Run.get_context()
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        print("spawned:", pool.map(name_of_run, [1]) == [run.id])
    command = [sys.executable, "-c", "from azureml.core.run import Run; print('called:', Run.get_context().id)"]
    print(subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip() == f"called: {run.id}")
