"""A notebook whose kernel is killed and started again goes on with its run: nothing of the first kernel is lost or doubled."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from runyard import Experiment

jupyter_client = pytest.importorskip("jupyter_client")

POINTS = 20_000
BEGIN = """
from runyard import Experiment, Run, Workspace
experiment = Experiment(Workspace.get({workspace!r}), {experiment!r})
run = {run}
print(run.id)
"""
LOG = f"""
for n in range({{start}}, {{start}} + {POINTS}): run.log("n", n)
run.log_list("list", [{{start}}, None])
print("logged")
"""


@pytest.fixture
def kernel() -> Iterator[Any]:
    """A real IPython kernel, behind the manager that a notebook server has."""
    # Over files, not TCP: the ports are chosen by the manager and bound by the kernel, and others may take them in between.
    # The names of such files are short.
    with tempfile.TemporaryDirectory() as folder:
        manager = jupyter_client.KernelManager(kernel_name="python3", transport="ipc", ip=f"{folder}/kernel")
        manager.start_kernel()
        yield manager
        manager.shutdown_kernel(now=True)


class Notebook:
    """What a notebook does with its kernel: runs cells, and restarts it."""

    def __init__(self, manager: Any) -> None:
        self._manager = manager
        self._client = self._connected()

    def _connected(self) -> Any:
        client = self._manager.client()
        client.start_channels()
        client.wait_for_ready(timeout=60)
        return client

    def restart(self) -> None:
        """Kill the kernel by SIGKILL, as the button of a notebook does in the end, and start another."""
        # All clients of a manager have one identity: an old one that is left may be the one that the new kernel listens to.
        self._client.stop_channels()
        self._manager.restart_kernel(now=True)
        self._client = self._connected()

    def cell(self, code: str) -> str:
        """Run a cell and return what it printed."""
        printed: list[str] = []

        def note(message: dict[str, Any]) -> None:
            if message["msg_type"] == "stream" and message["content"]["name"] == "stdout":
                printed.append(message["content"]["text"])

        reply = self._client.execute_interactive(code, timeout=60, output_hook=note)
        assert reply["content"]["status"] == "ok", reply["content"]
        return "".join(printed).strip()


@pytest.mark.slow
def test_a_restarted_kernel_goes_on_with_its_run(experiment: Experiment, kernel: Any, killed: Counter[str]) -> None:
    names = {"workspace": experiment.workspace.name, "experiment": experiment.name}
    notebook = Notebook(kernel)
    run_id = notebook.cell(BEGIN.format(**names, run="experiment.start_logging(snapshot_directory=None, outputs=None)"))
    assert notebook.cell(LOG.format(start=0)) == "logged"
    notebook.restart()
    killed["kernel of a notebook"] += 1
    assert notebook.cell(BEGIN.format(**names, run=f"Run(experiment, {run_id!r})")) == run_id
    assert notebook.cell(LOG.format(start=POINTS)) == "logged"
    notebook.cell("run.complete()")
    run = next(run for run in experiment.get_runs() if run.id == run_id)
    metrics = run.get_metrics()
    assert sorted(metrics["n"]) == list(range(2 * POINTS)), f"{len(metrics['n'])} points"
    assert sorted(metrics["list"], key=str) == sorted([0, None, POINTS, None], key=str)
    assert [n for n in metrics["n"] if n < POINTS] == list(range(POINTS))
    assert run.get_status() == "Completed"
