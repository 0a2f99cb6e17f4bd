"""Ports by which the processes of a distributed run meet, which no other run of this machine is given at the same time."""

from __future__ import annotations

import random
import socket
import sys
from collections.abc import Iterable, Iterator
from itertools import chain, repeat

LOOPBACK = "127.0.0.1"
CALM_PORTS = range(20000, 30000)
"""Below those that the system gives to outgoing connections (Linux: from 32768), of which one may take a port at any time. Only
for runs on one machine: between machines a firewall may let nothing but those pass, where the frameworks open further ones."""

_TRIES = 1000


class ReservedPorts:
    """Ports that nobody listens on. No other run gets them before :meth:`close`, or the end of this process.

    A run prepares for minutes between being given a port and using it, so that it is free then is not enough. The mark of a
    reservation is a socket by name (Linux only), which is seen where the port is, and is gone with its process. Another program
    may still take the port; nothing can prevent that.
    """

    def __init__(self, count: int, address: str) -> None:
        """Reserve ``count`` ports for a run whose processes meet at ``address``.

        Raises:
            OSError: no port is free.
        """
        self._marks: list[socket.socket] = []
        self.numbers: list[int] = []
        for port in _candidates(address):
            if port not in self.numbers and self._is_reserved(port):
                self.numbers.append(port)
            if len(self.numbers) == count:
                return
        self.close()
        raise OSError(f"This machine has no {count} free ports for the processes of the run.")

    def close(self) -> None:
        """Give the ports back."""
        for mark in self._marks:
            mark.close()
        self._marks.clear()

    def _is_reserved(self, port: int) -> bool:
        """Reserve a port; False where it is another run's, or somebody listens there."""
        mark = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            if sys.platform.startswith("linux"):
                mark.bind(f"\0runyard-port-{port}")
            with socket.socket() as probe:
                probe.bind(("", port))
        except OSError:
            mark.close()
            return False
        self._marks.append(mark)
        return True


def _candidates(address: str) -> Iterator[int]:
    calm: Iterable[int] = random.sample(CALM_PORTS, _TRIES) if address == LOOPBACK else ()
    return chain(calm, (_port_of_the_system() for _ in repeat(None, _TRIES)))


def _port_of_the_system() -> int:
    with socket.socket() as probe:
        probe.bind(("", 0))
        return int(probe.getsockname()[1])
