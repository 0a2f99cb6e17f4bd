"""The heartbeat passes orders on, and trouble never stops a script."""

from __future__ import annotations

import pytest

from runyard.domain.run import RunStatus
from runyard.errors import NotFoundError, RunyardError, TransportError
from runyard.runner.heartbeat import Heartbeat
from runyard.runner.stop import StopCause, StopSwitch
from runyard.wire.run import HeartbeatBody
from tests.runner.builders import until


class Server:
    """Answers heartbeats with what it is told."""

    def __init__(self, *answers: HeartbeatBody | RunyardError) -> None:
        self.answers = list(answers)
        self.count = 0

    def heartbeat(self) -> HeartbeatBody:
        self.count += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, RunyardError):
            raise answer
        return answer


def body(status: RunStatus, *, stop: bool, reason: str | None = None) -> HeartbeatBody:
    return HeartbeatBody(status=status, stop=stop, reason=reason)


@pytest.mark.parametrize(
    ("answer", "cause", "reason"),
    [
        (body(RunStatus.CANCEL_REQUESTED, stop=True, reason="by ann"), StopCause.CANCELED, "by ann"),
        (body(RunStatus.CANCEL_REQUESTED, stop=True), StopCause.CANCELED, "The run was cancelled."),
        (body(RunStatus.FAILED, stop=True), StopCause.ENDED_ELSEWHERE, "The run has ended as Failed."),
    ],
)
def test_an_order_is_passed_on(answer: HeartbeatBody, cause: StopCause, reason: str) -> None:
    stop = StopSwitch()
    Heartbeat(Server(answer), stop, 1).beat()
    assert stop.order is not None
    assert (stop.order.cause, stop.order.reason) == (cause, reason)


@pytest.mark.parametrize("trouble", [TransportError("gone"), NotFoundError("no such run"), RunyardError("odd")])
def test_an_error_is_no_order(trouble: RunyardError) -> None:
    stop = StopSwitch()
    Heartbeat(Server(trouble), stop, 1).beat()
    assert stop.order is None


def test_heartbeats_go_on_until_closed_also_after_trouble() -> None:
    server = Server(TransportError("gone"), body(RunStatus.RUNNING, stop=False))
    heartbeat = Heartbeat(server, StopSwitch(), 0.01)
    heartbeat.start()
    until(lambda: server.count > 3, "heartbeats")
    heartbeat.close()
