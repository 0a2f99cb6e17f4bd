"""Answers that many ask for: equal questions that wait are answered by one piece of work, and kept while nothing has changed.

Twenty dashboards that show the same running run ask the same, again and again. A question that comes while an equal one is being
worked on waits for the next piece of work, which begins after it was asked: so each answer has all that was stored before its
question. At most :data:`WORKERS` pieces of work run at once; more would only wait for each other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable

from anyio import CapacityLimiter, to_thread

from runyard.storage.sized_cache import SizedCache

WORKERS = 4
KEPT_BYTES = 32 << 20
KEPT_ANSWER_BYTES = 2 << 20
"""A longer answer is not kept: it would push out the many short ones that are asked for once a second."""


class SharedAnswers:
    """Answers of one server. :meth:`answer` is used on its event loop only."""

    def __init__(self) -> None:
        self._limiter = CapacityLimiter(WORKERS)
        self._waiting: dict[Hashable, asyncio.Task[bytes]] = {}
        self._running: dict[Hashable, asyncio.Task[bytes]] = {}
        self._kept: SizedCache[Hashable, tuple[Hashable, bytes]] = SizedCache(KEPT_BYTES, lambda held: len(held[1]))

    async def answer(self, question: Hashable, version: Callable[[], Hashable], make: Callable[[], bytes]) -> bytes:
        """Return what ``make`` gives, or what it gave for an equal question at the same ``version``.

        Both are called in a thread. ``version`` must change whenever ``make`` would give something else. Errors of either reach
        everybody who waits for this work.
        """
        task = self._waiting.get(question)
        if task is None:
            task = asyncio.create_task(self._work(self._running.get(question), question, version, make))
            task.add_done_callback(_note_error)
            self._waiting[question] = task
        return await asyncio.shield(task)  # others may wait for it too: one who goes away does not end it

    async def _work(
        self, before: asyncio.Task[bytes] | None, question: Hashable, version: Callable[[], Hashable], make: Callable[[], bytes]
    ) -> bytes:
        if before is not None:
            await asyncio.wait([before])
        async with self._limiter:
            task = self._running[question] = self._waiting.pop(question)  # whoever asks from here on waits for the next
            try:
                return await to_thread.run_sync(self._made, question, version, make, limiter=_UNBOUNDED)
            finally:
                if self._running.get(question) is task:
                    del self._running[question]

    def _made(self, question: Hashable, version: Callable[[], Hashable], make: Callable[[], bytes]) -> bytes:
        # The version is read first: what comes in between is in the answer, and the answer is then made anew once too often.
        now = version()
        held = self._kept.get(question)
        if held is not None and held[0] == now:
            return held[1]
        made = make()
        if len(made) <= KEPT_ANSWER_BYTES:
            self._kept.keep(question, (now, made))
        return made


_UNBOUNDED = CapacityLimiter(float("inf"))
"""The workers are counted before they begin, so that equal questions that wait for one are still taken together."""


def _note_error(task: asyncio.Task[bytes]) -> None:
    """Mark an error as seen, also where everybody who waited for it has gone."""
    if not task.cancelled():
        task.exception()
