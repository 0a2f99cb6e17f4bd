"""The first order to stop counts."""

from __future__ import annotations

import os
import signal

from runyard.runner.stop import StopCause, StopSwitch


def test_the_first_order_stays() -> None:
    stop = StopSwitch()
    assert not stop.order
    stop.give(StopCause.TOO_LONG, "one")
    stop.give(StopCause.CANCELED, "two")
    order = stop.order
    assert order is not None and order.cause is StopCause.TOO_LONG


def test_a_signal_is_an_order() -> None:
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    stop = StopSwitch()
    try:
        stop.listen_to_signals()
        os.kill(os.getpid(), signal.SIGTERM)
        assert stop.order is not None and stop.order.cause is StopCause.RUNNER_TOLD
        assert stop.told_at is not None
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
