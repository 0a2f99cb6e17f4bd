"""Two runs of one machine never meet at the same port."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from runyard.runner.node_group import ports
from runyard.runner.node_group.ports import CALM_PORTS, LOOPBACK, ReservedPorts


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a reservation is seen by other processes on Linux only")
def test_a_port_that_another_process_has_reserved_is_not_given_again(monkeypatch: pytest.MonkeyPatch) -> None:
    code = (
        "import sys; from runyard.runner.node_group.ports import *\n"
        "kept = ReservedPorts(3, LOOPBACK); print(kept.numbers, flush=True)\n"
        "sys.stdin.read()"
    )
    other = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None
    taken = [int(port) for port in other.stdout.readline().strip("[]\n").split(", ")]
    free = ReservedPorts(1, LOOPBACK)
    free.close()
    monkeypatch.setattr(ports, "_candidates", lambda address: iter([*taken, *free.numbers]))
    own = ReservedPorts(1, LOOPBACK)
    assert own.numbers == free.numbers
    own.close()
    other.communicate("")
    again = ReservedPorts(3, LOOPBACK)  # the end of its process gives them back
    assert again.numbers == taken
    again.close()


def test_a_port_that_somebody_listens_on_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as busy, socket.socket() as probe:
        for each in (busy, probe):
            each.bind(("", 0))
        busy.listen()
        (taken, free) = (each.getsockname()[1] for each in (busy, probe))
        probe.close()
        monkeypatch.setattr(ports, "_candidates", lambda address: iter([taken, free]))
        own = ReservedPorts(1, LOOPBACK)
        assert own.numbers == [free]
        own.close()


def test_processes_of_one_machine_meet_below_the_ports_of_outgoing_connections() -> None:
    local, wide = ReservedPorts(5, LOOPBACK), ReservedPorts(5, "10.0.0.1")
    assert len(set(local.numbers)) == 5 and all(port in CALM_PORTS for port in local.numbers)
    assert len({*wide.numbers, *local.numbers}) == 10
    settings = Path("/proc/sys/net/ipv4/ip_local_port_range")
    if settings.exists() and int(settings.read_text().split()[0]) == 32768:
        assert all(port >= 32768 for port in wide.numbers)
    local.close()
    wide.close()


def test_no_port_at_all_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "_candidates", lambda address: iter(()))
    with pytest.raises(OSError, match="no 2 free ports"):
        ReservedPorts(2, LOOPBACK)
