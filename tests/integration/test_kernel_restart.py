"""A notebook whose kernel is killed and started again goes on with its run: nothing of the first kernel is lost or doubled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from runyard import Experiment

jupyter_client = pytest.importorskip("jupyter_client")

POINTS = 20_000
ANSWER_SECONDS = 10
TRIES = 6
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
    manager = jupyter_client.KernelManager(kernel_name="python3")
    manager.start_kernel()
    yield manager
    manager.shutdown_kernel(now=True)


def connected(manager: Any) -> Any:
    """Return a client that the kernel answers.

    ipykernel may leave a client unread that connects in the moment of its start: one start of ten on a busy machine, whose bytes
    stay in the socket. A client that comes later is served.
    """
    for _ in range(TRIES):
        client = manager.client()
        client.start_channels()
        try:
            client.wait_for_ready(timeout=ANSWER_SECONDS)
        except RuntimeError as error:
            assert manager.is_alive(), f"the kernel ended at its start: {error}"
            client.stop_channels()
        else:
            return client
    raise AssertionError(f"the kernel answered none of {TRIES} clients")


def runner(manager: Any) -> Callable[[str], str]:
    """Return what runs a cell and gives what it printed."""
    client = connected(manager)

    def run(code: str) -> str:
        printed: list[str] = []

        def note(message: dict[str, Any]) -> None:
            if message["msg_type"] == "stream" and message["content"]["name"] == "stdout":
                printed.append(message["content"]["text"])

        reply = client.execute_interactive(code, timeout=60, output_hook=note)
        assert reply["content"]["status"] == "ok", reply["content"]
        return "".join(printed).strip()

    return run


@pytest.mark.slow
def test_a_restarted_kernel_goes_on_with_its_run(experiment: Experiment, kernel: Any, killed: Counter[str]) -> None:
    names = {"workspace": experiment.workspace.name, "experiment": experiment.name}
    cell = runner(kernel)
    run_id = cell(BEGIN.format(**names, run="experiment.start_logging(snapshot_directory=None, outputs=None)"))
    assert cell(LOG.format(start=0)) == "logged"
    kernel.restart_kernel(now=True)  # SIGKILL, as the button of a notebook does in the end
    killed["kernel of a notebook"] += 1
    cell = runner(kernel)
    assert cell(BEGIN.format(**names, run=f"Run(experiment, {run_id!r})")) == run_id
    assert cell(LOG.format(start=POINTS)) == "logged"
    cell("run.complete()")
    run = next(run for run in experiment.get_runs() if run.id == run_id)
    metrics = run.get_metrics()
    assert sorted(metrics["n"]) == list(range(2 * POINTS)), f"{len(metrics['n'])} points"
    assert sorted(metrics["list"], key=str) == sorted([0, None, POINTS, None], key=str)
    assert [n for n in metrics["n"] if n < POINTS] == list(range(POINTS))
    assert run.get_status() == "Completed"
