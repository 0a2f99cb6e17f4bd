"""The ports of a distributed run stay free until its processes use them."""

from __future__ import annotations

import socket

import pytest

from runyard.runner.node_group import variables
from runyard.runner.node_group.variables import FIRST_PORT, free_ports


def test_the_ports_are_none_that_the_system_gives_to_others_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(variables, "_first_given_port", lambda: 32_768)
    ports = free_ports(3)
    assert len(set(ports)) == 3 and all(FIRST_PORT <= port < 32_768 for port in ports)


def test_a_port_that_somebody_has_is_left_to_them(monkeypatch: pytest.MonkeyPatch) -> None:
    (free,) = free_ports(1)
    monkeypatch.setattr(variables, "_first_given_port", lambda: 32_768)
    with socket.socket() as other:
        other.bind(("", free))
        monkeypatch.setattr(variables.random, "sample", lambda *_, **__: [free])
        (given,) = free_ports(1)
        assert given not in (0, free)


@pytest.mark.parametrize("first", [FIRST_PORT, FIRST_PORT + 1])
def test_where_the_system_gives_nearly_all_ports_they_are_of_those(monkeypatch: pytest.MonkeyPatch, first: int) -> None:
    monkeypatch.setattr(variables, "_first_given_port", lambda: first)
    assert len(set(free_ports(4))) == 4
