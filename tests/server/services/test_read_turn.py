"""A batch is stored after the reads that are under way, and after a while whatever is read."""

from __future__ import annotations

import threading

import pytest

from runyard.server.services import read_turn
from runyard.server.services.read_turn import ReadTurn

DEADLINE_S = 60.0


def test_a_batch_waits_until_the_last_read_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_turn, "PATIENCE_S", DEADLINE_S)
    turn = ReadTurn()
    order: list[str] = []
    begun = threading.Event()

    def store() -> None:
        begun.set()
        assert turn.let_reads_go_first()
        order.append("stored")

    batch = threading.Thread(target=store)
    with turn.read():
        with turn.read():
            batch.start()
            assert begun.wait(DEADLINE_S)
        order.append("one read ended")
        batch.join(0.05)
        assert batch.is_alive()
        order.append("read")
    batch.join(DEADLINE_S)
    assert order == ["one read ended", "read", "stored"]
    assert turn.let_reads_go_first()


def test_a_batch_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_turn, "PATIENCE_S", 0.01)
    turn = ReadTurn()
    with turn.read():
        assert not turn.let_reads_go_first()


def test_a_read_that_fails_lets_the_next_batch_go() -> None:
    turn = ReadTurn()
    with pytest.raises(ZeroDivisionError), turn.read():
        raise ZeroDivisionError
    assert turn.let_reads_go_first()
