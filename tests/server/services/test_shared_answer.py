"""Equal questions that wait share one piece of work, and nobody gets an answer from before its question."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from runyard.errors import NotFoundError
from runyard.server.services import shared_answer
from runyard.server.services.shared_answer import SharedAnswers

PATIENCE_S = 60


class Store:
    """Something that is asked: work stops at ``gate`` where that is closed."""

    def __init__(self) -> None:
        self.stored = 0
        self.made: list[int] = []
        self.began = threading.Semaphore(0)
        self.gate = threading.Event()
        self.gate.set()

    def version(self) -> int:
        return self.stored

    def make(self) -> bytes:
        found = self.stored
        self.made.append(found)
        self.began.release()
        assert self.gate.wait(PATIENCE_S)
        return b"%d" % found


def run(act: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(act(), PATIENCE_S))


async def begun(store: Store) -> None:
    assert await asyncio.to_thread(store.began.acquire, timeout=PATIENCE_S)


def test_questions_that_wait_are_answered_together_by_work_that_begins_after_them() -> None:
    async def act() -> None:
        store, answers = Store(), SharedAnswers()
        store.gate.clear()
        first = asyncio.create_task(answers.answer("q", store.version, store.make))
        await begun(store)
        store.stored = 1  # the first piece of work has looked already
        later = [asyncio.create_task(answers.answer("q", store.version, store.make)) for _ in range(20)]
        await asyncio.sleep(0)
        store.gate.set()
        assert await first == b"0"
        assert await asyncio.gather(*later) == [b"1"] * 20
        assert store.made == [0, 1]

    run(act)


def test_an_answer_is_kept_until_something_changes() -> None:
    async def act() -> None:
        store, answers = Store(), SharedAnswers()
        assert [await answers.answer("q", store.version, store.make) for _ in range(3)] == [b"0"] * 3
        store.stored = 1
        assert await answers.answer("q", store.version, store.make) == b"1"
        assert await answers.answer("other", store.version, store.make) == b"1"
        assert store.made == [0, 1, 1]

    run(act)


def test_what_is_stored_while_an_answer_is_made_is_in_the_next_one() -> None:
    async def act() -> None:
        store, answers = Store(), SharedAnswers()
        store.gate.clear()
        first = asyncio.create_task(answers.answer("q", store.version, store.make))
        await begun(store)
        store.stored = 1
        store.gate.set()
        assert await first == b"0"
        assert await answers.answer("q", store.version, store.make) == b"1"

    run(act)


def test_one_who_goes_away_does_not_end_the_work_of_the_others() -> None:
    async def act() -> None:
        store, answers = Store(), SharedAnswers()
        store.gate.clear()
        gone = asyncio.create_task(answers.answer("q", store.version, store.make))
        await begun(store)
        gone.cancel()
        other = asyncio.create_task(answers.answer("q", store.version, store.make))
        store.gate.set()
        assert await other == b"0"

    run(act)


def test_an_error_reaches_everybody_who_waits_and_is_not_kept() -> None:
    async def act() -> None:
        store, answers = Store(), SharedAnswers()

        def missing() -> int:
            raise NotFoundError("There is no such workspace.")

        asked = [asyncio.create_task(answers.answer("q", missing, store.make)) for _ in range(3)]
        for task in asked:
            with pytest.raises(NotFoundError):
                await task
        assert await answers.answer("q", store.version, store.make) == b"0"

    run(act)


def test_the_oldest_answers_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_answer, "KEPT_BYTES", 2)

    async def act() -> None:
        store, answers = Store(), SharedAnswers()
        for question in ("a", "b", "a", "c", "a", "b"):  # b goes for c: a was asked for since
            await answers.answer(question, store.version, store.make)
        assert len(store.made) == 4

    run(act)


def test_batches_let_an_answer_be_made_first() -> None:
    async def act() -> None:
        store, answers = Store(), SharedAnswers()
        seen: list[bool] = []

        def make() -> bytes:
            seen.append(answers.turn.let_reads_go_first())
            return store.make()

        await answers.answer("q", store.version, make)
        assert seen == [False] and answers.turn.let_reads_go_first()

    run(act)
