"""Who gets which slot and GPU, and what the others are told."""

from __future__ import annotations

import random
from typing import Any

from tests.runner.fake_server import NOW

from runyard.domain.run import RunRecord, RunStatus
from runyard.server.background.slot_table import Granted, Refused, SlotTable
from runyard.storage.run_base import JobRecord


def job(
    name: str, gpus: int = 0, *, nodes: int = 1, depth: int = 0, holds: list[str] | None = None, workspace: str = "w"
) -> JobRecord:
    spec: dict[str, Any] = {"gpu_count": gpus, "node_group": {"kind": "mpi", "node_count": nodes}}
    run = RunRecord(
        id=name,
        workspace=workspace,
        experiment="e",
        number=1,
        root_id=name,
        display_name=name,
        status=RunStatus.QUEUED,
        created_at=NOW,
        definition={"spec": spec},
    )
    return JobRecord(run=run, depth=depth, handle=None if holds is None else {"gpus": holds})


def table(*held: JobRecord, slots: int = 9, gpus: str = "0123") -> SlotTable:
    return SlotTable("local", slots, list(gpus), held)


def reason(answer: Granted | Refused) -> str:
    assert isinstance(answer, Refused)
    return answer.reason


def test_runs_get_gpus_of_their_own_until_there_are_no_more() -> None:
    slots = table(job("held", 1, holds=["1"]))
    assert slots.ask(job("a", 2)) == Granted([["0", "2"]])
    assert reason(slots.ask(job("b", 2))) == (
        "Waiting for compute target 'local': number 1 in the queue. "
        "It waits for 2 of 4 GPUs: 0, 2 are used by a; 1 is used by held."
    )
    assert slots.ask(job("c")) == Granted([])


def test_a_run_that_needs_many_gpus_is_not_overtaken_for_ever() -> None:
    slots = table(job("held", 1, holds=["0"]))
    assert isinstance(slots.ask(job("wide", 4)), Refused)
    assert reason(slots.ask(job("narrow", 1))) == (
        "Waiting for compute target 'local': number 2 in the queue. It waits for 1 GPU, and wide is before it and needs GPUs too."
    )
    assert slots.ask(job("child", 1, depth=1)) == Granted([["1"]])  # its parent may be the one that holds 0


def test_each_node_has_its_share() -> None:
    assert table().ask(job("a", 2, nodes=2)) == Granted([["0", "1"], ["2", "3"]])


def test_a_run_that_asks_for_more_than_are_left_in_the_machine_says_so_and_holds_nobody_up() -> None:
    slots = table(gpus="01")
    assert "It asks for 3 GPUs, and the target has 2." in reason(slots.ask(job("a", 3)))
    assert isinstance(slots.ask(job("b", 2)), Granted)


def test_a_place_that_was_not_used_is_free_again() -> None:
    slots = table(slots=1)
    taken = job("a", 4)
    slots.ask(taken)
    slots.give_back(taken)
    assert slots.ask(job("b", 4)) == Granted([["0", "1", "2", "3"]])


def test_runs_of_another_workspace_are_not_named() -> None:
    slots = table(job("theirs", 4, holds=list("0123"), workspace="other"), job("mine"), slots=2)
    assert "taken, by mine and 1 more." in reason(slots.ask(job("a")))
    slots = table(job("theirs", 4, holds=list("0123"), workspace="other"))
    assert "0, 1, 2, 3 are used by a run of another workspace." in reason(slots.ask(job("a", 1)))


def test_whatever_is_asked_for_no_gpu_is_given_twice_and_no_level_has_more_than_its_slots() -> None:
    chance = random.Random(4)
    running: list[JobRecord] = []
    for round_number in range(300):
        running = [each for each in running if chance.random() < 0.7]
        slots = SlotTable("local", 3, list("0123"), running)
        for n in range(10):
            asking = job(f"r{round_number}_{n}", chance.randrange(5), nodes=chance.choice([1, 1, 2]), depth=chance.randrange(2))
            answer = slots.ask(asking)
            if isinstance(answer, Granted):
                given = [gpu for node in answer.gpus for gpu in node]
                running.append(JobRecord(run=asking.run, depth=asking.depth, handle={"gpus": given}))
        used = [gpu for each in running for gpu in (each.handle or {})["gpus"]]
        assert len(used) == len(set(used)) <= 4
        assert all(sum(each.depth == depth for each in running) <= 3 for depth in (0, 1))
