"""Reads go before what is recorded: somebody waits for a chart, nobody for a batch.

All threads of the server share one interpreter. A read of ten milliseconds beside four threads that store batches takes twice
that; when no new batch is begun meanwhile, it takes half as much longer, and as many batches are stored.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE_S = 0.1
"""How long a batch lets reads go first. It is stored then whatever is read: reads that never end must not stop recording."""


class ReadTurn:
    """Knows whether somebody reads. Methods may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reads = 0
        self._none = threading.Event()
        self._none.set()

    @contextmanager
    def read(self) -> Iterator[None]:
        """Let what is recorded wait until this ends."""
        with self._lock:
            self._reads += 1
            self._none.clear()
        try:
            yield
        finally:
            with self._lock:
                self._reads -= 1
                if not self._reads:
                    self._none.set()

    def let_reads_go_first(self) -> bool:
        """Wait until nobody reads, for :data:`PATIENCE_S` at most; return whether nobody does."""
        return self._none.wait(PATIENCE_S)
