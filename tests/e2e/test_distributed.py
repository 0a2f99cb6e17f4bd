"""A run of two nodes shows its log folders under Outputs + logs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from runyard import Experiment, MpiConfiguration, ScriptRunConfig
from tests.e2e.conftest import Studio

ALL_REDUCE = """
from mpi4py import MPI
world = MPI.COMM_WORLD
total = world.allreduce(world.Get_rank() + 1)
print(f"rank {world.Get_rank()} of {world.Get_size()}: the sum is {total}")
open(f"outputs/part_{world.Get_rank()}.txt", "w").write(str(total))
"""


@pytest.mark.slow
def test_the_files_of_a_run_of_two_nodes_are_in_a_folder_for_each(studio: Studio, experiment: Experiment, tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "train.py").write_text(ALL_REDUCE)
    wanted = MpiConfiguration(process_count_per_node=2, node_count=2)
    run = experiment.submit(ScriptRunConfig(str(tmp_path / "source"), "train.py", distributed_job_config=wanted))
    run.wait_for_completion()
    nodes = sorted(
        {name.split("/")[1] for name in run.get_file_names() if name.endswith("_driver_log_0.txt") or "_log_2" in name}
    )
    page = studio.open(f"/runs/{run.id}/outputs")
    tree = page.get_by_role("treegrid")
    tree.get_by_text("azureml-logs").wait_for()
    for node in nodes:
        folder = tree.get_by_role("row", name=node).first
        if folder.get_attribute("aria-expanded") == "false":
            folder.get_by_role("button").first.click()
        tree.get_by_text(f"65_job_prep-{node}.txt").wait_for()
        tree.get_by_text(f"55_azureml-execution-{node}.txt").wait_for()
    for name in ("70_driver_log_0.txt", "70_driver_log_3.txt", "70_mpi_log.txt", "process_info.json", "process_status.json"):
        tree.get_by_text(name).first.wait_for()
    tree.get_by_text("70_driver_log_3.txt").click()
    page.get_by_text("rank 3 of 4: the sum is 10").wait_for()
    if where := os.environ.get("RUNYARD_SCREENSHOTS"):
        page.screenshot(path=Path(where) / "two-node-run.png")
