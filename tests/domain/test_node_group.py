from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from runyard.domain.node_group import NodeGroup, NodeGroupKind, node_processes


@given(nodes=st.integers(1, 8), count=st.integers(1, 40))
def test_every_rank_has_one_place_and_every_node_a_fair_share(nodes: int, count: int) -> None:
    count = max(nodes, count)
    found = node_processes(NodeGroup(kind=NodeGroupKind.PYTORCH, node_count=nodes, process_count=count))
    assert [process.rank for process in found] == list(range(count))
    sizes = [[process.local_rank for process in found if process.node == node] for node in range(nodes)]
    assert all(ranks == list(range(len(ranks))) for ranks in sizes)
    assert max(map(len, sizes)) - min(map(len, sizes)) <= 1
    assert all(process.local_size == len(sizes[process.node]) for process in found)


def test_tensorflow_has_a_worker_a_node_and_deals_parameter_servers_out() -> None:
    group = NodeGroup(kind=NodeGroupKind.TENSORFLOW, node_count=2, process_count=5, worker_count=2, parameter_server_count=3)
    found = node_processes(group)
    assert [(process.name, process.node, process.local_rank) for process in found] == [
        ("worker_0", 0, 0),
        ("worker_1", 1, 0),
        ("ps_0", 0, 1),
        ("ps_1", 1, 1),
        ("ps_2", 0, 2),
    ]
    assert found[3].log_name == "70_driver_log_ps_1.txt"


def test_an_mpi_log_is_named_by_its_rank() -> None:
    (only,) = node_processes(NodeGroup(kind=NodeGroupKind.MPI))
    assert (only.name, only.log_name) == ("rank_0", "70_driver_log_0.txt")
