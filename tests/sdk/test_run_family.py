"""Parents, roots and children at work at the same time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from runyard import Run, Workspace

CHILDREN = 8
POINTS = 50
PROGRAM = """
import sys
from runyard import Run, Workspace

workspace = Workspace(workspace_name=sys.argv[1])
child = Run.get(workspace, sys.argv[2])
number = int(sys.argv[3])


def root_run(run):
    return run if run.parent is None else root_run(run.parent)


parent, root = child.parent, root_run(child)
for step in range(int(sys.argv[4])):
    child.log("own", number)
    parent.log("parent's", number * 1000 + step)
    root.log("root's", number * 1000 + step)
root.log("done", f"Data from child run {child.id}")
child.complete()
"""


@pytest.mark.slow
def test_eight_children_log_to_their_parent_and_root_at_once(run: Run, workspace: Workspace, project: Path) -> None:
    (project / "child.py").write_text(PROGRAM)
    parent = run.child_run("middle")
    children = parent.create_children(count=CHILDREN)
    processes = [
        subprocess.Popen([sys.executable, "child.py", workspace.name, child.id, str(number), str(POINTS)])
        for number, child in enumerate(children)
    ]
    assert [process.wait(timeout=240) for process in processes] == [0] * CHILDREN
    expected = sorted(number * 1000 + step for number in range(CHILDREN) for step in range(POINTS))
    assert sorted(parent.get_metrics()["parent's"]) == expected
    assert sorted(run.get_metrics()["root's"]) == expected
    assert sorted(run.get_metrics()["done"]) == sorted(f"Data from child run {child.id}" for child in children)
    own = [child.get_metrics()["own"] for child in sorted(children, key=lambda child: child.number)]
    assert own == [[number] * POINTS for number in range(CHILDREN)]
    assert {child.get_status() for child in run.get_children(recursive=True, tags="azureml.batch_child_number")} == {"Completed"}


def test_a_chain_of_parents_leads_to_the_root(run: Run) -> None:
    deep = run
    for _ in range(5):
        deep = deep.child_run()
    chain = [deep]
    while chain[-1].parent is not None:
        chain.append(chain[-1].parent)
    assert chain[-1] == run and len(chain) == 6
    assert len(list(run.get_children())) == 1 and len(list(run.get_children(recursive=True))) == 5


def test_two_thousand_children_come_of_one_request(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    create = run._client.runs.create
    requests: list[int] = []

    def counted(experiment: str, request: object) -> object:
        requests.append(len(request.runs))  # type: ignore[attr-defined]
        return create(experiment, request)  # type: ignore[arg-type]

    monkeypatch.setattr(run._client.runs, "create", counted)
    children = run.create_children(tag_key="seed", tag_values=list(range(2000)))
    assert requests == [2000] and len({child.id for child in children}) == 2000
    assert children[7].tags == {"seed": "7"}
