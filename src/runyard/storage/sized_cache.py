"""What was made or unpacked lately, kept in memory up to a size."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class SizedCache(Generic[K, V]):
    """Values by their keys; those that were asked for longest ago go when all together are larger than ``max_size``.

    What was kept last always stays, however large it is: it was just made for somebody, who may come again. A caller that wants
    no such value kept does not keep it. ``max_size`` and what ``size_of`` gives have the same unit, whichever that is, and the
    size of a value must not change while it is kept. Methods may be called from any thread.
    """

    def __init__(self, max_size: int, size_of: Callable[[V], int]) -> None:
        self.max_size = max_size
        self._size_of = size_of
        self._lock = threading.Lock()
        self._kept: OrderedDict[K, V] = OrderedDict()
        self._size = 0

    @property
    def size(self) -> int:
        """The size of all that is kept."""
        return self._size

    def get(self, key: K) -> V | None:
        """Return what is kept of a key, which counts as asked for, or None."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def keep(self, key: K, value: V) -> None:
        """Keep a value, in place of the one that its key had."""
        size = self._size_of(value)
        with self._lock:
            old = self._kept.pop(key, None)
            self._size += size - (0 if old is None else self._size_of(old))
            self._kept[key] = value
            while self._size > self.max_size and len(self._kept) > 1:
                self._size -= self._size_of(self._kept.popitem(last=False)[1])
